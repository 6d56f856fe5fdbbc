"""Commandes qui écrivent : mettre-en-demeure, produire, lot, demo, verifier-liasse."""

import datetime as dt
from pathlib import Path
from typing import Any

import click

from generateur.cli_francais import Commande
from generateur.commandes.options import (
    AIDE_DOSSIER,
    CHEMIN,
    SORTIE_PAR_DEFAUT,
    aujourd_hui,
    dire,
    imprimer,
    lire_reglages,
    options_communes,
    options_production,
    ouvrir_moteurs,
)
from generateur.erreurs import CodeSortie


@click.command("mettre-en-demeure", cls=Commande)
@click.argument("dossier", type=CHEMIN, help=AIDE_DOSSIER)
@options_production
@options_communes
def mettre_en_demeure(dossier: Path, sortie: Path, rendu: str | None, au: dt.date | None, **options: Any) -> None:
    """Écrit la lettre de mise en demeure à envoyer maintenant."""
    with ouvrir_moteurs(rendu) as moteurs:
        from generateur.lettre import ecrire_mise_en_demeure

        reglages = lire_reglages(options)
        lettre = ecrire_mise_en_demeure(dossier, sortie, jour=aujourd_hui(), au=au, reglages=reglages, moteurs=moteurs)
    imprimer(lambda: lettre.texte, lettre.en_json)


@click.command("produire", cls=Commande)
@click.argument("dossier", type=CHEMIN, help=AIDE_DOSSIER)
@options_production
@options_communes
def produire(dossier: Path, sortie: Path, rendu: str | None, au: dt.date | None, **options: Any) -> None:
    """Produit tout : actes, pièces tamponnées, bordereau, liasse, manifeste."""
    with ouvrir_moteurs(rendu) as moteurs:
        from generateur import presentation
        from generateur.chaine import produire_dossier

        reglages = lire_reglages(options)
        manifeste = produire_dossier(dossier, sortie, jour=aujourd_hui(), au=au, reglages=reglages, moteurs=moteurs)
    imprimer(
        lambda: presentation.presenter_manifeste(manifeste, str(sortie / manifeste.reference)),
        lambda: manifeste.model_dump(mode="json"),
    )


@click.command("lot", cls=Commande)
@click.argument("source", type=CHEMIN, help="Répertoire dont chaque sous-répertoire est un dossier.")
@options_production
@options_communes
def lot(source: Path, sortie: Path, rendu: str | None, au: dt.date | None, **options: Any) -> int:
    """Produit tous les dossiers d'un répertoire ; un échec n'arrête pas les autres."""
    from generateur import lots

    reglages = lire_reglages(options)
    with ouvrir_moteurs(rendu) as moteurs:
        bilan = lots.produire_lot(
            source, sortie, jour=aujourd_hui(), au=au, reglages=reglages, moteurs=moteurs, avancer=dire
        )
    imprimer(lambda: lots.presenter_bilan(bilan), bilan.en_json)
    return CodeSortie.LOT_PARTIEL if bilan.refuses or bilan.en_echec else CodeSortie.FAIT


@click.command("demo", cls=Commande)
@click.option("-o", "--sortie", type=CHEMIN, default=SORTIE_PAR_DEFAUT, help="Répertoire de sortie.")
@click.option("--rendu", metavar="NOM", help="Moteur de rendu : dxpdf (défaut) ou libreoffice.")
@options_communes
def demo(sortie: Path, rendu: str | None, au: dt.date | None) -> None:
    """Produit les dossiers d'exemple et dit quoi ouvrir."""
    from generateur import lots
    from generateur.reglages import Reglages

    with ouvrir_moteurs(rendu) as moteurs:
        bilan = lots.produire_exemples(
            sortie, jour=aujourd_hui(), au=au, reglages=Reglages(), moteurs=moteurs, avancer=dire
        )
    imprimer(lambda: lots.presenter_bilan(bilan), bilan.en_json)


@click.command("verifier-liasse", cls=Commande)
@click.argument("chemin", type=CHEMIN, help="Répertoire produit (sortie/REFERENCE), ou liasse PDF.")
@options_communes
def verifier_liasse(chemin: Path, au: dt.date | None) -> int:  # noqa: ARG001 (option commune sans objet ici)
    """Prouve qu'une liasse et son manifeste concordent, pièce par pièce."""
    from generateur import presentation, sortie_json
    from generateur.liasse.verification import verifier_liasse as relire

    verification = relire(chemin)
    imprimer(
        lambda: presentation.presenter_verification(verification),
        lambda: {
            "conforme": verification.conforme,
            "entiere": verification.entiere,
            **sortie_json.en_json(verification),
        },
    )
    return CodeSortie.FAIT if verification.conforme else CodeSortie.LIASSE_NON_CONFORME


COMMANDES = (mettre_en_demeure, produire, lot, verifier_liasse, demo)
