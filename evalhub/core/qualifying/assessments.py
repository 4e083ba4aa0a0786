"""Assessments: pairs with a key, judged blind against the clock, and graded by the answers alone.

An assessment is published whole and never changed; its keys are kept apart from it, each with a
number, so that a wrong key can be mended and every attempt graded anew. Nothing here knows who
answered: a grade rests on answers and keys and on nothing else.
"""

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from evalhub.core.canonical import Json
from evalhub.core.qualifying.credentials import name_rule
from evalhub.core.rubrics.texts import MAX_LINE, is_clean, is_slug
from evalhub.errors import BadInput, Problem

ASSESSMENT_SCHEMA = "evalhub.assessment/1"
MAX_ITEMS = 100
MAX_ITEM_TEXT = 40_000
MAX_KEY_REASON = 2_000
DEFAULT_MINUTES = 60
MAX_MINUTES = 480
MAX_EXTRA_MINUTES = 480
PREFERENCES = range(-3, 4)
"""What can be answered: the graded preference, negative where A is better."""


@dataclass(frozen=True, slots=True)
class Item:
    """Hold one pair as it is shown; ``skill`` names what it asks of somebody."""

    skill: str
    prompt: str
    a: str
    b: str


@dataclass(frozen=True, slots=True)
class Key:
    """Hold the preferences that are right for one item, and why."""

    accepts: frozenset[int]
    reason: str


@dataclass(frozen=True, slots=True)
class Assessment:
    """Hold an assessment of one domain under a rubric version, without its keys.

    ``minutes`` run on the server from the start; ``pass_share`` of the items has to be right.
    """

    domain: str
    title: str
    rubric: str
    minutes: int
    pass_share: float
    items: tuple[Item, ...]


@dataclass(frozen=True, slots=True)
class Share:
    """Count the right answers among the items of one skill, or of all."""

    n_right: int
    n: int


@dataclass(frozen=True, slots=True)
class Grade:
    """Hold how an attempt did: over all items and skill by skill, and whether it passed."""

    total: Share
    by_skill: Mapping[str, Share]
    is_passed: bool


class AttemptState(StrEnum):
    """Where an attempt stands."""

    RUNNING = "running"
    """The clock runs; answers are taken."""
    HANDED_IN = "handed_in"
    """Ended by the person."""
    TIMED_OUT = "timed_out"
    """Ended by the clock, with the answers that were there."""
    RESET = "reset"
    """Set aside by a person with a reason; another attempt is allowed."""


class AttemptEventKind(StrEnum):
    """What can happen to an attempt, each once."""

    HANDED_IN = "handed_in"
    """The person ended it."""
    RESET = "reset"
    """A person set it aside, with a reason."""


def state_of(
    ends_at: datetime, *, handed_in_at: datetime | None, is_reset: bool, now: datetime
) -> AttemptState:
    """Return where an attempt stands at ``now``."""
    if is_reset:
        return AttemptState.RESET
    if handed_in_at is not None:
        return AttemptState.HANDED_IN
    return AttemptState.RUNNING if now < ends_at else AttemptState.TIMED_OUT


def end_of(started_at: datetime, *, minutes: int, extra_minutes: int) -> datetime:
    """Return when the time of an attempt is over.

    It is set at the start and kept: closing the page, another device or a crash stop no clock,
    and none of them loses time that is left.
    """
    return started_at + timedelta(minutes=minutes + extra_minutes)


def grade(assessment: Assessment, keys: Mapping[int, Key], answers: Mapping[int, int]) -> Grade:
    """Grade the ``answers`` by position of the item; an item without an answer is not right."""
    n_by_skill: Counter[str] = Counter()
    right_by_skill: Counter[str] = Counter()
    for position, item in enumerate(assessment.items):
        n_by_skill[item.skill] += 1
        right_by_skill[item.skill] += is_right(keys[position], answers.get(position))
    by_skill = {skill: Share(right_by_skill[skill], n) for skill, n in sorted(n_by_skill.items())}
    total = Share(right_by_skill.total(), n_by_skill.total())
    return Grade(total, by_skill, total.n_right >= assessment.pass_share * total.n)


def is_right(key: Key, answer: int | None) -> bool:
    """Tell whether an answer is one that the key accepts."""
    return answer in key.accepts


