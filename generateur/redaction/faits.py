"""Les faits que les modèles ne détaillent pas un à un : une phrase chacun, avec sa pièce.

Dans l'ordre où le juge les attend : titularité de la créance, commandes et sommes déduites, garanties, paiements
rejetés, accord, reconnaissances et actes, démarche amiable, part contestée.
"""

import datetime as dt
from collections.abc import Iterator

from generateur.calculs.accords import SuiviAccord, mises_en_demeure_de_l_accord, suivre_accord
from generateur.calculs.decompte import Decompte
from generateur.calculs.prescription import vient_d_un_tiers
from generateur.domaine.bordereau import Bordereau
from generateur.domaine.creances import Facture, Interruption
from generateur.domaine.dossier import Accord, Cession, Dossier
from generateur.domaine.langue import INSECABLE, date_longue, date_ou_manque, montant
from generateur.domaine.socle import ZERO
from generateur.procedures.socle import Espece
from generateur.redaction.contexte import PartieActe
from generateur.redaction.typographie import entier_en_lettres

_ACTES = {
    "reconnaissance": "{auteur} a reconnu la dette le {jour}",
    "paiement_partiel": "{auteur} a payé une partie de la dette le {jour}",
    "demande_en_justice": "Une demande en justice a été formée le {jour}",
    "mesure_conservatoire": "Une mesure conservatoire a été prise le {jour}",
    "execution": "Un acte d’exécution forcée a été accompli le {jour}",
    "suspension_2238": "Une médiation ou une conciliation a été engagée le {jour}",
}


def dire_autres_faits(
    espece: Espece, bordereau: Bordereau, creancier: PartieActe, debiteur: PartieActe
) -> tuple[str, ...]:
    """Phrases complètes, point final compris ; ce que le dossier ne dit pas se tait."""
    dossier, decompte = espece.dossier, espece.decompte
    phrases = [
        *(_cession(dossier.cession, dossier, bordereau, creancier) if dossier.cession else ()),
        *(phrase for facture in dossier.factures for phrase in _facture(facture, bordereau)),
        *_garanties(dossier, bordereau),
        *_rejets(dossier, decompte, bordereau),
        *(_accord(dossier, dossier.accord, decompte.au, bordereau, debiteur) if dossier.accord else ()),
        *_actes(dossier, decompte, bordereau, debiteur),
        *_demarche_amiable(dossier),
        *_contestations(dossier, decompte),
    ]
    return tuple(f"{phrase}." for phrase in phrases)


def _suivie(citation: str) -> str:
    return f" {citation}" if citation else ""


def _cession(cession: Cession, dossier: Dossier, bordereau: Bordereau, creancier: PartieActe) -> Iterator[str]:
    actes = [piece.fichier for piece in dossier.pieces if piece.nature == "cession"]
    jour = f" par acte du {date_longue(cession.date)}" if cession.date else ""
    preuve = _suivie(bordereau.citation(cession.fichier, *actes))
    if cession.sens == "acquise":
        yield f"{creancier.titre_majuscule} est titulaire de la créance pour l’avoir acquise{jour}{preuve}"
    elif cession.sens == "retrocedee":
        yield f"La créance, un temps cédée, a été rendue {creancier.a_titre}{jour}{preuve}"


def _facture(facture: Facture, bordereau: Bordereau) -> Iterator[str]:
    nom = f"la facture n°{INSECABLE}{facture.numero}"
    commande = facture.commande
    if commande and (commande.reference or commande.date):
        numero = f" n°{INSECABLE}{commande.reference}" if commande.reference else ""
        jour = f" du {date_longue(commande.date)}" if commande.date else ""
        yield f"L{nom[1:]} répond à la commande{numero}{jour}{_suivie(bordereau.citation(commande.fichier))}"
    if facture.acomptes_deduits:
        taxe = " toutes taxes comprises" if facture.comprend_la_taxe else ""
        yield (
            f"Du montant de {nom}, {montant(facture.montant_ttc)}{taxe}, ont été déduits "
            f"{montant(facture.acomptes_deduits)} d’acomptes"
        )
    if retenue := facture.retenue_garantie:
        yield (
            f"Sur {nom}, une retenue de garantie de {montant(retenue.montant)} est exigible le "
            f"{date_longue(retenue.exigible_le)}"
        )


def _garanties(dossier: Dossier, bordereau: Bordereau) -> Iterator[str]:
    for contrat in dossier.tous_contrats:
        if reserve := contrat.reserve_propriete:
            biens = f" ({reserve.biens_en_nature})" if isinstance(reserve.biens_en_nature, str) else ""
            preuve = _suivie(bordereau.citation(reserve.fichier))
            yield f"Les biens{biens} ont été vendus avec réserve de propriété{preuve}"
    for surete in dossier.suretes:
        jour = f" du {date_longue(surete.date)}" if surete.date else ""
        inscription = f", inscription {surete.inscription}" if surete.inscription else ""
        preuve = _suivie(bordereau.citation(surete.fichier))
        yield f"La créance est garantie par la sûreté suivante{INSECABLE}: {surete.type}{jour}{inscription}{preuve}"


def _rejets(dossier: Dossier, decompte: Decompte, bordereau: Bordereau) -> Iterator[str]:
    for paiement in sorted(dossier.paiements, key=lambda p: p.date or dt.date.max):
        if paiement.statut != "rejete" or (paiement.date and paiement.date > decompte.au):
            continue
        moyen = f" ({paiement.mode})" if paiement.mode else ""
        jour = f" le {date_longue(paiement.date_rejet)}" if paiement.date_rejet else ""
        preuve = _suivie(bordereau.citation(paiement.fichier))
        yield (
            f"Le paiement de {montant(paiement.montant)} annoncé le {date_ou_manque(paiement.date)}{moyen} a été "
            f"rejeté{jour} et n’a rien éteint{preuve}"
        )


