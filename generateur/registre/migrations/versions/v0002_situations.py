"""Version 2 : la situation de chaque dossier et ses échéances, tenues à jour pour lister et filtrer sans tout relire.

Les situations sont refaites des événements après la migration ; les échéances reviennent à l'inscription suivante.
"""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    """Ajoute les deux tables, vides."""
    op.create_table(
        "situations",
        sa.Column("dossier", sa.Integer, sa.ForeignKey("dossiers.numero"), primary_key=True),
        sa.Column("etat", sa.Text, nullable=False),
        sa.Column("procedure", sa.Text),
        sa.Column("total_centimes", sa.BigInteger),
    )
    op.create_index("situations_par_etat", "situations", ["etat"])
    op.create_table(
        "echeances",
        sa.Column("dossier", sa.Integer, sa.ForeignKey("dossiers.numero"), primary_key=True),
        sa.Column("rang", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("le", sa.Date, nullable=False),
        sa.Column("titre", sa.Text, nullable=False),
    )
    op.create_index("echeances_par_date", "echeances", ["le"])
