"""Déclaration de créance au passif d'un débiteur en sauvegarde, redressement ou liquidation judiciaires.

Sources : C. com. L622-24 à L622-28, R622-23, R622-24, L641-3. Délai de deux mois depuis la publication au
BODACC, apprécié à la date d'envoi ; intérêts arrêtés la veille du jugement d'ouverture.
"""

import datetime as dt
from collections.abc import Iterator
from decimal import Decimal

from generateur.calculs.echeances import terme_de_declaration, terme_de_declaration_posterieure
from generateur.calculs.naissance import (
    POSTERIEURES,
    debiteur_declare,
    jugement_de,
    paiements_non_deduits,
    perimetre_naturel,
    sort_de,
)
from generateur.calculs.qualites import est_procedure_a_confirmer
from generateur.controles.catalogue import constater
from generateur.controles.lieux import situer
from generateur.domaine.constat import Constat
from generateur.domaine.creances import Facture, ReservePropriete
from generateur.domaine.langue import date_longue, enumerer, montant
from generateur.domaine.parties import Debiteur, ProcedureCollective
from generateur.domaine.socle import ZERO, MontantPositif, Texte
from generateur.droit.tables import entier_au, valeur_au
from generateur.procedures.champs_declaration import ChampsDeclaration
from generateur.procedures.exclusions import TABLE as COMMUNS
from generateur.procedures.exclusions import exclure_clos, exclure_hors_perimetre, exclure_prescrite, nommer_debiteur
from generateur.procedures.socle import (
    Acte,
    Complement,
    Cout,
    Depot,
    Destination,
    Espece,
    Examen,
    PieceACiter,
    Procedure,
    encadrer,
    lignes_adresse,
    motiver,
)
from generateur.procedures.titre_declare import dire_l_instance, dire_le_titre

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
    return debiteur_declare(espece.dossier)


def _procedure_collective(debiteur: Debiteur) -> ProcedureCollective:
    return debiteur.procedure_collective or ProcedureCollective()


def examiner(espece: Espece) -> Examen:
    """Le débiteur principal est en procédure collective : la créance antérieure se déclare, et elle seule."""
    debiteur = espece.dossier.debiteur
    exclusions = [*exclure_clos(espece), *exclure_hors_perimetre(espece)]
    if not debiteur.est_en_procedure_collective:
        message = _dire_in_bonis(debiteur, _debiteur(espece))
        exclusions.append(motiver(_TABLE, espece.au, "PAS_DE_PROCEDURE_COLLECTIVE", message))
    else:
        exclusions += [motiver(table, espece.au, code, message) for table, code, message in _exclure(espece)]
    if exclusions:
        return Examen(NOM, recevable=False, motifs=tuple(exclusions))
    message = f"{nommer_debiteur(debiteur)} est en {_ETATS[debiteur.situation]} : la créance se déclare au passif"
    return Examen(NOM, recevable=True, motifs=(motiver(_TABLE, espece.au, "CONDITIONS_REUNIES", message),))


def _exclure(espece: Espece) -> Iterator[tuple[str, str, str]]:
    """(table, code, message) de ce qui ne se déclare pas, ou se demande d'abord."""
    dossier, debiteur = espece.dossier, espece.dossier.debiteur
    if est_procedure_a_confirmer(debiteur):
        yield (
            _TABLE,
            "PARTICULIER",
            f"{nommer_debiteur(debiteur)} est un particulier : rien ne se déclare avant de savoir s'il s'agit d'une "
            "procédure civile d'Alsace-Moselle ou d'un surendettement",
        )
    if perimetre_naturel(dossier) == "poursuite":
        yield (
            _TABLE,
            "CREANCE_POSTERIEURE",
            "toutes les créances sont nées après le jugement d'ouverture, en contrepartie d'une fourniture : elles se "
            "paient à l'échéance et peuvent être poursuivies",
        )
    yield from ((COMMUNS, code, message) for code, message in exclure_prescrite(espece))


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
    if debiteur is None:
        return ()
    return (
        *_constater(espece, debiteur),
        *_constater_posterieures(espece, debiteur),
        *_constater_hors_facture(espece),
    )


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
    elif (limite := _terme_commun(espece, debiteur)) and espece.au > limite:
        mois = entier_au("delais", collective.publication_bodacc, "releve_de_forclusion")
        yield constater(
            "DECLARATION_TARDIVE",
            f"le délai de déclaration a expiré le {limite:%d/%m/%Y} : la créance serait inopposable",
            lieu=f"{lieu}.publication_bodacc",
            remede="Demander d'abord au juge-commissaire le relevé de forclusion, dans les "
            f"{mois} mois de la publication.",
            fondement=_texte(espece, "DECLARATION_TARDIVE"),
        )


def _terme_commun(espece: Espece, debiteur: Debiteur) -> dt.date | None:
    """Le délai compté du BODACC, s'il y a une créance antérieure à déclarer."""
    jugement = jugement_de(debiteur)
    factures = espece.dossier.factures
    autres = jugement and factures and all(_suit_son_delai(espece, f, jugement) for f in factures)
    return None if autres else terme_de_declaration(espece.dossier, debiteur)


def _suit_son_delai(espece: Espece, facture: Facture, jugement: dt.date) -> bool:
    return sort_de(espece.dossier, facture, jugement) in POSTERIEURES


