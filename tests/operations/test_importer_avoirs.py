"""Réimporter quand la source a imputé un avoir, ou enregistré ce qu'une personne avait saisi : une fois, pas deux."""

import datetime as dt
from decimal import Decimal

import pytest

from tests.operations.conftest import ENTETE, F1, F2
from tests.outils.ecritures_fec import ENTETE_FEC, passer_ecriture

_AVOIR = "A1;02/06/2026;;Garage Lumen SAS;999999915;-200,00;-200,00;Avoir"
_IMPUTE = _AVOIR.replace("-200,00;-200,00;Avoir", "-200,00;0,00;Avoir")
_PAYE = f"{ENTETE};Montant payé"


def _du(bureau) -> Decimal:
    """Ce que le dossier réclame, recompté à part."""
    return _total(bureau.donnees())


def _total(donnees) -> Decimal:
    return sum((Decimal(f["montant_ttc"]) for f in donnees["factures"]), Decimal(0)) - sum(
        (Decimal(b.get("montant_ttc", b.get("montant"))) for s in ("avoirs", "paiements") for b in donnees.get(s, ())),
        Decimal(0),
    )


@pytest.mark.parametrize(
    ("reste", "paye", "suite"),
    [
        ("1 000,00", "0,00", [_IMPUTE + ";"]),
        ("1 000,00", "200,00", [_IMPUTE + ";"]),  # la source appelle « payé » tout ce qui n'est plus dû
        ("1 000,00", "0,00", []),  # l'avoir soldé n'est plus exporté
        ("700,00", "300,00", [_IMPUTE + ";"]),
        ("0,00", "1 000,00", [_IMPUTE + ";"]),
        ("1 000,00", "200,00", [_AVOIR + ";"]),  # un vrai paiement : l'avoir est encore libre
    ],
)
def test_un_avoir_impute_par_la_source_ne_diminue_pas_deux_fois(bureau, reste, paye, suite):
    bureau.importer(F1 + ";", _AVOIR + ";", entete=_PAYE)
    facture = F1.replace("1 200,00;1 200,00", f"1 200,00;{reste}") + f";{paye}"
    for _ in range(2):
        fait = bureau.importer(facture, F2 + ";", *suite, entete=_PAYE)
        assert _du(bureau) == fait.dossiers[0].reste_du


def test_l_avoir_impute_laisse_a_chaque_facture_son_paiement(bureau):
    bureau.importer(F1 + ";", F2 + ";", _AVOIR + ";", entete=_PAYE)
    payee = F1.replace("1 200,00;1 200,00", "1 200,00;1 000,00") + ";200,00"
    diminuee = F2.replace("600,00;600,00", "600,00;400,00") + ";0,00"
    bureau.importer(payee, diminuee, _IMPUTE + ";", entete=_PAYE)
    assert bureau.donnees()["paiements"] == [{"montant": "200.00", "facture": "F1"}]


@pytest.mark.parametrize("facture", ['\nfacture = "F1"', ""])
def test_un_avoir_saisi_a_la_main_puis_exporte_ne_diminue_pas_deux_fois(bureau, facture):
    bureau.importer(F1, F2)
    with bureau.toml().open("a", encoding="utf-8") as flux:
        flux.write(f'\n[[avoirs]]\nnumero = "A1"\ndate = 2026-06-02\nmontant_ttc = "200.00"{facture}\n')
    fait = bureau.importer(F1.replace("1 200,00;1 200,00", "1 200,00;1 000,00"), F2, _IMPUTE)
    assert _du(bureau) == fait.dossiers[0].reste_du == Decimal("1600.00")


@pytest.mark.parametrize(("reste", "codes"), [("1 000,00", []), ("1 050,00", ["CONFLIT_IMPORT"])])
def test_un_avoir_que_la_source_ignore_ne_passe_pas_pour_un_paiement(bureau, reste, codes):
    """Au centime près, c'est lui ; sinon, payé ou en partie le même avoir ? à la personne de le dire."""
    bureau.importer(F1)
    with bureau.toml().open("a", encoding="utf-8") as flux:
        flux.write('\n[[avoirs]]\nnumero = "G1"\ndate = 2026-06-02\nmontant_ttc = "200.00"\nfacture = "F1"\n')
    fait = bureau.importer(F1.replace("1 200,00;1 200,00", f"1 200,00;{reste}"))
    assert [c.code for c in fait.constats] == codes
    assert "paiements" not in bureau.donnees()


@pytest.mark.parametrize(("reste", "conflits"), [("900,00", 0), ("700,00", 1)])
def test_un_paiement_saisi_sans_facture_ne_se_double_pas(bureau, reste, conflits):
    bureau.importer(F1, F2)
    with bureau.toml().open("a", encoding="utf-8") as flux:
        flux.write('\n[[paiements]]\ndate = 2026-07-01\nmontant = "300.00"\n')
    fait = bureau.importer(F1.replace("1 200,00;1 200,00", f"1 200,00;{reste}"), F2)
    assert [str(p["montant"]) for p in bureau.donnees()["paiements"]] == ["300.00"]
    assert [d.conflits for d in fait.dossiers] == [conflits]


