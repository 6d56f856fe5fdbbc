"""Prescription et forclusion : quand elle est acquise, ce qui peut encore l'écarter, où rien ne se consigne."""

from datetime import date

import pytest

from generateur.commandes.presentation_echeances import presenter
from generateur.operations.echeances import lister_echeances

CREDIT = {"avec": ["consommateur"], "contrat": {"date": date(2024, 3, 2), "activite": "credit_consommation"}}
CREDIT |= {"cgv": {"acceptation": {"date": date(2024, 3, 2)}}}
ECHUE = {"1": {"date": date(2024, 4, 1), "echeance": date(2024, 5, 1), "livraison": {"date": date(2024, 3, 28)}}}


def _un(constats, code):
    (constat,) = (c for c in constats if c.code == code)
    return constat


@pytest.mark.parametrize(
    ("au", "code"),
    [(date(2026, 5, 2), "CREANCE_PRESCRITE"), (date(2026, 5, 1), "PRESCRIPTION_PROCHE")],
)
def test_une_forclusion_ne_propose_jamais_de_reconnaissance(controler, au, code):
    """C. conso. R312-35 : seuls un acte de justice ou d'exécution l'interrompent (C. civ. 2241 et 2244)."""
    constat = _un(controler(CREDIT | {"factures": ECHUE}, au=au, jour=au), code)
    assert "reconnaissance" not in constat.remede
    assert "demande_en_justice" in constat.remede


def test_voisine_une_prescription_en_propose_une(controler):
    au = date(2026, 5, 2)
    constat = _un(controler({"avec": ["facture_de_2021"]}, au=au, jour=au), "CREANCE_PRESCRITE")
    assert 'nature = "reconnaissance"' in constat.remede


def test_la_prescription_est_acquise_le_lendemain_du_dernier_jour(controler):
    """C. civ. 2229 : le dernier jour est encore utile."""
    au = date(2026, 5, 2)
    constat = _un(controler({"avec": ["facture_de_2021"]}, au=au, jour=au), "CREANCE_PRESCRITE")
    assert "prescrite depuis le 2 mai 2026" in constat.message.replace("\u00a0", " ")


@pytest.mark.parametrize(
    ("imposee", "consigne"),
    [("Tribunal judiciaire de Lyon", False), ("Tribunal de commerce de Lyon", True), ("", True)],
)
def test_rien_ne_se_consigne_devant_le_tribunal_judiciaire(tmp_path, imposee, consigne):
    """CPC 1425 : la consignation n'est que du tribunal de commerce."""
    (tmp_path / "dossier.toml").write_text(
        'reference = "A1"\n[creancier]\ndenomination = "Essai"\nforme = "SARL"\n[[debiteurs]]\n'
        'denomination = "Essai et Fils"\nforme = "SARL"\n'
        'adresse = { voie = "3 quai Perrache", code_postal = "69002", commune = "Lyon" }\n[[factures]]\nnumero = "F1"\n'
        'montant_ttc = "1200.00"\ndate = 2026-04-01\necheance = 2026-05-01\n[suivi]\ndepot = 2026-11-02\n'
        + (f'[procedures.injonction_de_payer]\njuridiction = "{imposee}"\n' if imposee else ""),
        "utf-8",
    )
    releve = lister_echeances(tmp_path, date(2026, 11, 21), None)
    assert ("Consignation" in presenter(releve)) is consigne
