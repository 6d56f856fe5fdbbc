"""Les courriels (.eml, .emlx, .mbox) : en-têtes, date avec son fuseau, corps, pièces jointes.

S'exécute dans l'enfant de l'atelier. Rien n'est ouvert hors du message : ni lien, ni image distante. Le
parent prépare les pièces jointes entre « ouvrir » et « composer », puis met le tout bout à bout.
"""

import base64
import re
from collections.abc import Iterator, Sequence
from email.message import Message
from email.parser import BytesParser
from email.policy import compat32
from pathlib import Path
from typing import Any
from urllib.parse import unquote

from generateur.domaine.langue import INSECABLE
from generateur.erreurs import ErreurPiece
from generateur.pieces.entetes_courriel import (
    decoder_entete,
    est_brouillon,
    lire_adresses,
    lire_jour,
    lire_jours,
    nommer_piece_jointe,
    presenter_entetes,
    relever_copies_cachees,
)
from generateur.pieces.enveloppe_outlook import EnveloppeIllisible, est_enveloppe_outlook, ouvrir_enveloppe_outlook
from generateur.pieces.html_en_texte import extraire_texte
from generateur.pieces.lignes_recollees import recoller_lignes
from generateur.pieces.mise_en_page import Bloc, composer
from generateur.pieces.omissions_courriel import est_petite, motif_d_omission
from generateur.pieces.preambule_courriel import retirer_preambule
from generateur.pieces.signature_courriel import OPAQUES, deballer
from generateur.pieces.textes import avertir_des_pertes, decoder, est_surtout_du_codage

MESSAGES_MAXIMAUX = 500
IMBRICATION_MAXIMALE = 40  # étages de parties ; un transfert de transfert en a une dizaine
_SEPARATEUR_MBOX = re.compile(rb"(?:\A|\r?\n\r?\n)From \S[^\r\n]{0,300}\d{4}[^\r\n]{0,300}\r?\n")
_RAPPORT_HTML = 3  # un texte brut trois fois plus court que le HTML n'est qu'un avis (« message au format HTML »)
_TEXTES_DU_CORPS = frozenset(
    f"text/{genre}" for genre in ("plain", "html", "xhtml", "enriched", "richtext", "rfc822-headers")
)
_MESSAGES_JOINTS = frozenset({"message/rfc822", "message/global"})
_MORCEAUX = frozenset({"message/partial", "message/external-body"})
_IMAGE_EN_LIGNE = re.compile(
    r"<img[^<>]{0,999}?\bsrc\s*=\s*[\"']?data:image/(png|jpe?g|gif|webp|bmp);base64,([A-Za-z0-9+/=%\s]+)", re.IGNORECASE
)
_AUTRE_VERSION = "— Le même message, dans sa version mise en page, qui dit autre chose : —"
_SANS_CONTENU = "Ce message n'a aucun contenu lisible : ni texte, ni pièce jointe."
_REMEDE_CHIFFRE = "Ouvrez le message dans votre messagerie et imprimez-le en PDF."


def ouvrir(
    source: str, dossier: str, *, est_boite: bool, octets_maximaux: int, pieces_maximales: int
) -> dict[str, Any]:
    """Lit les messages et extrait leurs pièces jointes dans le dossier.

    Rend `messages` : liste de {entetes: [[étiquette, valeur]], jour, expediteur,
    destinataires, est_brouillon, objet, corps, pieces: [{nom, octets, fichier,
    motif}]}, où `motif` dit pourquoi une pièce jointe n'a pas à être reproduite.
    """
    octets = _lire_octets(Path(source), octets_maximaux)
    bruts = _separer(octets) if est_boite else [retirer_preambule(octets)]
    extraction = _Extraction(Path(dossier), pieces_maximales)
    try:
        messages = [_lire_message(brut, extraction) for brut in bruts]
    except RecursionError as erreur:  # l'analyseur de la bibliothèque descend d'un appel par étage
        raise _trop_imbrique() from erreur
    if not est_boite and octets.strip() and not messages[0]["entetes"] and not messages[0]["objet"]:
        raise ErreurPiece(
            "Ce courriel n'a pas d'en-têtes lisibles : ni expéditeur, ni destinataire, ni date, ni objet.",
            remede="Enregistrez-le de nouveau depuis votre messagerie (« Enregistrer sous », format .eml), ou en PDF.",
        )
    if not any(m["corps"].strip() or m["pieces"] or m["entetes"] for m in messages):
        raise ErreurPiece("Ce courriel est vide.", remede="Reprenez-le dans votre messagerie.")
    return {"messages": messages}


