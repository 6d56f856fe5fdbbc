"""L'endroit qu'un constat désigne, dit comme à une personne, et l'adresse du champ à remplir."""

import re
from collections.abc import Sequence
from urllib.parse import quote

from generateur.domaine.chemins_de_cle import denommer
from generateur.operations.formulaire_dossier import libelle_de
from generateur.page.cles_dites import dire_cles
from generateur.page.onglets import onglet_de

_A_COLLER = re.compile(r"\s*(#|\[\[?[a-z_]|[a-z_]+\s*=)")
_COMMANDE = re.compile(r"(?:,? ou « … [^»]*»)|\s*(?:: |\()?« generateur [^»]*»\)?")
_RENVOI = re.compile(r"(, puis écrivez)? :$")  # ce qui annonçait les lignes retirées
_AU_FICHIER = "En tête du fichier"  # où coller une ligne : la page a le champ
_MOTS_DE_RENVOI = 5  # « Dans ce bloc, ajoutez : » ne dit rien sans ce qui suit


def dire_lieu(lieu: str) -> str:
    """« factures[2].echeance » devient « Factures 2, Échéance »."""
    mots: list[str] = []
    for pas in denommer(lieu):
        if isinstance(pas, int):
            mots[-1:] = [f"{mots[-1] if mots else ''} {pas + 1}".strip()]
        else:
            mots.append(libelle_de("Dossier", pas))
    return ", ".join(mots)


_NOMS = {"factures": "facture", "avoirs": "avoir", "pieces": "pièce"}


def dire_cle(cle: Sequence[str]) -> str:
    """Une valeur importée : « facture F-1, Échéance », « paiements de la facture F-1 », « Code postal » du débiteur."""
    section, *reste = cle
    if section == "paye":
        return f"paiements de la facture {reste[0]}"
    nom = [f"{_NOMS[section]} {reste[0]}"] if section in _NOMS else []
    return ", ".join([*nom, *(libelle_de("Dossier", pas) for pas in (reste[1:] if nom else reste))])


_BLOCS = {"pieces": "une autre pièce", "relances": "une relance", "factures": "une facture", "avoirs": "un avoir"}


def dire_place(lieu: str) -> str:
    """La place proposée à un fichier : un bloc de plus, ou une preuve à un endroit connu."""
    return _BLOCS.get(lieu) or dire_lieu(lieu.removesuffix(".fichier"))


def adresser_lieu(lieu: str, reference: str) -> str:
    """L'onglet qui montre ce champ, la page arrêtée dessus ; vide si aucun ne le montre."""
    chemin = denommer(lieu)
    onglet = onglet_de(str(chemin[0])) if chemin else ""
    if not onglet:
        return ""
    ancre = "-".join(map(str, chemin))
    if chemin[0] == "creancier":  # partagé, il se remplit dans son profil : la page sait où
        return f"/dossiers/{quote(reference)}/creancier?champ={quote(ancre)}"
    if onglet == "pieces":
        return f"/dossiers/{quote(reference)}/pieces"
    return f"/dossiers/{quote(reference)}?onglet={onglet}#c-{quote(ancre)}"


def alleger_remede(remede: str) -> str:
    """Le remède sans ce qui ne se fait qu'ailleurs (lignes à coller, commandes), ses clés dites par leur nom."""
    lignes = [ligne for ligne in remede.splitlines() if not _A_COLLER.match(ligne) and "generateur " not in ligne]
    phrases = [ligne for ligne in lignes if not (ligne.endswith(" :") and len(ligne.split()) <= _MOTS_DE_RENVOI)]
    return "\n".join(dire_cles(_RENVOI.sub(".", ligne)) for ligne in phrases if not ligne.startswith(_AU_FICHIER))


def taire_commandes(phrase: str) -> str:
    """La phrase sans les commandes à taper qu'elle cite : la page a un bouton à leur place."""
    return _COMMANDE.sub("", phrase)


_MANQUES = {
    "OBJET_MANQUANT": "ce qui a été vendu",
    "NATURE_MANQUANTE": "société ou particulier",
    "ADRESSE_MANQUANTE": "l’adresse du débiteur",
    "DATE_FACTURE_MANQUANTE": "la date d’une facture",
    "ECHEANCE_MANQUANTE": "une échéance",
    "PIECE_FACTURE_MANQUANTE": "le PDF de chaque facture",
    "DOSSIER_ILLISIBLE": "à reprendre : une valeur ne se lit pas",
}


def dire_manque(code: str) -> str:
    """Ce qui manque à un dossier importé, dit comme à une personne."""
    if code in _MANQUES:
        return _MANQUES[code]
    return code.lower().replace("_manquante", "").replace("_manquant", "").replace("_absente", "").replace("_", " ")
