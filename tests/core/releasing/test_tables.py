import json
from dataclasses import replace
from datetime import timedelta

import pytest

from evalhub.core.judging.answers import Choice
from evalhub.core.releasing.files import TableFiles
from evalhub.core.releasing.material import JudgedPrompt
from evalhub.core.releasing.recipe import Recipe
from evalhub.core.releasing.row_sinks import HeldRows
from evalhub.core.releasing.tables import (
    BATCH_CHARACTERS,
    Tables,
    Tally,
    batches_of,
    judgment_lines,
)
from evalhub.core.releasing.vocabulary import FLAVOURS, Aggregation, PairOutcome, Part, Split
from tests.core.releasing.material import (
    make_judged_pair,
    make_judgment,
    make_prompt,
    make_record,
)
from tests.core.releasing.test_files import Folder

A = make_judged_pair(make_judgment(Choice.A, -1), make_judgment(Choice.A, who="bob"), identity="a")
UNGRADED = make_judged_pair(make_judgment(Choice.B, who="bob"), identity="b")
TIE = make_judged_pair(make_judgment(Choice.TIE), identity="c")
UNJUDGED = make_judged_pair(make_judgment(Choice.CANNOT_JUDGE), identity="d")


def write(
    folder: Folder, flavours: tuple[Part, ...] = FLAVOURS
) -> tuple[Tally, dict[str, int | None]]:
    files = TableFiles(folder.target())
    pairs = (A, UNGRADED, TIE, replace(UNJUDGED, is_simulated=True))
    tables = Tables(files, Recipe(flavours=flavours))
    tables.add([JudgedPrompt(make_prompt(), Split.TRAIN, pairs)])
    tally = tables.finish()
    return tally, {facts.path: facts.n_rows for facts in files.close()}


def test_every_pair_goes_where_its_outcome_says() -> None:
    _, rows = write(Folder())

    assert {path: n for path, n in rows.items() if path.endswith("jsonl")} == {
        "arena/train.jsonl": 4,
        "axolotl/train.jsonl": 2,
        "helpsteer3/train.jsonl": 2,
        "hh_rlhf/train.jsonl": 2,
        "judgments/train.jsonl": 5,
        "llamafactory/train.jsonl": 2,
        "nemo_rl/train.jsonl": 2,
        "openrlhf/train.jsonl": 2,
        "pairs/train.jsonl": 2,
        "pairs_margin/train.jsonl": 2,
        "prompts/train.jsonl": 1,
        "ties/train.jsonl": 1,
        "trl/train.jsonl": 2,
        "verl/train.jsonl": 2,
    }


def test_prompts_of_one_page_go_to_the_files_of_their_own_splits() -> None:
    folder = Folder()
    files = TableFiles(folder.target())
    other = replace(A, prompt=make_prompt("p2"), split=Split.TEST, id="e")

    Tables(files).add(
        [
            JudgedPrompt(make_prompt(), Split.TRAIN, (A,)),
            JudgedPrompt(other.prompt, Split.TEST, (other,)),
        ]
    )
    files.close()

    for split, prompt in ((Split.TRAIN, "p1"), (Split.TEST, "p2")):
        for part in (Part.PAIRS, Part.JUDGMENTS, Part.PROMPTS):
            lines = folder.files[f"{part}/{split}.jsonl"].content.splitlines()
            rows = [json.loads(line) for line in lines]
            assert {(row["prompt_id"], row["split"]) for row in rows} == {(prompt, split)}


def test_a_release_by_majority_has_labels_without_a_size() -> None:
    folder = Folder()
    files = TableFiles(folder.target())

    tables = Tables(files, Recipe(aggregation=Aggregation.MAJORITY))
    tables.add([JudgedPrompt(make_prompt(), Split.TRAIN, (A, UNGRADED, TIE, UNJUDGED))])
    files.close()

    lines = folder.files["pairs_margin/train.jsonl"].content.splitlines()
    rows = [json.loads(line) for line in lines]
    assert [(row["soft_label"], row["margin"], row["margin_se"]) for row in rows] == [
        (1.0, 0.0, 0.0),
        (1.0, 0.0, 0.0),
    ]
    (tie,) = folder.files["ties/train.jsonl"].content.splitlines()
    assert json.loads(tie)["soft_label_b"] == 0.5


