"""Déclaration de créance au passif d'un débiteur en sauvegarde, redressement ou liquidation judiciaires.

Sources : C. com. L622-24 à L622-28, R622-23, R622-24, L641-3. Délai de deux mois depuis la publication au
BODACC, apprécié à la date d'envoi ; intérêts arrêtés la veille du jugement d'ouverture.
"""

import datetime as dt
from collections.abc import Iterator
from decimal import Decimal
from typing import TypedDict

from generateur.calculs.echeances import terme_de_declaration
from generateur.controles.catalogue import constater
from generateur.controles.constat import Constat
from generateur.domaine.creances import ReservePropriete
from generateur.domaine.langue import date_longue
from generateur.domaine.parties import Debiteur, ProcedureCollective
from generateur.domaine.socle import ZERO, MontantPositif, Texte
from generateur.droit.tables import entier_au
from generateur.procedures.exclusions import exclure_hors_perimetre, nommer_debiteur
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
_INEXIGIBLES = {"non_echue", "retenue_garantie"}
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

    @property
    def hors_facture(self) -> Decimal:
        """Créance déclarée sans facture."""
        return self.montant or ZERO

    @property
    def libelle_hors_facture(self) -> str:
        """Ce que l'acte imprime en face de cette créance."""
        return self.fondement or "Créance sans facture"


def _complement(espece: Espece) -> ComplementDeclaration:
    return ComplementDeclaration.model_validate(espece.dossier.procedures.get(NOM, {}))


def _debiteur(espece: Espece) -> Debiteur | None:
    """Celui au passif de qui l'on déclare : le principal ; sinon, si la voie est imposée, un coobligé."""
    dossier = espece.dossier
    rangs = (dossier.debiteur, *dossier.debiteurs)
    return next((d for d in rangs if d.est_en_procedure_collective), None)


def _procedure_collective(debiteur: Debiteur) -> ProcedureCollective:
    return debiteur.procedure_collective or ProcedureCollective()


def examiner(espece: Espece) -> Examen:
    """Le débiteur principal est en procédure collective : la créance antérieure se déclare."""
    debiteur = espece.dossier.debiteur
    exclusions = list(exclure_hors_perimetre(espece))
    if not debiteur.est_en_procedure_collective:
        message = _dire_in_bonis(debiteur, _debiteur(espece))
        exclusions.append(motiver(_TABLE, espece.au, "PAS_DE_PROCEDURE_COLLECTIVE", message))
    if exclusions:
        return Examen(NOM, recevable=False, motifs=tuple(exclusions))
    message = f"{nommer_debiteur(debiteur)} est en {_ETATS[debiteur.situation]} : la créance se déclare au passif"
    return Examen(NOM, recevable=True, motifs=(motiver(_TABLE, espece.au, "CONDITIONS_REUNIES", message),))


def _dire_in_bonis(principal: Debiteur, autre: Debiteur | None) -> str:
    if autre is None:
        return "aucun débiteur n'est en procédure collective"
    return (
        f"le débiteur principal, {nommer_debiteur(principal)}, n'est pas en procédure collective : il peut être "
        f"poursuivi ; la créance se déclare à part au passif de {nommer_debiteur(autre)}"
    )


def controler(espece: Espece) -> tuple[Constat, ...]:
    """Jugement, publication, destinataire et délai de la déclaration."""
    debiteur = _debiteur(espece)
    return (*_constater(espece, debiteur), *_constater_hors_facture(espece)) if debiteur else ()


