"""Le portefeuille recompté autrement : des faits bruts, des fractions, et le calendrier parcouru jour par jour.

Rien du programme n'est importé : deux chemins qui se trompent ensemble ne prouveraient rien.
"""

import datetime as dt
from collections.abc import Iterator
from fractions import Fraction
from typing import Any

Fait = dict[str, Any]
UN_JOUR = dt.timedelta(days=1)
BORNES = ((0, 0), (30, 0), (60, 0), (90, 10), (180, 25), (365, 50), (10**9, 100))
SITUATIONS = {"sauvegarde": 50, "redressement": 50, "liquidation": 100, "cloture_insuffisance_actif": 100}
DELAIS = {1: -5, 2: 5, 3: 12, 4: 20, 5: 32}
LAISSE_AU_DERNIER = 8


def au_centime(somme: Fraction) -> str:
    """Deux décimales, la demie vers le haut."""
    centimes = (abs(somme) * 200 + 1) // 2
    signe = "-" if somme < 0 and centimes else ""
    return f"{signe}{centimes // 100}.{centimes % 100:02d}"


def jours_depuis(echeance: dt.date, au: dt.date) -> int:
    """Combien de jours passés, un par un ; négatif s'ils sont à venir."""
    sens = 1 if echeance <= au else -1
    nombre, jour = 0, echeance
    while jour != au:
        jour += sens * UN_JOUR
        nombre += sens
    return nombre


def compter(faits: list[Fait]) -> list[Fait]:
    """Les dossiers dont la créance est encore au créancier."""
    return [f for f in faits if not f.get("situation", {}).get("cession") and not f.get("assurance_credit")]


def recus(fait: Fait, au: dt.date) -> list[Fait]:
    """Les paiements qui comptent ce jour-là."""
    return [
        p
        for p in fait.get("paiements", [])
        if p["date"] <= au and not (p.get("statut") == "rejete" and p["date_rejet"] <= au)
    ]


def restes(fait: Fait, au: dt.date) -> dict[str, Fraction]:
    """Ce qui reste de chaque facture : on rejoue les mouvements, centime par centime dans les factures par échéance."""
    if fait.get("suivi", {}).get("clos", {"date": dt.date.max})["date"] <= au:
        return {}
    ouvertes = {f["numero"]: Fraction(f["montant_ttc"]) for f in fait["factures"] if f["date"] <= au}
    ordre = [f["numero"] for f in sorted(fait["factures"], key=lambda f: f["echeance"]) if f["numero"] in ouvertes]
    credits_recus = [(p.get("facture"), Fraction(p["montant"])) for p in recus(fait, au)]
    credits_recus += [(a.get("facture"), Fraction(a["montant_ttc"])) for a in fait.get("avoirs", []) if a["date"] <= au]
    libre = Fraction(0)
    for designee, montant in credits_recus:
        pris = min(montant, ouvertes.get(designee, Fraction(0)))
        if pris:
            ouvertes[designee] -= pris
        libre += montant - pris
    for numero in ordre:
        pris = min(libre, ouvertes[numero])
        ouvertes[numero] -= pris
        libre -= pris
    return {numero: reste for numero, reste in ouvertes.items() if reste}


def lignes(faits: list[Fait], au: dt.date) -> Iterator[Fait]:
    """Chaque créance : reste, retard, tranche, taux, base et provision."""
    for fait in compter(faits):
        situation = fait["debiteurs"][0]["situation"]
        for facture in fait["factures"]:
            reste = restes(fait, au).get(facture["numero"])
            if reste is None:
                continue
            retard = jours_depuis(facture["echeance"], au)
            rang = next(r for r, (borne, _) in enumerate(BORNES) if retard <= borne)
            taux = max(BORNES[rang][1], SITUATIONS.get(situation, 0))
            base = None
            if "regime_tva" in facture:
                base = reste
            elif "montant_ht" in facture:
                base = Fraction(au_centime(reste * Fraction(facture["montant_ht"]) / Fraction(facture["montant_ttc"])))
            provision = None if base is None else Fraction(au_centime(base * taux / 100))
            yield {
                "reference": fait["reference"],
                "creancier": fait["creancier"]["denomination"],
                "debiteur": fait["debiteurs"][0]["denomination"],
                "reste": reste,
                "retard": retard,
                "tranche": rang,
                "provision": provision,
            }


def etapes(fait: Fait, au: dt.date) -> list[tuple[dt.date, str]]:
    """Les étapes datées, dans l'ordre."""
    suivi = fait.get("suivi", {})
    datees = [(r["date"], f"relance_{r['niveau']}") for r in fait.get("relances", [])]
    datees += [(fait["mise_en_demeure"]["date_envoi"], "mise_en_demeure")] if "mise_en_demeure" in fait else []
    datees += [(fait["accord"]["date"], "accord")] if "accord" in fait else []
    datees += [(suivi["depot"], "requete")] if "depot" in suivi else []
    datees += [(suivi["ordonnance"]["date"], "ordonnance")] if "ordonnance" in suivi else []
    return sorted((e for e in datees if e[0] <= au), key=lambda e: e[0])


