"""The Lebenslagenindex (after MSS Berlin and Sozialmonitoring Hamburg), and HzE beside it.

Belongs here: which indicators, which Räume, Status and Dynamik, what may be said. Not here: arithmetic (`statistik`),
reading marts (`daten`). HzE is no indicator: an index that holds it would explain HzE by itself.
"""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from reports.analyse.bild import streuung
from reports.analyse.statistik import Zahlen, spearman, z_werte
from reports.analyse.typen import EINWOHNER, Analyse, Daten, Feld, Texte
from reports.zahlen import zahl

INDIKATOREN = ("sgb2_pct", "kinder_in_bg_u15_pct", "arbeitslosenanteil_pct", "alleinerziehende_pct")
"""Each with a high value for a high burden."""
HZE = ("hze_ohne_28_quote", "hze_quote")
MINDEST_EINWOHNER = 300
MINDEST_KLASSEN = 30
MINDEST_KORRELATION = 20
MINDEST_INDIKATOREN = 2
_MINDEST_BEZUG = 3
_SPANNEN = (3, 2)
"""Years of the Dynamik: three as in Hamburg, else two as in Berlin."""
_GUELTIG, _UNTER_300, _UNVOLLSTAENDIG = "gültig", "unter 300 Einwohner", "Indikatoren unvollständig"
_OHNE_EINWOHNER = "Einwohnerzahl nicht ausgewiesen"


@dataclass(frozen=True)
class Bezug:
    """The yardstick of one indicator: mean and SD of a fixed year."""

    mittel: float
    sd: float


@dataclass(frozen=True)
class Lage:
    """Burden per Raum in one year, in standard deviations; higher = more burdened.

    `bezugsjahr` None: standardised over the Räume themselves. `gueltigkeit` holds all Räume, `werte` the valid ones.
    """

    jahr: int
    indikatoren: tuple[str, ...]
    werte: Mapping[str, float]
    gueltigkeit: Mapping[str, str]
    bezugsjahr: int | None = None
    bezug: Sequence[Bezug] = ()


def status(z: float) -> str:
    """Status of a standardised burden; class limits as recalled from MSS and Hamburg (Annahme)."""
    return "hoch" if z < -1 else "mittel" if z <= 1 else "niedrig" if z <= 1.5 else "sehr niedrig"


def dynamik(z: float) -> str:
    """Class of a standardised change of the burden; limits as in `status` (Annahme)."""
    return "positiv" if z < -1 else "stabil" if z <= 1 else "negativ"


def lage(daten: Daten, jahr: int) -> Lage | None:
    """The Lebenslage of a year, or None if fewer than two indicators have a figure in half of the Räume.

    From 30 valid Räume on: each indicator as z-score over them, summed with equal weight, the sum standardised again.
    Below that: mean distance from the Jugendamt as a whole in a fixed year, in standard deviations of that year.
    """
    gross = [r for r in daten.raeume if (_einwohner(daten, r, jahr) or 0) >= MINDEST_EINWOHNER]
    indikatoren = tuple(
        k for k in INDIKATOREN if gross and sum(daten.zahl(r, k, jahr) is not None for r in gross) >= len(gross) / 2
    )
    if len(indikatoren) < MINDEST_INDIKATOREN:
        return None
    voll = _vollstaendig(daten, gross, indikatoren, jahr)
    gueltigkeit = {r: _gueltigkeit(daten, r, jahr, r in voll) for r in daten.raeume}
    tafel = np.array([[daten.zahl(r, k, jahr) for k in indikatoren] for r in voll], dtype=np.float64)
    if len(voll) >= MINDEST_KLASSEN:
        return Lage(jahr, indikatoren, _je_raum(voll, _standardisiert(tafel)), gueltigkeit)
    bezugsjahr, bezug = _bezug(daten, gross, indikatoren, jahr)
    return Lage(jahr, indikatoren, _je_raum(voll, _abstand(tafel, bezug)), gueltigkeit, bezugsjahr, bezug)


def juengste_lage(daten: Daten) -> Lage | None:
    """The Lebenslage of the year with most indicators among the last three, the newest of them; else an older year."""
    jahre = sorted({j for (_, k, j), w in daten.werte.items() if k in INDIKATOREN and w.hat_wert and j <= daten.jahr})
    lagen = [gefunden for j in reversed(jahre) if (gefunden := lage(daten, j))]
    neue = [x for x in lagen if x.jahr > daten.jahr - 3]
    return max(neue, key=lambda x: (len(x.indikatoren), x.jahr)) if neue else next(iter(lagen), None)


