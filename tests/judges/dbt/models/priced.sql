{{ config(materialized='table', format='parquet') }}
select id, name, cast(price as double) as price, since from {{ ref('items') }}
