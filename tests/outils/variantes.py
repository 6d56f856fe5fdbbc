"""Les dossiers d'exemple, tels quels ou variés, étudiés sans rien écrire, et chaque modèle d'acte qu'ils emplissent."""

import datetime as dt
from collections.abc import Callable, Iterator
from dataclasses import replace
from decimal import Decimal

from generateur.calculs.accords import SuiviAccord
from generateur.calculs.decompte import chiffrer
from generateur.calculs.echeancier import dresser_echeancier
from generateur.calculs.encours import calculer_encours
from generateur.calculs.irrecouvrable import preparer_annexe
from generateur.calculs.provision import relever_creances
from generateur.calculs.suite_amiable import SuiteAmiable
from generateur.controles.competence import juridiction_competente
from generateur.controles.groupes import regrouper
from generateur.domaine.bordereau import dresser_bordereau
from generateur.domaine.creances import Facture
from generateur.domaine.dossier import Accord, Dossier, EcheanceAccord
from generateur.domaine.langue import montant
from generateur.domaine.parties import Cautionnement, Debiteur
from generateur.domaine.provisions import BaremeProvisions
from generateur.operations import mise_en_demeure as lettre
from generateur.operations.accord_menace import MISE_EN_DEMEURE_ACCORD
from generateur.operations.accorder import PROTOCOLE
from generateur.operations.annexe_provision import ANNEXE
from generateur.operations.etude import Etude, etudier_dossier
from generateur.operations.mise_en_liasse import INTERCALAIRES
from generateur.operations.relancer import actes_des_relances
from generateur.operations.suite import ACTES_DES_SUITES
from generateur.procedures.choix import choisir_procedure
from generateur.procedures.repertoire import lister_procedures
from generateur.procedures.socle import BORDEREAU_COMPLEMENTAIRE, Espece
from generateur.redaction import lettre as lettre_redigee
from generateur.redaction.accord import champs_de_l_accord
from generateur.redaction.actes import en_champs
from generateur.redaction.annexe_provision import champs_de_l_annexe
from generateur.redaction.bordereau_remise import MODELE as MODELE_REMISE
from generateur.redaction.bordereau_remise import TITRE as TITRE_REMISE
from generateur.redaction.bordereau_remise import LigneRemise, champs_de_la_remise
from generateur.redaction.composition import Matiere, composer_contexte, mesurer_contexte
from generateur.redaction.contexte import ContexteActes
from generateur.redaction.fiche import dresser_fiche
from generateur.redaction.juridiction import presenter_juridiction
from generateur.redaction.lignes_bordereau import Mesures
from generateur.redaction.relance import champs_de_la_relance, remplir_texte
from tests.outils.exemples_produits import EXEMPLES

NOM_DIFFICILE = "Dupont & Fils <SARL> « L'Œuvre »"
MISE_EN_DEMEURE = "communs/mise_en_demeure"
NOMBREUSES = 40


def multiplier_factures(dossier: Dossier) -> Dossier:
    """Quarante factures livrées, aux numéros et aux montants différents."""
    (modele,) = dossier.factures
    factures = tuple(_varier(modele, rang) for rang in range(NOMBREUSES))
    return dossier.model_copy(update={"factures": factures})


def _varier(modele: Facture, rang: int) -> Facture:
    propres = {
        "numero": f"{modele.numero}-{rang:02d}",
        "montant_ttc": modele.montant_ttc + rang * 137,
        "echeance": modele.echeance + dt.timedelta(days=rang),
        "fichier": f"pieces/facture-{rang:02d}.pdf",
    }
    return modele.model_copy(update=propres)


def renommer_debiteur(dossier: Dossier) -> Dossier:
    """Un nom plein de signes que le XML réserve, et un objet qui tient sur plusieurs lignes."""
    debiteur = dossier.debiteur.model_copy(update={"denomination": NOM_DIFFICILE})
    objet = (
        "Fourniture, pose, réglage et mise en service de menuiseries en chêne massif – façades nord & sud, « lot 2 »"
    )
    return dossier.model_copy(update={"debiteurs": (debiteur,), "objet": objet})


def ajouter_debiteurs(dossier: Dossier) -> Dossier:
    """Un codébiteur solidaire et une caution, en plus du débiteur principal."""
    physique = {"nature": "particulier", "qualite": "consommateur", "adresse": dossier.debiteur.adresse}
    codebiteur = Debiteur(civilite="M.", nom="Exemple", prenoms="Pierre", role="codebiteur_solidaire", **physique)
    acte = Cautionnement(
        date=dossier.factures[0].date, montant_max="10000.00", solidaire=True, fichier="pieces/acte-de-caution.pdf"
    )
    caution = Debiteur(civilite="Mme", nom="Exemple", prenoms="Jeanne", role="caution", cautionnement=acte, **physique)
    return dossier.model_copy(update={"debiteurs": (dossier.debiteur, codebiteur, caution)})


