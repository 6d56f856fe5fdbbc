"""Ce qui vient après : les dates à tenir, tirées des événements saisis et des tables datées.

Sources : CPC 640 à 644, 1411, 1416, 1422, 1425 ; C. com. R622-24, L622-26, L624-9 ; C. civ. 2228.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date, timedelta

from generateur.calculs.accords import suivre_accord
from generateur.calculs.calendrier import (
    MOIS_PAR_AN,
    UN_JOUR,
    ajouter_mois,
    mois_de_distance,
    terme_de_procedure,
    territoire_de,
)
from generateur.calculs.naissance import jugement_de, perimetre_naturel, sort_de
from generateur.calculs.prescription import HypothesePrescription, hypotheses_de_prescription
from generateur.calculs.qualites import est_creancier_professionnel, qualite_de
from generateur.calculs.solde_du_titre import est_moindre
from generateur.calculs.suites_europeennes import dater_europeenne, est_europeenne
from generateur.calculs.titre import (
    TABLE_SIGNIFICATION,
    est_en_instance,
    est_titre,
    interruptions_du_titre,
    premiere_mesure,
    signification_utile,
    terme_d_execution,
    terme_d_opposition,
    terme_de_signification,
)
from generateur.domaine.apres_depot import Ordonnance, Signification, Suivi
from generateur.domaine.creances import Facture, MiseEnDemeure
from generateur.domaine.dossier import Dossier
from generateur.domaine.langue import montant
from generateur.domaine.parties import Debiteur
from generateur.droit.tables import entier_au, valeur_au


@dataclass(frozen=True)
class Echeance:
    """Une date à tenir ; date : dernier jour utile compris (ou premier jour possible), None : incertaine.

    `est_attente` : un délai laissé à l'autre ; une fois passé, il n'oblige plus à rien. `cle` : ce qui la désigne d'un
    jour à l'autre, quand son titre change (une somme, un nom). `est_relance` : l'échelle la veut, aucun texte.
    `est_manquee` : passée, elle n'a pas été tenue.
    """

    titre: str
    date: date | None
    fondement: str
    explication: str
    est_attente: bool = False
    cle: str = ""
    est_relance: bool = False
    est_manquee: bool = False


def calculer_echeances(dossier: Dossier, au: date, *, consigne_au_greffe: bool = True) -> tuple[Echeance, ...]:
    """Échéances du dossier par date, les non déterminables à la fin ; passées ou à venir.

    Les délais de procédure sont reportés au jour ouvrable (CPC 642), ni prescription ni exécution ne le sont.
    `consigne_au_greffe` : faux devant le tribunal judiciaire, où rien ne se consigne. Clos, un dossier n'en a plus.
    """
    if dossier.cloture and dossier.cloture.date <= au:
        return ()
    echeances = [*_prescriptions(dossier, au), *_mises_en_demeure(dossier, au)]
    signification = signification_utile(dossier, au)
    if signification and est_titre(dossier, au):
        echeances.append(_execution_du_titre(dossier, signification, au))
    echeances += _accord(dossier, au)
    if dossier.suivi:
        echeances += _suites(dossier, dossier.suivi, consigne_au_greffe=consigne_au_greffe)
    for debiteur in dossier.debiteurs:
        echeances += _procedure_collective(dossier, debiteur)
    return tuple(sorted(echeances, key=lambda e: (e.date is None, e.date or date.max, e.titre)))


def _accord(dossier: Dossier, au: date) -> Iterator[Echeance]:
    """Chaque échéance d'un accord qui vit ; une échéance passée et payée ne s'attend plus."""
    suivi = suivre_accord(dossier, au)
    if suivi is None or suivi.est_dechu or suivi.est_tenu:
        return
    rangs = sorted(suivi.accord.echeances, key=lambda e: e.date)
    for echeance in (*suivi.manquees, *suivi.a_venir):
        est_manquee = echeance in suivi.manquees
        yield Echeance(
            f"Échéance de l'accord de paiement : {montant(echeance.montant)}",
            echeance.date,
            valeur_au("articles", au, "C. civ. 1305-2").cle,
            "passée sans être payée en entier : relancer, ou mettre en demeure"
            if est_manquee
            else "ce jour est encore au débiteur ; à vérifier le lendemain",
            cle=f"accord du {suivi.accord.date} {rangs.index(echeance)}",
            est_manquee=est_manquee,
        )


@dataclass(frozen=True)
class DelaiLaisse:
    """Le délai qu'une mise en demeure laisse pour payer : d'où il court, combien de jours, dernier jour compris."""

    depart: date
    jours: int
    terme: date
    est_ecrit: bool  # faux : la lettre ne le dit pas, l'usage est retenu


def delai_laisse(lettre: MiseEnDemeure, au: date) -> DelaiLaisse:
    """Le délai de cette lettre, compté du lendemain de la présentation, à défaut de la réception, puis de l'envoi."""
    depart = lettre.date_presentation or lettre.date_reception or lettre.date_envoi
    jours = lettre.delai_jours
    retenus = entier_au("delais_jours", au, "mise_en_demeure_minimum") if jours is None else jours
    return DelaiLaisse(depart, retenus, depart + timedelta(days=retenus), jours is not None)


