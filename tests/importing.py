"""Import judgments within the one transaction of a test."""

from datetime import datetime

from sqlmodel import Session

from evalhub.core.people import Actor
from evalhub.services.importing.drafting import ImportedFile, draft_import, read_file
from evalhub.services.importing.storing import ImportSummary, keep_import


def import_judgments(
    project_slug: str, file: ImportedFile, *, session: Session, actor: Actor, now: datetime
) -> ImportSummary:
    """Import every judgment of ``file`` into the project."""
    draft = draft_import(project_slug, read_file(file), session=session, actor=actor)
    return keep_import(project_slug, draft, session=session, actor=actor, now=now)
