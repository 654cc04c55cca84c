"""What policies in Rego, OPA's language, deny of a plan: one message on a line.

usage: rego.py PLAN POLICY...
"""

import json
import pathlib
import sys

from regopy import Interpreter

plan, *policies = sys.argv[1:]
rego = Interpreter()
rego.set_input(json.loads(pathlib.Path(plan).read_text()))
for policy in policies:
    rego.add_module(policy, pathlib.Path(policy).read_text())
answer = json.loads(str(rego.query("data.main.deny")))
assert "expressions" in answer, answer
print("\n".join(sorted(answer["expressions"][0])))
