"""Ce que les actes et les lettres disent à chacun : caution, codébiteur, avocat ; et l'accord des nombres."""

import datetime as dt
import re

import pytest

from generateur.droit.tables import valeur_au
from generateur.erreurs import ErreurDroitManquant
from generateur.lecture.socle import lire_dossier
from generateur.redaction.lettre import reproduire_article
from tests.outils.cas_actes import (
    AGENCE,
    AVOCATE,
    CAUTION,
    CODEBITEUR,
    MISE_EN_DEMEURE,
    SECONDE_FACTURE,
    TROIS_PAIEMENTS,
    ecrire_cas,
    lire_actes,
    retirer_relances,
)

ENVOYEE = f"[mise_en_demeure]\n{MISE_EN_DEMEURE}"


def test_la_lettre_a_la_caution_nomme_son_engagement_et_ne_demande_jamais_plus_que_sa_limite(tmp_path):
    lettre = lire_actes(ecrire_cas(tmp_path, CAUTION))["lettre à Jeanne Exemple"]
    assert lettre.startswith("Madame Jeanne Exemple\n")
    assert "\nMadame,\n" in lettre
    assert (
        "Vous vous êtes portée caution solidaire des engagements de la société Hôtel des Embruns Bleus par acte du "
        "5 janvier 2026, dans la limite de 2 000,00 €." in lettre
    )
    assert "mettons en demeure de payer, dans la limite de votre engagement, la somme de 2 000,00 €" in lettre
    assert "votre dette" not in lettre
    assert "par jour" not in lettre
    assert "article 2303" in lettre


def test_la_lettre_au_debiteur_ne_parle_pas_de_la_caution(tmp_path):
    lettre = lire_actes(ecrire_cas(tmp_path, CAUTION))["lettre à Hôtel des Embruns Bleus"]
    assert "votre dette" in lettre
    assert "la somme de 4 269,48 €" in lettre
    assert "caution" not in lettre


def test_l_exemple_de_presentation_n_est_ni_un_samedi_ni_un_dimanche(tmp_path):
    """Écrite le samedi 21 novembre 2026, la lettre ne se présente au plus tôt que le lundi."""
    lettre = lire_actes(ecrire_cas(tmp_path))["lettre à Hôtel des Embruns Bleus"]
    presentee = "présentée le 23 novembre 2026, le paiement est attendu au plus tard le 8 décembre 2026"
    assert presentee in lettre.replace("\xa0", " ")


def test_une_limite_superieure_a_la_dette_ne_l_augmente_pas(tmp_path):
    large = CAUTION.replace("2 000,00", "20 000,00")
    lettre = lire_actes(ecrire_cas(tmp_path, large))["lettre à Jeanne Exemple"]
    assert "mettons en demeure de payer la somme de 4 269,48 €" in lettre
    assert "par jour à compter du 22 novembre 2026 (pénalités de retard), dans la limite de votre engagement" in lettre


def test_le_codebiteur_apprend_avec_qui_il_est_tenu(tmp_path):
    actes = lire_actes(ecrire_cas(tmp_path, CODEBITEUR))
    lettre = actes["lettre à Dominique Exemple"]
    assert "Vous êtes tenu(e) solidairement avec la société Hôtel des Embruns Bleus" in lettre
    assert "votre dette" not in lettre
    assert "solidairement avec Dominique Exemple" in actes["lettre à Hôtel des Embruns Bleus"]


@pytest.mark.parametrize(
    ("procedure", "acte"),
    [
        ("injonction_de_payer", "requete"),
        ("petites_creances", "demande"),
        ("creances_commerciales_incontestees", "demande"),
    ],
)
def test_chaque_demande_limite_la_caution(tmp_path, procedure, acte):
    actes = lire_actes(ecrire_cas(tmp_path, CAUTION, ENVOYEE), procedure)
    for nom in (acte, "decompte"):
        assert "Mme Jeanne Exemple, caution, n’est tenue que dans la limite de 2 000,00 €." in actes[nom], nom
    assert "Elle s’est portée caution solidaire" in actes[acte]


def test_une_lettre_adressee_a_un_seul_dit_a_qui(tmp_path):
    seule = f"[[mises_en_demeure]]\ndebiteur = 2\n{MISE_EN_DEMEURE}"
    demande = lire_actes(ecrire_cas(tmp_path, CAUTION, seule))["requete"]
    assert "mise en demeure de payer a été adressée à Mme Jeanne Exemple le 21 octobre 2026" in demande


