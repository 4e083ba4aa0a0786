import json
from random import Random

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from evalhub.core.canonical import canonical_json
from evalhub.core.scoring import boards_to_json, fit
from tests.core.scoring.tables import judgments, only, simulated, tables

TABLE = simulated({"a": 0.6, "b": 0.0, "c": -0.6}, n_prompts=20, n_per_prompt=20)


def test_every_number_arrives_at_full_precision() -> None:
    boards = fit(TABLE)

    read = json.loads(canonical_json(boards_to_json(boards)))

    row, expected = read["boards"][0]["models"][0], only(boards).rows[0]
    assert expected.interval is not None
    assert expected.rank_interval is not None
    assert row == {
        "model": "a",
        "strength": expected.strength,
        "elo": expected.elo,
        "se": expected.se,
        "ci_low": expected.interval.low,
        "ci_high": expected.interval.high,
        "elo_low": expected.interval.as_elo().low,
        "elo_high": expected.interval.as_elo().high,
        "interval_reason": None,
        "rank": 1,
        "rank_low": expected.rank_interval.best,
        "rank_high": expected.rank_interval.worst,
        "level": 1,
        "flag": None,
        "n": expected.n_judgments,
        "wins": expected.wins,
        "ties": expected.ties,
        "losses": expected.losses,
        "style": None,
    }


def test_the_totals_and_the_method_are_beside_the_boards() -> None:
    boards = fit(TABLE)

    written = boards_to_json(boards)

    assert written["schema"] == "evalhub.boards/1"
    assert written["method"] == boards.method
    assert (written["n_judgments"], written["n_prompts"], written["n_models"]) == (400, 20, 3)
    interval, effect = boards.position.interval, only(boards).position
    assert interval is not None
    assert effect is not None
    assert effect.interval is not None
    assert written["position"] == {
        "left_wins": boards.position.left_wins,
        "n_decisive": boards.position.n_decisive,
        "left_share": boards.position.left_share,
        "left_share_low": interval.low,
        "left_share_high": interval.high,
        "left_share_method": boards.position.method,
        "effect": effect.value,
        "se": effect.se,
        "ci_low": effect.interval.low,
        "ci_high": effect.interval.high,
        "reason": None,
    }
    assert written["tie_parameter"] is None


def test_what_does_not_exist_is_null_with_its_reason() -> None:
    boards = fit(judgments([("p", "a", "b", 1.0)]), models=["c"])

    read = json.loads(canonical_json(boards_to_json(boards)))

    first, second = read["boards"]
    top = first["models"][0]
    assert (top["ci_low"], top["elo_high"], top["rank"], top["rank_low"]) == (None,) * 4
    assert top["flag"] == "unbounded above"
    assert first["groups"] == [
        {"models": ["a"], "level": 1, "flag": "unbounded above"},
        {"models": ["b"], "level": 2, "flag": "unbounded below"},
    ]
    assert (second["models"][0]["strength"], second["models"][0]["elo"]) == (None, None)
    assert read["suggestions"] == [
        {"first": "a", "second": "c", "purpose": "join boards"},
        {"first": "a", "second": "b", "purpose": "bound a gap"},
    ]


@given(tables(), st.randoms(use_true_random=False))
def test_equal_judgments_have_equal_bytes(table: pd.DataFrame, random: Random) -> None:
    order = list(range(len(table)))
    random.shuffle(order)

    one, other = (boards_to_json(fit(rows)) for rows in (table, table.iloc[order]))

    assert canonical_json(one) == canonical_json(other)


@pytest.mark.parametrize("dtype", ["object", "category", "string"])
def test_the_type_of_the_columns_leaves_no_trace(dtype: str) -> None:
    typed = TABLE.astype(dict.fromkeys(TABLE.columns, dtype))

    assert boards_to_json(fit(typed)) == boards_to_json(fit(TABLE))


def test_style_stands_beside_each_strength_and_is_null_where_it_was_not_asked_for() -> None:
    texts = {
        "response_left": "# a\n" * 9,
        "response_right": ["b" * (n % 7 + 1) for n in range(400)],
    }
    boards = fit(TABLE.assign(**texts), style=True)

    styled, plain = (boards_to_json(one)["boards"] for one in (boards, fit(TABLE)))

    board, expected = json.loads(json.dumps(styled))[0], only(boards)
    for row, one in zip(board["models"], expected.rows, strict=True):
        assert one.style is not None
        assert (row["style"]["strength"], row["style"]["elo"]) == (
            one.style.strength,
            one.style.elo,
        )
        assert one.style.interval is not None
        assert row["style"]["ci_low"] == one.style.interval.low
        assert row["style"]["elo_high"] == one.style.interval.as_elo().high
    assert expected.style is not None
    assert [effect["name"] for effect in board["style"]["effects"]] == [
        effect.name for effect in expected.style.effects
    ]
    assert json.loads(json.dumps(plain))[0]["style"] is None
