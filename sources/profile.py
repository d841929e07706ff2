"""Reading Jugendamt profiles: from a folder of data to a checked `Profil`.

In here: the loader of profile folders (`profil.yml` and its tables) and of the product plans of the Länder, with
their German messages; other modules import models and loader from here. Not in here: the models
(`profilmodell.py`), whether entries fit together (`profilpruefung.py`), the profiles and plans themselves
(`jugendaemter/<name>/`, `produktplaene/`), what the columns of an extract mean (`<extract>/contract.yml`).
"""

import csv
from collections.abc import Iterator, Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import Any, TypeVar

import yaml
from pydantic import ValidationError
from pydantic_core import ErrorDetails

from sources.geometrie import mit_gebieten
from sources.profilmodell import (
    AmtlicheFeeds,
    Aussenwissen,
    Basis,
    Berichtsgruppe,
    Ebene,
    Eckdatum,
    Feed,
    Hierarchie,
    Kopf,
    Mangel,
    Modellgebiet,
    Nachfolger,
    Produkt,
    Profil,
    ProfilFehler,
    Raum,
    Schluessel,
    Strasse,
    Zuordnung,
)
from sources.profilpruefung import pruefe, pruefe_produkte, pruefe_verbund

__all__ = [
    "AMTLICH",
    "PROFILDATEI",
    "Ebene",
    "Feed",
    "Hierarchie",
    "Mangel",
    "Profil",
    "ProfilFehler",
    "Raum",
    "Schluessel",
    "Zuordnung",
    "lade_amtliche_feeds",
    "lade_berichtsstruktur",
    "lade_produktplaene",
    "lade_profil",
    "lade_profile",
]

PROFILDATEI = "profil.yml"
PRODUKTPLAENE = Path(__file__).parent / "produktplaene"
_STRUKTUR = PRODUKTPLAENE / "berichtsstruktur.csv"
AMTLICH = "_amtlich"

_Modell = TypeVar("_Modell", bound=Basis)


def lade_profil(ordner: Path) -> Profil:
    """Read one profile folder and check all of it.

    Args:
        ordner: folder with `profil.yml`, `raeume.csv`, `zuordnung.csv` and the optional tables that
            `jugendaemter/README.md` lists.

    Returns:
        The checked profile.

    Raises:
        ProfilFehler: with every defect found, in German.
    """
    kopf = _lies_yaml(ordner / PROFILDATEI, Kopf)
    profil = Profil(
        **dict(kopf),
        raeume=_lies_tabelle(ordner / "raeume.csv", Raum),
        zuordnungen=_lies_tabelle(ordner / "zuordnung.csv", Zuordnung),
        schluessel=_lies_wenn_da(ordner / "schluessel.csv", Schluessel),
        strassen=_lies_wenn_da(ordner / "strassen.csv", Strasse),
        produkte=_lies_wenn_da(ordner / "produkte.csv", Produkt),
        modellgebiete=_lies_wenn_da(ordner / "modellgebiete.csv", Modellgebiet),
        eckdaten=_lies_wenn_da(ordner / "eckdaten.csv", Eckdatum),
        nachfolger=_lies_wenn_da(ordner / "nachfolger.csv", Nachfolger),
        aussenwissen=_lies_wenn_da(ordner / "aussenwissen.csv", Aussenwissen),
    )
    maengel = [*pruefe(profil, ordner.name), *pruefe_produkte(profil.produkte, lade_berichtsstruktur(), ordner.name)]
    if maengel:
        raise ProfilFehler(maengel)
    return mit_gebieten(profil, ordner)


def lade_profile(ordner: Sequence[Path]) -> list[Profil]:
    """Read the profiles of all Jugendämter below some folders.

    Args:
        ordner: folders whose sub folders hold a `profil.yml` each; `_amtlich` is left out
            (see `lade_amtliche_feeds`).

    Returns:
        The profiles sorted by key.

    Raises:
        ProfilFehler: a profile is defective, a folder is missing or a key comes twice.
    """
    profile: dict[str, Profil] = {}
    maengel: list[Mangel] = []
    for unterordner in _profilordner(ordner):
        if unterordner.name == AMTLICH:
            continue
        try:
            profil = lade_profil(unterordner)
        except ProfilFehler as fehler:
            maengel.extend(fehler.maengel)
            continue
        if profil.jugendamt in profile:
            maengel.append(
                Mangel(
                    f"{unterordner.name}/{PROFILDATEI}",
                    "jugendamt",
                    f"Das Jugendamt {profil.jugendamt!r} steht in zwei der angegebenen Ordner",
                    "jedes Jugendamt nur einmal",
                    "einen der beiden Ordner umbenennen oder entfernen",
                )
            )
        profile[profil.jugendamt] = profil
    if maengel := [*maengel, *([] if maengel else pruefe_verbund(profile.values()))]:
        raise ProfilFehler(maengel)
    return [profile[name] for name in sorted(profile)]


