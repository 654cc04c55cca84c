//! The calls of the kinds that take events and work on them: IAM, logs, Lambda, EventBridge, API Gateway.

use super::call::{Call, On, change, look, make, remove, seldom};

pub(super) const ROLE: &[Call] = &[
    look("iam:GetRole", On::RolesOrNone),
    look("iam:GetRolePolicy", On::RolesOrNone),
    look("iam:ListAttachedRolePolicies", On::RolesOrNone),
    look("iam:ListRolePolicies", On::RolesOrNone),
    make("iam:CreateRole", On::Roles).tagged(),
    make("iam:CreateRole", On::Roles).needs("iam:TagRole"),
    make("iam:PutRolePolicy", On::Roles),
    change("iam:TagRole", On::Roles),
    change("iam:UntagRole", On::Roles),
    change("iam:UpdateAssumeRolePolicy", On::Roles),
    change("iam:UpdateRoleDescription", On::Roles),
    seldom("iam:DeleteRolePermissionsBoundary"),
    seldom("iam:DetachRolePolicy"),
    seldom("iam:ListInstanceProfilesForRole"),
    seldom("iam:PutRolePermissionsBoundary"),
    remove("iam:DeleteRole", On::Roles),
    remove("iam:DeleteRolePolicy", On::Roles),
];

pub(super) const LOG_GROUP: &[Call] = &[
    look("logs:DescribeLogGroups", On::Anything),
    look("logs:ListTagsForResource", On::LogGroups),
    look("logs:DescribeLogStreams", On::LogGroups),
    make("logs:CreateLogGroup", On::LogGroups).tagged(),
    make("logs:CreateLogGroup", On::LogGroups).needs("logs:TagResource"),
    make("logs:CreateLogStream", On::LogGroups),
    make("logs:PutRetentionPolicy", On::LogGroups),
    seldom("logs:DeleteRetentionPolicy"),
    change("logs:TagResource", On::LogGroups),
    change("logs:UntagResource", On::LogGroups),
    make("logs:AssociateKmsKey", On::SealedLogGroups),
    seldom("logs:DisassociateKmsKey"),
    remove("logs:DeleteLogGroup", On::LogGroups),
];

pub(super) const FUNCTION: &[Call] = &[
    look("lambda:GetFunction", On::Functions),
    look("lambda:GetFunction", On::Functions).needs("lambda:ListTags"),
    look("lambda:GetAccountSettings", On::Anything)
        .or_else("what an apply reserves is not held against what the account has left"),
    make("lambda:CreateFunction", On::Functions).tagged(),
    make("lambda:CreateFunction", On::Functions).needs("lambda:TagResource"),
    make("lambda:CreateFunction", On::Roles).passes_role_to("lambda.amazonaws.com"),
    make("lambda:PutFunctionConcurrency", On::Functions),
    change("lambda:DeleteFunctionConcurrency", On::Functions),
    change("lambda:TagResource", On::Functions),
    change("lambda:UntagResource", On::Functions),
    change("lambda:UpdateFunctionCode", On::Functions),
    change("lambda:UpdateFunctionConfiguration", On::Functions),
    change("lambda:UpdateFunctionConfiguration", On::Roles).passes_role_to("lambda.amazonaws.com"),
    remove("lambda:DeleteFunction", On::Functions),
];

pub(super) const PERMISSION: &[Call] = &[
    look("lambda:GetPolicy", On::Functions),
    make("lambda:AddPermission", On::Functions),
    remove("lambda:RemovePermission", On::Functions),
];

pub(super) const FUNCTION_URL: &[Call] = &[
    look("lambda:GetFunctionUrlConfig", On::Functions).always(),
    make("lambda:CreateFunctionUrlConfig", On::Functions),
    change("lambda:UpdateFunctionUrlConfig", On::Functions),
    remove("lambda:DeleteFunctionUrlConfig", On::Functions),
];

