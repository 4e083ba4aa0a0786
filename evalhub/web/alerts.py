"""Show what checks found in a project's judgments, and take in what a person made of it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from flask import Blueprint, render_template, url_for
from flask.typing import ResponseReturnValue

from evalhub.core.reviewing.alerts import AlertOutcome, CheckKind
from evalhub.core.reviewing.cases import MAX_WORDS
from evalhub.core.scoring.annotators.checks import LEVEL, MIN_OTHERS, MIN_OWN
from evalhub.errors import BadInput, Conflict, Problem
from evalhub.services.projects.finding import READERS, get_project
from evalhub.services.reviewing.alerts import (
    ANSWERERS,
    answer_alert,
    check_project,
    project_alerts,
)
from evalhub.web.answering import done, refused
from evalhub.web.context import (
    current_actor,
    current_session,
    now,
    requires,
)
from evalhub.web.language import N_, Words, _
from evalhub.web.sent import picked, sent_form

bp = Blueprint("alerts", __name__, url_prefix="/projects")

CHECK_NAMES: Mapping[CheckKind, str] = Words(
    {
        CheckKind.SIDE: N_("Share of preferences for the first answer, tested against one half"),
        CheckKind.SPEED: N_("Median seconds at the page, tested against that of everybody"),
        CheckKind.FLAT: N_("Share of forms with all criteria alike, tested against the others"),
        CheckKind.COPIED: N_("Share of reasons that repeat an earlier one word for word"),
        CheckKind.AGREEMENT: N_("Share of pairs judged as most others do, tested against theirs"),
        CheckKind.CONTROL: N_("Share of controls answered right, tested against the others"),
        CheckKind.REPEAT: N_(
            "Share of pairs answered alike when they came again, tested against the others"
        ),
        CheckKind.DRIFT: N_("Share of anchors answered as at first, tested against then"),
    }
)
OUTCOME_NAMES: Mapping[AlertOutcome, str] = Words(
    {
        AlertOutcome.EXPLAINED: N_("There is another reason for it"),
        AlertOutcome.TALKED: N_("The person was asked"),
        AlertOutcome.GUIDANCE: N_("The person was shown what the rubric asks for"),
        AlertOutcome.PROJECT: N_("The project is to be changed, not the person"),
    }
)


@dataclass(frozen=True, slots=True)
class AnswerForm:
    """Hold the fields of an answer as they were typed."""

    outcome: str = ""
    words: str = ""


@bp.get("/<slug>/checks")
@requires(*READERS)
def show(slug: str) -> ResponseReturnValue:
    """Show what the checks found, what waits for an answer first."""
    return _page(slug)


@bp.post("/<slug>/checks")
@requires(*ANSWERERS)
def check(slug: str) -> ResponseReturnValue:
    """Check the judgments in force."""
    project = get_project(slug, session=current_session())
    n_new = check_project(project, session=current_session(), now=now())
    return done(_("Checked: %(n)s new.", n=n_new), url_for("alerts.show", slug=slug))


@bp.post("/<slug>/checks/<int:alert_id>")
@requires(*ANSWERERS)
def answer(slug: str, alert_id: int) -> ResponseReturnValue:
    """Say what a person made of an alert."""
    form = sent_form(AnswerForm)
    project = get_project(slug, session=current_session())
    try:
        answer_alert(
            project,
            alert_id,
            picked(form.outcome, AlertOutcome, where="outcome"),
            words=form.words,
            actor=current_actor(),
            session=current_session(),
            now=now(),
        )
    except (BadInput, Conflict) as error:
        return refused(lambda problems: _page(slug, problems, form, alert_id), error)
    return done(_("Noted. Nothing else follows from it."), url_for("alerts.show", slug=slug))


def _page(
    slug: str, problems: Sequence[Problem] = (), form: AnswerForm | None = None, refused: int = 0
) -> str:
    project = get_project(slug, session=current_session())
    return render_template(
        "reviews/checks.html",
        project=project,
        alerts=project_alerts(project, actor=current_actor(), session=current_session()),
        can_answer=current_actor().has(*ANSWERERS),
        checks=CHECK_NAMES,
        outcomes=OUTCOME_NAMES,
        form=form or AnswerForm(),
        refused=refused,
        level=LEVEL,
        min_own=MIN_OWN,
        min_others=MIN_OTHERS,
        max_words=MAX_WORDS,
        problems=problems,
    )
