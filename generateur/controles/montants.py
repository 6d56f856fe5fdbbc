"""Les montants : arithmétique des factures, numéros, renvois d'un bloc à l'autre, ce qui reste dû.

Une somme qui ne tombe pas juste, deux factures de même numéro, un avoir ou un paiement qui vise une
facture inconnue sont bloquants : le décompte serait faux. Sources : C. com., art. L441-9 ; CGI, ann. II,
art. 242 nonies A.
"""

from collections import Counter
from collections.abc import Iterator, Sequence
from decimal import Decimal
from typing import Any

from generateur.controles.catalogue import constater, repere
from generateur.controles.contexte import Contexte
from generateur.controles.droit_connu import decimal_connu
from generateur.controles.lieux import situer, situer_mises_en_demeure
from generateur.domaine.arrondi import CENTIME, arrondir
from generateur.domaine.constat import Constat
from generateur.domaine.creances import Avoir, Facture, Paiement
from generateur.domaine.dossier import Dossier
from generateur.domaine.langue import date_longue, enumerer, pourcentage
from generateur.domaine.langue import montant as ecrire_montant
from generateur.domaine.numeros_de_facture import cle_du_numero
from generateur.domaine.socle import ZERO

EURO = "EUR"


def controler(dossier: Dossier, contexte: Contexte) -> list[Constat]:
    """Factures, avoirs, paiements, puis le solde du décompte."""
    constats: list[Constat] = []
    for lieu, facture in situer("factures", dossier.factures):
        constats += _arithmetique(lieu, facture)
        constats += _net_a_payer(lieu, facture)
        constats += _echeances(lieu, facture)
        constats += _regime(lieu, facture)
        constats += _taux_de_tva(lieu, facture)
        constats += _devise_et_contestation(lieu, facture)
    constats += _doublons(dossier)
    constats += _numeros_reecrits(dossier)
    constats += _paiements_en_double(dossier)
    constats += _renvois(dossier)
    constats += _solde(contexte)
    return constats


def _arithmetique(lieu: str, facture: Facture) -> Iterator[Constat]:
    if facture.montant_ht is None or facture.montant_tva is None:
        return
    somme = facture.montant_ht + facture.montant_tva
    if somme == facture.montant_ttc:
        return
    arrondi = _est_un_arrondi(somme - facture.montant_ttc)
    suite = " ; c'est un arrondi, le TTC imprimé fait foi" if arrondi else ""
    yield constater(
        "MONTANT_INCOHERENT",
        f"Facture {facture.numero} : {ecrire_montant(facture.montant_ht)} HT + "
        f"{ecrire_montant(facture.montant_tva)} de TVA font {ecrire_montant(somme)}, "
        f"non {ecrire_montant(facture.montant_ttc)} TTC{suite}.",
        lieu=f"{lieu}.montant_ttc",
        remede="Rien à faire si les trois montants sont ceux de la facture."
        if arrondi
        else "Recopiez les trois montants de la facture ; en cas de remise ou d'acompte, ajoutez net_a_payer.",
        gravite="avertissement" if arrondi else "bloquant",
    )


def _est_un_arrondi(ecart: Decimal) -> bool:
    """Un centime par taux de TVA au plus : l'arrondi se fait par ligne ou par taux, selon les logiciels."""
    return abs(ecart) <= repere("ecart_arrondi_centimes") * CENTIME


