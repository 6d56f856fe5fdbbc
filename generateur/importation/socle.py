"""Ce que tout format d'entrée rend : des pièces de compte, chacune avec son origine, et les lignes refusées.

Un lecteur lit et normalise ; il ne devine rien, ne recalcule aucun total déclaré et ne construit aucun objet du
dossier. Ce qu'il ne sait pas reste None : « inconnu » n'est jamais « zéro ».
"""

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from pathlib import Path
from typing import Literal, Protocol

Nature = Literal["facture", "avoir", "acompte", "rectificative", "autofacture", "reglement"]  # un paiement sans facture
Statut = Literal["brouillon", "a_echoir", "impayee", "partielle", "soldee", "annulee", "inconnu"]


@dataclass(frozen=True)
class Tiers:
    """Une partie telle que la source la connaît ; identifiants compactés, sans contrôle de clé."""

    nom: str = ""
    identifiant: str = ""  # le compte du client chez l'outil qui exporte
    siren: str = ""
    siret: str = ""
    tva: str = ""
    voie: str = ""
    complement: str = ""
    code_postal: str = ""
    commune: str = ""
    pays: str = ""
    courriel: str = ""
    telephone: str = ""


@dataclass(frozen=True)
class Reglement:
    """Un paiement connu de la source ; sans date quand elle ne la donne pas."""

    montant: Decimal
    date: dt.date | None = None
    reference: str = ""
    mode: str = ""


@dataclass(frozen=True)
class EcheanceLue:
    """Une échéance d'une pièce qui en a plusieurs."""

    date: dt.date
    montant: Decimal


@dataclass(frozen=True)
class Joint:
    """Un document qui accompagne une facture. `est_cite` faux : gardé à côté (le XML d'un message), non versé."""

    nom: str
    contenu: bytes
    titre: str = ""
    date: dt.date | None = None
    est_cite: bool = True


@dataclass(frozen=True)
class PieceLue:
    """Une pièce de compte normalisée.

    Montants en euros tels que déclarés, signe compris ; `reste_du` est ce que la source dit encore dû, None si elle
    ne le dit pas. `origine` : l'endroit que l'utilisateur peut ouvrir (« feuille Factures, ligne 7 »).
    """

    origine: str
    numero: str
    debiteur: Tiers
    nature: Nature = "facture"
    date: dt.date | None = None
    echeance: dt.date | None = None
    echeances: tuple[EcheanceLue, ...] = ()
    montant_ht: Decimal | None = None
    montant_tva: Decimal | None = None
    montant_ttc: Decimal | None = None
    paye: Decimal | None = None
    reste_du: Decimal | None = None
    reglements: tuple[Reglement, ...] = ()
    statut: Statut = "inconnu"
    facture_visee: str = ""  # pour un avoir ou une rectificative : la facture corrigée
    devise: str = "EUR"
    objet: str = ""
    creancier: Tiers | None = None
    conditions: Mapping[str, str] = field(default_factory=dict)  # penalites, indemnite, escompte : mots de la facture
    fichier: Path | None = None  # le document lisible lui-même, quand la source en est un
    nom_fichier: str = ""  # le nom du document, quand la source le cite
    motif_contestation: str = ""  # non vide : l'acheteur la conteste
    joints: tuple[Joint, ...] = ()  # documents joints à une facture électronique, preuves de son cycle de vie


@dataclass(frozen=True)
class Refus:
    """Une ligne ou un fichier que le lecteur ne prend pas : où, pourquoi, que faire."""

    origine: str
    raison: str
    remede: str = ""


@dataclass(frozen=True)
class Doute:
    """Ce que la source laisse en suspens sans empêcher de lire : deviendra un constat du dossier."""

    origine: str
    code: str
    message: str
    numero: str = ""
    remede: str = ""


@dataclass(frozen=True)
class Transaction:
    """Un encaissement d'un relevé de banque ; montant positif."""

    origine: str
    date: dt.date
    montant: Decimal
    libelle: str = ""
    contrepartie: str = ""
    reference: str = ""


@dataclass(frozen=True)
class Lecture:
    """Ce qu'un lecteur a compris d'un fichier.

    `colonnes` : champ du programme → en-tête lu, None s'il manque ; `entetes` : tous ceux du fichier, quand il en a, et
    `non_lus`, ceux dont rien ne sert ;
    `soldees` : ce qu'elle dit payé, utile à qui le réclame encore ;
    `exemples` : une valeur écrite sous chacun.
    """

    fichier: Path
    format: str
    lignes: int
    pieces: tuple[PieceLue, ...] = ()
    refus: tuple[Refus, ...] = ()
    doutes: tuple[Doute, ...] = ()
    colonnes: Mapping[str, str | None] = field(default_factory=dict)
    clients: tuple[Tiers, ...] = ()
    transactions: tuple[Transaction, ...] = ()
    evenements: tuple["EvenementLu", ...] = ()
    entetes: tuple[str, ...] = ()
    exemples: Mapping[str, str] = field(default_factory=dict)
    non_lus: tuple[str, ...] = ()
    soldees: tuple[PieceLue, ...] = ()


@dataclass(frozen=True)
class EvenementLu:
    """Un message du cycle de vie d'une facture électronique : prise en charge, litige, paiement, rejet."""

    origine: str
    numero: str
    code: str
    date: dt.date | None = None
    motif: str = ""
    montant: Decimal | None = None
    fichier: Path | None = None


@dataclass(frozen=True)
class Consignes:
    """Ce que l'utilisateur précise : la colonne d'un champ quand deux se disputent sa place."""

    colonnes: Mapping[str, str] = field(default_factory=dict)


class LecteurImport(Protocol):
    """Un format d'entrée : un module importation/format_<nom>.py, trouvé seul."""

    NOM: str
    LIBELLE: str

    def reconnaitre(self, fichier: Path) -> int:
        """De 0 (pas le mien) à 100 (certain), d'après le contenu ; ne lève rien pour un fichier étranger."""
        ...

    def lire(self, fichier: Path, consignes: Consignes) -> Lecture:
        """Lève ErreurLecture si rien ne se lit (chaque cause son message), ErreurUsage entre deux colonnes."""
        ...


def cumuler(montants: Sequence[Decimal | None]) -> Decimal:
    """Somme de ce qui est connu."""
    return sum((montant for montant in montants if montant is not None), Decimal(0))
