"""The invented Hilfen zur Erziehung of a Jugendamt: who gets which help, from when to when, at what price.

In here: drawing helps from population and planted rates, their Bewilligungen as the extract of one year shows them,
what they cost. Not in here: the rates (`parameter.yml`), what is delivered of them (`hze.py`), the budget
(`haushalt.py`).
"""

from collections.abc import Iterator, Sequence
from datetime import date
from typing import Any

import numpy as np
import polars as pl
from numpy.typing import NDArray

from sources.musterdaten.raeume import Gebiet
from sources.musterdaten.zufall import PARAMETER, faktor, gewaehlt, gleich, linie

HZE: dict[str, Any] = PARAMETER["hze"]
HILFEARTEN: tuple[str, ...] = tuple(HZE["hilfearten"])
BLOCK = 50_000
_MONAT = 365.25 / 12
_MERKMALE = 20
_ALTER = np.arange(21)
_HOECHSTENS = 21 * 12  # no help lasts beyond the 21st birthday


def preis(jahr: int) -> float:
    """Price level of a year; 2015 is 1."""
    return float((1 + HZE["preis_je_jahr"]) ** (jahr - 2015))


def dauer(hilfeart: str, stellen: NDArray[np.float64]) -> NDArray[np.float64]:
    """Duration in months at some quantiles, before the end at the 21st birthday."""
    return np.interp(stellen, HZE["quantile"], HZE["hilfearten"][hilfeart]["dauer"])


def beginnraten() -> NDArray[np.float64]:
    """Young people who begin a help within a year, per person: shape (Hilfearten, 2, 21).

    Density = running on 31.12. + ended = beginnings x (mean duration in years + 1), where nothing changes from year to
    year; solved for the beginnings over a population with as many persons of each age.
    """
    raten = np.zeros((len(HILFEARTEN), 2, 21))
    stellen = (np.arange(200) + 0.5) / 200
    geschlecht = np.array([[HZE["maennlich"]], [2 - HZE["maennlich"]]])
    for nummer, (hilfeart, angaben) in enumerate(HZE["hilfearten"].items()):
        rest = _HOECHSTENS - 12 * _ALTER[:, None] - 6
        jahre = np.minimum(dauer(hilfeart, stellen)[None, :], rest).mean(axis=1) / 12
        gewicht = linie(angaben["alter"], _ALTER)
        dichte = HZE["dichte"] / 10_000 * angaben["anteil"] / sum(a["anteil"] for a in HZE["hilfearten"].values())
        raten[nummer] = dichte * geschlecht * gewicht / (gewicht * (1 + jahre)).mean()
    return raten


def ziehe_hilfen(jugendamt: str, gebiete: Sequence[Gebiet], jahre: Sequence[int]) -> Iterator[pl.DataFrame]:
    """Invent all helps that run in some years, in blocks of bounded size; `jugendamt` is the seed.

    Yields:
        One row per young person and help: fall_pseudonym, person_pseudonym, kind (0 for the first of a family), raum,
        neuer_raum, leistung (positions in `gebiete`, -1 for none), umzug, beginn, ende (days since 1970), hilfeart,
        geburt (months since year 0), weiblich, uma, euro (per month in 2015, for this person), h_0 ... (uniform
        numbers, the same for all young people of a help, for its features).
    """
    raten = beginnraten()
    kinder = sum(anzahl * anteil for anzahl, anteil in HZE["kinder"].items())
    je_hilfe = np.array([kinder if HZE["hilfearten"][h].get("familie") else 1.0 for h in HILFEARTEN])
    beginnjahre = np.arange(jahre[0] - HZE["vorlauf_jahre"], jahre[-1] + 1)
    trend = linie(HZE["trend"], beginnjahre)[:, None, None, None]
    gesammelt: list[pl.DataFrame] = []
    jung_je_jahr = np.zeros(len(beginnjahre))
    for nummer, gebiet in enumerate(gebiete):
        jung = np.stack([gebiet.verlauf.bestand[max(j, jahre[0] - 1)][:, :21] for j in beginnjahre.tolist()])
        da = np.array([max(j, jahre[0]) in gebiet.jahre for j in beginnjahre.tolist()])
        jung_je_jahr += jung.sum(axis=(1, 2)) * da
        erwartet = (jung * da[:, None, None])[:, None] * raten / je_hilfe[:, None, None] * trend
        for block in _aus_zellen(erwartet * faktor(gebiet.saat, "hze"), beginnjahre, f"{jugendamt}|{gebiet.raum_id}"):
            gesammelt.append(_mit_raum(block, nummer, len(gebiete)))
            if sum(len(teil) for teil in gesammelt) >= BLOCK:
                yield pl.concat(gesammelt)
                gesammelt = []
    for block in _aus_zellen(_uma(jung_je_jahr, beginnjahre), beginnjahre, f"{jugendamt}|uma"):
        gesammelt.append(_mit_raum(block, -1, len(gebiete)))
    if gesammelt:
        yield pl.concat(gesammelt)


