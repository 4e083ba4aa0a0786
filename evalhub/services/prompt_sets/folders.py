"""Read a set from disk: a file, a set folder, or a folder laid out as on the Hub."""

from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path

from sqlmodel import Session

from evalhub.core.canonical import canonical_json
from evalhub.core.people import Actor
from evalhub.core.prompts.cards import SetCard, card_to_json, read_front_matter, read_set_card
from evalhub.core.prompts.files import FORMAT_BY_ENDING, PromptFile, format_of
from evalhub.core.prompts.merging import merge_files
from evalhub.core.prompts.options import ReadingOptions
from evalhub.core.reading.text import is_utf8
from evalhub.errors import BadInput, Problem
from evalhub.services.prompt_sets.freezing import Material, freeze
from evalhub.services.prompt_sets.reading import read_upload
from evalhub.services.prompt_sets.staging import SetNames
from evalhub.services.prompt_sets.views import Frozen

CARDS = ("set.yaml", "set.json")
README = "README.md"
MAX_FILE_BYTES = 2**30


@dataclass(frozen=True, slots=True)
class FolderSet:
    """A set as it lies on disk: its rows and, where it has one, its card."""

    file: PromptFile
    card: SetCard | None


def read_path(path: Path, *, options: ReadingOptions) -> FolderSet:
    """Read the file or folder at ``path``.

    A folder holds ``set.yaml`` (or ``.json``) beside ``prompts.jsonl`` (or ``.csv``,
    ``.json``, ``.parquet``), or a ``README.md`` beside ``data/``. What the card says fills
    gaps that ``options`` leave. Raise ``BadInput`` for what cannot be read.
    """
    if not path.is_dir():
        return FolderSet(_read_file(path, path.name, options), None)
    card = _card(path)
    options = _with_card(options, card)
    files = [_read_file(found, _name(found, path), options) for found in _data_files(path)]
    file = files[0] if len(files) == 1 else merge_files(path.name, files)
    n_rows = len(file.good) + len(file.bad)
    # The card was written by whoever made the set; a count that differs means a file was cut.
    if card is not None and card.n_prompts not in {None, n_rows}:
        raise BadInput.at(path.name, f"the card says {card.n_prompts} prompts; there are {n_rows}")
    return FolderSet(file, card)


def freeze_folder(
    path: Path,
    *,
    session: Session,
    actor: Actor,
    now: datetime,
    options: ReadingOptions | None = None,
) -> Frozen:
    """Freeze the set folder at ``path`` under its card's id; raise ``BadInput`` for any bad row."""
    found = read_path(path, options=options or ReadingOptions())
    if found.file.bad:
        raise BadInput(
            [
                Problem(f"{found.file.filename} {row.place}", reason)
                for row in found.file.bad
                for reason in row.reasons
            ]
        )
    names = SetNames(found.card.id, found.card.title) if found.card else SetNames(path.name)
    names = replace(names, title=names.title or names.slug)
    names.check(is_new=True)
    card = canonical_json(card_to_json(found.card)) if found.card else "{}"
    material = Material(found.file.filename, found.file.prompts, card)
    return freeze(names.slug, names.title, material, session=session, actor=actor, now=now)


def _card(folder: Path) -> SetCard | None:
    for name in CARDS:
        if (folder / name).is_file():
            return read_set_card(_bytes(folder / name), where=name)
    if (folder / README).is_file():
        return read_front_matter(_bytes(folder / README), where=README, folder=folder.name)
    return None


def _with_card(options: ReadingOptions, card: SetCard | None) -> ReadingOptions:
    if card is None:
        return options
    given, said = options.defaults, card.defaults
    merged = replace(
        given,
        domain=given.domain or said.domain,
        language=given.language or said.language,
        license=given.license or said.license,
    )
    return replace(options, defaults=merged)


def _data_files(folder: Path) -> list[Path]:
    """Return ``prompts.*``, or everything that can be read under ``data/``, by name."""
    endings = {f".{ending}" for ending in FORMAT_BY_ENDING}
    found = sorted(p for p in folder.glob("prompts.*") if p.suffix.lower() in endings)
    if len(found) > 1:
        names = ", ".join(path.name for path in found)
        raise BadInput.at(folder.name, f"holds several files of prompts: {names}")
    found = found or sorted(
        p for p in (folder / "data").rglob("*") if p.suffix.lower() in endings and p.is_file()
    )
    if not found:
        raise BadInput.at(folder.name, "holds neither prompts.jsonl nor files of rows in data/")
    return found


def _name(path: Path, folder: Path) -> str:
    return path.relative_to(folder).as_posix()


def _read_file(path: Path, name: str, options: ReadingOptions) -> PromptFile:
    # Before anything is read: a device such as /dev/zero says that it is empty and never ends.
    if path.exists():
        format_of(name)
    if not is_utf8(name):
        raise BadInput.at(ascii(name), "is not a name in UTF-8; rename the file")
    return read_upload(_bytes(path), filename=name, options=options)


def _bytes(path: Path) -> bytes:
    try:
        if path.stat().st_size > MAX_FILE_BYTES:
            raise BadInput.at(path.name, f"is larger than {MAX_FILE_BYTES:,} bytes")
        return path.read_bytes()
    except OSError as error:
        raise BadInput.at(path.name, f"cannot be read: {error.strerror}") from error
