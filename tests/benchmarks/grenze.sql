-- The limit, second part: typed Parquet to Kennzahlen, for the layout of the invented Kreise alone (Niedersachsen).
-- Left out: what no Kennzahl reads (sexes, most ages, months, families, moves), status, notes; a member of the whole
-- that changes within a Hilfe, years that are not closed. A table per theme with a column for each Messgröße, then a
-- column for each Kennzahl.

create macro quote(zaehler, nenner, faktor := 1, mindestens := 0) as
case when nenner >= mindestens then faktor * cast(zaehler as double) / nullif(nenner, 0) end;

-- 1. Räume: each with all it counts to; what belongs to no Sozialraum counts to the whole
create table raeume as
select
    split_part(filename, '/', -2) as jugendamt,
    raum_id,
    raum_name,
    raumebene
from read_csv('{profile}/*/raeume.csv', all_varchar = true, filename = true);

create table jugendaemter as
select jugendamt, raum_id as ganzes from raeume where raumebene = 'jugendamt';

create table mitglieder as
select jugendamt, ganzes, jugendamt || ':' || unnest(['nicht_zuordenbar', 'uma', 'para_86_6_89a']) as raum_id
from jugendaemter;

create table teile as
with recursive zuordnung as (
    select raum_id, eltern_raum_id from read_csv('{profile}/*/zuordnung.csv', all_varchar = true)
    union all
    select raum_id, ganzes from mitglieder
),
hinauf as (
    (
        select jugendamt, raum_id as teil, raum_id from raeume
        union all
        select jugendamt, raum_id, raum_id from mitglieder
    )
    union all
    select hinauf.jugendamt, hinauf.teil, zuordnung.eltern_raum_id
    from hinauf
    inner join zuordnung on hinauf.raum_id = zuordnung.raum_id
)
select * from hinauf;

-- 2. Bevölkerung, by two sources; the Fortschreibung has age groups, its single years are parts of five
create table bevoelkerung as
with gesamt as (
    select ags, jahr, personen from '{ziel}/geschlecht.parquet' where geschlecht = 0
),
nach_alter as (
    select
        ags,
        jahr,
        sum(personen) filter (where band = 0) as u3,
        sum(personen) filter (where band = 1) as a3_6,
        sum(personen) filter (where band between 2 and 4) as a6_18,
        sum(personen) filter (where band = 5) as a18_20,
        sum(personen) filter (where band = 6) as a20_25,
        sum(personen) filter (where band = 7) as a25_30,
        sum(personen) filter (where band between 6 and 14) as a20_65,
        sum(personen) filter (where band between 15 and 16) as ab_65
    from '{ziel}/alter.parquet'
    where geschlecht = 0
    group by all
),
fortschreibung as (
    select
        'fortschreibung' as quelle, raeume.raum_id, gesamt.jahr, gesamt.personen as gesamt, u3, a3_6, a6_18, a18_20,
        a20_25 / 5 as a20_21, a20_25 * 4 / 5 + a25_30 * 2 / 5 as a21_27, a20_65, ab_65, null as auslaendisch
    from raeume
    inner join gesamt on raeume.raum_id = gesamt.ags
    inner join nach_alter on gesamt.ags = nach_alter.ags and gesamt.jahr = nach_alter.jahr
    where raeume.raumebene = 'sozialraum'
),
gemeldet as (
    select
        jugendamt,
        gebiet,
        extract(year from stichtag) as jahr,
        sum(anzahl) as gesamt,
        sum(anzahl) filter (where alter < 3) as u3,
        sum(anzahl) filter (where alter between 3 and 5) as a3_6,
        sum(anzahl) filter (where alter between 6 and 17) as a6_18,
        sum(anzahl) filter (where alter between 18 and 19) as a18_20,
        sum(anzahl) filter (where alter = 20) as a20_21,
        sum(anzahl) filter (where alter between 21 and 26) as a21_27,
        sum(anzahl) filter (where alter between 20 and 64) as a20_65,
        sum(anzahl) filter (where alter >= 65) as ab_65,
        sum(anzahl) filter (where nationalitaet = 'A') as auslaendisch
    from '{ziel}/einwohnermelde.parquet'
    where wohnung = 'HW'
    group by all
),
register as (
    select 'register' as quelle, raeume.raum_id, gemeldet.* exclude (jugendamt, gebiet)
    from gemeldet
    inner join raeume on gemeldet.jugendamt = raeume.jugendamt and gemeldet.gebiet = raeume.raum_name
),
summen as (
    select
        quelle,
        teile.jugendamt,
        teile.raum_id,
        jahr,
        sum(columns(* exclude (quelle, jugendamt, raum_id, teil, jahr)))
    from (from fortschreibung union all from register) as bestand
    inner join teile on bestand.raum_id = teile.teil
    group by all
)
select
    *,
    u3 + a3_6 + a6_18 as u18,
    u18 + a18_20 as u20,
    u20 + a20_21 as u21,
    a18_20 + a20_21 as a18_21,
    u21 + a21_27 as u27,
    lag(gesamt) over (partition by quelle, raum_id order by jahr) as vorjahr
