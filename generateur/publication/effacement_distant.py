"""Effacer dans un magasin d'objets, où rien ne s'écarte d'un seul geste : ce qui ferait croire entier part d'abord.

L'annonce (.<nom>.publication.json) est prise en premier et effacée en dernier : une autre commande qui publiait là est
refusée, et ce qu'une purge coupée a laissé se reconnaît pour nôtre. Du dossier lui-même, dossier.toml part le dernier :
tant que quelque chose reste à effacer, il est là pour qu'on le juge de nouveau.
"""

import contextlib
import json
import re
import uuid
from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping
from typing import Any

from generateur.domaine.noms_de_fichier import NOM_MANIFESTE
from generateur.erreurs import ErreurEcriture
from generateur.publication.distante import ecrire_sans_doute, nommer_annonce
from generateur.publication.inventaire_publie import NOM_INVENTAIRE, est_de
from generateur.publication.magasin import Adresse, ErreurConcurrence, Magasin
from generateur.surveillance.provisoires import repertoire_provisoire

_DOSSIER = "dossier.toml"
_D_ABORD = (NOM_MANIFESTE, "remise.json", NOM_INVENTAIRE)
_FIN_D_ANNONCE = nommer_annonce("").removeprefix(".")
_FICHIERS_AU_PLUS = 500_000
_ANNONCE_AU_PLUS = 128 * 1024**2
_GARDE_A_PART = re.compile("[0-9a-f]{12}-")  # devant le nom de ce qu'une pile a mis à part
_REMEDE = "Attendre que l'autre commande finisse, puis relancer : ce qui est effacé ne se refait pas."


def est_publie_la(sortie: Adresse, reference: str) -> bool:
    """Vrai si le programme a publié ce dossier dans ce magasin, même si une purge coupée en a pris le manifeste."""
    magasin = Magasin(sortie)
    if magasin.version(nommer_annonce(reference)) is not None:
        return True
    with repertoire_provisoire() as ici:
        for nom in (NOM_MANIFESTE, NOM_INVENTAIRE):
            if lu := magasin.lire(f"{reference}/{nom}", au_plus=_ANNONCE_AU_PLUS):
                (ici / nom).write_bytes(lu[0])
        return est_de(ici, reference)


def situer_dans_les_piles_distantes(piles: Adresse, references: Collection[str]) -> Mapping[str, list[Adresse]]:
    """Par référence, les piles où elle a un fichier, ou dont l'annonce dit qu'elle en avait un."""
    magasin, voulues = Magasin(piles), frozenset(references)
    trouvees: dict[str, list[Adresse]] = defaultdict(list)
    for classement in magasin.lister_repertoires() if voulues else ():
        annonces = [nom for nom in magasin.lister_ici(classement) if nom.endswith(_FIN_D_ANNONCE)]
        annoncees = {nom.removeprefix(".").removesuffix(_FIN_D_ANNONCE) for nom in annonces}
        for pile in sorted(annoncees.union(magasin.lister_repertoires(classement)) - {""}):
            ou = f"{classement}/{pile}"
            chemins = [*magasin.lister(ou, au_plus=_FICHIERS_AU_PLUS), *_lire_fichiers(magasin, piles / ou)]
            for reference in voulues.intersection(r for chemin in chemins for r in _citer(chemin)):
                trouvees[reference].append(piles / ou)
    return trouvees


def effacer_publie(ou: Adresse) -> None:
    """Efface ce qui est publié là, un dossier ou une pile, puis son annonce.

    Lève ErreurConcurrence si une autre commande y publie, ErreurLecture, ErreurOutilAbsent ; relancer reprend.
    """
    magasin, annonce = Magasin(ou.parente), nommer_annonce(ou.nom)
    try:
        chemins = magasin.lister(ou.nom, au_plus=_FICHIERS_AU_PLUS)
        tenue = _prendre(magasin, annonce, chemins)
    except ErreurConcurrence as erreur:
        raise _ceder(ou) from erreur
    _vider(magasin, ou.nom, chemins)
    if magasin.version(annonce) != tenue:
        raise _ceder(ou)
    magasin.effacer([annonce])


