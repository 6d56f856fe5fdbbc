"""L'ordre des dates : contrat, livraison, facture, échéance, relances, mise en demeure, arrêté.

Une date que rien n'explique (échéance avant la facture, commande après la facture, présentation avant
l'envoi, fait encore à venir) est bloquante. Une date seulement inhabituelle (livraison après la facture,
relance avant l'échéance) n'est que signalée : l'acompte, l'abonnement et la relance préventive existent.
"""

import itertools
from collections.abc import Iterator
from datetime import date

from generateur.controles.catalogue import constater
from generateur.controles.contexte import Contexte
from generateur.controles.lieux import lieu_facture, situer, situer_contrats, situer_mises_en_demeure
from generateur.domaine.constat import Constat
from generateur.domaine.creances import Facture, MiseEnDemeure
from generateur.domaine.dossier import Dossier
from generateur.domaine.langue import date_longue

_REMEDE_DATE = "Corrigez la date dans dossier.toml d'après la pièce (forme 2026-05-31 : année-mois-jour)."
# vrais le jour où l'on regarde, non le jour de l'arrêté
CODES_DU_JOUR = frozenset(
    {
        "ANNUAIRE_ANCIEN",
        "ARRETE_FUTUR",
        "HORIZON_PROCHE",
        "ORDONNANCE_NON_AVENUE",
        "SUIVI_A_VENIR",
        "TITRE_EXPIRE",
    }
)
# Ce qu'un événement noté ne peut pas dire : « generateur ajouter evenement » et la page le refusent.
DATES_IMPOSSIBLES = frozenset({"DATE_FUTURE", "REJET_AVANT_PAIEMENT"})
_FACTUREES_DAVANCE = frozenset({"acompte", "loyer", "cotisation", "effet", "penalites"})


def controler(dossier: Dossier, contexte: Contexte) -> list[Constat]:
    """Toutes les dates qui ne se suivent pas."""
    constats: list[Constat] = []
    if contexte.au > contexte.jour:
        constats.append(
            constater(
                "ARRETE_FUTUR",
                f"Le décompte est arrêté à une date à venir, le {date_longue(contexte.au)}.",
                lieu="au",
                remede="Rien à faire si c'est voulu ; sinon corrigez « au » ou l'option --au.",
            )
        )
    for lieu, facture in situer("factures", dossier.factures):
        constats += _facture(dossier, lieu, facture)
    constats += _relances(dossier)
    for lieu, lettre in situer_mises_en_demeure(dossier):
        constats += _mise_en_demeure(lieu, lettre)
    constats += _avoirs_et_paiements(dossier)
    for lieu, fait, jour in _faits(dossier):
        constats += _fait_a_venir(lieu, fait, jour, contexte) if jour else ()
    return constats


def _facture(dossier: Dossier, lieu: str, facture: Facture) -> Iterator[Constat]:
    emise_le, echeance = facture.date, facture.premiere_echeance
    if emise_le is None:
        return
    if echeance and echeance < emise_le:
        yield constater(
            "ECHEANCE_AVANT_FACTURE",
            f"La facture {facture.numero} du {date_longue(emise_le)} viendrait à échéance avant sa date, "
            f"le {date_longue(echeance)}.",
            lieu=f"{lieu}.echeances" if facture.echeances else f"{lieu}.echeance",
            remede=_REMEDE_DATE,
        )
    commande = facture.commande.date if facture.commande else None
    contrat = dossier.contrat_de(facture)
    conclu_le = commande or (contrat.date if contrat else None)
    if conclu_le and conclu_le > emise_le:
        yield constater(
            "CONTRAT_APRES_FACTURE",
            f"La commande ou le contrat ({date_longue(conclu_le)}) est postérieur à la facture "
            f"{facture.numero} "
            f"({date_longue(emise_le)}) : il ne peut pas la fonder.",
            lieu=f"{lieu}.date",
            remede=_REMEDE_DATE + " S'il existe une commande antérieure, écrivez-la dans factures.commande.",
        )
    for livraison in facture.toutes_livraisons:
        if livraison.date and conclu_le and livraison.date < conclu_le:
            yield constater(
                "LIVRAISON_AVANT_CONTRAT",
                f"La livraison du {date_longue(livraison.date)} précède la commande ({date_longue(conclu_le)}).",
                lieu=f"{lieu}.livraison.date",
                remede="Vérifiez les deux dates ; gardez-les si la commande a régularisé une livraison déjà faite.",
            )
        if livraison.date and livraison.date > emise_le and facture.nature not in _FACTUREES_DAVANCE:
            yield constater(
                "LIVRAISON_APRES_FACTURE",
                f"La livraison du {date_longue(livraison.date)} suit la facture {facture.numero} "
                f"({date_longue(emise_le)}).",
                lieu=f"{lieu}.livraison.date",
                remede='Vérifiez la date ; pour une facture d\'acompte, écrivez nature = "acompte".',
            )


