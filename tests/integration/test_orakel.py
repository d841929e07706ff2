"""The real inputs end to end: every oracle of SOURCES.md that the main job covers, through the released BI file.

Here: published figures, reasons for missing ones, the folders of a release, the second refresh.
Not here: bad deliveries (``test_lieferungen.py``), invented data.

Figures: © Statistische Ämter des Bundes und der Länder, Deutschland, 2017, dl-de/by-2-0, Tabellen 12411-01-01-5,
12411-02-03-5, 21111-02-06-4, AI003-2; Hanse- und Universitätsstadt Rostock, OpenData.HRO, Bevölkerungsstruktur.
"""

from __future__ import annotations

import csv
import hashlib
import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from sources.formate import shapefile

if TYPE_CHECKING:
    from tests.conftest import Haus

pytestmark = pytest.mark.lang  # the house of all real inputs

Zeilen = list[dict[str, Any]]
JUGENDAEMTER = ("arnsberg", "ortenaukreis", "rostock", "verden")
MIT_WERT = ("gueltig", "null_genau", "gerundete_null")
MARTS = {
    "angebote", "bevoelkerung", "datenqualitaet", "haushalt", "hilfearten", "hilfen", "kennzahlen", "kennzahlenkatalog",
    "kommentare", "raeume", "raumgrenzen", "raumzuordnung", "schule", "steckbrief", "vergleichsreihen", "zeit",
}  # fmt: skip


@pytest.fixture(scope="module")
def mart(echtes_haus: Haus, frage_bi: Callable[[Path, str], Zeilen]) -> Callable[[str], Zeilen]:
    return lambda sql: frage_bi(echtes_haus.home, sql)


@pytest.fixture(scope="module")
def wert(mart: Callable[[str], Zeilen]) -> Callable[..., dict[str, Any]]:
    """The one row of mart.kennzahlen of a Raum, year and Kennzahl (of the main source unless another is named)."""

    def hole(raum: str, kennzahl: str, jahr: int, quelle: str = "") -> dict[str, Any]:
        welche = f"quelle = '{quelle}'" if quelle else "hauptquelle"
        (zeile,) = mart(
            f"select * from mart.kennzahlen where raum_id = '{raum}' and kennzahl = '{kennzahl}' "
            f"and berichtsjahr = {jahr} and {welche}"
        )
        return zeile

    return hole


# --- oracles ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("kreis", "ebene", "reihe"),
    [
        ("08317", ("sozialraum", "gemeindefrei"), (420106, 415639, 412678, 411700, 410408, 417513, 417267, 417613)),
        ("03361", ("kommune",), (134645, 133215, 132459, 132129, 131936, 133368, 133328, 133560)),
    ],
)
def test_gemeinden_ergeben_den_kreis(
    mart: Callable[[str], Zeilen], kreis: str, ebene: tuple[str, ...], reihe: tuple[int, ...]
) -> None:
    namen = ", ".join(f"'{e}'" for e in ebene)
    zeilen = mart(
        f"""select berichtsjahr,
            sum(wert) filter (raumebene = 'jugendamt') as ganzes,
            sum(wert) filter (raumebene in ({namen})) as teile
        from mart.kennzahlen
        where kennzahl = 'bev_gesamt' and quelle = 'fortschreibung' and starts_with(raum_id, '{kreis}')
            and berichtsjahr between 2008 and 2015
        group by all order by berichtsjahr desc"""
    )
    assert [z["ganzes"] for z in zeilen] == list(reihe)
    assert [z["teile"] for z in zeilen] == list(reihe)


def test_samtgemeinde_zaehlt_einmal_und_ist_die_summe_ihrer_mitglieder(mart: Callable[[str], Zeilen]) -> None:
    (z,) = mart(
        """select sum(wert) filter (raum_id = '03361401') as samtgemeinde,
            sum(wert) filter (raumebene = 'gemeinde') as mitglieder, count(*) filter (raumebene = 'gemeinde') as n
        from mart.kennzahlen where jugendamt = 'verden' and kennzahl = 'bev_gesamt' and berichtsjahr = 2015"""
    )
    assert z["n"] == 4
    assert z["samtgemeinde"] == z["mitglieder"] > 0


