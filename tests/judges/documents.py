"""Whether documents are what their published schemas say.

Of a directory: `schemas/NAME.json`, and `documents/*` with a document or an object a line in each. Prints a line for each
document that is not, and the names of the schemas that were used.
"""

import json
import pathlib
import sys

from jsonschema import Draft202012Validator


def read(text):
    try:
        return [json.loads(text)]
    except json.JSONDecodeError:
        return [json.loads(line) for line in text.splitlines()]


def main(directory):
    validators = {}
    for path in (directory / "schemas").iterdir():
        schema = json.loads(path.read_text())
        Draft202012Validator.check_schema(schema)
        validators[schema["$id"]] = Draft202012Validator(schema)
    used = set()
    for path in sorted((directory / "documents").iterdir()):
        for document in read(path.read_text()):
            validator = validators.get(document.get("schema"))
            if validator is None:
                print(f"wrong {path.name}: no schema {document.get('schema')}")
                continue
            used.add(document["schema"])
            for error in validator.iter_errors(document):
                # Of alternatives, that which is meant.
                best = next((e for e in error.context if "is not one of" not in e.message and "was expected" not in e.message), error)
                print(f"wrong {path.name}: {best.json_path}: {best.message[:300]}")
    for name in sorted(used):
        print(f"used {name}")


main(pathlib.Path(sys.argv[1]))
