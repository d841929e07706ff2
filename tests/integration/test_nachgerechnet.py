"""Every Kennzahl of every Jugendamt, Raum and year against the recomputation in ``nachrechnen``, on Musterdaten.

Here: the delivery (with what Musterdaten and shipped profiles lack: Leitträger, a product for UMA, the official count
of day care, § 28 and other traps of single Hilfen in the files ``verden_*.csv``), and the comparison of values and
statuses, in both directions. Not here: the formulas (``nachrechnen``), real figures
(``tests/warehouse/test_alle_kreise.py``).
"""

from __future__ import annotations

import os
import shutil
from collections import ChainMap, Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import duckdb
import pytest
import yaml

from orchestration.dbt import FALLEBENE, MARTS, Dbt, DbtErgebnis
from orchestration.fallebene import Fallebene
from orchestration.haus import Haus
from orchestration.umgebung import PROFILE, Umgebung
from sources.musterdaten import schreibe_musterdaten
from sources.profile import AMTLICH, lade_profile
from tests.integration.nachrechnen import geld, hze, kostenzerlegung, leute, umfeld
from tests.integration.nachrechnen.grundlage import JAHRE, WURZEL, Ergebnis, Jugendamt

pytestmark = pytest.mark.lang

ORTE = ("arnsberg", "ortenaukreis", "rostock", "verden")
KATALOG = WURZEL / "dbt_project" / "kennzahlen"
CODES = sorted(datei.stem for datei in KATALOG.glob("*.yml"))
LEITTRAEGER = "leittraeger,T01,verden:nord\nleittraeger,T03,verden:sued\n"
NACHRECHNEN = WURZEL / "tests" / "integration" / "nachrechnen"
PRODUKTE = """produkt,konto,gueltig_von,gueltig_bis,berichtsgruppe,paragraf,bezeichnung,belegt,quelle
51.20,448200,2000,,uma,§ 89d,Kostenerstattungen,false,Musterdaten
"""
# what the warehouse keeps in fewer digits than a float has: Hilfemonate of each Hilfe in millionths, forecasts in
# cents, their errors in ten thousandths of a percent
UNGENAU = {"ausgaben_je_hilfemonat_eur": (1e-7, 0.0)} | {
    f"prognose{was}": (0.0, genau)
    for verfahren in ("linear", "saison", "fall")
    for was, genau in ((f"_{verfahren}_eur", 0.006), (f"fehler_{verfahren}_pct", 1e-4))
}
# Euro. Hilfemonate of each Hilfe come in millionths, and some thousand of them are multiplied with some thousand Euro:
# 0.084 measured at most. What no Hilfemonat is in agrees to the digits that the model keeps.
EFFEKT_UNGENAU = dict.fromkeys(("menge", "mix", "preis", "inanspruchnahme"), 0.1)


