"""The index knows of every prompt what its split and its filters need, and none of its texts."""

from sqlmodel import Session, select

from evalhub.core.prompts.controls import ControlAnswer
from evalhub.core.prompts.vocabulary import Split
from evalhub.db.models import Prompt, PromptSetVersion
from evalhub.services.releasing.indexing import PromptIndex, index_prompts
from tests.factories import make_prompt_set_version, prompt_document

QUESTION = "Which of these two plants may a person with a weak heart safely drink as a tea"


def index(session: Session, version: PromptSetVersion) -> PromptIndex:
    """Return the index of ``version``, beside a noise set that must stay out of it."""
    make_prompt_set_version(session, "Noise?", "More noise?")
    return index_prompts(version, session=session)


def test_prompts_stand_by_code_point_whatever_the_database_collates(session: Session) -> None:
    version = make_prompt_set_version(session, *(f"Question {'x' * n}?" for n in range(12)))

    found = index(session, version)

    keys = [prompt.key for prompt in found.prompts]
    assert keys == sorted(f"p{n}" for n in range(12))
    for prompt in found.prompts:
        assert session.get_one(Prompt, prompt.row_id).key == prompt.key
    assert (found.licenses, found.languages) == (("CC-BY-4.0",), ("en",))


def test_near_duplicates_share_a_group_and_keep_their_uses(session: Session) -> None:
    version = make_prompt_set_version(session, QUESTION, "Something else?", f"{QUESTION}, please")

    first, other, near = index(session, version).prompts

    assert first.group == near.group != other.group
    assert {prompt.use for prompt in (first, other, near)} == {Split.TRAIN}


def test_a_prompt_keeps_its_group_in_the_next_version_of_its_set(session: Session) -> None:
    first = make_prompt_set_version(session, QUESTION, "Something else?")
    before = {prompt.key: prompt.group for prompt in index(session, first).prompts}
    near = [f"{QUESTION}, {word}" for word in ("please", "thanks", "doctor", "today", "again")]
    second = make_prompt_set_version(session, *near, "Something else?")
    second.prompt_set_id, second.number = first.prompt_set_id, 2
    session.flush()

    found = index_prompts(second, session=session).prompts

    assert [prompt.group for prompt in found[:5]] == [before["p0"]] * 5
    assert found[5].group == before["p1"]
    assert len(found) == 6


def test_known_answers_are_kept_of_control_prompts_alone(session: Session) -> None:
    version = make_prompt_set_version(session, "Plain?", "Known?")
    row = session.exec(
        select(Prompt).where(Prompt.prompt_set_version_id == version.id, Prompt.key == "p1")
    ).one()
    control = '"metadata":{"control":[{"better":"good","worse":"bad"}]}'
    document = prompt_document("p1", "Known?").replace(
        '"split":"train"', f'{control},"split":"gold"'
    )
    row.document = document
    session.flush()

    found = index(session, version)

    assert found.controls == {"p1": (ControlAnswer("good", "bad"),)}
    assert [use for _, use in found.groups_and_uses()] == [Split.TRAIN, Split.GOLD]
