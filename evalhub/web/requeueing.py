"""Ask pairs again after the rubric of a project changed, once the number and the cost are read."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import partial

from flask import Blueprint, render_template, url_for
from flask.typing import ResponseReturnValue

from evalhub.core.judging.affected import Affected
from evalhub.core.qualifying.credentials import MAX_REASON
from evalhub.errors import BadInput, Conflict, Problem
from evalhub.services.operating.requeueing import plan_requeues, requeue
from evalhub.services.projects.finding import get_project
from evalhub.web import operating_words as say
from evalhub.web.answering import done, refused
from evalhub.web.context import current_actor, current_session, now, requires
from evalhub.web.language import N_, Words, ngettext
from evalhub.web.operations import COORDINATORS
from evalhub.web.sent import picked, sent_form

bp = Blueprint("requeueing", __name__, url_prefix="/operations")

WHICH_NAMES: Mapping[Affected, str] = Words(
    {
        Affected.REPORTED: N_("Pairs that a report or a proposal points at"),
        Affected.CHANGED: N_("Pairs judged by a criterion or a flag that reads otherwise now"),
        Affected.ALL: N_("All pairs judged under an earlier version"),
    }
)


@dataclass(frozen=True, slots=True)
class AgainForm:
    """Hold the fields of the form as they were sent."""

    which: str = ""
    told: str = ""
    reason: str = ""


@bp.get("/<slug>/again")
@requires(*COORDINATORS)
def show(slug: str) -> ResponseReturnValue:
    """Tell what asking pairs again would come to."""
    return _page(slug, AgainForm())


@bp.post("/<slug>/again")
@requires(*COORDINATORS)
def ask(slug: str) -> ResponseReturnValue:
    """Ask the pairs of one choice again."""
    form = sent_form(AgainForm)
    try:
        asked = requeue(
            slug,
            picked(form.which, Affected, where="which"),
            told=form.told,
            reason=form.reason,
            session=current_session(),
            actor=current_actor(),
            now=now(),
        )
    except (BadInput, Conflict) as error:
        return refused(partial(_page, slug, form), error)
    said = ngettext(
        "%(num)s pair is asked again. Its earlier judgments stay.",
        "%(num)s pairs are asked again. Their earlier judgments stay.",
        asked.n_pairs,
    )
    return done(said, url_for("requeueing.show", slug=slug))


def _page(slug: str, form: AgainForm, problems: Sequence[Problem] = ()) -> str:
    session = current_session()
    project = get_project(slug, session=session)
    return render_template(
        "operations/again.html",
        project=project,
        plans=plan_requeues(project, session=session),
        names=WHICH_NAMES,
        form=form,
        most=MAX_REASON,
        problems=problems,
        say=say,
    )
