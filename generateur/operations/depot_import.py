"""Où vont les dossiers importés, et ceux qui y sont déjà : importés naguère, ou écrits à la main."""

import datetime as dt
import tomllib
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from functools import cached_property
from pathlib import Path
from typing import Any

from generateur.erreurs import ErreurUsage
from generateur.importation.documents import Documents
from generateur.importation.groupement import Groupe, nommer_reference
from generateur.importation.origine import NOM_ORIGINE, Origine, lire_origine
from generateur.importation.valeurs_a_plat import CheminValeur

_ESSAIS = 1000
_VISIBLE = "[!.]*"  # un répertoire caché est celui d'un travail en cours, ou interrompu : ce n'est pas un dossier


@dataclass(frozen=True)
class Connu:
    """Un dossier déjà importé : où, les clés de son débiteur, les formats d'où il vient, ses factures d'alors."""

    chemin: Path
    cles: tuple[str, ...]
    formats: frozenset[str]
    factures: frozenset[tuple[str, Decimal]]

    @property
    def numeros(self) -> frozenset[str]:
        """Les numéros de ses factures."""
        return frozenset(numero for numero, _ in self.factures)


@dataclass
class Depot:
    """Où vont les dossiers, et ce qui vaut pour tous : le profil du créancier, les documents, le jour.

    `a_prendre` : par dossier, les valeurs en conflit à prendre de la source.
    """

    racine: Path
    creancier: Path | None
    documents: Documents
    jour: dt.date
    simuler: bool
    a_prendre: Mapping[str, Collection[CheminValeur]] = field(default_factory=dict)
    _reservees: set[str] = field(default_factory=set)
    _retrouves: dict[Path, tuple[str, ...]] = field(default_factory=dict)

    def retrouver(self, groupe: Groupe) -> Path | None:
        """Le dossier déjà importé de ce débiteur, par la plus sûre de ses clés. Lève ErreurLecture s'il est abîmé.

        À clé égale, celui qui a le plus de ses factures ; jamais celui qu'un autre débiteur de cet envoi a déjà.
        """
        numeros = {piece.numero for piece in groupe.pieces}
        for cle in groupe.cles:
            connus = sorted(self._par_cle.get(cle, ()), key=lambda connu: -len(connu.numeros & numeros))
            for connu in connus:
                if self._retrouves.get(connu.chemin, groupe.cles) == groupe.cles and _est_le_sien(
                    connu, groupe.cles, numeros
                ):
                    self._retrouves[connu.chemin] = groupe.cles
                    return connu.chemin
        return None

    def relever(self) -> None:
        """Note ce qui est déjà là, avant d'y rien ajouter. Lève ErreurLecture si une origine est abîmée."""
        _ = self._par_cle

    def numeros(self) -> set[str]:
        """Les numéros des factures déjà importées."""
        return {numero for connu in self._connus for numero in connu.numeros}

    def absents(self, formats: frozenset[str]) -> list[Path]:
        """Les dossiers venus de ces formats, pour ce créancier, et dont aucun débiteur lu ne répond."""
        return [
            connu.chemin
            for connu in self._connus
            if connu.chemin not in self._retrouves and connu.formats & formats and self._est_du_creancier(connu.chemin)
        ]

    def _est_du_creancier(self, chemin: Path) -> bool:
        """Faux si le dossier cite un autre profil que celui qu'on importe."""
        cite = _lire(chemin).get("creancier")
        return self.creancier is None or not isinstance(cite, str) or Path(cite).name == self.creancier.name

    @cached_property
    def _connus(self) -> list[Connu]:
        fichiers = sorted(self.racine.glob(f"{_VISIBLE}/{NOM_ORIGINE}")) if self.racine.is_dir() else []
        return [
            Connu(
                fichier.parent,
                origine.debiteur,
                frozenset(source.format for source in origine.sources),
                frozenset(_factures(origine)),
            )
            for fichier in fichiers
            if (origine := lire_origine(fichier.parent))
        ]

    @cached_property
    def _par_cle(self) -> dict[str, list[Connu]]:
        par_cle: dict[str, list[Connu]] = {}
        for connu in self._connus:
            for cle in connu.cles:
                par_cle.setdefault(cle, []).append(connu)
        return par_cle

    def reclament_deja(self, numero: str, siren: str) -> list[str]:
        """Les dossiers écrits à la main qui réclament cette facture à ce débiteur."""
        return [nom for nom, autre in self._a_la_main.get(numero, ()) if not siren or not autre or siren == autre]

    def reclament_ailleurs(self, numero: str, montant: Decimal, sauf: Path | None) -> list[str]:
        """Les autres dossiers importés, du même créancier, qui portent encore cette facture, du même montant."""
        return [
            connu.chemin.name
            for connu in self._par_facture.get((numero, montant), ())
            if connu.chemin != sauf
            and self._est_du_creancier(connu.chemin)
            and any(str(bloc.get("numero", "")) == numero for bloc in _blocs(_lire(connu.chemin), "factures"))
        ]

    @cached_property
    def _par_facture(self) -> dict[tuple[str, Decimal], list[Connu]]:
        par_facture: dict[tuple[str, Decimal], list[Connu]] = {}
        for connu in self._connus:
            for facture in connu.factures:
                par_facture.setdefault(facture, []).append(connu)
        return par_facture

    @cached_property
    def _a_la_main(self) -> dict[str, list[tuple[str, str]]]:
        """Par numéro de facture, les dossiers sans origine et le SIREN de leur premier débiteur."""
        trouves: dict[str, list[tuple[str, str]]] = {}
        for fichier in sorted(self.racine.glob(f"{_VISIBLE}/dossier.toml")) if self.racine.is_dir() else ():
            if not (fichier.parent / NOM_ORIGINE).exists():
                donnees = _lire(fichier.parent)
                siren = next((str(d.get("siren", "")) for d in _blocs(donnees, "debiteurs")), "")
                for facture in _blocs(donnees, "factures"):
                    place = fichier.parent.name, "".join(siren.split())
                    trouves.setdefault(str(facture.get("numero", "")), []).append(place)
        return trouves

    def reserver(self, nom: str) -> str:
        """Une référence libre pour ce débiteur, prise aussi quand on simule."""
        base = nommer_reference(self.jour.year, nom)
        for rang in range(1, _ESSAIS):
            reference = base if rang == 1 else f"{base}-{rang}"
            if reference not in self._reservees and not (self.racine / reference).exists():
                self._reservees.add(reference)
                return reference
        raise ErreurUsage(f"trop de dossiers portent la référence {base}", lieu=str(self.racine))


