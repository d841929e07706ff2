"""Age groups of plain counts: what shown ones differ by is a count of its own.

Here: which ages the addends of the catalogue count, and which age groups a level does not show, so that no sum or
difference of the others is small.
Not here: small counts themselves and what follows from both (``marken.py``), HzE by age (``aufbau.py``).

An age group tells how many more are below its upper end than below its lower one. So what is known are differences
between ages that shown groups link, over however many of them.
"""

from __future__ import annotations

from collections.abc import Sequence

import duckdb
import numpy as np
import numpy.typing as npt
import polars as pl

from sources.katalog import OFFEN, Kennzahl

EBENE = ["jugendamt", "tabelle", "messgroesse", "stichtag", "raumebene", "gruppe"]
Verlauf = dict[int, npt.NDArray[np.float64]]
"""Per linked age: how many are below it in each Raum, less a number that nobody knows."""

_SPANNEN = f"""
select {", ".join(EBENE)}, von, bis, raum_id, wert, k, count(distinct kennzahl) as kennzahlen
from bestandteile
inner join einfach using (tabelle)
inner join (select jugendamt, kennzahl, version, profil from core.dim_kennzahl) using (jugendamt, kennzahl, version)
inner join alter using (kennzahl, version, profil, seite, nr)
inner join (select distinct jugendamt, raum_id, raumebene from core.dim_raum where raumebene != 'sonstige')
    using (jugendamt, raum_id)
where wert is not null
group by all
order by all
"""


def altersgruppen(katalog: Sequence[Kennzahl]) -> pl.DataFrame:
    """Which ages each addend counts: kennzahl, version, profil, seite, nr, gruppe (among whom), von, bis."""
    zeilen = [
        {"kennzahl": k.kennzahl, "version": k.version, "profil": profil, "seite": seite, "nr": nr,
         "gruppe": f"{b.geschlecht}|{b.nationalitaet}|{b.merkmal}", "von": von, "bis": bis}
        for k in katalog for profil, fassung in k.fassungen()
        for seite, inhalt in (("zaehler", fassung.zaehler), ("nenner", fassung.nenner)) if inhalt
        for nr, b in enumerate(inhalt.bestandteile) for von, bis in [b.alter or (0, OFFEN)]
    ]  # fmt: skip
    return pl.DataFrame(zeilen)


def zu_nah(con: duckdb.DuckDBPyConnection) -> pl.DataFrame:
    """Age groups that a level does not show: ``EBENE``, von, bis. Those that most Kennzahlen need are shown first.

    Args:
        con: the warehouse, with ``bestandteile`` (as ``int_kennzahlen__bestandteile``), ``einfach`` (tabelle, k) and
            ``alter`` (from :func:`altersgruppen`).
    """
    gefunden, spannen = [], con.sql(_SPANNEN).pl()
    mehrere = spannen.filter(pl.struct("von", "bis").n_unique().over(EBENE) > 1)
    for ebene, teil in mehrere.group_by(EBENE, maintain_order=True):
        raeume, verlaeufe = teil["raum_id"].unique(maintain_order=True).to_list(), list[Verlauf]()
        gereiht = teil.sort("kennzahlen", descending=True, maintain_order=True)
        for (von, bis), zeilen in gereiht.group_by("von", "bis", maintain_order=True):
            werte = dict(zip(zeilen["raum_id"], zeilen["wert"], strict=True))
            # a Raum without a figure makes the group unfit: what it would tell there is not known
            neu = {von: np.zeros(len(raeume)), bis: np.array([werte.get(r, np.nan) for r in raeume])}
            alle = _verbunden(neu, verlaeufe)
            if _harmlos(alle, int(zeilen["k"][0])):
                verlaeufe = [v for v in verlaeufe if not v.keys() & neu.keys()] + [alle]
            else:
                gefunden.append((*ebene, von, bis))
    typen = {"stichtag": pl.Date}
    schema = {s: typen.get(s, pl.String) for s in EBENE} | {"von": pl.Int64, "bis": pl.Int64}
    return pl.DataFrame(gefunden, schema=schema, orient="row")


def _verbunden(neu: Verlauf, verlaeufe: Sequence[Verlauf]) -> Verlauf:
    """All that one more age group links."""
    alle = dict(neu)
    for v in verlaeufe:
        for alter in sorted(v.keys() & neu.keys())[:1]:
            alle |= {a: n - v[alter] + alle[alter] for a, n in v.items() if a not in alle}
    return alle


def _harmlos(verlauf: Verlauf, k: int) -> bool:
    """No two ages between which there are some, but fewer than k, in any Raum."""
    unterschiede = np.round(np.diff([verlauf[a] for a in sorted(verlauf)], axis=0), 6)
    return bool(((unterschiede == 0) | (np.abs(unterschiede) >= k)).all())
