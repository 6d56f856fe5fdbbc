"""Un champ qu'on quitte : écrit, refusé à côté de lui, ou montré face à ce qu'une autre main a écrit entre-temps."""

from collections.abc import Callable
from urllib.parse import urlsplit

from starlette.datastructures import FormData
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from generateur.domaine.chemins_de_cle import denommer
from generateur.erreurs import ErreurGenerateur
from generateur.operations.formulaire_dossier import Lieu
from generateur.operations.saisie import ErreurSaisieDouble, Saisi
from generateur.page.adresses import Bureau, est_htmx


def enregistrer_champ(
    bureau: Bureau,
    demande: Request,
    saisie: FormData,
    ecrire: Callable[[Lieu, str, str], Saisi],
    suivre: Callable[[Lieu], Response],
) -> Response:
    """`ecrire` reçoit le chemin, la valeur et la version connue ; `suivre` rend ce qui change à l'écran."""
    lieu, page, valeur, malgre = (str(saisie.get(cle, "")) for cle in ("lieu", "page", "valeur", "malgre"))
    champ, onglets = denommer(lieu), bureau.maison.onglets
    commun = {"identifiant": "-".join(map(str, champ))}
    try:
        ecrit = ecrire(champ, valeur, malgre or onglets.version(page))
    except ErreurSaisieDouble as double:
        return bureau.gabarits.repondre("morceaux/double.html", 409, valeur=valeur, double=double, **commun)
    except ErreurGenerateur as erreur:
        if not est_htmx(demande):
            raise
        return bureau.gabarits.repondre("morceaux/refuse.html", 422, erreur=erreur, **commun)
    onglets.noter(page, ecrit.version)
    if not est_htmx(demande):
        return RedirectResponse(urlsplit(demande.headers.get("referer", "/")).path or "/", status_code=303)
    return suivre(champ)
