from copy import deepcopy
from typing import Any

import pyarrow as pa
import pytest

from evalhub.core.judging.answers import Choice
from evalhub.core.releasing.checking import RowChecks, check_schema
from evalhub.core.releasing.material import JudgedPair
from evalhub.core.releasing.schemas import SCHEMAS
from evalhub.core.releasing.vocabulary import Part, Split
from tests.core.releasing.made import judgment_rows, margin_row, pair_row, prompt_row, tie_row
from tests.core.releasing.material import make_judged_pair, make_judgment, make_prompt

Row = dict[str, Any]
Tables = dict[Part, list[Row]]


def make_tables() -> Tables:
    """Return the rows of a sound release of one pair and one tie."""
    pair = make_judged_pair(make_judgment(Choice.A, -2))
    tie = make_judged_pair(make_judgment(Choice.TIE, 0, who="bob"), identity="pair-2")
    return deepcopy(
        {
            **_pair_tables(pair),
            Part.TIES: [tie_row(tie)],
            Part.JUDGMENTS: judgment_rows(pair, tie),
            Part.PROMPTS: [prompt_row(make_prompt(), Split.TRAIN)],
        }
    )


def _pair_tables(pair: JudgedPair) -> Tables:
    row = pair_row(pair)
    return {
        Part.PAIRS: [row],
        Part.PAIRS_MARGIN: [margin_row(pair)],
        Part.TRL: [{name: row[name] for name in SCHEMAS[Part.TRL].names}],
    }


def problems_of(tables: Tables, checks: RowChecks | None = None) -> list[str]:
    checks = checks or RowChecks()
    for part, rows in tables.items():
        for row in rows:
            checks.check(part, Split(row.get("split", "train")), row, where=part.value)
    return [str(problem) for problem in checks.finish()]


def test_sound_release_has_no_problem() -> None:
    assert problems_of(make_tables()) == []


@pytest.mark.parametrize(
    ("part", "changes", "rule"),
    [
        (Part.PAIRS, {"n_ties": 3}, "n_judgments is not the sum of its parts"),
        (Part.PAIRS, {"n_chosen": 0, "n_ties": 1}, "no more judgments prefer the chosen"),
        (Part.PAIRS, {"vote_share": 0.4}, "vote_share or agreement does not follow"),
        (Part.PAIRS, {"agreement": 0.4}, "vote_share or agreement does not follow"),
        (Part.PAIRS, {"soft_label": 0.4}, "is_against_votes does not follow from soft_label"),
        (Part.PAIRS, {"is_against_votes": True}, "is_against_votes does not follow"),
        (Part.PAIRS, {"soft_label": 1.2}, "soft_label 1.2 is not between 0 and 1"),
        (Part.PAIRS, {"soft_label": float("nan")}, "soft_label nan is not between 0 and 1"),
        (Part.PAIRS, {"pooled_soft_label": -0.1}, "pooled_soft_label -0.1 is not between"),
        (Part.PAIRS, {"soft_label_se": -0.1}, "soft_label_se -0.1 is negative"),
        (Part.PAIRS, {"n_judgments": 2, "n_rejected": 1}, "no more judgments prefer the chosen"),
        (Part.PAIRS_MARGIN, {"margin": -0.5}, "margin -0.5 is not a number from 0"),
        (Part.PAIRS_MARGIN, {"margin": float("nan")}, "margin nan is not a number from 0"),
        (Part.PAIRS_MARGIN, {"margin": float("inf")}, "margin inf is not a number from 0"),
        (Part.PAIRS_MARGIN, {"margin_se": 0.0}, "margin_se 0.0 is not above 0"),
        (
            Part.PAIRS_MARGIN,
            {"soft_label": 0.4, "is_against_votes": True},
            "margin is above 0, but the label goes against the votes",
        ),
        (Part.PAIRS_MARGIN, {"pair_id": "other"}, "in pairs_margin but not in pairs"),
        (Part.TIES, {"n_a": 1, "n_judgments": 1}, "so it is no tie"),
        (Part.TIES, {"pair_id": "pair-1"}, "is in pairs and in ties"),
        (Part.PROMPTS, {"prompt_id": "other"}, "prompt 'p1' is not in prompts"),
        (Part.JUDGMENTS, {"choice": "cannot_judge"}, "states 1 judgments; there are 0"),
        (Part.JUDGMENTS, {"split": "test"}, "prompt 'p1' is in two splits"),
    ],
)
def test_changed_value_is_found(part: Part, changes: Row, rule: str) -> None:
    tables = make_tables()
    tables[part][0] |= changes

    assert any(rule in problem for problem in problems_of(tables))


