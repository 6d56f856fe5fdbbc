"""Les relances du jour, rangées par geste : envoyer, appeler, poster, mettre en demeure, déposer ; ou leur objet.

La première ligne dit le travail du jour. Ce qui revient d'un dossier à l'autre ne se dit qu'une fois, à la fin.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from generateur.commandes.signes import assembler, mettre_en_ligne
from generateur.domaine.langue import courber, date_longue, enumerer, montant, pluriel
from generateur.domaine.socle import ZERO
from generateur.operations.relancer import HORIZON_JOURS, Relance, Tournee


@dataclass(frozen=True)
class _Geste:
    """Ce qu'il y a à faire d'un groupe de dossiers : son titre, comment le compter, quels dossiers."""

    titre: str
    compte: tuple[str, str]  # au singulier, au pluriel
    retient: Callable[[Relance], bool]


def _par_canal(canal: str) -> Callable[[Relance], bool]:
    return lambda relance: relance.suite.suite == "relancer" and relance.canal == canal


def _par_suite(suite: str) -> Callable[[Relance], bool]:
    return lambda relance: relance.suite.suite == suite


_A_FAIRE = (
    _Geste("À envoyer par courriel", ("courriel", "courriels"), _par_canal("courriel")),
    _Geste("À envoyer par SMS", ("SMS", "SMS"), _par_canal("sms")),
    _Geste("À appeler", ("appel", "appels"), _par_canal("telephone")),
    _Geste("À poster", ("lettre", "lettres"), _par_canal("courrier")),
    _Geste("À mettre en demeure", ("mise en demeure", "mises en demeure"), _par_suite("mettre_en_demeure")),
    _Geste("À déposer", ("demande à déposer", "demandes à déposer"), _par_suite("produire")),
)
_DEVANT_LE_JUGE = _Geste(
    "Devant le juge, à suivre",
    ("dossier devant le juge à suivre", "dossiers devant le juge à suivre"),
    lambda relance: relance.suite.conduite is not None,
)
_SANS_GESTE = (
    _Geste("À laisser venir", ("dossier à laisser venir", "dossiers à laisser venir"), _par_suite("attendre")),
    _Geste(
        "Rien à relancer",
        ("dossier sans relance", "dossiers sans relance"),
        lambda relance: relance.suite.suite == "aucune" and relance.suite.conduite is None,
    ),
)


def en_objet(tournee: Tournee) -> dict[str, Any]:
    """Objet de « relancer » : celui du dossier, ou la liste de ceux du répertoire."""
    if tournee.est_seule:
        return _objet_d_un_dossier(tournee.relances[0])
    return {
        "au": tournee.au.isoformat(),
        "dossiers": [_objet_d_un_dossier(relance) for relance in tournee.relances],
        "echeances": [
            {"date": e.le.isoformat(), "reference": e.reference, "debiteur": e.debiteur, "titre": e.titre}
            for e in tournee.echeances
        ],
        "ecartes": [
            {
                "dossier": ecarte.chemin.as_posix(),
                "code": int(ecarte.erreur.code),
                "message": ecarte.erreur.message,
                "remede": ecarte.erreur.remede,
            }
            for ecarte in tournee.ecartes
        ],
    }


def _objet_d_un_dossier(relance: Relance) -> dict[str, Any]:
    suite = relance.suite
    prochaine = suite.prochaine
    return {
        "reference": relance.reference,
        "debiteur": relance.debiteur,
        "telephone": relance.telephone,
        "niveau": suite.niveau,
        "canal": relance.canal,
        "motif": suite.motif,
        "du_le": suite.du_le.isoformat() if suite.du_le else None,
        "date_limite": suite.date_limite.isoformat() if suite.date_limite else None,
        "montant": f"{suite.reclame:.2f}" if suite.niveau else None,
        "reste_du": f"{relance.reste:.2f}",
        "factures": list(dict.fromkeys(ligne.facture.numero for ligne in suite.lignes)),
        "fichiers": [fichier.as_posix() for fichier in relance.fichiers],
        "prochaine": {"niveau": prochaine.niveau, "le": prochaine.le.isoformat()} if prochaine else None,
        "mise_en_demeure_le": suite.mise_en_demeure_le.isoformat() if suite.mise_en_demeure_le else None,
        "suite": suite.suite,
        "etape": suite.conduite.etape.nom if suite.conduite else None,
        "a_faire": list(suite.conduite.pour(relance.chemin.as_posix()).a_faire) if suite.conduite else [],
        "enregistree": relance.est_enregistree,
        "a_savoir": list(relance.a_savoir),
    }


def presenter(tournee: Tournee) -> str:
    """Le travail du jour en une ligne, puis geste par geste ; pour chaque dossier, le fichier ou la commande."""
    lignes = [] if tournee.est_seule else [_resumer(tournee)]
    if tournee.echeances:
        lignes += ["", f"Dates à tenir d’ici {HORIZON_JOURS} jours ({len(tournee.echeances)})"]
        lignes += [
            f"  {date_longue(e.le)} : {mettre_en_ligne(f'{e.reference} — {e.debiteur}')}, {courber(e.titre)}"
            for e in tournee.echeances
        ]
    for geste in _A_FAIRE:
        lignes += _decrire_geste(geste, tournee, _decrire)
    lignes += _decrire_geste(_DEVANT_LE_JUGE, tournee, _decrire_la_conduite)
    for geste in _SANS_GESTE:
        lignes += _decrire_geste(geste, tournee, _decrire_en_bref)
    if tournee.ecartes:
        lignes += ["", f"Dossiers écartés ({len(tournee.ecartes)})"]
    for ecarte in tournee.ecartes:
        lignes += [
            f"  {mettre_en_ligne(ecarte.chemin.name)} : {mettre_en_ligne(ecarte.erreur.message.splitlines()[0])}",
            *(f"      → {ligne}" for ligne in ecarte.erreur.remede.splitlines()[:1]),
        ]
    return assembler([*lignes, *_conclure(tournee)]).strip()


def _resumer(tournee: Tournee) -> str:
    """« 27 novembre 2026, 200 dossiers : 3 courriels, 12 lettres et 2 demandes à déposer. »."""
    gestes = [pluriel(nombre, *geste.compte) for geste in _A_FAIRE if (nombre := _compter(geste, tournee))]
    lus = pluriel(len(tournee.relances), "dossier")
    return f"{date_longue(tournee.au)}, {lus} : {enumerer(gestes) if gestes else 'rien à faire aujourd’hui'}."


def _compter(geste: _Geste, tournee: Tournee) -> int:
    return sum(geste.retient(relance) for relance in tournee.relances)


def _decrire_geste(geste: _Geste, tournee: Tournee, decrire: Callable[[Relance], Iterator[str]]) -> list[str]:
    groupe = [relance for relance in tournee.relances if geste.retient(relance)]
    if not groupe:
        return []
    titre = geste.titre if tournee.est_seule else f"{geste.titre} ({len(groupe)})"
    return ["", titre, *(ligne for relance in groupe for ligne in decrire(relance))]


def _decrire(relance: Relance) -> Iterator[str]:
    """Qui, combien, pourquoi ; puis ce qu'il faut ouvrir, ou taper."""
    suite = relance.suite
    du = (suite.reclame if suite.niveau else ZERO) or relance.reste
    combien = f", {montant(du)}" if du else ""
    numero = f", {mettre_en_ligne(relance.telephone)}" if relance.canal == "telephone" and relance.telephone else ""
    niveau = f" – niveau {suite.niveau}" if suite.niveau else ""
    qui = f"{mettre_en_ligne(relance.reference)} — {mettre_en_ligne(relance.debiteur)}"
    yield f"  {qui}{numero}{combien}{niveau} : {suite.motif}"
    if suite.date_limite:
        yield f"      à payer au plus tard le {date_longue(suite.date_limite)}"
    if relance.fichiers:
        *modifiables, a_ouvrir = relance.fichiers
        avec = f" (modifiable : {mettre_en_ligne(modifiables[0].name)})" if modifiables else ""
        yield f"      ouvrir : {mettre_en_ligne(a_ouvrir.as_posix())}{avec}"
    yield from (f"      {mettre_en_ligne(quoi)}" for quoi in relance.a_savoir)
    if relance.est_enregistree:
        prochaine = suite.prochaine
        yield "      notée au dossier" + (
            f" ; niveau {prochaine.niveau} prévu le {date_longue(prochaine.le)}" if prochaine else ""
        )
    if suite.dechu_le:
        yield (
            f"      → generateur ajouter evenement {_citer(relance.chemin.as_posix())} decheance --date "
            f"{suite.dechu_le.isoformat()}"
        )
    if commande := _COMMANDES.get(suite.suite):
        yield f"      → generateur {commande} {_citer(relance.chemin.as_posix())}"


