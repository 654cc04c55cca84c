"""Takes a statement off a function that has a URL, and tells whom the URL lets in before and after.

usage: close_url.py ENDPOINT FUNCTION STATEMENT
"""

import sys
import urllib.error
import urllib.request

import boto3

client = boto3.client("lambda", endpoint_url=sys.argv[1], region_name="us-east-1", aws_access_key_id="j", aws_secret_access_key="j")
url = client.get_function_url_config(FunctionName=sys.argv[2])["FunctionUrl"].removeprefix("https://").split(".")[0]


def answered():
    request = urllib.request.Request(f"{sys.argv[1]}/lambda-urls/{url}/_user_request_/track", data=b"{}", method="POST")
    try:
        with urllib.request.urlopen(request) as answer:
            return str(answer.status)
    except urllib.error.HTTPError as error:
        who = "Lambda" if b"urls-auth.html" in error.read() else "track"
        return f"{error.code} by {who}"


before = answered()
client.remove_permission(FunctionName=sys.argv[2], StatementId=sys.argv[3])
print(f"{before}, then {answered()}")
