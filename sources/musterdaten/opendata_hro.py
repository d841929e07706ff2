"""Writing an invented population register in the form of OpenData.HRO: one CSV per theme and year.

In here: the nine themes with their columns, the changing headers and the roundings of the source. Not in
here: the population itself (`modell.py`), reading such files (`sources/formate/`, `sources/opendata_hro/`).
"""

from collections.abc import Callable, Mapping, Sequence
from itertools import pairwise
from pathlib import Path

import numpy as np

from sources.musterdaten.lebenslagen import haushaltszahlen
from sources.musterdaten.modell import anteil_auslaendisch
from sources.musterdaten.raeume import Gebiet
from sources.musterdaten.zufall import aufgeteilt, zwischen

_GRENZEN = (0, 3, 6, 15, 25, 35, 45, 55, 65, 75)


def schreibe_register(teile: Mapping[str, Gebiet], ordner: Path, jahre: Sequence[int]) -> list[Path]:
    """Write nine files per year about the Gemeindeteile (by their codes) to an existing folder; returns the files."""
    dateien = []
    for jahr in jahre:
        for thema, spalten in _THEMEN.items():
            # the order of the rows differs from file to file, as in the source
            geordnet = sorted(teile, key=lambda code: zwischen(0, 1, thema, jahr, code))
            zeilen = [{"code": c, "name": teile[c].raum_name} | spalten(teile[c], jahr) for c in geordnet]
            dateien.append(_schreibe(ordner / f"{thema}_{jahr}.csv", zeilen))
    return sorted(dateien)


def _schreibe(datei: Path, zeilen: list[dict[str, object]]) -> Path:
    kopf = ["", "stadtbereich_code", "stadtbereich_bezeichnung", *list(zeilen[0])[2:], "musterdaten"]
    text = [",".join(f'"{name}"' for name in kopf)]
    for nummer, (code, name, *werte) in enumerate((zeile.values() for zeile in zeilen), start=1):
        zellen = [f"{wert:g}" if isinstance(wert, float) else str(wert) for wert in werte]
        text.append(",".join([f'"{nummer}","{code}","{name}"', *zellen, "1"]))
    datei.write_text("\n".join([*text, ""]), "utf-8", newline="\n")
    return datei


def _anteil(teil: float, ganzes: float, faktor: int = 100) -> float:
    """Share with one digit, as the source delivers it (0 of nobody is 0)."""
    return round(faktor * teil / ganzes, 1) if ganzes else 0.0


def _anteile(anzahlen: Mapping[str, int], ganzes: int) -> dict[str, object]:
    return {f"anteil_{name}": _anteil(anzahl, ganzes) for name, anzahl in anzahlen.items()}


def _insgesamt(teil: Gebiet, jahr: int) -> dict[str, object]:
    dichte = zwischen(300, 5_500, teil.saat, "dichte")
    flaeche = teil.personen(min(teil.verlauf.bewegung)) / dichte  # square kilometres, the same in all years
    personen = teil.personen(jahr)
    return {"einwohnerzahl": personen, "bevoelkerungsdichte": round(personen / flaeche)}


def _staatsangehoerigkeit(teil: Gebiet, jahr: int) -> dict[str, object]:
    personen = teil.personen(jahr)
    auslaendisch = round(personen * anteil_auslaendisch(teil.saat, jahr))
    return _anteile({"deutsch": personen - auslaendisch, "auslaendisch": auslaendisch}, personen)


def _geschlecht(teil: Gebiet, jahr: int) -> dict[str, object]:
    maenner, frauen = (int(anzahl) for anzahl in teil.verlauf.bestand[jahr].sum(axis=1))
    return {
        "anzahl_maennlich": maenner,
        "anteil_maennlich": _anteil(maenner, maenner + frauen),
        "anzahl_weiblich": frauen,
        "anteil_weiblich": _anteil(frauen, maenner + frauen),
    }


