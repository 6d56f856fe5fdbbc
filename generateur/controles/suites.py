"""Ce qui suit le dépôt : dates de [suivi] qui ne se suivent pas, ordonnance partielle ou non avenue, rejet, clôture.

Sources : CPC 1409 (rejet et ordonnance partielle : ni recours, ni signification si l'on veut le tout), 1411 (non
avenue), 1416 (opposition), 1422 (exécution) ; CPCE L111-2 (pas de saisie sans titre), L511-1 (mesure conservatoire).
"""

from collections.abc import Iterator
from datetime import date
from itertools import pairwise

from generateur.calculs.avancement import dire_cloture
from generateur.calculs.decompte import chiffrer
from generateur.calculs.solde_du_titre import est_moindre
from generateur.calculs.suites_europeennes import est_europeenne
from generateur.controles.catalogue import constater
from generateur.controles.contexte import Contexte
from generateur.controles.delais_des_suites import constater_delais
from generateur.controles.lieux import situer
from generateur.domaine.apres_depot import Suivi
from generateur.domaine.constat import CE_DOSSIER, Constat
from generateur.domaine.dossier import Dossier
from generateur.domaine.evenements import lister_evenements
from generateur.domaine.langue import date_longue, enumerer
from generateur.domaine.langue import montant as ecrire_montant
from generateur.erreurs import ErreurDroitManquant

# Ce qu'un ajout ne peut pas écrire : « generateur ajouter evenement » le refuse, et ne fait qu'avertir du reste.
IMPOSSIBLES = frozenset(
    {"SUIVI_DATES", "SUIVI_A_VENIR", "SUIVI_CONTRADICTOIRE", "SAISIE_SANS_TITRE", "SIGNIFICATION_SANS_DEBITEUR"}
)


def controler(dossier: Dossier, contexte: Contexte) -> list[Constat]:
    """Ordre des événements, puis ce que chacun appelle ; rien tant que rien n'est déposé."""
    suivi = dossier.suivi
    if suivi is None:
        return []
    jour = max(contexte.au, contexte.jour)
    return [
        *_clos(dossier, suivi),
        *_dates(suivi),
        *_a_venir(dossier, jour),
        *_manquants(suivi),
        *_contradictions(dossier, suivi),
        *_rejet(suivi),
        *_ordonnance(dossier, suivi, jour),
        *_destinataires(dossier, suivi),
        *constater_delais(dossier, suivi, jour),
    ]


def _dates(suivi: Suivi) -> Iterator[Constat]:
    premiere = next(iter(suivi.toutes_significations), None)
    evenements: list[tuple[str, date | None]] = [
        ("depot", suivi.depot),
        ("ordonnance", suivi.ordonnance.date if suivi.ordonnance else None),
        ("signification", premiere.date if premiere else None),
    ]
    connus = [(cle, jour) for cle, jour in evenements if jour]
    suites = [*pairwise(connus)]
    dernier = connus[-1:]
    suites += [(avant, ("opposition", suivi.opposition)) for avant in dernier if suivi.opposition]
    suites += [(avant, (f"saisies[{n}]", s.date)) for avant in dernier for n, s in enumerate(suivi.saisies, start=1)]
    if suivi.depot and suivi.consignation:
        suites.append((("depot", suivi.depot), ("consignation", suivi.consignation)))
    if suivi.depot and suivi.rejet:
        suites.append((("depot", suivi.depot), ("rejet", suivi.rejet.date)))
    for (cle_avant, avant), (cle, apres) in suites:
        if apres < avant:
            yield constater(
                "SUIVI_DATES",
                f"Suivi : « {cle} » ({date_longue(apres)}) précède « {cle_avant} » ({date_longue(avant)}).",
                lieu=f"suivi.{cle}",
                remede="Recopiez les dates du récépissé, de l'ordonnance et de l'acte de signification.",
            )


def _a_venir(dossier: Dossier, jour: date) -> Iterator[Constat]:
    for evenement in lister_evenements(dossier):
        if evenement.est_du_suivi and evenement.date > jour:
            yield constater(
                "SUIVI_A_VENIR",
                f"Suivi : {evenement.libelle} à une date à venir, le {date_longue(evenement.date)}.",
                lieu=evenement.lieu,
                remede="On note ce qui est arrivé : corrigez la date d'après l'acte.",
            )


def _manquants(suivi: Suivi) -> Iterator[Constat]:
    """Un événement que rien ne permet encore : le précédent reste à noter."""
    signifiee, ordonnance = bool(suivi.toutes_significations), suivi.ordonnance is not None
    jugee = "ordonnance" if ordonnance else "rejet"
    suites = (
        (jugee, bool(suivi.ordonnance or suivi.rejet) and not suivi.depot, "la date du dépôt", "depot"),
        ("signification", signifiee and not ordonnance, "l'ordonnance", "ordonnance"),
        ("opposition", bool(suivi.opposition) and not signifiee, "la signification de l'ordonnance", "signification"),
    )
    for cle, manque, quoi, evenement in suites:
        if manque:
            yield constater(
                "SUIVI_INCOMPLET",
                f"Suivi : « {cle} » est noté sans {quoi}.",
                lieu=f"suivi.{cle}",
                remede=f"Notez-la : « generateur ajouter evenement {CE_DOSSIER} {evenement} --date … ».",
            )


