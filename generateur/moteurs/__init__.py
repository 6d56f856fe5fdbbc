"""Les moteurs de rendu : une table paresseuse, rien de lourd à l'import."""

from importlib import import_module

from generateur.contrats import MoteurRendu
from generateur.erreurs import ErreurOutilAbsent, ErreurUsage

RENDUS = {
    "dxpdf": "generateur.moteurs.rendu_dxpdf:RenduDxpdf",
    "libreoffice": "generateur.moteurs.rendu_libreoffice:RenduLibreOffice",
}
RENDU_PAR_DEFAUT = "dxpdf"


def choisir_rendu(nom: str | None = None) -> MoteurRendu:
    """Le moteur de ce nom, prêt à servir, derrière le cache des conversions.

    Lève ErreurUsage si le nom est inconnu, ErreurOutilAbsent (raison et remède) s'il ne peut pas servir ici.
    """
    nom = nom or RENDU_PAR_DEFAUT
    if nom not in RENDUS:
        raise ErreurUsage(
            f"Le moteur de rendu « {nom} » n'existe pas.",
            lieu="--rendu",
            remede=f"Choisir parmi : {', '.join(RENDUS)}.",
        )
    module, _, classe = RENDUS[nom].partition(":")
    moteur = getattr(import_module(module), classe)()
    etat = moteur.disponibilite()
    if not etat.presente:
        raise ErreurOutilAbsent(
            f"Le moteur de rendu « {nom} » n'est pas utilisable : {etat.raison}.", remede=etat.remede
        )
    cache: MoteurRendu = import_module("generateur.moteurs.cache_rendu").CacheRendu(moteur)
    return cache


def choisir_bureautique() -> MoteurRendu:
    """Le moteur qui convertit les pièces bureautiques ; il n'est sondé que si une pièce en a besoin."""
    module, _, classe = RENDUS["libreoffice"].partition(":")
    moteur = getattr(import_module(module), classe)()
    cache: MoteurRendu = import_module("generateur.moteurs.cache_rendu").CacheRendu(moteur)
    return cache
