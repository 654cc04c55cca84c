"""Makes what the article makes, as who follows it does: by the console, and with the Serverless Framework.

usage: article_stack.py URL TOKEN MODE   MODE is article (nothing is tagged), serverless (CloudFormation's tags are on
what its template has), half (bucket, role and stream alone), or terraform (a notification of its own beside)
Prints the URL of the endpoint and the value of its key as JSON.
"""

import io
import json
import sys
import urllib.request
import zipfile

import boto3

URL, TOKEN, MODE = sys.argv[1:4]
ACCOUNT, REGION, STAGE, SERVICE = "000000000000", "us-east-1", "dev", "serverless-analytics"
BUCKET, STREAM, DATABASE, JOB = "acme-analytics-data", "acme-events", "acme_analytics", "raw_to_parquet"
STACK = f"{SERVICE}-{STAGE}"
PREFIX = "analytics_raw"


def client(service):
    return boto3.client(
        service, endpoint_url=URL, region_name=REGION, aws_access_key_id="judge", aws_secret_access_key="judge"
    )


s3, iam, firehose, functions = client("s3"), client("iam"), client("firehose"), client("lambda")
api, glue, logs = client("apigateway"), client("glue"), client("logs")

# What a function of Node is on AWS runs here as what it does: Local AWS starts `bootstrap`, whatever the runtime.
RUNTIME_API = f"""#!{sys.executable}
import json, os, re, urllib.parse, urllib.request
import boto3

API = "http://" + os.environ["AWS_LAMBDA_RUNTIME_API"] + "/2018-06-01/runtime/invocation/"


def serve(handler):
    while True:
        with urllib.request.urlopen(API + "next") as work:
            request, event = work.headers["Lambda-Runtime-Aws-Request-Id"], json.load(work)
        body = json.dumps(handler(event)).encode()
        urllib.request.urlopen(urllib.request.Request(API + request + "/response", body, method="POST")).read()


"""
TRACK = RUNTIME_API + """
firehose = boto3.client("firehose")


def track(event):
    firehose.put_record(
        DeliveryStreamName=os.environ["KINESIS_FIREHOSE_STREAM_NAME"], Record={"Data": event["body"]}
    )
    return {"statusCode": 204}


serve(track)
"""
MOVER = RUNTIME_API + """
s3 = boto3.client("s3")


def mover(event):
    source, bucket = event["Records"][0]["s3"]["object"]["key"], event["Records"][0]["s3"]["bucket"]["name"]
    matches = re.match(r"^analytics_raw/?(\\d+)/(\\d+)/(\\d+)/\\d+/(.*)$", source)
    if not matches:
        return "No match on key " + source
    year, month, day, name = matches.groups()
    target = f"partitioned_analytics_raw/year={year}/month={month}/day={day}/{name}"
    s3.put_object(Bucket=bucket, Key=target, Body=s3.get_object(Bucket=bucket, Key=source)["Body"].read())
    s3.delete_object(Bucket=bucket, Key=source)
    return "Moved"


serve(mover)
"""

SCRIPT = f"""import sys
from awsglue.transforms import *
from awsglue.utils import getResolvedOptions
from pyspark.context import SparkContext
from awsglue.context import GlueContext
from awsglue.job import Job

args = getResolvedOptions(sys.argv, ['JOB_NAME'])

sc = SparkContext()
glueContext = GlueContext(sc)
spark = glueContext.spark_session
job = Job(glueContext)
job.init(args['JOB_NAME'], args)
datasource0 = glueContext.create_dynamic_frame.from_catalog(database = "{DATABASE}", table_name = "partitioned_analytics_raw", transformation_ctx = "datasource0")
datasource0.printSchema()
applymapping1 = ApplyMapping.apply(frame = datasource0, mappings = [("event", "string", "event", "string"), ("userid", "string", "userid", "string"), ("datetime", "string", "datetime", "timestamp"), ("year", "string", "year", "string"), ("month", "string", "month", "string"), ("day", "string", "day", "string")], transformation_ctx = "applymapping1")
resolvechoice2 = ResolveChoice.apply(frame = applymapping1, choice = "make_struct", transformation_ctx = "resolvechoice2")
dropnullfields3 = DropNullFields.apply(frame = resolvechoice2, transformation_ctx = "dropnullfields3")
datasink4 = glueContext.write_dynamic_frame.from_options(frame = dropnullfields3, connection_type = "s3", connection_options = {{"path": "s3://{BUCKET}/analytics_data","partitionKeys":["year","month","day"]}}, format = "parquet", transformation_ctx = "datasink4")
job.commit()
"""


