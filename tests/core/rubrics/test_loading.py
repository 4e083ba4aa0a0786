import pytest

from evalhub.core.rubrics.conditions import AnyOf, FieldIn, HasTag
from evalhub.core.rubrics.loading import load_rubric, rubric_from_json
from evalhub.core.rubrics.vocabulary import Mode, Route, Stage, Status
from evalhub.errors import BadInput
from tests.core.rubrics.small import SMALL, changed, line_of, problems, small


def test_a_rubric_is_read_into_typed_parts() -> None:
    rubric = small()

    assert (rubric.id, rubric.version, rubric.status) == ("small", "1.0.0", Status.DRAFT)
    assert rubric.task.stages == tuple(Stage)
    assert rubric.triage[0].options[1].routes is Route.RETURN_TO_QUEUE
    assert rubric.criteria[1].mode is Mode.RATE_EACH
    assert rubric.criteria[1].applies_when == AnyOf(
        (FieldIn("urgency", ("now",)), HasTag("urgent"))
    )


def test_criteria_and_flags_are_found_by_id() -> None:
    rubric = small()

    assert rubric.criterion("clear") is rubric.criteria[2]
    assert rubric.flag("rude") is rubric.flags.items[1]
    assert rubric.criterion("absent") is None
    assert rubric.flag("absent") is None


def test_bytes_and_text_read_the_same() -> None:
    assert load_rubric(SMALL.encode(), where="x") == load_rubric(SMALL, where="x")


def test_a_label_that_says_yes_is_refused_with_its_line() -> None:
    text = changed('label: "Yes"}\n      - {id: out', "label: Yes}\n      - {id: out")

    ((place, rule),) = problems(text)

    line = line_of("label: Yes", text)
    assert place == f"x.yaml line {line}, field 'triage[0].options[0].label'"
    assert rule.endswith("quote it")


def test_a_broken_structure_hides_no_other_fault_in_it() -> None:
    text = SMALL.replace("min_level: 1", "min_level: 9").replace("mode: compare", "mode: guess")

    found = problems(text + "colour: red\n")

    assert [rule.split(",")[0] for _, rule in found] == [
        "unknown key 'colour'",
        "must lie between 1 and 5",
        "must be one of rate_each",
        "must be one of rate_each",
    ]


def test_broken_rules_are_all_reported_with_their_lines() -> None:
    text = SMALL.replace("weight: 0.5", "weight: 0.6").replace("blind: true", "blind: false")

    found = [place for place, _ in problems(text)]

    criteria = line_of("  - id: correct\n")
    assert found == [
        f"x.yaml line {line_of('blind: true')}, field 'task.blind'",
        f"x.yaml line {criteria}, field 'criteria'",
    ]


def test_a_rule_about_something_left_out_names_the_line_around_it() -> None:
    text = changed("  quick_reasons: [correct, clear]\n", "  quick_reasons: [correct, clear]\n")
    text = text.replace("id: correct\n", "id: correct\n").replace(
        "    allow_na: true\n    applies_when", "    allow_na: false\n    applies_when"
    )

    ((place, _),) = problems(text)

    line = line_of("    allow_na: false\n    applies_when", text)
    assert place == f"x.yaml line {line}, field 'criteria[1].allow_na'"


def test_a_missing_reference_names_the_nearest_line() -> None:
    start, end = SMALL.index("    scale:\n"), SMALL.index("    weight: 0.5")

    ((place, rule), *_) = problems(SMALL[:start] + SMALL[end:])

    assert place == f"x.yaml line {line_of('  - id: correct')}, field 'criteria[0]'"
    assert rule == "criterion 'correct' is rated but has no scale"


def test_the_whole_of_a_file_can_be_at_fault() -> None:
    text = changed("quality:\n", "quality:\n").replace("gold_share: 0.05", "gold_share: 0.99")

    assert problems(text)[0][0] == f"x.yaml line {line_of('  overlap:')}, field 'quality'"


def test_json_values_report_places_without_lines() -> None:
    with pytest.raises(BadInput) as caught:
        rubric_from_json({"schema": "evalhub.rubric/2"}, where="posted rubric")

    first = caught.value.problems[0]
    assert str(first) == "posted rubric, field 'schema': must be 'evalhub.rubric/1'"


def test_json_that_nests_too_deep_is_refused() -> None:
    with pytest.raises(BadInput, match="nests deeper"):
        rubric_from_json({"a": [[[[[[[[[[[[[[[[[[[[[[[[[[1]]]]]]]]]]]]]]]]]]]]]]]]]]})
