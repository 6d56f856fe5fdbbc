"""verifier-liasse et le sceau : intact, rompu, retiré, remplacé, sans horodatage, ou que rien ne permet de vérifier."""

import hashlib
import json
import re
import shutil
import sys

import pytest

from generateur.liasse.assemblage import assembler
from generateur.liasse.plan import Options
from generateur.liasse.sceau import BIBLIOTHEQUE
from generateur.liasse.sceau_facultatif import juger_sceau
from generateur.liasse.scellement import ouvrir_certificat
from generateur.publication.manifeste import resumer_contenu
from generateur.publication.verification import verifier_liasse
from tests.liasse.conftest import JOUR
from tests.outils.certificats import HEURE_ATTESTEE, MOT_DE_PASSE, certifier

LIEU = "Nantes"
ADRESSE = "https://horloge.exemple.fr/tsa"


def ouvrir(certificat, *, horodatage=None):
    return ouvrir_certificat(certificat, MOT_DE_PASSE, jour=JOUR, horodatage=horodatage)


def empreinte(fichier):
    return hashlib.sha256(fichier.read_bytes()).hexdigest()


def changer_un_octet(fichier, place):
    octets = bytearray(fichier.read_bytes())
    octets[place] ^= 1
    fichier.write_bytes(octets)


@pytest.fixture
def produit(atelier, tmp_path, certificat, horloge):  # noqa: ARG001 (l'horloge répond aux demandes)
    """Un dossier scellé et horodaté, avec son manifeste."""
    dossier = tmp_path / "sortie"
    dossier.mkdir()
    plan = atelier.plan([atelier.piece("1", "Facture")])
    fait = assembler(plan, dossier / "l.pdf", dossier / "pieces")
    scelleur = ouvrir(certificat, horodatage=ADRESSE)
    manifeste = {
        "liasse": {"fichier": "l.pdf", "sha256": scelleur.sceller(fait.fichier, LIEU), "pages": fait.pages},
        "sceau": vars(scelleur.sceau),
        "pieces": [
            {
                "numero": piece.numero,
                "fichier": piece.fichier.relative_to(dossier).as_posix(),
                "sha256": piece.sha256,
                "pages": piece.pages,
                "page_debut": piece.page_debut,
            }
            for piece in fait.pieces
        ],
    }
    manifeste["empreinte_manifeste"] = resumer_contenu(manifeste)
    (dossier / "manifeste.json").write_text(json.dumps(manifeste), "utf-8")
    return dossier


def sceau_vu(dossier):
    (controle,) = [c for c in verifier_liasse(dossier).controles if c.objet == "sceau de l.pdf"]
    return controle.etat, controle.message


def reecrire(dossier, **sceau):
    """Refait le manifeste d'après le fichier, comme le ferait un faussaire qui tient aussi le manifeste."""
    chemin = dossier / "manifeste.json"
    manifeste = json.loads(chemin.read_text("utf-8"))
    manifeste["liasse"]["sha256"] = empreinte(dossier / "l.pdf")
    manifeste["sceau"] |= sceau
    manifeste["empreinte_manifeste"] = resumer_contenu(manifeste)
    chemin.write_text(json.dumps(manifeste), "utf-8")


def test_prouve_un_sceau_intact_et_son_heure_attestee(produit):
    etat, message = sceau_vu(produit)
    assert etat == "prouve"
    assert "Atelier Lumen" in message
    assert f"{HEURE_ATTESTEE:%d/%m/%Y à %H:%M} UTC (horodaté)" in message
    # seule la source de la pièce, qui n'est pas livrée avec la liasse, reste à prouver
    controles = verifier_liasse(produit).controles
    assert [c.message for c in controles if c.etat != "prouve"] == ["source pas à portée"]


