"""Ce que « importer » dit à l'écran : ce qui n'a pas été lu, et que faire de chaque constat."""

PROFIL = 'denomination = "Atelier Lumen"\nforme = "SARL"\nsiren = "123456782"\n'
ENTETE = "Numéro;Date;Échéance;Client;Commercial;Montant TTC;Reste dû;Statut"


def _importer(commander, tmp_path, *lignes, entete=ENTETE, options=()):
    (tmp_path / "profil.toml").write_text(PROFIL, encoding="utf-8")
    (tmp_path / "export.csv").write_text("\n".join((entete, *lignes)) + "\n", encoding="utf-8")
    arguments = ("-d", tmp_path / "d", "--creancier", tmp_path / "profil.toml", "--au", "2026-11-21", *options)
    return commander("importer", tmp_path / "export.csv", *arguments)


def test_les_colonnes_laissees_se_nomment(commander, tmp_path):
    reponse = _importer(commander, tmp_path, "F1;01/05/2026;31/05/2026;Garage;Léa;100;100;En retard")
    assert "    non lus : « Commercial »\n" in reponse.sortie


def test_chaque_constat_dit_que_faire(commander, tmp_path):
    reponse = _importer(commander, tmp_path, "F1;01/05/2026;31/05/2026;Garage;Léa;100;100;Payée")
    assert "elle n'est pas réclamée\n          → Voir dans le logiciel ce qui est juste" in reponse.sortie.replace(
        "’", "'"
    )


def test_un_encaissement_d_un_debiteur_sans_dossier_ne_se_dit_pas_ecrit(commander, tmp_path):
    banque = tmp_path / "banque.csv"
    banque.write_text("Date;Libellé;Débit;Crédit\n02/07/2026;VIR GARAGE F1;;100,00\n", encoding="utf-8")
    ligne = "F1;01/05/2026;31/05/2026;Garage;Léa;100;100;En retard"
    reponse = _importer(commander, tmp_path, ligne, options=("--banque", banque))
    assert "tout est payé" in reponse.sortie
    assert "écrit au dossier" not in reponse.sortie


def test_un_identifiant_abime_de_la_liste_des_clients_se_dit(commander, tmp_path):
    clients = tmp_path / "clients.csv"
    clients.write_text("Nom;Adresse;Code postal;Ville;SIRET\nGarage;1 rue A;69003;Lyon;1,23457E+13\n", encoding="utf-8")
    ligne = "F1;01/05/2026;31/05/2026;Garage;Léa;100;100;En retard"
    reponse = _importer(commander, tmp_path, ligne, options=("--clients", clients))
    assert "clients.csv, ligne 2" in reponse.sortie
    assert "Exporter de nouveau" in reponse.sortie
