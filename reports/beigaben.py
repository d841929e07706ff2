"""What stands beside the Kennzahlen: ages and sexes of a Raum, what people wrote about it, the lines of the budget.

Belongs here: reading the marts `bevoelkerung`, `kommentare`, `angebote`, `haushalt`, each of which may be missing. Not
here: Kennzahlen (`modell`), geometry of the age pyramid (`kleinbild`).
"""

import math
from collections import defaultdict
from collections.abc import Iterator, Mapping
from datetime import date
from pathlib import Path
from typing import Any

import polars as pl

from reports.typen import Altersaufbau, Altersstufe, Angebote, BerichtsAngaben, Kommentar, Planzeile

_ZEIGEN = ("gueltig", "null_genau")


def altersaufbau(marts: Path, angaben: BerichtsAngaben) -> Mapping[str, Altersaufbau]:
    """Per raum_id the newest year with ages, from the table with the finest groups; no mart, no entry."""
    je_tabelle: dict[tuple[str, int, str, str], dict[tuple[int, int], dict[str, float | None]]] = {}
    muster: dict[str, bool] = defaultdict(bool)
    for z in _lies(marts / "bevoelkerung.parquet", angaben):
        if z["altersgruppe"] == "insgesamt" or z["nationalitaet"] != "insgesamt":
            continue
        stufen = je_tabelle.setdefault((z["raum_id"], z["berichtsjahr"], z["quelle"], z["tabelle"]), {})
        wert = (z["wert"] or 0.0) if z["status"] in _ZEIGEN else None
        stufen.setdefault((z["alter_von"], z["alter_bis"]), {})[z["geschlecht"]] = wert
        muster[z["raum_id"]] |= z["musterdaten"]
    # newest year last, in it the table with most groups
    folge = sorted(je_tabelle, key=lambda s: (s[0], s[1], len(je_tabelle[s]), s[2:]))
    return {
        s[0]: Altersaufbau(
            jahr=s[1],
            quelle=s[2],
            musterdaten=muster[s[0]],
            stufen=tuple(
                Altersstufe(von, bis, w.get("weiblich"), w.get("maennlich"), w.get("insgesamt"))
                for (von, bis), w in sorted(je_tabelle[s].items())
            ),
        )
        for s in folge
    }


def kommentare(marts: Path, angaben: BerichtsAngaben) -> Mapping[str, tuple[Kommentar, ...]]:
    """Per raum_id what was written on it, newest first; no mart, no entry."""
    je_raum: dict[str, list[Kommentar]] = defaultdict(list)
    for z in _lies(marts / "kommentare.parquet", angaben):
        neu = Kommentar(
            berichtsjahr=z["berichtsjahr"],
            thema=z["thema"] or "",
            art=z["art"] or "kommentar",
            text=z["text"] or "",
            autor=z["autor"] or "",
            datum=z["datum"],
            musterdaten=z["musterdaten"],
        )
        je_raum[z["raum_id"]].append(neu)
    for liste in je_raum.values():
        liste.sort(key=lambda k: (-k.berichtsjahr, k.datum or date.min, k.thema, k.art, k.text))
    return {raum_id: tuple(liste) for raum_id, liste in je_raum.items()}


def angebote(marts: Path, angaben: BerichtsAngaben) -> Mapping[str, Angebote]:
    """Per raum_id the Angebote by kind in its newest year; no mart, no entry."""
    je_jahr: dict[tuple[int, str], dict[str, float]] = defaultdict(dict)
    muster = False
    for z in _lies(marts / "angebote.parquet", angaben):
        gezaehlt = z["messgroesse"] == "angebote" and z["angebotsart"] != "insgesamt" and z["status"] in _ZEIGEN
        if gezaehlt and z["wert"]:
            je_jahr[z["berichtsjahr"], z["raum_id"]][z["angebotsart"]] = z["wert"]
            muster |= z["musterdaten"]
    # the newest year of a Raum comes last
    return {
        raum: Angebote(jahr, tuple(sorted(arten.items())), muster) for (jahr, raum), arten in sorted(je_jahr.items())
    }


def haushaltsplan(marts: Path, angaben: BerichtsAngaben) -> tuple[Planzeile, ...]:
    """The lines of the budget of the Berichtsjahr, in euros, by kind, Berichtsgruppe and product.

    An amount stands in one row, of the whole or of the Raum of its Kostenstelle; a sum with a hidden part is left out.
    """
    betraege: dict[tuple[str, str, str, str], dict[str, float]] = defaultdict(dict)
    muster = False
    for z in _lies(marts / "haushalt.parquet", angaben, "haushaltsjahr"):
        if z["haushaltsjahr"] == angaben.berichtsjahr:
            name = f"{z['produkt']} {z['produkt_name'] or ''}".strip()
            zeile = betraege[(z["art"], z["berichtsgruppe_name"], z["paragraf"] or "", name)]
            # a product may be booked in several lines of the plan
            betrag = z["betrag_eur"] if z["status"] in _ZEIGEN else math.nan
            zeile[z["wertart"]] = zeile.get(z["wertart"], 0.0) + betrag
            muster |= z["musterdaten"]
    zeigbar = {s: {w: b for w, b in werte.items() if not math.isnan(b)} for s, werte in sorted(betraege.items())}
    return tuple(Planzeile(*schluessel, werte, muster) for schluessel, werte in zeigbar.items() if werte)


def _lies(datei: Path, angaben: BerichtsAngaben, jahr: str = "berichtsjahr") -> Iterator[dict[str, Any]]:
    if datei.is_file():
        zeilen = pl.scan_parquet(datei).filter(
            pl.col("jugendamt") == angaben.jugendamt, pl.col(jahr) <= angaben.berichtsjahr
        )
        yield from zeilen.collect().iter_rows(named=True)
