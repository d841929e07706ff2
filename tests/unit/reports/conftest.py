"""An invented Jugendamt (Musterkreis) as the marts of one release, small enough to know every figure."""

from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from quality.befund import Befund
from reports.typen import BerichtsAngaben

JAHRE = range(2016, 2022)
_KATALOG = [
    ("bev_gesamt", "bevoelkerung", "Bevölkerung insgesamt", "Personen", 0, None),
    ("jugendquotient", "bevoelkerung", "Jugendquotient", "je 100 von 20 bis unter 65 Jahren", 1, "20 bis 65"),
    ("bev_veraenderung_pct", "bevoelkerung", "Veränderung zum Vorjahr", "Prozent", 1, "Vorjahr"),
    ("abgaenger_gesamt", "schule", "Schulabgänge", "Personen", 0, None),
    ("abgaenger_ohne_hsa_pct", "schule", "Abgänge ohne Hauptschulabschluss", "Prozent", 1, "Abgänge"),
]
_RAEUME = [
    ("99001", "Musterkreis", "jugendamt"),
    ("musterkreis:nord", "Nord", "region"),
    ("99001001", "Ödheim <Muster>", "kommune"),
    ("99001002", "Zettelstadt", "kommune"),
    ("99001003", "Anfangen", "kommune"),
]
_EINHEIT = {k[0]: k[3] for k in _KATALOG}


def _zeile(raum: int, jahr: int, kennzahl: str, wert: float | None, **mehr: Any) -> dict[str, Any]:
    raum_id, name, ebene = _RAEUME[raum]
    return {
        "jugendamt": "musterkreis",
        "raum_id": raum_id,
        "raum_name": name,
        "raumebene": ebene,
        "berichtsjahr": jahr,
        "stichtag": date(jahr, 12, 31),
        "kennzahl": kennzahl,
        "version": 1,
        "quelle": "schulstatistik" if kennzahl.startswith("abg") else "fortschreibung",
        "wert": wert,
        "zaehler": None,
        "nenner": None,
        "einheit": _EINHEIT[kennzahl],
        "status": "gueltig",
        "hinweise": "musterdaten",
        "grund": "",
        "datenstand": date(2022, 5, 3),
        "musterdaten": True,
        "hauptquelle": True,
        **mehr,
    }


def _kennzahlen() -> list[dict[str, Any]]:
    zeilen = []
    for raum, start in enumerate([40321.0, 24000.4, 9876.5, 12345.0]):
        for jahr in JAHRE:
            wert = start + 111 * (jahr - 2016)
            neu = {"hinweise": "zeitreihenbruch, musterdaten"} if jahr == 2019 else {}
            zeilen.append(_zeile(raum, jahr, "bev_gesamt", wert) | neu)
            bruch = {"wert": None, "status": "zeitreihenbruch", "grund": "Neue Basis des Zensus."}
            change = {} if jahr != 2019 else bruch
            zeilen.append(_zeile(raum, jahr, "bev_veraenderung_pct", 100 * 111 / (wert - 111)) | change)
            if jahr != 2018:
                zeilen.append(_zeile(raum, jahr, "jugendquotient", 30.25 + raum + (jahr - 2016) / 10))
    zeilen += [
        # Anfangen: a protected row that still carries its figure, and statuses without one
        _zeile(4, 2021, "bev_gesamt", 77777.0, status="gesperrt"),
        _zeile(4, 2020, "jugendquotient", None, status="nenner_zu_klein"),
        _zeile(4, 2021, "jugendquotient", None, status="folgt_spaeter", grund="Wird im Herbst geliefert."),
        # the whole by another source: never shown, but right beside a Raum of that source
        _zeile(0, 2021, "jugendquotient", 55.5, quelle="register", hauptquelle=False),
        _zeile(0, 2017, "abgaenger_gesamt", 412.0),
        _zeile(0, 2018, "abgaenger_gesamt", 405.0),
        _zeile(0, 2021, "abgaenger_gesamt", None, status="folgt_spaeter", grund="Tabelle reicht bis 2018."),
        _zeile(0, 2018, "abgaenger_ohne_hsa_pct", 0.0, status="null_genau", nenner=250.0),
        # a later year must not show in the report of 2021
        _zeile(0, 2022, "bev_gesamt", 88888.0),
    ]
    grund = "Die Schulstatistik liegt nur für Kreise vor."
    for raum in range(1, 5):
        for kennzahl in ("abgaenger_gesamt", "abgaenger_ohne_hsa_pct"):
            zeilen.append(_zeile(raum, 2021, kennzahl, None, status="nicht_verfuegbar", grund=grund))
    return zeilen


