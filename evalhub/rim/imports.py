"""Import judgments in two transactions, so that reading a file keeps nobody from judging."""

from datetime import datetime

from evalhub.core.people import Actor
from evalhub.services.importing.drafting import ImportedFile, draft_import, read_file
from evalhub.services.importing.storing import ImportSummary, keep_import
from evalhub.services.transaction import Database


def import_file(
    project_slug: str, file: ImportedFile, *, database: Database, actor: Actor, now: datetime
) -> ImportSummary:
    """Import every judgment of ``file``; the second transaction stores all of them, or none.

    The caller must not be inside a writing transaction of its own. Raise ``NotFound``,
    ``Forbidden``, ``BadInput`` naming each line at fault, and ``Conflict`` when the project has
    this file already; nothing is stored then.
    """
    read = read_file(file)
    with database.transaction(write=False) as reading:
        draft = draft_import(project_slug, read, session=reading, actor=actor)
    with database.transaction() as writing:
        return keep_import(project_slug, draft, session=writing, actor=actor, now=now)
