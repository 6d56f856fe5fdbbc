"""Remplit un formulaire PDF vierge (AcroForm) que l'utilisateur fournit : seuls les champs reconnus, jamais devinés."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

from generateur.erreurs import ErreurPiece

_TEXTES = "/Tx"


@dataclass(frozen=True)
class Remplissage:
    """Ce que le formulaire a reçu, et les champs de texte qu'aucune valeur ne remplit."""

    remplis: tuple[str, ...]
    laisses: tuple[str, ...]


def remplir_formulaire(
    vierge: Path, cible: Path, valeurs: Mapping[str, str], aplatir: Callable[[str], str]
) -> Remplissage:
    """Écrit `cible`, remplie ; `valeurs` : nom aplati du champ (ou de son infobulle) → texte.

    Lève ErreurPiece si le fichier n'est pas un PDF lisible, est protégé, ou n'a aucun champ à remplir.
    """
    # pypdf coûterait à chaque production ce dont un formulaire donné se sert seul
    from pypdf import PdfReader, PdfWriter  # noqa: PLC0415
    from pypdf.errors import PyPdfError  # noqa: PLC0415
    from pypdf.generic import DictionaryObject, NameObject  # noqa: PLC0415

    try:
        lecteur = PdfReader(vierge)
        champs = lecteur.get_fields()
        ecrivain = PdfWriter(clone_from=lecteur)
    except (PyPdfError, OSError, ValueError) as erreur:
        raise _refuser(vierge, "ce formulaire ne se lit pas") from erreur
    textes = {nom: champ for nom, champ in (champs or {}).items() if champ.get("/FT") == _TEXTES}
    if not textes:
        raise _refuser(vierge, "ce PDF n'a aucun champ de texte à remplir")
    trouves: dict[str, str] = {}
    for nom, champ in textes.items():
        noms = (nom, nom.rpartition(".")[2], str(champ.get("/TU") or ""))
        texte = next((valeurs[cle] for n in noms if (cle := aplatir(n)) in valeurs), None)
        if texte is not None:
            trouves[nom] = texte
    ecrivain.set_need_appearances_writer(state=True)
    acroform = ecrivain.root_object["/AcroForm"].get_object()
    if isinstance(acroform, DictionaryObject):
        acroform.pop(NameObject("/XFA"), None)  # un formulaire XFA masquerait les champs remplis
    for page in ecrivain.pages:
        ecrivain.update_page_form_field_values(page, trouves, auto_regenerate=False)
    ecrivain.write(cible)
    return Remplissage(tuple(trouves), tuple(nom for nom in textes if nom not in trouves))


def _refuser(vierge: Path, raison: str) -> ErreurPiece:
    return ErreurPiece(
        raison,
        lieu=str(vierge),
        remede="Donner le formulaire vierge officiel, en PDF à champs ; sinon, reporter la fiche actes/formulaire.pdf.",
    )
