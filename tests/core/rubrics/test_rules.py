"""A corpus of broken rubrics: each change to a sound one is named with its line and reason."""

import pytest

from tests.core.rubrics.small import SMALL, changed, line_of, problems

OWN_SCALE = "{points: [{value: 1, label: a, anchor: b}, {value: 2, label: c, anchor: d}]}"

CORPUS = [
    ("sum", "weight: 0.5", "weight: 0.4", "criteria", "the weights must sum to 1, not 0.9"),
    ("slug", "id: small", "id: Small Rubric", "id", "must be 1 to 64 lower-case letters"),
    ("version", "\nversion: 1.0.0", "\nversion: 1.0", "version", "must be text (quote it)"),
    ("semver", "\nversion: 1.0.0", "\nversion: 1.0.0-b", "version", "must be a version of three"),
    ("unknown", "locale: en", "locale: en\ncolor: red", "color", "unknown key 'color'"),
    ("missing", "title: Small rubric\n", "", "", "the key 'title' is missing"),
    ("status", "status: draft", "status: final", "status", "must be one of draft, active"),
    ("active", "status: draft", "status: active", "status", "active needs reviews by at least 2"),
    ("schema", "rubric/1", "rubric/9", "schema", "must be 'evalhub.rubric/1'"),
    ("authors", "[{name: EvalHub project, role: author}]", "[]", "authors", "must name at least"),
    ("blind", "blind: true", "blind: false", "task.blind", "must be true"),
    ("modes", "modalities: [text]", "modalities: []", "task.modalities", "must list at least one"),
    (
        "twice-modality",
        "modalities: [text]",
        "modalities: [text, text]",
        "task.modalities",
        "'text' appears more than once",
    ),
    (
        "minutes",
        "{p50: 2, p90: 5}",
        "{p50: 9, p90: 5}",
        "task.expected_minutes",
        "p50 must not exceed p90",
    ),
    ("stage", "[triage, flags,", "[triage, flag,", "task.stages[1]", "must be one of triage"),
    (
        "twice-stage",
        "criteria, overall, why]",
        "criteria, overall, why, why]",
        "task.stages",
        "'why' appears more than once",
    ),
    (
        "no-stage",
        "citations, criteria,",
        "criteria,",
        "task.stages",
        "the stage 'citations' is missing",
    ),
    (
        "one-option",
        "[{id: now, label: Now}, {id: later, label: Later}]",
        "[{id: now, label: Now}]",
        "triage[1].options",
        "must offer at least two options",
    ),
    (
        "no-way-on",
        "{id: later, label: Later}]",
        "{id: now, label: Later}]",
        "triage[1].options",
        "'now' appears more than once",
    ),
    (
        "taken-field",
        "sets: urgency",
        "sets: flags_any",
        "triage[1].sets",
        "'flags_any' is set by EvalHub itself",
    ),
    (
        "twice-triage",
        "- id: urgency",
        "- id: competence",
        "triage",
        "'competence' appears more than once",
    ),
    (
        "anchor",
        "- id: urgency",
        "- id: overall",
        "triage[1].id",
        "'overall' is the name of another part of the form",
    ),
    (
        "shared-anchor",
        "- id: kind",
        "- id: urgency",
        "criteria[3].id",
        "'urgency' is also the id of a triage question",
    ),
    (
        "none-id",
        "{id: none, label: None of these}",
        "{id: nothing, label: None of these}",
        "flags.none_option.id",
        "must be 'none'",
    ),
    (
        "flag-none",
        "{id: rude, label: Rude",
        "{id: none, label: Rude",
        "flags.items[1].id",
        "'none' is the box for no flag",
    ),
    (
        "twice-flag",
        "{id: rude, label: Rude",
        "{id: harmful, label: Rude",
        "flags.items",
        "'harmful' appears more than once",
    ),
    (
        "severity",
        "severity: minor",
        "severity: low",
        "flags.items[1].severity",
        "must be one of critical, major, minor",
    ),
    (
        "veto",
        "override: reason_and_review",
        "override: shrug",
        "veto_rules.one_vetoed.override",
        "must be one of reason_and_review",
    ),
    (
        "not-checked",
        "    - {id: not_checked, label: Not checked}\n",
        "",
        "citations.results",
        "must offer 'not_checked' and at least one finding",
    ),
    (
        "twice-result",
        "{id: supports, label: Supports}",
        "{id: not_found, label: Supports}",
        "citations.results",
        "'not_found' appears more than once",
    ),
    (
        "suggested-flag",
        "suggests_flag: harmful",
        "suggests_flag: absent",
        "citations.not_found_suggests_flag",
        "there is no flag 'absent'",
    ),
    (
        "suggesting-result",
        "not_found_suggests_flag",
        "not_support_suggests_flag",
        "citations.not_support_suggests_flag",
        "there is no result 'not_support'",
    ),
    (
        "twice-criterion",
        "- id: kind",
        "- id: clear",
        "criteria",
        "'clear' appears more than once",
    ),
    (
        "conditional",
        "allow_na: true\n    applies_when",
        "allow_na: false\n    applies_when",
        "criteria[1].allow_na",
        "must be true where applies_when is given",
    ),
    (
        "own-scale",
        "question: Which is kinder?\n",
        f"question: Which is kinder?\n    scale: {OWN_SCALE}\n",
        "criteria[3].scale",
        "a compared criterion uses compare_scale, not its own",
    ),
    (
        "descending",
        "{value: 3, label: Mixed",
        "{value: 7, label: Mixed",
        "criteria[0].scale.points",
        "must hold at least two values, each greater than the one before",
    ),
    (
        "example",
        "{value: 3, text: Half",
        "{value: 4, text: Half",
        "criteria[0].examples[0].value",
        "4 is not on the scale of 'correct'",
    ),
    (
        "lopsided-compare",
        "    - {value: -2, label: A clearly}\n",
        "",
        "compare_scale.points",
        "must be symmetric around 0",
    ),
    (
        "lopsided-overall",
        "{value: -3, label: A much",
        "{value: -2, label: A much",
        "overall.points",
        "must be symmetric around 0",
    ),
    (
        "not-asked",
        "quality_if_tie: [both_good, both_bad]",
        "not_computed_from_criteria: false",
        "overall.not_computed_from_criteria",
        "must be true",
    ),
    (
        "twice-tie",
        "[both_good, both_bad]",
        "[both_good, both_good]",
        "overall.quality_if_tie",
        "'both_good' appears more than once",
    ),
    (
        "confidence",
        "[{value: 1, label: Guess}, {value: 2, label: Sure}]",
        "[{value: 1, label: Guess}]",
        "overall.confidence.points",
        "must hold at least two values",
    ),
    ("why-long", "max_chars: 100", "max_chars: 5000", "why.max_chars", "must lie between 1 and"),
    ("why-min", "min_chars: 10", "min_chars: 101", "why.min_chars", "must not exceed max_chars"),
    (
        "reason",
        "quick_reasons: [correct, clear]",
        "quick_reasons: [correct, tone]",
        "why.quick_reasons[1]",
        "there is no criterion 'tone'",
    ),
    (
        "source",
        "used_for: [correct]",
        "used_for: [tone]",
        "informed_by[0].used_for[0]",
        "there is no criterion 'tone'",
    ),
    (
        "overlap",
        "{default: 1,",
        "{default: 0,",
        "quality.overlap.default",
        "must be at least 1",
    ),
    (
        "shares",
        "gold_share: 0.05",
        "gold_share: 0.96",
        "quality",
        "gold_share and repeat_share must not exceed 1 together",
    ),
    (
        "expected-flag",
        "flags_b: [rude]",
        "flags_b: [loud]",
        "worked_examples[0].expected.flags_b[0]",
        "there is no flag 'loud'",
    ),
    (
        "expected-none",
        "flags_b: [rude]",
        "flags_b: [none, rude]",
        "worked_examples[0].expected.flags_b",
        "must list flags, or 'none' alone",
    ),
    (
        "expected-empty",
        "flags_a: [none]",
        "flags_a: []",
        "worked_examples[0].expected.flags_a",
        "must list flags, or 'none' alone",
    ),
    (
        "expected-overall",
        "expected: {overall: -3",
        "expected: {overall: -2",
        "worked_examples[0].expected.overall",
        "-2 is not a point of overall",
    ),
    (
        "changelog",
        "changelog: [{version: 1.0.0",
        "changelog: [{version: 0.9.0",
        "changelog",
        "its newest entry must be for version 1.0.0, not 0.9.0",
    ),
    (
        "no-changelog",
        "changelog: [{version: 1.0.0, date: 2026-11-21, change: First draft.}]",
        "changelog: []",
        "changelog",
        "its newest entry must be for version 1.0.0, not None",
    ),
    (
        "date",
        "date: 2026-11-21",
        "date: 2026-13-21",
        "changelog[0].date",
        "must be a date such as 2026-11-21",
    ),
    (
        "field",
        "{field: urgency, in: [now]}",
        "{field: hurry, in: [now]}",
        "criteria[1].applies_when",
        "there is no field 'hurry'; known: urgency",
    ),
    (
        "field-value",
        "{field: urgency, in: [now]}",
        "{field: urgency, in: [never]}",
        "criteria[1].applies_when",
        "'urgency' is never 'never'",
    ),
    (
        "field-number",
        "{field: urgency, in: [now]}",
        "{field: urgency, gte: 1}",
        "criteria[1].applies_when",
        "'urgency' holds no number, so gte never holds",
    ),
    (
        "field-truth",
        "{field: flags_any, eq: true}",
        "{field: flags_any, eq: 1}",
        "why.required_when",
        "'flags_any' is never 1",
    ),
    (
        "field-count",
        "{field: spread, gte: 3}",
        "{field: spread, eq: true}",
        "quality.adjudicate_when",
        "'spread' is never True",
    ),
    (
        "condition",
        "{tag: urgent}",
        "{expression: 1 + 1}",
        "criteria[1].applies_when.any[1]",
        "must be one of any, all, not, tag, or field",
    ),
]


