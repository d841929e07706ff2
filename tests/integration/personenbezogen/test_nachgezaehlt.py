"""The models ``fallebene`` against a recount in plain Python, day by day, on random Bewilligungen (seeded).

Here: definitions of the counting concepts a second time, written from their words, not from the SQL.
Not here: hand-counted cases and what happens to the rows (``test_personenbezogen.py``).
"""

from __future__ import annotations

import calendar
import itertools
import random
from collections import Counter, defaultdict
from collections.abc import Iterator
from datetime import date, timedelta
from typing import Any

import polars as pl
import pytest

from orchestration.dbt import Dbt
from orchestration.fallebene import Fallebene
from quality.schema import polars_schema
from sources.profile import lade_profile
from sources.vertraege import lade_vertraege

J, JAHR, LUECKE = "musterkreis", 2023, 14
ORTE = ("99001001", "99001002", "99001003", "Nirgendwo")
OFFEN = date(2030, 1, 1)
GRENZEN = (0, 3, 6, 10, 14, 18, 21, 27)
Zeile = dict[str, Any]


def _zeilen(zufall: random.Random, anzahl: int) -> Iterator[Zeile]:
    vorige: Zeile = {}
    for nummer in range(anzahl):
        fall = zufall.randrange(anzahl // 5)
        person = fall * 3 + zufall.randrange(3)
        hilfeart = zufall.choice(("05", "07", "09", "11", "14"))
        beginn = date(2021, 6, 1) + timedelta(days=zufall.randrange(1000))
        if vorige.get("ende") and zufall.random() < 0.3:
            # goes on after a pause around the limit
            fall, person, hilfeart = vorige["fall"], vorige["person"], vorige["hilfeart"]
            beginn = vorige["ende"] + timedelta(days=zufall.choice((1, LUECKE + 1, LUECKE + 2)))
        ende = beginn + timedelta(days=zufall.choice((0, 5, 30, 90, 200, 400)))
        if zufall.random() < 0.15:
            ende = date(JAHR, zufall.randrange(12) + 1, 1) - timedelta(days=1)
        vorige = {
            "zeile": nummer + 2, "fall": fall, "person": person, "hilfeart": hilfeart,
            "fall_pseudonym": f"F{fall}", "person_pseudonym": f"P{person}",
            "familienbezogen": zufall.choice((None, None, True, False)) if fall % 7 == 0 else None,
            "beginn": beginn, "ende": None if zufall.random() < 0.2 else max(beginn, ende),
            "geburtsjahr": 2000 + person % 22, "geburtsmonat": person % 12 + 1,
            "geschlecht": ("maennlich", "weiblich")[person % 2],
            "wohnraum": zufall.choice(ORTE), "budgetraum": zufall.choice(ORTE), "leistungsraum": zufall.choice(ORTE),
            "uma": zufall.random() < 0.05, "zustaendigkeit": zufall.choice((None, None, None, "para_86_6")),
            "kosten_ist_eur": zufall.choice((0.0, 1234.56, 99.99, 7000.0)),
        }  # fmt: skip
        yield vorige


# --- the recount ------------------------------------------------------------------------------------------------


def _hilfen(zeilen: list[Zeile]) -> list[list[Zeile]]:
    """Rows of one Hilfe: same Fall and Hilfeart (and person, unless for the family), pauses up to 14 days."""
    gruppen: dict[tuple[Any, ...], list[Zeile]] = defaultdict(list)
    for z in zeilen:
        familie = z["hilfeart"] == "07" if z["familienbezogen"] is None else z["familienbezogen"]
        gruppen[z["fall_pseudonym"], z["hilfeart"], None if familie else z["person_pseudonym"]].append(z)
    hilfen = []
    for gruppe in gruppen.values():
        tage = {t for z in gruppe for t in range(z["beginn"].toordinal(), (z["ende"] or OFFEN).toordinal() + 1)}
        folge = sorted(tage)
        raender = [folge[0], *(b for a, b in itertools.pairwise(folge) if b - a - 1 > LUECKE), folge[-1] + 1]
        for von, bis in itertools.pairwise(raender):
            hilfen.append([z for z in gruppe if von <= z["beginn"].toordinal() < bis])
    return hilfen


def _alter(person: Zeile, tag: date) -> str:
    jahre = tag.year - person["geburtsjahr"] - (tag.month < person["geburtsmonat"])
    von = max(g for g in GRENZEN if g <= max(jahre, 0))
    bis = next((g for g in GRENZEN if g > von), "")
    return f"{von}-{bis}"


class _Einheit:
    """A Fall or one young person of it."""

    def __init__(self, zeilen: list[Zeile], wohnraum: str) -> None:
        self.zeilen = sorted(zeilen, key=lambda z: (z["beginn"], z["zeile"]))
        self.person = min(zeilen, key=lambda z: (z["geburtsjahr"], z["geburtsmonat"], z["zeile"]))
        self.wohnraum = wohnraum
        self.beginn = self.zeilen[0]["beginn"]
        enden = [z["ende"] for z in zeilen]
        self.ende = None if None in enden else max(enden)

    def da(self, tag: date) -> bool:
        """In the stock of a day: begun, and not ended on it or before."""
        return self.beginn <= tag and (self.ende is None or self.ende > tag)

    def zelle(self, tag: date, raumart: str) -> tuple[str, str]:
        gilt = [z for z in self.zeilen if z["beginn"] <= tag][-1]
        raum = self.wohnraum if raumart == "wohnraum" else gilt[raumart]
        return _raum(gilt, raum), _alter(self.person, tag)


def _raum(zeile: Zeile, ort: str) -> str:
    if zeile["uma"]:
        return f"{J}:uma"
    if zeile["zustaendigkeit"]:
        return f"{J}:para_86_6_89a"
    return f"{J}:nicht_zuordenbar" if ort == "Nirgendwo" else ort


def _ereignisse(e: _Einheit, monat: int, raumart: str) -> Iterator[tuple[str, tuple[str, str]]]:
    """Concepts and cells of one unit in one month."""
    letzter = date(JAHR, monat, calendar.monthrange(JAHR, monat)[1])
    davor = date(JAHR, monat, 1) - timedelta(days=1)
    vorher, nachher = e.da(davor), e.da(letzter)
    begonnen, beendet = davor < e.beginn <= letzter, e.ende is not None and davor < e.ende <= letzter
    if not (vorher or begonnen):
        return
    von = e.zelle(davor if vorher else e.beginn, raumart)
    nach = e.zelle(letzter if nachher else e.ende or letzter, raumart)
    arten = {
        "anfangsbestand": vorher and monat == 1, "begonnen": begonnen, "weggewechselt": von != nach,
        "beendet": beendet, "bestand": nachher, "zugewechselt": von != nach,
        "jahressumme": beendet or (nachher and monat == 12),
    }  # fmt: skip
    for konzept, gilt in arten.items():
        if gilt:
            yield konzept, von if konzept in {"anfangsbestand", "begonnen", "weggewechselt"} else nach


def _zaehle(zeilen: list[Zeile]) -> dict[str, Counter[tuple[Any, ...]]]:
    ergebnis: dict[str, Counter[tuple[Any, ...]]] = {"faelle": Counter(), "junge_menschen": Counter()}
    for hilfe in _hilfen(zeilen):
        erste = min(hilfe, key=lambda z: (z["beginn"], z["zeile"]))
        personen: dict[str, list[Zeile]] = defaultdict(list)
        for z in hilfe:
            personen[z["person_pseudonym"]].append(z)
        einheiten = [("faelle", hilfe), *(("junge_menschen", p) for p in personen.values())]
        for mass, eigene in einheiten:
            e = _Einheit(eigene, erste["wohnraum"])
            for raumart in ("wohnraum", "budgetraum", "leistungsraum"):
                for monat in range(1, 13):
                    for konzept, (raum, alter) in _ereignisse(e, monat, raumart):
                        wann, wer = 12 if konzept == "jahressumme" else monat, (alter, e.person["geschlecht"])
                        if raumart != "wohnraum":
                            # what is read of them: stock and Jahressumme of the Fälle, without age and sex
                            if mass != "faelle" or konzept not in {"bestand", "jahressumme"}:
                                continue
                            wer = ("insgesamt", "insgesamt")
                        ergebnis[mass][wann, raumart, hilfe[0]["hilfeart"], raum, *wer, konzept] += 1
    return ergebnis


# --- against the models -----------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def zeilen() -> list[Zeile]:
    return list(_zeilen(random.Random(20230), 600))


@pytest.fixture(scope="module")
def aggregate(tmp_path_factory: pytest.TempPathFactory, dbt: Dbt, zeilen: list[Zeile]) -> pl.DataFrame:
    vertrag = lade_vertraege()["hze_faelle"]
    typen = {n: t for n, t in polars_schema(vertrag).items() if n in {f.name for f in vertrag.felder}}
    felder = [{n: z.get(n) for n in (*typen, "zeile")} | {"periode": str(JAHR)} for z in zeilen]
    saetze = pl.DataFrame(felder, schema={**typen, "zeile": pl.Int64, "periode": pl.String})
    profile = {p.jugendamt: p for p in lade_profile(dbt.umgebung.profilordner)}
    return Fallebene(dbt, profile)(tmp_path_factory.mktemp("arbeit"), saetze, vertrag, J)["hze_aggregate"]


@pytest.mark.parametrize("mass", ["faelle", "junge_menschen"])
def test_jede_zelle_jedes_konzepts(aggregate: pl.DataFrame, zeilen: list[Zeile], mass: str) -> None:
    erwartet = _zaehle(zeilen)[mass]
    konzepte = {ort[-1] for ort in erwartet}
    teil = aggregate.filter(pl.col("merkmal") == "insgesamt", pl.col("konzept").is_in(konzepte), pl.col(mass) > 0)
    spalten = ("raumart", "hilfeart", "raum_id", "altersgruppe", "geschlecht", "konzept")
    gezaehlt = {(z[0].month, *z[1:-1]): z[-1] for z in teil.select("monat", *spalten, mass).rows()}
    assert gezaehlt == dict(erwartet)
    assert len(konzepte) == 7
    assert len(erwartet) > 2000


def test_kosten_gehen_nicht_verloren(aggregate: pl.DataFrame, zeilen: list[Zeile]) -> None:
    for raumart in ("wohnraum", "budgetraum", "leistungsraum"):
        summe = aggregate.filter(konzept="kosten", raumart=raumart)["kosten_ist_eur"].sum()
        assert float(summe) == pytest.approx(sum(z["kosten_ist_eur"] for z in zeilen), abs=0.001)


def test_die_zwei_teuersten_faelle_je_raum_und_hilfeart(aggregate: pl.DataFrame, zeilen: list[Zeile]) -> None:
    je_fall: Counter[tuple[str, str, int]] = Counter()
    for nummer, hilfe in enumerate(_hilfen(zeilen)):
        wohnraum = min(hilfe, key=lambda z: (z["beginn"], z["zeile"]))["wohnraum"]
        for z in hilfe:
            je_fall[_raum(z, wohnraum), z["hilfeart"], nummer] += round(z["kosten_ist_eur"] * 100)
    teuerste: dict[tuple[str, str], list[int]] = defaultdict(list)
    for (raum, art, _), cent in je_fall.items():
        if cent:
            teuerste[raum, art].append(cent)
    erwartet = {
        (*ort, str(rang)): c for ort, alle in teuerste.items() for rang, c in enumerate(sorted(alle)[:-3:-1], 1)
    }
    teil = aggregate.filter(konzept="kosten_groesste").select("raum_id", "hilfeart", "auspraegung", "kosten_ist_eur")
    assert {z[:3]: round(float(z[3]) * 100) for z in teil.rows()} == erwartet
    assert len(erwartet) > 30


def test_personen_und_familien_zaehlen_einmal(aggregate: pl.DataFrame, zeilen: list[Zeile]) -> None:
    wohnraum = aggregate.filter(merkmal="insgesamt", raumart="wohnraum")
    familien = {h[0]["fall_pseudonym"] for h in _hilfen(zeilen) if _Einheit(h, "").da(date(JAHR, 12, 31))}
    am_ende = pl.col("monat") == date(JAHR, 12, 31)
    assert wohnraum.filter(am_ende, konzept="bestand")["familien"].sum() == len(familien)
    personen = {
        z["person_pseudonym"]
        for hilfe in _hilfen(zeilen)
        for z in hilfe
        for eigene in [[x for x in hilfe if x["person_pseudonym"] == z["person_pseudonym"]]]
        for e in [_Einheit(eigene, "")]
        if e.beginn <= date(JAHR, 12, 31) and (e.ende is None or e.ende >= date(JAHR, 1, 1))
    }
    assert wohnraum.filter(konzept="personen")["junge_menschen"].sum() == len(personen)


def test_hilfemonate_sind_tage_je_monatstage(aggregate: pl.DataFrame, zeilen: list[Zeile]) -> None:
    summe = 0.0
    for hilfe in _hilfen(zeilen):
        e = _Einheit(hilfe, "")
        for monat in range(1, 13):
            tage = calendar.monthrange(JAHR, monat)[1]
            von, bis = max(e.beginn, date(JAHR, monat, 1)), min(e.ende or OFFEN, date(JAHR, monat, tage))
            summe += max(0, (bis - von).days + 1) / tage
    gezaehlt = aggregate.filter(konzept="hilfemonate", merkmal="insgesamt", raumart="budgetraum")["hilfemonate"].sum()
    assert float(gezaehlt) == pytest.approx(summe, abs=0.01)