def effacer_dossier(ou: Adresse, version: str) -> None:
    """Efface un dossier, jugé à cette version de son dossier.toml, qui part le dernier. Lève ErreurEcriture."""
    magasin = Magasin(ou.parente)
    exiger_inchange(ou, version)
    chemins = magasin.lister(ou.nom, au_plus=_FICHIERS_AU_PLUS)
    _vider(magasin, ou.nom, [chemin for chemin in chemins if chemin != _DOSSIER], sauf={_DOSSIER})
    exiger_inchange(ou, version)
    magasin.effacer([f"{ou.nom}/{_DOSSIER}"])


def exiger_inchange(ou: Adresse, version: str) -> None:
    """Lève ErreurEcriture si le dossier.toml de ce dossier n'est plus à cette version."""
    if Magasin(ou).version(_DOSSIER) != version:
        raise ErreurEcriture(
            "ce dossier a changé depuis qu'on l'a jugé",
            lieu=str(ou),
            remede="Relancer la commande : il sera jugé de nouveau.",
        )


def _ceder(ou: Adresse) -> ErreurConcurrence:
    return ErreurConcurrence("une autre commande publie là ce qu'on efface", lieu=str(ou), remede=_REMEDE)


def _vider(magasin: Magasin, nom: str, chemins: Collection[str], sauf: Collection[str] = ()) -> None:
    """Lève ErreurEcriture si quelque chose s'y trouve encore ensuite, hors ce qui est vide (un « répertoire »)."""
    for rang in (True, False):
        magasin.effacer([f"{nom}/{chemin}" for chemin in chemins if (chemin in _D_ABORD) is rang])
    restes = magasin.lister(nom, au_plus=_FICHIERS_AU_PLUS)
    if any(objet.taille for chemin, objet in restes.items() if chemin not in sauf):
        raise ErreurEcriture(
            "ce répertoire ne s'efface pas entièrement : quelque chose s'y écrit encore",
            lieu=str(magasin.adresse / nom),
            remede=_REMEDE,
        )


def _prendre(magasin: Magasin, annonce: str, chemins: Iterable[str]) -> str:
    """Fait nôtre l'annonce, qui ne dit plus rien de publié et nomme ce qui part ; rend sa version.

    Lève ErreurConcurrence.
    """
    lue = magasin.lire(annonce, au_plus=_ANNONCE_AU_PLUS)
    dits = _lire_objet(lue[0]).get("fichiers") if lue else None
    inconnus: dict[str, Any] = {chemin: {"sha256": []} for chemin in chemins}
    fichiers = inconnus | (dits if isinstance(dits, dict) else {})
    contenu = {"ecrivain": uuid.uuid4().hex, "publie": False, "fichiers": fichiers}
    octets = json.dumps(contenu, ensure_ascii=False, indent=1).encode()
    return ecrire_sans_doute(magasin, annonce, octets, lue[1] if lue else None)


def _lire_fichiers(magasin: Magasin, pile: Adresse) -> Iterator[str]:
    """Les fichiers que l'annonce d'une pile nomme."""
    annonce = (pile.parente / nommer_annonce(pile.nom)).cle.removeprefix(f"{magasin.adresse.cle}/")
    lue = magasin.lire(annonce, au_plus=_ANNONCE_AU_PLUS)
    fichiers = _lire_objet(lue[0]).get("fichiers") if lue else None
    yield from fichiers if isinstance(fichiers, dict) else ()


def _lire_objet(octets: bytes) -> dict[str, Any]:
    with contextlib.suppress(ValueError, RecursionError):
        lu = json.loads(octets)
        return lu if isinstance(lu, dict) else {}
    return {}


def _citer(chemin: str) -> Iterator[str]:
    """Les références que peut porter le nom d'un fichier de pile : ce qui précède chacun de ses tirets bas."""
    nom = _GARDE_A_PART.sub("", chemin.rpartition("/")[2], count=1) if "/" in chemin else chemin
    yield from (nom[:rang] for rang, signe in enumerate(nom) if signe == "_")
