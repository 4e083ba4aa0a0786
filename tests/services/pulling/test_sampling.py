"""Samples, seeds, budgets, and answers that are not asked for twice."""

import asyncio
from dataclasses import replace

import pytest
from sqlmodel import select

from evalhub.core.campaigns import PullStatus
from evalhub.core.pulling.costs import Amount
from evalhub.core.pulling.outcomes import Outcome
from evalhub.core.pulling.specs import Question
from evalhub.core.responses import ErrorKind, ResponseStatus
from evalhub.db.models import Endpoint, Pull, Response
from evalhub.errors import BadInput, Conflict
from evalhub.services.pulling import (
    PullOptions,
    PullProgress,
    PullView,
    RunTools,
    ShareEnd,
    browse_responses,
    cancel_pull,
    plan_pull,
    pull_progress,
    run_share,
)
from tests.factories import MOMENT, make_prompt_set_version
from tests.pulling import ACTOR, QUESTIONS, Scene, store_response
from tests.services.pulling.puppet import Puppet, long_set, outcome, responses, run


class Keyed(Puppet):
    """A puppet whose answers carry the hash of their request, as those of a client do."""

    async def ask(self, question: Question) -> Outcome:
        """Answer by plan."""
        found = await super().ask(question)
        return replace(found, request_sha256=self.request_sha256(question))


def priced(scene: Scene, *, prompt: int, completion: int) -> None:
    """Give the endpoint a price."""
    with scene.database.transaction() as session:
        row = session.exec(select(Endpoint)).one()
        row.prompt_price, row.completion_price, row.price_currency = prompt, completion, "USD"
        session.add(row)


def progress(scene: Scene, pull: PullView) -> PullProgress:
    """Return how far the pull has come."""
    with scene.database.transaction(write=False) as session:
        return pull_progress(pull.public_id, session=session)


def test_each_prompt_is_asked_as_often_as_wanted_with_seeds_that_count_on(
    scene: Scene, tools: RunTools
) -> None:
    scene.endpoint()
    puppet = Keyed()
    pull = scene.start(options=PullOptions(3, seed=7))

    status = run(scene, pull.id, replace(tools, clients=puppet.open))

    rows = responses(scene)
    stored = sorted(
        (row.sample_index, row.parameters) for row in rows if row.prompt_id == rows[0].prompt_id
    )
    assert status is PullStatus.DONE
    assert sorted(puppet.asked) == sorted(3 * QUESTIONS)
    assert stored == [(i, f'{{"seed":{7 + i}}}') for i in range(3)]
    assert (progress(scene, pull).n_wanted, progress(scene, pull).n_settled) == (9, 9)


def test_a_later_pull_asks_only_the_samples_that_are_missing(scene: Scene, tools: RunTools) -> None:
    scene.endpoint()
    puppet = Keyed()
    tools = replace(tools, clients=puppet.open)
    run(scene, scene.start().id, tools)
    second = scene.start(options=PullOptions(2))

    run(scene, second.id, tools)

    assert len(puppet.asked) == 6
    with scene.database.transaction(write=False) as session:
        page = browse_responses(second.public_id, session=session)
    assert [view.sample_index for view in page.responses] == [0, 1] * 3


def test_the_next_version_of_a_set_pays_for_its_new_prompts_only(
    scene: Scene, tools: RunTools
) -> None:
    scene.endpoint()
    puppet = Keyed(default=outcome(text="Paid for."))
    tools = replace(tools, clients=puppet.open)
    run(scene, scene.start().id, tools)
    with scene.database.transaction() as session:
        make_prompt_set_version(session, *QUESTIONS, "What is new?", slug="later")
    pull = scene.start(prompt_set="later")

    status = run(scene, pull.id, tools)

    assert (status, puppet.asked[3:]) == (PullStatus.DONE, ["What is new?"])
    assert progress(scene, pull).n_settled == 4
    with scene.database.transaction(write=False) as session:
        views = browse_responses(pull.public_id, session=session).responses
    assert [(view.text, view.is_copied) for view in views] == [
        *(("Paid for.", True) for _ in QUESTIONS),
        ("Paid for.", False),
    ]


