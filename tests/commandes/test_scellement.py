"""« --sceller » et « --horodater » : ce qui est publié, ce qui est refusé, et rien de changé sans eux."""

import os
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import pikepdf
import pypdf
import pytest
from pyhanko.sign.timestamps import TimestampRequestError

from generateur.commandes import options
from generateur.erreurs import CodeSortie, ErreurLiasse
from generateur.liasse import scellement
from generateur.liasse.plan import Assemblage, Volume
from generateur.operations.inventaire import LiasseFaite
from generateur.operations.mise_en_liasse import sceller_liasse
from generateur.publication.manifeste import empreinte
from generateur.reglages import ReglagesLiasse
from tests.outils.certificats import MOT_DE_PASSE, certifier

EXEMPLE = Path(__file__).parents[2] / "dossiers" / "2026-0042"
VARIABLE = "GENERATEUR_MOT_DE_PASSE_CERTIFICAT"
PETIT_MO = 200_000  # pour que l'exemple, léger, se découpe


@pytest.fixture(scope="module")
def certificat(tmp_path_factory):
    autorite = certifier("Autorité d'essai")
    return certifier("Atelier Lumen", autorite).ecrire_p12(tmp_path_factory.mktemp("c") / "lumen.p12", autorite)


@pytest.fixture(autouse=True)
def mot_de_passe(monkeypatch):
    monkeypatch.setenv(VARIABLE, MOT_DE_PASSE)


def contenus(dossier):
    return {f.relative_to(dossier).as_posix(): f.read_bytes() for f in dossier.rglob("*") if f.is_file()}


def test_la_liasse_scellee_est_celle_du_manifeste_et_reste_pdfa(commander, certificat, tmp_path):
    reponse = commander("produire", EXEMPLE, "-o", tmp_path, "--pdfa", "--sceller", certificat, "--json")
    assert reponse.code == 0
    assert MOT_DE_PASSE not in reponse.sortie + reponse.messages
    manifeste, liasse = reponse.objet, tmp_path / "2026-0042" / "2026-0042_liasse.pdf"
    assert manifeste["liasse"]["sha256"] == empreinte(liasse)
    assert (manifeste["sceau"]["niveau"], manifeste["sceau"]["signataire"]) == ("PAdES-B-B", "Atelier Lumen")
    assert manifeste["sceau"]["autorite"] is None
    assert not manifeste["obstacles_pdfa"]
    with pikepdf.open(liasse) as pdf:
        notice = pdf.Root.Metadata.read_bytes()
        assert b"<pdfaid:part>2</pdfaid:part>" in notice
        assert str(pdf.Root.AcroForm.Fields[0].V.Location) == "Lyon"
    verification = commander("verifier-liasse", liasse.parent, "--json")
    assert verification.code == 0
    sceaux = [c for c in verification.objet["controles"] if c["objet"].startswith("sceau")]
    assert [c["etat"] for c in sceaux] == ["prouve"]


def test_chaque_volume_est_scelle_et_tient_dans_la_taille(commander, certificat, tmp_path, monkeypatch):
    monkeypatch.setattr(options, "_OCTETS_PAR_MO", PETIT_MO)
    reponse = commander("produire", EXEMPLE, "-o", tmp_path, "--max-mo", "1", "--sceller", certificat, "--json")
    assert reponse.code == 0
    volumes = reponse.objet["volumes"]
    assert len(volumes) > 1
    for volume in volumes:
        fichier = tmp_path / "2026-0042" / volume["fichier"]
        assert fichier.stat().st_size <= PETIT_MO
        assert empreinte(fichier) == volume["sha256"]
    sceaux = [
        controle["etat"]
        for controle in commander("verifier-liasse", tmp_path / "2026-0042", "--json").objet["controles"]
        if controle["objet"].startswith("sceau")
    ]
    assert sceaux == ["prouve"] * (1 + len(volumes))


def test_un_volume_que_le_sceau_alourdit_trop_est_refuse(tmp_path):
    @dataclass
    class Lourd:
        sceau = None

        def sceller(self, fichier: Path, lieu: str) -> str:
            fichier.write_bytes(fichier.read_bytes() + lieu.encode())
            return empreinte(fichier)

    (tmp_path / "v.pdf").write_bytes(b"12345")
    volume = Volume(tmp_path / "v.pdf", "", 5, 1, 1)
    faite = LiasseFaite((), (), Assemblage(tmp_path / "v.pdf", "", 1, {}, {}, (), (volume,)))
    with pytest.raises(ErreurLiasse, match="dépasser la taille"):
        sceller_liasse(faite, Lourd(), ReglagesLiasse(max_octets=8), "Lyon")


def test_une_autorite_muette_ne_publie_rien_et_laisse_l_ancienne_version(commander, certificat, tmp_path, monkeypatch):
    async def tomber(_horodateur, _demande):
        raise TimestampRequestError("injoignable")

    monkeypatch.setattr(scellement.Horodateur, "async_request_tsa_response", tomber)
    assert commander("produire", EXEMPLE, "-o", tmp_path).code == 0
    avant = contenus(tmp_path)
    reponse = commander(
        "produire", EXEMPLE, "-o", tmp_path, "--sceller", certificat, "--horodater", "https://horloge.exemple.fr"
    )
    assert reponse.code == CodeSortie.OUTIL_ABSENT
    assert "horloge.exemple.fr" in reponse.messages
    assert contenus(tmp_path) == avant


