"""Population per Raum in the layouts in which towns publish it: all of them come to the same records."""

from __future__ import annotations

import pytest

from quality.tuer import pruefe
from sources.formate import Lesefehler
from sources.profilmodell import Feed
from sources.vertraege import lade_vertraege
from tests.schlecht.mappe import mappe

VERTRAG = lade_vertraege()["bevoelkerung_raeume"]
SOLL = [("01", 2022, "insgesamt", 100), ("01", 2023, "insgesamt", 110), ("02", 2022, "insgesamt", 50),
        ("02", 2023, "insgesamt", 60)]  # fmt: skip


def _lies(inhalt: bytes, name: str = "einwohner.csv", **feed: object) -> list[tuple[object, ...]]:
    f = Feed.model_validate({"feed": "f", "extrakt": VERTRAG.extrakt, "muster": ["*"], **feed})
    angaben = Feed.model_validate({**f.model_dump(exclude={"raumbuch"}), "muster": feed.get("muster", ["*"])}).passt(
        name
    )
    zellen = pruefe(inhalt, name, VERTRAG, angaben or {}, f).zellen
    assert set(zellen["stichtag"].dt.strftime("%m-%d")) == {"12-31"}
    return sorted(zellen.select("raum_schluessel", zellen["stichtag"].dt.year(), "altersgruppe", "anzahl").rows())


def test_lang_mit_eigenen_ueberschriften_und_summenzeile() -> None:
    text = "Nr;Name;Jahr;EW\n01;A;2022;100\n01;A;2023;110\n02;B;2022;50\n02;B;2023;60\nGesamt;;2022;150\n"
    feed = {"spalten": {"Nr": "raum_schluessel", "EW": "anzahl"}, "unbenutzt": ["Name"],
            "dialekt": {"summenzeilen": {"raum_schluessel": "^Gesamt"}}}  # fmt: skip
    assert _lies(text.encode("cp1252"), **feed) == SOLL


def test_jahre_nebeneinander() -> None:
    feed = {"dialekt": {"wertfeld": "anzahl", "nebeneinander": {j: {"jahr": j} for j in ("2022", "2023")}}}
    assert _lies(b"Stadtbezirk;2022;2023\n01;100;110\n02;50;60\n", **feed) == SOLL


def test_mappe_mit_vorspann() -> None:
    zeilen = [("Statistik der Stadt", "", ""), ("", "", ""), ("Stadtteil", "Jahr", "Einwohner")]
    werte = [(r, str(j), str(n)) for r, j, _, n in SOLL]
    assert _lies(mappe([*zeilen, *werte], "Daten"), "einwohner.xlsx") == SOLL


def test_jahr_und_tabelle_aus_dem_dateinamen() -> None:
    feed = {"muster": ["{tabelle}_{jahr}.csv"], "dialekt": {"wertfeld": "anzahl", "nebeneinander": {
        "unter 3": {"altersgruppe": "0-3"}, "65 und älter": {"altersgruppe": "65-"}}}}  # fmt: skip
    text = "Ortsteil;unter 3;65 und älter\n01;7;.\n"
    assert _lies(text.encode(), "alter_2023.csv", **feed) == [("01", 2023, "0-3", 7), ("01", 2023, "65-", None)]
    ohne = {**feed, "muster": ["alter*.csv"]}
    with pytest.raises(Lesefehler, match="fehlt die Spalte 'stichtag'"):
        _lies(text.encode(), "alter.csv", **ohne)


@pytest.mark.parametrize(
    ("kopf", "meldung"),
    [("Stadtteil;Jahr;EW", "Unbekannte Spalte: 'EW'|fehlt die Spalte 'anzahl'; dafür neu: 'EW'"),
     ("Stadtteil;Jahr;Einwohner;Dichte", "unter 'unbenutzt' nennen"),
     ("Stadtteil;Stadtbezirk;Jahr;Einwohner", "stehen beide für 'raum_schluessel'.*'unbenutzt'")],
)  # fmt: skip
def test_hindernisse_sagen_was_zu_tun_ist(kopf: str, meldung: str) -> None:
    werte = ";".join(["01", "2023", "5", "5"][: kopf.count(";") + 1])
    with pytest.raises(Lesefehler, match=meldung):
        _lies(f"{kopf}\n{werte}\n".encode())
