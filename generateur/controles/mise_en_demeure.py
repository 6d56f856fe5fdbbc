"""La mise en demeure : envoyée, au bon moment, prouvée, et délai écoulé.

Sources : C. civ. 1231, 1344 et 1344-1 ; CPCE (postes) L100 et R53-3 (recommandé électronique :
consentement du destinataire non professionnel). Le délai laissé au débiteur se compte du lendemain de la
présentation, à défaut de la réception, à défaut de l'envoi ; il court encore le dernier jour. Rien n'est
demandé pour une déclaration de créance.
"""

from collections.abc import Iterator, Sequence
from datetime import date, timedelta

from generateur.calculs.echeances import delai_laisse
from generateur.calculs.qualites import est_traite_en_professionnel
from generateur.controles.catalogue import constater
from generateur.controles.contexte import Contexte
from generateur.controles.lieux import situer, situer_mises_en_demeure, vise_une_declaration
from generateur.controles.prescription import analyser_prescription
from generateur.domaine.constat import CE_DOSSIER, Constat
from generateur.domaine.creances import Facture, MiseEnDemeure
from generateur.domaine.dossier import Dossier
from generateur.domaine.langue import date_longue, enumerer
from generateur.domaine.parties import AdresseDatee

_MODES_FAIBLES = frozenset({"courriel", "lettre_simple"})
_MODES_AVEC_ACCUSE = frozenset({"lrar", "lre"})
_CHIFFRES_D_UN_RECOMMANDE = 9  # norme S10 de l'Union postale : huit et une clé ; un envoi intérieur en a davantage
_PREUVES_ADRESSE = frozenset({"kbis_debiteur", "situation_sirene"})
Situees = Sequence[tuple[str, MiseEnDemeure]]


def controler(dossier: Dossier, contexte: Contexte) -> list[Constat]:
    """Tous les constats sur la ou les mises en demeure."""
    if vise_une_declaration(dossier, contexte):
        return []
    lettres = [(lieu, lettre) for lieu, lettre in situer_mises_en_demeure(dossier) if lettre.date_envoi <= contexte.au]
    if not lettres and _sont_prescrites(dossier, contexte.au):
        return []  # une mise en demeure n'y changerait rien, et le débiteur opposerait la prescription
    if not lettres:
        return [_absente(dossier, contexte.au)]
    ecartees = _d_une_autre_voie(contexte)
    dues = [f for f in dossier.factures if f.numero not in ecartees and _est_due(f, contexte.au)]
    utiles = [(lieu, lettre) for lieu, lettre in lettres if any(lettre.vise(facture) for facture in dues)]
    constats = [*_couverture(lettres, dues), *_debiteurs(lettres, dossier)]
    constats += _delai(utiles or lettres, contexte.au)
    for lieu, lettre in lettres:
        constats += _preuve(lieu, lettre)
        constats += _numero(lieu, lettre)
        constats += _recommande_electronique(lieu, lettre, dossier)
    constats += _adresse(lettres, dossier)
    constats += _changement_d_adresse(lettres, dossier)
    return constats


def _sont_prescrites(dossier: Dossier, au: date) -> bool:
    """Vrai si toutes les factures sont prescrites sous toute hypothèse."""
    analyses = analyser_prescription(dossier, au)
    return bool(analyses) and all(analyse.au_plus_tard < au for analyse in analyses)


def _absente(dossier: Dossier, au: date) -> Constat:
    envois = [lettre.date_envoi for lettre in dossier.toutes_mises_en_demeure]
    message = (
        f"La mise en demeure du {date_longue(min(envois))} est postérieure à l'arrêté du {date_longue(au)}."
        if envois
        else "Aucune mise en demeure n'a été envoyée : les juges l'attendent, et le débiteur doit pouvoir payer."
    )
    return constater(
        "MISE_EN_DEMEURE_ABSENTE",
        message,
        lieu="mise_en_demeure",
        remede=f"Produisez la lettre avec « generateur mettre-en-demeure {CE_DOSSIER} », envoyez-la en "
        "recommandé, puis ajoutez le bloc [mise_en_demeure] que cette commande affiche.",
    )


