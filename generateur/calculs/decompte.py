"""Le décompte : ce qui est dû à une date, ligne par ligne.

total = principal + intérêts + indemnités forfaitaires + clause pénale + frais accessoires ; principal et
intérêts sont ce qui reste dû après paiements. La capitalisation (C. civ. 1343-2) se demande au juge : elle
n'est pas chiffrée ici.
Sources : C. com. L441-10 II et D441-5 (indemnité forfaitaire), L622-28 ; C. civ. 1231-5, 1342-10, 1343-1, 1347.
"""

import datetime as dt
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from decimal import Decimal

from generateur.calculs.arrete import Arrete, arreter
from generateur.calculs.imputation import Compte, Dette, Imputation, PaiementRecu, dater_mouvements, lister_annulees
from generateur.calculs.indemnites import compenser, regler_indemnites
from generateur.calculs.interets import UN_JOUR, EcartPlancher, LigneInteret, regime_de
from generateur.calculs.naissance import Perimetre, hors_perimetre
from generateur.calculs.opposabilite import stipulations_opposables
from generateur.calculs.penalites_facturees import lister_doubles, reconnaitre_penalites
from generateur.calculs.qualites import est_entre_professionnels
from generateur.domaine.arrondi import arrondir
from generateur.domaine.creances import Avoir, Contrat, Facture
from generateur.domaine.dossier import Dossier
from generateur.domaine.socle import ZERO
from generateur.droit.tables import decimal_au

