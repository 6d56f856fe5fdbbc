"""Réimporter sans écraser : la dernière importation, le fichier tel qu'il est, la nouvelle source.

Ce que la source seule a changé est mis à jour ; ce qu'une personne a changé est gardé ; les deux : un conflit nommé.
Une facture réglée depuis reçoit ses paiements et ne disparaît pas ; une facture retirée à la main ne revient pas.
"""

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any, Literal

from generateur.domaine.retouches import Ajout, Pose
from generateur.importation.diminutions import Diminutions, relever_diminutions
from generateur.importation.socle import PieceLue, Reglement, Tiers, cumuler
from generateur.importation.soldes import REMPLACEE, FactureDue, Solde
from generateur.importation.valeurs_a_plat import (
    MONTANT_SOURCE,
    CheminValeur,
    aplatir,
    montant_de_l_avoir,
    montants_de_la_source,
    normaliser,
    valeurs_de_l_avoir,
    valeurs_de_la_facture,
    valeurs_du_debiteur,
    valeurs_du_paiement,
)

ANNULATION = "annulation"  # n'est pas une clé du dossier : la source ne réclame plus cette facture
SANS_FACTURE = ("paye", "")  # les paiements à imputer
_CLES_DU_BLOC = {"factures": "facture", "avoirs": "avoir", "pieces": "pièce"}


@dataclass(frozen=True)
class Conflit:
    """Une valeur que la source et une personne ont changée chacune de leur côté."""

    cle: CheminValeur
    lieu: str
    saisie: Any
    source: Any


Sort = Literal["prise", "gardee", "conflit"]


@dataclass(frozen=True)
class Difference:
    """Une valeur que la dernière importation, le dossier et la nouvelle source ne disent pas tous trois de même.

    `sort` : « prise » de la source, « gardee » telle que saisie, ou « conflit » (gardée, à départager) ;
    `est_au_choix` : on peut demander la valeur de la source.
    """

    cle: CheminValeur
    lieu: str
    derniere: Any
    saisie: Any
    source: Any
    sort: Sort
    est_au_choix: bool = False


@dataclass
class Fusion:
    """Ce qu'il faut écrire, ce qui est en conflit, et les valeurs de cette importation à retenir."""

    differences: list[Difference] = field(default_factory=list)
    editions: list[Pose | Ajout] = field(default_factory=list)
    conflits: list[Conflit] = field(default_factory=list)
    comparees: set[CheminValeur] = field(default_factory=set)
    retenues: dict[CheminValeur, Any] = field(default_factory=dict)
    a_prendre: frozenset[CheminValeur] = frozenset()

    def noter(
        self, cle: CheminValeur, derniere: Any, saisie: Any, source: Any, sort: Sort, *, est_au_choix: bool = False
    ) -> None:
        """Retient ce que les trois versions disent de cette valeur."""
        self.differences.append(Difference(cle, _nommer(cle), derniere, saisie, source, sort, est_au_choix))

    def opposer(
        self, cle: CheminValeur, derniere: Any, saisie: Any, source: Any, *, est_au_choix: bool = False
    ) -> None:
        """La saisie et la source se contredisent : la saisie reste, une personne départage."""
        self.conflits.append(Conflit(cle, _nommer(cle), saisie, source))
        self.noter(cle, derniere, saisie, source, "conflit", est_au_choix=est_au_choix)


