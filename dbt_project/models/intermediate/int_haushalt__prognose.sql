{{ config(materialized='table') }}

-- What the year will cost (Aufwand of HzE, the whole), forecast from every month of it, three ways:
--   linear:  booked so far / months x 12
--   saison:  booked so far / mean share booked by that month in up to three finished years
--   fall:    services by month of service, billed or not, plus Hilfemonate of the month x price x months to come, per
--            Hilfeart; brought to the budget by the ratio of up to three finished years; at least Ist + Obligo
-- Its error in finished years is known; the mean of up to five of them stands beside each forecast.
-- A year is finished when a Sonderperiode is booked or a later year has an Ist.
{% set vorjahre = "frueher.haushaltsjahr < jetzt.haushaltsjahr and frueher.haushaltsjahr >= jetzt.haushaltsjahr" %}
with

-- exact amounts: the order of a sum of floats would show in its last digits
buchungen as (
    select * replace (cast(betrag_eur as decimal(18, 2)) as betrag_eur)
    from {{ ref('int_haushalt__zugeordnet') }}
    where art = 'aufwand' and sammelgruppe = 'hze' and wertart in ('ist', 'obligo')
),

jahre as (
    select
        jugendamt,
        haushaltsjahr,
        sum(case when wertart = 'ist' then betrag_eur end) as ist_eur,
        coalesce(sum(case when wertart = 'obligo' then betrag_eur end), 0) as obligo_eur,
        max(case when wertart = 'ist' then least(monat, 12) end) as letzter_monat,
        max(case when wertart = 'ist' then monat end) > 12
        or haushaltsjahr < max(haushaltsjahr) over (partition by jugendamt) as abgeschlossen,
        max(lieferung) as lieferung,
        max(datenstand) as datenstand,
        bool_or(musterdaten) as musterdaten
    from buchungen
    group by jugendamt, haushaltsjahr
    having letzter_monat is not null
),

monate as (
    select
        *,
        unnest(range(1, letzter_monat + 1)) as bis_monat
    from jahre
),

gebucht as (
    select
        monate.*,
        coalesce(sum(buchungen.betrag_eur), 0) as bisher_eur
    from monate
    left join buchungen
        on
            monate.jugendamt = buchungen.jugendamt
            and monate.haushaltsjahr = buchungen.haushaltsjahr
            and monate.bis_monat >= buchungen.monat
            and buchungen.wertart = 'ist'
    group by all
),

leistungen as (
    select
        jugendamt,
        cast(extract(year from monat) as integer) as haushaltsjahr,
        cast(extract(month from monat) as integer) as monat,
        hilfeart,
        sum(case when konzept = 'kosten' then cast(kosten_bewilligt_eur as decimal(18, 2)) else 0 end) as kosten_eur,
        sum(case when konzept = 'hilfemonate' then cast(hilfemonate as decimal(18, 6)) else 0 end) as hilfemonate
    from {{ ref('stg_hze_aggregate') }}
    where
        konzept in ('kosten', 'hilfemonate') and raumart = 'wohnraum' and merkmal = 'insgesamt'
        and not {{ ist_para_28('hilfeart') }}
    group by all
),

je_hilfeart as (
    select
        monate.jugendamt,
        monate.haushaltsjahr,
        monate.bis_monat,
        leistungen.hilfeart,
        max(leistungen.monat) as letzter_monat,
        sum(leistungen.kosten_eur) as kosten_eur,
        sum(leistungen.hilfemonate) as hilfemonate,
        sum(case when leistungen.monat = monate.bis_monat then leistungen.hilfemonate else 0 end) as zuletzt
    from monate
    inner join leistungen
        on
            monate.jugendamt = leistungen.jugendamt
            and monate.haushaltsjahr = leistungen.haushaltsjahr
            and monate.bis_monat >= leistungen.monat
    group by all
),

faelle as (
    select
        jugendamt,
        haushaltsjahr,
        bis_monat,
        sum(kosten_eur) as geleistet_eur,
        sum(kosten_eur + coalesce(zuletzt * kosten_eur / nullif(hilfemonate, 0), 0) * (12 - bis_monat)) as jahr_eur
    from je_hilfeart
    group by all
    having max(letzter_monat) = bis_monat
),

jetzt as (
    select
        gebucht.*,
        faelle.geleistet_eur,
        faelle.jahr_eur
    from gebucht
    left join faelle
        on
            gebucht.jugendamt = faelle.jugendamt
            and gebucht.haushaltsjahr = faelle.haushaltsjahr
            and gebucht.bis_monat = faelle.bis_monat
),

verhaeltnisse as (
    select
        jetzt.*,
        (
            select avg(frueher.bisher_eur / frueher.ist_eur)
            from jetzt as frueher
            where
                frueher.jugendamt = jetzt.jugendamt and frueher.bis_monat = jetzt.bis_monat and frueher.abgeschlossen
                and {{ vorjahre }} - 3
        ) as anteil_bis_monat,
        (
            select avg(frueher.ist_eur / frueher.geleistet_eur)
            from jetzt as frueher
            where
                frueher.jugendamt = jetzt.jugendamt and frueher.bis_monat = 12 and frueher.abgeschlossen
                and {{ vorjahre }} - 3
        ) as haushalt_je_fallkosten
    from jetzt
),

prognosen as (
    select
        jugendamt,
        haushaltsjahr,
        bis_monat,
        bis_monat = letzter_monat as ist_neueste,
        unnest(['linear', 'saison', 'fall']) as verfahren,
        unnest([
            round(bisher_eur / bis_monat * 12, 2),
            round(bisher_eur / nullif(anteil_bis_monat, 0), 2),
            case
                when jahr_eur is not null
                    then greatest(
                        bisher_eur + case when abgeschlossen then 0 else obligo_eur end,
                        round(jahr_eur * coalesce(haushalt_je_fallkosten, 1), 2)
                    )
            end
        ]) as prognose_eur,
        case when abgeschlossen then ist_eur end as endgueltig_eur,
        lieferung,
        datenstand,
        musterdaten
    from verhaeltnisse
),

mit_fehler as (
    select
        *,
        round(100 * (prognose_eur - endgueltig_eur) / nullif(endgueltig_eur, 0), 4) as fehler_pct
    from prognosen
    where prognose_eur is not null
)

select
    *,
    round(
        avg(abs(fehler_pct)) over (
            partition by jugendamt, verfahren, bis_monat order by haushaltsjahr
            range between 5 preceding and 1 preceding
        ), 4
    ) as bisheriger_fehler_pct
from mit_fehler
