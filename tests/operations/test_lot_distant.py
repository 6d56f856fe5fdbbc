"""Un lot dont les dossiers et la sortie sont dans un magasin : mêmes octets qu'ici, rien de refait, rien qui traîne."""

import datetime as dt
import shutil
import stat
import tempfile
from pathlib import Path

import pytest

from generateur.domaine.noms_de_fichier import NOM_MANIFESTE
from generateur.erreurs import ErreurLecture, ErreurUsage
from generateur.operations import lot, travail_distant
from generateur.operations.executants import choisir_executant
from generateur.publication.magasin import Adresse
from generateur.reglages import Reglages

pytestmark = pytest.mark.allow_hosts(["127.0.0.1"])
EXEMPLES = Path(__file__).parents[2] / "dossiers"
JOUR = dt.date(2026, 11, 21)
SOURCE, SORTIE = Adresse("seau", "dossiers"), Adresse("seau", "sortie")


def _produire(source, sortie, *, classement=None, **reglages):
    choisis = Reglages(**reglages)
    executant = choisir_executant("sequentiel", choisis, jour=JOUR, demander_mot_de_passe=str)
    return lot.produire_lot(
        source, sortie, jour=JOUR, au=JOUR, reglages=choisis, executant=executant, avancer=lambda _: None,
        classement=classement,
    )  # fmt: skip


def _verser(magasin, source, prefixe="dossiers"):
    for fichier in source.rglob("*"):
        if fichier.is_file():
            magasin.objets[f"{prefixe}/{fichier.relative_to(source).as_posix()}"] = fichier.read_bytes()


def _fichiers(repertoire):
    return {p.relative_to(repertoire).as_posix(): p.read_bytes() for p in repertoire.rglob("*") if p.is_file()}


def _montrees(fichiers):
    return {cle: octets for cle, octets in fichiers.items() if not cle.startswith(".")}


@pytest.fixture
def exemples(tmp_path):
    source = tmp_path / "dossiers"
    for nom in ("2026-0051", "2026-0074", "creanciers"):
        shutil.copytree(EXEMPLES / nom, source / nom)
    return source


@pytest.fixture
def provisoires(tmp_path, monkeypatch):
    """Le répertoire du système, à soi : ce qui y reste se voit."""
    racine = tmp_path / "provisoires"
    racine.mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(racine))
    return racine


def test_au_loin_ou_ici_les_octets_et_les_refus_sont_les_memes(magasin_factice, tmp_path, exemples, provisoires):
    _verser(magasin_factice, exemples)
    ici = _produire(exemples, tmp_path / "sortie")
    la_bas = _produire(SOURCE, SORTIE)
    publies = {cle: octets for cle, octets in magasin_factice.sous("sortie/").items() if not cle.startswith(".")}
    assert publies == {cle: o for cle, o in _fichiers(tmp_path / "sortie").items() if not cle.startswith(".")}
    attendus = [(r.reference, r.etat, r.code) for r in ici.dossiers if r.reference != "creanciers"]
    assert [(r.reference, r.etat, r.code) for r in la_bas.dossiers] == attendus
    assert [r.fichier for r in la_bas.dossiers] == ["s3://seau/sortie/2026-0051/2026-0051_liasse.pdf", None]
    assert "s3://seau/dossiers/2026-0074" in la_bas.dossiers[1].message
    assert list(provisoires.iterdir()) == []


def test_ce_qui_est_a_jour_n_est_pas_refait_et_ce_qui_a_change_l_est(magasin_factice, exemples):
    _verser(magasin_factice, exemples)
    _produire(SOURCE, SORTIE)
    magasin_factice.ecritures.clear()
    assert [r.etat for r in _produire(SOURCE, SORTIE).dossiers] == ["a_jour", "refuse"]
    assert [cle for cle in magasin_factice.ecritures if ".sonde" not in cle] == []
    magasin_factice.objets["sortie/2026-0051/2026-0051_liasse.pdf"] += b"abime"
    assert [r.etat for r in _produire(SOURCE, SORTIE).dossiers] == ["produit", "refuse"]


