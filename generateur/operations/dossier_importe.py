"""Un débiteur importé devient un dossier : créé entier d'un coup, ou complété à sa place ; jamais rien d'écrasé."""

import datetime as dt
import os
import tomllib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import Any, Literal

from pydantic import ValidationError

from generateur.controles.catalogue import constater
from generateur.controles.completude import controler as controler_completude
from generateur.controles.contexte import Contexte
from generateur.domaine.constat import Constat
from generateur.domaine.dossier import Dossier
from generateur.domaine.langue import enumerer
from generateur.domaine.retouches import Ajout
from generateur.erreurs import ErreurEcriture, raison_du_systeme
from generateur.importation.documents import Documents
from generateur.importation.fusion import Difference, fusionner
from generateur.importation.groupement import Groupe, siren_de
from generateur.importation.numeros_reecrits import Reecriture, reprendre_les_numeros
from generateur.importation.origine import NOM_ORIGINE, Origine, SourceImportee, dresser_origine, lire_origine
from generateur.importation.socle import PieceLue
from generateur.importation.soldes import Solde, relever_historique
from generateur.importation.valeurs_a_plat import (
    CheminValeur,
    aplatir,
    composer_valeurs,
    montants_de_la_source,
    valeurs_du_debiteur,
)
from generateur.lecture.edition_toml import Etat, ecrire_edition, lire_etat, modifier
from generateur.lecture.socle import REPERTOIRE_DES_PROFILS
from generateur.operations.conflits import constater_conflit, retenir_conflits
from generateur.operations.depot_import import Depot
from generateur.operations.edition_dossier import ecrire_si_inchange
from generateur.operations.profils import (
    citer_profil,
    lister_profils,
    poser_profil_vide,
    siren_du_profil,
    situer_profil_vide,
)
from generateur.operations.sommes_laissees import constater_sommes_laissees
from generateur.publication.rangement import MESSAGES, Copies
from generateur.surveillance.droits import droits_d_un_fichier, ouvrir_selon_le_partage
from generateur.surveillance.provisoires import creer_fichier_provisoire, ecrire_d_un_geste, repertoire_provisoire

SANS_ABSENCE = frozenset({"facture_electronique"})  # un lot de factures n'est pas la liste de ce qui reste dû


@dataclass(frozen=True)
class Ecrit:
    """Un dossier créé, complété ou déjà à jour."""

    reference: str
    chemin: Path
    etat: Literal["cree", "complete", "inchange"]
    donnees: Mapping[str, Any]
    manques: tuple[str, ...]
    constats: tuple[Constat, ...] = ()
    differences: tuple[Difference, ...] = ()
    conflits: int = 0

    @property
    def a_un_contrat(self) -> bool:
        """Vrai si le dossier a déjà sa section [contrat]."""
        return isinstance(self.donnees.get("contrat"), Mapping)

    @property
    def penalites(self) -> Any:
        """Les pénalités que le dossier dit déjà."""
        contrats = [self.donnees.get("contrat"), *(self.donnees.get("contrats") or ())]
        return next((c["penalites"] for c in contrats if isinstance(c, Mapping) and c.get("penalites")), None)


def ecrire_dossier(
    depot: Depot, existant: Path | None, groupe: Groupe, solde: Solde, sources: tuple[SourceImportee, ...]
) -> Ecrit:
    """Crée le dossier de ce débiteur, ou complète celui qu'il a. Lève ErreurDossier, ErreurLecture, ErreurEcriture."""
    if existant is None:
        return _creer(depot, groupe, solde, sources)
    return _completer(depot, existant, groupe, solde, sources)


def reprendre(existant: Path | None, groupe: Groupe) -> tuple[Groupe, list[Reecriture]]:
    """Les pièces sous le numéro que le dossier leur donne. Lève ErreurLecture s'il ne se lit pas."""
    if existant is None:
        return groupe, []
    ancienne = lire_origine(existant)
    actuel = lire_etat(existant / "dossier.toml").donnees
    return reprendre_les_numeros(groupe, actuel, ancienne.base() if ancienne else {})


def constater_reecriture(reecriture: Reecriture) -> Constat:
    """Deux façons d'écrire un numéro, une seule facture comptée."""
    piece = reecriture.piece
    return constater(
        "NUMERO_ECRIT_AUTREMENT",
        f"{piece.nature} {piece.numero} : prise pour {reecriture.numero}, de même date et de même montant ; comptée "
        "une fois",
        lieu=piece.origine,
        remede="Rien à faire si c'est la même ; sinon, « generateur ajouter » l'ajoute au dossier.",
    )


