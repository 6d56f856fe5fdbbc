"""Intérêts simples : quel taux, depuis quand, sur quels segments, au centime.

Sources : C. com. L441-10 II et D441-5 (pénalités, plancher) ; C. civ. 1231-6 et 1344-1 (intérêt légal depuis
la mise en demeure) ; CMF L313-2 (colonne du taux légal).
"""

import calendar
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from typing import Literal

from generateur.calculs.fondements import fonder
from generateur.calculs.opposabilite import stipulations_opposables
from generateur.calculs.qualites import (
    agit_en_professionnel,
    est_creancier_professionnel,
    est_entre_professionnels,
)
from generateur.domaine.arrondi import arrondir
from generateur.domaine.creances import Facture, MiseEnDemeure, Penalites
from generateur.domaine.dossier import Dossier
from generateur.domaine.socle import ZERO
from generateur.droit.tables import decimal_au

UN_JOUR = timedelta(days=1)
MOIS_PAR_AN = 12
JUILLET = 7
JOURS_PAR_AN = 365
JOURS_PAR_AN_BISSEXTILE = 366
TABLE_PROFESSIONNELS = "taux_legal_professionnels"
TABLE_PARTICULIERS = "taux_legal_particuliers"

SortePlancher = Literal["contrat", "plancher", "suppletif"]


@dataclass(frozen=True)
class LigneInteret:
    """Intérêts d'une période à base et taux constants, bornes comprises ; taux en pour cent par an."""

    facture: str
    du: date
    au: date
    jours: int
    base: Decimal
    taux: Decimal
    montant: Decimal
    fondement: str
    regime: str
    texte: str = ""  # le fondement sans sa précision, que les règles du décompte disent une fois


@dataclass(frozen=True)
class EcartPlancher:
    """Période où le taux convenu est sous le plancher légal : les trois sommes possibles sur la même base."""

    facture: str
    du: date
    au: date
    taux_contrat: Decimal
    plancher: Decimal
    taux_suppletif: Decimal
    montant_contrat: Decimal
    montant_plancher: Decimal
    montant_suppletif: Decimal
    applique: SortePlancher


@dataclass(frozen=True)
class TauxRetenu:
    """Taux d'un semestre, en pour cent par an ; plancher et supplétif si le taux convenu passe dessous."""

    taux: Decimal
    regime: str
    convenu: Decimal = ZERO
    plancher: Decimal | None = None
    suppletif: Decimal = ZERO


@dataclass(frozen=True)
class RegimeInteret:
    """Ce que rapporte une dette : mode, premier jour qui porte intérêt (None : aucun), dernier possible."""

    penalites: Penalites | None  # None : intérêt légal
    table_legale: str
    debut: date | None
    fin: date | None = None
    entre_professionnels: bool = False
    base_jours: int = JOURS_PAR_AN

    def court_le(self, jour: date) -> bool:
        """Vrai si ce jour porte intérêt."""
        return self.debut is not None and self.debut <= jour and (self.fin is None or jour <= self.fin)

    def taux_au(self, jour: date) -> TauxRetenu:
        """Taux du semestre, pris au 1er janvier ou 1er juillet ; ErreurDroitManquant s'il n'est pas connu."""
        semestre = debut_semestre(jour)
        if self.penalites is None:
            return TauxRetenu(decimal_au(self.table_legale, semestre), "legal")
        convenu = self._taux_convenu(self.penalites, semestre)
        if not self.entre_professionnels or self.penalites.mode == "suppletif":
            return TauxRetenu(convenu, self.penalites.mode)
        multiple = decimal_au("penalites_multiple_plancher", semestre)
        plancher = multiple * decimal_au(TABLE_PROFESSIONNELS, semestre)
        if convenu >= plancher:
            return TauxRetenu(convenu, self.penalites.mode)
        suppletif = taux_suppletif(semestre)
        choix = self.penalites.sous_plancher or "contrat"
        taux = {"contrat": convenu, "plancher": plancher, "suppletif": suppletif}[choix]
        regime = self.penalites.mode if choix == "contrat" else choix
        return TauxRetenu(taux, regime, convenu, plancher, suppletif)

    def diviseur(self, jour: date) -> int:
        """365, toujours ; en base 366, 366 pour les jours d'une année bissextile seulement."""
        bissextile = calendar.isleap(jour.year)
        return JOURS_PAR_AN_BISSEXTILE if self.base_jours != JOURS_PAR_AN and bissextile else JOURS_PAR_AN

    def _taux_convenu(self, penalites: Penalites, semestre: date) -> Decimal:
        """Un taux mensuel vaut douze fois plus par an (intérêt simple)."""
        match penalites.mode:
            case "fixe":
                return penalites.taux or ZERO
            case "mensuel":
                return (penalites.taux or ZERO) * MOIS_PAR_AN
            case "bce_plus":
                return decimal_au("taux_bce_refinancement", semestre) + (penalites.points or ZERO)
            case "legal_plus" | "multiple_legal":
                legal = decimal_au(self.table_legale, semestre)
                return legal * (1 if penalites.multiple is None else penalites.multiple) + (penalites.points or ZERO)
        return taux_suppletif(semestre)


