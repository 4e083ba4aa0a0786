"""Build small tables of judgments for the scoring tests."""

import json
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import TypeAlias

import numpy as np
import pandas as pd
from hypothesis import strategies as st

from evalhub.core.scoring import Board, BoardRow, Boards
from evalhub.core.scoring.arrays import FloatArray

Row: TypeAlias = tuple[str, str, str, float]
COLUMNS = ("prompt_id", "left", "right", "winner")
WINNERS = {1.0: "left", 0.5: "tie", 0.0: "right"}
SCORES = {word: score for score, word in WINNERS.items()}


def judgments(rows: Iterable[Row]) -> pd.DataFrame:
    """Return a table with one row a judgment: prompt, left, right, score of left."""
    named = [(prompt, left, right, WINNERS[float(score)]) for prompt, left, right, score in rows]
    return pd.DataFrame(named, columns=list(COLUMNS))


def repeated(pairs: Sequence[tuple[str, str, float]], n_prompts: int) -> pd.DataFrame:
    """Return the same judgments of pairs on each of ``n_prompts`` prompts."""
    return judgments((f"p{i}", *pair) for i in range(n_prompts) for pair in pairs)


def simulated(
    strengths: Mapping[str, float], *, n_prompts: int, n_per_prompt: int, seed: int = 7
) -> pd.DataFrame:
    """Return judgments drawn from Bradley-Terry with a fifth of ties."""
    rng = np.random.default_rng(seed)
    names, rows = sorted(strengths), []
    for prompt in range(n_prompts):
        for _ in range(n_per_prompt):
            left, right = (names[i] for i in rng.choice(len(names), 2, replace=False))
            p = 1 / (1 + np.exp(strengths[right] - strengths[left]))
            score = 0.5 if rng.random() < 0.2 else float(rng.random() < p)
            rows.append((f"p{prompt:03d}", left, right, score))
    return judgments(rows)


def pair_scores(
    rows: Sequence[tuple[str, str, float, float]],
) -> tuple[list[str], FloatArray]:
    """Return the sorted names and S for rows of (first, second, wins of first, of second)."""
    names = sorted({name for first, second, _, _ in rows for name in (first, second)})
    scores = np.zeros((len(names), len(names)))
    for first, second, won, lost in rows:
        i, j = names.index(first), names.index(second)
        scores[i, j] += won
        scores[j, i] += lost
    return names, scores


def llmfao(shared_dir: Path, cluster: str = "prompt") -> pd.DataFrame:
    """Return the 8,931 real judgments, with the column ``cluster`` of the file as prompt."""
    raw = pd.read_csv(shared_dir / "data/llmfao/crowd-comparisons.csv")
    raw["row"] = range(len(raw))
    columns = [raw[cluster], raw["left"], raw["right"], raw["winner"]]
    return pd.concat(columns, axis=1, keys=COLUMNS).assign(annotator_id=raw["worker"])


def golden(shared_dir: Path, name: str, section: str) -> dict[str, dict[str, float]]:
    """Return one section of a file of reference results."""
    text = (shared_dir / "data/goldens" / name).read_text(encoding="utf-8")
    loaded: dict[str, dict[str, float]] = json.loads(text)[section]
    return loaded


def only(boards: Boards) -> Board:
    """Return the single board."""
    (board,) = boards.boards
    return board


def row_of(board: Board, model: str) -> BoardRow:
    """Return the row of ``model``."""
    return next(row for row in board.rows if row.model == model)


def strengths_of(board: Board) -> dict[str, float]:
    """Return the strengths by model."""
    return {row.model: row.strength for row in board.rows if row.strength is not None}


def tables(max_models: int = 5, max_rows: int = 40) -> st.SearchStrategy[pd.DataFrame]:
    """Draw tables of judgments among a few models on a few prompts, of any shape."""
    models = st.sampled_from([f"m{i}" for i in range(max_models)])
    prompts = st.sampled_from([f"p{i}" for i in range(7)])
    row = st.tuples(prompts, models, models, st.sampled_from([0.0, 0.5, 1.0]))
    different = row.filter(lambda drawn: drawn[1] != drawn[2])
    return st.lists(different, min_size=1, max_size=max_rows).map(judgments)


def connected_tables() -> st.SearchStrategy[pd.DataFrame]:
    """Draw tables in which a ring of ties links all models both ways."""
    ring = judgments([(f"p{i}", f"m{i}", f"m{(i + 1) % 5}", 0.5) for i in range(5)])
    return tables().map(lambda table: pd.concat([ring, table], ignore_index=True))
