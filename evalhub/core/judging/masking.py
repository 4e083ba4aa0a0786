"""Hide what would tell an annotator which model wrote a response."""

from collections.abc import Sequence

from evalhub.core.pulling.naming import naming_spans

MASK = "[the model names itself]"


def mask_names(text: str, names: Sequence[str] = ()) -> str:
    """Return ``text`` with every passage in which it names its model or maker replaced.

    ``names`` are the endpoint's own names, which count wherever they stand. The same text
    is always masked the same way, so that every annotator reads the same. The passages are
    looked for in ``text`` only, never in what was put in, so a name may be part of the mask.
    """
    kept: list[str] = []
    done = 0
    for start, end in naming_spans(text, names):
        kept += [text[done:start], MASK]
        done = end
    return "".join((*kept, text[done:]))