__all__ = [
    "Decompte",
    "EcartPlancher",
    "FactureExclue",
    "Imputation",
    "LigneInteret",
    "PaiementRecu",
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
    est_annulee: bool = False  # par ses avoirs, en entier

    @property
    def sur_principal(self) -> Decimal:
        """Part des paiements qui a éteint du principal : le reste est allé aux intérêts."""
        return self.initial - self.avoirs - self.principal


@dataclass(frozen=True)
class FactureExclue:
    """Facture ou part laissée hors du décompte.

    Motif : contestee, non_echue, devise, retenue_garantie, prescrite, penalites_en_double ; selon le jugement
    d'ouverture, posterieure_utile (elle se poursuit), a_declarer (elle se déclare), plan (il la paie).
    """

    facture: str
    motif: str
    montant: Decimal
    explication: str
    exigible_le: dt.date | None = None


@dataclass(frozen=True)
class SommeAEchoir:
    """Somme déclarée qui n'était pas échue au jour du jugement d'ouverture (C. com. L622-25)."""

    facture: str
    echeance: dt.date
    montant: Decimal


@dataclass(frozen=True)
class Decompte:
    """Le décompte arrêté à `au` compris ; `trop_percu` : reçu ou crédité en trop, une fois tout éteint.

    Pour une déclaration, c'est la somme au jour du jugement d'ouverture (C. com. L622-25) : `arrete_le`.
    """

    au: dt.date
    arrete_le: dt.date
    perimetre: Perimetre
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
    interets_compenses: Decimal = ZERO  # par l'excédent des avoirs
    compense: Decimal = ZERO  # intérêts, indemnités et autres sommes que l'excédent des avoirs et paiements a éteints
    indemnisees: frozenset[str] = frozenset()  # factures dont l'indemnité forfaitaire est due, réglée ou non
    a_echoir: tuple[SommeAEchoir, ...] = ()
    paiements: tuple[PaiementRecu, ...] = field(default=(), compare=False)  # tels que reçus, avec leurs imputations


@dataclass(frozen=True)
class _Ouverture:
    """Ce qu'une facture apporte au décompte, et ce qu'elle laisse dehors."""

    facture: Facture
    dettes: tuple[Dette, ...]
    exclues: tuple[FactureExclue, ...]


def chiffrer(
    dossier: Dossier,
    au: dt.date,
    frais: Sequence[Decimal] = (),
    hors_facture: Decimal = ZERO,
    perimetre: Perimetre | None = None,
) -> Decompte:
    """Décompte du dossier à `au` compris, en euros ; chaque ligne d'intérêts est arrondie au centime.

    Une facture de pénalités dont les jours sont déjà comptés reste dehors : rien ne se demande deux fois.

    `hors_facture` : créance déclarée sans facture, ajoutée au principal ; elle ne porte pas intérêt ici.
    `perimetre` : les créances à déclarer, arrêtées au jour du jugement (L622-25), ou celles qui se poursuivent ; par
    défaut, celui de la voie naturelle. L'ordre de saisie ne compte pas. Ne juge pas la recevabilité (accord de
    paiement, cession…). Lève ErreurDroitManquant si un taux nécessaire n'est pas connu.
    """
    dossier = reconnaitre_penalites(dossier)
    premier = _chiffrer(dossier, au, frais, hors_facture, perimetre, {})
    doubles = lister_doubles(dossier, premier.lignes, premier.indemnisees)
    return _chiffrer(dossier, au, frais, hors_facture, perimetre, doubles) if doubles else premier


def _chiffrer(
    dossier: Dossier,
    au: dt.date,
    frais: Sequence[Decimal],
    hors_facture: Decimal,
    perimetre: Perimetre | None,
    doubles: Mapping[str, str],
) -> Decompte:
    arrete = arreter(dossier, au, perimetre)
    ouvertures = [
        _exclure(facture, "penalites_en_double", max(facture.montant_a_payer, ZERO), doubles[facture.numero])
        if facture.numero in doubles
        else _ouvrir(arrete, facture)
        for facture in sorted(dossier.factures, key=_ordre)
    ]
    dettes = [dette for ouverture in ouvertures for dette in ouverture.dettes]
    exclues = [exclue for ouverture in ouvertures for exclue in ouverture.exclues]
    compte = Compte(dettes, *_hors_decompte(exclues))
    mouvements = [m for m in dater_mouvements(dossier, au) if m.jour <= au and arrete.compte(m)]
    compte.derouler(mouvements, au)
    annulees = lister_annulees(dossier, (m.saisi for m in mouvements if isinstance(m.saisi, Avoir)))
    retenues = [ouverture for ouverture in ouvertures if ouverture.dettes]
    dues = [ZERO if o.facture.numero in annulees else _indemnite(dossier, o) for o in retenues]
    restes, recus, reglements = regler_indemnites([o.facture.numero for o in retenues], dues, compte.recus)
    credit = sum((recu.excedent for recu in recus), compte.excedents_avoirs)  # ce que le créancier doit rendre
    restes, compensees = compenser(restes, compte.excedents_avoirs)
    credit -= compensees
    soldes = tuple(
        _solder(ouverture, indemnite, au, annulees) for ouverture, indemnite in zip(retenues, restes, strict=True)
    )
    (hors_facture, total_frais), sur_le_reste = compenser((hors_facture, sum(frais, ZERO)), credit)
    principal = sum((solde.principal for solde in soldes), hors_facture)
    interets = sum((solde.interets for solde in soldes), ZERO)
    indemnites = sum(restes, ZERO)
    clause_penale = sum(_clauses_penales(dossier, retenues), ZERO)
    return Decompte(
        au=au,
        arrete_le=arrete.jour,
        perimetre=arrete.perimetre,
        principal=principal,
        interets=interets,
        indemnites=indemnites,
        clause_penale=clause_penale,
        frais=total_frais,
        total=principal + interets + indemnites + clause_penale + total_frais,
        interet_journalier=sum((solde.interet_journalier for solde in soldes), ZERO),
        lignes=tuple(ligne for dette in dettes for ligne in dette.lignes),
        imputations=(*(i for recu in compte.recus for i in recu.imputations), *reglements),
        soldes=soldes,
        exclues=tuple(exclues),
        ecarts_plancher=tuple(ecart for dette in dettes for ecart in dette.ecarts),
        trop_percu=credit - sur_le_reste,
        hors_facture=hors_facture,
        a_echoir=tuple(_lister_a_echoir(arrete, dettes)) if arrete.est_declaration else (),
        paiements=tuple(recus),
        interets_compenses=compte.interets_compenses,
        compense=compte.interets_compenses + compensees + sur_le_reste,
        indemnisees=frozenset(o.facture.numero for o, due in zip(retenues, dues, strict=True) if due),
    )


def _ouvrir(arrete: Arrete, facture: Facture) -> _Ouverture:
    """Sépare ce qui se demande à `au` de ce qui reste hors du décompte.

    Une déclaration comprend ce qui n'est pas échu (L622-25) ; autrement, seul l'exigible se demande.
    """
    total = max(facture.montant_a_payer, ZERO)
    conteste = facture.montant_conteste or (total if facture.contestee else ZERO)
    dehors = hors_perimetre(arrete.dossier, facture, arrete.perimetre)
    if ecartee := _ecarter(arrete, facture, conteste, dehors):
        return ecartee
    exclues: list[FactureExclue] = []
    if conteste:
        motif = facture.motif or "part contestée par le débiteur"
        exclues.append(FactureExclue(facture.numero, "contestee", conteste, motif))
    if dehors:
        exclues.append(FactureExclue(facture.numero, *arrete.dire_hors_perimetre(dehors)))
    a_deduire = conteste + dehors
    dettes: list[Dette] = []
    for motif, exigible_le, montant in _echeancier(facture):
        reste = montant - min(a_deduire, montant)
        a_deduire -= montant - reste
        if laissee := _laisser_dehors(arrete, facture, motif, exigible_le):
            nature, explication = laissee
            exclues += [FactureExclue(facture.numero, nature, reste, explication, exigible_le)] if reste else []
        elif reste:
            dettes.append(_endetter(arrete, facture, exigible_le, reste))
    return _Ouverture(facture, tuple(dettes), tuple(exclues))


def _ecarter(arrete: Arrete, facture: Facture, conteste: Decimal, dehors: Decimal) -> _Ouverture | None:
    """La facture que cette voie ne demande pas du tout, ou None."""
    total = max(facture.montant_a_payer, ZERO)
    premiere = facture.premiere_echeance
    if facture.devise != DEVISE:
        return _exclure(facture, "devise", total, f"libellée en {facture.devise}, hors du décompte en euros")
    if conteste and conteste >= total:
        return _exclure(facture, "contestee", total, facture.motif or "contestée par le débiteur")
    if dehors and dehors >= total:
        return _exclure(facture, *arrete.dire_hors_perimetre(total), premiere)
    if premiere and premiere > arrete.au and not facture.echeances and not arrete.est_declaration:
        return _exclure(facture, "non_echue", total, f"exigible le {premiere:%d/%m/%Y} seulement", premiere)
    return None


def _laisser_dehors(
    arrete: Arrete, facture: Facture, motif: str, exigible_le: dt.date | None
) -> tuple[str, str] | None:
    """Motif et explication d'une échéance qui ne se demande pas : prescrite, ou pas encore échue ; None sinon."""
    if exigible_le is None:
        return None
    if (facture.numero, exigible_le) in arrete.prescrites:
        return "prescrite", f"prescrite, échue le {exigible_le:%d/%m/%Y}"
    if exigible_le > arrete.au and not arrete.est_declaration:
        nom = "retenue de garantie exigible" if motif == "retenue_garantie" else "exigible"
        return motif, f"{nom} le {exigible_le:%d/%m/%Y} seulement"
    return None


def _exclure(
    facture: Facture, motif: str, montant: Decimal, explication: str, exigible_le: dt.date | None = None
) -> _Ouverture:
    return _Ouverture(facture, (), (FactureExclue(facture.numero, motif, montant, explication, exigible_le),))


def _lister_a_echoir(arrete: Arrete, dettes: Sequence[Dette]) -> Iterator[SommeAEchoir]:
    """Ce qui n'était pas échu la veille du jugement, par date ; le jour même n'est pas encore un retard."""
    limite = arrete.jugement or arrete.au + UN_JOUR
    for dette in sorted(dettes, key=lambda d: d.anciennete):
        if dette.echeance >= limite and dette.principal:
            yield SommeAEchoir(dette.facture.numero, dette.echeance, dette.principal)


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


def _endetter(arrete: Arrete, facture: Facture, exigible_le: dt.date | None, montant: Decimal) -> Dette:
    """Sans échéance connue, la dette est tenue pour échue à l'arrêté : elle compte, et ne porte aucun intérêt."""
    contrat = arrete.dossier.contrat_de(facture)
    echeance = exigible_le or arrete.au
    regime = replace(regime_de(arrete.dossier, facture, echeance), fin=arrete.fin_des_interets)
    return Dette(
        facture=facture,
        echeance=echeance,
        initial=montant,
        regime=regime if exigible_le else replace(regime, debut=None),
        capital_dabord=contrat is not None and contrat.imputation == "capital_dabord",
    )


def _hors_decompte(exclues: Sequence[FactureExclue]) -> tuple[dict[str, Decimal], dict[str, Decimal]]:
    """Ce que chaque facture doit hors décompte, puis ce qui n'y est que parce qu'il y est déjà compté."""
    dehors: dict[str, Decimal] = {}
    doubles: dict[str, Decimal] = {}
    for exclue in exclues:
        sommes = doubles if exclue.motif == "penalites_en_double" else dehors
        sommes[exclue.facture] = sommes.get(exclue.facture, ZERO) + exclue.montant
    return dehors, doubles


def _indemnite(dossier: Dossier, ouverture: _Ouverture) -> Decimal:
    """Indemnité forfaitaire de la facture (L441-10 II, D441-5) : impayée à l'échéance, entre professionnels.

    Jamais pour un consommateur, des pénalités, une échéance égale ou postérieure au jugement d'ouverture, ni
    une facture que les avoirs ont entièrement annulée. Due une fois, même si le principal a été payé depuis.
    """
    if not est_entre_professionnels(dossier) or ouverture.facture.nature == "penalites":
        return ZERO
    retards = [
        dette.echeance
        for dette in ouverture.dettes
        if dette.a_ete_en_retard and dette.avoirs < dette.initial and _est_echue_a_temps(dette)
    ]
    return arrondir(decimal_au("indemnite_recouvrement", min(retards) + UN_JOUR)) if retards else ZERO


def _est_echue_a_temps(dette: Dette) -> bool:
    """Échue avant le jugement d'ouverture, quand il l'atteint : après lui, ni indemnité ni clause pénale."""
    return dette.regime.fin is None or dette.echeance <= dette.regime.fin


def _solder(ouverture: _Ouverture, indemnite: Decimal, au: dt.date, annulees: Collection[str]) -> SoldeFacture:
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
        est_annulee=facture.numero in annulees or all(dette.avoirs >= dette.initial for dette in dettes),
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
            restant = sum((dette.principal for dette in ouverture.dettes if _est_echue_a_temps(dette)), deja)
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
