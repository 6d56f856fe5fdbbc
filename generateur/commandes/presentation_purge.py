"""Ce qui part et ce qui reste : une liste avec les durées et leurs articles, ou l'objet du contrat."""

from collections import defaultdict
from collections.abc import Sequence
from typing import Any

from generateur.calculs.conservation import Delai
from generateur.commandes.presentation_lot import dire_chemin
from generateur.commandes.signes import assembler, mettre_en_ligne
from generateur.domaine.langue import citer, date_longue, majuscule, pluriel
from generateur.operations.purge import Juge, Purge

_CITES = 12
_RESERVE = (
    "Un magasin peut garder des versions ou des copies de ce qui en est effacé (seau à versions, verrou d'objet, "
    "réplication) : le programme ne les efface pas. Une règle de cycle de vie du seau les fait expirer."
)


def en_objet(purges: Sequence[Purge]) -> dict[str, Any]:
    """Objet de « purger »."""
    return {
        "au": purges[0].au.isoformat(),
        "fait": any(purge.est_faite for purge in purges),
        "a_purger": [_juge_en_objet(juge) for purge in purges for juge in purge.a_purger],
        "gardes": [_juge_en_objet(juge) for purge in purges for juge in purge.gardes],
        "supprimes": [dire_chemin(lieu) for purge in purges for lieu in purge.supprimes],
        "pseudonymises": [reference for purge in purges for reference in purge.pseudonymises],
        "reserve": _dire_reserve(purges),
        "echecs": [
            {"reference": reference, "code": int(e.code), "message": e.message, "lieu": e.lieu, "remede": e.remede}
            for purge in purges
            for reference, e in purge.echecs
        ],
    }


def _juge_en_objet(juge: Juge) -> dict[str, Any]:
    conservation = juge.conservation
    return {
        "reference": juge.reference,
        "source": "dossier" if juge.numero is None else "registre",
        "clos_le": conservation.clos_le.isoformat() if conservation.clos_le else None,
        "conserve_jusqu_au": conservation.terme.isoformat() if conservation.terme else None,
        "delais": [
            {"titre": d.titre, "terme": d.terme.isoformat(), "fondement": d.fondement, "explication": d.explication}
            for d in conservation.delais
        ],
        "raison": conservation.raison,
        "lieux": [dire_chemin(lieu) for lieu in juge.lieux],
    }


def presenter(purges: Sequence[Purge]) -> str:
    """Ce qui part, durée par durée ; ce qui reste, par raison ; ce qui a été fait."""
    lignes: list[str] = []
    for purge in purges:
        for juge in purge.a_purger:
            lignes += _decrire(juge)
    lignes += ["", *_dire_gardes([juge for purge in purges for juge in purge.gardes])]
    lignes += ["", *(ligne for purge in purges for ligne in _dire_fait(purge))]
    lignes += ["", _dire_reserve(purges)]
    return assembler(lignes).strip()


def _dire_reserve(purges: Sequence[Purge]) -> str:
    """Ce que l'effacement ne promet pas ; vide si rien ne part d'un magasin."""
    return _RESERVE if any(purge.est_au_loin for purge in purges) else ""


def _decrire(juge: Juge) -> list[str]:
    geste = "dossier à effacer" if juge.numero is None else "affaire du registre à pseudonymiser"
    return [
        f"{mettre_en_ligne(juge.reference)} : {geste}",
        *(f"    {mettre_en_ligne(dire_chemin(lieu))}" for lieu in juge.lieux),
        *(f"    {_dire_delai(delai)}" for delai in juge.conservation.delais),
    ]


def _dire_delai(delai: Delai) -> str:
    return f"{delai.titre} : jusqu'au {date_longue(delai.terme)} ({delai.fondement} ; {delai.explication})"


def _dire_gardes(gardes: Sequence[Juge]) -> list[str]:
    par_raison: dict[str, list[str]] = defaultdict(list)
    for juge in gardes:
        par_raison[juge.conservation.raison].append(mettre_en_ligne(juge.reference))
    return [
        f"{majuscule(pluriel(len(references), 'gardé'))}, {raison} : {citer(references, _CITES)}"
        for raison, references in sorted(par_raison.items())
    ]


def _dire_fait(purge: Purge) -> list[str]:
    nombre = len(purge.a_purger)
    if not purge.est_faite:
        if not nombre:
            return ["Rien à purger."]
        return [f"{pluriel(nombre, 'purge possible', 'purges possibles')}, rien n'est fait : relancer avec --oui."]
    lignes = [f"Effacé : {mettre_en_ligne(dire_chemin(lieu))}" for lieu in purge.supprimes]
    lignes += [f"Pseudonymisée au registre : {mettre_en_ligne(reference)}" for reference in purge.pseudonymises]
    for reference, erreur in purge.echecs:
        lignes += [f"PAS EFFACÉ {mettre_en_ligne(reference)} : {erreur.message}", f"  → {erreur.remede}"]
    return lignes or ["Rien n'était à purger."]
