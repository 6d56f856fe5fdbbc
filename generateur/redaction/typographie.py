"""Typographie propre aux actes : identifiants, sommes en lettres, prépositions, adresses.

Ce qui sert à tous les étages (montants, taux, dates, pluriels) est dans domaine/langue.py.
"""

import re
from decimal import Decimal

from num2words import num2words

from generateur.domaine.arrondi import arrondir
from generateur.domaine.langue import INSECABLE


def en_lettres(valeur: Decimal) -> str:
    """Somme en toutes lettres, euros et centimes.

    >>> en_lettres(Decimal("8640.01"))
    'huit mille six cent quarante euros et un centime'
    """
    entier, centimes = divmod(int(arrondir(abs(valeur)) * 100), 100)
    mots = num2words(entier, lang="fr")
    # « un million d'euros » : un nom de grand nombre qui finit la somme appelle « de »
    liaison = " d’" if mots.endswith(("million", "millions", "milliard", "milliards")) else " "
    sommes = [f"{mots}{liaison}{'euro' if entier in (0, 1) else 'euros'}"] if entier or not centimes else []
    if centimes:
        sommes.append(f"{num2words(centimes, lang='fr')} {'centime' if centimes == 1 else 'centimes'}")
    texte = " et ".join(sommes)
    return f"moins {texte}" if valeur < 0 else texte


def entier_en_lettres(combien: int) -> str:
    """Petit nombre en toutes lettres, comme une phrase l'écrit.

    >>> entier_en_lettres(2)
    'deux'
    """
    return str(num2words(combien, lang="fr"))


def grouper_chiffres(identifiant: str, *groupes: int) -> str:
    """Groupe les chiffres d'un identifiant : SIREN 3-3-3, SIRET 3-3-3-5, IBAN par quatre.

    >>> grouper_chiffres("100000009", 3, 3, 3).replace(INSECABLE, " ")
    '100 000 009'
    """
    morceaux, debut = [], 0
    for taille in groupes or (4,) * (len(identifiant) // 4 + 1):
        morceaux.append(identifiant[debut : debut + taille])
        debut += taille
    morceaux.append(identifiant[debut:])
    return INSECABLE.join(morceau for morceau in morceaux if morceau)


def de(nom: str) -> str:
    """Préposition « de » : élidée devant une voyelle ou un h, contractée avec l'article d'une ville.

    >>> de("Lyon"), de("Avignon"), de("Le Mans"), de("Les Ulis"), de("La Rochelle")
    ('de Lyon', 'd’Avignon', 'du Mans', 'des Ulis', 'de La Rochelle')
    """
    for article, contracte in (("Le ", "du "), ("Les ", "des ")):
        if nom.startswith(article):
            return f"{contracte}{nom.removeprefix(article)}"
    if nom[:1].lower() in "aeiouyhàâäéèêëîïôöùûüœ":
        return f"d’{nom}"
    return f"de {nom}"


def contracter(titre: str) -> str:
    """« de » devant une partie nommée avec son article : « du groupement X », « de la société Y », « d’Anne Z ».

    >>> contracter("le groupement X"), contracter("l’association Y")
    ('du groupement X', 'de l’association Y')
    """
    if titre.startswith("le "):
        return f"du {titre.removeprefix('le ')}"
    return f"de {titre}" if titre.startswith(("la ", "l’", "M.", "Mme")) else de(titre)


def adresser(titre: str) -> str:
    """« à » devant une partie nommée avec son article.

    >>> adresser("le groupement X"), adresser("la société Y")
    ('au groupement X', 'à la société Y')
    """
    return f"au {titre.removeprefix('le ')}" if titre.startswith("le ") else f"à {titre}"


def couper_adresse(adresse: str) -> list[str]:
    """Met le code postal et la ville sur leur propre ligne.

    >>> couper_adresse("44 rue de Bonnel, 69433 Lyon Cedex 03")
    ['44 rue de Bonnel', '69433 Lyon Cedex 03']
    """
    return re.split(r",\s+(?=[0-9]{5}\s)", adresse)
