"""The way into a field: every step off it is refused by name, at once as well."""

import json
import threading
from datetime import datetime, timedelta

import pytest
import sqlalchemy as sa
from sqlmodel import Session, col, select

from evalhub.core.people import Role, command_actor
from evalhub.core.qualifying.applications import Application, ApplicationDecision
from evalhub.core.qualifying.requirements import LackKind, Requirement
from evalhub.db.engine import Database
from evalhub.db.models import Attempt, RoleGrant
from evalhub.errors import BadInput, Conflict, Forbidden, NotFound
from evalhub.services.assigning.work import list_withheld
from evalhub.services.qualifying.applying import (
    applications_of,
    apply_for,
    begin_assessment,
    decide_application,
    find_application,
    get_application,
    list_applications,
    withdraw_application,
)
from evalhub.services.qualifying.assessing import (
    find_assessment,
    list_assessments,
    publish_assessment,
)
from evalhub.services.qualifying.attempts import give_extra_time, hand_in, save_answer
from evalhub.services.qualifying.calls import list_calls, set_call
from tests.core.qualifying.test_assessments import document
from tests.factories import add_member, make_consent, make_person, make_requirement
from tests.services.assigning.conftest import make_campaign
from tests.services.projects.conftest import actor_of
from tests.services.qualifying.assessed import RIGHT, apply, make_all, make_field
from tests.services.qualifying.people import Both, actions, make_both

ACCEPTED, DECLINED, WITHDRAWN = ApplicationDecision


@pytest.fixture
def both(session: Session) -> Both:
    both = make_both(session)
    # An applicant is somebody with an account who is no expert yet.
    session.connection().execute(
        sa.delete(RoleGrant).where(col(RoleGrant.person_id) == both.expert.id)
    )
    return both


def decide(
    public_id: str,
    decision: ApplicationDecision,
    both: Both,
    session: Session,
    now: datetime,
    *,
    reason: str = "Knows the field.",
) -> None:
    decide_application(
        public_id,
        decision,
        reason=reason,
        session=session,
        actor=both.as_coordinator,
        now=now,
    )


def pass_assessment(both: Both, session: Session, now: datetime) -> None:
    person = both.expert.id
    begin_assessment(person, "medicine", session=session, actor=both.as_expert, now=now)
    for position, preference in RIGHT.items():
        save_answer(person, "medicine", position, preference, session=session, now=now)
    hand_in(person, "medicine", session=session, actor=both.as_expert, now=now)


def roles(both: Both, session: Session) -> list[Role]:
    grants = session.exec(select(RoleGrant).where(RoleGrant.person_id == both.expert.id))
    return [Role(grant.role) for grant in grants]


def test_nobody_applies_before_a_person_opens_the_field(
    both: Both, session: Session, now: datetime
) -> None:
    with pytest.raises(NotFound, match="no such field"):
        apply(session, both, now)

    make_field(session, now)
    assert apply(session, both, now)
    set_call("medicine", "", is_open=False, session=session, actor=both.as_coordinator, now=now)

    assert [(one.domain, one.is_open) for one in list_calls(session=session)] == [
        ("medicine", False)
    ]
    late = actor_of(make_person(session))
    with pytest.raises(Forbidden, match="takes no applications"):
        apply_for(
            late.person_id or 0,
            "medicine",
            Application("x", 1),
            session=session,
            actor=late,
            now=now,
        )


def test_an_application_is_made_once(both: Both, session: Session, now: datetime) -> None:
    make_field(session, now)
    with pytest.raises(BadInput, match="background"):
        apply_for(
            both.expert.id,
            "medicine",
            Application("", 8),
            session=session,
            actor=both.as_expert,
            now=now,
        )
    apply(session, both, now)

    with pytest.raises(Conflict, match="applied for this field already"):
        apply(session, both, now)


def test_f20_the_way_leads_from_application_to_work(
    both: Both, session: Session, now: datetime
) -> None:
    campaign = make_campaign(session)
    public_id = make_all(session, both, now)
    make_requirement(session, campaign.project, Requirement(domain="medicine", accepted_only=True))
    add_member(session, campaign.project, both.expert)

    def lacks() -> list[LackKind]:
        withheld = list_withheld(both.expert.id, session=session, now=now)
        return [lack for one in withheld for lack in one.lacks]

    assert lacks() == [LackKind.ACCEPTANCE, LackKind.CONSENT]
    with pytest.raises(Conflict, match="assessment is not over"):
        decide(public_id, ACCEPTED, both, session, now)
    pass_assessment(both, session, now)
    decide(public_id, ACCEPTED, both, session, now)
    assert roles(both, session) == [Role.ANNOTATOR]
    assert lacks() == [LackKind.CONSENT]
    with pytest.raises(Forbidden, match="what your judgments may be used for"):
        campaign.lease(both.expert, now)
    make_consent(session, both.expert)

    assert lacks() == []
    assert campaign.lease(both.expert, now) is not None


