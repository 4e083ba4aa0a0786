"""Run migrations on the engine that ``evalhub.db.migrate`` hands over."""

from alembic import context
from sqlmodel import SQLModel

import evalhub.db.models  # noqa: F401 - fills the metadata
from evalhub.db.engine import WRITE

engine = context.config.attributes["engine"].execution_options(**{WRITE: True})

with engine.connect() as connection:
    context.configure(
        connection=connection,
        target_metadata=SQLModel.metadata,
        render_as_batch=connection.dialect.name == "sqlite",
        compare_type=True,
        transaction_per_migration=False,
    )
    with context.begin_transaction():
        context.run_migrations()
