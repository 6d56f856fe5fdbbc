"""Un rangement coupé à n'importe quel point : la même commande remet chaque dossier dans une pile et une seule."""

import hashlib
import itertools
import json
from pathlib import Path

import pytest

from generateur.operations import piles
from generateur.publication import echange
from generateur.publication.magasin import Adresse, ErreurConcurrence, Magasin

pytestmark = pytest.mark.allow_hosts(["127.0.0.1"])
SORTIE = Adresse("seau", "sortie")
ICI = "sortie/_piles/etude/"
REFERENCES = ("R1", "R2", "R3", "R4")
HIER = {"A": ("R1", "R2"), "B": ("R3",), "C": ("R4",)}
AUJOURD_HUI = {"A": ("R1", "R4"), "B": ("R2", "R3")}  # R2 passe à une pile écrite après la sienne, R4 à une d'avant


def _somme(reference):
    return hashlib.sha256(reference.encode()).hexdigest()


def _nommer(classement):
    return [(nom, piles._EnCours(nom, ",".join(references))) for nom, references in classement.items()]


def _ecrire(ou_sont):
    def ecrire(pile, ou, joindre):
        for reference in pile.adresse.split(","):
            joindre(f"{ou_sont}/{reference}/{reference}_liasse.pdf", f"{reference}_liasse.pdf", _somme(reference))
        (ou / "remise.json").write_text(json.dumps(pile.adresse), encoding="utf-8")

    return ecrire


class _Coupure:
    """Meurt à ce geste, compté à partir de 1."""

    def __init__(self, arret):
        self.arret, self._gestes = arret, itertools.count(1)

    def compter(self):
        if next(self._gestes) == self.arret:
            raise KeyboardInterrupt

    def coupable(self, vrai):
        def faire(*arguments, **reste):
            self.compter()
            return vrai(*arguments, **reste)

        return faire


@pytest.fixture
def au_magasin(magasin_factice):
    """Range ce classement dans le magasin."""
    magasin_factice.objets |= {f"sortie/{r}/{r}_liasse.pdf": r.encode() for r in REFERENCES}
    return lambda classement: piles._ranger_au_magasin(_nommer(classement), SORTIE, "etude", _ecrire(SORTIE))


def _liasses(chemins):
    return sorted(chemin.rpartition("/")[2][:2] for chemin in chemins if chemin.endswith("_liasse.pdf"))


def _couper(monkeypatch, arret):
    coupure = _Coupure(arret)
    effacer = Magasin.effacer

    def effacer_un_a_un(soi, cles):  # un effacement groupé n'est pas atomique
        for cle in cles:
            coupure.compter()
            effacer(soi, [cle])

    monkeypatch.setattr(Magasin, "effacer", effacer_un_a_un)
    monkeypatch.setattr(Magasin, "ecrire", coupure.coupable(Magasin.ecrire))


def _montres(magasin):
    return {cle: octets for cle, octets in magasin.sous(ICI).items() if not cle.startswith(".")}


def _est_annonce_entier(magasin):
    return json.loads(magasin.objets["sortie/_piles/.etude.publication.json"])["publie"]


def test_au_magasin_une_coupure_se_dit_et_la_commande_suivante_la_repare(magasin_factice, au_magasin, monkeypatch):
    au_magasin(AUJOURD_HUI)
    attendus, vus = _montres(magasin_factice), set()
    for arret in itertools.count(1):
        au_magasin(HIER)
        assert _liasses(_montres(magasin_factice)) == list(REFERENCES)
        with monkeypatch.context() as trafic:
            _couper(trafic, arret)
            try:
                au_magasin(AUJOURD_HUI)
                est_coupe = False
            except KeyboardInterrupt:
                est_coupe = True
        la = _liasses(_montres(magasin_factice))
        vus |= {la.count(reference) for reference in REFERENCES}
        assert la == list(REFERENCES) or not _est_annonce_entier(magasin_factice), arret
        if not est_coupe:
            break
        au_magasin(AUJOURD_HUI)
        assert _montres(magasin_factice) == attendus, arret
        assert _est_annonce_entier(magasin_factice)
    assert vus == {0, 1, 2}  # en double ou nulle part, le temps d'une coupure : l'annonce le dit


@pytest.mark.parametrize("moment", [".A.publication.json", "A/remise.json", ".B.publication.json", "B/remise.json"])
def test_au_magasin_de_deux_rangements_ensemble_le_premier_le_dit(magasin_factice, au_magasin, moment):
    """Sans cela, il ôterait en silence les piles de l'autre, qui a ôté les siennes."""

    def devancer(methode, cle):
        if methode == "PUT" and cle == f"{ICI}{moment}":
            magasin_factice.avant = lambda *_: None
            au_magasin({"D": ("R1",)})

    magasin_factice.avant = devancer
    with pytest.raises(ErreurConcurrence, match="range des piles"):
        au_magasin(AUJOURD_HUI)
    assert not _est_annonce_entier(magasin_factice)
    au_magasin(AUJOURD_HUI)
    assert _liasses(_montres(magasin_factice)) == list(REFERENCES)
    assert _est_annonce_entier(magasin_factice)


def test_sur_un_disque_une_coupure_ne_melange_pas_deux_rangements(tmp_path, monkeypatch):
    sortie = tmp_path / "sortie"
    for reference in REFERENCES:
        (sortie / reference).mkdir(parents=True)
        (sortie / reference / f"{reference}_liasse.pdf").write_bytes(reference.encode())

    def ranger(classement):
        piles._ranger_ici(_nommer(classement), sortie, "etude", _ecrire(sortie))

    def lire():
        racine = sortie / "_piles" / "etude"
        return {p.relative_to(racine).as_posix(): p.read_bytes() for p in racine.rglob("*.*") if p.name[0] != "."}

    ranger(AUJOURD_HUI)
    nouvelles = lire()
    ranger(HIER)
    anciennes = lire()
    for arret in itertools.count(1):
        with monkeypatch.context() as trafic:
            coupure = _Coupure(arret)
            for objet, geste in ((Path, "rename"), (Path, "mkdir"), (echange.shutil, "rmtree")):
                trafic.setattr(objet, geste, coupure.coupable(getattr(objet, geste)))
            try:
                ranger(AUJOURD_HUI)
                est_coupe = False
            except KeyboardInterrupt:
                est_coupe = True
        assert lire() in (anciennes, nouvelles, {}), arret  # {} : entre les deux renommages, rien qui se lise
        if not est_coupe:
            break
        ranger(AUJOURD_HUI)
        assert lire() == nouvelles, arret
        ranger(HIER)
        assert lire() == anciennes, arret
