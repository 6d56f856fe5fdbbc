"""Ce qu'une relance dit : les factures qu'elle réclame, jusqu'à quand, sur quel ton.

Le texte d'un ton est un fichier modeles/relances/<ton>.txt, commun au courriel, à la lettre et à l'appel : une ligne
« Objet : … », puis des paragraphes séparés par une ligne vide ; « [factures] », seul, y tient la place du relevé.
"""

import datetime as dt
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypedDict

from jinja2.exceptions import SecurityError, TemplateError

from generateur.calculs.accords import SuiviAccord
from generateur.calculs.encours import Encours
from generateur.calculs.suite_amiable import SuiteAmiable
from generateur.domaine.dossier import Dossier
from generateur.domaine.langue import FINE, INSECABLE, date_longue, date_ou_manque, enumerer, majuscule, montant
from generateur.droit.tables import entier_au
from generateur.erreurs import ErreurModele, raison_du_systeme
from generateur.redaction.contexte import ContexteActes
from generateur.redaction.grammaire import EnvironnementDesModeles
from generateur.redaction.lettre import ArticleReproduit, appeler, reproduire_article
from generateur.redaction.modeles_livres import racine_par_defaut
from generateur.redaction.typographie import entier_en_lettres
from generateur.redaction.valeurs_imprimees import ChampInconnu, ErreurChamp, ecrire_valeur

REPERTOIRE = "relances"
SIGNATURE = "signature"
TON_DE_L_AGENCE = "agence"
TON_DE_L_ACCORD = "accord"
MARQUE_FACTURES = "[factures]"
LIMITE_SMS = 300
_SIGNES_SIMPLES = str.maketrans({INSECABLE: " ", FINE: " ", "’": "'", "–": "-", "«": '"', "»": '"'})
_OBJET = re.compile(r"Objet\s*:\s*(.+)")
_SAUTS = re.compile("[\n\r\x0b\x0c\x85\u2028\u2029]+")
_JOURS = ("lundi", "mardi", "mercredi", "jeudi", "vendredi", "samedi", "dimanche")


class LigneRelance(TypedDict):
    """Une facture réclamée : `recu` réunit avoirs et paiements, vide s'il n'y en a pas."""

    numero: str
    date: str
    echeance: str
    montant: str
    recu: str
    reste: str


class ChampsRelance(TypedDict):
    """Ce qu'une relance imprime en propre, sous `complement`."""

    appel: str
    titre_niveau: str
    designation: str  # « facture n° F-12 », « factures n° F-12 et F-13 », « 7 factures »
    designation_majuscule: str
    les_factures: str  # « la facture n° F-12 », « vos 7 factures »
    les_factures_majuscule: str
    lignes: list[LigneRelance]
    a_plusieurs_lignes: bool
    a_plusieurs_echeances: bool
    a_recu: bool
    total: str
    echeance: str  # la plus ancienne
    date_limite: str  # « vendredi 11 décembre 2026 », vide si le message n'en fixe pas
    accessoires: str
    est_deja_relance: bool
    dernier_echange: str
    interlocuteur: str
    telephone: str
    iban: str
    bic: str
    contact: str
    pieces_jointes: str
    sujet: str
    avant: list[str]
    apres: list[str]
    a_noter: str
    accord_date: str  # vide, comme la suite, si aucun accord n'est en cause
    accord_echeance: str
    accord_montant: str
    accord_a_payer: str
    accord_delai: str
    agence_recouvrement: bool
    article_reproduit: ArticleReproduit
    lettre_du: str  # le dernier écrit envoyé par une agence, rappelé dans ses autres démarches ; vide s'il n'y en a pas


@dataclass(frozen=True)
class Texte:
    """Le texte d'un ton, rempli : objet, paragraphes d'avant le relevé et d'après."""

    objet: str
    avant: tuple[str, ...]
    apres: tuple[str, ...]

    @property
    def paragraphes(self) -> tuple[str, ...]:
        """Tout le texte, sans le relevé."""
        return self.avant + self.apres


_FACTURES_NOMMEES = 3  # au-delà, on les compte


