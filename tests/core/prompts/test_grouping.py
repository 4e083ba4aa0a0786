from evalhub.core.prompts.grouping import first_user_text, prompt_group, prompt_groups
from tests.core.prompts.rows import prompt, user
from tests.core.prompts.test_near_duplicates import LONG

ASSISTANT = {"role": "assistant", "content": "It depends."}


def test_the_turns_of_one_conversation_share_a_group() -> None:
    first = prompt(prompt="Can I fly with a cold?")
    later = prompt(
        system="Be kind.",
        prompt=[user("Can I fly with a cold?"), ASSISTANT, user("And with an ear infection?")],
    )

    assert prompt_group(first) == prompt_group(later)
    assert first_user_text(later) == "Can I fly with a cold?"


def test_variants_in_case_punctuation_and_figures_share_a_group() -> None:
    first = prompt(prompt="Is 250 mg of X safe?")

    assert prompt_group(first) == prompt_group(prompt(prompt="is 1000 mg of x SAFE"))


def test_different_questions_have_different_groups() -> None:
    assert prompt_group(prompt()) != prompt_group(prompt(prompt="What is a cough?"))


def test_a_stated_group_is_the_key() -> None:
    first = prompt(prompt="A", metadata={"group": "case-7"})
    second = prompt(prompt="B", metadata={"group": "case-7"})

    assert prompt_group(first) == prompt_group(second) != prompt_group(prompt(prompt="A"))


def test_near_duplicates_of_a_set_share_a_group_whatever_their_order() -> None:
    prompts = [prompt(prompt=LONG), prompt(), prompt(prompt=LONG + " please")]

    keys = prompt_groups(prompts)

    assert keys[0] == keys[2] != keys[1]
    assert prompt_groups(prompts[::-1]) == keys[::-1]


def test_groups_that_meet_through_a_third_are_one() -> None:
    near = [LONG, LONG + " please", "other"]
    prompts = [
        prompt(prompt=near[0], metadata={"group": "a"}),
        prompt(prompt=near[1], metadata={"group": "b"}),
        prompt(prompt=near[2], metadata={"group": "a"}),
        prompt(prompt="unrelated"),
    ]

    keys = prompt_groups(prompts)

    assert len(set(keys[:3])) == 1
    assert keys[3] not in keys[:3]


def test_an_old_prompt_keeps_its_key_when_a_relative_arrives() -> None:
    old = [prompt(prompt=LONG, metadata={"group": name}) for name in "abcdef"]
    for one in old:
        alone = prompt_groups([one])[0]

        keys = prompt_groups([one, prompt(prompt=LONG + " please")], [1, 2])

        assert keys == (alone, alone)


def test_a_prompt_that_joins_two_groups_brings_both_to_the_earlier_one() -> None:
    first = prompt(prompt=LONG, metadata={"group": "first"})
    second = prompt(prompt="another", metadata={"group": "second"})
    bridge = prompt(prompt=LONG + " please", metadata={"group": "second"})

    keys = prompt_groups([first, second, bridge], [1, 2, 3])

    assert keys == (prompt_group(first),) * 3
