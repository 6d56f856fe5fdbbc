"""Ce qui ferme toutes les voies, quelle que soit la procédure : chaque motif dit quoi faire à la place."""

from collections.abc import Callable, Iterator

from generateur.calculs.accords import suivre_accord
from generateur.calculs.avancement import dire_cloture
from generateur.calculs.calendrier import connaitre_territoire
from generateur.calculs.decompte import FactureExclue
from generateur.calculs.naissance import PLAN, est_partage, factures_poursuivables
from generateur.calculs.titre import est_titre
from generateur.controles.prescription import analyser_prescription
from generateur.domaine.parties import Debiteur
from generateur.procedures.socle import Espece, Motif, motiver

TABLE = "motifs_communs"
_DISPARITIONS = {
    "dissoute_tup": "a été dissoute par transmission universelle : la société absorbante est le débiteur",
    "decede": "est décédé : la demande se dirige contre les héritiers ou la succession",
    "cloture_insuffisance_actif": "a été liquidé et la procédure est close pour insuffisance d'actif : "
    "les créanciers ne recouvrent pas leur droit d'agir, sauf exceptions",
}


_D_UNE_AUTRE_VOIE = frozenset({"a_declarer", "plan", "posterieure_utile"})


def exclusions_communes(espece: Espece) -> tuple[Motif, ...]:
    """Motifs communs qui excluent le dossier de toute demande en paiement simplifiée."""
    communs = (motiver(TABLE, espece.au, code, message) for regle in _REGLES for code, message in regle(espece))
    return (*exclure_clos(espece), *exclure_hors_perimetre(espece), *communs)


def nommer_debiteur(debiteur: Debiteur) -> str:
    """Nom du débiteur pour un motif."""
    return debiteur.nom_complet


_Regle = Callable[[Espece], Iterator[tuple[str, str]]]


def _exclure_litige(espece: Espece) -> Iterator[tuple[str, str]]:
    situation = espece.dossier.situation
    exclues = {e.motif for e in espece.decompte.exclues}
    if situation.litige or (not espece.decompte.soldes and "contestee" in exclues):
        motif = f" ({situation.motif_litige})" if situation.motif_litige else ""
        yield (
            "CREANCE_CONTESTEE",
            f"la créance est contestée{motif} : le rejet ou l'opposition est presque certain ; "
            "assigner au fond (« generateur produire … --procedure assignation_paiement »), ou en référé-provision "
            "si la contestation n'est pas sérieuse (« --procedure refere_provision »)",
        )
    if situation.instance_en_cours:
        yield (
            "INSTANCE_EN_COURS",
            "une instance est déjà en cours sur cette créance : y former la demande",
        )
    if situation.titre_existant:
        yield (
            "TITRE_EXISTANT",
            "un titre exécutoire existe déjà : le confier au commissaire de justice pour exécution",
        )


def _exclure_cession(espece: Espece) -> Iterator[tuple[str, str]]:
    dossier = espece.dossier
    if dossier.est_cedee:
        yield (
            "CREANCE_CEDEE",
            "la créance a été cédée (affacturage) : seul le cessionnaire peut agir, "
            'sauf rétrocession à saisir dans [cession] sens = "retrocedee"',
        )
    if dossier.assurance_credit and dossier.assurance_credit.indemnise:
        yield (
            "CREANCE_INDEMNISEE",
            "l'assureur-crédit a indemnisé le créancier : il est subrogé dans ses droits et agit à sa place",
        )


def _exclure_inexigible(espece: Espece) -> Iterator[tuple[str, str]]:
    decompte, accord = espece.decompte, espece.dossier.accord
    suivi = suivre_accord(espece.dossier, espece.au)
    if suivi and suivi.a_solde_la_dette:
        yield (
            "ACCORD_TENU",
            "chaque échéance de l'accord de paiement a été payée à sa date : plus rien n'est dû de ce qui le précède ; "
            "clore le dossier, ouvrir un autre dossier pour une facture née depuis, ou écrire partiel = true s'il ne "
            "portait que sur une partie de la dette",
        )
    elif accord and not accord.est_dechu_le(espece.au) and suivi and suivi.a_venir:
        yield (
            "ACCORD_EN_COURS",
            "un accord de paiement est en cours : la créance n'est pas exigible tant qu'il est respecté ; "
            "s'il ne l'est plus et prévoit la déchéance du terme, saisir decheance_terme = true",
        )
    if decompte.soldes and decompte.total - decompte.frais <= 0:
        yield (
            "CREANCE_ETEINTE",
            "après avoirs et paiements, il ne reste rien à demander ; le solde créditeur est à restituer",
        )
    if not decompte.soldes and espece.dossier.factures:
        yield from _dire_exclues(decompte.exclues)


def _dire_exclues(exclues: tuple[FactureExclue, ...]) -> Iterator[tuple[str, str]]:
    demandables = [e for e in exclues if e.motif not in _D_UNE_AUTRE_VOIE]
    if demandables and all(e.motif == "non_echue" for e in demandables):
        yield (
            "CREANCE_NON_EXIGIBLE",
            "aucune facture n'est échue à la date d'arrêté : attendre l'échéance",
        )
    elif any(e.motif not in {"contestee", "prescrite"} for e in demandables):
        yield ("AUCUNE_FACTURE_DUE", "aucune facture ne peut être demandée à la date d'arrêté")


