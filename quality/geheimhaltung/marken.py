"""From marks on counts to marks on the rows of the internal marts.

Here: which row follows which count; everything of protected origin that follows none is not shown.
Not here: the marks on counts (``sperrung.py``), applying marks (macro ``geschuetzt`` of dbt).
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import duckdb
import polars as pl

from quality.geheimhaltung.altersgruppen import altersgruppen, zu_nah
from quality.geheimhaltung.erklaerung import Erklaerung
from quality.geheimhaltung.seiten import aus_katalog, zaehlung
from sources.katalog import Kennzahl

SEITEN = {"kennzahl": pl.String, "version": pl.Int64, "profil": pl.String, "seite": pl.String, "zaehlung": pl.String,
          "merkmal": pl.String, "geschlecht": pl.String, "altersgruppe": pl.String, "kosten": pl.Boolean}  # fmt: skip

# A Kennzahl is open if each of its sides is: made of public or plain tables alone, or a count that is shown.
_KENNZAHLEN = """
with ebenen as (
    select distinct jugendamt, raum_id, raumebene from core.dim_raum where raumebene != 'sonstige'
),
-- of a share: those who do not have it
uebrige as (
    select
        jugendamt, raum_id, tabelle, messgroesse, stichtag, kennzahl, version, berichtsjahr, quelle,
        sum(case when seite = 'nenner' then gewicht else -gewicht end * wert) as wert
    from bestandteile
    where abs(gewicht) = 1 and tabelle in (select tabelle from einfach)
    group by all
    having count(distinct seite) = 2
),
-- where one Raum of a level has a small count, its whole level is hidden
klein as (
    select distinct jugendamt, tabelle, messgroesse, stichtag, raumebene
    from (
        select jugendamt, raum_id, tabelle, messgroesse, stichtag, wert from bestandteile
        union all by name select * from uebrige
    )
    inner join einfach using (tabelle)
    inner join ebenen using (jugendamt, raum_id)
    where round(wert, 6) != 0 and abs(wert) < einfach.k
),
-- addends that count an age group which would give away a small difference
nah as (
    select zu_nah.*, alter.kennzahl, alter.version, alter.seite, alter.nr
    from zu_nah
    inner join alter using (gruppe, von, bis)
    semi join core.dim_kennzahl as kennzahlen
        on kennzahlen.jugendamt = zu_nah.jugendamt and kennzahlen.kennzahl = alter.kennzahl
        and kennzahlen.version = alter.version and kennzahlen.profil = alter.profil
),
einfach_offen as (
    select jugendamt, raum_id, tabelle, messgroesse, stichtag, kennzahl, version, seite, nr
    from (
        select distinct jugendamt, raum_id, tabelle, messgroesse, stichtag, kennzahl, version, seite, nr
        from bestandteile
    )
    semi join einfach using (tabelle)
    inner join ebenen using (jugendamt, raum_id)
    anti join klein using (jugendamt, tabelle, messgroesse, stichtag, raumebene)
    anti join nah using (jugendamt, tabelle, messgroesse, stichtag, raumebene, kennzahl, version, seite, nr)
),
je_seite as (
    select
        teile.jugendamt, teile.raum_id, teile.berichtsjahr, teile.kennzahl, teile.version, teile.quelle, teile.seite,
        max(teile.stichtag) as stichtag,
        bool_and(oeffentlich.tabelle is not null or einfach_offen.raum_id is not null) as ist_oeffentlich
    from bestandteile as teile
    left join (select distinct tabelle from core.dim_tabelle where oeffentlich) as oeffentlich using (tabelle)
    left join einfach_offen using (jugendamt, raum_id, tabelle, messgroesse, stichtag, kennzahl, version, seite, nr)
    group by all
),
teile as (
    select
        je_seite.jugendamt, je_seite.raum_id, je_seite.berichtsjahr, je_seite.kennzahl, je_seite.version,
        je_seite.quelle,
        bool_and(
            je_seite.ist_oeffentlich or coalesce(zellmarken.marke = 'offen' and kosten_zu.merkmal is null, false)
        ) as ist_offen
    from je_seite
    inner join core.dim_kennzahl as kennzahlen using (jugendamt, kennzahl, version)
    left join seiten
        on seiten.kennzahl = je_seite.kennzahl and seiten.version = je_seite.version
        and seiten.seite = je_seite.seite and seiten.profil = kennzahlen.profil
    left join zellmarken
        on zellmarken.schluessel = concat_ws(
            '|', seiten.zaehlung, seiten.merkmal, seiten.geschlecht, seiten.altersgruppe, je_seite.raum_id,
            je_seite.stichtag
        )
    left join kosten_zu
        on seiten.kosten and kosten_zu.jugendamt = je_seite.jugendamt
        and kosten_zu.berichtsjahr = je_seite.berichtsjahr and kosten_zu.merkmal = seiten.merkmal
    group by all
),
geliefert as (
    select distinct messgroessen.jugendamt, kennzahlen.kennzahl, kennzahlen.version, messgroessen.quelle
    from core.fct_messgroessen as messgroessen
    inner join core.dim_tabelle as tabellen using (tabelle)
    inner join core.dim_kennzahl as kennzahlen
        on kennzahlen.jugendamt = messgroessen.jugendamt and kennzahlen.geliefert_als = messgroessen.messgroesse
    where tabellen.oeffentlich and messgroessen.herkunft = 'geliefert'
)
select 'intern_kennzahlen' as modell, {zelle} as zelle, 'gesperrt' as marke
from intern.intern_kennzahlen as zeilen
left join teile
    on teile.jugendamt = zeilen.jugendamt and teile.raum_id = zeilen.raum_id
    and teile.berichtsjahr = zeilen.berichtsjahr and teile.kennzahl = zeilen.kennzahl
    and teile.version = zeilen.version and teile.quelle = zeilen.quelle and zeilen.herkunft != 'geliefert'
