"""Every offered pair belongs to the matchup of its two models."""

from sqlmodel import Session, col, select

from evalhub.db.models import Matchup, Pair
from evalhub.services.pairing.matchups import set_matchups
from tests.services.assigning.conftest import make_campaign
from tests.services.selecting.tournaments import make_tournament


def test_pairs_without_a_matchup_get_theirs(session: Session) -> None:
    noise = make_tournament(session)
    tournament = make_tournament(session, n_models=3, n_prompts=2)
    pairs = list(tournament.pairs.values())
    before = {pair.id: pair.matchup_id for pair in pairs}
    for pair in pairs:
        pair.matchup_id = None
    session.flush()

    set_matchups(tournament.project, session=session)

    session.expire_all()
    assert {pair.id: pair.matchup_id for pair in pairs} == before
    assert all(pair.matchup_id for pair in noise.pairs.values())


def test_where_every_pair_has_one_nothing_is_added(session: Session) -> None:
    make_campaign(session, n_pairs=2)
    tournament = make_tournament(session)
    before = session.exec(select(Matchup.id).order_by(col(Matchup.id))).all()

    set_matchups(tournament.project, session=session)

    assert session.exec(select(Matchup.id).order_by(col(Matchup.id))).all() == before
    unset = select(Pair).where(
        Pair.project_id == tournament.project.id, col(Pair.matchup_id).is_(None)
    )
    assert session.exec(unset).all() == []
