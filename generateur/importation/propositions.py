"""Où va chaque document rangé dans pieces/ et cité nulle part : lieu, valeurs, certitude, raison.

N'est certain que ce qui a une seule place, libre, et que rien ne contredit ; le reste se propose et se montre.
"""

import datetime as dt
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from pathlib import PurePosixPath
from typing import Any, Literal

from generateur.domaine.dossier import Dossier
from generateur.domaine.fichiers import MessageLu
from generateur.importation.groupement import aplatir_nom
from generateur.importation.indices import Indices, cite_un_mot, lire_dates, lire_indices
from generateur.importation.numeros_cites import cite_le_numero
from generateur.importation.socle import PieceLue
from generateur.importation.valeurs_a_plat import valeurs_de_la_facture

Certitude = Literal["certaine", "probable"]
_PLACES = {
    "facture": "facture", "avoir": "avoir", "livraison": "livraison", "cgv": "cgv", "relance": "relance",
    "bon_de_commande": "titre", "devis_accepte": "titre", "contrat": "titre",
    "mise_en_demeure": "preuve", "preuve_depot": "preuve", "accuse": "preuve",
}  # fmt: skip
_BROUILLON = re.compile(r"pieces/relance_\d{4}-\d\d-\d\d_niveau_\d+(_\d+)?\.eml")
_SCAN_LU = "texte reconnu dans l'image, à relire"
_SCAN_MUET = "c'est une image : son texte se lit si OCRmyPDF et Tesseract sont installés"
_LISTES = frozenset({"factures", "avoirs", "relances", "pieces"})


@dataclass(frozen=True)
class Document:
    """Un fichier du dossier et ce qu'on en a lu. `copie` : le message d'une boîte, qui aura son propre fichier."""

    fichier: str
    texte: str = ""
    messages: tuple[MessageLu, ...] = ()
    facture: PieceLue | None = None
    est_lisible: bool = True
    copie: str = ""
    est_un_scan: bool = False  # le texte, s'il y en a un, a été reconnu dans l'image

    @property
    def preuve(self) -> str:
        """Le fichier à citer."""
        return self.copie or self.fichier

    @property
    def nom(self) -> str:
        """Son nom, sans répertoire ni extension."""
        return PurePosixPath(self.fichier).stem


@dataclass(frozen=True)
class Proposition:
    """Une place pour un fichier. `valeurs` : ce qui s'y écrirait ; un lieu de liste, sans rang : un bloc de plus."""

    fichier: str
    lieu: str
    valeurs: Mapping[str, Any]
    certitude: Certitude
    raison: str
    nature: str = ""
    date: dt.date | None = None
    numero: str = field(default="")

    @property
    def est_un_bloc(self) -> bool:
        """Vrai si elle ajoute un bloc à une liste."""
        return self.lieu in _LISTES


def proposer(dossier: Dossier, documents: Iterable[Document]) -> list[Proposition]:
    """Une proposition par document, une par message pour un courriel ; deux fichiers à la même place se disputent."""
    toutes = [p for document in documents for p in _proposer(dossier, document)]
    prises: dict[str, int] = {}
    for proposition in toutes:
        if not proposition.est_un_bloc and proposition.certitude == "certaine":
            prises[_place(proposition)] = prises.get(_place(proposition), 0) + 1
    return [
        replace(p, certitude="probable", raison=f"{p.raison} ; un autre fichier prétend à la même place")
        if not p.est_un_bloc and prises.get(_place(p), 0) > 1
        else p
        for p in toutes
    ]


def _place(proposition: Proposition) -> str:
    preuve = proposition.valeurs.get("fichier", proposition.fichier)
    cles = ",".join(cle for cle, valeur in proposition.valeurs.items() if valeur == preuve)
    return f"{proposition.lieu} {cles}"


def _proposer(dossier: Dossier, document: Document) -> Iterator[Proposition]:
    if document.facture is not None:
        yield _placer_facture_electronique(dossier, document, document.facture)
    elif document.messages:
        for message in document.messages:
            yield _placer_message(dossier, document, message)
    else:
        yield _placer_document(dossier, document)


