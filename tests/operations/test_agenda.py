"""L'agenda : réimporté, il met à jour sans doubler ; partagé, il ne nomme personne."""

import datetime as dt

import pytest
from icalendar import Calendar

from generateur.erreurs import ErreurLecture, ErreurUsage
from generateur.operations.agenda import ecrire_agenda
from generateur.operations.echeances import lister_echeances

JOUR = dt.date(2026, 11, 21)
BASE = """reference = "{reference}"
[creancier]
nature = "personne_morale"
denomination = "Atelier Lumen"
forme = "SARL"
adresse = {{ voie = "12 rue des Fleurs", code_postal = "69003", commune = "Lyon" }}
[[debiteurs]]
nature = "personne_morale"
denomination = "Comptoirs Beaurivage"
forme = "SAS"
adresse = {{ voie = "4 quai du Port", code_postal = "13002", commune = "Marseille" }}
[[debiteurs]]
nature = "particulier"
nom = "Bel"
prenoms = "Jeanne"
role = "codebiteur_solidaire"
adresse = {{ voie = "5 quai du Port", code_postal = "13002", commune = "Marseille" }}
[[factures]]
numero = "F-118"
date = {facture}
echeance = {echeance}
montant_ttc = "1200.00"
"""
DEPOSE = """[suivi]
depot = 2026-09-10
ordonnance = { date = 2026-09-21 }
significations = [{ date = 2026-11-02, mode = "personne", debiteur = "Jeanne Bel" }]
"""
ACCORD = """[accord]
date = 2026-11-02
echeances = [{ date = 2026-12-01, montant = "600.00" }, { date = 2027-01-04, montant = "600.00" }]
"""


@pytest.fixture
def ranger(tmp_path):
    def _ranger(reference, suite="", facture="2026-10-12", echeance="2026-11-12"):
        (tmp_path / "dossiers" / reference).mkdir(parents=True, exist_ok=True)
        texte = BASE.format(reference=reference, facture=facture, echeance=echeance) + suite
        (tmp_path / "dossiers" / reference / "dossier.toml").write_text(texte, encoding="utf-8")
        return tmp_path / "dossiers"

    return _ranger


@pytest.fixture
def ecrire(tmp_path):
    """L'agenda de ce répertoire à ce jour, et ses événements par titre."""

    def _ecrire(source, jour=JOUR, **options):
        fichier = tmp_path / "a.ics"
        ecrire_agenda(lister_echeances(source, jour, None), fichier, **options)
        octets = fichier.read_bytes()
        evenements = Calendar.from_ical(octets).walk("VEVENT")
        uids = [str(e["uid"]) for e in evenements]
        assert len(uids) == len(set(uids))
        return octets, {str(e["summary"]): e for e in evenements}

    return _ecrire


def test_tout_ce_qui_a_une_date_est_a_l_agenda_par_date(ranger, ecrire):
    ranger("A", DEPOSE)
    ranger("B", ACCORD)
    ranger("C", '[[relances]]\ndate = 2026-11-17\ncanal = "courriel"\nniveau = 2\n')
    octets, evenements = ecrire(ranger("D", "[mise_en_demeure]\ndate_envoi = 2026-11-16\ndelai_jours = 15\n"))
    assert set(evenements) >= {
        "A – Signification de l'ordonnance, au plus tard (le débiteur)",
        "A – Opposition possible jusqu'à ce jour (le débiteur)",
        "A – Ordonnance exécutoire à partir de ce jour (le débiteur)",
        "A – Prescription de la facture F-118",
        "B – Échéance de l'accord de paiement : 600,00\u00a0€",
        "C – Relance prévue : appel",
        "D – Fin du délai de la mise en demeure",
    }
    assert any(titre.startswith("Droit connu jusqu'à ce jour : taux_bce_refinancement") for titre in evenements)
    dates = [e.decoded("dtstart") for e in Calendar.from_ical(octets).walk("VEVENT")]
    assert dates == sorted(dates)
    assert evenements["C – Relance prévue : appel"].decoded("dtstart") == dt.date(2026, 11, 24)


def test_chaque_evenement_a_ce_qu_un_calendrier_attend(ranger, ecrire):
    octets, evenements = ecrire(ranger("A", DEPOSE))
    agenda = Calendar.from_ical(octets)
    assert (str(agenda["version"]), str(agenda["method"])) == ("2.0", "PUBLISH")
    assert all(len(ligne) <= 75 for ligne in octets.split(b"\r\n")), "une ligne plus longue se plie (RFC 5545, 3.1)"
    for evenement in evenements.values():
        assert {"UID", "DTSTAMP", "SEQUENCE", "DTSTART", "SUMMARY", "DESCRIPTION"} <= set(evenement)
        assert type(evenement.decoded("dtstart")) is dt.date, "un jour entier"
        rappels = [alarme.decoded("trigger") for alarme in evenement.walk("VALARM")]
        assert rappels in ([dt.timedelta(days=-7), dt.timedelta(days=-1)], [dt.timedelta()])


@pytest.mark.parametrize("suite", [DEPOSE, ACCORD, "[mise_en_demeure]\ndate_envoi = 2026-11-16\ndebiteur = 2\n", ""])
def test_aucun_nom_de_debiteur_sauf_demande(ranger, ecrire, suite):
    octets, evenements = ecrire(ranger("A", suite))
    deplie = octets.replace(b"\r\n ", b"").decode().casefold()
    assert evenements
    assert not [nom for nom in ("beaurivage", "bel (", "jeanne") if nom in deplie]
    assert "location" not in deplie
    nommes = ecrire(ranger("A", suite), avec_noms=True)[1]
    assert all("Comptoirs Beaurivage" in titre for titre in nommes if titre.startswith("A – ")) or not suite