def _net_a_payer(lieu: str, facture: Facture) -> Iterator[Constat]:
    if facture.acomptes_deduits is not None and facture.acomptes_deduits >= facture.montant_ttc:
        yield constater(
            "NET_INCOHERENT",
            f"Facture {facture.numero} : les acomptes déduits ({ecrire_montant(facture.acomptes_deduits)}) "
            "couvrent tout le montant TTC.",
            lieu=f"{lieu}.acomptes_deduits",
            remede="Retirez la facture si elle est payée, ou corrigez acomptes_deduits.",
        )
    if facture.net_a_payer is None:
        return
    attendu = facture.montant_ttc - (facture.acomptes_deduits or ZERO)
    retenue = facture.retenue_garantie.montant if facture.retenue_garantie else ZERO
    if facture.acomptes_deduits is None and not retenue:
        ecart = max(facture.net_a_payer - facture.montant_ttc, ZERO)
    else:
        ecart = min((facture.net_a_payer - net for net in (attendu, attendu - retenue)), key=abs)
    if ecart:
        yield constater(
            "NET_INCOHERENT",
            f"Facture {facture.numero} : le net à payer ({ecrire_montant(facture.net_a_payer)}) ne "
            "correspond pas "
            "au montant TTC moins les acomptes et la retenue.",
            lieu=f"{lieu}.net_a_payer",
            remede="Recopiez net_a_payer, acomptes_deduits et retenue_garantie d'après la facture.",
            gravite="avertissement" if _est_un_arrondi(ecart) else "bloquant",
        )


def _echeances(lieu: str, facture: Facture) -> Iterator[Constat]:
    """Payable en plusieurs fois : les parts font ce qui est à payer, et « echeance », si elle est dite, en est une."""
    if not facture.echeances:
        return
    somme = sum((terme.montant for terme in facture.echeances), ZERO)
    if somme != facture.montant_hors_retenue:
        yield constater(
            "ECHEANCES_INCOHERENTES",
            f"Facture {facture.numero} : les échéances font {ecrire_montant(somme)}, "
            f"non les {ecrire_montant(facture.montant_hors_retenue)} à payer.",
            lieu=f"{lieu}.echeances",
            remede="Recopiez les dates et les montants de l'échéancier ; un acompte déjà versé s'écrit dans "
            "acomptes_deduits ou [[paiements]].",
        )
    if facture.echeance and facture.echeance not in {terme.date for terme in facture.echeances}:
        yield constater(
            "ECHEANCES_INCOHERENTES",
            f"Facture {facture.numero} : « echeance » ({date_longue(facture.echeance)}) n'est aucune des échéances.",
            lieu=f"{lieu}.echeance",
            remede="Retirez « echeance », ou corrigez « echeances » : les secondes l'emportent.",
        )


def _regime(lieu: str, facture: Facture) -> Iterator[Constat]:
    tva = facture.montant_tva
    if tva is None or facture.regime_tva is None:
        return
    if (tva > 0) != (facture.regime_tva == "normal"):
        yield constater(
            "REGIME_TVA_CONTREDIT",
            f"Facture {facture.numero} : {ecrire_montant(tva)} de TVA ne va pas avec le régime "
            f"« {facture.regime_tva} ».",
            lieu=f"{lieu}.regime_tva",
            remede='Corrigez montant_tva, ou regime_tva ("normal", "franchise_293b", "autoliquidation", "exoneree").',
        )


def _taux_de_tva(lieu: str, facture: Facture) -> Iterator[Constat]:
    """Au-delà du taux normal, avec une marge pour les arrondis ligne à ligne."""
    taux = decimal_connu("taux_tva", facture.date, "normal") if facture.date else None
    if taux is None or not facture.montant_ht or facture.montant_tva is None:
        return
    plafond = arrondir(facture.montant_ht * taux / 100) + repere("tva_marge_euros")
    if facture.montant_tva > plafond:
        yield constater(
            "TVA_IMPLAUSIBLE",
            f"Facture {facture.numero} : {ecrire_montant(facture.montant_tva)} de TVA sur "
            f"{ecrire_montant(facture.montant_ht)} HT dépassent le taux normal de {pourcentage(taux)}.",
            lieu=f"{lieu}.montant_tva",
            remede="Vérifiez le HT et la TVA sur la facture.",
        )


