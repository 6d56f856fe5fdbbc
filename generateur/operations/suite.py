"""Après l'ordonnance : signification, certificat de non-opposition, saisie, audience sur opposition.

Sources : CPC 1411 (signification), 1416 (opposition), 1418 (audience), 1422 (exécution) ; CPCE L111-4 (dix ans).
Rien ne touche à la liasse déposée : chaque suite s'écrit à côté, dans <référence>_suite_<nom>.
"""

import datetime as dt
import shutil
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Literal, get_args

from generateur.calculs.avancement import Etape, NomEtape, dire_cloture, situer_dossier
from generateur.calculs.calendrier import UN_JOUR, territoire_de
from generateur.calculs.entraves import Entrave, entraves_du_dossier
from generateur.calculs.solde_du_titre import SoldeDuTitre, solder_titre
from generateur.calculs.titre import terme_d_execution, terme_de_signification
from generateur.domaine.apres_depot import Ordonnance, Signification, Suivi
from generateur.domaine.bordereau import Bordereau, PieceDossier
from generateur.domaine.dossier import Dossier
from generateur.domaine.langue import date_longue
from generateur.domaine.parties import Debiteur
from generateur.erreurs import ErreurDossier, ErreurUsage
from generateur.operations.etude import Etude, etudier_dossier
from generateur.operations.outillage import Moteurs
from generateur.operations.production import (
    Lieux,
    ouvrir_ecritoire,
    publier_liasse,
    rassembler_matiere,
)
from generateur.pieces.emplacement import localiser
from generateur.procedures.injonction_de_payer import NOM as INJONCTION
from generateur.procedures.socle import BORDEREAU, COUVERTURE, DECOMPTE, FICHE_INTERNE, RELANCES, Acte, lignes_adresse
from generateur.publication.communiquees import lister_communiquees
from generateur.publication.echange import preparer_publication
from generateur.redaction.actes import ecrire_actes
from generateur.redaction.apres_ordonnance import ChampsSuite, champs_de_la_suite
from generateur.redaction.composition import Matiere, composer_contexte
from generateur.redaction.contexte import ContexteActes
from generateur.reglages import Reglages
from generateur.surveillance.provisoires import repertoire_provisoire

NomSuite = Literal["signification", "certificat_non_opposition", "saisie", "opposition"]
SUITES: tuple[NomSuite, ...] = get_args(NomSuite)
A_PART = ("mise_en_demeure", *(f"suite_{nom}" for nom in SUITES))  # à côté de la liasse, sous la même référence
_TITRES: Mapping[NomSuite, str] = {
    "signification": "Instruction de signifier l’ordonnance",
    "certificat_non_opposition": "Demande de certificat de non-opposition",
    "saisie": "Instruction de saisie",
    "opposition": "Conclusions sur opposition",
}
ACTES_DES_SUITES: Mapping[NomSuite, Acte] = {
    nom: Acte(nom, titre, f"suites/{nom}", place="liasse" if nom == "opposition" else "a_cote")
    for nom, titre in _TITRES.items()
}
_DECOMPTE = replace(DECOMPTE, place="a_cote")  # avec la lettre à l'étude, non dans une liasse


@dataclass(frozen=True)
class Suite:
    """Ce qui est écrit, ce qui y est joint, ce qu'il reste à joindre, et les dates à tenir."""

    reference: str
    nom: NomSuite
    fichiers: tuple[Path, ...]
    joints: tuple[Path, ...]
    a_joindre: tuple[str, ...]
    dates: tuple[tuple[str, dt.date], ...]
    gardes: tuple[Path, ...] = ()  # ce qu'une personne avait mis ou changé là


