"""La page « Ce que l'adversaire verrait » de la fiche interne : ce que portent les pièces, et ce qui en part."""

from collections.abc import Iterator, Sequence

from generateur.domaine.fichiers import ContenuCache, SortDuCache
from generateur.domaine.langue import INSECABLE
from generateur.redaction.contexte import CacheActe
from generateur.redaction.typographie import courber, majuscule

_SORTS: dict[SortDuCache, str] = {
    "reste": "Reste lisible dans la liasse : à regarder",
    "retire": "Retiré de la liasse",
    "montre": "Se voit sur la page",
}
_ORDRE = tuple(_SORTS)
_LIGNES_PAR_PIECE = 60


def presenter_caches(
    numero: str, titre: str, caches: Sequence[ContenuCache], *, est_original_garde: bool
) -> Iterator[CacheActe]:
    """Les lignes d'une pièce, ce qui reste d'abord ; puis ce qu'en porte encore l'original gardé à part."""
    piece = f"Pièce n°{INSECABLE}{numero} – {titre}"
    ranges = sorted(caches, key=lambda cache: _ORDRE.index(cache.sort))
    for cache in ranges[:_LIGNES_PAR_PIECE]:
        yield CacheActe(piece, _decrire(cache), _SORTS[cache.sort])
    if (reste := len(ranges) - _LIGNES_PAR_PIECE) > 0:
        yield CacheActe(piece, f"Et {reste} autres contenus de même sorte", "Voir le fichier d’origine")
    if caches and est_original_garde:
        yield CacheActe(
            piece,
            "L’original, gardé à côté de la liasse dans « originaux », porte encore tout ce qui est dit ici",
            "À ne remettre qu’après l’avoir relu",
        )


def _decrire(cache: ContenuCache) -> str:
    ou = f", page{INSECABLE}{cache.page}" if cache.page else ""
    jointe = f", dans « {cache.jointe} »" if cache.jointe else ""
    texte = f"{INSECABLE}: {cache.texte}" if cache.texte else ""
    return courber(f"{majuscule(cache.nature)}{ou}{jointe}{texte}")
