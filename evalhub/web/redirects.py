"""Decide where a person may be sent after signing in."""

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
    if not target.startswith("/") or target.startswith("//"):
        return False
    # Some browsers read /\\host as //host, and drop a tab or newline within what looks like a
    # path.
    return "\\" not in target and target.isprintable()
