"""Which prompts go to whom follows from what the prompt names and what the person shows."""

from datetime import UTC, date, datetime

import pytest

from evalhub.core.qualifying.credentials import Credential, CredentialDecision
from evalhub.core.qualifying.requirements import DecidedCredential, Qualifications, Requirement
from evalhub.core.qualifying.routes import Route, class_on, parse_route, route_of

NOW = datetime(2026, 11, 21, 9, tzinfo=UTC)
BOTH = Requirement(domain="medicine", matches_jurisdiction=True, matches_specialty=True)


def credential(
    credential_class: str, place: str, specialty: str = "", *, domain: str = "medicine"
) -> DecidedCredential:
    stated = Credential(
        credential_class, domain, "Chamber", date(2020, 1, 31), None, place, specialty
    )
    return DecidedCredential(stated, CredentialDecision.VERIFIED)


def holding(*credentials: DecidedCredential) -> Qualifications:
    return Qualifications(credentials, languages=frozenset({"sw"}))


HEARTS = credential("physician", "DE-BE", "cardiology")


@pytest.mark.parametrize(
    ("route", "key"),
    [
        (route_of("sw-KE"), "sw||"),
        (route_of("SW", "ke", "cardiology"), "sw|KE|cardiology"),
        (route_of("de", None, "tax_law"), "de||tax_law"),
    ],
)
def test_a_route_is_read_back_as_it_was_written(route: Route, key: str) -> None:
    assert route.key == key
    assert parse_route(key) == route


@pytest.mark.parametrize(
    ("place", "specialty", "let_in"),
    [
        ("DE", "cardiology", "physician"),
        ("DE-BE", "", "physician"),
        ("", "cardiology", "physician"),
        ("DE-BY", "cardiology", None),
        ("DE", "oncology", None),
        ("US", "", None),
        ("", "", ""),
    ],
    ids=["both", "place", "specialty", "other-place", "other-specialty", "abroad", "neither"],
)
def test_f54_what_a_prompt_names_is_asked_of_one_credential(
    place: str, specialty: str, let_in: str | None
) -> None:
    held = holding(HEARTS, credential("lawyer", "US", "oncology", domain="law"))

    assert class_on(Route("en", place, specialty), BOTH, held, NOW) == let_in


def test_f54_two_credentials_do_not_add_up() -> None:
    held = holding(credential("dentist", "KE"), HEARTS)

    assert class_on(Route("en", "KE", "cardiology"), BOTH, held, NOW) is None
    assert class_on(Route("en", "KE"), BOTH, held, NOW) == "dentist"


def test_f54_a_credential_that_waits_lets_nobody_in() -> None:
    held = holding(DecidedCredential(HEARTS.credential, None))

    assert class_on(Route("en", "DE"), BOTH, held, NOW) is None


def test_f55_a_swahili_prompt_goes_to_who_works_in_swahili() -> None:
    asks = Requirement(matches_language=True)

    assert class_on(Route("sw"), asks, holding(), NOW) == ""
    assert class_on(Route("de"), asks, holding(), NOW) is None


def test_what_is_not_asked_for_keeps_nobody_out() -> None:
    asks = Requirement(domain="medicine", classes=("physician",))

    assert class_on(Route("de", "KE", "oncology"), asks, holding(HEARTS), NOW) == "physician"
