"""Ce que toute procédure doit avoir, quelle qu'elle soit ; et qu'une procédure de plus ne demande rien d'autre."""

import datetime as dt
import tomllib
from pathlib import Path
from typing import get_type_hints

import pytest
from pydantic import ValidationError

import generateur.procedures
from generateur.controles.pieces import chemins_cites
from generateur.domaine.bordereau import dresser_bordereau
from generateur.droit.tables import lire_table, lister_tables
from generateur.erreurs import ErreurUsage
from generateur.procedures.choix import choisir_procedure
from generateur.procedures.repertoire import lister_procedures, trouver_procedure
from generateur.redaction.mise_en_forme import mettre_en_forme

RACINE = Path(__file__).parents[2]
AU = dt.date(2026, 11, 21)
PROCEDURES = [pytest.param(procedure, id=procedure.nom) for procedure in lister_procedures()]
CAS = [
    cas
    for fichier in sorted((RACINE / "tests" / "cas" / "procedures").glob("*.toml"))
    for cas in tomllib.loads(fichier.read_text("utf-8"))["cas"]
]
COLLECTIVE = {
    "situation": "liquidation",
    "procedure_collective": {"jugement": dt.date(2026, 10, 1), "mandataire": "Me X"},
}
MODULE_FACTICE = '''
"""Procédure d'essai, préférée à toutes."""

from generateur.procedures.petites_creances import PROCEDURE as MODELE
from generateur.domaine.socle import Chemin
from generateur.procedures.socle import Complement, Examen, Procedure, encadrer, motiver


class ComplementEssai(Complement):
    """[procedures.essai]."""

    cle_d_essai: str = ""
    acte_notarie: Chemin | None = None
    annexes: tuple[Chemin, ...] = ()


def examiner(espece):
    """Toujours recevable."""
    return Examen("essai", recevable=True, motifs=(motiver(MODELE.tables[0], espece.au, "CONDITIONS_REUNIES", "oui"),))


PROCEDURE = Procedure(
    nom="essai", libelle="Essai", preference=0, actes=encadrer(), tables=MODELE.tables, examiner=examiner,
    saisit_juridiction=False, complement=ComplementEssai,
)
'''


@pytest.mark.parametrize("procedure", PROCEDURES)
def test_les_modeles_existent(procedure):
    for acte in procedure.actes:
        assert (RACINE / "modeles" / f"{acte.modele}.docx").is_file(), acte.modele


@pytest.mark.parametrize("procedure", PROCEDURES)
def test_les_champs_declares_sont_ceux_que_les_actes_recoivent(procedure, juger):
    """Le TypedDict donné à PROCEDURE par `champs` est ce que rend `completer` : les modèles sont contrôlés ainsi."""
    espece = juger({"debiteurs": [COLLECTIVE if procedure.nom == "declaration_de_creance" else {"genre": "societe"}]})
    assert set(procedure.completer(espece)) == set(get_type_hints(procedure.champs))


@pytest.mark.parametrize("procedure", PROCEDURES)
def test_la_couverture_porte_le_nom_de_l_acte_qui_demande(procedure):
    assert procedure.demande in {acte.titre for acte in procedure.actes}
    assert procedure.demande.startswith(("Requête", "Demande", "Déclaration", "Assignation"))


@pytest.mark.parametrize("procedure", PROCEDURES)
def test_les_mentions_exigees_visent_un_modele_de_la_procedure(procedure):
    assert set(procedure.mentions) <= {acte.modele for acte in procedure.actes}
    assert procedure.mentions or procedure.preference is None


@pytest.mark.parametrize("procedure", PROCEDURES)
def test_les_tables_existent_et_la_premiere_fonde_la_demande(procedure):
    assert set(procedure.tables) <= set(lister_tables())
    assert "FONDEMENT" in lire_table(procedure.tables[0]).cles
    assert any(caractere.isdigit() for caractere in procedure.fondement(AU)), "un fondement nomme un article"


@pytest.mark.parametrize("procedure", PROCEDURES)
def test_le_complement_refuse_une_cle_inconnue(procedure):
    with pytest.raises(ValidationError, match="cle_inventee"):
        procedure.complement.model_validate({"cle_inventee": 1})
    assert procedure.complement.model_validate({}).frais == ()


@pytest.mark.parametrize("procedure", PROCEDURES)
def test_un_cas_au_moins_retient_la_procedure(procedure):
    assert any(cas["attendu"].get("retenue") == procedure.nom for cas in CAS)


