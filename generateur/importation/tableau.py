"""Le lecteur commun des exports en tableau : une ligne d'en-tête, des lignes de factures, et des règles éprouvées.

Une ligne par article ou par règlement se regroupe par numéro ; les totaux, préambules et lignes vides s'écartent ;
un statut et un reste dû en désaccord deviennent une question, jamais un choix silencieux.
"""

import datetime as dt
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from decimal import Decimal
from pathlib import Path
from typing import Any

from generateur.domaine.arrondi import arrondir
from generateur.domaine.langue import montant
from generateur.erreurs import ErreurLecture
from generateur.importation.desaccords import confronter_statut, douter_des_restes
from generateur.importation.entetes import (
    Correspondances,
    Entete,
    champs_connus,
    commence_par_un_total,
    comprendre,
    correspondances_communes,
    dit_un_total,
    est_un_total,
    lire_devise,
    lire_statut,
    lire_type,
    trouver_entete,
)
from generateur.importation.feuilles import Cellule, Feuille, lire_feuilles
from generateur.importation.masquees_dites import dire_ce_qui_est_masque
from generateur.importation.socle import (
    Consignes,
    Doute,
    Lecture,
    Nature,
    PieceLue,
    Refus,
    Reglement,
    Tiers,
)
from generateur.importation.valeurs_lues import lire_date, lire_identifiant, lire_montant, lire_texte

ZERO = Decimal(0)
_BRUIT = Decimal("0.0001")  # € : un calcul de tableur, non un montant
_MONTANTS = ("montant_ht", "montant_tva", "montant_ttc", "reste_du", "paye")
_DATES = ("date", "echeance", "date_paiement")
_LIGNES_D_EXEMPLE = 50  # assez pour que chaque colonne remplie y ait une valeur
_IDENTIFIANTS = ("siren", "siret", "tva")
_TEXTES = (
    "numero",
    "debiteur",
    "identifiant",
    "voie",
    "code_postal",
    "commune",
    "courriel",
    "telephone",
    "objet",
    "fichier",
)


@dataclass(frozen=True)
class Format:
    """Un export connu : ses en-têtes exacts par champ, et ce qui, sur une ligne, se lit autrement."""

    nom: str
    correspondances: Correspondances = field(default_factory=correspondances_communes)
    ajuster: Callable[[PieceLue, Mapping[str, Cellule]], PieceLue] | None = None


@dataclass
class _Ligne:
    """Une ligne lue : son origine, ses champs, ses défauts."""

    origine: str
    champs: dict[str, Any]
    brutes: Mapping[str, Cellule]
    doutes: list[Doute]


def lire_tableau(fichier: Path, consignes: Consignes, format_: Format) -> Lecture:
    """Lit toutes les feuilles qui ont une ligne d'en-tête.

    Lève ErreurLecture si aucune n'a de colonne de numéro et de montant, ErreurUsage si deux colonnes se disputent.
    """
    lues: list[_Ligne] = []
    refus: list[Refus] = []
    clients: list[Tiers] = []
    caches: list[Doute] = []
    colonnes: dict[str, str | None] = {}
    entetes: dict[str, None] = {}
    non_lus: dict[str, None] = {}
    exemples: dict[str, str] = {}
    for feuille in lire_feuilles(fichier):
        rang = trouver_entete(feuille, format_.correspondances)
        if rang is None:
            continue
        entete = comprendre(feuille, rang, format_.correspondances, consignes.colonnes)
        entetes |= dict.fromkeys(nom for nom in entete.noms if nom)
        non_lus |= dict.fromkeys(entete.non_lus())
        exemples = _donner_exemples(feuille, entete) | exemples
        if not {"montant_ttc", "reste_du", "montant_ht"} & set(entete.colonnes) or "numero" not in entete.colonnes:
            for client in _lire_clients(feuille, entete):
                clients.append(_composer_tiers(client.champs))
                caches += client.doutes
            colonnes = colonnes or entete.en_clair(champs_connus())
            continue
        colonnes = entete.en_clair(champs_connus())
        caches += dire_ce_qui_est_masque(feuille, entete.rang)
        for ligne, defaut in _parcourir(feuille, entete):
            if ligne is not None:
                lues.append(ligne)
            if defaut is not None:
                refus.append(defaut)
    if not lues and not clients and not refus:
        raise _rien_compris(fichier, colonnes)
    pieces, doutes = _regrouper(lues, format_)
    doutes += [*(doute for ligne in lues for doute in ligne.doutes), *caches]
    return Lecture(
        fichier,
        format_.nom,
        len(lues) + len(refus),
        tuple(pieces),
        tuple(refus),
        tuple(doutes),
        colonnes,
        tuple(clients),
        entetes=tuple(entetes),
        exemples=exemples,
        non_lus=tuple(non_lus),
    )


