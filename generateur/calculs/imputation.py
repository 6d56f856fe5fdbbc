"""Imputation des avoirs et des paiements sur les dettes, au fil des dates.

Sources : C. civ. 1343-1 (intérêts d'abord, sauf clause contraire) et 1342-10 (dettes échues, puis celle que
le débiteur avait le plus d'intérêt à acquitter, puis la plus ancienne, puis à proportion).
Lecture retenue de 1342-10 : le débiteur a le plus d'intérêt à éteindre la dette qui porterait le taux le
plus élevé le lendemain ; la plus ancienne est la plus tôt échue, puis la plus tôt facturée ; chaque dette reçoit
ses intérêts puis son principal (ou l'inverse selon le contrat) avant la suivante. L'excédent d'un paiement ou
d'un avoir affecté passe aux autres dettes du même dossier ; ce qu'un avoir laisse encore est dû au débiteur et
compense les intérêts, puis les indemnités (C. civ. 1347).
"""

import datetime as dt
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from decimal import ROUND_DOWN, Decimal
from itertools import groupby

from generateur.calculs.interets import (
    UN_JOUR,
    EcartPlancher,
    LigneInteret,
    RegimeInteret,
    interet,
    lignes_interet,
)
from generateur.domaine.arrondi import CENTIME
from generateur.domaine.creances import Avoir, Facture, Paiement, Part
from generateur.domaine.dossier import Dossier
from generateur.domaine.socle import ZERO


@dataclass(frozen=True)
class Imputation:
    """Part d'un paiement reçue par une facture : montant = intérêts + principal + indemnités."""

    date: dt.date
    montant: Decimal
    interets: Decimal
    principal: Decimal
    facture: str
    indemnites: Decimal = ZERO


@dataclass(frozen=True)
class Mouvement:
    """Un avoir ou un paiement, et le jour où le décompte le compte."""

    jour: dt.date
    saisi: Avoir | Paiement


def dater_mouvements(dossier: Dossier, au: dt.date) -> Iterator[Mouvement]:
    """Les avoirs et les paiements encaissés, à leur date ; un paiement rejeté n'en est pas un.

    Saisi sans date, il compte depuis l'échéance qu'il vise, sans dépasser `au` : c'est ce qui coûte le moins au
    débiteur ; aucune échéance connue : à `au`, où rien ne porte intérêt. Une facture dont les acomptes dépassent le
    montant rend la différence : à sa date, c'est un avoir.
    """
    for facture in dossier.factures:
        if facture.montant_a_payer < 0:
            rendu = Avoir(numero=facture.numero, date=facture.date, montant_ttc=-facture.montant_a_payer)
            yield Mouvement(facture.date or au, rendu)
    saisis: tuple[Avoir | Paiement, ...] = (*dossier.avoirs, *dossier.paiements)
    for saisi in saisis:
        if isinstance(saisi, Avoir) or saisi.statut == "encaisse":
            yield Mouvement(saisi.date or min(dossier.echeance_visee(saisi) or au, au), saisi)


@dataclass(frozen=True)
class PaiementRecu:
    """Un paiement tel que reçu, et ce qu'il a éteint ; `excedent` : ce que rien n'a absorbé."""

    paiement: Paiement
    jour: dt.date  # où le décompte le compte
    imputations: tuple[Imputation, ...]
    excedent: Decimal = ZERO

    @property
    def est_de_date_presumee(self) -> bool:
        """Le paiement a été saisi sans date."""
        return self.paiement.date is None

    @property
    def est_affecte(self) -> bool:
        """Le débiteur a dit quelle dette il payait (C. civ. 1342-10, alinéa 1), et le décompte la connaît."""
        designees = {numero for numero, _ in _affectations(self.paiement.ventilation, self.paiement.facture, ZERO)}
        return any(imputation.facture in designees for imputation in self.imputations)


