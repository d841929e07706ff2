"""dbt, run inside this process: parse, build, and what came out of it.

Here: invoking dbt, closing its connection, turning failed data tests into findings per Jugendamt, reading from the
manifest what is published.
Not here: the models and tests themselves (``dbt_project``), Dagster's assets made from them (``assets.py``).
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from functools import cached_property
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import duckdb

from orchestration.sperre import sperre
from orchestration.umgebung import SpeicherReichtNicht, Umgebung
from quality.befund import Befund
from sources.ablage import schreibe_datei, schreibe_json
from sources.katalog import Kennzahl

MARTS = "tag:veroeffentlicht"
FALLEBENE = "tag:fallebene"
# stands for the folder of a work area in translated SQL
ARBEIT = "/arbeit"
EXPOSURE = "exposure.berichtswesen.marts"
# Projects as this process has read them, by fingerprint: Dagster's definitions and the run they start need the same.
_GELESEN: dict[str, Any] = {}
NICHT_VON_JETZT = (
    "Das Warehouse ist nicht ganz aus dem gebaut, was jetzt vorliegt: seit dem Bau kamen Lieferungen, Profile oder "
    "Programm haben sich geändert, oder ein anderer Lauf brach ab. Nichts ist verloren; der letzte Stand bleibt in "
    "Kraft. Bitte: den Refresh als Ganzes neu starten, nicht ab dem gescheiterten Schritt."
)


class DbtGescheitert(Exception):
    """A model did not build or a structural test failed: nothing of this build may be used."""


@dataclass(frozen=True)
class DbtErgebnis:
    """Outcome of one node. ``status``: success | pass | warn | fail | error | skipped | no-op."""

    unique_id: str
    status: str
    meldung: str
    verletzungen: int
    tabelle: str
    sekunden: float


def _befund(titel: str, ergebnis: DbtErgebnis, zeilen: list[dict[str, object]]) -> Befund:
    if ergebnis.status not in {"pass", "warn"}:
        return Befund(titel, "Diese Prüfung im Datenhaus ist nicht gelaufen.", "sperrend", "fehler", 0, [])
    ausgang = "verletzt" if zeilen else "bestanden"
    return Befund(titel, "Prüfung im Datenhaus vor der Freigabe.", "sperrend", ausgang, len(zeilen), zeilen[:50])


class Dbt:
    """dbt on one data home. The manifest is parsed once per process."""

    def __init__(self, umgebung: Umgebung) -> None:
        """Keep the environment; nothing heavy is imported yet."""
        self.umgebung = umgebung
        self._geparst: Any = None

    def __getstate__(self) -> dict[str, Any]:
        """To another process with the Fallebene translated, without the project, which is large."""
        return {"umgebung": self.umgebung, "_geparst": None, "fallebene": self.fallebene}

    @property
    def manifest_datei(self) -> Path:
        """Our own manifest: dbt writes its one in place, and a kill or a second process may leave half of it."""
        return self.umgebung.ablage.dbt_ziel / "manifest_geprueft.json"

    def _rufe(self, *argumente: str, ordner: Path | None = None) -> Any:
        from dbt.adapters.duckdb.connections import DuckDBConnectionManager
        from dbt.cli.main import dbtRunner

        projekt, ziel = str(self.umgebung.dbt_projekt), str(ordner or self.umgebung.ablage.dbt_ziel)
        optionen = [
            "--log-level-file",  # what went wrong is told on the console; a line for each statement takes long
            "none",
            "--project-dir",
            projekt,
            "--profiles-dir",
            projekt,
            "--target-path",
            ziel,
            "--log-path",
            ziel,
        ]
        try:
            return dbtRunner(manifest=self._geparst).invoke(["--quiet", *argumente, *optionen])
        finally:
            # without this the file stays locked for everybody else
            DuckDBConnectionManager.close_all_connections()

    def _abdruck(self) -> str:
        """Hash of what a parse depends on."""
        gesamt = hashlib.sha256(f"{self.umgebung.dbt_projekt}\0{self.umgebung.ablage.lake}\0".encode())
        for datei in sorted(self.umgebung.dbt_projekt.rglob("*")):
            if datei.suffix in {".sql", ".yml", ".csv"}:
                gesamt.update(f"{datei.name}\0".encode() + datei.read_bytes())
        return gesamt.hexdigest()

    @contextmanager
    def _allein(self) -> Iterator[None]:
        """One parse at a time: every start parses if it must, before anybody holds the lock of the data home."""
        with sperre(self.umgebung.ablage.dbt_ziel / "parse.sperre", "parse", warten_s=300):
            self.umgebung.ablage.raeume(self.umgebung.ablage.dbt_ziel)
            yield

    def parse(self) -> None:
        """Parse the project unless today's manifest is there already. Raises :class:`DbtGescheitert`."""
        merker = self.umgebung.ablage.dbt_ziel / "abdruck"
        with self._allein():
            if self.manifest_datei.exists() and merker.exists() and merker.read_text() == self._abdruck():
                return
            # after a change of the project, dbt's partial parse has lost descriptions of singular tests
            (self.umgebung.ablage.dbt_ziel / "partial_parse.msgpack").unlink(missing_ok=True)
            self._parse()
            schreibe_datei(merker, lambda p: p.write_text(self._abdruck()))

    def _parse(self) -> None:
        abdruck = self._abdruck()
        ergebnis = self._rufe("parse")
        if not ergebnis.success:
            raise DbtGescheitert(f"Das dbt-Projekt ist nicht lesbar: {ergebnis.exception}")
        self._geparst = _GELESEN[abdruck] = ergebnis.result
        schreibe_datei(self.manifest_datei, lambda p: ergebnis.result.write(str(p)))

    @cached_property
    def manifest(self) -> dict[str, Any]:
        """Dbt's manifest as plain data."""
        self.parse()
        return dict(json.loads(self.manifest_datei.read_text("utf-8")))

    def baue(self, *auswahl: str, fuer: str = "") -> list[DbtErgebnis]:
        """Build a selection (``--select``/``--exclude`` arguments) and return the outcome of each node.

        ``fuer``: hash of what is built from; :meth:`befunde` asks whether it is still the same.

        Raises:
            DbtGescheitert: a model failed, or a structural test (severity error).
            SpeicherReichtNicht: a model needs more memory than it may take.
        """
        self.parse_einmal()
        self._merke(auswahl, None)
        self._verwirf_halbes_warehouse()
        # unit tests check formulas, not data: they belong to the tests of the project
        antwort = self._rufe("build", "--exclude-resource-type", "unit_test", *auswahl)
        if antwort.exception is not None and antwort.result is None:
            raise DbtGescheitert(f"dbt ist nicht gelaufen: {antwort.exception!r}")
        ergebnisse = [
            DbtErgebnis(
                r.node.unique_id,
                str(r.status),
                r.message or "",
                int(r.failures or 0),
                getattr(r.node, "relation_name", None) or "",
                float(r.execution_time),
            )
            for r in antwort.result
        ]
        schlecht = [e for e in ergebnisse if e.status in {"error", "fail", "skipped"}]
        if schlecht:
            if any("Out of Memory" in e.meldung for e in schlecht):
                raise SpeicherReichtNicht
            gruende = "; ".join(f"{e.unique_id}: {e.status} {e.meldung}".strip() for e in schlecht[:5])
            raise DbtGescheitert(f"{len(schlecht)} Schritte in dbt sind gescheitert: {gruende}")
        self._merke(auswahl, {"fuer": fuer, "ergebnisse": [asdict(e) for e in ergebnisse]})
        return ergebnisse

    @property
    def _gelaufen_datei(self) -> Path:
        return self.umgebung.ablage.dbt_ziel / "gelaufen.json"

    def _gelaufen(self) -> dict[str, Any]:
        """Selection to what the present warehouse has of it; on disk, since Dagster may go on in another process."""
        return json.loads(self._gelaufen_datei.read_text("utf-8")) if self._gelaufen_datei.exists() else {}

    def _merke(self, auswahl: tuple[str, ...], bau: dict[str, Any] | None) -> None:
        schreibe_json(self._gelaufen_datei, {**self._gelaufen(), " ".join(auswahl): bau})

    def _verwirf_halbes_warehouse(self) -> None:
        """A file that a kill or a full disk left unreadable goes; every build makes all of it anew."""
        warehouse = self.umgebung.ablage.warehouse
        try:
            duckdb.connect(str(warehouse)).close()
        except duckdb.Error as fehler:
            if "lock" in str(fehler).lower():  # somebody reads it
                raise DbtGescheitert(f"Das Warehouse ist von einem anderen Programm geöffnet: {fehler}") from None
            for rest in warehouse.parent.glob(f"{warehouse.name}*"):
                rest.unlink()

    def parse_einmal(self) -> None:
        """Read the project for this process. Raises :class:`DbtGescheitert`."""
        self._geparst = self._geparst or _GELESEN.get(self._abdruck())
        if self._geparst is None:
            with self._allein():
                self._parse()

    @cached_property
    def fallebene(self) -> list[tuple[str, str]]:
        """Name and SQL of each model of the Fallebene, parents first; :data:`ARBEIT` stands for the work area.

        dbt translates them once; its start would take longer than the SQL of most deliveries.
        Raises :class:`DbtGescheitert`.
        """
        self.parse_einmal()
        with TemporaryDirectory() as ordner, self.umgebung.zum_uebersetzen(Path(ordner), ARBEIT):
            antwort = self._rufe("--no-populate-cache", "compile", "--select", FALLEBENE, ordner=Path(ordner))
        if not antwort.success:
            raise DbtGescheitert(f"Die Fallebene ist nicht lesbar: {antwort.exception}")
        # ephemeral models stand in the SQL of those that read them; each delivery has a database of its own
        gespeichert = [r.node for r in antwort.result if r.node.relation_name]
        return [(n.name, n.compiled_code.replace(f'"{n.database}".', "")) for n in gespeichert]

    def befunde(self, jugendaemter: Iterable[str], fuer: str = "") -> dict[str, list[Befund]]:
        """Outcome of every data test (severity warn) per Jugendamt.

        The stored rows of a failed test name the Jugendamt, with a sentence each.

        Raises:
            DbtGescheitert: a test has no outcome from a build ``fuer`` the same; not run is not passed.
        """
        gebaut = [bau for bau in self._gelaufen().values() if bau and bau["fuer"] == fuer]
        gelaufen = {e["unique_id"]: DbtErgebnis(**e) for bau in gebaut for e in bau["ergebnisse"]}
        tests = {
            unique_id: knoten["description"]
            for unique_id, knoten in sorted(self.manifest["nodes"].items())
            if knoten["resource_type"] == "test" and knoten["config"]["severity"].lower() == "warn"
        }
        if not tests.keys() <= gelaufen.keys():
            raise DbtGescheitert(NICHT_VON_JETZT)
        zeilen = self._gespeicherte_zeilen([gelaufen[u] for u in tests if gelaufen[u].status == "warn"])
        return {
            j: [_befund(titel, gelaufen[u], zeilen.get((u, j), [])) for u, titel in tests.items()] for j in jugendaemter
        }

    def _gespeicherte_zeilen(self, verletzt: list[DbtErgebnis]) -> dict[tuple[str, str], list[dict[str, object]]]:
        """Stored rows of failed tests by test and Jugendamt."""
        if not verletzt:
            return {}
        je: dict[tuple[str, str], list[dict[str, object]]] = {}
        with duckdb.connect(str(self.umgebung.ablage.warehouse), read_only=True) as con:
            for ergebnis in verletzt:
                # relation_name names the database, too; the file is opened under the same name
                zeilen = con.sql(f"select jugendamt, meldung from {ergebnis.tabelle} order by all").fetchall()
                for jugendamt, meldung in zeilen:
                    je.setdefault((ergebnis.unique_id, jugendamt), []).append({"meldung": meldung})
        return je

    def veroeffentlichung(self, katalog: list[Kennzahl]) -> dict[str, list[str]]:
        """Mart name to published columns: marts the exposure names, columns marked ``publish``."""
        ausgabe = {}
        for unique_id in sorted(self.manifest["exposures"][EXPOSURE]["depends_on"]["nodes"]):
            modell = self.manifest["nodes"][unique_id]
            spalten = [n for n, s in modell["columns"].items() if s["config"]["meta"].get("publish")]
            if modell["config"]["meta"].get("publish_katalog"):
                codes = list(dict.fromkeys(k.kennzahl for k in katalog))
                spalten += [s for code in codes for s in (code, f"{code}_status")]
            ausgabe[modell["name"]] = spalten
        return ausgabe

    def kommentare(self, katalog: list[Kennzahl]) -> dict[str, dict[str, str]]:
        """Mart name to descriptions of its columns ("" = the mart's own); those made of the catalogue by its names."""
        modelle = [
            m for m in self.manifest["nodes"].values() if m["resource_type"] == "model" and m["schema"] == "mart"
        ]
        ausgabe = {
            m["name"]: {"": m["description"], **{n: s["description"] for n, s in m["columns"].items()}} for m in modelle
        }
        for modell in (m for m in modelle if m["config"]["meta"].get("publish_katalog")):
            for k in katalog:
                ausgabe[modell["name"]] |= {
                    k.kennzahl: f"{k.name} ({k.einheit})",
                    f"{k.kennzahl}_status": f"Status von {k.name}",
                }
        return ausgabe
