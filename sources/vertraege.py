"""Extract contracts: what one delivered extract is, described once as data.

Here: the models of ``sources/<extract>/contract.yml`` and ``sources/zellen.yml`` and their loader.
Not here: reading a delivery (``sources/formate``), turning it into cells (``sources/zellen.py``), judging
its rows (``quality/tuer.py``).
"""

from __future__ import annotations

import hashlib
from functools import cache
from pathlib import Path
from typing import Literal

import yaml
from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

WURZEL = Path(__file__).parent


class VertragFehler(Exception):
    """A contract that cannot be used; the German text names file, key and remedy."""


class _Modell(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Spalte(_Modell):
    """One column of the lake: name, type, nullability, codes, range, unit and meaning."""

    name: str
    typ: Literal["text", "zahl", "ganzzahl", "datum", "wahrheit"]
    leer_erlaubt: bool = False
    codes: tuple[str, ...] = ()
    muster: str = ""
    min: float | None = None
    max: float | None = None
    technisch: bool = False
    bedeutung: str


class Dimension(_Modell):
    """A further dimension of a table: where it stands and which published words mean which code."""

    spalte: str
    werte: dict[str, str]


class Merkmal(_Modell):
    """What one value column of a rectangular file counts."""

    messgroesse: str
    herkunft: Literal["gezaehlt", "geliefert"] = "gezaehlt"
    geschlecht: str = "insgesamt"
    altersgruppe: str = "insgesamt"
    nationalitaet: str = "insgesamt"
    merkmal: str = "insgesamt"
    einheit: str = "Anzahl"
    pflicht: bool = True
    min: float | None = 0
    max: float | None = None


class Tabelle(_Modell):
    """One table of an extract; ``rang`` decides which table speaks when several hold the same figure."""

    rang: int
    ebene: str
    spalten: dict[str, Merkmal] = Field(default_factory=dict)


class Reihenbruch(_Modell):
    """First Berichtsjahr of a new series; no change is shown across it."""

    jahr: int
    grund: str


class Schwellen(_Modell):
    """How much may be wrong before a delivery is rejected (shares between 0 and 1)."""

    quarantaene_anteil: float = 0.01
    zeilen_rueckgang: float = 0.25


class Vertrag(_Modell):
    """The contract of one extract; ``spalten`` come from ``sources/zellen.yml``."""

    extrakt: str
    titel: str
    familie: str
    korn: str
    format: Literal["regionaldatenbank_csv", "tabelle"]
    quelle: str
    messgroesse: str = ""
    schluesselart: str
    schluesselspalte: str = "raum_schluessel"
    namensspalte: str = "raum_name"
    schluesselmuster: str
    zeit: Literal["stichtag", "jahr", "dateiname"]
    stichtag: str = Field(default="12-31", description="month and day a bare year stands for")
    kodierungen: tuple[str, ...]
    tabellen: dict[str, Tabelle]
    dimensionen: dict[str, Dimension] = Field(default_factory=dict)
    zeichen: dict[str, str]
    personenbezogen: bool
    oeffentlich: bool = Field(description="already published by its source: needs no disclosure control")
    rechtsgrundlage: str
    lizenz: str
    attribution: str
    turnus: str
    aufbewahrung: str
    reihenbrueche: tuple[Reihenbruch, ...] = ()
    schwellen: Schwellen = Schwellen()
    spalten: tuple[Spalte, ...] = ()
    sha256: str = ""

    @model_validator(mode="after")
    def _tabellen_passen(self) -> Vertrag:
        if self.format == "tabelle" and not all(t.spalten for t in self.tabellen.values()):
            raise ValueError("format 'tabelle' verlangt 'spalten' je Tabelle")
        if self.format == "regionaldatenbank_csv" and not self.messgroesse:
            raise ValueError("format 'regionaldatenbank_csv' verlangt 'messgroesse'")
        return self

    @property
    def schluessel(self) -> list[str]:
        """Columns that identify one cell within a delivery."""
        return ["tabelle", "raum_schluessel", "stichtag", "messgroesse", "herkunft", "geschlecht",
                "altersgruppe", "nationalitaet", "merkmal"]  # fmt: skip


def _lies_yaml(datei: Path) -> dict[str, object]:
    try:
        inhalt = yaml.safe_load(datei.read_text("utf-8"))
    except (OSError, yaml.YAMLError, UnicodeDecodeError) as fehler:
        raise VertragFehler(f"{datei}: nicht lesbar ({fehler}). Bitte als YAML in UTF-8 ablegen.") from None
    if not isinstance(inhalt, dict):
        raise VertragFehler(f"{datei}: erwartet wird eine YAML-Zuordnung, gekommen ist {type(inhalt).__name__}.")
    return inhalt


def pruefmeldung(fehler: ValidationError) -> str:
    """One line per finding of a pydantic error, without its traceback."""
    return "; ".join(f"{'.'.join(map(str, f['loc'])) or 'Datei'}: {f['msg']}" for f in fehler.errors())


def lade_vertrag(datei: Path) -> Vertrag:
    """Read one contract. Raises :class:`VertragFehler`."""
    gemeinsam = WURZEL / "zellen.yml"
    spalten = _lies_yaml(gemeinsam)["spalten"]
    abdruck = hashlib.sha256(gemeinsam.read_bytes() + datei.read_bytes()).hexdigest()
    try:
        return Vertrag.model_validate({**_lies_yaml(datei), "spalten": spalten, "sha256": abdruck})
    except ValidationError as fehler:
        raise VertragFehler(f"{datei}: {pruefmeldung(fehler)}. Muster: ein vorhandener contract.yml.") from None


@cache
def lade_vertraege(wurzel: Path = WURZEL) -> dict[str, Vertrag]:
    """All contracts below ``wurzel`` by extract name, sorted. Raises :class:`VertragFehler`."""
    vertraege = {}
    for datei in sorted(wurzel.glob("*/contract.yml")):
        vertrag = lade_vertrag(datei)
        if vertrag.extrakt != datei.parent.name:
            raise VertragFehler(
                f"{datei}: extrakt heißt '{vertrag.extrakt}', der Ordner '{datei.parent.name}'. Bitte angleichen."
            )
        vertraege[vertrag.extrakt] = vertrag
    return vertraege
