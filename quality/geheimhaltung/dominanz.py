"""Costs of which one or two Fälle hold nearly all: the rules (n,k) with n = 2 and p %.

Here: in which counts the costs that follow them are such.
Not here: the largest amounts (``int_hze__kostenspitzen`` of dbt; never published), the limits (``tabellen.yml``), what
is hidden beside these counts (``sperrung.py``), what can be derived of the costs then (``kostenspannen.py``).

What two shown sums differ by is an amount of its own; it belongs to the count of just these Hilfearten, else to that of
the smaller sum.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from itertools import permutations
from typing import NamedTuple

import duckdb
import polars as pl

from quality.geheimhaltung.erklaerung import Erklaerung
from quality.geheimhaltung.seiten import Seite
from sources.profile import Profil

KOSTEN = {"jugendamt": pl.String, "berichtsjahr": pl.Int64, "schluessel": pl.String, "merkmal": pl.String,
          "betrag": pl.Float64, "bedarf": pl.Float64, "von": pl.String}  # fmt: skip
DOMINIERT = pl.col("bedarf") > 0
Arten = frozenset[str]


def lies_kosten(
    con: duckdb.DuckDBPyConnection, profil: Profil, seiten: Sequence[Seite], erklaerung: Erklaerung
) -> pl.DataFrame:
    """Amounts of a Jugendamt that can be seen.

    Columns: jugendamt, berichtsjahr, schluessel (of the count that an amount belongs to), merkmal (of the costs that
    show it), betrag (Euro; null if it is not exactly that count's), bedarf (how many Euro more it must be able to be
    for a reader, so that the two dearest Fälle no longer dominate it; 0 or less: they do not), von (schluessel of the
    sum from which the one of merkmal is taken, if it is a difference). A year whose largest amounts are unknown has a
    row without schluessel for each merkmal.
    """
    betraege = con.sql(
        "select berichtsjahr::bigint as berichtsjahr, raum_id, schluessel, rang, betrag_eur "
        "from intermediate.int_hze__kostenspitzen where jugendamt = ? order by all",
        params=[profil.jugendamt],
    ).pl()
    gezeigt = {s.merkmal: s for s in seiten if s.kosten}
    grenzen: dict[str, float] = {n: profil.schwellen.get(n, w) for n, w in erklaerung.dominanz.grenzen.items()}
    gefunden = [pl.DataFrame(schema=KOSTEN)]
    for (jahr,), eines in betraege.group_by("berichtsjahr", maintain_order=True):
        kopf = {"jugendamt": pl.lit(profil.jugendamt), "berichtsjahr": pl.lit(jahr)}
        if (eines["rang"] == 0).all():
            unbekannt = {"merkmal": sorted(gezeigt), "bedarf": math.inf} | dict.fromkeys(
                ("schluessel", "betrag", "von")
            )
            gefunden.append(pl.DataFrame(unbekannt).with_columns(**kopf).select(_typen()))
            continue
        for b in _betraege(_knoten(con, profil, jahr), list(gezeigt.values()), seiten):
            zaehlung = gezeigt[b.merkmal].zaehlung
            schluessel, von = (
                pl.format("{}|{}|insgesamt|insgesamt|{}|{}-12-31", pl.lit(zaehlung), pl.lit(m), "raum_id", pl.lit(jahr))
                for m in (b.name, b.von)
            )
            je_raum = _je_raum(eines.filter(pl.col("schluessel").is_in(sorted(b.arten))), grenzen).with_columns(
                schluessel.alias("schluessel"),
                pl.lit(b.merkmal).alias("merkmal"),
                pl.when(b.eigen).then("betrag").alias("betrag"),
                pl.when(b.von != "").then(von).alias("von"),
                **kopf,
            )
            gefunden.append(je_raum.select(_typen()).sort("schluessel"))
    return pl.concat(gefunden)


def _typen() -> list[pl.Expr]:
    return [pl.col(s).cast(t) for s, t in KOSTEN.items()]


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


class _Betrag(NamedTuple):
    """An amount that can be seen, of these Hilfearten.

    ``name``: merkmal of its count (``eigen``: of just these Hilfearten). ``merkmal``: shows it; ``von``: the sum it is
    taken from, if it is a difference.
    """

    name: str
    merkmal: str
    von: str
    arten: Arten
    eigen: bool


def _betraege(knoten: Mapping[str, Arten], gezeigt: Sequence[Seite], seiten: Sequence[Seite]) -> list[_Betrag]:
    mengen = {m: _arten(((m, 1),), knoten) for m in knoten}
    mengen |= {s.merkmal: _arten(s.teile, knoten) for s in seiten if all(m in knoten for m, _ in s.teile)}
    benannt = {arten: m for m, arten in sorted(mengen.items(), reverse=True)}
    eigene = [(s.merkmal, mengen.get(s.merkmal, frozenset())) for s in gezeigt]
    return [
        *(_Betrag(m, m, "", arten, eigen=True) for m, arten in eigene),
        *(
            _Betrag(benannt.get(gross - klein, m), m, von, gross - klein, gross - klein in benannt)
            for (von, gross), (m, klein) in permutations(eigene, 2)
            if klein < gross
        ),
    ]


def _arten(teile: Sequence[tuple[str, int]], knoten: Mapping[str, Arten]) -> Arten:
    plus, minus = (frozenset().union(*(knoten[m] for m, v in teile if v == z)) for z in (1, -1))
    return plus - minus


def _je_raum(betraege: pl.DataFrame, grenzen: Mapping[str, float]) -> pl.DataFrame:
    """The columns betrag and bedarf per Raum."""
    betrag = pl.col("betrag_eur").filter(pl.col("rang") == 0).sum()
    spitzen = pl.col("betrag_eur").filter(pl.col("rang") > 0)
    zwei, groesste = spitzen.top_k(2).sum(), spitzen.max().fill_null(0)
    anteil = zwei * 100 / grenzen["dominanz_anteil_pct"]
    nah = zwei + groesste * grenzen["dominanz_naehe_pct"] / 100
    return betraege.group_by("raum_id").agg(
        betrag.alias("betrag"), (pl.max_horizontal(anteil, nah) - betrag).round(2).alias("bedarf")
    )
