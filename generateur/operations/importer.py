"""Importer : de factures et d'exports à des dossiers, créés ou complétés, sans rien écraser.

lire chaque source → grouper par débiteur → solder → créer ou fusionner chaque dossier. `simuler` rend le même
résultat sans rien écrire.
"""

import datetime as dt
from collections import Counter
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from decimal import Decimal
from pathlib import Path
from typing import Literal

from generateur.controles.catalogue import constater
from generateur.domaine.constat import Constat
from generateur.domaine.langue import montant, pluriel
from generateur.erreurs import ErreurDossier, ErreurGenerateur, ErreurLecture
from generateur.importation import format_qonto, format_releve_bancaire
from generateur.importation.conditions import proposer_clauses
from generateur.importation.cycle_de_vie import appliquer
from generateur.importation.documents import Documents
from generateur.importation.entetes import libeller
from generateur.importation.fusion import Difference
from generateur.importation.groupement import Groupe, dedoublonner, grouper, siren_de
from generateur.importation.lecteurs import choisir_lecteur, lister_fichiers
from generateur.importation.numeros_reecrits import reunir_les_reecritures
from generateur.importation.origine import SourceImportee
from generateur.importation.rapprochement import Rapprochement, rapprocher
from generateur.importation.socle import Consignes, Doute, Lecture, PieceLue, Refus, Reglement, Tiers
from generateur.importation.soldes import ZERO, Solde, solder
from generateur.importation.valeurs_a_plat import CheminValeur
from generateur.operations.depot_import import Depot
from generateur.operations.dossier_importe import SANS_ABSENCE, Ecrit, constater_reecriture, ecrire_dossier, reprendre
from generateur.operations.outillage import OutilsPieces
from generateur.operations.profils import profil_a_remplir, siren_du_profil
from generateur.publication.manifeste import empreinte

ETAPE_LECTURE, ETAPE_DOSSIERS = "Lecture des sources", "Dossiers"
_REFUS_DITS = 20
_LAISSE = "vous l'avez laissé de côté"
Etat = Literal["cree", "complete", "inchange", "ecarte"]


@dataclass(frozen=True)
class Demande:
    """Ce que l'utilisateur demande d'importer."""

    sources: tuple[Path, ...]
    racine: Path
    creancier: Path | None = None
    format: str | None = None
    clients: Path | None = None
    banque: Path | None = None
    documents: Path | None = None
    colonnes: Mapping[str, str] = field(default_factory=dict)  # l'en-tête d'un champ que deux colonnes se disputent
    minimum: Decimal = ZERO
    simuler: bool = False
    a_prendre: Mapping[str, Collection[CheminValeur]] = field(default_factory=dict)  # par dossier, en conflit
    laisses: Collection[str] = ()  # les débiteurs à laisser de côté, par la plus sûre de leurs clés

    @property
    def consignes(self) -> Consignes:
        """Ce que les lecteurs doivent en savoir."""
        return Consignes(self.colonnes)


@dataclass(frozen=True)
class DossierImporte:
    """Ce qu'il est advenu d'un débiteur."""

    reference: str | None
    chemin: Path | None
    debiteur: str
    siren: str
    etat: Etat
    factures: tuple[str, ...]
    reste_du: Decimal
    manques: tuple[str, ...] = ()
    motif: str = ""
    differences: tuple[Difference, ...] = ()
    conflits: int = 0  # ce que la source et une personne ont changé toutes deux : gardé, à départager
    cle: str = ""  # la plus sûre des clés du débiteur


@dataclass(frozen=True)
class Import:
    """Le résultat d'une importation, simulée ou non."""

    sources: tuple[Lecture, ...]
    refus: tuple[Refus, ...]
    dossiers: tuple[DossierImporte, ...]
    rapprochements: tuple[Rapprochement, ...]
    constats: tuple[Constat, ...]
    simule: bool
    profil_a_remplir: Path | None = None  # le profil du créancier, commun à tous, où son nom manque encore

    @property
    def est_partiel(self) -> bool:
        """Vrai si des lignes ou des fichiers ont été refusés."""
        return bool(self.refus)

    @property
    def noms_des_champs(self) -> Mapping[str, str]:
        """Comment se disent les champs compris : « montant_ttc » est « montant TTC »."""
        return {champ: libeller(champ) for source in self.sources for champ in source.colonnes}

    def combien(self, etat: Etat) -> int:
        """Nombre de débiteurs dans cet état."""
        return sum(dossier.etat == etat for dossier in self.dossiers)


