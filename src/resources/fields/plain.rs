//! Answers that hold nothing beside attributes, so that only the test looks at them.

use super::logs::DESCRIBE_LOG_STREAMS;
use super::{Answer, ignored, managed};

pub(super) const PLAIN: &[&Answer] = &[
    &GET_POLICY,
    &GET_KEY_POLICY,
    &GET_KEY_ROTATION_STATUS,
    &LIST_RESOURCE_TAGS,
    &LIST_ALIASES,
    &LIST_TAGS,
    &GET_ROLE_POLICY,
    &LIST_ROLE_POLICIES,
    &LIST_ATTACHED_ROLE_POLICIES,
    &LIST_ROLES,
    &LIST_TAGS_FOR_WORK_GROUP,
    &LIST_NAMED_QUERIES,
    &BATCH_GET_NAMED_QUERY,
    &LIST_TAGS_FOR_DELIVERY_STREAM,
    &DESCRIBE_LOG_STREAMS,
    &GET_GATEWAY_RESPONSES,
    &GET_DEPLOYMENTS,
    &GET_STAGES,
    &GET_API_KEY,
    &GET_USAGE_PLAN_KEYS,
    &GET_TABLES,
    &GET_TAGS,
    &GET_BUCKET_TAGGING,
    &GET_PUBLIC_ACCESS_BLOCK,
    &GET_BUCKET_OWNERSHIP_CONTROLS,
    &GET_BUCKET_POLICY,
    &GET_BUCKET_LIFECYCLE_CONFIGURATION,
    &HEAD_OBJECT,
    &LIST_OBJECTS,
    &LIST_OBJECT_VERSIONS,
    &LIST_TARGETS_BY_RULE,
    &LIST_TAGS_FOR_ALARM,
    &LIST_TAGS_FOR_TOPIC,
    &LIST_SUBSCRIPTIONS_BY_TOPIC,
    &LIST_TAGS_FOR_BUDGET,
    &DESCRIBE_NOTIFICATIONS_FOR_BUDGET,
    &DESCRIBE_SUBSCRIBERS_FOR_NOTIFICATION,
    &LIST_TAGS_FOR_RULE,
    &LIST_TAGS_FOR_QUICKSIGHT,
    &DESCRIBE_DATA_SOURCE_PERMISSIONS,
    &DESCRIBE_DATA_SET_PERMISSIONS,
    &DESCRIBE_ANALYSIS_PERMISSIONS,
    &LIST_REFRESH_SCHEDULES,
];

const GET_POLICY: Answer = Answer {
    operation: "lambda:GetPolicy",
    at: "",
    fields: &[
        managed("Policy", "the statements of a permission; those of others are its extras"),
        ignored("RevisionId", "a count of changes"),
    ],
};

const GET_KEY_POLICY: Answer = Answer {
    operation: "kms:GetKeyPolicy",
    at: "",
    fields: &[managed("Policy", "policy"), ignored("PolicyName", "the only one there is")],
};

const GET_KEY_ROTATION_STATUS: Answer = Answer {
    operation: "kms:GetKeyRotationStatus",
    at: "",
    fields: &[
        managed("KeyRotationEnabled", "rotated"),
        ignored("KeyId", "the one that was asked for"),
        ignored("RotationPeriodInDays", "a year, or what somebody chose"),
        ignored("NextRotationDate", "when, not what"),
        ignored("OnDemandRotationStartDate", "when, not what"),
    ],
};

const LIST_RESOURCE_TAGS: Answer = Answer {
    operation: "kms:ListResourceTags",
    at: "",
    fields: &[managed("Tags", "tags"), ignored("NextMarker", "of the list"), ignored("Truncated", "of the list")],
};

const LIST_ALIASES: Answer = Answer {
    operation: "kms:ListAliases",
    at: "",
    fields: &[
        managed("Aliases", "is_named"),
        ignored("NextMarker", "of the list"),
        ignored("Truncated", "of the list"),
    ],
};

