"""Produire : la liasse, la mise en demeure, l'accord, la suite ; puis ouvrir, télécharger, montrer le répertoire."""

import re
import time
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import quote

from starlette.datastructures import FormData
from starlette.requests import Request
from starlette.responses import FileResponse, RedirectResponse, Response

from generateur.erreurs import ErreurGenerateur, ErreurLecture, ErreurUsage, expliquer_imprevu
from generateur.operations.accorder import accorder
from generateur.operations.mise_en_demeure import ecrire_mise_en_demeure
from generateur.operations.outillage import Moteurs
from generateur.operations.production import produire_dossier
from generateur.operations.suite import SUITES, ecrire_suite
from generateur.page.adresses import Bureau
from generateur.page.vues_accord import lire_termes
from generateur.reglages import Reglages

_VUS = {".pdf": "application/pdf"}  # montré par le lecteur du navigateur ; tout le reste se télécharge
_A_PART = ("mise_en_demeure", *SUITES)  # ce qui s'écrit à côté de la liasse, sous la même référence
_RAYONS = {
    "La liasse": re.compile(r"_liasse\.pdf$"),
    "À envoyer": re.compile(r"/relances/|_mise_en_demeure/|_suite_"),
    "Pour vous seul": re.compile(r"_fiche_interne\."),
    "Les actes": re.compile(r"/actes/"),
}
_RESTE = "Le reste"
_OCTETS = "application/octet-stream"


@dataclass
class Fabrication:
    """Une production en cours ou finie."""

    quoi: str
    debut: float
    future: "Future[None]"

    @property
    def secondes(self) -> int:
        """Depuis combien de temps."""
        return int(time.monotonic() - self.debut)

    @property
    def erreur(self) -> ErreurGenerateur | None:
        """Ce qui l'a arrêtée."""
        if not self.future.done() or (levee := self.future.exception()) is None:
            return None
        return levee if isinstance(levee, ErreurGenerateur) else expliquer_imprevu(_en_exception(levee))


def _en_exception(levee: BaseException) -> Exception:
    return levee if isinstance(levee, Exception) else RuntimeError("arrêt")


