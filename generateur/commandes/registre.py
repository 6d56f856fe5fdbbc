"""Les commandes du registre : lister, montrer, inscrire, noter un événement, exporter."""

import datetime as dt
import functools
import os
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from generateur.commandes.francais import Commande, Groupe
from generateur.commandes.options import (
    CHEMIN,
    SORTIE_PAR_DEFAUT,
    DateIso,
    aujourd_hui,
    imprimer,
    lire_nombre_saisi,
    options_communes,
    situer_sortie,
    veut_json,
)
from generateur.erreurs import CodeSortie

if TYPE_CHECKING:
    from generateur.registre.recherche import Filtre

VARIABLE = "GENERATEUR_REGISTRE"
AIDE_REGISTRE = (
    "sqlite:///chemin ou postgresql://compte@hôte/base. Défaut : "
    f"{VARIABLE} dans l'environnement, sinon registre.sqlite à côté de la sortie."
)
AIDE_SORTIE = "Répertoire de sortie (défaut : sortie/)."


@click.group("registre", cls=Groupe)
@click.option("--registre", metavar="URL", help=AIDE_REGISTRE)
def registre(registre: str | None) -> None:
    """Le registre des affaires : ce qui a été produit, déposé, jugé, payé, et ce qui vient."""


def option_registre(fonction: Callable[..., Any]) -> Callable[..., Any]:
    """--registre, avant ou après la sous-commande, et --sortie ; la fonction reçoit l'adresse."""

    @click.option("--registre", metavar="URL", help=AIDE_REGISTRE)
    @click.option("-o", "--sortie", type=CHEMIN, default=SORTIE_PAR_DEFAUT, metavar="DOSSIER", help=AIDE_SORTIE)
    @functools.wraps(fonction)
    def enveloppe(*args: Any, registre: str | None, sortie: Path, **kwargs: Any) -> Any:
        if "source" in kwargs:  # lancée de chez un dossier, sa sortie et son registre n'y sont pas
            sortie = situer_sortie(sortie, kwargs["source"])
        return fonction(*args, adresse=trouver_adresse(registre, sortie), sortie=sortie, **kwargs)

    return enveloppe


def trouver_adresse(donnee: str | None, sortie: Path) -> str:
    """L'adresse donnée, sinon celle du groupe, sinon celle de l'environnement, sinon à côté de la sortie."""
    from generateur.registre.adresse import situer_registre

    parent = click.get_current_context().parent
    du_groupe = parent.params.get("registre") if parent else None
    return donnee or du_groupe or os.environ.get(VARIABLE) or situer_registre(sortie)


def options_filtre(fonction: Callable[..., Any]) -> Callable[..., Any]:
    """Les critères communs à « lister » et « exporter »."""

    @click.option("--etat", "etats", metavar="ÉTAT", multiple=True, help="Cet état ; l'option se répète.")
    @click.option("--creancier", metavar="NOM", help="Un morceau du nom du créancier.")
    @click.option("--debiteur", metavar="NOM", help="Un morceau du nom du débiteur.")
    @click.option("--procedure", metavar="NOM", help="Cette procédure.")
    @click.option("--echeance-avant", type=DateIso(), help="Une échéance à venir, ce jour compris au plus tard.")
    @functools.wraps(fonction)
    def enveloppe(
        *args: Any,
        etats: tuple[str, ...],
        creancier: str | None,
        debiteur: str | None,
        procedure: str | None,
        echeance_avant: dt.date | None,
        **kwargs: Any,
    ) -> Any:
        from generateur.registre.recherche import Filtre

        return fonction(*args, filtre=Filtre(etats, creancier, debiteur, procedure, echeance_avant), **kwargs)

    return enveloppe


@registre.command("lister", cls=Commande)
@options_filtre
@option_registre
@options_communes
def lister(adresse: str, sortie: Path, filtre: "Filtre", au: dt.date | None) -> None:  # noqa: ARG001 (elle situe le registre)
    """Les affaires, leur état, leur total et leur prochaine échéance."""
    from generateur.commandes import presentation_registre
    from generateur.operations import registre as operations

    affaires = operations.lister(adresse, au or aujourd_hui(), filtre, avec_evenements=veut_json())
    imprimer(lambda: presentation_registre.presenter(affaires), lambda: presentation_registre.en_objet(affaires))


