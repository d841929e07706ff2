"""Kennzahlen of people, Lebenslage, care and school against a recount in plain Python, on Musterdaten of a Jugendamt.

Here: the definitions a second time, written from their words over the delivered files, not from the SQL: every
Kennzahl, Raum and year. Not here: real figures (``tests/warehouse/test_alle_kreise.py``), the HzE.
"""

from __future__ import annotations

import csv
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import duckdb
import pytest

from sources.musterdaten import schreibe_musterdaten
from sources.profile import lade_profile

if TYPE_CHECKING:
    from tests.conftest import Haus

pytestmark = pytest.mark.lang
WURZEL = Path(__file__).resolve().parents[2]
ORDNER = WURZEL / "sources" / "jugendaemter" / "verden"
JAHRE = range(2020, 2024)
EXTRAKTE = ("einwohnermelde", "bewegungen", "haushalte", "schuelerstatistik", "uebergaenge",
            "schuleingangsuntersuchung", "lebenslagen_raeume", "kinderbetreuung_wohnort")  # fmt: skip
BEWEGUNG = {"Geburten": ("geburten", 1), "Sterbefälle": ("tote", 1), "Zuzüge": ("saldo", 1), "Fortzüge": ("saldo", -1)}
Zaehler = dict[tuple[str, int], Counter[Any]]


def _zeilen(datei: Path) -> Iterator[dict[str, str]]:
    with datei.open(encoding="utf-8-sig", newline="") as offen:
        yield from csv.DictReader(offen, delimiter=";")


# extract -> columns of Raum and number, what a row counts
ZAEHLT: dict[str, tuple[str, str, Callable[[dict[str, str]], list[Any]]]] = {
    "einwohnermelde": (
        "Gemeinde", "Einwohner", lambda z: [("alter", int(z["Alter in Jahren"])), z["Staatsangehörigkeit"]],
    ),
    "haushalte": (
        "Gemeinde", "Anzahl Haushalte", lambda z: [z["Haushaltsart"], ("familien", z["Kinder unter 18"] > "0")],
    ),
    "schuelerstatistik": ("Gemeindeschlüssel", "Schülerzahl", lambda _: ["schueler"]),
    "uebergaenge": ("Gemeinde", "Kinder", lambda z: ["uebergang", ("uebergang", z["Übergang auf"])]),
    "schuleingangsuntersuchung": ("Gemeinde", "Untersuchte", lambda z: [("esu", z["Befundung"])]),
    "lebenslagen": ("Gemeinde", "Bestand", lambda z: [z["Merkmal"]]),
    "kinderbetreuung": ("Wohnort", "Betreute Kinder", lambda z: [("kita", z["Altersklasse"])]),
}  # fmt: skip


def _gezaehlt(ordner: Path) -> Zaehler:
    """(delivered name of the Raum, year) -> how many of what."""
    alles: Zaehler = {}
    for jahr in JAHRE:
        for extrakt, (raum, anzahl, was) in ZAEHLT.items():
            for z in _zeilen(ordner / f"{extrakt}_{jahr}.csv"):
                alles.setdefault((z[raum], jahr), Counter()).update(dict.fromkeys(was(z), int(z[anzahl])))
        for z in _zeilen(ordner / f"bewegungen_{jahr}.csv"):
            name, vorzeichen = BEWEGUNG[z["Art der Bewegung"]]
            alles[z["Gemeinde"], jahr][name] += vorzeichen * int(z["Bewegungen"])
    return alles


class Rechnung:
    """Sums over what lies in a Raum, by the profile's files."""

    def __init__(self, gezaehlt: Zaehler) -> None:
        self.gezaehlt = gezaehlt
        self.raeume = {z["raum_id"]: z["raum_name"] for z in csv.DictReader((ORDNER / "raeume.csv").open("r"))}
        self.kinder: dict[str, list[str]] = {}
        for z in csv.DictReader((ORDNER / "zuordnung.csv").open("r")):
            self.kinder.setdefault(z["eltern_raum_id"], []).append(z["raum_id"])

    def summe(self, raum: str, jahr: int, was: Any) -> int:
        eigene = {self.raeume[raum], raum}
        hier = sum(self.gezaehlt[n, jahr][was] for n in eigene if (n, jahr) in self.gezaehlt)
        return hier + sum(self.summe(kind, jahr, was) for kind in self.kinder.get(raum, ()))

    def alter(self, raum: str, jahr: int, von: int = 0, bis: int = 200) -> int:
        return sum(self.summe(raum, jahr, ("alter", a)) for a in range(von, min(bis, 100)))

    def mittel(self, raum: str, jahr: int) -> float:
        return (self.alter(raum, jahr) + self.alter(raum, jahr - 1)) / 2


