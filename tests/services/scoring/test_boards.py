import json
from datetime import datetime

import pytest
from sqlmodel import Session, select

from evalhub.core.judging.answers import Choice
from evalhub.core.people import command_actor
from evalhub.core.scoring.options import Cluster, FitOptions, Ties
from evalhub.db.models import AuditEvent, Fit
from evalhub.errors import NotFound
from evalhub.services.scoring.boards import (
    ProjectBoards,
    boards_document,
    keep_fit,
    matrix_document,
    project_boards,
)
from tests.factories import make_person
from tests.release_project import Verdict, add_verdict, make_tiny_project
from tests.services.scoring.pairs import make_two_model_pair

ACTOR = command_actor()


def score(slug: str, session: Session, now: datetime) -> ProjectBoards:
    scored = project_boards(slug, session=session)
    keep_fit(scored, session=session, actor=ACTOR, now=now)
    return scored


def test_page_fits_without_storing_anything(session: Session) -> None:
    make_tiny_project(session)

    scored = project_boards("tiny", session=session)

    assert scored.boards.n_judgments == sum(b.n_judgments for b in scored.boards.boards)
    assert scored.boards.n_models == 3
    for board, matrix in zip(scored.boards.boards, scored.matrices, strict=True):
        assert matrix.models == tuple(row.model for row in board.rows)
        assert matrix.n_judgments == board.n_judgments
    assert session.exec(select(Fit)).all() == []


def test_the_matrix_document_counts_what_the_boards_rest_on(session: Session) -> None:
    make_tiny_project(session)

    scored = project_boards("tiny", session=session)
    found = json.loads(json.dumps(matrix_document(scored)))

    assert (found["schema"], found["project"]) == ("evalhub.matrix/1", "tiny")
    assert found["n_judgments"] == sum(one["n_judgments"] for one in found["boards"])
    assert found["left_out"]["cannot_judge"] == scored.left_out.cannot_judge == 1


def test_fit_is_kept_once_for_equal_inputs(session: Session, now: datetime) -> None:
    make_tiny_project(session)

    for _ in range(2):
        scored = score("tiny", session, now)

    fit = session.exec(select(Fit)).one()
    assert fit.inputs_sha256 == scored.inputs_sha256
    assert json.loads(fit.document) == json.loads(json.dumps(boards_document(scored)))
    assert [event.action for event in session.exec(select(AuditEvent))] == ["project.score"]


def test_each_method_keeps_a_fit_of_its_own(session: Session, now: datetime) -> None:
    make_tiny_project(session)

    for ties in (Ties.HALF, Ties.DAVIDSON, Ties.HALF):
        options = FitOptions(ties=ties)
        scored = project_boards("tiny", session=session, options=options)
        keep_fit(scored, session=session, actor=ACTOR, now=now)

    methods = [fit.method for fit in session.exec(select(Fit).order_by("id"))]
    assert len(methods) == 2
    assert "half wins" in methods[0]
    assert "Davidson" in methods[1]


def test_style_is_controlled_for_where_asked(session: Session) -> None:
    make_tiny_project(session)

    options = FitOptions(is_style_controlled=True, ties=Ties.RAO_KUPPER, cluster=Cluster.BOTH)
    scored = project_boards("tiny", session=session, options=options)

    assert scored.boards.options is options
    assert any(board.style is not None for board in scored.boards.boards)


def test_new_judgment_makes_a_new_fit(session: Session, now: datetime) -> None:
    project, pair = make_two_model_pair(session)
    score(project.slug, session, now)
    add_verdict(session, pair, make_person(session), Verdict(0, Choice.A))

    score(project.slug, session, now)

    assert [fit.n_judgments for fit in session.exec(select(Fit).order_by("id"))] == [0, 1]


def test_empty_project_has_no_position_and_a_warning(session: Session) -> None:
    project, _ = make_two_model_pair(session)

    scored = project_boards(project.slug, session=session)

    assert scored.boards.position.interval is None
    assert scored.boards.warnings == ("There are no judgments yet.",)


@pytest.mark.parametrize("is_simulated", [True, False])
def test_simulated_judgments_make_the_board_simulated(
    session: Session, *, is_simulated: bool
) -> None:
    project = make_tiny_project(session, is_simulated=is_simulated)
    project.is_simulated = False

    assert project_boards("tiny", session=session).is_simulated is is_simulated


def test_unknown_project_is_named(session: Session) -> None:
    with pytest.raises(NotFound, match="no project 'nothing'"):
        project_boards("nothing", session=session)
