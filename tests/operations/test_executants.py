"""Les exécutants : même ordre, mêmes octets, et un dossier qui tue son processus n'emporte que lui."""

import datetime as dt
import os
import shutil
import sys
import threading
import time
from decimal import Decimal
from pathlib import Path
from types import SimpleNamespace

import pytest

from generateur.commandes.presentation_lot import dire_echec
from generateur.erreurs import ErreurOutilAbsent, ErreurUsage
from generateur.operations import lot, travail_distant
from generateur.operations.executants import EXECUTANT_D_UNE_GRAPPE, EXECUTANTS, choisir_executant
from generateur.operations.executants.poste_ouvrier import Poste
from generateur.operations.executants.processus import _RETARD, ExecutantProcessus, _Equipe
from generateur.operations.journal_lot import JournalLot
from generateur.publication import echange
from generateur.reglages import Reglages, Resultat, Travail
from generateur.surveillance import provisoires
from generateur.surveillance.enfant import Enfant

EXEMPLES = Path(__file__).parents[2] / "dossiers"
JOUR = dt.date(2026, 11, 21)
CAPRICIEUX = Path(__file__).parent / "ouvriers_factices" / "capricieux.py"


def _octets(repertoire):
    return {p.relative_to(repertoire): p.read_bytes() for p in sorted(repertoire.rglob("*")) if p.is_file()}


def _choisir(nom, nombre=2, **reglages):
    return choisir_executant(nom, Reglages(**reglages), jour=JOUR, demander_mot_de_passe=str, nombre=nombre)


@pytest.fixture
def lot_d_exemples(tmp_path):
    source = tmp_path / "dossiers"
    for nom in ("2026-0042", "2026-0051", "2026-0074", "2026-0063", "creanciers"):
        shutil.copytree(EXEMPLES / nom, source / nom)
    return source


def test_les_travaux_voyagent_en_json():
    travail = Travail(
        source=Path("d/é"), sortie=Path("s"), jour=JOUR, reglages=Reglages(ocr=True), jumeaux=(Path("x"),)
    )
    assert Travail.model_validate_json(travail.model_dump_json()) == travail


def test_processus_et_sequentiel_donnent_les_memes_octets_dans_le_meme_ordre(tmp_path, lot_d_exemples):
    bilans = {}
    for nom in ("sequentiel", "processus"):
        bilans[nom] = lot.produire_lot(
            lot_d_exemples,
            tmp_path / nom,
            jour=JOUR,
            au=JOUR,
            reglages=Reglages(),
            executant=_choisir(nom),
            avancer=lambda _: None,
        )
    un, deux = bilans.values()
    assert [(r.reference, r.etat, r.code, r.message) for r in un.dossiers] == [
        (r.reference, r.etat, r.code, r.message) for r in deux.dossiers
    ]
    assert [r.etat for r in un.dossiers if r.reference != "creanciers"] == ["produit", "produit", "produit", "refuse"]
    assert _octets(tmp_path / "sequentiel") == _octets(tmp_path / "processus")


@pytest.mark.parametrize("nom", [nom for nom in EXECUTANTS if nom != EXECUTANT_D_UNE_GRAPPE])
def test_un_lot_interrompu_dit_ce_qui_reste(tmp_path, lot_d_exemples, nom):
    demandes: list[None] = []

    def est_interrompu():
        demandes.append(None)
        return len(demandes) > 1

    bilan = lot.produire_lot(
        lot_d_exemples,
        tmp_path / "sortie",
        jour=JOUR,
        au=JOUR,
        reglages=Reglages(),
        executant=_choisir(nom, nombre=1),
        avancer=lambda _: None,
        est_interrompu=est_interrompu,
    )
    assert bilan.est_interrompu
    assert len(bilan.dossiers) == 1
    assert bilan.dossiers[0].etat == "produit"  # le dossier en main s'achève


def test_un_executant_inconnu_est_refuse():
    with pytest.raises(ErreurUsage, match="n'existe pas"):
        _choisir("nuage")


def test_ce_qui_empeche_tout_se_dit_avant_le_premier_dossier(tmp_path):
    travail = Travail(source=tmp_path, sortie=tmp_path, jour=JOUR)
    with pytest.raises((ErreurUsage, ErreurOutilAbsent)):
        list(_choisir("processus", rendu="machine à écrire").executer([travail]))


