"""Say steps and states of removals in the words that pages use."""

from collections.abc import Mapping

from evalhub.core.pay.disputes import DisputeState
from evalhub.core.removals import RemovalStep
from evalhub.services.projects.removals import Removal
from evalhub.web.formats import moment
from evalhub.web.language import N_, Words, _
from evalhub.web.pay_words import LEVEL_NAMES

STEP_NAMES: Mapping[RemovalStep, str] = Words(
    {
        RemovalStep.OBJECTED: N_("Objection"),
        RemovalStep.REJECTED: N_("Rejected"),
        RemovalStep.APPEALED: N_("Appealed"),
        RemovalStep.UPHELD: N_("Upheld"),
        RemovalStep.LIFTED: N_("Lifted"),
    }
)
STEP_VERBS: Mapping[RemovalStep, str] = Words(
    {
        RemovalStep.UPHELD: N_("The expert is right: put them back on the project"),
        RemovalStep.REJECTED: N_("The removal stands"),
    }
)


def state_words(removal: Removal) -> str:
    """Return how a removal stands, and who owes an answer by when."""
    if not removal.is_in_force:
        return _("over; it keeps nobody away")
    standing = removal.standing
    if standing is None:
        return _("in force")
    if standing.state is not DisputeState.OPEN:
        return _("in force") if removal.own_step else _("in force; this is final")
    said = _(
        "in force; %(level)s answers by %(due)s",
        level=LEVEL_NAMES[standing.level],
        due=moment(standing.due_at),
    )
    return f"{said}. {_('Overdue')}" if standing.is_overdue else said
