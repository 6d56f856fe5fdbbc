"""Ce que d'autres ont établi : avis Sirene, annonces légales, banque, relevé de compte, lettres reçues."""

import datetime as dt
import io
from decimal import Decimal
from typing import Any

import pypdfium2
from PIL import Image
from reportlab.lib.utils import ImageReader
from reportlab.pdfgen.canvas import Canvas

from generateur.domaine.creances import Paiement
from generateur.domaine.dossier import Piece
from generateur.domaine.parties import Identite
from tests.outils.exemples_affaire import (
    Affaire,
    chiffrer_date,
    dater,
    euros,
    nombrer,
    nommer,
    nommer_iban,
    nommer_siren,
    nommer_siret,
    presenter,
)
from tests.outils.exemples_factures import GRIS, ecrire_entete, pied_legal
from tests.outils.exemples_feuille import Colonne, Feuille, HabitTableau
from tests.outils.exemples_style import Style

_TEXTE = Style(corps=10, interligne=1.42, apres=5)


def _lister(f: Feuille, y: float, lignes: list[tuple[str, str]]) -> float:
    colonnes = [Colonne("Rubrique", 66), Colonne("Valeur", 104)]
    habit = HabitTableau(Style(corps=9.5), fond_titre="#e9edf3", couleur_trait="#b9c0cb")
    return f.dresser((20, y), colonnes, lignes, habit)


def dessiner_sirene(affaire: Affaire, partie: Identite, piece: Piece) -> bytes:
    """Avis de situation au répertoire Sirene."""
    f = Feuille("Avis de situation au répertoire Sirene", "Répertoire Sirene (exemple)")
    f.ecrire(20, 24, "RÉPERTOIRE SIRENE", Style(corps=10, couleur="#34548a").gras)
    f.ecrire(20, 33, "Avis de situation", Style(corps=20).gras)
    jour = piece.delivre_le or piece.date or dt.date.min
    f.ecrire(20, 40, f"À la date du {dater(jour)}", _TEXTE)
    extra = affaire.recette.get("sirene", {})
    lignes = [
        ("Description de l'unité légale", "<b>Unité active</b>"),
        ("SIREN", nommer_siren(partie.siren or "")),
        ("Dénomination", nommer(partie).removesuffix(", EI")),
        ("Catégorie juridique", str(extra.get("categorie", partie.forme or "Entrepreneur individuel"))),
        ("Activité principale exercée (APE)", str(extra.get("ape", ""))),
        ("Date de prise d'activité", str(extra.get("debut", ""))),
    ]
    y = _lister(f, 48, [ligne for ligne in lignes if ligne[1]])
    etablissement = [
        ("Description de l'établissement", "<b>Établissement siège, actif</b>"),
        ("SIRET", nommer_siret(partie.siret or "")),
        ("Adresse", "<br/>".join(presenter(partie)[1:])),
        ("Tranche d'effectif", str(extra.get("effectif", "6 à 9 salariés"))),
    ]
    y = _lister(f, y + 8, etablissement)
    f.composer(20, y + 8, 170, "Avis établi d'après les informations du répertoire à la date indiquée. Il ne vaut "
               "pas inscription à un registre.", Style(corps=8.5, couleur=GRIS))  # fmt: skip
    return f.fermer()


def dessiner_bodacc(affaire: Affaire, piece: Piece) -> bytes:
    """Annonce légale d'ouverture d'une procédure collective."""
    debiteur = affaire.dossier.debiteur
    procedure = debiteur.procedure_collective
    if procedure is None or procedure.jugement is None or procedure.publication_bodacc is None:
        raise SystemExit(f"{affaire.dossier.reference} : procédure collective incomplète")
    f = Feuille(piece.titre or "Annonce", "Bulletin des annonces (exemple)")
    f.ecrire(
        20,
        24,
        "BULLETIN OFFICIEL DES ANNONCES CIVILES ET COMMERCIALES",
        Style(corps=11, couleur="#34548a").gras,
    )
    f.ecrire(20, 30, f"BODACC « A » – publication du {dater(procedure.publication_bodacc)}", _TEXTE)
    f.ecrire(20, 42, "Procédures collectives – jugement d'ouverture", Style(corps=15).gras)
    lignes = [
        ("Annonce", str(affaire.recette["bodacc"]["annonce"])),
        ("Greffe", str(procedure.tribunal)),
        ("Dénomination", nommer(debiteur)),
        ("SIREN", f"{nommer_siren(debiteur.siren or '')} RCS {debiteur.rcs_ville}"),
        ("Adresse", "<br/>".join(presenter(debiteur)[1:])),
        ("Nature du jugement", "Jugement d'ouverture d'une procédure de redressement judiciaire"),
        ("Date du jugement", dater(procedure.jugement)),
        ("Numéro de procédure", str(procedure.numero)),
        ("Complément", str(affaire.recette["bodacc"]["complement"])),
    ]
    _lister(f, 50, lignes)
    return f.fermer()


def dessiner_virement(affaire: Affaire, paiement: Paiement) -> bytes:
    """Avis bancaire d'un versement reçu."""
    creancier, debiteur = affaire.dossier.creancier, affaire.dossier.debiteur
    f = Feuille(f"Avis de crédit du {chiffrer_date(paiement.date)}", "Banque de l'Exemple")
    f.encadrer((20, 18), (170, 14), fond="#213a4f", trait=None)
    f.ecrire(25, 27, "BANQUE DE L'EXEMPLE", Style(corps=13, couleur="#ffffff").gras)
    f.ecrire(186, 27, "Avis d'opération", Style(corps=11, couleur="#ffffff", alinea="d"))
    f.empiler(112, 46, presenter(creancier), _TEXTE)
    lignes = [
        ("Compte crédité", nommer_iban(creancier.iban or "")),
        ("Nature", "Virement reçu" if paiement.mode == "virement" else "Remise de chèque"),
        ("Donneur d'ordre", nommer(debiteur)),
        ("Référence", paiement.reference or ""),
        ("Date de valeur", chiffrer_date(paiement.date)),
        ("Montant", f"<b>{euros(paiement.montant)}</b>"),
    ]
    y = _lister(f, 82, lignes)
    f.composer(
        20,
        y + 8,
        170,
        "Cet avis est établi sous réserve d'encaissement définitif.",
        Style(corps=8.5, couleur=GRIS),
    )
    return f.fermer()


