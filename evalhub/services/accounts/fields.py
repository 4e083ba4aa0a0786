"""Read what people type about themselves."""

import unicodedata

from evalhub.core.free_words import says_something
from evalhub.errors import BadInput, Sentence

MAX_EMAIL_LENGTH = 254
MAX_NAME_LENGTH = 200


def folded_email(text: str) -> str:
    """Return what was typed as an address in the form that addresses are stored in.

    It may be none. Whoever looks an account up folds as its invitation did: keyboards write one
    letter in several ways, and an address folded otherwise would belong to nobody.
    """
    return unicodedata.normalize("NFC", text.strip()).casefold()


def clean_email(text: str) -> str:
    """Return an e-mail address in the one form it is stored in; raise ``BadInput``.

    Only the shape is checked: what proves an address is that its owner got the invitation.
    """
    email = folded_email(text)
    # From the right, as a mail server reads it: a quoted local part may hold an @, which the rule
    # below then refuses as a mistyped address.
    local, at, domain = email.rpartition("@")
    is_plain = not any(part.isspace() or _is_hidden(part) for part in email)
    if not (local and at and domain and is_plain and "@" not in local):
        raise BadInput.at("e-mail address", Sentence("%(text)s is not one", text=_shown(text)))
    if len(email) > MAX_EMAIL_LENGTH:
        raise BadInput.at(
            "e-mail address", Sentence("has more than %(most)s characters", most=MAX_EMAIL_LENGTH)
        )
    return email


def clean_name(text: str, *, where: str = "name", limit: int = MAX_NAME_LENGTH) -> str:
    """Return a name without outer or doubled spaces; raise ``BadInput``.

    Characters that cannot be seen are refused: they would make two names look the same.
    """
    # One spelling for one name, so that two people who look alike in a list are two people.
    name = " ".join(unicodedata.normalize("NFC", text).split())
    if not (says_something(name) and len(name) <= limit):
        raise BadInput.at(
            where,
            Sentence("needs 1 to %(limit)s characters; %(n)s were given", limit=limit, n=len(name)),
        )
    if any(_is_hidden(character) for character in name):
        raise BadInput.at(where, Sentence("holds a character that cannot be seen"))
    return name


def _is_hidden(character: str) -> bool:
    """Tell controls, direction marks and private characters; joiners belong to some scripts."""
    return unicodedata.category(character).startswith("C") and character not in "\u200c\u200d"


def _shown(text: str) -> str:
    return repr(text if len(text) <= MAX_NAME_LENGTH else text[:MAX_NAME_LENGTH] + "…")
