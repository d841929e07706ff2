select distinct
    berichtsjahr,
    stichtag
from {{ ref('fct_messgroessen') }}
