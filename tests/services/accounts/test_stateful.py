"""People come, change roles and go in any order: a small model knows who may do what."""

import random
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

import pytest
from sqlmodel import Session, col, select

from evalhub.core.people import SCOPE_ROLES, Actor, Role, Scope, command_actor
from evalhub.db.models import Invitation, Person, RoleGrant
from evalhub.errors import Conflict, NotFound
from evalhub.services import api_keys, audit
from evalhub.services.accounts import invitations, people, sessions
from evalhub.services.accounts.passwords import NewPassword
from tests.factories import make_person

N_ACTS = 80
OPERATOR = command_actor()
ADDRESSES = tuple(f"person{n}@example.org" for n in range(5))


@dataclass
class Known:
    """What the model knows of one account: its roles, sign-ins and keys, each with its end."""

    roles: set[Role]
    is_closed: bool = False
    sign_ins: dict[str, datetime] = field(default_factory=dict)
    keys: dict[str, tuple[frozenset[Scope], datetime]] = field(default_factory=dict)
    ended: set[str] = field(default_factory=set)

    def end_sign_ins(self) -> None:
        """Let every sign-in be over."""
        self.ended |= self.sign_ins.keys()
        self.sign_ins.clear()


class House:
    """Administer people as a generator says, and keep a model of what should come of it."""

    def __init__(self, session: Session, rng: random.Random) -> None:
        self.session, self.rng = session, rng
        self.now = datetime(2026, 1, 1, tzinfo=UTC)
        self.links: dict[str, tuple[str, set[Role], datetime]] = {}
        first = make_person(session, Role.ADMIN)
        self.known = {first.public_id: Known({Role.ADMIN})}

    def act(self) -> None:
        """Do one thing that admins, people or clocks do."""
        acts = (self.invite, self.accept, self.change_roles, self.close, self.reopen)
        more = (self.enter, self.leave_everywhere, self.make_key, self.wait)
        self.rng.choices((*acts, *more), weights=(3, 4, 3, 2, 2, 4, 1, 4, 2))[0]()

    def invite(self) -> None:
        """Invite an address; an older open link to it ends."""
        email, roles = self.rng.choice(ADDRESSES), self.some_roles() or {Role.ANNOTATOR}
        with suppress(Conflict):
            issued = invitations.invite(
                email,
                session=self.session,
                actor=OPERATOR,
                name="Ada",
                roles=roles,
                days=7,
                now=self.now,
            )
            self.links[email] = (issued.token, roles, issued.expires_at)

    def accept(self) -> None:
        """Open whichever link was sent last to an address; an old one opens nothing."""
        if not self.links:
            return
        email = self.rng.choice(sorted(self.links))
        token, roles, end = self.links.pop(email)
        if end <= self.now:
            with pytest.raises(NotFound):
                self.join(token)
            return
        self.known[self.join(token).public_id] = Known(set(roles))
        with pytest.raises(NotFound):
            self.join(token)

    def join(self, token: str) -> Person:
        """Open the account behind a link."""
        return invitations.accept(
            token, session=self.session, name="Ada", password=NewPassword("hash"), now=self.now
        )

    def change_roles(self) -> None:
        """Set somebody's roles, which ends their sign-ins when it changes anything."""
        public_id, wanted = self.somebody(), self.some_roles()
        known = self.known[public_id]
        if Role.ADMIN in known.roles - wanted and not self.has_other_admin(public_id):
            with pytest.raises(Conflict, match="last admin"):
                self.set_roles(public_id, wanted)
            return
        self.set_roles(public_id, wanted)
        if wanted != known.roles:
            known.roles = wanted
            known.end_sign_ins()

    def set_roles(self, public_id: str, roles: set[Role]) -> None:
        """Set the roles as the operator."""
        people.set_roles(public_id, session=self.session, actor=OPERATOR, roles=roles, now=self.now)

    def close(self) -> None:
        """Close an account, unless nobody could administer the house then."""
        public_id = self.somebody()
        known = self.known[public_id]
        if (
            Role.ADMIN in known.roles
            and not self.has_other_admin(public_id)
            and not known.is_closed
        ):
            with pytest.raises(Conflict, match="last admin"):
                people.disable(public_id, session=self.session, actor=OPERATOR, now=self.now)
            return
        people.disable(public_id, session=self.session, actor=OPERATOR, now=self.now)
        known.is_closed = True
        known.end_sign_ins()

    def reopen(self) -> None:
        """Open an account again; its old sign-ins stay ended, its keys work again."""
        public_id = self.somebody()
        people.enable(public_id, session=self.session, actor=OPERATOR, now=self.now)
        self.known[public_id].is_closed = False

    def enter(self) -> None:
        """Sign somebody in whose account is open."""
        public_id = self.somebody()
        if not self.known[public_id].is_closed:
            token = sessions.start_session(
                self.row(public_id), session=self.session, user_agent="", days=3, now=self.now
            )
            self.known[public_id].sign_ins[token] = self.now + timedelta(days=3)

    def leave_everywhere(self) -> None:
        """End every sign-in of somebody."""
        public_id = self.somebody()
        sessions.end_sessions(
            self.row(public_id).id, session=self.session, actor=OPERATOR, now=self.now
        )
        self.known[public_id].end_sign_ins()

    def make_key(self) -> None:
        """Let somebody make a key with all the scopes that their roles allow."""
        public_id = self.somebody()
        known, row = self.known[public_id], self.row(public_id)
        scopes = api_keys.allowed_scopes(known.roles)
        if scopes and not known.is_closed:
            issued = api_keys.issue_key(
                "key",
                session=self.session,
                actor=Actor(row.id, row.name, frozenset(known.roles)),
                scopes=scopes,
                days=5,
                now=self.now,
            )
            known.keys[issued.key] = (scopes, issued.expires_at)

    def wait(self) -> None:
        """Let days pass; the last is long enough for every link to end."""
        self.now += timedelta(days=self.rng.choice((1, 2, 8)))

    def somebody(self) -> str:
        """Name one of the people, an admin as often as anybody: about them the rules are strict."""
        admins = [one for one, known in self.known.items() if Role.ADMIN in known.roles]
        return self.rng.choice(self.rng.choice((admins, list(self.known))))

    def some_roles(self) -> set[Role]:
        """Draw some roles, often that of an admin."""
        admin = {Role.ADMIN} if self.rng.random() < 0.3 else set()
        return admin | set(self.rng.sample(list(Role), self.rng.randrange(4)))

    def row(self, public_id: str) -> Person:
        """Return somebody's row."""
        return self.session.exec(select(Person).where(Person.public_id == public_id)).one()

    def has_other_admin(self, public_id: str) -> bool:
        """Tell whether the house could do without this admin."""
        others = (known for one, known in self.known.items() if one != public_id)
        return any(Role.ADMIN in known.roles and not known.is_closed for known in others)

    def who_may_do_what_agrees(self) -> None:
        """Check every sign-in and key that was ever given out against the model."""
        for known in self.known.values():
            for token, end in known.sign_ins.items():
                found = sessions.find_signed_in(token, session=self.session, now=self.now)
                assert (found is not None) is (end > self.now)
                assert found is None or found.actor.roles == known.roles
            for token in known.ended:
                assert sessions.find_signed_in(token, session=self.session, now=self.now) is None
            for key, (scopes, end) in known.keys.items():
                owner = api_keys.find_key_owner(key, session=self.session, now=self.now)
                assert (owner is not None) is (end > self.now and not known.is_closed)
                left = frozenset(scope for scope in scopes if SCOPE_ROLES[scope] & known.roles)
                assert owner is None or owner.actor.scopes == left

    def somebody_can_administer(self) -> None:
        """Check that an admin whose account is open is left."""
        admins = (
            select(Person)
            .join(RoleGrant, col(RoleGrant.person_id) == col(Person.id))
            .where(RoleGrant.role == Role.ADMIN, col(Person.disabled_at).is_(None))
        )
        assert self.session.exec(admins).first() is not None

    def an_address_is_invited_once(self) -> None:
        """Check that no two links to one address are open, and none to a person who is here."""
        is_open = (col(Invitation.accepted_at).is_(None), col(Invitation.revoked_at).is_(None))
        query = select(Invitation.email).where(*is_open, col(Invitation.expires_at) > self.now)
        emails = self.session.exec(query).all()
        assert len(emails) == len(set(emails))
        assert not set(emails) & set(self.session.exec(select(Person.email)))


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
@pytest.mark.parametrize("seed", range(4))
def test_people_keep_what_they_were_given_and_nothing_else(session: Session, seed: int) -> None:
    house = House(session, random.Random(seed))

    for _ in range(N_ACTS):
        house.act()
        house.who_may_do_what_agrees()
        house.somebody_can_administer()
        house.an_address_is_invited_once()

    assert len(house.known) > 2
    assert audit.verify(session=session).is_sound
