"""Describe a release in one file that a program can read: inputs, counts, filters, files.

There is no clock in it: the same state gives the same bytes.
"""

import json
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass

from evalhub.core.releasing.agreement import AgreementFigure
from evalhub.core.releasing.clearance import Clearance
from evalhub.core.releasing.credential_classes import ClassCount
from evalhub.core.releasing.files import FileFacts, split_of
from evalhub.core.releasing.filters import FilterCount
from evalhub.core.releasing.reports import Changes
from evalhub.core.releasing.vocabulary import FileFormat

MANIFEST = "manifest.json"
RECIPE = "recipe.json"
CARD = "README.md"


@dataclass(frozen=True, slots=True)
class ReleaseIdentity:
    """Name a release, and what it was collected for."""

    project: str
    version: str
    title: str
    purpose: str
    domain: str

    @property
    def id(self) -> str:
        """Return the name of the release as others cite it."""
        return f"{self.project}@{self.version}"


@dataclass(frozen=True, slots=True)
class PromptSetInput:
    """Name the prompt-set version, and the licences of its prompts."""

    slug: str
    version: int
    sha256: str
    n_prompts: int
    licenses: tuple[str, ...]
    languages: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class RubricInput:
    """Name one rubric version that judgments rest on, and its file."""

    id: str
    version: str
    sha256: str
    path: str


@dataclass(frozen=True, slots=True)
class EndpointInput:
    """Name one endpoint whose responses were judged, and the terms of its output."""

    slug: str
    revision: int
    model: str
    output_terms: str
    is_simulated: bool


@dataclass(frozen=True, slots=True)
class ReleaseInputs:
    """Hold the hashes of everything a release was made from."""

    prompt_set: PromptSetInput
    rubrics: tuple[RubricInput, ...]
    endpoints: tuple[EndpointInput, ...]
    responses_sha256: str
    judgments_sha256: str
    n_responses: int
    n_judgments: int


@dataclass(frozen=True, slots=True)
class ReleaseCounts:
    """Hold the numbers a reader asks for first; ``pairs`` maps each outcome to its pairs.

    ``credential_classes`` is empty where no judgment was made under a credential, and in releases
    from before there were any.
    """

    n_judgments: int
    n_cannot_judge: int
    n_simulated_judgments: int
    n_annotators: int
    n_prompts: int
    n_models: int
    judgments_by_origin: Mapping[str, int]
    annotators_by_origin: Mapping[str, int]
    pairs: Mapping[str, int]
    rows: Mapping[str, Mapping[str, int]]
    credential_classes: tuple[ClassCount, ...] = ()


@dataclass(frozen=True, slots=True)
class ItemFacts:
    """Hold what the soft labels rest on: the fit's method, its inputs and its parameters.

    ``cuts`` are the three cuts of the graded scale, ``position_effect`` the pull of the left side;
    both in natural-log units. ``median_reliability`` is None without annotators.
    """

    method: str
    n_pairs: int
    n_judgments: int
    n_annotators: int
    n_control_answers: int
    cuts: tuple[float, ...]
    position_effect: float
    median_reliability: float | None


@dataclass(frozen=True, slots=True)
class PooledFacts:
    """Hold the method of the pooled labels and tau, or the reason why there are none."""

    method: str
    tau: float | None
    reason: str


@dataclass(frozen=True, slots=True)
class LabelFacts:
    """Hold what is known of both fits; only the item-only one makes labels to train on."""

    item_only: ItemFacts
    pooled: PooledFacts


@dataclass(frozen=True, slots=True)
class Manifest:
    """Hold everything ``manifest.json`` says.

    ``labels`` is None in releases made before labels were fitted, ``clearance`` in those made
    before consent, licences and personal data were settled first, and ``changes`` in those made
    before rows could be reported. ``licence`` is empty where the
    release has none as a whole.
    """

    schema: str
    id: str
    release: ReleaseIdentity
    simulated: bool
    recipe_sha256: str
    inputs: ReleaseInputs
    counts: ReleaseCounts
    agreement: tuple[AgreementFigure, ...]
    filters: tuple[FilterCount, ...]
    methods: Mapping[str, str]
    files: tuple[FileFacts, ...]
    writer: str
    labels: LabelFacts | None = None
    changes: Changes | None = None
    clearance: Clearance | None = None
    licence: str = ""


def rows_by_table(files: Iterable[FileFacts]) -> dict[str, dict[str, int]]:
    """Return the rows of each table by split; both formats hold the same."""
    rows: dict[str, dict[str, int]] = {}
    for file in files:
        # One format is counted, and each of the files that a large split is in.
        if file.n_rows is not None and file.path.endswith(f".{FileFormat.PARQUET}"):
            part, split = split_of(file.path)
            own = rows.setdefault(part, {})
            own[split] = own.get(split, 0) + file.n_rows
    return rows


def manifest_text(manifest: Manifest) -> str:
    """Return the text of ``manifest.json``: sorted keys, two spaces a level, one last newline."""
    return (
        json.dumps(asdict(manifest), ensure_ascii=False, allow_nan=False, indent=2, sort_keys=True)
        + "\n"
    )
