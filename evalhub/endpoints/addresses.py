"""Complete the addresses that people paste."""

from urllib.parse import urlsplit, urlunsplit


def with_path(url: str, path: str, *, root: str = "") -> str:
    """Return ``url`` with ``path`` at the end of its own path, once; its query stays.

    People paste the base address or the full one. ``root`` is the path of a base address
    that has none, for providers whose own documents leave the version out.
    """
    parts = urlsplit(url)
    base = parts.path.rstrip("/").removesuffix(path) or root
    return urlunsplit(parts._replace(path=base + path))
