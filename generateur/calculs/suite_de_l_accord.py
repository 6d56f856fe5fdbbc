"""Ce qui suit une échéance d'accord manquée : une relance qui la réclame, la mise en demeure, puis la déchéance.

Tant que le terme n'est pas perdu, seules les échéances manquées se réclament : le solde n'est pas encore exigible.
"""

import datetime as dt
from dataclasses import dataclass

from generateur.calculs.accords import SuiviAccord, mises_en_demeure_de_l_accord
from generateur.calculs.calendrier import UN_JOUR, reporter, territoire_de
from generateur.calculs.echeances import delai_laisse
from generateur.domaine.creances import Relance
from generateur.domaine.dossier import Dossier
from generateur.domaine.echelle import Echelle
from generateur.domaine.langue import date_longue, montant


@dataclass(frozen=True)
class PasDeLAccord:
    """Le pas suivant : `niveau` et `date_limite` d'une relance, ou `mise_en_demeure_le` ; `dechu_le` : terme perdu."""

    motif: str
    niveau: int | None = None
    du_le: dt.date | None = None
    date_limite: dt.date | None = None
    mise_en_demeure_le: dt.date | None = None
    dechu_le: dt.date | None = None


def avancer_l_accord(dossier: Dossier, suivi: SuiviAccord, echelle: Echelle, au: dt.date, dernier: int) -> PasDeLAccord:
    """Le pas suivant à `au` ; `dernier` : le plus haut niveau déjà parti, sur lequel on ne revient pas."""
    manquee = suivi.manquees[0]
    if lettres := mises_en_demeure_de_l_accord(dossier, suivi, au):
        terme = max(delai_laisse(lettre, au).terme for lettre in lettres)
        if au <= terme:
            return PasDeLAccord(f"la mise en demeure de tenir l’accord laisse jusqu’au {date_longue(terme)}")
        return PasDeLAccord(
            f"la mise en demeure de tenir l’accord est restée sans effet depuis le {date_longue(terme)} : noter la "
            "déchéance du terme, puis demander le solde",
            dechu_le=terme + UN_JOUR,
        )
    depuis = [r for r in dossier.relances if manquee.date < r.date <= au]
    niveau = _choisir_niveau(echelle, dernier)
    if depuis or niveau is None:
        return _mettre_en_demeure(suivi, echelle, depuis, au)
    laisse = echelle.niveaux[niveau - 1].delai_paiement_jours or echelle.ecart_minimum_jours
    return PasDeLAccord(
        f"échéance de l’accord du {date_longue(manquee.date)} non tenue, il manque {montant(suivi.manque)}",
        niveau=niveau,
        du_le=manquee.date + UN_JOUR,
        date_limite=reporter(au + laisse * UN_JOUR, territoire_de(dossier.debiteur.domicile)),
    )


def _choisir_niveau(echelle: Echelle, dernier: int) -> int | None:
    """Le premier niveau écrit, après le dernier parti, qui fixe une date ; None : l'échelle est épuisée."""
    suivants = range(max(dernier, echelle.premier_apres_echeance) + 1, len(echelle.niveaux) + 1)
    return next((n for n in suivants if echelle.niveaux[n - 1].canal in {"courriel", "courrier"}), None)


def _mettre_en_demeure(suivi: SuiviAccord, echelle: Echelle, depuis: list[Relance], au: dt.date) -> PasDeLAccord:
    """Une fois passé ce que la relance laissait pour payer ; aussitôt, si l'échelle n'en a plus."""
    le = suivi.manquees[0].date + UN_JOUR
    if depuis:
        laisse = echelle.niveaux[-1].delai_paiement_jours or echelle.ecart_minimum_jours
        le = max(r.date for r in depuis) + (laisse + 1) * UN_JOUR
    motif = (
        f"l’accord n’est pas tenu, il manque {montant(suivi.manque)} : mise en demeure, qui fera perdre le terme"
        if au >= le
        else f"relance de l’accord partie : mise en demeure à partir du {date_longue(le)}"
    )
    return PasDeLAccord(motif, mise_en_demeure_le=le)
