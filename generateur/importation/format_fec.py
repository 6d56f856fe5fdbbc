"""Le fichier des écritures comptables : comptes 411 non lettrés, nets par pièce ; ni échéance, ni SIREN.

18 colonnes (22 en trésorerie), tous séparateurs et codages (livre des procédures fiscales, A47 A-1). Une facture est
le débit d'un compte client ; ce qui porte la même référence au crédit, ou la cite, la diminue ; un autre crédit est un
paiement s'il vient de la banque, sinon un avoir.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from decimal import Decimal
from pathlib import Path

from generateur.domaine.langue import montant
from generateur.erreurs import ErreurLecture
from generateur.importation.ecritures_clients import Ecriture, relever
from generateur.importation.entetes import comprendre
from generateur.importation.feuilles import lire_feuilles
from generateur.importation.numeros_cites import cite_le_numero
from generateur.importation.signatures import noter
from generateur.importation.socle import Consignes, Doute, Lecture, PieceLue, Refus, Reglement, cumuler
from generateur.importation.valeurs_lues import normaliser_entete

NOM = "fec"
LIBELLE = "fichier des écritures comptables (FEC)"
_SIGNATURE = ("journalcode", "ecriturenum", "comptenum", "compauxnum", "pieceref")
_CHAMPS = (
    "JournalCode", "JournalLib", "EcritureNum", "EcritureDate", "CompteNum", "CompteLib", "CompAuxNum", "CompAuxLib",
    "PieceRef", "PieceDate", "EcritureLib", "Debit", "Credit", "EcritureLet", "DateLet", "Montant", "Sens",
)  # fmt: skip
_COLONNES = {champ: [normaliser_entete(champ)] for champ in _CHAMPS}
ZERO = Decimal(0)


@dataclass
class _Facture:
    """Ce que les écritures ouvertes disent d'une pièce d'un client."""

    premiere: Ecriture
    lettres: set[str] = field(default_factory=set)
    debit: Decimal = ZERO
    reglements: list[Reglement] = field(default_factory=list)


def reconnaitre(fichier: Path) -> int:
    """D'après ses en-têtes réglementaires."""
    return 95 if noter(fichier, _SIGNATURE) else 0


def lire(fichier: Path, consignes: Consignes) -> Lecture:
    """Les pièces clients non soldées par le lettrage. Lève ErreurLecture si les colonnes du FEC manquent."""
    ouvertes: list[Ecriture] = []
    refus: list[Refus] = []
    doutes: list[Doute] = []
    soldees: list[PieceLue] = []
    colonnes: dict[str, str | None] = {}
    lignes = 0
    for feuille in lire_feuilles(fichier):
        rang = next((r for r, ligne in enumerate(feuille.lignes[:5]) if _est_entete(ligne)), None)
        if rang is None:
            continue
        entete = comprendre(feuille, rang, _COLONNES, consignes.colonnes)
        colonnes = entete.en_clair(_CHAMPS)
        lignes += sum(1 for ligne in feuille.lignes[rang + 1 :] if any(ligne))
        releve = relever(feuille, rang + 1, entete.colonnes)
        ouvertes += releve.ouvertes
        refus += releve.refus
        doutes += releve.doutes
        soldees += [piece for groupe in releve.soldes for piece in _composer_soldees(groupe)]
    if not lignes:
        raise ErreurLecture(
            "ce fichier n'a pas les colonnes d'un FEC",
            lieu=fichier.name,
            remede="Le demander au comptable : 18 colonnes, de JournalCode à Idevise.",
        )
    absentes = dict.fromkeys(("Montant", "Sens") if colonnes.get("Debit") else ("Debit", "Credit"))
    dites = {champ: nom for champ, nom in colonnes.items() if champ not in absentes}
    pieces, suites = _composer_pieces(ouvertes)
    return Lecture(
        fichier,
        NOM,
        lignes,
        tuple(pieces),
        tuple(refus),
        (*doutes, *suites),
        colonnes=dites,
        soldees=tuple(soldees),
    )


def _est_entete(ligne: object) -> bool:
    return isinstance(ligne, list) and set(_SIGNATURE) <= {normaliser_entete(cellule) for cellule in ligne}


