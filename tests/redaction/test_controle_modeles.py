"""Le contrôle dit tout ce qui cloche dans un modèle, où, et que faire."""

from datetime import date

import pytest
from docx import Document
from docx.enum.text import WD_BREAK
from docx.oxml import parse_xml
from docx.oxml.ns import nsdecls

from generateur.erreurs import ErreurModele
from generateur.redaction.controle_modeles import exige_libreoffice, refuser_sans_libreoffice, verifier_modeles
from generateur.redaction.gabarits import Bibliotheque
from generateur.redaction.modeles_livres import racine_par_defaut
from tests.outils.modeles_word import ajouter_champ_word, ecrire_charte, ecrire_modele, enregistrer


@pytest.fixture
def racine(tmp_path):
    ecrire_charte(tmp_path)
    return tmp_path


def _petites_capitales(document):
    document.add_paragraph("Avant")
    document.add_paragraph().add_run("Tribunal").font.small_caps = True


def _barre(document):
    document.add_paragraph().add_run("Tribunal").font.strike = True


def _symbole(document):
    xml = f'<w:sym {nsdecls("w")} w:font="Wingdings" w:char="F0FC"/>'
    document.add_paragraph("Tribunal").runs[0]._r.append(parse_xml(xml))


def _suivi(document):
    xml = f'<w:ins {nsdecls("w")} w:id="1" w:author="x"><w:r><w:t>Tribunal</w:t></w:r></w:ins>'
    document.add_paragraph()._p.append(parse_xml(xml))


def _nombre_de_pages(document):
    ajouter_champ_word(document.add_paragraph("Tribunal, pages : "), "NUMPAGES")


def _formule(document):
    xml = '<m:oMath xmlns:m="http://schemas.openxmlformats.org/officeDocument/2006/math"/>'
    document.add_paragraph("Tribunal")._p.append(parse_xml(xml))


@pytest.mark.parametrize(
    ("garnir", "construction"),
    [
        (_petites_capitales, "petites capitales"),
        (_barre, "texte barré"),
        (_symbole, "police de symboles"),
        (_suivi, "modification suivie"),
        (_nombre_de_pages, "NUMPAGES dans le corps"),
        (_formule, "formule"),
    ],
)
def test_ce_que_le_moteur_embarque_rend_mal_demande_libreoffice(racine, garnir, construction):
    ecrire_modele(racine, "essai/acte", garnir=garnir)
    gabarit = Bibliotheque(racine).modele("essai/acte")
    (defaut,) = exige_libreoffice(gabarit)
    assert construction in defaut.construction
    assert "Tribunal" in defaut.extrait
    assert defaut.remede
    with pytest.raises(ErreurModele, match="essai/acte"):
        refuser_sans_libreoffice(gabarit)


def test_un_modele_ordinaire_se_passe_de_libreoffice(racine):
    ecrire_modele(racine, "essai/acte", "Heading 1::Titre", "List Bullet::puce", "Capitales::{{ nom }}")
    gabarit = Bibliotheque(racine).modele("essai/acte")
    assert exige_libreoffice(gabarit) == ()
    refuser_sans_libreoffice(gabarit)


def test_une_mise_en_forme_niee_n_est_pas_un_defaut(racine):
    def garnir(document):
        document.add_paragraph().add_run("x").font.small_caps = False

    ecrire_modele(racine, "essai/acte", garnir=garnir)
    assert exige_libreoffice(Bibliotheque(racine).modele("essai/acte")) == ()


def test_un_style_barre_de_la_charte_compte_s_il_est_employe(racine):
    document = Document(str(racine / "communs/charte.docx"))
    document.styles["Cellule"].font.strike = True
    enregistrer(document, racine, "communs/charte")
    ecrire_modele(racine, "essai/sans", "x")
    ecrire_modele(racine, "essai/avec", "Cellule::x")
    bibliotheque = Bibliotheque(racine)
    assert exige_libreoffice(bibliotheque.modele("essai/sans")) == ()
    assert exige_libreoffice(bibliotheque.modele("essai/avec"))[0].construction == "texte barré"


