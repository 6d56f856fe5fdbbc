"""La réponse de l'API Recherche d'entreprises, lue en fiche : une seule entreprise, celle du SIREN demandé."""

import datetime as dt
from collections.abc import Mapping
from typing import Any

from generateur.annuaire.services import lire_donnees
from generateur.annuaire.valeurs_recues import lire_date, lire_objet, lire_texte, refuser_forme
from generateur.domaine.fiche_annuaire import FicheAnnuaire

_ETATS = frozenset({"A", "C"})
_DIFFUSIBLE = "O"
_VOIE = ("numero_voie", "indice_repetition", "type_voie", "libelle_voie")


def lire_entreprise(reponse: Any, siren: str, lu_le: dt.date) -> FicheAnnuaire:
    """La fiche ; `est_connue` est faux si l'annuaire ne connaît pas ce SIREN.

    Les homonymes que la recherche ramène aussi sont écartés. Lève ErreurOutilAbsent si la réponse a changé de forme.
    """
    nom = lire_donnees("services.toml")["entreprises"]["nom"]
    reponse = reponse.get("result", reponse) if isinstance(reponse, Mapping) else reponse
    resultats = reponse.get("results") if isinstance(reponse, Mapping) else None
    if not isinstance(resultats, list) or not all(isinstance(r, Mapping) and r.get("siren") for r in resultats):
        raise refuser_forme(nom)
    brute = next((r for r in resultats if str(r["siren"]) == siren), None)
    if brute is None:
        return FicheAnnuaire(siren, lu_le)
    etat = brute.get("etat_administratif")
    if etat not in _ETATS or not {"nom_complet", "nom_raison_sociale"} & set(brute):
        raise refuser_forme(nom)
    return _dresser(brute, siren, lu_le, str(etat))


def _dresser(brute: Mapping[str, Any], siren: str, lu_le: dt.date, etat: str) -> FicheAnnuaire:
    siege, registre = lire_objet(brute.get("siege")), lire_objet(brute.get("immatriculation"))
    complet = lire_texte(brute.get("nom_complet"))
    denomination = lire_texte(brute.get("nom_raison_sociale")) or complet
    forme, admises = lire_forme(str(brute.get("nature_juridique") or ""))
    autres = (complet, complet.partition(" (")[0] if complet else None, lire_texte(brute.get("sigle")))
    return FicheAnnuaire(
        siren,
        lu_le,
        est_connue=True,
        denomination=denomination,
        autres_noms=tuple(dict.fromkeys(nom for nom in autres if nom and nom != denomination)),
        forme=forme,
        formes_admises=admises,
        etat=etat,
        adresse=lire_texte(siege.get("adresse")),
        voie=" ".join(filter(None, (lire_texte(siege.get(cle)) for cle in _VOIE))) or None,
        code_postal=lire_texte(siege.get("code_postal")),
        commune=lire_texte(siege.get("libelle_commune")),
        siret_siege=lire_texte(siege.get("siret")),
        est_diffusible=brute.get("statut_diffusion", _DIFFUSIBLE) == _DIFFUSIBLE,
        creee_le=lire_date(brute.get("date_creation")),
        fermee_le=lire_date(brute.get("date_fermeture")),
        radiee_le=lire_date(registre.get("date_radiation")),
    )


def lire_forme(categorie: str) -> tuple[str | None, tuple[str, ...]]:
    """La forme que dit une catégorie juridique de l'Insee, et ses autres écritures ; None si elle est inconnue."""
    formes = lire_donnees("categories_juridiques.toml")["formes"]
    for longueur in range(len(categorie), 0, -1):
        if trouvee := formes.get(categorie[:longueur]):
            return str(trouvee["forme"]), tuple(trouvee.get("aussi", ()))
    return None, ()
