"""What an analysis is and what it is made from.

Belongs here: the types. Not here: reading marts (`daten`), arithmetic (`statistik`), geometry (`bild`).
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple

import yaml

from reports.analyse.bild import Bild
from reports.typen import Blatt, Wert

EINWOHNER = "bev_gesamt"
JUGENDEINWOHNER = "bev_u21"


class Feld(NamedTuple):
    """A column of an analysis: its heading and its decimals; None = text."""

    titel: str
    stellen: int | None = None


@dataclass(frozen=True)
class Analyse:
    """One analysis as it is shown: answer, chart, table, limits. Without `zeilen` the `aussagen` say why not.

    `spalten` are the columns that the page shows; the CSV has all of `zeilen`.
    """

    kennung: str
    titel: str
    grenzen: Sequence[str]
    spalten: Mapping[str, Feld]
    aussagen: Sequence[str]
    zeilen: Sequence[Mapping[str, Any]] = ()
    bild: Bild | None = None


class Texte:
    """The German texts of one analysis, from `texte.yml`."""

    def __init__(self, kennung: str) -> None:
        self._kennung, self._texte = kennung, _alle_texte()[kennung]

    def satz(self, name: str, **werte: object) -> str:
        """A sentence with its gaps filled."""
        return str(self._texte["saetze"][name]).format(**werte)

    def analyse(
        self,
        aussagen: Sequence[str],
        zeilen: Sequence[Mapping[str, Any]] = (),
        bild: Bild | None = None,
        **spalten: Feld,
    ) -> Analyse:
        """The finished analysis; `spalten` come second in the table. A column without any value is left out."""
        erste, *weitere = ((name, Feld(*feld)) for name, feld in self._texte["spalten"].items())
        gezeigt = {n: f for n, f in (erste, *spalten.items(), *weitere) if any(z.get(n) is not None for z in zeilen)}
        return Analyse(self._kennung, self._texte["titel"], self._texte["grenzen"], gezeigt, aussagen, zeilen, bild)


@cache
def _alle_texte() -> dict[str, Any]:
    return yaml.safe_load((Path(__file__).parent / "texte.yml").read_text("utf-8"))


@dataclass(frozen=True)
class Daten:
    """The published figures of one Jugendamt up to its Berichtsjahr.

    `raeume` are those of the main level that exist at the end of the Berichtsjahr, by name; `werte` the rows of the
    main source by (raum_id, kennzahl, year), with and without figure; `hilfen` the published counts by (konzept,
    raum_id, year); `hze_brueche` (raum_id, year) pairs before which the HzE series of a Raum breaks; `reihen` begun
    Hilfen and Jugendeinwohner of a group of other Jugendämter, by its name and year; `hze_reformen` the years from
    which the Hilfen of all Räume are surveyed anew, with the reason: said, since no Raum would be left without;
    `namen` and `einheiten` of the Kennzahlen.
    """

    jahr: int
    raeume: Mapping[str, Blatt]
    ganzes: Blatt
    namen: Mapping[str, str]
    einheiten: Mapping[str, str]
    werte: Mapping[tuple[str, str, int], Wert]
    hilfen: Mapping[tuple[str, str, int], float]
    hze_brueche: frozenset[tuple[str, int]]
    reihen: Mapping[str, Mapping[int, tuple[float, float]]] = field(default_factory=dict)
    hze_reformen: Mapping[int, str] = field(default_factory=dict)

    def zahl(self, raum_id: str, kennzahl: str, jahr: int) -> float | None:
        """The published figure, or None."""
        wert = self.werte.get((raum_id, kennzahl, jahr))
        return wert.wert if wert is not None and wert.hat_wert else None

    def bruch(self, raum_id: str, kennzahlen: Iterable[str], jahre: Iterable[int]) -> bool:
        """Whether a series breaks before one of the years, in the Raum or in the whole."""
        reihen = [(r, k) for r in (raum_id, self.ganzes.raum_id) for k in kennzahlen]
        return any((w := self.werte.get((r, k, j))) and w.nach_bruch for j in jahre for r, k in reihen)

    def reform(self, jahre: range) -> dict[str, str]:
        """As `bruch`, in words, the reforms between the years; empty without one."""
        worte = "; ".join(f"ab {j}: {grund}" for j, grund in sorted(self.hze_reformen.items()) if j in jahre[1:])
        return {"bruch": worte} if worte else {}

    def fenster(self, konzept: str, raum_id: str, jahre: Sequence[int]) -> tuple[list[float], list[float]] | None:
        """Counts and Jugendeinwohner per year if all of them are published and no break lies between, else None."""
        if any(
            (r, j) in self.hze_brueche
            for r in (raum_id, self.ganzes.raum_id)
            for j in range(jahre[0] + 1, jahre[-1] + 1)
        ):
            return None
        anzahl = [self.hilfen.get((konzept, raum_id, j)) for j in jahre]
        personen = [self.zahl(raum_id, JUGENDEINWOHNER, j) for j in jahre]
        gezaehlt = [x for x in anzahl if x is not None]
        da = [n for n in personen if n]
        return (gezaehlt, da) if len(gezaehlt) == len(da) == len(jahre) else None
