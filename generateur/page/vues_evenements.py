"""L'onglet du suivi : noter ce qui arrive, lire ce qu'il faut faire ensuite et quand, revoir ce qui s'est passé."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any
from urllib.parse import quote

from starlette.datastructures import FormData, UploadFile
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from generateur.erreurs import ErreurDroitManquant
from generateur.operations.etude import Etude
from generateur.operations.evenements_saisis import (
    ATTENDUS,
    GENRES,
    ErreurEvenement,
    decrire_genre,
    est_possible,
    noter,
)
from generateur.operations.ligne_de_temps import dresser_ligne_de_temps
from generateur.page.adresses import Bureau, est_htmx
from generateur.page.depots import deposer
from generateur.page.montre import montrer_onglet


class Evenements:
    """« /dossiers/<ref>?onglet=suivi » et ce qu'on y note."""

    def __init__(self, bureau: Bureau) -> None:
        self._bureau, self._maison = bureau, bureau.maison

    def montrer(self, demande: Request) -> Response:
        """La conduite à tenir, le formulaire de l'événement choisi, la ligne de temps."""
        voulu = demande.query_params.get("noter", "")
        return self._dresser(self._bureau.dossier(demande), genre=voulu if voulu in GENRES else "")

    def noter(self, demande: Request, saisie: FormData) -> Response:
        """Écrit l'événement et garde son document, ou dit à côté de chaque champ ce qui ne va pas."""
        chemin, nom = self._bureau.dossier(demande), str(saisie.get("genre", ""))
        textes = {
            cle.removeprefix("v."): valeur
            for cle, valeur in saisie.items()
            if cle.startswith("v.") and isinstance(valeur, str)
        }
        envoi = saisie.get("document")
        try:
            with self._maison.recus.preter() as depot:
                document = deposer(envoi, depot) if isinstance(envoi, UploadFile) and envoi.filename else None
                note = noter(
                    chemin, nom, textes, document, jour=self._maison.aujourd_hui(), outils=self._maison.outils()
                )
        except ErreurEvenement as erreur:
            return self._dresser(chemin, 422, genre=nom, textes=textes, refus=erreur.refus)
        if not est_htmx(demande):
            return RedirectResponse(f"/dossiers/{quote(chemin.name)}?onglet=suivi", status_code=303)
        return self._dresser(chemin, note=note)

    def _dresser(self, chemin: Path, code: int = 200, **propres: Any) -> Response:
        rien: dict[str, Any] = {"genre": "", "textes": {}, "refus": {}, "note": None}
        tous = rien | propres
        return montrer_onglet(
            self._bureau,
            chemin,
            "suivi",
            code,
            tirer=lambda etude, _lues: self._tirer(etude, tous["genre"]),
            **tous,
        )

    def _tirer(self, etude: Etude, genre: str) -> Mapping[str, Any]:
        dossier = etude.dossier
        try:
            passes, a_venir = dresser_ligne_de_temps(dossier, self._maison.aujourd_hui())
        except ErreurDroitManquant:  # le constat du droit qui manque est déjà à l'écran
            passes, a_venir = (), ()
        conduite = etude.conduite
        attendus = ATTENDUS.get(conduite.etape.nom, ()) if conduite else ATTENDUS["amiable"]
        possibles = {nom: g for nom, g in GENRES.items() if est_possible(nom, dossier)}
        return {
            "passes": passes,
            "a_venir": a_venir,
            "attendus": [possibles[nom] for nom in attendus if nom in possibles],
            "autres": [g for nom, g in possibles.items() if nom not in attendus],
            "choisi": GENRES.get(genre),
            "champs": decrire_genre(genre, dossier) if genre in GENRES else (),
        }
