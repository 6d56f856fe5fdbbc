"""Deux cents dossiers fictifs, dont les dates entourent chaque borne : veille, jour, lendemain.

Rien du programme n'y sert : ce sont des faits, écrits en TOML ; `recalcul_portefeuille` les recompte autrement.
"""

import datetime as dt
import random
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import tomlkit

AU = dt.date(2026, 11, 27)  # un vendredi : la veille et le lendemain diffèrent aussi par le jour ouvrable
NOMBRE = 200
_AUTOUR = (-1, 0, 1)
_CREANCIERS = ("Atelier Lumen", "Forge Noire", "Verrerie du Lac")
Fait = dict[str, Any]


def ecrire_portefeuille(racine: Path) -> list[Fait]:
    """Écrit les dossiers, et les ventes des créanciers ; rend les faits."""
    faits = [_numeroter(rang, fait) for rang, fait in enumerate(_completer(list(_bornes())), start=1)]
    for fait in faits:
        dossier = racine / fait["reference"]
        dossier.mkdir(parents=True)
        (dossier / "dossier.toml").write_text(tomlkit.dumps(fait), encoding="utf-8")
    (racine / "chiffre_affaires.toml").write_text(tomlkit.dumps({"mois": ventes()}), encoding="utf-8")
    return faits


def ventes() -> list[Fait]:
    """Douze mois de ventes par créancier ; le mois en cours s'arrête au jour du tableau."""
    mois = [f"{2025 + (rang + 10) // 12}-{(rang + 10) % 12 + 1:02d}" for rang in range(1, 13)]
    return [
        {"mois": m, "montant_ttc": f"{4000 + 700 * rang + 130 * place}.50", "creancier": nom}
        for place, nom in enumerate(_CREANCIERS)
        for rang, m in enumerate(mois)
    ]


def _jour(ecart: int) -> dt.date:
    return AU + dt.timedelta(days=ecart)


def _fait(retard: int, **suite: Any) -> Fait:
    """Un dossier d'une facture, échue depuis tant de jours au jour du tableau ; négatif : pas encore."""
    echeance = _jour(-retard)
    facture = {"date": echeance - dt.timedelta(days=30), "echeance": echeance, **suite.pop("facture", {})}
    return {"factures": [facture], **suite}


def _relance(retard: int, depuis_echeance: int, niveau: int) -> Fait:
    return {"date": _jour(depuis_echeance - retard), "canal": "courriel", "niveau": niveau}


def _bornes() -> Iterator[Fait]:
    yield from _bornes_des_tranches()
    yield from _bornes_des_relances()
    yield from _bornes_des_mouvements()
    yield from _bornes_des_mises_en_demeure()
    yield from _bornes_des_accords()
    yield from _bornes_de_la_prescription()
    yield from _situations()


def _bornes_des_tranches() -> Iterator[Fait]:
    """Chaque borne de la balance âgée ; une facture sur quatre ne dit pas sa part hors taxe."""
    for rang, (borne, ecart) in enumerate((b, e) for b in (0, 30, 60, 90, 180, 365) for e in _AUTOUR):
        yield _fait(borne + ecart, facture={"sans_ht": True} if rang % 4 == 0 else {})


def _bornes_des_relances() -> Iterator[Fait]:
    """Chaque niveau de l'échelle, les précédents envoyés à leur jour ; et un envoi récent qui retient le suivant."""
    delais = (-5, 5, 12, 20, 32)
    for niveau, delai in enumerate(delais, start=1):
        for ecart in _AUTOUR:
            retard = delai + ecart
            yield _fait(retard, relances=[_relance(retard, d, n) for n, d in enumerate(delais[: niveau - 1], start=1)])
    for ecart in _AUTOUR:
        retard = 60
        yield _fait(retard, relances=[_relance(retard, retard - 5 + ecart, 2)])  # parti il y a cinq jours, ou presque
        yield _fait(45 + ecart, relances=[_relance(45 + ecart, d, n) for n, d in enumerate(delais, start=1)])


def _bornes_des_mouvements() -> Iterator[Fait]:
    """Un paiement, un rejet, un avoir, une facture : la veille, le jour et le lendemain du tableau."""
    for ecart in _AUTOUR:
        yield _fait(40, paiements=[{"date": _jour(ecart), "montant": "100.00"}])
        yield _fait(
            40, paiements=[{"date": _jour(-9), "montant": "75.00", "statut": "rejete", "date_rejet": _jour(ecart)}]
        )
        yield _fait(40, avoirs=[{"numero": "AV-1", "date": _jour(ecart), "montant_ttc": "60.00"}])
        yield _fait(-30 - ecart, facture={"date": _jour(ecart)})
        yield _fait(70, suivi={"clos": {"date": _jour(ecart), "motif": "irrecouvrable"}})
        relances = [_relance(40, 10, 2)]
        yield _fait(40, relances=relances, paiements=[{"date": _jour(-30 + ecart), "montant": "80.00"}])
    for designee in (None, "B"):
        paiement = {"date": _jour(-3), "montant": "1500.00", **({"facture": designee} if designee else {})}
        deux = [
            {
                "numero": "A",
                "date": _jour(-90),
                "echeance": _jour(-60),
                "montant_ttc": "1200.00",
                "montant_ht": "1000.00",
            },
            {
                "numero": "B",
                "date": _jour(-80),
                "echeance": _jour(-31),
                "montant_ttc": "900.00",
                "montant_ht": "750.00",
            },
        ]
        yield {"factures": deux, "paiements": [paiement]}


