"""Confirm an upload in two transactions, so that freezing keeps nobody from judging for long."""

from datetime import datetime

from evalhub.core.people import Actor
from evalhub.services.prompt_sets import Frozen, confirm_upload, upload_material
from evalhub.services.transaction import Database


def confirm(token: str, *, database: Database, actor: Actor, now: datetime) -> Frozen:
    """Freeze the good rows of an upload; the second transaction only stores them.

    Raise ``NotFound``, and ``Conflict`` when the upload was discarded or holds no good row.
    """
    with database.transaction(write=False) as reading:
        material = upload_material(token, session=reading)
    with database.transaction() as writing:
        return confirm_upload(token, session=writing, actor=actor, now=now, material=material)
