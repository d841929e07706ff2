"""The way of a personal delivery: counted in a work area, only aggregates stay, everything else is gone.

Here: the real door with the real dbt models on the example of ``sources/hze_faelle``, hand-counted.
Not here: single parts of the work area (``tests/unit/quality/test_arbeitsbereich.py``), broken files
(``tests/schlecht``), kill -9 (``test_kill_9.py``).
"""

from __future__ import annotations

import json
import os
import re
import shutil
import stat
import traceback
from collections.abc import Callable
from dataclasses import replace
from datetime import date
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import polars as pl
import pytest

from orchestration.cli.beschreibung import _zweck_maengel
from orchestration.dbt import Dbt
from orchestration.fallebene import Fallebene, monate
from quality import zulassung
from quality.annahme import Stoerung, Tuer
from quality.arbeitsbereich import lies_protokoll
from sources import archiv
from sources.ablage import Ablage
from sources.formate import Lesefehler
from sources.profile import lade_profile
from sources.profilmodell import Feed
from sources.prozesse import ProzessVerloren
from sources.vertraege import lade_vertraege
from tests.conftest import WURZEL
from tests.integration.personenbezogen.conftest import BEISPIEL, NAME, VERTRAEGE, J, Tuerhaus

STADT, DORF, AU, NICHT, UMA, PARA = (
    "99001001", "99001002", "99001003", f"{J}:nicht_zuordenbar", f"{J}:uma", f"{J}:para_86_6_89a"
)  # fmt: skip


@pytest.fixture(scope="module")
def daten(tmp_path_factory: pytest.TempPathFactory, dbt: Dbt, feed: Feed, beispiel: bytes) -> pl.DataFrame:
    """The aggregates of the example."""
    ablage = Ablage(tmp_path_factory.mktemp("zahlen") / "data")
    profile = {p.jugendamt: p for p in lade_profile(dbt.umgebung.profilordner)}
    tuer = Tuer(ablage, VERTRAEGE, lambda: "2024-02-01T08:00:00Z", verdichter=Fallebene(dbt, profile))
    haus = Tuerhaus(tuer, feed)
    haus.lande(beispiel)
    assert [e.zeilen for e in haus.nimm_an().neu] == [23]
    return haus.aggregate()


@pytest.fixture(scope="module")
def zahlen(daten: pl.DataFrame) -> Callable[..., dict[str, Any]]:
    """Sums over the aggregates of the example: ``zahlen("faelle", "monat", konzept="bestand", ...)``."""
    mit_monat = daten.with_columns(monat=pl.col("monat").dt.month())

    def summe(masse: str, je: str = "hilfeart", **wahl: object) -> dict[str, Any]:
        wahl = {"raumart": "wohnraum", "merkmal": "insgesamt", **wahl}
        teil = mit_monat.filter(*(pl.col(n) == w for n, w in wahl.items()))
        gruppen = teil.group_by(je).agg(pl.col(masse).sum()).filter(pl.col(masse) != 0).sort(je)
        return dict(gruppen.rows())

    return summe


# --- counting, by hand from the example ---------------------------------------------------------------------


def test_ueberschneidungen_und_kurze_pausen_sind_eine_hilfe(zahlen: Callable[..., dict[str, Any]]) -> None:
    # F02 with a pause of 14 days began once; F03 with one of 15 days twice
    assert zahlen("faelle", "monat", konzept="begonnen", hilfeart="04") == {2: 1, 4: 1}
    assert zahlen("faelle", "monat", konzept="beendet", hilfeart="04") == {3: 1, 9: 1}
    assert zahlen("faelle", "monat", konzept="begonnen", hilfeart="11", raum_id=STADT) == {1: 1}
    # F01: two overlapping Bewilligungen of § 30 began in 2022; only F15 and F13 began in 2023
    assert zahlen("faelle", "monat", konzept="begonnen", hilfeart="05") == {7: 1, 11: 1}
    assert zahlen("faelle", konzept="anfangsbestand") == {"05": 1, "08": 1, "09": 2, "11": 1, "13_ambulant": 1}


