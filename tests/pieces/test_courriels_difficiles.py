"""Courriels mal enregistrés, signés, à deux versions, rayés ou cachés : ce qu'ils disent, et rien de codé."""

import base64
import time
from datetime import date
from email.message import EmailMessage
from pathlib import Path

import pikepdf
import pytest
from asn1crypto import cms

from generateur.erreurs import ErreurPiece
from generateur.pieces.familles import Famille, reconnaitre
from generateur.pieces.html_en_texte import extraire_texte
from generateur.pieces.inspection import inspecter
from generateur.pieces.textes import est_surtout_du_codage
from tests.pieces.conftest import Preparer, ecrire_pdf
from tests.pieces.test_courriels import _courriel, _png, _texte

BRUT = _courriel().as_bytes()
CODE = base64.encodebytes(bytes(range(256)) * 40)


PREAMBULES = {
    "ligne vide": b"\n" + BRUT,
    "lignes vides CRLF": b"\r\n \r\n" + BRUT.replace(b"\n", b"\r\n"),
    "CR seuls": BRUT.replace(b"\n", b"\r"),
    "BOM": b"\xef\xbb\xbf" + BRUT,
    "BOM et ligne vide": b"\xef\xbb\xbf\r\n" + BRUT,
    "UTF-16 avec marque": BRUT.decode().encode("utf-16"),
    "UTF-16 LE sans marque": BRUT.decode().encode("utf-16-le"),
    "UTF-16 BE sans marque": BRUT.decode().encode("utf-16-be"),
    "ligne de boîte": b"From a@exemple.fr Mon Mar  2 14:05:10 2026\n" + BRUT,
    "ligne de boîte citée": b">From a@exemple.fr Mon Mar  2 14:05:10 2026\r\n" + BRUT,
    "longueur (.emlx)": b"%d\n" % len(BRUT) + BRUT + b'<?xml version="1.0"?><plist/>',
}


@pytest.mark.parametrize("cas", PREAMBULES)
def test_ce_qui_precede_les_en_tetes_est_retire(tmp_path: Path, preparer: Preparer, cas: str) -> None:
    (tmp_path / "a.eml").write_bytes(PREAMBULES[cas])
    assert preparer(tmp_path / "a.eml").pages == 1
    texte = _texte(tmp_path / "cible.pdf")
    assert "Relance : facture n° F2026-118" in texte
    assert "2 mars 2026 à 14:05:10" in texte
    assert "8 640,00 €" in texte
    assert "=?utf-8" not in texte
    assert "Content-Type" not in texte


@pytest.mark.parametrize(
    "brut", [b"Bonjour, ceci n'est pas un courriel.\n", b"X-Truc: 1\n\nrien\n", CODE, b"<html><p>x</p></html>"]
)
def test_un_courriel_sans_en_tete_lisible_est_refuse_par_son_nom(
    tmp_path: Path, preparer: Preparer, brut: bytes
) -> None:
    (tmp_path / "a.eml").write_bytes(brut)
    with pytest.raises(ErreurPiece, match="n'a pas d'en-têtes lisibles"):
        preparer(tmp_path / "a.eml")


@pytest.mark.parametrize("nom", ["a.txt", "a.log", "a.csv"])
def test_un_texte_qui_n_est_que_du_codage_n_est_jamais_imprime(tmp_path: Path, preparer: Preparer, nom: str) -> None:
    (tmp_path / nom).write_bytes(b"voici le document\n" + CODE * 3)
    with pytest.raises(ErreurPiece, match="surtout du codage"):
        preparer(tmp_path / nom)


def test_un_corps_qui_n_est_que_du_codage_est_dit_et_non_imprime(tmp_path: Path, preparer: Preparer) -> None:
    (tmp_path / "a.eml").write_bytes(BRUT.split(b"\n\n")[0].replace(b"8bit", b"7bit") + b"\n\n" + CODE * 3)
    preparee = preparer(tmp_path / "a.eml")
    assert preparee.pages == 1
    assert any("codage" in texte for texte in preparee.avertissements)