Formel = Callable[[Rechnung, str, int], tuple[float, float]]
AB_2021 = {"geburten_je_1000", "wanderungssaldo_je_1000", "betreuungsquote_u3_pct", "betreuungsquote_3_u6_pct",
           "bev_veraenderung_pct"}  # fmt: skip
NUR_GANZES = {"arbeitslosenquote_pct", "jugendarbeitslosenquote_pct"}
NEF, BG = "Nicht erwerbsfähige Leistungsberechtigte unter 15 Jahren", "Kinder unter 15 Jahren in Bedarfsgemeinschaften"
ALO, ALO_JUNG = "Arbeitslose", "Arbeitslose 15 bis unter 25 Jahre"
ERW, ERW_JUNG = "Zivile Erwerbspersonen", "Zivile Erwerbspersonen 15 bis unter 25 Jahre"


def _bestand(von: int, bis: int = 200) -> Formel:
    return lambda r, raum, jahr: (r.alter(raum, jahr, von, bis), 1)


# Kennzahl -> source, factor, numerator and denominator
FORMELN: dict[str, tuple[str, float, Formel]] = {
    "bev_gesamt": ("register", 1, _bestand(0)),
    "bev_u3": ("register", 1, _bestand(0, 3)),
    "bev_3_u6": ("register", 1, _bestand(3, 6)),
    "bev_6_u18": ("register", 1, _bestand(6, 18)),
    "bev_u18": ("register", 1, _bestand(0, 18)),
    "bev_u21": ("register", 1, _bestand(0, 21)),
    "bev_18_u21": ("register", 1, _bestand(18, 21)),
    "bev_u27": ("register", 1, _bestand(0, 27)),
    "jugendquotient": ("register", 100, lambda r, o, j: (r.alter(o, j, 0, 20), r.alter(o, j, 20, 65))),
    "altenquotient": ("register", 100, lambda r, o, j: (r.alter(o, j, 65), r.alter(o, j, 20, 65))),
    "gesamtquotient": (
        "register", 100, lambda r, o, j: (r.alter(o, j, 0, 20) + r.alter(o, j, 65), r.alter(o, j, 20, 65)),
    ),
    "jugendanteil_pct": ("register", 100, lambda r, o, j: (r.alter(o, j, 0, 18), r.alter(o, j))),
    "auslaenderanteil_pct": ("register", 100, lambda r, o, j: (r.summe(o, j, "A"), r.alter(o, j))),
    "bev_veraenderung_pct": (
        "register", 100, lambda r, o, j: (r.alter(o, j) - r.alter(o, j - 1), r.alter(o, j - 1)),
    ),
    "geburten_je_1000": ("register", 1000, lambda r, o, j: (r.summe(o, j, "geburten"), r.mittel(o, j))),
    "wanderungssaldo_je_1000": ("register", 1000, lambda r, o, j: (r.summe(o, j, "saldo"), r.mittel(o, j))),
    "alleinerziehende_pct": (
        "register", 100, lambda r, o, j: (r.summe(o, j, "Alleinerziehende"), r.summe(o, j, ("familien", True))),
    ),
    "sgb2_pct": (
        "ba_kommunal", 100, lambda r, o, j: (r.summe(o, j, "Regelleistungsberechtigte"), r.alter(o, j, 0, 65)),
    ),
    "sozialgeld_u15_pct": ("ba_kommunal", 100, lambda r, o, j: (r.summe(o, j, NEF), r.alter(o, j, 0, 15))),
    "kinder_in_bg_u15_pct": ("ba_kommunal", 100, lambda r, o, j: (r.summe(o, j, BG), r.alter(o, j, 0, 15))),
    "arbeitslosenquote_pct": ("ba_kommunal", 100, lambda r, o, j: (r.summe(o, j, ALO), r.summe(o, j, ERW))),
    "arbeitslosenanteil_pct": ("ba_kommunal", 100, lambda r, o, j: (r.summe(o, j, ALO), r.alter(o, j, 15, 65))),
    "jugendarbeitslosenquote_pct": (
        "ba_kommunal", 100, lambda r, o, j: (r.summe(o, j, ALO_JUNG), r.summe(o, j, ERW_JUNG)),
    ),
    "jugendarbeitslosenanteil_pct": (
        "ba_kommunal", 100, lambda r, o, j: (r.summe(o, j, ALO_JUNG), r.alter(o, j, 15, 25)),
    ),
    "betreuungsquote_u3_pct": (
        "kita_verwaltung", 100, lambda r, o, j: (r.summe(o, j, ("kita", "unter 3 Jahre")), r.alter(o, j - 1, 0, 3)),
    ),
    "betreuungsquote_3_u6_pct": (
        "kita_verwaltung", 100,
        lambda r, o, j: (r.summe(o, j, ("kita", "3 bis unter 6 Jahre")), r.alter(o, j - 1, 3, 6)),
    ),
    "schueler_gesamt": ("schulstatistik_oertlich", 1, lambda r, o, j: (r.summe(o, j, "schueler"), 1)),
    "uebergang_gymnasium_pct": (
        "schulstatistik_oertlich", 100,
        lambda r, o, j: (r.summe(o, j, ("uebergang", "GYM")), r.summe(o, j, "uebergang")),
    ),
    "esu_foerderbedarf_pct": (
        "schuleingangsuntersuchung", 100,
        lambda r, o, j: (
            r.summe(o, j, ("esu", "auffällig")) + r.summe(o, j, ("esu", "in Behandlung")),
            sum(r.summe(o, j, ("esu", b)) for b in ("auffällig", "in Behandlung", "unauffällig")),
        ),
    ),
}  # fmt: skip


