"""A project's work goes to those it asks for: the claim checks, the judgment keeps the class."""

import random
from datetime import datetime, timedelta

import pytest
from sqlmodel import Session, col, select

from evalhub.core.assigning import ReleaseReason, SelectionPolicy
from evalhub.core.campaigns import ProjectStatus
from evalhub.core.people import command_actor
from evalhub.core.qualifying.credentials import CredentialDecision
from evalhub.core.qualifying.requirements import LackKind, Requirement
from evalhub.db.models import Assignment, Judgment, Pair, Person, Project, Prompt
from evalhub.db.models import CredentialDecision as DecisionRow
from evalhub.errors import Forbidden, LeaseLost
from evalhub.services.assigning.expiring import reclaim_expired
from evalhub.services.assigning.leasing import lease_next
from evalhub.services.assigning.releasing import release
from evalhub.services.assigning.work import list_withheld, list_work, n_left_for
from evalhub.services.judging.drafts import save_draft
from evalhub.services.judging.submitting import submit
from evalhub.services.projects.requiring import write_requirement
from tests.factories import (
    make_credential,
    make_languages,
    make_level,
    make_requirement,
    route_prompt,
)
from tests.services.assigning.conftest import Campaign, make_campaign
from tests.services.judging.conftest import changed, small_rubric
from tests.services.selecting.tournaments import make_tournament

DOCTORS = Requirement(domain="medicine", classes=("physician",))


@pytest.fixture
def campaign(session: Session) -> Campaign:
    """Add a project that asks for physicians, with a doctor and a lawyer on it."""
    campaign = make_campaign(session, n_pairs=3, overlap=2, rubric=small_rubric(session))
    make_requirement(session, campaign.project, DOCTORS)
    make_credential(session, campaign.people[0])
    make_credential(session, campaign.people[1], "lawyer", domain="law")
    return campaign


def listed(campaign: Campaign, person: Person, now: datetime) -> list[str]:
    return [work.slug for work in list_work(person.id, session=campaign.session, now=now)]


def test_f03_a_lawyer_gets_no_medical_work_and_sees_none(campaign: Campaign, now: datetime) -> None:
    doctor, lawyer = campaign.people

    with pytest.raises(Forbidden, match="verified credential"):
        campaign.lease(lawyer, now)

    assert listed(campaign, lawyer, now) == []
    assert listed(campaign, doctor, now) == [campaign.project.slug]
    assert campaign.must_lease(doctor, now).credential_class == "physician"


def test_f03_the_lawyer_is_told_what_is_missing(campaign: Campaign, now: datetime) -> None:
    doctor, lawyer = campaign.people

    [withheld] = list_withheld(lawyer.id, session=campaign.session, now=now)

    assert (withheld.title, withheld.lacks) == ("A project", (LackKind.CREDENTIAL,))
    assert list_withheld(doctor.id, session=campaign.session, now=now) == []
    assert (
        n_left_for(campaign.project.id, person_id=lawyer.id, session=campaign.session, now=now) == 0
    )
    assert (
        n_left_for(campaign.project.id, person_id=doctor.id, session=campaign.session, now=now) == 3
    )


def test_a_project_that_is_not_open_waits_for_nobody(campaign: Campaign, now: datetime) -> None:
    campaign.project.status = ProjectStatus.PAUSED
    campaign.session.flush()

    assert list_withheld(campaign.people[1].id, session=campaign.session, now=now) == []


def test_f54_the_judgment_keeps_the_class_and_nothing_else(
    campaign: Campaign, now: datetime
) -> None:
    lease = campaign.must_lease(campaign.people[0], now)

    submit(lease.token, changed(), person_id=lease.person_id, session=campaign.session, now=now)

    judgment = campaign.session.exec(select(Judgment)).one()
    assert judgment.credential_class == "physician"
    assert "Chamber" not in judgment.model_dump_json()


def test_where_nothing_is_asked_no_class_is_kept(session: Session, now: datetime) -> None:
    campaign = make_campaign(session)
    make_credential(session, campaign.people[0])

    assert campaign.must_lease(campaign.people[0], now).credential_class is None


def revoke(session: Session, person: Person, now: datetime) -> None:
    """Revoke the only credential of ``person``."""
    row = session.exec(select(DecisionRow).where(DecisionRow.decided_by == person.id)).one()
    session.add(
        DecisionRow(
            credential_id=row.credential_id,
            number=2,
            decision=CredentialDecision.REVOKED,
            reason="Struck off.",
            decided_at=now,
            decided_by=person.id,
        )
    )
    session.flush()


def test_f30_who_holds_a_comparison_may_finish_it_and_claims_no_other(
    campaign: Campaign, session: Session, now: datetime
) -> None:
    doctor = campaign.people[0]
    lease = campaign.must_lease(doctor, now)
    revoke(session, doctor, now)

    again = campaign.must_lease(doctor, now)
    held = listed(campaign, doctor, now)
    submit(lease.token, changed(), person_id=doctor.id, session=session, now=now)

    assert (again.token, held) == (lease.token, [campaign.project.slug])
    with pytest.raises(Forbidden):
        campaign.lease(doctor, now)
    assert session.exec(select(Judgment.credential_class)).all() == ["physician"]


