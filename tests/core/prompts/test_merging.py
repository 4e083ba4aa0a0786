import json

import pytest

from evalhub.core.canonical import Json
from evalhub.core.prompts.files import BadRow, PromptFile, read_prompt_file
from evalhub.core.prompts.merging import merge_files
from evalhub.core.prompts.options import ReadingOptions
from evalhub.core.prompts.report import PlaceGroup, report_on
from evalhub.errors import BadInput
from tests.core.prompts.rows import row


def file(name: str, *rows: Json) -> PromptFile:
    data = "".join(json.dumps(item) + "\n" for item in rows).encode()
    return read_prompt_file(data, filename=name, options=ReadingOptions())


def test_rows_keep_their_file_and_line() -> None:
    merged = merge_files("set", [file("a.jsonl", row(id="1")), file("b.jsonl", 7, row(id="2"))])

    assert [placed.place for placed in merged.good] == ["a.jsonl 1", "b.jsonl 2"]
    assert merged.bad == (BadRow(1, ("must be an object, not a number",), "b.jsonl"),)
    assert merged.bad[0].place == "b.jsonl 1"


def test_an_id_that_another_file_has_is_refused() -> None:
    merged = merge_files("set", [file("a.jsonl", row()), file("b.jsonl", row(prompt="Other"))])

    assert merged.bad[0].reasons == ("field 'id': 'q1' already stands in a.jsonl 1",)
    assert len(merged.good) == 1


def test_duplicates_over_files_are_reported_with_their_files() -> None:
    merged = merge_files("set", [file("a.jsonl", row(id="1")), file("b.jsonl", row(id="2"))])

    assert report_on(merged).exact_duplicates == (
        PlaceGroup(("a.jsonl 1", "b.jsonl 1"), "What is fever?"),
    )


def test_too_many_rows_together_are_refused() -> None:
    files = [file("a.jsonl", row()), file("b.jsonl", row())]

    with pytest.raises(BadInput, match="set: holds more than 1 rows"):
        merge_files("set", files, max_prompts=1)
