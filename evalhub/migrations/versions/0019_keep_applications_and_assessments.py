"""Keep how people apply, how they are assessed, and what was decided."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

from evalhub.db.append_only import forget_append_only, make_append_only
from evalhub.db.models.base import UtcDateTime

revision = "0019"
down_revision = "0018"
branch_labels = None
depends_on = None

TABLES = (
    "assessment",
    "assessment_key",
    "attempt",
    "attempt_answer",
    "attempt_event",
    "extra_time",
    "application_call",
    "application",
    "application_decision",
)


def upgrade() -> None:
    make(
        "assessment",
        text("domain", 64),
        number("number"),
        number("rubric_version_id"),
        words("document"),
        moment("published_at"),
        number("published_by", nullable=True),
        key("assessment", "rubric_version_id", "rubric_version"),
        key("assessment", "published_by", "person"),
        unique("assessment", "domain", "number"),
    )
    make(
        "assessment_key",
        number("assessment_id"),
        number("position"),
        number("number"),
        text("accepts", 80),
        words("reason"),
        moment("written_at"),
        number("written_by", nullable=True),
        key("assessment_key", "assessment_id", "assessment"),
        key("assessment_key", "written_by", "person"),
        unique("assessment_key", "assessment_id", "position", "number"),
    )
    make(
        "attempt",
        number("person_id"),
        text("domain", 64),
        number("number"),
        number("assessment_id"),
        moment("started_at"),
        moment("ends_at"),
        key("attempt", "person_id", "person"),
        key("attempt", "assessment_id", "assessment"),
        unique("attempt", "person_id", "domain", "number"),
    )
    index("attempt", "assessment_id")
    make(
        "attempt_answer",
        number("attempt_id"),
        number("position"),
        number("preference"),
        moment("saved_at"),
        key("attempt_answer", "attempt_id", "attempt"),
        sa.CheckConstraint(
            "preference BETWEEN -3 AND 3", name=op.f("ck_attempt_answer_preference_range")
        ),
    )
    index("attempt_answer", "attempt_id", "position")
    make(
        "attempt_event",
        number("attempt_id"),
        vocabulary("kind", "attempteventkind_known", ("handed_in", "reset")),
        words("reason"),
        moment("happened_at"),
        number("caused_by"),
        key("attempt_event", "attempt_id", "attempt"),
        key("attempt_event", "caused_by", "person"),
        unique("attempt_event", "attempt_id", "kind"),
    )
    make(
        "extra_time",
        number("person_id"),
        number("minutes"),
        moment("given_at"),
        number("given_by"),
        key("extra_time", "person_id", "person"),
        key("extra_time", "given_by", "person"),
    )
    index("extra_time", "person_id")
    make(
        "application_call",
        text("domain", 64),
        number("number"),
        sa.Column("is_open", sa.Boolean(), nullable=False),
        words("text"),
        moment("changed_at"),
        number("changed_by", nullable=True),
        key("application_call", "changed_by", "person"),
        unique("application_call", "domain", "number"),
    )
    make(
        "application",
        text("public_id", 32),
        number("person_id"),
        text("domain", 64),
        words("background"),
        number("week_hours"),
        moment("applied_at"),
        key("application", "person_id", "person"),
        unique("application", "public_id"),
        unique("application", "person_id", "domain"),
    )
    make(
        "application_decision",
        number("application_id"),
        number("number"),
        vocabulary("decision", "applicationdecision_known", ("accepted", "declined", "withdrawn")),
        words("reason"),
        number("n_right", nullable=True),
        number("n_items", nullable=True),
        moment("decided_at"),
        number("decided_by"),
        key("application_decision", "application_id", "application"),
        key("application_decision", "decided_by", "person"),
        unique("application_decision", "application_id", "number"),
    )
    for table in TABLES:
        make_append_only(table)


def make(table: str, *parts: "sa.schema.SchemaItem") -> None:
    op.create_table(
        table, number("id"), *parts, sa.PrimaryKeyConstraint("id", name=op.f(f"pk_{table}"))
    )


def number(name: str, *, nullable: bool = False) -> "sa.Column[int]":
    return sa.Column(name, sa.Integer(), nullable=nullable)


def text(name: str, length: int) -> "sa.Column[str]":
    return sa.Column(name, sa.String(length=length), nullable=False)


def words(name: str) -> "sa.Column[str]":
    return sa.Column(name, sa.Text(), nullable=False)


def moment(name: str) -> "sa.schema.SchemaItem":
    return sa.Column(name, UtcDateTime(), nullable=False)


def vocabulary(name: str, rule: str, values: Sequence[str]) -> "sa.Column[str]":
    kind = sa.Enum(*values, name=rule, native_enum=False, create_constraint=True, length=40)
    return sa.Column(name, kind, nullable=False)


def key(table: str, column: str, target: str) -> sa.ForeignKeyConstraint:
    name = op.f(f"fk_{table}_{column}_{target}")
    return sa.ForeignKeyConstraint([column], [f"{target}.id"], name=name, ondelete="RESTRICT")


def unique(table: str, *columns: str) -> sa.UniqueConstraint:
    return sa.UniqueConstraint(*columns, name=op.f(f"uq_{table}_{'_'.join(columns)}"))


def index(table: str, *columns: str) -> None:
    op.create_index(op.f(f"ix_{table}_{'_'.join(columns)}"), table, list(columns))


def downgrade() -> None:
    for table in reversed(TABLES):
        op.drop_table(table)
        forget_append_only(table)
