"""Progress counts judgments in force, and says which are imported or simulated."""

from datetime import datetime, timedelta

from sqlmodel import Session

from evalhub.core.campaigns import AssignmentStatus, JudgmentOrigin
from evalhub.core.judging.answers import Choice
from evalhub.core.people import Origin
from evalhub.services.projects.progress import progress_of
from tests.factories import MOMENT, make_assignment, make_judgment, make_person, make_project
from tests.services.assigning.conftest import make_campaign


def test_an_empty_project_has_nothing(session: Session) -> None:
    progress = progress_of(make_project(session), session=session, now=MOMENT)

    assert (progress.n_pairs, progress.n_places, progress.n_judgments) == (0, 0, 0)
    assert progress.last_judged_at is None


def test_places_are_pairs_times_overlap(session: Session, now: datetime) -> None:
    make_campaign(session, n_pairs=5, overlap=5)
    campaign = make_campaign(session, n_pairs=2, overlap=3)
    person = campaign.people[0]
    done = make_assignment(session, campaign.pairs[0], person, status=AssignmentStatus.SUBMITTED)
    make_judgment(session, campaign.pairs[0], person, assignment=done)
    make_judgment(session, campaign.pairs[0], person, assignment=done, revision=2)
    campaign.must_lease(campaign.people[1], now)

    progress = progress_of(campaign.project, session=session, now=MOMENT)

    assert (progress.n_pairs, progress.n_places, progress.n_annotators) == (2, 6, 2)
    assert (progress.n_judged, progress.n_leased, progress.n_left) == (1, 1, 5)
    assert progress.n_judgments == 1
    assert progress.last_judged_at == MOMENT


def test_imported_simulated_and_unjudgeable_are_counted_apart(session: Session) -> None:
    campaign = make_campaign(session, n_pairs=1, overlap=5)
    pair = campaign.pairs[0]
    simulated = make_person(session, origin=Origin.SIMULATED)
    make_judgment(session, pair, simulated)
    make_judgment(session, pair, campaign.people[0], origin=JudgmentOrigin.IMPORTED)
    make_judgment(session, pair, campaign.people[1], choice=Choice.CANNOT_JUDGE)

    progress = progress_of(campaign.project, session=session, now=MOMENT)

    assert progress.n_judgments == 3
    assert (progress.n_imported, progress.n_simulated, progress.n_cannot_judge) == (1, 1, 1)


def test_a_lease_that_ran_out_is_in_nobodys_hands(session: Session, now: datetime) -> None:
    campaign = make_campaign(session)
    campaign.must_lease(campaign.people[0], now)
    later = now + timedelta(hours=2)

    progress = progress_of(campaign.project, session=session, now=later)

    assert (progress.n_leased, progress.n_over, progress.n_judged, progress.n_left) == (0, 1, 0, 1)
