"""Un lot : chaque dossier est produit ou refusé seul ; ce qui n'a pas changé n'est pas refait.

Un dossier est à jour quand l'empreinte de tout ce dont il dépend (fichier, profil, pièces, modèles, moteur,
réglages, date d'arrêté, version, tables de droit) est celle que porte son manifeste.
"""

import datetime as dt
from collections.abc import Callable
from dataclasses import asdict, dataclass
from decimal import Decimal
from pathlib import Path
from typing import Any, Literal

from generateur.dependances import lister_exemples
from generateur.domaine.langue import date_longue, enumerer, montant
from generateur.erreurs import CodeSortie, ErreurGenerateur, ErreurLecture, expliquer_imprevu
from generateur.lecture.socle import lire_dossier, lire_reference, lister_dossiers
from generateur.operations.outillage import Moteurs
from generateur.operations.production import produire_dossier
from generateur.procedures.registre import trouver_procedure
from generateur.publication.communiquees import date_de_depot, lire_servi, lister_communiquees, relire_manifeste
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
    deposes: bool = False,
) -> Bilan:
    """Produit chaque dossier de source ; un répertoire qui n'en est pas un a sa ligne, et dit pourquoi.

    `deposes` : refait aussi les dossiers déjà déposés ou communiqués, que le lot laisse sinon tels quels.
    Lève ErreurLecture si source ne contient rien.
    """
    chemins = lister_dossiers(source, sauf=sortie)
    production = _Production(sortie, jour, au, reglages, moteurs, deposes=deposes)
    return _enchainer(chemins, production, avancer)


@dataclass(frozen=True)
class _Production:
    """Ce qui est commun à tous les dossiers d'un lot."""

    sortie: Path
    jour: dt.date
    au: dt.date | None
    reglages: Reglages
    moteurs: Moteurs
    deposes: bool = False


def _enchainer(chemins: list[Path], production: _Production, avancer: Callable[[str], None]) -> Bilan:
    reparer_tout(production.sortie)
    jumeaux = _trouver_jumeaux(chemins)
    resultats = []
    for rang, chemin in enumerate(chemins, start=1):
        resultat = _produire_isole(chemin, production, jumeaux.get(chemin, ()))
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
    return _enchainer(lister_exemples(), _Production(sortie, jour, au, reglages, moteurs), avancer)


def _trouver_jumeaux(chemins: list[Path]) -> dict[Path, tuple[Path, ...]]:
    """Dossiers qui se disputeraient la même sortie ; la casse ne distingue pas deux noms sur certains disques."""
    par_reference: dict[str, list[Path]] = {}
    for chemin in chemins:
        if reference := lire_reference(chemin).casefold():
            par_reference.setdefault(reference, []).append(chemin)
    return {
        chemin: tuple(autre for autre in memes if autre != chemin)
        for memes in par_reference.values()
        if len(memes) > 1
        for chemin in memes
    }


def _produire_isole(chemin: Path, production: _Production, jumeaux: tuple[Path, ...]) -> Resultat:
    if jumeaux:
        autres = enumerer([f"« {jumeau} »" for jumeau in jumeaux])
        return _echouer(
            chemin,
            ErreurLecture(
                f"un autre dossier du lot porte la même référence : {autres}",
                lieu=str(chemin),
                remede="Donner à chacun sa référence dans dossier.toml, ou retirer la copie.",
            ),
        )
    p = production
    try:
        if not p.deposes and (partie := _trouver_partie(chemin, p.sortie, p.reglages.procedure)):
            return partie
        if ancien := est_a_jour(
            chemin, p.sortie, jour=p.jour, au=p.au, reglages=p.reglages, moteurs=p.moteurs.empreintes()
        ):
            return _reussir(ancien, p.sortie / ancien.reference, "a_jour")
        manifeste = produire_dossier(chemin, p.sortie, jour=p.jour, au=p.au, reglages=p.reglages, moteurs=p.moteurs)
    except ErreurGenerateur as erreur:
        return _echouer(chemin, erreur)
    except Exception as erreur:  # noqa: BLE001 (un dossier ne doit jamais arrêter les autres)
        return _echouer(chemin, expliquer_imprevu(erreur))
    return _reussir(manifeste, p.sortie / manifeste.reference, "produit")


def _trouver_partie(chemin: Path, sortie: Path, procedure: str | None) -> Resultat | None:
    """La liasse déjà déposée ou communiquée d'un dossier, que le lot laisse telle quelle ; None s'il n'y en a pas ici.

    Lève ErreurLecture.
    """
    lu = lire_dossier(chemin)
    communique = lire_servi(lu, sortie)
    servi = communique.registre
    depot = date_de_depot(lu.dossier)
    le = depot or (servi.derniere.le if servi else None)
    if le is None or communique.est_autre(procedure):
        return None
    publie = sortie / lu.dossier.reference
    gardees = lister_communiquees(publie)
    ou = gardees[-1].chemin if gardees else publie
    manifeste = relire_manifeste(ou)
    if manifeste is None or manifeste.projet:
        return None
    participe = "déposé" if depot else "communiqué"
    suite = f"« generateur produire {chemin} » le complète, « --deposes » refait aussi les dossiers déposés"
    return _reussir(manifeste, ou, "a_jour", f"{participe} le {date_longue(le)}, laissé tel quel : {suite}")


def _reussir(manifeste: Manifeste, ou: Path, etat: Etat, message: str = "") -> Resultat:
    liasse = ou / manifeste.liasse.fichier
    return Resultat(
        manifeste.reference, etat, CodeSortie.FAIT, manifeste.procedure, manifeste.total, message, liasse.as_posix()
    )


def _echouer(chemin: Path, erreur: ErreurGenerateur) -> Resultat:
    etat: Etat = "refuse" if erreur.code in _REFUS else "en_echec"
    lieu = f" ({erreur.lieu})" if erreur.lieu else ""
    nom = chemin.name if chemin.is_dir() else chemin.parent.name
    remede = f"\n→ {erreur.remede}" if erreur.code == CodeSortie.LECTURE and erreur.remede else ""
    return Resultat(nom, etat, erreur.code, None, None, f"{erreur.message}{lieu}{remede}", None)


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
        suite = [ligne for ligne in (resultat.message, resultat.fichier) if ligne]
        return [
            f"{debut}{montant(Decimal(resultat.total)):>14}  {libelle}",
            *(f"{'':<{largeur}}  {ligne}" for ligne in suite),
        ]
    premiere, *suite = resultat.message.splitlines()
    return [f"{debut}{_ETATS[resultat.etat]} : {premiere}", *(f"{'':<{largeur}}  {ligne}" for ligne in suite)]
