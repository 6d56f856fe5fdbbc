"""La facture électronique : Factur-X et ZUGFeRD (PDF), CII et UBL (XML), et les messages de son cycle de vie.

La table va du terme de la norme EN 16931 (BT, BG) à notre pièce. Les totaux déclarés ne sont jamais recalculés :
dû = BT-112 − BT-113 + BT-114 = BT-115 ; un désaccord est une question, non un choix.
"""

import datetime as dt
from base64 import b64decode
from collections.abc import Iterator, Mapping
from decimal import Decimal, InvalidOperation
from pathlib import Path
from typing import Any

from generateur.domaine.langue import montant
from generateur.erreurs import ErreurLecture
from generateur.importation.decodeur import decoder
from generateur.importation.socle import (
    Consignes,
    Doute,
    EvenementLu,
    Joint,
    Lecture,
    Nature,
    PieceLue,
    Reglement,
    Tiers,
)
from generateur.importation.valeurs_lues import lire_identifiant

NOM = "facture_electronique"
LIBELLE = "facture électronique : Factur-X, ZUGFeRD, CII, UBL"
_NATURES: Mapping[str, Nature] = {
    "380": "facture", "381": "avoir", "384": "rectificative", "386": "acompte", "389": "autofacture",
    "261": "avoir", "262": "avoir", "396": "avoir", "501": "autofacture", "502": "avoir", "503": "acompte",
    "326": "facture", "393": "facture", "471": "rectificative", "472": "rectificative", "473": "rectificative",
    "500": "acompte",
}  # fmt: skip
_CONDITIONS = {"PMD": "penalites", "PMT": "indemnite", "AAB": "escompte"}
_MONTANTS = {
    "BT-109": "total HT", "BT-110": "TVA", "BT-112": "total TTC", "BT-113": "déjà versé", "BT-115": "net à payer",
}  # fmt: skip
_SIREN, _SIRET = 9, 14
_DOCUMENTS = (b"%PDF", b"\xff\xd8\xff", b"\x89PNG")
ZERO = Decimal(0)


def reconnaitre(fichier: Path) -> int:
    """Un PDF ou un XML : c'est sa lecture qui dira s'il porte une facture."""
    try:
        with fichier.open("rb") as flux:
            brut = flux.read(1024)
    except OSError:
        return 0
    debut = brut.replace(b"\x00", b"").lstrip(b"\xef\xbb\xbf\xff\xfe \t\r\n")  # un XML peut être en UTF-16
    if debut.startswith(b"%PDF"):
        return 60
    return 90 if debut.startswith(b"<") and b"<html" not in debut.lower() else 0


def lire(fichier: Path, consignes: Consignes) -> Lecture:  # noqa: ARG001 (contrat commun : une facture n'a pas de colonnes)
    """Lève ErreurLecture, chaque cause son message : sans XML, nom inattendu, XML cassé, profil inconnu, DOCTYPE…"""
    lue = decoder("facture", fichier)
    if "erreur" in lue:
        raise ErreurLecture(lue["erreur"], lieu=fichier.name, remede=lue["remede"])
    if "messages" in lue:
        return Lecture(fichier, NOM, len(lue["messages"]), evenements=tuple(_lire_messages(fichier, lue["messages"])))
    champs: dict[str, Any] = lue["facture"]
    doutes = list(_douter(fichier.name, champs, lue))
    return Lecture(fichier, NOM, 1, (_composer(fichier, champs),), doutes=tuple(doutes))


def _composer(fichier: Path, champs: Mapping[str, Any]) -> PieceLue:
    code = str(champs.get("BT-3", ""))
    if code not in _NATURES:
        raise ErreurLecture(
            f"le type de document « {code} » n'est pas celui d'une facture",
            lieu=fichier.name,
            remede="Le demander de nouveau à son émetteur, ou saisir la facture à la main.",
        )
    acheteur = _tiers(champs.get("BG-7") or {})
    if not acheteur.nom:
        raise ErreurLecture(
            "cette facture électronique ne nomme pas d'acheteur",
            lieu=fichier.name,
            remede="La demander de nouveau à votre plateforme, ou saisir la facture à la main.",
        )
    ttc, du = _montant(champs, "BT-112"), _montant(champs, "BT-115")
    nature: Nature = "avoir" if ttc is not None and ttc < ZERO else _NATURES[code]
    deja = _montant(champs, "BT-113") or ZERO
    return PieceLue(
        origine=fichier.name,
        numero=str(champs.get("BT-1", "")).strip(),
        debiteur=acheteur,
        nature=nature,
        date=_date(champs.get("BT-2")),
        echeance=_date(champs.get("BT-9")),
        montant_ht=_montant(champs, "BT-109"),
        montant_tva=_montant(champs, "BT-110"),
        montant_ttc=ttc,
        reste_du=du,
        reglements=(Reglement(deja, None, "déjà versé, dit la facture"),) if deja > ZERO and nature != "avoir" else (),
        facture_visee=_facture_visee(champs) if nature in {"avoir", "rectificative"} else "",
        devise=str(champs.get("BT-5", "EUR")),
        creancier=_tiers(champs.get("BG-4") or {}),
        conditions=dict(_conditions(champs)),
        fichier=fichier if fichier.suffix.lower() == ".pdf" else None,
        nom_fichier=fichier.name,
        joints=tuple(_joints(champs)),
    )