def test_presenter_n_est_pas_distribuer(tmp_path):
    """« distribuée le » n'est écrit que si le dossier date la distribution."""
    for nom, texte in lire_actes(ecrire_cas(tmp_path, ENVOYEE), "injonction_de_payer").items():
        assert "istribuée le" not in texte, nom
    assert "présentée le 23 octobre 2026, distribuée" in lire_actes(tmp_path / "dossiers/2026-0074")["requete"]


def test_la_lettre_se_verifie(tmp_path):
    """Taux, période et base de chaque facture, moyen de payer, suite, et le jour dit en toutes lettres."""
    lettre = lire_actes(ecrire_cas(tmp_path))["lettre à Hôtel des Embruns Bleus"]
    for attendu in ("24/08/2026", "12,40 %", "4 104,00 €", "IBAN FR76", "par chèque", "quinze jours",
                    "au plus tard le 8 décembre 2026", "ordonnance portant injonction de payer"):  # fmt: skip
        assert attendu in lettre, attendu


@pytest.mark.parametrize("est_impose", [True, False])
def test_un_tribunal_impose_n_est_pas_dit_celui_du_debiteur(tmp_path, est_impose):
    """CPC 1406 : la requête dit où le débiteur demeure, sans le placer dans un ressort que rien n'établit."""
    impose = '[procedures.injonction_de_payer]\njuridiction = "Tribunal de commerce de Nantes"' if est_impose else ""
    requete = lire_actes(ecrire_cas(tmp_path, ENVOYEE, impose), "injonction_de_payer")["requete"]
    assert ("demeure dans le ressort du tribunal" in requete) is not est_impose
    assert ("Embruns Bleus demeure 9 quai de la Misaine, 56000 Vannes." in requete) is est_impose


def test_une_facture_seule_et_impayee_n_est_pas_impayee_en_partie(tmp_path):
    assert "tout ou partie" not in "".join(lire_actes(ecrire_cas(tmp_path)).values())


class TestTroisPaiements:
    """1 200,50 € sur une facture choisie, 300 € puis 6 010 € sans rien dire."""

    @pytest.fixture
    def actes(self, tmp_path):
        return lire_actes(ecrire_cas(tmp_path, SECONDE_FACTURE, TROIS_PAIEMENTS, ENVOYEE), "injonction_de_payer")

    def test_chacun_se_lit_tel_que_recu(self, actes):
        for nom in ("requete", "decompte", "lettre à Hôtel des Embruns Bleus"):
            for recu in ("1 200,50 €", "300,00 €", "6 010,00 €", "VIR-22", "VIR-31"):
                assert recu in actes[nom], f"{nom} : {recu}"

    def test_au_titre_de_la_facture_seulement_si_le_debiteur_l_a_dit(self, actes):
        assert actes["requete"].count("au titre de la facture") == 1
        assert "affecté par le débiteur à la facture n° F2026-176" in actes["decompte"]
        assert actes["decompte"].count("faute d’affectation par le débiteur") == 2

    def test_le_tableau_de_la_lettre_s_additionne(self, actes):
        """6 000,00 – 3 243,42 = 2 756,58 ; une facture réglée n'est plus sous « restent impayées »."""
        lettre = actes["lettre à Hôtel des Embruns Bleus"]
        tableau = lettre[lettre.index("Payé sur principal") : lettre.index("La facture n° F2026-176 a été réglée")]
        assert "6 000,00 €\n–\n3 243,42 €\n2 756,58 €" in tableau
        assert "F2026-176" not in tableau
        assert "reste impayée en partie" in lettre
        assert "d’abord sur les intérêts, puis sur le principal" in lettre
        assert "116,09 € sur les intérêts et 5 893,91 € sur le principal" in lettre


def test_un_releve_vide_ne_se_depose_pas(tmp_path):
    chemin = ecrire_cas(tmp_path, ENVOYEE)
    fichier = chemin / "dossier.toml"
    assert "releve_relances" in lire_actes(chemin)
    fichier.write_text(retirer_relances(fichier.read_text("utf-8")), "utf-8")
    assert "releve_relances" not in lire_actes(chemin)


def test_une_relance_sans_objet_n_en_recoit_pas(tmp_path):
    chemin = ecrire_cas(tmp_path, '[[relances]]\ndate = 2026-10-15\ncanal = "sms"')
    releve = lire_actes(chemin)["releve_relances"]
    assert "Demande de paiement" not in releve
    assert "15 octobre 2026\nSMS\n–\n" in releve