def dessiner_releve(affaire: Affaire, piece: Piece) -> bytes:
    """Relevé de compte client, en paysage : débits, crédits, solde progressif."""
    f = Feuille(piece.titre or "Relevé de compte", affaire.auteur, paysage=True)
    style, dossier = affaire.charte.texte, affaire.dossier
    f.ecrire(20, 24, f"Relevé de compte – {nommer(dossier.debiteur)}", style.gras.varier(corps=16))
    f.ecrire(20, 31, f"{affaire.auteur} – arrêté au {dater(piece.date or dt.date.min)}", style.varier(couleur=GRIS))
    ecritures = [
        (x.date, x.numero, f"Facture, échéance {chiffrer_date(x.echeance)}", x.montant_ttc) for x in dossier.factures
    ]
    ecritures += [(a.date, a.numero, f"Avoir sur {a.facture}", -a.montant_ttc) for a in dossier.avoirs]
    ecritures += [(p.date, p.reference or "", f"Règlement par {p.mode}", -p.montant) for p in dossier.paiements]
    solde, lignes = Decimal(0), []
    for date, numero, libelle, montant in sorted(ecritures):
        solde += montant
        debit, credit = (nombrer(montant), "") if montant > 0 else ("", nombrer(-montant))
        lignes.append([chiffrer_date(date), numero, libelle, debit, credit, nombrer(solde)])
    colonnes = [
        Colonne("Date", 28, "c"),
        Colonne("Pièce", 36),
        Colonne("Libellé", 97),
        Colonne("Débit (€)", 32, "d"),
        Colonne("Crédit (€)", 32, "d"),
        Colonne("Solde (€)", 32, "d"),
    ]
    habit = HabitTableau(
        style.varier(corps=10), fond_titre=affaire.charte.couleur, lettres_titre="#ffffff", zebre="#f3f4f6"
    )
    bas = f.dresser((20, 40), colonnes, lignes, habit)
    f.ecrire(277, bas + 9, f"Solde débiteur : {euros(solde)}", style.gras.varier(corps=12, alinea="d"))
    return f.fermer()


def dessiner_lettre_recue(affaire: Affaire, piece: Piece, lettre: dict[str, Any]) -> bytes:
    """Lettre qui n'émane pas du créancier : débiteur, affactureur, mandataire judiciaire."""
    f = Feuille(piece.titre or str(lettre["objet"]), str(lettre["de"][0]))
    style = Style(police="Serif", corps=10.6, interligne=1.45, apres=7, alinea="j")
    gauche = style.varier(alinea="g")
    f.empiler(22, 26, lettre["de"], gauche)
    f.empiler(115, 52, presenter(affaire.dossier.creancier), gauche)
    f.ecrire(115, 84, f"Le {dater(piece.date or dt.date.min)}", gauche)
    f.composer(22, 96, 166, f"<b>Objet : {lettre['objet']}</b>", gauche)
    bas = f.couler([style.paragraphe(alinea) for alinea in lettre["corps"]], lambda _: [(22, 110, 166, 130)])
    f.ecrire(120, bas + 10, str(lettre["signataire"]), gauche)
    f.signer(126, bas + 27, str(lettre["signataire"]))
    return f.fermer()


def dessiner_quittance(affaire: Affaire, piece: Piece, quittance: dict[str, Any]) -> bytes:
    """Quittance subrogative remise à une société d'affacturage."""
    f = Feuille(piece.titre or "Quittance subrogative", affaire.auteur)
    ecrire_entete(f, affaire)
    style = affaire.charte.texte.varier(corps=10.5, interligne=1.45, apres=7, alinea="j")
    f.ecrire(105, 58, "QUITTANCE SUBROGATIVE", style.gras.varier(corps=15, alinea="c"))
    bas = f.couler([style.paragraphe(alinea) for alinea in quittance["corps"]], lambda _: [(22, 68, 166, 130)])
    f.ecrire(120, bas + 8, f"Le {dater(piece.date or dt.date.min)}", style.varier(alinea="g"))
    f.signer(124, bas + 24, affaire.auteur)
    pied_legal(f, affaire)
    return f.fermer()


def numeriser(pdf: bytes, titre: str, auteur: str) -> bytes:
    """Le même document passé au scanneur : une image grise sans texte, un peu de travers."""
    document = pypdfium2.PdfDocument(pdf)
    tampon = io.BytesIO()
    toile = Canvas(tampon, pagesize=(595.28, 841.89), invariant=1, pageCompression=1, lang="fr-FR")
    toile.setTitle(titre)
    toile.setAuthor(auteur)
    for page in document:
        image = page.render(scale=125 / 72).to_pil().convert("L")
        penchee = image.rotate(-1.3, resample=Image.Resampling.BICUBIC, fillcolor=250)
        gris = penchee.point(lambda valeur: min(250, round(valeur * 0.86 + 34) // 16 * 16 + 8))
        toile.drawImage(ImageReader(gris), 0, 0, 595.28, 841.89)
        toile.showPage()
    toile.save()
    return tampon.getvalue()
