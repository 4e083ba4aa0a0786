"""What a project offers can change; what was claimed stays on what was promised."""

from dataclasses import replace

import pytest
from sqlmodel import select

from evalhub.db.models import AuditEvent, Judgment, PayEntry
from evalhub.errors import BadInput
from evalhub.services.judging.matter import get_matter
from tests.services.projects.fairs import DEARER, OFFER, Fair, rubric


def test_f23_a_change_of_pay_leaves_what_is_claimed_at_the_old_pay(fair: Fair) -> None:
    lease = fair.held()
    fair.change(DEARER)

    fair.judge(lease)

    booked = [(row.seconds, row.minor_units) for row in fair.session.exec(select(PayEntry))]
    assert booked == [(600, 800), (300, 0)]
    assert fair.held(1).pay_minor_units == 1_800


def test_f23_a_change_of_rubric_leaves_what_is_claimed_under_the_old_one(fair: Fair) -> None:
    old, new = fair.project.rubric_version_id, rubric(fair.session, "1.1.0")
    lease = fair.held()
    fair.change(replace(OFFER, rubric="small@1.1.0"))

    fair.judge(lease)

    judged = fair.session.exec(select(Judgment)).one()
    matter = get_matter(
        fair.held(1).token, person_id=fair.campaign.people[1].id, session=fair.session
    )
    assert judged.rubric_version_id == old
    assert (matter.rubric_version_id, matter.rubric.version) == (new.id, "1.1.0")


def test_f23_the_next_claim_waits_until_the_change_was_read(fair: Fair) -> None:
    fair.judge(fair.held())
    fair.change(DEARER)

    with pytest.raises(BadInput, match="read the terms"):
        fair.claim(read=1)
    claimed = fair.claim(accepts=True, read=1)

    assert claimed is not None
    assert (claimed.pay_minor_units, claimed.terms_number) == (1_800, 1)
    assert "project.accept_terms" in fair.session.exec(select(AuditEvent.action)).all()


def test_f15_no_project_pools_judgments_under_two_major_versions(fair: Fair) -> None:
    rubric(fair.session, "2.0.0")
    fair.judge(fair.held())

    with pytest.raises(BadInput, match="another major version"):
        fair.change(replace(OFFER, rubric="small@2.0.0"))

    assert fair.project.terms_number == 0