def _donner_exemples(feuille: Feuille, entete: Entete) -> dict[str, str]:
    """Par en-tête, la première valeur écrite dessous."""
    exemples: dict[str, str] = {}
    for ligne in feuille.lignes[entete.rang + 1 : entete.rang + 1 + _LIGNES_D_EXEMPLE]:
        for nom, cellule in zip(entete.noms, ligne, strict=False):
            if nom and (texte := _dire_cellule(cellule)):
                exemples.setdefault(nom, texte)
    return exemples


def _dire_cellule(cellule: Cellule) -> str:
    """Ce qu'on en lirait dans un tableur français."""
    if isinstance(cellule, dt.date):
        return f"{cellule:%d/%m/%Y}"
    return lire_texte(cellule).replace(".", ",") if isinstance(cellule, Decimal) else lire_texte(cellule)


def _rien_compris(fichier: Path, colonnes: Mapping[str, str | None]) -> ErreurLecture:
    if colonnes.get("numero") and not any(colonnes.get(champ) for champ in _MONTANTS):
        return ErreurLecture(
            "cet export n'a ni montant TTC ni reste dû",
            lieu=fichier.name,
            remede="Exporter le détail par facture (numéro, date, échéance, montant TTC, reste dû).",
        )
    if colonnes.get("numero"):
        return ErreurLecture(
            "il n'y a aucune facture sous la ligne d'en-tête",
            lieu=fichier.name,
            remede="Vérifier la période et les filtres, puis exporter de nouveau.",
        )
    if colonnes:
        return ErreurLecture(
            "cet export n'a pas de numéro de facture : la créance ne peut pas être individualisée",
            lieu=fichier.name,
            remede="Exporter le détail par facture (numéro, date, échéance, montant TTC, reste dû).",
        )
    return ErreurLecture(
        "aucune ligne d'en-tête n'a été comprise",
        lieu=fichier.name,
        remede='Nommer les colonnes : --colonnes "numero=…" --colonnes "montant_ttc=…" --colonnes "debiteur=…".',
    )


def _lire_clients(feuille: Feuille, entete: Entete) -> Iterator[_Ligne]:
    """Une liste de clients : des noms, des adresses, des identifiants, et pas de facture."""
    if "debiteur" not in entete.colonnes:
        return
    for rang in range(entete.rang + 1, len(feuille.lignes)):
        ligne = feuille.lignes[rang]
        if not any(ligne) or est_un_total(ligne):
            continue
        lue, _ = _lire_ligne(feuille, rang, entete)
        if lue is not None and lue.champs.get("debiteur"):
            yield lue


def _parcourir(feuille: Feuille, entete: Entete) -> Iterator[tuple[_Ligne | None, Refus | None]]:
    for rang in range(entete.rang + 1, len(feuille.lignes)):
        ligne = feuille.lignes[rang]
        if not any(ligne) or _est_une_somme(ligne, entete):
            continue
        yield _lire_ligne(feuille, rang, entete)


def _est_une_somme(ligne: Sequence[Cellule], entete: Entete) -> bool:
    """Une ligne de total : elle le dit, et ne porte pas de numéro de facture, ou « Total Untel », sans date."""
    numero = _cellule(ligne, entete, "numero")
    if est_un_total(ligne) and (not numero or dit_un_total(numero)):
        return True
    return commence_par_un_total(numero) and not any(_cellule(ligne, entete, champ) for champ in _DATES)


