"""D'un export à des dossiers, et de nouveau le mois suivant : rien de retapé, rien d'écrasé, rien de perdu."""

import datetime as dt
import json
from decimal import Decimal

import pytest
from reportlab.pdfgen.canvas import Canvas

from generateur.erreurs import ErreurLecture
from generateur.lecture.socle import lire_dossier
from generateur.operations.etude import etudier_dossier
from tests.operations.conftest import AUTRE, ENTETE, F1, F2, JOUR


def test_un_dossier_par_debiteur_lisible_aussitot(bureau):
    fait = bureau.importer(F1, F2, AUTRE)
    assert [(d.reference, d.etat, d.factures, str(d.reste_du)) for d in fait.dossiers] == [
        ("2026-garage-lumen-sas", "cree", ("F1", "F2"), "1800.00"),
        ("2026-editions-du-halage", "cree", ("G1",), "240.00"),
    ]
    lu = lire_dossier(bureau.toml()).dossier
    assert lu.creancier.denomination == "Atelier Lumen"
    assert [f.numero for f in lu.factures] == ["F1", "F2"]
    assert lu.debiteur.siren == "999999915"
    assert "ADRESSE_MANQUANTE" in fait.dossiers[0].manques


def test_simuler_rend_la_meme_chose_et_n_ecrit_rien(bureau):
    simule = bureau.importer(F1, AUTRE, simuler=True)
    assert not bureau.racine.exists()
    fait = bureau.importer(F1, AUTRE)
    assert [(d.reference, d.etat, d.manques) for d in simule.dossiers] == [
        (d.reference, d.etat, d.manques) for d in fait.dossiers
    ]


def test_reimporter_la_meme_chose_ne_change_rien(bureau):
    bureau.importer(F1, F2)
    avant = bureau.toml().read_bytes()
    fait = bureau.importer(F1, F2)
    assert [(d.etat, d.conflits) for d in fait.dossiers] == [("inchange", 0)]
    assert bureau.toml().read_bytes() == avant


def test_ce_que_la_source_seule_a_change_est_mis_a_jour(bureau):
    bureau.importer(F1)
    fait = bureau.importer(F1.replace("31/05/2026", "15/06/2026"))
    assert [d.etat for d in fait.dossiers] == ["complete"]
    assert bureau.donnees()["factures"][0]["echeance"] == dt.date(2026, 6, 15)


def test_ce_qu_une_personne_a_change_est_garde(bureau):
    bureau.importer(F1)
    bureau.remplacer("echeance = 2026-05-31", "echeance = 2026-06-10  # délai accordé")
    fait = bureau.importer(F1, F2)
    assert not [c for c in fait.constats if c.code == "CONFLIT_IMPORT"]
    assert bureau.donnees()["factures"][0]["echeance"] == dt.date(2026, 6, 10)
    assert "# délai accordé" in bureau.toml().read_text(encoding="utf-8")
    assert [f["numero"] for f in bureau.donnees()["factures"]] == ["F1", "F2"]


def test_change_des_deux_cotes_est_un_conflit_qui_nomme_les_deux_valeurs(bureau):
    bureau.importer(F1)
    bureau.remplacer("echeance = 2026-05-31", "echeance = 2026-06-10")
    for _ in range(2):  # il revient tant qu'il n'est pas réglé
        fait = bureau.importer(F1.replace("31/05/2026", "15/06/2026"))
        (conflit,) = [c for c in fait.constats if c.code == "CONFLIT_IMPORT"]
        assert "10/06/2026" in conflit.message
        assert "15/06/2026" in conflit.message
        assert [(d.etat, d.conflits) for d in fait.dossiers] == [("inchange", 1)]
    assert bureau.donnees()["factures"][0]["echeance"] == dt.date(2026, 6, 10)


def test_ce_que_le_debiteur_a_deja_paye_est_retenu(bureau):
    entete = f"{ENTETE};Date de paiement;Montant payé"
    payees = [
        f"P{n};01/0{n}/2026;20/0{n}/2026;Garage Lumen SAS;999999915;100,00;0,00;Payée;30/0{n}/2026;100,00"
        for n in (4, 6)
    ]
    bureau.importer(*payees, F1 + ";;", entete=entete)
    (signal,) = etudier_dossier(bureau.toml().parent, jour=JOUR).signaux
    assert signal.valeur == "2 sur 3, avec 10 jours de retard en moyenne"
    assert "21\u00a0novembre\u00a02026" in signal.source
    bureau.importer(F1)  # un export des seules impayées n'apprend rien de plus
    assert etudier_dossier(bureau.toml().parent, jour=JOUR).signaux == (signal,)


