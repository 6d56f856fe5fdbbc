"""Ce qui fonde la créance : commande, devis, contrat, conditions générales, bons de livraison."""

import datetime as dt
import tomllib
from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import Any

from reportlab.platypus import Paragraph

from generateur.domaine.creances import Cgv, Contrat, Facture
from tests.outils.exemples_affaire import (
    Affaire,
    abreger,
    adresser,
    chiffrer_date,
    dater,
    euros,
    immatriculer,
    nombrer,
    nommer,
    nommer_signataire,
    presenter,
)
from tests.outils.exemples_factures import GRIS, ecrire_entete, pied_legal
from tests.outils.exemples_feuille import Colonne, Feuille, HabitTableau


def _signer_client(f: Feuille, affaire: Affaire, coin: tuple[float, float], mention: str) -> None:
    x, y = coin
    debiteur, style = affaire.dossier.debiteur, affaire.charte.texte
    f.encadrer(coin, (82, 42), trait="#8c8c8c", rayon=0.8)
    f.ecrire(
        x + 3,
        y + 5.5,
        "Le client (nom, date, signature, mention manuscrite)",
        style.varier(corps=7.5, couleur=GRIS),
    )
    f.ecrire(x + 3, y + 11, nommer_signataire(affaire.dossier.debiteur), style)
    f.manuscrire(x + 4, y + 18.5, mention)
    f.signer(x + 10, y + 33, nommer_signataire(affaire.dossier.debiteur))
    if not debiteur.est_physique:
        f.tamponner(x + 42, y + 38, [nommer(debiteur), *adresser(debiteur.adresse)])


def dessiner_commande(affaire: Affaire, contrat: Contrat) -> bytes:
    """Bon de commande ou devis accepté, lignes et signature."""
    date = contrat.date or dt.date.min
    devis = contrat.nature == "devis_accepte"
    nom = "DEVIS" if devis else "BON DE COMMANDE"
    f = Feuille(f"{nom.capitalize()} {contrat.reference}", affaire.auteur)
    charte, style = affaire.charte, affaire.charte.texte
    y = ecrire_entete(f, affaire)
    f.ecrire(20, y + 14, f"{nom} n° {contrat.reference}", style.gras.varier(corps=16, couleur=charte.couleur))
    emis = date - dt.timedelta(days=int(affaire.recette.get("delai_acceptation", 0)))
    f.ecrire(20, y + 20.5, f"Établi le {dater(emis)}" + (" – valable 30 jours" if devis else ""), style)
    f.ecrire(20, y + 26, f"Objet : {affaire.dossier.objet}", style)
    f.empiler(118, y + 14, presenter(affaire.dossier.debiteur), style)
    numero = affaire.recette.get("lignes_commande", next(iter(affaire.recette["factures"])))
    lignes = affaire.lignes(numero)
    colonnes = [
        Colonne("Désignation", 90),
        Colonne("Qté", 15, "d"),
        Colonne("Unité", 17, "c"),
        Colonne("P.U. HT", 23, "d"),
        Colonne("Total HT", 27, "d"),
    ]
    cellules = [
        [ligne.designation, abreger(ligne.quantite), ligne.unite, nombrer(ligne.prix), nombrer(ligne.montant)]
        for ligne in lignes
    ]
    habit = HabitTableau(style, fond_titre="#eef0f2", couleur_trait="#b5b8bd")
    bas = f.dresser((20, y + 46), colonnes, cellules, habit)
    ht = sum((ligne.montant for ligne in lignes), Decimal(0))
    facture = next(facture for facture in affaire.dossier.factures if facture.numero == numero)
    tva = affaire.totaliser(facture)[1]
    taux = f"TVA {abreger(affaire.taux_tva(numero))} %"
    for libelle, somme in (("Total HT", ht), (taux, tva), ("Total TTC", ht + tva)):
        bas = f.ecrire(165, bas + 5, libelle, style.gras.varier(alinea="d")) - 4.4
        f.ecrire(190.4, bas + 4.4 - 4.4, euros(somme), style.varier(alinea="d"))
        bas += 1.6
    conditions = affaire.recette.get("conditions_commande", [])
    y = bas + 10
    for condition in conditions:
        y = f.composer(20, y, 172, f"– {condition}", style.varier(corps=9)) + 1.2
    _signer_client(f, affaire, (110, 216), "Bon pour accord")
    f.manuscrire(166, 231, chiffrer_date(date), 10)
    f.ecrire(20, 222, f"Pour {nommer(affaire.dossier.creancier)}", style)
    f.signer(30, 238, nommer_signataire(affaire.dossier.creancier))
    pied_legal(f, affaire)
    return f.fermer()


