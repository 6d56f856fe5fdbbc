"""Publier sans jamais perdre : l'ancienne version ou la nouvelle, entière, à tout instant, quoi qu'il arrive."""

import errno
import os
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest

from generateur.erreurs import ErreurEcriture, ErreurUsage
from generateur.publication import echange as publication
from generateur.publication.echange import preparer_publication, reparer, reparer_tout
from generateur.surveillance.provisoires import dire_proprietaire

RACINE = Path(__file__).parents[2]
FICHIERS = ("a.txt", "b.txt", "sous/c.txt")


def _ecrire(repertoire: Path, version: str) -> None:
    for nom in FICHIERS:
        (repertoire / nom).parent.mkdir(exist_ok=True)
        (repertoire / nom).write_text(version, encoding="utf-8")


def _publier(sortie: Path, version: str, reference: str = "R1") -> None:
    with preparer_publication(sortie, reference) as chantier:
        _ecrire(chantier, version)


def _publier_en_panne(sortie: Path, panne: BaseException) -> None:
    with preparer_publication(sortie, "R1") as chantier:
        _ecrire(chantier, "2")
        raise panne


def _version(sortie: Path, reference: str = "R1") -> str:
    """La version publiée ; échoue si elle n'est pas entière."""
    versions = {(sortie / reference / nom).read_text("utf-8") for nom in FICHIERS}
    assert len(versions) == 1
    return versions.pop()


def _restes(sortie: Path) -> list[str]:
    return sorted(p.name for p in sortie.iterdir() if p.name.startswith(".") and p.name != ".verrou")


def test_la_premiere_publication_ne_laisse_que_le_resultat(tmp_path):
    _publier(tmp_path / "neuf" / "sortie", "1")
    assert _version(tmp_path / "neuf" / "sortie") == "1"
    assert _restes(tmp_path / "neuf" / "sortie") == []


def test_la_nouvelle_version_remplace_toute_l_ancienne(tmp_path):
    _publier(tmp_path, "1")
    with preparer_publication(tmp_path, "R1") as chantier:
        (chantier / "a.txt").write_text("2")
    assert [p.name for p in (tmp_path / "R1").iterdir() if not p.name.startswith(".")] == ["a.txt"]
    assert _restes(tmp_path) == []


@pytest.mark.parametrize("abimer", ["vide", "tronque", "absent", "lien"])
def test_un_pret_qui_n_est_pas_entier_ne_prend_pas_la_place(tmp_path, abimer):
    """Le nom ne prouve rien : la bonne version reste, quoi qu'il y ait dans « .R1.pret »."""
    _publier(tmp_path, "1")
    pret = tmp_path / ".R1.pret"
    if abimer == "lien":
        pret.symlink_to(tmp_path / "R1")
    elif abimer == "vide":
        pret.mkdir()
    else:
        _publier(tmp_path / "autre", "2")
        (tmp_path / "autre" / "R1").rename(pret)
        (pret / "b.txt").unlink() if abimer == "absent" else (pret / "b.txt").write_text("")
    reparer(tmp_path, "R1")
    assert _version(tmp_path) == "1"
    assert _restes(tmp_path) == []


@pytest.mark.parametrize("place", ["vide", "etrangere"])
def test_une_bonne_version_ancienne_ne_s_efface_pas_devant_rien(tmp_path, place):
    _publier(tmp_path, "1")
    (tmp_path / "R1").rename(tmp_path / ".R1.ancien")
    (tmp_path / "R1").mkdir()
    if place == "etrangere":
        (tmp_path / "R1" / "precieux.txt").write_text("à garder")
    reparer(tmp_path, "R1")
    if place == "vide":
        assert _version(tmp_path) == "1"
    else:
        assert (tmp_path / "R1" / "precieux.txt").exists()
        assert (tmp_path / ".R1.ancien" / "a.txt").read_text() == "1"


def test_un_pret_abime_laisse_la_place_a_l_ancienne(tmp_path):
    _publier(tmp_path, "1")
    (tmp_path / "R1").rename(tmp_path / ".R1.ancien")
    (tmp_path / ".R1.pret").mkdir()
    reparer(tmp_path, "R1")
    assert _version(tmp_path) == "1"