def test_ende_am_stichtag_ist_nicht_im_bestand(zahlen: Callable[..., dict[str, Any]]) -> None:
    # F01 ended on 31.12.2023, F14 on 31.12.2022
    assert zahlen("faelle", "raum_id", konzept="bestand", monat=12, hilfeart="05") == {DORF: 1, NICHT: 1}
    assert zahlen("faelle", "monat", konzept="beendet", hilfeart="05") == {12: 1}
    # Jahressumme = stock of 31.12. + ended in the year
    assert zahlen("faelle", konzept="jahressumme") == {
        "04": 2, "05": 3, "07": 1, "08": 2, "09": 2, "11": 5, "13_ambulant": 1
    }  # fmt: skip


def test_familie_zaehlt_einmal_und_alle_kinder(zahlen: Callable[..., dict[str, Any]]) -> None:
    wahl = {"konzept": "bestand", "monat": 12, "hilfeart": "07"}
    assert zahlen("faelle", **wahl) == zahlen("familien", **wahl) == {"07": 1}
    assert zahlen("junge_menschen", "altersgruppe", **wahl) == {"0-3": 1, "10-14": 1, "6-10": 1}
    assert zahlen("faelle", "altersgruppe", **wahl) == {"10-14": 1}
    # F15 has two Hilfen: two Fälle, one family, one person
    assert sum(zahlen("familien", konzept="bestand", monat=12).values()) == 10
    assert sum(zahlen("faelle", konzept="bestand", monat=12).values()) == 11
    assert sum(zahlen("junge_menschen", konzept="personen").values()) == 16


def test_besondere_mitglieder_sind_kein_sozialraum(zahlen: Callable[..., dict[str, Any]]) -> None:
    assert zahlen("faelle", "raum_id", konzept="bestand", monat=12) == {
        STADT: 2, DORF: 3, AU: 1, NICHT: 1, UMA: 2, PARA: 2
    }  # fmt: skip
    # § 86 (6) from 01.07.: F07 leaves Musterau, although its family lives there still
    wechsel = {"merkmal": "raumwechsel", "hilfeart": "09", "monat": 7}
    assert zahlen("faelle", "raum_id", konzept="weggewechselt", **wechsel) == {AU: 1}
    assert zahlen("faelle", "raum_id", konzept="zugewechselt", **wechsel) == {PARA: 1}


def test_wohnraum_bleibt_der_vom_beginn_der_budgetraum_wandert(zahlen: Callable[..., dict[str, Any]]) -> None:
    # F02 moved on 15.06.
    wahl = {"konzept": "bestand", "hilfeart": "11"}
    maedchen = {"geschlecht": "weiblich", "altersgruppe": "10-14"}
    assert zahlen("faelle", "raum_id", **wahl, **maedchen, monat=12) == {STADT: 1}
    mai, juni = (zahlen("faelle", "raum_id", **wahl, monat=m, raumart="budgetraum") for m in (5, 6))
    assert {r: juni.get(r, 0) - mai.get(r, 0) for r in (STADT, DORF)} == {STADT: -1, DORF: 1}
    # F02 and F11
    assert zahlen("faelle", "raum_id", **wahl, monat=12, raumart="leistungsraum")[AU] == 2


def test_andere_raumarten_ohne_was_niemand_liest(daten: pl.DataFrame) -> None:
    andere = daten.filter(pl.col("raumart") != "wohnraum")
    assert set(andere["raumart"]) == {"budgetraum", "leistungsraum"}
    # what is counted for them: dbt_project/seeds/hze_masse.csv
    masse = pl.read_csv(WURZEL / "dbt_project" / "seeds" / "hze_masse.csv").filter("je_raumart")
    assert set(andere["konzept"]) == set(masse["konzept"])
    assert not set(masse["einheit"]) & {"junge_menschen", "familien"}
    assert {*andere["altersgruppe"], *andere["geschlecht"], *andere["merkmal"]} == {"insgesamt"}
    assert andere["junge_menschen"].sum() + andere["familien"].sum() == 0


