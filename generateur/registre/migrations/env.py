"""Ce qu'Alembic exécute pour migrer : sur la connexion déjà ouverte, dans sa transaction."""

from alembic import context

from generateur.registre.schema import TABLE_VERSION, tables

context.configure(
    connection=context.config.attributes["connexion"], target_metadata=tables, version_table=TABLE_VERSION
)
context.run_migrations()
