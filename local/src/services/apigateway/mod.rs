//! Amazon API Gateway, REST APIs (v1): what they answer, their stages, keys and usage plans.

mod account;
mod api_keys;
mod apis;
mod deployments;
mod front;
mod gateway_responses;
mod import;
mod methods;
mod patch;
mod permissions;
mod resources;
mod stages;
mod tagging;
mod usage_plans;

pub(crate) use account::rate as throttle;
pub(crate) use front::{WORKER, counts, respond, user_request};

use crate::api_error::{ApiError, Result};
use crate::context::Context;
use crate::model;
use crate::service::{Input, Protocol, Service};
use serde_json::{Value, json};

pub(crate) static SERVICE: Service = Service {
    scope: "apigateway",
    prefix: "apigateway",
    protocol: Protocol::Rest { message: "message" },
    model: &model::APIGATEWAY,
    operations: &[
        ("CreateRestApi", apis::create_rest_api),
        ("ImportRestApi", import::import_rest_api),
        ("PutRestApi", import::put_rest_api),
        ("GetRestApis", apis::get_rest_apis),
        ("GetRestApi", apis::get_rest_api),
        ("UpdateRestApi", apis::update_rest_api),
        ("DeleteRestApi", apis::delete_rest_api),
        ("GetResources", resources::get_resources),
        ("GetResource", resources::get_resource),
        ("CreateResource", resources::create_resource),
        ("DeleteResource", resources::delete_resource),
        ("CreateDeployment", deployments::create_deployment),
        ("GetDeployments", deployments::get_deployments),
        ("GetDeployment", deployments::get_deployment),
        ("UpdateDeployment", deployments::update_deployment),
        ("DeleteDeployment", deployments::delete_deployment),
        ("CreateStage", stages::create_stage),
        ("GetStages", stages::get_stages),
        ("GetStage", stages::get_stage),
        ("UpdateStage", stages::update_stage),
        ("DeleteStage", stages::delete_stage),
        ("GetGatewayResponses", gateway_responses::get_gateway_responses),
        ("GetGatewayResponse", gateway_responses::get_gateway_response),
        ("PutGatewayResponse", gateway_responses::put_gateway_response),
        ("UpdateGatewayResponse", gateway_responses::update_gateway_response),
        ("DeleteGatewayResponse", gateway_responses::delete_gateway_response),
        ("PutMethod", methods::put_method),
        ("GetMethod", methods::get_method),
        ("UpdateMethod", methods::update_method),
        ("DeleteMethod", methods::delete_method),
        ("PutIntegration", methods::put_integration),
        ("GetIntegration", methods::get_integration),
        ("UpdateIntegration", methods::update_integration),
        ("DeleteIntegration", methods::delete_integration),
        ("PutMethodResponse", methods::put_method_response),
        ("GetMethodResponse", methods::get_method_response),
        ("DeleteMethodResponse", methods::delete_method_response),
        ("PutIntegrationResponse", methods::put_integration_response),
        ("GetIntegrationResponse", methods::get_integration_response),
        ("DeleteIntegrationResponse", methods::delete_integration_response),
        ("CreateApiKey", api_keys::create_api_key),
        ("GetApiKeys", api_keys::get_api_keys),
        ("GetApiKey", api_keys::get_api_key),
        ("UpdateApiKey", api_keys::update_api_key),
        ("DeleteApiKey", api_keys::delete_api_key),
        ("CreateUsagePlan", usage_plans::create_usage_plan),
        ("GetUsagePlans", usage_plans::get_usage_plans),
        ("GetUsagePlan", usage_plans::get_usage_plan),
        ("UpdateUsagePlan", usage_plans::update_usage_plan),
        ("DeleteUsagePlan", usage_plans::delete_usage_plan),
        ("CreateUsagePlanKey", usage_plans::create_usage_plan_key),
        ("GetUsagePlanKeys", usage_plans::get_usage_plan_keys),
        ("GetUsagePlanKey", usage_plans::get_usage_plan_key),
        ("GetUsage", usage_plans::get_usage),
        ("DeleteUsagePlanKey", usage_plans::delete_usage_plan_key),
        ("GetTags", tagging::get_tags),
        ("TagResource", tagging::tag_resource),
        ("UntagResource", tagging::untag_resource),
        ("GetAccount", account::get_account),
    ],
    needs: permissions::needs,
    whole: None,
};

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