def lade_amtliche_feeds(ordner: Sequence[Path]) -> tuple[Feed, ...]:
    """Read the feeds of official files that serve every Jugendamt (sub folder `_amtlich`).

    Args:
        ordner: the same folders as for `lade_profile`.

    Returns:
        The feeds in the order of the files; () if no folder has `_amtlich`.

    Raises:
        ProfilFehler: the file is defective.
    """
    gefunden = [unterordner for unterordner in _profilordner(ordner) if unterordner.name == AMTLICH]
    return tuple(feed for pfad in gefunden for feed in _lies_yaml(pfad / PROFILDATEI, AmtlicheFeeds).feeds)


def lade_produktplaene() -> dict[str, tuple[Produkt, ...]]:
    """Product plans by Land ("BW", "NRW", ...), each line in the order of its file.

    Raises:
        ProfilFehler: a file is defective or names a group that the reporting structure does not have.
    """
    struktur = lade_berichtsstruktur()
    plaene = {p.stem.upper(): _lies_tabelle(p, Produkt) for p in sorted(PRODUKTPLAENE.glob("*.csv")) if p != _STRUKTUR}
    maengel = [m for land, plan in plaene.items() for m in pruefe_produkte(plan, struktur, PRODUKTPLAENE.name, land)]
    if maengel:
        raise ProfilFehler(maengel)
    return plaene


@cache
def lade_berichtsstruktur() -> tuple[Berichtsgruppe, ...]:
    """The groups to which every product plan is mapped, in reading order. Raises :class:`ProfilFehler`."""
    return _lies_tabelle(_STRUKTUR, Berichtsgruppe)


def _profilordner(ordner: Sequence[Path]) -> Iterator[Path]:
    for oben in ordner:
        if not oben.is_dir():
            raise ProfilFehler(
                [
                    Mangel(
                        oben.name,
                        "",
                        "Der Ordner der Profile fehlt",
                        "ein Ordner mit einem Unterordner je Jugendamt",
                        "den Ordner anlegen oder den Pfad berichtigen",
                    )
                ]
            )
        yield from sorted(pfad.parent for pfad in oben.glob(f"*/{PROFILDATEI}"))


class _Lader(yaml.SafeLoader):
    """YAML in which a key that comes twice is an error (the standard keeps the last one silently)."""

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Any, Any]:
        schluessel = [self.construct_object(name, deep=True) for name, _ in node.value]
        doppelt = next((eintrag for eintrag in schluessel if schluessel.count(eintrag) > 1), None)
        if doppelt is not None:
            raise yaml.MarkedYAMLError(problem=f"doppelt: {doppelt}", problem_mark=node.start_mark)
        return super().construct_mapping(node, deep)


def _lies_yaml(pfad: Path, modell: type[_Modell]) -> _Modell:
    datei = f"{pfad.parent.name}/{pfad.name}"
    try:
        # a subclass of SafeLoader: builds plain values only
        inhalt = yaml.load(_lies_text(pfad), Loader=_Lader)  # noqa: S506
    except yaml.MarkedYAMLError as fehler:
        zeile = fehler.problem_mark.line + 1 if fehler.problem_mark else 1
        doppelt = (fehler.problem or "").startswith("doppelt: ")
        was = f"Schlüssel {fehler.problem}" if doppelt else f"Ab Zeile {zeile} ist die Datei nicht lesbar"
        tun = "einen der beiden Einträge entfernen" if doppelt else "Einrückung und Anführungszeichen prüfen"
        raise ProfilFehler([Mangel(datei, f"Zeile {zeile}", was, "gültiges YAML", tun)]) from None
    except yaml.YAMLError:
        raise ProfilFehler(
            [Mangel(datei, "", "Unlesbare Zeichen in der Datei", "gültiges YAML", "die Datei neu speichern")]
        ) from None
    if not isinstance(inhalt, dict):
        raise ProfilFehler(
            [
                Mangel(
                    datei,
                    "",
                    "Die Datei ist leer oder keine Liste von Schlüsseln",
                    "Zeilen der Form schluessel: wert",
                    "die Datei nach einem vorhandenen Profil aufbauen",
                )
            ]
        )
    try:
        return modell.model_validate(inhalt)
    except ValidationError as fehler:
        raise ProfilFehler([_mangel(eintrag, datei) for eintrag in fehler.errors()]) from None


def _lies_wenn_da(pfad: Path, modell: type[_Modell]) -> tuple[_Modell, ...]:
    return _lies_tabelle(pfad, modell) if pfad.exists() else ()


