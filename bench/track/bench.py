"""Measures the code behind POST /track as Lambda runs it. Called by run.sh; see there.

For each candidate: the median time from process start to first answer, CPU time (user and system, all threads) of a warm
invocation with one event and of each further event, the largest resident memory, and the size of the zip.
"""

import argparse
import json
import os
import pathlib
import ssl
import statistics
import subprocess
import tempfile
import time
import zipfile

from stubs import Firehose, RuntimeApi

HERE = pathlib.Path(__file__).parent
EVENTS = HERE.parent.parent / "lambdas/track/tests/events"
# Of the key that the recorded event of a function URL has, and of another one.
KEY_DIGESTS = ("ce7c1f5bfa1e49ce9cad94a35c95b18ae8f3d212e5e6f05424c6b5a4e90111af,"
               "94957ebf911b5af8c762f54b1b8fe019c7653312bc7738448c0a0188d86c58b9")
COLUMNS = '{"event":"string","userid":"string","datetime":"timestamp"}'
ADD_FIELDS = "received_at,request_id,origin,user_agent,ip"
CONTRACT = COLUMNS.replace("}", ',"received_at":"timestamp","request_id":"string","origin":"string","user_agent":"string","ip":"string"}')
TICK = os.sysconf("SC_CLK_TCK")
BATCH = 101
ROUNDS = 5


def event(recorded, count):
    """The recorded event of API Gateway or a function URL, with a body of `count` events as NDJSON."""
    proxy = json.loads((EVENTS / recorded).read_text())
    lines = [
        json.dumps({"event": "LOGIN", "userId": f"joe{n}", "dateTime": f"2026-11-23 11:{n // 60:02}:{n % 60:02}"})
        for n in range(count)
    ]
    proxy["body"] = lines[0] if count == 1 else "".join(line + "\n" for line in lines)
    return json.dumps(proxy, separators=(",", ":")).encode()


def certificate(directory):
    """A certificate for localhost, and a bundle that holds it behind the system's roots, so that loading costs what it costs."""
    key, cert = directory / "key.pem", directory / "cert.pem"
    subprocess.run(
        ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-days", "2",
         "-subj", "/CN=localhost", "-addext", "subjectAltName=DNS:localhost",
         "-addext", "basicConstraints=critical,CA:FALSE", "-keyout", key, "-out", cert],
        check=True, stderr=subprocess.DEVNULL)
    system = ssl.get_default_verify_paths().cafile or "/etc/ssl/certs/ca-certificates.crt"
    bundle = directory / "bundle.pem"
    bundle.write_text(pathlib.Path(system).read_text() + cert.read_text())
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(cert, key)
    return context, bundle, cert


class Function:
    """A process under a Runtime API of its own."""

    def __init__(self, command, environment):
        self.api = RuntimeApi()
        environment = {**environment, "AWS_LAMBDA_RUNTIME_API": f"127.0.0.1:{self.api.port}"}
        self.began = time.perf_counter()
        self.pid = os.posix_spawn(command[0], command, environment)

    def cpu(self):
        """Seconds of user and system time so far, of all threads."""
        fields = pathlib.Path(f"/proc/{self.pid}/stat").read_text().rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / TICK

    def peak_mb(self):
        status = pathlib.Path(f"/proc/{self.pid}/status").read_text()
        return int(status.split("VmHWM:")[1].split()[0]) / 1024

    def end(self):
        os.kill(self.pid, 9)
        os.waitpid(self.pid, 0)


def cold_ms(command, environment, payload, starts):
    times = []
    for _ in range(starts):
        function = Function(command, environment)
        function.api.invoke(payload)
        times.append((time.perf_counter() - function.began) * 1000)
        function.end()
    return statistics.median(times)


def warm_us(function, payload, invocations):
    began = function.cpu()
    for _ in range(invocations):
        function.api.invoke(payload)
    return (function.cpu() - began) / invocations * 1e6


