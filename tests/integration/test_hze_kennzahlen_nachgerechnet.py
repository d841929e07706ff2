"""Every Kennzahl of HzE and Kinderschutz recomputed from the delivered files in plain Python, per Raum and year.

Here: the definitions a second time, written from their words: what a Hilfe is, when and where it counts, each formula
as the Kennzahlen profile NI reads it. Not here: profiles beside NI (``tests/warehouse/test_hze.py``), counting by month
and age (``test_fallebene_nachgezaehlt.py``, whose Hilfen are used).
"""

from __future__ import annotations

import csv
import statistics
from collections import Counter, defaultdict
from collections.abc import Iterator
from datetime import date, datetime
from pathlib import Path
from typing import Any

import duckdb
import pytest

from sources.musterdaten import schreibe_musterdaten
from sources.profile import lade_profile
from tests.conftest import MUSTERPROFILE, Haus
from tests.integration.test_fallebene_nachgezaehlt import _Einheit, _hilfen

pytestmark = pytest.mark.lang

J, KREIS = "musterkreis", "99001"
JAHRE = (2021, 2022, 2023)
ORTE = {"Musterstadt": "99001001", "Musterdorf": "99001002", "Musterau": "99001003"}
TEILE = {f"{J}:ost": {"99001001", "99001002"}, f"{J}:west": {"99001003"}, **{r: {r} for r in ORTE.values()}}
NICHT = f"{J}:nicht_zuordenbar"
# EF4; §§ 35 and 35a by their form
AMBULANT, TEILSTATIONAER = {"04", "05", "06", "07", "12 ambulant", "14", "16"}, {"08", "12 teilstationär"}
STATIONAER = {"09", "10", "11", "12 stationär", "15"}
ALTERSGRUPPEN = (0, 3, 6, 10, 15, 18, 20, 25)
Zeile = dict[str, Any]


# --- reading, by the headings of these years ----------------------------------------------------------------------


def _csv(datei: Path) -> list[dict[str, str]]:
    return list(csv.DictReader(datei.read_text("utf-8-sig").splitlines(), delimiter=";"))


def _tag(text: str) -> date | None:
    return datetime.strptime(text, "%d.%m.%Y").date() if text else None


def _faelle(ordner: Path, jahr: int) -> list[Zeile]:
    return [
        {
            "zeile": nummer, "fall_pseudonym": z["Fall"], "person_pseudonym": z["Person"], "hilfeart": z["Hilfeart"],
            "familienbezogen": None, "beginn": _tag(z["Bewilligt ab"]), "ende": _tag(z["Bewilligt bis"]),
            "geburtsjahr": int(z["geburtsjahr"]), "geburtsmonat": int(z["geburtsmonat"]), "uma": z["UMA"] == "ja",
            "fremd": z["Zuständigkeit"].startswith("§"), "form": z["Form der Durchführung"],
            "wohnraum": ORTE.get(z["sozialraum_id"], NICHT), "situation": z["Situation der Herkunftsfamilie"],
            "transfer": z["Transferleistung"], "grund": z["Beendigungsgrund"], "schule": z["schulbegleitung"] == "ja",
        }
        for nummer, z in enumerate(_csv(ordner / J / f"hze_faelle_{jahr}.csv"))
    ]  # fmt: skip


def _bevoelkerung(ordner: Path, jahr: int) -> dict[str, dict[tuple[int, int], float]]:
    """Per Raum the persons of an age interval; the group from 20 to 25 is cut in proportion."""
    je_raum = {}
    for zeile in (ordner / "_amtlich" / f"12411-02-03-5_muster_{jahr}.csv").read_text("iso-8859-1").splitlines():
        ags, *felder = [f.strip() for f in zeile.split(";")]
        if ags.startswith(KREIS):
            gruppen = dict(zip(ALTERSGRUPPEN[:-1], map(float, felder[1:8]), strict=True))
            bis = {a: sum(w for g, w in gruppen.items() if g < a) for a in (6, 18)}
            bis[21] = sum(w for g, w in gruppen.items() if g < 20) + gruppen[20] / 5
            je_raum[ags] = {(0, 18): bis[18], (0, 21): bis[21], (6, 18): bis[18] - bis[6], (18, 21): bis[21] - bis[18]}
    for region, teile in TEILE.items():
        je_raum[region] = {i: sum(je_raum[t][i] for t in teile) for i in je_raum[KREIS]}
    return je_raum


# --- counting: (Raum, what) -> number -------------------------------------------------------------------------------


def _art(letzte: Zeile) -> str:
    return (
        f"{letzte['hilfeart']} {letzte['form']}".strip() if letzte["hilfeart"] in {"12", "13"} else letzte["hilfeart"]
    )


