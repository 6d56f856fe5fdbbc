"""Les créances au jour du tableau : ancienneté, base hors taxe, provision pour créance douteuse.

Le retard se compte en jours depuis l'échéance ; le jour de l'échéance n'est pas un retard. La provision porte sur le
montant hors taxe qui reste dû : la taxe se récupère, à ses conditions (`calculs.irrecouvrable`).
"""

import datetime as dt
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal

from generateur.calculs.encours import Encours, calculer_encours
from generateur.domaine.arrondi import arrondir
from generateur.domaine.creances import Facture
from generateur.domaine.dossier import Dossier
from generateur.domaine.langue import aplatir
from generateur.domaine.parties import Debiteur, Situation
from generateur.domaine.provisions import BaremeProvisions
from generateur.domaine.socle import ZERO

POUR_CENT = Decimal(100)
NON_ECHU = "non_echu"
_SANS_TAXE = frozenset({"franchise_293b", "autoliquidation", "exoneree"})


@dataclass(frozen=True)
class Tranche:
    """Une tranche de retard, bornes comprises ; `jusqu_a` None : sans fin ; `depuis` 0 : non échu."""

    cle: str
    libelle: str
    depuis: int
    jusqu_a: int | None
    taux: Decimal


@dataclass(frozen=True)
class Creance:
    """Ce qui reste dû d'une échéance de facture. `base_ht` None : la part de taxe n'est pas connue."""

    reference: str
    creancier: str
    debiteur: str
    cle_debiteur: str
    situation: Situation
    facture: Facture
    echeance: dt.date
    initial: Decimal
    reste: Decimal
    retard: int
    tranche: Tranche
    base_ht: Decimal | None
    taux: Decimal
    provision: Decimal | None

    @property
    def est_echue(self) -> bool:
        """Vrai dès le lendemain de l'échéance."""
        return self.retard > 0


@dataclass(frozen=True)
class HorsSommes:
    """Ce qui n'entre pas dans les sommes, et pourquoi."""

    reference: str
    debiteur: str
    facture: str
    montant: Decimal | None
    motif: str


@dataclass(frozen=True)
class ReleveCreances:
    """Les créances d'un dossier, ce qui reste hors des sommes, et ce qui a été reçu ou crédité en trop."""

    creances: tuple[Creance, ...]
    dehors: tuple[HorsSommes, ...]
    trop_percu: Decimal


def dresser_tranches(bareme: BaremeProvisions) -> tuple[Tranche, ...]:
    """Les tranches du barème, précédées du non échu."""
    tranches = [Tranche(NON_ECHU, "Non échu", 0, 0, ZERO)]
    for regle in bareme.tranches:
        depuis = (tranches[-1].jusqu_a or 0) + 1
        if regle.jusqu_a_jours is None:
            dite = f"Échu depuis {depuis} jours et plus" if depuis > 1 else "Échu"
            tranches.append(Tranche(f"{depuis}_et_plus", dite, depuis, None, regle.taux_pourcent))
        else:
            dite = f"Échu depuis {depuis} à {regle.jusqu_a_jours} jours"
            cle = f"{depuis}_a_{regle.jusqu_a_jours}"
            tranches.append(Tranche(cle, dite, depuis, regle.jusqu_a_jours, regle.taux_pourcent))
    return tuple(tranches)


def trouver_tranche(tranches: Sequence[Tranche], retard: int) -> Tranche:
    """La tranche de ce retard, en jours."""
    return next(t for t in tranches if t.jusqu_a is None or retard <= t.jusqu_a)


