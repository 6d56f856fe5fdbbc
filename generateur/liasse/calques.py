"""Les calques (contenu optionnel) d'une pièce : éteints chez elle, ils le restent dans la liasse.

Le catalogue d'une pièce, où cet état est écrit, ne suit pas ses pages : chaque calque emporte le sien.
"""

from typing import Any

import pikepdf
from pikepdf import Array, Dictionary, Name, String

MARQUE_ETEINT = "/GenerateurEteint"


def marquer_calques(pdf: pikepdf.Pdf) -> bool:
    """Note sur chaque calque s'il est éteint ; rend vrai si le document a des calques."""
    reglages = pdf.Root.get(Name.OCProperties)
    if not isinstance(reglages, Dictionary):
        return False
    defaut = reglages.get(Name.D)
    defaut = defaut if isinstance(defaut, Dictionary) else Dictionary()
    eteints = {calque.objgen for calque in _lister(defaut.get(Name.OFF))}
    allumes = {calque.objgen for calque in _lister(defaut.get(Name.ON))}
    tous_eteints = defaut.get(Name.BaseState) == Name.OFF
    for calque in _lister(reglages.get(Name.OCGs)):
        if calque.objgen in eteints or (tous_eteints and calque.objgen not in allumes):
            calque[MARQUE_ETEINT] = True
    return True


def reunir_calques(pdf: pikepdf.Pdf) -> None:
    """Déclare dans le document réuni tous les calques que ses pages emploient, éteints ou non."""
    calques = [objet for objet in pdf.objects if isinstance(objet, Dictionary) and _est_calque(objet)]
    eteints = [calque for calque in calques if MARQUE_ETEINT in calque]
    for calque in eteints:
        del calque[MARQUE_ETEINT]
    if calques:
        defaut = Dictionary(Name=String("Calques des pièces"), OFF=Array(eteints))
        pdf.Root[Name.OCProperties] = Dictionary(OCGs=Array(calques), D=defaut)


def _est_calque(objet: Any) -> bool:
    return bool(objet.get(Name.Type) == Name.OCG)


def _lister(tableau: Any) -> list[Any]:
    if not isinstance(tableau, Array):
        return []
    return [objet for objet in tableau if isinstance(objet, Dictionary) and objet.is_indirect]
