"""Status and the door together: a jump is refused, let pass once by name and reason, answered by a letter; the matrix.

Here: the verbs on an invented house. Not here: the rules of drift, the letter's and the matrix's parts
(``tests/unit/quality``).
"""

from __future__ import annotations

import csv
import json
import shutil
import sys
from collections.abc import Callable
from itertools import permutations
from pathlib import Path
from subprocess import CompletedProcess
from typing import TYPE_CHECKING, Any

import pytest

from orchestration.haus import Haus as Datenhaus
from orchestration.umgebung import PROFILE, Umgebung
from quality import tuer
from quality.drift import Profil, abstand, profiliere, spruenge
from sources import archiv
from sources.ablage import AMTLICH
from sources.archiv import Ergebnis
from sources.formate import shapefile

if TYPE_CHECKING:
    from tests.conftest import Haus

Cli = Callable[..., CompletedProcess[str]]
Runde = Callable[..., list[Ergebnis]]

NAME = "12411-02-03-5_muster_2023.csv"
NEU = "12411-02-03-5_korrektur.csv"


def _mal(inhalt: bytes, faktor: int, stand: str) -> bytes:
    """A delivered table with every figure multiplied, of another state of the source."""
    zeilen = inhalt.decode("iso-8859-1").split("\n")
    for i, zeile in enumerate(zeilen):
        kopf, *zellen = zeile.split(";")
        if kopf.isdigit() or kopf == "DG":
            zellen[1:] = [str(int(z) * faktor) if z.isdigit() else z for z in zellen[1:]]
            zeilen[i] = ";".join([kopf, *zellen])
    return "\n".join(zeilen).replace("Stand: 01.07.2024", f"Stand: {stand}").encode("iso-8859-1")


@pytest.fixture
def runde(leeres_haus: Haus, muster_lieferung: Path, altern: Callable[[Path], Path]) -> Runde:
    """Land files (name -> bytes) and take them in, without dbt; returns what was not accepted."""

    def nimm_an(**dateien: bytes) -> list[Ergebnis]:
        assert leeres_haus.profile is not None
        haus = Datenhaus(Umgebung(leeres_haus.home, (leeres_haus.profile,)))
        haus.ablage.anlegen(list(haus.profile))
        for name, inhalt in dateien.items():
            datei = haus.ablage.landing / AMTLICH / name
            datei.write_bytes(inhalt)
            altern(datei)
        return haus.nimm_an(list(haus.profile), None).nicht_angenommen

    nimm_an(**{d.name: d.read_bytes() for d in sorted((muster_lieferung / AMTLICH).glob("12411-02-03-5*202[23].csv"))})
    return nimm_an


@pytest.fixture
def doppelt(muster_lieferung: Path) -> bytes:
    return _mal((muster_lieferung / AMTLICH / NAME).read_bytes(), 2, "01.08.2024")