const LIST_TAGS: Answer = Answer { operation: "logs:ListTagsForResource", at: "", fields: &[managed("tags", "tags")] };

const GET_ROLE_POLICY: Answer = Answer {
    operation: "iam:GetRolePolicy",
    at: "",
    fields: &[
        ignored("RoleName", "the one that was asked for"),
        ignored("PolicyName", "the one that was asked for"),
        managed("PolicyDocument", "policy"),
    ],
};

const LIST_ROLE_POLICIES: Answer = Answer {
    operation: "iam:ListRolePolicies",
    at: "",
    fields: &[
        managed("PolicyNames", "policy; those of others are extras"),
        ignored("IsTruncated", "of the list"),
        ignored("Marker", "of the list"),
    ],
};

const LIST_ATTACHED_ROLE_POLICIES: Answer = Answer {
    operation: "iam:ListAttachedRolePolicies",
    at: "",
    fields: &[
        managed("AttachedPolicies", "each is an extra: pipectl attaches none"),
        ignored("IsTruncated", "of the list"),
        ignored("Marker", "of the list"),
    ],
};

const LIST_ROLES: Answer = Answer {
    operation: "iam:ListRoles",
    at: "",
    fields: &[ignored("", "only names are taken of it; each role is read by itself")],
};

const LIST_TAGS_FOR_WORK_GROUP: Answer = Answer {
    operation: "athena:ListTagsForResource",
    at: "",
    fields: &[managed("Tags", "tags"), ignored("NextToken", "of the list")],
};

const LIST_NAMED_QUERIES: Answer = Answer {
    operation: "athena:ListNamedQueries",
    at: "",
    fields: &[ignored("", "only ids are taken of it; each query is read by its id")],
};

const BATCH_GET_NAMED_QUERY: Answer = Answer {
    operation: "athena:BatchGetNamedQuery",
    at: "",
    fields: &[
        managed("NamedQueries.Name", "name"),
        ignored("NamedQueries.Description", "tells whose it is"),
        managed("NamedQueries.Database", "database"),
        managed("NamedQueries.QueryString", "sql"),
        ignored("NamedQueries.NamedQueryId", "AWS's own"),
        managed("NamedQueries.WorkGroup", "workgroup"),
        ignored("UnprocessedNamedQueryIds", "of queries that are gone by now"),
    ],
};

const LIST_TAGS_FOR_DELIVERY_STREAM: Answer = Answer {
    operation: "firehose:ListTagsForDeliveryStream",
    at: "",
    fields: &[managed("Tags", "tags"), ignored("HasMoreTags", "of the list")],
};

const GET_GATEWAY_RESPONSES: Answer = Answer {
    operation: "apigateway:GetGatewayResponses",
    at: "item",
    fields: &[
        ignored("position", "of the list"),
        managed("item.responseType", "routes"),
        managed("item.statusCode", "routes"),
        managed("item.responseParameters", "routes"),
        managed("item.responseTemplates", "routes"),
        managed("item.defaultResponse", "routes"),
    ],
};

const GET_DEPLOYMENTS: Answer = Answer {
    operation: "apigateway:GetDeployments",
    at: "item",
    fields: &[
        ignored("position", "of the list"),
        managed("item.id", "deployment"),
        managed("item.description", "deployment"),
        ignored("item.createdDate", "when, not what"),
        ignored("item.apiSummary", "the routes of that time; the description has their digest"),
    ],
};

const GET_STAGES: Answer = Answer {
    operation: "apigateway:GetStages",
    at: "",
    fields: &[ignored("", "only what they show is taken of it: no deployment in use is deleted")],
};

const GET_API_KEY: Answer = Answer {
    operation: "apigateway:GetApiKey",
    at: "",
    fields: &[ignored("", "only the secret is taken of it, where the user asks for it")],
};

const GET_USAGE_PLAN_KEYS: Answer = Answer {
    operation: "apigateway:GetUsagePlanKeys",
    at: "item",
    fields: &[
        ignored("position", "of the list"),
        managed("item.id", "keys"),
        ignored("item.type", "there is but one"),
        ignored("item.value", "a secret"),
        ignored("item.name", "the key's own"),
    ],
};