def _creer(depot: Depot, groupe: Groupe, solde: Solde, sources: tuple[SourceImportee, ...]) -> Ecrit:
    reference = depot.reserver(groupe.tiers.nom)
    copies = Copies()
    fichiers = _prevoir(copies, depot.documents, [*(f.piece for f in solde.dues), *solde.avoirs_a_saisir])
    messages = Copies(repertoire=MESSAGES)
    versees = _verser(copies, messages, [f.piece for f in solde.dues])
    valeurs = composer_valeurs(groupe.tiers, solde, fichiers, versees)
    creancier = _choisir_creancier(depot, groupe)
    texte = _ecrire_texte(reference, creancier, valeurs, _objet_commun(solde), sources, depot.jour)
    inscrits = {str(bloc["numero"]) for bloc in valeurs["avoirs"]}
    retenues = aplatir(valeurs) | montants_de_la_source(solde.avoirs_a_saisir, inscrits)
    origine = dresser_origine(groupe.cles, sources, retenues, historique=relever_historique(solde, depot.jour))
    chemin = depot.racine / reference
    if not depot.simuler:
        _publier(chemin, texte, origine, (copies, messages))
    donnees = tomllib.loads(texte, parse_float=Decimal)
    doubles = (
        *_constater_doubles(depot, groupe, solde, reference),
        *_constater_partages(depot, solde, chemin),
        *constater_sommes_laissees(solde, donnees, chemin.as_posix()),
    )
    return Ecrit(reference, chemin, "cree", donnees, _manques(donnees, depot.jour), doubles)


def _constater_doubles(depot: Depot, groupe: Groupe, solde: Solde, reference: str) -> Iterator[Constat]:
    """Le dossier neuf réclame une facture qu'un autre, écrit à la main, réclame déjà."""
    for facture in solde.dues:
        if autres := depot.reclament_deja(facture.piece.numero, siren_de(groupe.tiers)):
            yield constater(
                "FACTURE_DEJA_AU_DOSSIER",
                f"la facture {facture.piece.numero} est déjà au dossier {enumerer(autres)}, qui ne vient pas d'une "
                "importation : deux dossiers la réclament",
                lieu=f"{reference}, facture {facture.piece.numero}",
                remede="Garder l'un des deux, et ôter l'autre du répertoire des dossiers.",
            )


def _constater_partages(depot: Depot, solde: Solde, dossier: Path) -> Iterator[Constat]:
    """Une facture qu'un autre dossier importé réclame encore : elle a changé de débiteur, ou il a changé de nom."""
    for facture in solde.dues:
        numero, ttc = facture.piece.numero, facture.piece.montant_ttc
        if ttc is not None and (autres := depot.reclament_ailleurs(numero, ttc, dossier)):
            yield constater(
                "FACTURE_DEJA_AU_DOSSIER",
                f"la facture {numero} est déjà au dossier {enumerer(autres)} : deux dossiers la réclament",
                lieu=f"{dossier.name}, facture {numero}",
                remede="Si elle a changé de débiteur, retirer son bloc [[factures]] de l'autre : elle n'y reviendra "
                "pas. Si c'est le même débiteur sous un autre nom, garder l'un des deux dossiers.",
            )


def _constater_absences(
    etat: Etat, groupe: Groupe, base: Mapping[CheminValeur, Any], formats: frozenset[str]
) -> Iterator[Constat]:
    """Une facture importée naguère, encore due au dossier, que cet export ne porte plus : payée depuis, peut-être."""
    if formats <= SANS_ABSENCE:
        return
    lues, plates = {piece.numero for piece in groupe.pieces}, aplatir(etat.donnees)
    for bloc in etat.donnees.get("factures") or ():
        numero = str(bloc.get("numero", ""))
        du = plates.get(("factures", numero, "montant_ttc"), Decimal(0)) - plates.get(("paye", numero), Decimal(0))
        if numero not in lues and du > 0 and any(cle[:2] == ("factures", numero) for cle in base):
            yield constater(
                "FACTURE_ABSENTE_DE_LA_SOURCE",
                f"la facture {numero} n'est plus dans l'export : payée depuis, ou hors de la période ?",
                lieu=f"{etat.fichier.parent.name}, facture {numero}",
                remede=f"Si elle a été payée : « generateur ajouter paiement {etat.fichier.parent.as_posix()} "
                f"--facture {numero} --montant … --date … ».",
            )


