"""Calculates an estimate anew, from the price book, the pipeline's file and the figures that went in.

Everything is decimal and written down once more, line by line, as one would in a spreadsheet; it knows the files that the
tests give it, and no others: arm64, G.1X, Glue 5.0, gzip, schedules by name.
usage: recompute.py BOOK ESTIMATE-JSON PIPELINE-YAML
"""

import json
import sys
from decimal import ROUND_CEILING, ROUND_HALF_UP, Decimal

import yaml

D = Decimal
book = yaml.safe_load(open(sys.argv[1], encoding="utf-8"))
estimate = json.loads(sys.argv[2])
file = yaml.safe_load(open(sys.argv[3], encoding="utf-8"))
given = {one["name"]: D(str(one["value"])) for one in estimate["inputs"]}
prices = {**book["global"], **book["regions"][estimate["region"]]}
GB = D(2**30)
RUNS = {"hourly": D(720), "daily": D(30)}


def key(path, default):
    """What the file says, or what is usual."""
    value = file
    for name in path.split("."):
        value = value.get(name) if isinstance(value, dict) else None
        if value is None:
            return default
    return value


def number(path, default):
    return D(str(key(path, default)).split()[0])


def minutes(path, default):
    value, unit = str(key(path, default)).split()
    return D(value) / (1 if unit.startswith("min") else 60)


lean = key("shape", "article") == "lean"
front = key("ingest.front", "function_url" if lean else "rest_api")
rest = "rest_api" in (front if isinstance(front, list) else [front])
by_firehose = key("delivery.partition", "firehose" if lean else "mover") == "firehose"
converts = key("delivery.format", "parquet" if lean else "json") == "parquet"
backup = converts and key("delivery.keep_json", True)
declared = key("catalog.tables", "declared" if lean else "crawled") == "declared"
job = key("etl", "none" if lean else {}) != "none"
reports = key("ingest.function.log_level", "warn" if lean else "all") != "warn"
moves = not by_firehose
parquet, json_there = converts or job, backup or not converts


def cents(dimension, units):
    price = prices[dimension]
    if "value" in price:
        dollars = units * D(str(price["value"]))
    else:
        dollars, left = D(0), units
        for tier in price["tiers"]:
            last = tier is price["tiers"][-1]
            size = left if last else min(left, D(tier["to"]) - D(tier["from"]))
            dollars += size * D(str(tier["price"]))
            left -= size
    return int((dollars * 100).quantize(D(1), rounding=ROUND_HALF_UP))


def beyond(units, free):
    return max(units - free, D(0)) if estimate["free_tier"] else units


def kept(path):
    days = key(path, None)
    return given["month"] if days is None else min(given["month"], D(str(days).split()[0]) / 30)


