//! Amazon API Gateway, REST APIs (v1): what they answer, their stages, keys and usage plans.

mod api_keys;
mod apis;
mod deployments;
mod front;
mod gateway_responses;
mod methods;
mod patch;
mod resources;
mod stages;
mod tagging;
mod usage_plans;

pub(crate) use front::{WORKER, counts, respond, user_request};

use crate::api_error::{ApiError, Result};
use crate::context::Context;
use crate::service::{Input, Protocol, Route, Service, anything, route};
use serde_json::{Value, json};

pub(crate) const SERVICE: Service = Service {
    scope: "apigateway",
    prefix: "apigateway",
    protocol: Protocol::Rest { routes: &[APIS, METHODS, PLANS], message: "message" },
    resource: anything,
    whole: None,
};

const APIS: &[Route] = &[
    route("POST", "/restapis", "CreateRestApi", 201, apis::create_rest_api),
    route("GET", "/restapis", "GetRestApis", 200, apis::get_rest_apis),
    route("GET", "/restapis/{restApiId}", "GetRestApi", 200, apis::get_rest_api),
    route("PATCH", "/restapis/{restApiId}", "UpdateRestApi", 200, apis::update_rest_api),
    route("DELETE", "/restapis/{restApiId}", "DeleteRestApi", 202, apis::delete_rest_api),
    route("GET", "/restapis/{restApiId}/resources", "GetResources", 200, resources::get_resources),
    route("GET", "/restapis/{restApiId}/resources/{resourceId}", "GetResource", 200, resources::get_resource),
    route("POST", "/restapis/{restApiId}/resources/{parentId}", "CreateResource", 201, resources::create_resource),
    route("DELETE", "/restapis/{restApiId}/resources/{resourceId}", "DeleteResource", 202, resources::delete_resource),
    route("POST", "/restapis/{restApiId}/deployments", "CreateDeployment", 201, deployments::create_deployment),
    route("GET", "/restapis/{restApiId}/deployments", "GetDeployments", 200, deployments::get_deployments),
    route("GET", "/restapis/{restApiId}/deployments/{deploymentId}", "GetDeployment", 200, deployments::get_deployment),
    route(
        "PATCH",
        "/restapis/{restApiId}/deployments/{deploymentId}",
        "UpdateDeployment",
        200,
        deployments::update_deployment,
    ),
    route(
        "DELETE",
        "/restapis/{restApiId}/deployments/{deploymentId}",
        "DeleteDeployment",
        202,
        deployments::delete_deployment,
    ),
    route("POST", "/restapis/{restApiId}/stages", "CreateStage", 201, stages::create_stage),
    route("GET", "/restapis/{restApiId}/stages", "GetStages", 200, stages::get_stages),
    route("GET", "/restapis/{restApiId}/stages/{stageName}", "GetStage", 200, stages::get_stage),
    route("PATCH", "/restapis/{restApiId}/stages/{stageName}", "UpdateStage", 200, stages::update_stage),
    route("DELETE", "/restapis/{restApiId}/stages/{stageName}", "DeleteStage", 202, stages::delete_stage),
    route(
        "GET",
        "/restapis/{restApiId}/gatewayresponses",
        "GetGatewayResponses",
        200,
        gateway_responses::get_gateway_responses,
    ),
    route(
        "GET",
        "/restapis/{restApiId}/gatewayresponses/{responseType}",
        "GetGatewayResponse",
        200,
        gateway_responses::get_gateway_response,
    ),
    route(
        "PUT",
        "/restapis/{restApiId}/gatewayresponses/{responseType}",
        "PutGatewayResponse",
        201,
        gateway_responses::put_gateway_response,
    ),
    route(
        "PATCH",
        "/restapis/{restApiId}/gatewayresponses/{responseType}",
        "UpdateGatewayResponse",
        200,
        gateway_responses::update_gateway_response,
    ),
    route(
        "DELETE",
        "/restapis/{restApiId}/gatewayresponses/{responseType}",
        "DeleteGatewayResponse",
        202,
        gateway_responses::delete_gateway_response,
    ),
];

const METHODS: &[Route] = &[
    route(
        "PUT",
        "/restapis/{restApiId}/resources/{resourceId}/methods/{httpMethod}",
        "PutMethod",
        201,
        methods::put_method,
    ),
    route(
        "GET",
        "/restapis/{restApiId}/resources/{resourceId}/methods/{httpMethod}",
        "GetMethod",
        200,
        methods::get_method,
    ),
    route(
        "PATCH",
        "/restapis/{restApiId}/resources/{resourceId}/methods/{httpMethod}",
        "UpdateMethod",
        200,
        methods::update_method,
    ),
    route(
        "DELETE",
        "/restapis/{restApiId}/resources/{resourceId}/methods/{httpMethod}",
        "DeleteMethod",
        204,
        methods::delete_method,
    ),
    route(
        "PUT",
        "/restapis/{restApiId}/resources/{resourceId}/methods/{httpMethod}/integration",
        "PutIntegration",
        201,
        methods::put_integration,
    ),
    route(
        "GET",
        "/restapis/{restApiId}/resources/{resourceId}/methods/{httpMethod}/integration",
        "GetIntegration",
        200,
        methods::get_integration,
    ),
    route(
        "PATCH",
        "/restapis/{restApiId}/resources/{resourceId}/methods/{httpMethod}/integration",
        "UpdateIntegration",
        200,
        methods::update_integration,
    ),
    route(
        "DELETE",
        "/restapis/{restApiId}/resources/{resourceId}/methods/{httpMethod}/integration",
        "DeleteIntegration",
        204,
        methods::delete_integration,
    ),
    route(
        "PUT",
        "/restapis/{restApiId}/resources/{resourceId}/methods/{httpMethod}/responses/{statusCode}",
        "PutMethodResponse",
        201,
        methods::put_method_response,
    ),
    route(
        "GET",
        "/restapis/{restApiId}/resources/{resourceId}/methods/{httpMethod}/responses/{statusCode}",
        "GetMethodResponse",
        200,
        methods::get_method_response,
    ),
    route(
        "DELETE",
        "/restapis/{restApiId}/resources/{resourceId}/methods/{httpMethod}/responses/{statusCode}",
        "DeleteMethodResponse",
        204,
        methods::delete_method_response,
    ),
    route(
        "PUT",
        "/restapis/{restApiId}/resources/{resourceId}/methods/{httpMethod}/integration/responses/{statusCode}",
        "PutIntegrationResponse",
        201,
        methods::put_integration_response,
    ),
    route(
        "GET",
        "/restapis/{restApiId}/resources/{resourceId}/methods/{httpMethod}/integration/responses/{statusCode}",
        "GetIntegrationResponse",
        200,
        methods::get_integration_response,
    ),
    route(
        "DELETE",
        "/restapis/{restApiId}/resources/{resourceId}/methods/{httpMethod}/integration/responses/{statusCode}",
        "DeleteIntegrationResponse",
        204,
        methods::delete_integration_response,
    ),
];

