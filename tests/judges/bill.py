"""What AWS bills for a month of a pipeline, calculated from AWS's pricing pages with decimal numbers.

Written apart from the program: nothing here is taken from its code. What a page does not tell (how long a call takes, how
well events compress) is an input of the estimate, which the caller gives. `GAPS` names where AWS's text leaves a choice.
"""

from decimal import ROUND_CEILING, ROUND_FLOOR, Decimal

D = Decimal
GB = D(2**30)
KB5 = D(5120)
RECORD = D(1000 * 1024)
DAYS = D(30)
RUNS = {"hourly": D(720), "daily": D(30)}

# AWS's own words leave open, and the estimate says so: the DPUs and the minutes of a crawl; how many bytes a call, a run
# and a crawl log; how well logs compress. A month has 30 days.
GAPS = ["crawler_dpu", "crawler_minutes", "log_bytes", "log_storage_ratio"]


def up(value):
    return value.to_integral_value(ROUND_CEILING)


def down(value):
    return value.to_integral_value(ROUND_FLOOR)


class File:
    """A pipeline.yaml: what it says, or what the shape makes of it."""

    def __init__(self, file):
        self.file = file
        self.lean = self.get("shape", "article") == "lean"
        front = self.get("ingest.front", "function_url" if self.lean else "rest_api")
        front = front if isinstance(front, list) else [front]
        self.rest, self.url = "rest_api" in front, "function_url" in front
        self.origins = self.get("ingest.cors.origins", ["*"])
        self.mover = self.get("delivery.partition", "firehose" if self.lean else "mover") == "mover"
        self.converts = self.get("delivery.format", "parquet" if self.lean else "json") == "parquet"
        self.backup = self.converts and self.get("delivery.keep_json", True)
        self.declared = self.get("catalog.tables", "declared" if self.lean else "crawled") == "declared"
        self.job = self.get("etl", "none" if self.lean else {}) != "none"
        self.strict = self.get("security", "standard") == "strict"
        self.versions = self.get("bucket.versioning", self.strict)
        self.has_json = self.backup or not self.converts
        self.has_parquet = self.converts or self.job

    def get(self, path, default=None):
        value = self.file
        for name in path.split("."):
            value = value.get(name) if isinstance(value, dict) else None
            if value is None:
                return default
        return value

    def number(self, path, default):
        return D(str(self.get(path, default)).split()[0])

    def minutes(self, path, default):
        value, unit = str(self.get(path, default)).split()
        return D(value) / (1 if unit.startswith("min") else 60)

    def days(self, path, default):
        """`None`: for ever."""
        value = self.get(path, default)
        return None if value in (None, "never") else D(str(value).split()[0])


