"""The good files that the suite spoils: one or more per extract, from its folder or invented from its contract.

Here: finding or inventing them, and taking them apart into something that can be changed (``Blatt``, ``Export``,
``Saetze``). Not here: what is done to them (``verderben.py``). All invented values are Musterdaten.
"""

from __future__ import annotations

import csv
import io
import itertools
import json
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import yaml

from sources.formate import arbeitsmappe
from sources.formate.kodierung import dekodiere
from sources.profilmodell import Feed
from sources.vertraege import WURZEL, Feld, Tabelle, Vertrag
from tests.schlecht.mappe import mappe

TABELLEN = {".csv", ".txt", ".xlsx"}


@dataclass(frozen=True)
class Blatt:
    """A rectangular file: header and rows of text, and how they are written down.

    ``vor`` are lines of a preamble; ``xlsx`` writes a workbook instead of separated text.
    """

    kopf: tuple[str, ...]
    reihen: tuple[tuple[str, ...], ...]
    trenner: str = ";"
    kodierung: str = "utf-8"
    vor: tuple[tuple[str, ...], ...] = ()
    xlsx: bool = False
    blattname: str = "Daten"

    def text(self, quoten: int = csv.QUOTE_MINIMAL) -> str:
        """Separated text with LF line ends."""
        puffer = io.StringIO()
        schreiber = csv.writer(puffer, delimiter=self.trenner, lineterminator="\n", quoting=quoten)
        schreiber.writerows([*self.vor, self.kopf, *self.reihen])
        return puffer.getvalue()

    def bytes(self) -> bytes:
        """The file."""
        if self.xlsx:
            return mappe([*self.vor, self.kopf, *self.reihen], self.blattname)
        return self.text().encode(self.kodierung)

    def kann(self, text: str) -> bool:
        """Whether the file's encoding has these letters."""
        return self.xlsx or text.encode(self.kodierung, "replace").decode(self.kodierung) == text

    def zeile(self, reihe: int) -> int:
        """Line (or sheet row) of a row, as the reader counts it."""
        davor = [*self.vor, self.kopf, *self.reihen[:reihe]]
        umbrueche = 0 if self.xlsx else sum(zelle.count("\n") for satz in davor for zelle in satz)
        return len(davor) + 1 + umbrueche

    def mit(self, reihe: int, spalte: int, wert: str) -> Blatt:
        """One cell changed."""
        neu = [list(r) for r in self.reihen]
        neu[reihe][spalte] = wert
        return replace(self, reihen=tuple(map(tuple, neu)))

    def geordnet(self, ordnung: Sequence[int]) -> Blatt:
        """The columns chosen, in this order."""
        return replace(
            self,
            kopf=tuple(self.kopf[i] for i in ordnung),
            reihen=tuple(tuple(r[i] for i in ordnung) for r in self.reihen),
        )


@dataclass(frozen=True)
class Export:
    """A table of GENESIS or Regionaldatenbank: preamble, header rows, data rows, footer.

    The first ``schluesselspalten`` columns are keys, at ``schluessel_an`` the one of the region, its name beside it.
    """

    oben: tuple[str, ...]
    kopf: tuple[tuple[str, ...], ...]
    daten: tuple[tuple[str, ...], ...]
    schluesselspalten: int
    fuss: tuple[str, ...]
    kodierung: str = "iso-8859-1"
    schluessel_an: int = 0

    def text(self, trenner: str = ";") -> str:
        """The export with LF line ends."""
        puffer = io.StringIO()
        csv.writer(puffer, delimiter=trenner, lineterminator="\n").writerows([*self.kopf, *self.daten])
        return "\n".join(self.oben) + "\n" + puffer.getvalue() + "\n".join(self.fuss) + "\n"

    def bytes(self) -> bytes:
        """The file."""
        return self.text().encode(self.kodierung)

    def zeile(self, reihe: int) -> int:
        """Line of a data row in the file."""
        return len(self.oben) + len(self.kopf) + reihe + 1

    def mit(self, reihe: int, spalte: int, wert: str) -> Export:
        """One cell of the data changed."""
        neu = [list(r) for r in self.daten]
        neu[reihe][spalte] = wert
        return replace(self, daten=tuple(map(tuple, neu)))

    def mit_spalte(self, spalte: int, kopf: Sequence[str], werte: Sequence[str]) -> Export:
        """A further column before ``spalte``."""
        return replace(
            self,
            kopf=tuple((*z[:spalte], k, *z[spalte:]) for z, k in zip(self.kopf, kopf, strict=True)),
            daten=tuple((*r[:spalte], w, *r[spalte:]) for r, w in zip(self.daten, werte, strict=True)),
        )

    def geordnet(self, ordnung: Sequence[int]) -> Export:
        """The columns chosen, in this order."""
        return replace(
            self,
            kopf=tuple(tuple(z[i] for i in ordnung) for z in self.kopf),
            daten=tuple(tuple(r[i] for i in ordnung) for r in self.daten),
        )


