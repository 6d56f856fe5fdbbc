"""Factures et avoirs des dossiers d'exemple : cinq dessins, les mêmes mentions obligatoires."""

import math
from collections.abc import Callable
from dataclasses import dataclass

from reportlab.lib.colors import HexColor

from generateur.domaine.creances import Avoir, Facture
from tests.outils.exemples_affaire import (
    Affaire,
    Charte,
    abreger,
    adresser,
    chiffrer_date,
    dater,
    euros,
    immatriculer,
    nombrer,
    nommer,
    nommer_iban,
    nommer_siren,
    presenter,
)
from tests.outils.exemples_feuille import MM, Colonne, Feuille, HabitTableau
from tests.outils.exemples_style import Style

GRIS = "#666a70"
PALE = "#f3f4f6"


def dessiner_logo(f: Feuille, coin: tuple[float, float], taille: float, charte: Charte) -> None:
    """Petit signe graphique de la maison, tracé au trait."""
    x, y = coin
    toile, centre = f.toile, (x + taille / 2, y + taille / 2)
    toile.saveState()
    toile.setFillColor(HexColor(charte.couleur))
    toile.setStrokeColor(HexColor(charte.couleur))
    toile.setLineWidth(1.6)
    cx, cy, rayon = centre[0] * MM, (f.hauteur - centre[1]) * MM, taille / 2 * MM
    if charte.logo == "losange":
        for part in (1.0, 0.62, 0.28):
            chemin = toile.beginPath()
            chemin.moveTo(cx, cy + rayon * part)
            for dx, dy in ((1, 0), (0, -1), (-1, 0), (0, 1)):
                chemin.lineTo(cx + dx * rayon * part, cy + dy * rayon * part)
            toile.drawPath(chemin, stroke=1, fill=int(part < 0.3))
    elif charte.logo == "vagues":
        for rang in range(3):
            chemin = toile.beginPath()
            haut = cy + (rang - 1) * rayon * 0.6
            chemin.moveTo(cx - rayon, haut)
            chemin.curveTo(cx - rayon / 3, haut + rayon, cx + rayon / 3, haut - rayon, cx + rayon, haut)
            toile.drawPath(chemin)
    elif charte.logo == "rayons":
        toile.circle(cx, cy, rayon * 0.38, fill=1)
        for rang in range(12):
            ax, ay = rayon * math.cos(rang * math.pi / 6), rayon * math.sin(rang * math.pi / 6)
            toile.line(cx + ax * 0.55, cy + ay * 0.55, cx + ax, cy + ay)
    else:
        toile.circle(cx, cy, rayon)
        toile.setFont(f"{charte.police}-Gras", rayon * 1.05)
        toile.drawCentredString(cx, cy - rayon * 0.36, charte.logo)
    toile.restoreState()


@dataclass(frozen=True)
class Papier:
    """Une facture ou un avoir prêt à dessiner."""

    affaire: Affaire
    objet: Facture | Avoir

    @property
    def titre(self) -> str:
        """FACTURE, AVOIR ou NOTE D'HONORAIRES."""
        if isinstance(self.objet, Avoir):
            return "AVOIR"
        return str(self.affaire.recette.get("titre_facture", "FACTURE"))

    @property
    def references(self) -> list[tuple[str, str]]:
        """Dates et références du papier."""
        objet, contrat = self.objet, self.affaire.dossier.contrat
        paires = [("Numéro", objet.numero), ("Date", chiffrer_date(objet.date))]
        if isinstance(objet, Avoir):
            return [*paires, ("Sur facture", objet.facture or "")]
        paires.append(("Échéance", chiffrer_date(objet.echeance)))
        if objet.livraison and objet.livraison.date:
            nom = "Livré le" if contrat and contrat.activite == "vente" else "Réalisé le"
            paires.append((nom, chiffrer_date(objet.livraison.date)))
        if contrat and contrat.reference:
            noms = {"bon_de_commande": "Commande", "devis_accepte": "Devis"}
            paires.append((noms.get(contrat.nature, "Contrat"), contrat.reference))
        return paires

    @property
    def cellules(self) -> list[list[str]]:
        """Cellules du tableau : désignation, quantité, unité, prix, montant."""
        return [
            [
                ligne.designation,
                abreger(ligne.quantite),
                ligne.unite,
                nombrer(ligne.prix),
                nombrer(ligne.montant),
            ]
            for ligne in self.affaire.lignes(self.objet.numero)
        ]

    @property
    def totaux(self) -> list[tuple[str, str]]:
        """Total hors taxes, TVA, total TTC."""
        ht, tva = self.affaire.totaliser(self.objet)
        taux = abreger(self.affaire.taux_tva(self.objet.numero))
        dernier = "Total à déduire TTC" if isinstance(self.objet, Avoir) else "Net à payer TTC"
        return [("Total HT", euros(ht)), (f"TVA {taux} %", euros(tva)), (dernier, euros(ht + tva))]

    @property
    def client(self) -> list[str]:
        """Bloc d'adresse du client, avec ses identifiants."""
        debiteur = self.affaire.dossier.debiteur
        lignes = presenter(debiteur)
        if debiteur.siren:
            lignes.append(f"SIREN {nommer_siren(debiteur.siren)}")
        if debiteur.tva:
            lignes.append(f"TVA {debiteur.tva}")
        return lignes

    @property
    def conditions(self) -> str:
        """Nature de l'opération, règlement, escompte, pénalités."""
        objet, contrat = self.objet, self.affaire.dossier.contrat
        nature = "Livraison de biens" if contrat and contrat.activite == "vente" else "Prestation de services"
        if isinstance(objet, Avoir):
            return f"{nature}. Avoir à déduire du solde de la facture {objet.facture}. TVA acquittée sur les débits."
        mention = self.affaire.recette.get("mention_facture", "")
        return (
            f"<b>Échéance : {dater(objet.echeance)}.</b> Règlement par virement. {nature}. "
            f"Pas d'escompte pour paiement anticipé. {self.affaire.clause_penalites()} {mention}"
        )

    @property
    def banque(self) -> list[str]:
        """Coordonnées bancaires du créancier ; rien à payer sur un avoir."""
        if isinstance(self.objet, Avoir):
            return ["Aucun règlement à effectuer"]
        creancier = self.affaire.dossier.creancier
        return [f"IBAN {nommer_iban(creancier.iban or '')}", f"BIC {creancier.bic or ''}"]

    @property
    def contact(self) -> list[str]:
        """Téléphone et courriel du créancier."""
        creancier = self.affaire.dossier.creancier
        return [mot for mot in (creancier.telephone, creancier.courriel) if mot]