where zeilen.status != 'nicht_verfuegbar' and not coalesce(
    teile.ist_offen,
    (zeilen.herkunft = 'geliefert' and (zeilen.jugendamt, zeilen.kennzahl, zeilen.version, zeilen.quelle) in (
        select (jugendamt, kennzahl, version, quelle) from geliefert
    ))
)
"""

# Rows of a mart all of whose figures are protected: shown are those of a declared count. No young people
# by age or sex: a Hilfe for a family stands at one age, its children at others, where there may be no Fall.
_HILFEN = """
select 'intern_hilfen' as modell, {zelle} as zelle, zellmarken.marke
from intern.intern_hilfen as zeilen
inner join folge on folge.messgroesse = 'hze_' || zeilen.einheit || '_' || zeilen.konzept
inner join zellmarken
    on zellmarken.schluessel = concat_ws(
        '|', folge.zaehlung,
        zeilen.hilfeart || case
            when zeilen.merkmal = 'insgesamt' then '' else '|' || zeilen.merkmal || '=' || zeilen.auspraegung
        end,
        zeilen.geschlecht, zeilen.altersgruppe, zeilen.raum_id, zeilen.stichtag
    )
where zeilen.einheit not in ('junge_menschen', 'familien')
    or (zeilen.geschlecht, zeilen.altersgruppe) = ('insgesamt', 'insgesamt')
"""

# Rows of a mart that public tables fill, and others: of those, what follows no declared count is missing.
_MIT_TABELLE = """
select '{modell}' as modell, {zelle} as zelle, coalesce(nullif(zellmarken.marke, 'ungenannt'), 'fehlt') as marke
from intern.{modell} as zeilen
anti join (select tabelle from core.dim_tabelle where oeffentlich) as oeffentlich using (tabelle)
left join folge on folge.messgroesse = {messgroesse}
left join zellmarken
    on zellmarken.schluessel = concat_ws(
        '|', folge.zaehlung, {merkmal}, zeilen.geschlecht, {altersgruppe}, zeilen.raum_id, zeilen.stichtag
    )
