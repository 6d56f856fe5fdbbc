"""Fabrique dossiers/exemples_import/ : une source fictive par format, et leurs documents.

    python -m tests.outils.fabriquer_exemples_import [REPERTOIRE]

Toutes disent la même chose : deux débiteurs inventés, une facture due par chacun.
"""

import datetime as dt
import io
import json
import sys
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

import facturx
import openpyxl
from reportlab.pdfgen.canvas import Canvas

RACINE = Path(__file__).resolve().parents[2] / "dossiers" / "exemples_import"


@dataclass(frozen=True)
class Due:
    """Une facture due ; montants en euros."""

    numero: str
    date: dt.date
    echeance: dt.date
    client: str
    code: str
    siren: str
    voie: str
    code_postal: str
    commune: str
    courriel: str
    ht: str
    tva: str
    ttc: str
    objet: str


DUES = (
    Due("F2026-201", dt.date(2026, 5, 4), dt.date(2026, 6, 3), "Les Comptoirs Beaurivage", "C001", "999999998",
        "27 rue des Tisserands", "69007", "Lyon", "compta@beaurivage.example", "2000,00", "400,00", "2400,00",
        "Portes en chêne"),
    Due("F2026-202", dt.date(2026, 5, 11), dt.date(2026, 6, 10), "Éditions du Halage", "C002", "999999923",
        "4 quai du Halage", "69009", "Lyon", "compta@halage.example", "850,00", "170,00", "1020,00",
        "Rayonnages sur mesure"),
)  # fmt: skip
_FEC = (
    "JournalCode", "JournalLib", "EcritureNum", "EcritureDate", "CompteNum", "CompteLib", "CompAuxNum", "CompAuxLib",
    "PieceRef", "PieceDate", "EcritureLib", "Debit", "Credit", "EcritureLet", "DateLet", "ValidDate", "Montantdevise",
    "Idevise",
)  # fmt: skip
_XML = """<?xml version="1.0" encoding="UTF-8"?>
<rsm:CrossIndustryInvoice xmlns:rsm="urn:un:unece:uncefact:data:standard:CrossIndustryInvoice:100" \
xmlns:ram="urn:un:unece:uncefact:data:standard:ReusableAggregateBusinessInformationEntity:100" \
xmlns:udt="urn:un:unece:uncefact:data:standard:UnqualifiedDataType:100">
<rsm:ExchangedDocumentContext><ram:GuidelineSpecifiedDocumentContextParameter>\
<ram:ID>urn:factur-x.eu:1p0:basicwl</ram:ID></ram:GuidelineSpecifiedDocumentContextParameter>\
</rsm:ExchangedDocumentContext>
<rsm:ExchangedDocument><ram:ID>{numero}</ram:ID><ram:TypeCode>380</ram:TypeCode>
<ram:IssueDateTime><udt:DateTimeString format="102">{date}</udt:DateTimeString></ram:IssueDateTime>
<ram:IncludedNote><ram:Content>Pénalités de retard : trois fois le taux d'intérêt légal.</ram:Content>\
<ram:SubjectCode>PMD</ram:SubjectCode></ram:IncludedNote></rsm:ExchangedDocument>
<rsm:SupplyChainTradeTransaction><ram:ApplicableHeaderTradeAgreement>
<ram:SellerTradeParty><ram:Name>Atelier Lumen</ram:Name><ram:SpecifiedLegalOrganization>\
<ram:ID schemeID="0002">100000009</ram:ID></ram:SpecifiedLegalOrganization><ram:PostalTradeAddress>\
<ram:PostcodeCode>69003</ram:PostcodeCode><ram:LineOne>12 rue des Fleurs</ram:LineOne><ram:CityName>Lyon</ram:CityName>\
<ram:CountryID>FR</ram:CountryID></ram:PostalTradeAddress></ram:SellerTradeParty>
<ram:BuyerTradeParty><ram:Name>{client}</ram:Name><ram:SpecifiedLegalOrganization>\
<ram:ID schemeID="0002">{siren}</ram:ID></ram:SpecifiedLegalOrganization><ram:PostalTradeAddress>\
<ram:PostcodeCode>{code_postal}</ram:PostcodeCode><ram:LineOne>{voie}</ram:LineOne><ram:CityName>{commune}</ram:CityName>\
<ram:CountryID>FR</ram:CountryID></ram:PostalTradeAddress></ram:BuyerTradeParty>
</ram:ApplicableHeaderTradeAgreement><ram:ApplicableHeaderTradeDelivery/><ram:ApplicableHeaderTradeSettlement>
<ram:InvoiceCurrencyCode>EUR</ram:InvoiceCurrencyCode><ram:ApplicableTradeTax>\
<ram:CalculatedAmount>{tva}</ram:CalculatedAmount><ram:TypeCode>VAT</ram:TypeCode><ram:BasisAmount>{ht}</ram:BasisAmount>\
<ram:CategoryCode>S</ram:CategoryCode><ram:RateApplicablePercent>20.00</ram:RateApplicablePercent>\
</ram:ApplicableTradeTax>
<ram:SpecifiedTradePaymentTerms><ram:DueDateDateTime><udt:DateTimeString format="102">{echeance}</udt:DateTimeString>\
</ram:DueDateDateTime></ram:SpecifiedTradePaymentTerms>
<ram:SpecifiedTradeSettlementHeaderMonetarySummation><ram:LineTotalAmount>{ht}</ram:LineTotalAmount>\
<ram:TaxBasisTotalAmount>{ht}</ram:TaxBasisTotalAmount><ram:TaxTotalAmount currencyID="EUR">{tva}</ram:TaxTotalAmount>\
<ram:GrandTotalAmount>{ttc}</ram:GrandTotalAmount><ram:DuePayableAmount>{ttc}</ram:DuePayableAmount>\
</ram:SpecifiedTradeSettlementHeaderMonetarySummation></ram:ApplicableHeaderTradeSettlement>
</rsm:SupplyChainTradeTransaction></rsm:CrossIndustryInvoice>
"""


