import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from evalhub.core.rubrics.condition_trees import condition_to_json, read_condition
from evalhub.core.rubrics.conditions import (
    AllOf,
    AnyOf,
    Condition,
    Facts,
    FactValue,
    FieldAtLeast,
    FieldEquals,
    FieldIn,
    HasTag,
    Not,
    evaluate,
    leaves,
)
from evalhub.core.rubrics.spots import Findings, spot_of_json

FACTS = Facts(frozenset({"triage"}), {"urgency": "now", "n": 2, "share": 0.5, "is_vetoed": True})


@pytest.mark.parametrize(
    ("condition", "holds"),
    [
        (HasTag("triage"), True),
        (HasTag("other"), False),
        (FieldIn("urgency", ("now", "soon")), True),
        (FieldIn("urgency", ("soon",)), False),
        (FieldIn("absent", ("now",)), False),
        (FieldEquals("urgency", "now"), True),
        (FieldEquals("n", 2), True),
        (FieldEquals("n", 2.0), True),
        (FieldEquals("is_vetoed", True), True),
        (FieldEquals("is_vetoed", 1), False),
        (FieldEquals("absent", False), False),
        (FieldAtLeast("n", 2), True),
        (FieldAtLeast("n", 3), False),
        (FieldAtLeast("share", 0.5), True),
        (FieldAtLeast("is_vetoed", 0), False),
        (FieldAtLeast("urgency", 0), False),
        (FieldAtLeast("absent", 0), False),
        (Not(HasTag("triage")), False),
        (AnyOf((HasTag("other"), HasTag("triage"))), True),
        (AnyOf((HasTag("other"),)), False),
        (AllOf((HasTag("triage"), FieldAtLeast("n", 1))), True),
        (AllOf((HasTag("triage"), HasTag("other"))), False),
    ],
    ids=repr,
)
def test_a_condition_is_evaluated_against_tags_and_fields(
    condition: Condition, holds: bool
) -> None:
    assert evaluate(condition, FACTS) is holds


def test_facts_start_empty() -> None:
    assert not evaluate(HasTag("x"), Facts())
    assert not evaluate(FieldEquals("x", 1), Facts())


def test_leaves_come_from_left_to_right() -> None:
    a, b, c = HasTag("a"), FieldIn("f", ("x",)), FieldAtLeast("n", 1)

    assert list(leaves(AllOf((Not(a), AnyOf((b, c)))))) == [a, b, c]


names = st.text("abcdef", min_size=1, max_size=5)
values = names | st.booleans() | st.integers(-5, 5) | st.floats(-1, 1)
tests = (
    st.builds(HasTag, names)
    | st.builds(FieldIn, names, st.lists(values, min_size=1, max_size=3).map(tuple))
    | st.builds(FieldEquals, names, values)
    | st.builds(FieldAtLeast, names, st.integers(-5, 5) | st.floats(-1, 1))
)
trees: st.SearchStrategy[Condition] = st.recursive(
    tests,
    lambda inner: (
        st.builds(Not, inner)
        | st.builds(AnyOf, st.lists(inner, min_size=1, max_size=3).map(tuple))
        | st.builds(AllOf, st.lists(inner, min_size=1, max_size=3).map(tuple))
    ),
    max_leaves=8,
)


@settings(deadline=None)
@given(trees)
def test_a_condition_written_and_read_again_is_the_same(condition: Condition) -> None:
    findings = Findings("x")

    again = read_condition(spot_of_json(condition_to_json(condition), findings), findings)

    assert again == condition
    assert findings.problems == []


SHAPE = "must be one of any, all, not, tag, or field with exactly one of in, eq, gte"


@pytest.mark.parametrize(
    ("tree", "path", "rule"),
    [
        ("now", "", SHAPE),
        ({}, "", SHAPE),
        ({"eval": "1"}, "", SHAPE),
        ({"field": "a"}, "", SHAPE),
        ({"field": "a", "eq": 1, "gte": 1}, "", SHAPE),
        ({"any": [], "all": []}, "", SHAPE),
        ({"any": []}, "any", "must be a list of at least one condition"),
        ({"all": {"tag": "a"}}, "all", "must be a list of at least one condition"),
        ({"all": [{"tag": "a"}, 1]}, "all[1]", SHAPE),
        ({"not": {"not": []}}, "not.not", SHAPE),
        ({"tag": ""}, "tag", "must be text of 1 to 200 characters"),
        ({"tag": "a\x00"}, "tag", "must be text of 1 to 200 characters"),
        ({"field": 1, "eq": 1}, "field", "must be text of 1 to 200 characters"),
        ({"field": "a", "eq": None}, "eq", "must be text of 1 to 200 characters"),
        ({"field": "a", "eq": float("nan")}, "eq", "must be text of 1 to 200 characters"),
        ({"field": "a", "in": []}, "in", "must be a list of at least one value"),
        ({"field": "a", "in": "now"}, "in", "must be a list of at least one value"),
        ({"field": "a", "in": ["x", []]}, "in[1]", "must be text of 1 to 200 characters"),
        ({"field": 1, "in": ["x"]}, "field", "must be text of 1 to 200 characters"),
        ({"field": "a", "gte": "3"}, "gte", "must be a number"),
        ({"field": "a", "gte": True}, "gte", "must be a number"),
        ({"field": "a", "gte": None}, "gte", "must be text of 1 to 200 characters"),
        ({"any": [{"tag": 1}]}, "any[0].tag", "must be text of 1 to 200 characters"),
    ],
    ids=repr,
)
def test_a_broken_condition_is_named_with_its_place(tree: object, path: str, rule: str) -> None:
    findings = Findings("x")

    condition = read_condition(spot_of_json(tree, findings), findings)  # type: ignore[arg-type]  # parametrize erases the type

    place = f"x, field '{path}'" if path else "x"
    assert condition is None
    assert [(item.where, item.rule) for item in findings.problems] == [(place, rule)]


facts = st.builds(Facts, st.frozensets(names), st.dictionaries(names, values))


@given(st.lists(trees, min_size=1, max_size=4).map(tuple), facts)
def test_all_hold_where_none_fails(items: tuple[Condition, ...], found: Facts) -> None:
    failing = AnyOf(tuple(Not(item) for item in items))

    assert evaluate(AllOf(items), found) is not evaluate(failing, found)


@given(tests, st.frozensets(names))
def test_a_field_that_nobody_set_makes_no_test_hold(
    condition: Condition, tags: frozenset[str]
) -> None:
    holds = evaluate(condition, Facts(tags))

    assert holds is (isinstance(condition, HasTag) and condition.tag in tags)


@given(names, st.lists(values, min_size=1, max_size=4).map(tuple), facts)
def test_being_one_of_several_is_being_equal_to_one(
    name: str, wanted: tuple[FactValue, ...], found: Facts
) -> None:
    equal = AnyOf(tuple(FieldEquals(name, value) for value in wanted))

    assert evaluate(FieldIn(name, wanted), found) is evaluate(equal, found)
