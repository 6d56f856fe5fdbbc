"""Les courriels : en-têtes, date et fuseau, corps, sort de chaque pièce jointe."""

import io
import shutil
import struct
import subprocess
from email.message import EmailMessage
from pathlib import Path

import pikepdf
import pypdfium2
import pytest
from PIL import Image

from generateur.erreurs import ErreurOutilAbsent, ErreurPiece
from generateur.pieces.entetes_courriel import decoder_entete, presenter_date
from tests.pieces.conftest import MoteurFactice, Preparer, ecrire_pdf


def _courriel(corps: str = "Bonjour,\nVotre facture reste impayée : 8 640,00 €.\n") -> EmailMessage:
    message = EmailMessage()
    message["From"] = "Élodie Œuvre <elodie@exemple.fr>"
    message["To"] = "debiteur@exemple.fr"
    message["Date"] = "Mon, 02 Mar 2026 14:05:10 +0100"
    message["Subject"] = "Relance : facture n° F2026-118"
    message["Message-ID"] = "<1@exemple.fr>"
    message.set_content(corps)
    return message


def _ecrire(chemin: Path, message: EmailMessage) -> Path:
    chemin.write_bytes(message.as_bytes())
    return chemin


def _texte(pdf: Path) -> str:
    with pypdfium2.PdfDocument(pdf) as ouvert:
        pages = [page.get_textpage().get_text_bounded() for page in ouvert]
    return "\f".join(pages).replace("\u00a0", " ").replace("\r\n", "\n")


def _png(taille: tuple[int, int]) -> bytes:
    tampon = io.BytesIO()
    Image.new("RGB", taille, "red").save(tampon, "PNG")
    return tampon.getvalue()


def test_montre_en_tetes_date_avec_fuseau_et_corps(tmp_path: Path, preparer: Preparer) -> None:
    assert preparer(_ecrire(tmp_path / "relance.eml", _courriel())).pages == 1
    texte = _texte(tmp_path / "cible.pdf")
    for attendu in (
        "Relance : facture n° F2026-118",
        "Élodie Œuvre <elodie@exemple.fr>",
        "2 mars 2026 à 14:05:10 (UTC+01:00)",
        "<1@exemple.fr>",
        "Votre facture reste impayée : 8 640,00 €.",
    ):
        assert attendu in texte


def test_ajoute_a_la_suite_les_pieces_jointes_qui_sont_des_documents(tmp_path: Path, preparer: Preparer) -> None:
    message = _courriel()
    pdf = ecrire_pdf(tmp_path / "f.pdf", 2).read_bytes()
    message.add_attachment(pdf, maintype="application", subtype="pdf", filename="facture été.pdf")
    message.add_attachment(_png((400, 400)), maintype="image", subtype="png", filename="photo.png")
    message.add_attachment("Note", filename="note.txt")
    assert preparer(_ecrire(tmp_path / "a.eml", message)).pages == 5
    texte = _texte(tmp_path / "cible.pdf")
    assert "1. facture été.pdf" in texte
    assert "reproduite ci-après, 2 pages" in texte
    assert texte.index("Facture F2026-118 page 1") < texte.index("Note")


def test_dit_pourquoi_une_piece_jointe_n_est_pas_reproduite(tmp_path: Path, preparer: Preparer) -> None:
    message = _courriel()
    message.add_attachment(b"%PDF-1.4 rien", maintype="application", subtype="pdf", filename="abime.pdf")
    message.add_attachment(b"BEGIN:VCALENDAR", maintype="text", subtype="calendar", filename="rdv.ics")
    preparee = preparer(_ecrire(tmp_path / "a.eml", message))
    assert preparee.pages == 1
    texte = " ".join(_texte(tmp_path / "cible.pdf").split())
    assert "abime.pdf (13 octets) : non reproduite : ce PDF est illisible" in texte
    assert "rdv.ics (15 octets) : donnée de messagerie, non reproduite" in texte
    assert len(preparee.avertissements) == 1
    assert "abime.pdf" in preparee.avertissements[0]


def _enveloppe(*documents: tuple[str, bytes]) -> bytes:
    """Un winmail.dat : signature, clé, puis par document son annonce, son titre et son contenu."""
    octets = struct.pack("<IH", 0x223E9F78, 1)
    for nom, contenu in documents:
        parties = ((0x9002, 6, bytes(14)), (0x8010, 1, nom.encode("cp1252") + bytes(1)), (0x800F, 6, contenu))
        for code, genre, donnees in parties:
            octets += struct.pack("<BHHI", 2, code, genre, len(donnees)) + donnees
            octets += struct.pack("<H", sum(donnees) % 65536)
    return octets