def _jour(jour: dt.date) -> str:
    return f"{jour:%d/%m/%Y}"


def dessiner(*lignes: str) -> bytes:
    """Une page de texte."""
    flux = io.BytesIO()
    feuille = Canvas(flux, invariant=True)
    for rang, ligne in enumerate(lignes):
        feuille.drawString(72, 770 - 20 * rang, ligne)
    feuille.save()
    return flux.getvalue()


def _dessiner_facture(due: Due) -> bytes:
    return dessiner(
        f"FACTURE n° {due.numero}", "Atelier Lumen, 12 rue des Fleurs, 69003 Lyon", f"Date : {_jour(due.date)}",
        f"Client : {due.client}, {due.voie}, {due.code_postal} {due.commune}", due.objet, f"Total HT {due.ht} €",
        f"TVA 20 % {due.tva} €", f"Total TTC {due.ttc} €", f"Échéance : {_jour(due.echeance)}",
        "Pénalités de retard : trois fois le taux d'intérêt légal ; indemnité forfaitaire de recouvrement : 40 €.",
    )  # fmt: skip


def _en_csv(lignes: Iterable[Sequence[str]]) -> bytes:
    return "".join(";".join(ligne) + "\r\n" for ligne in lignes).encode("utf-8")


def _en_xlsx(lignes: Iterable[Sequence[object]]) -> bytes:
    classeur, flux = openpyxl.Workbook(), io.BytesIO()
    for ligne in lignes:
        classeur.active.append(list(ligne))
    classeur.save(flux)
    return flux.getvalue()


def fabriquer_factures(due: Due) -> dict[str, bytes]:
    """Le XML d'une facture et le PDF qui le porte."""
    xml = _XML.format(
        numero=due.numero, date=f"{due.date:%Y%m%d}", echeance=f"{due.echeance:%Y%m%d}", client=due.client,
        siren=due.siren, voie=due.voie, code_postal=due.code_postal, commune=due.commune,
        ht=due.ht.replace(",", "."), tva=due.tva.replace(",", "."), ttc=due.ttc.replace(",", "."),
    ).encode()  # fmt: skip
    pdf = facturx.generate_from_binary(_dessiner_facture(due), xml, flavor="factur-x", level="basicwl", check_xsd=False)
    return {f"facture_electronique/{due.numero}.pdf": pdf, f"facture_electronique/{due.numero}.xml": xml}


