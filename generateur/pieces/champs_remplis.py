"""Les champs d'un formulaire PDF rempli, fondus dans leurs pages tels qu'ils se montrent à l'écran.

S'exécute dans l'enfant de l'atelier. Une apparence enregistrée est gardée telle quelle ; seuls les champs qui n'en
ont pas sont dessinés, d'après leur valeur. Chaque case et chaque bouton garde son propre état, même sous un nom
partagé : ce n'est pas la valeur du champ qui se voit, c'est l'état de chacun.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import pikepdf
from pikepdf import Array, Dictionary, Name, Stream, String

from generateur.domaine.langue import enumerer
from generateur.pieces.dessin_des_boutons import Bouton, dessiner_bouton
from generateur.pieces.dessin_des_textes import Rectangle, Resultat, TexteDeChamp, dessiner_textes, lire_rectangle

_CACHE, _IMPRIME, _PAS_A_L_ECRAN = 2, 4, 32  # /F d'un champ
_RADIO, _POUSSOIR = 1 << 15, 1 << 16  # /Ff d'un bouton
_MULTILIGNE, _DEROULANTE = 1 << 12, 1 << 17
_ANCETRES = 32
_OPERATEURS_DE_TEXTE = frozenset({"Tj", "TJ", "'", '"'})
_PANNES = (pikepdf.PdfError, ValueError, TypeError, KeyError, RuntimeError)
_NOMS_CITES = 5


@dataclass
class Champs:
    """Ce qui a été fait des champs.

    Pages du document, pages (à partir de 1) qui avaient des champs, zones dessinées ici, ce qu'il faut dire.
    """

    total: int = 0
    pages: list[int] = field(default_factory=list)
    dessinees: dict[int, list[Rectangle]] = field(default_factory=dict)
    observations: list[str] = field(default_factory=list)


@dataclass(frozen=True)
class _Vue:
    """Un champ à un endroit d'une page."""

    page: int
    objet: Any
    nature: str
    options: int
    nom: str

    def lire(self, cle: str) -> Any:
        """La valeur de cette clé, héritée s'il le faut."""
        return _heriter(self.objet, cle)


def ecrire_reference(pdf: pikepdf.Pdf, cible: str) -> None:
    """Écrit ce que montrent les apparences enregistrées, à quoi comparer ; rien s'il n'y a aucun champ.

    Les champs y sont des annotations ordinaires : aucun lecteur ne les redessine à sa façon.
    """
    widgets = [
        annotation
        for page in pdf.pages
        for annotation in _lister(page.obj.get(Name.Annots))
        if isinstance(annotation, Dictionary) and annotation.get(Name.Subtype) == Name.Widget
    ]
    if not widgets:
        return
    for widget in widgets:
        widget[Name.Subtype] = Name.Stamp
    pdf.save(cible, encryption=False, static_id=True)
    for widget in widgets:
        widget[Name.Subtype] = Name.Widget


def figer_champs(pdf: pikepdf.Pdf) -> Champs:
    """Fond, sur place, tous les champs dans leurs pages ; le formulaire vide reste déclaré."""
    faits = Champs(len(pdf.pages))
    formulaire = pdf.Root.get(Name.AcroForm)
    formulaire = formulaire if isinstance(formulaire, Dictionary) else Dictionary()
    mises_de_cote = list(_separer(pdf))
    if not any(vues for _, _, vues, _ in mises_de_cote):
        return faits
    est_a_redessiner = bool(formulaire.get(Name.NeedAppearances, False))
    manquantes: list[_Vue] = []
    for rang, page, vues, _ in mises_de_cote:
        if vues:
            faits.pages.append(rang)
            page[Name.Annots] = Array(
                [vue.objet for vue in vues if _garder(vue, manquantes, est_a_redessiner=est_a_redessiner)]
            )
    _dessiner(pdf, formulaire, manquantes, faits)
    if Name.AcroForm in pdf.Root:
        formulaire[Name.NeedAppearances] = False
    pdf.flatten_annotations("screen")
    for _, page, vues, autres in mises_de_cote:
        if vues:
            page[Name.Annots] = Array(autres)
    if Name.AcroForm in pdf.Root:
        formulaire[Name.Fields] = Array()
    return faits