def _devise_et_contestation(lieu: str, facture: Facture) -> Iterator[Constat]:
    if facture.devise.upper() != EURO:
        yield constater(
            "DEVISE_REFUSEE",
            f"La facture {facture.numero} est en « {facture.devise} » : seules les créances en euros sont traitées.",
            lieu=f"{lieu}.devise",
            remede="Retirez cette facture du dossier et demandez conseil pour une créance en devise.",
        )
    if facture.montant_conteste is not None and facture.montant_conteste > facture.montant_a_payer:
        yield constater(
            "CONTESTATION_EXCESSIVE",
            f"Facture {facture.numero} : le montant contesté ({ecrire_montant(facture.montant_conteste)}) "
            "dépasse "
            f"le montant à payer ({ecrire_montant(facture.montant_a_payer)}).",
            lieu=f"{lieu}.montant_conteste",
            remede="Corrigez montant_conteste, ou écrivez contestee = true si toute la facture l'est.",
        )


def _doublons(dossier: Dossier) -> Iterator[Constat]:
    for nom, code, pieces in (
        ("factures", "FACTURE_EN_DOUBLE", [facture.numero for facture in dossier.factures]),
        ("avoirs", "AVOIR_EN_DOUBLE", [avoir.numero for avoir in dossier.avoirs]),
    ):
        for numero, fois in Counter(pieces).items():
            if fois > 1:
                lieux = [lieu for lieu, autre in situer(nom, pieces) if autre == numero]
                yield constater(
                    code,
                    f"Le numéro « {numero} » est porté {fois} fois : {enumerer(lieux)}.",
                    lieu=f"{lieux[-1]}.numero",
                    remede="Retirez le doublon, ou corrigez le numéro : il est unique chez le même vendeur.",
                )


def _numeros_reecrits(dossier: Dossier) -> Iterator[Constat]:
    """Même date, même montant, et le même numéro à la ponctuation et aux zéros près : sans doute la même facture."""
    vues: dict[tuple[str, Any, Decimal], tuple[str, str]] = {}
    for lieu, facture in situer("factures", dossier.factures):
        if facture.date is None:
            continue
        cle = (cle_du_numero(facture.numero), facture.date, facture.montant_ttc)
        autre, numero = vues.setdefault(cle, (lieu, facture.numero))
        if numero != facture.numero:
            yield constater(
                "FACTURE_EN_DOUBLE",
                f"« {facture.numero} » et « {numero} » ({autre}) ont la même date et le même montant, et leurs numéros "
                "ne diffèrent que par l'écriture ; les deux sont réclamées.",
                gravite="avertissement",
                lieu=f"{lieu}.numero",
                remede="Si c'est la même facture, retirez l'un des deux blocs.",
            )


def _paiements_en_double(dossier: Dossier) -> Iterator[Constat]:
    """Même date, même montant, et rien dans le moyen ni la référence qui les distingue : sans doute le même."""
    vus: list[tuple[str, Paiement]] = []
    for lieu, paiement in situer("paiements", dossier.paiements):
        if paiement.statut == "rejete":
            continue
        premier = next((ou for ou, autre in vus if _se_repetent(autre, paiement)), None)
        vus.append((lieu, paiement))
        if premier:
            yield constater(
                "PAIEMENT_EN_DOUBLE",
                f"{lieu} répète {premier} : {ecrire_montant(paiement.montant)}, "
                f"{'le ' + date_longue(paiement.date) if paiement.date else 'sans date'}, sans moyen ni référence qui "
                "les distingue ; les deux sont comptés.",
                lieu=lieu,
                remede="S'il n'y a eu qu'un paiement, retirez celui-ci ; sinon donnez à chacun sa référence.",
            )


def _se_repetent(un: Paiement, autre: Paiement) -> bool:
    """Une référence ou un moyen tu d'un côté ne distingue pas ; deux factures désignées, sans référence, si."""
    if (un.date, un.montant) != (autre.date, autre.montant):
        return False
    references = [_sans_signes(p.reference) for p in (un, autre)]
    if un.facture and autre.facture and un.facture != autre.facture and not all(references):
        return False
    moyens = [_sans_signes(p.mode) for p in (un, autre)]
    return all(premier == second or not premier or not second for premier, second in (references, moyens))


