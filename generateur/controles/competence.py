"""La juridiction du débiteur : quel tribunal, dans quel ressort, avec quelle certitude.

Territoriale (CPC 42, 43, 1406) : le lieu où demeure le débiteur, d'ordre public, quelle que soit la
clause. D'attribution : C. com. L721-3 (entre commerçants, artisans, ou entre eux), L721-5 (exercice
libéral : tribunal judiciaire), L731-1 (Alsace-Moselle), COJ L213-4-4 et L213-4-5 (contentieux de la
protection), D212-19-1 (proximité). La commune ne se devine pas : ambiguë ou inconnue, elle se demande.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from typing import Literal

from generateur.calculs.qualites import a_contracte_hors_commerce, est_societe_commerciale, qualite_de
from generateur.controles.attribution import Raison
from generateur.controles.catalogue import constater
from generateur.controles.contexte import Contexte
from generateur.controles.droit_connu import decimal_connu
from generateur.controles.lieux import lieu_debiteur, situer, vise_une_declaration
from generateur.domaine.constat import Constat
from generateur.domaine.dossier import Dossier
from generateur.domaine.langue import date_longue, enumerer
from generateur.domaine.parties import Debiteur, Identite
from generateur.droit.juridictions import Commune, Juridiction, Ressort, ancienne_commune, ressort_de, trouver_communes
from generateur.droit.tables import valeur_au
from generateur.erreurs import ErreurDroitManquant

PAYS = "FR"
_ARTICLES_DES_STATUTS = {
    "commune déléguée": "une commune déléguée",
    "commune associée": "une commune associée",
    "commune fusionnée": "une commune fusionnée dans une autre",
    "ancien nom": "l'ancien nom de la commune",
}
CODES_COMMUNE = frozenset({"ANCIENNE_COMMUNE", "COMMUNE_INCONNUE", "COMMUNE_AMBIGUE", "HORS_PERIMETRE"})
Ordre = Literal["commercial", "judiciaire", "protection"]
_REMEDE_CHOIX = 'Pour en saisir une autre, écrivez [procedures.injonction_de_payer] juridiction = "…" (son nom).'
_RAISONS_DE_PROTECTION: Mapping[str, Raison] = {
    "bail_habitation": "BAIL_HABITATION",
    "credit_consommation": "CREDIT_CONSOMMATION",
}
_ORDRES: Mapping[Raison, Ordre] = {
    "BAIL_HABITATION": "protection",
    "CREDIT_CONSOMMATION": "protection",
    "EFFET_DE_COMMERCE": "commercial",
    "ENTRE_COMMERCANTS": "commercial",
}


@dataclass(frozen=True)
class Competence:
    """Juridiction compétente pour une requête, pourquoi celle-là, cour d'appel du débiteur, et ce qu'il faut en savoir.

    `raison` : ce qui désigne l'ordre de juridiction, connue dès qu'une juridiction l'est (voir `attribution`).
    """

    juridiction: Juridiction | None
    cour_appel: str | None
    constats: tuple[Constat, ...]
    raison: Raison | None = None
    manque: ErreurDroitManquant | None = None


def controler(dossier: Dossier, contexte: Contexte) -> list[Constat]:
    """Constats de commune seulement : le reste n'intéresse que la voie qui saisit un tribunal."""
    if vise_une_declaration(dossier, contexte):
        return []
    constats = chercher_juridiction(dossier, contexte.au).constats
    return [constat for constat in constats if constat.code in CODES_COMMUNE]


def chercher_juridiction(dossier: Dossier, au: date, montant: Decimal | None = None) -> Competence:
    """La juridiction, ou le droit qui manque pour la nommer : seule la voie qui saisit un tribunal s'y arrête."""
    try:
        return juridiction_competente(dossier, au, montant)
    except ErreurDroitManquant as manque:
        return Competence(None, None, (), manque=manque)


