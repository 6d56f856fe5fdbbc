"""Les en-têtes d'un courriel, décodés et présentés en français ; la date garde le fuseau de l'expéditeur."""

import contextlib
import datetime as dt
import re
import unicodedata
from email.errors import HeaderParseError
from email.header import Header, decode_header
from email.message import Message
from email.utils import getaddresses, parsedate_to_datetime

from generateur.domaine.fichiers import ContenuCache
from generateur.domaine.langue import date_longue
from generateur.pieces.textes import decoder

_ENTETES = (
    ("De", "From"),
    ("À", "To"),
    ("Copie", "Cc"),
    ("Répondre à", "Reply-To"),
    ("Date", "Date"),
    ("Envoyé", "Sent"),
    ("Identifiant", "Message-ID"),
)
_DATE_SURE = re.compile(
    r"(?:[A-Za-z]{3},\s*)?\d{1,2} [A-Za-z]{3} \d{4} \d{1,2}:\d{2}(?::\d{2})? "
    r"(?:[+-]\d{4}|GMT|UTC|UT|Z|E[SD]T|C[SD]T|M[SD]T|P[SD]T)(?:\s*\(.*\))?"
)
_ADRESSE = re.compile(r"[\w.+-]{1,64}@[\w.-]{1,255}")
_LONGUEUR_NOM = 120


def presenter_entetes(message: Message) -> list[list[str]]:
    """Étiquettes françaises et valeurs, dans l'ordre ; les en-têtes absents sont tus."""
    lignes = []
    for etiquette, cle in _ENTETES:
        valeurs = [decoder_entete(valeur) for valeur in message.get_all(cle, [])]
        texte = ", ".join(valeur for valeur in valeurs if valeur)
        if texte and not (cle == "Reply-To" and texte == decoder_entete(message.get("From"))):
            lignes.append([etiquette, presenter_date(texte) if cle == "Date" else texte])
    return lignes


def relever_copies_cachees(message: Message) -> list[ContenuCache]:
    """Les destinataires en copie cachée : personne d'autre que l'expéditeur ne devait les connaître."""
    lignes = [decoder_entete(v) for cle in ("Bcc", "Resent-Bcc") for v in message.get_all(cle, [])]
    return [ContenuCache("copie cachée", None, ligne, "retire") for ligne in lignes if ligne]


def presenter_date(brute: str) -> str:
    """Date en français, heure et décalage de l'expéditeur ; telle quelle si elle n'est pas sûre.

    >>> " ".join(presenter_date("Mon, 2 Mar 2026 14:05:10 +0100").split())
    '2 mars 2026 à 14:05:10 (UTC+01:00)'
    """
    if not _DATE_SURE.fullmatch(brute.strip()):
        return brute
    try:
        instant = parsedate_to_datetime(brute)
    except (ValueError, TypeError, OverflowError):
        return brute
    decalage = instant.utcoffset()
    if decalage is None:
        fuseau = "UTC, fuseau de l'expéditeur non indiqué"
    else:
        minutes = int(decalage.total_seconds()) // 60
        signe = "-" if minutes < 0 else "+"
        fuseau = f"UTC{signe}{abs(minutes) // 60:02d}:{abs(minutes) % 60:02d}"
    return f"{date_longue(instant.date())} à {instant:%H:%M:%S} ({fuseau})"


def est_brouillon(message: Message) -> bool:
    """Vrai si la messagerie dit ne pas l'avoir envoyé : Outlook et les nôtres, Thunderbird, Apple Mail, K-9."""
    if decoder_entete(message.get("X-Unsent")) == "1" or decoder_entete(message.get("X-Apple-Auto-Saved")) == "1":
        return True
    if decoder_entete(message.get("X-Uniform-Type-Identifier")) == "com.apple.mail-draft":
        return True
    # Thunderbird et K-9 ôtent ces en-têtes à l'envoi ; un message reçu, lui, dit par où il est passé
    est_en_cours = any(cle in message for cle in ("X-Mozilla-Draft-Info", "X-K9mail-Identity"))
    return est_en_cours and "Received" not in message