def fusionner(
    base: Mapping[CheminValeur, Any],
    actuel: Mapping[str, Any],
    tiers: Tiers,
    solde: Solde,
    fichiers: Mapping[str, str],
    versees: Iterable[Mapping[str, Any]] = (),
    a_prendre: Collection[CheminValeur] = (),
    *,
    est_un_releve: bool = True,
) -> Fusion:
    """Les modifications à faire au dossier `actuel` ; `base` : les valeurs de la dernière importation.

    `a_prendre` : les valeurs en conflit que la personne veut telles que la source les dit ; `est_un_releve` : la source
    dit tout ce que le débiteur doit, et ce qui n'y est plus a une raison.
    """
    fusion = Fusion(retenues=dict(base), a_prendre=frozenset(a_prendre))
    presentes = aplatir(actuel)
    for cle, valeur in _descendre(("debiteur",), valeurs_du_debiteur(tiers)):
        _fusionner_valeur(fusion, base, presentes, cle, valeur, ("debiteurs", 0, *cle[1:]))
    numeros = {str(bloc.get("numero", "")): rang for rang, bloc in enumerate(actuel.get("factures") or ())}
    fusion.conflits += [
        Conflit(("factures", piece.numero, ANNULATION), f"facture {piece.numero}", None, raison)
        for piece, raison in solde.ecartees
        if piece.numero in numeros and (piece.statut == "annulee" or raison.startswith(REMPLACEE))
    ]
    fusion.comparees |= {("factures", facture.piece.numero, ANNULATION) for facture in solde.factures}
    diminutions = relever_diminutions(actuel, base, solde)
    suivies = [f for f in solde.factures if f.piece.numero in numeros or (f.reste > 0 and not _est_retiree(base, f))]
    diminutions.couvrir_toutes(suivies, presentes)
    for facture in solde.factures:
        _fusionner_facture(fusion, base, presentes, facture, numeros, fichiers, diminutions)
    fusion.editions += _dater_les_paiements(actuel, solde)
    if est_un_releve:
        _relever_les_avoirs_sans_effet(fusion, actuel, solde, diminutions)
    au_dossier = frozenset(numeros) | {f.piece.numero for f in solde.dues}
    rangs = {str(bloc.get("numero", "")): rang for rang, bloc in enumerate(actuel.get("avoirs") or ())}
    est_complet = est_un_releve and _sont_toutes_lues(actuel, solde)
    _fusionner_verses(fusion, base, presentes, solde, diminutions, est_complet=est_complet)
    for avoir in solde.avoirs_a_saisir:
        bloc = valeurs_de_l_avoir(avoir, au_dossier, fichiers.get(avoir.numero, ""))
        if avoir.facture_visee and avoir.facture_visee not in au_dossier:
            if avoir.numero in rangs:
                raison = f"imputé sur la facture {avoir.facture_visee}, que le dossier ne réclame pas"
                cle = ("avoirs", avoir.numero, ANNULATION)
                fusion.conflits.append(Conflit(cle, f"avoir {avoir.numero}", None, raison))
            continue
        if avoir.numero in rangs:
            bloc["montant_ttc"] = _montant_suivi(base, avoir)
        if _fusionner_bloc(fusion, base, presentes, "avoirs", avoir.numero, bloc, rangs):
            fusion.retenues |= montants_de_la_source([avoir], {avoir.numero})
    titres = {str(bloc.get("titre", "")): rang for rang, bloc in enumerate(actuel.get("pieces") or ())}
    for versee in versees:
        _fusionner_bloc(fusion, base, presentes, "pieces", versee["titre"], versee, titres)
    return fusion


def _montant_suivi(base: Mapping[CheminValeur, Any], avoir: PieceLue) -> Decimal:
    """Le montant inscrit naguère, changé de ce dont l'avoir entier a changé ; l'entier s'il est saisi à la main."""
    total = montant_de_l_avoir(avoir)
    inscrit = base.get(("avoirs", avoir.numero, "montant_ttc"), total)
    return Decimal(inscrit + total - base.get(("avoirs", avoir.numero, MONTANT_SOURCE), inscrit))


def _est_retiree(base: Mapping[CheminValeur, Any], facture: FactureDue) -> bool:
    return any(cle[:2] == ("factures", facture.piece.numero) for cle in base)


def _fusionner_facture(
    fusion: Fusion,
    base: Mapping[CheminValeur, Any],
    presentes: Mapping[CheminValeur, Any],
    facture: FactureDue,
    numeros: Mapping[str, int],
    fichiers: Mapping[str, str],
    diminutions: Diminutions,
) -> None:
    numero = facture.piece.numero
    if numero not in numeros and facture.reste <= 0:
        return  # soldée avant d'être connue : rien à réclamer
    bloc = valeurs_de_la_facture(facture.piece, fichiers.get(numero, ""))
    if _fusionner_bloc(fusion, base, presentes, "factures", numero, bloc, numeros):
        _fusionner_paiements(fusion, base, presentes, facture, diminutions)


