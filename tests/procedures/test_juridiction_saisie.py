"""Le tribunal imposé au dossier : la demande ne porte jamais son nom sur l'adresse d'un autre."""

import pytest

from generateur.procedures.juridiction_saisie import trouver_juridiction_saisie
from generateur.procedures.repertoire import trouver_procedure

LYON = "Tribunal des activités économiques de Lyon"


def _saisir(juger, procedure, imposee, **suite):
    complement = {"juridiction": imposee, **suite} if imposee else {}
    espece = juger({"procedures": {procedure: complement}})
    voie = trouver_procedure(procedure)
    assert voie.adresser is not None
    return trouver_juridiction_saisie(espece, voie), voie.adresser(espece).lignes


@pytest.mark.parametrize("procedure", ["injonction_de_payer", "assignation_paiement", "refere_provision"])
def test_un_tribunal_impose_n_a_pas_l_adresse_du_tribunal_competent(juger, procedure):
    saisie, lignes = _saisir(juger, procedure, "Tribunal de commerce de Paris")
    assert lignes == ("Tribunal de commerce de Paris",)
    assert (saisie.nom, saisie.type, saisie.adresse) == ("Tribunal de commerce de Paris", "TC", "")
    assert saisie.confiance == "a_confirmer"


@pytest.mark.parametrize("procedure", ["injonction_de_payer", "assignation_paiement"])
@pytest.mark.parametrize("imposee", ["", LYON, f"le {LYON[0].lower()}{LYON[1:]}", LYON.upper()])
def test_le_tribunal_competent_garde_son_adresse_meme_nomme_par_le_dossier(juger, procedure, imposee):
    saisie, lignes = _saisir(juger, procedure, imposee)
    assert saisie.nom == LYON
    assert saisie.siege == "Lyon"
    assert len(lignes) == 2


def test_un_nom_que_l_on_ne_connait_pas_garde_le_type_du_competent(juger):
    saisie, _ = _saisir(juger, "injonction_de_payer", "Pôle de l’économie")
    assert saisie.type == "TAE"


@pytest.mark.parametrize("procedure", ["injonction_de_payer", "assignation_paiement", "refere_provision"])
@pytest.mark.parametrize(
    ("commune", "imposee", "est_en_cause"),
    [
        (("69003", "Lyon"), "", True),
        (("69003", "Lyon"), "Tribunal de commerce de Vienne", False),
        (("42400", "Saint-Chamond"), "", False),
        (("42400", "Saint-Chamond"), "TAE de Lyon", True),
    ],
)
def test_la_contribution_est_celle_du_tribunal_saisi(juger, procedure, commune, imposee, est_en_cause):
    """Loi n° 2023-1059, art. 27 : due devant les tribunaux des activités économiques ; impayée, irrecevable."""
    adresse = {"voie": "1 rue des Essais", "code_postal": commune[0], "commune": commune[1]}
    espece = juger(
        {
            "debiteurs": [{"adresse": adresse}],
            "factures": [{"montant_ttc": "60000.00"}],
            "procedures": {procedure: {"juridiction": imposee} if imposee else {}},
        }
    )
    voie = trouver_procedure(procedure)
    assert ("CONTRIBUTION_EFFECTIF" in {c.code for c in voie.controler(espece)}) is est_en_cause
    assert ("Contribution pour la justice économique" in {c.libelle for c in voie.couts(espece)}) is est_en_cause


@pytest.mark.parametrize("procedure", ["assignation_paiement", "refere_provision"])
def test_l_assignation_suit_le_tribunal_impose_avocat_amiable_et_mentions(juger, procedure):
    """CPC 56, 752, 855 (mentions propres au tribunal), 750-1 (démarche amiable devant le tribunal judiciaire)."""

    def assigner(imposee):
        espece = juger({"procedures": {procedure: {"juridiction": imposee}}})
        voie = trouver_procedure(procedure)
        (motif,) = voie.examiner(espece).motifs
        codes = {c.code for c in voie.controler(espece)}
        return voie.completer(espece), motif.message, "TENTATIVE_AMIABLE_MANQUANTE" in codes

    civil, devant, manque = assigner("Tribunal judiciaire de Lyon")
    assert "devant : Tribunal judiciaire de Lyon" in devant
    assert manque
    commercial, devant, manque = assigner("TC de Vienne")
    assert "devant : TC de Vienne" in devant
    assert not manque
    assert civil["comparution"] != commercial["comparution"]
    assert civil["representation"] != commercial["representation"]


def test_une_voie_sans_juge_n_en_saisit_aucun(juger):
    espece = juger({})
    assert trouver_juridiction_saisie(espece, trouver_procedure("petites_creances")) is None


@pytest.mark.parametrize(
    ("imposee", "connu", "greffe"),
    [
        ("", True, "GREFFE_TC"),
        ("TAE de Lyon", True, "GREFFE_TC"),
        ("Tribunal de commerce de Paris", True, "GREFFE_TC"),
        ("Tribunal judiciaire de Paris", True, "GREFFE_TJ"),
        ("Pôle de l’économie", False, "GREFFE_INCONNU"),
    ],
)
def test_la_consignation_ne_s_affirme_que_d_un_tribunal_dont_le_nom_dit_la_nature(juger, imposee, connu, greffe):
    """CPC 1425 : le greffe du tribunal de commerce fait consigner ; celui du tribunal judiciaire, jamais."""
    espece = juger({"procedures": {"injonction_de_payer": {"juridiction": imposee}}})
    voie = trouver_procedure("injonction_de_payer")
    etapes, (cout, *_) = " ".join(voie.etapes(espece)), voie.couts(espece)
    assert voie.deposer(espece).cle == greffe
    assert ("Consigner les frais" in etapes) is (greffe == "GREFFE_TC")
    assert ("Demander au greffe" in etapes) is not connu
    assert bool(cout.cle) is connu
    remedes = [c.remede for c in voie.controler(espece) if c.code == "JURIDICTION_IMPOSEE"]
    assert any("nom entier" in remede for remede in remedes) is not connu


@pytest.mark.parametrize(
    ("imposee", "est_la_competente"), [("", True), (LYON.upper(), True), ("Tribunal de commerce de Paris", False)]
)
def test_la_requete_ne_dit_le_ressort_que_du_tribunal_competent(juger, imposee, est_la_competente):
    """CPC 1406 : la compétence tient à la demeure du débiteur, que nul ne déplace en imposant un tribunal."""
    espece = juger({"procedures": {"injonction_de_payer": {"juridiction": imposee}}})
    assert trouver_procedure("injonction_de_payer").completer(espece)["ressort"] is est_la_competente
