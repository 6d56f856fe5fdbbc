"""Les actes, les pièces et les certificats de la liasse servent aussi à prouver ce qui est publié."""

from tests.liasse.conftest import atelier, autorite, certificat, horloge

__all__ = ["atelier", "autorite", "certificat", "horloge"]