def read_assessment(document: Json, *, where: str) -> tuple[Assessment, tuple[Key, ...]]:
    """Return the assessment in a file and its keys; raise ``BadInput`` with every broken rule."""
    if not isinstance(document, dict) or document.get("schema") != ASSESSMENT_SCHEMA:
        raise BadInput.at(where, f"is no object of the schema {ASSESSMENT_SCHEMA}")
    listed = document.get("items")
    raw = (
        [one if isinstance(one, dict) else {} for one in listed] if isinstance(listed, list) else []
    )
    assessment = Assessment(
        domain=_text(document.get("domain")),
        title=_text(document.get("title")),
        rubric=_text(document.get("rubric")),
        minutes=_whole(document.get("minutes", DEFAULT_MINUTES)),
        pass_share=_share(document.get("pass_share")),
        items=tuple(
            Item(*(_text(one.get(name)) for name in ("skill", "prompt", "a", "b"))) for one in raw
        ),
    )
    keys = tuple(_key(one.get("key")) for one in raw)
    problems = [
        Problem(f"{where}, {problem.where}", problem.rule)
        for problem in (*_head_problems(assessment), *_item_problems(assessment, keys))
    ]
    if problems:
        raise BadInput(problems)
    return assessment, keys


def check_key(key: Key) -> list[Problem]:
    """Return every rule that a key breaks."""
    problems = []
    if not key.accepts or not key.accepts <= set(PREFERENCES):
        problems.append(Problem("accepts", "needs preferences from -3 to 3, at least one"))
    if not (1 <= len(key.reason.strip()) <= MAX_KEY_REASON and is_clean(key.reason)):
        problems.append(Problem("reason", f"needs 1 to {MAX_KEY_REASON} characters"))
    return problems


def assessment_to_json(assessment: Assessment) -> dict[str, Json]:
    """Return an assessment as it is kept, without any key."""
    return {
        "schema": ASSESSMENT_SCHEMA,
        "domain": assessment.domain,
        "title": assessment.title,
        "rubric": assessment.rubric,
        "minutes": assessment.minutes,
        "pass_share": assessment.pass_share,
        "items": [
            {"skill": one.skill, "prompt": one.prompt, "a": one.a, "b": one.b}
            for one in assessment.items
        ],
    }


def assessment_from_json(document: dict[str, Json]) -> Assessment:
    """Read what ``assessment_to_json`` wrote."""
    items = document["items"]
    return Assessment(
        domain=_text(document["domain"]),
        title=_text(document["title"]),
        rubric=_text(document["rubric"]),
        minutes=_whole(document["minutes"]),
        pass_share=_share(document["pass_share"]),
        items=tuple(
            Item(*(_text(one[name]) for name in ("skill", "prompt", "a", "b")))
            for one in (items if isinstance(items, list) else [])
            if isinstance(one, dict)
        ),
    )


def _key(value: Json) -> Key:
    told = value if isinstance(value, dict) else {}
    accepts = told.get("accepts")
    listed = accepts if isinstance(accepts, list) else []
    return Key(frozenset(_whole(one) for one in listed), _text(told.get("reason")))


def _head_problems(assessment: Assessment) -> Iterator[Problem]:
    if not is_slug(assessment.domain):
        yield Problem("domain", name_rule(assessment.domain))
    title = assessment.title
    if not (1 <= len(title) <= MAX_LINE and title.isprintable()):
        yield Problem("title", f"needs one line of 1 to {MAX_LINE} printable characters")
    if not 1 <= assessment.minutes <= MAX_MINUTES:
        yield Problem("minutes", f"must be a whole number from 1 to {MAX_MINUTES}")
    if not 0 < assessment.pass_share <= 1:
        yield Problem("pass_share", "must lie above 0 and at most at 1")
    if not 1 <= len(assessment.items) <= MAX_ITEMS:
        yield Problem("items", f"needs 1 to {MAX_ITEMS} items")


def _item_problems(assessment: Assessment, keys: tuple[Key, ...]) -> Iterator[Problem]:
    for number, (item, key) in enumerate(zip(assessment.items, keys, strict=True), start=1):
        if not is_slug(item.skill):
            yield Problem(f"item {number}, skill", name_rule(item.skill))
        for name, text in (("prompt", item.prompt), ("a", item.a), ("b", item.b)):
            if not (1 <= len(text.strip()) <= MAX_ITEM_TEXT and is_clean(text)):
                rule = f"needs 1 to {MAX_ITEM_TEXT} characters and no control characters"
                yield Problem(f"item {number}, {name}", rule)
        for problem in check_key(key):
            yield Problem(f"item {number}, key, {problem.where}", problem.rule)


def _text(value: Json) -> str:
    return value if isinstance(value, str) else ""


def _whole(value: Json) -> int:
    """Return a whole number; one that no rule allows for anything else."""
    return value if isinstance(value, int) and not isinstance(value, bool) else 10**6


def _share(value: Json) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float):
        return -1.0
    return float(value)
