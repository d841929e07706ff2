"""From marks on counts to marks on rows: Kennzahlen follow their sides, undeclared rows are not shown."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

import duckdb
import polars as pl
import pytest

from quality.geheimhaltung.erklaerung import lade_erklaerung
from quality.geheimhaltung.kostenspannen import GESCHLOSSEN
from quality.geheimhaltung.marken import schreibe_zeilenmarken
from quality.geheimhaltung.seiten import aus_katalog
from sources.katalog import Kennzahl, lade_katalog

WURZEL = Path(__file__).resolve().parents[3]
TAG = date(2022, 12, 31)
REST = "insgesamt|insgesamt|r|2022-12-31"
NICHTS = pl.DataFrame(schema=GESCHLOSSEN)


@pytest.fixture(scope="module")
def katalog() -> list[Kennzahl]:
    return lade_katalog(WURZEL / "dbt_project" / "kennzahlen")


def _warehouse(ordner: Path, bestandteile: list[tuple[Any, ...]], zeilen: list[tuple[str, ...]]) -> Path:
    """A warehouse with parts (kennzahl, seite, tabelle, messgroesse) and rows (kennzahl, herkunft, status)."""
    datei = ordner / "warehouse.duckdb"
    with duckdb.connect(str(datei)) as con:
        for schema in ("core", "intern", "intermediate"):
            con.sql(f"create schema {schema}")
        con.sql("create table core.dim_tabelle as select 'amtlich' as tabelle, true as oeffentlich")
        con.sql("""create table core.fct_messgroessen as select unnest(['hze_faelle_jahressumme',
            'hze_junge_menschen_jahressumme', 'hze_faelle_bestand', 'geheimes']) as messgroesse,
            'hze_aggregate' as tabelle, 'j' as jugendamt, 'fachverfahren' as quelle, 'gezaehlt' as herkunft""")
        con.sql("""create table core.dim_kennzahl (jugendamt varchar, kennzahl varchar, version bigint, profil varchar,
            geliefert_als varchar)""")
        con.executemany(
            "insert into core.dim_kennzahl values ('j', ?, 1, 'alle', '')", sorted({(z[0],) for z in zeilen})
        )
        con.sql("""create table intermediate.int_kennzahlen__bestandteile (kennzahl varchar, seite varchar,
            tabelle varchar, messgroesse varchar, jugendamt varchar, raum_id varchar, berichtsjahr integer,
            quelle varchar, stichtag date, version bigint, wert double, nr bigint default 0,
            gewicht double default 1)""")
        con.executemany(
            "insert into intermediate.int_kennzahlen__bestandteile values (?,?,?,?,'j',?,2022,'q',?,1,?,0,1)",
            [(*b[:4], raum, TAG, wert) for b in bestandteile for raum, wert in (b[4:] or ((("r", 9.0)),))]
            or [("x", "x", "x", "x", "r", TAG, 9.0)],
        )
        con.sql("""create table core.dim_raum as select 'j' as jugendamt, unnest(['r', 'nachbar', 'kreis']) as raum_id,
            unnest(['raum', 'raum', 'jugendamt']) as raumebene""")
        con.sql("""create table intern.intern_kennzahlen (kennzahl varchar, herkunft varchar, status varchar,
            jugendamt varchar, raum_id varchar, berichtsjahr integer, stichtag date, version bigint, quelle varchar)""")
        con.executemany("insert into intern.intern_kennzahlen values (?, ?, ?, 'j', 'r', 2022, ?, 1, 'q')",
                        [(*z, TAG) for z in zeilen])  # fmt: skip
        con.sql("""create table intern.intern_hilfen as select 'j' as jugendamt, 'r' as raum_id, 2022 as berichtsjahr,
            date '2022-12-31' as stichtag, 'q' as quelle, 'jahressumme' as konzept,
            unnest(['faelle', 'junge_menschen', 'kosten']) as einheit, 'insgesamt' as hilfeart,
            'insgesamt' as altersgruppe, 'insgesamt' as geschlecht, 'insgesamt' as merkmal,
            'insgesamt' as auspraegung""")
        for name in ("bevoelkerung", "schule"):
            con.sql(f"""create table intern.intern_{name} as select 'j' as jugendamt, 'r' as raum_id,
                date '2022-12-31' as stichtag, 'q' as quelle, unnest(['amtlich', 'register']) as tabelle,
                'schueler' as messgroesse, 'insgesamt' as geschlecht, 'insgesamt' as altersgruppe,
                'insgesamt' as nationalitaet, 'insgesamt' as merkmal""")
    return datei


def _zeilenmarken(datei: Path, zellmarken: pl.DataFrame, zu: pl.DataFrame, katalog: list[Kennzahl]) -> pl.DataFrame:
    ziel = datei.parent / "marken.parquet"
    anzahl = schreibe_zeilenmarken(ziel, datei, zellmarken, zu, katalog, lade_erklaerung(), "1GB")
    zeilen = pl.read_parquet(ziel)
    assert len(zeilen) == anzahl
    return zeilen


def _marken(datei: Path, katalog: list[Kennzahl], **zellen: str) -> dict[str, list[tuple[str, str]]]:
    """Per model (cell, mark), the cell's parts that are the same everywhere left out."""
    zellmarken = pl.DataFrame(
        [(f"hze_faelle_{k}|insgesamt|{REST}", m) for k, m in zellen.items()],
        schema={"schluessel": pl.String, "marke": pl.String}, orient="row",
    )  # fmt: skip
    gefunden: dict[str, list[tuple[str, str]]] = {}
    for modell, zelle, marke in _zeilenmarken(datei, zellmarken, NICHTS, katalog).iter_rows():
        gefunden.setdefault(modell, []).append((zelle, marke))
    return gefunden


