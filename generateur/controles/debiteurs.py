"""La situation de chaque débiteur : public, étranger, disparu, en procédure collective, surendetté.

Sources : C. com. L622-21 à L622-28, L641-3, L643-11, R622-24 ; C. civ. 1844-5 (TUP), 877 (héritiers) ; C.
conso. L722-2, L722-5 et R723-3. Une société radiée doit toujours, mais un mandataire ad hoc doit la représenter.
"""

from collections.abc import Iterator
from datetime import date

from generateur.calculs.echeances import terme_de_declaration
from generateur.controles.catalogue import constater, mots
from generateur.controles.lieux import situer
from generateur.domaine.constat import CE_DOSSIER, Constat, Gravite
from generateur.domaine.dossier import Dossier
from generateur.domaine.langue import aplatir, date_longue
from generateur.domaine.parties import Debiteur

_PAYS_FRANCE = "FR"
# situation → (code, ce qu'il faut savoir, que faire)
_SITUATIONS: dict[str, tuple[str, str, str]] = {
    "cloture_insuffisance_actif": (
        "CLOTURE_INSUFFISANCE_ACTIF",
        "a vu sa liquidation close pour insuffisance d'actif : sauf exceptions, l'action n'est pas retrouvée",
        "Classez le dossier en perte (certificat d'irrécouvrabilité), ou prenez conseil.",
    ),
    "dissoute_tup": (
        "DEBITEUR_DISSOUT",
        "a été dissoute par transmission universelle de patrimoine : son associé unique doit à sa place",
        "Remplacez le débiteur par l'associé unique, et versez l'annonce légale dans [[pieces]].",
    ),
    "decede": (
        "DEBITEUR_DECEDE",
        "n'est plus en vie : ses héritiers doivent à sa place",
        "Demandez l'acte de notoriété au notaire et saisissez chaque héritier dans [[debiteurs]].",
    ),
    "surendettement": (
        "SURENDETTEMENT",
        "est en surendettement : dès que le dossier est recevable, ni lui ne peut payer une dette antérieure, ni vous "
        "l'y contraindre, même avec un titre",
        "Justifiez la créance auprès de la commission (Banque de France), dans le délai de sa lettre ; un titre peut "
        "se demander au juge, mais ne s'exécutera pas tant que dure cette procédure.",
    ),
    "liquidation_amiable": (
        "LIQUIDATION_AMIABLE",
        "est en liquidation amiable : le liquidateur la représente",
        'Indiquez representant = { nom = "…", qualite = "liquidateur amiable" }.',
    ),
    "radiee": (
        "DEBITEUR_RADIE",
        "est radiée : la société doit toujours, mais personne ne la représente plus",
        "Faites désigner un mandataire ad hoc, puis écrivez :\n"
        'representant = { nom = "Me Exemple", qualite = "mandataire ad hoc" }',
    ),
}


def controler_debiteur(lieu: str, debiteur: Debiteur) -> list[Constat]:
    """Tous les constats de situation d'un débiteur."""
    return [
        *_statut(lieu, debiteur),
        *_adresse(lieu, debiteur),
        *_situation(lieu, debiteur),
        *_collective(lieu, debiteur),
    ]


def _statut(lieu: str, debiteur: Debiteur) -> Iterator[Constat]:
    if debiteur.nature == "personne_publique":
        yield constater(
            "DEBITEUR_PUBLIC",
            f"{debiteur.nom_complet} est une personne publique : ni injonction de payer, ni exécution forcée.",
            lieu=f"{lieu}.nature",
            remede="Demandez le mandatement d'office, ou un référé-provision devant le tribunal administratif.",
        )


def _adresse(lieu: str, debiteur: Debiteur) -> Iterator[Constat]:
    domicile = debiteur.domicile
    if domicile.pays.upper() != _PAYS_FRANCE:
        yield constater(
            "DEBITEUR_A_L_ETRANGER",
            f"{debiteur.nom_complet} demeure à l'étranger ({domicile.pays}) : les procédures françaises "
            "simplifiées "
            "ne conviennent pas.",
            lieu=f"{lieu}.adresse.pays",
            remede="Dans l'Union européenne, demandez une injonction de payer européenne (formulaire A) : "
            f"« generateur produire {CE_DOSSIER} --procedure injonction_europeenne » ; ailleurs, assignez.",
        )
    elif any(mot in aplatir(f"{domicile.voie} {domicile.commune}") for mot in mots("adresse_inconnue")):
        yield constater(
            "ADRESSE_INCONNUE",
            f"L'adresse de {debiteur.nom_complet} est inconnue : le tribunal et la signification en dépendent.",
            lieu=f"{lieu}.adresse",
            remede="Cherchez-la au registre (Sirene, RCS) ou confiez la recherche à un commissaire de justice.",
        )


