"""Identités : SIREN, SIRET, TVA et IBAN (clés de contrôle et cohérence), mentions exigées de la requête.

Sources : CPC, art. 54 et 57 (identité des parties, à peine de nullité) ; C. com., art. R123-237 (mentions
des sociétés). Les clés de contrôle sont celles de python-stdnum, exception de La Poste comprise. Un
identifiant faux est bloquant ; un SIREN d'organisme public (commençant par 1 ou 2) n'est qu'un
avertissement.
"""

from collections.abc import Iterator

from stdnum import bic, iban
from stdnum.eu import vat
from stdnum.fr import siren, siret, tva

from generateur.controles.catalogue import constater
from generateur.controles.contexte import Contexte
from generateur.controles.lieux import situer, situer_parties, vise_une_declaration
from generateur.domaine.constat import Constat, Gravite
from generateur.domaine.dossier import Dossier
from generateur.domaine.parties import Creancier, Debiteur, Identite

_REMEDE_RECOPIE = "Recopiez-le depuis un extrait Kbis ou un avis de situation SIRENE récent."
_LONGUEUR_SIREN = 9
_LONGUEUR_FR = 27  # signes d'un IBAN français
_NATURES_IMMATRICULEES = frozenset({"personne_morale", "entrepreneur_individuel"})


def controler(dossier: Dossier, contexte: Contexte) -> list[Constat]:
    """Tous les constats sur les identités."""
    constats: list[Constat] = []
    for lieu, partie in situer_parties(dossier):
        constats += controler_identifiants(lieu, partie)
    constats += _creancier_et_debiteur(dossier)
    exigence: Gravite = "avertissement" if vise_une_declaration(dossier, contexte) else "a_completer"
    constats += _creancier_complet(dossier.creancier, exigence)
    constats += _mentions_de_societe(dossier.creancier)
    for lieu, debiteur in situer("debiteurs", dossier.debiteurs):
        constats += _debiteur_complet(lieu, debiteur, exigence)
    return constats


def controler_identifiants(lieu: str, partie: Identite) -> Iterator[Constat]:
    """Les numéros d'une partie, chacun à sa clé."""
    if partie.siren:
        yield from _siren(lieu, partie.siren, partie)
    elif not partie.siret and lieu != "mandataire" and partie.nature in _NATURES_IMMATRICULEES:
        yield constater(
            "SIREN_ABSENT",
            f"Aucun SIREN n'est indiqué pour {partie.nom_complet} : il identifie la partie sans équivoque.",
            lieu=f"{lieu}.siren",
            remede='Ajoutez par exemple siren = "123 456 782" (neuf chiffres, entre guillemets).',
        )
    if partie.siret:
        yield from _siret(lieu, partie)
    if partie.tva:
        yield from _tva(lieu, partie.tva, partie.siren_deduit)
    if partie.iban and not iban.is_valid(partie.iban):
        yield constater(
            "IBAN_INVALIDE",
            f"L'IBAN {_montrer(partie.iban)} est faux : {_dire_faute(partie.iban)}.",
            lieu=f"{lieu}.iban",
            remede="Recopiez-le depuis un relevé d'identité bancaire.",
        )
    if partie.bic and not bic.is_valid(partie.bic):
        yield constater(
            "BIC_INVALIDE",
            f"Le BIC {partie.bic} n'a pas la forme attendue (8 ou 11 caractères).",
            lieu=f"{lieu}.bic",
            remede="Recopiez-le depuis un relevé d'identité bancaire.",
        )


def _montrer(valeur: str) -> str:
    """La valeur, ses signes invisibles remplacés par « ␣ »."""
    return "".join(signe if signe.isprintable() else "␣" for signe in valeur)