def champs_de_la_relance(
    dossier: Dossier, suite: SuiteAmiable, contexte: ContexteActes, titre: str, chemin: str, au: dt.date
) -> ChampsRelance:
    """Les champs d'une relance ; `chemin` : le dossier, pour la commande qui note la réponse."""
    lignes = [_presenter(ligne) for ligne in suite.lignes]
    emetteur = contexte.mandataire or contexte.creancier
    numeros = list(dict.fromkeys(ligne["numero"] for ligne in lignes))
    noms, avec_article = _designer(numeros)
    echeances = [ligne.echeance for ligne in suite.lignes if ligne.echeance]
    limite = suite.date_limite
    principal = dossier.debiteur
    return ChampsRelance(
        appel=appeler(principal),
        titre_niveau=titre,
        designation=noms,
        designation_majuscule=majuscule(noms),
        les_factures=avec_article,
        les_factures_majuscule=majuscule(avec_article),
        lignes=lignes,
        a_plusieurs_lignes=len(numeros) > 1,
        a_plusieurs_echeances=len(set(echeances)) > 1,
        a_recu=any(ligne["recu"] for ligne in lignes),
        total=montant(suite.reclame),
        echeance=date_longue(min(echeances)) if echeances else "",
        date_limite=f"{_JOURS[limite.weekday()]} {date_longue(limite)}" if limite else "",
        accessoires=_dire_accessoires(contexte),
        est_deja_relance=bool(dossier.relances),
        dernier_echange=_dire_dernier_echange(dossier),
        interlocuteur=_nommer_interlocuteur(dossier),
        telephone=principal.telephone or "",
        iban=contexte.creancier.iban,
        bic=contexte.creancier.bic,
        contact=" – ".join(c for c in (emetteur.telephone, emetteur.courriel) if c),
        pieces_jointes="",
        sujet="",
        avant=[],
        apres=[],
        a_noter=f'generateur ajouter relance "{chemin}" --canal telephone --interlocuteur "…" --reponse "…"',
        accord_date=date_longue(suite.accord.accord.date) if suite.accord else "",
        accord_echeance=date_longue(suite.accord.manquees[0].date) if suite.accord else "",
        accord_montant=montant(suite.accord.manquees[0].montant) if suite.accord else "",
        accord_a_payer=_dire_manquees(suite.accord) if suite.accord else "",
        accord_delai=f"{entier_en_lettres(entier_au('delais_jours', au, 'mise_en_demeure_usuel'))} jours",
        agence_recouvrement=dossier.est_confie_a_une_agence,
        article_reproduit=reproduire_article(dossier, au),
        lettre_du=_dater_la_lettre(dossier, au) if dossier.est_confie_a_une_agence else "",
    )


def _dater_la_lettre(dossier: Dossier, au: dt.date) -> str:
    """Le dernier écrit parti, jour `au` compris (CPCE R124-4) : relance par courriel ou lettre, mise en demeure."""
    ecrits = [r.date for r in dossier.relances if r.canal in {"courriel", "courrier", "lrar"}]
    ecrits += [m.date_envoi for m in dossier.toutes_mises_en_demeure if m.date_envoi <= au]
    return date_longue(max(ecrits)) if ecrits else ""


def _dire_manquees(suivi: SuiviAccord) -> str:
    """« l’échéance du 15 juillet 2026 (500,00 €) n’est pas payée en entier » ; toutes, s'il en manque plusieurs."""
    dates = [date_longue(echeance.date) for echeance in suivi.manquees]
    if len(dates) == 1:
        return f"l’échéance du {dates[0]} ({montant(suivi.manquees[0].montant)}) n’est pas payée en entier"
    return f"les échéances du {enumerer(dates)} ne sont pas payées en entier"


def _presenter(ligne: Encours) -> LigneRelance:
    recu = ligne.initial - ligne.reste
    return LigneRelance(
        numero=ligne.facture.numero,
        date=date_ou_manque(ligne.facture.date),
        echeance=date_ou_manque(ligne.echeance),
        montant=montant(ligne.initial),
        recu=montant(recu) if recu else "",
        reste=montant(ligne.reste),
    )


def _designer(numeros: Sequence[str]) -> tuple[str, str]:
    if len(numeros) == 1:
        return (f"facture n°{INSECABLE}{numeros[0]}", f"la facture n°{INSECABLE}{numeros[0]}")
    if len(numeros) > _FACTURES_NOMMEES:
        return (f"{len(numeros)}{INSECABLE}factures", f"vos {len(numeros)}{INSECABLE}factures")
    noms = enumerer([f"n°{INSECABLE}{numero}" for numero in numeros])
    return f"factures {noms}", f"les factures {noms}"


def _dire_accessoires(contexte: ContexteActes) -> str:
    """Ce que la loi ou le contrat ajoute à ce jour ; vide si rien ne court encore."""
    decompte = contexte.decompte
    postes = [f"{decompte.interets} de {decompte.nom_interets}"] if decompte.a_interets else []
    if decompte.a_indemnites:
        postes.append(f"{decompte.indemnites} d’indemnité forfaitaire pour frais de recouvrement")
    if not postes:
        return ""
    verbe = "s’ajoutent" if len(postes) > 1 or decompte.a_interets else "s’ajoute"
    return f"À cette somme {verbe} à ce jour {enumerer(postes)}, que nous demanderons si nous devons aller plus loin."


