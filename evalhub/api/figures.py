"""Describe figures that several answers hold: each with its n, interval and reasons."""

from evalhub.api.describing import Body


class IntervalBody(Body):
    """Tells the two ends of a 95 % interval; they are never equal."""

    low: float
    high: float


class ShareBody(Body):
    """Tells a share of n, or the reason why there is none."""

    value: float | None
    n: int
    interval: IntervalBody | None
    reason: str | None
    method: str


class FigureBody(Body):
    """Tells a share or coefficient over pairs with its tie rule, n and interval, or the reasons."""

    tie_rule: str
    value: float | None
    reason: str | None
    interval: IntervalBody | None
    interval_reason: str | None
    interval_method: str
    n_pairs: int


class MedianBody(Body):
    """Tells a median of n values; the reason says what is missing."""

    value: float | None
    n: int
    interval: IntervalBody | None
    reason: str | None
    method: str
