"""Fill the fields that settings, prompts and responses answer, and say why others are empty."""

from collections.abc import Iterator, Sequence

from evalhub.core.releasing.dossier.clearing import consent_field, scan_figures, scan_words
from evalhub.core.releasing.dossier.credentials import credentials_field
from evalhub.core.releasing.dossier.facts import ModelFacts, ReleaseFacts
from evalhub.core.releasing.dossier.fields import (
    DossierField,
    Figure,
    Unit,
    absent,
    computed,
    count,
    estimate,
    words,
    written,
)
from evalhub.core.releasing.dossier.observing import Observations
from evalhub.core.releasing.dossier.paying import ledger_field, offer_figures
from evalhub.core.releasing.dossier.quality import quality_fields, tally_figures
from evalhub.core.releasing.dossier.statements import WRITTEN_FIELDS, SignedStatement
from evalhub.core.releasing.dossier.vocabulary import WORDS, FieldName
from evalhub.core.releasing.manifest import Manifest, ReleaseCounts
from evalhub.core.scoring.annotators.medians import MEDIAN_METHOD, median_of
from evalhub.core.scoring.intervals.shares import share_of

NOT_COLLECTED = (
    "EvalHub does not ask experts for it. It is not known here and cannot be worked out from the "
    "release."
)
SIGNED_APART = (
    "Signatures are bound to the hash of the manifest and are kept beside the release, since a "
    "file cannot hold a signature of itself. The page of the dossier and the API show them."
)
NEVER_DELETED = (
    "Judgments are appended and never overwritten; the database refuses to update or delete them. "
    "A release is never changed."
)
STEPS = (
    "The side on which a response stands is drawn for each comparison made here, and stored.",
    "Experts see no model name, latency or token count; names that responses give are masked.",
    "The item-only label accounts for the pull of the left side and for how each expert grades.",
    "No model strength enters the labels to train on.",
    "Ties are kept apart and are never a chosen and a rejected response.",
    "Prompts of one group are in one split.",
    "Judgments of models are in no table.",
    "Style is not adjusted for in any label; its effect is stated above.",
)


def stated_fields(
    manifest: Manifest,
    facts: ReleaseFacts,
    seen: Observations,
    statement: SignedStatement | None,
) -> dict[FieldName, DossierField]:
    """Return every field that no judgment decides, by its name."""
    fields = [
        *_fields_of(manifest),
        *_written(statement),
        _collection(manifest, facts, seen),
        *_prompts(manifest, facts),
        _model_outputs(facts.models),
        *_people(facts, seen),
        *quality_fields(facts.campaign),
        _steps(),
        computed(FieldName.DELETIONS, "A rule of the database.", text=NEVER_DELETED),
        computed(FieldName.SIGN_OFFS, "Kept beside the release.", text=SIGNED_APART),
    ]
    return {field.name: field for field in fields}


def figures_of(manifest: Manifest) -> dict[FieldName, tuple[Figure, ...]]:
    """Return the figures that the manifest alone decides, so that they can be made again."""
    own = {field.name: field.figures for field in _fields_of(manifest)}
    return {**own, FieldName.COLLECTION: tuple(_counted(manifest.counts))}


def _fields_of(manifest: Manifest) -> Iterator[DossierField]:
    """Yield the fields that the manifest alone fills."""
    yield _identity(manifest)
    yield _experts(manifest)
    yield credentials_field(manifest)
    yield consent_field(manifest)
    yield _filters(manifest)
    yield _methods(manifest)


