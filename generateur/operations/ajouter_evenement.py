"""Noter ce qui est arrivé depuis le dépôt : dans [suivi], ou dans [[paiements]] pour un paiement.

Ce qui ne peut pas être vrai (avant l'ordonnance, après la clôture, à une date à venir, saisie sans titre) n'est pas
écrit ; ce qui est seulement tardif ou incomplet l'est, et se dit.
"""

import datetime as dt
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from generateur.calculs.accords import suivre_accord
from generateur.controles.chronologie import DATES_IMPOSSIBLES
from generateur.controles.chronologie import controler as controler_dates
from generateur.controles.contexte import Contexte
from generateur.controles.suites import IMPOSSIBLES
from generateur.controles.suites import controler as controler_suites
from generateur.domaine.apres_depot import Suivi
from generateur.domaine.constat import Constat
from generateur.domaine.creances import Paiement
from generateur.domaine.dossier import Dossier
from generateur.domaine.evenements import LIBELLES, SYNONYMES, NomEvenement
from generateur.domaine.retouches import Ajout, Pose
from generateur.domaine.socle import est_vide
from generateur.erreurs import ErreurDossier, ErreurUsage
from generateur.lecture.edition_toml import Etat, lire_etat, modifier
from generateur.lecture.socle import lire_dossier, trouver_source
from generateur.operations.ajouter import Ajoute, Saisie, ajouter, ranger, relire_ajout, valider
from generateur.operations.edition_dossier import ecrire_editions, relire
from generateur.operations.outillage import OutilsPieces
from generateur.publication.rangement import Copies

# Où chaque événement s'écrit dans [suivi].
_CLES: Mapping[NomEvenement, str] = {
    "depose": "depot",
    "consigne": "consignation",
    "ordonnance": "ordonnance",
    "rejete": "rejet",
    "signifie": "signification",
    "avis_greffe": "avis_greffe",
    "oppose": "opposition",
    "saisi": "saisies",
    "clos": "clos",
}
_AILLEURS: Mapping[NomEvenement, str] = {
    "accord": "un accord signé se note avec « generateur accorder … --signe-le DATE --fichier FICHIER »",
    "produit": "« generateur produire » le note tout seul",
}
PREFIXE_DU_REFUS = "cet événement ne peut pas être noté : "
_SANS_DETAIL = frozenset({"depot", "avis_greffe", "opposition", "consignation"})
_DU_DEPOT = "NUMEROS_NON_RETENUS"  # à dire le jour du dépôt, non à chaque événement
_DE_LA_SAISIE = "SAISIE_SANS_TITRE"
_EN_LISTE = {"saisies": "saisies", "signification": "significations"}


def ajouter_evenement(
    source: Path, nature: str, valeurs: Mapping[str, Any], fichier: Path | None, *, jour: dt.date, outils: OutilsPieces
) -> Ajoute:
    """Note cet événement, et garde son document.

    Lève ErreurUsage (événement inconnu, clé en trop ou en défaut, déjà noté), ErreurDossier (il ne peut pas être
    vrai, ou l'édition est refusée), ErreurLecture, ErreurEcriture.
    """
    nom = _reconnaitre(nature)
    if nom == "paye":
        _refuser_le_paiement(source, valeurs, jour)
        saisie = Saisie(valeurs, {"fichier": fichier} if fichier else {})
        return ajouter(source, "paiement", saisie, jour=jour, outils=outils)
    etat = lire_etat(trouver_source(source))
    if "date" not in valeurs:
        raise ErreurUsage("il manque la date de l'événement", lieu="--date", remede="Exemple : --date 2026-05-31.")
    if nom == "dechu":
        return _noter_la_decheance(etat, valeurs["date"], jour=jour, outils=outils)
    cle, copies = _CLES[nom], Copies(etat.fichier.parent)
    cite = ranger(etat, fichier, copies) if fichier else None
    valeur = _detailler(cle, valeurs, cite)
    editions = _situer(etat, cle, valeur)
    if cite and cle in _SANS_DETAIL:
        editions.append(_garder_a_part(nom, valeurs["date"], cite))
    refuser_l_impossible(etat, cle, editions, jour)
    ecrire_editions(etat, editions, copies)
    restants = [c for c in relire_ajout(etat, "suivi.", jour, outils) if cle == "depot" or c.code != _DU_DEPOT]
    return Ajoute(str(etat.donnees.get("reference", "")), etat.fichier.parent, "suivi", {cle: valeur}, tuple(restants))


