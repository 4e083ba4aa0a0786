import pytest

from evalhub.core.canonical import Json
from evalhub.core.prompts.cells import row_from_cells
from evalhub.errors import BadInput


@pytest.mark.parametrize(
    ("name", "cell", "value"),
    [
        ("prompt", "[sic] a text", "[sic] a text"),
        ("tags", "triage; symptoms ;", ["triage", "symptoms"]),
        ("source", "written", {"kind": "written"}),
        ("source", '{"kind": "public"}', {"kind": "public"}),
        ("messages", '[{"role": "user", "content": "a"}]', [{"role": "user", "content": "a"}]),
        ("metadata", '{"a": 1}', {"a": 1}),
        ("context", "Why?", "Why?"),
        ("rubrics", '[{"criterion": "A"}]', [{"criterion": "A"}]),
        ("id", 7, 7),
    ],
)
def test_a_cell_is_read_by_its_column(name: str, cell: Json, value: Json) -> None:
    assert row_from_cells({name: cell}, where="x") == {name: value}


def test_an_empty_cell_is_absent() -> None:
    assert row_from_cells({"system": "", "prompt": "a"}, where="x") == {"prompt": "a"}


def test_bad_json_in_a_cell_is_refused_with_its_field() -> None:
    with pytest.raises(BadInput, match="x, field 'messages': is not JSON"):
        row_from_cells({"messages": "hello"}, where="x")