def test_un_conflit_se_dit_au_controle_tant_qu_il_dure(bureau):
    def controler():
        dossier = bureau.toml().parent
        etude = etudier_dossier(dossier, jour=JOUR)
        return [(c.gravite, c.lieu, c.message) for c in etude.constats if c.code == "CONFLIT_IMPORT"]

    bureau.importer(F1)
    bureau.remplacer("echeance = 2026-05-31", "echeance = 2026-06-10")
    assert not controler()
    bureau.importer(F1.replace("31/05/2026", "15/06/2026"))
    bureau.importer(F2)  # une source qui n'en dit rien ne le règle pas
    [(gravite, lieu, message)] = controler()
    assert (gravite, lieu) == ("avertissement", "factures[1].echeance")  # la clé : on peut y aller
    assert message.startswith("facture F1, « echeance » : le dossier dit « 10/06/2026 », ")
    assert "« 15/06/2026 »" in message
    bureau.remplacer("echeance = 2026-06-10", "echeance = 2026-06-15")
    assert not controler()


def test_une_facture_annulee_depuis_se_dit_tant_que_le_dossier_la_reclame(bureau):
    def restants():
        etude = etudier_dossier(bureau.toml().parent, jour=JOUR)
        return [(c.lieu, c.message) for c in etude.constats if c.code == "CONFLIT_IMPORT"]

    bureau.importer(F1, F2)
    for _ in range(2):
        fait = bureau.importer(F1.replace("En retard", "Annulée"), F2)
    assert [c.lieu for c in fait.constats if c.code == "CONFLIT_IMPORT"] == ["2026-garage-lumen-sas, facture F1"]
    assert [f["numero"] for f in bureau.donnees()["factures"]] == ["F1", "F2"]  # à l'utilisateur de la retirer
    [(lieu, message)] = restants()
    assert lieu == "factures[1]"
    assert message.startswith("facture F1 : ")
    assert "annulée" in message
    bureau.importer(F1, F2)
    assert not restants()


def test_une_facture_payee_depuis_recoit_son_paiement_et_ne_disparait_pas(bureau):
    bureau.importer(F1, F2)
    payee = F1.replace("1 200,00;1 200,00;En retard", "1 200,00;0,00;Payée")
    bureau.importer(payee, F2)
    donnees = bureau.donnees()
    assert [f["numero"] for f in donnees["factures"]] == ["F1", "F2"]
    assert donnees["paiements"] == [{"montant": "1200.00", "facture": "F1"}]
    assert [d.etat for d in bureau.importer(payee, F2).dossiers] == ["inchange"]


def test_un_paiement_partiel_puis_un_autre_ne_se_comptent_qu_une_fois(bureau):
    for reste, attendus in (("1 000,00", ["200.00"]), ("1 000,00", ["200.00"]), ("700,00", ["200.00", "300.00"])):
        bureau.importer(F1.replace("1 200,00;1 200,00", f"1 200,00;{reste}"))
        assert [p["montant"] for p in bureau.donnees()["paiements"]] == attendus


def test_un_paiement_deja_saisi_a_la_main_ne_se_double_pas(bureau):
    bureau.importer(F1)
    with bureau.toml().open("a", encoding="utf-8") as flux:
        flux.write('\n[[paiements]]\ndate = 2026-07-01\nmontant = "200.00"\nfacture = "F1"\n')
    bureau.importer(F1.replace("1 200,00;1 200,00", "1 200,00;1 000,00"))
    assert len(bureau.donnees()["paiements"]) == 1


def test_une_facture_retiree_a_la_main_ne_revient_pas(bureau):
    bureau.importer(F1, F2)
    texte = bureau.toml().read_text(encoding="utf-8")
    debut = texte.index('[[factures]]\nnumero = "F2"')
    bureau.toml().write_text(texte[:debut], encoding="utf-8")
    bureau.importer(F1, F2)
    assert [f["numero"] for f in bureau.donnees()["factures"]] == ["F1"]


