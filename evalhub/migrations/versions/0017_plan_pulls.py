"""Keep samples, seeds, prices, budgets and usage of pulls, and find answers by their request."""

import sqlalchemy as sa
from alembic import op

revision = "0017"
down_revision = "0016"
branch_labels = None
depends_on = None

INDEX = "ix_response_endpoint_id_request_sha256"
ADDED = (
    ("pull", "seed", sa.Integer(), None),
    ("pull", "n_samples", sa.Integer(), "1"),
    ("pull", "budget_micro", sa.BigInteger(), None),
    ("pull", "budget_currency", sa.String(length=3), None),
    ("pull_endpoint", "n_prompt_tokens", sa.BigInteger(), "0"),
    ("pull_endpoint", "n_completion_tokens", sa.BigInteger(), "0"),
    ("endpoint", "prompt_price", sa.BigInteger(), None),
    ("endpoint", "completion_price", sa.BigInteger(), None),
    ("endpoint", "price_currency", sa.String(length=3), None),
    ("response", "is_copied", sa.Boolean(), sa.false()),
)


def upgrade() -> None:
    for table, name, kind, default in ADDED:
        # Added in place: a table that is made anew would be copied whole, with every raw reply.
        is_optional = default is None
        op.add_column(table, sa.Column(name, kind, nullable=is_optional, server_default=default))
    op.create_index(op.f(INDEX), "response", ["endpoint_id", "request_sha256"])


def downgrade() -> None:
    op.drop_index(op.f(INDEX), table_name="response")
    for table, name, _kind, _default in reversed(ADDED):
        op.drop_column(table, name)
