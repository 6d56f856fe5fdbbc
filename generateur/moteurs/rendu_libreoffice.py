"""Le moteur de référence : LibreOffice, par paquets, en profil privé, français, sans macro ni réseau.

Un appel convertit jusqu'à 64 fichiers ; le code de retour de soffice ne dit rien : chaque PDF est vérifié,
et ce qui manque est refait seul pour nommer le document fautif.
"""

import hashlib
import os
import re
import shutil
import tempfile
import threading
import weakref
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import lru_cache, partial
from pathlib import Path
from queue import SimpleQueue

from generateur.contrats import Conversion, Disponibilite
from generateur.erreurs import ErreurOutilAbsent, ErreurRendu
from generateur.moteurs.dossier_prive import DossierPrive
from generateur.moteurs.polices import (
    demande_les_polices_du_systeme,
    empreinte_polices,
    environnement_des_polices,
    polices_maitrisees,
)
from generateur.moteurs.sortie_pdf import defaut_du_pdf, publier_fichier
from generateur.surveillance.place import REFUS_DU_DISQUE, disque_plein, refus_du_disque
from generateur.surveillance.programme import Programme, est_interruption, interroger
from generateur.surveillance.provisoires import repertoire_provisoire

_FICHIERS_PAR_APPEL = 64
_DELAI_DEPART = 60
_DELAI_PAR_FICHIER = 20
_FILTRES = {
    "docx": "MS Word 2007 XML",
    "doc": "MS Word 97",
    "odt": "writer8",
    "rtf": "Rich Text Format",
    "xlsx": "Calc MS Excel 2007 XML",
    "xls": "MS Excel 97",
    "ods": "calc8",
    "pptx": "Impress MS PowerPoint 2007 XML",
    "ppt": "MS PowerPoint 97",
    "odp": "impress8",
    "odg": "draw8",
    "fodt": "OpenDocument Text Flat XML",
    "fods": "OpenDocument Spreadsheet Flat XML",
    "fodp": "OpenDocument Presentation Flat XML",
    "fodg": "OpenDocument Drawing Flat XML",
}
_EMPLACEMENTS = (
    "/Applications/LibreOffice.app/Contents/MacOS/soffice",
    "/opt/libreoffice/program/soffice",
    "C:/Program Files/LibreOffice/program/soffice.com",
    "C:/Program Files (x86)/LibreOffice/program/soffice.com",
)
_REMEDE = "Installer LibreOffice (sous Debian : apt install libreoffice-writer-nogui), ou relancer avec --rendu dxpdf."
# Chemin dans la configuration, propriété, valeur.
_REGLAGES = (
    ("Setup/L10N", "ooSetupSystemLocale", "fr-FR"),
    ("Office.Linguistic/General", "DefaultLocale", "fr-FR"),
    ("Office.Common/Security/Scripting", "MacroSecurityLevel", "3"),
    ("Office.Common/Security/Scripting", "DisableMacrosExecution", "true"),
    ("Office.Common/Security/Scripting", "BlockUntrustedRefererLinks", "true"),
    ("Office.Writer/Content/Update", "Link", "2"),
    ("Office.Calc/Content/Update", "Link", "2"),
    ("Office.Java/VirtualMachine", "Enable", "false"),
    ("Inet/Settings", "ooInetProxyType", "2"),
    ("Inet/Settings", "ooInetHTTPProxyName", "127.0.0.1"),
    ("Inet/Settings", "ooInetHTTPProxyPort", "9"),
    ("Inet/Settings", "ooInetHTTPSProxyName", "127.0.0.1"),
    ("Inet/Settings", "ooInetHTTPSProxyPort", "9"),
    ("Office.Common/Misc", "FirstRun", "false"),
    ("Office.Common/Filter/PDF/Export", "UseLosslessCompression", "true"),
    ("Office.Common/Filter/PDF/Export", "ReduceImageResolution", "false"),
    ("Office.Common/Filter/PDF/Export", "ExportBookmarks", "true"),
    ("Office.Common/Filter/PDF/Export", "UseTaggedPDF", "true"),
)
# Ce que LibreOffice écrit de l'instant et de la machine ; remplacé à longueur égale, pour que les renvois
# restent justes.
_INSTANTS = re.compile(rb"(/CreationDate\s*\(D:)([^)]*)\)")
_IDENTIFIANTS = re.compile(rb"(/ID \[ <)[0-9A-F]{32}(>\s*<)[0-9A-F]{32}|(/DocChecksum /)[0-9A-F]{32}")


