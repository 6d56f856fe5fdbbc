"""La liste des dossiers, sa recherche, et la création d'un dossier neuf."""

import datetime as dt
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from starlette.datastructures import FormData, UploadFile
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from generateur.domaine.langue import enumerer
from generateur.domaine.parties import NATURES_PHYSIQUES
from generateur.domaine.retouches import Pose
from generateur.domaine.socle import ZERO
from generateur.erreurs import ErreurUsage
from generateur.operations.amorce import (
    Amorce,
    amorcer_par_document,
    amorcer_par_reponses,
    completer_amorce,
    lister_manques,
)
from generateur.operations.apercus import PILES, ApercuDossier, Pile, empiler, pile_de
from generateur.operations.exemples import poser_exemple
from generateur.operations.nouveau_dossier import creer_squelette, proposer_reference, verifier_reference
from generateur.operations.profils import lister_profils, nommer_profil, poser_profil
from generateur.page.adresses import Bureau
from generateur.page.depots import deposer
from generateur.page.pagination import Feuillet, feuilleter

_PAR_PAGE = 50
_ATTENTE_S = 1.5  # ce qu'on étudie avant de montrer ce qu'on sait ; la page demande la suite
_A_FAIRE = "a_faire"  # ce dont la date est venue, quel que soit l'état
_DEPOSE = "depose"  # le verdict d'un dossier parti n'est plus « prêt à déposer »
_FILTRES = {
    "": "tous",
    _A_FAIRE: "à faire aujourd’hui",
    "pret": "prêts",
    _DEPOSE: "déposés ou clos",
    "a_completer": "à compléter",
    "irrecevable": "à ne pas déposer",
}
_SANS_FORME = Pose(("debiteurs", 0, "forme"), "")  # le squelette en propose une ; ici, rien ne se suppose
_TRIS = {"": "nom", "somme": "somme due", "date": "date"}


