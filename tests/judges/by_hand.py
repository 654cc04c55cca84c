"""What people and other tools do to a pipeline behind pipectl's back.

usage: by_hand.py URL PREFIX      changes the pipeline whose names begin with PREFIX, each thing once
"""

import json
import sys

import boto3

URL, NAME = sys.argv[1:3]
BUCKET, STAGE = f"{NAME}-000000000000-us-east-1", NAME.rsplit("-", 1)[1]
ADMINISTRATOR = "arn:aws:iam::aws:policy/AdministratorAccess"
DENY = {
    "Version": "2012-10-17",
    "Statement": [{"Effect": "Deny", "Principal": "*", "Action": "execute-api:Invoke", "Resource": "execute-api:/*"}],
}


def client(service):
    return boto3.client(
        service, endpoint_url=URL, region_name="us-east-1", aws_access_key_id="judge", aws_secret_access_key="judge"
    )


api, s3, iam, functions = client("apigateway"), client("s3"), client("iam"), client("lambda")
firehose, glue, athena = client("firehose"), client("glue"), client("athena")
REST_API = next(one["id"] for one in api.get_rest_apis()["items"] if one["name"] == NAME)


def patch(path, value=None, op="replace"):
    return {"op": op, "path": path, **({} if value is None else {"value": value})}


def change_api():
    settings = [
        patch("/disableExecuteApiEndpoint", "true"),
        patch("/policy", json.dumps(DENY)),
        patch("/apiKeySource", "AUTHORIZER"),
        patch("/endpointConfiguration/types/REGIONAL", "EDGE"),
        patch("/binaryMediaTypes/image~1png", op="add"),
    ]
    api.update_rest_api(restApiId=REST_API, patchOperations=settings)
    resources = api.get_resources(restApiId=REST_API)["items"]
    post = next(one["id"] for one in resources if "POST" in one.get("resourceMethods", {}))
    limit = [patch("/timeoutInMillis", "50")]
    api.update_integration(restApiId=REST_API, resourceId=post, httpMethod="POST", patchOperations=limit)
    stage = [
        patch("/~1track/POST/throttling/rateLimit", "1"),
        patch("/variables/v", "hunter2"),
        patch("/tracingEnabled", "true"),
        patch("/canarySettings/percentTraffic", "10"),
    ]
    api.update_stage(restApiId=REST_API, stageName=STAGE, patchOperations=stage)
    plan = next(one["id"] for one in api.get_usage_plans()["items"] if one["name"] == NAME)
    limit = [patch(f"/apiStages/{REST_API}:{STAGE}/throttle/~1track/POST/rateLimit", "1")]
    api.update_usage_plan(usagePlanId=plan, patchOperations=limit)


def change_compute():
    iam.attach_role_policy(RoleName=f"{NAME}-us-east-1-track", PolicyArn=ADMINISTRATOR)
    functions.update_function_configuration(
        FunctionName=f"{NAME}-track",
        TracingConfig={"Mode": "Active"},
        EphemeralStorage={"Size": 1024},
        Layers=["arn:aws:lambda:us-east-1:000000000000:layer:theirs:1"],
        DeadLetterConfig={"TargetArn": "arn:aws:sqs:us-east-1:000000000000:theirs"},
        VpcConfig={"SubnetIds": ["subnet-1"], "SecurityGroupIds": ["sg-1"]},
        LoggingConfig={"LogFormat": "JSON", "ApplicationLogLevel": "ERROR"},
    )
    functions.add_permission(
        FunctionName=f"{NAME}-track", StatementId="theirs", Action="lambda:InvokeFunction", Principal="events.amazonaws.com"
    )


def change_storage():
    rule = {"AllowedMethods": ["GET"], "AllowedOrigins": ["https://theirs.example"]}
    s3.put_bucket_cors(Bucket=BUCKET, CORSConfiguration={"CORSRules": [rule]})
    there = s3.get_bucket_notification_configuration(Bucket=BUCKET)
    del there["ResponseMetadata"]
    topic = {"Id": "theirs", "TopicArn": "arn:aws:sns:us-east-1:000000000000:theirs", "Events": ["s3:ObjectRemoved:*"]}
    there["TopicConfigurations"] = [topic]
    s3.put_bucket_notification_configuration(Bucket=BUCKET, NotificationConfiguration=there)
    stream = firehose.describe_delivery_stream(DeliveryStreamName=NAME)["DeliveryStreamDescription"]
    firehose.update_destination(
        DeliveryStreamName=NAME,
        CurrentDeliveryStreamVersionId=stream["VersionId"],
        DestinationId=stream["Destinations"][0]["DestinationId"],
        ExtendedS3DestinationUpdate={"CustomTimeZone": "Asia/Tokyo", "FileExtension": ".theirs"},
    )


def change_catalog():
    job = glue.get_job(JobName=f"{NAME}-etl")["Job"]
    for made in ("Name", "CreatedOn", "LastModifiedOn", "AllocatedCapacity", "MaxCapacity"):
        job.pop(made, None)
    job["Connections"], job["SecurityConfiguration"] = {"Connections": ["theirs"]}, "theirs"
    glue.update_job(JobName=f"{NAME}-etl", JobUpdate=job)
    targets = glue.get_crawler(Name=f"{NAME}-raw")["Crawler"]["Targets"]
    targets["S3Targets"][0]["SampleSize"] = 1
    glue.update_crawler(Name=f"{NAME}-raw", Targets=targets, Classifiers=["theirs"])
    database = glue.get_databases()["DatabaseList"][0]
    given = {name: database[name] for name in ("Name", "Description") if name in database}
    glue.update_database(Name=database["Name"], DatabaseInput={**given, "Parameters": {"theirs": "1"}})
    glue.create_job(
        Name="theirs", Role=job["Role"], Command={"Name": "glueetl", "ScriptLocation": "s3://theirs/script.py"}
    )
    actions = glue.get_trigger(Name=f"{NAME}-etl")["Trigger"]["Actions"]
    actions[0]["Arguments"] = {"--theirs": "1"}
    glue.update_trigger(Name=f"{NAME}-etl", TriggerUpdate={"Actions": [*actions, {"JobName": "theirs"}]})
    athena.update_work_group(
        WorkGroup=NAME,
        ConfigurationUpdates={
            "RequesterPaysEnabled": True,
            "ManagedQueryResultsConfigurationUpdates": {"Enabled": True},
        },
    )


for change in (change_api, change_compute, change_storage, change_catalog):
    change()
