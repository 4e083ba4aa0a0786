from dataclasses import replace
from datetime import timedelta
from typing import Any, get_type_hints

import numpy as np
import pyarrow as pa
import pytest

from evalhub.core.campaigns import JudgmentOrigin
from evalhub.core.judging.answers import (
    Answer,
    CannotJudgeReason,
    Choice,
    CitationCheck,
    ComparedCriterion,
    Mark,
    NotApplicable,
    RaisedFlag,
    RatedCriterion,
    SideFlags,
    TriageAnswer,
)
from evalhub.core.people import Origin
from evalhub.core.releasing import rows
from evalhub.core.releasing.decisions import Decided, PairDecision, PairVerdict, ReviewOutcome
from evalhub.core.releasing.flavours import rows as flavours
from evalhub.core.releasing.material import ReleaseJudgment
from evalhub.core.releasing.pair_rows import preference_columns
from evalhub.core.releasing.schemas import KEYS, RESERVED_NAMES, SCHEMAS
from evalhub.core.releasing.vocabulary import FLAVOURS, Part, Split
from evalhub.core.releasing.weeks import iso_week
from evalhub.errors import BadInput
from tests.core.releasing.made import (
    batch_of,
    judgment_rows,
    margin_row,
    pair_row,
    prompt_row,
    rows_of,
    tie_row,
)
from tests.core.releasing.material import (
    LABEL,
    MOMENT,
    make_judged_pair,
    make_judgment,
    make_prompt,
)

ROW_TYPES = {
    Part.KTO: flavours.KtoRow,
    Part.OPENRLHF: flavours.OpenRlhfRow,
    Part.NEMO_RL: flavours.NemoRlRow,
    Part.LLAMAFACTORY: flavours.LlamaFactoryRow,
    Part.AXOLOTL: flavours.AxolotlRow,
    Part.VERL: flavours.VerlRow,
    Part.HH_RLHF: flavours.HhRlhfRow,
    Part.HELPSTEER3: flavours.HelpSteer3Row,
    Part.ARENA: flavours.ArenaRow,
    Part.PAIRS: rows.PairRow,
    Part.PAIRS_MARGIN: rows.MarginRow,
    Part.TRL: rows.TrlRow,
    Part.TIES: rows.TieRow,
    Part.JUDGMENTS: rows.JudgmentRow,
    Part.PROMPTS: rows.PromptRow,
}


@pytest.mark.parametrize("part", list(Part))
def test_row_type_has_the_columns_of_the_schema(part: Part) -> None:
    assert list(get_type_hints(ROW_TYPES[part])) == SCHEMAS[part].names


@pytest.mark.parametrize("part", [part for part in Part if part not in FLAVOURS])
def test_only_the_margin_table_uses_a_reserved_name(part: Part) -> None:
    expected = {"margin"} if part is Part.PAIRS_MARGIN else set()

    assert set(SCHEMAS[part].names) & RESERVED_NAMES == expected


@pytest.mark.parametrize("part", [Part.PAIRS, Part.PAIRS_MARGIN, Part.TRL])
def test_columns_that_trainers_read_are_never_null(part: Part) -> None:
    read = {"prompt", "chosen", "rejected", "margin"} & set(SCHEMAS[part].names)

    assert not any(SCHEMAS[part].field(name).nullable for name in read)


@pytest.mark.parametrize("part", FLAVOURS)
def test_no_column_of_a_flavour_is_ever_null(part: Part) -> None:
    assert not any(SCHEMAS[part].field(name).nullable for name in SCHEMAS[part].names)


@pytest.mark.parametrize("part", list(KEYS))
def test_key_is_a_column(part: Part) -> None:
    assert SCHEMAS[part].field(KEYS[part]).type == pa.string()


def test_chosen_is_what_more_judgments_prefer() -> None:
    pair = make_judged_pair(make_judgment(Choice.B, 2, vetoed="x"))

    row = pair_row(pair)

    assert row["chosen"] == [{"role": "assistant", "content": "Drink."}]
    assert row["rejected"] == [{"role": "assistant", "content": "Rest."}]
    assert (row["chosen_model"], row["rejected_model"]) == ("birch-1", "alder-1")
    assert (row["chosen_vetoed"], row["rejected_vetoed"]) == (False, True)
    assert (row["n_chosen"], row["n_rejected"]) == (1, 0)


def test_a_pair_under_several_rubric_versions_names_the_newest_by_number() -> None:
    judged = []
    for version in ("1.9.0", "1.10.0", "1.2.0"):
        one = make_judgment(Choice.A, who=f"ann-{version}")
        judged.append(replace(one, record=replace(one.record, rubric_version=version)))
    pair = make_judged_pair(*judged)

    assert pair_row(pair)["rubric_version"] == "1.10.0"
    assert tie_row(pair)["rubric_version"] == "1.10.0"


