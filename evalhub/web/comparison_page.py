"""Draw the page of one comparison: its form, or what was made of it."""

from collections.abc import Sequence
from dataclasses import dataclass

from flask import render_template, request

from evalhub.core.judging.form_reading import DRAFT_FIELD
from evalhub.core.judging.marking import MarkRow, mark_rows
from evalhub.errors import Conflict, LeaseLost, Problem, StaleDraft, StaleForm
from evalhub.services.assigning.work import n_left_for
from evalhub.services.judging.history import find_last_revisable
from evalhub.services.judging.matter import Matter
from evalhub.services.judging.sheets import Sheet, get_sheet
from evalhub.services.judging.stored import Fields
from evalhub.services.judging.today import today_of
from evalhub.web import judging_words as say
from evalhub.web.conflicts import differing
from evalhub.web.context import current_session, now, own_id
from evalhub.web.drawn import spots_of_differences, spots_of_marks, spots_of_rows, together
from evalhub.web.filled import Filled
from evalhub.web.form_parts import form_parts, sheet_part
from evalhub.web.language import current_language
from evalhub.web.rendering import Spots, render_alike, render_text
from evalhub.web.said import said_of


@dataclass(frozen=True, slots=True)
class CameBack:
    """Hold a form that was sent and comes back, and why; without fields nothing was sent.

    ``is_kept`` says that what it holds is kept as a draft.
    """

    fields: Fields | None = None
    problems: Sequence[Problem] = ()
    refusal: Conflict | None = None
    is_kept: bool = True


def comparison_page(token: str, back: CameBack | None = None, *, is_as_judged: bool = False) -> str:
    """Draw the comparison of a lease, filled in as it came ``back`` or else as it is kept."""
    back = back or CameBack()
    sheet = get_sheet(
        token,
        person_id=own_id(),
        session=current_session(),
        now=now(),
        is_as_judged=is_as_judged,
        language=current_language(),
    )
    notice = "" if back.refusal is None else back.refusal.message
    return _form_page(sheet, back, notice) if sheet.state.has_form else _done_page(sheet, notice)


def _done_page(sheet: Sheet, notice: str) -> str:
    matter, answer = sheet.matter, sheet.answer
    spots = spots_of_marks(answer.marks if answer else ())
    return render_template(
        "work/done.html",
        sheet=sheet,
        # Nothing for a comparison that was given back.
        said=said_of(matter, answer) if answer else (),
        answers=render_alike(matter.a.text, matter.b.text, spots=spots),
        notice=notice,
        say=say,
        render=render_text,
    )


def _form_page(sheet: Sheet, back: CameBack, notice: str) -> str:
    matter, refusal = sheet.matter, back.refusal
    session, person_id, moment = current_session(), own_id(), now()
    project_id = matter.lease.project_id
    fields = sheet.fields if back.fields is None else back.fields
    rows = mark_rows(fields, matter.texts)
    is_conflict = isinstance(refusal, StaleForm | StaleDraft)
    return render_template(
        "work/compare.html",
        conflict=differing(matter, fields, sheet.fields) if is_conflict else (),
        has_differences=_shows_differences(),
        sheet=sheet,
        matter=matter,
        rubric=matter.rubric,
        lease=matter.lease,
        part=form_parts(matter, Filled.of(fields, back.problems), rows),
        sheet_part=sheet_part,
        problems=back.problems,
        notice=notice,
        is_stale=isinstance(refusal, StaleForm),
        is_draft_stale=isinstance(refusal, StaleDraft),
        is_lost=isinstance(refusal, LeaseLost),
        is_kept=back.is_kept,
        base=_base(sheet, back),
        answers=render_alike(matter.a.text, matter.b.text, spots=_spots(matter, rows)),
        render=render_text,
        say=say,
        last=find_last_revisable(person_id, project_id=project_id, session=session, now=moment),
        n_left=n_left_for(
            project_id, person_id=person_id, session=session, now=moment, shares=matter.shares
        ),
        today=today_of(person_id, session=session, now=moment),
    )


def _shows_differences() -> bool:
    return request.args.get("show") == "differences"


def _spots(matter: Matter, rows: Sequence[MarkRow]) -> tuple[Spots, Spots]:
    marks = spots_of_rows(rows)
    if not _shows_differences():
        return marks
    return together(spots_of_differences(matter.a.text, matter.b.text), marks)


def _base(sheet: Sheet, back: CameBack) -> str:
    """Return the name of the draft that the form of this page is filled in over.

    A form that comes back unkept still stands over the draft it was opened over, so that the
    next save of it is refused too. Only the page that tells of the newer draft stands over
    that one: saving from there is the choice it offers.
    """
    if back.fields is None or back.is_kept or isinstance(back.refusal, StaleDraft):
        return sheet.draft_tag
    return next((value for name, value in back.fields if name == DRAFT_FIELD), "")
