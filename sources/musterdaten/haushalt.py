"""Extracts of the budget: plan and actual per product and month, Sozialraumbudgets, measures of the Regionalräume.

In here: which product pays which help, invoices that come late, budgets that follow the cases. Not in here: the cost of
the helps (`hilfen.py`), the product plans (`sources/produktplaene`), the form of the files (`ausgabe.py`).
"""

import re
from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from typing import Any

import numpy as np
import polars as pl
from numpy.typing import NDArray

from sources.musterdaten.ausgabe import Ausgabe
from sources.musterdaten.hilfen import HILFEARTEN, HZE, preis
from sources.musterdaten.raeume import Gebiet
from sources.musterdaten.zufall import PARAMETER, zwischen
from sources.profile import Profil, lade_produktplaene
from sources.profilmodell import Produkt

Kosten = Mapping[int, NDArray[np.float64]]
"""Year -> Euro of its services, shape (Räume + 1, 12, Hilfearten)."""
_PLAN = PARAMETER["haushalt"]


def _zustaendig(paragrafen: str, paragraf: str) -> bool:
    """Whether a product for "§§ 27-35, 35a, 41" pays for a §."""
    zahl = int(re.sub(r"\D", "", paragraf))
    bereiche = re.findall(r"(\d+)-(\d+)", paragrafen)
    genannt = paragraf in re.findall(r"\d+[a-z]?", paragrafen)
    return genannt or any(paragraf.isdigit() and int(von) <= zahl <= int(bis) for von, bis in bereiche)


def _produkt(plan: Sequence[Produkt], paragraf: str) -> Produkt | None:
    """The product that pays for a §: one that names it, else one for help not told apart, the longest number first."""
    nach_laenge = sorted(plan, key=lambda produkt: -len(produkt.produkt))
    genannt = [produkt for produkt in nach_laenge if _zustaendig(produkt.paragraf, paragraf)]
    rest = [p for p in nach_laenge if p.berichtsgruppe in {"hilfen_ungeteilt", "jugendhilfe_ungeteilt"}]
    return next(iter([*genannt, *rest]), None)


def schreibe_haushalt(ausgabe: Ausgabe, profil: Profil, gebiete: Sequence[Gebiet], kosten: Kosten, jahr: int) -> None:
    """Write the budget of a year: plan per product, actual per month, late invoices as Sonderperioden 13 and 14.

    The products are those of the profile, else of the Land; without any, nothing is written.
    """
    alle = profil.produkte or lade_produktplaene().get(profil.land, ())
    plan = [p for p in alle if p.gueltig_von <= jahr <= (p.gueltig_bis or jahr) and not p.konto]
    if not plan or profil.land not in _PLAN["konten"]:
        return
    zeilen: list[dict[str, object]] = []
    for (nummer, konto), monate in sorted(_betraege(plan, gebiete, kosten[jahr], jahr).items()):
        fest = _fest(next(p for p in plan if p.produkt == nummer), konto, profil.land, jahr)
        unten, oben = _PLAN["ansatz_faktor"]
        geplant = monate.sum() * zwischen(unten, oben, profil.jugendamt, nummer, konto, jahr)
        zeilen.append(fest | {"monat": None, "wertart": "ansatz", "betrag_eur": float(round(geplant, -2))})
        zeilen += [
            fest | {"monat": None, "wertart": wertart, "betrag_eur": float(round(geplant * anteil, -2))}
            for wertart, anteil in _PLAN["weitere"].items()
        ]
        gebucht = [(m, float(round(b, 2))) for m, b in enumerate(monate, start=1)]
        zeilen += [fest | {"monat": m, "wertart": "ist", "betrag_eur": b} for m, b in gebucht if b]
    ausgabe.schreibe("haushalt", jahr, pl.DataFrame(zeilen, schema_overrides={"monat": pl.Int64}))


def _fest(produkt: Produkt, konto: str, land: str, jahr: int) -> dict[str, object]:
    return {
        "haushaltsjahr": jahr,
        "produkt": produkt.produkt,
        "produkt_name": produkt.bezeichnung,
        "konto": _PLAN["konten"][land][konto],
        "konto_name": _PLAN["konto_name"][konto],
        "art": "ertrag" if konto == "ertrag" else "aufwand",
    }


def _betraege(
    plan: Sequence[Produkt], gebiete: Sequence[Gebiet], kosten: NDArray[np.float64], jahr: int
) -> dict[tuple[str, str], NDArray[np.float64]]:
    """Euro by product and kind of Konto, over 14 months (13 and 14: invoices after the end of the year)."""
    betraege: dict[tuple[str, str], NDArray[np.float64]] = {}

    def buche(produkt: Produkt, konto: str, monate: NDArray[np.float64]) -> None:
        schluessel = (produkt.produkt, konto)
        betraege[schluessel] = betraege.get(schluessel, np.zeros(14)) + monate

    for stelle, hilfeart in enumerate(HILFEARTEN):
        angaben = HZE["hilfearten"][hilfeart]
        produkt = _produkt(plan, str(angaben["paragraf"]))
        if produkt is not None:
            monate = np.zeros(14)
            verzug = angaben["rechnung"]
            monate[verzug : verzug + 12] = kosten[:, :, stelle].sum(axis=0)
            buche(produkt, "einrichtung" if hilfeart in {"08", "11", "15"} else "ausserhalb", monate)
            buche(produkt, "ertrag", monate * _PLAN["ertrag_anteil"])
    hilfen = {produkt for produkt, _ in betraege}
    jung = sum(gebiet.personen(jahr, 18) for gebiet in gebiete if jahr in gebiet.jahre)
    for produkt in plan:
        unterteilt = any(p.produkt.startswith(produkt.produkt) and p != produkt for p in plan)
        # each product has its own share: two of one Berichtsgruppe never cost the same
        anteil = zwischen(*_PLAN["produkt_faktor"], produkt.produkt)
        je_kopf = _PLAN["euro_je_u18"].get(produkt.berichtsgruppe, 0) * anteil * preis(jahr)
        if je_kopf and not unterteilt and produkt.produkt not in hilfen:
            buche(produkt, "zuschuss", np.array([jung * je_kopf / 12] * 12 + [0.0] * 2))
    return betraege


