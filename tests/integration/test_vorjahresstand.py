"""What only the profile changes: a family on the state of the year before, a model area. Each is a new release.

Here: whole refreshes. Not here: the models (``tests/warehouse/test_vorjahresstand.py``).
"""

from __future__ import annotations

import json
import shutil
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from sources.katalog import lade_katalog
from tests.conftest import MUSTERPROFILE, WURZEL

if TYPE_CHECKING:
    from tests.conftest import Haus

pytestmark = pytest.mark.lang
AUSGELASSEN = """
vorjahresstand:
  - {familie: hze, berichtsjahr: 2023, name: A. Muster, grund: Summen stimmen nicht}
  - {familie: haushalt, berichtsjahr: 2023, name: A. Muster, grund: Liste ist alt}
"""
GEBIETE = "gebiet,raum_id,von,bis,belegt,quelle\nmodell,99001001,2020-01-01,,false,Annahme\n"


def _mit_profil(haus: Haus, ordner: Path, datei: str, text: str) -> Haus:
    """A copy of the house whose profile has some text more."""
    profile = ordner / "profile"
    shutil.copytree(MUSTERPROFILE, profile)
    with (profile / "musterkreis" / datei).open("a", encoding="utf-8") as griff:
        griff.write(text)
    return replace(haus.kopie(ordner / "kopie"), profile=profile)


def _anlaesse(haus: Haus, release: str) -> list[str]:
    assert (haus.home / "current" / "musterkreis").resolve().name == release
    return list(json.loads((haus.home / "current" / "musterkreis" / "vergleich.json").read_text("utf-8"))["anlaesse"])


def test_zwei_familien_auf_dem_stand_des_vorjahres(hilfen_haus: Haus, tmp_path: Path) -> None:
    """Single cases have a year; the list of SRAE measures has none and arrives with the decision."""
    haus = _mit_profil(hilfen_haus, tmp_path, "profil.yml", AUSGELASSEN)
    landing = tmp_path / "landing"
    liste = (WURZEL / "sources" / "srae_massnahmen" / "beispiel" / "srae_massnahmen_2024.csv").read_bytes()
    (landing / "musterkreis").mkdir(parents=True)
    (landing / "musterkreis" / "srae_massnahmen_2024.csv").write_bytes(liste.replace(b"Toitenwinkel", b"Musterstadt"))
    lauf = haus.cli("refresh", "--landing", str(landing), timeout=900)
    assert lauf.returncode == 0, lauf.stdout + lauf.stderr
    assert "Profil des Jugendamts geändert (Räume, Zuordnung, Schwellen oder Einstellungen)." in _anlaesse(
        haus, "2023-2"
    )

    familie = {k.kennzahl: k.familie for k in lade_katalog(WURZEL / "dbt_project" / "kennzahlen")}
    zeilen = haus.frage("select * from mart.kennzahlen where hauptquelle and berichtsjahr in (2022, 2023)")
    je: dict[tuple[str, int], list[dict[str, object]]] = {}
    for z in zeilen:
        je.setdefault((familie[z["kennzahl"]], z["berichtsjahr"]), []).append(z)
    for name, grund in (("hze", "Summen stimmen nicht"), ("haushalt", "Liste ist alt")):
        assert {(z["wert"], z["grund"]) for z in je[name, 2023]} == {(None, f"Stand des Vorjahres: {grund}")}
        davor = [z for z in je[name, 2022] if z["wert"] is not None]
        assert davor
        assert [z for z in davor if "vorjahresstand" not in str(z["hinweise"]).split(", ")] == []
    assert any(z["wert"] is not None and z["kennzahl"] == "srae_laufende_massnahmen" for z in je["haushalt", 2022])
    assert [z for z in je["bevoelkerung", 2023] if "vorjahresstand" in str(z["hinweise"])] == []
    assert any(z["wert"] is not None for z in je["bevoelkerung", 2023])
    assert haus.frage("select wert from mart.hilfen where berichtsjahr = 2023 and wert is not null") == []
    befunde = haus.frage("select meldung from mart.datenqualitaet where ergebnis = 'vorjahresstand' order by all")
    assert [b["meldung"].rpartition("; ")[2] for b in befunde] == [
        "ausgelassen 2023 (Liste ist alt)",
        "ausgelassen 2023 (Summen stimmen nicht)",
    ]


def test_ein_modellgebiet_allein_ist_ein_neues_release(muster_haus: Haus, tmp_path: Path) -> None:
    haus = _mit_profil(muster_haus, tmp_path, "modellgebiete.csv", GEBIETE)
    lauf = haus.cli("refresh", timeout=900)
    assert lauf.returncode == 0, lauf.stdout + lauf.stderr
    assert _anlaesse(haus, "2023-2") == [
        "Profil des Jugendamts geändert (Räume, Zuordnung, Schwellen oder Einstellungen)."
    ]
    nochmal = haus.cli("refresh", timeout=900)
    assert "nichts Neues" in nochmal.stdout, nochmal.stdout + nochmal.stderr
