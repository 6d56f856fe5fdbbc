"""Les lettres de mise en demeure qui manquent, une par débiteur, et le bloc à coller pour chacune."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from functools import partial
from pathlib import Path

from generateur.domaine.dossier import Dossier
from generateur.domaine.langue import date_longue, montant
from generateur.domaine.parties import Debiteur
from generateur.droit.tables import entier_au
from generateur.erreurs import ErreurDossier
from generateur.operations.accord_menace import (
    MISE_EN_DEMEURE_ACCORD,
    AccordMenace,
    adresser_pour_l_accord,
    lire_accord_menace,
)
from generateur.operations.etude import Etude, etudier_dossier
from generateur.operations.outillage import Moteurs
from generateur.operations.production import ouvrir_ecritoire, rassembler_matiere
from generateur.procedures.socle import Acte
from generateur.publication.communiquees import emporter_lettres
from generateur.publication.echange import preparer_publication
from generateur.redaction.actes import ecrire_actes
from generateur.redaction.composition import composer_contexte
from generateur.redaction.contexte import ContexteActes
from generateur.redaction.lettre import champs_de_la_lettre, somme_demandee
from generateur.reglages import Reglages

_TEMOIN = "mise_en_demeure*.pdf"
MISE_EN_DEMEURE = Acte("mise_en_demeure", "Mise en demeure", "communs/mise_en_demeure", place="a_cote")


@dataclass(frozen=True)
class Lettre:
    """Une lettre écrite, à qui, pour combien, et le bloc à saisir une fois envoyée."""

    debiteur: str
    somme: str
    fichier: Path
    a_saisir: str


@dataclass(frozen=True)
class Lettres:
    """Les lettres écrites, dans l'ordre des débiteurs."""

    reference: str
    lettres: tuple[Lettre, ...]
    gardes: tuple[Path, ...] = ()  # ce qu'une personne avait mis ou changé là

    @property
    def fichiers(self) -> tuple[Path, ...]:
        """Le PDF de chaque lettre."""
        return tuple(lettre.fichier for lettre in self.lettres)

    @property
    def a_saisir(self) -> str:
        """Les blocs, à coller à la fin du dossier."""
        return "\n\n".join(lettre.a_saisir for lettre in self.lettres)


def situer_lettres(dossier: Dossier) -> str:
    """Le répertoire des lettres de ce dossier, dans la sortie."""
    return f"{dossier.reference}_mise_en_demeure"


def nommer_lettre(dossier: Dossier, rang: int) -> str:
    """Le nom, sans extension, de la lettre au débiteur de ce rang (1 pour le premier)."""
    return "mise_en_demeure" if len(dossier.debiteurs) == 1 else f"mise_en_demeure_{rang}"


def ecrire_mise_en_demeure(
    source: Path, sortie: Path, *, jour: dt.date, au: dt.date | None, reglages: Reglages, moteurs: Moteurs
) -> Lettres:
    """Écrit sortie/<reference>_mise_en_demeure/. Lève ErreurDossier si aucune ne manque ou si rien n'est dû.

    Un accord qui n'est pas tenu a la sienne, qui réclame ses échéances et prévient que le terme sera perdu.
    """
    if menace := lire_accord_menace(source, jour=jour, au=au):
        return _ecrire_pour_l_accord(menace, sortie, reglages, moteurs)
    etude = etudier_dossier(source, jour=jour, au=au, procedure=reglages.procedure, outils=moteurs.pieces)
    _refuser_bloquants(etude)
    a_prevenir = _debiteurs_a_mettre_en_demeure(etude)
    contexte = composer_contexte(rassembler_matiere(etude, projet=reglages.projet, moteur=moteurs.rendu))
    ecritoire = ouvrir_ecritoire(reglages, moteurs)
    reference = situer_lettres(etude.dossier)
    envois = [lettre.date_envoi for lettre in etude.dossier.toutes_mises_en_demeure]
    garder = partial(emporter_lettres, envoyee_le=max(envois, default=None))
    lettres = []
    gardes: list[str] = []
    with preparer_publication(sortie, reference, temoin=_TEMOIN, emporter=garder, gardes=gardes) as chantier:
        for debiteur in a_prevenir:
            nom = nommer_lettre(etude.dossier, etude.dossier.debiteurs.index(debiteur) + 1)
            acte = replace(MISE_EN_DEMEURE, nom=nom)
            adressee = adresser_lettre(etude, contexte, debiteur)
            (ecrite,) = ecrire_actes({acte: chantier / nom}, adressee, ecritoire, etude.espece.au)
            somme = somme_demandee(debiteur, etude.espece.decompte.total)
            fichier = sortie / reference / ecrite.pdf.name
            bloc = _dire_bloc(etude.dossier, etude.espece.au, debiteur, nom, somme)
            lettres.append(Lettre(debiteur.nom_complet, f"{somme:.2f}", fichier, bloc))
    return Lettres(etude.dossier.reference, tuple(lettres), tuple(sortie / reference / garde for garde in gardes))


