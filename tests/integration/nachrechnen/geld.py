"""Budget, forecasts, Sozialraumbudgets, and what is done in a Raum: SRAE-Maßnahmen and Angebote.

Not here: costs of the Hilfen (``hze.py``, whose sums are used).
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from datetime import date
from typing import Any

from tests.integration.nachrechnen.grundlage import (
    JAHRE,
    WURZEL,
    Ergebnis,
    Jugendamt,
    Wert,
    Zahlen,
    anzahl,
    euro,
    lies,
    quote,
    sammle,
    stammdaten,
    tag,
)
from tests.integration.nachrechnen.hze import Hilfen
from tests.integration.nachrechnen.leute import Leute

PLAENE = WURZEL / "sources" / "produktplaene"
ANSATZ = {"Ansatz", "Nachtrag", "Umbuchung", "Überplanmäßig", "Ermächtigungsübertragung"}
JUGENDHILFE = {"hze", "uma", "uebrige"}
VORJAHRE, FEHLERJAHRE = 3, 5


class Haushalt:
    """Amounts of the whole by year, Wertart, kind and group of Berichtsgruppen."""

    def __init__(self, amt: Jugendamt) -> None:
        gruppen = {z["berichtsgruppe"]: z["sammelgruppe"] for z in stammdaten(PLAENE / "berichtsstruktur.csv")}
        self.eigene = stammdaten(amt.profil / "produkte.csv") if (amt.profil / "produkte.csv").exists() else []
        self.plan = stammdaten(PLAENE / f"{amt.land.lower()}.csv")
        assert not any(z["gueltig_bis"] for z in (*self.eigene, *self.plan))
        self.posten: dict[tuple[int, str, str, str], dict[int, float]] = defaultdict(lambda: defaultdict(float))
        for jahr in JAHRE:
            for z in amt.lies("haushalt", jahr, "jahr produkt name konto kontoname art monat wertart betrag"):
                ort = (jahr, z["wertart"], z["art"], gruppen[self.gruppe(z["produkt"], z["konto"])])
                self.posten[ort][int(z["monat"] or 0)] += euro(z["betrag"])

    def gruppe(self, produkt: str, konto: str) -> str:
        """Berichtsgruppe by the longest number that fits, of the Jugendamt's own lines first."""
        for zeilen in (self.eigene, self.plan):
            passt = [z for z in zeilen if produkt.startswith(z["produkt"]) and konto.startswith(z["konto"])]
            if passt:
                return max(passt, key=lambda z: (len(z["produkt"]), len(z["konto"])))["berichtsgruppe"]
        raise AssertionError(produkt)

    def summe(self, jahr: int, wertarten: set[str], gruppen: set[str], art: str = "Aufwand", bis: int = 99) -> float:
        orte = [(jahr, w, art, g) for w in wertarten for g in gruppen]
        return sum(b for ort in orte for monat, b in self.posten.get(ort, {}).items() if monat <= bis)


def _haushalt(leute: Leute, h: Haushalt, fallkosten: dict[int, float]) -> Iterator[tuple[str, int, Any]]:
    for jahr in JAHRE:
        plan, ist, obligo = (h.summe(jahr, a, JUGENDHILFE) for a in (ANSATZ, {"Ist"}, {"Obligo"}))
        hilfen, ertrag = (h.summe(jahr, {"Ist"}, {"hze"}, art) for art in ("Aufwand", "Ertrag"))
        jung = leute.jung(leute.amt.ganzes, jahr)
        yield "ansatz_eur", jahr, anzahl(h.summe(jahr, {"Ansatz"}, JUGENDHILFE))
        yield "fortgeschriebener_ansatz_eur", jahr, anzahl(plan)
        yield "ist_eur", jahr, anzahl(ist)
        yield "obligo_eur", jahr, anzahl(obligo)
        yield "ausschoepfung_pct", jahr, quote(ist, plan)
        yield "bindungsquote_pct", jahr, quote(ist + obligo, plan)
        yield "ausgaben_hze_je_jew_eur", jahr, quote(hilfen, jung, 1)
        yield "ausgaben_hze_netto_je_jew_eur", jahr, quote(hilfen - ertrag, jung, 1)
        rest = h.summe(jahr, {"Ist"}, {"hze", "uma"}) - fallkosten[jahr]
        yield "haushaltsrest_hze_eur", jahr, anzahl(rest)
        uma = [h.posten[ort] for ort in list(h.posten) if ort == (jahr, "Ist", "Ertrag", "uma")]
        yield "ertraege_uma_eur", jahr, anzahl(sum(uma[0].values())) if uma else None


def _prognosen(h: Haushalt, bewilligt: dict[int, float]) -> Iterator[tuple[str, int, Any]]:
    """From December, the last month booked in every year; each year is closed by its Sonderperioden."""
    assert all(13 in h.posten[j, "Ist", "Aufwand", "hze"] for j in JAHRE)
    ist, bisher = ({j: h.summe(j, {"Ist"}, {"hze"}, bis=b) for j in JAHRE} for b in (99, 12))
    prognose: dict[str, dict[int, float]] = {"linear": bisher, "saison": {}, "fall": {}}
    for j in JAHRE:
        davor = [v for v in JAHRE if j - VORJAHRE <= v < j]
        niveau = _mittel([ist[v] / bewilligt[v] for v in davor]) or 1
        prognose["fall"][j] = max(bisher[j], bewilligt[j] * niveau)
        if davor:
            prognose["saison"][j] = bisher[j] / (_mittel([bisher[v] / ist[v] for v in davor]) or 1)
    for verfahren, werte in prognose.items():
        for j, wert in werte.items():
            yield f"prognose_{verfahren}_eur", j, anzahl(wert)
            davor = [v for v in werte if j - FEHLERJAHRE <= v < j]
            fehler = _mittel([abs(100 * (werte[v] - ist[v]) / ist[v]) for v in davor])
            yield f"prognosefehler_{verfahren}_pct", j, anzahl(fehler)


