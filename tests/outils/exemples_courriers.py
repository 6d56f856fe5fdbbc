"""Ce qui s'est écrit : courriels imprimés, lettres de relance, mise en demeure et preuves postales."""

import datetime as dt
from decimal import Decimal
from typing import Any

from reportlab.graphics.barcode.code128 import Code128

from generateur.domaine.creances import Facture, MiseEnDemeure, Relance
from tests.outils.exemples_affaire import (
    JOURS,
    Affaire,
    abreger,
    chiffrer_date,
    dater,
    euros,
    nommer,
    nommer_iban,
    nommer_signataire,
    presenter,
)
from tests.outils.exemples_factures import GRIS, ecrire_entete, pied_legal
from tests.outils.exemples_feuille import MM, Colonne, Feuille, HabitTableau
from tests.outils.exemples_style import Style

_CORPS = Style(corps=10, interligne=1.4, apres=6)


def dessiner_courriel(affaire: Affaire, courriel: dict[str, Any], jour: dt.date) -> bytes:
    """Courriel tel qu'une messagerie l'imprime : en-têtes, corps, citation du message précédent."""
    objet = str(courriel["objet"])
    f = Feuille(objet, affaire.auteur)
    creancier, debiteur = affaire.dossier.creancier, affaire.dossier.debiteur
    boites = [
        f"{nommer(creancier)} <{creancier.courriel}>",
        f"{nommer(debiteur)} <{courriel.get('boite', debiteur.courriel)}>",
    ]
    if courriel.get("recu"):
        boites.reverse()
    petit = Style(corps=8, couleur=GRIS)
    f.ecrire(20, 20, f"Messagerie – {boites[0].partition(' <')[0]}", petit)
    f.tracer((20, 23), (190, 23), "#1d1d1f", 1.2)
    f.composer(20, 26, 150, objet, Style(corps=14).gras)
    y = 42.0
    entetes = [("De", boites[0]), ("À", boites[1])]
    entetes.append(("Date", f"{JOURS[jour.weekday()]} {dater(jour)} à {courriel['heure']}"))
    entetes.append(("Objet", objet))
    if courriel.get("jointes"):
        entetes.append(("Pièces jointes", ", ".join(courriel["jointes"])))
    for nom, valeur in entetes:
        f.ecrire(20, y, f"{nom} :", Style(corps=9.5).gras)
        y = f.composer(48, y - 3.4, 140, valeur.replace("<", "&lt;"), Style(corps=9.5)) + 4.2
    f.tracer((20, y - 1), (190, y - 1), "#c9c9c9")
    recit = [_CORPS.paragraphe(alinea) for alinea in courriel["corps"]]
    bas = f.couler(recit, lambda page: [(20, y + 4 if page == 1 else 22, 165, 200 if page == 1 else 240)])
    if courriel.get("citation"):
        citation = Style(corps=9, couleur="#5b6470", interligne=1.4)
        fin = f.composer(27, bas + 6, 155, courriel["citation"], citation)
        f.tracer((23, bas + 5), (23, fin + 1), "#9aa7bd", 1.4)
    f.ecrire(190, 284, f"Imprimé le {chiffrer_date(jour + dt.timedelta(days=1))}", petit.varier(alinea="d"))
    return f.fermer()


def _adresser_lettre(f: Feuille, affaire: Affaire, jour: dt.date, envoi: str) -> float:
    style = affaire.charte.texte.varier(corps=10)
    f.empiler(112, 56, presenter(affaire.dossier.debiteur), style.varier(corps=10.5))
    f.ecrire(112, 90, f"{affaire.dossier.creancier.adresse.commune}, le {dater(jour)}", style)
    f.composer(20, 87, 85, f"<b>{envoi}</b>", style.varier(corps=9))
    return 102