@pytest.mark.parametrize(
    ("raum", "u18", "gesamt"),
    [
        ("08317001", 4283, 25018),
        ("03361001", 5380, 31156),
        ("05958004", 12193, 73784),
        ("13003000", 27883, 206011),
        ("08317", 73178, 420106),
        ("03361", 23646, 134645),
    ],
)
def test_unter_18_und_alle(wert: Callable[..., dict[str, Any]], raum: str, u18: int, gesamt: int) -> None:
    assert wert(raum, "bev_u18", 2015, "fortschreibung")["wert"] == u18
    assert wert(raum, "bev_gesamt", 2015, "fortschreibung")["wert"] == gesamt


@pytest.mark.parametrize(
    ("raum", "u21"),
    [("08317", 87771), ("08317126", 292), ("03361001", 6293), ("05958004", 14596), ("13003000", 33931)],
)
def test_unter_21_ist_geschaetzt(wert: Callable[..., dict[str, Any]], raum: str, u21: int) -> None:
    """Under 20 plus a fifth of those from 20 to under 25: the table has no border at 21."""
    zeile = wert(raum, "bev_u21", 2015, "fortschreibung")
    assert round(zeile["wert"]) == u21
    assert "geschaetzt" in zeile["hinweise"]
    assert "geschaetzt" not in wert(raum, "bev_u18", 2015, "fortschreibung")["hinweise"]


@pytest.mark.parametrize(
    ("raum", "jugend", "alten"),
    [("08317", 32.9, 33.5), ("08317126", 32.9, 33.2), ("03361001", 33.9, 42.3), ("13003000", 24.8, 37.5)],
)
def test_quotienten(wert: Callable[..., dict[str, Any]], raum: str, jugend: float, alten: float) -> None:
    for kennzahl, soll in (("jugendquotient", jugend), ("altenquotient", alten)):
        zeile = wert(raum, kennzahl, 2015, "fortschreibung")
        assert round(zeile["wert"], 1) == soll
        assert zeile["wert"] == pytest.approx(100 * zeile["zaehler"] / zeile["nenner"], rel=1e-12), "ungerundet"


@pytest.mark.parametrize(
    ("jahr", "summe"), [(2005, 197218), (2011, 202131), (2015, 206033), (2018, 209085), (2022, 210802), (2023, 211692)]
)
def test_register_von_rostock(mart: Callable[[str], Zeilen], jahr: int, summe: int) -> None:
    (z,) = mart(
        f"""select sum(wert) filter (raumebene = 'sozialraum') as teile,
            count(*) filter (raumebene = 'sozialraum') as n, sum(wert) filter (raumebene = 'jugendamt') as ganzes
        from mart.kennzahlen
        where jugendamt = 'rostock' and kennzahl = 'bev_gesamt' and quelle = 'register' and berichtsjahr = {jahr}"""
    )
    assert (z["teile"], z["n"], z["ganzes"]) == (summe, 21, summe)


def test_rostock_haelt_die_quellen_auseinander(wert: Callable[..., dict[str, Any]]) -> None:
    assert wert("13003000", "bev_gesamt", 2015, "fortschreibung")["wert"] == 206011
    assert wert("13003000", "bev_gesamt", 2015, "register")["wert"] == 206033
    assert wert("13003000", "bev_gesamt", 2015)["quelle"] == "register", "das Profil nennt das Register zuerst"


@pytest.mark.parametrize(("raum", "alle", "ohne"), [("08317", 5217, 224), ("13003000", 1448, 140)])
def test_abgaenger(wert: Callable[..., dict[str, Any]], raum: str, alle: int, ohne: int) -> None:
    assert wert(raum, "abgaenger_gesamt", 2015)["wert"] == alle
    quote = wert(raum, "abgaenger_ohne_hsa_pct", 2015)
    assert (quote["zaehler"], quote["nenner"]) == (ohne, alle)
    assert quote["wert"] == pytest.approx(100 * ohne / alle, rel=1e-12)


