"""Fetch the releases that a backup names in object storage, and put them on an instance's shelf."""

import shutil
from collections.abc import Sequence
from pathlib import Path

from evalhub.config import Settings
from evalhub.core.backups import StoredRelease
from evalhub.core.canonical import sha256_hex
from evalhub.core.releasing.checksums import CHECKSUMS, checksums_text, is_safe_path
from evalhub.core.releasing.files import FileFacts, HashedFile
from evalhub.core.releasing.manifest import MANIFEST
from evalhub.errors import BadInput, Conflict, SettingsError
from evalhub.services.releasing.folders import building_folder, make_durable
from evalhub.services.releasing.reading import read_manifest
from evalhub.services.releasing.shelves import Shelf, shelf_of


def fetch_releases(releases: Sequence[StoredRelease], *, url: str, settings: Settings) -> int:
    """Bring ``releases`` from the storage at ``url`` to the shelf of ``settings``; count them.

    Each is written beside the releases and takes its place whole, so what is broken off is simply
    run again. Raise ``BadInput`` where a file is missing or is not the one that the backup knows:
    a storage that serves other bytes must not become the release that people were told of. Raise
    ``Conflict``, before anything is written, where another release stands in the place of one.
    """
    try:
        source = shelf_of(settings.model_copy(update={"releases_url": url}))
    except SettingsError as error:
        raise BadInput.at(url, "names no object storage") from error
    shelf = shelf_of(settings)
    for stored in releases:
        _refuse_taken(stored, shelf)
    for stored in releases:
        with building_folder(settings.releases_dir) as folder:
            _fetch(stored, source, folder)
            make_durable(folder)
            shelf.stage(folder, stored.folder)
            shelf.publish(folder, stored.folder)
    return len(releases)


def _refuse_taken(stored: StoredRelease, shelf: Shelf) -> None:
    """Raise ``Conflict`` where the place of a release holds another one.

    Publishing would delete it, and storage would keep it under the name of this one. A folder
    without a manifest was broken off and gives way.
    """
    try:
        with shelf.open(f"{stored.folder}/{MANIFEST}") as file:
            is_other = sha256_hex(file.read()) != stored.manifest_sha256
    except FileNotFoundError:
        return
    if is_other:
        raise Conflict(f"{stored.folder} holds another release. Move it away first.")


def _fetch(stored: StoredRelease, source: Shelf, folder: Path) -> None:
    index = _copied(stored, MANIFEST, source, folder)
    # First: only the manifest that the backup knows says which other files there are.
    _refuse_other(stored, index, stored.manifest_sha256)
    manifest = read_manifest((folder / MANIFEST).read_bytes())
    for promised in manifest.files:
        found = _copied(stored, promised.path, source, folder)
        _refuse_other(stored, found, promised.sha256)
    # Written anew and not fetched: it follows from the manifest to the byte.
    sums = checksums_text((*manifest.files, index))
    (folder / CHECKSUMS).write_text(sums, encoding="utf-8", newline="\n")


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
