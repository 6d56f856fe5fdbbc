"""Types partagés du domaine : donnée figée, montant, date, identifiant, chemin de pièce.

Un message d'erreur de validation est une phrase française ; l'endroit est ajouté par lecture/.
"""

import datetime as dt
import re
import unicodedata
from collections.abc import Mapping
from decimal import Decimal, InvalidOperation
from pathlib import PurePosixPath
from typing import Annotated, Any

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, model_validator

from generateur.domaine.arrondi import arrondir

ZERO = Decimal("0.00")
ANNEE_MINIMALE, ANNEE_MAXIMALE = 1900, 2199  # garde-fou de saisie : « 0226 », « 9999 » sont des fautes de frappe
MONTANT_MAXIMAL = Decimal(1000000000000)  # garde-fou de saisie : mille milliards d'euros
# Un nombre écrit au-delà n'est ni un montant, ni un taux : les calculs n'en viendraient pas à bout.
_RANG_MAXIMAL, _RANG_MINIMAL = 15, -12
_SANS_DESSIN = frozenset({"Cc", "Cf", "Zs", "Zl", "Zp"})
_LETTRES_BLANCHES = frozenset("\u115f\u1160\u2800\u3164\uffa0\u034f")
BLANCS = re.compile(r"[\s\u00a0\u202f]+")


class CleManquante(ValueError):
    """Une clé manque à un bloc pour qu'il dise quelque chose : le bloc est incomplet, non faux."""

    def __init__(self, cle: str, phrase: str) -> None:
        super().__init__(phrase)
        self.cle = cle


def est_vide(valeur: Any) -> bool:
    """Vrai pour un texte dont aucun signe ne se voit, et pour une section dont tout est vide."""
    if isinstance(valeur, str):
        return not valeur.strip() or (not valeur.isascii() and not any(map(_se_voit, valeur)))
    return isinstance(valeur, Mapping) and bool(valeur) and all(est_vide(v) for v in valeur.values())


def _se_voit(signe: str) -> bool:
    """Faux pour les blancs, les marques de format et les lettres qui ne dessinent rien."""
    return signe not in _LETTRES_BLANCHES and unicodedata.category(signe) not in _SANS_DESSIN


class Donnee(BaseModel):
    """Base de tout le domaine : figée, clés inconnues refusées, espaces de bord retirés, clés vides oubliées."""

    # hide_input_in_errors : une valeur saisie, un mot de passe, ne finit pas dans une trace
    model_config = ConfigDict(
        extra="forbid", frozen=True, str_strip_whitespace=True, defer_build=True, hide_input_in_errors=True
    )

    @model_validator(mode="before")
    @classmethod
    def _oublier_les_vides(cls, saisie: Any) -> Any:
        """Une clé vide est une clé absente ; une clé inconnue reste, vide ou non, pour être signalée."""
        if not isinstance(saisie, Mapping):
            return saisie
        return {cle: valeur for cle, valeur in saisie.items() if cle not in cls.model_fields or not est_vide(valeur)}


def lire_nombre(valeur: Any) -> Decimal:
    """Accepte 1234.56, 1234, "1234.56", "1 234,56" ; refuse tout ce qui obligerait à deviner."""
    if isinstance(valeur, bool) or not isinstance(valeur, Decimal | int | str):
        raise ValueError('nombre attendu, par exemple 1234.56 ou "1 234,56"')
    if isinstance(valeur, str):
        texte = BLANCS.sub("", valeur).removesuffix("€").removesuffix("%")
        if "," in texte and "." in texte:
            raise ValueError(f"« {valeur} » est ambigu : {_conseiller(texte)}")
        if not re.fullmatch(r"-?[0-9]+([.,][0-9]+)?", texte):
            raise ValueError(f'« {valeur} » n\'est pas un nombre : écrivez 1234.56 ou "1 234,56"')
        texte = texte.replace(",", ".")
    else:
        texte = str(valeur)
    try:
        nombre = Decimal(texte)
    except InvalidOperation as erreur:
        raise ValueError(f"« {valeur} » n'est pas un nombre") from erreur
    if not nombre.is_finite():
        raise ValueError(f"« {valeur} » n'est pas un nombre fini")
    if nombre and not _RANG_MINIMAL <= nombre.adjusted() <= _RANG_MAXIMAL:
        raise ValueError(f"« {valeur} » dépasse ce qu'un dossier peut porter : vérifiez la saisie")
    return nombre


def _conseiller(texte: str) -> str:
    """Ce qu'il faut retirer d'un nombre écrit avec un point et une virgule."""
    if re.fullmatch(r"-?[0-9]{1,3}([.][0-9]{3})+,[0-9]+", texte):
        return f'retirez le point des milliers : "{texte.replace(".", "")}"'
    if re.fullmatch(r"-?[0-9]{1,3}(,[0-9]{3})+[.][0-9]+", texte):
        return f'retirez la virgule des milliers : "{texte.replace(",", "")}"'
    return 'écrivez 1234.56 ou "1 234,56"'


