"""Ce qui suit dans la phase amiable : attendre, relancer à tel niveau, mettre en demeure, demander, ou rien.

Jamais une relance de ce qui est payé, contesté, cédé, couvert par un accord ou pris dans une procédure collective ;
jamais deux niveaux le même jour, ni un niveau en arrière. Un même débiteur reçoit un seul message pour tout ce qu'il
doit : la plus ancienne échéance impayée donne le rang.
"""

import datetime as dt
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Literal

from generateur.calculs.accords import SuiviAccord, suivre_accord
from generateur.calculs.calendrier import reporter, territoire_de
from generateur.calculs.conduite import Conduite, conduire
from generateur.calculs.echeances import delai_laisse
from generateur.calculs.encours import Encours, Etat, calculer_encours
from generateur.calculs.suite_de_l_accord import avancer_l_accord
from generateur.domaine.creances import Relance
from generateur.domaine.dossier import Dossier
from generateur.domaine.echelle import Echelle
from generateur.domaine.langue import date_longue, montant
from generateur.domaine.socle import ZERO

Suite = Literal["attendre", "relancer", "mettre_en_demeure", "produire", "aucune"]
_UN_JOUR = dt.timedelta(days=1)
_SITUATIONS = {
    "plan_en_cours": "un plan de sauvegarde ou de redressement paie cette créance",
    "cloture_insuffisance_actif": "la liquidation a été clôturée pour insuffisance d’actif",
    "radiee": "le débiteur est radié : vérifier d’abord qui répond de la dette",
    "dissoute_tup": "la société est dissoute : s’adresser à la société qui a reçu son patrimoine",
    "decede": "le débiteur est décédé : s’adresser à la succession",
    "surendettement": "le débiteur est en surendettement : la commission décide des paiements",
}


@dataclass(frozen=True)
class Prochaine:
    """Le niveau suivant, et le jour où il sera dû si rien n'est payé d'ici là."""

    niveau: int
    le: dt.date


@dataclass(frozen=True)
class SuiteAmiable:
    """La suite d'un dossier à une date.

    `niveau` : celui qui est dû, None si rien n'est à envoyer ; `du_le` : depuis quand ; `lignes` : ce que le message
    réclame ; `date_limite` : le jour écrit dans le message, compris, None s'il n'en fixe pas.
    """

    suite: Suite
    motif: str
    niveau: int | None = None
    du_le: dt.date | None = None
    lignes: tuple[Encours, ...] = ()
    date_limite: dt.date | None = None
    prochaine: Prochaine | None = None
    mise_en_demeure_le: dt.date | None = None
    conduite: Conduite | None = None  # une fois déposé : quoi faire, au lieu d'une relance
    accord: SuiviAccord | None = None  # un accord n'est pas tenu : c'est lui que le message réclame
    dechu_le: dt.date | None = None  # le terme est perdu depuis ce jour : reste à le noter

    @property
    def reclame(self) -> Decimal:
        """Ce que le message demande : les échéances d'accord manquées, sinon ce qui reste des factures."""
        return self.accord.manque if self.accord else sum((ligne.reste for ligne in self.lignes), ZERO)


def decider_suite(dossier: Dossier, echelle: Echelle, au: dt.date, niveau: int | None = None) -> SuiteAmiable:
    """La suite de ce dossier à `au` ; `niveau` : celui que l'utilisateur veut, s'il est permis.

    Un niveau voulu qui ne l'est pas rend une suite sans niveau, dont le motif dit pourquoi.
    """
    etat = calculer_encours(dossier, au)
    arret = _arreter(dossier, au, etat)
    if arret:
        return arret
    relancables = _relancables(etat.lignes, dossier)
    if not relancables:
        return SuiteAmiable("aucune", "tout ce qui reste dû est contesté : répondre à la contestation d’abord")
    datees = tuple(ligne for ligne in relancables if ligne.echeance)
    if not datees:
        return SuiteAmiable("attendre", "aucune échéance n’est connue : la saisir dans [[factures]]")
    parcours = _Parcours(dossier, echelle, au, datees)
    accord = suivre_accord(dossier, au)
    if accord and accord.est_menace and niveau is None:
        return _suivre_l_accord(parcours, accord)
    return _mise_en_demeure_envoyee(dossier, datees, au) or parcours.decider(niveau)


