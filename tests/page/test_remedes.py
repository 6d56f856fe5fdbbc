"""Le remède en bouton : chaque code qui arrête un dossier en a un dans la page, et il mène où il dit."""

import tomllib
from urllib.parse import unquote, urlsplit

import pytest

from generateur.controles.catalogue import catalogue, constater
from generateur.page.montre import lister_sections
from generateur.page.remedes import RIEN_A_CLIQUER, lire_remedes, remedier
from tests.controles.conftest import controler, dossier_deforme, inspection
from tests.controles.test_codes import AU, CAS

__all__ = ["controler", "inspection"]

ARRETENT = {"bloquant", "a_completer"}
DOSSIER = "/dossiers/2026-0042"
DES_VOIES = {
    "JURIDICTION_A_DESIGNER": "procedures.assignation_paiement.juridiction",
    "DECLARATION_INCOMPLETE": "procedures.declaration_de_creance.nature",
    "CONSOMMATEUR_HORS_DE_SON_ETAT": "procedures.injonction_europeenne.etat_juridiction",
    "TENTATIVE_AMIABLE_MANQUANTE": "situation.tentative_amiable",
    "CONTRIBUTION_EFFECTIF": "creancier.effectif",
    "CONTRIBUTION_COMPTES": "creancier.benefice_moyen",
    "JUGEMENT_INCONNU": "debiteurs[1].procedure_collective.jugement",
    "DESTINATAIRE_INCONNU": "debiteurs[1].procedure_collective.mandataire",
    "PUBLICATION_INCONNUE": "debiteurs[1].procedure_collective.publication_bodacc",
}


def _codes_de_la_table():
    table = lire_remedes()
    tables = [table["aller"], table["joindre"], *table["produire"].values(), *table["ouvrir"].values()]
    return [code for dits in tables for code in dits]


def test_chaque_code_qui_arrete_un_dossier_a_son_remede_ou_sa_raison_de_n_en_pas_avoir():
    arretent = {code for code, entree in catalogue().items() if ARRETENT & set(entree.gravites)}
    assert arretent - set(_codes_de_la_table()) == arretent & set(lire_remedes()[RIEN_A_CLIQUER])


def test_la_table_ne_parle_que_de_codes_connus_et_une_seule_fois():
    dits = [*_codes_de_la_table(), *lire_remedes()[RIEN_A_CLIQUER]]
    assert set(dits) <= set(catalogue())
    assert len(dits) == len(set(dits))


@pytest.mark.parametrize("cas", [c for c in CAS if not c.get("fichier")], ids=lambda cas: cas["code"])
def test_un_remede_mene_a_un_champ_que_la_page_montre(controler, cas):
    constats = controler(cas.get("quand"), au=cas.get("au", AU), jour=cas.get("jour", AU))
    donnees = dossier_deforme(cas.get("quand", {})).model_dump(mode="json", exclude_none=True)
    for constat in constats:
        if constat.gravite in ARRETENT:
            _eprouver(constat, donnees, constats)


@pytest.mark.parametrize(("code", "lieu"), DES_VOIES.items(), ids=list(DES_VOIES))
def test_ce_qu_une_voie_demande_se_remplit_dans_la_page(code, lieu):
    constat = constater(code, "il manque quelque chose", lieu=lieu)
    _eprouver(constat, dossier_deforme({}).model_dump(mode="json", exclude_none=True), (constat,))


def _eprouver(constat, donnees, constats):
    remede = remedier(constat, "2026-0042")
    assert remede, constat
    if remede.geste != "aller" or "#c-" not in remede.adresse:
        return
    partie = urlsplit(remede.adresse)
    onglet, pas = partie.query.partition("onglet=")[2], unquote(partie.fragment).split("-")[1:]
    sections = lister_sections(donnees, onglet, constats)
    groupes = [groupe for section in sections for groupe in section.groupes]
    champs = {champ.identifiant for groupe in groupes for champ in groupe.tous()}
    # le champ lui-même, ou la section que le constat désigne entière
    assert "-".join(pas) in champs or pas[0] in {section.nom for section in sections}, constat


def test_ce_qui_manque_se_joint_depuis_son_constat(visiteur, dossiers):
    fichier = dossiers / "2026-0042" / "dossier.toml"
    texte = fichier.read_text("utf-8")
    facture = tomllib.loads(texte)["factures"][0]["fichier"]
    fichier.write_text(texte.replace(f'fichier     = "{facture}"', ""), "utf-8")
    octets = (dossiers / "2026-0042" / facture).read_bytes()
    page = visiteur.voir(DOSSIER).texte
    assert 'name="lieu" value="factures[1].fichier"' in page
    joint = visiteur.envoyer(
        f"{DOSSIER}/joindre", {"lieu": "factures[1].fichier"}, [("fichier", "La facture.pdf", octets)]
    )
    assert joint.code == 303
    ecrit = tomllib.loads(fichier.read_text("utf-8"))["factures"][0]["fichier"]
    assert (dossiers / "2026-0042" / ecrit).read_bytes() == octets
    deux = visiteur.envoyer(f"{DOSSIER}/joindre", {"lieu": "factures[1].fichier"}, [("fichier", "b.pdf", octets)])
    assert deux.code == 422
    assert tomllib.loads(fichier.read_text("utf-8"))["factures"][0]["fichier"] == ecrit


@pytest.mark.parametrize("lieu", ["factures[1].numero", "factures[1]", "", "autre.fichier", "factures[99999].fichier"])
def test_un_fichier_ne_se_joint_qu_a_sa_place(visiteur, dossiers, lieu):
    avant = (dossiers / "2026-0042" / "dossier.toml").read_bytes()
    assert visiteur.envoyer(f"{DOSSIER}/joindre", {"lieu": lieu}, [("fichier", "b.pdf", b"%PDF-1.7")]).code == 422
    assert (dossiers / "2026-0042" / "dossier.toml").read_bytes() == avant


def test_un_fichier_illisible_ne_se_joint_pas(visiteur, dossiers):
    dossier = dossiers / "2026-0074" / "dossier.toml"
    avant, ranges = dossier.read_bytes(), sorted((dossiers / "2026-0074" / "pieces").iterdir())
    refus = visiteur.envoyer(
        "/dossiers/2026-0074/joindre", {"lieu": "mise_en_demeure.fichier"}, [("fichier", "b.pdf", b"rien")]
    )
    assert refus.code == 422
    assert dossier.read_bytes() == avant
    assert sorted((dossiers / "2026-0074" / "pieces").iterdir()) == ranges


def test_l_objet_de_la_creance_se_remplit_dans_la_page(visiteur, dossiers):
    page = visiteur.voir(f"{DOSSIER}?onglet=contrat").texte
    assert 'id="c-objet"' in page
    nom = page.split('name="page" value="')[1].split('"')[0]
    ecrit = visiteur.poster(f"{DOSSIER}/champ", {"lieu": "objet", "page": nom, "valeur": "Des tables"}, htmx=True)
    assert ecrit.code == 200
    assert tomllib.loads((dossiers / "2026-0042" / "dossier.toml").read_text("utf-8"))["objet"] == "Des tables"
