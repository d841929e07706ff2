"""Money and Sozialraumarbeit against a recount in plain Python over Musterdaten of two Jugendämter.

Here: every Kennzahl of both, each forecast and effect, written from the definitions of the catalogue, not from the SQL.
Not here: hand-made cases (``tests/warehouse``), the counting of cases (``test_fallebene_nachgezaehlt.py``).
"""

from __future__ import annotations

import os
from collections import defaultdict
from collections.abc import Iterable, Iterator
from datetime import date
from pathlib import Path
from typing import Any

import duckdb
import polars as pl
import pytest

from orchestration.dbt import FALLEBENE, MARTS, Dbt
from orchestration.fallebene import Fallebene
from orchestration.haus import Haus
from orchestration.umgebung import PROFILE, Umgebung
from sources.musterdaten import schreibe_musterdaten
from sources.musterdaten.raeume import gebiete
from sources.profile import lade_berichtsstruktur, lade_produktplaene, lade_profile

pytestmark = pytest.mark.lang

JAHRE = (2021, 2022, 2023)
EXTRAKTE = ("haushalt", "sozialraumbudget", "srae_massnahmen", "angebote", "hze_faelle")
EXTRAKT = {"sozialraumbudgets": "sozialraumbudget", "massnahmen": "srae_massnahmen", "angebote": "angebote"}
PLAN = {"ansatz", "nachtrag", "umbuchung", "ueberplanmaessig", "ermaechtigung"}
STATIONAER = {"09", "10", "11", "15", "12_stationaer"}
UNTER = {"verden": 18, "rostock": 21}  # NI: under 18, else under 21
Zeile = dict[str, Any]
Werte = dict[tuple[str, str, int], float]


class Lager:
    """The warehouse of two Jugendämter, what was delivered, and their profiles."""

    def __init__(self, home: Path) -> None:
        self.profile = {p.jugendamt: p for p in lade_profile([PROFILE]) if p.jugendamt in UNTER}
        schreibe_musterdaten(list(self.profile.values()), home / "lieferung", jahre=JAHRE, nur=EXTRAKTE)
        umgebung = Umgebung(home / "data", (PROFILE,))
        umgebung.setze_variablen()
        haus, self.dbt = Haus(umgebung), Dbt(umgebung)
        annahme = haus.nimm_an(list(UNTER), home / "lieferung", Fallebene(self.dbt, haus.profile))
        assert {e.datei for e in annahme.nicht_angenommen} == {"wahrheit.json"}
        self.dbt.baue("--exclude", MARTS, FALLEBENE, "exposure:*")
        self.lake, self.warehouse = umgebung.ablage.lake, umgebung.ablage.warehouse

    def geliefert(self, extrakt: str, jugendamt: str) -> list[Zeile]:
        """Delivered records of a Jugendamt."""
        rahmen = pl.concat([pl.read_parquet(d) for d in sorted((self.lake / extrakt).glob("*.parquet"))])
        return rahmen.filter(jugendamt=jugendamt).to_dicts()

    def frage(self, sql: str) -> list[Zeile]:
        """Rows of a query on the warehouse."""
        with duckdb.connect(str(self.warehouse), read_only=True) as con:
            return con.sql(sql).pl().to_dicts()


@pytest.fixture(scope="module")
def lager(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Lager]:
    vorher = dict(os.environ)
    yield Lager(tmp_path_factory.mktemp("geld"))
    os.environ.clear()
    os.environ.update(vorher)


