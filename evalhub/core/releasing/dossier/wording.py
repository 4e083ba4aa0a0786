"""Say a field of a dossier in sentences, the same in the datasheet, in Croissant and in a cell."""

from collections.abc import Iterator

from evalhub.core.releasing.dossier.fields import DossierField, Figure, Unit
from evalhub.core.releasing.dossier.vocabulary import FieldOrigin

_PERCENT = {Unit.SHARE, Unit.DIFFERENCE}


def figure_value(figure: Figure) -> str:
    """Return the value of a figure as people read it; "none" where there is none."""
    return "none" if figure.value is None else _number(figure.value, figure.unit)


def figure_interval(figure: Figure) -> str:
    """Return the 95 % interval of a figure; empty where there is none."""
    if figure.low is None or figure.high is None:
        return ""
    return f"{_number(figure.low, figure.unit)} to {_number(figure.high, figure.unit)}"


def figure_p(figure: Figure) -> str:
    """Return the adjusted p-value of a figure; empty where there is none."""
    if figure.p is None:
        return ""
    return "under 0.001" if figure.p < 0.001 else f"{figure.p:.3f}"  # noqa: PLR2004 - as printed


def figure_line(figure: Figure) -> str:
    """Return a figure on one line: name, value, interval, p, n and reason."""
    parts = [f"{figure.name}: {figure_value(figure)}"]
    if interval := figure_interval(figure):
        parts.append(f"95 % interval {interval}")
    if p := figure_p(figure):
        parts.append(f"p {p}")
    if figure.n is not None:
        parts.append(f"n {figure.n:,}")
    if figure.reason:
        parts.append(figure.reason.rstrip("."))
    return ", ".join(parts)


def field_lines(field: DossierField, *, most: int) -> Iterator[str]:
    """Yield what a field says, a line each; figures beyond ``most`` are counted."""
    if field.origin is FieldOrigin.ABSENT:
        yield f"Not known: {field.reason}"
        return
    if field.text:
        yield field.text
    yield from (figure_line(figure) for figure in field.figures[:most])
    if len(field.figures) > most:
        yield f"{len(field.figures) - most:,} more in dossier.json"


def field_text(field: DossierField, *, most: int = 6) -> str:
    """Return what a field says in one paragraph."""
    lines = (line.rstrip(".") for line in field_lines(field, most=most))
    return ". ".join(line for line in lines if line) + "."


def _number(value: float | str, unit: Unit) -> str:
    if isinstance(value, str):
        return value
    if unit in _PERCENT:
        return f"{value:+.1%}" if unit is Unit.DIFFERENCE else f"{value:.1%}"
    if unit is Unit.COUNT:
        return f"{value:,}"
    return f"{value:,.1f} s" if unit is Unit.SECONDS else f"{value:.2f}"