@pytest.fixture
def cli(leeres_haus: Haus, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Cli:
    """Run a verb in this process, as quick as that is."""
    from orchestration.cli import rufe_auf

    for name in ("BERICHTSWESEN_HOME", "BERICHTSWESEN_JUGENDAEMTER"):
        monkeypatch.setenv(name, leeres_haus.env[name])

    def fuehre_aus(*argumente: str) -> CompletedProcess[str]:
        monkeypatch.setattr(sys, "argv", ["berichtswesen", *argumente])
        capsys.readouterr()
        with pytest.raises(SystemExit) as ende:
            rufe_auf()
        return CompletedProcess(argumente, int(ende.value.code or 0), *capsys.readouterr())

    return fuehre_aus


def _bestand(haus: Haus) -> list[str]:
    from sources.ablage import Ablage

    return [e.datei for _, e in archiv.lieferungen(Ablage(haus.home))]


def test_a_jump_is_refused_and_let_pass_once(
    leeres_haus: Haus, cli: Cli, runde: Runde, doppelt: bytes, muster_lieferung: Path
) -> None:
    (abgewiesen,) = runde(**{NEU: doppelt})
    assert abgewiesen.art == "sprung"
    assert "12411-02-03-5, 31.12.2023: Summe bevoelkerung:" in abgewiesen.meldung
    assert "(+100 %), erlaubt ±25 %" in abgewiesen.meldung
    assert not (leeres_haus.home / "landing" / AMTLICH / NEU).exists(), "die Bytes liegen in der Quarantäne"

    for fehlt in (["--name", "A. Beispiel"], ["--grund", "Umstellung"], ["--name", " ", "--grund", "x"]):
        falsch = cli("lieferung", "annehmen", NEU, *fehlt)
        assert (falsch.returncode, len(falsch.stderr.splitlines())) == (2, 1)
    assert runde() == []
    assert NEU not in _bestand(leeres_haus), "ohne Zulassung bleibt sie draußen"

    recht = ["--name", "A. Beispiel", "--grund", "Zensus 2022"]
    lauf = cli("lieferung", "annehmen", abgewiesen.sha256[:8], *recht)
    assert lauf.returncode == 0, lauf.stderr
    assert "A. Beispiel: Zensus 2022" in lauf.stdout
    nochmal = cli("lieferung", "annehmen", NEU, *recht)
    assert (nochmal.returncode, "schon zugelassen" in nochmal.stderr) == (2, True)

    assert runde() == [], "aus der Quarantäne, ohne neue Lieferung"
    assert NEU in _bestand(leeres_haus)
    status = json.loads(cli("status", "--json").stdout)
    (zulassung,) = status["zulassungen"]
    assert (zulassung["name"], zulassung["grund"], bool(zulassung["verwendet"])) == ("A. Beispiel", "Zensus 2022", True)
    assert status["nicht_angenommen"] == []
    assert "Sprung zugelassen: 12411-02-03-5_korrektur.csv" in cli("status").stdout
    danach = cli("lieferung", "annehmen", NEU, *recht)
    assert (danach.returncode, "ist angenommen" in danach.stderr) == (2, True)

    # the permission is used up: the next jump is refused again
    noch_mehr = _mal((muster_lieferung / AMTLICH / NAME).read_bytes(), 4, "01.09.2024")
    (wieder,) = runde(**{"12411-02-03-5_noch_mehr.csv": noch_mehr})
    assert wieder.art == "sprung"


def test_a_permission_holds_for_exactly_one_delivery(leeres_haus: Haus, cli: Cli, runde: Runde, doppelt: bytes) -> None:
    runde(**{NEU: doppelt})
    lauf = cli("lieferung", "annehmen", NEU, "--name", "A", "--grund", "B")
    assert lauf.returncode == 0, lauf.stderr
    andere = doppelt.replace(b"Stand: 01.08.2024", b"Stand: 02.08.2024")
    nicht = runde(**{"12411-02-03-5_andere.csv": andere})
    # the permitted one is in force first or not at all; the other one is judged for itself
    assert NEU in _bestand(leeres_haus)
    assert [e.datei for e in nicht] == ["12411-02-03-5_andere.csv"]


def test_what_is_no_jump_cannot_be_let_pass(leeres_haus: Haus, cli: Cli, runde: Runde) -> None:
    runde(**{"12411-02-03-5_leer.csv": b""})
    recht = ["--name", "A", "--grund", "B"]
    leer = cli("lieferung", "annehmen", "12411-02-03-5_leer.csv", *recht)
    fremd = cli("lieferung", "annehmen", "gibtesnicht.csv", *recht)
    for lauf, wort in ((leer, "nur eine Lieferung, die wegen eines Sprungs"), (fremd, "Keine Lieferung heißt")):
        assert (lauf.returncode, len(lauf.stderr.splitlines())) == (2, 1)
        assert wort in lauf.stderr


def test_the_lake_made_again_from_the_archive_compares_as_before(
    leeres_haus: Haus, runde: Runde, doppelt: bytes
) -> None:
    shutil.rmtree(leeres_haus.home / "lake")
    (abgewiesen,) = runde(**{NEU: doppelt})
    assert (abgewiesen.art, "(+100 %)" in abgewiesen.meldung) == ("sprung", True)


def test_the_letter_on_a_delivery(leeres_haus: Haus, cli: Cli, runde: Runde, doppelt: bytes, tmp_path: Path) -> None:
    runde(**{NEU: doppelt})
    lauf = cli("status", "--lieferung", NEU)
    assert lauf.returncode == 0, lauf.stderr
    html, tabelle = map(Path, lauf.stdout.split())
    assert html.parent == leeres_haus.home / "briefe"
    seite = html.read_text("utf-8")
    for satz in ("konnte nicht angenommen werden", "Summe bevoelkerung", "Erwartet:", "Musterdaten"):
        assert satz in seite
    assert next(csv.reader([tabelle.read_text("utf-8-sig").splitlines()[0]], delimiter=";"))[1] == "Zeile"
    woanders = cli("status", "--lieferung", NAME, "--out", str(tmp_path / "briefe"), "--json")
    assert all(Path(p).parent == tmp_path / "briefe" for p in json.loads(woanders.stdout)["brief"])
    assert "nichts zu beanstanden" in Path(json.loads(woanders.stdout)["brief"][0]).read_text("utf-8")
    (tmp_path / "datei").write_text("kein Ordner")
    for falsch in (["fehlt.csv"], [NAME, "--out", str(tmp_path / "datei")]):
        lauf = cli("status", "--lieferung", *falsch)
        assert (lauf.returncode, len(lauf.stderr.splitlines())) == (2, 1)


def test_what_is_missing_for_a_year(leeres_haus: Haus, cli: Cli, runde: Runde) -> None:
    runde(**{"21111-02-06-4_leer.csv": b""})
    text = cli("status", "--jahr", "2023").stdout
    assert text.startswith("Was fehlt noch für das Berichtsjahr 2023?")
    assert max(map(len, text.splitlines())) <= 100
    zeilen = {z.split()[0]: z.split()[1:6] for z in text.splitlines() if z.startswith("  ")}
    assert zeilen["bevoelkerung_altersgruppen"] == ["fehlt", "fehlt", "fehlt", "geliefert", "geliefert"]
    assert "abgewiesen: 21111-02-06-4_leer.csv" in text
    assert "noch nie geliefert:" in text
    daten: dict[str, Any] = json.loads(cli("status", "--jahr", "2023", "--json").stdout)
    (reihe,) = [r for r in daten["matrix"] if r["feed"] == "bevoelkerung_altersgruppen"]
    assert reihe["jahre"]["2023"] == "geliefert"
    assert reihe["jugendamt"] == AMTLICH


# --- records --------------------------------------------------------------------------------------------

KOPF = "raum_schluessel;stichtag;alter;geschlecht;nationalitaet"


def _melde(stichtag: str, je: int = 40, geschlecht: str = "w", alter_bis: int = 90) -> bytes:
    """Counts of residents of two Räume."""
    zeilen = [f"{r};{stichtag};{a};{geschlecht};D;{je}" for r in ("99001001", "99001002") for a in range(alter_bis)]
    return "\n".join([f"{KOPF};anzahl", *zeilen, ""]).encode()


def test_records_jump_too(leeres_haus: Haus, runde: Runde) -> None:
    def lande(name: str, inhalt: bytes) -> list[Ergebnis]:
        return runde(**{f"../musterkreis/{name}": inhalt})

    assert lande("einwohnermelde_2022.csv", _melde("31.12.2022")) == []
    assert lande("einwohnermelde_2023.csv", _melde("31.12.2023", 42)) == []
    (abgewiesen,) = lande("einwohnermelde_2024.csv", _melde("31.12.2024", 84))
    assert "gegen 31.12.2023: Summe anzahl: 7.560 bisher, 15.120 jetzt (+100 %), erlaubt ±25 %" in abgewiesen.meldung
    (abgewiesen,) = lande("einwohnermelde_neu.csv", _melde("31.12.2023", 42, alter_bis=60))
    assert abgewiesen.art == "sprung"
    assert "Zahl der Zeilen: 180 bisher, 120 jetzt (−33 %)" in abgewiesen.meldung


def test_a_personal_jump_is_let_pass_and_sent_again(leeres_haus: Haus, cli: Cli, runde: Runde) -> None:
    def personen(stichtag: str, alter: int) -> bytes:
        saetze = [f"99001001;{stichtag};{a};w;D" for a in range(alter) for _ in range(3)]
        return "\n".join([KOPF, *saetze, ""]).encode()

    assert runde(**{"../musterkreis/einwohnermelde_2022.csv": personen("31.12.2022", 50)}) == []
    doppelt = {"../musterkreis/einwohnermelde_2023.csv": personen("31.12.2023", 100)}
    (abgewiesen,) = runde(**doppelt)
    assert "Summe anzahl: 150 bisher, 300 jetzt (+100 %)" in abgewiesen.meldung
    lauf = cli("lieferung", "annehmen", abgewiesen.sha256, "--name", "A", "--grund", "B")
    assert "noch einmal anliefern" in lauf.stdout
    assert runde() == []
    assert "einwohnermelde_2023.csv" not in _bestand(leeres_haus), "die Bytes sind nicht aufbewahrt"
    assert runde(**doppelt) == []
    assert "einwohnermelde_2023.csv" in _bestand(leeres_haus)
    (zulassung,) = json.loads(cli("status", "--json").stdout)["zulassungen"]
    assert zulassung["verwendet"]


def test_status_names_what_was_repaired_or_left_out(leeres_haus: Haus, cli: Cli, runde: Runde) -> None:
    alt = _melde("31.12.2022").replace(b"31.12.2022;89;", b"31.12.2022;113;")
    assert runde(**{"../musterkreis/einwohnermelde_2022.csv": alt}) == []
    assert "  ! einwohnermelde_2022.csv: auffällige Zeilen: 2" in cli("status").stdout
    html, _ = cli("status", "--lieferung", "einwohnermelde_2022.csv").stdout.split()
    assert "alter_ueber_110 (2)" in Path(html).read_text("utf-8")


def test_of_a_refused_personal_delivery_rows_are_named_and_nothing_else(
    leeres_haus: Haus, cli: Cli, runde: Runde
) -> None:
    einzeln = "\n".join([KOPF, *("99001001;31.12.2023;5;GEHEIMWERT;D" for _ in range(9)), ""]).encode()
    (abgewiesen,) = runde(**{"../musterkreis/einwohnermelde_personen.csv": einzeln})
    assert (abgewiesen.art, abgewiesen.personenbezogen) == ("zu_viele_fehler", True)
    lauf = cli("status", "--lieferung", "einwohnermelde_personen.csv")
    html, tabelle = map(Path, lauf.stdout.split())
    zeilen = list(csv.DictReader(tabelle.read_text("utf-8-sig").splitlines(), delimiter=";"))
    assert [(z["Zeile"], z["Spalte"], z["Regel"], z["Wert"]) for z in zeilen] == [
        (str(n), "geschlecht", "code", "") for n in range(2, 11)
    ]
    assert "konnte nicht angenommen werden" in html.read_text("utf-8")
    for datei in leeres_haus.home.rglob("*"):
        assert not datei.is_file() or b"GEHEIMWERT" not in datei.read_bytes(), datei


@pytest.mark.lang
def test_no_two_real_periods_of_a_table_jump_in_either_order(testdaten: Path, tmp_path: Path) -> None:
    haus = Datenhaus(Umgebung(tmp_path, (PROFILE,)))
    je_tabelle: dict[tuple[str, ...], list[tuple[str, Profil]]] = {}
    for fund in archiv.suche(haus.ablage, haus.feeds, testdaten, list(haus.profile))[0]:
        if fund.feed is None:
            continue
        vertrag = haus.vertraege[fund.feed.extrakt]
        geprueft = tuer.pruefe(shapefile.gepackt(fund.pfad), fund.pfad.name, vertrag, fund.angaben, fund.feed)
        for (tabelle, periode), profil in profiliere(geprueft.bloecke(), vertrag).items():
            je_tabelle.setdefault((fund.jugendamt, vertrag.extrakt, tabelle), []).append((periode, profil))
    paare = [(ort, *paar) for ort, liste in je_tabelle.items() for paar in permutations(liste, 2)]
    gesprungen = [
        (ort, eine, andere, sprung)
        for ort, (eine, alt), (andere, neu) in paare
        for sprung in spruenge(alt, neu, abstand(eine, andere), haus.vertraege[ort[1]])
    ]
    assert len(paare) > 3000
    assert gesprungen == []
