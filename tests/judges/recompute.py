"""Calculates an estimate of examples/clickstream anew, from the price book and the figures that went in.

Everything is decimal and written down once more, line by line, as one would in a spreadsheet.
usage: recompute.py BOOK ESTIMATE-JSON
"""

import json
import sys
from decimal import ROUND_CEILING, ROUND_HALF_UP, Decimal

import yaml

D = Decimal
book = yaml.safe_load(open(sys.argv[1], encoding="utf-8"))
estimate = json.loads(sys.argv[2])
given = {one["name"]: D(str(one["value"])) for one in estimate["inputs"]}
prices = {**book["global"], **book["regions"][estimate["region"]]}
GB = D(2**30)


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
    return max(units - free, D(0))


events, batch = given["events_per_month"], given["events_per_request"]
event = given["event_bytes"] + 1
requests = events / batch
json_gb = events * event / GB
by_size = events * event / (128 * 2**20)
files = min(max(D(30 * 86400) / 900, by_size), max(requests, by_size))
gb_seconds = requests * given["track_ms"] / 1000 * 128 / 1024 + files * given["mover_ms"] / 1000 * 512 / 1024
record = (batch * event / 5120).to_integral_value(ROUND_CEILING) * 5120
log_gb = (requests + files) * given["log_bytes"] / GB
hourly = D(720)
expected = {
    "API Gateway requests": cents("apigw_rest_requests", requests * (1 + given["preflights_per_request"])),
    "Lambda compute": cents("lambda_gb_second_arm64", beyond(gb_seconds, D(400000))),
    "Lambda requests": cents("lambda_requests", beyond(requests + files, D(1000000))),
    "Data transfer out": cents("data_transfer_out_gb", beyond(requests * given["response_bytes"] / GB, D(100))),
    "Firehose ingestion": cents("firehose_ingest_gb", requests * record / GB),
    "S3 partitioned JSON": cents("s3_standard_gb_month", json_gb * min(given["month"], D(3)) * given["gzip_ratio"]),
    "S3 Parquet": cents("s3_standard_gb_month", json_gb * given["month"] * given["parquet_ratio"]),
    "S3 PUT, COPY and LIST": cents(
        "s3_put_copy_post_list_1k", (2 * files + hourly + 2 * hourly * given["crawler_lists"]) / 1000
    ),
    "S3 GET": cents("s3_get_select_1k", 2 * files / 1000),
    "Glue crawler raw": cents("glue_crawler_dpu_hour", hourly * given["crawler_minutes"] / 60 * given["crawler_dpu"]),
    "Glue crawler parquet": cents("glue_crawler_dpu_hour", hourly * given["crawler_minutes"] / 60 * given["crawler_dpu"]),
    "Glue job": cents("glue_etl_dpu_hour", hourly * given["etl_minutes"] / 60 * 10),
    "Glue catalog objects": cents(
        "glue_catalog_object_month", 1 + (2 + given["month"] * 30 * 2 if events else 0)
    ),
    "Athena data scanned": cents("athena_tb_scanned", given["athena_tb"]),
    "CloudWatch Logs ingestion": cents("cwlogs_ingest_gb", beyond(log_gb, D(5))),
    "CloudWatch Logs storage": cents("cwlogs_storage_gb_month", beyond(log_gb * 14 / 30, D(5))),
}
dashboards = {
    "QuickSight authors": ("quicksight_author", given["quicksight_authors"], D(0)),
    "QuickSight readers": ("quicksight_reader", given["quicksight_readers"], D(0)),
    "QuickSight SPICE": ("quicksight_spice_enterprise_gb", given["spice_gb"], given["quicksight_authors"] * 10),
}
for item, (dimension, units, free) in dashboards.items():
    if units:
        expected[item] = cents(dimension, beyond(units, free))
found = {line["item"]: line["cost_cents"] for line in estimate["lines"]}
if found == expected and estimate["total_cents"] == sum(expected.values()):
    print(f"agreed: {len(found)}")
else:
    for item in {**found, **expected}:
        if found.get(item) != expected.get(item):
            print(f"{item}: {found.get(item)} in place of {expected.get(item)}")