def juridiction_competente(dossier: Dossier, au: date, montant: Decimal | None = None) -> Competence:
    """Juridiction du débiteur principal à la date `au` (compris).

    `montant` (en euros) : le total demandé, qui fait nommer le tribunal de proximité jusqu'à son seuil ;
    None : le tribunal judiciaire. Débiteur public, à l'étranger ou sans commune connue : aucune
    juridiction.
    """
    debiteur = dossier.debiteur
    if debiteur.nature == "personne_publique" or debiteur.domicile.pays.upper() != PAYS:
        return Competence(None, None, ())
    if debiteur.domicile.manques and not debiteur.domicile.insee and not debiteur.domicile.commune:
        return Competence(None, None, ())  # ADRESSE_MANQUANTE la demande
    lieu = f"{lieu_debiteur(dossier)}.adresse"
    communes = _communes(debiteur)
    if len(communes) != 1:
        return Competence(None, None, (_commune_a_preciser(lieu, debiteur, communes),))
    ressort = ressort_de(communes[0].insee, au)
    if ressort.hors_perimetre:
        return Competence(None, ressort.cour_appel or None, (_hors_perimetre(lieu, communes[0]),))
    raison, constats = _raisonner(dossier, au)
    constats += _ancienne(lieu, debiteur)
    if raison is None:
        return Competence(None, ressort.cour_appel or None, tuple(constats))
    juridiction = _designer(raison, ressort, montant, au)
    constats += _reserves(juridiction, lieu)
    constats += _autres_debiteurs(dossier, juridiction, au)
    return Competence(juridiction, ressort.cour_appel or None, tuple(constats), raison)


def _est_situable(debiteur: Debiteur) -> bool:
    """Adresse en France, dont on connaît au moins la commune."""
    adresse = debiteur.domicile
    return adresse.pays.upper() == PAYS and bool(adresse.commune or adresse.insee)


def _communes(debiteur: Debiteur) -> tuple[Commune, ...]:
    adresse = debiteur.domicile
    return trouver_communes(adresse.code_postal, adresse.commune, adresse.insee)


def _commune_a_preciser(lieu: str, debiteur: Debiteur, communes: Sequence[Commune]) -> Constat:
    adresse = debiteur.domicile
    saisie = f"{adresse.code_postal} {adresse.commune}"
    if communes:
        choix = enumerer([f"{commune.nom} ({commune.insee})" for commune in communes])
        return constater(
            "COMMUNE_AMBIGUE",
            f"« {saisie} » désigne plusieurs communes : {choix} ; le tribunal en dépend.",
            lieu=f"{lieu}.commune",
            remede="Ajoutez à l'adresse le code INSEE de la bonne commune, par exemple insee = "
            f'"{communes[0].insee}".',
        )
    voisines = [commune.nom for commune in trouver_communes(adresse.code_postal, "")]
    existantes = f" ; communes de ce code postal : {enumerer(voisines)}" if voisines else ""
    return constater(
        "COMMUNE_INCONNUE",
        f"« {saisie} »" + (f" (INSEE {adresse.insee})" if adresse.insee else "") + " : cette commune est inconnue.",
        lieu=f"{lieu}.insee" if adresse.insee else f"{lieu}.commune",
        remede="Vérifiez le code postal et le nom de la commune (sans CEDEX), ou ajoutez son code INSEE par la clé "
        f"insee{existantes}.",
    )


def _ancienne(lieu: str, debiteur: Debiteur) -> list[Constat]:
    """L'adresse nomme une ancienne commune : le tribunal est celui de la commune d'aujourd'hui."""
    adresse = debiteur.domicile
    ancienne = ancienne_commune(adresse.code_postal, adresse.commune, adresse.insee)
    if ancienne is None:
        return []
    depuis = f" depuis le {date_longue(ancienne.depuis)}" if ancienne.depuis else ""
    return [
        constater(
            "ANCIENNE_COMMUNE",
            f"« {adresse.commune} » est {_ARTICLES_DES_STATUTS[ancienne.statut]}{depuis} : le tribunal est celui de "
            f"{ancienne.actuelle.nom} ({ancienne.actuelle.insee}).",
            lieu=f"{lieu}.commune",
            remede="Rien à faire si c'est bien elle ; sinon ajoutez à l'adresse le code INSEE de la bonne commune.",
        )
    ]


