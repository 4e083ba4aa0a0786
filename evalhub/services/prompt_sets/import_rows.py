"""Find the rows of imports, held where they are to change, and the files kept for them."""

from collections.abc import Collection

import sqlalchemy as sa
from sqlmodel import Session, select

from evalhub.core.prompts.imports import ImportStage
from evalhub.core.queued_work import WorkStatus
from evalhub.db import tables as t
from evalhub.db.models import PromptImport
from evalhub.errors import Conflict, NotFound


def find_import(public_id: str, *, session: Session, is_locked: bool = False) -> PromptImport:
    """Return the row of an import; raise ``NotFound``."""
    query = select(PromptImport).where(PromptImport.public_id == public_id)
    if is_locked:
        query = query.with_for_update().execution_options(populate_existing=True)
    row = session.exec(query).first()
    if row is None:
        raise NotFound(f"There is no import {public_id[:40]!r}.")
    return row


def find_to_cancel(public_id: str, *, session: Session) -> PromptImport:
    """Return the row of an import, held.

    Whoever stores its rows holds it to the end, which takes minutes for many: waiting for that
    would cost the request its time, only to be refused.
    """
    seen = find_import(public_id, session=session)
    if seen.status is not WorkStatus.RUNNING or seen.stage is not ImportStage.FREEZING:
        return find_import(public_id, session=session, is_locked=True)
    query = select(PromptImport).where(PromptImport.id == seen.id)
    query = query.with_for_update(skip_locked=True).execution_options(populate_existing=True)
    row = session.exec(query).first()
    if row is None:
        raise Conflict("The rows are being stored; the import cannot be stopped any more.")
    return row


def has_file(import_id: int, *, session: Session) -> bool:
    """Tell whether the file of an import is kept."""
    return import_id in with_file([import_id], session=session)


def with_file(import_ids: Collection[int], *, session: Session) -> frozenset[int]:
    """Return those of the imports whose file is kept."""
    file = t.prompt_import_file
    found = sa.select(file.c.prompt_import_id).where(file.c.prompt_import_id.in_(import_ids))
    return frozenset(session.connection().execute(found).scalars())


def forget_file(import_id: int, *, session: Session) -> None:
    """Delete the file of an import that has no more use for it."""
    file = t.prompt_import_file
    session.connection().execute(sa.delete(file).where(file.c.prompt_import_id == import_id))
