"""Uses the page of `pipectl ui` in Chromium as its reader would, and prints what came of it.

usage: ui_page.py URL ENDPOINT KEY AXE.js PICTURES
       URL is what `pipectl ui` printed. PICTURES is a directory for screenshots, or `-`.
"""

import base64
import json
import sys
import time
import urllib.request
from pathlib import Path

import cdp
import chromium

URL, ENDPOINT, KEY, AXE, PICTURES = sys.argv[1:6]
HOST, TOKEN = URL.split("/_pipectl/#")
WIDTHS = (400, 800, 1400)


def send(event):
    headers = {"content-type": "application/json", "x-api-key": KEY}
    urllib.request.urlopen(urllib.request.Request(ENDPOINT, json.dumps(event).encode(), headers)).close()


def text(page, selector):
    return page.run(f"document.querySelector({json.dumps(selector)}).innerText")


def events_of(page):
    return page.run("[...document.querySelectorAll('#events tbody code')].map(one => one.innerText)")


def an_event_is_seen(page):
    event = {"event": "<img src=x onerror=document.title='gone'>", "userid": "ada", "datetime": "2026-11-27 10:00:00", "new": 1}
    began = time.monotonic()
    send(event)
    while not any("onerror" in one for one in events_of(page)):
        assert time.monotonic() - began < chromium.PATIENCE, events_of(page)
        time.sleep(0.02)
    took = time.monotonic() - began
    print("event seen after", f"{took:.2f} s", file=sys.stderr)
    print("an event is seen within a second:", took < 1)
    verdict = text(page, "#events tbody tr td:last-child")
    print("its verdict:", verdict)
    print("nothing in it runs:", page.run("document.title.endsWith('pipectl') && !document.querySelector('#events img')"))


def type_keys(page, *keys):
    for key in keys:
        for kind in ("keyDown", "keyUp"):
            page.call("Input.dispatchKeyEvent", type=kind, **key)


TAB = {"key": "Tab", "code": "Tab", "windowsVirtualKeyCode": 9}
ENTER = {"key": "Enter", "code": "Enter", "windowsVirtualKeyCode": 13, "text": "\r"}


def by_keyboard(page, wanted):
    """Goes to something with Tab alone, from the top."""
    page.run("document.activeElement.blur(); window.scrollTo(0, 0)")
    for _ in range(120):
        type_keys(page, TAB)
        if page.run(f"document.activeElement.matches({json.dumps(wanted)})"):
            return
    raise LookupError(wanted)


def an_hour_passes(page):
    before = page.run("Date.parse(state.now)")
    by_keyboard(page, "[data-tick='3600']")
    type_keys(page, ENTER)
    page.until(f"Date.parse(state.now) - {before} >= 3600e3")
    passed = page.run("Date.parse(state.now)") - before
    print("an hour passes by the keyboard:", 3600e3 <= passed < 3700e3)


def rows_of(page, sql):
    page.run(f"document.getElementById('sql').value = {json.dumps(sql)}; document.getElementById('named').value = ''")
    by_keyboard(page, "#run-query")
    type_keys(page, ENTER)
    page.until("!document.getElementById('run-query').disabled && /scanned|failed/.test(document.getElementById('query-end').innerText)")
    return page.run("[...document.querySelectorAll('#rows tbody tr')].map(row => [...row.cells].map(cell => cell.innerText))")


def findings(page):
    """Of axe-core: faults that keep somebody out."""
    page.run(Path(AXE).read_text())
    found = page.run("axe.run(document, {resultTypes: ['violations']}).then(told => told.violations.map(one => "
                     "[one.impact, one.id, one.nodes.map(node => node.target.join(' ')).join(', ')]))")
    return [one for one in found if one[0] in ("serious", "critical")]


def look(page):
    for width in WIDTHS:
        for scheme in ("light", "dark"):
            page.call("Emulation.setDeviceMetricsOverride", width=width, height=900, deviceScaleFactor=1, mobile=False)
            page.call("Emulation.setEmulatedMedia", features=[
                {"name": "prefers-color-scheme", "value": scheme}, {"name": "prefers-reduced-motion", "value": "reduce"}])
            time.sleep(1)
            wide = page.run("document.documentElement.scrollWidth")
            print(width, scheme, "fits:", wide <= width, "axe:", findings(page))
            if PICTURES != "-":
                height = page.run("document.documentElement.scrollHeight")
                clip = {"x": 0, "y": 0, "width": width, "height": height, "scale": 1}
                shot = page.call("Page.captureScreenshot", captureBeyondViewport=True, clip=clip, format="webp", quality=80)["data"]
                Path(PICTURES, f"ui-{width}-{scheme}.webp").write_bytes(base64.b64decode(shot))


