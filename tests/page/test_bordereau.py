"""L'ordre des pièces dans la page : monter, descendre, glisser, préciser, retirer, garder pour soi ; à deux mains."""

import json
import tomllib

import pypdf
import pytest

from generateur.publication.manifeste import empreinte
from tests.page.conftest import onglet_ouvert, produire

REFERENCE = "2026-0042"
DOSSIER = f"/dossiers/{REFERENCE}"
FACTURE, LIVRAISON = "pieces/f2026-118.pdf", "pieces/bl118.pdf"


@pytest.fixture
def fichier(dossiers):
    return dossiers / REFERENCE / "dossier.toml"


def _donnees(fichier):
    return tomllib.loads(fichier.read_text("utf-8"))


def _ordre(page):
    """Les fichiers du bordereau, dans l'ordre montré."""
    return [morceau.split('"')[0] for morceau in page.split('data-fichier="')[1:]]


class Lecture:
    """Une page ouverte : son nom, et l'ordre qu'elle montre."""

    def __init__(self, visiteur):
        self._visiteur = visiteur
        self.texte = visiteur.voir(f"{DOSSIER}/pieces").texte
        self.page, self.ordre = onglet_ouvert(self.texte), _ordre(self.texte)

    def poster(self, geste, **champs):
        tous = [("page", self.page), *(("ordre", f) for f in self.ordre), *champs.items()]
        return self._visiteur.poster(f"{DOSSIER}/pieces/{geste}", tous, htmx=True)


def test_une_piece_monte_d_une_place_et_la_main_la_suit(visiteur, fichier):
    page = Lecture(visiteur)
    place = page.ordre.index(FACTURE)
    reponse = page.poster("deplacer", monter=FACTURE)
    assert reponse.code == 200
    assert _ordre(reponse.texte).index(FACTURE) == place - 1
    assert _donnees(fichier)["ordre_des_pieces"] == _ordre(reponse.texte)
    bouton = next(b for b in reponse.texte.split("<button") if "autofocus" in b)
    assert f'name="monter" value="{FACTURE}"' in bouton
    assert f"pièce n° {place}, {place}e sur 11." in reponse.texte


def test_descendre_puis_monter_rend_le_bordereau_tel_quel(visiteur):
    avant = Lecture(visiteur).ordre
    Lecture(visiteur).poster("deplacer", descendre=LIVRAISON)
    assert Lecture(visiteur).ordre != avant
    Lecture(visiteur).poster("deplacer", monter=LIVRAISON)
    assert Lecture(visiteur).ordre == avant


def test_au_bord_rien_ne_s_ecrit_et_cela_se_dit(visiteur, fichier):
    page, avant = Lecture(visiteur), fichier.read_bytes()
    assert "ne peut pas monter plus haut" in page.poster("deplacer", monter=page.ordre[0]).texte
    assert "ne peut pas descendre plus bas" in page.poster("deplacer", descendre=page.ordre[-1]).texte
    assert fichier.read_bytes() == avant


def test_une_piece_glissee_se_met_avant_celle_ou_on_la_pose_ou_a_la_fin(visiteur):
    page = Lecture(visiteur)
    premiere, derniere = page.ordre[0], page.ordre[-1]
    assert _ordre(page.poster("deplacer", fichier=derniere, avant=premiere).texte)[:2] == [derniere, premiere]
    page = Lecture(visiteur)
    assert _ordre(page.poster("deplacer", fichier=premiere, avant="").texte)[-1] == premiere


def test_une_piece_inconnue_ne_se_deplace_pas(visiteur, fichier):
    avant = fichier.read_bytes()
    assert Lecture(visiteur).poster("deplacer", monter="pieces/absent.pdf").code == 422
    assert fichier.read_bytes() == avant


def test_l_ordre_habituel_revient(visiteur):
    habituel = Lecture(visiteur).ordre
    Lecture(visiteur).poster("deplacer", fichier=FACTURE, avant=habituel[0])
    page = Lecture(visiteur)
    assert "Revenir à l’ordre habituel" in page.texte
    assert visiteur.poster(f"{DOSSIER}/pieces/ordonner", {"page": page.page}).code == 303
    assert Lecture(visiteur).ordre == habituel


