"""A fifth Jugendamt by a profile folder alone: three levels, a second hierarchy, a merger, a street directory."""

from __future__ import annotations

import csv
import json
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import duckdb
import pytest

from sources.musterdaten import schreibe_musterdaten
from sources.profile import lade_profile
from sources.vertraege import lade_vertraege
from tests.conftest import WURZEL, Haus

PROFILE = WURZEL / "tests" / "jugendaemter_neu"
ORDNER = PROFILE / "musterstadt"
JAHRE = range(2016, 2020)
GANZES, ALT, NEU = "99011000", ("99011000-02", "99011000-03"), "99011000-04"
BESONDERE = [f"musterstadt:{art}" for art in ("nicht_zuordenbar", "ausserhalb", "uma", "para_86_6_89a")]
# published by their source, so that a release needs no disclosure control
OEFFENTLICH = ("bevoelkerung_raeume", "haushalt")

pytestmark = pytest.mark.lang


@dataclass(frozen=True)
class Stadt:
    """The house after the release, the delivered files, what the first refresh said, and its own warehouse."""

    haus: Haus
    lieferung: Path
    erster: str

    def lager(self, sql: str) -> list[tuple[object, ...]]:
        with duckdb.connect(str(self.haus.home / "warehouse.duckdb"), read_only=True) as con:
            return con.sql(sql).fetchall()


def _anschriften(ziel: Path) -> None:
    """Inhabitants of one more year as single persons: known streets, an unknown one, a name, a place outside."""
    orte = [("Lange Str.", "4", ""), ("LANGE STRASSE", "7a", ""), ("Unbekannter Weg", "1", ""), ("", "", "St. Anna"),
            ("", "", "Hafenviertel"), ("", "", "Auswärts"), ("", "", "5"),
            ("", "", "Muehlviertel Gärtnerau")]  # fmt: skip
    mal = [30, 20, 1, 10, 5, 4, 30, 40]
    zeilen = ["Straße;Hausnummer;Stadtteil;stichtag;alter;geschlecht;nationalitaet;musterdaten"]
    zeilen += [
        f"{strasse};{nummer};{name};31.12.2021;{5 + i % 40};m;D;1"
        for n, (strasse, nummer, name) in zip(mal, orte, strict=True)
        for i in range(n)
    ]
    ziel.write_text("\n".join(zeilen) + "\n", "utf-8")


@pytest.fixture(scope="module")
def stadt(tmp_path_factory: pytest.TempPathFactory) -> Stadt:
    lieferung, rest = tmp_path_factory.mktemp("lieferung"), tmp_path_factory.mktemp("rest")
    profile = lade_profile([PROFILE])
    schreibe_musterdaten(profile, lieferung, jahre=JAHRE, nur=OEFFENTLICH)
    haus = Haus(tmp_path_factory.mktemp("haus") / "data", PROFILE)
    lauf = haus.cli("refresh", "--landing", str(lieferung))
    assert lauf.returncode == 0, lauf.stdout + lauf.stderr
    # what is not public fills the warehouse; whether it may be released is for others to test
    schreibe_musterdaten(profile, rest, jahre=JAHRE, nur={*lade_vertraege()} - {"einwohnermelde", *OEFFENTLICH})
    _anschriften(rest / "musterstadt" / "einwohnermelde_2021.csv")
    haus.cli("refresh", "--landing", str(rest))
    return Stadt(haus, lieferung, lauf.stdout)


def test_es_gibt_ein_release_mit_allen_raeumen(stadt: Stadt) -> None:
    assert (stadt.haus.home / "current" / "musterstadt" / "bericht" / "index.html").exists(), stadt.erster
    (zeile,) = stadt.haus.frage(
        "select count(distinct raum_id) as raeume, count(distinct berichtsjahr) as jahre from mart.kennzahlen "
        "where jugendamt = 'musterstadt' and kennzahl = 'bev_u21' and wert is not null"
    )
    assert zeile == {"raeume": 9, "jahre": len(JAHRE)}
    ebenen = stadt.haus.frage("select distinct hierarchie from mart.raumzuordnung order by all")
    assert [z["hierarchie"] for z in ebenen] == ["gebietsstand", "planung", "schule"]


def test_das_ganze_ist_was_geliefert_wurde(stadt: Stadt) -> None:
    """Recomputed from the files with plain Python."""
    geliefert: dict[int, int] = defaultdict(int)
    for jahr in JAHRE:
        with (stadt.lieferung / "musterstadt" / f"einwohner_{jahr}.csv").open(
            encoding="utf-8-sig" if jahr >= 2020 else "cp1252"
        ) as datei:
            for zeile in csv.DictReader(datei, delimiter=";"):
                geliefert[jahr] += int(zeile["EW"])
    ganzes = stadt.haus.frage(
        "select berichtsjahr, wert from mart.kennzahlen where raum_id = '99011000' and kennzahl = 'bev_gesamt' "
        "and quelle = 'register'"
    )
    assert {z["berichtsjahr"]: z["wert"] for z in ganzes} == geliefert


