"""Que faire ensuite d'un dossier déposé, jusqu'à quand, et ce que cela coûte : une conduite par étape.

Les montants sont dans la table « frais », les délais dans les leurs ; ici, ce qu'une assistante doit faire.
"""

import datetime as dt
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace

from generateur.calculs.avancement import Etape, NomEtape, Position, dernier_jour_connu, dire_cloture, situer_dossier
from generateur.calculs.calendrier import UN_JOUR
from generateur.calculs.decompte import chiffrer
from generateur.calculs.encours import calculer_encours
from generateur.calculs.entraves import Entrave, entraves_du_dossier
from generateur.calculs.solde_du_titre import est_moindre, solder_titre
from generateur.calculs.suites_europeennes import agir_apres_l_europeenne, dire_europeenne
from generateur.domaine.apres_depot import Suivi
from generateur.domaine.dossier import Dossier
from generateur.domaine.langue import date_longue
from generateur.erreurs import ErreurDroitManquant

LE_DOSSIER = "{dossier}"  # dans une commande : le dossier, que celui qui montre la phrase nomme


@dataclass(frozen=True)
class Depense:
    """Ce que l'étape va coûter ; `cle` : celle de la table « frais »."""

    libelle: str
    cle: str


@dataclass(frozen=True)
class Conduite:
    """`titre` en deux mots, `situation` en une phrase ; `suites` : ce que « produire --suite » écrit maintenant."""

    etape: Etape
    titre: str
    situation: str
    a_faire: tuple[str, ...]
    suites: tuple[str, ...] = ()
    depenses: tuple[Depense, ...] = ()

    def pour(self, chemin: str) -> "Conduite":
        """La même, dont les commandes visent ce dossier-là."""
        return replace(self, a_faire=tuple(phrase.replace(LE_DOSSIER, chemin) for phrase in self.a_faire))


_TITRES: Mapping[NomEtape, str] = {
    "amiable": "À l’amiable",
    "depose": "Déposé",
    "a_signifier": "À signifier",
    "signifie": "Signifié",
    "executoire": "Exécutoire",
    "saisi": "Saisie en cours",
    "oppose": "Opposition",
    "non_avenue": "Ordonnance non avenue",
    "expire": "Titre éteint",
    "rejete": "Requête rejetée",
    "europeenne": "Injonction européenne",
    "clos": "Clos",
}
_SUITES: Mapping[NomEtape, tuple[str, ...]] = {
    "a_signifier": ("signification",),
    "executoire": ("certificat_non_opposition", "saisie"),
    "saisi": ("saisie",),
    "oppose": ("opposition",),
}
_ASSIGNATION = Depense("Signification de l’assignation, hors taxes", "signification")
_SAISIE = Depense("Saisie", "saisie")
_DEPENSES: Mapping[NomEtape, tuple[Depense, ...]] = {
    "a_signifier": (Depense("Signification de l’ordonnance, hors taxes", "signification"),),
    "executoire": (Depense("Certificat de non-opposition", "certificat_non_opposition"), _SAISIE),
    "saisi": (_SAISIE,),
    "oppose": (Depense("Frais d’opposition", "opposition"),),
    "rejete": (_ASSIGNATION,),
    "non_avenue": (_ASSIGNATION,),
}


def _produire(reste: str) -> str:
    return f"« generateur produire {LE_DOSSIER} {reste} »"


def _noter(reste: str) -> str:
    return f"« generateur ajouter evenement {LE_DOSSIER} {reste} »"


def conduire(dossier: Dossier, au: dt.date) -> Conduite:
    """La conduite à tenir à `au`. Lève ErreurDroitManquant si un délai n'est pas connu à cette date."""
    etape = situer_dossier(dossier, au)
    entraves = entraves_du_dossier(dossier, au) if etape.est_devant_le_juge else ()
    suites = _SUITES.get(etape.nom, ())
    restent = tuple(suite for suite in suites if not _est_fermee(suite, etape, entraves))
    arrete = bool(suites) and suites[-1] not in restent
    return Conduite(
        etape,
        _TITRES[etape.nom],
        _situer(dossier, etape, au),
        tuple(_agir(dossier, etape, au, entraves, arrete=arrete)),
        restent,
        () if arrete else _DEPENSES.get(etape.nom, ()),
    )


