"""Hide what would tell an annotator which model wrote a response."""

from collections.abc import Sequence

from evalhub.core.pulling.naming import names_itself

MASK = "[the model names itself]"


def mask_names(text: str, names: Sequence[str] = ()) -> str:
    """Return ``text`` with every passage in which it names its model or maker replaced.

    ``names`` are the endpoint's own names, which count wherever they stand. The same text
    is always masked the same way, so that every annotator reads the same.
    """
    while passage := names_itself(text, names):
        text = text.replace(passage, MASK)
    return text
