"""Les pièces que le dossier cite, dans l'ordre de la liasse, avec leur titre : un fichier, une entrée.

Le bordereau (domaine/bordereau.py) les complète par [[pieces]], écarte les confidentielles et numérote.
"""

import datetime as dt
import unicodedata
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import PurePosixPath
from typing import Any, Literal

from generateur.domaine.chemins import relever_chemins
from generateur.domaine.creances import Contrat, Facture, Interruption, MiseEnDemeure, Relance
from generateur.domaine.dossier import Dossier, NaturePiece
from generateur.domaine.langue import INSECABLE, date_longue, enumerer
from generateur.domaine.parties import Identite

Categorie = Literal[
    "contrat",
    "cgv",
    "livraison",
    "facture",
    "avoir",
    "paiement",
    "relance",
    "mise_en_demeure",
    "identite",
    "autre",
]
_CONTRATS = {
    "contrat": "Contrat",
    "devis_accepte": "Devis accepté",
    "bon_de_commande": "Bon de commande",
    "abonnement": "Contrat d'abonnement",
    "aucun": "Document contractuel",
}
_ACCEPTATIONS = {
    "signature": "Acceptation signée des conditions générales de vente",
    "en_ligne": "Preuve de l'acceptation en ligne des conditions générales de vente",
    "renvoi_commande": "Commande renvoyant aux conditions générales de vente",
    "relations_suivies": "Preuve des relations d'affaires suivies",
    "aucune": "Échange relatif aux conditions générales de vente",
}
_LIVRAISONS = {
    "vente": "Bon de livraison",
    "prestation": "Justificatif de la prestation",
    "transport": "Document de transport",
}
_FACTURES = {
    "facture": "Facture",
    "acompte": "Facture d'acompte",
    "situation": "Situation de travaux",
    "solde": "Facture de solde",
    "penalites": "Facture de pénalités",
    "loyer": "Appel de loyer",
    "cotisation": "Appel de cotisation",
    "effet": "Effet de commerce",
}
_RELANCES = {
    "courriel": "Relance par courriel",
    "telephone": "Relance par téléphone",
    "sms": "Relance par SMS",
    "courrier": "Relance par courrier",
    "lrar": "Relance par lettre recommandée avec avis de réception",
    "visite": "Compte rendu de la visite",
}
_MISES_EN_DEMEURE = {
    "lrar": "Lettre de mise en demeure",
    "lre": "Lettre recommandée électronique de mise en demeure",
    "sommation": "Sommation de payer",
    "remise_en_main_propre": "Lettre de mise en demeure remise en main propre",
    "courriel": "Mise en demeure par courriel",
    "lettre_simple": "Lettre de mise en demeure",
}
_SORTS_DU_PLI = {
    "non_reclamee": "Avis de réception (pli avisé et non réclamé)",
    "refusee": "Avis de réception (pli refusé)",
    "npai": "Pli retourné, destinataire inconnu à l'adresse",
}
_INTERRUPTIONS = {
    "reconnaissance": "Reconnaissance de dette",
    "paiement_partiel": "Paiement partiel",
    "demande_en_justice": "Demande en justice",
    "mesure_conservatoire": "Mesure conservatoire",
    "execution": "Acte d'exécution",
    "suspension_2238": "Recours à la médiation ou à la conciliation",
}
TITRES_PAR_NATURE: Mapping[NaturePiece, str] = {
    "kbis_creancier": "Extrait Kbis du créancier",
    "kbis_debiteur": "Extrait Kbis du débiteur",
    "situation_sirene": "Avis de situation au répertoire Sirene",
    "bodacc": "Annonce au BODACC",
    "identite_signataire": "Pièce d'identité du signataire",
    "pouvoir": "Pouvoir",
    "rib": "Relevé d'identité bancaire",
    "reconnaissance": "Reconnaissance de dette",
    "echeancier": "Échéancier",
    "cheque": "Chèque",
    "certificat_non_paiement": "Certificat de non-paiement",
    "cession": "Acte de cession de la créance",
    "cautionnement": "Acte de cautionnement",
    "releve_compte": "Relevé de compte",
    "justificatif_frais": "Justificatif de frais",
    "traduction": "Traduction",
    "correspondance": "Correspondance",
    "autre": "Pièce complémentaire",
}
# L'ordre de cette liste est celui de la liasse.
NATURES_IDENTITE: tuple[NaturePiece, ...] = (
    "kbis_creancier",
    "kbis_debiteur",
    "situation_sirene",
    "bodacc",
    "identite_signataire",
    "pouvoir",
)


@dataclass(frozen=True)
class Entree:
    """Une pièce citée, avant numérotation."""

    fichier: str
    titre: str
    date: dt.date | None
    nature: str
    categorie: Categorie


@lru_cache(maxsize=4096)  # chaque citation d'un acte le demande pour chaque pièce
def normaliser_fichier(fichier: str) -> str:
    """Forme unique d'un chemin : « ./pieces/a.pdf » et « pieces/a.pdf », accents composés ou non."""
    return unicodedata.normalize("NFC", str(PurePosixPath(fichier.replace("\\", "/"))))


