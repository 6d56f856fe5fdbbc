"""Un lot : chaque dossier est produit ou refusé seul ; ce qui n'a pas changé n'est pas refait.

Un dossier est à jour quand l'empreinte de tout ce dont il dépend (fichier, profil, pièces, modèles, moteur,
réglages, date d'arrêté, version, tables de droit) est celle que porte son manifeste.
"""

import datetime as dt
from collections import Counter
from collections.abc import Callable
from dataclasses import asdict, dataclass
from decimal import Decimal
from pathlib import Path
from typing import Any, Literal

from generateur.dependances import lister_exemples
from generateur.domaine.langue import montant
from generateur.erreurs import CodeSortie, ErreurGenerateur, ErreurLecture, expliquer_imprevu
from generateur.lecture.socle import lire_reference, lister_dossiers
from generateur.operations.outillage import Moteurs
from generateur.operations.production import produire_dossier
from generateur.procedures.registre import trouver_procedure
from generateur.publication.echange import reparer_tout
from generateur.publication.empreintes import est_a_jour
from generateur.publication.manifeste import Manifeste
from generateur.redaction.typographie import pluriel
from generateur.reglages import Reglages

Etat = Literal["produit", "a_jour", "refuse", "en_echec"]
_ETATS: dict[Etat, str] = {
    "produit": "produit",
    "a_jour": "déjà à jour",
    "refuse": "refusé",
    "en_echec": "en échec",
}
_REFUS = {CodeSortie.DOSSIER_INVALIDE, CodeSortie.PROCEDURE_INDETERMINABLE, CodeSortie.PIECE_MANQUANTE}


@dataclass(frozen=True)
class Resultat:
    """Ce qu'il est advenu d'un dossier du lot."""

    reference: str
    etat: Etat
    code: int
    procedure: str | None
    total: str | None
    message: str
    fichier: str | None


@dataclass(frozen=True)
class Bilan:
    """Le bilan d'un lot, dans l'ordre des dossiers."""

    dossiers: tuple[Resultat, ...]

    def combien(self, etat: Etat) -> int:
        """Nombre de dossiers dans cet état."""
        return sum(resultat.etat == etat for resultat in self.dossiers)

    @property
    def refuses(self) -> int:
        """Dossiers refusés pour leurs constats."""
        return self.combien("refuse")

    @property
    def en_echec(self) -> int:
        """Dossiers en échec pour une autre cause."""
        return self.combien("en_echec")

    def en_json(self) -> dict[str, Any]:
        """Objet du contrat d'interface ; un dossier à jour compte parmi les produits."""
        return {
            "total": len(self.dossiers),
            "produits": self.combien("produit") + self.combien("a_jour"),
            "refuses": self.refuses,
            "en_echec": self.en_echec,
            "dossiers": [asdict(resultat) for resultat in self.dossiers],
        }


def produire_lot(
    source: Path,
    sortie: Path,
    *,
    jour: dt.date,
    au: dt.date | None,
    reglages: Reglages,
    moteurs: Moteurs,
    avancer: Callable[[str], None],
) -> Bilan:
    """Produit chaque dossier de source. Lève ErreurLecture si source n'en contient aucun."""
    chemins = lister_dossiers(source)
    return _enchainer(chemins, sortie, jour=jour, au=au, reglages=reglages, moteurs=moteurs, avancer=avancer)


def _enchainer(
    chemins: list[Path],
    sortie: Path,
    *,
    jour: dt.date,
    au: dt.date | None,
    reglages: Reglages,
    moteurs: Moteurs,
    avancer: Callable[[str], None],
) -> Bilan:
    reparer_tout(sortie)
    doublons = _references_en_double(chemins)
    resultats = []
    for rang, chemin in enumerate(chemins, start=1):
        resultat = _produire_isole(
            chemin, sortie, jour=jour, au=au, reglages=reglages, moteurs=moteurs, doublons=doublons
        )
        resultats.append(resultat)
        avancer(f"[{rang}/{len(chemins)}] {resultat.reference} : {_ETATS[resultat.etat]}")
    return Bilan(tuple(resultats))


