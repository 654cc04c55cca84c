{{ config(materialized='incremental', incremental_strategy='insert_overwrite', partitioned_by=['day']) }}
select id, name, cast(since as varchar) as day from {{ ref('items') }}
{% if is_incremental() %} where id >= 2 {% endif %}