def schreibe_sozialraumbudget(
    ausgabe: Ausgabe, profil: Profil, gebiete: Sequence[Gebiet], kosten: Kosten, jahr: int
) -> None:
    """Write the Sozialraumbudgets of a year, where offices of the Land have them: they follow the cases of a Raum."""
    planung = PARAMETER["sozialraumbudget"].get(profil.land)
    if planung is None:
        return
    eltern = {z.raum_id: z.eltern_raum_id for z in profil.zuordnungen if z.hierarchie == profil.hierarchien[0].name}
    summen: dict[str, float] = {}
    for stelle, gebiet in enumerate(gebiete):
        oben = gebiet.raum_id
        while eltern.get(oben, profil.ganzes) != profil.ganzes:
            oben = eltern[oben]
        summen[oben] = summen.get(oben, 0.0) + float(kosten[jahr][stelle].sum())
    namen = {raum.raum_id: raum.raum_name for raum in profil.raeume}
    zeilen = []
    for raum_id, summe in sorted(summen.items()):
        for topf, anteil in planung["toepfe"].items():
            ist = summe * anteil * zwischen(0.92, 1.04, raum_id, topf, jahr)
            fest = {"haushaltsjahr": jahr, "raum_schluessel": namen[raum_id], "topf": topf}
            fest |= {"deckungskreis": planung["deckungskreis"].get(topf)}
            zeilen.append(fest | {"wertart": "ansatz", "betrag_eur": float(round(summe * anteil, -3))})
            zeilen.append(fest | {"wertart": "ist", "betrag_eur": round(ist, 2)})
    ausgabe.schreibe("sozialraumbudget", jahr, pl.DataFrame(zeilen))


def schreibe_massnahmen(ausgabe: Ausgabe, profil: Profil, gebiete: Sequence[Gebiet], jahr: int) -> None:
    """Write the list of SRAE-Maßnahmen up to a year: twelve months, and twelve more after a good evaluation."""
    planung = PARAMETER["srae_massnahmen"].get(profil.land)
    if planung is None:
        return
    zeilen: list[dict[str, Any]] = []
    for beginn in range(planung["ab"], jahr + 1):
        for nr in range(planung["regionalraeume"] * planung["je_jahr"]):
            erste = _massnahme(f"{beginn}-{nr + 1:02d}", nr, date(beginn, 1 + nr % 6, 1), gebiete, planung)
            zeilen.append(erste)
            if erste["evaluation_ergebnis"] == "geeignet_und_notwendig" and beginn < jahr:
                ab = erste["ende"] + timedelta(days=1)
                zweite = _massnahme(f"{beginn + 1}-{nr + 51:02d}", nr, ab, gebiete, planung)
                zeilen.append(zweite | {"verlaengerung_von": erste["massnahme"]})
    ausgabe.schreibe("srae_massnahmen", jahr, pl.DataFrame(zeilen, infer_schema_length=None))


def _massnahme(
    nummer: str, nr: int, beginn: date, gebiete: Sequence[Gebiet], planung: Mapping[str, Any]
) -> dict[str, Any]:
    ende = beginn.replace(year=beginn.year + 1) - timedelta(days=1)
    ergebnisse = ("geeignet_und_notwendig", "geeignet_nicht_notwendig", "nicht_geeignet")
    budget = round(planung["budget"] * zwischen(0.4, 1.6, "srae", nummer), -2)
    region = nr % planung["regionalraeume"] + 1
    return {
        "massnahme": nummer,
        "bezeichnung": ("Offener Treff", "Elterncafé", "Sport am Abend", "Lernhilfe")[nr // 2 % 4],
        "traeger": f"Träger {'ABCDEFGH'[nr % 8]} (Musterdaten)",
        "zielgruppe": ("Kinder", "Familien", "Jugendliche", "Schulkinder")[nr // 2 % 4],
        "regionalraum": f"Regionalraum {region} (Musterdaten)",
        "raum_schluessel": gebiete[int(zwischen(0, len(gebiete), "srae", nr))].schluessel,
        "sozialraumteam": f"Team {region} (Musterdaten)",
        "lenkungsgruppe_votum": "befuerwortet",
        "vereinbarung_am": beginn - timedelta(days=14),
        "beginn": beginn,
        "ende": ende,
        "evaluation_am": ende - timedelta(days=30),
        "evaluation_ergebnis": ergebnisse[int(zwischen(0, 1, "evaluation", nummer) > 0.6)],
        "verlaengerung_von": None,
        "budget_eur": budget,
        "abgerufen_eur": round(budget * zwischen(0.8, 1, "abruf", nummer), 2),
    }
