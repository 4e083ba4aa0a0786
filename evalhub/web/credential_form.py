"""Read a credential out of the form by which it is stated."""

from babel import Locale
from flask import request

from evalhub.core.qualifying.credentials import Credential, is_jurisdiction, jurisdiction_rule
from evalhub.errors import BadInput
from evalhub.rim.fields import day, day_or_none

FIELDS = (
    "credential_class",
    "domain",
    "specialty",
    "jurisdiction",
    "issuer",
    "issued_on",
    "expires_on",
)
"""The fields of the form, in its order."""

OTHER = "other"
"""The option beside which another class is written."""


_UNKNOWN = {"ZZ", "XA", "XB", "QO"}
_COUNTRIES = frozenset(Locale("en").territories) - _UNKNOWN
"""Codes of countries and of unions such as EU; those that stand for none are left out."""


def credential_of_form() -> Credential:
    """Return the credential that the form states; raise ``BadInput`` for what is no date."""
    given = {name: request.form.get(name, "").strip() for name in FIELDS}
    return Credential(
        credential_class=_name(_class_of(given["credential_class"])),
        domain=_name(given["domain"]),
        specialty=_name(given["specialty"]),
        # Codes of countries are upper case; nobody should be refused for us-ca.
        jurisdiction=_jurisdiction(given["jurisdiction"].upper()),
        issuer=given["issuer"],
        issued_on=day(given["issued_on"], where="issued_on"),
        expires_on=day_or_none(given["expires_on"], where="expires_on"),
    )


def _class_of(chosen: str) -> str:
    """Return the class that was chosen, or the other one that was written beside the choice."""
    return request.form.get("other_class", "").strip() if chosen == OTHER else chosen


def _jurisdiction(code: str) -> str:
    """Return the code of a place; raise ``BadInput`` where it begins with no country.

    The rule of the core takes any two letters, since prompts of any year have to be read.
    """
    country = code.partition("-")[0]
    if is_jurisdiction(code) and country not in _COUNTRIES:
        raise BadInput.at("jurisdiction", jurisdiction_rule(code))
    return code


def _name(text: str) -> str:
    """Return what was typed in the one spelling that projects ask for: ``in_house_counsel``."""
    return "_".join(text.lower().split())
