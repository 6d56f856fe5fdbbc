"""Des écritures comptables inventées, dans la forme du FEC : une ligne du client, et sa contrepartie."""

ENTETE_FEC = (
    "JournalCode|JournalLib|EcritureNum|EcritureDate|CompteNum|CompteLib|CompAuxNum|CompAuxLib|PieceRef|PieceDate|"
    "EcritureLib|Debit|Credit|EcritureLet|DateLet|ValidDate|Montantdevise|Idevise"
)


def passer_ecriture(journal, numero, piece, debit, credit, lettre=""):
    """Une vente (« VE ») ou un encaissement (« BQ ») du client Garage Lumen SAS, au 1er mai 2026."""
    tete, suite = f"{journal}|{journal}|{numero}|20260501", f"{piece}|20260501|VIR"
    contre = "512000" if journal == "BQ" else "706000"
    return [
        f"{tete}|411000|Clients|CLUM|Garage Lumen SAS|{suite}|{debit}|{credit}|{lettre}||||",
        f"{tete}|{contre}|x|||{suite}|{credit}|{debit}|||||",
    ]
