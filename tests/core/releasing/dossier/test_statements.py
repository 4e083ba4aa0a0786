import pytest

from evalhub.core.releasing.dossier.statements import (
    HINTS,
    STATEMENT_SCHEMA,
    WRITTEN_FIELDS,
    Statement,
    read_statement,
    statement_from_json,
    statement_to_json,
)
from evalhub.core.releasing.dossier.vocabulary import WORDS, FieldName
from evalhub.errors import BadInput

WRITTEN = Statement(steward="The office.", known_limits="Few models.\n\nOne language.")


def test_a_statement_comes_back_as_it_was_written() -> None:
    assert statement_from_json(statement_to_json(WRITTEN), where="row") == WRITTEN


def test_a_file_holds_what_its_author_says_and_nothing_of_the_rest() -> None:
    data = f"schema: {STATEMENT_SCHEMA}\nsteward: The office.\nknown_limits: |\n  Few models.\n"

    read = read_statement(data.encode(), where="statement.yaml")

    assert read == Statement(steward="The office.", known_limits="Few models.\n")


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("steward: x", "field 'schema'"),
        (f"schema: {STATEMENT_SCHEMA}\nstewrad: x", "unknown key 'stewrad'"),
        (f"schema: {STATEMENT_SCHEMA}\nsteward: 3", "must be text"),
        (f"schema: {STATEMENT_SCHEMA}\nsteward: {'x' * 4001}", "at most 4000 characters"),
        ("{", "statement.yaml"),
    ],
    ids=["no schema", "misspelt", "a number", "too long", "no YAML"],
)
def test_a_file_that_is_none_is_refused_with_its_place(text: str, problem: str) -> None:
    with pytest.raises(BadInput, match=problem):
        read_statement(text.encode(), where="statement.yaml")


def test_a_form_with_control_characters_is_refused() -> None:
    with pytest.raises(BadInput, match="no control characters"):
        statement_from_json({"schema": STATEMENT_SCHEMA, "measures": "a\x07"}, where="the form")


def test_every_written_field_has_a_hint_and_its_words() -> None:
    assert set(HINTS) == set(WRITTEN_FIELDS)
    assert set(WRITTEN_FIELDS) <= set(WORDS)
    assert WRITTEN.text(FieldName.KNOWN_LIMITS) == "Few models.\n\nOne language."


def test_nested_json_of_strangers_is_refused() -> None:
    with pytest.raises(BadInput, match="must be text"):
        statement_from_json({"schema": STATEMENT_SCHEMA, "measures": {"a": 1}}, where="the form")


def test_json_that_nests_too_deep_is_refused() -> None:
    deep: list[object] = []
    for _ in range(40):
        deep = [deep]

    with pytest.raises(BadInput, match="nests deeper"):
        statement_from_json(deep, where="row")  # type: ignore[arg-type]  # it is the fault
