"""Accorder un paiement échelonné : le protocole à signer, le bloc à coller, et, une fois signé, l'accord au dossier."""

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, replace
from decimal import Decimal, InvalidOperation
from pathlib import Path
from typing import Any

from generateur.calculs.calendrier import ajouter_mois, territoire_de
from generateur.calculs.decompte import Decompte
from generateur.calculs.echeancier import Echeancier, dresser_echeancier
from generateur.calculs.naissance import est_partage, factures_poursuivables
from generateur.calculs.solde_du_titre import solder_titre
from generateur.calculs.titre import est_titre
from generateur.domaine.dossier import Accord, Dossier
from generateur.domaine.langue import montant, pourcentage
from generateur.domaine.retouches import Pose
from generateur.domaine.socle import ZERO
from generateur.erreurs import ErreurDossier, ErreurUsage
from generateur.lecture.edition_toml import lire_etat
from generateur.lecture.socle import DossierLu, lire_dossier
from generateur.operations.accord_propose import (
    ecrire_proposition,
    lister_propositions,
    nommer_proposition,
    retrouver_proposition,
)
from generateur.operations.contexte_amiable import composer_amiable
from generateur.operations.edition_dossier import ecrire_editions
from generateur.operations.outillage import Moteurs
from generateur.operations.production import ouvrir_ecritoire
from generateur.procedures.socle import Acte
from generateur.publication.courrier import ecrire_messages
from generateur.publication.rangement import Copies
from generateur.redaction.accord import champs_de_l_accord
from generateur.redaction.actes import ecrire_actes
from generateur.redaction.contexte import ContexteActes
from generateur.reglages import Reglages
from generateur.surveillance.provisoires import repertoire_provisoire

PROTOCOLE = Acte("accord", "Protocole d’accord de paiement", "accords/protocole", place="a_cote")
_ECHEANCES_MAXIMALES = 120
_ECHEANCES_PROPOSEES = 6


@dataclass(frozen=True)
class Termes:
    """Ce que l'on propose, ou ce qui a été signé : `fichier` est alors l'exemplaire signé."""

    echeances: int
    premiere: dt.date
    acompte: Decimal = ZERO
    remise_pourcent: Decimal = ZERO
    signe_le: dt.date | None = None
    fichier: Path | None = None

    def decrire(self) -> dict[str, str]:
        """Ce qui est demandé, sans la signature : « 500 » et « 500,00 » sont la même demande."""
        return {
            "echeances": str(self.echeances),
            "premiere": self.premiere.isoformat(),
            "acompte": f"{self.acompte:.2f}",
            "remise_pourcent": f"{self.remise_pourcent.normalize():f}",
        }


@dataclass(frozen=True)
class Accorde:
    """Le protocole écrit, son échéancier, et le bloc [accord] à coller ou déjà écrit.

    `protocole_du` : le jour du protocole dont l'accord signé reprend les montants, s'il a été écrit ici.
    """

    reference: str
    chemin: Path
    echeancier: Echeancier
    fichiers: tuple[Path, ...]
    a_saisir: str
    est_enregistre: bool
    protocole_du: dt.date | None = None


def accorder(
    source: Path,
    sortie: Path,
    termes: Termes,
    *,
    jour: dt.date,
    au: dt.date | None,
    reglages: Reglages,
    moteurs: Moteurs,
) -> Accorde:
    """Écrit le protocole dans sortie/<reference>/relances/ ; signé, l'ajoute au dossier sans rien refaire.

    Lève ErreurUsage (termes impossibles), ErreurDossier (rien n'est dû, payer est interdit, accord déjà au dossier),
    ErreurLecture, ErreurDroitManquant, ErreurModele, ErreurEcriture.
    """
    lu = lire_dossier(source)
    if termes.signe_le:
        return _noter_signe(lu, sortie, termes, termes.signe_le)
    le = au or lu.dossier.arrete_au(jour)
    echeancier, contexte = _prevoir(lu, termes, le)
    bloc = _dresser_bloc(echeancier, le)
    champs = champs_de_l_accord(echeancier, pourcentage(termes.remise_pourcent), lu.dossier, contexte, le)
    ecritoire = ouvrir_ecritoire(reglages, moteurs)
    with repertoire_provisoire() as provisoire:
        complet = replace(contexte, complement=dict(champs))
        (ecrit,) = ecrire_actes({PROTOCOLE: provisoire / PROTOCOLE.nom}, complet, ecritoire, le)
        nom = f"{le.isoformat()}_accord"
        octets = {f"{nom}.docx": ecrit.docx.read_bytes(), f"{nom}.pdf": ecrit.pdf.read_bytes()}
    octets[nommer_proposition(le)] = ecrire_proposition(termes.decrire(), echeancier)
    *fichiers, _ = ecrire_messages(sortie, lu.dossier.reference, octets)
    return Accorde(lu.dossier.reference, lu.racine, echeancier, tuple(fichiers), _dire_bloc(bloc), est_enregistre=False)


