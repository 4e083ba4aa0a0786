from dataclasses import replace

from evalhub.core.prompts.records import PiiScan, Prompt, Source
from evalhub.core.prompts.vocabulary import SourceKind
from evalhub.core.releasing.dossier.facts import PromptFacts, PromptTally, StateFacts, Tally
from tests.core.releasing.dossier.documents import FACTS
from tests.core.releasing.material import make_prompt

PROMPT = make_prompt().prompt


def prompt_facts(prompts: list[Prompt]) -> PromptFacts:
    tally = PromptTally()
    for prompt in prompts:
        tally.add(prompt)
    return tally.facts()


def synthetic(by: str) -> Prompt:
    return replace(PROMPT, source=Source(SourceKind.SYNTHETIC, generator=by), license="unknown")


def test_prompts_are_counted_by_what_they_state() -> None:
    written = Source(SourceKind.WRITTEN, author="Ada", url="https://example.org")
    scanned = replace(
        PROMPT, source=written, pii=PiiScan("presidio", "none found"), consent_ref="c-1"
    )

    facts = prompt_facts([scanned, replace(scanned, id="p2"), synthetic("oak"), synthetic("oak")])

    assert facts.kinds == Tally((("synthetic", 2), ("written", 2)))
    assert facts.n_synthetic == 2
    assert facts.generators == Tally((("oak", 2),))
    assert facts.scans == Tally((("presidio: none found", 2),))
    assert (facts.n_authors, facts.n_with_url, facts.n_with_consent) == (1, 2, 2)
    assert facts.n_unknown_license == 2
    assert facts.licenses.total == 4


def test_prompts_that_state_nothing_count_nothing() -> None:
    facts = prompt_facts([PROMPT])

    assert (facts.n_synthetic, facts.scans.total, facts.n_authors) == (0, 0, 0)


def test_facts_are_json_that_changes_with_any_of_them() -> None:
    state = StateFacts(FACTS.models, FACTS.campaign)
    changed = replace(state, campaign=replace(state.campaign, n_expired=2))

    assert state.as_json() != changed.as_json()