def _separer(pdf: pikepdf.Pdf) -> Iterator[tuple[int, Any, list[_Vue], list[Any]]]:
    """De chaque page annotée : son rang, elle, ses champs et ses autres annotations (mises de côté)."""
    for rang, page in enumerate(pdf.pages, 1):
        annotations = page.obj.get(Name.Annots)
        if not isinstance(annotations, Array):
            continue
        vues: list[_Vue] = []
        autres: list[Any] = []
        for annotation in annotations:
            if isinstance(annotation, Dictionary) and annotation.get(Name.Subtype) == Name.Widget:
                objet = annotation if annotation.is_indirect else pdf.make_indirect(annotation)
                vues.append(_decrire(rang, objet))
            else:
                autres.append(annotation)
        if vues:
            page.obj[Name.Annots] = Array()
        yield rang, page.obj, vues, autres


def _decrire(rang: int, objet: Any) -> _Vue:
    noms = [str(ancetre[Name.T]) for ancetre in _lignee(objet) if isinstance(ancetre.get(Name.T), String)]
    return _Vue(
        rang,
        objet,
        str(_heriter(objet, "/FT") or ""),
        _entier(_heriter(objet, "/Ff")),
        ".".join(reversed(noms)) or "sans nom",
    )


def _lignee(objet: Any) -> Iterator[Any]:
    for _ in range(_ANCETRES):
        if not isinstance(objet, Dictionary):
            return
        yield objet
        objet = objet.get(Name.Parent)


def _heriter(objet: Any, cle: str) -> Any:
    return next((ancetre[cle] for ancetre in _lignee(objet) if cle in ancetre), None)


def _entier(valeur: Any) -> int:
    try:
        return int(valeur or 0)
    except (TypeError, ValueError):
        return 0


def _garder(vue: _Vue, manquantes: list[_Vue], *, est_a_redessiner: bool) -> bool:
    """Fixe l'apparence que ce champ montre ; vrai s'il montre, ou montrera une fois dessiné, quelque chose."""
    if _entier(vue.objet.get(Name.F)) & (_CACHE | _PAS_A_L_ECRAN):
        return False
    apparences = vue.objet.get(Name.AP)
    normale = apparences.get(Name.N) if isinstance(apparences, Dictionary) else None
    montree: Any = normale
    if isinstance(normale, Dictionary) and not isinstance(normale, Stream):
        etat = _lire_etat(vue, normale)
        montree = normale.get(etat)
        if not isinstance(montree, Stream) and (etat == "/Off" or not _est_coche(vue)):
            return False  # une case vide n'a souvent pas de dessin
    if not isinstance(montree, Stream) or (est_a_redessiner and _est_perimee(vue, montree)):
        manquantes.append(vue)
        return True
    _fixer(vue.objet, montree)
    return True


def _lire_etat(vue: _Vue, normale: Any) -> str:
    """L'état montré : /AS, sinon la valeur du champ si elle a un dessin, sinon /Off."""
    etat = vue.objet.get(Name.AS)
    if isinstance(etat, Name):
        return str(etat)
    valeur = vue.lire("/V")
    return str(valeur) if isinstance(valeur, Name) and str(valeur) in normale else "/Off"


def _fixer(objet: Any, dessin: Any) -> None:
    """Ce que le champ montre, sans état à choisir ni drapeau qui le tairait ; son calque le suit dans la page."""
    calque = objet.get(Name.OC)
    if isinstance(calque, Dictionary) and Name.OC not in dessin:
        dessin = dessin.copy()
        dessin[Name.OC] = calque
    objet[Name.AP] = Dictionary(N=dessin)
    objet[Name.F] = _IMPRIME
    if Name.AS in objet:
        del objet[Name.AS]


def _est_perimee(vue: _Vue, dessin: Any) -> bool:
    """Vrai si le document demande de redessiner ses champs, et que ce dessin ne dit pas la valeur saisie.

    Un dessin que l'on ne sait pas lire (police à table) est gardé dès qu'il montre quelque chose.
    """
    if vue.nature not in {"/Tx", "/Ch"} or not (attendu := _signes(_lire_valeur(vue))):
        return False
    try:
        operations = pikepdf.parse_content_stream(dessin)
    except _PANNES:
        return False
    if not any(str(operation.operator) in _OPERATEURS_DE_TEXTE for operation in operations):
        return not any(str(operation.operator) == "Do" for operation in operations)
    polices = dessin.get(Name.Resources, Dictionary()).get(Name.Font, Dictionary())
    if any(
        isinstance(p, Dictionary) and (p.get(Name.Subtype) == Name.Type0 or Name.ToUnicode in p)
        for p in polices.values()
    ):
        return False
    octets = b"".join(
        _octets(operande) for o in operations if str(o.operator) in _OPERATEURS_DE_TEXTE for operande in o.operands
    )
    ecrit = _signes(octets.decode("cp1252", "replace"))
    if vue.nature == "/Ch" and not vue.options & _DEROULANTE:
        return not all(_signes(choix) in ecrit for choix in _lire_valeur(vue).split("\n"))
    return ecrit != attendu


