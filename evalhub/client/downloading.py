"""Fetch the files of a release: what is there already is kept, what broke off goes on."""

import errno
import hashlib
import os
import shutil
import threading
from collections.abc import Callable, Collection, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor, wait
from contextlib import contextmanager
from dataclasses import dataclass
from http import HTTPStatus
from pathlib import Path
from typing import BinaryIO, Protocol

import httpx

from evalhub.client.answers import FileFacts, Manifest, parse_manifest
from evalhub.client.errors import Damaged, NoSpace, OtherRelease, Strange
from evalhub.client.transport import BUSY, Transport, asked_wait, refusal
from evalhub.client.verifying import (
    CHECKSUMS,
    CHUNK,
    MANIFEST,
    PART,
    checksums_text,
    hash_of,
    wanted_files,
)
from evalhub.errors import ClientError, Problem

FULL = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EFBIG})
"""What the system calls a full disk, a used-up quota and a file over its limit."""

Told = Callable[[str, int, int], None]
"""What is told of progress: the path, the bytes of it that are there, and those that it has."""


@dataclass(frozen=True, slots=True)
class Downloaded:
    """Hold what a download came to; files that were there already were not fetched."""

    folder: Path
    manifest: Manifest
    n_files: int
    n_fetched: int


class _StoppedEarly(ClientError):
    """End a fetch because another one failed; whoever called hears of that one alone."""


class _Hash(Protocol):
    def update(self, data: bytes, /) -> None: ...
    def hexdigest(self) -> str: ...


@dataclass(slots=True)
class _Part:
    """Hold a file that is on its way: how much of it is there and the hash of that."""

    n_bytes: int
    digest: _Hash


@dataclass(frozen=True, slots=True)
class Fetcher:
    """Fetch files of one release into one folder; several threads may use it.

    ``address`` is where the files lie, below the API. ``is_stopped`` is set by the first failure,
    so that the others do not go on for minutes behind an error that was told already.
    """

    transport: Transport
    address: str
    folder: Path
    tell: Told
    is_stopped: threading.Event

    def fetch(self, file: FileFacts) -> bool:
        """Bring one file whole and checked under its name; tell whether it had to be fetched.

        It is written beside its name first and moved there once its hash is right, so a file
        under its name is always whole. What an earlier run left is gone on with.
        """
        try:
            return self._fetch(file)
        except BaseException:
            # Here and not where the error is told: this thread takes its next file before.
            self.is_stopped.set()
            raise

    def _fetch(self, file: FileFacts) -> bool:
        if self.is_stopped.is_set():
            raise _StoppedEarly
        target = self.folder / file.path
        if _is_whole(target, file):
            self.tell(file.path, file.n_bytes, file.n_bytes)
            return False
        part = _part_of(target)
        with _space_for(file):
            target.parent.mkdir(parents=True, exist_ok=True)
            is_resumed = part.exists() and part.stat().st_size > 0
            found = self._complete(file, part)
            # What an earlier run left may be damaged, by a power cut for one. Once, then, from
            # the start; a second failure is the server's or the network's.
            if found != file.sha256 and is_resumed:
                part.unlink()
                found = self._complete(file, part)
            if found != file.sha256:
                part.unlink()
                rule = f"came with the SHA-256 {found} and not {file.sha256}"
                raise Damaged([Problem(file.path, rule)])
            part.replace(target)
        return True

    def _complete(self, file: FileFacts, part: Path) -> str:
        """Fetch what ``part`` lacks and return the hash of it all."""
        with part.open("a+b") as out:
            state = _read_part(out, file.n_bytes)
            patience = self.transport.patience()
            while state.n_bytes < file.n_bytes:
                if self.is_stopped.is_set():
                    raise _StoppedEarly
                before, reason, asked_s = state.n_bytes, "", 0.0
                try:
                    reason, asked_s = self._stream(file, out, state)
                except httpx.TransportError as error:
                    reason = str(error) or type(error).__name__
                if state.n_bytes > before:
                    patience.progress()
                if state.n_bytes < file.n_bytes:
                    short = f"{file.path}: {reason or 'the connection ended'} after"
                    patience.wait(
                        f"{short} {state.n_bytes} of {file.n_bytes} bytes", asked_s=asked_s
                    )
            out.flush()
            os.fsync(out.fileno())
        return state.digest.hexdigest()

    def _stream(self, file: FileFacts, out: BinaryIO, state: _Part) -> tuple[str, float]:
        """Write what one answer brings; return why there was none, and the wait it asks for."""
        headers = {
            # Another state than the manifest's is refused with 412 before a byte of it comes.
            "If-Match": f'"{file.sha256}"',
            "Range": f"bytes={state.n_bytes}-",
            "Accept-Encoding": "identity",
        }
        with self.transport.stream(f"{self.address}/{file.path}", headers) as answer:
            if answer.status_code not in {HTTPStatus.OK, HTTPStatus.PARTIAL_CONTENT}:
                answer.read()
                if answer.status_code not in BUSY:
                    raise refusal(answer)
                return str(refusal(answer)), asked_wait(answer)
            if answer.status_code == HTTPStatus.OK and state.n_bytes:
                # A proxy that knows no ranges sends the file from its beginning.
                out.truncate(0)
                state.n_bytes, state.digest = 0, hashlib.sha256()
            self._write(file, answer, out, state)
        return "", 0.0

    def _write(self, file: FileFacts, answer: httpx.Response, out: BinaryIO, state: _Part) -> None:
        # As they come and not gathered to pieces of one size: what was gathered is lost with the
        # connection, and on a bad line no piece would ever be whole.
        for chunk in answer.iter_raw():
            if state.n_bytes + len(chunk) > file.n_bytes:
                raise Strange(f"{file.path}: more came than the {file.n_bytes} bytes that it has.")
            out.write(chunk)
            state.digest.update(chunk)
            state.n_bytes += len(chunk)
            self.tell(file.path, state.n_bytes, file.n_bytes)
            if self.is_stopped.is_set():
                return


