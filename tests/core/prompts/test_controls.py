import pytest

from evalhub.core.canonical import Json
from evalhub.core.prompts.controls import ControlAnswer, control_answers
from evalhub.core.prompts.parsing import prompt_from_row
from evalhub.core.prompts.records import Prompt
from evalhub.errors import BadInput


def prompt(control: Json, split: str = "gold") -> Prompt:
    row: dict[str, Json] = {
        "prompt": "What is fever?",
        "domain": "medicine",
        "language": "en",
        "license": "CC-BY-4.0",
        "source": {"kind": "written"},
        "split": split,
        "metadata": {} if control is None else {"control": control},
    }
    return prompt_from_row(row, where="line 1")


def test_known_answers_are_read_from_the_metadata() -> None:
    found = control_answers(prompt([{"better": "careful", "worse": "careless"}]))

    assert found == (ControlAnswer("careful", "careless"),)


def test_gold_prompt_without_known_answers_has_none() -> None:
    assert control_answers(prompt(None)) == ()


def test_elsewhere_control_is_a_word_of_the_owners_own() -> None:
    assert control_answers(prompt("anything", split="train")) == ()


@pytest.mark.parametrize(
    "control",
    [
        "careful",
        {"better": "a", "worse": "b"},
        ["careful"],
        [{"better": "a"}],
        [{"better": "a", "worse": "a"}],
        [{"better": "", "worse": "b"}],
        [{"better": 1, "worse": "b"}],
        [{"better": "a", "worse": "b", "why": "c"}],
    ],
)
def test_what_breaks_the_rule_is_refused_with_its_place(control: Json) -> None:
    with pytest.raises(
        BadInput, match=r"line 1, field 'metadata': must have as \"control\" a list"
    ):
        prompt(control)