def _est_fermee(suite: str, etape: Etape, entraves: tuple[Entrave, ...]) -> bool:
    """Vrai si la suite n'a plus lieu contre aucun de ceux qui en sont là ; l'audience, dès que l'un est protégé."""
    proteges = [e.debiteur for e in entraves if e.ferme(suite)]
    if suite == "opposition":
        return bool(proteges)
    vises = [p.debiteur for p in etape.positions if suite in _SUITES.get(p.etape, ())]
    return bool(vises) and all(any(protege is vise for protege in proteges) for vise in vises)


def _situer(dossier: Dossier, etape: Etape, au: dt.date) -> str:
    """Où l'on en est, en une phrase sans point final ; débiteur par débiteur s'ils n'en sont pas au même point."""
    suivi = dossier.suivi or Suivi()
    if suivi.clos and etape.nom == "clos":
        return dire_cloture(dossier, suivi.clos)
    if etape.depuis and etape.nom == "depose":
        return f"la demande est déposée depuis le {date_longue(etape.depuis)}, sa décision n’est pas encore notée"
    if etape.nom == "europeenne":
        return dire_europeenne(dossier, au)
    if etape.depuis and etape.nom == "rejete":
        return f"la requête a été rejetée le {date_longue(etape.depuis)}, sans recours"
    phrases = [_DIRE[position.etape](position) for position in etape.positions]
    if len(set(phrases)) <= 1:
        return next(iter(phrases), "rien n’est déposé")
    noms = [position.debiteur.nom_complet for position in etape.positions]
    return " ; ".join(f"{nom} : {phrase}" for nom, phrase in zip(noms, phrases, strict=True))


def _dire_signifiee(position: Position) -> str:
    limite = position.opposition_jusqu_au
    jusqu_a = f"jusqu’au {date_longue(limite)}" if limite else "sans terme certain, faute de signification à personne"
    executoire = f", exécutoire à partir du {date_longue(position.avant + UN_JOUR)}" if position.avant else ""
    return f"l’ordonnance est signifiée depuis le {date_longue(position.depuis)}, opposition {jusqu_a}{executoire}"


def _dire_avec_terme(debut: str, lien: str) -> Callable[[Position], str]:
    def dire(position: Position) -> str:
        fin = f"{lien} {date_longue(position.avant)}" if position.avant else ""
        return f"{debut} {date_longue(position.depuis)}{fin}"

    return dire


_DIRE: Mapping[NomEtape, Callable[[Position], str]] = {
    "a_signifier": _dire_avec_terme("l’ordonnance du", " est à signifier au plus tard le"),
    "signifie": _dire_signifiee,
    "executoire": _dire_avec_terme("l’ordonnance est exécutoire depuis le", ", jusqu’au"),
    "saisi": _dire_avec_terme("une saisie a été pratiquée le", ", le titre vaut jusqu’au"),
    "oppose": _dire_avec_terme("opposition a été formée le", ""),
    "non_avenue": _dire_avec_terme("l’ordonnance, non signifiée à temps, est non avenue depuis le", ""),
    "expire": _dire_avec_terme("l’ordonnance ne s’exécute plus depuis le", ""),
}


def _agir(dossier: Dossier, etape: Etape, au: dt.date, entraves: tuple[Entrave, ...], *, arrete: bool) -> Iterator[str]:
    """Ce qui reste à faire, dans l'ordre ; `arrete` : ce que l'étape appelait n'a plus lieu."""
    yield from (f"{entrave.raison[:1].upper()}{entrave.raison[1:]}. {entrave.remede}" for entrave in entraves)
    if arrete:
        return
    if _titre_est_paye(dossier, etape, au):
        yield f"Ce que l’ordonnance accorde est payé, le surplus abandonné : clore ({_noter('cloture --motif paye')})."
        return
    if etape.est_devant_le_juge and calculer_encours(dossier, au).reste <= 0:
        yield (
            "Les factures sont payées : réclamer s’il y a lieu les intérêts et les frais, puis clore "
            f"({_noter('cloture --motif paye')})."
        )
    if etape.nom == "europeenne":
        yield from agir_apres_l_europeenne(dossier, au)
    limite = max((p.opposition_jusqu_au for p in etape.positions if p.opposition_jusqu_au), default=None)
    if etape.nom in {"executoire", "saisi"} and limite and limite >= au:
        yield f"L’opposition reste possible jusqu’au {date_longue(limite)}."
    yield from _ACTIONS.get(etape.nom, _ne_rien_faire)(dossier, etape)


