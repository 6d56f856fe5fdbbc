"""Les moteurs de rendu : une table paresseuse, rien de lourd à l'import."""

from importlib import import_module

from generateur.contrats import MoteurRendu
from generateur.erreurs import ErreurOutilAbsent, ErreurUsage

RENDUS = {
    "dxpdf": "generateur.moteurs.rendu_dxpdf:RenduDxpdf",
    "libreoffice": "generateur.moteurs.rendu_libreoffice:RenduLibreOffice",
}
RENDU_PAR_DEFAUT = "dxpdf"
_RECONNAISSANCE = "generateur.moteurs.reconnaissance_texte:ReconnaissanceTexte"


def choisir_rendu(nom: str | None = None, *, coeurs: int | None = None) -> MoteurRendu:
    """Le moteur de ce nom, prêt à servir, derrière le cache des conversions ; `coeurs` : processus au plus, tous sinon.

    Lève ErreurUsage si le nom est inconnu, ErreurOutilAbsent (raison et remède) s'il ne peut pas servir ici.
    """
    nom = nom or RENDU_PAR_DEFAUT
    if nom not in RENDUS:
        raise ErreurUsage(
            f"Le moteur de rendu « {nom} » n'existe pas.",
            lieu="--rendu",
            remede=f"Choisir parmi : {', '.join(RENDUS)}.",
        )
    return _exiger(_ouvrir(RENDUS[nom], executants=coeurs), f"Le moteur de rendu « {nom} »")


def choisir_bureautique() -> MoteurRendu:
    """Le moteur qui convertit les pièces bureautiques ; il n'est sondé que si une pièce en a besoin."""
    return _ouvrir(RENDUS["libreoffice"])


def choisir_reconnaissance() -> MoteurRendu:
    """Le moteur qui ajoute le texte aux scans, pour --ocr. Lève ErreurOutilAbsent (raison et remède) s'il manque."""
    return _exiger(_ouvrir(_RECONNAISSANCE), "La reconnaissance de texte (--ocr)")


def chercher_reconnaissance() -> MoteurRendu | None:
    """Le même ; None s'il n'est pas installé."""
    moteur = _ouvrir(_RECONNAISSANCE)
    return moteur if moteur.disponibilite().presente else None


def _ouvrir(adresse: str, **reglages: int | None) -> MoteurRendu:
    module, _, classe = adresse.partition(":")
    moteur = getattr(import_module(module), classe)(**reglages)
    cache: MoteurRendu = import_module("generateur.moteurs.cache_rendu").CacheRendu(moteur)
    return cache


def _exiger(moteur: MoteurRendu, libelle: str) -> MoteurRendu:
    etat = moteur.disponibilite()
    if not etat.presente:
        raise ErreurOutilAbsent(f"{libelle} n'est pas utilisable : {etat.raison}.", remede=etat.remede)
    return moteur
