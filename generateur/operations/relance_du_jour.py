"""La relance d'un dossier aujourd'hui : ce qui est dû, et le message déjà écrit, tel qu'on va l'envoyer."""

import datetime as dt
import email
import email.policy
from collections.abc import Iterator
from dataclasses import dataclass
from email.message import EmailMessage
from pathlib import Path

from generateur.calculs.suite_amiable import SuiteAmiable, decider_suite
from generateur.domaine.echelle import Niveau
from generateur.domaine.noms_de_fichier import NOM_MESSAGES
from generateur.lecture.echelle_toml import lire_echelle
from generateur.lecture.socle import lire_dossier

_ENVOYES = (".eml", ".txt", ".pdf")  # le Word d'une lettre est à côté de son PDF


@dataclass(frozen=True)
class Message:
    """Un message écrit et pas encore envoyé ; `texte` vide : il s'ouvre et s'imprime."""

    fichier: Path
    a: str = ""
    objet: str = ""
    texte: str = ""
    jointes: tuple[str, ...] = ()


@dataclass(frozen=True)
class RelanceDuJour:
    """Ce qui est dû, le niveau que l'échelle demande, et ce qui en est déjà écrit."""

    suite: SuiteAmiable
    niveau: Niveau | None
    messages: tuple[Message, ...]


def consulter_relance(source: Path, sortie: Path, *, jour: dt.date) -> RelanceDuJour:
    """La relance de ce dossier à ce jour, sans rien écrire. Lève ErreurLecture, ErreurDroitManquant."""
    lu = lire_dossier(source)
    echelle = lire_echelle(lu.racine.parent)
    suite = decider_suite(lu.dossier, echelle, jour)
    if suite.niveau is None:
        return RelanceDuJour(suite, None, ())
    souche = f"{jour.isoformat()}_niveau_{suite.niveau}"
    messages = tuple(_lire(sortie / lu.dossier.reference / NOM_MESSAGES, souche))
    return RelanceDuJour(suite, echelle.niveaux[suite.niveau - 1], messages)


def _lire(repertoire: Path, souche: str) -> Iterator[Message]:
    for extension in _ENVOYES:
        fichier = repertoire / f"{souche}{extension}"
        if not fichier.is_file() or fichier.is_symlink():
            continue
        if extension == ".eml":
            yield _lire_courriel(fichier)
        else:
            yield Message(fichier, texte=fichier.read_text("utf-8", "replace") if extension == ".txt" else "")


def _lire_courriel(fichier: Path) -> Message:
    """Le brouillon que le programme a écrit, et qu'une messagerie a pu reprendre."""
    lu = email.message_from_bytes(fichier.read_bytes(), _class=EmailMessage, policy=email.policy.default)
    corps = lu.get_body(preferencelist=("plain",))
    jointes = tuple(nom for piece in lu.iter_attachments() if (nom := piece.get_filename()))
    texte = str(corps.get_content()).strip() if corps else ""
    return Message(fichier, str(lu["to"] or ""), str(lu["subject"] or ""), texte, jointes)
