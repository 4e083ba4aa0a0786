"""Let those who run a project say how it checks quality, and show what that tells."""

from collections.abc import Mapping, Sequence
from functools import partial

from flask import Blueprint, render_template, request, url_for
from flask.typing import ResponseReturnValue

from evalhub.core.campaigns import ProjectStatus, Purpose
from evalhub.core.judging.known import MAX_REASON, KeyAnswer
from evalhub.core.qualifying.contests import MAX_CONTEST_WORDS, ContestOutcome
from evalhub.core.quality import (
    MAX_ANCHOR,
    MAX_CONTROL,
    MAX_REPEAT,
    MAX_REPEAT_DAYS,
    QualityShares,
)
from evalhub.errors import BadInput, Conflict, Forbidden, NotFound, Problem, StaleForm
from evalhub.rim.fields import choice, chosen, whole_number
from evalhub.services.assigning.shares import shares_in
from evalhub.services.controls.apart import get_project_apart
from evalhub.services.controls.contesting import (
    answer_control_contest,
    contest_control,
    contests_in,
    told_controls,
)
from evalhub.services.controls.keying import add_control, mend_control
from evalhub.services.controls.reading import quality_of
from evalhub.services.controls.sharing import set_shares, told_shares
from evalhub.services.projects.finding import MANAGERS, READERS
from evalhub.services.projects.setup import setup_of
from evalhub.web import applying_words, control_words
from evalhub.web.answering import done, refused
from evalhub.web.context import (
    current_actor,
    current_session,
    now,
    own_id,
    requires,
)
from evalhub.web.language import _, ngettext

bp = Blueprint("controls", __name__)


@bp.get("/projects/<slug>/quality")
@requires(*READERS)
def show(slug: str) -> ResponseReturnValue:
    """Show how a project checks quality, and what that tells."""
    return _page(slug)


@bp.post("/projects/<slug>/quality")
@requires(*MANAGERS)
def share(slug: str) -> ResponseReturnValue:
    """Let other shares of the comparisons check quality, from the next claim on."""
    get_project_apart(slug, session=current_session(), actor=current_actor())
    try:
        n_pairs = set_shares(
            slug,
            QualityShares(
                *(_number(name) for name in ("control", "repeat", "repeat_days", "anchor"))
            ),
            reason=request.form.get("reason", ""),
            session=current_session(),
            actor=current_actor(),
            now=now(),
        )
    except (BadInput, Conflict) as error:
        return _refuse(slug, "shares", error)
    return _done(
        slug,
        ngettext(
            "The shares hold from the next claim on. %(num)s pair left the queue for it.",
            "The shares hold from the next claim on. %(num)s pairs left the queue for it.",
            n_pairs,
        ),
    )


@bp.post("/projects/<slug>/quality/controls")
@requires(*MANAGERS)
def add(slug: str) -> ResponseReturnValue:
    """Make a control of a pair, with its key."""
    # A project that is not there is no mistake in the form, so it is looked for first.
    get_project_apart(slug, session=current_session(), actor=current_actor())
    form = request.form
    try:
        add_control(
            slug,
            form.get("prompt", ""),
            (form.get("first", ""), form.get("second", "")),
            accepted=_accepted(),
            reason=form.get("reason", ""),
            session=current_session(),
            actor=current_actor(),
            now=now(),
        )
    except (BadInput, Conflict, NotFound) as error:
        return _refuse(slug, "add", error)
    return _done(slug, _("The pair is a control from the next claim on."))


@bp.post("/projects/<slug>/quality/controls/<int:pair_id>")
@requires(*MANAGERS)
def mend(slug: str, pair_id: int) -> ResponseReturnValue:
    """Write another key of a control, or withdraw it."""
    get_project_apart(slug, session=current_session(), actor=current_actor())
    try:
        mend_control(
            slug,
            pair_id,
            _accepted(),
            over=_number("number"),
            reason=request.form.get("reason", ""),
            session=current_session(),
            actor=current_actor(),
            now=now(),
        )
    except (BadInput, Conflict, StaleForm) as error:
        return _refuse(slug, f"control-{pair_id}", error)
    return _done(slug, _("The key is written. Every figure follows it from now on."))


