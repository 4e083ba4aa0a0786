"""What a manifest states of judgments and pairs is counted anew from the rows."""

from collections.abc import Mapping
from dataclasses import replace

import pytest

from evalhub.core.releasing.counting import RowCounts
from evalhub.core.releasing.credential_classes import ClassCount
from evalhub.core.releasing.manifest import ReleaseCounts

ROW = {
    "choice": "a",
    "is_simulated": False,
    "origin": "form",
    "annotator": "p1",
    "model_a": "m1",
    "model_b": "m2",
    "credential_class": None,
    "pair_id": "pair-1",
    "pair_outcome": "preference",
}
STATED = ReleaseCounts(
    n_judgments=2,
    n_cannot_judge=1,
    n_simulated_judgments=1,
    n_annotators=2,
    n_prompts=1,
    n_models=2,
    judgments_by_origin={"form": 1, "simulated": 1},
    annotators_by_origin={"account": 2},
    pairs={"preference": 1, "tie": 0},
    rows={},
)


def counted(*changes: Mapping[str, object]) -> RowCounts:
    counts = RowCounts()
    for one in changes:
        counts.add({**ROW, **one})
    counts.end_prompt()
    return counts


OTHER = {
    "annotator": "p2",
    "choice": "cannot_judge",
    "is_simulated": True,
    "origin": "simulated",
}


def test_counts_that_are_right_are_not_contradicted() -> None:
    assert list(counted({}, OTHER).contradicted(STATED)) == []


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        ({"n_cannot_judge": 0}, ("n_cannot_judge", 0, 1)),
        ({"n_simulated_judgments": 0}, ("n_simulated_judgments", 0, 1)),
        ({"n_annotators": 200}, ("n_annotators", 200, 2)),
        ({"n_models": 3}, ("n_models", 3, 2)),
        ({"judgments_by_origin": {"form": 1}}, ("judgments_by_origin.simulated", 0, 1)),
        ({"pairs": {"preference": 1, "low_agreement": 4}}, ("pairs.low_agreement", 4, 0)),
        (
            {"credential_classes": (ClassCount("physician", 9, None),)},
            ("credential_classes.physician.n_judgments", 9, 0),
        ),
    ],
    ids=str,
)
def test_a_count_that_is_wrong_is_named(
    changes: dict[str, object], told: tuple[str, int, int]
) -> None:
    stated = replace(STATED, **changes)  # type: ignore[arg-type] # as the parameters give them

    assert list(counted({}, OTHER).contradicted(stated)) == [told]


def test_people_of_a_class_are_counted_where_enough_share_it() -> None:
    rows = [{"annotator": f"p{n}", "credential_class": "physician"} for n in range(5)]
    stated = replace(
        STATED,
        n_cannot_judge=0,
        n_simulated_judgments=0,
        n_annotators=5,
        judgments_by_origin={"form": 5},
        credential_classes=(ClassCount("physician", 5, 6),),
    )

    assert list(counted(*rows).contradicted(stated)) == [
        ("credential_classes.physician.n_annotators", 6, 5)
    ]


def test_a_pair_counts_once_however_many_judged_it() -> None:
    counts = counted({}, OTHER)

    assert dict(counts.outcomes) == {"preference": 1}