def test_alter_am_jeweiligen_tag(zahlen: Callable[..., dict[str, Any]]) -> None:
    # F01 turns 14 in June; F12 is 19 and F05 turns 18 in November: § 41
    jung = {"konzept": "bestand", "hilfeart": "05", "raum_id": STADT}
    assert zahlen("faelle", "monat", **jung, altersgruppe="10-14") == dict.fromkeys(range(1, 6), 1)
    assert zahlen("faelle", "monat", **jung, altersgruppe="14-18") == dict.fromkeys(range(6, 12), 1)
    assert zahlen("faelle", "raum_id", merkmal="para_41", konzept="jahressumme", hilfeart="11") == {AU: 2, UMA: 1}
    assert zahlen("faelle", "raum_id", merkmal="para_41", konzept="begonnen") == {AU: 1}


@pytest.mark.parametrize("masse", ["faelle", "junge_menschen"])
def test_bestand_ergibt_sich_in_jeder_zelle(daten: pl.DataFrame, masse: str) -> None:
    """Bestand(t) = Bestand(t-1) + begonnen - beendet + zugewechselt - weggewechselt."""
    zelle = ["raum_id", "hilfeart", "altersgruppe", "geschlecht"]
    gewaehlt = daten.filter(merkmal="insgesamt", raumart="wohnraum")
    werte = {(*z[:4], z[4].month, z[5]): z[6] for z in gewaehlt.select(*zelle, "monat", "konzept", masse).rows()}
    zellen = {s[:4] for s in werte}
    geprueft = 0
    for z in zellen:
        stand = werte.get((*z, 1, "anfangsbestand"), 0)
        for monat in range(1, 13):
            w = {k: werte.get((*z, monat, k), 0) for k in ("begonnen", "beendet", "zugewechselt", "weggewechselt")}
            stand += w["begonnen"] - w["beendet"] + w["zugewechselt"] - w["weggewechselt"]
            assert stand == werte.get((*z, monat, "bestand"), 0), (z, monat)
            geprueft += 1
    assert geprueft >= 12 * 15


def test_hilfemonate_und_kosten(zahlen: Callable[..., dict[str, Any]]) -> None:
    # F03: 28/28 of February, 31/31 of March, 15/30 of April, May to September
    assert zahlen("hilfemonate", konzept="hilfemonate", hilfeart="04") == {"04": 7.5}
    assert zahlen("hilfemonate", "monat", konzept="hilfemonate", hilfeart="07")[5] == round(22 / 31, 6)
    summe = {h: round(w, 2) for h, w in zahlen("kosten_ist_eur", konzept="kosten").items()}
    assert summe == {"05": 12_550.39, "07": 7_080.0, "11": 97_700.0, "13_ambulant": -120.0}
    assert zahlen("kosten_bewilligt_eur", konzept="kosten") == {"05": 13_000.0}
    # F14 has no day in 2023: its late invoice stands in January; F01: 120 of 120 days, then 275 days
    januar = round(3_650.40 * 31 / 120, 2) + 99.99
    assert zahlen("kosten_ist_eur", "monat", konzept="kosten", hilfeart="05")[1] == pytest.approx(januar)


