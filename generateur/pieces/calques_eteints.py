"""Les calques éteints d'un PDF : ce qu'ils portent est retiré des pages, leur nom part avec eux.

L'état écrit dans le document fait foi (BaseState, ON, OFF, puis AS à l'écran). Les opérateurs qui peignent sont
retirés ; ceux qui règlent la suite (position, couleur, découpe) restent, pour que rien de visible ne bouge.
"""

from collections.abc import Iterator
from typing import Any

import pikepdf
from pikepdf import Array, Dictionary, Name, Operator, Stream

from generateur.domaine.fichiers import ContenuCache

CALQUE_ETEINT = "calque éteint"
_PROFONDEUR = 20
_TRACES = frozenset({"f", "F", "f*", "S", "s", "B", "B*", "b", "b*"})
_PEINTS = frozenset({"Tj", "TJ", "Do", "sh", "INLINE IMAGE"})
_SUITES = frozenset({"'", '"'})


class _Calques:
    """L'état des calques du document."""

    def __init__(self, reglages: Dictionary) -> None:
        defaut = reglages.get(Name.D)
        defaut = defaut if isinstance(defaut, Dictionary) else Dictionary()
        eteints, allumes = (_cles(defaut.get(cle)) for cle in (Name.OFF, Name.ON))
        tous = [c for c in _lister(reglages.get(Name.OCGs)) if c.is_indirect]
        base_eteinte = defaut.get(Name.BaseState) == Name.OFF
        self.eteints = {c.objgen for c in tous if c.objgen in eteints or (base_eteinte and c.objgen not in allumes)}
        for calque in _lister_automatiques(defaut):
            etat = _lire_etat_a_l_ecran(calque)
            if etat is not None:
                (self.eteints.discard if etat else self.eteints.add)(calque.objgen)
        self.noms = {c.objgen: str(c.get(Name.Name, "sans nom")) for c in tous}

    def cache(self, calque: Any) -> bool:
        """Vrai si ce qui porte ce calque, ou ce groupe de calques, ne se montre pas."""
        if not isinstance(calque, Dictionary):
            return False
        if calque.get(Name.Type) != Name.OCMD:
            return calque.is_indirect and calque.objgen in self.eteints
        expression = calque.get(Name.VE)
        if isinstance(expression, Array):
            return not self._evaluer(expression, 0)
        groupes = calque.get(Name.OCGs)
        membres = [groupes] if isinstance(groupes, Dictionary) else _lister(groupes)
        etats = [not self.cache(membre) for membre in membres]
        if not etats:
            return False
        regle = str(calque.get(Name.P, "/AnyOn"))
        regles = {"/AllOn": all(etats), "/AnyOff": not all(etats), "/AllOff": not any(etats)}
        return not regles.get(regle, any(etats))

    def _evaluer(self, expression: Any, profondeur: int) -> bool:
        if not isinstance(expression, Array):
            return not self.cache(expression)
        if not len(expression) or profondeur > _PROFONDEUR:
            return True
        valeurs = [self._evaluer(membre, profondeur + 1) for membre in list(expression)[1:]]
        if expression[0] == Name.Not:
            return not all(valeurs)
        return any(valeurs) if expression[0] == Name.Or else all(valeurs)


def retirer_calques_eteints(pdf: pikepdf.Pdf) -> list[ContenuCache]:
    """Retire des pages ce que portent les calques éteints ; rend chaque page où il y en avait."""
    reglages = pdf.Root.get(Name.OCProperties)
    if not isinstance(reglages, Dictionary):
        return []
    calques = _Calques(reglages)
    trouves = []
    vus: set[tuple[int, int]] = set()
    for rang, page in enumerate(pdf.pages, 1):
        retires = set(_vider(pdf, page.obj, calques, vus, 0)) | set(_vider_annotations(page.obj, calques))
        if retires:
            noms = ", ".join(f"« {nom} »" for nom in sorted(retires))
            trouves.append(ContenuCache(CALQUE_ETEINT, rang, noms, "retire"))
    if calques.eteints:
        _oublier(reglages, calques)
    return trouves


def _oublier(reglages: Dictionary, calques: _Calques) -> None:
    """Les calques éteints ne sont plus déclarés : leur nom, parfois parlant, ne reste pas."""
    restent = [c for c in _lister(reglages.get(Name.OCGs)) if c.objgen not in calques.eteints]
    reglages[Name.OCGs] = Array(restent)
    reglages[Name.D] = Dictionary(ON=Array(restent))
    if "/Configs" in reglages:
        del reglages["/Configs"]


