"""Invented tables for the tests of geheimhaltung: a Kreis with Räume, regions, Hilfearten and years.

Here: drawing cases with a fixed seed, counting them by the concepts, the equations between the counts.
Not here: real tables; what is declared as published.
"""

from __future__ import annotations

import itertools

import numpy as np
import polars as pl

from quality.geheimhaltung.aufbau import haeufigkeit
from quality.geheimhaltung.tabelle import Problem, problem, summen

HILFEARTEN = {  # leaf: (group, share of all Hilfen without § 28)
    "art_27_amb": ("ambulant", 0.08),
    "art_29": ("ambulant", 0.03),
    "art_30": ("ambulant", 0.12),
    "art_31": ("ambulant", 0.24),
    "art_35": ("ambulant", 0.02),
    "art_32": ("teilstationaer", 0.05),
    "art_27_teil": ("teilstationaer", 0.01),
    "art_33": ("stationaer", 0.13),
    "art_34": ("stationaer", 0.16),
    "art_27_stat": ("stationaer", 0.01),
    "art_35a_amb": ("eingliederung", 0.11),
    "art_35a_stat": ("eingliederung", 0.04),
}
KNOTEN = [(a, g) for a, (g, _) in HILFEARTEN.items()]
KNOTEN += [(g, "insgesamt") for g in dict.fromkeys(g for g, _ in HILFEARTEN.values())]
KNOTEN += [("insgesamt", "mit_28"), ("art_28", "mit_28")]
KONZEPTE = ("bestand", "begonnen", "beendet", "jahressumme")
# minors of the 51 Gemeinden of the Ortenaukreis, in hundreds (Regionaldatenbank, 31.12. of the census year)
MINDERJAEHRIGE = [43, 17, 5, 4, 6, 6, 22, 3, 22, 17, 4, 11, 10, 4, 14, 8, 10, 64, 9, 86, 3, 6, 9, 7, 3, 3, 5, 35, 5, 97]
MINDERJAEHRIGE += [6, 8, 6, 6, 12, 4, 7, 9, 4, 6, 11, 2, 8, 8, 17, 9, 14, 13, 16, 8, 19]


def kreis(
    raeume: int = 51,
    regionen: int = 5,
    jahre: int = 10,
    k: int = 3,
    saat: int = 1,
    konzepte: tuple[str, ...] = KONZEPTE,
) -> Problem:
    """Räume (in regions, in the Kreis) x Hilfeart nodes x concepts x years, with all sums and identities."""
    zaehlung = _zaehle(raeume, jahre, np.random.default_rng(saat)).filter(pl.col("konzept").is_in(konzepte))
    eltern_raum = [(f"r{r:02}", f"region{r % regionen}") for r in range(raeume)]
    eltern_raum += [(f"region{g}", "kreis") for g in range(regionen)]
    raum = pl.DataFrame(eltern_raum, schema=["kind", "elter"], orient="row")
    knoten = pl.DataFrame(KNOTEN, schema=["kind", "elter"], orient="row")
    voll = hoch(hoch(zaehlung, "knoten", knoten), "raum", raum).sort("raum", "knoten", "konzept", "jahr")
    zellen = voll.with_row_index("zelle").with_columns(pl.col("zelle").cast(pl.Int64))
    achsen = ["raum", "knoten", "konzept", "jahr"]
    teile: list[pl.DataFrame] = []
    for achse, eltern in (("raum", raum), ("knoten", knoten)):
        ab = sum(t["gleichung"].n_unique() for t in teile)
        teile.append(summen(zellen, achse, eltern, [a for a in achsen if a != achse], ab))
    if set(konzepte) == set(KONZEPTE):
        teile.append(bestandsgleichungen(zellen, ["raum", "knoten"], sum(t["gleichung"].n_unique() for t in teile)))
    return problem(mit_gewicht(zellen, k), pl.concat(teile))


def hoch(zahlen: pl.DataFrame, achse: str, eltern: pl.DataFrame) -> pl.DataFrame:
    """Add the cells of all parents along one axis; ``eltern`` lists children before their parents."""
    for elter in eltern["elter"].unique(maintain_order=True):
        kinder = eltern.filter(pl.col("elter") == elter)["kind"]
        summe = zahlen.filter(pl.col(achse).is_in(kinder.implode())).with_columns(pl.lit(elter).alias(achse))
        zahlen = pl.concat([zahlen, summe.group_by(pl.exclude("wert")).agg(pl.col("wert").sum())], how="diagonal")
    return zahlen


