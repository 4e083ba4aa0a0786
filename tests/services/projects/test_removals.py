"""Who was taken off a project stays off until it is lifted; they read why and may object."""

import threading
import time
from dataclasses import dataclass
from datetime import datetime, timedelta

import pytest
import sqlalchemy as sa
from sqlmodel import Session, col, select

from evalhub.core.campaigns import ProjectStatus
from evalhub.core.people import Actor, Role, command_actor
from evalhub.core.removals import RemovalStep
from evalhub.db.engine import Database
from evalhub.db.models import AuditEvent, Person, Project, ProjectMember, RoleGrant
from evalhub.errors import BadInput, Conflict, Forbidden, NotFound
from evalhub.services.projects.choosing import join_project, leave_project, list_offers
from evalhub.services.projects.lifting import answer_objection, lift, object_to
from evalhub.services.projects.members import add_member, remove_member
from evalhub.services.projects.removals import (
    Removal,
    is_removed,
    open_objections,
    own_removals,
    removals_in,
)
from tests.factories import add_member as make_membership
from tests.factories import make_consent, make_person, make_project
from tests.services.assigning.conftest import make_campaign
from tests.services.projects.conftest import actor_of

SQLITE = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
"""For rules, which no database changes."""


@dataclass
class Scene:
    """An expert on a project that everybody may join, and those who run it."""

    project: Project
    expert: Actor
    email: str
    remover: Actor
    other: Actor
    admin: Actor
    session: Session
    now: datetime

    @property
    def expert_id(self) -> int:
        """Return the row of the expert."""
        assert self.expert.person_id is not None
        return self.expert.person_id

    def remove(self, reason: str = "Answered for a friend.") -> Removal:
        """Take the expert off the project."""
        remove_member(
            self.project,
            public_id=self.session.get_one(Person, self.expert_id).public_id,
            role=Role.ANNOTATOR,
            reason=reason,
            session=self.session,
            actor=self.remover,
            now=self.now,
        )
        return self.read()

    def read(self) -> Removal:
        """Return the expert's last removal as it stands."""
        return own_removals(self.expert_id, session=self.session, now=self.now)[0]

    def join(self) -> None:
        """Let the expert put themselves on the project."""
        join_project(self.project.slug, session=self.session, actor=self.expert, now=self.now)

    def object(self, words: str = "It was me.", *, by: Actor | None = None) -> RemovalStep:
        """Let the expert object, or appeal."""
        return object_to(
            self.read().id,
            words=words,
            session=self.session,
            actor=by or self.expert,
            now=self.now,
        )

    def answer(
        self, step: RemovalStep = RemovalStep.REJECTED, *, by: Actor | None = None, days: int = 0
    ) -> None:
        """Answer the objection, as the other coordinator unless somebody else is named."""
        answer_objection(
            self.read().id,
            step,
            words="The times say otherwise.",
            session=self.session,
            actor=by or self.other,
            now=self.now + timedelta(days=days),
        )

    def lift(self, *, by: Actor | None = None, words: str = "A mistake.") -> bool:
        """Lift the removal; tell whether the expert is on the project again."""
        actor = by or self.remover
        return lift(
            self.read().id,
            slug=self.project.slug,
            words=words,
            session=self.session,
            actor=actor,
            now=self.now,
        )

    def is_on(self) -> bool:
        """Tell whether the expert is on the project."""
        key = (self.project.id, self.expert_id, Role.ANNOTATOR)
        return self.session.get(ProjectMember, key) is not None


def make_scene(session: Session, now: datetime) -> Scene:
    project = make_campaign(session, n_people=0).project
    project.is_joinable = True
    expert = make_person(session, Role.ANNOTATOR, email="ada@example.org")
    make_consent(session, expert)
    make_membership(session, project, expert)
    remover, other = (make_person(session, Role.COORDINATOR) for _ in range(2))
    admin = make_person(session, Role.ADMIN)
    return Scene(
        project,
        actor_of(expert, Role.ANNOTATOR),
        "ada@example.org",
        actor_of(remover, Role.COORDINATOR),
        actor_of(other, Role.COORDINATOR),
        actor_of(admin, Role.ADMIN),
        session,
        now,
    )