def test_merkmale_gelten_bei_beginn_oder_ende(zahlen: Callable[..., dict[str, Any]]) -> None:
    beendet = {"konzept": "beendet"}
    assert zahlen("faelle", "auspraegung", merkmal="ende_grund", **beendet) == {"10": 3, "20": 2}
    # F09: the retroactive Bewilligung begins on 15.06.2022; F01 22, F03 1 and 5, F12 8 months
    assert zahlen("faelle", "auspraegung", merkmal="dauer_monate", **beendet) == {
        "1": 1,
        "13": 1,
        "21": 1,
        "5": 1,
        "8": 1,
    }
    assert zahlen("faelle", "auspraegung", merkmal="transferbezug", hilfeart="13_ambulant", konzept="jahressumme") == {
        "ja": 1
    }
    assert zahlen("faelle", "auspraegung", merkmal="situation", konzept="jahressumme", raum_id=STADT)["2"] == 2
    assert zahlen("faelle", "auspraegung", merkmal="schulbegleitung", konzept="beendet") == {"ja": 1}
    assert zahlen("faelle", "auspraegung", merkmal="traeger", konzept="bestand", hilfeart="09") == {"pflegefamilie": 2}
    assert zahlen("faelle", "auspraegung", merkmal="gefaehrdung_vorher", konzept="begonnen") == {"ja": 1}
    assert zahlen("faelle", "auspraegung", merkmal="im_wirkungsraum", konzept="bestand", raum_id=STADT) == {
        "ja": 1, "nein": 1
    }  # fmt: skip


def test_monate_nur_bis_zum_abzug() -> None:
    assert monate(2024, date(2024, 3, 30))["monat_ende"].to_list() == [date(2024, 1, 31), date(2024, 2, 29)]
    assert monate(2024, date(2024, 3, 30))["jahr_ende"].to_list() == [None, None]
    assert len(monate(2023, None)) == 12
    with pytest.raises(Lesefehler, match="Abzug"):
        monate(2024, date(2023, 12, 31))


# --- what stays and what goes -------------------------------------------------------------------------------


def test_es_bleiben_nur_aggregate(haus: Tuerhaus, beispiel: bytes) -> None:
    datei = haus.lande(beispiel)
    (ergebnis,) = haus.nimm_an().neu
    assert not datei.exists()
    assert haus.spuren() == []
    assert list(haus.ablage.arbeit.iterdir()) == []
    ordner = haus.ablage.archiv / J / "hze_faelle" / ergebnis.sha256
    assert sorted(p.name for p in ordner.iterdir()) == [
        "datapackage.json", "hze_aggregate.parquet", "quarantaene.parquet", "verdacht.parquet"
    ]  # fmt: skip
    assert stat.S_IMODE(ordner.stat().st_mode) == 0o700
    paket = json.loads((ordner / "datapackage.json").read_text("utf-8"))["berichtswesen"]
    assert (paket["datei"], paket["bytes"], paket["zeilen"]) == (NAME, len(beispiel), 23)
    assert (paket["weggelassen"], paket["verdacht_zeilen"]) == ({"anschrift_spalten": 1, "unbekannte_spalten": 2}, 4)
    assert paket["musterdaten"]
    geloescht = [z for z in lies_protokoll(haus.ablage) if z["ausgang"] == "geloescht"]
    assert [(z.get("datei"), z["grund"]) for z in geloescht] == [(None, "Ende der Verdichtung"), (NAME, "angenommen")]
    assert geloescht[1]["sha256"] == ergebnis.sha256


def test_abgewiesene_lieferung_wird_geloescht_und_nennt_keinen_wert(haus: Tuerhaus, beispiel: bytes) -> None:
    text = beispiel.decode("cp1252")
    for schlecht in (
        text.replace("Bewilligt ab", "Anfang"),
        text.replace("Erziehungsbeistand (§ 30)", "Mustername KIND-04"),
        text.replace("Mustername KIND-01", "=Mustername KIND-01"),
    ):
        datei = haus.lande(schlecht.encode("cp1252"))
        (ergebnis,) = haus.nimm_an().nicht_angenommen
        assert ergebnis.ergebnis == "abgewiesen", ergebnis
        assert "Mustername" not in ergebnis.meldung
        assert not datei.exists()
        assert haus.spuren() == []
        assert lies_protokoll(haus.ablage)[-1]["grund"] == "abgewiesen"