@pytest.mark.parametrize(
    ("reference", "montree"), [("2026-les-comptoirs-beaurivage", "2026-CB-"), ("Beaurivage.2", "dossier-CB-")]
)
def test_une_reference_qui_nomme_le_debiteur_n_entre_pas_a_l_agenda(ranger, tmp_path, reference, montree):
    """Celle qu'une importation donne porte le nom du débiteur ; l'agenda, qui se partage, n'en a que les initiales."""
    source = ranger(reference, DEPOSE)
    for releve in (lister_echeances(source, JOUR, None), lister_echeances(source / reference, JOUR, None)):
        ecrire_agenda(releve, tmp_path / "tu.ics")
        ecrire_agenda(releve, tmp_path / "dit.ics", avec_noms=True)
        tu, dit = ((tmp_path / nom).read_bytes().replace(b"\r\n ", b"").decode() for nom in ("tu.ics", "dit.ics"))
        assert "beaurivage" not in tu.casefold()
        assert montree in tu
        assert reference in dit
        uids = [{str(e["uid"]) for e in Calendar.from_ical(texte).walk("VEVENT")} for texte in (tu, dit)]
        assert uids[0] == uids[1], "nommer ou taire ne double rien"
        (tmp_path / "tu.ics").unlink()
        (tmp_path / "dit.ics").unlink()


def test_rien_ne_change_rien_ne_bouge(ranger, ecrire):
    source = ranger("A", DEPOSE)
    premier, _ = ecrire(source)
    assert ecrire(source, JOUR + dt.timedelta(days=3))[0] == premier


def test_ce_qui_change_garde_son_identifiant_et_prend_une_version(ranger, ecrire):
    _, avant = ecrire(ranger("A", ACCORD))
    titre, autre = "A – Échéance de l'accord de paiement : 600,00\u00a0€", "A – Prescription de la facture F-118"
    demain = JOUR + dt.timedelta(days=1)
    _, apres = ecrire(
        ranger("A", ACCORD.replace('2027-01-04, montant = "600.00"', '2027-01-11, montant = "610.00"')), demain
    )
    change = apres["A – Échéance de l'accord de paiement : 610,00\u00a0€"]
    assert str(change["uid"]) in {str(e["uid"]) for e in avant.values()}
    assert (change["sequence"], change.decoded("dtstart"), change.decoded("dtstamp").date()) == (
        1,
        dt.date(2027, 1, 11),
        demain,
    )
    assert (apres[autre]["sequence"], apres[autre].decoded("dtstamp")) == (0, avant[autre].decoded("dtstamp"))
    assert titre in apres


def test_ce_qui_n_a_plus_lieu_d_etre_est_annule_puis_oublie(ranger, ecrire):
    """Payée, l'échéance ne disparaît pas en laissant son double au calendrier : elle y est annulée."""
    ranger("A", ACCORD)
    ecrire(ranger("A", ACCORD))
    paye = ACCORD + '[[paiements]]\ndate = 2026-11-20\nmontant = "1200.00"\n'
    _, apres = ecrire(ranger("A", paye.replace("[accord]", "[accord]\ndecheance_terme = true")))
    annules = [e for e in apres.values() if str(e.get("status", "")) == "CANCELLED"]
    assert annules
    assert all(e["sequence"] == 1 and not e.walk("VALARM") for e in annules)
    _, ensuite = ecrire(ranger("A", paye.replace("[accord]", "[accord]\ndecheance_terme = true")), dt.date(2027, 1, 5))
    assert not [titre for titre in ensuite if "accord" in titre]


def test_le_droit_deja_inconnu_se_dit_encore(ranger):
    """Passé l'horizon, plus rien ne se chiffre : c'est là qu'il faut savoir quelle table compléter."""
    releve = lister_echeances(ranger("A"), dt.date(2027, 1, 5), None)
    assert "taux_bce_refinancement" in releve.droit[0].titre
    assert releve.droit[0].date == dt.date(2026, 12, 31)


def test_un_dossier_clos_n_a_plus_d_echeance(ranger, ecrire):
    source = ranger("A", DEPOSE + 'clos = { date = 2026-11-20, motif = "abandon" }\n')
    _, evenements = ecrire(source)
    assert not [titre for titre in evenements if titre.startswith("A")]
    (situation,) = lister_echeances(source, JOUR, None).situations
    assert "poursuites abandonnées" in situation[1]


def test_ce_qui_ne_se_lit_pas_est_nomme_et_ne_tait_pas_les_autres(ranger):
    ranger("A", DEPOSE)
    source = ranger("B")
    (source / "B" / "dossier.toml").write_text("reference = \n", encoding="utf-8")
    (source / "relances.toml").write_text("niveaux = 3\n", encoding="utf-8")
    releve = lister_echeances(source, JOUR, None)
    assert [chemin.name for chemin, _ in releve.illisibles] == ["B", "relances.toml"]
    assert [reference for reference, _, _ in releve.dossiers] == ["A"]


def test_une_racine_vide_se_dit(tmp_path):
    (tmp_path / "vide").mkdir()
    with pytest.raises(ErreurLecture, match="aucun dossier") as refus:
        lister_echeances(tmp_path / "vide", JOUR, None)
    assert refus.value.remede


@pytest.mark.parametrize(
    "contenu", [b"un texte", b"BEGIN:VCALENDAR\r\nPRODID:autre\r\nVERSION:2.0\r\nEND:VCALENDAR\r\n"]
)
def test_l_agenda_d_un_autre_n_est_pas_remplace(ranger, ecrire, tmp_path, contenu):
    (tmp_path / "a.ics").write_bytes(contenu)
    with pytest.raises(ErreurUsage):
        ecrire(ranger("A"))
    assert (tmp_path / "a.ics").read_bytes() == contenu