@pytest.fixture
def equipe(tmp_path):
    ouvertes = []

    def ouvrir(nombre, est_interrompu=lambda: False):
        commande = [sys.executable, "-S", str(CAPRICIEUX), str(tmp_path / "journal")]
        ouverte = _Equipe(nombre, lambda: Poste(lambda: Enfant(commande, os.environ)), est_interrompu)
        ouvertes.append(ouverte)
        return ouverte

    yield ouvrir
    for ouverte in ouvertes:
        ouverte.arreter()


def _travaux(*noms):
    return [Travail(source=Path(nom), sortie=Path("s"), jour=JOUR) for nom in noms]


@pytest.mark.skipif(sys.platform == "win32", reason="signaux POSIX")
@pytest.mark.parametrize("poison", ["tue-1", "sort-1"])
def test_un_dossier_qui_tue_deux_fois_son_ouvrier_est_mis_a_part_seul(equipe, tmp_path, poison):
    noms = [f"bon-{rang}" for rang in range(5)] + [poison] + [f"bon-{rang}" for rang in range(5, 10)]
    resultats = list(equipe(2).accomplir(_travaux(*noms)))
    assert [r.reference for r in resultats if r.etat == "produit"] == [nom for nom in noms if nom != poison]
    (echec,) = [r for r in resultats if r.etat == "en_echec"]
    assert "tomber deux fois" in echec.message
    assert resultats.index(echec) == noms.index(poison)
    assert (tmp_path / "journal").read_text("utf-8").splitlines().count(poison) == 2


@pytest.mark.skipif(sys.platform == "win32", reason="signaux POSIX")
def test_un_ouvrier_tue_une_fois_est_remplace_et_son_dossier_repris(equipe):
    resultats = list(equipe(2).accomplir(_travaux("bon-1", "fragile-1", "bon-2")))
    assert [(r.reference, r.etat) for r in resultats] == [
        ("bon-1", "produit"),
        ("fragile-1", "produit"),
        ("bon-2", "produit"),
    ]


def test_les_resultats_sortent_dans_l_ordre_des_travaux(equipe):
    noms = ["lent-1", "bon-1", "bon-2", "lent-2", "bon-3"]
    assert [r.reference for r in equipe(3).accomplir(_travaux(*noms))] == noms


def test_les_travaux_ne_sont_pris_qu_a_mesure(equipe):
    donnes = []

    def suite():
        for rang in range(2000):
            donnes.append(rang)
            yield _travaux(f"bon-{rang}")[0]

    resultats = equipe(2).accomplir(suite())
    next(resultats)
    assert len(donnes) <= 2 * _RETARD


def test_interrompu_seul_ce_qui_est_en_main_s_acheve(equipe, tmp_path):
    """Ce qui attendait son tour n'est pas commencé : Ctrl-C ne coûte qu'un dossier par processus."""
    demande = threading.Event()
    resultats = equipe(1, demande.is_set).accomplir(_travaux(*(f"lent-{rang}" for rang in range(10))))
    premiers = [next(resultats)]
    demande.set()
    premiers += resultats
    assert [r.reference for r in premiers] == [f"lent-{rang}" for rang in range(len(premiers))]
    assert len(premiers) <= 2
    assert len((tmp_path / "journal").read_text("utf-8").splitlines()) == len(premiers)


def test_un_dossier_tres_long_n_arrete_pas_les_autres(equipe, tmp_path):
    resultats = equipe(2).accomplir(_travaux("lent-1", *(f"bon-{rang}" for rang in range(150))))
    assert next(resultats).reference == "lent-1"
    assert len((tmp_path / "journal").read_text("utf-8").splitlines()) > 16
    assert len(list(resultats)) == 150


def test_rien_ne_reste_en_marche_quand_le_lot_s_arrete(equipe):
    ouverte = equipe(2)
    resultats = ouverte.accomplir(_travaux(*(f"lent-{rang}" for rang in range(20))))
    next(resultats)
    resultats.close()
    ouverte.arreter()
    for fil in threading.enumerate():
        if fil.name.startswith("ouvrier-"):
            fil.join(timeout=10)
            assert not fil.is_alive()


def test_un_lot_vide_ne_demarre_personne():
    assert list(ExecutantProcessus(Reglages(), jour=JOUR, demander_mot_de_passe=str, nombre=3).executer([])) == []


