import pytest

from evalhub.core.rubrics.loading import load_rubric
from evalhub.core.rubrics.schema import Rubric
from evalhub.core.rubrics.versions import Change, check_version_change, needed_change
from tests.core.rubrics.small import SMALL, changed, small

OPTIONAL = """\
  - id: short
    name: Short
    question: Which is shorter?
    mode: compare
    weight: 0
    required: false
    allow_na: true
compare_scale:
"""


def next_version(version: str, old: str = "", new: str = "") -> Rubric:
    text = changed(old, new) if old else SMALL
    text = text.replace("\nversion: 1.0.0", f"\nversion: {version}")
    text = text.replace("changelog: [", f"changelog: [{NEWEST % version}, ")
    return load_rubric(text if version != "1.0.0" else changed(old, new), where="x")


NEWEST = "{version: %s, date: 2026-12-01, change: Another.}"

CHANGES = [
    ("label", "label: Rude", "label: Coarse", Change.PATCH),
    ("anchor", "anchor: It is right.", "anchor: It is quite right.", Change.PATCH),
    ("question", "question: Which is kinder?", "question: Which is more kind?", Change.PATCH),
    ("help", "help: Unkind words.", "help: Words that hurt.", Change.PATCH),
    ("worked-example", "why: Four it is.", "why: It is four.", Change.PATCH),
    ("criterion-example", "text: Half right.", "text: Partly right.", Change.PATCH),
    ("summary", "summary: Which answer is better?", "summary: Compare.", Change.PATCH),
    ("added-optional", "compare_scale:\n", OPTIONAL, Change.MINOR),
    ("minutes", "p50: 2, p90: 5", "p50: 3, p90: 5", Change.MINOR),
    ("rater", "min_level: 1", "min_level: 2", Change.MINOR),
    ("licence", "license: CC-BY-4.0", "license: CC0-1.0", Change.MINOR),
    ("quick-reason", "[correct, clear]", "[correct, clear, kind]", Change.MINOR),
    (
        "added-required",
        "compare_scale:\n",
        OPTIONAL.replace("required: false", "required: true"),
        Change.MAJOR,
    ),
    ("scale", "{value: 5, label: Right", "{value: 6, label: Right", Change.MAJOR),
    ("veto", "severity: minor, veto: false", "severity: minor, veto: true", Change.MAJOR),
    ("condition", "{tag: urgent}", "{tag: hurry}", Change.MAJOR),
    (
        "required",
        "    required: false\n    allow_na: false",
        "    required: true\n    allow_na: false",
        Change.MAJOR,
    ),
    ("option", "{id: later, label", "{id: soon, label", Change.MAJOR),
    ("stages", "triage, flags, citations", "flags, triage, citations", Change.MAJOR),
]
ADDED = "it adds optional criteria or is organised differently"
MEANT = "its answers mean something else"
IDS = [case[0] for case in CHANGES]


@pytest.mark.parametrize(("old", "new", "needed"), [case[1:] for case in CHANGES], ids=IDS)
def test_each_change_calls_for_its_step(old: str, new: str, needed: Change) -> None:
    assert needed_change(small(), small(old, new)) is needed


def test_weights_change_the_meaning() -> None:
    text = SMALL.replace("weight: 0.5", "weight: 0.4").replace("weight: 0.1", "weight: 0.2")

    assert needed_change(small(), load_rubric(text, where="x")) is Change.MAJOR


def test_a_dropped_criterion_changes_the_meaning() -> None:
    assert needed_change(small("compare_scale:\n", OPTIONAL), small()) is Change.MAJOR


def test_an_equal_rubric_needs_no_step() -> None:
    assert needed_change(small(), small()) is Change.NONE
    assert check_version_change(small(), small()) == []


@pytest.mark.parametrize("version", ["1.0.1", "1.1.0", "2.0.0"])
def test_a_step_at_least_as_great_as_needed_is_taken(version: str) -> None:
    after = next_version(version, "label: Rude", "label: Coarse")

    assert check_version_change(small(), after) == []


@pytest.mark.parametrize(
    ("version", "old", "new", "rule"),
    [
        (
            "1.0.1",
            "compare_scale:\n",
            OPTIONAL,
            f"from 1.0.0 to 1.0.1 is a patch step, but {ADDED}; make it a minor one",
        ),
        (
            "1.1.0",
            "{tag: urgent}",
            "{tag: hurry}",
            f"from 1.0.0 to 1.1.0 is a minor step, but {MEANT}; make it a major one",
        ),
        (
            "1.0.0",
            "label: Rude",
            "label: Coarse",
            "must be greater than 1.0.0, whose content differs",
        ),
    ],
    ids=["patch-for-minor", "minor-for-major", "same"],
)
def test_f15_a_step_that_hides_another_meaning_is_refused(
    version: str, old: str, new: str, rule: str
) -> None:
    (problem,) = check_version_change(small(), next_version(version, old, new))

    assert (problem.where, problem.rule) == ("version", rule)


def test_going_back_is_refused() -> None:
    (problem,) = check_version_change(next_version("1.2.0"), small())

    assert problem.rule == "must be greater than 1.2.0, whose content differs"


def test_another_rubric_is_no_new_version() -> None:
    (problem,) = check_version_change(small(), small("id: small", "id: large"))

    assert (problem.where, problem.rule) == ("id", "must stay 'small', not 'large'")
