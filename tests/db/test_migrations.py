"""Migrations build the schema that the models describe, on both databases."""

from collections import Counter
from datetime import datetime

import pytest
import sqlalchemy as sa
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from sqlmodel import Session, SQLModel, select

from evalhub.core.campaigns import AssignmentStatus, OverlapRule, PullStatus, Purpose, SelectionMode
from evalhub.core.pay.disputes import DisputeStep
from evalhub.core.pay.ledger import Entry, UnpaidReason, WorkKind
from evalhub.core.pay.tiers import PayTier
from evalhub.core.people import Role
from evalhub.core.releasing.dossier.signing import SignOffRole
from evalhub.db.engine import Database
from evalhub.db.migrate import alembic_config, current_revision, head_revision, upgrade
from evalhub.db.models import (
    ApiKey,
    AuditEvent,
    Dispute,
    DisputeAnswer,
    Judgment,
    Matchup,
    Pair,
    PayEntry,
    PersonWord,
    Project,
    ProjectStatement,
    ProjectTerms,
    Prompt,
    Pull,
    Release,
    ReleaseAnnotator,
    ReleaseDownload,
    ReleaseSignOff,
    ReleaseWithdrawal,
    ReviewLook,
)
from evalhub.errors import Conflict
from evalhub.services.paying.booking import book
from tests.factories import MOMENT, make_assignment, make_judgment, make_person, make_project
from tests.services.selecting.tournaments import make_tournament


def event(now: datetime) -> AuditEvent:
    return AuditEvent(
        at=now,
        actor_name="x",
        action="a",
        subject="s",
        details="{}",
        previous_hash="0" * 64,
        hash="1" * 64,
    )


# SQLite tells of no index over an expression; that it is used is tested where it is needed.
@pytest.mark.filterwarnings("ignore:.*expression-based index .?ix_person_by_name")
def test_the_migrated_schema_is_what_the_models_say(database: Database) -> None:
    with database.engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        differences = compare_metadata(context, SQLModel.metadata)

    assert differences == []


def test_upgrading_twice_changes_nothing(database: Database) -> None:
    upgrade(database)

    assert current_revision(database) == head_revision()


def test_downgrading_to_nothing_and_up_again_works(database: Database) -> None:
    command.downgrade(alembic_config(database), "base")
    assert set(sa.inspect(database.engine).get_table_names()) == {"alembic_version"}

    upgrade(database)
    assert current_revision(database) == head_revision()


@pytest.mark.parametrize(
    "statement", ["UPDATE audit_event SET action = 'b'", "DELETE FROM audit_event"]
)
def test_the_database_refuses_to_change_what_was_recorded(
    session: Session, now: datetime, statement: str
) -> None:
    session.add(event(now))
    session.flush()

    with pytest.raises(sa.exc.DBAPIError, match="append-only"):
        session.connection().execute(sa.text(statement))


@pytest.mark.parametrize(
    "table",
    [
        *("project_statement", "release_sign_off", "release_annotator", "release_withdrawal"),
        *("pay_entry", "project_terms", "dispute", "dispute_answer"),
    ],
)
@pytest.mark.parametrize("verb", ["UPDATE {} SET id = 7", "DELETE FROM {}"])
def test_what_people_said_and_signed_stays(
    session: Session, now: datetime, table: str, verb: str
) -> None:
    _add_words(session, now)

    with pytest.raises(sa.exc.DBAPIError, match=f"{table} is append-only"):
        session.connection().execute(sa.text(verb.format(table)))


def _add_words(session: Session, now: datetime) -> None:
    _add_download(session, now)
    release = session.exec(select(Release)).one()
    person = make_person(session)
    session.add(
        ProjectStatement(
            project_id=release.project_id,
            number=1,
            document="{}",
            author_name=person.name,
            written_at=now,
        )
    )
    session.add(
        ReleaseSignOff(
            release_id=release.id,
            person_id=person.id,
            name=person.name,
            role=SignOffRole.AUDITOR,
            manifest_sha256="0" * 64,
            statement="Read.",
            signed_at=now,
        )
    )
    session.add(
        ReleaseAnnotator(release_id=release.id, person_id=person.id, annotator="one", n_judgments=1)
    )
    add_terms_and_pay(session, release.project_id, person.id, now)
    session.add(ReleaseWithdrawal(release_id=release.id, reason="Wrong rubric.", withdrawn_at=now))
    session.flush()