def _sans_signes(texte: str | None) -> str:
    return "".join(signe for signe in (texte or "").casefold() if signe.isalnum())


def _renvois(dossier: Dossier) -> Iterator[Constat]:
    numeros = {facture.numero for facture in dossier.factures}
    mouvements: list[tuple[str, Avoir | Paiement]] = [
        *situer("avoirs", dossier.avoirs),
        *situer("paiements", dossier.paiements),
    ]
    for lieu, mouvement in mouvements:
        yield from _affectation(lieu, mouvement, numeros)
    contrats = {nom for contrat in dossier.tous_contrats for nom in (contrat.id, contrat.reference) if nom}
    for lieu, facture in situer("factures", dossier.factures):
        if facture.contrat and facture.contrat not in contrats:
            yield constater(
                "CONTRAT_INCONNU",
                f"La facture {facture.numero} renvoie au contrat « {facture.contrat} », qui n'est pas au dossier.",
                lieu=f"{lieu}.contrat",
                remede=f'Ajoutez un bloc [[contrats]] avec id = "{facture.contrat}", ou corrigez le renvoi.',
            )
    vises = [
        (f"{lieu}.factures", numero) for lieu, lettre in situer_mises_en_demeure(dossier) for numero in lettre.factures
    ]
    vises += [
        (f"{lieu}.facture", evenement.facture)
        for lieu, evenement in situer("interruptions", dossier.interruptions)
        if evenement.facture
    ]
    for lieu, numero in vises:
        if numero not in numeros:
            yield constater(
                "RENVOI_INCONNU",
                f"« {numero} » n'est le numéro d'aucune facture du dossier : ce renvoi reste sans effet.",
                lieu=lieu,
                remede=f"Numéros connus : {enumerer(sorted(numeros))}.",
            )


def _affectation(lieu: str, mouvement: Avoir | Paiement, numeros: set[str]) -> Iterator[Constat]:
    vises: Sequence[tuple[str, str]] = [
        *([(f"{lieu}.facture", mouvement.facture)] if mouvement.facture else []),
        *(
            (f"{endroit}.facture", part.facture)
            for endroit, part in situer(f"{lieu}.ventilation", mouvement.ventilation)
        ),
    ]
    for endroit, numero in vises:
        if numero not in numeros:
            yield constater(
                "FACTURE_INCONNUE",
                f"« {numero} » n'est le numéro d'aucune facture du dossier.",
                lieu=endroit,
                remede=f"Corrigez le numéro (connus : {enumerer(sorted(numeros))}), ou retirez ce renvoi.",
            )
    montant = mouvement.montant if isinstance(mouvement, Paiement) else mouvement.montant_ttc
    ventile = sum((part.montant for part in mouvement.ventilation), Decimal(0))
    if mouvement.ventilation and ventile != montant:
        yield constater(
            "VENTILATION_INCOHERENTE",
            f"La ventilation fait {ecrire_montant(ventile)}, non {ecrire_montant(montant)}.",
            lieu=f"{lieu}.ventilation",
            remede="Corrigez les parts : leur somme est le montant du paiement ou de l'avoir.",
        )


def _solde(contexte: Contexte) -> Iterator[Constat]:
    decompte = contexte.decompte
    if decompte is None or not decompte.soldes:
        return
    if decompte.total - decompte.frais <= 0:
        yield constater(
            "CREANCE_ETEINTE",
            "Après avoirs et paiements, il ne reste rien à demander.",
            lieu="paiements",
            remede="Vérifiez les avoirs et les paiements ; si tout est réglé, classez le dossier.",
        )
    if decompte.trop_percu > 0:
        yield constater(
            "TROP_PERCU",
            f"Le débiteur a versé ou s'est vu créditer {ecrire_montant(decompte.trop_percu)} de trop.",
            lieu="paiements",
            remede="Vérifiez les montants ; le surplus est à restituer ou à imputer sur une autre créance.",
        )