def bestandsgleichungen(zellen: pl.DataFrame, je: list[str], ab: int) -> pl.DataFrame:
    """Jahressumme = Bestand + beendet; Bestand(t) = Bestand(t-1) + begonnen(t) - beendet(t)."""
    breit = zellen.pivot("konzept", index=[*je, "jahr"], values="zelle").sort(*je, "jahr")
    breit = breit.with_columns(pl.col("bestand").shift(1).over(je).alias("vorher"))
    jahressumme = [("jahressumme", 1), ("bestand", -1), ("beendet", -1)]
    fortschreibung = [("bestand", 1), ("vorher", -1), ("begonnen", -1), ("beendet", 1)]
    frames = []
    for glieder, zeilen in ((jahressumme, breit), (fortschreibung, breit.drop_nulls("vorher"))):
        nummern = zeilen.with_row_index("gleichung").with_columns(pl.col("gleichung").cast(pl.Int64) + ab)
        ab += len(zeilen)
        frames += [
            nummern.select("gleichung", pl.col(n).alias("zelle"), pl.lit(f, pl.Int64).alias("koeffizient"))
            for n, f in glieder
        ]
    return pl.concat(frames)


def mit_gewicht(zellen: pl.DataFrame, k: int) -> pl.DataFrame:
    """Costs: what planners need most costs most to hide; larger cells cost more."""
    raum = pl.col("raum").str.replace(r"\d+$", "")
    art = pl.col("knoten").str.replace(r"_.*$", "").replace_strict({"art": 1, "insgesamt": 30, "mit": 30}, default=6)
    stufe = raum.replace_strict({"r": 1, "region": 10, "kreis": 100}, return_dtype=pl.Int64)
    gesamt = (raum == "kreis") & pl.col("knoten").is_in(["insgesamt", "mit_28"])
    return zellen.with_columns(
        pl.when(haeufigkeit(pl.col("wert"), k)).then(pl.lit("primaer")).otherwise(pl.lit("frei")).alias("lage"),
        pl.lit(k).alias("k"),
        (stufe * art * (1 + pl.col("wert").log1p()) * pl.when(gesamt).then(1000).otherwise(1)).alias("gewicht"),
        (raum + "/" + pl.col("knoten").str.replace(r"_.*$", "")).alias("ebene"),
    )


def _zaehle(raeume: int, jahre: int, zufall: np.random.Generator) -> pl.DataFrame:
    """Count drawn cases: columns raum, knoten (leaves), konzept, jahr, wert."""
    kinder = np.array(list(itertools.islice(itertools.cycle(MINDERJAEHRIGE), raeume)), dtype=float)
    anteile = np.array([s for _, s in HILFEARTEN.values()] + [0.75])
    blaetter = [*HILFEARTEN, "art_28"]
    beginne = kinder[:, None] * 100 * anteile[None, :] * 0.018
    anzahl = zufall.poisson(beginne[:, :, None], (raeume, len(blaetter), jahre + 6))
    fall = np.repeat(np.arange(anzahl.size), anzahl.ravel())
    raum, blatt, jahr = np.unravel_index(fall, anzahl.shape)
    von = jahr - 6 + zufall.random(len(fall))
    bis = von + zufall.exponential(1.3, len(fall))
    zaehlungen = []
    for j in range(jahre):
        am_ende, im_jahr = (von < j + 1) & (bis >= j + 1), (bis >= j) & (bis < j + 1)
        auswahl = (am_ende, (von >= j) & (von < j + 1), im_jahr, am_ende | im_jahr)
        for konzept, maske in zip(KONZEPTE, auswahl, strict=True):
            werte = np.zeros((raeume, len(blaetter)), dtype=np.int64)
            np.add.at(werte, (raum[maske], blatt[maske]), 1)
            zaehlungen.append((konzept, j, werte))
    return pl.concat(
        pl.DataFrame(
            {
                "raum": np.repeat([f"r{r:02}" for r in range(raeume)], len(blaetter)),
                "knoten": blaetter * raeume,
                "konzept": konzept,
                "jahr": j,
                "wert": werte.ravel(),
            }
        )
        for konzept, j, werte in zaehlungen
    )
