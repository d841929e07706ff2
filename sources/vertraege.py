"""Extract contracts: what one delivered extract is, described once as data.

Here: the models of ``sources/<extract>/contract.yml`` and ``sources/spalten.yml`` and their loader; the families
(``familien.yml``) and sources (``quellen.yml``) that contracts may name.
Not here: reading a delivery (``sources/formate``), turning it into cells (``sources/zellen.py``), judging
its rows (``quality/tuer.py``).
"""

from __future__ import annotations

import hashlib
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any, Literal

import polars as pl
import yaml
from pydantic import BaseModel, ConfigDict, Field, TypeAdapter, ValidationError, field_validator, model_validator

WURZEL = Path(__file__).parent
# libyaml reads all contracts in a tenth of the time
LADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


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
    einheit: str = ""
    technisch: bool = False
    bedeutung: str


class Feld(Spalte):
    """One field of a record, and how it is delivered.

    Attributes:
        geliefert: further headings under which the column arrives; a profile may map others.
        pflicht: the delivered file must have the column.
        uebersetzung: delivered word -> code of the field (case does not matter); a profile may add others.
        vorgabe: what stands for an empty cell or a missing column, as it would be delivered.
        berechnet: SQL expression over other fields, as polars understands it, for files that have those instead.
        codeliste: name of a dated code list of the contract.
        fuehrende_nullen: length to which lost leading zeros are given back; each repair is counted.
        schluesselart: the field is a key of a Raum, of this art (``lokal``, ``ags``).
        von: first position of a fixed-width field, counted from 1; ``bis`` its last.
        zweck: personal extracts: measures of the Verdichtung that need the column.
        personenschluessel: stands for a person or family; replaced under the key of a run before anything is written.
    """

    geliefert: tuple[str, ...] = ()
    pflicht: bool = True
    uebersetzung: dict[str, str] = Field(default_factory=dict)
    vorgabe: str = ""
    berechnet: str = ""
    codeliste: str = ""
    fuehrende_nullen: int = 0
    schluesselart: str = ""
    von: int = 0
    bis: int = 0
    zweck: tuple[str, ...] = ()
    personenschluessel: bool = False


class Code(_Modell):
    """One entry of a code list with the days on which it may be used (no end = open)."""

    code: str
    text: str
    gueltig_von: date
    gueltig_bis: date | None = None
    annahme: bool = False


class Codeliste(_Modell):
    """A versioned code list; ``gueltig_am`` is the date field that decides which version holds for a record."""

    gueltig_am: str
    werte: tuple[Code, ...]


class Regel(_Modell):
    """What holds for the fields of each record, as an SQL expression that polars understands; unknown (null) passes.

    ``sperrend``: the record goes to quarantine; ``verdacht``: it passes and is reported under the rule's name.
    """

    name: str
    bedingung: str
    meldung: str
    schwere: Literal["sperrend", "verdacht"] = "sperrend"

    @field_validator("bedingung")
    @classmethod
    def _lesbar(cls, bedingung: str) -> str:
        try:
            pl.sql_expr(bedingung)
        except pl.exceptions.PolarsError as fehler:
            raise ValueError(f"ein SQL-Ausdruck, nicht {bedingung!r} ({fehler})") from None
        return bedingung

    @property
    def felder(self) -> str:
        """The fields it looks at, joined with ", "."""
        return ", ".join(dict.fromkeys(pl.sql_expr(self.bedingung).meta.root_names()))


class Satzart(_Modell):
    """Which records of a fixed-width file are meant: those with ``wert`` at the positions ``von`` to ``bis``."""

    laenge: int
    von: int = 0
    bis: int = 0
    wert: str = ""


class Adresse(_Modell):
    """Headings of an address in a delivered file: it becomes a key in the field ``raum`` and goes no further."""

    raum: str
    strassenschluessel: tuple[str, ...] = ()
    strasse: tuple[str, ...] = ()
    hausnummer: tuple[str, ...] = ()
    laenge: tuple[str, ...] = ()
    breite: tuple[str, ...] = ()

    def ueberschriften(self) -> dict[str, str]:
        """Heading -> role: strassenschluessel, strasse, hausnummer, laenge or breite."""
        rollen = self.model_dump(exclude={"raum"})
        return {name: rolle for rolle, namen in rollen.items() for name in (rolle, *namen)}


class Verdichtung(_Modell):
    """What may leave the work area of a personal extract: counts per group, never a record.

    ``modelle`` name dbt models tagged ``fallebene`` whose results leave instead of a plain count; each is an extract
    of its own with a contract of form "saetze". ``parameter``: numbers of these models; thresholds of the same name in
    a profile replace them.
    """

    gruppen: tuple[str, ...] = ()
    zaehler: str = "anzahl"
    modelle: tuple[str, ...] = ()
    parameter: dict[str, float] = Field(default_factory=dict)


class Dimension(_Modell):
    """A further dimension of a table: where it stands and which published words mean which code."""

    spalte: str
    werte: dict[str, str]