def _ecrire_pour_l_accord(menace: AccordMenace, sortie: Path, reglages: Reglages, moteurs: Moteurs) -> Lettres:
    """Une lettre par débiteur que rien ne protège, pour les échéances manquées."""
    dossier, au = menace.dossier, menace.au
    ecritoire = ouvrir_ecritoire(reglages, moteurs)
    reference = situer_lettres(dossier)
    envois = [lettre.date_envoi for lettre in dossier.toutes_mises_en_demeure]
    garder = partial(emporter_lettres, envoyee_le=max(envois, default=None))
    lettres = []
    gardes: list[str] = []
    with preparer_publication(sortie, reference, temoin=_TEMOIN, emporter=garder, gardes=gardes) as chantier:
        for debiteur in (d for d in dossier.debiteurs_poursuivis if not _est_protege(dossier, d)):
            nom = nommer_lettre(dossier, dossier.debiteurs.index(debiteur) + 1)
            acte = replace(MISE_EN_DEMEURE_ACCORD, nom=nom)
            (ecrite,) = ecrire_actes({acte: chantier / nom}, adresser_pour_l_accord(menace, debiteur), ecritoire, au)
            somme = somme_demandee(debiteur, menace.suivi.manque)
            fichier = sortie / reference / ecrite.pdf.name
            bloc = _dire_bloc(dossier, au, debiteur, nom, somme)
            lettres.append(Lettre(debiteur.nom_complet, f"{somme:.2f}", fichier, bloc))
    return Lettres(dossier.reference, tuple(lettres), tuple(sortie / reference / garde for garde in gardes))


def _refuser_bloquants(etude: Etude) -> None:
    bloquants = [c for c in etude.constats if c.gravite == "bloquant"]
    if bloquants:
        raise ErreurDossier(
            bloquants[0].message, lieu=bloquants[0].lieu, remede=bloquants[0].remede, constats=etude.constats
        )


def _debiteurs_a_mettre_en_demeure(etude: Etude) -> tuple[Debiteur, ...]:
    """Ceux qu'aucune lettre n'atteint pour toutes les factures dues, hors procédure collective."""
    dossier = etude.dossier
    dues = [f for f in dossier.factures if any(s.facture == f.numero for s in etude.espece.decompte.soldes)]
    joignables = [d for d in dossier.debiteurs_poursuivis if not _est_protege(dossier, d)]
    envoyees = dossier.toutes_mises_en_demeure
    a_prevenir = tuple(
        d for d in joignables if not all(any(dossier.atteint(m, d) and m.vise(f) for m in envoyees) for f in dues)
    )
    if a_prevenir:
        return a_prevenir
    if not dues:
        raise ErreurDossier(
            "aucune somme n'est exigible à cette date : il n'y a rien à réclamer",
            lieu="factures",
            remede="Vérifier les échéances, ou donner une date d'arrêté plus tardive avec --au.",
            constats=etude.constats,
        )
    if not joignables:
        raise ErreurDossier(
            "le débiteur est en procédure collective : on ne le met pas en demeure, on déclare la créance",
            lieu="debiteurs",
            remede="Passer à « generateur produire », qui écrit la déclaration de créance.",
            constats=etude.constats,
        )
    raise ErreurDossier(
        f"une mise en demeure est déjà partie le {date_longue(envoyees[-1].date_envoi)}",
        lieu="mise_en_demeure",
        remede="Passer à « generateur produire » ; une nouvelle lettre envoyée s'ajoute dans un bloc "
        "[[mises_en_demeure]], sans retirer celle-ci : elle fait courir les délais.",
        constats=etude.constats,
    )


def _est_protege(dossier: Dossier, debiteur: Debiteur) -> bool:
    """Une procédure collective interdit de poursuivre le débiteur (C. com. L622-21).

    Sa caution personne physique est protégée de même en sauvegarde et en redressement (L622-28, alinéa 2).
    """
    caution = debiteur.role == "caution" and debiteur.est_physique
    return debiteur.est_en_procedure_collective or (
        caution and dossier.debiteur.situation in {"sauvegarde", "redressement"}
    )


def adresser_lettre(etude: Etude, contexte: ContexteActes, debiteur: Debiteur) -> ContexteActes:
    """Le contexte de la lettre adressée à ce débiteur ; `debiteur` y est son destinataire."""
    dossier = etude.dossier
    champs = champs_de_la_lettre(dossier, etude.espece.decompte, contexte, debiteur)
    destinataire = contexte.debiteurs[dossier.debiteurs_poursuivis.index(debiteur)]
    return replace(contexte, debiteur=destinataire, complement={**contexte.complement, **champs})


def _dire_bloc(dossier: Dossier, au: dt.date, debiteur: Debiteur, nom: str, somme: Decimal) -> str:
    """Le bloc à coller : ce qui est sûr est écrit, ce que l'envoi seul dira est en commentaire."""
    jour = au.isoformat()
    return "\n".join(
        (
            *_dire_entete(dossier, debiteur),
            f"date_envoi = {jour}        # le jour de l'envoi",
            'mode = "lrar"',
            f"delai_jours = {entier_au('delais_jours', au, 'mise_en_demeure_usuel')}",
            f"# somme demandée : {montant(somme)}",
            "# à compléter en retirant le « # » : le numéro et les fichiers que vous avez, une fois numérisés",
            '# numero = "…"                # sur la preuve de dépôt',
            f'# fichier = "pieces/{nom}.pdf"',
            f'# preuve_depot = "pieces/{nom}_depot.pdf"',
            "# puis, à réception de l'avis :",
            f"# date_presentation = {jour}",
            '# issue = "distribuee"        # ou non_reclamee, refusee, npai',
            f"# date_reception = {jour}    # si le pli a été distribué",
            f'# accuse = "pieces/{nom}_avis.pdf"',
        )
    )


def _dire_entete(dossier: Dossier, debiteur: Debiteur) -> Sequence[str]:
    """[mise_en_demeure] pour un débiteur seul, sinon [[mises_en_demeure]], qui dit lequel."""
    if len(dossier.debiteurs) == 1:
        return ("[[mises_en_demeure]]",) if dossier.toutes_mises_en_demeure else ("[mise_en_demeure]",)
    rang = dossier.debiteurs.index(debiteur) + 1
    return ("[[mises_en_demeure]]", f"debiteur = {rang}        # {debiteur.nom_complet}")
