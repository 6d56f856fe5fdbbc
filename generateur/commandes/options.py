"""Options partagées par les commandes, et l'impression du résultat."""

import contextlib
import datetime as dt
import functools
import os
import re
import sys
import threading
from collections.abc import Callable, Iterator
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click
from click.core import ParameterSource

from generateur.commandes.ecran import afficher, afficher_objet
from generateur.erreurs import ErreurUsage
from generateur.surveillance.depart import attendre_un_arret, ecrire

if TYPE_CHECKING:
    from generateur.publication.magasin import Adresse
    from generateur.reglages import Reglages, ReglagesLiasse, ReglagesSceau

SORTIE_PAR_DEFAUT = Path("sortie")
AIDE_SORTIE_PARTOUT = "Répertoire de sortie (défaut : sortie/), ou s3://SEAU/PREFIXE."
AIDE_TAMPON = "haut_droite (défaut), haut_gauche, haut_centre, bas_gauche ou bas_centre."
AIDE_FOLIO = "bas_droite (défaut), bas_centre, bas_gauche, haut_droite, haut_centre ou haut_gauche."
AIDE_DOSSIER = "Répertoire du dossier, ou son dossier.toml."
AIDE_SUITE = "Après l'ordonnance : signification, certificat_non_opposition, saisie ou opposition."
AIDE_JOINDRE = "Joint à la liasse un manifeste réduit (pièces, pages, empreintes) : le PDF se vérifie seul."
_ENCORE_UN_DOSSIER = (
    "Ctrl-C : les dossiers en cours s'achèvent, puis le lot s'arrête (de nouveau Ctrl-C : tout de suite).\n"
)
_OCTETS_PAR_MO = 1_000_000
_MOT_DE_PASSE = "GENERATEUR_MOT_DE_PASSE_CERTIFICAT"


class _Chemin(click.Path):
    """Chemin de ce disque : une adresse y créerait un répertoire de ce nom."""

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:
        """Le chemin, ou une erreur d'usage."""
        if isinstance(value, str) and "://" in value:
            self.fail("il faut un chemin, et non une adresse : seuls « lot » et « purger » en prennent une", param, ctx)
        return super().convert(value, param, ctx)


CHEMIN = _Chemin(path_type=Path)


class Lieu(click.ParamType["Path | Adresse"]):
    """Répertoire, ou adresse d'un magasin d'objets."""

    name = "LIEU"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> "Path | Adresse":
        """Le chemin ou l'adresse. Lève ErreurUsage si elle est mal formée."""
        if not isinstance(value, str) or "://" not in value:
            return Path(CHEMIN.convert(value, param, ctx))
        from generateur.publication.magasin import lire_adresse

        return lire_adresse(value) or Path(value)


class DateIso(click.ParamType[dt.date]):
    """Date AAAA-MM-JJ."""

    name = "AAAA-MM-JJ"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> dt.date:
        """La date, ou une erreur d'usage."""
        from generateur.domaine.socle import lire_jour

        try:
            return value if isinstance(value, dt.date) else lire_jour(value)
        except ValueError as erreur:
            self.fail(str(erreur), param, ctx)


class Entier(click.ParamType[int]):
    """Nombre entier positif."""

    name = "N"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> int:
        """Le nombre, ou une erreur d'usage."""
        if isinstance(value, int):
            return value
        if not re.fullmatch("0*[1-9][0-9]{0,8}", value):
            self.fail(f"« {value} » n'est pas un nombre entier positif", param, ctx)
        return int(value)


def lire_nombre_saisi(saisi: str, option: str) -> Decimal:
    """Un montant tapé ; ErreurUsage s'il n'en est pas un."""
    from generateur.domaine.socle import lire_nombre

    try:
        return lire_nombre(saisi)
    except ValueError as erreur:
        raise ErreurUsage(str(erreur), lieu=option, remede="Écrire par exemple 250,00.") from erreur