def _uma(jung: NDArray[np.float64], jahre: NDArray[np.int64]) -> NDArray[np.float64]:
    """Expected beginnings of unaccompanied minors: shape (years, Hilfearten, 2, 21)."""
    erwartet = np.zeros((len(jahre), len(HILFEARTEN), 2, 21))
    je_alter = linie({a - 1: 0 for a in [min(HZE["uma_alter"])]} | HZE["uma_alter"] | {18: 0}, _ALTER)
    anteile = np.array([[HZE["uma_maennlich"]], [1 - HZE["uma_maennlich"]]]) * je_alter / je_alter.sum()
    wellen = np.array([HZE["uma"].get(j, min(HZE["uma"].values())) for j in jahre.tolist()])
    erwartet[:, HILFEARTEN.index("11")] = (jung / 10_000 * wellen)[:, None, None] * anteile
    return erwartet


def _aus_zellen(erwartet: NDArray[np.float64], jahre: NDArray[np.int64], saat: str) -> Iterator[pl.DataFrame]:
    """Single helps out of expected numbers per year, Hilfeart, sex and age."""
    # evenly spread over the cells: a Raum has as many helps as planted, only which ones is left to chance
    grenzen = np.floor(np.cumsum(erwartet.ravel()) + gleich(1, saat, "anzahl")).astype(np.int64)
    for von in range(0, int(grenzen[-1]), BLOCK):
        stellen = np.arange(von, min(von + BLOCK, int(grenzen[-1])))
        zellen = np.unravel_index(np.searchsorted(grenzen, stellen, side="right"), erwartet.shape)
        yield _hilfen(stellen, [np.asarray(z) for z in zellen], jahre, f"{saat}|{von}")


def _hilfen(
    stellen: NDArray[np.int64], zellen: list[NDArray[np.int64]], jahre: NDArray[np.int64], saat: str
) -> pl.DataFrame:
    jahr, hilfeart, weiblich, alter = zellen
    u = gleich((5 + _MERKMALE) * len(stellen), saat, "hilfe").reshape(5 + _MERKMALE, -1)
    tag = (jahre[jahr] - 1970).astype("datetime64[Y]").astype("datetime64[D]").astype(np.int64)
    beginn = tag + (u[0] * 365).astype(np.int64)
    alter_monate = alter * 12 + (u[1] * 12).astype(np.int64)
    monate = np.zeros(len(stellen))
    kinder = np.ones(len(stellen), dtype=np.int64)
    for nummer, name in enumerate(HILFEARTEN):
        auswahl = hilfeart == nummer
        monate[auswahl] = dauer(name, u[2][auswahl])
        if HZE["hilfearten"][name].get("familie"):
            kinder[auswahl] = gewaehlt(u[3][auswahl], HZE["kinder"]).astype(np.int64)
    monate = np.maximum(np.minimum(monate, _HOECHSTENS - alter_monate), 1)
    euro = np.array([HZE["hilfearten"][h]["euro"] for h in HILFEARTEN])[hilfeart] * (0.8 + 0.4 * u[4]) / kinder
    # one row per young person: brothers and sisters are one and a half to three years apart, never of age
    hilfe = np.repeat(np.arange(len(stellen)), kinder)
    kind = np.arange(len(hilfe)) - np.repeat(np.cumsum(kinder) - kinder, kinder)
    v = gleich(2 * len(hilfe), saat, "mensch").reshape(2, -1)
    abstand = kind * (18 + (v[0] * 18).astype(np.int64)) * np.where(kind % 2, 1, -1)
    alter_kind = np.abs(alter_monate[hilfe] + abstand)
    alter_kind = np.where(kind > 0, np.where(alter_kind > 215, 430 - alter_kind, alter_kind), alter_kind)
    beginn_monat = beginn.astype("datetime64[D]").astype("datetime64[M]").astype(np.int64) + 1970 * 12
    return pl.DataFrame(
        {
            "nr": stellen[hilfe],
            "kind": kind,
            "hilfeart": np.array(HILFEARTEN)[hilfeart[hilfe]],
            "beginn": beginn[hilfe],
            "ende": (beginn + np.maximum((monate * _MONAT).astype(np.int64), 20))[hilfe],
            "geburt": beginn_monat[hilfe] - alter_kind,
            "weiblich": np.where(kind > 0, v[1] < 0.49, weiblich[hilfe] == 1),
            "euro": euro[hilfe],
            **{f"h_{i}": u[5 + i][hilfe] for i in range(_MERKMALE)},
        }
    )