@dataclass(frozen=True)
class Saetze:
    """Fixed-width records of text."""

    saetze: tuple[str, ...]
    umbruch: str
    kodierung: str = "utf-8"

    def bytes(self) -> bytes:
        """The file."""
        return "".join(satz + self.umbruch for satz in self.saetze).encode(self.kodierung)

    def mit(self, satz: int, feld: Feld, wert: str) -> Saetze:
        """One field of one record changed, its width kept."""
        alt = self.saetze[satz]
        neu = alt[: feld.von - 1] + wert.ljust(feld.bis - feld.von + 1) + alt[feld.bis :]
        return replace(self, saetze=(*self.saetze[:satz], neu, *self.saetze[satz + 1 :]))


@dataclass(frozen=True)
class Flaechen:
    """Areas as GeoJSON: attributes and geometry, one pair per area."""

    saetze: tuple[tuple[dict[str, str], dict[str, object] | None], ...]

    def text(self) -> str:
        """The collection, an area a line."""
        gebiete = [{"type": "Feature", "properties": m, "geometry": form} for m, form in self.saetze]
        zeilen = ",\n".join(json.dumps(g, ensure_ascii=False) for g in gebiete)
        return f'{{"type": "FeatureCollection", "features": [\n{zeilen}\n]}}\n'

    def bytes(self) -> bytes:
        """The file."""
        return self.text().encode()

    def mit(self, gebiet: int, form: dict[str, object] | None, **merkmale: str) -> Flaechen:
        """One area changed."""
        neu = ({**self.saetze[gebiet][0], **merkmale}, form)
        return replace(self, saetze=(*self.saetze[:gebiet], neu, *self.saetze[gebiet + 1 :]))


@dataclass(frozen=True)
class Vorlage:
    """A good file, the contract it meets, and what is known about it beside its bytes."""

    vertrag: Vertrag
    dateiname: str
    bild: Blatt | Export | Saetze | Flaechen
    feed: Feed | None
    angaben: dict[str, str]

    @property
    def name(self) -> str:
        """Extract and file, for the names of tests."""
        return f"{self.vertrag.extrakt}:{self.dateiname}"

    @property
    def felder(self) -> dict[str, int]:
        """Field of the contract -> column of the sheet, for what the file has."""
        assert isinstance(self.bild, Blatt)
        gefunden = {feld_von(self.vertrag, self.feed, kopf): i for i, kopf in enumerate(self.bild.kopf)}
        return {name: i for name, i in gefunden.items() if name}

    @property
    def einzelsaetze(self) -> bool:
        """Whether the file holds persons, so that no value of it may be quoted."""
        art, verdichtung = self.vertrag.personenbezogen, self.vertrag.verdichtung
        if art != "einzelsaetze" or verdichtung is None:
            return bool(art)
        return not isinstance(self.bild, Blatt) or verdichtung.zaehler not in self.felder


def _norm(text: str) -> str:
    return re.sub(r"\s+", " ", text.replace("\ufeff", "")).strip().lower()


def feldliste(vertrag: Vertrag, thema: str = "") -> list[Feld]:
    """The columns a rectangular file of this extract has, as fields, for both forms of contract."""
    if vertrag.form == "saetze":
        return list(vertrag.felder)
    tabelle = vertrag.tabellen[thema]
    schluessel = [
        Feld(name=vertrag.schluesselspalte, typ="text", muster=vertrag.schluesselmuster, bedeutung="Schlüssel"),
        Feld(name=vertrag.namensspalte, typ="text", bedeutung="Name"),
    ]
    werte = [
        Feld(name=n, typ="zahl", pflicht=m.pflicht, min=m.min, max=m.max, bedeutung=m.messgroesse)
        for n, m in tabelle.spalten.items()
    ]
    return schluessel + werte


def feld_von(vertrag: Vertrag, feed: Feed | None, kopf: str) -> str:
    """The contract's field a delivered heading stands for, "" for none."""
    thema = next(iter(vertrag.tabellen), "")
    spalten = {_norm(von): nach for von, nach in (feed.spalten if feed else {}).items()}
    for feld in feldliste(vertrag, thema):
        if _norm(kopf) in {_norm(feld.name), *map(_norm, feld.geliefert)} or spalten.get(_norm(kopf)) == feld.name:
            return feld.name
    return ""


