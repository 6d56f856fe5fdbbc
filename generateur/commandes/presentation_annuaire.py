"""Ce que l'annuaire a répondu : la fiche, les écarts et les constats, ou l'objet du contrat."""

from typing import Any

from generateur.commandes.signes import assembler
from generateur.domaine.langue import date_longue
from generateur.operations.annuaire import Consultation, Consultee

_ETATS = {"A": "en activité", "C": "cessée", None: "inconnue de l'annuaire"}


def en_objet(fait: Consultation) -> dict[str, Any]:
    """Objet de « annuaire » : le premier débiteur ; `autres` porte les suivants, s'il y en a."""
    premier, *suivants = [_en_objet(consultee) for consultee in fait.consultees]
    return {**premier, "autres": suivants} if suivants else premier


def _en_objet(consultee: Consultee) -> dict[str, Any]:
    fiche = consultee.fiche
    return {
        "siren": fiche.siren,
        "lu_le": fiche.lu_le.isoformat(),
        "denomination": fiche.denomination,
        "forme": fiche.forme,
        "etat": fiche.etat,
        "adresse": fiche.adresse,
        "procedures": [
            {
                "nature": procedure.nature,
                "date": procedure.date.isoformat() if procedure.date else None,
                "tribunal": procedure.tribunal,
                "annonce": procedure.annonce,
            }
            for procedure in fiche.procedures
        ],
        "ecarts": [{"lieu": e.lieu, "saisi": e.saisi, "annuaire": e.annuaire} for e in consultee.ecarts],
        "piece": consultee.pieces[0] if consultee.pieces else None,
    }


def presenter(fait: Consultation) -> str:
    """Une entreprise après l'autre, puis la commande qui suit."""
    lignes = [ligne for consultee in fait.consultees for ligne in _presenter(consultee)]
    lignes += [f"Sans SIREN juste, donc non demandé : {nom}." for nom in fait.sans_siren]
    if fait.chemin is not None:
        lignes.append(f"Ensuite : « generateur verifier {fait.chemin.as_posix()} ».")
    return assembler(lignes)


def _presenter(consultee: Consultee) -> list[str]:
    fiche = consultee.fiche
    lignes = [
        f"{fiche.siren}  {fiche.denomination or 'nom non donné'} — {_ETATS[fiche.etat]}",
        *(f"    {texte}" for texte in (fiche.forme, fiche.adresse) if texte),
        f"    lu le {date_longue(fiche.lu_le)}",
    ]
    for procedure in fiche.procedures:
        quand = f" du {date_longue(procedure.date)}" if procedure.date else ""
        lignes.append(f"    BODACC {procedure.annonce} : {procedure.nature}{quand}, {procedure.tribunal}")
    for constat in consultee.constats:
        lignes.append(f"  • {constat.lieu + ' : ' if constat.lieu else ''}{constat.message}")
        lignes += [f"      → {ligne}" for ligne in constat.remede.splitlines()]
    lignes += [f"    Pièce : {chemin}" for chemin in consultee.pieces]
    return lignes
