"""Comment un acte nomme une partie : identité complète, accords, mentions sociales, engagement de la caution."""

import datetime as dt

import pytest

from generateur.domaine.langue import FINE, INSECABLE
from generateur.domaine.parties import Creancier, Debiteur, Mandataire
from generateur.redaction.designation import (
    adresse_sur_une_ligne,
    designer,
    designer_mandataire,
    dire_engagement,
)

ADRESSE = {"voie": "1 rue Haute", "code_postal": "69003", "commune": "Lyon"}
NOM_DIFFICILE = "Dupont & Fils <SARL> « L'Œuvre »"


def _debiteur(**champs):
    return Debiteur.model_validate({"adresse": ADRESSE, **champs})


def _morale(denomination, forme=None, **champs):
    return _debiteur(nature="personne_morale", denomination=denomination, forme=forme, **champs)


def _nue(texte):
    return texte.replace(INSECABLE, " ").replace(FINE, " ")


@pytest.mark.parametrize(
    ("partie", "titre", "accord"),
    [
        (_morale("Atelier Lumen", "SARL"), "la société Atelier Lumen", "e"),
        (_morale("Atelier Lumen"), "la société Atelier Lumen", "e"),
        (_morale(NOM_DIFFICILE, "SARL"), f"la société {NOM_DIFFICILE}", "e"),
        (_morale("Société d'essai", "SA"), "la Société d'essai", "e"),
        (_morale("SCI des Tilleuls", "SCI"), "la SCI des Tilleuls", "e"),
        (_morale("Les Tilleuls", "SCI"), "la société Les Tilleuls", "e"),
        (_morale("Centre Auto d'essai", "SARL"), "la société Centre Auto d'essai", "e"),
        (_morale("Les Amis du Jeudi", "association"), "l’association Les Amis du Jeudi", "e"),
        (_morale("Les Amis du Jeudi", qualite="association"), "l’association Les Amis du Jeudi", "e"),
        (_morale("Association des Amis", "Association loi 1901"), "l’Association des Amis", "e"),
        (_morale("Vignerons d'essai", "GIE"), "le groupement Vignerons d'essai", ""),
        (_morale("Groupement d'essai", "GIE"), "le Groupement d'essai", ""),
        (_morale("Syndicat des copropriétaires", "syndicat"), "le Syndicat des copropriétaires", ""),
        (_morale("Arts d'essai", "fondation"), "la fondation Arts d'essai", "e"),
        (_debiteur(nature="personne_publique", denomination="Commune d'essai"), "la Commune d'essai", "e"),
        (_debiteur(nature="personne_publique", denomination="Département d'essai"), "le Département d'essai", ""),
        (_debiteur(nature="personne_publique", denomination="Hôpital d'essai"), "l’Hôpital d'essai", ""),
        (_debiteur(nature="personne_publique", denomination="Essai Habitat"), "Essai Habitat", "e"),
        (_debiteur(nature="particulier", nom="Essai", prenoms="Paul", civilite="M."), "M. Paul Essai", ""),
        (_debiteur(nature="particulier", nom="Essai", prenoms="Zoé", civilite="Mme"), "Mme Zoé Essai", "e"),
        (_debiteur(nature="particulier", nom="Essai"), "Essai", "(e)"),
    ],
)  # fmt: skip
def test_le_titre_et_l_accord(partie, titre, accord):
    acte = designer(partie, professionnel=True)
    assert _nue(acte.titre) == titre
    assert acte.titre_majuscule[:1].isupper()
    assert acte.titre_majuscule[1:] == acte.titre[1:]
    assert acte.e == accord
    assert acte.nom == partie.nom_complet


def test_identite_d_une_societe():
    partie = _morale(
        "Atelier Lumen", "SARL", capital="10000", siren="100 000 009", rcs_ville="Le Mans", nom_commercial="Lumen",
        representant={"nom": "Claire Martin", "qualite": "gérante", "civilite": "Mme"},
    )  # fmt: skip
    assert _nue(designer(partie, professionnel=True).identite) == (
        "La société Atelier Lumen, SARL au capital de 10 000 €, nom commercial « Lumen », immatriculée au registre "
        "du commerce et des sociétés du Mans sous le n° 100 000 009, dont le siège est 1 rue Haute, 69003 Lyon, "
        "représentée par Mme Claire Martin, gérante"
    )


