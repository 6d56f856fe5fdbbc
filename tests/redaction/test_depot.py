"""Où et comment déposer : dit sur la couverture et la fiche, selon qui reçoit ; plus rien une fois déposé."""

import datetime as dt
import shutil
from pathlib import Path

import pytest

from generateur.controles.groupes import regrouper
from generateur.droit.tables import lire_table
from generateur.operations.etude import etudier_dossier
from generateur.procedures.repertoire import lister_procedures
from generateur.redaction.composition import Matiere, composer_contexte
from generateur.redaction.fiche import dresser_fiche

EXEMPLES = Path(__file__).parents[2] / "dossiers"
JOUR = dt.date(2026, 11, 21)


def _composer(chemin: Path, procedure: str | None = None):
    etude = etudier_dossier(chemin, jour=JOUR, au=JOUR, procedure=procedure)
    retenue = etude.decision.retenue
    assert retenue is not None
    suivi = etude.dossier.suivi
    fiche = dresser_fiche(
        etude.espece,
        etude.decision,
        regrouper(etude.constats),
        etude.verdict,
        "moteur",
        depot=suivi.depot if suivi else None,
    )
    return composer_contexte(Matiere(etude.espece, retenue, etude.bordereau, fiche))


def _copier(racine: Path, reference: str) -> Path:
    shutil.copytree(EXEMPLES / "creanciers", racine / "creanciers")
    return Path(shutil.copytree(EXEMPLES / reference, racine / reference))


@pytest.mark.parametrize(
    ("reference", "facon", "dit", "priere"),
    [
        ("2026-0042", "En ligne (tribunaldigital.fr", "MonIdenum", "numéro du dossier"),
        ("2026-0090", "Sur papier, par courrier ou au guichet", "e-barreau", "numéro du dossier"),
        ("2026-0051", "Par courrier, à l’étude, ou en ligne sur credicys.fr", "ne peut pas l’exécuter", "acceptez"),
        ("2026-0085", "Par courrier recommandé", "La date d’envoi compte", "recommandé avec avis de réception"),
    ],
)
def test_chaque_voie_dit_par_ou_elle_part(reference, facon, dit, priere):
    contexte = _composer(EXEMPLES / reference)
    assert contexte.depot.startswith(facon)
    depot = contexte.fiche.depot
    assert depot.comment.startswith(facon)
    assert dit in depot.comment
    assert priere in depot.priere


def test_le_tribunal_judiciaire_n_a_pas_le_portail_du_commerce():
    assert "tribunaldigital" not in _composer(EXEMPLES / "2026-0090").fiche.depot.comment


def test_les_frais_du_depot_sont_le_premier_cout():
    fiche = _composer(EXEMPLES / "2026-0042").fiche
    assert fiche.depot.frais == f"{fiche.couts[0].libelle} : {fiche.couts[0].valeur}"


def test_sans_etude_au_dossier_la_fiche_dit_ou_la_trouver(tmp_path):
    texte = (EXEMPLES / "2026-0051" / "dossier.toml").read_text("utf-8")
    debut = texte.index("[destinataire]")
    suite = texte.find("\n[", debut + 1)
    dossier = _copier(tmp_path, "2026-0051")
    (dossier / "dossier.toml").write_text(texte[:debut] + (texte[suite + 1 :] if suite > 0 else ""), "utf-8")
    comment = _composer(dossier).fiche.depot.comment
    assert "Étude à trouver dans le ressort de la cour d’appel du débiteur" in comment
    assert "commissaire-justice.fr" in comment


def test_ce_qui_est_depose_ne_se_depose_plus(tmp_path):
    dossier = _copier(tmp_path, "2026-0042")
    texte = (EXEMPLES / "2026-0042" / "dossier.toml").read_text("utf-8")
    (dossier / "dossier.toml").write_text(f"{texte}\n[suivi]\ndepot = 2026-11-20\n", "utf-8")
    contexte = _composer(dossier)
    assert (contexte.depot, contexte.fiche.depot) == ("", None)


def test_chaque_procedure_qui_s_adresse_a_quelqu_un_dit_comment_deposer():
    espece = etudier_dossier(EXEMPLES / "2026-0042", jour=JOUR, au=JOUR).espece
    cles = {valeur.cle for valeur in lire_table("depots").valeurs}
    muettes = [
        procedure.nom
        for procedure in lister_procedures()
        if procedure.adresser and ((depot := procedure.deposer(espece)) is None or depot.cle not in cles)
    ]
    assert muettes == []