def download_files(
    manifest: Manifest,
    folder: Path,
    *,
    transport: Transport,
    address: str,
    only: Collection[str],
    workers: int,
    tell: Told,
) -> Downloaded:
    """Fetch the files of ``manifest`` into ``folder``, at most ``workers`` at a time.

    The manifest gets its name last: a folder that holds one holds everything it was asked for.
    Raise ``OtherRelease`` before the first byte where the folder holds, or was begun with,
    another one.
    """
    wanted = wanted_files(manifest.files, only)
    _refuse_another(manifest, folder)
    _check_space(wanted, folder)
    _claim(manifest, folder)
    fetcher = Fetcher(transport, address, folder, tell, threading.Event())
    with ThreadPoolExecutor(max_workers=workers) as pool:
        running = [pool.submit(fetcher.fetch, file) for file in wanted]
        try:
            wait(running)
        except BaseException:
            # Ctrl-C, for one: what is on its way is left as it is, to be gone on with.
            fetcher.is_stopped.set()
            raise
    # What stopped behind the failure of another says nothing of its own.
    failures = [error for one in running if (error := one.exception()) is not None]
    for error in failures:
        if not isinstance(error, _StoppedEarly):
            raise error
    fetched = [one.result() for one in running]
    _write_whole(folder / CHECKSUMS, checksums_text(manifest).encode())
    claim = _part_of(folder / MANIFEST)
    if claim.is_file():
        claim.replace(folder / MANIFEST)
    return Downloaded(folder, manifest, len(wanted), sum(fetched))


def _is_whole(target: Path, file: FileFacts) -> bool:
    is_there = target.is_file() and target.stat().st_size == file.n_bytes
    return is_there and hash_of(target) == file.sha256


def _read_part(out: BinaryIO, n_bytes: int) -> _Part:
    """Return what lies in ``out``; more than the whole file has is no part of it."""
    out.seek(0)
    state = _Part(0, hashlib.sha256())
    while chunk := out.read(CHUNK):
        state.digest.update(chunk)
        state.n_bytes += len(chunk)
    if state.n_bytes > n_bytes:
        out.truncate(0)
        return _Part(0, hashlib.sha256())
    return state


def _check_space(wanted: Sequence[FileFacts], folder: Path) -> None:
    """Raise ``NoSpace`` before the first byte where the disk cannot hold the rest."""
    with _space_for(None):
        folder.mkdir(parents=True, exist_ok=True)
    n_needed = sum(file.n_bytes - _n_there(folder / file.path) for file in wanted)
    n_free = shutil.disk_usage(folder).free
    if n_needed > n_free:
        raise NoSpace(f"{folder} needs {n_needed} bytes more and its disk has {n_free} free.")


def _n_there(target: Path) -> int:
    for place in (target, _part_of(target)):
        if place.is_file():
            return place.stat().st_size
    return 0


@contextmanager
def _space_for(file: FileFacts | None) -> Iterator[None]:
    """Raise ``NoSpace`` where the system says that it is full; what came stays there."""
    try:
        yield
    except OSError as error:
        if error.errno not in FULL:
            raise
        what = f"{file.path} ({file.n_bytes} bytes)" if file else "The folder"
        raise NoSpace(f"{what} cannot be written: {error.strerror}.") from error


def _refuse_another(manifest: Manifest, folder: Path) -> None:
    """Raise ``OtherRelease`` unless all that ``folder`` tells of itself is ``manifest``.

    The tables of two releases in one folder load as one data set, and no hash would tell.
    """
    for name in (MANIFEST, MANIFEST + PART):
        place = folder / name
        if place.is_file() and (found := place.read_bytes()) != manifest.text:
            raise OtherRelease(
                f"{folder} holds {_described(found)} in its {name} and not {manifest.id} "
                f"(SHA-256 {manifest.sha256}). Nothing was fetched; give a folder of its own."
            )


def _described(text: bytes) -> str:
    sha256 = hashlib.sha256(text).hexdigest()
    try:
        return f"{parse_manifest(text).id} (SHA-256 {sha256})"
    except Strange:
        return f"what is no manifest (SHA-256 {sha256})"


def _claim(manifest: Manifest, folder: Path) -> None:
    """Note whose files come before the first one does, so that a run that is killed says it too.

    A claim that broke off while it was written would keep even its own release out, so it is
    moved under its name whole.
    """
    claim = _part_of(folder / MANIFEST)
    if not (folder / MANIFEST).is_file() and not claim.is_file():
        _write_whole(claim, manifest.text)


def _write_whole(target: Path, data: bytes) -> None:
    part = _part_of(target)
    with _space_for(None), part.open("wb") as out:
        out.write(data)
        out.flush()
        os.fsync(out.fileno())
    part.replace(target)


def _part_of(target: Path) -> Path:
    return target.with_name(target.name + PART)
