"""usage: parliament_documents.py FILE...   prints what parliament finds in policies as `pipectl iam-policy` prints them"""

import json
import sys

from parliament import analyze_policy_string

for name in sys.argv[1:]:
    printed = json.load(open(name))
    for document in printed.get("policies", [printed]):
        for finding in analyze_policy_string(json.dumps(document)).findings:
            print(finding.issue, json.dumps(finding.detail))
