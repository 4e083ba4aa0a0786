"""Say how judgments are to be scored: every choice that changes a number, in one place."""

from dataclasses import dataclass
from enum import StrEnum
from typing import TypeVar

from evalhub.errors import BadInput


class Ties(StrEnum):
    """Say what a tie means; the scales of the three differ, so never mix their strengths."""

    HALF = "half"
    """Half a win for each side: the headline, comparable with other leaderboards."""
    RAO_KUPPER = "rao-kupper"
    """An outcome of its own, between thresholds; graded preferences have thresholds too."""
    DAVIDSON = "davidson"
    """An outcome of its own, as likely as the geometric mean of winning and losing."""


class Cluster(StrEnum):
    """Say which judgments are alike, and so count for less than their number."""

    PROMPT = "prompt"
    """Those of one prompt: the default, for what would happen on other prompts."""
    ANNOTATOR = "annotator"
    """Those of one annotator: what would happen with other annotators."""
    BOTH = "both"
    """Those that share the prompt or the annotator."""
    NONE = "none"
    """None: every judgment is taken for independent, which is seldom true."""


class PositionTerm(StrEnum):
    """Say what is done about the advantage of the side shown on the left."""

    REPORT = "report"
    """Estimate it beside strengths that leave it out."""
    ADJUST = "adjust"
    """Keep it in the model, so that the strengths are those of unseen sides."""
    OFF = "off"
    """Do not estimate it."""


_Vocabulary = TypeVar("_Vocabulary", bound=StrEnum)


@dataclass(frozen=True, slots=True)
class FitOptions:
    """Hold the options of a fit; ``seed`` starts the draws behind the rank intervals."""

    ties: Ties = Ties.HALF
    cluster: Cluster = Cluster.PROMPT
    position: PositionTerm = PositionTerm.REPORT
    level: float = 0.95
    is_style_controlled: bool = False
    seed: int = 0

    def __post_init__(self) -> None:
        if not 0 < self.level < 1:
            raise BadInput.at("level", f"{self.level:g} is not between 0 and 1")


def chosen(kind: type[_Vocabulary], value: str) -> _Vocabulary:
    """Return the member of ``kind`` that ``value`` names, or raise ``BadInput`` with the list."""
    try:
        return kind(value)
    except ValueError as error:
        known = ", ".join(member.value for member in kind)
        name = {Ties: "ties", Cluster: "cluster", PositionTerm: "position"}[kind]
        raise BadInput.at(name, f"{value!r} is not one of {known}") from error
