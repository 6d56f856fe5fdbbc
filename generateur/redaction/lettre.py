"""Ce que la mise en demeure dit de plus que les actes : à qui elle parle, ce qu'elle lui demande, d'ici quand.

La caution n'est pas le débiteur : sa lettre nomme son engagement et ne lui demande jamais plus que sa limite
(C. civ. 2288 et 2297) ; le codébiteur solidaire doit le tout (C. civ. 1313).
"""

import datetime as dt
from decimal import Decimal
from typing import TypedDict

from generateur.calculs.accords import SuiviAccord
from generateur.calculs.calendrier import UN_JOUR, reporter, territoire_de
from generateur.calculs.decompte import Decompte
from generateur.calculs.qualites import est_creancier_professionnel
from generateur.domaine.dossier import Dossier
from generateur.domaine.langue import INSECABLE, date_longue, enumerer, montant
from generateur.domaine.parties import Debiteur
from generateur.droit.tables import entier_au, valeur_au
from generateur.redaction.contexte import ContexteActes, FactureActe, PartieActe
from generateur.redaction.designation import designer, dire_engagement_a_la_caution
from generateur.redaction.typographie import en_lettres, entier_en_lettres

_TEXTES = "textes_reproduits"
_PARTIES = ("TITRE", "ALINEA_2", "ALINEA_3")


class ArticleReproduit(TypedDict):
    """L'article que l'écrit d'une agence de recouvrement reproduit (CPCE R124-4) ; vide pour tout autre."""

    titre: str
    alinea_2: str
    alinea_3: str


class ChampsLettre(TypedDict):
    """Ce que la lettre imprime en propre, sous `complement`."""

    mode_envoi: str
    appel: str
    delai: str
    exemple_presentation: str
    exemple_terme: str
    est_caution: bool
    engagement: str
    principal_oblige: PartieActe
    court_encore: bool
    coobliges: str
    informe_la_caution: bool
    est_plafonnee: bool
    somme: str
    somme_lettres: str
    etat: str
    factures_dues: tuple[FactureActe, ...]
    a_plusieurs_dues: bool
    payees_en_retard: str
    suite: str
    iban: str
    bic: str
    autre_adresse: str
    contact: str
    pieces_jointes: str
    a_annexe: bool
    agence_recouvrement: bool
    article_reproduit: ArticleReproduit


class EcheanceManquee(TypedDict):
    """Une échéance d'accord, et ce qu'il y manque."""

    date: str
    montant: str
    manque: str


class ChampsLettreAccord(TypedDict):
    """Ce que la mise en demeure de tenir un accord imprime, sous `complement`."""

    mode_envoi: str
    appel: str
    delai: str
    exemple_presentation: str
    exemple_terme: str
    est_caution: bool
    est_plafonnee: bool
    coobliges: str
    somme: str
    somme_lettres: str
    iban: str
    bic: str
    autre_adresse: str
    contact: str
    pieces_jointes: str
    agence_recouvrement: bool
    article_reproduit: ArticleReproduit
    accord_date: str
    manquees: list[EcheanceManquee]


def somme_demandee(debiteur: Debiteur, total: Decimal) -> Decimal:
    """Ce qui peut être demandé à ce débiteur : le total, ou la limite de son cautionnement si elle est moindre."""
    acte = debiteur.cautionnement
    limite = acte.montant_max if acte and debiteur.role == "caution" else None
    return total if limite is None else min(total, limite)


