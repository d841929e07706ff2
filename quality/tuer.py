"""The door: is a delivery good enough, and which of its rows are not.

Here: judging cells and records by contract (Pandera), thresholds, writing accepted rows to the lake.
Not here: reading formats, typing values and archiving bytes (``sources``), the words for what is wrong
(``quality/meldungen.py``), the comparison with the last accepted delivery (``quality/bestand.py``), totals and
relations (``dbt_project/tests``).
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from functools import cached_property, partial
from itertools import chain
from pathlib import Path
from typing import Any

import polars as pl
import pyarrow as pa
import pyarrow.parquet as pq

from quality.meldungen import QUARANTAENE_SCHEMA, saetze_als_zeilen, zellen_als_zeilen
from quality.schema import arrow_schema, bedingung, im_lake, pandera_gesamt, pandera_schema, polars_schema
from sources.ablage import Ablage, schreibe_datei
from sources.archiv import Ergebnis
from sources.formate import Gelesen, Lesefehler, erkennung, festbreite, tabelle
from sources.profilmodell import Feed
from sources.saetze import METHODE, Saetze, in_saetze, pflichtspalten
from sources.vertraege import Vertrag
from sources.zellen import in_zellen

_WOERTERBUCH = pa.dictionary(pa.int32(), pa.string())
_FAELLE = {"index": pl.UInt32, "regel": pl.String, "spalte": pl.String}
_SUMME = r"(?i)^\s*(?:(?:insgesamt|gesamt|total|zusammen)\s*:?\s*$|(?:gesamt|zwischen)?summe\b)"
# Records are judged and written in blocks, so that memory does not grow with the delivery.
BLOCK = 1_000_000
# Of each suspicion, and of each rule in a refused delivery, the first rows are kept; all are counted.
HOECHSTENS = 10_000


class ZuVieleFehler(Lesefehler):
    """More bad rows than the contract allows; ``zeilen`` are these (columns of :data:`QUARANTAENE_SCHEMA`)."""

    def __init__(self, zeilen: pl.DataFrame, *teile: str) -> None:
        """Keep the rows for the letter to the office that delivered."""
        self.zeilen = zeilen
        super().__init__(*teile)

    def __reduce__(self) -> tuple[Any, ...]:
        """Survive pickling between processes with the rows."""
        return ZuVieleFehler, (self.zeilen, *super().__reduce__()[1])


@dataclass(frozen=True)
class Geprueft:
    """A judged delivery: rows for the lake, rows for quarantine, what the reader told.

    Attributes:
        gut: accepted rows: a frame, or all records and the numbers of those to leave out.
        quarantaene: columns of :data:`QUARANTAENE_SCHEMA`; of personal extracts row and rule only.
        verdacht: rows that passed but look wrong; the same columns. At most 10,000 of each rule.
        verdacht_zeilen: how many there are in all.
        reparaturen: field -> repaired values.
        weggelassen: "summenzeilen", "unbekannte_spalten", "leere_zellen" -> how many were left out.
        personenbezogen: the rows are about single persons.
        lesart: hash of contract and mapping that the delivery was read by.
    """

    gut: pl.DataFrame | tuple[Saetze, pl.Series]
    quarantaene: pl.DataFrame
    gelesen: Gelesen
    verdacht: pl.DataFrame = field(default_factory=lambda: pl.DataFrame(schema=QUARANTAENE_SCHEMA))
    verdacht_zeilen: int = 0
    reparaturen: dict[str, int] = field(default_factory=dict)
    weggelassen: dict[str, int] = field(default_factory=dict)
    personenbezogen: bool = False
    lesart: str = ""

    def bloecke(self, woerterbuch: bool = False) -> Iterator[pl.DataFrame]:
        """Accepted rows, typed, a bounded number at a time: for everything that must stand large deliveries.

        ``woerterbuch``: text of records as Enum (the same in all blocks), which is quicker, instead of String.
        """
        if isinstance(self.gut, pl.DataFrame):
            yield self.gut
            return
        saetze, schlecht = self.gut
        for von, block in _bloecke(saetze, woerterbuch):
            raus = schlecht.filter(schlecht.is_between(von, von + BLOCK - 1))
            yield (
                block.with_row_index("_i", von).filter(~pl.col("_i").is_in(raus.implode())).drop("_i")
                if len(raus)
                else block
            )

    def ausgelegt(self) -> Geprueft:
        """The same without the delivered cells, and with its rows as one frame unless these are too many."""
        gelesen = replace(self.gelesen, daten=self.gelesen.daten.clear())
        gut = self.gut if self.zeilen > BLOCK else pl.concat(self.bloecke(woerterbuch=True))
        return replace(self, gut=gut, gelesen=gelesen)

    @cached_property
    def zellen(self) -> pl.DataFrame:
        """All accepted rows in one frame: the contract's columns without the technical ones."""
        return pl.concat(self.bloecke())

    @property
    def zeilen(self) -> int:
        """Number of accepted rows."""
        return len(self.gut) if isinstance(self.gut, pl.DataFrame) else len(self.gut[0]) - len(self.gut[1])