def add_terms_and_pay(session: Session, project_id: int, person_id: int, now: datetime) -> None:
    """Add a row of a project's terms and one of a person's ledger."""
    project = session.get_one(Project, project_id)
    session.add(
        ProjectTerms(
            project_id=project_id,
            number=0,
            pay_tier=project.pay_tier,
            pay_minor_units=0,
            pay_currency="USD",
            expected_minutes=10,
            rubric_version_id=project.rubric_version_id,
            terms="",
            reason="",
            changed_at=now,
        )
    )
    book(
        [Entry("one", WorkKind.TRAINING, 60, 0, "USD", UnpaidReason.TRAINING)],
        person_id=person_id,
        session=session,
        now=now,
    )
    entry = session.exec(select(PayEntry)).one()
    dispute = Dispute(
        pay_entry_id=entry.id, person_id=person_id, words="No.", minutes=0, opened_at=now
    )
    session.add(dispute)
    session.flush()
    session.add(
        DisputeAnswer(
            dispute_id=dispute.id,
            number=1,
            step=DisputeStep.REJECTED,
            words="Yes.",
            answered_at=now,
            answered_by=person_id,
        )
    )


def test_every_foreign_key_says_what_happens_on_delete(inspector: sa.Inspector) -> None:
    rules = {
        (table, key["name"]): key["options"].get("ondelete")
        for table in inspector.get_table_names()
        for key in inspector.get_foreign_keys(table)
    }

    assert rules
    assert set(rules.values()) == {"RESTRICT"}


def test_downloads_of_the_first_schema_stand_as_whole_files(
    database: Database, now: datetime
) -> None:
    with database.transaction() as session:
        _add_download(session, now)

    command.downgrade(alembic_config(database), "0001")
    columns = {one["name"] for one in sa.inspect(database.engine).get_columns("release_download")}
    upgrade(database)

    with database.transaction(write=False) as session:
        row = session.exec(select(ReleaseDownload)).one()
    assert "first_byte" not in columns
    assert (row.file, row.first_byte, row.last_byte) == ("README.md", None, None)
    assert row.downloaded_at == now


def _add_download(session: Session, now: datetime) -> None:
    release = Release(
        project_id=make_project(session).id,
        version="1.0.0",
        title="t",
        recipe="{}",
        snapshot_sha256="0" * 64,
        manifest="{}",
        folder="f",
        n_pairs=0,
        n_judgments=0,
        created_at=now,
    )
    session.add(release)
    session.flush()
    session.add(
        ReleaseDownload(
            release_id=release.id, file="README.md", first_byte=3, last_byte=9, downloaded_at=now
        )
    )


def test_projects_of_the_second_schema_go_on_as_they_began(
    database: Database, now: datetime
) -> None:
    with database.transaction() as session:
        tournament = make_tournament(session, n_models=3, n_prompts=2)
        project_id = tournament.project.id

    command.downgrade(alembic_config(database), "0002")
    upgrade(database)

    with database.transaction(write=False) as session:
        project = session.get_one(Project, project_id)
        pairs = session.exec(select(Pair)).all()
        matchups = session.exec(select(Matchup)).all()
    assert project.selection_mode is SelectionMode.UNIFORM
    assert project.overlap_rule is OverlapRule.FIXED
    assert len(matchups) == 3
    assert Counter(pair.matchup_id for pair in pairs) == {one.id: 2 for one in matchups}


def test_keys_and_pulls_of_the_fifth_schema_stay_as_they_are(
    database: Database, now: datetime
) -> None:
    with database.transaction() as session:
        tournament = make_tournament(session, n_models=3, n_prompts=2)
        version = tournament.project.prompt_set_version_id
        person = make_person(session, Role.LAB)
        session.add(
            ApiKey(
                public_id="k",
                person_id=person.id,
                name="k",
                prefix="evh_",
                key_hash="0" * 64,
                scopes=["releases:read"],
                releases=["tiny"],
                created_at=now,
                expires_at=now,
            )
        )
        for number in "12":
            pull = Pull(
                public_id=number,
                prompt_set_version_id=version,
                status=PullStatus.DONE,
                created_at=now,
                created_by=person.id,
                request_key=number,
            )
            session.add(pull)

    command.downgrade(alembic_config(database), "0005")
    upgrade(database)

    with database.transaction(write=False) as session:
        key, pulls = session.exec(select(ApiKey)).one(), session.exec(select(Pull)).all()
    assert (key.scopes, key.releases) == (["releases:read"], None)
    assert [pull.request_key for pull in pulls] == [None, None]


def test_what_was_judged_before_there_was_a_ledger_is_booked_at_the_pay_of_its_claim(
    database: Database,
) -> None:
    with database.transaction() as session:
        tournament = make_tournament(session, n_models=2, n_prompts=2)
        person = make_person(session)
        tournament.project.pay_minor_units = 500
        for pair, pay in zip(session.exec(select(Pair)).all(), (500, 0), strict=True):
            lease = make_assignment(session, pair, person, status=AssignmentStatus.SUBMITTED)
            lease.pay_minor_units = pay
            for revision in (1, 2):
                make_judgment(
                    session,
                    pair,
                    person,
                    assignment=lease,
                    revision=revision,
                    active_seconds=89.6 if revision == 1 else None,
                )

    command.downgrade(alembic_config(database), "0015")
    upgrade(database)

    with database.transaction(write=False) as session:
        entries = session.exec(select(PayEntry).order_by(sa.text("id"))).all()
        tier = session.exec(select(Project.pay_tier)).one()
    found = [(one.seconds, one.minor_units, one.unpaid_reason) for one in entries]
    assert found == [
        *((90, 500, None), (None, 0, None)),
        *((90, 0, UnpaidReason.VOLUNTEER), (None, 0, UnpaidReason.VOLUNTEER)),
    ]
    assert entries[0].key == f"assignment:{entries[0].assignment_id}:judgment:1"
    assert tier is PayTier.GENERAL


