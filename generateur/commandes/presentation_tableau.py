"""Le tableau de bord : ce que l'on lit au terminal, ou l'objet du contrat, chaque chiffre avec sa formule."""

from collections.abc import Iterator, Sequence
from decimal import Decimal
from pathlib import Path
from typing import Any

from generateur.calculs.indicateurs import Indicateur
from generateur.calculs.provision import Creance, HorsSommes
from generateur.commandes.signes import assembler, mettre_en_ligne
from generateur.domaine.langue import courber, date_longue, montant, pluriel, pourcentage
from generateur.domaine.socle import ZERO
from generateur.operations.tableau_de_bord import HORIZON_JOURS, Groupe, LigneBalance, Tableau

PRINCIPAUX = 10
_POUR_UN_DEBITEUR = frozenset(
    {"encours", "echu", "facture", "recouvre", "retard_moyen", "retard_paiements", "provision"}
)


def en_objet(tableau: Tableau, fichiers: Sequence[Path]) -> dict[str, Any]:
    """Objet de « tableau » : chaque chiffre, en texte à deux décimales, avec sa formule et sa source."""
    return {
        "au": tableau.au.isoformat(),
        "source": tableau.source,
        "dossiers": tableau.dossiers,
        "indicateurs": [_objet_d_indicateur(indicateur) for indicateur in tableau.indicateurs],
        "balance": {
            "tranches": [_objet_de_tranche(ligne) for ligne in tableau.balance],
            "total": _en_texte(sum((ligne.montant for ligne in tableau.balance), ZERO)),
        },
        "provision": {
            "total": _en_texte(sum((ligne.provision for ligne in tableau.balance), ZERO)),
            "bareme": tableau.fichier_bareme.as_posix() if tableau.fichier_bareme else None,
            "depuis": tableau.bareme.depuis.isoformat(),
            "source": tableau.bareme.source,
            "situations": [
                {"situation": s.situation, "taux_pourcent": _en_texte(s.taux_pourcent)}
                for s in tableau.bareme.situations
            ],
        },
        "recouvrement": [
            {
                "etape": etape.cle,
                "libelle": etape.libelle,
                "dossiers": etape.dossiers,
                "engage": _en_texte(etape.engage),
                "recouvre": _en_texte(etape.recouvre),
                "taux_pourcent": _en_texte(etape.taux),
            }
            for etape in tableau.etapes
        ],
        "debiteurs": [_objet_de_groupe(groupe, _POUR_UN_DEBITEUR) for groupe in tableau.debiteurs],
        "creanciers": [_objet_de_groupe(groupe, None) for groupe in tableau.creanciers],
        "principaux_debiteurs": [groupe.nom for groupe in principaux(tableau)],
        "creances": [_objet_de_creance(creance) for creance in tableau.creances],
        "echeances": [
            {
                "date": echeance.le.isoformat(),
                "reference": echeance.reference,
                "debiteur": echeance.debiteur,
                "titre": echeance.titre,
                "fondement": echeance.fondement,
            }
            for echeance in tableau.echeances
        ],
        "hors_sommes": [
            {
                "reference": dehors.reference,
                "debiteur": dehors.debiteur,
                "facture": dehors.facture,
                "montant": _en_texte(dehors.montant),
                "motif": dehors.motif,
            }
            for dehors in tableau.dehors
        ],
        "ecartes": [
            {
                "dossier": ecarte.chemin.as_posix(),
                "code": int(ecarte.erreur.code),
                "message": ecarte.erreur.message,
                "remede": ecarte.erreur.remede,
            }
            for ecarte in tableau.ecartes
        ],
        "fichiers": [fichier.as_posix() for fichier in fichiers],
    }


def _en_texte(valeur: Decimal | None) -> str | None:
    return None if valeur is None else f"{valeur:.2f}"


def _objet_d_indicateur(indicateur: Indicateur) -> dict[str, Any]:
    definition = indicateur.definition
    return {
        "cle": indicateur.cle,
        "libelle": definition.libelle,
        "valeur": _en_texte(indicateur.valeur),
        "unite": definition.unite,
        "precision": indicateur.precision or None,
        "formule": definition.formule,
        "source": definition.source,
    }