def test_fehler_eines_modells_zitiert_keine_zeile(
    haus: Tuerhaus, beispiel: bytes, capfd: pytest.CaptureFixture[str]
) -> None:
    eigener = haus.tuer.verdichter

    def mit_zahl(ordner: Path, saetze: pl.DataFrame, vertrag: Any, jugendamt: str) -> Any:
        # too large for an amount: DuckDB's message quotes it
        return eigener(ordner, saetze.with_columns(kosten_ist_eur=pl.lit(1e30)), vertrag, jugendamt)

    haus.lande(beispiel)
    (ergebnis,) = replace(haus, tuer=replace(haus.tuer, verdichter=mit_zahl)).nimm_an().nicht_angenommen
    assert ergebnis.art == "fallebene"
    ausgabe = capfd.readouterr()
    assert "000000000" not in ergebnis.meldung + ausgabe.out + ausgabe.err
    assert haus.spuren() == []


def test_fehler_im_programm_haelt_die_datei_und_nennt_keinen_inhalt(haus: Tuerhaus, beispiel: bytes) -> None:
    def kaputt(*_: object) -> dict[str, pl.DataFrame]:
        raise ValueError("Mustername")

    datei = haus.lande(beispiel)
    with pytest.raises(Stoerung) as fehler:
        replace(haus, tuer=replace(haus.tuer, verdichter=kaputt)).nimm_an()
    assert "Mustername" not in "".join(traceback.format_exception(fehler.value))
    assert datei.exists()
    assert haus.spuren() == []


# --- judged in a process of its own -----------------------------------------------------------------------------


def _immer() -> str:
    return "2024-02-01T08:00:00Z"


def _kaputt(*_: object) -> dict[str, pl.DataFrame]:
    raise ValueError("Mustername")


def _stirbt(ordner: Path, saetze: pl.DataFrame, *_: object) -> dict[str, pl.DataFrame]:
    saetze.write_parquet(ordner / "saetze.parquet")
    os._exit(9)


@pytest.fixture
def je_prozess(haus: Tuerhaus, monkeypatch: pytest.MonkeyPatch) -> Tuerhaus:
    """The same data home, with even a single file judged in a process."""
    monkeypatch.setattr("quality.annahme.AB_DATEIEN", 1)
    return replace(haus, tuer=replace(haus.tuer, uhr=_immer))


def test_in_einem_prozess_gezaehlt_ist_dasselbe(je_prozess: Tuerhaus, beispiel: bytes, daten: pl.DataFrame) -> None:
    je_prozess.lande(beispiel)
    assert [e.zeilen for e in je_prozess.nimm_an().neu] == [23]
    assert je_prozess.aggregate().equals(daten)
    assert je_prozess.spuren() == []


def test_zu_viele_fehler_in_einem_prozess_nennen_zeile_und_regel(je_prozess: Tuerhaus, beispiel: bytes) -> None:
    je_prozess.lande(beispiel.decode("cp1252").replace("Erziehungsbeistand (§ 30)", "Mustername").encode("cp1252"))
    (ergebnis,) = je_prozess.nimm_an().nicht_angenommen
    assert ergebnis.art == "zu_viele_fehler"
    (datei,) = je_prozess.ablage.quarantaene.rglob("abgewiesene.parquet")
    gemerkt = pl.read_parquet(datei)
    assert len(gemerkt) > 0
    assert gemerkt["wert"].unique().to_list() == [""]
    assert je_prozess.spuren() == []


def test_fehler_in_einem_prozess_nennt_keinen_inhalt(je_prozess: Tuerhaus, beispiel: bytes) -> None:
    datei = je_prozess.lande(beispiel)
    with pytest.raises(Stoerung) as fehler:
        replace(je_prozess, tuer=replace(je_prozess.tuer, verdichter=_kaputt)).nimm_an()
    assert "Mustername" not in "".join(traceback.format_exception(fehler.value))
    assert datei.exists()
    assert je_prozess.spuren() == []