def _composer(*options: Callable[..., Any]) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    return lambda fonction: functools.reduce(lambda f, option: option(f), reversed(options), fonction)


def aujourd_hui() -> dt.date:
    """La date du jour : le seul endroit du programme qui regarde l'horloge."""
    return dt.date.today()  # noqa: DTZ011 (la date légale est celle du lieu où l'on dépose)


def _ouvrir_droit() -> contextlib.AbstractContextManager[None]:
    """Les valeurs de droit ajoutées par l'utilisateur, s'il y en a."""
    from generateur.operations.donnees_utilisateur import a_du_droit_ajoute

    if not a_du_droit_ajoute():
        return contextlib.nullcontext()
    from generateur.operations.droit_ajoute import ouvrir_droit

    return ouvrir_droit()


def options_communes(fonction: Callable[..., Any]) -> Callable[..., Any]:
    """--au, --json, -v, -q : gardées au sommet, lues par `imprimer` et `dire`."""

    @_composer(
        click.option("--au", type=DateIso(), help="Date d'arrêté ; défaut : celle du dossier, sinon aujourd'hui."),
        click.option("--json", "json_voulu", is_flag=True, help="Un objet JSON sur la sortie standard."),
        click.option("-v", "--verbeux", is_flag=True, help="Détail technique d'un échec."),
        click.option("-q", "--silencieux", is_flag=True, help="Tait les messages d'avancement."),
    )
    @functools.wraps(fonction)
    def enveloppe(*args: Any, json_voulu: bool, verbeux: bool, silencieux: bool, **kwargs: Any) -> Any:
        reglages = {"json": json_voulu, "verbeux": verbeux, "silencieux": silencieux}
        click.get_current_context().find_root().obj = reglages
        with _ouvrir_droit():
            return fonction(*args, **kwargs)

    return enveloppe


def situer_partout(sortie: "Path | Adresse", source: "Path | Adresse") -> "Path | Adresse":
    """Comme `situer_sortie`, quand l'un ou l'autre peut être dans un magasin."""
    return situer_sortie(sortie, source) if isinstance(sortie, Path) and isinstance(source, Path) else sortie


def situer_sortie(sortie: Path, source: Path) -> Path:
    """La sortie ; par défaut, à côté du dossier plutôt que dedans quand la commande est lancée de chez lui."""
    contexte = click.get_current_context()
    dossier = (source if source.is_dir() else source.parent).resolve()
    est_choisie = contexte.get_parameter_source("sortie") is not ParameterSource.DEFAULT
    if est_choisie or not any(dossier.glob("dossier.*")) or not sortie.resolve().is_relative_to(dossier):
        return sortie
    base = dossier.parent.parent if dossier.parent.name == "dossiers" else dossier.parent
    dire(f"Sortie hors du dossier : {base / sortie.name}")
    return base / sortie.name


def _options_production(ou: click.ParamType[Any], aide: str) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    return _composer(
        click.option(
            "-o",
            "--sortie",
            type=ou,
            default=SORTIE_PAR_DEFAUT,
            metavar="LIEU" if isinstance(ou, Lieu) else "DOSSIER",
            help=aide,
        ),
        click.option("--procedure", metavar="NOM", help="Impose une procédure ; la fiche interne le signale."),
        click.option("--rendu", metavar="NOM", help="Moteur de rendu : dxpdf (défaut) ou libreoffice."),
        click.option("--modeles", type=CHEMIN, metavar="DOSSIER", help="Vos propres modèles Word."),
        click.option("--projet", is_flag=True, help="Produit un dossier à compléter, marqué PROJET."),
    )


options_production = _options_production(CHEMIN, "Répertoire de sortie (défaut : sortie/).")
options_production_partout = _options_production(Lieu(), AIDE_SORTIE_PARTOUT)