# --- good files from the folders of the extracts ----------------------------------------------------------------------


def lade_feed(vertrag: Vertrag, datei: Path) -> Feed:
    """The feed of an example: ``beispiel/<stem>.feed.yml`` or ``beispiel/feed.yml``, else the contract's own."""
    ordner = datei.parent
    for name in (f"{datei.stem}.feed.yml", f"{datei.stem}.yml", "feed.yml"):
        if (ordner / name).exists():
            angaben = yaml.safe_load((ordner / name).read_text("utf-8")) or {}
            break
    else:
        angaben = {}
    muster = vertrag.dateimuster or (f"*{datei.suffix}",)
    return Feed.model_validate({"feed": vertrag.extrakt, "extrakt": vertrag.extrakt, "muster": muster, **angaben})


def _lies_text(inhalt: bytes, trenner: str) -> tuple[list[list[str]], str, str]:
    text, kodierung = dekodiere(inhalt)
    zeilen = text.split("\n")
    if zeilen[0].lower().startswith("sep="):
        trenner, text = zeilen[0][4], "\n".join(zeilen[1:])
    trenner = trenner or max(";\t,|", key=lambda t: max(zeile.count(t) for zeile in zeilen[:40]))
    return [r for r in csv.reader(io.StringIO(text), delimiter=trenner) if r], trenner, kodierung


def lies_blatt(vertrag: Vertrag, feed: Feed, inhalt: bytes, dateiname: str) -> Blatt:
    """Take an example file apart."""
    if arbeitsmappe.erkennt(inhalt):
        roh = [r for r in arbeitsmappe.lies(inhalt, dateiname) if any(r)]
        art = {"xlsx": True, "blattname": vertrag.blatt or "Daten"}
    else:
        roh, trenner, kodierung = _lies_text(inhalt, feed.dialekt.trennzeichen)
        art = {"trenner": trenner, "kodierung": kodierung}
    treffer = [sum(bool(feld_von(vertrag, feed, k)) for k in reihe) for reihe in roh[:60]]
    kopf = treffer.index(max(treffer))
    breite = len(roh[kopf])
    return Blatt(
        kopf=tuple(roh[kopf]),
        reihen=tuple(tuple((r + [""] * breite)[:breite]) for r in roh[kopf + 1 :] if any(z.strip() for z in r)),
        vor=tuple(tuple(r) for r in roh[:kopf]),
        **art,  # type: ignore[arg-type]
    )


def aus_ordner(vertrag: Vertrag) -> Iterator[Vorlage]:
    """The examples of an extract."""
    for datei in sorted((WURZEL / vertrag.extrakt / "beispiel").glob("*")):
        if datei.suffix.lower() not in TABELLEN:
            continue
        feed = lade_feed(vertrag, datei)
        inhalt = datei.read_bytes()
        if vertrag.format == "festbreite":
            yield Vorlage(vertrag, datei.name, _lies_saetze(vertrag, inhalt), feed, feed.passt(datei.name) or {})
        elif vertrag.format == "tabelle":
            bild = lies_blatt(vertrag, feed, inhalt, datei.name)
            yield Vorlage(vertrag, datei.name, bild, feed, feed.passt(datei.name) or {})


def _lies_saetze(vertrag: Vertrag, inhalt: bytes) -> Saetze:
    assert vertrag.satzart is not None
    kodierung = vertrag.kodierungen[0]
    text = inhalt.decode(kodierung)
    if "\n" in text:
        umbruch = "\r\n" if "\r\n" in text else "\n"
        return Saetze(tuple(text.split(umbruch)[:-1]), umbruch, kodierung)
    laenge = vertrag.satzart.laenge
    return Saetze(tuple(text[i : i + laenge] for i in range(0, len(text), laenge)), "", kodierung)


# --- good files invented from contracts -------------------------------------------------------------------------------

_SCHLUESSEL = ("DG", "08", "083", "08317", "03361", "05958", "13003", "01001", "01002", "01003", "08317001", "03361001")
_FUSS = ("__________", "Musterdaten: erfundene Werte, keine amtliche Statistik", "Stand: 01.07.2024 / 12:00:00")


def erfinde_blatt(vertrag: Vertrag, thema: str, reihen: int = 8) -> Vorlage:
    """A rectangular file of form "zellen": keys A, B, ... and whole numbers."""
    tabelle: Tabelle = vertrag.tabellen[thema]
    kopf = (vertrag.schluesselspalte, vertrag.namensspalte, *(n for n, m in tabelle.spalten.items() if m.pflicht))
    werte = tuple(
        (chr(65 + i), f"Stadtbereich Ä{i}", *(str(10 + 3 * i + j) for j in range(len(kopf) - 2))) for i in range(reihen)
    )
    blatt = Blatt(kopf, werte, trenner=",")
    return Vorlage(vertrag, f"{thema}_2023.csv", blatt, None, {"thema": thema, "jahr": "2023"})


