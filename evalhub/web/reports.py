"""Let labs report rows of a release, and researchers decide about them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import partial

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from evalhub.core.people import SCOPE_ROLES, Scope
from evalhub.core.releasing.reports import (
    MAX_REASON,
    MAX_TEXT,
    Answer,
    ReportDecision,
    ReportKind,
    RowReport,
)
from evalhub.errors import BadInput, Conflict, NotFound, Problem, TooManyAttempts
from evalhub.rim.fields import choice, whole_number
from evalhub.rim.reports import report_row
from evalhub.rim.routing import page_number
from evalhub.rim.state import runtime
from evalhub.services.projects.finding import READERS, get_project
from evalhub.services.releasing.answering import DECIDERS, answer_report
from evalhub.services.releasing.kept import get_release
from evalhub.services.releasing.reported import (
    ReportState,
    list_own_reports,
    list_project_reports,
)
from evalhub.web.answering import done, refused
from evalhub.web.context import (
    current_actor,
    current_session,
    current_settings,
    now,
    only_read,
    own_id,
    requires,
)
from evalhub.web.language import N_, Words, _
from evalhub.web.sent import picked, sent_form

bp = Blueprint("reports", __name__)

REPORTERS = SCOPE_ROLES[Scope.REPORTS_WRITE]

KIND_NOTES: Mapping[ReportKind, str] = Words(
    {
        ReportKind.WRONG_PREFERENCE: N_("the rejected response is the better one"),
        ReportKind.WRONG_TEXT: N_("a text is cut, garbled or in the wrong place"),
        ReportKind.DUPLICATE: N_("the same content stands in another row"),
        ReportKind.PERSONAL_DATA: N_("a text tells who somebody is"),
        ReportKind.HARMFUL: N_("the chosen response would do harm"),
        ReportKind.OTHER: N_("something else, which the words below say"),
    }
)
DECISION_NOTES: Mapping[ReportDecision, str] = Words(
    {
        ReportDecision.LEFT_OUT: N_("no later version holds this pair or what was said of it"),
        ReportDecision.KEPT: N_("the row stands as it is"),
    }
)


@dataclass(frozen=True, slots=True)
class ReportForm:
    """Hold the fields of a report as text, as a person typed them."""

    pair_id: str = ""
    kind: str = ""
    text: str = ""


@bp.get("/releases/<project>/<version>/reports")
@requires(*REPORTERS)
def show_own(project: str, version: str) -> ResponseReturnValue:
    """Show the form, and what the person reported before."""
    return _own_page(project, version, ReportForm(pair_id=request.args.get("pair_id", "")[:64]))


@bp.post("/releases/<project>/<version>/reports")
@requires(*REPORTERS)
def report(project: str, version: str) -> ResponseReturnValue:
    """Report a row."""
    form = sent_form(ReportForm)
    try:
        filed = report_row(
            project,
            version,
            RowReport(form.pair_id, picked(form.kind, ReportKind, where="kind"), form.text),
            database=runtime().database,
            settings=current_settings(),
            actor=current_actor(),
            now=now(),
        )
    except BadInput as error:
        only_read()
        return _own_page(project, version, form, error.problems), 422
    except NotFound as error:
        only_read()
        return _own_page(project, version, form, [Problem("pair_id", str(error))]), 404
    except TooManyAttempts as error:
        only_read()
        page = _own_page(project, version, form, [Problem("", str(error))])
        return page, 429, {"Retry-After": str(error.retry_after_s)}
    flash(
        _("Report %(number)s is with the researchers of the project.", number=filed.line.number),
        "good",
    )
    return redirect(url_for("reports.show_own", project=project, version=version), code=303)


@bp.get("/projects/<slug>/reports")
@requires(*READERS)
def show_project(slug: str) -> ResponseReturnValue:
    """Show what was reported of a project's releases."""
    return _project_page(slug)


@bp.post("/projects/<slug>/reports/<int:number>")
@requires(*DECIDERS)
def answer(slug: str, number: int) -> ResponseReturnValue:
    """Decide about a report."""
    try:
        decision = picked(request.form.get("decision", ""), ReportDecision, where="decision")
        answer_report(
            slug,
            number,
            Answer(decision, request.form.get("reason", "")),
            seen=whole_number(request.form.get("seen", ""), where="seen"),
            session=current_session(),
            actor=current_actor(),
            now=now(),
        )
    except (BadInput, Conflict) as error:
        return refused(partial(_project_page, slug, number), error)
    return done(
        _("Report %(number)s is answered. The next version names it.", number=number),
        url_for("reports.show_project", slug=slug),
    )


def _own_page(
    project: str, version: str, form: ReportForm, problems: Sequence[Problem] = ()
) -> str:
    session = current_session()
    release = get_release(
        project, version, session=session, settings=current_settings(), actor=current_actor()
    )
    return render_template(
        "reports/own.html",
        release=release,
        form=form,
        problems=problems,
        kinds=KIND_NOTES,
        max_text=MAX_TEXT,
        reports=list_own_reports(release.kept.id, session=session, person_id=own_id()),
    )


def _project_page(slug: str, number: int = 0, problems: Sequence[Problem] = ()) -> str:
    session = current_session()
    state = choice(request.args.get("state", ReportState.ALL), ReportState, where="state")
    project = get_project(slug, session=session)
    page = page_number(request.args.get("page"))
    return render_template(
        "reports/project.html",
        project=project,
        listing=list_project_reports(project.id, session=session, state=state, page=page),
        state=state,
        states=list(ReportState),
        decisions=DECISION_NOTES,
        max_reason=MAX_REASON,
        can_decide=current_actor().has(*DECIDERS),
        refused=number,
        problems=problems,
        form=request.form,
    )
