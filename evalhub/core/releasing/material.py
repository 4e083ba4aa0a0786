"""Hold what rows are made of: prompts, responses and the judgments on one pair of them."""

from dataclasses import dataclass, field

from evalhub.core.judging.answers import Answer
from evalhub.core.judging.records import JudgedResponse, JudgmentRecord
from evalhub.core.prompts.records import Prompt
from evalhub.core.releasing.decisions import UNDECIDED, Decided
from evalhub.core.releasing.rows import Message
from evalhub.core.releasing.vocabulary import Split


@dataclass(frozen=True, slots=True)
class ReleasePrompt:
    """Hold one prompt, its hash and the group whose prompts must share a split."""

    prompt: Prompt
    sha256: str
    group: str
    _chat: list[Message] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        # Once a prompt: its messages stand in the rows of ten pairs and of as many tables, and no
        # row is changed once it is made.
        chat = [Message(role=m.role.value, content=m.content) for m in self.prompt.messages]
        object.__setattr__(self, "_chat", chat)

    @property
    def key(self) -> str:
        """Return the prompt's id within its set."""
        return self.prompt.id

    def chat(self) -> list[Message]:
        """Return the messages as rows hold them; the list is shared, so change nothing in it."""
        return self._chat


@dataclass(frozen=True, slots=True)
class ReleaseJudgment:
    """Hold one judgment in force with its ids, its answer read, and what the rubric vetoes.

    ``answer`` is turned to the pair's own order: side a is response x. ``vetoed_x`` and
    ``vetoed_y`` say whether a flag with a veto was raised on the pair's responses. ``decided`` is
    what reviews made of it, which stands beside the vote.
    """

    id: str
    annotator: str
    record: JudgmentRecord
    answer: Answer
    vetoed_x: bool
    vetoed_y: bool
    decided: Decided = UNDECIDED


@dataclass(frozen=True, slots=True)
class PairLabel:
    """Hold the labels of a pair, turned to y: the item-only one, and the pooled one if any.

    ``margin_y`` is the latent preference for y in natural-log units, negative where x is
    preferred; ``soft_label_y`` is P(y preferred).
    """

    soft_label_y: float
    soft_label_se: float
    margin_y: float
    margin_se: float
    pooled_soft_label_y: float | None


@dataclass(frozen=True, slots=True)
class JudgedPair:
    """Hold a pair with all of its judgments by people; x is ``a`` and y is ``b`` in the rows.

    ``label`` is None where no label can be made: a response that is no complete answer, the same
    text twice, or nobody who could judge.
    """

    id: str
    prompt: ReleasePrompt
    x: JudgedResponse
    y: JudgedResponse
    x_text: str
    y_text: str
    is_simulated: bool
    split: Split
    judgments: tuple[ReleaseJudgment, ...]
    label: PairLabel | None


@dataclass(frozen=True, slots=True)
class JudgedPrompt:
    """Hold a prompt with its split and all of its judged pairs."""

    prompt: ReleasePrompt
    split: Split
    pairs: tuple[JudgedPair, ...]
