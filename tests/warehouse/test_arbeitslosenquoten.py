"""Ready-made unemployment rates: from exports with the headings of the real tables to the Kennzahlen.

Not here: the rates that the house calculates from a delivered labour force (`tests/integration`).
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from quality import tuer
from sources.vertraege import lade_vertraege

KREIS = "99001"
ABHAENGIG, ALLE = "Arbeitslosenquote bez. abh. zivile Erwerbspers.", "Arbeitslosenquote bez. auf alle zivile Erwerbsp."
GRUPPEN = ["Ausländer", "schwerbehindert", "15 bis unter 20 Jahre", "15 bis unter 25 Jahre", "55 bis unter 65 Jahre",
           "langzeitarbeitslos"]  # fmt: skip
SPALTEN = [
    ("Arbeitslose", ""), *(("Arbeitslose", g) for g in GRUPPEN), (ABHAENGIG, ""), (ALLE, ""), (ALLE, "Männer"),
    (ALLE, "Frauen"), (ALLE, "Ausländer"), (ALLE, "15 bis unter 25 Jahre"),
]  # fmt: skip
REGIONALATLAS = {
    "AI008-1": ["Arbeitslosenquote", "Anteil Arbeitslose 15-24 Jahre an Arbeitsl. insg.",
                "Anteil Arbeitslose 55-64 Jahre an Arbeitsl. insg.", "Anteil Langzeitarbeitslose an Arbeitslosen insg.",
                "Anteil arbeitslose Ausländer an Arbeitslosen insg."],
    "AI008-2": ["Arbeitslosenquote Männer", "Arbeitslosenquote Frauen", "Arbeitslosenquote 15 bis 24 Jahre",
                "Arbeitslosenquote Ausländer"],
}  # fmt: skip


def _export(tabelle: str, kopf: list[list[str]], zeilen: list[str]) -> bytes:
    oben = f"GENESIS-Tabelle: {tabelle}\nMusterdaten\nMusterdaten\nMusterdaten\n"
    felder = "\n".join(";;;" + ";".join(z) for z in kopf)
    ende = "__________\n© Musterdaten\nStand: 10.10.2017 / 19:17:01\n"
    return (oben + felder + "\n" + "\n".join(zeilen) + "\n" + ende).encode()


def _zellen(extrakt: str, inhalt: bytes) -> list[tuple[Any, ...]]:
    geprueft = tuer.pruefe(inhalt, "tabelle.csv", lade_vertraege()[extrakt], {})
    assert geprueft.quarantaene.is_empty()
    return [(z["raum_schluessel"], z["berichtsjahr"], z["wert"], z) for z in geprueft.zellen.iter_rows(named=True)]


def _kennzahl(lager: Any, kennzahl: str, jahr: int, quelle: str) -> dict[str, Any]:
    (zeile,) = lager.modell(
        "kennzahlen",
        f"raum_id = '{KREIS}' and kennzahl = '{kennzahl}' and berichtsjahr = {jahr} and quelle = '{quelle}'",
    )
    return zeile


def test_fertige_quoten_der_arbeitsmarktstatistik(baue: Callable[..., Any]) -> None:
    einheiten = ["Anzahl"] * 7 + ["Prozent"] * 6
    inhalt = _export(
        "13211-02-05-4",
        [[g for g, _ in SPALTEN], [u for _, u in SPALTEN], einheiten],
        [f"2016;{KREIS};      Musterkreis;3683;1019;172;76;398;718;1429;5,6;5,1;5,3;4,9;27,7;5,2",
         "2016;031;    Muster, Stat. Region;51805;10320;2264;996;5127;10130;19011;.;.;.;.;.;."],
    )  # fmt: skip
    lager = baue({"arbeitslose": _zellen("arbeitslose", inhalt)})
    for kennzahl, wert in (("arbeitslosenquote_pct", 5.1), ("jugendarbeitslosenquote_pct", 5.2)):
        zeile = _kennzahl(lager, kennzahl, 2016, "arbeitsmarktstatistik")
        assert (zeile["wert"], zeile["status"], zeile["zaehler"], zeile["nenner"]) == (wert, "gueltig", None, None)
        assert "gerundet" in zeile["hinweise"]
        assert zeile["herkunft"] == "geliefert"
    # a Raum below has none, and none is made up
    unten = lager.modell("kennzahlen", "kennzahl = 'arbeitslosenquote_pct' and raum_id = '99001001'")
    assert {(z["wert"], z["status"]) for z in unten} == {(None, "nicht_verfuegbar")}


@pytest.mark.parametrize(
    ("tabelle", "zeile", "kennzahl", "wert"),
    [("AI008-1", "4,4;12,7;20,3;27,9;13,2", "arbeitslosenquote_pct", 4.4),
     ("AI008-2", "4,9;4,8;4,2;14,2", "jugendarbeitslosenquote_pct", 4.2)],
)  # fmt: skip
def test_fertige_quoten_des_regionalatlas(
    baue: Callable[..., Any], tabelle: str, zeile: str, kennzahl: str, wert: float
) -> None:
    kopf = [REGIONALATLAS[tabelle], ["Prozent"] * len(REGIONALATLAS[tabelle])]
    inhalt = _export(tabelle, kopf, [f"{jahr};{KREIS};      Musterkreis;{zeile}" for jahr in (2008, 2009)])
    lager = baue({"regionalatlas": _zellen("regionalatlas", inhalt)})
    davor, danach = (_kennzahl(lager, kennzahl, jahr, "regionalatlas") for jahr in (2008, 2009))
    assert (davor["wert"], danach["wert"]) == (wert, wert)
    assert ("zeitreihenbruch" in davor["hinweise"], "zeitreihenbruch" in danach["hinweise"]) == (False, True)