def proposer_termes(jour: dt.date) -> Termes:
    """Les termes où commencer : la première échéance dans un mois."""
    return Termes(_ECHEANCES_PROPOSEES, ajouter_mois(jour, 1))


def rappeler_protocole(sortie: Path, reference: str) -> tuple[dt.date, Termes, Echeancier] | None:
    """Le dernier protocole écrit pour ce dossier : celui que l'on a donné à signer ; None s'il n'y en a pas."""
    for le, dits, echeancier in lister_propositions(sortie, reference):
        try:
            premiere = dt.date.fromisoformat(dits["premiere"])
            acompte, remise = Decimal(dits["acompte"]), Decimal(dits["remise_pourcent"])
            return le, Termes(int(dits["echeances"]), premiere, acompte, remise), echeancier
        except (ValueError, KeyError, TypeError, InvalidOperation):
            continue
    return None


def prevoir(source: Path, termes: Termes, *, jour: dt.date, au: dt.date | None) -> Echeancier:
    """L'échéancier que ces termes donneraient, sans rien écrire. Lève comme `accorder`."""
    lu = lire_dossier(source)
    return _prevoir(lu, termes, termes.signe_le or au or lu.dossier.arrete_au(jour))[0]


def _prevoir(lu: DossierLu, termes: Termes, le: dt.date) -> tuple[Echeancier, ContexteActes]:
    _verifier(lu, termes, le)
    if not termes.signe_le:  # signé avant, il se note : c'est de l'histoire
        _refuser_interdit(lu.dossier)
    decompte, contexte = composer_amiable(lu.dossier, le)
    if not termes.signe_le:
        _refuser_au_dela_du_titre(lu.dossier, decompte)
    if decompte.total <= 0:
        raise ErreurDossier(
            "aucune somme n'est exigible à cette date : il n'y a rien à échelonner",
            lieu="factures",
            remede="Vérifier les échéances et les paiements, ou donner une date plus tardive avec --au.",
        )
    try:
        echeancier = dresser_echeancier(
            decompte.total,
            termes.echeances,
            termes.premiere,
            acompte=termes.acompte,
            remise_pourcent=termes.remise_pourcent,
            territoire=territoire_de(lu.dossier.debiteur.domicile),
        )
    except ValueError as erreur:
        raise ErreurUsage(
            str(erreur), lieu="--acompte", remede="Réduire l'acompte, la remise ou le nombre."
        ) from erreur
    return echeancier, contexte


def _verifier(lu: DossierLu, termes: Termes, le: dt.date) -> None:
    if not 1 <= termes.echeances <= _ECHEANCES_MAXIMALES:
        raise ErreurUsage(
            f"{termes.echeances} échéances : il en faut de 1 à {_ECHEANCES_MAXIMALES}", lieu="--echeances"
        )
    if termes.premiere < le:
        raise ErreurUsage(
            f"la première échéance ({termes.premiere:%d/%m/%Y}) est avant l'accord ({le:%d/%m/%Y})",
            lieu="--premiere",
            remede="Donner une date qui suit la signature.",
        )
    if not ZERO <= termes.remise_pourcent < 100 or termes.acompte < 0:  # noqa: PLR2004 (pour cent)
        raise ErreurUsage("la remise va de 0 à 99,99 %, l'acompte ne peut pas être négatif", lieu="--remise-pourcent")
    if bool(termes.signe_le) != bool(termes.fichier):
        raise ErreurUsage(
            "un accord signé se note avec sa date et son exemplaire signé",
            lieu="--signe-le",
            remede="Donner --signe-le DATE et --fichier FICHIER ensemble.",
        )
    if termes.signe_le and lu.dossier.accord:
        raise ErreurDossier(
            f"un accord du {lu.dossier.accord.date:%d/%m/%Y} est déjà au dossier",
            lieu="accord",
            remede="Le corriger dans le fichier : ce qui y est écrit n'est jamais remplacé.",
        )


