"""What is planted in the Musterdaten (`wahrheit.json`), found again by the analyses.

Here: one Jugendamt with 51 Räume from native files to the analyses. They run on the unprotected layer, so that what is
tested is the analysis and not how much of the truth geheimhaltung hides. Not here: the arithmetic, the rules on n,
breaks, inhabitants and protected values (``tests/unit/analyse``, ``tests/unit/reports/test_analysen.py``).
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import duckdb
import numpy as np
import pytest
from scipy import stats

from reports.analyse.hilfen import analysiere_fruehwarnung, analysiere_mehrjahr
from reports.analyse.lebenslage import analysiere_zusammenhang, juengste_lage
from reports.analyse.typen import Daten
from reports.typen import Blatt, Wert

pytestmark = pytest.mark.lang
JUGENDAMT = "ortenaukreis"


@dataclass(frozen=True)
class Stand:
    daten: Daten
    raeume: dict[str, dict[str, Any]]
    korrelation: float


def _daten(warehouse: Path) -> Daten:
    with duckdb.connect(str(warehouse), read_only=True) as con:
        zeilen = con.execute(
            "select raum_id, raum_name, kennzahl, berichtsjahr, quelle, wert, status from intern.intern_kennzahlen"
            " where jugendamt = ? and hauptquelle and raumebene = 'sozialraum'",
            [JUGENDAMT],
        ).fetchall()
        hilfen = con.execute(
            "select konzept, raum_id, berichtsjahr, wert from intern.intern_hilfen where jugendamt = ? and"
            " (konzept, einheit) in (('begonnen', 'faelle'), ('hilfemonate', 'hilfemonate')) and"
            " hilfeart = 'insgesamt' and altersgruppe = 'insgesamt' and geschlecht = 'insgesamt'"
            " and merkmal = 'insgesamt'",
            [JUGENDAMT],
        ).fetchall()
        reformen = {
            jahr: "Reform der Statistik"
            for (jahr,) in con.execute(
                "select distinct berichtsjahr from intern.intern_kennzahlen where jugendamt = ? and"
                " kennzahl = 'hze_faelle' and contains(hinweise, 'zeitreihenbruch')",
                [JUGENDAMT],
            ).fetchall()
        }
    return Daten(
        jahr=2023,
        raeume={r: _blatt(r, name) for r, name in sorted({z[:2] for z in zeilen})},
        ganzes=_blatt("08317", "Ortenaukreis"),
        namen={z[2]: z[2] for z in zeilen},
        einheiten={z[2]: "" for z in zeilen},
        werte={
            (r, k, j): Wert(k, j, date(j, 12, 31), quelle, wert, None, status, (), "", None, True)
            for r, _, k, j, quelle, wert, status in zeilen
        },
        hilfen={(konzept, r, j): wert for konzept, r, j, wert in hilfen},
        hze_brueche=frozenset(),
        hze_reformen=reformen,
    )


def _blatt(raum_id: str, name: str) -> Blatt:
    return Blatt(raum_id, name, "sozialraum", "Kommune", "", None, None, True, (), (), ())


@pytest.fixture(scope="module")
def stand(demo: Path) -> Stand:
    wahrheit = json.loads((demo / "wahrheit.json").read_text("utf-8"))["jugendaemter"][JUGENDAMT]
    daten = _daten(demo / "warehouse.duckdb")
    assert len(daten.raeume) == len(wahrheit["raeume"]) == 51
    return Stand(daten, wahrheit["raeume"], wahrheit["korrelation_belastung_dichte"])


def test_der_index_folgt_der_gepflanzten_belastung(stand: Stand) -> None:
    lage = juengste_lage(stand.daten)
    assert lage is not None
    assert len(lage.indikatoren) == 4
    assert len(lage.werte) > 45
    last = [stand.raeume[r]["belastung"] for r in lage.werte]
    assert np.corrcoef(last, [*lage.werte.values()])[0, 1] > 0.95


def test_hze_haengt_an_der_lebenslage_wie_gepflanzt(stand: Stand) -> None:
    """The reported coefficient is that of the burden and the density that the generator itself counted."""
    analyse = analysiere_zusammenhang(stand.daten, juengste_lage(stand.daten))
    paare = [(z["index"], z["hze"]) for z in analyse.zeilen if z["index"] is not None and z["hze"] is not None]
    r = stats.spearmanr(*zip(*paare, strict=True)).statistic
    gezaehlt = [w["junge_menschen"]["2023"] / w["u21"]["2023"] for w in stand.raeume.values()]
    gepflanzt = stats.spearmanr([w["belastung"] for w in stand.raeume.values()], gezaehlt).statistic
    assert r == pytest.approx(gepflanzt, abs=0.05)
    assert r == pytest.approx(stand.korrelation, abs=0.2)
    assert f"Spearman {r:.2f}".replace(".", ",") in analyse.aussagen[0]


def test_spannen_der_mehrjahreswerte_decken_die_gepflanzten_quoten(stand: Stand) -> None:
    zeilen = [z for z in analysiere_mehrjahr(stand.daten).zeilen if z["zeitraum"] == "2019–2023"]
    faktor = [stand.raeume[z["raum_id"]]["hze_faktor"] for z in zeilen]
    personen = [z["jugendeinwohnerjahre"] for z in zeilen]
    niveau = 1000 * sum(z["begonnen"] for z in zeilen) / np.dot(faktor, personen)
    getroffen = [z["unten"] <= niveau * f <= z["oben"] for z, f in zip(zeilen, faktor, strict=True)]
    assert len(getroffen) == 51
    assert np.mean(getroffen) >= 0.9
    # and not because they are wide: the rate of all together lies outside many of them
    assert np.mean([z["unten"] <= niveau <= z["oben"] for z in zeilen]) < 0.8


def test_die_reform_von_2022_steht_bei_jedem_fenster_ueber_sie(stand: Stand) -> None:
    """The generator plants no break; the flag is that of the real statistics and stands all the same."""
    assert set(stand.daten.hze_reformen) == {2022}
    for analyse in (analysiere_mehrjahr(stand.daten), analysiere_fruehwarnung(stand.daten)):
        assert analyse.zeilen
        assert {z["bruch"] for z in analyse.zeilen} == {"ab 2022: Reform der Statistik"}


def test_ohne_gepflanzten_sprung_hoechstens_ein_fehlalarm(stand: Stand) -> None:
    befunde = [z["befund"] for z in analysiere_fruehwarnung(stand.daten).zeilen]
    assert len(befunde) == 51
    assert len(befunde) - befunde.count("unauffällig") <= 1


def test_ein_gepflanzter_sprung_wird_gemeldet(stand: Stand) -> None:
    raum = max(stand.raeume, key=lambda r: stand.raeume[r]["u21"]["2023"])
    neu = dict(stand.daten.hilfen)
    neu["begonnen", raum, 2023] = 2 * neu["begonnen", raum, 2023]
    zeilen = analysiere_fruehwarnung(Daten(**{**vars(stand.daten), "hilfen": neu})).zeilen
    assert [z["raum_id"] for z in zeilen if z["befund"] == "auffällig viele"] == [raum]
