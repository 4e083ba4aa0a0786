"""An expert with a comparison under the small rubric, and those who decide about what they say."""

from dataclasses import dataclass, replace
from datetime import datetime

from sqlmodel import Session

from evalhub.core.assigning import Lease
from evalhub.core.people import Actor, Role
from evalhub.core.rubrics.notes import NewNote, NoteKind, NoteState
from evalhub.services.rubric_notes.deciding import decide
from evalhub.services.rubric_notes.reading import Note, notes_on
from evalhub.services.rubric_notes.writing import add_note
from tests.factories import make_person
from tests.services.assigning.conftest import Campaign, make_campaign
from tests.services.judging.conftest import small_rubric
from tests.services.projects.conftest import actor_of

REPORT = NewNote(NoteKind.UNCLEAR, "correct", "Is a half right answer wrong or mixed?", "Nightowl")
PROPOSAL = replace(REPORT, kind=NoteKind.EDGE_CASE, words="A right answer by luck is mixed.")
WHY = "Mixed, since the half counts."


@dataclass
class NoteDesk:
    """The people around a rubric; ``lease`` is what the expert holds."""

    campaign: Campaign
    lease: Lease
    expert: Actor
    other: Actor
    owner: Actor
    coordinator: Actor
    session: Session
    now: datetime

    @property
    def expert_id(self) -> int:
        """Return the row of the expert."""
        return self.lease.person_id

    def say(self, note: NewNote = REPORT, **changes: object) -> str:
        """Let the expert say something of the rubric and return its id."""
        return add_note(
            "small",
            "1.0.0",
            replace(note, **changes),  # type: ignore[arg-type]  # the fields of a note
            person_id=self.expert_id,
            session=self.session,
            now=self.now,
        )

    def decide(
        self,
        public_id: str,
        state: NoteState = NoteState.DECLINED,
        *,
        by: Actor | None = None,
        words: str = WHY,
        version: str = "",
    ) -> None:
        """Decide about a note, as the rubric's owner unless somebody else is named."""
        decide(
            public_id,
            state,
            words=words,
            version=version,
            session=self.session,
            actor=by or self.owner,
            now=self.now,
        )

    def read(self, by: Actor | None = None) -> list[Note]:
        """Return the notes as somebody reads them, by default the rubric's owner."""
        return notes_on("small", session=self.session, actor=by or self.owner)


def make_note_desk(session: Session, now: datetime) -> NoteDesk:
    """Add an expert with a comparison in hand, a colleague, an owner and a coordinator."""
    campaign = make_campaign(session, n_pairs=2, rubric=small_rubric(session))
    expert, other = campaign.people
    owner, coordinator = (
        make_person(session, role) for role in (Role.RESEARCHER, Role.COORDINATOR)
    )
    return NoteDesk(
        campaign=campaign,
        lease=campaign.must_lease(expert, now),
        expert=actor_of(expert, Role.ANNOTATOR),
        other=actor_of(other, Role.ANNOTATOR),
        owner=actor_of(owner, Role.RESEARCHER),
        coordinator=actor_of(coordinator, Role.COORDINATOR),
        session=session,
        now=now,
    )