pub(super) const EVENT_RULE: &[Call] = &[
    look("events:DescribeRule", On::Rules),
    look("events:ListTagsForResource", On::Rules),
    look("events:ListTargetsByRule", On::Rules),
    make("events:PutRule", On::Rules),
    make("events:PutRule", On::Rules).needs("events:TagResource"),
    make("events:PutTargets", On::Rules),
    change("events:TagResource", On::Rules),
    change("events:UntagResource", On::Rules),
    remove("events:DeleteRule", On::Rules),
    remove("events:RemoveTargets", On::Rules),
];

/// A subscription's ARN is below the topic's: IAM asks for the topic.
pub(super) const TOPIC: &[Call] = &[
    look("sns:ListSubscriptionsByTopic", On::Topics),
    look("sns:ListTagsForResource", On::Topics),
    make("sns:CreateTopic", On::Topics),
    make("sns:CreateTopic", On::Topics).needs("sns:TagResource"),
    make("sns:Subscribe", On::Topics),
    change("sns:TagResource", On::Topics),
    change("sns:Unsubscribe", On::Topics),
    change("sns:UntagResource", On::Topics),
    remove("sns:DeleteTopic", On::Topics),
];

pub(super) const ALARM: &[Call] = &[
    look("cloudwatch:DescribeAlarms", On::Alarms),
    look("cloudwatch:ListTagsForResource", On::Alarms),
    make("cloudwatch:PutMetricAlarm", On::Alarms),
    make("cloudwatch:PutMetricAlarm", On::Alarms).needs("cloudwatch:TagResource"),
    change("cloudwatch:TagResource", On::Alarms),
    change("cloudwatch:UntagResource", On::Alarms),
    remove("cloudwatch:DeleteAlarms", On::Alarms),
];

/// What is in a budget is viewed and modified with it: IAM has two actions for all of that. One is looked for wherever there
/// are alarms.
pub(super) const BUDGET: &[Call] = &[
    look("budgets:DescribeBudget", On::Budget).needs(VIEW_BUDGET).always(),
    look("budgets:DescribeNotificationsForBudget", On::Budget).needs(VIEW_BUDGET),
    look("budgets:DescribeSubscribersForNotification", On::Budget).needs(VIEW_BUDGET),
    look("budgets:ListTagsForResource", On::Budget),
    make("budgets:CreateBudget", On::Budget).needs(MODIFY_BUDGET),
    make("budgets:CreateBudget", On::Budget).needs("budgets:TagResource"),
    change("budgets:UpdateBudget", On::Budget).needs(MODIFY_BUDGET),
    change("budgets:CreateNotification", On::Budget).needs(MODIFY_BUDGET),
    change("budgets:DeleteNotification", On::Budget).needs(MODIFY_BUDGET),
    change("budgets:CreateSubscriber", On::Budget).needs(MODIFY_BUDGET),
    change("budgets:DeleteSubscriber", On::Budget).needs(MODIFY_BUDGET),
    change("budgets:TagResource", On::Budget),
    change("budgets:UntagResource", On::Budget),
    remove("budgets:DeleteBudget", On::Budget).needs(MODIFY_BUDGET),
];

const VIEW_BUDGET: &str = "budgets:ViewBudget";
const MODIFY_BUDGET: &str = "budgets:ModifyBudget";

const GET: &str = "apigateway:GET";
const POST: &str = "apigateway:POST";
const PUT: &str = "apigateway:PUT";
const PATCH: &str = "apigateway:PATCH";
const DELETE: &str = "apigateway:DELETE";

const APIS: On = On::Path("restapis");
const API: On = On::Path("restapis/*");
/// Methods, resources and stages carry no tags: no condition tells whose they are.
const IN_API: On = On::Path("restapis/*/*");
const KEYS: On = On::Path("apikeys");
const KEY: On = On::Path("apikeys/*");
const PLANS: On = On::Path("usageplans");
const PLAN: On = On::Path("usageplans/*");
const IN_PLAN: On = On::Path("usageplans/*/*");
const TAGS: On = On::Path("tags/*");

