"""Take a report of a row in two steps, so that reading files keeps nobody from judging."""

from datetime import datetime

from evalhub.config import Settings
from evalhub.core.people import Actor
from evalhub.core.releasing.reports import RowReport
from evalhub.services.releasing.kept import get_release
from evalhub.services.releasing.reporting import FiledReport, file_report, find_pair
from evalhub.services.transaction import Database


def report_row(
    project: str,
    version: str,
    report: RowReport,
    *,
    database: Database,
    settings: Settings,
    actor: Actor,
    now: datetime,
) -> FiledReport:
    """Look the row up in the files of its release, then keep the report.

    Raise ``NotFound`` for a release or a row that is not there, or not for this actor.
    """
    with database.transaction(write=False) as reading:
        release = get_release(project, version, session=reading, settings=settings, actor=actor)
    prompt_key = find_pair(release, report.pair_id)
    with database.transaction() as writing:
        return file_report(
            release.kept, report, prompt_key=prompt_key, session=writing, actor=actor, now=now
        )