def _bornes_des_mises_en_demeure() -> Iterator[Fait]:
    """Le dernier jour du délai, et l'entrée de chaque étape la veille, le jour et le lendemain d'un paiement."""
    for ecart in _AUTOUR:
        lettre = {"date_envoi": _jour(-20), "date_presentation": _jour(-15 + ecart), "delai_jours": 15}
        yield _fait(80, mise_en_demeure=lettre)
        yield _fait(80, mise_en_demeure=lettre, paiements=[{"date": _jour(-20 + ecart), "montant": "90.00"}])
        depot = {"depot": _jour(-10)}
        payes = [{"date": _jour(-10 + ecart), "montant": "55.00"}]
        yield _fait(120, mise_en_demeure=lettre, suivi=depot, paiements=payes)
        rendue = {**depot, "ordonnance": {"date": _jour(-5)}}
        yield _fait(
            120, mise_en_demeure=lettre, suivi=rendue, paiements=[{"date": _jour(-5 + ecart), "montant": "45.00"}]
        )


def _bornes_des_accords() -> Iterator[Fait]:
    """Une échéance d'accord la veille, le jour et le lendemain, tenue ou non."""
    for ecart in _AUTOUR:
        accord = {
            "date": _jour(-60),
            "echeances": [{"date": _jour(ecart), "montant": "300.00"}, {"date": _jour(90), "montant": "300.00"}],
        }
        yield _fait(100, accord=accord)
        yield _fait(100, accord=accord, paiements=[{"date": _jour(-2), "montant": "300.00"}])


def _bornes_de_la_prescription() -> Iterator[Fait]:
    for ecart in _AUTOUR:
        echeance = dt.date(AU.year - 5, AU.month, AU.day) + dt.timedelta(days=ecart)
        yield _fait((AU - echeance).days)


def _situations() -> Iterator[Fait]:
    """Ce qui ne se relance pas, et ce qui change le taux de la provision."""
    for situation in ("sauvegarde", "redressement", "liquidation", "cloture_insuffisance_actif"):
        for retard in (-10, 20, 200):
            yield {**_fait(retard), "situation_du_debiteur": situation}
    for retard in (10, 400):
        yield _fait(retard, facture={"contestee": True})
        yield _fait(retard, situation={"cession": True})
        yield _fait(retard, assurance_credit={"indemnise": True})
        yield _fait(retard, facture={"regime_tva": "franchise_293b", "sans_ht": True})
        yield _fait(retard, paiements=[{"date": _jour(-2), "montant": "99999.00"}])


def _completer(faits: list[Fait]) -> list[Fait]:
    """Jusqu'à deux cents, des dossiers tirés toujours dans le même ordre."""
    tirage = random.Random(11)  # noqa: S311 (des faits d'essai, pas un secret)
    while len(faits) < NOMBRE:
        retard = tirage.randint(-40, 500)
        payes = [
            {"date": _jour(-tirage.randint(0, 60)), "montant": f"{tirage.randint(1, 40000) / 100:.2f}"}
            for _ in range(tirage.randint(0, 3))
        ]
        relances = [
            _relance(retard, d, n) for n, d in ((2, 6), (3, 14), (4, 22)) if d < retard and tirage.random() < 0.5
        ]
        faits.append(_fait(retard, paiements=payes, relances=relances))
    return faits


def _numeroter(rang: int, fait: Fait) -> Fait:
    situation = fait.pop("situation_du_debiteur", "in_bonis")
    for facture in fait["factures"]:
        facture.setdefault("numero", f"F-{rang:03d}")
        hors_taxe = 50000 + 731 * rang  # en centimes
        facture.setdefault("montant_ttc", f"{hors_taxe * 12 // 10 / 100:.2f}")
        if not facture.pop("sans_ht", False):
            facture.setdefault("montant_ht", f"{hors_taxe / 100:.2f}")
    nom = f"Débiteur {rang % 60:02d}" if situation == "in_bonis" else f"Débiteur en {situation} {rang}"
    debiteur = {"nature": "personne_morale", "denomination": nom, "forme": "SAS", "situation": situation}
    return {
        "reference": f"P-{rang:03d}",
        "objet": "Fournitures",
        **{cle: valeur for cle, valeur in fait.items() if not isinstance(valeur, list)},
        "creancier": {
            "nature": "personne_morale",
            "denomination": _CREANCIERS[rang % 3],
            "forme": "SARL",
            "adresse": {"voie": "1 rue des Essais", "code_postal": "69003", "commune": "Lyon"},
        },
        "debiteurs": [
            {**debiteur, "adresse": {"voie": "2 rue des Essais", "code_postal": "13002", "commune": "Marseille"}}
        ],
        **{cle: valeur for cle, valeur in fait.items() if isinstance(valeur, list) and valeur},
    }
