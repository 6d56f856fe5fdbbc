"""Les dossiers d'une racine, et ce que chacun montre d'un coup d'œil."""

import datetime as dt
import re
import time
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from generateur.domaine.dossier import MOTIF_REFERENCE
from generateur.erreurs import ErreurGenerateur, ErreurIntrouvable, ErreurLecture, ErreurProfilVide
from generateur.lecture.socle import (
    REPERTOIRE_DES_PROFILS,
    lire_dossier,
    lire_reference,
    lister_dossiers,
    trouver_dossier,
    trouver_source,
)
from generateur.operations.apercus import ApercuDossier, resumer_etude
from generateur.operations.apercus_gardes import ApercusGardes
from generateur.operations.etude import etudier_dossier
from generateur.operations.outillage import OutilsPieces
from generateur.procedures.repertoire import lister_procedures
from generateur.surveillance.contenus import Contenus

_PROFIL = re.compile(r"[\"'/]([^\"'/\\]+\.toml)[\"']")  # le fichier d'un créancier, cité par le dossier


class Vitrine:
    """Les dossiers d'une racine. Un aperçu est gardé tant que rien de ce dont il dépend n'a changé."""

    def __init__(self, racine: Path, sortie: Path) -> None:
        self._racine, self._sortie = racine, sortie
        self._gardes, self._contenus = ApercusGardes(sortie), Contenus()

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
        raise ErreurIntrouvable("ce dossier n'existe pas", lieu=nom, remede="Revenir à la liste des dossiers.")

    def resumer_contenu(self) -> tuple[object, ...]:
        """Les dossiers et les profils, par contenu : deux réponses égales, rien n'a changé."""
        racine = self._racine
        fichiers = (f for motif in ("*/*.toml", "*/*.json", "*.toml") for f in racine.glob(motif))
        noms = tuple(sorted(p.name for p in racine.iterdir())) if racine.is_dir() else ()
        return noms, tuple(sorted((f.as_posix(), self._contenus.empreinte(f)) for f in fichiers))

    def reference(self, chemin: Path) -> str:
        """La référence sous laquelle ce dossier se publie ; le nom de son répertoire si elle ne se lit pas."""
        lue = lire_reference(chemin)
        return lue if MOTIF_REFERENCE.fullmatch(lue) else chemin.name

    def nommer_debiteur(self, chemin: Path) -> str | None:
        """Le débiteur de ce dossier ; None s'il ne se lit pas."""
        try:
            return lire_dossier(chemin).dossier.debiteur.nom_complet
        except ErreurGenerateur:
            return None

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

    def regarder(self, *, jour: dt.date, outils: OutilsPieces) -> "Regard":
        """De quoi apercevoir chaque dossier, tels que sont en ce moment le droit et les réglages communs."""
        return Regard(self._gardes, self._sortie, jour, outils, self._gardes.resumer_communs(jour))


@dataclass(frozen=True)
class Regard:
    """Un coup d'œil sur des dossiers : ce qui leur est commun n'est regardé qu'une fois."""

    gardes: ApercusGardes
    sortie: Path
    jour: dt.date
    outils: OutilsPieces
    communs: str

    def connaitre(self, chemin: Path) -> ApercuDossier | None:
        """La ligne de ce dossier si elle est sue et que rien de ce dont elle dépend n'a changé."""
        cle = self.gardes.resumer(chemin, self.communs)
        return self.gardes.reprendre(cle, chemin) if cle else None

    def apercevoir(self, chemin: Path) -> ApercuDossier:
        """La ligne de ce dossier à ce jour ; un dossier illisible en est une, qui dit pourquoi."""
        return self.connaitre(chemin) or self._calculer(chemin)

    def apercevoir_plusieurs(self, chemins: Sequence[Path], attente_s: float) -> list[ApercuDossier]:
        """Les lignes sues, et celles qui s'étudient dans ce temps ; une de plus au moins à chaque fois."""
        fin = time.monotonic() + attente_s
        sus = {chemin: self.connaitre(chemin) for chemin in chemins}
        for chemin in [chemin for chemin, su in sus.items() if su is None]:
            sus[chemin] = self._calculer(chemin)
            if time.monotonic() >= fin:
                break
        return [su for su in sus.values() if su is not None]

    def _calculer(self, chemin: Path) -> ApercuDossier:
        if not est_lisible(chemin.name):
            return ApercuDossier(chemin.name, chemin, erreur="le nom de ce répertoire ne se lit pas : le renommer")
        self.gardes.apprendre(chemin)
        cle = self.gardes.resumer(chemin, self.communs)
        etude = None
        try:
            etude = etudier_dossier(chemin, jour=self.jour, outils=self.outils, sortie=self.sortie)
            apercu = resumer_etude(chemin, etude, self.jour)
        except ErreurGenerateur as erreur:
            message = " ".join(erreur.message.split())
            profil = Path(erreur.lieu).stem if isinstance(erreur, ErreurProfilVide) else ""
            apercu = ApercuDossier(
                chemin.name, chemin, debiteur=lire_reference(chemin), erreur=message, profil_a_remplir=profil
            )
        if cle == self.gardes.resumer(chemin, self.communs):  # rien n'a changé pendant qu'on étudiait
            self.gardes.garder(cle, apercu, etude)
        return apercu


@cache
def _dits_des_voies() -> str:
    return " ".join(procedure.libelle for procedure in lister_procedures()).casefold()


def est_lisible(nom: str) -> bool:
    """Faux si des octets de ce nom ne font pas un texte : aucune adresse ne peut le dire."""
    return not any("\ud800" <= signe <= "\udfff" for signe in nom)