def _cellule(ligne: Sequence[Cellule], entete: Entete, champ: str) -> Cellule:
    place = entete.colonnes.get(champ)
    return ligne[place] if place is not None and place < len(ligne) else None


def _lire_ligne(feuille: Feuille, rang: int, entete: Entete) -> tuple[_Ligne | None, Refus | None]:
    """Les champs de la ligne ; un montant ou une date illisible la refuse, un identifiant abîmé est seulement dit."""
    ligne, origine = feuille.lignes[rang], feuille.situer(rang)
    brutes = {champ: _cellule(ligne, entete, champ) for champ in entete.colonnes}
    champs: dict[str, Any] = {}
    doutes: list[Doute] = []
    try:
        for champ, cellule in brutes.items():
            if champ in _MONTANTS:
                champs[champ] = lire_montant(cellule)
            elif champ in _DATES:
                champs[champ] = lire_date(cellule)
            elif champ in _TEXTES:
                champs[champ] = lire_texte(cellule)
    except ValueError as erreur:
        nom = entete.noms[entete.colonnes[champ]]
        return None, Refus(
            f"{origine}, colonne « {nom} »", str(erreur), "Corriger cette cellule dans l'export, puis réimporter."
        )
    for champ in _IDENTIFIANTS:
        try:
            champs[champ] = lire_identifiant(brutes.get(champ))
        except ValueError as erreur:
            champs[champ] = ""
            remede = "Exporter de nouveau, et donner le fichier sans l'enregistrer dans un tableur."
            doutes.append(Doute(origine, "IDENTIFIANT_ABIME", str(erreur), champs.get("numero", ""), remede))
    return _Ligne(origine, champs, brutes, doutes), None


def _composer_tiers(champs: Mapping[str, Any]) -> Tiers:
    return Tiers(
        nom=champs.get("debiteur", ""),
        **{
            cle: champs.get(cle) or ""
            for cle in (
                "identifiant",
                "siren",
                "siret",
                "tva",
                "voie",
                "code_postal",
                "commune",
                "courriel",
                "telephone",
            )
        },
    )


def _regrouper(lues: Sequence[_Ligne], format_: Format) -> tuple[list[PieceLue], list[Doute]]:
    """Une pièce par numéro et débiteur ; les lignes répétées apportent leurs règlements."""
    groupes: dict[tuple[str, str], list[_Ligne]] = {}
    for rang, ligne in enumerate(lues):
        numero = ligne.champs.get("numero") or f"\0{rang}"
        groupes.setdefault((numero, ligne.champs.get("debiteur", "")), []).append(ligne)
    pieces, doutes = [], []
    for groupe in groupes.values():
        piece, siens = _composer_piece(groupe, format_)
        pieces.append(piece)
        doutes += siens
    return pieces, doutes


def _composer_piece(groupe: Sequence[_Ligne], format_: Format) -> tuple[PieceLue, list[Doute]]:
    premiere, champs = groupe[0], groupe[0].champs
    restes = {reste for ligne in groupe if (reste := ligne.champs.get("reste_du")) is not None}
    plus_grand = max((ttc for ligne in groupe if (ttc := ligne.champs.get("montant_ttc")) is not None), default=None)
    # il reste dû plus que chaque ligne : ce sont des articles, même d'un montant égal
    sont_des_articles = plus_grand is not None and bool(restes) and max(restes) > plus_grand
    montants = {
        nom: _reunir_montants([ligne.champs.get(nom) for ligne in groupe], sont_des_articles=sont_des_articles)
        for nom in ("montant_ht", "montant_tva", "montant_ttc")
    }
    doutes = douter_des_restes(premiere.origine, champs.get("numero", ""), restes, montants["montant_ttc"])
    statut = lire_statut(premiere.brutes.get("statut"))
    piece = PieceLue(
        origine=premiere.origine,
        numero=champs.get("numero", ""),
        debiteur=_composer_tiers(champs),
        nature=_nature(premiere.brutes, montants["montant_ttc"]),
        date=champs.get("date"),
        echeance=champs.get("echeance"),
        montant_ht=montants["montant_ht"],
        montant_tva=montants["montant_tva"],
        montant_ttc=_ttc(montants, restes),
        paye=champs.get("paye"),
        reste_du=max(restes) if restes else None,
        reglements=_reglements(groupe),
        statut=statut,
        devise=lire_devise(premiere.brutes.get("devise")),
        objet=champs.get("objet", ""),
        nom_fichier=champs.get("fichier", ""),
    )
    if format_.ajuster is not None:
        piece = format_.ajuster(piece, premiere.brutes)
    piece, arrondis = _mettre_au_centime(piece)
    piece, question = confronter_statut(piece)
    return piece, [*doutes, *arrondis, *question]