def importer(
    demande: Demande, *, jour: dt.date, outils: OutilsPieces, avancer: Callable[[str, int, int, str], None]
) -> Import:
    """Importe les sources ; `avancer` reçoit l'étape, le rang, le total et un nom.

    Lève ErreurLecture si rien ne se lit, ErreurUsage si deux colonnes se disputent un champ.
    """
    lectures, refus = _lire_sources(demande, avancer)
    (clients, doutes), banque = _lire_clients(demande), _lire_banque(demande)
    documents = Documents(demande.documents, lambda fichier: outils.regarder(fichier).texte)
    depot = Depot(
        demande.racine, demande.creancier, documents, jour, simuler=demande.simuler, a_prendre=demande.a_prendre
    )
    soldees = _choisir_soldees(lectures, depot)
    uniques, contradictions = dedoublonner([*soldees, *(piece for lecture in lectures for piece in lecture.pieces)])
    _exiger_quelque_chose(lectures, refus)
    pieces, suites = appliquer(
        uniques,
        [evenement for lecture in lectures for evenement in lecture.evenements],
    )
    pieces, etrangeres = _garder_les_notres(pieces, siren_du_profil(demande.creancier) if demande.creancier else "")
    clients += [client for lecture in lectures for client in lecture.clients]
    reunis = [reunir_les_reecritures(groupe) for groupe in grouper(pieces, clients)]
    groupes = [groupe for groupe, _ in reunis]
    avec_banque = [*([banque] if banque else []), *lectures]
    rapprochements = rapprocher(groupes, [t for lecture in avec_banque for t in lecture.transactions])
    encaissements = _ranger_encaissements(rapprochements)
    sources = tuple(_declarer(lecture, jour) for lecture in lectures)
    doutes += [doute for lecture in lectures for doute in lecture.doutes]
    constats = [*map(_constater_doute, [*doutes, *suites]), *(_constater_ecart(p, r) for p, r in etrangeres)]
    constats += [_constater_contradiction(*paire) for paire in contradictions]
    constats += [constater_reecriture(reecriture) for _, reecritures in reunis for reecriture in reecritures]
    depot.relever()
    dossiers: list[DossierImporte] = []
    for rang, groupe in enumerate(groupes, start=1):
        avancer(ETAPE_DOSSIERS, rang, len(groupes), groupe.tiers.nom)
        try:
            importe, propres = _importer_groupe(groupe, encaissements.get(groupe.cles, {}), depot, sources, demande)
        except ErreurDossier as erreur:
            if len(groupes) == 1:
                raise
            importe, propres = _laisser(groupe, depot, erreur), []
            refus.append(Refus(erreur.lieu or groupe.tiers.nom, erreur.message, erreur.remede))
        dossiers.append(importe)
        constats += propres
    formats = frozenset(lecture.format for lecture in lectures) - SANS_ABSENCE
    constats += map(_constater_absence, depot.absents(formats))
    return Import(
        tuple(lectures),
        (*refus, *(r for lecture in avec_banque for r in lecture.refus)),
        tuple(dossiers),
        tuple(rapprochements),
        tuple(constats),
        simule=demande.simuler,
        profil_a_remplir=profil_a_remplir(demande.racine),
    )


def _choisir_soldees(lectures: Sequence[Lecture], depot: Depot) -> list[PieceLue]:
    """Ce qu'une source dit payé, quand une autre, ou un dossier, le réclame encore ; elle passe devant."""
    soldees = [piece for lecture in lectures for piece in lecture.soldees]
    if not soldees:
        return []
    reclames = {piece.numero for lecture in lectures for piece in lecture.pieces} | depot.numeros()
    return [piece for piece in soldees if piece.numero in reclames]


def _lire_sources(demande: Demande, avancer: Callable[[str, int, int, str], None]) -> tuple[list[Lecture], list[Refus]]:
    """Chaque fichier lu ou refusé avec sa raison ; un seul fichier, ou tous, illisibles : l'erreur elle-même."""
    fichiers = [fichier for source in demande.sources for fichier in lister_fichiers(source)]
    lectures, refus = [], []
    derniere: ErreurGenerateur | None = None
    for rang, fichier in enumerate(fichiers, start=1):
        try:
            lectures.append(choisir_lecteur(fichier, demande.format).lire(fichier, demande.consignes))
        except ErreurLecture as erreur:
            derniere = erreur
            refus.append(Refus(erreur.lieu or fichier.name, erreur.message, erreur.remede))
        avancer(ETAPE_LECTURE, rang, len(fichiers), fichier.name)
    if not lectures and derniere is not None:
        if len(fichiers) == 1:
            raise derniere
        raise ErreurLecture(
            f"aucun des {len(fichiers)} fichiers ne se lit :\n{_enumerer_refus(refus)}", remede=derniere.remede
        )
    return lectures, refus


def _enumerer_refus(refus: Sequence[Refus]) -> str:
    """Un refus par ligne ; les premiers seulement d'un export entier qui ne se lit pas."""
    lignes = [f"  - {r.origine.replace(chr(10), ' ')} : {r.raison}" for r in refus[:_REFUS_DITS]]
    reste = len(refus) - len(lignes)
    return "\n".join([*lignes, *([f"  - et {pluriel(reste, 'autre ligne', 'autres lignes')}"] if reste else [])])


