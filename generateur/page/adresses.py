"""Les adresses de la page, et ce qui est commun à toutes : lire la demande, vérifier le jeton, dire un échec."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from pathlib import Path

from starlette.concurrency import run_in_threadpool
from starlette.datastructures import FormData
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect, Request
from starlette.responses import PlainTextResponse, RedirectResponse, Response

from generateur.erreurs import ErreurGenerateur, ErreurIntrouvable, expliquer_imprevu
from generateur.operations.etude import Etude, etudier_dossier
from generateur.page.imprimerie import Gabarits
from generateur.page.maison import Maison

_FICHIERS_MAXIMUM, _CHAMPS_MAXIMUM, _CHAMP_MAXIMUM = 200, 500, 1_000_000
_ILLISIBLE = f"Cet envoi ne se lit pas : {_FICHIERS_MAXIMUM} fichiers et {_CHAMPS_MAXIMUM} champs au plus en une fois."


@dataclass(frozen=True)
class Bureau:
    """Ce dont une vue se sert : l'état du lancement et l'imprimerie."""

    maison: Maison
    gabarits: Gabarits

    def dossier(self, demande: Request) -> Path:
        """Le dossier que l'adresse nomme. Lève ErreurLecture s'il n'existe pas."""
        return self.maison.vitrine.trouver(demande.path_params["reference"])

    def reference(self, chemin: Path) -> str:
        """La référence sous laquelle ce dossier se publie ; le nom de son répertoire si elle ne se lit pas."""
        return self.maison.vitrine.reference(chemin)

    def etudier(self, chemin: Path) -> tuple[Etude | None, ErreurGenerateur | None]:
        """L'étude du dossier, ou ce qui l'empêche."""
        maison = self.maison
        try:
            etude = etudier_dossier(
                chemin, jour=maison.aujourd_hui(), outils=maison.outils(), sortie=maison.lieux.sortie
            )
        except ErreurGenerateur as erreur:
            return None, erreur
        return etude, None


Vue = Callable[[Request], Response]
VueDePoste = Callable[[Request, FormData], Response]


def consulter(bureau: Bureau, vue: Vue) -> Callable[[Request], Awaitable[Response]]:
    """Une vue qui montre : elle travaille dans un fil à elle, et ses échecs sont des phrases."""

    async def repondre(demande: Request) -> Response:
        return await run_in_threadpool(_tenter, bureau, demande, lambda: vue(demande))

    return repondre


def poster(bureau: Bureau, vue: VueDePoste) -> Callable[[Request], Awaitable[Response]]:
    """Une vue qui change quelque chose : le formulaire porte le jeton de la séance."""

    async def repondre(demande: Request) -> Response:
        try:
            async with demande.form(
                max_files=_FICHIERS_MAXIMUM, max_fields=_CHAMPS_MAXIMUM, max_part_size=_CHAMP_MAXIMUM
            ) as saisie:
                if not bureau.maison.seance.signe(str(saisie.get("csrf", ""))):
                    return PlainTextResponse("Formulaire périmé : recharger la page, puis recommencer.", 403)
                return _mener(demande, await run_in_threadpool(_tenter, bureau, demande, lambda: vue(demande, saisie)))
        except ClientDisconnect:  # trop gros, trop lent, ou parti : rien n'a été gardé
            return PlainTextResponse("L'envoi n'est pas arrivé entier : recommencer, ou envoyer moins à la fois.", 413)
        except OSError:
            return PlainTextResponse("Cet ordinateur n'a plus de place : libérer du disque, puis recommencer.", 507)
        except (HTTPException, ValueError):  # une borne dépassée, un jeu de caractères qui n'existe pas
            return PlainTextResponse(_ILLISIBLE, 400)

    return repondre


def _mener(demande: Request, reponse: Response) -> Response:
    """Un formulaire envoyé sans quitter la page la quitte quand il a abouti ; refusé, la saisie reste à l'écran."""
    if est_htmx(demande) and isinstance(reponse, RedirectResponse):
        return Response(status_code=204, headers={"hx-redirect": reponse.headers["location"]})
    return reponse


def est_htmx(demande: Request) -> bool:
    """Vrai si seul un morceau de page est attendu."""
    return demande.headers.get("hx-request") == "true"


def _tenter(bureau: Bureau, demande: Request, vue: Callable[[], Response]) -> Response:
    try:
        return vue()
    except ErreurGenerateur as erreur:
        return dire_erreur(bureau, demande, erreur)
    except Exception as erreur:  # noqa: BLE001 (le bord : un échec imprévu ne ferme pas la page)
        return dire_erreur(bureau, demande, expliquer_imprevu(erreur), 500)


def dire_erreur(bureau: Bureau, demande: Request, erreur: ErreurGenerateur, code: int = 422) -> Response:
    """La phrase, l'endroit, le remède : dans le bandeau de la page ouverte, ou sur une page à part."""
    if est_htmx(demande):
        return bureau.gabarits.repondre("morceaux/erreur.html", code, erreur=erreur)
    return bureau.gabarits.repondre(
        "erreur.html", 404 if isinstance(erreur, ErreurIntrouvable) else code, erreur=erreur
    )
