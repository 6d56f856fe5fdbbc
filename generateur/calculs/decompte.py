"""Le décompte : ce qui est dû à une date, ligne par ligne.

total = principal + intérêts + indemnités forfaitaires + clause pénale + frais accessoires ; principal et
intérêts sont ce qui reste dû après paiements. La capitalisation (C. civ. 1343-2) se demande au juge : elle
n'est pas chiffrée ici.
Sources : C. com. L441-10 II et D441-5 (indemnité forfaitaire), L622-28 ; C. civ. 1231-5, 1342-10, 1343-1.
"""

import datetime as dt
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal

from generateur.calculs.imputation import Compte, Dette, Imputation, dater_mouvements
from generateur.calculs.interets import UN_JOUR, EcartPlancher, LigneInteret, jugement_ouverture, regime_de
from generateur.calculs.opposabilite import stipulations_opposables
from generateur.calculs.qualites import est_entre_professionnels
from generateur.domaine.creances import Contrat, Facture
from generateur.domaine.dossier import Dossier
from generateur.domaine.socle import ZERO, arrondir
from generateur.droit.tables import decimal_au

__all__ = [
    "Decompte",
    "EcartPlancher",
    "FactureExclue",
    "Imputation",
    "LigneInteret",
    "SoldeFacture",
    "chiffrer",
]

DEVISE = "EUR"


@dataclass(frozen=True)
class SoldeFacture:
    """État d'une facture à la date d'arrêté ; principal et interets : restant dus après paiements."""

    facture: str
    date: dt.date | None
    echeance: dt.date | None  # la première, si la facture est payable en plusieurs fois ; None : inconnue
    initial: Decimal
    avoirs: Decimal
    paiements: Decimal
    principal: Decimal
    interets: Decimal
    indemnite: Decimal
    interet_journalier: Decimal


@dataclass(frozen=True)
class FactureExclue:
    """Facture ou part laissée hors du décompte ; motif : contestee, non_echue, devise, retenue_garantie."""

    facture: str
    motif: str
    montant: Decimal
    explication: str
    exigible_le: dt.date | None = None


@dataclass(frozen=True)
class Decompte:
    """Le décompte arrêté à `au` compris ; `trop_percu` : reçu ou crédité en trop, non déduit du total."""

    au: dt.date
    principal: Decimal
    interets: Decimal
    indemnites: Decimal
    clause_penale: Decimal
    frais: Decimal
    total: Decimal
    interet_journalier: Decimal
    lignes: tuple[LigneInteret, ...]
    imputations: tuple[Imputation, ...]
    soldes: tuple[SoldeFacture, ...]
    exclues: tuple[FactureExclue, ...]
    ecarts_plancher: tuple[EcartPlancher, ...]
    trop_percu: Decimal
    hors_facture: Decimal = ZERO  # compris dans le principal


@dataclass(frozen=True)
class _Ouverture:
    """Ce qu'une facture apporte au décompte, et ce qu'elle laisse dehors."""

    facture: Facture
    dettes: tuple[Dette, ...]
    exclues: tuple[FactureExclue, ...]


def chiffrer(dossier: Dossier, au: dt.date, frais: Sequence[Decimal] = (), hors_facture: Decimal = ZERO) -> Decompte:
    """Décompte du dossier à `au` compris, en euros ; chaque ligne d'intérêts est arrondie au centime.

    `hors_facture` : créance déclarée sans facture, ajoutée au principal ; elle ne porte pas intérêt ici.
    L'ordre de saisie ne compte pas. Ne juge pas la recevabilité (accord de paiement, cession, prescription…).
    Lève ErreurDroitManquant si un taux nécessaire n'est pas connu.
    """
    ouvertures = [_ouvrir(dossier, facture, au) for facture in sorted(dossier.factures, key=_ordre)]
    dettes = [dette for ouverture in ouvertures for dette in ouverture.dettes]
    exclues = [exclue for ouverture in ouvertures for exclue in ouverture.exclues]
    compte = Compte(dettes, _hors_decompte(exclues))
    compte.derouler(dater_mouvements(dossier, au), au)
    retenues = [ouverture for ouverture in ouvertures if ouverture.dettes]
    dues = [_indemnite(dossier, ouverture) for ouverture in retenues]
    restes, reglements, excedent = _regler_indemnites(retenues, dues, compte)
    soldes = tuple(_solder(ouverture, indemnite, au) for ouverture, indemnite in zip(retenues, restes, strict=True))
    principal = sum((solde.principal for solde in soldes), hors_facture)
    interets = sum((solde.interets for solde in soldes), ZERO)
    indemnites = sum(restes, ZERO)
    clause_penale = sum(_clauses_penales(dossier, retenues), ZERO)
    total_frais = sum(frais, ZERO)
    return Decompte(
        au=au,
        principal=principal,
        interets=interets,
        indemnites=indemnites,
        clause_penale=clause_penale,
        frais=total_frais,
        total=principal + interets + indemnites + clause_penale + total_frais,
        interet_journalier=sum((solde.interet_journalier for solde in soldes), ZERO),
        lignes=tuple(ligne for dette in dettes for ligne in dette.lignes),
        imputations=(*compte.imputations, *reglements),
        soldes=soldes,
        exclues=tuple(exclues),
        ecarts_plancher=tuple(ecart for dette in dettes for ecart in dette.ecarts),
        trop_percu=excedent + compte.excedents_avoirs,
        hors_facture=hors_facture,
    )