def depouiller(dossier: Dossier) -> Dossier:
    """Ni conditions générales, ni livraison, ni relance, ni autre pièce : chaque paragraphe vide doit se taire."""
    factures = tuple(facture.model_copy(update={"livraison": None}) for facture in dossier.factures)
    return dossier.model_copy(update={"cgv": None, "relances": (), "pieces": (), "factures": factures})


VARIANTES: dict[str, tuple[str, Callable[[Dossier], Dossier] | None]] = {
    "2026-0042": ("2026-0042", None),
    "2026-0051": ("2026-0051", None),
    "2026-0063": ("2026-0063", None),
    "2026-0068": ("2026-0068", None),
    "2026-0074": ("2026-0074", None),
    "2026-0085": ("2026-0085", None),
    "quarante factures": ("2026-0042", multiplier_factures),
    "nom difficile": ("2026-0042", renommer_debiteur),
    "plusieurs débiteurs": ("2026-0063", ajouter_debiteurs),
    "dossier dépouillé": ("2026-0042", depouiller),
}


def etudier_variante(nom: str) -> Etude:
    """L'étude d'une variante, à la date d'arrêté de l'exemple dont elle part."""
    reference, varier = VARIANTES[nom]
    etude = etudier_dossier(EXEMPLES / reference, jour=dt.date(2026, 11, 21))
    return etude if varier is None else _situer(etude, varier(etude.dossier))


def _situer(etude: Etude, dossier: Dossier, procedure: str | None = None) -> Etude:
    au = etude.espece.au
    decompte = chiffrer(dossier, au)
    espece = Espece(dossier, au, decompte, juridiction_competente(dossier, au, decompte.total))
    return replace(
        etude,
        lu=replace(etude.lu, dossier=dossier),
        espece=espece,
        decision=choisir_procedure(espece, procedure),
        bordereau=dresser_bordereau(dossier),
    )


def composer_acte(etude: Etude) -> ContexteActes:
    """Ce que les actes impriment, avec des pages de liasse plausibles : trois pages par pièce."""
    procedure = etude.decision.retenue
    assert procedure is not None, f"{etude.dossier.reference} : aucune procédure"
    fiche = dresser_fiche(etude.espece, etude.decision, regrouper(etude.constats), etude.verdict, "dxpdf")
    matiere = Matiere(etude.espece, procedure, etude.bordereau, fiche)
    arrivee = frozenset(piece.numero for piece in etude.bordereau.pieces[:1])
    contexte = composer_contexte(replace(matiere, communiquee_le=etude.espece.au, ajoutees=arrivee))
    pages = {piece.numero: (6 + 3 * rang, 3) for rang, piece in enumerate(etude.bordereau.pieces)}
    return mesurer_contexte(contexte, Mesures(6 + 3 * len(pages), pages, {}))


def _suites_de(contexte: ContexteActes) -> Iterator[tuple[str, ContexteActes]]:
    """Chaque suite de l'ordonnance, une fois l'injonction rendue, signifiée et frappée d'opposition."""
    dates = {
        "depot": "9 septembre 2026", "ordonnance_date": "21 septembre 2026", "ordonnance_numero": "2026IP118",
        "ordonnance_montant": "", "ordonnance_partielle": False, "terme_signification": "21 décembre 2026",
        "signification_date": "5 octobre 2026", "signification_mode": "à personne",
        "executoire_le": "8 décembre 2026", "titre_jusqu_au": "5 octobre 2036", "opposition": "20 octobre 2026",
        "joints": ["l’ordonnance", "l’acte de signification"], "est_a_personne": False, "solde": "9 278,11 €",
        "solde_detail": "8 640,00 € en principal et 638,11 € d’intérêts", "accorde": "", "recus": "",
        "significations": "le 5 octobre 2026 à personne", "acte_exige_a_l_audience": True, "plafond": "",
        "opposition_possible_jusqu_au": "", "credites": "",
    }  # fmt: skip
    juridiction = contexte.juridiction or presenter_juridiction(("Tribunal judiciaire de Lyon",), None)
    vide = {"cause": "contractuelle", "solidarite": "", "limites": "", "professionnel_non_commercant": False,
            "debiteur_est_entrepreneur_individuel": False}  # fmt: skip
    complement = {**vide, **contexte.complement, **dates}
    for acte in ACTES_DES_SUITES.values():
        yield acte.modele, replace(contexte, complement=complement, juridiction=juridiction, titre_acte=acte.titre)


def _relances_de(etude: Etude, contexte: ContexteActes) -> Iterator[tuple[str, ContexteActes]]:
    """La lettre ferme et la page d'appel, pour tout ce qui reste à payer, une date limite à dix jours."""
    au, dossier = etude.espece.au, etude.dossier
    lignes = calculer_encours(dossier, au).lignes
    suite = SuiteAmiable("relancer", "essai", niveau=4, du_le=au, lignes=lignes, date_limite=au + dt.timedelta(days=10))
    champs = champs_de_la_relance(dossier, suite, contexte, "Lettre ferme", "dossiers/essai", au)
    for acte, ton in zip(actes_des_relances(), ("ferme", "appel"), strict=True):
        texte = remplir_texte(ton, en_champs(replace(contexte, complement=dict(champs))), None)
        complets = {**champs, "sujet": texte.objet, "avant": list(texte.avant), "apres": list(texte.apres)}
        yield acte.modele, replace(contexte, titre_acte=acte.titre, complement=complets)


