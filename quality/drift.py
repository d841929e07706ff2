"""Drift: does a delivery jump against what was accepted before it?

Here: the profile of one part of a delivery (one table and Stichtag, or one period of records), and the rules that
compare two of them by the thresholds of the contract.
Not here: which part is compared with which (``quality/bestand.py``), judging single rows (``quality/tuer.py``),
letting a jump pass by name and reason (``quality/zulassung.py``).
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

import polars as pl

from sources.vertraege import Schwellen, Vertrag

Ort = tuple[str, str]
"""Table (or extract) and period (ISO date of the Stichtag, or the period of the records)."""
ORT = ("tabelle", "periode")
ZEILEN, SUMME, LEER = "Zeilen", "summe:", "leer:"
OHNE_RAUM = "(ohne Raum)"
MERKMALE = ("geschlecht", "altersgruppe", "nationalitaet", "merkmal")


@dataclass(frozen=True)
class Profil:
    """What drift looks at in one part of a delivery.

    Attributes:
        spalten: the delivered columns that hold anything.
        gebiete: rows per Raum, columns ``raum`` and ``n``.
        summen: "Zeilen", and each counted Messgröße or number field, added up without its sign.
        anteile: share of each sign (cells), or of empty values per field (records), 0 to 1.
    """

    spalten: frozenset[str]
    gebiete: pl.DataFrame
    summen: Mapping[str, float]
    anteile: Mapping[str, float]


def profiliere(bloecke: Iterable[pl.DataFrame], vertrag: Vertrag) -> dict[Ort, Profil]:
    """Profiles of all parts of judged rows, a block at a time: memory does not grow with the delivery.

    Args:
        bloecke: rows with the columns of the lake, the technical ones not needed.
        vertrag: the contract they were judged by.
    """
    zellen = vertrag.form == "zellen"
    paare = [_zaehle_zellen(b) if zellen else _zaehle_saetze(b, vertrag) for b in bloecke]
    gezaehlt = pl.concat(teil for teil, _ in paare)
    gebiete = pl.concat(teil for _, teil in paare)
    if len(paare) > 1:
        gebiete = gebiete.group_by(*ORT, "raum").agg(pl.col("n").sum())
    je_raum = {
        (str(t), str(p)): teil for (t, p), teil in gebiete.partition_by(ORT, as_dict=True, include_key=False).items()
    }
    return (_profile_zellen if zellen else _profile_saetze)(gezaehlt, je_raum)


def _zaehle_zellen(zeilen: pl.DataFrame) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Rows and totals per column of the file, and rows per Raum."""
    zeilen = zeilen.with_columns(
        periode=pl.col("stichtag").dt.to_string("%Y-%m-%d"), raum=pl.col("raum_schluessel").fill_null(OHNE_RAUM)
    )
    je_spalte = zeilen.group_by(*ORT, "messgroesse", "herkunft", *MERKMALE, "status").agg(
        pl.len().alias("n"), pl.col("wert").abs().sum(), (pl.col("status") == "gueltig").sum().alias("zahlen")
    )
    return je_spalte, zeilen.group_by(*ORT, "raum").len("n")


