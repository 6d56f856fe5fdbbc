"""L'importation : un fichier, ce qui en a été compris, la table des débiteurs, puis les dossiers créés ou complétés."""

import secrets
from collections import OrderedDict
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path

from starlette.datastructures import FormData, UploadFile
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from generateur.erreurs import ErreurUsage
from generateur.importation.socle import Consignes
from generateur.operations.importer import Demande, Import, importer
from generateur.operations.nouveau_dossier import REPERTOIRE_PROFILS
from generateur.page.adresses import Bureau
from generateur.page.depots import deposer

_GARDES = 20


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
        return self._bureau.gabarits.repondre("importer.html", profils=self._profils())

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
            _lire_colonnes(str(saisie.get("colonnes", ""))),
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
        fait = self._importer(depot, est_simule=True)
        return self._bureau.gabarits.repondre("import_lu.html", nom=nom, depot=depot, fait=fait)

    def creer(self, demande: Request, _saisie: FormData) -> Response:
        """Crée ou complète les dossiers, puis montre ce qui a été fait."""
        nom = demande.path_params["depot"]
        self._faites[nom] = self._importer(self._trouver(nom), est_simule=False)
        return RedirectResponse(f"/importer/{nom}/fait", status_code=303)

    def conclure(self, demande: Request) -> Response:
        """Les dossiers créés, et ce qu'il reste à remplir d'abord."""
        fait = self._faites.get(demande.path_params["depot"])
        if fait is None:
            raise ErreurUsage("cette importation n'est plus en mémoire", remede="Revenir à la liste des dossiers.")
        return self._bureau.gabarits.repondre("import_fait.html", fait=fait)

    def _importer(self, depot: Depot, *, est_simule: bool) -> Import:
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
        return sorted((self._maison.lieux.racine / REPERTOIRE_PROFILS).glob("*.toml"))


def _lire_colonnes(texte: str) -> dict[str, str]:
    """« montant_ttc = Total TTC », une par ligne."""
    paires = (ligne.partition("=") for ligne in texte.splitlines() if "=" in ligne)
    return {champ.strip(): entete.strip() for champ, _, entete in paires}
