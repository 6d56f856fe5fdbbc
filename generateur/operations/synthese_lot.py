"""Ce qui n'est pas produit, réuni par ce qu'il faut faire : le même geste en débloque souvent beaucoup."""

import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from decimal import Decimal

from generateur.controles.catalogue import catalogue
from generateur.erreurs import CodeSortie
from generateur.reglages import Manque, Resultat

_PRODUITS = {"produit", "a_jour"}
_CODES = {
    CodeSortie.LECTURE: "Fichier de dossier à corriger",
    CodeSortie.DROIT_MANQUANT: "Droit à mettre à jour",
    CodeSortie.MODELE_EN_DEFAUT: "Modèle Word à corriger",
    CodeSortie.PIECE_MANQUANTE: "Pièce à refaire ou à retrouver",
    CodeSortie.OUTIL_ABSENT: "Outil à installer",
    CodeSortie.RENDU_ECHOUE: "Acte qui ne se convertit pas",
    CodeSortie.LIASSE_NON_CONFORME: "Liasse changée depuis qu'elle est partie",
}


@dataclass(frozen=True)
class Reproche:
    """Ce qui arrête un dossier, à un endroit."""

    resultat: Resultat
    manque: Manque


@dataclass
class Geste:
    """Ce qu'il faut faire, et tout ce que cela débloquerait ; `code` : celui du constat, ou du genre d'échec."""

    code: str
    libelle: str
    remede: str
    reproches: list[Reproche] = field(default_factory=list)

    @property
    def references(self) -> tuple[str, ...]:
        """Les dossiers arrêtés, une fois chacun, dans l'ordre du lot."""
        return tuple(dict.fromkeys(reproche.resultat.reference for reproche in self.reproches))

    @property
    def seuls(self) -> int:
        """Combien de dossiers n'attendent que ce geste."""
        return sum(
            all((manque.code or self.code) == self.code for manque in reproche.resultat.manques)
            for reproche in {r.resultat.reference: r for r in self.reproches}.values()
        )


@dataclass
class Compte:
    """Une voie : combien de dossiers, pour quelle somme en euros."""

    dossiers: int = 0
    total: Decimal = Decimal(0)


def grouper_les_gestes(resultats: Iterable[Resultat]) -> tuple[Geste, ...]:
    """Les gestes à faire, le plus utile d'abord ; un dossier à plusieurs manques est sous chacun."""
    gestes: dict[str, Geste] = {}
    for resultat in resultats:
        if resultat.etat in _PRODUITS:
            continue
        for manque in resultat.manques or (_en_manque(resultat),):
            code = manque.code or _nommer_echec(resultat.code)
            if code not in gestes:
                gestes[code] = Geste(code, _dire(code, resultat), _generaliser(manque.remede, resultat.reference))
            gestes[code].reproches.append(Reproche(resultat, manque))
    return tuple(sorted(gestes.values(), key=lambda geste: (-len(geste.references), geste.code)))


def compter_par_voie(resultats: Iterable[Resultat]) -> dict[str, Compte]:
    """Par procédure retenue, ce qui est produit."""
    comptes: dict[str, Compte] = {}
    for resultat in resultats:
        if resultat.etat in _PRODUITS and resultat.procedure:
            compte = comptes.setdefault(resultat.procedure, Compte())
            compte.dossiers += 1
            compte.total += Decimal(resultat.total or 0)
    return comptes


def _en_manque(resultat: Resultat) -> Manque:
    return Manque(code="", message=resultat.raison or resultat.message, remede=resultat.remede)


def _nommer_echec(code: int) -> str:
    return f"CODE_{code}"


def _dire(code: str, resultat: Resultat) -> str:
    if entree := catalogue().get(code):
        return entree.libelle
    return _CODES.get(CodeSortie(resultat.code), "Échec à élucider")


def _generaliser(remede: str, reference: str) -> str:
    """Le remède, pour tous : le chemin d'un dossier n'y est plus celui du premier."""
    chemin = rf'"?[^\s"«»]*(?<![\w.-]){re.escape(reference)}(?![\w.-])[^\s"«»]*"?'
    return re.sub(chemin, "DOSSIER", remede)