def _vider(
    pdf: pikepdf.Pdf, porteur: Any, calques: _Calques, vus: set[tuple[int, int]], profondeur: int
) -> Iterator[str]:
    """Vide la page ou la forme de ce que cachent les calques ; rend les noms de ceux-ci."""
    ressources = _ressources(porteur)
    if ressources is None or profondeur > _PROFONDEUR:
        return
    proprietes, objets = ressources.get(Name.Properties), ressources.get(Name.XObject)
    proprietes = proprietes if isinstance(proprietes, Dictionary) else Dictionary()
    objets = objets if isinstance(objets, Dictionary) else Dictionary()
    calques_eteints = {cle for cle, calque in proprietes.items() if calques.cache(calque)}
    objets_eteints = {cle for cle, objet in objets.items() if calques.cache(objet.get(Name.OC))}
    if calques_eteints or objets_eteints:
        _reecrire(pdf, porteur, calques_eteints, objets_eteints)
        yield from (_nommer(proprietes[cle], calques) for cle in calques_eteints)
        yield from (_nommer(objets[cle][Name.OC], calques) for cle in objets_eteints)
    for cle, objet in objets.items():
        if not isinstance(objet, Stream) or cle in objets_eteints or objet.objgen in vus:
            continue
        if objet.get(Name.Subtype) == Name.Form:
            vus.add(objet.objgen)
            yield from _vider(pdf, objet, calques, vus, profondeur + 1)
    for cle in calques_eteints:
        del proprietes[cle]
    for cle in objets_eteints:
        del objets[cle]


def _ressources(porteur: Any) -> Dictionary | None:
    ancetre = porteur
    for _ in range(_PROFONDEUR):
        trouvees = ancetre.get(Name.Resources)
        if isinstance(trouvees, Dictionary):
            return trouvees
        ancetre = ancetre.get(Name.Parent)
        if not isinstance(ancetre, Dictionary):
            return None
    return None


def _reecrire(pdf: pikepdf.Pdf, porteur: Any, calques: set[str], objets: set[str]) -> None:
    instructions = list(_filtrer(pikepdf.parse_content_stream(porteur), calques, objets))
    contenu = pikepdf.unparse_content_stream(instructions)
    if isinstance(porteur, Stream):
        porteur.write(contenu)
    else:
        porteur[Name.Contents] = pdf.make_stream(contenu)


def _filtrer(instructions: Any, calques: set[str], objets: set[str]) -> Iterator[Any]:
    """Les instructions, sans ce qui peint dans un passage caché ; les passages s'emboîtent."""
    pile: list[bool] = []
    for instruction in instructions:
        operandes, operateur = instruction.operands, str(instruction.operator)
        if operateur in {"BDC", "BMC"}:
            est_eteint = operateur == "BDC" and operandes[0] == Name.OC and str(operandes[1]) in calques
            pile.append(est_eteint)
            if est_eteint:
                continue
        elif operateur == "EMC" and pile and pile.pop():
            continue
        if operateur == "Do" and str(operandes[0]) in objets:
            continue
        yield from _taire(instruction, operateur) if any(pile) else (instruction,)


def _taire(instruction: Any, operateur: str) -> Iterator[Any]:
    if operateur in _TRACES:
        yield pikepdf.ContentStreamInstruction([], Operator("n"))
    elif operateur in _SUITES:
        if operateur == '"':
            yield pikepdf.ContentStreamInstruction([instruction.operands[0]], Operator("Tw"))
            yield pikepdf.ContentStreamInstruction([instruction.operands[1]], Operator("Tc"))
        yield pikepdf.ContentStreamInstruction([], Operator("T*"))
    elif operateur not in _PEINTS:
        yield instruction


def _vider_annotations(page: Any, calques: _Calques) -> Iterator[str]:
    annotations = page.get(Name.Annots)
    if not isinstance(annotations, Array):
        return
    gardees = []
    for annotation in annotations:
        calque = annotation.get(Name.OC) if isinstance(annotation, Dictionary) else None
        if calques.cache(calque):
            yield _nommer(calque, calques)
        else:
            gardees.append(annotation)
    page[Name.Annots] = Array(gardees)


def _lister_automatiques(defaut: Dictionary) -> Iterator[Any]:
    """Les calques dont un lecteur règle l'état de lui-même à l'écran (ISO 32000, 8.11.4.4)."""
    reglages: Any = defaut.get("/AS")
    for reglage in _lister(reglages):
        categories: Any = reglage.get("/Category")
        if reglage.get("/Event") == Name.View and isinstance(categories, Array) and Name.View in list(categories):
            yield from (calque for calque in _lister(reglage.get(Name.OCGs)) if calque.is_indirect)


def _lire_etat_a_l_ecran(calque: Any) -> bool | None:
    emploi: Any = calque.get("/Usage")
    vue: Any = emploi.get(Name.View) if isinstance(emploi, Dictionary) else None
    etat = vue.get("/ViewState") if isinstance(vue, Dictionary) else None
    return None if etat is None else etat != Name.OFF


def _nommer(calque: Any, calques: _Calques) -> str:
    return calques.noms.get(calque.objgen, "sans nom")


def _lister(tableau: Any) -> list[Any]:
    return [membre for membre in tableau if isinstance(membre, Dictionary)] if isinstance(tableau, Array) else []


def _cles(tableau: Any) -> set[tuple[int, int]]:
    return {membre.objgen for membre in _lister(tableau)}
