"""From an address to the smallest Raum, by the profile's street directory.

Here: finding the Raum of street and house number; the address itself goes no further.
Not here: the directory (``jugendaemter/<name>/strassen.csv``), keys and names of Räume and the way upwards
(``dbt_project``), which fields of an extract are an address (``<extract>/contract.yml``).
"""

from __future__ import annotations

from collections.abc import Sequence

import polars as pl

from sources.profilmodell import Strasse

ROLLEN = ["strassenschluessel", "strasse", "hausnummer"]
_OFFEN = 99_999


def _name(strasse: pl.Expr) -> pl.Expr:
    """Street names as offices write them: "Lange Str. ", "LANGE STRASSE" and "Lange Straße" are one."""
    klein = strasse.str.to_lowercase().str.replace_all("ß", "ss", literal=True)
    return klein.str.replace_all(r"str(asse|\.)?(\s|$)", "str$2").str.replace_all(r"[\s.\-]", "")


def _verzeichnis(strassen: Sequence[Strasse]) -> pl.DataFrame:
    zeilen = [
        {"schluessel": s.strassenschluessel, "strasse": s.strasse, "seite": s.seite, "von": s.von,
         "bis": s.bis if s.bis is not None else _OFFEN, "raum_id": s.raum_id}
        for s in strassen
    ]  # fmt: skip
    schema = {"schluessel": pl.String, "strasse": pl.String, "seite": pl.String, "von": pl.Int64, "bis": pl.Int64,
              "raum_id": pl.String}  # fmt: skip
    return pl.DataFrame(zeilen, schema=schema).with_columns(strasse=_name(pl.col("strasse")))


def verorte(
    adressen: pl.DataFrame, geliefert: pl.Series, strassen: Sequence[Strasse], strasse_zuerst: bool
) -> pl.Series:
    """Raum of each record: the delivered key, else the one of its address (or the other way round).

    Args:
        adressen: text columns, some of :data:`ROLLEN`.
        geliefert: delivered key of the Raum, null where none came.
        strassen: street directory; () leaves the keys as they are.
        strasse_zuerst: the address counts before a delivered key.

    Returns:
        A key or a raum_id per record, null where neither is known.
    """
    gefunden = _aus_strasse(adressen, strassen)
    wahl = [gefunden, geliefert] if strasse_zuerst else [geliefert, gefunden]
    return pl.select(pl.coalesce(wahl)).to_series()


def _aus_strasse(adressen: pl.DataFrame, strassen: Sequence[Strasse]) -> pl.Series:
    """raum_id per record, null where the directory has no answer."""
    fehlt = [pl.lit(None, pl.String).alias(rolle) for rolle in ROLLEN if rolle not in adressen.columns]
    adressen = adressen.with_columns(fehlt).select(ROLLEN)
    eindeutig = (
        adressen.unique(maintain_order=True)
        .with_row_index("_nr")
        .with_columns(
            _name=_name(pl.col("strasse")),
            # 12a lies where 12 lies
            _hausnummer=pl.col("hausnummer").str.extract(r"^\s*0*(\d+)").cast(pl.Int64),
        )
    )
    verzeichnis = _verzeichnis(strassen)
    treffer = pl.concat(
        [
            eindeutig.join(verzeichnis, left_on=links, right_on=rechts, how="inner").select(
                "_nr", "_hausnummer", "seite", "von", "bis", "raum_id", rang=pl.lit(rang)
            )
            for rang, (links, rechts) in enumerate((("strassenschluessel", "schluessel"), ("_name", "strasse")))
        ]
    )
    seite = pl.when(pl.col("_hausnummer") % 2 == 0).then(pl.lit("gerade")).otherwise(pl.lit("ungerade"))
    passend = treffer.filter(
        pl.col("_hausnummer").is_between(pl.col("von"), pl.col("bis")),
        (pl.col("seite") == "beide") | (pl.col("seite") == seite),
    ).sort("_nr", "rang").unique("_nr", keep="first", maintain_order=True)  # fmt: skip
    je = eindeutig.join(passend.select("_nr", "raum_id"), on="_nr", how="left")
    return adressen.join(je, on=ROLLEN, how="left", nulls_equal=True, maintain_order="left")["raum_id"]
