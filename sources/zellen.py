"""From a delivered table to the cells of its contract: one row per published figure, still unjudged.

Here: choosing the columns, translating published words into codes, dates and years.
Not here: the bytes (``sources/formate``), which rows are good enough (``quality/tuer.py``), what a figure
means for a Raum (``dbt_project``).
"""

from __future__ import annotations

import math
from collections.abc import Mapping

import polars as pl

from sources.formate import Gelesen, Lesefehler
from sources.profilmodell import Feed
from sources.vertraege import Dimension, Merkmal, Tabelle, Vertrag

# Cells carry the published word beside its code while they are judged, so that a message can quote it.
ROH = "_roh"
UNBEKANNT = "unbekannt"


def in_zellen(gelesen: Gelesen, vertrag: Vertrag, angaben: Mapping[str, str], feed: Feed | None = None) -> pl.DataFrame:
    """Cells of one delivery by contract, before any row is judged.

    Args:
        gelesen: what the format's reader returned (text columns).
        vertrag: the extract's contract.
        angaben: what the file name told (``thema``, ``jahr``).
        feed: which delivered columns the profile renames.

    Returns:
        One row per cell with the non-technical columns of ``sources/spalten.yml``; a value that could not be
        cast is null and its text stands in ``wert_roh``; an unknown code is the word ``unbekannt``, the published
        one stands in the column's ``_roh`` twin.

    Raises:
        Lesefehler: a column, table or dimension value the contract needs is missing or unknown.
    """
    if vertrag.format != "tabelle":
        zellen = _aus_regionaldatenbank(gelesen, vertrag)
    else:
        zellen = _aus_rechteck(gelesen, vertrag, angaben, feed)
    zellen = zellen.with_columns(
        stichtag=_stichtag(vertrag), status=_status(vertrag), zeichen=pl.col("zeichen").fill_null("")
    ).with_columns(
        berichtsjahr=pl.col("stichtag").dt.year().cast(pl.Int64),
        stichtag_roh=pl.col("zeit_roh"),
        berichtsjahr_roh=pl.col("zeit_roh"),
        status_roh=pl.col("zeichen"),
        status=_status_im_zeitraum(),
    )
    zellen = zellen.with_columns(
        wert=pl.when(pl.col("status") == "null_genau").then(0.0).otherwise(pl.col("wert")),
    )
    fachlich = [s.name for s in vertrag.spalten if not s.technisch]
    roh = [s for s in zellen.columns if s.endswith(ROH)]
    return zellen.select(*fachlich, *roh, "min", "max")


def _aus_regionaldatenbank(gelesen: Gelesen, vertrag: Vertrag) -> pl.DataFrame:
    kennung = gelesen.kennung or ""
    if kennung not in vertrag.tabellen:
        raise Lesefehler(
            "falsche_tabelle",
            f"Die Datei enthält die Tabelle {kennung or 'ohne Kennung'}",
            f"eine der Tabellen {', '.join(vertrag.tabellen)}",
            "die richtige Tabelle liefern oder den Feed im Profil anpassen",
        )
    merkmale = vertrag.tabellen[kennung].spalten
    dimensionen = dict(vertrag.dimensionen)
    if merkmale:
        dimensionen["spalten"] = Dimension(spalte="kopf", werte={n: n for n in merkmale})
    daten = gelesen.daten.with_columns(kopf=_kopf(gelesen.daten, vertrag, bool(merkmale)), zeit_roh=pl.col("zeit"))
    for name, dimension in dimensionen.items():
        _pruefe_auspraegungen(daten, kennung, name, dimension)
    _pruefe_kombinationen(daten, kennung, dimensionen)
    codes = {
        name: pl.col(d.spalte).replace_strict(d.werte, default=UNBEKANNT, return_dtype=pl.String)
        for name, d in vertrag.dimensionen.items()
    }
    bedeutung = _bedeutung(merkmale or {"": Merkmal(messgroesse=vertrag.messgroesse)}, "kopf").drop("einheit")
    return daten.join(bedeutung.rename({"merkmal": "merkmal_code"}), on="kopf", maintain_order="left").with_columns(
        wert_roh=pl.when(pl.col("wert").is_null()).then(pl.col("zeichen")).otherwise(pl.lit("")),
        **({"merkmal": pl.col("merkmal_code")} | codes),
        **{f"{name}{ROH}": pl.col(d.spalte) for name, d in vertrag.dimensionen.items()},
    )