def test_f30_a_lapsed_certificate_keeps_the_draft_and_takes_no_judgment(
    campaign: Campaign, session: Session, now: datetime
) -> None:
    doctor = campaign.people[0]
    lease = campaign.must_lease(doctor, now)
    save_draft(lease.token, changed(), person_id=doctor.id, session=session, now=now)
    revoke(session, doctor, now)
    later = now + timedelta(days=2)
    with pytest.raises(Forbidden):
        campaign.lease(doctor, later)

    with pytest.raises(LeaseLost, match="verified credential"):
        submit(lease.token, changed(), person_id=doctor.id, session=session, now=later)

    [work] = list_work(doctor.id, session=session, now=later)
    assert [draft.token for draft in work.lapsed] == [lease.token]
    assert (work.n_left, work.lacks) == (0, (LackKind.CREDENTIAL,))


def test_a_level_that_ran_out_lets_nobody_in(session: Session, now: datetime) -> None:
    campaign = make_campaign(session, n_pairs=3)
    make_requirement(session, campaign.project, Requirement(domain="medicine", min_level=3))
    person, other = campaign.people
    make_level(session, person, 3, expires_at=now + timedelta(days=1))
    make_level(session, other, 5, domain="law", expires_at=None)

    assert campaign.lease(person, now) is not None
    for someone, moment in ((person, now + timedelta(days=2)), (other, now)):
        with pytest.raises(Forbidden, match="higher level"):
            campaign.lease(someone, moment)


def test_a_later_version_decides_from_the_next_claim_on(
    campaign: Campaign, session: Session, now: datetime
) -> None:
    lawyer = campaign.people[1]
    write_requirement(
        campaign.project.slug,
        Requirement(domain="law", needs_credential=True),
        over=1,
        session=session,
        actor=command_actor(),
        now=now,
    )

    assert campaign.must_lease(lawyer, now).credential_class == "lawyer"
    with pytest.raises(Forbidden):
        campaign.lease(campaign.people[0], now)


def speak(session: Session, prompts: list[Prompt], *languages: str) -> None:
    """Let the prompts be in ``languages``, in order."""
    for prompt, language in zip(prompts, languages, strict=True):
        route_prompt(session, prompt, language=language)


def prompts_of(session: Session, project: Project) -> list[Prompt]:
    query = select(Prompt).where(Prompt.prompt_set_version_id == project.prompt_set_version_id)
    return list(session.exec(query.order_by(col(Prompt.position))))


def test_f55_a_swahili_prompt_goes_only_to_who_works_in_swahili(
    session: Session, now: datetime
) -> None:
    campaign = make_campaign(session, n_pairs=4, overlap=2)
    prompts = prompts_of(session, campaign.project)
    speak(session, prompts, "sw-KE", "en", "SW", "swa")
    make_requirement(session, campaign.project, Requirement(matches_language=True))
    reader, other = campaign.people
    make_languages(session, reader, "sw")
    make_languages(session, other, "en", "de")

    got = {"reader": take_all(campaign, reader, now), "other": take_all(campaign, other, now)}

    keys = {
        pair.id: prompts.index(session.get_one(Prompt, pair.prompt_id)) for pair in campaign.pairs
    }
    assert {who: sorted(keys[one] for one in pairs) for who, pairs in got.items()} == {
        "reader": [0, 2],
        "other": [1],
    }


def take_all(campaign: Campaign, person: Person, now: datetime) -> list[int]:
    """Give out all pairs that are open to ``person``, as many as are counted, and end each."""
    n_open = n_left_for(campaign.project.id, person_id=person.id, session=campaign.session, now=now)
    taken = []
    while (lease := campaign.lease(person, now)) is not None:
        taken.append(lease.pair_id)
        release(lease.token, person_id=person.id, session=campaign.session, now=now)
    assert len(taken) == n_open
    return taken


def test_f55_who_names_no_language_is_told_to(session: Session, now: datetime) -> None:
    campaign = make_campaign(session)
    make_requirement(session, campaign.project, Requirement(matches_language=True))

    with pytest.raises(Forbidden, match="in which languages you work"):
        campaign.lease(campaign.people[0], now)


def test_f55_under_a_plan_the_chances_are_those_of_what_can_be_read(
    session: Session, now: datetime
) -> None:
    tournament = make_tournament(session, n_prompts=2, n_people=1)
    tournament.set_chances({(0, 1): 0.6, (0, 2): 0.3, (1, 2): 0.1})
    make_requirement(session, tournament.project, Requirement(matches_language=True))
    person = tournament.people[0]
    make_languages(session, person, "sw")
    readable = prompts_of(session, tournament.project)[1]
    speak(session, [readable], "sw")
    # Of the first two models nothing is left in the one language that the person reads.
    tournament.pairs[0, 1, 1].is_offered = False
    session.flush()

    lease = lease_next(
        tournament.project.id,
        person_id=person.id,
        session=session,
        now=now,
        rng=random.Random(1),
    )

    assert lease is not None
    given = next(key for key, pair in tournament.pairs.items() if pair.id == lease.pair_id)
    chances = {(0, 2, 1): 0.75, (1, 2, 1): 0.25}
    assert lease.probability == pytest.approx(chances[given])
    assert lease.policy == SelectionPolicy.RANK


