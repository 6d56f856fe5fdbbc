"""Produire : la liasse, la mise en demeure, l'accord, la suite ; puis ouvrir, télécharger, montrer le répertoire."""

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any
from urllib.parse import quote

from starlette.datastructures import FormData
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from generateur.erreurs import ErreurIntrouvable, ErreurUsage
from generateur.operations.accorder import accorder
from generateur.operations.juridiction_dite import juridiction_saisie
from generateur.operations.mise_en_demeure import ecrire_mise_en_demeure
from generateur.operations.outillage import Moteurs
from generateur.operations.production import produire_dossier
from generateur.operations.progression import Avancer
from generateur.operations.suite import SUITES, ecrire_suite
from generateur.page.adresses import Bureau
from generateur.page.fabrications import Fabrication, Fabrications
from generateur.page.rayons import Produit, lister_produits, ranger, situer
from generateur.page.vues_accord import lire_termes
from generateur.reglages import Reglages

_HORS_DEMANDE = frozenset({"csrf", "page"})
Travail = Callable[[Moteurs, Avancer], object]


class Productions:
    """« Produire » et ce qui en sort."""

    def __init__(self, bureau: Bureau) -> None:
        self._bureau, self._maison = bureau, bureau.maison
        self._fabrications = Fabrications()

    def lancer(self, demande: Request, saisie: FormData) -> Response:
        """Met en route ce qui est demandé, et montre où on en est ; rien n'est lancé deux fois."""
        chemin = self._bureau.dossier(demande)
        champs = {c: v for c, v in saisie.items() if isinstance(v, str) and c not in _HORS_DEMANDE}
        quoi = champs.setdefault("quoi", "liasse")
        travail = self._choisir(chemin, quoi, champs)
        self._fabrications.lancer(chemin.name, Fabrication(quoi, champs), lambda avancer: self._avec(travail, avancer))
        return RedirectResponse(f"/dossiers/{quote(chemin.name)}/production", status_code=303)

    def montrer(self, demande: Request) -> Response:
        """Où en est la production ; une fois finie, ce qu'elle a écrit.

        `morceau` : le suivi seul. `vue` : l'étape déjà montrée ; elle ne s'annonce qu'en changeant.
        """
        chemin = self._bureau.dossier(demande)
        fabrication = self._fabrications.trouver(chemin.name)
        morceau = demande.query_params.get("morceau") == "1"
        dite = fabrication.dite if fabrication else ""
        est_a_deposer = fabrication is not None and fabrication.a_fait("liasse")
        etude = self._bureau.etudier(chemin)[0] if est_a_deposer else None
        produits = lister_produits(self._maison.lieux.sortie, self._bureau.reference(chemin))
        return self._bureau.gabarits.repondre(
            "morceaux/production.html" if morceau else "production.html",
            reference=chemin.name,
            debiteur=self._maison.vitrine.nommer_debiteur(chemin) or chemin.name,
            fabrication=fabrication,
            juridiction=juridiction_saisie(etude) if etude else None,
            annonce=dite if morceau and demande.query_params.get("vue") != dite else "",
            rayons=ranger(produits),
            liasse=next((p for p in produits if p.est_la_liasse), None),
            repertoire=self._situer(chemin, produits),
        )

    def _situer(self, chemin: Path, produits: Sequence[Produit]) -> Path | None:
        """Le répertoire à montrer : celui de la dernière production si elle a abouti."""
        fabrication = self._fabrications.trouver(chemin.name)
        quoi = fabrication.quoi if fabrication and fabrication.est_finie and not fabrication.erreur else ""
        return situer(self._maison.lieux.sortie, self._bureau.reference(chemin), quoi, produits)

    def servir(self, demande: Request) -> Response:
        """Un fichier produit."""
        chemin, sortie = self._bureau.dossier(demande), self._maison.lieux.sortie
        cle = demande.path_params["cle"]
        produit = next((p for p in lister_produits(sortie, self._bureau.reference(chemin)) if p.cle == cle), None)
        if produit is None:
            raise ErreurIntrouvable("ce fichier n'existe pas", remede="Recharger la page de la production.")
        return produit.servir(sortie, est_a_telecharger=demande.query_params.get("telecharger") == "1")

    def reveler(self, demande: Request, _saisie: FormData) -> Response:
        """Ouvre le répertoire produit dans le gestionnaire de fichiers. Lève ErreurLecture s'il n'y est plus."""
        chemin, sortie = self._bureau.dossier(demande), self._maison.lieux.sortie
        repertoire = self._situer(chemin, lister_produits(sortie, self._bureau.reference(chemin)))
        if repertoire is None:
            raise ErreurIntrouvable("ce répertoire n'existe pas encore", remede="Produire d'abord.")
        self._maison.reveler(repertoire)
        return RedirectResponse(f"/dossiers/{quote(chemin.name)}/production", status_code=303)

    def fermer(self) -> None:
        """Laisse finir la production en cours."""
        self._fabrications.fermer()

    def _choisir(self, chemin: Path, quoi: str, champs: Mapping[str, str]) -> Travail:
        """Le travail demandé, ses valeurs déjà lues. Lève ErreurUsage s'il n'est pas connu ou si elles ne vont pas."""
        lieux, jour = self._maison.lieux, self._maison.aujourd_hui()
        reglages = Reglages(projet=champs.get("projet") == "oui", modeles=lieux.modeles)
        communs: dict[str, Any] = {"jour": jour, "au": None, "reglages": reglages}
        sortie = lieux.sortie
        suite = quoi.removeprefix("suite_")
        if quoi == "liasse":
            return lambda m, avancer: produire_dossier(chemin, sortie, moteurs=m, avancer=avancer, **communs)
        if quoi == "mise_en_demeure":
            return lambda m, _: ecrire_mise_en_demeure(chemin, sortie, moteurs=m, **communs)
        if quoi == "accord":
            termes = lire_termes(champs)
            return lambda m, _: accorder(chemin, sortie, termes, moteurs=m, **communs)
        if suite in SUITES:
            return lambda m, _: ecrire_suite(chemin, sortie, suite, moteurs=m, **communs)
        raise ErreurUsage("on ne sait pas produire cela", lieu=quoi)

    def _avec(self, travail: Travail, avancer: Avancer) -> None:
        with self._maison.produire() as moteurs:
            travail(moteurs, avancer)