def _completer(depot: Depot, chemin: Path, groupe: Groupe, solde: Solde, sources: tuple[SourceImportee, ...]) -> Ecrit:
    etat = lire_etat(chemin / "dossier.toml")
    ancienne = lire_origine(chemin)
    base = ancienne.base() if ancienne else {}
    copies = Copies(chemin)
    connues = {cle[:2] for cle in base}
    presentes = {str(bloc.get("numero", "")) for s in ("factures", "avoirs") for bloc in etat.donnees.get(s) or ()}
    neuves = [f.piece for f in solde.dues if f.piece.numero not in presentes]
    neuves += [a for a in solde.avoirs_a_saisir if a.numero not in presentes]
    sans_document = _sans_document(etat, base)
    neuves += [f.piece for f in solde.dues if f.piece.numero in sans_document]
    fichiers = _prevoir(copies, depot.documents, neuves)
    messages = Copies(chemin, MESSAGES)
    suivies = [
        f.piece for f in solde.dues if f.piece.numero in presentes or ("factures", f.piece.numero) not in connues
    ]
    versees = _verser(copies, messages, suivies)
    a_prendre = depot.a_prendre.get(chemin.name, ())
    est_un_releve = not frozenset(source.format for source in sources) <= SANS_ABSENCE
    fusion = fusionner(
        base, etat.donnees, groupe.tiers, solde, fichiers, versees, a_prendre, est_un_releve=est_un_releve
    )
    texte = modifier(etat, fusion.editions)
    cles = tuple(dict.fromkeys([*(ancienne.debiteur if ancienne else ()), *groupe.cles]))
    historique = relever_historique(solde, depot.jour) or (ancienne.historique if ancienne else None)
    origine = dresser_origine(cles, sources, fusion.retenues, retenir_conflits(fusion, ancienne), historique)
    change = bool(fusion.editions)
    if not depot.simuler and (change or ancienne is None or origine != ancienne):
        copies.ecrire(chemin)
        messages.ecrire(chemin)
        if change:
            ecrire_si_inchange(etat, texte)
        _ecrire_origine(chemin, origine)
    donnees = tomllib.loads(texte.removeprefix("\ufeff"), parse_float=Decimal)
    return Ecrit(
        chemin.name,
        chemin,
        "complete" if change else "inchange",
        donnees,
        _manques(donnees, depot.jour),
        (
            *(constater_conflit(conflit, chemin.name) for conflit in fusion.conflits),
            *_constater_partages(depot, solde, chemin),
            *constater_sommes_laissees(solde, donnees, chemin.as_posix()),
            *_constater_absences(etat, groupe, base, frozenset(source.format for source in sources)),
        ),
        tuple(fusion.differences),
        len(fusion.conflits),
    )


def _sans_document(etat: Etat, base: Mapping[CheminValeur, Any]) -> frozenset[str]:
    """Les factures du dossier dont le fichier n'est pas connu ; ôté à la main, il ne revient pas."""
    blocs = etat.donnees.get("factures") or ()
    muettes = (str(bloc.get("numero", "")) for bloc in blocs if not bloc.get("fichier"))
    return frozenset(numero for numero in muettes if ("factures", numero, "fichier") not in base)


def _prevoir(copies: Copies, documents: Documents, pieces: Iterable[PieceLue]) -> dict[str, str]:
    """Par numéro, le chemin du document dans le dossier ; rien quand aucun n'est trouvé."""
    trouves = (
        (
            piece.numero,
            piece.fichier
            or documents.trouver(
                piece.numero, piece.nom_fichier, est_avoir=(piece.montant_ttc or 0) < 0 or piece.nature == "avoir"
            ),
        )
        for piece in pieces
    )
    return {numero: copies.prevoir(source) for numero, source in trouves if source is not None}


def _verser(copies: Copies, messages: Copies, pieces: Iterable[PieceLue]) -> list[dict[str, Any]]:
    """Les blocs [[pieces]] des documents qui accompagnent les factures ; ce qui n'est pas cité est gardé à côté."""
    blocs = []
    for joint in (joint for piece in pieces for joint in piece.joints):
        if joint.est_cite:
            fichier = copies.prevoir_contenu(joint.nom, joint.contenu)
            blocs.append({"titre": joint.titre, **({"date": joint.date} if joint.date else {}), "fichier": fichier})
        else:
            messages.prevoir_contenu(joint.nom, joint.contenu)
    return blocs


def _objet_commun(solde: Solde) -> str:
    """L'objet des factures quand elles ont toutes le même ; sinon, c'est à l'utilisateur de le dire."""
    objets = {facture.piece.objet for facture in solde.dues}
    return objets.pop() if len(objets) == 1 else ""


