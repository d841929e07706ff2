"""Spoiled files through the whole door on disk: an outcome for each, nothing half-written, the others go on.

Here: ``quality.annahme.Tuer`` on a temporary data home, and that of persons' data no byte stays. Not here: which fault
ends where (``test_verdorben.py``), the refresh as a whole (``tests/integration``).
"""

from __future__ import annotations

import json
import os
import time
from dataclasses import replace
from pathlib import Path

import polars as pl
import pytest

from quality import tuer
from quality.annahme import Annahme, Tuer
from sources.ablage import UNFERTIG, Ablage
from sources.archiv import ERGEBNIS
from sources.profilmodell import Feed
from tests.schlecht.test_verdorben import VARIANTEN, VERTRAEGE, VORLAGEN
from tests.schlecht.verderben import FREMD, Variante
from tests.schlecht.vorlagen import Blatt, Saetze, Vorlage, feld_von

AMT = "musterkreis"
ERSTE = {v.vertrag.extrakt: v for v in reversed(VORLAGEN.values())}
# Made by another extract's Verdichtung, or only together with dbt.
OHNE_VERDICHTER = {e for e, v in VERTRAEGE.items() if v.verdichtung is not None and v.verdichtung.modelle}
PERSONEN = [name for name, v in VORLAGEN.items() if v.einzelsaetze]
# One fault of each kind: transfer, dialect, columns, cells.
PROBEN = ("utf16", "byte_0x81", "abgeschnitten", "anfuehrung_offen", "spalte_fehlt", "formel", "zipbombe", "satz_zu")


def _immer() -> str:
    """The time of every receipt."""
    return "2024-07-01T12:00:00+00:00"


def _feed(vorlage: Vorlage) -> Feed:
    """A feed that knows its files by extract, and tells what their names would."""
    feed = vorlage.feed or Feed(feed=vorlage.vertrag.extrakt, extrakt=vorlage.vertrag.extrakt, muster=("*",))
    return feed.model_copy(update={"muster": (f"{vorlage.vertrag.extrakt}-{{thema}}-{{jahr}}-*",)})


def _name(vorlage: Vorlage, was: str) -> str:
    angaben = {"thema": "x", "jahr": "2023"} | vorlage.angaben
    endung = Path(vorlage.dateiname).suffix
    return f"{vorlage.vertrag.extrakt}-{angaben['thema']}-{angaben['jahr']}-{was}{endung}"


def _liefere(ablage: Ablage, name: str, inhalt: bytes) -> None:
    ziel = ablage.landing / AMT / name
    ziel.parent.mkdir(parents=True, exist_ok=True)
    ziel.write_bytes(inhalt)
    vorhin = time.time() - 600
    os.utime(ziel, (vorhin, vorhin))


def _nimm_an(ablage: Ablage, vorlagen: list[Vorlage]) -> Annahme:
    ablage.anlegen([AMT])
    tuer_ = Tuer(ablage, VERTRAEGE, _immer)
    return tuer_.nimm_an({AMT: tuple(_feed(v) for v in vorlagen)}, None, [AMT])


def _probe(vorlage: Vorlage) -> list[Variante]:
    """Refused variants, one of each kind that the file can have."""
    # a missing year is read off the file name
    eigene = [
        v
        for (name, _), v in VARIANTEN.items()
        if name == vorlage.name and v.ausgang == "abgewiesen" and v.name != "spalte_fehlt:jahr"
    ]
    proben = (next((v for v in eigene if v.name.startswith(p) and not v.streng), None) for p in PROBEN)
    return [p for p in proben if p is not None]


def _ergebnisse(ablage: Ablage) -> dict[str, dict[str, object]]:
    dateien = ablage.quarantaene.glob(f"*/*/*/*{ERGEBNIS}")
    return {e["datei"]: e for e in (json.loads(d.read_text("utf-8")) for d in dateien)}


@pytest.fixture(scope="module")
def runde(tmp_path_factory: pytest.TempPathFactory) -> tuple[Ablage, Annahme]:
    """One round with the good file of every extract and its refused samples, mixed."""
    ablage = Ablage(tmp_path_factory.mktemp("runde") / "data")
    return ablage, _eine_runde(ablage)


def _eine_runde(ablage: Ablage) -> Annahme:
    for vorlage in ERSTE.values():
        _liefere(ablage, _name(vorlage, "m-gut"), vorlage.bild.bytes())
        for i, probe in enumerate(_probe(vorlage)):
            # some before the good file, some after it
            _liefere(ablage, _name(vorlage, f"{'az'[i % 2]}{i}"), probe.bytes())
    return _nimm_an(ablage, list(ERSTE.values()))