class Rechnung:
    """All figures of one Jugendamt a second time."""

    def __init__(self, lager: Lager, jugendamt: str) -> None:
        self.profil = lager.profile[jugendamt]
        self.ganzes, self.werte = self.profil.ganzes, Werte()
        self.eltern = {z.raum_id: z.eltern_raum_id for z in self.profil.zuordnungen}
        self.kleinste = [r.raum_id for r in self.profil.raeume if r.raum_id not in self.eltern.values()]
        self.raeume = sorted({o for r in self.kleinste for o in self.aufwaerts(r)})
        self.name = {r.raum_name: r.raum_id for r in self.profil.raeume} | {r: r for r in self.raeume}
        self.jung = self.summen(
            ((g.raum_id, j), float(g.personen(j, UNTER[jugendamt])))
            for g in gebiete(self.profil, 1, JAHRE)
            for j in JAHRE
        )
        self.kosten: dict[tuple[str, int, str], float] = defaultdict(float)
        self.monate: dict[tuple[str, int, str], float] = defaultdict(float)
        gruppen = {g.berichtsgruppe: g.sammelgruppe for g in lade_berichtsstruktur()}
        self.haushalt = [
            {**z, "gruppe": gruppen[self.berichtsgruppe(z["produkt"])]} for z in lager.geliefert("haushalt", jugendamt)
        ]
        self.faelle = [
            {**z, "jahr": z["monat"].year}
            for z in lager.geliefert("hze_aggregate", jugendamt)
            if z["raumart"] == "wohnraum" and z["hilfeart"] > "03"
        ]
        self.plan_und_ist()
        self.kosten_der_faelle()
        self.prognosen()

    def aufwaerts(self, raum: str) -> Iterator[str]:
        """A Raum and everything above it; what is no Sozialraum belongs to the whole alone."""
        yield raum
        if raum != self.ganzes:
            yield from self.aufwaerts(self.eltern.get(raum, self.ganzes))

    def summen(self, paare: Iterable[tuple[tuple[str, int], float]]) -> dict[tuple[str, int], float]:
        """Sums per Raum and year, each figure in all Räume above its own; none is zero."""
        summe = {(r, j): 0.0 for r in self.raeume for j in JAHRE}
        for (raum, jahr), wert in paare:
            for oben in self.aufwaerts(raum):
                if (oben, jahr) in summe:
                    summe[oben, jahr] += wert
        return summe

    def quote(self, kennzahl: str, zaehler: dict[Any, float], nenner: dict[Any, float], faktor: float = 1) -> None:
        """A ratio wherever it has a denominator."""
        for (raum, jahr), wert in zaehler.items():
            if nenner.get((raum, jahr)):
                self.werte[kennzahl, raum, jahr] = faktor * wert / nenner[raum, jahr]

    def berichtsgruppe(self, produkt: str) -> str:
        """By the longest number of the product plan of the Land that fits."""
        passt = [p for p in lade_produktplaene()[self.profil.land] if produkt.startswith(p.produkt)]
        return max(passt, key=lambda p: len(p.produkt)).berichtsgruppe

    def betrag(self, jahr: int, arten: set[str], gruppen: set[str], art: str = "aufwand") -> float:
        """Euro of the budget of a year."""
        return sum(
            z["betrag_eur"] for z in self.haushalt
            if z["haushaltsjahr"] == jahr and z["wertart"] in arten and z["art"] == art and z["gruppe"] in gruppen
        )  # fmt: skip

    def plan_und_ist(self) -> None:
        """Budget of the whole."""
        alle = {"hze", "uma", "uebrige"}
        for j in JAHRE:
            plan, ist, obligo = (self.betrag(j, a, alle) for a in (PLAN, {"ist"}, {"obligo"}))
            hilfen, ertrag = (self.betrag(j, {"ist"}, {"hze"}, art) for art in ("aufwand", "ertrag"))
            jung = self.jung[self.ganzes, j]
            neu = {"ansatz_eur": self.betrag(j, {"ansatz"}, alle), "fortgeschriebener_ansatz_eur": plan, "ist_eur": ist,
                   "obligo_eur": obligo, "ausschoepfung_pct": 100 * ist / plan,
                   "bindungsquote_pct": 100 * (ist + obligo) / plan, "ausgaben_hze_je_jew_eur": hilfen / jung,
                   "ausgaben_hze_netto_je_jew_eur": (hilfen - ertrag) / jung}  # fmt: skip
            self.werte |= {(k, self.ganzes, j): w for k, w in neu.items()}

    def kosten_der_faelle(self) -> None:
        """Costs and Hilfemonate per Raum, shares of Hilfen on 31.12."""

        def je(auswahl: Any, spalte: str) -> dict[tuple[str, int], float]:
            return self.summen(((z["raum_id"], z["jahr"]), float(z[spalte])) for z in self.faelle if auswahl(z))

        def kosten(z: Zeile) -> bool:
            return z["konzept"] == "kosten" and z["merkmal"] == "insgesamt"

        def hze(z: Zeile) -> bool:
            return not z["hilfeart"].startswith("13")

        def bestand(z: Zeile) -> bool:
            return z["konzept"] == "bestand" and z["monat"].month == 12 and hze(z)

        alle = je(kosten, "kosten_ist_eur")
        ohne_35a = je(lambda z: kosten(z) and hze(z), "kosten_ist_eur")
        monate = je(lambda z: z["konzept"] == "hilfemonate" and z["merkmal"] == "insgesamt" and hze(z), "hilfemonate")
        stationaer = je(lambda z: kosten(z) and z["hilfeart"] in STATIONAER, "kosten_ist_eur")
        self.werte |= {("fallkosten_hze_eur", *k): w for k, w in alle.items()}
        self.quote("fallkosten_hze_je_jew_eur", alle, self.jung)
        self.quote("ausgaben_je_hilfemonat_eur", ohne_35a, monate)
        self.quote("ausgaben_stationaer_anteil_pct", stationaer, ohne_35a, 100)
        for j in JAHRE:
            rest = self.betrag(j, {"ist"}, {"hze", "uma"}) - alle[self.ganzes, j]
            self.werte["haushaltsrest_hze_eur", self.ganzes, j] = rest
        laufend = je(lambda z: bestand(z) and z["merkmal"] == "insgesamt", "faelle")
        flexibel = je(
            lambda z: bestand(z) and z["merkmal"] == "insgesamt" and z["hilfeart"] in {"14", "15", "16"}, "faelle"
        )
        self.quote("flexible_27_2_pct", flexibel, laufend, 100)
        im_raum, bekannt = (
            je(lambda z, d=da: bestand(z) and z["merkmal"] == "im_wirkungsraum" and z["auspraegung"] in d, "faelle")
            for da in ({"ja"}, {"ja", "nein"})
        )
        self.quote("hilfen_im_wirkungsraum_pct", im_raum, bekannt, 100)
        for z in self.faelle:
            if z["merkmal"] == "insgesamt":
                for oben in self.aufwaerts(z["raum_id"]):
                    self.kosten[oben, z["jahr"], z["hilfeart"]] += z["kosten_ist_eur"]
                    self.monate[oben, z["jahr"], z["hilfeart"]] += z["hilfemonate"]

    def prognosen(self) -> None:
        """From December, the last month booked; errors from the same month of earlier years."""
        ist = {j: self.betrag(j, {"ist"}, {"hze"}) for j in JAHRE}
        bisher = {
            j: sum(z["betrag_eur"] for z in self.haushalt if z["haushaltsjahr"] == j and z["wertart"] == "ist"
                   and z["art"] == "aufwand" and z["gruppe"] == "hze" and (z["monat"] or 99) <= 12)
            for j in JAHRE
        }  # fmt: skip
        leistung = {
            j: sum(z["kosten_bewilligt_eur"] for z in self.faelle if z["jahr"] == j and z["konzept"] == "kosten")
            for j in JAHRE
        }
        for j in JAHRE:
            davor = [v for v in JAHRE if v < j]
            verhaeltnis = sum(ist[v] / leistung[v] for v in davor) / len(davor) if davor else 1
            prognose = {"linear": bisher[j], "fall": max(bisher[j], leistung[j] * verhaeltnis)}
            if davor:
                prognose["saison"] = bisher[j] / (sum(bisher[v] / ist[v] for v in davor) / len(davor))
            for verfahren, wert in prognose.items():
                self.werte[f"prognose_{verfahren}_eur", self.ganzes, j] = wert
                fehler = [
                    abs(100 * (self.werte[f"prognose_{verfahren}_eur", self.ganzes, v] - ist[v]) / ist[v])
                    for v in davor if (f"prognose_{verfahren}_eur", self.ganzes, v) in self.werte
                ]  # fmt: skip
                if fehler:
                    self.werte[f"prognosefehler_{verfahren}_pct", self.ganzes, j] = sum(fehler) / len(fehler)

    def sozialraumbudgets(self, saetze: list[Zeile]) -> None:
        """Shares of Töpfe per Raum that manages them, and for the whole."""

        def je(arten: set[str], auswahl: Any) -> dict[tuple[str, int], float]:
            summe: dict[tuple[str, int], float] = defaultdict(float)
            for z in saetze:
                if z["wertart"] in arten and auswahl(z):
                    for raum in {self.name[z["raum_schluessel"]], self.ganzes}:
                        summe[raum, z["haushaltsjahr"]] += z["betrag_eur"]
            return summe

        plan = je(PLAN, lambda _: True)
        self.quote("falluebergreifend_pct", je(PLAN, lambda z: z["topf"] == "milieu"), plan, 100)
        self.quote("fallunabhaengig_pct", je(PLAN, lambda z: z["topf"] == "struktur"), plan, 100)
        im_kreis = [je(arten, lambda z: z["deckungskreis"]) for arten in ({"ist"}, PLAN)]
        self.quote("ausschoepfung_deckungskreis_pct", *im_kreis, 100)

    def massnahmen(self, saetze: list[Zeile]) -> None:
        """SRAE measures on 31.12. and what was paid of those begun in the year."""

        def je(auswahl: Any, spalte: str) -> dict[tuple[str, int], float]:
            return self.summen(
                ((self.name[z["raum_schluessel"]], j), 1.0 if not spalte else z[spalte])
                for z in saetze for j in JAHRE if auswahl(z, date(j, 12, 31))
            )  # fmt: skip

        laufend = je(lambda z, tag: z["beginn"] <= tag <= z["ende"], "")
        self.werte |= {("srae_laufende_massnahmen", *k): w for k, w in laufend.items()}
        abgerufen, budget = (
            je(lambda z, tag: z["beginn"].year == tag.year, f"{s}_eur") for s in ("abgerufen", "budget")
        )
        self.quote("srae_mittelabfluss_pct", abgerufen, budget, 100)

    def angebote(self, saetze: list[Zeile]) -> None:
        """Angebote per 1,000 young people."""
        anzahl = self.summen(((self.name[z["raum_schluessel"]], j), 1.0) for z in saetze for j in JAHRE)
        self.quote("angebote_je_1000_jew", anzahl, self.jung, 1000)


