-- Distinct users of one month, from the JSON files: of all partitions only that month's are read.
SELECT count(DISTINCT userid) AS users
FROM "${raw_table}"
WHERE year = date_format(current_date, '%Y')
  AND month = date_format(current_date, '%m')
