"""usage: edit_query.py URL WORKGROUP   edits a named query and describes it anew, as an analyst might in the console"""

import sys

import boto3

url, workgroup = sys.argv[1:]
keys = {"aws_access_key_id": "judge", "aws_secret_access_key": "judge"}
athena = boto3.client("athena", endpoint_url=url, region_name="us-east-1", **keys)
query_id = athena.list_named_queries(WorkGroup=workgroup)["NamedQueryIds"][0]
query = athena.get_named_query(NamedQueryId=query_id)["NamedQuery"]
athena.update_named_query(
    NamedQueryId=query_id,
    Name=query["Name"],
    Description="improved by the analyst",
    QueryString=query["QueryString"] + "\nLIMIT 10",
)