def test_d_un_repertoire_vers_un_magasin_et_d_un_magasin_vers_un_repertoire(magasin_factice, tmp_path, exemples):
    shutil.rmtree(exemples / "2026-0074")
    _verser(magasin_factice, exemples)
    _produire(exemples, SORTIE)
    _produire(SOURCE, tmp_path / "sortie")
    assert magasin_factice.sous("sortie/2026-0051/") == _fichiers(tmp_path / "sortie" / "2026-0051")


def test_l_adresse_d_un_seul_dossier_le_produit_seul(magasin_factice, exemples):
    _verser(magasin_factice, exemples)
    assert [r.reference for r in _produire(SOURCE / "2026-0074", SORTIE).dossiers] == ["2026-0074"]


def test_ce_qui_est_amene_l_est_dans_un_repertoire_prive(magasin_factice, exemples, provisoires, monkeypatch):
    _verser(magasin_factice, exemples)
    droits = set()

    def regarder(travail, *arguments):
        miroir = provisoires / travail.source.relative_to(provisoires).parts[0]
        droits.add(stat.S_IMODE(miroir.lstat().st_mode))
        return vrai(travail, *arguments)

    vrai = travail_distant.accomplir
    monkeypatch.setattr(travail_distant, "accomplir", regarder)
    _produire(SOURCE, SORTIE)
    assert droits == {0o700}


@pytest.mark.parametrize("cle", ["../../fuite", "pieces//x", "pieces\\x"])
def test_une_cle_hostile_refuse_son_dossier_et_lui_seul(magasin_factice, exemples, provisoires, cle):
    _verser(magasin_factice, exemples)
    magasin_factice.objets[f"dossiers/2026-0074/{cle}"] = b"x"
    bon, hostile = _produire(SOURCE, SORTIE).dossiers
    assert bon.etat == "produit"
    assert (hostile.reference, hostile.etat, hostile.code) == ("2026-0074", "en_echec", 3)
    assert "hors de son dossier" in hostile.message
    assert list(provisoires.iterdir()) == []


def test_un_repertoire_cree_par_une_console_n_est_pas_un_fichier(magasin_factice, exemples):
    """Un objet vide dont la clé finit par une barre : rien n'y est à amener, et le dossier n'en est pas refusé."""
    _verser(magasin_factice, exemples / "2026-0051", "dossiers/2026-0051")
    _verser(magasin_factice, exemples / "creanciers", "dossiers/creanciers")
    magasin_factice.objets |= {"dossiers/": b"", "dossiers/2026-0051/": b"", "dossiers/2026-0051/pieces/": b""}
    magasin_factice.objets["dossiers/2026-0051/messages/"] = b""
    magasin_factice.objets["dossiers/2026-0051/messages/2026/note.txt"] = b"note"
    (resultat,) = _produire(SOURCE, SORTIE).dossiers
    assert (resultat.etat, resultat.message) == ("produit", "")


@pytest.mark.parametrize("cite", ["../../secret.toml", "/etc/secret.toml", "../creanciers/../../secret.toml"])
def test_un_profil_hors_des_dossiers_n_est_pas_amene(magasin_factice, cite):
    magasin_factice.objets |= {
        "secret.toml": b'denomination = "X"',
        "dossiers/R1/dossier.toml": f'reference = "R1"\ncreancier = "{cite}"\n'.encode(),
    }
    lues = []
    magasin_factice.avant = lambda _, cle: lues.append(cle)
    (resultat,) = _produire(SOURCE, SORTIE).dossiers
    assert resultat.code == 3
    assert not [cle for cle in lues if "secret" in cle]


def test_un_repertoire_qui_ne_porte_pas_sa_reference_est_refuse(magasin_factice, exemples):
    _verser(magasin_factice, exemples / "2026-0051", "dossiers/2026-0051 - Copie")
    (resultat,) = _produire(SOURCE, SORTIE).dossiers
    assert resultat.code == 3
    assert "porte sa référence" in resultat.message