@pytest.fixture
def scene(session: Session, now: datetime) -> Scene:
    return make_scene(session, now)


def test_who_was_taken_off_cannot_come_back_by_themselves(scene: Scene) -> None:
    scene.remove()

    with pytest.raises(Forbidden, match="You were taken off this project"):
        scene.join()

    assert not scene.is_on()
    (offer,) = list_offers(scene.expert_id, session=scene.session, now=scene.now)
    assert (offer.is_removed, offer.can_join) == (True, False)
    assert scene.read().reason == "Answered for a friend."


@SQLITE
def test_a_removal_keeps_away_from_its_project_alone(scene: Scene) -> None:
    elsewhere = make_project(scene.session, slug="elsewhere")
    elsewhere.is_joinable, elsewhere.status = True, ProjectStatus.OPEN
    scene.remove()

    join_project("elsewhere", session=scene.session, actor=scene.expert, now=scene.now)

    assert not is_removed(elsewhere.id, scene.expert_id, session=scene.session)
    assert [one.name for one in removals_in(scene.project, session=scene.session, now=scene.now)]
    assert removals_in(elsewhere, session=scene.session, now=scene.now) == []


@SQLITE
def test_who_left_by_themselves_was_not_removed(scene: Scene) -> None:
    leave_project(scene.project.slug, session=scene.session, actor=scene.expert, now=scene.now)

    scene.join()

    assert scene.is_on()
    assert own_removals(scene.expert_id, session=scene.session, now=scene.now) == []


@SQLITE
def test_a_removal_needs_a_reason_and_the_audit_log_has_it(scene: Scene) -> None:
    with pytest.raises(BadInput):
        scene.remove(" ")
    assert scene.is_on()

    scene.remove()

    (event,) = scene.session.exec(select(AuditEvent)).all()
    assert (event.action, event.actor_id) == ("project.remove_member", scene.remover.person_id)
    assert "Answered for a friend." in event.details


@SQLITE
def test_nobody_puts_them_back_by_the_way(scene: Scene) -> None:
    scene.remove()

    with pytest.raises(Conflict, match="was taken off this project"):
        add_member(
            scene.project,
            email=scene.email,
            role=Role.ANNOTATOR,
            session=scene.session,
            actor=scene.other,
            now=scene.now,
        )


def test_lifting_puts_the_expert_back(scene: Scene) -> None:
    scene.remove()

    scene.lift()

    assert scene.is_on()
    assert not is_removed(scene.project.id, scene.expert_id, session=scene.session)
    assert removals_in(scene.project, session=scene.session, now=scene.now) == []
    with pytest.raises(Conflict, match="holds no more"):
        scene.lift()
    logged = select(AuditEvent.action).order_by(col(AuditEvent.sequence))
    assert list(scene.session.exec(logged)) == [
        *("project.remove_member", "removal.lifted", "project.add_member")
    ]


@SQLITE
def test_a_second_removal_is_one_of_its_own(scene: Scene) -> None:
    scene.remove()
    scene.lift()

    again = scene.remove("Once more.")

    assert (again.reason, again.events, again.is_in_force) == ("Once more.", (), True)
    with pytest.raises(Forbidden):
        scene.join()


@SQLITE
@pytest.mark.parametrize("gone", ["closed", "no expert any more"])
def test_where_nothing_goes_on_lifting_ends_the_removal_alone(scene: Scene, gone: str) -> None:
    scene.remove()
    if gone == "closed":
        scene.project.status = ProjectStatus.CLOSED
    else:
        grant = scene.session.get_one(RoleGrant, (scene.expert_id, Role.ANNOTATOR))
        scene.session.delete(grant)
    scene.session.flush()

    is_back = scene.lift(by=scene.admin)

    assert (is_back, scene.is_on()) == (False, False)
    assert not scene.read().is_in_force


