"""Take what an upload form of prompts sends: a file or pasted text, and what fills its gaps."""

from pathlib import PurePosixPath

from flask import request
from werkzeug.datastructures import FileStorage

from evalhub.core.prompts.files import format_of_pasted
from evalhub.core.prompts.options import ReadingOptions, RowDefaults, parse_renames
from evalhub.core.prompts.vocabulary import SourceKind
from evalhub.errors import BadInput
from evalhub.rim.fields import choice
from evalhub.services.prompt_sets import SetNames
from evalhub.services.prompt_sets.imports import SentFile


def names_of_form() -> SetNames:
    """Return the set's name and title; with an existing set chosen, its name."""
    form = request.form
    return SetNames(form.get("slug", "").strip(), form.get("title", "").strip())


def file_of_form() -> SentFile:
    """Return the file, or the pasted text, that the form holds; raise ``BadInput``."""
    options = _options()
    sent = request.files.get("file")
    pasted = request.form.get("pasted", "").strip()
    if sent is not None and sent.filename:
        # One of the two would be ignored without a word, and nobody can tell which was meant.
        if pasted:
            raise BadInput.at("file", "stands beside pasted text; send one of the two")
        return SentFile(sent.stream.read(), name_of(sent), options)
    if not pasted:
        raise BadInput.at("file", "is missing; choose a file or paste the rows")
    filename = f"pasted.{format_of_pasted(pasted).value}"
    return SentFile(pasted.encode(), filename, options)


def name_of(sent: FileStorage) -> str:
    """Return a file's name without folders, whichever slash its system writes."""
    return PurePosixPath((sent.filename or "").replace("\\", "/")).name or "upload"


def _options() -> ReadingOptions:
    form = request.form
    kind = form.get("source_kind", "")
    defaults = RowDefaults(
        domain=form.get("domain", "").strip() or None,
        language=form.get("language", "").strip() or None,
        license=form.get("license", "").strip() or None,
        source_kind=choice(kind, SourceKind, where="source kind") if kind else None,
    )
    renames = parse_renames(tuple(form.get("renames", "").split()))
    return ReadingOptions(defaults, renames, form.get("keep_unknown") == "1")