def _objet_de_tranche(ligne: LigneBalance) -> dict[str, Any]:
    tranche = ligne.tranche
    return {
        "tranche": tranche.cle,
        "libelle": tranche.libelle,
        "depuis_jours": tranche.depuis,
        "jusqu_a_jours": tranche.jusqu_a,
        "creances": ligne.creances,
        "montant": _en_texte(ligne.montant),
        "part_pourcent": _en_texte(ligne.part),
        "base_ht": _en_texte(ligne.base_ht),
        "taux_pourcent": _en_texte(tranche.taux),
        "provision": _en_texte(ligne.provision),
    }


def _objet_de_groupe(groupe: Groupe, cles: frozenset[str] | None) -> dict[str, Any]:
    return {
        "nom": groupe.nom,
        "dossiers": list(groupe.references),
        **{i.cle: _en_texte(i.valeur) for i in groupe.indicateurs if cles is None or i.cle in cles},
        "tranches": {ligne.tranche.cle: _en_texte(ligne.montant) for ligne in groupe.balance},
        "provisions": {ligne.tranche.cle: _en_texte(ligne.provision) for ligne in groupe.balance},
    }


def _objet_de_creance(creance: Creance) -> dict[str, Any]:
    emise = creance.facture.date
    return {
        "reference": creance.reference,
        "creancier": creance.creancier,
        "debiteur": creance.debiteur,
        "facture": creance.facture.numero,
        "date": emise.isoformat() if emise else None,
        "echeance": creance.echeance.isoformat(),
        "retard_jours": creance.retard,
        "initial": _en_texte(creance.initial),
        "reste": _en_texte(creance.reste),
        "tranche": creance.tranche.cle,
        "base_ht": _en_texte(creance.base_ht),
        "taux_pourcent": _en_texte(creance.taux),
        "provision": _en_texte(creance.provision),
    }


def principaux(tableau: Tableau) -> tuple[Groupe, ...]:
    """Les débiteurs qui doivent le plus d'échu, dix au plus."""
    return tuple(groupe for groupe in tableau.debiteurs if groupe.creances)[:PRINCIPAUX]


_SITUATIONS = {
    "cloture_insuffisance_actif": "liquidation clôturée pour insuffisance d’actif",
    "plan_en_cours": "plan de continuation",
    "in_bonis": "règle ordinaire",
    "radiee": "radiation",
    "dissoute_tup": "dissolution par transmission du patrimoine",
    "decede": "succession",
}


def dire_situation(situation: str) -> str:
    """« liquidation », « liquidation clôturée pour insuffisance d’actif »."""
    return _SITUATIONS.get(situation, situation.replace("_", " ").replace("redressement", "redressement judiciaire"))


def dire_source_du_bareme(tableau: Tableau) -> str:
    """D'où viennent les tranches et les taux, et leur date."""
    ou = tableau.fichier_bareme.as_posix() if tableau.fichier_bareme else "barème du programme"
    return f"{ou}, du {date_longue(tableau.bareme.depuis)} : {tableau.bareme.source}"


def presenter(tableau: Tableau, fichiers: Sequence[Path]) -> str:
    """Les indicateurs et leurs formules, la balance, les étapes, les débiteurs, les dates ; puis ce qui manque."""
    lignes = [
        f"Tableau au {date_longue(tableau.au)} : {pluriel(tableau.dossiers, 'dossier')} "
        f"de {mettre_en_ligne(tableau.source)}",
        *(f"Écrit : {fichier.as_posix()}" for fichier in fichiers),
    ]
    for titre, corps in (
        ("Indicateurs", _decrire_indicateurs(tableau)),
        ("Balance âgée et provision", _decrire_balance(tableau)),
        ("Recouvré par étape", _decrire_etapes(tableau)),
        ("Principaux débiteurs, par échu", _decrire_debiteurs(tableau)),
        ("Par créancier", _decrire_creanciers(tableau) if len(tableau.creanciers) > 1 else iter(())),
        (f"Dates à tenir d’ici {HORIZON_JOURS} jours", _decrire_echeances(tableau)),
        ("Hors des sommes", _decrire_dehors(tableau.dehors)),
        ("Dossiers écartés", _decrire_ecartes(tableau)),
        ("Comment c’est calculé", _decrire_formules(tableau)),
    ):
        suite = list(corps)
        if suite:
            lignes += ["", titre, *suite]
    return assembler(lignes)


