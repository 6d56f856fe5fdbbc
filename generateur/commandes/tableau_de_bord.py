"""La commande du tableau de bord."""

import datetime as dt
from pathlib import Path
from typing import TYPE_CHECKING

import click

from generateur.commandes.francais import Commande
from generateur.commandes.options import CHEMIN, aujourd_hui, dire, exiger_extension, imprimer, options_communes
from generateur.erreurs import CodeSortie, ErreurUsage

if TYPE_CHECKING:
    from generateur.operations.tableau_de_bord import Tableau


@click.command("tableau", cls=Commande)
@click.argument("source", metavar="RACINE|URL", help="Le répertoire des dossiers, un dossier, ou un registre.")
@click.option("-o", "--sortie", "classeur", type=CHEMIN, metavar="FICHIER.xlsx", help="Écrit aussi un classeur.")
@click.option("--page", type=CHEMIN, metavar="FICHIER.html", help="Écrit aussi une page, à lire ou à imprimer.")
@click.option(
    "--annexe", type=CHEMIN, metavar="REPERTOIRE", help="Écrit l'annexe de provision de chaque créancier, Word et PDF."
)
@click.option("--rendu", metavar="NOM", help="Moteur de rendu de l'annexe : dxpdf (défaut) ou libreoffice.")
@click.option("--modeles", type=CHEMIN, metavar="DOSSIER", help="Vos propres modèles Word.")
@options_communes
def tableau(
    source: str,
    classeur: Path | None,
    page: Path | None,
    annexe: Path | None,
    rendu: str | None,
    modeles: Path | None,
    au: dt.date | None,
) -> int:
    """Balance âgée, délais, impayés, recouvré par étape, provision : chaque chiffre avec sa formule."""
    from generateur.commandes import presentation_tableau

    exiger_extension(classeur, ".xlsx", "-o")
    exiger_extension(page, ".html", "--page")
    if annexe and "://" in source:
        raise ErreurUsage(
            "l'annexe se dresse des dossiers : le registre n'en garde ni les adresses ni les pièces",
            lieu="--annexe",
            remede="Donner le répertoire des dossiers à la place du registre.",
        )
    dresse = _dresser(source, au)
    fichiers = [fichier for fichier in (classeur, page) if fichier]
    if classeur:
        from generateur.commandes import tableau_en_classeur
        from generateur.publication.fichier_demande import ecrire_fichier_demande, est_un_document_intact

        ecrire_fichier_demande(classeur, tableau_en_classeur.composer(dresse), est_un_document_intact)
    if page:
        from generateur.commandes import tableau_en_page
        from generateur.publication.fichier_demande import ecrire_fichier_demande

        ecrire_fichier_demande(page, tableau_en_page.composer(dresse), tableau_en_page.est_une_page_intacte)
    if annexe:
        fichiers += _ecrire_annexes(dresse, annexe, rendu, modeles)
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


def _ecrire_annexes(dresse: "Tableau", repertoire: Path, rendu: str | None, modeles: Path | None) -> tuple[Path, ...]:
    from generateur.commandes.presentation_tableau import dire_source_du_bareme
    from generateur.operations.outillage import ouvrir_moteurs

    with ouvrir_moteurs(rendu) as moteurs:
        from generateur.operations.annexe_provision import ecrire_annexes
        from generateur.reglages import Reglages

        reglages = Reglages(rendu=rendu, modeles=modeles)
        bareme = dire_source_du_bareme(dresse)
        ecrites = ecrire_annexes(dresse, bareme, repertoire, reglages=reglages, moteurs=moteurs)
    if not ecrites:
        dire("Aucune annexe : aucune créance n'est à provisionner.")
    return ecrites


COMMANDES = (tableau,)
