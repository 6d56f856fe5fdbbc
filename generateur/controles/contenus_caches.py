"""Ce que les pièces portent sans le montrer : ce qui reste lisible pour l'adversaire, et ce qui est retiré.

Le texte caché n'est pas recopié dans le constat : la fiche interne le donne, pièce par pièce.
"""

from collections.abc import Iterator, Sequence

from generateur.controles.catalogue import constater
from generateur.domaine.constat import Constat
from generateur.domaine.fichiers import ContenuCache, Inspection
from generateur.domaine.langue import enumerer

_PAGES_CITEES = 10


def signaler_caches(lieu: str, inspection: Inspection) -> Iterator[Constat]:
    """Un constat pour ce qui reste, un pour ce qui est retiré ; l'original signé, lui, garde tout."""
    if not inspection.lisible:
        return
    chemin = inspection.chemin
    restent = [cache for cache in inspection.caches if cache.sort == "reste"]
    retires = [cache for cache in inspection.caches if cache.sort == "retire" and not cache.est_ordinaire]
    original = (
        " L'original signé, gardé à part, porte encore tout : ne le remettez pas sans l'avoir relu."
        if inspection.signe
        else ""
    )
    if restent:
        yield constater(
            "CONTENU_CACHE",
            f"La pièce « {chemin} » porte ce qu'on ne voit pas, ou pas bien, et que l'adversaire pourra lire : "
            f"{_decrire(restent)}.",
            lieu=lieu,
            remede="Lisez-le dans la fiche interne, page « Ce que l'adversaire verrait ». Pour qu'il n'en reste rien, "
            "imprimez ces pages sur papier et numérisez-les, ou appliquez le caviardage ou acceptez les modifications "
            f"dans le logiciel d'origine, puis remplacez le fichier.{original}",
        )
    if retires:
        yield constater(
            "CONTENU_CACHE",
            f"La pièce « {chemin} » porte ce qu'elle ne montre pas, et qui n'entre pas dans la liasse : "
            f"{_decrire(retires)}.",
            gravite="information",
            lieu=lieu,
            remede="Rien à faire pour la liasse ; le fichier d'origine, lui, le porte toujours : ne le transmettez pas "
            f"tel quel.{original}",
        )


def _decrire(caches: Sequence[ContenuCache]) -> str:
    """« note (pages 1 et 3), copie cachée », dans l'ordre où on les trouve."""
    pages: dict[str, list[int]] = {}
    for cache in caches:
        nature = f"{cache.nature} dans « {cache.jointe} »" if cache.jointe else cache.nature
        citees = pages.setdefault(nature, [])
        if cache.page and cache.page not in citees:
            citees.append(cache.page)
    return enumerer([f"{nature}{_situer(citees)}" for nature, citees in pages.items()])


def _situer(pages: Sequence[int]) -> str:
    if not pages:
        return ""
    citees = [str(page) for page in pages[:_PAGES_CITEES]]
    if len(pages) > _PAGES_CITEES:
        citees.append(f"{len(pages) - _PAGES_CITEES} autres")
    return f" ({'page' if len(pages) == 1 else 'pages'} {enumerer(citees)})"