def dater(titre: str, jour: dt.date | None, liaison: str = "du") -> str:
    """Titre suivi de sa date, si elle est connue."""
    return f"{titre} {liaison} {date_longue(jour)}" if jour else titre


def _numeroter(titre: str, numero: str | None) -> str:
    return f"{titre} n°{INSECABLE}{numero}" if numero else titre


def _entree(
    fichier: str | None, titre: str, jour: dt.date | None, nature: str, categorie: Categorie
) -> Iterator[Entree]:
    """Rien quand aucun fichier n'est donné : le bordereau ne liste que ce qui est joint."""
    if fichier:
        yield Entree(normaliser_fichier(fichier), titre, jour, nature, categorie)


def lister_entrees(dossier: Dossier) -> Iterator[Entree]:
    """Toutes les pièces citées hors de [[pieces]], dans l'ordre de la liasse ; un fichier peut revenir."""
    yield from _contrats(dossier)
    yield from _conditions_generales(dossier)
    yield from _livraisons(dossier)
    yield from _factures(dossier)
    yield from _reglements(dossier)
    yield from _relances(dossier)
    for mise_en_demeure in dossier.toutes_mises_en_demeure:
        yield from _mise_en_demeure(mise_en_demeure)
    yield from _pouvoirs(dossier)
    yield from _autres(dossier)


def _contrats(dossier: Dossier) -> Iterator[Entree]:
    for contrat in dossier.tous_contrats:
        titre = " ".join(filter(None, (_CONTRATS[contrat.nature], contrat.reference)))
        liaison = "signé le" if _est_signe(contrat, dossier) else "du"
        yield from _entree(
            contrat.fichier, dater(titre, contrat.date, liaison), contrat.date, contrat.nature, "contrat"
        )
        if contrat.reserve_propriete:
            fichier = contrat.reserve_propriete.fichier
            titre = "Clause de réserve de propriété"
            yield from _entree(fichier, titre, contrat.date, "reserve_propriete", "contrat")
    for facture in dossier.factures:
        if commande := facture.commande:
            titre = " ".join(filter(None, ("Commande", commande.reference)))
            yield from _entree(commande.fichier, dater(titre, commande.date), commande.date, "commande", "contrat")


def _est_signe(contrat: Contrat, dossier: Dossier) -> bool:
    """Vrai si le dossier dit que ce fichier même porte la signature acceptant les conditions générales."""
    acceptation = dossier.cgv.acceptation if dossier.cgv else None
    return bool(
        acceptation
        and acceptation.mode == "signature"
        and acceptation.fichier == contrat.fichier
        and acceptation.date == contrat.date
    )


def _conditions_generales(dossier: Dossier) -> Iterator[Entree]:
    cgv = dossier.cgv
    if not cgv:
        return
    titre = "Conditions générales de vente"
    titre = f"{titre} (version {cgv.version})" if cgv.version else dater(titre, cgv.date)
    yield from _entree(cgv.fichier, titre, cgv.date, "cgv", "cgv")
    if preuve := cgv.acceptation:
        titre = dater(_ACCEPTATIONS[preuve.mode], preuve.date)
        yield from _entree(preuve.fichier, titre, preuve.date, "acceptation_cgv", "cgv")


def _livraisons(dossier: Dossier) -> Iterator[Entree]:
    livraisons = [
        (livraison, _nommer_livraison(dossier.contrat_de(facture)))
        for facture in dossier.factures
        for livraison in facture.toutes_livraisons
    ]
    for livraison, nom in sorted(livraisons, key=lambda element: element[0].date or dt.date.max):
        titre = " ".join(filter(None, (nom, livraison.reference)))
        yield from _entree(
            livraison.fichier, dater(titre, livraison.date), livraison.date, "bon_de_livraison", "livraison"
        )


def _nommer_livraison(contrat: Contrat | None) -> str:
    """Une prestation ne se livre pas : sa preuve ne s'appelle pas un bon de livraison."""
    activite = contrat.activite if contrat else None
    return _LIVRAISONS.get(activite or "vente", "Justificatif d’exécution")


def _factures(dossier: Dossier) -> Iterator[Entree]:
    ordonnees = sorted(dossier.factures, key=lambda facture: facture.date or dt.date.max)
    for facture in ordonnees:
        memes = [autre for autre in ordonnees if autre.fichier == facture.fichier]
        yield from _entree(facture.fichier, _titre_factures(memes), facture.date, "facture", "facture")


def _titre_factures(factures: list[Facture]) -> str:
    """Plusieurs factures tiennent parfois dans un seul fichier : le titre les nomme toutes."""
    if len(factures) == 1:
        return _numeroter(_FACTURES[factures[0].nature], factures[0].numero)
    return f"Factures n°{INSECABLE}{enumerer([facture.numero for facture in factures])}"