@pytest.mark.parametrize("part", FLAVOURS)
def test_only_the_flavours_asked_for_are_written_and_trl(part: Part) -> None:
    _, rows = write(Folder(), (part,))

    others = {path.split("/")[0] for path in rows} & {one.value for one in FLAVOURS} - {part.value}
    assert others == set()
    assert rows["trl/train.jsonl"] == 2


def test_tally_counts_what_was_written() -> None:
    tally, _ = write(Folder())

    assert tally.outcomes == {
        PairOutcome.PREFERENCE: 2,
        PairOutcome.TIE: 1,
        PairOutcome.CANNOT_JUDGE: 1,
    }
    assert tally.annotators_by_origin() == {"account": 2}
    assert tally.judgments_by_origin == {"form": 5}
    assert (tally.n_cannot_judge, tally.n_simulated_pairs) == (1, 1)
    assert tally.models == {"alder-1", "birch-1"}


def test_snapshot_tells_judgments_apart_but_not_their_row_ids_times_or_classes() -> None:
    record = make_record(Choice.A)
    same = replace(record, public_id="other", active_seconds=3.0)
    other = replace(record, why="Because.")
    let_in = replace(record, credential_class="physician")
    again = replace(record, revision=2)

    lines = list(judgment_lines(("j", one) for one in (record, same, other, let_in, again)))

    assert lines[0] == lines[1] == lines[3]
    assert lines[0] not in (lines[2], lines[4])


def test_snapshot_tells_the_week_that_a_row_holds_and_no_finer_time() -> None:
    record = make_record(Choice.A)
    hour, week = (
        replace(record, created_at=record.created_at + timedelta(**{unit: 1}))
        for unit in ("hours", "weeks")
    )

    lines = list(judgment_lines(("j", one) for one in (record, hour, week)))

    assert lines[0] == lines[1] != lines[2]


def test_long_prompts_come_in_batches_of_their_own() -> None:
    long = replace(A, x_text="x" * BATCH_CHARACTERS)
    prompts = [
        JudgedPrompt(make_prompt(key), Split.TRAIN, (replace(pair, prompt=make_prompt(key)),))
        for key, pair in (("p1", A), ("p2", long), ("p3", TIE))
    ]

    batches = [[one.prompt.key for one in batch] for batch in batches_of(prompts)]

    assert batches == [["p1"], ["p2"], ["p3"]]
    assert [len(batch) for batch in batches_of(prompts[::2])] == [2]
    assert list(batches_of([])) == []


def test_parts_that_are_passed_on_leave_the_files_and_counts_of_the_whole() -> None:
    pairs = [(A, UNGRADED), (TIE,), (replace(UNJUDGED, is_simulated=True),)]
    judged = [
        JudgedPrompt(
            make_prompt(f"p{n}"), Split.TRAIN, tuple(replace(one, id=f"{n}{one.id}") for one in own)
        )
        for n, own in enumerate(pairs)
    ]
    whole, parts = Folder(), Folder()
    at_once, by_part = TableFiles(whole.target()), TableFiles(parts.target())
    tables = Tables(at_once)
    tables.add(judged)
    told, tally = tables.finish(), Tally()

    for one in judged:
        rows = HeldRows()
        made = Tables(rows)
        made.add([one])
        rows.pass_on(by_part)
        tally.take_in(made.finish())

    assert by_part.close() == at_once.close()
    assert (tally.outcomes, tally.left_out) == (told.outcomes, told.left_out)
    assert (tally.annotators, tally.models) == (told.annotators, told.models)
    assert (tally.agreement, tally.classes) == (told.agreement, told.classes)
    assert tally.seen.prompts == told.seen.prompts
    assert tally.n_cannot_judge == told.n_cannot_judge == 1