def _constater(espece: Espece, debiteur: Debiteur) -> Iterator[Constat]:
    rang = espece.dossier.debiteurs.index(debiteur) + 1
    lieu = f"debiteurs[{rang}].procedure_collective"
    collective = _procedure_collective(debiteur)
    if collective.jugement is None:
        yield constater(
            "JUGEMENT_INCONNU",
            "la date du jugement d'ouverture manque : les intérêts s'y arrêtent",
            lieu=f"{lieu}.jugement",
            remede="Saisir jugement = 2026-10-01, lu au BODACC.",
            fondement=_texte(espece, "JUGEMENT_INCONNU"),
        )
    if not collective.mandataire:
        yield constater(
            "DESTINATAIRE_INCONNU",
            "le mandataire judiciaire ou liquidateur n'est pas nommé",
            lieu=f"{lieu}.mandataire",
            remede="Saisir mandataire, qualite_mandataire et adresse, lus au BODACC.",
            fondement=_texte(espece, "DESTINATAIRE_INCONNU"),
        )
    if collective.publication_bodacc is None:
        yield constater(
            "PUBLICATION_INCONNUE",
            "la date de publication au BODACC manque : le délai court d'elle",
            lieu=f"{lieu}.publication_bodacc",
            remede="Saisir publication_bodacc = 2026-10-09, lue au BODACC.",
            fondement=_texte(espece, "PUBLICATION_INCONNUE"),
        )
    elif (limite := terme_de_declaration(espece.dossier, debiteur)) and espece.au > limite:
        mois = entier_au("delais", collective.publication_bodacc, "releve_de_forclusion")
        yield constater(
            "DECLARATION_TARDIVE",
            f"le délai de déclaration a expiré le {limite:%d/%m/%Y} : la créance serait inopposable",
            lieu=f"{lieu}.publication_bodacc",
            remede="Demander d'abord au juge-commissaire le relevé de forclusion, dans les "
            f"{mois} mois de la publication.",
            fondement=_texte(espece, "DECLARATION_TARDIVE"),
        )
    factures = espece.dossier.factures
    if collective.jugement and factures and all(f.date and f.date >= collective.jugement for f in factures):
        yield constater(
            "CREANCE_POSTERIEURE",
            "toutes les factures sont postérieures au jugement : une créance postérieure utile se paie à l'échéance",
            lieu="factures",
            remede="Vérifier la date des prestations avant de déclarer.",
            fondement=_texte(espece, "CREANCE_POSTERIEURE"),
        )


def _constater_hors_facture(espece: Espece) -> Iterator[Constat]:
    """Sans facture, la déclaration porte un montant et dit d'où il vient (R622-23)."""
    complement = _complement(espece)
    manque = {
        "montant": not espece.dossier.factures and not complement.montant,
        "fondement": bool(complement.montant) and not complement.fondement,
    }
    exemples = {"montant": 'montant = "4200.00"', "fondement": 'fondement = "Indemnité de résiliation du contrat"'}
    textes = {
        "montant": "aucune facture ni aucun montant à déclarer n'est saisi",
        "fondement": "rien ne dit d'où vient la somme déclarée sans facture",
    }
    for cle in (cle for cle, absent in manque.items() if absent):
        yield constater(
            "DECLARATION_INCOMPLETE",
            textes[cle],
            lieu=f"procedures.{NOM}.{cle}",
            remede=f"Écrivez :\n[procedures.{NOM}]\n{exemples[cle]}",
            fondement=_texte(espece, "FONDEMENT"),
        )


def _texte(espece: Espece, code: str) -> str:
    """Le texte du motif, à la date d'arrêté."""
    return motiver(_TABLE, espece.au, code, "").fondement


class SommeAEchoir(TypedDict):
    """Une facture qui n'était pas échue au jour du jugement."""

    numero: str
    echeance: dt.date | None
    montant: Decimal


class SureteDeclaree(TypedDict):
    """Une sûreté, telle que la déclaration la nomme."""

    type: str
    date: dt.date | None
    inscription: str


class ChampsDeclaration(TypedDict):
    """Ce que la déclaration imprime en propre, sous `complement`."""

    etat: str
    qualite_mandataire: str
    mandataire: str
    jugement: dt.date | None
    publication_bodacc: dt.date | None
    tribunal: str
    numero: str
    renvoi: str
    montant_declare: Decimal
    montant_hors_decompte: Decimal | str
    montant_echu: Decimal
    montant_a_echoir: Decimal
    a_echoir: list[SommeAEchoir]
    suretes: list[SureteDeclaree]
    privilege: str
    reserve_propriete: bool
    biens_reserves: str
    instance_en_cours: str
    titre_executoire: str


