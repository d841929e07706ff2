"""The door: is a delivery good enough, and which of its rows are not.

Here: judging cells by contract (Pandera), comparing with the last accepted delivery, thresholds, quarantine rows
with a German sentence that can be sent back, writing accepted cells to the lake.
Not here: reading formats and archiving bytes (``sources``), totals and relations (``dbt_project/tests``).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import polars as pl
import pyarrow as pa
import pyarrow.parquet as pq

from quality.schema import arrow_schema, pandera_schema
from sources.ablage import Ablage, schreibe_datei
from sources.archiv import Ergebnis
from sources.formate import Gelesen, Lesefehler, regionaldatenbank, tabelle
from sources.vertraege import Vertrag
from sources.zellen import ROH, in_zellen

QUARANTAENE_SCHEMA = {
    "raum_schluessel": pl.String,
    "zeile": pl.Int64, "regel": pl.String, "spalte": pl.String, "wert": pl.String, "meldung": pl.String,
}  # fmt: skip


@dataclass(frozen=True)
class Geprueft:
    """A judged delivery: cells for the lake, rows for quarantine, what the reader told."""

    zellen: pl.DataFrame
    quarantaene: pl.DataFrame
    gelesen: Gelesen


def lies(inhalt: bytes, dateiname: str, vertrag: Vertrag) -> Gelesen:
    """Read bytes with the reader the contract names. Raises :class:`Lesefehler`."""
    if vertrag.format == "tabelle":
        return tabelle.lies(inhalt, dateiname, vertrag.kodierungen)
    gelesen = regionaldatenbank.lies(inhalt)
    if gelesen.kodierung not in vertrag.kodierungen:
        raise Lesefehler(
            "kodierung",
            f"Die Datei ist als {gelesen.kodierung} kodiert",
            " oder ".join(vertrag.kodierungen),
            "die Datei neu abrufen oder umkodieren",
        )
    return gelesen


def pruefe(inhalt: bytes, dateiname: str, vertrag: Vertrag, angaben: Mapping[str, str]) -> Geprueft:
    """Read and judge one delivery.

    Returns:
        Cells that meet the contract (columns of ``sources/spalten.yml`` without the technical ones) and the rows
        that do not (columns of :data:`QUARANTAENE_SCHEMA`).

    Raises:
        Lesefehler: unreadable, wrong table, missing column, or more bad rows than the contract allows.
    """
    gelesen = lies(inhalt, dateiname, vertrag)
    zellen = in_zellen(gelesen, vertrag, angaben)
    verstoesse = _verstoesse(zellen, vertrag)
    schlecht = verstoesse["index"].unique()
    anteil = len(schlecht) / max(len(zellen), 1)
    quarantaene = _quarantaene(zellen, verstoesse)
    if anteil > vertrag.schwellen.quarantaene_anteil:
        beispiele = " | ".join(quarantaene["meldung"].head(3))
        raise Lesefehler(
            "zu_viele_fehler",
            f"{len(schlecht)} von {len(zellen)} Werten ({anteil:.1%}) verletzen den Vertrag: {beispiele}",
            f"höchstens {vertrag.schwellen.quarantaene_anteil:.1%}",
            "die Lieferung berichtigen und neu liefern; die letzte gute Lieferung bleibt in Kraft",
        )
    gut = zellen.with_row_index("_i").filter(~pl.col("_i").is_in(schlecht.implode()))
    fachlich = [s.name for s in vertrag.spalten if not s.technisch]
    return Geprueft(gut.select(fachlich), quarantaene, gelesen)


def _verstoesse(zellen: pl.DataFrame, vertrag: Vertrag) -> pl.DataFrame:
    """Failing (index, regel, spalte); a cell may fail several rules."""
    import pandera.polars as pa_pl

    leer = pl.DataFrame(schema={"index": pl.UInt32, "regel": pl.String, "spalte": pl.String})
    try:
        pandera_schema(vertrag).validate(zellen, lazy=True)
    except pa_pl.errors.SchemaErrors as fehler:
        faelle = fehler.failure_cases
    else:
        return leer
    ohne_zeile = faelle.filter(pl.col("index").is_null())
    if len(ohne_zeile):
        raise Lesefehler(
            "form",
            f"Die gelesenen Spalten passen nicht zum Vertrag: {ohne_zeile['check'].unique().to_list()}",
            f"die Spalten und Typen des Vertrags {vertrag.extrakt}",
            "den Vertrag oder die Lieferung angleichen",
        )
    return faelle.select(
        index=pl.col("index").cast(pl.UInt32),
        regel=pl.col("check").str.extract(r"^(\w+)"),
        spalte=pl.col("column").fill_null(""),
    ).unique(maintain_order=True)


_SATZ = {
    "isin": "unbekannter Code",
    "str_matches": "entspricht nicht der vereinbarten Form",
    "in_range": "liegt außerhalb des vereinbarten Bereichs",
    "not_nullable": "fehlt oder ist nicht lesbar",
    "wert": "ist keine Zahl und kein vereinbartes Zeichen",
    "bereich": "liegt außerhalb des vereinbarten Bereichs",
    "schluessel": "kommt doppelt vor",
}


def _quarantaene(zellen: pl.DataFrame, verstoesse: pl.DataFrame) -> pl.DataFrame:
    """Rows for quarantine with a sentence that names place, value and rule."""
    if verstoesse.is_empty():
        return pl.DataFrame(schema=QUARANTAENE_SCHEMA)
    betroffen = verstoesse.join(zellen.with_row_index("index"), on="index", how="left")
    zeilen = []
    for z in betroffen.iter_rows(named=True):
        spalte = z["spalte"] or ("wert" if z["regel"] != "schluessel" else "schluessel")
        # the published word, where a code or a date stands for it
        roh = z.get(f"{spalte}{ROH}") or z.get(spalte)
        ort = f"{z['raum_name'] or '(ohne Name)'} ({z['raum_schluessel'] or 'ohne Schlüssel'}), {z['zeit_roh']}"
        satz = _SATZ.get(z["regel"], z["regel"])
        zeilen.append(
            {
                "raum_schluessel": z["raum_schluessel"],
                "zeile": z["zeile"],
                "regel": z["regel"],
                "spalte": spalte,
                "wert": str(roh),
                "meldung": f"Zeile {z['zeile']}, {ort}: {spalte} '{roh}' {satz}.",
            }
        )
    return pl.DataFrame(zeilen, schema=QUARANTAENE_SCHEMA)


def lake_datei(ablage: Ablage, vertrag: Vertrag, sha256: str) -> Path:
    """Where the cells of one delivery lie."""
    return ablage.lake / vertrag.extrakt / f"{sha256}.parquet"


def _quarantaene_datei(ablage: Ablage, ergebnis: Ergebnis) -> Path:
    return ablage.quarantaene / ergebnis.jugendamt / ergebnis.extrakt / ergebnis.sha256 / "zeilen.parquet"


def ist_aktuell(ablage: Ablage, vertrag: Vertrag, ergebnis: Ergebnis) -> bool:
    """Whether the lake holds a delivery as today's contract and its last receipt want it, rejected rows included."""
    datei = lake_datei(ablage, vertrag, ergebnis.sha256)
    if not datei.exists():
        return False
    metadaten = pq.read_schema(datei).metadata or {}
    soll = {b"vertrag_sha256": vertrag.sha256, b"lieferung_nr": str(ergebnis.lieferung_nr)}
    if any(metadaten.get(name) != wert.encode() for name, wert in soll.items()):
        return False
    return metadaten.get(b"quarantaene") == b"0" or _quarantaene_datei(ablage, ergebnis).exists()


