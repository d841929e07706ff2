"""Verbs that run the main job: refresh, demo, musterdaten.

Here: options, progress, and an ending that a planner understands.
Not here: the job itself (``orchestration/definitions.py``), the steps (``orchestration/haus.py``).
"""

from __future__ import annotations

import io
import json
import logging
import os
import shutil
import sys
import time
from collections.abc import Callable
from contextlib import redirect_stderr, redirect_stdout
from pathlib import Path
from typing import Annotated, Any

import typer

from orchestration.cli.fehler import VOLL, Bedienfehler, NichtsFreigegeben, ist_voll
from orchestration.fortschritt import ANZEIGE
from orchestration.haus import Haus
from orchestration.sperre import Gesperrt, prozess_kennung, sperre
from orchestration.umgebung import DEMO, Umgebung, lies_umgebung

JugendamtOption = Annotated[str | None, typer.Option(help="Schlüssel eines Jugendamts; ohne Angabe alle.")]
JsonOption = Annotated[bool, typer.Option("--json", help="Ausgabe für Maschinen.")]
ZEICHEN = {"freigegeben": "✓", "entwurf": "○", "unveraendert": "=", "gesperrt": "✗", "ohne_daten": "–"}


def _fuehre_aus(umgebung: Umgebung, jugendaemter: list[str], jahr: int | None, landing: Path | None) -> str:
    """Run the job in this process; returns "" or why it broke off."""
    from dagster import DagsterInstance

    from orchestration.definitions import baue
    from orchestration.jobs import REFRESH, bereich
    from orchestration.resources import PROZESS

    logging.getLogger("dagster").setLevel(logging.ERROR)
    job = baue(umgebung).resolve_job_def(REFRESH)
    auftrag: dict[str, Any] = {"jahr": jahr, "landing": str(landing.absolute()) if landing else None}
    konfiguration = {
        "resources": {
            "auftrag": {"config": {k: v for k, v in auftrag.items() if v is not None}},
            "datenhaus": {"config": {"warten_s": 0.0}},
        },
        "loggers": {"console": {"config": {"log_level": "CRITICAL"}}},
    }
    tags = {**bereich(jugendaemter), PROZESS: prozess_kennung(os.getpid())}
    with DagsterInstance.get() as instanz:
        lauf = job.execute_in_process(instance=instanz, tags=tags, run_config=konfiguration, raise_on_error=False)
        if lauf.success:
            return ""
        return _grund([e for e in lauf.all_events if e.is_failure])


def _leise(lauf: Callable[[], str]) -> str:
    """Run it and hold back what dbt and Dagster print; shown afterwards, unless a full disk explains all of it."""
    laerm, voll = io.StringIO(), False
    try:
        with redirect_stdout(laerm), redirect_stderr(laerm):
            abbruch = lauf()
        voll = abbruch == VOLL
    except Exception as fehler:
        voll = ist_voll(fehler)
        raise
    finally:
        if not voll:
            typer.echo(laerm.getvalue(), err=True, nl=False)
    return abbruch


def _grund(ereignisse: list[Any]) -> str:
    """The innermost message of the first failure. Raises ``Gesperrt`` if another process got the lock first."""
    for ereignis in ereignisse:
        fehler = getattr(ereignis.event_specific_data, "error", None)
        while fehler is not None and fehler.cause is not None:
            fehler = fehler.cause
        if fehler is not None:
            text = str(fehler.message).split(": ", 1)[-1].strip()
            if fehler.cls_name == Gesperrt.__name__:
                raise Gesperrt(text)
            return VOLL if ist_voll(text) else text
    return "Der Lauf ist gescheitert; Einzelheiten zeigt 'berichtswesen ui'."


def _ergebnis(haus: Haus, jugendaemter: list[str], beginn: str, abbruch: str) -> dict[str, Any]:
    """What the run brought, read from what it left on disk."""
    annahme = haus.letzte_annahme()
    staende = {j: haus.letzter_stand(j) for j in jugendaemter}
    neu = [s for s in staende.values() if s and s["zeit"] >= beginn]
    return {
        "annahme": annahme if annahme.get("zeit", "") >= beginn else {},
        "jugendaemter": neu,
        "unveraendert": [j for j, s in staende.items() if not s or s["zeit"] < beginn],
        "abbruch": "" if any(s["ergebnis"] == "gesperrt" for s in neu) else abbruch,
        "bericht": {
            j: str(haus.ablage.current / j / "bericht" / "index.html")
            for j in jugendaemter
            if (haus.ablage.current / j).exists()
        },
        "bi": str(haus.ablage.current / "bi" / "marts.duckdb"),
    }