def _fusionner_bloc(
    fusion: Fusion,
    base: Mapping[CheminValeur, Any],
    presentes: Mapping[CheminValeur, Any],
    section: str,
    numero: str,
    bloc: Mapping[str, Any],
    rangs: Mapping[str, int],
) -> bool:
    """Ajoute ou met à jour un bloc numéroté ; faux s'il a été retiré à la main."""
    if numero not in rangs:
        if any(cle[:2] == (section, numero) for cle in base):
            return False
        fusion.editions.append(Ajout(section, dict(bloc)))
        fusion.retenues |= dict(_descendre((section, numero), bloc))
        fusion.noter((section, numero), None, None, bloc.get("montant_ttc", bloc.get("montant", "ajoutée")), "prise")
        return True
    for cle, valeur in _descendre((section, numero), bloc):
        _fusionner_valeur(fusion, base, presentes, cle, valeur, (section, rangs[numero], *cle[2:]))
    return True


def _fusionner_valeur(
    fusion: Fusion,
    base: Mapping[CheminValeur, Any],
    presentes: Mapping[CheminValeur, Any],
    cle: CheminValeur,
    valeur: Any,
    chemin: tuple[str | int, ...],
) -> None:
    saisie, derniere = presentes.get(cle), base.get(cle)
    fusion.comparees.add(cle)
    if saisie == valeur:
        fusion.retenues[cle] = valeur
    elif saisie == derniere or (valeur != derniere and cle in fusion.a_prendre):
        # absente des deux, inchangée depuis la dernière importation, ou la source choisie contre la saisie
        fusion.editions.append(Pose(chemin, valeur))
        fusion.retenues[cle] = valeur
        fusion.noter(cle, derniere, saisie, valeur, "prise", est_au_choix=cle in fusion.a_prendre)
    elif valeur != derniere:
        fusion.opposer(cle, derniere, saisie, valeur, est_au_choix=True)
    else:
        fusion.noter(cle, derniere, saisie, valeur, "gardee")


def _fusionner_paiements(
    fusion: Fusion,
    base: Mapping[CheminValeur, Any],
    presentes: Mapping[CheminValeur, Any],
    facture: FactureDue,
    diminutions: Diminutions,
) -> None:
    """Ce qui a été réglé depuis la dernière importation, sans compter deux fois ce que le dossier retranche déjà."""
    numero = facture.piece.numero
    cle = ("paye", numero)
    fusion.comparees.add(cle)
    deja, saisi = base.get(cle, Decimal(0)), presentes.get(cle, Decimal(0))
    if facture.paye <= saisi:
        if facture.paye != deja and facture.paye < diminutions.hors_banque.get(cle, Decimal(0)):
            fusion.opposer(cle, deja, saisi, facture.paye)  # la source en a retiré : rejeté, ou déplacé ?
            return
        fusion.retenues[cle] = facture.paye
        return
    couvert, est_clair = diminutions.couvertures[numero]
    paye = facture.paye - couvert
    if paye <= saisi:
        fusion.retenues[cle] = paye
        return
    if saisi != deja or not est_clair:  # une personne en a saisi d'autres : lesquels sont déjà comptés ?
        if paye != deja:
            fusion.opposer(cle, deja, saisi, paye)
        return
    for reglement in _nouveaux(facture.reglements, paye - deja):
        fusion.editions.append(Ajout("paiements", valeurs_du_paiement(numero, reglement)))
    fusion.retenues[cle] = paye
    fusion.noter(cle, deja, saisi, paye, "prise")


def _dater_les_paiements(actuel: Mapping[str, Any], solde: Solde) -> Iterator[Pose]:
    """La date qu'un paiement du dossier attendait, quand la source la donne enfin."""
    blocs = [dict(bloc) for bloc in actuel.get("paiements") or ()]
    for facture in solde.factures:
        siens = [(rang, b) for rang, b in enumerate(blocs) if str(b.get("facture", "")) == facture.piece.numero]
        for reglement in facture.reglements:
            connues = {b.get("date") for _, b in siens if normaliser(b.get("montant"), "montant") == reglement.montant}
            if reglement.date is None or reglement.date in connues or None not in connues:
                continue
            rang, bloc = next(
                (r, b)
                for r, b in siens
                if not b.get("date") and normaliser(b.get("montant"), "montant") == reglement.montant
            )
            bloc["date"] = reglement.date
            yield Pose(("paiements", rang, "date"), reglement.date)