def _decrire_indicateurs(tableau: Tableau) -> Iterator[str]:
    for indicateur in tableau.indicateurs:
        yield f"  {courber(indicateur.definition.libelle)} : {indicateur.dit}"


def _decrire_formules(tableau: Tableau) -> Iterator[str]:
    for indicateur in tableau.indicateurs:
        definition = indicateur.definition
        yield f"  {courber(definition.libelle)} = {courber(definition.formule)}"
        yield f"      d’après : {courber(definition.source)}"
    yield f"  Recouvré par étape : {courber(FORMULE_DES_ETAPES)}"
    yield f"  Tranches et taux : {mettre_en_ligne(dire_source_du_bareme(tableau))}"


def _decrire_balance(tableau: Tableau) -> Iterator[str]:
    yield f"  {'':<34}{'créances':>9}{'montant':>18}{'part':>10}{'taux':>10}{'provision':>18}"
    for ligne in tableau.balance:
        yield (
            f"  {ligne.tranche.libelle:<34}{ligne.creances:>9}{montant(ligne.montant):>18}{pourcentage(ligne.part):>10}"
            f"{pourcentage(ligne.tranche.taux):>10}{montant(ligne.provision):>18}"
        )
    for situation in tableau.bareme.situations:
        nom = dire_situation(situation.situation)
        yield f"  débiteur en {nom} : {pourcentage(situation.taux_pourcent)} de la base hors taxe, au moins"


def _decrire_etapes(tableau: Tableau) -> Iterator[str]:
    yield f"  {'':<26}{'dossiers':>9}{'engagé':>18}{'recouvré':>18}{'taux':>10}"
    for etape in tableau.etapes:
        taux = "–" if etape.taux is None else pourcentage(etape.taux)
        sommes = f"{montant(etape.engage):>18}{montant(etape.recouvre):>18}"
        yield f"  {etape.libelle:<26}{etape.dossiers:>9}{sommes}{taux:>10}"


FORMULE_DES_ETAPES = (
    "engagé : ce qui restait dû le jour où chaque dossier est entré dans l'étape ; recouvré : les paiements dont elle "
    "est la dernière étape datée d'avant eux ; taux = recouvré ÷ engagé × 100"
)


def _decrire_debiteurs(tableau: Tableau) -> Iterator[str]:
    for groupe in principaux(tableau):
        yield (
            f"  {mettre_en_ligne(groupe.nom)} : {montant(groupe.valeur('echu'))} échus sur "
            f"{montant(groupe.valeur('encours'))}, provision {montant(groupe.valeur('provision'))} "
            f"({mettre_en_ligne(', '.join(groupe.references))})"
        )


def _decrire_creanciers(tableau: Tableau) -> Iterator[str]:
    for groupe in tableau.creanciers:
        yield (
            f"  {mettre_en_ligne(groupe.nom)} : {montant(groupe.valeur('echu'))} échus sur "
            f"{montant(groupe.valeur('encours'))}, provision {montant(groupe.valeur('provision'))}"
        )


def _decrire_echeances(tableau: Tableau) -> Iterator[str]:
    for echeance in tableau.echeances:
        yield (
            f"  {date_longue(echeance.le)} : {mettre_en_ligne(echeance.reference)} — "
            f"{mettre_en_ligne(echeance.debiteur)}, {courber(echeance.titre)} ({echeance.fondement})"
        )


def _decrire_dehors(dehors: Sequence[HorsSommes]) -> Iterator[str]:
    for ligne in dehors:
        combien = f", {montant(ligne.montant)}" if ligne.montant is not None else ""
        facture = f", facture {ligne.facture}" if ligne.facture else ""
        qui = mettre_en_ligne(f"{ligne.reference} — {ligne.debiteur}{facture}")
        yield f"  {qui}{combien} : {courber(ligne.motif)}"


def _decrire_ecartes(tableau: Tableau) -> Iterator[str]:
    for ecarte in tableau.ecartes:
        yield f"  {mettre_en_ligne(ecarte.chemin.name)} : {mettre_en_ligne(ecarte.erreur.message.splitlines()[0])}"
        yield from (f"      → {mettre_en_ligne(ligne)}" for ligne in ecarte.erreur.remede.splitlines()[:1])
