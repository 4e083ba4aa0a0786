"""Write figures as readers weigh them: with a sign, their interval, and where both lie."""

from collections.abc import Sequence
from dataclasses import dataclass

from flask import Flask

from evalhub.core.scoring.results import Interval
from evalhub.web.formats import bound
from evalhub.web.language import _, decimal, with_comma

HEAT_STEPS = (20, 30, 40, 47, 53, 60, 70, 80)
"""Upper bounds, in per cent, of the steps of a win matrix's scale; the fifth is even."""

MINUS = "\N{MINUS SIGN}"


@dataclass(frozen=True, slots=True)
class Whisker:
    """Hold the places of a dot, its interval and a reference, as percentages of the width."""

    x: str
    low: str | None
    high: str | None
    ref: str | None
    label: str


def fit_figures(app: Flask) -> None:
    """Install the filters and functions that the pages of figures use."""
    app.jinja_env.filters.update(
        share=share,
        shares=shares,
        coefficient=coefficient,
        coefficients=coefficients,
        capitalize_first=capitalize_first,
    )
    app.jinja_env.globals.update(heat=heat_class, whisker=whisker)


def capitalize_first(text: str) -> str:
    """Return a text with its first letter as a capital, and the rest as it stands."""
    return text[:1].upper() + text[1:]


def share(value: float | None) -> str:
    """Return a share or a difference of shares in per cent, such as ``53.2 %`` on one line."""
    return _("none") if value is None else f"{_signed(value * 100, 1)}\u00a0%"


def coefficient(value: float | None) -> str:
    """Return a coefficient to three places, such as ``0.291``."""
    return _("none") if value is None else _signed(value, 3)


def shares(interval: Interval | None) -> str:
    """Return an interval in per cent, such as ``51.9 to 54.4``."""
    if interval is None:
        return _("none")
    return _range(_signed(interval.low * 100, 1), _signed(interval.high * 100, 1))


def coefficients(interval: Interval | None) -> str:
    """Return an interval of a coefficient, such as ``0.272 to 0.309``."""
    if interval is None:
        return _("none")
    return _range(_signed(interval.low, 3), _signed(interval.high, 3))


def heat_class(share: float) -> str:
    """Return the class of a cell of a win matrix, ``h1`` (row loses) to ``h9`` (row wins)."""
    per_cent = share * 100
    return f"h{1 + sum(per_cent > bound for bound in HEAT_STEPS)}"


def whisker(
    value: float | None, interval: Interval | None, scale: Sequence[float], ref: float | None = None
) -> Whisker | None:
    """Return where a value and its interval lie on ``scale`` (its two ends); None without one.

    What lies outside is drawn at the end; the words beside the drawing say the number.
    """
    if value is None:
        return None
    ends = {"low": with_comma(f"{scale[0]:g}"), "high": with_comma(f"{scale[1]:g}")}
    words = {"value": coefficient(value), "interval": coefficients(interval), **ends}
    label = (
        _("%(value)s, 95 %% interval %(interval)s, on a scale from %(low)s to %(high)s", **words)
        if interval
        else _("%(value)s, on a scale from %(low)s to %(high)s", **words)
    )
    return Whisker(
        x=_place(value, scale),
        low=_place(interval.low, scale) if interval else None,
        high=_place(interval.high, scale) if interval else None,
        ref=None if ref is None else _place(ref, scale),
        label=bound(label),
    )


def _place(value: float, scale: Sequence[float]) -> str:
    within = (value - scale[0]) / (scale[1] - scale[0])
    return f"{min(max(within, 0.0), 1.0) * 100:.1f}%"


def _signed(value: float, digits: int) -> str:
    # Rounded first: a value that rounds to 0 must not be written as minus 0.
    return decimal(round(value, digits) + 0.0, digits).replace("-", MINUS)


def _range(low: str, high: str) -> str:
    return _("%(low)s to %(high)s", low=low, high=high)
