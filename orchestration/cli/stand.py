"""Verbs that tell how things stand: status, query.

Here: reading what runs left on disk. Not here: changing anything.
"""

from __future__ import annotations

import datetime
import json
from decimal import Decimal
from typing import Annotated, Any

import duckdb
import typer

from orchestration.cli.fehler import Bedienfehler
from orchestration.haus import Haus
from orchestration.umgebung import DEMO, Umgebung, lies_umgebung
from reports import release as releases
from reports import stand as veroeffentlicht
from sources import archiv
from sources.ablage import AMTLICH
from sources.stammdaten import lade_familien

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
    return {
        "datenhaus": str(haus.ablage.home),
        "familien": {name: ("geliefert" if f in gesehen else "fehlt") for f, name in lade_familien().items()},
        "lieferungen": [e.als_dict() for e in lieferungen],
        "nicht_angenommen": [e.als_dict() for e in offen],
        "jugendaemter": {
            j: {"gezeigt": gezeigt.get(j, ""), **{k: haus.letzter_stand(j).get(k, "") for k in
                ("ergebnis", "berichtsjahr", "meldung", "zeit", "befunde")}}
            for j in haus.profile
        },
        "releases": [releases.als_zeile(r) for r in releases.alle(haus.ablage)],
    }  # fmt: skip


def _jahre(haus: Haus) -> dict[str, list[int]]:
    """Years in the lake per feed owner and table."""
    dateien = sorted(str(d) for v in haus.vertraege for d in (haus.ablage.lake / v).glob("*.parquet"))
    if not dateien:
        return {}
    zeilen = duckdb.execute(
        """
        select jugendamt || '/' || tabelle as tabelle, list(distinct berichtsjahr order by berichtsjahr) as jahre
        from read_parquet(?) group by all order by all
        """,
        [dateien],
    ).fetchall()
    return dict(zeilen)


def _drucke_jahr(haus: Haus, jahr: int, jugendaemter: list[str]) -> None:
    """What is there and what is missing for one Berichtsjahr, per table that ever came."""
    typer.echo(f"Für das Berichtsjahr {jahr}:")
    for tabelle, jahre in _jahre(haus).items():
        if tabelle.split("/")[0] not in {*jugendaemter, AMTLICH}:
            continue
        wie = "geliefert" if jahr in jahre else f"fehlt (zuletzt {max(jahre)})"
        typer.echo(f"  {'✓' if jahr in jahre else '–'} {tabelle}: {wie}")


def _drucke_lieferungen(stand: dict[str, Any]) -> None:
    je: dict[tuple[str, str], list[dict[str, Any]]] = {}
    for e in stand["lieferungen"]:
        je.setdefault((e["jugendamt"], e["extrakt"]), []).append(e)
    typer.echo(f"Lieferungen angenommen: {len(stand['lieferungen'])}")
    for (jugendamt, extrakt), liste in je.items():
        zeilen, quarantaene = sum(e["zeilen"] for e in liste), sum(e["quarantaene_zeilen"] for e in liste)
        in_q = f", davon {quarantaene} in Quarantäne" if quarantaene else ""
        typer.echo(f"  ✓ {jugendamt}/{extrakt}: {len(liste)} Dateien, {zeilen + quarantaene} Werte{in_q}")
    typer.echo(f"Nicht angenommen: {len(stand['nicht_angenommen'])}")
    for e in stand["nicht_angenommen"]:
        typer.echo(f"  {'✗' if e['ergebnis'] == 'abgewiesen' else '?'} {e['datei']} ({e['ergebnis']}): {e['meldung']}")
    if stand["nicht_angenommen"]:
        aeltester = stand["nicht_angenommen"][0]
        typer.echo(f"  ältester offener Fall: {aeltester['datei']}, seit {aeltester['empfangen']}")


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
    jahr: Annotated[int | None, typer.Option(help="Was fehlt noch für dieses Berichtsjahr?")] = None,
    als_json: JsonOption = False,
) -> None:
    """Lieferungen, Quarantäne, fehlende Familien, Gate und Releases."""
    haus = Haus(lesehaus())
    gewaehlt = haus.waehle(jugendamt)
    stand = _stand(haus)
    stand["jugendaemter"] = {j: s for j, s in stand["jugendaemter"].items() if j in gewaehlt}
    if als_json:
        typer.echo(json.dumps({**stand, "jahre": _jahre(haus)}, ensure_ascii=False))
        return
    _drucke(stand)
    if jahr is not None:
        _drucke_jahr(haus, jahr, gewaehlt)


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