def test_un_magasin_vide_ou_sans_condition_arrete_le_lot_avant_le_premier_dossier(magasin_factice, exemples):
    with pytest.raises(ErreurLecture, match="aucun dossier"):
        _produire(SOURCE, SORTIE)
    _verser(magasin_factice, exemples)
    magasin_factice.honore = frozenset()
    with pytest.raises(ErreurUsage, match="n'honore pas l'écriture conditionnelle"):
        _produire(SOURCE, SORTIE)
    assert magasin_factice.sous("sortie/") == {}


def test_deux_lots_sur_un_meme_dossier_un_seul_publie_et_l_autre_le_trouve_a_jour(magasin_factice, exemples):
    shutil.rmtree(exemples / "2026-0074")
    _verser(magasin_factice, exemples)
    autres: list[str | None] = []

    def doubler(methode, cle):  # juste avant d'annoncer sa publication, un autre lot entier passe
        if methode == "PUT" and cle.endswith(".publication.json") and not autres:
            autres.append(None)
            autres.append(_produire(SOURCE, SORTIE).dossiers[0].etat)

    magasin_factice.avant = doubler
    assert _produire(SOURCE, SORTIE).dossiers[0].etat == "a_jour"
    assert autres == [None, "produit"]
    manifestes = [cle for cle in magasin_factice.ecritures if cle.endswith(NOM_MANIFESTE)]
    assert len(manifestes) == 1


def test_deux_lots_aux_reglages_differents_le_second_est_refuse(magasin_factice, exemples):
    shutil.rmtree(exemples / "2026-0074")
    _verser(magasin_factice, exemples)
    autres: list[str | None] = []

    def doubler(methode, cle):
        if methode == "PUT" and cle.endswith(".publication.json") and not autres:
            autres.append(None)
            autres.append(_produire(SOURCE, SORTIE).dossiers[0].etat)

    magasin_factice.avant = doubler
    (resultat,) = _produire(SOURCE, SORTIE, intercalaires=True).dossiers
    assert (resultat.etat, autres) == ("en_echec", [None, "produit"])
    assert "une autre commande publie ce dossier" in resultat.message


def test_les_piles_d_un_magasin_sont_celles_d_un_disque(magasin_factice, tmp_path, exemples, provisoires):
    _verser(magasin_factice, exemples)
    ici = _produire(exemples, tmp_path / "sortie", classement="etude")
    la_bas = _produire(SOURCE, SORTIE, classement="etude")
    piles = _montrees(magasin_factice.sous("sortie/_piles/etude/"))
    assert piles == _montrees(_fichiers(tmp_path / "sortie" / "_piles" / "etude"))
    assert [(p.nom, p.dossiers, p.total, str(p.chemin)) for p in la_bas.piles.piles] == [
        (p.nom, p.dossiers, p.total, f"s3://seau/sortie/_piles/etude/{p.chemin.name}") for p in ici.piles.piles
    ]
    assert la_bas.piles.piles
    assert list(provisoires.iterdir()) == []


def test_les_piles_d_un_magasin_vers_un_disque_et_d_un_disque_vers_un_magasin(magasin_factice, tmp_path, exemples):
    _verser(magasin_factice, exemples)
    _produire(SOURCE, tmp_path / "sortie", classement="creancier")
    _produire(exemples, SORTIE, classement="creancier")
    ici = _montrees(_fichiers(tmp_path / "sortie" / "_piles" / "creancier"))
    assert ici
    assert _montrees(magasin_factice.sous("sortie/_piles/creancier/")) == ici


def test_un_lot_au_loin_arrete_ne_laisse_rien_dans_le_repertoire_courant(
    magasin_factice, tmp_path, exemples, monkeypatch
):
    _verser(magasin_factice, exemples)
    ici = tmp_path / "ici"
    ici.mkdir()
    monkeypatch.chdir(ici)
    executant = choisir_executant("sequentiel", Reglages(), jour=JOUR, demander_mot_de_passe=str)

    def arreter(_):
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        lot.produire_lot(SOURCE, SORTIE, jour=JOUR, au=JOUR, reglages=Reglages(), executant=executant, avancer=arreter)
    assert list(ici.iterdir()) == []
