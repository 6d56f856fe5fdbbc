"""Commandes qui écrivent : mettre-en-demeure, produire, extraire, retenir-numeros, demo, verifier-liasse."""

import datetime as dt
from pathlib import Path
from typing import Any

import click

from generateur.commandes.francais import Commande
from generateur.commandes.horizons import annoncer_horizon, annoncer_horizons_du_lot
from generateur.commandes.options import (
    AIDE_DOSSIER,
    AIDE_JOINDRE,
    AIDE_SUITE,
    CHEMIN,
    SORTIE_PAR_DEFAUT,
    aujourd_hui,
    demander_mot_de_passe,
    dire,
    imprimer,
    lire_reglages,
    options_communes,
    options_liasse,
    options_production,
    options_scellement,
    situer_sortie,
)
from generateur.erreurs import CodeSortie


@click.command("mettre-en-demeure", cls=Commande)
@click.argument("dossier", type=CHEMIN, help=AIDE_DOSSIER)
@options_production
@options_communes
def mettre_en_demeure(dossier: Path, sortie: Path, rendu: str | None, au: dt.date | None, **options: Any) -> None:
    """Écrit la lettre de mise en demeure à envoyer maintenant."""
    from generateur.operations.outillage import ouvrir_moteurs

    sortie = situer_sortie(sortie, dossier)
    with ouvrir_moteurs(rendu) as moteurs:
        from generateur.commandes import presentation_lettres
        from generateur.operations.mise_en_demeure import ecrire_mise_en_demeure

        reglages = lire_reglages(options)
        lettres = ecrire_mise_en_demeure(dossier, sortie, jour=aujourd_hui(), au=au, reglages=reglages, moteurs=moteurs)
    imprimer(lambda: presentation_lettres.presenter(lettres), lambda: presentation_lettres.en_objet(lettres))


@click.command("produire", cls=Commande)
@click.argument("dossier", type=CHEMIN, help=AIDE_DOSSIER)
@click.option("--suite", metavar="NOM", help=AIDE_SUITE)
@options_production
@options_liasse
@options_scellement
@options_communes
def produire(
    dossier: Path, sortie: Path, rendu: str | None, au: dt.date | None, suite: str | None, **options: Any
) -> None:
    """Produit tout : actes, pièces tamponnées, bordereau, liasse, manifeste ; ou, avec --suite, ce qui suit."""
    from generateur.operations.outillage import munir_de_sceau, ouvrir_moteurs

    sortie = situer_sortie(sortie, dossier)
    if suite is not None:
        _produire_suite(dossier, sortie, suite, rendu, au, options)
        return

    with ouvrir_moteurs(rendu, ocr=options["ocr"]) as moteurs:
        from generateur.commandes import presentation, sortie_json
        from generateur.operations.production import produire_dossier

        reglages = lire_reglages(options)
        jour = aujourd_hui()
        scelles = munir_de_sceau(moteurs, reglages, jour=jour, demander_mot_de_passe=demander_mot_de_passe)
        manifeste = produire_dossier(dossier, sortie, jour=jour, au=au, reglages=reglages, moteurs=scelles)
    annoncer_horizon(manifeste, jour)
    imprimer(
        lambda: presentation.presenter_manifeste(manifeste, str(sortie / manifeste.reference)),
        lambda: sortie_json.manifeste_en_json(manifeste),
    )


def _produire_suite(
    dossier: Path, sortie: Path, suite: str, rendu: str | None, au: dt.date | None, options: dict[str, Any]
) -> None:
    from generateur.operations.outillage import ouvrir_moteurs

    sortie = situer_sortie(sortie, dossier)
    with ouvrir_moteurs(rendu) as moteurs:
        from generateur.commandes import presentation_suite
        from generateur.operations.suite import ecrire_suite

        reglages = lire_reglages(options)
        ecrite = ecrire_suite(dossier, sortie, suite, jour=aujourd_hui(), au=au, reglages=reglages, moteurs=moteurs)
    imprimer(lambda: presentation_suite.presenter(ecrite), lambda: presentation_suite.en_objet(ecrite))


