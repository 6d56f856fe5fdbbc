"""Déclaration de créance au passif d'un débiteur en sauvegarde, redressement ou liquidation judiciaires.

Sources : C. com. L622-24 à L622-28, R622-23, R622-24, L641-3. Délai de deux mois depuis la publication au
BODACC, apprécié à la date d'envoi ; intérêts arrêtés la veille du jugement d'ouverture.
"""

import datetime as dt
from collections.abc import Iterator, Mapping
from decimal import Decimal
from typing import Any

from generateur.calculs.calendrier import ajouter_mois
from generateur.controles.constat import Constat
from generateur.domaine.langue import date_longue
from generateur.domaine.parties import Debiteur, ProcedureCollective
from generateur.domaine.socle import MontantPositif, Texte
from generateur.droit.tables import entier_au
from generateur.procedures.exclusions import nommer_debiteur
from generateur.procedures.socle import (
    Acte,
    Complement,
    Cout,
    Destination,
    Espece,
    Examen,
    Procedure,
    encadrer,
    lignes_adresse,
    motiver,
)

NOM = "declaration_de_creance"
_TABLE = "motifs_declaration_de_creance"
_QUALITES = {"liquidation": "liquidateur judiciaire"}
_ETATS = {
    "sauvegarde": "sauvegarde",
    "redressement": "redressement judiciaire",
    "liquidation": "liquidation judiciaire",
}


class ComplementDeclaration(Complement):
    """[procedures.declaration_de_creance]."""

    montant: MontantPositif | None = None
    fondement: Texte | None = None
    privilege: str | None = None


def _debiteur(espece: Espece) -> Debiteur | None:
    return next((d for d in espece.dossier.debiteurs if d.est_en_procedure_collective), None)


def _procedure_collective(debiteur: Debiteur) -> ProcedureCollective:
    return debiteur.procedure_collective or ProcedureCollective()


def examiner(espece: Espece) -> Examen:
    """Un débiteur est en procédure collective : la créance antérieure se déclare."""
    debiteur = _debiteur(espece)
    if debiteur is None:
        motif = motiver(
            _TABLE, espece.au, "PAS_DE_PROCEDURE_COLLECTIVE", "aucun débiteur n'est en procédure collective"
        )
        return Examen(NOM, recevable=False, motifs=(motif,))
    message = f"{nommer_debiteur(debiteur)} est en {_ETATS[debiteur.situation]} : la créance se déclare au passif"
    return Examen(NOM, recevable=True, motifs=(motiver(_TABLE, espece.au, "CONDITIONS_REUNIES", message),))


def date_limite(espece: Espece, publication: dt.date) -> dt.date:
    """Dernier jour d'envoi de la déclaration, deux mois après la publication (R622-24), de quantième à quantième."""
    return ajouter_mois(publication, entier_au("delais", espece.au, "declaration_de_creance"))


def controler(espece: Espece) -> tuple[Constat, ...]:
    """Jugement, publication, destinataire et délai de la déclaration."""
    debiteur = _debiteur(espece)
    return tuple(_constater(espece, debiteur)) if debiteur else ()


def _constater(espece: Espece, debiteur: Debiteur) -> Iterator[Constat]:
    rang = espece.dossier.debiteurs.index(debiteur) + 1
    lieu = f"debiteurs[{rang}].procedure_collective"
    collective = _procedure_collective(debiteur)
    if collective.jugement is None:
        yield _completer(
            espece,
            "JUGEMENT_INCONNU",
            "la date du jugement d'ouverture manque : les intérêts s'y arrêtent",
            f"{lieu}.jugement",
            "Saisir jugement = 2026-10-01, lu au BODACC.",
        )
    if not collective.mandataire:
        yield _completer(
            espece,
            "DESTINATAIRE_INCONNU",
            "le mandataire judiciaire ou liquidateur n'est pas nommé",
            f"{lieu}.mandataire",
            "Saisir mandataire, qualite_mandataire et adresse, lus au BODACC.",
        )
    if collective.publication_bodacc is None:
        yield _completer(
            espece,
            "PUBLICATION_INCONNUE",
            "la date de publication au BODACC manque : le délai court d'elle",
            f"{lieu}.publication_bodacc",
            "Saisir publication_bodacc = 2026-10-09, lue au BODACC.",
        )
    elif espece.au > (limite := date_limite(espece, collective.publication_bodacc)):
        yield _completer(
            espece,
            "DECLARATION_TARDIVE",
            f"le délai de déclaration a expiré le {limite:%d/%m/%Y} : la créance serait inopposable",
            f"{lieu}.publication_bodacc",
            "Demander d'abord au juge-commissaire le relevé de forclusion, dans les six mois de la publication.",
        )
    if collective.jugement and all(f.date >= collective.jugement for f in espece.dossier.factures):
        yield Constat(
            "CREANCE_POSTERIEURE",
            "avertissement",
            "toutes les factures sont postérieures au jugement : une créance postérieure utile se paie à l'échéance",
            "factures",
            "Vérifier la date des prestations avant de déclarer.",
            motiver(_TABLE, espece.au, "CREANCE_POSTERIEURE", "").fondement,
        )


