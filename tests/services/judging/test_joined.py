"""The judgments in force are the newest revisions, and imported ones each for itself."""

from datetime import timedelta

import sqlalchemy as sa

from evalhub.db import tables as t
from evalhub.services.judging.joined import is_in_force, join_sides
from tests.services.judging.conftest import Desk, changed

MINUTE = timedelta(minutes=1)


def test_of_all_revisions_the_newest_is_in_force(desk: Desk) -> None:
    desk.submit()
    desk.submit(changed(overall="3"), over=1, at=desk.now + MINUTE)

    query = sa.select(t.judgment.c.preference).where(is_in_force())

    assert desk.session.connection().execute(query).scalars().all() == [3]


def test_both_sides_are_those_of_the_pair(desk: Desk) -> None:
    source, sides = join_sides(t.pair)
    columns = [sides["x"][0].c.id, sides["y"][0].c.id, sides["x"][1].c.slug, sides["y"][1].c.slug]

    query = sa.select(*columns).select_from(source).where(t.pair.c.id == desk.lease.pair_id)
    row = desk.session.connection().execute(query).one()

    assert (row[0], row[1]) == (desk.pair().response_x_id, desk.pair().response_y_id)
    assert row[2] != row[3]
