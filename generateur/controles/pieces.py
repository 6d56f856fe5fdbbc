"""Les fichiers cités : présents, lisibles, et disant ce que le dossier dit.

Une pièce absente ou illisible est bloquante. Ce que le texte d'une pièce montre ou ne montre pas n'est
jamais plus qu'un avertissement : un numéro coupé par la mise en page ou un scan ne prouvent rien.
"""

import re
from collections.abc import Iterator
from decimal import Decimal

from generateur.calculs.penalites_facturees import est_facture_de_penalites
from generateur.controles.catalogue import constater
from generateur.controles.contenus_caches import signaler_caches
from generateur.controles.contexte import Contexte
from generateur.controles.lieux import situer
from generateur.domaine.chemins import relever_chemins
from generateur.domaine.constat import CE_DOSSIER, Constat
from generateur.domaine.creances import Facture
from generateur.domaine.dossier import Dossier
from generateur.domaine.fichiers import Inspection
from generateur.domaine.langue import aplatir, citer, enumerer
from generateur.domaine.langue import montant as ecrire_montant
from generateur.erreurs import CodeSortie

CODES_PIECES = frozenset({"PIECE_ABSENTE", "PIECE_ILLISIBLE"})
# Toute facture nomme les pénalités de retard dans ses conditions : seul un titre ou un objet les réclame.
_TITRE_DE_PENALITES = re.compile(
    r"\b(?:facture|note|releve) (?:de |d')(?:penalites|interets (?:de retard|moratoires))|"
    r"\bobjet ?: ?(?:penalites|interets (?:de retard|moratoires)|indemnites? forfaitaires?)"
)
CODES_OUTILS = frozenset({"PIECE_OUTIL_ABSENT"})
_DOCUMENTS = (".pdf", ".png", ".jpg", ".jpeg", ".tif", ".tiff", ".webp", ".heic", ".gif", ".bmp")


def controler(dossier: Dossier, contexte: Contexte) -> list[Constat]:
    """Fichiers absents ou illisibles, puis concordance des factures avec leur texte."""
    constats: list[Constat] = []
    vus: set[str] = set()
    for lieu, chemin in chemins_cites(dossier):
        inspection = contexte.fichiers.get(chemin)
        if inspection and chemin not in vus:
            vus.add(chemin)
            constats += constater_fichier(lieu, inspection)
            constats += _amenagement(lieu, inspection)
            constats += _jointes(lieu, inspection)
            constats += signaler_caches(lieu, inspection)
    constats += _fichiers_en_double(dossier, contexte)
    constats += _sans_texte([contexte.fichiers[chemin] for chemin in sorted(vus)])
    lues = [
        (lieu, facture, trouvee.texte)
        for lieu, facture in situer("factures", dossier.factures)
        if (trouvee := contexte.fichiers.get(facture.fichier or "")) and trouvee.lisible and trouvee.texte.strip()
    ]
    for situee in sorted(lues, key=lambda lue: _porte_la_somme(lue[1], lue[2])):  # un montant faux se lit d'abord
        constats += _concordance(*situee)
        constats += _penalites_probables(*situee)
    constats += _langues(dossier)
    return constats


def _penalites_probables(lieu: str, facture: Facture, texte: str) -> Iterator[Constat]:
    """La pièce se présente comme une facture de pénalités, et la saisie comme une vente."""
    if est_facture_de_penalites(facture) or not _TITRE_DE_PENALITES.search(aplatir(texte)):
        return
    yield constater(
        "PENALITES_PROBABLES",
        f"« {facture.fichier} » se présente comme une facture de pénalités : saisie comme une vente, la facture "
        f"{facture.numero} porte intérêt, et les mêmes jours seraient demandés deux fois.",
        lieu=f"{lieu}.nature",
        remede='Si c\'en est une, écrivez dans son bloc :\nnature = "penalites"\nperiode = { du = 2026-05-02, '
        "au = 2026-08-31 }",
    )


