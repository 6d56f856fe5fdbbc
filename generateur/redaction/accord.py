"""Ce que le protocole d'accord imprime en propre : l'échéancier, l'acompte, la remise, le délai de la déchéance."""

import datetime as dt
from decimal import Decimal
from typing import TypedDict

from generateur.calculs.echeancier import Echeancier
from generateur.domaine.dossier import Dossier
from generateur.domaine.langue import INSECABLE, date_longue, enumerer, montant, pluriel
from generateur.droit.tables import entier_au, valeur_au
from generateur.redaction.contexte import ContexteActes
from generateur.redaction.lettre import somme_demandee
from generateur.redaction.typographie import en_lettres, entier_en_lettres


class VersementActe(TypedDict):
    """Une échéance : son rang, sa date, sa somme."""

    rang: str
    date: str
    montant: str


class SignataireAccord(TypedDict):
    """Qui signe, pour qui, et ce qu'il écrit de sa main."""

    titre: str
    nom: str
    mention: str


class RangeeSignatures(TypedDict):
    """Deux signatures côte à côte ; la seconde vide si le compte est impair."""

    gauche: SignataireAccord
    droite: SignataireAccord


class ChampsAccord(TypedDict):
    """Ce que le protocole imprime, sous `complement`."""

    versements: list[VersementActe]
    nombre: str
    a_payer: str
    a_payer_lettres: str
    acompte: str
    remise: str
    remise_pourcent: str
    somme_des_versements: str
    delai: str
    factures: str  # « la facture n° F-12 du 31 mars 2026 »
    imputation: str  # comment un paiement s'impute, selon le contrat
    signatures: list[RangeeSignatures]


def champs_de_l_accord(
    echeancier: Echeancier, remise_pourcent: str, dossier: Dossier, contexte: ContexteActes, au: dt.date
) -> ChampsAccord:
    """Les champs du protocole ; le délai laissé avant la déchéance est celui d'usage d'une mise en demeure."""
    versements = echeancier.versements
    jours = entier_au("delais_jours", au, "mise_en_demeure_usuel")
    return ChampsAccord(
        versements=[
            VersementActe(rang=str(v.rang), date=date_longue(v.date), montant=montant(v.montant)) for v in versements
        ],
        nombre=pluriel(len(versements), "échéance"),
        a_payer=montant(echeancier.a_payer),
        a_payer_lettres=en_lettres(echeancier.a_payer),
        acompte=montant(echeancier.acompte) if echeancier.acompte else "",
        remise=montant(echeancier.remise) if echeancier.remise else "",
        remise_pourcent=remise_pourcent,
        somme_des_versements=montant(echeancier.a_payer - echeancier.acompte),
        delai=f"{entier_en_lettres(jours)} jours",
        factures=_nommer_factures(contexte),
        imputation=_dire_imputation(dossier, au),
        signatures=_ranger(_signataires(dossier, contexte, echeancier.du)),
    )


def _nommer_factures(contexte: ContexteActes) -> str:
    """Les factures dont la dette est reconnue : sans elles, la reconnaissance ne dirait pas de quoi."""
    noms = [f"n°{INSECABLE}{f.numero}{f' du {f.date}' if f.date else ''}" for f in contexte.factures]
    if not noms:
        return "leurs relations d’affaires"
    return f"la facture {noms[0]}" if len(noms) == 1 else f"{pluriel(len(noms), 'facture')}, {enumerer(noms)}"


def _dire_imputation(dossier: Dossier, au: dt.date) -> str:
    """L'ordre légal, sauf celui que le contrat préfère."""
    if any(contrat.imputation == "capital_dabord" for contrat in dossier.tous_contrats):
        return "d’abord sur le principal, comme le contrat le prévoit, puis sur les intérêts"
    article = valeur_au("articles", au, "C. civ. 1343-1").cle.removeprefix("C. civ. ")
    return f"d’abord sur les intérêts, puis sur le principal (article {article} du code civil)"


def _signataires(dossier: Dossier, contexte: ContexteActes, du: Decimal) -> list[SignataireAccord]:
    """Le créancier, puis chaque débiteur ; une personne physique écrit la somme de sa main (C. civ. 1376).

    Une caution n'écrit que ce à quoi elle s'est engagée (C. civ. 2294 : le cautionnement ne s'étend pas).
    """
    signataire, accord = contexte.signataire, "Date, « bon pour accord » et signature"
    du_creancier = f"{signataire.nom}{f', {signataire.qualite}' if signataire.qualite else ''}"
    signataires = [SignataireAccord(titre=f"Pour {contexte.creancier.titre}", nom=du_creancier, mention=accord)]
    for partie, debiteur in zip(contexte.debiteurs, dossier.debiteurs_poursuivis, strict=True):
        somme = somme_demandee(debiteur, du)
        bon_pour = f"« bon pour la somme de {en_lettres(somme)} ({montant(somme)}) »"
        de_sa_main = f"Date, {bon_pour} écrit de sa main, et signature" if debiteur.est_physique else accord
        titre = partie.titre_majuscule if debiteur.est_physique else f"Pour {partie.titre}"
        signataires.append(SignataireAccord(titre=titre, nom=partie.representant, mention=de_sa_main))
    return signataires


def _ranger(signataires: list[SignataireAccord]) -> list[RangeeSignatures]:
    vide = SignataireAccord(titre="", nom="", mention="")
    complets = [*signataires, *([vide] if len(signataires) % 2 else [])]
    return [RangeeSignatures(gauche=g, droite=d) for g, d in zip(complets[::2], complets[1::2], strict=True)]