def test_quote_der_ortenau_ist_4_3(wert: Callable[..., dict[str, Any]]) -> None:
    assert round(wert("08317", "abgaenger_ohne_hsa_pct", 2015)["wert"], 1) == 4.3


@pytest.mark.parametrize(("kennzahl", "spalte"), [("abgaenger_ahr_pct", 3), ("abgaenger_ohne_hsa_pct", 4)])
def test_veroeffentlichte_abgaengerquoten(
    mart: Callable[[str], Zeilen], testdaten: Path, kennzahl: str, spalte: int
) -> None:
    """AI003-2 publishes the same rates with one digit for every Kreis and year."""
    ganze = {"08317": "08317", "03361": "03361", "13003": "13003000"}
    text = (testdaten / "genesis" / "schools" / "AI003-2_00.csv").read_text("utf-8")
    veroeffentlicht = {
        (ganze[z[1]], int(z[0])): z[spalte].replace(",", ".")
        for z in csv.reader(text.splitlines(), delimiter=";")
        if len(z) == 5 and z[1] in ganze
    }
    zeilen = mart(f"select raum_id, berichtsjahr, wert from mart.kennzahlen where kennzahl = '{kennzahl}'")
    gerechnet = {(z["raum_id"], z["berichtsjahr"]): z["wert"] for z in zeilen}
    verglichen = {k: float(v) for k, v in veroeffentlicht.items() if re.fullmatch(r"[0-9.]+", v)}
    assert len(verglichen) == 30, "drei Kreise, 2006 bis 2015"
    falsch = {k: (gerechnet[k], v) for k, v in verglichen.items() if abs(gerechnet[k] - v) > 0.05 + 1e-9}
    assert falsch == {}


def test_gelieferte_quotienten_wie_geliefert(mart: Callable[[str], Zeilen], testdaten: Path) -> None:
    ordner = testdaten / "rostock" / "bevoelkerung"
    for datei, spalte, kennzahl, jahr in (
        ("alter_2023.csv", "jugendquotient", "jugendquotient", 2023),
        ("alter_2023.csv", "altenquotient", "altenquotient", 2023),
        ("staatsangehoerigkeit_2015.csv", "anteil_auslaendisch", "auslaenderanteil_pct", 2015),
    ):
        with (ordner / datei).open(encoding="utf-8") as offen:
            geliefert = {f"13003000-{z['stadtbereich_code']}": float(z[spalte]) for z in csv.DictReader(offen)}
        zeilen = mart(
            f"""select raum_id, wert, zaehler, nenner, hinweise from mart.kennzahlen where kennzahl = '{kennzahl}'
            and berichtsjahr = {jahr} and raumebene = 'sozialraum' and jugendamt = 'rostock'"""
        )
        assert {z["raum_id"]: z["wert"] for z in zeilen} == geliefert
        assert len(geliefert) == 21
        assert {(z["zaehler"], z["nenner"], "gerundet" in z["hinweise"]) for z in zeilen} == {(None, None, True)}


def test_alter_xlsx_ist_wie_csv_angekommen(mart: Callable[[str], Zeilen]) -> None:
    zeilen = mart(
        """select berichtsjahr, count(wert) as n from mart.kennzahlen where kennzahl = 'jugendquotient'
        and jugendamt = 'rostock' and raumebene = 'sozialraum' and wert is not null group by all order by all"""
    )
    assert zeilen == [{"berichtsjahr": j, "n": 21} for j in (2016, 2017, 2018, 2019, 2023)]


# --- where there is no figure -------------------------------------------------------------------------------


