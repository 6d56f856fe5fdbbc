"""L'importation : un fichier, ce qui en a été compris, la table des débiteurs, puis les dossiers créés ou complétés."""

import contextlib
import json
import secrets
from collections import OrderedDict
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, replace
from decimal import Decimal
from pathlib import Path
from typing import Any

from starlette.datastructures import FormData, UploadFile
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from generateur.controles.constat import Constat
from generateur.erreurs import ErreurUsage
from generateur.importation.entetes import ErreurColonnes, libeller
from generateur.importation.socle import Consignes
from generateur.operations.importer import Demande, DossierImporte, Import, importer
from generateur.operations.profils import lister_profils, nommer_profil
from generateur.page.adresses import Bureau
from generateur.page.depots import deposer

_GARDES = 20
_COLONNE = "colonne."
_ASSEZ_POUR_RESUMER = 3  # en dessous, la table le dit aussi bien


@dataclass(frozen=True)
class Depot:
    """Les fichiers reçus pour une importation, tant qu'elle n'est pas confirmée ; `colonnes` : les réponses données."""

    sources: tuple[Path, ...]
    clients: Path | None
    banque: Path | None
    documents: Path | None
    profil: str
    colonnes: Mapping[str, str]


class Importation:
    """« /importer », en deux pas : lire et montrer sans rien écrire, puis créer."""

    def __init__(self, bureau: Bureau) -> None:
        self._bureau, self._maison = bureau, bureau.maison
        self._depots: OrderedDict[str, Depot] = OrderedDict()
        self._faites: dict[str, Import] = {}

    def proposer(self, _demande: Request) -> Response:
        """Le formulaire d'envoi."""
        profils = [(profil.name, nommer_profil(profil)) for profil in self._profils()]
        return self._bureau.gabarits.repondre("importer.html", profils=profils)

    def recevoir(self, _demande: Request, saisie: FormData) -> Response:
        """Garde les fichiers à l'écart, et montre ce qu'ils disent."""
        sources = self._deposer(saisie, "sources")
        if not sources:
            raise ErreurUsage("aucun fichier n'a été choisi", remede="Choisir l'export de votre logiciel, puis lire.")
        documents = self._deposer(saisie, "documents")
        depot = Depot(
            sources,
            next(iter(self._deposer(saisie, "clients")), None),
            next(iter(self._deposer(saisie, "banque")), None),
            documents[0].parent if documents else None,
            str(saisie.get("profil", "")),
            {},
        )
        nom = secrets.token_urlsafe(9)
        self._depots[nom] = depot
        while len(self._depots) > _GARDES:
            ancien, _ = self._depots.popitem(last=False)
            self._faites.pop(ancien, None)
        return RedirectResponse(f"/importer/{nom}", status_code=303)

    def montrer(self, demande: Request) -> Response:
        """Ce qui a été compris : colonnes, lignes, doutes, débiteurs et ce qui manque à chacun ; rien n'est écrit."""
        nom = demande.path_params["depot"]
        depot = self._trouver(nom)
        try:
            fait = self._importer(depot, est_simule=True)
        except ErreurColonnes as doute:
            return self._repondre("import_colonnes.html", nom=nom, doute=doute)
        return self._repondre("import_lu.html", nom=nom, depot=depot, fait=fait)

    def choisir_colonnes(self, demande: Request, saisie: FormData) -> Response:
        """Retient la colonne de chaque champ, si le fichier se relit ainsi. Lève ErreurUsage sinon."""
        nom = demande.path_params["depot"]
        depot = self._trouver(nom)
        dites = {cle.removeprefix(_COLONNE): str(valeur) for cle, valeur in saisie.items() if cle.startswith(_COLONNE)}
        toutes = {**depot.colonnes, **dites}
        choisi = replace(depot, colonnes={champ: entete for champ, entete in toutes.items() if entete})
        with contextlib.suppress(ErreurColonnes):  # un autre champ est disputé : c'est la question suivante
            self._importer(choisi, est_simule=True)
        self._depots[nom] = choisi
        return RedirectResponse(f"/importer/{nom}", status_code=303)

    def creer(self, demande: Request, saisie: FormData) -> Response:
        """Crée ou complète les dossiers, puis montre ce qui a été fait."""
        nom = demande.path_params["depot"]
        a_prendre = _lire_choix(saisie.getlist("prendre"))
        laisses = frozenset(map(str, saisie.getlist("laisser")))
        depot = self._trouver(nom)
        self._faites[nom] = self._importer(depot, est_simule=False, a_prendre=a_prendre, laisses=laisses)
        return RedirectResponse(f"/importer/{nom}/fait", status_code=303)

    def conclure(self, demande: Request) -> Response:
        """Les dossiers créés, et ce qu'il reste à remplir d'abord."""
        fait = self._faites.get(demande.path_params["depot"])
        if fait is None:
            raise ErreurUsage("cette importation n'est plus en mémoire", remede="Revenir à la liste des dossiers.")
        return self._repondre("import_fait.html", fait=fait)

    def _repondre(self, gabarit: str, **champs: Any) -> Response:
        fait: Import | None = champs.get("fait")
        communs = _manques_communs(fait.dossiers) if fait else []
        a_savoir = _taire_les_conflits_montres(fait) if fait else []
        return self._bureau.gabarits.repondre(gabarit, libeller=libeller, communs=communs, a_savoir=a_savoir, **champs)

    def _importer(
        self,
        depot: Depot,
        *,
        est_simule: bool,
        a_prendre: Mapping[str, Collection[tuple[str, ...]]] | None = None,
        laisses: Collection[str] = (),
    ) -> Import:
        maison = self._maison
        profil = next((p for p in self._profils() if p.name == depot.profil), None)
        demande = Demande(
            depot.sources,
            maison.lieux.racine,
            creancier=profil,
            clients=depot.clients,
            banque=depot.banque,
            documents=depot.documents,
            consignes=Consignes(colonnes=depot.colonnes),
            minimum=Decimal("0.00"),
            simuler=est_simule,
            a_prendre=a_prendre or {},
            laisses=laisses,
        )
        return importer(demande, jour=maison.aujourd_hui(), outils=maison.outils(), avancer=lambda *_: None)

    def _trouver(self, nom: str) -> Depot:
        if nom not in self._depots:
            raise ErreurUsage("cette importation n'est plus en attente", remede="Envoyer de nouveau le fichier.")
        return self._depots[nom]

    def _deposer(self, saisie: FormData, cle: str) -> tuple[Path, ...]:
        recus = [envoi for envoi in saisie.getlist(cle) if isinstance(envoi, UploadFile) and envoi.filename]
        if not recus:
            return ()
        depot = self._maison.depot_provisoire()
        return tuple(deposer(envoi, depot) for envoi in recus)

    def _profils(self) -> list[Path]:
        return lister_profils(self._maison.lieux.racine)


