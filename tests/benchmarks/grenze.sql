-- The limit: delivered files to typed Parquet to Kennzahlen by hand, for the layout of the invented Kreise alone.
-- No check, no archive, no status, no second source of a denominator, no other layout, no later delivery.

-- 1. Files to typed Parquet
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
) to '{ziel}/geschlecht.parquet' (format parquet, compression zstd);

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
) to '{ziel}/alter.parquet' (format parquet, compression zstd);

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
) to '{ziel}/abgaenger.parquet' (format parquet, compression zstd);

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
) to '{ziel}/einwohnermelde.parquet' (format parquet, compression zstd);

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
) to '{ziel}/haushalt.parquet' (format parquet, compression zstd);

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
) to '{ziel}/hze.parquet' (format parquet, compression zstd);

-- 2. Räume: each with itself, its Region and its Kreis
create table raeume as
select
    split_part(filename, '/', -2) as jugendamt,
    raum_id,
    raum_name,
    raumebene
from read_csv('{profile}/*/raeume.csv', all_varchar = true, filename = true);

create table teile as
with recursive zuordnung as (
    select raum_id, eltern_raum_id from read_csv('{profile}/*/zuordnung.csv', all_varchar = true)
),
hinauf as (
    select jugendamt, raum_id as teil, raum_name, raum_id from raeume
    union all
    select hinauf.jugendamt, hinauf.teil, hinauf.raum_name, zuordnung.eltern_raum_id
    from hinauf
    inner join zuordnung on hinauf.raum_id = zuordnung.raum_id
)
select * from hinauf;

create table jugendaemter as
select jugendamt, raum_id as ganzes from raeume where raumebene = 'jugendamt';

-- 3. Kennzahlen
create table bevoelkerung as
with gesamt as (
    select ags, jahr, personen from '{ziel}/geschlecht.parquet' where geschlecht = 0
),
nach_alter as (
    select
        ags,
        jahr,
        sum(personen) filter (where band <= 4) as u18,
        sum(personen) filter (where band <= 5) as u20,
        sum(personen) filter (where band between 6 and 14) as erwerbsalter
    from '{ziel}/alter.parquet'
    where geschlecht = 0 and band < 17
    group by all
),
fortschreibung as (
    select
        'fortschreibung' as quelle, raeume.jugendamt, raeume.raum_id, gesamt.jahr, gesamt.personen as gesamt,
        nach_alter.u18, nach_alter.u20, nach_alter.erwerbsalter
    from raeume
    inner join gesamt on raeume.raum_id = gesamt.ags
    inner join nach_alter on gesamt.ags = nach_alter.ags and gesamt.jahr = nach_alter.jahr
    where raeume.raumebene = 'sozialraum'
),
melderegister as (
    select
        'register' as quelle, melde.jugendamt, raeume.raum_id, extract(year from melde.stichtag) as jahr,
        sum(anzahl) as gesamt,
        sum(anzahl) filter (where alter < 18) as u18,
        sum(anzahl) filter (where alter < 20) as u20,
        sum(anzahl) filter (where alter between 20 and 64) as erwerbsalter
    from '{ziel}/einwohnermelde.parquet' as melde
    inner join raeume on melde.jugendamt = raeume.jugendamt and melde.gebiet = raeume.raum_name
    group by all
)
select
    quelle, teile.jugendamt, teile.raum_id, jahr,
    sum(gesamt) as gesamt, sum(u18) as u18, sum(u20) as u20, sum(erwerbsalter) as erwerbsalter
from (from fortschreibung union all from melderegister) as bestand
inner join teile on bestand.raum_id = teile.teil
group by all;

-- Bewilligungen of one Hilfe are joined over gaps of up to 14 days; it is where its first one began
create table hilfen as
with bewilligungen as (
    select
        *,
        fall || '|' || hilfeart || '|' || case when hilfeart = '07' then 'familie' else person end as hilfe,
        max(coalesce(ende, date '9999-12-31')) over (
            partition by jugendamt, jahr, hilfe order by beginn, bewilligung
            rows between unbounded preceding and 1 preceding
        ) as gedeckt_bis
    from '{ziel}/hze.parquet'
    where hilfeart != '13'
),
nummeriert as (
    select
        *,
        sum(case when gedeckt_bis is null or beginn - gedeckt_bis - 1 > 14 then 1 else 0 end) over (
            partition by jugendamt, jahr, hilfe order by beginn, bewilligung rows unbounded preceding
        ) as nr
    from bewilligungen
)
select
    jugendamt,
    jahr,
    first(wohnraum order by beginn, bewilligung) as wohnraum,
    case
        when bool_or(uma) then 'uma'
        when bool_or(zustaendigkeit != 'eigen') then 'para_86_6_89a'
    end as besonders
from nummeriert
group by jugendamt, jahr, hilfe, nr
having
    min(beginn) <= make_date(jahr, 12, 31)
    and (count(ende) < count(*) or max(ende) >= make_date(jahr, 1, 1));

