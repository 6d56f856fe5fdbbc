"""Le contexte des actes, sur chaque dossier d'exemple : tout est écrit, tout est cité, rien d'interne n'en sort."""

import dataclasses
import datetime as dt
import re
from decimal import Decimal
from pathlib import Path

import pytest

from generateur.controles.groupes import regrouper
from generateur.domaine.creances import MiseEnDemeure
from generateur.domaine.langue import FINE, INSECABLE
from generateur.operations.etude import etudier_dossier
from generateur.operations.exemples import lister_exemples
from generateur.redaction import composition
from generateur.redaction.composition import Matiere, composer_contexte, mesurer_contexte
from generateur.redaction.contexte import ContexteActes
from generateur.redaction.envois import dire_issue
from generateur.redaction.fiche import dresser_fiche
from generateur.redaction.lignes_bordereau import Mesures
from generateur.redaction.mise_en_forme import mettre_en_forme

DOSSIERS = Path(__file__).parents[2] / "dossiers"
AU = dt.date(2026, 11, 21)
SAISIS = {".relances[].reponse", ".relances[].objet", ".factures[].objet", ".objet"}  # mots de l'utilisateur


def _etudier(reference, procedure=None):
    return etudier_dossier(DOSSIERS / reference, jour=AU, au=AU, procedure=procedure)


ETUDES = {
    chemin.name: faite for chemin in lister_exemples() if (faite := _etudier(chemin.name)).decision.retenue is not None
}


def _composer(etude, *, projet=False):
    fiche = dresser_fiche(etude.espece, etude.decision, regrouper(etude.constats), etude.verdict, "moteur d'essai 1.0")
    return composer_contexte(Matiere(etude.espece, etude.decision.retenue, etude.bordereau, fiche, projet))


@pytest.fixture(params=ETUDES)
def etude(request):
    return ETUDES[request.param]


def _textes(valeur, chemin=""):
    """Chaque texte du contexte, avec son chemin ; toute autre valeur qu'un texte ou un booléen est un défaut."""
    if dataclasses.is_dataclass(valeur):
        for champ in dataclasses.fields(valeur):
            yield from _textes(getattr(valeur, champ.name), f"{chemin}.{champ.name}")
    elif isinstance(valeur, dict):
        for cle, sous in valeur.items():
            yield from _textes(sous, f"{chemin}.{cle}")
    elif isinstance(valeur, tuple | list):
        for sous in valeur:
            yield from _textes(sous, f"{chemin}[]")
    elif isinstance(valeur, str):
        yield chemin, valeur
    else:
        assert valeur is None or isinstance(valeur, bool), f"{chemin} : {type(valeur).__name__}"


def test_tout_champ_est_du_texte_en_francais(etude):
    for chemin, texte in _textes(_composer(etude)):
        if chemin == ".fiche.constats[].remede":
            continue  # un remède montre ce qu'il faut taper dans le dossier
        assert not re.search(r"\bNone\b|Decimal|datetime|\d{4}-\d{2}-\d{2}|\(\)", texte), f"{chemin} : {texte}"
        assert texte == texte.strip(), chemin


def test_un_montant_ou_une_date_ne_se_coupe_pas(etude):
    for chemin, texte in _textes(_composer(etude)):
        if ".fiche" not in chemin and chemin not in SAISIS:
            assert not re.search(r"\d €|\d %|\d (janvier|mars|avril|mai|juin|juillet|septembre) \d", texte), chemin


def test_chaque_piece_est_citee(etude):
    """Bordereau = pièces citées : un acte au moins en cite chacune, et ne cite rien d'autre."""
    contexte = _composer(etude)
    cites = set()
    for chemin, texte in _textes(contexte):
        if chemin != ".pieces[].titre":
            for groupe in re.findall(rf"\(pièces?{INSECABLE}n°{INSECABLE}([^)]*)\)", texte):
                cites |= {n.strip() for n in re.split(r",| et ", groupe)}
    assert cites == {piece.numero for piece in contexte.pieces}


def test_les_postes_font_le_total(etude):
    decompte = _composer(etude).decompte
    somme = sum(_lire(poste.montant) for poste in decompte.postes)
    assert somme == _lire(decompte.total) == etude.espece.decompte.total
    assert all(poste.fondement for poste in decompte.postes)