@pytest.mark.parametrize(
    ("lignes", "motif"),
    [
        ([F1.replace("1 200,00;En retard", "0,00;Payée")], "payé"),
        ([F1, "A1;02/06/2026;;Garage Lumen SAS;999999915;-1 200,00;-1 200,00;Avoir"], "rien à réclamer"),
        ([F1.replace("En retard", "Brouillon")], "brouillons"),
    ],
)
def test_un_debiteur_qui_ne_doit_rien_n_a_pas_de_dossier_et_le_dit(bureau, lignes, motif):
    fait = bureau.importer(*lignes)
    assert [d.etat for d in fait.dossiers] == ["ecarte"]
    assert motif in fait.dossiers[0].motif
    assert not bureau.racine.exists() or not list(bureau.racine.glob("2026-*"))


def test_sous_le_minimum_il_est_ecarte(bureau):
    fait = bureau.importer(AUTRE, minimum=Decimal(300))
    assert fait.dossiers[0].motif == "moins que le minimum demandé"


def test_un_avoir_sans_facture_diminue_la_creance(bureau):
    fait = bureau.importer(F1, "A1;02/06/2026;;Garage Lumen SAS;999999915;-200,00;-200,00;Avoir")
    assert fait.dossiers[0].reste_du == Decimal("1000.00")
    assert bureau.donnees()["avoirs"] == [{"numero": "A1", "date": dt.date(2026, 6, 2), "montant_ttc": "200.00"}]


def test_les_documents_se_trouvent_par_le_nom_ou_par_le_texte(bureau, tmp_path):
    documents = tmp_path / "documents"
    documents.mkdir()
    for nom, texte in (("Facture F1 (Lumen).pdf", "rien"), ("scan_0007.pdf", "Facture n° F2 du 1er juin")):
        feuille = Canvas(str(documents / nom))
        feuille.drawString(72, 700, texte)
        feuille.save()
    bureau.importer(F1, F2, documents=documents)
    fichiers = [f["fichier"] for f in bureau.donnees()["factures"]]
    assert fichiers == ["pieces/Facture_F1_Lumen.pdf", "pieces/scan_0007.pdf"]
    assert all((bureau.toml().parent / fichier).is_file() for fichier in fichiers)


def test_les_documents_donnes_plus_tard_completent_le_dossier(bureau, tmp_path):
    bureau.importer(F1, F2)
    documents = tmp_path / "documents"
    documents.mkdir()
    for numero in ("F1", "F2"):
        (documents / f"{numero}.pdf").write_bytes(b"%PDF-1.4 " + numero.encode())
    fait = bureau.importer(F1, F2, documents=documents)
    assert fait.dossiers[0].etat == "complete"
    assert [f["fichier"] for f in bureau.donnees()["factures"]] == ["pieces/F1.pdf", "pieces/F2.pdf"]
    assert bureau.importer(F1, F2, documents=documents).dossiers[0].etat == "inchange"
    texte = bureau.toml().read_text("utf-8").replace('fichier = "pieces/F2.pdf"\n', "")
    bureau.toml().write_text(texte, "utf-8")
    bureau.importer(F1, F2, documents=documents)
    assert [f.get("fichier") for f in bureau.donnees()["factures"]] == ["pieces/F1.pdf", None]  # ôté à la main


def test_la_banque_prouve_un_paiement_certain_et_montre_le_probable(bureau, tmp_path):
    banque = tmp_path / "qonto.csv"
    banque.write_text(
        "Statut;Date de la valeur (local);Crédit;Devise;Nom de la contrepartie;Référence\n"
        "Exécuté;05-07-2026 10:00:00;600,00;EUR;GARAGE LUMEN SAS;Facture F2\n"
        "Exécuté;06-07-2026 10:00:00;1 200,00;EUR;GARAGE LUMEN SAS;virement\n",
        encoding="utf-8",
    )
    fait = bureau.importer(F1, F2, banque=banque)
    assert [(r.facture, r.certitude) for r in fait.rapprochements] == [("F2", "certaine"), ("F1", "probable")]
    assert [f["numero"] for f in bureau.donnees()["factures"]] == ["F1"]
    assert not bureau.donnees().get("paiements")


def test_sans_profil_un_seul_fichier_est_a_remplir_pour_tous(bureau):
    bureau.importer(F1, AUTRE, creancier=None)
    assert {bureau.donnees(r)["creancier"] for r in ("2026-garage-lumen-sas", "2026-editions-du-halage")} == {
        "../creanciers/a_completer.toml"
    }