def veraenderung(daten: Daten, jetzt: Lage) -> tuple[int, dict[str, float]] | None:
    """Years compared and change per Raum, never across a break; None if half of the Räume have none.

    From 30 Räume on the changes are standardised as the levels are; below that they are in SD of the fixed year.
    """
    for jahre in _SPANNEN:
        damals = jetzt.jahr - jahre
        raeume = [
            r
            for r in _vollstaendig(daten, list(jetzt.werte), jetzt.indikatoren, damals)
            if not daten.bruch(r, jetzt.indikatoren, range(damals + 1, jetzt.jahr + 1))
        ]
        if not raeume or len(raeume) < len(jetzt.werte) / 2:
            continue
        alt, neu = (
            np.array([[daten.zahl(r, k, j) for k in jetzt.indikatoren] for r in raeume], dtype=np.float64)
            for j in (damals, jetzt.jahr)
        )
        if jetzt.bezugsjahr is not None:
            return jahre, _je_raum(raeume, _abstand(neu, jetzt.bezug) - _abstand(alt, jetzt.bezug))
        if len(raeume) >= MINDEST_KLASSEN:
            return jahre, _je_raum(raeume, _standardisiert(neu - alt))
    return None


def _je_raum(raeume: Sequence[str], werte: Zahlen) -> dict[str, float]:
    return dict(zip(raeume, werte.tolist(), strict=True))


def _einwohner(daten: Daten, raum_id: str, jahr: int) -> float | None:
    """Inhabitants of the newest published year up to `jahr`, at most two years before it."""
    return next((n for j in range(jahr, jahr - 3, -1) if (n := daten.zahl(raum_id, EINWOHNER, j)) is not None), None)


def _gueltigkeit(daten: Daten, raum_id: str, jahr: int, vollstaendig: bool) -> str:
    einwohner = _einwohner(daten, raum_id, jahr)
    if einwohner is None:
        return _OHNE_EINWOHNER
    if einwohner < MINDEST_EINWOHNER:
        return _UNTER_300
    return _GUELTIG if vollstaendig else _UNVOLLSTAENDIG


def _vollstaendig(daten: Daten, raeume: Sequence[str], indikatoren: Sequence[str], jahr: int) -> list[str]:
    return [r for r in raeume if all(daten.zahl(r, k, jahr) is not None for k in indikatoren)]


def _standardisiert(tafel: Zahlen) -> Zahlen:
    return z_werte(np.sum([z_werte(spalte) for spalte in tafel.T], axis=0))


def _abstand(tafel: Zahlen, bezug: Sequence[Bezug]) -> Zahlen:
    """Mean distance from the yardsticks in SD; an indicator that did not vary says nothing."""
    teile = [(x - b.mittel) / b.sd if b.sd else np.zeros(len(x)) for x, b in zip(tafel.T, bezug, strict=True)]
    return np.mean(teile, axis=0)


def _bezug(daten: Daten, raeume: Sequence[str], indikatoren: Sequence[str], jahr: int) -> tuple[int, list[Bezug]]:
    """The oldest year of the unbroken series and its mean (the whole, else the Räume) and SD (Räume) per indicator.

    A fixed year, so that the yardstick does not move with the Räume it measures.
    """
    fest = jahr
    while not any(daten.bruch(r, indikatoren, [fest]) for r in raeume):
        if len(_vollstaendig(daten, raeume, indikatoren, fest - 1)) < _MINDEST_BEZUG:
            break
        fest -= 1
    bezug = []
    for k in indikatoren:
        x = np.array([daten.zahl(r, k, fest) for r in _vollstaendig(daten, raeume, indikatoren, fest)])
        ganzes = daten.zahl(daten.ganzes.raum_id, k, fest)
        sd = float(x.std()) if len(x) and np.ptp(x) else 0.0
        bezug.append(Bezug(float(x.mean()) if ganzes is None else ganzes, sd))
    return fest, bezug


def analysiere_lage(daten: Daten, jetzt: Lage | None) -> Analyse:
    """The index as table and chart, or why there is none."""
    texte = Texte("lebenslagenindex")
    if jetzt is None or len(jetzt.werte) < _MINDEST_BEZUG:
        namen = ", ".join(daten.namen.get(k, k) for k in INDIKATOREN)
        fehlt = texte.satz("fehlt", mindestens=MINDEST_INDIKATOREN, indikatoren=namen,
                           raeume=_MINDEST_BEZUG, einwohner=MINDEST_EINWOHNER)  # fmt: skip
        return texte.analyse([fehlt])
    jahre, aenderung = veraenderung(daten, jetzt) or (0, {})
    zeilen = [_zeile(daten, jetzt, aenderung, r) for r in daten.raeume]
    punkte = [(z["raum_name"], z["index"], z["veraenderung"]) for z in zeilen if z["veraenderung"] is not None]
    bild = streuung(
        f"Belastung {jetzt.jahr} und Veränderung in {jahre} Jahren", "Belastung in Standardabweichungen",
        "Veränderung; nach oben nimmt die Belastung zu", punkte, "Rechts oben: hoch belastet und zunehmend.",
    )  # fmt: skip
    indikatoren = {k: Feld(daten.namen.get(k, k), 1) for k in jetzt.indikatoren}
    return texte.analyse(_aussagen(texte, daten, jetzt, jahre), zeilen, bild, **indikatoren)