def _mises_en_demeure(dossier: Dossier, au: date) -> Iterator[Echeance]:
    """La fin du délai de chaque lettre ; rien pour une créance à déclarer, qui n'en demande pas."""
    if perimetre_naturel(dossier) == "declaration":
        return
    lettres = dossier.toutes_mises_en_demeure
    for lettre in lettres:
        delai = delai_laisse(lettre, au)
        evenement = "la présentation" if lettre.date_presentation else "la réception"
        if not (lettre.date_presentation or lettre.date_reception):
            evenement = "l'envoi, faute de date de présentation,"
        usage = "" if delai.est_ecrit else " (délai d'usage : la lettre n'en indique pas)"
        yield Echeance(
            "Fin du délai de la mise en demeure"
            + (f" du {_fr(lettre.date_envoi)}" if len(lettres) > 1 else "")
            + _nommer_destinataire(dossier, lettre),
            delai.terme,
            valeur_au("articles", au, "C. civ. 1344").cle,
            f"{delai.jours} jours depuis {evenement} du {_fr(delai.depart)}{usage} ; ce jour est encore au débiteur, "
            "la demande se dépose à partir du lendemain",
            est_attente=True,
            cle=f"mise_en_demeure {lettre.date_envoi} {lettre.debiteur or ''}",
        )


def _nommer_destinataire(dossier: Dossier, lettre: MiseEnDemeure) -> str:
    """Le débiteur que la lettre vise, s'il y en a plusieurs."""
    vise = next(
        (d for d in dossier.debiteurs if lettre.debiteur and dossier.atteint(lettre, d)),
        None,
    )
    return f" à {vise.nom_complet}" if vise and len(dossier.debiteurs) > 1 else ""


def _execution_du_titre(dossier: Dossier, signification: Signification, au: date) -> Echeance:
    """Le titre remplace la prescription de la créance ; les intérêts échus depuis gardent la leur."""
    consommateur = qualite_de(dossier.debiteur) == "consommateur" and est_creancier_professionnel(dossier.creancier)
    regime = "consommateur" if consommateur else "civil"
    mois_titre = entier_au("delais", signification.date, "execution_titre")
    mois_interets = entier_au("prescription", signification.date, regime)
    interrompu = [jour for jour in interruptions_du_titre(dossier, dossier.debiteur, au) if jour > signification.date]
    depuis = f"la dernière interruption, le {_fr(interrompu[-1])}" if interrompu else ""
    return Echeance(
        "Exécution du titre, au plus tard",
        terme_d_execution(dossier, signification, dossier.debiteur, au),
        valeur_au("delais", signification.date, "execution_titre").source.titre,
        f"{mois_titre // MOIS_PAR_AN} ans depuis {depuis or f'la signification du {_fr(signification.date)}'}, jamais "
        f"reportés au jour ouvrable ; les intérêts échus depuis se prescrivent à part, par "
        f"{mois_interets // MOIS_PAR_AN} ans ({valeur_au('prescription', signification.date, regime).source.titre})",
    )