def test_deux_importations_de_deux_exports_ne_se_genent_pas(bureau, tmp_path):
    bureau.importer(F1)
    autre = tmp_path / "autre.csv"
    autre.write_text(f"{ENTETE}\n{F1.replace('F1;', 'F9;')}\n", encoding="utf-8")
    fait = bureau.importer(sources=(autre,))
    assert [(d.reference, d.etat) for d in fait.dossiers] == [("2026-garage-lumen-sas", "complete")]
    assert [f["numero"] for f in bureau.donnees()["factures"]] == ["F1", "F9"]


def test_un_homonyme_prend_une_autre_reference(bureau):
    fait = bureau.importer(F1, F2.replace("999999915", "999999923"))
    assert [d.reference for d in fait.dossiers] == ["2026-garage-lumen-sas", "2026-garage-lumen-sas-2"]


def test_un_repertoire_abandonne_par_une_importation_tuee_ne_gene_pas(bureau):
    (bureau.racine / ".2026-garage-lumen-sas.abc.importation").mkdir(parents=True)
    assert bureau.importer(F1).dossiers[0].etat == "cree"


def test_une_origine_abimee_se_dit_au_lieu_d_ecraser(bureau):
    bureau.importer(F1)
    (bureau.toml().parent / "origine.json").write_text("{", encoding="utf-8")
    with pytest.raises(ErreurLecture, match="d'où vient ce dossier"):
        bureau.importer(F1)


def test_une_ligne_illisible_n_arrete_pas_les_autres(bureau):
    fait = bureau.importer(F1, F2.replace("01/06/2026", "31/06/2026"))
    assert fait.est_partiel
    assert fait.dossiers[0].factures == ("F1",)


def test_l_origine_dit_d_ou_vient_chaque_valeur(bureau):
    bureau.importer(F1)
    origine = json.loads((bureau.toml().parent / "origine.json").read_text(encoding="utf-8"))
    assert origine["sources"][0]["fichier"] == "export.csv"
    assert "siren:999999915" in origine["debiteur"]
    assert origine["valeurs"]["factures › F1 › montant_ttc"] == {"genre": "montant", "valeur": "1200.00"}


@pytest.mark.parametrize("nom", ["Dupont & Fils <SARL>", 'Dit "Le Roi"', "Œuvre\\Café 😀", "'''", "=cmd|calc"])
def test_un_nom_hostile_se_relit_tel_quel(bureau, nom):
    cite = nom.replace('"', '""')
    fait = bureau.importer(F1.replace("Garage Lumen SAS", f'"{cite}"'), colonnes={})
    lu = lire_dossier(bureau.racine / fait.dossiers[0].reference).dossier
    assert lu.debiteur.denomination == nom


def test_une_facture_lue_dans_deux_fichiers_ne_compte_qu_une_fois(bureau, tmp_path):
    autre = tmp_path / "autre.csv"
    autre.write_text(f"{ENTETE}\n{F1}\n{F2.replace('600,00', '700,00')}\n", encoding="utf-8")
    bureau.export.write_text(f"{ENTETE}\n{F1}\n{F2}\n", encoding="utf-8")
    fait = bureau.importer(sources=(bureau.export, autre))
    assert fait.dossiers[0].factures == ("F1", "F2")
    assert fait.dossiers[0].reste_du == Decimal("1800.00")
    (double,) = [c for c in fait.constats if c.code == "FACTURES_CONTRADICTOIRES"]
    assert "600,00" in double.message
    assert "700,00" in double.message


def test_un_profil_vide_dit_le_fichier_a_remplir(bureau):
    bureau.importer(F1, creancier=None)
    with pytest.raises(ErreurLecture, match="n'est pas rempli") as refus:
        lire_dossier(bureau.toml())
    assert refus.value.lieu == "../creanciers/a_completer.toml"


def test_ce_qui_n_est_pas_importe_se_dit(bureau):
    fait = bureau.importer(F1, F2.replace("En retard", "Annulée"))
    (ecart,) = [c for c in fait.constats if c.code == "FACTURE_NON_IMPORTEE"]
    assert "annulée" in ecart.message
    assert ecart.lieu == "ligne 3"


def test_une_reimportation_garde_l_ordre_des_pieces_choisi(bureau):
    bureau.importer(F1)
    choisi = ["pieces/b.pdf", "pieces/a.pdf"]
    texte = bureau.toml().read_text(encoding="utf-8")
    bureau.toml().write_text(f'ordre_des_pieces = ["{choisi[0]}", "{choisi[1]}"]\n{texte}', encoding="utf-8")
    bureau.importer(F1, F2)
    assert bureau.donnees()["ordre_des_pieces"] == choisi
    assert len(bureau.donnees()["factures"]) == 2