@registre.command("montrer", cls=Commande)
@click.argument("reference", help="La référence de l'affaire.")
@option_registre
@options_communes
def montrer(reference: str, adresse: str, sortie: Path, au: dt.date | None) -> None:  # noqa: ARG001 (elle situe le registre)
    """Une affaire et tous ses événements, dans l'ordre où ils ont été inscrits."""
    from generateur.commandes import presentation_registre
    from generateur.operations import registre as operations

    affaire = operations.montrer(adresse, reference, au or aujourd_hui())
    imprimer(
        lambda: presentation_registre.presenter_affaire(affaire), lambda: presentation_registre.en_objet((affaire,))
    )


@registre.command("inscrire", cls=Commande)
@click.argument("source", type=CHEMIN, metavar="DOSSIER|RACINE", help="Un dossier, ou le répertoire qui les contient.")
@options_communes
@option_registre
def inscrire(source: Path, adresse: str, sortie: Path, au: dt.date | None) -> int:  # noqa: ARG001 (option commune sans objet ici)
    """Inscrit ce que les dossiers disent d'eux et leurs liasses ; rien n'y est doublé."""
    from generateur.commandes import presentation_inscription
    from generateur.operations.inscription import inscrire_dossiers, ouvrir_registre

    with ouvrir_registre(adresse) as base:
        inscrits = inscrire_dossiers(base, source, sortie, aujourd_hui())
    imprimer(lambda: presentation_inscription.presenter(inscrits), lambda: presentation_inscription.en_objet(inscrits))
    return CodeSortie.LOT_PARTIEL if inscrits.ecartes else CodeSortie.FAIT


@registre.command("evenement", cls=Commande)
@click.argument("reference", help="La référence de l'affaire.")
@click.argument("evenement", help="depose, ordonnance, rejete, signifie, oppose, paye, accord, clos…")
@click.option("--le", type=DateIso(), help="Le jour où c'est arrivé ; défaut : aujourd'hui.")
@click.option("--montant", help="Ce qui a été accordé ou payé ; « paye » sans montant vaut pour le tout.")
@click.option("--note", metavar="TEXTE", default="", help="Ce qu'il faut en retenir ; s'efface à la purge.")
@option_registre
@options_communes
def noter(
    reference: str,
    evenement: str,
    le: dt.date | None,
    montant: str | None,
    note: str,
    adresse: str,
    sortie: Path,  # noqa: ARG001 (elle situe le registre)
    au: dt.date | None,  # noqa: ARG001 (option commune sans objet ici)
) -> None:
    """Note ce qui est arrivé à une affaire ; un événement noté ne s'efface plus."""
    from generateur.commandes import presentation_registre
    from generateur.operations import inscription as operations

    jour = aujourd_hui()
    somme = None if montant is None else lire_nombre_saisi(montant, "--montant")
    affaire = operations.noter(adresse, reference, evenement, le=le or jour, jour=jour, montant=somme, note=note)
    imprimer(
        lambda: presentation_registre.presenter_affaire(affaire), lambda: presentation_registre.en_objet((affaire,))
    )


@registre.command("exporter", cls=Commande)
@click.argument("fichier", type=CHEMIN, help="Le fichier à écrire : son nom finit par .csv, .xlsx ou .json.")
@click.option("--remplacer", is_flag=True, help="Remplace un fichier de ce nom, quel qu'il soit.")
@options_filtre
@option_registre
@options_communes
def exporter(
    fichier: Path,
    adresse: str,
    sortie: Path,  # noqa: ARG001 (elle situe le registre)
    filtre: "Filtre",
    au: dt.date | None,
    *,
    remplacer: bool,
) -> None:
    """Écrit les affaires dans un fichier, pour un tableur ou un autre logiciel."""
    from generateur.commandes import presentation_registre, registre_en_fichiers
    from generateur.operations import registre as operations
    from generateur.publication.fichier_demande import ecrire_fichier_demande, est_un_document_intact

    extension, jour = registre_en_fichiers.choisir_format(fichier), aujourd_hui()
    affaires = operations.lister(adresse, au or jour, filtre, avec_evenements=extension == ".json")
    octets = registre_en_fichiers.composer(affaires, extension, jour)
    ecrire_fichier_demande(fichier, octets, lambda ancien: remplacer or est_un_document_intact(ancien))
    imprimer(
        lambda: presentation_registre.presenter_export(fichier, affaires),
        lambda: presentation_registre.export_en_objet(fichier, affaires),
    )


COMMANDES = (registre,)
