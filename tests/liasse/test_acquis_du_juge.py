"""Le validateur PDF/A ne refait pas une preuve faite : il refuse pourtant tout ce qu'il refusait."""

from functools import partial
from io import BytesIO
from itertools import pairwise

import pikepdf
import pytest
from fontTools.ttLib import TTFont
from pikepdf import Dictionary, Name, Stream
from pikepdf.pdfa import _fontprogram, _schemas, validate_written

from generateur.liasse import acquis_du_juge
from generateur.liasse.acquis_du_juge import Acquis, instruire_le_juge
from generateur.liasse.archivage import ecrire_pdfa, juger_pdfa
from tests.liasse.test_archivage_volumes import JOUR, ecrire_acte_incorpore

_FIN_DU_CONTOUR = 10  # après les cinq nombres de l'en-tête d'un dessin


@pytest.fixture(scope="module")
def acte(tmp_path_factory):
    """Un acte approuvé, jugé deux fois : tout ce qui peut être acquis l'est."""
    dossier = tmp_path_factory.mktemp("acte")
    acte = dossier / "acte.pdf"
    ecrire_pdfa(ecrire_acte_incorpore(dossier / "brut.pdf"), acte, "Requête", JOUR)
    assert juger_pdfa(acte) == juger_pdfa(acte) == []
    return acte


def _fautes(fichier):
    return [str(faute) for faute in validate_written(fichier, "2b").findings]


def _fautes_sans_acquis(fichier, monkeypatch):
    with monkeypatch.context() as essai:
        essai.setattr(_schemas.SchemaSet, "check", _schemas.SchemaSet.check.__wrapped__)
        essai.setattr(_fontprogram.TrueTypeProgram, "has_gid", _fontprogram.TrueTypeProgram.has_gid.__wrapped__)
        return _fautes(fichier)


def _alterer(acte, alteration):
    abime = BytesIO()
    with pikepdf.open(acte) as pdf:
        alteration(pdf)
        pdf.save(abime)
    return abime


def test_chaque_objet_d_un_acte_approuve_se_rejuge_des_qu_il_change(acte, monkeypatch):
    with pikepdf.open(acte) as pdf:
        rangs = [r for r, objet in enumerate(pdf.objects) if isinstance(objet, Dictionary | Stream)]
    refuses = 0
    for rang in rangs:
        abime = _alterer(acte, lambda pdf, rang=rang: pdf.objects[rang].__setitem__("/Inconnue", 1))
        fautes = _fautes(abime)
        assert fautes == _fautes_sans_acquis(abime, monkeypatch)
        refuses += bool(fautes)
    assert refuses >= len(rangs) - 2 > 8


def _police(pdf):
    return next(objet for objet in pdf.objects if isinstance(objet, Dictionary) and "/FontFile2" in objet)


def _abimer_les_dessins(pdf):
    programme = _police(pdf).FontFile2
    octets = bytearray(programme.read_bytes())
    police = TTFont(BytesIO(octets))
    debut = police.reader.tables["glyf"].offset
    places = list(police["loca"])
    for place, suivante in pairwise(places):
        if suivante > place:
            octets[debut + place + _FIN_DU_CONTOUR : debut + place + _FIN_DU_CONTOUR + 2] = b"\xff\xff"
    programme.write(bytes(octets))


def _fausser_les_chasses(pdf):
    police = next(objet for objet in pdf.objects if isinstance(objet, Dictionary) and "/Widths" in objet)
    police.Widths = pikepdf.Array([1] * len(police.Widths))


def _tronquer_le_profil(pdf):
    profil = pdf.Root.OutputIntents[0].DestOutputProfile
    profil.write(profil.read_bytes()[:100])


def _taire_la_conformite(pdf):
    pdf.Root.Metadata.write(pdf.Root.Metadata.read_bytes().replace(b"pdfaid:part>2", b"pdfaid:part>9"))


def _colorer_en_cmjn(pdf):
    pdf.pages[0].Contents = Stream(pdf, b"0 1 1 0 k 10 10 50 50 re f")


def _agir_a_l_ouverture(pdf):
    pdf.Root.OpenAction = Dictionary(S=Name.JavaScript, JS="x")


@pytest.mark.parametrize(
    "alteration",
    [
        _abimer_les_dessins,
        _fausser_les_chasses,
        _tronquer_le_profil,
        _taire_la_conformite,
        _colorer_en_cmjn,
        _agir_a_l_ouverture,
    ],
)
def test_chaque_sorte_de_faute_se_voit_apres_un_acte_approuve(acte, monkeypatch, alteration):
    abime = _alterer(acte, alteration)
    fautes = _fautes(abime)
    assert fautes
    assert fautes == _fautes(abime) == _fautes_sans_acquis(abime, monkeypatch)


def test_une_preuve_faite_ne_se_refait_pas_et_un_refus_ne_se_garde_pas():
    acquis, juges = Acquis(), []

    def juger(contenu):
        juges.append(contenu)
        return contenu != b"mauvais"

    rendus = [acquis.approuver(c, partial(juger, c)) for c in (b"bon", b"bon", b"mauvais", b"mauvais", b"autre")]
    assert rendus == [True, True, False, False, True]
    assert juges == [b"bon", b"mauvais", b"mauvais", b"autre"]


def test_un_acte_deja_juge_ne_repasse_pas_par_les_schemas(acte, monkeypatch):
    monkeypatch.setattr(_schemas.SchemaSet, "_validator", lambda _, role: pytest.fail(f"rejugé : {role}"))
    assert _fautes(acte) == []


def test_un_validateur_que_l_on_n_a_pas_lu_reste_tel_quel(monkeypatch):
    monkeypatch.setattr(acquis_du_juge, "version_installee", lambda _: "99.0")
    avant = _schemas.SchemaSet.check, _fontprogram.TrueTypeProgram.has_gid
    assert instruire_le_juge.__wrapped__() is False
    assert (_schemas.SchemaSet.check, _fontprogram.TrueTypeProgram.has_gid) == avant