const GET_TABLES: Answer = Answer {
    operation: "glue:GetTables",
    at: "",
    fields: &[ignored("", "crawlers make tables; only how many are somebody else's is taken of it")],
};

const GET_TAGS: Answer = Answer { operation: "glue:GetTags", at: "", fields: &[managed("Tags", "tags")] };

const GET_BUCKET_TAGGING: Answer =
    Answer { operation: "s3:GetBucketTagging", at: "", fields: &[managed("TagSet", "tags")] };

const GET_PUBLIC_ACCESS_BLOCK: Answer = Answer {
    operation: "s3:GetPublicAccessBlock",
    at: "",
    fields: &[
        managed("PublicAccessBlockConfiguration.BlockPublicAcls", "public_access_blocked"),
        managed("PublicAccessBlockConfiguration.IgnorePublicAcls", "public_access_blocked"),
        managed("PublicAccessBlockConfiguration.BlockPublicPolicy", "public_access_blocked"),
        managed("PublicAccessBlockConfiguration.RestrictPublicBuckets", "public_access_blocked"),
    ],
};

const GET_BUCKET_OWNERSHIP_CONTROLS: Answer = Answer {
    operation: "s3:GetBucketOwnershipControls",
    at: "",
    fields: &[managed("OwnershipControls.Rule.ObjectOwnership", "ownership")],
};

const GET_BUCKET_POLICY: Answer =
    Answer { operation: "s3:GetBucketPolicy", at: "", fields: &[managed("Policy", "policy")] };

const GET_BUCKET_LIFECYCLE_CONFIGURATION: Answer = Answer {
    operation: "s3:GetBucketLifecycleConfiguration",
    at: "",
    fields: &[
        managed("Rule", "lifecycle"),
        ignored("x-amz-transition-default-minimum-object-size", "counts for transitions, which are drift of a rule"),
    ],
};

const HEAD_OBJECT: Answer = Answer {
    operation: "s3:HeadObject",
    at: "",
    fields: &[ignored("", "the key is made of the content, and the metadata has its digest")],
};

const LIST_OBJECTS: Answer =
    Answer { operation: "s3:ListObjectsV2", at: "", fields: &[ignored("", "only keys and sizes are taken of it")] };

const LIST_OBJECT_VERSIONS: Answer = Answer {
    operation: "s3:ListObjectVersions",
    at: "",
    fields: &[ignored("", "only keys, versions and sizes are taken of it")],
};

/// Targets of others stay: each is called by itself. Ours is put whole, so that what is set beside is gone then.
const LIST_TARGETS_BY_RULE: Answer = Answer {
    operation: "events:ListTargetsByRule",
    at: "Targets",
    fields: &[
        managed("Targets.Id", "ours is known by it"),
        managed("Targets.Arn", "function_arn"),
        managed("Targets.Input", "input"),
        ignored("Targets.InputPath", "excludes `Input`, so that it shows there"),
        ignored("Targets.InputTransformer", "excludes `Input`, so that it shows there"),
        ignored("Targets.RoleArn", "a function is called by its own policy"),
        ignored("Targets.KinesisParameters", "not of a function"),
        ignored("Targets.RunCommandParameters", "not of a function"),
        ignored("Targets.EcsParameters", "not of a function"),
        ignored("Targets.BatchParameters", "not of a function"),
        ignored("Targets.SqsParameters", "not of a function"),
        ignored("Targets.HttpParameters", "not of a function"),
        ignored("Targets.RedshiftDataParameters", "not of a function"),
        ignored("Targets.SageMakerPipelineParameters", "not of a function"),
        ignored("Targets.AppSyncParameters", "not of a function"),
        ignored("Targets.DeadLetterConfig", "where orders go that were never taken; the next hour brings another"),
        ignored("Targets.RetryPolicy", "how often an order is repeated; the next hour brings another"),
        ignored("NextToken", "a rule has five targets at most"),
    ],
};