def test_row_twice_is_found() -> None:
    tables = make_tables()
    tables[Part.PROMPTS] *= 2

    assert problems_of(tables) == ["prompts: prompt_id 'p1' stands in prompts twice"]


@pytest.mark.parametrize("part", [Part.PAIRS, Part.TIES, Part.JUDGMENTS])
def test_an_id_under_two_prompts_is_found(part: Part) -> None:
    checks = RowChecks()
    first, second = deepcopy(make_tables()[part][0]), deepcopy(make_tables()[part][0])
    second["prompt_id"] = "p2"
    for row in (first, second):
        checks.check(part, Split.TRAIN, row, where="x")
        checks.end_prompt()

    found = [str(one) for one in checks.finish()]

    assert any("1 of the values of" in one and "stand under two prompts" in one for one in found)


def test_split_of_another_file_is_found() -> None:
    checks = RowChecks()

    checks.check(Part.PROMPTS, Split.TEST, make_tables()[Part.PROMPTS][0], where="x")

    assert "x: split 'train' is not that of its file" in map(str, checks.finish())


def test_group_in_two_splits_is_found() -> None:
    tables = make_tables()
    tables[Part.PROMPTS].append(
        tables[Part.PROMPTS][0] | {"prompt_id": "p2", "split": "validation"}
    )

    assert problems_of(tables) == ["prompts: prompt group 'g1' is in two splits"]


def test_tie_among_the_pairs_is_found() -> None:
    tables = make_tables()
    tables[Part.PAIRS][0]["rejected"] = tables[Part.PAIRS][0]["chosen"]

    assert "pairs: chosen and rejected are the same" in problems_of(tables)


@pytest.mark.parametrize(
    ("turns", "rule"),
    [
        ([], "chosen is not one turn of the assistant"),
        ([{"role": "user", "content": "x"}], "chosen is not one turn of the assistant"),
        ([{"role": "assistant", "content": None}], "a message has no role or no content"),
    ],
)
def test_wrong_turn_is_found(turns: list[Row], rule: str) -> None:
    tables = make_tables()
    tables[Part.TRL][0]["chosen"] = turns

    assert problems_of(tables) == [f"trl: {rule}"]


def test_conversation_that_differs_from_its_pair_is_found() -> None:
    tables = make_tables()
    tables[Part.TRL][0]["chosen"] = [{"role": "assistant", "content": "Sleep."}]

    assert problems_of(tables) == ["trl/train does not say what its canonical table says"]


@pytest.mark.parametrize("part", [Part.TRL, Part.PAIRS_MARGIN])
def test_table_that_every_release_has_is_missed(part: Part) -> None:
    tables = make_tables()
    del tables[part]

    assert f"{part}/train does not say what its canonical table says" in problems_of(tables)


def test_schema_with_another_type_or_a_reserved_name_is_found() -> None:
    wrong = SCHEMAS[Part.PAIRS].append(pa.field("messages", pa.string()))

    problems = [str(problem) for problem in check_schema(Part.PAIRS, wrong, where="f")]

    assert problems == [
        "f: the schema is not that of the table pairs",
        "f, column 'messages': is a name that trainers give a meaning of their own",
    ]


@pytest.mark.parametrize("part", list(Part))
def test_own_schema_is_right(part: Part) -> None:
    assert check_schema(part, SCHEMAS[part], where="f") == []


def test_pair_without_a_prompt_is_found() -> None:
    tables = make_tables()
    tables[Part.PAIRS][0]["prompt"] = []

    assert "pairs: prompt has no message" in problems_of(tables)


def test_a_pair_that_ties_outweigh_is_found_where_they_count_against() -> None:
    tables = make_tables()
    for part in (Part.PAIRS, Part.PAIRS_MARGIN):
        tables[part][0] |= {"n_judgments": 2, "n_ties": 1, "vote_share": 0.75, "agreement": 0.5}

    found = problems_of(tables, RowChecks(ties_count_against=True))

    assert any("no more than half of the judgments prefer" in one for one in found)
    assert not any("no more than half" in one for one in problems_of(tables))


def test_a_tie_with_a_lead_is_sound_where_ties_count_against() -> None:
    tables = make_tables()
    tables[Part.TIES][0] |= {"n_a": 1, "n_ties": 1, "n_judgments": 2}

    assert any("so it is no tie" in one for one in problems_of(tables))
    against = problems_of(tables, RowChecks(ties_count_against=True))
    assert not any("so it is no tie" in one for one in against)


def test_a_margin_is_found_where_the_recipe_has_none() -> None:
    found = problems_of(make_tables(), RowChecks(has_margins=False))

    assert any("margin is not 0 under a recipe without margins" in one for one in found)
