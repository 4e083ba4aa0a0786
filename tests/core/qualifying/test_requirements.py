"""What a project asks for, and what somebody lacks of it."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from evalhub.core.qualifying.credentials import Credential, CredentialDecision
from evalhub.core.qualifying.levels import Level, LevelDecision
from evalhub.core.qualifying.requirements import (
    MAX_NAMES,
    NO_REQUIREMENT,
    DecidedCredential,
    Fit,
    LackKind,
    Qualifications,
    Requirement,
    check_requirement,
    fit_of,
    lies_in,
    requirement_from_json,
    requirement_to_json,
)
from evalhub.errors import BadInput

NOW = datetime(2026, 11, 21, 9, 30, tzinfo=UTC)
VERIFIED = CredentialDecision.VERIFIED
LICENCE = Credential(
    "physician", "medicine", "Chamber", date(2020, 1, 31), None, "DE-BE", "surgery"
)
DOCTORS = Requirement(domain="medicine", classes=("physician", "dentist"))


def holder(
    *credentials: Credential,
    decision: CredentialDecision | None = VERIFIED,
    level: Level | None = None,
    languages: frozenset[str] = frozenset(),
) -> Qualifications:
    end = NOW + timedelta(days=9)
    return Qualifications(
        tuple(DecidedCredential(one, decision) for one in credentials),
        (LevelDecision("medicine", level, "x", NOW, end, "Bo"),) if level else (),
        languages,
    )


def lacks(requirement: Requirement, held: Qualifications) -> tuple[LackKind, ...]:
    return fit_of(requirement, held, NOW).lacks


def test_nothing_is_asked_of_anybody_by_default() -> None:
    assert NO_REQUIREMENT.is_open
    assert fit_of(NO_REQUIREMENT, holder(LICENCE), NOW) == Fit((), "")


def test_a_verified_credential_that_fits_lets_in_with_its_class() -> None:
    assert fit_of(DOCTORS, holder(LICENCE), NOW) == Fit((), "physician")


def test_the_first_stated_that_fits_is_the_class_that_counts() -> None:
    dentist = replace(LICENCE, credential_class="dentist")

    assert fit_of(DOCTORS, holder(dentist, LICENCE), NOW).credential_class == "dentist"


@pytest.mark.parametrize(
    "change",
    [
        {"domain": "law"},
        {"credential_class": "nurse"},
    ],
)
def test_f03_another_profession_is_not_let_in(change: dict[str, str]) -> None:
    other = replace(LICENCE, **change)  # type: ignore[arg-type]  # fields of text

    assert lacks(DOCTORS, holder(other)) == (LackKind.CREDENTIAL,)


@pytest.mark.parametrize(
    ("requirement", "is_let_in"),
    [
        (Requirement(domain="medicine", needs_credential=True), True),
        (Requirement(domain="medicine", specialties=("surgery",)), True),
        (Requirement(domain="medicine", specialties=("cardiology",)), False),
        (Requirement(domain="medicine", jurisdictions=("DE",)), True),
        (Requirement(domain="medicine", jurisdictions=("AT", "DE-BE")), True),
        (Requirement(domain="medicine", jurisdictions=("DE-BY",)), False),
    ],
    ids=["any", "specialty", "other specialty", "country", "part", "other part"],
)
def test_each_narrowing_asks_for_a_credential(requirement: Requirement, is_let_in: bool) -> None:
    assert requirement.asks_credential
    assert (lacks(requirement, holder(LICENCE)) == ()) is is_let_in


def test_two_credentials_do_not_add_up_to_one_that_fits() -> None:
    wanted = replace(DOCTORS, specialties=("surgery",), jurisdictions=("FR",))
    german_surgeon, french_doctor = LICENCE, replace(LICENCE, jurisdiction="FR", specialty="")

    assert lacks(wanted, holder(german_surgeon, french_doctor)) == (LackKind.CREDENTIAL,)
    assert lacks(wanted, holder(replace(LICENCE, jurisdiction="FR"))) == ()


@pytest.mark.parametrize(
    ("decision", "expires_on", "lack"),
    [
        (None, None, LackKind.UNVERIFIED),
        (None, date(2026, 1, 1), LackKind.UNVERIFIED),
        (VERIFIED, date(2026, 11, 20), LackKind.EXPIRED),
        (CredentialDecision.REFUSED, None, LackKind.CREDENTIAL),
        (CredentialDecision.REVOKED, None, LackKind.CREDENTIAL),
    ],
    ids=["waits", "waits, over", "expired", "refused", "revoked"],
)
def test_the_nearest_reason_is_told(
    decision: CredentialDecision | None, expires_on: date | None, lack: LackKind
) -> None:
    held = holder(replace(LICENCE, expires_on=expires_on), decision=decision)

    assert lacks(DOCTORS, held) == (lack,)


def test_f30_a_level_below_or_in_another_domain_is_not_enough() -> None:
    wanted = Requirement(domain="medicine", min_level=3)

    assert lacks(wanted, holder(level=Level.PROFESSIONAL)) == ()
    assert lacks(wanted, holder(level=Level.PRACTISED)) == (LackKind.LEVEL,)
    assert lacks(replace(wanted, domain="law"), holder(level=Level.LEAD)) == (LackKind.LEVEL,)


def test_everything_that_is_missing_is_named() -> None:
    wanted = replace(DOCTORS, min_level=1, matches_language=True)

    assert lacks(wanted, Qualifications()) == (
        LackKind.CREDENTIAL,
        LackKind.LEVEL,
        LackKind.LANGUAGE,
    )
    assert lacks(wanted, holder(LICENCE, level=Level.LEAD, languages=frozenset({"sw"}))) == ()


def test_f20_accepted_only_asks_for_acceptance_in_the_domain_and_consent() -> None:
    wanted = Requirement(domain="medicine", accepted_only=True)
    in_law = Qualifications(accepted=frozenset({"law"}), has_consented=True)

    assert not wanted.is_open
    assert lacks(wanted, Qualifications()) == (LackKind.ACCEPTANCE, LackKind.CONSENT)
    assert lacks(wanted, in_law) == (LackKind.ACCEPTANCE,)
    assert lacks(wanted, replace(in_law, accepted=frozenset({"medicine"}))) == ()


def test_a_version_from_before_there_were_applications_can_be_read() -> None:
    told = requirement_to_json(DOCTORS)
    del told["accepted_only"]

    assert requirement_from_json(told) == DOCTORS


@pytest.mark.parametrize(
    ("place", "wanted", "lies"),
    [("US-CA", "US", True), ("US", "US-CA", False), ("USA", "US", False), ("", "US", False)],
)
def test_a_part_lies_in_its_country_and_not_the_other_way_round(
    place: str, wanted: str, lies: bool
) -> None:
    assert lies_in(place, wanted) is lies


@pytest.mark.parametrize(
    ("requirement", "wheres"),
    [
        (NO_REQUIREMENT, []),
        (Requirement(matches_language=True), []),
        (DOCTORS, []),
        (Requirement(needs_credential=True), ["domain"]),
        (Requirement(min_level=2), ["domain"]),
        (Requirement(accepted_only=True), ["domain"]),
        (Requirement(domain="Law"), ["domain"]),
        (Requirement(domain="law", classes=("a b", "lawyer")), ["classes"]),
        (Requirement(domain="law", specialties=("",)), ["specialties"]),
        (Requirement(domain="law", jurisdictions=("?",)), ["jurisdictions"]),
        (Requirement(domain="law", min_level=6), ["min_level"]),
        (Requirement(domain="law", classes=("lawyer",) * (MAX_NAMES + 1)), ["classes"]),
    ],
)
def test_each_broken_rule_names_its_field(requirement: Requirement, wheres: list[str]) -> None:
    assert [problem.where for problem in check_requirement(requirement)] == wheres


NAMES = st.lists(st.sampled_from(["physician", "lawyer", "DE", "US-CA"]), max_size=3).map(tuple)


@given(
    st.builds(
        Requirement,
        domain=st.sampled_from(["", "medicine"]),
        needs_credential=st.booleans(),
        classes=NAMES,
        specialties=NAMES,
        jurisdictions=NAMES,
        min_level=st.integers(0, 5),
        matches_language=st.booleans(),
        accepted_only=st.booleans(),
    )
)
def test_what_is_kept_is_what_was_asked_for(requirement: Requirement) -> None:
    assert requirement_from_json(requirement_to_json(requirement)) == requirement


def test_another_schema_is_refused() -> None:
    with pytest.raises(BadInput, match=r"evalhub\.requirement/1"):
        requirement_from_json({**requirement_to_json(DOCTORS), "schema": "evalhub.requirement/2"})
