"""Make a project whose log of judgments grows, and compare its kept boards with fitted ones."""

import uuid
from dataclasses import dataclass
from datetime import datetime

from sqlmodel import Session, select

from evalhub.core.campaigns import AnnotatorKind, AssignmentStatus, JudgmentOrigin
from evalhub.core.judging.answers import Choice
from evalhub.db.models import (
    Assignment,
    Endpoint,
    Judgment,
    JudgmentImport,
    Pair,
    Person,
    Project,
    Prompt,
)
from evalhub.services.scoring.boards import ProjectBoards, project_boards
from evalhub.services.scoring.keeping import BoardCache
from tests.core.scoring.incremental.histories import assert_same_boards
from tests.factories import (
    MOMENT,
    make_assignment,
    make_endpoint,
    make_pair,
    make_person,
    make_project,
    make_prompt_set_version,
    make_response,
)

MODELS = ("alder", "birch", "cedar")
N_PROMPTS = 6


@dataclass(frozen=True)
class World:
    """Hold a project, its pairs (three a prompt, then one of a single endpoint) and people."""

    slug: str
    project_id: int
    rubric_version_id: int
    pair_ids: tuple[int, ...]
    person_ids: tuple[int, ...]
    endpoint_ids: tuple[int, ...]


def make_world(session: Session, *, slug: str = "grown", n_people: int = 3) -> World:
    """Add a project without judgments, and another one with some, which must not show."""
    texts = [f"What is question {number}?" for number in range(N_PROMPTS)]
    version = make_prompt_set_version(session, *texts)
    prompts = session.exec(
        select(Prompt).where(Prompt.prompt_set_version_id == version.id).order_by("position")
    ).all()
    endpoints = [make_endpoint(session, model=model) for model in MODELS]
    project = make_project(session, *endpoints, prompts=version, slug=slug, overlap=9)
    pairs = [pair for prompt in prompts for pair in _pairs(session, project, prompt, endpoints)]
    return World(
        slug=slug,
        project_id=project.id,
        rubric_version_id=project.rubric_version_id,
        pair_ids=tuple(pair.id for pair in pairs),
        person_ids=tuple(make_person(session).id for _ in range(n_people)),
        endpoint_ids=tuple(endpoint.id for endpoint in endpoints),
    )


def _pairs(
    session: Session, project: Project, prompt: Prompt, endpoints: list[Endpoint]
) -> list[Pair]:
    first, second, third = (make_response(session, prompt, one) for one in endpoints)
    ends = ((first, second), (second, third), (first, third))
    return [make_pair(session, project, *both) for both in ends]


def judge(  # noqa: PLR0913 - a row has many columns; each test names the few that matter
    session: Session,
    world: World,
    pair: int,
    choice: Choice = Choice.A,
    *,
    person: int = 0,
    kind: AnnotatorKind = AnnotatorKind.HUMAN,
    at: datetime = MOMENT,
    is_swapped: bool = False,
    assignment: Assignment | None = None,
    revision: int = 1,
    imported: JudgmentImport | None = None,
    row_id: int | None = None,
    origin: JudgmentOrigin = JudgmentOrigin.FORM,
) -> Judgment:
    """Append one judgment of the world's pair number ``pair``."""
    row = Judgment(
        public_id=uuid.uuid4().hex,
        project_id=world.project_id,
        pair_id=world.pair_ids[pair],
        person_id=world.person_ids[person],
        assignment_id=assignment.id if assignment else None,
        import_id=imported.id if imported else None,
        revision=revision,
        origin=JudgmentOrigin.IMPORTED if imported else origin,
        annotator_kind=kind,
        rubric_version_id=world.rubric_version_id,
        is_swapped=is_swapped,
        choice=choice,
        answer="{}",
        created_at=at,
    )
    if row_id is not None:
        row.id = row_id
    session.add(row)
    session.flush()
    return row


def assign(session: Session, world: World, pair: int, *, person: int = 0) -> Assignment:
    """Hand the pair to the person, so that what they say can be revised."""
    chosen = session.get_one(Pair, world.pair_ids[pair])
    who = session.get_one(Person, world.person_ids[person])
    # Nobody holds two leases of one project, so it is one that was used already.
    return make_assignment(session, chosen, who, status=AssignmentStatus.SUBMITTED)


def add_import(session: Session, world: World) -> JudgmentImport:
    """Add the row of an imported file."""
    row = JudgmentImport(
        project_id=world.project_id,
        filename="votes.csv",
        sha256=uuid.uuid4().hex,
        source="elsewhere",
        n_judgments=1,
        created_at=MOMENT,
    )
    session.add(row)
    session.flush()
    return row


def assert_kept_is_fitted(world: World, cache: BoardCache, *, session: Session) -> ProjectBoards:
    """Compare the kept boards with those fitted to all judgments; return the kept ones."""
    fitted = project_boards(world.slug, session=session)
    kept = project_boards(world.slug, session=session, cache=cache)
    assert kept.inputs_sha256 is None
    assert_same_boards(kept.boards, fitted.boards)
    assert kept.matrices == fitted.matrices
    assert kept.left_out == fitted.left_out
    assert (kept.n_annotators, kept.n_simulated) == (fitted.n_annotators, fitted.n_simulated)
    assert kept.is_simulated == fitted.is_simulated
    return kept
