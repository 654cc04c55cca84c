"""What `against_duckdb.sh` measures: the job and the queries of Local AWS beside DuckDB, as a table of Markdown.

usage: against_duckdb.py rows ENDPOINT SERVER_PID WORK [ROWS [DAYS]]
       against_duckdb.py files ENDPOINT SERVER_PID WORK [DAYS [FILES_A_DAY]]
       against_duckdb.py bounds ENDPOINT SERVER_PID WORK [ROWS]

Both engines get the same bytes: JSON that is made once and put into the bucket, and the Parquet that the job has made of it.
The answers of both are compared. Each figure is that of the fastest of ROUNDS (a variable; 3), in which the two take turns. CPU and
memory of Local AWS are those of its server while it works; DuckDB has a new process for each statement.
"""

import concurrent.futures
import csv
import datetime
import io
import json
import os
import re
import shutil
import subprocess
import sys
import time
import urllib.request

from put_rows import ROWS_PER_FILE, gzipped

RAW, PARQUET = "partitioned_analytics_raw/", "analytics_data/"
ROUNDS = int(os.environ.get("ROUNDS", "3"))
# More files than these are the same again, on other days.
MOST_BODIES = 10
TICK = os.sysconf("SC_CLK_TCK")
QUERIES = [
    ("count", "SELECT count(*) FROM {parquet}"),
    ("distinct users", "SELECT count(DISTINCT userid) FROM {parquet}"),
    ("by name", "SELECT event, count(*) FROM {parquet} GROUP BY event ORDER BY event"),
    ("by hour", "SELECT hour(datetime), count(*) FROM {parquet} GROUP BY 1 ORDER BY 1"),
    ("distinct users by hour", "SELECT hour(datetime), count(DISTINCT userid) FROM {parquet} GROUP BY 1 ORDER BY 1"),
    ("filtered", "SELECT count(*), max(datetime) FROM {parquet} WHERE event = 'PURCHASE' "
                 "AND datetime < timestamp '2026-11-23 12:00:00'"),
    ("ten busiest users", "SELECT userid, count(*) AS n FROM {parquet} GROUP BY userid ORDER BY n DESC, userid LIMIT 10"),
    ("last time of each user", "SELECT count(*), min(last) FROM "
                               "(SELECT userid, max_by(datetime, datetime) AS last FROM {parquet} GROUP BY userid) AS each"),
    ("by name, of JSON", "SELECT event, count(*) FROM {raw} GROUP BY event ORDER BY event"),
]


class Local:
    """Local AWS: its API, and what its server uses."""

    def __init__(self, endpoint, pid):
        self.endpoint, self.pid = endpoint, pid
        with open("output.json") as file:
            self.output = json.load(file)
        self.bucket = self.output["bucket"]
        self.job = self.call("glue", "AWSGlue.ListJobs")["JobNames"][0]

    def send(self, service, request):
        day = datetime.date.today().strftime("%Y%m%d")
        # Local AWS reads the service and region of a signature and lets its owner do all.
        request.add_header("Authorization", f"AWS4-HMAC-SHA256 Credential=local/{day}/us-east-1/{service}/aws4_request, "
                                            "SignedHeaders=host, Signature=00")
        with urllib.request.urlopen(request) as answer:
            return answer.read()

    def call(self, service, target, **given):
        headers = {"X-Amz-Target": target, "Content-Type": "application/x-amz-json-1.1"}
        request = urllib.request.Request(self.endpoint, json.dumps(given).encode(), headers)
        return json.loads(self.send(service, request))

    def put(self, key, body):
        self.send("s3", urllib.request.Request(f"{self.endpoint}/{self.bucket}/{key}", body, method="PUT"))

    def get(self, key):
        return self.send("s3", urllib.request.Request(f"{self.endpoint}/{self.bucket}/{key}"))

    def list(self, prefix):
        keys, token = [], ""
        while True:
            url = f"{self.endpoint}/{self.bucket}?list-type=2&prefix={prefix}{token}"
            page = self.send("s3", urllib.request.Request(url)).decode()
            keys += re.findall("<Key>([^<]*)</Key>", page)
            more = re.search("<NextContinuationToken>([^<]*)<", page)
            if not more:
                return keys
            token = f"&continuation-token={urllib.request.quote(more[1], safe='')}"

    def run_job(self):
        run = self.call("glue", "AWSGlue.StartJobRun", JobName=self.job)["JobRunId"]
        while True:
            state = self.call("glue", "AWSGlue.GetJobRun", JobName=self.job, RunId=run)["JobRun"]
            if state["JobRunState"] not in ("STARTING", "RUNNING"):
                assert state["JobRunState"] == "SUCCEEDED", state
                return
            time.sleep(0.02)

    def crawl(self, which):
        name = next(name for name in self.call("glue", "AWSGlue.ListCrawlers")["CrawlerNames"] if which in name)
        self.call("glue", "AWSGlue.StartCrawler", Name=name)
        while (crawler := self.call("glue", "AWSGlue.GetCrawler", Name=name)["Crawler"])["State"] != "READY":
            time.sleep(0.02)
        assert crawler["LastCrawl"]["Status"] == "SUCCEEDED", crawler

    def query(self, sql):
        """The rows, and Athena's statistics."""
        tables = self.output["tables"]
        asked = {"QueryString": sql.format(**tables), "WorkGroup": self.output["workgroup"],
                 "QueryExecutionContext": {"Database": self.output["database"]}}
        query = self.call("athena", "AmazonAthena.StartQueryExecution", **asked)["QueryExecutionId"]
        while True:
            execution = self.call("athena", "AmazonAthena.GetQueryExecution", QueryExecutionId=query)["QueryExecution"]
            if execution["Status"]["State"] not in ("QUEUED", "RUNNING"):
                assert execution["Status"]["State"] == "SUCCEEDED", execution
                break
            time.sleep(0.005)
        key = execution["ResultConfiguration"]["OutputLocation"].split("/", 3)[3]
        return list(csv.reader(io.StringIO(self.get(key).decode())))[1:], execution["Statistics"]

    def cpu(self):
        with open(f"/proc/{self.pid}/stat") as file:
            return sum(map(int, file.read().rpartition(")")[2].split()[11:13])) / TICK

    def measured(self, work):
        """Wall and CPU seconds, the peak of memory in MB, and what `work` gives."""
        with open(f"/proc/{self.pid}/clear_refs", "w") as file:
            file.write("5")
        began, before = time.monotonic(), self.cpu()
        made = work()
        return (time.monotonic() - began, self.cpu() - before, peak(self.pid)), made


