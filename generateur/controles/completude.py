"""Ce qui manque pour déposer, sans empêcher de lire : objet, natures, adresses, dates, échéances, pièces.

Un dossier vient d'un export ou d'une facture et se complète ensuite : chaque absence est à compléter, avec sa place
et ce qu'il faut écrire. Rien n'est supposé ; le délai de droit commun (C. com. L441-10 I) n'est que proposé.
"""

from collections.abc import Iterator
from datetime import date, timedelta

from generateur.calculs.qualites import est_entre_professionnels
from generateur.controles.catalogue import constater
from generateur.controles.contexte import Contexte
from generateur.controles.droit_connu import entier_connu
from generateur.controles.lieux import situer, situer_parties
from generateur.domaine.constat import CE_DOSSIER, Constat
from generateur.domaine.creances import Facture
from generateur.domaine.dossier import Dossier
from generateur.domaine.langue import enumerer, montant
from generateur.domaine.parties import Adresse, AdresseDatee, Identite

_NOMS_ADRESSE = {"voie": "la voie", "code_postal": "le code postal", "commune": "la commune"}
_EXEMPLE_ADRESSE = {"voie": "12 rue des Fleurs", "code_postal": "69003", "commune": "Lyon"}


def controler(dossier: Dossier, contexte: Contexte) -> list[Constat]:
    """Tout ce qui manque, dans l'ordre du fichier."""
    constats = [*_objet(dossier)]
    for lieu, partie in situer_parties(dossier):
        constats += [*_nature(lieu, partie), *_adresse(lieu, partie)]
    for lieu, facture in situer("factures", dossier.factures):
        constats += _facture(lieu, facture, dossier, contexte.au)
    constats += _mouvements(dossier, contexte.au)
    return constats


def _objet(dossier: Dossier) -> Iterator[Constat]:
    if not dossier.objet:
        yield constater(
            "OBJET_MANQUANT",
            "L'objet de la créance n'est pas indiqué : les actes disent ce qui a été vendu ou fait.",
            lieu="objet",
            remede='En tête du fichier, avant la première section, écrivez :\nobjet = "Fourniture de menuiseries"',
        )


def _nature(lieu: str, partie: Identite) -> Iterator[Constat]:
    if partie.nature is None:
        exemple = "particulier" if partie.est_physique else "personne_morale"
        yield constater(
            "NATURE_MANQUANTE",
            f"Rien ne dit ce qu'est {partie.nom_complet} : société ou association, entrepreneur individuel, "
            "particulier, organisme public.",
            lieu=f"{lieu}.nature",
            remede="Écrivez nature (personne_morale, entrepreneur_individuel, particulier ou personne_publique), ou "
            f'seulement la forme ou le SIREN, qui la disent :\nnature = "{exemple}"',
        )


def _adresse(lieu: str, partie: Identite) -> Iterator[Constat]:
    domicile = partie.domicile
    if not domicile.manques:
        return
    entiere = len(domicile.manques) == len(_NOMS_ADRESSE)
    ce_qui_manque = "l'adresse" if entiere else enumerer([_NOMS_ADRESSE[cle] for cle in domicile.manques])
    yield constater(
        "ADRESSE_MANQUANTE",
        f"Il manque {ce_qui_manque} de {partie.nom_complet} : la compétence, les lettres et la signification en "
        "dépendent.",
        lieu=f"{lieu}.{_cle_adresse(partie, domicile)}",
        remede=f"Écrivez :\n{_cle_adresse(partie, domicile)} = {_ecrire_adresse(domicile)}\n"
        f"Avec un SIREN, « generateur annuaire {CE_DOSSIER} » propose celle du registre.",
    )


def _cle_adresse(partie: Identite, domicile: Adresse) -> str:
    if isinstance(domicile, AdresseDatee):
        return "adresses"
    return "siege" if domicile is partie.siege else "adresse"


def _ecrire_adresse(domicile: Adresse) -> str:
    lignes = [f'{cle} = "{getattr(domicile, cle) or exemple}"' for cle, exemple in _EXEMPLE_ADRESSE.items()]
    if isinstance(domicile, AdresseDatee):
        return f'[{{ type = "{domicile.type}", {", ".join(lignes)} }}]'
    return f"{{ {', '.join(lignes)} }}"


def _facture(lieu: str, facture: Facture, dossier: Dossier, au: date) -> Iterator[Constat]:
    if facture.date is None:
        yield constater(
            "DATE_FACTURE_MANQUANTE",
            f"La date de la facture {facture.numero} n'est pas indiquée.",
            lieu=f"{lieu}.date",
            remede=f"Recopiez-la de la facture :\ndate = {au.isoformat()}",
        )
    if facture.premiere_echeance is None:
        yield _echeance(lieu, facture, dossier, au)
    if not facture.fichier:
        yield constater(
            "PIECE_FACTURE_MANQUANTE",
            f"La facture {facture.numero} elle-même n'est pas versée : c'est la première pièce qu'on lira.",
            lieu=f"{lieu}.fichier",
            remede='Rangez-la dans pieces/, puis écrivez :\nfichier = "pieces/facture.pdf"',
        )


def _echeance(lieu: str, facture: Facture, dossier: Dossier, au: date) -> Constat:
    """Entre professionnels, le délai de droit commun est proposé depuis la livraison, à défaut depuis la facture."""
    livraisons = [livraison.date for livraison in facture.toutes_livraisons if livraison.date]
    depart = max(livraisons, default=facture.date)
    jours = entier_connu("delais_jours", depart or au, "paiement_defaut") if est_entre_professionnels(dossier) else None
    conseil = "Recopiez-la de la facture ou du contrat"
    if jours:
        conseil += (
            f" ; si aucun délai n'a été convenu, la loi en donne un de {jours} jours depuis la réception ou l'exécution"
        )
    exemple = depart + timedelta(days=jours or 0) if depart else au
    return constater(
        "ECHEANCE_MANQUANTE",
        f"L'échéance de la facture {facture.numero} n'est pas indiquée : ses {montant(facture.montant_a_payer)} "
        "comptent, mais ni intérêts, ni indemnité forfaitaire, ni prescription ne peuvent être calculés.",
        lieu=f"{lieu}.echeance",
        remede=f"{conseil} :\necheance = {exemple.isoformat()}",
    )


def _mouvements(dossier: Dossier, au: date) -> Iterator[Constat]:
    """Sans sa date, ce qui réduit la créance compte depuis l'échéance : le débiteur n'y perd rien."""
    for lieu, paiement in situer("paiements", dossier.paiements):
        if paiement.date is None:
            yield constater(
                "PAIEMENT_SANS_DATE",
                f"La date du paiement de {montant(paiement.montant)} n'est pas indiquée : il compte depuis l'échéance, "
                "ce qui coûte le moins au débiteur.",
                lieu=f"{lieu}.date",
                remede=f"Recopiez-la du relevé bancaire :\ndate = {au.isoformat()}",
            )
    for lieu, avoir in situer("avoirs", dossier.avoirs):
        if avoir.date is None:
            yield constater(
                "AVOIR_SANS_DATE",
                f"La date de l'avoir {avoir.numero or 'saisi'} de {montant(avoir.montant_ttc)} n'est pas indiquée : il "
                "compte depuis l'échéance, ce qui coûte le moins au débiteur.",
                lieu=f"{lieu}.date",
                remede=f"Recopiez-la de l'avoir :\ndate = {au.isoformat()}",
            )
