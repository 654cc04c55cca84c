"""A page in a real browser that sends beacons as web pages do when they are left, and tells which of them were taken on.

The page is not told what became of its beacons, but its browser times them when they have ended. It waits for that: the browser is
stopped when the page has told, and a beacon whose preflight is not answered yet would never be sent.

usage: beacon_page.py ENDPOINT PORT, which the page http://shop.test:PORT/ is served at
"""

import json
import sys

import chromium

ENDPOINT, PORT = sys.argv[1], int(sys.argv[2])
PAGE = """<!DOCTYPE html><title>A shop</title><script>
const url = ENDPOINT;
let beacons = 0;
const bothEnded = new Promise((ended) => new PerformanceObserver((list) => {
  beacons += list.getEntries().filter((entry) => entry.initiatorType === "beacon").length;
  if (beacons === 2) ended();
}).observe({type: "resource", buffered: true}));
const told = {
  json: navigator.sendBeacon(url, new Blob(['{"event":"json"}'], {type: "application/json"})),
  text: navigator.sendBeacon(url, '{"event":"text"}'),
};
(async () => {
  const packed = new Response(new Blob(['{"event":"packed"}']).stream().pipeThrough(new CompressionStream("gzip")));
  const headers = {"Content-Type": "application/json", "Content-Encoding": "gzip"};
  const fetched = await fetch(url, {method: "POST", body: await packed.blob(), headers, credentials: "include"});
  told.packed = fetched.status;
  await bothEnded;
  await fetch("/told", {method: "POST", body: JSON.stringify(told)});
})();
</script>""".replace("ENDPOINT", json.dumps(ENDPOINT))
_, told, ready = chromium.serve(PAGE, PORT)
# A page of plain HTTP has CompressionStream only if it is trusted.
trusted = f"--unsafely-treat-insecure-origin-as-secure=http://shop.test:{PORT}"
done = chromium.show(f"http://shop.test:{PORT}/", ["shop.test"], ready, trusted)
print(json.dumps(told) if done else "the page has told nothing")