def champs_de_la_lettre(
    dossier: Dossier, decompte: Decompte, contexte: ContexteActes, debiteur: Debiteur
) -> ChampsLettre:
    """Les champs propres à la lettre adressée à ce débiteur."""
    au, emetteur = decompte.au, contexte.mandataire or contexte.creancier
    somme = somme_demandee(debiteur, decompte.total)
    jours = entier_au("delais_jours", au, "mise_en_demeure_usuel")
    presentation = reporter(au + UN_JOUR, territoire_de(debiteur.domicile))  # nul facteur ne passe un dimanche
    est_caution = debiteur.role == "caution"
    annexe = bool(decompte.lignes or decompte.paiements)
    return {
        "mode_envoi": "Lettre recommandée avec demande d’avis de réception",
        "appel": appeler(debiteur),
        "delai": f"{entier_en_lettres(jours)} jours",
        "exemple_presentation": date_longue(presentation),
        "exemple_terme": date_longue(presentation + UN_JOUR * jours),
        "est_caution": est_caution,
        "engagement": dire_engagement_a_la_caution(debiteur, contexte.debiteur.titre) if est_caution else "",
        "principal_oblige": contexte.debiteur,
        "court_encore": decompte.interet_journalier > 0 and somme == decompte.total,
        "coobliges": _nommer_coobliges(dossier, debiteur),
        "informe_la_caution": est_caution and debiteur.est_physique and est_creancier_professionnel(dossier.creancier),
        "est_plafonnee": somme < decompte.total,
        "somme": montant(somme),
        "somme_lettres": en_lettres(somme),
        "etat": _dire_etat(decompte),
        "factures_dues": tuple(f for f, s in zip(contexte.factures, decompte.soldes, strict=True) if s.principal),
        "a_plusieurs_dues": sum(1 for s in decompte.soldes if s.principal) > 1,
        "payees_en_retard": _dire_payees_en_retard(decompte),
        "suite": _dire_suite(contexte),
        "iban": contexte.creancier.iban,
        "bic": contexte.creancier.bic,
        "autre_adresse": _dire_autre_adresse(contexte.creancier),
        "contact": " – ".join(c for c in (emetteur.telephone, emetteur.courriel) if c),
        "pieces_jointes": _lister_jointes(decompte, debiteur, annexe=annexe),
        "a_annexe": annexe,
        "agence_recouvrement": dossier.est_confie_a_une_agence,
        "article_reproduit": reproduire_article(dossier, au),
    }


def champs_pour_l_accord(
    dossier: Dossier, decompte: Decompte, contexte: ContexteActes, debiteur: Debiteur, suivi: SuiviAccord
) -> ChampsLettreAccord:
    """Les champs de la lettre qui réclame les échéances manquées d'un accord, et elles seules."""
    somme = somme_demandee(debiteur, suivi.manque)
    commune = champs_de_la_lettre(dossier, decompte, contexte, debiteur)
    return ChampsLettreAccord(
        mode_envoi=commune["mode_envoi"],
        appel=commune["appel"],
        delai=commune["delai"],
        exemple_presentation=commune["exemple_presentation"],
        exemple_terme=commune["exemple_terme"],
        est_caution=commune["est_caution"],
        est_plafonnee=somme < suivi.manque,
        coobliges=commune["coobliges"],
        somme=montant(somme),
        somme_lettres=en_lettres(somme),
        iban=commune["iban"],
        bic=commune["bic"],
        autre_adresse=commune["autre_adresse"],
        contact=commune["contact"],
        pieces_jointes="",
        agence_recouvrement=commune["agence_recouvrement"],
        article_reproduit=commune["article_reproduit"],
        accord_date=date_longue(suivi.accord.date),
        manquees=[
            EcheanceManquee(date=date_longue(e.date), montant=montant(e.montant), manque=montant(manque))
            for e, manque in suivi.restes
        ],
    )


def reproduire_article(dossier: Dossier, au: dt.date) -> ArticleReproduit:
    """Le texte en vigueur ce jour-là, si une agence écrit. Lève ErreurDroitManquant hors de la table."""
    if not dossier.est_confie_a_une_agence:
        return ArticleReproduit(titre="", alinea_2="", alinea_3="")
    titre, deuxieme, troisieme = (str(valeur_au(_TEXTES, au, f"AGENCE/{partie}").valeur) for partie in _PARTIES)
    return ArticleReproduit(titre=titre, alinea_2=deuxieme, alinea_3=troisieme)


