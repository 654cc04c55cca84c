{{ config(materialized='incremental', incremental_strategy='append') }}
select id, name from {{ ref('items') }}
{% if is_incremental() %} where id = 3 {% endif %}