@pytest.fixture(scope="module")
def basis(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Profiles and delivery."""
    basis = tmp_path_factory.mktemp("nachgerechnet")
    for ort in (*ORTE, AMTLICH):
        shutil.copytree(PROFILE / ort, basis / "profile" / ort)
    schreibe_musterdaten(lade_profile([basis / "profile"]), basis / "lieferung", jahre=JAHRE)
    for fallen in sorted(NACHRECHNEN.glob("verden_*.csv")):
        with (basis / "lieferung" / "verden" / fallen.name.removeprefix("verden_")).open("ab") as geliefert:
            geliefert.write(fallen.read_bytes())
    with (basis / "profile" / "verden" / "schluessel.csv").open("a", encoding="utf-8") as datei:
        datei.write(LEITTRAEGER)
    (basis / "profile" / "arnsberg" / "produkte.csv").write_text(PRODUKTE, "utf-8")
    shutil.copy(NACHRECHNEN / "22543-01-02-4_muster.csv", basis / "lieferung" / AMTLICH)
    return basis


@dataclass(frozen=True)
class Lager:
    """The warehouse of the four before geheimhaltung, and what made it."""

    dbt: Dbt
    warehouse: Path
    gebaut: list[DbtErgebnis]

    def frage(self, sql: str) -> list[tuple[Any, ...]]:
        """Rows of a query; dbt has the warehouse to itself between two of them."""
        with duckdb.connect(str(self.warehouse), read_only=True) as con:
            return con.sql(sql).fetchall()


@pytest.fixture(scope="module")
def lager(basis: Path) -> Iterator[Lager]:
    vorher = dict(os.environ)
    umgebung = Umgebung(basis / "data", (basis / "profile",))
    umgebung.setze_variablen()
    haus, dbt = Haus(umgebung), Dbt(umgebung)
    annahme = haus.nimm_an(list(ORTE), basis / "lieferung", Fallebene(dbt, haus.profile))
    assert {e.datei for e in annahme.nicht_angenommen} == {"wahrheit.json"}
    gebaut = dbt.baue("--exclude", MARTS, FALLEBENE, "exposure:*")
    yield Lager(dbt, umgebung.ablage.warehouse, gebaut)
    os.environ.clear()
    os.environ.update(vorher)


@dataclass
class Rechnung:
    """All of one Jugendamt a second time."""

    amt: Jugendamt
    kennzahlen: Ergebnis
    effekte: dict[tuple[str, int, str], float]


def _rechne(basis: Path, ort: str) -> Rechnung:
    amt = Jugendamt(basis / "profile" / ort, basis / "lieferung")
    personen = leute.Leute(amt)
    hilfen = hze.Hilfen(personen)
    teile = (
        leute.rechne(personen),
        umfeld.rechne(personen),
        hze.rechne(personen, hilfen),
        geld.rechne(personen, hilfen),
    )
    return Rechnung(amt, dict(ChainMap(*teile)), kostenzerlegung.rechne(personen, hilfen))


@pytest.fixture(scope="module")
def soll(basis: Path) -> dict[str, Rechnung]:
    return {ort: _rechne(basis, ort) for ort in ORTE}


def _ist(lager: Lager, ort: str) -> dict[tuple[str, str, str, int], tuple[str, Any]]:
    zeilen = lager.frage(
        "select kennzahl, quelle, raum_id, berichtsjahr, status, wert from intern.intern_kennzahlen "
        f"where jugendamt = '{ort}'"
    )
    ergebnis = {tuple(z[:4]): (z[4], z[5]) for z in zeilen}
    assert len(ergebnis) == len(zeilen)
    return ergebnis


@pytest.mark.parametrize("ort", ORTE)
def test_every_kennzahl_raum_and_year_agrees(lager: Lager, soll: dict[str, Rechnung], ort: str) -> None:
    erwartet, ist = soll[ort].kennzahlen, _ist(lager, ort)
    vorhanden = {k: w for k, w in ist.items() if w[0] != "nicht_verfuegbar"}
    assert {k: erwartet[k] for k in erwartet.keys() - vorhanden.keys()} == {}, "fehlt im Warehouse"
    assert {k: vorhanden[k] for k in vorhanden.keys() - erwartet.keys()} == {}, "nicht nachgerechnet"
    anders = {}
    for schluessel, (status, wert) in erwartet.items():
        rel, genau = UNGENAU.get(schluessel[0], (1e-9, 0.0))
        hier = None if wert is None else pytest.approx(wert, rel=rel, abs=genau)
        if vorhanden[schluessel] != (status, hier):
            anders[schluessel] = (vorhanden[schluessel], (status, wert))
    assert anders == {}


@pytest.mark.parametrize("ort", ORTE)
def test_where_there_is_no_figure_one_row_says_so(lager: Lager, soll: dict[str, Rechnung], ort: str) -> None:
    amt, da = soll[ort].amt, {(k, raum, jahr) for k, _, raum, jahr in soll[ort].kennzahlen}
    alle = {(k, raum, jahr) for k in CODES for jahr in JAHRE for raum in amt.im_jahr(jahr)}
    ohne = [(k, raum, jahr) for (k, _, raum, jahr), w in _ist(lager, ort).items() if w == ("nicht_verfuegbar", None)]
    assert len(ohne) == len(set(ohne))
    assert set(ohne) == alle - da


def test_every_kennzahl_of_the_catalogue_is_compared(soll: dict[str, Rechnung]) -> None:
    je = {ort: Counter(k[0] for k, (_, w) in r.kennzahlen.items() if w is not None) for ort, r in soll.items()}
    print("\n" + " ".join(["verglichene Werte".ljust(40), *(f"{ort:>14}" for ort in ORTE)]))
    for code in CODES:
        print(" ".join([code.ljust(40), *(f"{je[ort][code]:>14}" for ort in ORTE)]))
    print(" ".join(["Summe".ljust(40), *(f"{sum(je[ort].values()):>14}" for ort in ORTE)]))
    assert [code for code in CODES if not any(je[ort][code] for ort in ORTE)] == []


@pytest.mark.parametrize("ort", ORTE)
def test_the_effects_behind_a_change_of_costs_agree(lager: Lager, soll: dict[str, Rechnung], ort: str) -> None:
    zeilen = lager.frage(
        f"select raum_id, berichtsjahr, effekt, betrag_eur from intern.intern_kostenzerlegung where jugendamt = '{ort}'"
    )
    ist = {(raum, jahr, effekt): betrag for raum, jahr, effekt, betrag in zeilen}
    assert ist == {s: pytest.approx(w, rel=0, abs=EFFEKT_UNGENAU.get(s[2], 1e-4)) for s, w in soll[ort].effekte.items()}


def test_dbt_agrees_with_itself(lager: Lager) -> None:
    """Its unit tests, calculated by hand, and every data test: Musterdaten contradict themselves nowhere."""
    formeln = lager.dbt._rufe("test", "--select", "test_type:unit").result.results
    assert {r.status for r in formeln} == {"pass"}
    geprueft = {e.unique_id.split(".")[2]: e.status for e in lager.gebaut if e.unique_id.startswith("test.")}
    assert {"haushalt_geht_auf", "hze_bestand_geht_auf", "kinder_ergeben_eltern"} <= geprueft.keys()
    assert {name: status for name, status in geprueft.items() if status != "pass"} == {}


def test_beside_each_published_quote_the_jugendamt_is_100(hilfen_haus: Any, frage_bi: Any) -> None:
    zeilen = frage_bi(hilfen_haus.home, "select * from mart.kennzahlen")
    eintraege = {c: yaml.safe_load((KATALOG / f"{c}.yml").read_text("utf-8")) for c in CODES}
    ganzes = {(z["kennzahl"], z["quelle"], z["berichtsjahr"]): z["wert"] for z in zeilen if z["raum_id"] == "99001"}
    verglichen = 0
    for z in zeilen:
        bezug = ganzes.get((z["kennzahl"], z["quelle"], z["berichtsjahr"])) or 0
        hat_index = "nenner" in eintraege[z["kennzahl"]] and z["wert"] is not None and bezug > 0
        assert z["index_jugendamt"] == (pytest.approx(100 * z["wert"] / bezug) if hat_index else None), z
        verglichen += hat_index
    assert verglichen > 50
