"""The gate: the acceptance list of a release, run by Great Expectations on the finished candidate.

Here: reading ``erwartungen.yml``, building the views, running the expectations, telling failed from errored.
Not here: relations and formulas (``dbt_project/tests``), rows of a delivery (``quality/tuer.py``), what follows
from a finding (``reports/release.py``).
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

import duckdb
import yaml
from pydantic import BaseModel, ConfigDict

from quality.befund import Befund

if TYPE_CHECKING:
    import pandas as pd

LISTE = Path(__file__).parent / "erwartungen.yml"
MEHR_ZEILEN_NICHT = 50


class Erwartung(BaseModel):
    """One line of the acceptance list; ``mart`` is the published mart it speaks for."""

    model_config = ConfigDict(frozen=True, extra="forbid")
    titel: str
    erklaerung: str
    schwere: Literal["sperrend", "hinweis"]
    mart: str
    sicht: str = ""
    pruefung: str
    parameter: dict[str, Any]


@dataclass(frozen=True)
class Liste:
    """The acceptance list with its default thresholds."""

    schwellen: dict[str, float]
    erwartungen: tuple[Erwartung, ...]


@dataclass(frozen=True)
class GateErgebnis:
    """What the gate found; ``vollstaendig`` says that every declared expectation was evaluated."""

    befunde: tuple[Befund, ...]
    erklaert: int

    @property
    def vollstaendig(self) -> bool:
        """Errored or skipped is not passed: as many results as declared lines, none of them an error."""
        return len(self.befunde) == self.erklaert and all(b.ergebnis != "fehler" for b in self.befunde)

    @property
    def sperrend(self) -> list[Befund]:
        """Findings that forbid a release."""
        return [b for b in self.befunde if b.ergebnis != "bestanden" and
                (b.schwere == "sperrend" or b.ergebnis == "fehler")]  # fmt: skip

    @property
    def offen(self) -> bool:
        """Whether a release may follow."""
        return self.vollstaendig and not self.sperrend


def lade_liste(datei: Path = LISTE) -> Liste:
    """Read the acceptance list; raises ``ValueError`` (pydantic) when a line is malformed."""
    inhalt = yaml.safe_load(datei.read_text("utf-8"))
    return Liste(inhalt["schwellen"], tuple(Erwartung.model_validate(e) for e in inhalt["erwartungen"]))


def _eingesetzt(parameter: Mapping[str, Any], schwellen: Mapping[str, float]) -> dict[str, Any]:
    """Thresholds named in a parameter become their numbers; a leading minus negates."""

    def wert(x: Any) -> Any:
        if not isinstance(x, str):
            return x
        name = x.removeprefix("-")
        return (-1 if x.startswith("-") else 1) * schwellen[name] if name in schwellen else x

    return {name: wert(x) for name, x in parameter.items()}


def _rahmen(con: duckdb.DuckDBPyConnection, erwartung: Erwartung) -> pd.DataFrame:
    return con.sql(erwartung.sicht or f'select * from "{erwartung.mart}" order by all').df()


def pruefe(
    marts: Path,
    berichtsjahr: int,
    haupthierarchie: str,
    schwellen: Mapping[str, float],
    davor: Iterable[Befund] = (),
    liste: Liste | None = None,
) -> GateErgebnis:
    """Run the acceptance list on a candidate's marts.

    Args:
        marts: folder with one Parquet file per mart.
        berichtsjahr: the candidate's Berichtsjahr.
        haupthierarchie: hierarchy whose Räume must sum to the whole.
        schwellen: thresholds of the profile, over those of the list.
        davor: findings of earlier layers (dbt tests) that count for this release.
        liste: the acceptance list; default ``erwartungen.yml``.

    Returns:
        Findings in the order of the list, earlier layers first.
    """
    liste = liste or lade_liste()
    alle_schwellen = {**liste.schwellen, **schwellen}
    davor = tuple(davor)
    with duckdb.connect() as con:
        for datei in sorted(marts.glob("*.parquet")):
            con.sql(f"create view \"{datei.stem}\" as select * from read_parquet('{datei}')")
        con.sql(f"set variable berichtsjahr = {int(berichtsjahr)}")
        con.execute("set variable haupthierarchie = ?", [haupthierarchie])
        befunde = _werte_aus(con, liste, alle_schwellen)
    return GateErgebnis((*davor, *befunde), len(davor) + len(liste.erwartungen))


def _werte_aus(con: duckdb.DuckDBPyConnection, liste: Liste, schwellen: Mapping[str, float]) -> list[Befund]:
    # no telemetry from an office, and no progress bars in a log
    os.environ["GX_ANALYTICS_ENABLED"] = "false"
    import great_expectations as gx
    from great_expectations.data_context.types.base import ProgressBarsConfig

    kontext = gx.get_context(mode="ephemeral")
    kontext.variables.progress_bars = ProgressBarsConfig(globally=False)
    quelle = kontext.data_sources.add_pandas("kandidat")
    batch = quelle.add_dataframe_asset("sicht").add_batch_definition_whole_dataframe("alles")
    befunde = []
    for erwartung in liste.erwartungen:
        try:
            rahmen = _rahmen(con, erwartung)
            klasse = getattr(gx.expectations, "".join(t.title() for t in erwartung.pruefung.split("_")))
            ergebnis = batch.get_batch({"dataframe": rahmen}).validate(
                klasse(**_eingesetzt(erwartung.parameter, schwellen)), result_format="COMPLETE"
            )
            befunde.append(_befund(erwartung, rahmen, ergebnis))
        except Exception as fehler:  # noqa: BLE001 - an errored check is a finding of its own, never a pass
            befunde.append(_gescheitert(erwartung, str(fehler)))
    return befunde


def _befund(erwartung: Erwartung, rahmen: pd.DataFrame, ergebnis: Any) -> Befund:
    ausnahme = ergebnis.exception_info or {}
    faelle = ausnahme.values() if all(isinstance(v, dict) for v in ausnahme.values()) else [ausnahme]
    for fall in faelle:
        if fall.get("raised_exception"):
            return _gescheitert(erwartung, str(fall.get("exception_message")))
    if ergebnis.success:
        return Befund(erwartung.titel, erwartung.erklaerung, erwartung.schwere, "bestanden", 0, [], erwartung.mart)
    stellen = ergebnis.result.get("unexpected_index_list") or []
    zeilen = rahmen.iloc[stellen[:MEHR_ZEILEN_NICHT]].to_dict("records")
    anzahl = int(ergebnis.result.get("unexpected_count") or len(stellen))
    klar = [{k: _schlicht(v) for k, v in z.items()} for z in zeilen]
    return Befund(erwartung.titel, erwartung.erklaerung, erwartung.schwere, "verletzt", anzahl, klar, erwartung.mart)


def _schlicht(wert: Any) -> object:
    """A value as JSON and people can read it."""
    if hasattr(wert, "item"):
        wert = wert.item()
    if isinstance(wert, float):
        return None if wert != wert else int(wert) if wert.is_integer() else round(wert, 6)
    return wert if isinstance(wert, (str, int, bool)) or wert is None else str(wert)


def _gescheitert(erwartung: Erwartung, grund: str) -> Befund:
    return Befund(
        erwartung.titel,
        f"Die Prüfung selbst ist gescheitert (kein Urteil über die Daten): {grund}",
        erwartung.schwere,
        "fehler",
        0,
        [],
        erwartung.mart,
    )
