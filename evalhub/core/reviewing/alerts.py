"""Rules of alerts: what a check found of somebody's judgments waits for a person's answer."""

from enum import StrEnum


class CheckKind(StrEnum):
    """What is tested of one annotator."""

    SIDE = "side"
    """The first side is preferred as often as the second; sides are balanced, so it should be."""
    SPEED = "speed"
    """The time at the page is that of the others."""
    FLAT = "flat"
    """Criteria are answered all alike as often as by the others."""
    COPIED = "copied"
    """Reasons repeat an earlier reason word for word as often as those of the others."""
    AGREEMENT = "agreement"
    """Agreement with the majority of the others is what theirs is."""
    CONTROL = "control"
    """Control items are answered as known as often as by the others."""
    REPEAT = "repeat"
    """The same pair gets the same answer again as often as from the others."""
    DRIFT = "drift"
    """A project's anchors are answered as they were in its first periods; of nobody alone."""


class AlertOutcome(StrEnum):
    """What a person made of an alert; none of them changes anything by itself."""

    EXPLAINED = "explained"
    """There is a reason that has nothing to do with quality, such as the prompts they had."""
    TALKED = "talked"
    """The person was asked, and what they said is noted."""
    GUIDANCE = "guidance"
    """The person was shown what the rubric asks for."""
    PROJECT = "project"
    """The project is to be changed, not the person: the rubric, the page or the time."""


def alert_key(project_id: int, about: int | str, check: str, n: int) -> str:
    """Return what names an alert about a person, by their row, or about a period of the project.

    The same finding is told once, and again only when the judgments it rests on have doubled:
    a list that repeats itself every day is not read any more.
    """
    return f"{project_id}:{about}:{check}:{n.bit_length()}"
