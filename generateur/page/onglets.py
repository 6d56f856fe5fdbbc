"""Les onglets d'un dossier, et les sections que chacun montre : « [] » marque une liste de blocs."""

from collections.abc import Mapping

ONGLETS = {
    "parties": "Parties",
    "contrat": "Contrat et CGV",
    "factures": "Factures et paiements",
    "relances": "Relances et mise en demeure",
    "pieces": "Pièces",
    "decompte": "Décompte",
    "procedure": "Procédure",
    "suivi": "Suivi",
}
PROPRES_AUX_VOIES = "procedures"  # ce que chaque voie demande en plus : une section par voie concernée
A_PART = frozenset({"pieces", "decompte"})  # leur page a son adresse, et sa vue
SECTIONS_DES_ONGLETS: Mapping[str, tuple[str, ...]] = {
    "parties": ("debiteurs[]", "creancier", "mandataire", "destinataire"),
    "contrat": ("objet", "contrat", "contrats[]", "cgv"),
    "factures": ("factures[]", "paiements[]", "avoirs[]"),
    "relances": ("relances[]", "mise_en_demeure", "mises_en_demeure[]"),
    "pieces": ("pieces[]",),
    "procedure": ("situation", "cession", "assurance_credit", "suretes[]"),
    "suivi": ("suivi", "accord", "interruptions[]"),
}


def nom_nu(section: str) -> str:
    """La section, sans sa marque de liste."""
    return section.removesuffix("[]")


def onglet_de(section: str) -> str:
    """L'onglet qui montre cette section ; vide si aucun."""
    if section == PROPRES_AUX_VOIES:
        return "procedure"
    return next((o for o, noms in SECTIONS_DES_ONGLETS.items() if section in map(nom_nu, noms)), "")
