"""Commandes d'entrée : importer."""

import datetime as dt
from decimal import Decimal
from pathlib import Path
from typing import Any

import click

from generateur.commandes.avancee import suivre_avancee
from generateur.commandes.francais import Commande
from generateur.commandes.options import CHEMIN, aujourd_hui, imprimer, options_communes
from generateur.erreurs import CodeSortie, ErreurUsage

CHAMPS = (
    "numero", "type", "date", "echeance", "montant_ht", "montant_tva", "montant_ttc", "reste_du", "paye",
    "date_paiement", "statut", "debiteur", "identifiant", "siren", "siret", "tva", "voie", "code_postal", "commune",
    "courriel", "telephone", "devise", "objet", "fichier",
)  # fmt: skip


def _lire_colonnes(paires: tuple[str, ...]) -> dict[str, str]:
    """« champ=En-tête » ; lève ErreurUsage sur un champ inconnu."""
    colonnes = {}
    for paire in paires:
        champ, egal, entete = paire.partition("=")
        if not egal or champ not in CHAMPS:
            raise ErreurUsage(
                f"« {paire} » n'est pas de la forme champ=En-tête",
                lieu="--colonnes",
                remede=f'Champs : {", ".join(CHAMPS)}. Exemple : --colonnes "reste_du=Solde TTC".',
            )
        colonnes[champ] = entete
    return colonnes


def _lire_minimum(texte: str | None) -> Decimal:
    from generateur.operations.amorce import lire_reponse

    try:
        return Decimal(lire_reponse("montant", texte or "") or 0)
    except ValueError as erreur:
        raise ErreurUsage(str(erreur), lieu="--minimum", remede='Écrire par exemple --minimum "50,00".') from erreur


@click.command("importer", cls=Commande)
@click.argument("sources", type=CHEMIN, nargs=-1, required=True, help="Factures, exports, ou répertoires qui en ont.")
@click.option("-d", "--dossiers", "racine", type=CHEMIN, default=Path("dossiers"), help="Où sont les dossiers.")
@click.option("--creancier", type=CHEMIN, metavar="PROFIL.toml", help="Votre profil, commun à tous les dossiers.")
@click.option("--format", "impose", metavar="NOM", help="Impose un format ; sans cela, le contenu décide.")
@click.option("--clients", type=CHEMIN, metavar="FICHIER", help="Liste des clients : adresses, SIRET.")
@click.option("--banque", type=CHEMIN, metavar="FICHIER", help="Relevé de banque, rapproché des factures.")
@click.option("--documents", type=CHEMIN, metavar="RÉPERTOIRE", help="PDF retrouvés par numéro de facture.")
@click.option("--colonnes", multiple=True, metavar="CHAMP=EN-TÊTE", help="Répond à un en-tête ambigu.")
@click.option("--minimum", metavar="MONTANT", help="Laisse les débiteurs qui doivent moins.")
@click.option("--simuler", is_flag=True, help="Dit tout ce qui serait fait, sans rien écrire.")
@options_communes
def importer(au: dt.date | None, **options: Any) -> int:
    """Crée ou complète des dossiers d'après des factures électroniques et des exports."""
    from generateur.commandes import presentation_import
    from generateur.operations.importer import ETAPE_LECTURE, Demande
    from generateur.operations.importer import importer as faire
    from generateur.operations.outillage import ouvrir_outils

    demande = Demande(
        sources=options["sources"],
        racine=options["racine"],
        creancier=options["creancier"],
        format=options["impose"],
        clients=options["clients"],
        banque=options["banque"],
        documents=options["documents"],
        colonnes=_lire_colonnes(options["colonnes"]),
        minimum=_lire_minimum(options["minimum"]),
        simuler=options["simuler"],
    )
    with (
        ouvrir_outils() as outils,
        suivre_avancee(presentation_import.presenter_avancee, frozenset({ETAPE_LECTURE})) as avancer,
    ):
        fait = faire(demande, jour=au or aujourd_hui(), outils=outils, avancer=avancer)
    imprimer(lambda: presentation_import.presenter(fait, options["racine"]), lambda: presentation_import.en_objet(fait))
    return CodeSortie.LOT_PARTIEL if fait.est_partiel else CodeSortie.FAIT


COMMANDES = (importer,)