@SQLITE
def test_f51_an_objection_is_heard_by_somebody_who_had_no_hand_in_it(scene: Scene) -> None:
    scene.remove()
    assert scene.object() is RemovalStep.OBJECTED

    def waiting(actor: Actor) -> int:
        return len(open_objections(actor=actor, session=scene.session, now=scene.now))

    assert [waiting(by) for by in (scene.remover, scene.other, scene.expert)] == [0, 1, 0]
    for by in (scene.remover, scene.expert, command_actor()):
        with pytest.raises(Forbidden):
            scene.answer(by=by)
    scene.answer(RemovalStep.UPHELD)

    assert scene.is_on()
    assert waiting(scene.other) == 0


@SQLITE
def test_f51_a_refusal_is_appealed_once_to_the_administration(scene: Scene) -> None:
    scene.remove()
    scene.object()
    scene.answer()

    assert scene.object("Look at the times again.") is RemovalStep.APPEALED
    with pytest.raises(Forbidden):
        scene.answer()
    scene.answer(by=scene.admin)

    assert not scene.is_on()
    with pytest.raises(Conflict, match="objected already"):
        scene.object()


@SQLITE
def test_f51_who_refused_does_not_hear_the_appeal(scene: Scene) -> None:
    scene.remove()
    scene.object()
    scene.answer(by=scene.admin)
    scene.object("Look at the times again.")
    second = actor_of(make_person(scene.session, Role.ADMIN), Role.ADMIN)

    waiting = [
        len(open_objections(actor=by, session=scene.session, now=scene.now))
        for by in (scene.admin, second)
    ]
    with pytest.raises(Forbidden, match="had no hand in it"):
        scene.answer(by=scene.admin)
    scene.answer(RemovalStep.UPHELD, by=second)

    assert waiting == [0, 1]
    assert scene.is_on()


@SQLITE
def test_f51_a_late_answer_is_the_administrations(scene: Scene) -> None:
    scene.remove()
    scene.object()

    with pytest.raises(Forbidden):
        scene.answer(days=6)
    scene.answer(RemovalStep.UPHELD, by=scene.admin, days=6)

    assert scene.is_on()


@SQLITE
def test_what_does_not_fit_is_refused(scene: Scene) -> None:
    scene.remove()

    with pytest.raises(Conflict, match="No objection waits"):
        scene.answer()
    with pytest.raises(NotFound, match="no such removal of yours"):
        scene.object(by=scene.other)
    with pytest.raises(BadInput):
        scene.object(" ")
    with pytest.raises(Forbidden, match="lifted by somebody else"):
        scene.lift(by=scene.expert)
    with pytest.raises(NotFound):
        lift(99, slug="?", words="?", session=scene.session, actor=scene.admin, now=scene.now)
    scene.object()
    with pytest.raises(Conflict, match="No objection waits"):
        scene.answer(RemovalStep.LIFTED)
    scene.lift()
    with pytest.raises(Conflict, match="holds no more"):
        scene.answer()


def test_a_join_waits_for_a_removal_at_the_same_moment(database: Database, now: datetime) -> None:
    with database.transaction() as session:
        scene = make_scene(session, now)
        person_id, slug, project_id = scene.expert_id, scene.project.slug, scene.project.id
    refused: list[Forbidden] = []

    def join() -> None:
        try:
            with database.transaction() as session:
                join_project(slug, session=session, actor=scene.expert, now=now)
        except Forbidden as error:
            refused.append(error)

    joining = threading.Thread(target=join)
    with database.transaction() as session:
        scene.session, scene.project = session, session.get_one(Project, project_id)
        scene.remove()
        joining.start()
        # Not committed yet: who does not wait for it finds themselves on the project still.
        time.sleep(0.2)
    joining.join()

    assert len(refused) == 1
    with database.transaction(write=False) as session:
        on = select(ProjectMember).where(ProjectMember.person_id == person_id)
        assert session.exec(on).all() == []
        assert is_removed(project_id, person_id, session=session)


@pytest.mark.parametrize("table", ["project_removal", "project_removal_step"])
def test_removals_and_what_was_said_of_them_stay(scene: Scene, table: str) -> None:
    scene.remove()
    scene.object()

    with pytest.raises(sa.exc.DBAPIError, match=f"{table} is append-only"):
        scene.session.execute(sa.text(f"DELETE FROM {table}"))  # noqa: S608 - a name of this test