def _composer_pieces(ouvertes: Sequence[Ecriture]) -> tuple[list[PieceLue], list[Doute]]:
    """Les débits d'abord, dans quelque ordre que le fichier les donne ; puis chaque crédit trouve sa facture."""
    factures: dict[tuple[str, str], _Facture] = {}
    doutes: list[Doute] = []
    for ecriture in (e for e in ouvertes if e.debit > ZERO):
        facture = factures.setdefault((ecriture.tiers.identifiant, ecriture.reference), _Facture(ecriture))
        facture.debit += ecriture.debit
        facture.lettres |= {ecriture.lettre} - {""}
        if ecriture.est_de_tresorerie:
            doutes.append(_douter_d_un_debit_de_banque(ecriture))
    libres: dict[tuple[str, str], PieceLue] = {}
    for ecriture in (e for e in ouvertes if e.credit > ZERO):
        visee = _viser(ecriture, factures)
        if visee is not None:
            visee.reglements.append(Reglement(ecriture.credit, ecriture.comptabilisee or ecriture.jour))
        else:
            _poser_libre(ecriture, libres)
    return [*map(_composer, factures.values()), *libres.values()], doutes


def _composer_soldees(groupe: Sequence[Ecriture]) -> Iterator[PieceLue]:
    """Les factures d'un lettrage soldé, payées le jour du seul paiement ; sans date s'il y en a plusieurs."""
    credits_ = [ecriture for ecriture in groupe if ecriture.credit]
    seul = credits_[0] if len(credits_) == 1 and credits_[0].est_de_tresorerie else None
    factures: dict[str, _Facture] = {}
    for ecriture in groupe:
        if ecriture.debit and ecriture.reference:
            facture = factures.setdefault(ecriture.reference, _Facture(ecriture))
            facture.debit += ecriture.debit
    for facture in factures.values():
        facture.reglements = [Reglement(facture.debit, seul.comptabilisee if seul else None)]
        yield replace(_composer(facture), statut="soldee")


def _viser(ecriture: Ecriture, factures: dict[tuple[str, str], _Facture]) -> _Facture | None:
    """La facture que ce crédit diminue : même référence, même lettrage partiel, ou la seule qu'il cite."""
    compte = ecriture.tiers.identifiant
    if ecriture.reference and (meme := factures.get((compte, ecriture.reference))):
        return meme
    siennes = [facture for (client, _), facture in factures.items() if client == compte]
    lettrees = [facture for facture in siennes if ecriture.lettre and ecriture.lettre in facture.lettres]
    if len(lettrees) == 1:
        return lettrees[0]
    texte = f"{ecriture.reference} {ecriture.libelle}"
    citees = [facture for facture in siennes if cite_le_numero(texte, facture.premiere.reference)]
    return citees[0] if len(citees) == 1 and ecriture.est_de_tresorerie else None


def _poser_libre(ecriture: Ecriture, libres: dict[tuple[str, str], PieceLue]) -> None:
    """Un crédit sans facture : un paiement à imputer s'il vient de la banque, sinon un avoir, réuni par référence."""
    compte, jour, credit = ecriture.tiers.identifiant, ecriture.jour, ecriture.credit
    if ecriture.est_de_tresorerie:
        seul = f"{compte} {ecriture.piece_comptable} {jour} {credit}"  # le même dans deux fichiers du même exercice
        rang = 1 + sum(numero.startswith(f"\0{seul}") for client, numero in libres if client == compte)
        recu = Reglement(credit, ecriture.comptabilisee or jour, reference=ecriture.reference)
        libres[compte, f"\0{seul} {rang}"] = PieceLue(
            ecriture.origine,
            f"{seul} {rang}",
            ecriture.tiers,
            "reglement",
            jour,
            montant_ttc=-credit,
            reglements=(recu,),
        )
        return
    numero = ecriture.reference or f"{compte}-{ecriture.rang}"
    ancien = libres.get((compte, numero))
    if ancien is None:
        avoir = PieceLue(ecriture.origine, numero, ecriture.tiers, "avoir", jour, montant_ttc=-credit)
    else:
        avoir = replace(ancien, montant_ttc=(ancien.montant_ttc or ZERO) - credit)
    libres[compte, numero] = avoir


def _douter_d_un_debit_de_banque(ecriture: Ecriture) -> Doute:
    message = f"{ecriture.tiers.nom} : {montant(ecriture.debit)} au débit, venus de la banque ({ecriture.reference}) ; "
    message += "réclamés, mais c'est un règlement revenu impayé ou un remboursement, non une facture"
    remede = "Retrouver la facture que ce règlement avait payée, et mettre au dossier son numéro et sa date."
    return Doute(ecriture.origine, "ECRITURE_A_ECLAIRCIR", message, ecriture.reference, remede)


def _composer(facture: _Facture) -> PieceLue:
    premiere, paye = facture.premiere, cumuler([reglement.montant for reglement in facture.reglements])
    return PieceLue(
        origine=premiere.origine,
        numero=premiere.reference,
        debiteur=premiere.tiers,
        date=premiere.jour,
        montant_ttc=facture.debit,
        reste_du=max(ZERO, facture.debit - paye),
        reglements=tuple(facture.reglements),
        statut="impayee",
        objet="",
    )
