"""Prepare the page of one comparison: the matter, what is filled in, and what may be done."""

import json
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from sqlmodel import Session

from evalhub.core.assigning import REVISABLE_FOR, is_revisable
from evalhub.core.campaigns import AssignmentStatus
from evalhub.core.judging.answers import answer_from_json
from evalhub.core.judging.forms import form_fields
from evalhub.core.rubrics.vocabulary import ShowReference
from evalhub.services.judging.drafts import SavedDraft, find_draft
from evalhub.services.judging.matter import Matter, get_matter
from evalhub.services.judging.stored import StoredJudgment, find_judgment


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

    ``fields`` are what the form is filled with: the judgment being revised, else the draft.
    """

    matter: Matter
    state: SheetState
    fields: tuple[tuple[str, str], ...]
    active_seconds: int
    saved_at: datetime | None
    judgment: StoredJudgment | None

    @property
    def revisable_until(self) -> datetime | None:
        """Return until when the judgment can be changed; None without one."""
        return self.judgment.first_at + REVISABLE_FOR if self.judgment else None

    @property
    def reference(self) -> tuple[str, ...]:
        """Return the reference answers that may be shown now, as the rubric says."""
        when = self.matter.rubric.task.show_reference
        is_due = when is ShowReference.ALWAYS or (
            when is ShowReference.AFTER_ANSWER and self.state is SheetState.REVISING
        )
        return self.matter.prompt.reference if is_due else ()


def get_sheet(token: str, *, person_id: int, session: Session, now: datetime) -> Sheet:
    """Return the page of the assignment with this token; raise ``NotFound`` for others'."""
    matter = get_matter(token, person_id=person_id, session=session)
    judgment = find_judgment(matter.lease.id, session=session)
    state = _state(matter.lease.status, judgment, now=now)
    draft = _live_draft(matter, judgment, session=session) if state.has_form else None
    if judgment is not None:
        filled = tuple(form_fields(answer_from_json(json.loads(judgment.answer))))
    else:
        filled = draft.fields if draft else ()
    return Sheet(
        matter=matter,
        state=state,
        fields=draft.fields if draft else filled,
        active_seconds=int(draft.active_seconds) if draft else 0,
        saved_at=draft.saved_at if draft else None,
        judgment=judgment,
    )


def _live_draft(
    matter: Matter, judgment: StoredJudgment | None, *, session: Session
) -> SavedDraft | None:
    """Return the draft, unless the judgment came after it.

    A draft on its way while the judgment is submitted can be stored after it.
    """
    draft = find_draft(matter.lease, session=session)
    if draft and judgment and draft.saved_at <= judgment.created_at:
        return None
    return draft


def _state(
    status: AssignmentStatus, judgment: StoredJudgment | None, *, now: datetime
) -> SheetState:
    if judgment is not None:
        return SheetState.REVISING if is_revisable(judgment.first_at, now) else SheetState.DONE
    return {
        AssignmentStatus.LEASED: SheetState.OPEN,
        AssignmentStatus.EXPIRED: SheetState.LATE,
    }.get(status, SheetState.RETURNED)
