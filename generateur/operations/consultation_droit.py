"""Consultation des tables de droit : liste, valeurs à une date avec leur source, ce qui expire bientôt."""

import datetime as dt
from dataclasses import dataclass
from decimal import Decimal
from difflib import get_close_matches
from typing import Any

from generateur.domaine.langue import date_longue
from generateur.droit.tables import ajouts_en_usage, entier_au, expirations, lire_table, lister_tables, valeur_au
from generateur.droit.valeurs import Table, Valeur
from generateur.erreurs import ErreurDroitManquant, ErreurUsage
from generateur.operations.droit_ajoute import Enregistrement


@dataclass(frozen=True)
class Reponse:
    """Ce que la commande imprime, en texte et en objet."""

    texte: str
    objet: dict[str, Any]


def consulter(nom: str | None, cle: str | None, jour: dt.date) -> Reponse:
    """Sans nom : la liste et les expirations. Avec un nom : chaque série (ou la seule clé) à la date."""
    if nom is None:
        return _lister(jour, entier_au("delais_jours", jour, "alerte_horizon"))
    table = lire_table(nom)
    if cle is not None and cle not in table.cles:
        raise _cle_inconnue(table, cle)
    valeurs = [valeur_au(nom, jour, cle)] if cle is not None else _valeurs_en_vigueur(table, jour)
    lignes = [f"{table.libelle} ({table.unite.replace('_', ' ')}), au {date_longue(jour)}"]
    lignes.append(f"  vérifiée le {date_longue(table.verifie_le)}, connue jusqu'au {date_longue(table.horizon)}")
    lignes += [ligne for valeur in valeurs for ligne in _decrire(valeur)]
    objet = {
        "table": nom,
        "libelle": table.libelle,
        "unite": table.unite,
        "au": jour.isoformat(),
        "verifie_le": table.verifie_le.isoformat(),
        "horizon": table.horizon.isoformat(),
        "valeurs": [_en_objet(valeur) for valeur in valeurs],
    }
    return Reponse("\n".join(lignes), objet)


def _cle_inconnue(table: Table, cle: str) -> ErreurUsage:
    connues = [serie for serie in table.cles if serie]
    if not connues:
        return ErreurUsage(
            f"La table « {table.nom} » n'a qu'une série, sans nom : « {cle} » est de trop.",
            remede=f"Écrire « generateur droit {table.nom} ».",
        )
    return ErreurUsage(
        f"La table « {table.nom} » n'a pas de série « {cle} ».",
        remede=f"Séries : {', '.join(get_close_matches(cle, connues, cutoff=0.5) or connues)}.",
    )


def _valeurs_en_vigueur(table: Table, jour: dt.date) -> list[Valeur]:
    """Une valeur par série déjà commencée ; l'horizon dépassé refuse, comme partout."""
    valeurs = []
    for cle in table.cles:
        try:
            valeurs.append(valeur_au(table.nom, jour, cle))
        except ErreurDroitManquant:
            if jour > table.horizon_de(cle):
                raise
    if not valeurs:
        return [valeur_au(table.nom, jour, table.cles[0])]
    return valeurs


def _lister(jour: dt.date, alerte_jours: int) -> Reponse:
    tables = [lire_table(nom) for nom in lister_tables()]
    proches = expirations(jour, alerte_jours)
    largeur = max(len(table.nom) for table in tables)
    lignes = [f"{t.nom:<{largeur}}  jusqu'au {t.horizon:%d/%m/%Y}  {t.libelle}" for t in tables]
    if ajouts := ajouts_en_usage().valeurs:
        lignes += ["", "Ajouté par vous :"]
        lignes += [f"  • {a.table} {ligne.strip()}" for a in ajouts for ligne in _decrire(a.valeur)[:1]]
    if proches:
        lignes += ["", f"À mettre à jour dans les {alerte_jours} jours :"]
        lignes += [
            f"  • {t.nom} : horizon le {date_longue(t.horizon)} (« generateur droit ajouter {t.nom} … »)"
            for t in proches
        ]
    objet = {
        "au": jour.isoformat(),
        "tables": [
            {
                "nom": t.nom,
                "libelle": t.libelle,
                "unite": t.unite,
                "verifie_le": t.verifie_le.isoformat(),
                "horizon": t.horizon.isoformat(),
            }
            for t in tables
        ],
        "expirent": [t.nom for t in proches],
        "ajouts": [{"table": a.table, **_en_objet(a.valeur)} for a in ajouts_en_usage().valeurs],
    }
    return Reponse("\n".join(lignes), objet)


def _decrire(valeur: Valeur) -> list[str]:
    cle = f"{valeur.cle} : " if valeur.cle else ""
    doute = "" if valeur.confiance == "certaine" else f" [{valeur.confiance.replace('_', ' ')}]"
    doute += f" [ajoutée par vous le {date_longue(valeur.saisie_le)}]" if valeur.saisie_le else ""
    lignes = [f"  {cle}{valeur.texte} depuis le {date_longue(valeur.depuis)}{doute}"]
    lignes.append(f"      {' — '.join(filter(None, (valeur.source.titre, valeur.source.url)))}")
    if valeur.note:
        lignes.append(f"      {valeur.note}")
    return lignes


def _en_objet(valeur: Valeur) -> dict[str, Any]:
    brute = valeur.valeur
    return {
        "cle": valeur.cle,
        "valeur": str(brute) if isinstance(brute, Decimal) else brute,
        "depuis": valeur.depuis.isoformat(),
        "confiance": valeur.confiance,
        "note": valeur.note,
        "saisie_le": valeur.saisie_le.isoformat() if valeur.saisie_le else None,
        "source": {
            "titre": valeur.source.titre,
            "url": valeur.source.url,
            "publication": valeur.source.publication.isoformat() if valeur.source.publication else None,
        },
    }


def presenter_enregistrement(enregistre: Enregistrement) -> Reponse:
    """Ce qui vient d'être ajouté ou retiré, et jusqu'où chaque table répond désormais."""
    lignes = [f"{a.table} {ligne.strip()}" for a in enregistre.ajouts.valeurs for ligne in _decrire(a.valeur)[:2]]
    if enregistre.deja_connus:
        lignes.append(f"Déjà connu, inchangé : {enregistre.deja_connus}")
    for table, cle, horizon in enregistre.horizons:
        serie = f", série {cle}" if cle else ""
        lignes.append(f"La table {table}{serie} répond désormais jusqu'au {date_longue(horizon)}.")
    if enregistre.sha256:
        lignes.append(f"Empreinte du fichier importé (sha256) : {enregistre.sha256}")
    lignes.append(f"Vos valeurs : {enregistre.fichier}")
    objet = {
        "fichier": str(enregistre.fichier),
        "valeurs": [{"table": a.table, **_en_objet(a.valeur)} for a in enregistre.ajouts.valeurs],
        "deja_connus": enregistre.deja_connus,
        "horizons": [{"table": t, "cle": c, "horizon": h.isoformat()} for t, c, h in enregistre.horizons],
        "sha256": enregistre.sha256 or None,
    }
    return Reponse("\n".join(lignes), objet)
