#!/usr/bin/env python3
"""Cut AWS's own managed policies out of moto's copy of them: `pip install moto==5.2.1 && local/models/policies.py`.

moto (Apache-2.0, see NOTICE) carries all that AWS gives out, as `GetPolicyVersion` tells them. Those that roles for the
services of Local AWS usually have are taken over, one a line.
"""

import json
import pathlib

from moto.iam.aws_managed_policies import aws_managed_policies_data

NAMES = """
AWSGlueConsoleFullAccess AWSGlueServiceNotebookRole AWSGlueServiceRole AWSKeyManagementServicePowerUser AWSLambdaBasicExecutionRole
AWSLambdaDynamoDBExecutionRole AWSLambdaENIManagementAccess AWSLambdaExecute AWSLambdaKinesisExecutionRole AWSLambdaMSKExecutionRole
AWSLambdaRole AWSLambdaSQSQueueExecutionRole AWSLambdaVPCAccessExecutionRole AWSLambda_FullAccess AWSLambda_ReadOnlyAccess
AWSQuicksightAthenaAccess AWSXRayDaemonWriteAccess AdministratorAccess AmazonAPIGatewayAdministrator AmazonAPIGatewayInvokeFullAccess
AmazonAPIGatewayPushToCloudWatchLogs AmazonAthenaFullAccess AmazonDynamoDBFullAccess AmazonDynamoDBReadOnlyAccess
AmazonEC2ReadOnlyAccess AmazonEventBridgeFullAccess AmazonEventBridgeReadOnlyAccess AmazonKinesisFirehoseFullAccess
AmazonKinesisFirehoseReadOnlyAccess AmazonKinesisFullAccess AmazonKinesisReadOnlyAccess AmazonS3FullAccess AmazonS3ReadOnlyAccess
AmazonSNSFullAccess AmazonSQSFullAccess AmazonSSMReadOnlyAccess CloudWatchAgentServerPolicy CloudWatchEventsFullAccess
CloudWatchEventsInvocationAccess CloudWatchFullAccess CloudWatchFullAccessV2 CloudWatchLambdaInsightsExecutionRolePolicy
CloudWatchLogsFullAccess CloudWatchLogsReadOnlyAccess CloudWatchReadOnlyAccess IAMFullAccess IAMReadOnlyAccess PowerUserAccess
ReadOnlyAccess ResourceGroupsandTagEditorFullAccess ResourceGroupsandTagEditorReadOnlyAccess SecretsManagerReadWrite
""".split()
KEPT = ["Path", "DefaultVersionId", "CreateDate", "UpdateDate", "Document"]

everything = json.loads(aws_managed_policies_data)
lines = []
for name in sorted(NAMES):
    policy = {"PolicyName": name, **{key: everything[name][key] for key in KEPT}}
    lines.append(json.dumps(policy, separators=(",", ":")))
pathlib.Path(__file__).with_suffix(".json").write_text("[\n" + ",\n".join(lines) + "\n]\n")
