"""annuaire.json, à côté de dossier.toml : la dernière réponse des registres pour chaque débiteur, relue sans réseau."""

from collections.abc import Mapping
from pathlib import Path

from pydantic import TypeAdapter, ValidationError

from generateur.domaine.fiche_annuaire import FicheAnnuaire
from generateur.erreurs import ErreurEcriture, raison_du_systeme

NOM_ANNUAIRE = "annuaire.json"
_FORME = TypeAdapter(dict[str, FicheAnnuaire])


def lire_retenues(dossier: Path) -> dict[str, FicheAnnuaire]:
    """Les fiches retenues, par SIREN ; vide s'il n'y en a pas, ou si le fichier est abîmé : l'annuaire se redemande."""
    try:
        return _FORME.validate_json((dossier / NOM_ANNUAIRE).read_bytes())
    except (OSError, ValidationError):
        return {}


def retenir(dossier: Path, fiches: Mapping[str, FicheAnnuaire]) -> None:
    """Garde ces fiches avec celles des autres débiteurs, d'un geste. Lève ErreurEcriture."""
    cible = dossier / NOM_ANNUAIRE
    provisoire = cible.with_suffix(".partiel")
    contenu = dict(sorted({**lire_retenues(dossier), **fiches}.items()))
    try:
        provisoire.write_bytes(_FORME.dump_json(contenu, indent=2) + b"\n")
        provisoire.replace(cible)
    except OSError as erreur:
        provisoire.unlink(missing_ok=True)
        raise ErreurEcriture(f"la réponse ne se garde pas : {raison_du_systeme(erreur)}", lieu=str(cible)) from erreur