options_liasse = _composer(
    click.option("--tampon-partout", is_flag=True, help="Tamponne toutes les pages des pièces."),
    click.option("--tampon-place", metavar="PLACE", default="haut_droite", help=AIDE_TAMPON),
    click.option("--tampon-taille", type=Entier(), default=12, help="Corps du tampon, en points (défaut : 12)."),
    click.option("--folio-place", metavar="PLACE", default="bas_droite", help=AIDE_FOLIO),
    click.option("--folio-taille", type=Entier(), default=9, help="Corps du folio, en points (défaut : 9)."),
    click.option("--intercalaires", is_flag=True, help="Met une page de garde devant chaque pièce."),
    click.option("--sans-couverture", is_flag=True, help="Liasse sans page de couverture."),
    click.option("--versos-blancs", is_flag=True, help="Pour imprimer : chaque acte commence au recto."),
    click.option("--max-mo", type=Entier(), help="Découpe aussi la liasse en volumes de N Mo au plus."),
    click.option("--pdfa", is_flag=True, help="Toute la liasse en PDF/A-2b, si chaque pièce le permet."),
    click.option("--joindre-manifeste", is_flag=True, help=AIDE_JOINDRE),
    click.option("--renumeroter", is_flag=True, help="Oublie les numéros déjà communiqués ; le journal dit lesquels."),
    click.option("--formulaire", type=CHEMIN, metavar="FICHIER.pdf", help="Formulaire officiel vierge, à remplir."),
    click.option("--ocr", is_flag=True, help="Ajoute leur texte aux scans, avec OCRmyPDF et Tesseract s'ils sont là."),
    click.option("--alleger-images", is_flag=True, help="Recompresse, avec perte, les images trop lourdes des pièces."),
)


options_scellement = _composer(
    click.option(
        "--sceller",
        type=CHEMIN,
        metavar="CERTIFICAT.p12",
        help="Scelle la liasse et ses volumes (PAdES) avec votre certificat. Le sceau porte l'heure : les octets de "
        f"la liasse changent à chaque fois. Mot de passe : {_MOT_DE_PASSE} dans l'environnement, sinon demandé.",
    ),
    click.option(
        "--horodater",
        metavar="URL",
        help="Avec --sceller : fait attester l'heure du sceau par ce service (RFC 3161), joint par le réseau.",
    ),
)


def _lire_sceau(options: dict[str, Any]) -> "ReglagesSceau | None":
    """Le certificat demandé ; None si l'on ne scelle pas. Les commandes sans ces options n'en ont pas."""
    certificat, horodatage = options.get("sceller"), options.get("horodater")
    if certificat is None and horodatage is None:
        return None
    if certificat is None:
        raise ErreurUsage(
            "on n'horodate que le sceau d'une liasse",
            lieu="--horodater",
            remede="Ajouter --sceller CERTIFICAT.p12, ou retirer --horodater.",
        )
    if options["projet"]:
        raise ErreurUsage(
            "un projet ne se scelle pas",
            lieu="--sceller",
            remede="Retirer --projet quand le dossier est prêt, ou retirer --sceller.",
        )
    from generateur.reglages import ReglagesSceau

    return ReglagesSceau(certificat=certificat, horodatage=horodatage)


def demander_mot_de_passe() -> str:
    """Le mot de passe du certificat : de l'environnement, sinon du terminal ; jamais de la ligne de commande."""
    mot_de_passe = os.environ.get(_MOT_DE_PASSE)
    if mot_de_passe is not None:
        return _refuser_indechiffrable(mot_de_passe)
    if not sys.stdin.isatty():
        raise ErreurUsage(
            "le mot de passe du certificat n'est pas donné",
            lieu="--sceller",
            remede=f"Le mettre dans la variable d'environnement {_MOT_DE_PASSE}, ou lancer depuis un terminal.",
        )
    return str(click.prompt("Mot de passe du certificat", hide_input=True, default="", show_default=False, err=True))


