"""The tables of docs/leistung.md, made from the results: goals, stages, growth, what stands beside.

Here: what is derived from measured values (ratios, exponents) and how it is written. Not here: measuring
(``bench.py``), why a goal is missed: that stands in the page itself, outside the marks.
"""

from __future__ import annotations

import json
import math
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

Werte = dict[str, Any]

ANFANG, ENDE = "<!-- bench: from here made by `make bench` -->", "<!-- bench: to here -->"
STUFEN = ("annahme", "dbt_kern", "geheimhaltung", "dbt_marts", "release", "stand")
TEILE = {
    "annahme": ("archiv", "lesen", "pandera", "schluessel", "quarantaene", "verdichtung", "drift", "lake"),
    "release": ("marts", "gate", "bericht"),
    "stand": ("bi",),
}
PRUEFEN = ("pandera", "schluessel", "quarantaene", "drift")


def exponent(paare: Sequence[tuple[float, float]]) -> float:
    """Slope of a straight line through the logarithms, by least squares; 1 is proportional growth."""
    x, y = ([math.log(wert) for wert in werte] for werte in zip(*paare, strict=True))
    mx, my = sum(x) / len(x), sum(y) / len(y)
    return sum((a - mx) * (b - my) for a, b in zip(x, y, strict=True)) / sum((a - mx) ** 2 for a in x)


def bis_intern(lauf: Werte) -> float:
    """Seconds from files to internal marts: the door and the build before geheimhaltung, as Dagster counts them."""
    dagster = lauf["produkt"]["dagster"]
    return float(dagster["annahme"] + dagster["dbt_kern"])


def pruefanteil(lauf: Werte) -> float:
    """Share of the checks in reading, checking and writing to the lake (without archive and Verdichtung).

    Of the processor's time: parts run side by side, and by the clock each also counts what it waits for the others.
    """
    teile = lauf["produkt"]["teile"]
    alles = sum(teile[t]["cpu"] for t in (*PRUEFEN, "lesen", "lake"))
    return float(sum(teile[t]["cpu"] for t in PRUEFEN) / alles)


def _wachstum(laeufe: Sequence[Werte], feld: str) -> float:
    return exponent([(lauf["mb"], lauf["produkt"][feld]) for lauf in laeufe])


def ziele(ergebnisse: dict[str, Werte]) -> Iterator[tuple[str, str, str, bool]]:
    """Goal of the issue, its bound, what was measured, whether it is met; only what was measured."""
    land, klein = ergebnisse.get("land"), ergebnisse.get("klein")
    for name in ("klein", "land"):
        if name in ergebnisse:
            anteil = pruefanteil(ergebnisse[name]["laeufe"][-1])
            yield f"`{name}`: checks in read + check + lake", "at most 35 %", f"{anteil:.0%}", anteil <= 0.35
    if klein and "dbt" in klein:
        dagster = klein["laeufe"][-1]["produkt"]["dagster"]
        faktor = (dagster["dbt_kern"] + dagster["dbt_marts"]) / klein["dbt"]["sekunden"]
        yield "`klein`: dbt assets in Dagster over plain `dbt build`", "at most 1.5x", f"{faktor:.2f}x", faktor <= 1.5
    if land is None:
        return
    lauf = land["laeufe"][-1]
    if "abbruch" not in lauf.get("grenze", {"abbruch": "not run"}):
        faktor = bis_intern(lauf) / lauf["grenze"]["sekunden"]
        yield "`land`: files to internal marts, over the limit", "at most 2.5x", f"{faktor:.1f}x", faktor <= 2.5
    if "abbruch" not in lauf.get("buero", {"abbruch": "not run"}):
        faktor = lauf["buero"]["sekunden"] / bis_intern(lauf)
        yield "`land`: faster than pandas", "at least 5x", f"{faktor:.2f}x", faktor >= 5
    spitze = lauf["produkt"]["spitze_mb"] / 1024
    yield "`land`: peak memory of the whole tree", "at most 4 GiB", f"{spitze:.1f} GiB", spitze <= 4
    if len(land["laeufe"]) > 1:
        n = _wachstum(land["laeufe"], "sekunden")
        yield "growth exponent of time, a tenth of `land` to `land`", "at most 1.05", f"{n:.2f}", n <= 1.05
    if land.get("bi"):
        p95 = land["bi"]["16 Leser"]["p95_ms"]
        yield "`land`: BI query p95, 16 readers, 1 s think time", "at most 150 ms", f"{p95:.0f} ms", p95 <= 150


def _tabelle(kopf: Sequence[str], zeilen: Sequence[Sequence[str]]) -> list[str]:
    return ["", *(f"| {' | '.join(z)} |" for z in (kopf, ["---"] * len(kopf), *zeilen)), ""]


