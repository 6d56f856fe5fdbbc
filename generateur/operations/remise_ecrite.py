"""Une pile sur le disque : les liasses, leur bordereau de remise (Word, PDF, CSV), et remise.json/.csv."""

import csv
import datetime as dt
import json
from collections.abc import Callable, Iterable, Mapping
from decimal import Decimal
from pathlib import Path
from typing import Any

from generateur.contrats import Conversion
from generateur.domaine.langue import montant
from generateur.procedures.socle import Acte
from generateur.publication.copies_liees import poser
from generateur.redaction.actes import Ecritoire
from generateur.redaction.bordereau_remise import (
    MODELE,
    TITRE,
    LigneRemise,
    champs_de_la_remise,
    en_tete_de_la_remise,
)
from generateur.reglages import Resultat

_VERSION = 1
_SEPARATEUR = ";"  # ce qu'un tableur français ouvre d'un clic
_FORMULE = ("=", "+", "-", "@", "\t", "\r")
Joindre = Callable[[str, str, str], None]  # un fichier publié, son nom dans la pile, son empreinte
BORDEREAU = Acte("bordereau_de_remise", TITRE, MODELE, place="a_cote")
_COLONNES_BORDEREAU = ("reference", "creancier", "debiteur", "voie", "pages", "total", "fichier")
_COLONNES = (
    "reference", "procedure", "juridiction", "au", "principal", "interets", "indemnites", "clause_penale", "frais",
    "total", "interet_journalier", "creancier", "creancier_siren", "creancier_adresse", "creancier_code_postal",
    "creancier_commune", "creancier_courriel", "creancier_iban", "debiteur", "debiteur_siren", "debiteur_adresse",
    "debiteur_code_postal", "debiteur_commune", "debiteur_courriel", "debiteur_telephone", "codebiteurs", "factures",
    "pieces", "pages", "fichier", "sha256",
)  # fmt: skip


def ecrire_remise(
    ou: Path,
    nom: str,
    adresse: str,
    resultats: Iterable[Resultat],
    total: Decimal,
    *,
    jour: dt.date,
    ecritoire: Ecritoire,
    avec_confidentiels: bool,
    joindre: Joindre,
) -> None:
    """Emplit le répertoire d'une pile. Lève OSError, ErreurModele, ErreurRendu.

    `joindre` : met dans la pile, sous ce nom, un fichier publié d'un dossier, dont l'empreinte est donnée.
    """
    objets = [_joindre(resultat, joindre, avec_confidentiels=avec_confidentiels) for resultat in resultats]
    contenu = {
        "version": _VERSION,
        "pile": nom,
        "adresse": adresse,
        "remise_le": jour.isoformat(),
        "nombre": len(objets),
        "total": f"{total:.2f}",
        "dossiers": objets,
    }
    (ou / "remise.json").write_text(json.dumps(contenu, ensure_ascii=False, indent=1), encoding="utf-8")
    _ecrire_csv(ou / "remise.csv", _COLONNES, map(_aplanir, objets))
    lignes = [_resumer(objet) for objet in objets]
    _ecrire_csv(
        ou / f"{BORDEREAU.nom}.csv",
        _COLONNES_BORDEREAU,
        (
            {**ligne, "total": objet["total"], "fichier": objet["fichiers"][0]["nom"]}
            for ligne, objet in zip(lignes, objets, strict=True)
        ),
    )
    creanciers, mandataires = (_distinguer(o[role] for o in objets) for role in ("creancier", "mandataire"))
    champs = {
        **en_tete_de_la_remise(creanciers, mandataires),
        "reference": f"de remise : {nom}",
        "titre_acte": TITRE,
        "complement": champs_de_la_remise(nom, adresse, lignes, total, jour),
    }
    docx, pdf = (ou / f"{BORDEREAU.nom}.{suffixe}" for suffixe in ("docx", "pdf"))
    docx.write_bytes(ecritoire.bibliotheque.modele(MODELE).rendre(champs, titre=f"{TITRE} – {nom}", jour=jour))
    ecritoire.moteur_pour(BORDEREAU).convertir([Conversion(docx, pdf)])


def joindre_ici(ou: Path) -> Joindre:
    """De quoi mettre dans ce répertoire ce qui est publié sur ce disque. Ce qu'elle fait lève OSError."""
    return lambda source, nom, _: poser(Path(source), ou / nom)


