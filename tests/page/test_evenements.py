"""Noter un événement dans la page : ses seuls champs, les contrôles de la commande, la suite à tenir, la somme due."""

import re
import tomllib
from html import unescape

import pytest

from generateur.operations.evenements_saisis import GENRES

REFERENCE = "2026-0042"
DOSSIER = f"/dossiers/{REFERENCE}"
SUIVI = f"{DOSSIER}?onglet=suivi"


@pytest.fixture
def fichier(dossiers):
    return dossiers / REFERENCE / "dossier.toml"


def _donnees(fichier):
    return tomllib.loads(fichier.read_text("utf-8"))


def _noter(visiteur, genre, document=None, **champs):
    fichiers = [("document", *document)] if document else []
    return visiteur.envoyer(
        f"{DOSSIER}/evenement", {"genre": genre, **{f"v.{cle}": valeur for cle, valeur in champs.items()}}, fichiers
    )


def _champs(page):
    return re.findall(r'id="e-([a-z_]+)"', page)


def _refus(page):
    """La phrase à côté de chaque champ."""
    return {
        cle: unescape(dit).replace("’", "'") for cle, dit in re.findall(r'id="dit-e-([a-z_]+)">([^<]*)<', page.texte)
    }


def _deposer_et_juger(visiteur):
    assert _noter(visiteur, "depose", depot="2026-10-20").code == 303
    assert _noter(visiteur, "ordonnance", date="05/11/2026", montant="8 640,00", numero="26/1").code == 303


@pytest.mark.parametrize(
    ("genre", "attendus"),
    [
        ("depose", ["depot", "document"]),
        ("ordonnance", ["date", "montant", "numero", "partielle", "document"]),
        ("signifie", ["date", "mode", "document"]),
        ("paye", ["date", "montant", "facture", "mode", "reference", "document"]),
        ("clos", ["date", "motif", "precision"]),
        ("lettre", ["date", "titre", "document"]),
    ],
)
def test_chaque_genre_ne_demande_que_ses_champs(visiteur, genre, attendus):
    assert _champs(visiteur.voir(f"{SUIVI}&noter={genre}").texte) == attendus


@pytest.mark.parametrize("genre", ["signifie", "relance"])
def test_aucun_choix_n_est_fait_a_la_place_de_la_personne(visiteur, genre):
    """« À personne » fait courir l'opposition : il se choisit, il ne se subit pas."""
    page = visiteur.voir(f"{SUIVI}&noter={genre}").texte
    choix = re.findall(r'<select id="e-[^>]*>(<option[^>]*>)', page)
    assert choix
    assert all('value=""' in premier for premier in choix)
    assert "— à choisir —" in page


def test_tout_ce_qui_peut_arriver_a_son_formulaire(visiteur):
    for genre in GENRES.values():
        page = visiteur.voir(f"{SUIVI}&noter={genre.nom}").texte
        assert f'id="s-choisi">{genre.libelle}</h3>' in page
        assert set(genre.requis) <= set(_champs(page))


def test_un_genre_inconnu_ne_montre_rien_et_ne_s_ecrit_pas(visiteur, fichier):
    avant = fichier.read_bytes()
    assert 'id="noter"' not in visiteur.voir(f"{SUIVI}&noter=n_importe").texte
    assert _noter(visiteur, "n_importe", date="2026-11-01").code == 422
    assert fichier.read_bytes() == avant


def test_la_procedure_se_note_pas_a_pas_et_la_suite_se_dit_avec_sa_date_et_son_bouton(visiteur, fichier):
    _deposer_et_juger(visiteur)
    page = visiteur.voir(SUIVI).texte
    assert "À signifier" in page
    assert 'value="suite_signification"' in page
    assert "est à signifier au plus tard le" in page
    assert "generateur produire" not in page.split("Corriger ce qui est noté")[0]
    assert _noter(visiteur, "signifie", date="2026-11-10", mode="personne").code == 303
    page = visiteur.voir(SUIVI).texte
    assert "opposition jusqu’au" in page
    assert _noter(visiteur, "oppose", opposition="2026-11-15").code == 303
    assert 'value="suite_opposition"' in visiteur.voir(SUIVI).texte
    suivi = _donnees(fichier)["suivi"]
    assert suivi["ordonnance"]["montant"] == "8640.00"
    assert [str(suivi[cle]) for cle in ("depot", "opposition")] == ["2026-10-20", "2026-11-15"]