def _montant(champs: Mapping[str, Any], terme: str) -> Decimal | None:
    try:
        return Decimal(str(champs[terme])) if champs.get(terme) not in {None, ""} else None
    except InvalidOperation:
        return None


def _date(valeur: Any) -> dt.date | None:
    return dt.date.fromisoformat(valeur) if valeur else None


def _facture_visee(champs: Mapping[str, Any]) -> str:
    """La facture que l'avoir ou la rectificative corrige, si une seule est nommée."""
    references = [str(r.get("BT-25", "")) for r in champs.get("BG-3") or ()]
    return references[0] if len(references) == 1 else ""


def _tiers(partie: Mapping[str, Any]) -> Tiers:
    legal = lire_identifiant(str(partie.get("legal_identifier") or ""))
    autres = {lire_identifiant(str(v)) for v in (partie.get("identifiers") or {}).values() if isinstance(v, str)}
    siret = next((i for i in (legal, *sorted(autres)) if len(i) == _SIRET and i.isdigit()), "")
    contacts = partie.get("contacts") or [{}]
    lignes = [str(partie[cle]).strip() for cle in ("addr_l1", "addr_l2", "addr_l3") if partie.get(cle)]
    return Tiers(
        nom=str(partie.get("name") or "").strip(),
        siren=legal if len(legal) == _SIREN and legal.isdigit() else siret[:_SIREN],
        siret=siret,
        tva=lire_identifiant(str(partie.get("vat_identifier") or "")),
        voie=lignes[0] if lignes else "",
        complement=", ".join(lignes[1:]),
        code_postal=str(partie.get("postcode") or ""),
        commune=str(partie.get("city") or ""),
        pays=str(partie.get("country_code") or ""),
        courriel=str(contacts[0].get("email") or ""),
        telephone=str(contacts[0].get("phone") or ""),
    )


def _conditions(champs: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    for note in champs.get("BG-1") or ():
        if nom := _CONDITIONS.get(str(note.get("BT-21"))):
            yield nom, str(note.get("BT-22", "")).strip()


def _joints(champs: Mapping[str, Any]) -> Iterator[Joint]:
    """Les documents que la facture renferme (bons de livraison…) ; un tableur ou un XML n'est pas une pièce."""
    for rang, document in enumerate(champs.get("BG-24") or (), start=1):
        contenu = document.get("BT-125")
        octets = b64decode(contenu["octets"]) if isinstance(contenu, dict) and contenu.get("octets") else b""
        if octets.startswith(_DOCUMENTS):
            nom = str(document.get("BT-125-2") or document.get("BT-122") or f"document_{rang}")
            yield Joint(nom, octets, str(document.get("BT-123") or Path(nom).stem))


def _est_minimum(champs: Mapping[str, Any]) -> bool:
    """Le profil MINIMUM ne porte pas le déjà versé : son net à payer peut être moindre que son TTC sans désaccord."""
    return str(champs.get("BT-24", "")).casefold().endswith("minimum") and "BT-113" not in champs


def _douter(nom: str, champs: Mapping[str, Any], lue: Mapping[str, Any]) -> Iterator[Doute]:
    numero = str(champs.get("BT-1", ""))
    for date in lue["dates_impossibles"]:
        yield Doute(
            nom, "DATE_IMPOSSIBLE", f"facture {numero} : « {date['texte']} » ({date['champ']}) n'existe pas", numero
        )
    for terme, libelle in _MONTANTS.items():
        if champs.get(terme) not in {None, ""} and _montant(champs, terme) is None:
            texte = f"facture {numero} : « {champs[terme]} » n'est pas un montant ({libelle})"
            yield Doute(nom, "TOTAUX_INCOHERENTS", texte, numero)
    ttc, du = _montant(champs, "BT-112"), _montant(champs, "BT-115")
    ht, tva = _montant(champs, "BT-109"), _montant(champs, "BT-110")
    attendu = (ttc or ZERO) - (_montant(champs, "BT-113") or ZERO) + (_montant(champs, "BT-114") or ZERO)
    if ttc is not None and du is not None and du != attendu and not _est_minimum(champs):
        yield Doute(
            nom,
            "TOTAUX_INCOHERENTS",
            f"facture {numero} : elle déclare {montant(du)} à payer ; TTC moins déjà versé plus arrondi font "
            f"{montant(attendu)}",
            numero,
        )
    if None not in {ht, tva, ttc} and (ht or ZERO) + (tva or ZERO) != ttc:
        yield Doute(
            nom,
            "TOTAUX_INCOHERENTS",
            f"facture {numero} : HT {montant(ht or ZERO)} + TVA {montant(tva or ZERO)} ne font pas "
            f"TTC {montant(ttc or ZERO)}",
            numero,
        )


def _lire_messages(fichier: Path, messages: list[dict[str, Any]]) -> Iterator[EvenementLu]:
    for message in messages:
        jour = message["date"]
        try:
            date = dt.date(int(jour[:4]), int(jour[4:6]), int(jour[6:8])) if len(jour) == 8 else None  # noqa: PLR2004
        except ValueError:
            date = None
        montant = Decimal(message["montant"]) if message["montant"] else None
        motif = message["motif"] or message["libelle"]
        yield EvenementLu(fichier.name, message["numero"], message["code"], date, motif, montant, fichier)
