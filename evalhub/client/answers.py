"""The answers of the server as typed data; fields that a newer server adds are passed over."""

import hashlib
from dataclasses import dataclass
from datetime import date, datetime
from typing import TypeVar

from pydantic import TypeAdapter, ValidationError

from evalhub.client.errors import Strange

Kind = TypeVar("Kind")


@dataclass(frozen=True, slots=True)
class Release:
    """Hold what the list says of one release."""

    project: str
    version: str
    title: str
    n_pairs: int
    n_judgments: int
    simulated: bool
    created_at: datetime
    withdrawn: str = ""
    """Why its files are handed out no more; empty while they are."""


@dataclass(frozen=True, slots=True)
class ConsentNotice:
    """Tell of an annotator of a release who does not consent to its use any more."""

    annotator: str
    n_judgments: int
    withdrawn_on: date


@dataclass(frozen=True, slots=True)
class Notices:
    """Hold what whoever downloaded a release must know; ``withdrawn`` is as in ``Release``."""

    withdrawn: str
    consents_withdrawn: tuple[ConsentNotice, ...]


@dataclass(frozen=True, slots=True)
class Purpose:
    """Tell where the key's owner stands on one purpose.

    ``standing`` is ``granted``, ``withdrawn``, ``refused`` or ``unanswered``.
    """

    purpose: str
    words: str
    standing: str


@dataclass(frozen=True, slots=True)
class Consent:
    """Hold where the key's owner stands; what tells of an answer is None without one."""

    text_version: int
    answered_version: int | None
    answered_at: datetime | None
    purposes: tuple[Purpose, ...]


@dataclass(frozen=True, slots=True)
class Releases:
    """Hold the list of releases."""

    releases: tuple[Release, ...]


@dataclass(frozen=True, slots=True)
class FileFacts:
    """Hold what a manifest says of one file; ``n_rows`` is None for what is no table."""

    path: str
    sha256: str
    n_bytes: int
    n_rows: int | None = None


@dataclass(frozen=True, slots=True)
class _ManifestFields:
    id: str
    files: tuple[FileFacts, ...]
    simulated: bool


@dataclass(frozen=True, slots=True)
class Manifest:
    """Hold a manifest: its bytes, which hold everything, and what a download needs of them."""

    text: bytes
    id: str
    files: tuple[FileFacts, ...]
    simulated: bool

    @property
    def sha256(self) -> str:
        """Return the hash of ``manifest.json``, which names the release down to the last byte."""
        return hashlib.sha256(self.text).hexdigest()


@dataclass(frozen=True, slots=True)
class PromptSetVersion:
    """Hold a frozen version of a prompt set; ``name`` is what a pull takes."""

    name: str
    slug: str
    title: str
    number: int
    sha256: str
    n_prompts: int


@dataclass(frozen=True, slots=True)
class Frozen:
    """Hold what confirming came to; ``is_new`` is False where the version was there before."""

    version: PromptSetVersion
    is_new: bool


@dataclass(frozen=True, slots=True)
class BadRow:
    """Hold a row that was left out: its place in the file and every reason."""

    line: int
    reasons: tuple[str, ...]
    file: str = ""


@dataclass(frozen=True, slots=True)
class UploadReport:
    """Hold what the server found in an upload; ``bad_rows`` are the first ones of ``n_bad``."""

    filename: str
    unit: str
    n_good: int
    n_bad: int
    bad_rows: tuple[BadRow, ...]
    notes: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Upload:
    """Hold an upload that waits to be confirmed or discarded."""

    token: str
    status: str
    report: UploadReport


@dataclass(frozen=True, slots=True)
class Taken:
    """Hold what sending or confirming an upload came to at once.

    ``token`` names an upload that was read, ``id`` an import that a worker reads or freezes; of a
    version that was frozen at once neither is there.
    """

    token: str = ""
    id: str = ""


@dataclass(frozen=True, slots=True)
class BrokenRule:
    """Hold a rule that a file broke, and where."""

    where: str
    rule: str


@dataclass(frozen=True, slots=True)
class Import:
    """Hold how far a worker has come with an import, and what came of it."""

    id: str
    status: str
    stage: str
    n_done: int
    attendance: str
    problems: tuple[BrokenRule, ...]
    upload: str
    version: PromptSetVersion | None

    @property
    def is_over(self) -> bool:
        """Tell whether nothing more happens with it."""
        return self.attendance == "over"


@dataclass(frozen=True, slots=True)
class PullShare:
    """Hold how far one endpoint of a pull has come."""

    endpoint: str
    model: str
    n_wanted: int
    n_settled: int
    n_by_status: dict[str, int]
    reason: str


@dataclass(frozen=True, slots=True)
class Pull:
    """Hold how far a pull has come; ``advice`` says what to do so that it goes on."""

    id: str
    status: str
    prompt_set: str
    reason: str
    n_wanted: int
    n_settled: int
    attendance: str
    has_worker: bool
    advice: str
    endpoints: tuple[PullShare, ...]

    @property
    def is_over(self) -> bool:
        """Tell whether nothing more will be asked."""
        return self.attendance == "over"


@dataclass(frozen=True, slots=True)
class RowReport:
    """Hold a report of a row; ``decision`` and ``reason`` are None while it is open."""

    number: int
    project: str
    version: str
    pair_id: str
    kind: str
    text: str
    created_at: datetime
    state: str
    decision: str | None
    reason: str | None


@dataclass(frozen=True, slots=True)
class RowReports:
    """Hold the reports that the owner of a key made of one release."""

    reports: tuple[RowReport, ...]


def parse(kind: type[Kind], text: bytes) -> Kind:
    """Return the JSON ``text`` as ``kind``; raise ``Strange`` naming the field that is wrong."""
    try:
        return TypeAdapter(kind).validate_json(text)
    except ValidationError as error:
        first = error.errors(include_input=False)[0]
        place = ".".join(str(part) for part in first["loc"]) or "the answer"
        raise Strange(f"{place}: {first['msg']}; this is no answer of EvalHub.") from error


def parse_manifest(text: bytes) -> Manifest:
    """Return a manifest with its bytes as they came."""
    fields = parse(_ManifestFields, text)
    return Manifest(text, fields.id, fields.files, fields.simulated)
