"""Send a file of a release: resumable, named by its hash, and noted."""

import base64
import re
from http import HTTPStatus

from flask import Response as FlaskResponse
from flask import make_response, request
from werkzeug.exceptions import PreconditionFailed, RequestedRangeNotSatisfiable
from werkzeug.wrappers import Response
from werkzeug.wsgi import wrap_file

from evalhub.core.canonical import sha256_hex
from evalhub.core.people import Actor
from evalhub.core.releasing.manifest import MANIFEST
from evalhub.rim.state import current_session, current_settings, now, runtime
from evalhub.services.releasing.kept import (
    BytePart,
    FoundFile,
    FoundRelease,
    KeptRelease,
    get_file,
    get_release,
    record_download,
    refuse_withdrawn,
)

ONE_PART = re.compile(r"bytes=\s*(?:([0-9]+)-([0-9]*)|-[0-9]+)\s*")
SENDING = frozenset({HTTPStatus.OK, HTTPStatus.PARTIAL_CONTENT})
CHUNK = 2**18
"""Bytes sent at a time; each is a request of its own where the file is in object storage."""
MIME_TYPES = {
    "jsonl": "application/x-ndjson",
    "json": "application/json",
    "md": "text/markdown",
    "parquet": "application/vnd.apache.parquet",
}


def send_release_file(project: str, version: str, path: str, *, actor: Actor) -> Response:
    """Return the file as a download whose ETag is its SHA-256; parts of it can be asked for.

    Every request that is answered with bytes is noted with the bytes it gets. Noting only
    those that hold the first byte would miss whoever asks for all the others.
    """
    release = _release(project, version, actor)
    refuse_withdrawn(release)
    file = get_file(release, path)
    _refuse_another_state(file.facts.sha256)
    # Before the file is sent: the framework answers 416 to what it cannot parse.
    _drop_unknown_range()
    _drop_range_of_known(file.facts.sha256)
    response = _response(file, release.kept)
    _tell_digest(response, file.facts.sha256)
    # HEAD and 304 send no byte of the file, so nothing was downloaded.
    if request.method == "GET" and response.status_code in SENDING:
        _note(release.kept, path, _part(response), actor)
    else:
        # The framework opens the file all the same, and leaves it open where it sends no byte.
        response.close()
    return response


def _response(file: FoundFile, release: KeptRelease) -> Response:
    """Return the file, or the part of it that is asked for.

    The framework's own ``send_file`` knows the length of files on this machine alone, and
    without it gives no parts; so what lies in object storage is answered as it would answer.
    """
    response = FlaskResponse(
        wrap_file(request.environ, file.open(), CHUNK),
        mimetype=MIME_TYPES.get(file.facts.path.rpartition(".")[2], "text/plain"),
        direct_passthrough=True,
    )
    response.content_length = file.facts.n_bytes
    # Always a download: a card or a response is foreign text and must not run as a page of ours.
    name = file.facts.path.rpartition("/")[2]
    response.headers.set("Content-Disposition", "attachment", filename=name)
    response.set_etag(file.facts.sha256)
    response.last_modified = release.created_at
    # A version never changes, but who may read it does; each use asks anew, and the ETag spares
    # the bytes.
    response.cache_control.no_cache = True
    response.cache_control.max_age = 0
    try:
        return response.make_conditional(
            request.environ, accept_ranges=True, complete_length=file.facts.n_bytes
        )
    except RequestedRangeNotSatisfiable:
        # Nothing reads it to its end, so nothing else would close it.
        response.close()
        raise


def send_manifest(project: str, version: str, *, actor: Actor) -> Response:
    """Return the manifest byte for byte, and note it as the download of a file that it is.

    It names every prompt set, endpoint and figure of the release, so who has read it belongs
    in the log as much as who has taken a table. A reader that knows it already gets, and is
    noted for, nothing.
    """
    release = _release(project, version, actor)
    refuse_withdrawn(release)
    digest = sha256_hex(release.manifest_text)
    _refuse_another_state(digest)
    response = make_response(release.manifest_text)
    response.mimetype = MIME_TYPES["json"]
    response.set_etag(digest)
    _tell_digest(response, digest)
    response.make_conditional(request)
    if request.method == "GET" and response.status_code in SENDING:
        _note(release.kept, MANIFEST, None, actor)
    return response


def _tell_digest(response: Response, sha256: str) -> None:
    """Say the hash of the whole file, also beside a part of it (RFC 9530)."""
    digest = base64.b64encode(bytes.fromhex(sha256)).decode()
    response.headers["Repr-Digest"] = f"sha-256=:{digest}:"


def _release(project: str, version: str, actor: Actor) -> FoundRelease:
    return get_release(
        project, version, session=current_session(), settings=current_settings(), actor=actor
    )


def _drop_unknown_range() -> None:
    """Forget a ``Range`` that is not one part in bytes, so that the whole file is sent.

    RFC 9110 lets a server ignore a unit it does not know, a malformed range and more than
    one part; a refusal would say that the file is too short for what was asked.
    """
    if not _is_one_part(request.headers.get("Range", "")):
        request.environ.pop("HTTP_RANGE", None)


def _is_one_part(text: str) -> bool:
    match = ONE_PART.fullmatch(text)
    if match is None:
        return False
    first, last = match.groups()
    # A part that ends before it begins is malformed (RFC 9110, 14.1.1), however long the file is.
    # Told apart by their length first: a text of thousands of digits is no number to Python.
    return not last or _size_of(first) <= _size_of(last)


def _size_of(digits: str) -> tuple[int, str]:
    plain = digits.lstrip("0")
    return len(plain), plain


def _refuse_another_state(tag: str) -> None:
    """Raise if the file is not the one that ``If-Match`` names.

    RFC 9110 has this first of all. The framework looks at ``Range`` before it, and would give
    whoever resumes a download a part of another file.
    """
    if request.if_match and not request.if_match.contains(tag):
        raise PreconditionFailed
    # It has been answered. The framework would ask once more and knows no star: it then says 412
    # and sends the whole file all the same.
    request.environ.pop("HTTP_IF_MATCH", None)


def _drop_range_of_known(tag: str) -> None:
    """Forget a ``Range`` where ``If-None-Match`` names the file: who has it needs no part of it."""
    if request.if_none_match.contains_weak(tag) or request.if_none_match.star_tag:
        request.environ.pop("HTTP_RANGE", None)


def _part(response: Response) -> BytePart | None:
    """Return the part of the file that is sent, None for all of it."""
    sent = response.content_range
    if sent.start is None or sent.stop is None:
        return None
    return BytePart(sent.start, sent.stop - 1)


def _note(release: KeptRelease, path: str, part: BytePart | None, actor: Actor) -> None:
    # The request's own transaction only reads, as that of every GET.
    with runtime().database.transaction() as session:
        record_download(release, path, part=part, session=session, actor=actor, now=now())