class Merkmal(_Modell):
    """What one value column counts; ``ab`` and ``bis`` are the Berichtsjahre for which its source asked at all."""

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
    ab: int | None = None
    bis: int | None = None


class Tabelle(_Modell):
    """One table of an extract; ``rang`` decides which table speaks when several hold the same figure.

    ``spalten``: value columns by name; in an export of the Regionaldatenbank by their headings, joined with " | ".
    ``oeffentlich``: where a table differs from its contract.
    """

    rang: int
    ebene: str
    spalten: dict[str, Merkmal] = Field(default_factory=dict)
    oeffentlich: bool | None = None


class Reihenbruch(_Modell):
    """First Berichtsjahr of a new series; no change is shown across it."""

    jahr: int
    grund: str


class Schwellen(_Modell):
    """How much may be wrong, or differ from the last accepted delivery, before a delivery is rejected.

    Shares between 0 and 1. The rules of drift stand in ``quality/drift.py``.

    Attributes:
        quarantaene_anteil: rows that violate the contract.
        spalten_rueckgang: columns that no longer hold anything.
        raum_zeilen: change of the number of rows of one Raum; ``raum_anteil``: Räume that may change by more.
        summe: change of a total per year of distance; ``summen``: another one for single Messgrößen or fields, null
            where a total says nothing (balances).
        zeichen_anteil: change of the share of a sign, or of empty values of a field.
        groesse: how many times larger or smaller a file may be per Stichtag.
        mindestzahl: rows or totals below it are too small to be compared.
    """

    quarantaene_anteil: float = 0.01
    spalten_rueckgang: float = 0.25
    raum_zeilen: float = 0.5
    raum_anteil: float = 0.02
    summe: float = 0.25
    summen: dict[str, float | None] = Field(default_factory=dict)
    zeichen_anteil: float = 0.2
    groesse: float = 4.0
    mindestzahl: int = 100


def lade_familien(*, mit_kontext: bool = False) -> dict[str, str]:
    """Code and name of the data families of a report, in reading order; those of the context behind them."""
    familien = _namen("familien.yml")
    return {c: n for c, n in familien.items() if c != "kontext"} | (familien["kontext"] if mit_kontext else {})


def lade_quellen() -> dict[str, str]:
    """Code and name of the sources that contracts speak of."""
    return dict(_namen("quellen.yml"))


@cache
def _namen(datei: str) -> dict[str, Any]:
    return _lies_yaml(WURZEL / datei)