@pytest.mark.parametrize(
    ("options", "n_to_ask"),
    [
        pytest.param(PullOptions(), 1, id="the same"),
        pytest.param(PullOptions(2), 5, id="one sample more"),
        pytest.param(PullOptions(seed=7), 4, id="a seed"),
    ],
)
def test_a_plan_leaves_out_what_will_be_copied(
    scene: Scene, tools: RunTools, options: PullOptions, n_to_ask: int
) -> None:
    scene.endpoint()
    priced(scene, prompt=0, completion=10**6)
    answer = replace(outcome(), prompt_tokens=1, completion_tokens=100)
    puppet = Keyed(default=answer)
    tools = replace(tools, clients=puppet.open)
    run(scene, scene.start().id, tools)
    with scene.database.transaction() as session:
        make_prompt_set_version(session, *QUESTIONS, "What is new?", slug="later")

    with scene.database.transaction(write=False) as session:
        plan = plan_pull("later", ["careful"], options=options, session=session)
    run(scene, scene.start(prompt_set="later", options=options).id, tools)

    assert (plan.n_to_ask, plan.costs) == (n_to_ask, (Amount(n_to_ask * 100, "USD"),))
    assert len(puppet.asked) - len(QUESTIONS) == n_to_ask


def test_a_plan_asks_again_what_ended_in_an_error_or_came_with_its_prompt(
    scene: Scene, tools: RunTools
) -> None:
    endpoint_id = scene.endpoint()
    broken = outcome(ResponseStatus.ERROR, "", kind=ErrorKind.MALFORMED, message="no")
    pull = scene.start()
    store_response(scene.database, pull.id, endpoint_id, at=MOMENT)
    with scene.database.transaction() as session:
        session.exec(select(Response)).one().pull_id = None
    run(scene, pull.id, replace(tools, clients=Puppet(default=broken).open))
    with scene.database.transaction() as session:
        make_prompt_set_version(session, *QUESTIONS, slug="later")

    with scene.database.transaction(write=False) as session:
        plan = plan_pull("later", ["careful"], session=session)

    assert plan.n_to_ask == 3


def test_an_error_and_another_seed_are_asked_again(scene: Scene, tools: RunTools) -> None:
    scene.endpoint()
    broken = outcome(ResponseStatus.ERROR, "", kind=ErrorKind.MALFORMED, message="no")
    puppet = Keyed({QUESTIONS[0]: broken})
    tools = replace(tools, clients=puppet.open)
    run(scene, scene.start().id, tools)
    with scene.database.transaction() as session:
        make_prompt_set_version(session, QUESTIONS[0], slug="once-more")
        make_prompt_set_version(session, QUESTIONS[1], slug="seeded")

    run(scene, scene.start(prompt_set="once-more").id, tools)
    run(scene, scene.start(prompt_set="seeded", options=PullOptions(seed=1)).id, tools)

    assert puppet.asked[3:] == [QUESTIONS[0], QUESTIONS[1]]


def test_tokens_and_cost_are_counted_and_copies_cost_nothing(scene: Scene, tools: RunTools) -> None:
    scene.endpoint()
    priced(scene, prompt=10**6, completion=2 * 10**6)
    answer = replace(outcome(), prompt_tokens=10, completion_tokens=20)
    tools = replace(tools, clients=Keyed(default=answer).open)
    first = scene.start()
    run(scene, first.id, tools)
    with scene.database.transaction() as session:
        make_prompt_set_version(session, QUESTIONS[0], slug="copy")
    second = scene.start(prompt_set="copy")
    run(scene, second.id, tools)

    (share,) = progress(scene, first).endpoints
    assert (share.n_prompt_tokens, share.n_completion_tokens) == (30, 60)
    assert share.cost == Amount(150, "USD")
    assert progress(scene, first).costs == (share.cost,)
    assert (progress(scene, second).n_tokens, progress(scene, second).costs) == (
        0,
        (Amount(0, "USD"),),
    )


