select * from {{ source('stammdaten', 'extrakttabellen') }}