@pytest.mark.parametrize(("genre", "nom"), [("ms-tnef", "winmail.dat"), ("octet-stream", "Winmail.dat")])
def test_reproduit_les_documents_caches_dans_un_winmail(
    tmp_path: Path, preparer: Preparer, genre: str, nom: str
) -> None:
    message = _courriel()
    pdf = ecrire_pdf(tmp_path / "f.pdf", 2).read_bytes()
    enveloppe = _enveloppe(("facture été.pdf", pdf), ("bon.png", _png((400, 400))))
    message.add_attachment(enveloppe, maintype="application", subtype=genre, filename=nom)
    preparee = preparer(_ecrire(tmp_path / "a.eml", message))
    assert (preparee.pages, preparee.avertissements) == (4, ())
    texte = _texte(tmp_path / "cible.pdf")
    assert "1. facture été.pdf" in texte
    assert "2. bon.png" in texte


@pytest.mark.parametrize("coupe", [3, 40, 200, -1])
def test_un_winmail_abime_est_signale_sous_son_nom(tmp_path: Path, preparer: Preparer, coupe: int) -> None:
    message = _courriel()
    enveloppe = _enveloppe(("facture.pdf", bytes(range(1, 250))))[:coupe]
    message.add_attachment(enveloppe, maintype="application", subtype="ms-tnef", filename="winmail.dat")
    preparee = preparer(_ecrire(tmp_path / "a.eml", message))
    assert preparee.pages == 1
    assert "winmail.dat" in preparee.avertissements[0]
    assert "peut cacher d’autres documents" in preparee.avertissements[0]


@pytest.mark.parametrize(
    ("genre", "nom"),
    [
        ("zip", "factures.zip"),
        ("x-7z-compressed", "f.7z"),
        ("vnd.ms-outlook", "message.msg"),
        ("octet-stream", "f.bin"),
    ],
)
def test_un_contenant_que_l_on_n_ouvre_pas_est_nomme(tmp_path: Path, preparer: Preparer, genre: str, nom: str) -> None:
    message = _courriel()
    message.add_attachment(b"PK\x03\x04 contenu", maintype="application", subtype=genre, filename=nom)
    preparee = preparer(_ecrire(tmp_path / "a.eml", message))
    assert any(nom in texte for texte in preparee.avertissements)
    assert nom in _texte(tmp_path / "cible.pdf")


def test_un_message_signe_opaque_est_nomme(tmp_path: Path, preparer: Preparer) -> None:
    brut = (
        b"From: a@exemple.fr\nSubject: Signe\nDate: Mon, 02 Mar 2026 14:05:10 +0100\nMIME-Version: 1.0\n"
        b"Content-Type: application/pkcs7-mime; smime-type=signed-data; name=smime.p7m\n"
        b"Content-Transfer-Encoding: base64\n\nMIIBIgYJKoZIhvcNAQcC\n"
    )
    (tmp_path / "a.eml").write_bytes(brut)
    preparee = preparer(tmp_path / "a.eml")
    assert any("smime.p7m" in texte for texte in preparee.avertissements)


def test_tait_l_image_decorative_et_garde_la_capture(tmp_path: Path, preparer: Preparer) -> None:
    message = _courriel()
    message.add_alternative("<p>Bonjour</p><img src='cid:logo'>", subtype="html")
    html = message.get_payload()[1]
    html.add_related(_png((120, 40)), "image", "png", cid="<logo>")
    html.add_related(_png((800, 600)), "image", "png", cid="<capture>")
    assert preparer(_ecrire(tmp_path / "a.eml", message)).pages == 2
    assert "image décorative du message, non reproduite" in _texte(tmp_path / "cible.pdf")


def test_reproduit_un_message_joint_et_sa_propre_piece(tmp_path: Path, preparer: Preparer) -> None:
    interieur = _courriel("Message d'origine")
    interieur.add_attachment("Annexe", filename="annexe.txt")
    message = _courriel("Je vous transfère")
    message.add_attachment(interieur)
    assert preparer(_ecrire(tmp_path / "a.eml", message)).pages == 3
    texte = _texte(tmp_path / "cible.pdf")
    assert texte.index("Je vous transfère") < texte.index("Message d'origine") < texte.index("Annexe")


def test_arrete_une_poupee_russe_de_courriels(tmp_path: Path, preparer: Preparer) -> None:
    message = _courriel("fond")
    for _ in range(8):
        dessus = _courriel("étage")
        dessus.add_attachment(message)
        message = dessus
    preparee = preparer(_ecrire(tmp_path / "a.eml", message))
    assert preparee.pages == 5
    assert any("imbriquée trop profondément" in texte for texte in preparee.avertissements)


def test_une_piece_jointe_word_demande_l_outil_qui_manque(tmp_path: Path, preparer: Preparer) -> None:
    message = _courriel()
    message.add_attachment(rb"{\rtf1 a}", maintype="application", subtype="rtf", filename="lettre.rtf")
    source = _ecrire(tmp_path / "a.eml", message)
    with pytest.raises(ErreurOutilAbsent, match=r"« lettre\.rtf »"):
        preparer(source)
    assert preparer(source, moteur_bureautique=MoteurFactice()).pages == 3