def test_tokens_that_a_server_does_not_count_are_reckoned(scene: Scene, tools: RunTools) -> None:
    scene.endpoint()
    pull = scene.start(prompt_set="noise")

    run(scene, pull.id, replace(tools, clients=Puppet(default=outcome(text="x" * 40)).open))

    (share,) = progress(scene, pull).endpoints
    assert (share.n_prompt_tokens, share.n_completion_tokens, share.cost) == (2, 10, None)


@pytest.mark.parametrize("is_taken_over", [False, True], ids=["first run", "taken over"])
def test_a_budget_stops_the_pull_and_says_so(
    scene: Scene, tools: RunTools, *, is_taken_over: bool
) -> None:
    scene.endpoint()
    priced(scene, prompt=0, completion=10**6)
    long_set(scene, 100)
    answer = replace(outcome(), prompt_tokens=1, completion_tokens=100)
    puppet = Puppet(default=answer)
    tools = replace(tools, clients=puppet.open)
    pull = scene.start(prompt_set="long", options=PullOptions(budget_micro=1000))

    status = run(scene, pull.id, tools)
    n_asked = len(puppet.asked)
    if is_taken_over:
        with scene.database.transaction() as session:
            session.get_one(Pull, pull.id).status = PullStatus.RUNNING
        scene.resume(pull.public_id)
        status = run(scene, pull.id, tools)

    # Ten answers use it up; besides, at most the eight that may be under way at that moment.
    assert status is PullStatus.FAILED
    assert 10 <= n_asked <= 18
    # Taken over, each asker looks once before it hears that nothing is left.
    assert len(puppet.asked) == n_asked
    reason = progress(scene, pull).pull.reason
    assert reason.startswith("careful@1: the budget of 0.001 USD is used up (0.001")


def test_a_budget_that_the_last_answer_uses_up_lets_the_pull_end(
    scene: Scene, tools: RunTools
) -> None:
    scene.endpoint()
    priced(scene, prompt=0, completion=10**6)
    answer = replace(outcome(), prompt_tokens=1, completion_tokens=100)
    pull = scene.start(options=PullOptions(budget_micro=300))

    status = run(scene, pull.id, replace(tools, clients=Puppet(default=answer).open))

    found = progress(scene, pull)
    assert (status, found.pull.reason) == (PullStatus.DONE, "")
    assert (found.costs, found.n_settled) == ((Amount(300, "USD"),), 3)


def test_a_complete_pull_that_is_run_again_over_its_budget_stays_whole(
    scene: Scene, tools: RunTools
) -> None:
    endpoint_id = scene.endpoint()
    priced(scene, prompt=0, completion=10**6)
    answer = replace(outcome(), prompt_tokens=1, completion_tokens=100)
    tools = replace(tools, clients=Puppet(default=answer).open)
    pull = scene.start(options=PullOptions(budget_micro=300))
    run(scene, pull.id, tools)
    with scene.database.transaction() as session:
        session.get_one(Pull, pull.id).status = PullStatus.RUNNING

    end = asyncio.run(run_share(scene.database, pull.id, endpoint_id, tools=tools))

    assert end is ShareEnd.DONE
    assert progress(scene, pull).pull.status is PullStatus.DONE


