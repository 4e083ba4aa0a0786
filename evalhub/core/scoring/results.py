"""Hold fitted boards: what a page, a file or a command shows, with its method and its n."""

from dataclasses import dataclass
from math import log

from evalhub.core.scoring.existence.components import Flag
from evalhub.core.scoring.existence.linking import LinkPurpose
from evalhub.core.scoring.options import Cluster, FitOptions

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
class Effect:
    """Hold one number estimated beside the strengths, with its interval or why it has none."""

    name: str
    value: float | None
    se: float | None
    interval: Interval | None
    reason: str | None = None


@dataclass(frozen=True, slots=True)
class StyleStrength:
    """Hold a model's strength once style is held equal, beside the plain one."""

    strength: float
    se: float | None
    interval: Interval | None

    @property
    def elo(self) -> float:
        """Return the strength on the Elo display scale."""
        return as_elo(self.strength)


@dataclass(frozen=True, slots=True)
class BoardRow:
    """Hold one model's place on its board.

    ``strength`` is in natural-log units, mean 0 over the board; it is None for a model that was
    never compared. ``interval`` is None where ``interval_reason`` says why. ``rank`` is None on a
    board without finite maximum, whose rows stand in the order of their ``level``. ``style`` is
    None where style was not controlled for.
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
    style: StyleStrength | None = None

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
class Difference:
    """Hold how much stronger ``first`` is than ``second``, with the interval of the difference.

    ``interval`` is for this pair alone; ``is_certain`` tells whether the order also holds with
    all pairs of the board considered together.
    """

    first: str
    second: str
    difference: float
    se: float
    interval: Interval
    is_certain: bool


@dataclass(frozen=True, slots=True)
class TieEstimate:
    """Hold the tie parameter of a board: psi of Rao and Kupper or nu of Davidson.

    ``thresholds`` are those of graded preferences, natural logs; empty without grades.
    """

    name: str
    value: float | None
    interval: Interval | None
    thresholds: tuple[float, ...] = ()


@dataclass(frozen=True, slots=True)
class StyleReport:
    """Hold what style amounts to: one effect a covariate, per standard deviation, in log-odds."""

    method: str
    effects: tuple[Effect, ...]


@dataclass(frozen=True, slots=True)
class Board:
    """Hold the ordered models of one component; strengths of two boards cannot be compared.

    ``rank_method`` and ``rank_quantile`` say how the rank intervals were made; both are None
    where there are none. ``ridge`` is 0 but on a board without finite maximum. ``position`` is
    the log-odds advantage of the left side, None where it was not asked for. ``n_clusters``
    counts what ``cluster`` names. ``differences`` has every pair of a small board, and the
    neighbours in order of a larger one.
    """

    method: str
    rows: tuple[BoardRow, ...]
    groups: tuple[BoardGroup, ...]
    has_finite_maximum: bool
    ridge: float
    log_likelihood: float
    n_judgments: int
    n_ties: int
    cluster: Cluster
    n_clusters: int
    ties: TieEstimate | None
    position: Effect | None
    differences: tuple[Difference, ...]
    rank_method: str | None
    rank_quantile: float | None
    warnings: tuple[str, ...]
    style: StyleReport | None = None

    @property
    def n_models(self) -> int:
        """Return how many models stand on the board."""
        return len(self.rows)

    @property
    def neighbours(self) -> tuple[Difference, ...]:
        """Return the differences of models that stand next to each other in order."""
        order = {row.model: i for i, row in enumerate(row for row in self.rows if row.interval)}
        return tuple(one for one in self.differences if order[one.second] - order[one.first] == 1)

    @property
    def has_intervals(self) -> bool:
        """Tell whether any model has an interval."""
        return any(row.interval is not None for row in self.rows)


@dataclass(frozen=True, slots=True)
class PositionCount:
    """Hold how often the left side won among judgments that were not ties.

    ``interval`` is that of the share; ``method`` names it.
    """

    left_wins: int
    n_decisive: int
    interval: Interval | None = None
    method: str | None = None

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

    ``method`` names what was done: an interval only where some board has one. ``n_prompts`` is
    None where the judgments do not say their prompts.
    """

    method: str
    options: FitOptions
    boards: tuple[Board, ...]
    suggestions: tuple[Suggestion, ...]
    position: PositionCount
    n_judgments: int
    n_prompts: int | None
    n_ties: int
    n_models: int
    log_likelihood: float
    warnings: tuple[str, ...]

    @property
    def level(self) -> float:
        """Return the level of the intervals."""
        return self.options.level

    @property
    def main(self) -> Board | None:
        """Return the board of most models that has judgments; None without judgments."""
        return next((board for board in self.boards if board.n_judgments), None)


def as_elo(strength: float) -> float:
    """Return a strength on the Elo display scale: 1000 at the mean of the board."""
    return ELO_CENTRE + ELO_PER_STRENGTH * strength
