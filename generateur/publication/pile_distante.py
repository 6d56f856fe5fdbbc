"""Une pile dans un magasin d'objets : ses fichiers d'abord, remise.json en dernier, chacun sous condition.

Une pile est entière quand son annonce, .<pile>.publication.json, le dit : elle nomme chaque fichier, son empreinte et
sa version. Ce qu'une commande morte a laissé s'y reconnaît pour nôtre ; ce qu'une personne a mis là ne l'est pas : il
reste, ou passe dans gardes_a_part/ s'il porte le nom d'un fichier de la pile.

Entre deux piles, un dossier qui en change est dans les deux, ou dans aucune : l'annonce du classement, à côté de lui,
ne dit l'ensemble entier qu'à la fin.
"""

import contextlib
import json
import tempfile
import uuid
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from generateur.erreurs import ErreurLecture
from generateur.publication.distante import ecrire_sans_doute, faire_de_front, nommer_annonce
from generateur.publication.inventaire_publie import NOM_GARDES
from generateur.publication.magasin import Adresse, ErreurConcurrence, Magasin, Objet
from generateur.publication.manifeste import empreinte
from generateur.surveillance.provisoires import repertoire_provisoire

_DERNIER = "remise.json"
_DEUX = "une autre commande range des piles au même endroit"
_FICHIERS_AU_PLUS = 500_000
_ANNONCE_AU_PLUS = 128 * 1024**2


@dataclass(frozen=True)
class Copie:
    """Un fichier déjà publié dans la sortie, à mettre dans la pile : sa clé, ce qu'il doit contenir."""

    cle: str
    sha256: str


@dataclass
class _Etat:
    """Une pile telle qu'on l'a trouvée : l'annonce et ce qu'elle dit, chaque objet, et son empreinte une fois sue."""

    annonce: str | None = None
    connues: dict[str, set[str]] = field(default_factory=dict)
    objets: dict[str, Objet] = field(default_factory=dict)
    sommes: dict[str, str] = field(default_factory=dict)


