"""Un modèle Word rempli donne le texte attendu, toujours les mêmes octets, ou un refus qui nomme l'endroit."""

import datetime as dt
import io
import zipfile
from decimal import Decimal
from pathlib import Path

import pytest
from docx import Document
from docx.oxml.ns import qn

from generateur.erreurs import CodeSortie, ErreurModele
from generateur.redaction.gabarits import Bibliotheque, ouvrir_bibliotheque, racine_par_defaut
from tests.outils.modeles_word import ecrire_charte, ecrire_modele, enregistrer, texte_de

HOSTILE = "Dupont & Fils <SARL> « L'Œuvre »"


@pytest.fixture
def racine(tmp_path):
    ecrire_charte(tmp_path)
    return tmp_path


def _rendre(racine: Path, *paragraphes: str, **contexte) -> str:
    ecrire_modele(racine, "essai/acte", *paragraphes)
    octets = Bibliotheque(racine).modele("essai/acte").rendre({"reference": "R-1", **contexte})
    return texte_de(io.BytesIO(octets))


@pytest.mark.parametrize(
    "nom",
    [HOSTILE, "Société 😀 שלום مرحبا", "{{ creancier }} {% if %}", "]]> &amp; <w:p/>", "O’Neil \"x\" 'y'"],
)
def test_ecrit_un_nom_tel_quel(racine, nom):
    assert _rendre(racine, "Contre {{ nom }}.", nom=nom) == f"Contre {nom}."


def test_un_saut_de_ligne_reste_dans_le_paragraphe(racine):
    ecrire_modele(racine, "essai/acte", "{{ adresse }}")
    octets = Bibliotheque(racine).modele("essai/acte").rendre({"reference": "", "adresse": "1 rue A & B\r\n69003 Lyon"})
    (paragraphe,) = Document(io.BytesIO(octets)).paragraphs
    assert paragraphe.text == "1 rue A & B\n69003 Lyon"


def test_les_caracteres_invisibles_ne_passent_pas(racine):
    sale = "A\x00B\x1b\u202eC\ufeff\ud800\uffffD\te\u0301\u2011F"
    assert _rendre(racine, "{{ nom }}", nom=sale) == "ABCD é-F"


def test_les_boucles_et_les_conditions_ne_laissent_pas_de_paragraphe_vide(racine):
    texte = _rendre(
        racine,
        "{%p for facture in factures %}",
        "Facture {{ facture.numero }}",
        "{%p endfor %}",
        "{%p if absent %}",
        "jamais",
        "{%p endif %}",
        "Fin",
        factures=[{"numero": "F1"}, {"numero": "F2"}],
        absent=False,
    )
    assert texte == "Facture F1\nFacture F2\nFin"


def test_une_ligne_de_tableau_se_repete(racine):
    def garnir(document):
        tableau = document.add_table(rows=3, cols=1)
        for ligne, texte in zip(tableau.rows, ("{%tr for f in factures %}", "{{ f }}", "{%tr endfor %}"), strict=True):
            ligne.cells[0].text = texte

    ecrire_modele(racine, "essai/acte", garnir=garnir)
    octets = Bibliotheque(racine).modele("essai/acte").rendre({"reference": "", "factures": ["F1", "F2", "F3"]})
    (tableau,) = Document(io.BytesIO(octets)).tables
    assert [ligne.cells[0].text for ligne in tableau.rows] == ["F1", "F2", "F3"]


def test_un_fragment_s_insere_avec_les_variables_de_qui_l_appelle(racine):
    ecrire_modele(racine, "communs/partie", "Nom : {{ partie.nom }}")
    texte = _rendre(
        racine,
        "{%p for partie in parties %}",
        '{%p include "communs/partie" %}',
        "{%p endfor %}",
        parties=[{"nom": "A & B"}, {"nom": "C"}],
    )
    assert texte == "Nom : A & B\nNom : C"


def test_les_guillemets_de_word_autour_d_un_fragment_sont_compris(racine):
    ecrire_modele(racine, "communs/partie", "Ici")
    assert _rendre(racine, "{%p include «\u00a0communs/partie\u00a0» %}") == "Ici"


