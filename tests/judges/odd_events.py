"""Sends bodies full of JSON's edges to an endpoint, and tells which events were acknowledged.

usage: odd_events.py ENDPOINT KEY SEED BODIES

Each event has an `id` of its own. Prints {"accepted": [...], "refused": [...], "answers": {status: bodies}}.
"""

import collections
import http.client
import json
import random
import sys
import time
import urllib.parse

ENDPOINT, KEY, SEED, BODIES = sys.argv[1], sys.argv[2], int(sys.argv[3]), int(sys.argv[4])
chance = random.Random(SEED)

# The columns of the schema, and names that are none.
COLUMNS = ["event", "userid", "at", "day_of", "small", "ratio", "half", "flag", "price", "tags", "counts", "place"]
NAMES = COLUMNS + ["Event", "USERID", "other", "a.b", "$os", "user-id", "a b", "a:b", "a,b<c>", "`", "é", "É", "\\u0061t", "ſmall",
                   "string", "int", "array", "struct", "null", "İd", "x" * 255, "\\ud83d\\ude00", "_c0", "partition_0"]
BAD_NAMES = ["", "year", "Month", "DAY", "d\\u0061y", "x" * 256, "tab\\u0000", "\\n", "\\ud800"]
NUMBERS = """0 -0 1 -1 12 2.5 1.0 -0.0 1E5 1e-5 1e+2 0.1 2147483647 2147483648 -2147483648 -2147483649 4294967296
9223372036854775807 9223372036854775808 -9223372036854775808 -9223372036854775809 18446744073709551615 18446744073709551616
12345678901234567890123 99999999999999999999999999999999999999 100000000000000000000000000000000000000 1e22 1e308 1.7976931348623157e308
4.9e-324 1e-400 0.30000000000000004 123456789.125 1e12 20180130 201801 2018 20181330 20180130140240 201801301402 1517320960
1517320960123 1517320960123456 1517320960123456789 253402300799 253402300800 -62135596800 -62135596801 1e15 1e18""".split()
BAD_NUMBERS = ["1e400", "-1e309", "9" * 400, "0." + "1" * 1000, "01", "+1", ".5", "1.", "1e", "NaN", "Infinity", "-Infinity", "0x10", "--1"]
TEXTS = ["", "a", " ", "ümlaut", "\\u00e9", "\\ud83d\\ude00", "😀", "\\ud83d", "\\ude00x", "\\ud83d\\ud83d\\ude00", "\\u0000", "\\u2028", "\u2028",
         "\u0085", "\x7f", "\\/", "\\\"", "\\\\", "\\b\\f\\n\\r\\t", "{\\\"k\\\":1}", "[1,2]", "[\\\"a\\\"", "null", "NaN", "true", "2018", "20180130",
         "2018-01-30 14:02:40", "2018-01-30T14:02:40.123456+02:00", "9999-12-31T23:59:59Z", "10000-01-01", "0001-01-01", "1e400", "12.7",
         "9223372036854775808", "-", "ſ", "K", "\\u212a", "x" * 5000, "a,b", "'", "<script>", "${x}", "%s", "\ufeff", "\ufffd", "\U0010ffff"]
BAD_TEXTS = ["\n", "\t", "\x00", "\\x", "\\u12", "\\ud83", "\"", "\\"]
SPACES = ["", "", "", " ", "  ", "\t"]
WIDE = SPACES + ["\n", "\r\n", "\r"]


def pick(good, bad, odds):
    return chance.choice(bad if chance.random() < odds else good)


def text(odds):
    return '"' + pick(TEXTS, BAD_TEXTS, odds) + '"'


def value(depth, odds, spaces):
    kind = chance.random()
    if depth > 4 or kind < 0.3:
        return pick(NUMBERS, BAD_NUMBERS, odds)
    if kind < 0.6:
        return text(odds)
    if kind < 0.7:
        return pick(["true", "false", "null"], ["True", "nul", "undefined", "'a'"], odds)
    if kind < 0.72:
        deep = chance.choice([10, 20, 28, 30, 31, 32, 64, 127, 128, 500, 3000])
        deep = min(deep, 30 - depth) if chance.random() > odds * 20 else deep
        return "[" * deep + "1" + "]" * deep if chance.random() < 0.5 else '{"a":' * deep + "1" + "}" * deep
    if kind < 0.86:
        space = chance.choice(spaces)
        return "[" + ("," + space).join(value(depth + 1, odds, spaces) for _ in range(chance.randrange(4))) + "]"
    return fields([], chance.randrange(5), depth + 1, odds, spaces)


def fields(first, count, depth, odds, spaces):
    # Names that tell no two readers apart, most of the time.
    names = chance.sample(NAMES, count) if count <= len(NAMES) else [f"k{n}" for n in range(count)]
    seen, all_names = {"id"}, []
    for name in names:
        folded = json.loads(f'"{name}"').lower()
        if folded not in seen or chance.random() < odds:
            seen.add(folded)
            all_names.append(name if chance.random() > odds / 2 else chance.choice(BAD_NAMES))
    space = chance.choice(spaces)
    parts = first + [f'"{name}"{space}:{space}{value(depth, odds, spaces)}' for name in all_names]
    return "{" + space + ("," + space).join(parts) + space + "}"


def event(number, odds, spaces):
    return fields([f'"id":{number}'], chance.choice([0, 1, 2, 3, 5, 8, 40]), 1, odds, spaces)


def body(numbers):
    """Some events, and the text that has them."""
    odds = chance.choice([0, 0, 0.02, 0.2])
    spaces = chance.choice([SPACES, WIDE])
    events = [event(number, odds, spaces) for number in numbers]
    form = chance.random()
    if form < 0.3:
        text = "[" + ",".join(events) + "]"
    elif form < 0.9:
        text = chance.choice(["\n", "\r\n", "", " ", "\r"]).join(events) + chance.choice(["", "\n", "\r\n\r\n"])
    else:
        text = "[" + events[0] + "]\n" + "\n".join(events[1:])
    if chance.random() < odds:
        text = chance.choice(["\ufeff" + text, text + "}", text[:-1], "[" + text, text + "[]", text + "42", "// x\n" + text])
    data = text.encode("utf-8", "surrogatepass")
    if chance.random() < odds / 4:
        data = data.replace(b"a", b"\xe9", 1)
    return data


url = urllib.parse.urlsplit(ENDPOINT)
connection = http.client.HTTPConnection(url.hostname, url.port)


def post(data):
    while True:
        connection.request("POST", url.path, data, {"x-api-key": KEY, "Content-Type": "application/json"})
        answer = connection.getresponse()
        message = answer.read()
        if answer.status != 429:
            return answer.status, message
        time.sleep(0.05)


accepted, refused, answers = [], [], collections.Counter()
number = 0
for _ in range(BODIES):
    numbers = list(range(number, number + chance.choice([1, 1, 2, 3])))
    number += len(numbers)
    data = body(numbers)
    status, message = post(data)
    answers[status] += 1
    if status not in (204, 400):
        sys.exit(f"{status} {message!r} for {data[:2000]!r}")
    (accepted if status == 204 else refused).extend(numbers)
print(json.dumps({"accepted": accepted, "refused": refused, "answers": answers}))