def _hors_perimetre(lieu: str, commune: Commune) -> Constat:
    return constater(
        "HORS_PERIMETRE",
        f"{commune.nom} relève d'une collectivité d'outre-mer dont l'organisation judiciaire propre n'est "
        "pas couverte.",
        lieu=f"{lieu}.commune",
        remede="Demandez conseil à un avocat ou à un commissaire de justice de cette collectivité.",
    )


def _raisonner(dossier: Dossier, au: date) -> tuple[Raison | None, list[Constat]]:
    """La raison qui désigne l'ordre de juridiction, et ses réserves ; None si une qualité manque ou si nul juge."""
    activites = {contrat.activite for contrat in dossier.tous_contrats}
    for activite, raison in _RAISONS_DE_PROTECTION.items():
        if activite in activites:
            return raison, []
    if "honoraires_avocat" in activites:
        return None, [_honoraires()]
    if "bail_commercial" in activites:
        return "BAIL_COMMERCIAL", [_bail_commercial()]
    for lieu, partie in (("creancier", dossier.creancier), (lieu_debiteur(dossier), dossier.debiteur)):
        if _est_exercice_liberal(partie):
            return "EXERCICE_LIBERAL", [_exercice_liberal(lieu)]
    return _raisonner_selon_les_qualites(dossier, au)


def _raisonner_selon_les_qualites(dossier: Dossier, au: date) -> tuple[Raison | None, list[Constat]]:
    """L721-3 : entre commerçants, artisans, ou entre eux ; le non-commerçant n'y est jamais attrait."""
    creancier = _releve_du_commerce(dossier.creancier, au)
    debiteur = _releve_du_commerce(dossier.debiteur, au)
    effet = any(contrat.objet_creance == "effet_de_commerce" for contrat in dossier.tous_contrats)
    if effet or any(facture.nature == "effet" for facture in dossier.factures):
        return "EFFET_DE_COMMERCE", [] if debiteur else [_effet()]
    if debiteur is False:
        return "ACTE_MIXTE" if a_contracte_hors_commerce(dossier.debiteur) else "DEBITEUR_NON_COMMERCANT", []
    if debiteur is None or creancier is None:
        return None, []
    return ("ENTRE_COMMERCANTS", []) if creancier else ("OPTION_DU_CREANCIER", [_option()])


def _releve_du_commerce(partie: Identite, au: date) -> bool | None:
    """Commerçant ou artisan devant le juge du commerce ; None si rien ne le dit.

    Sans autre qualité saisie, un particulier ou une personne publique n'est pas commerçant : sa nature suffit.
    """
    qualite = qualite_de(partie)
    if partie.nature == "personne_publique" or (qualite is None and partie.nature == "particulier"):
        return False
    if qualite == "artisan":
        return bool(valeur_au("regles_procedure", au, "artisans_devant_tribunal_de_commerce").valeur)
    return None if qualite is None else qualite == "commercant"


def _est_exercice_liberal(partie: Identite) -> bool:
    sans_saisie = partie.model_copy(update={"qualite": None})
    return est_societe_commerciale(sans_saisie) and qualite_de(sans_saisie) == "liberal"


def _designer(raison: Raison, ressort: Ressort, montant: Decimal | None, au: date) -> Juridiction:
    """La juridiction de l'ordre que la raison désigne ; la chambre de proximité n'a pas les baux commerciaux."""
    ordre = _ORDRES.get(raison, "judiciaire")
    if ordre == "commercial" and ressort.commerciale:
        return ressort.commerciale
    judiciaire = ressort.judiciaire
    seuil = decimal_connu("seuils", au, "tribunal_de_proximite")
    est_de_proximite = raison != "BAIL_COMMERCIAL" and montant is not None and seuil is not None and montant <= seuil
    if ressort.proximite and est_de_proximite:
        judiciaire = replace(ressort.proximite, confiance=judiciaire.confiance)
    if ordre == "protection":
        return replace(judiciaire, type="JCP", nom=f"Juge des contentieux de la protection – {judiciaire.nom}")
    confiance = "a_confirmer" if ordre == "commercial" else judiciaire.confiance
    return replace(judiciaire, confiance=confiance)


