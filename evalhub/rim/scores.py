"""Score a project in two transactions, so that a fit keeps nobody from judging."""

from datetime import datetime

from evalhub.core.people import Actor
from evalhub.core.scoring.options import FitOptions
from evalhub.services.scoring.boards import HEADLINE, ProjectBoards, keep_fit, project_boards
from evalhub.services.transaction import Database


def score_project(
    slug: str,
    *,
    database: Database,
    actor: Actor,
    now: datetime,
    options: FitOptions = HEADLINE,
) -> ProjectBoards:
    """Fit the boards of the project ``slug`` and keep the fit; equal inputs are kept once.

    The fit is named by the hash of its inputs, so it stays true whatever is judged between
    the two transactions. Raise ``NotFound`` for an unknown project and ``EstimationError``
    where no fit exists.
    """
    with database.transaction(write=False) as reading:
        scored = project_boards(slug, session=reading, options=options)
    with database.transaction() as writing:
        keep_fit(scored, session=writing, actor=actor, now=now)
    return scored
