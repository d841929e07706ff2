"""The sizes of the benchmark and their input: profiles of invented Jugendämter, and Musterdaten in the native formats.

Here: how many Jugendämter, Gemeinden and years each size has; writing both. All names and keys are invented.
Not here: the figures (``sources/musterdaten``), measuring (``messung.py``).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import polars as pl
import yaml

from sources.musterdaten import schreibe_musterdaten
from sources.profile import lade_profile

GELIEFERT = Path(__file__).parents[2] / "sources" / "jugendaemter"
# What all ways read, beside the official tables: population, HzE and budget of each Jugendamt.
KERN = ("einwohnermelde", "hze_faelle", "haushalt")


@dataclass(frozen=True)
class Groesse:
    """Size of one data set; ``gemeinden`` in all. Without Gemeinden: the profiles that ship with the project.

    ``speicher``: what the product may take for a query over all (BERICHTSWESEN_SPEICHER); empty: its own default.
    """

    name: str
    jugendaemter: int
    gemeinden: int
    jahre: Sequence[int]
    extrakte: Sequence[str] | None = KERN
    speicher: str = ""

    def teil(self, faktor: int) -> Groesse:
        """The same with fewer Jugendämter, for the growth series."""
        if faktor == 1:
            return self
        kreise, gemeinden = self.jugendaemter // faktor, self.gemeinden // faktor
        return replace(self, name=f"{self.name}_{faktor}", jugendaemter=kreise, gemeinden=gemeinden)


GROESSEN = {
    g.name: g
    for g in (
        Groesse("winzig", 2, 5, range(2019, 2021)),
        Groesse("klein", 4, 0, range(2014, 2024), None),
        Groesse("land", 50, 1_100, range(2009, 2024)),
        Groesse("bund", 559, 10_750, range(1999, 2024), speicher="12GB"),
    )
}


def schreibe_profile(ordner: Path, groesse: Groesse) -> Path:
    """Write a profile folder per invented Kreis, its Gemeinden in regions of six; returns `ordner`."""
    for nummer in range(groesse.jugendaemter):
        anzahl = groesse.gemeinden // groesse.jugendaemter + (nummer < groesse.gemeinden % groesse.jugendaemter)
        _schreibe_kreis(ordner / f"kreis{nummer + 1:03}", f"{99001 + nummer}", anzahl)
    return ordner


def _schreibe_kreis(ordner: Path, ags: str, anzahl: int) -> None:
    jugendamt = ordner.name
    regionen = [f"{jugendamt}:region{n + 1}" for n in range((anzahl + 5) // 6)]
    gemeinden = [f"{ags}{n + 1:03}" for n in range(anzahl)]
    raeume = [(ags, f"Musterkreis {ags}", "jugendamt", "kreis")]
    raeume += [(r, f"Region {n + 1}", "region", "region") for n, r in enumerate(regionen)]
    raeume += [(g, f"Musterort {g}", "sozialraum", "gemeinde") for g in gemeinden]
    eltern = [(r, ags) for r in regionen] + [(g, regionen[n // 6]) for n, g in enumerate(gemeinden)]
    immer = {"gueltig_von": pl.lit("1900-01-01"), "gueltig_bis": pl.lit(None, pl.String)}
    quelle = {"belegt": pl.lit("true"), "quelle": pl.lit("Musterdaten")}
    ordner.mkdir(parents=True)
    pl.DataFrame(raeume, ["raum_id", "raum_name", "raumebene", "gebietsart"], orient="row").with_columns(
        **immer, **quelle
    ).write_csv(ordner / "raeume.csv")
    zuordnung = pl.DataFrame(eltern, ["raum_id", "eltern_raum_id"], orient="row").with_columns(
        hierarchie=pl.lit("planung")
    )
    zuordnung.select("raum_id", "hierarchie", "eltern_raum_id").with_columns(
        **immer, gewicht=pl.lit(1), **quelle
    ).write_csv(ordner / "zuordnung.csv")
    (ordner / "profil.yml").write_text(yaml.safe_dump(_profil(jugendamt, ags), allow_unicode=True), "utf-8")


def _profil(jugendamt: str, ags: str) -> dict[str, object]:
    return {
        "jugendamt": jugendamt,
        "name": f"Musterkreis {ags}",
        "land": "NI",
        "kennzahlenprofil": "NI",
        "betriebsart": "musterdaten",
        "freigabe": "automatisch",
        "ganzes": ags,
        "hauptebene": "sozialraum",
        "raumebenen": [
            {"ebene": "jugendamt", "bezeichnung": f"Musterkreis {ags}"},
            {"ebene": "region", "bezeichnung": "Regionen"},
            {"ebene": "sozialraum", "bezeichnung": "Sozialräume"},
        ],
        "hierarchien": [{"name": "planung", "bezeichnung": "Sozialraum in der Region im Kreis"}],
        "quellen_rang": ["fortschreibung", "schulstatistik"],
        "zeitplan": "0 6 1 10 *",
        "annahmen": ["Alles hier ist erfunden."],
    }


def bereite_vor(ordner: Path, groesse: Groesse) -> tuple[Path, Path]:
    """Profiles and deliveries of a size below `ordner`; returns the folder of each."""
    profile = schreibe_profile(ordner / "profile", groesse) if groesse.gemeinden else GELIEFERT
    lieferung = ordner / "lieferung"
    schreibe_musterdaten(lade_profile([profile]), lieferung, jahre=groesse.jahre, nur=groesse.extrakte)
    (lieferung / "wahrheit.json").unlink(missing_ok=True)
    return profile, lieferung