class PilesDistantes:
    """Les piles d'un classement, à leur adresse ; `sortie` : d'où viennent les liasses."""

    def __init__(self, ou: Adresse, sortie: Adresse) -> None:
        self._magasin = Magasin(ou)
        self._sortie = Magasin(sortie)
        self._a_cote, self._annonce = Magasin(ou.parente), nommer_annonce(ou.nom)
        self._ecrivain, self._tenue = uuid.uuid4().hex, ""

    @contextlib.contextmanager
    def tenir(self) -> Iterator[None]:
        """Tout le rangement : l'annonce du classement le dit en cours, puis entier s'il va au bout.

        Lève ErreurConcurrence si une autre commande range au même endroit, et l'ensemble ne se dit alors pas entier.
        """
        try:
            self._tenue = self._dire(self._a_cote.version(self._annonce), est_entier=False)
            yield
            self._dire(self._tenue, est_entier=True)
        except ErreurConcurrence as erreur:
            with contextlib.suppress(ErreurConcurrence):
                self._dire(self._a_cote.version(self._annonce), est_entier=False)
            raise ErreurConcurrence(_DEUX, lieu=erreur.lieu or str(self._magasin.adresse)) from erreur

    def _dire(self, version: str | None, *, est_entier: bool) -> str:
        octets = json.dumps({"ecrivain": self._ecrivain, "publie": est_entier}, indent=1).encode()
        return ecrire_sans_doute(self._a_cote, self._annonce, octets, version)

    def exiger_seul(self) -> None:
        """Lève ErreurConcurrence si une autre commande a pris ce classement depuis."""
        if self._a_cote.version(self._annonce) != self._tenue:
            raise ErreurConcurrence(_DEUX, lieu=str(self._magasin.adresse))

    def publier(self, nom: str, ici: Path, copies: Mapping[str, Copie]) -> None:
        """Fait de cette pile les fichiers de ce répertoire et ces copies, et rien d'autre de nous.

        Lève ErreurConcurrence si une autre commande range au même endroit, ErreurLecture si une liasse a changé.
        """
        voulues = {p.name: empreinte(p) for p in sorted(ici.iterdir())} | {c: v.sha256 for c, v in copies.items()}
        try:
            with repertoire_provisoire() as prive:
                self._publier(nom, voulues, {chemin: ici / chemin for chemin in voulues}, copies, prive)
        except ErreurConcurrence as erreur:
            raise ErreurConcurrence(_DEUX, lieu=str(self._magasin.adresse / nom)) from erreur

    def oter_les_autres(self, gardees: Collection[str]) -> None:
        """Ôte nos fichiers des piles qui n'ont plus lieu d'être."""
        for nom in self._magasin.lister_repertoires():
            if nom not in gardees and self._magasin.version(nommer_annonce(nom)) is not None:
                with repertoire_provisoire() as vide:
                    self.publier(nom, vide, {})
                self._magasin.effacer([nommer_annonce(nom)])

    def _publier(
        self, nom: str, voulues: Mapping[str, str], ici: Mapping[str, Path], copies: Mapping[str, Copie], prive: Path
    ) -> None:
        etat, ecrivain = self._lire(nom, voulues, prive), uuid.uuid4().hex
        tenue = self._annoncer(nom, etat.annonce, ecrivain, _allier(etat.connues, voulues), None)
        self._ecarter(nom, etat, voulues, prive)
        versions = {chemin: objet.version for chemin, objet in etat.objets.items() if chemin in voulues}

        def ecrire(chemin: str) -> None:
            objet, cle = etat.objets.get(chemin), f"{nom}/{chemin}"
            with tempfile.TemporaryDirectory(dir=prive) as ou:
                fichier = self._amener(copies[chemin], Path(ou) / "copie") if chemin in copies else ici[chemin]
                versions[chemin] = ecrire_sans_doute(self._magasin, cle, fichier, objet.version if objet else None)

        changes = [chemin for chemin, somme in voulues.items() if etat.sommes.get(chemin) != somme]
        faire_de_front(ecrire, [chemin for chemin in changes if chemin != _DERNIER])
        perimes = [c for c in etat.objets if c not in voulues and etat.sommes.get(c) in etat.connues.get(c, ())]
        self._magasin.effacer([f"{nom}/{chemin}" for chemin in perimes])
        if _DERNIER in changes:
            ecrire(_DERNIER)
        self._annoncer(nom, tenue, ecrivain, {chemin: {somme} for chemin, somme in voulues.items()}, versions)

    def _lire(self, nom: str, voulues: Mapping[str, str], prive: Path) -> _Etat:
        """Lève ErreurConcurrence si un autre y écrit pendant qu'on lit."""
        lue = self._magasin.lire(nommer_annonce(nom), au_plus=_ANNONCE_AU_PLUS)
        connues, versions = _lire_annonce(lue[0]) if lue else ({}, {})
        etat = _Etat(lue[1] if lue else None, connues, self._magasin.lister(nom, au_plus=_FICHIERS_AU_PLUS))

        def resumer(chemin: str) -> None:
            objet = etat.objets[chemin]
            if versions.get(chemin) == objet.version:  # tel qu'on l'a annoncé : il n'a pas à être relu
                (etat.sommes[chemin],) = connues[chemin]
                return
            with tempfile.TemporaryDirectory(dir=prive) as ou:
                self._magasin.telecharger(f"{nom}/{chemin}", Path(ou) / "lu", objet)
                etat.sommes[chemin] = empreinte(Path(ou) / "lu")

        faire_de_front(resumer, [chemin for chemin in etat.objets if chemin in voulues or chemin in connues])
        return etat

    def _ecarter(self, nom: str, etat: _Etat, voulues: Mapping[str, str], prive: Path) -> None:
        """Met à part ce qu'une personne a posé sous le nom d'un fichier de la pile."""
        for chemin, somme in etat.sommes.items():
            if chemin in voulues and somme not in {voulues[chemin], *etat.connues.get(chemin, ())}:
                with tempfile.TemporaryDirectory(dir=prive) as ou:
                    self._magasin.telecharger(f"{nom}/{chemin}", Path(ou) / "lu", etat.objets[chemin])
                    garde = f"{nom}/{NOM_GARDES}/{somme[:12]}-{chemin}"
                    ecrire_sans_doute(self._magasin, garde, Path(ou) / "lu", None)

    def _amener(self, copie: Copie, fichier: Path) -> Path:
        """Lève ErreurLecture si ce n'est plus ce que le dossier a publié."""
        objet = self._sortie.regarder(copie.cle)
        if objet is not None:
            self._sortie.telecharger(copie.cle, fichier, objet)
            if empreinte(fichier) == copie.sha256:
                return fichier
        raise ErreurLecture(
            "cette liasse a changé pendant qu'on la rangeait",
            lieu=str(self._sortie.adresse / copie.cle),
            remede="Relancer la même commande : ce qui est à jour n'est pas refait.",
        )

    def _annoncer(
        self,
        nom: str,
        tenue: str | None,
        ecrivain: str,
        sommes: Mapping[str, Collection[str]],
        versions: Mapping[str, str] | None,
    ) -> str:
        """`tenue` : la version lue ; `versions` : celles qu'on a écrites, une fois la pile entière."""
        fichiers = {
            chemin: {"sha256": sorted(admises), **({"version": versions[chemin]} if versions else {})}
            for chemin, admises in sorted(sommes.items())
        }
        contenu = {"ecrivain": ecrivain, "publie": versions is not None, "fichiers": fichiers}
        octets = json.dumps(contenu, ensure_ascii=False, indent=1).encode()
        return ecrire_sans_doute(self._magasin, nommer_annonce(nom), octets, tenue)


def _allier(connues: Mapping[str, Collection[str]], voulues: Mapping[str, str]) -> dict[str, set[str]]:
    """Ce qui peut se trouver là pendant qu'on écrit : l'ancien et le nouveau."""
    return {
        chemin: {*connues.get(chemin, ()), *([voulues[chemin]] if chemin in voulues else [])}
        for chemin in {*connues, *voulues}
    }


def _lire_annonce(octets: bytes) -> tuple[dict[str, set[str]], dict[str, str]]:
    """Les empreintes et les versions annoncées ; aucune si l'annonce ne se lit pas : tout ce qui est là est gardé."""
    try:
        fichiers: dict[str, dict[str, Any]] = json.loads(octets)["fichiers"]
        connues = {chemin: {str(somme) for somme in dit["sha256"]} for chemin, dit in fichiers.items()}
        versions = {c: str(dit["version"]) for c, dit in fichiers.items() if "version" in dit and len(connues[c]) == 1}
    except (ValueError, TypeError, KeyError, AttributeError, RecursionError):
        return {}, {}
    return connues, versions