def test_identite_d_une_association_sans_numero():
    partie = _morale("Les Amis", "association", representant={"nom": "Luc Essai", "qualite": "président"})
    assert _nue(designer(partie, professionnel=True).identite) == (
        "L’association Les Amis, dont le siège est 1 rue Haute, 69003 Lyon, représentée par Luc Essai, président"
    )


def test_identite_d_un_groupement_s_accorde_au_masculin():
    partie = _morale("Vignerons", "GIE", siren="100000009", representant={"nom": "Luc Essai"})
    identite = _nue(designer(partie, professionnel=True).identite)
    assert "identifié sous le n° SIREN 100 000 009" in identite
    assert "représenté par Luc Essai" in identite


def test_identite_d_une_entrepreneuse_avec_ses_deux_adresses():
    partie = _debiteur(
        nature="entrepreneur_individuel", nom="Essai", prenoms="Anne, Zoé", civilite="Mme", siren="100000009",
        enseigne="Chez Anne", profession="menuisière", nationalite="française",
        naissance={"date": "1980-05-01", "lieu": "Évry"},
        etablissement={"voie": "9 quai Bas", "code_postal": "69002", "commune": "Lyon"},
    )  # fmt: skip
    acte = designer(partie, professionnel=True)
    assert _nue(acte.identite) == (
        "Madame Anne, Zoé Essai, née le 1er mai 1980 à Évry, de nationalité française, menuisière, "
        "entrepreneur individuel exerçant sous l’enseigne « Chez Anne », identifiée sous le n° SIREN 100 000 009, "
        "demeurant 1 rue Haute, 69003 Lyon, dont l’établissement est situé 9 quai Bas, 69002 Lyon"
    )
    assert _nue(acte.mentions) == "Anne Essai EI – SIREN 100 000 009"


def test_ce_qui_n_est_pas_saisi_se_tait():
    """Ni « None », ni virgule orpheline, ni blanc double, pour une identité réduite au nom et à l'adresse."""
    for partie in (_morale("X"), _debiteur(nature="particulier", nom="X")):
        acte = designer(partie, professionnel=False)
        for champ in vars(acte).values():
            if isinstance(champ, str):
                assert not any(fautif in champ for fautif in ("None", ", ,", "  ", ",,"))
                assert champ == champ.strip()
    assert acte.mentions == ""
    assert acte.representant == ""


def test_le_siren_se_deduit_du_siret():
    acte = designer(_morale("X", "SAS", siret="100 000 009 00017", tva="FR45100000009"), professionnel=True)
    assert _nue(acte.mentions) == "SAS – SIREN 100 000 009 – TVA FR45100000009"


def test_une_personne_morale_representee_par_une_autre():
    partie = _morale(
        "Filiale", "SAS",
        representant={"nom": "Tête SARL", "qualite": "présidente", "represente_par": {"nom": "Zoé Essai"}},
    )  # fmt: skip
    assert designer(partie, professionnel=True).representant == (
        "représentée par Tête SARL, présidente, elle-même représentée par Zoé Essai"
    )


def test_les_adresses():
    partie = _morale(
        "X", nom_commercial="Y",
        siege={**ADRESSE, "voie": "2 rue du Siège", "complement": "Bâtiment B"},
        adresse_correspondance={"voie": "3 rue Haute", "code_postal": "1000", "commune": "Bruxelles", "pays": "BE"},
    )  # fmt: skip
    acte = designer(partie, professionnel=True)
    assert acte.adresse == ("X (Y)", "Bâtiment B", "2 rue du Siège", "69003 Lyon")
    assert acte.adresse_correspondance == ("X (Y)", "3 rue Haute", "1000 Bruxelles", "BE")
    assert acte.adresse_ligne == adresse_sur_une_ligne(partie.domicile) == "Bâtiment B, 2 rue du Siège, 69003 Lyon"


@pytest.mark.parametrize(
    ("role", "attendu"),
    [("principal", "Débiteur"), ("codebiteur_solidaire", "Codébiteur solidaire"), ("caution", "Caution")],
)
def test_le_role_d_un_debiteur(role, attendu):
    assert designer(_morale("X", role=role), professionnel=True).role == attendu


