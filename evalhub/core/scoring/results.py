"""Hold fitted boards: what a page, a file or a command shows, with its method and its n."""

from dataclasses import dataclass
from math import log

from evalhub.core.scoring.existence import Flag
from evalhub.core.scoring.linking import LinkPurpose

ELO_CENTRE = 1000.0
ELO_PER_STRENGTH = 400 / log(10)


@dataclass(frozen=True, slots=True)
class Interval:
    """Hold the two ends of a confidence interval; they are never equal."""

    low: float
    high: float

    def as_elo(self) -> "Interval":
        """Return the same interval on the Elo display scale."""
        return Interval(as_elo(self.low), as_elo(self.high))


@dataclass(frozen=True, slots=True)
class RankInterval:
    """Hold the best and the worst rank that the judgments allow, 1 being the top."""

    best: int
    worst: int


@dataclass(frozen=True, slots=True)
class BoardRow:
    """Hold one model's place on its board.

    ``strength`` is in natural-log units, mean 0 over the board; it is None for a model that was
    never compared. ``interval`` is None where ``interval_reason`` says why. ``rank`` is None on a
    board without finite maximum, whose rows stand in the order of their ``level``.
    """

    model: str
    strength: float | None
    se: float | None
    interval: Interval | None
    interval_reason: str | None
    rank: int | None
    rank_interval: RankInterval | None
    level: int
    flag: Flag | None
    n_judgments: int
    wins: int
    ties: int
    losses: int

    @property
    def elo(self) -> float | None:
        """Return the strength on the Elo display scale, 1000 + 400 / ln 10 * strength."""
        return None if self.strength is None else as_elo(self.strength)


@dataclass(frozen=True, slots=True)
class BoardGroup:
    """Hold models that wins and ties link both ways, with their level (1 is the top)."""

    models: tuple[str, ...]
    level: int
    flag: Flag | None


@dataclass(frozen=True, slots=True)
class Board:
    """Hold the ordered models of one component; strengths of two boards cannot be compared.

    ``rank_method`` and ``rank_quantile`` say how the rank intervals were made; both are None
    where there are none. ``ridge`` is 0 but on a board without finite maximum.
    """

    method: str
    rows: tuple[BoardRow, ...]
    groups: tuple[BoardGroup, ...]
    has_finite_maximum: bool
    ridge: float
    log_likelihood: float
    n_judgments: int
    n_prompts: int
    n_ties: int
    rank_method: str | None
    rank_quantile: float | None
    warnings: tuple[str, ...]

    @property
    def n_models(self) -> int:
        """Return how many models stand on the board."""
        return len(self.rows)


@dataclass(frozen=True, slots=True)
class PositionCount:
    """Hold how often the left side won among judgments that were not ties; plain counts."""

    left_wins: int
    n_decisive: int

    @property
    def left_share(self) -> float | None:
        """Return the share of decisive judgments that the left side won; None without any."""
        return self.left_wins / self.n_decisive if self.n_decisive else None


@dataclass(frozen=True, slots=True)
class Suggestion:
    """Name two models to compare next, and what for."""

    first: str
    second: str
    purpose: LinkPurpose


@dataclass(frozen=True, slots=True)
class Boards:
    """Hold all boards of one set of judgments, the one with most models first.

    ``method`` is the method asked for; each board names what could be done with its judgments.
    """

    method: str
    level: float
    boards: tuple[Board, ...]
    suggestions: tuple[Suggestion, ...]
    position: PositionCount
    n_judgments: int
    n_prompts: int
    n_ties: int
    n_models: int
    log_likelihood: float
    warnings: tuple[str, ...]


def as_elo(strength: float) -> float:
    """Return a strength on the Elo display scale: 1000 at the mean of the board."""
    return ELO_CENTRE + ELO_PER_STRENGTH * strength