def _dire_dernier_echange(dossier: Dossier) -> str:
    """« le 2 juin 2026 (M. Mornay) : « promet un chèque » » : une note de qui a appelé, non des mots à citer."""
    repondues = sorted((r for r in dossier.relances if r.reponse), key=lambda r: r.date)
    if not repondues:
        return ""
    derniere = repondues[-1]
    qui = f" ({derniere.interlocuteur})" if derniere.interlocuteur else ""
    return f"le {date_longue(derniere.date)}{qui} : « {derniere.reponse} »"


def _nommer_interlocuteur(dossier: Dossier) -> str:
    noms = [r.interlocuteur for r in sorted(dossier.relances, key=lambda r: r.date) if r.interlocuteur]
    representant = dossier.debiteur.representant
    return noms[-1] if noms else representant.nom if representant else ""


def remplir_texte(ton: str, champs: Mapping[str, Any], modeles: Path | None) -> Texte:
    """Le texte de ce ton, rempli. Lève ErreurModele s'il manque, s'il est mal balisé ou n'a pas d'objet."""
    rempli = _remplir(ton, champs, modeles)
    trouve = _OBJET.match(rempli)
    if trouve is None:
        raise ErreurModele(
            f"Le texte « {ton} » ne commence pas par une ligne « Objet : … ».",
            lieu=f"{REPERTOIRE}/{ton}.txt",
            remede="Ajouter cette ligne en tête du fichier.",
        )
    blocs = [" ".join(bloc.split("\n")).strip() for bloc in re.split(r"\n\s*\n", rempli[trouve.end() :])]
    blocs = [bloc for bloc in blocs if bloc]
    rang = blocs.index(MARQUE_FACTURES) if MARQUE_FACTURES in blocs else len(blocs)
    return Texte(trouve[1].strip(), tuple(blocs[:rang]), tuple(blocs[rang + 1 :]))


def remplir_mentions(champs: Mapping[str, Any], modeles: Path | None) -> Texte:
    """Ce que la lettre d'une agence de recouvrement dit en plus, avant et après (CPCE R124-4)."""
    return remplir_texte(TON_DE_L_AGENCE, champs, modeles)


def remplir_signature(champs: Mapping[str, Any], modeles: Path | None) -> tuple[str, ...]:
    """Les lignes qui ferment un courriel."""
    return tuple(ligne.strip() for ligne in _remplir(SIGNATURE, champs, modeles).strip().split("\n"))


def _remplir(ton: str, champs: Mapping[str, Any], modeles: Path | None) -> str:
    fichier = (modeles or racine_par_defaut()) / REPERTOIRE / f"{ton}.txt"
    if not fichier.is_file():  # des modèles à soi peuvent ne pas porter les textes des relances
        fichier = racine_par_defaut() / REPERTOIRE / f"{ton}.txt"
    environnement = EnvironnementDesModeles(undefined=ChampInconnu, finalize=_ecrire_sur_une_ligne)
    environnement.globals.clear()
    try:
        source = fichier.read_text(encoding="utf-8-sig")
        return str(environnement.from_string(source).render(champs)).strip()
    except (OSError, UnicodeDecodeError) as erreur:
        raison = raison_du_systeme(erreur) if isinstance(erreur, OSError) else "il n'est pas en UTF-8"
        raise ErreurModele(f"Le texte « {ton} » ne se lit pas : {raison}.", lieu=str(fichier)) from erreur
    except ErreurChamp as erreur:
        raise ErreurModele(f"Texte « {ton} » : {erreur.raconter(champs)}", lieu=str(fichier)) from erreur
    except (TemplateError, SecurityError, TypeError, ValueError) as erreur:
        raise ErreurModele(
            f"Texte « {ton} » : balise cassée ({erreur}).",
            lieu=str(fichier),
            remede="Corriger la balise : {{ champ }}, {% if … %} … {% endif %}.",
        ) from erreur


def _ecrire_sur_une_ligne(valeur: Any) -> Any:
    """Un texte brut n'a pas les sauts de ligne de Word."""
    return ecrire_valeur(_SAUTS.sub(" ", valeur) if isinstance(valeur, str) else valeur)


def tenir_en_sms(texte: Texte) -> str:
    """Le texte d'un SMS, en signes que tout téléphone rend. Lève ErreurModele s'il atteint 300 signes."""
    sms = " ".join(texte.paragraphes).translate(_SIGNES_SIMPLES)
    if len(sms) >= LIMITE_SMS:
        raise ErreurModele(
            f"ce SMS ferait {len(sms)} signes, {LIMITE_SMS - 1} au plus",
            lieu=f"{REPERTOIRE}/sms.txt",
            remede="Raccourcir le texte, ou choisir un autre canal dans relances.toml.",
        )
    return sms
