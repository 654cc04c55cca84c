"""Estimates pipelines that nobody wrote, and calculates each anew: what `bill.py` has of AWS's pages has to come to the
same cents.

usage: generated_bills.py PIPECTL BOOK COUNT [SEED]
"""

import json
import os
import random
import subprocess
import sys
import tempfile

import yaml
from recompute import compare, prices_of

# Two that are nearly complete, and three with gaps: what has no price has none in both.
REGIONS = ["us-east-1", "us-west-2", "us-east-2", "eu-central-1", "ap-northeast-1"]
EVENTS = ["0", "1k", "1M", "200M", "5B"]
SIZES = [100, 200, 201, 1023, 2560, 5119, 5120, 20000, 100000]
BATCHES = [1, 2, 7, 25, 26, 100, 500]
WORKERS = ["G.1X", "G.2X", "G.4X", "G.8X", "R.1X", "R.2X", "R.8X"]


def pipeline(draw, number):
    """A file, with every choice that a bill follows from."""
    lean, strict = draw.random() < 0.4, draw.random() < 0.25
    mover = not lean and draw.random() < 0.6
    converts = not mover and draw.random() < 0.6
    job = not converts and draw.random() < 0.7
    declared = converts or draw.random() < 0.5
    function = lambda: {
        "memory": f"{draw.choice([128, 256, 1024])} MB",
        "architecture": draw.choice(["arm64", "x86_64"]),
        "log_level": draw.choice(["all", "info", "warn"]),
        "log_retention": f"{draw.choice([7, 14, 30, 365])} days",
    }
    fronts = [["rest_api"], ["function_url"], ["rest_api", "function_url"]]
    origins = [[], ["*"], ["https://a.example"], ["https://a.example", "https://b.example"]]
    expire = lambda: draw.choice([{}, {"partitioned": f"{draw.choice([3, 30, 45, 400])} days"}])
    file = {
        "name": f"bill{number}",
        "shape": "lean" if lean else "article",
        "security": "strict" if strict else "standard",
        "region": REGIONS[number % len(REGIONS)],
        "bucket": {"expire": {**expire(), **draw.choice([{}, {"parquet": "50 days"}])}, "versioning": draw.random() < 0.5},
        "ingest": {"front": draw.choice(fronts), "cors": {"origins": draw.choice(origins)}, "function": function()},
        "delivery": {
            "partition": "mover" if mover else "firehose",
            "format": "parquet" if converts else "json",
            "buffer": {"size": f"{draw.choice([64, 100, 128])} MB", "interval": f"{draw.choice([1, 5, 15])} min"},
            "compression": draw.choice(["gzip", "none"]),
        },
        "schema": {"event": "string", "userid": "string", "datetime": "timestamp"},
        "catalog": {"tables": "declared" if declared else "crawled"},
        "etl": "none",
    }
    if converts:
        file["delivery"]["keep_json"] = draw.random() < 0.6
    if mover:
        file["mover"] = {"function": function()}
    if not declared:
        crawler = lambda: {"schedule": draw.choice(["hourly", "daily"])}
        file["catalog"]["crawlers"] = {"raw": crawler(), "parquet": crawler()}
    if job:
        worker = draw.choice(WORKERS)
        flex = worker in ("G.1X", "G.2X") and draw.random() < 0.4
        file["etl"] = {
            "schedule": draw.choice(["hourly", "daily"]),
            "workers": {"type": worker, "count": draw.choice([2, 5, 10])},
            "glue_version": draw.choice(["5.0", "6.0"]),
            "execution": "flex" if flex else "standard",
            "metrics": draw.random() < 0.3,
        }
    return file


def usage(draw):
    figures = {
        "events_per_month": draw.choice(EVENTS),
        "event_bytes": draw.choice(SIZES),
        "events_per_request": draw.choice(BATCHES),
        "athena_tb": draw.choice([0, 0.5, 7]),
        "athena_scans_of_all": draw.choice([0, 3]),
        "athena_scans_of_a_month": draw.choice([0, 30]),
        "athena_scans_of_a_column": draw.choice([0, 100]),
        "month": draw.choice([1, 2, 3, 12.5, 36]),
        "preflights_per_request": draw.choice([0, 0.25, 1]),
        "refused_per_request": draw.choice([0, 0.1]),
        "track_ms": draw.choice([3, 10, 40]),
        "gzip_ratio": draw.choice([0.1, 0.3333]),
        "etl_minutes": draw.choice([0.5, 2, 30]),
    }
    figures.update(draw.choice([{}, {"quicksight_authors": 2, "quicksight_readers": 30, "spice_gb": 25}]))
    return ",".join(f"{name}={value}" for name, value in figures.items())


def terms(draw):
    """A currency, a discount, both or none."""
    currency = draw.choice(["", "EUR", "EUR", "JPY", "KRW", "CNY", "KWD"])
    rate = draw.choice(["0.92", "0.5", "7.1234", "155.37", "1391.3"])
    discount = draw.choice(["0", "0", "10", "7.25", "33.3", "100"])
    exchanged = ["--currency", currency, "--rate", rate] if currency else []
    return exchanged + (["--discount", f"{discount}%"] if discount != "0" else [])


def main(pipectl, book, count, seed):
    draw = random.Random(seed)
    book = yaml.safe_load(open(book, encoding="utf-8"))
    lines, unpriced, seen = 0, 0, set()
    with tempfile.TemporaryDirectory() as place:
        path = os.path.join(place, "pipeline.yaml")
        for number in range(count):
            file, figures = pipeline(draw, number), usage(draw)
            with open(path, "w", encoding="utf-8") as out:
                json.dump(file, out)
            command = [pipectl, "cost-estimate", "--json", "-f", path, "--usage", figures]
            command += draw.choice([[], ["--free-tier"]])
            command += terms(draw)
            ran = subprocess.run(command, capture_output=True, text=True, check=False)
            if ran.returncode:
                sys.exit(f"{number} of seed {seed}: {ran.stderr}\n{json.dumps(file, indent=1)}")
            estimate = json.loads(ran.stdout)
            wrong, told = compare(prices_of(book, file["region"]), estimate, file)
            if wrong:
                sys.exit("\n".join([f"{number} of seed {seed}:", *wrong, figures, json.dumps(file, indent=1)]))
            lines += told
            unpriced += sum(line["cost_cents"] is None for line in estimate["lines"])
            seen.update(line["item"] for line in estimate["lines"])
    print(f"agreed: {count} pipelines, {lines} lines of {len(seen)} kinds, {unpriced} without a price")


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2], int(sys.argv[3]), int(sys.argv[4]) if len(sys.argv) > 4 else 1)
