"""Le décompte comparé, au centime, à un second moteur écrit à part : jour par jour, sans rien emprunter au programme.

Les taux sont recopiés ici, à la main, des publications officielles : un taux faux d'un côté se voit.
Règles : C. com. L441-10 II (BCE + 10, au 1er janvier et au 1er juillet), C. civ. 1343-1 (intérêts d'abord), avoirs au
principal ; le jour d'un mouvement porte encore sur l'ancienne base ; 365 jours ; centime le plus proche par période.
"""

import datetime as dt
from decimal import ROUND_HALF_UP, Decimal

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from generateur.calculs.decompte import chiffrer

JOUR = dt.timedelta(days=1)
CENT = Decimal("0.01")
BCE_PLUS_DIX = {
    (2022, 1): "10.00",
    (2022, 7): "10.00",
    (2023, 1): "12.50",
    (2023, 7): "14.00",
    (2024, 1): "14.50",
    (2024, 7): "14.25",
    (2025, 1): "13.15",
    (2025, 7): "12.15",
    (2026, 1): "12.15",
    (2026, 7): "12.40",
}
LEGAL_PROFESSIONNELS = {
    (2022, 1): "0.76",
    (2022, 7): "0.77",
    (2023, 1): "2.06",
    (2023, 7): "4.22",
    (2024, 1): "5.07",
    (2024, 7): "4.92",
    (2025, 1): "3.71",
    (2025, 7): "2.76",
    (2026, 1): "2.62",
    (2026, 7): "2.75",
}
AU = dt.date(2026, 11, 21)
CONSOMMATEUR = {"nature": "particulier", "qualite": "consommateur", "nom": "Durand"}
SOCIETE = {"nature": "personne_morale", "denomination": "Société B", "forme": "SARL"}
sommes = st.decimals("1.00", "99999.99", places=2)
echeances = st.dates(dt.date(2022, 1, 1), dt.date(2026, 11, 20))
mouvements = st.lists(
    st.tuples(st.dates(dt.date(2022, 1, 1), AU), st.sampled_from(["avoir", "paiement"]), sommes), max_size=5
)


def compter(montant, premier_jour, au, mouvements, taux, dernier_jour=None):
    """(principal, intérêts) dus à `au` : une seule dette, qui porte intérêt de `premier_jour` à `dernier_jour`.

    `mouvements` : (date, genre « avoir » ou « paiement », montant).
    """
    principal, interets = Decimal(montant), Decimal(0)
    jours_en_attente, cle_en_attente = 0, None
    par_jour: dict[dt.date, list[tuple[str, Decimal]]] = {}
    for date, genre, somme in mouvements:
        par_jour.setdefault(date, []).append((genre, Decimal(somme)))
    debut = min([*par_jour, premier_jour]) if par_jour else premier_jour

    def arreter():
        nonlocal interets, jours_en_attente
        if jours_en_attente:
            brut = principal * Decimal(taux[cle_en_attente]) * jours_en_attente / Decimal(36500)
            interets += brut.quantize(CENT, rounding=ROUND_HALF_UP)
        jours_en_attente = 0

    jour = debut
    while jour <= au:
        cle = (jour.year, 1 if jour.month <= 6 else 7)
        if cle != cle_en_attente:
            arreter()
            cle_en_attente = cle
        if jour >= premier_jour and (dernier_jour is None or jour <= dernier_jour):
            jours_en_attente += 1
        for genre, somme in sorted(par_jour.get(jour, ())):
            arreter()
            if genre == "avoir":  # ce qu'il laisse une fois le principal éteint compense les intérêts (C. civ. 1347)
                sur_principal = min(somme, principal)
                principal -= sur_principal
                interets -= min(somme - sur_principal, interets)
            else:
                sur_interets = min(somme, interets)
                interets -= sur_interets
                principal -= min(somme - sur_interets, principal)
        jour += JOUR
    arreter()
    return principal, interets


def _saisir(saisis):
    paiements = [{"date": date, "montant": somme} for date, genre, somme in saisis if genre == "paiement"]
    avoirs = [
        {"numero": f"A{rang}", "date": date, "montant_ttc": somme}
        for rang, (date, genre, somme) in enumerate(saisis)
        if genre == "avoir"
    ]
    return {"paiements": paiements, "avoirs": avoirs}


def _facture(echeance, montant):
    return {"date": echeance, "echeance": echeance, "montant_ttc": montant, "livraison": {"date": echeance}}


@given(sommes, echeances, mouvements)
@example(Decimal("10000.00"), dt.date(2023, 12, 31), [(dt.date(2024, 7, 1), "paiement", Decimal("1000.00"))])
def test_entre_professionnels(fabriquer, montant, echeance, saisis):
    dossier = fabriquer(factures=[_facture(echeance, montant)], **_saisir(saisis))
    decompte = chiffrer(dossier, AU)
    attendu = compter(montant, echeance + JOUR, AU, saisis, BCE_PLUS_DIX)
    assert (decompte.principal, decompte.interets) == attendu


@given(sommes, st.dates(dt.date(2025, 1, 1), dt.date(2026, 11, 20)), st.integers(-60, 400), mouvements)
def test_consommateur_mis_en_demeure(fabriquer, montant, echeance, ecart, saisis):
    envoi = echeance + ecart * JOUR
    dossier = fabriquer(
        debiteurs=[CONSOMMATEUR],
        factures=[{"date": echeance, "echeance": echeance, "montant_ttc": montant}],
        mise_en_demeure={"date_envoi": envoi, "date_presentation": envoi + 2 * JOUR},
        **_saisir(saisis),
    )
    decompte = chiffrer(dossier, AU)
    premier = envoi + 3 * JOUR if ecart >= 0 else AU + JOUR
    attendu = compter(montant, premier, AU, saisis, LEGAL_PROFESSIONNELS)
    assert (decompte.principal, decompte.interets) == attendu


@given(sommes, echeances, mouvements, st.dates(dt.date(2022, 6, 1), AU))
def test_declaration_au_jour_du_jugement(fabriquer, montant, echeance, saisis, jugement):
    """Les paiements reçus depuis le jugement ne se déduisent pas ; les intérêts s'arrêtent la veille."""
    debiteur = {**SOCIETE, "situation": "redressement", "procedure_collective": {"jugement": jugement}}
    facture = {"date": echeance, "echeance": echeance, "montant_ttc": montant}
    facture["livraison"] = {"date": min(echeance, jugement - JOUR)}
    decompte = chiffrer(fabriquer(debiteurs=[debiteur], factures=[facture], **_saisir(saisis)), AU)
    gardes = [m for m in saisis if m[1] == "avoir" or m[0] < jugement]
    attendu = compter(montant, echeance + JOUR, AU, gardes, BCE_PLUS_DIX, dernier_jour=jugement - JOUR)
    assert (decompte.principal, decompte.interets) == attendu


@pytest.mark.parametrize("table", [BCE_PLUS_DIX, LEGAL_PROFESSIONNELS])
def test_le_temoin_connait_chaque_semestre_de_la_periode(table):
    assert sorted(table) == [(annee, mois) for annee in range(2022, 2027) for mois in (1, 7)]
