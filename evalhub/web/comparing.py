"""Show one blind comparison and take in what its annotator makes of it."""

from http import HTTPStatus

from flask import Blueprint, request, url_for
from flask.typing import ResponseReturnValue
from werkzeug.exceptions import UnsupportedMediaType

from evalhub.core.assigning import ReleaseReason
from evalhub.core.people import Role
from evalhub.errors import (
    BadInput,
    Conflict,
    Sentence,
    StaleDraft,
)
from evalhub.rim.fields import shown
from evalhub.rim.state import runtime
from evalhub.services.judging.drafts import save_draft
from evalhub.services.judging.returning import give_back
from evalhub.services.judging.sheets import get_sheet
from evalhub.services.judging.stored import Fields
from evalhub.services.judging.submitting import SubmissionKind, submit
from evalhub.services.selecting.planning import is_plan_due, keep_plan_fresh
from evalhub.web import judging_words as say
from evalhub.web.answering import done
from evalhub.web.comparison_page import CameBack, comparison_page
from evalhub.web.conflicts import differing
from evalhub.web.context import commit_now, current_session, now, only_read, own_id, requires
from evalhub.web.formats import moment
from evalhub.web.going_on import place_after
from evalhub.web.language import N_, _, current_language, translated
from evalhub.web.security import has_own_token

bp = Blueprint("comparing", __name__, url_prefix="/work")

FORM_TYPES = frozenset({"application/x-www-form-urlencoded", "multipart/form-data"})

OLD_PAGE = Sentence(
    "You have signed in again since this page was opened, so what you just sent is not stored. "
    "It is in the form below: press the button once more."
)

SAID = {
    SubmissionKind.JUDGED: N_("Your judgment is stored."),
    SubmissionKind.REVISED: N_("Your change is stored; the first version is kept beside it."),
    SubmissionKind.REPEATED: N_("This judgment was stored already; nothing changed."),
    SubmissionKind.RETURNED: N_("Returned. Someone else is asked, and nothing counts against you."),
}


@bp.get("/<token>")
@requires(Role.ANNOTATOR)
def show(token: str) -> ResponseReturnValue:
    """Show the comparison of one's own lease, or the judgment in force beside a draft."""
    return comparison_page(token, is_as_judged=request.args.get("form") == "judgment")


@bp.post("/<token>")
@requires(Role.ANNOTATOR)
def act(token: str) -> ResponseReturnValue:
    """Submit, save or give back, whichever button was pressed.

    The form's token is checked here and not before: it ends with the sign-in it was made for,
    and a page left open over a new sign-in must come back with what was typed into it.
    """
    if not has_own_token(request):
        return _refused(token, Conflict(OLD_PAGE), is_kept=False)
    act_on = {
        "submit": _submit,
        "stop": _submit_and_stop,
        "save": _save,
        "differences": _show_differences,
        "skip": _skip,
    }
    action = request.form.get("action", "submit")
    if action not in act_on:
        rule = Sentence("%(action)s is not a button of this page; reload it", action=shown(action))
        raise BadInput.at("action", rule)
    return act_on[action](token)


@bp.post("/<token>/draft")
@requires(Role.ANNOTATOR)
def keep(token: str) -> ResponseReturnValue:
    """Keep what is filled in so far, for the script that saves while one works.

    The answer names the draft for the next save to be made over, and says at once when the
    lease is lost: a person would otherwise go on working for somebody else's judgment.
    """
    try:
        kept = save_draft(
            token, _fields(), person_id=own_id(), session=current_session(), now=now()
        )
    except StaleDraft as error:
        only_read()
        return _newer_draft(token, error, _fields()), HTTPStatus.CONFLICT
    return {
        "draft": kept.tag,
        "lease": kept.standing.value,
        "until": kept.lease.expires_at.isoformat(),
        "words": say.STANDING_WORDS[kept.standing],
    }


