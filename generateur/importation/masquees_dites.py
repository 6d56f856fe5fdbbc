"""Ce qu'un classeur cache et que l'import lit quand même : dit, pour que personne ne réclame ce qu'il avait filtré."""

from generateur.domaine.langue import pluriel
from generateur.importation.feuilles import Feuille
from generateur.importation.socle import Doute

_NOMMEES = 10


def dire_ce_qui_est_masque(feuille: Feuille, rang_de_l_entete: int) -> list[Doute]:
    """Un doute pour une feuille masquée, un autre pour ses lignes masquées sous l'en-tête."""
    ou = f"feuille {feuille.nom}"
    if feuille.est_masquee:
        return [Doute(ou, "LIGNES_MASQUEES", "cette feuille est masquée ; ses lignes sont lues comme les autres")]
    rangs = sorted(r for r in feuille.masquees if rang_de_l_entete < r < len(feuille.lignes) and any(feuille.lignes[r]))
    if not rangs:
        return []
    nommees = ", ".join(str(rang + 1) for rang in rangs[:_NOMMEES]) + ("…" if len(rangs) > _NOMMEES else "")
    accord = "est lue comme les autres" if len(rangs) == 1 else "sont lues comme les autres"
    masquees = pluriel(len(rangs), "ligne masquée", "lignes masquées")
    return [Doute(ou, "LIGNES_MASQUEES", f"{masquees} ({nommees}) {accord}")]
