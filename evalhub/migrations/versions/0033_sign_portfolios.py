"""Keep signed portfolios, and those that were taken back."""

from evalhub.db.table_parts import drop, index, key, make, moment, number, seal, text, unique, words

revision = "0033"
down_revision = "0032"
branch_labels = None
depends_on = None

TABLES = ("portfolio", "portfolio_revocation")


def upgrade() -> None:
    make(
        "portfolio",
        text("public_id", 32),
        number("person_id"),
        words("document"),
        text("signature", 128),
        text("public_key", 64),
        moment("made_at"),
        key("portfolio", "person_id", "person"),
        unique("portfolio", "public_id"),
    )
    index("portfolio", "person_id")
    make(
        "portfolio_revocation",
        number("portfolio_id"),
        moment("revoked_at"),
        key("portfolio_revocation", "portfolio_id", "portfolio"),
        unique("portfolio_revocation", "portfolio_id"),
    )
    seal(*TABLES)


def downgrade() -> None:
    drop(*TABLES)