@pytest.mark.parametrize(
    ("stored", "words"),
    [(1, "with the seed 1, and 2 would"), (None, "without a seed, and 2 would")],
    ids=["other seed", "no seed"],
)
def test_answers_of_one_seed_are_not_claimed_for_another(
    scene: Scene, tools: RunTools, stored: int | None, words: str
) -> None:
    scene.endpoint()
    run(scene, scene.start(options=PullOptions(seed=stored)).id, tools)
    scene.start(prompt_set="noise", options=PullOptions(seed=3))

    with pytest.raises(BadInput, match=f"seed: careful is asked .* {words} change nothing"):
        scene.start(options=PullOptions(2, seed=2))
    with (
        scene.database.transaction(write=False) as session,
        pytest.raises(BadInput, match=words),
    ):
        plan_pull("health", ["careful"], options=PullOptions(seed=2), session=session)


def test_the_seed_of_a_pull_under_way_holds_for_others(scene: Scene) -> None:
    scene.endpoint()
    first = scene.start(options=PullOptions(seed=1))

    with pytest.raises(BadInput, match="with the seed 1"):
        scene.start(options=PullOptions(seed=2))

    with scene.database.transaction() as session:
        cancel_pull(first.public_id, session=session, actor=ACTOR, now=MOMENT)
    assert scene.start(options=PullOptions(seed=2)).seed == 2


@pytest.mark.parametrize(
    ("seed", "words"),
    [(2, "with the seed 2: start another pull with that"), (None, "without a seed: start another")],
    ids=["other seed", "no seed"],
)
def test_a_pull_is_not_resumed_over_answers_of_another_seed(
    scene: Scene, tools: RunTools, seed: int | None, words: str
) -> None:
    scene.endpoint()
    first = scene.start(options=PullOptions(seed=1))
    with scene.database.transaction() as session:
        cancel_pull(first.public_id, session=session, actor=ACTOR, now=MOMENT)
    run(
        scene, scene.start(options=PullOptions(seed=seed)).id, replace(tools, clients=Puppet().open)
    )

    with pytest.raises(Conflict, match=f"asks with the seed 1, .* {words}"):
        scene.resume(first.public_id)

    assert progress(scene, first).pull.status is PullStatus.CANCELLED


def test_a_pull_is_resumed_over_its_own_answers(scene: Scene, tools: RunTools) -> None:
    endpoint_id = scene.endpoint()
    pull = scene.start(options=PullOptions(seed=1))
    store_response(scene.database, pull.id, endpoint_id, at=MOMENT)
    with scene.database.transaction() as session:
        cancel_pull(pull.public_id, session=session, actor=ACTOR, now=MOMENT)

    scene.resume(pull.public_id)

    assert run(scene, pull.id, replace(tools, clients=Puppet().open)) is PullStatus.DONE


def test_the_same_seed_asks_for_more_samples_and_none_claims_nothing(
    scene: Scene, tools: RunTools
) -> None:
    scene.endpoint()
    run(scene, scene.start(options=PullOptions(seed=1)).id, tools)

    assert scene.start(options=PullOptions(2, seed=1)).n_samples == 2
    assert scene.start().seed is None


def test_errors_that_are_asked_again_may_have_another_seed(scene: Scene, tools: RunTools) -> None:
    scene.endpoint()
    broken = outcome(ResponseStatus.ERROR, "", kind=ErrorKind.MALFORMED, message="no")
    tools = replace(tools, clients=Puppet(default=broken).open)
    run(scene, scene.start(options=PullOptions(seed=1)).id, tools)

    with pytest.raises(BadInput, match="with the seed 1"):
        scene.start(options=PullOptions(seed=2))
    assert scene.start(retry_errors=True, options=PullOptions(seed=2)).seed == 2


def test_a_budget_that_does_lets_the_pull_end(scene: Scene, tools: RunTools) -> None:
    scene.endpoint()
    priced(scene, prompt=0, completion=10**6)
    answer = replace(outcome(), prompt_tokens=1, completion_tokens=100)
    pull = scene.start(options=PullOptions(budget_micro=301))

    status = run(scene, pull.id, replace(tools, clients=Puppet(default=answer).open))

    assert (status, progress(scene, pull).costs) == (PullStatus.DONE, (Amount(300, "USD"),))
