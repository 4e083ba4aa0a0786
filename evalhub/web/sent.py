"""Read a form that was sent into a dataclass of texts, as a person typed them."""

from dataclasses import fields
from enum import StrEnum
from typing import TYPE_CHECKING, TypeVar

from flask import request

from evalhub.errors import BadInput, Sentence

if TYPE_CHECKING:
    from _typeshed import DataclassInstance

Form = TypeVar("Form", bound="DataclassInstance")
Kind = TypeVar("Kind", bound=StrEnum)


def sent_form(kind: type[Form], **fixed: str) -> Form:
    """Return the form of this request as ``kind``, each text without blanks at its ends.

    What the request does not hold keeps its default, so that a page can show the form again
    whatever was sent. ``fixed`` are fields that something else than the form decides.
    """
    names = [field.name for field in fields(kind)]
    sent = {name: request.form[name].strip() for name in names if name in request.form}
    return kind(**{**sent, **fixed})


def sent_text(name: str) -> str:
    """Return a field of the form without blanks at its ends; empty where it was not sent."""
    return request.form.get(name, "").strip()


def picked(text: str, kind: type[Kind], *, where: str) -> Kind:
    """Return the member of ``kind`` that a button or an option stands for; raise ``BadInput``.

    Programs are told the members by name, in ``rim.fields.choice``. Whoever reads a page has the
    words of each before them and has never seen its name.
    """
    try:
        return kind(text)
    except ValueError as error:
        raise BadInput.at(where, Sentence("choose one of the answers below")) from error
