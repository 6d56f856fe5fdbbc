"""Une facture électronique (Factur-X, ZUGFeRD, CII, UBL) ou un message de cycle de vie ; s'exécute dans l'enfant.

factur-x rend CII et UBL en un même dictionnaire BT/BG. Autour de lui : tout DOCTYPE est refusé avant qu'il ne le
lise, et une date impossible n'emporte pas la facture.
"""

import datetime as dt
import io
import logging
import re
from base64 import b64encode
from pathlib import Path
from typing import Any

import facturx
import pypdf
from lxml import etree
from pypdf.errors import PyPdfError

logging.disable(logging.CRITICAL)  # la bibliothèque raconte ; nos raisons suffisent
_NOMS_ATTENDUS = frozenset(
    {"factur-x.xml", "zugferd-invoice.xml", "zugferd_invoice.xml", "xrechnung.xml", "order-x.xml"}
)
_FACTURES = frozenset({"CrossIndustryInvoice", "Invoice", "CreditNote"})
_DEVISES = frozenset({"InvoiceCurrencyCode", "DocumentCurrencyCode"})
_MOTS_DU_PROFIL = ("misses the XML tag", "flavor", "URN")
_JOUR_SEUL, _AVEC_HEURE = "102", frozenset({"203", "204"})  # formats de date d'un CII
_OCTETS_XML = 32 * 1024 * 1024
_CDAR = "CrossDomainAcknowledgementAndResponse"
_PANNES_PDF = (PyPdfError, ValueError, KeyError, TypeError, AttributeError, IndexError, RuntimeError, OSError)


def decoder(chemin: str) -> dict[str, Any]:
    """{"facture": champs BT/BG}, {"messages": […]}, ou {"erreur", "cause", "remede"}."""
    octets = Path(chemin).read_bytes()
    if octets.lstrip()[:5].startswith(b"%PDF"):
        trouve = _extraire_du_pdf(octets)
        if isinstance(trouve, dict):
            return trouve
        octets = trouve
    return _decoder_xml(octets)


def _erreur(cause: str, message: str, remede: str = "") -> dict[str, Any]:
    return {"cause": cause, "erreur": message, "remede": remede or "La demander de nouveau à votre plateforme."}


def _extraire_du_pdf(octets: bytes) -> bytes | dict[str, Any]:
    """Le XML joint, ou pourquoi il n'y en a pas : aucune pièce jointe n'est pas un nom inattendu."""
    try:
        lecteur = pypdf.PdfReader(io.BytesIO(octets))
        if lecteur.is_encrypted and not lecteur.decrypt(""):
            return _erreur("protege", "ce PDF est protégé par un mot de passe", "L'enregistrer sans protection.")
        jointes = {nom: contenus for nom, contenus in lecteur.attachments.items() if contenus}
    except _PANNES_PDF as erreur:
        return _erreur("pdf", f"ce PDF ne s'ouvre pas ({type(erreur).__name__})")
    if not jointes:
        return _erreur(
            "sans_xml",
            "ce PDF ne porte aucune facture électronique : aucun fichier n'y est joint",
            "L'ajouter avec « generateur ajouter facture », ou demander la facture au format Factur-X.",
        )
    attendus = [nom for nom in jointes if nom.lower() in _NOMS_ATTENDUS]
    candidats = attendus or [nom for nom in jointes if nom.lower().endswith(".xml")]
    if not candidats:
        return _erreur(
            "nom_inattendu", f"les fichiers joints à ce PDF ne sont pas une facture électronique : {', '.join(jointes)}"
        )
    return bytes(jointes[candidats[0]][0])


def _decoder_xml(octets: bytes) -> dict[str, Any]:
    arbre = _analyser(octets)
    if isinstance(arbre, dict):
        return arbre
    racine = etree.QName(arbre).localname
    if racine == _CDAR:
        return {"messages": list(_lire_messages(arbre))}
    if racine not in _FACTURES:
        genre = "une commande électronique" if "Order" in racine or "SCRDM" in racine else f"un document « {racine} »"
        return _erreur("autre_document", f"ce XML n'est pas une facture : c'est {genre}")
    dates = list(_ecarter_dates_impossibles(arbre))
    sans_devise = _donner_une_devise(arbre)
    return _lire_champs(arbre, sans_devise=sans_devise) | {"dates_impossibles": dates, "sans_devise": sans_devise}


def _lire_champs(arbre: Any, *, sans_devise: bool) -> dict[str, Any]:
    try:
        return {"facture": _en_json(facturx.parse_ubl_cii_xml(arbre, check_xsd=False))}
    except ValueError as erreur:
        if any(mot in str(erreur) for mot in _MOTS_DU_PROFIL):
            return _erreur("profil_inconnu", f"le profil de cette facture électronique est {_dire_profil(arbre)}")
        return _erreur("illisible", "cette facture électronique ne se lit pas : une valeur n'a pas la forme attendue")
    except (KeyError, TypeError, AttributeError, IndexError):
        manque = "aucune devise n'y est dite" if sans_devise else "il y manque ce que toute facture porte"
        return _erreur("illisible", f"cette facture électronique ne se lit pas : {manque}")


