"""Let reviewers and coordinators answer what somebody should look at again."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from evalhub.core.people import Role
from evalhub.core.reviewing.cases import MAX_WORDS
from evalhub.core.reviewing.vocabulary import (
    CaseStep,
    DecisionReason,
    ReturnReason,
    Verdict,
)
from evalhub.errors import BadInput, Conflict, Forbidden, Problem, Sentence
from evalhub.rim.fields import choice, shown
from evalhub.rim.routing import page_number
from evalhub.services.projects.finding import MANAGERS, READERS, get_project
from evalhub.services.reviewing.answering import CaseAnswer, answer_case
from evalhub.services.reviewing.opening import look_through, projects_to_look_at
from evalhub.services.reviewing.reading import case_to_answer, queue
from evalhub.services.reviewing.rules import share_in_force, write_share
from evalhub.web import judging_words, review_words
from evalhub.web.answering import done, refused
from evalhub.web.context import (
    commit_now,
    current_actor,
    current_session,
    now,
    requires,
)
from evalhub.web.language import N_, _, current_language
from evalhub.web.rendering import render_alike, render_text
from evalhub.web.said import said
from evalhub.web.sent import sent_form

bp = Blueprint("reviews", __name__)
ANSWERERS = (Role.REVIEWER, Role.COORDINATOR, Role.ADMIN)
ANSWERS = {
    CaseStep.TAKEN: N_("The case is in your hands. Answer it by the day it is due."),
    CaseStep.ACCEPTED: N_("Accepted."),
    CaseStep.RETURNED: N_("Returned. The expert reads your reason and can judge again once."),
    CaseStep.DECIDED: N_("Decided. Both experts read your reason; their judgments stay."),
    CaseStep.ANSWERED: N_("Answered. The expert reads it."),
    CaseStep.UPHELD: N_("The appeal is upheld, and what follows is on the ledger."),
    CaseStep.REJECTED: N_("The appeal is rejected, with your reason."),
}


@dataclass(frozen=True, slots=True)
class AnswerForm:
    """Hold the fields of an answer as they were typed."""

    step: str = ""
    verdict: str = ""
    reason: str = ""
    words: str = ""


@bp.get("/reviews")
@requires(*ANSWERERS)
def list_waiting() -> ResponseReturnValue:
    """List the cases that wait for the reader's answer, the most urgent first."""
    page = page_number(request.args.get("page"))
    return render_template(
        "reviews/list.html",
        listing=queue(actor=current_actor(), session=current_session(), now=now(), page=page),
        link=lambda page: url_for("reviews.list_waiting", page=page),
        say=review_words,
    )


@bp.post("/reviews/look")
@requires(*ANSWERERS)
def look() -> ResponseReturnValue:
    """Look through a window of what is new in each project, without waiting for the next round."""
    n_opened, is_rest_left = 0, False
    for project_id in projects_to_look_at(session=current_session(), now=now()):
        looked = look_through(project_id, session=current_session(), now=now())
        # Project by project: whoever submits a judgment meanwhile waits for one of them at most.
        commit_now()
        n_opened += looked.n_opened
        is_rest_left |= looked.is_rest_left
    flash(_("Looked through what is new: %(n)s opened.", n=n_opened), "good")
    if is_rest_left:
        flash(_("There is more to look through. Look again, or leave it to the worker."), "good")
    return redirect(url_for("reviews.list_waiting"), code=303)


@bp.get("/reviews/<int:case_id>")
@requires(*ANSWERERS)
def show(case_id: int) -> ResponseReturnValue:
    """Show a case: both answers without their models, and what each expert said."""
    return _page(case_id)


@bp.post("/reviews/<int:case_id>")
@requires(*ANSWERERS)
def answer(case_id: int) -> ResponseReturnValue:
    """Take, accept, return, decide or answer a case."""
    form = sent_form(AnswerForm)
    try:
        step = choice(form.step, CaseStep, where="step")
        if step not in ANSWERS:
            raise BadInput.at("step", f"{shown(form.step)} is no answer of a reviewer")
        answer_case(
            case_id,
            CaseAnswer(step, form.words, form.reason, form.verdict),
            actor=current_actor(),
            session=current_session(),
            now=now(),
        )
    # What was typed comes back also to who may not send it: the case can have changed meanwhile.
    except (BadInput, Conflict, Forbidden) as error:
        return refused(lambda problems: _page(case_id, problems, form), error)
    flash(_(ANSWERS[step]), "good")
    if step is CaseStep.TAKEN:
        return redirect(url_for("reviews.show", case_id=case_id), code=303)
    return redirect(url_for("reviews.list_waiting"), code=303)


@bp.get("/projects/<slug>/reviews")
@requires(*READERS)
def show_rule(slug: str) -> ResponseReturnValue:
    """Show what share of a project's judgments is reviewed."""
    return _rule_page(slug)


@bp.post("/projects/<slug>/reviews")
@requires(*MANAGERS)
def change_rule(slug: str) -> ResponseReturnValue:
    """Change what share of the judgments from now on is reviewed."""
    try:
        write_share(
            slug,
            _share(request.form.get("share", "")),
            actor=current_actor(),
            session=current_session(),
            now=now(),
        )
    except BadInput as error:
        return refused(partial(_rule_page, slug), error)
    return done(
        _("The share is changed; it holds for what is looked through from now on."),
        url_for("reviews.show_rule", slug=slug),
    )


def _share(text: str) -> float:
    """Return the share that a percentage such as ``5`` or ``2.5`` means."""
    plain = text.strip().replace(",", ".")
    whole, _dot, rest = plain.partition(".")
    is_number = plain.isascii() and whole.isdigit() and (rest.isdigit() or not _dot)
    if not is_number or len(plain) > len("100.0000"):
        rule = Sentence("%(value)s is no percentage such as 5 or 2.5", value=shown(text))
        raise BadInput.at("share", rule)
    return float(plain) / 100


def _page(case_id: int, problems: Sequence[Problem] = (), form: AnswerForm | None = None) -> str:
    view = case_to_answer(
        case_id,
        actor=current_actor(),
        session=current_session(),
        now=now(),
        language=current_language(),
    )
    return render_template(
        "reviews/case.html",
        view=view,
        said=[said(one.rubric, one.answer, view.desk.sources) for one in view.desk.judgments],
        answers=render_alike(view.desk.a.text, view.desk.b.text),
        form=form or AnswerForm(),
        return_reasons=ReturnReason,
        decision_reasons=DecisionReason,
        verdicts=Verdict,
        max_words=MAX_WORDS,
        own_id=current_actor().person_id,
        say=review_words,
        judging=judging_words,
        render=render_text,
        problems=problems,
    )


def _rule_page(slug: str, problems: Sequence[Problem] = ()) -> str:
    project = get_project(slug, session=current_session())
    share = share_in_force(project.id, session=current_session())
    return render_template(
        "reviews/rule.html",
        project=project,
        can_change=current_actor().has(*MANAGERS),
        typed=request.form.get("share", f"{share * 100:g}"),
        problems=problems,
    )
