"""Keep what comparisons are given out for, controls with their keys, and alerts of projects."""

import sqlalchemy as sa
from alembic import op

from evalhub.db.append_only import allow_changes, forget_append_only, make_append_only
from evalhub.db.models.base import UtcDateTime
from evalhub.errors import Conflict

revision = "0035"
down_revision = "0043"
branch_labels = None
depends_on = None

PURPOSES = ("work", "control", "repeat", "anchor")
OUTCOMES = ("upheld", "overturned")
OLD_CHECKS = ("side", "speed", "flat", "copied", "agreement")
NEW_CHECKS = (*OLD_CHECKS, "control", "repeat", "drift")
APPEND_ONLY = ("control_key", "control_contest", "control_contest_answer")
HELD = sa.text("status IN ('leased', 'submitted')")
UNIQUE = "uq_assignment_pair_person_held"
RANGES = {
    "control_percent": (0, "control_range", "BETWEEN 0 AND 20"),
    "repeat_percent": (0, "repeat_range", "BETWEEN 0 AND 10"),
    "repeat_days": (7, "repeat_days_range", "BETWEEN 1 AND 365"),
    "anchor_percent": (0, "anchor_range", "BETWEEN 0 AND 10"),
}


def upgrade() -> None:
    # Added one by one and in words: Alembic would copy the whole table on SQLite to give a new
    # column its check, and judgments would lose the triggers that keep them.
    for name, (default, check, rule) in RANGES.items():
        op.execute(
            f"ALTER TABLE project ADD COLUMN {name} INTEGER DEFAULT {default} NOT NULL "
            f"CONSTRAINT ck_project_{check} CHECK ({name} {rule})"
        )
    known = ", ".join(f"'{one}'" for one in PURPOSES)
    for table in ("assignment", "judgment"):
        op.execute(
            f"ALTER TABLE {table} ADD COLUMN purpose VARCHAR(40) DEFAULT 'work' NOT NULL "
            f"CONSTRAINT ck_{table}_purpose_known CHECK (purpose IN ({known}))"
        )
    op.execute("ALTER TABLE assignment ADD COLUMN occasion INTEGER DEFAULT 0 NOT NULL")
    _hold_once("pair_id", "person_id", "purpose", "occasion")
    _create_items()
    _create_contests()
    for table in APPEND_ONLY:
        make_append_only(table)
    _change_alerts(OLD_CHECKS, NEW_CHECKS, is_person_needed=False)


def downgrade() -> None:
    _refuse_with_checks()
    # An alert about a project has no person to name, as the older schema asks.
    allow_changes("quality_alert")
    allow_changes("quality_answer")
    op.execute(
        "DELETE FROM quality_answer WHERE alert_id IN "
        "(SELECT id FROM quality_alert WHERE kind IN ('control', 'repeat', 'drift'))"
    )
    op.execute("DELETE FROM quality_alert WHERE kind IN ('control', 'repeat', 'drift')")
    make_append_only("quality_answer")
    make_append_only("quality_alert")
    _change_alerts(NEW_CHECKS, OLD_CHECKS, is_person_needed=True)
    for table in (*reversed(APPEND_ONLY), "control_item"):
        op.drop_table(table)
    for table in APPEND_ONLY:
        forget_append_only(table)
    op.drop_index(UNIQUE, table_name="assignment")
    # The older schema lets nobody hold a pair twice, for whatever purpose.
    op.execute(
        "UPDATE assignment SET status = 'released' "
        "WHERE purpose <> 'work' AND status IN ('leased', 'submitted')"
    )
    op.execute("ALTER TABLE assignment DROP COLUMN occasion")
    for table in ("judgment", "assignment"):
        op.execute(f"ALTER TABLE {table} DROP COLUMN purpose")
    op.create_index(
        UNIQUE,
        "assignment",
        ["pair_id", "person_id"],
        unique=True,
        sqlite_where=HELD,
        postgresql_where=HELD,
    )
    for name in RANGES:
        op.execute(f"ALTER TABLE project DROP COLUMN {name}")


def _refuse_with_checks() -> None:
    """Raise ``Conflict`` while there are judgments that the older schema would take for work.

    Without their purpose they would enter scores and releases, and no later upgrade could tell them
    apart again.
    """
    checks = sa.text("SELECT count(*) FROM judgment WHERE purpose <> 'work'")
    n = op.get_bind().execute(checks).scalar_one()
    if n:
        raise Conflict(
            f"The schema before {revision} would count {n} judgments that check quality as work, "
            "so there is no way back to it. Restore a backup from before the upgrade instead."
        )


def _hold_once(*columns: str) -> None:
    op.drop_index(UNIQUE, table_name="assignment")
    op.create_index(
        UNIQUE,
        "assignment",
        [*columns],
        unique=True,
        sqlite_where=HELD,
        postgresql_where=HELD,
    )


