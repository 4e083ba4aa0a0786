"""Find in which languages a prompt set is without reading its prompts."""

from alembic import op

revision = "0021"
down_revision = "0020"
branch_labels = None
depends_on = None

INDEX = "ix_prompt_prompt_set_version_id_language"


def upgrade() -> None:
    op.create_index(op.f(INDEX), "prompt", ["prompt_set_version_id", "language"])


def downgrade() -> None:
    op.drop_index(op.f(INDEX), table_name="prompt")
