"""Extracts that count people per Raum: register, moves, pupils, transitions, § 8a and § 42.

In here: counts by age, sex and further features out of the population of each Raum, as fields of the contracts. Not in
here: the population (`modell.py`), the Hilfen (`hilfen.py`), the form of the files (`ausgabe.py`), leavers of schools
(`regionaldatenbank.py`).
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import date
from itertools import pairwise
from typing import Any

import numpy as np
import polars as pl
from numpy.typing import NDArray

from sources.musterdaten.ausgabe import Ausgabe
from sources.musterdaten.modell import HOECHSTES_ALTER, anteil_auslaendisch
from sources.musterdaten.raeume import Gebiet
from sources.musterdaten.zufall import PARAMETER, aufgeteilt, faktor, gerundet
from sources.profile import Profil

_GESCHLECHT = ("maennlich", "weiblich")
_NATION = ("deutsch", "auslaendisch")
_GRENZEN = (0, 3, 6, 15, 18, 21, 27, 45, 65, 75)


def _lang(werte: NDArray[np.int64], spalten: Mapping[str, Sequence[Any]], **fest: object) -> pl.DataFrame:
    """An array as rows: one column per axis, `anzahl`, and columns that are the same everywhere; without zeros."""
    stellen = np.nonzero(werte)
    achsen = {
        name: pl.Series(list(codes)).gather(stelle)
        for (name, codes), stelle in zip(spalten.items(), stellen, strict=True)
    }
    rahmen = pl.DataFrame({**achsen, "anzahl": werte[stellen]})
    return rahmen.select(*(pl.lit(wert).alias(name) for name, wert in fest.items()), pl.all())


def _nach_nation(personen: NDArray[np.int64], gebiet: Gebiet, jahr: int) -> NDArray[np.int64]:
    """Split by nationality as a further axis; younger people are a little more often foreign."""
    alter = np.arange(personen.shape[-1])
    jung = np.where(alter < 40, PARAMETER["einwohnermelde"]["auslaendisch_jung"], 0.6)
    anteil = anteil_auslaendisch(gebiet.saat, jahr) * jung
    fremd = np.minimum(gerundet(personen * anteil, gebiet.saat, jahr, "nation"), personen)
    return np.stack([personen - fremd, fremd], axis=-1)


def _einwohnermelde(gebiet: Gebiet, jahr: int, _: Profil) -> pl.DataFrame:
    werte = _nach_nation(gebiet.verlauf.bestand[jahr], gebiet, jahr)
    spalten = {"geschlecht": _GESCHLECHT, "alter": range(werte.shape[1]), "nationalitaet": _NATION}
    rahmen = _lang(werte, spalten, raum_schluessel=gebiet.schluessel, stichtag=date(jahr, 12, 31))
    return rahmen.with_columns(nebenwohnung=pl.lit("nein"))


def _bevoelkerung_raeume(gebiet: Gebiet, jahr: int, _: Profil) -> pl.DataFrame:
    grenzen = [*_GRENZEN, HOECHSTES_ALTER + 1]
    werte = np.add.reduceat(gebiet.verlauf.bestand[jahr], _GRENZEN, axis=1)
    gruppen = [f"{von}-{bis if bis <= HOECHSTES_ALTER else ''}" for von, bis in pairwise(grenzen)]
    spalten = {"geschlecht": _GESCHLECHT, "altersgruppe": gruppen}
    return _lang(werte, spalten, raum_schluessel=gebiet.schluessel, stichtag=date(jahr, 12, 31))


def _bewegungen(gebiet: Gebiet, jahr: int, _: Profil) -> pl.DataFrame:
    bewegung = gebiet.verlauf.bewegung[jahr]
    arten = {"geburt": bewegung.geburten, "sterbefall": bewegung.tote, "zuzug": bewegung.zu, "fortzug": bewegung.weg}
    werte = np.stack([_nach_nation(personen, gebiet, jahr) for personen in arten.values()])
    spalten = {"art": [*arten], "geschlecht": _GESCHLECHT, "alter": range(werte.shape[2]), "nationalitaet": _NATION}
    return _lang(werte, spalten, raum_schluessel=gebiet.schluessel, jahr=jahr)


def _ereignisse(gebiet: Gebiet, jahr: int, planung: Mapping[str, Any], merkmal: str) -> pl.DataFrame:
    """Events per age group ("3-6": 3 to under 6), sex and one more feature; more where the burden is higher."""
    grenzen = [tuple(int(g) for g in gruppe.split("-")) for gruppe in planung["rate"]]
    personen = np.array([gebiet.verlauf.bestand[jahr][:, von:bis].sum(axis=1) for von, bis in grenzen])
    raten = np.array([*planung["rate"].values()])[:, None] / 10_000 * faktor(gebiet.saat, "gefaehrdung")
    erwartet = (personen * raten)[..., None] * np.array([*planung[merkmal].values()])
    werte = gerundet(erwartet, gebiet.saat, jahr, merkmal)
    spalten = {"altersgruppe": [*planung["rate"]], "geschlecht": _GESCHLECHT, merkmal: [*planung[merkmal]]}
    return _lang(werte, spalten, jahr=jahr, raum_schluessel=gebiet.schluessel)


def _gefaehrdung(gebiet: Gebiet, jahr: int, _: Profil) -> pl.DataFrame:
    return _ereignisse(gebiet, jahr, PARAMETER["gefaehrdung"], "ergebnis")


def _inobhutnahmen(gebiet: Gebiet, jahr: int, _: Profil) -> pl.DataFrame:
    rahmen = _ereignisse(gebiet, jahr, PARAMETER["inobhutnahme"], "anlass")
    return rahmen.with_columns(paragraf=pl.lit("42"), tage=pl.col("anzahl") * PARAMETER["inobhutnahme"]["tage"])


def _schuljahr(jahr: int) -> str:
    return f"{jahr}/{(jahr + 1) % 100:02d}"


def _uebergangsanteile(gebiet: Gebiet, profil: Profil) -> dict[str, float]:
    """Shares of the Schularten after class 4; the Gymnasium less where the burden is higher."""
    je_land = PARAMETER["schule"]["uebergang"]
    anteile = dict(je_land.get(profil.land, je_land["sonst"]))
    anteile["gymnasium"] *= 2 - faktor(gebiet.saat, "schule")
    return anteile


def _uebergaenge(gebiet: Gebiet, jahr: int, profil: Profil) -> pl.DataFrame:
    """Children of 10 at the end of the year went from class 4 to a Schulart; counted where they live."""
    anteile = _uebergangsanteile(gebiet, profil)
    werte = np.array([aufgeteilt(int(k), [*anteile.values()]) for k in gebiet.verlauf.bestand[jahr][:, 10]])
    spalten = {"geschlecht": _GESCHLECHT, "schulart": [*anteile]}
    return _lang(werte, spalten, schuljahr=_schuljahr(jahr), nach="wohnort", raum_schluessel=gebiet.schluessel)


def _schulen(gebiete: Sequence[Gebiet], jahr: int, profil: Profil) -> Iterable[pl.DataFrame]:
    """Pupils per school: primary schools in each Raum for its own children, others in the large Räume for all.

    Schools stay where they are: number and place follow from the first year.
    """
    planung, da = PARAMETER["schule"], {n: gebiet for n, gebiet in enumerate(gebiete) if jahr in gebiet.jahre}
    for nummer, gebiet in da.items():
        schulen = int(_anfang(gebiet)[:, 6:10].sum()) / planung["kinder_je_grundschule"]
        yield _eine_art(gebiet, nummer * 2_000, jahr, "grundschule", gebiet.verlauf.bestand[jahr][:, 6:10], schulen)
    plaetze = {n: int(_anfang(gebiet)[:, :18].sum()) for n, gebiet in da.items()}
    orte = sorted(plaetze, key=lambda n: -plaetze[n])[: max(1, len(da) // 5)]
    for art, bildungsgang in enumerate(_uebergangsanteile(gebiete[0], profil), start=1):
        klassen = planung["bis_klasse"].get(bildungsgang, 10) - 4
        alle, anfangs = np.zeros((2, klassen)), 0.0
        for gebiet in da.values():
            anteile = _uebergangsanteile(gebiet, profil)
            anteil = anteile[bildungsgang] / sum(anteile.values())
            alle += gebiet.verlauf.bestand[jahr][:, 10 : 10 + klassen] * anteil
            anfangs += float(_anfang(gebiet)[:, 10 : 10 + klassen].sum()) * anteil
        for n in orte:
            anteil = plaetze[n] / sum(plaetze[ort] for ort in orte)
            kinder = gerundet(alle * anteil, profil.jugendamt, bildungsgang, jahr, n)
            schulen = anfangs * anteil / planung["schueler_je_schule"]
            yield _eine_art(gebiete[n], n * 2_000 + art * 300, jahr, bildungsgang, kinder, schulen)


def _anfang(gebiet: Gebiet) -> NDArray[np.int64]:
    return gebiet.verlauf.bestand[min(gebiet.verlauf.bestand)]


def _eine_art(
    gebiet: Gebiet, nummer: int, jahr: int, bildungsgang: str, kinder: NDArray[np.int64], schulen: float
) -> pl.DataFrame:
    """Rows of all schools of one kind in a Raum, with about as many pupils each."""
    anzahl = min(300, max(1, round(schulen)))
    teile = np.array([[aufgeteilt(int(k), [1.0] * anzahl) for k in reihe] for reihe in kinder])
    ab = 1 if bildungsgang == "grundschule" else 5
    spalten = {
        "geschlecht": _GESCHLECHT,
        "klassenstufe": range(ab, ab + kinder.shape[1]),
        "schulnummer": [str(1_000_000 + nummer + nr) for nr in range(anzahl)],
    }
    fest = {"schuljahr": _schuljahr(jahr), "raum_schluessel": gebiet.schluessel, "bildungsgang": bildungsgang}
    return _lang(teile, spalten, **fest)


_JE_GEBIET: Mapping[str, Callable[[Gebiet, int, Profil], pl.DataFrame]] = {
    "einwohnermelde": _einwohnermelde,
    "bevoelkerung_raeume": _bevoelkerung_raeume,
    "bewegungen": _bewegungen,
    "uebergaenge": _uebergaenge,
    "gefaehrdungseinschaetzungen": _gefaehrdung,
    "inobhutnahmen": _inobhutnahmen,
}


def schreibe_zaehlungen(ausgabe: Ausgabe, profil: Profil, gebiete: Sequence[Gebiet], jahr: int) -> None:
    """Write the files of one year (Schuljahr: the one that begins in it), for the Räume that exist in it."""
    bestehende = [gebiet for gebiet in gebiete if jahr in gebiet.jahre]
    if not bestehende:
        return
    for extrakt, zaehle in _JE_GEBIET.items():
        if ausgabe.liefert(extrakt):
            ausgabe.schreibe(extrakt, jahr, pl.concat(zaehle(gebiet, jahr, profil) for gebiet in bestehende))
    if ausgabe.liefert("schuelerstatistik"):
        ausgabe.schreibe("schuelerstatistik", jahr, pl.concat(_schulen(gebiete, jahr, profil)))