ZAEHLER = ("hze_faelle", "zaehler", "hze_aggregate", "hze_faelle_jahressumme")


@pytest.mark.parametrize(("marke", "gesperrt"), [("offen", False), ("gesperrt", True)])
def test_a_kennzahl_follows_its_count(tmp_path: Path, katalog: list[Kennzahl], marke: str, gesperrt: bool) -> None:
    datei = _warehouse(tmp_path, [ZAEHLER], [("hze_faelle", "gerechnet", "gueltig")])
    assert ("intern_kennzahlen" in _marken(datei, katalog, jahressumme=marke)) is gesperrt


def test_a_count_that_is_no_cell_is_not_published(tmp_path: Path, katalog: list[Kennzahl]) -> None:
    datei = _warehouse(tmp_path, [ZAEHLER], [("hze_faelle", "gerechnet", "gueltig")])
    ((_, marke),) = _marken(datei, katalog)["intern_kennzahlen"]
    assert marke == "gesperrt"


def test_public_tables_need_no_mark(tmp_path: Path, katalog: list[Kennzahl]) -> None:
    teile = [("bev_u18", "zaehler", "amtlich", "bevoelkerung")]
    assert "intern_kennzahlen" not in _marken(
        _warehouse(tmp_path, teile, [("bev_u18", "gerechnet", "gueltig")]), katalog
    )


def test_one_protected_part_is_enough(tmp_path: Path, katalog: list[Kennzahl]) -> None:
    teile = [("bev_u18", "zaehler", "amtlich", "bevoelkerung"), ("bev_u18", "zaehler", "register", "bevoelkerung")]
    assert "intern_kennzahlen" in _marken(_warehouse(tmp_path, teile, [("bev_u18", "gerechnet", "gueltig")]), katalog)


