"""Hilfen zur Erziehung and Kinderschutz: from delivered Bewilligungen to Hilfen, counts, costs and their Kennzahlen.

Here: what a Hilfe is, when and where it counts, formulas as each Land defines them. Not here: budgets (``geld.py``).
"""

from __future__ import annotations

import calendar
import statistics
from collections import defaultdict
from collections.abc import Iterator
from datetime import date, timedelta
from typing import Any

from tests.integration.nachrechnen.grundlage import (
    JAHRE,
    Ergebnis,
    Wert,
    Zahlen,
    Zeile,
    anzahl,
    euro,
    quote,
    sammle,
    tag,
)
from tests.integration.nachrechnen.leute import Leute

SPALTEN = (
    "fall person art form sex zustaendig uma traeger situation transfer bewilligung schulbegleitung beginn ende "
    "geburtsmonat geburtsjahr wohnraum budgetraum leistungsraum grund vorher_8a vorher_42 bewilligt ist"
)
LUECKE = timedelta(days=14 + 1)
OFFEN = date.max - 2 * LUECKE
PARA_28 = {"01", "02", "03"}
FREMD = {"09", "10", "11", "12 stationär", "15"}
AMBULANT = {"04", "05", "06", "07", "12 ambulant", "14", "16"}
# groups of Hilfearten: § 35 by its form, but ambulant as a whole in NRW, where § 32 is a part of ambulant too
GRUPPEN = {"ambulant": AMBULANT, "teilstationaer": {"08", "12 teilstationär"}, "stationaer": FREMD}
GRUPPEN_NRW = {
    "ambulant": AMBULANT | {"08", "12", "12 teilstationär", "12 stationär"},
    "teilstationaer": {"08"},
    "stationaer": FREMD - {"12 stationär"},
}


class Bewilligung:
    """One delivered row."""

    def __init__(self, z: Zeile, ort: Any, amt: str) -> None:
        self.z, self.person = z, z["person"]
        self.beginn, self.ende = tag(z["beginn"]) or date.min, tag(z["ende"]) or OFFEN
        self.uma = z["uma"] == "ja"
        self.besonders = f"{amt}:uma" if self.uma else f"{amt}:para_86_6_89a" if "§" in z["zustaendig"] else None
        self.wohnraum, self.leistungsraum = ort(z["wohnraum"]), ort(z["leistungsraum"])
        self.geboren = date(int(z["geburtsjahr"]), int(z["geburtsmonat"]), 1)


class Einheit:
    """What counts once: a Hilfe as a Fall, or one young person of it."""

    def __init__(self, zeilen: list[Bewilligung], wohnraum: str) -> None:
        self.zeilen = zeilen  # by beginning
        self.erste, self.letzte = zeilen[0], sorted(zeilen, key=lambda b: b.ende)[-1]
        self.wohnraum = wohnraum
        self.beginn, self.ende = self.erste.beginn, self.letzte.ende
        self.geboren = min(b.geboren for b in zeilen)
        art, form = self.letzte.z["art"], self.letzte.z["form"]
        self.art = f"{art} {form}".strip() if art in {"12", "13"} else art

    def laeuft(self, am: date) -> bool:
        """In the stock of a day: begun, and not ended on it or before."""
        return self.beginn <= am < self.ende

    def raum(self, am: date) -> str:
        """Where the family lived at the beginning; UMA and foreign competence from the Bewilligung in force on."""
        gilt = [b for b in self.zeilen if b.beginn <= am][-1]
        return gilt.besonders or self.wohnraum

    def volljaehrig(self, am: date) -> bool:
        return (am.year - self.geboren.year) * 12 + am.month - self.geboren.month >= 18 * 12


def hilfen(bewilligungen: list[Bewilligung]) -> Iterator[list[Bewilligung]]:
    """Bewilligungen of one Hilfeart and person (for a family: of its Fall), with at most 14 days between them."""
    gruppen: dict[tuple[str, ...], list[Bewilligung]] = defaultdict(list)
    for b in bewilligungen:
        gruppen[b.z["fall"], b.z["art"], "" if b.z["art"] == "07" else b.person].append(b)
    for gruppe in gruppen.values():
        hilfe: list[Bewilligung] = []
        for b in sorted(gruppe, key=lambda b: b.beginn):
            if hilfe and b.beginn > max(h.ende for h in hilfe) + LUECKE:
                yield hilfe
                hilfe = []
            hilfe.append(b)
        yield hilfe


def ganze_monate(von: date, bis: date) -> int:
    return (bis.year - von.year) * 12 + bis.month - von.month - (bis.day < von.day)


