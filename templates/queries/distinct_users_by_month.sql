-- Distinct users of each month, over everything there is.
SELECT year, month, count(DISTINCT userid) AS users
FROM "${parquet_table}"
GROUP BY year, month
ORDER BY year, month
