"""La preuve de la créance : commande, livraison, conditions générales, écrit, identité du débiteur.

Sources : CPC 1407 (documents justificatifs) ; C. civ. 1119 (CGV), 1353, 1359 (écrit) ; C. com. L110-3
(preuve libre contre un commerçant). La facture ne suffit pas : sans preuve de la commande, le dossier est
à compléter. Devant le mandataire judiciaire, le délai de déclaration prime : ce qui manque n'est plus
qu'un avertissement.
"""

from collections.abc import Iterator
from datetime import date

from generateur.calculs.calendrier import ajouter_mois
from generateur.calculs.opposabilite import stipulations_opposables
from generateur.calculs.qualites import est_commercant
from generateur.controles.catalogue import constater
from generateur.controles.contexte import Contexte
from generateur.controles.droit_connu import decimal_connu
from generateur.controles.lieux import situer, situer_contrats, vise_une_declaration
from generateur.domaine.constat import Constat, Gravite
from generateur.domaine.creances import Cgv, Contrat, Facture
from generateur.domaine.dossier import Dossier
from generateur.domaine.langue import date_longue, enumerer
from generateur.domaine.langue import montant as ecrire_montant
from generateur.droit.tables import entier_au

_SANS_LIVRAISON = frozenset({"acompte", "loyer", "cotisation", "effet", "penalites"})
_MODES_CONVENUS = frozenset({"fixe", "multiple_legal", "bce_plus", "legal_plus", "mensuel"})
_IDENTITE_DU_DEBITEUR = frozenset({"kbis_debiteur", "situation_sirene"})


def controler(dossier: Dossier, contexte: Contexte) -> list[Constat]:
    """Ce qui manque à la preuve, ou l'affaiblit."""
    exigence: Gravite = "avertissement" if vise_une_declaration(dossier, contexte) else "a_completer"
    constats: list[Constat] = []
    for lieu, facture in situer("factures", dossier.factures):
        constats += _commande(lieu, facture, dossier, exigence)
        constats += _livraison(lieu, facture)
        constats += _ecrit(lieu, facture, dossier)
    constats += _effets(dossier)
    constats += _cautions(dossier, exigence)
    constats += _cgv(dossier, exigence)
    constats += _identite_du_debiteur(dossier, contexte.au)
    return constats


def _est_reconnue(dossier: Dossier, facture: Facture) -> bool:
    """Reconnaissance de dette versée au dossier, pour cette facture ou pour toutes."""
    return any(piece.nature == "reconnaissance" for piece in dossier.pieces) or any(
        evenement.nature == "reconnaissance" and evenement.fichier and evenement.facture in {None, facture.numero}
        for evenement in dossier.interruptions
    )


def _fichier_du_contrat(contrat: Contrat | None) -> str | None:
    return contrat.fichier if contrat and contrat.nature != "aucun" else None


def _commande(lieu: str, facture: Facture, dossier: Dossier, exigence: Gravite) -> Iterator[Constat]:
    commande = facture.commande.fichier if facture.commande else None
    contrat = dossier.contrat_de(facture)
    if commande or _fichier_du_contrat(contrat) or facture.nature == "effet" or _est_reconnue(dossier, facture):
        return
    yield constater(
        "PREUVE_COMMANDE_ABSENTE",
        f"Rien ne prouve la commande de la facture {facture.numero} : une facture seule ne prouve pas la créance.",
        lieu="contrat.fichier" if contrat else f"{lieu}.commande",
        remede="Versez le contrat, le devis accepté ou le bon de commande :\n"
        + (
            'fichier = "pieces/commande.pdf"'
            if contrat
            else 'commande = { reference = "BC-118", date = 2026-03-02, fichier = "pieces/commande.pdf" }'
        ),
        gravite=exigence,
    )


def _livraison(lieu: str, facture: Facture) -> Iterator[Constat]:
    if facture.nature in _SANS_LIVRAISON or any(livraison.fichier for livraison in facture.toutes_livraisons):
        return
    yield constater(
        "PREUVE_LIVRAISON_ABSENTE",
        f"Rien ne prouve la livraison ou l'exécution facturée sous le numéro {facture.numero}.",
        lieu=f"{lieu}.livraison.fichier",
        remede="Versez le bon de livraison signé, le procès-verbal de réception ou un courriel du client, dans le "
        "bloc [[factures]] de cette facture :\n"
        'livraison = { date = 2026-03-28, fichier = "pieces/bl.pdf" }',
    )


