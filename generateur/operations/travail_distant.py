"""Un travail dont le dossier, ou la sortie, est dans un magasin : amené ici, accompli comme les autres, publié là-bas.

Tout ce qui est amené l'est dans un répertoire privé (0700), effacé avec le travail ; celui d'un processus tué l'est par
la commande suivante.
"""

import gc
import json
from collections.abc import Iterable, Iterator
from pathlib import Path

from generateur.erreurs import ErreurGenerateur, expliquer_imprevu
from generateur.lecture.socle import lire_reference
from generateur.operations.dossier_distant import amener_dossier
from generateur.operations.outillage import Moteurs
from generateur.operations.travail import accomplir, echouer
from generateur.publication.distante import PublicationDistante
from generateur.publication.magasin import Magasin, est_cle_sure, lire_adresse
from generateur.reglages import Resultat, Travail
from generateur.surveillance.provisoires import repertoire_provisoire

_ENTRE_DEUX_BALAYAGES = 20  # dossiers
_ENTRE_DEUX_BORNES = 100  # dossiers : mesurer le fonds coûte un regard par pièce gardée


def enchainer(travaux: Iterable[Travail], moteurs: Moteurs) -> Iterator[Resultat]:
    """Un résultat par travail, au fil de l'eau ; la mémoire, et ce que les moteurs gardent, restent bornés."""
    for rang, travail in enumerate(travaux, start=1):
        yield accomplir_partout(travail, moteurs)
        if rang % _ENTRE_DEUX_BALAYAGES == 0:
            gc.collect()  # les PDF ouverts pèsent hors de Python, qui ne les voit pas et attendrait trop
        if rang % _ENTRE_DEUX_BORNES == 0:
            moteurs.pieces.fonds.borner()


def accomplir_partout(travail: Travail, moteurs: Moteurs) -> Resultat:
    """Produit le dossier, où qu'il soit et où qu'il aille, ou dit pourquoi pas ; ne lève rien qu'une interruption."""
    if travail.depuis is None and travail.vers is None:
        return accomplir(travail, moteurs)
    try:
        resultat, est_devance = _accomplir_au_loin(travail, moteurs)
        if est_devance:  # celui qui nous a devancés a peut-être publié la même chose : rien alors n'est à refaire
            repris, _ = _accomplir_au_loin(travail, moteurs, est_ouverte=False)
            return repris if repris.etat == "a_jour" else resultat
    except ErreurGenerateur as erreur:
        return echouer(travail.source, erreur)
    except Exception as erreur:  # noqa: BLE001 (un dossier ne doit jamais arrêter les autres)
        return echouer(travail.source, expliquer_imprevu(erreur))
    return resultat


def _accomplir_au_loin(travail: Travail, moteurs: Moteurs, *, est_ouverte: bool = True) -> tuple[Resultat, bool]:
    """Le résultat, et s'il échoue parce qu'un autre écrivain a devancé celui-ci."""
    with repertoire_provisoire() as miroir:
        source, sortie, noms = travail.source, travail.sortie, {}
        if depuis := lire_adresse(travail.depuis or ""):
            source = amener_dossier(depuis, miroir / "dossiers")
            noms[str(miroir / "dossiers")] = str(depuis.parente)
        publication: PublicationDistante | None = None
        if vers := lire_adresse(travail.vers or ""):
            sortie = miroir / "sortie"
            sortie.mkdir(mode=0o700)
            noms[str(sortie)] = str(vers)
            publication = PublicationDistante(Magasin(vers), sortie, est_ouverte=est_ouverte)
            _amener_publie(source, publication)
        proche = travail.model_copy(update={"source": source, "sortie": sortie, "depuis": None, "vers": None})
        resultat = accomplir(proche, moteurs, publication)
        return _renommer(resultat, noms), publication is not None and publication.est_devancee


def _amener_publie(source: Path, publication: PublicationDistante) -> None:
    reference = lire_reference(source)
    if est_cle_sure(reference) and "/" not in reference:  # une autre sera refusée à la lecture
        publication.amener(reference)


def _renommer(resultat: Resultat, noms: dict[str, str]) -> Resultat:
    """Le même résultat, qui nomme les endroits du magasin et non leur miroir, déjà effacé."""
    texte = resultat.model_dump_json()
    for ici, la_bas in noms.items():
        texte = texte.replace(json.dumps(ici)[1:-1], json.dumps(la_bas, ensure_ascii=False)[1:-1])
    return Resultat.model_validate_json(texte)