from summen;

-- 3. Hilfen: Bewilligungen joined over gaps of up to 14 days, numbered on few columns; each is where its first one
-- began and ends as its last one
create table hilfen as
with gedeckt as (
    select
        file_row_number as zeile, jugendamt, jahr, fall, hilfeart,
        case when hilfeart = '07' then 'familie' else person end as wer,
        beginn,
        max(coalesce(ende, date '9999-12-31')) over (
            partition by jugendamt, jahr, fall, hilfeart, wer order by beginn, zeile
            rows between unbounded preceding and 1 preceding
        ) as gedeckt_bis
    from read_parquet('{ziel}/hze.parquet', file_row_number = true)
    where hilfeart not in ('01', '02', '03')
),
nummeriert as (
    select
        zeile,
        last_value(case when gedeckt_bis is null or beginn - gedeckt_bis - 1 > 14 then zeile end ignore nulls) over (
            partition by jugendamt, jahr, fall, hilfeart, wer order by beginn, zeile rows unbounded preceding
        ) as hilfe
    from gedeckt
),
verbunden as (
    select
        any_value(jugendamt) as jugendamt,
        any_value(zeilen.jahr) as jahr,
        any_value(hilfeart) as hilfeart,
        make_date(any_value(zeilen.jahr), 1, 1) as neujahr,
        make_date(any_value(zeilen.jahr), 12, 31) as silvester,
        min(beginn) as beginn,
        case when count(ende) = count(*) then max(ende) else date '9999-12-31' end as ende,
        arg_min(struct_pack(wohnraum, situation, transfer), (beginn, zeile)) as zuerst,
        arg_max(
            struct_pack(durchfuehrung, leistungsraum, ende_grund), (coalesce(ende, date '9999-12-31'), zeile)
        ) as zuletzt,
        count(distinct person) filter (where ende is null or year(ende) >= zeilen.jahr) as junge_menschen,
        min(12 * geburtsjahr + geburtsmonat) as geboren,
        bool_or(uma) as uma,
        bool_or(zustaendigkeit != 'eigen') as vertreten,
        bool_or(schulbegleitung) as schulbegleitung,
        sum(kosten_bewilligt) as kosten_bewilligt,
        sum(kosten_ist) as kosten
    from nummeriert
    inner join read_parquet('{ziel}/hze.parquet', file_row_number = true) as zeilen on zeile = file_row_number
    group by hilfe
)
select
    verbunden.jugendamt,
    verbunden.jahr,
    coalesce(
        case
            when uma then verbunden.jugendamt || ':uma' when vertreten then verbunden.jugendamt || ':para_86_6_89a'
        end,
        hier.raum_id,
        verbunden.jugendamt || ':nicht_zuordenbar'
    ) as raum_id,
    hilfeart,
    hilfeart != '13' as hze,
    case
        when hilfeart in ('04', '05', '06', '07', '14', '16') then 'ambulant'
        when hilfeart = '08' then 'teilstationär'
        when hilfeart in ('09', '10', '11', '15') then 'stationär'
        else zuletzt.durchfuehrung
    end as form,
    beginn <= silvester and ende >= neujahr as im_jahr,
    beginn between neujahr and silvester as begonnen,
    ende between neujahr and silvester as beendet,
    beginn <= silvester and ende > silvester as bestand,
    least(ende, silvester) as bis,
    12 * year(bis) + month(bis) - geboren >= 12 * 18 as volljaehrig,
    12 * (year(bis) - year(beginn)) + month(bis) - month(beginn) - cast(day(bis) < day(beginn) as integer) as dauer,
    zuerst.situation as situation,
    zuerst.transfer as transfer,
    zuletzt.ende_grund as ende_grund,
    case when dort.raum_id is not null then coalesce(dort.raum_id = hier.raum_id, false) end as im_wirkungsraum,
    junge_menschen,
    schulbegleitung,
    kosten_bewilligt,
    kosten,
    -- days / days of the month, to six digits: only the first and the last month can be parts
    case when im_jahr then greatest(beginn, neujahr) end as von,
    12 * (year(bis) - year(von)) + month(bis) - month(von) as monate,
    case
        when monate = 0 then cast((bis - von + 1) / day(last_day(bis)) as decimal(18, 6))
        else
            monate - 1
            + cast((last_day(von) - von + 1) / day(last_day(von)) as decimal(18, 6))
            + cast(day(bis) / day(last_day(bis)) as decimal(18, 6))
    end as hilfemonate