@pytest.mark.parametrize("jugendamt", UNTER)
def test_every_kennzahl_is_the_one_calculated_by_hand(lager: Lager, jugendamt: str) -> None:
    soll = Rechnung(lager, jugendamt)
    for rechne in (soll.sozialraumbudgets, soll.massnahmen, soll.angebote):
        if saetze := lager.geliefert(EXTRAKT[rechne.__name__], jugendamt):
            rechne(saetze)
    # below the whole a register has no age under 21, and the whole of such a town is an estimate
    ohne = "jew" if jugendamt == "rostock" else "nichts"
    werte = {k: w for k, w in soll.werte.items() if ohne not in k[0]}
    codes = {k for k, *_ in werte}
    assert len(codes) == {"verden": 25, "rostock": 20}[jugendamt]
    ist = {
        (z["kennzahl"], z["raum_id"], z["berichtsjahr"]): z["wert"]
        for z in lager.frage(
            f"select * from intermediate.int_kennzahlen__berechnet where jugendamt = '{jugendamt}' "
            "and status in ('gueltig', 'null_genau')"
        )
        if z["kennzahl"] in codes and z["raum_id"] in soll.raeume
    }
    assert sorted(ist) == sorted(werte)
    anders = {k: (w, werte[k]) for k, w in ist.items() if w != pytest.approx(werte[k], rel=1e-6, abs=0.006)}
    assert not anders


