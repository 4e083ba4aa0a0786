"""Say kinds, states and outcomes of notes on rubrics in the words that pages use."""

from collections.abc import Mapping

from evalhub.core.rubrics.notes import PROPOSALS, REPORTS, NoteKind, NoteState
from evalhub.core.rubrics.schema import Rubric
from evalhub.web.judging_words import gist as gist  # noqa: PLC0414 - templates find all words here
from evalhub.web.judging_words import language_name as language_name  # noqa: PLC0414 - so here
from evalhub.web.language import N_, Words, _

KIND_NAMES: Mapping[NoteKind, str] = Words(
    {
        NoteKind.UNCLEAR: N_("The words can be read in two ways"),
        NoteKind.MISSING: N_("The rubric does not say what to do in a case"),
        NoteKind.CONTRADICTION: N_("Two rules say different things"),
        NoteKind.SCALE: N_("Two points of the scale cannot be told apart"),
        NoteKind.WORDING: N_("Better words"),
        NoteKind.EXAMPLE: N_("A further example"),
        NoteKind.EDGE_CASE: N_("A case belongs elsewhere"),
        NoteKind.CRITERION: N_("Add or change a criterion, flag or question"),
    }
)
STATE_NAMES: Mapping[NoteState, str] = Words(
    {
        NoteState.OPEN: N_("open"),
        NoteState.ANSWERED: N_("answered"),
        NoteState.ACCEPTED: N_("accepted, waits for its version"),
        NoteState.TAKEN_UP: N_("taken into a version"),
        NoteState.DECLINED: N_("declined"),
    }
)
OUTCOME_VERBS: Mapping[NoteState, str] = Words(
    {
        NoteState.ANSWERED: N_("Answer it; the rubric stays as it is"),
        NoteState.ACCEPTED: N_("Accept it; a coming version will hold it"),
        NoteState.TAKEN_UP: N_("A version that is stored already holds it"),
        NoteState.DECLINED: N_("Decline it"),
    }
)
KINDS = (*REPORTS, *PROPOSALS)


def genre(kind: NoteKind) -> str:
    """Return whether something is a report or a proposal."""
    return _("Proposal") if kind.is_proposal else _("Report")


def criterion_name(rubric: Rubric, criterion: str) -> str:
    """Return the name of a criterion as its rubric has it; the id of one that it has no more."""
    found = rubric.criterion(criterion)
    return found.name if found else criterion
