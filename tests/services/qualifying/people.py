"""Two people that decisions need: one who is decided about, and one who decides."""

from dataclasses import dataclass
from datetime import date

from sqlmodel import Session, col, select

from evalhub.core.people import Actor, Role
from evalhub.core.qualifying.credentials import Credential
from evalhub.db.models import AuditEvent, Person
from tests.factories import make_person
from tests.services.projects.conftest import actor_of

LICENCE = Credential(
    credential_class="physician",
    domain="medicine",
    issuer="Chamber of Berlin",
    issued_on=date(2020, 1, 31),
    jurisdiction="DE",
)


@dataclass
class Both:
    """An expert and a coordinator."""

    expert: Person
    coordinator: Person

    @property
    def as_expert(self) -> Actor:
        """Return the expert as who acts."""
        return actor_of(self.expert, Role.ANNOTATOR)

    @property
    def as_coordinator(self) -> Actor:
        """Return the coordinator as who acts."""
        return actor_of(self.coordinator, Role.COORDINATOR)


def make_both(session: Session) -> Both:
    """Add an expert and a coordinator, and others who must not be mixed in."""
    make_person(session, Role.ANNOTATOR, name="Noa Noise")
    return Both(
        make_person(session, Role.ANNOTATOR, name="Ada Expert"),
        make_person(session, Role.COORDINATOR, name="Bo Coordinator"),
    )


def actions(session: Session) -> list[str]:
    """Return what the audit log holds, in order."""
    return list(session.exec(select(AuditEvent.action).order_by(col(AuditEvent.sequence))))