def _worte(werte: dict[str, str]) -> list[str]:
    """One published word per code."""
    return list({code: wort for wort, code in reversed(werte.items())}.values())[::-1]


def erfinde_export(vertrag: Vertrag) -> Vorlage:
    """A table in the native layout with every column and combination of the contract, for two days or years.

    Where the contract names value columns, time and dimensions stand in key columns and the headings above; else the
    dimensions stand in header rows.
    """
    kennung, tabelle = next(iter(vertrag.tabellen.items()))
    dims = sorted(vertrag.dimensionen.values(), key=lambda d: d.spalte)
    schluessel = [s for s in _SCHLUESSEL if re.search(vertrag.schluesselmuster, s)]
    zeiten = ("2022", "2023") if vertrag.zeit == "jahr" else ("31.12.2022", "31.12.2023")
    oben = (f"GENESIS-Tabelle: {kennung}", "Musterdaten: Bevölkerung", "Erhebung für Prüfzwecke")
    in_zeilen: list[list[str]] = []
    if tabelle.spalten:
        in_zeilen = [_worte(d.werte) for d in dims]
        pfade = [name.split(" | ") for name in tabelle.spalten]
        breit = [(*p, *[""] * (max(map(len, pfade)) - len(p)), "Anzahl") for p in pfade]
    else:
        oben = (*oben, "Menge (Anzahl)")
        breit = list(itertools.product(*(_worte(d.werte) for d in dims)))
    zeit_davor = bool(tabelle.spalten) or vertrag.zeit == "jahr"
    if not zeit_davor:
        breit = [(zeit, *spalte) for zeit in zeiten for spalte in breit]
    gebiete = [(s, f"      Gebiet Ä{s}") for s in schluessel]
    davor = [[(z,) for z in zeiten if zeit_davor] or [()], gebiete, *([(w,) for w in worte] for worte in in_zeilen)]
    links = [tuple(itertools.chain(*teile)) for teile in itertools.product(*davor)]
    leer = ("",) * len(links[0])
    kopf = tuple((*leer, *zeile) for zeile in zip(*breit, strict=True))
    hoechstens = min((int(m.max) for m in tabelle.spalten.values() if m.max), default=10**6)
    daten = tuple((*g, *(str((100 + 7 * i + j) % hoechstens) for j in range(len(breit)))) for i, g in enumerate(links))
    kodierung = "iso-8859-1" if "iso-8859-1" in vertrag.kodierungen else vertrag.kodierungen[0]
    export = Export(oben, kopf, daten, len(leer), _FUSS, kodierung, schluessel_an=int(zeit_davor))
    return Vorlage(vertrag, f"{kennung}_muster.csv", export, None, {})


def erfinde_flaechen(vertrag: Vertrag, anzahl: int = 8) -> Vorlage:
    """A file of squares side by side."""
    schluessel, name = (
        next(f.geliefert[0] for f in vertrag.felder if f.name == n) for n in ("raum_schluessel", "raum_name")
    )
    ecken = [[(i + x, y) for x, y in ((0, 0), (1, 0), (1, 1), (0, 1), (0, 0))] for i in range(anzahl)]
    gebiete = tuple(
        ({schluessel: f"0831700{i}", name: f"Gebiet Ä{i}"}, {"type": "Polygon", "coordinates": [ring]})
        for i, ring in enumerate(ecken)
    )
    feed = Feed(feed=vertrag.extrakt, extrakt=vertrag.extrakt, muster=vertrag.dateimuster or ("*",))
    return Vorlage(vertrag, f"{vertrag.extrakt}.geojson", Flaechen(gebiete), feed, {})