@dataclass(frozen=True)
class _Affaire:
    """L'étude, l'ordonnance, les débiteurs que cette suite concerne, et ce qui reste à recouvrer."""

    etude: Etude
    suivi: Suivi
    ordonnance: Ordonnance
    vises: tuple[Debiteur, ...]

    @property
    def dossier(self) -> Dossier:
        return self.etude.dossier

    @property
    def solde(self) -> SoldeDuTitre:
        """Ce qui reste à recouvrer, paiements imputés."""
        deposee = self.etude.servi.deposee if self.etude.servi else None
        return solder_titre(self.dossier, self.etude.espece.decompte, deposee.au if deposee else None)

    def champs(self, debiteur: Debiteur, joints: Sequence[str] = ()) -> ChampsSuite:
        """Ce que la suite imprime de l'ordonnance, pour ce débiteur."""
        return champs_de_la_suite(self.dossier, self.ordonnance, debiteur, self.solde, list(joints))

    def signification(self, debiteur: Debiteur) -> Signification:
        """Celle du débiteur visé, qui en a reçu une."""
        recue = self.suivi.signification_de(debiteur)
        if recue is None:
            raise LookupError(debiteur.nom_complet)
        return recue


def ecrire_suite(
    source: Path, sortie: Path, nom: str, *, jour: dt.date, au: dt.date | None, reglages: Reglages, moteurs: Moteurs
) -> Suite:
    """Écrit la suite demandée dans sortie/<référence>_suite_<nom>/.

    Lève ErreurUsage si elle n'existe pas, ErreurDossier si son heure n'est pas venue, ErreurPiece si un fichier manque.
    """
    suite = next((s for s in SUITES if s == nom), None)
    if suite is None:
        raise ErreurUsage(f"suite inconnue « {nom} »", lieu="--suite", remede=f"Suites connues : {', '.join(SUITES)}.")
    # le jour même, et non celui du dépôt : les délais courent et les intérêts aussi
    etude = etudier_dossier(source, jour=jour, au=au or jour, procedure=INJONCTION, outils=moteurs.pieces)
    affaire = _ouvrir(etude, suite)
    if suite == "opposition":
        return _publier_opposition(affaire, sortie, reglages, moteurs)
    return _ecrire_lettres(affaire, suite, sortie, reglages, moteurs)


def _ouvrir(etude: Etude, nom: NomSuite) -> _Affaire:
    """Ce que la suite suppose : une ordonnance, puis selon elle une signification, un délai passé, une opposition."""
    suivi = etude.dossier.suivi or Suivi()
    if suivi.ordonnance is None:
        raise _refuser_sans_ordonnance(etude, suivi)
    etape = situer_dossier(etude.dossier, etude.espece.au)
    if suivi.clos and etape.nom == "clos":
        raise _refuser(etude, dire_cloture(etude.dossier, suivi.clos), "suivi.clos")
    if etape.nom == "europeenne":
        raise _refuser(
            etude, "une injonction européenne n'a pas les suites de l'injonction nationale", "suivi.ordonnance"
        )
    affaire = _Affaire(etude, suivi, suivi.ordonnance, etude.dossier.debiteurs_poursuivis)
    entraves = [e for e in entraves_du_dossier(etude.dossier, etude.espece.au) if e.ferme(nom)]
    if nom == "opposition":
        if suivi.opposition is None:
            raise _refuser(etude, "aucune opposition n'est notée", "suivi.opposition", "opposition = 2026-10-20")
        if entraves:  # les conclusions visent tous les débiteurs ensemble
            raise _refuser_l_entrave(etude, entraves[0])
        return affaire
    attendues = _ETAPES[nom]
    vises = tuple(position.debiteur for position in etape.positions if position.etape in attendues)
    if not vises:
        raise _refuser_l_etape(etude, etape, nom)
    libres = tuple(debiteur for debiteur in vises if all(e.debiteur is not debiteur for e in entraves))
    if not libres:
        raise _refuser_l_entrave(etude, next(e for e in entraves if e.debiteur in vises))
    if nom == "saisie":
        _verifier_le_solde(affaire)
    return replace(affaire, vises=libres)


# Les étapes, débiteur par débiteur, où chaque suite a lieu d'être.
_ETAPES: Mapping[NomSuite, frozenset[NomEtape]] = {
    "signification": frozenset({"a_signifier"}),
    "certificat_non_opposition": frozenset({"executoire", "saisi"}),
    "saisie": frozenset({"executoire", "saisi"}),
}