def _placer_facture_electronique(dossier: Dossier, document: Document, piece: PieceLue) -> Proposition:
    section: Any = dossier.avoirs if piece.nature == "avoir" else dossier.factures
    nom = "avoirs" if piece.nature == "avoir" else "factures"
    commun: dict[str, Any] = {"nature": nom[:-1], "date": piece.date, "numero": piece.numero}
    for rang, bloc in enumerate(section, start=1):
        if bloc.numero != piece.numero:
            continue
        raison = f"la facture électronique dit son numéro, {piece.numero}"
        est_egale = piece.montant_ttc is not None and abs(piece.montant_ttc) == bloc.montant_ttc
        if not est_egale:
            raison += f" ; mais elle dit {piece.montant_ttc} €, le dossier {bloc.montant_ttc} €"
        certitude: Certitude = "certaine" if est_egale and not bloc.fichier else "probable"
        return Proposition(
            document.fichier, f"{nom}[{rang}].fichier", {"fichier": document.fichier}, certitude, raison, **commun
        )
    valeurs = valeurs_de_la_facture(piece, document.fichier)
    raison = f"facture électronique {piece.numero}, qui n'est pas au dossier : l'ajouter si elle est impayée"
    return Proposition(document.fichier, nom, valeurs, "probable", raison, **commun)


def _placer_message(dossier: Dossier, document: Document, message: MessageLu) -> Proposition:
    """Une relance envoyée, une réponse du débiteur, ou une autre correspondance."""
    propre: dict[str, Any] = {"nature": "relance", "date": message.jour}
    texte = f"{message.objet}\n{message.corps}"
    est_du_debiteur = any(_est_de(message.expediteur, d.courriel) for d in dossier.debiteurs)
    brouillon = None if est_du_debiteur else _brouillon_de(dossier, message)
    if brouillon is not None:
        raison = f"le courriel parti le {message.jour:%d/%m/%Y} prend la place de son brouillon"
        valeurs = {"date": message.jour, "fichier": document.preuve}
        return Proposition(document.fichier, f"relances[{brouillon}]", valeurs, "certaine", raison, **propre)
    if est_du_debiteur or message.jour is None or not cite_un_mot(texte, "relance"):
        raison = "courriel du débiteur" if est_du_debiteur else "courriel qui ne dit pas être une relance"
        valeurs = {"titre": message.objet or document.nom, "date": message.jour, "nature": "correspondance"}
        return Proposition(
            document.fichier,
            "pieces",
            _sans_vide({**valeurs, "fichier": document.preuve}),
            "probable",
            raison,
            "correspondance",
            message.jour,
        )
    deja = _relance_sans_preuve(dossier, message.jour, "courriel")
    if deja is not None:
        raison = f"relance du {message.jour:%d/%m/%Y} déjà au dossier, sans sa preuve"
        lieu = f"relances[{deja}].fichier"
        return Proposition(document.fichier, lieu, {"fichier": document.preuve}, "certaine", raison, **propre)
    valeurs = {"date": message.jour, "canal": "courriel", "objet": message.objet, "fichier": document.preuve}
    cites = [f.numero for f in dossier.factures if cite_le_numero(texte, f.numero)]
    est_adressee = any(_est_de(message.destinataires, d.courriel) for d in dossier.debiteurs)
    raisons = ["le courriel parle d'une relance"]
    raisons += [f"il cite la facture {cites[0]}"] if cites else []
    raisons += ["il est adressé au débiteur"] if est_adressee else []
    est_sure = bool(cites or est_adressee) and not message.est_brouillon
    if message.est_brouillon:
        raisons.append("mais c'est un brouillon : rien ne dit qu'il est parti")
    elif cite_un_mot(texte, "mise_en_demeure"):
        est_sure = False
        raisons.append("mais il parle de mise en demeure")
    return Proposition(
        document.fichier,
        "relances",
        _sans_vide(valeurs),
        "certaine" if est_sure else "probable",
        ", ".join(raisons),
        numero=cites[0] if cites else "",
        **propre,
    )


def _est_de(correspondants: str, courriel: str | None) -> bool:
    return bool(courriel) and str(courriel).casefold() in correspondants.casefold()


def _brouillon_de(dossier: Dossier, message: MessageLu) -> int | None:
    """Le rang, à partir de 1, de la seule relance dont ce message envoyé est le brouillon gardé par le programme."""
    if message.est_brouillon or message.jour is None:
        return None
    rangs = [
        rang
        for rang, relance in enumerate(dossier.relances, start=1)
        if relance.fichier
        and _BROUILLON.fullmatch(relance.fichier)
        and _a_plat(relance.objet) == _a_plat(message.objet)
        and relance.date <= message.jour
    ]
    return rangs[0] if len(rangs) == 1 else None


