"""Captures d'écran fictives, longues ou larges, dont on connaît chaque ligne de texte."""

import random

from PIL import Image, ImageDraw, ImageFont

CLAIR = ("#efeae2", ("white", "#d9fdd3"), "#111b21")  # fond, bulles, encre
SOMBRE = ("#0b141a", ("#202c33", "#005c4b"), "#e9edef")
LIGNES = ("Bonjour, votre facture F2026-118 reste due.", "Je vous règle 1 200 € vendredi, promis.", "Bien reçu, merci.")


def ecrire_conversation(largeur: int, hauteur: int, *, sombre: bool = False, texte: int = 14) -> Image.Image:
    """Une messagerie qui défile : bulles à gauche et à droite, de une à trois lignes, un fond clair ou sombre."""
    fond, bulles, encre = SOMBRE if sombre else CLAIR
    image = Image.new("RGB", (largeur, hauteur), fond)
    dessin, police = ImageDraw.Draw(image), ImageFont.load_default(texte)
    interligne, y, rang = round(texte * 1.4), texte, 0
    while y < hauteur - 5 * interligne:
        lignes = 1 + rang % 3
        x = texte if rang % 2 else largeur // 4
        dessin.rounded_rectangle((x, y, x + largeur * 0.7, y + (lignes + 1) * interligne), texte, fill=bulles[rang % 2])
        for ligne in range(lignes):
            dessin.text(
                (x + texte, y + interligne * (ligne + 0.5)), f"{rang}. {LIGNES[ligne]}", fill=encre, font=police
            )
        y += (lignes + 2) * interligne
        rang += 1
    return image


def ecrire_tableau(largeur: int, hauteur: int) -> Image.Image:
    """Un tableau très large : des colonnes de chiffres séparées par du blanc."""
    image = Image.new("RGB", (largeur, hauteur), "white")
    dessin, police = ImageDraw.Draw(image), ImageFont.load_default(14)
    for x in range(10, largeur - 90, 100):
        for y in range(10, hauteur - 20, 22):
            dessin.text((x, y), f"{x * y % 99_991:,}".replace(",", " "), fill="black", font=police)
    return image


def ecrire_bruit(largeur: int, hauteur: int) -> Image.Image:
    """Aucune rangée n'y est vide : un mur de points."""
    return Image.frombytes("RGB", (largeur, hauteur), random.Random(7).randbytes(3 * largeur * hauteur))  # noqa: S311
