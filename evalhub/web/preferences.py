"""Read the graded preference that somebody chose in a form, and say one in words."""

from collections.abc import Mapping

from evalhub.errors import BadInput, Sentence
from evalhub.rim.fields import whole_number
from evalhub.web.language import N_, Words

PREFERENCE_NAMES: Mapping[int, str] = Words(
    {
        -3: N_("A is much better"),
        -2: N_("A is better"),
        -1: N_("A is slightly better"),
        0: N_("both the same"),
        1: N_("B is slightly better"),
        2: N_("B is better"),
        3: N_("B is much better"),
    }
)
"""The scale as people read it who write keys; its numbers stand in files alone."""


def preference_of(text: str) -> int:
    """Return a preference such as ``-2``; raise ``BadInput`` where none was chosen."""
    sign, digits = (-1, text[1:]) if text.startswith("-") else (1, text)
    if not digits:
        raise BadInput.at("preference", Sentence("choose one point of the scale"))
    return sign * whole_number(digits, where="preference")
