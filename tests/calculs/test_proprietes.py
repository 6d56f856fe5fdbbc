"""Ce qui est vrai de tout décompte, quels que soient les montants, les dates et l'ordre de saisie."""

import datetime as dt
from decimal import Decimal
from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from generateur.calculs.calendrier import ajouter_mois
from generateur.calculs.decompte import chiffrer
from generateur.calculs.interets import decouper

JOUR = dt.timedelta(days=1)
CENT = Decimal("0.01")
montants = st.decimals(min_value="1.00", max_value="99999.99", places=2)
jours = st.dates(dt.date(2022, 1, 1), dt.date(2026, 11, 30))
modes = st.sampled_from(
    [
        {"mode": "suppletif"},
        {"mode": "fixe", "taux": "9.50"},
        {"mode": "fixe", "taux": "15.00", "sous_plancher": "plancher"},
        {"mode": "multiple_legal", "multiple": "3"},
        {"mode": "aucune"},
    ]
)


@st.composite
def donnees(dessiner, nb_factures=4, nb_mouvements=5):
    """Factures, avoirs et paiements quelconques, sur deux contrats de régimes différents."""
    numeros = [f"F{rang}" for rang in range(1, dessiner(st.integers(1, nb_factures)) + 1)]
    factures = []
    for numero in numeros:
        emise = dessiner(jours)
        echeance = emise + dessiner(st.integers(0, 60)) * JOUR
        contrat = dessiner(st.sampled_from(["A", "B"]))
        facture = {"numero": numero, "date": emise, "echeance": echeance, "contrat": contrat}
        factures.append({**facture, "montant_ttc": str(dessiner(montants))})
    cible = st.one_of(st.none(), st.sampled_from(numeros))

    def tirer_mouvements(cle):
        return [
            {"date": dessiner(jours), cle: str(dessiner(montants)), "facture": dessiner(cible)}
            for _ in range(dessiner(st.integers(0, nb_mouvements)))
        ]

    return {
        "factures": factures,
        "contrats": [
            {"id": "A", "penalites": dessiner(modes)},
            {"id": "B", "penalites": dessiner(modes), "imputation": "capital_dabord"},
        ],
        "paiements": tirer_mouvements("montant"),
        "avoirs": [{"numero": f"A{rang}", **avoir} for rang, avoir in enumerate(tirer_mouvements("montant_ttc"))],
        "mise_en_demeure": {"date_envoi": dessiner(jours)},
    }


@given(st.dates(dt.date(2015, 1, 1), dt.date(2026, 12, 31)), st.integers(0, 2000))
def test_les_segments_couvrent_la_periode_une_seule_fois(du, nombre):
    au = du + nombre * JOUR
    segments = list(decouper(du, au))
    assert segments[0][0] == du
    assert segments[-1][1] == au
    assert all(suivant[0] == precedent[1] + JOUR for precedent, suivant in pairwise(segments))
    assert all(segment[0].year == segment[1].year for segment in segments)
    assert all((segment[0].month - 1) // 6 == (segment[1].month - 1) // 6 for segment in segments)


@given(donnees(), jours)
def test_les_lignes_se_suivent_du_lendemain_de_l_echeance_a_l_arrete(fabriquer, brut, au):
    decompte = chiffrer(fabriquer(**brut), au)
    contrats = {contrat["id"]: contrat for contrat in brut["contrats"]}
    for facture in brut["factures"]:
        lignes = [ligne for ligne in decompte.lignes if ligne.facture == facture["numero"]]
        assert all(suivante.du == ligne.au + JOUR for ligne, suivante in pairwise(lignes))
        assert all(ligne.jours == (ligne.au - ligne.du).days + 1 > 0 for ligne in lignes)
        for solde in decompte.soldes:
            if solde.facture == facture["numero"] and solde.principal:
                debut = facture["echeance"] + JOUR
                if contrats[facture["contrat"]]["penalites"]["mode"] == "aucune":
                    envoi = brut["mise_en_demeure"]["date_envoi"]
                    debut = max(debut, envoi + JOUR) if envoi >= facture["echeance"] else dt.date.max
                assert [ligne.du for ligne in lignes[:1]] == ([debut] if debut <= au else [])
                assert [ligne.au for ligne in lignes[-1:]] == ([au] if debut <= au else [])


@given(donnees(), jours)
def test_les_sommes_tombent_juste(fabriquer, brut, au):
    decompte = chiffrer(fabriquer(**brut), au)
    interets_courus = sum(ligne.montant for ligne in decompte.lignes)
    interets_payes = sum(imputation.interets for imputation in decompte.imputations)
    assert decompte.interets == interets_courus - interets_payes - decompte.interets_compenses
    postes = (decompte.principal, decompte.interets, decompte.indemnites, decompte.clause_penale, decompte.frais)
    assert decompte.total == sum(postes)
    assert all(poste >= 0 for poste in postes)
    for solde in decompte.soldes:
        payes = [i for i in decompte.imputations if i.facture == solde.facture]
        assert solde.principal == solde.initial - solde.avoirs - sum(i.principal for i in payes)
        assert solde.paiements == sum(i.interets + i.principal for i in payes)


@given(donnees())
def test_les_imputations_somment_aux_paiements(fabriquer, brut):
    au = dt.date(2026, 12, 31)  # tout est échu : rien n'est absorbé hors du décompte
    brut["factures"] = [{**f, "echeance": min(f["echeance"], au)} for f in brut["factures"]]
    decompte = chiffrer(fabriquer(**brut), au)
    for imputation in decompte.imputations:
        assert imputation.montant == imputation.interets + imputation.principal + imputation.indemnites
    recus = sum(Decimal(paiement["montant"]) for paiement in brut["paiements"])
    credites = sum(Decimal(avoir["montant_ttc"]) for avoir in brut["avoirs"])
    imputes = sum(imputation.montant for imputation in decompte.imputations)
    reduits = sum(solde.avoirs for solde in decompte.soldes)
    assert imputes + reduits + decompte.compense + decompte.trop_percu == recus + credites
    assert not decompte.trop_percu or not decompte.total  # rien n'est réclamé à qui l'on doit


@given(donnees(nb_factures=1), jours)
def test_un_jour_de_plus_ajoute_un_interet_journalier(fabriquer, brut, au):
    lendemain = au + JOUR
    brut["paiements"] = [p for p in brut["paiements"] if p["date"] != lendemain]
    brut["avoirs"] = [a for a in brut["avoirs"] if a["date"] != lendemain]
    dossier = fabriquer(**brut)
    jour, suivant = chiffrer(dossier, au), chiffrer(dossier, lendemain)
    if lendemain.month in {1, 7} and lendemain.day == 1:
        return  # le taux change
    assert abs(suivant.interets - jour.interets - jour.interet_journalier) <= CENT


@given(donnees(), jours, st.randoms(use_true_random=False))
def test_l_ordre_de_saisie_ne_compte_pas(fabriquer, brut, au, hasard):
    reference = chiffrer(fabriquer(**brut), au)
    melange = dict(brut)
    for cle in ("factures", "paiements", "avoirs", "contrats"):
        melange[cle] = hasard.sample(brut[cle], len(brut[cle]))
    assert chiffrer(fabriquer(**melange), au) == reference


@given(jours, st.integers(0, 240))
def test_ajouter_des_mois_garde_le_quantieme_ou_le_dernier_jour(jour, mois):
    terme = ajouter_mois(jour, mois)
    assert (terme.year - jour.year) * 12 + terme.month - jour.month == mois
    assert terme.day == jour.day or (terme.day < jour.day and (terme + JOUR).day == 1)
