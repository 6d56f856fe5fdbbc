"""Les pièces PDF : réparées, déchiffrées, ou refusées ; jamais une page perdue."""

import zlib
from pathlib import Path

import pikepdf
import pytest

from generateur.erreurs import ErreurPiece
from generateur.pieces.limites import Limites
from tests.pieces.conftest import Preparer, ecrire_pdf


def test_garde_toutes_les_pages(tmp_path: Path, preparer: Preparer) -> None:
    preparee = preparer(ecrire_pdf(tmp_path / "a.pdf", 7))
    assert preparee.pages == 7
    assert not preparee.avertissements
    assert not preparee.sans_texte
    with pikepdf.open(tmp_path / "cible.pdf") as pdf:
        assert len(pdf.pages) == 7


def test_ecrit_les_memes_octets_deux_fois(tmp_path: Path, preparer: Preparer) -> None:
    source = ecrire_pdf(tmp_path / "a.pdf", 2)
    preparer(source)
    premiers = (tmp_path / "cible.pdf").read_bytes()
    preparer(source)
    assert (tmp_path / "cible.pdf").read_bytes() == premiers


@pytest.mark.parametrize("mot_de_passe", ["lumen", "Été 2026 €"])
def test_ouvre_un_pdf_chiffre_avec_son_mot_de_passe(tmp_path: Path, preparer: Preparer, mot_de_passe: str) -> None:
    chiffrement = pikepdf.Encryption(user=mot_de_passe, owner="autre", R=6)
    source = ecrire_pdf(tmp_path / "a.pdf", 2, encryption=chiffrement)
    assert preparer(source, mot_de_passe=mot_de_passe).pages == 2
    with pikepdf.open(tmp_path / "cible.pdf") as pdf:
        assert not pdf.is_encrypted


@pytest.mark.parametrize(
    ("mot_de_passe", "motif"), [(None, "protégé par un mot de passe"), ("faux", "n'ouvre pas ce PDF")]
)
def test_demande_le_mot_de_passe_par_sa_cle(
    tmp_path: Path, preparer: Preparer, mot_de_passe: str | None, motif: str
) -> None:
    source = ecrire_pdf(tmp_path / "a.pdf", 1, encryption=pikepdf.Encryption(user="lumen", owner="x"))
    with pytest.raises(ErreurPiece, match=motif) as erreur:
        preparer(source, titre="Relevé", mot_de_passe=mot_de_passe)
    assert "« Relevé » (a.pdf)" in erreur.value.message
    assert "mot_de_passe" in erreur.value.remede
    assert not (tmp_path / "cible.pdf").exists()


def test_repare_un_pdf_sans_table_et_le_dit(tmp_path: Path, preparer: Preparer) -> None:
    octets = ecrire_pdf(tmp_path / "a.pdf", 3, object_stream_mode=pikepdf.ObjectStreamMode.disable).read_bytes()
    (tmp_path / "abime.pdf").write_bytes(octets[: octets.rindex(b"xref")])
    preparee = preparer(tmp_path / "abime.pdf")
    assert preparee.pages == 3
    assert "réparé" in preparee.avertissements[0]


def _abimer(source: Path, cible: Path) -> Path:
    """Le même document, sans sa table : il faut le réparer."""
    with pikepdf.open(source) as pdf:
        pdf.save(source.with_suffix(".plat"), object_stream_mode=pikepdf.ObjectStreamMode.disable)
    octets = source.with_suffix(".plat").read_bytes()
    cible.write_bytes(octets[: octets.rindex(b"xref")])
    return cible


@pytest.mark.parametrize(
    ("contenu", "est_saine"),
    [
        (b"", True),
        (b"q 1 1 1 rg 0 0 595 842 re f Q", True),
        (b"BT /Perdue 20 Tf 3 Tr 72 700 Td (Bon pour accord) Tj ET", False),
        (b"/Perdue Do", False),
    ],
)
def test_une_page_laissee_blanche_n_est_pas_dite_perdue(
    tmp_path: Path, preparer: Preparer, contenu: bytes, *, est_saine: bool
) -> None:
    with pikepdf.open(ecrire_pdf(tmp_path / "a.pdf", 2)) as pdf:
        pdf.pages[1].obj.Contents = pdf.make_stream(contenu)
        pdf.save(tmp_path / "b.pdf")
    dits = " ".join(preparer(_abimer(tmp_path / "b.pdf", tmp_path / "c.pdf")).avertissements)
    assert ("laissée(s) blanche(s) par leur auteur : 2." in dits) is est_saine
    assert ("blanche(s) après réparation : 2. Comparez" in dits) is not est_saine


@pytest.mark.parametrize("octets", [b"%PDF-1.4\nrien", b"{}", b"%PDF-1.7\n" + b"\0" * 500])
def test_refuse_un_pdf_que_personne_n_ouvre(tmp_path: Path, preparer: Preparer, octets: bytes) -> None:
    (tmp_path / "a.pdf").write_bytes(octets)
    with pytest.raises(ErreurPiece, match="illisible") as erreur:
        preparer(tmp_path / "a.pdf")
    assert erreur.value.remede