def test_une_empreinte_ou_une_adresse_longue_reste_un_texte() -> None:
    assert not est_surtout_du_codage("Empreinte :\n" + "a" * 64 + "\nBonne réception.\n" + "mot " * 200)


def test_un_courriel_qui_cite_un_pdf_des_son_debut_reste_un_courriel(tmp_path: Path) -> None:
    (tmp_path / "a").write_bytes(BRUT.split(b"\n\n")[0] + b"\n\n%PDF-1.7 est la marque d'un PDF\n")
    assert reconnaitre(tmp_path / "a").famille is Famille.COURRIEL


@pytest.mark.parametrize("nom", ["a.exe", "maj.bat", "x.js"])
def test_un_programme_n_est_jamais_imprime_comme_un_texte(tmp_path: Path, preparer: Preparer, nom: str) -> None:
    message = _courriel()
    message.add_attachment(b"MZ ceci ressemble a du texte\n" * 20, maintype="text", subtype="plain", filename=nom)
    (tmp_path / "a.eml").write_bytes(message.as_bytes())
    preparee = preparer(tmp_path / "a.eml")
    assert "ceci ressemble" not in _texte(tmp_path / "cible.pdf")
    assert any(nom in texte for texte in preparee.avertissements)


def _alternative(texte: str, page: str) -> bytes:
    message = _courriel(texte)
    message.add_alternative(page, subtype="html")
    return message.as_bytes()


DEUX_VERSIONS = {
    "HTML seul à dire la somme": (
        "Bonjour,\nVoir ci-dessous.\n",
        "<p>Bonjour,</p><p>Voir ci-dessous.</p><b>1 200,00 €</b>",
    ),
    "chacune ses mots": ("Je reconnais devoir 500 euros.\n", "<p>Je conteste la facture 118.</p>"),
    "un seul mot de plus": ("Je paierai lundi.\n", "<p>Je ne paierai pas lundi.</p>"),
    "un nombre différent": ("Total : 1 000,00\n", "<p>Total : 2 000,00</p>"),
}


@pytest.mark.parametrize("cas", DEUX_VERSIONS)
def test_ce_que_le_html_dit_de_plus_est_imprime(tmp_path: Path, preparer: Preparer, cas: str) -> None:
    brut, page = DEUX_VERSIONS[cas]
    (tmp_path / "a.eml").write_bytes(_alternative(brut, page))
    preparer(tmp_path / "a.eml")
    texte = " ".join(_texte(tmp_path / "cible.pdf").split())
    for mot in (brut + extraire_texte(page)).replace(".", " ").split():
        assert mot in texte, mot


def test_deux_versions_egales_ne_se_repetent_pas(tmp_path: Path, preparer: Preparer) -> None:
    (tmp_path / "a.eml").write_bytes(_alternative("Bonjour, merci.\n", "<div><p>Bonjour, <b>merci</b>.</p></div>"))
    preparer(tmp_path / "a.eml")
    assert _texte(tmp_path / "cible.pdf").count("merci") == 1


@pytest.mark.parametrize(
    ("page", "attendu"),
    [
        ("<p>Dû : <s>5 000 €</s> 3 000 €</p>", "Dû : [rayé : 5 000 €] 3 000 €"),
        ("<p><del>ancien</del><ins>neuf</ins></p>", "[rayé : ancien] neuf"),
        ("<p><span style='text-decoration: line-through'>non <b>dû</b></span> oui</p>", "[rayé : non dû] oui"),
        ("<strike>a</strike>b", "[rayé : a] b"),
    ],
)
def test_ce_qui_est_raye_reste_raye(page: str, attendu: str) -> None:
    assert extraire_texte(page) == attendu