def lire_jour(message: Message) -> str:
    """Le jour d'envoi (AAAA-MM-JJ) chez l'expéditeur ; vide si l'en-tête Date manque ou n'est pas sûr."""
    brute = decoder_entete(message.get("Date"))
    try:
        return parsedate_to_datetime(brute).date().isoformat() if _DATE_SURE.fullmatch(brute) else ""
    except (ValueError, TypeError, OverflowError):
        return ""


def lire_jours(message: Message) -> list[str]:
    """Les jours (AAAA-MM-JJ) où ce message a été envoyé : chez l'expéditeur, et en France ; vide sans date sûre.

    L'heure de France est prise l'hiver comme l'été (UTC+1, UTC+2) : la nuit d'un changement ne fait pas un autre jour.
    """
    brute = decoder_entete(message.get("Date") or message.get("Sent"))
    jours = [jour] if (jour := lire_jour(message)) else []
    with contextlib.suppress(ValueError, TypeError, OverflowError):
        instant = parsedate_to_datetime(brute)
        jours.append(instant.date().isoformat())
        if instant.tzinfo is not None:
            jours += [instant.astimezone(dt.timezone(dt.timedelta(hours=h))).date().isoformat() for h in (1, 2)]
    return sorted(set(jours))


def lire_adresses(message: Message) -> list[str]:
    """Les adresses de tous les destinataires, copies comprises, en minuscules."""
    lignes = [decoder_entete(v) for cle in ("To", "Cc", "Bcc") for v in message.get_all(cle, [])]
    return sorted({adresse.casefold() for ligne in lignes for adresse in _relever_adresses(ligne)})


def _relever_adresses(ligne: str) -> list[str]:
    """Celles que la bibliothèque comprend ; si elle n'en comprend aucune, celles qu'on y lit.

    Selon sa version, des parenthèses sans fin la font descendre d'un appel chacune, ou refuser toute la ligne.
    """
    try:
        comprises = [adresse for _, adresse in getaddresses([ligne]) if "@" in adresse]
    except RecursionError:
        comprises = []
    return comprises or _ADRESSE.findall(ligne)


def decoder_entete(valeur: object) -> str:
    """Texte d'un en-tête : mots encodés, octets bruts en UTF-8 ou Windows-1252, lignes repliées."""
    if valeur is None:
        return ""
    if isinstance(valeur, str):
        brut = valeur
    elif isinstance(valeur, Header):
        # un en-tête non ASCII que la bibliothèque a rangé en encodage inconnu
        brut = "".join(_texte(morceau, encodage) for morceau, encodage in decode_header(valeur))
    else:
        brut = str(valeur)
    with contextlib.suppress(HeaderParseError, ValueError):  # un mot mal encodé est montré tel quel
        brut = "".join(_texte(morceau, encodage) for morceau, encodage in decode_header(brut))
    return re.sub(r"\s+", " ", brut).strip()


def _texte(morceau: bytes | str, encodage: str | None) -> str:
    octets = morceau.encode("utf-8", "surrogateescape") if isinstance(morceau, str) else morceau
    return decoder(octets, "" if encodage == "unknown-8bit" else encodage or "")


def nommer_piece_jointe(partie: Message) -> str:
    """Nom montré d'une pièce jointe : sans chemin ni caractère de commande."""
    nom = decoder_entete(partie.get_filename()) or decoder_entete(partie.get_param("name") or "")
    nom = re.split(r"[\\/]", nom)[-1]
    nom = "".join(c for c in nom if unicodedata.category(c)[0] != "C").strip()
    if not nom:
        return f"(sans nom, {partie.get_content_type()})"
    return nom if len(nom) <= _LONGUEUR_NOM else f"{nom[: _LONGUEUR_NOM // 2]}…{nom[-_LONGUEUR_NOM // 2 :]}"
