"""Read a backup back, and believe it only when every byte is the one that was written."""

import hashlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from pydantic import TypeAdapter, ValidationError

from evalhub.core.backups import FORMAT, INSTANCE, MANIFEST, BackupManifest
from evalhub.core.releasing.checksums import CHECKSUMS, parse_checksums
from evalhub.errors import BadInput, NotFound, Problem

MAX_PROBLEMS = 20
_MANIFESTS = TypeAdapter(BackupManifest)


@dataclass(frozen=True, slots=True)
class Backup:
    """Hold a backup that was found whole."""

    folder: Path
    manifest: BackupManifest

    @property
    def kept(self) -> Path:
        """Return where it keeps the files of the instance folder."""
        return self.folder / INSTANCE


def read_backup(folder: Path) -> Backup:
    """Return the backup in ``folder``, of which every file has the hash it should have.

    Raise ``NotFound`` where there is none and ``BadInput`` that names each changed or missing
    file. Checked whole before anything is restored: half of a backup is worse than none.
    """
    if not (folder / CHECKSUMS).is_file():
        raise NotFound(f"There is no backup in {str(folder)!r}: it has no {CHECKSUMS}.")
    sums = parse_checksums(_text(folder, CHECKSUMS))
    problems = list(_broken_files(folder, sums))
    if problems:
        raise BadInput(problems[:MAX_PROBLEMS])
    manifest = _read_manifest(folder)
    named = [
        *(
            (one, f"is named in {MANIFEST} and not in {CHECKSUMS}")
            for one in manifest.paths - sums.keys()
        ),
        *(
            (one, f"is named in {CHECKSUMS} and not in {MANIFEST}")
            for one in sums.keys() - manifest.paths
        ),
    ]
    if named:
        raise BadInput([Problem(path, rule) for path, rule in sorted(named)[:MAX_PROBLEMS]])
    return Backup(folder, manifest)


def _broken_files(folder: Path, sums: Mapping[str, str]) -> Iterator[Problem]:
    for path, expected in sums.items():
        try:
            with (folder / path).open("rb") as file:
                found = hashlib.file_digest(file, "sha256").hexdigest()
        except OSError as error:
            yield Problem(path, f"cannot be read: {error.strerror}")
        else:
            if found != expected:
                yield Problem(path, f"was changed: its SHA-256 is {found}, not {expected}")


def _read_manifest(folder: Path) -> BackupManifest:
    try:
        manifest = _MANIFESTS.validate_json(_text(folder, MANIFEST))
    except ValidationError as error:
        first = error.errors()[0]
        place = ".".join(str(part) for part in first["loc"])
        raise BadInput.at(f"{MANIFEST} {place}", first["msg"]) from error
    if manifest.format != FORMAT:
        raise BadInput.at(f"{MANIFEST} format", f"{manifest.format[:40]!r} is not {FORMAT!r}")
    return manifest


def _text(folder: Path, path: str) -> str:
    try:
        return (folder / path).read_text(encoding="utf-8")
    except UnicodeDecodeError as error:
        raise BadInput.at(path, "is not text in UTF-8") from error
