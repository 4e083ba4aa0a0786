"""Upload prompt sets, confirm or discard what was read, and read frozen versions."""

from flask import Response, jsonify, request
from flask_openapi3 import Tag
from pydantic import Field, ValidationError

from evalhub.api.context import api_actor, current_session, now
from evalhub.api.describing import ApiPart, Body
from evalhub.api.problems import validation_failure
from evalhub.api.prompt_bodies import (
    FrozenBody,
    ImportBody,
    ImportsBody,
    PromptSetBody,
    PromptSetsBody,
    UploadBody,
    UploadFields,
    UploadRows,
    VersionPageBody,
    import_body,
    upload_body,
    version_body,
    version_page,
)
from evalhub.api.root import PREFIX, RESPONSES, SECURITY
from evalhub.core.canonical import canonical_json
from evalhub.core.people import Scope
from evalhub.core.reading.json_text import parse_json
from evalhub.core.reading.text import decode_text
from evalhub.errors import BadInput
from evalhub.rim import uploads
from evalhub.rim.state import runtime
from evalhub.services import prompt_sets
from evalhub.services.prompt_sets.imports import (
    LISTED,
    ImportView,
    SentFile,
    cancel_import,
    get_import,
    list_imports,
    retry_import,
)

TAG = Tag(name="prompt sets", description="Uploading and freezing what models are asked.")
bp = ApiPart(
    "api_prompt_sets",
    __name__,
    url_prefix=PREFIX,
    abp_tags=[TAG],
    abp_security=SECURITY,
    abp_responses=RESPONSES,
)
BODY_NAME = "rows.json"
UPLOAD_NOTE = (
    "Send `multipart/form-data` with a `file` (.jsonl, .json, .csv, .parquet) beside `slug`, "
    "`title` and what fills gaps, or `application/json` with the same fields and `rows`. "
    "Nothing is imported until the upload is confirmed. A file above 1 MiB is read by a worker: "
    "the answer is 202 with an import to follow."
)


class UploadPath(Body):
    """Names an upload."""

    token: str = Field(max_length=64)


class ImportPath(Body):
    """Names an import."""

    id: str = Field(max_length=32)


class VersionPath(Body):
    """Names a version of a set."""

    slug: str = Field(max_length=80)
    number: int = Field(ge=1, le=10**9)


class PageQuery(Body):
    """Names a page of prompts."""

    page: int = Field(default=1, ge=1, le=10**6)


@bp.post(
    "/prompt-uploads",
    responses={"201": UploadBody, "202": ImportBody},
    summary="Upload prompts",
    description=UPLOAD_NOTE,
)
def upload() -> Response | tuple[Response, int]:
    """Read rows and report on them, or let a worker do so; nothing is imported."""
    actor = api_actor(Scope.PROMPTS_WRITE)
    try:
        fields, sent = _from_json() if request.is_json else _from_form()
    except ValidationError as error:
        return validation_failure(error)
    names = prompt_sets.SetNames(fields.slug, fields.title)
    taken = uploads.take_in(sent, names, session=current_session(), actor=actor, now=now())
    if isinstance(taken, ImportView):
        return _accepted(taken)
    return jsonify(upload_body(taken).model_dump(mode="json")), 201


@bp.get("/prompt-uploads/<token>", responses={"200": UploadBody}, summary="Read a report")
def show_upload(path: UploadPath) -> Response:
    """Return the report on an upload."""
    api_actor(Scope.PROMPTS_WRITE)
    found = prompt_sets.get_upload(path.token, session=current_session())
    return jsonify(upload_body(found).model_dump(mode="json"))


@bp.post(
    "/prompt-uploads/<token>/confirm",
    responses={"200": FrozenBody, "201": FrozenBody, "202": ImportBody},
    summary="Freeze the good rows",
)
def confirm(path: UploadPath) -> tuple[Response, int]:
    """Freeze the good rows of an upload, many by a worker; 200 when that version is there."""
    actor = api_actor(Scope.PROMPTS_WRITE)
    frozen = uploads.confirm(path.token, database=runtime().database, actor=actor, now=now())
    if isinstance(frozen, ImportView):
        return _accepted(frozen)
    body = FrozenBody(version=version_body(frozen.version), is_new=frozen.is_new)
    return jsonify(body.model_dump(mode="json")), 201 if frozen.is_new else 200