class Month:
    """Lines of a month: item -> [(dimension, units)], before anything free."""

    def __init__(self, file, given):
        self.file, self.given, self.lines = file, given, {}
        self.way()
        self.front()
        self.storage()
        self.glue()
        self.rest()

    def add(self, item, dimension, units):
        self.lines[item] = (dimension, units)

    def there(self, days):
        """Months of data there on the average of the month shown: S3 bills byte-hours.."""
        end = self.given["month"]
        start = max(end - 1, D(0))
        most = None if days is None else days / DAYS
        if most is None or most >= end:
            return (start + end) / 2 * (end - start)
        if most <= start:
            return most * (end - start)
        return (start + most) / 2 * (most - start) + most * (end - most)

    def way(self):
        given, file = self.given, self.file
        events, batch, event = given["events_per_month"], given["events_per_request"], given["event_bytes"] + 1
        self.requests = events / batch
        self.refused = D(0) if file.rest else self.requests * given["refused_per_request"]
        self.preflights = self.requests * given["preflights_per_request"] if file.origins else D(0)
        # A function URL with CORS answers OPTIONS itself; API Gateway does by a mock where there is one origin.
        asked = self.preflights if file.rest and len(file.origins) > 1 else D(0)
        self.calls = self.requests + self.refused + asked
        # 1,000 KiB a record; each record counts in steps of 5 KB.
        fit = max(down(RECORD / event), D(1))
        full, left = down(batch / fit), batch - down(batch / fit) * fit
        size = lambda count: up(count * event / KB5) * KB5
        self.records = self.requests * (full + (1 if left else 0))
        self.firehose = self.requests * (full * size(fit) + size(left)) / GB
        bytes_in = events * event
        self.json_gb = bytes_in / GB
        buffer = self.file.number("delivery.buffer.size", 128) * 2**20
        by_time = DAYS * 24 * 60 / file.minutes("delivery.buffer.interval", "15 min")
        self.files = min(max(by_time, bytes_in / buffer), max(self.records, bytes_in / buffer))
        self.moved = self.files if file.mover else D(0)
        # What lies in folders of days as JSON: moved there, put there, or put there as a backup.
        self.json_files = self.files if file.has_json else D(0)

    def front(self):
        given, file = self.given, self.file
        if file.rest:
            self.add("API Gateway requests", "apigw_rest_requests", self.requests + self.preflights)
        track = self.calls * given["track_ms"] / 1000 * file.number("ingest.function.memory", 128) / 1024
        mover = self.moved * given["mover_ms"] / 1000 * file.number("mover.function.memory", 512) / 1024
        of = {}
        for where, seconds, there in [("ingest", track, True), ("mover", mover, file.mover)]:
            if there:
                cpu = file.get(f"{where}.function.architecture", "arm64")
                of[cpu] = of.get(cpu, D(0)) + seconds
        self.compute = of
        self.add("Lambda requests", "lambda_requests", self.calls + self.moved)
        answers = self.requests + self.preflights + self.refused
        self.add("Data transfer out", "data_transfer_out_gb", answers * given["response_bytes"] / GB)
        self.add("Firehose ingestion", "firehose_ingest_gb", self.firehose)
        if file.converts:
            self.add("Firehose conversion", "firehose_format_conversion_gb", self.firehose)

    def storage(self):
        given, file = self.given, self.file
        old_days = D(30)
        expire = {"json": file.days("bucket.expire.partitioned", None), "parquet": file.days("bucket.expire.parquet", None)}
        compression = file.get("delivery.compression", "gzip")
        ratio = {"gzip": "gzip_ratio", "zip": "gzip_ratio", "snappy": "snappy_ratio"}.get(compression)
        size = {"json": given[ratio] if ratio else D(1), "parquet": given["parquet_ratio"]}
        there, old = {"json": file.has_json, "parquet": file.has_parquet}, D(0)
        names = {"json": "S3 partitioned JSON", "parquet": "S3 Parquet"}
        self.months, self.sizes = {}, size
        for kind in there:
            if there[kind]:
                monthly, days = self.json_gb * size[kind], expire[kind]
                self.months[kind] = self.there(days)
                self.add(names[kind], "s3_standard_gb_month", monthly * self.months[kind])
                if days is not None:
                    old += monthly * (self.there(days + old_days) - self.there(days))
        # A versioned bucket keeps what the mover deletes.
        if file.mover:
            old += self.json_gb * size["json"] * self.there(old_days)
        if file.versions:
            self.add("S3 old versions", "s3_standard_gb_month", old)

    def finds(self, files, months):
        """LIST requests that find all files: one for each folder at least, 1000 keys each."""
        days = DAYS * months if files else D(0)
        return max(days + files * months / 1000, D(1))

    def glue(self):
        given, file = self.given, self.file
        self.runs = RUNS[file.get("etl.schedule", "daily")] if file.job else D(0)
        parquet_files = self.files if file.converts else (self.runs if self.json_files else D(0))
        per_month = {"json": self.json_files, "parquet": parquet_files}
        puts = self.files * (2 if file.backup else 1) + self.moved
        if file.job:
            puts += self.runs * (1 + given.get("job_lists", self.finds(self.json_files, self.months["json"])))
        self.crawls = D(0)
        tables = 0
        for name, kind in [("raw", "json"), ("parquet", "parquet")]:
            if file.declared or kind not in self.months:
                continue
            crawls = RUNS[file.get(f"catalog.crawlers.{name}.schedule", "daily")]
            files = per_month[kind] * self.months[kind]
            minutes = max(given["crawler_minutes"], D(10), files / given["crawler_files_per_minute"])
            self.add(f"Glue crawler {name}", "glue_crawler_dpu_hour", crawls * minutes / 60 * given["crawler_dpu"])
            puts += crawls * given.get("crawler_lists", self.finds(per_month[kind], self.months[kind]))
            self.crawls, tables = self.crawls + crawls, tables + 1
        lists, asked = self.queries(per_month)
        self.add("S3 PUT, COPY and LIST", "s3_put_copy_post_list_1k", (puts + lists) / 1000)
        read = self.json_files if file.job else D(0)
        if file.mover or file.job or asked:
            self.add("S3 GET", "s3_get_select_1k", (self.moved + read + asked) / 1000)
        if file.job:
            self.work()
        if file.declared:
            objects = 1 + D(file.has_json) + D(file.has_parquet)
        else:
            objects = 1 + (tables * (1 + DAYS * self.there(None)) if self.files else D(0))
        self.add("Glue catalog objects", "glue_catalog_object_month", objects)

    def queries(self, per_month):
        """What queries scan, of 10 MB at least each; a LIST for a folder and a GET for a file, as S3 is asked."""
        given = self.given
        kind = "parquet" if "parquet" in self.months else "json"
        months, monthly = self.months[kind], self.json_gb * self.sizes[kind]
        files = per_month[kind] * months
        newest = min(months, D(1))
        # A projected table has 12 months of 31 days in each year; registered partitions are those that are there.
        projected = 372 * up(given["month"] / 12)
        days = projected if self.file.declared else (DAYS * months if per_month[kind] else D(0))
        column = given["column_share"] if kind == "parquet" else D(1)
        whole, new = (days + files / 1000, files), (DAYS + per_month[kind] * newest / 1000, per_month[kind] * newest)
        self.scanned, lists, gets = D(0), D(0), D(0)
        for name, gb, (listed, got) in [
            ("athena_scans_of_all", monthly * months, whole),
            ("athena_scans_of_a_month", monthly * newest, new),
            ("athena_scans_of_a_column", monthly * months * column, whole),
        ]:
            times = given[name]
            self.scanned += times * max(gb, D(10) / 1024) / 1024
            lists, gets = lists + times * listed, gets + times * got
        return lists, gets

    def work(self):
        """Per DPU-hour, a minute at least; workers with more memory, Flex and Glue 6 have prices of their own."""
        file, given = self.file, self.given
        worker, flex = file.get("etl.workers.type", "G.1X"), file.get("etl.execution", "standard") == "flex"
        six = D(str(file.get("etl.glue_version", "5.0"))) >= 6
        name = "glue6_etl" if six else "glue_etl"
        price = f"{name}_flex_dpu_hour" if flex else f"{name}_dpu_hour"
        price = "glue_etl_memory_optimized_dpu_hour" if worker.startswith("R") else price
        dpus = D(worker[2:].rstrip("X")) * file.number("etl.workers.count", 2)
        if file.get("etl.metrics", False):
            # Glue's list: 12 of the driver; 5 of the driver, each executor and all; of this run, and of all runs.
            hours = up(max(given["etl_minutes"], D(1)) / 60)
            each = 2 * (12 + 5 * (file.number("etl.workers.count", 2) + 1))
            self.add("Glue job metrics", "cw_custom_metric_month", each * self.runs * hours / 720)
        self.add("Glue job", price, self.runs * max(given["etl_minutes"], D(1)) / 60 * dpus)

    def rest(self):
        given, file = self.given, self.file
        if file.strict:
            years = min(max(down((given["month"] - 1) / 12), D(0)), D(2))
            self.add("KMS key", "kms_key_month", 1 + years)
        if file.strict or file.get("bucket.kms_key"):
            asked = self.files * (2 if file.backup else 1) + 2 * self.moved + self.json_files
            self.add("KMS requests", "kms_symmetric_request", asked / 100)
        self.add("Athena data scanned", "athena_tb_scanned", given["athena_tb"] + self.scanned)
        written, kept = D(0), D(0)
        for where, calls in [("ingest", self.calls), ("mover", self.moved)]:
            level = file.get(f"{where}.function.log_level", "warn" if file.lean else "all")
            gb = calls * given["warn_log_bytes" if level == "warn" else "log_bytes"] / GB
            days = file.days(f"{where}.function.log_retention", "365 days" if file.strict else "14 days")
            written, kept = written + gb, kept + gb * self.there(days)
        shared = (self.runs * given["job_log_bytes"] + self.crawls * given["crawler_log_bytes"]) / GB
        written, kept = written + shared, kept + shared * self.there(None)
        self.add("CloudWatch Logs ingestion", "cwlogs_ingest_gb", written)
        self.add("CloudWatch Logs storage", "cwlogs_storage_gb_month", kept * given["log_storage_ratio"])
        for item, price, name in [
            ("QuickSight authors", "quicksight_author", "quicksight_authors"),
            ("QuickSight readers", "quicksight_reader", "quicksight_readers"),
            ("QuickSight SPICE", "quicksight_spice_enterprise_gb", "spice_gb"),
        ]:
            if given[name]:
                self.add(item, price, given[name])