def _signer_lettre(f: Feuille, affaire: Affaire, y: float) -> None:
    creancier, style = affaire.dossier.creancier, affaire.charte.texte.varier(corps=10)
    signataire = creancier.representant
    nom = nommer_signataire(creancier)
    f.ecrire(120, y, nom, style.gras)
    if signataire and signataire.qualite:
        f.ecrire(120, y + 5, signataire.qualite[:1].upper() + signataire.qualite[1:], style)
    f.signer(124, y + 19, nom)


def dessiner_lettre(affaire: Affaire, relance: Relance, corps: list[str]) -> bytes:
    """Lettre de relance simple."""
    f = Feuille(relance.objet or "Relance", affaire.auteur)
    ecrire_entete(f, affaire)
    y = _adresser_lettre(f, affaire, relance.date, "Lettre simple")
    style = affaire.charte.texte.varier(corps=10, interligne=1.42, apres=6, alinea="j")
    f.composer(20, y, 170, f"<b>Objet : {relance.objet}</b>", style)
    bas = f.couler([style.paragraphe(alinea) for alinea in corps], lambda _: [(20, y + 12, 170, 140)])
    _signer_lettre(f, affaire, bas + 10)
    pied_legal(f, affaire)
    return f.fermer()


def _verses(affaire: Affaire, facture: Facture, jour: dt.date) -> Decimal:
    return sum(
        (p.montant for p in affaire.dossier.paiements if p.facture == facture.numero and p.date < jour),
        Decimal(0),
    )


def _credites(affaire: Affaire, facture: Facture, jour: dt.date) -> Decimal:
    return sum(
        (a.montant_ttc for a in affaire.dossier.avoirs if a.facture == facture.numero and a.date < jour),
        Decimal(0),
    )


def _dresser_creance(f: Feuille, affaire: Affaire, jour: dt.date, y: float) -> tuple[float, Decimal, int]:
    echues = [facture for facture in affaire.dossier.factures if facture.echeance < jour]
    lignes, reste = [], Decimal(0)
    for facture in echues:
        deduit = _verses(affaire, facture, jour) + _credites(affaire, facture, jour)
        reste += facture.montant_ttc - deduit
        sommes = [euros(facture.montant_ttc), euros(deduit), euros(facture.montant_ttc - deduit)]
        lignes.append([facture.numero, chiffrer_date(facture.date), chiffrer_date(facture.echeance), *sommes])
    colonnes = [
        Colonne("Facture", 34),
        Colonne("Date", 24, "c"),
        Colonne("Échéance", 24, "c"),
        Colonne("Montant TTC", 28, "d"),
        Colonne("Avoirs et versements", 30, "d"),
        Colonne("Reste dû", 30, "d"),
    ]
    habit = HabitTableau(affaire.charte.texte.varier(corps=9), fond_titre="#eceef1", traits="grille", marge=1.3)
    return f.dresser((20, y), colonnes, lignes, habit), reste, len(echues)


