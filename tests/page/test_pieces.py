"""Les pièces dans la page : recevoir ou refuser, proposer, citer, montrer la page tamponnée ; rien d'écrasé."""

import io
import tomllib

import pikepdf
import pytest

DOSSIER = "/dossiers/2026-0042"


def _deposer(visiteur, *fichiers):
    return visiteur.envoyer(f"{DOSSIER}/pieces", {}, [("fichiers", nom, octets) for nom, octets in fichiers])


def test_un_fichier_depose_entre_dans_pieces_et_se_propose(visiteur, dossiers):
    assert _deposer(visiteur, ("Note de visite.txt", b"Visite du 3 mars")).code == 303
    assert (dossiers / "2026-0042" / "pieces" / "Note_de_visite.txt").read_bytes() == b"Visite du 3 mars"
    assert "Note_de_visite.txt" in visiteur.voir(f"{DOSSIER}/pieces").texte


def _octets(dossiers, nom):
    return (dossiers / "2026-0042" / "pieces" / nom).read_bytes()


def test_un_fichier_de_meme_nom_n_ecrase_rien(visiteur, dossiers):
    pieces = dossiers / "2026-0042" / "pieces"
    avant = {p.name: p.read_bytes() for p in pieces.iterdir()}
    un, deux = _octets(dossiers, "cgv.pdf"), _octets(dossiers, "bl118.pdf")
    assert _deposer(visiteur, ("f2026-118.pdf", un), ("f2026-118.pdf", deux)).code == 303
    apres = {p.name: p.read_bytes() for p in pieces.iterdir()}
    assert {nom: apres[nom] for nom in avant} == avant
    assert sorted(apres[nom] for nom in apres.keys() - avant.keys()) == sorted((un, deux))


@pytest.mark.parametrize(
    "nom", ["../../dossier.toml", "..\\..\\dossier.toml", "/etc/passwd", "a/../../b.txt", ".verrou", "é\u202e.txt"]
)
def test_un_nom_hostile_reste_dans_pieces(visiteur, dossiers, nom):
    dossier = dossiers / "2026-0042"
    ailleurs = {p: p.read_bytes() for p in dossiers.parent.rglob("*") if "pieces" not in p.parts and p.is_file()}
    assert _deposer(visiteur, (nom, b"Une note")).code in {303, 422}
    apres = {p: p.read_bytes() for p in dossiers.parent.rglob("*") if "pieces" not in p.parts and p.is_file()}
    assert apres == ailleurs
    assert not [p for p in (dossier / "pieces").iterdir() if p.name.startswith(".")]


def test_sans_fichier_rien_ne_change(visiteur):
    assert _deposer(visiteur, ("", b"")).code == 422


def test_un_fichier_sans_place_se_verse_sous_un_titre(visiteur, dossiers):
    _deposer(visiteur, ("note.txt", b"Note"))
    champs = {"fichier": "pieces/note.txt", "titre": "Note « interne »"}
    assert visiteur.poster(f"{DOSSIER}/pieces/citer", champs).code == 303
    donnees = tomllib.loads((dossiers / "2026-0042" / "dossier.toml").read_text("utf-8"))
    assert donnees["pieces"][-1] == {"titre": "Note « interne »", "fichier": "pieces/note.txt"}


@pytest.mark.parametrize("fichier", ["dossier.toml", "../2026-0074/dossier.toml", "pieces/absent.pdf", ""])
def test_on_ne_cite_que_ce_qui_est_dans_pieces(visiteur, fichier):
    assert visiteur.poster(f"{DOSSIER}/pieces/citer", {"fichier": fichier, "titre": "x"}).code == 422


def test_l_apercu_est_une_image_de_la_page_tamponnee(visiteur):
    assert "telle qu’elle sera tamponnée" in visiteur.voir(f"{DOSSIER}/pieces/1").texte
    image = visiteur.voir(f"{DOSSIER}/pieces/1/image?page=1")
    assert image.code == 200
    assert image.entetes["content-type"] == "image/png"
    assert image.octets.startswith(b"\x89PNG")
    assert image.entetes["x-page"] == "1"


def test_une_page_au_dela_de_la_derniere_montre_la_derniere(visiteur):
    image = visiteur.voir(f"{DOSSIER}/pieces/1/image?page=9999")
    assert image.entetes["x-page"] == image.entetes["x-pages"]


@pytest.mark.parametrize("numero", ["99", "0", "quatre", "../1"])
def test_une_piece_inconnue_est_dite(visiteur, numero):
    assert visiteur.voir(f"{DOSSIER}/pieces/{numero}").code in {404, 422}


def _proteger(octets, mot_de_passe):
    sortie = io.BytesIO()
    with pikepdf.open(io.BytesIO(octets)) as pdf:
        pdf.save(sortie, encryption=pikepdf.Encryption(owner=mot_de_passe, user=mot_de_passe))
    return sortie.getvalue()


