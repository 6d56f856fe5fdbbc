"""Formulaires officiels : l'ordre vient de la table, les valeurs du dossier, et rien n'est deviné."""

import datetime as dt
import json
import shutil
import tomllib
from pathlib import Path

import pytest
from pypdf import PdfReader
from reportlab.pdfgen import canvas

from generateur.droit import ressources
from generateur.droit.juridictions import TypeJuridiction
from generateur.erreurs import ErreurPiece, ErreurUsage
from generateur.operations.etude import etudier_dossier
from generateur.operations.inventaire import DONNEES_DU_PORTAIL, FORMULAIRE_REMPLI
from generateur.operations.outillage import ouvrir_moteurs
from generateur.operations.production import produire_dossier, rassembler_matiere
from generateur.procedures.repertoire import lister_procedures
from generateur.redaction.composition import composer_contexte
from generateur.redaction.formulaires import FORMULAIRES, aplatir_nom, choisir_formulaires, lister_formulaires
from generateur.reglages import Reglages
from tests.outils.exemples_produits import EXEMPLES

JOUR = dt.date(2026, 11, 21)
CHAMPS = Path(__file__).parents[3] / "shared" / "donnees" / "formulaires" / "champs.json"


@pytest.fixture(scope="module")
def moteurs():
    with ouvrir_moteurs(None) as ouverts:
        yield ouverts


def _matiere(reference, moteurs, procedure=None):
    etude = etudier_dossier(EXEMPLES / reference, jour=JOUR, procedure=procedure, outils=moteurs.pieces)
    return rassembler_matiere(etude, projet=True, moteur=moteurs.rendu)


def _vierge(chemin, *noms):
    page = canvas.Canvas(str(chemin))
    for rang, nom in enumerate(noms):
        page.acroForm.textfield(name=nom, x=50, y=780 - 30 * rang, width=250, height=18)
    page.showPage()
    page.save()
    return chemin


def test_un_formulaire_modifie_dans_le_meme_processus_sert_aussitot(tmp_path, monkeypatch):
    shutil.copytree(ressources._RACINE / FORMULAIRES, tmp_path / FORMULAIRES)
    avant = lister_formulaires()
    monkeypatch.setattr(ressources, "_RACINE", tmp_path)
    assert lister_formulaires() == avant
    fichier = next((tmp_path / FORMULAIRES).glob("*.toml"))
    fichier.write_text(fichier.read_text("utf-8").replace('titre = "', 'titre = "Autre '), "utf-8")
    assert lister_formulaires() != avant


def test_chaque_formulaire_dit_sa_source_et_son_etat():
    connues = {procedure.nom for procedure in lister_procedures()}
    for formulaire in lister_formulaires():
        assert formulaire.source
        assert formulaire.verifie_le <= dt.date(2026, 12, 31)
        assert formulaire.confiance in {"certaine", "probable", "a_confirmer"}
        assert formulaire.note or formulaire.confiance == "certaine"
        assert set(formulaire.procedures) <= connues
        assert set(formulaire.juridictions) <= set(TypeJuridiction.__args__)
        cles = [(rubrique.cle, champ.cle) for rubrique in formulaire.rubriques for champ in rubrique.champs]
        assert len(cles) == len(set(cles))


@pytest.mark.parametrize(("reference", "numero"), [("2026-0042", "cerfa 12946*02"), ("2026-0057", "cerfa 12948*06")])
def test_le_formulaire_suit_le_tribunal(moteurs, reference, numero):
    matiere = _matiere(reference, moteurs, "injonction_de_payer")
    contexte = composer_contexte(matiere)
    assert contexte.formulaires[0].numero == numero
    assert [acte.nom for acte in matiere.procedure.actes if acte.nom == "formulaire"] == ["formulaire"]


def test_une_voie_sans_formulaire_n_en_ecrit_pas(moteurs):
    matiere = _matiere("2026-0051", moteurs, "petites_creances")
    assert choisir_formulaires(matiere.espece, matiere.procedure) == ()
    assert "formulaire" not in {acte.nom for acte in matiere.procedure.actes}


def test_une_societe_n_a_ni_prenom_ni_naissance_a_remplir(moteurs):
    fiche = composer_contexte(_matiere("2026-0042", moteurs)).formulaires[0]
    demandeur = next(r for r in fiche.rubriques if r.titre == "Demandeur")
    libelles = {ligne.libelle: ligne.valeur for ligne in demandeur.lignes}
    assert libelles["Dénomination (personne morale)"] == "Atelier Lumen"
    assert not {"Prénoms", "Date de naissance"} & set(libelles)


