"""Estimate what the side, the length and the format of an answer do to a choice.

The models are those of ``evalhub.core.scoring``: a Bradley-Terry fit with ties as half a win and
intervals clustered by prompt, once with the left side and once with style as covariates. So a
strong model that writes long answers does not pass for an effect of length.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import scipy

from evalhub.core.deferred import Deferred
from evalhub.core.releasing.dossier.fields import DossierField, Figure, Unit, computed, estimate
from evalhub.core.releasing.dossier.fields import count as counted_figure
from evalhub.core.releasing.dossier.observing import Vote
from evalhub.core.releasing.dossier.vocabulary import FieldName
from evalhub.core.scoring.agreement.subjects import CHOICES, TIE
from evalhub.core.scoring.annotators.decisions import Identity
from evalhub.core.scoring.board.board import fit_clustered
from evalhub.core.scoring.counting.clustering import count_by_cluster
from evalhub.core.scoring.covariates.style import STYLE_NAMES
from evalhub.core.scoring.covariates.styled import StyledRows
from evalhub.core.scoring.options import Cluster, FitOptions
from evalhub.core.scoring.reading.encoding import encode_judgments
from evalhub.core.scoring.results import Board, Boards, Effect
from evalhub.errors import EstimationError

if TYPE_CHECKING:
    import pandas as pd
else:
    pd = Deferred("pandas")

MIN_CLEAR = 20
"""Fewest preferences of an expert before a leaning to a side is looked for."""
ALPHA = 0.05
_MORE_OF = ("characters", "headings", "list items", "bold passages", "tables")
_STYLE_WORDS = {name: f"More {what}" for name, what in zip(STYLE_NAMES, _MORE_OF, strict=True)}
_COLUMNS = ("prompt_id", "annotator_id", "left", "right", "winner")
_WINNERS = ("left", "tie", "right")
NO_BOARD = "No judgment compares two models."
NO_MAXIMUM = (
    "The strengths have no finite maximum: a model won or lost every comparison, so an effect "
    "cannot be told from its strength."
)

LEFT_SHARE_METHOD = "Share of preferences for the side shown on the left, ties left out"
LEFT_METHOD = (
    "Advantage of the left side in a Bradley-Terry fit with ties as half a win, in natural-log "
    "units; above 0 the left is preferred. Interval clustered by prompt. n counts judgments."
)
STYLE_METHOD = (
    "Coefficient of the relative difference (a - b) / (a + b + 1) of each count in a Bradley-Terry "
    "fit with ties as half a win, a standard deviation each, in natural-log units. Above 0 the "
    "answer with more of it is preferred. Interval clustered by prompt. n counts judgments."
)
ONE_SIDED_METHOD = (
    f"Exact binomial test of each expert's preferences for the left side against 1/2, experts with "
    f"at least {MIN_CLEAR} preferences, Holm-adjusted at {ALPHA}. n counts the experts tested."
)


@dataclass(frozen=True, slots=True)
class Effects:
    """Hold the fitted boards of the examined votes, or why there are none."""

    boards: Boards | None
    reason: str


def fit_effects(
    votes: Sequence[Vote],
    names: Mapping[Identity, str],
    *,
    fit: Callable[..., Boards] = fit_clustered,
) -> Effects:
    """Fit the votes that compare two endpoints, with the side and the style beside the models.

    A fit that does not come to an end leaves its reason: a release is worth having without it.
    """
    compared = [vote for vote in votes if vote.code is not None and vote.x != vote.y]
    if not compared:
        return Effects(None, NO_BOARD)
    options = FitOptions(is_style_controlled=True)
    rows = pd.DataFrame([_row(vote, names) for vote in compared], columns=list(_COLUMNS))
    encoded = encode_judgments(rows)
    clustered = count_by_cluster(encoded, Cluster.PROMPT)
    try:
        boards = fit(
            clustered,
            options,
            n_prompts=len({vote.prompt for vote in compared}),
            styled=StyledRows(encoded, _differences(compared)),
        )
    except EstimationError as error:
        return Effects(None, str(error))
    return Effects(boards, "")


def side_fields(effects: Effects) -> tuple[DossierField, DossierField, DossierField]:
    """Return the fields on the left side and on style."""
    board = effects.boards.main if effects.boards else None
    return _left_share(effects), _left_advantage(board, effects), _style(board, effects)


def one_sided_field(votes: Sequence[Vote]) -> DossierField:
    """Return how many experts lean to one side, without saying who."""
    lefts: dict[str, list[bool]] = {}
    for vote in votes:
        if vote.code is not None and vote.code != TIE:
            lefts.setdefault(vote.annotator, []).append(_is_left(vote))
    tested = {who: own for who, own in sorted(lefts.items()) if len(own) >= MIN_CLEAR}
    always = sum(len(set(own)) == 1 for own in tested.values())
    # Named in full, stats is imported when it is first used: every command would wait for it.
    p_values = sorted(scipy.stats.binomtest(sum(own), len(own)).pvalue for own in tested.values())
    leaning = _n_rejected([float(p) for p in p_values])
    n = len(tested)
    return computed(
        FieldName.ONE_SIDED_RATERS,
        ONE_SIDED_METHOD,
        [
            counted_figure("Experts who always prefer one side", always, n=n),
            counted_figure("Experts who lean to one side more than chance explains", leaning, n=n),
            counted_figure(
                "Experts with too few preferences to test", len(lefts) - n, n=len(lefts)
            ),
        ],
    )


def _left_share(effects: Effects) -> DossierField:
    position = effects.boards.position if effects.boards else None
    if position is None or position.left_share is None:
        figure = Figure(
            "Left side preferred",
            Unit.SHARE,
            None,
            n=0,
            reason=effects.reason or "No judgment prefers a side.",
        )
        return computed(FieldName.LEFT_SHARE, f"{LEFT_SHARE_METHOD}.", [figure])
    figure = estimate(
        "Left side preferred",
        Unit.SHARE,
        position.left_share,
        n=position.n_decisive,
        interval=position.interval,
    )
    return computed(FieldName.LEFT_SHARE, f"{LEFT_SHARE_METHOD}; {position.method}.", [figure])


def _left_advantage(board: Board | None, effects: Effects) -> DossierField:
    name = "Left side"
    if board is None or board.position is None:
        figure = Figure(name, Unit.LOG_ODDS, None, n=0, reason=effects.reason or NO_BOARD)
    else:
        figure = _effect(name, board.position, n=board.n_judgments)
    return computed(FieldName.LEFT_ADVANTAGE, LEFT_METHOD, [figure])


def _style(board: Board | None, effects: Effects) -> DossierField:
    if board is None or board.style is None:
        reason = effects.reason or (NO_BOARD if board is None else NO_MAXIMUM)
        n = 0 if board is None else board.n_judgments
        figures = [
            Figure(words, Unit.LOG_ODDS, None, n=n, reason=reason)
            for words in _STYLE_WORDS.values()
        ]
    else:
        figures = [
            _effect(_STYLE_WORDS[one.name], one, n=board.n_judgments) for one in board.style.effects
        ]
    return computed(FieldName.STYLE, STYLE_METHOD, figures)


def _effect(name: str, effect: Effect, *, n: int) -> Figure:
    return estimate(
        name, Unit.LOG_ODDS, effect.value, n=n, interval=effect.interval, reason=effect.reason
    )


def _row(vote: Vote, names: Mapping[Identity, str]) -> tuple[str, str, str, str, str]:
    left, right = (vote.y, vote.x) if vote.is_swapped else (vote.x, vote.y)
    return vote.prompt, vote.annotator, names[left], names[right], _WINNERS[_shown(vote)]


def _shown(vote: Vote) -> int:
    """Return the choice as shown, as a place among left, tie and right."""
    code = vote.code or 0
    return len(CHOICES) - 1 - code if vote.is_swapped else code


def _is_left(vote: Vote) -> bool:
    return _shown(vote) == 0


def _differences(votes: Sequence[Vote]) -> np.ndarray[tuple[int, ...], np.dtype[np.float64]]:
    """Return the relative differences in style, left against right, shape (votes, 5)."""
    x, y = (
        np.array([getattr(vote, side) for vote in votes], dtype=np.float64)
        for side in ("x_style", "y_style")
    )
    turned = np.array([vote.is_swapped for vote in votes])[:, np.newaxis]
    left, right = np.where(turned, y, x), np.where(turned, x, y)
    return np.asarray((left - right) / (left + right + 1))


def _n_rejected(p_values: Sequence[float]) -> int:
    """Return how many of the sorted p-values Holm's procedure rejects."""
    for place, p in enumerate(p_values):
        if p * (len(p_values) - place) > ALPHA:
            return place
    return len(p_values)