@pytest.mark.parametrize(
    ("nom", "octets", "dit"),
    [
        ("archive.zip", b"PK\x05\x06" + bytes(18), "archive compressée"),
        ("film.mp4", b"\0\0\0\x18ftypmp42" + bytes(32), "son ou une vidéo"),
        ("vide.pdf", b"", "est vide"),
        ("abime.pdf", b"%PDF-1.7\nrien de plus", "ne peut pas être reprise"),
        ("inconnu.xyz", bytes(range(256)), "n’est pas reconnu"),
    ],
)
def test_ce_qui_ne_peut_pas_etre_une_piece_est_refuse_sur_place_dans_les_mots_de_verifier(
    visiteur, dossiers, nom, octets, dit
):
    presents = sorted((dossiers / "2026-0042" / "pieces").iterdir())
    refus = _deposer(visiteur, (nom, octets))
    assert refus.code == 422
    assert 'id="refus-depot"' in refus.texte
    assert dit in refus.texte
    assert sorted((dossiers / "2026-0042" / "pieces").iterdir()) == presents


def test_un_refus_n_empeche_pas_les_autres_fichiers(visiteur, dossiers):
    page = _deposer(visiteur, ("note.txt", b"Note"), ("vide.pdf", b""))
    assert page.code == 422
    assert "Ajouté quand même : pieces/note.txt" in page.texte
    assert (dossiers / "2026-0042" / "pieces" / "note.txt").is_file()


def test_un_pdf_protege_est_refuse_puis_entre_avec_son_mot_de_passe_qui_ne_s_affiche_pas(visiteur, dossiers):
    octets = _proteger(_octets(dossiers, "cgv.pdf"), "sesame-ouvre")
    refus = _deposer(visiteur, ("scan.pdf", octets))
    assert refus.code == 422
    assert "mot de passe" in refus.texte
    fichiers = [("fichiers", "scan.pdf", octets)]
    assert visiteur.envoyer(f"{DOSSIER}/pieces", {"mot_de_passe": "faux"}, fichiers).code == 422
    assert visiteur.envoyer(f"{DOSSIER}/pieces", {"mot_de_passe": "sesame-ouvre"}, fichiers).code == 303
    page = visiteur.voir(f"{DOSSIER}/pieces").texte
    assert "scan.pdf" in page
    assert "sesame-ouvre" not in page
    assert "ne peut pas être reprise" not in page


def test_un_fichier_se_range_a_la_place_proposee_meme_a_confirmer(visiteur, dossiers):
    donnees = lambda: tomllib.loads((dossiers / "2026-0042" / "dossier.toml").read_text("utf-8"))  # noqa: E731
    _deposer(visiteur, ("rib.txt", b"Releve d'identite bancaire (RIB) de la societe"))
    page = visiteur.voir(f"{DOSSIER}/pieces").texte
    assert "Place proposée" in page
    champs = {"fichier": "pieces/rib.txt"}
    assert visiteur.poster(f"{DOSSIER}/pieces/placer", champs).code == 303
    assert donnees()["pieces"][-1]["fichier"] == "pieces/rib.txt"
    assert visiteur.poster(f"{DOSSIER}/pieces/placer", {"fichier": "pieces/absent.pdf"}).code == 422


def test_une_date_fausse_est_refusee_a_cote_de_son_champ_et_la_saisie_reste(visiteur, dossiers):
    _deposer(visiteur, ("note.txt", b"Note"))
    avant = (dossiers / "2026-0042" / "dossier.toml").read_bytes()
    champs = {"fichier": "pieces/note.txt", "titre": "Ma note", "date": "31/02/2026"}
    page = visiteur.poster(f"{DOSSIER}/pieces/citer", champs, htmx=True)
    assert page.code == 422
    assert "n’existe pas au calendrier" in page.texte
    assert 'value="Ma note"' in page.texte
    assert (dossiers / "2026-0042" / "dossier.toml").read_bytes() == avant


def test_un_fichier_ne_s_efface_que_si_rien_ne_le_cite(visiteur, dossiers):
    _deposer(visiteur, ("note.txt", b"Note"))
    assert "pas de corbeille" in visiteur.voir(f"{DOSSIER}/pieces").texte
    for fichier in ("pieces/f2026-118.pdf", "dossier.toml", "../2026-0074/dossier.toml", "pieces/absent.txt"):
        assert visiteur.poster(f"{DOSSIER}/pieces/effacer", {"fichier": fichier}).code == 422
    assert visiteur.poster(f"{DOSSIER}/pieces/effacer", {"fichier": "pieces/note.txt"}).code == 303
    assert not (dossiers / "2026-0042" / "pieces" / "note.txt").exists()
    assert (dossiers / "2026-0042" / "pieces" / "f2026-118.pdf").is_file()


def test_l_apercu_dit_la_page_et_leur_nombre(visiteur):
    page = visiteur.voir(f"{DOSSIER}/pieces/1").texte
    pages = int(visiteur.voir(f"{DOSSIER}/pieces/1/image").entetes["x-pages"])
    assert f"page 1 sur {pages}" in page
    derniere = visiteur.voir(f"{DOSSIER}/pieces/1?page={pages}").texte
    assert "Page suivante" not in derniere


def test_l_apercu_d_un_fichier_remplace_se_refait_et_dit_ce_qui_l_empeche(visiteur, dossiers):
    avant = visiteur.voir(f"{DOSSIER}/pieces/1/image").octets
    fichier = dossiers / "2026-0042" / "pieces" / "bc118.pdf"
    fichier.write_bytes(_octets(dossiers, "cgv.pdf"))
    assert visiteur.voir(f"{DOSSIER}/pieces/1/image").octets != avant
    fichier.write_bytes(b"%PDF-1.7 abime")
    page = visiteur.voir(f"{DOSSIER}/pieces/1")
    assert page.code == 422
    assert "<img" not in page.texte