def test_un_menage_qui_echoue_apres_l_echange_n_est_pas_un_echec(tmp_path, monkeypatch):
    _publier(tmp_path, "1")
    vrai = publication.shutil.rmtree

    def _refuser(chemin, *arguments, **options):
        if Path(chemin).name.endswith(".ancien") and not options.get("ignore_errors"):
            raise OSError(errno.EIO, "panne")
        return None if Path(chemin).name.endswith(".ancien") else vrai(chemin, *arguments, **options)

    monkeypatch.setattr(publication.shutil, "rmtree", _refuser)
    _publier(tmp_path, "2")
    assert _version(tmp_path) == "2"


def test_le_resultat_n_a_pas_de_verrou_et_n_est_lisible_que_de_son_auteur(tmp_path):
    _publier(tmp_path, "1")
    assert sorted(p.name for p in (tmp_path / "R1").iterdir()) == [".inventaire.json", "a.txt", "b.txt", "sous"]
    if os.name == "posix":
        assert (tmp_path / "R1").stat().st_mode & 0o777 == 0o700


def test_tout_est_sur_le_disque_avant_de_porter_son_nom_definitif(tmp_path, monkeypatch):
    faits = []
    monkeypatch.setattr(publication, "_synchroniser", lambda chemin: faits.append(chemin.name))
    monkeypatch.setattr(publication, "_promouvoir", lambda *_: faits.append("promu"))
    _publier(tmp_path, "1")
    assert faits[-1] == "promu"
    assert {*faits[:-1]} >= {"a.txt", "b.txt", "sous", "c.txt", ".inventaire.json"}


def test_un_disque_qui_refuse_d_ecrire_pour_de_bon_ne_publie_rien(tmp_path, monkeypatch):
    _publier(tmp_path, "1")

    def refuser(_descripteur):
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(publication.os, "fsync", refuser)
    with pytest.raises(ErreurEcriture, match="le disque est plein"):
        _publier(tmp_path, "2")
    assert _version(tmp_path) == "1"


@pytest.mark.parametrize("panne", [ValueError("panne"), KeyboardInterrupt()])
def test_un_echec_laisse_l_ancienne_version_intacte(tmp_path, panne):
    _publier(tmp_path, "1")
    with pytest.raises(type(panne)):
        _publier_en_panne(tmp_path, panne)
    assert _version(tmp_path) == "1"
    assert _restes(tmp_path) == []


@pytest.mark.parametrize(
    ("numero", "attendu"),
    [
        (errno.ENOSPC, "le disque est plein"),
        (errno.EDQUOT, "quota"),
        (errno.EROFS, "lecture seule"),
        (errno.EACCES, "interdit"),
        (errno.EIO, "le système refuse"),
    ],
)
def test_un_disque_qui_refuse_se_dit_en_francais(tmp_path, numero, attendu):
    _publier(tmp_path, "1")
    with pytest.raises(ErreurEcriture, match=attendu) as refus:
        _publier_en_panne(tmp_path, OSError(numero, os.strerror(numero)))
    assert "l'ancienne version est intacte" in refus.value.message
    assert "--sortie" in refus.value.remede
    assert _version(tmp_path) == "1"
    assert _restes(tmp_path) == []


def test_un_fichier_a_la_place_du_repertoire_de_sortie(tmp_path):
    (tmp_path / "sortie").write_text("x")
    with (
        pytest.raises(ErreurEcriture, match="un fichier est à la place"),
        preparer_publication(tmp_path / "sortie", "R1"),
    ):
        pytest.fail("rien ne doit se préparer")


def _repertoire(chemin: Path) -> Path:
    chemin.mkdir()
    (chemin / "dossier.toml").write_text("à garder")
    return chemin


def _lien(chemin: Path) -> Path:
    _publier(chemin.parent / "ailleurs", "1")
    chemin.symlink_to(chemin.parent / "ailleurs" / "R1")
    return chemin / "a.txt"


@pytest.mark.parametrize(
    "poser", [_repertoire, pytest.param(_lien, marks=pytest.mark.skipif(os.name != "posix", reason="liens POSIX"))]
)
def test_ce_qui_n_est_pas_un_resultat_du_programme_n_est_jamais_efface(tmp_path, poser):
    """`-o dossiers` : la référence est aussi le nom du répertoire du dossier, qui serait remplacé."""
    garde = poser(tmp_path / "R1")
    with pytest.raises(ErreurUsage, match="rien n'y est effacé"):
        _publier(tmp_path, "2")
    assert garde.exists()
    assert _restes(tmp_path) == []