_FEHLT = [
    ("rostock", "raumebene = 'sozialraum' and kennzahl = 'bev_u18' and berichtsjahr = 2023", 21, "Altersgruppen"),
    ("arnsberg", "raumebene = 'stadtteil' and kennzahl = 'bev_gesamt'", 15, "nicht erhoben"),
    ("arnsberg", "raumebene = 'sozialraum'", 0, ""),
    ("arnsberg", "raum_id = '05958004' and kennzahl like 'abgaenger%'", 3, "Kreise"),
    ("ortenaukreis", "raumebene = 'sozialraum' and kennzahl = 'abgaenger_ohne_hsa_pct'", 51, "Kreise"),
]


@pytest.mark.parametrize(("jugendamt", "wo", "anzahl", "wort"), _FEHLT)
def test_nicht_verfuegbar_mit_grund(
    mart: Callable[[str], Zeilen], jugendamt: str, wo: str, anzahl: int, wort: str
) -> None:
    jahr = "" if "berichtsjahr" in wo else "and berichtsjahr = 2015"
    zeilen = mart(
        f"""select status, grund, wert from mart.kennzahlen
        where hauptquelle and jugendamt = '{jugendamt}' and {wo} {jahr}"""
    )
    alle = mart("select 3 * count(distinct kennzahl) as n from mart.kennzahlenkatalog")[0]["n"]
    assert len(zeilen) == (anzahl or alle), "drei Räume ohne jede Kennzahl"
    assert {z["status"] for z in zeilen} == {"nicht_verfuegbar"}
    assert [z for z in zeilen if z["wert"] is not None or not z["grund"] or wort not in z["grund"]] == []


def test_der_hochsauerlandkreis_heisst_nirgends_arnsberg(mart: Callable[[str], Zeilen]) -> None:
    assert mart("select * from mart.schule where jugendamt = 'arnsberg'") == []
    (z,) = mart("select max(wert) as m from mart.bevoelkerung where jugendamt = 'arnsberg'")
    assert z["m"] < 80_000, "der Kreis hat über 250.000 Einwohner"


def test_kein_wert_ohne_status_und_kein_fehlender_ohne_grund(mart: Callable[[str], Zeilen]) -> None:
    liste = ", ".join(f"'{s}'" for s in MIT_WERT)
    assert mart(f"select * from mart.kennzahlen where (wert is not null) != (status in ({liste}))") == []
    assert mart("select * from mart.kennzahlen where status is null or grund is null or hinweise is null") == []
    assert mart("select distinct status from mart.kennzahlen where wert is null and grund = ''") == []
    assert mart("select * from mart.kennzahlen where wert is not null and grund != ''") == []
    for name in ("bevoelkerung", "schule"):
        assert mart(f"select * from mart.{name} where (wert is not null) != (status in ({liste}))") == []


def test_keine_veraenderung_ueber_den_zensus_2011(mart: Callable[[str], Zeilen]) -> None:
    zeilen = mart(
        """select jugendamt, status, wert, grund from mart.kennzahlen where kennzahl = 'bev_veraenderung_pct'
        and berichtsjahr = 2011 and raumebene = 'jugendamt' and quelle = 'fortschreibung'"""
    )
    assert {z["jugendamt"] for z in zeilen} == set(JUGENDAEMTER)
    assert {(z["status"], z["wert"]) for z in zeilen} == {("zeitreihenbruch", None)}


# --- Räume --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("jugendamt", "n"), [("ortenaukreis", 51), ("rostock", 21)])
def test_query_der_aufgabe(echtes_haus: Haus, jugendamt: str, n: int) -> None:
    lauf = echtes_haus.cli(
        "query",
        "--json",
        f"select count(*) as n from mart.raeume where jugendamt='{jugendamt}' and raumebene='sozialraum'",
    )
    assert (lauf.returncode, lauf.stdout.strip()) == (0, f'[{{"n": {n}}}]')