def peak(pid):
    with open(f"/proc/{pid}/status") as file:
        return int(re.search(r"VmHWM:\s*(\d+)", file.read())[1]) / 1024


# What a process of DuckDB does: statements, the last of which is timed.
DUCKDB = """
import duckdb, json, resource, sys, time
*before, sql = json.load(sys.stdin)
connection = duckdb.connect(config={"threads": 2})
for one in before:
    connection.execute(one)
open("/proc/self/clear_refs", "w").write("5")
cpu = lambda: sum(resource.getrusage(resource.RUSAGE_SELF)[:2])
began, used = time.monotonic(), cpu()
rows = connection.execute(sql).fetchall()
took = time.monotonic() - began, cpu() - used
peak = next(int(line.split()[1]) for line in open("/proc/self/status") if line.startswith("VmHWM:")) / 1024
print("measured", json.dumps([[*took, peak], [[str(value) for value in row] for row in rows]]))
"""


def duckdb(*statements):
    ran = subprocess.run([sys.executable, "-c", DUCKDB], input=json.dumps(statements), text=True,
                         stdout=subprocess.PIPE, check=True)
    return json.loads(ran.stdout.rpartition("measured ")[2])


def body(work, number, rows):
    """A file of JSON, made once for all runs."""
    path = f"{work}/json/{rows}-{number}.gz"
    if not os.path.exists(path):
        with open(f"{path}.part", "wb") as file:
            file.write(gzipped(rows, number))
        os.rename(f"{path}.part", path)
    return path


def folder(day):
    date = datetime.date(2026, 11, 23) - datetime.timedelta(days=day)
    return f"year={date.year}/month={date.month:02}/day={date.day:02}/"


def put(local, work, count, days, rows_per_file):
    """The files into the bucket, and as links where DuckDB reads them. Gives what they are in bytes."""
    os.makedirs(f"{work}/json", exist_ok=True)
    sent = 0
    with concurrent.futures.ProcessPoolExecutor(2) as pool:
        bodies = list(pool.map(body, *zip(*((work, n, rows_per_file) for n in range(min(count, MOST_BODIES))))))
    for number in range(count):
        path, key = bodies[number % len(bodies)], f"{RAW}{folder(number % days)}events-{number:05}.gz"
        with open(path, "rb") as file:
            data = file.read()
        local.put(key, data)
        sent += len(data)
        os.makedirs(os.path.dirname(f"raw/{key}"), exist_ok=True)
        os.link(path, f"raw/{key}")
    return sent


def fetch(local):
    """The job's Parquet, where DuckDB reads it."""
    for key in local.list(PARQUET):
        if key.endswith(".parquet"):
            os.makedirs(os.path.dirname(f"parquet/{key}"), exist_ok=True)
            with open(f"parquet/{key}", "wb") as file:
                file.write(local.get(key))


def row(name, ours, theirs):
    (wall, cpu, memory), (their_wall, their_cpu, their_memory) = ours, theirs
    print(f"| {name} | {wall:.2f} s | {their_wall:.2f} s | {wall / their_wall:.1f} | {cpu:.1f} s | {their_cpu:.1f} s "
          f"| {memory:.0f} MB | {their_memory:.0f} MB |", flush=True)


def head():
    print("| | Local AWS | DuckDB | ratio | CPU | DuckDB's | memory | DuckDB's |")
    print("|---|---:|---:|---:|---:|---:|---:|---:|", flush=True)


JSON = ("read_json('raw/**/*.gz', format = 'newline_delimited', hive_partitioning = false, "
        "columns = {event: 'VARCHAR', userid: 'VARCHAR', datetime: 'TIMESTAMP'})")