def test_une_balise_que_word_a_coupee_en_morceaux_est_recollee(racine):
    def garnir(document):
        paragraphe = document.add_paragraph()
        for morceau in ("{", "{ no", "m }", "} et {{", " nom }}"):
            paragraphe.add_run(morceau).bold = morceau == "m }"

    ecrire_modele(racine, "essai/acte", garnir=garnir)
    octets = Bibliotheque(racine).modele("essai/acte").rendre({"reference": "", "nom": "X"})
    assert texte_de(io.BytesIO(octets)) == "X et X"


def test_deux_rendus_donnent_les_memes_octets(racine):
    ecrire_modele(racine, "essai/acte", "{{ nom }}")
    contexte = {"reference": "R", "nom": HOSTILE}
    premier = Bibliotheque(racine).modele("essai/acte").rendre(contexte, titre="T", jour=dt.date(2026, 11, 21))
    second = Bibliotheque(racine).modele("essai/acte").rendre(contexte, titre="T", jour=dt.date(2026, 11, 21))
    assert premier == second


def test_les_proprietes_du_document_sont_celles_que_l_on_donne(racine):
    ecrire_modele(racine, "essai/acte", "x")
    gabarit = Bibliotheque(racine).modele("essai/acte")
    octets = gabarit.rendre({"reference": ""}, titre=f"Requête {HOSTILE}", auteur="A & B", jour=dt.date(2026, 11, 21))
    proprietes = Document(io.BytesIO(octets)).core_properties
    assert (proprietes.title, proprietes.author, proprietes.language) == (f"Requête {HOSTILE}", "A & B", "fr-FR")
    assert proprietes.created.date() == proprietes.modified.date() == dt.date(2026, 11, 21)


def test_le_docx_est_un_zip_sain_sans_partie_orpheline(racine):
    ecrire_modele(racine, "essai/acte", "x")
    octets = Bibliotheque(racine).modele("essai/acte").rendre({"reference": "é"})
    with zipfile.ZipFile(io.BytesIO(octets)) as archive:
        assert archive.testzip() is None
        noms = archive.namelist()
    assert noms[0] == "[Content_Types].xml"
    assert len(noms) == len(set(noms))
    assert not [nom for nom in noms if "thumbnail" in nom or "customXml" in nom]


def test_l_allure_vient_de_la_charte_et_non_du_modele(racine):
    document = Document(str(racine / "communs/charte.docx"))
    document.styles["Normal"].font.name = "Comic Sans MS"
    document.sections[0].first_page_header.paragraphs[0].text = "ancien en-tête"
    document.add_paragraph("corps")
    enregistrer(document, racine, "essai/acte")
    octets = Bibliotheque(racine).modele("essai/acte").rendre({"reference": "R & 9"})
    rendu = Document(io.BytesIO(octets))
    assert rendu.styles["Normal"].font.name == "Source Serif Pro"
    assert rendu.sections[0].first_page_header.paragraphs[0].text == "Étude R & 9"
    assert rendu.sections[0].header.paragraphs[0].text == "Suite"


def test_sans_charte_le_modele_garde_ses_styles(tmp_path):
    document = Document()
    document.styles.add_style("Mien", 1)
    document.add_paragraph("{{ nom }}", style="Mien")
    enregistrer(document, tmp_path, "essai/acte")
    octets = Bibliotheque(tmp_path).modele("essai/acte").rendre({"nom": "x"})
    assert Document(io.BytesIO(octets)).paragraphs[0].style.name == "Mien"


def _refus(racine: Path, *paragraphes: str, **contexte) -> ErreurModele:
    ecrire_modele(racine, "essai/acte", *paragraphes)
    with pytest.raises(ErreurModele) as refus:
        Bibliotheque(racine).modele("essai/acte").rendre({"reference": "R-1", **contexte})
    assert refus.value.code == CodeSortie.MODELE_EN_DEFAUT
    assert refus.value.remede
    return refus.value


def test_refuse_un_champ_inconnu_en_nommant_le_plus_proche(racine):
    erreur = _refus(racine, "Avant", "Somme : {{ montent }}", montant="1")
    assert "« montent »" in erreur.message
    assert "« montant »" in erreur.message
    assert "essai/acte" in erreur.message
    assert "Somme : {{ montent }}" in erreur.lieu


