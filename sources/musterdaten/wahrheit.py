"""What was planted: the parameters, the burden of each Raum, and what the generator itself counted.

In here: counting helps while they are written, and the contents of `wahrheit.json`, against which analyses can be held.
Not in here: the parameters (`parameter.yml`), the helps (`hilfen.py`).
"""

from collections.abc import Sequence
from typing import Any

import numpy as np
import polars as pl

from sources.musterdaten.hilfen import HILFEARTEN, im_jahr, kosten
from sources.musterdaten.raeume import Gebiet
from sources.musterdaten.zufall import belastung, faktor


class Wahrheit:
    """Counts of one Jugendamt; young people = running on 31.12. or ended in the year, UMA apart."""

    def __init__(self, gebiete: Sequence[Gebiet], jahre: Sequence[int]) -> None:
        """Nothing counted yet. What has no Raum is counted at the end of each array."""
        self._gebiete, form = gebiete, (len(gebiete) + 1, len(HILFEARTEN))
        self.kosten = {jahr: np.zeros((form[0], 12, form[1])) for jahr in jahre}
        self._menschen = {jahr: np.zeros(form, dtype=np.int64) for jahr in jahre}
        self._uma = dict.fromkeys(jahre, 0)

    def zaehle(self, hilfen: pl.DataFrame, jahr: int) -> None:
        """Count a block of helps for a year."""
        self.kosten[jahr] += kosten(hilfen, jahr, len(self._gebiete))
        laufend = im_jahr(hilfen, jahr)
        eigene = laufend.filter(~pl.col("uma"))
        self._uma[jahr] += len(laufend) - len(eigene)
        art = np.searchsorted(np.array(HILFEARTEN), eigene["hilfeart"].to_numpy().astype(str))
        np.add.at(self._menschen[jahr], (eigene["raum"].to_numpy(), art), 1)

    def als_dict(self) -> dict[str, Any]:
        """The part of `wahrheit.json` on this Jugendamt."""
        raeume, dichte, last = {}, [], []
        for stelle, gebiet in enumerate(self._gebiete):
            u21 = {jahr: gebiet.personen(jahr, 21) for jahr in self._menschen}
            menschen = {jahr: int(werte[stelle].sum()) for jahr, werte in self._menschen.items()}
            last.append(round(belastung(gebiet.saat), 4))
            dichte.append(sum(menschen.values()) / max(1, sum(u21.values())))
            raeume[gebiet.raum_id] = {"belastung": last[-1], "hze_faktor": round(faktor(gebiet.saat, "hze"), 4),
                                      "u21": u21, "junge_menschen": menschen}  # fmt: skip
        return {
            "raeume": raeume,
            "ohne_raum": {jahr: int(werte[-1].sum()) for jahr, werte in self._menschen.items()},
            "uma": self._uma,
            "nach_hilfeart": {
                jahr: dict(zip(HILFEARTEN, werte.sum(axis=0).tolist(), strict=True))
                for jahr, werte in self._menschen.items()
            },
            "kosten_eur": {jahr: round(float(werte.sum()), 2) for jahr, werte in self.kosten.items()},
            "korrelation_belastung_dichte": round(float(np.corrcoef(last, dichte)[0, 1]), 4) if len(last) > 2 else None,
        }
