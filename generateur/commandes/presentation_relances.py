"""Les relances du jour : ce qui part, ce qui attend, ce qui n'est plus à relancer, ou l'objet du contrat."""

from typing import Any

from generateur.commandes.signes import mettre_en_ligne
from generateur.domaine.langue import date_longue
from generateur.operations.relancer import Relance, Tournee

_CANAUX = {"courriel": "courriel", "telephone": "appel", "sms": "SMS", "courrier": "lettre"}
_TITRES = {
    "relancer": "À relancer aujourd’hui",
    "mettre_en_demeure": "À mettre en demeure",
    "produire": "À demander en justice",
    "attendre": "À laisser venir",
    "aucune": "Rien à relancer",
}


def en_objet(tournee: Tournee) -> dict[str, Any]:
    """Objet de « relancer » : celui du dossier, ou la liste de ceux du répertoire."""
    if tournee.est_seule:
        return _objet_d_un_dossier(tournee.relances[0])
    return {
        "au": tournee.au.isoformat(),
        "dossiers": [_objet_d_un_dossier(relance) for relance in tournee.relances],
        "ecartes": [
            {
                "dossier": chemin.as_posix(),
                "code": int(erreur.code),
                "message": erreur.message,
                "remede": erreur.remede,
            }
            for chemin, erreur in tournee.illisibles
        ],
    }


def _objet_d_un_dossier(relance: Relance) -> dict[str, Any]:
    suite = relance.suite
    prochaine = suite.prochaine
    return {
        "reference": relance.reference,
        "debiteur": relance.debiteur,
        "niveau": suite.niveau,
        "canal": relance.canal,
        "motif": suite.motif,
        "du_le": suite.du_le.isoformat() if suite.du_le else None,
        "date_limite": suite.date_limite.isoformat() if suite.date_limite else None,
        "montant": f"{sum(ligne.reste for ligne in suite.lignes):.2f}" if suite.lignes else None,
        "factures": list(dict.fromkeys(ligne.facture.numero for ligne in suite.lignes)),
        "fichiers": [fichier.as_posix() for fichier in relance.fichiers],
        "prochaine": {"niveau": prochaine.niveau, "le": prochaine.le.isoformat()} if prochaine else None,
        "mise_en_demeure_le": suite.mise_en_demeure_le.isoformat() if suite.mise_en_demeure_le else None,
        "suite": suite.suite,
        "enregistree": relance.est_enregistree,
        "a_savoir": list(relance.a_savoir),
    }


def presenter(tournee: Tournee) -> str:
    """Ce qui presse d'abord ; pour chaque dossier, le fichier à ouvrir ou la commande qui suit."""
    lignes: list[str] = []
    for suite, titre in _TITRES.items():
        groupe = [relance for relance in tournee.relances if relance.suite.suite == suite]
        if groupe:
            nombre = f" ({len(groupe)})" if not tournee.est_seule else ""
            lignes += ["", f"{titre}{nombre}", *(ligne for relance in groupe for ligne in _decrire(relance))]
    for chemin, erreur in tournee.illisibles:
        lignes += [
            "",
            f"{mettre_en_ligne(chemin.name)} — ÉCARTÉ : {erreur.message.splitlines()[0]}",
            *(f"  → {ligne}" for ligne in erreur.remede.splitlines()[:1]),
        ]
    return "\n".join(lignes).strip()


def _decrire(relance: Relance) -> list[str]:
    suite = relance.suite
    niveau = f" – niveau {suite.niveau}, {_CANAUX[relance.canal]}" if relance.canal else ""
    lignes = [f"  {relance.reference} — {relance.debiteur}{niveau} : {suite.motif}"]
    if suite.date_limite:
        lignes.append(f"      à payer au plus tard le {date_longue(suite.date_limite)}")
    lignes += [f"      ouvrir : {fichier}" for fichier in relance.fichiers]
    lignes += [f"      {quoi}" for quoi in relance.a_savoir]
    if relance.fichiers:
        lignes.append(f"      {_dire_trace(relance)}")
    if commande := _COMMANDES.get(suite.suite):
        chemin = relance.chemin.as_posix()
        lignes.append(f"      → generateur {commande} " + (f'"{chemin}"' if " " in chemin else chemin))
    return lignes


_COMMANDES = {"mettre_en_demeure": "mettre-en-demeure", "produire": "produire"}


def _dire_trace(relance: Relance) -> str:
    prochaine = relance.suite.prochaine
    if not relance.est_enregistree:
        return "une fois envoyée : relancer avec --enregistrer, pour en garder la trace"
    suite = f" ; niveau {prochaine.niveau} prévu le {date_longue(prochaine.le)}" if prochaine else ""
    return f"notée au dossier{suite}"
