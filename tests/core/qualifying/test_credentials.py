"""A credential: what may be stated, what may be decided, where it stands on a day."""

import itertools
from dataclasses import replace
from datetime import date, timedelta

import pytest

from evalhub.core.qualifying.credentials import (
    MAX_REASON,
    NEXT_DECISIONS,
    Credential,
    CredentialDecision,
    CredentialStanding,
    check_credential,
    check_reason,
    name_rule,
    standing_of,
)

TODAY = date(2026, 11, 21)
LICENCE = Credential(
    credential_class="physician",
    domain="medicine",
    issuer="Chamber of Berlin",
    issued_on=date(2020, 1, 31),
    expires_on=date(2030, 1, 30),
    jurisdiction="DE",
    specialty="cardiology",
)


def broken(**changes: object) -> list[str]:
    changed = replace(LICENCE, **changes)  # type: ignore[arg-type]  # each test knows
    return [problem.where for problem in check_credential(changed, TODAY)]


def test_a_whole_credential_and_a_bare_one_can_be_stated() -> None:
    assert broken() == []
    assert broken(expires_on=None, jurisdiction="", specialty="") == []


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("credential_class", ""),
        ("credential_class", "Physician"),
        ("credential_class", "a" * 65),
        ("domain", "medicine and law"),
        ("specialty", "cardio\x00logy"),
        ("jurisdiction", "D E"),
        ("jurisdiction", "DE" * 30),
        ("issuer", "  "),
        ("issuer", "x" * 201),
        ("issuer", "Chamber\nof Berlin"),
        ("issued_on", TODAY + timedelta(days=1)),
        ("issued_on", date(1850, 1, 1)),
        ("expires_on", date(2020, 1, 30)),
    ],
)
def test_each_broken_rule_names_its_field(field: str, value: object) -> None:
    assert broken(**{field: value}) == [field]


def test_every_broken_rule_is_named_at_once() -> None:
    assert broken(credential_class="", issuer="", jurisdiction="?") == [
        "credential_class",
        "jurisdiction",
        "issuer",
    ]


def test_it_holds_through_its_last_day() -> None:
    licence = replace(LICENCE, expires_on=TODAY)

    assert standing_of(licence, CredentialDecision.VERIFIED, TODAY) is CredentialStanding.VERIFIED
    assert (
        standing_of(licence, CredentialDecision.VERIFIED, TODAY + timedelta(days=1))
        is CredentialStanding.EXPIRED
    )


def test_one_without_a_last_day_never_expires() -> None:
    licence = replace(LICENCE, expires_on=None)

    standing = standing_of(licence, CredentialDecision.VERIFIED, date(2999, 1, 1))

    assert standing is CredentialStanding.VERIFIED


@pytest.mark.parametrize(
    ("decision", "standing"),
    [
        (None, CredentialStanding.STATED),
        (CredentialDecision.REFUSED, CredentialStanding.REFUSED),
        (CredentialDecision.REVOKED, CredentialStanding.REVOKED),
    ],
)
def test_what_was_decided_counts_more_than_the_day(
    decision: CredentialDecision | None, standing: CredentialStanding
) -> None:
    expired = replace(LICENCE, expires_on=date(2020, 2, 1))

    assert standing_of(expired, decision, TODAY) is standing


def test_only_what_is_verified_can_be_revoked_and_nothing_comes_back() -> None:
    ways = {
        (before, to)
        for before, to in itertools.product((None, *CredentialDecision), CredentialDecision)
        if to in NEXT_DECISIONS[before]
    }

    assert ways == {
        (None, CredentialDecision.VERIFIED),
        (None, CredentialDecision.REFUSED),
        (CredentialDecision.VERIFIED, CredentialDecision.REVOKED),
    }


@pytest.mark.parametrize("reason", ["", "  \n", "x" * (MAX_REASON + 1), "a\x07b"])
def test_a_decision_without_a_readable_reason_is_refused(reason: str) -> None:
    assert [problem.where for problem in check_reason(reason)] == ["reason"]


def test_a_reason_may_have_lines() -> None:
    assert check_reason("Seen at the chamber.\nValid until 2030.") == []


def test_an_empty_name_is_asked_for_and_not_quoted() -> None:
    assert "''" not in name_rule("")
    assert "say which" in name_rule("")
