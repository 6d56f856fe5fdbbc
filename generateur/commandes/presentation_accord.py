"""Un accord de paiement : ce qu'il faut faire signer, l'échéancier et le bloc à coller, ou l'objet du contrat."""

from typing import Any

from generateur.commandes.signes import assembler
from generateur.domaine.langue import date_longue, montant
from generateur.operations.accorder import Accorde


def en_objet(fait: Accorde) -> dict[str, Any]:
    """Objet de « accorder »."""
    echeancier = fait.echeancier
    return {
        "reference": fait.reference,
        "total": f"{echeancier.du:.2f}",
        "remise": f"{echeancier.remise:.2f}",
        "acompte": f"{echeancier.acompte:.2f}",
        "a_payer": f"{echeancier.a_payer:.2f}",
        "echeances": [{"date": v.date.isoformat(), "montant": f"{v.montant:.2f}"} for v in echeancier.versements],
        "fichiers": [fichier.as_posix() for fichier in fait.fichiers],
        "a_saisir": fait.a_saisir,
        "enregistre": fait.est_enregistre,
        "protocole_du": fait.protocole_du.isoformat() if fait.protocole_du else None,
    }


def presenter(fait: Accorde) -> str:
    """L'échéancier, puis ce qu'il reste à faire."""
    echeancier = fait.echeancier
    lignes = [f"{fait.reference} : {montant(echeancier.du)} à échelonner"]
    if echeancier.remise:
        lignes.append(f"  remise, acquise si l'accord est tenu : {montant(echeancier.remise)}")
    if echeancier.acompte:
        lignes.append(f"  à la signature : {montant(echeancier.acompte)}")
    lignes += [f"  {date_longue(v.date)} : {montant(v.montant)}" for v in echeancier.versements]
    if fait.est_enregistre:
        lignes.append(
            f"Montants du protocole écrit le {date_longue(fait.protocole_du)}."
            if fait.protocole_du
            else "Aucun protocole n'a été écrit ici avec ces termes : comparez ces montants à l'exemplaire signé."
        )
        return assembler([*lignes, "Accord noté au dossier : « generateur echeances » en suit les dates."])
    lignes += [f"  À faire signer : {fichier}" for fichier in fait.fichiers]
    return assembler(
        [*lignes, "Une fois signé, relancer avec --signe-le et --fichier, ou coller :", *fait.a_saisir.splitlines()]
    )
