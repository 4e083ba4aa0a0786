"""Read the graded preference that somebody chose in a form."""

from evalhub.errors import BadInput, Sentence
from evalhub.rim.fields import whole_number


def preference_of(text: str) -> int:
    """Return a preference such as ``-2``; raise ``BadInput`` where none was chosen."""
    sign, digits = (-1, text[1:]) if text.startswith("-") else (1, text)
    if not digits:
        raise BadInput.at("preference", Sentence("choose one point of the scale"))
    return sign * whole_number(digits, where="preference")
