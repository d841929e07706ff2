"""Verbs on releases: list, show, accept, approve, rollback; and the internal twin of one.

Here: options and printing. Not here: states (``reports/release.py``), the flip (``reports/stand.py``).
"""

from __future__ import annotations

import json
from typing import Annotated

import typer

from orchestration.cli.stand import lesehaus
from orchestration.dbt import Dbt
from orchestration.haus import Haus
from orchestration.sperre import jetzt, sperre
from orchestration.umgebung import lies_umgebung
from reports import release as releases
from reports import stand
from reports.woerter import NICHT_WEITERGEBEN

app = typer.Typer(help="Releases ansehen, freigeben, zurücknehmen.", no_args_is_help=True)
Jugendamt = Annotated[str, typer.Argument(help="Schlüssel des Jugendamts.")]
Id = Annotated[str, typer.Argument(help="Release, z. B. 2015-1.")]
JsonOption = Annotated[bool, typer.Option("--json", help="Ausgabe für Maschinen.")]


@app.command("list")
def liste(als_json: JsonOption = False) -> None:
    """Alle Releases mit ihrem Zustand."""
    haus = Haus(lesehaus())
    gezeigt = stand.gezeigt(haus.ablage)
    zeilen = [
        {**releases.als_zeile(r), "gezeigt": gezeigt.get(r.jugendamt) == r.id} for r in releases.alle(haus.ablage)
    ]
    if als_json:
        typer.echo(json.dumps(zeilen, ensure_ascii=False))
        return
    for z in zeilen:
        muster = " Musterdaten" if z["musterdaten"] else ""
        offen = f" {z['hinweise_offen']} Hinweise offen" if z["hinweise_offen"] else ""
        frei = "".join(f" {e}" for e in z["freigaben"])
        typer.echo(
            f"{'→' if z['gezeigt'] else ' '} {z['jugendamt']} {z['release']} {z['zustand']}{frei} {z['erstellt']}"
            f"{offen}{muster}"
        )
    if not zeilen:
        typer.echo("Noch kein Release. Bitte: zuerst 'berichtswesen refresh' oder 'demo'.")


@app.command("show")
def show(jugendamt: Jugendamt, release: Id, als_json: JsonOption = False) -> None:
    """Ein Release: Freigabe, Prüfungen, Änderungen gegen das vorige, woraus es entstand."""
    gefunden = releases.finde(lesehaus().ablage, jugendamt, release)
    if als_json:
        voll = {**gefunden.manifest, **releases.als_zeile(gefunden), "verlauf": list(gefunden.verlauf)}
        typer.echo(json.dumps({**voll, "hinweise": gefunden.hinweise}, ensure_ascii=False, indent=2))
    else:
        typer.echo("\n".join(releases.in_worten(gefunden)))


def _drehe(haus: Haus) -> None:
    haus.umgebung.setze_variablen()
    haus.drehe(Dbt(haus.umgebung).kommentare(haus.katalog))


@app.command("approve")
def approve(
    jugendamt: Jugendamt,
    release: Id,
    rolle: Annotated[str, typer.Option(help="fachlich oder geheimhaltung")],
    name: Annotated[str, typer.Option(help="Wer gibt frei?")],
    vermerk: Annotated[str, typer.Option(help="Freigabevermerk.")] = "",
) -> None:
    """Freigabe durch eine von zwei Personen; mit der zweiten wird das Release gezeigt."""
    haus = Haus(lies_umgebung())
    with sperre(haus.ablage.sperre, "release approve"):
        gefunden = releases.finde(haus.ablage, jugendamt, release)
        danach = releases.gib_frei(haus.ablage, gefunden, rolle, name, vermerk, jetzt())
        _drehe(haus)
    typer.echo(f"{jugendamt} {release}: {danach.zustand}; Freigaben: {', '.join(danach.freigaben)}")


@app.command("accept")
def accept(
    jugendamt: Jugendamt,
    release: Id,
    hinweis: Annotated[str, typer.Option(help="Kennung des Hinweises, z. B. H1 ('release show' nennt sie).")],
    name: Annotated[str, typer.Option(help="Wer nimmt an?")],
    grund: Annotated[str, typer.Option(help="Warum kann trotz des Hinweises freigegeben werden?")],
) -> None:
    """Einen Hinweis der Prüfungen mit Namen und Grund annehmen."""
    haus = Haus(lies_umgebung())
    with sperre(haus.ablage.sperre, "release accept"):
        gefunden = releases.finde(haus.ablage, jugendamt, release)
        befund = releases.nimm_hinweis_an(gefunden, hinweis, name, grund, jetzt())
    typer.echo(f"{jugendamt} {release}: angenommen ist „{befund['titel']}“.")


@app.command("rollback")
def rollback(
    jugendamt: Jugendamt, name: Annotated[str, typer.Option(help="Wer nimmt zurück?")] = "ohne Angabe"
) -> None:
    """Das gezeigte Release zurückziehen; das davor wird wieder gezeigt."""
    from quality.geheimhaltung import schutz

    haus = Haus(lies_umgebung())
    haus.waehle(jugendamt)
    with sperre(haus.ablage.sperre, "release rollback"):
        if meldung := schutz.pruefe_veroeffentlichtes(haus.ablage, haus.profile[jugendamt], haus.profile.values()):
            raise releases.ReleaseFehler(meldung)
        frueheres = stand.ziehe_zurueck(haus.ablage, jugendamt, jetzt(), name)
        _drehe(haus)
    typer.echo(f"{jugendamt}: gezeigt wird wieder {frueheres.id}.")


def intern(jugendamt: Jugendamt, name: Annotated[str, typer.Option(help="Wer sieht ihn ein? Wird vermerkt.")]) -> None:
    """Der Bericht aus Zahlen vor der Geheimhaltung, für benannte Planende: § 64 (3) SGB VIII, nicht weitergeben."""
    from orchestration.intern import zeige_intern

    haus = Haus(lies_umgebung())
    haus.waehle(jugendamt)
    haus.umgebung.setze_variablen()
    with sperre(haus.ablage.sperre, "intern"):
        ordner = zeige_intern(haus, Dbt(haus.umgebung), jugendamt, name)
    typer.echo(f"Interner Bericht {jugendamt}: {ordner / 'bericht' / 'index.html'}")
    typer.echo(f"{NICHT_WEITERGEBEN}. Diese Einsicht ist vermerkt.")
