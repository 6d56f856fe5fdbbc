"""Un relevé composé par le programme d'après ce qu'il a lu ailleurs : titre, étiquettes et valeurs, notes."""

from typing import Any

from generateur.pieces.mise_en_page import Bloc, composer


def composer_releve(cible: str, titre: str, blocs: list[list[str]]) -> dict[str, Any]:
    """Compose le relevé ; chaque bloc : genre, texte, étiquette. Mêmes blocs, mêmes octets."""
    return {"pages": composer([Bloc(*bloc) for bloc in blocs], cible, titre).pages}
