"""Les tables du registre, telles que la dernière migration les laisse.

Ce qui désigne une personne (identites, mentions, echeances, extraits) s'efface ; dossiers et evenements ne s'effacent
jamais ; situations se refait des événements.
"""

from sqlalchemy import BigInteger, Boolean, Column, Date, ForeignKey, Index, Integer, MetaData, Table, Text
from sqlalchemy.schema import ForeignKeyConstraint

VERSION = "0003"  # la dernière migration ; un essai le vérifie
TABLE_VERSION = "version_registre"

tables = MetaData()

dossiers = Table(
    "dossiers",
    tables,
    Column("numero", Integer, primary_key=True),
    Column("ouvert_le", Date, nullable=False),
    sqlite_autoincrement=True,
)
identites = Table(
    "identites",
    tables,
    Column("dossier", ForeignKey("dossiers.numero"), primary_key=True),
    Column("reference", Text, nullable=False, unique=True),
    Column("debiteur", Text, nullable=False),
    Column("creancier", Text, nullable=False),
    Column("creancier_physique", Boolean, nullable=False),
)
evenements = Table(
    "evenements",
    tables,
    Column("dossier", ForeignKey("dossiers.numero"), primary_key=True),
    Column("rang", Integer, primary_key=True, autoincrement=False),
    Column("nature", Text, nullable=False),
    Column("le", Date, nullable=False),
    Column("contenu", Text, nullable=False),
)
mentions = Table(
    "mentions",
    tables,
    Column("dossier", Integer, primary_key=True, autoincrement=False),
    Column("rang", Integer, primary_key=True, autoincrement=False),
    Column("texte", Text, nullable=False),
    ForeignKeyConstraint(["dossier", "rang"], ["evenements.dossier", "evenements.rang"]),
)
situations = Table(
    "situations",
    tables,
    Column("dossier", ForeignKey("dossiers.numero"), primary_key=True),
    Column("etat", Text, nullable=False),
    Column("procedure", Text),
    Column("total_centimes", BigInteger),
    Index("situations_par_etat", "etat"),
)
echeances = Table(
    "echeances",
    tables,
    Column("dossier", ForeignKey("dossiers.numero"), primary_key=True),
    Column("rang", Integer, primary_key=True, autoincrement=False),
    Column("le", Date, nullable=False),
    Column("titre", Text, nullable=False),
    Column("fondement", Text, nullable=False, server_default=""),
    Index("echeances_par_date", "le"),
)
extraits = Table(
    "extraits",
    tables,
    Column("dossier", ForeignKey("dossiers.numero"), primary_key=True),
    Column("contenu", Text, nullable=False),
)
EFFACABLES = (identites, mentions, echeances, extraits)
