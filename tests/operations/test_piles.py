"""Les piles d'un lot : ce qui part, à qui, avec son bordereau ; rien d'autre, et de nouveau pareil demain."""

import csv
import datetime as dt
import json
import shutil
from decimal import Decimal
from pathlib import Path

import pypdf
import pytest

from generateur.domaine.langue import montant
from generateur.erreurs import ErreurUsage
from generateur.operations import lot
from generateur.operations.executants import choisir_executant
from generateur.operations.fiche_du_dossier import PROJET
from generateur.operations.outillage import ouvrir_moteurs
from generateur.operations.piles import (
    CLASSEMENTS,
    REPERTOIRE,
    _nommer,
    _repartir,
    choisir_ecritoire,
    ranger_en_piles,
    trouver_classement,
)
from generateur.operations.remise_ecrite import _desarmer
from generateur.publication.inventaire_publie import NOM_GARDES
from generateur.redaction.modeles_livres import racine_par_defaut
from generateur.reglages import FicheDossier, Reglages, Resultat

EXEMPLES = Path(__file__).parents[2] / "dossiers"
JOUR = dt.date(2026, 11, 27)
ETUDE = "SCP Ormevin et Tallandreau, commissaires de justice associés"


@pytest.fixture(scope="module")
def produit(tmp_path_factory):
    """Un lot de trois dossiers : deux injonctions de payer, une demande à une étude ; rangé par étude."""
    racine = tmp_path_factory.mktemp("piles")
    for nom in ("2026-0042", "2026-0051", "2026-0063", "creanciers"):
        shutil.copytree(EXEMPLES / nom, racine / "dossiers" / nom)
    executant = choisir_executant("sequentiel", Reglages(), jour=JOUR, demander_mot_de_passe=str)
    return racine / "sortie", lot.produire_lot(
        racine / "dossiers", racine / "sortie", jour=JOUR, au=JOUR, reglages=Reglages(), executant=executant,
        avancer=lambda _: None, classement="etude",
    )  # fmt: skip


@pytest.fixture(scope="module")
def ecritoire():
    with ouvrir_moteurs(None, coeurs=0) as moteurs:
        yield choisir_ecritoire(Reglages(), moteurs)


@pytest.fixture
def copie(produit, tmp_path):
    """Les mêmes résultats, dans une sortie à soi : de quoi ranger sans reproduire."""
    sortie, bilan = produit
    for publie in sortie.glob("2*"):
        shutil.copytree(publie, tmp_path / "sortie" / publie.name)
    resultats = [
        r.model_copy(update={"fichier": str(tmp_path / "sortie" / r.reference / Path(r.fichier).name)})
        for r in bilan.dossiers
    ]
    return tmp_path / "sortie", resultats


def _octets(repertoire):
    return {p.relative_to(repertoire): p.read_bytes() for p in sorted(repertoire.rglob("*")) if p.is_file()}


def _lire_csv(fichier):
    return list(csv.DictReader(fichier.read_text("utf-8-sig").splitlines(), delimiter=";"))


def _ranger(copie, ecritoire, classement="etude", jour=JOUR):
    sortie, resultats = copie
    return ranger_en_piles(resultats, classement, sortie, jour=jour, ecritoire=ecritoire)


def test_une_pile_par_etude_avec_ses_dossiers_son_total_et_ceux_qui_n_en_ont_pas(produit):
    sortie, bilan = produit
    totaux = {r.reference: Decimal(r.total) for r in bilan.dossiers}
    piles = {pile.nom: pile for pile in bilan.piles.piles}
    assert set(piles) == {ETUDE, "Sans étude désignée"}
    assert (piles[ETUDE].dossiers, piles[ETUDE].total) == (1, totaux["2026-0051"])
    assert piles["Sans étude désignée"].total == totaux["2026-0042"] + totaux["2026-0063"]
    assert all(pile.chemin.parent == sortie / REPERTOIRE / "etude" and pile.chemin.is_dir() for pile in piles.values())