def test_f19_outside_my_field_sends_the_pair_on_and_costs_nothing(
    campaign: Campaign, session: Session, now: datetime
) -> None:
    doctor = campaign.people[0]
    lease = campaign.must_lease(doctor, now)

    release(lease.token, person_id=doctor.id, reason=ReleaseReason.SCOPE, session=session, now=now)

    session.expire_all()
    assert session.get_one(Pair, lease.pair_id).n_taken == 0
    assert n_left_for(campaign.project.id, person_id=doctor.id, session=session, now=now) == 2
    assert campaign.lease(doctor, now) is not None


def test_f54_a_lapsed_lease_is_judged_under_the_class_asked_for_by_then(
    campaign: Campaign, session: Session, now: datetime
) -> None:
    doctor, later = campaign.people[0], now + timedelta(days=2)
    make_credential(session, doctor, "lawyer", domain="law")
    lease = campaign.must_lease(doctor, now)
    lawyers = Requirement(domain="law", needs_credential=True)
    write_requirement(
        campaign.project.slug, lawyers, over=1, session=session, actor=command_actor(), now=now
    )
    reclaim_expired(campaign.project.id, session=session, now=later)

    submit(lease.token, changed(), person_id=doctor.id, session=session, now=later)

    session.expire_all()
    classes = [*session.exec(select(Judgment.credential_class))]
    assert (lease.credential_class, classes) == ("physician", ["lawyer"])
    assert session.exec(select(Assignment.credential_class)).one() == "lawyer"


def test_f55_a_lapsed_lease_is_judged_only_by_who_reads_its_prompt(
    session: Session, now: datetime
) -> None:
    campaign = make_campaign(session, rubric=small_rubric(session))
    reader, later = campaign.people[0], now + timedelta(days=2)
    make_languages(session, reader, "de")
    lease = campaign.must_lease(reader, now)
    prompts = prompts_of(session, campaign.project)
    make_requirement(session, campaign.project, Requirement(matches_language=True))
    reclaim_expired(campaign.project.id, session=session, now=later)

    speak(session, prompts, "sw")
    with pytest.raises(LeaseLost, match="not for what you have shown"):
        submit(lease.token, changed(), person_id=reader.id, session=session, now=later)
    speak(session, prompts, "de-AT")
    submit(lease.token, changed(), person_id=reader.id, session=session, now=later)

    assert len(session.exec(select(Judgment)).all()) == 1


def test_f54_the_judgment_keeps_the_class_that_its_prompt_asked_for(
    session: Session, now: datetime
) -> None:
    campaign = make_campaign(session, n_pairs=3, overlap=2)
    asks = Requirement(domain="medicine", matches_jurisdiction=True, matches_specialty=True)
    make_requirement(session, campaign.project, asks)
    plain, german, heart = prompts_of(session, campaign.project)
    route_prompt(session, german, jurisdiction="DE")
    route_prompt(session, heart, specialty="cardiology")
    make_credential(session, campaign.people[0], "midwife", jurisdiction="DE")
    make_credential(session, campaign.people[1], "lawyer", domain="law", jurisdiction="DE")

    take_all(campaign, campaign.people[0], now)
    take_all(campaign, campaign.people[1], now)

    query = select(Assignment.person_id, Pair.prompt_id, Assignment.credential_class)
    found = session.exec(query.join(Pair, col(Pair.id) == col(Assignment.pair_id))).all()
    midwife, lawyer = (person.id for person in campaign.people)
    assert sorted(found, key=str) == sorted(
        [(midwife, plain.id, None), (midwife, german.id, "midwife"), (lawyer, plain.id, None)],
        key=str,
    )


def test_f54_a_lapsed_lease_is_judged_by_the_class_that_its_prompt_asks_for_by_then(
    session: Session, now: datetime
) -> None:
    campaign = make_campaign(session, rubric=small_rubric(session))
    midwife, later = campaign.people[0], now + timedelta(days=2)
    lease = campaign.must_lease(midwife, now)
    make_requirement(
        session, campaign.project, Requirement(domain="medicine", matches_specialty=True)
    )
    reclaim_expired(campaign.project.id, session=session, now=later)
    route_prompt(session, prompts_of(session, campaign.project)[0], specialty="obstetrics")

    with pytest.raises(LeaseLost, match="not for what you have shown"):
        submit(lease.token, changed(), person_id=midwife.id, session=session, now=later)
    make_credential(session, midwife, "midwife", specialty="obstetrics")
    submit(lease.token, changed(), person_id=midwife.id, session=session, now=later)

    assert session.exec(select(Judgment.credential_class)).one() == "midwife"
