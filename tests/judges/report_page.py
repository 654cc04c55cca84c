"""Opens a page of `pipectl report` in Chromium without a network, as wide as a phone and a desk, light and dark.

usage: report_page.py PAGE.html AXE.js PICTURES
       PICTURES is a directory for screenshots, or `-`.
"""

import base64
import sys
import time
from pathlib import Path

import cdp

PAGE, AXE, PICTURES = sys.argv[1:4]
# Of axe-core: faults that keep somebody out.
RUN = """axe.run(document, {resultTypes: ['violations']}).then(told => told.violations
  .filter(one => ['serious', 'critical'].includes(one.impact))
  .map(one => [one.id, one.nodes.map(node => node.target.join(' ')).join(', ')]))"""
# Of two drawings of a chart, one is for this width.
CHARTS = "[...document.querySelectorAll('svg.chart')].filter(one => one.getBoundingClientRect().width > 0).length"

with cdp.browser([]) as browser:
    page = browser.open("about:blank")
    page.cut(True)
    page.call("Page.navigate", url=Path(PAGE).resolve().as_uri())
    page.until("document.readyState === 'complete' && !!document.querySelector('main')")
    page.run(Path(AXE).read_text())
    for width in (400, 800, 1400):
        for scheme in ("light", "dark"):
            page.call("Emulation.setDeviceMetricsOverride", width=width, height=900, deviceScaleFactor=1, mobile=False)
            page.call("Emulation.setEmulatedMedia", features=[{"name": "prefers-color-scheme", "value": scheme}])
            time.sleep(0.3)
            for folded in (True, False):
                page.run(f"document.querySelectorAll('details').forEach(one => one.open = {str(not folded).lower()})")
                if folded and PICTURES != "-":
                    height = page.run("document.documentElement.scrollHeight")
                    clip = {"x": 0, "y": 0, "width": width, "height": height, "scale": 1}
                    shot = page.call("Page.captureScreenshot", captureBeyondViewport=True, clip=clip, format="png")["data"]
                    Path(PICTURES, f"report-{width}-{scheme}.png").write_bytes(base64.b64decode(shot))
            wide = page.run("document.documentElement.scrollWidth")
            print(width, scheme, "fits:", wide <= width, "charts:", page.run(CHARTS), "axe:", page.run(RUN))
    print("requests:", page.run("performance.getEntriesByType('resource').length"))
