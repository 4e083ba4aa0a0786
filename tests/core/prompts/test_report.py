import json

from evalhub.core.canonical import Json
from evalhub.core.prompts.canonical import prompt_set_hash
from evalhub.core.prompts.files import read_prompt_file
from evalhub.core.prompts.options import ReadingOptions, RowDefaults
from evalhub.core.prompts.report import (
    MAX_REASONS_KEPT,
    Count,
    PlaceGroup,
    ReasonCount,
    UploadReport,
    report_on,
)
from evalhub.core.prompts.vocabulary import SourceKind
from tests.core.prompts.rows import row, user
from tests.core.prompts.test_near_duplicates import LONG
from tests.core.prompts.test_shapes import HEALTHBENCH, HELPSTEER3

OPTIONS = ReadingOptions(RowDefaults("general", "en", "MIT", SourceKind.PUBLIC))


def report(*rows: Json) -> UploadReport:
    data = "".join(json.dumps(item) + "\n" for item in rows).encode()
    return report_on(read_prompt_file(data, filename="f.jsonl", options=OPTIONS))


def test_three_bad_rows_of_a_hundred_are_named_with_line_and_reason() -> None:
    rows: list[Json] = [row(id=f"q{i}", prompt=f"Question number {i}?") for i in range(100)]
    rows[6], rows[40], rows[99] = row(id="a", license="no licence"), 7, row(id="q1")

    found = report(*rows)

    assert (found.n_rows, found.n_good, found.n_bad) == (100, 97, 3)
    assert [bad.line for bad in found.bad_rows] == [7, 41, 100]
    assert found.bad_rows[1].reasons == ("must be an object, not a number",)


def test_reasons_that_recur_are_counted_over_all_bad_rows() -> None:
    same: list[Json] = [row(id=f"q{i}", license=7) for i in range(600)]

    found = report(row(id="ok"), *same, row(id="x", domain=1), 7, 8)

    assert found.common_reasons == (
        ReasonCount("field 'license': must be text, not a number", 600, "2"),
        ReasonCount("must be an object, not a number", 2, "603"),
    )


def test_a_reason_met_once_is_not_common() -> None:
    assert report(7, row(id="x", license=7)).common_reasons == ()


def test_common_reasons_are_cut() -> None:
    rows: list[Json] = [row(id=f"{i}{j}", **{f"f{i}": 1}) for i in range(30) for j in range(2)]

    assert len(report(*rows).common_reasons) == MAX_REASONS_KEPT


def test_the_counts_of_what_is_good_are_told() -> None:
    talk: Json = [user("Hi"), {"role": "assistant", "content": "Hello"}, user("Why?")]

    found = report(
        row(id="a", system="Be brief.", reference="x"),
        row(id="b", prompt="Another", domain="law", language="de", split="eval", license="MIT"),
        row(id="c", prompt=talk, criteria=[{"text": "A", "points": 1}]),
    )

    assert found.domains == (Count("medicine", 2), Count("law", 1))
    assert found.languages == (Count("en", 2), Count("de", 1))
    assert found.splits == (Count("train", 2), Count("eval", 1))
    assert found.turns == (Count("1", 2), Count("3", 1))
    assert found.licenses == (Count("CC-BY-4.0", 2), Count("MIT", 1))
    assert found.sources == (Count("written", 3),)
    assert (found.n_system, found.n_reference, found.n_criteria) == (1, 1, 1)


def test_the_hash_of_the_version_is_told() -> None:
    data = json.dumps(row()).encode()
    file = read_prompt_file(data, filename="f.jsonl", options=OPTIONS)

    assert report_on(file).sha256 == prompt_set_hash(file.prompts)


def test_models_that_come_with_answers_are_counted() -> None:
    answers: list[Json] = [{"model": "m1", "content": "A"}, {"model": "m2", "content": "B"}]

    found = report(row(id="a", responses=answers), row(id="b", prompt="Two", responses=answers[:1]))

    assert found.models == (Count("m1", 2), Count("m2", 1))


def test_exact_duplicates_are_reported_and_kept() -> None:
    found = report(row(id="a"), row(id="b", prompt="Other"), row(id="c"), row(id="d"))

    assert found.n_good == 4
    assert found.n_exact_duplicates == 2
    assert found.exact_duplicates == (PlaceGroup(("1", "3", "4"), "What is fever?"),)
    assert found.n_near_duplicates == 0


def test_near_duplicates_are_reported_without_the_exact_ones() -> None:
    found = report(
        row(id="a", prompt=LONG), row(id="b", prompt=LONG + " please"), row(id="c", prompt=LONG)
    )

    assert found.near_duplicates == (PlaceGroup(("1", "2"), LONG[:160]),)
    assert (found.n_near_duplicates, found.n_exact_duplicates) == (1, 1)


def test_unknown_licences_and_long_prompts_are_counted() -> None:
    found = report(row(id="a", license="NOASSERTION"), row(id="b", prompt="word " * 5000))

    assert found.n_unknown_license == 1
    assert (found.n_long, found.long_places) == (1, ("2",))


def test_long_lists_are_cut_and_their_rest_is_counted() -> None:
    found = report(*range(501), row())

    assert (len(found.bad_rows), found.n_bad, found.n_bad_more) == (500, 501, 1)


def test_foreign_shapes_are_noted() -> None:
    notes = report(HEALTHBENCH, HELPSTEER3).notes

    assert [note.split(" rows:")[0] for note in notes] == ["HealthBench", "HelpSteer3"]
    assert "response1, response2 were left out" in notes[1]