@pytest.mark.parametrize("procedure", PROCEDURES)
def test_les_actes_ont_chacun_leur_nom_et_leur_place(procedure):
    noms = [acte.nom for acte in procedure.actes]
    assert len(set(noms)) == len(noms)
    assert all(nom.isascii() and nom.replace("_", "").isalnum() for nom in noms)
    assert noms[:2] == ["couverture", "bordereau"]
    assert [acte.nom for acte in procedure.actes if acte.place == "interne"] == ["fiche_interne"]


@pytest.mark.parametrize("procedure", PROCEDURES)
def test_ce_que_la_procedure_dit_a_l_utilisateur_est_ecrit(procedure, juger):
    """Étapes, coûts, destinataire, champs propres : rien de vide, rien d'anglais ni de « None »."""
    collective = procedure.nom == "declaration_de_creance"
    espece = juger({"debiteurs": [COLLECTIVE if collective else {"genre": "societe"}]}, AU)
    etapes = procedure.etapes(espece)
    assert etapes
    assert procedure.couts(espece)
    assert procedure.adresser
    assert all(procedure.adresser(espece).lignes)
    assert "None" not in " ".join(etapes)
    assert set(map(type, mettre_en_forme(dict(procedure.completer(espece))).values())) <= {str, bool, list, dict}


def test_les_preferences_departagent_toujours():
    rangs = [p.preference for p in lister_procedures() if p.preference is not None]
    assert len(set(rangs)) == len(rangs)
    assert rangs == sorted(rangs), "l'ordre où l'on examine est celui des préférences"
    sur_demande = [p.nom for p in lister_procedures()][len(rangs) :]
    assert sur_demande == sorted(sur_demande), "celles sur demande viennent après, par nom"


def test_une_procedure_inconnue_est_refusee_en_nommant_les_autres():
    with pytest.raises(ErreurUsage) as refus:
        trouver_procedure("procedure_inventee")
    assert all(procedure.nom in refus.value.remede for procedure in lister_procedures())


@pytest.fixture
def procedure_de_plus(tmp_path, monkeypatch):
    """Un module de plus dans le paquet des procédures, et rien d'autre."""
    (tmp_path / "essai_factice.py").write_text(MODULE_FACTICE, encoding="utf-8")
    monkeypatch.setattr(generateur.procedures, "__path__", [*generateur.procedures.__path__, str(tmp_path)])
    lister_procedures.cache_clear()
    yield
    lister_procedures.cache_clear()


@pytest.mark.usefixtures("procedure_de_plus")
def test_une_procedure_ajoutee_est_decouverte_et_choisie(juger):
    decision = choisir_procedure(juger({}, AU))
    assert decision.retenue is not None
    assert decision.retenue.nom == "essai"
    assert {examen.procedure for examen in decision.examens} > {"injonction_de_payer", "essai"}


@pytest.mark.usefixtures("procedure_de_plus")
def test_le_complement_d_une_procedure_ajoutee_se_lit_dans_le_dossier(tmp_path):
    from generateur.erreurs import ErreurLecture  # noqa: PLC0415 (après l'ajout de la procédure)
    from generateur.lecture.socle import lire_dossier  # noqa: PLC0415

    exemple = (RACINE / "dossiers" / "2026-0051" / "dossier.toml").read_text("utf-8")
    copie = tmp_path / "2026-0051"
    copie.mkdir()
    (tmp_path / "creanciers").mkdir()
    for profil in (RACINE / "dossiers" / "creanciers").glob("*.toml"):
        (tmp_path / "creanciers" / profil.name).write_bytes(profil.read_bytes())
    fichier = copie / "dossier.toml"
    fichier.write_text(f'{exemple}\n[procedures.essai]\ncle_d_essai = "oui"\n', encoding="utf-8")
    assert lire_dossier(copie).dossier.procedures["essai"] == {"cle_d_essai": "oui"}
    joints = 'acte_notarie = "pieces/acte.pdf"\nannexes = ["pieces/a1.pdf", "pieces/a2.pdf"]'
    fichier.write_text(f"{exemple}\n[procedures.essai]\n{joints}\n", encoding="utf-8")
    lu = lire_dossier(copie).dossier
    titres = [piece.titre for piece in dresser_bordereau(lu).pieces][-3:]
    assert titres == ["Acte notarie", "Annexes (1)", "Annexes (2)"]
    assert [lieu for lieu, _ in chemins_cites(lu)][-3:] == [
        "procedures.essai.acte_notarie",
        "procedures.essai.annexes[1]",
        "procedures.essai.annexes[2]",
    ]
    fichier.write_text(f'{exemple}\n[procedures.essai]\ncle_d_esai = "oui"\n', encoding="utf-8")
    with pytest.raises(ErreurLecture, match="cle_d_essai"):
        lire_dossier(copie)