def _lire_montant(valeur: Any) -> Decimal:
    nombre = lire_nombre(valeur)
    ecrit = BLANCS.sub("", str(valeur)).removesuffix("€")
    if re.fullmatch(r"-?[0-9]{1,3}[.,][0-9]{3}", ecrit):  # « 10.000 » : dix mille pour l'un, dix pour l'autre
        sans, court = re.sub(r"[.,]", "", ecrit), ecrit[:-1]
        raise ValueError(f"« {valeur} » est ambigu : retirez le point ou la virgule ({sans}), ou écrivez {court}")
    if abs(nombre) >= MONTANT_MAXIMAL:
        raise ValueError(f"« {valeur} » dépasse ce qu'un dossier peut porter : vérifiez la saisie")
    if nombre != arrondir(nombre):
        raise ValueError(f"« {valeur} » a plus de deux décimales : un montant s'écrit au centime près")
    return arrondir(nombre)


def _lire_date(valeur: Any) -> dt.date:
    if isinstance(valeur, dt.datetime) or not isinstance(valeur, dt.date | str):
        raise ValueError("date attendue, sous la forme 2026-05-31 (année-mois-jour)")
    return _verifier_annee(valeur) if isinstance(valeur, dt.date) else lire_jour(valeur)


def lire_jour(texte: str) -> dt.date:
    """La date écrite AAAA-MM-JJ, et seulement ainsi. Lève ValueError avec la phrase à montrer."""
    if not re.fullmatch(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", texte.strip()):
        raise ValueError(f"« {texte} » n'est pas une date : écrivez-la 2026-05-31 (année-mois-jour)")
    try:
        jour = dt.date.fromisoformat(texte.strip())
    except ValueError as erreur:
        raise ValueError(f"« {texte} » n'existe pas au calendrier") from erreur
    return _verifier_annee(jour)


def _verifier_annee(jour: dt.date) -> dt.date:
    if not ANNEE_MINIMALE <= jour.year <= ANNEE_MAXIMALE:
        raise ValueError(
            f"l'année {jour.year:04d} n'est pas admise ({ANNEE_MINIMALE} à {ANNEE_MAXIMALE}) : vérifiez la saisie"
        )
    return jour


def _positif(valeur: Decimal) -> Decimal:
    if valeur <= 0:
        raise ValueError("le montant doit être supérieur à zéro (un avoir se saisit dans [[avoirs]])")
    return valeur


def _positif_ou_nul(valeur: Decimal) -> Decimal:
    if valeur < 0:
        raise ValueError("le montant ne peut pas être négatif")
    return valeur


def compacter(valeur: Any) -> Any:
    """Retire espaces, points et tirets d'un identifiant ; n'en juge pas la clé (controles/identite)."""
    if isinstance(valeur, int) and not isinstance(valeur, bool):
        raise ValueError('écrivez l\'identifiant entre guillemets : "732 829 320"')
    if isinstance(valeur, str):
        return re.sub(r"[\s\u00a0\u202f.\-]+", "", valeur).upper()
    return valeur


class CheminDePiece(str):
    """Chemin relatif au dossier : c'est ce type, et non le nom de sa clé, qui désigne une pièce."""

    __slots__ = ()


def _refuser_signes(valeur: Any) -> Any:
    """Avant que les blancs de bord ne soient retirés : un saut de ligne en tête a pris la place d'une lettre."""
    if isinstance(valeur, str) and any(ord(signe) < ord(" ") for signe in valeur):
        raise ValueError(
            "ce chemin contient « \\n », « \\t » ou un autre signe de commande, que le format lit pour vous : "
            'écrivez « / », par exemple "pieces/nouveau.pdf"'
        )
    return valeur


def _lire_chemin(valeur: str) -> CheminDePiece:
    """Chemin relatif au dossier, écrit avec des « / », sans sortie possible du dossier."""
    texte = valeur.replace("\\", "/").strip()
    chemin = PurePosixPath(texte)
    if not texte or texte.endswith("/"):
        raise ValueError('chemin de fichier attendu, par exemple "pieces/facture.pdf"')
    if chemin.is_absolute() or re.match(r"[A-Za-z]:", texte) or ".." in chemin.parts:
        raise ValueError(f"« {valeur} » sort du dossier : placez le fichier dans pieces/")
    return CheminDePiece(chemin)


Montant = Annotated[Decimal, BeforeValidator(_lire_montant)]
MontantPositif = Annotated[Montant, AfterValidator(_positif)]
MontantPositifOuNul = Annotated[Montant, AfterValidator(_positif_ou_nul)]
MontantAbsolu = Annotated[Montant, AfterValidator(abs), AfterValidator(_positif)]
Nombre = Annotated[Decimal, BeforeValidator(lire_nombre), AfterValidator(_positif_ou_nul)]
Date = Annotated[dt.date, BeforeValidator(_lire_date)]
Identifiant = Annotated[str, BeforeValidator(compacter)]
Chemin = Annotated[str, BeforeValidator(_refuser_signes), AfterValidator(_lire_chemin)]
Texte = Annotated[str, Field(min_length=1)]
Booleen = Annotated[bool, Field(strict=True)]  # true ou false, jamais 1 ni "oui"