def chemins_cites(dossier: Dossier) -> tuple[tuple[str, str], ...]:
    """(lieu, chemin) de tout fichier cité, dans l'ordre du modèle, compléments de procédure compris."""
    return tuple((mention.lieu, mention.chemin) for mention in relever_chemins(dossier))


def constater_fichier(lieu: str, inspection: Inspection) -> Iterator[Constat]:
    """Ce qui empêche ce fichier d'être repris comme une pièce, ou ce qu'il y perdrait."""
    chemin = inspection.chemin
    if not inspection.existe:
        yield constater(
            "PIECE_ABSENTE",
            f"La pièce « {chemin} » n'existe pas dans le dossier.",
            lieu=lieu,
            remede=inspection.remede or f"Placez le fichier à l'endroit indiqué ({chemin}), ou corrigez le nom.",
        )
    elif not inspection.lisible:
        outil = inspection.code_sortie == CodeSortie.OUTIL_ABSENT
        yield constater(
            "PIECE_OUTIL_ABSENT" if outil else "PIECE_ILLISIBLE",
            f"La pièce « {chemin} » ne peut pas être reprise : {inspection.raison or 'elle ne se lit pas'}",
            lieu=lieu,
            remede=inspection.remede or "Ouvrez le fichier, imprimez-le en PDF, et remplacez-le.",
        )
    elif inspection.signe:
        yield constater(
            "PIECE_SIGNEE",
            f"La pièce « {chemin} » est signée électroniquement : la signature ne survit pas à la liasse.",
            lieu=lieu,
            remede="Gardez l'original à côté de la liasse et tenez-le à disposition.",
        )


def _amenagement(lieu: str, inspection: Inspection) -> Iterator[Constat]:
    """Ce qu'il a fallu faire d'une image pour qu'elle se lise, ou la page qui, imprimée, ne se lirait pas."""
    if inspection.lisible and inspection.observations:
        yield constater(
            "IMAGE_AMENAGEE",
            f"La pièce « {inspection.chemin} » : {' '.join(inspection.observations)}",
            gravite="avertissement" if inspection.a_regarder else "information",
            lieu=lieu,
            remede="Regardez ses pages dans la liasse ; s'il y manque quelque chose, refaites la pièce."
            if inspection.a_regarder
            else "Rien à faire.",
        )


def _jointes(lieu: str, inspection: Inspection) -> Iterator[Constat]:
    """Les documents joints à un PDF ; ceux d'un courriel le suivent déjà, le XML d'une facture n'est pas une pièce."""
    est_pdf = inspection.lisible and inspection.famille == "pdf"
    documents = [nom for nom in inspection.pieces_jointes if est_pdf and nom.lower().endswith(_DOCUMENTS)]
    if documents:
        yield constater(
            "PIECE_JOINTE_NON_VERSEE",
            f"Le PDF « {inspection.chemin} » renferme {citer([f'« {nom} »' for nom in documents])}, "
            "qui n'entrent pas d'eux-mêmes dans la liasse.",
            lieu=lieu,
            remede=f"Pour les verser comme pièces : « generateur extraire {CE_DOSSIER} » les range dans "
            "pieces/ et donne les lignes à ajouter.",
        )


def _sans_texte(inspections: list[Inspection]) -> Iterator[Constat]:
    images = [inspection.chemin for inspection in inspections if inspection.lisible and inspection.sans_texte]
    if images:
        yield constater(
            "PIECE_SANS_TEXTE",
            f"Ces pièces sont des images, leur texte n'a pas pu être relu : {enumerer(images)}.",
            lieu="pieces",
            remede="Relisez-les vous-même ; un PDF d'origine est préférable à un scan. Avec OCRmyPDF, "
            "« produire --ocr » y ajoute le texte.",
        )


