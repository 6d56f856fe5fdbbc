"""Modifier un dossier.toml sans rien y déplacer, ou refuser."""

import datetime as dt
import tomllib
from decimal import Decimal

import pytest

from generateur.domaine.retouches import Ajout, Pose
from generateur.erreurs import ErreurDossier
from generateur.lecture.edition_toml import ecrire_edition, lire_etat, modifier
from generateur.operations.edition_dossier import ecrire_si_inchange

DOSSIER = """\
# Mon dossier
reference = "2026-0101"   # la nôtre
objet = ""

[creancier]
denomination = "Atelier"
adresse = { voie = "1 rue A", commune = "Lyon" } # siège

[[factures]]              # la première
numero = "F1"
montant_ttc = "100.00"
livraison.date = 2026-01-02

[[paiements]]
date = 2026-02-01
montant = "10.00"

[[factures]]
numero = "F2"
montant_ttc = "50.00"

# [mise_en_demeure]       # une fois envoyée
# date_envoi = 2026-03-01
"""


@pytest.fixture
def ecrire(tmp_path):
    def _ecrire(texte=DOSSIER, nom="dossier.toml"):
        fichier = tmp_path / nom
        fichier.write_bytes(texte.encode())
        return fichier

    return _ecrire


def _modifier(etat, editions):
    ecrire_si_inchange(etat, modifier(etat, editions))


def _apres(fichier, *editions):
    _modifier(lire_etat(fichier), editions)
    return fichier.read_bytes().decode()


def test_une_cle_existante_change_sur_sa_ligne_et_garde_son_commentaire(ecrire):
    texte = _apres(ecrire(), Pose(("reference",), "2026-0102"))
    assert texte == DOSSIER.replace('"2026-0101"', '"2026-0102"')


def test_une_cle_neuve_suit_la_derniere_de_sa_section(ecrire):
    texte = _apres(ecrire(), Pose(("factures", 1, "echeance"), dt.date(2026, 5, 31)))
    assert 'montant_ttc = "50.00"\necheance = 2026-05-31\n\n# [mise_en_demeure]' in texte
    assert tomllib.loads(texte)["factures"][1]["echeance"] == dt.date(2026, 5, 31)


def test_un_bloc_neuf_suit_le_dernier_des_siens(ecrire):
    texte = _apres(ecrire(), Ajout("paiements", {"date": dt.date(2026, 3, 1), "montant": Decimal("12.5")}))
    assert 'montant = "10.00"\n\n[[paiements]]\ndate = 2026-03-01\nmontant = "12.50"\n\n[[factures]]' in texte


def test_chaque_ligne_ancienne_reste_dans_l_ordre(ecrire):
    editions = [
        Ajout("factures", {"numero": "F3", "montant_ttc": Decimal(1)}),
        Ajout("relances", {"date": dt.date(2026, 4, 1), "canal": "courriel", "objet": 'dit "x" \\ y'}),
        Pose(("creancier", "siren"), "123456782"),
        Pose(("mise_en_demeure", "date_envoi"), dt.date(2026, 6, 1)),
        Pose(("factures", 0, "livraison", "fichier"), "pieces/bl.pdf"),
    ]
    restantes = iter(_apres(ecrire(), *editions).splitlines())
    assert all(any(ligne == autre for autre in restantes) for ligne in DOSSIER.splitlines())


def test_une_table_en_ligne_se_complete_sans_perdre_son_commentaire(ecrire):
    texte = _apres(ecrire(), Pose(("creancier", "adresse", "code_postal"), "69003"))
    assert tomllib.loads(texte)["creancier"]["adresse"]["code_postal"] == "69003"
    assert "# siège" in texte


def test_des_blocs_ecrits_en_liste_se_completent(ecrire):
    fichier = ecrire('reference = "R"\nfactures = [{ numero = "F1" }]  # deux\n')
    texte = _apres(fichier, Ajout("factures", {"numero": "F2"}))
    assert [f["numero"] for f in tomllib.loads(texte)["factures"]] == ["F1", "F2"]
    assert "# deux" in texte


@pytest.mark.parametrize("texte", [DOSSIER.replace("\n", "\r\n"), "\ufeff" + DOSSIER, DOSSIER.rstrip("\n")])
def test_fins_de_ligne_marque_d_ordre_et_fin_sans_retour_restent(ecrire, texte):
    apres = _apres(ecrire(texte), Ajout("avoirs", {"numero": "A1"}), Pose(("objet",), "Vente"))
    assert apres.startswith("\ufeff") == texte.startswith("\ufeff")
    assert ("\r\n" in apres) == ("\r\n" in texte)
    assert "\r\r" not in apres
    donnees = tomllib.loads(apres.removeprefix("\ufeff"))
    assert donnees["avoirs"] == [{"numero": "A1"}]
    assert donnees["objet"] == "Vente"


def test_refuse_un_fichier_change_entre_temps(ecrire):
    fichier = ecrire()
    etat = lire_etat(fichier)
    fichier.write_text(DOSSIER + "# note\n", encoding="utf-8")
    with pytest.raises(ErreurDossier, match="a changé"):
        _modifier(etat, [Pose(("objet",), "Vente")])
    assert fichier.read_text(encoding="utf-8") == DOSSIER + "# note\n"


def test_refuse_un_fichier_qui_ne_se_lit_pas(ecrire):
    with pytest.raises(ErreurDossier, match="ne se lit pas"):
        lire_etat(ecrire("objet = «x»"))


def test_une_edition_impossible_dit_quoi_coller(ecrire):
    etat = lire_etat(ecrire('creancier = "../creanciers/a.toml"\n'))
    with pytest.raises(ErreurDossier) as refus:
        modifier(etat, [Pose(("creancier", "siren"), "1")])
    assert "siren" in refus.value.remede


def test_le_texte_a_coller_vaut_l_edition():
    bloc = Ajout(
        "factures", {"numero": "F1", "montant_ttc": Decimal("1.5"), "echeances": [{"date": dt.date(2026, 1, 1)}]}
    )
    assert tomllib.loads(ecrire_edition(bloc)) == {
        "factures": [{"numero": "F1", "montant_ttc": "1.50", "echeances": [{"date": dt.date(2026, 1, 1)}]}]
    }


def test_les_droits_et_le_lien_restent(ecrire, tmp_path):
    fichier = ecrire(nom="vrai.toml")
    fichier.chmod(0o640)
    lien = tmp_path / "dossier.toml"
    lien.symlink_to(fichier)
    _modifier(lire_etat(lien), [Pose(("objet",), "Vente")])
    assert lien.is_symlink()
    assert fichier.stat().st_mode & 0o777 == 0o640
    assert not list(tmp_path.glob("*.partiel"))


def test_une_cle_du_haut_s_ecrit_avec_celles_du_haut(ecrire):
    etat = lire_etat(ecrire(DOSSIER))
    texte = modifier(etat, [Pose(("ordre_des_pieces",), ["pieces/b.pdf", "pieces/a.pdf"])])
    lignes = texte.splitlines()
    assert lignes[3] == 'ordre_des_pieces = ["pieces/b.pdf", "pieces/a.pdf"]'
    assert [ligne for ligne in lignes if ligne != lignes[3]] == DOSSIER.splitlines()
    assert tomllib.loads(modifier(etat, [Pose(("objet",), "Vente")]))["objet"] == "Vente"