def test_un_dossier_depose_n_est_plus_dit_pret_a_deposer(visiteur):
    pret, principal = (
        '<span class="etat pret">prêt à déposer</span>',
        '<button class="principal" name="quoi" value="liasse"',
    )
    avant, liste = visiteur.voir(SUIVI).texte, visiteur.voir("/?etat=pret").texte
    assert pret in avant
    assert principal in avant
    assert pret in liste
    assert REFERENCE not in visiteur.voir("/?etat=depose").texte
    _noter(visiteur, "depose", depot="2026-10-20")
    for page in (visiteur.voir(SUIVI).texte, visiteur.voir("/?etat=depose").texte):
        assert '<span class="etat depose">déposé</span>' in page
        assert "prêt à déposer" not in page
        assert principal not in page
    assert REFERENCE not in visiteur.voir("/?etat=pret").texte
    _noter(visiteur, "ordonnance", date="05/11/2026", montant="8 640,00", numero="26/1")
    assert '<span class="etat depose">à signifier</span>' in visiteur.voir(DOSSIER).texte


def test_un_dossier_clos_sans_depot_est_dit_clos_et_n_offre_plus_d_acte(visiteur):
    fichier = visiteur.maison.lieux.racine / "2026-0074" / "dossier.toml"
    assert "Écrire la mise en demeure" in visiteur.voir("/dossiers/2026-0074").texte
    clos = '\n[suivi]\nclos = { date = 2026-11-10, motif = "paye" }\n'
    fichier.write_text(fichier.read_text("utf-8") + clos, "utf-8")
    page = visiteur.voir("/dossiers/2026-0074").texte
    assert '<span class="etat depose">clos</span>' in page
    assert "Écrire la mise en demeure" not in page
    assert '<span class="etat depose">clos</span>' in visiteur.voir("/").texte


@pytest.mark.parametrize(
    ("genre", "champs", "a_cote", "dit"),
    [
        ("paye", {}, "montant", "À remplir"),
        ("paye", {"date": "2026-11-01", "montant": "douze"}, "montant", "n'est pas un nombre"),
        ("paye", {"date": "2026-11-01", "montant": "-5"}, "montant", "supérieur à zéro"),
        ("paye", {"date": "2027-01-01", "montant": "5"}, "date", "à venir"),
        ("paye", {"date": "2026-02-30", "montant": "5"}, "date", "n'existe pas"),
        ("ordonnance", {"date": "2026-10-01"}, "date", "précède « Dépôt »"),
        ("ordonnance", {"date": "2026-12-01"}, "date", "à venir"),
        ("signifie", {"date": "2026-11-10"}, "mode", "À remplir"),
        ("signifie", {"date": "2026-11-10", "mode": "pigeon"}, "mode", "admis"),
        ("depose", {"depot": ""}, "depot", "À remplir"),
        ("relance", {"date": "2026-12-06", "canal": "courriel"}, "date", "à venir"),
        ("lettre", {"date": "2026-11-06", "titre": "Lettre"}, "document", "joindre"),
        ("clos", {"date": "2026-11-20", "motif": "lassitude"}, "motif", "admis"),
    ],
)
def test_ce_qui_ne_peut_pas_etre_vrai_est_refuse_a_cote_du_champ(visiteur, fichier, genre, champs, a_cote, dit):
    if genre in {"ordonnance", "signifie"}:
        _noter(visiteur, "depose", depot="2026-10-20")
    avant = fichier.read_bytes()
    page = _noter(visiteur, genre, **champs)
    assert page.code == 422
    assert dit.casefold() in _refus(page)[a_cote].casefold()
    assert fichier.read_bytes() == avant
    for cle, valeur in champs.items():
        assert valeur in page.texte, cle


def test_apres_la_cloture_plus_rien_ne_s_y_ajoute_et_une_saisie_sans_titre_non_plus(visiteur, fichier):
    _noter(visiteur, "depose", depot="2026-10-20")
    avant = fichier.read_bytes()
    assert "titre" in str(_refus(_noter(visiteur, "saisi", date="2026-11-06", nature="attribution")))
    assert fichier.read_bytes() == avant
    assert _noter(visiteur, "clos", date="2026-11-18", motif="abandon").code == 303
    avant = fichier.read_bytes()
    assert "après la clôture" in _refus(_noter(visiteur, "paye", date="2026-11-20", montant="10"))["date"]
    assert fichier.read_bytes() == avant


def test_un_evenement_deja_note_n_est_ni_propose_ni_remplace(visiteur, fichier):
    _noter(visiteur, "depose", depot="2026-10-20")
    assert "noter=depose#" not in visiteur.voir(SUIVI).texte
    avant = fichier.read_bytes()
    assert "déjà au dossier" in _noter(visiteur, "depose", depot="2026-10-21").texte
    assert fichier.read_bytes() == avant


