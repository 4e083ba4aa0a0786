"""Let the database itself refuse to change what people said."""

from alembic import op


def make_append_only(table: str) -> None:
    """Refuse updates and deletions of ``table`` from now on; for migrations.

    On PostgreSQL the function ``<table>_append_only`` outlives the table and is dropped with
    ``forget_append_only``.
    """
    rule = f"{table} is append-only"
    if op.get_bind().dialect.name == "sqlite":
        for verb in ("UPDATE", "DELETE"):
            op.execute(
                f"CREATE TRIGGER {table}_no_{verb.lower()} BEFORE {verb} ON {table} "
                f"BEGIN SELECT RAISE(ABORT, '{rule}'); END"
            )
        return
    op.execute(
        f"CREATE FUNCTION {table}_append_only() RETURNS trigger LANGUAGE plpgsql AS "
        f"$$ BEGIN RAISE EXCEPTION '{rule}'; END $$"
    )
    op.execute(
        f"CREATE TRIGGER {table}_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON {table} "
        f"FOR EACH STATEMENT EXECUTE FUNCTION {table}_append_only()"
    )


def forget_append_only(table: str) -> None:
    """Drop what is left of the rule once ``table`` is dropped."""
    if op.get_bind().dialect.name != "sqlite":
        op.execute(f"DROP FUNCTION {table}_append_only()")


def allow_changes(table: str) -> None:
    """Take the rule back from ``table``, which stays; for the way back of a migration."""
    if op.get_bind().dialect.name == "sqlite":
        for verb in ("update", "delete"):
            op.execute(f"DROP TRIGGER {table}_no_{verb}")
        return
    op.execute(f"DROP TRIGGER {table}_append_only ON {table}")
    forget_append_only(table)