class Hilfen:
    """All counts of a Jugendamt: what -> number, per Raum and year."""

    def __init__(self, leute: Leute) -> None:
        self.amt, self.zahlen, self.schutz = leute.amt, Zahlen(leute.amt), Zahlen(leute.amt)
        self.gruppen = GRUPPEN_NRW if self.amt.land == "NRW" else GRUPPEN
        self.kosten: dict[int, float] = defaultdict(float)
        self.bewilligt: dict[int, float] = defaultdict(float)
        for jahr in JAHRE:
            zeilen = [Bewilligung(z, self.amt.ort, self.amt.name) for z in self.amt.lies("hze_faelle", jahr, SPALTEN)]
            for zusammen in hilfen(zeilen):
                self._hilfe(zusammen, jahr)
            self._kinderschutz(jahr)

    def _hilfe(self, zeilen: list[Bewilligung], jahr: int) -> None:
        personen: dict[str, list[Bewilligung]] = defaultdict(list)
        for b in zeilen:
            personen[b.person].append(b)
        fall = Einheit(zeilen, zeilen[0].wohnraum)
        self._ereignisse(fall, jahr, "faelle")
        for eigene in personen.values():
            self._ereignisse(Einheit(eigene, zeilen[0].wohnraum), jahr, "menschen")
        self._monate(fall, jahr)
        for b in zeilen:
            kosten, raum = euro(b.z["ist"]), b.besonders or fall.wohnraum
            self.zahlen.zaehle(raum, jahr, ("kosten", fall.art), kosten)
            if fall.art not in PARA_28:
                self.kosten[jahr] += kosten
                self.bewilligt[jahr] += euro(b.z["bewilligt"])

    def _ereignisse(self, e: Einheit, jahr: int, einheit: str) -> None:
        neujahr, silvester = date(jahr, 1, 1), date(jahr, 12, 31)
        if neujahr <= e.beginn <= silvester:
            self._zaehle(e, jahr, einheit, "begonnen", e.beginn)
        if neujahr <= e.ende <= silvester and e.beginn <= silvester:
            self._zaehle(e, jahr, einheit, "beendet", e.ende)
        if e.laeuft(silvester):
            self._zaehle(e, jahr, einheit, "bestand", silvester)

    def _zaehle(self, e: Einheit, jahr: int, einheit: str, konzept: str, am: date) -> None:
        raum, erste = e.raum(am), e.erste.z
        merkmale = {"art": e.art, "schule": str(any(b.z["schulbegleitung"] == "ja" for b in e.zeilen))}
        if not e.art.startswith("13") and e.art not in PARA_28:
            dort = e.letzte.leistungsraum
            bekannt = not dort.endswith(":nicht_zuordenbar")
            traeger = "" if e.art in {"09", "10"} else e.letzte.z["traeger"]
            merkmale |= {
                "traeger": traeger,
                "ab 18": str(e.volljaehrig(am)), "situation": erste["situation"] or "5",
                "transfer": erste["transfer"], "grund": e.letzte.z["grund"], "dauer": str(ganze_monate(e.beginn, am)),
                "dort": "unbekannt" if not bekannt else str(dort == e.wohnraum),
            }  # fmt: skip
            if any(b.uma for b in e.zeilen):
                merkmale["uma art"] = e.art
        for k in (konzept, *(["summe"] if konzept != "begonnen" else [])):
            for merkmal, wert in merkmale.items():
                self.zahlen.zaehle(raum, jahr, (einheit, k, merkmal, wert))

    def _monate(self, e: Einheit, jahr: int) -> None:
        """Days of a month / its days, where the Hilfe stood last in the month."""
        for monat in range(1, 13):
            tage = calendar.monthrange(jahr, monat)[1]
            von, bis = max(e.beginn, date(jahr, monat, 1)), min(e.ende, date(jahr, monat, tage))
            if von <= bis:
                self.zahlen.zaehle(e.raum(bis), jahr, ("monate", e.art), ((bis - von).days + 1) / tage)

    def _kinderschutz(self, jahr: int) -> None:
        for z in self.amt.lies("gefaehrdungseinschaetzungen", jahr, "jahr raum alter sex ergebnis anzahl"):
            self.schutz.zaehle(self.amt.ort(z["raum"]), jahr, "8a", int(z["anzahl"]))
        for z in self.amt.lies("inobhutnahmen", jahr, "jahr raum alter sex art anzahl grundlage"):
            if z["art"] != "UMA" and "unbegleitet" not in z["art"] and z["grundlage"] == "§ 42":
                self.schutz.zaehle(self.amt.ort(z["raum"]), jahr, "42", int(z["anzahl"]))

    def je_traeger(self, raum: str, jahr: int) -> list[tuple[Any, float]]:
        """Hilfen on 31.12. by known Träger."""
        summen = self.zahlen.summen(raum, jahr) or {}
        traeger = ("faelle", "bestand", "traeger")
        return [(w, n) for w, n in summen.items() if isinstance(w, tuple) and w[:3] == traeger and w[3]]

    def summe(self, raum: str, jahr: int, *wo: str, arten: set[str] | None = None) -> Wert:
        """Sum over Hilfearten: all but §§ 28 and 35a, or the named ones."""
        summen = self.zahlen.summen(raum, jahr)
        if summen is None:
            return None
        gesucht = [(w, n) for w, n in summen.items() if isinstance(w, tuple) and w[:-1] == wo]
        return sum(n for (*_, a), n in gesucht if (a in arten if arten else str(a)[:2] not in {"13", *PARA_28}))


