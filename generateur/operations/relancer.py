"""Relancer : ce qui doit partir aujourd'hui, dossier par dossier, écrit et prêt à envoyer.

Le message est dans sortie/<reference>/relances/ ; rien ne part d'ici. Enregistrée, la relance entre au dossier avec son
message comme preuve ; un script d'appel reste interne et n'y entre pas.
"""

import datetime as dt
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from pathlib import Path
from typing import Any

from generateur.calculs.arrete import arreter
from generateur.calculs.encours import calculer_encours
from generateur.calculs.suite_amiable import SuiteAmiable, decider_suite
from generateur.domaine.dossier import Dossier
from generateur.domaine.echelle import CanalRelance, Niveau
from generateur.domaine.retouches import Ajout
from generateur.domaine.socle import ZERO
from generateur.erreurs import ErreurGenerateur, ErreurPiece, ErreurUsage
from generateur.lecture.echelle_toml import lire_echelle
from generateur.lecture.edition_toml import lire_etat
from generateur.lecture.socle import DossierLu
from generateur.operations.contexte_amiable import composer_amiable
from generateur.operations.echeances_proches import EcheanceProche, relever_proches
from generateur.operations.edition_dossier import ecrire_editions
from generateur.operations.outillage import Moteurs
from generateur.operations.portefeuille import Ecarte, lire_portefeuille
from generateur.operations.production import ouvrir_ecritoire
from generateur.pieces.emplacement import localiser
from generateur.procedures.socle import Acte
from generateur.publication.courrier import ecrire_messages
from generateur.publication.rangement import Copies
from generateur.redaction.actes import ecrire_actes, en_champs
from generateur.redaction.brouillon import Correspondant, ecrire_brouillon, est_une_adresse
from generateur.redaction.contexte import ContexteActes
from generateur.redaction.relance import (
    TON_DE_L_ACCORD,
    ChampsRelance,
    Texte,
    champs_de_la_relance,
    remplir_mentions,
    remplir_signature,
    remplir_texte,
    tenir_en_sms,
)
from generateur.reglages import Reglages
from generateur.surveillance.provisoires import repertoire_provisoire

LETTRE = Acte("relance", "Relance", "relances/lettre", place="a_cote")
APPEL = Acte("appel", "Appel à passer", "relances/appel", place="interne")
HORIZON_JOURS = 7  # les dates à tenir dites avec la tournée
_TAILLE_JOINTE = 15 * 1024 * 1024  # ce que les messageries acceptent d'ordinaire, encodage compris


@dataclass(frozen=True)
class Relance:
    """Ce qu'il faut faire d'un dossier aujourd'hui ; `fichiers` : les messages écrits, `a_savoir` : ce qui leur manque.

    `suite` porte le niveau, la date limite et la prochaine étape ; `canal` est celui qui sert vraiment ; `reste` : ce
    que le dossier laisse à payer, échu ou non.
    """

    reference: str
    chemin: Path
    debiteur: str
    suite: SuiteAmiable
    reste: Decimal = ZERO
    telephone: str | None = None
    canal: CanalRelance | None = None
    fichiers: tuple[Path, ...] = ()
    a_savoir: tuple[str, ...] = ()
    est_enregistree: bool = False


@dataclass(frozen=True)
class Tournee:
    """Tous les dossiers d'un répertoire, ce qui presse d'abord ; `ecartes` : ceux qui n'ont pas pu être lus."""

    au: dt.date
    source: Path
    relances: tuple[Relance, ...]
    ecartes: tuple[Ecarte, ...] = ()
    echeances: tuple[EcheanceProche, ...] = ()
    est_seule: bool = False


@dataclass(frozen=True)
class Demande:
    """Ce que l'utilisateur veut : un niveau précis, et garder la trace de ce qui part."""

    niveau: int | None = None
    est_a_enregistrer: bool = False