def _mettre_au_centime(piece: PieceLue) -> tuple[PieceLue, list[Doute]]:
    """Les montants au centime, demi vers le haut ; ce qui n'est pas qu'un bruit de tableur se dit."""
    lus: dict[str, Decimal] = {nom: lu for nom in _MONTANTS if isinstance(lu := getattr(piece, nom), Decimal)}
    arrondie = replace(
        piece,
        **{nom: arrondir(lu) for nom, lu in lus.items()},  # type: ignore[arg-type]  # les seuls champs de montant
        reglements=tuple(replace(reglement, montant=arrondir(reglement.montant)) for reglement in piece.reglements),
    )
    changes = [lu for lu in lus.values() if abs(lu - arrondir(lu)) > _BRUIT]
    if not changes:
        return arrondie, []
    dits = ", ".join(f"{lu} arrondi à {montant(arrondir(lu))}".replace(".", ",") for lu in dict.fromkeys(changes))
    return arrondie, [Doute(piece.origine, "MONTANT_ARRONDI", f"facture {piece.numero} : {dits}", piece.numero)]


def _reunir_montants(montants: Sequence[Decimal | None], *, sont_des_articles: bool) -> Decimal | None:
    """Le total répété d'une ligne à l'autre, sinon la somme des lignes d'articles."""
    connus = [montant for montant in montants if montant is not None]
    if not connus:
        return None
    return connus[0] if len(set(connus)) == 1 and not sont_des_articles else sum(connus, ZERO)


def _ttc(montants: Mapping[str, Decimal | None], restes: set[Decimal]) -> Decimal | None:
    """Le TTC déclaré ; à défaut HT + TVA quand les deux sont là, sinon le reste dû, seul montant connu."""
    if montants["montant_ttc"] is not None:
        return montants["montant_ttc"]
    if montants["montant_ht"] is not None and montants["montant_tva"] is not None:
        return montants["montant_ht"] + montants["montant_tva"]
    return max(restes) if restes else None


def _nature(brutes: Mapping[str, Cellule], ttc: Decimal | None) -> Nature:
    dite = lire_type(brutes.get("type")) or ("avoir" if lire_type(brutes.get("statut")) == "avoir" else "")
    if dite == "avoir" or (ttc is not None and ttc < ZERO):
        return "avoir"
    return "acompte" if dite == "acompte" else "rectificative" if dite == "rectificative" else "facture"


def _reglements(groupe: Sequence[_Ligne]) -> tuple[Reglement, ...]:
    """Un règlement par ligne qui en porte un, ou le seul que la facture connaisse, à sa date."""
    vus: dict[tuple[Any, Any], Reglement] = {}
    for rang, ligne in enumerate(groupe):
        montant, date = ligne.champs.get("paye"), ligne.champs.get("date_paiement")
        if montant and montant > ZERO and date is not None:
            vus[rang if len(groupe) > 1 else 0, (date, montant)] = Reglement(montant, date)
    uniques = {(r.date, r.montant): r for r in vus.values()}
    return tuple(uniques.values())