def _lire_choix(choix: Iterable[object]) -> dict[str, set[tuple[str, ...]]]:
    """Les valeurs à prendre de la source : par dossier, leur clé. Lève ErreurUsage si l'envoi n'en est pas un."""
    a_prendre: dict[str, set[tuple[str, ...]]] = {}
    for brut in choix:
        try:
            dossier, *cle = map(str, json.loads(str(brut)))
        except (ValueError, TypeError) as erreur:
            raise ErreurUsage("ce choix ne se lit pas", remede="Relire la page, puis choisir de nouveau.") from erreur
        a_prendre.setdefault(dossier, set()).add(tuple(cle))
    return a_prendre


def _taire_les_conflits_montres(fait: Import) -> list[Constat]:
    """Ce qu'il y a à savoir, sans ce que la table des différences montre déjà."""
    montres = {f"{dossier.reference}, {diff.lieu}" for dossier in fait.dossiers for diff in dossier.differences}
    return [c for c in fait.constats if c.code != "CONFLIT_IMPORT" or c.lieu not in montres]


def _manques_communs(dossiers: Iterable[DossierImporte]) -> list[str]:
    """Ce qui manque à tous les dossiers qui ont un état : dit une fois, au-dessus de la table."""
    retenus = [dossier.manques for dossier in dossiers if dossier.etat != "ecarte"]
    if len(retenus) < _ASSEZ_POUR_RESUMER:
        return []
    return [manque for manque in retenus[0] if all(manque in autres for autres in retenus)]