def _refuser_indechiffrable(mot_de_passe: str) -> str:
    """Des octets qui ne sont pas de l'UTF-8 se lisent ici sans erreur, et n'ouvriraient aucun certificat."""
    try:
        mot_de_passe.encode()
    except UnicodeEncodeError:
        raise ErreurUsage(
            "le mot de passe du certificat n'est pas écrit en UTF-8",
            lieu=f"variable d'environnement {_MOT_DE_PASSE}",
            remede="L'écrire de nouveau dans un terminal réglé en UTF-8, ou retirer la variable : il sera demandé.",
        ) from None
    return mot_de_passe


def lire_reglages(options: dict[str, Any]) -> "Reglages":
    """Réglages de production d'après les options ; une commande sans options de liasse prend les valeurs par défaut."""
    from generateur.reglages import Reglages, ReglagesLiasse

    drapeaux = (
        "renumeroter", "joindre_manifeste", "ocr", "alleger_images", "intercalaires", "sans_couverture",
    )  # fmt: skip
    return Reglages(
        procedure=options["procedure"],
        rendu=options.get("rendu"),
        modeles=options["modeles"],
        projet=options["projet"],
        formulaire=options.get("formulaire"),
        liasse=_lire_options_de_liasse(options) if "max_mo" in options else ReglagesLiasse(),
        sceau=_lire_sceau(options),
        **{nom: bool(options.get(nom)) for nom in drapeaux},
    )


def _lire_options_de_liasse(options: dict[str, Any]) -> "ReglagesLiasse":
    """Réglages d'assemblage, contradictions refusées."""
    from generateur.operations.reglages_de_liasse import refuser_contradictions
    from generateur.reglages import ReglagesLiasse

    liasse = ReglagesLiasse(
        tampon_toutes_pages=options["tampon_partout"],
        tampon_place=options["tampon_place"],
        tampon_taille=float(options["tampon_taille"]),
        folio_place=options["folio_place"],
        folio_taille=float(options["folio_taille"]),
        versos_blancs=options["versos_blancs"],
        max_octets=options["max_mo"] * _OCTETS_PAR_MO if options["max_mo"] else None,
        pdfa=options["pdfa"],
    )
    refuser_contradictions(liasse, joindre_manifeste=options["joindre_manifeste"])
    return liasse


def veut_json() -> bool:
    """Vrai avec --json."""
    return bool(click.get_current_context().find_root().obj["json"])


def exiger_extension(fichier: Path | None, extension: str, option: str) -> None:
    """Lève ErreurUsage si le fichier demandé n'a pas cette extension."""
    if fichier and fichier.suffix.lower() != extension:
        raise ErreurUsage(
            f"« {fichier.name} » : un nom qui finit par {extension} est attendu",
            lieu=option,
            remede=f"Écrire par exemple {option} {fichier.stem or 'lot'}{extension}.",
        )


def imprimer(texte: Callable[[], str], objet: Callable[[], Any]) -> None:
    """Le résultat, seul, sur la sortie standard : texte, ou objet JSON avec --json."""
    if veut_json():
        afficher_objet(objet())
    else:
        afficher(texte())


def dire(message: str) -> None:
    """Avancement, sur la sortie d'erreur."""
    if not click.get_current_context().find_root().obj["silencieux"]:
        afficher(message, err=True)


@contextlib.contextmanager
def ecouter_interruption() -> Iterator[Callable[[], bool]]:
    """Le premier Ctrl-C laisse finir ce qui est en main ; le second arrête aussitôt."""
    demande = threading.Event()
    est_silencieux = click.get_current_context().find_root().obj["silencieux"]

    def noter() -> None:
        demande.set()
        if not est_silencieux:
            ecrire(_ENCORE_UN_DOSSIER)

    attendre_un_arret(noter)
    try:
        yield demande.is_set
    finally:
        attendre_un_arret(None)