@dataclass
class Dette:
    """Somme exigible à une date, qui porte intérêt : une facture, ou la retenue de garantie d'une facture."""

    facture: Facture
    echeance: dt.date
    initial: Decimal
    regime: RegimeInteret
    capital_dabord: bool = False
    principal: Decimal = field(init=False)
    interets: Decimal = ZERO
    avoirs: Decimal = ZERO
    paiements: Decimal = ZERO
    a_ete_en_retard: bool = False
    lignes: list[LigneInteret] = field(default_factory=list)
    ecarts: list[EcartPlancher] = field(default_factory=list)
    prochain_jour: dt.date = field(init=False)

    def __post_init__(self) -> None:
        self.principal = self.initial
        self.prochain_jour = self.echeance + UN_JOUR

    @property
    def anciennete(self) -> tuple[dt.date, dt.date, str]:
        """Clé de tri : la plus tôt échue, puis la plus tôt facturée."""
        return self.echeance, self.facture.date or dt.date.max, self.facture.numero

    @property
    def reste(self) -> Decimal:
        """Principal et intérêts arrêtés restant dus."""
        return self.principal + self.interets

    def courir(self, au: dt.date) -> None:
        """Arrête les intérêts à `au` compris : ce jour porte encore sur le principal d'avant l'événement."""
        if au < self.prochain_jour:
            return
        self.a_ete_en_retard = self.a_ete_en_retard or self.principal > 0
        for ligne, ecart in lignes_interet(self.facture.numero, self.principal, self.regime, self.prochain_jour, au):
            self.lignes.append(ligne)
            self.interets += ligne.montant
            if ecart:
                self.ecarts.append(ecart)
        self.prochain_jour = au + UN_JOUR

    def taux_du_lendemain(self, jour: dt.date) -> Decimal:
        """Taux qui court le lendemain, au semestre de `jour` (le suivant peut être inconnu) ; zéro sinon."""
        return self.regime.taux_au(jour).taux if self.regime.court_le(jour + UN_JOUR) else ZERO

    def interet_journalier(self, au: dt.date) -> Decimal:
        """Intérêt du lendemain de `au`, au taux du semestre de `au`, arrondi au centime."""
        if self.principal <= 0:
            return ZERO
        return interet(self.principal, self.taux_du_lendemain(au), 1, self.regime.diviseur(au))

    def reduire(self, montant: Decimal, jour: dt.date) -> Decimal:
        """Impute un avoir sur le principal à sa date ; rend la part imputée."""
        self.courir(jour)
        impute = min(montant, self.principal)
        self.principal -= impute
        self.avoirs += impute
        return impute

    def compenser(self, montant: Decimal) -> Decimal:
        """Éteint les intérêts arrêtés par ce qu'un avoir laisse une fois le principal éteint (C. civ. 1347)."""
        eteints = min(montant, self.interets)
        self.interets -= eteints
        return eteints

    def imputer(self, montant: Decimal, jour: dt.date) -> Imputation:
        """Impute un paiement à sa date, intérêts ou capital d'abord ; rend la part imputée."""
        self.courir(jour)
        if self.capital_dabord:
            principal = min(montant, self.principal)
            interets = min(montant - principal, self.interets)
        else:
            interets = min(montant, self.interets)
            principal = min(montant - interets, self.principal)
        self.principal -= principal
        self.interets -= interets
        self.paiements += principal + interets
        return Imputation(jour, principal + interets, interets, principal, self.facture.numero)


@dataclass
class Compte:
    """Les dettes du décompte, et ce que chaque facture doit en dehors (part contestée, non exigible).

    `en_double` : facturé, et déjà compté sur d'autres factures ; un avoir l'annule, un paiement éteint ces autres-là.
    """

    dettes: Sequence[Dette]
    hors_decompte: dict[str, Decimal]
    en_double: dict[str, Decimal] = field(default_factory=dict)
    recus: list[PaiementRecu] = field(default_factory=list)
    excedents_avoirs: Decimal = ZERO
    interets_compenses: Decimal = ZERO

    def derouler(self, mouvements: Iterable["Mouvement"], au: dt.date) -> None:
        """Applique tout ce qui est daté de `au` au plus tard, puis arrête les intérêts à `au` compris.

        Le même jour, les avoirs d'abord, puis les paiements affectés, puis les autres : l'ordre de saisie ne
        compte pas.
        """
        for mouvement in sorted((m for m in mouvements if m.jour <= au), key=_ordre):
            if isinstance(mouvement.saisi, Avoir):
                self._appliquer_avoir(mouvement.saisi, mouvement.jour)
            else:
                self._appliquer_paiement(mouvement.saisi, mouvement.jour)
        for dette in self.dettes:
            dette.courir(au)

    def _appliquer_avoir(self, avoir: Avoir, jour: dt.date) -> None:
        reste = avoir.montant_ttc
        for numero, montant in _affectations(avoir.ventilation, avoir.facture, reste):
            a_imputer = min(montant, reste)
            excedent = a_imputer
            for dette in self._dettes_de(numero):
                excedent -= dette.reduire(excedent, jour) if excedent and dette.principal else ZERO
            excedent = _absorber(self.en_double, numero, excedent)
            reste -= a_imputer - _absorber(self.hors_decompte, numero, excedent)
        for dette in sorted(self.dettes, key=lambda d: d.anciennete):
            if reste and dette.principal:
                reste -= dette.reduire(reste, jour)
        for dette in sorted(self.dettes, key=lambda d: d.anciennete):
            eteints = dette.compenser(reste)
            self.interets_compenses += eteints
            reste -= eteints
        self.excedents_avoirs += reste

    def _appliquer_paiement(self, paiement: Paiement, jour: dt.date) -> None:
        reste = paiement.montant
        parts: list[Imputation] = []  # une par dette atteinte, regroupées ensuite par facture
        for numero, montant in _affectations(paiement.ventilation, paiement.facture, reste):
            a_imputer = min(montant, reste)
            excedent = a_imputer
            for dette in self._dettes_de(numero):
                excedent -= self._imputer(dette, excedent, jour, parts)
            reste -= a_imputer - _absorber(self.hors_decompte, numero, excedent)
        for groupe in self._ordre_legal(jour):
            for dette, montant in _repartir(reste, groupe, jour):
                reste -= self._imputer(dette, montant, jour, parts)
        self.recus.append(PaiementRecu(paiement, jour, tuple(_regrouper(parts)), reste))

    @staticmethod
    def _imputer(dette: Dette, montant: Decimal, jour: dt.date, parts: list[Imputation]) -> Decimal:
        if not montant:
            return ZERO
        imputation = dette.imputer(montant, jour)
        if imputation.montant:
            parts.append(imputation)
        return imputation.montant

    def _dettes_de(self, numero: str) -> list[Dette]:
        return sorted((d for d in self.dettes if d.facture.numero == numero), key=lambda d: d.anciennete)

    def _ordre_legal(self, jour: dt.date) -> Iterator[list[Dette]]:
        """Groupes de dettes égales devant 1342-10, dans l'ordre ; non échues, l'âge seul les départage."""

        def cle(dette: Dette) -> tuple[bool, Decimal, dt.date, dt.date]:
            echue = dette.echeance <= jour
            taux = dette.taux_du_lendemain(jour) if echue else ZERO
            return not echue, -taux, dette.echeance, dette.facture.date or dt.date.max

        ouvertes = (d for d in self.dettes if d.reste)
        for _, groupe in groupby(sorted(ouvertes, key=lambda d: (cle(d), d.facture.numero)), key=cle):
            yield list(groupe)