@cache
def _lire_cgv() -> dict[str, list[dict[str, str]]]:
    chemin = Path(__file__).parent / "exemples" / "cgv.toml"
    return tomllib.loads(chemin.read_text("utf-8"))


def dessiner_cgv(affaire: Affaire, cgv: Cgv) -> bytes:
    """Conditions générales sur deux colonnes, signées au bas de la dernière page."""
    titre = str(affaire.recette.get("titre_cgv", "Conditions générales de vente"))
    f = Feuille(titre, affaire.auteur)
    charte = affaire.charte
    style = charte.texte.varier(corps=8.7, alinea="j", interligne=1.28, apres=3.2)
    recit: list[Paragraph] = []
    for rang, article in enumerate(_lire_cgv()[affaire.recette["cgv"]], start=1):
        intertitre = style.gras.varier(couleur=charte.couleur, alinea="g", apres=1, retenu=True)
        recit.append(intertitre.paragraphe(f"Article {rang} – {article['titre']}"))
        for alinea in article["texte"].strip().split("\n"):
            texte = alinea.replace("{vendeur}", nommer(affaire.dossier.creancier))
            recit.append(style.paragraphe(texte.replace("{penalites}", affaire.clause_penalites())))

    def habiller(page: int) -> None:
        f.ecrire(105, 20, titre.upper(), charte.texte.gras.varier(corps=13, alinea="c", couleur=charte.couleur))
        f.ecrire(105, 25.5, f"{affaire.auteur} – version {cgv.version}", charte.texte.varier(corps=8.5, alinea="c"))
        f.tracer((18, 28), (192, 28), charte.couleur, 0.8)
        f.ecrire(
            192,
            284,
            f"CGV {cgv.version} – page {page}",
            charte.texte.varier(corps=7, alinea="d", couleur=GRIS),
        )

    f.couler(recit, lambda _: [(18, 32, 84, 186), (108, 32, 84, 186)], habiller)
    if cgv.acceptation and cgv.acceptation.date:
        f.ecrire(18, 228, "Le client déclare avoir reçu, lu et accepté les présentes conditions.", charte.texte)
        _signer_client(f, affaire, (108, 232), "Lu et approuvé")
        f.manuscrire(164, 247, chiffrer_date(cgv.acceptation.date), 10)
    pied_legal(f, affaire)
    return f.fermer()


def dessiner_contrat(affaire: Affaire, contrat: Contrat) -> bytes:
    """Contrat à articles, paraphé à chaque page et signé à la dernière."""
    titre = str(affaire.recette["titre_long"])
    f = Feuille(f"{titre} {contrat.reference or ''}".strip(), affaire.auteur)
    charte, dossier = affaire.charte, affaire.dossier
    corps = float(affaire.recette.get("corps_contrat", 10.4))
    style = charte.texte.varier(corps=corps, alinea="j", interligne=1.46, apres=corps * 0.65)
    initiales = "".join(mot[0] for mot in nommer_signataire(affaire.dossier.debiteur).split())
    parties = [
        f"<b>{nommer(partie)}</b>, {immatriculer(partie).partition(' – ')[2]}, {', '.join(adresser(partie.adresse))}"
        f"{_representer(affaire, debiteur=partie is dossier.debiteur)}, ci-après « {nom} »"
        for partie, nom in (
            (dossier.creancier, affaire.recette.get("role", "le Prestataire")),
            (dossier.debiteur, "le Client"),
        )
    ]
    recit = [
        style.gras.varier(corps=17, alinea="c", couleur=charte.couleur, apres=4).paragraphe(titre),
        style.varier(alinea="c", apres=18).paragraphe(f"n° {contrat.reference} – {dossier.objet}"),
        style.gras.paragraphe("ENTRE LES SOUSSIGNÉS :"),
        style.paragraphe(f"{parties[0]},"),
        style.varier(apres=12).paragraphe(f"et {parties[1]}, il a été convenu ce qui suit."),
    ]
    for rang, article in enumerate(affaire.recette["articles"], start=1):
        recit.append(
            style.gras.varier(apres=3, alinea="g", retenu=True).paragraphe(f"Article {rang} – {article['titre']}")
        )
        texte = article["texte"].strip().replace("{penalites}", affaire.clause_penalites())
        recit += [style.paragraphe(alinea) for alinea in texte.split("\n")]

    def habiller(page: int) -> None:
        petit = charte.texte.varier(corps=8, couleur=GRIS)
        f.ecrire(22, 18, f"{titre} – {contrat.reference}", petit)
        f.ecrire(188, 278, f"page {page}", petit.varier(alinea="d"))
        f.ecrire(22, 278, "Paraphes", petit)
        f.manuscrire(37, 278, initiales, 12)
        f.manuscrire(50, 278.5, "".join(mot[0] for mot in nommer_signataire(affaire.dossier.creancier).split()), 11)

    haut = int(affaire.recette.get("hauteur_page", 238))
    bas = f.couler(recit, lambda _: [(22, 26, 166, haut)], habiller)
    if bas > 205:
        f.tourner()
        habiller(f.page)
        bas = 26
    lieu = affaire.dossier.creancier.adresse.commune
    f.ecrire(22, bas + 8, f"Fait à {lieu}, le {dater(contrat.date or dt.date.min)}, en deux exemplaires.", style)
    f.ecrire(22, bas + 18, f"Pour {nommer(dossier.creancier)}", style.gras.varier(alinea="g"))
    f.ecrire(22, bas + 23.5, nommer_signataire(affaire.dossier.creancier), style.varier(alinea="g"))
    f.signer(34, bas + 40, nommer_signataire(affaire.dossier.creancier))
    _signer_client(f, affaire, (106, bas + 13), "Lu et approuvé")
    for annexe in affaire.recette.get("annexes", []):
        f.tourner()
        titre_annexe = style.gras.varier(corps=14, alinea="c", couleur=charte.couleur, apres=12)
        recit = [titre_annexe.paragraphe(annexe["titre"])]
        recit += [style.paragraphe(alinea) for alinea in annexe["texte"].strip().split("\n")]
        f.couler(recit, lambda _: [(22, 28, 166, haut)], habiller)
    return f.fermer()


