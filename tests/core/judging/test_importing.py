"""Reading judgments made elsewhere: what is accepted, and what each refusal says."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from evalhub.core.judging.answers import Choice
from evalhub.core.judging.importing import (
    ImportColumns,
    ImportedJudgment,
    parse_columns,
    scan_judgments,
)
from evalhub.errors import BadInput

HEADER = "prompt_id,model_left,model_right,annotator_id,choice,preference,confidence,why\n"


def read_judgments(
    data: bytes, *, filename: str, columns: ImportColumns, annotator: str = ""
) -> list[ImportedJudgment]:
    """Return every row of a file; raise what is wrong with any."""
    found = scan_judgments(data, filename=filename, columns=columns, annotator=annotator)
    if found.problems:
        raise BadInput(found.problems)
    return list(found.rows)


def read_csv_text(text: str) -> list[ImportedJudgment]:
    return read_judgments(text.encode(), filename="j.csv", columns=ImportColumns())


def read_row(**cells: object) -> ImportedJudgment:
    row = {
        "prompt_id": "p1",
        "model_left": "m1",
        "model_right": "m2",
        "annotator_id": "ann",
        "choice": "a",
        **cells,
    }
    data = json.dumps(row).encode()
    return read_judgments(data, filename="j.jsonl", columns=ImportColumns())[0]


def problems_of(**cells: object) -> str:
    with pytest.raises(BadInput) as caught:
        read_row(**cells)
    return str(caught.value)


def test_a_csv_row_is_read_in_full() -> None:
    rows = read_csv_text(HEADER + "p1,m1,m2,ann,left,-2,3, Clearer. \n")

    assert rows == [
        ImportedJudgment(2, "p1", "m1", "m2", "ann", Choice.A, -2, confidence=3, why="Clearer.")
    ]


def test_what_is_optional_may_be_absent_and_other_columns_are_passed_over() -> None:
    header = "prompt_id,model_left,model_right,annotator_id,choice,extra\n"

    (row,) = read_csv_text(header + "p1,m1,m2,ann,tie,x\n")

    assert (row.preference, row.confidence, row.why) == (None, None, "")


@pytest.mark.parametrize(
    ("word", "choice"),
    [
        ("a", Choice.A),
        ("Left", Choice.A),
        ("model_b", Choice.B),
        (" tie ", Choice.TIE),
        ("bothbad", Choice.BOTH_BAD),
        ("tie (bothbad)", Choice.BOTH_BAD),
        ("both_good", Choice.BOTH_GOOD),
        ("both bad", Choice.BOTH_BAD),
        ("response_a", Choice.A),
        ("cannot_judge", Choice.CANNOT_JUDGE),
    ],
)
def test_a_choice_may_have_the_names_that_files_use(word: str, choice: Choice) -> None:
    assert read_row(choice=word).choice is choice


def test_whole_numbers_from_json_may_be_keys() -> None:
    assert read_row(prompt_id=7, annotator_id=12).annotator == "12"


def test_columns_may_have_other_names() -> None:
    columns = parse_columns("prompt=prompt, left=left,right=right,annotator=worker,choice=winner")

    rows = read_judgments(
        b"prompt,left,right,worker,winner\np,x,y,w,right\n", filename="j.csv", columns=columns
    )

    assert (rows[0].prompt, rows[0].annotator, rows[0].choice) == ("p", "w", Choice.B)


@pytest.mark.parametrize(
    ("text", "message"),
    [("colour=x", "'colour=x'"), ("left=", "'left='"), ("left=a,left=b", "named twice")],
    ids=["unknown", "no name", "twice"],
)
def test_bad_column_names_are_refused(text: str, message: str) -> None:
    with pytest.raises(BadInput, match=message):
        parse_columns(text)


@pytest.mark.parametrize(
    ("cells", "message"),
    [
        ({"choice": "first"}, "column 'choice': is 'first'"),
        ({"choice": None}, "column 'choice': is missing"),
        ({"prompt_id": ""}, "column 'prompt_id': needs text"),
        ({"annotator_id": "x" * 201}, "column 'annotator_id'"),
        ({"annotator_id": True}, "column 'annotator_id'"),
        ({"annotator_id": "two\nlines"}, "column 'annotator_id': 'two\\nlines' is not printable"),
        ({"annotator_id": "\x1b[31m"}, "column 'annotator_id': '\\x1b[31m' is not printable"),
        ({"annotator_id": "\u200b"}, "is not printable"),
        ({"why": "clears \x1b[2J"}, "column 'why': holds a control character"),
        ({"model_right": "m1"}, "compares 'm1' with itself"),
        ({"preference": 4}, "column 'preference': is 4"),
        ({"preference": -1.5}, "column 'preference'"),
        ({"preference": True}, "column 'preference'"),
        ({"preference": 2}, "preference 2 does not go with choice 'a'"),
        ({"choice": "tie", "preference": 1}, "does not go with choice 'tie'"),
        ({"choice": "cannot_judge", "preference": 0}, "does not go with choice"),
        ({"confidence": 0}, "column 'confidence': is 0"),
        ({"why": 5}, "column 'why'"),
        ({"why": "x" * 10_001}, "column 'why'"),
    ],
    ids=lambda value: str(value)[:40],
)
def test_a_bad_cell_is_refused_with_line_column_and_rule(
    cells: dict[str, object], message: str
) -> None:
    found = problems_of(**cells)

    assert found.startswith("j.jsonl line 1")
    assert message in found


@pytest.mark.parametrize("separator", [";", "\t"], ids=["semicolons", "tabs"])
def test_what_a_spreadsheet_saved_is_the_same_judgments(separator: str) -> None:
    text = HEADER + "p1,m1,m2,ann,left,-2,3,Clearer.\n"

    rows = read_csv_text("\ufeff" + text.replace(",", separator))

    assert rows == read_csv_text(text)


def test_every_bad_row_is_named() -> None:
    with pytest.raises(BadInput) as caught:
        read_csv_text(HEADER + "p,m,n,ann,a,,,\np,m,n,ann,best,,,\np,m,m,ann,a,,,\np,m\n")

    assert [problem.where.split(",")[0] for problem in caught.value.problems] == [
        "j.csv line 3",
        "j.csv line 4",
        "j.csv line 5",
    ]


def test_a_missing_column_is_one_error_that_names_what_is_there() -> None:
    with pytest.raises(BadInput) as caught:
        read_csv_text("prompt,left,right,annotator_id,choice\n" + "p,m,n,ann,a\n" * 3)

    assert str(caught.value) == (
        "j.csv header: no columns 'prompt_id', 'model_left', 'model_right'; the file has "
        "'prompt', 'left', 'right', 'annotator_id', 'choice'. "
        "Say what they are called here with --columns"
    )


def test_sound_rows_are_kept_beside_the_problems_of_others() -> None:
    data = (HEADER + "p,m,n,ann,best,,,\np,m,n,bob,a,,,\n").encode()

    found = scan_judgments(data, filename="j.csv", columns=ImportColumns())

    assert [row.annotator for row in found.rows] == ["bob"]
    assert [problem.where for problem in found.problems] == ["j.csv line 2, column 'choice'"]


def test_a_repeat_with_the_same_sides_is_refused_and_one_with_swapped_sides_is_not() -> None:
    swapped = read_csv_text(HEADER + "p,m,n,ann,a,,,\np,n,m,ann,b,,,\n")

    assert len(swapped) == 2
    with pytest.raises(BadInput, match="line 3: annotator 'ann' has judged this pair on line 2"):
        read_csv_text(HEADER + "p,m,n,ann,a,,,\np,m,n,ann,b,,,\n")


def test_only_the_first_500_problems_are_listed() -> None:
    with pytest.raises(BadInput) as caught:
        read_csv_text(HEADER + "p,m,n,ann,best,,,\n" * 700)

    assert len(caught.value.problems) == 500


@pytest.mark.parametrize(
    ("data", "filename", "message"),
    [
        (b"", "j.csv", "no header"),
        (HEADER.encode(), "j.csv", "holds no judgments"),
        (b"\n", "j.jsonl", "holds no judgments"),
        (b"[1]", "j.jsonl", "line 1: is a list, not an object"),
        (b"{}", "j.xlsx", "must end in .csv or .jsonl"),
        (b"\xff\xfe", "j.csv", "j.csv"),
        (b"not json", "j.jsonl", "line 1"),
    ],
    ids=["empty", "header only", "blank", "list", "ending", "encoding", "not json"],
)
def test_a_file_that_cannot_be_read_is_refused(data: bytes, filename: str, message: str) -> None:
    with pytest.raises(BadInput, match=message):
        read_judgments(data, filename=filename, columns=ImportColumns())


@given(st.binary(max_size=300), st.sampled_from(["j.csv", "j.jsonl"]))
def test_no_bytes_raise_anything_but_bad_input(data: bytes, filename: str) -> None:
    for content in (data, HEADER.encode() + data):
        try:
            read_judgments(content, filename=filename, columns=ImportColumns())
        except BadInput as error:
            assert str(error)  # noqa: PT017 - the refusal must say something


def test_the_line_ends_of_a_reason_are_made_plain() -> None:
    assert read_row(why=" One.\r\nTwo.\rThree. ").why == "One.\nTwo.\nThree."


@given(st.text(min_size=1, max_size=200))
def test_an_annotator_that_is_accepted_stands_on_one_line(name: str) -> None:
    try:
        row = read_row(annotator_id=name)
    except BadInput:
        return

    assert row.annotator == name.strip()
    assert row.annotator.isprintable()


NO_ANNOTATOR = b"prompt_id,model_left,model_right,choice\np,x,y,left\nq,x,y,tie\n"


def test_a_file_without_annotators_is_by_the_one_who_is_named() -> None:
    rows = read_judgments(
        NO_ANNOTATOR, filename="j.csv", columns=ImportColumns(), annotator=" gpt-4 "
    )

    assert [row.annotator for row in rows] == ["gpt-4", "gpt-4"]


def test_a_file_without_annotators_needs_the_name() -> None:
    with pytest.raises(BadInput, match="no column 'annotator_id'; the file has"):
        read_judgments(NO_ANNOTATOR, filename="j.csv", columns=ImportColumns())


def test_a_row_by_another_than_the_one_named_is_refused() -> None:
    data = b"prompt_id,model_left,model_right,choice,annotator_id\np,x,y,left,ann\n"

    with pytest.raises(BadInput, match="is 'ann', though all are by 'gpt-4'"):
        read_judgments(data, filename="j.csv", columns=ImportColumns(), annotator="gpt-4")


@pytest.mark.parametrize("name", [" ", "x" * 201, "a\nb"])
def test_an_annotator_needs_a_name(name: str) -> None:
    with pytest.raises(BadInput, match="annotator: needs text of 1 to 200"):
        read_judgments(NO_ANNOTATOR, filename="j.csv", columns=ImportColumns(), annotator=name)
