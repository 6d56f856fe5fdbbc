"""Les courriels versés comme preuve : envoyés, au jour dit, au débiteur, et chacun pour un seul envoi.

Source : C. civ. 1353 et 1366 (l'écrit électronique vaut si l'on sait de qui il vient). Un brouillon ne prouve aucun
envoi ; un message d'un autre jour, ou écrit à un autre, ne prouve pas celui qui est saisi.
"""

import datetime as dt
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from generateur.controles.catalogue import constater, mots
from generateur.controles.contexte import Contexte
from generateur.controles.lieux import situer, situer_mises_en_demeure
from generateur.domaine.chemins import relever_chemins
from generateur.domaine.constat import Constat
from generateur.domaine.dossier import Dossier
from generateur.domaine.fichiers import MessageLu
from generateur.domaine.langue import aplatir, citer, date_longue, enumerer
from generateur.domaine.parties import Debiteur

_MOT_PROPRE = 4  # lettres : en deçà, un mot d'une dénomination se retrouve dans n'importe quelle adresse


@dataclass(frozen=True)
class _Envoi:
    """Ce que le dossier dit d'un envoi : où, quoi, quel jour, à qui, et par quel fichier."""

    lieu: str
    nom: str
    cle_du_jour: str
    jour: dt.date
    debiteurs: Sequence[Debiteur]
    interlocuteur: str
    fichier: str


def controler(dossier: Dossier, contexte: Contexte) -> list[Constat]:
    """Un constat par écart, les valeurs du dossier et du message citées."""
    constats: list[Constat] = []
    vus: set[str] = set()
    for mention in relever_chemins(dossier):
        if mention.chemin not in vus:
            vus.add(mention.chemin)
            constats += _envoi_montre(mention.lieu, mention.chemin, _messages(contexte, mention.chemin))
    envois = [envoi for envoi in _envois(dossier) if _messages(contexte, envoi.fichier)]
    for envoi in envois:
        constats += _concordance(dossier, envoi, _messages(contexte, envoi.fichier))
    constats += _message_employe_deux_fois(envois, contexte)
    return constats


def _messages(contexte: Contexte, chemin: str) -> tuple[MessageLu, ...]:
    inspection = contexte.fichiers.get(chemin)
    return inspection.messages if inspection and inspection.lisible else ()


def _envois(dossier: Dossier) -> Iterator[_Envoi]:
    for lieu, relance in situer("relances", dossier.relances):
        if relance.fichier:
            yield _Envoi(
                lieu,
                f"la relance du {date_longue(relance.date)}",
                "date",
                relance.date,
                dossier.debiteurs,
                relance.interlocuteur or "",
                relance.fichier,
            )
    for lieu, lettre in situer_mises_en_demeure(dossier):
        if lettre.fichier:
            yield _Envoi(
                lieu,
                f"la mise en demeure du {date_longue(lettre.date_envoi)}",
                "date_envoi",
                lettre.date_envoi,
                [debiteur for debiteur in dossier.debiteurs if dossier.atteint(lettre, debiteur)] or dossier.debiteurs,
                "",
                lettre.fichier,
            )


def _envoi_montre(lieu: str, chemin: str, messages: Sequence[MessageLu]) -> Iterator[Constat]:
    if not messages or any(message.est_envoye for message in messages):
        return
    est_brouillon = any(message.est_brouillon for message in messages)
    quoi = "est un brouillon, que la messagerie n'a pas encore envoyé" if est_brouillon else "n'a pas de date lisible"
    yield constater(
        "COURRIEL_NON_ENVOYE",
        f"Le courriel « {chemin} » {quoi} : il ne prouve aucun envoi.",
        lieu=lieu,
        remede="Remplacez-le par le message tel qu'il est parti : ouvrez-le dans « Envoyés » et enregistrez-le (.eml).",
    )


