"""Dire beaucoup en peu de lignes : le même constat une fois, le plus coûteux d'abord."""

from datetime import date

from generateur.controles.groupes import ordonner, regrouper

FACTURES = {
    str(rang): {
        "numero": f"F{rang}",
        "date": date(2026, 4, 1),
        "echeance": date(2026, 5, 1),
        "montant_ttc": "120.00",
        "fichier": f"pieces/f{rang}.pdf",
    }
    for rang in range(2, 19)
}


def test_dix_huit_factures_donnent_un_seul_groupe_avec_ses_lieux_plafonnes(controler):
    constats = controler({"factures": {"1": {"livraison": "(retirer)"}, **FACTURES}})
    (groupe,) = (g for g in regrouper(constats) if g.premier.code == "PREUVE_LIVRAISON_ABSENTE")
    assert len(groupe.constats) == 18
    assert len(groupe.montres) == 1
    dit = groupe.dire_les_autres()
    assert dit.startswith("De même en factures[2].livraison.fichier, ")
    assert dit.endswith(" et 13 autres endroits.")
    assert len(groupe.remedes) == 1


def test_deux_constats_de_meme_code_se_disent_tous_deux(controler):
    constats = controler({"factures": {"1": {"livraison": "(retirer)"}, "2": FACTURES["2"]}})
    (groupe,) = (g for g in regrouper(constats) if g.premier.code == "PREUVE_LIVRAISON_ABSENTE")
    assert len(groupe.montres) == 2
    assert groupe.dire_les_autres() == ""


def test_un_montant_absent_de_sa_piece_se_lit_le_premier_des_avertissements(controler, inspection):
    fichiers = inspection(texte="Atelier Lumen Facture F2026-118 Total TTC 8 460,00 €")
    constats = controler({"factures": {"1": {"livraison": "(retirer)"}}, "relances": []}, fichiers=fichiers)
    premier = next(constat for constat in constats if constat.gravite == "avertissement")
    assert premier.code == "FACTURE_NON_RECONNUE"
    assert "8 640,00 €" in premier.message.replace("\u202f", " ").replace("\u00a0", " ")
    assert "on y lit 8 460,00 €" in premier.message.replace("\u202f", " ").replace("\u00a0", " ")


def test_ordonner_ne_repete_rien(controler):
    constats = controler()
    assert ordonner((*constats, *constats)) == constats