def _mittel(werte: list[float]) -> Wert:
    return sum(werte) / len(werte) if werte else None


def _sozialraumbudget(amt: Jugendamt) -> Iterator[tuple[tuple[str, str, str, int], Any]]:
    """Shares of Töpfe for the Räume that manage them and for the whole; nothing is spread below."""
    je: dict[tuple[str, int], dict[tuple[str, str], float]] = defaultdict(lambda: defaultdict(float))
    for jahr in JAHRE:
        if (amt.ordner / f"sozialraumbudget_{jahr}.csv").exists():
            for z in amt.lies("sozialraumbudget", jahr, "jahr raum topf deckungskreis wertart betrag"):
                art = "plan" if z["wertart"] in ANSATZ else z["wertart"]
                for raum in {amt.ort(z["raum"]), amt.ganzes}:
                    for merkmal in {z["topf"], "alle", "deckungskreis" if z["deckungskreis"] else "alle"}:
                        je[raum, jahr][merkmal, art] += euro(z["betrag"])
    for (raum, jahr), b in je.items():
        alle = b["alle", "plan"]
        yield ("falluebergreifend_pct", "haushalt", raum, jahr), quote(b["Milieubudget", "plan"], alle)
        yield ("fallunabhaengig_pct", "haushalt", raum, jahr), quote(b["Strukturbudget", "plan"], alle)
        im_kreis = quote(b["deckungskreis", "Ist"], b["deckungskreis", "plan"])
        yield ("ausschoepfung_deckungskreis_pct", "haushalt", raum, jahr), im_kreis


class _Liste(Zahlen):
    """Entries of a list of Räume: zero in the smallest Räume without one, if the list names Räume of their level."""

    def __init__(self, amt: Jugendamt, eintraege: list[dict[str, str]]) -> None:
        ebenen = {amt.raeume[amt.ort(z["raum"])]["raumebene"] for z in eintraege}
        super().__init__(amt, lambda raum, _: amt.raeume[raum]["raumebene"] in ebenen)

    def wert(self, raum: str, jahr: int, was: str) -> Wert:
        """The whole holds every entry, wherever it belongs."""
        if raum == self.amt.ganzes:
            return sum(z[was] for (_, j), z in self.je.items() if j == jahr)
        return self(raum, jahr, was)


def _angebote(leute: Leute) -> Iterator[tuple[tuple[str, str, str, int], Any]]:
    amt = leute.amt
    zeilen = lies(
        amt.ordner / f"angebote_{JAHRE[-1]}.csv", "nr name art para traeger art_t raum ab bis plaetze vzae geld gilt"
    )
    liste = _Liste(amt, zeilen)
    for z in zeilen:
        for jahr in JAHRE:
            if (tag(z["gilt"]) or date.max) <= date(jahr, 12, 31):
                liste.zaehle(amt.ort(z["raum"]), jahr, "alle")
    for jahr in JAHRE:
        for raum in amt.im_jahr(jahr):
            wert = quote(liste.wert(raum, jahr, "alle"), leute.jung(raum, jahr), 1000)
            yield ("angebote_je_1000_jew", "jugendhilfeplanung", raum, jahr), wert


def _massnahmen(amt: Jugendamt) -> Iterator[tuple[tuple[str, str, str, int], Any]]:
    """Years in which measures began."""
    datei = amt.ordner / f"srae_massnahmen_{JAHRE[-1]}.csv"
    if not datei.exists():
        return
    spalten = "nr titel traeger ziel region raum team votum vom beginn ende evaluiert ergebnis von budget abgerufen"
    zeilen = [z for z in lies(datei, spalten) if z["votum"] == "befürwortet"]
    liste = _Liste(amt, zeilen)
    jahre = sorted({int(z["beginn"][-4:]) for z in zeilen})
    for z in zeilen:
        for jahr in jahre:
            beginn, ende, silvester = tag(z["beginn"]), tag(z["ende"]), date(jahr, 12, 31)
            assert beginn is not None
            assert ende is not None
            neu = beginn.year == jahr and z["abgerufen"]
            liste.zaehle(amt.ort(z["raum"]), jahr, "laufend", beginn <= silvester <= ende)
            for was in ("budget", "abgerufen"):
                liste.zaehle(amt.ort(z["raum"]), jahr, was, euro(z[was]) if neu else 0)
    for jahr in jahre:
        for raum in amt.im_jahr(jahr):
            abgerufen, budget, laufend = (liste.wert(raum, jahr, w) for w in ("abgerufen", "budget", "laufend"))
            yield ("srae_laufende_massnahmen", "haushalt", raum, jahr), anzahl(laufend)
            yield ("srae_mittelabfluss_pct", "haushalt", raum, jahr), quote(abgerufen, budget)


def _eintraege(leute: Leute, hilfen: Hilfen) -> Iterator[tuple[tuple[str, str, str, int], Any]]:
    haushalt = Haushalt(leute.amt)
    for teil in (_haushalt(leute, haushalt, hilfen.kosten), _prognosen(haushalt, hilfen.bewilligt)):
        for kennzahl, jahr, wert in teil:
            yield (kennzahl, "haushalt", leute.amt.ganzes, jahr), wert
    yield from _sozialraumbudget(leute.amt)
    yield from _massnahmen(leute.amt)
    yield from _angebote(leute)


def rechne(leute: Leute, hilfen: Hilfen | None = None) -> Ergebnis:
    return sammle(_eintraege(leute, hilfen or Hilfen(leute)))