def _octets(operande: Any) -> bytes:
    if isinstance(operande, String):
        return bytes(operande)
    return b"".join(map(_octets, operande)) if isinstance(operande, Array) else b""


def _signes(texte: str) -> str:
    """Les lettres et chiffres sans accent possible à mal décoder : de quoi reconnaître un texte."""
    return "".join(signe for signe in texte if signe.isascii() and signe.isalnum())


def _dessiner(pdf: pikepdf.Pdf, formulaire: Any, manquantes: list[_Vue], faits: Champs) -> None:
    """Dessine les champs sans apparence, et dit lesquels."""
    dessines: list[str] = []
    textes: list[tuple[_Vue, TexteDeChamp]] = []
    for vue in manquantes:
        rectangle = lire_rectangle(vue.objet)
        if rectangle is None or vue.nature not in {"/Btn", "/Tx", "/Ch"}:
            continue
        faits.dessinees.setdefault(vue.page, []).append(rectangle)
        if vue.nature == "/Btn" and not vue.options & _POUSSOIR:
            montre = _dessiner_bouton(pdf, vue, rectangle, faits)
        else:
            demande = _demander_texte(vue, formulaire, rectangle)
            textes.append((vue, demande))
            montre = bool(demande.texte)
        if montre:
            dessines.append(f"« {vue.nom} »")
    resultats = dessiner_textes(pdf, formulaire.get(Name.DR), [demande for _, demande in textes])
    for (vue, demande), resultat in zip(textes, resultats, strict=True):
        _retenir(vue, demande, resultat, faits)
    if dessines:
        noms = list(dict.fromkeys(dessines))
        cites = enumerer(noms[:_NOMS_CITES] + (["d'autres"] if len(noms) > _NOMS_CITES else []))
        faits.observations.append(f"Champs remplis sans apparence enregistrée, dessinés d'après leur valeur : {cites}.")


def _dessiner_bouton(pdf: pikepdf.Pdf, vue: _Vue, rectangle: Rectangle, faits: Champs) -> bool:
    """Donne à la case ou au bouton son apparence ; vrai s'il est coché."""
    if _est_indecis(vue):
        faits.observations.append(
            f"Page {vue.page}, bouton « {vue.nom} » : rien n'y dit s'il est coché ; il est resté vide."
        )
    bouton = Bouton(
        rectangle,
        vue.lire("/MK"),
        str(vue.lire("/DA") or ""),
        est_radio=bool(vue.options & _RADIO),
        est_coche=_est_coche(vue),
    )
    dessin = dessiner_bouton(pdf, bouton)
    if dessin is not None:
        _fixer(vue.objet, dessin)
    return bouton.est_coche


def _retenir(vue: _Vue, demande: TexteDeChamp, resultat: Resultat, faits: Champs) -> None:
    """Donne au champ le texte dessiné, et dit ce qui n'a pas pu l'être."""
    lieu = f"Page {vue.page}, champ « {vue.nom} »"
    if resultat.dessin is not None:
        _fixer(vue.objet, resultat.dessin)
    if demande.texte and (resultat.dessin is None or resultat.perdus):
        faits.observations.append(
            f"{lieu} : {resultat.perdus or 'des'} caractère(s) qu'aucune police d'ici ne dessine ; "
            "comparez avec l'original."
        )
    if resultat.est_reduit:
        faits.observations.append(f"{lieu} : texte plus long que son cadre, réduit pour se lire en entier.")


def _est_coche(vue: _Vue) -> bool:
    """L'état de cette case : le sien (/AS), sinon la valeur du champ si elle ne peut désigner qu'elle."""
    etat, valeur = vue.objet.get(Name.AS), vue.lire("/V")
    if isinstance(etat, Name) and etat != Name.Off:
        return True
    if not isinstance(valeur, Name | String) or str(valeur).lstrip("/") in {"", "Off"}:
        return False
    soeurs = _soeurs(vue)
    if len(soeurs) <= 1:
        return True
    if isinstance(etat, Name):
        return False
    rang = next((i for i, soeur in enumerate(soeurs) if soeur.objgen == vue.objet.objgen), -1)
    return str(valeur).lstrip("/") in _noms_possibles(vue, rang)


