"""Fit a project's boards, for a page or to keep."""

from dataclasses import asdict, dataclass, replace
from datetime import datetime

from sqlmodel import Session, select

from evalhub.core.canonical import Json, canonical_json
from evalhub.core.people import Actor
from evalhub.core.scoring.board.board_json import boards_to_json
from evalhub.core.scoring.board.matrix import WinMatrix, matrices_to_json, win_matrices
from evalhub.core.scoring.counting.counts import Counts, count_encoded
from evalhub.core.scoring.fitting import fit_encoded
from evalhub.core.scoring.options import FitOptions
from evalhub.core.scoring.reading.encoding import encode_judgments
from evalhub.core.scoring.results import Boards
from evalhub.db.models import Fit, Project
from evalhub.errors import Conflict
from evalhub.services import audit
from evalhub.services.locks import lock
from evalhub.services.projects.finding import get_project
from evalhub.services.scoring.inputs import LeftOut, scoring_inputs
from evalhub.services.scoring.keeping import BoardCache, RefreshedBoards

MATRIX_SCHEMA = "evalhub.matrix/1"
HEADLINE = FitOptions()
"""What a board is fitted with unless somebody asks otherwise."""


@dataclass(frozen=True, slots=True)
class ProjectBoards:
    """Hold a project's boards and what they rest on.

    ``table`` counts the scored judgments over all prompts.
    """

    slug: str
    title: str
    is_simulated: bool
    boards: Boards
    table: Counts
    left_out: LeftOut
    n_simulated: int
    n_annotators: int
    inputs_sha256: str | None

    @property
    def matrices(self) -> tuple[WinMatrix, ...]:
        """Return who won how often against whom, one matrix a board.

        It is made when asked for: a hundred models have ten thousand cells, which would cost a
        refreshed board more than its fit.
        """
        return win_matrices(self.table, self.boards)


def project_boards(
    slug: str,
    *,
    session: Session,
    options: FitOptions = HEADLINE,
    cache: BoardCache | None = None,
) -> ProjectBoards:
    """Fit the boards of a project to its judgments in force; nothing is stored.

    With a ``cache`` the headline board is refreshed from what is kept there; it has no
    ``inputs_sha256``, as that needs every judgment. Raise ``NotFound`` for an unknown project and
    ``EstimationError`` where no fit exists.
    """
    project = get_project(slug, session=session)
    if cache is not None and options == replace(HEADLINE, level=options.level):
        refreshed = cache.refreshed(project.id, session=session, level=options.level)
        if refreshed is not None:
            return _from_refreshed(project, refreshed)
    has_texts = options.is_style_controlled
    inputs = scoring_inputs(project, session=session, has_texts=has_texts)
    encoded = encode_judgments(inputs.judgments, has_texts=has_texts)
    boards = fit_encoded(encoded, options, models=inputs.models)
    return ProjectBoards(
        slug=project.slug,
        title=project.title,
        is_simulated=project.is_simulated or inputs.n_simulated > 0,
        boards=boards,
        table=count_encoded(encoded, None, models=inputs.models),
        left_out=inputs.left_out,
        n_simulated=inputs.n_simulated,
        n_annotators=inputs.n_annotators,
        inputs_sha256=inputs.sha256,
    )


def keep_fit(scored: ProjectBoards, *, session: Session, actor: Actor, now: datetime) -> None:
    """Keep a fit that ``project_boards`` gave; equal inputs are kept once.

    Raise ``Conflict`` for boards that were refreshed, as nothing names what they rest on.
    """
    if scored.inputs_sha256 is None:
        raise Conflict(
            f"The boards of {scored.slug!r} were refreshed, not fitted: only a fit to all "
            "judgments is kept."
        )
    project = get_project(scored.slug, session=session)
    # Two commands that score one state at once would both find nothing and both insert.
    lock(f"fits:{project.id}", session=session)
    kept = select(Fit.id).where(
        Fit.project_id == project.id,
        Fit.method == scored.boards.method,
        Fit.inputs_sha256 == scored.inputs_sha256,
    )
    if session.exec(kept).first() is None:
        _keep(scored, project, scored.inputs_sha256, session=session, actor=actor, now=now)


def _from_refreshed(project: Project, refreshed: RefreshedBoards) -> ProjectBoards:
    return ProjectBoards(
        slug=project.slug,
        title=project.title,
        is_simulated=project.is_simulated or refreshed.n_simulated > 0,
        boards=refreshed.boards,
        table=refreshed.table,
        left_out=refreshed.left_out,
        n_simulated=refreshed.n_simulated,
        n_annotators=refreshed.n_annotators,
        inputs_sha256=None,
    )


def boards_document(scored: ProjectBoards) -> dict[str, Json]:
    """Return boards as the command and the API give them."""
    return {
        "project": scored.slug,
        "simulated": scored.is_simulated,
        "inputs_sha256": scored.inputs_sha256,
        "n_annotators": scored.n_annotators,
        "n_simulated": scored.n_simulated,
        "left_out": asdict(scored.left_out),
        **boards_to_json(scored.boards),
    }


def matrix_document(scored: ProjectBoards) -> dict[str, Json]:
    """Return who won how often against whom, as the page's download and the API give it."""
    return {
        "schema": MATRIX_SCHEMA,
        "project": scored.slug,
        "simulated": scored.is_simulated,
        "n_judgments": scored.boards.n_judgments,
        "n_simulated": scored.n_simulated,
        "left_out": asdict(scored.left_out),
        "boards": matrices_to_json(scored.matrices),
    }


def _keep(
    scored: ProjectBoards,
    project: Project,
    sha256: str,
    *,
    session: Session,
    actor: Actor,
    now: datetime,
) -> None:
    session.add(
        Fit(
            project_id=project.id,
            method=scored.boards.method,
            inputs_sha256=sha256,
            n_judgments=scored.boards.n_judgments,
            document=canonical_json(boards_document(scored)),
            created_at=now,
            created_by=actor.person_id,
        )
    )
    audit.record(
        "project.score",
        session=session,
        actor=actor,
        subject=f"project:{project.slug}",
        details={"inputs_sha256": sha256, "n_judgments": scored.boards.n_judgments},
        now=now,
    )
