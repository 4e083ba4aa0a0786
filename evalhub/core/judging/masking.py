"""Hide what would tell an annotator which model wrote a response."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TypeAlias

from evalhub.core.pulling.naming import naming_spans

MASK = "[the model names itself]"

Span: TypeAlias = tuple[int, int]
"""Where something stands in a text: its first code point, and the one after its last."""


@dataclass(frozen=True, slots=True)
class Masked:
    """Hold a text as it is shown, and where the stored text says what was replaced in it.

    Places in the two texts differ by the length of the names that are hidden. Only those of
    the shown text may reach a browser: the difference would tell how long a name is.
    """

    text: str
    hidden: tuple[Span, ...] = ()

    def stored_span(self, shown: Span) -> Span | None:
        """Return where the stored text has what stands at ``shown``; None across a mask."""
        shift = 0
        for start, end in self.hidden:
            mask_start = start + shift
            mask_end = mask_start + len(MASK)
            if shown[1] <= mask_start:
                break
            if shown[0] < mask_end:
                return None
            shift = mask_end - end
        return (shown[0] - shift, shown[1] - shift)

    def shown_span(self, stored: Span) -> Span | None:
        """Return where the shown text has what stands at ``stored``; None where it is hidden."""
        shift = 0
        for start, end in self.hidden:
            if stored[1] <= start:
                break
            if stored[0] < end:
                return None
            shift += len(MASK) - (end - start)
        return (stored[0] + shift, stored[1] + shift)


def mask(text: str, names: Sequence[str] = ()) -> Masked:
    """Return ``text`` with every passage in which it names its model or maker replaced.

    ``names`` are the endpoint's own names, which count wherever they stand. The same text
    is always masked the same way, so that every annotator reads the same. The passages are
    looked for in ``text`` only, never in what was put in, so a name may be part of the mask.
    """
    hidden = tuple(naming_spans(text, names))
    return Masked("".join(_pieces(text, hidden)), hidden)


def mask_names(text: str, names: Sequence[str] = ()) -> str:
    """Return ``text`` as it is shown, where no place in it is asked for."""
    return mask(text, names).text


def _pieces(text: str, hidden: Sequence[Span]) -> Iterator[str]:
    done = 0
    for start, end in hidden:
        yield text[done:start]
        yield MASK
        done = end
    yield text[done:]
