"""Le magasin d'objets : ses adresses, ses clés, et la preuve qu'il honore l'écriture conditionnelle."""

import sys

import pytest

from generateur.erreurs import CodeSortie, ErreurGenerateur, ErreurLecture, ErreurOutilAbsent, ErreurUsage
from generateur.publication.magasin import Adresse, ErreurConcurrence, Magasin, Objet, est_cle_sure, lire_adresse
from tests.outils.serveur_s3 import couper, ouvrir_magasin_factice, regler_acces

pytestmark = pytest.mark.allow_hosts(["127.0.0.1"])
ICI = Adresse("seau", "a/b")


def test_une_adresse_se_lit_et_se_compose():
    assert lire_adresse("s3://seau/a/b/") == ICI
    assert str(ICI / "c") == "s3://seau/a/b/c"
    assert (ICI.nom, str(ICI.parente), str(Adresse("seau"))) == ("b", "s3://seau/a", "s3://seau")


@pytest.mark.parametrize("chemin", ["dossiers", "/srv/s3", "C:\\dossiers", "s3:/seau"])
def test_un_chemin_n_est_pas_une_adresse(chemin):
    assert lire_adresse(chemin) is None


@pytest.mark.parametrize("texte", ["gs://seau/a", "s3://", "s3://S/a", "s3://seau/../b"])
def test_une_adresse_mal_formee_est_refusee(texte):
    with pytest.raises(ErreurUsage):
        lire_adresse(texte)


def test_des_cles_d_acces_dans_l_adresse_sont_refusees_sans_etre_repetees():
    with pytest.raises(ErreurUsage, match="ne s'écrivent pas dans l'adresse") as refus:
        lire_adresse("s3://AKIAXX:tressecret@seau/a")
    assert "tressecret" not in f"{refus.value} {refus.value.lieu} {refus.value.remede}"


@pytest.mark.parametrize("cle", ["a", "pieces/é ü.pdf", ".cache/x", "a" * 300])
def test_une_cle_ordinaire_est_un_chemin_sur(cle):
    assert est_cle_sure(cle)


@pytest.mark.parametrize(
    "cle",
    ["", "/a", "a/", "a//b", ".", "..", "a/../b", "a/./b", "a\\b", "c:x", "a\nb", "a\x00b", "\u202egnp", "a" * 1025],
)
def test_une_cle_hostile_n_en_est_pas_un(cle):
    assert not est_cle_sure(cle)


def test_un_magasin_qui_honore_les_conditions_passe_la_sonde_sans_laisser_de_trace(magasin_factice):
    Magasin(ICI).sonder()
    assert magasin_factice.objets == {}
    assert len(magasin_factice.ecritures) == 2  # les deux écritures interdites n'ont rien changé


@pytest.mark.parametrize(
    ("reglages", "raison"),
    [
        ({"honore": frozenset()}, "écrase un objet qui existe"),
        ({"honore": frozenset({"If-None-Match"})}, "a changé depuis qu'on l'a lu"),
    ],
)
def test_un_magasin_qui_ignore_les_conditions_est_refuse_par_son_nom(socket_enabled, monkeypatch, reglages, raison):  # noqa: ARG001
    with ouvrir_magasin_factice(**reglages) as mauvais:
        regler_acces(monkeypatch, mauvais.entree())
        with pytest.raises(ErreurUsage, match=raison) as refus:
            Magasin(ICI).sonder()
        assert "« seau »" in refus.value.message
        assert mauvais.entree() in refus.value.message
        assert mauvais.objets == {}


def test_une_ecriture_exige_la_version_lue(magasin_factice):
    magasin = Magasin(ICI)
    premiere = magasin.ecrire("x", b"un", version=None)
    with pytest.raises(ErreurConcurrence):
        magasin.ecrire("x", b"deux", version=None)
    magasin.ecrire("x", b"trois", version=premiere)
    with pytest.raises(ErreurConcurrence):
        magasin.ecrire("x", b"quatre", version=premiere)
    assert magasin_factice.objets == {"a/b/x": b"trois"}


