"""Ce que l'étude et les réglages donnent à la publication, en valeurs simples : options d'assemblage, en-tête."""

from dataclasses import asdict, replace
from functools import partial

from generateur import VERSION
from generateur.calculs.decompte import Decompte
from generateur.contrats import MoteurRendu
from generateur.droit.ajouts import Ajout
from generateur.droit.tables import lire_table
from generateur.liasse.plan import Options
from generateur.liasse.sceau import RESERVE_SCEAU
from generateur.operations.etude import Etude
from generateur.operations.inventaire import EnTete, PiecePrete, reduire
from generateur.operations.juridiction_dite import decrire_juridiction
from generateur.publication.manifeste import ConstatManifeste, DroitAjoute, HorizonDuDroit, SommesManifeste
from generateur.reglages import Reglages


def preparer_assemblage(
    reglages: Reglages, reference: str, pieces: tuple[PiecePrete, ...], *, est_scellee: bool
) -> Options:
    """Les options d'assemblage : la place du sceau dans chaque volume, et le manifeste réduit s'il est demandé."""
    options = Options(**asdict(reglages.liasse))
    if est_scellee and options.max_octets is not None:
        options = replace(options, max_octets=options.max_octets - RESERVE_SCEAU)
    if reglages.joindre_manifeste:
        options = replace(options, manifeste_joint=partial(reduire, reference, pieces))
    return options


def resumer_etude(etude: Etude, reglages: Reglages, moteur: MoteurRendu, entrees: str) -> EnTete:
    """Ce que le manifeste dit de l'affaire ; `entrees` : l'empreinte de tout ce dont la production dépend."""
    espece, procedure = etude.espece, etude.decision.retenue
    return EnTete(
        reference=etude.dossier.reference,
        au=espece.au.isoformat(),
        verdict=etude.verdict,
        procedure=procedure.nom if procedure else "",
        procedure_forcee=etude.decision.est_forcee,
        projet=reglages.projet,
        renumerotee=reglages.renumeroter,
        juridiction=decrire_juridiction(etude),
        cour_appel=espece.competence.cour_appel,
        total=f"{espece.decompte.total:.2f}",
        sommes=_detailler(espece.decompte),
        versions={
            "generateur": VERSION,
            "rendu": moteur.nom,
            "moteur": moteur.empreinte(),
            "polices": "fournies" if moteur.polices_maitrisees else "du système",
        },
        horizon=_declarer_horizon(etude),
        droit_ajoute=tuple(_declarer_droit(ajout) for ajout in etude.droit_ajoute),
        empreinte_entrees=entrees,
        constats=tuple(ConstatManifeste(**c.en_json()) for c in etude.constats_durables),
    )


def _detailler(decompte: Decompte) -> SommesManifeste:
    noms = SommesManifeste.model_fields
    return SommesManifeste.model_validate({nom: f"{getattr(decompte, nom):.2f}" for nom in noms})


def _declarer_horizon(etude: Etude) -> HorizonDuDroit:
    tables = [lire_table(nom) for nom in etude.tables_employees]
    fin = min(table.horizon for table in tables)
    return HorizonDuDroit(date=fin.isoformat(), tables=tuple(t.nom for t in tables if t.horizon == fin))


def _declarer_droit(ajout: Ajout) -> DroitAjoute:
    valeur = ajout.valeur
    publication, saisie = valeur.source.publication, valeur.saisie_le
    return DroitAjoute(
        table=ajout.table,
        cle=valeur.cle,
        depuis=valeur.depuis.isoformat(),
        valeur=str(valeur.valeur),
        source=valeur.source.titre,
        publie_le=publication.isoformat() if publication else None,
        saisie_le=saisie.isoformat() if saisie else None,
    )
