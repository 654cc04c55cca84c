"""Calculates an estimate anew, from the price book, the pipeline's file and the figures that went in.

usage: recompute.py BOOK ESTIMATE-JSON PIPELINE-YAML, or from another program: `compare(prices, estimate, file)`
"""

import json
import sys
from decimal import ROUND_HALF_UP, Decimal

import yaml
from bill import File, Month

D = Decimal
# What is taken off in every account, where it is asked for; the first 100 GB to the internet, in any case.
FREE = {"lambda_requests": D(1000000), "cwlogs_ingest_gb": D(5), "cwlogs_storage_gb_month": D(5), "kms_symmetric_request": D(20000)}
FREE_SECONDS = D(400000)
# Of the currencies that are tried, those with nothing below a whole one.
WHOLE = ["JPY", "KRW"]
# As the book has them: for the first 50 TB and so on of all lines together, in the order of the bill.
ORDER = ["S3 partitioned JSON", "S3 Parquet", "S3 old versions"]


def dollars(price, units):
    if "value" in price:
        return units * D(str(price["value"]))
    total, left = D(0), units
    for tier in price["tiers"]:
        last = tier is price["tiers"][-1]
        size = left if last else min(left, D(tier["to"]) - D(tier["from"]))
        total += size * D(str(tier["price"]))
        left -= size
    return total


class Bill:
    """Cents of each line; `None` where the book has no price for what is used."""

    def __init__(self, prices, free_tier, paid, step):
        self.prices, self.free_tier, self.taken, self.cents = prices, free_tier, {}, {}
        self.paid, self.step = paid, step

    def line(self, item, dimension, units):
        if dimension not in self.prices:
            # Nothing costs nothing at any price.
            self.cents[item] = None if units else self.cents.get(item, 0)
            return
        before = self.taken.get(dimension, D(0))
        self.taken[dimension] = before + units
        price = self.prices[dimension]
        cost = dollars(price, before + units) - dollars(price, before)
        cents = int((cost * self.paid * 100 / self.step).quantize(D(1), rounding=ROUND_HALF_UP)) * self.step
        # Functions on two processors are two lines of one name.
        self.cents[item] = self.cents.get(item, 0) + cents


def bill(prices, month, free_tier, paid=D(1), step=1):
    """In hundredths of a currency of which `paid` are paid for a dollar, counted in steps of so many."""
    made, left = Bill(prices, free_tier, paid, step), FREE_SECONDS if free_tier else D(0)
    for cpu in ("x86_64", "arm64"):
        if cpu in month.compute:
            seconds = month.compute[cpu]
            made.line("Lambda compute", f"lambda_gb_second_{cpu.split('_')[0]}", max(seconds - left, D(0)))
            left = max(left - seconds, D(0))
    rank = lambda line: ORDER.index(line[0]) if line[0] in ORDER else -1
    for item, (dimension, units) in sorted(month.lines.items(), key=rank):
        free = FREE.get(dimension, D(0)) if free_tier else D(0)
        if item == "Data transfer out":
            free = D(100)
        if item == "QuickSight SPICE":
            free = month.given["quicksight_authors"] * 10
        made.line(item, dimension, max(units - free, D(0)))
    return made.cents


def compare(prices, estimate, file):
    """What differs, in words; nothing where both agree."""
    given = {one["name"]: D(str(one["value"])) for one in estimate["inputs"]}
    idle = {**given, "events_per_month": D(0), "athena_tb": D(0), **{name: D(0) for name in given if name.startswith("athena_scans")}}
    free, paid = estimate["free_tier"], D(str(estimate["rate"])) * (100 - D(str(estimate["discount_percent"]))) / 100
    step = 100 if estimate["currency"] in WHOLE else 1
    expected, fixed = (bill(prices, Month(File(file), one), free, paid, step) for one in (given, idle))
    listed = bill(prices, Month(File(file), given), free)
    found = {}
    for line in estimate["lines"]:
        cents = line["cost_cents"]
        found[line["item"]] = None if cents is None else found.get(line["item"], 0) + cents
    wrong = [
        f"{item}: {found.get(item)} in place of {expected.get(item)}"
        for item in {**found, **expected}
        if found.get(item, -1) != expected.get(item, -1)
    ]
    if None not in expected.values():
        sums = {"total_cents": sum(expected.values()), "fixed_cents": sum(fixed.values())}
        sums["list_total_cents"] = sum(listed.values())
        sums["usage_cents"] = sums["total_cents"] - sums["fixed_cents"]
        wrong += [f"{name}: {estimate[name]} in place of {cents}" for name, cents in sums.items() if estimate[name] != cents]
    return wrong, len(found)


def prices_of(book, region):
    return {**book["global"], **book["regions"][region]}


if __name__ == "__main__":
    book = yaml.safe_load(open(sys.argv[1], encoding="utf-8"))
    estimate = json.loads(sys.argv[2])
    file = yaml.safe_load(open(sys.argv[3], encoding="utf-8"))
    wrong, lines = compare(prices_of(book, estimate["region"]), estimate, file)
    print("\n".join(wrong) if wrong else f"agreed: {lines}")
