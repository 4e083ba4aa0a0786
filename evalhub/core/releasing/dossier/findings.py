"""Say in one place what a dossier examined, what it found, and what it could not know."""

from collections.abc import Iterator
from dataclasses import dataclass

from evalhub.core.releasing.dossier.fields import Dossier, DossierField, Figure, Unit
from evalhub.core.releasing.dossier.statements import WRITTEN_FIELDS
from evalhub.core.releasing.dossier.vocabulary import FieldName, FieldOrigin, Section

ALPHA = 0.05
_NONE_AT = {FieldName.LEFT_SHARE: 0.5, FieldName.LEFT_ADVANTAGE: 0.0, FieldName.STYLE: 0.0}
"""The value that stands for no effect, where an interval without it is a finding."""
_COUNTED = frozenset({FieldName.ONE_SIDED_RATERS})
_NOT_TESTED = "too few preferences"


@dataclass(frozen=True, slots=True)
class Finding:
    """Hold one figure that differs from no effect, and the field it stands in."""

    field: DossierField
    figure: Figure


@dataclass(frozen=True, slots=True)
class Findings:
    """Hold the short reading of a dossier.

    ``examined`` are fields of the examination with a figure, ``unexamined`` those without.
    ``unwritten`` wait for a person, and ``unknown`` are the other fields that say why they are
    empty.
    """

    examined: tuple[DossierField, ...]
    unexamined: tuple[DossierField, ...]
    found: tuple[Finding, ...]
    unknown: tuple[DossierField, ...]
    unwritten: tuple[DossierField, ...]
    n_computed: int
    n_written: int

    @property
    def n_missing(self) -> int:
        """Return how many fields are empty and say why."""
        return len(self.unknown) + len(self.unwritten)


def findings_of(dossier: Dossier) -> Findings:
    """Return the short reading of ``dossier``."""
    tested = [
        field
        for field in dossier.fields
        if field.section is Section.EXAMINATION and field.origin is FieldOrigin.COMPUTED
    ]
    examined = tuple(field for field in tested if has_result(field))
    absent = [field for field in dossier.fields if field.origin is FieldOrigin.ABSENT]
    return Findings(
        examined=examined,
        unexamined=tuple(field for field in tested if not has_result(field)),
        found=tuple(finding for field in examined for finding in _found(field)),
        unknown=tuple(field for field in absent if field.name not in WRITTEN_FIELDS),
        unwritten=tuple(field for field in absent if field.name in WRITTEN_FIELDS),
        n_computed=sum(field.origin is FieldOrigin.COMPUTED for field in dossier.fields),
        n_written=sum(field.origin is FieldOrigin.WRITTEN for field in dossier.fields),
    )


def has_result(field: DossierField) -> bool:
    """Tell whether a field of the examination came to any result."""
    if field.name in _COUNTED:
        return any(one.n for one in field.figures if _NOT_TESTED not in one.name)
    return any(one.value is not None and one.low is not None for one in field.figures)


def _found(field: DossierField) -> Iterator[Finding]:
    for figure in field.figures:
        if _is_found(field.name, figure):
            yield Finding(field, figure)


def _is_found(name: FieldName, figure: Figure) -> bool:
    if name in _COUNTED:
        return bool(figure.value) and _NOT_TESTED not in figure.name
    if figure.unit is Unit.DIFFERENCE:
        return figure.p is not None and figure.p < ALPHA
    none = _NONE_AT[name]
    return (
        figure.low is not None
        and figure.high is not None
        and not (figure.low <= none <= figure.high)
    )