def _relances(dossier: Dossier) -> Iterator[Constat]:
    premiere_echeance = dossier.premiere_echeance
    envois = [lettre.date_envoi for lettre in dossier.toutes_mises_en_demeure]
    for lieu, relance in situer("relances", dossier.relances):
        if premiere_echeance and relance.date <= premiere_echeance:
            yield constater(
                "RELANCE_AVANT_ECHEANCE",
                f"La relance du {date_longue(relance.date)} ne suit pas la première échéance "
                f"({date_longue(premiere_echeance)}) : elle ne prouve pas un retard.",
                lieu=f"{lieu}.date",
                remede="Vérifiez la date ; rien à faire pour une relance préventive.",
            )
        elif envois and relance.date > max(envois):
            yield constater(
                "RELANCE_APRES_MISE_EN_DEMEURE",
                f"La relance du {date_longue(relance.date)} suit la mise en demeure : le débiteur peut y "
                "voir un "
                "délai accordé.",
                lieu=f"{lieu}.date",
                remede="Vérifiez la date ; au besoin, renvoyez une mise en demeure.",
            )


def _mise_en_demeure(lieu: str, lettre: MiseEnDemeure) -> Iterator[Constat]:
    suite = [
        ("date_envoi", lettre.date_envoi),
        ("date_presentation", lettre.date_presentation),
        ("date_reception", lettre.date_reception),
    ]
    connues = [(cle, jour) for cle, jour in suite if jour]
    for (cle_avant, avant), (cle_apres, apres) in itertools.pairwise(connues):
        if apres < avant:
            yield constater(
                "MISE_EN_DEMEURE_DATES",
                f"Mise en demeure : « {cle_apres} » ({date_longue(apres)}) précède « {cle_avant} » "
                f"({date_longue(avant)}).",
                lieu=f"{lieu}.{cle_apres}",
                remede="Recopiez les dates de la preuve de dépôt et de l'avis de réception.",
            )


def _avoirs_et_paiements(dossier: Dossier) -> Iterator[Constat]:
    dates = {facture.numero: facture.date for facture in dossier.factures if facture.date}
    for lieu, avoir in situer("avoirs", dossier.avoirs):
        if avoir.date and avoir.facture in dates and avoir.date < dates[avoir.facture]:
            yield constater(
                "AVOIR_AVANT_FACTURE",
                f"L'avoir {avoir.numero} du {date_longue(avoir.date)} précède la facture {avoir.facture} "
                f"({lieu_facture(dossier, avoir.facture)}) qu'il réduit.",
                lieu=f"{lieu}.date",
                remede=_REMEDE_DATE,
            )
    for lieu, paiement in situer("paiements", dossier.paiements):
        if not paiement.date:
            continue
        if paiement.date_rejet and paiement.date_rejet < paiement.date:
            yield constater(
                "REJET_AVANT_PAIEMENT",
                f"Le paiement du {date_longue(paiement.date)} aurait été rejeté avant d'être fait.",
                lieu=f"{lieu}.date_rejet",
                remede=_REMEDE_DATE,
            )
        if paiement.facture in dates and paiement.date < dates[paiement.facture]:
            yield constater(
                "PAIEMENT_AVANT_FACTURE",
                f"Le paiement du {date_longue(paiement.date)} précède la facture {paiement.facture}.",
                lieu=f"{lieu}.date",
                remede="Vérifiez la date ; pour un acompte déjà déduit, écrivez plutôt acomptes_deduits.",
            )


def _faits(dossier: Dossier) -> Iterator[tuple[str, str, date | None]]:
    for lieu, facture in situer("factures", dossier.factures):
        yield f"{lieu}.date", f"La facture {facture.numero}", facture.date
    for lieu, avoir in situer("avoirs", dossier.avoirs):
        yield f"{lieu}.date", f"L'avoir {avoir.numero}", avoir.date
    for lieu, paiement in situer("paiements", dossier.paiements):
        yield f"{lieu}.date", "Le paiement", paiement.date
    for lieu, relance in situer("relances", dossier.relances):
        yield f"{lieu}.date", "La relance", relance.date
    for lieu, lettre in situer_mises_en_demeure(dossier):
        yield f"{lieu}.date_envoi", "La mise en demeure", lettre.date_envoi
    for lieu, interruption in situer("interruptions", dossier.interruptions):
        yield f"{lieu}.date", "L'événement", interruption.date
    for lieu, contrat in situer_contrats(dossier):
        yield f"{lieu}.date", "Le contrat", contrat.date


def _fait_a_venir(lieu: str, fait: str, jour: date, contexte: Contexte) -> Iterator[Constat]:
    if jour > max(contexte.au, contexte.jour):
        yield constater(
            "DATE_FUTURE",
            f"{fait} porte une date à venir : {date_longue(jour)}.",
            lieu=lieu,
            remede=_REMEDE_DATE,
        )
    elif jour > contexte.au:
        yield constater(
            "APRES_ARRETE",
            f"{fait} ({date_longue(jour)}) vient après l'arrêté du {date_longue(contexte.au)} : "
            "le décompte n'en tient pas compte.",
            lieu=lieu,
            remede="Choisissez une date d'arrêté plus récente avec « au » ou --au.",
        )