def test_le_fichier_change_entre_temps_le_second_ordre_est_refuse_les_deux_montres_puis_garde(visiteur, fichier):
    page = Lecture(visiteur)
    fichier.write_text(fichier.read_text("utf-8").replace(f'"{LIVRAISON}"', '""'), "utf-8")
    entre_temps = fichier.read_bytes()
    reponse = page.poster("deplacer", fichier=FACTURE, avant=page.ordre[0])
    assert reponse.code == 409
    assert fichier.read_bytes() == entre_temps
    face_a_face = reponse.texte.split('class="face-a-face"')[1].split("</form>")[0]
    mien, sien = face_a_face.split("Dans le fichier maintenant")
    assert "(n’y est plus)" in mien
    assert mien.index("Facture") < mien.index("Bon de commande")
    assert sien.index("Bon de commande") < sien.index("Facture")
    garde = [morceau.split('"')[0] for morceau in sien.split('name="ordre" value="')[1:]]
    champs = [("page", onglet_ouvert(reponse.texte)), *(("ordre", f) for f in garde)]
    assert visiteur.poster(f"{DOSSIER}/pieces/ordonner", champs).code == 303
    assert Lecture(visiteur).ordre[0] == FACTURE
    assert LIVRAISON not in Lecture(visiteur).ordre


def test_renommer_ecrit_le_titre_seul(visiteur, fichier):
    page = Lecture(visiteur)
    champs = {"fichier": FACTURE, "v.titre": "Facture « acceptée »", "v.date": "2026-03-31", "v.nature": ""}
    reponse = page.poster("preciser", **champs)
    assert reponse.code == 200
    assert _donnees(fichier)["pieces"][-1] == {"titre": "Facture « acceptée »", "fichier": FACTURE}
    assert "Facture « acceptée »" in Lecture(visiteur).texte


def test_une_precision_fausse_est_dite_a_cote_de_son_champ(visiteur, fichier):
    avant = fichier.read_bytes()
    champs = {"fichier": FACTURE, "v.titre": "Ma facture", "v.date": "2026-02-30", "v.numero": "quatre"}
    reponse = Lecture(visiteur).poster("preciser", **champs)
    assert reponse.code == 422
    assert reponse.texte.count("Non enregistré") == 2
    assert 'value="Ma facture"' in reponse.texte
    assert fichier.read_bytes() == avant


def test_deux_personnes_precisent_la_meme_piece_la_seconde_voit_les_deux_valeurs(visiteur, fichier):
    un, deux = Lecture(visiteur), Lecture(visiteur)
    assert un.poster("preciser", **{"fichier": FACTURE, "v.titre": "Titre un"}).code == 200
    entre_temps = fichier.read_bytes()
    reponse = deux.poster("preciser", **{"fichier": FACTURE, "v.titre": "Titre deux"})
    assert reponse.code == 409
    assert "Votre saisie : Titre deux" in reponse.texte
    assert "Dans le fichier maintenant : Titre un" in reponse.texte
    assert fichier.read_bytes() == entre_temps


def test_une_piece_confidentielle_quitte_le_bordereau_et_y_revient(visiteur, fichier):
    page = Lecture(visiteur)
    reponse = page.poster("preciser", **{"fichier": FACTURE, "v.confidentiel": "oui"})
    assert FACTURE not in _ordre(reponse.texte)
    assert "Gardées pour vous" in reponse.texte
    assert _donnees(fichier)["pieces"][-1]["confidentiel"] is True
    Lecture(visiteur).poster("preciser", **{"fichier": FACTURE, "v.confidentiel": "non"})
    assert Lecture(visiteur).ordre == page.ordre


def test_retirer_ne_cite_plus_le_fichier_et_ne_l_efface_pas(visiteur, fichier):
    Lecture(visiteur).poster("deplacer", monter=FACTURE)
    for nom in (LIVRAISON, FACTURE, "pieces/sirene-debiteur.pdf"):
        reponse = Lecture(visiteur).poster("retirer", fichier=nom)
        assert reponse.code == 200
        assert nom not in _ordre(reponse.texte)
        assert (fichier.parent / nom).is_file()
        assert f"Le fichier {nom} reste dans le dossier" in reponse.texte
    donnees = _donnees(fichier)
    assert "pieces" not in donnees
    assert donnees["factures"][0]["livraison"]["date"].isoformat() == "2026-03-27"
    assert not {LIVRAISON, FACTURE} & set(donnees["ordre_des_pieces"])
    assert "À ranger" in Lecture(visiteur).texte