@pytest.mark.parametrize(
    ("old", "new", "path", "rule"), [case[1:] for case in CORPUS], ids=[case[0] for case in CORPUS]
)
def test_a_broken_rubric_is_named_with_line_and_reason(
    old: str, new: str, path: str, rule: str
) -> None:
    found = problems(changed(old, new))

    end = f", field '{path}'" if path else "x.yaml line 1"
    named = [where for where, told in found if told.startswith(rule) and where.endswith(end)]
    assert len(named) == 1
    assert named[0].startswith("x.yaml line ")
    assert len(found) <= 2, "more than the fault and what refers to it"


def test_the_sound_rubric_breaks_no_rule() -> None:
    assert problems(SMALL) == []


def test_the_line_is_the_one_that_holds_the_fault() -> None:
    ((place, _),) = problems(changed("severity: minor", "severity: low"))

    assert place == f"x.yaml line {line_of('severity: minor')}, field 'flags.items[1].severity'"


def test_active_counts_people_and_not_reviews() -> None:
    review = "{pseudonym: ann, credential: lawyer, date: 2026-11-20}"
    other = review.replace("ann", "ben")

    def load(reviews: str) -> list[tuple[str, str]]:
        text = changed("reviewed_by: []", f"reviewed_by: [{reviews}]")
        return problems(text.replace("status: draft", "status: active"))

    assert load(f"{review}, {other}") == []
    assert "there are 1" in load(f"{review}, {review}")[0][1]


