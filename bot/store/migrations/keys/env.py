"""Runs the migrations of the keys tables on the connection that it is given."""

from alembic import context

connection = context.config.attributes["connection"]
context.configure(connection=connection, version_table="keys_version", transaction_per_migration=False)
context.run_migrations()
