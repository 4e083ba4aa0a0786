"""Hold a dossier: fields that are computed, written by a person, or absent for a stated reason."""

import json
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from enum import StrEnum

from evalhub.core.releasing.dossier.vocabulary import WORDS, FieldName, FieldOrigin, Section
from evalhub.core.releasing.manifest import ReleaseIdentity
from evalhub.core.scoring.results import Interval

DIGITS = 4


class Unit(StrEnum):
    """Say what a figure counts, so that a page can write it."""

    COUNT = "count"
    """A whole number of things."""
    SHARE = "share"
    """A share between 0 and 1."""
    DIFFERENCE = "difference"
    """A difference of two shares, -1 to 1."""
    LOG_ODDS = "log-odds"
    """Natural-log units of a logistic model."""
    COEFFICIENT = "coefficient"
    """A coefficient of agreement, 1 at most."""
    SECONDS = "seconds"
    """Seconds."""
    TEXT = "text"
    """Words, a hash or an amount with its unit."""


@dataclass(frozen=True, slots=True)
class Figure:
    """Hold one figure of a field.

    ``n`` counts what it rests on, as the field's method says. ``low`` and ``high`` are its 95 %
    interval. ``p`` is adjusted by Holm over all comparisons of the field. ``reason`` says why a
    value or an interval is missing.
    """

    name: str
    unit: Unit
    value: float | int | str | None
    n: int | None = None
    low: float | None = None
    high: float | None = None
    p: float | None = None
    reason: str = ""


@dataclass(frozen=True, slots=True)
class DossierField:
    """Hold one field with its words, so that a reader of the file needs no other table."""

    name: FieldName
    section: Section
    title: str
    article: str
    origin: FieldOrigin
    text: str
    figures: tuple[Figure, ...]
    method: str
    reason: str
    written_by: str


@dataclass(frozen=True, slots=True)
class SummaryRow:
    """Hold one row of a summary of training content that a lab can paste."""

    name: str
    text: str


@dataclass(frozen=True, slots=True)
class Dossier:
    """Hold everything ``dossier.json`` says."""

    schema: str
    release: ReleaseIdentity
    simulated: bool
    note: str
    fields: tuple[DossierField, ...]
    training_summary: tuple[SummaryRow, ...]

    def field(self, name: FieldName) -> DossierField:
        """Return the field ``name``, which every dossier has."""
        return next(field for field in self.fields if field.name is name)


def count(name: str, value: int, *, n: int | None = None, reason: str = "") -> Figure:
    """Return a figure that counts."""
    return Figure(name, Unit.COUNT, value, n=n, reason=reason)


def words(name: str, value: str, *, n: int | None = None) -> Figure:
    """Return a figure that is said in words."""
    return Figure(name, Unit.TEXT, value, n=n)


def estimate(
    name: str,
    unit: Unit,
    value: float | None,
    *,
    n: int,
    interval: Interval | None = None,
    p: float | None = None,
    reason: str | None = None,
) -> Figure:
    """Return an estimated figure, rounded so that libraries and processors agree on its bytes.

    An interval whose ends are then the same is left out: it would claim certainty.
    """
    low = high = None
    if interval is not None:
        low, high = rounded(interval.low), rounded(interval.high)
        if not low < high:
            low = high = None
    return Figure(
        name,
        unit,
        None if value is None else rounded(value),
        n=n,
        low=low,
        high=high,
        p=None if p is None else rounded(p),
        reason=reason or "",
    )


def rounded(value: float) -> float:
    """Return ``value`` to four digits."""
    # Adding zero turns -0.0, which other readers print with its sign, into 0.0.
    return round(float(value), DIGITS) + 0.0


def computed(
    name: FieldName, method: str, figures: Iterable[Figure] = (), *, text: str = ""
) -> DossierField:
    """Return a field that a program filled."""
    return _field(name, FieldOrigin.COMPUTED, text=text, figures=tuple(figures), method=method)


def written(name: FieldName, text: str, *, by: str) -> DossierField:
    """Return a field that a person wrote."""
    return _field(name, FieldOrigin.WRITTEN, text=text, written_by=by)


def absent(name: FieldName, reason: str) -> DossierField:
    """Return a field without content, and why."""
    return _field(name, FieldOrigin.ABSENT, reason=reason)


def _field(
    name: FieldName,
    origin: FieldOrigin,
    *,
    text: str = "",
    figures: tuple[Figure, ...] = (),
    method: str = "",
    reason: str = "",
    written_by: str = "",
) -> DossierField:
    about = WORDS[name]
    return DossierField(
        name,
        about.section,
        about.title,
        about.article,
        origin,
        text,
        figures,
        method,
        reason,
        written_by,
    )


def dossier_text(dossier: Dossier) -> str:
    """Return the text of ``dossier.json``: fields in their order, two spaces a level."""
    return json.dumps(asdict(dossier), ensure_ascii=False, allow_nan=False, indent=2) + "\n"
