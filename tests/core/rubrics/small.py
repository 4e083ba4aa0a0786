"""A small rubric that uses every part of the schema, and ways to break it."""

from functools import cache

from evalhub.core.rubrics.loading import load_rubric
from evalhub.core.rubrics.schema import Rubric
from evalhub.errors import BadInput

SMALL = """\
schema: evalhub.rubric/1
id: small
version: 1.0.0
status: draft
title: Small rubric
domain: general
locale: en
license: CC-BY-4.0
authors: [{name: EvalHub project, role: author}]
reviewed_by: []
summary: Which answer is better?
informed_by: [{name: Common sense, used_for: [correct]}]
rater:
  credential_any: [person]
  credential_verified: false
  min_level: 1
  specialty_match: preferred
  jurisdiction_match: "off"
task:
  type: pairwise
  modalities: [text]
  blind: true
  show_reference: never
  stages: [triage, flags, citations, criteria, overall, why]
  expected_minutes: {p50: 2, p90: 5}
  expected_clicks_max: 12
triage:
  - id: competence
    question: Can you judge this?
    options:
      - {id: in_scope, label: "Yes"}
      - {id: out_of_scope, label: "No", routes: return_to_queue}
      - {id: conflict, label: "It is mine", routes: return_and_block}
    required: true
  - id: urgency
    question: How soon?
    options: [{id: now, label: Now}, {id: later, label: Later}]
    sets: urgency
    required: false
flags:
  none_option: {id: none, label: None of these}
  items:
    - {id: harmful, label: Harmful, severity: critical, veto: true, needs_quote: true}
    - {id: rude, label: Rude, severity: minor, veto: false, needs_quote: false, help: Unkind words.}
veto_rules:
  one_vetoed: {prefer: other, override: reason_and_review}
  both_vetoed: {preference: still_asked, export_as: both_unacceptable}
citations:
  question: What did you find?
  results:
    - {id: supports, label: Supports}
    - {id: not_found, label: Not found}
    - {id: not_checked, label: Not checked}
  minimum_checked_if_any: 1
  not_found_suggests_flag: harmful
criteria:
  - id: correct
    name: Correct
    question: Is it right?
    mode: rate_each
    scale:
      points:
        - {value: 1, label: Wrong, anchor: It is wrong.}
        - {value: 3, label: Mixed, anchor: It is mixed.}
        - {value: 5, label: Right, anchor: It is right.}
    weight: 0.5
    required: true
    allow_na: false
    examples: [{value: 3, text: Half right., why: The other half.}]
  - id: prompt_help
    name: Prompt help
    question: Does it help in time?
    mode: rate_each
    scale:
      points:
        - {value: 0, label: "No", anchor: It does not.}
        - {value: 1, label: "Yes", anchor: It does.}
    weight: 0.2
    required: true
    allow_na: true
    applies_when: {any: [{field: urgency, in: [now]}, {tag: urgent}]}
  - id: clear
    name: Clear
    question: Which is clearer?
    mode: compare
    weight: 0.2
    required: true
    allow_na: true
  - id: kind
    name: Kind
    question: Which is kinder?
    mode: compare
    weight: 0.1
    required: false
    allow_na: false
compare_scale:
  points:
    - {value: -2, label: A clearly}
    - {value: -1, label: A slightly}
    - {value: 0, label: Same}
    - {value: 1, label: B slightly}
    - {value: 2, label: B clearly}
overall:
  question: Which is better?
  points:
    - {value: -3, label: A much better}
    - {value: -1, label: A better}
    - {value: 0, label: Same}
    - {value: 1, label: B better}
    - {value: 3, label: B much better}
  quality_if_tie: [both_good, both_bad]
  confidence: {question: "How sure?", points: [{value: 1, label: Guess}, {value: 2, label: Sure}]}
why:
  question: Why?
  required_when: {any: [{field: overall_abs, gte: 2}, {field: flags_any, eq: true}]}
  min_chars: 10
  max_chars: 100
  accept_span_instead: true
  quick_reasons: [correct, clear]
quality:
  overlap: {default: 1, shared_share: 0.2, shared_raters: 3, safety_tagged_raters: 3}
  gold_share: 0.05
  repeat_share: 0.05
  min_agreement_to_release: {metric: krippendorff_alpha_ordinal, target: overall, value: null}
  adjudicate_when: {any: [{field: sign_conflict, eq: true}, {field: spread, gte: 3}]}
  adjudicator_level: 4
  disagreement_reasons: [rater_error]
worked_examples:
  - id: ex-1
    prompt: Two plus two?
    a: "4"
    b: "5"
    expected: {overall: -3, flags_a: [none], flags_b: [rude]}
    why: Four it is.
changelog: [{version: 1.0.0, date: 2026-11-21, change: First draft.}]
"""


