"""Le moteur embarqué convertit, ne tombe jamais avec le programme, et nomme le document fautif."""

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pikepdf
import pypdfium2
import pytest
from docx import Document

from generateur.contrats import Conversion
from generateur.erreurs import CodeSortie, ErreurEcriture, ErreurRendu
from generateur.moteurs import rendu_dxpdf
from generateur.moteurs.rendu_dxpdf import RenduDxpdf
from generateur.redaction.gabarits import Bibliotheque
from tests.outils.modeles_word import ecrire_charte, ecrire_modele

FACTICES = Path(__file__).parent / "factices"
HOSTILE = "Dupont & Fils <SARL> « L'Œuvre »"


@pytest.fixture
def acte(tmp_path):
    ecrire_charte(tmp_path / "modeles")
    ecrire_modele(tmp_path / "modeles", "essai/acte", "Contre {{ nom }}, pour 8\u202f640,00\u00a0€.")
    octets = Bibliotheque(tmp_path / "modeles").modele("essai/acte").rendre({"reference": "R-1", "nom": HOSTILE})
    chemin = tmp_path / "acte.docx"
    chemin.write_bytes(octets)
    return chemin


@pytest.fixture
def moteur():
    moteur = RenduDxpdf(executants=2)
    yield moteur
    moteur.fermer()


def _texte(pdf: Path) -> str:
    document = pypdfium2.PdfDocument(pdf)
    try:
        return "\n".join(page.get_textpage().get_text_range() for page in document)
    finally:
        document.close()


def test_convertit_un_acte_et_garde_son_texte(moteur, acte, tmp_path):
    moteur.convertir([Conversion(acte, tmp_path / "acte.pdf")])
    texte = _texte(tmp_path / "acte.pdf")
    assert HOSTILE in texte
    assert "640,00" in texte
    assert "Étude R-1" in texte


def test_n_emploie_que_nos_polices_incorporees(moteur, acte, tmp_path):
    if not moteur.polices_maitrisees:
        pytest.skip("les polices ne sont maîtrisées que sous Linux")
    moteur.convertir([Conversion(acte, tmp_path / "acte.pdf")])
    octets = (tmp_path / "acte.pdf").read_bytes()
    noms = {mot.split(b" ")[0].split(b"\n")[0] for mot in octets.split(b"/FontName /")[1:]}
    assert noms
    assert all(b"+SourceS" in nom for nom in noms)
    assert octets.count(b"/FontFile2") == len(noms)


def test_deux_conversions_donnent_les_memes_octets(moteur, acte, tmp_path):
    cibles = [tmp_path / f"{rang}.pdf" for rang in range(4)]
    moteur.convertir([Conversion(acte, cible) for cible in cibles])
    autre = RenduDxpdf(executants=1)
    autre.convertir([Conversion(acte, tmp_path / "autre.pdf")])
    autre.fermer()
    assert len({chemin.read_bytes() for chemin in [*cibles, tmp_path / "autre.pdf"]}) == 1


def test_convertit_un_nom_de_fichier_hostile(moteur, acte, tmp_path):
    source = acte.rename(tmp_path / "-x 'é\" (1)\n.docx")
    cible = tmp_path / "sortie 'é\".pdf"
    moteur.convertir([Conversion(source, cible)])
    assert HOSTILE in _texte(cible)


def test_un_signe_rare_emprunte_les_polices_du_systeme(moteur, tmp_path):
    document = Document()
    document.add_paragraph("שלום")
    document.save(str(tmp_path / "rare.docx"))
    moteur.convertir([Conversion(tmp_path / "rare.docx", tmp_path / "rare.pdf")])
    assert (tmp_path / "rare.pdf").stat().st_size > 0


def test_un_document_illisible_est_nomme_et_les_autres_continuent_de_se_convertir(moteur, acte, tmp_path):
    faux = tmp_path / "faux.docx"
    faux.write_bytes(b"pas un docx")
    with pytest.raises(ErreurRendu, match=r"faux\.docx") as refus:
        moteur.convertir([Conversion(faux, tmp_path / "faux.pdf")])
    assert refus.value.code == CodeSortie.RENDU_ECHOUE
    assert not (tmp_path / "faux.pdf").exists()
    moteur.convertir([Conversion(acte, tmp_path / "acte.pdf")])
    assert (tmp_path / "acte.pdf").exists()


def test_un_document_absent_est_nomme(moteur, tmp_path):
    with pytest.raises(ErreurRendu, match=r"absent\.docx"):
        moteur.convertir([Conversion(tmp_path / "absent.docx", tmp_path / "absent.pdf")])


def _factice(nom: str, delai: float = 30) -> RenduDxpdf:
    return RenduDxpdf(executants=2, delai=delai, script=FACTICES / f"executant_{nom}.py")


@pytest.mark.parametrize(
    ("nom", "raison"),
    [("qui_plante", "brutalement"), ("vide", "fichier vide"), ("tronque", "tronqué")],
)
def test_un_moteur_defaillant_devient_une_erreur_qui_nomme_le_document(acte, tmp_path, nom, raison):
    moteur = _factice(nom)
    ancien = tmp_path / "acte.pdf"
    ancien.write_bytes(b"ancienne version")
    with pytest.raises(ErreurRendu, match=rf"acte\.docx.*{raison}"):
        moteur.convertir([Conversion(acte, ancien), Conversion(acte, tmp_path / "b.pdf")])
    moteur.fermer()
    assert ancien.read_bytes() == b"ancienne version"
    assert not list(tmp_path.glob("*.partiel")) + list(tmp_path.glob(".*.partiel"))


