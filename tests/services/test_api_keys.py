"""API keys: issued once, limited by roles and scopes, expiring, revocable."""

from datetime import datetime, timedelta

import pytest
from sqlmodel import Session, select

from evalhub.config import Settings
from evalhub.core.people import Actor, ReleaseLimit, Role, Scope, command_actor
from evalhub.db.models import ApiKey, AuditEvent, Person, RoleGrant
from evalhub.errors import BadInput, Forbidden, NotFound
from evalhub.services.api_keys import (
    IssuedKey,
    allowed_scopes,
    find_key_owner,
    issue_key,
    list_keys,
    note_used,
    revoke_key,
)
from tests.factories import make_person
from tests.release_project import make_tiny_project
from tests.releases import build_release


def actor_of(person: Person, *roles: Role) -> Actor:
    return Actor(person.id, person.name, frozenset(roles))


def issue(
    session: Session, actor: Actor, now: datetime, *scopes: Scope, days: int = 30
) -> IssuedKey:
    return issue_key("Nightly", session=session, actor=actor, scopes=scopes, days=days, now=now)


@pytest.fixture
def lab(session: Session) -> Actor:
    """Give somebody who may read releases."""
    return actor_of(make_person(session, Role.LAB, name="Lab"), Role.LAB)


@pytest.mark.parametrize(
    ("roles", "scopes"),
    [
        ({Role.ADMIN}, set(Scope)),
        (
            {Role.RESEARCHER},
            set(Scope) - {Scope.OPERATIONS_WRITE, Scope.QUALIFICATIONS_WRITE},
        ),
        (
            {Role.COORDINATOR},
            {
                Scope.PROJECTS_READ,
                Scope.OPERATIONS_WRITE,
                Scope.QUALIFICATIONS_WRITE,
                Scope.CONSENT_WITHDRAW,
            },
        ),
        ({Role.LAB}, {Scope.RELEASES_READ, Scope.REPORTS_WRITE, Scope.CONSENT_WITHDRAW}),
        ({Role.AUDITOR}, {Scope.RELEASES_READ, Scope.PROJECTS_READ, Scope.CONSENT_WITHDRAW}),
        ({Role.ANNOTATOR}, {Scope.CONSENT_WITHDRAW}),
        (set(), set()),
    ],
)
def test_roles_decide_what_a_key_may_carry(roles: set[Role], scopes: set[Scope]) -> None:
    assert allowed_scopes(roles) == scopes


def test_a_key_stands_for_its_owner(session: Session, lab: Actor, now: datetime) -> None:
    issue(session, actor_of(make_person(session, Role.ADMIN), Role.ADMIN), now, *Scope)
    issued = issue(session, lab, now, Scope.RELEASES_READ)

    owner = find_key_owner(issued.key, session=session, now=now)

    assert owner is not None
    scopes = frozenset({Scope.RELEASES_READ})
    assert owner.actor == Actor(
        lab.person_id, "Lab", frozenset({Role.LAB}), scopes, key_id=owner.key_id
    )


def test_a_key_is_long_and_marked_and_not_stored(
    session: Session, lab: Actor, now: datetime
) -> None:
    issued = issue(session, lab, now, Scope.RELEASES_READ)

    row = session.exec(select(ApiKey)).one()
    event = session.exec(select(AuditEvent)).one()

    assert issued.key.startswith("evh_")
    assert len(issued.key) == 47
    assert row.prefix == issued.key[:12]
    assert issued.key not in str(row.model_dump()) + event.details


@pytest.mark.parametrize("key", ["", "evh_", "evh_" + "a" * 43, "x" * 10_000], ids=range(4))
def test_an_unknown_key_stands_for_nobody(
    session: Session, lab: Actor, now: datetime, key: str
) -> None:
    issue(session, lab, now, Scope.RELEASES_READ)

    assert find_key_owner(key, session=session, now=now) is None


def test_a_key_expires(session: Session, lab: Actor, now: datetime) -> None:
    issued = issue(session, lab, now, Scope.RELEASES_READ, days=1)

    assert find_key_owner(issued.key, session=session, now=now + timedelta(days=1)) is None
    assert list_keys(lab.person_id or 0, session=session, now=now + timedelta(days=1)) == []


def test_a_revoked_key_stands_for_nobody(session: Session, lab: Actor, now: datetime) -> None:
    issued = issue(session, lab, now, Scope.RELEASES_READ)
    [row] = list_keys(lab.person_id or 0, session=session, now=now)

    revoke_key(row.public_id, session=session, actor=lab, person_id=lab.person_id or 0, now=now)

    assert find_key_owner(issued.key, session=session, now=now) is None
    assert list_keys(lab.person_id or 0, session=session, now=now) == []


def test_nobody_revokes_the_key_of_another(session: Session, lab: Actor, now: datetime) -> None:
    issue(session, lab, now, Scope.RELEASES_READ)
    [row] = list_keys(lab.person_id or 0, session=session, now=now)
    outsider = make_person(session, Role.ADMIN)

    with pytest.raises(NotFound):
        revoke_key(row.public_id, session=session, actor=lab, person_id=outsider.id, now=now)


def test_the_key_of_a_closed_account_stands_for_nobody(
    session: Session, lab: Actor, now: datetime
) -> None:
    issued = issue(session, lab, now, Scope.RELEASES_READ)
    session.get_one(Person, lab.person_id).disabled_at = now
    session.flush()

    assert find_key_owner(issued.key, session=session, now=now) is None