def _fabriquer_exports() -> dict[str, bytes]:
    ecritures = [
        f"VE\tVentes\t{n}\t{d.date:%Y%m%d}\t411000\tClients\t{d.code}\t{d.client}\t{d.numero}\t{d.date:%Y%m%d}\t"
        f"{d.objet}\t{d.ttc}\t0,00\t\t\t{d.date:%Y%m%d}\t\t"
        for n, d in enumerate(DUES, start=1)
    ]
    json_qonto = {
        "client_invoices": [
            {
                "id": f"id-{d.code}", "number": d.numero, "status": "unpaid", "issue_date": d.date.isoformat(),
                "due_date": d.echeance.isoformat(), "currency": "EUR",
                "total_amount": {"value": d.ttc.replace(",", "."), "currency": "EUR"},
                "client": {"id": d.code, "name": d.client, "tax_identification_number": d.siren},
            }
            for d in DUES
        ]
    }  # fmt: skip
    return {
        "pennylane.csv": _en_csv([
            ("Identifiant facture", "Numéro de facture", "Date", "Échéance", "Tiers", "Identifiant tiers",
             "SIREN tiers", "Total HT", "Total TVA", "Total TTC", "Montant payé TTC", "Montant restant TTC", "Statut",
             "Brouillon", "Devise", "Titre de la facture"),
            *((d.code, d.numero, _jour(d.date), _jour(d.echeance), d.client, d.code, d.siren, d.ht, d.tva, d.ttc,
               "0,00", d.ttc, "En retard", "Non", "EUR", d.objet) for d in DUES),
        ]),
        "sellsy.csv": _en_csv([
            ("Numéro", "Date", "Échéance", "Client", "Montant HT", "Montant TTC", "Montant dû TTC", "Statut"),
            *((d.numero, _jour(d.date), _jour(d.echeance), d.client, d.ht, d.ttc, d.ttc, "En retard") for d in DUES),
        ]),
        "dolibarr.csv": _en_csv([
            ("Raison sociale", "SIREN", "Adresse", "Code postal", "Ville", "Réf. facture", "Date facturation",
             "Date échéance", "Total HT", "Total TVA", "Total TTC", "Facture payée"),
            *((d.client, d.siren, d.voie, d.code_postal, d.commune, d.numero, _jour(d.date), _jour(d.echeance), d.ht,
               d.tva, d.ttc, "Non") for d in DUES),
        ]),
        "odoo.csv": _en_csv([
            ("Numéro", "Partenaire", "Date de facturation", "Date d'échéance", "Montant hors taxes signé",
             "Total signé", "Montant dû signé", "État du paiement"),
            *((d.numero, d.client, d.date.isoformat(), d.echeance.isoformat(), d.ht, d.ttc, d.ttc, "Non payé")
              for d in DUES),
        ]),
        "tiime.xlsx": _en_xlsx([
            ("Date de facture", "Numéro de facture", "Nom du client", "Ville", "Intitulé", "Montant HT", "Montant TTC",
             "Statut de la facture"),
            *((_jour(d.date), d.numero, d.client, d.commune, d.objet, float(d.ht.replace(",", ".")),
               float(d.ttc.replace(",", ".")), "Envoyée") for d in DUES),
        ]),
        "balance_agee.csv": _en_csv([
            ("Balance âgée détaillée au 21/11/2026",),
            ("Client", "Pièce", "Date", "Échéance", "Original", "Résiduel", "Non échu", "0-30", "31-60", "61-90"),
            *((d.client, d.numero, _jour(d.date), _jour(d.echeance), d.ttc, d.ttc, "", "", "", "") for d in DUES),
        ]),
        "fec.txt": "\r\n".join(("\t".join(_FEC), *ecritures)).encode("utf-8") + b"\r\n",
        "qonto_factures.json": json.dumps(json_qonto, ensure_ascii=False, indent=1).encode(),
        "qonto_transactions.csv": _en_csv([
            ("Statut", "Date de la valeur (local)", "Crédit", "Devise", "Nom de la contrepartie", "Référence"),
            ("Exécuté", "02-07-2026 10:00:00", "1020,00", "EUR", "EDITIONS DU HALAGE", "Facture F2026-202"),
        ]),
        "releve_bancaire.csv": _en_csv([
            ("Date", "Date de valeur", "Débit", "Crédit", "Libellé"),
            ("02/07/2026", "02/07/2026", "", "1020,00", "VIR EDITIONS DU HALAGE FACTURE F2026-202"),
            ("03/07/2026", "03/07/2026", "-48,90", "", "PAPETERIE"),
        ]),
        "tableau.csv": _en_csv([
            ("Numéro", "Date", "Échéance", "Client", "SIREN", "Adresse", "Code postal", "Ville", "Courriel",
             "Montant HT", "Montant TVA", "Montant TTC", "Reste dû", "Objet"),
            *((d.numero, _jour(d.date), _jour(d.echeance), d.client, d.siren, d.voie, d.code_postal, d.commune,
               d.courriel, d.ht, d.tva, d.ttc, d.ttc, d.objet) for d in DUES),
        ]),
    }  # fmt: skip


def _fabriquer_documents() -> dict[str, bytes]:
    """Les factures, que --documents retrouve, et de quoi compléter le premier dossier."""
    due = DUES[0]
    relance = (
        f"From: Atelier Lumen <compta@lumen.example>\nTo: {due.courriel}\nSubject: Relance facture {due.numero}\n"
        "Date: Mon, 15 Jun 2026 10:00:00 +0200\nMIME-Version: 1.0\nContent-Type: text/plain; charset=utf-8\n\n"
        f"Bonjour,\n\nSauf erreur de notre part, la facture {due.numero} de {due.ttc} € reste à régler.\n"
    )
    return {
        **{f"documents/factures/{d.numero}.pdf": _dessiner_facture(d) for d in DUES},
        "documents/suite/bon_de_commande.pdf": dessiner("Bon de commande", due.client, "Lyon, le 20 avril 2026"),
        "documents/suite/bon_de_livraison.pdf": dessiner(
            "Bon de livraison", f"Facture {due.numero}", "Remis le 30 avril 2026, signé du client"
        ),
        "documents/suite/relance.eml": relance.encode(),
        "documents/suite/photo.pdf": dessiner("sans titre"),
    }


def fabriquer(racine: Path) -> list[Path]:
    """Écrit toutes les sources sous ce répertoire ; rend les fichiers écrits."""
    contenus = {**_fabriquer_exports(), **fabriquer_factures(DUES[0]), **_fabriquer_documents()}
    for nom, octets in contenus.items():
        (racine / nom).parent.mkdir(parents=True, exist_ok=True)
        (racine / nom).write_bytes(octets)
    return [racine / nom for nom in contenus]


if __name__ == "__main__":
    fabriquer(Path(sys.argv[1]) if len(sys.argv) > 1 else RACINE)