def dessiner_mise_en_demeure(affaire: Affaire, lettre: MiseEnDemeure) -> bytes:
    """Mise en demeure de payer (C. civ. 1344) : décompte, délai, moyen de payer, suites."""
    f = Feuille("Mise en demeure de payer", affaire.auteur)
    ecrire_entete(f, affaire)
    envoi = f"LETTRE RECOMMANDÉE AVEC AVIS DE RÉCEPTION<br/>N° {lettre.numero}"
    y = _adresser_lettre(f, affaire, lettre.date_envoi, envoi)
    style = affaire.charte.texte.varier(corps=9.8, interligne=1.36, alinea="j")
    y = f.composer(20, y, 170, "<b>Objet : MISE EN DEMEURE DE PAYER</b>", style) + 4
    contrat = affaire.dossier.contrat
    titre = str(affaire.recette.get("titre_contrat", "notre contrat"))
    reference = f" {contrat.reference}" if contrat and contrat.reference else ""
    signature = f" du {dater(contrat.date)}" if contrat and contrat.date else ""
    debut = [
        f"{affaire.recette.get('appel', 'Madame, Monsieur,')}",
        f"En exécution de {titre}{reference}{signature} ({affaire.dossier.objet.lower()}), et malgré nos relances, "
        "les sommes suivantes restent impayées à ce jour :",
    ]
    for alinea in debut:
        y = f.composer(20, y, 170, alinea, style) + 2.6
    y, reste, nombre = _dresser_creance(f, affaire, lettre.date_envoi, y + 1)
    delai = lettre.delai_jours or 0
    suite = [
        f"<b>Nous vous mettons en demeure de nous régler la somme de {euros(reste)}</b> en principal, dans un délai "
        f"de {delai} jours à compter de la première présentation de cette lettre.",
        _accessoires(affaire, nombre),
        f"Votre règlement est attendu par virement : IBAN {nommer_iban(affaire.dossier.creancier.iban or '')}, "
        f"BIC {affaire.dossier.creancier.bic}.",
        "À défaut de paiement dans ce délai, nous saisirons, sans autre avis, le commissaire de justice ou la "
        "juridiction compétente afin d'obtenir un titre exécutoire.",
        "La présente lettre vaut mise en demeure au sens des articles 1344 et suivants du code civil. Si votre "
        "règlement nous est parvenu entre-temps, veuillez ne pas en tenir compte.",
        "Nous vous prions d'agréer nos salutations distinguées.",
    ]
    y += 5
    for alinea in suite:
        y = f.composer(20, y, 170, alinea, style) + 2.6
    _signer_lettre(f, affaire, max(y + 5, 218))
    joint = "copie de la facture" if nombre == 1 else f"copie des {nombre} factures"
    f.composer(20, 250, 90, f"Pièce jointe : {joint}", style.varier(corps=8.5, couleur=GRIS))
    pied_legal(f, affaire)
    return f.fermer()


def _accessoires(affaire: Affaire, nombre: int) -> str:
    if not affaire.entre_professionnels:
        return (
            "À compter de la présente, cette somme porte intérêts au taux légal (articles 1231-6 et 1344-1 du code "
            "civil)."
        )
    penalites = affaire.dossier.contrat.penalites if affaire.dossier.contrat else None
    taux = f"de {abreger(penalites.taux)} % l'an" if penalites and penalites.taux else "de la BCE majoré de 10 points"
    forfait = f"{nombre} × 40 €, soit {euros(Decimal(40 * nombre))}" if nombre > 1 else "40 €"
    return (
        f"S'y ajoutent les pénalités de retard au taux {taux}, qui courent depuis le lendemain de chaque échéance "
        f"jusqu'au paiement, et l'indemnité forfaitaire pour frais de recouvrement ({forfait}), dues de plein droit "
        "(articles L. 441-10 et D. 441-5 du code de commerce)."
    )


def _coder(f: Feuille, coin: tuple[float, float], numero: str) -> None:
    code = Code128(numero.replace(" ", ""), barHeight=9 * MM, barWidth=0.85, humanReadable=False)
    code.drawOn(f.toile, coin[0] * MM, (f.hauteur - coin[1] - 9) * MM)
    f.ecrire(coin[0] + 18, coin[1] + 13, numero, Style(corps=9).gras)


