"""Ce que le dossier retranche déjà sans le dire d'une facture : avoirs imputés depuis, paiements saisis à part.

Quand la source impute un avoir, le reste dû de la facture baisse ; ce n'est pas un paiement de plus, et la créance ne
baisse qu'une fois.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from generateur.importation.socle import PieceLue, cumuler
from generateur.importation.soldes import FactureDue, Solde, valeur_libre
from generateur.importation.valeurs_a_plat import CheminValeur, aplatir

ZERO = Decimal(0)


@dataclass
class Diminutions:
    """Les montants à rapprocher d'une baisse du reste dû, par facture visée ; la clé vide : sans facture.

    `imputes` : avoirs que la source connaît et ne dit plus libres, puis `couverts`, ce que chaque facture en a pris,
    et `apports`, d'où ils viennent ; `hors_banque` : par facture, les paiements qu'aucun virement ne prouve ;
    `inconnus` : avoirs d'elle ignorés, saisis à la main ; `verses` : paiements saisis sans facture ;
    `couvertures` : par facture, ce que le dossier compte déjà de sa baisse, et si rien n'en est douteux.
    """

    imputes: dict[str, Decimal] = field(default_factory=dict)
    inconnus: dict[str, Decimal] = field(default_factory=dict)
    verses: Decimal = ZERO
    couverts: dict[str, Decimal] = field(default_factory=dict)
    hors_banque: Mapping[CheminValeur, Decimal] = field(default_factory=dict)
    couvertures: dict[str, tuple[Decimal, bool]] = field(default_factory=dict)
    apports: list[tuple[PieceLue | None, str, str, Decimal]] = field(default_factory=list)

    def sans_effet(self) -> Iterator[tuple[str, bool]]:
        """Les avoirs imputés qu'aucune baisse n'explique, le dernier d'abord ; vrai si la source les nomme encore."""
        restes = dict(self.imputes)
        for lu, numero, facture, montant in reversed(self.apports):
            if (reste := restes.get(facture, ZERO)) > ZERO and montant:
                restes[facture] = reste - min(reste, montant)
                yield numero, lu is not None

    def repartir(self, baisses: Mapping[str, tuple[Decimal, Decimal]]) -> None:
        """Les avoirs imputés vont d'abord à la part de chaque baisse que la source n'appelle pas un paiement.

        Dans l'ordre des numéros : celui des lignes de l'export ne change rien.
        """
        for rang in (0, 1):
            for numero, (baisse, sans_paiement) in sorted(baisses.items()):
                deja = self.couverts.get(numero, ZERO)
                besoin = (baisse if rang else min(baisse, sans_paiement)) - deja
                self.couverts[numero] = deja + _puiser(self.imputes, numero, besoin)

    def couvrir_toutes(self, factures: Sequence[FactureDue], presentes: Mapping[CheminValeur, Any]) -> None:
        """Ce que le dossier compte déjà de chaque baisse : celle qui fait juste le paiement saisi passe d'abord."""
        baisses = {f.piece.numero: f.paye - presentes.get(("paye", f.piece.numero), ZERO) for f in factures}
        for facture in sorted(factures, key=lambda f: (baisses[f.piece.numero] != self.verses, f.piece.numero)):
            if (baisse := baisses[facture.piece.numero]) > ZERO:
                self.couvertures[facture.piece.numero] = self._couvrir(facture, baisse)

    def _couvrir(self, facture: FactureDue, baisse: Decimal) -> tuple[Decimal, bool]:
        """Ce que le dossier compte déjà de cette baisse ; faux si rien ne dit ce qui en est un paiement."""
        numero = facture.piece.numero
        couvert = min(baisse, self.couverts.get(numero, ZERO))
        if (reste := baisse - couvert) and self.inconnus.get(numero, ZERO) + self.inconnus.get("", ZERO):
            if facture.piece.paye is None and not facture.piece.reglements and reste != self.inconnus.get(numero):
                return couvert, False  # au centime près, ce serait lui
            couvert += _puiser(self.inconnus, numero, min(reste, _hors_paiement(facture)))
        if (reste := baisse - couvert) and self.verses:
            if reste > self.verses:
                return couvert, False
            self.verses -= reste
            couvert += reste
        return couvert, True


def relever_diminutions(actuel: Mapping[str, Any], base: Mapping[CheminValeur, Any], solde: Solde) -> Diminutions:
    """Les avoirs du dossier que la source n'attribue ni ne laisse libres, et ses paiements sans facture."""
    plates = aplatir(actuel)
    saisis, declares = plates.get(("paye", ""), ZERO), cumuler([reglement.montant for reglement in solde.verses])
    sans_virement = [bloc for bloc in actuel.get("paiements") or () if bloc.get("mode") != "virement"]
    diminutions = Diminutions(verses=max(ZERO, saisis - declares), hors_banque=aplatir({"paiements": sans_virement}))
    lus = {avoir.numero: avoir for avoir in solde.avoirs_lus}
    visees = {facture.piece.numero for facture in solde.factures}
    for bloc in actuel.get("avoirs") or ():
        numero, facture = str(bloc.get("numero", "")), str(bloc.get("facture", ""))
        montant, lu = plates.get(("avoirs", numero, "montant_ttc"), ZERO), lus.get(numero)
        if lu is not None and lu.facture_visee in visees:
            continue  # la source l'a déjà retranché de sa facture
        if lu is not None:
            montant -= ZERO if lu.statut in {"soldee", "annulee"} else min(montant, valeur_libre(lu))
        est_connu = lu is not None or any(cle[:2] == ("avoirs", numero) for cle in base)
        cible = diminutions.imputes if est_connu else diminutions.inconnus
        cible[facture] = cible.get(facture, ZERO) + montant
        if est_connu:
            diminutions.apports.append((lu, numero, facture, montant))
    au_dossier = {str(bloc.get("numero", "")) for bloc in actuel.get("factures") or ()}
    diminutions.repartir(
        {
            f.piece.numero: (f.paye - plates.get(("paye", f.piece.numero), ZERO), _hors_paiement(f))
            for f in solde.factures
            if f.piece.numero in au_dossier or f.reste > ZERO
        }
        | {"": (declares - saisis, ZERO)}
    )
    return diminutions


def _hors_paiement(facture: FactureDue) -> Decimal:
    """La part de la baisse que la source n'appelle pas un paiement."""
    dits = max(facture.piece.paye or ZERO, cumuler([r.montant for r in facture.piece.reglements]))
    return max(ZERO, facture.paye - dits)


def _puiser(reserve: dict[str, Decimal], numero: str, besoin: Decimal) -> Decimal:
    """Prend ce qu'il faut de la part de cette facture, puis de celle qui n'en vise aucune."""
    pris = ZERO
    for cle in (numero, ""):
        part = min(besoin - pris, reserve.get(cle, ZERO))
        if part > ZERO:
            reserve[cle] -= part
            pris += part
    return pris
