"""Version 3 : l'extrait de chaque dossier d'où se dresse le tableau de bord, et le texte de chaque échéance.

Comme l'identité, tout cela s'efface à la purge ; l'inscription suivante remplit ce qui manque.
"""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    """Ajoute la table, vide, et la colonne."""
    op.create_table(
        "extraits",
        sa.Column("dossier", sa.Integer, sa.ForeignKey("dossiers.numero"), primary_key=True),
        sa.Column("contenu", sa.Text, nullable=False),
    )
    op.add_column("echeances", sa.Column("fondement", sa.Text, nullable=False, server_default=""))
