"""Find the next pair by what its prompt says of who should judge it."""

import sqlalchemy as sa
from alembic import op

revision = "0024"
down_revision = "0023"
branch_labels = None
depends_on = None

BY_LANGUAGE = "ix_prompt_prompt_set_version_id_language"
BY_ROUTE = "ix_prompt_prompt_set_version_id_route"
ROOM = sa.text("n_taken < overlap")


def upgrade() -> None:
    for table in ("prompt", "pair"):
        column = sa.Column("route", sa.String(length=200), nullable=False, server_default="")
        op.add_column(table, column)
    op.execute(PROMPTS[op.get_bind().dialect.name])
    op.execute("UPDATE pair SET route = (SELECT route FROM prompt WHERE prompt.id = prompt_id)")
    op.drop_index(op.f(BY_LANGUAGE), table_name="prompt")
    op.create_index(op.f(BY_ROUTE), "prompt", ["prompt_set_version_id", "route"])
    _create_with_room("ix_pair_route_with_room", "project_id", "is_offered", "route", "position")
    _create_with_room("ix_pair_matchup_route_with_room", "matchup_id", "route", "position")


def downgrade() -> None:
    op.drop_index("ix_pair_matchup_route_with_room", table_name="pair")
    op.drop_index("ix_pair_route_with_room", table_name="pair")
    op.drop_index(op.f(BY_ROUTE), table_name="prompt")
    op.create_index(op.f(BY_LANGUAGE), "prompt", ["prompt_set_version_id", "language"])
    for table in ("pair", "prompt"):
        op.drop_column(table, "route")


def _create_with_room(name: str, *columns: str) -> None:
    op.create_index(name, "pair", [*columns], sqlite_where=ROOM, postgresql_where=ROOM)


# Languages go by their first part. No prompt had a specialty before there was a column for it.
PROMPTS = {
    "sqlite": """
        UPDATE prompt SET route =
            lower(substr(language, 1, instr(language || '-', '-') - 1)) || '|' ||
            upper(coalesce(json_extract(document, '$.jurisdiction'), '')) || '|'
    """,
    "postgresql": """
        UPDATE prompt SET route =
            lower(split_part(language, '-', 1)) || '|' ||
            upper(coalesce(document::jsonb ->> 'jurisdiction', '')) || '|'
    """,
}