class RenduLibreOffice:
    """Convertit aussi les documents bureautiques joints comme pièces (doc, odt, rtf, xlsx…)."""

    nom = "libreoffice"
    extensions = frozenset(_FILTRES)

    def __init__(self, programme: str | None = None, executants: int | None = None, delai: float | None = None) -> None:
        self._programme = programme
        self._nombre = executants or os.cpu_count() or 1
        self._delai = delai
        self._dossier = DossierPrive()
        self._profils: SimpleQueue[Path] = SimpleQueue()
        self._interrompu = threading.Event()
        self._en_cours: set[Programme] = set()
        self._fin = weakref.finalize(self, _tuer, self._en_cours)

    def disponibilite(self) -> Disponibilite:
        """Cherche soffice et lui demande sa version."""
        programme = self._programme or chercher_soffice()
        if programme is None:
            return Disponibilite(
                presente=False, raison="LibreOffice n'est pas installé sur cette machine", remede=_REMEDE
            )
        numero = _version(programme)
        if not numero:
            return Disponibilite(presente=False, raison=f"« {programme} » ne répond pas", remede=_REMEDE)
        return Disponibilite(presente=True, version=numero)

    @property
    def rend_tout(self) -> bool:
        """Rend tout ce que Word sait écrire."""
        return True

    @property
    def polices_maitrisees(self) -> bool:
        """Faux hors de Linux, où les pages peuvent varier avec les polices du système."""
        return polices_maitrisees()

    def empreinte(self) -> str:
        """Ce qui décide du PDF en dehors du document : moteur, version, polices."""
        return f"libreoffice {self.disponibilite().version} polices {empreinte_polices()}"

    def prechauffer(self, nombre: int) -> None:
        """Rien à préparer : soffice démarre avec chaque paquet."""

    def convertir(self, conversions: Sequence[Conversion]) -> None:
        """Écrit chaque PDF ; lève ErreurRendu en nommant le premier document qui ne se convertit pas."""
        if not conversions:
            return
        programme = self._programme or chercher_soffice()
        if programme is None:
            raise ErreurOutilAbsent("LibreOffice n'est pas installé sur cette machine.", remede=_REMEDE)
        paquets = list(self._paquets(conversions))
        self._preparer()
        self._interrompu.clear()
        with ThreadPoolExecutor(self._nombre) as fils:
            try:
                for _ in fils.map(partial(self._convertir_paquet, programme), paquets):
                    pass
            except BaseException:
                self._interrompu.set()
                fils.shutdown(wait=False, cancel_futures=True)
                _tuer(self._en_cours)
                raise

    def fermer(self) -> None:
        """Arrête LibreOffice et efface ses profils."""
        _tuer(self._en_cours)
        self._dossier.fermer()
        self._profils = SimpleQueue()

    def _preparer(self) -> None:
        if not self._profils.empty():
            return
        for rang in range(self._nombre):
            profil = self._dossier.chemin / f"profil{rang}"
            _ecrire_profil(profil)
            self._profils.put(profil)

    def _paquets(self, conversions: Sequence[Conversion]) -> Iterator[list[Conversion]]:
        """Des paquets d'une seule extension, car le filtre d'entrée vaut pour tout l'appel."""
        par_extension: dict[str, list[Conversion]] = {}
        for conversion in conversions:
            extension = conversion.source.suffix.lower().lstrip(".")
            if extension not in _FILTRES:
                raise ErreurRendu(
                    f"« {conversion.source.name} » : les fichiers « .{extension} » ne se convertissent pas ici.",
                    lieu=str(conversion.source),
                    remede="Enregistrer le document en PDF et indiquer ce PDF.",
                )
            par_extension.setdefault(extension, []).append(conversion)
        for groupe in par_extension.values():
            taille = max(1, min(_FICHIERS_PAR_APPEL, -(-len(groupe) // self._nombre)))
            for debut in range(0, len(groupe), taille):
                yield groupe[debut : debut + taille]

    def _convertir_paquet(self, programme: str, paquet: Sequence[Conversion]) -> None:
        profil = self._profils.get()
        try:
            restants, est_interrompu = self._essayer(programme, profil, paquet)
            for conversion in restants:
                # seul, il n'a une seconde chance que si soffice a été tué : un document abîmé échouerait encore
                if (len(paquet) > 1 or est_interrompu) and not self._essayer(programme, profil, [conversion])[0]:
                    continue
                raise ErreurRendu(
                    f"« {conversion.source.name} » n'a pas pu être converti en PDF par LibreOffice.",
                    lieu=str(conversion.source),
                    remede="Ouvrir le document dans LibreOffice : s'il s'ouvre, l'exporter en PDF à la main.",
                )
        finally:
            self._profils.put(profil)

    def _essayer(self, programme: str, profil: Path, paquet: Sequence[Conversion]) -> tuple[list[Conversion], bool]:
        """Un appel de soffice ; rend les conversions qui n'ont pas abouti, et s'il a été tué du dehors."""
        with tempfile.TemporaryDirectory(prefix="lot", dir=profil.parent, ignore_cleanup_errors=True) as travail:
            entrees, sorties = Path(travail) / "entrees", Path(travail) / "sorties"
            entrees.mkdir()
            sorties.mkdir()
            noms = []
            for rang, conversion in enumerate(paquet):  # des noms à nous : aucun homonyme, aucun tiret
                nom = f"{rang:04d}{conversion.source.suffix.lower()}"
                try:
                    shutil.copyfile(conversion.source, entrees / nom)
                except OSError as erreur:
                    if erreur.errno in REFUS_DU_DISQUE:
                        raise refus_du_disque(erreur.errno, travail) from erreur
                    continue  # sera nommé faute de PDF
                noms.append(nom)
            est_interrompu = (
                bool(noms) and not self._interrompu.is_set() and self._lancer(programme, profil, entrees, sorties, noms)
            )
            restants = [
                conversion
                for rang, conversion in enumerate(paquet)
                if not _recueillir(sorties / f"{rang:04d}.pdf", conversion.cible)
            ]
            if restants and (plein := disque_plein(sorties)) is not None:
                raise plein  # avant que ce qu'il a laissé soit effacé
            return restants, est_interrompu

    def _lancer(self, programme: str, profil: Path, entrees: Path, sorties: Path, noms: list[str]) -> bool:
        """Vrai si soffice a été tué du dehors."""
        commande = [
            programme, f"-env:UserInstallation={profil.as_uri()}",
            "--headless", "--norestore", "--nologo", "--nodefault", "--nolockcheck", "--nofirststartwizard",
            f"--infilter={_FILTRES[Path(noms[0]).suffix[1:]]}", "--convert-to", "pdf",
            "--outdir", str(sorties), *noms,
        ]  # fmt: skip
        etrangers = polices_maitrisees() and any(demande_les_polices_du_systeme(entrees / nom) for nom in noms)
        polices = environnement_des_polices(profil, avec_systeme=etrangers)
        environnement = {**os.environ, **polices, "SAL_USE_VCLPLUGIN": "svp", "TMPDIR": str(entrees.parent)}
        soffice = Programme(commande, ou=entrees, environnement=environnement)
        self._en_cours.add(soffice)
        try:  # au-delà du délai, les documents sans PDF seront refaits un par un, puis nommés
            code = soffice.attendre(self._delai or _DELAI_DEPART + _DELAI_PAR_FICHIER * len(noms))
            return code is not None and est_interruption(code)
        finally:
            soffice.abattre()
            self._en_cours.discard(soffice)


def chercher_soffice() -> str | None:
    """Le programme soffice : celui du PATH, sinon les emplacements usuels de macOS et Windows."""
    for nom in ("soffice", "libreoffice"):
        trouve = shutil.which(nom)
        if trouve:
            return trouve
    return next((chemin for chemin in _EMPLACEMENTS if Path(chemin).is_file()), None)


def _version(programme: str) -> str:
    """La version du programme installé maintenant ; demandée de nouveau s'il a été remplacé."""
    return _demander_version(programme, Path(programme).stat().st_mtime_ns if Path(programme).is_file() else 0)


@lru_cache(maxsize=4)
def _demander_version(programme: str, _pose_le: int) -> str:
    with repertoire_provisoire() as profil:
        commande = [programme, f"-env:UserInstallation={profil.as_uri()}", "--version"]
        environnement = {**os.environ, "TMPDIR": str(profil)}
        sortie = interroger(commande, _DELAI_DEPART, ou=profil, environnement=environnement)
    trouve = re.search(r"\d+(\.\d+)+", sortie)
    return trouve[0] if trouve else ""


def _ecrire_profil(profil: Path) -> None:
    (profil / "user").mkdir(parents=True)
    lignes = "".join(
        f'<item oor:path="/org.openoffice.{chemin}"><prop oor:name="{nom}" oor:op="fuse">'
        f"<value>{valeur}</value></prop></item>"
        for chemin, nom, valeur in _REGLAGES
    )
    (profil / "user" / "registrymodifications.xcu").write_text(
        '<?xml version="1.0" encoding="UTF-8"?><oor:items xmlns:oor="http://openoffice.org/2001/registry"'
        ' xmlns:xs="http://www.w3.org/2001/XMLSchema" xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance">'
        f"{lignes}</oor:items>",
        encoding="utf-8",
    )


def _recueillir(produit: Path, cible: Path) -> bool:
    """Met à sa place un PDF vérifié, lavé de l'instant et de la machine ; faux s'il n'y en a pas."""
    if defaut_du_pdf(produit):
        return False
    octets = produit.read_bytes()
    somme = hashlib.sha256(_laver(octets, b"0" * 32)).hexdigest()[:32].upper().encode()
    publier_fichier(_laver(octets, somme), cible)
    return True


def _laver(octets: bytes, identifiant: bytes) -> bytes:
    octets = _INSTANTS.sub(lambda t: t[1] + b"19800101000000Z".ljust(len(t[2]), b" ")[: len(t[2])] + b")", octets)
    return _IDENTIFIANTS.sub(lambda t: t[3] + identifiant if t[3] else t[1] + identifiant + t[2] + identifiant, octets)


def _tuer(en_cours: set[Programme]) -> None:
    for soffice in list(en_cours):
        soffice.abattre()
