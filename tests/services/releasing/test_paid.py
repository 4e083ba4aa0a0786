"""A dossier states what was offered and what hours came to, up to the newest judgment."""

from datetime import datetime, timedelta

from sqlmodel import Session, col, select

from evalhub.config import Settings
from evalhub.core.campaigns import AssignmentStatus, Purpose
from evalhub.core.judging.answers import Choice
from evalhub.core.pay.disputes import DisputeStep
from evalhub.core.pay.ledger import Entry, UnpaidReason, WorkKind
from evalhub.core.pay.tiers import PayTier
from evalhub.core.people import Origin, command_actor
from evalhub.core.releasing.dossier.paying import NOTHING_BOOKED
from evalhub.core.releasing.dossier.vocabulary import FieldName
from evalhub.db.models import (
    Dispute,
    DisputeAnswer,
    Pair,
    PayEntry,
    Person,
    Project,
    ProjectTerms,
    Team,
    TeamMember,
)
from evalhub.services.paying.booking import book
from evalhub.services.releasing.dossiers import find_dossier
from evalhub.services.releasing.kept import get_release
from tests.factories import (
    make_assignment,
    make_consent,
    make_person,
    make_project,
)
from tests.release_project import MOMENT, Verdict, add_verdict, make_tiny_project
from tests.releases import build_release

ACTOR = command_actor()
WORK, CONTROL, ANCHOR = Purpose.WORK, Purpose.CONTROL, Purpose.ANCHOR


def put(
    session: Session,
    project: Project,
    person: Person,
    seconds: int | None,
    *,
    pay: int = 0,
    at: datetime = MOMENT,
    reason: UnpaidReason | None = None,
) -> None:
    """Book one entry."""
    key = f"{project.slug}:{person.id}:{at}:{reason}:{seconds}"
    entry = Entry(key, WorkKind.COMPARISON, seconds, pay, "USD", reason)
    book([entry], person_id=person.id, project_id=project.id, session=session, now=at)


def dispute_all(session: Session, project: Project) -> None:
    """Let everybody dispute their first entry of the project; the first one is right."""
    query = select(PayEntry).where(PayEntry.project_id == project.id, col(PayEntry.minor_units) > 0)
    for entry in session.exec(query.order_by(col(PayEntry.id))).all():
        own = {"pay_entry_id": entry.id, "person_id": entry.person_id}
        session.add(Dispute(**own, words="Longer.", minutes=0, opened_at=MOMENT))
    session.flush()
    first = session.exec(select(Dispute).order_by(col(Dispute.id))).first()
    assert first is not None
    for number, step in enumerate((DisputeStep.REJECTED, DisputeStep.APPEALED, DisputeStep.UPHELD)):
        session.add(
            DisputeAnswer(
                dispute_id=first.id,
                number=number,
                step=step,
                words="Read.",
                answered_at=MOMENT,
                answered_by=first.person_id,
            )
        )
    session.flush()


def values(session: Session, settings: Settings, name: FieldName) -> dict[str, object]:
    """Return the figures of a field of a release."""
    release = get_release("tiny", "1.0.0", session=session, settings=settings, actor=ACTOR)
    dossier = find_dossier(release)
    assert dossier is not None
    return {figure.name: figure.value for figure in dossier.field(name).figures}


def test_the_ledger_is_summed_up_to_the_newest_judgment(
    session: Session, settings: Settings, now: datetime
) -> None:
    project, noise = make_tiny_project(session), make_project(session, slug="noise")
    people = [make_person(session) for _ in range(5)]
    for person in people:
        put(session, project, person, 3_600, pay=6_000)
        put(session, project, person, 1_800, reason=UnpaidReason.RETURNED)
        put(session, noise, person, 77, pay=99_999)
        put(session, project, person, 60, pay=900, at=MOMENT + timedelta(days=1))
    put(session, project, make_person(session, origin=Origin.SIMULATED), 9_999, pay=9)
    dispute_all(session, project)

    build_release("tiny", session=session, settings=settings, actor=ACTOR, now=now)

    assert values(session, settings, FieldName.PAY_LEDGER) == {
        "Booked in USD": "300.00 USD",
        "Effective hour in USD": "40.00 USD",
        "Active time, USD": 27_000,
        "Paid time, USD": 18_000,
        "Unpaid time, USD: given back unjudged": 9_000,
        "Entries without a counted time, USD": 0,
        "Disputes": 10,
        "Disputes upheld": 1,
    }


