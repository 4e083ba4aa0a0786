"""Compose the web application; the only module that wires the parts together."""

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta
from http import HTTPStatus

from flask import Flask, request
from flask_openapi3 import OpenAPI
from flask_wtf.csrf import CSRFProtect
from sqlalchemy.exc import DataError, IntegrityError, OperationalError
from sqlalchemy.exc import TimeoutError as NoConnectionFree
from werkzeug.exceptions import BadRequest, HTTPException, NotFound
from werkzeug.routing import RequestRedirect
from werkzeug.wrappers import Response

from evalhub.api import context as api_context
from evalhub.api import root as api_root
from evalhub.api.parts import APIS
from evalhub.api.problems import ErrorResponse, failure_json, validation_failure
from evalhub.config import LOOPBACK_HOSTS, Settings, load_settings
from evalhub.errors import Conflict, EvalHubError
from evalhub.logs import configure_logs, start_request
from evalhub.rim.counting import count_request
from evalhub.rim.failures import (
    Failure,
    after_commit,
    failure_of,
    failure_of_http,
    failure_of_status,
    to_program,
)
from evalhub.rim.incoming import StrictJson, check_form_json, check_host, check_text
from evalhub.rim.pay import floors_of
from evalhub.rim.routing import BoundedInteger, is_api, is_plain, is_probe
from evalhub.rim.state import (
    READING_METHODS,
    REQUEST_ID,
    Runtime,
    abandon,
    begin,
    finish,
    request_state,
    utc_now,
)
from evalhub.services.transaction import open_database
from evalhub.web import auth, comparing, languages, verifying
from evalhub.web import context as web_context
from evalhub.web.figures import fit_figures
from evalhub.web.frame import fit_templates
from evalhub.web.language import fit_languages, mark_language
from evalhub.web.parts import PAGES
from evalhub.web.problems import failure_page
from evalhub.web.security import add_headers, check_origin, hosts_of

MIB = 2**20
OVERTAKEN = "Someone else changed this at the same moment. Look again, then try again."
STRANGER_BODY_BYTES = MIB
"""Largest body taken from someone who has not shown who they are."""
MAX_FORM_PARTS = 2000
OPEN_FORMS = frozenset({auth.bp.name, languages.bp.name, verifying.bp.name})
"""Parts whose forms somebody may send who is not signed in."""
UNREACHABLE = (OperationalError, NoConnectionFree)
"""What says that the database cannot be asked now: it is away, locked, or all connections are
taken. None is a fault of the request, so it may be sent again."""


def create_app(
    settings: Settings | None = None, *, clock: Callable[[], datetime] = utc_now
) -> OpenAPI:
    """Build the application over ``settings`` (default: the process's own).

    Raise ``SettingsError`` when the database's schema is not the newest.
    """
    settings = load_settings() if settings is None else settings
    app = OpenAPI(
        __name__,
        info=api_root.INFO,
        security_schemes=api_root.SECURITY_SCHEMES,
        validation_error_model=ErrorResponse,
        validation_error_callback=validation_failure,
        doc_ui=False,
    )
    app.config.from_mapping(flask_settings(settings))
    floors_of(settings)  # Refuses to start over floors of pay that cannot be read.
    # For every body, so that no view reads a number or a doubled key that another would read
    # otherwise.
    app.json = StrictJson(app)
    app.url_map.converters["int"] = BoundedInteger
    # Refuses to start over an old schema: pages would fail one by one, each in its own way.
    Runtime(settings, open_database(settings), clock).install(app)
    _guard_requests(app, settings)
    _answer_failures(app)
    fit_languages(app)
    fit_templates(app)
    fit_figures(app)
    for pages in PAGES:
        app.register_blueprint(pages)
    for api in APIS:
        app.register_api(api)
    return app


def serve_app() -> OpenAPI:
    """Build the application as a server process runs it, with its logs configured."""
    settings = load_settings()
    configure_logs(settings.log_level)
    return create_app(settings)


def flask_settings(settings: Settings) -> dict[str, object]:
    """Return what Flask and Flask-WTF are told, derived from ``settings``."""
    return {
        "SECRET_KEY": settings.secret_key,
        "MAX_CONTENT_LENGTH": settings.max_upload_mb * MIB,
        "MAX_FORM_MEMORY_SIZE": STRANGER_BODY_BYTES,
        "MAX_FORM_PARTS": MAX_FORM_PARTS,
        # Browsers refuse a __Host- cookie that is not Secure, host-only and for every path.
        "SESSION_COOKIE_NAME": "__Host-evalhub" if settings.is_https else "evalhub",
        "SESSION_COOKIE_SECURE": settings.is_https,
        "SESSION_COOKIE_HTTPONLY": True,
        "SESSION_COOKIE_SAMESITE": "Lax",
        "SESSION_REFRESH_EACH_REQUEST": False,
        "PERMANENT_SESSION_LIFETIME": timedelta(days=settings.session_days),
        # Bound to the sign-in, not to the hour: an expert's form may stay open all day.
        "WTF_CSRF_TIME_LIMIT": None,
        # We call it ourselves, after the body limit is known.
        "WTF_CSRF_CHECK_DEFAULT": False,
        # check_origin does this for http as well.
        "WTF_CSRF_SSL_STRICT": False,
        "SEND_FILE_MAX_AGE_DEFAULT": timedelta(days=365),
    }


