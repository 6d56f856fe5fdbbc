"""La fiche interne : verdict, constats, choix motivé, suites, échéances et coûts. Jamais dans la liasse."""

import datetime as dt
import re
from collections.abc import Iterator, Sequence

from generateur.calculs.avancement import dernier_jour_connu
from generateur.calculs.conduite import Conduite, conduire_apres_depot
from generateur.calculs.echeances import calculer_echeances
from generateur.domaine.constat import LIBELLES_GRAVITES, Gravite, Groupe, Verdict
from generateur.domaine.langue import INSECABLE, courber, date_longue, majuscule, montant, pluriel
from generateur.domaine.signal_de_poursuite import Signal
from generateur.droit.tables import valeur_au
from generateur.procedures.choix import Decision
from generateur.procedures.enjeu import borner_cout
from generateur.procedures.repertoire import trouver_procedure
from generateur.procedures.socle import Cout, Espece, Procedure
from generateur.redaction.contexte import ConstatActe, DepotActe, ExamenActe, FicheInterne, LigneInterne

_ADRESSE_WEB = re.compile(r"https?://([^/\s)]+)[^\s)]*")  # une adresse entière déborderait d'une colonne imprimée
_VERBES: dict[Gravite, str] = {"bloquant": "Corriger", "a_completer": "Compléter", "avertissement": "Vérifier"}
_POINTS_DITS = 5  # au-delà, le tableau des constats prend le relais
_PRIERES = {
    "greffe": "Merci de nous en confirmer la réception, de nous donner le numéro du dossier et le montant des frais.",
    "etude": "Merci de nous dire si vous acceptez ce dossier, ce qu’il faut avancer et la suite que vous lui donnerez.",
    "mandataire": "L’original part en recommandé avec avis de réception. Merci de nous confirmer que vous l’avez reçu.",
}
VERDICTS: dict[Verdict, tuple[str, str]] = {
    "pret": ("Prêt", "Le dossier peut être relu, signé et déposé."),
    "a_completer": ("À compléter", "Il manque de quoi déposer : voir les points à compléter."),
    "irrecevable": ("À ne pas déposer", "Un point empêche le dépôt : voir les points à corriger."),
}
_SUITE_COMMUNIQUEE = "« generateur produire » tire d’une pièce nouvelle un bordereau complémentaire."


def expliquer_verdict(
    verdict: Verdict, *, depot: dt.date | None, communiquee_le: dt.date | None, conduite: Conduite | None = None
) -> tuple[str, str]:
    """Où en est le dossier, en deux mots puis en une phrase : ce qui est déposé n'est plus « prêt à déposer »."""
    libelle, explication = VERDICTS[verdict]
    if depot is None and communiquee_le is None:
        return libelle, explication
    reserve = "" if verdict == "pret" else " Des points sont apparus depuis : les lire avant toute suite."
    if depot and conduite and conduite.etape.nom != "depose":
        return conduite.titre, f"{majuscule(conduite.situation)}. {_SUITE_COMMUNIQUEE}{reserve}"
    if depot:
        deja = f"La demande a été déposée le {date_longue(depot)} : elle n’est pas à déposer de nouveau."
        return "Déposé", f"{deja} {_SUITE_COMMUNIQUEE}{reserve}"
    if verdict != "pret" or communiquee_le is None:
        return libelle, explication
    deja = f"Une liasse a été communiquée le {date_longue(communiquee_le)}, elle est gardée telle quelle."
    return "Communiqué", f"{deja} {_SUITE_COMMUNIQUEE} Le dépôt se note dans [suivi] depot."


def dresser_fiche(
    espece: Espece,
    decision: Decision,
    groupes: Sequence[Groupe],
    verdict: Verdict,
    moteur: str,
    *,
    depot: dt.date | None = None,
    communiquee_le: dt.date | None = None,
    signaux: Sequence[Signal] = (),
) -> FicheInterne:
    """La fiche interne d'un dossier dont une procédure est retenue ; `depot`, `communiquee_le` : ce qui est parti."""
    procedure = decision.retenue
    le = dernier_jour_connu(espece.dossier, espece.au) if depot else espece.au
    conduite = conduire_apres_depot(espece.dossier, espece.au, depot)
    libelle, explication = expliquer_verdict(verdict, depot=depot, communiquee_le=communiquee_le, conduite=conduite)
    couts = tuple(_chiffrer_cout(c, le) for c in _couter(espece, procedure, conduite))
    return FicheInterne(
        verdict=libelle,
        explication=explication,
        alerte=_alerter(decision),
        constats=tuple(_presenter_groupe(groupe) for groupe in groupes),
        examens=tuple(_presenter_examens(decision)),
        etapes=_lister_etapes(espece, procedure, depot, groupes, conduite),
        echeances=tuple(
            LigneInterne(e.titre, date_longue(e.date) if e.date else "non déterminable", e.fondement)
            for e in calculer_echeances(espece.dossier, le)
            if not (e.est_attente and e.date and e.date < le)
        ),
        couts=(*couts, *_peser(espece, signaux)),
        depot=_dire_le_depot(espece, procedure, couts) if procedure and not depot else None,
        moteur=moteur,
    )


def _peser(espece: Espece, signaux: Sequence[Signal]) -> Iterator[LigneInterne]:
    """Sous les coûts, l'enjeu et ce que l'on sait du débiteur ; rien si l'on n'en sait rien."""
    if signaux:
        decompte = espece.decompte
        yield LigneInterne("Enjeu : le total demandé", montant(decompte.total), "À comparer aux coûts ci-dessus.")
    for signal in signaux:
        yield LigneInterne(courber(signal.libelle), courber(signal.valeur), courber(signal.source))


