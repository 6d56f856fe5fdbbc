"""Le sceau : posé sans rien déranger, vérifié par d'autres que celui qui le pose, rompu au premier octet changé."""

import datetime as dt
import hashlib
import logging
import shutil
import subprocess
import sys

import pikepdf
import pypdf
import pytest
from asn1crypto import cms
from cryptography.hazmat.primitives.asymmetric import rsa
from pyhanko.sign.timestamps import TimestampRequestError

from generateur.erreurs import ErreurLecture, ErreurLiasse, ErreurOutilAbsent, ErreurUsage
from generateur.liasse import scellement
from generateur.liasse.assemblage import assembler
from generateur.liasse.sceau import BIBLIOTHEQUE, RESERVE_SCEAU
from generateur.liasse.sceau_facultatif import ouvrir_scelleur
from tests.outils.certificats import MOT_DE_PASSE, certifier, horloge_factice

JOUR = dt.date(2026, 11, 21)
LIEU = "Nantes"
ADRESSE = "https://horloge.exemple.fr/tsa"


@pytest.fixture
def liasse(atelier, tmp_path):
    """Une liasse, avec liens et signets."""
    plan = atelier.plan([atelier.piece("1", "Facture", 2), atelier.piece("2", "Bon de livraison")])
    assemblage = assembler(plan, tmp_path / "l.pdf", tmp_path / "pieces")
    return assemblage.fichier


def ouvrir(certificat, mot_de_passe=MOT_DE_PASSE, *, horodatage=None, jour=JOUR):
    return scellement.ouvrir_certificat(certificat, mot_de_passe, jour=jour, horodatage=horodatage)


def empreinte(fichier):
    return hashlib.sha256(fichier.read_bytes()).hexdigest()


def signature_de(fichier):
    """Octets couverts et signature CMS, lus dans le fichier par pypdf et un simple découpage."""
    (champ,) = pypdf.PdfReader(fichier).root_object["/AcroForm"]["/Fields"]
    plages = [int(n) for n in champ.get_object()["/V"]["/ByteRange"]]
    octets = fichier.read_bytes()
    debut, longueur, reprise, reste = plages
    couverts = octets[debut : debut + longueur] + octets[reprise : reprise + reste]
    trou = octets[debut + longueur + 1 : reprise - 1]
    return couverts, cms.ContentInfo.load(bytes.fromhex(trou.decode())).dump()


def changer_un_octet(fichier, place):
    octets = bytearray(fichier.read_bytes())
    octets[place] ^= 1
    fichier.write_bytes(octets)


# --- le sceau ne dérange rien --------------------------------------------------------------------------------------


def test_le_fichier_scelle_commence_par_le_fichier_d_origine(liasse, certificat):
    avant = liasse.read_bytes()
    somme = ouvrir(certificat).sceller(liasse, LIEU)
    apres = liasse.read_bytes()
    assert apres.startswith(avant)
    assert somme == empreinte(liasse)
    assert 0 < len(apres) - len(avant) < RESERVE_SCEAU


def test_signets_liens_etiquettes_et_pages_sont_intacts(liasse, certificat):
    def relever():
        lu = pypdf.PdfReader(liasse)
        liens = [
            [a.get_object()["/Rect"] for a in page.get("/Annots", ()) if a.get_object()["/Subtype"] == "/Link"]
            for page in lu.pages
        ]
        textes = [page.extract_text() for page in lu.pages]
        return [s["/Title"] for s in lu.outline if isinstance(s, dict)], liens, lu.page_labels, textes

    avant = relever()
    assert any(avant[1])
    ouvrir(certificat).sceller(liasse, LIEU)
    assert relever() == avant


def test_le_sceau_est_invisible_et_dit_pourquoi_et_ou(liasse, certificat):
    ouvrir(certificat).sceller(liasse, LIEU)
    (champ,) = pypdf.PdfReader(liasse).root_object["/AcroForm"]["/Fields"]
    widget = champ.get_object()
    assert [float(n) for n in widget["/Rect"]] == [0, 0, 0, 0]
    signature = widget["/V"]
    assert signature["/SubFilter"] == "/ETSI.CAdES.detached"
    assert (signature["/Reason"], signature["/Location"]) == ("Scellement de la liasse", LIEU)


def test_la_notice_est_inchangee_et_le_champ_admis_en_pdfa(liasse, certificat):
    with pikepdf.open(liasse) as pdf:
        notice, infos = pdf.Root.Metadata.read_bytes(), dict(pdf.docinfo.items())
    ouvrir(certificat).sceller(liasse, LIEU)
    with pikepdf.open(liasse) as pdf:
        assert pdf.Root.Metadata.read_bytes() == notice
        assert dict(pdf.docinfo.items()) == infos
        widget = pdf.Root.AcroForm.Fields[0]
        assert int(widget.F) & 0b100111 == 0b100  # imprimable, ni cachée ni invisible : ce que PDF/A-2 demande
        assert "/NeedAppearances" not in pdf.Root.AcroForm
        assert pdf.pdf_version == "1.7"
        assert "/Version" not in pdf.Root  # une clé à courbe elliptique ferait passer pyHanko à PDF 2.0
        assert len(bytes(widget.V.Contents)) < 32_768  # la plus longue chaîne que PDF/A-2 admette


