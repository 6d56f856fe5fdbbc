"""L'onglet des relances : ce qui part aujourd'hui, lu avant l'envoi ; puis ce qui est parti et revenu, noté."""

import datetime as dt
from collections.abc import Mapping
from pathlib import Path
from typing import Any
from urllib.parse import quote

from starlette.datastructures import FormData, UploadFile
from starlette.requests import Request
from starlette.responses import FileResponse, RedirectResponse, Response

from generateur.domaine.chemins_de_cle import denommer, nommer
from generateur.domaine.socle import lire_jour
from generateur.erreurs import ErreurGenerateur, ErreurIntrouvable, ErreurUsage
from generateur.operations.formulaire_dossier import libelle_de_valeur
from generateur.operations.noter_envoi import (
    ISSUES,
    Avis,
    Envoi,
    consulter_envois,
    noter_avis,
    noter_envoi,
)
from generateur.operations.relance_du_jour import consulter_relance
from generateur.operations.relancer import Demande, relancer
from generateur.page.adresses import Bureau
from generateur.page.depots import deposer_piece
from generateur.reglages import Reglages

_IMPRIMES = {".pdf": "application/pdf"}


class Relances:
    """« /dossiers/<ref>/relances »."""

    def __init__(self, bureau: Bureau) -> None:
        self._bureau, self._maison = bureau, bureau.maison

    def rassembler(self, chemin: Path) -> Mapping[str, Any]:
        """Ce que l'onglet montre de plus que ses champs ; rien si le dossier ne se lit pas : la page dit pourquoi."""
        sortie, jour = self._maison.lieux.sortie, self._maison.aujourd_hui()
        try:
            en_cours = consulter_envois(chemin, sortie)
            relance = consulter_relance(chemin, sortie, jour=jour)
        except ErreurGenerateur:
            return {"relance": None, "plis": (), "attentes": (), "issues": ()}
        return {
            "relance": relance,
            "plis": en_cours.plis,
            "attentes": [(attente, nommer(attente.chemin)) for attente in en_cours.attentes],
            "issues": [(issue, libelle_de_valeur(issue)) for issue in ISSUES],
        }

    def ecrire(self, demande: Request, saisie: FormData) -> Response:
        """Écrit le message du jour, qu'on relit dans l'onglet ; « noter » : il est parti, il entre au dossier."""
        chemin, maison = self._bureau.dossier(demande), self._maison
        voulu = Demande(est_a_enregistrer=saisie.get("noter") == "oui")
        with maison.produire() as moteurs:
            relancer(
                chemin,
                maison.lieux.sortie,
                voulu,
                jour=maison.aujourd_hui(),
                au=None,
                reglages=Reglages(modeles=maison.lieux.modeles),
                moteurs=moteurs,
            )
        return _retourner(chemin)

    def servir(self, demande: Request) -> Response:
        """Un message écrit : une lettre s'ouvre, un courriel se télécharge et s'ouvre dans la messagerie."""
        chemin = self._bureau.dossier(demande)
        relance = consulter_relance(chemin, self._maison.lieux.sortie, jour=self._maison.aujourd_hui())
        return _servir([message.fichier for message in relance.messages], demande)

    def servir_lettre(self, demande: Request) -> Response:
        """Une mise en demeure écrite et pas encore notée."""
        plis = consulter_envois(self._bureau.dossier(demande), self._maison.lieux.sortie).plis
        return _servir([pli.lettre for pli in plis], demande)

    def noter(self, demande: Request, saisie: FormData) -> Response:
        """La mise en demeure est partie : sa date, son numéro, sa preuve ; la lettre écrite devient une pièce."""
        chemin, maison = self._bureau.dossier(demande), self._maison
        with maison.recus.preter() as depot:
            plis = consulter_envois(chemin, maison.lieux.sortie).plis
            envoi = Envoi(
                _jour(saisie, "le"),
                {pli.rang: str(saisie.get(f"numero-{pli.rang}", "")).strip() for pli in plis},
                {p.rang: recu for p in plis if (recu := self._recevoir(saisie, f"preuve-{p.rang}", depot))},
            )
            noter_envoi(chemin, maison.lieux.sortie, envoi, jour=maison.aujourd_hui())
        return _retourner(chemin)

    def noter_avis(self, demande: Request, saisie: FormData) -> Response:
        """L'avis est revenu, ou le pli : quand il a été présenté, et ce qu'il en est advenu."""
        chemin, maison = self._bureau.dossier(demande), self._maison
        issue = str(saisie.get("issue", ""))
        if issue not in ISSUES:
            raise ErreurUsage("dire ce qu'il est advenu du pli", lieu="issue")
        with maison.recus.preter() as depot:
            avis = Avis(_jour(saisie, "presentee_le"), issue, self._recevoir(saisie, "accuse", depot))
            noter_avis(chemin, denommer(str(saisie.get("lieu", ""))), avis, jour=maison.aujourd_hui())
        return _retourner(chemin)

    def _recevoir(self, saisie: FormData, cle: str, depot: Path) -> Path | None:
        envoi = saisie.get(cle)
        if not isinstance(envoi, UploadFile) or not envoi.filename:
            return None
        return deposer_piece(envoi, depot, self._maison.outils())


def _servir(fichiers: list[Path], demande: Request) -> Response:
    rang = demande.path_params["rang"]
    if rang >= len(fichiers):
        raise ErreurIntrouvable("ce fichier n'existe pas", remede="Recharger la page du dossier.")
    fichier = fichiers[rang]
    return FileResponse(
        fichier,
        media_type=_IMPRIMES.get(fichier.suffix, "application/octet-stream"),
        filename=fichier.name,
        content_disposition_type="inline" if fichier.suffix in _IMPRIMES else "attachment",
    )


def _jour(saisie: FormData, cle: str) -> dt.date:
    try:
        return lire_jour(str(saisie.get(cle, "")))
    except ValueError as erreur:
        raise ErreurUsage(str(erreur), lieu=cle, remede="Choisir la date.") from erreur


def _retourner(chemin: Path) -> Response:
    return RedirectResponse(f"/dossiers/{quote(chemin.name)}?onglet=relances", status_code=303)