@pytest.mark.parametrize(
    "cache",
    [
        "<span style='display:none'>SECRET</span>",
        "<span style='DISPLAY : none !important'>SECRET</span>",
        "<div hidden>SECRET<p>SECRET</p></div>",
        "<p style='visibility: hidden'>SECRET</p>",
        "<p style='font-size:0px'>SECRET</p>",
        "<p style='color:#ffffff'>SECRET</p>",
        "<p style='mso-hide:all'>SECRET</p>",
        "<div style='max-height:0;overflow:hidden'><b>SECRET</b></div>",
        "<p style='opacity:0'><span>SECRET</span></p>",
    ],
)
def test_ce_qui_est_cache_n_est_pas_imprime_et_c_est_dit(cache: str) -> None:
    texte = extraire_texte(f"<p>avant</p>{cache}<p>après</p>")
    assert "SECRET" not in texte
    assert "avant" in texte
    assert "après" in texte
    assert "[texte que le message cache, non reproduit]" in texte


@pytest.mark.parametrize(
    "page",
    [
        "<p style='font-size:0.9em'>visible</p>",
        "<p style='color:#fff;background:#000'>visible</p>",
        "<p style='opacity:0.5'>visible</p>",
        "<p>un<br>visible</p>",
        "<p style='display:none'><p>visible",
        "<p style='background-color:#fff'>visible</p>",
    ],
)
def test_ce_qui_se_voit_est_imprime(page: str) -> None:
    assert "visible" in extraire_texte(page)


def test_une_image_que_la_page_porte_en_elle_meme_est_gardee(tmp_path: Path, preparer: Preparer) -> None:
    image = base64.b64encode(_png((640, 480))).decode()
    logo = base64.b64encode(_png((40, 40))).decode()
    page = f"<p>Voir</p><img alt='x' src=\"data:image/png;base64,{image}\"><img src='data:image/png;base64,{logo}'>"
    (tmp_path / "a.eml").write_bytes(_alternative("Voir\n", page))
    preparer(tmp_path / "a.eml")
    texte = _texte(tmp_path / "cible.pdf")
    assert "image_1.png" in texte
    assert "reproduite ci-après" in texte
    assert "décorative" in texte


def test_le_mot_de_passe_donne_ouvre_aussi_les_pieces_jointes(tmp_path: Path, preparer: Preparer) -> None:
    pdf = ecrire_pdf(tmp_path / "f.pdf", 2)
    with pikepdf.open(pdf, allow_overwriting_input=True) as ouvert:
        ouvert.save(pdf, encryption=pikepdf.Encryption(owner="x", user="secret"))
    message = _courriel()
    message.add_attachment(pdf.read_bytes(), maintype="application", subtype="pdf", filename="f.pdf")
    (tmp_path / "a.eml").write_bytes(message.as_bytes())
    assert preparer(tmp_path / "a.eml", mot_de_passe="secret").pages == 3
    sans = preparer(tmp_path / "a.eml")
    assert sans.pages == 1
    assert any("f.pdf" in texte for texte in sans.avertissements)


def _signer(interieur: bytes) -> bytes:
    """Une signature CMS opaque autour de ce contenu."""
    donnees = cms.SignedData(
        {
            "version": "v1",
            "digest_algorithms": [],
            "encap_content_info": {"content_type": "data", "content": interieur},
            "signer_infos": [],
        }
    )
    octets: bytes = cms.ContentInfo({"content_type": "signed_data", "content": donnees}).dump()
    return octets


def _envelopper(interieur: bytes, genre: str = "signed_data") -> bytes:
    """Un message dont le corps est une signature CMS opaque."""
    contenu = _signer(interieur)
    if genre != "signed_data":
        contenu = cms.ContentInfo({"content_type": "data", "content": b"chiffre"}).dump()
    message = EmailMessage()
    for cle, valeur in _courriel().items():
        if cle in {"From", "To", "Date", "Subject", "Message-ID"}:
            message[cle] = valeur
    message.set_content(contenu, maintype="application", subtype="pkcs7-mime", filename="smime.p7m")
    return message.as_bytes()