def _decrire_la_conduite(relance: Relance) -> Iterator[str]:
    """Où en est un dossier déposé, et quoi en faire."""
    yield from _decrire_en_bref(relance)
    if conduite := relance.suite.conduite:
        for phrase in conduite.pour(_citer(relance.chemin.as_posix())).a_faire:
            yield f"      → {courber(phrase)}"


def _decrire_en_bref(relance: Relance) -> Iterator[str]:
    yield f"  {mettre_en_ligne(relance.reference)} — {mettre_en_ligne(relance.debiteur)} : {relance.suite.motif}"


_COMMANDES = {"mettre_en_demeure": "mettre-en-demeure", "produire": "produire"}


def _citer(chemin: str) -> str:
    """Le chemin tel qu'il se tape."""
    return f'"{mettre_en_ligne(chemin)}"' if " " in chemin else mettre_en_ligne(chemin)


def _conclure(tournee: Tournee) -> Sequence[str]:
    """Une fois pour tous : comment garder la trace de ce qui part."""
    if not any(relance.fichiers and not relance.est_enregistree for relance in tournee.relances):
        return ()
    source = _citer(tournee.source.as_posix())
    quoi = "Une fois envoyée" if tournee.est_seule else "Une fois tout envoyé"
    un_seul = "" if tournee.est_seule else " ; un dossier à la fois en donnant le sien"
    return ("", f"{quoi} : « generateur relancer {source} --enregistrer » en garde la trace{un_seul}.")