def test_un_paiement_note_se_voit_aussitot_dans_la_somme_et_le_decompte(visiteur):
    avant = re.search(r'class="sous-titre">[^<]*', visiteur.voir(f"{DOSSIER}/decompte").texte)[0]
    reponse = visiteur.poster(
        f"{DOSSIER}/evenement",
        {"genre": "paye", "v.date": "2026-11-02", "v.montant": "1 000,00", "v.facture": "F2026-118"},
        htmx=True,
    )
    assert "Paiement reçu : noté." in reponse.texte
    apres = re.search(r'class="sous-titre">[^<]*', reponse.texte)[0]
    decompte = visiteur.voir(f"{DOSSIER}/decompte").texte
    assert apres != avant
    assert apres in decompte
    assert "Paiements reçus, puis imputés" in decompte


def test_le_document_est_garde_au_dossier_ou_refuse_dans_les_mots_de_verifier(visiteur, fichier):
    _noter(visiteur, "depose", depot="2026-10-20")
    pieces = fichier.parent / "pieces"
    presents = set(pieces.iterdir())
    film = ("film.mp4", b"\0\0\0\x18ftypmp42" * 9)
    assert "son ou une vidéo" in _refus(_noter(visiteur, "ordonnance", film, date="2026-11-05"))["document"]
    assert set(pieces.iterdir()) == presents
    ordonnance = ("Ordonnance signée.pdf", (pieces / "cgv.pdf").read_bytes())
    assert _noter(visiteur, "ordonnance", ordonnance, date="2026-11-05").code == 303
    garde = _donnees(fichier)["suivi"]["ordonnance"]["fichier"]
    assert (fichier.parent / garde).is_file()
    assert _noter(visiteur, "lettre", ("lettre.txt", b"Je paierai"), date="2026-11-06", titre="Lettre").code == 303
    piece = _donnees(fichier)["pieces"][-1]
    assert (piece["nature"], piece["titre"], piece["fichier"]) == ("correspondance", "Lettre", "pieces/lettre.txt")


def test_un_refus_ne_laisse_pas_le_document_dans_le_dossier(visiteur, fichier):
    presents = set((fichier.parent / "pieces").iterdir())
    refus = _noter(visiteur, "paye", ("recu.txt", b"Recu"), date="2027-01-01", montant="10")
    assert refus.code == 422
    assert set((fichier.parent / "pieces").iterdir()) == presents


def test_la_ligne_de_temps_dit_ce_qui_est_arrive_puis_ce_qui_vient(visiteur):
    _deposer_et_juger(visiteur)
    page = visiteur.voir(SUIVI).texte
    temps = page.split('class="temps"')[1].split("</ol>")[0]
    jours = [".".join(reversed(d.split("/"))) for d in re.findall(r'class="date">([0-9/]+)<', temps)]
    assert jours == sorted(jours)
    avant, apres = temps.split("Aujourd’hui")
    assert "Facture F2026-118 émise" in avant
    assert "Ordonnance rendue" in avant
    assert "ignif" in apres


def test_la_ligne_de_temps_dit_l_echeance_d_accord_manquee(visiteur, fichier):
    accord = (
        '\n[accord]\ndate = 2026-10-01\necheances = [\n  { date = 2026-11-02, montant = "1000.00" },\n'
        '  { date = 2027-01-04, montant = "1000.00" },\n]\n'
    )
    fichier.write_text(fichier.read_text("utf-8") + accord, "utf-8")
    avant, apres = visiteur.voir(SUIVI).texte.split('class="temps"')[1].split("</ol>")[0].split("Aujourd’hui")
    manquee = "Échéance de l'accord de paiement : 1\u202f000,00\u00a0€"
    assert avant.replace("&#39;", "'").replace("’", "'").count(manquee) == 1
    assert "passée sans être payée en entier" in avant
    assert apres.replace("&#39;", "'").replace("’", "'").count(manquee) == 1  # celle de janvier


def test_deux_debiteurs_on_dit_lequel_a_recu_la_signification(visiteur, fichier):
    second = (
        '[[debiteurs]]\nnature = "personne_morale"\nqualite = "commercant"\ndenomination = "Les Régates"\n'
        'forme = "SAS"\nsiren = "999999923"\nadresse = { voie = "2 quai", code_postal = "69003", commune = "Lyon" }\n\n'
    )
    fichier.write_text(fichier.read_text("utf-8").replace("[contrat]", second + "[contrat]", 1), "utf-8")
    assert "debiteur" in _champs(visiteur.voir(f"{SUIVI}&noter=signifie").texte)
    _deposer_et_juger(visiteur)
    for qui in ("Les Comptoirs Beaurivage", "Les Régates"):
        assert _noter(visiteur, "signifie", date="2026-11-10", mode="personne", debiteur=qui).code == 303
    assert [s["debiteur"] for s in _donnees(fichier)["suivi"]["significations"]] == ["Les Régates"]
    inconnu = _noter(visiteur, "signifie", date="2026-11-10", mode="personne", debiteur="Personne")
    assert "n'est pas débiteur" in _refus(inconnu)["debiteur"]