def _create_items() -> None:
    op.create_table(
        "control_item",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("project_id", sa.Integer(), nullable=False),
        sa.Column("pair_id", sa.Integer(), nullable=False),
        sa.Column("purpose", _words("purpose", PURPOSES), nullable=False),
        sa.Column("is_given", sa.Boolean(), nullable=False),
        sa.Column("added_at", UtcDateTime(), nullable=False),
        sa.Column("added_by", sa.Integer(), nullable=True),
        _points_to("control_item", "project_id", "project"),
        _points_to("control_item", "pair_id", "pair"),
        _points_to("control_item", "added_by", "person"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_control_item")),
        sa.UniqueConstraint("pair_id", name=op.f("uq_control_item_pair_id")),
    )
    columns = ["project_id", "purpose", "is_given"]
    op.create_index(op.f("ix_control_item_project_id_purpose_is_given"), "control_item", columns)
    op.create_table(
        "control_key",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("pair_id", sa.Integer(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("accepted", sa.String(length=20), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("written_at", UtcDateTime(), nullable=False),
        sa.Column("written_by", sa.Integer(), nullable=True),
        _points_to("control_key", "pair_id", "pair"),
        _points_to("control_key", "written_by", "person"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_control_key")),
        sa.UniqueConstraint("pair_id", "number", name=op.f("uq_control_key_pair_id_number")),
    )


def _create_contests() -> None:
    op.create_table(
        "control_contest",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("public_id", sa.String(length=32), nullable=False),
        sa.Column("assignment_id", sa.Integer(), nullable=False),
        sa.Column("words", sa.Text(), nullable=False),
        sa.Column("opened_at", UtcDateTime(), nullable=False),
        _points_to("control_contest", "assignment_id", "assignment"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_control_contest")),
        sa.UniqueConstraint("assignment_id", name=op.f("uq_control_contest_assignment_id")),
        sa.UniqueConstraint("public_id", name=op.f("uq_control_contest_public_id")),
    )
    op.create_table(
        "control_contest_answer",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("control_contest_id", sa.Integer(), nullable=False),
        sa.Column("outcome", _words("contestoutcome", OUTCOMES), nullable=False),
        sa.Column("words", sa.Text(), nullable=False),
        sa.Column("control_key_id", sa.Integer(), nullable=True),
        sa.Column("answered_at", UtcDateTime(), nullable=False),
        sa.Column("answered_by", sa.Integer(), nullable=False),
        _points_to("control_contest_answer", "control_contest_id", "control_contest"),
        _points_to("control_contest_answer", "control_key_id", "control_key"),
        _points_to("control_contest_answer", "answered_by", "person"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_control_contest_answer")),
        sa.UniqueConstraint(
            "control_contest_id", name=op.f("uq_control_contest_answer_control_contest_id")
        ),
    )


def _change_alerts(
    before: tuple[str, ...], after: tuple[str, ...], *, is_person_needed: bool
) -> None:
    # Described here: to find out by itself what the table is, Alembic would look at every table
    # that it refers to. The copy that SQLite makes has no triggers, so they are made again; the
    # old ones go with the old table.
    alerts = _alerts(before, is_person_needed=not is_person_needed)
    with op.batch_alter_table("quality_alert", copy_from=alerts) as table:
        table.alter_column(
            "kind",
            existing_type=_words("checkkind", before),
            type_=_words("checkkind", after),
            existing_nullable=False,
        )
        table.alter_column("person_id", existing_type=sa.Integer(), nullable=not is_person_needed)
    if op.get_bind().dialect.name == "sqlite":
        make_append_only("quality_alert")


def _alerts(kinds: tuple[str, ...], *, is_person_needed: bool) -> sa.Table:
    metadata = sa.MetaData()
    for name in ("project", "person"):
        sa.Table(name, metadata, sa.Column("id", sa.Integer(), primary_key=True))
    table = sa.Table(
        "quality_alert",
        metadata,
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("key", sa.String(length=120), nullable=False),
        sa.Column("project_id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=not is_person_needed),
        sa.Column("kind", _words("checkkind", kinds), nullable=False),
        sa.Column("n", sa.Integer(), nullable=False),
        *(
            sa.Column(name, sa.Float(), nullable=False)
            for name in ("value", "expected", "statistic", "p", "q")
        ),
        sa.Column("n_tests", sa.Integer(), nullable=False),
        sa.Column("found_at", UtcDateTime(), nullable=False),
        _points_to("quality_alert", "project_id", "project"),
        _points_to("quality_alert", "person_id", "person"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_quality_alert")),
        sa.UniqueConstraint("key", name=op.f("uq_quality_alert_key")),
    )
    for column in ("project_id", "person_id"):
        sa.Index(op.f(f"ix_quality_alert_{column}"), table.c[column])
    return table


def _words(name: str, values: tuple[str, ...]) -> sa.Enum:
    return sa.Enum(
        *values, name=f"{name}_known", native_enum=False, create_constraint=True, length=40
    )


def _points_to(table: str, column: str, other: str) -> sa.ForeignKeyConstraint:
    name = op.f(f"fk_{table}_{column}_{other}")
    return sa.ForeignKeyConstraint([column], [f"{other}.id"], name=name, ondelete="RESTRICT")