def _newer_draft(token: str, error: StaleDraft, sent: Fields) -> dict[str, object]:
    """Return the draft that is kept, for the page to offer it beside its own.

    Its fields let a page know a draft of its own whose answer was lost on the way.
    """
    sheet = get_sheet(
        token,
        person_id=own_id(),
        session=current_session(),
        now=now(),
        language=current_language(),
    )
    return {
        "error": {"kind": "stale_draft", "message": translated(error.message)},
        "draft": sheet.draft_tag,
        "fields": sheet.fields,
        "saved_at": sheet.saved_at.isoformat() if sheet.saved_at else None,
        "differences": [
            [one.question, one.here, one.there]
            for one in differing(sheet.matter, sent, sheet.fields)
        ],
    }


def _submit(token: str) -> ResponseReturnValue:
    return _take_in(token, goes_on=True)


def _submit_and_stop(token: str) -> ResponseReturnValue:
    """Submit without claiming another comparison: nothing is left in hand over a break."""
    return _take_in(token, goes_on=False)


def _take_in(token: str, *, goes_on: bool) -> ResponseReturnValue:
    fields, person_id = _fields(), own_id()
    try:
        taken = submit(
            token,
            fields,
            person_id=person_id,
            session=current_session(),
            now=now(),
            language=current_language(),
        )
    except (BadInput, Conflict) as error:
        is_kept = _keep_draft(token, fields)
        return _refused(token, error, is_kept=is_kept)
    database = runtime().database
    if not database.is_sqlite:
        # The judgment stands before a next pair is looked for: two tabs that each judge and lease
        # would otherwise wait for each other's rows. SQLite has one writer, who waits for nobody;
        # there a commit of its own would wait for the disk a second time, and all others with it.
        commit_now()
    place = place_after(taken) if goes_on else url_for("work.show")
    is_due = is_plan_due(taken.project_id, session=current_session())
    # Before anything is said of it: a message is in the cookie, whatever becomes of the commit.
    commit_now()
    if is_due:
        keep_plan_fresh(taken.project_id, database=database, now=now())
    return done(_(SAID[taken.kind]), place)


def _show_differences(token: str) -> ResponseReturnValue:
    """Keep what is filled in, and show the page with the differences of the answers."""
    return _save(token, show="differences")


def _save(token: str, *, show: str | None = None) -> ResponseReturnValue:
    try:
        kept = save_draft(
            token, _fields(), person_id=own_id(), session=current_session(), now=now()
        )
    except (BadInput, Conflict) as error:
        return _refused(token, error, is_kept=False)
    commit_now()
    lost = say.STANDING_WORDS[kept.standing]
    until = _("The comparison is yours until %(until)s.", until=moment(kept.lease.expires_at))
    return done(
        f"{_('Draft saved.')} {lost or until}", url_for("comparing.show", token=token, show=show)
    )


def _skip(token: str) -> ResponseReturnValue:
    given = request.form.get("skip_reason", "")
    # An unknown reason is taken as none: giving back must never fail for its form.
    reasons = {reason.value: reason for reason in say.SKIP_WORDS}
    try:
        give_back(
            token,
            _fields(),
            person_id=own_id(),
            reason=reasons.get(given, ReleaseReason.UNSTATED),
            session=current_session(),
            now=now(),
        )
    except Conflict as error:
        return _refused(token, error, is_kept=False)
    commit_now()
    return done(
        _("Given back. Someone else is asked, and nothing counts against you."),
        url_for("work.show"),
    )


def _keep_draft(token: str, fields: Fields) -> bool:
    """Keep a form that was refused, so that nothing typed is lost; tell whether it is kept."""
    try:
        save_draft(token, fields, person_id=own_id(), session=current_session(), now=now())
    except (BadInput, Conflict):
        return False
    commit_now()
    return True


def _refused(token: str, error: BadInput | Conflict, *, is_kept: bool) -> ResponseReturnValue:
    """Show the form again as it was sent, with what is wrong; everything shown is committed."""
    only_read()
    if isinstance(error, BadInput):
        back = CameBack(_fields(), error.problems, is_kept=is_kept)
        return comparison_page(token, back), HTTPStatus.UNPROCESSABLE_ENTITY
    back = CameBack(_fields(), refusal=error, is_kept=is_kept)
    return comparison_page(token, back), HTTPStatus.CONFLICT


def _fields() -> list[tuple[str, str]]:
    """Return the fields of a form; another body has none, and would wipe what is kept."""
    if request.mimetype not in FORM_TYPES:
        raise UnsupportedMediaType
    return list(request.form.items(multi=True))
