"""La commande « lot » : tous les dossiers d'un répertoire, un échec n'arrêtant pas les autres."""

import datetime as dt
import os
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from generateur.commandes.francais import Commande
from generateur.commandes.horizons import annoncer_horizons_du_lot
from generateur.commandes.lot_au_registre import AIDE_REGISTRE_DU_LOT, tenir_registre
from generateur.commandes.options import (
    CHEMIN,
    Entier,
    Lieu,
    aujourd_hui,
    demander_mot_de_passe,
    dire,
    ecouter_interruption,
    exiger_extension,
    imprimer,
    lire_reglages,
    options_communes,
    options_liasse,
    options_production_partout,
    options_scellement,
    situer_partout,
)
from generateur.erreurs import CodeSortie

if TYPE_CHECKING:
    from generateur.publication.magasin import Adresse


@click.command("lot", cls=Commande)
@click.argument(
    "source", type=Lieu(), help="Répertoire dont chaque sous-répertoire est un dossier, ou s3://SEAU/PREFIXE."
)
@options_production_partout
@options_liasse
@options_scellement
@click.option("--deposes", is_flag=True, help="Refait aussi les dossiers déjà déposés ou communiqués.")
@click.option("--processus", type=Entier(), help="Combien de dossiers à la fois (défaut : autant que de cœurs).")
@click.option("--executant", metavar="NOM", default="processus", help="processus (défaut), sequentiel ou dask.")
@click.option("--ordonnanceur", metavar="ADRESSE", help="Avec dask : tcp://MACHINE:PORT, ou tls:// ; sinon, ici.")
@click.option("--delai-dossier", type=Entier(), metavar="MINUTES", help="Au-delà, un dossier échoue (défaut : 30).")
@click.option("--classer", metavar="PAR", help="Piles à remettre, par juridiction, etude, procedure ou creancier.")
@click.option("--synthese", type=CHEMIN, metavar="F.xlsx", help="Écrit aussi la synthèse du lot, raisons comprises.")
@click.option("--registre", metavar="URL", help=AIDE_REGISTRE_DU_LOT)
@options_communes
def lot(
    source: "Path | Adresse",
    sortie: "Path | Adresse",
    au: dt.date | None,
    processus: int | None,
    executant: str,
    ordonnanceur: str | None,
    delai_dossier: int | None,
    classer: str | None,
    synthese: Path | None,
    registre: str | None,
    *,
    deposes: bool,
    **options: Any,
) -> int:
    """Produit tous les dossiers d'un répertoire ; un échec n'arrête pas les autres."""
    from generateur.commandes import presentation_lot
    from generateur.commandes.avancee_lot import suivre_lot
    from generateur.operations import lot as lots
    from generateur.operations.executants import choisir_executant, est_abrite

    exiger_extension(synthese, ".xlsx", "--synthese")
    reglages, jour = lire_reglages(options), aujourd_hui()
    sortie = situer_partout(sortie, source)
    if ordonnanceur and not est_abrite(ordonnanceur):
        dire(f"{ordonnanceur} : échanges en clair, ouverts à tous ; voir « generateur aide lot-et-grappe ».")
    with (
        ecouter_interruption() as est_interrompu,
        suivre_lot() as avancer,
        tenir_registre(registre, jour, avancer) as tenue,
    ):
        equipe = choisir_executant(
            executant,
            reglages,
            jour=jour,
            demander_mot_de_passe=demander_mot_de_passe,
            nombre=processus or os.cpu_count() or 1,
            ordonnanceur=ordonnanceur,
            est_interrompu=est_interrompu,
            delai_dossier_s=delai_dossier and delai_dossier * 60.0,
        )
        bilan = lots.produire_lot(
            source,
            sortie,
            jour=jour,
            au=au,
            reglages=reglages,
            executant=equipe,
            avancer=tenue.avancer,
            deposes=deposes,
            classement=classer,
            est_a_inscrire=registre is not None,
            est_interrompu=est_interrompu,
        )
    annoncer_horizons_du_lot(bilan.dossiers, jour)
    if synthese:
        from generateur.commandes import lot_en_classeur
        from generateur.publication.fichier_demande import ecrire_fichier_demande, est_un_document_intact

        ecrire_fichier_demande(synthese, lot_en_classeur.composer(bilan, jour), est_un_document_intact)
    imprimer(lambda: presentation_lot.presenter(bilan, synthese), lambda: presentation_lot.en_objet(bilan, synthese))
    if bilan.est_interrompu:
        dire(
            f"Interrompu : {len(bilan.dossiers)} dossiers sur {bilan.prevus} sont faits. Pour continuer, relancer la "
            "même commande : ce qui est à jour n'est pas refait."
        )
        return CodeSortie.INTERROMPU
    return CodeSortie.LOT_PARTIEL if bilan.refuses or bilan.en_echec or tenue.est_incomplete else CodeSortie.FAIT


COMMANDES = (lot,)
