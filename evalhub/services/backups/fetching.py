"""Fetch the releases that a backup names in object storage, and put them on an instance's shelf."""

import shutil
from collections.abc import Sequence
from pathlib import Path

from evalhub.config import Settings
from evalhub.core.backups import StoredRelease
from evalhub.core.canonical import sha256_hex
from evalhub.core.releasing.checksums import CHECKSUMS, checksums_text, is_safe_path
from evalhub.core.releasing.files import FileFacts, HashedFile
from evalhub.core.releasing.manifest import MANIFEST, Manifest
from evalhub.errors import BadInput, SettingsError
from evalhub.services.releasing.folders import building_folder, make_durable
from evalhub.services.releasing.reading import read_manifest
from evalhub.services.releasing.shelves import Shelf, shelf_of


def fetch_releases(releases: Sequence[StoredRelease], *, url: str, settings: Settings) -> int:
    """Bring ``releases`` from the storage at ``url`` to the shelf of ``settings``; count them.

    Each is written beside the releases and takes its place whole, so what is broken off is simply
    run again. Raise ``BadInput`` where a file is missing or is not the one that the backup knows:
    a storage that serves other bytes must not become the release that people were told of.
    """
    try:
        source = shelf_of(settings.model_copy(update={"releases_url": url}))
    except SettingsError as error:
        raise BadInput.at(url, "names no object storage") from error
    shelf = shelf_of(settings)
    for stored in releases:
        with building_folder(settings.releases_dir) as folder:
            _fetch(stored, source, folder)
            make_durable(folder)
            shelf.stage(folder, stored.folder)
            shelf.publish(folder, stored.folder)
    return len(releases)


def _fetch(stored: StoredRelease, source: Shelf, folder: Path) -> None:
    manifest = _manifest(stored, source)
    facts = [_copied(stored, file.path, source, folder) for file in manifest.files]
    for found, promised in zip(facts, manifest.files, strict=True):
        _refuse_other(stored, found, promised.sha256)
    index = _copied(stored, MANIFEST, source, folder)
    _refuse_other(stored, index, stored.manifest_sha256)
    # Written anew and not fetched: it follows from the manifest to the byte.
    sums = checksums_text((*manifest.files, index))
    (folder / CHECKSUMS).write_text(sums, encoding="utf-8", newline="\n")


def _manifest(stored: StoredRelease, source: Shelf) -> Manifest:
    where = f"{stored.folder}/{MANIFEST}"
    try:
        with source.open(where) as file:
            text = file.read()
    except FileNotFoundError as error:
        raise BadInput.at(where, "is not in this storage") from error
    if sha256_hex(text) != stored.manifest_sha256:
        raise BadInput.at(where, f"has not the SHA-256 of the backup, {stored.manifest_sha256}")
    return read_manifest(text)


def _copied(stored: StoredRelease, path: str, source: Shelf, folder: Path) -> FileFacts:
    where = f"{stored.folder}/{path}"
    # The hash says that the manifest is the one of the backup; a path that leads out of the folder
    # would still be a fault of ours that no hash makes good.
    if not is_safe_path(path):
        raise BadInput.at(where, "is not a plain relative path")
    target = folder / path
    target.parent.mkdir(parents=True, exist_ok=True)
    try:
        with source.open(where) as file, HashedFile(path, target.open("xb")) as copy:
            shutil.copyfileobj(file, copy, 2**20)
            return copy.facts()
    except FileNotFoundError as error:
        raise BadInput.at(where, "is not in this storage") from error


def _refuse_other(stored: StoredRelease, found: FileFacts, sha256: str) -> None:
    if found.sha256 != sha256:
        raise BadInput.at(f"{stored.folder}/{found.path}", f"has not the SHA-256 {sha256}")