def test_a_key_loses_what_its_owner_lost(session: Session, now: datetime) -> None:
    person = make_person(session, Role.RESEARCHER)
    actor = actor_of(person, Role.RESEARCHER)
    issued = issue(session, actor, now, Scope.PROMPTS_WRITE, Scope.RELEASES_READ)
    session.delete(session.exec(select(RoleGrant)).one())
    session.add(RoleGrant(person_id=person.id, role=Role.LAB, granted_at=now))
    session.flush()

    owner = find_key_owner(issued.key, session=session, now=now)

    assert owner is not None
    assert owner.actor.scopes == frozenset({Scope.RELEASES_READ})


def test_last_use_is_due_at_first_and_then_each_minute(
    session: Session, lab: Actor, now: datetime
) -> None:
    issued = issue(session, lab, now, Scope.RELEASES_READ)
    first = find_key_owner(issued.key, session=session, now=now)
    assert first is not None
    note_used(first.key_id, session=session, now=now)
    session.expire_all()

    dues = [
        owner.is_stale
        for seconds in (59, 60)
        if (
            owner := find_key_owner(
                issued.key, session=session, now=now + timedelta(seconds=seconds)
            )
        )
    ]

    assert first.is_stale
    assert dues == [False, True]


@pytest.mark.parametrize(
    ("name", "scopes", "days", "where"),
    [
        ("", [Scope.RELEASES_READ], 30, "name"),
        ("x" * 101, [Scope.RELEASES_READ], 30, "name"),
        ("Nightly", [], 30, "scopes"),
        ("Nightly", [Scope.RELEASES_READ], 0, "days"),
        ("Nightly", [Scope.RELEASES_READ], 366, "days"),
    ],
    ids=["no name", "long name", "no scopes", "no days", "too many days"],
)
def test_a_bad_key_is_refused(
    session: Session,
    lab: Actor,
    now: datetime,
    name: str,
    scopes: list[Scope],
    days: int,
    where: str,
) -> None:
    with pytest.raises(BadInput) as caught:
        issue_key(name, session=session, actor=lab, scopes=scopes, days=days, now=now)

    assert caught.value.problems[0].where == where


def test_a_scope_beyond_the_roles_is_refused(session: Session, lab: Actor, now: datetime) -> None:
    with pytest.raises(Forbidden, match="prompts:write"):
        issue(session, lab, now, Scope.PROMPTS_WRITE, Scope.RELEASES_READ)


def test_a_key_cannot_make_keys(session: Session, lab: Actor, now: datetime) -> None:
    by_key = Actor(lab.person_id, lab.name, lab.roles, frozenset({Scope.RELEASES_READ}))

    for actor in (by_key, command_actor()):
        with pytest.raises(Forbidden, match="Only a signed-in person"):
            issue(session, actor, now, Scope.RELEASES_READ)


def issue_limited(
    session: Session, actor: Actor, now: datetime, *names: str, scope: Scope = Scope.RELEASES_READ
) -> IssuedKey:
    return issue_key(
        "Nightly",
        session=session,
        actor=actor,
        scopes=[scope],
        days=30,
        now=now,
        limit=ReleaseLimit(names),
    )


@pytest.fixture
def released(session: Session, settings: Settings, now: datetime) -> None:
    """Give two versions of one project, and another project without a release."""
    make_tiny_project(session)
    for version in ("1.0.0", "1.1.0"):
        build_release(
            "tiny",
            session=session,
            settings=settings,
            actor=command_actor(),
            now=now,
            version=version,
        )


@pytest.mark.usefixtures("released")
@pytest.mark.parametrize("names", [("tiny",), ("tiny@1.0.0", "tiny@1.1.0")], ids=str)
def test_a_limit_comes_back_with_the_key(
    session: Session, lab: Actor, now: datetime, names: tuple[str, ...]
) -> None:
    issued = issue_limited(session, lab, now, *names)

    owner = find_key_owner(issued.key, session=session, now=now)
    event = session.exec(select(AuditEvent).where(AuditEvent.action == "api_key.issue")).one()

    assert owner is not None
    assert owner.actor.limit == ReleaseLimit(names)
    assert owner.actor.may_open("tiny", "1.1.0")
    assert not owner.actor.may_open("other", "1.1.0")
    assert names[0] in event.details


@pytest.mark.usefixtures("released")
def test_a_limit_to_what_is_not_there_is_refused(
    session: Session, lab: Actor, now: datetime
) -> None:
    with pytest.raises(BadInput) as caught:
        issue_limited(session, lab, now, "tiny", "tiny@9.0.0", "unheard")

    assert [problem.rule for problem in caught.value.problems] == [
        "there is no release 'tiny@9.0.0'",
        "there is no release 'unheard'",
    ]


@pytest.mark.usefixtures("released")
def test_a_limited_key_carries_nothing_that_knows_no_limit(session: Session, now: datetime) -> None:
    researcher = actor_of(make_person(session, Role.RESEARCHER), Role.RESEARCHER)

    with pytest.raises(BadInput, match="limited to some releases cannot carry pulls:write"):
        issue_limited(session, researcher, now, "tiny", scope=Scope.PULLS_WRITE)


def test_the_operator_makes_keys_for_others_within_their_roles(
    session: Session, lab: Actor, now: datetime
) -> None:
    def make(actor: Actor, scope: Scope) -> IssuedKey:
        return issue_key(
            "k", session=session, actor=actor, scopes=[scope], days=1, now=now, owner=lab
        )

    issued = make(command_actor(), Scope.RELEASES_READ)

    owner = find_key_owner(issued.key, session=session, now=now)
    assert owner is not None
    assert owner.actor.person_id == lab.person_id
    with pytest.raises(Forbidden, match="pulls:write"):
        make(command_actor(), Scope.PULLS_WRITE)
    admin = actor_of(make_person(session, Role.ADMIN), Role.ADMIN)
    with pytest.raises(Forbidden, match="Only a signed-in person"):
        make(admin, Scope.RELEASES_READ)