def _choisir_creancier(depot: Depot, groupe: Groupe) -> str | dict[str, Any]:
    """Le profil demandé, celui qui existe déjà, l'émetteur lu sur les factures, sinon un profil à remplir une fois."""
    profils = lister_profils(depot.racine)
    if depot.creancier is not None:
        return _rattacher_profil(depot, depot.creancier)
    emetteurs = {
        valeurs["siren"]: valeurs
        for p in groupe.pieces
        if p.creancier and (valeurs := valeurs_du_debiteur(p.creancier)).get("siren")
    }
    if len(emetteurs) == 1:
        siren, valeurs = next(iter(emetteurs.items()))
        connu = next((p for p in profils if siren in siren_du_profil(p)), None)
        return citer_profil(connu) if connu else valeurs
    if len(profils) == 1:
        return citer_profil(profils[0])
    return _rattacher_profil(depot, None)


def _rattacher_profil(depot: Depot, profil: Path | None) -> str:
    """Le chemin du profil vu du dossier ; recopié à côté des dossiers s'il est ailleurs, posé vide sans profil."""
    racine = depot.racine.resolve()
    if profil is None:
        cible = situer_profil_vide(depot.racine) if depot.simuler else poser_profil_vide(depot.racine)
        return citer_profil(cible)
    if profil.resolve().is_relative_to(racine):
        return f"../{profil.resolve().relative_to(racine).as_posix()}"
    cible = depot.racine / REPERTOIRE_DES_PROFILS / profil.name
    if not depot.simuler and not cible.exists():
        cible.parent.mkdir(parents=True, exist_ok=True)
        ecrire_d_un_geste(cible, profil.read_bytes(), droits_d_un_fichier())
    return citer_profil(cible)


def _ecrire_texte(
    reference: str,
    creancier: str | dict[str, Any],
    valeurs: Mapping[str, Any],
    objet: str,
    sources: tuple[SourceImportee, ...],
    jour: dt.date,
) -> str:
    noms = ", ".join(dict.fromkeys(source.fichier for source in sources))
    tete = {"reference": reference, "objet": objet}
    if isinstance(creancier, str):
        tete["creancier"] = creancier
    lignes = [
        f"# Dossier importé le {jour:%d/%m/%Y} de {noms}.",
        f"# « generateur verifier » dit ce qui manque ; {NOM_ORIGINE} permet de réimporter sans rien écraser.",
        *(ecrire_edition(Ajout("", {cle: valeur})).splitlines()[1] for cle, valeur in tete.items()),
        "",
    ]
    if isinstance(creancier, dict):
        lignes += [
            *ecrire_edition(Ajout("creancier", creancier)).replace("[[", "[").replace("]]", "]").splitlines(),
            "",
        ]
    for section in ("debiteurs", "factures", "avoirs", "paiements", "pieces"):
        for bloc in valeurs[section]:
            lignes += [*ecrire_edition(Ajout(section, bloc)).splitlines(), ""]
    return "\n".join(lignes).rstrip() + "\n"


def _publier(chemin: Path, texte: str, origine: Origine, copies: Sequence[Copies]) -> None:
    """Le dossier entier, ou rien : préparé à côté, puis renommé."""
    try:
        chemin.parent.mkdir(parents=True, exist_ok=True)
        with repertoire_provisoire(chemin.parent) as preparation:
            for copie in copies:
                copie.ecrire(preparation)
            (preparation / "dossier.toml").write_bytes(texte.encode())
            _ecrire_origine(preparation, origine)
            ouvrir_selon_le_partage(preparation)
            preparation.rename(chemin)  # refuse un répertoire non vide : deux importations ne se mêlent pas
    except OSError as erreur:
        raise ErreurEcriture(f"le dossier ne s'écrit pas : {raison_du_systeme(erreur)}", lieu=str(chemin)) from erreur


def _ecrire_origine(dossier: Path, origine: Origine) -> None:
    cible = dossier / NOM_ORIGINE
    descripteur, provisoire = creer_fichier_provisoire(dossier)
    with os.fdopen(descripteur, "wb") as flux:
        flux.write(f"{origine.model_dump_json(indent=2)}\n".encode())
    provisoire.chmod(droits_d_un_fichier())
    provisoire.replace(cible)


def _manques(donnees: Mapping[str, Any], jour: dt.date) -> tuple[str, ...]:
    """Les codes de ce qui reste à compléter ; le créancier, partagé, n'est pas relu ici."""
    essai = (
        {**donnees, "creancier": {"denomination": "créancier"}}
        if isinstance(donnees.get("creancier"), str)
        else donnees
    )
    try:
        dossier = Dossier.model_validate(essai)
    except ValidationError:
        return ("DOSSIER_ILLISIBLE",)
    constats = controler_completude(dossier, Contexte(jour, jour, {}, None))
    return tuple(dict.fromkeys(c.code for c in constats if not c.lieu.startswith("creancier")))
