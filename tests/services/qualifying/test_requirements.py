"""What projects ask for, read from the newest version of each."""

from sqlmodel import Session

from evalhub.core.campaigns import ProjectStatus
from evalhub.core.qualifying.requirements import Requirement
from evalhub.db.models import Project
from evalhub.services.qualifying.requirements import classes_asked
from tests.factories import make_project, make_requirement


def asking(session: Session, *versions: tuple[str, ...]) -> Project:
    project = make_project(session)
    for number, classes in enumerate(versions, start=1):
        wanted = Requirement(domain="medicine", classes=classes)
        make_requirement(session, project, wanted, number=number)
    return project


def test_classes_are_those_of_the_requirement_in_force(session: Session) -> None:
    asking(session, ("midwife",), ("physician", "nurse"))
    asking(session, ("physician",))
    asking(session, ("lawyer",), ())

    assert classes_asked(session=session) == ["nurse", "physician"]


def test_closed_projects_ask_for_no_class(session: Session) -> None:
    project = asking(session, ("physician",))
    project.status = ProjectStatus.CLOSED
    session.flush()

    assert classes_asked(session=session) == []