def _concordance(lieu: str, facture: Facture, texte: str) -> Iterator[Constat]:
    manques = []
    if _signes(facture.numero) not in _signes(texte):
        manques.append(f"le numéro « {facture.numero} »")
    lu = ""
    if not _porte_la_somme(facture, texte):
        manques.insert(0, f"le montant {ecrire_montant(facture.montant_ttc)}")
        permutes = _montants_aux_memes_chiffres(texte, facture.montant_ttc)
        lu = f" ; on y lit {enumerer([ecrire_montant(montant) for montant in permutes])}" if permutes else ""
    if manques:
        yield constater(
            "FACTURE_NON_RECONNUE",
            f"Dans le texte de « {facture.fichier} », on ne retrouve pas {' ni '.join(manques)}{lu}.",
            lieu=f"{lieu}.fichier",
            remede="Vérifiez que c'est le bon fichier et que le numéro et le montant sont bien recopiés.",
        )


def _porte_la_somme(facture: Facture, texte: str) -> bool:
    return any(_porte_le_montant(texte, montant) for montant in {facture.montant_ttc, facture.montant_a_payer})


def _montants_aux_memes_chiffres(texte: str, montant: Decimal) -> list[Decimal]:
    """Les montants du document écrits avec les mêmes chiffres : deux d'entre eux ont été inversés à la saisie."""
    ecrits = re.findall(r"(?<!\d)\d{1,3}(?:[\s\u00a0\u202f.,']?\d{3})*[.,]\d{2}(?!\d|[.,]\d)", texte)
    lus = {Decimal(re.sub(r"\D", "", ecrit)) / 100 for ecrit in ecrits}
    return sorted(lu for lu in lus if sorted(f"{lu:.2f}") == sorted(f"{montant:.2f}"))


def _signes(texte: str) -> str:
    return re.sub(r"[\W_]", "", texte).upper()


def _porte_le_montant(texte: str, montant: Decimal) -> bool:
    """Le montant, quels que soient le séparateur de milliers et la virgule ; sans centimes s'il est rond."""
    entier, centimes = f"{montant:.2f}".split(".")
    milliers = f"{int(entier):,}".split(",")
    separateur = r"[\s\u00a0\u202f.,']?"
    decimales = rf"(?:[.,]{centimes})" + ("?" if centimes == "00" else "")
    motif = rf"(?<!\d){separateur.join(milliers)}{decimales}(?!\d|[.,]\d)"
    return re.search(motif, texte) is not None


def _langues(dossier: Dossier) -> Iterator[Constat]:
    traduite = any(piece.nature == "traduction" for piece in dossier.pieces)
    for lieu, piece in situer("pieces", dossier.pieces):
        if piece.langue and not piece.langue.lower().startswith("fr") and not traduite:
            yield constater(
                "PIECE_NON_TRADUITE",
                f"La pièce « {piece.fichier} » est en langue étrangère ({piece.langue}), sans traduction.",
                lieu=f"{lieu}.langue",
                remede="Versez une traduction, même libre :\n"
                '[[pieces]]\nnature = "traduction"\nfichier = "pieces/traduction.pdf"',
            )


def _fichiers_en_double(dossier: Dossier, contexte: Contexte) -> Iterator[Constat]:
    """Le même contenu sous deux noms : deux pièces là où le dossier n'en a qu'une."""
    premiers: dict[str, str] = {}
    for lieu, chemin in chemins_cites(dossier):
        inspection = contexte.fichiers.get(chemin)
        if inspection is None or not inspection.empreinte:
            continue
        premier = premiers.setdefault(inspection.empreinte, chemin)
        if premier != chemin:
            yield constater(
                "FICHIER_EN_DOUBLE",
                f"« {chemin} » et « {premier} » ont le même contenu : deux pièces seraient versées pour un document.",
                lieu=lieu,
                remede=f"Si c'est bien le même document, écrivez partout « {premier} » ; sinon remplacez le mauvais.",
            )
