"""The page and the files of the analyses: 36 invented Räume as the marts of one release."""

import csv
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
import pytest

from reports.analyse.daten import lies
from reports.analyse.rechnen import rechne
from reports.analyse.typen import Analyse, Feld
from reports.bericht import _seite, schreibe_bericht
from reports.modell import lade_modell
from reports.typen import BerichtsAngaben
from reports.zahlen import zahl
from sources.profile import Modellgebiet

RAEUME = [f"990010{i:02}" for i in range(36)]
JAHRE = range(2016, 2022)
GESPERRT = 123_456.0
KENNZAHLEN = {
    "bev_gesamt": "bevoelkerung", "bev_u21": "bevoelkerung", "sgb2_pct": "sgb2", "kinder_in_bg_u15_pct": "sgb2",
    "hze_ohne_28_quote": "hze",
}  # fmt: skip
TABELLEN = ["fruehwarnung", "hze_und_lebenslage", "lebenslagenindex", "mehrjahreswerte", "modellgebiete"]


def _werte(raum: int, jahr: int) -> dict[str, float]:
    last, u21 = 0.5 + raum / 36, 800.0 + 40 * raum
    schwankung = np.random.default_rng(raum * 10_000 + jahr).uniform(-0.5, 0.5, 3)
    return {
        "bev_gesamt": 5 * u21, "bev_u21": u21, "sgb2_pct": 8 * last + schwankung[0],
        "kinder_in_bg_u15_pct": 11 * last + schwankung[1], "hze_ohne_28_quote": 30 * last + schwankung[2],
    }  # fmt: skip


@pytest.fixture
def stand(marts: Path) -> Path:
    """Raum 5 has a protected count in 2020 and protected SGB II and HzE figures in 2021."""
    muster = pl.read_parquet(marts / "kennzahlen.parquet").row(0, named=True)
    katalog = pl.read_parquet(marts / "kennzahlenkatalog.parquet").row(0, named=True)
    zeilen: list[dict[str, Any]] = []
    hilfen: list[dict[str, Any]] = []
    for stelle, raum_id in enumerate(["99001", *RAEUME]):
        ebene = "kommune" if stelle else "jugendamt"
        for jahr in JAHRE:
            werte = _werte(stelle, jahr)
            for kennzahl, wert in werte.items():
                zu = stelle == 6 and jahr == 2021 and kennzahl in ("sgb2_pct", "hze_ohne_28_quote")
                stellvertreter = {"wert": GESPERRT, "status": "gesperrt"} if zu else {"wert": wert, "status": "gueltig"}
                zeilen.append({**muster, "raum_id": raum_id, "raum_name": f"Ort {stelle}", "raumebene": ebene,
                               "berichtsjahr": jahr, "kennzahl": kennzahl, **stellvertreter})  # fmt: skip
            zu = stelle == 6 and jahr == 2020
            fest = {"jugendamt": "musterkreis", "raum_id": raum_id, "berichtsjahr": jahr, "quelle": "fachverfahren",
                    **dict.fromkeys(("hilfeart", "altersgruppe", "geschlecht", "merkmal", "auspraegung"), "insgesamt"),
                    "status": "gesperrt" if zu else "gueltig"}  # fmt: skip
            neu = GESPERRT if zu else float(round(werte["bev_u21"] * werte["hze_ohne_28_quote"] / 2000))
            hilfen.append({**fest, "konzept": "begonnen", "einheit": "faelle", "wert": neu})
            hilfen.append({**fest, "konzept": "hilfemonate", "einheit": "hilfemonate", "wert": 14 * neu})
    raum = pl.read_parquet(marts / "raeume.parquet").row(2, named=True)
    ganzes = pl.read_parquet(marts / "raeume.parquet").row(0, named=True)
    inhalt = {
        "kennzahlen": zeilen,
        "kennzahlenkatalog": [{**katalog, "kennzahl": k, "name": f"Name {k}", "familie": f, "einheit": "Prozent",
                               "nenner_text": "Nenner"} for k, f in KENNZAHLEN.items()],
        "raeume": [ganzes, *({**raum, "raum_id": r, "raum_name": f"Ort {i}"} for i, r in enumerate(RAEUME, 1))],
        "hilfen": hilfen,
    }  # fmt: skip
    for mart, inhalt_zeilen in inhalt.items():
        pl.DataFrame(inhalt_zeilen, infer_schema_length=None).write_parquet(marts / f"{mart}.parquet")
    return marts


@pytest.fixture
def mit_gebiet(angaben: BerichtsAngaben) -> BerichtsAngaben:
    gebiet = Modellgebiet(gebiet="mitte", raum_id=RAEUME[20], von=date(2020, 1, 1), bis=None, belegt=True, quelle="x")
    return replace(angaben, modellgebiete=(gebiet,))