class _Raum:
    """All Kennzahlen of one Raum in one year."""

    def __init__(self, h: Hilfen, leute: Leute, raum: str, jahr: int) -> None:
        self.h, self.leute, self.raum, self.jahr = h, leute, raum, jahr

    def n(self, konzept: str, merkmal: str, wert: str) -> float:
        return self.h.zahlen(self.raum, self.jahr, ("faelle", konzept, merkmal, wert)) or 0

    def arten(self, *wo: str, arten: set[str] | None = None) -> float:
        return self.h.summe(self.raum, self.jahr, *wo, arten=arten) or 0

    def median(self, konzept: str) -> tuple[str, Wert]:
        """The smallest duration that at least half of the Hilfen do not exceed, from ten on."""
        summen = self.h.zahlen.summen(self.raum, self.jahr) or {}
        dauern: list[int] = []
        for was, zahl in summen.items():
            if isinstance(was, tuple) and was[:3] == ("faelle", konzept, "dauer"):
                dauern += [int(was[3])] * int(zahl)
        return anzahl(statistics.median_low(dauern)) or ("", 0) if len(dauern) >= 10 else ("nenner_zu_klein", None)

    def dichten(self) -> Iterator[tuple[str, Any]]:
        """As each Land counts."""
        land, je = self.h.amt.land, self.leute.bezug
        wer = "menschen" if land == "NRW" else "faelle"
        u21, faktor = je(self.raum, self.jahr, 0, 21), 10_000 if land == "NRW" else 1000
        for name, arten in [("", None), *((f"{g}_", a) for g, a in self.h.gruppen.items())]:
            zaehler = self.arten(wer, "summe", "art", arten=arten)
            if land == "BW":
                zaehler -= self.arten(wer, "summe", "uma art", arten=arten)
            yield f"hze_{name}quote", quote(zaehler, self.leute.jung(self.raum, self.jahr), faktor, 100)
        yield "hze_ohne_28_quote", quote(self.arten("menschen", "summe", "art"), u21, 10_000, 100)
        eingliederung = self.arten("faelle", "summe", "art", arten={f"13{f}" for f in FORMEN})
        yield "eingliederung_35a_quote", quote(eingliederung, je(self.raum, self.jahr, 6, 18), 1000, 100)
        yield "schulbegleitung_pct", quote(self.n("summe", "schule", "True"), eingliederung, 100, 10)
        ab_18 = self.n("summe", "ab 18", "True")
        yield "hilfe_41_quote", quote(ab_18, je(self.raum, self.jahr, 18, 21), 1000, 100)

    def anteile(self) -> Iterator[tuple[str, Any]]:
        alle = self.arten("faelle", "summe", "art")
        stationaer = self.arten("faelle", "summe", "art", arten=self.h.gruppen["stationaer"])
        pflege, heim = (self.arten("faelle", "summe", "art", arten=a) for a in ({"09", "10"}, {"11"}))
        yield "hze_faelle", anzahl(alle)
        yield "anteil_fremdunterbringung_pct", quote(self.arten("faelle", "summe", "art", arten=FREMD), alle, 100, 10)
        yield "vollzeitpflege_pct", quote(pflege, pflege + heim, 100, 10)
        yield "nichtstationaer_zu_stationaer", quote(alle - stationaer, stationaer, 1, 10)
        beendet = self.arten("faelle", "beendet", "art") - self.n("beendet", "grund", "40")
        yield "planmaessig_beendet_pct", quote(self.n("beendet", "grund", "10"), beendet, 100, 10)
        bestand = self.arten("faelle", "bestand", "art")
        flexibel = self.arten("faelle", "bestand", "art", arten={"14", "15", "16"})
        yield "flexible_27_2_pct", quote(flexibel, bestand)
        hier, woanders = (self.n("bestand", "dort", w) for w in ("True", "False"))
        yield "hilfen_im_wirkungsraum_pct", quote(hier, hier + woanders)
        yield "hilfedauer_median_monate", self.median("beendet")
        yield "bisherige_dauer_median_monate", self.median("bestand")

    def leittraeger(self) -> Iterator[tuple[str, Any]]:
        """In Räumen with a Leitträger, who leads all below; foster families are no Träger."""
        amt, beim, alle = self.h.amt, 0.0, 0.0
        fuehrt = {z["raum_id"]: z["schluessel"] for z in amt.schluessel if z["schluesselart"] == "leittraeger"}
        gefuehrt = {t: traeger for raum, traeger in fuehrt.items() for t in amt.teile(raum, self.jahr)}
        for teil in amt.teile(self.raum, self.jahr):
            if teil in gefuehrt:
                je = {w[3]: n for w, n in self.h.je_traeger(teil, self.jahr)}
                beim, alle = beim + je.get(gefuehrt[teil], 0), alle + sum(je.values())
        if gefuehrt and self.raum not in amt.besondere:
            yield "anteil_leittraeger_pct", quote(beim, alle)

    def bei_beginn(self) -> Iterator[tuple[str, Any]]:
        """Unknown is left out of the shares, and shown."""
        begonnen = self.arten("faelle", "begonnen", "art")
        situation = [self.n("begonnen", "situation", str(i)) for i in range(1, 6)]
        ja, nein = (self.n("begonnen", "transfer", w) for w in "12")
        yield "alleinerziehend_bei_beginn_pct", quote(situation[1], sum(situation[:4]), 100, 10)
        yield "situation_unbekannt_pct", quote(situation[4], begonnen, 100, 10)
        yield "transferbezug_bei_beginn_pct", quote(ja, ja + nein, 100, 10)
        yield "transferbezug_unbekannt_pct", quote(begonnen - ja - nein, begonnen, 100, 10)

    def kosten(self) -> Iterator[tuple[str, Any]]:
        """What is booked for the Hilfen of the Raum, § 35a in the sums only."""
        ohne_35a, monate = self.arten("kosten"), self.arten("monate")
        alle = ohne_35a + self.arten("kosten", arten={f"13{f}" for f in FORMEN})
        stationaer = self.arten("kosten", arten=self.h.gruppen["stationaer"])
        yield "fallkosten_hze_eur", anzahl(alle)
        yield "fallkosten_hze_je_jew_eur", quote(alle, self.leute.jung(self.raum, self.jahr), 1)
        yield "ausgaben_je_hilfemonat_eur", quote(ohne_35a, monate, 1)
        yield "ausgaben_stationaer_anteil_pct", quote(stationaer, ohne_35a)


