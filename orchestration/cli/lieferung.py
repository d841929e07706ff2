"""Verbs on single deliveries: finding one, letting its jump pass, the letter to the office that sent it.

Here: options, messages. Not here: the record of permissions (``quality/zulassung.py``), the letter's text
(``reports/brief.py``).
"""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from orchestration.cli.fehler import Bedienfehler
from orchestration.haus import Haus
from orchestration.sperre import jetzt, sperre
from orchestration.umgebung import lies_umgebung
from quality import zulassung
from quality.bestand import SPRUNG
from reports import brief
from sources import archiv
from sources.archiv import Ergebnis

app = typer.Typer(help="Einzelne Lieferungen.", no_args_is_help=True)
SHA_MINDESTENS = 6


def finde(haus: Haus, kennung: str) -> Ergebnis:
    """The delivery whose SHA-256 begins so, or whose file has this name. Raises ``Bedienfehler`` unless it is one."""
    alle = {(e.sha256, e.datei): e for e in [*archiv.alle_vermerkten(haus.ablage), *haus.lieferungen()]}
    treffer = [
        e
        for e in alle.values()
        if e.datei == kennung or (len(kennung) >= SHA_MINDESTENS and e.sha256.startswith(kennung.lower()))
    ]
    if len(treffer) == 1:
        return treffer[0]
    if not treffer:
        raise Bedienfehler(
            f"Keine Lieferung heißt '{kennung}' oder hat eine so beginnende SHA-256. Erwartet: Dateiname oder "
            f"mindestens {SHA_MINDESTENS} Zeichen der SHA-256. Bitte: in 'berichtswesen status --json' nachsehen."
        )
    liste = "; ".join(f"{e.sha256[:12]} {e.datei} ({e.ergebnis}, {e.empfangen[:10]})" for e in treffer)
    raise Bedienfehler(f"Mehrere Lieferungen passen auf '{kennung}': {liste}. Bitte: eine davon genauer nennen.")


@app.command("annehmen")
def annehmen(
    kennung: Annotated[str, typer.Argument(help="Anfang der SHA-256 oder Dateiname.")],
    name: Annotated[str, typer.Option(help="Wer lässt den Sprung zu?")] = "",
    grund: Annotated[str, typer.Option(help="Warum stimmt die Lieferung?")] = "",
) -> None:
    """Eine wegen eines Sprungs abgewiesene Lieferung einmal zulassen."""
    if not name.strip() or not grund.strip():
        raise Bedienfehler("Ein Sprung wird nur mit Namen und Begründung zugelassen: --name NAME --grund GRUND.")
    haus = Haus(lies_umgebung())
    with sperre(haus.ablage.sperre, "lieferung annehmen"):
        e = finde(haus, kennung)
        if e.art != SPRUNG or e.ergebnis != "abgewiesen":
            raise Bedienfehler(
                f"{e.datei} ist {e.ergebnis}{f' ({e.art})' if e.art else ''}. Zulassen lässt sich nur eine Lieferung, "
                "die wegen eines Sprungs abgewiesen ist."
            )
        schon = zulassung.offene(haus.ablage).get((e.jugendamt, e.sha256))
        if schon is not None:
            raise Bedienfehler(f"{e.datei} ist schon zugelassen, von {schon.name} am {schon.zeit[:10]}.")
        zulassung.lasse_zu(haus.ablage, e, name.strip(), grund.strip(), jetzt())
    weiter = (
        "Der nächste 'berichtswesen refresh' übernimmt sie aus der Quarantäne."
        if zulassung.behaltene(haus.ablage, e).exists()
        else "Ihr Inhalt wird nicht aufbewahrt: Bitte dieselbe Datei noch einmal anliefern."
    )
    typer.echo(f"Zugelassen: {e.datei} ({e.sha256[:12]}), von {name.strip()}: {grund.strip()}. {weiter}")


def schreibe_brief(haus: Haus, kennung: str, ordner: Path | None) -> list[Path]:
    """Write the letter on one delivery; returns its files."""
    e = finde(haus, kennung)
    vertrag = haus.vertraege.get(e.extrakt)
    if vertrag is None:
        raise Bedienfehler(f"{e.datei} gehört zu keinem Extrakt: {e.meldung}")
    feed = archiv.feed_von(haus.feeds, e)
    profil = haus.profile.get(e.jugendamt)
    inhalt = brief.stelle_zusammen(haus.ablage, e, vertrag, feed, profil.name if profil else "")
    ziel = ordner or haus.ablage.home / "briefe"
    try:
        return brief.schreibe(inhalt, ziel)
    except OSError:
        raise Bedienfehler(
            f"In {ziel} lässt sich nicht schreiben. Erwartet: ein Ordner, in dem Dateien entstehen dürfen."
        ) from None
