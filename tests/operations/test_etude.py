"""Ce que l'étude ajoute aux contrôles : fichiers oubliés, signes que les polices ne dessinent pas."""

import datetime as dt
import shutil
from pathlib import Path

import pytest

from generateur.operations.etude import etudier_dossier

JOUR = dt.date(2026, 11, 21)


@pytest.fixture
def exemple(tmp_path: Path, racine: Path) -> Path:
    """Une copie du premier dossier d'exemple."""
    shutil.copytree(racine / "dossiers" / "creanciers", tmp_path / "creanciers")
    return Path(shutil.copytree(racine / "dossiers" / "2026-0042", tmp_path / "2026-0042"))


def _constats(dossier: Path, code: str) -> list[str]:
    return [constat.message for constat in etudier_dossier(dossier, jour=JOUR).constats if constat.code == code]


def test_un_fichier_que_rien_ne_cite_se_dit(exemple):
    assert not _constats(exemple, "FICHIER_NON_CITE")
    (exemple / "pieces" / "oubli.pdf").write_bytes(b"%PDF-1.4")
    (message,) = _constats(exemple, "FICHIER_NON_CITE")
    assert "oubli.pdf" in message


def test_un_signe_que_les_polices_ne_dessinent_pas_se_dit(exemple):
    assert not _constats(exemple, "SIGNE_SANS_DESSIN")
    fichier = exemple / "dossier.toml"
    texte = fichier.read_text("utf-8")
    fichier.write_text(texte.replace("Fourniture", "漢 Fourniture", 1), "utf-8")
    (constat,) = (c for c in etudier_dossier(exemple, jour=JOUR).constats if c.code == "SIGNE_SANS_DESSIN")
    assert "漢" in constat.message
    assert constat.gravite == "a_completer"  # un nom sans ses lettres serait faux
    fichier.write_text(texte.replace("Fourniture", "🚀 Fourniture", 1), "utf-8")
    (constat,) = (c for c in etudier_dossier(exemple, jour=JOUR).constats if c.code == "SIGNE_SANS_DESSIN")
    assert constat.gravite == "avertissement"


def test_un_titre_de_piece_ou_une_relance_sans_dessin_se_dit_mais_pas_un_nom_de_fichier(exemple):
    fichier = exemple / "dossier.toml"
    texte = fichier.read_text("utf-8")
    for avant, apres in (("Avis de situation", "漢 Avis"), ('"Standard"', '"漢 Standard"')):
        assert avant in texte
        fichier.write_text(texte.replace(avant, apres, 1), "utf-8")
        assert "漢" in _constats(exemple, "SIGNE_SANS_DESSIN")[0]
    (exemple / "pieces" / "sirene-debiteur.pdf").rename(exemple / "pieces" / "漢.pdf")
    fichier.write_text(texte.replace("sirene-debiteur.pdf", "漢.pdf"), "utf-8")
    assert not _constats(exemple, "SIGNE_SANS_DESSIN")


def test_une_demande_qui_coute_plus_qu_elle_ne_rapporte_le_dit_d_abord(exemple):
    assert not _constats(exemple, "COUT_SUPERIEUR_A_L_ENJEU")
    fichier = exemple / "dossier.toml"
    texte = fichier.read_text("utf-8")
    payee = '\n[[paiements]]\ndate = 2026-04-20\nmontant = "{}"\nfacture = "F2026-118"\n'
    fichier.write_text(texte + payee.format("8600.00"), "utf-8")
    assert not _constats(exemple, "COUT_SUPERIEUR_A_L_ENJEU")
    fichier.write_text(texte + payee.format("8639.99"), "utf-8")
    etude = etudier_dossier(exemple, jour=JOUR)
    assert 40 < etude.espece.decompte.total < 41  # un centime, et l'indemnité, qui ne fait que rembourser des frais
    avertis = [c.code for c in etude.constats if c.gravite == "avertissement"]
    assert avertis[0] == "COUT_SUPERIEUR_A_L_ENJEU"


def test_le_meme_document_sous_deux_noms_se_dit(exemple):
    with (exemple / "dossier.toml").open("a", encoding="utf-8") as flux:
        flux.write('\n[[pieces]]\ntitre = "x"\nfichier = "pieces/copie.pdf"\n')
    shutil.copyfile(exemple / "pieces" / "bl118.pdf", exemple / "pieces" / "copie.pdf")
    (message,) = _constats(exemple, "FICHIER_EN_DOUBLE")
    assert "pieces/copie.pdf" in message
    assert "pieces/bl118.pdf" in message
    (exemple / "pieces" / "copie.pdf").write_bytes((exemple / "pieces" / "cgv.pdf").read_bytes() + b"\n%")
    assert not _constats(exemple, "FICHIER_EN_DOUBLE")


