"""Les dossiers d'un même répertoire qui portent la même référence : une copie n'arrête pas le bon."""

from collections.abc import Mapping, Sequence
from pathlib import Path

from generateur.erreurs import ErreurLecture
from generateur.lecture.socle import lire_reference


def trouver_jumeaux(chemins: Sequence[Path]) -> dict[Path, tuple[Path, ...]]:
    """Dossiers qui se disputeraient la même sortie ; la casse ne distingue pas deux noms sur certains disques.

    Celui dont le répertoire porte la référence est le bon : sa copie (« 2026-0042 - Copie ») ne l'arrête pas.
    """
    return {
        chemin: tuple(autre for autre in (bons if len(bons) == 1 else memes) if autre != chemin)
        for memes, bons in _rassembler(chemins, {})
        for chemin in memes
        if bons != [chemin]
    }


def garder_un_jumeau(chemins: Sequence[Path], lues: Mapping[Path, str] | None = None) -> dict[Path, Path]:
    """Pour chaque dossier à laisser, celui qu'on garde : le bien nommé, à défaut le premier.

    `lues` : les références de ceux qui viennent d'être lus.
    """
    gardes = ((memes, bons[0] if len(bons) == 1 else memes[0]) for memes, bons in _rassembler(chemins, lues or {}))
    return {chemin: garde for memes, garde in gardes for chemin in memes if chemin != garde}


def refuser_jumeau(source: Path, jumeau: Path) -> ErreurLecture:
    """Ce qu'on dit de celui qu'on laisse."""
    return ErreurLecture(
        f"un autre dossier porte la même référence : « {jumeau} »",
        lieu=str(source),
        remede="Donner à chacun sa référence dans dossier.toml, ou retirer la copie.",
    )


def _rassembler(chemins: Sequence[Path], lues: Mapping[Path, str]) -> list[tuple[list[Path], list[Path]]]:
    """Les dossiers de même référence, et ceux d'entre eux dont le répertoire la porte."""
    par_reference: dict[str, list[Path]] = {}
    for chemin in chemins:
        if reference := (lues.get(chemin) or lire_reference(chemin)).casefold():
            par_reference.setdefault(reference, []).append(chemin)
    return [
        (memes, [chemin for chemin in memes if _repertoire(chemin).name.casefold() == reference])
        for reference, memes in par_reference.items()
        if len(memes) > 1
    ]


def _repertoire(chemin: Path) -> Path:
    return chemin.parent if chemin.is_file() else chemin