def test_le_creancier_et_son_mandataire():
    creancier = Creancier.model_validate({"nature": "personne_morale", "denomination": "X", "adresse": ADRESSE})
    assert designer(creancier, professionnel=True, role="Créancier").role == "Créancier"
    avocat = Mandataire.model_validate(
        {"nature": "particulier", "nom": "Essai", "civilite": "Mme", "adresse": ADRESSE, "role": "avocat"}
    )
    assert designer_mandataire(avocat, "").role == "Avocat"


@pytest.mark.parametrize(
    ("champs", "attendu"),
    [
        (
            {"nature": "particulier", "nom": "X", "civilite": "Mme"},
            "Elle s’est portée caution solidaire par acte du 5 janvier 2026, dans la limite de 5 000,00 € (pièce n° 3)",
        ),
        (
            {"nature": "particulier", "nom": "X", "civilite": "M."},
            "Il s’est porté caution solidaire par acte du 5 janvier 2026, dans la limite de 5 000,00 € (pièce n° 3)",
        ),
    ],
)
def test_l_engagement_de_la_caution(champs, attendu):
    acte = {"date": dt.date(2026, 1, 5), "montant_max": "5000", "solidaire": True}
    assert _nue(dire_engagement(_debiteur(**champs, role="caution", cautionnement=acte), "(pièce n° 3)")) == attendu


def test_un_debiteur_sans_cautionnement_n_a_pas_d_engagement():
    assert dire_engagement(_morale("X"), "(pièce n° 3)") == ""


@pytest.mark.parametrize(
    ("prenoms", "attendu"),
    [
        ("Jeanne", "Jeanne Bel"),
        ("Jeanne Marie Louise", "Jeanne, Marie, Louise Bel"),
        ("Jeanne, Marie", "Jeanne, Marie Bel"),
        ("Jean-Pierre Paul", "Jean-Pierre, Paul Bel"),
        ("Maria del Carmen", "Maria del Carmen Bel"),
        (None, "Bel"),
    ],
)
def test_un_acte_separe_les_prenoms(prenoms, attendu):
    assert _debiteur(nature="particulier", nom="Bel", prenoms=prenoms).etat_civil == attendu


def test_une_caution_sans_civilite_n_est_ni_homme_ni_femme():
    acte = {"date": dt.date(2026, 1, 5)}
    partie = _debiteur(nature="particulier", nom="Bel", prenoms="Dominique", role="caution", cautionnement=acte)
    assert _nue(dire_engagement(partie, "")) == "Dominique Bel s’est porté(e) caution par acte du 5 janvier 2026"
    artisan = _debiteur(nature="entrepreneur_individuel", nom="Bel", siren="100000009")
    assert "identifié(e) sous le" in designer(artisan, professionnel=True).identite


@pytest.mark.parametrize(
    ("partie", "a_titre", "de_titre"),
    [
        (_morale("Vignerons d'essai", "GIE"), "au groupement Vignerons d'essai", "du groupement Vignerons d'essai"),
        (_morale("Les Amis", "association"), "à l’association Les Amis", "de l’association Les Amis"),
        (_debiteur(nature="particulier", nom="Abel"), "à Abel", "d’Abel"),
        (_debiteur(nature="particulier", nom="Bel", civilite="Mme"), "à Mme Bel", "de Mme Bel"),
    ],
)
def test_le_titre_se_contracte(partie, a_titre, de_titre):
    acte = designer(partie, professionnel=True)
    assert (_nue(acte.a_titre), _nue(acte.de_titre)) == (a_titre, de_titre)


def test_un_cabinet_d_avocats_est_constitue_par_qui_agit_pour_lui():
    cabinet = Mandataire.model_validate(
        {
            "nature": "personne_morale", "denomination": "Droit Clair", "forme": "SELARL", "adresse": ADRESSE,
            "role": "avocat", "barreau": "Avignon", "toque": "12", "representant": {"nom": "Zoé Essai"},
        }
    )  # fmt: skip
    assert _nue(designer_mandataire(cabinet, "").constitution) == (
        "ayant pour avocat la société Droit Clair, agissant par Zoé Essai, inscrite au barreau d’Avignon, toque 12, "
        "1 rue Haute, 69003 Lyon, et élisant domicile à son cabinet"
    )


def test_seul_un_avocat_est_constitue():
    agence = {"nature": "personne_morale", "denomination": "X", "adresse": ADRESSE, "role": "agence_recouvrement"}
    assert designer_mandataire(Mandataire.model_validate(agence), "").constitution == ""