def arn(service, resource):
    return f"arn:aws:{service}:{REGION}:{ACCOUNT}:{resource}"


def template(arn, logical_id):
    """CloudFormation writes onto what it makes whose it is; only Local AWS itself can do that."""
    if MODE != "serverless":
        return
    tags = {
        "aws:cloudformation:stack-name": STACK,
        "aws:cloudformation:logical-id": logical_id,
        "aws:cloudformation:stack-id": f"arn:aws:cloudformation:{REGION}:{ACCOUNT}:stack/{STACK}/5e1f",
        "STAGE": STAGE,
    }
    body, own = json.dumps({"arn": arn, "tags": tags}).encode(), {"Authorization": f"Bearer {TOKEN}"}
    urllib.request.urlopen(urllib.request.Request(f"{URL}/_local/tags", body, own, method="POST")).read()


def role(name, service, *allowed):
    trust = {"Effect": "Allow", "Principal": {"Service": service}, "Action": "sts:AssumeRole"}
    document = json.dumps({"Version": "2012-10-17", "Statement": [trust]})
    made = iam.create_role(RoleName=name, AssumeRolePolicyDocument=document)["Role"]["Arn"]
    policy = {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": list(allowed), "Resource": "*"}]}
    iam.put_role_policy(RoleName=name, PolicyName=f"{name}-policy", PolicyDocument=json.dumps(policy))
    return made


def data():
    s3.create_bucket(Bucket=BUCKET)
    delivery = role("firehose_delivery_role", "firehose.amazonaws.com", "s3:*", "logs:PutLogEvents")
    firehose.create_delivery_stream(
        DeliveryStreamName=STREAM,
        DeliveryStreamType="DirectPut",
        ExtendedS3DestinationConfiguration={
            "RoleARN": delivery,
            "BucketARN": f"arn:aws:s3:::{BUCKET}",
            "Prefix": PREFIX,
            "BufferingHints": {"SizeInMBs": 128, "IntervalInSeconds": 900},
            "CompressionFormat": "GZIP",
        },
    )


def function(name, code, handler, memory, timeout, execution, environment):
    archive = io.BytesIO()
    with zipfile.ZipFile(archive, "w") as file:
        entry = zipfile.ZipInfo("bootstrap")
        entry.external_attr = 0o755 << 16
        file.writestr(entry, code)
    logs.create_log_group(logGroupName=f"/aws/lambda/{STACK}-{name}")
    template(arn("logs", f"log-group:/aws/lambda/{STACK}-{name}"), f"{name.title()}LogGroup")
    functions.create_function(
        FunctionName=f"{STACK}-{name}",
        Runtime="nodejs20.x",
        Handler=handler,
        Role=execution,
        Code={"ZipFile": archive.getvalue()},
        MemorySize=memory,
        Timeout=timeout,
        Environment={"Variables": environment},
    )
    functions.get_waiter("function_active_v2").wait(FunctionName=f"{STACK}-{name}")
    template(arn("lambda", f"function:{STACK}-{name}"), f"{name.title()}LambdaFunction")
    return arn("lambda", f"function:{STACK}-{name}")


def serverless():
    execution = role(f"{STACK}-{REGION}-lambdaRole", "lambda.amazonaws.com", "firehose:PutRecord", "s3:*", "logs:*")
    environment = {"TZ": "utc", "KINESIS_FIREHOSE_STREAM_NAME": STREAM}
    track = function("track", TRACK, "track.track", 128, 5, execution, environment)
    mover = function("mover", MOVER, "s3mover.mover", 512, 30, execution, environment)
    endpoint = rest_api(track)
    functions.add_permission(
        FunctionName=mover,
        StatementId=f"exS3-v2-{STACK}-mover-{BUCKET}",
        Action="lambda:InvokeFunction",
        Principal="s3.amazonaws.com",
        SourceArn=f"arn:aws:s3:::{BUCKET}",
    )
    notify(mover)
    return endpoint


def notify(mover):
    entry = {
        "Id": "exS3-v2--5d41402abc4b2a76b9719d911017c592",
        "LambdaFunctionArn": mover,
        "Events": ["s3:ObjectCreated:*"],
        "Filter": {"Key": {"FilterRules": [{"Name": "prefix", "Value": PREFIX}]}},
    }
    all = {"LambdaFunctionConfigurations": [entry]}
    if MODE == "terraform":
        entry["Id"] = "tf-s3-lambda-20240101000000000000000001"
        topic = {"Id": "tf-s3-topic-1", "TopicArn": arn("sns", "theirs"), "Events": ["s3:ObjectRemoved:*"]}
        all["TopicConfigurations"] = [topic]
    s3.put_bucket_notification_configuration(Bucket=BUCKET, NotificationConfiguration=all)


def rest_api(track):
    made = api.create_rest_api(name=f"{STAGE}-{SERVICE}", endpointConfiguration={"types": ["EDGE"]})
    id = made["id"]
    template(f"arn:aws:apigateway:{REGION}::/restapis/{id}", "ApiGatewayRestApi")
    at = {"restApiId": id, "resourceId": api.create_resource(restApiId=id, parentId=made["rootResourceId"], pathPart="track")["id"]}
    api.put_method(httpMethod="POST", authorizationType="NONE", apiKeyRequired=True, **at)
    uri = f"arn:aws:apigateway:{REGION}:lambda:path/2015-03-31/functions/{track}/invocations"
    api.put_integration(httpMethod="POST", type="AWS_PROXY", integrationHttpMethod="POST", uri=uri, **at)
    api.put_method(httpMethod="OPTIONS", authorizationType="NONE", **at)
    api.put_integration(httpMethod="OPTIONS", type="MOCK", requestTemplates={"application/json": '{"statusCode":200}'}, **at)
    headers = {
        "Access-Control-Allow-Headers": "'Content-Type,X-Amz-Date,Authorization,X-Api-Key,X-Amz-Security-Token,X-Amz-User-Agent'",
        "Access-Control-Allow-Methods": "'OPTIONS,POST'",
        "Access-Control-Allow-Origin": "'*'",
    }
    parameters = {f"method.response.header.{name}": value for name, value in headers.items()}
    api.put_method_response(httpMethod="OPTIONS", statusCode="200", responseParameters=dict.fromkeys(parameters, True), **at)
    api.put_integration_response(httpMethod="OPTIONS", statusCode="200", responseParameters=parameters, **at)
    functions.add_permission(
        FunctionName=track,
        StatementId=f"{STACK}-TrackLambdaPermissionApiGateway-1ABC",
        Action="lambda:InvokeFunction",
        Principal="apigateway.amazonaws.com",
        SourceArn=f"arn:aws:execute-api:{REGION}:{ACCOUNT}:{id}/*/*",
    )
    api.create_deployment(restApiId=id, stageName=STAGE)
    plan = api.create_usage_plan(name=STACK, apiStages=[{"apiId": id, "stage": STAGE}])["id"]
    template(f"arn:aws:apigateway:{REGION}::/usageplans/{plan}", "ApiGatewayUsagePlan")
    key = api.create_api_key(name=f"ClientAPIKey-{STAGE}", enabled=True)
    api.create_usage_plan_key(usagePlanId=plan, keyId=key["id"], keyType="API_KEY")
    return {"api": id, "stage": STAGE, "path": "/track", "key": key["value"]}


def catalog():
    theirs = role("AWSGlueServiceRole-analytics", "glue.amazonaws.com", "s3:*", "glue:*", "logs:*")
    glue.create_database(DatabaseInput={"Name": DATABASE})
    for name, prefix in (("raw_discovery", "partitioned_analytics_raw"), ("parquet_discovery", "analytics_data")):
        target = {"S3Targets": [{"Path": f"s3://{BUCKET}/{prefix}"}]}
        glue.create_crawler(
            Name=name, Role=theirs, DatabaseName=DATABASE, Targets=target, Schedule="cron(0 * * * ? *)", TablePrefix=""
        )
    scripts = f"aws-glue-scripts-{ACCOUNT}-{REGION}"
    s3.create_bucket(Bucket=scripts)
    s3.put_object(Bucket=scripts, Key=f"root/{JOB}", Body=SCRIPT.encode())
    glue.create_job(
        Name=JOB,
        Role=theirs,
        Command={"Name": "glueetl", "ScriptLocation": f"s3://{scripts}/root/{JOB}", "PythonVersion": "3"},
        DefaultArguments={
            "--TempDir": f"s3://aws-glue-temporary-{ACCOUNT}-{REGION}/root",
            "--job-bookmark-option": "job-bookmark-enable",
            "--job-language": "python",
        },
        GlueVersion="4.0",
        WorkerType="G.1X",
        NumberOfWorkers=10,
    )
    glue.create_trigger(
        Name="hourly_parquet", Type="SCHEDULED", Schedule="cron(0 * * * ? *)", Actions=[{"JobName": JOB}], StartOnCreation=True
    )


data()
endpoint = {}
if MODE != "half":
    endpoint = serverless()
    catalog()
print(json.dumps(endpoint))
