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
from evalhub.core.free_words import says_something
from evalhub.core.qualifying.credentials import name_rule
from evalhub.core.qualifying.items import (
    MAX_ITEMS,
    Item,
    Key,
    check_items,
    is_right,
    item_to_json,
    read_items,
    share_of_text,
    text_of,
    whole_of,
)
from evalhub.core.rubrics.texts import MAX_LINE, is_slug
from evalhub.errors import BadInput, Problem

ASSESSMENT_SCHEMA = "evalhub.assessment/1"
DEFAULT_MINUTES = 60
MAX_MINUTES = 480
MAX_EXTRA_MINUTES = 480


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


def read_assessment(document: Json, *, where: str) -> tuple[Assessment, tuple[Key, ...]]:
    """Return the assessment in a file and its keys; raise ``BadInput`` with every broken rule."""
    if not isinstance(document, dict) or document.get("schema") != ASSESSMENT_SCHEMA:
        raise BadInput.at(where, f"is no object of the schema {ASSESSMENT_SCHEMA}")
    items, keys = read_items(document.get("items"))
    assessment = Assessment(
        domain=text_of(document.get("domain")),
        title=text_of(document.get("title")),
        rubric=text_of(document.get("rubric")),
        minutes=whole_of(document.get("minutes", DEFAULT_MINUTES)),
        pass_share=share_of_text(document.get("pass_share")),
        items=items,
    )
    problems = [
        Problem(f"{where}, {problem.where}", problem.rule)
        for problem in (*_head_problems(assessment), *check_items(items, keys))
    ]
    if problems:
        raise BadInput(problems)
    return assessment, keys


def assessment_to_json(assessment: Assessment) -> dict[str, Json]:
    """Return an assessment as it is kept, without any key."""
    return {
        "schema": ASSESSMENT_SCHEMA,
        "domain": assessment.domain,
        "title": assessment.title,
        "rubric": assessment.rubric,
        "minutes": assessment.minutes,
        "pass_share": assessment.pass_share,
        "items": [item_to_json(one) for one in assessment.items],
    }


def assessment_from_json(document: dict[str, Json]) -> Assessment:
    """Read what ``assessment_to_json`` wrote."""
    return Assessment(
        domain=text_of(document["domain"]),
        title=text_of(document["title"]),
        rubric=text_of(document["rubric"]),
        minutes=whole_of(document["minutes"]),
        pass_share=share_of_text(document["pass_share"]),
        items=read_items(document["items"])[0],
    )


def _head_problems(assessment: Assessment) -> Iterator[Problem]:
    if not is_slug(assessment.domain):
        yield Problem("domain", name_rule(assessment.domain))
    title = assessment.title
    if not (says_something(title) and len(title) <= MAX_LINE and title.isprintable()):
        yield Problem("title", f"needs one line of 1 to {MAX_LINE} printable characters")
    if not 1 <= assessment.minutes <= MAX_MINUTES:
        yield Problem("minutes", f"must be a whole number from 1 to {MAX_MINUTES}")
    if not 0 < assessment.pass_share <= 1:
        yield Problem("pass_share", "must lie above 0 and at most at 1")
    if not 1 <= len(assessment.items) <= MAX_ITEMS:
        yield Problem("items", f"needs 1 to {MAX_ITEMS} items")