def _familienstand(teil: Gebiet, jahr: int) -> dict[str, object]:
    bestand = teil.verlauf.bestand[jahr].sum(axis=0)
    verheiratet = zwischen(0.42, 0.58, teil.saat, "verheiratet")
    jung, alt = int(bestand[:25].sum()), int(bestand[75:].sum())
    mittel = int(bestand.sum()) - jung - alt
    # in the middle ages: single, married, widowed, divorced, other
    ledige, verheiratete, verwitwete, geschiedene, _ = aufgeteilt(
        mittel, (0.85 - verheiratet, verheiratet, 0.03, 0.11, 0.01)
    )
    anzahlen = {"ledige": ledige + jung, "verheiratete": verheiratete + alt - alt // 2}
    return _anteile(anzahlen | {"verwitwete": verwitwete + alt // 2, "geschiedene": geschiedene}, teil.personen(jahr))


def _haushaltsstruktur(teil: Gebiet, jahr: int) -> dict[str, object]:
    bestand = teil.verlauf.bestand[jahr].sum(axis=0)
    haushalte, single, mit_kindern, allein = haushaltszahlen(teil, jahr)
    jung, alt = int(bestand[18:30].sum()), int(bestand[65:].sum())
    single_jung, single_alt, _ = aufgeteilt(single, (jung, alt, int(bestand[30:65].sum())))
    spalten: dict[str, object] = {"anzahl_haushalte": haushalte, **_anteile({"single": single}, haushalte)}
    spalten |= _anteile({"single_juenger_30": single_jung, "single_65_aelter": single_alt}, single)
    spalten |= _anteile({"mit_kindern": mit_kindern}, haushalte)
    if jahr >= 2019:  # the source has this column from 2019 on
        spalten |= _anteile({"alleinerziehende_an_mit_kindern": allein}, mit_kindern)
    return spalten


def _bewegung_gesamt(teil: Gebiet, jahr: int) -> dict[str, object]:
    nachher, vorher = teil.personen(jahr), teil.personen(jahr - 1)
    return {
        "abs_bestandsveraenderung": nachher - vorher,
        "rel_bestandsveraenderung": _anteil(nachher - vorher, vorher),
        "bestandsveraaenderung_je_1000": _anteil(nachher - vorher, nachher, 1000),  # spelt so in the source
    }


def _je_1000(teil: Gebiet, jahr: int, **anzahlen: int) -> dict[str, object]:
    """Counts as columns, each with its rate per 1,000 of the mean population; a balance has no prefix."""
    mittel = (teil.personen(jahr) + teil.personen(jahr - 1)) / 2
    spalten: dict[str, object] = {}
    for name, anzahl in anzahlen.items():
        spalten[name if "saldo" in name else f"anzahl_{name}"] = anzahl
        spalten[f"{name}_je_1000"] = _anteil(anzahl, mittel, 1000)
    return spalten


def _bewegung_natuerlich(teil: Gebiet, jahr: int) -> dict[str, object]:
    bewegung = teil.verlauf.bewegung[jahr]
    geboren, gestorben = int(bewegung.geburten.sum()), int(bewegung.tote.sum())
    frauen = int(teil.verlauf.bestand[jahr][1, 15:45].sum())
    spalten = _je_1000(teil, jahr, lebendgeborene=geboren) | {"geburtenrate": _anteil(geboren, frauen, 1000)}
    return spalten | _je_1000(teil, jahr, gestorbene=gestorben, geburten_sterbesaldo=geboren - gestorben)


def _bewegung_raeumlich(teil: Gebiet, jahr: int) -> dict[str, object]:
    zu, weg = int(teil.verlauf.bewegung[jahr].zu.sum()), int(teil.verlauf.bewegung[jahr].weg.sum())
    return _je_1000(teil, jahr, zuzuege=zu, wegzuege=weg, wanderungssaldo=zu - weg)


def _alter(teil: Gebiet, jahr: int) -> dict[str, object]:
    bestand = teil.verlauf.bestand[jahr].sum(axis=0)
    personen, erwerbsalter = int(bestand.sum()), int(bestand[20:65].sum())
    spalten: dict[str, object] = {
        # a person is on average half a year older than the completed years say
        "durchschnittsalter": round(int((bestand * np.arange(bestand.size)).sum()) / personen + 0.5, 1),
        "jugendquotient": _anteil(int(bestand[:20].sum()), erwerbsalter),
        "altenquotient": _anteil(int(bestand[65:].sum()), erwerbsalter),
    }
    namen = ["juenger_3", *(f"{von}_{bis}" for von, bis in pairwise(_GRENZEN[1:])), "75_aelter"]
    for name, anzahl in zip(namen, np.add.reduceat(bestand, _GRENZEN).tolist(), strict=True):
        spalten |= {f"anzahl_{name}": anzahl, f"anteil_{name}": _anteil(anzahl, personen)}
    return spalten


_THEMEN: Mapping[str, Callable[[Gebiet, int], dict[str, object]]] = {
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