def _kopf(daten: pl.DataFrame, vertrag: Vertrag, mehrere: bool) -> pl.Expr:
    """The heading of a cell's column: published measure and the dimensions that are none of the contract's."""
    if not mehrere:
        return pl.lit("")
    frei = {"merkmal", *(s for s in daten.columns if s.startswith("dim_"))}
    frei -= {d.spalte for d in vertrag.dimensionen.values()}
    teile = [pl.when(pl.col(s) != "").then(pl.col(s)) for s in daten.columns if s in frei]
    return pl.concat_str(teile, separator=" | ", ignore_nulls=True)


def _bedeutung(merkmale: Mapping[str, Merkmal], schluessel: str) -> pl.DataFrame:
    """What each value column counts, one row per column, named by ``schluessel``."""
    return pl.DataFrame(
        [{schluessel: n, **m.model_dump(exclude={"pflicht"})} for n, m in merkmale.items()],
        schema_overrides={"min": pl.Float64, "max": pl.Float64, "ab": pl.Int64, "bis": pl.Int64},
    )


def _pruefe_auspraegungen(daten: pl.DataFrame, kennung: str, name: str, dimension: Dimension) -> None:
    """Every code must come under one of its published words; a heading no one knows is refused as well."""
    spalte, werte = dimension.spalte, dimension.werte
    gekommen = daten[spalte].unique().to_list() if spalte in daten.columns else []
    da = {werte[w] for w in gekommen if w in werte}
    fehlt = [w for w, code in werte.items() if code not in da]
    neu = sorted(str(w) for w in gekommen if w not in werte)
    if not fehlt and not (neu and name == "spalten"):
        return
    was = f"fehlt bei '{name}': {', '.join(repr(f) for f in fehlt[:5])}" if fehlt else "steht unerwartet"
    was += f"{'; dafür neu' if fehlt else ''}: {', '.join(repr(n) for n in neu[:5])}" if neu else ""
    raise Lesefehler(
        "spalte_fehlt" if fehlt else "spalte_unbekannt",
        f"In Tabelle {kennung} {was}{' (umbenannt?)' if fehlt and neu else ''}",
        f"alle Ausprägungen von '{name}': {', '.join(repr(w) for w in werte)}",
        "die Tabelle vollständig abrufen oder die neue Bezeichnung im Vertrag des Extrakts eintragen",
    )


def _pruefe_kombinationen(daten: pl.DataFrame, kennung: str, dimensionen: Mapping[str, Dimension]) -> None:
    """Every Stichtag must have every combination of the dimensions: a single lost column shows only here."""
    spalten = [d.spalte for d in dimensionen.values()]
    soll = math.prod(len({*d.werte.values()}) for d in dimensionen.values())
    je_zeit = daten.select("zeit", *spalten).unique().group_by("zeit").len().filter(pl.col("len") < soll).sort("zeit")
    for zeit, ist in je_zeit.head(1).iter_rows():
        raise Lesefehler(
            "spalte_fehlt",
            f"In Tabelle {kennung} hat {zeit} nur {ist} Spalten",
            f"{soll}, eine je Kombination von {' und '.join(dimensionen)}",
            "die Tabelle vollständig abrufen und neu liefern",
        )


def _thema(vertrag: Vertrag, angaben: Mapping[str, str]) -> tuple[str, Tabelle]:
    thema = angaben.get("thema", "")
    if thema not in vertrag.tabellen:
        raise Lesefehler(
            "unbekanntes_thema",
            f"Das Thema '{thema}' aus dem Dateinamen ist nicht vereinbart",
            f"eines von {', '.join(vertrag.tabellen)}",
            "die Datei umbenennen oder das Thema in den Vertrag aufnehmen",
        )
    return thema, vertrag.tabellen[thema]