def _refuser_sans_ordonnance(etude: Etude, suivi: Suivi) -> ErreurDossier:
    if suivi.rejet:
        return ErreurDossier(
            f"la requête a été rejetée le {date_longue(suivi.rejet.date)}, sans recours : il n'y a pas de titre",
            lieu="suivi.rejet",
            remede=f"Assigner : « generateur produire {etude.lu.racine} --procedure assignation_paiement ».",
            constats=etude.constats,
        )
    return _refuser(etude, "aucune ordonnance n'est notée", "suivi.ordonnance", "ordonnance = { date = 2026-09-21 }")


def _refuser_l_entrave(etude: Etude, entrave: Entrave) -> ErreurDossier:
    return ErreurDossier(entrave.raison, lieu="debiteurs.situation", remede=entrave.remede, constats=etude.constats)


def _refuser_l_etape(etude: Etude, etape: Etape, nom: NomSuite) -> ErreurDossier:
    """Pourquoi l'heure de cette suite n'est pas venue, ou est passée : ce que dit le débiteur le plus avancé."""
    par_etape = {position.etape: position for position in reversed(etape.positions)}
    if position := par_etape.get("oppose"):
        quand = date_longue(position.depuis)
        return _refuser(
            etude, f"une opposition a été formée le {quand} : l'ordonnance ne s'exécute pas", "suivi.opposition"
        )
    if nom == "signification" and not set(par_etape) <= {"non_avenue"}:
        return _refuser(etude, "l'ordonnance est déjà signifiée à chaque débiteur", "suivi.signification")
    if position := par_etape.get("signifie"):
        premier = date_longue(position.avant + UN_JOUR) if position.avant else ""
        return _refuser(etude, f"l'ordonnance n'est exécutoire qu'à partir du {premier}", "suivi.signification")
    if position := par_etape.get("expire"):
        depuis = date_longue(position.depuis)
        return _refuser(etude, f"l'ordonnance ne s'exécute plus depuis le {depuis}", "suivi.signification")
    if position := par_etape.get("non_avenue"):
        depuis = date_longue(position.depuis)
        return _refuser(
            etude,
            f"l'ordonnance est non avenue depuis le {depuis} : elle n'a pas été signifiée à temps",
            "suivi.ordonnance",
        )
    return _refuser(
        etude,
        "aucune signification de l'ordonnance n'est notée",
        "suivi.signification",
        'signification = { date = 2026-10-05, mode = "personne" }',
    )


def _verifier_le_solde(affaire: _Affaire) -> None:
    """On ne saisit ni pour une somme inconnue, ni pour ce qui est payé."""
    etude, ordonnance = affaire.etude, affaire.ordonnance
    if ordonnance.partielle and ordonnance.montant is None:
        a_ecrire = f'ordonnance = {{ date = {ordonnance.date}, partielle = true, montant = "…" }}'
        raise _refuser(etude, "l'ordonnance est partielle, et ne dit pas combien", "suivi.ordonnance", a_ecrire)
    if affaire.solde.total <= 0:
        raise ErreurDossier(
            "rien ne reste à recouvrer : ce que l'ordonnance accorde est payé",
            lieu="paiements",
            remede=f"Clore : « generateur ajouter evenement {etude.lu.racine} cloture --date … --motif paye ».",
            constats=etude.constats,
        )


def _refuser(etude: Etude, message: str, lieu: str, a_ecrire: str = "") -> ErreurDossier:
    remede = f"Écrivez :\n[suivi]\n{a_ecrire}" if a_ecrire else "Relire [suivi], ou suivre ce que dit « verifier »."
    return ErreurDossier(message, lieu=lieu, remede=remede, constats=etude.constats)