create table faelle as
with je_raum as (
    select
        hilfen.jugendamt,
        hilfen.jahr,
        coalesce(
            hilfen.jugendamt || ':' || hilfen.besonders, raeume.raum_id, hilfen.jugendamt || ':nicht_zuordenbar'
        ) as raum_id,
        count(*) as faelle
    from hilfen
    left join raeume on hilfen.jugendamt = raeume.jugendamt and hilfen.wohnraum = raeume.raum_name
    group by all
),
zu_raeumen as (
    select teile.jugendamt, teile.raum_id, je_raum.jahr, je_raum.faelle
    from je_raum
    inner join teile on je_raum.raum_id = teile.teil
    union all
    select je_raum.jugendamt, unnest([je_raum.raum_id, jugendaemter.ganzes]), je_raum.jahr, je_raum.faelle
    from je_raum
    inner join jugendaemter using (jugendamt)
    where contains(je_raum.raum_id, ':')
),
leer as (
    select raeume.jugendamt, raeume.raum_id, jahre.jahr, 0
    from raeume
    inner join (select distinct jugendamt, jahr from hilfen) as jahre using (jugendamt)
)
select jugendamt, raum_id, jahr, sum(faelle) as faelle
from (from zu_raeumen union all from leer)
group by all;

create table haushalt as
with plan as (
    select produkt, konto, berichtsgruppe from read_csv('{produktplan}', all_varchar = true)
),
gruppen as (
    select distinct on (posten.produkt, posten.konto)
        posten.produkt, posten.konto, plan.berichtsgruppe
    from (select distinct produkt, konto from '{ziel}/haushalt.parquet') as posten
    inner join plan
        on starts_with(posten.produkt, plan.produkt) and starts_with(posten.konto, coalesce(plan.konto, ''))
    order by posten.produkt, posten.konto, length(plan.produkt) desc, length(plan.konto) desc nulls last
)
select
    posten.jugendamt,
    jugendaemter.ganzes as raum_id,
    posten.jahr,
    sum(betrag_eur) filter (where wertart = 'ansatz') as ansatz,
    sum(betrag_eur) filter (where wertart = 'ist') as ist,
    sum(betrag_eur) filter (where wertart not in ('ist', 'obligo')) as fortgeschrieben
from '{ziel}/haushalt.parquet' as posten
inner join jugendaemter using (jugendamt)
left join gruppen on posten.produkt = gruppen.produkt and posten.konto = gruppen.konto
where posten.art = 'aufwand' and coalesce(gruppen.berichtsgruppe, '') != 'ausserhalb'
group by all;

create table abgaenge as
select
    jugendaemter.jugendamt,
    ags as raum_id,
    jahr,
    sum(personen) filter (where merkmal = 0) as gesamt,
    sum(personen) filter (where merkmal = 2) as ohne_hsa,
    sum(personen) filter (where merkmal = 12) as ahr
from '{ziel}/abgaenger.parquet'
inner join jugendaemter on ags = jugendaemter.ganzes
group by all;

create table kennzahlen as
select jugendamt, raum_id, jahr as berichtsjahr, quelle, 'bev_gesamt' as kennzahl, cast(gesamt as double) as wert
from bevoelkerung
union all
select jugendamt, raum_id, jahr, quelle, 'bev_u18', u18 from bevoelkerung
union all
select jugendamt, raum_id, jahr, quelle, 'jugendquotient', 100 * u20 / erwerbsalter from bevoelkerung
union all
select jugendamt, raum_id, jahr, 'fachverfahren', 'hze_faelle', faelle from faelle
union all
select faelle.jugendamt, faelle.raum_id, faelle.jahr, 'fachverfahren', 'hze_quote', 1000 * faelle.faelle / u18
from faelle
inner join bevoelkerung using (raum_id, jahr)
where bevoelkerung.quelle = 'fortschreibung'
union all
select jugendamt, raum_id, jahr, 'haushalt', 'ansatz_eur', ansatz from haushalt
union all
select jugendamt, raum_id, jahr, 'haushalt', 'ist_eur', ist from haushalt
union all
select jugendamt, raum_id, jahr, 'haushalt', 'ausschoepfung_pct', 100 * cast(ist as double) / fortgeschrieben from haushalt
union all
select jugendamt, raum_id, jahr, 'schulstatistik', 'abgaenger_gesamt', gesamt from abgaenge
union all
select jugendamt, raum_id, jahr, 'schulstatistik', 'abgaenger_ohne_hsa_pct', 100 * ohne_hsa / gesamt from abgaenge
union all
select jugendamt, raum_id, jahr, 'schulstatistik', 'abgaenger_ahr_pct', 100 * ahr / gesamt from abgaenge;

copy (from kennzahlen order by all) to '{ziel}/kennzahlen.parquet' (format parquet);