def convert(local, days):
    """The job, by its bookmark set back to where it was, and DuckDB's COPY."""
    theirs_to = "FORMAT parquet, COMPRESSION snappy"
    select = f"SELECT * FROM {JSON}"
    if days > 1:
        theirs_to += ", PARTITION_BY (year, month, day)"
        select = select.replace("hive_partitioning = false", "hive_partitioning = true")
    else:
        theirs_to += ", PER_THREAD_OUTPUT"
    ours, theirs = [], []
    for _ in range(ROUNDS):
        for key in local.list(PARQUET):
            local.send("s3", urllib.request.Request(f"{local.endpoint}/{local.bucket}/{key}", method="DELETE"))
        local.call("glue", "AWSGlue.ResetJobBookmark", JobName=local.job)
        ours.append(local.measured(local.run_job)[0])
        shutil.rmtree("duckdb", ignore_errors=True)
        theirs.append(duckdb(f"COPY ({select}) TO 'duckdb' ({theirs_to})")[0])
    row("JSON to Parquet", min(ours), min(theirs))


def ask(local, name, sql):
    # The files say that their times are instants, which DuckDB shows in its zone.
    views = ["SET TimeZone = 'UTC'",
             f"CREATE VIEW parquet AS SELECT * FROM read_parquet('parquet/{PARQUET}**/*.parquet')",
             f"CREATE VIEW raw AS SELECT * FROM {JSON}"]
    ours, theirs = [], []
    for _ in range(ROUNDS):
        used, (rows, _) = local.measured(lambda: local.query(sql))
        ours.append(used)
        used, expected = duckdb(*views, sql.format(parquet="parquet", raw="raw"))
        theirs.append(used)
        # Athena's times have their milliseconds.
        rows = [[re.sub(r"(:\d\d)\.000$", r"\1", value) for value in one] for one in rows]
        expected = [[value.removesuffix("+00:00") for value in one] for one in expected]
        assert rows == expected, (sql, rows[:5], expected[:5])
    row(name, min(ours), min(theirs))


def rows(local, work, count=10_000_000, days=1):
    files = -(-count // ROWS_PER_FILE)
    sent = put(local, work, files, days, min(count, ROWS_PER_FILE))
    print(f"{count} rows in {files} files of {days} days, {sent / 1e6:.0f} MB of gzip\n")
    head()
    local.crawl("raw")
    convert(local, days)
    local.crawl("parquet")
    fetch(local)
    for name, sql in QUERIES:
        ask(local, name, sql)


def files(local, work, days=2000, files_a_day=10):
    sent = put(local, work, days * files_a_day, days, 10)
    print(f"{days * files_a_day} files of {days} days, {sent / 1e6:.1f} MB of gzip\n")
    timed = lambda name, work: (lambda used: print(
        f"{name:<28} {used[0][0]:6.2f} s  CPU {used[0][1]:6.2f} s  {used[0][2]:5.0f} MB", flush=True) or used[1])(
            local.measured(work))
    timed("crawl JSON", lambda: local.crawl("raw"))
    timed("crawl JSON again", lambda: local.crawl("raw"))
    timed("JSON to Parquet", local.run_job)
    timed("crawl Parquet", lambda: local.crawl("parquet"))
    one_day = "year = '2026' AND month = '11' AND day = '23'"
    for name, sql in [("count of JSON", "SELECT count(*) FROM {raw}"),
                      ("count of a day's JSON", "SELECT count(*) FROM {raw} WHERE " + one_day),
                      ("count of Parquet", "SELECT count(*) FROM {parquet}"),
                      ("count of a day's Parquet", "SELECT count(*) FROM {parquet} WHERE " + one_day)]:
        _, statistics = timed(name, lambda: local.query(sql))
        print("    " + ", ".join(f"{part} {took} ms" for part, took in statistics.items() if part.endswith("Millis")))


def bounds(local, work, count=1_500_000):
    """The server's largest memory while the job converts so many rows and four times as many, in one file and in many.

    Local AWS takes 100 MiB in a request, which is the file of four times as many."""
    print("| rows | files | job | memory |")
    print("|---:|---:|---:|---:|", flush=True)
    os.makedirs(f"{work}/json", exist_ok=True)
    for day, (rows, parts) in enumerate([(count, 1), (4 * count, 1), (count, 1000), (4 * count, 4000)]):
        with open(body(work, day, rows // parts), "rb") as file:
            data = file.read()
        for number in range(parts):
            local.put(f"{RAW}{folder(day)}events-{number:05}.gz", data)
        local.crawl("raw")
        (wall, _, memory), _ = local.measured(local.run_job)
        print(f"| {rows} | {parts} | {wall:.2f} s | {memory:.0f} MB |", flush=True)


def main():
    mode, endpoint, pid, work, *numbers = sys.argv[1:]
    {"rows": rows, "files": files, "bounds": bounds}[mode](Local(endpoint, int(pid)), work, *map(int, numbers))


if __name__ == "__main__":
    main()