def test_the_versions_of_the_terms_are_those_of_the_claims(
    session: Session, settings: Settings, now: datetime
) -> None:
    project = make_tiny_project(session)
    pair = session.exec(select(Pair).order_by(col(Pair.id))).first()
    assert pair is not None
    pair.overlap = 9
    claims = ((1, 500, WORK), (1, 500, WORK), (3, 900, WORK), (2, 700, CONTROL), (2, 700, ANCHOR))
    for number, pay, purpose in claims:
        person = make_person(session)
        make_consent(session, person)
        claim = make_assignment(
            session, pair, person, status=AssignmentStatus.SUBMITTED, purpose=purpose
        )
        claim.terms_number, claim.pay_minor_units = number, pay
        add_verdict(session, pair, person, Verdict(0, Choice.A), assignment=claim)
    session.add(
        ProjectTerms(
            project_id=project.id,
            number=1,
            pay_tier=PayTier.GENERAL,
            pay_minor_units=500,
            pay_currency="USD",
            expected_minutes=15,
            rubric_version_id=project.rubric_version_id,
            terms="",
            reason="",
            changed_at=MOMENT,
        )
    )
    project.terms_number, project.pay_tier = 3, PayTier.PROFESSIONAL
    session.flush()

    build_release("tiny", session=session, settings=settings, actor=ACTOR, now=now)

    found = values(session, settings, FieldName.PAY_OFFERED)
    assert [found[f"Version {number}: Offered for a judgment"] for number in (1, 3)] == [
        "5.00 USD",
        "9.00 USD",
    ]
    # What checks quality is no judgment of the release, whatever it was paid.
    assert not any(name.startswith("Version 2") for name in found)
    assert values(session, settings, FieldName.RETURNED)["Judged"] == 3
    assert found["Version 1: Offered an hour at the expected minutes"] == "20.00 USD"
    assert found["Version 3: Tier of pay"] == "professional"


def test_imported_judgments_were_booked_nowhere(
    session: Session, settings: Settings, now: datetime
) -> None:
    make_tiny_project(session)

    build_release("tiny", session=session, settings=settings, actor=ACTOR, now=now)

    release = get_release("tiny", "1.0.0", session=session, settings=settings, actor=ACTOR)
    dossier = find_dossier(release)
    assert dossier is not None
    assert dossier.field(FieldName.PAY_LEDGER).reason == NOTHING_BOOKED
    assert dossier.field(FieldName.PAY_OFFERED).figures[0].n == 0


def test_f32_pay_by_team_is_of_who_was_in_it_at_the_newest_judgment(
    session: Session, settings: Settings, now: datetime
) -> None:
    project = make_tiny_project(session)
    team = Team(slug="nairobi", title="Nairobi", created_at=MOMENT)
    session.add(team)
    session.flush()
    for number in range(12):
        person = make_person(session)
        put(session, project, person, 3_600, pay=6_000 if number < 6 else 3_000)
        if number < 7:
            # The seventh left before the newest judgment.
            left_at = MOMENT - timedelta(days=1) if number == 6 else None
            joined_at = MOMENT - timedelta(days=9)
            session.add(
                TeamMember(
                    team_id=team.id,
                    person_id=person.id,
                    is_lead=False,
                    week_hours=5,
                    joined_at=joined_at,
                    left_at=left_at,
                )
            )
    session.flush()

    build_release("tiny", session=session, settings=settings, actor=ACTOR, now=now)

    found = values(session, settings, FieldName.PAY_LEDGER)
    assert found["Effective hour in USD: Team 1"] == "60.00 USD"
    assert found["Active time, USD: Team 1"] == 6 * 3_600
    assert not [name for name in found if "Team 2" in name]
