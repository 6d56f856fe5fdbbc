"""Un classeur XLSX, XLS ou ODS en feuilles de cellules ; s'exécute dans l'enfant."""

import datetime as dt
from typing import Any

from python_calamine import CalamineError, CalamineWorkbook, PasswordError, SheetVisibleEnum

from generateur.importation.lignes_masquees import reperer_lignes_masquees

_LIGNES_MAXIMALES, _COLONNES_MAXIMALES = 1_048_576, 1_000


def decoder(chemin: str) -> dict[str, Any]:
    """Les feuilles du classeur, ou la raison de son refus."""
    try:
        with CalamineWorkbook.from_path(chemin) as classeur:
            feuilles = []
            masquees = reperer_lignes_masquees(chemin)
            visibles = {vue.name for vue in classeur.sheets_metadata if vue.visible == SheetVisibleEnum.Visible}
            for nom in classeur.sheet_names:
                feuille = classeur.get_sheet_by_name(nom)
                if feuille.total_height > _LIGNES_MAXIMALES or feuille.total_width > _COLONNES_MAXIMALES:
                    return {"erreur": f"la feuille « {nom} » est démesurée", "remede": "Exporter en CSV."}
                lignes = [[_ecrire(cellule) for cellule in ligne] for ligne in feuille.to_python(skip_empty_area=False)]
                vue = {"masquees": masquees.get(nom, []), "est_masquee": nom not in visibles}
                feuilles.append({"nom": nom, "lignes": lignes, **vue})
            return {"feuilles": feuilles}
    except PasswordError:
        return {"erreur": "ce classeur est protégé par un mot de passe", "remede": "L'enregistrer sans protection."}
    except (CalamineError, OSError, ValueError) as erreur:
        return {"erreur": f"ce classeur ne se lit pas ({type(erreur).__name__})", "remede": "L'exporter de nouveau."}


def _ecrire(cellule: Any) -> Any:
    """Texte, [« n », nombre], [« d », date], ou rien."""
    if cellule is None or cellule == "":
        return None
    if isinstance(cellule, bool):
        return "VRAI" if cellule else "FAUX"
    if isinstance(cellule, dt.datetime):
        return ["d", cellule.date().isoformat()]
    if isinstance(cellule, dt.date):
        return ["d", cellule.isoformat()]
    if isinstance(cellule, int | float):
        return ["n", repr(int(cellule)) if float(cellule).is_integer() else repr(cellule)]
    return str(cellule).strip() or None