from verbunden
left join raeume as hier on verbunden.jugendamt = hier.jugendamt and zuerst.wohnraum = hier.raum_name
left join raeume as dort on verbunden.jugendamt = dort.jugendamt and zuletzt.leistungsraum = dort.raum_name;

-- a Raum without Hilfen has zeros, a member of the whole only what occurs
create table hze as
with orte as (
    select teile.*, jahr
    from teile
    inner join (select distinct jugendamt, jahr from hilfen) as jahre using (jugendamt)
)
select
    orte.jugendamt,
    orte.raum_id,
    orte.jahr,
    count(*) filter (where im_jahr and hze) as faelle,
    coalesce(sum(junge_menschen) filter (where im_jahr and hze), 0) as junge_menschen,
    count(*) filter (where im_jahr and hze and form = 'ambulant') as ambulant,
    count(*) filter (where im_jahr and hze and form = 'teilstationär') as teilstationaer,
    count(*) filter (where im_jahr and hze and form = 'stationär') as stationaer,
    count(*) filter (where im_jahr and hilfeart in ('09', '10')) as vollzeitpflege,
    count(*) filter (where im_jahr and hilfeart = '11') as heim,
    count(*) filter (where im_jahr and hze and volljaehrig) as para_41,
    count(*) filter (where im_jahr and not hze) as para_35a,
    count(*) filter (where im_jahr and not hze and schulbegleitung) as schulbegleitung,
    count(*) filter (where begonnen and hze) as begonnen,
    count(*) filter (where begonnen and hze and situation = '2') as alleinerziehend,
    count(*) filter (where begonnen and hze and situation in ('1', '2', '3', '4')) as situation_bekannt,
    count(*) filter (where begonnen and hze and transfer = '1') as transfer,
    count(*) filter (where begonnen and hze and transfer in ('1', '2')) as transfer_bekannt,
    count(*) filter (where beendet and hze) as beendet,
    count(*) filter (where beendet and hze and ende_grund = '10') as planmaessig,
    count(*) filter (where beendet and hze and ende_grund = '40') as abgegeben,
    count(*) filter (where bestand and hze) as bestand,
    count(*) filter (where bestand and hilfeart in ('14', '15', '16')) as flexibel,
    count(*) filter (where bestand and hze and im_wirkungsraum) as im_wirkungsraum,
    count(*) filter (where bestand and hze and im_wirkungsraum is not null) as wirkungsraum_bekannt,
    quantile_disc(dauer, 0.5) filter (where beendet and hze) as dauer_beendet,
    quantile_disc(dauer, 0.5) filter (where bestand and hze) as dauer_bestand,
    coalesce(sum(hilfemonate) filter (where im_jahr and hze), 0) as hilfemonate,
    coalesce(sum(kosten), 0) as kosten_mit_35a,
    coalesce(sum(kosten) filter (where hze), 0) as kosten,
    coalesce(sum(kosten) filter (where hze and form = 'stationär'), 0) as kosten_stationaer,
    coalesce(sum(kosten_bewilligt), 0) as kosten_bewilligt