def separer(source: str, dossier: str, *, octets_maximaux: int) -> dict[str, Any]:
    """Écrit dans le dossier chaque message d'une boîte, tel quel ; rend `messages`, leurs fichiers, dans l'ordre."""
    bruts = _separer(_lire_octets(Path(source), octets_maximaux))
    fichiers = [Path(dossier) / f"message_{rang:04d}.eml" for rang in range(1, len(bruts) + 1)]
    for fichier, brut in zip(fichiers, bruts, strict=True):
        fichier.write_bytes(brut.rstrip(b"\r\n") + b"\n")
    return {"messages": [str(fichier) for fichier in fichiers]}


def composer_message(
    cible: str, titre: str, message: dict[str, Any], rang: int, total: int, pages_maximales: int
) -> dict[str, Any]:
    """Met en PDF un message lu par « ouvrir », le sort de ses pièces jointes étant connu (clé `sort`)."""
    blocs = [Bloc("titre", message["objet"] or "(sans objet)")]
    if total > 1:
        blocs.append(Bloc("note", f"Message {rang} sur {total}"))
    blocs += [Bloc("entete", valeur, etiquette) for etiquette, valeur in message["entetes"]]
    for numero, piece in enumerate(message["pieces"], 1):
        etiquette = "Pièces jointes" if numero == 1 else ""
        texte = f"{numero}. {piece['nom']} ({_taille(piece['octets'])}) : {piece['sort']}"
        blocs.append(Bloc("entete", texte, etiquette))
    blocs += [Bloc("filet"), Bloc("corps", message["corps"].strip("\n") or "(message sans texte)")]
    ecrit = composer(blocs, cible, titre, pages_maximales)
    dits = [*message["avertissements"], *avertir_des_pertes(ecrit.caracteres_perdus)]
    return {"pages": ecrit.pages, "avertissements": dits}


def _taille(octets: int) -> str:
    if octets < 1024:  # noqa: PLR2004 (un kilo-octet)
        return f"{octets}{INSECABLE}octets"
    return f"{max(1, round(octets / 1024))}{INSECABLE}Ko"


def _lire_octets(chemin: Path, octets_maximaux: int) -> bytes:
    if chemin.stat().st_size > octets_maximaux:
        raise ErreurPiece(
            f"Ce courriel dépasse {octets_maximaux >> 20} Mo.",
            remede="Enregistrez ses pièces jointes à part et imprimez le message en PDF.",
        )
    return chemin.read_bytes()


def _separer(octets: bytes) -> list[bytes]:
    """Messages d'une boîte mbox ; les « >From » du corps retrouvent leur forme. Lève ErreurPiece au-delà de 500."""
    limites = [trouve.end() for trouve in _SEPARATEUR_MBOX.finditer(octets)]
    debuts = [trouve.start() for trouve in _SEPARATEUR_MBOX.finditer(octets)]
    if len(debuts) > MESSAGES_MAXIMAUX:
        raise ErreurPiece(
            f"Cette boîte contient {len(debuts)} messages : le maximum est {MESSAGES_MAXIMAUX}.",
            remede="N'exportez que les messages utiles au dossier.",
        )
    morceaux = [octets[d:f] for d, f in zip(limites, [*debuts[1:], len(octets)], strict=True)]
    return [re.sub(rb"(?m)^>(>*From )", rb"\1", morceau) for morceau in morceaux]


