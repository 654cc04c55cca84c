-- Events of each kind and day, over all partitions: of the Parquet files one column is read.
SELECT year, month, day, event, count(*) AS events
FROM "${parquet_table}"
GROUP BY year, month, day, event
ORDER BY year, month, day, event