def test_deux_scellements_n_ont_pas_les_memes_octets(liasse, certificat, tmp_path):
    copie = shutil.copy(liasse, tmp_path / "copie.pdf")
    scelleur = ouvrir(certificat)
    assert scelleur.sceller(liasse, LIEU) != scelleur.sceller(copie, LIEU)


# --- un lecteur qui n'est pas celui qui signe ----------------------------------------------------------------------


@pytest.mark.outils
@pytest.mark.skipif(shutil.which("pdfsig") is None, reason="poppler n'est pas installé")
def test_poppler_tient_le_sceau_pour_valable_et_l_alteration_pour_une_rupture(liasse, certificat):
    def lire():
        fait = subprocess.run(
            ["pdfsig", "-nocert", str(liasse)], capture_output=True, text=True, check=False, timeout=60
        )
        return fait.stdout

    ouvrir(certificat).sceller(liasse, LIEU)
    lu = lire()
    assert "Signature is Valid." in lu
    assert "Total document signed" in lu
    assert "Signer Certificate Common Name: Atelier Lumen" in lu
    changer_un_octet(liasse, 200)
    assert "Signature is Valid." not in lire()


@pytest.mark.outils
@pytest.mark.skipif(shutil.which("openssl") is None, reason="openssl n'est pas installé")
@pytest.mark.parametrize("sorte", ["courbe", "rsa"])
def test_openssl_verifie_la_signature_et_le_jeton(liasse, autorite, tmp_path, horloge, sorte):
    cle = rsa.generate_private_key(public_exponent=65537, key_size=2048) if sorte == "rsa" else None
    titulaire = certifier("Étude d'essai", autorite, cle=cle)
    ouvrir(titulaire.ecrire_p12(tmp_path / "e.p12", autorite), horodatage=ADRESSE).sceller(liasse, LIEU)
    assert len(horloge) == 1
    couverts, signature = signature_de(liasse)
    racine = autorite.ecrire_pem(tmp_path / "racine.pem")
    (tmp_path / "couverts").write_bytes(couverts)
    (tmp_path / "signature.der").write_bytes(signature)
    jeton, signee = jeton_de(signature)
    (tmp_path / "jeton.der").write_bytes(jeton)
    verifier_cms = ["openssl", "cms", "-verify", "-binary", "-inform", "DER", "-purpose", "any", "-out", "clair"]
    verifier_jeton = ["openssl", "ts", "-verify", "-token_in", "-in", "jeton.der", "-CAfile", racine.name]

    def reussit(commande):
        return subprocess.run(commande, cwd=tmp_path, capture_output=True, check=False, timeout=60).returncode == 0

    verifier_cms += ["-in", "signature.der", "-content", "couverts", "-CAfile", racine.name]
    assert reussit(verifier_cms)
    assert reussit([*verifier_jeton, "-digest", hashlib.sha256(signee).hexdigest()])
    assert not reussit([*verifier_jeton, "-digest", hashlib.sha256(signee + b"x").hexdigest()])
    (tmp_path / "couverts").write_bytes(couverts[:-1] + b"x")
    assert not reussit(verifier_cms)


def jeton_de(signature):
    """Le jeton d'horodatage que porte une signature, et les octets qu'il horodate."""
    (signataire,) = cms.ContentInfo.load(signature)["content"]["signer_infos"]
    (attribut,) = [a for a in signataire["unsigned_attrs"] if a["type"].native == "signature_time_stamp_token"]
    return attribut["values"][0].dump(), signataire["signature"].native


def priver_de_pyhanko(monkeypatch):
    for nom in [nom for nom in sys.modules if nom.split(".")[0] == "pyhanko"]:
        monkeypatch.setitem(sys.modules, nom, None)
    monkeypatch.delitem(sys.modules, "generateur.liasse.scellement")
    monkeypatch.delattr("generateur.liasse.scellement")


# --- ce qui empêche de sceller -------------------------------------------------------------------------------------


def test_sans_pyhanko_la_commande_d_installation_est_donnee_avant_le_mot_de_passe(certificat, monkeypatch):
    priver_de_pyhanko(monkeypatch)
    with pytest.raises(ErreurOutilAbsent) as refus:
        ouvrir_scelleur(certificat, pytest.fail, jour=JOUR, horodatage=None)
    assert f'pip install "{BIBLIOTHEQUE}"' in refus.value.remede


def test_la_bibliotheque_est_celle_du_projet(racine):
    assert (racine / "pyproject.toml").read_text("utf-8").count(f'"{BIBLIOTHEQUE}"') == 2