def test_pairs_from_before_there_were_routes_get_those_of_their_prompts(database: Database) -> None:
    with database.transaction() as session:
        make_tournament(session, n_models=2, n_prompts=2)
        first, second = session.exec(select(Prompt).order_by(sa.text("id"))).all()
        first.language = "sw-KE"
        second.language, second.document = "DE", '{"jurisdiction": "us-CA"}'

    command.downgrade(alembic_config(database), "0023")
    upgrade(database)

    with database.transaction(write=False) as session:
        pairs = session.exec(select(Pair.route).order_by(sa.text("id"))).all()
        prompts = session.exec(select(Prompt.route).order_by(sa.text("id"))).all()
    assert list(pairs) == list(prompts) == ["sw||", "de|US-CA|"]


def test_people_from_before_there_were_words_are_found_by_theirs(database: Database) -> None:
    with database.transaction() as session:
        make_person(session, name="Ada Ünal", email="ada@example.org")

    command.downgrade(alembic_config(database), "0024")
    upgrade(database)

    with database.transaction(write=False) as session:
        words = session.exec(select(PersonWord.word)).all()
    assert sorted(words) == ["ada", "example", "org", "ünal"]


def test_what_was_judged_before_there_were_reviews_is_not_looked_at(
    database: Database, now: datetime
) -> None:
    with database.transaction() as session:
        old, looked = make_project(session).id, make_project(session).id
        session.add(ReviewLook(project_id=looked, looked_until=now))

    command.downgrade(alembic_config(database), "0033")
    upgrade(database)

    with database.transaction(write=False) as session:
        assert session.get_one(ReviewLook, old).looked_until > now
        assert session.get_one(ReviewLook, looked).looked_until == now


def test_appeals_that_stood_as_disputes_are_named(database: Database) -> None:
    with database.transaction() as session:
        person = make_person(session)
        for key, kind, reason in (
            ("review:7:appeal:1", WorkKind.APPEAL, UnpaidReason.APPEAL),
            ("review:8:appeal:1", WorkKind.APPEAL, UnpaidReason.VOLUNTEER),
            ("dispute:1:time", WorkKind.DISPUTE, UnpaidReason.DISPUTE),
        ):
            entry = Entry(key, kind, 60, 0, "USD", reason)
            book([entry], person_id=person.id, session=session, now=MOMENT)

    command.downgrade(alembic_config(database), "0044")
    with database.engine.connect() as connection:
        before = connection.execute(sa.text("SELECT kind, unpaid_reason FROM pay_entry")).all()
    upgrade(database)

    assert {tuple(row) for row in before} == {("dispute", "dispute"), ("dispute", "volunteer")}
    with database.transaction(write=False) as session:
        found = {one.key: (one.kind, one.unpaid_reason) for one in session.exec(select(PayEntry))}
    assert found["review:7:appeal:1"] == (WorkKind.APPEAL, UnpaidReason.APPEAL)
    assert found["review:8:appeal:1"] == (WorkKind.APPEAL, UnpaidReason.VOLUNTEER)
    assert found["dispute:1:time"] == (WorkKind.DISPUTE, UnpaidReason.DISPUTE)


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_a_schema_that_would_take_checks_for_work_is_refused(database: Database) -> None:
    with database.transaction() as session:
        tournament = make_tournament(session, n_models=2, n_prompts=1)
        tournament.judge(0, 1, purpose=Purpose.CONTROL)

    with pytest.raises(Conflict, match="count 1 judgments that check quality as work"):
        command.downgrade(alembic_config(database), "0043")

    upgrade(database)
    with database.transaction(write=False) as session:
        assert session.exec(select(Judgment.purpose)).one() is Purpose.CONTROL


def test_the_ledger_keeps_its_rules_when_a_word_is_added(database: Database) -> None:
    """SQLite copies the table for it, which loses what the copy does not name."""
    with database.engine.connect() as connection:
        checks = sa.inspect(connection).get_check_constraints("pay_entry")
        indexes = sa.inspect(connection).get_indexes("pay_entry")

    assert {check["name"] for check in checks} == {
        "ck_pay_entry_never_taken_back",
        "ck_pay_entry_unpaid_is_without_money",
        "ck_pay_entry_workkind_known",
        "ck_pay_entry_unpaidreason_known",
    }
    assert {index["name"] for index in indexes} >= {
        "ix_pay_entry_person_id_booked_at",
        "ix_pay_entry_project_id",
        "ix_pay_entry_assignment_id",
    }