def test_the_sample_covers_every_extract() -> None:
    assert set(ERSTE) == set(VERTRAEGE)
    assert all(len(_probe(v)) >= 3 for v in ERSTE.values())


def test_good_files_come_in_whatever_waits_beside_them(runde: tuple[Ablage, Annahme]) -> None:
    ablage, annahme = runde
    angenommen = {e.extrakt: e for e in annahme.neu}
    assert set(angenommen) == set(ERSTE) - OHNE_VERDICHTER
    for extrakt, ergebnis in angenommen.items():
        daten = pl.read_parquet(tuer.lake_datei(ablage, VERTRAEGE[extrakt], ergebnis.sha256))
        assert daten.height > 0, extrakt
        assert ergebnis.quarantaene_zeilen == 0, extrakt
        if not ergebnis.personenbezogen:
            assert daten.height == ergebnis.zeilen, extrakt


@pytest.mark.parametrize("extrakt", sorted(ERSTE))
def test_each_refused_file_has_its_outcome_and_nothing_else(extrakt: str, runde: tuple[Ablage, Annahme]) -> None:
    ablage, _ = runde
    vorlage, ergebnisse = ERSTE[extrakt], _ergebnisse(runde[0])
    for i, probe in enumerate(_probe(vorlage)):
        name = _name(vorlage, f"{'az'[i % 2]}{i}")
        ergebnis = ergebnisse[name]
        sha = str(ergebnis["sha256"])
        assert ergebnis["ergebnis"] == "abgewiesen", name
        assert ergebnis["art"] in probe.arten, ergebnis["meldung"]
        assert " Erwartet: " in str(ergebnis["meldung"])
        assert " Bitte: " in str(ergebnis["meldung"])
        assert not (ablage.archiv / AMT / extrakt / sha).exists()
        assert not tuer.lake_datei(ablage, vorlage.vertrag, sha).exists()
        kopie = ablage.quarantaene / AMT / extrakt / sha / name
        assert kopie.exists() is not ergebnis["personenbezogen"], name
        if kopie.exists():
            assert kopie.read_bytes() == probe.bytes()
        if vorlage.einzelsaetze:
            assert ergebnis["personenbezogen"], name


def test_nothing_is_left_half_written_and_landing_is_empty(runde: tuple[Ablage, Annahme]) -> None:
    ablage, annahme = runde
    assert not list(ablage.home.rglob(f"{UNFERTIG}*"))
    assert not [p for p in ablage.landing.rglob("*") if p.is_file()]
    assert not annahme.unruhig
    for datei in ablage.home.rglob("*.parquet"):
        pl.read_parquet_schema(datei)


