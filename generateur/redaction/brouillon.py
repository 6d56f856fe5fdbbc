"""Un courriel prêt à ouvrir et à envoyer : texte et HTML, factures jointes, sans image distante.

`X-Unsent: 1` fait ouvrir le fichier comme un brouillon par Outlook, Thunderbird et Apple Mail. Mêmes données, mêmes
octets : ni date, ni identifiant, que le logiciel de messagerie mettra en l'envoyant.
"""

import html
import mimetypes
import re
from collections.abc import Sequence
from dataclasses import dataclass
from email.errors import MessageError
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP
from pathlib import Path

from generateur.redaction.relance import LigneRelance, Texte

_ADRESSE = re.compile(r"[^@\s<>,;\"]+@[^@\s<>,;\"]+\.[^@\s<>,;\".]+")
_ENTETES = ("Facture", "Date", "Échéance", "Montant", "Déjà reçu", "Reste à payer")
_ALIGNE = ' align="right"'


@dataclass(frozen=True)
class Correspondant:
    """Un nom et une adresse de courriel."""

    nom: str
    adresse: str


def est_une_adresse(courriel: str | None) -> bool:
    """Vrai si l'on peut y écrire : un seul destinataire, sans signe qui changerait l'en-tête."""
    return bool(courriel and _ADRESSE.fullmatch(courriel.strip()) and courriel.isascii())


def ecrire_brouillon(
    de: Correspondant | None,
    a: Correspondant,
    texte: Texte,
    lignes: Sequence[LigneRelance],
    total: str,
    signature: Sequence[str],
    jointes: Sequence[Path],
    mentions: Sequence[str] = (),
) -> bytes:
    """Les octets du fichier .eml ; `de` None : le logiciel de messagerie mettra l'adresse de qui envoie.

    `total` : sous le relevé, quand il a plusieurs lignes ; `mentions` : sous la signature.
    """
    total = total if len(lignes) > 1 else ""
    message = EmailMessage(policy=SMTP)
    message["X-Unsent"] = "1"
    message["Subject"] = _sur_une_ligne(texte.objet)
    if de:
        message["From"] = _adresser(de)
    message["To"] = _adresser(a)
    message["Content-Language"] = "fr"
    message.set_content(_en_texte(texte, lignes, total, signature, mentions), cte="quoted-printable")
    message.add_alternative(_en_html(texte, lignes, total, signature, mentions), subtype="html", cte="quoted-printable")
    for fichier in jointes:
        genre, sous_genre = (mimetypes.guess_type(fichier.name)[0] or "application/octet-stream").split("/")
        message.add_attachment(fichier.read_bytes(), maintype=genre, subtype=sous_genre, filename=fichier.name)
    for rang, partie in enumerate(p for p in message.walk() if p.is_multipart()):
        partie.set_boundary(f"=_relance_{rang}_=")
    return message.as_bytes()


def _adresser(qui: Correspondant) -> Address:
    try:
        return Address(display_name=_sur_une_ligne(qui.nom), addr_spec=qui.adresse.strip())
    except (MessageError, ValueError):
        return Address(addr_spec=qui.adresse.strip())


def _sur_une_ligne(texte: str) -> str:
    return " ".join(texte.split())


def _en_texte(
    texte: Texte, lignes: Sequence[LigneRelance], total: str, signature: Sequence[str], mentions: Sequence[str]
) -> str:
    releve = [*(_dire(ligne) for ligne in lignes), *([f"Total à régler : {total}"] if total else [])]
    blocs = [*texte.avant, "\n".join(releve), *texte.apres, "\n".join(signature), *mentions]
    return "\n\n".join(bloc for bloc in blocs if bloc) + "\n"


def _dire(ligne: LigneRelance) -> str:
    recu = f", déjà reçu {ligne['recu']}, à régler {ligne['reste']}" if ligne["recu"] else ""
    return f"- {ligne['numero']} du {ligne['date']}, échéance le {ligne['echeance']} : {ligne['montant']}{recu}"


def _en_html(
    texte: Texte, lignes: Sequence[LigneRelance], total: str, signature: Sequence[str], mentions: Sequence[str]
) -> str:
    cellules = [(x["numero"], x["date"], x["echeance"], x["montant"], x["recu"] or "–", x["reste"]) for x in lignes]
    garde = [i for i in range(len(_ENTETES)) if _ENTETES[i] != "Déjà reçu" or any(x["recu"] for x in lignes)]
    tete = "".join(f'<th align="left">{_ENTETES[i]}</th>' for i in garde)
    premier_montant = 3
    corps = "".join(
        "<tr>"
        + "".join(f"<td{_ALIGNE if i >= premier_montant else ''}>{html.escape(rang[i])}</td>" for i in garde)
        + "</tr>"
        for rang in cellules
    )
    somme = f"<td{_ALIGNE}><strong>{html.escape(total)}</strong></td>"
    pied = f'<tr><td colspan="{len(garde) - 1}"><strong>Total à régler</strong></td>{somme}</tr>' if total else ""
    tableau = f'<table border="1" cellpadding="6" cellspacing="0"><tr>{tete}</tr>{corps}{pied}</table>'
    releve = tableau if lignes else ""
    blocs = [
        *(_paragraphe(p) for p in texte.avant),
        releve,
        *(_paragraphe(p) for p in texte.apres),
        "<p>" + "<br>".join(html.escape(ligne) for ligne in signature) + "</p>",
        *(_paragraphe(p) for p in mentions),
    ]
    corps_html = "\n".join(bloc for bloc in blocs if bloc)
    return f'<!DOCTYPE html>\n<html lang="fr"><head><meta charset="utf-8"></head><body>\n{corps_html}\n</body></html>\n'


def _paragraphe(texte: str) -> str:
    return f"<p>{html.escape(texte)}</p>"
