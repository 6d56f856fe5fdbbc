"""Les commandes qui complètent un dossier ouvert : ajouter, completer."""

import datetime as dt
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from generateur.commandes.francais import Commande, Groupe
from generateur.commandes.options import AIDE_DOSSIER, CHEMIN, DateIso, aujourd_hui, imprimer, options_communes
from generateur.erreurs import ErreurUsage

if TYPE_CHECKING:
    from generateur.operations.ajouter import Saisie

_AIDE_FICHIER = "Le document ; une facture électronique ou un courriel remplit les options."


@click.group("ajouter", cls=Groupe)
def ajouter() -> None:
    """Ajoute au dossier une facture, un avoir, un paiement, une relance, une pièce, un événement."""


def _option(cle: str, aide: str, genre: Any = None) -> Callable[..., Any]:
    """L'option d'une clé du dossier : « montant_ttc » se dit --montant-ttc."""
    return click.option(f"--{cle.replace('.', '-').replace('_', '-')}", cle.replace(".", "__"), type=genre, help=aide)


def _bascule(cle: str, aide: str) -> Callable[..., Any]:
    return click.option(f"--{cle}", cle, is_flag=True, default=None, help=aide)


_MODELES: dict[str, tuple[str, tuple[Callable[..., Any], ...]]] = {
    "facture": (
        "Une facture impayée ; une facture électronique suffit à elle seule.",
        (
            _option("numero", "Son numéro."),
            _option("date", "Date d'émission.", DateIso()),
            _option("echeance", "Date d'échéance.", DateIso()),
            _option("montant_ht", "Montant hors taxes."),
            _option("montant_tva", "Montant de la TVA."),
            _option("montant_ttc", "Montant toutes taxes comprises."),
            _option("net_a_payer", "Net à payer, s'il n'est pas le TTC."),
            _option("objet", "Ce qui est facturé."),
            _option("nature", "facture, acompte, situation, solde, penalites, loyer, cotisation ou effet."),
            _option("livraison.date", "Date de livraison.", DateIso()),
            _option("livraison.fichier", "Bon de livraison.", CHEMIN),
            _option("commande.reference", "Référence de la commande."),
            _option("commande.fichier", "Bon de commande.", CHEMIN),
            _bascule("contestee", "Le débiteur la conteste."),
            _option("motif", "Motif de la contestation."),
        ),
    ),
    "avoir": (
        "Un avoir ; un avoir électronique suffit à lui seul.",
        (
            _option("numero", "Son numéro."),
            _option("date", "Date d'émission.", DateIso()),
            _option("montant_ttc", "Montant toutes taxes comprises."),
            _option("facture", "Numéro de la facture qu'il diminue."),
        ),
    ),
    "paiement": (
        "Un paiement reçu du débiteur.",
        (
            _option("date", "Jour du paiement.", DateIso()),
            _option("montant", "Montant reçu."),
            _option("facture", "Numéro de la facture payée, si le débiteur l'a dit."),
            _option("mode", "virement, cheque…"),
            _option("reference", "Référence du paiement."),
            _option("statut", "encaisse (défaut) ou rejete."),
            _option("date_rejet", "Jour du rejet.", DateIso()),
            _option("auteur", "Qui a payé, si ce n'est le débiteur."),
        ),
    ),
    "relance": (
        "Une relance envoyée ; un courriel (.eml) suffit à lui seul.",
        (
            _option("date", "Jour de la relance.", DateIso()),
            _option("canal", "courriel, telephone, sms, courrier, lrar ou visite."),
            _option("niveau", "Première relance, dernière relance…"),
            _option("objet", "Objet du message."),
            _option("interlocuteur", "À qui elle a été adressée."),
            _option("reponse", "Ce qui a été répondu."),
            _bascule("confidentiel", "Hors de la liasse, toujours."),
        ),
    ),
    "piece": (
        "Toute autre pièce.",
        (
            _option("titre", "Titre au bordereau."),
            _option("date", "Date du document.", DateIso()),
            _option("nature", "kbis_debiteur, rib, reconnaissance, correspondance…"),
            _option("numero", "Numéro imposé au bordereau."),
            _option("delivre_le", "Date de délivrance d'un extrait.", DateIso()),
            _option("langue", "Langue du document."),
            _bascule("original", "L'original est détenu."),
            _bascule("confidentiel", "Hors de la liasse, toujours."),
        ),
    ),
}


def _declarer(genre: str, aide: str, options: tuple[Callable[..., Any], ...]) -> None:
    """Crée la sous-commande « ajouter GENRE »."""

    def commande(
        dossier: Path, document: Path | None, fichier: Path | None, au: dt.date | None, **options: Any
    ) -> None:
        from generateur.commandes import presentation_ajout
        from generateur.operations.outillage import ouvrir_outils

        saisie = _saisir(document, fichier, options)
        with ouvrir_outils() as outils:
            from generateur.operations.ajouter import ajouter as faire

            fait = faire(dossier, genre, saisie, jour=au or aujourd_hui(), outils=outils)
        imprimer(lambda: presentation_ajout.presenter(fait), lambda: presentation_ajout.en_objet(fait))

    commande.__doc__ = aide
    decorateurs = (
        ajouter.command(genre),
        click.argument("dossier", type=CHEMIN, help=AIDE_DOSSIER),
        click.argument("document", type=CHEMIN, required=False, help=_AIDE_FICHIER),
        click.option("--fichier", type=CHEMIN, help="Le document, copié dans pieces/ s'il est ailleurs."),
        *options,
        options_communes,
    )
    decoree: Any = commande
    for decorateur in reversed(decorateurs):
        decoree = decorateur(decoree)


