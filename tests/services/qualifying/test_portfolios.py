"""Portfolios: signed by the instance, good byte for byte, and taken back by their owner."""

import json
from dataclasses import replace
from datetime import datetime
from typing import Any

import pytest
from sqlmodel import Session

from evalhub.core.judging.answers import Choice
from evalhub.core.people import Role
from evalhub.core.qualifying.portfolios import PortfolioState, signed_bytes
from evalhub.errors import BadInput, Conflict, NotFound
from evalhub.services.qualifying.portfolios import (
    SignedPortfolio,
    get_portfolio,
    make_portfolio,
    own_portfolios,
    revoke_portfolio,
    state_of,
    state_of_file,
)
from evalhub.services.qualifying.signing import is_signed, public_key, sign
from tests.factories import make_judgment, make_level, make_person
from tests.services.assigning.conftest import make_campaign
from tests.services.projects.conftest import actor_of
from tests.services.qualifying.people import Both, actions, make_both

pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
SECRET = "a secret of the instance that is long enough"


@pytest.fixture
def both(session: Session) -> Both:
    """Give an expert of level 3 in medicine with one judgment in law, among others."""
    both = make_both(session)
    campaign = make_campaign(session)
    campaign.project.domain = "law"
    session.add(campaign.project)
    for person in (both.expert, campaign.people[0]):
        make_judgment(session, campaign.pairs[0], person, choice=Choice.A)
    make_level(session, both.expert, 3)
    return both


def make(both: Both, session: Session, now: datetime, *, is_named: bool = False) -> SignedPortfolio:
    return make_portfolio(
        is_named=is_named,
        issuer="https://lab.example.org",
        secret=SECRET,
        session=session,
        actor=both.as_expert,
        now=now,
    )


def test_f35_a_portfolio_tells_levels_counts_and_figures_with_intervals(
    both: Both, session: Session, now: datetime
) -> None:
    document: Any = make(both, session, now).document

    law, medicine = document["domains"]
    assert (document["issuer"], document["holder"][:7]) == ("https://lab.example.org", "expert ")
    assert (law["n_judgments"], law["level"], law["level_until"]) == (1, 0, None)
    assert (law["agreement"]["value"], law["agreement"]["n"]) == (1.0, 1)
    assert law["agreement"]["low"] < 0.3
    assert (medicine["level"], medicine["agreement"]["value"]) == (3, None)
    assert make(both, session, now, is_named=True).document["holder"] == "Ada Expert"


def test_f35_no_task_content_stands_in_a_portfolio(
    both: Both, session: Session, now: datetime
) -> None:
    file = make(both, session, now).file

    for words in ("Question", "Answer", "A project", "reward", "model-", "endpoint", "Ada"):
        assert words not in file


def test_f35_the_signature_verifies_with_the_published_key(
    both: Both, session: Session, now: datetime
) -> None:
    told = json.loads(make(both, session, now).file)

    content = signed_bytes(told["document"])

    assert told["key"] == public_key(secret=SECRET)
    assert is_signed(content, told["signature"], key=told["key"])
    assert not is_signed(content, told["signature"], key=public_key(secret="another secret"))


def test_f35_changing_one_byte_fails(both: Both, session: Session, now: datetime) -> None:
    file = make(both, session, now).file
    changed = file.replace('"level": 3', '"level": 4')

    assert state_of_file(file, session=session) is PortfolioState.VALID
    assert state_of_file(json.dumps(json.loads(file)), session=session) is PortfolioState.VALID
    assert changed != file
    assert state_of_file(changed, session=session) is PortfolioState.CHANGED


@pytest.mark.parametrize("beside", [{"level": 5}, {"key": "another"}], ids=["added", "other key"])
def test_f35_a_file_with_more_than_was_signed_is_changed(
    both: Both, session: Session, now: datetime, beside: dict[str, object]
) -> None:
    told = {**json.loads(make(both, session, now).file), **beside}

    assert state_of_file(json.dumps(told), session=session) is PortfolioState.CHANGED


