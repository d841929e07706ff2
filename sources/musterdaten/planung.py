"""Extracts of the planning itself: Angebote per Raum, Bedarfe from the Sozialraumgespräche, comments on the report.

In here: offers in proportion to the young people of a Raum, needs more often where the burden is higher. Not in here:
the figures and words (`parameter.yml`), the form of the files (`ausgabe.py`).
"""

from collections.abc import Iterator, Sequence
from datetime import date, timedelta
from typing import Any

import polars as pl

from sources.musterdaten.ausgabe import Ausgabe
from sources.musterdaten.raeume import Gebiet
from sources.musterdaten.zufall import PARAMETER, belastung, zwischen

_GREMIEN = ("sozialraumgespraech", "fokusgruppe", "stadtteiltisch")


def schreibe_planung(ausgabe: Ausgabe, gebiete: Sequence[Gebiet], jahre: Sequence[int]) -> None:
    """Write the lists of Angebote, Bedarfe and comments as they stand at the end of the last year."""
    heute = [gebiet for gebiet in gebiete if jahre[-1] in gebiet.jahre]
    angebote = [zeile for gebiet in heute for zeile in _angebote(gebiet, jahre)]
    ausgabe.schreibe("angebote", jahre[-1], pl.DataFrame(angebote, infer_schema_length=None))
    bedarfe = [zeile for gebiet in heute for zeile in _bedarfe(gebiet, jahre)]
    ausgabe.schreibe("bedarfe", jahre[-1], pl.DataFrame(bedarfe, infer_schema_length=None))
    kommentare = [zeile for gebiet in heute for zeile in _kommentare(gebiet, jahre)]
    ausgabe.schreibe("kommentare", jahre[-1], pl.DataFrame(kommentare, infer_schema_length=None))


def _angebote(gebiet: Gebiet, jahre: Sequence[int]) -> Iterator[dict[str, Any]]:
    for art, angaben in PARAMETER["angebote"].items():
        anzahl = int(gebiet.personen(jahre[0], 18) / angaben["u18"] + zwischen(0, 1, gebiet.saat, art))
        for nr in range(1, anzahl + 1):
            groesse = zwischen(0.7, 1.3, gebiet.saat, art, nr)
            traeger = int(zwischen(0, 8, gebiet.saat, art, nr, "traeger"))
            yield {
                "angebot_id": f"{gebiet.raum_id}-{art}-{nr}",
                "angebot_name": f"{art.replace('_', ' ').capitalize()} {nr} {gebiet.schluessel} (Musterdaten)",
                "art": art,
                "paragraf": angaben["paragraf"],
                "traeger": f"Träger {'ABCDEFGH'[traeger]} (Musterdaten)",
                "traegerart": "oeffentlich" if traeger == 0 else "frei",
                "raum_schluessel": gebiet.schluessel,
                "alter_von": angaben["alter"][0],
                "alter_bis": angaben["alter"][1],
                "plaetze": angaben["plaetze"] and float(round(angaben["plaetze"] * groesse)),
                "vze": round(angaben["vze"] * groesse, 1),
                "finanzierung": angaben["finanzierung"],
                "gueltig_von": date(jahre[0] - 1 - int(zwischen(0, 9, gebiet.saat, art, nr, "seit")), 1, 1),
            }


def _bedarfe(gebiet: Gebiet, jahre: Sequence[int]) -> Iterator[dict[str, Any]]:
    for jahr in jahre:
        if zwischen(0, 1.6, gebiet.saat, "bedarf", jahr) > belastung(gebiet.saat):
            continue
        thema, ressource, vereinbarung = PARAMETER["bedarfe"][int(zwischen(0, 6, gebiet.saat, "thema", jahr))]
        sitzung = date(jahr, 1, 15) + timedelta(days=int(zwischen(0, 300, gebiet.saat, "sitzung", jahr)))
        yield {
            "bedarf_id": f"B-{jahr}-{gebiet.raum_id}",
            "stichtag": date(jahre[-1], 12, 31),
            "gremium": _GREMIEN[int(zwischen(0, 3, gebiet.saat, "gremium", jahr))],
            "datum": sitzung,
            "raum_schluessel": gebiet.schluessel,
            "bedarf": thema,
            "ressource": ressource,
            "vereinbarung": vereinbarung,
            "zustaendig": "Jugendhilfeplanung",
            "faellig": sitzung + timedelta(days=360),
            "stand": "erledigt" if jahr < jahre[-1] - 1 else "in_arbeit",
        }


def _kommentare(gebiet: Gebiet, jahre: Sequence[int]) -> Iterator[dict[str, Any]]:
    """Two texts each for the last two years, in turn over the Räume."""
    alle = PARAMETER["kommentare"]
    for jahr in jahre[-2:]:
        erster = int(zwischen(0, len(alle), gebiet.saat, "kommentar", jahr))
        for thema, art, text in (alle[erster], alle[(erster + 1) % len(alle)]):
            yield {
                "raum_schluessel": gebiet.schluessel,
                "berichtsjahr": jahr,
                "thema": thema,
                "art": art,
                "text": f"{text} (Musterdaten)",
                "autor": "Jugendhilfeplanung",
                "datum": date(jahr + 1, 4, 15),
            }