def relancer(
    source: Path,
    sortie: Path,
    demande: Demande,
    *,
    jour: dt.date,
    au: dt.date | None,
    reglages: Reglages,
    moteurs: Moteurs,
) -> Tournee:
    """Écrit ce qui doit partir à `au` (à défaut `jour`) : un dossier, ou chacun d'un répertoire.

    Un dossier illisible n'arrête pas les autres. Lève, pour un dossier seul, ce qui l'empêche : ErreurUsage si le
    niveau voulu n'est pas permis, ErreurLecture, ErreurDroitManquant, ErreurModele, ErreurEcriture.
    """
    portefeuille = lire_portefeuille(source, sortie)
    le = au or jour
    if demande.niveau is not None and not portefeuille.est_seul:
        raise ErreurUsage(
            "un niveau se choisit pour un dossier, pas pour tous",
            lieu="--niveau",
            remede="Donner un seul dossier, ou retirer --niveau.",
        )
    relances: list[Relance] = []
    ecartes = list(portefeuille.ecartes)
    for lu in portefeuille.lus:
        try:
            relances.append(_relancer_un(lu, sortie, demande, le, reglages, moteurs))
        except ErreurGenerateur as erreur:
            if portefeuille.est_seul:
                raise
            ecartes.append(Ecarte(lu.racine, erreur))
    if portefeuille.est_seul:
        return Tournee(le, source, tuple(relances), est_seule=True)
    proches = relever_proches(portefeuille.lus, le, HORIZON_JOURS)
    ecartes.sort(key=lambda ecarte: ecarte.chemin)
    return Tournee(le, source, tuple(sorted(relances, key=_presser)), tuple(ecartes), proches)


_ORDRE = {"relancer": 0, "mettre_en_demeure": 1, "produire": 2, "attendre": 3, "aucune": 4}


def _presser(relance: Relance) -> tuple[int, dt.date, str]:
    suite = relance.suite
    quand = suite.du_le or (suite.prochaine.le if suite.prochaine else suite.mise_en_demeure_le) or dt.date.max
    return _ORDRE[suite.suite], quand, relance.reference


def _relancer_un(
    lu: DossierLu, sortie: Path, demande: Demande, le: dt.date, reglages: Reglages, moteurs: Moteurs
) -> Relance:
    dossier = lu.dossier
    echelle = lire_echelle(lu.racine.parent)
    suite = decider_suite(dossier, echelle, le, demande.niveau)
    debiteur, reste = dossier.debiteur, calculer_encours(dossier, le).reste
    rendue = Relance(dossier.reference, lu.racine, debiteur.nom_complet, suite, reste, debiteur.telephone)
    if suite.niveau is None:
        if demande.niveau is not None:
            raise ErreurUsage(
                f"le niveau {demande.niveau} ne part pas : {suite.motif}",
                lieu="--niveau",
                remede="Sans --niveau, « generateur relancer » dit ce qui est dû.",
            )
        return rendue
    niveau = echelle.niveaux[suite.niveau - 1]
    return _Redaction(lu, le, reglages, moteurs).ecrire(rendue, niveau, sortie, demande)


@dataclass(frozen=True)
class _Message:
    """Un message prêt : son canal, ses octets par extension, et ce qu'il faut en savoir."""

    canal: CanalRelance
    texte: Texte
    octets: Mapping[str, bytes]
    preuve: str | None  # l'extension du fichier qui prouve l'envoi ; None : rien ne se joint au dossier
    a_savoir: tuple[str, ...] = ()