def _bloecke(saetze: Saetze, woerterbuch: bool = False) -> Iterator[tuple[int, pl.DataFrame]]:
    """All records in blocks with the number of the first; the next block is made while one is worked on."""
    if len(saetze) <= BLOCK:
        yield 0, saetze.block(0, BLOCK, woerterbuch)
        return
    with ThreadPoolExecutor(1) as nebenher:
        anfaenge = range(0, len(saetze), BLOCK)
        naechster = nebenher.submit(saetze.block, 0, BLOCK, woerterbuch)
        for von in anfaenge:
            block = naechster.result()
            naechster = nebenher.submit(saetze.block, von + BLOCK, BLOCK, woerterbuch)
            yield von, block


def lies(inhalt: bytes, dateiname: str, vertrag: Vertrag, feed: Feed | None = None) -> Gelesen:
    """Read bytes with the reader the contract names. Raises :class:`Lesefehler`."""
    if vertrag.format == "tabelle":
        return tabelle.lies(
            inhalt,
            dateiname,
            vertrag.kodierungen,
            trennzeichen=feed.dialekt.trennzeichen if feed else "",
            blatt=vertrag.blatt,
            kopf=pflichtspalten(vertrag, feed) if vertrag.kopf_suchen else [],
            woerterbuch=vertrag.form == "saetze",
        )
    if vertrag.format == "festbreite":
        assert vertrag.satzart is not None
        return festbreite.lies(inhalt, vertrag.felder, vertrag.satzart, vertrag.kodierungen)
    gelesen = erkennung.LESER[vertrag.format](inhalt, dateiname)
    if gelesen.kodierung not in vertrag.kodierungen:
        raise Lesefehler(
            "kodierung",
            f"Die Datei ist als {gelesen.kodierung} kodiert",
            " oder ".join(vertrag.kodierungen),
            "die Datei neu abrufen oder umkodieren",
        )
    return gelesen


def lesart(vertrag: Vertrag, feed: Feed | None) -> str:
    """Hash of all that decides how a delivery is read: its contract and the profile's mapping."""
    eigenes = feed.model_dump_json(exclude={"feed", "extrakt", "muster", "werte", "raumbuch"}) if feed else ""
    if feed and vertrag.adresse:  # keys are resolved later, addresses now
        eigenes += feed.raumbuch.abdruck
    return hashlib.sha256(f"{vertrag.sha256}{eigenes}".encode()).hexdigest()


def pruefe(
    inhalt: bytes, dateiname: str, vertrag: Vertrag, angaben: Mapping[str, str], feed: Feed | None = None
) -> Geprueft:
    """Read and judge one delivery.

    Args:
        inhalt: the delivered bytes.
        dateiname: its name, for messages.
        vertrag: the extract's contract.
        angaben: what the file name told.
        feed: how today's profile maps columns and words, and the office's dialect.

    Raises:
        Lesefehler: unreadable, wrong table, missing column, or more bad rows than the contract allows.
    """
    gelesen = lies(inhalt, dateiname, vertrag, feed)
    pruefung = _pruefe_saetze if vertrag.form == "saetze" else _pruefe_zellen
    return pruefung(gelesen, vertrag, angaben, feed)


def _pruefe_zellen(gelesen: Gelesen, vertrag: Vertrag, angaben: Mapping[str, str], feed: Feed | None) -> Geprueft:
    zellen = in_zellen(gelesen, vertrag, angaben, feed)
    faelle = _verstoesse(zellen, vertrag)
    schlecht = faelle["index"].unique()
    quarantaene = zellen_als_zeilen(zellen, faelle)
    _pruefe_anteil(len(schlecht), len(zellen), "Werten", quarantaene, vertrag)
    gut = zellen.with_row_index("_i").filter(~pl.col("_i").is_in(schlecht.implode()))
    fachlich = [s.name for s in vertrag.spalten if not s.technisch]
    return Geprueft(gut.select(fachlich), quarantaene, gelesen, lesart=lesart(vertrag, feed))