def test_judging_in_processes_changes_nothing(
    runde: tuple[Ablage, Annahme], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("quality.annahme.AB_DATEIEN", 1)
    je_prozess = Ablage(tmp_path / "data")
    _eine_runde(je_prozess)

    def dateien(ablage: Ablage) -> dict[str, bytes]:
        alle = (p for ort in (ablage.archiv, ablage.lake, ablage.quarantaene) for p in ort.rglob("*") if p.is_file())
        return {str(p.relative_to(ablage.home)): p.read_bytes() for p in alle}

    zugleich, nacheinander = dateien(je_prozess), dateien(runde[0])
    assert len(zugleich) > 4 * len(ERSTE)
    assert zugleich.keys() == nacheinander.keys()
    assert [n for n, inhalt in zugleich.items() if inhalt != nacheinander[n]] == []


def test_a_second_round_finds_nothing_to_do(runde: tuple[Ablage, Annahme]) -> None:
    ablage, _ = runde
    wieder = _nimm_an(ablage, list(ERSTE.values()))
    assert (wieder.neu, wieder.nicht_angenommen, wieder.lake_erneuert) == ([], [], [])


def test_rows_in_quarantine_are_kept_with_their_delivery(tmp_path: Path) -> None:
    ablage, vorlage = Ablage(tmp_path / "data"), ERSTE["opendata_hro"]
    assert isinstance(vorlage.bild, Blatt)
    # many good rows, so that one bad one is below the threshold
    viele = replace(vorlage.bild, reihen=tuple((chr(65 + i), f"Ort {i}", "10", "20") for i in range(26)))
    vertrag = vorlage.vertrag.model_copy(
        update={"schwellen": vorlage.vertrag.schwellen.model_copy(update={"quarantaene_anteil": 0.05})}
    )
    _liefere(ablage, _name(vorlage, "a"), viele.mit(3, 2, "-1").bytes())
    ablage.anlegen([AMT])
    Tuer(ablage, {vertrag.extrakt: vertrag}, _immer).nimm_an({AMT: (_feed(vorlage),)}, None, [AMT])
    zeilen = tuer.lies_quarantaene(ablage)
    assert [(z["zeile"], z["regel"]) for z in zeilen] == [(5, "bereich")]
    assert zeilen[0]["datei"] == _name(vorlage, "a")


# --- persons: nothing of the original stays ---------------------------------------------------------------------


def _mit_marke(vorlage: Vorlage) -> list[tuple[str, bytes]]:
    """Files about persons with a marker in them that must be found nowhere afterwards: refused ones, accepted ones."""
    bild = vorlage.bild
    if isinstance(bild, Saetze):
        feld = next(f for f in vorlage.vertrag.felder if f.von and f.typ == "text" and f.bis - f.von >= len(FREMD) - 1)
        return [("zu_lang", bild.mit(0, feld, FREMD).bytes() + b"x\n")]
    assert isinstance(bild, Blatt)
    mit = replace(bild, kopf=(*bild.kopf, "Familienname"), reihen=tuple((*r, FREMD) for r in bild.reihen))
    ohne = mit.geordnet(range(1, len(mit.kopf)))
    code = next(i for f in vorlage.vertrag.felder if f.codes for n, i in vorlage.felder.items() if n == f.name)
    schlecht = mit
    for i in range(len(mit.reihen)):
        schlecht = schlecht.mit(i, code, FREMD)
    text = mit.text() if not mit.xlsx else ""
    # the first broken letter stands in a name
    schlicht = replace(mit, kopf=tuple(feld_von(vorlage.vertrag, vorlage.feed, k) or k for k in mit.kopf))
    doppelt = schlicht.text().replace(FREMD, f"{FREMD}ä", 1)
    # a heading that only begins like the one of the counter is no counter
    nummer = replace(ohne, kopf=(*ohne.kopf[:-1], "Personennummer, Anzahl Kinder"))
    rest = [] if mit.xlsx else [
        ("utf16", text.encode("utf-16")),
        ("doppelt_kodiert", doppelt.encode().decode("windows-1252", "replace").encode()),
        ("anfuehrung", (text + f'"{FREMD}').encode(mit.kodierung)),
        ("abgeschnitten", text.rstrip("\n")[:-3].rpartition(mit.trenner)[0].encode(mit.kodierung)),
        ("nur_marke", (FREMD + "\n" + FREMD + "\n").encode()),
    ]  # fmt: skip
    return [
        ("unbekannte_spalte", mit.bytes()),
        ("spalte_fehlt", ohne.bytes()),
        ("zu_viele_fehler", schlecht.bytes()),
        ("formel", mit.mit(0, len(mit.kopf) - 1, f"={FREMD}").bytes()),
        ("mappe", replace(ohne, xlsx=True).bytes()),
        ("nummer", nummer.mit(0, len(ohne.kopf) - 1, f"={FREMD}").bytes()),
        *rest,
    ]


def _fundorte(home: Path) -> list[Path]:
    """Files below a data home that hold the marker, in whatever form."""
    gefunden = []
    marken = [FREMD.encode(), FREMD.encode("utf-16-le"), FREMD.encode("utf-16-be")]
    for datei in (p for p in home.rglob("*") if p.is_file()):
        inhalt = datei.read_bytes()
        if any(m in inhalt for m in marken) or FREMD in datei.name:
            gefunden.append(datei)
        elif datei.suffix == ".parquet":
            texte = pl.read_parquet(datei).select(pl.col(pl.String)).to_dict(as_series=False)
            if any(FREMD in wert for werte in texte.values() for wert in werte if wert):
                gefunden.append(datei)
    return gefunden


@pytest.mark.parametrize("name", sorted(PERSONEN))
def test_of_persons_no_byte_stays_whatever_becomes_of_the_file(name: str, tmp_path: Path) -> None:
    vorlage, ablage = VORLAGEN[name], Ablage(tmp_path / "data")
    faelle = _mit_marke(vorlage)
    for was, inhalt in faelle:
        endung = ".xlsx" if was == "mappe" else Path(vorlage.dateiname).suffix
        _liefere(ablage, str(Path(_name(vorlage, was)).with_suffix(endung)), inhalt)
    annahme = _nimm_an(ablage, [vorlage])
    assert len(annahme.neu) + len(annahme.nicht_angenommen) == len(faelle)
    assert all(e.personenbezogen for e in annahme.nicht_angenommen), [e.datei for e in annahme.nicht_angenommen]
    assert len(annahme.nicht_angenommen) >= len(faelle) // 2
    assert _fundorte(ablage.home) == []
    assert ablage.loeschprotokoll.exists()
    assert not [p for p in ablage.landing.rglob("*") if p.is_file()]
