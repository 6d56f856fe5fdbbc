"""L'application : chaque adresse et la vue qui y répond, derrière la garde."""

from collections.abc import Callable
from functools import partial
from importlib.resources import as_file, files
from pathlib import Path

from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Mount, Route
from starlette.staticfiles import StaticFiles

from generateur.erreurs import ErreurIntrouvable
from generateur.page.adresses import Bureau, Vue, VueDePoste, consulter, dire_erreur, poster
from generateur.page.garde import Garde
from generateur.page.imprimerie import Gabarits
from generateur.page.maison import Maison
from generateur.page.vues_accord import Accords
from generateur.page.vues_apercu import Apercus
from generateur.page.vues_dossier import Dossiers
from generateur.page.vues_evenements import Evenements
from generateur.page.vues_gestes import Gestes
from generateur.page.vues_import import Importation
from generateur.page.vues_liste import Liste
from generateur.page.vues_pieces import Pieces
from generateur.page.vues_production import Productions
from generateur.page.vues_profil import Profils
from generateur.page.vues_relances import Relances
from generateur.page.vues_remedes import Remedes
from generateur.page.vues_suivi import Suivi


def creer_application(maison: Maison, port: Callable[[], int]) -> Starlette:
    """L'application ASGI ; `port` se lit une fois le service ouvert."""
    bureau = Bureau(maison, Gabarits(maison))
    productions = Productions(bureau)
    maison.a_fermer(productions.fermer)
    return Starlette(
        routes=[
            *_routes(bureau, productions),
            Mount("/statique", StaticFiles(directory=_livre("generateur.page", "statique"))),
            Mount("/aide/ecrans", StaticFiles(directory=_livre("generateur", "aide/ecrans"))),
            Mount("/polices", StaticFiles(directory=_livre("font_source_sans_pro", "files"))),
        ],
        middleware=[Middleware(Garde, seance=maison.seance, port=port)],
        exception_handlers={404: lambda demande, _levee: _introuvable(bureau, demande)},
    )


def _routes(bureau: Bureau, productions: Productions) -> list[BaseRoute]:
    relances = Relances(bureau)
    evenements = Evenements(bureau)
    liste, dossiers = Liste(bureau), Dossiers(bureau, relances, evenements)
    importation, profils, suivi, accords = Importation(bureau), Profils(bureau), Suivi(bureau), Accords(bureau)

    voir, faire = partial(_voir, bureau), partial(_faire, bureau)
    return [
        voir("/", liste.montrer),
        voir("/nouveau", liste.proposer),
        faire("/nouveau", liste.creer),
        faire("/exemple", liste.poser_exemple),
        voir("/importer", importation.proposer),
        faire("/importer", importation.recevoir),
        voir("/importer/{depot}", importation.montrer),
        faire("/importer/{depot}", importation.creer),
        faire("/importer/{depot}/colonnes", importation.choisir_colonnes),
        voir("/importer/{depot}/fait", importation.conclure),
        voir("/creanciers/{nom}", profils.montrer),
        faire("/creanciers/{nom}", profils.enregistrer),
        voir("/dossiers/{reference}", dossiers.montrer),
        voir("/dossiers/{reference}/creancier", dossiers.mener_au_creancier),
        faire("/dossiers/{reference}/champ", dossiers.enregistrer),
        faire("/dossiers/{reference}/ajouter", dossiers.ajouter),
        faire("/dossiers/{reference}/retirer", dossiers.retirer),
        faire("/dossiers/{reference}/evenement", evenements.noter),
        faire("/dossiers/{reference}/relances", relances.ecrire),
        voir("/dossiers/{reference}/relances/messages/{rang:int}", relances.servir),
        voir("/dossiers/{reference}/relances/lettres/{rang:int}", relances.servir_lettre),
        faire("/dossiers/{reference}/relances/envoi", relances.noter),
        faire("/dossiers/{reference}/relances/avis", relances.noter_avis),
        *_routes_des_pieces(bureau),
        voir("/dossiers/{reference}/decompte", suivi.decompte),
        faire("/dossiers/{reference}/joindre", Remedes(bureau).joindre),
        faire("/dossiers/{reference}/produire", productions.lancer),
        voir("/dossiers/{reference}/accord", accords.montrer),
        faire("/dossiers/{reference}/accord", accords.prevoir),
        faire("/dossiers/{reference}/accord/signe", accords.noter),
        voir("/dossiers/{reference}/production", productions.montrer),
        faire("/dossiers/{reference}/reveler", productions.reveler),
        voir("/dossiers/{reference}/produit/{cle}", productions.servir),
        voir("/tableau", suivi.tableau),
        voir("/echeances", suivi.echeances),
        voir("/echeances/agenda", suivi.agenda),
        voir("/droit", suivi.droit),
        voir("/aide", suivi.aide),
        voir("/aide/{sujet}", suivi.aide),
    ]


def _routes_des_pieces(bureau: Bureau) -> list[BaseRoute]:
    pieces, apercus = Pieces(bureau), Apercus(bureau)
    gestes, ici = Gestes(bureau, pieces), "/dossiers/{reference}/pieces"
    voir, faire = partial(_voir, bureau), partial(_faire, bureau)
    return [
        voir(ici, pieces.montrer),
        faire(ici, pieces.recevoir),
        faire(f"{ici}/placer", pieces.placer),
        faire(f"{ici}/citer", pieces.citer),
        faire(f"{ici}/deplacer", gestes.deplacer),
        faire(f"{ici}/ordonner", gestes.ordonner),
        faire(f"{ici}/preciser", gestes.preciser),
        faire(f"{ici}/retirer", gestes.retirer),
        faire(f"{ici}/effacer", gestes.effacer),
        faire(f"{ici}/retenir", gestes.retenir),
        voir(f"{ici}/{{numero}}", apercus.montrer),
        voir(f"{ici}/{{numero}}/image", apercus.image),
    ]


def _voir(bureau: Bureau, adresse: str, vue: Vue) -> Route:
    return Route(adresse, consulter(bureau, vue), methods=["GET"])


def _faire(bureau: Bureau, adresse: str, vue: VueDePoste) -> Route:
    return Route(adresse, poster(bureau, vue), methods=["POST"])


def _introuvable(bureau: Bureau, demande: Request) -> Response:
    erreur = ErreurIntrouvable("cette page n'existe pas", remede="Revenir à la liste des dossiers.")
    return dire_erreur(bureau, demande, erreur, 404)


def _livre(paquet: str, nom: str) -> Path:
    """Un répertoire livré avec un paquet installé : feuille de style et scripts, ou polices."""
    with as_file(files(paquet).joinpath(nom)) as chemin:
        return chemin