def test_ce_qui_a_change_depuis_la_liste_n_est_pas_telecharge(magasin_factice, tmp_path):
    magasin_factice.objets["a/b/x"] = b"un"
    magasin = Magasin(ICI)
    liste = magasin.lister("", au_plus=10)
    magasin_factice.objets["a/b/x"] = b"deux"
    with pytest.raises(ErreurLecture, match="a changé pendant"):
        magasin.telecharger("x", tmp_path / "x", liste["x"])


def test_un_fichier_telecharge_est_prive_et_n_en_remplace_aucun(magasin_factice, tmp_path):
    magasin_factice.objets["a/b/x"] = b"un"
    objet = Magasin(ICI).lister("", au_plus=10)["x"]
    Magasin(ICI).telecharger("x", tmp_path / "x", objet)
    assert (tmp_path / "x").stat().st_mode & 0o077 == 0
    with pytest.raises(FileExistsError):
        Magasin(ICI).telecharger("x", tmp_path / "x", objet)


@pytest.mark.parametrize("cle", ["a/b/d/../../x", "a/b/d//x", "a/b/d/x\\y", "a/b/d/./x"])
def test_une_cle_hostile_du_magasin_est_refusee(magasin_factice, cle):
    magasin_factice.objets[cle] = b"x"
    with pytest.raises(ErreurLecture, match="hors de son dossier") as refus:
        Magasin(ICI).lister("d", au_plus=10)
    assert refus.value.lieu == "s3://seau/a/b/d"


def test_trop_d_objets_sont_refuses_sans_etre_lus(magasin_factice):
    magasin_factice.objets |= {f"a/b/d/{rang}": b"" for rang in range(11)}
    with pytest.raises(ErreurLecture, match="plus de 10 fichiers"):
        Magasin(ICI).lister("d", au_plus=10)


@pytest.mark.parametrize(
    ("code", "message"), [(403, "refuse l'accès"), (404, "n'existe pas"), (400, "par une erreur \\(400\\)")]
)
def test_un_echec_du_magasin_se_dit_en_francais(magasin_factice, code, message):
    magasin_factice.code = code
    with pytest.raises(ErreurOutilAbsent, match=message) as refus:
        Magasin(ICI).lister("", au_plus=10)
    assert refus.value.code == CodeSortie.OUTIL_ABSENT
    assert "XML" not in f"{refus.value.message}{refus.value.remede}"


def test_un_magasin_muet_est_dit(magasin_factice, monkeypatch):
    monkeypatch.setattr("generateur.publication.magasin._REPRISES", 0)
    magasin_factice.avant = couper
    with pytest.raises(ErreurOutilAbsent, match="ne répond pas"):
        Magasin(ICI).lister("", au_plus=10)


def test_sans_la_bibliotheque_le_remede_est_dit(monkeypatch):
    monkeypatch.setitem(sys.modules, "obstore.store", None)
    with pytest.raises(ErreurOutilAbsent, match="obstore") as refus:
        Magasin(ICI)
    assert "generateur[grappe]" in refus.value.remede


def test_une_variable_mal_reglee_est_une_erreur_d_usage(monkeypatch):
    monkeypatch.setenv("AWS_ALLOW_HTTP", "peut-être")
    with pytest.raises(ErreurGenerateur, match="AWS_"):
        Magasin(ICI)


def test_un_objet_absent_n_a_ni_version_ni_octets(magasin_factice):  # noqa: ARG001
    magasin = Magasin(ICI)
    assert magasin.version("x") is None
    assert magasin.lire("x", au_plus=10) is None
    assert magasin.lister("x", au_plus=10) == {}
    magasin.effacer(["x"])


def test_la_liste_dit_taille_et_version(magasin_factice):
    magasin_factice.objets |= {"a/b/d/x": b"deux", "a/b/d/sous/y": b"", "a/b/e": b""}
    trouves = Magasin(ICI).lister("d", au_plus=10)
    assert list(trouves) == ["sous/y", "x"]
    assert trouves["x"] == Objet(4, magasin_factice.version("a/b/d/x"))