def _stufen(laeufe: Sequence[Werte]) -> list[str]:
    """Seconds of wall clock and processor and MB of each stage, its parts indented, a column per run."""
    zeilen = []
    for stufe in STUFEN:
        zeilen.append([f"`{stufe}`", *(_eine_stufe(lauf["produkt"], stufe) for lauf in laeufe)])
        for teil in TEILE.get(stufe, ()):
            zeiten = (lauf["produkt"]["teile"][teil] for lauf in laeufe)
            zeilen.append([f"– {teil}", *(f"{z['sekunden']:.1f} / {z['cpu']:.1f}" for z in zeiten)])
    gesamt = [dreier(lauf["produkt"]) for lauf in laeufe]
    zeilen.append(["**together, start of Python included**", *gesamt])
    for weg, name in (("grenze", "(a) the limit, DuckDB by hand"), ("buero", "(c) pandas")):
        if any(weg in lauf for lauf in laeufe):
            zeilen.append([name, *(dreier(lauf[weg]) if weg in lauf else "–" for lauf in laeufe)])
    kopf = [f"{lauf['jugendaemter']} Jugendämter, {lauf['dateien']} files, {lauf['mb']:.0f} MB" for lauf in laeufe]
    return _tabelle(["seconds / of processor / peak MB", *kopf], zeilen)


def dreier(werte: Werte) -> str:
    """Wall clock, processor, peak of a way; or how far it came."""
    if "abbruch" in werte:
        ende = f"{werte['sekunden']:.0f} s and {werte['spitze_mb']:.0f} MB"
        return f"not to its end: after {ende} {werte['abbruch']}"
    return f"{werte['sekunden']:.1f} / {werte['cpu']:.1f} / {werte['spitze_mb']:.0f}"


def _eine_stufe(produkt: Werte, stufe: str) -> str:
    return dreier(produkt["stufen"][stufe]) if stufe in produkt["stufen"] else f"{produkt['dagster'][stufe]:.1f}"


def _daneben(ergebnis: Werte) -> list[str]:
    zeilen = []
    if ergebnis.get("dbt"):
        dbt, dagster = ergebnis["dbt"], ergebnis["laeufe"][-1]["produkt"]["dagster"]
        zeilen.append(["dbt assets in Dagster", f"{dagster['dbt_kern'] + dagster['dbt_marts']:.1f} s"])
        zeilen.append(["(b) plain `dbt build`", f"{dreier(dbt)}; by dbt's own clock {dbt['dbt_sekunden']:.1f} s"])
    if spaet := ergebnis.get("nachlieferung"):
        stufen = ", ".join(f"`{n}` {w['sekunden']:.1f}" for n, w in spaet["stufen"].items() if n != "refresh")
        zeilen.append(["the next refresh, one corrected file of Hilfen", f"{dreier(spaet)} ({stufen})"])
    for weg, tabellen in ergebnis.get("stock", {}).items():
        for extrakt, w in tabellen.items():
            text = f"{dreier(w['stufen']['pruefen'])} for {w['zeilen']:,} rows"
            zeilen.append([f"(d) {weg} alone, `{extrakt}`", text])
    for name in ("1 Leser", "16 Leser"):
        if ergebnis.get("bi"):
            w = ergebnis["bi"][name]
            zeilen.append([f"BI, {name}", f"p50 {w['p50_ms']:.1f} ms, p95 {w['p95_ms']:.1f} ms"])
    return _tabelle(["beside it", "measured"], zeilen)


def _groesse(ergebnis: Werte) -> list[str]:
    laeufe = ergebnis["laeufe"]
    lauf, versionen = laeufe[-1], ", ".join(f"{n} {v}" for n, v in ergebnis["versionen"].items())
    speicher = f", BERICHTSWESEN_SPEICHER={s}" if (s := ergebnis.get("duckdb_speicher")) else ""
    verglichen = [f"{lauf['zahlen']:,} figures, {sum(lauf['unterschiede'].values())} differ"] * bool(
        lauf["unterschiede"]
    )
    text = [
        f"## `{ergebnis['groesse']}`",
        "",
        f"{lauf['jugendaemter']} Jugendämter, {ergebnis['jahre']} years, {lauf['saetze']:,} delivered rows; "
        f"{ergebnis['datum']}, {ergebnis['kerne']} cores ({ergebnis['prozessor']}), {ergebnis['speicher_gb']} GiB, "
        f"load at the start {ergebnis['last_zu_beginn']}{speicher}; {versionen}. "
        + "".join(f"Compared between all ways: {v}." for v in verglichen),
        *_stufen(laeufe),
    ]
    if len(laeufe) > 1:
        felder = {"time": "sekunden", "processor time": "cpu", "memory": "spitze_mb"}
        text.append("Growth: " + ", ".join(f"{n} ~ size^{_wachstum(laeufe, f):.2f}" for n, f in felder.items()) + ".")
    return text + _daneben(ergebnis)


def text(ergebnisse: dict[str, Werte]) -> str:
    """Everything between the marks."""
    if not ergebnisse:
        return "\nNo results yet.\n\n"
    zeilen = [
        [z, grenze, gemessen, "met" if erreicht else "**missed**"]
        for z, grenze, gemessen, erreicht in ziele(ergebnisse)
    ]
    alle = _tabelle(["goal", "bound", "measured", ""], zeilen)
    for name in ("klein", "land", "bund"):
        if name in ergebnisse:
            alle += _groesse(ergebnisse[name])
    return "\n".join(alle)


def schreibe(ordner: Path, seite: Path) -> None:
    """Renew the tables of the page from the results in a folder."""
    ergebnisse = {p.stem: json.loads(p.read_text("utf-8")) for p in sorted(ordner.glob("*.json"))}
    davor, _, rest = seite.read_text("utf-8").partition(ANFANG)
    danach = rest.partition(ENDE)[2]
    seite.write_text(f"{davor}{ANFANG}\n{text(ergebnisse)}{ENDE}{danach}", "utf-8")
