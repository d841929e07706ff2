-- 20 typical queries of a dashboard; $jugendamt, $jahr and $raum are filled in. Separated by semicolons.
select jugendamt, raum_id, raum_name, raumebene from mart.raeume where jugendamt = $jugendamt order by raum_name;
select distinct berichtsjahr from mart.zeit where jugendamt = $jugendamt order by 1;
select kennzahl, kurzname, familie, einheit from mart.kennzahlenkatalog order by reihenfolge;
select * from mart.steckbrief where raum_id = $raum and berichtsjahr = $jahr;
select * from mart.steckbrief where jugendamt = $jugendamt and berichtsjahr = $jahr;
select kennzahl, wert, status, hinweise from mart.kennzahlen where raum_id = $raum and berichtsjahr = $jahr and hauptquelle;
select berichtsjahr, wert, status from mart.kennzahlen
where raum_id = $raum and kennzahl = 'hze_quote' and hauptquelle order by 1;
select raum_name, wert, status from mart.kennzahlen
where jugendamt = $jugendamt and kennzahl = 'hze_quote' and berichtsjahr = $jahr and hauptquelle order by wert desc nulls last;
select raum_name, berichtsjahr, wert from mart.kennzahlen
where jugendamt = $jugendamt and kennzahl in ('bev_u18', 'bev_u21') and hauptquelle order by all;
select jugendamt, wert, rank() over (order by wert desc) as rang from mart.kennzahlen
where raumebene = 'jugendamt' and kennzahl = 'jugendquotient' and berichtsjahr = $jahr and hauptquelle;
select berichtsjahr, quantile_cont(wert, [0.25, 0.5, 0.75]) as quartile from mart.kennzahlen
where kennzahl = 'bev_u18' and raumebene = 'sozialraum' and hauptquelle group by berichtsjahr order by 1;
select altersgruppe, geschlecht, sum(wert) as personen from mart.bevoelkerung
where raum_id = $raum and berichtsjahr = $jahr and nationalitaet = 'insgesamt' group by all order by all;
select berichtsjahr, sum(wert) as personen from mart.bevoelkerung
where jugendamt = $jugendamt and raumebene = 'jugendamt' and alter_bis <= 18 and geschlecht = 'insgesamt' group by 1 order by 1;
select hilfeart, wert, status from mart.hilfen
where raum_id = $raum and berichtsjahr = $jahr and konzept = 'jahressumme' and merkmal = 'insgesamt' order by 1;
select berichtsjahr, hilfeart, sum(wert) as faelle from mart.hilfen
where jugendamt = $jugendamt and raumebene = 'jugendamt' and konzept = 'bestand' and einheit = 'faelle' group by all order by all;
select merkmal, auspraegung, wert, status from mart.hilfen
where jugendamt = $jugendamt and raumebene = 'jugendamt' and berichtsjahr = $jahr and merkmal != 'insgesamt' order by all;
select berichtsgruppe_name, wertart, sum(betrag_eur) as eur from mart.haushalt
where jugendamt = $jugendamt and haushaltsjahr = $jahr and art = 'aufwand' group by all order by all;
select haushaltsjahr, sum(betrag_eur) as ist from mart.haushalt
where jugendamt = $jugendamt and wertart = 'ist' and art = 'aufwand' group by 1 order by 1;
select k.raum_name, k.wert as quote, b.wert as jung from mart.kennzahlen as k
inner join mart.kennzahlen as b using (raum_id, berichtsjahr)
where k.jugendamt = $jugendamt and k.kennzahl = 'hze_quote' and b.kennzahl = 'bev_u18' and k.hauptquelle and b.hauptquelle
and k.berichtsjahr = $jahr;
select status, count(*) as zellen from mart.kennzahlen where jugendamt = $jugendamt group by 1 order by 2 desc;