def pied_legal(f: Feuille, affaire: Affaire, alinea: str = "c") -> None:
    """Mentions d'immatriculation en bas de page, loin du bord."""
    petit = affaire.charte.texte.varier(corps=7.2, couleur=GRIS, alinea=alinea)
    f.composer(18, 276, f.largeur - 36, immatriculer(affaire.dossier.creancier), petit)


def _colonnes(designation: float) -> list[Colonne]:
    return [
        Colonne("Désignation", designation),
        Colonne("Qté", 16, "d"),
        Colonne("Unité", 17, "c"),
        Colonne("P.U. HT", 26, "d"),
        Colonne("Montant HT", 30, "d"),
    ]


def _poser_totaux(f: Feuille, papier: Papier, coin: tuple[float, float], largeur: float, fond: str | None) -> float:
    x, y = coin
    style = papier.affaire.charte.texte
    for rang, (nom, somme) in enumerate(papier.totaux):
        dernier = rang == len(papier.totaux) - 1
        lettres = style.gras.varier(corps=11) if dernier else style
        if dernier and fond:
            f.encadrer((x, y), (largeur, 8.4), fond=fond, trait=None)
            lettres = lettres.varier(couleur="#ffffff")
        elif dernier:
            f.tracer((x, y), (x + largeur, y))
        ligne = y + (5.6 if dernier else 4.8)
        f.ecrire(x + 2, ligne, nom, lettres)
        f.ecrire(x + largeur - 2, ligne, somme, lettres.varier(alinea="d"))
        y += 8.4 if dernier else 7
    return y


def _bandeau(f: Feuille, p: Papier) -> None:
    charte, style = p.affaire.charte, p.affaire.charte.texte
    blanc = style.varier(couleur="#ffffff")
    f.encadrer((15, 15), (180, 26), fond=charte.couleur, trait=None, rayon=1.5)
    f.ecrire(21, 27, p.affaire.auteur, blanc.gras.varier(corps=19))
    f.ecrire(21, 34.5, str(p.affaire.recette.get("devise_maison", "")), blanc.italique.varier(corps=9.5))
    f.ecrire(189, 27, p.titre, blanc.gras.varier(corps=16, alinea="d"))
    f.ecrire(189, 34.5, p.objet.numero, blanc.varier(corps=11, alinea="d"))
    y = 51.0
    for ligne in adresser(p.affaire.dossier.creancier.adresse) + p.contact:
        y = f.ecrire(18, y, ligne, style.varier(couleur=GRIS))
    f.encadrer((108, 46), (87, 36), fond=PALE, trait=None, rayon=1.5)
    f.ecrire(112, 52, "Facturé à", style.varier(corps=8, couleur=GRIS))
    f.empiler(112, 57.5, p.client, style)
    x = 18.0
    for nom, valeur in p.references[1:]:
        f.ecrire(x, max(y, 92), nom, style.varier(corps=8, couleur=GRIS))
        f.ecrire(x, max(y, 92) + 5, valeur, style.gras)
        x += 42
    habit = HabitTableau(style, fond_titre=charte.couleur, lettres_titre="#ffffff", zebre=PALE)
    bas = f.dresser((15, 104), _colonnes(91), p.cellules, habit)
    _poser_totaux(f, p, (122, bas + 4), 73, charte.couleur)
    f.empiler(18, bas + 11, ["Règlement par virement", *p.banque], style.varier(corps=8.8))
    f.composer(15, 245, 180, p.conditions, style.varier(corps=7.8, couleur=GRIS))
    pied_legal(f, p.affaire)