def test_une_signature_opaque_se_deballe(tmp_path: Path, preparer: Preparer) -> None:
    interieur = b"Content-Type: text/plain; charset=utf-8\n\nJe reconnais devoir 500 euros.\n"
    (tmp_path / "a.eml").write_bytes(_envelopper(interieur))
    preparer(tmp_path / "a.eml")
    texte = _texte(tmp_path / "cible.pdf")
    assert "Je reconnais devoir 500 euros." in texte
    assert "Relance : facture n° F2026-118" in texte


@pytest.mark.parametrize(
    ("genre", "nom"), [("octet-stream", "smime.p7m"), ("x-pkcs7-mime", "smime.p7m"), ("pkcs7-mime", "")]
)
def test_une_partie_opaque_se_deballe_ou_qu_elle_soit(tmp_path: Path, preparer: Preparer, genre: str, nom: str) -> None:
    interieur = _signer(b"Content-Type: text/plain\r\n\r\nJe reconnais devoir 500 euros.\r\n")
    message = _courriel("Pied de la liste de diffusion.")
    message.add_attachment(interieur, maintype="application", subtype=genre, filename=nom or None)
    (tmp_path / "a.eml").write_bytes(message.as_bytes())
    assert preparer(tmp_path / "a.eml").avertissements == ()
    texte = _texte(tmp_path / "cible.pdf")
    assert "Je reconnais devoir 500 euros." in texte
    assert "Pied de la liste de diffusion." in texte


def test_un_document_joint_signe_sort_de_son_enveloppe(tmp_path: Path, preparer: Preparer) -> None:
    facture = ecrire_pdf(tmp_path / "f.pdf", 1).read_bytes()
    message = _courriel("Ci-joint.")
    message.add_attachment(_signer(facture), maintype="application", subtype="octet-stream", filename="f.pdf.p7m")
    (tmp_path / "a.eml").write_bytes(message.as_bytes())
    preparer(tmp_path / "a.eml")
    texte = _texte(tmp_path / "cible.pdf")
    assert "Facture F2026-118 page 1" in texte
    assert "1. f.pdf (" in texte


def test_un_courriel_chiffre_est_refuse_par_son_nom(tmp_path: Path, preparer: Preparer) -> None:
    (tmp_path / "a.eml").write_bytes(_envelopper(b"", genre="chiffre"))
    with pytest.raises(ErreurPiece, match="chiffré"):
        preparer(tmp_path / "a.eml")


def test_un_message_sans_contenu_n_est_jamais_silencieux(tmp_path: Path, preparer: Preparer) -> None:
    (tmp_path / "a.eml").write_bytes(_courriel("\n").as_bytes())
    assert any("aucun contenu lisible" in texte for texte in preparer(tmp_path / "a.eml").avertissements)


def test_l_inspection_dit_jour_destinataires_et_identifiant_de_chaque_message(tmp_path: Path) -> None:
    (tmp_path / "relance.eml").write_bytes(
        b"From: a@lumen.example\r\nTo: Compta <compta@dupont.example>\r\nCc: Autre@Dupont.example\r\n"
        b"Date: Mon, 14 Sep 2026 23:30:00 +0000\r\nMessage-ID: <un@lumen.example>\r\nSubject: Relance\r\n\r\nCher.\r\n"
    )
    lue = inspecter(tmp_path, [("relance.eml", None)])["relance.eml"]
    (message,) = lue.messages
    assert message.jours == {date(2026, 9, 14), date(2026, 9, 15)}  # il était déjà le 15 en France
    assert message.adresses == ("autre@dupont.example", "compta@dupont.example")
    assert message.identifiant == "<un@lumen.example>"
    assert message.est_envoye


_DATE = b"Date: Mon, 14 Sep 2026 10:00:00 +0200\r\n"