def _drucke_annahme(annahme: dict[str, Any]) -> None:
    nicht = annahme.get("nicht_angenommen", [])
    typer.echo(
        f"Lieferungen: {len(annahme.get('neu', []))} neu, {annahme.get('bekannt', 0)} bekannt, "
        f"{len(nicht)} nicht angenommen"
    )
    for e in nicht:
        if e["ergebnis"] == "abgewiesen":
            typer.echo(f"  ✗ {e['datei']}: {e['meldung']}")
    fremd = [e["datei"] for e in nicht if e["ergebnis"] == "unbekannt"]
    if fremd:
        mehr = f" und {len(fremd) - 3} weitere" if len(fremd) > 3 else ""
        typer.echo(f"  ? ohne Feed: {', '.join(fremd[:3])}{mehr} ('berichtswesen status' nennt alle)")
    for name in annahme.get("unruhig", []):
        typer.echo(f"  … {name}: noch in Übertragung (ruht keine 30 s), kommt beim nächsten Lauf dran")


def _drucke(ergebnis: dict[str, Any], sekunden: float) -> None:
    if ergebnis["annahme"]:
        _drucke_annahme(ergebnis["annahme"])
    for stand in ergebnis["jugendaemter"]:
        zeichen = ZEICHEN[stand["ergebnis"]]
        wer = f"{stand['jugendamt']} {stand['release']}".strip()
        typer.echo(f"{zeichen} {wer}: {stand['meldung']}")
        for befund in stand["befunde"]:
            if befund["ergebnis"] != "bestanden":
                _drucke_befund(befund)
    if ergebnis["unveraendert"] and not ergebnis["abbruch"]:
        typer.echo(f"= {', '.join(ergebnis['unveraendert'])}: nichts Neues, kein neues Release")
    for jugendamt, pfad in ergebnis["bericht"].items():
        typer.echo(f"Bericht {jugendamt}: {pfad}")
    if ergebnis["bericht"]:
        typer.echo(f"BI-Datei: {ergebnis['bi']}")
    typer.echo(f"Dauer: {sekunden:.0f} s")


def _drucke_befund(befund: dict[str, Any]) -> None:
    """One finding that did not pass, with the rows that failed."""
    sperrend = befund["schwere"] == "sperrend"
    art = "Prüfung gescheitert" if befund["ergebnis"] == "fehler" else "sperrend" if sperrend else "Hinweis"
    typer.echo(f"    {art}: nicht erfüllt ist „{befund['titel']}“ ({befund['anzahl']}). {befund['erklaerung']}")
    for zeile in befund["zeilen"][: 10 if sperrend else 3]:
        typer.echo("      " + (str(zeile["meldung"]) if "meldung" in zeile else _in_worten(zeile)))


def _in_worten(zeile: dict[str, Any]) -> str:
    return ", ".join(f"{k}: {v}" for k, v in zeile.items())


def refresh(
    jugendamt: JugendamtOption = None,
    jahr: Annotated[int | None, typer.Option(min=1990, max=2100, help="Berichtsjahr; ohne Angabe das letzte.")] = None,
    landing: Annotated[Path | None, typer.Option(help="Ordner mit Lieferungen; sie bleiben dort liegen.")] = None,
    als_json: JsonOption = False,
) -> None:
    """Lieferungen annehmen, Datenhaus bauen, schützen, prüfen und freigeben."""
    if landing is not None and not landing.exists():
        raise Bedienfehler(f"Den Ordner {landing} gibt es nicht. Erwartet: ein Ordner mit gelieferten Dateien.")
    _refresh(lies_umgebung(), jugendamt, jahr, landing, als_json)