def test_f20_a_decision_holds_its_reason_and_the_grade_it_was_made_by(
    both: Both, session: Session, now: datetime
) -> None:
    public_id = make_all(session, both, now)
    pass_assessment(both, session, now)

    decide(public_id, DECLINED, both, session, now, reason=" Too few hours. ")
    decide(public_id, ACCEPTED, both, session, now)

    found = get_application(public_id, session=session, now=now)
    assert [
        (one.decision, one.reason, one.n_right, one.n_items, one.decided_by)
        for one in found.decisions
    ] == [
        (DECLINED, "Too few hours.", 3, 3, "Bo Coordinator"),
        (ACCEPTED, "Knows the field.", 3, 3, "Bo Coordinator"),
    ]
    assert actions(session)[-2:] == ["application.declined", "application.accepted"]


def test_f20_without_a_reason_nothing_is_decided(
    both: Both, session: Session, now: datetime
) -> None:
    make_field(session, now)
    public_id = apply(session, both, now)

    with pytest.raises(BadInput, match="reason"):
        decide(public_id, DECLINED, both, session, now, reason="")

    assert get_application(public_id, session=session, now=now).decision is None


@pytest.mark.parametrize(
    ("before", "to", "says"),
    [
        ([ACCEPTED], DECLINED, "accepted, so it cannot be declined"),
        ([ACCEPTED], ACCEPTED, "accepted, so it cannot be accepted"),
        ([DECLINED], DECLINED, "declined, so it cannot be declined"),
    ],
)
def test_f20_an_illegal_step_is_refused_by_name(
    both: Both,
    session: Session,
    now: datetime,
    before: list[ApplicationDecision],
    to: ApplicationDecision,
    says: str,
) -> None:
    make_field(session, now)
    public_id = apply(session, both, now)
    for decision in before:
        decide(public_id, decision, both, session, now)

    with pytest.raises(Conflict, match=says):
        decide(public_id, to, both, session, now)


def test_who_withdraws_is_out_of_it(both: Both, session: Session, now: datetime) -> None:
    public_id = make_all(session, both, now)
    with pytest.raises(Forbidden, match="Only the applicant"):
        decide(public_id, WITHDRAWN, both, session, now)
    withdraw_application(both.expert.id, "medicine", session=session, actor=both.as_expert, now=now)

    with pytest.raises(Conflict, match="has been decided"):
        begin_assessment(both.expert.id, "medicine", session=session, actor=both.as_expert, now=now)
    with pytest.raises(Conflict, match="withdrawn, so it cannot be accepted"):
        decide(public_id, ACCEPTED, both, session, now)
    with pytest.raises(NotFound):
        withdraw_application(both.expert.id, "law", session=session, actor=both.as_expert, now=now)


def test_f16_the_assessment_of_another_field_is_not_theirs(
    both: Both, session: Session, now: datetime
) -> None:
    make_all(session, both, now)
    make_field(session, now, domain="law")
    stranger = actor_of(make_person(session))

    for person_id, domain, actor in (
        (both.expert.id, "law", both.as_expert),
        (stranger.person_id or 0, "medicine", stranger),
    ):
        with pytest.raises(Forbidden, match="not applied for this field"):
            begin_assessment(person_id, domain, session=session, actor=actor, now=now)


def test_where_there_is_no_assessment_none_is_started(
    both: Both, session: Session, now: datetime
) -> None:
    make_field(session, now)
    public_id = apply(session, both, now)

    with pytest.raises(NotFound, match="no assessment"):
        begin_assessment(both.expert.id, "medicine", session=session, actor=both.as_expert, now=now)
    decide(public_id, ACCEPTED, both, session, now)
    assert roles(both, session) == [Role.ANNOTATOR]


