"""The models of a Jugendamt profile: head, levels, feeds, Räume, memberships, further keys.

In here: the form of each entry of a profile folder and what single entries can do (matching a file name,
resolving a key). Not in here: reading the files (`profile.py`), rules across entries (`profilpruefung.py`),
the profiles themselves (`jugendaemter/<name>/`).
"""

import hashlib
import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from functools import cached_property, lru_cache
from typing import Annotated, Any, Literal, Self

import polars as pl
from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, field_validator, model_validator

from sources.vertraege import lade_familien

Gebietsart = Literal["kreis", "kreisfreie_stadt", "gemeinde", "samtgemeinde", "gemeindeteil", "gemeindefrei", "region"]
Quelle = Literal["fortschreibung", "register", "schulstatistik"]
Verortungsart = Literal["schluessel", "alias", "strasse", "koordinate"]
_Name = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]*$")]
_Text = Annotated[str, Field(min_length=1)]


@dataclass(frozen=True)
class Mangel:
    """One thing wrong in a profile, in German for the person who maintains it.

    Attributes:
        datei: folder and file, e.g. "musterkreis/raeume.csv".
        schluessel: key in the YAML file, or line and column in a table; "" for the file as a whole.
        was: what came.
        erwartet: what was expected.
        tun: what to do, beginning with a verb.
    """

    datei: str
    schluessel: str
    was: str
    erwartet: str
    tun: str

    def __str__(self) -> str:
        stelle = f"{self.datei}, {self.schluessel}" if self.schluessel else self.datei
        return f"{stelle}: {self.was}. Erwartet: {self.erwartet}. Bitte: {self.tun}."


class ProfilFehler(Exception):
    """A profile that cannot be used; `maengel` lists everything found, `str()` gives one line for each."""

    def __init__(self, maengel: Sequence[Mangel]) -> None:
        self.maengel = tuple(maengel)
        super().__init__("\n".join(str(mangel) for mangel in self.maengel))


def _wahrheitswert(wert: object) -> object:
    """Only `true` and `false`: a profile states facts, and "1" or "ja" would hide a shifted column."""
    if isinstance(wert, str):
        if wert not in {"true", "false"}:
            raise ValueError("true oder false")
        return wert == "true"
    return wert


def _offen(wert: object) -> object:
    return None if wert == "" else wert


_Belegt = Annotated[bool, BeforeValidator(_wahrheitswert)]
_Ende = Annotated[date | None, BeforeValidator(_offen)]
_Jahresende = Annotated[int | None, BeforeValidator(_offen)]