def test_une_etude_recoit_les_liasses_sa_lettre_et_un_fichier_ou_rien_n_est_a_ressaisir(produit):
    sortie, bilan = produit
    pile = next(pile.chemin for pile in bilan.piles.piles if pile.nom == ETUDE)
    remise = json.loads((pile / "remise.json").read_text("utf-8"))
    (dossier,) = remise["dossiers"]
    assert (remise["nombre"], remise["total"], dossier["total"]) == (1, dossier["total"], bilan.dossiers[1].total)
    assert sum(Decimal(dossier["sommes"][p]) for p in ("principal", "interets", "indemnites", "clause_penale", "frais"))
    assert dossier["debiteurs"][0]["adresse"]["code_postal"] == "69100"
    assert dossier["creancier"]["iban"].startswith("FR76")
    assert [f["nom"] for f in dossier["fichiers"]] == ["2026-0051_liasse.pdf", "2026-0051_lettre_etude.pdf"]
    for fichier in dossier["fichiers"]:
        assert len(pypdf.PdfReader(pile / fichier["nom"]).pages) == fichier["pages"]
    assert (pile / "2026-0051_liasse.pdf").read_bytes() == (sortie / "2026-0051/2026-0051_liasse.pdf").read_bytes()
    (ligne,) = _lire_csv(pile / "remise.csv")
    assert (ligne["reference"], ligne["total"], ligne["principal"]) == ("2026-0051", dossier["total"], "1250.00")


def test_la_lettre_confidentielle_a_l_etude_ne_va_dans_aucune_autre_pile(copie, ecritoire):
    for classement in sorted(set(CLASSEMENTS) - {"etude"}):
        for pile in _ranger(copie, ecritoire, classement).piles:
            assert not list(pile.chemin.glob("*lettre*"))
            assert "lettre_etude" not in (pile.chemin / "remise.json").read_text("utf-8")


def test_le_bordereau_de_remise_dit_chaque_dossier_et_leur_total(produit):
    _, bilan = produit
    pile = next(pile for pile in bilan.piles.piles if pile.dossiers == 2)
    pages = pypdf.PdfReader(pile.chemin / "bordereau_de_remise.pdf").pages
    texte = " ".join(
        " ".join(page.extract_text() for page in pages).replace("\u202f", " ").replace("\xa0", " ").split()
    )
    assert "Bordereau de remise" in texte
    assert "2026-0042" in texte
    assert "2026-0063" in texte
    assert f"Total de 2 dossiers {montant(pile.total)}".replace("\u202f", " ").replace("\xa0", " ") in texte
    assert (pile.chemin / "bordereau_de_remise.docx").is_file()
    lignes = _lire_csv(pile.chemin / "bordereau_de_remise.csv")
    assert sum(Decimal(ligne["total"]) for ligne in lignes) == pile.total
    assert all((pile.chemin / ligne["fichier"]).is_file() for ligne in lignes)


def test_les_piles_se_refont_a_l_identique_et_ne_doublent_pas_la_place(copie, ecritoire):
    sortie, _ = copie
    _ranger(copie, ecritoire)
    avant = _octets(sortie / REPERTOIRE)
    _ranger(copie, ecritoire)
    assert _octets(sortie / REPERTOIRE) == avant
    pile = next(iter(_ranger(copie, ecritoire, "juridiction").piles)).chemin
    liasse = next(pile.glob("*_liasse.pdf"))
    assert not liasse.is_symlink()
    contenu = liasse.read_bytes()
    shutil.rmtree(sortie / liasse.name.removesuffix("_liasse.pdf"))
    assert liasse.read_bytes() == contenu  # jamais un lien mort


