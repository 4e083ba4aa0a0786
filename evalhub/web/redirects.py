"""Decide where a person may be sent after signing in."""

NEVER = ("/sign-in", "/sign-out", "/invitations/")


def local_path(target: str | None) -> str | None:
    """Return ``target`` when it is a path of this site to show after a sign-in, else None.

    Browsers read backslashes as slashes and drop control characters, so both are refused.
    """
    if not target or not target.startswith("/") or target.startswith("//"):
        return None
    # Some browsers read /\\host as //host, and drop a tab or newline within what looks like a
    # path.
    if "\\" in target or not target.isprintable() or target.startswith(NEVER):
        return None
    return target
