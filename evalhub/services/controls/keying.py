"""Say which answers to a control are right; every version stays, with its reason."""

from collections.abc import Collection
from datetime import datetime

import sqlalchemy as sa
from sqlmodel import Session

from evalhub.core.campaigns import Purpose
from evalhub.core.free_words import plain_words
from evalhub.core.judging.known import KeyAnswer, check_key, key_text, turned
from evalhub.core.people import Actor
from evalhub.db import tables as t
from evalhub.db.models import ControlKey, Project
from evalhub.errors import BadInput, Conflict, NotFound, Sentence, StaleForm
from evalhub.services import audit
from evalhub.services.controls.sharing import (
    hold_unclosed,
    plan_again,
    renew_where_more,
    told_shares,
)
from evalhub.services.judging.joined import join_sides
from evalhub.services.locks import lock
from evalhub.services.pairing.pool import add_item
from evalhub.services.projects.finding import get_project_to_manage


def add_control(
    slug: str,
    prompt_key: str,
    endpoints: tuple[str, str],
    *,
    accepted: Collection[KeyAnswer],
    reason: str,
    session: Session,
    actor: Actor,
    now: datetime,
) -> int:
    """Make a control of the pair on a prompt in which two endpoints meet, and return its row.

    ``endpoints`` are named as ``slug@revision``, and ``accepted`` are the right answers with the
    first of them as x; of several samples the first pair is taken. What was judged of it as work
    stays what it was. Raise ``BadInput`` for a key that asks nothing or has no reason, ``NotFound``
    for a pair that is not there and ``Conflict`` for one that checks quality already and in a
    project that is closed.
    """
    project = hold_unclosed(get_project_to_manage(slug, session=session, actor=actor), session)
    refuse_bad_key(accepted, reason)
    if not accepted:
        raise BadInput.at("accepted", Sentence("say which answers are right"))
    lock(f"pairs:{project.id}", session=session)
    found = _find_pair(project, prompt_key.strip(), endpoints, session)
    if found is None:
        raise NotFound(Sentence("There is no such pair in this project."))
    pair_id, x = found
    is_item = sa.select(t.control_item.c.id).where(t.control_item.c.pair_id == pair_id)
    if session.connection().execute(is_item).first() is not None:
        raise Conflict(Sentence("This pair checks quality already."))
    before = told_shares(project, session=session)
    add_item(
        project.id,
        [pair_id],
        Purpose.CONTROL,
        session=session,
        now=now,
        added_by=actor.person_id,
    )
    in_order = accepted if x == endpoints[0] else turned(accepted)
    append_key(pair_id, in_order, reason, session=session, actor=actor, now=now)
    plan_again(project, session=session, now=now)
    renew_where_more(project, before, session=session, actor=actor, now=now)
    _record("control.add", project, pair_id, in_order, session=session, actor=actor, now=now)
    return pair_id


def mend_control(
    slug: str,
    pair_id: int,
    accepted: Collection[KeyAnswer],
    *,
    over: int,
    reason: str,
    session: Session,
    actor: Actor,
    now: datetime,
) -> None:
    """Write another key of a control, or withdraw it with no accepted answer.

    All that was answered is right or wrong by the new key from now on; a withdrawn control counts
    for nobody and is given out no more until another key brings it back. ``over`` is the version
    that its author had before them.

    Raise ``BadInput``, ``NotFound`` and ``Conflict`` for a key that is in force already and in a
    project that is closed, and ``StaleForm`` where another came between.
    """
    project = hold_unclosed(get_project_to_manage(slug, session=session, actor=actor), session)
    refuse_bad_key(accepted, reason)
    lock(f"control {pair_id}", session=session)
    current = key_of(project.id, pair_id, session=session)
    if over != current.number:
        raise StaleForm(
            Sentence(
                "Version %(number)s of this key was written meanwhile; you wrote over %(over)s.",
                number=current.number,
                over=over,
            )
        )
    before = told_shares(project, session=session)
    append_key(pair_id, accepted, reason, session=session, actor=actor, now=now)
    renew_where_more(project, before, session=session, actor=actor, now=now)
    _record("control.mend", project, pair_id, accepted, session=session, actor=actor, now=now)


def key_of(project_id: int, pair_id: int, *, session: Session) -> "sa.Row[int, str]":
    """Return the number and the answers of a control's key in force; raise ``NotFound``."""
    query = (
        sa.select(t.control_key.c.number, t.control_key.c.accepted)
        .join(t.control_item, t.control_item.c.pair_id == t.control_key.c.pair_id)
        .where(t.control_item.c.project_id == project_id, t.control_key.c.pair_id == pair_id)
        .order_by(t.control_key.c.number.desc())
        .limit(1)
    )
    row = session.connection().execute(query).first()
    if row is None:
        raise NotFound(Sentence("There is no such control in this project."))
    return row


def append_key(
    pair_id: int,
    accepted: Collection[KeyAnswer],
    reason: str,
    *,
    session: Session,
    actor: Actor,
    now: datetime,
) -> int:
    """Append the next version of a control's key and return its row.

    Raise ``Conflict`` where it would say what the one in force says: everybody would be told of a
    change that changes nothing.
    """
    newest = (
        sa.select(t.control_key.c.number, t.control_key.c.accepted)
        .where(t.control_key.c.pair_id == pair_id)
        .order_by(t.control_key.c.number.desc())
    )
    current = session.connection().execute(newest).first()
    text = key_text(accepted)
    if current is not None and current.accepted == text:
        raise Conflict(Sentence("This is the key that holds already."))
    row = ControlKey(
        pair_id=pair_id,
        number=1 if current is None else current.number + 1,
        accepted=text,
        reason=plain_words(reason),
        written_at=now,
        written_by=actor.person_id,
    )
    session.add(row)
    session.flush()
    session.connection().execute(
        sa.update(t.control_item)
        .where(t.control_item.c.pair_id == pair_id)
        .values(is_given=bool(accepted))
    )
    return row.id


def refuse_bad_key(accepted: Collection[KeyAnswer], reason: str) -> None:
    """Raise ``BadInput`` with what is wrong with a key."""
    problems = list(check_key(accepted, reason))
    if problems:
        raise BadInput(problems)


def _find_pair(
    project: Project, prompt_key: str, endpoints: tuple[str, str], session: Session
) -> tuple[int, str] | None:
    """Return the first pair on a prompt of two endpoints by its row, and which of them is x."""
    source, sides = join_sides(t.pair.join(t.prompt, t.prompt.c.id == t.pair.c.prompt_id))
    names = {
        side: (endpoint.c.slug.label(f"{side}_slug"), endpoint.c.revision.label(f"{side}_revision"))
        for side, (_, endpoint) in sides.items()
    }
    query = (
        sa.select(t.pair.c.id, *names["x"], *names["y"])
        .select_from(source)
        .where(t.pair.c.project_id == project.id, t.prompt.c.key == prompt_key)
        .order_by(t.pair.c.position)
    )
    for row in session.connection().execute(query):
        x, y = f"{row.x_slug}@{row.x_revision}", f"{row.y_slug}@{row.y_revision}"
        if sorted((x, y)) == sorted(endpoints):
            return row.id, x
    return None


def _record(
    action: str,
    project: Project,
    pair_id: int,
    accepted: Collection[KeyAnswer],
    *,
    session: Session,
    actor: Actor,
    now: datetime,
) -> None:
    audit.record(
        action,
        session=session,
        actor=actor,
        subject=f"project:{project.slug}",
        details={"pair": pair_id, "accepted": key_text(accepted)},
        now=now,
    )