class Productions:
    """« Produire » et ce qui en sort."""

    def __init__(self, bureau: Bureau) -> None:
        self._bureau, self._maison = bureau, bureau.maison
        self._attente = ThreadPoolExecutor(max_workers=1, thread_name_prefix="production")
        self._faites: dict[str, Fabrication] = {}

    def lancer(self, demande: Request, saisie: FormData) -> Response:
        """Met en route ce qui est demandé, et montre où on en est ; rien n'est lancé deux fois."""
        chemin = self._bureau.dossier(demande)
        champs = {cle: valeur for cle, valeur in saisie.items() if isinstance(valeur, str)}
        quoi = champs.get("quoi", "liasse")
        travail = self._choisir(chemin, quoi, champs)
        presente = self._faites.get(chemin.name)
        if presente is None or presente.future.done():
            self._faites[chemin.name] = Fabrication(quoi, time.monotonic(), self._attente.submit(travail))
        return RedirectResponse(f"/dossiers/{quote(chemin.name)}/production", status_code=303)

    def montrer(self, demande: Request) -> Response:
        """Où en est la production ; une fois finie, ce qu'elle a écrit. `morceau` : le suivi seul."""
        chemin = self._bureau.dossier(demande)
        morceau = demande.query_params.get("morceau") == "1"
        return self._bureau.gabarits.repondre(
            "morceaux/production.html" if morceau else "production.html",
            reference=chemin.name,
            fabrication=self._faites.get(chemin.name),
            rayons=_ranger(_lister(self._maison.lieux.sortie, self._bureau.reference(chemin))),
            repertoire=(self._maison.lieux.sortie / self._bureau.reference(chemin)).as_posix(),
        )

    def servir(self, demande: Request) -> Response:
        """Un fichier produit : un PDF s'ouvre dans le navigateur, tout le reste se télécharge."""
        chemin = self._bureau.dossier(demande)
        racine = self._maison.lieux.sortie
        rang = demande.path_params["rang"]
        fichiers = _lister(racine, self._bureau.reference(chemin))
        if rang >= len(fichiers):
            raise ErreurLecture("ce fichier n'existe pas", remede="Recharger la page de la production.")
        fichier = racine / fichiers[rang]
        est_vu = demande.query_params.get("telecharger") != "1" and fichier.suffix in _VUS
        return FileResponse(
            fichier,
            media_type=_VUS[fichier.suffix] if est_vu else _OCTETS,
            filename=fichier.name,
            content_disposition_type="inline" if est_vu else "attachment",
        )

    def reveler(self, demande: Request, _saisie: FormData) -> Response:
        """Ouvre le répertoire produit dans le gestionnaire de fichiers."""
        chemin = self._bureau.dossier(demande)
        self._maison.reveler(self._maison.lieux.sortie / self._bureau.reference(chemin))
        return RedirectResponse(f"/dossiers/{quote(chemin.name)}/production", status_code=303)

    def fermer(self) -> None:
        """Laisse finir la production en cours."""
        self._attente.shutdown(wait=True, cancel_futures=True)

    def _choisir(self, chemin: Path, quoi: str, champs: Mapping[str, str]) -> Callable[[], None]:
        """Le travail demandé, ses valeurs déjà lues. Lève ErreurUsage s'il n'est pas connu ou si elles ne vont pas."""
        lieux, jour = self._maison.lieux, self._maison.aujourd_hui()
        reglages = Reglages(projet=champs.get("projet") == "oui", modeles=lieux.modeles)
        communs: dict[str, Any] = {"jour": jour, "au": None, "reglages": reglages}
        sortie = lieux.sortie
        suite = quoi.removeprefix("suite_")
        if quoi == "liasse":
            return lambda: self._avec(lambda m: produire_dossier(chemin, sortie, moteurs=m, **communs))
        if quoi == "mise_en_demeure":
            return lambda: self._avec(lambda m: ecrire_mise_en_demeure(chemin, sortie, moteurs=m, **communs))
        if quoi == "accord":
            termes = lire_termes(champs)
            return lambda: self._avec(lambda m: accorder(chemin, sortie, termes, moteurs=m, **communs))
        if suite in SUITES:
            return lambda: self._avec(lambda m: ecrire_suite(chemin, sortie, suite, moteurs=m, **communs))
        raise ErreurUsage("on ne sait pas produire cela", lieu=quoi)

    def _avec(self, travail: Callable[[Moteurs], object]) -> None:
        with self._maison.produire() as moteurs:
            travail(moteurs)


def _lister(sortie: Path, reference: str) -> list[str]:
    """Ce qui est produit pour ce dossier, la liasse d'abord ; chemins dans la sortie, rien de caché, aucun lien."""
    racines = [sortie / reference, *(sortie / f"{reference}_{suffixe}" for suffixe in _A_PART)]
    trouves = [
        p.relative_to(sortie).as_posix()
        for racine in racines
        if racine.is_dir() and not racine.is_symlink()
        for p in racine.rglob("*")
        if p.is_file() and not p.is_symlink() and not any(m.startswith(".") for m in p.relative_to(sortie).parts)
    ]
    return sorted(trouves, key=lambda nom: (not nom.endswith("_liasse.pdf"), nom.count("/"), nom))


def _ranger(fichiers: Sequence[str]) -> dict[str, list[tuple[int, str]]]:
    """Les fichiers, avec leur rang, par usage : ce qui s'ouvre d'abord, ce qui part, ce qui reste chez soi."""
    rayons: dict[str, list[tuple[int, str]]] = {nom: [] for nom in (*_RAYONS, _RESTE)}
    for rang, fichier in enumerate(fichiers):
        nom = next((nom for nom, motif in _RAYONS.items() if motif.search(fichier)), _RESTE)
        rayons[nom].append((rang, fichier))
    return {nom: contenu for nom, contenu in rayons.items() if contenu}