def _reserves(juridiction: Juridiction, lieu: str) -> list[Constat]:
    if juridiction.confiance == "certaine":
        return []
    return [
        constater(
            "JURIDICTION_A_CONFIRMER",
            f"Les sources ne s'accordent pas sur la juridiction de cette commune ({juridiction.nom}).",
            lieu=f"{lieu}.commune",
            remede=f"Appelez le greffe avant de déposer. {_REMEDE_CHOIX}",
        )
    ]


def _autres_debiteurs(dossier: Dossier, juridiction: Juridiction, au: date) -> list[Constat]:
    """Les autres débiteurs demeurent-ils dans le même ressort ? À défaut, le créancier choisit (CPC 42)."""
    constats = []
    poursuivis = dossier.debiteurs_poursuivis
    for lieu, debiteur in situer("debiteurs", dossier.debiteurs):
        if debiteur is dossier.debiteur or debiteur not in poursuivis or not _est_situable(debiteur):
            continue
        communes = _communes(debiteur)
        if len(communes) != 1:
            constats.append(_commune_a_preciser(f"{lieu}.adresse", debiteur, communes))
            continue
        ressort = ressort_de(communes[0].insee, au)
        sieges = {ressort.judiciaire.siege, ressort.commerciale.siege if ressort.commerciale else ""}
        nom_proximite = ressort.proximite.nom if ressort.proximite else ""
        if juridiction.siege not in sieges and juridiction.nom != nom_proximite:
            constats.append(
                constater(
                    "RESSORTS_DIFFERENTS",
                    f"{debiteur.nom_complet} demeure dans un autre ressort que le débiteur principal ; la "
                    "requête est "
                    f"adressée à celui du principal ({juridiction.nom}).",
                    lieu=f"{lieu}.adresse",
                    remede=f"Rien à faire si cela convient : un seul ressort suffit. {_REMEDE_CHOIX}",
                )
            )
        if juridiction.type not in {"TJ", "JCP"} and qualite_de(debiteur) not in {"commercant", "artisan"}:
            constats.append(
                constater(
                    "DEBITEUR_NON_COMMERCANT",
                    f"{debiteur.nom_complet} n'est pas commerçant : {juridiction.nom} peut se dire "
                    "incompétent à son "
                    "égard, sauf cautionnement d'une dette commerciale.",
                    lieu=f"{lieu}.qualite",
                    remede="Vérifiez son engagement, ou formez une requête distincte contre ce débiteur.",
                )
            )
    return constats


def _honoraires() -> Constat:
    return constater(
        "HONORAIRES_AVOCAT",
        "Des honoraires d'avocat se taxent devant le bâtonnier : aucun tribunal n'est à saisir par requête.",
        lieu="contrat.activite",
        remede="Saisissez le bâtonnier de l'ordre de l'avocat.",
    )


def _bail_commercial() -> Constat:
    return constater(
        "BAIL_COMMERCIAL",
        "Bail commercial : le tribunal judiciaire est retenu ; entre commerçants et hors statut, le "
        "tribunal de commerce "
        "est aussi possible.",
        lieu="contrat.activite",
        remede=_REMEDE_CHOIX,
    )


def _exercice_liberal(lieu: str) -> Constat:
    return constater(
        "SOCIETE_EXERCICE_LIBERAL",
        "Une société d'exercice libéral est partie : le tribunal judiciaire est retenu.",
        lieu=f"{lieu}.forme",
        remede=_REMEDE_CHOIX,
    )


def _effet() -> Constat:
    return constater(
        "EFFET_NON_COMMERCANT",
        "Effet de commerce contre un non-commerçant : le tribunal de commerce ne connaît que de la lettre "
        "de change et du "
        "billet signé pour son commerce.",
        lieu="contrat.objet_creance",
        remede=_REMEDE_CHOIX,
    )


def _option() -> Constat:
    return constater(
        "OPTION_DU_CREANCIER",
        "Le créancier n'est pas commerçant et le débiteur l'est : le créancier choisit entre tribunal "
        "judiciaire (retenu, "
        "sans frais de greffe) et tribunal de commerce.",
        lieu="creancier.qualite",
        remede=_REMEDE_CHOIX,
    )