def test_what_cannot_be_traced_is_not_published(tmp_path: Path, katalog: list[Kennzahl]) -> None:
    """No parts, no public source: a model of its own must be declared. Missing values tell nothing."""
    zeilen = [("selbst_gerechnet", "gerechnet", "gueltig"), ("ohne_wert", "ohne", "nicht_verfuegbar"),
              ("fertig_geliefert", "geliefert", "gueltig")]  # fmt: skip
    marken = _marken(_warehouse(tmp_path, [], zeilen), katalog)["intern_kennzahlen"]
    assert [z.split("|")[4] for z, _ in marken] == ["fertig_geliefert", "selbst_gerechnet"]


def test_young_people_follow_the_faelle_and_other_units_do_not_appear(tmp_path: Path, katalog: list[Kennzahl]) -> None:
    datei = _warehouse(tmp_path, [ZAEHLER], [("hze_faelle", "gerechnet", "gueltig")])
    hilfen = {z.split("|")[5]: m for z, m in _marken(datei, katalog, jahressumme="gesperrt")["intern_hilfen"]}
    assert hilfen == {"faelle": "gesperrt", "junge_menschen": "gesperrt"}


def test_rows_of_a_mixed_mart_from_an_undeclared_table_are_missing(tmp_path: Path, katalog: list[Kennzahl]) -> None:
    datei = _warehouse(tmp_path, [ZAEHLER], [("hze_faelle", "gerechnet", "gueltig")])
    marken = _marken(datei, katalog, jahressumme="offen")
    for modell in ("intern_bevoelkerung", "intern_schule"):
        assert [("register" in z, "amtlich" in z, m) for z, m in marken[modell]] == [(True, False, "fehlt")]


def test_a_sum_of_counts_is_a_count_of_its_own(katalog: list[Kennzahl]) -> None:
    seiten = {(s.kennzahl, s.seite): s for s in aus_katalog(katalog, lade_erklaerung()) if s.profil == "alle"}
    zaehler = seiten["anteil_fremdunterbringung_pct", "zaehler"]
    assert zaehler.merkmal.startswith("summe +art_09 +art_10")
    assert {m for m, _ in zaehler.teile} == {"art_09", "art_10", "art_11", "art_12_stationaer", "art_15"}
    assert seiten["nichtstationaer_zu_stationaer", "zaehler"].merkmal == "summe +insgesamt -stationaer"
    assert ("bev_u18", "zaehler") not in seiten


@pytest.mark.parametrize(("nachbar", "gesperrt"), [(0.0, False), (5.0, False), (4.0, True)])
def test_a_small_count_hides_its_whole_level(
    tmp_path: Path, katalog: list[Kennzahl], nachbar: float, gesperrt: bool
) -> None:
    """Whole minus the other Räume would give it away."""
    teil = ("bev_u18", "zaehler", "einwohnermelde", "bevoelkerung", ("r", 90.0), ("nachbar", nachbar), ("kreis", 99.0))
    datei = _warehouse(tmp_path, [teil], [("bev_u18", "gerechnet", "gueltig")])
    assert ("intern_kennzahlen" in _marken(datei, katalog)) is gesperrt


def _register(kennzahl: str, r: float, seite: str = "zaehler", **andere: str) -> tuple[Any, ...]:
    tabelle = {"tabelle": "einwohnermelde", "messgroesse": "bevoelkerung", **andere}
    return (kennzahl, seite, tabelle["tabelle"], tabelle["messgroesse"], ("r", r), ("nachbar", 99.0))


