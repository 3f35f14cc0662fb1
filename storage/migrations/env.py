"""Alembic's entry: migrations run on the connection, and in the transaction, that `storage.migrate` gives."""

from alembic import context

from storage.tables import metadata

connection = context.config.attributes["connection"]
context.configure(connection=connection, target_metadata=metadata, render_as_batch=True, transactional_ddl=True)
context.run_migrations()