class Basis(BaseModel):
    """Unchangeable, and closed to keys that nobody knows."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class Ebene(Basis):
    """A level of space: `ebene` is the key (raumebene), `bezeichnung` the words people read."""

    ebene: _Name
    bezeichnung: _Text


class Hierarchie(Basis):
    """One of the hierarchies that stand side by side (planning, Sozialregion, ASD, ...)."""

    name: _Name
    bezeichnung: _Text


class Dialekt(Basis):
    """How an office writes an extract, where that differs from the contract.

    Attributes:
        trennzeichen: separator, where it can't be found from the file.
        zahlen: "deutsch" (1.234,56), "englisch" (1,234.56) or "auto" (one reading must fit all values of a column).
        ableiten: field -> {other field: {regular expression: word}}: a column that the office does not deliver, read
            off the delivered text of another one (revenue or expense from the first digit of the Konto).
        umkehren: fields whose sign is turned round (an office that writes expenses as negative amounts).
        umkehren_wo: field -> regular expression on its delivered text; only records that match all are turned round.
        summenzeilen: field -> regular expression; rows that match are totals: left out, counted and reported.
        nebeneinander: delivered column -> {field: value}; these columns stand side by side and become rows, their
            content goes to ``wertfeld``.
        wertfeld: see ``nebeneinander``.
    """

    trennzeichen: str = ""
    zahlen: Literal["auto", "deutsch", "englisch"] = "auto"
    ableiten: dict[str, dict[str, dict[str, str]]] = {}
    umkehren: tuple[str, ...] = ()
    umkehren_wo: dict[str, str] = {}
    summenzeilen: dict[str, str] = {}
    nebeneinander: dict[str, dict[str, str]] = {}
    wertfeld: str = ""

    @model_validator(mode="after")
    def _ausdruecke_gueltig(self) -> Self:
        ableitungen = [worte for ableitung in self.ableiten.values() for worte in ableitung.values()]
        for ausdruck in [*self.summenzeilen.values(), *self.umkehren_wo.values(), *(a for w in ableitungen for a in w)]:
            try:
                pl.Series([""]).str.contains(ausdruck)
            except pl.exceptions.ComputeError:
                raise ValueError(f"ein regulärer Ausdruck, nicht {ausdruck!r}") from None
        return self

    @property
    def felder(self) -> set[str]:
        """Fields of the contract that the dialect speaks of."""
        genannt = {*self.umkehren, *self.umkehren_wo, *self.summenzeilen, *self.ableiten, self.wertfeld} - {""}
        return genannt.union(*self.ableiten.values(), *self.nebeneinander.values())


class Strasse(Basis):
    """A stretch of a street and its Raum: house numbers ``von`` to ``bis`` (none = open) on one or both sides."""

    strassenschluessel: str
    strasse: str
    seite: Literal["beide", "gerade", "ungerade"]
    von: Annotated[int, Field(ge=1)]
    bis: Annotated[int | None, BeforeValidator(_offen)]
    raum_id: _Text
    quelle: _Text


class Geometrie(Basis):
    """A delivered GeoJSON file in the profile folder: `merkmal` names the property that holds a key of the Raum."""

    datei: _Text
    merkmal: _Name


class Raumbuch(Basis):
    """All that tells a record's Raum at the door.

    Attributes:
        reihenfolge: which way is tried before which.
        schluessel: keys as delivered; `alias`: names and keys as `verortung.normiert` writes them; both to raum_id.
        strassen: street directory.
        gebiete: raum_id to its GeoJSON geometry; `einheit` is "grad" (WGS84) or "meter" (ETRS89/UTM32).
        ausserhalb: raum_id of the member for places outside all of `gebiete`.
        befristet: raum_id of a Raum that is not there for all years to its first and last day.
    """

    reihenfolge: tuple[Verortungsart, ...] = ("schluessel", "alias", "strasse", "koordinate")
    schluessel: dict[str, str] = {}
    alias: dict[str, str] = {}
    strassen: tuple[Strasse, ...] = ()
    gebiete: dict[str, dict[str, Any]] = {}
    einheit: Literal["grad", "meter"] = "grad"
    ausserhalb: str = ""
    befristet: dict[str, tuple[date, date]] = {}

    @cached_property
    def abdruck(self) -> str:
        """Hash of all of it."""
        return hashlib.sha256(self.model_dump_json().encode()).hexdigest()


class Feed(Basis):
    """Which delivered files belong to which extract.

    Attributes:
        feed: name of the feed.
        extrakt: name of the extract whose contract holds.
        muster: patterns on the file name: shell globs (`*`, `?`, `[...]`) plus placeholders that capture:
            `{jahr}` takes four digits, any other placeholder letters a-z and `_`.
        spalten: delivered column -> column of the contract, where the names differ.
        werte: placeholder -> the only values it may take (lower case).
        uebersetzungen: field -> {delivered word: code}, beside those of the contract.
        dialekt: how the office writes its files.
        unbenutzt: delivered columns that are known and not needed.
        raumbuch: what the profile says about Räume, filled in for extracts with records.
    """

    feed: _Name
    extrakt: _Name
    muster: Annotated[tuple[_Text, ...], Field(min_length=1)]
    spalten: dict[str, str] = {}
    werte: dict[str, Annotated[tuple[_Text, ...], Field(min_length=1)]] = {}
    uebersetzungen: dict[str, dict[str, str]] = {}
    dialekt: Dialekt = Dialekt()
    unbenutzt: tuple[_Text, ...] = ()
    raumbuch: Raumbuch = Raumbuch()

    @field_validator("muster")
    @classmethod
    def _muster_gueltig(cls, muster: tuple[str, ...]) -> tuple[str, ...]:
        for eintrag in muster:
            try:
                _als_regel(eintrag)
            except re.error:
                raise ValueError(
                    f"Dateimuster aus *, ?, [...] und je einmal {{platzhalter}}, nicht {eintrag!r}"
                ) from None
        return muster

    def platzhalter(self) -> frozenset[str]:
        """Names of all placeholders in the patterns of this feed."""
        return frozenset(name for eintrag in self.muster for name in _als_regel(eintrag).groupindex)

    def passt(self, dateiname: str) -> dict[str, str] | None:
        """Match a file name (no folder) against the whole of each pattern, ignoring case.

        Args:
            dateiname: name of the file, e.g. "insgesamt_2016.csv".

        Returns:
            The captures in lower case ({} for a pattern without placeholders), or None if nothing matches.
        """
        # names written on a Mac arrive with decomposed umlauts
        name = unicodedata.normalize("NFC", dateiname)
        for eintrag in self.muster:
            treffer = _als_regel(eintrag).fullmatch(name)
            if treffer is None:
                continue
            fund = {feld: wert.lower() for feld, wert in treffer.groupdict().items()}
            if all(feld not in fund or fund[feld] in erlaubt for feld, erlaubt in self.werte.items()):
                return fund
        return None


class Raum(Basis):
    """A Raum and the days on which it exists (both ends included; no end = open)."""

    raum_id: _Text
    raum_name: _Text
    raumebene: _Name
    gebietsart: Gebietsart
    gueltig_von: date
    gueltig_bis: _Ende
    belegt: _Belegt
    quelle: _Text


class Zuordnung(Basis):
    """A Raum's direct parent within one hierarchy, with the days on which it holds (both ends included).

    `gewicht` is the share (0 to 1] of the Raum that belongs to this parent.
    """

    raum_id: _Text
    hierarchie: _Name
    eltern_raum_id: _Text
    gueltig_von: date
    gueltig_bis: _Ende
    gewicht: Annotated[float, Field(gt=0, le=1)]
    belegt: _Belegt
    quelle: _Text


class Nachfolger(Basis):
    """What became of a Raum that ended: from `gueltig_ab` on, the share `gewicht` of it lies in `neu`.

    A merger has one line per old Raum with weight 1; a division several, whose weights sum to 1.
    """

    alt: _Text
    neu: _Text
    gueltig_ab: date
    gewicht: Annotated[float, Field(gt=0, le=1)]
    belegt: _Belegt
    quelle: _Text


class Eckdatum(Basis):
    """A reference fact of a Raum (area, inhabitants, Leitträger, base year of a Planbudget) with its day and source."""

    raum_id: _Text
    merkmal: _Name
    wert: _Text
    einheit: str
    stand: _Ende
    belegt: _Belegt
    quelle: _Text


class Aussenwissen(Basis):
    """A count that others publish or know: whoever attacks has it, though it is not shown here.

    ``raum_id``: one Raum, or several joined by " + " (also of other Jugendämter), of which only the sum is known.
    """

    messgroesse: _Name
    merkmal: _Text
    geschlecht: _Text
    altersgruppe: _Text
    raum_id: _Text
    stichtag: date
    quelle: _Text

    @property
    def summanden(self) -> tuple[str, ...]:
        """The Räume whose sum is known."""
        return tuple(self.raum_id.split(" + "))


class Modellgebiet(Basis):
    """A Raum that takes part in a model area (or in a change of practice), from `von` to `bis` (both inclusive)."""

    gebiet: _Name
    raum_id: _Text
    von: date
    bis: _Ende
    belegt: _Belegt
    quelle: _Text


class Schluessel(Basis):
    """Another key under which a Raum is delivered, e.g. art "ags", key "13003" for Raum "13003000"."""

    schluesselart: _Name
    schluessel: _Text
    raum_id: _Text


class Produkt(Basis):
    """What a product of a budget is for: the group of the reports and the § SGB VIII, per year (both ends included).

    `produkt` and `konto` are beginnings of the delivered numbers, compared without points and dashes; the longest
    one holds. No `konto` = every one.
    """

    produkt: Annotated[str, Field(pattern=r"^[0-9][0-9A-Za-z./-]*$")]
    konto: Annotated[str, Field(pattern=r"^[0-9./-]*$")]
    gueltig_von: int
    gueltig_bis: _Jahresende
    berichtsgruppe: _Name
    paragraf: str
    bezeichnung: _Text
    belegt: _Belegt
    quelle: _Text


class Berichtsgruppe(Basis):
    """A group of the one reporting structure that all product plans are mapped to.

    ``sammelgruppe``: what it counts to in sums: hze (§§ 27-35a, 41 without UMA), uma, uebrige Jugendhilfe, ausserhalb.
    """

    berichtsgruppe: _Name
    berichtsgruppe_name: _Text
    reihenfolge: int
    sammelgruppe: Literal["hze", "uma", "uebrige", "ausserhalb"]


class Vorjahresstand(Basis):
    """A data family of one Berichtsjahr that is left out, the year before standing in for it; who decided, and why."""

    familie: _Name
    berichtsjahr: Annotated[int, Field(ge=1990, le=2100)]
    name: _Text
    grund: _Text

    @field_validator("familie")
    @classmethod
    def _bekannt(cls, familie: str) -> str:
        if familie not in (bekannt := lade_familien(mit_kontext=True)):
            raise ValueError(f"keine Datenfamilie heißt so; vorhanden: {', '.join(bekannt)}")
        return familie


class Kopf(Basis):
    """What stands in `profil.yml`."""

    jugendamt: _Name
    name: _Text
    land: Annotated[str, Field(pattern=r"^[A-Z]{2,3}$")]
    kennzahlenprofil: Annotated[str, Field(pattern=r"^[A-Z]{2,3}$")]
    betriebsart: Literal["jugendamt", "statistikstelle", "musterdaten"]
    freigabe: Literal["automatisch", "erforderlich"]
    ganzes: _Text
    hauptebene: _Name
    raumebenen: Annotated[tuple[Ebene, ...], Field(min_length=1)]
    hierarchien: Annotated[tuple[Hierarchie, ...], Field(min_length=1)]
    quellen_rang: Annotated[tuple[Quelle, ...], Field(min_length=1)]
    zeitplan: Annotated[str, Field(pattern=r"^([0-9*/,-]+ ){3}[0-9*/,A-Za-z-]+ [0-9*/,A-Za-z-]+$")]
    feeds: tuple[Feed, ...] = ()
    annahmen: tuple[_Text, ...] = ()
    vorjahresstand: tuple[Vorjahresstand, ...] = ()
    schwellen: dict[str, float] = {}
    verortung: Annotated[tuple[Verortungsart, ...], Field(min_length=1)] = Raumbuch().reihenfolge
    geometrie: Geometrie | None = None


class Profil(Kopf):
    """A Jugendamt as data: the head from `profil.yml`, its Räume, memberships and further keys.

    Attributes:
        ganzes: raum_id of the whole (raumebene "jugendamt").
        hauptebene: raumebene of the main table of the report.
        raumebenen: all levels, top down.
        quellen_rang: which source counts first where several give the same figure.
        zeitplan: cron text of the yearly refresh.
        verortung: how the Raum of a record is found, first things first.
        annahmen: one German sentence for each thing that is assumed or unknown.
        vorjahresstand: families that failed in a year and are released at the state of the year before.
        raeume: in the order of the file.
        zuordnungen: in the order of the file.
        schluessel: in the order of the file; an official key equal to the raum_id needs no line.
        strassen: street directory, for extracts that deliver an address.
        produkte: the Jugendamt's own mapping of its budget; it wins over the product plan of the Land.
        modellgebiete: which Räume take part in which model area, dated.
        nachfolger: which Räume took the place of which (Gebietsstand).
        eckdaten: reference facts of Räume; never counted with delivered figures.
        aussenwissen: counts that others publish or know; geheimhaltung takes them as known.
        gebiete: raum_id to GeoJSON geometry, from the file that `geometrie` names; `einheit` of its coordinates.
    """

    raeume: tuple[Raum, ...]
    zuordnungen: tuple[Zuordnung, ...]
    schluessel: tuple[Schluessel, ...]
    strassen: tuple[Strasse, ...] = ()
    produkte: tuple[Produkt, ...] = ()
    modellgebiete: tuple[Modellgebiet, ...] = ()
    nachfolger: tuple[Nachfolger, ...] = ()
    eckdaten: tuple[Eckdatum, ...] = ()
    aussenwissen: tuple[Aussenwissen, ...] = ()
    gebiete: dict[str, dict[str, Any]] = {}
    einheit: Literal["grad", "meter"] = "grad"

    def loese_auf(self, schluesselart: str, schluessel: str) -> str | None:
        """Return the raum_id for a delivered key, or None if no Raum has it.

        Args:
            schluesselart: kind of key, e.g. "ags" or "opendata_hro".
            schluessel: the key as delivered.
        """
        for eintrag in self.schluessel:
            if (eintrag.schluesselart, eintrag.schluessel) == (schluesselart, schluessel):
                return eintrag.raum_id
        if schluesselart == "ags" and any(raum.raum_id == schluessel for raum in self.raeume):
            return schluessel
        return None


class AmtlicheFeeds(Basis):
    """What stands in `_amtlich/profil.yml`: feeds of official files that serve every Jugendamt."""

    jugendamt: Literal["_amtlich"]
    name: _Text
    feeds: Annotated[tuple[Feed, ...], Field(min_length=1)]


@lru_cache(maxsize=256)
def _als_regel(muster: str) -> re.Pattern[str]:
    """Translate a feed pattern into an anchored regular expression; raises `re.error` if that fails."""
    teile = []
    for stueck in re.findall(r"\{[^{}]*\}|\[!?[^\]]+\]|.", muster):
        if stueck in {"{", "}", "[", "]", "/", "\\"}:
            raise re.error("Klammer oder Schrägstrich ohne Bedeutung")
        if stueck.startswith("{"):
            name = stueck[1:-1]
            if not re.fullmatch(r"[a-z][a-z_]*", name):
                raise re.error("Platzhalter ohne gültigen Namen")
            teile.append(f"(?P<{name}>{'[0-9]{4}' if name == 'jahr' else '[a-z_]+'})")
        elif stueck.startswith("["):
            teile.append(("[^" + stueck[2:]) if stueck.startswith("[!") else stueck)
        else:
            teile.append({"*": "[^/]*", "?": "[^/]"}.get(stueck, re.escape(stueck)))
    return re.compile("".join(teile), re.IGNORECASE)
