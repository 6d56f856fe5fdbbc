"""LibreOffice convertit par paquets, sans rien laisser passer, et nomme le document fautif."""

import shutil
import socket
import stat
import sys
import threading
import time
from pathlib import Path

import pypdfium2
import pytest

from generateur.contrats import Conversion
from generateur.erreurs import CodeSortie, ErreurEcriture, ErreurOutilAbsent, ErreurRendu
from generateur.moteurs import rendu_libreoffice
from generateur.moteurs.rendu_dxpdf import RenduDxpdf
from generateur.moteurs.rendu_libreoffice import RenduLibreOffice, chercher_soffice
from generateur.redaction.gabarits import Bibliotheque
from generateur.surveillance import place
from generateur.surveillance.provisoires import situer_prise
from tests.outils.modeles_word import ecrire_charte, ecrire_modele

exige_soffice = pytest.mark.skipif(chercher_soffice() is None, reason="LibreOffice n'est pas installé")
FAUX_SOFFICE = {
    "muet": "pass",
    "vide": "ecrire(b'')",
    "tronque": "ecrire(b'%PDF-1.4 /Type /Page')",
    "pendu": "import time; time.sleep(600)",
    "en_panne": "sys.exit(77)",
}


@pytest.fixture
def acte(tmp_path):
    ecrire_charte(tmp_path / "modeles")

    def garnir(document):
        tableau = document.add_table(rows=3, cols=2)
        tableau.style = "Table Grid"
        for ligne, textes in zip(
            tableau.rows,
            (("{%tr for f in factures %}", ""), ("{{ f.numero }}", "{{ f.montant }}"), ("{%tr endfor %}", "")),
            strict=True,
        ):
            for cellule, texte in zip(ligne.cells, textes, strict=True):
                cellule.paragraphs[0].style = "Cellule"
                cellule.paragraphs[0].add_run(texte)
        for rang in range(25):
            document.add_paragraph(f"Attendu n° {rang} : {{{{ nom }}}} reste devoir la somme, malgré les relances.")

    ecrire_modele(tmp_path / "modeles", "essai/acte", "Capitales::Requête contre {{ nom }}", garnir=garnir)
    factures = [{"numero": f"F{rang}", "montant": "8\u202f640,00\u00a0€"} for rang in range(70)]
    contexte = {"reference": "R-1", "nom": "Dupont & Fils <SARL> « L'Œuvre »", "factures": factures}
    chemin = tmp_path / "acte.docx"
    chemin.write_bytes(Bibliotheque(tmp_path / "modeles").modele("essai/acte").rendre(contexte))
    return chemin


@pytest.fixture
def moteur():
    moteur = RenduLibreOffice(executants=2)
    yield moteur
    moteur.fermer()


def _mots_par_page(pdf: Path) -> list[list[str]]:
    document = pypdfium2.PdfDocument(pdf)
    try:
        return [sorted(page.get_textpage().get_text_range().split()) for page in document]
    finally:
        document.close()


@pytest.mark.outils
@exige_soffice
def test_les_deux_moteurs_font_les_memes_pages(moteur, acte, tmp_path):
    embarque = RenduDxpdf(executants=1)
    embarque.convertir([Conversion(acte, tmp_path / "embarque.pdf")])
    embarque.fermer()
    moteur.convertir([Conversion(acte, tmp_path / "reference.pdf")])
    attendu = _mots_par_page(tmp_path / "reference.pdf")
    assert len(attendu) > 1
    assert _mots_par_page(tmp_path / "embarque.pdf") == attendu


@pytest.mark.outils
@exige_soffice
def test_convertit_un_paquet_d_homonymes_et_de_noms_hostiles(moteur, acte, tmp_path):
    noms = ["a/acte.docx", "b/acte.docx", "-convert-to é'\" .docx"]
    for nom in noms:
        (tmp_path / nom).parent.mkdir(exist_ok=True)
        shutil.copyfile(acte, tmp_path / nom)
    cibles = [tmp_path / f"sortie {rang}.pdf" for rang in range(len(noms))]
    moteur.convertir([Conversion(tmp_path / nom, cible) for nom, cible in zip(noms, cibles, strict=True)])
    assert len({cible.read_bytes() for cible in cibles}) == 1


@pytest.mark.outils
@exige_soffice
def test_un_mauvais_fichier_est_nomme_et_n_empeche_pas_les_autres(moteur, acte, tmp_path):
    faux = tmp_path / "faux.docx"
    faux.write_bytes(b"du texte qui se dit Word")
    with pytest.raises(ErreurRendu, match=r"faux\.docx") as refus:
        moteur.convertir([Conversion(acte, tmp_path / "acte.pdf"), Conversion(faux, tmp_path / "faux.pdf")])
    assert refus.value.code == CodeSortie.RENDU_ECHOUE
    assert not (tmp_path / "faux.pdf").exists()


@pytest.mark.outils
@exige_soffice
def test_le_profil_est_prive_et_efface(acte, tmp_path):
    moteur = RenduLibreOffice(executants=1)
    moteur.convertir([Conversion(acte, tmp_path / "acte.pdf")])
    dossier = moteur._dossier.chemin
    reglages = (dossier / "profil0/user/registrymodifications.xcu").read_text("utf-8")
    assert "fr-FR" in reglages
    assert "DisableMacrosExecution" in reglages
    moteur.fermer()
    assert not dossier.exists()


