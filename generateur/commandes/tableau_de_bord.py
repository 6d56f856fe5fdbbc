"""La commande du tableau de bord."""

import datetime as dt
from pathlib import Path
from typing import TYPE_CHECKING

import click

from generateur.commandes.francais import Commande
from generateur.commandes.options import CHEMIN, aujourd_hui, imprimer, options_communes
from generateur.erreurs import CodeSortie, ErreurUsage

if TYPE_CHECKING:
    from generateur.operations.tableau_de_bord import Tableau


@click.command("tableau", cls=Commande)
@click.argument("source", metavar="RACINE|URL", help="Le répertoire des dossiers, un dossier, ou un registre.")
@click.option("-o", "--sortie", "classeur", type=CHEMIN, metavar="FICHIER.xlsx", help="Écrit aussi un classeur.")
@click.option("--page", type=CHEMIN, metavar="FICHIER.html", help="Écrit aussi une page, à lire ou à imprimer.")
@options_communes
def tableau(source: str, classeur: Path | None, page: Path | None, au: dt.date | None) -> int:
    """Balance âgée, délais, impayés, recouvré par étape, provision : chaque chiffre avec sa formule."""
    from generateur.commandes import presentation_tableau

    _exiger_extension(classeur, ".xlsx", "-o")
    _exiger_extension(page, ".html", "--page")
    dresse = _dresser(source, au)
    fichiers = [fichier for fichier in (classeur, page) if fichier]
    if classeur:
        from generateur.commandes import tableau_en_classeur
        from generateur.commandes.classeur import est_un_classeur_intact
        from generateur.publication.fichier_demande import ecrire_fichier_demande

        ecrire_fichier_demande(classeur, tableau_en_classeur.composer(dresse), est_un_classeur_intact)
    if page:
        from generateur.commandes import tableau_en_page
        from generateur.publication.fichier_demande import ecrire_fichier_demande

        ecrire_fichier_demande(page, tableau_en_page.composer(dresse), tableau_en_page.est_une_page_intacte)
    imprimer(
        lambda: presentation_tableau.presenter(dresse, fichiers),
        lambda: presentation_tableau.en_objet(dresse, fichiers),
    )
    return CodeSortie.LOT_PARTIEL if dresse.est_partiel else CodeSortie.FAIT


def _dresser(source: str, au: dt.date | None) -> "Tableau":
    if "://" in source:
        from generateur.operations.tableau_du_registre import dresser_tableau_du_registre

        return dresser_tableau_du_registre(source, jour=aujourd_hui(), au=au)
    from generateur.operations.tableau_de_bord import dresser_tableau

    return dresser_tableau(Path(source), jour=aujourd_hui(), au=au)


def _exiger_extension(fichier: Path | None, extension: str, option: str) -> None:
    if fichier and fichier.suffix.lower() != extension:
        raise ErreurUsage(
            f"« {fichier.name} » : un nom qui finit par {extension} est attendu",
            lieu=option,
            remede=f"Écrire par exemple {option} tableau{extension}.",
        )


COMMANDES = (tableau,)