def _ecrit(lieu: str, facture: Facture, dossier: Dossier) -> Iterator[Constat]:
    if est_commercant(dossier.debiteur) is not False:
        return
    contrat = dossier.contrat_de(facture)
    seuil = decimal_connu("seuils", facture.date, "ecrit_obligatoire") if facture.date else None
    ecrit = _fichier_du_contrat(contrat) or _est_reconnue(dossier, facture)
    if seuil is not None and facture.montant_a_payer > seuil and not ecrit and facture.nature != "effet":
        yield constater(
            "ECRIT_EXIGE",
            f"Contre un non-commerçant, une créance de plus de {ecrire_montant(seuil)} se prouve par un "
            "écrit signé "
            f"(facture {facture.numero} : {ecrire_montant(facture.montant_a_payer)}).",
            lieu=f"{lieu}.contrat",
            remede='Versez le devis ou le contrat signé par le client :\n[contrat]\nfichier = "pieces/devis.pdf"',
        )


def _effets(dossier: Dossier) -> Iterator[Constat]:
    originaux = {piece.fichier for piece in dossier.pieces if piece.original}
    for lieu, facture in situer("factures", dossier.factures):
        if facture.nature == "effet" and facture.fichier and facture.fichier not in originaux:
            yield constater(
                "ORIGINAL_DE_EFFET",
                f"L'original de l'effet {facture.numero} doit être produit ; rien n'indique que vous le détenez.",
                lieu=f"{lieu}.fichier",
                remede=f'Ajoutez :\n[[pieces]]\nfichier = "{facture.fichier}"\noriginal = true',
            )


def _cautions(dossier: Dossier, exigence: Gravite) -> Iterator[Constat]:
    verses = any(piece.nature == "cautionnement" for piece in dossier.pieces)
    for lieu, debiteur in situer("debiteurs", dossier.debiteurs):
        engagement = debiteur.cautionnement.fichier if debiteur.cautionnement else None
        if debiteur.role == "caution" and not engagement and not verses:
            yield constater(
                "CAUTIONNEMENT_ABSENT",
                f"L'acte de cautionnement de {debiteur.nom_complet} n'est pas au dossier.",
                lieu=f"{lieu}.cautionnement.fichier",
                remede='Ajoutez cautionnement = { date = 2025-01-10, fichier = "pieces/caution.pdf" }.',
                gravite=exigence,
            )
        elif debiteur.role == "caution" and debiteur.est_physique:
            simple = debiteur.cautionnement is not None and not debiteur.cautionnement.solidaire
            discussion = (
                " Simple caution, elle peut aussi exiger que le débiteur soit d'abord poursuivi." if simple else ""
            )
            yield constater(
                "CAUTION_PERSONNE_PHYSIQUE",
                f"{debiteur.nom_complet} est une caution personne physique : l'engagement vaut par la mention qu'elle "
                f"a apposée elle-même, et le créancier professionnel doit l'informer chaque année.{discussion}",
                lieu=f"{lieu}.cautionnement",
                remede="Vérifiez la mention sur l'acte, que l'engagement était proportionné, et les lettres annuelles.",
            )


def _cgv(dossier: Dossier, exigence: Gravite) -> Iterator[Constat]:
    stipules = [
        (lieu, contrat)
        for lieu, contrat in situer_contrats(dossier)
        if contrat.clause_penale or (contrat.penalites and contrat.penalites.mode in _MODES_CONVENUS)
    ]
    for lieu, contrat in stipules:
        yield from _cgv_invoquees(lieu, contrat, dossier, exigence)
    if not stipules:
        yield from _cgv_non_invoquees(dossier)
    yield from _cgv_plus_recentes(dossier.cgv)


def _cgv_plus_recentes(cgv: Cgv | None) -> Iterator[Constat]:
    """On n'accepte pas une version qui n'existe pas encore : celle versée n'est pas celle qui a été acceptée."""
    acceptee_le = cgv.acceptation.date if cgv and cgv.acceptation else None
    if cgv and cgv.date and acceptee_le and cgv.date > acceptee_le:
        yield constater(
            "CGV_VERSION_POSTERIEURE",
            f"Les conditions générales versées datent du {date_longue(cgv.date)}, après leur acceptation du "
            f"{date_longue(acceptee_le)}.",
            lieu="cgv.date",
            remede="Versez la version en vigueur le jour de l'acceptation.",
        )