where zellmarken.marke is distinct from 'offen'
"""


def schreibe_zeilenmarken(
    ziel: Path,
    warehouse: Path,
    zellmarken: pl.DataFrame,
    kosten_zu: pl.DataFrame,
    katalog: Sequence[Kennzahl],
    erklaerung: Erklaerung,
    speicher: str,
) -> int:
    """Write marks on rows: modell, zelle (key of the row), marke (offen, gesperrt, fehlt). Returns their number.

    Args:
        ziel: Parquet file to write, rows sorted.
        warehouse: dbt's database, read only.
        zellmarken: schluessel, marke (offen, gesperrt) of all Jugendämter.
        kosten_zu: costs that no Raum shows in a year (columns of ``GESCHLOSSEN``).
        katalog: the Kennzahlen.
        erklaerung: what is declared.
        speicher: what the database may take before it spills, as DuckDB writes it.
    """
    seiten = [{f: getattr(s, f) for f in SEITEN} for s in aus_katalog(katalog, erklaerung)]
    with duckdb.connect(str(warehouse), read_only=True, config={"memory_limit": speicher}) as con:
        # a view that is read several times
        con.execute("create temp table bestandteile as from intermediate.int_kennzahlen__bestandteile")
        con.register("zellmarken", zellmarken)
        con.register("kosten_zu", kosten_zu)
        con.register("folge", _folge(con, erklaerung))
        con.register("seiten", pl.DataFrame(seiten, schema=SEITEN))
        einfach = list(erklaerung.einfach.items())
        con.register("einfach", pl.DataFrame(einfach, schema={"tabelle": pl.String, "k": pl.Int64}, orient="row"))
        con.register("alter", altersgruppen(katalog))
        con.register("zu_nah", zu_nah(con))

        def zelle(mart: str) -> str:
            return f"concat_ws('|', {', '.join(f'zeilen.{s}' for s in erklaerung.marts[mart].schluessel)})"

        # in the database, which spills: all Jugendämter together have millions of rows
        con.execute("create temp table zeilenmarken (modell varchar, zelle varchar, marke varchar)")
        for teil in (
            _KENNZAHLEN.format(zelle=zelle("kennzahlen")),
            _HILFEN.format(zelle=zelle("hilfen")),
            _MIT_TABELLE.format(modell="intern_bevoelkerung", zelle=zelle("bevoelkerung"), merkmal="'insgesamt'",
                                messgroesse="'bevoelkerung'", altersgruppe="zeilen.altersgruppe"),
            _MIT_TABELLE.format(modell="intern_schule", zelle=zelle("schule"), merkmal="zeilen.merkmal",
                                messgroesse="zeilen.messgroesse", altersgruppe="'insgesamt'"),
        ):  # fmt: skip
            con.execute(f"insert into zeilenmarken {teil}")
        fertig = "copy (select distinct * from zeilenmarken order by all) to ? (format parquet, compression zstd)"
        return int(con.execute(fertig, [str(ziel)]).fetchall()[0][0])


def _folge(con: duckdb.DuckDBPyConnection, erklaerung: Erklaerung) -> pl.DataFrame:
    """messgroesse, zaehlung: which count decides on each Messgröße of protected origin."""
    messgroessen = [
        z[0]
        for z in con.sql(
            "select distinct messgroesse from core.fct_messgroessen anti join "
            "(select tabelle from core.dim_tabelle where oeffentlich) as oeffentlich using (tabelle) order by 1"
        ).fetchall()
    ]
    zeilen = [{"messgroesse": m, "zaehlung": z} for m in messgroessen if (z := zaehlung(m, erklaerung))]
    return pl.DataFrame(zeilen, schema={"messgroesse": pl.String, "zaehlung": pl.String})
