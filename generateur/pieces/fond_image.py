"""Le fond d'une image transparente : blanc comme le papier, ou gris si une partie claire y disparaîtrait.

S'exécute dans l'enfant de l'atelier. Un morceau isolé, tout entier clair (un texte blanc, le blanc d'un logo), se perd
sur du blanc ; une page blanche aux marges transparentes, non : ce qu'elle porte s'y voit.
"""

from collections.abc import Iterator

from PIL import Image, ImageChops, ImageColor

FOND = "#ffffff"
_FONDS_GRIS = ("#404040", "#202020", "#808080")
_PRESQUE_BLANC = 225  # de 0 (noir) à 255 : au-dessus, un trait ne se lit plus sur du papier
_ECART_LISIBLE = 60
_ECART_NET = 100  # du noir sur le premier gris s'y devine sans se lire
_GRILLE = 300  # cases du plus grand côté, où se cherchent les morceaux
_CASES_MINIMALES = 4  # un point isolé n'est rien
_COULEURS = 16
_PART_D_UNE_COULEUR = 500  # une couleur compte à partir d'un point sur tant
_OPAQUE, _PLEIN = 128, 255


def est_transparente(vue: Image.Image) -> bool:
    """Vrai si l'image a des points que le fond traverse, ou pourrait en avoir."""
    return vue.mode in {"RGBA", "LA", "PA"} or vue.info.get("transparency") is not None


def poser(vue: Image.Image, fond: str) -> Image.Image:
    """La vue sur ce fond, en couleurs."""
    return Image.alpha_composite(Image.new("RGBA", vue.size, fond), vue.convert("RGBA")).convert("RGB")


def choisir_fond(vue: Image.Image) -> str:
    """Blanc ; sinon le gris où se distingue le mieux ce que montre une image dont une partie se perdrait sur du blanc.

    La couleur se juge sur des points : un trait clair, isolé, sans rien de plus sombre qui le touche.
    """
    if not est_transparente(vue) or _est_opaque(vue):
        return FOND
    gris = _FONDS_GRIS[0]
    seuil = _lire_gris(gris) + _ECART_LISIBLE
    claires = poser(vue, gris).convert("L").point([255 if niveau >= seuil else 0 for niveau in range(256)])
    if claires.getbbox() is None:
        return FOND
    visibles = poser(vue, FOND).convert("L").point([255 if niveau < _PRESQUE_BLANC else 0 for niveau in range(256)])
    if not any(_lister_morceaux_perdus(claires, visibles)):
        return FOND
    nuances = _lire_nuances(vue)
    ecarts = {fond: min(abs(nuance - _lire_gris(fond)) for nuance in nuances) for fond in _FONDS_GRIS}
    return gris if ecarts[gris] >= _ECART_NET else max(_FONDS_GRIS, key=ecarts.__getitem__)


def _est_opaque(vue: Image.Image) -> bool:
    """Vrai pour une capture d'écran qui porte une transparence sans s'en servir : rien à chercher."""
    return vue.mode in {"RGBA", "LA"} and vue.getchannel("A").getextrema() == (_PLEIN, _PLEIN)


def _lire_gris(couleur: str) -> int:
    return ImageColor.getrgb(couleur)[0]


def _lire_nuances(vue: Image.Image) -> list[int]:
    """La clarté des couleurs que montre l'image, hors de ses points transparents."""
    opaques = vue.convert("RGBA")
    masque = opaques.getchannel("A").point([255 if niveau >= _OPAQUE else 0 for niveau in range(256)])
    reduites = Image.composite(
        opaques.convert("RGB").quantize(_COULEURS).convert("L"), Image.new("L", vue.size), masque
    )
    comptes, total = reduites.histogram(masque), masque.histogram()[255]
    return [niveau for niveau, nombre in enumerate(comptes) if nombre * _PART_D_UNE_COULEUR > total] or [255]


def _lister_morceaux_perdus(claires: Image.Image, visibles: Image.Image) -> Iterator[int]:
    """La taille, en cases, de chaque morceau d'un tenant dont rien ne se verrait sur du blanc."""
    facteur = min(1.0, _GRILLE / max(claires.size))
    taille = (max(1, round(claires.width * facteur)), max(1, round(claires.height * facteur)))
    vues = _reduire(visibles, taille)
    restent = bytearray(_reduire(ImageChops.lighter(claires, visibles), taille))
    for depart in range(len(restent)):
        if not restent[depart]:
            continue
        morceau = _suivre(restent, depart, taille[0])
        if len(morceau) >= _CASES_MINIMALES and not any(vues[case] for case in morceau):
            yield len(morceau)


def _reduire(masque: Image.Image, taille: tuple[int, int]) -> bytes:
    """Le masque en cases : pleine dès qu'un de ses points l'est."""
    return masque.resize(taille, Image.Resampling.BOX).point([0, *[255] * 255]).tobytes()


def _suivre(restent: bytearray, depart: int, largeur: int) -> list[int]:
    """Les cases pleines d'un tenant avec celle-ci, vidées au passage."""
    morceau, attente = [], [depart]
    restent[depart] = 0
    while attente:
        case = attente.pop()
        morceau.append(case)
        colonne = case % largeur
        for pas, est_dedans in ((-1, colonne > 0), (1, colonne < largeur - 1), (-largeur, True), (largeur, True)):
            voisine = case + pas
            if est_dedans and 0 <= voisine < len(restent) and restent[voisine]:
                restent[voisine] = 0
                attente.append(voisine)
    return morceau
