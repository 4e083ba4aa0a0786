"""What experts say of a rubric: reports of what is unclear, proposals, and what came of them.

A note costs its author nothing and earns them nothing but thanks, so it is free to be wrong. It has
one outcome, given with a reason by somebody else.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from enum import StrEnum

from evalhub.core import free_words
from evalhub.errors import Problem, Sentence

MIN_WORDS, MAX_WORDS = 10, 4_000
MAX_CREDIT = 80
MAX_PAIRS = 20


class NoteKind(StrEnum):
    """What somebody says of a rubric."""

    UNCLEAR = "unclear"
    """A report: the words can be read in two ways."""
    MISSING = "missing"
    """A report: they do not decide a case."""
    CONTRADICTION = "contradiction"
    """A report: two rules say different things of one case."""
    SCALE = "scale"
    """A report: neighbouring points of a scale cannot be told apart."""
    WORDING = "wording"
    """A proposal: better words."""
    EXAMPLE = "example"
    """A proposal: an example that shows how to judge."""
    EDGE_CASE = "edge_case"
    """A proposal: an edge case belongs elsewhere than the rubric puts it."""
    CRITERION = "criterion"
    """A proposal: a criterion, flag or question to add or to change."""

    @property
    def is_proposal(self) -> bool:
        """Tell whether it asks for a change, and not only for an answer."""
        return self in PROPOSALS


PROPOSALS = (NoteKind.WORDING, NoteKind.EXAMPLE, NoteKind.EDGE_CASE, NoteKind.CRITERION)
REPORTS = tuple(kind for kind in NoteKind if kind not in PROPOSALS)


class NoteState(StrEnum):
    """How a note stands; all but the first are outcomes that somebody gave with a reason."""

    OPEN = "open"
    """Nobody has decided."""
    ANSWERED = "answered"
    """The rubric stays, and the answer says how to read it."""
    ACCEPTED = "accepted"
    """A proposal that a coming version will hold."""
    TAKEN_UP = "taken_up"
    """A version holds it."""
    DECLINED = "declined"
    """The rubric stays as it is, for the reason given."""


ACCEPTED = (NoteState.ACCEPTED, NoteState.TAKEN_UP)
"""The states in which a proposal counts as accepted."""


@dataclass(frozen=True, slots=True)
class NewNote:
    """Hold what somebody says of a rubric; see ``check_note``.

    An empty ``criterion`` is about the rubric as a whole. ``credit`` is the name by which its
    author wants to be thanked; without one nobody reads who wrote it. ``tokens`` name own
    comparisons that show it.
    """

    kind: NoteKind
    criterion: str
    words: str
    credit: str = ""
    tokens: tuple[str, ...] = ()


def next_states(kind: NoteKind, state: NoteState) -> tuple[NoteState, ...]:
    """Return what may become of a note from ``state``.

    An outcome is final, since its author was told of it; only what was accepted goes on, into its
    version. A proposal is not answered: it is accepted or declined.
    """
    if state is NoteState.OPEN:
        kept = NoteState.ACCEPTED if kind.is_proposal else NoteState.ANSWERED
        return (kept, NoteState.TAKEN_UP, NoteState.DECLINED)
    return (NoteState.TAKEN_UP,) if state is NoteState.ACCEPTED else ()


def state_after(steps: Sequence[NoteState]) -> NoteState:
    """Return how a note stands after its steps, in order."""
    return steps[-1] if steps else NoteState.OPEN


def check_note(note: NewNote, criteria: Collection[str]) -> list[Problem]:
    """Return every rule that a note breaks, given the ids of the rubric's criteria."""
    problems = check_words(note.words)
    if note.criterion and note.criterion not in criteria:
        rule = Sentence("the rubric has no criterion %(name)s", name=repr(note.criterion[:64]))
        problems.append(Problem("criterion", rule))
    credit = note.credit
    is_read = not credit or free_words.says_something(credit)
    if len(credit) > MAX_CREDIT or not credit.isprintable() or not is_read:
        rule = Sentence("is one line of at most %(most)s printable characters", most=MAX_CREDIT)
        problems.append(Problem("credit", rule))
    if len(note.tokens) > MAX_PAIRS:
        rule = Sentence("at most %(most)s comparisons can be named", most=MAX_PAIRS)
        problems.append(Problem("pairs", rule))
    return problems


def check_words(words: str) -> list[Problem]:
    """Return what is wrong with the words of a note or of a decision about one."""
    return list(free_words.check_words(words, least=MIN_WORDS, most=MAX_WORDS, where="words"))