def _ganze_monate(von: date, bis: date) -> int:
    return (bis.year - von.year) * 12 + bis.month - von.month - (bis.day < von.day)


def _zaehle(zeilen: list[Zeile], jahr: int) -> tuple[Counter[tuple[str, ...]], dict[tuple[str, str], list[int]]]:
    zahl: Counter[tuple[str, ...]] = Counter()
    dauern: dict[tuple[str, str], list[int]] = defaultdict(list)
    neujahr, silvester = date(jahr, 1, 1), date(jahr, 12, 31)
    for hilfe in _hilfen(zeilen):
        erste = min(hilfe, key=lambda z: (z["beginn"], z["zeile"]))
        letzte = max(hilfe, key=lambda z: (z["ende"] or date.max, z["zeile"]))
        art = _art(letzte)
        hze = "35a" if art.startswith("13") else "hze"
        personen = {z["person_pseudonym"] for z in hilfe}
        gruppen = [hilfe, *([z for z in hilfe if z["person_pseudonym"] == p] for p in personen)]
        for einheit, wer in [(_Einheit(gruppen[0], ""), "fall"), *((_Einheit(g, ""), "mensch") for g in gruppen[1:])]:
            ende = einheit.ende
            ereignisse = {
                "begonnen": einheit.beginn if neujahr <= einheit.beginn <= silvester else None,
                "beendet": ende if ende and neujahr <= ende <= silvester else None,
                "bestand": silvester if einheit.da(silvester) else None,
            }
            for konzept, tag in ereignisse.items():
                if tag is None:
                    continue
                gilt = [z for z in einheit.zeilen if z["beginn"] <= tag][-1]
                raum = f"{J}:uma" if gilt["uma"] else f"{J}:para_86_6_89a" if gilt["fremd"] else erste["wohnraum"]
                alter = tag.year - einheit.person["geburtsjahr"] - (tag.month < einheit.person["geburtsmonat"])
                for k in (konzept, *(["summe"] if konzept != "begonnen" else [])):
                    zahl[raum, wer, k, hze] += 1
                    zahl[raum, wer, k, art] += 1
                    zahl[raum, wer, k, "Schule"] += hze == "35a" and any(z["schule"] for z in einheit.zeilen)
                    zahl[raum, wer, k, "ab 18"] += alter >= 18 and hze == "hze"
                if wer == "fall" and hze == "hze":
                    zahl[raum, konzept, "situation", erste["situation"] or "5"] += 1
                    zahl[raum, konzept, "transfer", erste["transfer"]] += 1
                    zahl[raum, konzept, "grund", letzte["grund"]] += 1
                    dauern[raum, konzept].append(_ganze_monate(einheit.beginn, tag))
    return zahl, dauern


def _schutz(ordner: Path, jahr: int) -> Counter[tuple[str, ...]]:
    zahl: Counter[tuple[str, ...]] = Counter()
    for z in _csv(ordner / J / f"gefaehrdungseinschaetzungen_{jahr}.csv"):
        zahl[ORTE.get(z["Gemeinde"], NICHT), "8a"] += int(z["Fälle"])
    for z in _csv(ordner / J / f"inobhutnahmen_{jahr}.csv"):
        if not z["Maßnahme"].startswith("unbegleitete"):
            zahl[ORTE.get(z["Gemeinde"], NICHT), "42"] += int(z["Fälle"])
    return zahl


# --- formulas -------------------------------------------------------------------------------------------------------