def test_un_moteur_qui_pend_est_arrete_au_bout_de_son_temps(acte, tmp_path):
    moteur = _factice("qui_pend", delai=0.5)
    debut = time.monotonic()
    with pytest.raises(ErreurRendu, match=r"acte\.docx.*plus de 0\.5 secondes"):
        moteur.convertir([Conversion(acte, tmp_path / "acte.pdf")])
    moteur.fermer()
    assert time.monotonic() - debut < 20


def test_un_executant_tombe_une_fois_est_remplace(acte, tmp_path):
    moteur = _factice("qui_plante_une_fois")
    moteur.convertir([Conversion(acte, tmp_path / "acte.pdf")])
    moteur.fermer()
    assert (tmp_path / "acte.pdf").read_bytes().startswith(b"%PDF")


@pytest.mark.skipif(sys.platform != "linux", reason="la borne de mémoire n'est appliquée à coup sûr que sous Linux")
def test_un_document_qui_demande_toute_la_memoire_est_refuse_et_la_machine_reste(tmp_path):
    (tmp_path / "dxpdf.py").write_text("def convert(octets):\n    return bytes(5 << 30)[:1]\n", encoding="utf-8")
    script = Path(sys.modules[RenduDxpdf.__module__].__file__).with_name("executant_dxpdf.py")
    demande = json.dumps([str(script), str(tmp_path / "acte.pdf")]) + "\n"
    rendu = subprocess.run(
        [sys.executable, "-I", "-S", str(script), str(tmp_path), "60"],
        input=demande,
        capture_output=True,
        text=True,
        check=True,
    )
    assert "MemoryError" in json.loads(rendu.stdout)


def test_un_pdf_que_la_finition_ne_relit_pas_est_un_refus_qui_le_dit(acte, tmp_path):
    (tmp_path / "finition.py").write_text("def achever(octets):\n    raise ValueError('page sans fin')\n", "utf-8")
    with pytest.MonkeyPatch.context() as rechange:
        rechange.setattr(rendu_dxpdf, "_FINITION", f"{tmp_path / 'finition.py'}:achever")
        moteur = RenduDxpdf(executants=1)
        try:
            with pytest.raises(ErreurRendu, match=r"acte\.docx.*son PDF ne se relit pas \(page sans fin\)"):
                moteur.convertir([Conversion(acte, tmp_path / "acte.pdf")])
        finally:
            moteur.fermer()
    assert not (tmp_path / "acte.pdf").exists()


def test_un_dossier_de_sortie_absent_est_une_erreur_claire(moteur, acte, tmp_path):
    with pytest.raises((ErreurRendu, ErreurEcriture)):
        moteur.convertir([Conversion(acte, tmp_path / "absent" / "acte.pdf")])


def test_le_moteur_resert_apres_sa_fermeture(moteur, acte, tmp_path):
    for rang in range(2):
        moteur.convertir([Conversion(acte, tmp_path / f"{rang}.pdf")])
        moteur.fermer()
    assert (tmp_path / "1.pdf").exists()


def test_l_empreinte_nomme_la_version_et_les_polices(moteur):
    assert moteur.empreinte().startswith(
        f"dxpdf {moteur.disponibilite().version} pikepdf {pikepdf.__version__} polices "
    )


def test_l_executant_ne_charge_que_le_moteur():
    script = Path(sys.modules[RenduDxpdf.__module__].__file__).with_name("executant_dxpdf.py")
    assert not [
        ligne for ligne in script.read_text("utf-8").splitlines() if "generateur." in ligne and "import" in ligne
    ]


@pytest.mark.skipif(sys.platform == "win32", reason="signaux POSIX")
@pytest.mark.parametrize("coup", [signal.SIGINT, signal.SIGKILL])
def test_les_executants_meurent_avec_le_programme(coup):
    code = (
        "import sys, time; from pathlib import Path; from generateur.contrats import Conversion;"
        "from generateur.moteurs.rendu_dxpdf import RenduDxpdf; m = RenduDxpdf(executants=1); m.prechauffer(1);"
        "print(m._equipes[False]._executants[0]._processus.pid, flush=True); time.sleep(60)"
    )
    racine = Path(__file__).resolve().parents[2]
    programme = subprocess.Popen(
        [sys.executable, "-c", code], cwd=racine, stdout=subprocess.PIPE, stderr=subprocess.PIPE
    )
    executant = int(programme.stdout.readline())
    programme.send_signal(coup)
    programme.communicate(timeout=20)
    fin = time.monotonic() + 10
    while time.monotonic() < fin and _vit(executant):
        time.sleep(0.05)
    assert not _vit(executant)


def _vit(pid: int) -> bool:
    etat = Path(f"/proc/{pid}/stat")
    if Path("/proc/self").exists():
        return etat.exists() and etat.read_text().rpartition(")")[2].split()[0] != "Z"
    try:
        os.kill(pid, 0)
    except OSError:
        return False
    return True
