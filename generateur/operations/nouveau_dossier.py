"""Le squelette d'un dossier neuf : tout ce qu'il faut remplir, expliqué, et rien d'autre."""

import datetime as dt
import re
import tomllib
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from pydantic import TypeAdapter, ValidationError

from generateur.domaine.constat import Constat
from generateur.domaine.dossier import Reference
from generateur.erreurs import ErreurEcriture, ErreurUsage, raison_du_systeme
from generateur.lecture.edition_toml import Etat, modifier
from generateur.lecture.socle import REPERTOIRE_DES_PROFILS, lire_profil
from generateur.operations.amorce import Amorce
from generateur.surveillance.droits import droits_d_un_fichier, ouvrir_selon_le_partage
from generateur.surveillance.provisoires import ecrire_d_un_geste, forcer_le_repertoire, repertoire_provisoire

_CREANCIER = """\
[creancier]                         # votre entreprise (ou un fichier commun aux dossiers : nouveau --creancier)
nature = "personne_morale"          # personne_morale | entrepreneur_individuel | particulier
denomination = ""
forme = "SARL"                      # SARL, SAS, SA, association, SCI…
siren = ""
# capital = "10000.00"
# rcs_ville = "Lyon"
# tva = "FR…"
adresse = {{ voie = "", code_postal = "", commune = "" }}
representant = {{ nom = "", qualite = "gérant" }}
# courriel = ""
# telephone = ""
# iban = ""                         # imprimé sur la mise en demeure, pour être payé"""
_PROFIL = """\
creancier = "{chemin}"   # votre entreprise, dans un fichier commun à tous vos dossiers"""
_MODELE = """\
# Dossier {reference} — à remplir, puis : generateur verifier {chemin}
# Un texte s'écrit entre guillemets droits, une date {jour} (année-mois-jour) sans guillemets, un montant "1 234,56".
# Une ligne qui commence par « # » est ignorée : retirez le « # » pour vous en servir, titre entre crochets compris.
# Une seule clé par ligne. Les numéros (SIREN, code postal) s'écrivent aussi entre guillemets ; les noms de fichiers,
# tels quels : accents, espaces et majuscules comptent.
# Suffisent pour commencer : les noms, le numéro et le montant TTC de chaque facture. Ce qui est vide ("") est absent :
# « generateur verifier » dit ce qu'il faut encore, à quelle ligne, et comment l'écrire.

reference = "{reference}"
objet = ""                          # ce qui a été vendu ou fait, en quelques mots
# au = {jour}                  # date d'arrêté des comptes ; par défaut, le jour où vous lancez la commande

{creancier}

[[debiteurs]]                       # celui qui doit ; répétez ce bloc pour un codébiteur ou une caution
nature = "personne_morale"          # personne physique : nom = "", prenoms = "", civilite = "M." ou "Mme"
denomination = ""
forme = "SAS"
siren = ""
adresse = {{ voie = "", code_postal = "", commune = "" }}
# qualite = "consommateur"          # commercant | artisan | liberal | agricole | association | consommateur…
# agit_en_professionnel = true      # à préciser pour une association, un artisan, un particulier…

[contrat]                           # la commande, le devis signé ou le contrat
nature = "bon_de_commande"          # contrat | devis_accepte | bon_de_commande | abonnement | aucun
activite = "vente"                  # vente | prestation | transport | bail_habitation | …
# date = {jour}
# reference = ""
# fichier = "pieces/commande.pdf"
# penalites = {{ mode = "fixe", taux = "12.00" }}   # seulement si votre contrat fixe un taux

# [cgv]                             # vos conditions générales, si le client les a acceptées
# fichier = "pieces/cgv.pdf"
# acceptation = {{ date = {jour}, mode = "signature", fichier = "pieces/commande.pdf" }}

[[factures]]                        # répétez ce bloc pour chaque facture impayée
numero = ""
montant_ttc = ""
fichier = ""                        # "pieces/facture.pdf", une fois le fichier rangé dans pieces/
# date = {jour}
# echeance = {jour}
# en plusieurs fois :
# echeances = [{{ date = {jour}, montant = "5.00" }}, {{ date = {jour}, montant = "5.00" }}]
# montant_ht = ""
# montant_tva = ""
# livraison = {{ date = {jour}, fichier = "pieces/bon_de_livraison.pdf" }}

# [[paiements]]                     # chaque acompte ou paiement partiel reçu
# date = {jour}
# montant = "100.00"
# facture = ""                      # le numéro de la facture payée, si le client l'a dit
# fichier = "pieces/avis_de_virement.pdf"

# [[relances]]                      # chaque relance, avec sa preuve si vous l'avez
# date = {jour}
# canal = "courriel"                # courriel | telephone | sms | courrier | lrar | visite
# fichier = "pieces/relance_1.pdf"

# [mise_en_demeure]                 # une fois envoyée ; pour l'écrire : generateur mettre-en-demeure {chemin}
# date_envoi = {jour}
# mode = "lrar"
# numero = ""
# date_presentation = {jour}
# issue = "distribuee"              # distribuee | non_reclamee | refusee | npai | en_attente
# delai_jours = 15
# fichier = "pieces/mise_en_demeure.pdf"
# preuve_depot = "pieces/preuve_de_depot.pdf"
# accuse = "pieces/avis_de_reception.pdf"
"""


