"""Les factures elles-mêmes : mentions obligatoires à leur date, et délai de paiement convenu.

Sources : C. com. L441-9 (mentions) et L441-10 I, L441-11 (délais) ; CGI, ann. II, 242 nonies A. Une
mention qui manque n'éteint pas la créance, et le texte extrait d'un PDF peut être incomplet : au plus un
avertissement.
"""

import calendar
import re
from collections.abc import Iterator
from datetime import date, timedelta

from generateur.calculs.qualites import est_entre_professionnels
from generateur.controles.catalogue import constater, mots
from generateur.controles.contexte import Contexte
from generateur.controles.droit_connu import decimal_connu, entier_connu, est_connu
from generateur.controles.lieux import situer
from generateur.domaine.constat import Constat
from generateur.domaine.creances import Facture
from generateur.domaine.dossier import Dossier
from generateur.domaine.langue import aplatir, date_longue, enumerer
from generateur.domaine.socle import ZERO
from generateur.droit.tables import valeur_au

_LUES_PAR_MOTS = ("taux_penalites", "indemnite_forfaitaire", "escompte")

_MENTIONS_DE_REGIME = frozenset({"franchise_293b", "autoliquidation"})


def controler(dossier: Dossier, contexte: Contexte) -> list[Constat]:
    """Mentions et délais de paiement ; rien hors des relations entre professionnels."""
    if not est_entre_professionnels(dossier):
        return []
    constats: list[Constat] = []
    for lieu, facture in situer("factures", dossier.factures):
        inspection = contexte.fichiers.get(facture.fichier or "")
        if facture.date and inspection and inspection.texte.strip():
            constats += _mentions(lieu, facture, facture.date, dossier, inspection.texte)
        if facture.date and facture.premiere_echeance:
            constats += _delai_de_paiement(lieu, facture, (facture.date, facture.premiere_echeance), dossier)
    constats += _numero_de_tva(dossier)
    return constats


def _mentions(lieu: str, facture: Facture, emission: date, dossier: Dossier, texte: str) -> Iterator[Constat]:
    plat = aplatir(texte)
    chiffres = re.sub(r"\D", "", texte)
    absentes = [cle for cle in _LUES_PAR_MOTS if not any(mot in plat for mot in mots(f"mention_{cle}"))]
    siren = dossier.creancier.siren_deduit
    if siren and siren not in chiffres:
        absentes.append("siren_vendeur")
    commande = facture.commande.reference if facture.commande else None
    if commande and aplatir(commande) not in plat:
        absentes.append("bon_de_commande")
    regime = facture.regime_tva or ""
    if regime in _MENTIONS_DE_REGIME and not any(mot in plat for mot in mots(f"mention_{regime}")):
        absentes.append(regime)
    siren_client = dossier.debiteur.siren_deduit
    if siren_client and siren_client not in chiffres:
        absentes.append("siren_client")
    libelles = [
        str(valeur_au("mentions_facture", emission, cle).valeur)
        for cle in absentes
        if est_connu("mentions_facture", emission, cle)
    ]
    if libelles:
        yield constater(
            "MENTIONS_FACTURE",
            f"Facture {facture.numero} : mentions non retrouvées dans le document ({enumerer(libelles)}).",
            lieu=f"{lieu}.fichier",
            remede="Vérifiez la facture ; complétez le modèle pour les prochaines, sans modifier celle-ci.",
        )


def _numero_de_tva(dossier: Dossier) -> Iterator[Constat]:
    if dossier.creancier.tva:
        return
    concernees = [facture.numero for facture in dossier.factures if _demande_un_numero_de_tva(facture)]
    if concernees:
        yield constater(
            "TVA_VENDEUR_ABSENTE",
            f"Le numéro de TVA du créancier n'est pas indiqué ; de la TVA est facturée ({enumerer(concernees)}).",
            lieu="creancier.tva",
            remede='Ajoutez par exemple tva = "FR11 123456782".',
        )


def _demande_un_numero_de_tva(facture: Facture) -> bool:
    seuil = decimal_connu("seuils", facture.date, "tva_intracommunautaire_sur_facture") if facture.date else None
    return bool(facture.montant_tva) and seuil is not None and (facture.montant_ht or ZERO) > seuil


def _delai_de_paiement(lieu: str, facture: Facture, dates: tuple[date, date], dossier: Dossier) -> Iterator[Constat]:
    emission, echeance = dates
    contrat = dossier.contrat_de(facture)
    if contrat and contrat.activite == "transport":
        jours = entier_connu("delais_jours", emission, "paiement_transport")
        limite = emission + timedelta(days=jours) if jours else None
    else:
        limite = _limite_generale(emission)
    if limite and echeance > limite:
        yield constater(
            "DELAI_DE_PAIEMENT",
            f"Facture {facture.numero} : l'échéance du {date_longue(echeance)} dépasse le délai "
            "légal "
            f"de paiement entre professionnels, qui expirait le {date_longue(limite)}.",
            lieu=f"{lieu}.echeance",
            remede="Vérifiez la date ; si elle est exacte, la créance reste due mais le délai est irrégulier.",
        )


def _limite_generale(emission: date) -> date | None:
    """Le plus tardif des deux délais admis : jours nets, ou jours fin de mois dans l'un ou l'autre ordre."""
    nets = entier_connu("delais_jours", emission, "paiement_maximal")
    fin_de_mois = entier_connu("delais_jours", emission, "paiement_fin_de_mois")
    if nets is None or fin_de_mois is None:
        return None
    ecart = timedelta(days=fin_de_mois)
    return max(emission + timedelta(days=nets), _fin_du_mois(emission) + ecart, _fin_du_mois(emission + ecart))


def _fin_du_mois(jour: date) -> date:
    return jour.replace(day=calendar.monthrange(jour.year, jour.month)[1])