def _reglements(dossier: Dossier) -> Iterator[Entree]:
    for avoir in sorted(dossier.avoirs, key=lambda element: element.date or dt.date.max):
        yield from _entree(avoir.fichier, _numeroter("Avoir", avoir.numero), avoir.date, "avoir", "avoir")
    for paiement in sorted(dossier.paiements, key=lambda element: element.date or dt.date.max):
        if paiement.statut == "rejete":
            titre = dater("Avis de rejet du paiement", paiement.date_rejet or paiement.date)
        else:
            titre = dater("Justificatif du paiement", paiement.date)
        yield from _entree(paiement.fichier, titre, paiement.date, "paiement", "paiement")


def _relances(dossier: Dossier) -> Iterator[Entree]:
    for relance in sorted(dossier.relances, key=_date_de_relance):
        titre = dater(_RELANCES[relance.canal], relance.date)
        yield from _entree(relance.fichier, titre, relance.date, "relance", "relance")


def _date_de_relance(relance: Relance) -> dt.date:
    return relance.date


def _mise_en_demeure(mise: MiseEnDemeure) -> Iterator[Entree]:
    titre = dater(_MISES_EN_DEMEURE[mise.mode], mise.date_envoi)
    yield from _entree(mise.fichier, titre, mise.date_envoi, "mise_en_demeure", "mise_en_demeure")
    titre = "Preuve de dépôt de la mise en demeure"
    yield from _entree(mise.preuve_depot, titre, mise.date_envoi, "preuve_depot", "mise_en_demeure")
    titre = _SORTS_DU_PLI.get(mise.issue or "", "Accusé de réception de la mise en demeure")
    presentation = None if mise.issue == "distribuee" else mise.date_presentation  # ce n'est pas sa distribution
    jour = mise.date_reception or presentation
    yield from _entree(mise.accuse, titre, jour, "accuse_reception", "mise_en_demeure")


def _pouvoirs(dossier: Dossier) -> Iterator[Entree]:
    mandataire = dossier.mandataire
    if mandataire:
        titre = "Pouvoir donné au mandataire"
        yield from _entree(mandataire.pouvoir, titre, None, "pouvoir", "identite")
    parties: tuple[Identite, ...] = (dossier.creancier, *dossier.debiteurs)
    for partie in (*parties, mandataire) if mandataire else parties:
        if partie.signataire:
            titre = f"Pouvoir de {partie.signataire.nom}"
            yield from _entree(partie.signataire.pouvoir, titre, None, "pouvoir", "identite")


def _autres(dossier: Dossier) -> Iterator[Entree]:
    for interruption in sorted(dossier.interruptions, key=_date_interruption):
        titre = dater(_INTERRUPTIONS[interruption.nature], interruption.date)
        yield from _entree(interruption.fichier, titre, interruption.date, interruption.nature, "autre")
    if accord := dossier.accord:
        titre = dater("Accord de paiement", accord.date)
        yield from _entree(accord.fichier, titre, accord.date, "accord", "autre")
    if cession := dossier.cession:
        titre = dater(TITRES_PAR_NATURE["cession"], cession.date)
        yield from _entree(cession.fichier, titre, cession.date, "cession", "autre")
    for debiteur in dossier.debiteurs:
        if caution := debiteur.cautionnement:
            titre = dater(TITRES_PAR_NATURE["cautionnement"], caution.date)
            yield from _entree(caution.fichier, titre, caution.date, "cautionnement", "autre")
    for surete in dossier.suretes:
        titre = dater(f"Titre de la sûreté ({surete.type})", surete.date)
        yield from _entree(surete.fichier, titre, surete.date, "surete", "autre")
    for complement in dossier.procedures.values():
        yield from _frais_accessoires(complement)


def lister_autres_fichiers(dossier: Dossier) -> Iterator[Entree]:
    """Tout fichier désigné par le dossier ou par le complément d'une procédure, sous un titre tiré de sa clé.

    À joindre après les autres entrées : un fichier déjà listé garde le titre qu'il a là.
    """
    for mention in relever_chemins(dossier):
        voisines = mention.voisines
        jour = voisines.get("date")
        nom = voisines.get("titre") or voisines.get("libelle") or mention.cle.replace("_", " ").capitalize()
        titre = TITRES_PAR_NATURE["autre"] if mention.cle == "fichier" and nom == "Fichier" else str(nom)
        datee = jour if isinstance(jour, dt.date) else None
        yield from _entree(mention.chemin, dater(titre, datee), datee, "autre", "autre")


def _date_interruption(interruption: Interruption) -> dt.date:
    return interruption.date


def _frais_accessoires(complement: Mapping[str, Any]) -> Iterator[Entree]:
    """Justificatifs des frais ; le module de la procédure a validé, ou validera, ce complément."""
    frais = complement.get("frais_accessoires")
    for ligne in frais if isinstance(frais, list | tuple) else ():
        if isinstance(ligne, Mapping) and isinstance(ligne.get("fichier"), str):
            titre = f"{TITRES_PAR_NATURE['justificatif_frais']} ({ligne.get('libelle', 'frais accessoires')})"
            yield from _entree(ligne["fichier"], titre, None, "justificatif_frais", "autre")