def _ranger_encaissements(rapprochements: Sequence[Rapprochement]) -> dict[tuple[str, ...], dict[str, Reglement]]:
    """Les paiements certains, par débiteur puis par numéro de facture."""
    ranges: dict[tuple[str, ...], dict[str, Reglement]] = {}
    for rapprochement in rapprochements:
        if rapprochement.certitude == "certaine":
            ranges.setdefault(rapprochement.debiteur, {})[rapprochement.facture] = rapprochement.reglement
    return ranges


def _exiger_quelque_chose(lectures: Sequence[Lecture], refus: Sequence[Refus]) -> None:
    """Lève ErreurLecture quand aucune facture, ni rien qui s'y rapporte, ne se lit ; chaque refus y est dit."""
    if any(li.pieces or li.soldees or li.transactions or li.evenements for li in lectures):
        return
    if refuses := [*refus, *(r for li in lectures for r in li.refus)]:
        raise ErreurLecture(
            f"aucune ligne de ces sources ne se lit :\n{_enumerer_refus(refuses)}", remede=refuses[0].remede
        )
    comprises = [f"{champ} ← « {nom} »" for li in lectures for champ, nom in li.colonnes.items() if nom]
    vues = f" ; colonnes comprises : {', '.join(comprises)}" if comprises else ""
    raise ErreurLecture(
        f"aucune facture n'est comprise dans ces sources{vues}",
        lieu=", ".join(lecture.fichier.name for lecture in lectures),
        remede='Il faut au moins un numéro et un montant : --colonnes "numero=…" --colonnes "montant_ttc=…" les '
        "désigne ; une liste de clients se donne avec --clients.",
    )


def _lire_clients(demande: Demande) -> tuple[list[Tiers], list[Doute]]:
    """La liste des clients, qui ne fait pas de dossiers, et ses doutes. Lève ErreurLecture si elle n'en est pas une."""
    if demande.clients is None:
        return [], []
    lue = choisir_lecteur(demande.clients).lire(demande.clients, demande.consignes)
    if not lue.clients:
        raise ErreurLecture(
            "ce fichier n'est pas une liste de clients : il y faut leur nom, et une adresse ou un identifiant",
            lieu=demande.clients.name,
            remede="Exporter la liste des clients ; des factures se donnent en source, sans --clients.",
        )
    return list(lue.clients), [replace(d, origine=f"{demande.clients.name}, {d.origine}") for d in lue.doutes]


def _lire_banque(demande: Demande) -> Lecture | None:
    """Le relevé et ses encaissements. Lève ErreurLecture si ce n'en est pas un."""
    if demande.banque is None:
        return None
    lecteur = choisir_lecteur(demande.banque)
    lue = lecteur.lire(demande.banque, demande.consignes) if lecteur.NOM == format_qonto.NOM else None
    return lue if lue and lue.transactions else format_releve_bancaire.lire(demande.banque, demande.consignes)


def _declarer(lecture: Lecture, jour: dt.date) -> SourceImportee:
    return SourceImportee(
        fichier=lecture.fichier.name, sha256=empreinte(lecture.fichier), format=lecture.format, le=jour
    )


def _importer_groupe(
    groupe: Groupe,
    encaissements: Mapping[str, Reglement],
    depot: Depot,
    sources: tuple[SourceImportee, ...],
    demande: Demande,
) -> tuple[DossierImporte, list[Constat]]:
    existant = depot.retrouver(groupe)
    groupe, reecritures = reprendre(existant, groupe)
    noms = {reecriture.piece.numero: reecriture.numero for reecriture in reecritures}
    solde = solder(groupe, {noms.get(numero, numero): recu for numero, recu in encaissements.items()})
    motif = "" if existant else _motif_d_ecart(solde, demande.minimum, groupe.tiers.nom)
    if _cle(groupe) in demande.laisses:
        motif = _LAISSE
    constats = [_constater_ecart(piece, raison) for piece, raison in solde.ecartees]
    constats += map(constater_reecriture, reecritures)
    if motif:
        return DossierImporte(
            None, None, groupe.tiers.nom, _siren(groupe), "ecarte", (), max(ZERO, solde.net), (), motif
        ), constats
    ecrit = ecrire_dossier(depot, existant, groupe, solde, sources)
    constats += _proposer_conditions(solde, ecrit)
    return _rendre(groupe, solde, ecrit), [*constats, *ecrit.constats]


def _laisser(groupe: Groupe, depot: Depot, erreur: ErreurDossier) -> DossierImporte:
    """Un dossier qui ne peut pas être complété n'empêche pas les autres de l'être."""
    chemin = depot.retrouver(groupe)
    nom = chemin.name if chemin else None
    return DossierImporte(
        nom, chemin, groupe.tiers.nom, _siren(groupe), "ecarte", (), solder(groupe).net, (), erreur.message
    )