def appeler(debiteur: Debiteur) -> str:
    """« Madame » ou « Monsieur » si le dossier le dit, de la personne ou de qui représente la société."""
    civilite = debiteur.civilite if debiteur.est_physique else None
    if not debiteur.est_physique and debiteur.representant:
        civilite = debiteur.representant.civilite
    return {"Mme": "Madame", "M.": "Monsieur"}.get(civilite or "", "Madame, Monsieur")


def _nommer_coobliges(dossier: Dossier, debiteur: Debiteur) -> str:
    """Avec qui un codébiteur solidaire est tenu ; vide pour la caution, et pour un débiteur seul."""
    if debiteur.role == "caution":
        return ""
    autres: list[PartieActe] = [
        designer(autre, professionnel=True)
        for autre in dossier.debiteurs_poursuivis
        if autre is not debiteur and autre.role != "caution"
    ]
    solidaires = debiteur.role == "codebiteur_solidaire" or any(
        autre.role == "codebiteur_solidaire" for autre in dossier.debiteurs_poursuivis
    )
    return enumerer([autre.titre for autre in autres]) if solidaires else ""


def _dire_etat(decompte: Decompte) -> str:
    """« la facture suivante, échue, reste impayée » ; en partie ou en tout ou partie, seulement si c'est le cas."""
    dues = [s for s in decompte.soldes if s.principal]
    partielles = [s for s in dues if s.principal < s.initial]
    portee = "" if not partielles else " en partie" if len(partielles) == len(dues) else " en tout ou partie"
    if len(dues) > 1:
        return f"les factures suivantes, échues, restent impayées{portee}"
    return f"la facture suivante, échue, reste impayée{portee}" if dues else ""


def _dire_payees_en_retard(decompte: Decompte) -> str:
    """Les factures éteintes en principal, dont les accessoires restent dus : elles ne sont plus « impayées »."""
    eteintes = [s for s in decompte.soldes if not s.principal and (s.interets or s.indemnite)]
    reglees = [s.facture for s in eteintes if not s.est_annulee]
    annulees = [s.facture for s in eteintes if s.est_annulee]
    premiere, seconde = _dire_eteintes(reglees, "réglée"), _dire_eteintes(annulees, "annulée")
    return f"{premiere}{INSECABLE}; {seconde[0].lower()}{seconde[1:]}" if premiere and seconde else premiere or seconde


def _dire_eteintes(numeros: list[str], verbe: str) -> str:
    """« La facture n° F1 a été réglée en principal, mais après son échéance » ; vide sans facture."""
    if not numeros:
        return ""
    noms = enumerer([f"n°{INSECABLE}{numero}" for numero in numeros])
    moyen = "par avoir" if verbe == "annulée" else "en principal"
    if len(numeros) == 1:
        return f"La facture {noms} a été {verbe} {moyen}, mais après son échéance"
    return f"Les factures {noms} ont été {verbe}s {moyen}, mais après leur échéance"


def _dire_autre_adresse(creancier: PartieActe) -> str:
    """Où envoyer un chèque, si ce n'est pas à l'adresse de l'en-tête."""
    correspondance = creancier.adresse_correspondance
    return "" if correspondance == creancier.adresse else ", ".join(correspondance[1:])


def _dire_suite(contexte: ContexteActes) -> str:
    """Ce qui sera fait faute de paiement, d'après la voie que le dossier appelle."""
    creancier = contexte.creancier.titre
    if contexte.juridiction:
        return f"{creancier} demandera à {contexte.juridiction.magistrat} une ordonnance portant injonction de payer"
    return (
        f"{creancier} saisira un commissaire de justice ({contexte.procedure[:1].lower()}{contexte.procedure[1:]}), "
        "puis la juridiction compétente"
    )


def _lister_jointes(decompte: Decompte, debiteur: Debiteur, *, annexe: bool) -> str:
    nombre = len(decompte.soldes)
    jointes = ["copies des factures" if nombre > 1 else "copie de la facture"] if nombre else []
    if debiteur.role == "caution" and debiteur.cautionnement and debiteur.cautionnement.fichier:
        jointes.append("copie de l’acte de cautionnement")
    if annexe:
        jointes.append("décompte annexé")
    return enumerer(jointes)
