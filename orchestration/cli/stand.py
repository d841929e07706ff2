"""Verbs that tell how things stand: status (with matrix and letter), query.

Here: reading what runs left on disk. Not here: changing anything but the letters people ask for.
"""

from __future__ import annotations

import datetime
import json
import textwrap
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import asdict
from decimal import Decimal
from pathlib import Path
from typing import Annotated, Any

import duckdb
import typer

from orchestration.cli.fehler import Bedienfehler
from orchestration.cli.lieferung import schreibe_brief
from orchestration.haus import Haus
from orchestration.umgebung import DEMO, Umgebung, lies_umgebung
from quality import zulassung
from quality.abdeckung import abdeckung, in_worten
from quality.bestand import lies_bestand
from quality.matrix import JAHRE, OHNE_TERMIN, Reihe, jahr_des_teils, matrix
from reports import release as releases
from reports import stand as veroeffentlicht
from sources import archiv
from sources.ablage import AMTLICH
from sources.vertraege import lade_familien

JsonOption = Annotated[bool, typer.Option("--json", help="Ausgabe für Maschinen.")]


def lesehaus() -> Umgebung:
    """The data home to read: the usual one, or the demo's (and says so) while nothing else is published."""
    umgebung = lies_umgebung()
    demo = Umgebung(umgebung.home / DEMO, umgebung.profilordner)
    if umgebung.ablage.archiv.exists() or not demo.ablage.current.exists():
        return umgebung
    typer.echo(f"Hinweis: noch keine echten Lieferungen; gezeigt werden die Musterdaten in {demo.home}.", err=True)
    return demo


def _stand(haus: Haus) -> dict[str, Any]:
    lieferungen = haus.lieferungen()
    wartend = {e["datei"] for e in haus.letzte_annahme().get("nicht_angenommen", [])}
    angenommen = {e.sha256 for e in lieferungen}
    # a file without a feed is settled once its bytes are accepted and it no longer waits
    offen = [
        e
        for e in archiv.nicht_angenommen(haus.ablage)
        if e.ergebnis == "abgewiesen" or e.sha256 not in angenommen or e.datei in wartend
    ]
    gesehen = {haus.vertraege[e.extrakt].familie for e in lieferungen if e.extrakt in haus.vertraege}
    gezeigt = veroeffentlicht.gezeigt(haus.ablage)
    abgedeckt = {e.sha256: je for e, je in abdeckung(haus.ablage, haus.vertraege, lieferungen, haus.feeds)}
    return {
        "datenhaus": str(haus.ablage.home),
        "familien": {name: ("geliefert" if f in gesehen else "fehlt") for f, name in lade_familien().items()},
        "lieferungen": [{**e.als_dict(), "verortung": abgedeckt.get(e.sha256, {})} for e in lieferungen],
        "nicht_angenommen": [e.als_dict() for e in offen],
        "zulassungen": [asdict(z) for z in zulassung.lies(haus.ablage)],
        "jugendaemter": {
            j: {"gezeigt": gezeigt.get(j, ""), **{k: haus.letzter_stand(j).get(k, "") for k in
                ("ergebnis", "berichtsjahr", "meldung", "zeit", "befunde")}}
            for j in haus.profile
        },
        "releases": [releases.als_zeile(r) for r in releases.alle(haus.ablage)],
    }  # fmt: skip


def _jahre(haus: Haus) -> dict[str, list[int]]:
    """Years in the lake per feed owner and table."""
    jahre: dict[str, set[int]] = {}
    for t in lies_bestand(haus.ablage, haus.vertraege, haus.lieferungen()).teile:
        jahre.setdefault(f"{t.ergebnis.jugendamt}/{t.tabelle}", set()).add(jahr_des_teils(t))
    return {tabelle: sorted(j) for tabelle, j in sorted(jahre.items())}


def _matrix(haus: Haus, jahr: int, jugendaemter: list[str]) -> list[Reihe]:
    """The nationwide feeds and those of the chosen Jugendämter against the years."""
    feeds = {j: haus.feeds[j] for j in (AMTLICH, *jugendaemter)}
    teile = lies_bestand(haus.ablage, haus.vertraege, haus.lieferungen()).teile
    heute = datetime.datetime.now(datetime.UTC).date()
    return matrix(feeds, haus.vertraege, teile, archiv.nicht_angenommen(haus.ablage), jahr, heute)


