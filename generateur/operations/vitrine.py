"""Le portefeuille d'un coup d'œil : qui doit, combien aujourd'hui, où en est chaque dossier, quoi faire et quand."""

import datetime as dt
import re
import threading
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from functools import cache
from pathlib import Path

from generateur.calculs.conduite import conduire
from generateur.calculs.suite_amiable import decider_suite
from generateur.controles.constat import Verdict
from generateur.erreurs import ErreurGenerateur, ErreurLecture
from generateur.lecture.echelle_toml import lire_echelle
from generateur.lecture.socle import (
    REPERTOIRE_DES_PROFILS,
    lire_reference,
    lister_dossiers,
    trouver_dossier,
    trouver_source,
)
from generateur.operations.echeances import dire_seul, echeances_du_dossier
from generateur.operations.etude import Etude, etudier_dossier
from generateur.operations.outillage import OutilsPieces
from generateur.procedures.repertoire import lister_procedures

_ACTIONS = {
    "attendre": "Attendre",
    "relancer": "Relancer",
    "mettre_en_demeure": "Mettre en demeure",
    "produire": "Produire la liasse",
    "aucune": "Rien à relancer",
}
_PROFIL = re.compile(r"[\"'/]([^\"'/\\]+\.toml)[\"']")  # le fichier d'un créancier, cité par le dossier
_GARDES = 5000  # aperçus gardés en mémoire, par contenu


@dataclass(frozen=True)
class ApercuDossier:
    """Une ligne de la liste ; `erreur` : pourquoi le dossier ne se lit pas, le reste alors inconnu."""

    nom: str
    chemin: Path
    debiteur: str = ""
    creancier: str = ""
    total: Decimal | None = None
    verdict: Verdict | None = None
    points: int = 0
    action: str = ""
    le: dt.date | None = None
    procedure: str = ""
    erreur: str = ""


class Vitrine:
    """Les dossiers d'une racine. Un aperçu est gardé tant que rien de ce dont il dépend n'a changé."""

    def __init__(self, racine: Path, sortie: Path) -> None:
        self._racine, self._sortie = racine, sortie
        self._gardes: dict[tuple[object, ...], ApercuDossier] = {}
        self._verrou = threading.Lock()

    def lister(self) -> tuple[Path, ...]:
        """Les répertoires des dossiers, par nom ; vide si la racine n'en a pas."""
        try:
            return tuple(lister_dossiers(self._racine, self._sortie))
        except ErreurLecture:
            return ()

    def trouver(self, nom: str) -> Path:
        """Le dossier de ce nom. Lève ErreurLecture : un nom ne mène jamais hors de la racine."""
        chemin = trouver_dossier(self._racine, nom, self._sortie) if est_lisible(nom) else None
        if chemin is not None:
            return chemin
        raise ErreurLecture("ce dossier n'existe pas", lieu=nom, remede="Revenir à la liste des dossiers.")

    def peut_repondre(self, chemin: Path, cherche: str) -> bool:
        """Faux si l'aperçu de ce dossier ne peut pas contenir ces mots : ils ne sont nulle part dans ses fichiers.

        Lire deux mille textes prend une seconde ; étudier deux mille dossiers, une minute.
        """
        mots = [mot for mot in cherche.casefold().split() if mot not in _dits_des_voies()]
        if not mots:
            return True
        try:
            texte = trouver_source(chemin).read_text(encoding="utf-8")
            for profil in _PROFIL.findall(texte):
                texte += (self._racine / REPERTOIRE_DES_PROFILS / profil).read_text(encoding="utf-8")
        except (ErreurLecture, OSError, ValueError):
            return True  # ce qui ne se lit pas ainsi, l'étude le dira
        texte = f"{chemin.name} {texte}".casefold()
        return "\\u" in texte or all(mot in texte for mot in mots)  # « \u00e9 » : une lettre écrite par son numéro

    def apercevoir(self, chemin: Path, *, jour: dt.date, outils: OutilsPieces) -> ApercuDossier:
        """La ligne de ce dossier à ce jour ; un dossier illisible en est une, qui dit pourquoi."""
        communs = (self._racine / "relances.toml", self._racine / REPERTOIRE_DES_PROFILS)
        cle = (chemin, jour, *_dater(chemin), *map(_dater, communs))
        with self._verrou:
            garde = self._gardes.get(cle)
        if garde is not None:
            return garde
        apercu = self._calculer(chemin, jour, outils)
        with self._verrou:
            if len(self._gardes) >= _GARDES:
                self._gardes.clear()
            self._gardes[cle] = apercu
        return apercu

    def _calculer(self, chemin: Path, jour: dt.date, outils: OutilsPieces) -> ApercuDossier:
        if not est_lisible(chemin.name):
            return ApercuDossier(chemin.name, chemin, erreur="le nom de ce répertoire ne se lit pas : le renommer")
        try:
            etude = etudier_dossier(chemin, jour=jour, outils=outils, sortie=self._sortie)
            action, le = conseiller(etude, jour)
        except ErreurGenerateur as erreur:
            return ApercuDossier(
                chemin.name, chemin, debiteur=lire_reference(chemin), erreur=" ".join(erreur.message.split())
            )
        retenue = etude.decision.retenue
        return ApercuDossier(
            chemin.name,
            chemin,
            etude.dossier.debiteur.nom_complet,
            etude.dossier.creancier.nom_complet,
            etude.espece.decompte.total,
            etude.verdict,
            sum(c.gravite in {"bloquant", "a_completer"} for c in etude.constats),
            action,
            le,
            retenue.libelle if retenue else "",
        )


@cache
def _dits_des_voies() -> str:
    return " ".join(procedure.libelle for procedure in lister_procedures()).casefold()


def est_lisible(nom: str) -> bool:
    """Faux si des octets de ce nom ne font pas un texte : aucune adresse ne peut le dire."""
    return not any("\ud800" <= signe <= "\udfff" for signe in nom)


def conseiller(etude: Etude, jour: dt.date) -> tuple[str, dt.date | None]:
    """La prochaine chose à faire, et pour quand : après le dépôt, la plus proche échéance ; avant, l'échelle."""
    if etude.depot or etude.communiquee_le:
        prochaines = _echeances_a_venir(etude, jour)
        return prochaines[0] if prochaines else (conduire(etude.dossier, etude.espece.au).titre, None)
    suite = decider_suite(etude.dossier, lire_echelle(etude.lu.racine.parent), jour)
    prochaine = suite.prochaine
    return _ACTIONS[suite.suite], suite.du_le or suite.mise_en_demeure_le or (prochaine.le if prochaine else None)


def _echeances_a_venir(etude: Etude, jour: dt.date) -> Sequence[tuple[str, dt.date]]:
    echeances = echeances_du_dossier(etude.dossier, etude.espece.au)
    dates = [(dire_seul(e.titre), e.date) for e in echeances if e.date and e.date >= jour and not e.est_attente]
    return sorted(dates, key=lambda paire: paire[1])


def _dater(chemin: Path) -> tuple[object, ...]:
    """Ce qui change quand le dossier change : noms, tailles et dates de ses fichiers."""
    if chemin.is_file():
        return _etat(chemin)
    fichiers = (p for lieu in (chemin, chemin / "pieces") if lieu.is_dir() for p in lieu.iterdir() if p.is_file())
    return tuple(sorted((p.name, *_etat(p)) for p in fichiers))


def _etat(fichier: Path) -> tuple[object, ...]:
    try:
        infos = fichier.stat()
    except OSError:
        return ()
    return (infos.st_size, infos.st_mtime_ns)