def test_labels_are_turned_to_the_chosen_response() -> None:
    pair = make_judged_pair(make_judgment(Choice.A, -3))

    row, found = pair_row(pair), margin_row(pair)

    assert (row["soft_label"], row["soft_label_se"], row["pooled_soft_label"]) == (0.7, 0.2, 0.65)
    assert (found["margin"], found["margin_se"]) == (1.25, 1.1)
    assert not row["is_against_votes"]
    assert row["vote_share"] == 1.0


def test_a_label_against_the_votes_is_kept_and_marked_and_has_no_margin() -> None:
    pair = make_judged_pair(make_judgment(Choice.B, 1))

    row = pair_row(pair)

    assert row["chosen_model"] == "birch-1"
    assert (row["soft_label"], row["is_against_votes"]) == (0.3, True)
    assert margin_row(pair)["margin"] == 0


def test_a_skewed_label_has_no_negative_margin() -> None:
    label = replace(LABEL, soft_label_y=0.51, margin_y=-0.01)
    pair = make_judged_pair(make_judgment(Choice.B, 1), label=label)

    found = margin_row(pair)

    assert (found["is_against_votes"], found["margin"]) == (False, 0.0)


def test_no_pooled_label_is_null() -> None:
    pair = make_judged_pair(make_judgment(Choice.A), label=replace(LABEL, pooled_soft_label_y=None))

    assert pair_row(pair)["pooled_soft_label"] is None


def test_an_outcome_without_a_label_is_refused() -> None:
    pair = make_judged_pair(make_judgment(Choice.A), label=None)

    with pytest.raises(BadInput, match="pair 'pair-1'"):
        pair_row(pair)


def test_tie_row_chooses_nothing() -> None:
    pair = make_judged_pair(make_judgment(Choice.BOTH_BAD, 0), make_judgment(Choice.B))

    row = tie_row(pair)

    assert not {"chosen", "rejected"} & row.keys()
    assert (row["n_a"], row["n_b"], row["n_ties"], row["n_both_bad"]) == (0, 1, 1, 1)
    assert row["vote_share_b"] == 0.75
    assert (row["soft_label_b"], row["pooled_soft_label_b"]) == (0.3, 0.35)


def test_prompt_row_writes_empty_text_for_no_jurisdiction() -> None:
    row = prompt_row(make_prompt(), Split.TEST)

    assert row["jurisdiction"] == ""
    assert (row["split"], row["tags"]) == ("test", ["symptoms"])


def test_judgment_is_turned_to_the_order_of_the_pair() -> None:
    answer = Answer(
        triage=(TriageAnswer("competence", "in_scope"),),
        flags_a=SideFlags(raised=(RaisedFlag("rude", quote="no"),)),
        citations_b=(CitationCheck(2, "supports"),),
        rated=(RatedCriterion("correct", a=4), RatedCriterion("sources", a=NotApplicable.NA, b=1)),
        compared=(ComparedCriterion("clear", -1),),
        reasons=("correct",),
        why="A is right.",
        marks=(Mark("a", 3, 5, "no", "rude"), Mark("b", 0, 4, "Rest", reason="vague")),
    )
    judgment = make_judgment(Choice.A, -2, is_swapped=True, answer=answer)

    (row,) = judgment_rows(make_judged_pair(judgment))

    assert (row["choice"], row["choice_shown"], row["shown_left"]) == ("b", "a", "b")
    assert (row["preference"], row["preference_shown"]) == (2, -2)
    assert row["flags"] == [{"flag": "rude", "side": "b", "quote": "no"}]
    assert [tuple(item.values()) for item in row["marks"]] == [
        ("b", 3, 5, "no", "rude", ""),
        ("a", 0, 4, "Rest", "", "vague"),
    ]
    assert row["citations"] == [{"number": 2, "side": "a", "result": "supports"}]
    assert [tuple(item.values()) for item in row["criteria"]] == [
        ("correct", "b", 4, False),
        ("sources", "a", 1, False),
        ("sources", "b", None, True),
        ("clear", "pair", 1, False),
    ]
    assert row["triage"] == [{"question": "competence", "option": "in_scope"}]
    assert (row["reasons"], row["why"]) == (["correct"], "A is right.")


def test_what_was_decided_stands_beside_the_vote() -> None:
    decided = Decided(
        ReviewOutcome.ACCEPTED, PairDecision(PairVerdict.SPLIT, "both_defensible", "2026-W47")
    )
    judgment = replace(make_judgment(Choice.A, -2), decided=decided)

    told, untold = (judgment_rows(make_judged_pair(one))[0] for one in (judgment, make_judgment()))

    assert (told["choice"], told["revision"], told["review"]) == ("a", 1, "accepted")
    names = ("decision", "decision_reason", "decision_week")
    assert [told[name] for name in names] == ["split", "both_defensible", "2026-W47"]
    assert [untold[name] for name in ("review", *names)] == [None] * 4


