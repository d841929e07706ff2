"""Bad and corrected deliveries: one clear outcome each, and every other feed goes on.

Here: what the door says and keeps, what stays in landing, which of two deliveries holds.
Not here: values that only the gate finds wrong (``test_gate.py``), single rules of the readers (``tests/unit``).
"""

from __future__ import annotations

import io
import json
import os
import shutil
import time
import zipfile
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from subprocess import CompletedProcess
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from tests.conftest import Haus

WURZEL = Path(__file__).resolve().parents[2]
HTML = b"<!DOCTYPE html>\n<html><head><title>Fehler 503</title></head><body>Wartung</body></html>\n"


def _xlsx_halb() -> bytes:
    """A workbook whose transfer broke off."""
    puffer = io.BytesIO()
    with zipfile.ZipFile(puffer, "w") as archiv:
        archiv.writestr("[Content_Types].xml", "<Types/>" * 200)
        archiv.writestr("xl/worksheets/sheet1.xml", "<row/>" * 500)
    return puffer.getvalue()[:-300]


def _ohne_spalte(text: str, spalte: str) -> str:
    zeilen = [z.split(",") for z in text.splitlines()]
    weg = [f.strip('"') for f in zeilen[0]].index(spalte)
    return "".join(",".join(f for i, f in enumerate(z) if i != weg) + "\n" for z in zeilen)


def _ohne_abschluss(text: str, name: str) -> str:
    """The table of leavers without the columns of one Schulabschluss."""
    zeilen = [z.split(";") for z in text.split("\n")]
    weg = {i for z in zeilen for i, f in enumerate(z) if f == name}
    return "\n".join(";".join(f for i, f in enumerate(z) if i not in weg) for z in zeilen)


