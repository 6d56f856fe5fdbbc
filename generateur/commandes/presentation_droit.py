"""Les tables de droit au terminal et en objet : liste, valeurs à une date, ce qui vient d'être ajouté."""

from decimal import Decimal
from typing import Any

from generateur.commandes.signes import assembler
from generateur.domaine.langue import date_longue
from generateur.droit.valeurs import Table, Valeur
from generateur.operations.consultation_droit import Consultation, Sommaire
from generateur.operations.droit_ajoute import Enregistrement


def presenter_consultation(consultation: Consultation) -> str:
    """La table, jusqu'où elle répond, et chaque valeur avec sa source."""
    table = consultation.table
    lignes = [f"{table.libelle} ({table.unite.replace('_', ' ')}), au {date_longue(consultation.jour)}"]
    lignes.append(f"  vérifiée le {date_longue(table.verifie_le)}, connue jusqu'au {date_longue(table.horizon)}")
    return assembler([*lignes, *(ligne for valeur in consultation.valeurs for ligne in _decrire(valeur))])


def consultation_en_objet(consultation: Consultation) -> dict[str, Any]:
    """Objet de « droit TABLE »."""
    table = consultation.table
    return {
        "table": table.nom,
        "libelle": table.libelle,
        "unite": table.unite,
        "au": consultation.jour.isoformat(),
        "verifie_le": table.verifie_le.isoformat(),
        "horizon": table.horizon.isoformat(),
        "valeurs": [_valeur_en_objet(valeur) for valeur in consultation.valeurs],
    }


def presenter_sommaire(sommaire: Sommaire) -> str:
    """Une ligne par table, puis les valeurs de l'utilisateur et ce qui expire bientôt."""
    largeur = max(len(table.nom) for table in sommaire.tables)
    lignes = [f"{t.nom:<{largeur}}  jusqu'au {t.horizon:%d/%m/%Y}  {t.libelle}" for t in sommaire.tables]
    if sommaire.ajouts:
        lignes += ["", "Ajouté par vous :"]
        lignes += [f"  • {a.table} {ligne.strip()}" for a in sommaire.ajouts for ligne in _decrire(a.valeur)[:1]]
    if sommaire.expirent:
        lignes += ["", f"À mettre à jour dans les {sommaire.alerte_jours} jours :"]
        lignes += [
            f"  • {t.nom} : horizon le {date_longue(t.horizon)} (« generateur droit ajouter {t.nom} … »)"
            for t in sommaire.expirent
        ]
    return assembler(lignes)


def sommaire_en_objet(sommaire: Sommaire) -> dict[str, Any]:
    """Objet de « droit »."""
    return {
        "au": sommaire.jour.isoformat(),
        "tables": [_table_en_objet(table) for table in sommaire.tables],
        "expirent": [t.nom for t in sommaire.expirent],
        "ajouts": [{"table": a.table, **_valeur_en_objet(a.valeur)} for a in sommaire.ajouts],
    }


def presenter_enregistrement(enregistre: Enregistrement) -> str:
    """Ce qui vient d'être ajouté ou retiré, et jusqu'où chaque table répond désormais."""
    lignes = [f"{a.table} {ligne.strip()}" for a in enregistre.ajouts.valeurs for ligne in _decrire(a.valeur)[:2]]
    if enregistre.deja_connus:
        lignes.append(f"Déjà connu, inchangé : {enregistre.deja_connus}")
    for table, cle, horizon in enregistre.horizons:
        serie = f", série {cle}" if cle else ""
        lignes.append(f"La table {table}{serie} répond désormais jusqu'au {date_longue(horizon)}.")
    if enregistre.sha256:
        lignes.append(f"Empreinte du fichier importé (sha256) : {enregistre.sha256}")
    return assembler([*lignes, f"Vos valeurs : {enregistre.fichier}"])


def enregistrement_en_objet(enregistre: Enregistrement) -> dict[str, Any]:
    """Objet de « droit ajouter », « importer » et « retirer »."""
    return {
        "fichier": str(enregistre.fichier),
        "valeurs": [{"table": a.table, **_valeur_en_objet(a.valeur)} for a in enregistre.ajouts.valeurs],
        "deja_connus": enregistre.deja_connus,
        "horizons": [{"table": t, "cle": c, "horizon": h.isoformat()} for t, c, h in enregistre.horizons],
        "sha256": enregistre.sha256 or None,
    }


def _decrire(valeur: Valeur) -> list[str]:
    cle = f"{valeur.cle} : " if valeur.cle else ""
    doute = "" if valeur.confiance == "certaine" else f" [{valeur.confiance.replace('_', ' ')}]"
    doute += f" [ajoutée par vous le {date_longue(valeur.saisie_le)}]" if valeur.saisie_le else ""
    lignes = [f"  {cle}{valeur.texte} depuis le {date_longue(valeur.depuis)}{doute}"]
    lignes.append(f"      {' — '.join(filter(None, (valeur.source.titre, valeur.source.url)))}")
    if valeur.note:
        lignes.append(f"      {valeur.note}")
    return lignes


def _table_en_objet(table: Table) -> dict[str, Any]:
    return {
        "nom": table.nom,
        "libelle": table.libelle,
        "unite": table.unite,
        "verifie_le": table.verifie_le.isoformat(),
        "horizon": table.horizon.isoformat(),
    }


def _valeur_en_objet(valeur: Valeur) -> dict[str, Any]:
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