def _cgv_invoquees(lieu: str, contrat: Contrat, dossier: Dossier, exigence: Gravite) -> Iterator[Constat]:
    """Un taux ou une clause pénale convenus se prouvent par le contrat, ou par des CGV acceptées à temps."""
    cgv = dossier.cgv
    if contrat.source_penalites == "contrat" or (contrat.source_penalites is None and cgv is None):
        if not contrat.fichier:
            yield constater(
                "TAUX_NON_PROUVE",
                "Un taux de pénalités ou une clause pénale est convenu, mais le contrat qui le porte n'est pas versé.",
                lieu=f"{lieu}.fichier",
                remede='Versez le contrat, ou écrivez penalites = { mode = "suppletif" }.',
                gravite=exigence,
            )
        return
    tardives = [
        facture.numero
        for facture in dossier.factures
        if dossier.contrat_de(facture) is contrat and not stipulations_opposables(dossier, facture)
    ]
    if tardives:
        yield constater(
            "CGV_INOPPOSABLES",
            "Les conditions générales n'ont pas été acceptées au plus tard le jour de la commande : leur "
            "taux et leur "
            f"clause pénale ne lient pas le débiteur (factures {enumerer(tardives)}), le décompte les "
            "écarte.",
            lieu="cgv.acceptation",
            remede='Versez la preuve d\'une acceptation antérieure, ou écrivez penalites = { mode = "suppletif" }.',
        )
    elif manque := _manque_aux_cgv(cgv):
        yield constater(
            "CGV_NON_PROUVEES",
            f"Le taux de pénalités ou la clause pénale vient des conditions générales, mais {manque}.",
            lieu="cgv",
            remede='Renoncez à ce taux par penalites = { mode = "suppletif" }, ou complétez :\n'
            '[cgv]\nfichier = "pieces/cgv.pdf"\n'
            'acceptation = { date = 2026-03-02, mode = "signature", fichier = "pieces/bc.pdf" }',
            gravite=exigence,
        )
    elif cgv and cgv.acceptation and cgv.acceptation.mode == "relations_suivies":
        yield constater(
            "CGV_ACCEPTATION_FAIBLE",
            "L'acceptation des conditions générales par relations suivies se discute.",
            lieu="cgv.acceptation.mode",
            remede="Versez les commandes antérieures qui renvoyaient déjà à ces conditions.",
        )


def _manque_aux_cgv(cgv: Cgv | None) -> str:
    if cgv is None:
        return "elles ne sont pas au dossier"
    if not cgv.fichier:
        return "leur texte n'est pas versé"
    if cgv.acceptation is None:
        return "rien ne dit qu'elles ont été acceptées"
    if cgv.acceptation.date is None:
        return "la date de leur acceptation n'est pas indiquée"
    return (
        ""
        if cgv.acceptation.fichier or cgv.acceptation.mode == "relations_suivies"
        else ("la preuve de leur acceptation n'est pas versée")
    )


def _cgv_non_invoquees(dossier: Dossier) -> Iterator[Constat]:
    if dossier.cgv is None:
        yield constater(
            "CGV_ABSENTES",
            "Aucunes conditions générales au dossier ; elles ne sont pas nécessaires, aucun taux convenu "
            "n'étant "
            "demandé.",
            lieu="cgv",
            remede='Si elles existent et ont été acceptées, versez-les :\n[cgv]\nfichier = "pieces/cgv.pdf"',
        )
        return
    acceptation = dossier.cgv.acceptation
    dates = [contrat.date for contrat in dossier.tous_contrats if contrat.date]
    if acceptation and acceptation.date and dates and acceptation.date > max(dates):
        yield constater(
            "CGV_TARDIVES",
            f"Les conditions générales ont été acceptées le {date_longue(acceptation.date)}, après la "
            "commande : elles "
            "ne lient pas le débiteur.",
            lieu="cgv.acceptation.date",
            remede="Vérifiez la date ; le décompte n'en dépend pas, aucun taux convenu n'étant demandé.",
        )


def _identite_du_debiteur(dossier: Dossier, au: date) -> Iterator[Constat]:
    if dossier.debiteur.nature == "particulier":
        return
    extraits = [
        (lieu, piece) for lieu, piece in situer("pieces", dossier.pieces) if piece.nature in _IDENTITE_DU_DEBITEUR
    ]
    if not extraits:
        yield constater(
            "KBIS_ABSENT",
            "Aucun extrait Kbis ni avis de situation SIRENE du débiteur : il confirme l'adresse et "
            "l'absence de "
            "procédure collective.",
            lieu="pieces",
            remede="Ajoutez :\n"
            '[[pieces]]\nnature = "kbis_debiteur"\nfichier = "pieces/kbis.pdf"\ndelivre_le = 2026-11-02',
        )
    mois = entier_au("delais", au, "kbis_recent")
    for lieu, piece in extraits:
        delivre_le = piece.delivre_le or piece.date
        if delivre_le and ajouter_mois(delivre_le, mois) < au:
            yield constater(
                "KBIS_ANCIEN",
                f"L'extrait du {date_longue(delivre_le)} a plus de {mois} mois à la date d'arrêté.",
                lieu=f"{lieu}.delivre_le",
                remede="Demandez un extrait récent avant de déposer, et consultez le BODACC le même jour.",
            )