pub(super) const REST_API: &[Call] = &[
    look("apigateway:GetRestApis", APIS).needs(GET).always(),
    look("apigateway:GetDeployments", IN_API).needs(GET),
    look("apigateway:GetGatewayResponses", IN_API).needs(GET),
    look("apigateway:GetResources", IN_API).needs(GET),
    look("apigateway:GetStage", IN_API).needs(GET),
    change("apigateway:GetStages", IN_API).needs(GET),
    make("apigateway:CreateRestApi", APIS).needs(POST).tagged(),
    make("apigateway:CreateRestApi", TAGS).needs(PUT),
    make("apigateway:PutRestApi", API).needs(PUT).ours().or_else("an API is put together call by call, in more time"),
    make("apigateway:CreateDeployment", IN_API).needs(POST),
    make("apigateway:UpdateStage", IN_API).needs(PATCH),
    make("apigateway:PutGatewayResponse", IN_API).needs(PUT),
    change("apigateway:CreateResource", IN_API).needs(POST),
    change("apigateway:PutMethod", IN_API).needs(PUT),
    change("apigateway:PutMethodResponse", IN_API).needs(PUT),
    change("apigateway:PutIntegration", IN_API).needs(PUT),
    change("apigateway:PutIntegrationResponse", IN_API).needs(PUT),
    change("apigateway:UpdateRestApi", API).needs(PATCH).ours(),
    change("apigateway:TagResource", API).needs(PATCH).ours(),
    change("apigateway:TagResource", TAGS).needs(PUT),
    change("apigateway:UntagResource", TAGS).needs(DELETE),
    change("apigateway:DeleteDeployment", IN_API).needs(DELETE),
    change("apigateway:DeleteGatewayResponse", IN_API).needs(DELETE),
    change("apigateway:DeleteMethod", IN_API).needs(DELETE),
    change("apigateway:DeleteResource", IN_API).needs(DELETE),
    remove("apigateway:DeleteRestApi", API).needs(DELETE).ours(),
];

pub(super) const API_KEY: &[Call] = &[
    look("apigateway:GetApiKeys", KEYS).needs(GET).always(),
    // Only `send` does, and `output --show-secrets`.
    seldom("apigateway:GetApiKey"),
    make("apigateway:CreateApiKey", KEYS).needs(POST).tagged(),
    make("apigateway:CreateApiKey", TAGS).needs(PUT),
    change("apigateway:UpdateApiKey", KEY).needs(PATCH).ours(),
    change("apigateway:TagResource", KEY).needs(PATCH).ours(),
    change("apigateway:TagResource", TAGS).needs(PUT),
    change("apigateway:UntagResource", TAGS).needs(DELETE),
    remove("apigateway:DeleteApiKey", KEY).needs(DELETE).ours(),
];

/// The secret in a key, which a plan does not ask for.
pub(super) const KEY_VALUE: &[Call] = &[look("apigateway:GetApiKey", KEY).needs(GET).ours()];

pub(super) const USAGE_PLAN: &[Call] = &[
    look("apigateway:GetUsagePlans", PLANS).needs(GET).always(),
    look("apigateway:GetUsagePlanKeys", IN_PLAN).needs(GET),
    make("apigateway:CreateUsagePlan", PLANS).needs(POST).tagged(),
    make("apigateway:CreateUsagePlan", TAGS).needs(PUT),
    make("apigateway:CreateUsagePlanKey", IN_PLAN).needs(POST),
    change("apigateway:UpdateUsagePlan", PLAN).needs(PATCH).ours(),
    change("apigateway:TagResource", PLAN).needs(PATCH).ours(),
    change("apigateway:TagResource", TAGS).needs(PUT),
    change("apigateway:UntagResource", TAGS).needs(DELETE),
    change("apigateway:DeleteUsagePlanKey", IN_PLAN).needs(DELETE),
    remove("apigateway:UpdateUsagePlan", PLAN).needs(PATCH).ours(),
    remove("apigateway:DeleteUsagePlan", PLAN).needs(DELETE).ours(),
];