def dessiner_preuve_depot(affaire: Affaire, lettre: MiseEnDemeure) -> bytes:
    """Preuve de dépôt d'un envoi recommandé, photocopiée au milieu d'une page."""
    f = Feuille("Preuve de dépôt de l'envoi recommandé", affaire.auteur)
    f.encadrer((22, 60), (166, 112), trait="#8a6d1f", epaisseur=1)
    f.encadrer((22, 60), (166, 13), fond="#f4e9c8", trait="#8a6d1f")
    f.ecrire(27, 68.5, "PREUVE DE DÉPÔT – Envoi recommandé avec avis de réception", Style(corps=11.5).gras)
    _coder(f, (27, 78), lettre.numero or "")
    style, petit = Style(corps=9.5), Style(corps=8, couleur=GRIS)
    f.ecrire(27, 103, "EXPÉDITEUR", petit)
    f.empiler(27, 108.5, presenter(affaire.dossier.creancier), style)
    f.ecrire(108, 103, "DESTINATAIRE", petit)
    f.empiler(108, 108.5, presenter(affaire.dossier.debiteur), style)
    f.tracer((22, 136), (188, 136), "#8a6d1f")
    f.ecrire(27, 143, f"Date de dépôt : {chiffrer_date(lettre.date_envoi)}   Heure : 16 h 42", style)
    f.ecrire(27, 149, "Niveau de garantie : R1   Poids : 34 g   Avis de réception : oui", style)
    f.ecrire(27, 155, "À conserver. Ce document est à présenter en cas de réclamation.", petit)
    commune = affaire.dossier.creancier.adresse.commune.upper()
    f.dateriser((165, 153), [commune[:14], chiffrer_date(lettre.date_envoi), "GUICHET 3"])
    return f.fermer()


def dessiner_avis_reception(affaire: Affaire, lettre: MiseEnDemeure) -> bytes:
    """Avis de réception signé, ou pli revenu non réclamé."""
    retour = {"refusee": 2, "non_reclamee": 3}.get(lettre.issue or "")
    motifs = (
        "Défaut d'accès ou d'adressage",
        "Destinataire inconnu à l'adresse",
        "Pli refusé par le destinataire",
        "Pli avisé et non réclamé",
    )
    titre = "Avis de réception" if retour is None else motifs[retour]
    f = Feuille(titre, affaire.auteur)
    f.encadrer((22, 60), (166, 104), trait="#9c2f2f", epaisseur=1)
    style, petit = Style(corps=9.5), Style(corps=8, couleur=GRIS)
    entete = "AVIS DE RÉCEPTION" if retour is None else "RETOUR À L'EXPÉDITEUR"
    f.ecrire(27, 69, entete, Style(corps=13, couleur="#9c2f2f").gras)
    _coder(f, (112, 64), lettre.numero or "")
    f.tracer((22, 82), (188, 82), "#9c2f2f")
    f.ecrire(27, 89, "Renvoyer à (expéditeur)", petit)
    f.empiler(27, 94.5, presenter(affaire.dossier.creancier), style)
    f.ecrire(108, 89, "Destinataire de l'envoi", petit)
    f.empiler(108, 94.5, presenter(affaire.dossier.debiteur), style)
    f.tracer((22, 122), (188, 122), "#9c2f2f")
    presente = chiffrer_date(lettre.date_presentation) if lettre.date_presentation else ""
    f.ecrire(27, 130, "Présenté / avisé le :", style)
    f.manuscrire(62, 130, presente, 12)
    jour = lettre.date_reception or lettre.date_presentation or lettre.date_envoi
    if retour is not None:
        for rang, motif in enumerate(motifs):
            f.encadrer((27, 135 + 6 * rang), (3.4, 3.4), trait="#1d1d1f")
            f.ecrire(33, 138 + 6 * rang, motif, style)
        f.manuscrire(27.2, 138.9 + 6 * retour, "×", 15)
        jour += dt.timedelta(days=16 if lettre.issue == "non_reclamee" else 0)
    else:
        f.ecrire(27, 138, "Distribué le :", style)
        f.manuscrire(62, 138, chiffrer_date(jour), 12)
        f.ecrire(27, 146, "Signature du destinataire ou de son mandataire :", style)
        f.signer(40, 157, f"reception {nommer(affaire.dossier.debiteur)}")
    commune = affaire.dossier.debiteur.adresse.commune.upper()
    f.dateriser((164, 142), [commune[:14], chiffrer_date(jour), "DISTRIB." if retour is None else "RETOUR"])
    return f.fermer()