def month(events, tb):
    """Cents of each line."""
    batch, event = given["events_per_request"], given["event_bytes"] + 1
    requests = events / batch
    calls = requests if rest else requests * (1 + given["refused_per_request"])
    json_gb = events * event / GB
    by_size = events * event / (number("delivery.buffer.size", 128) * 2**20)
    by_time = D(30 * 24 * 60) / minutes("delivery.buffer.interval", "15 min")
    files = min(max(by_time, by_size), max(requests, by_size))
    moved = files if moves else D(0)
    read = (moved if moves else files) if job else D(0)
    gb_seconds = calls * given["track_ms"] / 1000 * number("ingest.function.memory", 128) / 1024
    gb_seconds += moved * given["mover_ms"] / 1000 * number("mover.function.memory", 512) / 1024
    record = (batch * event / 5120).to_integral_value(ROUND_CEILING) * 5120
    log_gb = (calls + moved) * given["log_bytes" if reports else "warn_log_bytes"] / GB
    logged = log_gb * number("ingest.function.log_retention", 14) / 30
    crawlers = [] if declared else [name for name, there in [("raw", json_there), ("parquet", parquet)] if there]
    crawls = {name: RUNS[key(f"catalog.crawlers.{name}.schedule", "daily")] for name in crawlers}
    runs = RUNS[key("etl.schedule", "daily")] if job else D(0)
    answers = requests * (1 + given["preflights_per_request"]) + calls - requests
    puts = files * (2 if backup else 1) + moved + runs + sum(crawls.values()) * given["crawler_lists"]
    lines = {
        "Lambda compute": cents("lambda_gb_second_arm64", beyond(gb_seconds, D(400000))),
        "Lambda requests": cents("lambda_requests", beyond(calls + moved, D(1000000))),
        "Data transfer out": cents("data_transfer_out_gb", max(answers * given["response_bytes"] / GB - 100, D(0))),
        "Firehose ingestion": cents("firehose_ingest_gb", requests * record / GB),
        "S3 PUT, COPY and LIST": cents("s3_put_copy_post_list_1k", puts / 1000),
        "Athena data scanned": cents("athena_tb_scanned", tb),
        "CloudWatch Logs ingestion": cents("cwlogs_ingest_gb", beyond(log_gb, D(5))),
        "CloudWatch Logs storage": cents("cwlogs_storage_gb_month", beyond(logged, D(5))),
    }
    if rest:
        sent = requests * (1 + given["preflights_per_request"])
        lines["API Gateway requests"] = cents("apigw_rest_requests", sent)
    if converts:
        lines["Firehose conversion"] = cents("firehose_format_conversion_gb", requests * record / GB)
    if json_there:
        stored = json_gb * kept("bucket.expire.partitioned") * given["gzip_ratio"]
        lines["S3 partitioned JSON"] = cents("s3_standard_gb_month", stored)
    if parquet:
        stored = json_gb * kept("bucket.expire.parquet") * given["parquet_ratio"]
        lines["S3 Parquet"] = cents("s3_standard_gb_month", stored)
    if moves or job:
        lines["S3 GET"] = cents("s3_get_select_1k", (moved + read) / 1000)
    for name, times in crawls.items():
        hours = times * given["crawler_minutes"] / 60 * given["crawler_dpu"]
        lines[f"Glue crawler {name}"] = cents("glue_crawler_dpu_hour", hours)
    if job:
        hours = runs * given["etl_minutes"] / 60 * number("etl.workers.count", 2)
        lines["Glue job"] = cents("glue_etl_dpu_hour", hours)
    tables, partitions = len(crawls), given["month"] * 30 * len(crawls)
    objects = int(json_there) + int(parquet) if declared else tables + partitions if events else 0
    lines["Glue catalog objects"] = cents("glue_catalog_object_month", 1 + D(objects))
    return {**lines, **dashboards()}


def dashboards():
    all_of_them = {
        "QuickSight authors": ("quicksight_author", given["quicksight_authors"], D(0)),
        "QuickSight readers": ("quicksight_reader", given["quicksight_readers"], D(0)),
        "QuickSight SPICE": ("quicksight_spice_enterprise_gb", given["spice_gb"], given["quicksight_authors"] * 10),
    }
    return {
        item: cents(dimension, max(units - free, D(0)))
        for item, (dimension, units, free) in all_of_them.items()
        if units
    }


expected, idle = month(given["events_per_month"], given["athena_tb"]), month(D(0), D(0))
found = {line["item"]: line["cost_cents"] for line in estimate["lines"]}
sums = {"total_cents": sum(expected.values()), "fixed_cents": sum(idle.values())}
sums["usage_cents"] = sums["total_cents"] - sums["fixed_cents"]
told = {name: estimate[name] for name in sums}
if found == expected and told == sums:
    print(f"agreed: {len(found)}")
else:
    for item in {**found, **expected}:
        if found.get(item) != expected.get(item):
            print(f"{item}: {found.get(item)} in place of {expected.get(item)}")
    print(f"{told} in place of {sums}")
