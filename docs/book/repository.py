"""A preprocessor of mdBook: links that leave docs/ lead to the repository, where the sources and the examples are.

A page is read on GitHub, too, where `../examples/ci/github.yml` is right as it stands.
https://rust-lang.github.io/mdBook/for_developers/preprocessors.html
"""

import json
import posixpath
import re
import sys

REPOSITORY = "https://github.com/pipectl/pipectl/blob/main"
LINK = re.compile(r"(\]\()(\.\./[^)#]*)")


def whole(page, target):
    path = posixpath.normpath(posixpath.join("docs", posixpath.dirname(page), target))
    return target if path.startswith("docs/") else f"{REPOSITORY}/{path}"


def walk(items):
    for item in items:
        chapter = item.get("Chapter") if isinstance(item, dict) else None
        if chapter is None:
            continue
        page = chapter.get("source_path") or ""
        chapter["content"] = LINK.sub(lambda m: m[1] + whole(page, m[2]), chapter["content"])
        walk(chapter["sub_items"])


if sys.argv[1:2] == ["supports"]:
    sys.exit(0)
_, book = json.load(sys.stdin)
walk(book.get("items", book.get("sections", [])))
json.dump(book, sys.stdout)