def test_l_avocat_est_constitue(tmp_path):
    for nom, texte in lire_actes(ecrire_cas(tmp_path, AVOCATE), "injonction_de_payer").items():
        if nom == "requete":
            assert (
                "gérante,\nayant pour avocat Maître Anne Essai, avocate au barreau de Lyon, toque 1234, "
                "8 place Bellecour, 69002 Lyon, et élisant domicile à son cabinet." in texte
            )
        if nom.startswith("lettre à "):
            assert "Maître Anne Essai" in texte


def test_un_mandataire_sans_pouvoir_en_recoit_un_a_signer(tmp_path):
    pouvoir = lire_actes(ecrire_cas(tmp_path, AGENCE))["pouvoir"]
    assert "La partie soussignée : La société Atelier Lumen" in pouvoir
    assert "donne pouvoir spécial à : La société Les Amis du Recouvrement" in pouvoir
    assert "4 269,48 €" in pouvoir


@pytest.mark.parametrize("mandataire", ["", AVOCATE, AGENCE + 'pouvoir = "pieces/cgv.pdf"\n'])
def test_nul_autre_n_en_recoit(tmp_path, mandataire):
    assert "pouvoir" not in lire_actes(ecrire_cas(tmp_path, mandataire))


def test_l_agence_reproduit_l_article_tel_que_la_table_le_donne_a_cette_date(tmp_path):
    chemin = ecrire_cas(tmp_path, AGENCE)
    jour = dt.date(2026, 11, 21)
    alinea = str(valeur_au("textes_reproduits", jour, "AGENCE/ALINEA_3").valeur)
    (lettre,) = [texte for nom, texte in lire_actes(chemin).items() if nom.startswith("lettre")]
    assert lettre.count(f"{alinea} »") == 1
    with pytest.raises(ErreurDroitManquant, match="2014"):
        reproduire_article(lire_dossier(chemin).dossier, dt.date(2014, 3, 18))


def test_nul_autre_ne_le_reproduit(tmp_path):
    champs = reproduire_article(lire_dossier(ecrire_cas(tmp_path, AVOCATE)).dossier, dt.date(2014, 3, 18))
    assert set(champs.values()) == {""}


# Ce qui trahit un nombre mal accordé, dans n'importe quel acte.
FAUTES = {
    "un nombre écrit en chiffres dans la phrase": r"\bà \d+ reprises\b|délai de \d+ jour",
    "un pluriel pour un seul": r"\b1 (?:pièces|factures|pages|jours|échéances)\b|\b0 pièces",
    "« et autres » pour un seul": r"et autres",
    "« de » devant un article": r"\b[dD]e le\b|\bà le\b|\bde Le[s]? ",
    "une apostrophe droite": r"'",
    "deux fois le même article": r"\b(le|la|les|de|du) \1\b",
}
JUSQU_A_DEUX = ("", CAUTION)


@pytest.mark.parametrize("debiteurs", JUSQU_A_DEUX, ids=("un débiteur", "deux débiteurs"))
@pytest.mark.parametrize("factures", ["", SECONDE_FACTURE], ids=("une facture", "deux factures"))
@pytest.mark.parametrize("paiements", [0, 1, 3])
@pytest.mark.parametrize("relances", [0, 1, 3])
def test_les_nombres_s_accordent(tmp_path, debiteurs, factures, paiements, relances):
    recus = "".join(f"[[paiements]]{bloc}" for bloc in TROIS_PAIEMENTS.split("[[paiements]]")[1 : paiements + 1])
    if not factures:
        recus = recus.replace("6010.00", "60.00")
    chemin = ecrire_cas(tmp_path, debiteurs, factures, recus, ENVOYEE)
    fichier = chemin / "dossier.toml"
    sans = retirer_relances(fichier.read_text("utf-8"))
    blocs = "".join(f'\n[[relances]]\ndate = 2026-10-{jour}\ncanal = "sms"\n' for jour in range(11, 11 + relances))
    fichier.write_text(sans + blocs, "utf-8")
    actes = lire_actes(chemin, "injonction_de_payer")
    for acte in ("fiche_interne", "bordereau"):  # constats et titres de pièces : relus ailleurs
        actes.pop(acte)
    trouvees = [
        f"{nom} : {faute} ({trouve[0]})"
        for nom, texte in actes.items()
        for faute, motif in FAUTES.items()
        if (trouve := re.search(motif, texte))
    ]
    assert trouvees == []
    assert ("et Jeanne Exemple" in actes["decompte"]) is bool(debiteurs)
    assert ("pièces sont produites" in actes["requete"]) is False
    assert ("copies des factures" in actes["lettre à Hôtel des Embruns Bleus"]) is bool(factures)


def test_au_dela_de_deux_et_autres(tmp_path):
    assert "Embruns Bleus et autres" in lire_actes(ecrire_cas(tmp_path, CAUTION, CODEBITEUR))["decompte"]


