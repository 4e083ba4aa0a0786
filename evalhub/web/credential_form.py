"""Read a credential out of the form by which it is stated."""

from flask import request

from evalhub.core.qualifying.credentials import Credential
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


def credential_of_form() -> Credential:
    """Return the credential that the form states; raise ``BadInput`` for what is no date."""
    given = {name: request.form.get(name, "").strip() for name in FIELDS}
    return Credential(
        credential_class=_name(given["credential_class"]),
        domain=_name(given["domain"]),
        specialty=_name(given["specialty"]),
        # Codes of countries are upper case; nobody should be refused for us-ca.
        jurisdiction=given["jurisdiction"].upper(),
        issuer=given["issuer"],
        issued_on=day(given["issued_on"], where="issued_on"),
        expires_on=day_or_none(given["expires_on"], where="expires_on"),
    )


def _name(text: str) -> str:
    """Return what was typed in the one spelling that projects ask for: ``in_house_counsel``."""
    return "_".join(text.lower().split())