def test_retirer_ce_qui_n_est_pas_cite_est_refuse(visiteur, fichier):
    avant = fichier.read_bytes()
    assert Lecture(visiteur).poster("retirer", fichier="pieces/absent.pdf").code == 422
    assert fichier.read_bytes() == avant


@pytest.fixture
def servis(visiteur, fichier):
    """Les numéros d'aujourd'hui sont partis : le registre les garde à côté du dossier."""
    ordre = Lecture(visiteur).ordre
    pieces = [
        {"numero": str(n), "titre": f, "fichier": f, "sha256": empreinte(fichier.parent / f)}
        for n, f in enumerate(ordre, start=1)
    ]
    registre = {
        "reference": REFERENCE,
        "liasses": [{"le": "2026-11-02", "sha256": "0" * 64, "procedure": "injonction_de_payer"}],
        "pieces": pieces,
    }
    (fichier.parent / "numeros_servis.json").write_text(json.dumps(registre), "utf-8")
    return ordre


def test_une_piece_tardive_se_met_a_la_suite_ou_devient_4_bis_et_les_autres_ne_bougent_pas(visiteur, fichier, servis):
    (fichier.parent / "pieces" / "lettre.txt").write_bytes("Lettre du débiteur".encode())
    visiteur.poster(f"{DOSSIER}/pieces/citer", {"fichier": "pieces/lettre.txt", "titre": "Lettre du débiteur"})
    page = Lecture(visiteur)
    assert "ses numéros ne changent plus" in page.texte
    assert "« 4 bis »" in page.texte
    assert page.ordre[-1] == "pieces/lettre.txt"
    assert 'class="numero">n° 12<' in page.texte
    assert page.texte.count('name="monter"') == 1
    reponse = page.poster("deplacer", fichier="pieces/lettre.txt", avant=servis[4])
    assert 'class="numero">n° 4 bis<' in reponse.texte
    assert [f for f in _ordre(reponse.texte) if f != "pieces/lettre.txt"] == servis
    reponse = Lecture(visiteur).poster("deplacer", monter="pieces/lettre.txt")
    assert 'class="numero">n° 3 bis<' in reponse.texte


@pytest.mark.usefixtures("servis")
def test_une_piece_communiquee_ne_se_deplace_pas(visiteur, fichier):
    avant = fichier.read_bytes()
    assert "ne peut pas monter" in Lecture(visiteur).poster("deplacer", monter=FACTURE).texte
    assert fichier.read_bytes() == avant
    (fichier.parent / "pieces" / "retire.txt").write_bytes(b"Retire")
    assert Lecture(visiteur).poster("retirer", fichier=LIVRAISON).code == 200
    refus = visiteur.poster(f"{DOSSIER}/pieces/effacer", {"fichier": LIVRAISON})
    assert refus.code == 422
    assert (fichier.parent / LIVRAISON).is_file()


def _lire_pdf(chemin):
    return " ".join(" ".join(page.extract_text() for page in pypdf.PdfReader(chemin).pages).split())


def test_l_ordre_choisi_est_celui_du_bordereau_et_de_la_liasse_produite(visiteur, tmp_path):
    page = Lecture(visiteur)
    page.poster("deplacer", fichier=FACTURE, avant=page.ordre[0])
    voulu = Lecture(visiteur).ordre
    assert voulu[0] == FACTURE
    assert 'class="fait"' in produire(visiteur)
    sortie = tmp_path / "sortie" / REFERENCE
    manifeste = json.loads((sortie / "manifeste.json").read_text("utf-8"))
    assert [piece["source"] for piece in manifeste["pieces"]] == voulu
    assert [piece["numero"] for piece in manifeste["pieces"]] == [str(n) for n in range(1, len(voulu) + 1)]
    bordereau = _lire_pdf(sortie / "actes" / "bordereau.pdf")
    assert bordereau.index("Facture n°") < bordereau.index("Bon de commande") < bordereau.index("Bon de livraison")
    assert "La liasse est partie : retenir ses numéros" in Lecture(visiteur).texte
    assert visiteur.poster(f"{DOSSIER}/pieces/retenir", {}).code == 303
    page = Lecture(visiteur).texte
    assert "ses numéros ne changent plus" in page
    assert 'name="monter"' not in page