def _completer(espece: Espece, code: str, message: str, lieu: str, remede: str) -> Constat:
    return Constat(code, "a_completer", message, lieu, remede, motiver(_TABLE, espece.au, code, "").fondement)


def completer(espece: Espece) -> Mapping[str, Any]:
    """Ce que la déclaration dit du jugement, du montant à échoir, des sûretés et de la réserve de propriété."""
    debiteur = _debiteur(espece) or espece.dossier.debiteur
    collective = _procedure_collective(debiteur)
    dossier, decompte = espece.dossier, espece.decompte
    non_echues = {e.facture for e in decompte.exclues if e.motif == "non_echue"}
    a_echoir = [f for f in dossier.factures if f.numero in non_echues]
    return {
        "etat": _ETATS.get(debiteur.situation, ""),
        "qualite_mandataire": collective.qualite_mandataire
        or _QUALITES.get(debiteur.situation, "mandataire judiciaire"),
        "mandataire": collective.mandataire or "",
        "jugement": collective.jugement,
        "publication_bodacc": collective.publication_bodacc,
        "tribunal": collective.tribunal or "",
        "numero": collective.numero or "",
        "montant_echu": decompte.total,
        "montant_a_echoir": sum((f.montant_a_payer for f in a_echoir), Decimal(0)),
        "a_echoir": [{"numero": f.numero, "echeance": f.echeance, "montant": f.montant_a_payer} for f in a_echoir],
        "suretes": [{"type": s.type, "date": s.date, "inscription": s.inscription or ""} for s in dossier.suretes],
        "privilege": ComplementDeclaration.model_validate(dossier.procedures.get(NOM, {})).privilege or "",
        "reserve_propriete": any(c.reserve_propriete for c in dossier.tous_contrats),
        "instance_en_cours": _dire("juridiction saisie", saisie=dossier.situation.instance_en_cours),
        "titre_executoire": _dire("titre exécutoire", saisie=dossier.situation.titre_existant),
    }


def _dire(defaut: str, *, saisie: bool | str) -> str:
    """Le texte saisi ; un simple « true » donne l'expression par défaut."""
    return saisie if isinstance(saisie, str) else defaut if saisie else ""


def adresser(espece: Espece) -> Destination:
    """Le mandataire judiciaire ou le liquidateur."""
    collective = _procedure_collective(_debiteur(espece) or espece.dossier.debiteur)
    return Destination(lignes_adresse(collective.mandataire or "", collective.adresse))


def etapes(espece: Espece) -> tuple[str, ...]:
    """Envoi au mandataire, dans le délai, avec preuve du contenu."""
    debiteur = _debiteur(espece)
    publication = _procedure_collective(debiteur).publication_bodacc if debiteur else None
    limite = f" au plus tard le {date_longue(date_limite(espece, publication))}" if publication else ""
    return (
        "Relire la déclaration, la dater et la signer.",
        f"L’envoyer en recommandé au mandataire judiciaire ou au liquidateur{limite} ; la date d’envoi compte.",
        "Conserver la preuve de dépôt et une copie de tout ce qui est envoyé.",
        "Si une clause de réserve de propriété existe, revendiquer les biens dans le délai propre à cette action.",
    )


def couts(_espece: Espece) -> tuple[Cout, ...]:
    """La déclaration est sans frais."""
    return (Cout("Déclaration de créance", NOM),)


PROCEDURE = Procedure(
    nom=NOM,
    libelle="Déclaration de créance",
    preference=1,
    actes=encadrer(Acte("declaration", "Déclaration de créance", "declaration_de_creance/declaration")),
    tables=(_TABLE, "delais"),
    complement=ComplementDeclaration,
    mentions={"declaration_de_creance/declaration": ("sincère",)},
    examiner=examiner,
    controler=controler,
    completer=completer,
    adresser=adresser,
    etapes=etapes,
    couts=couts,
    saisit_juridiction=False,
)
