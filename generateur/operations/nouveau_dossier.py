"""Le squelette d'un dossier neuf : tout ce qu'il faut remplir, expliqué, et rien d'autre."""

import datetime as dt
from pathlib import Path

from pydantic import TypeAdapter, ValidationError

from generateur.domaine.dossier import Reference
from generateur.erreurs import ErreurUsage

_MODELE = """\
# Dossier {reference} — à remplir, puis : generateur verifier {chemin}
# Un texte s'écrit entre guillemets droits, une date {jour} (année-mois-jour) sans guillemets, un montant "1 234,56".
# Une ligne qui commence par « # » est ignorée : retirez le « # » pour vous en servir, titre entre crochets compris.
# Une seule clé par ligne. Les numéros (SIREN, code postal) s'écrivent aussi entre guillemets ; les noms de fichiers,
# tels quels : accents, espaces et majuscules comptent.

reference = "{reference}"
objet = ""                          # ce qui a été vendu ou fait, en quelques mots
# au = {jour}                  # date d'arrêté des comptes ; par défaut, le jour où vous lancez la commande

[creancier]                         # votre entreprise (ou : creancier = "../creanciers/mon_profil.toml")
nature = "personne_morale"          # personne_morale | entrepreneur_individuel | particulier
denomination = ""
forme = "SARL"                      # SARL, SAS, SA, association, SCI…
siren = ""
# capital = "10000.00"
# rcs_ville = "Lyon"
# tva = "FR…"
adresse = {{ voie = "", code_postal = "", commune = "" }}
representant = {{ nom = "", qualite = "gérant" }}
# courriel = ""
# telephone = ""
# iban = ""                         # imprimé sur la mise en demeure, pour être payé

[[debiteurs]]                       # celui qui doit ; répétez ce bloc pour un codébiteur ou une caution
nature = "personne_morale"          # personne physique : nom = "", prenoms = "", civilite = "M." ou "Mme"
denomination = ""
forme = "SAS"
siren = ""
adresse = {{ voie = "", code_postal = "", commune = "" }}
# qualite = "consommateur"          # commercant | artisan | liberal | agricole | association | consommateur…
# agit_en_professionnel = true      # à préciser pour une association, un artisan, un particulier…

[contrat]                           # la commande, le devis signé ou le contrat
nature = "bon_de_commande"          # contrat | devis_accepte | bon_de_commande | abonnement | aucun
activite = "vente"                  # vente | prestation | transport | bail_habitation | …
# date = {jour}
# reference = ""
# fichier = "pieces/commande.pdf"
# penalites = {{ mode = "fixe", taux = "12.00" }}   # seulement si votre contrat fixe un taux

# [cgv]                             # vos conditions générales, si le client les a acceptées
# fichier = "pieces/cgv.pdf"
# acceptation = {{ date = {jour}, mode = "signature", fichier = "pieces/commande.pdf" }}

[[factures]]                        # répétez ce bloc pour chaque facture impayée
numero = ""
date = {jour}
echeance = {jour}
montant_ttc = "0.00"
fichier = "pieces/facture.pdf"
# montant_ht = "0.00"
# montant_tva = "0.00"
# livraison = {{ date = {jour}, fichier = "pieces/bon_de_livraison.pdf" }}

# [[paiements]]                     # chaque acompte ou paiement partiel reçu
# date = {jour}
# montant = "100.00"
# facture = ""                      # le numéro de la facture payée, si le client l'a dit
# fichier = "pieces/avis_de_virement.pdf"

# [[relances]]                      # chaque relance, avec sa preuve si vous l'avez
# date = {jour}
# canal = "courriel"                # courriel | telephone | sms | courrier | lrar | visite
# fichier = "pieces/relance_1.pdf"

# [mise_en_demeure]                 # une fois envoyée ; pour l'écrire : generateur mettre-en-demeure {chemin}
# date_envoi = {jour}
# mode = "lrar"
# numero = ""
# date_presentation = {jour}
# issue = "distribuee"              # distribuee | non_reclamee | refusee | npai | en_attente
# delai_jours = 15
# fichier = "pieces/mise_en_demeure.pdf"
# preuve_depot = "pieces/preuve_de_depot.pdf"
# accuse = "pieces/avis_de_reception.pdf"
"""


def creer_squelette(reference: str, racine: Path, jour: dt.date) -> Path:
    """Écrit racine/<reference>/dossier.toml et pieces/ ; n'écrase jamais un dossier.

    Lève ErreurUsage si la référence ne convient pas ou si le dossier existe.
    """
    try:
        TypeAdapter(Reference).validate_python(reference)
    except ValidationError as erreur:
        raise ErreurUsage(
            str(erreur.errors()[0]["ctx"]["error"]), remede="Choisir une référence comme 2026-0042."
        ) from erreur
    dossier = racine / reference
    fichier = dossier / "dossier.toml"
    if fichier.exists():
        raise ErreurUsage(
            f"le dossier {reference} existe déjà",
            lieu=str(fichier),
            remede="Choisir une autre référence, ou ouvrir ce fichier pour le compléter.",
        )
    (dossier / "pieces").mkdir(parents=True, exist_ok=True)
    texte = _MODELE.format(reference=reference, chemin=dossier.as_posix(), jour=jour.isoformat())
    fichier.write_bytes(texte.encode())
    return fichier