def _constater_absence(dossier: Path) -> Constat:
    return constater(
        "FACTURE_ABSENTE_DE_LA_SOURCE",
        f"plus rien de ce débiteur n'est dans l'export ({dossier.name}) : a-t-il tout payé ?",
        lieu=dossier.name,
        remede=f"Si oui, « generateur ajouter paiement {dossier.as_posix()} » l'enregistre, facture par facture.",
    )


def _proposer_conditions(solde: Solde, ecrit: Ecrit) -> list[Constat]:
    """Les conditions que disent les factures, une fois chacune ; rien si le dossier a déjà les siennes."""
    if ecrit.penalites:
        return []
    vues = {tuple(f.piece.conditions.items()): f.piece for f in reversed(solde.dues) if f.piece.conditions}
    constats = []
    for piece in reversed(vues.values()):
        phrase, remede = proposer_clauses(piece.conditions, a_un_contrat=ecrit.a_un_contrat)
        message = f"la facture {piece.numero} porte des conditions de paiement ({phrase})"
        constats.append(constater("CONDITIONS_PROPOSEES", message, lieu=f"{ecrit.reference}, contrat", remede=remede))
    return constats


def _rendre(groupe: Groupe, solde: Solde, ecrit: Ecrit) -> DossierImporte:
    return DossierImporte(
        ecrit.reference,
        ecrit.chemin,
        groupe.tiers.nom,
        _siren(groupe),
        ecrit.etat,
        tuple(facture.piece.numero for facture in solde.dues),
        max(ZERO, solde.net),
        ecrit.manques,
        differences=ecrit.differences,
        conflits=ecrit.conflits,
        cle=_cle(groupe),
    )


def _cle(groupe: Groupe) -> str:
    return groupe.cles[0] if groupe.cles else ""


def _siren(groupe: Groupe) -> str:
    return next((cle.partition(":")[2] for cle in groupe.cles if cle.startswith("siren:")), "")


def _motif_d_ecart(solde: Solde, minimum: Decimal, nom: str) -> str:
    """Pourquoi ce débiteur n'a pas de dossier ; vide s'il en faut un."""
    if not nom:
        return "la source ne nomme pas ce client : une créance sans débiteur ne se réclame pas"
    if not solde.factures:
        return "aucune facture à réclamer : brouillons, annulées, en devises ou avoirs seulement"
    if not solde.dues:
        return "tout est payé"
    if solde.net <= ZERO:
        return "les avoirs et les paiements couvrent ce qui est dû : rien à réclamer"
    if solde.net < minimum:
        return "moins que le minimum demandé"
    return ""


def _constater_ecart(piece: PieceLue, raison: str) -> Constat:
    return constater(
        "FACTURE_NON_IMPORTEE", f"{piece.nature} {piece.numero or 'sans numéro'} : {raison}", lieu=piece.origine
    )


def _constater_doute(doute: Doute) -> Constat:
    return constater(doute.code, doute.message, lieu=doute.origine, remede=doute.remede)


def _constater_contradiction(gardee: PieceLue, autre: PieceLue) -> Constat:
    return constater(
        "FACTURES_CONTRADICTOIRES",
        f"{gardee.nature} {gardee.numero} : {montant(gardee.montant_ttc or ZERO)} selon {gardee.origine}, "
        f"{montant(autre.montant_ttc or ZERO)} selon {autre.origine} ; la première est gardée",
        lieu=autre.origine,
        remede="Garder l'export qui dit juste, puis réimporter.",
    )


def _garder_les_notres(pieces: Sequence[PieceLue], siren: str) -> tuple[list[PieceLue], list[tuple[PieceLue, str]]]:
    """Les factures émises par le créancier ; à défaut de profil, par l'émetteur le plus fréquent."""
    emetteurs = Counter(emetteur for piece in pieces if (emetteur := _siren_de_l_emetteur(piece)))
    notre = siren or (emetteurs.most_common(1)[0][0] if emetteurs else "")
    notres, etrangeres = [], []
    for piece in pieces:
        emetteur = _siren_de_l_emetteur(piece)
        if not emetteur or not notre or emetteur == notre:
            notres.append(piece)
        elif siren_de(piece.debiteur) == notre:
            etrangeres.append((piece, "facture d'achat : le créancier y est l'acheteur"))
        else:
            nom = piece.creancier.nom if piece.creancier else ""
            etrangeres.append((piece, f"émise par une autre entreprise ({nom})"))
    return notres, etrangeres


def _siren_de_l_emetteur(piece: PieceLue) -> str:
    return siren_de(piece.creancier) if piece.creancier else ""
