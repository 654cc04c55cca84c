"""Makes a pipeline's things as another tool would, with all that it leaves on them.

usage: other_tools.py URL TOKEN NAME TOOL   TOOL is cloudformation (Serverless, SAM and the CDK are that), terraform or console
"""

import io
import json
import sys
import urllib.request
import zipfile

import boto3

URL, TOKEN, NAME, TOOL = sys.argv[1:5]
ACCOUNT, REGION, STAGE = "000000000000", "us-east-1", NAME.rsplit("-", 1)[1]
BUCKET, DATABASE = f"{NAME}-{ACCOUNT}-{REGION}", NAME.rsplit("-", 1)[0]
CONSOLE, TERRAFORM, STACK = TOOL == "console", TOOL == "terraform", TOOL == "cloudformation"


def client(service):
    return boto3.client(
        service, endpoint_url=URL, region_name=REGION, aws_access_key_id="judge", aws_secret_access_key="judge"
    )


s3, iam, logs, firehose = client("s3"), client("iam"), client("logs"), client("firehose")
functions, api, glue, athena = client("lambda"), client("apigateway"), client("glue"), client("athena")


def arn(service, resource):
    return f"arn:aws:{service}:{REGION}:{ACCOUNT}:{resource}"


def made(arn):
    """CloudFormation writes onto what it makes whose it is; only Local AWS itself can do that."""
    if STACK:
        tags = {"aws:cloudformation:stack-name": "theirs", "aws:cloudformation:logical-id": "Theirs"}
        body = json.dumps({"arn": arn, "tags": tags}).encode()
        own = {"Authorization": f"Bearer {TOKEN}"}
        urllib.request.urlopen(urllib.request.Request(f"{URL}/_local/tags", body, own, method="POST")).read()


def role(name, service):
    trust = {"Effect": "Allow", "Principal": {"Service": service}, "Action": "sts:AssumeRole"}
    document = json.dumps({"Version": "2012-10-17", "Statement": [trust]})
    return iam.create_role(RoleName=name, AssumeRolePolicyDocument=document)["Role"]["Arn"]


def bucket():
    s3.create_bucket(Bucket=BUCKET)
    made(f"arn:aws:s3:::{BUCKET}")
    rule = {"AllowedMethods": ["GET"], "AllowedOrigins": ["*"]}
    s3.put_bucket_cors(Bucket=BUCKET, CORSConfiguration={"CORSRules": [rule]})
    if TERRAFORM:
        s3.put_bucket_versioning(Bucket=BUCKET, VersioningConfiguration={"Status": "Enabled"})
        allow = {"Effect": "Allow", "Principal": {"AWS": ACCOUNT}, "Action": "s3:GetObject", "Resource": f"arn:aws:s3:::{BUCKET}/*"}
        s3.put_bucket_policy(Bucket=BUCKET, Policy=json.dumps({"Version": "2012-10-17", "Statement": [allow]}))
    topic = {"Id": "tf-s3-topic-1", "TopicArn": arn("sns", "theirs"), "Events": ["s3:ObjectRemoved:*"]}
    s3.put_bucket_notification_configuration(Bucket=BUCKET, NotificationConfiguration={"TopicConfigurations": [topic]})


def log_groups():
    for group in (f"/aws/lambda/{NAME}-track", f"/aws/lambda/{NAME}-mover", f"/aws/kinesisfirehose/{NAME}"):
        logs.create_log_group(logGroupName=group)
        made(arn("logs", f"log-group:{group}"))


def stream():
    settings = {"RoleARN": role("firehose_delivery_role", "firehose.amazonaws.com"), "BucketARN": f"arn:aws:s3:::{BUCKET}"}
    if not STACK:
        settings |= {"Prefix": "analytics_raw", "FileExtension": ".json"}
    firehose.create_delivery_stream(DeliveryStreamName=NAME, ExtendedS3DestinationConfiguration=settings)
    made(arn("firehose", f"deliverystream/{NAME}"))


def function(which, theirs):
    code = io.BytesIO()
    with zipfile.ZipFile(code, "w") as archive:
        archive.writestr("index.js", "exports.handler = async () => {}")
    settings = {"Runtime": "nodejs20.x", "Handler": "index.handler", "Role": theirs, "Timeout": 6}
    settings |= {"Environment": {"Variables": {"STAGE": STAGE}}, "TracingConfig": {"Mode": "Active"}}
    if not TERRAFORM:
        settings["Layers"] = [arn("lambda", "layer:theirs:1")]
    functions.create_function(FunctionName=f"{NAME}-{which}", Code={"ZipFile": code.getvalue()}, **settings)
    made(arn("lambda", f"function:{NAME}-{which}"))
    permission = {"cloudformation": "exS3-v2--theirs", "terraform": "terraform-1", "console": "lambda-5e1f"}[TOOL]
    functions.add_permission(
        FunctionName=f"{NAME}-{which}", StatementId=permission, Action="lambda:InvokeFunction", Principal="events.amazonaws.com"
    )


