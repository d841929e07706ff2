"""Writing an invented population register in the form of OpenData.HRO: one CSV per theme and year.

In here: the nine themes with their columns, the changing headers and the roundings of the source. Not in
here: the population itself (`modell.py`), reading such files (`sources/formate/`, `sources/opendata_hro/`).
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

import numpy as np

from sources.musterdaten.modell import JAHRE, Bestand, Verlauf
from sources.musterdaten.zufall import aufgeteilt, zwischen

_GRENZEN = (0, 3, 6, 15, 25, 35, 45, 55, 65, 75)


@dataclass(frozen=True)
class Teil:
    """One Gemeindeteil of the register: its code and name as delivered, and its population."""

    code: str
    name: str
    verlauf: Verlauf


def schreibe_register(teile: list[Teil], ordner: Path) -> list[Path]:
    """Write nine files per year.

    Args:
        teile: the Gemeindeteile.
        ordner: existing folder to write to.

    Returns:
        The files written, sorted.
    """
    dateien = []
    for jahr in JAHRE:
        for thema, spalten in _THEMEN.items():
            # the order of the rows differs from file to file, as in the source
            geordnet = sorted(teile, key=lambda teil: zwischen(0, 1, thema, jahr, teil.code))
            zeilen = [{"code": teil.code, "name": teil.name} | spalten(teil, jahr) for teil in geordnet]
            dateien.append(_schreibe(ordner / f"{thema}_{jahr}.csv", zeilen))
    return sorted(dateien)


def _schreibe(datei: Path, zeilen: list[dict[str, object]]) -> Path:
    kopf = ["", "stadtbereich_code", "stadtbereich_bezeichnung", *list(zeilen[0])[2:], "musterdaten"]
    text = [",".join(f'"{name}"' for name in kopf)]
    for nummer, zeile in enumerate(zeilen, start=1):
        code, name, *werte = zeile.values()
        text.append(
            ",".join(
                [
                    f'"{nummer}","{code}","{name}"',
                    *(f"{wert:g}" if isinstance(wert, float) else str(wert) for wert in werte),
                    "1",
                ]
            )
        )
    datei.write_text("\n".join([*text, ""]), "utf-8", newline="\n")
    return datei


def _anteil(teil: float, ganzes: float, faktor: int = 100) -> float:
    """Share with one digit, as the source delivers it (0 of nobody is 0)."""
    return round(faktor * teil / ganzes, 1) if ganzes else 0.0


def _name(teil: Teil) -> str:
    return f"{teil.code}|{teil.name}"


def _personen(teil: Teil, jahr: int) -> int:
    return int(teil.verlauf.bestand[jahr].sum())


def _insgesamt(teil: Teil, jahr: int) -> dict[str, object]:
    dichte = zwischen(300, 5_500, _name(teil), "dichte")
    flaeche = _personen(teil, JAHRE[0]) / dichte  # square kilometres, the same in all years
    return {
        "einwohnerzahl": _personen(teil, jahr),
        "bevoelkerungsdichte": round(_personen(teil, jahr) / flaeche),
    }


def _staatsangehoerigkeit(teil: Teil, jahr: int) -> dict[str, object]:
    beginn = zwischen(0.015, 0.09, _name(teil), "ausland")
    zuwachs = zwischen(0.002, 0.011, _name(teil), "zuwachs")
    personen = _personen(teil, jahr)
    auslaendisch = round(personen * (beginn + zuwachs * (jahr - JAHRE[0])))
    return {
        "anteil_deutsch": _anteil(personen - auslaendisch, personen),
        "anteil_auslaendisch": _anteil(auslaendisch, personen),
    }


def _geschlecht(teil: Teil, jahr: int) -> dict[str, object]:
    maenner, frauen = (int(anzahl) for anzahl in teil.verlauf.bestand[jahr].sum(axis=1))
    return {
        "anzahl_maennlich": maenner,
        "anteil_maennlich": _anteil(maenner, maenner + frauen),
        "anzahl_weiblich": frauen,
        "anteil_weiblich": _anteil(frauen, maenner + frauen),
    }


def _familienstand(teil: Teil, jahr: int) -> dict[str, object]:
    bestand = teil.verlauf.bestand[jahr].sum(axis=0)
    verheiratet = zwischen(0.42, 0.58, _name(teil), "verheiratet")
    jung, alt = int(bestand[:25].sum()), int(bestand[75:].sum())
    mittel = int(bestand.sum()) - jung - alt
    # in the middle ages: single, married, widowed, divorced, other
    ledig, verheiratete, verwitwet, geschieden, _ = aufgeteilt(
        mittel, (0.85 - verheiratet, verheiratet, 0.03, 0.11, 0.01)
    )
    verwitwet += alt // 2
    verheiratete += alt - alt // 2
    personen = _personen(teil, jahr)
    return {
        "anteil_ledige": _anteil(ledig + jung, personen),
        "anteil_verheiratete": _anteil(verheiratete, personen),
        "anteil_verwitwete": _anteil(verwitwet, personen),
        "anteil_geschiedene": _anteil(geschieden, personen),
    }


def _haushaltsstruktur(teil: Teil, jahr: int) -> dict[str, object]:
    bestand = teil.verlauf.bestand[jahr].sum(axis=0)
    haushalte = round(_personen(teil, jahr) / zwischen(1.6, 2.2, _name(teil), "haushalt"))
    single = round(haushalte * zwischen(0.27, 0.6, _name(teil), "single"))
    jung, alt = int(bestand[18:30].sum()), int(bestand[65:].sum())
    single_jung, single_alt, _ = aufgeteilt(single, (jung, alt, int(bestand[30:65].sum())))
    mit_kindern = min(haushalte - single, round(int(bestand[:18].sum()) / 1.6))
    spalten: dict[str, object] = {
        "anzahl_haushalte": haushalte,
        "anteil_single": _anteil(single, haushalte),
        "anteil_single_juenger_30": _anteil(single_jung, single),
        "anteil_single_65_aelter": _anteil(single_alt, single),
        "anteil_mit_kindern": _anteil(mit_kindern, haushalte),
    }
    if jahr >= 2019:  # the source has this column from 2019 on
        allein = round(mit_kindern * zwischen(0.12, 0.38, _name(teil), "allein"))
        spalten["anteil_alleinerziehende_an_mit_kindern"] = _anteil(allein, mit_kindern)
    return spalten


def _bewegung_gesamt(teil: Teil, jahr: int) -> dict[str, object]:
    nachher, vorher = _personen(teil, jahr), _personen(teil, jahr - 1)
    return {
        "abs_bestandsveraenderung": nachher - vorher,
        "rel_bestandsveraenderung": _anteil(nachher - vorher, vorher),
        "bestandsveraaenderung_je_1000": _anteil(nachher - vorher, nachher, 1000),  # spelt so in the source
    }


def _mittel(teil: Teil, jahr: int) -> float:
    return (_personen(teil, jahr) + _personen(teil, jahr - 1)) / 2


def _bewegung_natuerlich(teil: Teil, jahr: int) -> dict[str, object]:
    bewegung, mittel = teil.verlauf.bewegung[jahr], _mittel(teil, jahr)
    frauen = int(teil.verlauf.bestand[jahr][1, 15:45].sum())
    saldo = bewegung.geborene - bewegung.gestorbene
    return {
        "anzahl_lebendgeborene": bewegung.geborene,
        "lebendgeborene_je_1000": _anteil(bewegung.geborene, mittel, 1000),
        "geburtenrate": _anteil(bewegung.geborene, frauen, 1000),
        "anzahl_gestorbene": bewegung.gestorbene,
        "gestorbene_je_1000": _anteil(bewegung.gestorbene, mittel, 1000),
        "geburten_sterbesaldo": saldo,
        "geburten_sterbesaldo_je_1000": _anteil(saldo, mittel, 1000),
    }


def _bewegung_raeumlich(teil: Teil, jahr: int) -> dict[str, object]:
    bewegung, mittel = teil.verlauf.bewegung[jahr], _mittel(teil, jahr)
    saldo = bewegung.zuzuege - bewegung.wegzuege
    return {
        "anzahl_zuzuege": bewegung.zuzuege,
        "zuzuege_je_1000": _anteil(bewegung.zuzuege, mittel, 1000),
        "anzahl_wegzuege": bewegung.wegzuege,
        "wegzuege_je_1000": _anteil(bewegung.wegzuege, mittel, 1000),
        "wanderungssaldo": saldo,
        "wanderungssaldo_je_1000": _anteil(saldo, mittel, 1000),
    }


def _alter(teil: Teil, jahr: int) -> dict[str, object]:
    bestand = teil.verlauf.bestand[jahr].sum(axis=0)
    personen, erwerbsalter = int(bestand.sum()), int(bestand[20:65].sum())
    spalten: dict[str, object] = {
        "durchschnittsalter": _durchschnittsalter(bestand),
        "jugendquotient": _anteil(int(bestand[:20].sum()), erwerbsalter),
        "altenquotient": _anteil(int(bestand[65:].sum()), erwerbsalter),
    }
    gruppen = [int(anzahl) for anzahl in np.add.reduceat(bestand, _GRENZEN)]
    namen = [
        "juenger_3",
        *(f"{von}_{bis}" for von, bis in pairwise(_GRENZEN[1:])),
        "75_aelter",
    ]
    for name, anzahl in zip(namen, gruppen, strict=True):
        spalten |= {f"anzahl_{name}": anzahl, f"anteil_{name}": _anteil(anzahl, personen)}
    return spalten


def _durchschnittsalter(bestand: Bestand) -> float:
    """Mean age in years; a person is on average half a year older than the completed years say."""
    return round(int((bestand * np.arange(bestand.size)).sum()) / int(bestand.sum()) + 0.5, 1)


_THEMEN: Mapping[str, Callable[[Teil, int], dict[str, object]]] = {
    "insgesamt": _insgesamt,
    "staatsangehoerigkeit": _staatsangehoerigkeit,
    "geschlecht": _geschlecht,
    "familienstand": _familienstand,
    "haushaltsstruktur": _haushaltsstruktur,
    "bewegung_gesamt": _bewegung_gesamt,
    "bewegung_natuerlich": _bewegung_natuerlich,
    "bewegung_raeumlich": _bewegung_raeumlich,
    "alter": _alter,
}