def _declarations_posterieures(dossier: Dossier, debiteur: Debiteur) -> Iterator[Echeance]:
    jugement = jugement_de(debiteur)
    for facture in dossier.factures:
        if jugement and sort_de(dossier, facture, jugement) == "posterieure_autre":
            yield Echeance(
                f"Déclaration de la facture {facture.numero}, au plus tard",
                terme_de_declaration_posterieure(dossier, facture),
                valeur_au("articles", jugement, "C. com. R622-22").cle,
                "créance née après le jugement sans contrepartie utile : le délai court de son échéance",
            )


def _suites(dossier: Dossier, suivi: Suivi, *, consigne_au_greffe: bool) -> Iterator[Echeance]:
    territoire = territoire_de(dossier.debiteur.domicile)
    est_jugee = suivi.ordonnance or suivi.rejet  # le juge a statué : les frais ont été consignés
    if suivi.depot and not suivi.consignation and consigne_au_greffe and not est_jugee:
        yield _en_jours(
            "Consignation des frais de greffe, au plus tard",
            "consignation",
            suivi.depot,
            territoire,
            "depuis la demande, à peine de caducité",
        )
    if suivi.opposition and suivi.avis_greffe and consigne_au_greffe:
        yield _en_jours(
            "Consignation des frais d'opposition, au plus tard",
            "consignation_opposition",
            suivi.avis_greffe,
            territoire,
            "depuis l'invitation du greffe, à peine de caducité",
        )
    if est_europeenne(dossier):
        yield from (Echeance(*champs) for champs in dater_europeenne(dossier, suivi))
        return
    if suivi.ordonnance and not suivi.toutes_significations and est_moindre(dossier, suivi.ordonnance):
        yield _choix_sur_ordonnance_partielle(suivi.ordonnance, territoire)
    yield from _significations(dossier, suivi, territoire)


def _significations(dossier: Dossier, suivi: Suivi, territoire: str) -> Iterator[Echeance]:
    """Ce qui court contre chaque débiteur, selon ce qu'il a reçu ; une seule fois si tous l'ont reçu ensemble."""
    poursuivis = dossier.debiteurs_poursuivis
    recues = {debiteur.nom_complet: suivi.signification_de(debiteur) for debiteur in poursuivis}
    ensemble = len(set(recues.values())) == 1
    for rang, debiteur in enumerate(poursuivis):
        recue, nom = recues[debiteur.nom_complet], "" if ensemble else f" ({debiteur.nom_complet})"
        if suivi.ordonnance and _a_signifier(suivi.ordonnance, recue, territoire):
            if rang == 0 or not ensemble:
                yield replace(_signification(suivi.ordonnance, recue, territoire, nom), cle=f"signification {rang}")
        elif recue and not suivi.opposition:
            opposition = _opposition(suivi, debiteur, territoire, nommer=len(poursuivis) > 1)
            yield replace(opposition, cle=f"opposition {rang}")
            if not suivi.avis_greffe and (rang == 0 or not ensemble):
                yield replace(_execution(suivi.ordonnance, recue, territoire, nom), cle=f"execution {rang}")


def _a_signifier(ordonnance: Ordonnance, signification: Signification | None, territoire: str) -> bool:
    """L'ordonnance n'est pas signifiée, ou l'a été trop tard."""
    return signification is None or signification.date > terme_de_signification(ordonnance, territoire)


def _choix_sur_ordonnance_partielle(ordonnance: Ordonnance, territoire: str) -> Echeance:
    """Signifier, c'est se contenter de la somme accordée ; sinon ne pas signifier et assigner (CPC 1409)."""
    accorde = f" ({montant(ordonnance.montant)} accordés)" if ordonnance.montant else ""
    return Echeance(
        "Choix sur l'ordonnance partielle, au plus tard",
        terme_de_signification(ordonnance, territoire),
        valeur_au("articles", ordonnance.date, "CPC 1409").cle,
        f"{ordonnance.nom} n'accorde qu'une partie de la demande{accorde} et n'est pas susceptible de recours : "
        "la faire signifier vaut s'en contenter ; pour le reste, ne pas la signifier et assigner",
    )


