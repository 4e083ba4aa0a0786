"""Decide where a person may be sent after signing in, and whether a page can be come back to."""

from urllib.parse import urlsplit

from flask import current_app, request

from evalhub.rim.state import READING_METHODS

NEVER = ("/sign-in", "/sign-out", "/invitations/")


def local_path(target: str | None) -> str | None:
    """Return ``target`` when it is a path of this site to show after a sign-in, else None."""
    if target is None:
        return None
    return target if is_local(target) and not target.startswith(NEVER) else None


def is_local(target: str) -> bool:
    """Tell whether a browser that is sent to ``target`` stays on this site.

    Browsers read backslashes as slashes and drop control characters, so both are refused.
    """
    path = urlsplit(target).path if not target.startswith("//") else target
    # Anywhere in it: a browser that resolves "/.//host" is left with "//host", which is harmless
    # as long as nobody resolves it again.
    if not target.startswith("/") or "//" in path:
        return False
    # Some browsers read /\\host as //host, and drop a tab or newline within what looks like a
    # path.
    return "\\" not in target and target.isprintable()


def has_page() -> bool:
    """Tell whether the address of this request can be read as well as posted to."""
    if request.method in READING_METHODS:
        return True
    # Not the request's own adapter: there is none for a host name that is no host name.
    return current_app.url_map.bind("localhost").test(request.path, method="GET")
