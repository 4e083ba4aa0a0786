import pytest

from evalhub.core.people import Actor, Role
from evalhub.core.releasing.dossier.signing import (
    SignOffRole,
    SignOffText,
    check_sign_off,
    signing_roles,
)
from evalhub.errors import BadInput


@pytest.mark.parametrize(
    ("held", "may"),
    [
        ({Role.RESEARCHER}, (SignOffRole.STEWARD,)),
        ({Role.ADMIN}, (SignOffRole.STEWARD,)),
        ({Role.AUDITOR}, (SignOffRole.AUDITOR,)),
        ({Role.AUDITOR, Role.ADMIN}, (SignOffRole.STEWARD, SignOffRole.AUDITOR)),
        ({Role.LAB, Role.ANNOTATOR, Role.REVIEWER, Role.COORDINATOR}, ()),
    ],
    ids=["researcher", "admin", "auditor", "both", "others"],
)
def test_who_may_sign_as_what(held: set[Role], may: tuple[SignOffRole, ...]) -> None:
    assert signing_roles(Actor(1, "Ada", frozenset(held))) == may


def test_open_findings_may_be_none() -> None:
    check_sign_off(SignOffText("I have read all of it."))


@pytest.mark.parametrize(
    ("text", "places"),
    [
        (SignOffText(" \n"), ["statement"]),
        (SignOffText("x" * 4001), ["statement"]),
        (SignOffText("fine", "a\x00"), ["open findings"]),
        (SignOffText("", "\x1b"), ["statement", "open findings"]),
    ],
    ids=["empty", "too long", "control character", "both"],
)
def test_what_cannot_be_signed_is_named(text: SignOffText, places: list[str]) -> None:
    with pytest.raises(BadInput) as caught:
        check_sign_off(text)

    assert [problem.where for problem in caught.value.problems] == places