def _drucke_matrix(haus: Haus, jahr: int, reihen: list[Reihe]) -> None:
    eigene = {j: {f.feed for f in p.feeds} for j, p in haus.profile.items()}
    eigene[AMTLICH] = {f.feed for f in haus.feeds[AMTLICH]}
    for zeile in matrix_als_text(reihen, eigene, jahr):
        typer.echo(zeile)


def matrix_als_text(reihen: Iterable[Reihe], eigene: Mapping[str, Collection[str]], jahr: int) -> Iterator[str]:
    """Lines of at most 100 characters.

    Args:
        reihen: the matrix.
        eigene: names of the feeds that a profile itself lists, by Jugendamt; the others are shown once used.
        jahr: the last year of the matrix.
    """
    spalten = range(jahr - JAHRE + 1, jahr + 1)
    yield f"Was fehlt noch für das Berichtsjahr {jahr}?"
    yield "(erwartet: die Frist läuft noch; –: kein Termin vereinbart)"
    je_jugendamt: dict[str, list[Reihe]] = {}
    for reihe in reihen:
        je_jugendamt.setdefault(reihe.jugendamt, []).append(reihe)
    for jugendamt, liste in je_jugendamt.items():
        genutzt = {r.feed for r in liste if r.je_geliefert} | set(eigene.get(jugendamt, ()))
        yield f"{jugendamt:<32}{''.join(f'{j:>11}' for j in spalten)}  Frist {jahr}"
        yield from _block([r for r in liste if r.feed in genutzt])
        nie = sorted({r.feed for r in liste} - genutzt)
        if nie:
            yield from _umbrochen(f"noch nie geliefert: {', '.join(nie)}")


def _block(reihen: Iterable[Reihe]) -> Iterator[str]:
    zuvor = ""
    for r in reihen:
        if r.tabelle and r.feed != zuvor:
            yield f"  {r.feed}"
        zuvor = r.feed
        name = f"    {r.tabelle}" if r.tabelle else f"  {r.feed}"
        bis = f"{datetime.date.fromisoformat(r.erwartet_bis):%d.%m.%Y}" if r.erwartet_bis else ""
        kurz = name if len(name) <= 32 else f"{name[:31]}…"
        worte = "".join(f"{z.replace(OHNE_TERMIN, '–'):>11}" for z in r.jahre.values())
        yield f"{kurz:<32}{worte}  {bis}".rstrip()
        if r.abgewiesen_ohne_jahr:
            yield from _umbrochen(f"abgewiesen: {', '.join(r.abgewiesen_ohne_jahr)}")


def _umbrochen(text: str) -> list[str]:
    return textwrap.wrap(text, 98, initial_indent="  ", subsequent_indent="    ", break_on_hyphens=False)


def _drucke_lieferungen(stand: dict[str, Any]) -> None:
    je: dict[tuple[str, str], list[dict[str, Any]]] = {}
    for e in stand["lieferungen"]:
        je.setdefault((e["jugendamt"], e["extrakt"]), []).append(e)
    typer.echo(f"Lieferungen angenommen: {len(stand['lieferungen'])}")
    for (jugendamt, extrakt), liste in je.items():
        zeilen, quarantaene = sum(e["zeilen"] for e in liste), sum(e["quarantaene_zeilen"] for e in liste)
        in_q = f", davon {quarantaene} in Quarantäne" if quarantaene else ""
        typer.echo(f"  ✓ {jugendamt}/{extrakt}: {len(liste)} Dateien, {zeilen + quarantaene} Werte{in_q}")
    for e in stand["lieferungen"]:
        if anmerkung := _anmerkung(e):
            typer.echo(f"  ! {e['datei']}: {anmerkung}")
    typer.echo(f"Nicht angenommen: {len(stand['nicht_angenommen'])}")
    for e in stand["nicht_angenommen"]:
        typer.echo(f"  {'✗' if e['ergebnis'] == 'abgewiesen' else '?'} {e['datei']} ({e['ergebnis']}): {e['meldung']}")
    if stand["nicht_angenommen"]:
        aeltester = stand["nicht_angenommen"][0]
        typer.echo(f"  ältester offener Fall: {aeltester['datei']}, seit {aeltester['empfangen']}")
    for z in stand["zulassungen"]:
        wann = f"übernommen am {z['verwendet'][:10]}" if z["verwendet"] else "wartet auf den nächsten Refresh"
        typer.echo(f"  Sprung zugelassen: {z['datei']} ({z['sha256'][:12]}), von {z['name']}: {z['grund']}; {wann}")