class Liste:
    """« / » : qui doit, combien, où en est chaque dossier, quoi faire ensuite."""

    def __init__(self, bureau: Bureau) -> None:
        self._bureau = bureau
        self._maison = bureau.maison

    def montrer(self, demande: Request) -> Response:
        """La liste, filtrée par texte, par état et par pile, triée, cinquante par page."""
        choix = {cle: demande.query_params.get(cle, "").strip() for cle in ("cherche", "etat", "tri", "pile")}
        cherche, etat, tri, pile = choix.values()
        maison = self._maison
        jour, vitrine = maison.aujourd_hui(), maison.vitrine
        chemins, regard = vitrine.lister(), vitrine.regarder(jour=jour, outils=maison.outils())
        est_choisi = bool(cherche) or etat in _FILTRES.keys() - {""} or tri in _TRIS.keys() - {""} or pile in PILES
        restants, muets, piles = 0, 0, tuple(Pile(cle, libelle, 0, ZERO) for cle, libelle in PILES.items())
        if est_choisi or len(chemins) <= _PAR_PAGE:
            candidats = [chemin for chemin in chemins if vitrine.peut_repondre(chemin, cherche)]
            apercus = regard.apercevoir_plusieurs(candidats, _ATTENTE_S)
            restants = len(candidats) - len(apercus)
            repondent = [a for a in apercus if _repond(a, cherche, etat, jour)]
            piles = empiler(repondent)
            retenus = _trier([a for a in repondent if pile not in PILES or pile_de(a) == pile], tri)
            feuillet = feuilleter(retenus, demande, _PAR_PAGE)
            muets = sum(1 for a in retenus if a.erreur)
            combien, somme = len(retenus), sum((a.total for a in retenus if a.total), ZERO)
        else:  # mille dossiers ne se lisent pas pour en montrer cinquante
            combien, somme = len(chemins), None
            page = feuilleter(chemins, demande, _PAR_PAGE)
            feuillet = Feuillet([regard.apercevoir(chemin) for chemin in page.montres], page.numero, page.pages)
        return self._bureau.gabarits.repondre(
            "liste.html",
            apercus=feuillet.montres,
            combien=combien,
            total=len(chemins),
            choix=choix,
            piles=piles,
            somme=somme,
            muets=muets,
            filtres=_FILTRES,
            tris=_TRIS,
            page=feuillet.numero,
            pages=feuillet.pages,
            restants=restants,
        )

    def proposer(self, _demande: Request) -> Response:
        """Le formulaire d'un dossier neuf."""
        racine = self._maison.lieux.racine
        return self._bureau.gabarits.repondre(
            "nouveau.html",
            profils=[(profil.name, nommer_profil(profil)) for profil in lister_profils(racine)],
            reference=proposer_reference(racine, self._maison.aujourd_hui().year),
        )

    def creer(self, _demande: Request, saisie: FormData) -> Response:
        """Crée le dossier : une facture électronique suffit ; sinon un nom, un numéro et un montant.

        Une entreprise nouvelle a son profil, que les dossiers suivants reprendront.
        """
        maison = self._maison
        champs = {cle: valeur.strip() for cle, valeur in saisie.items() if isinstance(valeur, str)}
        racine, reference = maison.lieux.racine, champs.get("reference", "")
        profil = next((p for p in lister_profils(racine) if p.name == champs.get("profil")), None)
        amorce = self._amorcer(champs, saisie.get("facture"), a_un_profil=profil is not None)
        verifier_reference(reference, racine)
        if profil is None:
            profil, amorce = poser_profil(racine, amorce)
        squelette = creer_squelette(reference, racine, maison.aujourd_hui(), profil, amorce)
        return RedirectResponse(f"/dossiers/{squelette.reference}", status_code=303)

    def poser_exemple(self, _demande: Request, _saisie: FormData) -> Response:
        """Un dossier prêt, de personnes inventées, à ouvrir quand on n'en a pas encore."""
        return RedirectResponse(f"/dossiers/{poser_exemple(self._maison.lieux.racine)}", status_code=303)

    def _amorcer(self, champs: Mapping[str, str], facture: object, *, a_un_profil: bool) -> Amorce:
        reponses = _lire_reponses(champs, a_un_profil=a_un_profil)
        if isinstance(facture, UploadFile) and facture.filename:
            # l'amorce copiera ce fichier au dossier : il reste là jusque-là, et l'envoi suivant n'y touche pas
            fichier = deposer(facture, self._maison.recus.reserver())
            lue = amorcer_par_document(fichier, self._maison.outils(), a_un_profil=a_un_profil)
            amorce = completer_amorce(lue, reponses)
        else:
            amorce = amorcer_par_reponses(reponses)
        if manquent := lister_manques(amorce, a_un_profil=a_un_profil):
            raise ErreurUsage(f"il manque encore {enumerer(manquent)}", remede="L'écrire, puis créer le dossier.")
        return replace(amorce, editions=(_SANS_FORME, *amorce.editions))


def _lire_reponses(champs: Mapping[str, str], *, a_un_profil: bool) -> dict[tuple[str | int, ...], Any]:
    """Ce qui a été tapé, par chemin de clé ; la nature ne compte que d'un débiteur nommé."""
    est_personne = champs.get("nature") in NATURES_PHYSIQUES
    nom = champs.get("debiteur")
    return {
        ("debiteurs", 0, "nature"): (champs.get("nature") or "personne_morale") if nom else "",
        ("debiteurs", 0, "nom" if est_personne else "denomination"): nom,
        ("debiteurs", 0, "forme"): "" if est_personne else champs.get("forme"),
        ("factures", 0, "numero"): champs.get("numero"),
        ("factures", 0, "montant_ttc"): champs.get("montant"),
        ("creancier", "denomination"): "" if a_un_profil else champs.get("creancier"),
    }


def _repond(apercu: ApercuDossier, cherche: str, etat: str, jour: dt.date) -> bool:
    texte = f"{apercu.nom} {apercu.debiteur} {apercu.creancier} {apercu.procedure}".casefold()
    if etat == _A_FAIRE:
        est_retenu = apercu.le is not None and apercu.le <= jour
    else:
        sien = _DEPOSE if apercu.etape else apercu.verdict
        est_retenu = etat not in _FILTRES or not etat or sien == etat
    return est_retenu and all(mot in texte for mot in cherche.casefold().split())


def _trier(apercus: list[ApercuDossier], tri: str) -> list[ApercuDossier]:
    """Par nom de dossier, par somme décroissante, ou par date, ce qui n'en a pas à la fin."""
    if tri == "somme":
        return sorted(apercus, key=lambda a: (-(a.total or ZERO), a.nom))
    if tri == "date":
        return sorted(apercus, key=lambda a: (a.le or dt.date.max, a.nom))
    return apercus