@pytest.mark.parametrize(
    ("werte", "gesperrt"),
    [
        ({"bev_u21": 24.0, "bev_u18": 20.0}, {"bev_u21"}),  # four from 18 to 20
        ({"bev_u21": 25.0, "bev_u18": 20.0}, set()),
        ({"bev_u21": 20.0, "bev_u18": 20.0}, set()),  # zeros are shown
        ({"bev_u3": 6.0, "bev_3_u6": 6.0}, set()),  # side by side
        ({"bev_u21": 30.0, "bev_6_u18": 16.0, "bev_u3": 11.0}, set()),  # they have no end in common
        ({"bev_u18": 30.0, "bev_6_u18": 16.0, "bev_u3": 11.0}, {"bev_6_u18"}),  # three from 3 to 5
        # four from 21 to 26, over four steps: all others are linked by 18 and 0
        ({"bev_u3": 9.0, "bev_3_u6": 9.0, "bev_6_u18": 9.0, "bev_18_u21": 9.0, "bev_u27": 40.0}, {"bev_18_u21"}),
    ],
)
def test_what_age_groups_differ_by_is_a_count(
    tmp_path: Path, katalog: list[Kennzahl], werte: dict[str, float], gesperrt: set[str]
) -> None:
    """One of the groups is not shown, in no Raum of the level; the others stay."""
    zeilen = [(k, "gerechnet", "gueltig") for k in werte]
    marken = _marken(_warehouse(tmp_path, [_register(k, w) for k, w in werte.items()], zeilen), katalog)
    assert {z.split("|")[4] for z, _ in marken.get("intern_kennzahlen", [])} == gesperrt


@pytest.mark.parametrize(("mit", "von", "gesperrt"), [(28.0, 30.0, True), (25.0, 30.0, False), (30.0, 30.0, False)])
def test_those_without_the_feature_are_a_count(
    tmp_path: Path, katalog: list[Kennzahl], mit: float, von: float, gesperrt: bool
) -> None:
    """93 % of 30 tell of two; that it is all of them is the 100 % of a table whose zeros are shown."""
    name, haushalte = "alleinerziehende_pct", {"tabelle": "haushalte", "messgroesse": "haushalte"}
    teile = [_register(name, mit, **haushalte), _register(name, von, "nenner", **haushalte)]
    marken = _marken(_warehouse(tmp_path, teile, [(name, "gerechnet", "gueltig")]), katalog)
    assert ("intern_kennzahlen" in marken) is gesperrt


def test_young_people_by_age_do_not_appear(tmp_path: Path, katalog: list[Kennzahl]) -> None:
    """A child of three in a family whose Hilfe stands at another age: no Fall, and one child."""
    datei = _warehouse(tmp_path, [ZAEHLER], [("hze_faelle", "gerechnet", "gueltig")])
    with duckdb.connect(str(datei)) as con:
        con.sql("update intern.intern_hilfen set altersgruppe = '0-3'")
    zelle = ("hze_faelle_jahressumme|insgesamt|insgesamt|0-3|r|2022-12-31", "offen")
    marken = pl.DataFrame([zelle], schema={"schluessel": pl.String, "marke": pl.String}, orient="row")
    zeilen = _zeilenmarken(datei, marken, NICHTS, katalog).filter(pl.col("modell") == "intern_hilfen")
    assert [z.split("|")[5] for z in zeilen["zelle"]] == ["faelle"]


@pytest.mark.parametrize(
    ("jahr", "merkmal", "gesperrt"),
    [(2022, "insgesamt", True), (2021, "insgesamt", False), (2022, "stationaer", False)],
)
def test_costs_that_no_raum_shows_in_a_year(
    tmp_path: Path, katalog: list[Kennzahl], jahr: int, merkmal: str, gesperrt: bool
) -> None:
    name = "ausgaben_je_hilfemonat_eur"
    kosten = (name, "zaehler", "hze_aggregate", "hze_kosten_ist_eur_kosten")
    monate = (name, "nenner", "hze_aggregate", "hze_hilfemonate_hilfemonate")
    datei = _warehouse(tmp_path, [kosten, monate], [(name, "gerechnet", "gueltig")])
    zelle = pl.DataFrame({"schluessel": [f"hze_faelle_jahressumme|insgesamt|{REST}"], "marke": ["offen"]})
    zu = pl.DataFrame([("j", jahr, merkmal)], schema=GESCHLOSSEN, orient="row")
    marken = _zeilenmarken(datei, zelle, zu, katalog)
    assert ("intern_kennzahlen" in marken["modell"].to_list()) is gesperrt