def _dire_profil(arbre: Any) -> str:
    """« inconnu » avec son nom, ou « absent »."""
    balises = ("GuidelineSpecifiedDocumentContextParameter", "CustomizationID")
    trouves = [t for b in balises for e in arbre.xpath(f".//*[local-name()='{b}']") for t in e.itertext() if t.strip()]
    return f"inconnu : « {trouves[0].strip()[:80]} »" if trouves else "absent"


def _analyser(octets: bytes) -> Any:
    """L'arbre XML, ou l'erreur : démesuré, cassé, mal codé, ou porteur d'un DOCTYPE."""
    if len(octets) > _OCTETS_XML:
        return _erreur("demesure", "ce XML est démesuré pour une facture")
    analyseur = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False)
    try:
        arbre = etree.fromstring(octets, analyseur)
    except etree.XMLSyntaxError as erreur:
        return _erreur("xml_casse", f"le XML de cette facture est cassé (ligne {erreur.lineno})")
    except ValueError:
        return _erreur("xml_casse", "le XML de cette facture ne se lit pas : mauvais codage")
    if arbre.getroottree().docinfo.doctype:
        return _erreur("doctype", "ce XML déclare un DOCTYPE : il est refusé, une facture n'en a pas besoin")
    return arbre


def _ecarter_dates_impossibles(arbre: Any) -> Any:
    """Ôte les dates qui n'existent pas, ou qui ne disent pas un jour ; réécrit les autres comme factur-x les attend."""
    for element in arbre.iter():
        nom = etree.QName(element).localname if isinstance(element.tag, str) else ""
        texte = (element.text or "").strip()
        est_cii, est_ubl = nom == "DateTimeString", nom.endswith("Date") and len(element) == 0
        if not texte or not (est_cii or est_ubl):
            continue
        jour = _lire_jour(texte, element.get("format", _JOUR_SEUL) if est_cii else "")
        if jour is None:
            porteur = etree.QName(element.getparent()).localname if est_cii else nom
            yield {"champ": porteur, "texte": texte}
            retire = element.getparent() if est_cii else element
            retire.getparent().remove(retire)
        elif est_cii:
            element.text = f"{jour:%Y%m%d}"
            element.set("format", _JOUR_SEUL)
        else:
            element.text = jour.isoformat()


def _lire_jour(texte: str, genre: str) -> dt.date | None:
    """Le jour qu'un champ dit (`genre` vide : une date ISO) ; None s'il n'en dit aucun qui existe."""
    chiffres = re.sub(r"^(\d{4})-(\d{2})-(\d{2})(?:[T Z+].*)?$", r"\1\2\3", texte)
    if genre in _AVEC_HEURE:
        chiffres = chiffres[:8]
    if genre not in {"", _JOUR_SEUL, *_AVEC_HEURE} or not re.fullmatch(r"\d{8}", chiffres):
        return None
    try:
        return dt.date(int(chiffres[:4]), int(chiffres[4:6]), int(chiffres[6:]))
    except ValueError:
        return None


def _donner_une_devise(arbre: Any) -> bool:
    """Vrai si la facture n'en dit aucune : « XXX » (aucune devise) la remplace, et elle ne sera pas prise en euros."""
    for element in arbre.iter():
        if isinstance(element.tag, str) and etree.QName(element).localname in _DEVISES:
            return False
    for element in arbre.iter():
        nom = etree.QName(element).localname if isinstance(element.tag, str) else ""
        espace = etree.QName(element).namespace if nom else ""
        if nom == "ApplicableHeaderTradeSettlement":
            neuf = etree.Element(f"{{{espace}}}InvoiceCurrencyCode")
            neuf.text = "XXX"
            element.insert(0, neuf)
            return True
    return True


def _lire_messages(arbre: Any) -> Any:
    """Chaque facture d'un message de cycle de vie : numéro, code, date, motif, montant encaissé."""

    def textes(element: Any, nom: str) -> list[str]:
        trouves = element.xpath(f".//*[local-name()='{nom}']")
        return [(t.text or "").strip() for t in trouves if (t.text or "").strip()]

    for accuse in arbre.xpath("//*[local-name()='AcknowledgementDocument']"):
        jours = textes(accuse, "DateTimeString")
        for reference in accuse.xpath("./*[local-name()='ReferenceReferencedDocument']"):
            codes, numeros = textes(reference, "ProcessConditionCode"), textes(reference, "IssuerAssignedID")
            encaisses = [
                textes(c, "ValueAmount")[0]
                for c in reference.xpath(".//*[local-name()='SpecifiedDocumentCharacteristic']")
                if "MEN" in textes(c, "TypeCode") and textes(c, "ValueAmount")
            ]
            yield {
                "numero": numeros[0] if numeros else "",
                "code": codes[0] if codes else "",
                "libelle": " ".join(textes(reference, "ProcessCondition")[:1]).replace("_", " "),
                "date": jours[0][:8] if jours else "",
                "motif": " ; ".join(textes(reference, "Reason")),
                "montant": encaisses[0] if encaisses else None,
            }


def _en_json(valeur: Any) -> Any:
    if isinstance(valeur, dict):
        return {str(cle): _en_json(v) for cle, v in valeur.items()}
    if isinstance(valeur, list | tuple):
        return [_en_json(v) for v in valeur]
    if isinstance(valeur, dt.date):
        return valeur.isoformat()
    if isinstance(valeur, bytes):
        return {"octets": b64encode(valeur).decode()}
    return valeur