def _absorber(sommes: dict[str, Decimal], numero: str, montant: Decimal) -> Decimal:
    """Absorbe ce que la facture doit hors décompte ; rend l'excédent à imputer ailleurs."""
    absorbe = min(montant, sommes.get(numero, ZERO))
    if absorbe:
        sommes[numero] -= absorbe
    return montant - absorbe


def _repartir(montant: Decimal, groupe: Sequence[Dette], jour: dt.date) -> list[tuple[Dette, Decimal]]:
    """Partage un paiement entre dettes égales, à proportion du reste dû ; les centimes aux plus lésées."""
    if not montant:
        return []
    for dette in groupe:
        dette.courir(jour)
    total = sum((dette.reste for dette in groupe), ZERO)
    if montant >= total:
        return [(dette, dette.reste) for dette in groupe]
    exactes = [montant * dette.reste / total for dette in groupe]
    parts = [exacte.quantize(CENTIME, rounding=ROUND_DOWN) for exacte in exactes]
    manquants = int((montant - sum(parts)) / CENTIME)
    leses = sorted(range(len(groupe)), key=lambda rang: parts[rang] - exactes[rang])
    for rang in leses[:manquants]:
        parts[rang] += CENTIME
    return list(zip(groupe, parts, strict=True))


def lister_annulees(dossier: Dossier, avoirs: Iterable[Avoir]) -> frozenset[str]:
    """Les factures que ces avoirs annulent en entier, quoi qu'un paiement en ait éteint avant eux."""
    credites: dict[str, Decimal] = {}
    for avoir in avoirs:
        for numero, montant in _affectations(avoir.ventilation, avoir.facture, avoir.montant_ttc):
            credites[numero] = credites.get(numero, ZERO) + montant
    return frozenset(f.numero for f in dossier.factures if credites.get(f.numero, ZERO) >= f.montant_a_payer > 0)


def _affectations(ventilation: tuple[Part, ...], facture: str | None, montant: Decimal) -> list[tuple[str, Decimal]]:
    """Factures désignées et leurs parts ; rien si le paiement ou l'avoir n'en désigne aucune."""
    if ventilation:
        return sorted((part.facture, part.montant) for part in ventilation)
    return [(facture, montant)] if facture else []


def _ordre(mouvement: Mouvement) -> tuple[dt.date, bool, bool, str]:
    """Ordre canonique, indépendant de la saisie."""
    saisi = mouvement.saisi
    est_affecte = bool(saisi.facture or saisi.ventilation)
    return mouvement.jour, isinstance(saisi, Paiement), not est_affecte, saisi.model_dump_json()


def _regrouper(parts: Iterable[Imputation]) -> list[Imputation]:
    """Une imputation par facture pour un même paiement."""
    par_facture: dict[str, Imputation] = {}
    for part in parts:
        deja = par_facture.get(part.facture)
        par_facture[part.facture] = part if deja is None else _additionner(deja, part)
    return list(par_facture.values())


def _additionner(une: Imputation, autre: Imputation) -> Imputation:
    return replace(
        une,
        montant=une.montant + autre.montant,
        interets=une.interets + autre.interets,
        principal=une.principal + autre.principal,
    )
