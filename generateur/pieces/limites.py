"""Les bornes au-delà desquelles une pièce est refusée plutôt que de bloquer la machine."""

from dataclasses import dataclass

MEGA = 1024 * 1024


@dataclass(frozen=True)
class Limites:
    """Bornes par pièce ; toutes se règlent, aucune ne se désactive."""

    octets: int = 2048 * MEGA
    octets_texte: int = 20 * MEGA
    octets_courriel: int = 200 * MEGA
    octets_bureautique: int = 200 * MEGA
    pages: int = 20_000
    pixels: int = 150_000_000  # un A3 à 600 points par pouce en compte 70 millions
    corps_lisible: float = 5.0  # points : la plus petite taille où un texte imprimé se lit encore
    octets_decompresses: int = 1024 * MEGA
    pieces_jointes: int = 100
    profondeur: int = 4  # courriels joints à des courriels
    secondes: int = 120
    memoire: int = 2048 * MEGA

    def delai(self, octets: int) -> float:
        """Secondes accordées à une pièce de cette taille : une de plus tous les dix mégaoctets."""
        return self.secondes + octets / (10 * MEGA)

    def memoire_pour(self, octets: int) -> int:
        """Octets d'adressage accordés : le fichier est projeté en mémoire, pas chargé."""
        return self.memoire + 2 * octets
