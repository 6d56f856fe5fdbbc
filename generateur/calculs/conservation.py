"""Jusqu'à quand un dossier clos se garde : la plus tardive des durées qui le concernent, et ce qui empêche d'en juger.

Sources : C. com. L123-22 (pièces comptables), L110-4 et C. civ. 2224 (actions), CPCE L111-4 (titre exécutoire), RGPD
art. 5 (pas plus longtemps que nécessaire). Au moindre doute, le dossier se garde.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date

from generateur.calculs.calendrier import ajouter_mois
from generateur.domaine.dossier import Dossier
from generateur.domaine.evenements import lister_evenements
from generateur.domaine.langue import date_longue
from generateur.droit.tables import entier_au, valeur_au

_TABLE = "conservation"


@dataclass(frozen=True)
class Delai:
    """Une durée de conservation : `terme` en est le dernier jour, compris."""

    titre: str
    terme: date
    fondement: str
    explication: str


@dataclass(frozen=True)
class Conservation:
    """Ce qu'on sait d'un dossier à garder ; `raison` : pourquoi il se garde, vide s'il peut être purgé."""

    clos_le: date | None
    delais: tuple[Delai, ...]
    raison: str

    @property
    def terme(self) -> date | None:
        """Le dernier jour de la plus longue durée."""
        return max((delai.terme for delai in self.delais), default=None)


@dataclass(frozen=True)
class Reperes:
    """Les dates dont tout dépend ; None : ce qui n'a pas eu lieu. `doute` : ce qui empêche d'en juger."""

    clos_le: date | None
    titre_le: date | None = None
    piece_le: date | None = None
    doute: str = ""


def juger_conservation(reperes: Reperes, au: date) -> Conservation:
    """À `au`, le dossier se garde-t-il encore ? Lève ErreurDroitManquant au-delà de l'horizon de la table."""
    clos_le = reperes.clos_le
    if clos_le is None or reperes.doute:
        return Conservation(clos_le, (), reperes.doute or "non clos")
    delais = tuple(_delais(reperes, clos_le, au))
    terme = max(delai.terme for delai in delais)
    return Conservation(clos_le, delais, f"à garder jusqu'au {date_longue(terme)}" if terme >= au else "")


def _delais(reperes: Reperes, clos_le: date, au: date) -> Iterator[Delai]:
    if reperes.piece_le:
        exercice = ajouter_mois(reperes.piece_le, entier_au(_TABLE, au, "exercice_comptable"))
        precision = (
            f"dernière pièce comptable du {date_longue(reperes.piece_le)}, exercice clos au plus tard un an après"
        )
        yield _compter("Pièces comptables", "pieces_comptables", exercice, precision, au)
    if reperes.titre_le:
        precision = f"dernier acte du titre le {date_longue(reperes.titre_le)}"
        yield _compter("Titre exécutoire", "titre_executoire", reperes.titre_le, precision, au)
    yield _compter("Preuve des actions", "preuve_des_actions", clos_le, f"clos le {date_longue(clos_le)}", au)


def _compter(titre: str, cle: str, depuis: date, explication: str, au: date) -> Delai:
    regle = valeur_au(_TABLE, au, cle)
    return Delai(titre, ajouter_mois(depuis, entier_au(_TABLE, au, cle)), regle.source.titre, explication)


def reperer_dossier(dossier: Dossier, au: date) -> Reperes:
    """Les repères d'un dossier, d'après ce qu'il dit."""
    clos_le = dossier.cloture.date if dossier.cloture else None
    evenements = [(e.nom, e.date) for e in lister_evenements(dossier)]
    titre_le = max((jour for nom, jour in evenements if nom in DU_TITRE), default=None)
    pieces = [
        *(f.date for f in dossier.factures),
        *(a.date for a in dossier.avoirs),
        *(p.date for p in dossier.paiements),
    ]
    doute = _douter(dossier, pieces) or douter_des_dates(clos_le, (jour for _, jour in evenements), au)
    return Reperes(clos_le, titre_le, max((jour for jour in pieces if jour), default=None), doute)


DU_TITRE = frozenset({"ordonnance", "signifie", "saisi"})  # ce qui date un titre exécutoire ou le fait vivre


def douter_des_dates(clos_le: date | None, jours: Iterable[date], au: date) -> str:
    """Le doute que des dates laissent sur la clôture ; vide s'il n'y en a pas."""
    if clos_le is None:
        return ""
    if clos_le > au:
        return f"clôture datée du {date_longue(clos_le)}, qui n'est pas arrivé"
    tardif = max(jours, default=clos_le)
    return f"un événement du {date_longue(tardif)} est plus tardif que la clôture" if tardif > clos_le else ""


def _douter(dossier: Dossier, pieces: list[date | None]) -> str:
    """Ce qui, dans le dossier, empêche de dire qu'il peut partir."""
    if None in pieces:
        return "une facture, un avoir ou un paiement sans date"
    situation = dossier.situation
    if situation.litige or situation.instance_en_cours:
        return "litige ou instance en cours"
    if situation.titre_existant and not (dossier.suivi and dossier.suivi.ordonnance):
        return "un titre de date inconnue"
    return ""