def _identity(manifest: Manifest) -> DossierField:
    release, inputs = manifest.release, manifest.inputs
    return computed(
        FieldName.IDENTITY,
        "From the build. Every file's SHA-256 stands in SHA256SUMS and manifest.json.",
        [
            words("Release", manifest.id),
            words("Title", release.title),
            words("Purpose", release.purpose),
            words("Recipe, SHA-256", manifest.recipe_sha256),
            words("Prompt set", f"{inputs.prompt_set.slug}@{inputs.prompt_set.version}"),
            words("Prompt set, SHA-256", inputs.prompt_set.sha256),
            words("Responses, SHA-256", inputs.responses_sha256, n=inputs.n_responses),
            words("Judgments, SHA-256", inputs.judgments_sha256, n=inputs.n_judgments),
            *(
                words(f"Rubric {one.id} {one.version}, SHA-256", one.sha256)
                for one in inputs.rubrics
            ),
        ],
    )


def _written(statement: SignedStatement | None) -> Iterator[DossierField]:
    for name in WRITTEN_FIELDS:
        text = statement.statement.text(name) if statement else ""
        if statement and text:
            yield written(name, text, by=statement.by)
        else:
            yield absent(
                name,
                "Nobody has written it. A researcher of the project writes it in the project's "
                f"statement, under {WORDS[name].title!r}; the next release holds it.",
            )


def _collection(manifest: Manifest, facts: ReleaseFacts, seen: Observations) -> DossierField:
    campaign, weeks = facts.campaign, seen.weeks
    return computed(
        FieldName.COLLECTION,
        "From the settings of the project and the judgments in force. Weeks are ISO weeks; finer "
        "times could tell people apart.",
        [
            words("First week", weeks[0] if weeks else "none"),
            words("Last week", weeks[1] if weeks else "none"),
            words("Pairs of a prompt", campaign.strategy),
            words("Next comparison chosen for", campaign.selection_mode),
            count("Judgments wanted a pair", campaign.overlap),
            words("Overlap rule", campaign.overlap_rule),
            *_counted(manifest.counts),
            *(count(f"Under rubric {name}", n) for name, n in sorted(seen.by_rubric.items())),
        ],
    )


def _counted(counts: ReleaseCounts) -> Iterator[Figure]:
    n = counts.n_judgments
    for origin, n_of_it in counts.judgments_by_origin.items():
        yield count(f"Judgments, {origin}", n_of_it, n=n)
    yield count("Judgments by a simulation", counts.n_simulated_judgments, n=n)
    yield count("Could not judge", counts.n_cannot_judge, n=n)


def _prompts(manifest: Manifest, facts: ReleaseFacts) -> Iterator[DossierField]:
    prompts = facts.prompts
    n = prompts.n_prompts
    synthetic = share_of(prompts.n_synthetic, n)
    yield computed(
        FieldName.PROMPT_SOURCES,
        "What each prompt states of its source. n counts prompts.",
        [
            *tally_figures(prompts.kinds, n=n),
            Figure("Synthetic", Unit.SHARE, round(synthetic.value or 0.0, 4), n=n),
            *tally_figures(prompts.generators, "Generated by ", n=n),
            count("Named authors", prompts.n_authors, n=n),
            count("Prompts with an address", prompts.n_with_url, n=n),
            count("Prompts with a reference to a consent", prompts.n_with_consent, n=n),
        ],
    )
    yield computed(
        FieldName.PROMPT_LICENCES,
        "What each prompt states. The licence of a prompt does not cover the responses. n counts "
        "prompts.",
        [
            *tally_figures(prompts.licenses, n=n),
            count("Prompts whose licence is not known", prompts.n_unknown_license, n=n),
        ],
    )
    scanned = prompts.scans.total
    yield computed(
        FieldName.PERSONAL_DATA,
        "What each prompt states of a search for personal data. n counts prompts.",
        [
            *tally_figures(prompts.scans, n=n),
            count("Prompts without a stated search", n - scanned, n=n),
            *scan_figures(manifest),
        ],
        text=scan_words(manifest),
    )


def _model_outputs(models: Sequence[ModelFacts]) -> DossierField:
    figures = [
        words(
            f"{one.model} ({one.slug}, revision {one.revision})",
            _model_words(one),
            n=one.n_responses,
        )
        for one in models
    ]
    method = (
        "From the endpoints and the responses that were judged or could be. Every row names the "
        "model of each response, so that generated text can be marked. n counts responses."
    )
    return computed(FieldName.MODEL_OUTPUTS, method, figures)


