"""List releases and hand out their manifests and files."""

from typing import Any

from flask import Response, jsonify
from flask_openapi3 import Tag
from pydantic import Field
from werkzeug.wrappers import Response as AnyResponse

from evalhub.api.context import api_actor, current_session, current_settings
from evalhub.api.describing import ApiPart, Body
from evalhub.api.problems import ErrorResponse
from evalhub.api.root import PREFIX, RESPONSES, SECURITY
from evalhub.core.canonical import sha256_hex
from evalhub.core.people import Scope
from evalhub.rim.downloads import send_manifest, send_release_file
from evalhub.services.releasing.kept import get_release, list_releases, notices_of
from evalhub.services.releasing.signing import list_sign_offs

TAG = Tag(name="releases", description="Versioned, checksummed training files.")
bp = ApiPart(
    "api_releases",
    __name__,
    url_prefix=f"{PREFIX}/releases",
    abp_tags=[TAG],
    abp_security=SECURITY,
    abp_responses={**RESPONSES},
)
FILE: dict[str, Any] = {
    "description": "The file; its ETag is its SHA-256, and ranges can be asked for.",
    "content": {"application/octet-stream": {"schema": {"type": "string", "format": "binary"}}},
}

PART: dict[str, Any] = {**FILE, "description": "The part of the file that ``Range`` asks for."}
UNCHANGED: dict[str, Any] = {"description": "What ``If-None-Match`` names is still what is kept."}

MANIFEST: dict[str, Any] = {
    "description": "What went in, what came out, and every file with its SHA-256.",
    "content": {"application/json": {"schema": {"type": "object"}}},
}


class ReleasePath(Body):
    """Names a release."""

    project: str = Field(max_length=80)
    version: str = Field(max_length=40)


class FilePath(ReleasePath):
    """Names a file of a release."""

    path: str = Field(max_length=300)


class ReleaseBody(Body):
    """Tells what a list says of a release."""

    project: str
    version: str
    title: str
    n_pairs: int
    n_judgments: int
    simulated: bool
    created_at: str
    manifest: str
    withdrawn: str


class ReleasesBody(Body):
    """Lists releases, by project, the newest version first."""

    releases: list[ReleaseBody]


class NoticeBody(Body):
    """Tells of an annotator who withdrew their consent after the release was built."""

    annotator: str
    n_judgments: int
    withdrawn_on: str


class NoticesBody(Body):
    """Lists what whoever downloaded a release must know since."""

    release: str
    withdrawn: str
    consents_withdrawn: list[NoticeBody]


class SignOffBody(Body):
    """Tells who signed a release, as what, and what they left open."""

    name: str
    role: str
    signed_at: str
    statement: str
    open_findings: str
    manifest_sha256: str
    is_of_this_manifest: bool


class SignOffsBody(Body):
    """Lists the signatures under a release, the first one first."""

    release: str
    manifest_sha256: str
    sign_offs: list[SignOffBody]


@bp.get("", responses={"200": ReleasesBody}, summary="List releases")
def show_all() -> Response:
    """List every release that the key opens."""
    actor = api_actor(Scope.RELEASES_READ)
    releases = [
        ReleaseBody(
            project=one.project,
            version=one.version,
            title=one.title,
            n_pairs=one.n_pairs,
            n_judgments=one.n_judgments,
            simulated=one.is_simulated,
            created_at=one.created_at.isoformat(),
            manifest=f"{PREFIX}/releases/{one.project}/{one.version}",
            withdrawn=one.withdrawal.reason if one.withdrawal else "",
        )
        for one in list_releases(session=current_session(), actor=actor)
    ]
    return jsonify(ReleasesBody(releases=releases).model_dump())


@bp.get(
    "/<project>/<version>",
    responses={"200": MANIFEST, "304": UNCHANGED, "410": ErrorResponse},
    summary="Read a manifest",
)
def show(path: ReleasePath) -> AnyResponse:
    """Return ``manifest.json``, byte for byte."""
    actor = api_actor(Scope.RELEASES_READ)
    return send_manifest(path.project, path.version, actor=actor)


@bp.get(
    "/<project>/<version>/files/<path:path>",
    responses={
        "200": FILE,
        "206": PART,
        "304": UNCHANGED,
        "410": ErrorResponse,
        "416": ErrorResponse,
    },
    summary="Download a file",
)
def download(path: FilePath) -> AnyResponse:
    """Return one file, or the part of it that a ``Range`` header asks for."""
    actor = api_actor(Scope.RELEASES_READ)
    return send_release_file(path.project, path.version, path.path, actor=actor)


@bp.get("/<project>/<version>/notices", responses={"200": NoticesBody}, summary="List notices")
def list_notices(path: ReleasePath) -> Response:
    """Tell whether a release was withdrawn, and whose consent was withdrawn since it was built."""
    actor = api_actor(Scope.RELEASES_READ)
    session = current_session()
    release = get_release(
        path.project, path.version, session=session, settings=current_settings(), actor=actor
    )
    body = NoticesBody(
        release=release.manifest.id,
        withdrawn=release.kept.withdrawal.reason if release.kept.withdrawal else "",
        consents_withdrawn=[
            NoticeBody(
                annotator=one.annotator,
                n_judgments=one.n_judgments,
                withdrawn_on=one.withdrawn_at.date().isoformat(),
            )
            for one in notices_of(release, session=session)
        ],
    )
    return jsonify(body.model_dump())


@bp.get(
    "/<project>/<version>/sign-offs", responses={"200": SignOffsBody}, summary="List signatures"
)
def list_signatures(path: ReleasePath) -> Response:
    """List who signed a release; the dossier itself is the file ``dossier.json``."""
    actor = api_actor(Scope.RELEASES_READ)
    session = current_session()
    release = get_release(
        path.project, path.version, session=session, settings=current_settings(), actor=actor
    )
    sign_offs = [
        SignOffBody(
            name=one.name,
            role=one.role.value,
            signed_at=one.signed_at.isoformat(),
            statement=one.statement,
            open_findings=one.open_findings,
            manifest_sha256=one.manifest_sha256,
            is_of_this_manifest=one.is_of_this,
        )
        for one in list_sign_offs(release, session=session)
    ]
    body = SignOffsBody(
        release=release.manifest.id,
        manifest_sha256=sha256_hex(release.manifest_text),
        sign_offs=sign_offs,
    )
    return jsonify(body.model_dump())
