"""Say how a file is to be read: what fills its gaps and what its fields are called."""

from collections.abc import Mapping
from dataclasses import dataclass

from evalhub.core.canonical import Json
from evalhub.core.prompts.parsing import KNOWN
from evalhub.core.prompts.vocabulary import SourceKind
from evalhub.core.reading.quoting import shown
from evalhub.errors import BadInput


@dataclass(frozen=True, slots=True)
class RowDefaults:
    """Fill required fields that a row lacks; what a row says itself stays."""

    domain: str | None = None
    language: str | None = None
    license: str | None = None
    source_kind: SourceKind | None = None

    def fill(self, row: Mapping[str, Json]) -> dict[str, Json]:
        """Return ``row`` with its gaps filled."""
        given: dict[str, Json] = {
            "domain": self.domain,
            "language": self.language,
            "license": self.license,
            "source": {"kind": self.source_kind} if self.source_kind else None,
        }
        filled = dict(row)
        for name, value in given.items():
            if value is not None and filled.get(name) is None:
                filled[name] = value
        return filled


@dataclass(frozen=True, slots=True)
class ReadingOptions:
    """Gather what the uploader says about a file.

    ``renames`` are pairs of a field's name in the file and its name here. With
    ``keeps_unknown`` fields without a name here go to ``metadata`` instead of being refused.
    """

    defaults: RowDefaults = RowDefaults()
    renames: tuple[tuple[str, str], ...] = ()
    keeps_unknown: bool = False

    def apply(self, row: Mapping[str, Json], *, where: str) -> dict[str, Json]:
        """Return ``row`` under the names used here; raise ``BadInput`` for a clash."""
        return dict(row) if not self.renames else self._renamed(row, where=where)

    def finish(self, row: Mapping[str, Json]) -> dict[str, Json]:
        """Fill the gaps of a row of ``evalhub.prompt/1`` and put away what is unknown."""
        filled = self.defaults.fill(row)
        metadata = filled.get("metadata")
        if not self.keeps_unknown or not isinstance(metadata, (Mapping, type(None))):
            return filled
        # What the row's own metadata says comes last and wins: it was meant to be metadata.
        unknown = {name: filled.pop(name) for name in row if name not in KNOWN}
        unknown = {name: value for name, value in unknown.items() if value is not None}
        return filled | ({"metadata": {**unknown, **(metadata or {})}} if unknown else {})

    def _renamed(self, row: Mapping[str, Json], *, where: str) -> dict[str, Json]:
        names = dict(self.renames)
        renamed = {names.get(key, key): value for key, value in row.items()}
        if len(renamed) < len(row):
            clash = next(name for name in names.values() if name in row)
            raise BadInput.at(where, f"already has the field {shown(clash)} that another becomes")
        return renamed


def parse_renames(pairs: tuple[str, ...]) -> tuple[tuple[str, str], ...]:
    """Return ``THEIRS=OURS`` texts as pairs.

    Raise ``BadInput`` for one that is not, and for a name that stands in two of them: one of
    two fields that become the same one would be lost, whichever row came.
    """
    found: list[tuple[str, str]] = []
    for pair in pairs:
        theirs, equals, ours = pair.partition("=")
        if not equals or not theirs or ours not in KNOWN:
            raise BadInput.at(
                "rename", f"{shown(pair)} must be THEIRS=OURS, OURS one of {', '.join(KNOWN)}"
            )
        for name, taken in ((theirs, {a for a, _ in found}), (ours, {b for _, b in found})):
            if name in taken:
                raise BadInput.at("rename", f"{shown(pair)} names {shown(name)} a second time")
        found.append((theirs, ours))
    return tuple(found)
