"""Des dossiers d'exemple variés sur le disque : une caution, un codébiteur, des paiements, un avocat, zéro relance."""

import datetime as dt
import io
import shutil
from pathlib import Path

from docx import Document
from docx.oxml.ns import qn

from generateur.controles.groupes import regrouper
from generateur.operations.etude import etudier_dossier
from generateur.operations.mise_en_demeure import adresser_lettre
from generateur.redaction.actes import en_champs
from generateur.redaction.composition import Matiere, composer_contexte
from generateur.redaction.contexte import ContexteActes
from generateur.redaction.fiche import dresser_fiche
from generateur.redaction.gabarits import ouvrir_bibliotheque
from tests.outils.exemples_produits import EXEMPLES

JOUR = dt.date(2026, 11, 21)

MODELE = "2026-0074"
VANNES = '{ voie = "2 rue Basse", code_postal = "56000", commune = "Vannes" }'
CAUTION = f"""
[[debiteurs]]
role = "caution"
nature = "particulier"
qualite = "consommateur"
civilite = "Mme"
nom = "Exemple"
prenoms = "Jeanne, Marie"
adresse = {VANNES}
cautionnement = {{ date = 2026-01-05, montant_max = "2 000,00", solidaire = true, fichier = "pieces/cgv.pdf" }}
"""
CODEBITEUR = f"""
[[debiteurs]]
role = "codebiteur_solidaire"
nature = "particulier"
qualite = "consommateur"
nom = "Exemple"
prenoms = "Dominique"
adresse = {VANNES}
"""
SECONDE_FACTURE = """
[[factures]]
numero = "F2026-180"
date = 2026-08-01
echeance = 2026-09-01
montant_ht = "5 000,00"
montant_tva = "1 000,00"
montant_ttc = "6 000,00"
fichier = "pieces/bc131.pdf"
livraison = { date = 2026-07-30, fichier = "pieces/bl131.pdf" }
"""
TROIS_PAIEMENTS = """
[[paiements]]
date = 2026-09-10
montant = "1 200,50"
mode = "virement"
reference = "VIR-22"
facture = "F2026-176"

[[paiements]]
date = 2026-10-02
montant = "300.00"
mode = "chèque"

[[paiements]]
date = 2026-10-20
montant = "6010.00"
mode = "virement"
reference = "VIR-31"
"""
AVOCATE = """
[mandataire]
role = "avocat"
nature = "particulier"
civilite = "Mme"
nom = "Essai"
prenoms = "Anne"
barreau = "Lyon"
toque = "1234"
adresse = { voie = "8 place Bellecour", code_postal = "69002", commune = "Lyon" }
"""
AGENCE = """
[mandataire]
role = "agence_recouvrement"
nature = "personne_morale"
denomination = "Les Amis du Recouvrement"
forme = "SARL"
siren = "100000009"
adresse = { voie = "8 place Bellecour", code_postal = "69002", commune = "Lyon" }
representant = { nom = "Zoé Essai", qualite = "gérante", civilite = "Mme" }
"""
MISE_EN_DEMEURE = """
date_envoi = 2026-10-21
mode = "lrar"
date_presentation = 2026-10-23
issue = "distribuee"
delai_jours = 15
fichier = "pieces/mise-en-demeure.pdf"
preuve_depot = "pieces/preuve-depot.pdf"
accuse = "pieces/avis-reception.pdf"
"""


def ecrire_cas(racine: Path, *ajouts: str, remplacements: tuple[tuple[str, str], ...] = ()) -> Path:
    """Copie l'exemple sans mise en demeure dans `racine`, le retouche, y ajoute des blocs ; rend son dossier."""
    cible = racine / "dossiers" / MODELE
    shutil.copytree(EXEMPLES / MODELE, cible)
    shutil.copytree(EXEMPLES / "creanciers", racine / "dossiers" / "creanciers", dirs_exist_ok=True)
    fichier = cible / "dossier.toml"
    texte = fichier.read_text("utf-8")
    for avant, apres in remplacements:
        assert avant in texte, avant
        texte = texte.replace(avant, apres)
    fichier.write_text("\n".join((texte, *ajouts)), "utf-8")
    return cible


def retirer_relances(texte: str) -> str:
    """Le même dossier, sans aucun bloc [[relances]]."""
    blocs = texte.split("\n[")
    return "\n[".join(bloc for bloc in blocs if not bloc.startswith("[relances]]"))


def lire_actes(chemin: Path, procedure: str | None = None) -> dict[str, str]:
    """Le texte de chaque acte du dossier, par son nom, tel que Word le porte ; les lettres par leur destinataire."""
    etude = etudier_dossier(chemin, jour=JOUR, au=JOUR, procedure=procedure)
    retenue = etude.decision.retenue
    assert retenue is not None
    fiche = dresser_fiche(etude.espece, etude.decision, regrouper(etude.constats), etude.verdict, "moteur")
    contexte = composer_contexte(Matiere(etude.espece, retenue, etude.bordereau, fiche))
    utiles = retenue.garder_les_actes_utiles(etude.dossier).actes
    textes = {acte.nom: _rendre(acte.modele, contexte) for acte in utiles}
    for debiteur in etude.dossier.debiteurs_poursuivis:
        lettre = adresser_lettre(etude, contexte, debiteur)
        textes[f"lettre à {debiteur.nom_complet}"] = _rendre("communs/mise_en_demeure", lettre)
    return textes


def _rendre(modele: str, contexte: ContexteActes) -> str:
    octets = ouvrir_bibliotheque(None).modele(modele).rendre(en_champs(contexte), titre="t", auteur="a", jour=JOUR)
    corps = Document(io.BytesIO(octets)).element.body
    lignes = ("".join(t.text or "" for t in p.iter(qn("w:t"))) for p in corps.iter(qn("w:p")))
    return "\n".join(lignes).replace("\u00a0", " ").replace("\u202f", " ")