def test_le_defaut_d_un_fragment_vaut_pour_qui_l_insere(racine):
    ecrire_modele(racine, "communs/partie", garnir=_petites_capitales)
    ecrire_modele(racine, "essai/acte", '{%p include "communs/partie" %}')
    (defaut,) = exige_libreoffice(Bibliotheque(racine).modele("essai/acte"))
    assert defaut.modele == "communs/partie"


def test_la_page_est_comptee_d_apres_les_sauts(racine):
    def garnir(document):
        document.add_paragraph().add_run().add_break(WD_BREAK.PAGE)
        _barre(document)

    ecrire_modele(racine, "essai/acte", garnir=garnir)
    (defaut,) = exige_libreoffice(Bibliotheque(racine).modele("essai/acte"))
    assert defaut.page == 2


def test_un_champ_de_date_est_bloquant(racine):
    ecrire_modele(racine, "essai/acte", garnir=lambda d: ajouter_champ_word(d.add_paragraph("Le "), "DATE"))
    (defaut,) = verifier_modeles(racine, {"reference"})
    assert (defaut.gravite, defaut.construction) == ("bloquant", "champ Word DATE")


def test_tous_les_defauts_sont_dits_d_un_coup(racine):
    ecrire_modele(racine, "essai/casse", "Balise {{ cassee")
    ecrire_modele(racine, "essai/inconnu", "Somme : {{ creancier.denominaton }}")
    ecrire_modele(
        racine, "essai/police", garnir=lambda d: setattr(d.add_paragraph().add_run("x").font, "name", "Arial")
    )
    (racine / "essai/vide.docx").write_bytes(b"")
    defauts = verifier_modeles(racine, {"reference", "creancier.denomination"})
    assert [(d.modele, d.gravite) for d in defauts] == [
        ("essai/casse", "bloquant"),
        ("essai/inconnu", "bloquant"),
        ("essai/police", "avertissement"),
        ("essai/vide", "bloquant"),
    ]
    assert "« creancier.denomination »" in defauts[1].construction
    assert defauts[1].extrait == "Somme : {{ creancier.denominaton }}"


def test_un_champ_inconnu_d_un_fragment_designe_le_fragment(racine):
    ecrire_modele(racine, "communs/partie", "Nom : {{ partie.nomm }}")
    ecrire_modele(
        racine, "essai/acte", "{%p for partie in parties %}", '{%p include "communs/partie" %}', "{%p endfor %}"
    )
    (defaut,) = verifier_modeles(racine, {"reference", "parties.nom"})
    assert (defaut.modele, defaut.extrait) == ("communs/partie", "Nom : {{ partie.nomm }}")


def test_une_racine_connue_sans_detail_accepte_ses_champs(racine):
    ecrire_modele(racine, "essai/acte", "{{ creancier.nom }}")
    assert verifier_modeles(racine, {"reference", "creancier"}) == []


def test_une_mention_obligatoire_absente_est_un_defaut(racine):
    ecrire_modele(racine, "communs/partie", "Sous réserve de l’article 1405")
    ecrire_modele(racine, "essai/acte", "Je  certifie\u00a0sincère", '{%p include "communs/partie" %}')
    mentions = {"essai/acte": ["certifie sincère", "réserve de l'article 1405", "à peine de nullité"]}
    (defaut,) = verifier_modeles(racine, {"reference"}, mentions)
    assert defaut.construction == "mention obligatoire absente : « à peine de nullité »"


@pytest.mark.skipif(not racine_par_defaut().is_dir(), reason="les modèles du dépôt ne sont pas là")
def test_aucun_modele_du_depot_ne_demande_libreoffice():
    bibliotheque = Bibliotheque()
    exigences = {nom: exige_libreoffice(bibliotheque.modele(nom)) for nom in bibliotheque.noms()}
    assert {nom: defauts for nom, defauts in exigences.items() if defauts} == {}


def test_un_article_cite_sous_un_mauvais_code_est_signale(racine):
    ecrire_modele(racine, "essai/acte", "Vu l’article 1406 du code civil et l’article 1406 du code de procédure civile")
    assert verifier_modeles(racine, {"reference"}) == []
    (defaut,) = verifier_modeles(racine, {"reference"}, jour=date(2026, 11, 27))
    assert (defaut.gravite, defaut.extrait) == ("avertissement", "C. civ. 1406")
