-- Why the cost of the Hilfen changed against the year before (B = Hilfemonate, s = share of a Hilfeart, p = Euro per
-- Hilfemonat, N = young people; 0 = year before):
--   menge = (B1 - B0) p0, of it bevoelkerung = (N1 - N0) B0/N0 p0 and inanspruchnahme = N1 (B1/N1 - B0/N0) p0
--   mix = B1 sum((s1 - s0) p0), preis = B1 sum(s1 (p1 - p0)), and what is paid without any Hilfemonat (late invoices)
-- A Hilfeart that is new has no price of the year before: its own one counts, so it shows as mix.
-- The smallest Räume are left out: a single Hilfe would decide there.
{% set gut = "status in ('gueltig', 'null_genau')" %}
with

messgroessen as (
    select * from {{ ref('fct_messgroessen') }}
    where
        messgroesse in ('hze_kosten_ist_eur_kosten', 'hze_hilfemonate_hilfemonate')
        and altersgruppe = 'insgesamt' and geschlecht = 'insgesamt'
),

hilfearten as (
    select distinct
        jugendamt,
        hilfeart
    from {{ ref('int_hilfearten__knoten') }}
    where ist_blatt and not enthaelt_para_28
),

groessere as (
    select distinct
        jugendamt,
        stichtag,
        eltern_raum_id as raum_id
    from {{ ref('int_raeume__kinder') }}
),

je_hilfeart as (
    select
        messgroessen.jugendamt,
        messgroessen.raum_id,
        messgroessen.berichtsjahr,
        hilfearten.hilfeart,
        sum(case when messgroesse = 'hze_kosten_ist_eur_kosten' then wert else 0 end) as kosten,
        sum(case when messgroesse = 'hze_hilfemonate_hilfemonate' then wert else 0 end) as monate,
        {{ summenstatus('status') }} as status,
        max(datenstand) as datenstand,
        bool_or(musterdaten) as musterdaten
    from messgroessen
    inner join hilfearten
        on
            messgroessen.jugendamt = hilfearten.jugendamt
            and messgroessen.merkmal = hilfearten.hilfeart
    inner join groessere
        on
            messgroessen.jugendamt = groessere.jugendamt
            and messgroessen.stichtag = groessere.stichtag
            and messgroessen.raum_id = groessere.raum_id
    group by messgroessen.jugendamt, messgroessen.raum_id, messgroessen.berichtsjahr, hilfearten.hilfeart
),

jahrespaare as (
    select
        *,
        berichtsjahr as jahr,
        true as ist_neu
    from je_hilfeart
    union all
    select
        *,
        berichtsjahr + 1 as jahr,
        false as ist_neu
    from je_hilfeart
),

verglichen as (
    select
        jugendamt,
        raum_id,
        jahr as berichtsjahr,
        hilfeart,
        sum(case when ist_neu then kosten else 0 end) as k1,
        sum(case when ist_neu then 0 else kosten end) as k0,
        sum(case when ist_neu then monate else 0 end) as b1,
        sum(case when ist_neu then 0 else monate end) as b0,
        bool_or(ist_neu) as hat_neu,
        bool_or(not ist_neu) as hat_alt,
        {{ summenstatus('status') }} as status,
        max(datenstand) as datenstand,
        bool_or(musterdaten) as musterdaten
    from jahrespaare
    group by all
),

-- rounded: the order of a sum of floats would show in its last digits
summen as (
    select
        jugendamt,
        raum_id,
        berichtsjahr,
        round(sum(k1) - sum(k0), 4) as gesamt,
        round(sum(b1), 6) as b1,
        round(sum(b0), 6) as b0,
        round(sum(case when b1 > 0 then k1 else 0 end), 4) as k1,
        round(sum(case when b0 > 0 then k0 else 0 end), 4) as k0,
        round(sum(case when b1 > 0 then b1 * coalesce(k0 / nullif(b0, 0), k1 / b1) else 0 end), 4) as k1_alte_preise,
        round(
            sum(case when b1 > 0 then 0 else k1 end) - sum(case when b0 > 0 then 0 else k0 end), 4
        ) as ohne_hilfemonate,
        {{ summenstatus('status') }} as status,
        max(datenstand) as datenstand,
        bool_or(musterdaten) as musterdaten
    from verglichen
    group by jugendamt, raum_id, berichtsjahr
    having bool_or(hat_neu) and bool_or(hat_alt)
),

-- the base of the Land, as the catalogue says
bevoelkerung as (
    select
        jugendamt,
        raum_id,
        berichtsjahr,
        nenner as personen
    from {{ ref('int_kennzahlen__berechnet') }}
    where kennzahl = 'fallkosten_hze_je_jew_eur' and nenner > 0
),

effekte as (
    select
        summen.*,
        unnest(['bevoelkerung', 'inanspruchnahme', 'menge', 'mix', 'preis', 'ohne_hilfemonate', 'gesamt']) as effekt,
        unnest([
            (jetzt.personen / vorher.personen - 1) * summen.k0,
            summen.k0 * (summen.b1 / nullif(summen.b0, 0) - jetzt.personen / vorher.personen),
            coalesce((summen.b1 / nullif(summen.b0, 0) - 1) * summen.k0, 0),
            summen.k1_alte_preise - coalesce(summen.b1 / nullif(summen.b0, 0) * summen.k0, 0),
            summen.k1 - summen.k1_alte_preise,
            summen.ohne_hilfemonate,
            summen.gesamt
        ]) as betrag
    from summen
    left join bevoelkerung as jetzt
        using (jugendamt, raum_id, berichtsjahr)
    left join bevoelkerung as vorher
        on
            summen.jugendamt = vorher.jugendamt
            and summen.raum_id = vorher.raum_id
            and summen.berichtsjahr = vorher.berichtsjahr + 1
)

select
    effekte.jugendamt,
    effekte.raum_id,
    raeume.raum_name,
    raeume.raumebene,
    cast(effekte.berichtsjahr as integer) as berichtsjahr,
    effekte.effekt,
    -- to the hundredth of a cent: what was divided keeps no digits of chance, and the parts still add up
    case when {{ gut }} then round(effekte.betrag, 4) end as betrag_eur,
    case
        when not {{ gut }} then effekte.status
        when effekte.betrag is null then 'nicht_verfuegbar'
        when effekte.betrag = 0 then 'null_genau'
        else 'gueltig'
    end as status,
    effekte.datenstand,
    effekte.musterdaten
from effekte
inner join {{ ref('dim_raum') }} as raeume
    on
        effekte.jugendamt = raeume.jugendamt
        and effekte.raum_id = raeume.raum_id
