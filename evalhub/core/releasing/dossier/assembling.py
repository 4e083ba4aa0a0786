"""Put the fields of a dossier together, and the rows that a lab pastes into its own summary."""

from collections.abc import Iterator

from evalhub.core.releasing.dossier.agreeing import repeats_field
from evalhub.core.releasing.dossier.clearing import scan_words
from evalhub.core.releasing.dossier.examining import examine
from evalhub.core.releasing.dossier.facts import ReleaseFacts
from evalhub.core.releasing.dossier.fields import Dossier, SummaryRow
from evalhub.core.releasing.dossier.observing import Observations
from evalhub.core.releasing.dossier.statements import SignedStatement
from evalhub.core.releasing.dossier.stating import collection_words, stated_fields
from evalhub.core.releasing.dossier.vocabulary import DOSSIER_SCHEMA, WORDS, FieldName
from evalhub.core.releasing.manifest import Manifest
from evalhub.core.releasing.vocabulary import PairOutcome
from evalhub.core.scoring.model_names import unique_names
from evalhub.core.wording import counted

NOTE = (
    "This release was examined for differences between groups and for effects of side, length and "
    "format. What was examined, what was found and what could not be examined stand below. An "
    "examination that finds nothing does not show that there is nothing. The fields can support "
    "documentation under Regulation (EU) 2024/1689; they do not decide whether anything meets it."
)
_SIZES = ((10_000, "less than 10,000"), (1_000_000, "10,000 to 1 million"))


def make_dossier(
    manifest: Manifest,
    facts: ReleaseFacts,
    seen: Observations,
    statement: SignedStatement | None,
) -> Dossier:
    """Return the dossier of the release that ``manifest`` describes."""
    names = unique_names({(one.slug, one.revision): one.model for one in facts.models})
    fields = stated_fields(manifest, facts, seen, statement)
    fields |= {field.name: field for field in examine(seen, names).fields}
    campaign = facts.campaign
    fields[FieldName.REPEATS] = repeats_field(
        seen.votes, n_again=campaign.n_again, n_same_again=campaign.n_same_again
    )
    return Dossier(
        schema=DOSSIER_SCHEMA,
        release=manifest.release,
        simulated=manifest.simulated,
        note=NOTE,
        fields=tuple(fields[name] for name in WORDS),
        training_summary=tuple(_summary(manifest, facts, seen)),
    )


def _summary(manifest: Manifest, facts: ReleaseFacts, seen: Observations) -> Iterator[SummaryRow]:
    counts, inputs = manifest.counts, manifest.inputs
    weeks = seen.weeks
    yield SummaryRow("Name", f"{manifest.release.title}, {manifest.id}")
    yield SummaryRow(
        "Kind of source",
        "Preferences of experts, obtained from the operator of this instance; the responses are "
        "synthetic data made by the models below.",
    )
    yield SummaryRow("Modality", "Text")
    n_pairs = counts.pairs[PairOutcome.PREFERENCE.value]
    yield SummaryRow(
        "Size",
        f"{counted(n_pairs, 'pair')} with a preference, {counted(counts.n_judgments, 'judgment')} "
        f"on {counted(counts.n_prompts, 'prompt')} ({_size(n_pairs)} pairs)",
    )
    yield SummaryRow("Period", f"{weeks[0]} to {weeks[1]} (ISO weeks)" if weeks else "none")
    yield SummaryRow("Languages", ", ".join(inputs.prompt_set.languages))
    yield SummaryRow("How it was collected", collection_words(facts))
    models = [f"{one.model} (terms of output: {one.output_terms})" for one in facts.models]
    yield SummaryRow("Models that wrote responses", "; ".join(models))
    yield SummaryRow("Licence of the prompts", ", ".join(inputs.prompt_set.licenses))
    yield SummaryRow(
        "Synthetic prompts", f"{facts.prompts.n_synthetic} of {facts.prompts.n_prompts}"
    )
    yield SummaryRow(
        "Simulated judgments", f"{counts.n_simulated_judgments} of {counts.n_judgments}"
    )
    yield SummaryRow(
        "Personal data", f"Experts are pseudonyms; times are weeks. {scan_words(manifest)}"
    )
    yield SummaryRow(
        "Identification",
        f"judgments SHA-256 {inputs.judgments_sha256}; recipe {manifest.recipe_sha256}",
    )


def _size(n_pairs: int) -> str:
    return next((words for limit, words in _SIZES if n_pairs < limit), "more than 1 million")
