"""Shape what the prompt-set API takes in and gives out."""

from datetime import datetime

from pydantic import ConfigDict, Field, JsonValue

from evalhub.api.describing import Body
from evalhub.core.prompts.canonical import prompt_to_json
from evalhub.core.prompts.options import ReadingOptions, RowDefaults, parse_renames
from evalhub.core.prompts.report import UploadReport
from evalhub.core.prompts.vocabulary import SourceKind
from evalhub.services.paging import Listing
from evalhub.services.prompt_sets import PromptView, UploadView, VersionView
from evalhub.services.prompt_sets.imports import ImportView


class UploadFields(Body):
    """Names the set and says what fills gaps in its rows."""

    model_config = ConfigDict(extra="forbid")

    slug: str = Field(max_length=200, description="Name of the set.")
    title: str = Field(default="", max_length=200, description="Title; needed for a new set.")
    domain: str | None = Field(default=None, max_length=80)
    language: str | None = Field(default=None, max_length=40)
    license: str | None = Field(default=None, max_length=80)
    source_kind: SourceKind | None = None
    renames: str = Field(
        default="", max_length=500, description="THEIRS=OURS pairs, with spaces between them."
    )
    keep_unknown: bool = Field(default=False, description="Put unknown fields into metadata.")

    @property
    def options(self) -> ReadingOptions:
        """Return how the rows are to be read."""
        defaults = RowDefaults(self.domain, self.language, self.license, self.source_kind)
        return ReadingOptions(
            defaults, parse_renames(tuple(self.renames.split())), self.keep_unknown
        )


class UploadRows(UploadFields):
    """Carries the rows themselves."""

    rows: list[JsonValue]


class VersionBody(Body):
    """One frozen version."""

    name: str
    slug: str
    title: str
    number: int
    sha256: str
    n_prompts: int
    filename: str
    frozen_at: datetime
    frozen_by: str


class FrozenBody(Body):
    """What freezing came to."""

    version: VersionBody
    is_new: bool


class UploadBody(Body):
    """An upload and the report on it."""

    token: str
    status: str
    slug: str
    title: str
    filename: str
    created_at: datetime
    next_number: int
    report: UploadReport
    version: VersionBody | None


class ProblemBody(Body):
    """A rule that a file broke, and where."""

    where: str
    rule: str


class ImportBody(Body):
    """An import by a worker: where it stands, and what came of it."""

    id: str
    status: str
    stage: str
    n_done: int
    attendance: str
    slug: str
    filename: str
    freezes: bool
    created_at: datetime
    finished_at: datetime | None
    problems: list[ProblemBody]
    upload: str = Field(description="Token of the upload that was read; empty before.")
    version: VersionBody | None


class ImportsBody(Body):
    """Imports, the newest first."""

    imports: list[ImportBody]


class PromptSetBody(Body):
    """One set and its newest version."""

    slug: str
    title: str
    n_versions: int
    newest: VersionBody


class PromptSetsBody(Body):
    """Every set."""

    prompt_sets: list[PromptSetBody]


class PromptBody(Body):
    """One prompt: its place from 1, the hash of its row, and the canonical row."""

    position: int
    sha256: str
    prompt: dict[str, JsonValue]


class VersionPageBody(Body):
    """A version with a page of its prompts."""

    version: VersionBody
    page: int
    n_pages: int
    prompts: list[PromptBody]


def version_body(view: VersionView) -> VersionBody:
    """Shape a version."""
    return VersionBody(
        name=view.name,
        slug=view.slug,
        title=view.title,
        number=view.number,
        sha256=view.sha256,
        n_prompts=view.n_prompts,
        filename=view.filename,
        frozen_at=view.frozen_at,
        frozen_by=view.frozen_by,
    )


def upload_body(view: UploadView) -> UploadBody:
    """Shape an upload."""
    return UploadBody(
        token=view.token,
        status=view.status.value,
        slug=view.slug,
        title=view.title,
        filename=view.filename,
        created_at=view.created_at,
        next_number=view.next_number,
        report=view.report,
        version=version_body(view.version) if view.version else None,
    )


def import_body(view: ImportView) -> ImportBody:
    """Shape an import."""
    return ImportBody(
        id=view.public_id,
        status=view.status.value,
        stage=view.stage.value,
        n_done=view.n_done,
        attendance=view.attendance.value,
        slug=view.slug,
        filename=view.filename,
        freezes=view.freezes,
        created_at=view.created_at,
        finished_at=view.finished_at,
        problems=[ProblemBody(where=one.where, rule=one.rule) for one in view.problems],
        upload=view.upload,
        version=version_body(view.version) if view.version else None,
    )


def version_page(view: VersionView, listing: Listing[PromptView]) -> VersionPageBody:
    """Shape a version and a page of its prompts."""
    return VersionPageBody(
        version=version_body(view),
        page=listing.page,
        n_pages=listing.n_pages,
        prompts=[_prompt(item) for item in listing.items],
    )


def _prompt(view: PromptView) -> PromptBody:
    row = {"position": view.position, "sha256": view.sha256, "prompt": prompt_to_json(view.prompt)}
    return PromptBody.model_validate(row)
