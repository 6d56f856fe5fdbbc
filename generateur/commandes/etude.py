"""Commandes qui étudient un dossier sans rien produire : nouveau, verifier, choisir, chiffrer."""

import datetime as dt
from pathlib import Path

import click

from generateur.commandes.francais import Commande
from generateur.commandes.options import AIDE_DOSSIER, CHEMIN, aujourd_hui, imprimer, options_communes
from generateur.erreurs import CodeSortie

_imposer = click.option("--procedure", metavar="NOM", help="Impose une procédure.")


@click.command("nouveau", cls=Commande)
@click.argument("reference", help="Nom du dossier, par exemple 2026-0042.")
@click.option("--racine", type=CHEMIN, default=Path("dossiers"), help="Où le créer (défaut : dossiers/).")
@click.option(
    "--creancier", "profil", type=CHEMIN, metavar="PROFIL", help="Fichier du créancier à reprendre, sans le retaper."
)
@click.option("--depuis", type=CHEMIN, metavar="FACTURE", help="Une facture, qui remplit le dossier.")
@options_communes
def nouveau(reference: str, racine: Path, profil: Path | None, depuis: Path | None, au: dt.date | None) -> None:
    """Crée un dossier commenté, prêt à remplir ou rempli d'après une facture."""
    from generateur.commandes import presentation_squelette, questions
    from generateur.operations.nouveau_dossier import creer_squelette

    amorce = None
    if depuis is not None:
        from generateur.operations.amorce import amorcer_par_document
        from generateur.operations.outillage import ouvrir_outils
        from generateur.operations.profils import siren_du_profil

        with ouvrir_outils() as outils:
            amorce = amorcer_par_document(
                depuis, outils, a_un_profil=profil is not None, vendeur=siren_du_profil(profil) if profil else ""
            )
    elif profil is None and questions.peut_questionner():
        profil, amorce = questions.questionner(racine)
    squelette = creer_squelette(reference, racine, au or aujourd_hui(), profil, amorce)
    imprimer(lambda: presentation_squelette.presenter(squelette), lambda: presentation_squelette.en_objet(squelette))


@click.command("verifier", cls=Commande)
@click.argument("dossier", type=CHEMIN, help=AIDE_DOSSIER)
@_imposer
@options_communes
def verifier(dossier: Path, procedure: str | None, au: dt.date | None) -> int:
    """Liste tous les constats : prêt, à compléter ou à ne pas déposer."""
    from generateur.operations.outillage import ouvrir_outils

    with ouvrir_outils() as outils:
        from generateur.commandes import presentation, sortie_json
        from generateur.operations.etude import etudier_dossier

        etude = etudier_dossier(dossier, jour=aujourd_hui(), au=au, procedure=procedure, outils=outils)
    imprimer(lambda: presentation.presenter_constats(etude), lambda: sortie_json.verification_en_json(etude))
    return CodeSortie.FAIT if etude.verdict == "pret" else CodeSortie.DOSSIER_INVALIDE


@click.command("choisir", cls=Commande)
@click.argument("dossier", type=CHEMIN, help=AIDE_DOSSIER)
@_imposer
@options_communes
def choisir(dossier: Path, procedure: str | None, au: dt.date | None) -> int:
    """Dit la procédure retenue, les autres et pourquoi, et la juridiction compétente."""
    from generateur.operations.outillage import ouvrir_outils

    with ouvrir_outils() as outils:
        from generateur.commandes import presentation, sortie_json
        from generateur.operations.etude import etudier_dossier

        etude = etudier_dossier(dossier, jour=aujourd_hui(), au=au, procedure=procedure, outils=outils)
    imprimer(lambda: presentation.presenter_choix(etude), lambda: sortie_json.choix_en_json(etude))
    return CodeSortie.FAIT if etude.decision.retenue else CodeSortie.PROCEDURE_INDETERMINABLE


@click.command("chiffrer", cls=Commande)
@click.argument("dossier", type=CHEMIN, help=AIDE_DOSSIER)
@options_communes
def chiffrer(dossier: Path, au: dt.date | None) -> None:
    """Donne le décompte, expliqué ligne par ligne."""
    from generateur.commandes import presentation, sortie_json
    from generateur.operations.etude import chiffrer_dossier

    chiffrage = chiffrer_dossier(dossier, jour=aujourd_hui(), au=au)
    imprimer(lambda: presentation.presenter_chiffrage(chiffrage), lambda: sortie_json.chiffrage_en_json(chiffrage))


COMMANDES = (nouveau, verifier, choisir, chiffrer)