@dataclass(frozen=True)
class Squelette:
    """Le dossier créé ; `a_un_profil` : le créancier y est repris ; `profils` : ceux qui sont déjà rangés."""

    reference: str
    fichier: Path
    a_un_profil: bool
    repertoire_profils: Path
    profils: tuple[Path, ...]
    constats: tuple[Constat, ...] = ()  # ce que l'amorce laisse à vérifier


def creer_squelette(
    reference: str, racine: Path, jour: dt.date, profil: Path | None = None, amorce: Amorce | None = None
) -> Squelette:
    """Écrit racine/<reference>/dossier.toml et pieces/ ; n'écrase jamais un dossier.

    `profil` : fichier du créancier, à employer à la place du bloc ; `amorce` : ce qui est déjà connu.

    Lève ErreurUsage si la référence ne convient pas, si le dossier existe ou si le profil ne peut pas être cité de là ;
    ErreurLecture si le profil ne se lit pas ; ErreurEcriture si le disque refuse.
    """
    fichier = verifier_reference(reference, racine)
    dossier = fichier.parent
    creancier = _CREANCIER.format() if profil is None else _PROFIL.format(chemin=_citer_profil(profil, racine))
    texte = _MODELE.format(reference=reference, chemin=dossier.as_posix(), jour=jour.isoformat(), creancier=creancier)
    if amorce is not None:
        texte = modifier(Etat(fichier, texte, tomllib.loads(texte)), amorce.editions)
    poser_dossier(dossier, lambda ou: _remplir(ou, texte, amorce))
    profils = racine / REPERTOIRE_DES_PROFILS
    constats = tuple(amorce.constats) if amorce else ()
    return Squelette(reference, fichier, profil is not None, profils, tuple(sorted(profils.glob("*.toml"))), constats)


def verifier_reference(reference: str, racine: Path) -> Path:
    """Le fichier qu'aurait un dossier neuf. Lève ErreurUsage si la référence ne convient pas ou sert déjà."""
    try:
        TypeAdapter(Reference).validate_python(reference)
    except ValidationError as erreur:
        raise ErreurUsage(
            str(erreur.errors()[0]["ctx"]["error"]), remede="Choisir une référence comme 2026-0042."
        ) from erreur
    fichier = racine / reference / "dossier.toml"
    if fichier.exists():
        raise ErreurUsage(
            f"le dossier {reference} existe déjà",
            lieu=str(fichier),
            remede="Choisir une autre référence, ou ouvrir ce fichier pour le compléter.",
        )
    return fichier


def proposer_reference(racine: Path, annee: int) -> str:
    """« 2026-0043 » : l'année, et le numéro qui suit le plus grand déjà pris."""
    motif = re.compile(rf"{annee}-(\d{{4}})")
    pris = [int(m[1]) for p in racine.glob(f"{annee}-*") if (m := motif.fullmatch(p.name))]
    return f"{annee}-{max(pris, default=0) + 1:04d}"


def poser_dossier(dossier: Path, remplir: Callable[[Path], None]) -> None:
    """Le dossier entier d'un seul geste ; dans un répertoire déjà là, ce que `remplir` y écrit en dernier l'achève.

    Lève ErreurEcriture si le disque refuse.
    """
    try:
        if dossier.exists():
            remplir(dossier)
            return
        dossier.parent.mkdir(parents=True, exist_ok=True)
        with repertoire_provisoire(dossier.parent) as preparation:
            remplir(preparation)
            ouvrir_selon_le_partage(preparation)
            preparation.rename(dossier)
        forcer_le_repertoire(dossier.parent)
    except OSError as erreur:
        raise ErreurEcriture(f"le dossier ne s'écrit pas : {raison_du_systeme(erreur)}", lieu=str(dossier)) from erreur


def _remplir(ou: Path, texte: str, amorce: Amorce | None) -> None:
    (ou / "pieces").mkdir(parents=True, exist_ok=True)
    if amorce is not None:
        amorce.copies.ecrire(ou)
    ecrire_d_un_geste(ou / "dossier.toml", texte.encode(), droits_d_un_fichier())


def _citer_profil(profil: Path, racine: Path) -> str:
    """Le chemin du profil, écrit depuis le dossier. Il se lit, et il est rangé sous la racine des dossiers."""
    lire_profil(profil)
    ici, base = profil.resolve(), racine.resolve()
    if not ici.is_relative_to(base):
        raise ErreurUsage(
            "le profil du créancier n'est pas rangé à côté des dossiers",
            lieu=str(profil),
            remede=f"Le copier dans {(racine / REPERTOIRE_DES_PROFILS).as_posix()}/, puis recommencer avec ce chemin.",
        )
    return f"../{ici.relative_to(base).as_posix()}"
