"""Les pièces : ce que leur texte dit, et ce qu'il ne permet pas d'affirmer."""

import pytest

from generateur.controles.pieces import CODES_PIECES, chemins_cites
from generateur.domaine.constat import verdict
from generateur.domaine.fichiers import ContenuCache, Inspection
from generateur.domaine.socle import CheminDePiece

FACTURE = "pieces/f2026-118.pdf"


def _reconnue(controler, texte):
    vue = {FACTURE: Inspection(FACTURE, existe=True, lisible=True, texte=texte)}
    return "FACTURE_NON_RECONNUE" not in {constat.code for constat in controler(fichiers=vue)}


@pytest.mark.parametrize(
    "montant",
    [
        "8640,00",
        "8 640,00 €",
        "8\u202f640,00",
        "8\u00a0640.00",
        "8.640,00",
        "8,640.00",
        "8640.00 EUR",
        "8'640.00",
        "8640 €",
    ],
)
def test_un_montant_se_reconnait_quelle_que_soit_son_ecriture(controler, montant):
    assert _reconnue(controler, f"Facture n° F2026-118 — net à payer {montant}")


@pytest.mark.parametrize("texte", ["F2026-118 18640,00", "F2026-118 8640,05", "F2026-118 86400", "F2026-811 8640,00"])
def test_un_autre_montant_ou_un_autre_numero_ne_trompe_pas(controler, texte):
    assert not _reconnue(controler, texte)


@pytest.mark.parametrize("numero", ["F2026-118", "F 2026 118", "f2026/118", "F2026_118"])
def test_un_numero_se_reconnait_malgre_ses_separateurs(controler, numero):
    assert _reconnue(controler, f"{numero} 8640,00")


def test_une_piece_sans_texte_connu_ne_dit_rien(controler):
    assert _reconnue(controler, "")


def test_le_texte_d_une_piece_n_empeche_jamais_de_deposer(controler):
    vue = {FACTURE: Inspection(FACTURE, existe=True, lisible=True, texte="tout autre chose")}
    assert verdict(controler(fichiers=vue)) == "pret"


def test_une_meme_piece_absente_n_est_signalee_qu_une_fois(controler):
    absente = {"pieces/bc118.pdf": Inspection("pieces/bc118.pdf", existe=False, lisible=False, code_sortie=8)}
    trouves = [constat for constat in controler(fichiers=absente) if constat.code in CODES_PIECES]
    assert [constat.lieu for constat in trouves] == ["contrat.fichier"]


def test_les_chemins_cites_ont_leur_lieu_compte_a_partir_de_un(dossier_de):
    frais = CheminDePiece("pieces/frais.pdf")
    dossier = dossier_de(
        {
            "creancier": {"signataire": {"nom": "Luc", "pouvoir": "pieces/pouvoir.pdf"}},
            "procedures": {"injonction_de_payer": {"frais_accessoires": [{"fichier": frais}]}},
        }
    )
    assert set(chemins_cites(dossier)) >= {
        ("creancier.signataire.pouvoir", "pieces/pouvoir.pdf"),
        ("factures[1].fichier", FACTURE),
        ("factures[1].livraison.fichier", "pieces/bl118.pdf"),
        ("relances[1].fichier", "pieces/relance1.pdf"),
        ("mise_en_demeure.accuse", "pieces/accuse.pdf"),
        ("procedures.injonction_de_payer.frais_accessoires[1].fichier", "pieces/frais.pdf"),
    }


@pytest.mark.parametrize("sort", ["reste", "retire"])
def test_l_original_signe_est_dit_porter_encore_ce_qui_est_cache(controler, sort):
    cache = ContenuCache("note", 3, "accepter 50 %", sort)
    vue = {FACTURE: Inspection(FACTURE, existe=True, lisible=True, signe=True, caches=(cache,))}
    (constat,) = [constat for constat in controler(fichiers=vue) if constat.code == "CONTENU_CACHE"]
    assert "note (page 3)" in constat.message
    assert "accepter" not in constat.message
    assert "original signé" in constat.remede
