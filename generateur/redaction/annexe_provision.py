"""Ce que l'annexe de provision imprime en propre : un récapitulatif, chaque créance, les règles suivies."""

import datetime as dt
from collections.abc import Sequence
from decimal import Decimal
from typing import TypedDict

from generateur.calculs.irrecouvrable import TABLE, CreanceAJustifier
from generateur.calculs.provision import Creance
from generateur.domaine.langue import A_COMPLETER, courber, date_courte, date_longue, majuscule, montant, pourcentage
from generateur.domaine.socle import ZERO
from generateur.droit.tables import lire_table, valeur_au
from generateur.droit.valeurs import Valeur

_ETATS = {
    "recuperable": "récupérable",
    "a_justifier": "à justifier",
    "pas_encore": "pas encore",
}
_CONFIANCES = {"certaine": "certaine", "probable": "probable, à confirmer", "non_etablie": "non établie"}
_REGLES = ("provision", "principe", "delai", "comptes")


class LigneAnnexe(TypedDict):
    """Une facture de la créance."""

    numero: str
    date: str
    echeance: str
    reste: str
    base: str
    tva: str
    taux: str
    provision: str


class JustificatifAnnexe(TypedDict):
    """Une pièce à réunir, et où elle est."""

    libelle: str
    ou: str


class DossierAnnexe(TypedDict):
    """Une créance : ses sommes, sa taxe, ce qu'il faut réunir."""

    debiteur: str
    reference: str
    reste: str
    base: str
    tva: str
    provision: str
    perte: str  # vide : rien n'est passé en perte
    etat: str
    regle: str
    reserves: list[str]
    mention: str
    lignes: list[LigneAnnexe]
    justificatifs: list[JustificatifAnnexe]


class ChampsAnnexe(TypedDict):
    """Ce que l'annexe imprime, sous `complement`."""

    au: str
    bareme: str
    dossiers: list[DossierAnnexe]
    reste: str
    base: str
    tva: str
    provision: str
    perte: str
    regles: list[str]
    horizon: str


def champs_de_l_annexe(retenues: Sequence[CreanceAJustifier], bareme: str, au: dt.date) -> ChampsAnnexe:
    """Les champs de l'annexe d'un créancier. Lève ErreurDroitManquant au-delà de l'horizon de la table."""
    table = lire_table(TABLE)
    return ChampsAnnexe(
        au=date_longue(au),
        bareme=courber(bareme),
        dossiers=[_decrire(retenue, au) for retenue in retenues],
        reste=montant(sum((r.reste for r in retenues), ZERO)),
        base=montant(sum((r.base_ht for r in retenues if r.base_ht is not None), ZERO)),
        tva=montant(sum((r.tva for r in retenues if r.tva is not None), ZERO)),
        provision=montant(sum((r.provision for r in retenues), ZERO)),
        perte=montant(sum((r.perte for r in retenues), ZERO)),
        regles=[_citer(valeur_au(TABLE, au, cle)) for cle in _REGLES],
        horizon=f"Règles vérifiées le {date_longue(table.verifie_le)}, connues jusqu’au {date_longue(table.horizon)}.",
    )


def _decrire(retenue: CreanceAJustifier, au: dt.date) -> DossierAnnexe:
    est_taxee = bool(retenue.tva)
    return DossierAnnexe(
        debiteur=retenue.dossier.debiteur.nom_complet,
        reference=retenue.dossier.reference,
        reste=montant(retenue.reste),
        base=_ou_manque(retenue.base_ht),
        tva=_ou_manque(retenue.tva),
        provision=montant(retenue.provision),
        perte=montant(retenue.perte) if retenue.perte else "",
        etat=_ETATS[retenue.etat] if retenue.tva is None or est_taxee else "sans taxe",
        regle=_citer(retenue.regle),
        reserves=[_citer(reserve) for reserve in retenue.reserves],
        mention=_mentionner(retenue, au) if est_taxee and retenue.etat != "pas_encore" else "",
        lignes=[_ligner(creance) for creance in retenue.creances],
        justificatifs=[
            JustificatifAnnexe(
                libelle=majuscule(courber(j.libelle)), ou="au dossier" if j.est_au_dossier else "à réunir"
            )
            for j in retenue.justificatifs
        ],
    )


def _mentionner(retenue: CreanceAJustifier, au: dt.date) -> str:
    """La mention du duplicata, avec ses sommes."""
    modele = str(valeur_au(TABLE, au, "mention").valeur)
    return courber(modele.format(ht=_ou_manque(retenue.base_ht), tva=_ou_manque(retenue.tva)))


def _ligner(creance: Creance) -> LigneAnnexe:
    facture, base = creance.facture, creance.base_ht
    return LigneAnnexe(
        numero=facture.numero,
        date=date_courte(facture.date) if facture.date else A_COMPLETER,
        echeance=date_courte(creance.echeance),
        reste=montant(creance.reste),
        base=_ou_manque(base),
        tva=_ou_manque(None if base is None else creance.reste - base),
        taux=pourcentage(creance.taux),
        provision=_ou_manque(creance.provision),
    )


def _ou_manque(valeur: Decimal | None) -> str:
    return A_COMPLETER if valeur is None else montant(valeur)


def _citer(valeur: Valeur) -> str:
    """« La taxe se récupère … (CGI, art. 272, 1 ; règle certaine). »."""
    source = f"{valeur.source.titre} ; règle {_CONFIANCES[valeur.confiance]}"
    return courber(f"{str(valeur.valeur).removesuffix('.')} ({source}).")