def _anmerkung(e: dict[str, Any]) -> str:
    """What was repaired, looks wrong or was left out in an accepted delivery; "" if nothing."""
    repariert = ", ".join(f"{feld} ({n})" for feld, n in e["reparaturen"].items())
    weggelassen = ", ".join(f"{was.replace('_', ' ')} ({n})" for was, n in e["weggelassen"].items())
    teile = {"auffällige Zeilen": e["verdacht_zeilen"] or "", "repariert": repariert, "weggelassen": weggelassen}
    worte = [f"{was}: {wie}" for was, wie in teile.items() if wie]
    return "; ".join([*worte, *filter(None, [in_worten(e["verortung"])])])


def _drucke(stand: dict[str, Any]) -> None:
    typer.echo(f"Datenhaus: {stand['datenhaus']}")
    _drucke_lieferungen(stand)
    typer.echo("Datenfamilien:")
    for name, wie in stand["familien"].items():
        typer.echo(f"  {'✓' if wie == 'geliefert' else '–'} {name}: {wie}")
    typer.echo("Jugendämter:")
    for jugendamt, s in stand["jugendaemter"].items():
        typer.echo(
            f"  {jugendamt}: gezeigt {s['gezeigt'] or 'nichts'}; zuletzt {s['ergebnis'] or 'kein Lauf'} {s['meldung']}"
        )
        for befund in s["befunde"] or []:
            if befund["ergebnis"] != "bestanden":
                typer.echo(f"    {befund['schwere']}: nicht erfüllt ist „{befund['titel']}“ ({befund['anzahl']})")


def status(
    jugendamt: Annotated[str | None, typer.Option(help="Nur dieses Jugendamt.")] = None,
    jahr: Annotated[
        int | None, typer.Option(min=1990, max=2100, help="Was fehlt noch für dieses Berichtsjahr?")
    ] = None,
    lieferung: Annotated[
        str | None, typer.Option(help="Brief zu dieser Lieferung (Anfang der SHA-256 oder Dateiname).")
    ] = None,
    out: Annotated[Path | None, typer.Option(help="Ordner für den Brief; sonst 'briefe' im Datenhaus.")] = None,
    als_json: JsonOption = False,
) -> None:
    """Lieferungen, Quarantäne, fehlende Familien, Gate und Releases."""
    haus = Haus(lesehaus())
    gewaehlt = haus.waehle(jugendamt)
    if lieferung is not None:
        dateien = [str(d) for d in schreibe_brief(haus, lieferung, out)]
        typer.echo(json.dumps({"brief": dateien}, ensure_ascii=False) if als_json else "\n".join(dateien))
        return
    reihen = [] if jahr is None else _matrix(haus, jahr, gewaehlt)
    if jahr is not None and not als_json:
        _drucke_matrix(haus, jahr, reihen)
        return
    stand = _stand(haus)
    stand["jugendaemter"] = {j: s for j, s in stand["jugendaemter"].items() if j in gewaehlt}
    if not als_json:
        _drucke(stand)
        return
    voll = {**stand, "jahre": _jahre(haus), **({"matrix": [r.als_dict() for r in reihen]} if jahr else {})}
    typer.echo(json.dumps(voll, ensure_ascii=False))


def _schlicht(wert: Any) -> Any:
    if isinstance(wert, datetime.date | datetime.datetime):
        return wert.isoformat()
    return float(wert) if isinstance(wert, Decimal) else wert


def query(
    sql: Annotated[str, typer.Argument(help='Abfrage, z. B. "select * from mart.raeume".')],
    als_json: JsonOption = False,
) -> None:
    """Nur lesend auf die veröffentlichten Marts."""
    datei = lesehaus().ablage.current / "bi" / "marts.duckdb"
    if not datei.exists():
        raise Bedienfehler("Noch ist nichts veröffentlicht. Bitte: zuerst 'berichtswesen refresh' oder 'demo'.")
    with duckdb.connect(str(datei.resolve()), read_only=True) as con:
        con.sql("set enable_external_access = false")
        try:
            ergebnis = con.sql(sql)
        except duckdb.Error as fehler:
            grund = " ".join(str(fehler).split())
            raise Bedienfehler(f"Die Abfrage ist nicht ausführbar: {grund}") from None
        if ergebnis is None:
            return
        if als_json:
            zeilen = [dict(zip(ergebnis.columns, map(_schlicht, z), strict=True)) for z in ergebnis.fetchall()]
            typer.echo(json.dumps(zeilen, ensure_ascii=False, default=str))
        else:
            typer.echo(str(ergebnis))