def rest_api():
    kinds = {"endpointConfiguration": {"types": ["REGIONAL"]}} if TERRAFORM else {}
    made_api = api.create_rest_api(name=NAME, binaryMediaTypes=["image/png"], **kinds)
    id, root = made_api["id"], made_api["rootResourceId"]
    made(f"arn:aws:apigateway:{REGION}::/restapis/{id}")
    at = {"restApiId": id, "resourceId": api.create_resource(restApiId=id, parentId=root, pathPart="track")["id"]}
    for verb, kind in (("POST", "AWS_PROXY"), ("OPTIONS", "MOCK")):
        api.put_method(httpMethod=verb, authorizationType="NONE", **at)
        uri = f"arn:aws:apigateway:{REGION}:lambda:path/2015-03-31/functions/{arn('lambda', f'function:{NAME}-track')}/invocations"
        calls = {"integrationHttpMethod": "POST", "uri": uri} if kind == "AWS_PROXY" else {}
        api.put_integration(httpMethod=verb, type=kind, **calls, **at)
    api.create_deployment(restApiId=id, stageName=STAGE, description="theirs")
    stage = [{"op": "replace", "path": "/tracingEnabled", "value": "true"}]
    api.update_stage(restApiId=id, stageName=STAGE, patchOperations=stage)
    return id


def keys(rest_api):
    plan = api.create_usage_plan(name=NAME, apiStages=[{"apiId": rest_api, "stage": STAGE}])["id"]
    made(f"arn:aws:apigateway:{REGION}::/usageplans/{plan}")
    key = api.create_api_key(name=f"{NAME}-web", enabled=True, value="a-key-that-clients-have-already")["id"]
    made(f"arn:aws:apigateway:{REGION}::/apikeys/{key}")
    api.create_usage_plan_key(usagePlanId=plan, keyId=key, keyType="API_KEY")


def catalog():
    theirs = role(f"AWSGlueServiceRole-{TOOL}", "glue.amazonaws.com")
    glue.create_database(DatabaseInput={"Name": DATABASE, "Parameters": {"made-by": TOOL}})
    made(arn("glue", f"database/{DATABASE}"))
    for which in ("raw", "parquet"):
        target = {"S3Targets": [{"Path": f"s3://{BUCKET}/theirs/", "ConnectionName": "theirs"}]}
        glue.create_crawler(Name=f"{NAME}-{which}", Role=theirs, DatabaseName=DATABASE, Targets=target, Classifiers=["theirs"])
        made(arn("glue", f"crawler/{NAME}-{which}"))
    glue.create_job(
        Name=f"{NAME}-etl",
        Role=theirs,
        Command={"Name": "glueetl", "ScriptLocation": f"s3://aws-glue-scripts-{ACCOUNT}-{REGION}/theirs.py", "PythonVersion": "3"},
        DefaultArguments={"--TempDir": f"s3://aws-glue-temporary-{ACCOUNT}-{REGION}/"},
        Connections={"Connections": ["theirs"]},
        GlueVersion="4.0",
        WorkerType="G.2X",
        NumberOfWorkers=2,
    )
    made(arn("glue", f"job/{NAME}-etl"))
    actions = [{"JobName": f"{NAME}-etl", "Arguments": {"--theirs": "1"}}]
    glue.create_trigger(Name=f"{NAME}-etl", Type="SCHEDULED", Schedule="cron(0 3 * * ? *)", Actions=actions)
    made(arn("glue", f"trigger/{NAME}-etl"))


def queries():
    results = {"OutputLocation": f"s3://aws-athena-query-results-{ACCOUNT}-{REGION}/"}
    configuration = {"ResultConfiguration": results, "EnforceWorkGroupConfiguration": False, "RequesterPaysEnabled": True}
    athena.create_work_group(Name=NAME, Configuration=configuration)
    made(arn("athena", f"workgroup/{NAME}"))
    athena.create_named_query(Name="distinct_users_by_month", Database=DATABASE, QueryString="SELECT 1", WorkGroup=NAME)


bucket()
log_groups()
stream()
execution = role(f"{NAME}-{REGION}-lambdaRole", "lambda.amazonaws.com")
function("track", execution)
function("mover", execution)
keys(rest_api())
catalog()
queries()
