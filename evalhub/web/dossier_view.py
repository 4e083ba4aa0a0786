"""Arrange a dossier for its page: sections, fields, and the columns that a field's figures need."""

from dataclasses import dataclass

from evalhub.core.releasing.dossier.fields import Dossier, DossierField, Figure, Unit
from evalhub.core.releasing.dossier.vocabulary import Section
from evalhub.core.releasing.dossier.wording import figure_interval, figure_p, figure_value

SHOWN_AT_ONCE = 12
"""Figures of a field that stand open; the rest open on request and in print."""


@dataclass(frozen=True, slots=True)
class FigureRow:
    """Hold one figure as a page writes it; empty where it has nothing to say."""

    name: str
    value: str
    interval: str
    p: str
    n: int | None
    note: str
    is_text: bool


@dataclass(frozen=True, slots=True)
class FieldView:
    """Hold one field with its figures, those shown at once first, and its needed columns.

    ``is_text`` says that some values are words, which stand on the left of their column.
    """

    field: DossierField
    paragraphs: tuple[str, ...]
    steps: tuple[str, ...]
    rows: tuple[FigureRow, ...]
    more: tuple[FigureRow, ...]
    is_text: bool
    has_interval: bool
    has_p: bool
    has_n: bool
    has_note: bool


@dataclass(frozen=True, slots=True)
class SectionView:
    """Hold one section; ``anchor`` names it in addresses."""

    title: str
    anchor: str
    fields: tuple[FieldView, ...]


def sections_of(dossier: Dossier) -> tuple[SectionView, ...]:
    """Return the sections of ``dossier`` in the order in which an auditor reads."""
    return tuple(
        SectionView(
            section.value,
            f"part-{number}",
            tuple(_field(one) for one in dossier.fields if one.section is section),
        )
        for number, section in enumerate(Section, start=1)
    )


def _field(field: DossierField) -> FieldView:
    rows = tuple(_row(one) for one in field.figures)
    lines = field.text.split("\n")
    return FieldView(
        field=field,
        paragraphs=tuple(line for line in lines if line.strip() and not line.startswith("- ")),
        steps=tuple(line.removeprefix("- ") for line in lines if line.startswith("- ")),
        rows=rows[:SHOWN_AT_ONCE],
        more=rows[SHOWN_AT_ONCE:],
        is_text=any(row.is_text for row in rows),
        has_interval=any(row.interval for row in rows),
        has_p=any(row.p for row in rows),
        has_n=any(row.n is not None for row in rows),
        has_note=any(row.note for row in rows),
    )


def _row(figure: Figure) -> FigureRow:
    return FigureRow(
        name=figure.name,
        value=figure_value(figure),
        interval=figure_interval(figure),
        p=figure_p(figure),
        n=figure.n,
        note=figure.reason,
        is_text=figure.unit is Unit.TEXT,
    )