const PLANS: &[Route] = &[
    route("POST", "/apikeys", "CreateApiKey", 201, api_keys::create_api_key),
    route("GET", "/apikeys", "GetApiKeys", 200, api_keys::get_api_keys),
    route("GET", "/apikeys/{api_Key}", "GetApiKey", 200, api_keys::get_api_key),
    route("PATCH", "/apikeys/{api_Key}", "UpdateApiKey", 200, api_keys::update_api_key),
    route("DELETE", "/apikeys/{api_Key}", "DeleteApiKey", 202, api_keys::delete_api_key),
    route("POST", "/usageplans", "CreateUsagePlan", 201, usage_plans::create_usage_plan),
    route("GET", "/usageplans", "GetUsagePlans", 200, usage_plans::get_usage_plans),
    route("GET", "/usageplans/{usageplanId}", "GetUsagePlan", 200, usage_plans::get_usage_plan),
    route("PATCH", "/usageplans/{usageplanId}", "UpdateUsagePlan", 200, usage_plans::update_usage_plan),
    route("DELETE", "/usageplans/{usageplanId}", "DeleteUsagePlan", 202, usage_plans::delete_usage_plan),
    route("POST", "/usageplans/{usageplanId}/keys", "CreateUsagePlanKey", 201, usage_plans::create_usage_plan_key),
    route("GET", "/usageplans/{usageplanId}/keys", "GetUsagePlanKeys", 200, usage_plans::get_usage_plan_keys),
    route("GET", "/usageplans/{usageplanId}/keys/{keyId}", "GetUsagePlanKey", 200, usage_plans::get_usage_plan_key),
    route(
        "DELETE",
        "/usageplans/{usageplanId}/keys/{keyId}",
        "DeleteUsagePlanKey",
        202,
        usage_plans::delete_usage_plan_key,
    ),
    route("GET", "/tags/{resourceArn+}", "GetTags", 200, tagging::get_tags),
    route("PUT", "/tags/{resourceArn+}", "TagResource", 204, tagging::tag_resource),
    route("DELETE", "/tags/{resourceArn+}", "UntagResource", 204, tagging::untag_resource),
    route("GET", "/account", "GetAccount", 200, get_account),
];

/// Key: the API's id. One document has its resources, methods, stages, deployments and responses.
const RESTAPIS: &str = "apigateway.restapi";
const KEYS: &str = "apigateway.key";
/// One document has its keys.
const USAGE_PLANS: &str = "apigateway.plan";

fn not_found(message: impl Into<String>) -> ApiError {
    ApiError::new("NotFoundException", message).with_status(404)
}

fn bad_request(message: impl Into<String>) -> ApiError {
    ApiError::new("BadRequestException", message)
}

fn conflict(message: impl Into<String>) -> ApiError {
    ApiError::new("ConflictException", message).with_status(409)
}

/// The ARN of something in API Gateway, which names no account.
fn arn(context: &Context<'_>, resource: &str) -> String {
    format!("arn:{}:apigateway:{}::/{resource}", context.partition(), context.region)
}

/// The tags as API Gateway shows them: not at all where there are none.
fn shown_tags(context: &Context<'_>, resource: &str) -> Result<Value> {
    let tags = context.tags(&arn(context, resource))?;
    Ok(if tags.is_empty() { Value::Null } else { crate::tags::write_map(&tags) })
}

/// A page as API Gateway lists: `{"item": [...], "position": ...}`.
fn listed(context: &Context<'_>, input: &Value, all: Vec<Value>) -> Result<Value> {
    let limit = input.number("limit").and_then(|limit| usize::try_from(limit).ok());
    let bad_position = || bad_request("Invalid position parameter specified");
    let page = context.page(all, input.optional("position"), limit.or(Some(25)), 500, bad_position)?;
    Ok(json!({"item": page.items, "position": page.next}))
}

fn get_account(_: &Context<'_>, _: &Value) -> Result<Value> {
    Ok(
        json!({"throttleSettings": {"burstLimit": 5000, "rateLimit": 10000.0}, "features": ["UsagePlans"], "apiKeyVersion": "4"}),
    )
}
