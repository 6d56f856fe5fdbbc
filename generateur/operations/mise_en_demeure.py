"""La lettre de mise en demeure, une par débiteur, quand aucune n'a encore été envoyée."""

import datetime as dt
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import Any, TypedDict

from generateur.domaine.langue import date_longue, enumerer
from generateur.droit.tables import entier_au
from generateur.erreurs import ErreurDossier
from generateur.operations.etude import Etude, etudier_dossier
from generateur.operations.outillage import Moteurs
from generateur.operations.production import ouvrir_ecritoire, rassembler_matiere
from generateur.procedures.socle import Acte
from generateur.publication.communiquees import emporter_lettres
from generateur.publication.echange import preparer_publication
from generateur.redaction.actes import ecrire_actes
from generateur.redaction.composition import composer_contexte
from generateur.redaction.contexte import ContexteActes
from generateur.redaction.typographie import pluriel
from generateur.reglages import Reglages

_TEMOIN = "mise_en_demeure*.pdf"
MISE_EN_DEMEURE = Acte("mise_en_demeure", "Mise en demeure", "communs/mise_en_demeure", place="a_cote")


@dataclass(frozen=True)
class Lettres:
    """Les lettres écrites, et ce qu'il faut saisir une fois envoyées."""

    reference: str
    fichiers: tuple[Path, ...]
    a_saisir: str

    @property
    def texte(self) -> str:
        """Ce que l'utilisateur lit."""
        lignes = [f"Lettre à relire, signer et envoyer : {fichier}" for fichier in self.fichiers]
        return "\n".join([*lignes, "", "Une fois envoyée, ajoutez ceci au dossier :", "", self.a_saisir])

    def en_json(self) -> dict[str, Any]:
        """Objet JSON."""
        return {"reference": self.reference, "fichiers": [f.as_posix() for f in self.fichiers]}


def ecrire_mise_en_demeure(
    source: Path, sortie: Path, *, jour: dt.date, au: dt.date | None, reglages: Reglages, moteurs: Moteurs
) -> Lettres:
    """Écrit sortie/<reference>_mise_en_demeure/. Lève ErreurDossier si une est déjà partie ou si rien n'est dû."""
    etude = etudier_dossier(source, jour=jour, au=au, procedure=reglages.procedure, outils=moteurs.pieces)
    _refuser(etude)
    contexte = composer_contexte(rassembler_matiere(etude, projet=reglages.projet, moteur=moteurs.rendu))
    ecritoire = ouvrir_ecritoire(reglages, moteurs)
    reference = f"{etude.dossier.reference}_mise_en_demeure"
    envois = [lettre.date_envoi for lettre in etude.dossier.toutes_mises_en_demeure]
    garder = partial(emporter_lettres, envoyee_le=max(envois, default=None))
    with preparer_publication(sortie, reference, temoin=_TEMOIN, emporter=garder) as chantier:
        ecrites = []
        for rang, _ in enumerate(contexte.debiteurs, start=1):
            nom = "mise_en_demeure" if len(contexte.debiteurs) == 1 else f"mise_en_demeure_{rang}"
            acte = replace(MISE_EN_DEMEURE, nom=nom)
            lettre = adresser_lettre(etude, contexte, rang - 1)
            ecrites += ecrire_actes({acte: chantier / nom}, lettre, ecritoire, etude.espece.au)
    fichiers = tuple(sortie / reference / ecrite.pdf.name for ecrite in ecrites)
    return Lettres(etude.dossier.reference, fichiers, _dire_suite(etude))


def _refuser(etude: Etude) -> None:
    bloquants = [c for c in etude.constats if c.gravite == "bloquant"]
    if bloquants:
        raise ErreurDossier(
            bloquants[0].message, lieu=bloquants[0].lieu, remede=bloquants[0].remede, constats=etude.constats
        )
    if envoyees := etude.dossier.toutes_mises_en_demeure:
        raise ErreurDossier(
            f"une mise en demeure est déjà partie le {date_longue(envoyees[-1].date_envoi)}",
            lieu="mise_en_demeure",
            remede="Passer à « generateur produire » ; une nouvelle lettre envoyée s'ajoute dans un bloc "
            "[[mises_en_demeure]], sans retirer celle-ci : elle fait courir les délais.",
            constats=etude.constats,
        )


def adresser_lettre(etude: Etude, contexte: ContexteActes, rang: int) -> ContexteActes:
    """Le contexte de la lettre au débiteur de ce rang, compté à partir de 0."""
    champs = {**contexte.complement, **_champs_de_la_lettre(etude, contexte)}
    return replace(contexte, debiteur=contexte.debiteurs[rang], complement=champs)


class ChampsLettre(TypedDict):
    """Ce que la lettre imprime en propre, sous `complement`."""

    mode_envoi: str
    delai: str
    iban: str
    bic: str
    titulaire_compte: str
    contact: str
    pieces_jointes: str
    agence_recouvrement: bool


def _champs_de_la_lettre(etude: Etude, contexte: ContexteActes) -> ChampsLettre:
    mandataire = etude.dossier.mandataire
    emetteur = contexte.mandataire or contexte.creancier
    return {
        "mode_envoi": "Lettre recommandée avec demande d’avis de réception",
        "delai": pluriel(entier_au("delais_jours", etude.espece.au, "mise_en_demeure_usuel"), "jour"),
        "iban": contexte.creancier.iban,
        "bic": contexte.creancier.bic,
        "titulaire_compte": contexte.creancier.nom,
        "contact": " – ".join(c for c in (emetteur.telephone, emetteur.courriel) if c),
        "pieces_jointes": enumerer([p.titre for p in contexte.pieces if p.titre.startswith("Décompte")]),
        "agence_recouvrement": mandataire is not None and mandataire.role == "agence_recouvrement",
    }


def _dire_suite(etude: Etude) -> str:
    delai = entier_au("delais_jours", etude.espece.au, "mise_en_demeure_usuel")
    return "\n".join(
        (
            "[mise_en_demeure]",
            f"date_envoi = {etude.espece.au.isoformat()}        # le jour de l'envoi",
            'mode = "lrar"',
            'numero = "1A 000 000 0000 0"      # sur la preuve de dépôt',
            f"delai_jours = {delai}",
            'fichier = "pieces/mise_en_demeure.pdf"          # la lettre signée, numérisée',
            'preuve_depot = "pieces/preuve_de_depot.pdf"',
            "# puis, à réception de l'avis :",
            f"# date_presentation = {etude.espece.au.isoformat()}",
            '# issue = "distribuee"',
            '# accuse = "pieces/avis_de_reception.pdf"',
        )
    )