def _representer(affaire: Affaire, *, debiteur: bool) -> str:
    partie = affaire.dossier.debiteur if debiteur else affaire.dossier.creancier
    if not partie.representant:
        return ""
    civilite = f"{partie.representant.civilite} " if partie.representant.civilite else ""
    return f", représentée par {civilite}{partie.representant.nom}, {partie.representant.qualite}"


def dessiner_livraison(affaire: Affaire, facture: Facture, bon: dict[str, Any]) -> bytes:
    """Bon de livraison, procès-verbal de réception ou bon d'intervention, signé du client."""
    livraison, contrat = facture.livraison, affaire.dossier.contrat_de(facture)
    date = (livraison.date if livraison else None) or facture.date
    titre = str(bon.get("titre", "Bon de livraison"))
    f = Feuille(f"{titre} {bon['reference']}", affaire.auteur)
    style = affaire.charte.texte
    y = ecrire_entete(f, affaire)
    gros = style.gras.varier(corps=15 if len(titre) < 20 else 12.5)
    f.ecrire(20, y + 13, f"{titre.upper()} n° {bon['reference']}", gros)
    f.ecrire(20, y + 20, f"Date : {dater(date)}", style)
    if contrat and contrat.reference:
        f.ecrire(20, y + 25, f"Référence client : {contrat.reference}", style)
    f.empiler(118, y + 13, presenter(affaire.dossier.debiteur), style)
    lignes = [
        [ligne.designation, f"{abreger(ligne.quantite)} {ligne.unite}", "✓"] for ligne in affaire.lignes(facture.numero)
    ]
    colonnes = [Colonne("Désignation", 128), Colonne("Quantité", 28, "d"), Colonne("Vu", 14, "c")]
    habit = HabitTableau(style, fond_titre="#eef0f2", traits="grille", couleur_trait="#9a9da2")
    bas = f.dresser((20, y + 44), colonnes, lignes, habit)
    texte = str(bon.get("texte", "Marchandises reçues complètes et en bon état apparent."))
    f.composer(20, bas + 6, 170, texte, style.varier(corps=10))
    debiteur = affaire.dossier.debiteur
    f.encadrer((20, 205), (170, 52), trait="#8c8c8c")
    f.ecrire(24, 212, f"Reçu le {dater(date)}", style.gras)
    f.ecrire(
        24, 218, f"Nom du signataire : {bon.get('signataire', nommer_signataire(affaire.dossier.debiteur))}", style
    )
    f.manuscrire(24, 228, str(bon.get("mention", "Reçu conforme, sans réserve")))
    f.signer(36, 245, str(bon.get("signataire", nommer_signataire(affaire.dossier.debiteur))))
    if not debiteur.est_physique:
        f.tamponner(122, 246, [nommer(debiteur), *adresser(debiteur.adresse)])
    pied_legal(f, affaire)
    return f.fermer()
