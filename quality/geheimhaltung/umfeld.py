"""What geheimhaltung reads of the warehouse: the counts of one Jugendamt and what they lie in.

Here: how a cell is called, which counts are protected, hierarchies, people and amounts behind a count.
Not here: cells and equations (``aufbau.py``), rows of the marts (``marken.py``).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

import duckdb
import polars as pl

from quality.geheimhaltung.dominanz import KOSTEN, lies_kosten
from quality.geheimhaltung.erklaerung import Erklaerung
from quality.geheimhaltung.seiten import Seite, aus_katalog, zaehlung
from sources.katalog import Kennzahl
from sources.profile import Profil

ACHSEN = ["messgroesse", "merkmal", "geschlecht", "altersgruppe", "raum_id", "stichtag"]
PERSONEN = {"schluessel": pl.String, "personen": pl.Int64}


@dataclass(frozen=True)
class Umfeld:
    """What the cells lie in.

    ``oberhalb``: raumebenen above the main level. ``kinder``: stichtag, hierarchie, eltern_raum_id, raum_id.
    ``hilfearten``: kind, elter. ``streng``: Hilfearten with the higher k. ``merkmale``: those a Kennzahl shows;
    ``summen``: sides of Kennzahlen that are sums of several counts. ``personen``: the fewest families or young people
    behind a count (columns of ``PERSONEN``). ``kosten``: columns of ``KOSTEN``.
    """

    oberhalb: tuple[str, ...]
    kinder: pl.DataFrame
    hilfearten: pl.DataFrame
    streng: tuple[str, ...]
    merkmale: tuple[str, ...]
    summen: tuple[Seite, ...] = ()
    personen: pl.DataFrame = field(default_factory=lambda: pl.DataFrame(schema=PERSONEN))
    kosten: pl.DataFrame = field(default_factory=lambda: pl.DataFrame(schema=KOSTEN))


def schluessel() -> pl.Expr:
    """Text key of a cell from :data:`ACHSEN`; the same in every release."""
    return pl.concat_str([pl.col(a).cast(pl.String) for a in ACHSEN], separator="|").alias("schluessel")


def schreibe_zaehlungen(warehouse: Path, ziel: Path, erklaerung: Erklaerung, speicher: str) -> None:
    """Write the protected counts of all Jugendämter as Parquet, those of a Jugendamt together.

    Columns: jugendamt, :data:`ACHSEN`, berichtsjahr, raumebene, wert (whole numbers only). Each Jugendamt reads its own
    out of it, where it would have to look through the cells of all others in the warehouse.
    """
    with duckdb.connect(str(warehouse), read_only=True, config={"memory_limit": speicher}) as con:
        con.execute(
            """
            copy (
                select jugendamt, messgroesse, merkmal, geschlecht, altersgruppe, raum_id, stichtag,
                    berichtsjahr::bigint as berichtsjahr, raumebene, wert::bigint as wert
                from core.fct_messgroessen
                anti join (select tabelle from core.dim_tabelle where oeffentlich) as oeffentlich using (tabelle)
                inner join core.dim_raum using (jugendamt, raum_id)
                where list_contains(?, messgroesse) and herkunft = 'gezaehlt' and nationalitaet = 'insgesamt'
                    and status in ('gueltig', 'null_genau') and wert = round(wert)
                order by jugendamt
            ) to ? (format parquet, row_group_size 20480)
            """,
            [[*erklaerung.messgroessen, *erklaerung.personen], str(ziel)],
        )


def lies_zaehlungen(datei: Path, jugendamt: str) -> pl.DataFrame:
    """Of what :func:`schreibe_zaehlungen` wrote, one Jugendamt, sorted; without the column that names it."""
    eigene = pl.scan_parquet(datei).filter(pl.col("jugendamt") == jugendamt).drop("jugendamt")
    return eigene.collect().sort(pl.all(), nulls_last=True)


def lies_umfeld(
    con: duckdb.DuckDBPyConnection,
    zaehlungen: pl.DataFrame,
    profil: Profil,
    katalog: Sequence[Kennzahl],
    erklaerung: Erklaerung,
) -> Umfeld:
    """The surroundings of the cells of one Jugendamt, from the warehouse and its counts."""
    kinder = con.sql(
        "select stichtag, hierarchie, eltern_raum_id, raum_id from intermediate.int_raeume__kinder "
        "where jugendamt = ? order by all",
        params=[profil.jugendamt],
    ).pl()
    knoten = con.sql(
        """
        select distinct hilfeart, eltern, paragraf
        from core.dim_hilfeart
        where konvention = (
            select arg_min(konvention, kennzahlenprofil = 'sonst') from core.hilfearten_konventionen
            where kennzahlenprofil in (?, 'sonst')
        )
        order by all
        """,
        params=[profil.kennzahlenprofil],
    ).pl()
    ebenen = [e.ebene for e in profil.raumebenen]
    seiten = [s for s in aus_katalog(katalog, erklaerung) if s.profil in {"alle", profil.kennzahlenprofil}]
    return Umfeld(
        oberhalb=tuple(ebenen[: ebenen.index(profil.hauptebene)]),
        kinder=kinder,
        hilfearten=knoten.filter(pl.col("eltern").is_not_null()).select(kind="hilfeart", elter="eltern"),
        streng=tuple(knoten.filter(pl.col("paragraf").is_in(erklaerung.strenger.paragrafen))["hilfeart"]),
        merkmale=tuple(sorted({m for s in seiten for m, _ in s.teile if "|" in m})),
        summen=tuple({(s.zaehlung, s.merkmal): s for s in seiten if len(s.teile) > 1}.values()),
        personen=_personen(zaehlungen, erklaerung),
        kosten=lies_kosten(con, profil, seiten, erklaerung),
    )


def _personen(zaehlungen: pl.DataFrame, erklaerung: Erklaerung) -> pl.DataFrame:
    fall = {p: zaehlung(p, erklaerung) for p in erklaerung.personen}
    gezaehlt = zaehlungen.filter(pl.col("messgroesse").is_in(list(fall)), pl.col("wert") > 0)
    je_fall = gezaehlt.with_columns(pl.col("messgroesse").replace_strict(fall, return_dtype=pl.String))
    return je_fall.group_by(schluessel()).agg(pl.col("wert").min().alias("personen"))
