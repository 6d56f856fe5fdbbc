"""Les dates de la phase amiable : la relance due, la suivante, la mise en demeure ; l'échelle les veut, aucun texte."""

from collections.abc import Iterator

from generateur.calculs.echeances import Echeance
from generateur.calculs.suite_amiable import SuiteAmiable
from generateur.domaine.echelle import Echelle

_SOURCE = "échelle des relances"


def dater_relances(suite: SuiteAmiable, echelle: Echelle) -> Iterator[Echeance]:
    """Ce qui doit partir, puis ce qui partira si rien n'est payé d'ici là."""
    if suite.niveau and suite.du_le:
        yield _dater(suite.niveau, echelle, suite, "due")
    elif suite.prochaine:
        yield _dater(suite.prochaine.niveau, echelle, suite, "prévue")
    if suite.mise_en_demeure_le:
        yield Echeance(
            "Mise en demeure à envoyer",
            suite.mise_en_demeure_le,
            _SOURCE,
            "si rien n'est payé d'ici là : « generateur mettre-en-demeure »",
            cle="mise en demeure à envoyer",
            est_relance=True,
        )


def _dater(niveau: int, echelle: Echelle, suite: SuiteAmiable, quand: str) -> Echeance:
    le = suite.du_le if quand == "due" else suite.prochaine.le if suite.prochaine else None
    return Echeance(
        f"Relance {quand} : {echelle.niveaux[niveau - 1].titre.lower()}",
        le,
        _SOURCE,
        f"niveau {niveau} ; « generateur relancer » l'écrit",
        cle=f"relance {niveau}",
        est_relance=True,
    )
