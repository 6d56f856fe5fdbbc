"""La page « Ce que l'adversaire verrait » de la fiche interne : ce que portent les pièces, et ce qui en part."""

from collections.abc import Iterator, Sequence

from generateur.domaine.fichiers import ContenuCache, SortDuCache
from generateur.domaine.langue import INSECABLE, citer, courber, majuscule
from generateur.redaction.contexte import CacheActe

_SORTS: dict[SortDuCache, str] = {
    "reste": "Reste lisible dans la liasse : à regarder",
    "retire": "Retiré de la liasse",
    "montre": "Se voit sur la page",
}
_ORDRE = tuple(_SORTS)
_LIGNES_PAR_PIECE = 60
_ORDINAIRES_DITS = 15


def presenter_caches(
    numero: str, titre: str, caches: Sequence[ContenuCache], *, est_original_garde: bool
) -> Iterator[CacheActe]:
    """Les lignes d'une pièce, ce qui reste d'abord ; puis ce qu'en porte encore l'original gardé à part."""
    piece = f"Pièce n°{INSECABLE}{numero} – {titre}"
    parlants = [cache for cache in caches if not cache.est_ordinaire]
    ranges = sorted(parlants, key=lambda cache: _ORDRE.index(cache.sort))
    for cache in ranges[:_LIGNES_PAR_PIECE]:
        yield CacheActe(piece, _decrire(cache), _SORTS[cache.sort])
    if (reste := len(ranges) - _LIGNES_PAR_PIECE) > 0:
        yield CacheActe(piece, f"Et {reste} autres contenus de même sorte", "Voir le fichier d’origine")
    if parlants and est_original_garde:
        yield CacheActe(
            piece,
            "L’original, gardé à côté de la liasse dans « originaux », porte encore tout ce qui est dit ici",
            "À ne remettre qu’après l’avoir relu",
        )


def resumer_ordinaires(pieces: Sequence[tuple[str, Sequence[ContenuCache]]]) -> str:
    """En une phrase, ce que presque tout fichier porte et qui est retiré : (numéro, contenus) de chaque pièce."""
    porteurs: dict[str, list[str]] = {}
    for numero, caches in pieces:
        for cache in caches:
            if cache.est_ordinaire:
                nature = "" if cache.nature != "données de l’appareil" else f"{cache.nature} "
                jointe = f" dans « {cache.jointe} »" if cache.jointe else ""
                porteurs.setdefault(courber(f"{nature}{cache.texte}{jointe}"), []).append(numero)
    if not porteurs:
        return ""
    dits = [f"{texte} ({_nommer_pieces(numeros)})" for texte, numeros in porteurs.items()]
    return f"Ce que les fichiers disent d’eux-mêmes, retiré aussi{INSECABLE}: {citer(dits, _ORDINAIRES_DITS)}."


def _nommer_pieces(numeros: Sequence[str]) -> str:
    if len(numeros) == 1:
        return f"pièce{INSECABLE}{numeros[0]}"
    return f"pièces {citer(list(numeros), 12)}"


def _decrire(cache: ContenuCache) -> str:
    ou = f", page{INSECABLE}{cache.page}" if cache.page else ""
    jointe = f", dans « {cache.jointe} »" if cache.jointe else ""
    texte = f"{INSECABLE}: {cache.texte}" if cache.texte else ""
    return courber(f"{majuscule(cache.nature)}{ou}{jointe}{texte}")