def _suivre_l_accord(parcours: "_Parcours", accord: SuiviAccord) -> SuiteAmiable:
    """Une échéance manque : elle seule se réclame, jusqu'à ce qu'une mise en demeure fasse perdre le terme."""
    au = parcours.au
    pas = avancer_l_accord(parcours.dossier, accord, parcours.echelle, au, parcours.dernier)
    suite: Suite = "attendre"
    if pas.niveau:
        suite = "relancer"
    elif pas.dechu_le:
        suite = "produire"
    elif pas.mise_en_demeure_le and pas.mise_en_demeure_le <= au:
        suite = "mettre_en_demeure"
    return SuiteAmiable(
        suite,
        pas.motif,
        niveau=pas.niveau,
        du_le=pas.du_le,
        date_limite=pas.date_limite,
        mise_en_demeure_le=pas.mise_en_demeure_le,
        accord=accord,
        dechu_le=pas.dechu_le,
    )


def _arreter(dossier: Dossier, au: dt.date, etat: Etat) -> SuiteAmiable | None:
    """Ce qui interdit de relancer ; None si rien ne s'y oppose."""
    return next(_empecher(dossier, au, etat), None)


def _empecher(dossier: Dossier, au: dt.date, etat: Etat) -> Iterator[SuiteAmiable]:
    """Les empêchements, le plus définitif d'abord."""
    debiteur, situation = dossier.debiteur, dossier.situation
    if (conduite := conduire(dossier, au)).etape.nom == "clos":
        yield SuiteAmiable("aucune", conduite.situation)
    if etat.reste <= 0:
        yield SuiteAmiable("aucune", _dire_solde(dossier, au, etat))
    if debiteur.est_en_procedure_collective:
        yield SuiteAmiable("produire", "le débiteur est en procédure collective : la créance se déclare")
    if raison := _SITUATIONS.get(debiteur.situation):
        yield SuiteAmiable("aucune", raison)
    if dossier.est_cedee:
        yield SuiteAmiable("aucune", "la créance est cédée : seul le cessionnaire peut la réclamer")
    if dossier.assurance_credit and dossier.assurance_credit.indemnise:
        yield SuiteAmiable("aucune", "l’assureur-crédit a indemnisé : il agit à la place du créancier")
    if conduite.etape.est_devant_le_juge:
        yield SuiteAmiable("aucune", conduite.situation, conduite=conduite)
    if situation.instance_en_cours or situation.titre_existant:
        yield SuiteAmiable("aucune", "la demande est devant le juge ou jugée : la suite n’est plus une relance")
    if situation.litige:
        yield SuiteAmiable("aucune", "le débiteur conteste la créance : répondre à la contestation d’abord")
    yield from _attendre_l_accord(dossier, au)


def _dire_solde(dossier: Dossier, au: dt.date, etat: Etat) -> str:
    accord = suivre_accord(dossier, au)
    if accord and accord.a_solde_la_dette:
        return "l’accord de paiement a été tenu : plus rien n’est dû, clore le dossier"
    trop = f" ; {montant(etat.trop_percu)} reçus ou crédités en trop" if etat.trop_percu else ""
    return f"rien ne reste à payer{trop}"


def _attendre_l_accord(dossier: Dossier, au: dt.date) -> Iterator[SuiteAmiable]:
    accord = suivre_accord(dossier, au)
    if accord and accord.est_respecte:
        prochaine = accord.a_venir[0]
        yield SuiteAmiable(
            "attendre",
            f"un accord de paiement est respecté : prochaine échéance de {montant(prochaine.montant)} "
            f"le {date_longue(prochaine.date)}",
        )


def _relancables(lignes: Sequence[Encours], dossier: Dossier) -> tuple[Encours, ...]:
    """Sans les factures contestées ; d'une facture contestée en partie, ce qui ne l'est pas."""
    retenues: list[Encours] = []
    contestes = {f.numero: f.montant_conteste or ZERO for f in dossier.factures}
    for ligne in lignes:
        facture = ligne.facture
        if facture.contestee and facture.montant_conteste is None:
            continue
        conteste = min(contestes[facture.numero], ligne.reste)
        contestes[facture.numero] -= conteste
        if ligne.reste > conteste:
            retenues.append(replace(ligne, reste=ligne.reste - conteste))
    return tuple(retenues)


