"""What every query over judgments in force shares: which they are, and both responses."""

from typing import Literal, TypeAlias

import sqlalchemy as sa

from evalhub.db import tables as t
from evalhub.db.in_force import is_in_force

__all__ = ["PAIR_SIDES", "PairSide", "is_in_force", "join_sides"]

PairSide: TypeAlias = Literal["x", "y"]
PAIR_SIDES: tuple[PairSide, PairSide] = ("x", "y")


def join_sides(
    source: sa.FromClause,
) -> tuple[sa.FromClause, dict[PairSide, tuple[sa.FromClause, sa.FromClause]]]:
    """Join the responses of ``pair`` and their endpoints; return them by the pair's side."""
    sides: dict[PairSide, tuple[sa.FromClause, sa.FromClause]] = {}
    for side in PAIR_SIDES:
        response, endpoint = t.response.alias(side), t.endpoint.alias(f"{side}_endpoint")
        source = source.join(response, response.c.id == t.pair.c[f"response_{side}_id"])
        source = source.join(endpoint, endpoint.c.id == response.c.endpoint_id)
        sides[side] = (response, endpoint)
    return source, sides