def changed(old: str, new: str) -> str:
    """Return the small rubric's text with its only ``old`` replaced by ``new``."""
    assert SMALL.count(old) == 1, f"{old!r} stands {SMALL.count(old)} times in the small rubric"
    return SMALL.replace(old, new)


@cache
def small(old: str = "id: small", new: str = "id: small") -> Rubric:
    """Return the small rubric, with one change where one is asked for."""
    return load_rubric(changed(old, new), where="small.yaml")


@cache
def without_citations() -> Rubric:
    """Return the small rubric without its question about sources."""
    start, end = SMALL.index("citations:\n"), SMALL.index("criteria:\n")
    text = SMALL[:start] + SMALL[end:]
    return load_rubric(text.replace("flags, citations,", "flags,"), where="small.yaml")


def problems(text: str | bytes) -> list[tuple[str, str]]:
    """Return place and rule of every problem that loading ``text`` meets."""
    try:
        load_rubric(text, where="x.yaml")
    except BadInput as error:
        return [(problem.where, problem.rule) for problem in error.problems]
    return []


def line_of(fragment: str, text: str = SMALL) -> int:
    """Return the number of the line that holds ``fragment``."""
    return text[: text.index(fragment)].count("\n") + 1


SMALL_DE = """\
schema: evalhub.rubric-translation/1
rubric: small
version: 1.0.0
language: de
authors: [{name: EvalHub project, role: translator}]
words:
  title: Kleines Raster
  triage:
    urgency: {question: "Wie bald?"}
  flags:
    none_option: {label: Nichts davon}
    items:
      rude: {label: Grob, help: Unfreundliche Worte.}
  criteria:
    correct:
      name: Richtig
      scale:
        points:
          "3": {label: Gemischt, anchor: Es ist gemischt.}
      examples:
        "1": {text: Halb richtig.}
  overall:
    points:
      "-3": {label: A viel besser}
  why: {question: "Warum?"}
"""
"""A translation of the small rubric that leaves most of it in English."""


def small_arabic() -> Rubric:
    """Return the small rubric as if it had been written in Arabic, some of its words at least."""
    text = SMALL
    for old, new in (
        ("locale: en", "locale: ar"),
        ("title: Small rubric", "title: معيار صغير"),
        ("question: Can you judge this?", "question: هل يمكنك الحكم على هذا؟"),
        ('label: "Yes"}\n      - {id: out', 'label: "نعم"}\n      - {id: out'),
        ("label: None of these", "label: لا شيء مما سبق"),
        ("label: Harmful", "label: ضارّ"),
        ("name: Correct", "name: صحيح"),
        ("question: Is it right?", 'question: "CT أم MRI: هل الجواب صحيح طبياً؟"'),
        (
            "{value: 1, label: Wrong, anchor: It is wrong.}",
            "{value: 1, label: خطأ, anchor: الجواب خطأ.}",
        ),
        ("question: Which is better?", "question: أيّ الجوابين أفضل؟"),
        ("question: Why?", "question: لماذا؟"),
    ):
        assert text.count(old) == 1, old
        text = text.replace(old, new)
    return load_rubric(text.encode(), where="small.ar.yaml")