FOREIGN = """<!doctype html><title>A page of somebody else</title><script>
(async () => {
  const told = {}, url = %s, token = %s;
  const bearer = {authorization: `Bearer ${token}`};
  const ways = {
    page: [url, {}], blind: [url + "ask", {method: "POST", mode: "no-cors", body: '{"ask": "plan"}'}],
    ask: [url + "ask", {method: "POST", body: '{"ask": "plan"}', headers: bearer}], feed: [url + "feed", {headers: bearer}],
  };
  for (const [name, [where, how]] of Object.entries(ways)) {
    try { const answer = await fetch(where, how); told[name] = answer.type === "opaque" ? "opaque" : answer.status; }
    catch { told[name] = "refused"; }
  }
  await new Promise(done => {
    const frame = document.createElement("iframe");
    frame.onload = () => { try { told.frame = frame.contentDocument ? "open" : "closed"; } catch { told.frame = "closed"; } done(); };
    frame.src = url;
    document.documentElement.append(frame);
  });
  fetch("/", {method: "POST", body: JSON.stringify(told)});
})();
</script>"""


def a_foreign_page_gets_nothing():
    """Even one that knows the token, and one that has its name lead to this machine."""
    port = int(HOST.rsplit(":", 1)[1])
    for name, target in (("foreign", f"http://127.0.0.1:{port}"), ("rebound", f"http://evil.test:{port}")):
        page = FOREIGN % (json.dumps(target + "/_pipectl/"), json.dumps(TOKEN))
        site, told, ready = chromium.serve(page)
        chromium.show(f"http://evil.test:{site}/", ["evil.test"], ready)
        print(name, json.dumps(dict(sorted(told.items()))))


with cdp.browser([]) as browser:
    page = browser.open("about:blank")
    asked = []
    page.heard = asked
    page.call("Page.navigate", url=URL)
    page.until("document.getElementById('connection').className === 'on' && state && !document.getElementById('costs').hidden")
    print("the token is not in the address:", page.run("location.href").endswith("/_pipectl/"))
    an_event_is_seen(page)
    an_hour_passes(page)
    page.run("ask({ask: 'tick', seconds: 10800}).then(() => true)")
    print("rows:", json.dumps(rows_of(page, "SELECT event, count(*) n, max(userid) u FROM ${parquet_table} GROUP BY 1 ORDER BY 2 DESC, 1")))
    print("an error:", rows_of(page, "SELECT nonsense") == rows_of(page, "SELECT nonsense") and "COLUMN_NOT_FOUND" in text(page, "#problem"))
    page.run("document.getElementById('named').value = pipeline.queries.find(one => one.name === 'events_by_name').name;"
             "document.getElementById('named').dispatchEvent(new Event('change')); document.getElementById('run-query').click()")
    page.until("!document.getElementById('run-query').disabled && document.getElementById('problem').hidden")
    page.run("document.getElementById('plan-look').click(); document.getElementById('health-look').click()")
    page.until("!document.getElementById('plan-look').disabled && !document.getElementById('health-look').disabled")
    words = "document.evaluate(`//li[h3[starts-with(., 'Firehose')]]/p[@class='small']`, document).iterateNext().innerText"
    print("the buffer:", page.run(words))
    page.until("document.getElementById('files').innerText.includes('partitioned_analytics_raw/')")
    by_keyboard(page, "#files .folder")
    type_keys(page, ENTER)
    page.until("document.querySelectorAll('#files-path button').length === 2")
    bars = page.run("[...document.querySelectorAll('#chart .wide svg rect[class]')].length")
    print("a bar for each row:", bars == page.run("document.querySelectorAll('#rows tbody tr').length"))
    print("plan:", text(page, "#plan-note"))
    print("health:", text(page, "#health strong"))
    origins = page.run("[...new Set(performance.getEntries().map(one => one.name).filter(name => name.includes('://'))"
                       ".map(name => new URL(name).origin))]")
    print("asked of nobody else:", origins == [HOST])
    look(page)
    page.reload()
    page.until("document.getElementById('connection').className === 'on'")
    print("a reload is let in: True")
a_foreign_page_gets_nothing()