def _ouvrir(dossier: Dossier, facture: Facture, au: dt.date) -> _Ouverture:
    """Sépare ce qui est exigible et non contesté à `au` de ce qui reste hors du décompte."""
    total = max(facture.montant_a_payer, ZERO)
    conteste = facture.montant_conteste or (total if facture.contestee else ZERO)
    if facture.devise != DEVISE:
        return _exclure(facture, "devise", total, f"libellée en {facture.devise}, hors du décompte en euros")
    if conteste and conteste >= total:
        return _exclure(facture, "contestee", total, facture.motif or "contestée par le débiteur")
    premiere = facture.premiere_echeance
    if premiere and premiere > au and not facture.echeances:
        return _exclure(facture, "non_echue", total, f"exigible le {premiere:%d/%m/%Y} seulement", premiere)
    exclues: list[FactureExclue] = []
    if conteste:
        motif = facture.motif or "part contestée par le débiteur"
        exclues.append(FactureExclue(facture.numero, "contestee", conteste, motif))
    sommes: list[tuple[dt.date | None, Decimal]] = []
    for motif, exigible_le, montant in _echeancier(facture):
        deduit = min(conteste, montant)
        conteste -= deduit
        if exigible_le is None or exigible_le <= au:
            sommes.append((exigible_le, montant - deduit))
        elif montant > deduit:
            nom = "retenue de garantie exigible" if motif == "retenue_garantie" else "exigible"
            explication = f"{nom} le {exigible_le:%d/%m/%Y} seulement"
            exclues.append(FactureExclue(facture.numero, motif, montant - deduit, explication, exigible_le))
    dettes = (_endetter(dossier, facture, exigible_le, montant, au) for exigible_le, montant in sommes if montant)
    return _Ouverture(facture, tuple(dettes), tuple(exclues))


def _exclure(
    facture: Facture, motif: str, montant: Decimal, explication: str, exigible_le: dt.date | None = None
) -> _Ouverture:
    return _Ouverture(facture, (), (FactureExclue(facture.numero, motif, montant, explication, exigible_le),))


def _echeancier(facture: Facture) -> Iterator[tuple[str, dt.date | None, Decimal]]:
    """(motif si ce n'est pas échu, exigible le, montant) : chaque échéance, puis la retenue de garantie à sa date.

    Sans échéance connue, le montant compte et sa date est None.
    """
    if facture.termes:
        yield from (("non_echue", terme.date, terme.montant) for terme in facture.termes)
    else:
        yield "non_echue", None, facture.montant_hors_retenue
    if retenue := facture.retenue_garantie:
        yield "retenue_garantie", retenue.exigible_le, retenue.montant


def _endetter(dossier: Dossier, facture: Facture, exigible_le: dt.date | None, montant: Decimal, au: dt.date) -> Dette:
    """Sans échéance connue, la dette est tenue pour échue à l'arrêté : elle compte, et ne porte aucun intérêt."""
    contrat = dossier.contrat_de(facture)
    regime = regime_de(dossier, facture, exigible_le or au)
    return Dette(
        facture=facture,
        echeance=exigible_le or au,
        initial=montant,
        regime=regime if exigible_le else replace(regime, debut=None),
        capital_dabord=contrat is not None and contrat.imputation == "capital_dabord",
    )