def _zeile(daten: Daten, jetzt: Lage, aenderung: Mapping[str, float], raum_id: str) -> dict[str, Any]:
    wert, delta = jetzt.werte.get(raum_id), aenderung.get(raum_id)
    klassen = {
        "status": None if wert is None else status(wert),
        "dynamik": None if delta is None else dynamik(delta),
    }
    return {
        "raum_id": raum_id,
        "raum_name": daten.raeume[raum_id].name,
        "jahr": jetzt.jahr,
        "einwohner": _einwohner(daten, raum_id, jetzt.jahr),
        **{k: daten.zahl(raum_id, k, jetzt.jahr) for k in jetzt.indikatoren},
        "index": wert,
        "veraenderung": delta,
        **(klassen if jetzt.bezugsjahr is None else {}),
        "einbezogen": jetzt.gueltigkeit[raum_id],
    }


def _aussagen(texte: Texte, daten: Daten, jetzt: Lage, jahre: int) -> list[str]:
    def namen(kennzahlen: Iterable[str]) -> str:
        return ", ".join(daten.namen.get(k, k) for k in kennzahlen)

    fehlend = [k for k in INDIKATOREN if k not in jetzt.indikatoren]
    draussen = Counter(g for g in jetzt.gueltigkeit.values() if g != _GUELTIG)
    saetze = [
        texte.satz("umfang", n=len(jetzt.werte), raeume=len(daten.raeume), jahr=jetzt.jahr),
        texte.satz("indikatoren", indikatoren=namen(jetzt.indikatoren)),
        texte.satz("indikatoren_fehlen", indikatoren=namen(fehlend)) if fehlend else "",
        texte.satz("klassen")
        if jetzt.bezugsjahr is None
        else texte.satz("position", grenze=MINDEST_KLASSEN, ganzes=daten.ganzes.name, bezugsjahr=jetzt.bezugsjahr),
        texte.satz("dynamik", von=jetzt.jahr - jahre, bis=jetzt.jahr) if jahre else texte.satz("ohne_dynamik"),
        *(
            texte.satz("draussen", anzahl=n, grund=grund, raeume=len(daten.raeume))
            for grund, n in sorted(draussen.items())
        ),
    ]
    return [satz for satz in saetze if satz]


def analysiere_zusammenhang(daten: Daten, jetzt: Lage | None) -> Analyse:
    """HzE beside the Lebenslage: scatter, and from 20 Räume on the rank correlation with its interval."""
    texte = Texte("hze_und_lebenslage")
    if jetzt is None:
        return texte.analyse([texte.satz("ohne_index")])
    kennzahl = next((k for k in HZE if any(daten.zahl(r, k, jetzt.jahr) is not None for r in daten.raeume)), None)
    if kennzahl is None:
        return texte.analyse([texte.satz("ohne_hze", jahr=jetzt.jahr)])
    name, einheit = daten.namen[kennzahl], daten.einheiten[kennzahl]
    belastung = {r: jetzt.werte.get(r) for r in daten.raeume}
    hze = {r: daten.zahl(r, kennzahl, jetzt.jahr) for r in daten.raeume}
    zeilen = [
        {"raum_id": r, "raum_name": b.name, "jahr": jetzt.jahr, "index": belastung[r], "hze_kennzahl": kennzahl,
         "hze": hze[r]}
        for r, b in daten.raeume.items()
    ]  # fmt: skip
    paare = [
        (b.name, x, y) for r, b in daten.raeume.items() if (x := belastung[r]) is not None and (y := hze[r]) is not None
    ]
    titel = f"Lebenslage und {name}, {jetzt.jahr}"
    bild = streuung(titel, "Belastung in Standardabweichungen", einheit, paare, "")
    ohne = texte.satz("ohne_wert", anzahl=len(zeilen) - len(paare), raeume=len(zeilen))
    # which HzE quote it is differs from the one on the Steckbrief: the unit says so
    hze_spalte = Feld(f"HzE: {einheit}", 1)
    return texte.analyse([*_korrelation(texte, paare, jetzt.jahr), ohne], zeilen, bild, hze=hze_spalte)


def _korrelation(texte: Texte, paare: Sequence[tuple[str, float, float]], jahr: int) -> list[str]:
    n = len(paare)
    if n < MINDEST_KORRELATION:
        return [texte.satz("zu_wenige", n=n, grenze=MINDEST_KORRELATION)]
    r = spearman([x for _, x, _ in paare], [y for _, _, y in paare])
    if r is None:
        return [texte.satz("gleich", n=n)]
    wert, unten, oben = (zahl(w, 2) for w in r)
    satz = texte.satz("korrelation", n=n, jahr=jahr, wert=wert, unten=unten, oben=oben)
    return [satz, texte.satz("ungesichert")] if r.unten <= 0 <= r.oben else [satz]