from orte
left join hilfen on orte.jugendamt = hilfen.jugendamt and orte.jahr = hilfen.jahr and orte.teil = hilfen.raum_id
group by orte.jugendamt, orte.raum_id, orte.jahr
having count(hilfen.raum_id) > 0 or orte.raum_id not in (select raum_id from mitglieder);

-- 4. Haushalt: by Berichtsgruppe, the longest number of the product plan; closed years, so December is the forecast's
create table haushalt as
with plan as (
    select produkt, konto, sammelgruppe
    from read_csv('{produktplan}', all_varchar = true) as produkte
    inner join read_csv('{berichtsstruktur}', all_varchar = true) as struktur using (berichtsgruppe)
),
gruppen as (
    select distinct on (posten.produkt, posten.konto)
        posten.produkt, posten.konto, plan.sammelgruppe
    from (select distinct produkt, konto from '{ziel}/haushalt.parquet') as posten
    left join plan
        on starts_with(posten.produkt, plan.produkt) and starts_with(posten.konto, coalesce(plan.konto, ''))
    order by posten.produkt, posten.konto, length(plan.produkt) desc, length(plan.konto) desc nulls last
),
summen as (
    select
        posten.jugendamt,
        posten.jahr,
        sum(betrag_eur) filter (where art = 'aufwand' and wertart = 'ansatz') as ansatz,
        sum(betrag_eur) filter (where art = 'aufwand' and wertart not in ('ist', 'obligo')) as fortgeschrieben,
        sum(betrag_eur) filter (where art = 'aufwand' and wertart = 'ist') as ist,
        sum(betrag_eur) filter (where art = 'aufwand' and wertart = 'obligo') as obligo,
        sum(betrag_eur) filter (where art = 'aufwand' and wertart = 'ist' and sammelgruppe = 'hze') as ist_hze,
        sum(betrag_eur) filter (where art = 'ertrag' and wertart = 'ist' and sammelgruppe = 'hze') as ertrag_hze,
        sum(betrag_eur) filter (
            where art = 'aufwand' and wertart = 'ist' and sammelgruppe in ('hze', 'uma')
        ) as ist_hze_uma,
        sum(betrag_eur) filter (
            where art = 'aufwand' and wertart = 'ist' and sammelgruppe = 'hze' and monat <= 12
        ) as bisher
    from '{ziel}/haushalt.parquet' as posten
    inner join gruppen using (produkt, konto)
    where sammelgruppe is distinct from 'ausserhalb'
    group by all
),
erfahrung as (
    select
        jugendaemter.ganzes as raum_id,
        summen.*,
        hze.kosten_mit_35a,
        hze.kosten_bewilligt,
        avg(bisher / ist_hze) over drei_jahre as anteil_bisher,
        avg(ist_hze / hze.kosten_bewilligt) over drei_jahre as je_bewilligtem
    from summen
    inner join jugendaemter using (jugendamt)
    left join hze on jugendaemter.ganzes = hze.raum_id and summen.jahr = hze.jahr
    window drei_jahre as (partition by summen.jugendamt order by summen.jahr range between 3 preceding and 1 preceding)
),
prognosen as (
    select
        *,
        bisher as linear,
        round(bisher / anteil_bisher, 2) as saison,
        greatest(bisher, round(kosten_bewilligt * coalesce(je_bewilligtem, 1), 2)) as fall
    from erfahrung
)
select
    *,
    avg(abs(round(100 * (linear - ist_hze) / ist_hze, 4))) over fuenf_jahre as fehler_linear,
    avg(abs(round(100 * (saison - ist_hze) / ist_hze, 4))) over fuenf_jahre as fehler_saison,
    avg(abs(round(100 * (fall - ist_hze) / ist_hze, 4))) over fuenf_jahre as fehler_fall
