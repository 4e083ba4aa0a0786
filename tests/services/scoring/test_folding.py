from dataclasses import replace
from datetime import timedelta

import pytest
from sqlmodel import Session

from evalhub.core.campaigns import AnnotatorKind, JudgmentOrigin
from evalhub.core.judging.answers import Choice
from evalhub.db.engine import Database
from evalhub.db.models import Pair, Project, ProjectEndpoint, Prompt, Response
from evalhub.services.scoring.folding import FoldedProject
from evalhub.services.scoring.keeping import BoardCache
from evalhub.services.scoring.log import HORIZON
from tests.factories import MOMENT, make_endpoint, make_pair, make_response
from tests.postgres import PostgresServer
from tests.services.scoring.pairs import make_second_sample
from tests.services.scoring.worlds import (
    World,
    add_import,
    assert_kept_is_fitted,
    assign,
    judge,
    make_world,
)


@pytest.fixture
def world(session: Session) -> World:
    return make_world(session)


@pytest.fixture
def cache() -> BoardCache:
    return BoardCache()


def test_new_judgments_are_folded_in(session: Session, world: World, cache: BoardCache) -> None:
    judge(session, make_world(session, slug="noise"), 0)
    assert_kept_is_fitted(world, cache, session=session)

    for pair, choice in enumerate([Choice.A, Choice.B, Choice.TIE, Choice.BOTH_BAD, Choice.A]):
        judge(session, world, pair, choice, is_swapped=pair % 2 == 0, person=pair % 3)
        kept = assert_kept_is_fitted(world, cache, session=session)

    assert kept.boards.n_judgments == 5


def test_folding_passes_over_nothing_old(session: Session, world: World) -> None:
    for pair in range(4):
        judge(session, world, pair, at=MOMENT - timedelta(days=1))
    judge(session, world, 5)
    folded = FoldedProject.rebuilt(world.project_id, session=session)
    judge(session, world, 6)

    assert folded.caught_up(session=session)

    assert len(folded.recent) == 2
    assert folded.state.n_judgments == 6


def test_revision_takes_the_old_judgment_back(
    session: Session, world: World, cache: BoardCache
) -> None:
    assignment = assign(session, world, 0)
    judge(session, world, 0, Choice.A, assignment=assignment)
    assert_kept_is_fitted(world, cache, session=session)

    for revision, choice in ((2, Choice.B), (3, Choice.CANNOT_JUDGE), (4, Choice.TIE)):
        judge(session, world, 0, choice, assignment=assignment, revision=revision)
        kept = assert_kept_is_fitted(world, cache, session=session)

    assert (kept.boards.n_judgments, kept.boards.n_ties) == (1, 1)


def test_revisions_that_arrive_together_count_once(
    session: Session, world: World, cache: BoardCache
) -> None:
    assert_kept_is_fitted(world, cache, session=session)
    assignment = assign(session, world, 0)

    for revision, choice in ((1, Choice.A), (2, Choice.B), (3, Choice.B)):
        judge(session, world, 0, choice, assignment=assignment, revision=revision)

    kept = assert_kept_is_fitted(world, cache, session=session)
    assert kept.boards.n_judgments == 1


def test_what_is_left_out_follows_the_rules_of_a_fit(
    session: Session, world: World, cache: BoardCache
) -> None:
    assert_kept_is_fitted(world, cache, session=session)

    judge(session, world, 0, Choice.CANNOT_JUDGE)
    judge(session, world, 0, Choice.A, kind=AnnotatorKind.MODEL)
    judge(session, world, 0, Choice.CANNOT_JUDGE, kind=AnnotatorKind.MODEL, person=1)
    judge(session, world, 1, Choice.A, origin=JudgmentOrigin.SIMULATED, person=2)

    kept = assert_kept_is_fitted(world, cache, session=session)
    assert (kept.left_out.cannot_judge, kept.left_out.by_models) == (1, 2)
    assert (kept.n_simulated, kept.n_annotators) == (1, 1)


def test_imports_are_folded_whatever_their_time(
    session: Session, world: World, cache: BoardCache
) -> None:
    judge(session, world, 0)
    assert_kept_is_fitted(world, cache, session=session)
    imported = add_import(session, world)

    judge(session, world, 1, imported=imported, at=MOMENT - timedelta(days=900))

    assert assert_kept_is_fitted(world, cache, session=session).boards.n_judgments == 2