def _noter_la_decheance(etat: Etat, le: dt.date, *, jour: dt.date, outils: OutilsPieces) -> Ajoute:
    """Le terme de l'accord est perdu : tout le solde redevient exigible. Lève ErreurDossier si rien n'y manque."""
    dossier = lire_dossier(etat.fichier).dossier
    suivi = suivre_accord(dossier, le)
    raison = ""
    if suivi is None:
        raison = "aucun accord n'est au dossier"
    elif dossier.accord and dossier.accord.decheance_terme:
        raise _refuser_doublon(etat, "decheance_terme", dossier.accord.decheance_terme)
    elif le > jour:
        raison = "cette date est à venir"
    elif not suivi.manquees:
        raison = f"aucune échéance de l'accord n'est manquée le {le:%d/%m/%Y}"
    if raison:
        raise ErreurDossier(
            f"la déchéance du terme ne peut pas être notée : {raison}",
            lieu="accord",
            remede="« generateur echeances » donne les échéances de l'accord, et ce qui y manque.",
        )
    ecrire_editions(etat, [Pose(("accord", "decheance_terme"), le)], Copies(etat.fichier.parent))
    restants = relire_ajout(etat, "accord", jour, outils)
    reference = str(etat.donnees.get("reference", ""))
    return Ajoute(reference, etat.fichier.parent, "accord", {"decheance_terme": le}, tuple(restants))


def _reconnaitre(nature: str) -> NomEvenement:
    """Le nom de l'événement, tapé tel quel, comme sa clé de [suivi] ou comme l'acte. Lève ErreurUsage."""
    voulu = nature.strip().lower().replace("-", "_")
    nom = next((n for n in LIBELLES if n == SYNONYMES.get(voulu, voulu)), None)
    if nom is None or nom in _AILLEURS:
        raise ErreurUsage(
            f"l'événement « {nature} » ne s'ajoute pas ici",
            lieu="--nature",
            remede=f"{_AILLEURS[nom][:1].upper()}{_AILLEURS[nom][1:]}."
            if nom
            else f"Événements connus : {', '.join(('depot', *(n for n in SYNONYMES if n != 'depot')))}, ordonnance, "
            "avis_greffe.",
        )
    return nom


def _detailler(cle: str, valeurs: Mapping[str, Any], cite: str | None) -> Any:
    """Ce qui s'écrit sous cette clé : une date seule, ou une section. Lève ErreurUsage, chaque clé nommée."""
    if cle in _SANS_DETAIL:
        if autres := set(valeurs) - {"date"}:
            raise ErreurUsage(f"« {cle} » n'a qu'une date", lieu=f"--{min(autres)}", remede="Retirer cette option.")
        return valider("evenement", Suivi, {cle: valeurs["date"]})[cle]
    bloc = {**valeurs, **({"fichier": cite} if cite else {})}
    if cle == "saisies":
        return valider("evenement", Suivi, {cle: [bloc]})[cle][0]
    return valider("evenement", Suivi, {cle: bloc})[cle]