def test_refuse_un_champ_inconnu_d_un_objet_en_nommant_le_plus_proche(racine):
    erreur = _refus(racine, "{{ creancier.denominaton }}", creancier={"denomination": "X", "siren": "1"})
    assert "« denomination »" in erreur.message


def test_refuse_un_champ_inconnu_meme_dans_une_condition(racine):
    assert "« litige »" in _refus(racine, "{%p if litige %}", "x", "{%p endif %}").message


@pytest.mark.parametrize("valeur", [None, True, 1.5, Decimal("1.00"), dt.date(2026, 1, 1), ["x"], {"a": 1}])
def test_refuse_d_imprimer_ce_qui_n_est_pas_un_texte(racine, valeur):
    erreur = _refus(racine, "Total : {{ somme }}", somme=valeur)
    assert "Total : {{ somme }}" in erreur.lieu


@pytest.mark.parametrize(
    ("paragraphes", "extrait"),
    [
        (["Contre {{ nom"], "Contre {{ nom"),
        (["{%p for f in nom %}", "x"], "for f in nom"),
        (["{%p fin %}"], "fin"),
        (["Bonjour {{ nom }", "suite }}"], "Bonjour"),
    ],
)
def test_refuse_une_balise_cassee_en_montrant_le_texte_autour(racine, paragraphes, extrait):
    ecrire_modele(racine, "essai/acte", "Un début sain", *paragraphes)
    with pytest.raises(ErreurModele, match="balise cassée") as refus:
        Bibliotheque(racine).modele("essai/acte")
    assert extrait in refus.value.lieu


def test_une_balise_cassee_dans_l_entete_designe_la_charte(racine):
    document = Document(str(racine / "communs/charte.docx"))
    document.sections[0].header.paragraphs[0].text = "Suite {{ oups"
    enregistrer(document, racine, "communs/charte")
    ecrire_modele(racine, "essai/acte", "x")
    with pytest.raises(ErreurModele, match="communs/charte") as refus:
        Bibliotheque(racine).modele("essai/acte")
    assert "Suite {{ oups" in refus.value.lieu


def test_une_balise_ne_peut_pas_sortir_du_bac_a_sable(racine):
    erreur = _refus(racine, "{{ nom.__class__.__mro__ }}", nom="x")
    assert "essai/acte" in erreur.message


def test_refuse_un_modele_absent_en_nommant_le_plus_proche(racine):
    ecrire_modele(racine, "injonction_de_payer/requete", "x")
    with pytest.raises(ErreurModele, match="injonction_de_payer/requete"):
        Bibliotheque(racine).modele("injonction_de_payer/requette")


@pytest.mark.parametrize("nom", ["../communs/charte", "/etc/passwd", "communs\\charte", "", "~$acte"])
def test_refuse_un_nom_de_modele_qui_sort_du_dossier(racine, nom):
    with pytest.raises(ErreurModele, match="introuvable"):
        Bibliotheque(racine).modele(nom)


@pytest.mark.parametrize("octets", [b"", b"Bonjour", b"PK\x03\x04 tronque", b"%PDF-1.7"])
def test_refuse_un_fichier_qui_n_est_pas_un_docx(racine, octets):
    (racine / "faux.docx").write_bytes(octets)
    with pytest.raises(ErreurModele, match="ne s'ouvre pas"):
        Bibliotheque(racine).modele("faux")


def test_refuse_un_docx_dont_le_texte_est_abime(racine):
    chemin = ecrire_modele(racine, "essai/acte", "x")
    with zipfile.ZipFile(chemin) as archive:
        membres = {nom: archive.read(nom) for nom in archive.namelist()}
    membres["word/document.xml"] = membres["word/document.xml"][:200]
    with zipfile.ZipFile(chemin, "w") as archive:
        for nom, contenu in membres.items():
            archive.writestr(nom, contenu)
    with pytest.raises(ErreurModele, match="ne s'ouvre pas"):
        Bibliotheque(racine).modele("essai/acte")