def schreibe_lake(ablage: Ablage, vertrag: Vertrag, geprueft: Geprueft, ergebnis: Ergebnis) -> None:
    """Write the accepted cells of one delivery, and its quarantine rows, as Parquet."""
    stand = geprueft.gelesen.meta.get("stand", "")[:10] or None
    zellen = geprueft.zellen.with_columns(
        jugendamt=pl.lit(ergebnis.jugendamt),
        lieferung=pl.lit(ergebnis.sha256),
        lieferung_nr=pl.lit(ergebnis.lieferung_nr, pl.Int64),
        datenstand=pl.lit(stand, pl.String).str.to_date("%Y-%m-%d", strict=False),
        musterdaten=pl.lit(geprueft.gelesen.musterdaten),
    )
    schema = arrow_schema(vertrag)
    schema = schema.with_metadata(
        {
            **(schema.metadata or {}),
            "lieferung_nr": str(ergebnis.lieferung_nr),
            "quarantaene": str(len(geprueft.quarantaene)),
        }
    )
    tabelle_ = zellen.select(schema.names).to_arrow().cast(schema)
    ziel = lake_datei(ablage, vertrag, ergebnis.sha256)
    schreibe_quarantaene(ablage, ergebnis, geprueft.quarantaene)
    schreibe_datei(ziel, lambda p: pq.write_table(tabelle_, p, compression="zstd"))


def schreibe_quarantaene(ablage: Ablage, ergebnis: Ergebnis, zeilen: pl.DataFrame) -> None:
    """Keep rejected rows with their delivery; no file where none was rejected."""
    ziel = _quarantaene_datei(ablage, ergebnis)
    if zeilen.is_empty():
        ziel.unlink(missing_ok=True)
        return
    herkunft = {f: pl.lit(getattr(ergebnis, f)) for f in ("jugendamt", "extrakt", "datei")}
    voll = zeilen.with_columns(**herkunft, lieferung=pl.lit(ergebnis.sha256))
    schreibe_datei(ziel, voll.write_parquet)


def lies_quarantaene(ablage: Ablage) -> list[dict[str, object]]:
    """Rejected rows of accepted deliveries: QUARANTAENE_SCHEMA, jugendamt, extrakt, datei, lieferung."""
    dateien = sorted(ablage.quarantaene.glob("*/*/*/zeilen.parquet"))
    return [zeile for datei in dateien for zeile in pl.read_parquet(datei).to_dicts()]


def schreibe_leere(ablage: Ablage, vertrag: Vertrag) -> None:
    """One zero-row file per dataset, so that a view over it never meets an empty folder."""
    schema = arrow_schema(vertrag)
    ziel = ablage.lake / vertrag.extrakt / "_leer.parquet"
    vorhanden = ziel.exists() and pq.read_schema(ziel).metadata.get(b"vertrag_sha256")
    if vorhanden != vertrag.sha256.encode():
        schreibe_datei(ziel, lambda p: pq.write_table(pa.table({n: [] for n in schema.names}, schema=schema), p))
