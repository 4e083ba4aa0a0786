import pytest

from evalhub.core.canonical import Json
from evalhub.core.prompts.options import ReadingOptions, RowDefaults, parse_renames
from evalhub.core.prompts.vocabulary import SourceKind
from evalhub.errors import BadInput
from tests.core.prompts.rows import row


def test_defaults_fill_gaps_and_leave_what_a_row_says() -> None:
    defaults = RowDefaults("law", "de", "MIT", SourceKind.PUBLIC)

    filled = defaults.fill(row(domain=None, source=None))

    assert (filled["domain"], filled["source"]) == ("law", {"kind": "public"})
    assert (filled["language"], filled["license"]) == ("en", "CC-BY-4.0")


def test_no_defaults_leave_the_gaps() -> None:
    assert RowDefaults().fill({"prompt": "a", "domain": None}) == {"prompt": "a", "domain": None}


def test_fields_are_renamed() -> None:
    options = ReadingOptions(renames=(("text", "prompt"), ("kind", "difficulty")))

    assert options.apply({"text": "a", "id": 1}, where="x") == {"prompt": "a", "id": 1}


def test_nothing_is_renamed_without_renames() -> None:
    assert ReadingOptions().apply({"text": "a"}, where="x") == {"text": "a"}


def test_a_rename_onto_a_field_that_is_there_is_refused() -> None:
    options = ReadingOptions(renames=(("text", "prompt"),))

    with pytest.raises(BadInput, match="x: already has the field 'prompt'"):
        options.apply({"text": "a", "prompt": "b"}, where="x")


def test_unknown_fields_go_to_the_metadata_when_asked() -> None:
    options = ReadingOptions(keeps_unknown=True)

    finished = options.finish({"prompt": "a", "slug": "k8s", "note": None, "metadata": {"a": 1}})

    assert finished == {"prompt": "a", "metadata": {"slug": "k8s", "a": 1}}


def test_a_row_without_unknown_fields_gets_no_metadata() -> None:
    assert ReadingOptions(keeps_unknown=True).finish({"prompt": "a"}) == {"prompt": "a"}


def test_metadata_of_the_wrong_kind_is_left_to_be_refused() -> None:
    given: dict[str, Json] = {"prompt": "a", "slug": "b", "metadata": [1]}

    assert ReadingOptions(keeps_unknown=True).finish(given) == given


def test_renames_are_read_from_text() -> None:
    assert parse_renames(("text=prompt",)) == (("text", "prompt"),)


@pytest.mark.parametrize("pair", ["text", "=prompt", "text=", "text=question"])
def test_a_rename_that_is_not_one_is_refused(pair: str) -> None:
    with pytest.raises(BadInput, match="must be THEIRS=OURS"):
        parse_renames((pair,))


@pytest.mark.parametrize(
    ("pairs", "name"),
    [
        pytest.param(("a=id", "b=id"), "'id'", id="two fields become one"),
        pytest.param(("a=id", "a=tags"), "'a'", id="one field becomes two"),
    ],
)
def test_a_name_in_two_renames_is_refused(pairs: tuple[str, ...], name: str) -> None:
    with pytest.raises(BadInput, match=f"{pairs[1]!r} names {name} a second time"):
        parse_renames(pairs)