FORMEN = ("", " ambulant", " teilstationär", " stationär")


def _schutz(h: Hilfen, leute: Leute, raum: str, jahr: int) -> Iterator[tuple[str, str, Any]]:
    kinder = leute.bezug(raum, jahr, 0, 18)
    yield "gefaehrdung_8a_quote", "jugendamt_8a", quote(h.schutz(raum, jahr, "8a"), kinder, 1000, 100)
    yield "inobhutnahme_quote", "jugendamt_42", quote(h.schutz(raum, jahr, "42"), kinder, 10_000, 100)


def _eintraege(h: Hilfen, leute: Leute) -> Iterator[tuple[tuple[str, str, str, int], Any]]:
    for jahr in JAHRE:
        for raum in [*h.amt.im_jahr(jahr), *h.amt.besondere]:
            if h.zahlen.summen(raum, jahr) is not None:
                r = _Raum(h, leute, raum, jahr)
                for teil in (r.dichten, r.anteile, r.leittraeger, r.bei_beginn, r.kosten):
                    for kennzahl, wert in teil():
                        yield (kennzahl, "fachverfahren", raum, jahr), wert
            for kennzahl, quelle, wert in _schutz(h, leute, raum, jahr):
                yield (kennzahl, quelle, raum, jahr), wert


def rechne(leute: Leute, h: Hilfen | None = None) -> Ergebnis:
    return sammle(_eintraege(h or Hilfen(leute), leute))
