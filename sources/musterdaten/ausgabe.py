"""Writing invented extracts as an office would deliver them: headings, words, dates and numbers by contract and feed.

In here: file names from patterns, three generations of headings, encodings, fixed-width records, appending in pieces.
Not in here: what stands in the rows (`hilfen.py`, `einwohner.py`, `haushalt.py`, `planung.py`), tables of the
Regionaldatenbank and the register of OpenData.HRO, which have forms of their own.
"""

import json
from collections.abc import Collection
from pathlib import Path

import polars as pl

from sources.archiv import alle_feeds
from sources.profilmodell import Feed, Profil
from sources.vertraege import Feld, Vertrag, lade_vertraege

_UTF8_AB = 2020  # older files are written in Windows-1252, as the programs of the time did


class Ausgabe:
    """The files of one Jugendamt, below one folder; a file grows with every call that names it."""

    def __init__(self, profil: Profil, ordner: Path, nur: Collection[str] | None = None) -> None:
        """Find out which extracts the Jugendamt may deliver: by its own feeds and by the patterns of the contracts."""
        self._vertraege = lade_vertraege()
        feeds = alle_feeds([profil], (), self._vertraege.values())[profil.jugendamt]
        self._feeds = {feed.extrakt: feed for feed in feeds if nur is None or feed.extrakt in nur}
        self._ordner = ordner
        self.dateien: dict[Path, str] = {}  # file -> extract, in the order of writing
        self.felder: dict[Path, list[str]] = {}  # file -> fields of its columns

    def liefert(self, extrakt: str) -> bool:
        """Whether the Jugendamt has a feed for an extract."""
        return extrakt in self._feeds

    def schreibe(self, extrakt: str, jahr: int, zeilen: pl.DataFrame, **platzhalter: str) -> None:
        """Append rows to the file of an extract and year; nothing if the Jugendamt does not deliver it.

        The columns of `zeilen` are fields of the contract, typed, with its codes; `platzhalter` are further ones of the
        file pattern.
        """
        if not self.liefert(extrakt) or zeilen.is_empty():
            return
        vertrag, feed = self._vertraege[extrakt], self._feeds[extrakt]
        pfad = self._ordner / _dateiname(feed.muster[0], jahr, platzhalter)
        neu = pfad not in self.dateien
        if neu:
            self._ordner.mkdir(parents=True, exist_ok=True)
            self.dateien[pfad], self.felder[pfad] = extrakt, zeilen.columns
        if vertrag.format == "geodaten":
            pfad.write_bytes(_sammlung(zeilen))
            return
        texte = zeilen.select(_text(_feld(vertrag, name), feed) for name in zeilen.columns)
        if vertrag.format == "festbreite":
            inhalt = _feste_saetze(texte, vertrag, mit_kopf=neu).encode("iso-8859-1")
        else:
            benannt = texte.rename({n: _kopf(_feld(vertrag, n), feed, jahr) for n in texte.columns})
            text = benannt.with_columns(musterdaten=pl.lit("1")).write_csv(
                separator=";", include_header=neu, line_terminator="\r\n"
            )
            inhalt = text.encode(("utf-8-sig" if neu else "utf-8") if jahr >= _UTF8_AB else "windows-1252")
        with pfad.open("wb" if neu else "ab") as datei:
            datei.write(inhalt)


def _sammlung(zeilen: pl.DataFrame) -> bytes:
    """A GeoJSON collection; column `geometrie` holds geometries as text, the others are attributes."""
    gebiete = [
        {"type": "Feature", "properties": zeile, "geometry": json.loads(zeile.pop("geometrie"))}
        for zeile in zeilen.to_dicts()
    ]
    return json.dumps({"type": "FeatureCollection", "musterdaten": True, "features": gebiete}).encode()


def _dateiname(muster: str, jahr: int, platzhalter: dict[str, str]) -> str:
    """The plainest name that a pattern takes."""
    name = muster.replace("*{jahr}", "_{jahr}").replace("*", "")
    for feld, wert in platzhalter.items():
        name = name.replace(f"{{{feld}}}", wert)
    if "{jahr}" not in name:
        stamm, punkt, endung = name.rpartition(".")
        name = f"{stamm.rstrip('_')}_{{jahr}}{punkt}{endung}"
    return name.replace("{jahr}", str(jahr))


def _feld(vertrag: Vertrag, name: str) -> Feld:
    return next(feld for feld in vertrag.felder if feld.name == name)


def _kopf(feld: Feld, feed: Feed, jahr: int) -> str:
    """The heading that the profile maps to the field, else one of the contract's; it changes every four years."""
    eigene = [von for von, nach in feed.spalten.items() if nach == feld.name]
    worte = eigene or list(feld.geliefert) or [feld.name]
    return worte[jahr // 4 % len(worte)]


def _text(feld: Feld, feed: Feed) -> pl.Expr:
    """A column as delivered: words for codes, TT.MM.JJJJ or MMJJJJ, decimal comma."""
    spalte = pl.col(feld.name)
    match feld.typ:
        case "datum":
            return spalte.dt.strftime("%m%Y" if feld.bis - feld.von == 5 else "%d.%m.%Y")
        case "wahrheit":
            return pl.when(spalte).then(pl.lit("ja")).when(~spalte).then(pl.lit("nein")).alias(feld.name)
        case "zahl":
            cent = (spalte * 100).round().cast(pl.Int64)
            return pl.concat_str(cent // 100, pl.lit(","), (cent % 100).cast(pl.String).str.zfill(2)).alias(feld.name)
        case "ganzzahl":
            return spalte.cast(pl.String)
        case _:
            worte = {code: wort for wort, code in reversed([*feld.uebersetzung.items()])}
            worte |= {code: wort for wort, code in reversed([*feed.uebersetzungen.get(feld.name, {}).items()])}
            return spalte.replace(worte) if worte else spalte


def _feste_saetze(texte: pl.DataFrame, vertrag: Vertrag, mit_kopf: bool) -> str:
    """Records of fixed width without line ends, the first of them of another kind, which says Musterdaten."""
    assert vertrag.satzart is not None
    stelle, teile = vertrag.satzart.bis + 1, []
    for feld in sorted((_feld(vertrag, name) for name in texte.columns), key=lambda feld: feld.von):
        text = pl.col(feld.name).fill_null("").str.pad_end(feld.bis - feld.von + 1)
        teile += [pl.lit(" " * (feld.von - stelle)), text]
        stelle = feld.bis + 1
    laenge = vertrag.satzart.laenge
    saetze = texte.select(pl.concat_str(pl.lit(vertrag.satzart.wert), *teile).str.pad_end(laenge)).to_series()
    kopf = "M Musterdaten: erfundene Angaben".ljust(laenge) if mit_kopf else ""
    return kopf + "".join(saetze)
