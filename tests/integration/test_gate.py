"""A wrong figure never reaches ``current``; the sound Jugendamt goes on; an errored check is not passed.

Here: the gate through the CLI, and its own honesty on finished marts.
Not here: what each expectation says about data (``tests/unit/quality``), files the door refuses.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from tests.conftest import Haus

SUMME = "Die Summe der Räume ergibt das Ganze"


def _schreibe(pfad: Path, inhalt: bytes) -> Path:
    pfad.parent.mkdir(parents=True, exist_ok=True)
    pfad.write_bytes(inhalt)
    return pfad


def test_falscher_wert_sperrt_sein_jugendamt_und_kein_anderes(
    kreise_haus: Haus,
    kreise_lieferung: Path,
    tmp_path: Path,
    geaendert: Callable[..., bytes],
    zellen: Callable[..., list[str]],
    abdruck: Callable[[Path], dict[str, str]],
    aus_release: Callable[[Path, str], list[Path]],
    zustand: Callable[[Haus], dict[str, Any]],
    frage_bi: Callable[..., list[dict[str, Any]]],
) -> None:
    home, amtlich = kreise_haus.home, kreise_lieferung / "_amtlich"
    geschlecht, abgang = amtlich / "12411-01-01-5_muster.csv", amtlich / "21111-02-06-4_muster.csv"
    richtig = zellen(geschlecht, "99001001")[0]
    falsche_zahl = str(int(richtig) + 77)  # small enough for the door, which refuses jumps
    ohne, haupt = (int(zellen(abgang, "99002", "2023")[i]) for i in (2, 4))

    def gezeigt(jugendamt: str) -> str:
        return (home / "current" / jugendamt).resolve().name

    def quote() -> float:
        sql = """select zaehler from mart.kennzahlen where kennzahl = 'abgaenger_ohne_hsa_pct'
            and raum_id = '99002' and berichtsjahr = 2023"""
        return float(frage_bi(home, sql)[0]["zaehler"])

    assert (gezeigt("musterkreis"), gezeigt("nebenkreis"), quote()) == ("2023-1", "2023-1", ohne)
    vorher, kette = abdruck(home / "releases"), (home / "current").readlink()

    # 1. alone: nothing is released, the reason and the rows are told, nothing that people see has moved
    falsch = tmp_path / "falsch"
    _schreibe(falsch / "12411-01-01-5_neu.csv", geaendert(geschlecht, {("99001001", 0): falsche_zahl}, "01.08.2024"))
    neu = {("99002", 2): str(ohne + 1), ("99002", 4): str(haupt - 1)}
    _schreibe(falsch / "21111-02-06-4_neu.csv", geaendert(abgang, neu, "01.08.2024", jahr="2023"))
    allein = kreise_haus.cli("refresh", "--jugendamt", "musterkreis", "--landing", str(falsch))
    assert allein.returncode == 1
    assert "Traceback" not in allein.stdout + allein.stderr
    assert SUMME in allein.stdout
    assert "Das letzte Release bleibt in Kraft" in allein.stdout
    assert re.search(rf"99001001.*{falsche_zahl}|{falsche_zahl}.*99001001", allein.stdout), "die Zeile, die falsch ist"
    assert (home / "current").readlink() == kette
    assert abdruck(home / "releases") == vorher
    stand = zustand(kreise_haus)["jugendaemter"]["musterkreis"]
    assert (stand["ergebnis"], stand["gezeigt"]) == ("gesperrt", "2023-1")
    sperrend = [b for b in stand["befunde"] if b["ergebnis"] == "verletzt" and b["schwere"] == "sperrend"]
    assert SUMME in {b["titel"] for b in sperrend}
    assert all(b["anzahl"] > 0 and b["zeilen"] and b["erklaerung"] for b in sperrend)

    # 2. together: the sound one is released with its correction, the other keeps its last release
    alle = kreise_haus.cli("refresh")
    assert alle.returncode == 0, alle.stdout + alle.stderr
    assert (gezeigt("musterkreis"), gezeigt("nebenkreis"), quote()) == ("2023-1", "2023-2", ohne + 1)
    assert [p.name for p in aus_release(home, "musterkreis")] == ["2023-1"]
    assert "✗ musterkreis" in alle.stdout
    davor = frage_bi(home, "select wert from mart.kennzahlen where raum_id = '99001001' and kennzahl = 'bev_gesamt' "
                     "and berichtsjahr = 2023")  # fmt: skip
    assert davor == [{"wert": float(richtig)}], "der falsche Wert ist nirgends zu sehen"

    # 3. corrected: released again
    gut = tmp_path / "gut"
    _schreibe(gut / "12411-01-01-5_berichtigt.csv", geaendert(geschlecht, {}, "15.08.2024"))
    danach = kreise_haus.cli("refresh", "--landing", str(gut))
    assert danach.returncode == 0, danach.stdout + danach.stderr
    assert gezeigt("musterkreis") == "2023-2"
    assert {k: v for k, v in abdruck(home / "releases").items() if k in vorher and "verlauf" not in k} == {
        k: v for k, v in vorher.items() if "verlauf" not in k
    }, "alte Releases sind unveränderlich"
    assert list(home.rglob(".unfertig-*")) == []


@pytest.mark.lang
def test_das_erneut_gelieferte_original_loest_die_sperre(
    kreise_haus: Haus,
    kreise_lieferung: Path,
    tmp_path: Path,
    geaendert: Callable[..., bytes],
    zellen: Callable[..., list[str]],
    zustand: Callable[[Haus], dict[str, Any]],
) -> None:
    """A wrong file, then the right one again byte for byte: the last thing the office sent holds."""
    geschlecht = kreise_lieferung / "_amtlich" / "12411-01-01-5_muster.csv"
    falsche_zahl = str(int(zellen(geschlecht, "99001001")[0]) + 77)
    _schreibe(tmp_path / "falsch" / geschlecht.name, geaendert(geschlecht, {("99001001", 0): falsche_zahl}))
    vorher = kreise_haus.home.joinpath("current").readlink()
    falsch = kreise_haus.cli("refresh", "--landing", str(tmp_path / "falsch"))
    assert falsch.returncode == 1, "eines gesperrt, für die anderen ändert sich keine Zahl: nichts freigegeben"
    assert kreise_haus.home.joinpath("current").readlink() == vorher

    wieder = kreise_haus.cli("refresh")
    assert wieder.returncode == 1, "nichts freigegeben und eines gesperrt"
    assert SUMME in wieder.stdout

    danach = kreise_haus.cli("refresh", "--landing", str(kreise_lieferung))
    assert danach.returncode == 0, danach.stdout
    assert zustand(kreise_haus)["jugendaemter"]["musterkreis"]["ergebnis"] in {"freigegeben", "unveraendert"}


# --- the gate's own honesty, on the marts of a good release ---------------------------------------------------


@pytest.fixture(scope="module")
def marts(_muster_haus: Haus) -> Path:
    return _muster_haus.home / "current" / "musterkreis" / "marts"


def test_so_viele_befunde_wie_erklaert(marts: Path) -> None:
    from quality import gate

    liste = gate.lade_liste()
    ergebnis = gate.pruefe(marts, 2023, "planung", {})
    assert len(ergebnis.befunde) == ergebnis.erklaert == len(liste.erwartungen) > 10
    assert [b.titel for b in ergebnis.befunde] == [e.titel for e in liste.erwartungen]
    assert (ergebnis.vollstaendig, ergebnis.offen) == (True, True)
    gespeichert = json.loads((marts.parent / "gate.json").read_text("utf-8"))
    datentests = len(list((Path(__file__).parents[2] / "dbt_project" / "tests").glob("*.sql")))
    erklaert = ergebnis.erklaert + datentests
    assert (len(gespeichert["befunde"]), gespeichert["erklaert"]) == (erklaert, erklaert)
    assert [b["titel"] for b in gespeichert["befunde"]][datentests:] == [e.titel for e in liste.erwartungen]


_FEHLER = {
    "falscher Spaltenname": {"parameter": {"column": "jugndamt", "value_set": ["musterkreis"]}},
    "falsches SQL": {"mart": "", "sicht": "select raum_idd from raeume"},
    "Mart, den es nicht gibt": {"mart": "gibt_es_nicht"},
    "unbekannte Prüfung": {"pruefung": "expect_nothing_at_all"},
}


@pytest.mark.parametrize("schwere", ["sperrend", "hinweis"])
def test_gescheiterte_pruefung_ist_keine_bestandene(marts: Path, schwere: str) -> None:
    from quality import gate

    gut = {
        "titel": "gut",
        "erklaerung": "jede Zeile gehört zum Jugendamt",
        "schwere": schwere,
        "mart": "raeume",
        "pruefung": "expect_column_values_to_be_in_set",
        "parameter": {"column": "jugendamt", "value_set": ["musterkreis"]},
    }
    eintraege = [gut, *({**gut, "titel": titel, **anders} for titel, anders in _FEHLER.items())]
    liste = gate.Liste({}, tuple(gate.Erwartung.model_validate(e) for e in eintraege))
    ergebnis = gate.pruefe(marts, 2023, "planung", {}, liste=liste)
    assert [b.ergebnis for b in ergebnis.befunde] == ["bestanden", *["fehler"] * len(_FEHLER)]
    assert ergebnis.erklaert == len(eintraege)
    assert (ergebnis.vollstaendig, ergebnis.offen) == (False, False)
    assert {b.titel for b in ergebnis.sperrend} == set(_FEHLER), "auch ein gescheiterter Hinweis sperrt"
    assert all("gescheitert" in b.erklaerung for b in ergebnis.befunde[1:])


def test_uebersprungene_pruefung_ist_keine_bestandene(marts: Path) -> None:
    from quality import gate

    ergebnis = gate.pruefe(marts, 2023, "planung", {})
    assert not replace(ergebnis, befunde=ergebnis.befunde[:-1]).offen


def test_befunde_aus_dbt_sperren_mit(marts: Path) -> None:
    from quality import gate
    from quality.befund import Befund

    davor = Befund("Summe", "vor der Freigabe", "sperrend", "verletzt", 1, [{"meldung": "falsch"}])
    liste = replace(gate.lade_liste(), erwartungen=gate.lade_liste().erwartungen[:1])
    ergebnis = gate.pruefe(marts, 2023, "planung", {}, [davor], liste)
    assert (ergebnis.vollstaendig, ergebnis.offen, ergebnis.erklaert) == (True, False, 2)
    assert ergebnis.befunde[0] == davor