def test_sans_libreoffice_la_raison_et_le_remede_sont_dits(acte, tmp_path, monkeypatch):
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setattr(rendu_libreoffice, "_EMPLACEMENTS", ())
    moteur = RenduLibreOffice()
    etat = moteur.disponibilite()
    assert (etat.presente, bool(etat.raison), bool(etat.remede)) == (False, True, True)
    with pytest.raises(ErreurOutilAbsent) as refus:
        moteur.convertir([Conversion(acte, tmp_path / "acte.pdf")])
    assert refus.value.code == CodeSortie.OUTIL_ABSENT


def test_refuse_un_format_dont_il_n_est_pas_charge(tmp_path):
    (tmp_path / "son.mp3").write_bytes(b"x")
    moteur = RenduLibreOffice(programme="soffice-factice")
    with pytest.raises(ErreurRendu, match=r"son\.mp3"):
        moteur.convertir([Conversion(tmp_path / "son.mp3", tmp_path / "son.pdf")])


@pytest.mark.skipif(sys.platform == "win32", reason="le faux soffice est un script POSIX")
@pytest.mark.parametrize("panne", sorted(FAUX_SOFFICE))
def test_un_soffice_defaillant_devient_une_erreur_qui_nomme_le_document(acte, tmp_path, panne):
    moteur = RenduLibreOffice(programme=_faux_soffice(tmp_path, FAUX_SOFFICE[panne]), executants=1, delai=1)
    debut = time.monotonic()
    with pytest.raises(ErreurRendu, match=r"acte\.docx"):
        moteur.convertir([Conversion(acte, tmp_path / "acte.pdf")])
    moteur.fermer()
    assert time.monotonic() - debut < 20
    assert not (tmp_path / "acte.pdf").exists()


def _faux_soffice(tmp_path: Path, corps: str) -> str:
    faux = tmp_path / "soffice"
    faux.write_text(
        f"#!{sys.executable}\nimport os, sys, pathlib\n"
        "def ecrire(o): pathlib.Path(sys.argv[sys.argv.index('--outdir') + 1], '0000.pdf').write_bytes(o)\n"
        f"{corps}\n"
    )
    faux.chmod(faux.stat().st_mode | stat.S_IXUSR)
    return str(faux)


@pytest.mark.skipif(sys.platform == "win32", reason="le faux soffice est un script POSIX")
def test_un_soffice_tue_du_dehors_a_une_seconde_chance(acte, tmp_path):
    temoin = tmp_path / "deja"
    corps = (
        f"temoin = pathlib.Path({str(temoin)!r})\n"
        "if not temoin.exists(): temoin.touch(); os.kill(os.getpid(), 9)\n"
        "ecrire(b'%PDF-1.4 /Type /Page\\n%%EOF\\n')"
    )
    moteur = RenduLibreOffice(programme=_faux_soffice(tmp_path, corps), executants=1, delai=20)
    moteur.convertir([Conversion(acte, tmp_path / "acte.pdf")])
    moteur.fermer()
    assert (tmp_path / "acte.pdf").read_bytes().startswith(b"%PDF")


@pytest.mark.skipif(sys.platform == "win32", reason="le faux soffice est un script POSIX")
def test_un_disque_plein_n_accuse_pas_le_document(acte, tmp_path, monkeypatch):
    moteur = RenduLibreOffice(programme=_faux_soffice(tmp_path, "pass"), executants=1, delai=20)
    monkeypatch.setattr(place.shutil, "disk_usage", lambda _: type("Etat", (), {"free": 1000}))
    with pytest.raises(ErreurEcriture, match="le disque est plein"):
        moteur.convertir([Conversion(acte, tmp_path / "acte.pdf")])
    moteur.fermer()


@pytest.mark.skipif(sys.platform != "linux", reason="la prise de LibreOffice sous Linux")
def test_la_prise_d_un_libreoffice_tue_s_en_va_avec_son_profil():
    """LibreOffice la pose dans /tmp quel que soit TMPDIR ; tué, il l'y laisse."""
    moteur = RenduLibreOffice(executants=1)
    moteur._preparer()
    profil = moteur._dossier.chemin / "profil0"
    prise = situer_prise(profil)
    autre = prise.with_name(f"{prise.name}0")
    for chemin in (prise, autre):
        with socket.socket(socket.AF_UNIX) as ecoute:
            ecoute.bind(str(chemin))
    moteur.fermer()
    assert not prise.exists()
    assert autre.exists()
    autre.unlink()


@pytest.mark.outils
@exige_soffice
@pytest.mark.skipif(sys.platform != "linux", reason="la prise de LibreOffice sous Linux")
def test_la_prise_est_bien_celle_que_pose_libreoffice(acte, tmp_path):
    moteur = RenduLibreOffice(executants=1)
    moteur._preparer()
    prise = situer_prise(moteur._dossier.chemin / "profil0")
    vues = []
    fil = threading.Thread(target=moteur.convertir, args=([Conversion(acte, tmp_path / "acte.pdf")],))
    fil.start()
    while fil.is_alive():
        vues.append(prise.exists())
        time.sleep(0.02)
    moteur.fermer()
    assert any(vues)
