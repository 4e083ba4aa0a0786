import io
import json
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given
from hypothesis import strategies as st

from evalhub.core.canonical import Json
from evalhub.core.prompts.canonical import prompt_set_hash
from evalhub.core.prompts.files import (
    MAX_REASONS,
    BadRow,
    FileFormat,
    PromptFile,
    format_of,
    format_of_pasted,
    read_prompt_file,
)
from evalhub.core.prompts.limits import MAX_PROMPTS
from evalhub.core.prompts.options import ReadingOptions, RowDefaults
from evalhub.core.prompts.vocabulary import Shape, SourceKind
from evalhub.errors import BadInput
from tests.core.prompts.rows import row, user
from tests.core.reading.outcomes import outcome

SHIPPED = Path(__file__).parents[3] / "prompts"
CSV = (
    "id,prompt,system,tags,domain,language,license,source,messages\r\n"
    'q1,"What is\r\nfever?",,triage;adult,medicine,en,CC-BY-4.0,written,\r\n'
    'q2,,,,law,de,MIT,public,"[{""role"": ""user"", ""content"": ""Hallo""}]"\r\n'
)


def lines(*rows: Json) -> bytes:
    return "".join(json.dumps(item) + "\n" for item in rows).encode()


def read(data: bytes, name: str = "f.jsonl", options: ReadingOptions | None = None) -> PromptFile:
    return read_prompt_file(data, filename=name, options=options or ReadingOptions())


def parquet(rows: list[dict[str, Json]]) -> bytes:
    file = io.BytesIO()
    names = sorted({name for item in rows for name in item})
    columns = {name: [item.get(name) for item in rows] for name in names}
    pq.write_table(pa.table(columns), file)
    return file.getvalue()


def test_good_rows_and_bad_rows_keep_their_lines() -> None:
    found = read(lines(row(), row(id="q2", language="x"), row(id="q3")) + b"{\n")

    assert [placed.line for placed in found.good] == [1, 3]
    tag, brace = found.bad
    assert (tag.line, brace.line) == (2, 4)
    assert tag.reasons[0].startswith("field 'language': must be a BCP 47 tag such as")
    assert brace.reasons[0].startswith("is not JSON: Expecting property name")
    assert [prompt.id for prompt in found.prompts] == ["q1", "q3"]


def test_the_same_rows_hash_alike_in_every_format() -> None:
    rows = [row(tags=["a", "b"]), row(id="q2", prompt=None, messages=[user("Hallo")])]
    table = "id,prompt,messages,tags,domain,language,license,source\n"
    table += "q1,What is fever?,,a;b,medicine,en,CC-BY-4.0,written\n"
    table += 'q2,,"[{""role"":""user"",""content"":""Hallo""}]",,medicine,en,CC-BY-4.0,written\n'

    hashes = {
        prompt_set_hash(read(lines(*rows)).prompts),
        prompt_set_hash(read(json.dumps(rows).encode(), "f.json").prompts),
        prompt_set_hash(read(table.encode(), "f.csv").prompts),
        prompt_set_hash(read(parquet(rows), "f.parquet").prompts),
    }

    assert len(hashes) == 1


def test_what_a_spreadsheet_saved_is_the_same_prompts() -> None:
    comma = "id,prompt,domain,language,license,source\na,Well?,general,en,CC-BY-4.0,written\n"

    semicolon = read(("\ufeff" + comma.replace(",", ";")).encode(), "f.csv")

    assert semicolon.prompts == read(comma.encode(), "f.csv").prompts
    assert len(semicolon.prompts) == 1


def test_csv_cells_are_read_by_column() -> None:
    first, second = read(CSV.encode(), "f.csv").prompts

    assert (first.messages[0].content, first.tags) == ("What is\nfever?", ("triage", "adult"))
    assert (second.messages[0].content, second.source.kind) == ("Hallo", SourceKind.PUBLIC)


def test_a_repeated_id_is_refused_with_the_line_it_stands_on() -> None:
    found = read(lines(row(), row(id="q2"), row(prompt="Another?")))

    assert found.bad == (BadRow(3, ("field 'id': 'q1' already stands on line 1",)),)


def test_rows_are_counted_as_rows_where_there_are_no_lines() -> None:
    found = read(parquet([row(), row()]), "f.parquet")

    assert found.bad == (BadRow(2, ("field 'id': 'q1' already stands on row 1",)),)


def test_rows_that_are_no_objects_are_bad() -> None:
    found = read(b'[1, "a", []]', "f.json")

    assert [bad.reasons for bad in found.bad] == [
        ("must be an object, not a number",),
        ("must be an object, not text",),
        ("must be an object, not a list",),
    ]


