"""Send a file of a release: resumable, named by its hash, and noted."""

from flask import request, send_file
from werkzeug.wrappers import Response

from evalhub.core.people import Actor
from evalhub.rim.state import current_session, current_settings, now, runtime
from evalhub.services.releasing.kept import KeptRelease, get_file, get_release, record_download

MIME_TYPES = {
    "jsonl": "application/x-ndjson",
    "json": "application/json",
    "md": "text/markdown; charset=utf-8",
    "parquet": "application/vnd.apache.parquet",
}


def send_release_file(project: str, version: str, path: str, *, actor: Actor) -> Response:
    """Return the file as a download whose ETag is its SHA-256; parts of it can be asked for."""
    release = get_release(project, version, session=current_session(), settings=current_settings())
    file = get_file(release, path)
    response = send_file(
        file.path,
        mimetype=MIME_TYPES.get(path.rpartition(".")[2], "text/plain; charset=utf-8"),
        as_attachment=True,
        download_name=path.rpartition("/")[2],
        etag=file.facts.sha256,
        conditional=True,
        last_modified=release.kept.created_at,
        max_age=0,
    )
    if request.method == "GET" and _is_start(response):
        _note(release.kept, path, actor)
    return response


def _is_start(response: Response) -> bool:
    """Tell whether the first byte is sent: a download in parts is noted once."""
    return response.headers.get("Content-Range", "bytes 0-").startswith(
        "bytes 0-"
    ) and response.status_code in {200, 206}


def _note(release: KeptRelease, path: str, actor: Actor) -> None:
    # The request's own transaction only reads, as that of every GET.
    with runtime().database.transaction() as session:
        record_download(release, path, session=session, actor=actor, now=now())
