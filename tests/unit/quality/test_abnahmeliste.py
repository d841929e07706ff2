"""The acceptance list over small marts: every line passes sound data and fails data with its very fault."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import duckdb
import pytest
import yaml

from quality import gate, geheimhaltung
from quality.befund import Befund

LISTE = gate.lade_liste()
MARTS = {
    "kennzahlen": """select *, date '2023-12-31' as stichtag, 2023 as berichtsjahr, 1 as version,
        'fortschreibung' as quelle, 'gueltig' as status, '' as grund, true as hauptquelle
        from (values ('k', 'K', 'jugendamt'), ('a', 'A', 'sozialraum')) as r (raum_id, raum_name, raumebene),
        (values ('bev_gesamt', 'Personen', 7.0), ('bev_u18', 'Personen', 2.0), ('bev_veraenderung_pct', 'Prozent', 1.0),
            ('anteil_pct', 'Prozent', 50.0)) as z (kennzahl, einheit, wert)""",
    "steckbrief": """select 'x' as jugendamt, *, 2023 as berichtsjahr, 7.0 as bev_gesamt, 2.0 as bev_u18,
        1.0 as bev_veraenderung_pct, 50.0 as anteil_pct, 'gueltig' as bev_gesamt_status
        from (values ('k', 'K', 'jugendamt'), ('a', 'A', 'sozialraum')) as r (raum_id, raum_name, raumebene)""",
    "kennzahlenkatalog": """select *, 1 as version, 'Alle' as definition, 'bevoelkerung' as familie
        from (values ('bev_gesamt', 'Personen', ''), ('bev_u18', 'Personen', ''),
            ('bev_veraenderung_pct', 'Prozent', 'alle'), ('anteil_pct', 'Prozent', 'alle'))
        as z (kennzahl, einheit, nenner_text)""",
    "bevoelkerung": """select 'a' as raum_id, date '2023-12-31' as stichtag, 't' as tabelle, '' as geschlecht,
        '' as altersgruppe, 7.0 as wert, 'gueltig' as status""",
    "haushalt": """select 2023 as haushaltsjahr, '36.3' as produkt, 'ansatz' as wertart, 'aufwand' as art,
        9.0 as betrag_eur, 'gueltig' as status, 'hze' as berichtsgruppe""",
    "angebote": """select 'a' as raum_id, 'A' as raum_name, date '2023-12-31' as stichtag, 'angebote' as tabelle,
        'angebote' as messgroesse, angebotsart, 2.0 as wert, 'gueltig' as status
        from (values ('insgesamt'), ('treff')) as t (angebotsart)""",
    "datenqualitaet": """select *, '' as meldung from (values ('verortung', 'haushalte', 'gut', 95.0),
        ('familie', 'hze', 'vorhanden', null), ('lieferung', 'f.csv', 'angenommen', null))
        as t (bereich, gegenstand, ergebnis, anteil_pct)""",
    "hilfen": """select 'a' as raum_id, 2023 as berichtsjahr, konzept, 'faelle' as einheit, 'spfh' as hilfeart,
        '' as altersgruppe, '' as geschlecht, '' as merkmal, '' as auspraegung, wert, 'gueltig' as status
        from (values ('jahressumme', 7.0), ('bestand', 4.0), ('beendet', 3.0)) as t (konzept, wert)""",
    "hilfearten": "select 'spfh' as hilfeart, 'Familienhilfe' as hilfeart_name",
    "schule": """select 'a' as raum_id, date '2023-12-31' as stichtag, 'x' as messgroesse, '' as geschlecht,
        '' as merkmal, 2.0 as wert, 'gueltig' as status""",
    "raumzuordnung": """select 'a' as raum_id, 'k' as eltern_raum_id, 'planung' as hierarchie, 0.5 as gewicht,
        date '1900-01-01' as gueltig_von, cast(null as date) as gueltig_bis from range(2)""",
    "raeume": """select *, 'gemeinde' as gebietsart, date '1900-01-01' as gueltig_von, cast(null as date) as gueltig_bis
        from (values ('k', 'K', 'jugendamt'), ('a', 'A', 'sozialraum')) as r (raum_id, raum_name, raumebene)""",
    "raumgrenzen": "select 'a' as raum_id",
    "vergleichsreihen": "select 'r' as reihe, 2023 as berichtsjahr",
    "zeit": "select 2023 as berichtsjahr, date '2023-12-31' as stichtag",
    "kommentare": "select 'a' as raum_id, 2023 as berichtsjahr, 'Text' as text, 'Planung' as autor",
}
# a Kennzahl of Raum a and its fault
FALSCH = "select * replace (case when raum_id = 'a' and kennzahl = '{}' then {} else {} end as {}) from ({{}})"
OHNE_GRUND = "select * replace (cast(null as double) as wert, 'nicht_verfuegbar' as status) from ({})"


def _falsch(kennzahl: str, neu: str, spalte: str = "wert") -> tuple[str, str]:
    return ("kennzahlen", FALSCH.format(kennzahl, neu, spalte, spalte))


# title -> the mart and what is wrong with it now
FEHLER = {
    "Die Summe der Räume ergibt das Ganze": [_falsch("bev_gesamt", "8.0")],
    "Kein Raum fehlt, wo die anderen einen Wert haben": [
        ("kennzahlen", "from ({0}) union all select * replace ('nicht_verfuegbar' as status) from ({0})")
    ],
    "Jeder Raum hat im Berichtsjahr zu jeder Kennzahl eine Zeile": [
        ("kennzahlen", "from ({}) where (raum_id, kennzahl) != ('a', 'bev_u18')"),
        ("kennzahlen", "from ({0}) union all from ({0})"),
    ],
    "Jeder Status ist vereinbart": [_falsch("bev_u18", "'vielleicht'", "status")],
    "Ein Wert steht genau dort, wo der Status einen verspricht": [
        _falsch("bev_u18", "null"),
        _falsch("bev_u18", "'gesperrt'", "status"),
        ("kennzahlen", OHNE_GRUND),
    ],
    "Anteile liegen zwischen 0 und 100 Prozent": [_falsch("anteil_pct", "100.1"), _falsch("anteil_pct", "-0.1")],
    "Zahlen von Personen sind nicht negativ": [_falsch("bev_u18", "-1.0")],
    "Die unter 18-Jährigen sind höchstens so viele wie alle": [_falsch("bev_u18", "7.5")],
    "Kein Raum springt in einem Jahr": [
        _falsch("bev_veraenderung_pct", "25.1"),
        _falsch("bev_veraenderung_pct", "-25.1"),
    ],
    "Auffällige Veränderungen sind angesehen": [
        _falsch("bev_veraenderung_pct", "10.1"),
        _falsch("bev_veraenderung_pct", "-10.1"),
    ],
    "Fast alles ist einem Raum zugeordnet": [_falsch("bev_gesamt", "'sonstige'", "raumebene")],
    "Fast alle Sätze der Lieferungen sind einem Raum zugeordnet": [
        ("datenqualitaet", "select * replace (89.9 as anteil_pct) from ({})")
    ],
    "Jeder Raum steht einmal im Verzeichnis": [("raeume", "from ({0}) union all from ({0})")],
    "Das Jugendamt als Ganzes hat im Berichtsjahr eine Bevölkerungszahl": [
        ("kennzahlen", "from ({}) where (raum_id, kennzahl) != ('k', 'bev_gesamt')"),
        ("kennzahlen", "select * replace (2022 as berichtsjahr) from ({})"),
        ("kennzahlen", "select * replace (0.0 as wert) from ({})"),
    ],
    "Bevölkerungszahlen stehen mit Wert oder Status": [
        ("bevoelkerung", "select * replace ('gesperrt' as status) from ({})"),
        ("bevoelkerung", "select * replace (-1.0 as wert) from ({})"),
    ],
    "Fast jeder Euro des Haushalts ist einer Berichtsgruppe zugeordnet": [
        ("haushalt", "select * replace ('nicht_zugeordnet' as berichtsgruppe) from ({})")
    ],
    "Beträge des Haushalts stehen mit Wert oder Status": [
        ("haushalt", "select * replace (cast(null as double) as betrag_eur) from ({})"),
        ("haushalt", "select * replace (-9.0 as betrag_eur) from ({})"),
    ],
    "Jedes Angebot zählt in einer Art": [
        ("angebote", "select * replace (case when angebotsart = 'treff' then 3.0 else 2.0 end as wert) from ({})"),
        ("angebote", "select * replace ('gesperrt' as status) from ({})"),
    ],
    "Jeder Steckbrief kommt einmal vor": [("steckbrief", "from ({0}) union all from ({0})")],
    "Alle Datenfamilien sind geliefert": [("datenqualitaet", "select * replace ('fehlt' as ergebnis) from ({})")],
    "Keine Zeile liegt in Quarantäne": [("datenqualitaet", "select * replace ('teilweise' as ergebnis) from ({})")],
    "Der Steckbrief zeigt dieselben Zahlen wie die Kennzahlen": [
        ("steckbrief", "select * replace (8.0 as bev_gesamt) from ({})"),
        ("kennzahlen", "from ({0}) union all select * replace ('b' as raum_id) from ({0}) where raum_id = 'a'"),
    ],
    "Keine Fallzahl unter 3 ist zu sehen": [("hilfen", "select * replace (wert - 1 as wert) from ({})")],
    "Bestand und beendete Hilfen ergeben die Jahressumme": [
        ("hilfen", "select * replace (wert + 1 as wert) from ({})")
    ],
    "Fallzahlen stehen mit Wert oder Status": [
        ("hilfen", "select * replace ('gesperrt' as status) from ({})"),
        ("hilfen", "select * replace (cast(null as double) as wert) from ({})"),
    ],
    "Zahlen der Schulstatistik stehen mit Wert oder Status": [
        ("schule", "select * replace (-1.0 as wert) from ({})"),
        ("schule", "select * replace ('nicht_verfuegbar' as status) from ({})"),
    ],
    "Kein Raum zählt mehr als einmal zu seinem Ganzen": [
        ("raumzuordnung", "select * replace (0.6 as gewicht) from ({})")
    ],
    "Jede Fläche gehört zu einem Raum": [
        ("raumgrenzen", "select 'b' as raum_id"),
        ("raumgrenzen", "from ({0}) union all from ({0})"),
    ],
    "Jede gezeigte Kennzahl steht mit Definition im Katalog": [
        ("kennzahlenkatalog", "select * replace (2 as version) from ({})")
    ],
    "Jede gezeigte Hilfeart steht im Verzeichnis der Hilfearten": [
        ("hilfearten", "select * replace ('art_01' as hilfeart) from ({})")
    ],
    "Jede Vergleichsreihe hat je Jahr höchstens eine Zeile": [("vergleichsreihen", "from ({0}) union all from ({0})")],
    "Jeder Stichtag steht einmal im Kalender": [("zeit", "from ({0}) union all from ({0})")],
    "Jeder Kommentar gehört zu einem Raum und hat einen Text": [
        ("kommentare", "select * replace ('b' as raum_id) from ({})"),
        ("kommentare", "select * replace (' ' as text) from ({})"),
    ],
}


def _befunde(ordner: Path, *titel: str, falsch: tuple[str, str] = ("", "")) -> tuple[Befund, ...]:
    """Findings of some lines on the small marts, one of which may be wrong."""
    for name, sql in MARTS.items():
        text = falsch[1].format(sql) if falsch[0] == name else sql
        duckdb.sql(text).write_parquet(str(ordner / f"{name}.parquet"))
    erwartungen = tuple(e for e in LISTE.erwartungen if e.titel in titel)
    return gate.pruefe(ordner, 2023, "planung", {}, liste=replace(LISTE, erwartungen=erwartungen)).befunde


def test_gutes_kommt_durch(tmp_path: Path) -> None:
    assert {b.titel: (b.ergebnis, b.anzahl) for b in _befunde(tmp_path, *FEHLER)} == dict.fromkeys(
        FEHLER, ("bestanden", 0)
    )


def test_jede_zeile_hat_daten_an_denen_sie_scheitert() -> None:
    assert sorted(FEHLER) == sorted(e.titel for e in LISTE.erwartungen)


@pytest.mark.parametrize("titel", FEHLER)
def test_die_zeile_findet_ihren_fehler(tmp_path: Path, titel: str) -> None:
    for falsch in FEHLER[titel]:
        (befund,) = _befunde(tmp_path, titel, falsch=falsch)
        assert befund.ergebnis == "verletzt", (falsch, befund)
        assert befund.anzahl > 0
        assert befund.bereich == next(e.mart for e in LISTE.erwartungen if e.titel == titel)


def test_die_kleinste_gezeigte_fallzahl_ist_die_der_geheimhaltung() -> None:
    """The gate looks once more at what leaves the house: with the smallest k of the tables that are shown."""
    (zeile,) = [e for e in LISTE.erwartungen if e.titel.startswith("Keine Fallzahl unter")]
    tabellen = yaml.safe_load((Path(geheimhaltung.__file__).parent / "tabellen.yml").read_text("utf-8"))["tabellen"]
    k = min(t["k"] for t in tabellen)
    assert zeile.parameter["min_value"] == k
    assert zeile.titel == f"Keine Fallzahl unter {k} ist zu sehen"