def nach_vertrag(daten: pl.DataFrame, vertrag: Vertrag) -> pl.DataFrame:
    """Rows that this house made itself, typed and judged as if they were delivered; all must meet the contract.

    Raises:
        Lesefehler: a column is missing or a row violates the contract; no value is named.
    """
    import pandera.polars as pa_pl

    typen = polars_schema(vertrag, technisch=False)
    fehlt = sorted(set(typen) - {*daten.columns, METHODE})
    daten = daten if METHODE in daten.columns else daten.with_columns(pl.lit(None).alias(METHODE))
    try:
        if fehlt:
            raise pl.exceptions.ColumnNotFoundError(", ".join(fehlt))
        return pandera_gesamt(im_lake(vertrag)).validate(daten.select(pl.col(n).cast(t) for n, t in typen.items()))
    except (pl.exceptions.PolarsError, pa_pl.errors.SchemaError, pa_pl.errors.SchemaErrors) as fehler:
        spalte = f" ({', '.join(fehlt)})" if fehlt else ""
        raise Lesefehler(
            "fallebene",
            f"Die Aggregate erfüllen den Vertrag {vertrag.extrakt} nicht: {type(fehler).__name__}{spalte}",
            "Aggregate nach dem heutigen Vertrag",
            "die Entwicklung benachrichtigen; eine ältere Verdichtung verlangt einen neuen vollständigen Abzug",
        ) from None


def _pruefe_anteil(schlecht: int, alle: int, was: str, quarantaene: pl.DataFrame, vertrag: Vertrag) -> None:
    """Refuse a delivery with too many bad rows."""
    anteil = schlecht / max(alle, 1)
    if anteil <= vertrag.schwellen.quarantaene_anteil:
        return
    beispiele = " | ".join(quarantaene["meldung"].head(3))
    raise ZuVieleFehler(
        quarantaene,
        "zu_viele_fehler",
        f"{schlecht} von {alle} {was} ({anteil:.1%}) verletzen den Vertrag: {beispiele}",
        f"höchstens {vertrag.schwellen.quarantaene_anteil:.1%}",
        "die Lieferung berichtigen und neu liefern; die letzte gute Lieferung bleibt in Kraft",
    )


def _pruefe_saetze(gelesen: Gelesen, vertrag: Vertrag, angaben: Mapping[str, str], feed: Feed | None) -> Geprueft:
    """Judge records block by block; nothing in the result depends on where a block ends."""
    saetze = in_saetze(gelesen, vertrag, angaben, feed)
    verdachte = [r for r in vertrag.regeln if r.schwere == "verdacht"]
    unlesbar = saetze.unlesbare().with_columns(regel=pl.lit("typ")).select(*_FAELLE)
    faelle = [unlesbar, *_summenzeilen(saetze, vertrag)]
    verdaechtig = [pl.DataFrame(schema=_FAELLE)]
    doppelte: Callable[[], pl.Series] = partial(saetze.doppelte, [] if saetze.ohne_schluessel else vertrag.schluessel)
    with ThreadPoolExecutor(1) as nebenher:
        if len(saetze) > BLOCK:
            doppelte = nebenher.submit(doppelte).result
        for von, block in _bloecke(saetze):
            faelle.append(_verstoesse(block, vertrag).with_columns(pl.col("index") + von))
            treffer = block.select((~bedingung(regel)).alias(str(i)) for i, regel in enumerate(verdachte))
            for regel, trifft in zip(verdachte, treffer, strict=True):
                if trifft.any():
                    verdaechtig.append(_als_faelle(trifft.arg_true().cast(pl.UInt32) + von, regel.name, regel.felder))
        faelle.append(_als_faelle(doppelte(), "schluessel", ", ".join(vertrag.schluessel)))
    alle = _ohne_folgen(pl.concat(faelle), unlesbar)
    schlecht = alle["index"].unique().sort()
    zu_viele = len(schlecht) > len(saetze) * vertrag.schwellen.quarantaene_anteil
    quarantaene = saetze_als_zeilen(saetze, alle, vertrag, HOECHSTENS if zu_viele else len(alle))
    _pruefe_anteil(len(schlecht), len(saetze), "Sätzen", quarantaene, vertrag)
    verdacht = pl.concat(verdaechtig)
    verdacht = verdacht.join(pl.DataFrame({"index": schlecht}), on="index", how="anti", maintain_order="left")
    return Geprueft(
        (saetze, schlecht),
        quarantaene,
        gelesen,
        verdacht=saetze_als_zeilen(saetze, verdacht, vertrag, HOECHSTENS),
        verdacht_zeilen=len(verdacht),
        reparaturen=saetze.reparaturen,
        weggelassen=saetze.weggelassen,
        personenbezogen=saetze.personenbezogen,
        lesart=lesart(vertrag, feed),
    )


