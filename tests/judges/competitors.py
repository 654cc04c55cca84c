"""Calculates anew what others take for a month, and asks on both sides of each volume where the cheaper one is said to
change: what it says of the list has to be so, and there is no turn that it leaves out.

usage: competitors.py PIPECTL PIPELINE-YAML [OPTION...]
"""

import json
import subprocess
import sys
from decimal import ROUND_HALF_UP, Decimal as D

GIB = D(2**30)


def above(units, free, price, per=1):
    return max(units - free, D(0)) / per * D(price)


def posthog(month):
    # What each further event costs from here on, as steps down from the price of the second million.
    steps = [(10**6, "0.00005"), (2 * 10**6, "-0.0000157"), (15 * 10**6, "-0.0000048"), (50 * 10**6, "-0.0000077")]
    steps += [(100 * 10**6, "-0.0000068"), (250 * 10**6, "-0.000006")]
    return sum(above(month["events"], D(start), price) for start, price in steps)


def mixpanel(month):
    return None if month["events"] > 20 * 10**6 else above(month["events"], 10**6, "0.28", 1000)


def cloudflare(month):
    calls = month["events"] / min(month["batch"], 25)
    return 5 + above(calls, 10**7, "0.30", 10**6) + above(calls, 0, "0.02", 10**6) + above(month["events"], 10**7, "0.25", 10**6)


def pipelines(month):
    gb = month["events"] * month["bytes"] / GIB
    return 5 + above(gb, 50, "0.10") + above(gb * month["month"] * month["parquet"], 10, "0.015")


def article(month):
    return above(month["events"], 0, 150, 10**6)


PRICES = {
    "posthog": posthog,
    "mixpanel": mixpanel,
    "cloudflare": cloudflare,
    "cloudflare-pipelines": pipelines,
    "saas-2018": article,
}
NAMES = {"event_bytes": "bytes", "events_per_request": "batch", "month": "month", "parquet_ratio": "parquet"}


def main(command):
    def estimate(*more):
        ran = subprocess.run([*command, *more, "--json"], capture_output=True, text=True, check=True)
        return json.loads(ran.stdout)

    def theirs(name, told, events):
        given = {one["name"]: D(str(one["value"])) for one in told["inputs"]}
        month = {"events": D(str(events)), **{NAMES[key]: given[key] for key in NAMES}}
        dollars = PRICES[name](month) if name in PRICES else None
        if dollars is None:
            return None
        return int((dollars * D(str(told["rate"])) * 100).quantize(D(1), rounding=ROUND_HALF_UP))

    def cheaper(name, events):
        told = estimate("--usage", f"events_per_month={events}")
        return told["total_cents"] < theirs(name, told, events)

    told = estimate("--compare", "all")
    events = next(one["value"] for one in told["inputs"] if one["name"] == "events_per_month")
    priced = turned = 0
    for one in told["competitors"]:
        name = one["name"]
        expected = theirs(name, told, events)
        assert one["cost_cents"] == expected, (name, one["cost_cents"], expected)
        assert (one["no_price"] is None) == (expected is not None), one
        if expected is not None:
            priced += 1
            assert abs(one["times"] - expected / told["total_cents"]) < 1e-9, one
        if one["turns"] is None:
            assert name not in PRICES, name
            continue
        most = one["events_up_to"] or 1e11
        for turn in one["turns"][1:]:
            turned += 1
            before, after = (cheaper(name, int(turn["events_per_month"] * share)) for share in (0.93, 1.07))
            assert (before, after) == (not turn["cheaper"], turn["cheaper"]), (name, turn)
        ends = [one["turns"][0], one["turns"][-1]]
        assert [cheaper(name, int(volume)) for volume in (1e3, most)] == [end["cheaper"] for end in ends], (name, ends)
        # Between, at volumes that the search does not try: each is as the last turn before it says.
        for volume in (333_000, 5_700_000, 71_000_000, 913_000_000):
            last = [turn for turn in one["turns"] if turn["events_per_month"] <= volume][-1]
            near = any(abs(volume / turn["events_per_month"] - 1) < 0.07 for turn in one["turns"])
            if volume <= most and not near:
                assert cheaper(name, volume) == last["cheaper"], (name, volume)
    print(f"agreed: {len(told['competitors'])} products, {priced} with a price, {turned} turns")


if __name__ == "__main__":
    main([sys.argv[1], "cost-estimate", "-f", *sys.argv[2:]])