def test_refuse_un_pdf_sans_page(tmp_path: Path, preparer: Preparer) -> None:
    with pytest.raises(ErreurPiece, match="aucune page"):
        preparer(ecrire_pdf(tmp_path / "a.pdf", 0))


def test_nomme_la_page_dont_le_contenu_est_abime(tmp_path: Path, preparer: Preparer) -> None:
    with pikepdf.open(ecrire_pdf(tmp_path / "a.pdf", 3)) as pdf:
        pdf.pages[1].obj.Contents = pdf.make_stream(b"x" * 40, Filter=pikepdf.Name.FlateDecode)
        pdf.save(tmp_path / "b.pdf", compress_streams=False)
    with pytest.raises(ErreurPiece, match="La page 2 de ce PDF est abîmée"):
        preparer(tmp_path / "b.pdf")


def test_refuse_une_page_qui_se_decompresse_sans_fin(tmp_path: Path, preparer: Preparer) -> None:
    bombe = zlib.compress(b"q Q " * (70 << 20), 9)
    with pikepdf.open(ecrire_pdf(tmp_path / "a.pdf", 1)) as pdf:
        pdf.pages[0].obj.Contents = pdf.make_stream(bombe, Filter=pikepdf.Name.FlateDecode)
        pdf.save(tmp_path / "b.pdf", compress_streams=False)
    with pytest.raises(ErreurPiece, match="se décompresse en plus de 256 Mo"):
        preparer(tmp_path / "b.pdf")


def test_refuse_au_dela_du_nombre_de_pages_et_du_poids(
    tmp_path: Path, preparer: Preparer, limites_basses: Limites
) -> None:
    with pytest.raises(ErreurPiece, match="compte 4 pages : le maximum"):
        preparer(ecrire_pdf(tmp_path / "a.pdf", 4), limites=limites_basses)
    with (tmp_path / "gros.pdf").open("wb") as flux:
        flux.truncate(300_000)
    with pytest.raises(ErreurPiece, match="le maximum est"):
        preparer(tmp_path / "gros.pdf", limites=limites_basses)


def test_annonce_une_signature_et_les_fichiers_joints(tmp_path: Path, preparer: Preparer) -> None:
    with pikepdf.open(ecrire_pdf(tmp_path / "a.pdf", 1)) as pdf:
        champ = pikepdf.Dictionary(
            FT=pikepdf.Name.Sig, T=pikepdf.String("s"), V=pdf.make_indirect(pikepdf.Dictionary())
        )
        pdf.Root.AcroForm = pikepdf.Dictionary(Fields=pikepdf.Array([pdf.make_indirect(champ)]), SigFlags=3)
        pdf.attachments["bon-livraison.pdf"] = b"%PDF-"
        pdf.save(tmp_path / "b.pdf")
    preparee = preparer(tmp_path / "b.pdf")
    assert preparee.signe
    assert preparee.pieces_jointes == ("bon-livraison.pdf",)


def test_un_champ_de_signature_vide_n_est_pas_une_signature(tmp_path: Path, preparer: Preparer) -> None:
    with pikepdf.open(ecrire_pdf(tmp_path / "a.pdf", 1)) as pdf:
        champ = pikepdf.Dictionary(FT=pikepdf.Name.Sig, T=pikepdf.String("s"))
        pdf.Root.AcroForm = pikepdf.Dictionary(Fields=pikepdf.Array([pdf.make_indirect(champ)]))
        pdf.save(tmp_path / "b.pdf")
    assert not preparer(tmp_path / "b.pdf").signe


def test_refuse_un_formulaire_dynamique_et_un_porte_documents(tmp_path: Path, preparer: Preparer) -> None:
    with pikepdf.open(ecrire_pdf(tmp_path / "a.pdf", 1)) as pdf:
        pdf.Root.AcroForm = pikepdf.Dictionary(Fields=pikepdf.Array([]), XFA=pdf.make_stream(b"<x/>"))
        pdf.Root.NeedsRendering = True
        pdf.save(tmp_path / "xfa.pdf")
    with pytest.raises(ErreurPiece, match="formulaire dynamique"):
        preparer(tmp_path / "xfa.pdf")
    with pikepdf.open(tmp_path / "a.pdf") as pdf:
        pdf.attachments["contrat.pdf"] = b"%PDF-"
        pdf.Root.Collection = pikepdf.Dictionary()
        pdf.save(tmp_path / "porte.pdf")
    with pytest.raises(ErreurPiece, match=r"porte-documents : il renferme contrat\.pdf"):
        preparer(tmp_path / "porte.pdf")


def test_signale_un_scan_sans_texte(tmp_path: Path, preparer: Preparer) -> None:
    with pikepdf.open(ecrire_pdf(tmp_path / "a.pdf", 1)) as pdf:
        pdf.pages[0].obj.Contents = pdf.make_stream(b"0 0 100 100 re f")
        pdf.save(tmp_path / "b.pdf")
    assert preparer(tmp_path / "b.pdf").sans_texte