def _est_le_sien(connu: Connu, cles: tuple[str, ...], numeros: Collection[str]) -> bool:
    """Faux si deux SIREN, ou deux comptes chez l'outil sans facture commune, distinguent ces débiteurs."""
    sirens, autres = _du_genre("siren", cles), _du_genre("siren", connu.cles)
    if sirens and autres:
        return bool(sirens & autres)
    comptes, connus = _du_genre("compte", cles), _du_genre("compte", connu.cles)
    return not comptes or not connus or bool(comptes & connus) or bool(connu.numeros & set(numeros))


def _du_genre(genre: str, cles: Iterable[str]) -> set[str]:
    return {cle for cle in cles if cle.startswith(f"{genre}:")}


def _factures(origine: Origine) -> Iterator[tuple[str, Decimal]]:
    """Le numéro et le montant de chaque facture importée."""
    for cle, valeur in origine.base().items():
        if cle[0] == "factures" and cle[-1] == "montant_ttc":
            yield cle[1], valeur


def _lire(dossier: Path) -> dict[str, Any]:
    """Les valeurs du dossier telles quelles ; rien s'il ne se lit pas, ce que « verifier » dira."""
    try:
        return tomllib.loads((dossier / "dossier.toml").read_text(encoding="utf-8-sig"))
    except (OSError, ValueError):
        return {}


def _blocs(donnees: dict[str, Any], section: str) -> Iterator[dict[str, Any]]:
    blocs = donnees.get(section)
    return (bloc for bloc in blocs if isinstance(bloc, dict)) if isinstance(blocs, list) else iter(())