def _sobre(f: Feuille, p: Papier) -> None:
    style = p.affaire.charte.texte
    centre = style.varier(alinea="c")
    f.ecrire(105, 26, p.affaire.auteur, centre.gras.varier(corps=17))
    f.ecrire(105, 32, " · ".join(adresser(p.affaire.dossier.creancier.adresse)), centre.varier(couleur=GRIS))
    f.ecrire(105, 37, " · ".join(p.contact), centre.varier(corps=8.5, couleur=GRIS))
    f.tracer((20, 42), (190, 42))
    f.empiler(118, 56, p.client, style)
    f.ecrire(20, 56, f"{p.titre.capitalize()} n° {p.objet.numero}", style.gras.varier(corps=14))
    y = 64.0
    for nom, valeur in p.references[1:]:
        y = f.ecrire(20, y, f"{nom} : {valeur}", style)
    habit = HabitTableau(style, traits="aucun", couleur_trait="#1d1d1f", marge=1.2)
    bas = f.dresser((20, 96), _colonnes(81), p.cellules, habit)
    f.tracer((20, bas + 2), (190, bas + 2))
    _poser_totaux(f, p, (120, bas + 4), 70, None)
    f.empiler(20, 226, ["Domiciliation bancaire", *p.banque], style)
    f.composer(20, 246, 170, p.conditions, style.italique.varier(corps=8.2))
    pied_legal(f, p.affaire)


def _grille(f: Feuille, p: Papier) -> None:
    charte, style = p.affaire.charte, p.affaire.charte.texte
    dessiner_logo(f, (18, 17), 15, charte)
    f.ecrire(37, 24, p.affaire.auteur, style.gras.varier(corps=15, couleur=charte.couleur))
    f.ecrire(37, 30, " – ".join(adresser(p.affaire.dossier.creancier.adresse)), style.varier(corps=8.5))
    f.encadrer((104, 42), (88, 36), rayon=0.8)
    f.empiler(108, 49, p.client, style)
    f.encadrer((18, 42), (80, 12), fond=charte.couleur, trait=None)
    f.ecrire(58, 50, p.titre, style.gras.varier(corps=15, couleur="#ffffff", alinea="c"))
    f.composer(18, 57, 80, "<br/>".join(p.contact), style.varier(corps=8.5, couleur=GRIS))
    largeur = 174 / len(p.references)
    entetes = [Colonne(nom, largeur, "c") for nom, _ in p.references]
    habit = HabitTableau(style.varier(corps=9), fond_titre="#e8eaed", traits="grille", couleur_trait="#777777")
    bas = f.dresser((18, 84), entetes, [[valeur for _, valeur in p.references]], habit)
    bas = f.dresser((18, bas + 6), _colonnes(85), p.cellules, habit)
    sommes = [Colonne(nom, 58, "c") for nom, _ in p.totaux]
    bas = f.dresser((18, bas + 6), sommes, [[f"<b>{somme}</b>" for _, somme in p.totaux]], habit)
    f.encadrer((18, 222), (174, 45), trait="#777777")
    f.empiler(22, 229, ["Règlement", *p.banque], style.varier(corps=9))
    f.composer(22, 242, 166, p.conditions, style.varier(corps=8))
    pied_legal(f, p.affaire)


