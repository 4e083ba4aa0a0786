"""Let nobody change who stands in a release, or that it was withdrawn."""

from evalhub.db.append_only import allow_changes, make_append_only

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None

APPEND_ONLY = ("release_annotator", "release_withdrawal")


def upgrade() -> None:
    for table in APPEND_ONLY:
        make_append_only(table)


def downgrade() -> None:
    for table in APPEND_ONLY:
        allow_changes(table)
