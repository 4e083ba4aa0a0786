"""A model that introduces itself by its family is found; an answer about the word is not."""

import pytest

from evalhub.core.judging.masking import MASK, mask_names
from evalhub.core.pulling.families import families_of
from evalhub.core.pulling.naming import names_itself, naming_spans

NAMES = ("aspen-small", "clinic/aspen-small-7b-instruct")


@pytest.mark.parametrize(
    ("names", "families"),
    [
        (("aspen-small",), ["aspen"]),
        (("org/Juniper-7B-Instruct", "juniper-fast"), ["juniper"]),
        (("base-large-chat", "gpt-x", "o1"), []),
        (("clear_water",), ["clear", "water"]),
    ],
    ids=["size", "path-and-slug", "nothing-distinctive", "two-words"],
)
def test_the_distinctive_words_of_a_name_are_its_families(
    names: tuple[str, ...], families: list[str]
) -> None:
    assert families_of(names) == families


@pytest.mark.parametrize(
    "text",
    [
        "As an assistant from Aspen, I cannot examine you.",
        "As an AI model trained by aspen I would see a doctor.",
        "As a language model made by Aspen, I cannot prescribe.",
        "I am Aspen, and I can help with that.",
        "Hello! I'm Aspen.",
        "My name is Aspen. How can I help?",
        "I am an AI assistant called Aspen.",
        "I was trained by Aspen to answer such questions.",
        "Aspen here. Rest and drink enough.",
        "Hi, Aspen here!",
        "This is Aspen, your assistant.",
        "I am\nAspen.",
    ],
)
def test_an_introduction_by_the_family_is_masked(text: str) -> None:
    masked = mask_names(f"{text} Take two tablets.", NAMES)

    assert "aspen" not in masked.lower()
    assert MASK in masked
    assert masked.endswith("Take two tablets.")


@pytest.mark.parametrize(
    "text",
    [
        "The patient lives in Aspen and skis every winter.",
        "Birch and aspen pollen are a common cause of rhinitis in May.",
        "I am sure that aspen pollen is the cause.",
        "I am from Aspen, Colorado, the witness said.",
        "The contract was made by Aspen Holdings in 2019.",
        "As an assistant physician from Aspen Valley Hospital noted, rest helps.",
        "This is Aspen Holdings v. Miller, decided in 1998.",
        "Aspen here refers to the tree and not to the town.",
        "I am Aspen Miller, the claimant's attorney, wrote the author.",
        "In Aspen the statute of limitations is two years.",
    ],
)
def test_an_ordinary_sentence_with_the_word_stays(text: str) -> None:
    assert mask_names(text, NAMES) == text
    assert names_itself(text, NAMES) is None


def test_an_ordinary_word_in_a_name_is_no_introduction() -> None:
    text = "I am clear that this is a large effusion, and I am base-line cautious."

    assert mask_names(text, ("clear-large-base",)) == text


def test_without_names_nothing_is_a_family() -> None:
    assert naming_spans("As an assistant from Aspen, I advise rest.") == []


def test_after_an_introduction_the_name_is_masked_everywhere() -> None:
    masked = mask_names("I am Aspen. Aspen advises rest; the aspen tree is another thing.", NAMES)

    assert masked == f"{MASK}. {MASK} advises rest; the aspen tree is another thing."


def test_a_researcher_is_shown_the_passage() -> None:
    text = "Rest. As an assistant from Aspen, I cannot examine you."

    assert names_itself(text, NAMES) == "As an assistant from Aspen"
