"""Over any history of one comparison the ledger's minutes add up and nothing is paid twice."""

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import TypeAlias

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlmodel import Session, select

from evalhub.core.assigning import Lease
from evalhub.core.pay.ledger import UnpaidReason
from evalhub.db.engine import Database
from evalhub.db.models import PayEntry
from evalhub.services.assigning.releasing import release
from evalhub.services.judging.drafts import find_draft, save_draft
from tests.services.assigning.conftest import Campaign, make_campaign
from tests.services.judging.conftest import FORM, Desk, changed, small_rubric

# Histories differ in what people do, which both databases store alike.
pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
PRICE, CAP = 700, 600

AFTERWARDS = ("go on", "run out", "set back")
SITTINGS = st.lists(
    st.tuples(st.integers(1, 900), st.sampled_from(AFTERWARDS)), min_size=1, max_size=4
)
"""Times at the page, each with whether the lease runs out after it or the clock is set back."""
CHANGES = st.lists(st.integers(0, 250), max_size=2)


Booked: TypeAlias = tuple[int, int, UnpaidReason | None]


@dataclass
class Story:
    """One person at one pair: what they did, and the time their page has told."""

    campaign: Campaign
    session: Session
    now: datetime
    told: int = 0
    lease: Lease = field(init=False)

    def __post_init__(self) -> None:
        self.claim()

    def claim(self) -> None:
        """Claim the pair, be it again."""
        self.lease = self.campaign.must_lease(self.campaign.people[0], self.now)

    def sit(self, seconds: int) -> None:
        """Work for some time and save the draft."""
        self.now += timedelta(seconds=seconds)
        self.told += seconds
        kept = find_draft(self.lease, session=self.session)
        base = [("revision", "0"), ("draft", kept.tag if kept else "")]
        save_draft(
            self.lease.token,
            [("why.text", str(self.now)), ("active_seconds", str(self.told)), *base],
            person_id=self.lease.person_id,
            session=self.session,
            now=self.now,
        )

    def run_out(self) -> None:
        """Let the lease end, and claim the pair again."""
        # Longer than all that the clock was set back.
        self.now += timedelta(hours=12)
        self.claim()

    def set_back(self) -> None:
        """Set the clock back, as somebody does who mends it."""
        self.now -= timedelta(hours=2)

    def judge(self, changes: list[int]) -> None:
        """Hand in the form twice, as a network does, and change it for some time each."""
        desk = Desk(self.campaign, self.lease, self.session, self.now)
        for _ in range(2):
            desk.submit([*FORM, ("active_seconds", str(self.told))])
        for revision, seconds in enumerate(changes, start=1):
            self.now += timedelta(seconds=seconds)
            self.told += seconds
            form = changed(overall="3" if revision % 2 else "-3")
            desk.submit([*form, ("active_seconds", str(seconds))], at=self.now, over=revision)

    def give_back(self) -> None:
        """Give the pair back, twice."""
        for _ in range(2):
            release(
                self.lease.token,
                person_id=self.lease.person_id,
                session=self.session,
                now=self.now,
            )

    def entries(self) -> list[Booked]:
        """Return the time, the money and the reason of everything that was booked."""
        query = select(PayEntry).where(PayEntry.person_id == self.lease.person_id)
        rows = self.session.exec(query)
        return [(row.seconds or 0, row.minor_units, row.unpaid_reason) for row in rows]


@given(SITTINGS, st.sampled_from(["judge", "give back", "run out"]), CHANGES)
@settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_f21_over_any_history_minutes_add_up_and_nothing_is_paid_twice(
    database: Database, sittings: list[tuple[int, str]], end: str, changes: list[int]
) -> None:
    with database.session(write=True) as session:
        campaign = make_campaign(session, rubric=small_rubric(session))
        campaign.project.pay_minor_units = PRICE
        session.flush()
        story = Story(campaign, session, datetime(2026, 1, 1, tzinfo=UTC))

        for seconds, afterwards in sittings:
            story.sit(seconds)
            if afterwards == "run out":
                story.run_out()
            elif afterwards == "set back":
                story.set_back()
        if end == "judge":
            story.judge(changes)
        elif end == "give back":
            story.give_back()
        else:
            story.run_out()
        entries = story.entries()
        session.rollback()

    by_reason = dict.fromkeys((None, *UnpaidReason), 0)
    for seconds, _money, reason in entries:
        by_reason[reason] += seconds
    is_judged = end == "judge"
    assert sum(money for _seconds, money, _reason in entries) == (PRICE if is_judged else 0)
    if any(afterwards == "set back" for _seconds, afterwards in sittings):
        # Time that the clock took away is never made up, nor counted twice where it comes again.
        assert all(0 <= seconds <= story.told for seconds in by_reason.values())
        assert sum(by_reason.values()) <= story.told
        return
    assert sum(by_reason.values()) == story.told
    assert by_reason[None] == (min(story.told, CAP) if is_judged else 0)
    assert by_reason[UnpaidReason.EXPIRED] == (story.told if end == "run out" else 0)