@pytest.mark.parametrize("part", [0.1, 0.9])
def test_un_octet_change_rompt_le_sceau_meme_si_le_manifeste_suit(produit, part):
    liasse = produit / "l.pdf"
    changer_un_octet(liasse, int(liasse.read_bytes().index(b"/Contents <3082") * part))
    reecrire(produit)
    assert sceau_vu(produit)[0] == "differe"
    assert not verifier_liasse(produit).conforme


def test_un_ajout_apres_le_sceau_se_voit(produit):
    liasse = produit / "l.pdf"
    fin = re.findall(rb"startxref\n(\d+)\n%%EOF", liasse.read_bytes())[-1]
    liasse.write_bytes(liasse.read_bytes() + b"% ajout\nstartxref\n" + fin + b"\n%%EOF\n")
    reecrire(produit)
    assert sceau_vu(produit)[0] == "differe"


def test_un_sceau_retire_ou_remplace_se_voit(produit, autorite, atelier, tmp_path):
    fait = assembler(atelier.plan([atelier.piece("1", "Facture")]), tmp_path / "nue.pdf", tmp_path / "p")
    shutil.copy(fait.fichier, produit / "l.pdf")
    reecrire(produit)
    assert sceau_vu(produit) == ("differe", "absent, alors que le manifeste l'annonce")
    faussaire = certifier("Atelier Lumen", autorite).ecrire_p12(tmp_path / "f.p12", autorite)
    ouvrir(faussaire).sceller(produit / "l.pdf", LIEU)
    reecrire(produit)
    assert "pas le certificat" in sceau_vu(produit)[1]


def test_un_horodatage_annonce_et_absent_se_voit(produit, certificat, atelier, tmp_path):
    fait = assembler(atelier.plan([atelier.piece("1", "Facture")]), tmp_path / "nue.pdf", tmp_path / "p")
    ouvrir(certificat).sceller(fait.fichier, LIEU)
    shutil.copy(fait.fichier, produit / "l.pdf")
    reecrire(produit)
    assert "sans l'horodatage" in sceau_vu(produit)[1]
    reecrire(produit, autorite=None)
    etat, message = sceau_vu(produit)
    assert etat == "prouve"
    assert "heure déclarée par le poste" in message


def test_une_liasse_sans_sceau_n_en_parle_pas(tmp_path):
    assert juger_sceau(tmp_path / "l.pdf", None, porte_un_sceau=False) is None


def test_sans_pyhanko_le_sceau_n_est_pas_prouve(produit, monkeypatch):
    for nom in [nom for nom in sys.modules if nom.split(".")[0] == "pyhanko"]:
        monkeypatch.setitem(sys.modules, nom, None)
    monkeypatch.delitem(sys.modules, "generateur.liasse.scellement")
    monkeypatch.delattr("generateur.liasse.scellement")
    etat, message = sceau_vu(produit)
    assert etat == "non_prouve"
    assert BIBLIOTHEQUE in message
    assert verifier_liasse(produit).conforme is None


def test_le_sceau_ne_change_pas_ce_que_les_pages_montrent(atelier, certificat, tmp_path):
    """Posé après le manifeste joint, il n'est ni une page, ni un champ de plus à ses yeux."""
    plan = atelier.plan([atelier.piece("1", "Facture")])
    options = Options(manifeste_joint=lambda a: _reduire(plan, a))
    fait = assembler(plan, tmp_path / "l.pdf", tmp_path / "pieces", options)
    ouvrir(certificat).sceller(fait.fichier, LIEU)
    shutil.rmtree(tmp_path / "pieces")
    controles = {c.objet: c.etat for c in verifier_liasse(fait.fichier).controles}
    assert (controles["contenu des pages"], controles["document"]) == ("prouve", "prouve")


def _reduire(plan, assemblage):
    liasse = {
        "fichier": assemblage.fichier.name,
        "pages": assemblage.pages,
        "pages_sha256": assemblage.empreintes.pages,
        "document_sha256": assemblage.empreintes.document,
    }
    return json.dumps({"reference": plan.reference, "liasse": liasse, "pieces": []}).encode()
