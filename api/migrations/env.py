"""Runs the migrations of this room on the connection that is handed over."""

from alembic import context

from api.schema import Base

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=Base.metadata,
    version_table=context.config.attributes["version_table"],  # the catalogue keeps its own in the same database
)
context.run_migrations()
