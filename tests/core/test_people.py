"""Roles, scopes and actors."""

import pytest

from evalhub.core.people import SCOPE_ROLES, Actor, Role, Scope, command_actor


@pytest.mark.parametrize(
    ("asked", "expected"),
    [((Role.LAB,), True), ((Role.ADMIN, Role.LAB), True), ((Role.ADMIN,), False), ((), False)],
    ids=["holds it", "holds one", "does not", "none asked"],
)
def test_an_actor_has_a_role_when_it_holds_one_of_those_asked(
    asked: tuple[Role, ...], *, expected: bool
) -> None:
    actor = Actor(person_id=1, name="Ada", roles=frozenset({Role.LAB}))

    assert actor.has(*asked) is expected


def test_a_command_holds_every_role() -> None:
    assert command_actor().roles == frozenset(Role)


def test_every_scope_names_the_roles_it_needs() -> None:
    assert set(SCOPE_ROLES) == set(Scope)
    # Experts get nothing by a key but their own consent, to read and to take back.
    assert [scope for scope, roles in SCOPE_ROLES.items() if Role.ANNOTATOR in roles] == [
        Scope.CONSENT_WITHDRAW
    ]