def _dire_le_depot(espece: Espece, procedure: Procedure, couts: Sequence[LigneInterne]) -> DepotActe | None:
    depot = procedure.deposer(espece)
    if depot is None or procedure.adresser is None:
        return None
    facon = valeur_au("depots", espece.au, depot.cle)
    return DepotActe(
        adresse=", ".join(procedure.adresser(espece).lignes[1:]) if procedure.saisit_juridiction else "",
        comment=courber(f"{majuscule(facon.texte)}. {facon.note}".strip()),
        frais=f"{couts[0].libelle} : {couts[0].valeur}" if couts else "",
        priere=_PRIERES[depot.aupres],
    )


def _couter(espece: Espece, procedure: Procedure | None, conduite: Conduite | None) -> tuple[Cout, ...]:
    """Les coûts de la voie ; une fois la décision rendue, ceux de l'étape où l'on en est."""
    if conduite and conduite.etape.nom not in {"amiable", "depose"}:
        return tuple(Cout(depense.libelle, depense.cle) for depense in conduite.depenses)
    return procedure.couts(espece) if procedure else ()


def _lister_etapes(
    espece: Espece,
    procedure: Procedure | None,
    depot: dt.date | None,
    groupes: Sequence[Groupe],
    conduite: Conduite | None,
) -> tuple[str, ...]:
    """Ce qui reste à faire : une fois la demande déposée, ni la signer, ni la déposer."""
    if depot and conduite:
        return (
            f"Rien n’est à signer ni à déposer de nouveau : la demande l’a été le {date_longue(depot)}.",
            *(courber(phrase) for phrase in conduite.a_faire),
            "Si une pièce arrive, l’ajouter au dossier et communiquer le bordereau complémentaire avec elle, puis "
            "lancer « generateur retenir-numeros ».",
        )
    return (*_dire_d_abord(groupes), *(procedure.etapes(espece) if procedure else ()))


def _dire_d_abord(tous: Sequence[Groupe]) -> Iterator[str]:
    """Ce qu'il faut faire avant toute autre chose : corriger, compléter, puis le premier point à vérifier."""
    groupes = [groupe for groupe in tous if groupe.gravite in _VERBES]
    pressants = [groupe for groupe in groupes if groupe.gravite != "avertissement"]
    for groupe in (*pressants[:_POINTS_DITS], *groupes[len(pressants) : len(pressants) + 1]):
        autres = len(groupe.constats) - 1
        suite = f" De même en {pluriel(autres, 'autre endroit', 'autres endroits')}." if autres else ""
        yield f"{_VERBES[groupe.gravite]}{INSECABLE}: {groupe.premier.message.rstrip('.')}.{suite}"
    if reste := pressants[_POINTS_DITS:]:
        yield f"Puis {pluriel(len(reste), 'autre point', 'autres points')} du tableau des constats."


def _alerter(decision: Decision) -> str:
    if not decision.est_forcee or decision.retenue is None:
        return ""
    motifs = decision.examen_de(decision.retenue)
    raisons = " ; ".join(m.message for m in motifs.motifs) if not motifs.recevable else ""
    habituelle = f" Le choix motivé aurait été : {decision.naturelle.libelle}." if decision.naturelle else ""
    pourquoi = f" Pourquoi nous ne l’aurions pas choisie : {raisons}." if raisons else ""
    return f"Procédure imposée par --procedure : {decision.retenue.libelle}.{pourquoi}{habituelle}"


def _presenter_groupe(groupe: Groupe) -> ConstatActe:
    """Un constat par ligne ; répété, il ne se dit qu'une fois, avec ses autres endroits."""
    premier = groupe.premier
    lieux = ", ".join(dict.fromkeys(constat.lieu for constat in groupe.montres if constat.lieu))
    return ConstatActe(
        gravite=LIBELLES_GRAVITES[premier.gravite],
        message=" ".join(majuscule(constat.message) for constat in groupe.montres),
        lieu=" ".join(morceau for morceau in (f"{lieux}." if lieux else "", groupe.dire_les_autres()) if morceau)
        if groupe.dire_les_autres()
        else lieux,
        remede=_ADRESSE_WEB.sub(r"\1", "\n".join(groupe.remedes)),
        fondement=premier.fondement,
    )


def _presenter_examens(decision: Decision) -> list[ExamenActe]:
    examens = []
    for examen in decision.examens:
        procedure = trouver_procedure(examen.procedure)
        if procedure is decision.retenue:
            etat = "imposée" if decision.est_forcee else "retenue"
        else:
            etat = "possible" if examen.recevable else "écartée"
        motifs = tuple(f"{majuscule(m.message)}{f' ({m.fondement})' if m.fondement else ''}" for m in examen.motifs)
        examens.append(ExamenActe(procedure.libelle, etat, motifs))
    return examens


def _chiffrer_cout(cout: Cout, au: dt.date) -> LigneInterne:
    """Montant calculé, ou fourchette de la table « frais » ; un coût que nul ne connaît le dit."""
    if not cout.cle:
        return LigneInterne(cout.libelle, "non établi" if cout.montant is None else montant(cout.montant), cout.note)
    borne = valeur_au("frais", au, f"{cout.cle}_max")
    bas, haut = borner_cout(cout, au)
    if bas is None or haut is None:
        return LigneInterne(cout.libelle, "non établi", borne.note or borne.source.titre)
    fourchette = montant(bas) if bas == haut else f"de {montant(bas)} à {montant(haut)}"
    return LigneInterne(cout.libelle, fourchette, borne.note or borne.source.titre)