def _lire(montant):
    return Decimal(montant.removesuffix(f"{INSECABLE}€").replace(FINE, "").replace(",", "."))


def test_la_suite_des_interets_est_demandee_si_des_interets_courent(etude):
    decompte = _composer(etude).decompte
    if etude.decision.retenue.nom == "declaration_de_creance":
        return
    if decompte.a_interets:
        assert "22\u00a0novembre\u00a02026" in decompte.taux_poursuite
        assert "parfait paiement" in decompte.taux_poursuite
    else:
        assert decompte.taux_poursuite == ""


def test_rien_d_interne_hors_de_la_fiche(etude):
    """Verdict, constats, choix forcé, limites de négociation : sur la fiche interne et la lettre à l'étude seules."""
    contexte = _composer(etude)
    servis = dataclasses.replace(contexte, fiche=None, negociation=None)
    ensemble = " ".join(texte for _, texte in _textes(servis)).casefold()
    for constat in etude.constats:
        assert constat.message.casefold() not in ensemble
    assert "negociation" not in contexte.complement
    assert "imposée" not in ensemble


def test_une_relance_confidentielle_ne_parait_pas():
    etude = ETUDES["2026-0042"]
    dossier = etude.dossier
    assert dossier.relances
    secretes = tuple(r.model_copy(update={"confidentiel": True, "objet": "pourparlers"}) for r in dossier.relances)
    espece = dataclasses.replace(etude.espece, dossier=dossier.model_copy(update={"relances": secretes}))
    contexte = _composer(dataclasses.replace(etude, espece=espece))
    assert contexte.relances == ()
    assert not any("pourparlers" in texte for _, texte in _textes(contexte))


def test_les_relances_sont_rangees_par_date():
    etude = ETUDES["2026-0042"]
    renversees = etude.dossier.model_copy(update={"relances": etude.dossier.relances[::-1]})
    espece = dataclasses.replace(etude.espece, dossier=renversees)
    assert _composer(dataclasses.replace(etude, espece=espece)).relances == _composer(etude).relances


def test_les_mesures_remplissent_le_bordereau(etude):
    contexte = _composer(etude)
    assert {piece.page for piece in contexte.pieces} == {""}
    pages = {p.numero: (3 + rang, 2) for rang, p in enumerate(etude.bordereau.pieces)}
    mesure = mesurer_contexte(contexte, Mesures(42, pages, {etude.bordereau.pieces[0].numero: "original conservé"}))
    assert [piece.page for piece in mesure.pieces] == [str(debut) for debut, _ in pages.values()]
    assert mesure.pieces[0].mention == "original conservé"
    assert mesure.liasse.pages == f"42{INSECABLE}pages"


def test_le_tribunal_est_designe_en_toutes_lettres():
    juridiction = _composer(ETUDES["2026-0042"]).juridiction
    assert juridiction.nom == "Tribunal des activités économiques de Lyon"
    assert juridiction.du_nom == "du tribunal des activités économiques de Lyon"
    assert juridiction.magistrat == "Madame ou Monsieur le Président du tribunal des activités économiques de Lyon"
    assert juridiction.adresse


def test_une_voie_sans_tribunal_n_en_designe_pas():
    assert _composer(ETUDES["2026-0051"]).juridiction is None


def test_une_adresse_publiee_en_capitales_se_lit_comme_les_autres():
    assert _composer(ETUDES["2026-0093"]).juridiction.adresse == ("Quai Finkmatt", "67070 Strasbourg Cedex")


def test_une_declaration_distingue_l_echu_de_ce_qui_etait_a_echoir_au_jugement():
    """C. com. L622-25 : RC-0671, née avant le jugement et échue après lui, se déclare à échoir."""
    contexte = _composer(ETUDES["2026-0085"])
    champs = contexte.complement
    assert [(somme["numero"], _lire(somme["montant"])) for somme in champs["a_echoir"]] == [("RC-0671", 3840)]
    assert _lire(champs["montant_echu"]) == Decimal("15874.25")
    assert _lire(champs["montant_declare"]) == _lire(contexte.decompte.total)
    assert contexte.destinataire[:2] == ("Maître Hélène Vasseroy", "Mandataire judiciaire")


