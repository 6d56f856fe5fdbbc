"""Le verdict d'une étude en deux textes : son nom, et ce qu'il veut dire pour ce dossier."""

from generateur.operations.etude import Etude
from generateur.redaction.fiche import expliquer_verdict


def dire_verdict(etude: Etude) -> tuple[str, str]:
    """Libellé et explication du verdict ; les mêmes que sur la fiche interne."""
    return expliquer_verdict(
        etude.verdict,
        depot=etude.depot,
        communiquee_le=etude.communiquee_le,
        conduite=etude.conduite,
    )


def dire_etape(etude: Etude) -> str:
    """Où en est la demande déposée, en deux mots (« déposé », « à signifier ») ; vide avant le dépôt."""
    libelle = dire_verdict(etude)[0] if etude.depot else ""
    return libelle[:1].lower() + libelle[1:]
