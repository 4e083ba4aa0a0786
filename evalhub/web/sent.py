"""Read a form that was sent into a dataclass of texts, as a person typed them."""

from dataclasses import fields
from typing import TYPE_CHECKING, TypeVar

from flask import request

if TYPE_CHECKING:
    from _typeshed import DataclassInstance

Form = TypeVar("Form", bound="DataclassInstance")


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
