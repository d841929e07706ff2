"""Model areas before and after their start, beside similar Räume: an observation, never an effect.

Belongs here: full years, which Räume are compared, what may be said. Not here: which areas there are (the profiles),
arithmetic (`statistik`), pooling (`hilfen`).
"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from typing import Any

import numpy as np

from reports.analyse.hilfen import JE, Fenster, fenster_je_raum, streuung_der_jahre
from reports.analyse.lebenslage import Lage, lage
from reports.analyse.statistik import differenz_der_veraenderungen, naechste
from reports.analyse.typen import Analyse, Daten, Texte
from reports.typen import Blatt
from reports.zahlen import datum, mit_vorzeichen, zahl
from sources.profile import Modellgebiet

_VORJAHRE = (5, 4, 3)
"""Years before the start; the longest stretch that most Räume of the area have."""
_NACHBARN = 3
Phasen = tuple[tuple[float, float], tuple[float, float]]
_TEXTE = Texte("modellgebiete")


def erstes_volles_jahr(von: date) -> int:
    """The first year that a change covers from its first day on: 2025-10-01 gives 2026."""
    return von.year if (von.month, von.day) == (1, 1) else von.year + 1


def analysiere_modellgebiete(daten: Daten, gebiete: Sequence[Modellgebiet], blaetter: Iterable[Blatt]) -> Analyse:
    """Change of begun Hilfen per Jugendeinwohner in each model area, minus the change in the most similar Räume."""
    if not gebiete:
        return _TEXTE.analyse([_TEXTE.satz("fehlt")])
    je_gebiet = {name: [g for g in gebiete if g.gebiet == name] for name in sorted({g.gebiet for g in gebiete})}
    kinder = {b.raum_id: [k.raum_id for k in b.kinder] for b in (daten.ganzes, *blaetter)}
    raeume = {name: _auf_hauptebene(daten, [z.raum_id for z in zeilen], kinder) for name, zeilen in je_gebiet.items()}
    rest = [r for r in daten.raeume if not any(r in glieder for glieder in raeume.values())]
    zeilen: list[dict[str, Any]] = []
    aussagen: list[str] = []
    for name, glieder in raeume.items():
        anzeige = name.replace("_", " ").title()
        ergebnis = _vergleiche(daten, glieder, rest, je_gebiet[name])
        if isinstance(ergebnis, str):
            aussagen.append(_TEXTE.satz("kein_vergleich", gebiet=anzeige, grund=ergebnis))
            continue
        neu = [{"gebiet": anzeige, **zeile, "lesart": _TEXTE.satz("lesart")} for zeile in ergebnis]
        zeilen += neu
        aussagen += [_in_worten(zeile) for zeile in neu]
    unbelegt = [name.replace("_", " ").title() for name, z in je_gebiet.items() if not all(g.belegt for g in z)]
    if unbelegt:
        aussagen.append(_TEXTE.satz("unbelegt", gebiete=", ".join(unbelegt)))
    return _TEXTE.analyse(aussagen, zeilen)


def _in_worten(z: Mapping[str, Any]) -> str:
    """Across a reform the changes themselves are not told, only how much they differ."""
    return _TEXTE.satz(
        "ergebnis_mit_bruch" if "bruch" in z else "ergebnis", bruch=z.get("bruch"),
        gebiet=z["gebiet"], vorher=z["vorher"], nachher=z["nachher"], lesart=z["lesart"],
        hier=mit_vorzeichen(z["je_1000_nachher"] - z["je_1000_vorher"], 1),
        dort=mit_vorzeichen(z["vergleich_nachher"] - z["vergleich_vorher"], 1),
        differenz=mit_vorzeichen(z["differenz"], 1), unten=zahl(z["unten"], 1), oben=zahl(z["oben"], 1),
    )  # fmt: skip


def _auf_hauptebene(daten: Daten, raeume: Sequence[str], kinder: Mapping[str, Sequence[str]]) -> list[str]:
    """The Räume of the main level that are, or lie in, one of `raeume`."""
    offen, gesehen = list(raeume), set()
    while offen:
        raum = offen.pop()
        if raum not in gesehen:
            gesehen.add(raum)
            offen += kinder.get(raum, ())
    return [r for r in daten.raeume if r in gesehen]


def _vergleiche(
    daten: Daten, glieder: Sequence[str], rest: Sequence[str], zeilen: Sequence[Modellgebiet]
) -> list[dict[str, Any]] | str:
    """The rows of one area, or in German why there is none."""
    von, voll = min(z.von for z in zeilen), erstes_volles_jahr(max(z.von for z in zeilen))
    letztes = min((z.bis.year - ((z.bis.month, z.bis.day) < (12, 31)) for z in zeilen if z.bis), default=daten.jahr)
    gezaehlt = daten.raeume if rest else [daten.ganzes.raum_id]
    jahre = [j for k, r, j in daten.hilfen if k == "begonnen" and r in gezaehlt and j <= letztes]
    ende = max(jahre, default=None)
    if ende is None or ende < voll:
        grund = "zu_frueh" if ende else "ohne_hilfen"
        return _TEXTE.satz(grund, start=datum(von), voll=voll, ende=ende)
    if not rest:
        return _gegen_reihen(daten, von.year, voll, ende)
    return _gegen_raeume(daten, glieder, rest, (von.year, voll, ende))


def _gegen_raeume(
    daten: Daten, glieder: Sequence[str], rest: Sequence[str], zeit: tuple[int, int, int]
) -> list[dict[str, Any]] | str:
    start, voll, ende = zeit
    je_dauer = {k: fenster_je_raum(daten, "begonnen", range(start - k, ende + 1)) for k in _VORJAHRE}
    dauer = max(_VORJAHRE, key=lambda k: (sum(r in je_dauer[k] for r in glieder), k))
    fenster = je_dauer[dauer]
    hier, dort = [r for r in glieder if r in fenster], [r for r in rest if r in fenster]
    if not hier or len(dort) < _NACHBARN:
        return _TEXTE.satz("zu_wenige", vorjahre=min(_VORJAHRE), start=start, ende=ende,
                           hier=len(hier), dort=len(dort), nachbarn=_NACHBARN)  # fmt: skip
    phi = streuung_der_jahre([(x[:dauer], n[:dauer]) for x, n in fenster.values()])
    phasen = {r: _phasen(f, dauer, ende - voll + 1) for r, f in fenster.items()}
    aehnlich = _aehnliche(phasen, hier, dort, lage(daten, start - 1))
    namen = ", ".join(daten.raeume[r].name for r in aehnlich)
    gruppe, vergleich = _summe([phasen[r] for r in hier]), _summe([phasen[r] for r in aehnlich])
    ergebnis = _ergebnis((start - dauer, *zeit), len(hier), gruppe, namen, vergleich, phi)
    return [ergebnis | daten.reform(range(start - dauer, ende + 1))]


def _gegen_reihen(daten: Daten, start: int, voll: int, ende: int) -> list[dict[str, Any]] | str:
    """The whole beside each delivered series that has the years, since there is no rest."""
    if not daten.reihen:
        return _TEXTE.satz("kein_rest")
    ergebnisse = []
    for name, reihe in daten.reihen.items():
        bis = min(ende, max(reihe))
        for dauer in _VORJAHRE:
            jahre = range(start - dauer, bis + 1)
            eigene = daten.fenster("begonnen", daten.ganzes.raum_id, jahre)
            if bis >= voll and eigene and all(j in reihe for j in jahre):
                fremde = [reihe[j][0] for j in jahre], [reihe[j][1] for j in jahre]
                phi = streuung_der_jahre([(x[:dauer], n[:dauer]) for x, n in (eigene, fremde)])
                gruppe, vergleich = (_phasen(f, dauer, bis - voll + 1) for f in (eigene, fremde))
                zeit = (start - dauer, start, voll, bis)
                ergebnis = _ergebnis(zeit, len(daten.raeume), gruppe, name, vergleich, phi)
                ergebnisse.append(ergebnis | daten.reform(jahre))
                break
    return ergebnisse or _TEXTE.satz("reihe_zu_kurz", vorjahre=min(_VORJAHRE), start=start, voll=voll)


def _ergebnis(
    zeit: tuple[int, int, int, int], raeume: int, gruppe: Phasen, namen: str, vergleich: Phasen, phi: float
) -> dict[str, Any]:
    """A row; `zeit` = first year before, start, first full year, last year."""
    erstes, start, voll, ende = zeit
    spanne = differenz_der_veraenderungen(gruppe, vergleich, phi)
    return {
        "vorher": f"{erstes}–{start - 1}",
        "nachher": f"{voll}–{ende}" if ende > voll else str(voll),
        "raeume": raeume,
        "je_1000_vorher": JE * gruppe[0][0] / gruppe[1][0],
        "je_1000_nachher": JE * gruppe[0][1] / gruppe[1][1],
        "vergleich": namen,
        "vergleich_vorher": JE * vergleich[0][0] / vergleich[1][0],
        "vergleich_nachher": JE * vergleich[0][1] / vergleich[1][1],
        "differenz": JE * spanne.wert,
        "unten": JE * spanne.unten,
        "oben": JE * spanne.oben,
        "ueberstreuung": phi,
    }


def _phasen(fenster: Fenster, vorher: int, nachher: int) -> Phasen:
    """Counts and person-years before and of the full years after; a year that the start lies in is neither."""
    anzahl, personen = ((sum(werte[:vorher]), sum(werte[-nachher:])) for werte in fenster)
    return anzahl, personen


def _summe(phasen: Sequence[Phasen]) -> Phasen:
    x, n = np.sum(phasen, axis=0).tolist()
    return (x[0], x[1]), (n[0], n[1])


def _aehnliche(phasen: Mapping[str, Phasen], hier: Sequence[str], dort: Sequence[str], davor: Lage | None) -> list[str]:
    """The Räume nearest to those of the area, by rate before the start and Lebenslage in the year before it."""
    last = davor.werte if davor and all(r in davor.werte for r in hier) else {}
    auswahl = [r for r in dort if r in last]
    auswahl, last = (auswahl, last) if len(auswahl) >= _NACHBARN else (list(dort), {})

    def merkmale(raum_id: str) -> list[float]:
        anzahl, personen = phasen[raum_id]
        return [anzahl[0] / personen[0], last.get(raum_id, 0.0)]

    andere = [merkmale(r) for r in auswahl]
    treffer = {auswahl[i] for r in hier for i in naechste(merkmale(r), andere, _NACHBARN)}
    return [r for r in dort if r in treffer]