def test_an_expert_who_is_accepted_for_another_field_stays_one(
    both: Both, session: Session, now: datetime
) -> None:
    make_field(session, now)
    make_field(session, now, domain="law")
    for domain in ("medicine", "law"):
        decide(apply(session, both, now, domain), ACCEPTED, both, session, now)

    assert roles(both, session) == [Role.ANNOTATOR]


def test_only_coordinators_open_publish_and_decide(
    both: Both, session: Session, now: datetime
) -> None:
    public_id = make_all(session, both, now)
    stranger = actor_of(make_person(session), Role.RESEARCHER)

    with pytest.raises(Forbidden):
        set_call("law", "", is_open=True, session=session, actor=stranger, now=now)
    with pytest.raises(Forbidden):
        publish_assessment("{}", where="a", session=session, actor=stranger, now=now)
    with pytest.raises(Forbidden):
        decide_application(
            public_id, DECLINED, reason="No.", session=session, actor=stranger, now=now
        )
    with pytest.raises(NotFound):
        decide("nothing", DECLINED, both, session, now)


@pytest.mark.parametrize(("domain", "text"), [("Law", ""), ("law", "x" * 4001), ("law", "a\x07")])
def test_a_call_has_a_field_and_readable_words(
    both: Both, session: Session, now: datetime, domain: str, text: str
) -> None:
    with pytest.raises(BadInput):
        set_call(domain, text, is_open=True, session=session, actor=both.as_coordinator, now=now)


def test_a_call_is_kept_with_plain_line_ends(both: Both, session: Session, now: datetime) -> None:
    text = " Come in.\r\nBring proof.\r"
    set_call("law", text, is_open=True, session=session, actor=both.as_coordinator, now=now)

    assert [one.text for one in list_calls(session=session)] == ["Come in.\nBring proof."]


def test_an_assessment_names_a_rubric_that_is_there(
    both: Both, session: Session, now: datetime
) -> None:
    with pytest.raises(BadInput, match=r"no rubric version 'small@1\.0\.0'"):
        publish_assessment(
            json.dumps(document()), where="a.json", session=session, actor=command_actor(), now=now
        )

    assert find_assessment("medicine", session=session) is None
    assert list_assessments(session=session) == []


def test_lists_show_what_waits_first(both: Both, session: Session, now: datetime) -> None:
    make_field(session, now)
    make_field(session, now, domain="law")
    decided = apply(session, both, now)
    decide(decided, DECLINED, both, session, now)
    waiting = apply(session, both, now + timedelta(days=1), "law")

    listed = [one.public_id for one in list_applications(session=session, now=now)]
    own = [one.domain for one in applications_of(both.expert.id, session=session, now=now)]

    assert listed == [waiting, decided]
    assert own == ["law", "medicine"]
    assert applications_of(both.coordinator.id, session=session, now=now) == []
    assert find_application(both.coordinator.id, "law", session=session, now=now) is None
    with pytest.raises(NotFound):
        get_application("nothing", session=session, now=now)


def test_f17_of_many_starts_at_once_one_is_the_attempt(database: Database, now: datetime) -> None:
    with database.transaction() as session:
        both = make_both(session)
        make_all(session, both, now)
        actor = both.as_expert
    outcomes: list[str] = []

    def start() -> None:
        try:
            with database.transaction() as session:
                begin_assessment(
                    actor.person_id or 0, "medicine", session=session, actor=actor, now=now
                )
            outcomes.append("started")
        except Conflict:
            outcomes.append("refused")

    threads = [threading.Thread(target=start) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    with database.transaction(write=False) as session:
        assert len(session.exec(select(Attempt)).all()) == 1
    assert sorted(outcomes) == ["refused"] * 7 + ["started"]


@pytest.mark.parametrize(
    "table",
    [
        *("application", "application_call", "application_decision", "assessment"),
        *("assessment_key", "attempt", "attempt_answer", "attempt_event", "extra_time"),
    ],
)
def test_the_database_refuses_to_change_what_was_said(
    both: Both, session: Session, now: datetime, table: str
) -> None:
    public_id = make_all(session, both, now)
    give_extra_time(both.expert.id, 5, session=session, actor=both.as_coordinator, now=now)
    pass_assessment(both, session, now)
    decide(public_id, DECLINED, both, session, now)

    with pytest.raises(sa.exc.DBAPIError, match=f"{table} is append-only"):
        session.connection().execute(sa.update(sa.table(table, sa.column("id"))).values(id=7))