def test_ein_vom_system_beendeter_prozess_laesst_keine_zeile_liegen(je_prozess: Tuerhaus, beispiel: bytes) -> None:
    datei = je_prozess.lande(beispiel)
    with pytest.raises(ProzessVerloren):
        replace(je_prozess, tuer=replace(je_prozess.tuer, verdichter=_stirbt)).nimm_an()
    assert datei.exists()
    assert je_prozess.spuren() == []
    assert list(je_prozess.ablage.arbeit.iterdir()) == []
    assert lies_protokoll(je_prozess.ablage)[-1]["grund"] == "Rest eines abgebrochenen Laufs"
    assert [e.zeilen for e in je_prozess.nimm_an().neu] == [23]


def test_datei_aus_fremdem_ordner_bleibt_und_das_steht_im_protokoll(
    haus: Tuerhaus, beispiel: bytes, tmp_path: Path
) -> None:
    datei = tmp_path / "lieferung" / J / NAME
    datei.parent.mkdir(parents=True)
    datei.write_bytes(beispiel)
    assert len(haus.nimm_an(tmp_path / "lieferung").neu) == 1
    assert datei.exists()
    letzte = lies_protokoll(haus.ablage)[-1]
    assert (letzte["ausgang"], letzte["datei"]) == ("belassen", NAME)
    assert haus.nimm_an(tmp_path / "lieferung").bekannt == 1
    assert lies_protokoll(haus.ablage)[-1] == letzte


def test_dieselben_bytes_bringen_nichts_neues(haus: Tuerhaus, beispiel: bytes) -> None:
    haus.lande(beispiel)
    haus.nimm_an()
    vorher = haus.aggregate()
    datei = haus.lande(beispiel)
    assert haus.nimm_an().bekannt == 1
    assert not datei.exists()
    assert haus.aggregate().equals(vorher)
    assert haus.spuren() == []


def test_gleiche_eingabe_gleiche_bytes_trotz_neuem_schluessel(haus: Tuerhaus, beispiel: bytes, tmp_path: Path) -> None:
    haus.lande(beispiel)
    haus.nimm_an()
    zweites = replace(haus, tuer=replace(haus.tuer, ablage=Ablage(tmp_path / "zwei")))
    zweites.lande(beispiel)
    zweites.nimm_an()
    dateien = [
        h.ablage.lake / "hze_aggregate" / f"{archiv.sha256_von(BEISPIEL / NAME)}.parquet" for h in (haus, zweites)
    ]
    assert dateien[0].read_bytes() == dateien[1].read_bytes()


def test_wiederaufbau_aus_dem_archiv_allein(haus: Tuerhaus, beispiel: bytes) -> None:
    haus.lande(beispiel)
    haus.nimm_an()
    lake, quarantaene = haus.ablage.lake, haus.ablage.quarantaene
    vorher = {p.relative_to(lake): p.read_bytes() for p in lake.rglob("*.parquet")}
    verdacht = sorted(p.relative_to(quarantaene) for p in quarantaene.rglob("*.parquet"))
    assert verdacht
    shutil.rmtree(lake)
    shutil.rmtree(quarantaene)
    assert len(haus.nimm_an().lake_erneuert) == 1
    assert {p.relative_to(lake): p.read_bytes() for p in lake.rglob("*.parquet")} == vorher
    assert sorted(p.relative_to(quarantaene) for p in quarantaene.rglob("*.parquet")) == verdacht


def test_berichtigung_gilt_und_beide_bleiben_im_archiv(haus: Tuerhaus, beispiel: bytes) -> None:
    haus.lande(beispiel)
    haus.nimm_an()
    spaeter = beispiel.replace(b"20.11.2023", b"20.10.2023")
    assert spaeter != beispiel
    haus.lande(spaeter)
    (neu,) = haus.nimm_an().neu
    assert neu.lieferung_nr == 2
    assert len(archiv.lieferungen(haus.ablage)) == 2
    # the first bytes again: put back in force without the rows
    haus.lande(beispiel)
    (wieder,) = haus.nimm_an().neu
    assert wieder.lieferung_nr == 3
    assert haus.aggregate()["lieferung_nr"].unique().sort().to_list() == [2, 3]
    assert haus.spuren() == []


