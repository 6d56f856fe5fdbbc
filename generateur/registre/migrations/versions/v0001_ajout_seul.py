"""Version 1 : les dossiers, ce qui les désigne à part, et leurs événements, qu'on ne peut qu'ajouter."""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None

_REFUS = "registre en ajout seul"
_SUITE = "rang hors de la suite"
_MEME_NUMERO = "SELECT 1 FROM dossiers WHERE numero = NEW.numero"
_RANG_SUIVANT = "SELECT COALESCE(MAX(rang), 0) + 1 FROM evenements WHERE dossier = NEW.dossier"


def upgrade() -> None:
    """Crée les tables et leurs gardiens."""
    op.create_table(
        "dossiers",
        sa.Column("numero", sa.Integer, primary_key=True),
        sa.Column("ouvert_le", sa.Date, nullable=False),
        sqlite_autoincrement=True,
    )
    op.create_table(
        "identites",
        sa.Column("dossier", sa.Integer, sa.ForeignKey("dossiers.numero"), primary_key=True),
        sa.Column("reference", sa.Text, nullable=False, unique=True),
        sa.Column("debiteur", sa.Text, nullable=False),
        sa.Column("creancier", sa.Text, nullable=False),
        sa.Column("creancier_physique", sa.Boolean, nullable=False),
    )
    op.create_table(
        "evenements",
        sa.Column("dossier", sa.Integer, sa.ForeignKey("dossiers.numero"), primary_key=True),
        sa.Column("rang", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("nature", sa.Text, nullable=False),
        sa.Column("le", sa.Date, nullable=False),
        sa.Column("contenu", sa.Text, nullable=False),
    )
    op.create_table(
        "mentions",
        sa.Column("dossier", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("rang", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("texte", sa.Text, nullable=False),
        sa.ForeignKeyConstraint(["dossier", "rang"], ["evenements.dossier", "evenements.rang"]),
    )
    gardiens = _GARDIENS_SQLITE if op.get_bind().dialect.name == "sqlite" else _GARDIENS_POSTGRESQL
    for gardien in gardiens:
        op.execute(gardien)


# Le rang suit le précédent : refuse aussi « INSERT OR REPLACE », qui effacerait sans déclencher DELETE.
_GARDIENS_SQLITE = (
    *(
        f"CREATE TRIGGER {table}_sans_{geste.lower()} BEFORE {geste} ON {table} "
        f"BEGIN SELECT RAISE(ABORT, '{_REFUS}'); END"
        for table in ("dossiers", "evenements")
        for geste in ("UPDATE", "DELETE")
    ),
    "CREATE TRIGGER evenements_a_la_suite BEFORE INSERT ON evenements "
    f"WHEN NEW.rang <> ({_RANG_SUIVANT}) BEGIN SELECT RAISE(ABORT, '{_SUITE}'); END",
    "CREATE TRIGGER dossiers_sans_remplacement BEFORE INSERT ON dossiers "
    f"WHEN EXISTS ({_MEME_NUMERO}) BEGIN SELECT RAISE(ABORT, '{_REFUS}'); END",
)
_GARDIENS_POSTGRESQL = (
    "CREATE FUNCTION refuser_retouche() RETURNS trigger LANGUAGE plpgsql AS $$ "
    f"BEGIN RAISE EXCEPTION '{_REFUS}' USING ERRCODE = 'integrity_constraint_violation'; END $$",
    "CREATE FUNCTION exiger_la_suite() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN "
    f"IF NEW.rang <> ({_RANG_SUIVANT}) THEN "
    f"RAISE EXCEPTION '{_SUITE}' USING ERRCODE = 'integrity_constraint_violation'; END IF; RETURN NEW; END $$",
    *(
        f"CREATE TRIGGER {table}_sans_retouche BEFORE UPDATE OR DELETE OR TRUNCATE ON {table} "
        "FOR EACH STATEMENT EXECUTE FUNCTION refuser_retouche()"
        for table in ("dossiers", "evenements")
    ),
    "CREATE TRIGGER evenements_a_la_suite BEFORE INSERT ON evenements FOR EACH ROW EXECUTE FUNCTION exiger_la_suite()",
)