def test_l_acte_dit_pourquoi_ce_juge():
    dits = {
        reference: _composer(ETUDES[reference]).complement["competence"] for reference in ("2026-0063", "2026-0090")
    }
    assert "née entre commerçant et artisan" in dits["2026-0063"]
    assert "Le débiteur n’ayant pas la qualité de commerçant" in dits["2026-0090"]


def test_chaque_poste_demande_a_sa_piece(etude):
    assert all(poste.citation for poste in _composer(etude).decompte.postes)


def test_l_interet_legal_dit_de_quel_jour_il_part():
    regles = _composer(ETUDES["2026-0051"]).decompte.regles
    assert "du lendemain de la présentation de la mise en demeure" in regles[0]


def test_un_creancier_signe_par_son_representant_et_un_mandataire_par_le_sien():
    etude = ETUDES["2026-0042"]
    signataire = _composer(etude).signataire
    attendu = etude.dossier.creancier.representant
    assert (signataire.nom, signataire.qualite) == (attendu.nom, attendu.qualite)
    assert signataire.lieu == etude.dossier.creancier.domicile.commune


def test_une_procedure_imposee_ne_se_dit_que_sur_la_fiche():
    etude = _etudier("2026-0042", "petites_creances")
    contexte = _composer(etude)
    assert "imposée" in contexte.fiche.alerte
    assert "Pourquoi nous ne l’aurions pas choisie" in contexte.fiche.alerte
    assert "Injonction de payer" in contexte.fiche.alerte


@pytest.mark.parametrize(
    ("champs", "attendu"),
    [
        ({"issue": "distribuee", "date_reception": "2026-05-20"}, "distribuée le 20 mai 2026"),
        ({"issue": "distribuee", "date_presentation": "2026-05-19"}, "présentée le 19 mai 2026, distribuée"),
        ({"issue": "non_reclamee", "date_presentation": "2026-05-19"}, "présentée le 19 mai 2026 et non réclamée"),
        ({"issue": "refusee"}, "présentée et refusée"),
        ({"issue": "npai"}, "retournée, le destinataire étant inconnu à l’adresse"),
        ({"issue": "en_attente", "date_presentation": "2026-05-19"}, "présentée le 19 mai 2026"),
        ({"date_reception": "2026-05-20"}, "reçue le 20 mai 2026"),
        ({}, ""),
    ],
)
def test_l_issue_d_une_mise_en_demeure(champs, attendu):
    mise = MiseEnDemeure.model_validate({"date_envoi": "2026-05-15", **champs})
    assert dire_issue(mise).replace(INSECABLE, " ") == attendu


def test_mettre_en_forme_les_valeurs_d_une_procedure():
    brutes = {"m": Decimal(1200), "j": dt.date(2026, 12, 1), "vide": None, "l": [Decimal(1)], "t": "x", "b": True}
    formes = mettre_en_forme(brutes)
    assert formes["m"] == f"1{FINE}200,00{INSECABLE}€"
    assert formes["j"].replace(INSECABLE, " ") == "1er décembre 2026"
    assert formes["l"] == [f"1,00{INSECABLE}€"]
    assert (formes["vide"], formes["t"], formes["b"]) == ("", "x", True)


def test_le_contexte_ne_connait_que_des_champs_documentes():
    assert set(vars(_composer(ETUDES["2026-0042"]))) == {champ.name for champ in dataclasses.fields(ContexteActes)}


@pytest.mark.parametrize(
    ("arrete_le", "dit"),
    [
        ((2027, 6, 1), ("demeurées impayées", "à leur échéance")),
        ((2026, 12, 1), ("demeurées impayées", "à leur échéance, sauf celle qui n’est pas encore échue")),
        ((2026, 5, 1), ("dues", "à une échéance qui n’est pas encore venue")),
    ],
)
def test_une_facture_pas_encore_echue_n_est_pas_dite_impayee_a_son_echeance(arrete_le, dit):
    decompte = ETUDES["2026-0042"].espece.decompte
    solde = dataclasses.replace(decompte.soldes[0], echeance=dt.date(2026, 6, 1))
    tardif = dataclasses.replace(solde, echeance=dt.date(2027, 1, 15))
    decompte = dataclasses.replace(decompte, soldes=(solde, tardif), arrete_le=dt.date(*arrete_le))
    assert (composition._dire_etat_des_factures(decompte), composition._dire_moment_des_factures(decompte)) == dit