@bp.post("/prompt-uploads/<token>/discard", responses={"200": UploadBody}, summary="Give it up")
def discard(path: UploadPath) -> Response:
    """Discard an upload."""
    actor = api_actor(Scope.PROMPTS_WRITE)
    session = current_session()
    prompt_sets.discard_upload(path.token, session=session, actor=actor, now=now())
    found = prompt_sets.get_upload(path.token, session=session)
    return jsonify(upload_body(found).model_dump(mode="json"))


@bp.get("/prompt-sets", responses={"200": PromptSetsBody}, summary="List the sets")
def list_sets() -> Response:
    """List every set with its newest version."""
    api_actor(Scope.PROMPTS_WRITE)
    lines = prompt_sets.list_prompt_sets(session=current_session())
    body = PromptSetsBody(
        prompt_sets=[
            PromptSetBody(
                slug=line.slug,
                title=line.title,
                n_versions=line.n_versions,
                newest=version_body(line.newest),
            )
            for line in lines
        ]
    )
    return jsonify(body.model_dump(mode="json"))


@bp.get(
    "/prompt-sets/<slug>/versions/<int:number>",
    responses={"200": VersionPageBody},
    summary="Read a version",
)
def show_version(path: VersionPath, query: PageQuery) -> Response:
    """Return a version with a page of its prompts."""
    api_actor(Scope.PROMPTS_WRITE)
    session = current_session()
    version = prompt_sets.get_version(path.slug, path.number, session=session)
    listing = prompt_sets.list_prompts(version.id, session=session, page=query.page)
    return jsonify(version_page(version, listing).model_dump(mode="json"))


@bp.get("/prompt-imports", responses={"200": ImportsBody}, summary="List imports")
def list_all_imports(query: PageQuery) -> Response:
    """List the imports that workers were asked for, the newest first, fifty a page."""
    api_actor(Scope.PROMPTS_WRITE)
    found = list_imports(session=current_session(), offset=(query.page - 1) * LISTED)
    body = ImportsBody(imports=[import_body(one) for one in found])
    return jsonify(body.model_dump(mode="json"))


@bp.get("/prompt-imports/<id>", responses={"200": ImportBody}, summary="Follow an import")
def show_import(path: ImportPath) -> Response:
    """Return where an import stands; once it is done, `upload` or `version` is what came of it."""
    api_actor(Scope.PROMPTS_WRITE)
    return _import(get_import(path.id, session=current_session()))


@bp.post("/prompt-imports/<id>/cancel", responses={"200": ImportBody}, summary="Stop an import")
def cancel(path: ImportPath) -> Response:
    """Stop an import; nothing is kept of it."""
    actor, session = api_actor(Scope.PROMPTS_WRITE), current_session()
    cancel_import(path.id, session=session, actor=actor, now=now())
    return _import(get_import(path.id, session=session))


@bp.post("/prompt-imports/<id>/retry", responses={"200": ImportBody}, summary="Try again")
def retry(path: ImportPath) -> Response:
    """Queue an import again whose process is gone."""
    actor, session = api_actor(Scope.PROMPTS_WRITE), current_session()
    retry_import(path.id, session=session, actor=actor, now=now())
    return _import(get_import(path.id, session=session))


def _import(view: ImportView) -> Response:
    return jsonify(import_body(view).model_dump(mode="json"))


def _accepted(view: ImportView) -> tuple[Response, int]:
    return _import(view), 202


def _from_json() -> tuple[UploadFields, SentFile]:
    # Read again, strictly: rows are kept word for word and may not nest without end.
    text = decode_text(request.get_data(), where="body")
    fields = UploadRows.model_validate(parse_json(text, where="body"))
    return fields, SentFile(canonical_json(fields.rows).encode(), BODY_NAME, fields.options)


def _from_form() -> tuple[UploadFields, SentFile]:
    fields = UploadFields.model_validate(request.form.to_dict())
    sent = request.files.get("file")
    if sent is None or not sent.filename:
        raise BadInput.at("file", "is missing; send a multipart file, or JSON with rows")
    name = sent.filename.replace("\\", "/").rpartition("/")[2]
    return fields, SentFile(sent.stream.read(), name, fields.options)