@pytest.mark.skipif(not CHAMPS.is_file(), reason="les relevés de formulaires ne sont pas là")
def test_le_12946_garde_l_ordre_releve_sur_le_formulaire():
    releve = [champ.split(":")[0] for champ in json.loads(CHAMPS.read_text("utf-8"))["cerfa_12946"]["champs"]]
    ordre = [r.titre for r in next(f for f in lister_formulaires() if f.numero == "cerfa 12946").rubriques]
    attendu = ["Demandeur", "Mandataire", "Débiteur", "En cas d'opposition", "Sommes demandées", "Date et signature"]
    assert [titre for titre in ordre if titre in attendu] == attendu
    assert releve.index("DEMANDEURS") < releve.index("MANDATAIRE") < releve.index("DEBITEURS")


def test_le_formulaire_vierge_est_rempli_sans_rien_deviner(moteurs, tmp_path):
    vierge = _vierge(tmp_path / "vierge.pdf", "Tribunal", "Demandeur - Dénomination", "Débiteur 1 - Dénomination",
                     "principal", "Intérêts arrêtés", "case_inconnue")  # fmt: skip
    reglages = Reglages(formulaire=vierge)
    manifeste = produire_dossier(
        EXEMPLES / "2026-0042", tmp_path / "s", jour=JOUR, au=None, reglages=reglages, moteurs=moteurs
    )
    rempli = PdfReader(tmp_path / "s" / "2026-0042" / "actes" / FORMULAIRE_REMPLI).get_fields()
    valeurs = {nom: champ.get("/V") or "" for nom, champ in rempli.items()}
    assert valeurs == {
        "Tribunal": "Tribunal des activités économiques de Lyon",
        "Demandeur - Dénomination": "Atelier Lumen",
        "Débiteur 1 - Dénomination": "Les Comptoirs Beaurivage",
        "principal": "8 640,00 €",
        "Intérêts arrêtés": "598,11 €",
        "case_inconnue": "",
    }
    assert f"actes/{FORMULAIRE_REMPLI}" in {autre.fichier for autre in manifeste.autres}
    (constat,) = [c for c in manifeste.constats if c.code == "FORMULAIRE_REMPLI"]
    assert "1 champ de texte laissé en blanc" in constat.message.replace("\u00a0", " ")


def test_le_portail_recoit_des_montants_exacts_et_des_dates_iso(moteurs, tmp_path):
    manifeste = produire_dossier(
        EXEMPLES / "2026-0042", tmp_path, jour=JOUR, au=None, reglages=Reglages(), moteurs=moteurs
    )
    donnees = json.loads((tmp_path / "2026-0042" / "actes" / DONNEES_DU_PORTAIL).read_text("utf-8"))
    assert donnees["sommes"]["total"] == manifeste.total
    assert donnees["debiteurs"][0]["denomination"] == "Les Comptoirs Beaurivage"
    assert donnees["factures"][0]["echeance"] == "2026-04-30"
    assert [piece["piece"] for piece in donnees["justificatifs"]] == [
        piece.titre.replace("\u00a0", " ") for piece in manifeste.pieces
    ]


@pytest.mark.parametrize("contenu", [b"pas un pdf", None])
def test_un_formulaire_qui_ne_se_remplit_pas_est_refuse_par_son_nom(moteurs, tmp_path, contenu):
    vierge = tmp_path / "vierge.pdf"
    if contenu is None:
        canvas.Canvas(str(vierge)).save()
    else:
        vierge.write_bytes(contenu)
    with pytest.raises(ErreurPiece) as refus:
        produire_dossier(
            EXEMPLES / "2026-0042", tmp_path / "s", jour=JOUR, au=None, reglages=Reglages(formulaire=vierge),
            moteurs=moteurs,
        )  # fmt: skip
    assert "vierge.pdf" in refus.value.lieu
    assert not (tmp_path / "s" / "2026-0042").exists()


def test_un_formulaire_pour_une_voie_qui_n_en_remplit_pas_est_un_mauvais_usage(moteurs, tmp_path):
    reglages = Reglages(formulaire=_vierge(tmp_path / "vierge.pdf", "principal"), procedure="petites_creances")
    with pytest.raises(ErreurUsage):
        produire_dossier(EXEMPLES / "2026-0051", tmp_path / "s", jour=JOUR, au=None, reglages=reglages, moteurs=moteurs)


def test_aplatir_un_nom():
    assert aplatir_nom("Débiteur 1 – Dénomination") == "debiteur1denomination"


def test_les_formulaires_se_lisent_comme_des_tables():
    for formulaire in lister_formulaires():
        chemin = Path(__file__).parents[2] / "generateur" / "droit" / "formulaires" / f"{formulaire.nom}.toml"
        assert tomllib.loads(chemin.read_text("utf-8"))["numero"] == formulaire.numero
