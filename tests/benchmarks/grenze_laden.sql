-- The limit, first part: delivered files to typed Parquet, for the layout of the invented Kreise alone. Every delivered
-- column; no check, no archive, no other layout, no later delivery. The second part is grenze.sql.

create macro zeilen(dateien, kopf) as table
select
    cast(regexp_extract(filename, '_(\d{4})\.csv', 1) as varchar) as jahr,
    string_split(zeile, ';') as z
from read_csv(
    dateien, delim = '\x07', header = false, skip = kopf, columns = {'zeile': 'varchar'}, auto_detect = false,
    quote = '', escape = '', encoding = 'latin-1', filename = true
);

copy (
    with kopf as (
        select z from zeilen('{lieferung}/_amtlich/12411-01-01-5_*.csv', 6) limit 1
    ),
    zellen as (
        select z, unnest(range(3, len(z) + 1)) as i
        from zeilen('{lieferung}/_amtlich/12411-01-01-5_*.csv', 8)
        where regexp_matches(z[1], '^\d{5,8}$')
    )
    select
        zellen.z[1] as ags,
        cast(right(kopf.z[i], 4) as integer) as jahr,
        (i - 3) % 3 as geschlecht,
        try_cast(zellen.z[i] as bigint) as personen
    from zellen
    cross join kopf
) to '{ziel}/geschlecht.parquet' (format parquet);

copy (
    with zellen as (
        select *, unnest(range(3, len(z) + 1)) as i
        from zeilen('{lieferung}/_amtlich/12411-02-03-5_*.csv', 10)
        where regexp_matches(z[1], '^\d{5,8}$')
    )
    select
        z[1] as ags,
        cast(jahr as integer) as jahr,
        (i - 3) // 18 as geschlecht,
        (i - 3) % 18 as band,
        try_cast(z[i] as bigint) as personen
    from zellen
) to '{ziel}/alter.parquet' (format parquet);

copy (
    with zellen as (
        select z, unnest(range(4, len(z) + 1)) as i
        from zeilen('{lieferung}/_amtlich/21111-02-06-4_*.csv', 9)
        where regexp_matches(z[2], '^\d{5}$')
    )
    select
        z[2] as ags,
        cast(z[1] as integer) as jahr,
        i - 4 as merkmal,
        try_cast(z[i] as bigint) as personen
    from zellen
) to '{ziel}/abgaenger.parquet' (format parquet);

copy (
    select
        split_part(filename, '/', -2) as jugendamt,
        gebiet,
        strptime(stichtag, '%d.%m.%Y')::date as stichtag,
        geschlecht,
        alter,
        nationalitaet,
        anzahl,
        wohnung
    from (
        {einwohnermelde}
    )
) to '{ziel}/einwohnermelde.parquet' (format parquet);

copy (
    select
        split_part(filename, '/', -2) as jugendamt,
        jahr,
        produkt,
        produkt_name,
        konto,
        konto_name,
        lower(art) as art,
        monat,
        lower(wertart) as wertart,
        cast(replace(betrag, ',', '.') as decimal(18, 2)) as betrag_eur
    from (
        {haushalt}
    )
) to '{ziel}/haushalt.parquet' (format parquet);

copy (
    select
        * exclude (filename, musterdaten)
        replace (
            uma = 'ja' as uma,
            schulbegleitung = 'ja' as schulbegleitung,
            gefaehrdung_vorher = 'ja' as gefaehrdung_vorher,
            inobhutnahme_vorher = 'ja' as inobhutnahme_vorher,
            strptime(beginn, '%d.%m.%Y')::date as beginn,
            strptime(ende, '%d.%m.%Y')::date as ende,
            strptime(abzug, '%d.%m.%Y')::date as abzug,
            cast(replace(kosten_bewilligt, ',', '.') as decimal(18, 2)) as kosten_bewilligt,
            cast(replace(kosten_ist, ',', '.') as decimal(18, 2)) as kosten_ist
        ),
        split_part(filename, '/', -2) as jugendamt,
        cast(regexp_extract(filename, '_(\d{4})\.csv', 1) as integer) as jahr
    from (
        {hze_faelle}
    )
) to '{ziel}/hze.parquet' (format parquet);