@dataclass(frozen=True)
class _Redaction:
    """De quoi écrire la relance d'un dossier."""

    lu: DossierLu
    le: dt.date
    reglages: Reglages
    moteurs: Moteurs

    @property
    def dossier(self) -> Dossier:
        return self.lu.dossier

    def ecrire(self, rendue: Relance, niveau: Niveau, sortie: Path, demande: Demande) -> Relance:
        message = self._rediger(rendue.suite, niveau)
        nom = f"{self.le.isoformat()}_niveau_{rendue.suite.niveau}"
        fichiers = ecrire_messages(
            sortie, self.dossier.reference, {f"{nom}{ext}": octets for ext, octets in message.octets.items()}
        )
        if demande.est_a_enregistrer:
            self._enregistrer(rendue.suite, message, nom)
        return replace(
            rendue,
            canal=message.canal,
            fichiers=fichiers,
            a_savoir=(*message.a_savoir, *_dire_prescrites(self.dossier, rendue.suite, self.le)),
            est_enregistree=demande.est_a_enregistrer,
        )

    def _rediger(self, suite: SuiteAmiable, niveau: Niveau) -> _Message:
        champs, contexte = self._composer(suite, niveau)
        racine = en_champs(replace(contexte, complement=dict(champs)))
        texte = remplir_texte(TON_DE_L_ACCORD if suite.accord else niveau.ton, racine, self.reglages.modeles)
        if niveau.canal == "courriel":
            return self._courriel(suite, champs, contexte, texte, racine)
        if niveau.canal == "sms":
            return _Message(
                "sms", texte, {".txt": f"{tenir_en_sms(texte)}\n".encode()}, ".txt", self._sans_ecrit(champs)
            )
        if niveau.canal == "telephone":
            appel = self._imprimer(APPEL, champs, contexte, texte)
            return _Message("telephone", texte, appel, None, self._sans_ecrit(champs))
        return self._lettre(suite, champs, contexte, texte)

    def _lettre(
        self, suite: SuiteAmiable, champs: ChampsRelance, contexte: ContexteActes, texte: Texte, pourquoi: str = ""
    ) -> _Message:
        jointes, absentes = self._joindre(suite)
        a_savoir = (*((pourquoi,) if pourquoi else ()), *absentes)
        return _Message("courrier", texte, self._imprimer(LETTRE, champs, contexte, texte, jointes), ".pdf", a_savoir)

    def _composer(self, suite: SuiteAmiable, niveau: Niveau) -> tuple[ChampsRelance, ContexteActes]:
        """Les champs des actes, et ceux de la relance."""
        passees = tuple(relance for relance in self.dossier.relances if relance.date <= self.le)
        dossier = self.dossier.model_copy(update={"relances": passees})
        _, contexte = composer_amiable(dossier, self.le)
        chemin = self.lu.racine.as_posix()
        return champs_de_la_relance(dossier, suite, contexte, niveau.titre, chemin, self.le), contexte

    def _courriel(
        self,
        suite: SuiteAmiable,
        champs: ChampsRelance,
        contexte: ContexteActes,
        texte: Texte,
        racine: Mapping[str, Any],
    ) -> _Message:
        """Le brouillon ; sans adresse où écrire, la même relance part en lettre."""
        debiteur = self.dossier.debiteur
        if not est_une_adresse(debiteur.courriel):
            pourquoi = "adresse de courriel du débiteur absente ou illisible : la relance part en lettre"
            return self._lettre(suite, champs, contexte, texte, pourquoi)
        jointes, absentes = self._joindre(suite)
        mentions: tuple[str, ...] = ()
        if champs["agence_recouvrement"]:
            texte, mentions = _porter_les_mentions(texte, remplir_mentions(racine, self.reglages.modeles))
        emetteur = self.dossier.mandataire or self.dossier.creancier
        de = Correspondant(emetteur.nom_complet, str(emetteur.courriel)) if est_une_adresse(emetteur.courriel) else None
        octets = ecrire_brouillon(
            de,
            Correspondant(debiteur.nom_complet, str(debiteur.courriel)),
            texte,
            champs["lignes"],
            champs["total"],
            remplir_signature(racine, self.reglages.modeles),
            jointes,
            mentions,
        )
        return _Message("courriel", texte, {".eml": octets}, ".eml", absentes)

    def _joindre(self, suite: SuiteAmiable) -> tuple[tuple[Path, ...], tuple[str, ...]]:
        """Les factures du message, et celles qui n'ont pas pu l'être, avec pourquoi."""
        jointes: list[Path] = []
        absentes: list[str] = []
        taille = 0
        for facture in {ligne.facture.numero: ligne.facture for ligne in suite.lignes}.values():
            if not facture.fichier:
                absentes.append(f"facture {facture.numero} non jointe : son fichier n'est pas au dossier")
                continue
            try:
                fichier = localiser(self.lu.racine, facture.fichier)
            except ErreurPiece as erreur:
                absentes.append(f"facture {facture.numero} non jointe : {erreur.message}")
                continue
            taille += fichier.stat().st_size
            if taille > _TAILLE_JOINTE:
                absentes.append(f"facture {facture.numero} non jointe : le message serait trop lourd")
            elif fichier not in jointes:
                jointes.append(fichier)
        return tuple(jointes), tuple(absentes)

    def _imprimer(
        self, acte: Acte, champs: ChampsRelance, contexte: ContexteActes, texte: Texte, jointes: Sequence[Path] = ()
    ) -> dict[str, bytes]:
        """Le Word et son PDF ; `jointes` : les copies de factures que la lettre annonce."""
        complets: ChampsRelance = {
            **champs,
            "sujet": texte.objet,
            "avant": list(texte.avant),
            "apres": list(texte.apres),
            "pieces_jointes": _dire_jointes(jointes),
        }
        ecritoire = ouvrir_ecritoire(self.reglages, self.moteurs)
        with repertoire_provisoire() as provisoire:
            base = provisoire / acte.nom
            (ecrit,) = ecrire_actes({acte: base}, replace(contexte, complement=dict(complets)), ecritoire, self.le)
            return {".docx": ecrit.docx.read_bytes(), ".pdf": ecrit.pdf.read_bytes()}

    def _sans_ecrit(self, champs: ChampsRelance) -> tuple[str, ...]:
        """Ce qui manque à un appel ou à un SMS : le numéro, et pour une agence la lettre qui vient d'abord."""
        numero = () if self.dossier.debiteur.telephone else ("le numéro de téléphone du débiteur n'est pas au dossier",)
        est_premiere = champs["agence_recouvrement"] and not champs["lettre_du"]
        lettre = "aucun écrit n'est encore parti : une agence de recouvrement commence par une lettre, puis la rappelle"
        return (*numero, lettre) if est_premiere else numero

    def _enregistrer(self, suite: SuiteAmiable, message: _Message, nom: str) -> None:
        """Ajoute la relance au dossier, le message rangé dans pieces/. Lève ErreurDossier, ErreurEcriture."""
        etat = lire_etat(self.lu.source)
        copies = Copies(self.lu.racine)
        bloc: dict[str, Any] = {
            "date": self.le,
            "canal": message.canal,
            "niveau": suite.niveau,
            "objet": message.texte.objet,
        }
        if message.preuve:
            bloc["fichier"] = copies.prevoir_contenu(f"relance_{nom}{message.preuve}", message.octets[message.preuve])
        ecrire_editions(etat, [Ajout("relances", bloc)], copies)


def _porter_les_mentions(texte: Texte, mentions: Texte) -> tuple[Texte, tuple[str, ...]]:
    """Le texte où l'agence se présente, après l'appel ; et ce qui va sous la signature."""
    appel, *suite = texte.avant
    return replace(texte, avant=(appel, *mentions.avant, *suite)), mentions.apres


def _dire_prescrites(dossier: Dossier, suite: SuiteAmiable, le: dt.date) -> Iterator[str]:
    """Ce que le message réclame et que le débiteur peut refuser : à savoir avant d'écrire."""
    prescrites = arreter(dossier, le).prescrites
    for ligne in suite.lignes:
        if (ligne.facture.numero, ligne.echeance) in prescrites:
            yield f"facture {ligne.facture.numero} : prescription acquise, le débiteur peut refuser de payer"


def _dire_jointes(jointes: Sequence[Path]) -> str:
    if not jointes:
        return ""
    return "copies des factures" if len(jointes) > 1 else "copie de la facture"


def actes_des_relances() -> Sequence[Acte]:
    """Les modèles Word des relances."""
    return (LETTRE, APPEL)
