"""What changed against the release before: values per Raum, Kennzahl and year, marts as a whole, and why.

Here: comparing the public marts of a candidate with those of an earlier release, and naming the reason from what the
two were made from. Not here: which release is the earlier one (``reports/release.py``), the page
(``vorlagen/aenderungen.html.j2``). Only published figures are looked at, so nothing hidden can show.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import duckdb
import polars as pl

from reports.marts import schreibe_csv
from sources.ablage import schreibe_json
from sources.katalog import Kennzahl
from sources.vertraege import Vertrag

ARTEN = {
    "geaendert": "geändert",
    "neu": "neu",
    "entfallen": "entfallen",
    "status": "anderer Grund für den fehlenden Wert",
}
GROESSTE = 25
# sums of floats may differ in their last digits
_GLEICH = 1e-9
_SCHLUESSEL = ["raum_id", "kennzahl", "berichtsjahr"]
_TABELLE = {
    "familie": pl.String, "kennzahl": pl.String, "kurzname": pl.String, "einheit": pl.String,
    "nachkommastellen": pl.Int64, "raum_id": pl.String, "raum_name": pl.String, "berichtsjahr": pl.Int32,
    "art": pl.String, "wert_alt": pl.Float64, "wert_neu": pl.Float64, "differenz": pl.Float64,
    "status_alt": pl.String, "status_neu": pl.String, "grund": pl.String, "musterdaten": pl.Boolean,
}  # fmt: skip


@dataclass(frozen=True)
class Herkunft:
    """What a release was made from, as its manifest says it, and how to name it.

    Attributes:
        alt: manifest of the earlier release.
        neu: the candidate's (``berichtsjahr``, ``eingaben``, ``katalog``, ``profil_sha256``, ``programm_sha256``).
        titel: extract to its title.
        extrakte: Kennzahl to the extracts that deliver its Messgrößen.
    """

    alt: Mapping[str, Any]
    neu: Mapping[str, Any]
    titel: Mapping[str, str]
    extrakte: Mapping[str, frozenset[str]]

    @cached_property
    def geaenderte_extrakte(self) -> set[str]:
        """Extracts of which another set of deliveries went in."""
        alt, neu = ({(e["extrakt"], e["sha256"]) for e in m["eingaben"]} for m in (self.alt, self.neu))
        return {extrakt for extrakt, _ in alt ^ neu}

    @cached_property
    def geaenderte_kennzahlen(self) -> set[str]:
        """Kennzahlen that are new, gone or of another version."""
        alt, neu = set(self.alt["katalog"].items()), set(self.neu["katalog"].items())
        return {kennzahl for kennzahl, _ in alt ^ neu}

    def hat_anderes(self, feld: str) -> bool:
        """Whether a hash of the manifest differs."""
        return self.alt.get(feld) != self.neu[feld]

    def anlaesse(self) -> list[str]:
        """What differs between the two, in German sentences."""
        saetze = [f"Neue oder andere Lieferungen: {self.titel.get(e, e)}." for e in sorted(self.geaenderte_extrakte)]
        if self.geaenderte_kennzahlen:
            saetze.append(f"Katalog der Kennzahlen geändert: {', '.join(sorted(self.geaenderte_kennzahlen))}.")
        if self.hat_anderes("profil_sha256"):
            saetze.append("Profil des Jugendamts geändert (Räume, Zuordnung, Schwellen oder Einstellungen).")
        if self.hat_anderes("programm_sha256"):
            saetze.append("Datenhaus geändert (Rechenregeln oder Darstellung).")
        return saetze

    def grund(self, kennzahl: str, geschuetzt: bool) -> str:
        """Why a figure of this Kennzahl differs; ``geschuetzt``: it was or is hidden."""
        if kennzahl in self.geaenderte_kennzahlen:
            return "Kennzahl neu gefasst"
        if extrakte := sorted(self.extrakte.get(kennzahl, frozenset()) & self.geaenderte_extrakte):
            return "Lieferung: " + "; ".join(self.titel.get(e, e) for e in extrakte)
        if geschuetzt:
            return "Geheimhaltung"
        return "Profil" if self.hat_anderes("profil_sha256") else "Datenhaus"


@dataclass(frozen=True)
class Aenderungen:
    """The comparison; ``mit`` is the earlier release, "" if there is none (then all else is empty).

    ``tabelle``: one row per Raum, Kennzahl and year that differs (columns: ``vergleich.csv``); ``marts``: per mart
    rows and columns before and after.
    """

    mit: str
    jahr_alt: int
    anlaesse: Sequence[str]
    tabelle: pl.DataFrame
    marts: Sequence[Mapping[str, Any]]

    @property
    def korrekturen(self) -> pl.DataFrame:
        """Changes of years that the earlier release held, too."""
        return self.tabelle.filter(pl.col("berichtsjahr") <= self.jahr_alt)

    @property
    def groesste(self) -> list[dict[str, Any]]:
        """The largest corrections of values, in relation to the earlier value."""
        anteil = (pl.col("differenz") / pl.col("wert_alt").abs().clip(lower_bound=_GLEICH)).abs()
        geaendert = self.korrekturen.filter(pl.col("art") == "geaendert")
        return geaendert.sort(anteil, *_SCHLUESSEL, descending=[True, False, False, False]).head(GROESSTE).to_dicts()

    def je(self, *spalten: str) -> list[dict[str, Any]]:
        """Numbers of corrections per art, by columns, sorted by them."""
        zahlen = [(pl.col("art") == art).sum().alias(art) for art in ARTEN]
        return self.korrekturen.group_by(spalten).agg(zahlen).sort(spalten).to_dicts()

    def zusammenfassung(self) -> dict[str, Any]:
        """For the manifest and lists: the earlier release, reasons, numbers per art."""
        korrekturen = self.korrekturen["art"]
        return {
            "mit": self.mit,
            "anlaesse": list(self.anlaesse),
            "korrekturen": {art: int((korrekturen == art).sum()) for art in ARTEN},
            "neue_jahre": len(self.tabelle) - len(self.korrekturen),
        }

    def schreibe(self, ordner: Path) -> None:
        """Write ``vergleich.json`` (summary, marts) and ``vergleich.csv`` (every change, for Excel)."""
        schreibe_json(ordner / "vergleich.json", {**self.zusammenfassung(), "marts": list(self.marts)})
        schreibe_csv(self.tabelle, ordner / "vergleich.csv")


OHNE_FRUEHERES = Aenderungen("", 0, (), pl.DataFrame(schema=_TABELLE), ())


def extrakte_je_kennzahl(katalog: Sequence[Kennzahl], vertraege: Mapping[str, Vertrag]) -> dict[str, frozenset[str]]:
    """Which deliveries a Kennzahl is made from: Kennzahl to extracts (personal ones for their Aggregate)."""
    liefert: dict[str, set[str]] = {}
    for vertrag in vertraege.values():
        modelle = vertrag.verdichtung.modelle if vertrag.verdichtung else ()
        for quelle in (vertrag, *(vertraege[m] for m in modelle if m in vertraege)):
            for messgroesse in quelle.liefert:
                liefert.setdefault(messgroesse, set()).add(vertrag.extrakt)
    return {
        k.kennzahl: frozenset().union(*(liefert.get(m, set()) for m in (*k.messgroessen, k.geliefert_als)))
        for k in katalog
    }


def vergleiche(neu: Path, alt: Path | None, herkunft: Herkunft | None, mit: str = "") -> Aenderungen:
    """Compare two folders of public marts (Parquet) of one Jugendamt.

    Args:
        neu: marts of the candidate.
        alt: marts of the earlier release, None if there is none.
        herkunft: what both were made from.
        mit: id of the earlier release.
    """
    if alt is None or herkunft is None:
        return OHNE_FRUEHERES
    tabelle = _werte(neu, alt, herkunft)
    return Aenderungen(mit, int(herkunft.alt["berichtsjahr"]), herkunft.anlaesse(), tabelle, _marts(neu, alt))


def _hauptwerte(marts: Path, endung: str) -> pl.DataFrame:
    spalten = [*_SCHLUESSEL, "wert", "status", "raum_name", "einheit", "musterdaten"]
    rahmen = pl.read_parquet(marts / "kennzahlen.parquet").filter("hauptquelle").select(spalten)
    return rahmen.rename({s: f"{s}_{endung}" for s in spalten if s not in _SCHLUESSEL})


def _katalog(marts: Path) -> pl.DataFrame:
    katalog = pl.read_parquet(marts / "kennzahlenkatalog.parquet")
    return katalog.select("kennzahl", "familie", "kurzname", "nachkommastellen").unique(
        "kennzahl", keep="first", maintain_order=True
    )


def _werte(neu: Path, alt: Path, herkunft: Herkunft) -> pl.DataFrame:
    """The rows that differ, sorted by Thema, Kennzahl, Raum and year."""
    katalog = pl.concat([_katalog(neu), _katalog(alt)]).unique("kennzahl", keep="first", maintain_order=True)
    hat_alt, hat_neu = (pl.col(f"wert_{e}").is_not_null() for e in ("alt", "neu"))
    grenze = _GLEICH * pl.max_horizontal(pl.col("wert_alt").abs(), pl.col("wert_neu").abs())
    art = (
        pl.when(hat_alt & hat_neu).then(pl.when(pl.col("differenz").abs() > grenze).then(pl.lit("geaendert")))
        .when(hat_neu).then(pl.lit("neu"))
        .when(hat_alt).then(pl.lit("entfallen"))
        .when(pl.col("status_alt") != pl.col("status_neu")).then(pl.lit("status"))
    )  # fmt: skip
    zeilen = (
        _hauptwerte(alt, "alt")
        .join(_hauptwerte(neu, "neu"), on=_SCHLUESSEL, how="full", coalesce=True)
        .with_columns(differenz=pl.col("wert_neu") - pl.col("wert_alt"))
        .with_columns(art=art)
        .filter(pl.col("art").is_not_null())
        # what is hidden from now on is not printed once more
        .with_columns(wert_alt=pl.when(pl.col("status_neu").ne_missing("gesperrt")).then("wert_alt"))
        .with_columns(pl.coalesce(f"{s}_neu", f"{s}_alt").alias(s) for s in ("raum_name", "einheit", "musterdaten"))
        .join(katalog, on="kennzahl", how="left")
        .sort("familie", "kennzahl", "raum_name", "raum_id", "berichtsjahr", nulls_last=True)
    )
    jahr_alt = int(herkunft.alt["berichtsjahr"])
    gruende = [
        "neues Berichtsjahr" if jahr > jahr_alt else herkunft.grund(kennzahl, "gesperrt" in status)
        for jahr, kennzahl, *status in zeilen.select("berichtsjahr", "kennzahl", "status_alt", "status_neu").rows()
    ]
    return zeilen.with_columns(pl.Series("grund", gruende, pl.String)).select(
        pl.col(s).cast(t) for s, t in _TABELLE.items()
    )


def _marts(neu: Path, alt: Path) -> list[dict[str, Any]]:
    """Per mart: rows before and after, rows that only one of the two holds, columns that came or went."""
    namen = sorted({d.stem for ordner in (neu, alt) for d in ordner.glob("*.parquet")})
    with duckdb.connect() as con:
        return [_mart(con, name, neu / f"{name}.parquet", alt / f"{name}.parquet") for name in namen]


def _mart(con: duckdb.DuckDBPyConnection, name: str, neu: Path, alt: Path) -> dict[str, Any]:
    spalten = {d: pl.read_parquet_schema(d) if d.exists() else {} for d in (neu, alt)}
    gemeinsam = ", ".join(f'"{s}"' for s in spalten[neu] if s in spalten[alt])

    def zahl(sql: str) -> int:
        (wert,) = con.execute(sql).fetchall()[0]
        return int(wert)

    def nur(hier: Path, dort: Path) -> int:
        if not gemeinsam:
            return 0
        auswahl = [f"select {gemeinsam} from read_parquet('{d}')" for d in (hier, dort)]
        return zahl(f"select count(*) from ({auswahl[0]} except all {auswahl[1]})")

    return {
        "mart": name,
        "zeilen_alt": zahl(f"select count(*) from read_parquet('{alt}')") if alt.exists() else 0,
        "zeilen_neu": zahl(f"select count(*) from read_parquet('{neu}')") if neu.exists() else 0,
        "nur_alt": nur(alt, neu),
        "nur_neu": nur(neu, alt),
        "spalten_neu": [s for s in spalten[neu] if s not in spalten[alt]],
        "spalten_entfallen": [s for s in spalten[alt] if s not in spalten[neu]],
    }