def produire_exemples(
    sortie: Path,
    *,
    jour: dt.date,
    au: dt.date | None,
    reglages: Reglages,
    moteurs: Moteurs,
    avancer: Callable[[str], None],
) -> Bilan:
    """Produit les dossiers d'exemple livrés avec le programme."""
    return _enchainer(lister_exemples(), sortie, jour=jour, au=au, reglages=reglages, moteurs=moteurs, avancer=avancer)


def _references_en_double(chemins: list[Path]) -> frozenset[Path]:
    """Dossiers qui se disputeraient la même sortie ; la casse ne distingue pas deux noms sur certains disques."""
    references = {chemin: lire_reference(chemin).casefold() for chemin in chemins}
    comptes = Counter(references.values())
    return frozenset(chemin for chemin, reference in references.items() if reference and comptes[reference] > 1)


def _produire_isole(
    chemin: Path,
    sortie: Path,
    *,
    jour: dt.date,
    au: dt.date | None,
    reglages: Reglages,
    moteurs: Moteurs,
    doublons: frozenset[Path],
) -> Resultat:
    if chemin in doublons:
        return _echouer(chemin, ErreurLecture("un autre dossier du lot porte la même référence", lieu=str(chemin)))
    try:
        entrees = moteurs.empreintes()
        if ancien := est_a_jour(chemin, sortie, jour=jour, au=au, reglages=reglages, moteurs=entrees):
            return _reussir(ancien, sortie, "a_jour")
        manifeste = produire_dossier(chemin, sortie, jour=jour, au=au, reglages=reglages, moteurs=moteurs)
    except ErreurGenerateur as erreur:
        return _echouer(chemin, erreur)
    except Exception as erreur:  # noqa: BLE001 (un dossier ne doit jamais arrêter les autres)
        return _echouer(chemin, expliquer_imprevu(erreur))
    return _reussir(manifeste, sortie, "produit")


def _reussir(manifeste: Manifeste, sortie: Path, etat: Etat) -> Resultat:
    liasse = sortie / manifeste.reference / manifeste.liasse.fichier
    return Resultat(
        manifeste.reference, etat, CodeSortie.FAIT, manifeste.procedure, manifeste.total, "", liasse.as_posix()
    )


def _echouer(chemin: Path, erreur: ErreurGenerateur) -> Resultat:
    etat: Etat = "refuse" if erreur.code in _REFUS else "en_echec"
    lieu = f" ({erreur.lieu})" if erreur.lieu else ""
    nom = chemin.name if chemin.is_dir() else chemin.parent.name
    return Resultat(nom, etat, erreur.code, None, None, f"{erreur.message}{lieu}", None)


def presenter_bilan(bilan: Bilan) -> str:
    """Tableau du lot : une ligne par dossier, puis le compte et ce qu'il faut ouvrir."""
    largeur = max((len(r.reference) for r in bilan.dossiers), default=0)
    lignes = [ligne for resultat in bilan.dossiers for ligne in _decrire(resultat, largeur)]
    lignes += [
        "",
        f"{pluriel(len(bilan.dossiers), 'dossier')} : {pluriel(bilan.combien('produit'), 'produit')}, "
        f"{bilan.combien('a_jour')} déjà à jour, {pluriel(bilan.refuses, 'refusé')}, {bilan.en_echec} en échec.",
    ]
    nouveaux_dabord = sorted(bilan.dossiers, key=lambda resultat: resultat.etat != "produit")
    if ouvrir := next((r.fichier for r in nouveaux_dabord if r.fichier), None):
        lignes.append(f"À ouvrir d'abord : {ouvrir}")
    return "\n".join(lignes)


def _decrire(resultat: Resultat, largeur: int) -> list[str]:
    debut = f"{resultat.reference:<{largeur}}  "
    if resultat.procedure and resultat.total:
        libelle = trouver_procedure(resultat.procedure).libelle
        return [f"{debut}{montant(Decimal(resultat.total)):>14}  {libelle}", f"{'':<{largeur}}  {resultat.fichier}"]
    premiere, *suite = resultat.message.splitlines()
    return [f"{debut}{_ETATS[resultat.etat]} : {premiere}", *(f"{'':<{largeur}}  {ligne}" for ligne in suite)]
