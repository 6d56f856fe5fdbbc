"""Le texte d'un acte, remis en lignes : mêmes signes, aux mêmes places, dits en moins d'ordres."""

from io import BytesIO

import pikepdf
import pypdfium2
import pytest
from PIL import ImageChops

from generateur.contrats import Conversion
from generateur.moteurs import rendu_dxpdf
from generateur.moteurs.lignes_de_texte import Chasses, remettre_en_lignes, tasser
from generateur.moteurs.rendu_dxpdf import RenduDxpdf
from generateur.redaction.gabarits import Bibliotheque
from tests.outils.modeles_word import ecrire_charte, ecrire_modele

PHRASE = "Contre {{ nom }}, la somme de 8\u202f640,00\u00a0€ est due ; elle porte intérêts au taux légal. "
POLICES = {b"/F1": Chasses({1: 500.0, 2: 600.0}, 1000.0)}
A_DEUX_POINTS = 0.001  # millième d'une page : le lissage d'un signe tombé autrement entre deux points


def _parole(x: str, *signes: str, police: str = "/F1", y: str = "20") -> bytes:
    return f"BT\n{police} 10 Tf\n1 0 0 -1 {x} {y} Tm\n{''.join(signes)}ET\n".encode()


def test_les_signes_qui_se_suivent_a_leur_chasse_s_ecrivent_d_un_trait():
    parole = _parole("70", "<0001> Tj\n", "5 0 Td <0002> Tj\n", "6 0 Td <0001> Tj\n")
    assert tasser(parole, POLICES) == b"BT\n/F1 10 Tf\n1 0 0 -1 70 20 Tm\n<000100020001> Tj\nET\n"


def test_un_ecart_a_la_chasse_est_dit_et_ne_decale_pas_la_suite():
    parole = _parole("70", "<0001> Tj\n", "4.9 0 Td <0002> Tj\n", "6 0 Td <0001> Tj\n")
    assert tasser(parole, POLICES).splitlines()[3] == b"[<0001>10<00020001>] TJ"


def test_le_signe_sans_chasse_prend_celle_de_la_police():
    parole = _parole("70", "<0009> Tj\n", "10 0 Td <0001> Tj\n")
    assert tasser(parole, POLICES).splitlines()[3] == b"<00090001> Tj"


def test_le_mot_suivant_de_la_ligne_la_continue():
    suite = _parole("70", "<0001> Tj\n") + _parole("75", "<0002> Tj\n")
    assert tasser(suite, POLICES) == _parole("70", "<00010002> Tj\n")


@pytest.mark.parametrize(
    "suite",
    [
        _parole("90", "<0002> Tj\n"),
        _parole("75", "<0002> Tj\n", y="32"),
        _parole("75", "<0002> Tj\n", police="/F2"),
        b"1 0 0 rg\n" + _parole("75", "<0002> Tj\n"),
    ],
    ids=["autre_cellule", "autre_ligne", "autre_police", "autre_couleur"],
)
def test_ce_qui_n_est_pas_la_suite_reste_a_part(suite):
    debut = _parole("70", "<0001> Tj\n")
    assert tasser(debut + suite, POLICES | {b"/F2": POLICES[b"/F1"]}) == debut + suite


@pytest.mark.parametrize(
    "inconnu",
    [
        _parole("70", "<0001> Tj\n", "5 0 Td <0002> Tj\n", police="/F9"),
        b"BT\n/F1 10 Tf\n2 Tr\n1 0 0 -1 70 20 Tm\n<0001> Tj\n5 0 Td <0002> Tj\nET\n",
        b"BT\n/F1 10 Tf\n1 0 0 1 70 20 Tm\n<0001> Tj\n5 2 Td <0002> Tj\nET\n",
        b"BT\n/F1 10 Tf\n1 0 0 -1 70 20 Tm\n(ab) Tj\nET\n",
    ],
    ids=["police_inconnue", "autre_ordre", "autre_repere", "autre_ecriture"],
)
def test_ce_qui_est_ecrit_autrement_reste_tel_quel(inconnu):
    assert tasser(b"q\n" + inconnu + b"Q\n", POLICES) == b"q\n" + inconnu + b"Q\n"


@pytest.fixture(scope="module")
def deux_rendus(tmp_path_factory):
    """Un acte de deux pages, tel que le moteur l'écrit, puis remis en lignes."""
    racine = tmp_path_factory.mktemp("acte")
    ecrire_charte(racine / "modeles")
    ecrire_modele(racine / "modeles", "essai/acte", PHRASE * 80)
    acte = racine / "acte.docx"
    champs = {"reference": "R-1", "nom": "Dupont & Fils « L’Œuvre »"}
    acte.write_bytes(Bibliotheque(racine / "modeles").modele("essai/acte").rendre(champs))
    moteur = RenduDxpdf(executants=1)
    moteur.convertir([Conversion(acte, racine / "acte.pdf")])
    moteur.fermer()
    with pytest.MonkeyPatch.context() as rechange:
        rechange.setattr(rendu_dxpdf, "_FINITION", "")
        moteur.convertir([Conversion(acte, racine / "brut.pdf")])
        moteur.fermer()
    return (racine / "brut.pdf").read_bytes(), (racine / "acte.pdf").read_bytes()


def _contenus(pdf: bytes) -> list[bytes]:
    with pikepdf.open(BytesIO(pdf)) as document:
        return [page.obj.Contents.read_bytes() for page in document.pages]


def test_une_page_demande_dix_fois_moins_d_ordres_de_texte(deux_rendus):
    brut, acte = (sum(contenu.count(b"Tj") + contenu.count(b"TJ") for contenu in _contenus(pdf)) for pdf in deux_rendus)
    assert acte * 10 < brut


def test_la_page_se_montre_de_meme(deux_rendus):
    brut, acte = (pypdfium2.PdfDocument(pdf) for pdf in deux_rendus)
    with brut, acte:
        assert len(brut) == len(acte) > 1
        for rang in range(len(brut)):
            avant, apres = (document[rang].render(scale=2).to_pil().convert("L") for document in (brut, acte))
            differents = sum(ImageChops.difference(avant, apres).histogram()[32:])
            assert differents < A_DEUX_POINTS * avant.width * avant.height


def _mots(pdf: bytes) -> list[str]:
    with pypdfium2.PdfDocument(pdf) as document:
        return [mot for page in document for mot in page.get_textpage().get_text_range().split()]


def test_le_texte_se_relit_de_meme(deux_rendus):
    brut, acte = (_mots(pdf) for pdf in deux_rendus)
    assert acte == brut
    assert acte.count("porte") == 80


def test_remis_deux_fois_en_lignes_rien_ne_bouge(deux_rendus):
    acte = deux_rendus[1]
    assert _contenus(remettre_en_lignes(acte)) == _contenus(acte)


def test_le_moteur_ecrit_encore_un_signe_par_ordre(deux_rendus):
    """Si le moteur change d'écriture, ce module ne sert plus, ou plus bien : le dire."""
    assert max(contenu.count(b" Td <") for contenu in _contenus(deux_rendus[0])) > 500