def regime_de(dossier: Dossier, facture: Facture, echeance: date) -> RegimeInteret:
    """Régime d'une somme de la facture exigible à `echeance` ; l'intérêt part au plus tôt le lendemain.

    Entre professionnels : taux convenu opposable, sinon BCE + points, sans mise en demeure. Consommateur,
    renonciation (« aucune »), ou pas de taux convenu hors commerce : intérêt légal depuis la mise en demeure.
    Une facture de pénalités ne porte aucun intérêt. L'arrêt au jugement d'ouverture se lit au décompte.
    """
    table_legale = table_legale_de(dossier)
    contrat = dossier.contrat_de(facture)
    lendemain = echeance + UN_JOUR
    penalites = _penalites_retenues(dossier, facture)
    if facture.nature == "penalites":
        debut = None
    elif penalites is None:
        mise_en_demeure = debut_interet_legal(dossier, facture, echeance)
        debut = max(lendemain, mise_en_demeure) if mise_en_demeure else None
    else:
        debut = lendemain
    return RegimeInteret(
        penalites=penalites,
        table_legale=table_legale,
        debut=debut,
        entre_professionnels=est_entre_professionnels(dossier),
        base_jours=contrat.base_jours if contrat else JOURS_PAR_AN,
    )


def table_legale_de(dossier: Dossier) -> str:
    """La colonne du taux légal : celle de la qualité du créancier, jamais du débiteur (CMF L313-2)."""
    return TABLE_PROFESSIONNELS if est_creancier_professionnel(dossier.creancier) else TABLE_PARTICULIERS


def debut_interet_legal(dossier: Dossier, facture: Facture, echeance: date) -> date | None:
    """Lendemain de la mise en demeure : présentée, à défaut reçue, à défaut envoyée (C. civ. 1231-6, 1344-1).

    La première qui vise la facture et un débiteur autre que la caution ; son délai ne repousse rien. None : aucune
    lettre ne compte, et l'intérêt légal ne court pas.
    """
    dates = [
        m.date_presentation or m.date_reception or m.date_envoi
        for m in dossier.mises_en_demeure_de(facture)
        if est_posterieure_a(m, facture, echeance) and _atteint_le_debiteur(dossier, m)
    ]
    return min(dates) + UN_JOUR if dates else None


def est_posterieure_a(mise_en_demeure: MiseEnDemeure, facture: Facture, echeance: date) -> bool:
    """Une lettre ne met en demeure que d'une dette facturée et échue : le jour de l'échéance, au plus tôt."""
    return mise_en_demeure.date_envoi >= max(echeance, facture.date or echeance)


def attend_une_mise_en_demeure(dossier: Dossier, facture: Facture, echeance: date) -> bool:
    """Seul l'intérêt légal peut courir sur cette somme, et aucune mise en demeure ne le fait courir."""
    legal = facture.nature != "penalites" and _penalites_retenues(dossier, facture) is None
    return legal and debut_interet_legal(dossier, facture, echeance) is None


def taux_suppletif(jour: date) -> Decimal:
    """Taux de refinancement de la BCE au début du semestre, plus les points légaux (C. com. L441-10 II)."""
    semestre = debut_semestre(jour)
    return decimal_au("taux_bce_refinancement", semestre) + decimal_au("penalites_points_suppletifs", semestre)


def debut_semestre(jour: date) -> date:
    """1er janvier ou 1er juillet du semestre de ce jour."""
    return date(jour.year, 1 if jour.month < JUILLET else JUILLET, 1)


