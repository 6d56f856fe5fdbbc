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
from urllib.parse import quote

from starlette.datastructures import FormData, UploadFile
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from generateur.domaine.constat import Constat
from generateur.erreurs import ErreurColonnes, ErreurUsage
from generateur.operations.importer import Demande, DossierImporte, Import, importer
from generateur.operations.profils import lister_profils, nommer_profil
from generateur.page.adresses import Bureau
from generateur.page.depots import deposer
from generateur.page.pagination import feuilleter

_GARDES = 20
_COLONNE = "colonne."
_PAR_PAGE = 100  # débiteurs ; avec les différences à départager, un envoi reste sous la borne des champs
_DIFFERENCES = 300
_LIGNES = 200  # refus et remarques montrés ; le nombre des autres est dit
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
    laisses: frozenset[str] = frozenset()
    pris: frozenset[str] = frozenset()

    @property
    def sans_choix(self) -> "Depot":
        """Le même, avant que rien n'y soit coché : ce dont dépend ce qui est compris."""
        return replace(self, laisses=frozenset(), pris=frozenset())

    def cocher(self, saisie: FormData) -> "Depot":
        """Le même, avec ce qui est coché sur cette page ; ce qui l'est sur les autres reste."""
        montres = frozenset(map(str, _lire_liste(str(saisie.get("montres", "[]")))))
        laisses, pris = (frozenset(map(str, saisie.getlist(cle))) for cle in ("laisser", "prendre"))
        return replace(self, laisses=(self.laisses - montres) | laisses, pris=(self.pris - montres) | pris)


class Importation:
    """« /importer », en deux pas : lire et montrer sans rien écrire, puis créer."""

    def __init__(self, bureau: Bureau) -> None:
        self._bureau, self._maison = bureau, bureau.maison
        self._depots: OrderedDict[str, Depot] = OrderedDict()
        self._faites: dict[str, Import] = {}
        self._compris: tuple[object, Import] | None = None  # le dernier : tourner une page ne relit pas l'export

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
            fait = self._comprendre(depot)
        except ErreurColonnes as doute:
            return self._repondre("import_colonnes.html", nom=nom, doute=doute)
        return self._repondre("import_lu.html", demande, fait, nom=nom, depot=depot)

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
        """Retient ce qui est coché ; puis tourne la page, ou crée et complète les dossiers."""
        nom = demande.path_params["depot"]
        depot = self._trouver(nom).cocher(saisie)
        a_prendre = _lire_choix(depot.pris)
        self._depots[nom] = depot
        if aller := str(saisie.get("aller", "")):
            return RedirectResponse(f"/importer/{nom}?page={quote(aller)}", status_code=303)
        fait = self._importer(depot, est_simule=False, a_prendre=a_prendre, laisses=depot.laisses)
        self._faites[nom] = _alleger(fait)
        return RedirectResponse(f"/importer/{nom}/fait", status_code=303)

    def conclure(self, demande: Request) -> Response:
        """Les dossiers créés, et ce qu'il reste à remplir d'abord."""
        fait = self._faites.get(demande.path_params["depot"])
        if fait is None:
            raise ErreurUsage("cette importation n'est plus en mémoire", remede="Revenir à la liste des dossiers.")
        return self._repondre("import_fait.html", demande, fait, nom=demande.path_params["depot"])

    def _repondre(
        self, gabarit: str, demande: Request | None = None, fait: Import | None = None, **champs: Any
    ) -> Response:
        if fait is not None and demande is not None:
            feuillet = feuilleter(fait.dossiers, demande, _PAR_PAGE)
            differences = [(d, difference) for d in feuillet.montres for difference in d.differences]
            champs |= {
                "fait": fait,
                "communs": _manques_communs(fait.dossiers),
                "a_savoir": _taire_les_conflits_montres(fait),
                "feuillet": feuillet,
                "differences": differences[:_DIFFERENCES],
                "differences_tues": max(0, len(differences) - _DIFFERENCES),
                "lignes": _LIGNES,
            }
        return self._bureau.gabarits.repondre(gabarit, **champs)

    def _comprendre(self, depot: Depot) -> Import:
        """Ce que dit cet envoi ; repris tel quel tant que ni lui, ni le jour, ni les dossiers n'ont changé."""
        cle = (depot.sans_choix, self._maison.aujourd_hui(), self._maison.vitrine.resumer_contenu())
        if self._compris is None or self._compris[0] != cle:
            self._compris = None  # un grand export ne tient pas deux fois en mémoire
            self._compris = cle, _alleger(self._importer(depot, est_simule=True))
        return self._compris[1]

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
            colonnes=depot.colonnes,
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
        depot = self._maison.recus.reserver()
        return tuple(deposer(envoi, depot) for envoi in recus)

    def _profils(self) -> list[Path]:
        return lister_profils(self._maison.lieux.racine)


def _alleger(fait: Import) -> Import:
    """Le résultat, sans les lignes lues : la page n'en montre que le compte."""
    return replace(fait, sources=tuple(replace(lecture, pieces=()) for lecture in fait.sources))


def _lire_liste(brut: str) -> list[object]:
    """Une liste en JSON. Lève ErreurUsage si l'envoi n'en est pas une."""
    with contextlib.suppress(ValueError, RecursionError):
        if isinstance(lue := json.loads(brut), list):
            return lue
    raise ErreurUsage("ce choix ne se lit pas", remede="Relire la page, puis choisir de nouveau.")


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
