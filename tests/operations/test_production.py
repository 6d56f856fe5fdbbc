"""La chaîne entière : mêmes entrées, mêmes octets, quel que soit le jour, le lieu ou l'ordre des productions."""

import datetime as dt
import shutil
from pathlib import Path

import pytest
from docx import Document

from generateur.erreurs import ErreurGenerateur
from generateur.lecture.socle import lire_dossier
from generateur.operations import empreintes
from generateur.operations.empreintes import est_a_jour
from generateur.operations.outillage import ouvrir_moteurs
from generateur.operations.production import produire_dossier
from generateur.operations.progression import Etape
from generateur.redaction.modeles_livres import racine_par_defaut
from generateur.reglages import Reglages

EXEMPLES = Path(__file__).parents[2] / "dossiers"
AU = dt.date(2026, 11, 21)


@pytest.fixture(scope="module")
def moteurs():
    with ouvrir_moteurs(None) as ouverts:
        yield ouverts


def _octets(repertoire):
    return {p.relative_to(repertoire): p.read_bytes() for p in sorted(repertoire.rglob("*")) if p.is_file()}


def _produire(source, sortie, moteurs, jour=AU, **reglages):
    return produire_dossier(source, sortie, jour=jour, au=AU, reglages=Reglages(**reglages), moteurs=moteurs)


def test_le_jour_ou_l_on_produit_ne_change_rien(tmp_path, moteurs):
    """L'arrêté est à venir pour le premier, passé pour le second : les octets sont les mêmes."""
    for nom, jour in (("avant", AU - dt.timedelta(days=30)), ("apres", AU + dt.timedelta(days=30))):
        _produire(EXEMPLES / "2026-0051", tmp_path / nom, moteurs, jour)
    assert _octets(tmp_path / "avant" / "2026-0051") == _octets(tmp_path / "apres" / "2026-0051")


def test_le_lieu_et_l_age_des_fichiers_ne_changent_rien(tmp_path, moteurs):
    ailleurs = tmp_path / "un autre endroit" / "dossiers"
    shutil.copytree(EXEMPLES / "2026-0063", ailleurs / "2026-0063", copy_function=shutil.copyfile)
    shutil.copytree(EXEMPLES / "creanciers", ailleurs / "creanciers", copy_function=shutil.copyfile)
    _produire(EXEMPLES / "2026-0063", tmp_path / "un", moteurs)
    _produire(ailleurs / "2026-0063", tmp_path / "deux", moteurs)
    assert _octets(tmp_path / "un" / "2026-0063") == _octets(tmp_path / "deux" / "2026-0063")


def test_chaque_etape_se_dit_une_fois_dans_l_ordre_avant_la_publication(tmp_path, moteurs):
    dites, publiee = [], tmp_path / "sortie" / "2026-0063"

    def suivre(etape):
        dites.append((etape, publiee.exists()))

    produire_dossier(
        EXEMPLES / "2026-0063", publiee.parent, jour=AU, au=AU, reglages=Reglages(), moteurs=moteurs, avancer=suivre
    )
    assert dites == [(etape, False) for etape in Etape]
    assert publiee.exists()


def test_un_refus_s_arrete_a_l_etude(tmp_path, moteurs):
    dites: list[Etape] = []
    communs = {"jour": AU, "au": AU, "reglages": Reglages(), "moteurs": moteurs, "avancer": dites.append}
    with pytest.raises(ErreurGenerateur):
        produire_dossier(EXEMPLES / "2026-0099", tmp_path / "sortie", **communs)
    assert dites == [Etape.ETUDE]


def test_un_refus_n_ecrit_rien_et_porte_ses_constats(tmp_path, moteurs):
    with pytest.raises(ErreurGenerateur) as refus:
        _produire(EXEMPLES / "2026-0099", tmp_path / "sortie", moteurs)
    assert refus.value.constats
    assert not (tmp_path / "sortie").exists()


def test_un_echec_au_milieu_laisse_l_ancienne_liasse(tmp_path, moteurs, monkeypatch):
    from generateur.operations import production as chaine  # noqa: PLC0415 (pour y provoquer la panne)

    _produire(EXEMPLES / "2026-0051", tmp_path, moteurs)
    avant = _octets(tmp_path / "2026-0051")

    def _panne(*_args, **_reste):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(chaine, "ecrire_manifeste", _panne)
    with pytest.raises(ErreurGenerateur, match="le disque est plein"):
        _produire(EXEMPLES / "2026-0051", tmp_path, moteurs)
    assert _octets(tmp_path / "2026-0051") == avant
    assert not list(tmp_path.glob(".*.preparation"))