def test_un_mot_de_passe_faux_ou_absent_est_refuse(certificat):
    for mot_de_passe in ("autre", ""):
        with pytest.raises(ErreurUsage, match="mot de passe"):
            ouvrir(certificat, mot_de_passe)


@pytest.mark.parametrize("jour", [dt.date(2019, 12, 31), dt.date(2060, 1, 2)])
def test_un_certificat_hors_de_sa_validite_est_refuse(certificat, jour):
    with pytest.raises(ErreurUsage, match=r"expiré le 01/01/2060|à partir du 01/01/2020"):
        ouvrir(certificat, jour=jour)


@pytest.mark.parametrize("jour", [dt.date(2020, 1, 1), dt.date(2060, 1, 1)])
def test_les_bornes_de_validite_sont_comprises(certificat, jour):
    assert ouvrir(certificat, jour=jour).sceau.signataire == "Atelier Lumen"


def test_un_certificat_qui_n_est_pas_fait_pour_signer_est_refuse(autorite, tmp_path):
    titulaire = certifier("Chiffrement", autorite, usages=("key_agreement",))
    with pytest.raises(ErreurUsage, match="pas fait pour signer"):
        ouvrir(titulaire.ecrire_p12(tmp_path / "c.p12", autorite))


def test_un_fichier_absent_ou_qui_n_est_pas_un_certificat_est_refuse(tmp_path):
    with pytest.raises(ErreurLecture):
        ouvrir(tmp_path / "absent.p12")
    (tmp_path / "faux.p12").write_bytes(b"pas un certificat")
    with pytest.raises(ErreurLecture, match="PKCS#12"):
        ouvrir(tmp_path / "faux.p12")


def test_un_certificat_sans_cle_est_refuse(autorite, tmp_path):
    nu = certifier("Sans clé", autorite)
    chemin = tmp_path / "n.p12"
    type(nu)(nu.certificat, None).ecrire_p12(chemin, autorite)
    with pytest.raises(ErreurUsage, match="clé privée"):
        ouvrir(chemin)


def test_une_cle_etrangere_au_certificat_ne_scelle_rien(liasse, autorite, tmp_path, monkeypatch):
    scelleur = ouvrir(certifier("Un", autorite).ecrire_p12(tmp_path / "u.p12", autorite))
    autre = ouvrir(certifier("Deux", autorite).ecrire_p12(tmp_path / "d.p12", autorite))
    monkeypatch.setattr(scelleur._signataire, "signing_key", autre._signataire.signing_key)
    refuse_sans_toucher(scelleur, liasse, ErreurLiasse)


def refuse_sans_toucher(scelleur, liasse, erreur):
    avant, voisins = liasse.read_bytes(), set(liasse.parent.iterdir())
    with pytest.raises(erreur) as refus:
        scelleur.sceller(liasse, LIEU)
    assert liasse.read_bytes() == avant
    assert set(liasse.parent.iterdir()) == voisins
    return refus.value


@pytest.mark.parametrize("adresse", ["horloge.exemple.fr", "ftp://horloge.exemple.fr", "https://", "http://[", ""])
def test_une_adresse_d_horodatage_mal_ecrite_est_refusee_avant_tout(certificat, adresse):
    with pytest.raises(ErreurUsage, match="horodatage"):
        ouvrir_scelleur(certificat, pytest.fail, jour=JOUR, horodatage=adresse)


@pytest.mark.parametrize(
    "panne", [TimestampRequestError("injoignable"), TimeoutError(), ValueError("réponse illisible"), KeyError("x")]
)
def test_une_autorite_qui_ne_repond_pas_est_nommee_et_rien_ne_change(liasse, certificat, monkeypatch, panne):
    async def tomber(_horodateur, _demande):
        raise panne

    monkeypatch.setattr(scellement.Horodateur, "async_request_tsa_response", tomber)
    refus = refuse_sans_toucher(ouvrir(certificat, horodatage=ADRESSE), liasse, ErreurOutilAbsent)
    assert refus.lieu == "horloge.exemple.fr"


def test_un_jeton_qui_atteste_autre_chose_est_refuse(liasse, certificat, autorite, tmp_path, monkeypatch):
    factice = horloge_factice(autorite, tmp_path)

    async def mentir(_horodateur, demande):
        demande["message_imprint"]["hashed_message"] = bytes(32)
        return factice.request_tsa_response(demande)

    monkeypatch.setattr(scellement.Horodateur, "async_request_tsa_response", mentir)
    refuse_sans_toucher(ouvrir(certificat, horodatage=ADRESSE), liasse, ErreurLiasse)


def test_rien_n_est_dit_sur_la_sortie_d_erreur(liasse, certificat, capfd):
    logging.getLogger("pyhanko").setLevel(logging.DEBUG)
    ouvrir(certificat).sceller(liasse, LIEU)
    assert capfd.readouterr() == ("", "")