def test_cannot_judge_keeps_its_reason() -> None:
    answer = Answer(choice=Choice.CANNOT_JUDGE, cannot_judge_reason=CannotJudgeReason.CONTESTED)
    judgment = make_judgment(Choice.CANNOT_JUDGE, answer=answer)

    (row,) = judgment_rows(make_judged_pair(judgment))

    assert row["cannot_judge_reason"] == "contested"


def test_times_are_told_to_the_week() -> None:
    assert iso_week(MOMENT) == "2026-W47"


BASE = make_judgment(Choice.A, -1, answer=Answer(choice=Choice.A, preference=-1, why="Because."))
OF_PAIRS = {
    "pair_id",
    "prompt_id",
    *(f"{name}_{side}" for name in ("response", "model") for side in "ab"),
    *(f"response_{side}_id" for side in "ab"),
    "pair_outcome",
    "domain",
    "language",
    "split",
}
"""What rows say of their pair, in which the judgments below do not differ."""


def judged_otherwise(**fields: Any) -> ReleaseJudgment:  # noqa: ANN401 - any field
    """Return the judgment with other values of its record."""
    return replace(BASE, record=replace(BASE.record, **fields))


def answered_otherwise(**fields: Any) -> ReleaseJudgment:  # noqa: ANN401 - any field
    """Return the judgment with other values of its answer."""
    return replace(BASE, answer=replace(BASE.answer, **fields))


EVERY_KIND = [
    BASE,
    replace(BASE, id="another", annotator="annotator-2"),
    judged_otherwise(credential_class="physician"),
    judged_otherwise(is_swapped=True),
    judged_otherwise(choice=Choice.B, preference=1),
    judged_otherwise(preference=-2),
    judged_otherwise(preference=None),
    judged_otherwise(why="Otherwise."),
    judged_otherwise(confidence=4),
    judged_otherwise(rubric_id="another"),
    judged_otherwise(rubric_version="1.10.0"),
    judged_otherwise(created_at=MOMENT + timedelta(days=7)),
    judged_otherwise(revision=2),
    judged_otherwise(origin=JudgmentOrigin.IMPORTED),
    judged_otherwise(person_origin=Origin.SIMULATED),
    answered_otherwise(cannot_judge_reason=CannotJudgeReason.CONTESTED),
    answered_otherwise(reasons=("clearer",)),
    answered_otherwise(flags_a=SideFlags(raised=(RaisedFlag("dose", "10 g"),))),
    answered_otherwise(flags_b=SideFlags(raised=(RaisedFlag("dose", "10 g"),))),
    answered_otherwise(marks=(Mark("a", 0, 4, "Rest", "", "Good."),)),
    answered_otherwise(citations_a=(CitationCheck(1, "supports"),)),
    answered_otherwise(citations_b=(CitationCheck(1, "supports"),)),
    answered_otherwise(triage=(TriageAnswer("danger", "yes"),)),
    answered_otherwise(rated=(RatedCriterion("clear", 1, 0),)),
    answered_otherwise(rated=(RatedCriterion("clear", NotApplicable.NA, None),)),
    answered_otherwise(compared=(ComparedCriterion("clear", -1),)),
    replace(BASE, decided=Decided(review=ReviewOutcome.REVISED)),
    replace(BASE, decided=Decided(pair=PairDecision(PairVerdict.A, "Plain.", "2026-W48"))),
]
"""Judgments each of which differs from the first in one thing that a row tells."""


def test_judgments_that_differ_in_anything_have_rows_of_their_own() -> None:
    pairs = [
        make_judged_pair(replace(judgment, id=f"judgment-{number}"), identity=f"pair-{number}")
        for number, judgment in enumerate([*EVERY_KIND, *reversed(EVERY_KIND)])
    ]

    together = judgment_rows(*pairs)

    assert together == [row for pair in pairs for row in judgment_rows(pair)]
    for name in set(together[0]) - OF_PAIRS:
        assert len({str(row[name]) for row in together}) > 1, name


def test_pairs_have_the_rows_that_each_has_alone() -> None:
    labels = [LABEL, replace(LABEL, soft_label_y=0.7, margin_y=0.0), replace(LABEL, margin_y=-0.0)]
    pairs = [
        replace(
            make_judged_pair(judgment, *more, identity=f"pair-{n}-{k}-{m}", label=label),
            is_simulated=bool(m),
        )
        for n, judgment in enumerate(EVERY_KIND)
        for k, more in enumerate([(), (make_judgment(Choice.A, -3, who="bob", vetoed="y"),)])
        for m, label in enumerate(labels)
        if judgment.record.canonical_choice is Choice.A
    ]
    places = np.arange(len(pairs))

    together = rows_of(preference_columns(batch_of(*pairs), places), Part.PAIRS_MARGIN)

    assert together == [margin_row(pair) for pair in pairs]
