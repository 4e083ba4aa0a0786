"""The rubrics that ship with EvalHub, and what random damage does to them."""

from contextlib import suppress
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from evalhub.core.rubrics.canonical import rubric_hash, rubric_to_json
from evalhub.core.rubrics.loading import load_rubric, rubric_from_json
from evalhub.core.rubrics.schema import Criterion, Rubric
from evalhub.core.rubrics.vocabulary import Mode, Status
from evalhub.errors import BadInput
from tests.core.rubrics.small import SMALL

RUBRICS = Path(__file__).resolve().parents[3] / "rubrics"
NAMES = ["coding", "general", "law", "medicine", "red_team", "robotics"]


def shipped(name: str) -> Rubric:
    path = RUBRICS / f"{name}.yaml"
    return load_rubric(path.read_bytes(), where=path.name)


def test_six_rubrics_ship() -> None:
    stems = sorted(path.stem for path in RUBRICS.glob("*.yaml"))

    assert [stem for stem in stems if "." not in stem] == NAMES


@pytest.mark.parametrize("name", NAMES)
def test_a_shipped_rubric_loads_and_survives_its_canonical_form(name: str) -> None:
    rubric = shipped(name)

    again = rubric_from_json(rubric_to_json(rubric))

    assert rubric.id == rubric.domain == name
    assert again == rubric
    assert rubric_hash(again) == rubric_hash(rubric)


@pytest.mark.parametrize("name", NAMES)
def test_a_shipped_rubric_calls_itself_a_draft_until_it_is_reviewed(name: str) -> None:
    rubric = shipped(name)

    assert rubric.status is Status.DRAFT
    assert rubric.reviewed_by == ()


@pytest.mark.parametrize("name", NAMES)
def test_a_shipped_rubric_is_complete(name: str) -> None:
    rubric = shipped(name)

    assert all(flag.help for flag in rubric.flags.items)
    assert all(criterion.description for criterion in rubric.criteria)
    assert any(flag.veto for flag in rubric.flags.items)
    assert len(rubric.worked_examples) >= 3
    assert 1 <= sum(item.mode is Mode.RATE_EACH for item in rubric.criteria) <= 3
    assert any(item.examples for item in rubric.criteria)


@pytest.mark.parametrize("name", NAMES)
def test_the_clicks_a_rubric_announces_lie_between_its_shortest_and_longest_form(
    name: str,
) -> None:
    rubric = shipped(name)
    always = [item for item in rubric.criteria if item.required and item.applies_when is None]
    sources = 0 if rubric.citations is None else rubric.citations.minimum_checked_if_any

    shortest = frame(rubric) + clicks(always)
    longest = frame(rubric) + clicks(rubric.criteria) + sources

    assert shortest <= rubric.task.expected_clicks_max <= longest


def frame(rubric: Rubric) -> int:
    """Count triage, "none of these" for each side, overall, confidence and the submit button."""
    return sum(question.required for question in rubric.triage) + 2 + 2 + 1


def clicks(criteria: tuple[Criterion, ...] | list[Criterion]) -> int:
    return sum(2 if item.mode is Mode.RATE_EACH else 1 for item in criteria)


def test_the_red_team_rubric_warns_before_it_asks() -> None:
    rubric = shipped("red_team")

    assert rubric.summary.startswith("CONTENT WARNING")
    assert rubric.triage[0].id == "willing"


@pytest.mark.parametrize("name", ["law", "medicine"])
def test_the_drafts_that_the_rubrics_grew_from_load_too(name: str, shared_dir: Path) -> None:
    path = shared_dir / "reference" / "rubrics" / f"{name}.yaml"

    assert load_rubric(path.read_bytes(), where=path.name).id == name


def load_or_refuse(raw: bytes) -> None:
    with suppress(BadInput):
        load_rubric(raw, where="x")


positions = st.integers(0, 2**31)
edits = st.lists(
    st.tuples(positions, positions.map(lambda n: n % 40), st.binary(max_size=6)), max_size=6
)


@settings(max_examples=60, deadline=None)
@given(edits)
def test_random_bytes_in_a_rubric_end_in_bad_input_or_a_rubric(
    changes: list[tuple[int, int, bytes]],
) -> None:
    raw = SMALL.encode()
    for position, n_removed, inserted in changes:
        start = position % (len(raw) + 1)
        raw = raw[:start] + inserted + raw[start + n_removed :]

    load_or_refuse(raw)


@settings(max_examples=60, deadline=None)
@given(
    st.sampled_from(NAMES), positions, st.sampled_from(list(b"\n\t :-?,[]{}#&*!|>'\"%@`\\\0\xff0~"))
)
def test_one_wrong_byte_in_a_shipped_rubric_ends_in_bad_input_or_a_rubric(
    name: str, position: int, byte: int
) -> None:
    raw = bytearray((RUBRICS / f"{name}.yaml").read_bytes())
    raw[position % len(raw)] = byte

    load_or_refuse(bytes(raw))


PIECES = r"""a 1 :_ -_ __ [ ] { } , " ' \x \U &b *b ! !< %YAML_1.1 %TAG_!_x --- ... > | ?_ << # ~"""
yaml_pieces = st.sampled_from(["\n", "\t", *(piece.replace("_", " ") for piece in PIECES.split())])


@settings(max_examples=200, deadline=None)
@given(st.lists(yaml_pieces, max_size=25).map("".join))
def test_pieces_of_yaml_in_any_order_end_in_bad_input(text: str) -> None:
    with pytest.raises(BadInput):
        load_rubric(text, where="x")
