"""Le tableau de bord en une page : un seul fichier, sans script ni appel extérieur, qui s'imprime en A4 et s'écoute.

Chaque dessin est suivi de ses chiffres. La feuille de style est dans la page, admise par son empreinte.
"""

import base64
import hashlib
import re
from collections.abc import Iterable, Iterator, Sequence
from importlib.resources import files
from xml.etree.ElementTree import Element, SubElement, tostring

from generateur.commandes.presentation_tableau import (
    FORMULE_DES_ETAPES,
    dire_situation,
    dire_source_du_bareme,
    principaux,
)
from generateur.commandes.signes import rendre_inoffensif
from generateur.domaine.langue import courber, date_courte, date_longue, montant, nombre, pluriel, pourcentage
from generateur.domaine.socle import ZERO
from generateur.operations.dessins_du_tableau import dessiner_balance, dessiner_debiteurs, dessiner_engage_et_recouvre
from generateur.operations.tableau_de_bord import HORIZON_JOURS, Groupe, Tableau

_MARQUE = '<meta name="generator" content="generateur {}">'
_VIDE = _MARQUE.format("")
_MARQUEE = re.compile(_MARQUE.format("([0-9a-f]{64})"))
Ligne = Sequence[str]


def est_une_page_intacte(octets: bytes) -> bool:
    """Vrai pour une page écrite ici, que personne n'a changée depuis : elle porte sa propre empreinte."""
    page = octets.decode(errors="replace")
    trouvee = _MARQUEE.search(page)
    return trouvee is not None and page == _marquer(page.replace(trouvee[0], _VIDE, 1))


def _marquer(page: str) -> str:
    """La page, où son empreinte prend la place laissée pour elle."""
    return page.replace(_VIDE, _MARQUE.format(hashlib.sha256(page.encode()).hexdigest()), 1)


def composer(tableau: Tableau) -> bytes:
    """Les octets de la page."""
    page = Element("html", {"lang": "fr"})
    _composer_tete(SubElement(page, "head"), tableau)
    corps = SubElement(page, "body")
    entete = SubElement(corps, "header")
    SubElement(entete, "h1").text = f"Tableau au {date_longue(tableau.au)}"
    SubElement(entete, "p").text = _situer(tableau)
    principal = SubElement(corps, "main")
    for titre, contenus in _sections(tableau):
        section = SubElement(principal, "section")
        SubElement(section, "h2").text = titre
        section.extend(contenus)
    return _marquer(f"<!DOCTYPE html>\n{tostring(page, encoding='unicode', method='html')}\n").encode()


def _composer_tete(tete: Element, tableau: Tableau) -> None:
    style = files("generateur.commandes").joinpath("tableau.css").read_text(encoding="utf-8")
    empreinte = base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()
    regle = f"default-src 'none'; style-src 'sha256-{empreinte}'; base-uri 'none'; form-action 'none'"
    SubElement(tete, "meta", {"charset": "utf-8"})
    SubElement(tete, "meta", {"name": "generator", "content": "generateur "})
    SubElement(tete, "meta", {"http-equiv": "Content-Security-Policy", "content": regle})
    SubElement(tete, "meta", {"name": "viewport", "content": "width=device-width, initial-scale=1"})
    SubElement(tete, "title").text = f"Tableau au {date_longue(tableau.au)}"
    SubElement(tete, "style").text = style


def _situer(tableau: Tableau) -> str:
    ecartes = f", {pluriel(len(tableau.ecartes), 'écarté')}" if tableau.ecartes else ""
    lus = pluriel(tableau.dossiers, "dossier lu", "dossiers lus")
    return f"{lus}{ecartes}. Sommes en euros, taxe comprise sauf mention."


def _sections(tableau: Tableau) -> Iterator[tuple[str, list[Element]]]:
    yield "L’essentiel", [_essentiel(tableau)]
    yield "Balance âgée et provision", list(_balance(tableau))
    yield "Recouvré par étape", list(_etapes(tableau))
    yield "Principaux débiteurs", list(_debiteurs(tableau))
    if len(tableau.creanciers) > 1:
        yield "Par créancier", [_table_de_groupes("Encours, échu et provision par créancier", tableau.creanciers)]
    yield f"Dates à tenir d’ici {HORIZON_JOURS} jours", [_echeances(tableau)]
    if tableau.dehors or tableau.ecartes:
        yield "Hors des sommes", list(_hors_sommes(tableau))
    yield "Comment c’est calculé", [_formules(tableau)]


def _essentiel(tableau: Tableau) -> Element:
    lignes = [(courber(i.definition.libelle), i.dit) for i in tableau.indicateurs]
    return _tabuler("Les indicateurs du jour", ("Indicateur", "Valeur"), lignes, nombres={1})


def _balance(tableau: Tableau) -> Iterator[Element]:
    total = sum((ligne.montant for ligne in tableau.balance), ZERO)
    yield dessiner_balance(tableau.balance, f" ; {montant(total)} en tout")
    lignes = [
        (
            b.tranche.libelle,
            str(b.creances),
            montant(b.montant),
            pourcentage(b.part),
            montant(b.base_ht),
            pourcentage(b.tranche.taux),
            montant(b.provision),
        )
        for b in tableau.balance
    ]
    lignes.append(
        (
            "Total",
            str(sum(b.creances for b in tableau.balance)),
            montant(total),
            "",
            montant(sum((b.base_ht for b in tableau.balance), ZERO)),
            "",
            montant(sum((b.provision for b in tableau.balance), ZERO)),
        )
    )
    titres = ("Tranche", "Créances", "Montant dû", "Part", "Base HT", "Taux", "Provision")
    yield _tabuler("Montants dus et provision par tranche", titres, lignes, nombres=set(range(1, 7)), a_total=True)
    situations = " ; ".join(
        f"débiteur en {dire_situation(s.situation)}, {pourcentage(s.taux_pourcent)} au moins"
        for s in tableau.bareme.situations
    )
    yield _ecrire(f"Tranches et taux : {dire_source_du_bareme(tableau)}" + (f" {situations}." if situations else ""))