def _guard_requests(app: Flask, settings: Settings) -> None:
    csrf = CSRFProtect(app)
    # It checks its own token, so that a page from before a new sign-in comes back filled in.
    csrf.exempt(comparing.act)
    hosts = hosts_of(settings.public_url) | LOOPBACK_HOSTS

    @app.before_request
    def guard() -> None:
        start_request(begin().request_id)
        if is_probe(request):
            return
        check_host(request, hosts)
        if is_plain(request):
            return
        _identify()
        if request.routing_exception is not None:
            _refuse_merged(request.routing_exception)
            return  # What leads nowhere is not read.
        if is_api(request.path):
            api_context.check_access()
        check_text(request)
        if is_api(request.path):
            check_form_json(request)
        elif request.method not in READING_METHODS:
            check_origin(request, settings.public_url)
            if request.blueprint not in OPEN_FORMS:
                # Before the form's token, which ended with the sign-in it was bound to: who is
                # signed out is told so, and not that the form is old.
                web_context.signed_in()
            csrf.protect(apply_exemptions=True)

    # The last of all to run, as Flask runs them in turn from the end: a commit takes its time, and
    # one that fails makes another answer.
    app.after_request(count_request)
    app.after_request(finish)

    @app.after_request
    def protect(response: Response) -> Response:
        is_static = request.endpoint == "static"
        response.headers[REQUEST_ID] = request_state().request_id
        mark_language(response)
        return add_headers(response, is_https=settings.is_https, is_static=is_static)


def _refuse_merged(leads_nowhere: HTTPException) -> None:
    """Raise ``NotFound`` for an address of the API with an empty part in it.

    The framework would send a page of HTML that leads to the address without it. A program
    can read no page, and a file with such a name there is none.
    """
    is_merged = isinstance(leads_nowhere, RequestRedirect) and "//" in request.path
    if is_merged and is_api(request.path):
        raise NotFound


def _identify() -> None:
    (api_context if is_api(request.path) else web_context).identify()
    state = request_state()
    # Before the body is read: only who may upload can make the server hold an upload.
    if state.signed_in is None and state.key_actor is None:
        request.max_content_length = STRANGER_BODY_BYTES


def _answer_failures(app: Flask) -> None:
    """Let every error end as a page or as JSON, whichever the address speaks."""

    @app.errorhandler(EvalHubError)
    def known(error: EvalHubError) -> Response:
        if failure_of(error).status is HTTPStatus.INTERNAL_SERVER_ERROR:
            app.logger.error("A request failed: %s", request.path, exc_info=error)
        return _answer(failure_of(error))

    @app.errorhandler(HTTPException)
    def framework(error: HTTPException) -> Response:
        cause = getattr(error, "original_exception", None)
        if isinstance(cause, UNREACHABLE):
            return unreachable(cause)
        return _answer(failure_of_http(error))

    @app.errorhandler(OperationalError)
    @app.errorhandler(NoConnectionFree)
    def unreachable(error: OperationalError | NoConnectionFree) -> Response:
        app.logger.error("The database does not answer.", exc_info=error)
        return _answer(failure_of_status(HTTPStatus.SERVICE_UNAVAILABLE, {"Retry-After": "5"}))

    @app.errorhandler(IntegrityError)
    def overtaken(_error: IntegrityError) -> Response:
        # Two people did the same thing at once; the services look first, the database decides.
        return _answer(failure_of(Conflict(OVERTAKEN)))

    @app.errorhandler(DataError)
    def unstorable(_error: DataError) -> Response:
        return _answer(failure_of_http(BadRequest()))


def _answer(failure: Failure) -> Response:
    abandon()
    state = request_state()
    failure = replace(failure, request_id=state.request_id)
    # A judgment may stand although the page after it failed; nobody must send it again for that.
    if state.has_committed:
        failure = after_commit(failure)
    if is_api(request.path):
        return failure_json(to_program(failure))
    return failure_json(failure) if _wants_json() else failure_page(failure)


def _wants_json() -> bool:
    # A page's script asks for JSON: it could not read a redirect to the sign-in page.
    return request.accept_mimetypes.best == "application/json"
