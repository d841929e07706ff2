select distinct
    jugendamt,
    berichtsjahr,
    stichtag
from {{ ref('kennzahlen') }}
