"""Prepare the page of one comparison: the matter, what is filled in, and what may be done."""

import json
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from sqlmodel import Session

from evalhub.core.assigning import REVISABLE_FOR, is_revisable
from evalhub.core.campaigns import AssignmentStatus
from evalhub.core.judging.answers import Answer, answer_from_json
from evalhub.core.judging.forms import form_fields
from evalhub.core.judging.marking import with_shown_marks
from evalhub.core.rubrics.vocabulary import ShowReference
from evalhub.services.assigning.standing import LeaseStanding, standing_of
from evalhub.services.judging.asked import AskedAgain, find_asked
from evalhub.services.judging.drafts import SavedDraft, find_draft
from evalhub.services.judging.matter import Matter, get_matter
from evalhub.services.judging.references import is_prompt_settled
from evalhub.services.judging.stored import (
    StoredJudgment,
    Version,
    find_judgment,
    list_versions,
)


class SheetState(StrEnum):
    """What the page of a comparison is for."""

    OPEN = "open"
    """To be judged."""
    LATE = "late"
    """The lease ran out; it can be judged if the pair still has room."""
    REVISING = "revising"
    """Judged; the judgment may still be changed."""
    DONE = "done"
    """Judged for good."""
    RETURNED = "returned"
    """Given back without a judgment."""

    @property
    def has_form(self) -> bool:
        """Tell whether the form is shown."""
        return self in {SheetState.OPEN, SheetState.LATE, SheetState.REVISING}


@dataclass(frozen=True, slots=True)
class Sheet:
    """Hold the page of one comparison.

    ``fields`` are what the form is filled with: the draft, else the judgment being revised.
    ``draft`` is the newest that is kept, and ``is_draft_shown`` says that it fills the form.
    ``standing`` tells whether a comparison whose lease ran out can still be judged here.
    ``reference`` are the reference answers that may be shown now; ``is_reference_held`` says
    that there are some which may be shown later. ``versions`` are the judgment's revisions,
    the first first, once it stands for good. ``asked`` is the case of review that asks for the
    judgment again after the ten minutes, None where none does.
    """

    matter: Matter
    state: SheetState
    fields: tuple[tuple[str, str], ...]
    draft: SavedDraft | None
    is_draft_shown: bool
    standing: LeaseStanding
    judgment: StoredJudgment | None
    reference: tuple[str, ...]
    is_reference_held: bool
    versions: tuple[Version, ...]
    asked: AskedAgain | None

    @property
    def answer(self) -> Answer | None:
        """Return what the judgment in force says, its marks as shown; None before the first."""
        return _answer(self.judgment, self.matter) if self.judgment else None

    @property
    def revision(self) -> int:
        """Return the revision that the form of this page is filled in over; 0 before the first."""
        return self.judgment.revision if self.judgment else 0

    @property
    def draft_tag(self) -> str:
        """Return the name of the draft that a form of this page is filled in over."""
        return self.draft.tag if self.draft else ""

    @property
    def active_seconds(self) -> int:
        """Return the whole seconds of work that the draft remembers."""
        return int(self.draft.active_seconds) if self.draft else 0

    @property
    def saved_at(self) -> datetime | None:
        """Return when the draft was saved; None without one."""
        return self.draft.saved_at if self.draft else None

    @property
    def revisable_until(self) -> datetime | None:
        """Return until when the judgment can be changed; None without one."""
        if self.asked is not None:
            return self.asked.until
        return self.judgment.first_at + REVISABLE_FOR if self.judgment else None


def get_sheet(
    token: str,
    *,
    person_id: int,
    session: Session,
    now: datetime,
    is_as_judged: bool = False,
    language: str = "",
) -> Sheet:
    """Return the page of the assignment with this token; raise ``NotFound`` for others'.

    With ``is_as_judged`` the form shows the judgment in force although a draft of a change is
    kept, so that the draft cannot be taken for it. The rubric speaks ``language`` where it can.
    """
    matter = get_matter(token, person_id=person_id, session=session, language=language)
    judgment = find_judgment(matter.lease.id, session=session)
    is_over = judgment is not None and not is_revisable(judgment.first_at, now)
    asked = find_asked(matter.lease, session=session, now=now) if is_over else None
    state = _state(matter.lease.status, judgment, is_over=is_over and asked is None)
    revision = judgment.revision if judgment else 0
    draft = find_draft(matter.lease, session=session, revision=revision) if state.has_form else None
    is_draft_shown = draft is not None and not (is_as_judged and judgment is not None)
    is_unjudged = state in {SheetState.OPEN, SheetState.LATE}
    reference, is_held = _reference(matter, state, session=session, now=now)
    is_done = state is SheetState.DONE
    return Sheet(
        matter=matter,
        state=state,
        fields=draft.fields if draft and is_draft_shown else _judged(judgment, matter),
        draft=draft,
        is_draft_shown=is_draft_shown,
        standing=(
            standing_of(matter.lease, session=session, now=now)
            if is_unjudged
            else LeaseStanding.HELD
        ),
        judgment=judgment,
        reference=reference,
        is_reference_held=is_held,
        versions=list_versions(matter.lease.id, session=session) if is_done else (),
        asked=asked,
    )


def _judged(judgment: StoredJudgment | None, matter: Matter) -> tuple[tuple[str, str], ...]:
    """Return the fields of the judgment in force; none before the first."""
    return tuple(form_fields(_answer(judgment, matter))) if judgment else ()


def _answer(judgment: StoredJudgment, matter: Matter) -> Answer:
    return with_shown_marks(answer_from_json(json.loads(judgment.answer)), matter.texts)


def _reference(
    matter: Matter, state: SheetState, *, session: Session, now: datetime
) -> tuple[tuple[str, ...], bool]:
    """Return the reference answers to show now, and whether some are held back for later.

    ``always`` is the researcher's declared choice for all of a project's judgments. With
    ``after_answer`` the judgment has to stand for good first: within the ten minutes it could
    still be revised towards the reference, and the revision would be the one that counts.
    """
    given, when = matter.prompt.reference, matter.rubric.task.show_reference
    if when is ShowReference.ALWAYS:
        return given, False
    if not given or when is ShowReference.NEVER or state is SheetState.RETURNED:
        return (), False
    is_due = state is SheetState.DONE and is_prompt_settled(
        matter.prompt_sha256, person_id=matter.lease.person_id, session=session, now=now
    )
    return (given, False) if is_due else ((), True)


def _state(
    status: AssignmentStatus, judgment: StoredJudgment | None, *, is_over: bool
) -> SheetState:
    # The judgment decides before the status: after a cannot-judge the lease is released, and the
    # judgment can be changed all the same.
    if judgment is not None:
        return SheetState.DONE if is_over else SheetState.REVISING
    return {
        AssignmentStatus.LEASED: SheetState.OPEN,
        AssignmentStatus.EXPIRED: SheetState.LATE,
    }.get(status, SheetState.RETURNED)