def _joindre(resultat: Resultat, joindre: Joindre, *, avec_confidentiels: bool) -> dict[str, Any]:
    """Met dans la pile ce qui part de ce dossier, et rend son objet, fichiers nommés comme ils y sont."""
    remise = dict(resultat.fiche.remise)
    publie = (resultat.fichier or "").rpartition("/")[0]
    confidentiels = remise.pop("confidentiels")
    if avec_confidentiels:
        remise["fichiers"] = [*remise["fichiers"], *confidentiels]
    remise["fichiers"] = [{"nom": _prefixer(f["source"], resultat.reference), **f} for f in remise["fichiers"]]
    for fichier in remise["fichiers"]:
        joindre(f"{publie}/{fichier.pop('source')}", fichier["nom"], fichier["sha256"])
    return remise


def _prefixer(source: str, reference: str) -> str:
    nom = source.rpartition("/")[2]
    return nom if nom.startswith(reference) else f"{reference}_{nom}"


def _resumer(objet: Mapping[str, Any]) -> LigneRemise:
    debiteurs = [debiteur["nom_complet"] for debiteur in objet["debiteurs"]]
    suite = f" et {len(debiteurs) - 1} autre{'s' if len(debiteurs) > 2 else ''}" if len(debiteurs) > 1 else ""  # noqa: PLR2004 (pluriel)
    return LigneRemise(
        reference=objet["reference"],
        creancier=objet["creancier"]["nom_complet"],
        debiteur=debiteurs[0] + suite,
        voie=objet["libelle"],
        pages=str(objet["pages"]),
        somme=montant(Decimal(objet["total"])),
    )


def _distinguer(parties: Iterable[dict[str, Any] | None]) -> list[dict[str, Any]]:
    """Les parties différentes, une fois chacune ; une absente compte pour une autre."""
    vues = {json.dumps([p and p["nom_complet"], p and p.get("siren")]): p for p in parties}
    return [partie for partie in vues.values() if partie] if None not in vues.values() else []


def _aplanir(objet: Mapping[str, Any]) -> dict[str, Any]:
    creancier, premier = objet["creancier"], objet["fichiers"][0]
    debiteur, *autres = objet["debiteurs"]
    return {
        **{cle: objet[cle] for cle in ("reference", "procedure", "au", "total")},
        **(objet["sommes"] or {}),
        "juridiction": (objet["juridiction"] or {}).get("nom", ""),
        **_decrire("creancier", creancier),
        "creancier_iban": creancier.get("iban", ""),
        **_decrire("debiteur", debiteur),
        "debiteur_telephone": debiteur.get("telephone", ""),
        "codebiteurs": " | ".join(autre["nom_complet"] for autre in autres),
        "factures": " | ".join(facture["numero"] for facture in objet["factures"]),
        "pieces": len(objet["pieces"]),
        "pages": objet["pages"],
        "fichier": premier["nom"],
        "sha256": premier["sha256"],
    }


def _decrire(role: str, partie: Mapping[str, Any]) -> dict[str, str]:
    adresse = partie["adresse"]
    return {
        role: partie["nom_complet"],
        f"{role}_siren": partie.get("siren", ""),
        f"{role}_adresse": " ".join(filter(None, (adresse.get("voie"), adresse.get("complement")))),
        f"{role}_code_postal": adresse.get("code_postal", ""),
        f"{role}_commune": adresse.get("commune", ""),
        f"{role}_courriel": partie.get("courriel", ""),
    }


def _ecrire_csv(fichier: Path, colonnes: tuple[str, ...], lignes: Iterable[Mapping[str, Any]]) -> None:
    with fichier.open("w", encoding="utf-8-sig", newline="") as flux:
        tableau = csv.DictWriter(flux, colonnes, restval="", delimiter=_SEPARATEUR, extrasaction="ignore")
        tableau.writeheader()
        tableau.writerows({cle: _desarmer(valeur) for cle, valeur in ligne.items()} for ligne in lignes)


def _desarmer(valeur: Any) -> Any:
    """Un nom qui commence comme une formule n'en est pas une pour le tableur qui l'ouvre."""
    return f"'{valeur}" if isinstance(valeur, str) and valeur.startswith(_FORMULE) else valeur