def test_le_journal_d_un_lot_se_relit_dans_son_ordre_et_hors_de_la_memoire():
    resultats = [
        Resultat(reference=f"r{n}", etat="produit" if n % 3 else "refuse", code=0, total="1.10", message="é" * 900)
        for n in range(2000)
    ]
    journal = JournalLot(resultats)
    assert list(journal) == resultats
    assert (journal[-1], len(journal), journal.etats["refuse"]) == (resultats[-1], 2000, 667)
    assert journal.total == Decimal("2200.00")
    assert journal._flux._rolled  # au-delà d'un mégaoctet, sur le disque


@pytest.mark.parametrize(
    ("reference", "code", "raison"), [("2026-0074", 4, "mise en demeure"), ("2026-0079", 5, "contestée")]
)
def test_un_refus_tient_sur_une_ligne_avec_son_code_sa_raison_et_son_remede(
    tmp_path, lot_d_exemples, reference, code, raison
):
    for autre in lot_d_exemples.iterdir():
        if autre.name != "creanciers":
            shutil.rmtree(autre)
    shutil.copytree(EXEMPLES / reference, lot_d_exemples / reference)
    bilan = lot.produire_lot(
        lot_d_exemples, tmp_path / "s", jour=JOUR, au=JOUR, reglages=Reglages(), executant=_choisir("sequentiel"),
        avancer=lambda _: None,
    )  # fmt: skip
    (refus,) = bilan.dossiers
    ligne = dire_echec(refus)
    assert ligne.startswith(f"refusé (code {code}) : ")
    assert raison in ligne
    assert " → " in ligne
    assert "\n" not in ligne
    assert refus.manques[0].remede
    assert refus.fiche.creancier
    assert refus.fiche.debiteurs


def test_un_long_lot_rend_la_memoire_et_borne_ses_caches_en_chemin(monkeypatch):
    balayages: list[int] = []
    bornes: list[int] = []
    faits: list[object] = []
    monkeypatch.setattr(travail_distant.gc, "collect", lambda: balayages.append(len(faits)))
    monkeypatch.setattr(travail_distant, "accomplir_partout", lambda travail, _: travail)
    fonds = SimpleNamespace(borner=lambda: bornes.append(len(faits)))
    for fait in travail_distant.enchainer(range(205), SimpleNamespace(pieces=SimpleNamespace(fonds=fonds))):
        faits.append(fait)  # noqa: PERF402 (on regarde ce qui se passe entre deux)
    assert balayages == list(range(20, 201, 20))
    assert bornes == [100, 200]


def test_un_lot_ne_relit_pas_toute_la_sortie_a_chaque_dossier(tmp_path, lot_d_exemples, monkeypatch):
    """Sinon dix mille dossiers la reliraient dix mille fois."""
    lectures = []
    for module, nom in ((echange, "balayer"), (provisoires, "balayer")):
        monkeypatch.setattr(module, nom, lambda racine=None: lectures.append(racine))
    sortie = tmp_path / "sortie"
    sortie.mkdir()
    bilan = lot.produire_lot(
        lot_d_exemples, sortie, jour=JOUR, au=JOUR, reglages=Reglages(), executant=_choisir("sequentiel"),
        avancer=lambda _: None,
    )  # fmt: skip
    assert bilan.combien("produit") == 3
    assert lectures.count(sortie) == 1


class _LentAMourir(Enfant):
    """Un ouvrier dont l'arrêt prend du temps : sa mémoire à rendre, une machine chargée."""

    est_arrete = False

    def arreter(self):
        time.sleep(0.3)
        super().arreter()
        self.est_arrete = True


def test_qui_arrete_un_poste_attend_la_mort_de_l_ouvrier_qu_un_autre_fil_congedie(tmp_path):
    """Sans quoi, au second Ctrl-C, le répertoire de travail passait pour vivant au moment de balayer, et restait."""
    commande = [sys.executable, "-S", str(CAPRICIEUX), str(tmp_path / "journal")]
    ouvrier = _LentAMourir(commande, os.environ)
    poste = Poste(lambda: ouvrier)
    poste.accomplir(*_travaux("a"))
    autre = threading.Thread(target=poste.arreter)
    autre.start()
    time.sleep(0.1)
    poste.arreter()
    assert ouvrier.est_arrete
    autre.join(5)