def test_row_with_a_made_up_time_is_folded_once(
    session: Session, world: World, cache: BoardCache
) -> None:
    judge(session, world, 0)
    assert_kept_is_fitted(world, cache, session=session)

    judge(session, world, 1, at=MOMENT - timedelta(days=30))

    for _ in range(2):
        kept = assert_kept_is_fitted(world, cache, session=session)
        assert kept.boards.n_judgments == 2


def test_lower_id_that_appears_later_is_folded(
    session: Session, world: World, cache: BoardCache
) -> None:
    judge(session, world, 0, row_id=2_000)
    assert_kept_is_fitted(world, cache, session=session)

    judge(session, world, 1, row_id=1_000, at=MOMENT - HORIZON)

    assert assert_kept_is_fitted(world, cache, session=session).boards.n_judgments == 2


def test_lower_id_that_commits_later_is_folded(postgres_server: PostgresServer) -> None:
    """PostgreSQL gives out ids before it commits; SQLite has one writer, so it cannot."""
    cache = BoardCache()
    with postgres_server.emptied_database() as url:
        database = Database(url)
        with database.transaction() as session:
            world = make_world(session)
        with database.session(write=True) as slow:
            first = judge(slow, world, 0).id
            with database.transaction() as fast:
                second = judge(fast, world, 1, person=1).id
            with database.transaction(write=False) as reading:
                early = assert_kept_is_fitted(world, cache, session=reading)
            slow.commit()
        with database.transaction(write=False) as reading:
            late = assert_kept_is_fitted(world, cache, session=reading)
        database.dispose()

    assert first < second
    assert (early.boards.n_judgments, late.boards.n_judgments) == (1, 2)


def test_new_endpoint_is_on_the_board_at_once(
    session: Session, world: World, cache: BoardCache
) -> None:
    judge(session, world, 0)
    assert_kept_is_fitted(world, cache, session=session)
    # The name of another endpoint changes too: two of one model tell themselves apart.
    endpoint = make_endpoint(session, model="alder")

    session.add(ProjectEndpoint(project_id=world.project_id, endpoint_id=endpoint.id))
    session.flush()

    assert assert_kept_is_fitted(world, cache, session=session).boards.n_models == 4


def test_model_that_is_no_longer_listed_goes_with_its_last_judgment(
    session: Session, world: World, cache: BoardCache
) -> None:
    listed = session.get_one(ProjectEndpoint, (world.project_id, world.endpoint_ids[2]))
    session.delete(listed)
    assignment = assign(session, world, 1)
    judge(session, world, 1, assignment=assignment)
    assert assert_kept_is_fitted(world, cache, session=session).boards.n_models == 3

    judge(session, world, 1, Choice.CANNOT_JUDGE, assignment=assignment, revision=2)

    assert assert_kept_is_fitted(world, cache, session=session).boards.n_models == 2


def test_two_samples_of_one_endpoint_are_left_out_of_a_fold(
    session: Session, world: World, cache: BoardCache
) -> None:
    project = session.get_one(Project, world.project_id)
    pair = session.get_one(Pair, world.pair_ids[0])
    samples = make_second_sample(session, project, pair)
    assert_kept_is_fitted(world, cache, session=session)

    judge(session, replace(world, pair_ids=(samples.id,)), 0)

    kept = assert_kept_is_fitted(world, cache, session=session)
    assert (kept.left_out.same_endpoint, kept.boards.n_judgments) == (1, 0)


def test_a_judgment_of_a_model_that_nobody_listed_brings_it_onto_the_board(
    session: Session, world: World, cache: BoardCache
) -> None:
    judge(session, world, 0)
    assert_kept_is_fitted(world, cache, session=session)
    known = session.get_one(Response, session.get_one(Pair, world.pair_ids[0]).response_x_id)
    stranger = make_endpoint(session, model="elm")
    prompt = session.get_one(Prompt, known.prompt_id)
    project = session.get_one(Project, world.project_id)
    pair = make_pair(session, project, known, make_response(session, prompt, stranger))

    judge(session, replace(world, pair_ids=(pair.id,)), 0)

    kept = assert_kept_is_fitted(world, cache, session=session)
    assert (kept.boards.n_models, kept.boards.n_judgments) == (4, 2)


def test_a_log_that_begins_with_a_later_revision_counts_what_is_in_force(
    session: Session, world: World, cache: BoardCache
) -> None:
    assert_kept_is_fitted(world, cache, session=session)
    assignment = assign(session, world, 0)

    judge(session, world, 0, Choice.B, assignment=assignment, revision=2)

    assert assert_kept_is_fitted(world, cache, session=session).boards.n_judgments == 1