def _schlechte(amtlich: Path, register: Path) -> dict[str, tuple[bytes, str, str]]:
    """File name -> bytes, outcome, a word that its message must have."""
    abgang = (amtlich / "21111-02-06-4_muster.csv").read_bytes().decode("iso-8859-1")
    alter = (amtlich / "12411-02-03-5_muster_2023.csv").read_bytes().decode("iso-8859-1")
    geschlecht = (amtlich / "12411-01-01-5_muster.csv").read_bytes()
    insgesamt = (register / "insgesamt_2023.csv").read_text("utf-8")
    kopf, *zeilen = insgesamt.splitlines()
    ohne, weg = "abgewiesen", "unbekannt"
    return {
        "Telefonliste.docx": (b"PK\x03\x04 kein Extrakt", weg, "Kein Feed"),
        "miete_2016.csv": (insgesamt.encode(), weg, "Kein Feed"),
        "insgesamt_2001.csv": (b"", ohne, "leer"),
        "geschlecht_2001.csv": (b"", ohne, "leer"),
        "12411-01-01-4_leer.csv": (b"\n \n", ohne, "leer"),
        "familienstand_2001.csv": (HTML, ohne, "HTML"),
        "staatsangehoerigkeit_2001.csv": (HTML, ohne, "HTML"),
        "12411-02-03-5_html.csv": (HTML, ohne, "HTML"),
        "alter_2016.xlsx": (_xlsx_halb(), ohne, ""),
        "12411-01-01-5_utf16.csv": (geschlecht.decode("iso-8859-1").encode("utf-16"), ohne, "UTF-16"),
        "insgesamt_2002.csv": (insgesamt.encode("iso-8859-1"), ohne, "iso-8859-1"),
        "insgesamt_2003.csv": (_ohne_spalte(insgesamt, "einwohnerzahl").encode(), ohne, "einwohnerzahl"),
        "insgesamt_2004.csv": (insgesamt.replace("einwohnerzahl", "einwohner").encode(), ohne, "umbenannt"),
        "insgesamt_2005.csv": ("\n".join([kopf, *(z.replace(z.split(",")[3], "viele") for z in zeilen), ""]).encode(),
                               ohne, "viele"),
        "21111-02-06-4_ohne.csv": (_ohne_abschluss(abgang, "ohne Hauptschulabschluss").encode("iso-8859-1"), ohne,
                                   "ohne Hauptschulabschluss"),
        "12411-02-03-5_neu.csv": (alter.replace("unter 3 Jahre", "0 bis unter 3 Jahre").encode("iso-8859-1"), ohne,
                                  "umbenannt"),
        "12411-01-01-5_halb.csv": (geschlecht[: len(geschlecht) * 2 // 3], ohne, ""),
        "12411-01-01-5_ohne_fuss.csv": (geschlecht[: geschlecht.index(b"____")], ohne, "Trennlinie"),
        "12411-02-03-5_falsch.csv": (abgang.encode("iso-8859-1"), ohne, "21111-02-06-4"),
        "insgesamt_2024.csv": (insgesamt.encode(), ohne, "insgesamt_2023.csv"),
    }  # fmt: skip


SCHLECHTE = [
    "Telefonliste.docx", "miete_2016.csv", "insgesamt_2001.csv", "geschlecht_2001.csv", "12411-01-01-4_leer.csv",
    "familienstand_2001.csv", "staatsangehoerigkeit_2001.csv", "12411-02-03-5_html.csv", "alter_2016.xlsx",
    "12411-01-01-5_utf16.csv", "insgesamt_2002.csv", "insgesamt_2003.csv", "insgesamt_2004.csv",
    "insgesamt_2005.csv", "21111-02-06-4_ohne.csv", "12411-02-03-5_neu.csv", "12411-01-01-5_halb.csv",
    "12411-01-01-5_ohne_fuss.csv", "12411-02-03-5_falsch.csv", "insgesamt_2024.csv",
]  # fmt: skip


@dataclass(frozen=True)
class Gelandet:
    """A refresh that met good and bad files together."""

    haus: Haus
    landing: Path
    vorher: dict[str, str]
    dateien: dict[str, tuple[bytes, str, str]]
    lauf: CompletedProcess[str]
    status: dict[str, Any]
    status_text: str


@pytest.fixture(scope="module")
def gelandet(
    tmp_path_factory: pytest.TempPathFactory,
    muster_lieferung: Path,
    _muster_haus: Haus,
    abdruck: Callable[[Path], dict[str, str]],
    zustand: Callable[[Haus], dict[str, Any]],
) -> Gelandet:
    """The tiny Jugendamt and the shipped profile of Rostock with invented files, all variants in one refresh."""
    from sources.musterdaten import schreibe_musterdaten
    from sources.profile import lade_profile

    wurzel = tmp_path_factory.mktemp("gelandet")
    profile, landing = wurzel / "profile", wurzel / "landing"
    shutil.copytree(WURZEL / "tests" / "jugendaemter" / "musterkreis", profile / "musterkreis")
    shutil.copytree(WURZEL / "sources" / "jugendaemter" / "rostock", profile / "rostock")
    nur_rostock = wurzel / "nur" / "rostock"
    shutil.copytree(profile / "rostock", nur_rostock)
    schreibe_musterdaten(lade_profile([nur_rostock.parent]), wurzel / "muster", nur=())
    shutil.copytree(muster_lieferung, landing)
    shutil.copytree(wurzel / "muster" / "rostock", landing / "rostock")
    dateien = _schlechte(landing / "_amtlich", landing / "rostock")
    (landing / "durcheinander").mkdir()
    for name, (inhalt, _, _) in dateien.items():
        # the copy of another year's file must come after its original
        (landing / ("rostock" if name == "insgesamt_2024.csv" else "durcheinander") / name).write_bytes(inhalt)
    vorher = abdruck(landing)
    haus = replace(_muster_haus, home=wurzel / "data", profile=profile)
    lauf = haus.cli("refresh", "--landing", str(landing))
    return Gelandet(haus, landing, vorher, dateien, lauf, zustand(haus), haus.cli("status").stdout)


def test_die_liste_der_schlechten_ist_vollstaendig(gelandet: Gelandet) -> None:
    assert set(SCHLECHTE) == set(gelandet.dateien)


@pytest.mark.parametrize("name", SCHLECHTE)
def test_jede_schlechte_datei_hat_eine_klare_zeile(gelandet: Gelandet, name: str) -> None:
    _, ergebnis, wort = gelandet.dateien[name]
    gemeldet = [e for e in gelandet.status["nicht_angenommen"] if e["datei"] == name]
    assert len(gemeldet) == 1, "genau eine Zeile in status --json"
    (eintrag,) = gemeldet
    assert eintrag["ergebnis"] == ergebnis
    for teil in (wort, "Erwartet:", "Bitte:"):
        assert teil in eintrag["meldung"]
    assert "\n" not in eintrag["meldung"]
    zeilen = [z for z in gelandet.status_text.splitlines() if z.strip().startswith(("✗", "?")) and name in z.split()]
    assert len(zeilen) == 1, "genau eine Zeile in status"
    assert eintrag["meldung"] in zeilen[0]


@pytest.mark.parametrize("name", SCHLECHTE)
def test_jede_schlechte_datei_hat_ein_ergebnis_auf_der_platte(gelandet: Gelandet, name: str) -> None:
    inhalt, ergebnis, _ = gelandet.dateien[name]
    vermerke = [
        (p.parent, json.loads(p.read_text("utf-8")))
        for p in (gelandet.haus.home / "quarantine").rglob("*.json")
    ]  # fmt: skip
    eigene = [(ordner, v) for ordner, v in vermerke if v["datei"] == name]
    assert len(eigene) == 1
    ordner, vermerk = eigene[0]
    assert vermerk["ergebnis"] == ergebnis
    if ergebnis == "abgewiesen" and vermerk["art"] != "doppelt":
        assert (ordner / name).read_bytes() == inhalt, "die Bytes bleiben für die Rückfrage erhalten"


def test_alle_anderen_feeds_gehen_weiter(gelandet: Gelandet, frage_bi: Callable[..., list[dict[str, Any]]]) -> None:
    assert gelandet.lauf.returncode == 0, gelandet.lauf.stdout + gelandet.lauf.stderr
    assert "Traceback" not in gelandet.lauf.stdout + gelandet.lauf.stderr
    assert {s["gezeigt"] for s in gelandet.status["jugendaemter"].values()} == {"2023-1"}
    jahre = frage_bi(
        gelandet.haus.home,
        """select jugendamt, min(berichtsjahr) as von, max(berichtsjahr) as bis, count(distinct berichtsjahr) as n
        from mart.kennzahlen where wert is not null and kennzahl = 'bev_gesamt' group by all order by all""",
    )
    assert jahre == [{"jugendamt": j, "von": 2014, "bis": 2023, "n": 10} for j in ("musterkreis", "rostock")]


def test_der_refresh_nennt_jede_abweisung(gelandet: Gelandet) -> None:
    for name, (_, ergebnis, _) in gelandet.dateien.items():
        if ergebnis == "abgewiesen":
            assert f"✗ {name}:" in gelandet.lauf.stdout
    assert "20 nicht angenommen" in gelandet.lauf.stdout


def test_nichts_halbes_ist_zu_sehen(gelandet: Gelandet) -> None:
    home = gelandet.haus.home
    assert list(home.rglob(".unfertig-*")) == []
    angenommen = {p.parent.name for p in (home / "archive").glob("*/*/*/datapackage.json")}
    assert {p.name for p in (home / "archive").glob("*/*/*")} == angenommen
    im_lake = {p.stem for p in (home / "lake").glob("*/*.parquet")}
    assert im_lake - {"_leer", "daten"} == angenommen
    assert {e["sha256"] for e in gelandet.status["lieferungen"]} == angenommen


def test_originale_bleiben_wo_sie_sind(gelandet: Gelandet, abdruck: Callable[[Path], dict[str, str]]) -> None:
    assert abdruck(gelandet.landing) == gelandet.vorher


def test_zwei_haeuser_aus_denselben_eingaben_sind_byte_fuer_byte_gleich(
    gelandet: Gelandet, muster_haus: Haus, abdruck: Callable[[Path], dict[str, str]]
) -> None:
    """Another house, another day, other neighbours, bad files beside: the same release of the tiny Jugendamt."""
    eins, zwei = (h.home / "current" / "musterkreis" for h in (gelandet.haus, muster_haus))
    bytes_eins, bytes_zwei = abdruck(eins.resolve()), abdruck(zwei.resolve())
    assert bytes_eins.pop("manifest.json")
    assert bytes_zwei.pop("manifest.json")
    assert bytes_eins == bytes_zwei
    hashes = {json.loads((o / "manifest.json").read_text("utf-8"))["inhalt_sha256"] for o in (eins, zwei)}
    assert len(hashes) == 1


# --- the home's own landing, and corrections ----------------------------------------------------------------


def test_landing_des_hauses_und_korrekturen(
    muster_haus: Haus,
    muster_lieferung: Path,
    geaendert: Callable[..., bytes],
    altern: Callable[[Path], Path],
    frage_bi: Callable[..., list[dict[str, Any]]],
    zustand: Callable[[Haus], dict[str, Any]],
) -> None:
    """A later Stand replaces, an earlier one that arrives later does not; both are kept. Young files wait."""
    home, landing = muster_haus.home, muster_haus.home / "landing" / "_amtlich"
    abgang = muster_lieferung / "_amtlich" / "21111-02-06-4_muster.csv"

    def mit(ohne_abschluss: int, stand: str) -> bytes:
        # 75 leavers have no or the lowest Schulabschluss; only their split is corrected
        neu = {("99001", 2): str(ohne_abschluss), ("99001", 4): str(75 - ohne_abschluss)}
        return geaendert(abgang, neu, stand, jahr="2023")

    assert "2023;99001;      Musterkreis;248;117;13;4;62;" in abgang.read_text("iso-8859-1")
    neu = altern(_schreibe(landing / "a_21111-02-06-4_neu.csv", mit(14, "01.09.2024")))
    alt = altern(_schreibe(landing / "b_21111-02-06-4_alt.csv", mit(40, "01.05.2024")))
    leer = altern(_schreibe(landing / "12411-02-03-5_leer.csv", b""))
    fremd = altern(_schreibe(landing / "notizen.txt", b"bitte beachten\n"))
    jung = _schreibe(landing / "c_21111-02-06-4_jung.csv", mit(70, "01.12.2024"))
    os.utime(jung, (time.time() + 600,) * 2)  # still so when a loaded machine comes to look

    lauf = muster_haus.cli("refresh")
    assert lauf.returncode == 0, lauf.stdout + lauf.stderr
    (zeile,) = frage_bi(
        home,
        """select wert, zaehler, nenner from mart.kennzahlen
        where kennzahl = 'abgaenger_ohne_hsa_pct' and berichtsjahr = 2023 and raum_id = '99001'""",
    )
    assert (zeile["zaehler"], zeile["nenner"]) == (14, 248), "der spätere Stand gilt"
    (davor,) = frage_bi(
        home,
        "select wert from mart.kennzahlen where kennzahl = 'abgaenger_gesamt' and berichtsjahr = 2022 "
        "and raum_id = '99001'",
    )
    assert davor["wert"] == 249

    archiviert = {p.name for p in (home / "archive" / "_amtlich" / "abgaenger").glob("*/*.csv")}
    assert archiviert == {abgang.name, neu.name, alt.name}, "jede angenommene Lieferung bleibt im Archiv"
    assert not neu.exists()
    assert not alt.exists()
    assert not leer.exists(), "die Bytes liegen in der Quarantäne"
    assert jung.exists(), "noch keine 30 Sekunden alt"
    assert fremd.exists(), "was kein Feed kennt, bleibt liegen"
    assert jung.name in lauf.stdout
    assert "30 s" in lauf.stdout
    offen = {e["datei"]: e["ergebnis"] for e in zustand(muster_haus)["nicht_angenommen"]}
    assert offen == {leer.name: "abgewiesen", fremd.name: "unbekannt"}
    assert {r["release"] for r in zustand(muster_haus)["releases"]} == {"2023-1", "2023-2"}


def _schreibe(pfad: Path, inhalt: bytes) -> Path:
    pfad.parent.mkdir(parents=True, exist_ok=True)
    pfad.write_bytes(inhalt)
    return pfad
