"""L'aide : les pages livrées avec le programme, par sujet ; la même pour le terminal et pour la page web."""

import difflib
from dataclasses import dataclass
from importlib.resources import files

from generateur.erreurs import ErreurUsage

_ORDRE = (
    "premier-dossier",
    "page",
    "importer",
    "relancer",
    "registre",
    "tableau",
    "cles-du-dossier",
    "commandes",
    "droit-et-confiance",
    "liasse-et-preuve",
    "modeles-word",
    "depannage",
)


@dataclass(frozen=True)
class Sujet:
    """Une page d'aide : son nom, son titre, son texte en Markdown."""

    nom: str
    titre: str
    texte: str


def lister_sujets() -> tuple[Sujet, ...]:
    """Toutes les pages, dans l'ordre où on les lit ; une page nouvelle vient à la suite."""
    dossier = files("generateur").joinpath("aide")
    textes = {
        f.name.removesuffix(".md"): f.read_text(encoding="utf-8") for f in dossier.iterdir() if f.name.endswith(".md")
    }
    noms = [*(nom for nom in _ORDRE if nom in textes), *sorted(set(textes) - set(_ORDRE))]
    return tuple(Sujet(nom, textes[nom].partition("\n")[0].lstrip("# "), textes[nom]) for nom in noms)


def lire_sujet(nom: str) -> Sujet:
    """La page de ce nom. Lève ErreurUsage, avec les noms proches, si elle n'existe pas."""
    sujets = {sujet.nom: sujet for sujet in lister_sujets()}
    if nom not in sujets:
        contenant = [sujet for sujet in sujets if nom and nom.casefold() in sujet]
        proches = contenant or difflib.get_close_matches(nom, sujets, n=3, cutoff=0.4) or list(sujets)
        raise ErreurUsage(f"il n'y a pas d'aide sur « {nom} »", remede=f"Sujets : {', '.join(proches)}.")
    return sujets[nom]
