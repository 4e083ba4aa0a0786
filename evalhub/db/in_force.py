"""Say which judgments are in force, for every query that reads them."""

import sqlalchemy as sa

from evalhub.core.campaigns import Purpose
from evalhub.db import tables as t


def is_in_force() -> sa.ColumnElement[bool]:
    """Return the condition that a judgment counts: the newest of its assignment, given as work.

    What was given out to check quality is told apart here, in the one place that scores, boards,
    plans, reviews and releases share, so that none of them can forget to.
    """
    return sa.and_(t.judgment.c.purpose == Purpose.WORK, is_newest())


def is_newest() -> sa.ColumnElement[bool]:
    """Return the condition that a judgment is the highest revision of its assignment.

    Imported judgments have no assignment and no revisions, so each is the newest.
    """
    later = t.judgment.alias("later")
    return ~sa.exists().where(
        later.c.assignment_id == t.judgment.c.assignment_id,
        later.c.revision > t.judgment.c.revision,
    )
