"""Coverage: by which way the records of a delivery found their Raum, and how many found none.

Here: counting it at the door and, by today's keys, for what lies in the lake.
Not here: finding the Raum (``sources/verortung.py``, and dbt for keys), the threshold (``quality/gate``).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import cast

import polars as pl
import pyarrow.parquet as pq

from quality.tuer import lake_datei
from sources.ablage import Ablage
from sources.archiv import Ergebnis, Feeds, feed_von
from sources.profilmodell import Raumbuch
from sources.saetze import METHODE
from sources.verortung import NICHT_ZUORDENBAR, methode
from sources.vertraege import Vertrag


def je_methode(bloecke: Iterable[pl.DataFrame], vertrag: Vertrag, buch: Raumbuch) -> dict[str, int]:
    """Records per way (key, alias, street, coordinate, ``nicht_zuordenbar``), by its German name; {} without a Raum.

    Args:
        bloecke: judged records with the fields of the contract and ``raum_methode``; counts count as often as they say.
        vertrag: its first local field is the Raum; records that its ``ohne_raum`` names have none to find.
        buch: what the profile says about Räume.
    """
    if vertrag.raumfeld is None:
        return {}
    hat_raum = ~pl.sql_expr(vertrag.ohne_raum).fill_null(value=False) if vertrag.ohne_raum else pl.lit(True)
    je: Counter[str] = Counter()
    for block in bloecke:
        zaehler = vertrag.verdichtung.zaehler if vertrag.verdichtung and not vertrag.verdichtung.modelle else None
        menge = pl.col(zaehler).sum() if zaehler else pl.len()
        gezaehlt = block.filter(hat_raum).group_by(vertrag.raumfeld, METHODE).agg(menge.alias("n"))
        for schluessel, art, n in gezaehlt.iter_rows():
            je[art or methode(schluessel, buch)] += n or 0
    return {art: je[art] for art in sorted(je)}


def abdeckung(
    ablage: Ablage, vertraege: Mapping[str, Vertrag], lieferungen: Iterable[Ergebnis], feeds: Feeds
) -> Iterator[tuple[Ergebnis, dict[str, int]]]:
    """Coverage of each accepted delivery with Räume of its own.

    What lies in the lake is judged by today's keys, so that a mended profile shows at once; of single cases only what
    the door counted is left.
    """
    for ergebnis in lieferungen:
        vertrag, feed = vertraege.get(ergebnis.extrakt), feed_von(feeds, ergebnis)
        if vertrag is None or feed is None or vertrag.raumfeld is None:
            continue
        datei = lake_datei(ablage, vertrag, ergebnis.sha256)
        if datei.exists():
            spalten = {vertrag.raumfeld, METHODE, *pl.sql_expr(vertrag.ohne_raum or "true").meta.root_names()}
            spalten |= {vertrag.verdichtung.zaehler} if vertrag.verdichtung else set()
            yield ergebnis, je_methode(_bloecke(datei, spalten), vertrag, feed.raumbuch)
        else:
            yield ergebnis, ergebnis.verortung


def _bloecke(datei: Path, spalten: Iterable[str]) -> Iterator[pl.DataFrame]:
    """Some columns of a file of the lake, a bounded number of rows at a time."""
    for block in pq.ParquetFile(datei).iter_batches(batch_size=1_000_000, columns=sorted(spalten)):
        yield cast("pl.DataFrame", pl.from_arrow(block))


def in_worten(je: Mapping[str, int]) -> str:
    """One line for people, "" if every record found its Raum."""
    ohne, alle = je.get(NICHT_ZUORDENBAR, 0), sum(je.values())
    if not ohne:
        return ""
    anteil = f"{100 * ohne / alle:.1f}".replace(".", ",")
    wege = ", ".join(f"{art} {n}" for art, n in je.items() if art != NICHT_ZUORDENBAR)
    return f"{ohne} von {alle} Sätzen ({anteil} %) keinem Raum zugeordnet; die anderen über {wege or '–'}"
