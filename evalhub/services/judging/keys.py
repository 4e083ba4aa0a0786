"""Read which answers to controls are right now."""

from collections.abc import Mapping
from typing import TypeAlias

import sqlalchemy as sa
from sqlmodel import Session

from evalhub.core.judging.known import KeyAnswer, key_from_text
from evalhub.db import tables as t

Keys: TypeAlias = Mapping[int, frozenset[KeyAnswer]]
"""The accepted answers by the row of their pair, in the order of that row."""


def keys_in_force(*of_pairs: "sa.ColumnElement[bool]", session: Session) -> Keys:
    """Return the newest key of each pair that ``of_pairs`` hold for; withdrawn ones have none.

    Grades are computed when they are read, so a mended key changes every figure at once and none
    has to be corrected.
    """
    later = t.control_key.alias("later")
    is_mended = sa.exists().where(
        later.c.pair_id == t.control_key.c.pair_id, later.c.number > t.control_key.c.number
    )
    query = (
        sa.select(t.control_key.c.pair_id, t.control_key.c.accepted)
        .join(t.pair, t.pair.c.id == t.control_key.c.pair_id)
        .where(*of_pairs, ~is_mended)
    )
    rows = session.connection().execute(query)
    return {row.pair_id: key_from_text(row.accepted) for row in rows if row.accepted}