def _relever_les_avoirs_sans_effet(
    fusion: Fusion, actuel: Mapping[str, Any], solde: Solde, diminutions: Diminutions
) -> None:
    """Un avoir que le dossier déduit encore et la source plus : remboursé, annulé, imputé ailleurs."""
    fusion.comparees |= {("avoirs", str(bloc.get("numero", "")), ANNULATION) for bloc in actuel.get("avoirs") or ()}
    if not _sont_toutes_lues(actuel, solde):
        return  # une facture n'est plus dans l'export : l'avoir l'a peut-être suivie
    for numero, est_nomme in diminutions.sans_effet():
        raison = "soldé, sans qu'aucune facture du dossier en soit diminuée" if est_nomme else "absent de l'export"
        fusion.conflits.append(Conflit(("avoirs", numero, ANNULATION), f"avoir {numero}", None, raison))


def _sont_toutes_lues(actuel: Mapping[str, Any], solde: Solde) -> bool:
    """Vrai si l'export porte encore chaque facture du dossier."""
    lues = {facture.piece.numero for facture in solde.factures} | {piece.numero for piece, _ in solde.ecartees}
    return {str(bloc.get("numero", "")) for bloc in actuel.get("factures") or ()} <= lues


def _fusionner_verses(
    fusion: Fusion,
    base: Mapping[CheminValeur, Any],
    presentes: Mapping[CheminValeur, Any],
    solde: Solde,
    diminutions: Diminutions,
    *,
    est_complet: bool,
) -> None:
    """Les paiements que la source ne rattache à aucune facture, une fois chacun.

    `est_complet` : elle porte tout le dossier ; ce qu'elle en retire sans que rien l'explique se dit.
    """
    total = cumuler([reglement.montant for reglement in solde.verses])
    deja, saisi = base.get(SANS_FACTURE, Decimal(0)), presentes.get(SANS_FACTURE, Decimal(0))
    if est_complet:
        fusion.comparees.add(SANS_FACTURE)
        if (retire := min(diminutions.verses, deja - total)) > 0:
            fusion.opposer(SANS_FACTURE, deja, saisi, saisi - retire)
            return
    if not total:
        return
    fusion.comparees.add(SANS_FACTURE)
    verse = total - diminutions.couverts.get("", Decimal(0))
    if verse <= saisi:
        fusion.retenues[SANS_FACTURE] = verse
    elif saisi != deja:
        if verse != deja:
            fusion.opposer(SANS_FACTURE, deja, saisi, verse)
    else:
        fusion.editions += [
            Ajout("paiements", valeurs_du_paiement("", reglement))
            for reglement in _nouveaux(solde.verses, verse - deja)
        ]
        fusion.retenues[SANS_FACTURE] = verse
        fusion.noter(SANS_FACTURE, deja, saisi, verse, "prise")


def _nouveaux(reglements: tuple[Reglement, ...], montant: Decimal) -> list[Reglement]:
    """Les derniers règlements qui font ce montant, ceux dont la date est connue d'abord ; à défaut, un seul, sans date.

    Le reste sans date est souvent un avoir imputé, que le dossier compte déjà.
    """
    for suivis in (reglements, tuple(r for r in reglements if r.date)):
        suite: list[Reglement] = []
        for reglement in reversed(suivis):
            if cumuler([r.montant for r in suite]) >= montant:
                break
            suite.insert(0, reglement)
        if cumuler([r.montant for r in suite]) == montant:
            return suite
    return [next((r for r in reversed(reglements) if r.date and r.montant == montant), Reglement(montant))]


def _descendre(chemin: CheminValeur, valeurs: Mapping[str, Any]) -> Iterator[tuple[CheminValeur, Any]]:
    for cle, valeur in valeurs.items():
        if isinstance(valeur, Mapping):
            yield from _descendre((*chemin, cle), valeur)
        else:
            yield (*chemin, cle), normaliser(valeur, cle)


def _nommer(cle: CheminValeur) -> str:
    if cle == SANS_FACTURE:
        return "paiements sans facture"
    if cle[0] == "paye":
        return f"paiements de la facture {cle[1]}"
    if cle[0] in _CLES_DU_BLOC:
        return ", ".join(filter(None, (f"{_CLES_DU_BLOC[cle[0]]} {cle[1]}", ".".join(cle[2:]))))
    return ".".join(cle)