class Vertrag(_Modell):
    """The contract of one extract; the common ``spalten`` come from ``sources/spalten.yml``.

    Attributes:
        form: "zellen" (one row per published cell) or "saetze" (one row per delivered record with ``felder``).
        dateimuster: file patterns under which every Jugendamt may deliver it without a feed in its profile.
        periode: what a later delivery replaces: the name of a field (or several, joined by "+"), "dateiname" ({jahr})
            or "gesamt".
        kopf_suchen: the header is the first row that holds all obligatory columns, below any preamble.
        blatt: sheet of a workbook; default the first.
        personenbezogen: true, false, or "einzelsaetze": personal unless the file has the column
            ``verdichtung.zaehler``.
        nennerquelle: source of the population that its publisher takes rates over; else the Jugendamt's first one.
        faellig: month and day of the following year by which the delivery for a Berichtsjahr is expected.
    """

    extrakt: str
    titel: str
    familie: str
    korn: str
    form: Literal["zellen", "saetze"] = "zellen"
    format: Literal["regionaldatenbank_csv", "tabelle", "destatis", "ffcsv", "festbreite", "geodaten"]
    quelle: str
    nennerquelle: str = ""
    dateimuster: tuple[str, ...] = ()
    kodierungen: tuple[str, ...]
    personenbezogen: bool | Literal["einzelsaetze"]
    oeffentlich: bool = Field(description="already published by its source: needs no disclosure control")
    rechtsgrundlage: str
    lizenz: str
    attribution: str
    turnus: str
    faellig: str = Field(default="", pattern=r"^(\d\d-\d\d)?$")
    aufbewahrung: str
    schwellen: Schwellen = Schwellen()
    # form "zellen"
    messgroesse: str = ""
    schluesselart: str = ""
    schluesselspalte: str = "raum_schluessel"
    namensspalte: str = "raum_name"
    schluesselmuster: str = ""
    zeit: Literal["stichtag", "jahr", "dateiname", ""] = ""
    stichtag: str = Field(default="12-31", description="month and day a bare year stands for")
    tabellen: dict[str, Tabelle] = Field(default_factory=dict)
    dimensionen: dict[str, Dimension] = Field(default_factory=dict)
    zeichen: dict[str, str] = Field(default_factory=dict)
    reihenbrueche: tuple[Reihenbruch, ...] = ()
    # form "saetze"
    felder: tuple[Feld, ...] = ()
    schluesselfelder: tuple[str, ...] = ()
    periode: str = "gesamt"
    messgroessen: tuple[str, ...] = Field(default=(), description="what dbt counts from the records, in words of cells")
    kopf_suchen: bool = False
    blatt: str = ""
    satzart: Satzart | None = None
    codelisten: dict[str, Codeliste] = Field(default_factory=dict)
    regeln: tuple[Regel, ...] = ()
    adresse: Adresse | None = None
    verdichtung: Verdichtung | None = None
    ohne_raum: str = Field(default="", description="SQL: records that belong to no single Raum by rule")
    spalten: tuple[Spalte, ...] = ()
    sha256: str = ""

    @model_validator(mode="after")
    def _form_passt(self) -> Vertrag:
        for bedingung, forderung in (*self._namen_stimmen(), *self._forderungen()):
            if not bedingung:
                raise ValueError(forderung)
        return self

    def _namen_stimmen(self) -> list[tuple[bool, str]]:
        familien = lade_familien(mit_kontext=True)
        themen = {code for f in self.felder if f.name == "thema" for code in f.codes} - {"allgemein"}
        return [
            (self.familie in familien, f"familie '{self.familie}' steht nicht in sources/familien.yml"),
            (self.quelle in lade_quellen(), f"quelle '{self.quelle}' steht nicht in sources/quellen.yml"),
            (themen <= {*familien}, f"thema {', '.join(sorted(themen - {*familien}))} ist keine Familie"),
        ]

    def _forderungen(self) -> list[tuple[bool, str]]:
        if self.form == "zellen":
            rechteck = self.format == "tabelle"
            return [
                (bool(self.tabellen and self.schluesselart and self.schluesselmuster and self.zeit),
                 "form 'zellen' verlangt tabellen, schluesselart, schluesselmuster und zeit"),
                (not rechteck or all(t.spalten for t in self.tabellen.values()),
                 "format 'tabelle' verlangt 'spalten' je Tabelle"),
                (bool(self.messgroesse) or all(t.spalten for t in self.tabellen.values()),
                 f"format '{self.format}' verlangt 'messgroesse' oder 'spalten' je Tabelle"),
            ]  # fmt: skip
        namen = {f.name for f in self.felder}
        gelesen = {feld for regel in self.regeln for feld in regel.felder.split(", ") if feld}
        genannt = {*gelesen, *self.schluesselfelder, *(self.verdichtung.gruppen if self.verdichtung else ())}
        return [
            (bool(self.felder and self.schluesselfelder), "form 'saetze' verlangt felder und schluesselfelder"),
            (genannt <= namen, f"kein Feld heißt {', '.join(sorted(genannt - namen))}"),
            ({*self.periode.split("+")} <= namen or self.periode in {"dateiname", "gesamt"},
             f"periode '{self.periode}' ist kein Feld"),
            (all(f.codeliste in {"", *self.codelisten} for f in self.felder), "ein Feld nennt eine fehlende Codeliste"),
            (not self.personenbezogen or self.verdichtung is not None, "ein Personenbezug verlangt eine verdichtung"),
            (self.format != "festbreite" or self.satzart is not None, "format 'festbreite' verlangt satzart"),
        ]  # fmt: skip

    # contracts hold dicts, which have no hash; what is remembered for a contract is remembered for this very object
    __hash__ = object.__hash__

    @property
    def liefert(self) -> set[str]:
        """The Messgrößen that come of it."""
        spalten = (m.messgroesse for t in self.tabellen.values() for m in t.spalten.values())
        return {self.messgroesse, *self.messgroessen, *spalten} - {""}

    @property
    def eigener_datensatz(self) -> bool:
        """Whether rows of this extract may stand in the lake; else only what models make of them."""
        return self.verdichtung is None or not self.verdichtung.modelle

    @property
    def raumfeld(self) -> str | None:
        """Field of the Raum that a record is counted in: the first with a local key."""
        return next((f.name for f in self.felder if f.schluesselart == "lokal"), None)

    @property
    def schluessel(self) -> list[str]:
        """Columns that identify one row within a delivery."""
        if self.form == "saetze":
            return list(self.schluesselfelder)
        return ["tabelle", "raum_schluessel", "stichtag", "messgroesse", "herkunft", "geschlecht",
                "altersgruppe", "nationalitaet", "merkmal"]  # fmt: skip


def _lies_yaml(datei: Path) -> dict[str, object]:
    try:
        inhalt = yaml.load(datei.read_text("utf-8"), Loader=LADER)  # noqa: S506 (a safe loader)
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
    gemeinsam = WURZEL / "spalten.yml"
    listen = {
        name: TypeAdapter(tuple[Spalte, ...]).validate_python(liste) for name, liste in _lies_yaml(gemeinsam).items()
    }
    technisch = tuple(s.model_copy(update={"technisch": True}) for s in listen["technisch"])
    abdruck = hashlib.sha256(gemeinsam.read_bytes() + datei.read_bytes()).hexdigest()
    try:
        vertrag = Vertrag.model_validate(_lies_yaml(datei))
        spalten = (*(vertrag.felder if vertrag.form == "saetze" else ()), *listen[vertrag.form], *technisch)
        return vertrag.model_copy(update={"spalten": spalten, "sha256": abdruck})
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