def _situer(etat: Etat, cle: str, valeur: Any) -> list[Pose | Ajout]:
    """Où l'écrire : sa clé, ou à la suite des siens. Lève ErreurUsage s'il y est déjà."""
    suivi = etat.donnees.get("suivi") or {}
    liste = _EN_LISTE.get(cle)
    seule = suivi.get("signification") if cle == "signification" else None
    presents = [*([seule] if seule else []), *(suivi.get(liste) or ())] if liste else []
    if liste is None:
        if not est_vide(suivi.get(cle, "")):
            raise _refuser_doublon(etat, cle, suivi[cle])
        return [Pose(("suivi", cle), valeur)]
    for present in presents:
        if _est_le_meme(cle, present, valeur):
            raise _refuser_doublon(etat, cle, present)
    if cle == "signification" and not presents:
        return [Pose(("suivi", cle), valeur)]
    return [Pose(("suivi", liste), [*(suivi.get(liste) or ()), valeur])]


def _est_le_meme(cle: str, present: Mapping[str, Any], valeur: Mapping[str, Any]) -> bool:
    """Une signification par débiteur ; une saisie par jour, par nature et par débiteur."""
    memes = present.get("debiteur") == valeur.get("debiteur")
    if cle == "signification":
        return memes or not present.get("debiteur") or not valeur.get("debiteur")
    nature = present.get("nature", "attribution") == valeur.get("nature", "attribution")
    return memes and nature and present.get("date") == valeur.get("date")


def _refuser_doublon(etat: Etat, cle: str, present: Any) -> ErreurUsage:
    deja = present.get("date") if isinstance(present, Mapping) else present
    return ErreurUsage(
        f"« {cle} » est déjà au dossier ({deja})",
        lieu=str(etat.fichier),
        remede="Le corriger dans le fichier : ce qui y est écrit n'est jamais remplacé. À plusieurs débiteurs, chaque "
        "signification dit le sien avec --debiteur.",
    )


def _garder_a_part(nom: NomEvenement, jour: dt.date, cite: str) -> Ajout:
    """Le document d'un événement qui n'a qu'une date : gardé au dossier, jamais dans la liasse qu'il suit."""
    titre = f"{LIBELLES[nom][:1].upper()}{LIBELLES[nom][1:]} le {jour:%d/%m/%Y}"
    return Ajout("pieces", {"titre": titre, "date": jour, "fichier": cite, "confidentiel": True})


def _refuser_le_paiement(source: Path, valeurs: Mapping[str, Any], jour: dt.date) -> None:
    """Un paiement reçu a une date, et elle est venue. Lève comme `ajouter_evenement`."""
    if "date" not in valeurs:
        raise ErreurUsage("il manque la date du paiement", lieu="--date", remede="Exemple : --date 2026-05-31.")
    bloc = valider("paiement", Paiement, valeurs)
    refuser_l_impossible(lire_etat(trouver_source(source)), "paiements", [Ajout("paiements", bloc)], jour)


def refuser_l_impossible(etat: Etat, cle: str, editions: list[Pose | Ajout], jour: dt.date) -> None:
    """Refuse ce que l'ajout rendrait impossible, et que le dossier ne disait pas déjà.

    Une opposition apprise après la saisie est vraie quand même : elle s'écrit, et la saisie se dit sans titre.
    """
    avant = {(c.code, c.message) for c in _constater(lire_dossier(etat.fichier).dossier, jour)}
    apres = _constater(relire(etat.fichier, modifier(etat, editions)).dossier, jour)
    vus = [c for c in apres if (c.code, c.message) not in avant and (cle == "saisies" or c.code != _DE_LA_SAISIE)]
    nouveaux = [c.pour(str(etat.fichier.parent)) for c in vus]
    if nouveaux:
        raise ErreurDossier(
            f"{PREFIXE_DU_REFUS}{nouveaux[0].message}",
            lieu=nouveaux[0].lieu,
            remede=nouveaux[0].remede,
            constats=tuple(nouveaux),
        )


def _constater(dossier: Dossier, jour: dt.date) -> list[Constat]:
    contexte = Contexte(jour, jour, {}, None)
    constats = (*controler_suites(dossier, contexte), *controler_dates(dossier, contexte))
    return [constat for constat in constats if constat.code in IMPOSSIBLES | DATES_IMPOSSIBLES]
