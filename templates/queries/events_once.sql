-- Events of each day, each once, and how many more times they came: a request that is sent again has the same ids.
WITH once AS (
  SELECT ${id}, count(*) AS copies,
    min(CAST(year AS varchar) || '-' || CAST(month AS varchar) || '-' || CAST(day AS varchar)) AS date
  FROM "${raw_table}"
  WHERE ${id} IS NOT NULL
  GROUP BY ${id}
)
SELECT date, count(*) AS events, sum(copies) - count(*) AS repeated
FROM once
GROUP BY date
ORDER BY date
