"""Guard pages: headers on every response, and where a form may come from."""

from urllib.parse import urlsplit

from flask import Request
from flask_wtf.csrf import validate_csrf
from werkzeug.exceptions import Forbidden
from werkzeug.wrappers import Response

POLICY = (
    "default-src 'none'",
    "script-src 'self'",
    "style-src 'self'",
    "img-src 'self' data:",
    "connect-src 'self'",
    "form-action 'self'",
    "base-uri 'none'",
    "object-src 'none'",
    "frame-ancestors 'none'",
    "require-trusted-types-for 'script'",
)
"""What a page may load and do: nothing from elsewhere, nothing written into the page itself."""

HEADERS = {
    "Content-Security-Policy": "; ".join(POLICY),
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    # A link out must not tell where it was clicked: an address can hold an opaque token.
    "Referrer-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=(), payment=(), usb=()",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
}
TWO_YEARS_S = 63_072_000


def add_headers(response: Response, *, is_https: bool, is_static: bool) -> Response:
    """Set the headers that tell browsers what this response may do and who may keep it."""
    wanted = dict(HEADERS)
    if is_https:
        wanted["Strict-Transport-Security"] = f"max-age={TWO_YEARS_S}; includeSubDomains"
    # Pages show what belongs to one person; a shared computer's history must not show it to the
    # next.
    if not is_static:
        wanted["Cache-Control"] = "no-store"
    # What a view has set stands: a download may need its own. Looked through once and not once
    # for each of ours, as headers are a list, compared without regard to case.
    given = {name.lower() for name in response.headers.keys()}  # noqa: SIM118 - a list of pairs
    for name, value in wanted.items():
        if name.lower() not in given:
            response.headers.add(name, value)
    return response


def check_origin(request: Request, public_url: str) -> None:
    """Refuse a form that another site sent.

    Browsers say where a form comes from in ``Sec-Fetch-Site`` and ``Origin``; what says
    neither is no browser, and the CSRF token still stands in its way.
    """
    site = request.headers.get("Sec-Fetch-Site", "same-origin")
    origin = request.headers.get("Origin")
    if site not in {"same-origin", "none"} or (
        origin is not None and _host_of(origin) not in {request.host, _host_of(public_url)}
    ):
        raise Forbidden


def has_own_token(request: Request) -> bool:
    """Tell whether the form of ``request`` carries the token of this sign-in."""
    try:
        validate_csrf(request.form.get("csrf_token"))
    except ValueError:  # Of which the library's ValidationError is a kind.
        return False
    return True


def _host_of(url: str) -> str:
    try:
        return urlsplit(url).netloc
    except ValueError:
        return ""


def hosts_of(public_url: str) -> frozenset[str]:
    """Return the host name of the public address, without its port."""
    host = urlsplit(public_url).hostname
    return frozenset({host} if host else ())