def test_ce_qui_ne_se_scelle_pas_est_refuse(commander, certificat, tmp_path, monkeypatch):
    commande = ("produire", EXEMPLE, "-o", tmp_path / "sortie")
    assert commander(*commande, "--projet", "--sceller", certificat).code == CodeSortie.USAGE
    assert commander(*commande, "--horodater", "https://horloge.exemple.fr").code == CodeSortie.USAGE
    assert commander(*commande, "--sceller", tmp_path / "absent.p12").code == CodeSortie.LECTURE
    monkeypatch.setenv(VARIABLE, "faux")
    assert commander(*commande, "--sceller", certificat).code == CodeSortie.USAGE
    monkeypatch.delenv(VARIABLE)
    reponse = commander(*commande, "--sceller", certificat)
    assert reponse.code == CodeSortie.USAGE
    assert VARIABLE in reponse.messages
    assert not (tmp_path / "sortie").exists()


def test_au_terminal_le_mot_de_passe_est_demande_sans_etre_montre(commander, certificat, tmp_path, monkeypatch):
    monkeypatch.delenv(VARIABLE)
    monkeypatch.setattr("sys.stdin.isatty", lambda: True, raising=False)
    monkeypatch.setattr("click.termui.hidden_prompt_func", lambda _question: MOT_DE_PASSE)
    reponse = commander("produire", EXEMPLE, "-o", tmp_path, "--sceller", certificat)
    assert reponse.code == 0
    assert "Scellée par Atelier Lumen" in reponse.sortie
    assert MOT_DE_PASSE not in reponse.sortie + reponse.messages


def test_un_lot_scelle_n_est_pas_refait_et_un_autre_certificat_le_refait(commander, copier, certificat, tmp_path):
    source, sortie = copier("2026-0042").parent, tmp_path / "sortie"
    etats = []
    autorite = certifier("Autre autorité")
    autre = certifier("Étude d'essai", autorite).ecrire_p12(tmp_path / "autre.p12", autorite)
    for scelle in (certificat, certificat, autre):
        reponse = commander("lot", source, "-o", sortie, "--sceller", scelle, "--json")
        assert reponse.code == 0
        etats += [dossier["etat"] for dossier in reponse.objet["dossiers"]]
    assert etats == ["produit", "a_jour", "produit"]


def test_une_liasse_scellee_partie_garde_son_sceau(commander, copier, certificat, tmp_path):
    dossier, sortie = copier("2026-0042"), tmp_path / "sortie"
    assert commander("produire", dossier, "-o", sortie, "--sceller", certificat).code == 0
    avant = contenus(sortie / "2026-0042")
    fichier = dossier / "dossier.toml"
    fichier.write_text(fichier.read_text("utf-8") + "\n[suivi]\ndepot = 2026-11-25\n", encoding="utf-8")
    for _ in range(2):
        assert commander("produire", dossier, "-o", sortie, "--sceller", certificat).code == 0
    gardee = sortie / "2026-0042" / "communiquees" / "2026-11-25"
    assert contenus(gardee) == avant
    assert sorted(p.name for p in gardee.parent.iterdir()) == ["2026-11-25"]
    verification = commander("verifier-liasse", gardee, "--json")
    sceaux = [c for c in verification.objet["controles"] if c["objet"].startswith("sceau")]
    assert [c["etat"] for c in sceaux] == ["prouve"]


def test_sans_l_option_ni_sceau_ni_pyhanko(tmp_path):
    code = (
        "import sys\n"
        "from generateur.cli import executer\n"
        f"assert executer(['produire', {str(EXEMPLE)!r}, '-o', {str(tmp_path)!r}, '-q']) == 0\n"
        "assert not {'pyhanko', 'pyhanko_certvalidator', 'aiohttp'} & set(sys.modules), 'chargé sans raison'\n"
    )
    subprocess.run([sys.executable, "-c", code], cwd=EXEMPLE.parents[1], check=True, timeout=120)
    assert '"sceau"' not in (tmp_path / "2026-0042" / "manifeste.json").read_text("utf-8")
    assert "/AcroForm" not in pypdf.PdfReader(tmp_path / "2026-0042" / "2026-0042_liasse.pdf").root_object


def test_un_mot_de_passe_qui_n_est_pas_de_l_utf_8_se_dit(commander, certificat, tmp_path, monkeypatch):
    monkeypatch.setitem(os.environb, VARIABLE.encode(), b"secr\xe9t")
    for commande in ("produire", "lot"):
        source = EXEMPLE if commande == "produire" else EXEMPLE.parent
        reponse = commander(commande, source, "-o", tmp_path / "s", "--sceller", certificat)
        assert reponse.code == CodeSortie.USAGE
        assert "n'est pas écrit en UTF-8" in reponse.messages
        assert VARIABLE in reponse.messages
        assert "secr" not in reponse.messages.replace("secrète", "")
    assert not (tmp_path / "s").exists()
