"""Take from people's text what Markdown or HTML would act on."""


def plain(text: str) -> str:
    """Return ``text`` on one line, without what Markdown or HTML would act on."""
    line = " ".join(text.split())
    for mark in "\\`*_[]<>|#":
        line = line.replace(mark, f"\\{mark}")
    return line