def test_das_ganze_und_die_besonderen_raeume(mart: Callable[[str], Zeilen]) -> None:
    ganze = mart("select jugendamt, raum_id from mart.raeume where raumebene = 'jugendamt' order by all")
    assert {z["jugendamt"]: z["raum_id"] for z in ganze} == {
        "arnsberg": "05958004", "ortenaukreis": "08317", "rostock": "13003000", "verden": "03361",
    }  # fmt: skip
    besondere = {z["raum_id"] for z in mart("select raum_id from mart.raeume where raum_id like '%:%'")}
    assert {f"{j}:{art}" for j in JUGENDAEMTER for art in ("nicht_zuordenbar", "ausserhalb")} <= besondere
    (verden,) = mart("select count(*) as n from mart.raeume where jugendamt = 'verden' and raumebene = 'kommune'")
    assert verden["n"] == 8


def test_alle_raeume_ergeben_immer_das_ganze(mart: Callable[[str], Zeilen]) -> None:
    """Per Jugendamt, year, source and additive Kennzahl: the children in the planning hierarchy plus the rest."""
    zeilen = mart(
        """
        with additiv as (
            select * from mart.kennzahlen
            where kennzahl in ('bev_gesamt', 'bev_u18', 'abgaenger_gesamt') and wert is not null
        ),
        ganzes as (select * from additiv where raumebene = 'jugendamt'),
        kinder as (
            select z.jugendamt, z.raum_id, z.hierarchie from mart.raumzuordnung as z
            inner join mart.raeume as r on r.raum_id = z.eltern_raum_id and r.raumebene = 'jugendamt'
            union all
            select r.jugendamt, r.raum_id, h.hierarchie from mart.raeume as r
            inner join (select distinct jugendamt, hierarchie from mart.raumzuordnung) as h using (jugendamt)
            where r.raumebene = 'sonstige'
        )
        select g.jugendamt, g.berichtsjahr, g.quelle, g.kennzahl, k.hierarchie, any_value(g.wert) as ganzes,
            sum(t.wert) as teile
        from ganzes as g
        inner join kinder as k on k.jugendamt = g.jugendamt
        inner join additiv as t
            on t.raum_id = k.raum_id and t.kennzahl = g.kennzahl and t.berichtsjahr = g.berichtsjahr
            and t.quelle = g.quelle
        where k.hierarchie = 'planung'
        group by all
        """
    )
    assert {z["jugendamt"] for z in zeilen} == {"ortenaukreis", "rostock", "verden"}
    assert len(zeilen) > 30
    assert [z for z in zeilen if z["ganzes"] != z["teile"]] == []


def test_steckbrief_sagt_dasselbe_wie_die_kennzahlen(mart: Callable[[str], Zeilen]) -> None:
    codes = [z["kennzahl"] for z in mart("select distinct kennzahl from mart.kennzahlenkatalog")]
    assert {
        "bev_gesamt", "bev_u18", "jugendquotient", "altenquotient", "auslaenderanteil_pct", "bev_veraenderung_pct",
        "abgaenger_gesamt", "abgaenger_ohne_hsa_pct", "bev_u21", "gesamtquotient", "abgaenger_ahr_pct",
    } <= set(codes)  # fmt: skip
    for code in codes:
        (z,) = mart(
            f"""select count(*) as n,
                count_if(s.{code} is distinct from k.wert or s.{code}_status is distinct from k.status) as anders
            from mart.kennzahlen as k left join mart.steckbrief as s using (jugendamt, raum_id, berichtsjahr)
            where k.kennzahl = '{code}' and k.hauptquelle
                -- day care of the spring after the Berichtsjahr has no Steckbrief yet
                and k.berichtsjahr <= (
                    select max(berichtsjahr) from mart.steckbrief as alle where alle.jugendamt = k.jugendamt
                )"""
        )
        assert z["n"] > 0
        assert z["anders"] == 0, code


def test_schluessel_der_veroeffentlichten_marts_sind_eindeutig(mart: Callable[[str], Zeilen]) -> None:
    schluessel = {
        "kennzahlen": "jugendamt, raum_id, berichtsjahr, stichtag, kennzahl, version, quelle",
        "raeume": "raum_id",
        "raumzuordnung": "raum_id, hierarchie, eltern_raum_id, gueltig_von",
        "kennzahlenkatalog": "kennzahl, version, profil",
        "steckbrief": "jugendamt, raum_id, berichtsjahr",
        "zeit": "jugendamt, berichtsjahr, stichtag",
    }
    for name, spalten in schluessel.items():
        assert mart(f"select {spalten} from mart.{name} group by {spalten} having count(*) > 1") == [], name