def _kennzahlen(n: Any, dauer: Any, b: dict[tuple[int, int], float]) -> dict[str, float | None]:
    """``n(...)`` counts in the Raum, ``dauer(konzept)`` lists its months, ``b`` is its population."""

    def quote(zaehler: float, nenner: float, faktor: float, mindestens: float) -> float | None:
        return faktor * zaehler / nenner if nenner and nenner >= mindestens else None

    def summe(wer: str, arten: set[str]) -> float:
        return sum(n(wer, "summe", a) for a in arten)

    def median(konzept: str) -> float | None:
        return statistics.median_low(dauer(konzept)) if len(dauer(konzept)) >= 10 else None

    alle, stationaer = n("fall", "summe", "hze"), summe("fall", STATIONAER)
    situation = [n("begonnen", "situation", str(i)) for i in range(1, 6)]
    ja, nein = n("begonnen", "transfer", "1"), n("begonnen", "transfer", "2")
    begonnen, beendet = n("fall", "begonnen", "hze"), n("fall", "beendet", "hze")
    return {
        "hze_faelle": alle,
        "hze_quote": quote(alle, b[0, 18], 1000, 100),
        "hze_ohne_28_quote": quote(n("mensch", "summe", "hze"), b[0, 21], 10_000, 100),
        "hze_ambulant_quote": quote(summe("fall", AMBULANT), b[0, 18], 1000, 100),
        "hze_teilstationaer_quote": quote(summe("fall", TEILSTATIONAER), b[0, 18], 1000, 100),
        "hze_stationaer_quote": quote(stationaer, b[0, 18], 1000, 100),
        "anteil_fremdunterbringung_pct": quote(stationaer, alle, 100, 10),
        "vollzeitpflege_pct": quote(summe("fall", {"09", "10"}), summe("fall", {"09", "10", "11"}), 100, 10),
        "nichtstationaer_zu_stationaer": quote(alle - stationaer, stationaer, 1, 10),
        "eingliederung_35a_quote": quote(n("fall", "summe", "35a"), b[6, 18], 1000, 100),
        "schulbegleitung_pct": quote(n("fall", "summe", "Schule"), n("fall", "summe", "35a"), 100, 10),
        "hilfe_41_quote": quote(n("fall", "summe", "ab 18"), b[18, 21], 1000, 100),
        "gefaehrdung_8a_quote": quote(n("8a"), b[0, 18], 1000, 100),
        "inobhutnahme_quote": quote(n("42"), b[0, 18], 10_000, 100),
        "hilfedauer_median_monate": median("beendet"),
        "bisherige_dauer_median_monate": median("bestand"),
        "planmaessig_beendet_pct": quote(
            n("beendet", "grund", "10"), beendet - n("beendet", "grund", "40"), 100, 10
        ),
        "alleinerziehend_bei_beginn_pct": quote(situation[1], sum(situation[:4]), 100, 10),
        "situation_unbekannt_pct": quote(situation[4], begonnen, 100, 10),
        "transferbezug_bei_beginn_pct": quote(ja, ja + nein, 100, 10),
        "transferbezug_unbekannt_pct": quote(begonnen - ja - nein, begonnen, 100, 10),
    }  # fmt: skip


def _erwartet(ordner: Path) -> Iterator[tuple[tuple[str, int, str], float | None]]:
    for jahr in JAHRE:
        zahl, dauern = _zaehle(_faelle(ordner, jahr), jahr)
        zahl += _schutz(ordner, jahr)
        for raum, bevoelkerung in _bevoelkerung(ordner, jahr).items():
            # the whole holds its members that are no Sozialraum, too
            teile = {ort for ort, *_ in zahl} if raum == KREIS else TEILE[raum]
            werte = _kennzahlen(
                lambda *was, t=teile, z=zahl: sum(z[ort, *was] for ort in t),
                lambda konzept, t=teile, d=dauern: [m for ort in t for m in d.get((ort, konzept), ())],
                bevoelkerung,
            )
            yield from (((raum, jahr, kennzahl), wert) for kennzahl, wert in werte.items())


# --- against the warehouse --------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def ordner(tmp_path_factory: pytest.TempPathFactory) -> Path:
    ziel = tmp_path_factory.mktemp("lieferung")
    extrakte = ("hze_faelle", "gefaehrdungseinschaetzungen", "inobhutnahmen")
    schreibe_musterdaten(lade_profile([MUSTERPROFILE]), ziel, jahre=range(JAHRE[0], JAHRE[-1] + 1), nur=extrakte)
    return ziel


@pytest.fixture(scope="module")
def berechnet(tmp_path_factory: pytest.TempPathFactory, ordner: Path) -> dict[tuple[str, int, str], float | None]:
    haus = Haus(tmp_path_factory.mktemp("haus") / "data", MUSTERPROFILE)
    haus.cli("refresh", "--landing", str(ordner))
    with duckdb.connect(str(haus.home / "warehouse.duckdb"), read_only=True) as con:
        zeilen = con.sql(
            "select raum_id, berichtsjahr, kennzahl, wert from intern.intern_kennzahlen where raumebene != 'sonstige'"
        ).fetchall()
    return {(raum, jahr, kennzahl): wert for raum, jahr, kennzahl, wert in zeilen}


def test_every_kennzahl_raum_and_year_agrees(ordner: Path, berechnet: dict[tuple[str, int, str], float | None]) -> None:
    erwartet = dict(_erwartet(ordner))
    assert {k: berechnet.get(k) for k, w in erwartet.items() if w != pytest.approx(berechnet.get(k, -1))} == {}
    assert len(erwartet) == 21 * 6 * len(JAHRE)
    assert sum(wert is not None for wert in erwartet.values()) > 200