def _hors_decompte(exclues: Sequence[FactureExclue]) -> dict[str, Decimal]:
    dehors: dict[str, Decimal] = {}
    for exclue in exclues:
        dehors[exclue.facture] = dehors.get(exclue.facture, ZERO) + exclue.montant
    return dehors


def _indemnite(dossier: Dossier, ouverture: _Ouverture) -> Decimal:
    """Indemnité forfaitaire de la facture (L441-10 II, D441-5) : impayée à l'échéance, entre professionnels.

    Jamais pour un consommateur, des pénalités, une échéance égale ou postérieure au jugement d'ouverture, ni
    une facture que les avoirs ont entièrement annulée. Due une fois, même si le principal a été payé depuis.
    """
    if not est_entre_professionnels(dossier) or ouverture.facture.nature == "penalites":
        return ZERO
    jugement = jugement_ouverture(dossier)
    retards = [
        dette.echeance
        for dette in ouverture.dettes
        if dette.a_ete_en_retard and dette.avoirs < dette.initial and (jugement is None or dette.echeance < jugement)
    ]
    return arrondir(decimal_au("indemnite_recouvrement", min(retards) + UN_JOUR)) if retards else ZERO


def _regler_indemnites(
    retenues: Sequence[_Ouverture], dues: Sequence[Decimal], compte: Compte
) -> tuple[list[Decimal], list[Imputation], Decimal]:
    """Impute sur les indemnités ce que les paiements laissent, une fois éteints principal et intérêts.

    Rend les indemnités restant dues, ces imputations, et l'excédent que rien n'absorbe.
    """
    restes = list(dues)
    reglements: list[Imputation] = []
    excedent = ZERO
    for jour, disponible in compte.excedents_paiements:
        libre = disponible
        for rang, ouverture in enumerate(retenues):
            regle = min(libre, restes[rang])
            if regle:
                restes[rang] -= regle
                libre -= regle
                reglements.append(Imputation(jour, regle, ZERO, ZERO, ouverture.facture.numero, regle))
        excedent += libre
    return restes, reglements, excedent


def _solder(ouverture: _Ouverture, indemnite: Decimal, au: dt.date) -> SoldeFacture:
    facture, dettes = ouverture.facture, ouverture.dettes
    return SoldeFacture(
        facture=facture.numero,
        date=facture.date,
        echeance=facture.premiere_echeance,
        initial=sum((dette.initial for dette in dettes), ZERO),
        avoirs=sum((dette.avoirs for dette in dettes), ZERO),
        paiements=sum((dette.paiements for dette in dettes), ZERO),
        principal=sum((dette.principal for dette in dettes), ZERO),
        interets=sum((dette.interets for dette in dettes), ZERO),
        indemnite=indemnite,
        interet_journalier=sum((dette.interet_journalier(au) for dette in dettes), ZERO),
    )


def _clauses_penales(dossier: Dossier, retenues: Sequence[_Ouverture]) -> Iterator[Decimal]:
    """Une fois par contrat : part du principal restant dû, au moins le minimum ; rien si rien n'est dû."""
    par_contrat: dict[int, tuple[Contrat, Decimal]] = {}
    for ouverture in retenues:
        contrat = dossier.contrat_de(ouverture.facture)
        if contrat is None or contrat.clause_penale is None or ouverture.facture.nature == "penalites":
            continue
        if stipulations_opposables(dossier, ouverture.facture):
            _, deja = par_contrat.get(id(contrat), (contrat, ZERO))
            restant = sum((dette.principal for dette in ouverture.dettes), deja)
            par_contrat[id(contrat)] = (contrat, restant)
    for contrat, restant in par_contrat.values():
        clause = contrat.clause_penale
        if clause and restant:
            yield max(arrondir(restant * clause.pourcent / 100), clause.minimum or ZERO)


def _ordre(facture: Facture) -> tuple[dt.date, dt.date, str, str]:
    """Ordre canonique des factures, indépendant de la saisie ; une date inconnue passe après les autres."""
    return (
        facture.premiere_echeance or dt.date.max,
        facture.date or dt.date.max,
        facture.numero,
        facture.model_dump_json(),
    )