def _signification(ordonnance: Ordonnance, signification: Signification | None, territoire: str, nom: str) -> Echeance:
    regle = valeur_au(TABLE_SIGNIFICATION, ordonnance.date)
    sans_report = ajouter_mois(ordonnance.date, entier_au(TABLE_SIGNIFICATION, ordonnance.date))
    suite = (
        f"signifiée le {_fr(signification.date)}, trop tard : l'ordonnance est non avenue"
        if signification
        else f"au-delà, l'ordonnance est non avenue ; par prudence, signifier avant le {_fr(sans_report)}, "
        "terme sans report au jour ouvrable"
    )
    return Echeance(
        f"Signification de l'ordonnance, au plus tard{nom}",
        terme_de_signification(ordonnance, territoire),
        regle.source.titre,
        f"{regle.valeur} mois depuis {ordonnance.nom} ; {suite}",
    )


def _opposition(suivi: Suivi, debiteur: Debiteur, territoire: str, *, nommer: bool) -> Echeance:
    recue = suivi.signification_de(debiteur)
    if recue is None:
        raise LookupError(debiteur.nom_complet)
    titre = "Opposition possible jusqu'au" + (f" ({debiteur.nom_complet})" if nommer else "")
    regle = valeur_au("delais", recue.date, "opposition")
    terme = terme_d_opposition(suivi, debiteur, territoire)
    if terme is None:
        explication = (
            "non déterminable : faute de signification à personne, l'opposition reste recevable jusqu'à "
            f"{regle.valeur} mois après le premier acte signifié à personne ou la première mesure qui rend des biens "
            "indisponibles"
        )
        return Echeance(titre, None, regle.source.titre, explication)
    distance = mois_de_distance(debiteur.domicile, territoire, recue.date)
    depart = f"la signification à personne du {_fr(recue.date)}"
    if recue.mode != "personne" and (saisi := premiere_mesure(suivi, debiteur)):
        depart = f"la première saisie connue du débiteur, le {_fr(saisi)}"
    explication = f"{entier_au('delais', recue.date, 'opposition') + distance} mois depuis {depart}"
    if distance:
        explication += f", dont {distance} pour l'éloignement"
    return Echeance(titre, terme, regle.source.titre, explication)


def _execution(ordonnance: Ordonnance | None, signification: Signification, territoire: str, nom: str) -> Echeance:
    """Premier jour où l'ordonnance s'exécute contre celui qui a reçu cette signification."""
    jour_de_la_regle = ordonnance.date if ordonnance else signification.date
    regle = valeur_au("delais", jour_de_la_regle, "execution_ordonnance")
    mois = entier_au("delais", jour_de_la_regle, "execution_ordonnance")
    terme = terme_de_procedure(signification.date, mois=mois, territoire=territoire)
    return Echeance(
        f"Ordonnance exécutoire à partir du{nom}",
        terme + UN_JOUR,
        regle.source.titre,
        f"{mois} mois après la signification du {_fr(signification.date)}, sans opposition connue",
    )


def _procedure_collective(dossier: Dossier, debiteur: Debiteur) -> Iterator[Echeance]:
    procedure = debiteur.procedure_collective
    publication = procedure.publication_bodacc if procedure else None
    if publication is None or not debiteur.est_en_procedure_collective:
        return
    supplement = _supplement_d_eloignement(dossier, debiteur, publication)
    yield _depuis_bodacc("Déclaration de créance, au plus tard", "declaration_de_creance", publication, supplement)
    yield _depuis_bodacc("Relevé de forclusion, au plus tard", "releve_de_forclusion", publication)
    yield from _declarations_posterieures(dossier, debiteur)
    reserves = [contrat.reserve_propriete for contrat in dossier.tous_contrats if contrat.reserve_propriete]
    if reserves and debiteur is dossier.debiteur:
        biens = next((r.biens_en_nature for r in reserves if isinstance(r.biens_en_nature, str)), "")
        regle = valeur_au("delais", publication, "revendication")
        mois = entier_au("delais", publication, "revendication")
        yield Echeance(
            "Revendication des biens réservés, au plus tard",
            calculer_revendication(debiteur),
            regle.source.titre,
            f"{mois} mois depuis la publication au BODACC du {_fr(publication)} ; par prudence, sans report "
            f"au jour ouvrable ; si les biens{f' ({biens})' if biens else ''} se retrouvent en nature",
        )