def _zaehle_saetze(zeilen: pl.DataFrame, vertrag: Vertrag) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Rows, totals and empty values per Raum. A number that is part of the key (an age, a year) is no measure."""
    raum = next((pl.col(f.name) for f in vertrag.felder if f.schluesselart), pl.lit(OHNE_RAUM))
    zahlen = [
        f.name for f in vertrag.felder if f.typ in {"zahl", "ganzzahl"} and f.name not in vertrag.schluesselfelder
    ]
    je = (
        zeilen.group_by("periode", raum.alias("raum"))
        .agg(
            pl.len().alias("n"),
            *(pl.col(z).cast(pl.Float64).abs().sum().alias(f"{SUMME}{z}") for z in zahlen),
            *(pl.col(f.name).null_count().alias(f"{LEER}{f.name}") for f in vertrag.felder),
        )
        .with_columns(
            pl.col("periode").cast(pl.String),
            pl.col("raum").cast(pl.String).fill_null(OHNE_RAUM),
            tabelle=pl.lit(vertrag.extrakt),
        )
    )
    return je, je.select(*ORT, "raum", "n")


def _profile_zellen(gezaehlt: pl.DataFrame, je_raum: Mapping[Ort, pl.DataFrame]) -> dict[Ort, Profil]:
    """A column of the file is one combination of Messgröße and features; its total is that of the whole, if there."""
    messgroesse = (*ORT, "messgroesse")
    # a Messgröße that holds nothing but signs has no total
    mit_summe = gezaehlt.filter(
        pl.col("herkunft") == "gezaehlt", pl.col("zahlen").sum().over(messgroesse) > 0
    ).with_columns(gesamt=pl.all_horizontal(pl.col(m) == "insgesamt" for m in MERKMALE))
    ganze = mit_summe.filter(pl.col("gesamt").any().over(messgroesse) == pl.col("gesamt"))
    zeichen = gezaehlt.filter(pl.col("status") != "gueltig").group_by(*ORT, "status").agg(pl.col("n").sum())
    zeilen: dict[Ort, float] = defaultdict(float)
    for t, p, n in gezaehlt.select(*ORT, "n").iter_rows():
        zeilen[t, p] += n
    summen: dict[Ort, dict[str, float]] = {ort: {ZEILEN: n} for ort, n in zeilen.items()}
    anteile: dict[Ort, dict[str, float]] = {ort: {} for ort in zeilen}
    spalten: dict[Ort, set[str]] = {ort: set() for ort in zeilen}
    for t, p, name, wert in ganze.group_by(messgroesse).agg(pl.col("wert").sum()).sort(messgroesse).iter_rows():
        summen[t, p][name] = wert
    for t, p, status, n in zeichen.sort(*ORT, "status").iter_rows():
        anteile[t, p][status] = n / zeilen[t, p]
    belegt = gezaehlt.filter(pl.col("zahlen") > 0)
    for t, p, spalte in belegt.select(*ORT, pl.concat_str("messgroesse", *MERKMALE, separator="/")).iter_rows():
        spalten[t, p].add(spalte)
    return {ort: Profil(frozenset(spalten[ort]), je_raum[ort], summen[ort], anteile[ort]) for ort in zeilen}


def _profile_saetze(gezaehlt: pl.DataFrame, je_raum: Mapping[Ort, pl.DataFrame]) -> dict[Ort, Profil]:
    profile = {}
    for z in gezaehlt.group_by(ORT).agg(pl.exclude("raum").sum()).iter_rows(named=True):
        leer = {name.removeprefix(LEER): n / z["n"] for name, n in z.items() if name.startswith(LEER)}
        da = frozenset(f for f, anteil in leer.items() if anteil < 1)
        summen = {name.removeprefix(SUMME): n for name, n in z.items() if name.startswith(SUMME)}
        ort = (z["tabelle"], z["periode"])
        profile[ort] = Profil(
            da,
            je_raum[ort],
            {ZEILEN: float(z["n"]), **{f: n for f, n in summen.items() if f in da}},
            {f"leer bei {f}": anteil for f, anteil in leer.items()},
        )
    return profile


def jahr_von(periode: str) -> int | None:
    """Year in a period, if it names one."""
    treffer = re.search(r"(?:19|20)\d\d", periode)
    return int(treffer[0]) if treffer else None


def abstand(eine: str, andere: str) -> int:
    """Years between two periods; one where they differ within a year or name none."""
    von, bis = jahr_von(eine), jahr_von(andere)
    return max(1, abs(von - bis)) if von and bis else 1


def spruenge(alt: Profil, neu: Profil, jahre: int, vertrag: Vertrag) -> Iterator[str]:
    """What jumps, as German texts "stored, came, change, allowed".

    Args:
        alt: profile of what was accepted.
        neu: profile of what came.
        jahre: years between the two; each year allows sums the contract's change once more.
        vertrag: with the thresholds.
    """
    schwellen = vertrag.schwellen
    yield from _spalten(alt, neu, schwellen)
    yield from _gebiete(alt, neu, vertrag)
    for name, vorher in alt.summen.items():
        grenze = schwellen.summen.get(name, schwellen.summe)
        mindestens = 1 if vertrag.form == "zellen" and name == ZEILEN else schwellen.mindestzahl
        if grenze is not None and name in neu.summen:
            yield from _summe(name, vorher, neu.summen[name], grenze, jahre, mindestens)
    yield from _anteile(alt, neu, schwellen)


def _spalten(alt: Profil, neu: Profil, schwellen: Schwellen) -> Iterator[str]:
    weg = sorted(alt.spalten - neu.spalten)
    if len(weg) > schwellen.spalten_rueckgang * len(alt.spalten):
        yield (
            f"{len(alt.spalten)} Spalten bisher, davon jetzt {len(weg)} ohne Inhalt oder nicht mehr da "
            f"({', '.join(weg[:3])}{' …' if len(weg) > 3 else ''}), erlaubt {_prozent(schwellen.spalten_rueckgang)}"
        )


def _gebiete(alt: Profil, neu: Profil, vertrag: Vertrag) -> Iterator[str]:
    """Räume that lost or gained rows. Few records per Raum come and go; published cells per Raum do not."""
    schwellen = vertrag.schwellen
    mindestens = 1 if vertrag.form == "zellen" else schwellen.mindestzahl
    gross = alt.gebiete.filter(pl.col("n") >= mindestens)
    if gross.is_empty():
        return
    paare = gross.join(neu.gebiete, on="raum", how="left", suffix="_neu")
    unterschied = pl.col("n_neu").fill_null(0).cast(pl.Int64) - pl.col("n").cast(pl.Int64)
    anders = paare.filter(unterschied.abs() >= schwellen.raum_zeilen * pl.col("n"))
    erlaubt = int(schwellen.raum_anteil * len(paare))
    if len(anders) > erlaubt:
        beispiele = ", ".join(
            f"{r} {zahl(a)} bisher, {zahl(n or 0)} jetzt" for r, a, n in anders.sort("raum").head(3).rows()
        )
        yield (
            f"Zeilen je Gebiet: {len(anders)} von {len(paare)} Gebieten fehlen oder haben "
            f"±{_prozent(schwellen.raum_zeilen)} oder mehr andere Zeilen ({beispiele}), erlaubt bei {erlaubt} Gebieten"
        )


def _summe(name: str, vorher: float, jetzt: float, grenze: float, jahre: int, mindestzahl: int) -> Iterator[str]:
    if max(vorher, jetzt) < mindestzahl:
        return
    if (1 - min(grenze, 1)) ** jahre * vorher <= jetzt <= (1 + grenze) ** jahre * vorher:
        return
    was = "Zahl der Zeilen" if name == ZEILEN else f"Summe {name}"
    prozent = f" ({_prozent(jetzt / vorher - 1, '+')})" if vorher else ""
    je_jahr = f" je Jahr Abstand ({jahre} Jahre)" if jahre > 1 else ""
    yield f"{was}: {zahl(vorher)} bisher, {zahl(jetzt)} jetzt{prozent}, erlaubt ±{_prozent(grenze)}{je_jahr}"


def _anteile(alt: Profil, neu: Profil, schwellen: Schwellen) -> Iterator[str]:
    if min(alt.summen[ZEILEN], neu.summen[ZEILEN]) < schwellen.mindestzahl:
        return
    for name in sorted({*alt.anteile, *neu.anteile}):
        vorher, jetzt = alt.anteile.get(name, 0.0), neu.anteile.get(name, 0.0)
        if abs(jetzt - vorher) > schwellen.zeichen_anteil:
            yield (
                f"Anteil {name}: {_prozent(vorher)} bisher, {_prozent(jetzt)} jetzt, "
                f"erlaubt ±{schwellen.zeichen_anteil * 100:.0f} Prozentpunkte"
            )


def zahl(wert: float) -> str:
    """Whole number with German thousands."""
    return f"{wert:,.0f}".replace(",", ".")


def _prozent(anteil: float, vorzeichen: str = "") -> str:
    return f"{anteil * 100:{vorzeichen}.0f} %".replace("-", "−")
