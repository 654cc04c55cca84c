"""usage: touch_another.py URL KEY SECRET TOKEN PIPELINE STAGE   with the rights of somebody else's policy, tries to change
what belongs to a pipeline and stage, and prints each attempt that was not denied"""

import sys

import boto3
from botocore.exceptions import ClientError

url, key, secret, token, pipeline, stage = sys.argv[1:]
admin = {"aws_access_key_id": "judge", "aws_secret_access_key": "judge"}
caller = {"aws_access_key_id": key, "aws_secret_access_key": secret, "aws_session_token": token}


def client(service, keys):
    return boto3.client(service, endpoint_url=url, region_name="us-east-1", **keys)


def every(service):
    return client(service, admin)


base = f"{pipeline}-{stage}"
buckets = [one["Name"] for one in every("s3").list_buckets()["Buckets"] if one["Name"].startswith(base)]
roles = every("iam").list_roles(PathPrefix=f"/pipectl/{pipeline}/{stage}/")["Roles"]
functions = [one for one in every("lambda").list_functions()["Functions"] if one["FunctionName"].startswith(base)]
apis = [one for one in every("apigateway").get_rest_apis()["items"] if one["name"] == base]
plans = [one for one in every("apigateway").get_usage_plans()["items"] if one["name"] == base]
api_keys = [one for one in every("apigateway").get_api_keys()["items"] if one["name"].startswith(base)]
crawlers = [one for one in every("glue").list_crawlers()["CrawlerNames"] if one.startswith(base)]
jobs = [one for one in every("glue").list_jobs()["JobNames"] if one.startswith(base)]
triggers = [one for one in every("glue").list_triggers()["TriggerNames"] if one.startswith(base)]
groups = [one["logGroupName"] for one in every("logs").describe_log_groups()["logGroups"] if base in one["logGroupName"]]
databases = [one["Name"] for one in every("glue").get_databases()["DatabaseList"] if stage in one["Name"]]
tried = 0


def attempt(service, operation, **arguments):
    global tried
    tried += 1
    try:
        getattr(client(service, caller), operation)(**arguments)
        print(f"{service}.{operation} {arguments} was let in")
    except ClientError as error:
        code = error.response["Error"]["Code"]
        if code not in ("AccessDenied", "AccessDeniedException"):
            print(f"{service}.{operation} {arguments} was let in, to {error}")


for bucket in buckets:
    attempt("s3", "put_object", Bucket=bucket, Key="_pipectl/lock", Body=b"mine")
    attempt("s3", "get_object", Bucket=bucket, Key="_pipectl/lock")
    attempt("s3", "list_objects_v2", Bucket=bucket)
    attempt("s3", "put_bucket_policy", Bucket=bucket, Policy="{}")
    attempt("s3", "put_bucket_versioning", Bucket=bucket, VersioningConfiguration={"Status": "Suspended"})
    attempt("s3", "delete_bucket", Bucket=bucket)
for role in roles:
    name, arn = role["RoleName"], role["Arn"]
    attempt("iam", "get_role", RoleName=name)
    attempt("iam", "put_role_policy", RoleName=name, PolicyName="mine", PolicyDocument="{}")
    attempt("iam", "update_assume_role_policy", RoleName=name, PolicyDocument="{}")
    attempt("iam", "delete_role", RoleName=name)
    # A role of theirs for a function that would be ours.
    attempt("lambda", "create_function", FunctionName="clickstream-prod-track", Runtime="provided.al2023", Role=arn,
            Handler="bootstrap", Code={"ZipFile": b"x"}, Tags={"pipectl:pipeline": "clickstream", "pipectl:stage": "prod"})
for function in functions:
    name = function["FunctionName"]
    attempt("lambda", "update_function_configuration", FunctionName=name, MemorySize=256)
    attempt("lambda", "get_function", FunctionName=name)
    attempt("lambda", "add_permission", FunctionName=name, StatementId="mine", Action="lambda:InvokeFunction",
            Principal="s3.amazonaws.com")
    attempt("lambda", "delete_function", FunctionName=name)
for api in apis:
    patch = [{"op": "replace", "path": "/description", "value": "mine"}]
    attempt("apigateway", "update_rest_api", restApiId=api["id"], patchOperations=patch)
    attempt("apigateway", "put_rest_api", restApiId=api["id"], mode="overwrite", body=b"{}")
    attempt("apigateway", "delete_rest_api", restApiId=api["id"])
for plan in plans:
    attempt("apigateway", "update_usage_plan", usagePlanId=plan["id"], patchOperations=[])
    attempt("apigateway", "delete_usage_plan", usagePlanId=plan["id"])
for one in api_keys:
    attempt("apigateway", "get_api_key", apiKey=one["id"], includeValue=True)
    attempt("apigateway", "update_api_key", apiKey=one["id"], patchOperations=[])
    attempt("apigateway", "delete_api_key", apiKey=one["id"])
for crawler in crawlers:
    attempt("glue", "update_crawler", Name=crawler, Description="mine")
    attempt("glue", "delete_crawler", Name=crawler)
for job in jobs:
    attempt("glue", "delete_job", JobName=job)
for trigger in triggers:
    attempt("glue", "delete_trigger", Name=trigger)
for database in databases:
    attempt("glue", "get_tables", DatabaseName=database)
    attempt("glue", "delete_database", Name=database)
for group in groups:
    attempt("logs", "put_retention_policy", logGroupName=group, retentionInDays=1)
    attempt("logs", "delete_log_group", logGroupName=group)
attempt("firehose", "describe_delivery_stream", DeliveryStreamName=base)
attempt("firehose", "delete_delivery_stream", DeliveryStreamName=base)
attempt("athena", "get_work_group", WorkGroup=base)
attempt("athena", "start_query_execution", QueryString="SELECT 1", WorkGroup=base)
attempt("athena", "delete_work_group", WorkGroup=base)
print(f"tried {tried}")
