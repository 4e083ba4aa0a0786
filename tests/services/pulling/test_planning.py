"""A plan says what would be asked and what it may cost; nothing is kept that cannot be."""

from dataclasses import replace

import pytest
from sqlmodel import Session, select

from evalhub.core.pulling.costs import Amount
from evalhub.core.pulling.estimates import Basis
from evalhub.db.models import Endpoint, Prompt
from evalhub.errors import BadInput
from evalhub.services.pulling import PullOptions, plan_pull, start_pull
from evalhub.services.pulling.options import MAXIMUM_SEED
from tests.factories import MOMENT, make_endpoint, make_prompt_set_version, make_response
from tests.pulling import ACTOR

# What is counted in SQL is tested on both databases beside missing.py.
pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)


@pytest.fixture
def endpoint(session: Session) -> Endpoint:
    """Give a priced endpoint beside one that has answered everything."""
    noise = make_endpoint(session, slug="noise")
    row = make_endpoint(session, slug="careful")
    row.prompt_price, row.completion_price, row.price_currency = 10**6, 2 * 10**6, "USD"
    make_prompt_set_version(session, "A" * 40, "B" * 40, slug="health")
    for prompt in session.exec(select(Prompt)):
        make_response(session, prompt, noise).completion_tokens = 9_000
    session.flush()
    return row


def test_samples_multiply_what_is_asked_and_what_it_costs(
    session: Session, endpoint: Endpoint
) -> None:
    plan = plan_pull("health", ["careful"], options=PullOptions(3), session=session)

    (share,) = plan.shares
    assert (share.n_wanted, share.n_to_ask, plan.n_to_ask) == (6, 6, 6)
    assert (share.estimate.n_prompt_tokens, share.estimate.basis) == (60, Basis.GUESS)
    assert (plan.n_tokens, plan.costs) == (3060, (Amount(6060, "USD"),))
    assert plan.is_priced


def test_what_was_answered_is_left_out_and_teaches_the_length(
    session: Session, endpoint: Endpoint
) -> None:
    prompt = session.exec(select(Prompt)).first()
    assert prompt is not None
    make_response(session, prompt, endpoint).completion_tokens = 40
    session.flush()

    (share,) = plan_pull("health", ["careful"], session=session).shares

    assert (share.n_wanted, share.n_to_ask) == (2, 1)
    assert (share.estimate.n_completion_tokens, share.estimate.basis) == (40, Basis.EARLIER)


def test_a_set_that_is_settled_costs_nothing(session: Session, endpoint: Endpoint) -> None:
    plan = plan_pull("health", ["noise"], session=session)

    assert (plan.n_to_ask, plan.n_tokens, plan.costs, plan.is_priced) == (0, 0, (), False)


@pytest.mark.parametrize(("budget", "is_above"), [(1, True), (10**9, False)])
def test_a_budget_that_would_not_do_is_told(
    session: Session, endpoint: Endpoint, budget: int, *, is_above: bool
) -> None:
    options = PullOptions(budget_micro=budget)

    plan = plan_pull("health", ["careful"], options=options, session=session)

    assert (plan.budget, plan.is_above_budget) == (Amount(budget, "USD"), is_above)


@pytest.mark.parametrize(
    ("options", "problem"),
    [
        (PullOptions(0), "samples: must lie between 1 and 20"),
        (PullOptions(21), "samples: must lie between 1 and 20"),
        (PullOptions(seed=-1), "seed: must lie between 0 and"),
        (PullOptions(seed=MAXIMUM_SEED + 1), "seed: must lie between 0 and"),
        (PullOptions(budget_micro=0), "budget: must be more than nothing"),
    ],
    ids=str,
)
def test_what_cannot_be_is_refused(
    session: Session, endpoint: Endpoint, options: PullOptions, problem: str
) -> None:
    with pytest.raises(BadInput, match=problem):
        plan_pull("health", ["careful"], options=options, session=session)
    with pytest.raises(BadInput, match=problem):
        start_pull("health", ["careful"], session=session, actor=ACTOR, now=MOMENT, options=options)


def test_a_seed_is_refused_where_a_dialect_knows_none(session: Session, endpoint: Endpoint) -> None:
    endpoint.dialect = "responses"

    with pytest.raises(BadInput, match="seed: careful speaks responses, which knows no seeds"):
        plan_pull("health", ["careful"], options=PullOptions(seed=7), session=session)


def test_a_budget_needs_one_currency_for_all(session: Session, endpoint: Endpoint) -> None:
    options = PullOptions(budget_micro=10)
    with pytest.raises(BadInput, match="budget: noise has no price"):
        plan_pull("health", ["careful", "noise"], options=options, session=session)

    other = session.exec(select(Endpoint).where(Endpoint.slug == "noise")).one()
    other.prompt_price, other.completion_price, other.price_currency = 1, 1, "EUR"

    with pytest.raises(BadInput, match="priced in EUR, USD; a budget needs one"):
        plan_pull("health", ["careful", "noise"], options=replace(options), session=session)
