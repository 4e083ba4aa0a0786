"""Say who decides about people, and that nobody decides about themselves."""

from evalhub.core.people import Actor, Role
from evalhub.errors import Forbidden, Sentence

QUALIFIERS = (Role.ADMIN, Role.COORDINATOR)
"""Who verifies credentials, gives levels and reads the registry."""


def decider_of(actor: Actor, *, about: int) -> int:
    """Return the row of the person who decides about the person ``about``.

    Raise ``Forbidden`` for who may not, for whoever decides about themselves, and for a command
    that names nobody: a decision about somebody's work has a person who answers for it.
    """
    if not actor.has(*QUALIFIERS):
        raise Forbidden(Sentence("Qualifications are decided by coordinators and admins."))
    if actor.person_id is None:
        raise Forbidden(Sentence("A decision about a person needs a person who decides."))
    # Whoever may decide about others would otherwise be the one person nobody has looked at.
    if actor.person_id == about:
        raise Forbidden(Sentence("Nobody decides about their own qualifications."))
    return actor.person_id