def exclure_prescrite(espece: Espece) -> Iterator[tuple[str, str]]:
    """Rien ne reste à demander, et une facture au moins est prescrite ; sinon la prescrite s'écarte seule."""
    decompte = espece.decompte
    if decompte.soldes or decompte.hors_facture or all(e.motif != "prescrite" for e in decompte.exclues):
        return
    prescrites = [a for a in analyser_prescription(espece.dossier, espece.au) if a.au_plus_tard < espece.au]
    derniere = max(a.acquise_le for a in prescrites)
    remede = (
        "c'est une forclusion : seul un acte de justice ou d'exécution a pu l'interrompre"
        if all(a.est_forclusion for a in prescrites)
        else "saisir dans [[interruptions]] une reconnaissance ou un acte interruptif s'il en existe"
    )
    yield (
        "CREANCE_PRESCRITE",
        f"la créance est prescrite depuis le {derniere:%d/%m/%Y} sous toute hypothèse ; {remede}",
    )


def _exclure_debiteur(espece: Espece) -> Iterator[tuple[str, str]]:
    debiteur = espece.dossier.debiteur
    nom = nommer_debiteur(debiteur)
    if debiteur.nature == "personne_publique":
        yield (
            "DEBITEUR_PUBLIC",
            f"{nom} est une personne publique : demander le mandatement d'office au préfet, "
            "ou saisir le juge administratif",
        )
    if debiteur.domicile.pays.upper() != "FR":
        yield (
            "DEBITEUR_A_L_ETRANGER",
            f"{nom} demeure à l'étranger ({debiteur.domicile.pays}) : dans l'Union européenne hors Danemark, "
            "demander l'injonction de payer européenne (règlement n° 1896/2006 ; « generateur produire … --procedure "
            "injonction_europeenne ») ; ailleurs, assigner (« --procedure assignation_paiement »)",
        )
    if "inconnu" in f"{debiteur.domicile.voie} {debiteur.domicile.commune}".casefold():
        yield (
            "ADRESSE_INCONNUE",
            f"l'adresse de {nom} est inconnue : la rechercher, ou assigner (procès-verbal de recherches ; "
            "« generateur produire … --procedure assignation_paiement »)",
        )
    if debiteur.situation in _DISPARITIONS:
        yield ("DEBITEUR_DISPARU", f"{nom} {_DISPARITIONS[debiteur.situation]}")


def _exclure_honoraires(espece: Espece) -> Iterator[tuple[str, str]]:
    if any(c.activite == "honoraires_avocat" for c in espece.dossier.tous_contrats):
        yield (
            "HONORAIRES_AVOCAT",
            "des honoraires d'avocat se demandent au bâtonnier, jamais par injonction de payer",
        )


_REGLES: tuple[_Regle, ...] = (
    _exclure_litige,
    _exclure_cession,
    _exclure_inexigible,
    exclure_prescrite,
    _exclure_debiteur,
    _exclure_honoraires,
)


def exclure_clos(espece: Espece) -> tuple[Motif, ...]:
    """Motif de toute voie : le créancier a clos le dossier."""
    cloture = espece.dossier.cloture
    if cloture is None:
        return ()
    message = f"{dire_cloture(espece.dossier, cloture)} : rien n'y est plus demandé"
    return (motiver(TABLE, espece.au, "DOSSIER_CLOS", message),)


def exclure_titre_obtenu(espece: Espece) -> tuple[Motif, ...]:
    """Motif de toute voie qui redemanderait ce que l'ordonnance signifiée, sans opposition, a déjà jugé."""
    if not est_titre(espece.dossier, espece.au):
        return ()
    message = (
        "l'ordonnance signifiée sans opposition connue est un titre, et a jugé cette créance, y compris le surplus "
        "qu'elle n'accorde pas : la faire exécuter (« generateur produire … --suite saisie »)"
    )
    return (motiver(TABLE, espece.au, "TITRE_OBTENU", message),)


def exclure_hors_perimetre(espece: Espece) -> tuple[Motif, ...]:
    """Motif de toute voie : le débiteur demeure sur un territoire dont la procédure civile n'est pas celle d'ici."""
    adresse = espece.dossier.debiteur.domicile
    territoire = connaitre_territoire("territoires_hors_perimetre", adresse, espece.au)
    if territoire is None:
        return ()
    message = (
        f"{nommer_debiteur(espece.dossier.debiteur)} demeure hors du périmètre du programme ({territoire}) : la "
        "procédure civile y est propre ; consulter un avocat ou un commissaire de justice de ce territoire"
    )
    return (motiver(TABLE, espece.au, "HORS_PERIMETRE", message),)


def exclure_procedure_collective(espece: Espece) -> tuple[Motif, ...]:
    """Arrêt des poursuites : seules les créances nées après le jugement, et utiles, peuvent être poursuivies.

    Sous un plan de même, mais sans date de jugement la question se pose avant de fermer la voie.
    """
    dossier, debiteur = espece.dossier, espece.dossier.debiteur
    if not est_partage(dossier) or any(factures_poursuivables(dossier)):
        return ()
    if debiteur.situation == PLAN:
        message = (
            f"{nommer_debiteur(debiteur)} exécute un plan : la créance antérieure au jugement d'ouverture n'est payée "
            "que par lui"
        )
        return (motiver(TABLE, espece.au, "PLAN_EN_COURS", message),)
    message = (
        f"{nommer_debiteur(debiteur)} est en {debiteur.situation} judiciaire : "
        "les poursuites individuelles sont arrêtées, la créance se déclare"
    ).replace("sauvegarde judiciaire", "sauvegarde")
    return (motiver(TABLE, espece.au, "POURSUITES_ARRETEES", message),)