class _Extraction:
    """Écrit les pièces jointes sous des noms choisis ici, jamais sous ceux du message."""

    def __init__(self, dossier: Path, maximum: int) -> None:
        self._dossier = dossier
        self._maximum = maximum
        self._nombre = 0

    def extraire(self, nom: str, octets: bytes, motif: str = "") -> dict[str, Any]:
        """Fiche de la pièce jointe."""
        self._nombre += 1
        if self._nombre > self._maximum:
            raise ErreurPiece(
                f"Ce courriel porte plus de {self._maximum} pièces jointes.",
                remede="Enregistrez à part celles qui comptent, et imprimez le message en PDF.",
            )
        extension = re.search(r"\.[A-Za-z0-9]{1,5}$", nom)
        fichier = self._dossier / f"pj_{self._nombre:04d}{extension[0].lower() if extension else ''}"
        if not motif and octets:
            fichier.write_bytes(octets)
        return {
            "nom": nom,
            "octets": len(octets),
            "fichier": str(fichier) if not motif and octets else "",
            "motif": motif or ("" if octets else "fichier vide"),
        }


def _lire_message(brut: bytes, extraction: _Extraction) -> dict[str, Any]:
    message = BytesParser(policy=compat32).parsebytes(brut)
    lu = deballer(message)
    feuilles = list(_feuilles(lu))
    _choisir_partout(lu)
    if _est_chiffre(lu):
        raise ErreurPiece("Ce courriel est chiffré.", remede=_REMEDE_CHIFFRE)
    textes: list[str] = []
    pieces: list[dict[str, Any]] = []
    for partie in _parties(lu):
        if partie.get_content_type() in _MESSAGES_JOINTS and partie is not message:
            pieces.append(_joindre_message(partie, extraction))
        elif est_enveloppe_outlook(partie.get_content_type(), partie.get_filename()):
            pieces += _joindre_enveloppe(partie, extraction)
        elif _est_corps(partie) and est_surtout_du_codage(_decoder_contenu(partie)):
            motif = "texte qui n’est que du codage (base64 ou octets), non reproduit"
            pieces.append(
                extraction.extraire("(corps du message)", _octets_de(partie), motif) | {"est_a_signaler": True}
            )
        elif _est_corps(partie):
            textes.append(_lire_texte(partie))
        else:
            pieces.append(_joindre(partie, extraction))
    for feuille in feuilles:
        pieces += _joindre_images(feuille, extraction)
    corps = "\n\n".join(texte.strip("\n") for texte in textes if texte.strip())
    return {
        "entetes": presenter_entetes(message),
        "jour": lire_jour(message),
        "jours": lire_jours(message),
        "adresses": lire_adresses(message),
        "identifiant": decoder_entete(message.get("Message-ID")),
        "expediteur": decoder_entete(message.get("From")),
        "destinataires": decoder_entete(", ".join(map(str, message.get_all("To", [])))),
        "est_brouillon": est_brouillon(message),
        "objet": decoder_entete(message.get("Subject")),
        "corps": corps,
        "pieces": pieces,
        "avertissements": []
        if corps or pieces
        else ["Ce message n'a aucun contenu lisible : ni texte, ni pièce jointe."],
        "caches": [vars(cache) for cache in relever_copies_cachees(message)],
    }


def _est_chiffre(message: Message) -> bool:
    genre = message.get_content_type()
    if genre in OPAQUES:  # signé et lisible, il aurait été déballé ; signé et abîmé, il reste une pièce jointe nommée
        return message.get_param("smime-type") != "signed-data"
    return genre == "multipart/encrypted"