# --- what is absent is said to be absent --------------------------------------------------------------------


def test_fehlende_familien_sind_ueberall_gesagt(echtes_haus: Haus, mart: Callable[[str], Zeilen]) -> None:
    lauf = echtes_haus.cli("status")
    for jugendamt in JUGENDAEMTER:
        release = echtes_haus.home / "current" / jugendamt
        gate = json.loads((release / "gate.json").read_text("utf-8"))
        titel = next(b for b in gate["befunde"] if b["titel"] == "Alle Datenfamilien sind geliefert")
        bericht = "".join(p.read_text("utf-8") for p in (release / "bericht").glob("*.html"))
        for familie in ("Hilfen zur Erziehung", "Budget"):
            assert re.search(rf"{familie}.*: fehlt", lauf.stdout)
            assert [z for z in titel["zeilen"] if str(z["familie"]).startswith(familie)]
            assert re.search(rf"{familie}[^:<]*: keine Lieferung", bericht)
    zeilen = mart("select jugendamt, ergebnis from mart.datenqualitaet where gegenstand like 'Hilfen zur Erziehung%'")
    assert {(z["jugendamt"], z["ergebnis"]) for z in zeilen} == {(j, "fehlt") for j in JUGENDAEMTER}


# --- releases -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("jugendamt", JUGENDAEMTER)
def test_manifest_nennt_jede_eingabe_und_ausgabe(
    echtes_haus: Haus, testdaten: Path, abdruck: Callable[[Path], dict[str, str]], jugendamt: str
) -> None:
    release = (echtes_haus.home / "current" / jugendamt).resolve()
    manifest = json.loads((release / "manifest.json").read_text("utf-8"))
    ausgaben = {a["pfad"]: a["sha256"] for a in manifest["ausgaben"]}
    da = abdruck(release)
    da.pop("manifest.json")
    assert ausgaben == da
    assert {a["bytes"] for a in manifest["ausgaben"]} == {(release / p).stat().st_size for p in da}

    eingaben = {(e["extrakt"], e["datei"]): e["sha256"] for e in manifest["eingaben"]}
    quellen = {p.name: p for p in testdaten.rglob("*") if p.is_file()}
    for (_, name), sha256 in eingaben.items():
        # a shapefile is several files and one delivery
        assert hashlib.sha256(shapefile.gepackt(quellen[name])).hexdigest() == sha256
    je_extrakt = {x: sum(e == x for e, _ in eingaben) for x, _ in eingaben}
    amtlich = {
        "bevoelkerung_geschlecht": 3, "bevoelkerung_altersgruppen": 1, "geburten": 1, "abgaenger": 2, "schulen": 1,
        "kindertagesbetreuung": 2, "kindertageseinrichtungen": 1, "jugendhilfeeinrichtungen": 1, "mindestsicherung": 2,
        "arbeitslose": 1, "bevoelkerung_kreise": 2, "zensus_einwohnerzahlen": 1, "gv100ad": 1, "schulverzeichnis": 1,
        "gebietsgrenzen": 4,
    }  # fmt: skip
    assert je_extrakt == {**amtlich, **({"opendata_hro": 134, "raumgrenzen": 1} if jugendamt == "rostock" else {})}


