"""Hold the numbers of a written document against those of the document made anew.

The words of a card change with EvalHub, and a card in older words is as good as it was. Its numbers
come from the release alone, so a line in the same words must have the same ones; of a line in other
words each number must be one that the release states at all.
"""

import re
from collections import defaultdict
from collections.abc import Collection, Iterator
from dataclasses import dataclass

_HASH = r"[0-9a-f]{32,}"
_NUMBER = re.compile(rf"(?<![\w.])(?:{_HASH}|[+-]?\d+(?:,\d{{3}})*(?:\.\d+)*%?)")
_SHOWN = 120


@dataclass(frozen=True, slots=True)
class Difference:
    """Hold a number that is another than it should be; ``wanted`` is None where none is known."""

    line_number: int
    line: str
    found: str
    wanted: str | None

    def rule(self, source: str) -> str:
        """Say what is wrong with the number, which ``source`` should state."""
        known = f"which {source} does not state" if self.wanted is None else f"not {self.wanted}"
        return f"says {self.found}, {known}"

    def rule_of_line(self, source: str) -> str:
        """Say it with the line that it stands on."""
        return f"line {self.line_number} {self.rule(source)}: {self.line[:_SHOWN]!r}"


@dataclass(frozen=True, slots=True)
class _Line:
    """Hold a line of a document: under which heading it stands, its words and its numbers."""

    number: int
    text: str
    heading: str
    words: str
    numbers: tuple[str, ...]


def differences(
    found: str, wanted: str, *, stated: str, passed_over: Collection[str] = ()
) -> Iterator[Difference]:
    """Yield the numbers of ``found`` that contradict ``wanted`` or are stated nowhere.

    ``stated`` is what the document was made from. Sections under the headings ``passed_over`` state
    nothing of a release, and their numbers may change with their words.
    """
    expected: dict[tuple[str, str], list[_Line]] = defaultdict(list)
    for line in _lines(wanted, passed_over):
        expected[line.heading, line.words].append(line)
    known = {_plain(one) for text in (wanted, stated) for one in _NUMBER.findall(text)}
    for line in _lines(found, passed_over):
        same = expected[line.heading, line.words]
        if same:
            pairs = zip(line.numbers, same.pop(0).numbers, strict=True)
            yield from (
                Difference(line.number, line.text, one, other)
                for one, other in pairs
                if one != other
            )
        else:
            yield from (
                Difference(line.number, line.text, one, None)
                for one in line.numbers
                if _plain(one) not in known
            )


def _lines(text: str, passed_over: Collection[str]) -> Iterator[_Line]:
    """Yield the lines that have a number, but those under a heading that is passed over."""
    section = heading = ""
    for number, line in enumerate(text.split("\n"), start=1):
        if line.startswith("## "):
            section = line.removeprefix("## ")
        if line.startswith("#"):
            heading = _NUMBER.sub("#", line)
        if section not in passed_over and (numbers := tuple(_NUMBER.findall(line))):
            yield _Line(number, line, heading, _NUMBER.sub("#", line), numbers)


def _plain(number: str) -> str:
    return number.replace(",", "").lstrip("+")
