"""Which offers a project may make, who must agree to them, and what everybody is told."""

import random
from dataclasses import replace
from datetime import timedelta

import pytest
import sqlalchemy as sa
from sqlmodel import select

from evalhub.core.assigning import Lease
from evalhub.core.campaigns import ProjectStatus
from evalhub.core.pay.tiers import PayTier, Price
from evalhub.core.qualifying.requirements import Requirement
from evalhub.db import tables as t
from evalhub.db.models import AuditEvent
from evalhub.errors import BadInput, Conflict, StaleForm
from evalhub.services.assigning.claiming import go_on
from evalhub.services.paying.terms import terms_since
from evalhub.services.rubrics import get_rubric
from tests.factories import make_requirement, make_rubric_version
from tests.services.projects.fairs import DEARER, OFFER, Fair, rubric

pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)


def test_f23_agreeing_to_an_older_offer_than_the_present_one_is_refused(fair: Fair) -> None:
    fair.judge(fair.held())
    fair.change(DEARER)

    with pytest.raises(BadInput, match="have changed"):
        fair.claim(accepts=True, read=0)


def test_f23_nobody_is_led_on_into_changed_terms(fair: Fair) -> None:
    lease = fair.held()
    fair.judge(lease)

    def next_lease() -> Lease | None:
        return go_on(
            fair.project.id,
            person_id=lease.person_id,
            session=fair.session,
            now=fair.now,
            rng=random.Random(0),
        )

    fair.change(DEARER)

    with pytest.raises(Conflict, match="terms of this project have changed"):
        next_lease()
    agreed = fair.claim(accepts=True, read=1)
    assert next_lease() == agreed


def test_f23_what_is_in_hand_needs_no_new_agreement(fair: Fair) -> None:
    lease = fair.held()
    fair.change(DEARER)

    assert fair.claim() == lease
    fair.now += timedelta(hours=2)
    with pytest.raises(BadInput, match="terms"):
        fair.claim()


def test_f23_the_list_of_work_says_what_changed_and_why(fair: Fair) -> None:
    fair.judge(fair.held())
    assert fair.work().news is None

    fair.change(DEARER)
    fair.change(replace(DEARER, terms="New words.", reason="A lawyer asked."), over=1)

    news = fair.work().news
    assert news is not None
    assert news.before.price == Price(800, "USD", 10)
    assert news.reasons == ("It took longer than we thought.", "A lawyer asked.")
    fair.claim(accepts=True, read=2)
    assert fair.work().news is None


def test_f23_terms_that_change_while_somebody_claims_undo_the_claim(fair: Fair) -> None:
    # Behind the row that the claim has read, as another transaction does between its two looks.
    changed = sa.update(t.project).where(t.project.c.id == fair.project.id)
    fair.session.connection().execute(changed.values(terms_number=1))

    with pytest.raises(Conflict, match="have changed"):
        fair.claim()


def test_somebody_new_is_told_of_no_change(fair: Fair) -> None:
    fair.change(DEARER)

    assert fair.work().news is None
    assert fair.claim(read=1) is not None


def test_every_offer_stays_readable_from_the_set_up_on(fair: Fair) -> None:
    fair.change(DEARER)

    first, second = terms_since(fair.project.id, 0, session=fair.session)

    assert (first.number, first.price, first.reason) == (0, Price(800, "USD", 10), "")
    assert (second.number, second.price) == (1, DEARER.price)
    assert second.reason == "It took longer than we thought."


def test_a_change_is_audited(fair: Fair) -> None:
    fair.change(DEARER)

    event = fair.session.exec(select(AuditEvent)).one()
    assert event.action == "project.change_terms"
    assert '"pay":[800,1800]' in event.details


def test_a_rubric_that_was_once_offered_cannot_be_corrected_any_more(fair: Fair) -> None:
    rubric(fair.session, "1.1.0")
    fair.change(replace(OFFER, rubric="small@1.1.0"))

    assert get_rubric("small", "1.0.0", session=fair.session).is_used
    assert get_rubric("small", "1.1.0", session=fair.session).n_projects == 1


@pytest.mark.parametrize(
    ("change", "rule"),
    [
        ({"price": Price(100, "USD", 10)}, "40.00 USD or more"),
        ({"price": Price(800, "KES", 10)}, "no floor"),
        ({"price": Price(800, "USD", 0)}, "between 1 and 480"),
        ({"pay_tier": PayTier.VOLUNTEER}, "volunteer work pays nothing"),
        ({"rubric": "small@9.9.9"}, "no rubric version"),
        ({"rubric": "small@2.0.0"}, "another major version"),
        ({"rubric": "other@1.0.0"}, "another rubric"),
        ({"reason": "  "}, "say why"),
        ({"reason": "x" * 1_001}, "at most 1,000"),
        ({"terms": "a\x00b"}, "control character"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_an_offer_that_breaks_a_rule_is_refused(
    fair: Fair, change: dict[str, object], rule: str
) -> None:
    rubric(fair.session, "2.0.0")
    make_rubric_version(fair.session, rubric_id="other")

    with pytest.raises(BadInput, match=rule):
        fair.change(replace(DEARER, **change))  # type: ignore[arg-type]  # fields of the offer

    assert fair.project.terms_number == 0


def test_an_offer_over_another_one_is_refused(fair: Fair) -> None:
    fair.change(DEARER)

    with pytest.raises(StaleForm, match="Look again"):
        fair.change(OFFER)


def test_an_offer_that_changes_nothing_is_refused(fair: Fair) -> None:
    with pytest.raises(Conflict, match="hold already"):
        fair.change(OFFER)


def test_a_closed_project_offers_nothing_more(fair: Fair) -> None:
    fair.project.status = ProjectStatus.CLOSED
    fair.session.flush()

    with pytest.raises(Conflict, match="closed for good"):
        fair.change(DEARER)


def test_a_draft_may_still_be_under_its_floor(fair: Fair) -> None:
    fair.project.status = ProjectStatus.DRAFT
    fair.session.flush()

    changed = fair.change(replace(OFFER, price=Price(1, "USD", 10)))

    assert changed.price.minor_units == 1


def test_f18_no_offer_is_under_what_the_project_itself_asks_for(fair: Fair) -> None:
    doctors = Requirement(domain="medicine", needs_credential=True)
    make_requirement(fair.session, fair.project, doctors)

    with pytest.raises(BadInput, match="'coding_stem' is under 'professional'"):
        fair.change(DEARER)

    changed = fair.change(replace(DEARER, pay_tier=PayTier.PROFESSIONAL))
    assert changed.pay_tier is PayTier.PROFESSIONAL