@pytest.mark.parametrize("jugendamt", JUGENDAEMTER)
def test_inhalt_eines_releases(echtes_haus: Haus, jugendamt: str, mart: Callable[[str], Zeilen]) -> None:
    release = echtes_haus.home / "current" / jugendamt
    for name in MARTS:
        for endung in ("parquet", "csv"):
            assert (release / "marts" / f"{name}.{endung}").stat().st_size > 0
    assert {p.stem for p in (release / "marts").iterdir()} == MARTS
    index = (release / "bericht" / "index.html").read_text("utf-8")
    assert "<svg" in index
    assert "Musterdaten" not in index
    raeume = mart(
        f"""select raum_name from mart.raeume
        where jugendamt = '{jugendamt}' and raumebene not in ('jugendamt', 'sonstige')"""
    )
    steckbriefe = [p for p in (release / "bericht" / "raum").glob("*.html") if not p.stem.endswith("-werte")]
    seiten = [p.read_text("utf-8") for p in steckbriefe]
    assert len(seiten) == len(raeume)
    assert [r["raum_name"] for r in raeume if not any(f"{r['raum_name']}</h1>" in s for s in seiten)] == []


def test_bi_datei_hat_genau_die_marts_aller_jugendaemter(mart: Callable[[str], Zeilen]) -> None:
    tabellen = mart("select schema_name, table_name from duckdb_tables()")
    assert {(t["schema_name"], t["table_name"]) for t in tabellen} == {("mart", n) for n in MARTS}
    assert {z["jugendamt"] for z in mart("select distinct jugendamt from mart.kennzahlen")} == set(JUGENDAEMTER)
    assert {z["m"] for z in mart("select distinct musterdaten as m from mart.kennzahlen")} == {False}


def test_current_ist_eine_kette_von_verweisen(echtes_haus: Haus) -> None:
    home = echtes_haus.home
    current = home / "current"
    assert current.is_symlink()
    assert re.fullmatch(r"stand/\d+", str(current.readlink()))
    assert {p.name for p in current.iterdir()} == {*JUGENDAEMTER, "bi"}
    for verweis in current.iterdir():
        assert verweis.is_symlink()
        assert not verweis.readlink().is_absolute(), "ein Datenhaus lässt sich umziehen"
        assert verweis.resolve().is_relative_to(home.resolve())
    assert (current / "bi" / "marts.duckdb").is_file()
    assert list(home.rglob(".unfertig-*")) == []


def test_originale_liegen_noch_und_das_archiv_hat_ihre_bytes(echtes_haus: Haus, testdaten: Path) -> None:
    pakete = list((echtes_haus.home / "archive").glob("*/*/*/datapackage.json"))
    assert len(pakete) == 159
    for paket in pakete:
        inhalt = json.loads(paket.read_text("utf-8"))["resources"][0]
        bytes_ = (paket.parent / inhalt["path"]).read_bytes()
        assert hashlib.sha256(bytes_).hexdigest() == paket.parent.name == inhalt["hash"].removeprefix("sha256:")
    assert len(list((testdaten / "rostock" / "bevoelkerung").glob("*.csv"))) == 130


def test_zweiter_refresh_macht_nichts(
    echtes_haus: Haus, testdaten: Path, tmp_path: Path, abdruck: Callable[[Path], dict[str, str]]
) -> None:
    haus = echtes_haus.kopie(tmp_path / "kopie")
    davor = {n: abdruck(haus.home / n) for n in ("archive", "releases", "bi", "stand", "lake")}
    warehouse = haus.home / "warehouse.duckdb"
    dbt = haus.home / "dbt" / "run_results.json"
    zeiten = (warehouse.stat().st_mtime_ns, dbt.stat().st_mtime_ns)
    lauf = haus.cli("refresh", "--landing", str(testdaten), "--json")
    assert lauf.returncode == 0, lauf.stderr
    ergebnis = json.loads(lauf.stdout)
    assert (ergebnis["annahme"]["neu"], ergebnis["annahme"]["bekannt"]) == ([], 159)
    assert (ergebnis["jugendaemter"], set(ergebnis["unveraendert"])) == ([], set(JUGENDAEMTER))
    assert (warehouse.stat().st_mtime_ns, dbt.stat().st_mtime_ns) == zeiten, "dbt ist gelaufen"
    danach = {n: abdruck(haus.home / n) for n in davor}
    for name in ("archive", "releases", "bi", "stand"):
        assert danach[name] == davor[name], name
    assert haus.home.joinpath("current").readlink() == echtes_haus.home.joinpath("current").readlink()