def test_une_copie_de_repertoire_se_dit(exemple):
    assert not _constats(exemple, "NOM_DU_REPERTOIRE")
    copie = shutil.copytree(exemple, exemple.with_name("2026-0042 - Copie"))
    (message,) = _constats(copie, "NOM_DU_REPERTOIRE")
    assert "2026-0042 - Copie" in message


def test_le_fichier_du_dossier_n_est_pas_une_piece(exemple):
    fichier = exemple / "dossier.toml"
    ajout = '\n[[pieces]]\ntitre = "x"\nfichier = "{}"\n'
    (exemple / "pieces" / "lien.toml").hardlink_to(fichier)
    shutil.copyfile(fichier, exemple / "dossier.toml.bak")
    for produit in ("sortie/liasse.pdf", "pieces/2026-0042_fiche_interne.pdf", "deja/actes/requete.pdf"):
        (exemple / produit).parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(exemple / "pieces" / "bl118.pdf", exemple / produit)
    (exemple / "deja" / "manifeste.json").write_text("{}", "utf-8")
    for cible in (
        "dossier.toml",
        "pieces/lien.toml",
        "pieces/notes.txt",
        "dossier.toml.bak",
        "sortie/liasse.pdf",
        "pieces/2026-0042_fiche_interne.pdf",
        "deja/actes/requete.pdf",
    ):
        texte = fichier.read_text("utf-8")
        with fichier.open("a", encoding="utf-8") as flux:
            flux.write(ajout.format(cible))
        if cible == "pieces/notes.txt":  # une copie, sous un autre nom
            shutil.copyfile(fichier, exemple / cible)
        assert any("ne se communique pas" in m for m in _constats(exemple, "PIECE_ILLISIBLE"))
        with fichier.open("w", encoding="utf-8") as flux:  # sur place : le lien reste un lien
            flux.write(texte)


def test_un_bloc_inacheve_se_demande_avec_ce_qu_il_faut_ecrire(exemple):
    fichier = exemple / "dossier.toml"
    fichier.write_text(f"{fichier.read_text('utf-8')}\n[[interruptions]]\nauteur = 'débiteur'\n", "utf-8")
    (constat,) = (c for c in etudier_dossier(exemple, jour=JOUR).constats if c.code == "BLOC_INCOMPLET")
    assert constat.gravite == "a_completer"
    assert constat.lieu == "interruptions[1]"
    assert "date = 2026-05-31" in constat.remede
    assert 'nature = "reconnaissance"' in constat.remede


def _partager_par_un_jugement(exemple):
    """Le dossier d'exemple, et une seconde facture livrée après le jugement d'ouverture."""
    fichier = exemple / "dossier.toml"
    texte = fichier.read_text("utf-8").replace(
        "[contrat]",
        "[debiteurs.procedure_collective]\njugement = 2026-10-01\npublication_bodacc = 2026-10-09\n"
        'mandataire = "Me Essai"\n\n[contrat]',
        1,
    )
    texte = texte.replace("[[debiteurs]]", '[[debiteurs]]\nsituation = "redressement"', 1)
    seconde = (
        '\n[[factures]]\nnumero = "SUITE-1"\ndate = 2026-10-10\necheance = 2026-10-31\nmontant_ttc = "600.00"\n'
        'livraison = { date = 2026-10-09 }\nfichier = "pieces/f2026-118.pdf"\n'
    )
    fichier.write_text(texte + seconde, "utf-8")


@pytest.mark.parametrize(
    ("procedure", "factures", "demandee"),
    [(None, ["F2026-118"], False), ("injonction_de_payer", ["SUITE-1"], True)],
)
def test_chaque_voie_ne_voit_que_ses_creances(exemple, procedure, factures, demandee):
    """La déclaration ne demande pas de mise en demeure ; la requête pour la créance née après le jugement, si."""
    _partager_par_un_jugement(exemple)
    etude = etudier_dossier(exemple, jour=JOUR, au=JOUR, procedure=procedure)
    assert [solde.facture for solde in etude.espece.decompte.soldes] == factures
    assert [facture.numero for facture in etude.espece.dossier.factures] == factures
    codes = {constat.code for constat in etude.constats}
    assert ("MISE_EN_DEMEURE_PREMATUREE" in codes) is demandee