def test_un_virement_du_fec_est_un_paiement_puis_celui_de_sa_facture_une_seule_fois(bureau):
    libres = [*passer_ecriture("BQ", 2, "0000", "0", "200"), *passer_ecriture("BQ", 3, "0000", "0", "30")]
    du = []
    for facture, versements in (
        (passer_ecriture("VE", 1, "F9", "900", "0"), libres[:2]),
        (passer_ecriture("VE", 1, "F9", "900", "0"), libres),
        (
            passer_ecriture("VE", 1, "F9", "900", "0", "a"),
            [*passer_ecriture("BQ", 2, "0000", "0", "200", "a"), *libres[2:]],
        ),
    ):
        for _ in range(2):
            bureau.importer(*facture, *versements, entete=ENTETE_FEC)
            du.append(_total(bureau.donnees()))
    assert du == [Decimal(n) for n in (700, 700, 670, 670, 670, 670)]
    donnees = bureau.donnees()
    assert "avoirs" not in donnees
    assert [p.get("facture") for p in donnees["paiements"]] == [None, None]


def test_un_avoir_et_un_paiement_saisis_qui_font_le_compte_ne_sont_pas_un_conflit(bureau):
    bureau.importer(F1)
    with bureau.toml().open("a", encoding="utf-8") as flux:
        flux.write('\n[[avoirs]]\nnumero = "G1"\ndate = 2026-06-02\nmontant_ttc = "120.00"\nfacture = "F1"\n')
        flux.write('\n[[paiements]]\ndate = 2026-07-15\nmontant = "300.00"\nfacture = "F1"\n')
    fait = bureau.importer(F1.replace("1 200,00;1 200,00", "1 200,00;780,00"))
    assert fait.constats == ()
    assert _du(bureau) == fait.dossiers[0].reste_du


_DATEE = f"{ENTETE};Montant payé;Date de paiement"


def _conflits(fait):
    return [(c.lieu.partition(", ")[2], c.message) for c in fait.constats if c.code == "CONFLIT_IMPORT"]


def test_un_paiement_que_la_source_retire_se_dit_tant_que_le_dossier_le_compte(bureau):
    bureau.importer(F1.replace("1 200,00;1 200,00", "1 200,00;900,00"))
    for _ in range(2):
        [(lieu, message)] = _conflits(bureau.importer(F1))
        assert lieu == "paiements de la facture F1"
        assert "« 300,00 », la source dit « 0,00 »" in message
    bureau.remplacer('montant = "300.00"', 'montant = "300.00"\nstatut = "rejete"\ndate_rejet = 2026-08-01')
    assert _conflits(bureau.importer(F1)) == []


def test_un_virement_lu_en_banque_que_l_export_ignore_encore_n_est_pas_un_conflit(bureau, tmp_path):
    banque = tmp_path / "banque.csv"
    banque.write_text("Date;Libellé;Débit;Crédit\n02/07/2026;VIR LUMEN F2;;600,00\n", encoding="utf-8")
    bureau.importer(F1, F2)
    bureau.importer(F1, F2, banque=banque)
    assert [p["mode"] for p in bureau.donnees()["paiements"]] == ["virement"]
    assert _conflits(bureau.importer(F1, F2)) == []


@pytest.mark.parametrize("suite", [[], [_IMPUTE], [_AVOIR.replace("Avoir", "Annulée")]])
def test_un_avoir_que_la_source_ne_deduit_plus_se_dit(bureau, suite):
    bureau.importer(F1, _AVOIR)
    for _ in range(2):
        [(lieu, message)] = _conflits(bureau.importer(F1, *suite))
        assert lieu == "avoir A1"
        assert "le dossier le déduit" in message
    bureau.importer(F1, _AVOIR)
    assert _conflits(bureau.importer(F1, _AVOIR)) == []


def test_un_avoir_parti_de_l_export_avec_une_facture_ne_se_retire_pas(bureau):
    bureau.importer(F1, F2, _AVOIR)
    assert _conflits(bureau.importer(F2)) == []


def test_la_date_d_un_paiement_arrive_quand_la_source_la_donne(bureau):
    facture = F1.replace("1 200,00;1 200,00", "1 200,00;900,00")
    bureau.importer(f"{facture};300,00;", entete=_DATEE)
    assert bureau.donnees()["paiements"] == [{"montant": "300.00", "facture": "F1"}]
    for _ in range(2):
        bureau.importer(f"{facture};300,00;15/07/2026", entete=_DATEE)
        attendu = {"montant": "300.00", "facture": "F1", "date": dt.date(2026, 7, 15)}
        assert bureau.donnees()["paiements"] == [attendu]


