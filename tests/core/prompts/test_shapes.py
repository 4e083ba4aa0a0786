import pytest

from evalhub.core.canonical import Json
from evalhub.core.prompts.options import RowDefaults
from evalhub.core.prompts.parsing import prompt_from_row
from evalhub.core.prompts.records import Prompt, PromptCriterion
from evalhub.core.prompts.shapes import shape_of, to_native
from evalhub.core.prompts.vocabulary import Shape, SourceKind
from evalhub.errors import BadInput
from tests.core.prompts.rows import row, user

DEFAULTS = RowDefaults("general", "en", "MIT", SourceKind.PUBLIC)
HEALTHBENCH: dict[str, Json] = {
    "prompt_id": "0001-abcd",
    "prompt": [
        user("My tooth hurts."),
        {"role": "assistant", "content": "Since when?"},
        user("3 d"),
    ],
    "rubrics": [{"criterion": "Advises a dentist.", "points": 7, "tags": ["axis:completeness"]}],
    "example_tags": ["theme:hedging"],
    "ideal_completions_data": {
        "ideal_completion": "See a dentist.",
        "ideal_completions_group": "x",
    },
    "canary": "healthbench:guid",
}
HELPSTEER3: dict[str, Json] = {
    "domain": "stem",
    "language": "English",
    "context": [user("Why is the sky blue?")],
    "response1": "Rayleigh.",
    "response2": "Magic.",
    "overall_preference": -3,
    "individual_preference": [],
}


def native(given: dict[str, Json]) -> Prompt:
    return prompt_from_row(DEFAULTS.fill(to_native(given)), where="row")


def test_healthbench_rows_become_prompts_with_criteria() -> None:
    found = native(HEALTHBENCH)

    assert (found.id, found.domain, found.license) == ("0001-abcd", "medicine", "MIT")
    assert len(found.turns) == 3
    assert found.criteria == (
        PromptCriterion("c1", "Advises a dentist.", 7, ("axis:completeness",)),
    )
    assert found.tags == ("theme:hedging",)
    assert found.reference == ("See a dentist.",)
    assert found.canary == "healthbench:guid"


def test_healthbench_rows_need_no_ideal_completion() -> None:
    assert native(HEALTHBENCH | {"ideal_completions_data": None}).reference == ()


@pytest.mark.parametrize("rubrics", ["A", ["A"]], ids=["text", "list of texts"])
def test_healthbench_rubrics_of_the_wrong_kind_are_refused(rubrics: Json) -> None:
    with pytest.raises(BadInput, match="field 'criteria"):
        native(HEALTHBENCH | {"rubrics": rubrics})


def test_helpsteer3_rows_become_prompts_without_their_responses() -> None:
    found = native(HELPSTEER3)

    assert (found.domain, found.language) == ("stem", "en")
    assert found.messages[0].content == "Why is the sky blue?"
    assert found.responses == ()


def test_a_programming_language_of_helpsteer3_becomes_a_tag() -> None:
    found = native(HELPSTEER3 | {"language": "Python", "domain": "code"})

    assert (found.language, found.tags) == ("en", ("python",))


def test_a_language_that_is_a_code_already_stays() -> None:
    assert native(HELPSTEER3 | {"language": "de"}).language == "de"


@pytest.mark.parametrize("language", [None, "absent"])
def test_helpsteer3_rows_take_the_default_language(language: Json) -> None:
    given = {k: v for k, v in HELPSTEER3.items() if k != "language"}

    assert native(given | ({"language": None} if language is None else {})).language == "en"


def test_helpsteer3_context_may_be_text() -> None:
    assert native(HELPSTEER3 | {"context": "Why?"}).messages[0].content == "Why?"


@pytest.mark.parametrize(
    ("given", "shape"),
    [
        (HEALTHBENCH, Shape.HEALTHBENCH),
        (HELPSTEER3, Shape.HELPSTEER3),
        (row(), Shape.EVALHUB),
        ({"prompt": [user("TRL")]}, Shape.EVALHUB),
        ({"messages": [user("OpenAI")]}, Shape.EVALHUB),
        ({"prompt": "a", "context": "b"}, Shape.EVALHUB),
    ],
    ids=["healthbench", "helpsteer3", "own", "trl", "openai", "own with a stray context"],
)
def test_a_row_is_known_by_its_fields(given: dict[str, Json], shape: Shape) -> None:
    assert shape_of(given) is shape


@pytest.mark.parametrize(
    "given",
    [{"prompt": "TRL"}, {"prompt": [user("TRL")]}, {"messages": [user("OpenAI")]}],
    ids=["trl text", "trl messages", "openai"],
)
def test_rows_with_a_prompt_alone_are_completed_by_defaults(given: dict[str, Json]) -> None:
    found = native(given)

    assert (found.domain, found.source.kind) == ("general", SourceKind.PUBLIC)
