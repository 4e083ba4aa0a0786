"""Fit boards to a table of judgments: the way in for whoever has a table."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from evalhub.core.deferred import Deferred
from evalhub.core.scoring.board.board import fit_clustered
from evalhub.core.scoring.counting.clustering import count_by_cluster
from evalhub.core.scoring.covariates.styled import StyledRows
from evalhub.core.scoring.options import Cluster, FitOptions, PositionTerm, Ties, chosen
from evalhub.core.scoring.reading.encoding import EncodedJudgments, encode_judgments
from evalhub.core.scoring.results import Boards

if TYPE_CHECKING:
    import pandas as pd
else:
    pd = Deferred("pandas")


def fit(
    judgments: pd.DataFrame,
    *,
    ties: Ties | str = Ties.HALF,
    cluster: Cluster | str = Cluster.PROMPT,
    position: PositionTerm | str = PositionTerm.REPORT,
    level: float = 0.95,
    style: bool = False,
    models: Sequence[str] = (),
    seed: int = 0,
) -> Boards:
    """Fit one board a component to ``judgments``, with intervals where they exist.

    ``judgments`` has one row a judgment (or ``count`` of them) with the columns

    - ``model_a``, ``model_b`` and ``winner`` (``model_a``, ``model_b``, ``tie``, ``both_bad`` or
      ``both_good``), or ``left``, ``right`` and ``winner`` (``left``, ``right``, or a tie);
    - ``prompt_id`` and ``annotator_id``, to cluster by; without the column asked for, intervals
      are per judgment and a warning says so;
    - ``preference``, a whole number from -3 (the first model is much better) to 3, for graded
      thresholds with ``ties="rao-kupper"``; it may be missing in a row;
    - ``side``, ``left`` or ``right``, where ``model_a`` stood; left if there is no such column;
    - ``count``, a whole number from 0;
    - ``response_a`` and ``response_b`` (or ``response_left``, ``response_right``), the answers,
      for ``style=True``: strengths with style held equal beside the plain ones.

    Other columns are passed over. ``ties``, ``cluster`` and ``position`` are the words of
    ``Ties``, ``Cluster`` and ``PositionTerm``; ``models`` names models that are listed even
    without a judgment; ``seed`` starts the draws behind the rank intervals. The order of the rows
    cannot change a bit of the result. Raise ``BadInput`` for a table that breaks a rule and
    ``EstimationError`` for a fit that does not converge.
    """
    options = FitOptions(
        ties=chosen(Ties, ties),
        cluster=chosen(Cluster, cluster),
        position=chosen(PositionTerm, position),
        level=level,
        is_style_controlled=style,
        seed=seed,
    )
    return fit_encoded(encode_judgments(judgments, has_texts=style), options, models=models)


def fit_encoded(
    encoded: EncodedJudgments, options: FitOptions, *, models: Sequence[str] = ()
) -> Boards:
    """Fit boards to judgments that were read before; ``fit`` reads a table and calls this."""
    clustered = count_by_cluster(encoded, options.cluster, models=tuple(models))
    n_prompts = None if encoded.prompt is None else len(encoded.prompt.names)
    styled = StyledRows.of(encoded) if options.is_style_controlled else None
    # Counts are all that the rest needs, and codes of many judgments are much memory to hold on to.
    del encoded
    return fit_clustered(clustered, options, n_prompts=n_prompts, styled=styled)