def _couverture(lettres: Situees, dues: Sequence[Facture]) -> Iterator[Constat]:
    """Chaque facture exigible est-elle visée par une mise en demeure postérieure à son échéance ?"""
    oubliees = [facture.numero for facture in dues if not any(lettre.vise(facture) for _, lettre in lettres)]
    if oubliees and len(oubliees) == len(dues):
        yield constater(
            "MISE_EN_DEMEURE_PREMATUREE",
            "La mise en demeure précède l'échéance des factures, ou n'en vise aucune.",
            lieu=f"{lettres[0][0]}.date_envoi",
            remede="Corrigez la date, ou envoyez une mise en demeure qui vise ces factures.",
        )
    elif oubliees:
        yield constater(
            "MISE_EN_DEMEURE_PARTIELLE",
            f"Aucune mise en demeure postérieure à l'échéance ne vise {enumerer(oubliees)}.",
            lieu=f"{lettres[0][0]}.factures",
            remede="Envoyez une nouvelle mise en demeure, ou complétez la liste « factures » si la lettre les visait.",
        )


def _d_une_autre_voie(contexte: Contexte) -> set[str]:
    """Les factures qui se déclarent ou que le plan paie : aucune mise en demeure ne les vise."""
    exclues = contexte.decompte.exclues if contexte.decompte else ()
    demandees = {solde.facture for solde in contexte.decompte.soldes} if contexte.decompte else set()
    return {exclue.facture for exclue in exclues if exclue.motif in {"a_declarer", "plan"}} - demandees


def _est_due(facture: Facture, au: date) -> bool:
    """Une échéance au moins est passée, et la facture n'est pas contestée ; sans échéance connue, on ne sait pas."""
    return facture.premiere_echeance is not None and facture.premiere_echeance <= au and not facture.contestee


def _debiteurs(lettres: Situees, dossier: Dossier) -> Iterator[Constat]:
    poursuivis = dossier.debiteurs_poursuivis
    for rang, (lieu, debiteur) in enumerate(situer("debiteurs", dossier.debiteurs), start=1):
        if debiteur in poursuivis and not any(dossier.atteint(lettre, debiteur) for _, lettre in lettres):
            yield constater(
                "DEBITEUR_NON_MIS_EN_DEMEURE",
                f"Aucune mise en demeure n'a été adressée à {debiteur.nom_complet}.",
                lieu=lieu,
                remede=f"« generateur mettre-en-demeure {CE_DOSSIER} » écrit la lettre qui manque et affiche le bloc "
                f"[[mises_en_demeure]] à ajouter, avec debiteur = {rang}.",
            )


def _delai(lettres: Situees, au: date) -> Iterator[Constat]:
    """Le délai de la lettre la plus ancienne fait foi : la renvoyer ne rouvre pas l'attente."""
    lieu, lettre = min(lettres, key=lambda situee: situee[1].date_envoi)
    delai = delai_laisse(lettre, au)
    if not delai.est_ecrit:
        yield constater(
            "MISE_EN_DEMEURE_DELAI_INCONNU",
            f"Le délai laissé par la mise en demeure n'est pas indiqué ; {delai.jours} jours sont retenus.",
            lieu=f"{lieu}.delai_jours",
            remede="Recopiez le délai écrit dans la lettre : delai_jours = 15.",
        )
    dernier_jour = delai.terme
    if au <= dernier_jour:
        yield constater(
            "MISE_EN_DEMEURE_DELAI_EN_COURS",
            f"Le délai de la mise en demeure court jusqu'au {date_longue(dernier_jour)} compris.",
            lieu=f"{lieu}.delai_jours",
            remede=f"Attendez le {date_longue(dernier_jour + timedelta(days=1))} pour déposer.",
        )


def _preuve(lieu: str, lettre: MiseEnDemeure) -> Iterator[Constat]:
    if not lettre.fichier:
        yield constater(
            "MISE_EN_DEMEURE_SANS_COPIE",
            f"La copie de la mise en demeure du {date_longue(lettre.date_envoi)} n'est pas versée.",
            lieu=f"{lieu}.fichier",
            remede='Ajoutez fichier = "pieces/mise_en_demeure.pdf".',
        )
    if lettre.mode in _MODES_FAIBLES:
        yield constater(
            "MISE_EN_DEMEURE_PREUVE_FAIBLE",
            "Un courriel ou une lettre simple peut mettre en demeure, mais sa réception se prouve mal.",
            lieu=f"{lieu}.mode",
            remede="Renvoyez-la en recommandé avec avis de réception, ou versez la réponse du débiteur.",
        )
    elif lettre.mode in _MODES_AVEC_ACCUSE and not lettre.accuse:
        yield constater(
            "MISE_EN_DEMEURE_SANS_ACCUSE",
            "L'avis de réception de la mise en demeure (ou l'enveloppe « non réclamé ») n'est pas versé.",
            lieu=f"{lieu}.accuse",
            remede='Ajoutez accuse = "pieces/avis_reception.pdf", et preuve_depot = "pieces/depot.pdf".',
        )


