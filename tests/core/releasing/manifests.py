"""Make manifests for tests."""

from evalhub.core.releasing.agreement import AgreementFigure
from evalhub.core.releasing.files import WRITER, FileFacts
from evalhub.core.releasing.filters import FilterCount
from evalhub.core.releasing.manifest import (
    EndpointInput,
    ItemFacts,
    LabelFacts,
    Manifest,
    PooledFacts,
    PromptSetInput,
    ReleaseCounts,
    ReleaseIdentity,
    ReleaseInputs,
    RubricInput,
    rows_by_table,
)
from evalhub.core.releasing.recipe import METHODS, Recipe
from evalhub.core.releasing.vocabulary import RELEASE_SCHEMA, FilterName, PairOutcome, Part

FILES = (
    FileFacts("pairs/train.parquet", "1" * 64, 100, 4),
    FileFacts("pairs/train.jsonl", "2" * 64, 100, 4),
    FileFacts("trl/train.parquet", "3" * 64, 100, 4),
    FileFacts("ties/test.parquet", "4" * 64, 100, 1),
    FileFacts("judgments/train.parquet", "5" * 64, 100, 9),
    FileFacts("recipe.json", "6" * 64, 100),
)
LABELS = LabelFacts(
    ItemFacts(
        method="item-only",
        n_pairs=4,
        n_judgments=9,
        n_annotators=2,
        n_control_answers=3,
        cuts=(0.5, 1.5, 3.0),
        position_effect=0.1,
        median_reliability=0.9,
    ),
    PooledFacts(method="pooled", tau=0.75, reason=""),
)
AGREEMENT = AgreementFigure(
    name="Same answer",
    method="share of pairs",
    value=0.75,
    low=0.7,
    high=0.8,
    interval_method="resampled",
    n_pairs=20,
    n_comparisons=30,
)


def make_manifest(
    *,
    simulated: bool = False,
    agreement: tuple[AgreementFigure, ...] = (),
    files: tuple[FileFacts, ...] = FILES,
    licenses: tuple[str, ...] = ("CC-BY-4.0",),
    output_terms: str = "unknown",
    title: str = "A project",
    labels: LabelFacts | None = LABELS,
) -> Manifest:
    """Return a manifest."""
    identity = ReleaseIdentity("acute", "1.2.0", title, "Train a reward model.", "medicine")
    return Manifest(
        schema=RELEASE_SCHEMA,
        id=identity.id,
        release=identity,
        simulated=simulated,
        recipe_sha256=Recipe().sha256,
        inputs=ReleaseInputs(
            prompt_set=PromptSetInput("set", 1, "7" * 64, 3, licenses, ("en-GB", "de")),
            rubrics=(RubricInput("medicine", "1.0.0", "8" * 64, "rubrics/medicine-1.0.0.json"),),
            endpoints=(EndpointInput("alder", 1, "alder-1", output_terms, simulated),),
            responses_sha256="9" * 64,
            judgments_sha256="0" * 64,
            n_responses=6,
            n_judgments=9,
        ),
        counts=ReleaseCounts(
            n_judgments=9,
            n_cannot_judge=1,
            n_simulated_judgments=9 if simulated else 0,
            n_annotators=2,
            n_prompts=3,
            n_models=2,
            judgments_by_origin={"form": 9},
            annotators_by_origin={"simulated" if simulated else "account": 2},
            pairs={outcome.value: 1 for outcome in PairOutcome},
            rows=rows_by_table(files),
        ),
        agreement=agreement,
        filters=(FilterCount(FilterName.EVENLY_SPLIT, Part.PAIRS, rows_in=5, rows_out=4),),
        methods=METHODS,
        files=files,
        writer=WRITER,
        labels=labels,
    )
