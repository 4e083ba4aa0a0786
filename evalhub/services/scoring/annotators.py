"""Describe a project's annotators, beside a board that does not use what is said of them."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass

from sqlmodel import Session, col, select

from evalhub.core.campaigns import AnnotatorKind, Purpose
from evalhub.core.canonical import Json
from evalhub.core.judging.records import JudgmentRecord
from evalhub.core.people import Actor, Role
from evalhub.core.scoring.annotators import (
    AnnotatorFigures,
    CrowdBradleyTerry,
    Decision,
    annotator_figures,
    fit_crowd_bradley_terry,
)
from evalhub.core.scoring.annotators.controls import Controls
from evalhub.core.scoring.annotators.decisions import controls_by_annotator, decisions_of
from evalhub.db.models import Person
from evalhub.errors import EstimationError
from evalhub.services.judging.current import current_judgments
from evalhub.services.pairing.known import project_controls
from evalhub.services.projects.finding import get_project
from evalhub.services.scoring.boards import project_boards
from evalhub.services.scoring.naming import name_models, project_endpoints

ANNOTATORS_SCHEMA = "evalhub.annotators/1"

TOLD = (Purpose.WORK, Purpose.CONTROL, Purpose.REPEAT)
"""What figures of people are computed from; anchors tell of a project and of nobody in it."""

NAME_READERS = (Role.COORDINATOR, Role.ADMIN)
"""Who learns whose figures are whose: those who staff projects and answer to the people on them."""


@dataclass(frozen=True, slots=True)
class BesideBoard:
    """Hold one model's strength on the unweighted board and with annotators weighed.

    The two scales differ (ties, ridge, reliabilities), so the ranks are what can be compared:
    places among the models that both give a strength, on one board.
    """

    model: str
    board: int
    strength: float
    place: int
    weighed: float
    weighed_low: float | None
    weighed_high: float | None
    weighed_place: int
    n: int


@dataclass(frozen=True, slots=True)
class ProjectAnnotators:
    """Hold what a project's judgments show of each annotator, and what it would change.

    ``names`` holds the names that the reader may learn, by opaque id. ``crowd`` is None where
    ``crowd_reason`` says why.
    """

    slug: str
    title: str
    is_simulated: bool
    n_judgments: int
    n_control_prompts: int
    figures: tuple[AnnotatorFigures, ...]
    names: Mapping[str, str]
    crowd: CrowdBradleyTerry | None
    crowd_reason: str | None
    beside: tuple[BesideBoard, ...]


def project_annotators(slug: str, *, session: Session, actor: Actor) -> ProjectAnnotators:
    """Return the figures of the people who judged a project; nothing is stored.

    Raise ``NotFound`` for an unknown project.
    """
    project = get_project(slug, session=session)
    told = current_judgments(project.id, session=session, purposes=TOLD)
    records = [record for record in told if record.purpose is Purpose.WORK]
    people = [record for record in records if record.annotator_kind is AnnotatorKind.HUMAN]
    controls = project_controls(project, session=session)
    names = name_models(project_endpoints(project, session=session), records)
    crowd, reason = _crowd(decisions_of(people, names=names, controls=controls), people, controls)
    return ProjectAnnotators(
        slug=project.slug,
        title=project.title,
        is_simulated=project.is_simulated or any(record.is_simulated for record in people),
        n_judgments=len(people),
        n_control_prompts=len(controls),
        figures=annotator_figures(
            [record for record in told if record.annotator_kind is AnnotatorKind.HUMAN],
            controls=controls,
        ),
        names=_names(people, session=session) if actor.has(*NAME_READERS) else {},
        crowd=crowd,
        crowd_reason=reason,
        beside=_beside(slug, crowd, session=session) if crowd else (),
    )


def annotators_document(found: ProjectAnnotators) -> dict[str, Json]:
    """Return the figures as the API gives them: annotators by their opaque ids, never by name."""
    return {
        "schema": ANNOTATORS_SCHEMA,
        "project": found.slug,
        "simulated": found.is_simulated,
        "n_judgments": found.n_judgments,
        "n_control_prompts": found.n_control_prompts,
        "annotators": [asdict(one) for one in found.figures],
        "reliability": None if found.crowd is None else asdict(found.crowd),
        "reliability_reason": found.crowd_reason,
        "beside_board": [asdict(row) for row in found.beside],
    }


def _crowd(
    decisions: list[Decision], people: list[JudgmentRecord], controls: Controls
) -> tuple[CrowdBradleyTerry | None, str | None]:
    try:
        counts = controls_by_annotator(people, controls)
        return fit_crowd_bradley_terry(decisions, controls=counts), None
    except EstimationError as error:
        return None, str(error)


def _beside(slug: str, crowd: CrowdBradleyTerry, *, session: Session) -> tuple[BesideBoard, ...]:
    """Put the strengths of both fits side by side, board by board, in the order of the board."""
    # The board is fitted anew rather than read from a stored fit, so both rest on one state.
    boards = project_boards(slug, session=session).boards.boards
    weighed = {one.model: one for one in crowd.strengths}
    rows = []
    for number, board in enumerate(boards, start=1):
        both = [
            (row.model, row.strength)
            for row in board.rows
            if row.strength is not None and row.model in weighed
        ]
        for model, strength in both:
            one = weighed[model]
            rows.append(
                BesideBoard(
                    model=model,
                    board=number,
                    strength=strength,
                    place=1 + sum(other > strength for _, other in both),
                    weighed=one.strength,
                    weighed_low=one.interval.low if one.interval else None,
                    weighed_high=one.interval.high if one.interval else None,
                    weighed_place=1
                    + sum(weighed[name].strength > one.strength for name, _ in both),
                    n=one.n,
                )
            )
    return tuple(rows)


def _names(people: list[JudgmentRecord], *, session: Session) -> dict[str, str]:
    ids = {record.person_public_id for record in people}
    query = select(Person).where(col(Person.public_id).in_(ids))
    return {row.public_id: row.name for row in session.exec(query)}