def _contradictions(dossier: Dossier, suivi: Suivi) -> Iterator[Constat]:
    if suivi.ordonnance and suivi.rejet:
        yield constater(
            "SUIVI_CONTRADICTOIRE",
            "Suivi : la même requête est dite accordée et rejetée.",
            lieu="suivi.rejet",
            remede="Gardez [suivi] ordonnance ou [suivi] rejet. Une ordonnance qui n'accorde qu'une partie s'écrit "
            "partielle = true.",
        )
    clos = suivi.clos
    for evenement in lister_evenements(dossier) if clos else ():
        if clos and evenement.date > clos.date:
            yield constater(
                "SUIVI_CONTRADICTOIRE",
                f"Suivi : {evenement.libelle} le {date_longue(evenement.date)}, après la clôture du dossier "
                f"({date_longue(clos.date)}).",
                lieu=evenement.lieu,
                remede="Si le dossier est rouvert, retirez d'abord [suivi] clos du fichier.",
            )


def _clos(dossier: Dossier, suivi: Suivi) -> Iterator[Constat]:
    if suivi.clos:
        yield constater(
            "DOSSIER_CLOS",
            f"{dire_cloture(dossier, suivi.clos)} : plus rien n'y est relancé ni compté dû.",
            lieu="suivi.clos",
            remede="Rien à faire. Pour le rouvrir, retirez « clos » de [suivi].",
        )


def _rejet(suivi: Suivi) -> Iterator[Constat]:
    if suivi.rejet:
        motif = f" ({suivi.rejet.motif})" if suivi.rejet.motif else ""
        numero = f", ordonnance n° {suivi.rejet.numero}" if suivi.rejet.numero else ""
        yield constater(
            "REQUETE_REJETEE",
            f"La requête a été rejetée le {date_longue(suivi.rejet.date)}{numero}{motif}, sans recours.",
            lieu="suivi.rejet",
            remede="Complétez les preuves, puis assignez : "
            f"« generateur produire {CE_DOSSIER} --procedure assignation_paiement ». La requête n'a pas interrompu la "
            "prescription.",
        )


def _ordonnance(dossier: Dossier, suivi: Suivi, jour: date) -> Iterator[Constat]:
    ordonnance = suivi.ordonnance
    if ordonnance is None or ordonnance.date > jour or est_europeenne(dossier):
        return
    try:
        principal = chiffrer(dossier, ordonnance.date).principal
        if not est_moindre(dossier, ordonnance):
            return
    except ErreurDroitManquant:  # un autre contrôle le dit
        return
    numero = f" n° {ordonnance.numero}" if ordonnance.numero else ""
    accorde = (
        f" : {ecrire_montant(ordonnance.montant)} accordés, {ecrire_montant(principal)} dus en principal ce jour-là"
        if ordonnance.montant
        else ""
    )
    signifiee = bool(suivi.toutes_significations)
    yield constater(
        "ORDONNANCE_PARTIELLE",
        f"L'ordonnance{numero} du {date_longue(ordonnance.date)} n'accorde qu'une partie de la demande{accorde}.",
        lieu="suivi.ordonnance",
        remede="Signifiée, elle fixe la somme à recouvrer : le surplus est abandonné."
        if signifiee
        else "Faites-la signifier si cette somme vous suffit "
        f"(« generateur produire {CE_DOSSIER} --suite signification »). Sinon ne la signifiez pas, et assignez : "
        f"« generateur produire {CE_DOSSIER} --procedure assignation_paiement ».",
    )


def _destinataires(dossier: Dossier, suivi: Suivi) -> Iterator[Constat]:
    """Une signification qui nomme un inconnu ne ferait courir aucun délai."""
    noms = [debiteur.nom_complet for debiteur in dossier.debiteurs]
    connus = {nom.casefold() for nom in noms}
    seule = (("suivi.signification", suivi.signification),) if suivi.signification else ()
    for lieu, signification in (*seule, *situer("suivi.significations", suivi.significations)):
        if signification.debiteur and signification.debiteur.casefold() not in connus:
            yield constater(
                "SIGNIFICATION_SANS_DEBITEUR",
                f"Suivi : la signification du {date_longue(signification.date)} nomme « {signification.debiteur} », "
                "qui n'est pas débiteur.",
                lieu=f"{lieu}.debiteur",
                remede=f"Écrivez le nom d'un débiteur du dossier : {enumerer([f'« {nom} »' for nom in noms])}.",
            )