def test_f35_a_file_signed_with_another_key_is_not_believed(
    both: Both, session: Session, now: datetime
) -> None:
    told = json.loads(make(both, session, now).file)
    told["document"]["domains"][1]["level"] = 5
    told["signature"] = sign(signed_bytes(told["document"]), secret="mine")
    told["key"] = public_key(secret="mine")

    assert state_of_file(json.dumps(told), session=session) is PortfolioState.CHANGED


def test_f35_its_owner_takes_it_back_for_good(both: Both, session: Session, now: datetime) -> None:
    kept, made = make(both, session, now, is_named=True), make(both, session, now)
    for _ in range(2):
        revoke_portfolio(made.public_id, session=session, actor=both.as_expert, now=now)

    found = get_portfolio(made.public_id, session=session)

    assert (state_of(found), found.revoked_at) == (PortfolioState.REVOKED, now)
    assert state_of_file(made.file, session=session) is PortfolioState.REVOKED
    assert state_of_file(kept.file, session=session) is PortfolioState.VALID
    assert [one.public_id for one in own_portfolios(both.expert.id, session=session)] == [
        made.public_id,
        kept.public_id,
    ]
    assert actions(session) == ["portfolio.make", "portfolio.make", "portfolio.revoke"]


def test_f35_nobody_else_takes_it_back(both: Both, session: Session, now: datetime) -> None:
    made = make(both, session, now)

    for public_id, actor in ((made.public_id, both.as_coordinator), ("none", both.as_expert)):
        with pytest.raises(NotFound, match="of yours"):
            revoke_portfolio(public_id, session=session, actor=actor, now=now)
    with pytest.raises(NotFound, match="no such portfolio here"):
        get_portfolio("none", session=session)


@pytest.mark.parametrize("text", ["[]", "{}", '{"document": 1}'])
def test_what_is_no_portfolio_is_refused(session: Session, text: str) -> None:
    with pytest.raises(BadInput, match="no portfolio"):
        state_of_file(text, session=session)


@pytest.mark.parametrize("document", ['{"id": "none"}', "{}", '{"id": {"a": 1}}'])
def test_a_file_of_another_place_is_unknown(session: Session, document: str) -> None:
    text = f'{{"document": {document}, "signature": "x"}}'

    assert state_of_file(text, session=session) is PortfolioState.UNKNOWN


def test_who_has_nothing_to_show_makes_none(session: Session, now: datetime) -> None:
    both = make_both(session)
    empty = make_person(session, Role.ANNOTATOR)

    with pytest.raises(Conflict, match="nothing to show"):
        make_portfolio(
            is_named=False,
            issuer="https://lab.example.org",
            secret=SECRET,
            session=session,
            actor=actor_of(empty, Role.ANNOTATOR),
            now=now,
        )
    assert own_portfolios(both.expert.id, session=session) == []


def test_a_level_that_ran_out_is_not_shown(both: Both, session: Session, now: datetime) -> None:
    make_level(session, both.expert, 4, expires_at=now)

    document: Any = make(both, session, now).document

    assert [one["domain"] for one in document["domains"]] == ["law"]


def test_a_row_that_somebody_wrote_into_is_not_believed(
    both: Both, session: Session, now: datetime
) -> None:
    made = make(both, session, now)

    altered = replace(made, document={**made.document, "holder": "Somebody Else"})

    assert state_of(made) is PortfolioState.VALID
    assert state_of(altered) is PortfolioState.CHANGED


def test_the_same_is_signed_once_until_it_is_taken_back(
    both: Both, session: Session, now: datetime
) -> None:
    first = make(both, session, now)
    again, named = make(both, session, now), make(both, session, now, is_named=True)
    named_again = make(both, session, now, is_named=True)

    assert again == first
    assert named_again == named != first
    assert len(own_portfolios(both.expert.id, session=session)) == 2
    revoke_portfolio(first.public_id, session=session, actor=both.as_expert, now=now)
    assert make(both, session, now).public_id != first.public_id
    make_level(session, both.expert, 2, domain="law")
    assert make(both, session, now, is_named=True).public_id != named.public_id