def _situation(lieu: str, debiteur: Debiteur) -> Iterator[Constat]:
    if debiteur.situation not in _SITUATIONS:
        return
    code, explication, remede = _SITUATIONS[debiteur.situation]
    gravite: Gravite | None = None
    if debiteur.situation == "radiee":
        qualite = aplatir(debiteur.representant.qualite or "") if debiteur.representant else ""
        if "ad hoc" in qualite:
            gravite = "avertissement"
            explication = "est radiée, et représentée par un mandataire ad hoc"
            remede = "Versez l'ordonnance qui le désigne dans [[pieces]]."
        if debiteur.est_physique:
            gravite = "avertissement"
            explication = "n'est plus immatriculé, et reste tenu de ses dettes"
            remede = "Vérifiez son adresse actuelle : c'est son domicile qui fixe le tribunal."
    yield constater(
        code,
        f"{debiteur.nom_complet} {explication}.",
        lieu=f"{lieu}.situation",
        remede=remede,
        gravite=gravite,
    )


def _collective(lieu: str, debiteur: Debiteur) -> Iterator[Constat]:
    """Cohérence seulement : ce que la déclaration de créance demande de plus, elle le contrôle elle-même."""
    procedure = debiteur.procedure_collective
    if procedure is None or procedure.jugement is None:
        return
    if debiteur.situation == "in_bonis":
        yield constater(
            "SITUATION_CONTREDITE",
            f"Un jugement d'ouverture est indiqué pour {debiteur.nom_complet}, dont la situation reste « in_bonis ».",
            lieu=f"{lieu}.situation",
            remede='Écrivez situation = "redressement" (ou "sauvegarde", "liquidation"), ou retirez '
            "procedure_collective.",
        )
    if procedure.publication_bodacc and procedure.publication_bodacc < procedure.jugement:
        yield constater(
            "PUBLICATION_AVANT_JUGEMENT",
            f"La publication au BODACC ({date_longue(procedure.publication_bodacc)}) précède le jugement "
            f"({date_longue(procedure.jugement)}).",
            lieu=f"{lieu}.procedure_collective.publication_bodacc",
            remede="Recopiez les deux dates de l'annonce du BODACC.",
        )


def controler_coobliges(dossier: Dossier) -> list[Constat]:
    """Les autres débiteurs, quand une procédure collective touche l'un d'eux ou le principal."""
    principal = dossier.debiteur
    constats: list[Constat] = []
    for lieu, debiteur in situer("debiteurs", dossier.debiteurs):
        if debiteur is principal:
            continue
        if debiteur.est_en_procedure_collective:
            constats.append(_a_declarer(lieu, debiteur, terme_de_declaration(dossier, debiteur)))
        elif principal.est_en_procedure_collective:
            constats.append(_cooblige_du_principal(lieu, debiteur, principal))
    return constats


def _a_declarer(lieu: str, debiteur: Debiteur, terme: date | None) -> Constat:
    limite = f" au plus tard le {date_longue(terme)}" if terme else " dans le délai, compté du BODACC"
    return constater(
        "COOBLIGE_EN_PROCEDURE_COLLECTIVE",
        f"{debiteur.nom_complet} est en procédure collective : il n'est pas compris dans la demande, la créance se "
        "déclare à son passif.",
        lieu=f"{lieu}.situation",
        remede=f"Déclarez la créance à son mandataire judiciaire{limite} : dans une copie du dossier, faites-en le "
        "débiteur principal.",
    )


def _cooblige_du_principal(lieu: str, debiteur: Debiteur, principal: Debiteur) -> Constat:
    """L622-28 al. 2 : suspension au profit des personnes physiques, en sauvegarde et redressement seulement."""
    suspendu = debiteur.est_physique and principal.situation in {"sauvegarde", "redressement"}
    if suspendu:
        return constater(
            "POURSUITES_SUSPENDUES",
            f"{debiteur.nom_complet}, personne physique, ne peut pas être poursuivi avant le jugement qui arrête le "
            "plan ou prononce la liquidation.",
            lieu=lieu,
            remede="Attendez ce jugement ; une mesure conservatoire reste possible.",
        )
    return constater(
        "COOBLIGE_A_POURSUIVRE",
        f"{debiteur.nom_complet} peut être poursuivi à part, pendant que la créance se déclare au passif de "
        f"{principal.nom_complet}.",
        lieu=lieu,
        remede="Ouvrez un second dossier dont il est le débiteur principal.",
    )