def _droite(f: Feuille, p: Papier) -> None:
    charte, style = p.affaire.charte, p.affaire.charte.texte
    f.encadrer((10, 12), (4, 273), fond=charte.couleur, trait=None)
    dessiner_logo(f, (174, 18), 16, charte)
    f.ecrire(170, 25, p.affaire.auteur, style.gras.varier(corps=15, alinea="d"))
    y = 31.0
    for ligne in adresser(p.affaire.dossier.creancier.adresse) + p.contact:
        y = f.ecrire(170, y, ligne, style.varier(alinea="d", corps=8.8, couleur=GRIS))
    f.ecrire(22, 68, p.titre, style.gras.varier(corps=24, couleur=charte.couleur))
    y = 77.0
    for nom, valeur in p.references:
        f.ecrire(22, y, nom, style.varier(couleur=GRIS))
        y = f.ecrire(52, y, valeur, style.gras)
    f.ecrire(112, 68, "À l'attention de", style.varier(couleur=GRIS, corps=8.5))
    f.empiler(112, 74, p.client, style)
    habit = HabitTableau(style, couleur_trait=charte.couleur, lettres_titre=charte.couleur)
    bas = f.dresser((22, 110), _colonnes(83), p.cellules, habit)
    _poser_totaux(f, p, (124, bas + 4), 70, charte.couleur)
    f.composer(22, 236, 172, f"<b>Paiement</b> – {' – '.join(p.banque)}", style)
    f.composer(22, 243, 172, p.conditions, style.varier(corps=8, couleur=GRIS))
    f.composer(22, 276, 172, immatriculer(p.affaire.dossier.creancier), style.varier(corps=7.2, couleur=GRIS))


def _honoraires(f: Feuille, p: Papier) -> None:
    creancier, style = p.affaire.dossier.creancier, p.affaire.charte.texte
    f.ecrire(24, 28, nommer(creancier), style.gras.varier(corps=14))
    f.ecrire(24, 34, (creancier.profession or "").capitalize(), style.italique.varier(corps=11))
    y = f.empiler(24, 42, ["", *adresser(creancier.adresse), *p.contact], style.varier(couleur=GRIS))
    f.empiler(112, 62, p.client, style.varier(corps=10.5))
    f.ecrire(112, 98, f"{creancier.adresse.commune}, le {dater(p.objet.date)}", style)
    f.ecrire(24, max(y + 10, 112), f"{p.titre} N° {p.objet.numero}", style.gras.varier(corps=13))
    y = 119.0
    for nom, valeur in p.references[2:]:
        y = f.ecrire(24, y, f"{nom} : {valeur}", style)
    y += 4
    for ligne in p.affaire.lignes(p.objet.numero):
        bas = f.composer(24, y, 126, ligne.designation, style.varier(corps=10.5))
        f.ecrire(186, bas - 1.2, euros(ligne.montant), style.varier(corps=10.5, alinea="d"))
        y = bas + 3
    _poser_totaux(f, p, (112, y + 3), 76, None)
    f.empiler(24, 222, ["Règlement", *p.banque], style)
    f.composer(24, 240, 162, p.conditions, style.varier(corps=8.4))
    pied_legal(f, p.affaire)


_DESSINS: dict[str, Callable[[Feuille, Papier], None]] = {
    "bandeau": _bandeau,
    "sobre": _sobre,
    "grille": _grille,
    "droite": _droite,
    "honoraires": _honoraires,
}


def dessiner_facture(affaire: Affaire, objet: Facture | Avoir) -> bytes:
    """Facture ou avoir, dans le dessin de la charte du créancier."""
    papier = Papier(affaire, objet)
    feuille = Feuille(f"{papier.titre.capitalize()} {objet.numero}", affaire.auteur)
    _DESSINS[affaire.charte.facture](feuille, papier)
    return feuille.fermer()


def ecrire_entete(f: Feuille, affaire: Affaire) -> float:
    """En-tête de lettre du créancier ; rend le bas."""
    charte, creancier = affaire.charte, affaire.dossier.creancier
    style: Style = charte.texte
    contact = [mot for mot in (creancier.telephone, creancier.courriel) if mot]
    if charte.entete == "centre":
        centre = style.varier(alinea="c")
        f.ecrire(105, 25, affaire.auteur, centre.gras.varier(corps=15))
        f.ecrire(105, 31, " · ".join(adresser(creancier.adresse) + contact), centre.varier(corps=8, couleur=GRIS))
        f.tracer((20, 35), (190, 35), charte.couleur, 0.8)
        return 40
    if charte.entete == "droite":
        dessiner_logo(f, (176, 17), 14, charte)
        f.ecrire(172, 23, affaire.auteur, style.gras.varier(corps=13, alinea="d", couleur=charte.couleur))
        y = 28.5
        for ligne in [" – ".join(adresser(creancier.adresse)), " – ".join(contact)]:
            y = f.ecrire(172, y, ligne, style.varier(corps=8, alinea="d", couleur=GRIS))
        return 40
    dessiner_logo(f, (20, 17), 14, charte)
    f.ecrire(39, 23, affaire.auteur, style.gras.varier(corps=14, couleur=charte.couleur))
    f.ecrire(39, 28.5, " – ".join(adresser(creancier.adresse)), style.varier(corps=8, couleur=GRIS))
    f.ecrire(39, 32.5, " – ".join(contact), style.varier(corps=8, couleur=GRIS))
    return 40