# Fields that the invention below cannot guess; ``{i}`` is the number of the record.
_VORGABEN: dict[str, dict[str, str]] = {
    "gv100ad": {"gebietsstand": "20231130", "ags": "0831700{i}", "verband": "500{i}", "gemeinde": "Musterstadt Ä{i}",
                "textkennzeichen": "63", "bevoelkerung": "0000000100{i}", "maennlich": "0000000040{i}"},
    "kjh_teil1": {"ags_stelle": "08317000", "laufende_nr": "0000{i}", "beginn": "022023", "geburt": "052012",
                  "ende": "112023", "ort_durchfuehrung": "01", "traeger": "10"},
    "schulverzeichnis": {"schulnummer": "10000{i}", "schulform": "02", "plz": "01001", "gemeindeschluessel": "05958004",
                         "schulbetriebsschluessel": "1", "schulbetriebsdatum": "01.08.2005", "epsg": "EPSG:25832",
                         "utm_rechtswert": "42000{i}", "utm_hochwert": "569000{i}", "rechtsform": "1"},
    "zensus_einwohnerzahlen": {"land": "01", "ags": "0105100{i}", "insgesamt_zensus": "90{i}", "maennlich_zensus":
                               "40{i}", "weiblich_zensus": "500", "insgesamt_frueher": "80{i}", "maennlich_frueher":
                               "30{i}", "weiblich_frueher": "500", "differenz": "100", "differenz_pct": "12,5"},
    "hze_aggregate": {"monat": "31.12.2023", "raum_id": "0831700{i}", "auspraegung": "insgesamt"},
}  # fmt: skip
_DATEINAMEN = {"kjh_teil1": "kjh_teil1_beendete_2023.txt"}


def _erfunden(vertrag: Vertrag, feld: Feld, i: int) -> str:
    """A value of a field, as it would be delivered."""
    if feld.name in _VORGABEN[vertrag.extrakt]:
        return _VORGABEN[vertrag.extrakt][feld.name].format(i=i)
    if feld.leer_erlaubt:
        return ""
    codes = feld.codes or tuple(c.code for c in vertrag.codelisten[feld.codeliste].werte) if (
        feld.codes or feld.codeliste) else ()  # fmt: skip
    if codes:
        return next((wort for wort, code in feld.uebersetzung.items() if code == codes[-1]), codes[-1])
    return str(int(feld.min or 0) + i) if feld.typ in ("zahl", "ganzzahl") else f"{feld.name} {i}"


def erfinde_saetze(vertrag: Vertrag, anzahl: int = 8) -> Vorlage:
    """A file of records for an extract without example: fixed width by positions, else a sheet."""
    feed = Feed(feed=vertrag.extrakt, extrakt=vertrag.extrakt, muster=vertrag.dateimuster or ("*",))
    name = _DATEINAMEN.get(vertrag.extrakt, f"{vertrag.extrakt}_2023.csv")
    bild: Blatt | Saetze
    if vertrag.satzart is None:
        felder = [f for f in vertrag.felder if f.pflicht]
        kopf = tuple((*f.geliefert, f.name)[0] for f in felder)
        bild = Blatt(kopf, tuple(tuple(_erfunden(vertrag, f, i) for f in felder) for i in range(anzahl)),
                     blattname=vertrag.blatt or "Daten")  # fmt: skip
    else:
        art = vertrag.satzart
        leer = " " * (art.von - 1) + art.wert
        kodierung = "utf-8" if "utf-8-sig" in vertrag.kodierungen else vertrag.kodierungen[0]
        bild = Saetze((leer.ljust(art.laenge),) * anzahl, "\n", kodierung)
        for feld in (f for f in vertrag.felder if f.von):
            for i in range(anzahl):
                wert = _erfunden(vertrag, feld, i)
                bild = bild.mit(i, feld, wert) if wert else bild
    return Vorlage(vertrag, name, bild, feed, feed.passt(name) or {})


def _einzeln(vorlage: Vorlage) -> Vorlage | None:
    """The same file with single persons, where the contract knows both."""
    if vorlage.vertrag.personenbezogen != "einzelsaetze" or vorlage.einzelsaetze:
        return None
    assert isinstance(vorlage.bild, Blatt)
    assert vorlage.vertrag.verdichtung is not None
    zaehler = vorlage.felder[vorlage.vertrag.verdichtung.zaehler]
    bild = vorlage.bild.geordnet([i for i in range(len(vorlage.bild.kopf)) if i != zaehler])
    return replace(vorlage, dateiname=f"einzelsaetze_{vorlage.dateiname}", bild=bild)


def vorlagen(vertrag: Vertrag) -> list[Vorlage]:
    """All good files of an extract; none if it has no example and none can be invented."""
    gefunden = list(aus_ordner(vertrag))
    if gefunden:
        return gefunden + [e for v in gefunden[:1] if (e := _einzeln(v)) is not None]
    if vertrag.format == "geodaten":
        return [erfinde_flaechen(vertrag)]
    if vertrag.form == "saetze":
        return [erfinde_saetze(vertrag)] if vertrag.extrakt in _VORGABEN else []
    if vertrag.format == "tabelle":
        return [erfinde_blatt(vertrag, thema) for thema in list(vertrag.tabellen)[:1]]
    return [erfinde_export(vertrag)]
