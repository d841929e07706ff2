"""Costs of which one or two Fälle hold nearly all: the rules (n,k) with n = 2 and p %.

Here: in which counts the costs that follow them are such.
Not here: the largest amounts (``int_hze__kostenspitzen`` of dbt; never published), the limits (``tabellen.yml``), what
is hidden beside these counts (``sperrung.py``), which rows show costs (``marken.py``).

What two shown sums differ by is an amount of its own; it belongs to the count of just these Hilfearten, else to that of
the smaller sum.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import permutations

import duckdb
import polars as pl

from quality.geheimhaltung.erklaerung import Erklaerung
from quality.geheimhaltung.seiten import Seite
from sources.profile import Profil

DOMINIERT = {"jugendamt": pl.String, "berichtsjahr": pl.Int64, "schluessel": pl.String, "merkmal": pl.String}
Arten = frozenset[str]


def dominierte(
    con: duckdb.DuckDBPyConnection, profil: Profil, seiten: Sequence[Seite], erklaerung: Erklaerung
) -> pl.DataFrame:
    """Counts of a Jugendamt whose costs one or two Fälle dominate.

    Columns: jugendamt, berichtsjahr, schluessel (of the count), merkmal (of the costs that must not be seen unless that
    count is hidden). Where the largest amounts of a year are unknown: a row without schluessel for each merkmal.
    """
    betraege = con.sql(
        "select berichtsjahr::bigint as berichtsjahr, raum_id, schluessel, rang, betrag_eur "
        "from intermediate.int_hze__kostenspitzen where jugendamt = ? order by all",
        params=[profil.jugendamt],
    ).pl()
    gezeigt = {s.merkmal: s for s in seiten if s.kosten}
    gefunden = [pl.DataFrame(schema=DOMINIERT)]
    for (jahr,), eines in betraege.group_by("berichtsjahr", maintain_order=True):
        if (eines["rang"] == 0).all():
            unbekannt = pl.DataFrame({"schluessel": None, "merkmal": sorted(gezeigt)})
            gefunden.append(_zeilen(unbekannt, profil, jahr))
            continue
        for name, merkmal, arten in _betraege(_knoten(con, profil, jahr), list(gezeigt.values()), seiten):
            raeume = _dominiert(eines.filter(pl.col("schluessel").is_in(sorted(arten))), profil, erklaerung)
            ort = f"{gezeigt[merkmal].zaehlung}|{name}|insgesamt|insgesamt|"
            schluessel = (ort + raeume + f"|{jahr}-12-31").alias("schluessel")
            gefunden.append(_zeilen(pl.select(schluessel, pl.lit(merkmal).alias("merkmal")), profil, jahr))
    return pl.concat(gefunden).unique(maintain_order=True)


def _zeilen(gefunden: pl.DataFrame, profil: Profil, jahr: object) -> pl.DataFrame:
    kopf = {"jugendamt": pl.lit(profil.jugendamt), "berichtsjahr": pl.lit(jahr)}
    return gefunden.with_columns(**kopf).select(pl.col(s).cast(t) for s, t in DOMINIERT.items())


def _knoten(con: duckdb.DuckDBPyConnection, profil: Profil, jahr: object) -> dict[str, Arten]:
    """The Hilfearten under each node of a year's convention that is none itself."""
    zeilen = con.sql(
        """
        select hilfeart, list(schluessel) from intermediate.int_hilfearten__knoten
        where jugendamt = ? and not ist_blatt
            and make_date(?::int, 12, 31) between gueltig_von and coalesce(gueltig_bis, date '9999-12-31')
        group by all order by all
        """,
        params=[profil.jugendamt, jahr],
    ).fetchall()
    return {knoten: frozenset(arten) for knoten, arten in zeilen}


def _betraege(
    knoten: Mapping[str, Arten], gezeigt: Sequence[Seite], seiten: Sequence[Seite]
) -> list[tuple[str, str, Arten]]:
    """Amounts that can be seen: merkmal of the count they belong to, merkmal that shows them, Hilfearten in them."""
    mengen = {m: _arten(((m, 1),), knoten) for m in knoten}
    mengen |= {s.merkmal: _arten(s.teile, knoten) for s in seiten if all(m in knoten for m, _ in s.teile)}
    benannt = {arten: m for m, arten in sorted(mengen.items(), reverse=True)}
    paare = permutations([(s.merkmal, mengen.get(s.merkmal, frozenset())) for s in gezeigt], 2)
    differenzen = [(grosse - kleine, m) for (_, grosse), (m, kleine) in paare if kleine < grosse]
    selbst = [(s.merkmal, s.merkmal, mengen.get(s.merkmal, frozenset())) for s in gezeigt]
    return [*selbst, *((benannt.get(arten, m), m, arten) for arten, m in differenzen)]


def _arten(teile: Sequence[tuple[str, int]], knoten: Mapping[str, Arten]) -> Arten:
    plus, minus = (frozenset().union(*(knoten[m] for m, v in teile if v == z)) for z in (1, -1))
    return plus - minus


def _dominiert(betraege: pl.DataFrame, profil: Profil, erklaerung: Erklaerung) -> pl.Series:
    """Räume in which the two largest amounts are too much of the whole."""
    grenzen = {n: profil.schwellen.get(n, w) for n, w in erklaerung.dominanz.grenzen.items()}
    summe = pl.col("betrag_eur").filter(pl.col("rang") == 0).sum()
    spitzen = pl.col("betrag_eur").filter(pl.col("rang") > 0)
    zwei, groesste = spitzen.top_k(2).sum(), spitzen.max().fill_null(0)
    anteil = zwei * 100 > summe * grenzen["dominanz_anteil_pct"]
    nah = (summe - zwei) * 100 < groesste * grenzen["dominanz_naehe_pct"]
    je_raum = betraege.group_by("raum_id").agg((anteil | nah).alias("dominiert"))
    return je_raum.filter("dominiert")["raum_id"].sort()