def _pruefe_spalten(daten: pl.DataFrame, vertrag: Vertrag, tabelle: Tabelle) -> None:
    pflicht = [vertrag.schluesselspalte, vertrag.namensspalte]
    pflicht += [n for n, m in tabelle.spalten.items() if m.pflicht]
    bekannt = {*pflicht, *tabelle.spalten, "zeile"}
    fehlt = [s for s in pflicht if s not in daten.columns]
    neu = [s for s in daten.columns if s not in bekannt]
    if not fehlt and not neu:
        return
    was = f"Es fehlt die Spalte {', '.join(repr(s) for s in fehlt)}" if fehlt else ""
    if neu:
        was += f"{'; dafür neu' if fehlt else 'Unbekannte Spalte'}: {', '.join(repr(s) for s in neu)}"
        was += " (umbenannt?)" if fehlt else ""
    raise Lesefehler(
        "spalte_fehlt" if fehlt else "spalte_unbekannt",
        was,
        f"die Spalten {', '.join(pflicht)}",
        "die Datei mit den vereinbarten Spalten liefern oder die neue Spalte im Profil unter 'spalten' zuordnen",
    )


def _aus_rechteck(gelesen: Gelesen, vertrag: Vertrag, angaben: Mapping[str, str], feed: Feed | None) -> pl.DataFrame:
    thema, tabelle = _thema(vertrag, angaben)
    daten = gelesen.daten.rename(feed.spalten if feed else {}, strict=False)
    _pruefe_spalten(daten, vertrag, tabelle)
    merkmale = {n: m for n, m in tabelle.spalten.items() if n in daten.columns}
    lang = daten.unpivot(
        on=list(merkmale),
        index=[vertrag.schluesselspalte, vertrag.namensspalte, "zeile"],
        variable_name="spalte",
        value_name="text",
    )
    zahl = pl.col("text").str.strip_chars().cast(pl.Float64, strict=False)
    return lang.join(_bedeutung(merkmale, "spalte"), on="spalte", maintain_order="left").with_columns(
        tabelle=pl.lit(thema),
        raum_schluessel=pl.col(vertrag.schluesselspalte).fill_null(""),
        raum_name=pl.col(vertrag.namensspalte).fill_null(""),
        zeit_roh=pl.lit(angaben.get("jahr", "")),
        wert=pl.when(zahl.is_finite()).then(zahl),
        zeichen=pl.when(pl.col("text").is_in(list(vertrag.zeichen))).then(pl.col("text")),
        wert_roh=pl.when(zahl.is_finite()).then(pl.lit("")).otherwise(pl.col("text").fill_null("(leer)")),
    )


def _stichtag(vertrag: Vertrag) -> pl.Expr:
    """Date of the figure; a bare year stands for the contract's month and day."""
    if vertrag.zeit == "stichtag":
        return pl.col("zeit_roh").str.to_date("%d.%m.%Y", strict=False)
    return (pl.col("zeit_roh") + f"-{vertrag.stichtag}").str.to_date("%Y-%m-%d", strict=False)


def _status(vertrag: Vertrag) -> pl.Expr:
    """Status of a cell by the contract's meaning of its sign; a number is ``gueltig``."""
    zeichen = pl.col("zeichen").fill_null("")
    bekannt = zeichen.replace_strict(vertrag.zeichen, default=UNBEKANNT, return_dtype=pl.String)
    return pl.when(zeichen == "").then(pl.lit("gueltig")).otherwise(bekannt)


def _status_im_zeitraum() -> pl.Expr:
    """A sign from years in which the source did not ask (``ab``, ``bis``) says nothing about the Raum."""
    jahr, ab, bis = pl.col("stichtag").dt.year(), pl.col("ab").fill_null(0), pl.col("bis").fill_null(9999)
    ungefragt = (pl.col("zeichen") != "") & ~jahr.is_between(ab, bis)
    return pl.when(ungefragt).then(pl.lit("nicht_sinnvoll")).otherwise("status")