def _parties(message: Message) -> Iterator[Message]:
    """Les feuilles du message ; après `_choisir_partout`, une seule version du corps."""
    if _est_feuille(message):
        yield message
        return
    for enfant in message.get_payload():
        if isinstance(enfant, Message):
            yield from _parties(enfant)


def _choisir_partout(message: Message, profondeur: int = 0) -> None:
    """Ne laisse à chaque choix que la version retenue, du plus profond au plus haut : chacun n'est fait qu'une fois."""
    if _est_feuille(message):
        return
    if profondeur >= IMBRICATION_MAXIMALE:
        raise _trop_imbrique()
    enfants = [enfant for enfant in message.get_payload() if isinstance(enfant, Message)]
    for enfant in enfants:
        _choisir_partout(enfant, profondeur + 1)
    if message.get_content_type() == "multipart/alternative":
        message.set_payload([*_choisir_version(enfants)])
        message.set_type("multipart/mixed")


def _trop_imbrique() -> ErreurPiece:
    return ErreurPiece(
        f"Les parties de ce courriel sont imbriquées sur plus de {IMBRICATION_MAXIMALE} étages.",
        remede="Ouvrez le message dans votre messagerie et imprimez-le en PDF.",
    )


def _feuilles(message: Message) -> Iterator[Message]:
    """Toutes les feuilles du message, toutes versions comprises ; un message joint est une feuille."""
    if _est_feuille(message):
        yield message
        return
    for enfant in message.get_payload():
        if isinstance(enfant, Message):
            yield from _feuilles(enfant)


def _choisir_version(versions: Sequence[Message]) -> list[Message]:
    """La version texte, sauf si le HTML dit davantage : lui seul, ou les deux quand chacune a ses mots.

    Suivent, dans tous les cas, ce qui n'est pas du texte et ce que les versions écartées portaient de documents.
    """
    textes = {id(version): _texte_de(version) for version in versions}
    lisibles = [version for version in versions if textes[id(version)].strip()]
    autres = [version for version in versions if version not in lisibles]
    if not lisibles:
        return list(versions)
    brute = next((v for v in lisibles if v.get_content_type() == "text/plain"), lisibles[0])
    riche = max(lisibles, key=lambda version: len(_mots(textes[id(version)]) - _mots(textes[id(brute)])))
    de_plus = _mots(textes[id(riche)]) - _mots(textes[id(brute)])
    de_moins = _mots(textes[id(brute)]) - _mots(textes[id(riche)])
    if not de_plus:
        choisies = [brute]
    elif not de_moins or len(textes[id(riche)]) > _RAPPORT_HTML * len(textes[id(brute)]) + 200:
        choisies = [riche]  # le texte brut n'est qu'un avis (« message au format HTML »), ou ne dit rien de plus
    else:
        choisies = [brute, _annoncer_l_autre_version(), riche]
    jointes = [f for v in lisibles if v not in choisies for f in _parties(v) if not _est_corps(f)]
    return [*choisies, *jointes, *autres]


def _annoncer_l_autre_version() -> Message:
    annonce = Message()
    annonce.set_payload(_AUTRE_VERSION.encode(), "utf-8")
    annonce.set_type("text/plain")
    return annonce


def _mots(texte: str) -> frozenset[str]:
    """Les mots et les nombres d'une version, sans les adresses que le HTML ajoute à ses liens ni les images."""
    nu = re.sub(r"<[^<>\s]+>|https?://\S+|\[image : [^\[\]]*\]|\[rayé : |[>•*_|]", " ", texte)
    return frozenset(re.findall(r"[^\W_]+(?:[.,][0-9]+)?", nu.casefold()))


def _texte_de(version: Message) -> str:
    return "\n".join(_lire_texte(feuille) for feuille in _parties(version) if _est_corps(feuille))