def test_a_preference_beyond_three_is_refused() -> None:
    text = SMALL.replace("value: -3, label: A m", "value: -4, label: A m")
    text = text.replace("value: 3, label: B m", "value: 4, label: B m")
    text = text.replace("overall: -3", "overall: -4")

    assert [rule for _, rule in problems(text)] == [
        "a preference lies between -3 and 3, not -4",
        "a preference lies between -3 and 3, not 4",
    ]


def test_a_question_whose_options_all_lead_away_is_refused() -> None:
    text = changed("{id: in_scope, label", "{id: in_scope, routes: return_to_queue, label")

    ((_, rule),) = problems(text)

    assert rule == "must offer at least two options, one of them without routes"


def test_an_empty_rubric_is_refused_part_by_part() -> None:
    start, end = SMALL.index("criteria:\n"), SMALL.index("compare_scale:")
    text = SMALL[:start] + "criteria: []\n" + SMALL[end:]
    text = text.replace("used_for: [correct]", "used_for: []")
    text = text.replace("[correct, clear]", "[]")

    assert [rule for _, rule in problems(text)] == ["must list at least one"]


def test_no_flags_are_refused() -> None:
    start, end = SMALL.index("  items:\n"), SMALL.index("veto_rules:")
    text = SMALL[:start] + "  items: []\n" + SMALL[end:]
    text = text.replace("  not_found_suggests_flag: harmful\n", "")
    text = text.replace("flags_b: [rude]", "flags_b: [none]")

    assert [rule for _, rule in problems(text)] == ["must list at least one flag"]


def test_stages_without_anything_to_ask_are_refused() -> None:
    start, end = SMALL.index("triage:\n"), SMALL.index("flags:\n")
    text = SMALL[:start] + "triage: []\n" + SMALL[end:]
    start, end = text.index("citations:\n"), text.index("criteria:\n")
    text = text[:start] + text[end:]
    text = text.replace("any: [{field: urgency, in: [now]}, {tag: urgent}]", "tag: urgent")

    assert [rule for _, rule in problems(text)] == [
        "the stage 'citations' has nothing to ask",
        "the stage 'triage' has nothing to ask",
    ]


def test_a_condition_without_known_fields_says_so() -> None:
    text = changed("    sets: urgency\n", "")

    assert problems(text)[0][1] == "there is no field 'urgency'; known: none"