def _lies_tabelle(pfad: Path, modell: type[_Modell]) -> tuple[_Modell, ...]:
    datei = f"{pfad.parent.name}/{pfad.name}"
    erwartet = list(modell.model_fields)
    try:
        leser = csv.DictReader(_lies_text(pfad).splitlines(), strict=True, restval=None)
        kopf = list(leser.fieldnames or [])
        if kopf != erwartet:
            raise ProfilFehler(
                [
                    Mangel(
                        datei,
                        "Zeile 1",
                        f"Kopfzeile {','.join(kopf)!r}",
                        ",".join(erwartet),
                        "Spalten und ihre Reihenfolge angleichen (Trennzeichen ist das Komma)",
                    )
                ]
            )
        zeilen = [(leser.line_num, zeile) for zeile in leser]
    except csv.Error:
        raise ProfilFehler(
            [
                Mangel(
                    datei,
                    "",
                    "Ein Anführungszeichen ist nicht geschlossen",
                    "CSV mit Komma",
                    "die Datei prüfen",
                )
            ]
        ) from None
    eintraege, maengel = [], []
    for nummer, zeile in zeilen:
        if None in zeile or None in zeile.values():
            maengel.append(
                Mangel(
                    datei,
                    f"Zeile {nummer}",
                    "Die Zeile hat zu viele oder zu wenige Felder",
                    f"{len(erwartet)} Felder",
                    "Kommas zählen; ein Text mit Komma steht in Anführungszeichen",
                )
            )
            continue
        try:
            eintraege.append(modell.model_validate(zeile))
        except ValidationError as fehler:
            maengel.extend(_mangel(eintrag, datei, f"Zeile {nummer}, ") for eintrag in fehler.errors())
    if maengel:
        raise ProfilFehler(maengel)
    return tuple(eintraege)


def _lies_text(pfad: Path) -> str:
    datei = f"{pfad.parent.name}/{pfad.name}"
    try:
        return pfad.read_text("utf-8-sig")
    except FileNotFoundError:
        mangel = Mangel(datei, "", "Die Datei fehlt", f"{pfad.name} im Ordner des Profils", "die Datei anlegen")
    except UnicodeDecodeError:
        mangel = Mangel(datei, "", "Die Datei ist nicht UTF-8", "UTF-8", "die Datei als UTF-8 speichern")
    raise ProfilFehler([mangel])


# what pydantic names the kind of a value -> what the person who maintains the profile should write
_ERWARTET: Mapping[str, tuple[str, str]] = {
    "string_type": ("Text", "den Wert in Anführungszeichen setzen"),
    "string_too_short": ("ein Text, der nicht leer ist", "den Wert eintragen"),
    "float_parsing": ("eine Zahl mit Dezimalpunkt", "die Zahl berichtigen"),
    "float_type": ("eine Zahl mit Dezimalpunkt", "die Zahl berichtigen"),
    "greater_than": ("eine Zahl größer als 0", "die Zahl berichtigen"),
    "less_than_equal": ("eine Zahl bis höchstens 1", "die Zahl berichtigen"),
    "too_short": ("mindestens ein Eintrag", "einen Eintrag ergänzen"),
    "tuple_type": ("eine Liste", "die Einträge als Liste mit - schreiben"),
    "dict_type": ("Paare der Form schluessel: wert", "die Einträge eingerückt darunter schreiben"),
    "model_type": ("Paare der Form schluessel: wert", "die Einträge eingerückt darunter schreiben"),
    "bool_type": ("true oder false", "den Wert berichtigen"),
}
_DATUM = ("ein Datum der Form JJJJ-MM-TT", "das Datum berichtigen")


def _mangel(eintrag: ErrorDetails, datei: str, vor: str = "") -> Mangel:
    """Put one finding of pydantic into German words."""
    ort = vor + ".".join(str(teil + 1) if isinstance(teil, int) else teil for teil in eintrag["loc"])
    art, kontext = eintrag["type"], eintrag.get("ctx", {})
    if art == "missing":
        return Mangel(datei, ort, "Der Eintrag fehlt", "ein Wert", "den Eintrag ergänzen")
    if art == "extra_forbidden":
        return Mangel(
            datei,
            ort,
            "Diesen Schlüssel gibt es nicht",
            "nur die Schlüssel, die die Anleitung nennt",
            "die Schreibweise prüfen oder den Eintrag entfernen",
        )
    if art == "literal_error":
        erwartet, tun = f"{kontext['expected']}".replace(" or ", " oder "), "einen dieser Werte eintragen"
    elif art == "string_pattern_mismatch":
        erwartet, tun = f"ein Text nach dem Muster {kontext['pattern']}", "die Schreibweise berichtigen"
    elif art == "value_error":
        erwartet, tun = f"{kontext['error']}", "den Wert berichtigen"
    elif art.startswith("date"):
        erwartet, tun = _DATUM
    else:
        erwartet, tun = _ERWARTET.get(art, ("ein gültiger Wert", "den Wert nach der Anleitung berichtigen"))
    return Mangel(datei, ort, f"Es steht da: {eintrag['input']!r}", erwartet, tun)