def calculer_revendication(debiteur: Debiteur) -> date | None:
    """Dernier jour pour revendiquer, par prudence sans report au jour ouvrable (L624-9) ; None si rien n'est publié."""
    procedure = debiteur.procedure_collective
    if procedure is None or procedure.publication_bodacc is None:
        return None
    publication = procedure.publication_bodacc
    return ajouter_mois(publication, entier_au("delais", publication, "revendication"))


def terme_de_declaration(dossier: Dossier, debiteur: Debiteur) -> date | None:
    """Dernier jour d'envoi de la déclaration, reporté au jour ouvrable (R622-24) ; None si rien n'est publié."""
    procedure = debiteur.procedure_collective
    if procedure is None or procedure.publication_bodacc is None:
        return None
    publication = procedure.publication_bodacc
    mois = entier_au("delais", publication, "declaration_de_creance")
    return terme_de_procedure(publication, mois=mois + _supplement_d_eloignement(dossier, debiteur, publication))


def terme_de_declaration_posterieure(dossier: Dossier, facture: Facture) -> date | None:
    """Dernier jour pour déclarer une créance née après le jugement sans contrepartie utile (L622-24, al. 6).

    Compté de son échéance, reporté au jour ouvrable ; None si elle n'est pas connue.
    """
    echeance = facture.premiere_echeance
    if echeance is None:
        return None
    mois = entier_au("delais", echeance, "declaration_de_creance")
    return terme_de_procedure(echeance, mois=mois + _supplement_d_eloignement(dossier, dossier.debiteur, echeance))


def _supplement_d_eloignement(dossier: Dossier, debiteur: Debiteur, publication: date) -> int:
    """Mois de plus pour le créancier qui ne demeure pas sur le territoire de la juridiction (R622-24)."""
    territoire = territoire_de(debiteur.domicile)
    eloigne = mois_de_distance(dossier.creancier.domicile, territoire, publication) > 0
    return entier_au("delais", publication, "declaration_de_creance_eloignement") if eloigne else 0


def _depuis_bodacc(titre: str, cle: str, publication: date, supplement: int = 0) -> Echeance:
    regle = valeur_au("delais", publication, cle)
    mois = entier_au("delais", publication, cle) + supplement
    explication = f"{mois} mois depuis la publication au BODACC du {_fr(publication)}"
    if supplement:
        explication += f", dont {supplement} parce que le créancier est éloigné"
    return Echeance(titre, terme_de_procedure(publication, mois=mois), regle.source.titre, explication)


def _en_jours(titre: str, cle: str, depart: date, territoire: str, explication: str) -> Echeance:
    regle = valeur_au("delais_jours", depart, cle)
    jours = entier_au("delais_jours", depart, cle)
    return Echeance(
        titre,
        terme_de_procedure(depart, jours=jours, territoire=territoire),
        regle.source.titre,
        f"{jours} jours {explication} (point de départ : {_fr(depart)})",
    )


def _prescriptions(dossier: Dossier, au: date) -> Iterator[Echeance]:
    """Une échéance par facture et par terme ; les hypothèses qui donnent la même date sont réunies."""
    par_terme: dict[tuple[str, date], list[HypothesePrescription]] = {}
    en_instance = est_en_instance(dossier, au)  # rien ne court tant qu'elle dure
    for hypothese in (h for h in hypotheses_de_prescription(dossier, au) if h.terme < au or not en_instance):
        par_terme.setdefault((hypothese.facture, hypothese.terme), []).append(hypothese)
    for (facture, terme), hypotheses in par_terme.items():
        motifs = " ; ou ".join(dict.fromkeys(hypothese.hypothese for hypothese in hypotheses))
        evenements = hypotheses[0].evenements
        suite = f" ; après {', '.join(evenements)}" if evenements else ""
        yield Echeance(
            f"Prescription de la facture {facture}",
            terme,
            " ; ".join(dict.fromkeys(hypothese.fondement for hypothese in hypotheses)),
            f"{motifs}{suite} ; dernier jour pour agir, la prescription est acquise le lendemain ; jamais reportée au "
            "jour ouvrable",
        )


def _fr(jour: date) -> str:
    return f"{jour:%d/%m/%Y}"