def _titre_est_paye(dossier: Dossier, etape: Etape, au: dt.date) -> bool:
    """Vrai si l'ordonnance n'accordait qu'une partie, et que cette partie est payée ; faux si un taux manque à `au`."""
    ordonnance = (dossier.suivi or Suivi()).ordonnance
    if ordonnance is None or ordonnance.montant is None or etape.nom not in {"executoire", "saisi"}:
        return False
    try:
        return est_moindre(dossier, ordonnance) and solder_titre(dossier, chiffrer(dossier, au)).total <= 0
    except ErreurDroitManquant:
        return False


def _ne_rien_faire(_dossier: Dossier, _etape: Etape) -> Iterator[str]:
    yield from ()


def _attendre_la_decision(_dossier: Dossier, _etape: Etape) -> Iterator[str]:
    yield (f"Dès que la décision arrive, la noter : {_noter('ordonnance --date … --fichier …')}, ou « … rejet … ».")


def _faire_signifier(dossier: Dossier, etape: Etape) -> Iterator[str]:
    ordonnance = (dossier.suivi or Suivi()).ordonnance
    if ordonnance and est_moindre(dossier, ordonnance):
        yield (
            "L’ordonnance n’accorde qu’une partie : choisir d’abord. La signifier, c’est abandonner le reste ; sinon, "
            f"ne pas la signifier et assigner ({_produire('--procedure assignation_paiement')})."
        )
    yield f"Écrire à l’étude : {_produire('--suite signification')}, l’ordonnance et la liasse jointes."
    if etape.avant:
        yield f"Au-delà du {date_longue(etape.avant)}, l’ordonnance est non avenue et tout est à refaire."
    yield f"L’acte reçu, le noter : {_noter('signification --date … --mode … --fichier …')}."


def _attendre_l_opposition(_dossier: Dossier, etape: Etape) -> Iterator[str]:
    if etape.avant:
        yield f"Attendre jusqu’au {date_longue(etape.avant)} : ni saisie, ni relance d’ici là."
    yield f"Noter tout paiement, et toute opposition dont le greffe vous avise ({_noter('…')})."


def _faire_executer(_dossier: Dossier, _etape: Etape) -> Iterator[str]:
    yield f"Demander au greffe le certificat : {_produire('--suite certificat_non_opposition')}."
    yield f"Puis confier le titre à l’étude : {_produire('--suite saisie')}."


def _suivre_la_saisie(_dossier: Dossier, _etape: Etape) -> Iterator[str]:
    yield f"Noter chaque somme reçue ({_noter('paiement')}), puis clore une fois tout payé."


def _aller_a_l_audience(_dossier: Dossier, _etape: Etape) -> Iterator[str]:
    yield "Consigner les frais que le greffe demande, dans le délai de son invitation : sinon la demande est caduque."
    yield f"Préparer l’audience : {_produire('--suite opposition')}, l’acte de signification joint."


def _assigner(_dossier: Dossier, _etape: Etape) -> Iterator[str]:
    yield "Compléter les preuves dont l’absence explique le rejet, et vérifier la prescription, qui court toujours."
    yield f"Assigner : {_produire('--procedure assignation_paiement')}."


def _recommencer(_dossier: Dossier, _etape: Etape) -> Iterator[str]:
    yield "Vérifier la prescription : ni la requête ni l’ordonnance ne l’ont interrompue."
    yield (
        f"Assigner ({_produire('--procedure assignation_paiement')}), ou retirer [suivi] du dossier et "
        "déposer une nouvelle requête."
    )


def _rechercher_une_interruption(_dossier: Dossier, _etape: Etape) -> Iterator[str]:
    yield "Rechercher une mesure d’exécution ou une reconnaissance qui aurait fait repartir le délai, et la noter."
    yield f"À défaut, clore : {_noter('cloture --motif irrecouvrable')}."


_ACTIONS: Mapping[NomEtape, Callable[[Dossier, Etape], Iterator[str]]] = {
    "depose": _attendre_la_decision,
    "a_signifier": _faire_signifier,
    "signifie": _attendre_l_opposition,
    "executoire": _faire_executer,
    "saisi": _suivre_la_saisie,
    "oppose": _aller_a_l_audience,
    "rejete": _assigner,
    "non_avenue": _recommencer,
    "expire": _rechercher_une_interruption,
}


def conduire_apres_depot(dossier: Dossier, au: dt.date, depot: dt.date | None) -> Conduite | None:
    """La conduite à tenir d'après le dernier événement connu, quel que soit le jour où l'on produit ; None avant."""
    if depot is None:
        return None
    return conduire(dossier, dernier_jour_connu(dossier, au)).pour(dossier.reference)
