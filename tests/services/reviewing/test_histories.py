"""Whatever is skipped, given back, returned, kept or appealed: nobody's offers or levels move.

The acts of random histories are tried as they come; what the rules refuse is refused, and what they
allow must leave everything alone that decides who gets which work and what the scores are.
"""

import random
from collections import Counter
from datetime import datetime

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlmodel import Session, select

from evalhub.core.pay.ledger import UnpaidReason
from evalhub.core.reviewing.vocabulary import CaseStep
from evalhub.db.models import LevelDecision, PayEntry
from evalhub.errors import EvalHubError
from evalhub.services.assigning.choosing import n_open_to
from evalhub.services.assigning.leasing import lease_next
from evalhub.services.assigning.releasing import release
from evalhub.services.judging.current import current_judgments
from evalhub.services.scoring.boards import project_boards
from tests.factories import make_level
from tests.services.reviewing.scene import DAY, Scene, make_scene

pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)

ACTS = ("skip", "keep", "appeal", "return", "accept", "decide", "uphold", "reject", "wait")


def act(scene: Scene, name: str, who: int, case_id: int) -> None:
    """Try one act of a history; ``who`` is an expert or one of the two reviewers."""
    reviewer = (scene.rita, scene.otto)[who]
    answers = {
        "return": (CaseStep.RETURNED, {"reason": "guideline"}),
        "accept": (CaseStep.ACCEPTED, {}),
        "decide": (CaseStep.DECIDED, {"reason": "error", "verdict": "first"}),
        "uphold": (CaseStep.UPHELD, {"reason": "error", "verdict": "second"}),
        "reject": (CaseStep.REJECTED, {}),
    }
    if name == "wait":
        scene.now += 2 * DAY
    elif name == "keep":
        scene.keep(who, case_id, minutes=3)
    elif name == "appeal":
        scene.appeal(who, case_id)
    elif name == "skip":
        skip(scene, who)
    else:
        step, given = answers[name]
        scene.answer(case_id, step, reviewer, **given)


def skip(scene: Scene, who: int) -> None:
    """Claim a comparison and give it back."""
    person_id = scene.experts[who].id
    lease = lease_next(
        scene.project.id,
        person_id=person_id,
        session=scene.session,
        now=scene.now,
        rng=random.Random(1),
    )
    if lease is not None:
        release(lease.token, person_id=person_id, session=scene.session, now=scene.now)


def standing(scene: Scene, who: int) -> tuple[int, tuple[object, ...]]:
    """Return what decides about an expert's work, and the scores."""
    levels = scene.session.exec(select(LevelDecision.level)).all()
    board = project_boards(scene.project.slug, session=scene.session).boards
    judged = current_judgments(scene.project.id, session=scene.session)
    return n_open(scene, who), (list(levels), board, judged)


def n_open(scene: Scene, who: int) -> int:
    person_id = scene.experts[who].id
    return n_open_to(scene.project.id, person_id=person_id, session=scene.session, now=scene.now)


@settings(
    max_examples=8, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(
    history=st.lists(
        st.tuples(st.sampled_from(ACTS), st.integers(0, 1), st.integers(0, 2)), max_size=10
    )
)
def test_f19_no_history_of_skips_returns_and_appeals_moves_anything(
    session: Session, now: datetime, history: list[tuple[str, int, int]]
) -> None:
    held = session.begin_nested()
    scene = prepared(session, now)
    cases = [one.id for one in scene.cases()]
    n_skipped = [0, 0]
    before = [standing(scene, who) for who in (0, 1)]

    for name, who, which in history:
        tried = session.begin_nested()
        try:
            act(scene, name, who, cases[which % len(cases)])
            tried.commit()
            n_skipped[who] += name == "skip" and n_skipped[who] == 0
        except EvalHubError:
            tried.rollback()

    for who in (0, 1):
        n_before, rest_before = before[who]
        n_after, rest_after = standing(scene, who)
        # What somebody gave back is not offered to them again, and that is all.
        assert n_after == n_before - n_skipped[who]
        assert rest_after == rest_before
    # What is taken back was booked before, so no time of anybody comes to less than none.
    assert min(minutes_by_reason(scene).values()) >= 0
    held.rollback()


def minutes_by_reason(scene: Scene) -> Counter[tuple[int, UnpaidReason | None]]:
    """Return the seconds that stand in the ledger, by person and by the reason they are unpaid."""
    found = Counter[tuple[int, UnpaidReason | None]]()
    for row in scene.session.exec(select(PayEntry)):
        found[row.person_id, row.unpaid_reason] += row.seconds or 0
    return found


def prepared(session: Session, now: datetime) -> Scene:
    """Return a scene with a disagreement, two reviews, a level each and one pair left over."""
    scene = make_scene(session, now, n_pairs=2)
    scene.share(1)
    scene.disagree()
    for person in scene.experts:
        make_level(session, person, 2)
    return scene
