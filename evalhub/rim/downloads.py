"""Send a file of a release: resumable, named by its hash, and noted."""

import re
from http import HTTPStatus

from flask import make_response, request, send_file
from werkzeug.exceptions import PreconditionFailed
from werkzeug.wrappers import Response

from evalhub.core.canonical import sha256_hex
from evalhub.core.people import Actor
from evalhub.core.releasing.manifest import MANIFEST
from evalhub.rim.state import current_session, current_settings, now, runtime
from evalhub.services.releasing.kept import (
    BytePart,
    KeptRelease,
    get_file,
    get_release,
    record_download,
)

ONE_PART = re.compile(r"bytes=\s*(?:[0-9]+-[0-9]*|-[0-9]+)\s*")
SENDING = frozenset({HTTPStatus.OK, HTTPStatus.PARTIAL_CONTENT})
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
    release = get_release(project, version, session=current_session(), settings=current_settings())
    file = get_file(release, path)
    # Before the file is sent: the framework answers 416 to what it cannot parse.
    _drop_unknown_range()
    response = send_file(
        file.path,
        mimetype=MIME_TYPES.get(path.rpartition(".")[2], "text/plain"),
        # Always a download: a card or a response is foreign text and must not run as a page of
        # ours.
        as_attachment=True,
        download_name=path.rpartition("/")[2],
        etag=file.facts.sha256,
        conditional=True,
        last_modified=release.kept.created_at,
        # A version never changes, but who may read it does; each use asks anew, and the ETag
        # spares the bytes.
        max_age=0,
    )
    _refuse_another_state(response)
    # HEAD and 304 send no byte of the file, so nothing was downloaded.
    if request.method == "GET" and response.status_code in SENDING:
        _note(release.kept, path, _part(response), actor)
    return response


def send_manifest(project: str, version: str, *, actor: Actor) -> Response:
    """Return the manifest byte for byte, and note it as the download of a file that it is.

    It names every prompt set, endpoint and figure of the release, so who has read it belongs
    in the log as much as who has taken a table. A reader that knows it already gets, and is
    noted for, nothing.
    """
    release = get_release(project, version, session=current_session(), settings=current_settings())
    response = make_response(release.manifest_text)
    response.mimetype = MIME_TYPES["json"]
    response.set_etag(sha256_hex(release.manifest_text))
    response.make_conditional(request)
    _refuse_another_state(response)
    if request.method == "GET" and response.status_code in SENDING:
        _note(release.kept, MANIFEST, None, actor)
    return response


def _drop_unknown_range() -> None:
    """Forget a ``Range`` that is not one part in bytes, so that the whole file is sent.

    RFC 9110 lets a server ignore a unit it does not know, a malformed range and more than
    one part; a refusal would say that the file is too short for what was asked.
    """
    if not ONE_PART.fullmatch(request.headers.get("Range", "")):
        request.environ.pop("HTTP_RANGE", None)


def _refuse_another_state(response: Response) -> None:
    """Raise if the file is not the one that ``If-Match`` names.

    The framework sets the status and leaves the whole file below it, which nobody would note.
    """
    if response.status_code == HTTPStatus.PRECONDITION_FAILED:
        response.close()
        raise PreconditionFailed


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