@click.command("retenir-numeros", cls=Commande)
@click.argument("dossier", type=CHEMIN, help=AIDE_DOSSIER)
@click.option(
    "-o", "--sortie", type=CHEMIN, default=SORTIE_PAR_DEFAUT, metavar="DOSSIER", help="Où est la liasse communiquée."
)
@options_communes
def retenir_numeros(dossier: Path, sortie: Path, au: dt.date | None) -> None:  # noqa: ARG001 (option commune sans objet ici)
    """Garde la liasse communiquée et retient ses numéros : ils ne changeront plus."""
    from generateur.commandes import presentation, sortie_json
    from generateur.operations.retenir_numeros import retenir_numeros as retenir

    retenue = retenir(dossier, situer_sortie(sortie, dossier), jour=aujourd_hui())
    imprimer(lambda: presentation.presenter_retenue(retenue), lambda: sortie_json.retenue_en_json(retenue))


@click.command("extraire", cls=Commande)
@click.argument("dossier", type=CHEMIN, help=AIDE_DOSSIER)
@options_communes
def extraire(dossier: Path, au: dt.date | None) -> None:  # noqa: ARG001 (option commune sans objet ici)
    """Range dans pieces/ les documents joints aux PDF du dossier."""
    from generateur.commandes import presentation_extraction
    from generateur.operations.extraction import extraire_documents
    from generateur.operations.outillage import ouvrir_atelier

    with ouvrir_atelier() as atelier:
        extraction = extraire_documents(dossier, atelier)
    imprimer(
        lambda: presentation_extraction.presenter(extraction),
        lambda: presentation_extraction.en_objet(extraction),
    )


@click.command("demo", cls=Commande)
@click.option("-o", "--sortie", type=CHEMIN, default=SORTIE_PAR_DEFAUT, help="Répertoire de sortie.")
@click.option("--rendu", metavar="NOM", help="Moteur de rendu : dxpdf (défaut) ou libreoffice.")
@click.option("--joindre-manifeste", is_flag=True, help=AIDE_JOINDRE)
@options_communes
def demo(sortie: Path, rendu: str | None, au: dt.date | None, *, joindre_manifeste: bool) -> int:
    """Produit les dossiers d'exemple et dit quoi ouvrir."""
    from generateur.commandes import presentation_lot
    from generateur.operations import lot as lots
    from generateur.operations.executants import choisir_executant
    from generateur.reglages import Reglages

    reglages, jour = Reglages(rendu=rendu, joindre_manifeste=joindre_manifeste), aujourd_hui()
    executant = choisir_executant("sequentiel", reglages, jour=jour, demander_mot_de_passe=str)
    bilan = lots.produire_exemples(
        sortie,
        jour=jour,
        au=au,
        reglages=reglages,
        executant=executant,
        avancer=lambda avancee: dire(presentation_lot.presenter_avancee(avancee)),
    )
    annoncer_horizons_du_lot(bilan.dossiers, aujourd_hui())
    imprimer(lambda: presentation_lot.presenter(bilan), lambda: presentation_lot.en_objet(bilan))
    # des refus sont attendus, ce sont des exemples ; un échec ne l'est pas
    return CodeSortie.LOT_PARTIEL if bilan.en_echec else CodeSortie.FAIT


@click.command("verifier-liasse", cls=Commande)
@click.argument("chemin", type=CHEMIN, help="Répertoire produit (sortie/REFERENCE), ou liasse PDF.")
@click.option("--dossier", type=CHEMIN, help="Le dossier d'origine, pour prouver aussi les sources des pièces.")
@click.option("--tout-prouver", is_flag=True, help="Rend 11 aussi quand un point n'a pas pu être prouvé.")
@options_communes
def verifier_liasse(chemin: Path, dossier: Path | None, au: dt.date | None, *, tout_prouver: bool) -> int:  # noqa: ARG001 (option commune sans objet ici)
    """Prouve qu'une liasse et son manifeste concordent, pièce par pièce.

    Code 0 : rien ne diffère, mais tout n'est pas forcément prouvé. Un script qui tient à la preuve entière ajoute
    « --tout-prouver », ou lit « conforme » avec « --json » : true, false, ou null s'il reste du non prouvé.
    """
    from generateur.commandes import presentation, sortie_json
    from generateur.publication.verification import verifier_liasse as relire

    verification = relire(chemin, dossier)
    imprimer(
        lambda: presentation.presenter_verification(verification),
        lambda: sortie_json.liasse_verifiee_en_json(verification),
    )
    est_admise = verification.conforme is True or (verification.conforme is None and not tout_prouver)
    return CodeSortie.FAIT if est_admise else CodeSortie.LIASSE_NON_CONFORME


COMMANDES = (mettre_en_demeure, produire, extraire, retenir_numeros, verifier_liasse, demo)
