"""Range la sortie d'OCRmyPDF : rien de l'instant ni du hasard n'y reste, et aucune page ne s'est perdue.

S'exécute dans l'enfant de l'atelier. OCRmyPDF nomme au hasard la couche de texte de chaque page.
"""

from typing import Any

import pikepdf
from pikepdf import Array, Dictionary, Name, Stream

from generateur.erreurs import ErreurPiece

_DEBUT = "/OCR-"


def ranger(source: str, cible: str, pages: int) -> dict[str, Any]:
    """Réécrit le document sans métadonnées ni nom tiré au sort ; lève ErreurPiece si le compte de pages a changé."""
    try:
        with pikepdf.open(source) as pdf:
            if len(pdf.pages) != pages:
                raise ErreurPiece(
                    "La reconnaissance de texte a changé le nombre de pages.", remede="Relancer sans --ocr."
                )
            reconnues = sum(_renommer(page.obj) for page in pdf.pages)
            for cle in (Name.Metadata, Name.Info):
                for porteur in (pdf.Root, pdf.trailer):
                    if cle in porteur:
                        del porteur[cle]
            pdf.save(cible, static_id=True)
    except pikepdf.PdfError as erreur:
        raise ErreurPiece("La reconnaissance de texte a abîmé ce document.", remede="Relancer sans --ocr.") from erreur
    return {"pages_reconnues": reconnues}


def _renommer(page: Any) -> bool:
    """Donne aux couches de texte d'une page un nom tiré de leur rang ; vrai si elle en a."""
    ressources = page.get(Name.Resources)
    objets: Any = ressources.get(Name.XObject) if isinstance(ressources, Dictionary) else None
    presents = sorted(objets.keys()) if isinstance(objets, Dictionary) else []
    tires = [cle for cle in presents if cle.startswith(_DEBUT)]
    noms = {cle: f"/TexteReconnu{rang}" for rang, cle in enumerate(tires, 1)}
    for ancien, nouveau in noms.items():
        objets[nouveau] = objets[ancien]
        del objets[ancien]
    contenu = page.get(Name.Contents)
    for flux in contenu if isinstance(contenu, Array) else (contenu,):
        if noms and isinstance(flux, Stream):
            octets = flux.read_bytes()
            for ancien, nouveau in noms.items():
                octets = octets.replace(ancien.encode(), nouveau.encode())
            flux.write(octets)
    return bool(noms)
