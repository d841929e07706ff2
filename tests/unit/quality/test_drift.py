"""The rules of drift, each with data that must pass it and data that must fail it, for cells and for records."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import date
from itertools import permutations
from pathlib import Path

import polars as pl
import pytest

from quality import tuer
from quality.bestand import Bestand, teile
from quality.drift import Profil, abstand, profiliere, spruenge
from sources.archiv import Ergebnis
from sources.formate import Lesefehler
from sources.vertraege import WURZEL, Vertrag, lade_vertrag

ZELLEN = lade_vertrag(WURZEL / "opendata_hro" / "contract.yml")
SAETZE = Vertrag.model_validate(
    {
        "extrakt": "probe", "titel": "Probe", "familie": "bevoelkerung", "korn": "ein Satz je Raum und Alter",
        "form": "saetze", "format": "tabelle", "quelle": "register", "kodierungen": ["utf-8"], "personenbezogen": False,
        "oeffentlich": False, "rechtsgrundlage": "-", "lizenz": "-", "attribution": "-", "turnus": "jährlich",
        "aufbewahrung": "-", "schluesselfelder": ["raum", "alter"], "periode": "dateiname",
        "felder": [
            {"name": "raum", "typ": "text", "schluesselart": "lokal", "bedeutung": "Raum"},
            {"name": "alter", "typ": "ganzzahl", "bedeutung": "Alter"},
            {"name": "anzahl", "typ": "ganzzahl", "bedeutung": "Personen"},
            {"name": "betrag", "typ": "zahl", "leer_erlaubt": True, "bedeutung": "Betrag"},
        ],
    }
)  # fmt: skip


def zellen(n: int = 20, je: float = 100.0, messgroessen: int = 4, stichtag: date = date(2023, 12, 31)) -> pl.DataFrame:
    """``n`` Räume with the same value in each Messgröße ``m0``, ``m1``, ..."""
    return pl.DataFrame(
        [
            {"tabelle": "t", "raum_schluessel": f"R{r:02}", "stichtag": stichtag, "messgroesse": f"m{m}",
             "herkunft": "gezaehlt", "geschlecht": "insgesamt", "altersgruppe": "insgesamt",
             "nationalitaet": "insgesamt", "merkmal": "insgesamt", "status": "gueltig", "wert": je}
            for r in range(n)
            for m in range(messgroessen)
        ]
    )  # fmt: skip


def saetze(raeume: int = 5, alter: int = 120, anzahl: int = 3, periode: str = "2023") -> pl.DataFrame:
    return pl.DataFrame(
        [
            {"raum": f"R{r}", "alter": a, "anzahl": anzahl, "betrag": -10.0, "periode": periode}
            for r in range(raeume)
            for a in range(alter)
        ],
        schema_overrides={"betrag": pl.Float64},
    )


def profil(daten: pl.DataFrame, vertrag: Vertrag) -> Profil:
    (eines,) = profiliere([daten], vertrag).values()
    return eines


def gesprungen(alt: pl.DataFrame, neu: pl.DataFrame, vertrag: Vertrag, jahre: int = 1) -> list[str]:
    return list(spruenge(profil(alt, vertrag), profil(neu, vertrag), jahre, vertrag))


def mit(vertrag: Vertrag, **schwellen: object) -> Vertrag:
    return vertrag.model_copy(update={"schwellen": vertrag.schwellen.model_copy(update=schwellen)})


def wo(bedingung: pl.Expr, **werte: object) -> Callable[[pl.DataFrame], pl.DataFrame]:
    """Set columns of the rows that meet a condition."""
    neu = {s: pl.when(bedingung).then(pl.lit(w)).otherwise(pl.col(s)).alias(s) for s, w in werte.items()}
    return lambda daten: daten.with_columns(*neu.values())


@pytest.mark.parametrize(("daten", "vertrag"), [(zellen(), ZELLEN), (saetze(), SAETZE)], ids=["zellen", "saetze"])
def test_the_same_delivery_passes_and_blocks_change_nothing(daten: pl.DataFrame, vertrag: Vertrag) -> None:
    assert gesprungen(daten, daten, vertrag) == []
    in_bloecken = profiliere([daten[:7], daten[7:50], daten[50:]], vertrag)
    ganz = profiliere([daten], vertrag)
    assert in_bloecken.keys() == ganz.keys()
    for ort, stueck in in_bloecken.items():
        assert (stueck.spalten, stueck.summen, stueck.anteile) == (
            ganz[ort].spalten,
            ganz[ort].summen,
            ganz[ort].anteile,
        )
        assert sorted(stueck.gebiete.rows()) == sorted(ganz[ort].gebiete.rows())


# --- totals ---------------------------------------------------------------------------------------------


def _als_werte(p: Profil) -> tuple[object, ...]:
    return p.spalten, p.gebiete.sort("raum").rows(), p.summen, p.anteile


def test_periods_of_one_delivery_are_profiled_apart() -> None:
    """What holds in one of them (a sign instead of a total, a split by sex, fewer Räume) shows in no other."""
    erstes, davor = zellen(), zellen(n=7, je=50.0, messgroessen=2, stichtag=date(2022, 12, 31))
    davor = wo(pl.col("messgroesse") == "m0", status="gesperrt", wert=None)(davor)
    davor = wo(pl.col("raum_schluessel") == "R03", geschlecht="weiblich")(davor)
    zusammen = profiliere([pl.concat([erstes, davor])], ZELLEN)
    assert sorted(zusammen) == [("t", "2022-12-31"), ("t", "2023-12-31")]
    assert _als_werte(zusammen["t", "2023-12-31"]) == _als_werte(profil(erstes, ZELLEN))
    assert _als_werte(zusammen["t", "2022-12-31"]) == _als_werte(profil(davor, ZELLEN))
    assert zusammen["t", "2022-12-31"].summen == {"Zeilen": 14.0, "m1": 300.0}
    assert zusammen["t", "2022-12-31"].anteile == {"gesperrt": 0.5}
    jahre = [saetze(), saetze(raeume=2, anzahl=9, periode="2022")]
    zusammen = profiliere([pl.concat(jahre)], SAETZE)
    assert [_als_werte(zusammen["probe", j]) for j in ("2023", "2022")] == [
        _als_werte(profil(s, SAETZE)) for s in jahre
    ]


def test_a_total_that_doubled_is_named_with_what_was_stored_and_what_came() -> None:
    (sprung,) = gesprungen(
        zellen(21, 20005), wo(pl.col("messgroesse") == "m0", wert=40010.0)(zellen(21, 20005)), ZELLEN
    )
    assert sprung == "Summe m0: 420.105 bisher, 840.210 jetzt (+100 %), erlaubt ±25 %"


@pytest.mark.parametrize(("je", "springt"), [(125, False), (126, True), (75, False), (74, True), (0, True)])
def test_totals_may_change_by_a_quarter(je: float, springt: bool) -> None:
    neu = wo(pl.col("messgroesse") == "m1", wert=float(je))(zellen())
    assert bool(gesprungen(zellen(), neu, ZELLEN)) == springt


def test_years_between_two_deliveries_allow_more() -> None:
    neu = wo(pl.col("messgroesse") == "m1", wert=150.0)(zellen())
    assert gesprungen(zellen(), neu, ZELLEN, jahre=1)
    assert gesprungen(zellen(), neu, ZELLEN, jahre=2) == []
    assert gesprungen(zellen(), wo(pl.col("messgroesse") == "m1", wert=60.0)(zellen()), ZELLEN, jahre=2) == []


def test_rates_have_no_total_and_small_totals_are_not_compared() -> None:
    quote = wo(pl.lit(value=True), herkunft="geliefert")
    assert gesprungen(quote(zellen()), quote(zellen(je=900)), ZELLEN) == []
    assert gesprungen(zellen(je=1), zellen(je=4), ZELLEN) == []
    assert gesprungen(zellen(je=1), zellen(je=6), ZELLEN)  # 20 Räume: 120 reach the smallest number compared


def test_a_measure_of_signs_only_has_no_total() -> None:
    """Its source did not ask for it that year: nothing to be compared in either direction."""
    ohne = zellen(messgroessen=5).with_columns(
        status=pl.when(pl.col("messgroesse") == "m0").then(pl.lit("null_genau")).otherwise("status"),
        wert=pl.when(pl.col("messgroesse") == "m0").then(0.0).otherwise("wert"),
    )
    assert gesprungen(ohne, zellen(messgroessen=5), mit(ZELLEN, zeichen_anteil=0.3)) == []
    assert gesprungen(zellen(messgroessen=5), ohne, mit(ZELLEN, zeichen_anteil=0.3)) == []


def test_the_total_is_that_of_the_whole_where_it_is_delivered() -> None:
    ganzes = zellen(messgroessen=1)
    frauen = ganzes.with_columns(geschlecht=pl.lit("weiblich"))
    assert profil(pl.concat([ganzes, frauen]), ZELLEN).summen["m0"] == 2000
    assert profil(frauen, ZELLEN).summen["m0"] == 2000


def test_a_contract_sets_thresholds_for_single_totals() -> None:
    neu = wo(pl.col("messgroesse") == "m2", wert=180.0)(zellen())
    assert gesprungen(zellen(), neu, mit(ZELLEN, summen={"m2": 0.8})) == []
    assert gesprungen(zellen(), neu, mit(ZELLEN, summen={"m2": None})) == []
    assert gesprungen(zellen(), neu, mit(ZELLEN, summen={"m1": None}))


def test_number_fields_of_records_are_added_up_without_their_sign_and_keys_are_not() -> None:
    assert profil(saetze(), SAETZE).summen == {"Zeilen": 600, "anzahl": 1800, "betrag": 6000}
    (sprung,) = gesprungen(saetze(), saetze(anzahl=6), SAETZE)
    assert sprung == "Summe anzahl: 1.800 bisher, 3.600 jetzt (+100 %), erlaubt ±25 %"


# --- rows, Räume ----------------------------------------------------------------------------------------


def test_a_raum_that_is_gone_or_half_gone_is_named() -> None:
    (sprung,) = gesprungen(zellen(), zellen().filter(pl.col("raum_schluessel") != "R07"), ZELLEN)
    assert "1 von 20 Gebieten" in sprung
    assert "R07 4 bisher, 0 jetzt" in sprung
    halb = zellen().filter((pl.col("raum_schluessel") != "R07") | pl.col("messgroesse").is_in(["m0", "m1"]))
    assert any("R07 4 bisher, 2 jetzt" in s for s in gesprungen(zellen(), halb, ZELLEN))
    drei_viertel = zellen().filter((pl.col("raum_schluessel") != "R07") | (pl.col("messgroesse") != "m0"))
    assert gesprungen(zellen(), drei_viertel, ZELLEN) == []


def test_of_many_raeume_a_few_may_go_and_new_ones_may_come() -> None:
    viele = zellen(100)
    assert gesprungen(viele, viele.filter(~pl.col("raum_schluessel").is_in(["R01", "R02"])), ZELLEN) == []
    assert gesprungen(viele, viele.filter(~pl.col("raum_schluessel").is_in(["R01", "R02", "R03"])), ZELLEN)
    assert gesprungen(viele, zellen(104), ZELLEN) == []


def test_few_records_of_a_raum_come_and_go_but_many_do_not() -> None:
    wenig = pl.concat([saetze(), saetze(1, 50).with_columns(raum=pl.lit("klein"))])
    assert gesprungen(wenig, saetze(), SAETZE) == []
    (sprung,) = gesprungen(saetze(), saetze().filter(pl.col("raum") != "R3"), SAETZE)
    assert "R3 120 bisher, 0 jetzt" in sprung


def test_records_without_a_raum_are_compared_as_one() -> None:
    ohne = wo(pl.col("raum") == "R1", raum=None)(saetze())
    assert gesprungen(ohne, ohne, SAETZE) == []
    (sprung,) = gesprungen(ohne, ohne.filter(pl.col("raum").is_not_null()), SAETZE)
    assert "(ohne Raum) 120 bisher, 0 jetzt" in sprung


def test_the_number_of_rows_is_a_total() -> None:
    sprung = gesprungen(saetze(), saetze(raeume=8), SAETZE)
    assert "Zahl der Zeilen: 600 bisher, 960 jetzt (+60 %), erlaubt ±25 %" in sprung


# --- columns, signs, empty values -----------------------------------------------------------------------


def test_columns_that_are_gone_are_named() -> None:
    assert gesprungen(zellen(messgroessen=8), zellen(messgroessen=6), ZELLEN) == []
    sprung = gesprungen(zellen(messgroessen=8), zellen(messgroessen=5), ZELLEN)
    assert "8 Spalten bisher, davon jetzt 3 ohne Inhalt oder nicht mehr da (m5/" in sprung[0]
    leer = saetze().with_columns(betrag=pl.lit(None, pl.Float64), anzahl=pl.lit(None, pl.Int64))
    assert any("(anzahl, betrag)" in s for s in gesprungen(saetze(), leer, SAETZE))


def test_the_share_of_a_sign_may_change_a_little() -> None:
    def geheim(n: int) -> pl.DataFrame:
        return wo(pl.int_range(pl.len()) < n, status="unbekannt_oder_geheim")(zellen(50))

    assert gesprungen(geheim(10), geheim(50), ZELLEN) == []
    (sprung,) = gesprungen(geheim(10), geheim(60), ZELLEN)
    assert sprung == "Anteil unbekannt_oder_geheim: 5 % bisher, 30 % jetzt, erlaubt ±20 Prozentpunkte"
    assert gesprungen(geheim(60), geheim(10), ZELLEN)


def test_a_field_that_is_suddenly_empty_is_named() -> None:
    leer = wo(pl.col("alter") < 60, betrag=None)(saetze())
    assert "Anteil leer bei betrag: 0 % bisher, 50 % jetzt, erlaubt ±20 Prozentpunkte" in gesprungen(
        saetze(), leer, SAETZE
    )
    assert gesprungen(saetze(), wo(pl.col("alter") < 20, betrag=None)(saetze()), SAETZE) == []


@pytest.mark.parametrize(
    ("eine", "andere", "jahre"),
    [("2023-12-31", "2020-12-31", 3), ("2023-01", "2023-06", 1), ("gesamt", "gesamt", 1), ("2023/24", "2025/26", 2)],
)
def test_years_between_periods(eine: str, andere: str, jahre: int) -> None:
    assert abstand(eine, andere) == jahre == abstand(andere, eine)


# --- real files -----------------------------------------------------------------------------------------


def _rostock(testdaten: Path) -> Iterator[tuple[str, Ergebnis, pl.DataFrame]]:
    for datei in sorted((testdaten / "rostock" / "bevoelkerung").glob("*.csv")):
        thema, jahr = datei.stem.rsplit("_", 1)
        g = tuer.pruefe(datei.read_bytes(), datei.name, ZELLEN, {"thema": thema, "jahr": jahr})
        groesse = datei.stat().st_size
        yield thema, Ergebnis(datei.name, datei.stem, groesse, "rostock", "angenommen", "", "", extrakt="x"), g.zellen


def test_the_real_years_of_rostock_pass_in_any_order(testdaten: Path) -> None:
    je_thema: dict[str, list[list]] = {}
    for thema, ergebnis, daten in _rostock(testdaten):
        je_thema.setdefault(thema, []).append(teile(profiliere([daten], ZELLEN), ergebnis, ZELLEN.extrakt))
    assert sum(map(len, je_thema.values())) == 130
    for jahre in je_thema.values():
        for eines, anderes in permutations(jahre, 2):
            Bestand(Path("unbenutzt"), eines).vergleiche(anderes, ZELLEN)


def test_a_real_year_that_is_doubled_or_cut_is_refused(testdaten: Path) -> None:
    alle = {e.datei: (e, d) for _, e, d in _rostock(testdaten)}
    bisher, daten = alle["insgesamt_2022.csv"]
    neu, _ = alle["insgesamt_2023.csv"]
    bestand = Bestand(Path("unbenutzt"), teile(profiliere([daten], ZELLEN), bisher, ZELLEN.extrakt))
    jahr_weiter = daten.with_columns(stichtag=pl.lit(date(2023, 12, 31)))
    bestand.vergleiche(teile(profiliere([jahr_weiter], ZELLEN), neu, ZELLEN.extrakt), ZELLEN)
    for falsch in (jahr_weiter.with_columns(pl.col("wert") * 2), jahr_weiter.head(30)):
        with pytest.raises(Lesefehler) as fehler:
            bestand.vergleiche(teile(profiliere([falsch], ZELLEN), neu, ZELLEN.extrakt), ZELLEN)
        assert fehler.value.art == "sprung"