def test_un_fichier_du_nom_de_la_reference_n_est_pas_efface(tmp_path):
    (tmp_path / "R1").write_text("à garder")
    with pytest.raises(ErreurUsage):
        _publier(tmp_path, "2")
    assert (tmp_path / "R1").read_text() == "à garder"


def test_un_repertoire_vide_recoit_le_resultat(tmp_path):
    (tmp_path / "R1").mkdir()
    _publier(tmp_path, "1")
    assert _version(tmp_path) == "1"


# Les instants d'un échange : après chacun, un arrêt brutal ; la commande suivante doit tout remettre en place.


def _appels(monkeypatch):
    """Compte les renommages et permet de s'arrêter net après le n-ième."""
    vus: list[str] = []
    vrai = Path.rename

    def _renommer(source, cible):
        if len(vus) >= _appels.limite:
            raise _Arret
        vus.append(source.name)
        return vrai(source, cible)

    monkeypatch.setattr(Path, "rename", _renommer)
    return vus


def _dire_un_mort() -> str:
    """La marque d'un processus de cette machine qui a existé, et n'existe plus."""
    with subprocess.Popen([sys.executable, "-c", ""]) as mort:
        mort.wait()
    machine, _, debut, _ = dire_proprietaire().split("-")
    return f"{machine}-{mort.pid}-{debut}-"


class _Arret(BaseException):
    """Arrêt du programme entre deux gestes."""


@pytest.mark.parametrize("faits", [0, 1, 2])
def test_un_echange_interrompu_se_repare(tmp_path, monkeypatch, faits):
    """À chaque arrêt, l'une des deux versions est entière quelque part, et la réparation la remet à sa place."""
    _publier(tmp_path, "1")
    with monkeypatch.context() as correctif:
        _appels.limite = faits
        _appels(correctif)
        # l'arrêt brutal n'efface rien : la préparation reste telle quelle
        correctif.setattr(publication.shutil, "rmtree", lambda *_a, **_k: None)
        correctif.setattr(publication, "dire_proprietaire", _dire_un_mort)
        with pytest.raises(_Arret):
            _publier(tmp_path, "2")
    entieres = [p for p in tmp_path.iterdir() if p.is_dir() and all((p / nom).is_file() for nom in FICHIERS)]
    assert {(p / "a.txt").read_text() for p in entieres} >= ({"1"} if faits < 2 else {"1", "2"})
    reparer(tmp_path, "R1")
    assert _version(tmp_path) == ("1" if faits == 0 else "2")
    assert _restes(tmp_path) == []


def test_reparer_rend_l_ancienne_si_la_nouvelle_manque(tmp_path):
    _publier(tmp_path, "1")
    (tmp_path / "R1").rename(tmp_path / ".R1.ancien")
    reparer_tout(tmp_path)
    assert _version(tmp_path) == "1"
    assert _restes(tmp_path) == []


def test_reparer_tout_ne_touche_pas_aux_dossiers_sains(tmp_path):
    _publier(tmp_path, "1", "R1")
    _publier(tmp_path, "2", "R2.b")
    (tmp_path / "R2.b").rename(tmp_path / ".R2.b.pret")
    reparer_tout(tmp_path)
    assert (_version(tmp_path, "R1"), _version(tmp_path, "R2.b")) == ("1", "2")
    reparer_tout(tmp_path / "absente")


def test_une_preparation_abandonnee_est_effacee(tmp_path):
    abandon = tmp_path / ".R1.abc123.preparation"
    abandon.mkdir(parents=True)
    (abandon / "a.txt").write_text("x")
    (abandon / ".verrou").touch()
    _publier(tmp_path, "1")
    assert _restes(tmp_path) == []


def test_les_preparations_abandonnees_de_tous_les_dossiers_sont_effacees(tmp_path):
    (tmp_path / f".AUTRE.{_dire_un_mort()}abc.preparation").mkdir()
    (tmp_path / f".generateur-{_dire_un_mort()}abc").mkdir()
    reparer_tout(tmp_path)
    assert _restes(tmp_path) == []