def _joindre_images(partie: Message, extraction: _Extraction) -> list[dict[str, Any]]:
    """Les images qu'une page HTML porte en elle-même (« data: ») ; les décorations n'en sont pas."""
    if partie.get_content_subtype() not in {"html", "xhtml"} or not _est_corps(partie):
        return []
    jointes = []
    for rang, trouvee in enumerate(_IMAGE_EN_LIGNE.finditer(_decoder_contenu(partie)), start=1):
        try:
            octets = base64.b64decode(re.sub(r"\s+|%0[AaDd]", "", unquote(trouvee[2])), validate=False)
        except ValueError:
            continue
        nom = f"image_{rang}.{trouvee[1].lower().replace('jpeg', 'jpg')}"
        motif = "image décorative du message, non reproduite" if est_petite(octets) else ""
        jointes.append(extraction.extraire(nom, octets, motif))
    return jointes


def _est_feuille(partie: Message) -> bool:
    """Vrai pour ce qui se lit d'un bloc : un texte, un document, un message joint, un accusé de remise."""
    est_un_message = partie.get_content_maintype() == "message" and partie.get_content_type() not in _MORCEAUX
    return est_un_message or not partie.is_multipart()


def _est_corps(partie: Message) -> bool:
    if partie.get_content_disposition() == "attachment" or partie.get_filename():
        return False
    est_rapport = partie.get_content_type().startswith("message/")
    return est_rapport or partie.get_content_type() in _TEXTES_DU_CORPS


def _lire_texte(partie: Message) -> str:
    texte = _decoder_contenu(partie)
    if partie.get_content_subtype() in {"html", "xhtml"}:
        return extraire_texte(texte)
    if _dire(partie, "format") == "flowed":
        return recoller_lignes(texte, est_coupe_dans_les_mots=_dire(partie, "delsp") == "yes")
    return texte


def _dire(partie: Message, parametre: str) -> str:
    return str(partie.get_param(parametre) or "").casefold()


def _decoder_contenu(partie: Message) -> str:
    return decoder(_octets_de(partie), partie.get_content_charset() or "utf-8")


def _octets_de(partie: Message) -> bytes:
    contenu = partie.get_payload(decode=True)
    if isinstance(contenu, bytes):
        return contenu
    return b"\n\n".join(sous.as_bytes() for sous in partie.get_payload() if isinstance(sous, Message))


def _joindre(partie: Message, extraction: _Extraction) -> dict[str, Any]:
    octets = _octets_de(partie)
    return extraction.extraire(nommer_piece_jointe(partie), octets, motif_d_omission(partie, octets))


def _joindre_enveloppe(partie: Message, extraction: _Extraction) -> list[dict[str, Any]]:
    """Les documents que renferme un winmail.dat ; s'il ne s'ouvre pas, il est dit non produit, sous son nom."""
    octets = _octets_de(partie)
    nom = nommer_piece_jointe(partie)
    try:
        documents = ouvrir_enveloppe_outlook(octets)
    except EnveloppeIllisible as erreur:
        motif = f"non reproduite : enveloppe d’Outlook qui peut cacher d’autres documents, {erreur}"
        return [extraction.extraire(nom, octets, motif) | {"est_a_signaler": True}]
    if not documents:
        return [extraction.extraire(nom, octets, "mise en forme d’Outlook, sans document, non reproduite")]
    return [extraction.extraire(document, contenu) for document, contenu in documents]


def _joindre_message(partie: Message, extraction: _Extraction) -> dict[str, Any]:
    joint = next((sous for sous in partie.get_payload() if isinstance(sous, Message)), None)
    if joint is None:
        return extraction.extraire(nommer_piece_jointe(partie), _octets_de(partie))
    octets = joint.as_bytes()
    if str(partie.get("Content-Transfer-Encoding", "")).strip().lower() == "base64":
        # interdit par la norme pour un message joint, mais des messageries le font
        octets = base64.b64decode(octets)
        joint = BytesParser(policy=compat32).parsebytes(octets)
    objet = decoder_entete(joint.get("Subject")) or "sans objet"
    return extraction.extraire(f"Message « {objet} ».eml", octets)