def test_le_bordereau_nomme_la_seule_caution(tmp_path):
    bordereau = lire_actes(ecrire_cas(tmp_path, CAUTION))["bordereau"]
    assert "et autres" not in bordereau
    assert "Embruns Bleus et " in bordereau


def test_plusieurs_pieces_sans_autre_place_s_accordent(tmp_path):
    pieces = '[[pieces]]\ntitre = "Relevé"\nfichier = "pieces/relance-1.pdf"\n'
    sans_relance = ecrire_cas(tmp_path, pieces)
    fichier = sans_relance / "dossier.toml"
    fichier.write_text(retirer_relances(fichier.read_text("utf-8")), "utf-8")
    demande = lire_actes(sans_relance)["requete"]
    assert "D’autres pièces sont produites : " in demande


def test_la_lettre_a_l_etude_dit_la_limite_de_la_caution_et_n_annonce_que_ce_qui_est_joint(tmp_path):
    chemin = ecrire_cas(tmp_path, CAUTION)
    fichier = chemin / "dossier.toml"
    avec = lire_actes(chemin, "petites_creances")["lettre_etude"]
    assert "n’est tenue que dans la limite de 2 000,00 €" in avec.replace("\u202f", " ").replace("\u00a0", " ")
    assert "le relevé des relances et" in avec
    fichier.write_text(retirer_relances(fichier.read_text("utf-8")), "utf-8")
    assert "relevé des relances" not in lire_actes(chemin, "petites_creances")["lettre_etude"]


def test_l_assignation_n_affirme_pas_une_tentative_amiable_que_rien_ne_dit(tmp_path):
    devant = '[procedures.assignation_paiement]\njuridiction = "Tribunal judiciaire de Vannes"\n'
    muette = lire_actes(ecrire_cas(tmp_path / "muette", devant), "assignation_paiement")["assignation"]
    assert "précédée d’une tentative" not in muette
    assert "Tentative de résolution amiable ou motif de dispense : à compléter" in muette
    tentee = '[situation]\ntentative_amiable = "constat d’échec du conciliateur"\n'
    dite = lire_actes(ecrire_cas(tmp_path / "dite", tentee, devant), "assignation_paiement")["assignation"]
    assert "précédée d’une tentative de résolution amiable : constat d’échec du conciliateur" in dite


def test_l_interlocuteur_de_l_etude_a_ses_propres_coordonnees(tmp_path):
    sienne = AVOCATE.replace("barreau", 'courriel = "anne.essai@cabinet.example"\nbarreau')
    du_creancier, de_l_avocate = "comptabilite@atelier-lumen.example", "anne.essai@cabinet.example"
    assert du_creancier in lire_actes(ecrire_cas(tmp_path / "seul"), "petites_creances")["lettre_etude"]
    lettre = lire_actes(ecrire_cas(tmp_path / "avocate", sienne), "petites_creances")["lettre_etude"]
    assert de_l_avocate in lettre
    assert du_creancier not in lettre


@pytest.mark.parametrize(
    ("mandataire", "signature"),
    [
        (AVOCATE, "Maître Anne Essai, avocat\nSignature"),
        (AGENCE, "Les Amis du Recouvrement, mandataire, par Zoé Essai"),
    ],
)
def test_chacun_signe_en_sa_qualite(tmp_path, mandataire, signature):
    assert signature in lire_actes(ecrire_cas(tmp_path, mandataire))["requete"]


def test_une_facture_annulee_par_avoir_n_est_pas_dite_reglee(tmp_path):
    avoir = (
        '[[avoirs]]\nnumero = "A1"\ndate = 2026-10-01\nmontant_ttc = "4104.00"\nfacture = "F2026-176"\n'
        'fichier = "pieces/bl131.pdf"\n'
    )
    paiement = '[[paiements]]\ndate = 2026-10-02\nmontant = "6063.19"\nfacture = "F2026-180"\n'
    lettre = lire_actes(ecrire_cas(tmp_path / "seule", avoir))["lettre à Hôtel des Embruns Bleus"]
    assert "n° F2026-176 a été annulée par avoir, mais après son échéance" in lettre
    assert "réglée" not in lettre
    lettre = lire_actes(ecrire_cas(tmp_path / "deux", SECONDE_FACTURE, avoir, paiement))[
        "lettre à Hôtel des Embruns Bleus"
    ]
    assert "La facture n° F2026-180 a été réglée en principal, mais après son échéance ; la facture" in lettre
    assert "n° F2026-176 a été annulée par avoir" in lettre