const LIST_TAGS_FOR_ALARM: Answer =
    Answer { operation: "cloudwatch:ListTagsForResource", at: "", fields: &[managed("Tags", "tags")] };

const LIST_TAGS_FOR_BUDGET: Answer =
    Answer { operation: "budgets:ListTagsForResource", at: "", fields: &[managed("ResourceTags", "tags")] };

const DESCRIBE_NOTIFICATIONS_FOR_BUDGET: Answer = Answer {
    operation: "budgets:DescribeNotificationsForBudget",
    at: "",
    fields: &[managed("Notifications", "notices"), ignored("NextToken", "of the list")],
};

const DESCRIBE_SUBSCRIBERS_FOR_NOTIFICATION: Answer = Answer {
    operation: "budgets:DescribeSubscribersForNotification",
    at: "",
    fields: &[managed("Subscribers", "notices; topics are somebody's"), ignored("NextToken", "of the list")],
};

const LIST_TAGS_FOR_TOPIC: Answer =
    Answer { operation: "sns:ListTagsForResource", at: "", fields: &[managed("Tags", "tags")] };

const LIST_SUBSCRIPTIONS_BY_TOPIC: Answer = Answer {
    operation: "sns:ListSubscriptionsByTopic",
    at: "",
    fields: &[
        ignored("Subscriptions.SubscriptionArn", "AWS's choice; where it is none, the link waits to be followed"),
        ignored("Subscriptions.Owner", "the account's"),
        ignored("Subscriptions.Protocol", "those by mail are ours, others are somebody's"),
        managed("Subscriptions.Endpoint", "emails"),
        ignored("Subscriptions.TopicArn", "the one that was asked for"),
        ignored("NextToken", "of the list"),
    ],
};

const LIST_TAGS_FOR_RULE: Answer =
    Answer { operation: "events:ListTagsForResource", at: "", fields: &[managed("Tags", "tags")] };

const LIST_TAGS_FOR_QUICKSIGHT: Answer = Answer {
    operation: "quicksight:ListTagsForResource",
    at: "",
    fields: &[
        managed("Tags", "tags, and the fingerprint of a definition"),
        ignored("RequestId", "of the answer"),
        ignored("Status", "of the answer"),
    ],
};

const DESCRIBE_DATA_SOURCE_PERMISSIONS: Answer = Answer {
    operation: "quicksight:DescribeDataSourcePermissions",
    at: "",
    fields: &[
        ignored("DataSourceArn", "the one that was asked for"),
        ignored("DataSourceId", "the one that was asked for"),
        managed("Permissions", "owners"),
        ignored("RequestId", "of the answer"),
        ignored("Status", "of the answer"),
    ],
};

const DESCRIBE_DATA_SET_PERMISSIONS: Answer = Answer {
    operation: "quicksight:DescribeDataSetPermissions",
    at: "",
    fields: &[
        ignored("DataSetArn", "the one that was asked for"),
        ignored("DataSetId", "the one that was asked for"),
        managed("Permissions", "owners"),
        ignored("RequestId", "of the answer"),
        ignored("Status", "of the answer"),
    ],
};

const DESCRIBE_ANALYSIS_PERMISSIONS: Answer = Answer {
    operation: "quicksight:DescribeAnalysisPermissions",
    at: "",
    fields: &[
        ignored("AnalysisArn", "the one that was asked for"),
        ignored("AnalysisId", "the one that was asked for"),
        managed("Permissions", "owners"),
        ignored("RequestId", "of the answer"),
        ignored("Status", "of the answer"),
    ],
};

const LIST_REFRESH_SCHEDULES: Answer = Answer {
    operation: "quicksight:ListRefreshSchedules",
    at: "",
    fields: &[
        managed("RefreshSchedules", "refresh; those of others are theirs"),
        ignored("RequestId", "of the answer"),
        ignored("Status", "of the answer"),
    ],
};