def decouper(du: date, au: date) -> Iterator[tuple[date, date]]:
    """Périodes contiguës, bornes comprises, coupées à chaque 1er janvier et 1er juillet ; rien si du > au."""
    while du <= au:
        fin = _fin_semestre(du)
        yield du, min(fin, au)
        du = fin + UN_JOUR


def interet(base: Decimal, taux: Decimal, jours: int, diviseur: int = JOURS_PAR_AN) -> Decimal:
    """Intérêt simple en euros, arrondi au centime ; taux en pour cent par an.

    >>> interet(Decimal(10000), Decimal("12.15"), 61), interet(Decimal(10000), Decimal("12.40"), 62)
    (Decimal('203.05'), Decimal('210.63'))
    """
    return arrondir(base * taux * jours / (diviseur * Decimal(100)))


def lignes_interet(
    facture: str, base: Decimal, regime: RegimeInteret, du: date, au: date
) -> Iterator[tuple[LigneInteret, EcartPlancher | None]]:
    """Lignes de `du` à `au` compris, pour les seuls jours qui portent intérêt, avec l'écart au plancher."""
    if regime.debut is None or base <= 0:
        return
    dernier = min(au, regime.fin) if regime.fin else au
    for premier, fin in decouper(max(du, regime.debut), dernier):
        retenu = regime.taux_au(premier)
        jours = (fin - premier).days + 1
        diviseur = regime.diviseur(premier)
        fonde = fonder(retenu.regime, fin, entre_professionnels=regime.entre_professionnels)
        ligne = LigneInteret(
            facture=facture,
            du=premier,
            au=fin,
            jours=jours,
            base=base,
            taux=retenu.taux,
            montant=interet(base, retenu.taux, jours, diviseur),
            fondement=str(fonde),
            regime=retenu.regime,
            texte=fonde.texte,
        )
        yield ligne, _ecart_plancher(ligne, retenu, regime, diviseur)


def _ecart_plancher(
    ligne: LigneInteret, retenu: TauxRetenu, regime: RegimeInteret, diviseur: int
) -> EcartPlancher | None:
    if retenu.plancher is None or regime.penalites is None:
        return None
    return EcartPlancher(
        facture=ligne.facture,
        du=ligne.du,
        au=ligne.au,
        taux_contrat=retenu.convenu,
        plancher=retenu.plancher,
        taux_suppletif=retenu.suppletif,
        montant_contrat=interet(ligne.base, retenu.convenu, ligne.jours, diviseur),
        montant_plancher=interet(ligne.base, retenu.plancher, ligne.jours, diviseur),
        montant_suppletif=interet(ligne.base, retenu.suppletif, ligne.jours, diviseur),
        applique=regime.penalites.sous_plancher or "contrat",
    )


def _penalites_retenues(dossier: Dossier, facture: Facture) -> Penalites | None:
    """Pénalités applicables, ou None si seul l'intérêt légal peut courir."""
    contrat = dossier.contrat_de(facture)
    convenues = contrat.penalites if contrat else None
    if convenues and convenues.mode == "aucune":
        return None
    if convenues and convenues.mode != "suppletif" and not stipulations_opposables(dossier, facture):
        convenues = None
    if est_entre_professionnels(dossier):
        return convenues or Penalites()
    peut_etre_consommateur = dossier.debiteur.est_physique and not agit_en_professionnel(dossier.debiteur)
    if peut_etre_consommateur or convenues is None or convenues.mode == "suppletif":
        return None
    return convenues


def _atteint_le_debiteur(dossier: Dossier, mise_en_demeure: MiseEnDemeure) -> bool:
    """Vrai si elle ne vise pas la seule caution ; rang du débiteur à partir de 1, nom ou SIREN."""
    vise = mise_en_demeure.debiteur
    if vise is None:
        return True
    for rang, debiteur in enumerate(dossier.debiteurs, start=1):
        if vise in {rang, str(rang), debiteur.nom_complet, debiteur.nom, debiteur.siren_deduit}:
            return debiteur.role != "caution"
    return True


def _fin_semestre(jour: date) -> date:
    debut = debut_semestre(jour)
    suivant = date(debut.year, JUILLET, 1) if debut.month == 1 else date(debut.year + 1, 1, 1)
    return suivant - UN_JOUR
