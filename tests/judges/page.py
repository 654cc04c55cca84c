"""Reads a page and a plot of cost-estimate: every tag closed, nothing from elsewhere, as many marks as figures.

usage: page.py PAGE.html PLOT.svg
"""

import re
import sys
import xml.etree.ElementTree as tree
from html.parser import HTMLParser

VOID = {"meta", "br", "hr", "img", "link", "input", "rect", "line", "circle", "polyline"}


class Page(HTMLParser):
    def __init__(self):
        super().__init__()
        self.open, self.bars = [], 0

    def handle_starttag(self, tag, attributes):
        assert tag not in {"script", "link", "img", "iframe"}, tag
        assert not {"src", "href", "onclick"} & {name for name, _ in attributes}, attributes
        self.bars += tag == "i" and dict(attributes).get("class", "").startswith("bar ")
        if tag not in VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag, attributes):
        assert tag in {"path", "rect"}, tag

    def handle_endtag(self, tag):
        assert self.open and self.open.pop() == tag, tag


text = open(sys.argv[1], encoding="utf-8").read()
page = Page()
page.feed(text)
page.close()
assert not page.open, page.open
# An address is a word of the text, never what is loaded.
assert not re.search(r"url\(|@import", text)
assert not re.search(r"<[^>]*https?:", text)

plot = tree.parse(sys.argv[2]).getroot()
of = lambda name: plot.iter("{http://www.w3.org/2000/svg}" + name)
for point in [*of("circle")]:
    x, y = float(point.get("cx")), float(point.get("cy"))
    assert 90 <= x <= 650 and 60 <= y <= 440, (x, y)
print(f"page: {page.bars} bars; plot: {len([*of('polyline')])} lines, {len([*of('circle')])} points")