def test_rien_d_interne_n_entre_dans_la_liasse(tmp_path, moteurs):
    """La fiche interne et la lettre à l'étude sont à côté ; la liasse ne cite ni verdict ni limite de négociation."""
    import pypdf  # noqa: PLC0415 (seul test qui lit la liasse)

    manifeste = _produire(EXEMPLES / "2026-0051", tmp_path, moteurs)
    dans_la_liasse = {acte.nom for acte in manifeste.actes if acte.page_debut is not None}
    assert {acte.nom for acte in manifeste.actes} - dans_la_liasse == {"fiche_interne", "lettre_etude"}
    lecteur = pypdf.PdfReader(tmp_path / "2026-0051" / manifeste.liasse.fichier)
    texte = " ".join(page.extract_text() for page in lecteur.pages).casefold()
    for interdit in ("verdict", "à ne pas déposer", "limites de négociation", "procédure imposée", "pour vous seul"):
        assert interdit not in texte


def test_un_modele_modifie_dans_le_meme_processus_sert_aussitot(tmp_path, moteurs):
    modeles = tmp_path / "modeles"
    shutil.copytree(racine_par_defaut(), modeles)
    avant = _produire(EXEMPLES / "2026-0051", tmp_path / "sortie", moteurs, modeles=modeles)
    etat = {"jour": AU, "au": AU, "reglages": Reglages(modeles=modeles), "moteurs": moteurs.empreintes()}
    assert est_a_jour(lire_dossier(EXEMPLES / "2026-0051"), tmp_path / "sortie", **etat)
    document = Document(modeles / "communs" / "couverture.docx")
    document.paragraphs[0].insert_paragraph_before("Étude Nouvelle Allure")
    document.save(modeles / "communs" / "couverture.docx")
    assert not est_a_jour(lire_dossier(EXEMPLES / "2026-0051"), tmp_path / "sortie", **etat)
    apres = _produire(EXEMPLES / "2026-0051", tmp_path / "sortie", moteurs, modeles=modeles)
    assert apres.liasse.sha256 != avant.liasse.sha256
    couverture = Document(tmp_path / "sortie" / "2026-0051" / "actes" / "couverture.docx")
    assert "Étude Nouvelle Allure" in "\n".join(p.text for p in couverture.paragraphs)


def test_un_fichier_de_droit_modifie_perime_la_liasse(tmp_path, moteurs, monkeypatch):
    _produire(EXEMPLES / "2026-0051", tmp_path / "sortie", moteurs)
    etat = {"jour": AU, "au": AU, "reglages": Reglages(), "moteurs": moteurs.empreintes()}
    for repertoire in ("tables", "ressorts", "formulaires"):
        shutil.copytree(empreintes.files("generateur.droit") / repertoire, tmp_path / "droit" / repertoire)
    monkeypatch.setattr(empreintes, "files", lambda _: tmp_path / "droit")
    assert est_a_jour(lire_dossier(EXEMPLES / "2026-0051"), tmp_path / "sortie", **etat)
    for fichier in (
        next((tmp_path / "droit" / "formulaires").iterdir()),
        tmp_path / "droit" / "tables" / "seuils.toml",
    ):
        avant = fichier.read_bytes()
        fichier.write_bytes(avant + b"\n# autre\n")
        assert not est_a_jour(lire_dossier(EXEMPLES / "2026-0051"), tmp_path / "sortie", **etat)
        fichier.write_bytes(avant)


def test_une_piece_figee_n_est_resumee_qu_une_fois(tmp_path, moteurs, monkeypatch):
    import hashlib  # noqa: PLC0415 (pour en compter les lectures)

    lus = []
    resumer = hashlib.file_digest
    monkeypatch.setattr(hashlib, "file_digest", lambda flux, nom: (lus.append(Path(flux.name)), resumer(flux, nom))[1])
    manifeste = _produire(EXEMPLES / "2026-0051", tmp_path, moteurs)
    sources = [lu.name for lu in lus if "sources" in lu.parts]
    assert sorted(sources) == sorted({Path(piece.source).name for piece in manifeste.pieces})
    for piece in manifeste.pieces:
        source = EXEMPLES / "2026-0051" / piece.source
        assert hashlib.sha256(source.read_bytes()).hexdigest() == piece.source_sha256