def test_une_preparation_en_cours_n_est_pas_effacee(tmp_path):
    with preparer_publication(tmp_path, "R1") as chantier:
        _ecrire(chantier, "1")
        reparer(tmp_path, "R1")
        assert chantier.is_dir()
    assert _version(tmp_path) == "1"


def test_un_autre_ecrivain_tue_pendant_la_preparation_ne_bloque_pas(tmp_path):
    _publier(tmp_path, "1")
    with preparer_publication(tmp_path, "R1") as chantier:
        _ecrire(chantier, "3")
        (tmp_path / "R1").rename(tmp_path / ".R1.ancien")
        (tmp_path / ".R1.pret").mkdir()
        _ecrire(tmp_path / ".R1.pret", "2")
    assert _version(tmp_path) == "3"
    assert _restes(tmp_path) == []


def test_deux_references_voisines_ne_se_genent_pas(tmp_path):
    """« R1 » est aussi le début de « R1.2 »."""
    with preparer_publication(tmp_path, "R1.2") as chantier:
        _ecrire(chantier, "voisin")
        _publier(tmp_path, "1", "R1")
        assert chantier.is_dir()
    assert (_version(tmp_path, "R1"), _version(tmp_path, "R1.2")) == ("1", "voisin")


def test_deux_ecrivains_a_la_fois_laissent_une_version_entiere(tmp_path):
    erreurs = []

    def _ecrivain(version: str) -> None:
        try:
            for _ in range(5):
                _publier(tmp_path, version)
        except Exception as erreur:  # noqa: BLE001 (le fil doit rendre son échec au test)
            erreurs.append(erreur)

    fils = [threading.Thread(target=_ecrivain, args=(str(rang),)) for rang in range(4)]
    for fil in fils:
        fil.start()
    for fil in fils:
        fil.join()
    assert not erreurs
    assert _version(tmp_path) in {"0", "1", "2", "3"}
    assert _restes(tmp_path) == []


def test_un_repertoire_occupe_se_dit(tmp_path, monkeypatch):
    from filelock import FileLock  # noqa: PLC0415 (seul test qui tient le verrou)

    monkeypatch.setattr(publication, "_DELAI_VERROU_S", 0)
    with (
        FileLock(tmp_path / ".verrou"),
        pytest.raises(ErreurEcriture, match="une autre commande"),
        preparer_publication(tmp_path, "R1"),
    ):
        pytest.fail("rien ne doit se préparer")


ECRIVAIN = """
import sys
from pathlib import Path
from generateur.publication.echange import preparer_publication
sortie, version = Path(sys.argv[1]), sys.argv[2]
while True:
    with preparer_publication(sortie, "R1") as chantier:
        for nom in ("a.txt", "b.txt", "sous/c.txt"):
            (chantier / nom).parent.mkdir(exist_ok=True)
            (chantier / nom).write_text(version)
    print("fait", flush=True)
"""


@pytest.mark.skipif(os.name != "posix", reason="kill -9 n'existe que sur POSIX")
@pytest.mark.parametrize("attente_ms", [0, 1, 2, 3, 5, 8])
def test_un_processus_tue_ne_laisse_jamais_rien_d_incomplet(tmp_path, attente_ms):
    """kill -9 à un instant quelconque : une version entière est là, la commande suivante répare et publie."""
    _publier(tmp_path, "avant")
    processus = subprocess.Popen(
        [sys.executable, "-c", ECRIVAIN, str(tmp_path), "pendant"],
        cwd=RACINE, stdout=subprocess.PIPE, text=True,
    )  # fmt: skip
    with processus:
        assert processus.stdout is not None
        assert processus.stdout.readline() == "fait\n"
        time.sleep(attente_ms / 1000)
        processus.send_signal(signal.SIGKILL)
        processus.wait(10)
        entieres = [p for p in tmp_path.iterdir() if p.is_dir() and all((p / n).is_file() for n in FICHIERS)]
        assert entieres, "ni l'ancienne ni la nouvelle version n'est sur le disque"
    reparer(tmp_path, "R1")
    assert _version(tmp_path) == "pendant"
    _publier(tmp_path, "après")
    assert _version(tmp_path) == "après"
    assert _restes(tmp_path) == []