@pytest.fixture(scope="module")
def fall(tmp_path_factory: pytest.TempPathFactory) -> tuple[Rechnung, dict[tuple[str, str, str, int], float]]:
    """The recount, and (Kennzahl, source, Raum, year) -> value in the warehouse, before geheimhaltung."""
    from tests.conftest import Haus

    basis = tmp_path_factory.mktemp("leute")
    profil = [p for p in lade_profile([ORDNER.parent]) if p.jugendamt == "verden"]
    schreibe_musterdaten(profil, basis / "landing", jahre=JAHRE, nur=EXTRAKTE)
    haus: Haus = Haus(basis / "data")
    lauf = haus.cli("refresh", "--jugendamt", "verden", "--landing", str(basis / "landing"), timeout=900)
    assert "Traceback" not in lauf.stderr
    with duckdb.connect(str(haus.home / "warehouse.duckdb"), read_only=True) as con:
        werte = con.execute(
            "select kennzahl, quelle, raum_id, berichtsjahr, wert from intern.intern_kennzahlen where wert is not null"
        ).fetchall()
    rechnung = Rechnung(_gezaehlt(basis / "landing" / "verden"))
    return rechnung, {tuple(z[:4]): z[4] for z in werte}


def test_die_zaehlung_hat_alle_leute(fall: tuple[Rechnung, dict[Any, float]]) -> None:
    rechnung, _ = fall
    assert rechnung.alter("03361", 2023) > 50_000
    assert rechnung.summe("03361", 2023, "saldo") != 0
    assert rechnung.summe("03361", 2023, "Alleinerziehende") > 0


@pytest.mark.parametrize("kennzahl", sorted(FORMELN))
def test_jede_kennzahl_in_jedem_raum_und_jahr(fall: tuple[Rechnung, dict[Any, float]], kennzahl: str) -> None:
    rechnung, werte = fall
    quelle, faktor, formel = FORMELN[kennzahl]
    soll = {
        (kennzahl, quelle, raum, jahr): faktor * zaehler / nenner
        for raum in rechnung.raeume
        for jahr in JAHRE
        if (jahr > JAHRE[0] or kennzahl not in AB_2021) and (raum == "03361" or kennzahl not in NUR_GANZES)
        for zaehler, nenner in [formel(rechnung, raum, jahr)]
    }
    ist = {schluessel: wert for schluessel, wert in werte.items() if schluessel[:2] == (kennzahl, quelle)}
    assert ist.keys() == soll.keys()
    assert ist == pytest.approx(soll, rel=1e-9)
