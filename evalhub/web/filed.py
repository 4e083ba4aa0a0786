"""Hand out a text as a file of its own."""

from flask import Response


def attachment(text: str | bytes, name: str, mimetype: str) -> Response:
    """Return ``text`` as a download called ``name``, which is plain ASCII without quotes.

    Names are made of a project's slug, and only one that exists comes this far.
    """
    headers = {"Content-Disposition": f'attachment; filename="{name}"'}
    return Response(text, mimetype=mimetype, headers=headers)