def _mit_raum(hilfen: pl.DataFrame, raum: int, anzahl: int) -> pl.DataFrame:
    """Names of case and person; where they live (a family may move), who serves them where."""
    stationaer = pl.col("hilfeart").is_in(HZE["stationaer"])
    im_raum = pl.when(stationaer).then(HZE["leistung_im_raum"]["stationaer"]).otherwise(HZE["leistung_im_raum"]["rest"])
    laenge = pl.col("ende") - pl.col("beginn")
    zieht_um = (pl.col("h_0") < HZE["umzug_je_jahr"] * laenge / 365) & pl.lit(raum >= 0)
    wohnt = pl.lit(raum, dtype=pl.Int64)
    kennung = pl.format("{}-{}", pl.lit(raum if raum >= 0 else anzahl), pl.col("nr"))

    def irgendeiner(zahl: str) -> pl.Expr:
        return (pl.col(zahl) * anzahl).floor().cast(pl.Int64)

    return hilfen.with_columns(
        fall_pseudonym=pl.concat_str(pl.lit("F"), kennung),
        person_pseudonym=pl.concat_str(pl.lit("P"), kennung, pl.lit("-"), pl.col("kind")),
        uma=pl.lit(raum < 0),
        raum=pl.when(pl.col("h_1") < HZE["ohne_raum"]).then(-1).otherwise(wohnt),
        leistung=pl.when(pl.col("h_2") < im_raum).then(wohnt).otherwise(irgendeiner("h_3")),
        umzug=pl.when(zieht_um).then(pl.col("beginn") + (pl.col("h_4") * laenge).cast(pl.Int64)),
        neuer_raum=irgendeiner("h_5"),
    ).drop("nr")


def tag(jahr: int, monat: int = 1, tag_: int = 1) -> int:
    """Days since 1970."""
    return (date(jahr, monat, tag_) - date(1970, 1, 1)).days


def im_jahr(hilfen: pl.DataFrame, jahr: int) -> pl.DataFrame:
    """Helps that ran on some day of a year: running on 31.12. or ended in it."""
    return hilfen.filter((pl.col("beginn") <= tag(jahr, 12, 31)) & (pl.col("ende") >= tag(jahr)))


def kosten(hilfen: pl.DataFrame, jahr: int, raeume: int) -> NDArray[np.float64]:
    """Euro of the services of a year: shape (Räume + 1, 12, Hilfearten); the last Raum is "none"."""
    laufend = im_jahr(hilfen, jahr)
    ergebnis = np.zeros((raeume + 1, 12, len(HILFEARTEN)))
    raum = laufend["raum"].to_numpy()  # -1 is the last row
    art = np.searchsorted(np.array(HILFEARTEN), laufend["hilfeart"].to_numpy().astype(str))
    beginn, ende = laufend["beginn"].to_numpy(), laufend["ende"].to_numpy()
    euro = laufend["euro"].to_numpy() * preis(jahr)
    for monat in range(12):
        erster = tag(jahr, monat + 1)
        naechster = tag(jahr + monat // 11, (monat + 1) % 12 + 1)
        tage = np.clip(np.minimum(ende + 1, naechster) - np.maximum(beginn, erster), 0, None)
        np.add.at(ergebnis[:, monat], (raum, art), euro * tage / _MONAT)
    return ergebnis


def bewilligungen(hilfen: pl.DataFrame, jahr: int) -> pl.DataFrame:
    """The extract of one year, drawn on 15 January of the next: every Bewilligung of the helps that ran in it.

    Adds to the columns of `ziehe_hilfen`: nr (of the Bewilligung), von, bis (null: still open), bewilligt, ist (Euro of
    this year; invoices come a month or two late).
    """
    laengen = {h: round(a["bewilligung"] * _MONAT) for h, a in HZE["hilfearten"].items()}
    rechnung = {h: round(a["rechnung"] * _MONAT) for h, a in HZE["hilfearten"].items()}
    schritt = pl.col("hilfeart").replace_strict(laengen, return_dtype=pl.Int64)
    spaeter = pl.col("hilfeart").replace_strict(rechnung, return_dtype=pl.Int64)
    tage = pl.col("ende") - pl.col("beginn") + 1
    einzeln = (
        im_jahr(hilfen, jahr)
        .with_columns(nr=pl.int_ranges(0, (tage + schritt - 1) // schritt))
        .explode("nr", empty_as_null=False)
        .with_columns(von=pl.col("beginn") + pl.col("nr") * schritt)
        .with_columns(bis=pl.min_horizontal(pl.col("von") + schritt - 1, pl.col("ende")))
        # some follow late, some overlap the one before
        .with_columns(
            von=pl.when((pl.col("nr") > 0) & (pl.col("bis") - pl.col("von") > 60))
            .then(pl.col("von") + ((pl.col("h_6") + pl.col("nr") * 0.37) % 1 * 20 - 12).clip(-7, 7).cast(pl.Int64))
            .otherwise("von")
        )
        .filter(pl.col("von") <= tag(jahr, 12, 31))
    )
    je_tag = pl.col("euro") * preis(jahr) / _MONAT

    def euro(verzug: pl.Expr | int) -> pl.Expr:
        ab, bis = pl.max_horizontal("von", tag(jahr) - verzug), pl.min_horizontal("bis", tag(jahr, 12, 31) - verzug)
        return ((bis - ab + 1).clip(lower_bound=0) * je_tag).round(2)

    offen = pl.col("bis") > tag(jahr + 1, 1, 15)
    return einzeln.with_columns(bewilligt=euro(0), ist=euro(spaeter), bis=pl.when(~offen).then("bis"))
