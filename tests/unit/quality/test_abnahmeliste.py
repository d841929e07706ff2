"""Lines of the acceptance list over small marts: each passes sound data and fails data with its very fault."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import duckdb
import pytest

from quality import gate
from quality.befund import Befund

MARTS = {
    "kennzahlen": """select 'a' as raum_id, 2023 as berichtsjahr, 'bev' as kennzahl, 1 as version, 7.0 as wert,
        true as hauptquelle""",
    "steckbrief": """select 'x' as jugendamt, 'a' as raum_id, 'A' as raum_name, 'e' as raumebene, 2023 as berichtsjahr,
        7.0 as bev, 'gueltig' as bev_status""",
    "kennzahlenkatalog": "select 'bev' as kennzahl, 1 as version, 'Alle' as definition",
    "hilfen": """select 'a' as raum_id, 2023 as berichtsjahr, konzept, 'faelle' as einheit, 'spfh' as hilfeart,
        '' as altersgruppe, '' as geschlecht, '' as merkmal, '' as auspraegung, wert, 'gueltig' as status
        from (values ('jahressumme', 7.0), ('bestand', 4.0), ('beendet', 3.0)) as t (konzept, wert)""",
    "hilfearten": "select 'spfh' as hilfeart, 'Familienhilfe' as hilfeart_name",
    "schule": """select 'a' as raum_id, date '2023-12-31' as stichtag, 'x' as messgroesse, '' as geschlecht,
        '' as merkmal, 2.0 as wert, 'gueltig' as status""",
    "raumzuordnung": """select 'a' as raum_id, 'planung' as hierarchie, 0.5 as gewicht,
        date '1900-01-01' as gueltig_von, cast(null as date) as gueltig_bis from range(2)""",
    "raeume": "select 'a' as raum_id, 'A' as raum_name, 'sozialraum' as raumebene",
    "raumgrenzen": "select 'a' as raum_id",
    "vergleichsreihen": "select 'r' as reihe, 2023 as berichtsjahr",
    "zeit": "select 2023 as berichtsjahr, date '2023-12-31' as stichtag",
    "kommentare": "select 'a' as raum_id, 2023 as berichtsjahr, 'Text' as text, 'Planung' as autor",
}
# title -> the mart and what is wrong with it now
FEHLER = {
    "Der Steckbrief zeigt dieselben Zahlen wie die Kennzahlen": [
        ("steckbrief", "select * replace (8.0 as bev) from ({})"),
        ("kennzahlen", "from ({}) union all select 'b', 2023, 'bev', 1, 3.0, true"),
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


def _befund(ordner: Path, titel: str, falsch: tuple[str, str] | None = None) -> Befund:
    for name, sql in MARTS.items():
        text = falsch[1].format(sql) if falsch and falsch[0] == name else sql
        duckdb.sql(text).write_parquet(str(ordner / f"{name}.parquet"))
    liste = gate.lade_liste()
    eine = replace(liste, erwartungen=tuple(e for e in liste.erwartungen if e.titel == titel))
    (befund,) = gate.pruefe(ordner, 2023, "planung", {}, liste=eine).befunde
    return befund


@pytest.mark.parametrize("titel", FEHLER)
def test_die_zeile_laesst_gutes_durch_und_findet_ihren_fehler(tmp_path: Path, titel: str) -> None:
    gut = _befund(tmp_path, titel)
    assert (gut.ergebnis, gut.anzahl) == ("bestanden", 0), gut
    for falsch in FEHLER[titel]:
        befund = _befund(tmp_path, titel, falsch)
        assert befund.ergebnis == "verletzt", (falsch, befund)
        assert befund.anzahl > 0
        assert befund.bereich == next(e.mart for e in gate.lade_liste().erwartungen if e.titel == titel)