def _saisir(document: Path | None, fichier: Path | None, options: dict[str, Any]) -> "Saisie":
    """Les options données, rangées par clé du dossier ; rien de ce qui n'est pas donné."""
    from generateur.operations.ajouter import Saisie

    if document is not None and fichier is not None:
        raise ErreurUsage("le document est donné deux fois", lieu="--fichier", remede="Le donner une seule fois.")
    valeurs: dict[str, Any] = {}
    fichiers = {"fichier": principal} if (principal := document or fichier) else {}
    for nom, valeur in options.items():
        section, est_interne, cle = nom.partition("__")
        if valeur is None:
            continue
        if isinstance(valeur, Path):
            fichiers[f"{section}.{cle}"] = valeur
        elif est_interne:
            valeurs.setdefault(section, {})[cle] = valeur
        else:
            valeurs[nom] = valeur
    return Saisie(valeurs, fichiers)


for _genre, (_aide, _options) in _MODELES.items():
    _declarer(_genre, _aide, _options)


@ajouter.command("evenement")
@click.argument("dossier", type=CHEMIN, help=AIDE_DOSSIER)
@click.argument("evenement", required=False, help="depot, ordonnance, rejet, signification, opposition, saisie…")
@click.option("--nature", help="La même chose, en option.")
@click.option("--date", type=DateIso(), help="Jour de l'événement.")
@click.option("--numero", help="Numéro de l'ordonnance.")
@click.option("--montant", help="Principal accordé par l'ordonnance, somme payée ou saisie.")
@click.option("--partielle", is_flag=True, default=None, help="L'ordonnance n'accorde qu'une partie.")
@click.option("--mode", help="Signification : personne, domicile, etude, pv659 ou electronique ; paiement : virement…")
@click.option("--debiteur", help="Le débiteur que la signification ou la saisie vise, s'il y en a plusieurs.")
@click.option("--mesure", help="Saisie : attribution (défaut), vente, vehicule, remunerations, conservatoire ou autre.")
@click.option("--denonciation", type=DateIso(), help="Jour où le débiteur a été informé de la saisie.")
@click.option("--motif", help="Du rejet ; de la clôture : paye, irrecouvrable, abandon, transaction ou autre.")
@click.option("--precision", help="Ce qu'il faut savoir de la clôture.")
@click.option("--facture", help="Facture payée, si le débiteur l'a dit.")
@click.option("--reference", help="Référence du paiement.")
@click.option("--fichier", type=CHEMIN, help="Le document, gardé au dossier et joint aux suites.")
@options_communes
def _evenement(
    dossier: Path, evenement: str | None, nature: str | None, fichier: Path | None, au: dt.date | None, **options: Any
) -> None:
    """Ce qui s'est passé depuis le dépôt : ordonnance, rejet, signification, opposition, paiement, saisie, clôture."""
    from generateur.commandes import presentation_ajout
    from generateur.operations.outillage import ouvrir_outils

    voulu = evenement or nature
    if not voulu or (evenement and nature and evenement != nature):
        raise ErreurUsage(
            "il faut dire un événement, et un seul",
            lieu="--nature",
            remede="Exemple : --nature depot --date 2026-05-31.",
        )
    valeurs = {_CLES.get(cle, cle): valeur for cle, valeur in options.items() if valeur is not None}
    with ouvrir_outils() as outils:
        from generateur.operations.ajouter_evenement import ajouter_evenement

        fait = ajouter_evenement(dossier, voulu, valeurs, fichier, jour=au or aujourd_hui(), outils=outils)
    imprimer(lambda: presentation_ajout.presenter(fait), lambda: presentation_ajout.en_objet(fait))


_CLES = {"mesure": "nature"}  # « --nature » dit déjà l'événement


@click.command("completer", cls=Commande)
@click.argument("dossier", type=CHEMIN, help=AIDE_DOSSIER)
@click.option("--accepter", is_flag=True, help="Écrit les propositions certaines.")
@options_communes
def completer(dossier: Path, accepter: bool, au: dt.date | None) -> None:  # noqa: ARG001, FBT001 (options communes)
    """Propose une place à chaque fichier de pieces/ que le dossier ne cite pas."""
    from generateur.commandes import presentation_completude
    from generateur.operations.outillage import ouvrir_outils

    with ouvrir_outils() as outils:
        from generateur.operations.completer import completer as faire

        fait = faire(dossier, est_accepte=accepter, outils=outils)
    imprimer(
        lambda: presentation_completude.presenter(fait, accepter=accepter),
        lambda: presentation_completude.en_objet(fait),
    )


COMMANDES = (ajouter, completer)
