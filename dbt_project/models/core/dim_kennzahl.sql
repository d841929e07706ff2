select * from {{ source('stammdaten', 'kennzahlen') }}
