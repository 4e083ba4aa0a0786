"""Put the fields of a dossier together, and the rows that a lab pastes into its own summary."""

from collections.abc import Mapping

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
_SUMMARY = (
    "Name",
    "Kind of source",
    "Modality",
    "Size",
    "Period",
    "Languages",
    "How it was collected",
    "Models that wrote responses",
    "Licence of the prompts",
    "Synthetic prompts",
    "Simulated judgments",
    "Personal data",
    "Identification",
)
"""The rows of the summary, in their order."""
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
        training_summary=_summary({**summary_of(manifest), **_collected(facts, seen)}),
    )


def _summary(texts: Mapping[str, str]) -> tuple[SummaryRow, ...]:
    return tuple(SummaryRow(name, texts[name]) for name in _SUMMARY)


def summary_of(manifest: Manifest) -> dict[str, str]:
    """Return the rows of the summary that the manifest alone decides, by their names."""
    counts, inputs = manifest.counts, manifest.inputs
    n_pairs = counts.pairs[PairOutcome.PREFERENCE.value]
    return {
        "Name": f"{manifest.release.title}, {manifest.id}",
        "Size": f"{counted(n_pairs, 'pair')} with a preference, "
        f"{counted(counts.n_judgments, 'judgment')} on {counted(counts.n_prompts, 'prompt')} "
        f"({_size(n_pairs)} pairs)",
        "Languages": ", ".join(inputs.prompt_set.languages),
        "Licence of the prompts": ", ".join(inputs.prompt_set.licenses),
        "Simulated judgments": f"{counts.n_simulated_judgments} of {counts.n_judgments}",
        "Personal data": f"Experts are pseudonyms; times are weeks. {scan_words(manifest)}",
        "Identification": f"judgments SHA-256 {inputs.judgments_sha256}; "
        f"recipe {manifest.recipe_sha256}",
    }


def _collected(facts: ReleaseFacts, seen: Observations) -> dict[str, str]:
    """Return the rows that tell of the project and of its judgments."""
    prompts, weeks = facts.prompts, seen.weeks
    models = [f"{one.model} (terms of output: {one.output_terms})" for one in facts.models]
    return {
        "Kind of source": "Preferences of experts, obtained from the operator of this instance; "
        "the responses are synthetic data made by the models below.",
        "Modality": "Text",
        "Period": f"{weeks[0]} to {weeks[1]} (ISO weeks)" if weeks else "none",
        "How it was collected": collection_words(facts),
        "Models that wrote responses": "; ".join(models),
        "Synthetic prompts": f"{prompts.n_synthetic} of {prompts.n_prompts}",
    }


def _size(n_pairs: int) -> str:
    return next((words for limit, words in _SIZES if n_pairs < limit), "more than 1 million")
