"""Hold what pages, API and commands are told about prompt sets."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from evalhub.core.campaigns import UploadStatus
from evalhub.core.canonical import Json
from evalhub.core.prompts.records import Prompt
from evalhub.core.prompts.report import Count, UploadReport


@dataclass(frozen=True, slots=True)
class VersionView:
    """One frozen version of a set."""

    id: int
    slug: str
    title: str
    number: int
    sha256: str
    n_prompts: int
    filename: str
    card: Mapping[str, Json]
    frozen_at: datetime
    frozen_by: str

    @property
    def name(self) -> str:
        """Return the version's name, such as ``medicine@2``."""
        return f"{self.slug}@{self.number}"


@dataclass(frozen=True, slots=True)
class Frozen:
    """What freezing came to: the version, and whether it is new or was there already."""

    version: VersionView
    is_new: bool


@dataclass(frozen=True, slots=True)
class UploadView:
    """An upload with its report; ``version`` is set once it was confirmed.

    ``next_number`` is the version it would become, 1 when the set does not exist yet.
    """

    token: str
    slug: str
    title: str
    filename: str
    status: UploadStatus
    report: UploadReport
    sample: tuple[Prompt, ...]
    created_at: datetime
    created_by: str
    next_number: int
    version: VersionView | None


@dataclass(frozen=True, slots=True)
class WaitingUpload:
    """An upload that nobody has decided on."""

    token: str
    slug: str
    filename: str
    created_at: datetime


@dataclass(frozen=True, slots=True)
class PromptSetLine:
    """One set in a list, as its newest version."""

    slug: str
    title: str
    n_versions: int
    newest: VersionView


@dataclass(frozen=True, slots=True)
class PromptSetView:
    """One set with all its versions, the newest first."""

    slug: str
    title: str
    versions: tuple[VersionView, ...]


@dataclass(frozen=True, slots=True)
class VersionCounts:
    """How the prompts of a version divide."""

    domains: tuple[Count, ...]
    languages: tuple[Count, ...]
    splits: tuple[Count, ...]
    models: tuple[Count, ...]


@dataclass(frozen=True, slots=True)
class PromptView:
    """One prompt of a frozen version, at its place in the file from 1."""

    position: int
    sha256: str
    prompt: Prompt