def _dire_faute(valeur: str) -> str:
    """Ce qui ne va pas dans un IBAN, de la faute la plus visible à la clé de contrôle."""
    etranges = sorted({signe for signe in valeur if not (signe.isascii() and signe.isalnum())})
    if valeur.lstrip("".join(etranges)).startswith("IBAN"):
        return "le mot « IBAN » est dans la valeur, retirez-le : n'y laissez que le numéro"
    if etranges:
        codes = ", ".join(f"U+{ord(signe):04X}" for signe in etranges)
        return f"il contient un signe qui n'est ni une lettre ni un chiffre ({codes}), peut-être invisible, retirez-le"
    if iban.is_valid(valeur[:2] + valeur[2:].replace("O", "0")):
        return "la lettre O y est écrite à la place du chiffre zéro"
    ecart = _LONGUEUR_FR - len(valeur)
    if valeur.startswith("FR") and ecart:
        manque = f"il en manque {ecart}" if ecart > 0 else f"il y en a {-ecart} de trop"
        return f"il a {len(valeur)} signes au lieu de {_LONGUEUR_FR}, {manque}"
    return "sa clé de contrôle ne correspond pas : un signe manque, est en trop ou est mal recopié"


def _siren(lieu: str, valeur: str, partie: Identite) -> Iterator[Constat]:
    endroit = f"{lieu}.siren"
    if not siren.is_valid(valeur):
        yield constater(
            "SIREN_INVALIDE",
            f"Le SIREN {valeur} est faux : il faut neuf chiffres, et la clé de contrôle doit correspondre.",
            lieu=endroit,
            remede=_REMEDE_RECOPIE,
        )
    elif len(set(valeur)) == 1:
        yield constater(
            "SIREN_FACTICE",
            f"Le SIREN {valeur} n'appartient à personne : c'est un numéro de remplissage.",
            lieu=endroit,
            remede=_REMEDE_RECOPIE,
        )
    elif valeur[0] in "12" and partie.nature != "personne_publique":
        yield constater(
            "SIREN_PUBLIC",
            f"Le SIREN {valeur} commence par {valeur[0]} : cette série est celle des organismes publics.",
            lieu=endroit,
            remede="Vérifiez le numéro ; s'il s'agit d'un organisme public, écrivez nature = \"personne_publique\".",
        )


def _siret(lieu: str, partie: Identite) -> Iterator[Constat]:
    valeur, siren_saisi = partie.siret or "", partie.siren
    endroit = f"{lieu}.siret"
    if not siret.is_valid(valeur):
        yield constater(
            "SIRET_INVALIDE",
            f"Le SIRET {valeur} est faux : il faut quatorze chiffres, et la clé de contrôle doit correspondre.",
            lieu=endroit,
            remede=_REMEDE_RECOPIE,
        )
    elif siren_saisi and valeur[:_LONGUEUR_SIREN] != siren_saisi:
        yield constater(
            "SIRET_INCOHERENT",
            f"Le SIRET {valeur} ne commence pas par le SIREN {siren_saisi} : l'un des deux est d'une autre entreprise.",
            lieu=endroit,
            remede=_REMEDE_RECOPIE,
        )
    elif not siren_saisi:
        yield from _siren(lieu, valeur[:_LONGUEUR_SIREN], partie)


def _tva(lieu: str, valeur: str, siren_connu: str | None) -> Iterator[Constat]:
    endroit = f"{lieu}.tva"
    francaise = valeur.startswith("FR")
    if not (tva.is_valid(valeur) if francaise else vat.is_valid(valeur)):
        yield constater(
            "TVA_INVALIDE",
            f"Le numéro de TVA {valeur} est faux : sa clé de contrôle ne correspond pas.",
            lieu=endroit,
            remede="Recopiez-le depuis une facture ou vérifiez-le sur le service VIES de la Commission européenne.",
        )
    elif francaise and siren_connu and not valeur.endswith(siren_connu):
        yield constater(
            "TVA_INCOHERENTE",
            f"Le numéro de TVA {valeur} ne se termine pas par le SIREN {siren_connu}.",
            lieu=endroit,
            remede="Corrigez le numéro de TVA ou le SIREN : le premier contient le second.",
        )