def _lies(datei: Path) -> list[dict[str, str]]:
    with datei.open(encoding="utf-8-sig", newline="") as strom:
        return list(csv.DictReader(strom, delimiter=";"))


def test_seite_und_dateien_sagen_dasselbe(stand: Path, mit_gebiet: BerichtsAngaben, tmp_path: Path) -> None:
    schreibe_bericht(stand, tmp_path / "bericht", mit_gebiet, [], tmp_path / "analyse")
    assert [d.stem for d in sorted((tmp_path / "analyse").iterdir())] == TABELLEN
    html = (tmp_path / "bericht/analyse.html").read_text("utf-8")
    index = _lies(tmp_path / "analyse/lebenslagenindex.csv")
    assert len(index) == 36
    for name in TABELLEN:
        zeilen = _lies(tmp_path / "analyse" / f"{name}.csv")
        assert {z["musterdaten"] for z in zeilen} == {"true"}
        assert f'id="{name}"' in html
    assert {z["status"] for z in index} == {"hoch", "mittel", "niedrig", "sehr niedrig", ""}
    for z in index:
        if z["index"]:
            gezeigt = f"<td>{zahl(float(z['index'].replace(',', '.')), 2)}</td>"
            assert gezeigt in html.split(f'raum/{z["raum_id"]}.html">')[1].split("</tr>")[0]
    assert "gilt für Räume, nicht für Familien" in html
    assert "Beobachtung, keine Wirkung" in html
    assert "Rückkehr zum Mittelwert" in html
    assert "Fehlalarme zu erwarten" in html
    assert html.count("Musterdaten – erfundene Werte</text>") == html.count("<svg") == 3


def _rechne(stand: Path, angaben: BerichtsAngaben) -> list[Analyse]:
    bericht = lade_modell(stand, angaben, [])
    return rechne(bericht, lies(bericht, stand))


def test_was_alle_zeilen_sagen_steht_einmal_ueber_der_tafel(stand: Path, mit_gebiet: BerichtsAngaben) -> None:
    bericht = lade_modell(stand, mit_gebiet, [])
    analyse = _rechne(stand, mit_gebiet)[0]
    satz = "ab 2022 andere Merkmale und Abgrenzungen der Erhebung"
    mit_satz = replace(
        analyse,
        spalten={**analyse.spalten, "bruch": Feld("Zeitreihenbruch")},
        zeilen=tuple({**z, "bruch": satz} for z in analyse.zeilen),
    )
    assert _seite("analyse", bericht, "", analysen=[mit_satz]).count(satz) == 1
    anders = replace(mit_satz, zeilen=(*mit_satz.zeilen[1:], {**mit_satz.zeilen[0], "bruch": "keiner"}))
    assert _seite("analyse", bericht, "", analysen=[anders]).count(satz) == len(analyse.zeilen) - 1


def test_gesperrtes_wirkt_nicht_auf_das_ergebnis(stand: Path, mit_gebiet: BerichtsAngaben) -> None:
    """Whatever a protected row carries: no result changes, and its Raum is said to be missing."""
    lage, _, mehrjahr, warnung, _ = eins = _rechne(stand, mit_gebiet)
    for mart in ("kennzahlen", "hilfen"):
        tabelle = pl.read_parquet(stand / f"{mart}.parquet")
        zu = pl.col("status") == "gesperrt"
        anders = tabelle.with_columns(wert=pl.when(zu).then(pl.lit(7.0)).otherwise("wert")).reverse()
        anders.write_parquet(stand / f"{mart}.parquet")
    assert _rechne(stand, mit_gebiet) == eins
    assert {z["raum_id"] for z in mehrjahr.zeilen} == {*RAEUME} - {RAEUME[5]}
    assert [z["einbezogen"] for z in lage.zeilen if z["raum_id"] == RAEUME[5]] == ["Indikatoren unvollständig"]
    assert "geprüft 35 von 36" in warnung.aussagen[0]


def test_ohne_hilfen_und_lebenslage_sagt_die_seite_warum(marts: Path, angaben: BerichtsAngaben, tmp_path: Path) -> None:
    schreibe_bericht(marts, tmp_path / "bericht", angaben, [], tmp_path / "analyse")
    assert not list((tmp_path / "analyse").iterdir())
    html = (tmp_path / "bericht/analyse.html").read_text("utf-8")
    for satz in ("Kein Index: er braucht", "Kein Vergleich: es gibt keinen", "keine veröffentlichten Zahlen begonnener",
                 "keine Modellgebiete eingetragen"):  # fmt: skip
        assert satz in html
    assert "<svg" not in html