def recouvre(faits: list[Fait], au: dt.date) -> dict[str, tuple[Fraction, Fraction]]:
    """(engagé, recouvré) par étape, en parcourant les jours de chaque dossier."""
    sommes: dict[str, tuple[Fraction, Fraction]] = {}

    def ajouter(etape: str, engage: Fraction, paye: Fraction) -> None:
        deja = sommes.get(etape, (Fraction(0), Fraction(0)))
        sommes[etape] = (deja[0] + engage, deja[1] + paye)

    for fait in compter(faits):
        facture = sum(Fraction(f["montant_ttc"]) for f in fait["factures"] if f["date"] <= au)
        credite = sum(Fraction(a["montant_ttc"]) for a in fait.get("avoirs", []) if a["date"] <= au)
        ajouter("avant_relance", facture - credite, Fraction(0))
        datees, atteinte, a_recouvrer = etapes(fait, au), "avant_relance", facture - credite
        dates = [e[0] for e in datees] + [p["date"] for p in recus(fait, au)]
        jour = min(dates, default=au)
        while jour <= au:
            for paiement in recus(fait, au):
                if paiement["date"] == jour:
                    paye = min(Fraction(paiement["montant"]), a_recouvrer)
                    a_recouvrer -= paye
                    ajouter(atteinte, Fraction(0), paye)
            for le, etape in datees:
                if le == jour:
                    atteinte = etape
                    ajouter(etape, sum(restes(fait, jour).values(), Fraction(0)), Fraction(0))
            jour += UN_JOUR
    return sommes


def delai_par_epuisement(encours: Fraction, ventes_par_mois: dict[str, Fraction], au: dt.date) -> Fraction | None:
    """On recule d'un jour à la fois ; chaque jour emporte sa part des ventes de son mois."""
    jours, jour, reste = Fraction(0), au, encours
    while reste > 0:
        mois = f"{jour:%Y-%m}"
        if mois not in ventes_par_mois:
            return None
        dernier = au if mois == f"{au:%Y-%m}" else _fin_de_mois(jour)
        par_jour = ventes_par_mois[mois] / dernier.day
        emporte = min(reste, par_jour)
        jours += emporte / par_jour if par_jour else 1
        reste -= emporte
        jour -= UN_JOUR
    return jours


def _fin_de_mois(jour: dt.date) -> dt.date:
    while (jour + UN_JOUR).month == jour.month:
        jour += UN_JOUR
    return jour


PREMIERE_LETTRE = 4  # de l'échelle livrée : avant l'échéance, rappel, appel, puis la lettre ferme


def suite_attendue(fait: Fait, au: dt.date) -> tuple[str, int | None]:
    """Ce que l'assistante doit faire du dossier ce jour-là, et le niveau de relance."""
    if not restes(fait, au):
        return "aucune", None
    debiteur = fait["debiteurs"][0]["situation"]
    if debiteur in {"sauvegarde", "redressement", "liquidation"}:
        return "produire", None
    if debiteur != "in_bonis" or fait not in compter([fait]) or "depot" in fait.get("suivi", {}):
        return "aucune", None
    if fait.get("accord"):  # non tenu, aucun ne porte de relance : la première lettre qui fixe une date réclame
        return ("attendre", None) if _accord_tenu(fait, au) else ("relancer", PREMIERE_LETTRE)
    if all(f.get("contestee") for f in fait["factures"]):
        return "aucune", None
    return _sur_l_echelle(fait, au)


def _accord_tenu(fait: Fait, au: dt.date) -> bool:
    """Chaque échéance d'avant ce jour est couverte par ce qui est arrivé depuis la signature."""
    accord = fait.get("accord")
    if not accord:
        return False
    verse = sum(Fraction(p["montant"]) for p in recus(fait, au) if p["date"] >= accord["date"])
    promis = sum(Fraction(e["montant"]) for e in accord["echeances"] if e["date"] < au)
    return promis <= verse and any(e["date"] >= au for e in accord["echeances"])


def _sur_l_echelle(fait: Fait, au: dt.date) -> tuple[str, int | None]:
    restantes = restes(fait, au)
    echeance = min(f["echeance"] for f in fait["factures"] if f["numero"] in restantes)
    lettre = fait.get("mise_en_demeure")
    if lettre:
        fin = lettre["date_presentation"]
        for _ in range(lettre["delai_jours"]):
            fin += UN_JOUR
        return ("attendre" if au <= fin else "produire"), None
    emise = min(f["date"] for f in fait["factures"] if f["numero"] in restantes and f["echeance"] == echeance)
    parties = [r for r in fait.get("relances", []) if emise <= r["date"] <= au]
    dernier = max((r["niveau"] for r in parties), default=0)
    silence = jours_depuis(max(r["date"] for r in parties), au) if parties else 10**6
    retard = jours_depuis(echeance, au)
    niveau = dernier + 1 if dernier or retard < 0 else 2
    if niveau in DELAIS:
        return ("relancer", niveau) if retard >= DELAIS[niveau] and silence >= 5 else ("attendre", None)
    return ("mettre_en_demeure" if retard >= 45 and silence > LAISSE_AU_DERNIER else "attendre"), None


def terme_de_prescription(echeance: dt.date, annees: int = 5) -> dt.date:
    """Le même quantième, tant d'années plus tard, en avançant jour par jour."""
    jour, passees = echeance, 0
    while passees < annees:
        jour += UN_JOUR
        passees += (jour.month, jour.day) == (echeance.month, echeance.day)
    return jour