def test_refuse_un_style_que_la_charte_n_a_pas(racine):
    document = Document(str(racine / "communs/charte.docx"))
    document.styles.add_style("Capitale", 1)
    document.add_paragraph("x", style="Capitale")
    enregistrer(document, racine, "essai/acte")
    with pytest.raises(ErreurModele, match=r"« Capitale ».*« Capitales »"):
        Bibliotheque(racine).modele("essai/acte")


def test_refuse_un_fragment_absent(racine):
    ecrire_modele(racine, "essai/acte", '{%p include "communs/absent" %}')
    with pytest.raises(ErreurModele, match="communs/absent"):
        Bibliotheque(racine).modele("essai/acte")


def test_refuse_un_fragment_choisi_par_les_donnees(racine):
    ecrire_modele(racine, "essai/acte", "{%p include nom %}")
    with pytest.raises(ErreurModele, match="entre guillemets"):
        Bibliotheque(racine).modele("essai/acte")


def test_les_champs_attendus_suivent_boucles_conditions_et_fragments(racine):
    ecrire_modele(
        racine, "communs/partie", "{{ partie.adresse.ville }}{% if partie.siren %}{{ loop.index }}{% endif %}"
    )
    ecrire_modele(
        racine,
        "essai/acte",
        "{%p for partie in debiteurs %}",
        '{%p include "communs/partie" %}',
        "{%p endfor %}",
        "{{ total|upper }}",
    )
    gabarit = Bibliotheque(racine).modele("essai/acte")
    assert gabarit.chemins() == {
        "debiteurs",
        "debiteurs.adresse.ville",
        "debiteurs.siren",
        "reference",
        "total",
    }
    assert gabarit.champs() == {"debiteurs", "reference", "total"}


def test_l_empreinte_change_avec_le_modele_et_avec_la_charte(racine):
    ecrire_modele(racine, "essai/acte", "x")
    avant = Bibliotheque(racine).modele("essai/acte").empreinte
    assert Bibliotheque(racine).modele("essai/acte").empreinte == avant
    document = Document(str(racine / "communs/charte.docx"))
    document.sections[0].header.paragraphs[0].text = "Autre"
    enregistrer(document, racine, "communs/charte")
    assert Bibliotheque(racine).modele("essai/acte").empreinte != avant


def test_la_bibliotheque_d_un_dossier_est_gardee(racine):
    ecrire_modele(racine, "essai/acte", "x")
    assert ouvrir_bibliotheque(racine).modele("essai/acte") is ouvrir_bibliotheque(racine).modele("essai/acte")


def test_un_modele_ne_se_compile_qu_une_fois(racine, monkeypatch):
    monkeypatch.setenv("GENERATEUR_SANS_CACHE", "1")
    ecrire_modele(racine, "essai/acte", "Attendu que {{ nom }} doit {{ somme }} à {{ reference }}.")
    bibliotheque = Bibliotheque(racine)
    compilations = []
    compiler = bibliotheque.environnement.compile
    monkeypatch.setattr(
        bibliotheque.environnement, "compile", lambda *args: compilations.append(args) or compiler(*args)
    )
    for _ in range(3):
        bibliotheque.modele("essai/acte").rendre({"reference": "R", "nom": HOSTILE, "somme": "1 000,00 €"})
    assert len(compilations) == len(set(compilations)) > 0


@pytest.mark.skipif(not racine_par_defaut().is_dir(), reason="les modèles du dépôt ne sont pas là")
def test_tous_les_modeles_du_depot_se_compilent():
    bibliotheque = Bibliotheque()
    for nom in bibliotheque.noms():
        assert bibliotheque.modele(nom).chemins() is not None


def test_les_styles_du_rendu_sont_tous_definis(racine):
    ecrire_modele(racine, "essai/acte", "Cellule::x", "Heading 1::Titre")
    rendu = Document(io.BytesIO(Bibliotheque(racine).modele("essai/acte").rendre({"reference": ""})))
    definis = {style.style_id for style in rendu.styles}
    employes = {element.get(qn("w:val")) for element in rendu.element.body.iter(qn("w:pStyle"))}
    assert employes <= definis
    assert "Quote" not in definis