def _teile(tag: str) -> Iterator[str]:
    """Räume directly below the whole on a day, from the profile's own file."""
    with (ORDNER / "zuordnung.csv").open(encoding="utf-8") as datei:
        for zeile in csv.DictReader(datei):
            gilt = zeile["gueltig_von"] <= tag <= (zeile["gueltig_bis"] or "9999")
            if zeile["eltern_raum_id"] == GANZES and zeile["hierarchie"] == "planung" and gilt:
                yield zeile["raum_id"]
    yield from BESONDERE


def test_raeume_und_restposten_ergeben_das_ganze_in_jeder_messgroesse(stadt: Stadt) -> None:
    zeilen = stadt.lager(
        "select messgroesse, tabelle, stichtag::varchar, geschlecht, altersgruppe, nationalitaet, merkmal, raum_id, "
        "wert from core.fct_messgroessen where herkunft = 'gezaehlt' and wert is not null"
    )
    summen: dict[tuple[object, ...], float] = defaultdict(float)
    ganze = {z[:-2]: z[-1] for z in zeilen if z[-2] == GANZES}
    for *zelle, raum_id, wert in zeilen:
        if raum_id in set(_teile(str(zelle[2]))):
            summen[tuple(zelle)] += float(wert)  # type: ignore[arg-type]
    assert {z[0] for z in summen} >= {"bevoelkerung", "schueler", "lebendgeborene", "haushalte"}
    assert {int(str(z[2])[:4]) for z in summen} == {*JAHRE, 2021}
    # a sum is rounded to six digits on each level (means and months of Hilfen)
    falsch = {
        zelle: (summe, ganze.get(zelle))
        for zelle, summe in summen.items()
        if zelle not in ganze or abs(summe - ganze[zelle]) > 1e-5
    }
    assert falsch == {}


def test_der_vereinigte_raum_hat_vor_der_vereinigung_die_summe_seiner_teile(stadt: Stadt) -> None:
    reihen = stadt.lager(
        "select tabelle, berichtsjahr, altersgruppe, geschlecht, raum_id, wert, ist_geschaetzt "
        "from core.fct_messgroessen "
        "where messgroesse = 'bevoelkerung' and quelle = 'register' and nationalitaet = 'insgesamt'"
    )
    werte = {z[:5]: z[5] for z in reihen}
    neu = [z for z in reihen if z[4] == NEU]
    assert {z[1] for z in neu} == {*JAHRE, 2021}, "one series over the merger"
    assert not any(z[6] for z in neu), "whole Räume are added, nothing is estimated"
    for *zelle, _, wert, _ in neu:
        teile = [werte.get((*zelle, alt)) for alt in ALT]
        if int(str(zelle[1])) < 2018:
            assert wert == sum(teile), zelle  # type: ignore[arg-type]
        else:
            assert teile == [None, None], zelle
    veraenderung = stadt.haus.frage(
        f"select wert from mart.kennzahlen where raum_id = '{NEU}' and kennzahl = 'bev_veraenderung_pct' "
        "and berichtsjahr = 2018 and hauptquelle"
    )
    assert abs(veraenderung[0]["wert"]) < 5


def test_die_abdeckung_jeder_lieferung_steht_im_status(stadt: Stadt) -> None:
    stand = json.loads(stadt.haus.cli("status", "--json").stdout)
    je = {e["datei"]: e["verortung"] for e in stand["lieferungen"]}
    assert je["einwohnermelde_2021.csv"] == {"alias": 85, "nicht_zuordenbar": 1, "schluessel": 4, "strasse": 50}
    assert "1 von 140 Sätzen (0,7 %) keinem Raum zugeordnet" in stadt.haus.cli("status").stdout


def test_anschriften_und_namen_finden_ihren_raum(stadt: Stadt) -> None:
    """Lange Straße even and odd, an unknown street, names in other spellings, a key without its zero, outside."""
    gezaehlt = stadt.lager(
        "select raum_id, wert from core.fct_messgroessen where berichtsjahr = 2021 and messgroesse = 'bevoelkerung' "
        "and geschlecht || altersgruppe || nationalitaet = 'insgesamtinsgesamtinsgesamt' and not ist_summe and wert > 0"
    )
    assert dict(gezaehlt) == {
        "99011000-01": 40,
        "99011000-04": 40,
        "99011000-05": 55,
        "musterstadt:nicht_zuordenbar": 1,
        "musterstadt:ausserhalb": 4,
    }