def _a_plat(objet: str | None) -> str:
    return " ".join((objet or "").split()).casefold()


def _relance_sans_preuve(dossier: Dossier, jour: dt.date, canal: str) -> int | None:
    """Le rang, à partir de 1, de la seule relance de ce jour qui attend sa preuve."""
    rangs = [
        rang
        for rang, relance in enumerate(dossier.relances, start=1)
        if relance.date == jour and relance.canal == canal and not relance.fichier
    ]
    return rangs[0] if len(rangs) == 1 else None


def _placer_document(dossier: Dossier, document: Document) -> Proposition:
    indices = lire_indices(document.nom, document.texte)
    dates = lire_dates(document.texte)
    numeros = [
        (rang, facture)
        for rang, facture in enumerate(dossier.factures, start=1)
        if cite_le_numero(document.nom, facture.numero) or cite_le_numero(document.texte, facture.numero)
    ]
    vue = _Vue(dossier, document, indices, dates, numeros)
    nature = indices.nature.nom if indices.nature else ""
    placer = getattr(vue, f"placer_{_PLACES.get(nature, 'autre')}")
    place: Proposition = placer()
    return place


@dataclass(frozen=True)
class _Vue:
    """Un document devant le dossier : ses indices, ses dates, les factures dont il cite le numéro."""

    dossier: Dossier
    document: Document
    indices: Indices
    dates: list[dt.date]
    numeros: list[tuple[int, Any]]

    @property
    def date(self) -> dt.date | None:
        """La date du document, s'il n'en porte qu'une."""
        return self.dates[0] if len(self.dates) == 1 else None

    @property
    def nature(self) -> str:
        """Son nom interne ; « autre » si rien ne le dit."""
        return self.indices.nature.nom if self.indices.nature else "autre"

    def _rendre(self, lieu: str, valeurs: Mapping[str, Any], *, est_sure: bool, raison: str = "") -> Proposition:
        est_sure = est_sure and not self.indices.se_contredisent and self.document.est_lisible
        if self.document.est_un_scan and valeurs.get("date"):
            est_sure = False  # un chiffre mal reconnu ferait une date fausse
        raisons = [self.indices.raison, raison, "" if self.document.est_lisible else "mais le fichier ne se lit pas"]
        if self.document.est_un_scan:
            raisons.append(_SCAN_LU if self.document.texte.strip() else _SCAN_MUET)
        return Proposition(
            self.document.fichier,
            lieu,
            _sans_vide(valeurs),
            "certaine" if est_sure else "probable",
            ", ".join(filter(None, raisons)),
            self.nature,
            self.date,
            self.numeros[0][1].numero if len(self.numeros) == 1 else "",
        )

    def _citer(self) -> str:
        return f"il cite la facture {self.numeros[0][1].numero}" if len(self.numeros) == 1 else ""

    def placer_facture(self) -> Proposition:
        """Le fichier de la facture dont il cite le numéro."""
        if len(self.numeros) != 1:
            return self.placer_autre()
        rang, facture = self.numeros[0]
        valeurs = {"fichier": self.document.fichier}
        return self._rendre(f"factures[{rang}].fichier", valeurs, est_sure=not facture.fichier, raison=self._citer())

    def placer_avoir(self) -> Proposition:
        """Le fichier de l'avoir dont il porte le numéro, s'il l'attend encore."""
        texte = f"{self.document.nom}\n{self.document.texte}"
        libres = [(rang, a.numero) for rang, a in enumerate(self.dossier.avoirs, start=1) if a.numero and not a.fichier]
        cites = [rang for rang, numero in libres if cite_le_numero(texte, numero)]
        if len(cites) != 1:
            return self.placer_autre()
        valeurs = {"fichier": self.document.fichier}
        return self._rendre(f"avoirs[{cites[0]}].fichier", valeurs, est_sure=True, raison="il en porte le numéro")

    def placer_livraison(self) -> Proposition:
        """La livraison de la facture qu'il cite ; de la seule facture du dossier, à confirmer."""
        valeurs: dict[str, Any] = {"date": self.date, "fichier": self.document.fichier}
        cibles = self.numeros or list(enumerate(self.dossier.factures, start=1))
        if len(cibles) != 1:
            return self.placer_autre()
        rang, facture = cibles[0]
        presente = facture.livraison
        if presente is not None and presente.fichier:
            return self.placer_autre()
        if presente is not None and presente.date:
            valeurs["date"] = None
        raison = self._citer() or "une seule facture au dossier"
        return self._rendre(f"factures[{rang}].livraison", valeurs, est_sure=bool(self.numeros), raison=raison)

    def placer_titre(self) -> Proposition:
        """Le contrat, le devis ou la commande, si le dossier n'en a pas encore."""
        contrat = self.dossier.contrat
        if self.dossier.contrats or (contrat is not None and contrat.fichier):
            return self.placer_autre()
        valeurs: dict[str, Any] = {"fichier": self.document.fichier}
        if contrat is None:
            valeurs = {"nature": self.nature, "date": self.date, **valeurs}
        elif not contrat.date:
            valeurs = {"date": self.date, **valeurs}
        est_le_sien = contrat is None or contrat.nature in {self.nature, "contrat"}
        return self._rendre("contrat", valeurs, est_sure=est_le_sien, raison="le dossier n'en cite aucun")

    def placer_cgv(self) -> Proposition:
        """Les conditions générales, si le dossier n'en a pas encore."""
        if self.dossier.cgv is not None and self.dossier.cgv.fichier:
            return self.placer_autre()
        return self._rendre("cgv", {"fichier": self.document.fichier}, est_sure=True, raison="le dossier n'en cite pas")

    def placer_preuve(self) -> Proposition:
        """La lettre de mise en demeure, ou sa preuve, dans le bloc qui les attend."""
        cle = "fichier" if self.nature == "mise_en_demeure" else self.nature
        presente = self.dossier.mise_en_demeure
        valeurs: dict[str, Any] = {cle: self.document.fichier}
        if self.dossier.mises_en_demeure or (presente is not None and getattr(presente, cle)):
            return self.placer_autre()
        if presente is None:
            valeurs = {"date_envoi": self.date, **valeurs}  # le mode d'envoi n'est pas dans la lettre
            raison = "le dossier n'en dit encore rien : compléter la date et le mode d'envoi"
            return self._rendre("mise_en_demeure", valeurs, est_sure=False, raison=raison)
        return self._rendre("mise_en_demeure", valeurs, est_sure=True, raison=f"sa clé « {cle} » est libre")

    def placer_relance(self) -> Proposition:
        """La preuve d'une relance déjà écrite ce jour-là, ou une relance de plus, à confirmer."""
        jour = self.dates[0] if self.dates else None
        for canal in ("courrier", "lrar", "courriel"):
            rang = _relance_sans_preuve(self.dossier, jour, canal) if jour else None
            if rang is not None:
                preuve = {"fichier": self.document.fichier}
                return self._rendre(f"relances[{rang}].fichier", preuve, est_sure=True, raison="la relance de ce jour")
        if jour is None:
            return self.placer_autre()
        valeurs = {"date": jour, "canal": "courrier", "fichier": self.document.fichier}
        return self._rendre("relances", valeurs, est_sure=False, raison="dire par quel canal elle est partie")

    def placer_autre(self) -> Proposition:
        """Une pièce : certaine si sa nature est l'une de celles d'une pièce."""
        nature = self.indices.nature
        cle = nature.nature if nature else ""
        est_sure = bool(cle)
        if nature is not None and nature.nom == "kbis":
            cle = self._partie_du_kbis()
            est_sure = bool(cle)
        titre = nature.libelle[:1].upper() + nature.libelle[1:] if nature else self.document.nom.replace("_", " ")
        valeurs = {"titre": titre, "date": self.date, "nature": cle, "fichier": self.document.fichier}
        return self._rendre("pieces", valeurs, est_sure=est_sure)

    def _partie_du_kbis(self) -> str:
        """De qui est l'extrait, par le SIREN ou le nom qu'il porte ; vide si rien ne le dit."""
        compact, plat = "".join(self.document.texte.split()), aplatir_nom(f"{self.document.nom} {self.document.texte}")
        for role, partie in (("debiteur", self.dossier.debiteur), ("creancier", self.dossier.creancier)):
            nom = aplatir_nom(partie.denomination or "")
            if (partie.siren and partie.siren in compact) or (nom and nom in plat):
                return f"kbis_{role}"
        return ""


def _sans_vide(valeurs: Mapping[str, Any]) -> dict[str, Any]:
    return {cle: valeur for cle, valeur in valeurs.items() if valeur not in (None, "")}