def relever_creances(dossier: Dossier, au: dt.date, bareme: BaremeProvisions) -> ReleveCreances:
    """Ce que le dossier laisse à payer à `au`, échéance par échéance ; une créance cédée n'est plus au créancier."""
    etat = calculer_encours(dossier, au)
    debiteur = dossier.debiteur.nom_complet
    dehors = [
        HorsSommes(dossier.reference, debiteur, f.numero, f.montant_a_payer, f"libellée en {f.devise}")
        for f in dossier.factures
        if f.devise.upper() != "EUR"
    ]
    if motif := dire_sortie(dossier):
        dehors += [
            HorsSommes(dossier.reference, debiteur, ligne.facture.numero, ligne.reste, motif) for ligne in etat.lignes
        ]
        return ReleveCreances((), tuple(dehors), etat.trop_percu)
    tranches = dresser_tranches(bareme)
    creances = tuple(_evaluer(dossier, ligne, au, tranches, bareme) for ligne in etat.lignes if ligne.echeance)
    dehors += [
        HorsSommes(dossier.reference, debiteur, ligne.facture.numero, ligne.reste, "échéance à compléter")
        for ligne in etat.lignes
        if ligne.echeance is None
    ]
    dehors += _sans_base(creances)
    if etat.abandonne:
        dehors.append(HorsSommes(dossier.reference, debiteur, "", etat.abandonne, _dire_abandonne(dossier)))
    return ReleveCreances(creances, tuple(dehors), etat.trop_percu)


def _dire_abandonne(dossier: Dossier) -> str:
    return "dossier clos : plus rien n'y est dû" if dossier.cloture else "accord tenu : plus rien n'y est dû"


def relever_perdues(dossier: Dossier, au: dt.date, bareme: BaremeProvisions) -> tuple[Creance, ...]:
    """Ce qui restait dû la veille, si le dossier est clos comme irrécouvrable : une perte, sans provision."""
    clos = dossier.cloture
    if clos is None or clos.date > au or clos.motif != "irrecouvrable":
        return ()
    veille = relever_creances(dossier, clos.date - dt.timedelta(days=1), bareme)
    return tuple(replace(creance, taux=ZERO, provision=ZERO) for creance in veille.creances)


def dire_sortie(dossier: Dossier) -> str:
    """Pourquoi la créance n'est plus au créancier ; vide si elle l'est."""
    if dossier.est_cedee:
        return "créance cédée"
    if dossier.assurance_credit and dossier.assurance_credit.indemnise:
        return "indemnisée par l'assureur-crédit"
    return ""


def _sans_base(creances: Sequence[Creance]) -> Iterator[HorsSommes]:
    """Les créances à provisionner dont la part hors taxe n'est pas connue : dans la balance, hors de la provision."""
    for creance in creances:
        if creance.base_ht is None and creance.taux:
            yield HorsSommes(
                creance.reference,
                creance.debiteur,
                creance.facture.numero,
                creance.reste,
                "montant hors taxe inconnu : dans la balance, hors de la provision",
            )


def _evaluer(
    dossier: Dossier, ligne: Encours, au: dt.date, tranches: Sequence[Tranche], bareme: BaremeProvisions
) -> Creance:
    retard = ligne.retard_au(au)
    tranche = trouver_tranche(tranches, retard)
    debiteur = dossier.debiteur
    taux = max(tranche.taux, *(s.taux_pourcent for s in bareme.situations if s.situation == debiteur.situation), ZERO)
    base = calculer_base_ht(ligne.facture, ligne.reste)
    return Creance(
        reference=dossier.reference,
        creancier=dossier.creancier.nom_complet,
        debiteur=debiteur.nom_complet,
        cle_debiteur=cle_de(debiteur),
        situation=debiteur.situation,
        facture=ligne.facture,
        echeance=ligne.echeance or au,
        initial=ligne.initial,
        reste=ligne.reste,
        retard=retard,
        tranche=tranche,
        base_ht=base,
        taux=taux,
        provision=None if base is None else arrondir(base * taux / POUR_CENT),
    )


def cle_de(debiteur: Debiteur) -> str:
    """Ce qui reconnaît un même débiteur d'un dossier à l'autre : son SIREN et son nom."""
    return f"{debiteur.siren_deduit or ''} {aplatir(debiteur.nom_complet)}"


def calculer_base_ht(facture: Facture, reste: Decimal) -> Decimal | None:
    """La part hors taxe de ce qui reste dû, à proportion de la facture ; None si la facture ne la donne pas."""
    if facture.regime_tva in _SANS_TAXE or facture.nature == "penalites":
        return reste
    hors_taxe = facture.montant_ht
    if hors_taxe is None and facture.montant_tva is not None:
        hors_taxe = facture.montant_ttc - facture.montant_tva
    if hors_taxe is None or not ZERO <= hors_taxe <= facture.montant_ttc:
        return None
    return arrondir(reste * hors_taxe / facture.montant_ttc)