def _accord(dossier: Dossier, accord: Accord, au: dt.date, bordereau: Bordereau, debiteur: PartieActe) -> Iterator[str]:
    """L'histoire de l'accord : ce qui était promis, ce qui a été versé, la mise en demeure, le terme perdu."""
    preuve = _suivie(bordereau.citation(accord.fichier))
    promis = _promettre(accord)
    yield f"Un accord de paiement a été conclu avec {debiteur.titre} le {date_longue(accord.date)}{promis}{preuve}"
    suivi = suivre_accord(dossier, au)
    if suivi and suivi.manquees:
        yield _dire_manquees(suivi, debiteur)
        for lettre in mises_en_demeure_de_l_accord(dossier, suivi, au):
            citation = _suivie(bordereau.citation(lettre.fichier, lettre.preuve_depot, lettre.accuse))
            yield f"Une mise en demeure de le tenir a été adressée le {date_longue(lettre.date_envoi)}{citation}"
    if accord.est_dechu_le(au):
        depuis = "" if isinstance(accord.decheance_terme, bool) else f" depuis le {date_longue(accord.decheance_terme)}"
        acquise = f"la déchéance du terme est acquise{depuis}{INSECABLE}: tout le solde est exigible"
        yield f"L’accord n’étant pas respecté, {acquise}"
    elif suivi and suivi.est_tenu:
        yield "Cet accord, qui ne portait que sur une partie de la dette, a été tenu"
    elif suivi and accord.echeances and not suivi.a_venir:
        yield "Toutes les échéances de cet accord sont passées sans que la dette soit éteinte"


def _promettre(accord: Accord) -> str:
    """« , pour 1 200,00 € en trois échéances, du 15 juillet au 15 septembre 2026 »."""
    if not accord.echeances:
        return ""
    dates = sorted(e.date for e in accord.echeances)
    total = montant(sum((e.montant for e in accord.echeances), ZERO))
    if len(dates) == 1:
        return f", pour {total} à payer le {date_longue(dates[0])}"
    nombre = entier_en_lettres(len(dates))
    return f", pour {total} en {nombre} échéances, du {date_longue(dates[0])} au {date_longue(dates[-1])}"


def _dire_manquees(suivi: SuiviAccord, debiteur: PartieActe) -> str:
    """Ce qui a été versé, et la première échéance manquée."""
    premiere = suivi.manquees[0]
    verse = (
        f"{debiteur.titre_majuscule} y a versé {montant(suivi.verse)}"
        if suivi.verse
        else f"{debiteur.titre_majuscule} n’y a rien versé"
    )
    suite = " et les suivantes" if len(suivi.manquees) > 1 else ""
    return (
        f"{verse}{INSECABLE}; l’échéance du {date_longue(premiere.date)} ({montant(premiere.montant)}){suite} "
        f"{'n’ont' if suite else 'n’a'} pas été {'payées' if suite else 'payée'} en entier"
    )


def _actes(dossier: Dossier, decompte: Decompte, bordereau: Bordereau, debiteur: PartieActe) -> Iterator[str]:
    for acte in sorted(dossier.interruptions, key=lambda i: (i.date, i.nature)):
        if acte.date <= decompte.au and not acte.non_avenue and not vient_d_un_tiers(dossier, acte):
            yield _dire_acte(acte, bordereau, debiteur)


def _dire_acte(acte: Interruption, bordereau: Bordereau, debiteur: PartieActe) -> str:
    connus = {"débiteur", "debiteur", debiteur.nom.casefold()}
    auteur = acte.auteur if acte.auteur and acte.auteur.casefold() not in connus else ""
    phrase = _ACTES[acte.nature].format(auteur=auteur or debiteur.titre_majuscule, jour=date_longue(acte.date))
    facture = f", pour la facture n°{INSECABLE}{acte.facture}" if acte.facture else ""
    par = f" par {auteur}" if auteur and "{auteur}" not in _ACTES[acte.nature] else ""
    fin = f", jusqu’au {date_longue(acte.fin)}" if acte.fin else ""
    return f"{phrase}{par}{facture}{fin}{_suivie(bordereau.citation(acte.fichier))}"


def _demarche_amiable(dossier: Dossier) -> Iterator[str]:
    tentative = dossier.situation.tentative_amiable
    if tentative:
        precision = f"{INSECABLE}: {tentative.rstrip('.')}" if isinstance(tentative, str) else ""
        yield f"Une tentative de règlement amiable a précédé la présente demande{precision}"


def _contestations(dossier: Dossier, decompte: Decompte) -> Iterator[str]:
    """La part contestée d'une facture dont le reste est demandé : le juge la cherche dans la pièce."""
    demandees = {solde.facture for solde in decompte.soldes}
    for exclue in decompte.exclues:
        if exclue.motif == "contestee" and exclue.facture in demandees:
            facture = next(f for f in dossier.factures if f.numero == exclue.facture)
            motif = f" ({facture.motif})" if facture.motif else ""
            yield (
                f"Sur la facture n°{INSECABLE}{exclue.facture}, la somme de {montant(exclue.montant)}, "
                f"contestée{motif}, n’est pas demandée ici"
            )
