"""Name appeals of reviews in the ledger, which stood there as disputes."""

from alembic import op

from evalhub.db.append_only import allow_changes, make_append_only

revision = "0043"
down_revision = "0044"
branch_labels = None
depends_on = None

KINDS = ("comparison", "training", "assessment", "rework", "dispute", "adjustment")
REASONS = (
    *("returned", "expired", "removed", "over_cap", "volunteer"),
    *("training", "assessment", "rework", "dispute"),
)
# Who appealed reads of a dispute that they never opened. What was booked stays; only its name is
# set right, and by its key, which has told appeals apart from the first day on.
NAME_KINDS = "UPDATE pay_entry SET kind = 'appeal' WHERE key LIKE 'review:%:appeal:%'"
NAME_REASONS = """
    UPDATE pay_entry SET unpaid_reason = 'appeal'
    WHERE key LIKE 'review:%:appeal:%' AND unpaid_reason = 'dispute'
"""


def upgrade() -> None:
    allow_changes("pay_entry")
    _let_in(kinds=(*KINDS, "appeal"), reasons=(*REASONS, "appeal"))
    op.execute(NAME_KINDS)
    op.execute(NAME_REASONS)
    make_append_only("pay_entry")


def downgrade() -> None:
    allow_changes("pay_entry")
    op.execute("UPDATE pay_entry SET kind = 'dispute' WHERE kind = 'appeal'")
    op.execute("UPDATE pay_entry SET unpaid_reason = 'dispute' WHERE unpaid_reason = 'appeal'")
    _let_in(kinds=KINDS, reasons=REASONS)
    make_append_only("pay_entry")


def _let_in(*, kinds: tuple[str, ...], reasons: tuple[str, ...]) -> None:
    # The tables that it refers to are left alone: SQLite cannot tell of all their indexes.
    alone = {"resolve_fks": False}
    with op.batch_alter_table("pay_entry", reflect_kwargs=alone) as table:
        for rule, column, words in (
            ("workkind_known", "kind", kinds),
            ("unpaidreason_known", "unpaid_reason", reasons),
        ):
            name = op.f(f"ck_pay_entry_{rule}")
            table.drop_constraint(name, type_="check")
            listed = ", ".join(f"'{word}'" for word in words)
            table.create_check_constraint(name, f"{column} IN ({listed})")