def test_un_avoir_deja_impute_en_partie_ne_deduit_que_ce_qui_en_est_libre(bureau):
    """200,00 dont 50,00 libres, puis 20,00 : F2, payée par lui, n'est pas au dossier ; puis il vaut 10,00 de plus."""
    partiel = _AVOIR.replace("-200,00;-200,00", "-200,00;-50,00")
    soldee = F2.replace("600,00;600,00;En retard", "600,00;0,00;Payée")
    suites = [
        (F1, soldee, partiel),
        (F1.replace("1 200,00;1 200,00", "1 200,00;1 170,00"), soldee, partiel.replace("-50,00", "-20,00")),
        (F1, soldee, partiel.replace("-200,00;-50,00", "-210,00;-60,00")),
    ]
    for lignes in (suites[0], suites[0], suites[1], suites[1]):
        fait = bureau.importer(*lignes)
        assert _du(bureau) == fait.dossiers[0].reste_du == Decimal("1150.00")
        assert fait.constats == ()
    assert bureau.donnees()["avoirs"][0]["montant_ttc"] == "50.00"
    bureau.importer(*suites[2])
    assert bureau.donnees()["avoirs"][0]["montant_ttc"] == "60.00"


def test_un_avoir_saisi_entier_que_la_source_dit_en_partie_impute_n_est_pas_un_conflit(bureau):
    bureau.importer(F1)
    with bureau.toml().open("a", encoding="utf-8") as flux:
        flux.write('\n[[avoirs]]\nnumero = "A1"\ndate = 2026-06-02\nmontant_ttc = "200.00"\n')
    avoir = _AVOIR.replace("-200,00;-200,00", "-200,00;-50,00")
    fait = bureau.importer(F1.replace("1 200,00;1 200,00", "1 200,00;1 050,00"), avoir)
    assert _conflits(fait) == []
    assert _du(bureau) == fait.dossiers[0].reste_du == Decimal("1000.00")


def _exercices(bureau):
    """F8 et F9 ouvertes à la clôture ; l'exercice suivant reprend F9, lettrée avec son virement du 1er mai."""
    avant, apres = bureau.racine.parent / "n1.txt", bureau.racine.parent / "n2.txt"
    report = [
        ligne.replace("AN|AN|", "AN|A nouveaux|") for ligne in passer_ecriture("AN", 1, "F9", "900", "0", "AA")[:1]
    ]
    lignes = {
        avant: [*passer_ecriture("VE", 1, "F9", "900", "0"), *passer_ecriture("VE", 2, "F8", "50", "0")],
        apres: [
            *report,
            *passer_ecriture("BQ", 2, "0000", "0", "900", "AA"),
            *passer_ecriture("VE", 3, "F10", "70", "0"),
        ],
    }
    for fichier, ecritures in lignes.items():
        fichier.write_text("\n".join((ENTETE_FEC, *ecritures)) + "\n", encoding="utf-8")
    return avant, apres


def test_une_facture_lettree_dans_l_exercice_suivant_n_est_pas_reclamee(bureau):
    fait = bureau.importer(sources=_exercices(bureau))
    assert [(d.factures, d.reste_du) for d in fait.dossiers] == [(("F8", "F10"), Decimal(120))]


def test_une_facture_lettree_depuis_recoit_son_paiement_date(bureau):
    avant, apres = _exercices(bureau)
    bureau.importer(sources=(avant,))
    for _ in range(2):
        fait = bureau.importer(sources=(apres,))
        assert [c.lieu for c in fait.constats] == [
            "2026-garage-lumen-sas, facture F8"
        ]  # celle-là n'est plus dans l'export
    assert bureau.donnees()["paiements"] == [{"date": dt.date(2026, 5, 1), "montant": "900.00", "facture": "F9"}]


def test_les_factures_lettrees_d_un_fec_ne_font_ni_dossier_ni_ligne(bureau):
    fait = bureau.importer(
        *passer_ecriture("VE", 1, "F9", "900", "0", "AA"),
        *passer_ecriture("BQ", 2, "0000", "0", "900", "AA"),
        *passer_ecriture("VE", 3, "F10", "70", "0"),
        entete=ENTETE_FEC,
    )
    assert [(d.factures, d.reste_du) for d in fait.dossiers] == [(("F10",), Decimal(70))]
    assert fait.constats == ()


def test_un_fec_ou_tout_est_lettre_solde_le_dossier(bureau):
    vente, virement = passer_ecriture("VE", 1, "F9", "900", "0"), passer_ecriture("BQ", 2, "0000", "0", "900", "AA")
    bureau.importer(*vente, entete=ENTETE_FEC)
    bureau.importer(*passer_ecriture("VE", 1, "F9", "900", "0", "AA"), *virement, entete=ENTETE_FEC)
    assert _total(bureau.donnees()) == 0