def _refresh(umgebung: Umgebung, jugendamt: str | None, jahr: int | None, landing: Path | None, als_json: bool) -> None:
    from orchestration.sperre import jetzt

    start, beginn = time.monotonic(), jetzt()
    umgebung.setze_variablen()
    haus = Haus(umgebung)
    jugendaemter = haus.waehle(jugendamt)
    with sperre(haus.ablage.sperre, "refresh"):
        pass  # refuses at once, with words, before a run is recorded
    if not als_json:
        typer.echo(f"Refresh: {', '.join(jugendaemter)} …", err=True)
        schirm = sys.stderr  # the run itself is held back
        ANZEIGE.set(lambda stufe: typer.echo(f"  {stufe} …", file=schirm))
    abbruch = _leise(lambda: _fuehre_aus(umgebung, jugendaemter, jahr, landing))
    ergebnis = _ergebnis(haus, jugendaemter, beginn, abbruch)
    if als_json:
        typer.echo(json.dumps(ergebnis, ensure_ascii=False, default=str))
    else:
        _drucke(ergebnis, time.monotonic() - start)
    if ergebnis["abbruch"]:
        raise NichtsFreigegeben(f"Abgebrochen: {ergebnis['abbruch']}")
    abgewiesen = {e["art"] for e in ergebnis["annahme"].get("nicht_angenommen", [])}
    if _nichts_freigegeben([s["ergebnis"] for s in ergebnis["jugendaemter"]], "sprung" in abgewiesen):
        sys.exit(1)


def _nichts_freigegeben(ergebnisse: list[str], sprung: bool) -> bool:
    """Whether this run should have released something and did not; nothing to do is no failure.

    A delivery refused for a jump is something to do: a person has to correct or to accept it.
    """
    neu = {"freigegeben", "entwurf"} & set(ergebnisse)
    return not neu and (sprung or "gesperrt" in ergebnisse or (bool(ergebnisse) and set(ergebnisse) == {"ohne_daten"}))


def demo() -> None:
    """Musterdaten für alle Jugendämter den ganzen Weg bis zum Bericht (in einem eigenen Datenhaus)."""
    from sources.musterdaten import schreibe_musterdaten

    start = time.monotonic()
    umgebung = lies_umgebung()
    eigene = Umgebung(umgebung.home / DEMO, umgebung.profilordner)
    with sperre(eigene.ablage.sperre, "demo"):
        ordner = eigene.home / "musterdaten"
        shutil.rmtree(ordner, ignore_errors=True)
        dateien = schreibe_musterdaten(list(Haus(eigene).profile.values()), ordner)
        # what was planted is no delivery
        wahrheit = shutil.move(ordner / "wahrheit.json", eigene.home / "wahrheit.json")
    typer.echo(f"Musterdaten (erfundene Werte): {len(dateien) - 1} Dateien in {ordner}, die Parameter in {wahrheit}")
    sekunden = {"musterdaten": time.monotonic() - start}
    try:
        _refresh(eigene, None, None, ordner, als_json=False)
    finally:
        _drucke_stufen(sekunden)


def _drucke_stufen(sekunden: dict[str, float]) -> None:
    """Seconds per stage, those of the last run from Dagster's log."""
    from dagster import DagsterInstance

    with DagsterInstance.get() as instanz:
        for lauf in instanz.get_runs(limit=1):
            for schritt in instanz.get_run_step_stats(lauf.run_id):
                if schritt.start_time and schritt.end_time:  # a step that was skipped has none
                    name = schritt.step_key.partition("[")[0]
                    sekunden[name] = sekunden.get(name, 0.0) + schritt.end_time - schritt.start_time
    typer.echo("Sekunden je Stufe: " + ", ".join(f"{name} {dauer:.0f}" for name, dauer in sekunden.items()))


def musterdaten(
    out: Annotated[Path, typer.Option(help="Zielordner.")],
    jugendamt: JugendamtOption = None,
    scale: Annotated[int, typer.Option(min=1, help="Vielfaches der Einwohnerzahlen.")] = 1,
    von: Annotated[int, typer.Option(min=1990, max=2100, help="Erstes Berichtsjahr.")] = 2014,
    bis: Annotated[int, typer.Option(min=1990, max=2100, help="Letztes Berichtsjahr.")] = 2023,
    fehler: Annotated[bool, typer.Option("--fehler", help="Einige Dateien verderben; fehler.json nennt sie.")] = False,
) -> None:
    """Erfundene Extrakte in den Formaten, in denen echte ankommen."""
    from sources.musterdaten import schreibe_musterdaten

    if von > bis:
        raise Bedienfehler(f"Die Spanne von {von} bis {bis} enthält kein Jahr. Erwartet: von ≤ bis.")
    haus = Haus(lies_umgebung())
    gewaehlt = [haus.profile[j] for j in haus.waehle(jugendamt)]
    dateien = schreibe_musterdaten(gewaehlt, out, scale, range(von, bis + 1), fehler)
    typer.echo(f"{len(dateien)} Dateien mit Musterdaten in {out}")