def _refuser_interdit(dossier: Dossier) -> None:
    """La loi défend au débiteur de payer une dette antérieure (C. com. L622-7, C. conso. L722-5)."""
    debiteur = dossier.debiteur
    if debiteur.situation == "surendettement":
        raise ErreurDossier(
            f"{debiteur.nom_complet} est en surendettement : dès que son dossier est recevable, il lui est interdit de "
            "payer une dette antérieure",
            lieu="debiteurs.situation",
            remede="Justifier la créance auprès de la commission : c'est elle qui dresse l'échéancier.",
        )
    if est_partage(dossier) and not any(factures_poursuivables(dossier)):
        raise ErreurDossier(
            f"{debiteur.nom_complet} est en procédure collective ou sous un plan : il lui est interdit de payer à part "
            "une créance antérieure au jugement d'ouverture",
            lieu="debiteurs.situation",
            remede="Déclarer la créance au passif, ou s'en tenir au plan.",
        )


def _refuser_au_dela_du_titre(dossier: Dossier, decompte: Decompte) -> None:
    """Une ordonnance partielle, signifiée, borne ce qui peut être demandé : le surplus est abandonné (CPC 1409)."""
    solde = solder_titre(dossier, decompte)
    if est_titre(dossier, decompte.au) and solde.est_borne and solde.total < decompte.total:
        raise ErreurDossier(
            f"l'ordonnance n'accorde qu'une partie, et elle est signifiée : il reste dû {montant(solde.total)}, quand "
            f"le protocole ferait reconnaître {montant(decompte.total)}",
            lieu="suivi.ordonnance",
            remede="Écrire l'accord pour cette somme avec le commissaire de justice, puis ajouter [accord] au dossier.",
        )


def _dresser_bloc(echeancier: Echeancier, le: dt.date) -> dict[str, Any]:
    """Les clés de [accord] ; l'acompte, payé à la signature, en est la première échéance."""
    echeances = [{"date": v.date, "montant": v.montant} for v in echeancier.versements]
    if echeancier.acompte:
        echeances.insert(0, {"date": le, "montant": echeancier.acompte})
    return {"date": le, "echeances": echeances}


def _dire_bloc(bloc: Mapping[str, Any]) -> str:
    lignes = [f'  {{ date = {e["date"].isoformat()}, montant = "{e["montant"]:.2f}" }},' for e in bloc["echeances"]]
    return "\n".join(
        (
            "[accord]",
            f"date = {bloc['date'].isoformat()}        # le jour de la signature",
            "echeances = [",
            *lignes,
            "]",
            '# fichier = "pieces/accord.pdf"    # l\'exemplaire signé, numérisé',
        )
    )


def _noter_signe(lu: DossierLu, sortie: Path, termes: Termes, signe_le: dt.date) -> Accorde:
    """Écrit [accord] au dossier, l'exemplaire signé rangé dans pieces/ ; les montants sont ceux du protocole écrit."""
    _verifier(lu, termes, signe_le)
    propose = retrouver_proposition(sortie, lu.dossier.reference, termes.decrire(), signe_le)
    protocole_du, echeancier = propose or (None, _prevoir(lu, termes, signe_le)[0])
    etat, copies = lire_etat(lu.source), Copies(lu.racine)
    bloc = _dresser_bloc(echeancier, signe_le)
    if termes.fichier is not None:
        bloc = {**bloc, "fichier": copies.prevoir(termes.fichier)}
    Accord.model_validate(bloc)
    ecrire_editions(etat, [Pose(("accord", cle), valeur) for cle, valeur in bloc.items()], copies)
    return Accorde(
        lu.dossier.reference,
        lu.racine,
        echeancier,
        (),
        _dire_bloc(bloc),
        est_enregistre=True,
        protocole_du=protocole_du,
    )