def test_lit_le_html_quand_il_est_seul_ou_que_le_texte_ne_dit_rien(tmp_path: Path, preparer: Preparer) -> None:
    message = _courriel("Message au format HTML")
    phrases = "<p>" + "</p><p>".join(f"Engagement de payer n° {n} &amp; suite" for n in range(40)) + "</p>"
    message.add_alternative(f"<html><script>volé()</script>{phrases}</html>", subtype="html")
    preparer(_ecrire(tmp_path / "a.eml", message))
    texte = _texte(tmp_path / "cible.pdf")
    assert "Engagement de payer n° 39 & suite" in texte
    assert "volé" not in texte


def test_chaque_message_d_une_boite_commence_une_page(tmp_path: Path, preparer: Preparer) -> None:
    boite = b"".join(
        b"From a@exemple.fr Mon Mar  2 10:00:00 2026\n" + _courriel(f"Message {n}").as_bytes() + b"\n\n"
        for n in range(3)
    )
    (tmp_path / "archive.mbox").write_bytes(boite)
    assert preparer(tmp_path / "archive.mbox").pages == 3
    assert "Message 2 sur 3" in _texte(tmp_path / "cible.pdf").split("\f")[1]


def test_refuse_un_courriel_chiffre(tmp_path: Path, preparer: Preparer) -> None:
    (tmp_path / "a.eml").write_bytes(
        b"From: a@b\r\nSubject: x\r\nContent-Type: application/pkcs7-mime; smime-type=enveloped-data\r\n\r\nMII"
    )
    with pytest.raises(ErreurPiece, match="chiffré"):
        preparer(tmp_path / "a.eml")


def test_ne_perd_aucun_caractere_sans_le_dire(tmp_path: Path, preparer: Preparer) -> None:
    message = _courriel("D'accord 👍 بريد 你好 — œuvre à 1 200 €")
    preparee = preparer(_ecrire(tmp_path / "a.eml", message))
    assert preparee.avertissements[0].startswith("6 caractère(s)")
    texte = _texte(tmp_path / "cible.pdf")
    assert "D'accord [pouce levé]" in texte
    assert "你好" in texte  # dessiné en carré, mais extractible
    assert "œuvre à 1 200 €" in texte


def test_coupe_les_lignes_trop_longues_sans_rien_perdre(tmp_path: Path, preparer: Preparer) -> None:
    longue = "".join(f"{n:04d}" for n in range(400))
    preparer(_ecrire(tmp_path / "a.eml", _courriel(longue + "\n" + "mot " * 3000)))
    texte = _texte(tmp_path / "cible.pdf")
    assert longue in "".join(texte.split())
    assert texte.count("mot") == 3000
    with pikepdf.open(tmp_path / "cible.pdf") as pdf:
        assert len(pdf.pages) > 2


def test_ecrit_les_memes_octets_deux_fois(tmp_path: Path, preparer: Preparer) -> None:
    source = _ecrire(tmp_path / "a.eml", _courriel())
    preparer(source)
    premiers = (tmp_path / "cible.pdf").read_bytes()
    preparer(source)
    assert (tmp_path / "cible.pdf").read_bytes() == premiers


@pytest.mark.parametrize(
    ("brute", "attendue"),
    [
        ("Mon, 2 Mar 2026 14:05:10 -0500", "2 mars 2026 à 14:05:10 (UTC-05:00)"),
        ("1 Jan 2026 00:00 GMT", "1er janvier 2026 à 00:00:00 (UTC+00:00)"),
        ("2 Mar 2026 14:05:10 -0000", "2 mars 2026 à 14:05:10 (UTC, fuseau de l'expéditeur non indiqué)"),
        ("16 May 2016 at 09:30:32  GMT+1", "16 May 2016 at 09:30:32  GMT+1"),
        ("lundi 2 mars", "lundi 2 mars"),
        ("2 Mar 2026 25:05:10 +0100", "2 Mar 2026 25:05:10 +0100"),
    ],
)
def test_une_date_incertaine_reste_telle_quelle(brute: str, attendue: str) -> None:
    assert presenter_date(brute).replace("\u00a0", " ") == attendue


@pytest.mark.parametrize(
    ("brut", "attendu"),
    [
        ("=?iso-8859-1?q?R=E9ponse?= =?utf-8?b?w6l0w6k=?=", "Réponseété"),
        ("=?x-inconnu?q?abc?=", "abc"),
        ("Steinkr\udcc3\udcbcger", "Steinkrüger"),
        ("plié\r\n sur deux lignes", "plié sur deux lignes"),
        (None, ""),
    ],
)
def test_decode_un_en_tete(brut: str | None, attendu: str) -> None:
    assert decoder_entete(brut) == attendu


@pytest.mark.outils
@pytest.mark.skipif(not shutil.which("pdftotext"), reason="poppler n'est pas installé")
def test_poppler_lit_la_composition(tmp_path: Path, preparer: Preparer) -> None:
    preparer(_ecrire(tmp_path / "a.eml", _courriel()))
    sortie = subprocess.run(
        ["pdftotext", "-layout", str(tmp_path / "cible.pdf"), "-"], check=True, capture_output=True, text=True
    )
    assert "Votre facture reste impayée" in sortie.stdout
    assert not sortie.stderr