def _numero(lieu: str, lettre: MiseEnDemeure) -> Iterator[Constat]:
    """Un numéro tronqué ou d'une autre nature ne se retrouve pas au suivi postal, et les actes l'impriment."""
    if lettre.mode != "lrar" or not lettre.numero:
        return
    if sum(signe.isdecimal() for signe in lettre.numero) < _CHIFFRES_D_UN_RECOMMANDE:
        yield constater(
            "NUMERO_DE_RECOMMANDE_DOUTEUX",
            f"« {lettre.numero} » n'a pas assez de chiffres pour un numéro de recommandé.",
            lieu=f"{lieu}.numero",
            remede="Recopiez-le en entier de la preuve de dépôt, ou laissez-le vide : les actes l'impriment.",
        )


def _recommande_electronique(lieu: str, lettre: MiseEnDemeure, dossier: Dossier) -> Iterator[Constat]:
    if lettre.mode != "lre" or lettre.consentement_lre:
        return
    for debiteur in dossier.debiteurs:
        if dossier.atteint(lettre, debiteur) and not est_traite_en_professionnel(debiteur):
            yield constater(
                "LRE_SANS_CONSENTEMENT",
                f"{debiteur.nom_complet} n'est pas un professionnel : le recommandé électronique demande son "
                "consentement préalable.",
                lieu=f"{lieu}.consentement_lre",
                remede="Écrivez consentement_lre = true s'il l'a donné, sinon renvoyez la lettre en recommandé papier.",
            )


def _adresse(lettres: Situees, dossier: Dossier) -> Iterator[Constat]:
    """Retour « inconnu à l'adresse » : elle est à vérifier, sauf si une pièce postérieure la confirme."""
    retours = [(lieu, lettre) for lieu, lettre in lettres if lettre.issue == "npai"]
    if len(retours) < len(lettres):
        return
    lieu, lettre = retours[-1]
    confirmee = any(
        piece.nature in _PREUVES_ADRESSE and (piece.delivre_le or piece.date or date.min) > lettre.date_envoi
        for piece in dossier.pieces
    ) or any((adresse.depuis or date.min) > lettre.date_envoi for adresse in dossier.debiteur.adresses)
    yield constater(
        "DEBITEUR_INCONNU_A_ADRESSE",
        "La mise en demeure est revenue « inconnu à l'adresse » : "
        + (
            "l'adresse a été confirmée depuis, la signification pourra y être tentée."
            if confirmee
            else "l'adresse du débiteur est à vérifier avant de déposer."
        ),
        lieu=f"{lieu}.issue",
        remede="Vérifiez l'adresse au registre et renvoyez la lettre à la nouvelle, ou versez l'extrait :\n"
        '[[pieces]]\nnature = "kbis_debiteur"\nfichier = "pieces/kbis.pdf"\ndelivre_le = 2026-11-02',
        gravite="avertissement" if confirmee else "a_completer",
    )


def _changement_d_adresse(lettres: Situees, dossier: Dossier) -> Iterator[Constat]:
    """Le débiteur a déménagé depuis, et rien ne montre que la lettre l'a touché."""
    domicile = dossier.debiteur.domicile
    depuis = domicile.depuis if isinstance(domicile, AdresseDatee) else None
    lieu, lettre = max(lettres, key=lambda situee: situee[1].date_envoi)
    if depuis and lettre.date_envoi < depuis and lettre.issue not in {"distribuee", "refusee", "npai"}:
        yield constater(
            "MISE_EN_DEMEURE_ANCIENNE_ADRESSE",
            f"La mise en demeure du {date_longue(lettre.date_envoi)} est partie avant que "
            f"{dossier.debiteur.nom_complet} ne soit à son adresse actuelle (depuis le {date_longue(depuis)}).",
            lieu=f"{lieu}.date_envoi",
            remede="Renvoyez-la à l'adresse actuelle, ou versez la preuve de sa distribution.",
        )