from prognosen
window fuenf_jahre as (partition by jugendamt order by jahr range between 5 preceding and 1 preceding);

-- 5. Schule
create table abgaenge as
select
    jugendamt,
    ags as raum_id,
    jahr,
    sum(personen) filter (where merkmal = 0) as gesamt,
    sum(personen) filter (where merkmal = 2) as ohne_hsa,
    sum(personen) filter (where merkmal = 12) as ahr
from '{ziel}/abgaenger.parquet'
inner join jugendaemter on ags = jugendaemter.ganzes
group by all;

-- 6. Kennzahlen
copy (
    with einwohner as (
        select
            jugendamt,
            raum_id,
            jahr,
            quelle,
            cast(gesamt as double) as bev_gesamt,
            cast(u3 as double) as bev_u3,
            cast(a3_6 as double) as bev_3_u6,
            cast(a6_18 as double) as bev_6_u18,
            cast(u18 as double) as bev_u18,
            cast(u21 as double) as bev_u21,
            cast(a18_21 as double) as bev_18_u21,
            cast(u27 as double) as bev_u27,
            case
                when quelle = 'register' or jahr not in (2011, 2022) then quote(gesamt - vorjahr, vorjahr, 100)
            end as bev_veraenderung_pct,
            quote(u18, gesamt, 100) as jugendanteil_pct,
            quote(u20, a20_65, 100) as jugendquotient,
            quote(ab_65, a20_65, 100) as altenquotient,
            quote(u20 + ab_65, a20_65, 100) as gesamtquotient,
            quote(auslaendisch, gesamt, 100) as auslaenderanteil_pct
        from bevoelkerung
    ),
    -- exact ages come from the Melderegister, the others from the Fortschreibung
    junge as (
        select raum_id, jahr, amtlich.u18, amtlich.a6_18, register.u21, register.a18_21
        from (from bevoelkerung where quelle = 'fortschreibung') as amtlich
        full join (from bevoelkerung where quelle = 'register') as register using (raum_id, jahr)
    ),
    faelle as (
        select
            jugendamt,
            raum_id,
            jahr,
            'fachverfahren' as quelle,
            cast(faelle as double) as hze_faelle,
            quote(faelle, u18, 1000, 100) as hze_quote,
            quote(ambulant, u18, 1000, 100) as hze_ambulant_quote,
            quote(teilstationaer, u18, 1000, 100) as hze_teilstationaer_quote,
            quote(stationaer, u18, 1000, 100) as hze_stationaer_quote,
            quote(junge_menschen, u21, 10000, 100) as hze_ohne_28_quote,
            quote(para_41, a18_21, 1000, 100) as hilfe_41_quote,
            quote(para_35a, a6_18, 1000, 100) as eingliederung_35a_quote,
            quote(schulbegleitung, para_35a, 100, 10) as schulbegleitung_pct,
            quote(stationaer, faelle, 100, 10) as anteil_fremdunterbringung_pct,
            quote(vollzeitpflege, vollzeitpflege + heim, 100, 10) as vollzeitpflege_pct,
            quote(faelle - stationaer, stationaer, 1, 10) as nichtstationaer_zu_stationaer,
            quote(flexibel, bestand, 100) as flexible_27_2_pct,
            quote(im_wirkungsraum, wirkungsraum_bekannt, 100) as hilfen_im_wirkungsraum_pct,
            quote(planmaessig, beendet - abgegeben, 100, 10) as planmaessig_beendet_pct,
            quote(alleinerziehend, situation_bekannt, 100, 10) as alleinerziehend_bei_beginn_pct,
            quote(begonnen - situation_bekannt, begonnen, 100, 10) as situation_unbekannt_pct,
            quote(transfer, transfer_bekannt, 100, 10) as transferbezug_bei_beginn_pct,
            quote(begonnen - transfer_bekannt, begonnen, 100, 10) as transferbezug_unbekannt_pct,
            case when beendet >= 10 then cast(dauer_beendet as double) end as hilfedauer_median_monate,
            case when bestand >= 10 then cast(dauer_bestand as double) end as bisherige_dauer_median_monate,
            cast(kosten_mit_35a as double) as fallkosten_hze_eur,
            quote(kosten_mit_35a, u18) as fallkosten_hze_je_jew_eur,
            quote(kosten, hilfemonate) as ausgaben_je_hilfemonat_eur,
            quote(kosten_stationaer, kosten, 100) as ausgaben_stationaer_anteil_pct
        from hze
        left join junge using (raum_id, jahr)
    ),
    geld as (
        select
            jugendamt,
            raum_id,
            jahr,
            'haushalt' as quelle,
            cast(ansatz as double) as ansatz_eur,
            cast(fortgeschrieben as double) as fortgeschriebener_ansatz_eur,
            cast(ist as double) as ist_eur,
            cast(obligo as double) as obligo_eur,
            quote(ist, fortgeschrieben, 100) as ausschoepfung_pct,
            quote(ist + obligo, fortgeschrieben, 100) as bindungsquote_pct,
            quote(ist_hze, u18) as ausgaben_hze_je_jew_eur,
            quote(ist_hze - ertrag_hze, u18) as ausgaben_hze_netto_je_jew_eur,
            cast(ist_hze_uma - kosten_mit_35a as double) as haushaltsrest_hze_eur,
            cast(linear as double) as prognose_linear_eur,
            cast(saison as double) as prognose_saison_eur,
            cast(fall as double) as prognose_fall_eur,
            round(fehler_linear, 4) as prognosefehler_linear_pct,
            round(fehler_saison, 4) as prognosefehler_saison_pct,
            round(fehler_fall, 4) as prognosefehler_fall_pct
        from haushalt
        left join junge using (raum_id, jahr)
    ),
    schule as (
        select
            jugendamt,
            raum_id,
            jahr,
            'schulstatistik' as quelle,
            cast(gesamt as double) as abgaenger_gesamt,
            quote(ohne_hsa, gesamt, 100) as abgaenger_ohne_hsa_pct,
            quote(ahr, gesamt, 100) as abgaenger_ahr_pct
        from abgaenge
    )
    select jugendamt, raum_id, jahr as berichtsjahr, quelle, kennzahl, wert
    from (
        from (unpivot einwohner on columns(* exclude (jugendamt, raum_id, jahr, quelle)) into name kennzahl value wert)
        union all
        from (unpivot faelle on columns(* exclude (jugendamt, raum_id, jahr, quelle)) into name kennzahl value wert)
        union all
        from (unpivot geld on columns(* exclude (jugendamt, raum_id, jahr, quelle)) into name kennzahl value wert)
        union all
        from (unpivot schule on columns(* exclude (jugendamt, raum_id, jahr, quelle)) into name kennzahl value wert)
    )
) to '{ziel}/kennzahlen.parquet' (format parquet);