def test_halbe_lieferung_springt_und_wird_nach_zulassung_neu_geliefert(haus: Tuerhaus, beispiel: bytes) -> None:
    kopf, *zeilen = beispiel.split(b"\r\n")[:-1]
    viele = [kopf, *(re.sub(rb"(FALL|KIND|BEW)-", rb"\1-%d-" % n, z) for n in range(12) for z in zeilen), b""]
    haus.lande(b"\r\n".join(viele))
    assert [e.ergebnis for e in haus.nimm_an().neu] == ["angenommen"]
    datei = haus.lande(b"\r\n".join(viele[: len(viele) // 5]) + b"\r\n")
    (ergebnis,) = haus.nimm_an().nicht_angenommen
    assert ergebnis.art == "sprung"
    assert not datei.exists()
    assert haus.spuren() == []
    zulassung.lasse_zu(haus.ablage, ergebnis, "A. Muster", "Abgabe an die Nachbarstadt", "2024-02-02T08:00:00Z")
    assert haus.nimm_an().neu == []
    haus.lande(b"\r\n".join(viele[: len(viele) // 5]) + b"\r\n")
    assert [e.ergebnis for e in haus.nimm_an().neu] == ["angenommen"]


def test_statistikstelle_darf_das_original_behalten(haus: Tuerhaus, beispiel: bytes) -> None:
    stelle = replace(haus, tuer=replace(haus.tuer, statistikstellen={J}))
    datei = stelle.lande(beispiel)
    (ergebnis,) = stelle.nimm_an().neu
    ordner = stelle.ablage.archiv / J / "hze_faelle" / ergebnis.sha256
    assert (ordner / NAME).read_bytes() == beispiel
    assert stat.S_IMODE(ordner.stat().st_mode) == 0o700
    assert not datei.exists()


# --- the way of other personal extracts ---------------------------------------------------------------------


def test_einzelpersonen_des_melderegisters_gehen_als_zahlen_weiter(haus: Tuerhaus) -> None:
    zeilen = ["raum_schluessel;stichtag;alter;geschlecht;nationalitaet;Name"]
    zeilen += [f"Musterdorf;31.12.2023;{alter};w;deutsch;Mustername {n}" for n in range(3) for alter in (4, 5)]
    datei = haus.lande("\n".join(zeilen).encode(), "einwohnermelde_2023.csv")
    feed = Feed(feed="einwohnermelde", extrakt="einwohnermelde", muster=("einwohnermelde*.csv",))
    (ergebnis,) = haus.tuer.nimm_an({J: (feed,)}, None, [J]).neu
    assert ergebnis.personenbezogen
    assert not datei.exists()
    assert haus.spuren() == []
    lake = haus.ablage.lake / "einwohnermelde" / f"{ergebnis.sha256}.parquet"
    assert pl.read_parquet(lake).select("alter", "anzahl").rows() == [(4, 3), (5, 3)]
    assert not (haus.ablage.archiv / J / "einwohnermelde" / ergebnis.sha256 / datei.name).exists()


def test_spalte_ohne_zweck_faellt_bei_check_auf() -> None:
    vertraege = lade_vertraege()
    assert _zweck_maengel(SimpleNamespace(vertraege=vertraege)) == []
    faelle = vertraege["hze_faelle"]
    for zweck, wort in (((), "kein zweck"), (("faelle", "haarfarbe"), "haarfarbe")):
        felder = tuple(f.model_copy(update={"zweck": zweck}) if f.name == "situation" else f for f in faelle.felder)
        schlecht = {**vertraege, "hze_faelle": faelle.model_copy(update={"felder": felder})}
        (mangel,) = _zweck_maengel(SimpleNamespace(vertraege=schlecht))
        assert "hze_faelle, Feld situation" in mangel
        assert wort in mangel