def _ohne_folgen(faelle: pl.DataFrame, unlesbar: pl.DataFrame) -> pl.DataFrame:
    """Cases without those that only follow from others."""
    if faelle.is_empty():
        return faelle
    # what could not be read is empty only for that reason
    leer = pl.col("regel") == "pflicht"
    faelle = pl.concat([faelle.filter(~leer), faelle.filter(leer).join(unlesbar, on=["index", "spalte"], how="anti")])
    # a period is missing where the field it is made of is
    aus_feld = pl.col("spalte") == "periode"
    eigene = faelle.filter(~aus_feld)
    return pl.concat([eigene, faelle.filter(aus_feld).join(eigene, on="index", how="anti")])


def _summenzeilen(saetze: Saetze, vertrag: Vertrag) -> Iterator[pl.DataFrame]:
    """Counts per Raum whose Raum is a word for a total (index, regel, spalte)."""
    for name in (f.name for f in vertrag.felder if f.schluesselart and f.name in vertrag.schluessel):
        spalte = saetze.spalten[name]
        summe = spalte.werte.str.contains(_SUMME)
        if summe.any():
            satz = summe.gather(spalte.index).fill_null(value=False).arg_true().cast(pl.UInt32)
            yield pl.DataFrame({"index": satz}).with_columns(regel=pl.lit("summenzeile"), spalte=pl.lit(name))


def _als_faelle(index: pl.Series, regel: str, spalte: str) -> pl.DataFrame:
    return pl.DataFrame({"index": index}).with_columns(regel=pl.lit(regel), spalte=pl.lit(spalte))


def _haelt_alles(zeilen: pl.DataFrame, vertrag: Vertrag) -> bool:
    """Whether all columns are there with their types, and all rows hold all rules."""
    import pandera.polars as pa_pl

    if any(zeilen.schema.get(n) != t for n, t in polars_schema(vertrag, technisch=False).items()):
        return False
    try:
        pandera_gesamt(vertrag).validate(zeilen)
    except pa_pl.errors.SchemaError:
        return False
    return True


def _verstoesse(zeilen: pl.DataFrame, vertrag: Vertrag) -> pl.DataFrame:
    """Failing (index, regel, spalte); a row may fail several rules."""
    import pandera.polars as pa_pl

    if _haelt_alles(zeilen, vertrag):
        return pl.DataFrame(schema=_FAELLE)
    try:
        pandera_schema(vertrag).validate(zeilen, lazy=True)
    except pa_pl.errors.SchemaErrors as fehler:
        faelle = fehler.failure_cases
    else:
        return pl.DataFrame(schema=_FAELLE)
    ohne_zeile = faelle.filter(pl.col("index").is_null())
    if len(ohne_zeile):
        raise Lesefehler(
            "form",
            f"Die gelesenen Spalten passen nicht zum Vertrag: {ohne_zeile['check'].unique().sort().to_list()}",
            f"die Spalten und Typen des Vertrags {vertrag.extrakt}",
            "den Vertrag oder die Lieferung angleichen",
        )
    regel, _, spalten = (pl.col("check").str.extract(r"^([^:]*)(:?)(.*)$", n) for n in (1, 2, 3))
    return faelle.select(
        index=pl.col("index").cast(pl.UInt32),
        regel=regel,
        spalte=pl.col("column").fill_null(spalten),
    ).unique(maintain_order=True)


def lake_datei(ablage: Ablage, vertrag: Vertrag, sha256: str) -> Path:
    """Where the cells of one delivery lie."""
    return ablage.lake / vertrag.extrakt / f"{sha256}.parquet"


