"""Ce que les anciens formats gardent sans le montrer : lu dans un RTF, nommé dans un format binaire."""

import pytest

from generateur.pieces.notes_bureautiques import relever

RTF = (
    rb"{\rtf1\ansi{\info{\author Jean Martin}{\company Atelier Lumen}}Bonjour"
    rb"{\*\atnid JM}{\*\atnauthor Claire}\chatn {\*\annotation{\*\atnref 1}\pard\plain {\field accepter 50 \'25 si "
    rb"le client insiste, il est press\'e9}}\par fin}"
)


@pytest.mark.parametrize("extension", [".rtf", ".doc"])
def test_un_rtf_dit_ses_commentaires_et_ses_auteurs_quel_que_soit_son_nom(tmp_path, extension):
    (tmp_path / "lettre").write_bytes(RTF)
    caches = relever(str(tmp_path / "lettre"), extension)["caches"]
    assert isinstance(caches, list)
    assert [(c["nature"], c["sort"]) for c in caches] == [("commentaire", "retire"), ("métadonnées", "retire")]
    assert caches[0]["texte"] == "accepter 50 % si le client insiste, il est pressé"
    assert caches[1]["texte"] == "author « Jean Martin », company « Atelier Lumen », atnauthor « Claire »"


def test_un_rtf_sans_rien_a_part_ne_dit_rien(tmp_path):
    (tmp_path / "lettre").write_bytes(rb"{\rtf1\ansi Bonjour\par fin}")
    assert relever(str(tmp_path / "lettre"), ".rtf")["caches"] == []


@pytest.mark.parametrize("extension", [".doc", ".xls", ".ppt"])
def test_un_format_binaire_est_nomme(tmp_path, extension):
    (tmp_path / "ancien").write_bytes(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600))
    caches = relever(str(tmp_path / "ancien"), extension)["caches"]
    assert isinstance(caches, list)
    (cache,) = caches
    assert "ancien format" in cache["nature"]
    assert cache["sort"] == "retire"


def test_un_rtf_mal_ferme_se_lit_sans_s_attarder(tmp_path):
    (tmp_path / "lettre").write_bytes(b"{\\rtf1" + b"{\\*\\annotation {a{b" * 200_000)
    assert relever(str(tmp_path / "lettre"), ".rtf")["caches"] == []