def test_une_pile_d_hier_s_en_va_et_ce_qu_une_personne_y_a_mis_est_garde(copie, ecritoire):
    sortie, resultats = copie
    note = next(p.chemin for p in _ranger(copie, ecritoire).piles if p.nom == ETUDE) / "rappeler lundi.txt"
    note.write_text("rappeler", encoding="utf-8")
    reste = [r for r in resultats if r.reference != "2026-0051"]
    faites = _ranger((sortie, reste), ecritoire)
    assert [pile.nom for pile in faites.piles] == ["Sans étude désignée"]
    racine = sortie / REPERTOIRE / "etude"
    assert {p.name for p in racine.iterdir() if not p.name.startswith(".")} == {"Sans-etude-designee", NOM_GARDES}
    assert (racine / NOM_GARDES / note.parent.name / note.name).read_text("utf-8") == "rappeler"


def test_des_modeles_d_avant_prennent_le_bordereau_livre(tmp_path):
    modeles = tmp_path / "modeles"
    shutil.copytree(racine_par_defaut(), modeles)
    (modeles / "communs/bordereau_remise.docx").unlink()
    with ouvrir_moteurs(None, coeurs=0) as moteurs:
        assert choisir_ecritoire(Reglages(modeles=modeles), moteurs).bibliotheque.racine == racine_par_defaut()


def _resultat(reference="r", *, etat="produit", procedure="injonction_de_payer", **fiche):
    return Resultat(
        reference=reference, etat=etat, code=0, procedure=procedure, total="10.00", fiche=FicheDossier(**fiche)
    )


def test_ni_projet_ni_dossier_deja_parti_ni_refus_n_entre_dans_une_pile():
    resultats = [
        _resultat("a", etude="SCP A"),
        _resultat("b", etude="SCP A", retenue=PROJET),
        _resultat("c", etude="SCP A", retenue="déposé", retenue_le=dt.date(2026, 5, 3)),
        _resultat("d", etude="SCP A", retenue="déposé", retenue_le=dt.date(2026, 5, 4)),
        _resultat("e", etude="SCP A", etat="refuse"),
    ]
    en_cours, laisses = _repartir(resultats, CLASSEMENTS["etude"])
    assert [list(pile.rangs) for pile in en_cours.values()] == [[0]]
    assert laisses == {PROJET: 1, "déposé": 2}


def _noms(classement, *resultats):
    en_cours, _ = _repartir(resultats, CLASSEMENTS[classement])
    return [nom for nom, _ in _nommer(en_cours)]


def test_un_meme_nom_ecrit_de_deux_facons_fait_une_pile():
    assert _noms("etude", _resultat(etude="SCP Été, associés"), _resultat(etude="scp ete  associes")) == [
        "SCP-Ete-associes"
    ]
    memes = (_resultat(creancier="Lumen", creancier_siren="1"), _resultat(creancier="LUMEN SARL", creancier_siren="1"))
    assert len(_noms("creancier", *memes)) == 1


@pytest.mark.parametrize("nom", ["../..", "/etc/passwd", "CON", "nul", "...", "=1+1", "a" * 300, "𝔘𝔫𝔦", "日本"])
def test_le_nom_d_une_pile_est_toujours_un_nom_de_repertoire_sur(nom):
    (sur,) = _noms("etude", _resultat(etude=nom))
    assert sur
    assert sur.isascii()
    assert set(sur) <= set("-ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789")
    assert len(sur) <= 65
    assert sur.casefold() not in {"con", "nul"}


def test_deux_destinataires_qui_prendraient_le_meme_nom_restent_deux_piles():
    noms = _noms("etude", _resultat(etude="SCP A", etude_courriel="a@x.fr"), _resultat(etude="SCP A"), _resultat())
    assert len(set(noms)) == 3
    assert noms == _noms(
        "etude", _resultat(), _resultat(etude="SCP A"), _resultat(etude="SCP A", etude_courriel="a@x.fr")
    )


@pytest.mark.parametrize("valeur", ["=1+1", "+33", "-2", "@x", "\tx"])
def test_une_valeur_qui_ressemble_a_une_formule_n_en_est_pas_une_pour_le_tableur(valeur):
    assert _desarmer(valeur) == f"'{valeur}"


def test_un_classement_inconnu_est_refuse_avant_de_produire():
    with pytest.raises(ErreurUsage, match="couleur"):
        trouver_classement("couleur")