def _katalog() -> list[dict[str, Any]]:
    return [
        {
            "kennzahl": code,
            "version": 1,
            "profil": "alle",
            "belegt": True,
            "familie": familie,
            "name": name,
            "kurzname": name,
            "definition": f"Definition von {name}.",
            "zaehler_text": f"Zähler von {name}",
            "nenner_text": nenner,
            "faktor": 100.0 if nenner else 1.0,
            "einheit": einheit,
            "nachkommastellen": stellen,
            "stichtagsregel": "31.12. des Berichtsjahres",
            "niedrigste_ebene": "gemeinde",
            "mindestnenner": 0.0,
            "richtung": "neutral",
            "quelle_text": "erfunden",
            "amtliche_referenz": "",
            "reihenbrueche": None,
            "interpretation": "Nur ein Muster.",
            "reihenfolge": 10 * stelle,
        }
        for stelle, (code, familie, name, einheit, stellen, nenner) in enumerate(_KATALOG)
    ]


def _raeume() -> list[dict[str, Any]]:
    return [
        {
            "jugendamt": "musterkreis",
            "raum_id": raum_id,
            "raum_name": name,
            "raumebene": ebene,
            "gebietsart": "region" if ":" in raum_id else "gemeinde",
            "gueltig_von": date(1990, 1, 1),
            "gueltig_bis": date(9999, 12, 31),
            "belegt": ":" not in raum_id,
        }
        for raum_id, name, ebene in _RAEUME
    ]


def _zuordnung() -> list[dict[str, Any]]:
    paare = [("99001001", "planung", "99001"), ("99001001", "sozialregion", "musterkreis:nord")]
    return [
        {
            "jugendamt": "musterkreis",
            "raum_id": raum_id,
            "hierarchie": hierarchie,
            "eltern_raum_id": eltern,
            "gueltig_von": date(2020, 1, 1),
            "gueltig_bis": date(9999, 12, 31),
            "gewicht": 1.0,
            "belegt": hierarchie == "planung",
        }
        for raum_id, hierarchie, eltern in paare
    ]


def _datenqualitaet() -> list[dict[str, Any]]:
    zeilen = [
        ("familie", "bevoelkerung", "vorhanden", "Mit Daten."),
        ("familie", "schule", "vorhanden", "Mit Daten."),
        ("familie", "hze", "fehlt", "Hilfen zur Erziehung (HzE): noch keine Lieferung."),
        ("familie", "haushalt", "fehlt", "Budget (Haushalt): noch keine Lieferung."),
        ("lieferung", "12411-01-01-5_muster.csv", "angenommen", "6 Jahre, 4 Räume"),
    ]
    return [
        {
            "jugendamt": "musterkreis",
            "bereich": bereich,
            "gegenstand": gegenstand,
            "ergebnis": ergebnis,
            "meldung": meldung,
            "datenstand": date(2022, 5, 3),
            "musterdaten": True,
        }
        for bereich, gegenstand, ergebnis, meldung in zeilen
    ]


@pytest.fixture
def marts(tmp_path: Path) -> Path:
    """The folder of the Musterkreis' marts, one Parquet file each."""
    ordner = tmp_path / "marts"
    ordner.mkdir()
    inhalt = {
        "kennzahlen": _kennzahlen(),
        "kennzahlenkatalog": _katalog(),
        "raeume": _raeume(),
        "raumzuordnung": _zuordnung(),
        "datenqualitaet": _datenqualitaet(),
    }
    for mart, zeilen in inhalt.items():
        pl.DataFrame(zeilen, infer_schema_length=None).write_parquet(ordner / f"{mart}.parquet")
    return ordner


@pytest.fixture
def aendere(marts: Path) -> Callable[[str, Callable[[pl.DataFrame], pl.DataFrame]], None]:
    """Rewrite one mart through a function."""

    def tue(mart: str, funktion: Callable[[pl.DataFrame], pl.DataFrame]) -> None:
        datei = marts / f"{mart}.parquet"
        funktion(pl.read_parquet(datei)).write_parquet(datei)

    return tue


@pytest.fixture
def angaben() -> BerichtsAngaben:
    """What the profile of the Musterkreis says."""
    return BerichtsAngaben(
        jugendamt="musterkreis",
        name="Musterkreis",
        land="BW",
        kennzahlenprofil="BW",
        berichtsjahr=2021,
        ganzes="99001",
        ebenen=[("jugendamt", "Kreis"), ("region", "Sozialregionen"), ("kommune", "Kommunen")],
        hauptebene="kommune",
        hierarchien={"planung": "Planung", "sozialregion": "Sozialregionen"},
        attributionen=["Musterdaten: erfundene Werte, keine amtliche Statistik"],
        annahmen=["Die Sozialregion Nord ist angenommen."],
        musterdaten=True,
    )


@pytest.fixture
def befunde() -> list[Befund]:
    """One finding of each outcome."""
    return [
        Befund("Die Summe der Kommunen ergibt den Kreis", "Je Jahr.", "sperrend", "bestanden", 0, []),
        Befund(
            "Kein Sprung über 20 %",
            "Ein Sprung weist auf eine fehlende Lieferung hin.",
            "hinweis",
            "verletzt",
            1,
            [{"raum_id": "99001002", "berichtsjahr": 2020, "wert": 21.25}],
        ),
        Befund("Alle Räume haben Werte", "Je Jahr.", "hinweis", "fehler", 0, []),
    ]