def _accord_de(etude: Etude, contexte: ContexteActes) -> tuple[str, ContexteActes]:
    """Le protocole, avec acompte et remise, en quatre échéances."""
    au, total = etude.espece.au, max(etude.espece.decompte.total, Decimal(1000))
    premiere = au + dt.timedelta(days=15)
    echeancier = dresser_echeancier(total, 4, premiere, acompte=Decimal(100), remise_pourcent=Decimal(5))
    champs = champs_de_l_accord(echeancier, "5,00 %", etude.dossier, contexte, au)
    return PROTOCOLE.modele, replace(contexte, titre_acte=PROTOCOLE.titre, complement=dict(champs))


def _annexe_de(etude: Etude, contexte: ContexteActes) -> Iterator[tuple[str, ContexteActes]]:
    """L'annexe de provision de ce seul dossier, tout à moitié provisionné."""
    au, dossier = etude.espece.au, etude.dossier
    tout_a_moitie = {"depuis": au, "source": "Essai.", "tranches": [{"taux_pourcent": Decimal(50)}]}
    creances = relever_creances(dossier, au, BaremeProvisions.model_validate(tout_a_moitie)).creances
    if retenue := preparer_annexe(dossier, creances, au):
        champs = champs_de_l_annexe([retenue], "barème d’essai", au)
        yield ANNEXE.modele, replace(contexte, titre_acte=ANNEXE.titre, complement=dict(champs))


def _accord_manque_de(etude: Etude, contexte: ContexteActes) -> tuple[str, ContexteActes]:
    """La mise en demeure de tenir un accord dont la première échéance manque."""
    au = etude.espece.au
    termes = tuple(EcheanceAccord(date=au + dt.timedelta(days=jours), montant=Decimal(300)) for jours in (-30, 30))
    accord = Accord(date=au - dt.timedelta(days=60), echeances=termes)
    suivi = SuiviAccord(accord, Decimal(0), termes[:1], termes[1:], est_dechu=False)
    dossier = etude.dossier.model_copy(update={"accord": accord})
    debiteur = dossier.debiteur
    champs = lettre_redigee.champs_pour_l_accord(dossier, etude.espece.decompte, contexte, debiteur, suivi)
    acte = MISE_EN_DEMEURE_ACCORD
    return acte.modele, replace(contexte, titre_acte=acte.titre, complement={**contexte.complement, **champs})


def _remise_de(etude: Etude, contexte: ContexteActes) -> tuple[str, ContexteActes]:
    """Le bordereau d'une pile où ce dossier est seul."""
    total = etude.espece.decompte.total
    ligne = LigneRemise(
        reference=etude.dossier.reference,
        creancier=etude.dossier.creancier.nom_complet,
        debiteur=etude.dossier.debiteur.nom_complet,
        voie=contexte.titre_acte,
        pages="18",
        somme=montant(total),
    )
    champs = champs_de_la_remise("Étude de Maître Exemple", "1 place du Palais", [ligne] * 3, total, etude.espece.au)
    return MODELE_REMISE, replace(contexte, titre_acte=TITRE_REMISE, complement=dict(champs))


def actes_de(etude: Etude) -> Iterator[tuple[str, ContexteActes]]:
    """Chaque modèle d'acte et son contexte : toutes les procédures, imposées au besoin, et la mise en demeure."""
    retenue = etude.decision.retenue
    assert retenue is not None
    faits: set[str] = set()
    for procedure in (retenue, *lister_procedures()):
        contexte = composer_acte(_situer(etude, etude.dossier, procedure.nom))
        for acte in procedure.actes:
            if acte.modele not in faits:
                faits.add(acte.modele)
                yield acte.modele, replace(contexte, titre_acte=acte.titre)
    contexte = composer_acte(etude)
    yield INTERCALAIRES.modele, replace(contexte, titre_acte=INTERCALAIRES.titre)
    if contexte.ajout:
        yield BORDEREAU_COMPLEMENTAIRE.modele, replace(contexte, titre_acte=BORDEREAU_COMPLEMENTAIRE.titre)
    yield from _suites_de(contexte)
    yield from _relances_de(etude, contexte)
    yield _accord_de(etude, contexte)
    yield _accord_manque_de(etude, contexte)
    yield _remise_de(etude, contexte)
    yield from _annexe_de(etude, contexte)
    yield (
        MISE_EN_DEMEURE,
        replace(lettre.adresser_lettre(etude, contexte, etude.dossier.debiteur), titre_acte="Mise en demeure"),
    )