def _etapes(tableau: Tableau) -> Iterator[Element]:
    yield dessiner_engage_et_recouvre(tableau.etapes)
    lignes = [
        (
            e.libelle,
            str(e.dossiers),
            montant(e.engage),
            montant(e.recouvre),
            "–" if e.taux is None else pourcentage(e.taux),
        )
        for e in tableau.etapes
    ]
    titres = ("Étape", "Dossiers", "Engagé", "Recouvré", "Taux")
    yield _tabuler("Engagé, recouvré et taux par étape", titres, lignes, nombres={1, 2, 3, 4})


def _debiteurs(tableau: Tableau) -> Iterator[Element]:
    retenus = principaux(tableau)
    yield dessiner_debiteurs(retenus)
    yield _table_de_groupes("Encours, échu et provision des principaux débiteurs", retenus)


def _table_de_groupes(legende: str, groupes: Sequence[Groupe]) -> Element:
    lignes = [
        (
            g.nom,
            _citer_references(g.references),
            montant(g.valeur("encours")),
            montant(g.valeur("echu")),
            nombre(g.valeur("retard_moyen")),
            montant(g.valeur("provision")),
            montant(g.valeur("recouvre")),
        )
        for g in groupes
    ]
    titres = ("Nom", "Dossiers", "Encours", "Échu", "Retard moyen (jours)", "Provision", "Recouvré")
    return _tabuler(legende, titres, lignes, nombres={2, 3, 4, 5, 6})


_REFERENCES_MONTREES = 3


def _citer_references(references: Sequence[str]) -> str:
    reste = len(references) - _REFERENCES_MONTREES
    suite = [f"et {pluriel(reste, 'autre')}"] if reste > 0 else []
    return "\n".join([*references[:_REFERENCES_MONTREES], *suite]) + "\n"


def _echeances(tableau: Tableau) -> Element:
    if not tableau.echeances:
        return _ecrire("Aucune.")
    lignes = [
        (date_courte(e.le), e.reference, e.debiteur, courber(e.titre), courber(e.fondement)) for e in tableau.echeances
    ]
    return _tabuler("Dates à tenir", ("Date", "Dossier", "Débiteur", "À tenir", "Fondement"), lignes)


def _hors_sommes(tableau: Tableau) -> Iterator[Element]:
    if tableau.dehors:
        factures = [
            (d.reference, d.debiteur, d.facture, montant(d.montant) if d.montant is not None else "", courber(d.motif))
            for d in tableau.dehors
        ]
        titres = ("Dossier", "Débiteur", "Facture", "Montant", "Pourquoi")
        yield _tabuler("Factures hors des sommes", titres, factures, nombres={3})
    if tableau.ecartes:
        lignes = [(e.chemin.name, courber(e.erreur.message), courber(e.erreur.remede)) for e in tableau.ecartes]
        yield _tabuler("Dossiers écartés", ("Dossier", "Pourquoi", "Que faire"), lignes)


def _formules(tableau: Tableau) -> Element:
    lignes = [
        (courber(d.libelle), courber(d.formule), courber(d.source))
        for d in (indicateur.definition for indicateur in tableau.indicateurs)
    ]
    lignes.append(("Recouvré par étape", courber(FORMULE_DES_ETAPES), "dates des dossiers"))
    return _tabuler("Formules et sources", ("Indicateur", "Formule", "D’après"), lignes)


def _ecrire(texte: str) -> Element:
    paragraphe = Element("p")
    paragraphe.text = rendre_inoffensif(texte)
    return paragraphe


def _tabuler(
    legende: str,
    titres: Sequence[str],
    lignes: Iterable[Ligne],
    *,
    nombres: frozenset[int] | set[int] = frozenset(),
    a_total: bool = False,
) -> Element:
    """Une table qui s'écoute : légende, en-têtes de colonne et de ligne ; `nombres` : les colonnes à droite."""
    table = Element("table")
    SubElement(table, "caption").text = legende
    tete = SubElement(SubElement(table, "thead"), "tr")
    for rang, titre in enumerate(titres):
        SubElement(tete, "th", {"scope": "col", **_classer(rang in nombres)}).text = titre
    corps = SubElement(table, "tbody")
    for ligne in lignes:
        rangee = SubElement(corps, "tr")
        for rang, texte in enumerate(ligne):
            balise, portee = ("th", {"scope": "row"}) if rang == 0 else ("td", {})
            est_liste = "\n" in texte
            classe = {"class": "liste"} if est_liste else _classer(rang in nombres)
            SubElement(rangee, balise, {**portee, **classe}).text = rendre_inoffensif(texte)
    if a_total:
        corps[-1].set("class", "total")
    return table


def _classer(est_un_nombre: bool) -> dict[str, str]:  # noqa: FBT001 (une seule lecture possible)
    return {"class": "nombre"} if est_un_nombre else {}