@bp.post("/projects/<slug>/quality/contests/<public_id>")
@requires(*MANAGERS)
def decide(slug: str, public_id: str) -> ResponseReturnValue:
    """Uphold a contested key, or overturn it by another."""
    project = get_project_apart(slug, session=current_session(), actor=current_actor())
    try:
        answer_control_contest(
            project,
            public_id,
            choice(request.form.get("outcome", ""), ContestOutcome, where="outcome"),
            _accepted(),
            request.form.get("reason", ""),
            session=current_session(),
            actor=current_actor(),
            now=now(),
        )
    except (BadInput, Conflict, Forbidden) as error:
        return _refuse(slug, f"contest-{public_id}", error)
    return _done(slug, _("The contest is answered. Who contested the key reads it."))


@bp.get("/work/controls")
@requires()
def show_told() -> ResponseReturnValue:
    """Tell a person which controls they answered otherwise than the key."""
    return _told_page()


@bp.post("/work/controls/<token>")
@requires()
def contest(token: str) -> ResponseReturnValue:
    """Contest the key of a control that one answered otherwise."""
    try:
        contest_control(
            token,
            request.form.get("reason", ""),
            person_id=own_id(),
            session=current_session(),
            actor=current_actor(),
            now=now(),
        )
    except (BadInput, Conflict) as error:
        return refused(partial(_told_page, token), error)
    return done(
        _("Your objection is kept. A person answers it, by the day that stands below."),
        url_for("controls.show_told"),
    )


def _number(name: str) -> int:
    return whole_number(request.form.get(name, ""), where=name)


def _accepted() -> frozenset[KeyAnswer]:
    # A word that is no answer is refused: passed over, it would leave another key than was sent.
    return chosen(request.form.getlist("accepted"), KeyAnswer, where="accepted")


def _refuse(
    slug: str, place: str, error: BadInput | Conflict | Forbidden | NotFound
) -> ResponseReturnValue:
    """Show the page again with what is wrong beside the form that was sent."""
    return refused(lambda problems: _page(slug, place, problems, request.form), error)


def _done(slug: str, message: str) -> ResponseReturnValue:
    return done(message, url_for("controls.show", slug=slug))


def _page(
    slug: str,
    refused: str = "",
    problems: Sequence[Problem] = (),
    sent: Mapping[str, str] | None = None,
) -> str:
    session = current_session()
    project = get_project_apart(slug, session=session, actor=current_actor())
    can_write = current_actor().has(*MANAGERS)
    return render_template(
        "projects/quality.html",
        project=project,
        quality=quality_of(project, session=session),
        contests=contests_in(project, session=session, now=now()),
        shares=shares_in(project),
        told=told_shares(project, session=session),
        endpoints=setup_of(project, session=session).endpoints,
        can_write=can_write and project.status is not ProjectStatus.CLOSED,
        can_mend=can_write,
        most={
            "control": MAX_CONTROL,
            "repeat": MAX_REPEAT,
            "repeat_days": MAX_REPEAT_DAYS,
            "anchor": MAX_ANCHOR,
        },
        purposes=Purpose,
        answers=list(KeyAnswer),
        max_words=min(MAX_REASON, MAX_CONTEST_WORDS),
        refused=refused,
        problems=problems,
        sent=sent or {},
        ticked=request.form.getlist("accepted") if refused else [],
        say=control_words,
        words=applying_words,
    )


def _told_page(refused: str = "", problems: Sequence[Problem] = ()) -> str:
    return render_template(
        "work/controls.html",
        told=told_controls(own_id(), session=current_session(), now=now()),
        max_words=MAX_CONTEST_WORDS,
        refused=refused,
        problems=problems,
        typed=request.form.get("reason", "") if refused else "",
        say=control_words,
        words=applying_words,
    )