def completer(espece: Espece) -> ChampsDeclaration:
    """Ce que la déclaration dit du jugement, du montant à échoir, des sûretés et de la réserve de propriété."""
    debiteur = _debiteur(espece) or espece.dossier.debiteur
    collective = _procedure_collective(debiteur)
    dossier, decompte = espece.dossier, espece.decompte
    a_echoir = _lister_a_echoir(espece, collective)
    hors_decompte = sum((e.montant for e in decompte.exclues if e.motif in _INEXIGIBLES), ZERO)
    total_a_echoir = sum((somme["montant"] for somme in a_echoir), ZERO)
    return {
        "etat": _ETATS.get(debiteur.situation, ""),
        "qualite_mandataire": _qualifier_mandataire(espece),
        "mandataire": collective.mandataire or "",
        "jugement": collective.jugement,
        "publication_bodacc": collective.publication_bodacc,
        "tribunal": collective.tribunal or "",
        "numero": collective.numero or "",
        "renvoi": _dire_renvoi(espece, debiteur),
        "montant_declare": decompte.total + hors_decompte,
        "montant_hors_decompte": hors_decompte or "",
        "montant_echu": decompte.total + hors_decompte - total_a_echoir,
        "montant_a_echoir": total_a_echoir,
        "a_echoir": a_echoir,
        "suretes": [{"type": s.type, "date": s.date, "inscription": s.inscription or ""} for s in dossier.suretes],
        "privilege": _complement(espece).privilege or "",
        "reserve_propriete": bool(_reserves(espece)),
        "biens_reserves": next((b for r in _reserves(espece) if isinstance(b := r.biens_en_nature, str)), ""),
        "instance_en_cours": _dire("juridiction saisie", saisie=dossier.situation.instance_en_cours),
        "titre_executoire": _dire("titre exécutoire", saisie=dossier.situation.titre_existant),
    }


def _qualifier_mandataire(espece: Espece) -> str:
    debiteur = _debiteur(espece) or espece.dossier.debiteur
    saisie = _procedure_collective(debiteur).qualite_mandataire
    return saisie or _QUALITES.get(debiteur.situation, "mandataire judiciaire")


def _lister_a_echoir(espece: Espece, collective: ProcedureCollective) -> list[SommeAEchoir]:
    """Ce qui n'était pas échu au jour du jugement, avec son échéance (L622-25) : le jugement n'y change rien."""
    decompte, jugement = espece.decompte, collective.jugement
    sommes: list[SommeAEchoir] = [
        {"numero": solde.facture, "echeance": solde.echeance, "montant": solde.principal}
        for solde in decompte.soldes
        if jugement and solde.echeance and solde.echeance >= jugement and solde.principal
    ]
    sommes += [
        {"numero": exclue.facture, "echeance": exclue.exigible_le, "montant": exclue.montant}
        for exclue in decompte.exclues
        if exclue.motif in _INEXIGIBLES
    ]
    return sorted(sommes, key=lambda somme: (somme["echeance"], somme["numero"]))


def _dire_renvoi(espece: Espece, debiteur: Debiteur) -> str:
    """Le texte qui étend la sauvegarde aux deux autres procédures."""
    cle = {"redressement": "RENVOI_REDRESSEMENT", "liquidation": "RENVOI_LIQUIDATION"}.get(debiteur.situation)
    return motiver(_TABLE, espece.au, cle, "").fondement if cle else ""


def _reserves(espece: Espece) -> list[ReservePropriete]:
    return [contrat.reserve_propriete for contrat in espece.dossier.tous_contrats if contrat.reserve_propriete]


def _dire(defaut: str, *, saisie: bool | str) -> str:
    """Le texte saisi ; un simple « true » donne l'expression par défaut."""
    return saisie if isinstance(saisie, str) else defaut if saisie else ""


def adresser(espece: Espece) -> Destination:
    """Le mandataire judiciaire ou le liquidateur."""
    collective = _procedure_collective(_debiteur(espece) or espece.dossier.debiteur)
    lignes = lignes_adresse(collective.mandataire or "", collective.adresse)
    qualite = _qualifier_mandataire(espece)
    if not collective.mandataire:
        return Destination(lignes)
    return Destination((lignes[0], qualite[:1].upper() + qualite[1:], *lignes[1:]))


def etapes(espece: Espece) -> tuple[str, ...]:
    """Envoi au mandataire, dans le délai, avec preuve du contenu."""
    debiteur = _debiteur(espece)
    terme = terme_de_declaration(espece.dossier, debiteur) if debiteur else None
    limite = f" au plus tard le {date_longue(terme)}" if terme else ""
    revendication = "Revendiquer à part, dans son délai propre, les biens vendus avec réserve de propriété."
    return (
        "Relire la déclaration, la dater et la signer.",
        f"L’envoyer en recommandé au mandataire judiciaire ou au liquidateur{limite} ; la date d’envoi compte.",
        "Conserver la preuve de dépôt et une copie de tout ce qui est envoyé.",
        *((revendication,) if _reserves(espece) else ()),
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
    champs=ChampsDeclaration,
    mentions={"declaration_de_creance/declaration": ("sincère",)},
    examiner=examiner,
    controler=controler,
    completer=completer,
    adresser=adresser,
    etapes=etapes,
    couts=couts,
    saisit_juridiction=False,
)
