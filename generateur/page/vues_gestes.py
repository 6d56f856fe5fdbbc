"""Ce qu'on fait d'une pièce du bordereau : la déplacer, la préciser, la retirer ; retenir les numéros partis."""

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from starlette.datastructures import FormData
from starlette.requests import Request
from starlette.responses import Response

from generateur.erreurs import ErreurUsage
from generateur.operations.bordereau_choisi import Sens, deplacer, inserer, ordonner_pieces
from generateur.operations.etude import Etude
from generateur.operations.gestes_sur_piece import ErreurPrecisions, effacer_fichier, preciser_piece, retirer_piece
from generateur.operations.retenir_numeros import retenir_numeros
from generateur.operations.saisie import ErreurSaisieDouble, lire_version
from generateur.page.adresses import Bureau
from generateur.page.bordereau_montre import Ligne, montrer_bordereau
from generateur.page.vues_pieces import Pieces

_SENS: tuple[Sens, ...] = ("monter", "descendre")
_BORD = {"monter": "ne peut pas monter plus haut", "descendre": "ne peut pas descendre plus bas"}


class Gestes:
    """« /dossiers/<ref>/pieces/… » : ce qui change le bordereau."""

    def __init__(self, bureau: Bureau, pieces: Pieces) -> None:
        self._bureau, self._maison, self._pieces = bureau, bureau.maison, pieces

    def deplacer(self, demande: Request, saisie: FormData) -> Response:
        """Une pièce monte, descend, ou se met avant une autre ; l'ordre montré est celui d'où l'on part."""
        chemin = self._bureau.dossier(demande)
        montre = [str(fichier) for fichier in saisie.getlist("ordre")]
        sens = next((sens for sens in _SENS if saisie.get(sens)), None)
        fichier = str(saisie.get(sens or "fichier", ""))
        if fichier not in montre:
            raise ErreurUsage("cette pièce n'est pas au bordereau", lieu=fichier)
        if not self._est_a_jour(chemin, saisie):
            return self._opposer(chemin, _bouger(montre, fichier, sens, str(saisie.get("avant", ""))))
        etude = self._etudier(chemin)
        if sens is None:
            voulu = inserer(montre, fichier, str(saisie.get("avant", "")))
        elif (trouve := deplacer(etude, fichier, sens)) is None:
            titre = next((p.titre for p in etude.bordereau.pieces if p.fichier == fichier), fichier)
            return self._pieces.conclure(demande, chemin, annonce=f"{titre} {_BORD[sens]}.", focus=fichier, sens=sens)
        else:
            voulu = trouve
        return self._ordonner(demande, chemin, saisie, voulu, focus=fichier, sens=sens or "monter")

    def ordonner(self, demande: Request, saisie: FormData) -> Response:
        """Cet ordre-là, entier ; vide : l'ordre habituel."""
        chemin = self._bureau.dossier(demande)
        return self._ordonner(demande, chemin, saisie, [str(fichier) for fichier in saisie.getlist("ordre")])

    def preciser(self, demande: Request, saisie: FormData) -> Response:
        """Titre, nature, date… d'une pièce ; seul ce qui diffère de ce qui est montré s'écrit."""
        chemin, fichier = self._bureau.dossier(demande), str(saisie.get("fichier", ""))
        textes = {
            cle.removeprefix("v."): valeur.strip()
            for cle, valeur in saisie.items()
            if cle.startswith("v.") and isinstance(valeur, str)
        }
        etat, _ = lire_version(chemin)
        montre = montrer_bordereau(self._etudier(chemin), etat.donnees, self._maison.lieux.sortie).ligne(fichier)
        changes = {cle: texte for cle, texte in textes.items() if montre is None or montre.valeurs.get(cle) != texte}

        def ecrire(version: str) -> None:
            preciser_piece(chemin, fichier, changes, version=version)

        try:
            return self._agir(demande, chemin, saisie, ecrire, annonce="Enregistré.", focus=fichier)
        except ErreurPrecisions as erreur:
            saisis: dict[str, Any] = {"fichier": fichier, "valeurs": textes, "refus": erreur.refus, "double": ()}
            return self._pieces.dresser(chemin, 422, saisis=saisis, annonce=erreur.message)
        except ErreurSaisieDouble as double:
            saisis = {"fichier": fichier, "valeurs": textes, "refus": {}, "double": _comparer(montre, textes)}
            return self._pieces.dresser(chemin, 409, saisis=saisis, annonce=double.message)

    def retirer(self, demande: Request, saisie: FormData) -> Response:
        """Une pièce de moins au bordereau ; son fichier reste dans pieces/."""
        chemin, fichier = self._bureau.dossier(demande), str(saisie.get("fichier", ""))
        annonce = f"Retirée du bordereau. Le fichier {fichier} reste dans le dossier."
        return self._agir(demande, chemin, saisie, lambda v: retirer_piece(chemin, fichier, version=v), annonce=annonce)

    def effacer(self, demande: Request, saisie: FormData) -> Response:
        """Un fichier que rien ne cite quitte le disque, après confirmation."""
        chemin, fichier = self._bureau.dossier(demande), str(saisie.get("fichier", ""))
        effacer_fichier(chemin, fichier)
        return self._pieces.conclure(demande, chemin, annonce=f"{fichier} est effacé du disque.")

    def retenir(self, demande: Request, _saisie: FormData) -> Response:
        """La liasse est partie : ses numéros ne changent plus."""
        chemin = self._bureau.dossier(demande)
        retenir_numeros(chemin, self._maison.lieux.sortie, jour=self._maison.aujourd_hui())
        return self._pieces.conclure(demande, chemin, annonce="Les numéros communiqués sont retenus.")

    def _ordonner(
        self, demande: Request, chemin: Path, saisie: FormData, voulu: Sequence[str], **suite: Any
    ) -> Response:
        try:
            return self._agir(demande, chemin, saisie, lambda v: ordonner_pieces(chemin, voulu, version=v), **suite)
        except ErreurSaisieDouble:
            return self._opposer(chemin, voulu)

    def _agir(
        self, demande: Request, chemin: Path, saisie: FormData, ecrire: Callable[[str], object], **suite: Any
    ) -> Response:
        ecrire(self._maison.onglets.version(str(saisie.get("page", ""))))
        if suite.get("focus") and "annonce" not in suite:
            suite["annonce"] = self._dire_la_place(chemin, suite["focus"])
        return self._pieces.conclure(demande, chemin, **suite)

    def _opposer(self, chemin: Path, voulu: Sequence[str]) -> Response:
        """Le fichier a changé depuis qu'il est montré : l'ordre voulu, face à celui du fichier."""
        double = {"voulu": [f for f in voulu if f]}
        return self._pieces.dresser(
            chemin, 409, double=double, annonce="Ce dossier a changé ailleurs : rien n’est écrit."
        )

    def _est_a_jour(self, chemin: Path, saisie: FormData) -> bool:
        return lire_version(chemin)[1] == self._maison.onglets.version(str(saisie.get("page", "")))

    def _etudier(self, chemin: Path) -> Etude:
        etude, erreur = self._bureau.etudier(chemin)
        if etude is None:
            raise erreur or ErreurUsage("ce dossier ne se lit pas")
        return etude

    def _dire_la_place(self, chemin: Path, fichier: str) -> str:
        pieces = self._etudier(chemin).bordereau.pieces
        place = next((rang for rang, p in enumerate(pieces, start=1) if p.fichier == fichier), 0)
        if not place:
            return ""
        piece = pieces[place - 1]
        return f"{piece.titre} : pièce n° {piece.numero}, {place}e sur {len(pieces)}."


def _bouger(montre: Sequence[str], fichier: str, sens: Sens | None, avant: str) -> tuple[str, ...]:
    """L'ordre voulu, d'après celui qu'on voyait : une place plus haut, plus bas, ou avant une autre."""
    if sens is None:
        return inserer(montre, fichier, avant)
    place = max(0, montre.index(fichier) + (-1 if sens == "monter" else 1))
    autres = [autre for autre in montre if autre != fichier]
    return (*autres[:place], fichier, *autres[place:])


def _comparer(montre: Ligne | None, textes: dict[str, str]) -> tuple[tuple[str, str, str], ...]:
    """Libellé, saisie, et ce que le fichier dit, là où les deux diffèrent."""
    champs = (*montre.champs, *montre.autres) if montre else ()
    return tuple(
        (champ.libelle, saisi, champ.valeur)
        for champ in champs
        if (saisi := textes.get(str(champ.chemin[-1]))) is not None and saisi != champ.valeur
    )
