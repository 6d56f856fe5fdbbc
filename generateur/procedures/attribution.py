"""La compétence d'attribution, telle que tout acte adressé à un tribunal la dit."""

from generateur.controles.attribution import argumenter
from generateur.procedures.socle import Espece


def dire_attribution(espece: Espece) -> str:
    """Phrase de l'acte, avec son texte ; vide si aucune juridiction n'est désignée. Lève ErreurDroitManquant."""
    competence = espece.competence
    if competence.juridiction is None or competence.raison is None:
        return ""
    return argumenter(espece.dossier, competence.raison, competence.juridiction, espece.au).phrase