def _quarantaene_datei(ablage: Ablage, ergebnis: Ergebnis, name: str = "zeilen") -> Path:
    return ablage.quarantaene / ergebnis.jugendamt / ergebnis.extrakt / ergebnis.sha256 / f"{name}.parquet"


def ist_aktuell(ablage: Ablage, vertrag: Vertrag, ergebnis: Ergebnis, feed: Feed | None = None) -> bool:
    """Whether the lake holds a delivery as today's reading and its last receipt want it, rejected rows included."""
    datei = lake_datei(ablage, vertrag, ergebnis.sha256)
    if not datei.exists():
        return False
    metadaten = pq.read_metadata(datei).metadata or {}
    soll = {b"lesart": lesart(vertrag, feed), b"lieferung_nr": str(ergebnis.lieferung_nr)}
    if any(metadaten.get(name) != wert.encode() for name, wert in soll.items()):
        return False
    return metadaten.get(b"quarantaene") == b"0" or _quarantaene_datei(ablage, ergebnis).exists()


def schreibe_lake(ablage: Ablage, vertrag: Vertrag, geprueft: Geprueft, ergebnis: Ergebnis) -> None:
    """Write the accepted rows of one delivery, its quarantine and its suspicious rows, as Parquet."""
    stand = geprueft.gelesen.meta.get("stand", "")[:10] or None
    technisch = {
        "jugendamt": _fest(ergebnis.jugendamt),
        "lieferung": _fest(ergebnis.sha256),
        "lieferung_nr": pl.lit(ergebnis.lieferung_nr, pl.Int64),
        "datenstand": pl.lit(stand, pl.String).str.to_date("%Y-%m-%d", strict=False),
        "musterdaten": pl.lit(geprueft.gelesen.musterdaten),
    }
    merkmale = {
        "lesart": geprueft.lesart,
        "lieferung_nr": str(ergebnis.lieferung_nr),
        "quarantaene": str(len(geprueft.quarantaene)),
    }
    bloecke = (_arrow(block.with_columns(**technisch), vertrag) for block in geprueft.bloecke(woerterbuch=True))

    def schreiben(pfad: Path) -> None:
        erster = next(bloecke)
        # line numbers differ in each row: counted up, not looked up; without Arrow's schema, text is text to readers
        nachgeschlagen = [name for name in erster.schema.names if name != "zeile"]
        with pq.ParquetWriter(
            pfad,
            erster.schema,
            compression="zstd",
            use_dictionary=nachgeschlagen,
            column_encoding={"zeile": "DELTA_BINARY_PACKED"},
            store_schema=False,
        ) as datei:
            for block in chain([erster], bloecke):
                datei.write_table(block)
            datei.add_key_value_metadata(merkmale)

    _schreibe_zeilen(_quarantaene_datei(ablage, ergebnis), ergebnis, geprueft.quarantaene)
    _schreibe_zeilen(_quarantaene_datei(ablage, ergebnis, "verdacht"), ergebnis, geprueft.verdacht)
    schreibe_datei(lake_datei(ablage, vertrag, ergebnis.sha256), schreiben)


def merke_abgewiesene(ablage: Ablage, ergebnis: Ergebnis, fehler: ZuVieleFehler) -> None:
    """Keep row and rule, never a value, of a refused personal delivery, whose bytes are not kept."""
    ohne_wert = fehler.zeilen.filter(pl.col("wert") == "")
    _schreibe_zeilen(_quarantaene_datei(ablage, ergebnis, "abgewiesene"), ergebnis, ohne_wert)


def _fest(text: str) -> pl.Expr:
    """The same text in every row, kept once."""
    return pl.lit(text, dtype=pl.Enum([text]))


def _arrow(block: pl.DataFrame, vertrag: Vertrag) -> pa.Table:
    """A block as the lake wants it; text with a dictionary keeps it."""
    soll = arrow_schema(vertrag)
    ist = block.select(soll.names).to_arrow()
    felder = [f.with_type(_WOERTERBUCH) if pa.types.is_dictionary(ist.schema.field(f.name).type) else f for f in soll]
    return ist.cast(pa.schema(felder))


def _schreibe_zeilen(ziel: Path, ergebnis: Ergebnis, zeilen: pl.DataFrame) -> None:
    """Keep rejected or suspicious rows with their delivery; no file where there is none."""
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
        schreibe_datei(ziel, lambda p: pq.write_table(schema.empty_table(), p))