def _mise_en_demeure_envoyee(dossier: Dossier, lignes: Sequence[Encours], au: dt.date) -> SuiteAmiable | None:
    """Après une mise en demeure de tout ce qui est échu, on attend son délai, puis on demande en justice."""
    echues = [ligne for ligne in lignes if ligne.echeance and ligne.echeance < au]
    lettres = [
        m
        for m in dossier.toutes_mises_en_demeure
        if m.date_envoi <= au and all(not m.factures or ligne.facture.numero in m.factures for ligne in echues)
    ]
    lettres = [m for m in lettres if all(ligne.echeance and ligne.echeance <= m.date_envoi for ligne in echues)]
    if not echues or not lettres:
        return None
    terme = max(delai_laisse(lettre, au).terme for lettre in lettres)
    if au <= terme:
        return SuiteAmiable("attendre", f"la mise en demeure laisse jusqu’au {date_longue(terme)} pour payer")
    return SuiteAmiable("produire", f"le délai de la mise en demeure est passé depuis le {date_longue(terme)}")


@dataclass(frozen=True)
class _Parcours:
    """La place d'un dossier sur l'échelle."""

    dossier: Dossier
    echelle: Echelle
    au: dt.date
    lignes: tuple[Encours, ...]

    @property
    def reference(self) -> dt.date:
        """La plus ancienne échéance impayée : c'est d'elle que se comptent les niveaux."""
        return min(ligne.echeance for ligne in self.lignes if ligne.echeance)

    @property
    def passees(self) -> tuple[Relance, ...]:
        """Les relances de ces factures-ci : celles d'avant la plus ancienne facture impayée parlaient d'autre chose."""
        factures = [ligne.facture.date for ligne in self.lignes if ligne.echeance == self.reference]
        debut = min((jour for jour in factures if jour), default=dt.date.min)
        passees = (r for r in self.dossier.relances if debut <= r.date <= self.au)
        return tuple(sorted(passees, key=lambda r: r.date))

    @property
    def dernier(self) -> int:
        """Le plus haut niveau déjà parti."""
        return max((self._rang(r) for r in self.passees), default=0)

    def decider(self, voulu: int | None) -> SuiteAmiable:
        dernier = self.dernier
        derniere_date = self.passees[-1].date if self.passees else None
        if voulu is not None:
            return self._forcer(voulu, dernier, derniere_date)
        candidat = self._suivant(dernier)
        if candidat is None:
            return self._conclure(derniere_date)
        du_le = self._dater(candidat, derniere_date)
        if du_le > self.au:
            return SuiteAmiable(
                "attendre",
                f"le niveau {candidat} est prévu le {date_longue(du_le)}",
                prochaine=Prochaine(candidat, du_le),
            )
        return self._relancer(candidat, du_le)

    def _rang(self, relance: Relance) -> int:
        """Le niveau d'une relance ; sans numéro saisi, celui que sa date lui donnait."""
        niveau = relance.niveau
        if isinstance(niveau, int) or (niveau and niveau.isdigit()):
            return int(niveau)
        ecoules = (relance.date - self.reference).days
        return max((r for r, n in enumerate(self.echelle.niveaux, start=1) if n.delai_jours <= ecoules), default=0)

    def _suivant(self, dernier: int) -> int | None:
        """Le premier niveau après le dernier envoyé ; avant l'échéance, le dernier atteint, et jamais après elle."""
        premier = self.echelle.premier_apres_echeance
        if self.au >= self.reference or dernier >= premier - 1:
            suivant = max(dernier + 1, premier)
            return suivant if suivant <= len(self.echelle.niveaux) else None
        atteints = [r for r in range(dernier + 1, premier) if self._dater(r, None) <= self.au]
        return atteints[-1] if atteints else dernier + 1

    def _dater(self, niveau: int, derniere: dt.date | None) -> dt.date:
        prevu = self.reference + dt.timedelta(days=self.echelle.niveaux[niveau - 1].delai_jours)
        if derniere is None:
            return prevu
        return max(prevu, derniere + dt.timedelta(days=self.echelle.ecart_minimum_jours))

    def _relancer(self, niveau: int, du_le: dt.date) -> SuiteAmiable:
        regle = self.echelle.niveaux[niveau - 1]
        limite = None
        if regle.delai_paiement_jours and not self.echelle.est_courtois(niveau):
            territoire = territoire_de(self.dossier.debiteur.domicile)
            limite = reporter(self.au + dt.timedelta(days=regle.delai_paiement_jours), territoire)
        return SuiteAmiable(
            "relancer",
            f"{regle.titre.lower()} : {self._dire_situation()}",
            niveau=niveau,
            du_le=du_le,
            lignes=self._lignes_du_message(niveau),
            date_limite=limite,
            prochaine=self._apres(niveau, limite),
            mise_en_demeure_le=self._date_de_mise_en_demeure(self.au) if niveau == len(self.echelle.niveaux) else None,
        )

    def _apres(self, niveau: int, limite: dt.date | None) -> Prochaine | None:
        """Le niveau qui suivra, pas avant que la date laissée pour payer soit passée."""
        if niveau >= len(self.echelle.niveaux):
            return None
        le = self._dater(niveau + 1, self.au)
        return Prochaine(niveau + 1, max(le, limite + _UN_JOUR) if limite else le)

    def _lignes_du_message(self, niveau: int) -> tuple[Encours, ...]:
        """Avant l'échéance, ce qui l'atteint bientôt ; ensuite, tout ce qui est échu."""
        regle = self.echelle.niveaux[niveau - 1]
        if regle.delai_jours < 0:
            horizon = self.au - dt.timedelta(days=regle.delai_jours)
            return tuple(ligne for ligne in self.lignes if ligne.echeance and ligne.echeance <= horizon)
        return tuple(ligne for ligne in self.lignes if ligne.echeance and ligne.echeance <= self.au)

    def _dire_situation(self) -> str:
        jours = (self.au - self.reference).days
        if jours < 0:
            return f"échéance dans {-jours} jour{'s' if jours < -1 else ''}"
        if jours == 0:
            return "échéance aujourd’hui"
        return f"échéance passée depuis {jours} jour{'s' if jours > 1 else ''}"

    def _date_de_mise_en_demeure(self, derniere: dt.date | None) -> dt.date:
        prevue = self.reference + dt.timedelta(days=self.echelle.mise_en_demeure_jours)
        if derniere is None:
            return prevue
        dernier = self.echelle.niveaux[-1]
        laisse = dernier.delai_paiement_jours or self.echelle.ecart_minimum_jours
        return max(prevue, derniere + dt.timedelta(days=laisse + 1))

    def _conclure(self, derniere: dt.date | None) -> SuiteAmiable:
        le = self._date_de_mise_en_demeure(derniere)
        if self.au < le:
            motif = f"toutes les relances sont parties : mise en demeure à partir du {date_longue(le)}"
            return SuiteAmiable("attendre", motif, mise_en_demeure_le=le)
        return SuiteAmiable("mettre_en_demeure", "toutes les relances sont restées sans effet", mise_en_demeure_le=le)

    def _forcer(self, voulu: int, dernier: int, derniere: dt.date | None) -> SuiteAmiable:
        """Le niveau voulu, sauf s'il n'existe pas, revient en arrière, double un envoi du jour ou dit faux."""
        nombre, premier = len(self.echelle.niveaux), self.echelle.premier_apres_echeance
        est_echu = self.au >= self.reference
        refus = None
        if not 1 <= voulu <= nombre:
            refus = f"le niveau {voulu} n’existe pas : l’échelle en a {nombre}"
        elif voulu <= dernier:
            refus = f"le niveau {dernier} est déjà parti : on ne revient pas en arrière"
        elif derniere == self.au:
            refus = "une relance est déjà partie aujourd’hui"
        elif (voulu < premier) == est_echu:
            refus = f"le niveau {voulu} ne convient pas : {self._dire_situation()}"
        if refus:
            return SuiteAmiable("attendre", refus)
        return self._relancer(voulu, self.au)