def measure(command, environment, firehose, options):
    recorded = "function_url/json.json" if options.function_url else "one_object.json"
    one, many = event(recorded, 1), event(recorded, BATCH)
    cold = cold_ms(command, environment, one, options.starts)
    function = Function(command, environment)
    warm_us(function, one, options.warm_up)
    peak = function.peak_mb()
    warm_us(function, many, options.warm_up)
    before = firehose.events, firehose.requests
    single, batch = [], []
    # In turns, so that what else the machine does falls on both.
    for _ in range(ROUNDS):
        single.append(warm_us(function, one, options.invocations // ROUNDS))
        batch.append(warm_us(function, many, options.invocations // ROUNDS))
    sent = options.invocations // ROUNDS * ROUNDS
    assert (firehose.events - before[0], firehose.requests - before[1]) == (sent * (1 + BATCH), sent * 2), "events are lost"
    function.end()
    return cold, statistics.median(single), (statistics.median(batch) - statistics.median(single)) / (BATCH - 1), peak


def zipped(path):
    """The size of the zip that would be deployed. Of a Node function there is only the handler: Lambda's Node has the SDK."""
    if not path:
        return "-"
    with tempfile.TemporaryFile() as archive:
        with zipfile.ZipFile(archive, "w", zipfile.ZIP_DEFLATED, compresslevel=9) as zipped:
            zipped.write(path, "bootstrap")
        return f"{archive.tell() / 1e6:.2f} MB"


def arguments():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("candidate", nargs="+", help="NAME=EXECUTABLE=COMMAND: what is zipped, if anything, and what is started")
    parser.add_argument("--starts", type=int, default=30)
    parser.add_argument("--warm-up", type=int, default=1000)
    parser.add_argument("--invocations", type=int, default=10000)
    parser.add_argument("--http-only", action="store_true")
    parser.add_argument("--function-url", action="store_true", help="events of a function URL, with a key: of `track` alone, the others take none")
    parser.add_argument("--columns", action="store_true", help="with columns that Firehose converts by; only `track` looks at them")
    parser.add_argument("--contract", action="store_true", help="with all fields added, and events rejected for unknown fields and values")
    return parser.parse_args()


def main():
    options = arguments()
    with tempfile.TemporaryDirectory() as directory:
        context, bundle, cert = certificate(pathlib.Path(directory))
        environment = {
            "PATH": os.environ["PATH"], "AWS_REGION": "us-east-1", "AWS_ACCESS_KEY_ID": "AKIDEXAMPLE",
            "AWS_SECRET_ACCESS_KEY": "secret", "AWS_SESSION_TOKEN": "t" * 600, "DELIVERY_STREAM_NAME": "clickstream-prod",
            "KINESIS_FIREHOSE_STREAM_NAME": "clickstream-prod", "CORS_ORIGINS": "https://shop.example",
            "AWS_LAMBDA_FUNCTION_NAME": "track", "AWS_LAMBDA_FUNCTION_MEMORY_SIZE": "128",
            "AWS_LAMBDA_FUNCTION_VERSION": "$LATEST", "AWS_LAMBDA_LOG_GROUP_NAME": "/aws/lambda/track",
            "AWS_LAMBDA_LOG_STREAM_NAME": "1", "NODE_NO_WARNINGS": "1", "AWS_SDK_JS_SUPPRESS_MAINTENANCE_MODE_MESSAGE": "1", "SSL_CERT_FILE": str(bundle), "NODE_EXTRA_CA_CERTS": str(cert),
        }
        if options.function_url:
            environment |= {"KEY_DIGESTS": KEY_DIGESTS, "EVENTS_PATH": "/track"}
        if options.columns:
            environment["COLUMNS"] = COLUMNS
        if options.contract:
            environment |= {"ADD_FIELDS": ADD_FIELDS, "REJECT": "unknown,invalid", "SHARE_RECORDS": "true",
                            "COLUMNS": CONTRACT}
        print(f"{'':<22}{'cold':>9}{'CPU, one event':>17}{'each further':>15}{'memory':>10}{'zip':>10}")
        for firehose in [Firehose()] + ([] if options.http_only else [Firehose(context)]):
            for name, code, command in (candidate.split("=", 2) for candidate in options.candidate):
                if options.function_url and name != "track":
                    continue
                variables = {**environment, "AWS_ENDPOINT_URL_FIREHOSE": firehose.url}
                cold, single, further, peak = measure(command.split(), variables, firehose, options)
                print(f"{name + ', ' + firehose.scheme:<22}{cold:6.1f} ms{single:14.0f} us{further:12.2f} us"
                      f"{peak:7.1f} MB{zipped(code):>10}", flush=True)


if __name__ == "__main__":
    main()