def _noms_possibles(vue: _Vue, rang: int) -> set[str]:
    """Comment la valeur du champ peut désigner ce bouton-là : état dessiné ailleurs (/D), rang, libellé de /Opt."""
    noms: set[str] = set()
    apparences = vue.objet.get(Name.AP)
    for etats in apparences.values() if isinstance(apparences, Dictionary) else ():
        if isinstance(etats, Dictionary) and not isinstance(etats, Stream):
            noms |= {str(cle).lstrip("/") for cle in etats} - {"Off"}
    libelles = vue.lire("/Opt")
    if isinstance(libelles, Array) and 0 <= rang < len(libelles):
        noms |= {str(rang), _libeller(libelles[rang])}
    return noms


def _est_indecis(vue: _Vue) -> bool:
    """Vrai si le champ a une valeur et que rien ne dit lequel de ses boutons elle désigne."""
    valeur = vue.lire("/V")
    if Name.AS in vue.objet or not isinstance(valeur, Name | String) or str(valeur).lstrip("/") in {"", "Off"}:
        return False
    soeurs = _soeurs(vue)
    return len(soeurs) > 1 and not any(_noms_possibles(vue, rang) for rang in range(len(soeurs)))


def _soeurs(vue: _Vue) -> list[Any]:
    parent = vue.objet.get(Name.Parent)
    enfants = parent.get(Name.Kids) if isinstance(parent, Dictionary) and Name.T not in vue.objet else None
    return [e for e in enfants if isinstance(e, Dictionary)] if isinstance(enfants, Array) else [vue.objet]


def _demander_texte(vue: _Vue, formulaire: Any, rectangle: Rectangle) -> TexteDeChamp:
    texte, quadrage = _lire_valeur(vue), vue.lire("/Q")
    options = vue.options
    choix: tuple[str, ...] = ()
    choisis: tuple[int, ...] = ()
    if vue.nature == "/Btn":
        habit = vue.lire("/MK")
        texte = _ecrire(habit.get(Name.CA)) if isinstance(habit, Dictionary) else ""
        options, quadrage = 0, 1
    elif vue.nature == "/Ch":
        if options & _DEROULANTE:
            options = 0
        else:
            choix = tuple(_libeller(c) for c in _lister(vue.lire("/Opt")))
            voulus = texte.split("\n") if texte else []
            choisis = tuple(rang for rang, libelle in enumerate(choix) if libelle in voulus)
            if vue.lire("/V") is None:  # une liste peut ne dire que le rang de ce qui y est choisi
                choisis = tuple(r for r in map(_entier, _lister(vue.lire("/I"))) if 0 <= r < len(choix))
            texte = "\n".join(choix) or texte
    police = vue.lire("/DA")
    return TexteDeChamp(
        texte=texte,
        rectangle=rectangle,
        apparence=str(police if isinstance(police, String) else formulaire.get(Name.DA, "")),
        options=options,
        quadrage=_entier(quadrage if quadrage is not None else formulaire.get(Name.Q)),
        signes=_entier(vue.lire("/MaxLen")),
        choix=choix,
        choisis=choisis,
        premier=_entier(vue.lire("/TI")),
        habits={cle: vue.lire(cle) for cle in ("/MK", "/BS", "/Border") if vue.lire(cle) is not None},
        est_multiligne=vue.nature == "/Tx" and bool(options & _MULTILIGNE),
    )


def _lire_valeur(vue: _Vue) -> str:
    """Le texte que la valeur montre : le libellé d'un choix, jamais sa valeur d'échange."""
    valeur = vue.lire("/V")
    if vue.nature != "/Ch":
        return _ecrire(valeur)
    libelles = {
        _ecrire(option[0]): _libeller(option) for option in _lister(vue.lire("/Opt")) if isinstance(option, Array)
    }
    valeurs = [_ecrire(v) for v in valeur] if isinstance(valeur, Array) else [_ecrire(valeur)]
    return "\n".join(libelles.get(v, v) for v in valeurs if v)


def _libeller(option: Any) -> str:
    return _ecrire(option[-1]) if isinstance(option, Array) and len(option) else _ecrire(option)


def _lister(tableau: Any) -> list[Any]:
    return list(tableau) if isinstance(tableau, Array) else []


def _ecrire(valeur: Any) -> str:
    if isinstance(valeur, Stream):
        return str(String(valeur.read_bytes()))
    if isinstance(valeur, Name):
        return str(valeur).lstrip("/")
    return str(valeur) if isinstance(valeur, String) else ""
