select count(*) as n from {{ ref('cheap') }} having count(*) <> 2
