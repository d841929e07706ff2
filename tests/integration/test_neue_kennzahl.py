"""A catalogue entry alone makes a Kennzahl: calculation, marts, dictionary and report follow from it.

Here: one entry added to a copy of the project, nothing else changed. Not here: what an entry must say
(``tests/unit/sources/test_katalog.py``).
"""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import duckdb
import pytest
import yaml

if TYPE_CHECKING:
    from tests.conftest import Haus

pytestmark = pytest.mark.lang
WURZEL = Path(__file__).resolve().parents[2]
EINTRAG = {
    "kennzahl": "hochbetagte_pct",
    "version": 1,
    "gueltig_ab": "1990-01-01",
    "familie": "bevoelkerung",
    "reihenfolge": 41,
    "name": "Anteil der Hochbetagten ab 75 Jahren",
    "kurzname": "ab 75",
    "definition": "Personen ab 75 Jahren in Prozent der Bevölkerung.",
    "zaehler": {"text": "Bevölkerung ab 75", "bestandteile": [{"messgroesse": "bevoelkerung", "alter": [75, 999]}]},
    "nenner": {"text": "Bevölkerung", "bestandteile": [{"messgroesse": "bevoelkerung"}]},
    "faktor": 100,
    "einheit": "Prozent",
    "nachkommastellen": 1,
    "stichtagsregel": "31.12. des Berichtsjahres",
    "niedrigste_ebene": "gemeindeteil",
    "richtung": "neutral",
    "quelle_text": "Fortschreibung nach Altersgruppen",
    "amtliche_referenz": "ohne",
    "interpretation": "Nur ein Versuch, ob ein Eintrag im Katalog genügt.",
}


def test_ein_eintrag_im_katalog_genuegt(muster_haus: Haus, muster_lieferung: Path, tmp_path: Path) -> None:
    kopie = tmp_path / "projekt"
    for name in ("sources", "quality", "dbt_project", "reports", "orchestration"):
        shutil.copytree(WURZEL / name, kopie / name, ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copy(WURZEL / "dagster.yaml", kopie)
    eintrag = kopie / "dbt_project" / "kennzahlen" / "hochbetagte_pct.yml"
    eintrag.write_text(yaml.safe_dump(EINTRAG, allow_unicode=True, sort_keys=False), "utf-8")

    lauf = subprocess.run(
        [sys.executable, "-m", "orchestration", "refresh", "--landing", str(muster_lieferung)],
        cwd=kopie, env={**muster_haus.env, "PYTHONPATH": str(kopie)}, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert lauf.returncode == 0, lauf.stdout + lauf.stderr

    release = muster_haus.home / "current" / "musterkreis"
    with duckdb.connect(str(muster_haus.home / "current" / "bi" / "marts.duckdb"), read_only=True) as con:
        werte = con.sql(
            "select raum_id, zaehler, nenner, wert, index_jugendamt from mart.kennzahlen "
            "where kennzahl = 'hochbetagte_pct' and wert is not null"
        ).fetchall()
        alter = dict(
            con.sql(
                "select raum_id || berichtsjahr, wert from mart.bevoelkerung "
                "where altersgruppe = '75-' and geschlecht = 'insgesamt' and wert is not null"
            ).fetchall()
        )
        katalog = con.sql("select name from mart.kennzahlenkatalog where kennzahl = 'hochbetagte_pct'").fetchall()
        breit = con.execute("select count(hochbetagte_pct) from mart.steckbrief").fetchone()
    assert len(werte) == len(alter) == 6 * 10, "Kreis, zwei Regionen und drei Räume in zehn Jahren"
    assert sorted(w[1] for w in werte) == sorted(alter.values())
    assert all(w[3] == pytest.approx(100 * w[1] / w[2], rel=1e-12) for w in werte)
    assert {w[4] for w in werte if w[0] == "99001"} == {100.0}
    assert katalog == [("Anteil der Hochbetagten ab 75 Jahren",)]
    assert breit == (60,)
    woerterbuch = next(release.rglob("*woerterbuch*.csv")).read_text("utf-8")
    assert "steckbrief;hochbetagte_pct" in woerterbuch.replace('"', "")
    bericht = {seite.name: seite.read_text("utf-8") for seite in (release / "bericht").rglob("*.html")}
    assert "Nur ein Versuch, ob ein Eintrag im Katalog genügt." in bericht["kennzahlen.html"]
    raeume = [text for seite, text in bericht.items() if "Musterstadt" in text and "ab 75" in text]
    assert raeume, "auf keiner Seite eines Raums"