def _ecrire_lettres(affaire: _Affaire, nom: NomSuite, sortie: Path, reglages: Reglages, moteurs: Moteurs) -> Suite:
    """Une lettre par débiteur visé, et les fichiers qu'elle annonce."""
    etude = affaire.etude
    matiere = rassembler_matiere(etude, projet=False, moteur=moteurs.rendu)
    contexte = composer_contexte(matiere)
    ecritoire = ouvrir_ecritoire(reglages, moteurs)
    reference = f"{etude.dossier.reference}_suite_{nom}"
    joints, manquants = _trouver_joints(affaire, nom, sortie)
    gardes: list[str] = []
    with preparer_publication(sortie, reference, temoin=f"{nom}*.pdf", gardes=gardes) as chantier:
        ecrites = []
        for rang, debiteur in enumerate(affaire.vises, start=1):
            fichier = nom if len(affaire.vises) == 1 else f"{nom}_{rang}"
            acte = replace(ACTES_DES_SUITES[nom], nom=fichier)
            lettre = _adresser(affaire, nom, contexte, debiteur, (joints, manquants))
            ecrites += ecrire_actes({acte: chantier / fichier}, lettre, ecritoire, etude.espece.au)
        if nom == "saisie" and not affaire.solde.est_borne:
            ecrites += ecrire_actes({_DECOMPTE: chantier / _DECOMPTE.nom}, contexte, ecritoire, etude.espece.au)
        for cible, origine in joints.items():
            shutil.copyfile(origine, chantier / cible)
    return Suite(
        etude.dossier.reference,
        nom,
        tuple(sortie / reference / ecrite.pdf.name for ecrite in ecrites),
        tuple(sortie / reference / cible for cible in joints),
        manquants,
        tuple(_dater(affaire, nom)),
        tuple(sortie / reference / garde for garde in gardes),
    )


def _trouver_joints(affaire: _Affaire, nom: NomSuite, sortie: Path) -> tuple[dict[str, Path], tuple[str, ...]]:
    """Nom du fichier joint → son origine, et ce que le dossier ne donne pas encore."""
    racine, reference = affaire.etude.lu.racine, affaire.etude.dossier.reference
    joints: dict[str, Path] = {}
    manquants: list[str] = []
    voulus: list[tuple[str, str | None, str]] = [
        ("ordonnance", affaire.ordonnance.fichier, "l’ordonnance revêtue de la formule exécutoire"),
    ]
    if nom != "signification":
        for rang, debiteur in enumerate(affaire.vises, start=1):
            acte = affaire.signification(debiteur).fichier
            voulus.append((f"signification_{rang}", acte, _nommer_l_acte(debiteur)))
    for cible, fichier, quoi in voulus:
        if fichier:
            origine = localiser(racine, fichier)
            joints[f"{cible}_jointe{origine.suffix.lower()}"] = origine
        else:
            manquants.append(quoi)
    if nom == "signification":
        communiquees = lister_communiquees(sortie / reference)
        liasse = communiquees[-1].liasse if communiquees else sortie / reference / f"{reference}_liasse.pdf"
        if liasse.is_file():
            joints["requete_et_bordereau_joints.pdf"] = liasse
        else:
            manquants.append("la requête et son bordereau (liasse déposée)")
    return joints, tuple(manquants)


def _nommer_l_acte(debiteur: Debiteur) -> str:
    return f"l’acte de signification à {debiteur.nom_complet}"


def _adresser(
    affaire: _Affaire,
    nom: NomSuite,
    contexte: ContexteActes,
    debiteur: Debiteur,
    pieces: tuple[Mapping[str, Path], tuple[str, ...]],
) -> ContexteActes:
    """La même matière, adressée à l'étude ou au greffe, pour ce débiteur."""
    joints, manquants = pieces
    rang = affaire.etude.dossier.debiteurs_poursuivis.index(debiteur)
    des_autres = [autre for autre in affaire.vises if autre is not debiteur]
    ecartes = {f"signification_{affaire.vises.index(autre) + 1}_jointe" for autre in des_autres}
    libelles = [_LIBELLES_JOINTS.get(c.partition("_")[0], c) for c in joints if c.partition(".")[0] not in ecartes]
    manquants = tuple(m for m in manquants if m not in {_nommer_l_acte(autre) for autre in des_autres})
    if nom == "saisie" and not affaire.solde.est_borne:
        libelles.append("le décompte arrêté à ce jour")
    champs = {**contexte.complement, **affaire.champs(debiteur, [*libelles, *manquants])}
    lignes = contexte.destinataire if nom == "certificat_non_opposition" else _nommer_etude(affaire)
    return replace(contexte, debiteur=contexte.debiteurs[rang], destinataire=lignes, complement=champs)


def _nommer_etude(affaire: _Affaire) -> tuple[str, ...]:
    """L'étude du dossier et son adresse ; à défaut, un commissaire de justice à choisir."""
    destinataire = affaire.etude.dossier.destinataire
    if destinataire is None or not destinataire.etude:
        return ("Commissaire de justice",)
    return lignes_adresse(destinataire.etude, destinataire.adresse)