def _concordance(dossier: Dossier, envoi: _Envoi, messages: Sequence[MessageLu]) -> Iterator[Constat]:
    """Un message de la boîte suffit ; à défaut, le plus proche du jour saisi parle pour tous."""
    if any(envoi.jour in message.jours and _touche(dossier, envoi, message) for message in messages):
        return
    message = min(messages, key=lambda lu: abs((lu.jour or envoi.jour) - envoi.jour))
    if message.jours and envoi.jour not in message.jours:
        parti = message.jour or min(message.jours)
        yield constater(
            "COURRIEL_DATE_DIFFERENTE",
            f"Le courriel versé pour {envoi.nom} est daté du {date_longue(parti)} (« {envoi.fichier} »).",
            lieu=f"{envoi.lieu}.{envoi.cle_du_jour}",
            remede=f"Versez le message du {date_longue(envoi.jour)}, ou écrivez "
            f"{envoi.cle_du_jour} = {parti.isoformat()} si c'est bien celui-ci.",
        )
    if not _touche(dossier, envoi, message):
        attendues = _adresses_connues(envoi)
        noms = enumerer([debiteur.nom_complet for debiteur in envoi.debiteurs])
        ecrit_a = f"écrit à {citer(message.adresses)}" if message.adresses else "sans destinataire"
        yield constater(
            "COURRIEL_DESTINATAIRE_DIFFERENT",
            f"Le courriel versé pour {envoi.nom} est {ecrit_a} ; le dossier dit {noms}"
            + (f", {citer(attendues)}" if attendues else ", sans adresse de courriel")
            + f" (« {envoi.fichier} »).",
            lieu=f"{envoi.lieu}.fichier",
            remede="Versez le message adressé au débiteur ; si cette adresse est la sienne, écrivez-la dans son bloc : "
            f'courriel = "{message.adresses[0] if message.adresses else "nom@exemple.fr"}".',
        )


def _adresses_connues(envoi: _Envoi) -> tuple[str, ...]:
    """Les adresses saisies pour ceux que l'envoi devait toucher, en minuscules."""
    saisies = [*(debiteur.courriel or "" for debiteur in envoi.debiteurs), envoi.interlocuteur]
    return tuple(dict.fromkeys(saisie.strip().casefold() for saisie in saisies if "@" in saisie))


def _touche(dossier: Dossier, envoi: _Envoi, message: MessageLu) -> bool:
    """Vrai si un destinataire est celui saisi, ou de la même maison ; sans adresse saisie, s'il en porte le nom."""
    connues = _adresses_connues(envoi)
    maisons = {_domaine(adresse) for adresse in connues} - {*mots("domaines_de_tous")}
    if any(adresse in connues or _domaine(adresse) in maisons for adresse in message.adresses):
        return True
    noms = [envoi.interlocuteur]
    if not connues:
        for debiteur in envoi.debiteurs:
            representant = debiteur.representant.nom if debiteur.representant else None
            noms += [debiteur.nom_complet, debiteur.enseigne or "", representant or ""]
    siennes = {(partie.courriel or "").casefold() for partie in (dossier.creancier, dossier.mandataire) if partie}
    ailleurs = [adresse for adresse in message.adresses if adresse not in siennes]
    visible = aplatir(" ".join([message.destinataires, *ailleurs])) if ailleurs else ""
    return any(mot in visible for nom in noms for mot in _mots_propres(nom))


def _mots_propres(nom: str) -> list[str]:
    lettres = "".join(signe if signe.isalnum() else " " for signe in aplatir(nom))
    return [mot for mot in lettres.split() if len(mot) >= _MOT_PROPRE and mot not in mots("mots_de_societe")]


def _domaine(adresse: str) -> str:
    return adresse.rpartition("@")[2]


def _message_employe_deux_fois(envois: Sequence[_Envoi], contexte: Contexte) -> Iterator[Constat]:
    """Le même message (Message-ID) ne prouve pas deux envois de jours différents, fût-il enregistré deux fois."""
    premiers: dict[str, _Envoi] = {}
    for envoi in envois:
        messages = _messages(contexte, envoi.fichier)
        identifiant = messages[0].identifiant if len(messages) == 1 else ""
        premier = premiers.setdefault(identifiant, envoi) if identifiant else envoi
        if premier.jour != envoi.jour:
            yield constater(
                "COURRIEL_EMPLOYE_DEUX_FOIS",
                f"Le même courriel ({identifiant}) est versé pour {premier.nom} (« {premier.fichier} ») et pour "
                f"{envoi.nom} (« {envoi.fichier} »).",
                lieu=f"{envoi.lieu}.fichier",
                remede="Versez pour chaque envoi son propre message.",
            )
