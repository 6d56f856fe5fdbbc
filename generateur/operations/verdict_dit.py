"""Le verdict d'une étude en deux textes : son nom, et ce qu'il veut dire pour ce dossier."""

from generateur.calculs.avancement import dire_cloture
from generateur.operations.etude import Etude
from generateur.redaction.fiche import expliquer_verdict


def dire_verdict(etude: Etude) -> tuple[str, str]:
    """Libellé et explication du verdict, les mêmes que sur la fiche interne ; « Clos » d'un dossier que l'on a clos."""
    clos = etude.dossier.cloture
    if clos is not None:
        return "Clos", f"{dire_cloture(etude.dossier, clos)} : rien n’y est plus demandé."
    return expliquer_verdict(
        etude.verdict,
        depot=etude.depot,
        communiquee_le=etude.communiquee_le,
        conduite=etude.conduite,
    )


def dire_etape(etude: Etude) -> str:
    """Où en est un dossier déposé ou clos, en deux mots (« déposé », « à signifier ») ; vide avant."""
    libelle = dire_verdict(etude)[0] if etude.depot or etude.dossier.cloture else ""
    return libelle[:1].lower() + libelle[1:]
