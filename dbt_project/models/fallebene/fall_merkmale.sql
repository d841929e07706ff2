-- What is told of a unit beside its cell: one row per event of a year's count and merkmal. Foster families are no
-- Träger that may be named.
with

ereignisse as (
    select *
    from {{ ref('fall_ereignisse') }}
    where
        konzept in ('begonnen', 'beendet', 'jahressumme')
        or (konzept = 'bestand' and letzter_monat)
),

einheiten as (
    select * from {{ ref('fall_einheiten') }}
),

beschrieben as (
    select
        ereignisse.art,
        ereignisse.raum_id,
        ereignisse.hilfeart,
        ereignisse.konzept,
        ereignisse.altersgruppe,
        ereignisse.letzter_tag,
        einheiten.* exclude (art, einheit, hilfeart)
    from ereignisse
    inner join einheiten
        on
            ereignisse.art = einheiten.art
            and ereignisse.einheit = einheiten.einheit
),

ausgepraegt as (
    select
        art,
        raum_id,
        hilfeart,
        konzept,
        unnest([
            struct_pack(merkmal := 'uma', auspraegung := case when uma then 'ja' end),
            struct_pack(
                merkmal := 'para_41',
                auspraegung := case when altersgruppe in ('18-21', '21-27', '27-') then 'ja' end
            ),
            struct_pack(merkmal := 'para_35a', auspraegung := case when starts_with(hilfeart, '13') then 'ja' end),
            struct_pack(merkmal := 'schulbegleitung', auspraegung := case when schulbegleitung then 'ja' end),
            struct_pack(merkmal := 'durchfuehrung', auspraegung := coalesce(durchfuehrung, 'ohne_angabe')),
            struct_pack(
                merkmal := 'traeger',
                auspraegung := case
                    when hilfeart in ('09', '10') then 'pflegefamilie' else coalesce(traeger_id, 'ohne_angabe')
                end
            ),
            struct_pack(merkmal := 'situation', auspraegung := coalesce(situation, '5')),
            struct_pack(merkmal := 'transferbezug', auspraegung := coalesce(transfer, 'unbekannt')),
            struct_pack(merkmal := 'gefaehrdung_vorher', auspraegung := case when gefaehrdung_vorher then 'ja' end),
            struct_pack(merkmal := 'inobhutnahme_vorher', auspraegung := case when inobhutnahme_vorher then 'ja' end),
            struct_pack(
                merkmal := 'im_wirkungsraum',
                auspraegung := case
                    when leistungsraum like '%:nicht_zuordenbar' then 'ohne_angabe'
                    when leistungsraum = wohnraum then 'ja'
                    else 'nein'
                end
            ),
            struct_pack(
                merkmal := 'ende_grund',
                auspraegung := case when konzept = 'beendet' then coalesce(ende_grund, 'ohne_angabe') end
            ),
            struct_pack(
                merkmal := 'dauer_monate',
                auspraegung := case
                    when konzept in ('beendet', 'bestand')
                        then cast({{ volle_monate('beginn', 'letzter_tag') }} as varchar)
                end
            )
        ], recursive := true)
    from beschrieben
),

final as (
    select * from ausgepraegt
    where auspraegung is not null
)

select * from final