def _model_words(one: ModelFacts) -> str:
    reported = f"; names itself {', '.join(one.reported)}" if one.reported else ""
    simulated = "; simulated" if one.is_simulated else ""
    return (
        f"{one.first_week} to {one.last_week}; terms of output: {one.output_terms}; parameters "
        f"{one.parameters}; dialect {one.dialect}{reported}{simulated}"
    )


def _experts(manifest: Manifest) -> DossierField:
    counts = manifest.counts
    return computed(
        FieldName.EXPERTS,
        "Distinct pseudonyms among the released judgments, by how they came to be known.",
        [
            count("Experts", counts.n_annotators),
            *(count(f"Experts, {origin}", n) for origin, n in counts.annotators_by_origin.items()),
        ],
    )


def _people(facts: ReleaseFacts, seen: Observations) -> Iterator[DossierField]:
    yield absent(FieldName.DEMOGRAPHICS, NOT_COLLECTED)
    yield _pay(facts, seen)
    yield ledger_field(facts.campaign.ledger)
    yield _decisions(facts)


def _pay(facts: ReleaseFacts, seen: Observations) -> DossierField:
    seconds = [vote.active_seconds for vote in seen.votes if vote.active_seconds is not None]
    middle = median_of(seconds, reason="No judgment was timed.")
    return computed(
        FieldName.PAY_OFFERED,
        "From the terms of the project under which the judgments were claimed, or that hold now "
        "where none was; n counts those claimed. The hourly figure takes the expected minutes. "
        f"Time at the page without idle time; median with {MEDIAN_METHOD}; n counts timed ones.",
        [
            *offer_figures(facts.campaign.offers),
            estimate(
                "Median time at the page",
                Unit.SECONDS,
                middle.value,
                n=middle.n,
                interval=middle.interval,
                reason=middle.reason,
            ),
        ],
    )


def _decisions(facts: ReleaseFacts) -> DossierField:
    campaign = facts.campaign
    return computed(
        FieldName.AUTOMATED_DECISIONS,
        "From the rules by which comparisons are handed out.",
        [
            words("Comparison that an expert gets next", campaign.selection_mode),
            words("Side of each response", "drawn"),
            count("Minutes before a lease without activity runs out", campaign.lease_minutes),
        ],
        text="A program chooses the next comparison and its sides, and takes a comparison back "
        "when its lease runs out. It suspends nobody. Figures of single experts change no "
        "assignment; labels account for how an expert grades.",
    )


def _filters(manifest: Manifest) -> DossierField:
    figures = [
        Figure(
            f"{one.name.value}, {one.part.value}",
            Unit.COUNT,
            one.rows_in - one.rows_out,
            n=one.rows_in,
            reason=f"{one.rows_out:,} left",
        )
        for one in manifest.filters
    ]
    method = "Rows that each filter left out of a table, in the order of filters. n: rows in."
    return computed(FieldName.FILTERS, method, figures)


def _methods(manifest: Manifest) -> DossierField:
    figures = [words(name, method) for name, method in manifest.methods.items()]
    return computed(FieldName.METHODS, "The rules of the recipe, in recipe.json.", figures)


def _steps() -> DossierField:
    return computed(
        FieldName.MITIGATION_STEPS,
        "Rules that hold for every release.",
        text="\n".join(f"- {step}" for step in STEPS),
    )


def collection_words(facts: ReleaseFacts) -> str:
    """Say in a sentence how judgments were collected."""
    campaign = facts.campaign
    return (
        "Experts compare pairs of responses to one prompt without knowing the models. Judgments "
        f"wanted a pair: {campaign.overlap} ({campaign.overlap_rule}); pairs of a prompt: "
        f"{campaign.strategy}."
    )
