{{ config(materialized='view') }}
select id, name from {{ ref('priced') }} where price < 1.8