_LIBELLES_JOINTS = {
    "ordonnance": "l’ordonnance revêtue de la formule exécutoire",
    "signification": "l’acte de signification",
    "requete": "la requête et le bordereau des documents justificatifs",
}


def _dater(affaire: _Affaire, nom: NomSuite) -> Iterator[tuple[str, dt.date]]:
    """Les dates à tenir : le terme de la signification, ou le délai du titre, débiteur par débiteur."""
    dossier, au = affaire.dossier, affaire.etude.espece.au
    if nom == "signification":
        territoire = territoire_de(dossier.debiteur.domicile)
        yield "Signifier au plus tard le", terme_de_signification(affaire.ordonnance, territoire)
        return
    for debiteur in affaire.vises:
        qui = f" contre {debiteur.nom_complet}" if len(affaire.vises) > 1 else ""
        recue = affaire.signification(debiteur)
        yield f"Titre exécutoire{qui} jusqu’au", terme_d_execution(dossier, recue, debiteur, au)


def _publier_opposition(affaire: _Affaire, sortie: Path, reglages: Reglages, moteurs: Moteurs) -> Suite:
    """La liasse de l'audience : conclusions, décompte à jour, pièces déposées, ordonnance et significations."""
    etude = replace(affaire.etude, bordereau=_completer_bordereau(affaire))
    reference = etude.dossier.reference
    nom = f"{reference}_suite_opposition"
    acte = ACTES_DES_SUITES["opposition"]
    with repertoire_provisoire() as provisoire:
        matiere = _matiere_d_opposition(affaire, etude, acte, moteurs)
        publier_liasse(etude, matiere, Lieux(sortie, nom, provisoire, garde=False), reglages, moteurs)
    fichiers = (sortie / nom / f"{reference}_liasse.pdf", sortie / nom / "actes" / f"{acte.nom}.pdf")
    return Suite(reference, "opposition", fichiers, (), _dire_absents(affaire), ())


def _dire_absents(affaire: _Affaire) -> tuple[str, ...]:
    """Ce que l'audience exige et que le dossier ne donne pas en fichier (CPC 1418)."""
    ordonnance = () if affaire.ordonnance.fichier else ("l’ordonnance portant injonction de payer",)
    sans_acte = (s for s in affaire.suivi.toutes_significations if not s.fichier)
    return (*ordonnance, *(f"l’acte de signification du {date_longue(s.date)}" for s in sans_acte))


def _matiere_d_opposition(affaire: _Affaire, etude: Etude, acte: Acte, moteurs: Moteurs) -> Matiere:
    matiere = rassembler_matiere(etude, projet=False, moteur=moteurs.rendu)
    procedure = replace(
        matiere.procedure,
        libelle="Opposition à injonction de payer",
        actes=(COUVERTURE, BORDEREAU, acte, DECOMPTE, RELANCES, FICHE_INTERNE),
        completer=lambda espece: {**matiere.procedure.completer(espece), **affaire.champs(affaire.dossier.debiteur)},
    )
    return replace(matiere, procedure=procedure)


def _completer_bordereau(affaire: _Affaire) -> Bordereau:
    """Les pièces déposées gardent leurs numéros ; l'ordonnance et chaque signification suivent."""
    pieces = affaire.etude.bordereau.pieces
    dernier = max((int(piece.numero.split()[0]) for piece in pieces), default=0)
    ordonnance = affaire.ordonnance
    ajouts = [("Ordonnance portant injonction de payer", ordonnance.date, ordonnance.fichier)]
    ajouts += [
        ("Acte de signification de l’ordonnance", s.date, s.fichier) for s in affaire.suivi.toutes_significations
    ]
    connus = {piece.fichier for piece in pieces}
    for titre, jour, fichier in ajouts:
        if fichier and fichier not in connus:
            dernier += 1
            connus.add(fichier)
            nouvelle = PieceDossier(str(dernier), f"{titre} du {date_longue(jour)}", jour, fichier, "autre", "autre")
            pieces = (*pieces, nouvelle)
    return Bordereau(pieces)