@pytest.mark.parametrize("jugendamt", UNTER)
def test_the_effects_are_those_of_the_definition(lager: Lager, jugendamt: str) -> None:
    r = Rechnung(lager, jugendamt)
    zeilen = lager.frage(f"select * from intern.intern_kostenzerlegung where jugendamt = '{jugendamt}'")
    assert {z["raum_id"] for z in zeilen} == set(r.raeume) - set(r.kleinste)
    assert {z["berichtsjahr"] for z in zeilen} == set(JAHRE[1:])
    for raum, jahr in {(z["raum_id"], z["berichtsjahr"]) for z in zeilen}:
        ist = {z["effekt"]: z["betrag_eur"] for z in zeilen if (z["raum_id"], z["berichtsjahr"]) == (raum, jahr)}
        arten = {h for o, _, h in r.monate if o == raum}
        (k0, k1), (b0, b1) = (
            [{h: w[raum, j, h] for h in arten} for j in (jahr - 1, jahr)] for w in (r.kosten, r.monate)
        )
        summe0, summe1 = sum(b0.values()), sum(b1.values())
        p1 = {h: k1[h] / b1[h] if b1[h] else 0 for h in arten}
        p0 = {h: k0[h] / b0[h] if b0[h] else p1[h] for h in arten}
        mittel = sum(k0[h] for h in arten if b0[h]) / summe0
        soll = {
            "menge": (summe1 - summe0) * mittel,
            "mix": summe1 * sum((b1[h] / summe1 - b0[h] / summe0) * p0[h] for h in arten),
            "preis": summe1 * sum(b1[h] / summe1 * (p1[h] - p0[h]) for h in arten),
            "ohne_hilfemonate": sum(k1[h] for h in arten if not b1[h]) - sum(k0[h] for h in arten if not b0[h]),
            "gesamt": sum(k1.values()) - sum(k0.values()),
        }
        assert {e: ist[e] for e in soll} == pytest.approx(soll, abs=0.02)
        if jugendamt == "verden":
            n0, n1 = r.jung[raum, jahr - 1], r.jung[raum, jahr]
            assert ist["bevoelkerung"] == pytest.approx((n1 - n0) * summe0 / n0 * mittel, abs=0.02)
            assert ist["inanspruchnahme"] == pytest.approx(n1 * (summe1 / n1 - summe0 / n0) * mittel, abs=0.02)


def test_dbt_runs_its_own_unit_tests(lager: Lager) -> None:
    ergebnisse = lager.dbt._rufe("test", "--select", "test_type:unit").result.results
    assert len(ergebnisse) >= 2
    assert {r.status for r in ergebnisse} == {"pass"}


def test_no_data_test_of_money_has_anything_to_say(lager: Lager) -> None:
    gelaufen = {e.unique_id.split(".")[2]: e.status for e in lager.dbt.gelaufen if e.unique_id.startswith("test.")}
    for name in ("haushalt_geht_auf", "kostenzerlegung_geht_auf", "kinder_ergeben_eltern", "tabellen_stimmen_ueberein"):
        assert gelaufen[name] == "pass", name
