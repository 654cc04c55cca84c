"""Draws the pictures of docs/cost-page.md anew: the page of `cost-estimate --html`, narrow and wide, light and dark.

usage: docs/images/cost_pages.py PIPECTL [DIRECTORY], with Chromium and pngquant installed
"""

import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

HERE = Path(__file__).resolve().parent
EXAMPLE = HERE.parent.parent / "examples/clickstream/pipeline.yaml"
PRODUCTS = "posthog,mixpanel,cloudflare,cloudflare-pipelines"
SIZES = {"narrow": (400, 2400), "wide": (1200, 2000)}
# What Chromium calls its schemes.
SCHEMES = {"dark": 0, "light": 1}
# A window has a least width, which a frame has not. The frame takes its scheme from the page around it.
AROUND = """<!doctype html><meta name="color-scheme" content="{scheme}"><style>body{{margin:0}}iframe{{border:0;display:block}}</style>
<iframe src="page.html" width="{width}" height="{height}"></iframe>"""


def draw(place, name, scheme, out):
    width, height = SIZES[name]
    around = place / f"{name}-{scheme}.html"
    around.write_text(AROUND.format(scheme=scheme, width=width, height=height), encoding="utf-8")
    program = os.environ.get("CHROMIUM") or shutil.which("chromium") or "google-chrome"
    arguments = ["--headless=new", "--no-sandbox", "--disable-gpu", "--hide-scrollbars", "--force-device-scale-factor=1"]
    arguments += [f"--user-data-dir={place / 'home'}", f"--blink-settings=preferredColorScheme={SCHEMES[scheme]}"]
    drawn = place / "drawn.png"
    arguments += [f"--window-size={width},{height}", f"--screenshot={drawn}", around.as_uri()]
    subprocess.run([program, *arguments], check=True, stderr=subprocess.DEVNULL, timeout=120)
    subprocess.run(["pngquant", "--force", "--strip", "--output", out, "64", drawn], check=True)
    print(f"{out.name}: {out.stat().st_size} bytes")


def main(pipectl, directory):
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as place:
        page = Path(place) / "page.html"
        command = [pipectl, "cost-estimate", "--html", "--compare", PRODUCTS, "--out", page, "-f", EXAMPLE]
        subprocess.run(command, check=True, stderr=subprocess.DEVNULL)
        for name in SIZES:
            for scheme in SCHEMES:
                draw(Path(place), name, scheme, directory / f"cost-page-{name}-{scheme}.png")


if __name__ == "__main__":
    main(Path(sys.argv[1]).resolve(), Path(sys.argv[2] if len(sys.argv) > 2 else HERE).resolve())
