"""Commandes qui renseignent : echeances, schema, modeles."""

import datetime as dt
from pathlib import Path

import click

from generateur.commandes.ecran import afficher_objet
from generateur.commandes.francais import Commande, Groupe
from generateur.commandes.options import (
    CHEMIN,
    SORTIE_PAR_DEFAUT,
    aujourd_hui,
    dire,
    imprimer,
    options_communes,
    situer_sortie,
)
from generateur.erreurs import CodeSortie, ErreurUsage


@click.command("echeances", cls=Commande)
@click.argument("source", type=CHEMIN, help="Un dossier, ou un répertoire de dossiers.")
@click.option(
    "-o", "--sortie", type=CHEMIN, default=SORTIE_PAR_DEFAUT, metavar="DOSSIER", help="Répertoire de l'agenda."
)
@click.option(
    "--ics",
    type=CHEMIN,
    metavar="FICHIER",
    help="Agenda à écrire (défaut : sortie/echeances.ics, echeances-REFERENCE.ics pour un dossier).",
)
@click.option("--noms", is_flag=True, help="Met le nom du débiteur dans l'agenda ; sans elle, la référence seule.")
@options_communes
def echeances(source: Path, sortie: Path, ics: Path | None, au: dt.date | None, *, noms: bool) -> int:
    """Délais d'un dossier ou d'un répertoire de dossiers, et un agenda .ics."""
    from generateur.commandes import presentation_echeances
    from generateur.operations.agenda import ecrire_agenda
    from generateur.operations.echeances import lister_echeances

    releve = lister_echeances(source, aujourd_hui(), au)
    agenda = ics or situer_sortie(sortie, source) / releve.nom_agenda
    ecrire_agenda(releve, agenda, avec_noms=noms)
    dire(f"Agenda écrit : {agenda}")
    imprimer(
        lambda: presentation_echeances.presenter(releve),
        lambda: presentation_echeances.en_objet(releve, agenda),
    )
    return CodeSortie.LOT_PARTIEL if releve.illisibles else CodeSortie.FAIT


@click.command("schema", cls=Commande)
@click.argument("nom", required=False, help="dossier, manifeste ou manifeste_joint ; sans nom, les trois.")
def schema(nom: str | None) -> None:
    """JSON Schema du dossier, du manifeste et du manifeste joint."""
    from generateur.domaine.dossier import Dossier
    from generateur.publication.manifeste import Manifeste, ManifesteReduit

    schemas = {
        "dossier": Dossier.model_json_schema,
        "manifeste": Manifeste.model_json_schema,
        "manifeste_joint": ManifesteReduit.model_json_schema,
    }
    if nom and nom not in schemas:
        raise ErreurUsage(f"schéma inconnu « {nom} »", remede=f"Choisir parmi : {', '.join(schemas)}.")
    objet = schemas[nom]() if nom else {cle: dresser() for cle, dresser in schemas.items()}
    afficher_objet(objet)


@click.group("modeles", cls=Groupe)
def modeles() -> None:
    """Contrôle et aperçu des modèles Word."""


@modeles.command("verifier")
@click.option("--modeles", "racine", type=CHEMIN, metavar="DOSSIER", help="Vos propres modèles Word.")
@options_communes
def modeles_verifier(racine: Path | None, au: dt.date | None) -> int:
    """Contrôle chaque modèle : champs, balises, styles, constructions mal rendues."""
    from generateur.commandes import presentation_modeles
    from generateur.operations.apercu_modeles import controler_modeles

    rapport = controler_modeles(racine, au or aujourd_hui())
    imprimer(lambda: presentation_modeles.presenter(rapport), lambda: presentation_modeles.en_objet(rapport))
    return CodeSortie.FAIT if rapport.conforme else CodeSortie.MODELE_EN_DEFAUT


@modeles.command("apercu")
@click.option("--modeles", "racine", type=CHEMIN, metavar="DOSSIER", help="Vos propres modèles Word.")
@click.option("-o", "--sortie", type=CHEMIN, default=Path("apercu"), help="Répertoire de sortie.")
@click.option("--rendu", metavar="NOM", help="Moteur de rendu : dxpdf (défaut) ou libreoffice.")
@options_communes
def modeles_apercu(racine: Path | None, sortie: Path, rendu: str | None, au: dt.date | None) -> None:
    """Rend chaque modèle sur un dossier d'exemple."""
    from generateur.commandes import presentation_modeles
    from generateur.operations.apercu_modeles import ecrire_apercus
    from generateur.operations.outillage import ouvrir_moteurs

    with ouvrir_moteurs(rendu) as moteurs:
        apercus = ecrire_apercus(racine, sortie, jour=aujourd_hui(), au=au, moteurs=moteurs)
    imprimer(
        lambda: presentation_modeles.presenter_apercus(apercus),
        lambda: presentation_modeles.apercus_en_objet(apercus),
    )


COMMANDES = (echeances, schema, modeles)