def _creancier_et_debiteur(dossier: Dossier) -> Iterator[Constat]:
    numero = dossier.creancier.siren_deduit
    for lieu, debiteur in situer("debiteurs", dossier.debiteurs):
        if numero and debiteur.siren_deduit == numero:
            yield constater(
                "CREANCIER_DEBITEUR",
                f"Le créancier et {debiteur.nom_complet} portent le même SIREN {numero} : "
                "nul n'est débiteur de lui-même.",
                lieu=f"{lieu}.siren",
                remede="Corrigez le SIREN de l'une des deux parties.",
            )


def _creancier_complet(creancier: Creancier, exigence: Gravite) -> Iterator[Constat]:
    if not creancier.est_physique:
        if not creancier.representant:
            yield constater(
                "REPRESENTANT_ABSENT",
                f"L'organe qui représente légalement {creancier.nom_complet} n'est pas indiqué ; "
                "la requête doit le nommer.",
                lieu="creancier.representant",
                remede='Ajoutez par exemple representant = { nom = "Claire Martin", qualite = "gérante" }.',
                gravite=exigence,
            )
        return
    exemples = {
        "prenoms": 'prenoms = "Claire Marie"',
        "naissance": 'naissance = { date = 1980-05-14, lieu = "Lyon (Rhône)" }',
        "nationalite": 'nationalite = "française"',
        "profession": 'profession = "menuisière"',
    }
    yield from _cles_manquantes("creancier", creancier, exemples, exigence)


def _debiteur_complet(lieu: str, debiteur: Debiteur, exigence: Gravite) -> Iterator[Constat]:
    if debiteur.est_physique:
        yield from _cles_manquantes(lieu, debiteur, {"prenoms": 'prenoms = "Paul"'}, exigence)
    elif debiteur.nature == "personne_morale" and not debiteur.forme:
        yield constater(
            "FORME_ABSENTE",
            f"La forme juridique de {debiteur.nom_complet} n'est pas indiquée ; la requête la mentionne.",
            lieu=f"{lieu}.forme",
            remede='Ajoutez par exemple forme = "SARL".',
        )


def _cles_manquantes(lieu: str, partie: Identite, exemples: dict[str, str], exigence: Gravite) -> Iterator[Constat]:
    noms = {
        "prenoms": "les prénoms",
        "naissance": "la date et le lieu de naissance",
        "nationalite": "la nationalité",
        "profession": "la profession",
    }
    for cle, exemple in exemples.items():
        if not getattr(partie, cle):
            yield constater(
                "IDENTITE_INCOMPLETE",
                f"Il manque {noms[cle]} de {partie.nom_complet}, que la requête doit mentionner.",
                lieu=f"{lieu}.{cle}",
                remede=f"Ajoutez par exemple {exemple}.",
                gravite=exigence,
            )


def _mentions_de_societe(creancier: Creancier) -> Iterator[Constat]:
    if creancier.nature != "personne_morale":
        return
    if not creancier.forme:
        yield constater(
            "FORME_ABSENTE",
            f"La forme juridique de {creancier.nom_complet} n'est pas indiquée ; la requête la mentionne.",
            lieu="creancier.forme",
            remede='Ajoutez par exemple forme = "SARL".',
        )
    if creancier.qualite in {"association", "societe_civile"}:
        return
    exemples = {
        "capital": ("le capital social", 'capital = "10000.00"'),
        "rcs_ville": ("la ville du registre du commerce", 'rcs_ville = "Lyon"'),
    }
    for cle, (nom, exemple) in exemples.items():
        if getattr(creancier, cle) is None:
            yield constater(
                "MENTION_SOCIETE_ABSENTE",
                f"Il manque {nom} de {creancier.nom_complet} : une société l'indique sur sa correspondance et ses "
                "factures.",
                lieu=f"creancier.{cle}",
                remede=f"Ajoutez par exemple {exemple}.",
            )