def test_renames_defaults_and_unknown_fields_read_a_foreign_file() -> None:
    options = ReadingOptions(
        RowDefaults("general", "en", "CC-BY-4.0", SourceKind.PUBLIC), (("text", "prompt"),), True
    )

    found = read(lines({"id": 8, "text": "Hi", "slug": "k8s", "stop": None}), options=options)

    assert found.prompts[0].id == "8"
    assert found.prompts[0].metadata == {"slug": "k8s"}


def test_a_rename_that_clashes_makes_its_row_bad() -> None:
    options = ReadingOptions(renames=(("text", "prompt"),))

    found = read(lines(row(text="b")), options=options)

    assert found.bad == (BadRow(1, ("already has the field 'prompt' that another becomes",)),)


def test_the_shapes_that_were_found_are_told() -> None:
    options = ReadingOptions(RowDefaults("general", "en", "MIT", SourceKind.PUBLIC))

    found = read(lines(row(), {"context": "Why?"}), options=options)

    assert found.shapes == (Shape.EVALHUB, Shape.HELPSTEER3)


@pytest.mark.parametrize(
    ("data", "name", "message"),
    [
        pytest.param(b"", "f.jsonl", "f.jsonl: holds no rows", id="empty"),
        pytest.param(b"\n\n", "f.jsonl", "holds no rows", id="blank"),
        pytest.param(b"[]", "f.json", "holds no rows", id="empty list"),
        pytest.param(b"{}", "f.json", "must be a list of objects, not an object", id="object"),
        pytest.param(b"a", "f.xlsx", "is none of the formats read here: .csv", id="ending"),
        pytest.param(b"a", "noending", "'noending': is none of the formats", id="no ending"),
        pytest.param(b"\xff\xfea\x00", "f.jsonl", "UTF-16 byte order mark", id="UTF-16"),
        pytest.param(b"PAR1", "f.parquet", "is not a readable Parquet file", id="parquet"),
        pytest.param(b'a\n"', "f.csv", "line 2: opens a quote", id="csv"),
    ],
)
def test_a_file_that_cannot_be_read_is_refused(data: bytes, name: str, message: str) -> None:
    with pytest.raises(BadInput, match=message):
        read(data, name)


def test_too_many_rows_are_refused() -> None:
    data = b"1\n" * (MAX_PROMPTS + 1)

    with pytest.raises(BadInput, match="holds more than 100,000 rows; split it"):
        read(data)


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("a.jsonl", FileFormat.JSON_LINES),
        ("A.NDJSON", FileFormat.JSON_LINES),
        ("a.b.json", FileFormat.JSON),
        ("a.csv", FileFormat.CSV),
        ("a.parquet", FileFormat.PARQUET),
    ],
)
def test_the_ending_names_the_format(name: str, kind: FileFormat) -> None:
    assert format_of(name) is kind


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        (' {"a": 1}', FileFormat.JSON_LINES),
        ("\n[1]", FileFormat.JSON),
        ("id,prompt\n", FileFormat.CSV),
        ("", FileFormat.CSV),
    ],
)
def test_pasted_text_shows_its_format(text: str, kind: FileFormat) -> None:
    assert format_of_pasted(text) is kind


@given(st.binary(max_size=300), st.sampled_from(["f.jsonl", "f.json", "f.csv", "f.parquet"]))
def test_any_bytes_are_a_file_or_bad_input(data: bytes, name: str) -> None:
    result = outcome(lambda: read(data, name))

    assert isinstance(result, PromptFile) or result.problems


@pytest.mark.parametrize(
    "folder", sorted(p.parent for p in SHIPPED.glob("*/prompts.jsonl")), ids=lambda p: p.name
)
def test_every_shipped_set_loads_without_a_problem(folder: Path) -> None:
    data = (folder / "prompts.jsonl").read_bytes()

    found = read_prompt_file(data, filename="prompts.jsonl", options=ReadingOptions())

    assert found.bad == ()
    assert len(found.good) >= 10
    assert len({prompt.domain for prompt in found.prompts}) == 1


def test_the_prompts_of_llmfao_load(shared_dir: Path) -> None:
    options = ReadingOptions(
        RowDefaults("general", "en", "CC-BY-4.0", SourceKind.PUBLIC), (("text", "prompt"),), True
    )

    found = read((shared_dir / "data/llmfao/prompts.jsonl").read_bytes(), options=options)

    assert (len(found.good), found.bad) == (19, ())


def test_a_row_with_thousands_of_faults_keeps_the_first_and_their_number() -> None:
    messages: list[Json] = [{"role": "user", "content": 7}] * 300
    data = json.dumps(row(prompt=None, messages=messages)).encode()

    (bad,) = read_prompt_file(data, filename="a.jsonl", options=ReadingOptions()).bad

    assert len(bad.reasons) == MAX_REASONS + 1
    assert bad.reasons[0] == "field 'messages[0].content': must be text, not a number"
    assert bad.reasons[-1] == "and 280 more"