@pytest.mark.parametrize(
    "entetes",
    [
        b"X-Unsent: 1\r\n" + _DATE,
        b"X-Mozilla-Draft-Info: internal/draft; vcard=0\r\n" + _DATE,
        b"X-Uniform-Type-Identifier: com.apple.mail-draft\r\n" + _DATE,
        b"X-K9mail-Identity: !l=0\r\n" + _DATE,
        b"",
    ],
)
def test_un_brouillon_ou_un_message_sans_date_ne_montre_aucun_envoi(tmp_path: Path, entetes: bytes) -> None:
    (tmp_path / "relance.eml").write_bytes(
        b"From: a@lumen.example\r\nTo: c@dupont.example\r\n" + entetes + b"Subject: Relance\r\n\r\nBonjour.\r\n"
    )
    (message,) = inspecter(tmp_path, [("relance.eml", None)])["relance.eml"].messages
    assert not message.est_envoye


def _imbriquer(etages: int, genre: str) -> bytes:
    parties = "".join(
        f"--b{rang}\n\nversion {rang}\n--b{rang}\nContent-Type: multipart/{genre}; boundary=b{rang + 1}\n\n"
        for rang in range(etages)
    )
    tete = f"From: a@exemple.fr\nSubject: x\nMIME-Version: 1.0\nContent-Type: multipart/{genre}; boundary=b0\n\n"
    return (tete + parties + f"--b{etages}\n\nLe fond.\n").encode()


@pytest.mark.parametrize("genre", ["mixed", "alternative"])
def test_des_parties_imbriquees_ne_se_relisent_pas_a_chaque_etage(tmp_path: Path, genre: str) -> None:
    """Deux lectures par étage feraient 2^30 lectures : l'essai ne finirait pas."""
    (tmp_path / "a.eml").write_bytes(_imbriquer(30, genre))
    assert "Le fond." in inspecter(tmp_path, [("a.eml", None)])["a.eml"].texte


@pytest.mark.parametrize("etages", [60, 3_000])
def test_un_courriel_aux_parties_sans_fin_est_refuse_par_son_nom(tmp_path: Path, etages: int) -> None:
    (tmp_path / "a.eml").write_bytes(_imbriquer(etages, "mixed"))
    lue = inspecter(tmp_path, [("a.eml", None)])["a.eml"]
    assert not lue.lisible
    assert "imbriquées" in lue.raison


@pytest.mark.parametrize("motif", ["<!--", "<![CDATA[", "<", "<?", "<p a='"])
def test_une_balise_jamais_fermee_ne_fait_pas_relire_la_page(motif: str) -> None:
    """Relue à chaque motif, la page demanderait des minutes ; rien de son texte ne disparaît."""
    debut = time.process_time()
    texte = extraire_texte("<p>avant</p>" + motif * 80_000 + " après")
    assert texte.startswith("avant")
    assert "après" in texte or motif == "<p a='"
    assert time.process_time() - debut < 10


def test_un_paragraphe_coupe_pour_l_envoi_se_lit_d_un_trait(tmp_path: Path, preparer: Preparer) -> None:
    """« format=flowed » : l'espace de fin de ligne continue le paragraphe ; la citation et la signature tiennent."""
    message = _courriel("Je reconnais devoir la \nsomme de 8 640 €. \n> Vous me \n> devez\n-- \nLéa\n")
    message.set_param("format", "flowed")
    texte = _texte(_preparer_message(tmp_path, preparer, message))
    for ligne in ("Je reconnais devoir la somme de 8 640 €.", "Vous me devez", "Léa"):
        assert ligne in texte.split("\n")


def test_un_mot_coupe_pour_l_envoi_se_recolle(tmp_path: Path, preparer: Preparer) -> None:
    message = _courriel("Je reconnais de \nvoir 8 640 €.\n")
    message.set_param("format", "flowed")
    message.set_param("delsp", "yes")
    assert "Je reconnais devoir 8 640 €." in _texte(_preparer_message(tmp_path, preparer, message))


def _preparer_message(tmp_path: Path, preparer: Preparer, message: EmailMessage) -> Path:
    (tmp_path / "a.eml").write_bytes(message.as_bytes())
    preparer(tmp_path / "a.eml")
    return tmp_path / "cible.pdf"