def _constater_posterieures(espece: Espece, debiteur: Debiteur) -> Iterator[Constat]:
    """Ce qui n'est pas déclaré parce qu'il se poursuit ; ce qui se déclare dans son délai propre (L622-24, al. 6)."""
    jugement = jugement_de(debiteur)
    poursuivies = [e for e in espece.decompte.exclues if e.motif == "posterieure_utile"]
    if poursuivies:
        numeros = enumerer([f"n° {exclue.facture}" for exclue in poursuivies])
        somme = sum((exclue.montant for exclue in poursuivies), ZERO)
        yield constater(
            "CREANCE_POSTERIEURE",
            f"nées après le jugement, en contrepartie d'une fourniture, elles ne sont pas déclarées : {numeros} "
            f"({montant(somme)}) ; elles se paient à l'échéance",
            lieu="factures",
            remede="Demandez-en le paiement à part, avec --procedure injonction_de_payer : les créances antérieures "
            "n'y entrent pas.",
            fondement=_texte(espece, "CREANCE_POSTERIEURE"),
        )
    for lieu, facture in situer("factures", espece.dossier.factures):
        if jugement and sort_de(espece.dossier, facture, jugement) == "posterieure_autre":
            yield from _dater_posterieure(espece, lieu, facture)


def _dater_posterieure(espece: Espece, lieu: str, facture: Facture) -> Iterator[Constat]:
    limite = terme_de_declaration_posterieure(espece.dossier, facture)
    tardive = limite is not None and espece.au > limite
    delai = f" jusqu'au {date_longue(limite)}" if limite else ", dans un délai compté de son échéance"
    yield constater(
        "DECLARATION_TARDIVE" if tardive else "CREANCE_POSTERIEURE_A_DECLARER",
        f"facture {facture.numero} : née après le jugement sans contrepartie utile, elle se déclare{delai}",
        lieu=lieu,
        remede="Demander d'abord au juge-commissaire le relevé de forclusion."
        if tardive
        else "Déclarez-la dans ce délai ; si elle répond à une fourniture faite après le jugement, datez-la "
        "par livraison ou periode.",
        fondement=_texte(espece, "CREANCE_POSTERIEURE_A_DECLARER"),
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


def completer(espece: Espece) -> ChampsDeclaration:
    """Ce que la déclaration dit du jugement, du montant à échoir, des sûretés et de la réserve de propriété."""
    debiteur = _debiteur(espece) or espece.dossier.debiteur
    collective = _procedure_collective(debiteur)
    dossier, decompte = espece.dossier, espece.decompte
    fichiers = {facture.numero: facture.fichier for facture in dossier.factures}
    total_a_echoir = sum((somme.montant for somme in decompte.a_echoir), ZERO)
    return {
        "etat": _ETATS.get(debiteur.situation, ""),
        "qualite_mandataire": _qualifier_mandataire(espece),
        "mandataire": collective.mandataire or "",
        "jugement": collective.jugement,
        "publication_bodacc": collective.publication_bodacc,
        "tribunal": collective.tribunal or "",
        "numero": collective.numero or "",
        "renvoi": _dire_renvoi(espece, debiteur),
        "montant_declare": decompte.total,
        "montant_echu": decompte.total - total_a_echoir,
        "montant_a_echoir": total_a_echoir,
        "a_echoir": [
            {
                "numero": somme.facture,
                "echeance": somme.echeance,
                "montant": somme.montant,
                "fondement": str(valeur_au("textes_demande", espece.au, "principal").valeur),
                "citation": PieceACiter(fichiers.get(somme.facture) or ""),
            }
            for somme in decompte.a_echoir
        ],
        "paiements_posterieurs": [
            {"date": paiement.date, "montant": paiement.montant, "citation": PieceACiter(paiement.fichier or "")}
            for paiement in paiements_non_deduits(dossier, espece.au, debiteur)
        ],
        "suretes": [{"type": s.type, "date": s.date, "inscription": s.inscription or ""} for s in dossier.suretes],
        "privilege": _complement(espece).privilege or "",
        "reserve_propriete": bool(_reserves(espece)),
        "biens_reserves": next((b for r in _reserves(espece) if isinstance(b := r.biens_en_nature, str)), ""),
        "instance_en_cours": _dire("juridiction saisie", saisie=dossier.situation.instance_en_cours)
        or dire_l_instance(dossier, espece.au),
        "titre_executoire": _dire("titre exécutoire", saisie=dossier.situation.titre_existant)
        or dire_le_titre(dossier, debiteur),
    }


def _qualifier_mandataire(espece: Espece) -> str:
    debiteur = _debiteur(espece) or espece.dossier.debiteur
    saisie = _procedure_collective(debiteur).qualite_mandataire
    return saisie or _QUALITES.get(debiteur.situation, "mandataire judiciaire")


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
    titre = bool(debiteur and dire_le_titre(espece.dossier, debiteur))
    return (
        "Relire la déclaration, la dater et la signer.",
        *(("Y joindre l’ordonnance et l’acte de signification : c’est le titre qu’elle invoque.",) if titre else ()),
        f"L’envoyer en recommandé au mandataire judiciaire ou au liquidateur{limite} ; la date d’envoi compte.",
        "Conserver la preuve de dépôt et une copie de tout ce qui est envoyé.",
        *((revendication,) if _reserves(espece) else ()),
    )


def couts(_espece: Espece) -> tuple[Cout, ...]:
    """La déclaration est sans frais."""
    return (Cout("Déclaration de créance", NOM),)


def deposer(_espece: Espece) -> Depot:
    """Au mandataire judiciaire ou au liquidateur, par un envoi prouvé."""
    return Depot("DECLARATION", "mandataire")


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
    deposer=deposer,
    saisit_juridiction=False,
    perimetre="declaration",
)
