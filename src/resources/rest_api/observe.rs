//! Reading an API back.

use super::RestApi;
use super::routes::{Headers, Integration, Method, Routes};
use super::usual;
use crate::aws::{self, Aws, Expect, Raw, Result, pages, read, whole_pages};
use crate::engine::extra::{Extra, Removal};
use crate::engine::value::Value;
use crate::resources::apigateway::{Entry, Whole};
use crate::resources::fields::{GET_RESOURCES, GET_REST_APIS};
use crate::resources::tags::Tags;
use aws_sdk_apigateway::operation::get_resources::GetResourcesOutput;
use aws_sdk_apigateway::operation::get_rest_apis::GetRestApisOutput;
use aws_sdk_apigateway::operation::get_stage::GetStageOutput;
use aws_sdk_apigateway::types::{
    Deployment, GatewayResponse, IntegrationType, Method as Described, RestApi as Description,
};
use serde_json::Value as Json;
use std::collections::BTreeMap;

/// What the description of a deployment of ours begins with; the digest of its routes follows.
pub(super) const DEPLOYED: &str = "pipectl ";

/// All APIs, with their tags, in one call.
pub(super) async fn apis(aws: &Aws) -> Result<Vec<Entry<Description>>> {
    let pages = whole_pages(
        "apigateway:GetRestApis",
        |from, keep| aws.apigateway.get_rest_apis().limit(500).set_position(from).customize().interceptor(keep).send(),
        |page| page.position(),
    );
    let items =
        |(page, raw): (GetRestApisOutput, Raw)| page.items.unwrap_or_default().into_iter().zip(raw.items("item"));
    let all = pages.await?.into_iter().flat_map(items);
    let entry = |(api, raw): (Description, Raw)| {
        let created = api.created_date;
        Entry::new(&aws.names, api.name.clone(), api.tags.clone(), (api, raw)).created(created)
    };
    Ok(all.map(entry).collect())
}

pub(super) async fn whole(aws: &Aws, api: Description, raw: &Raw, tags: Tags) -> Result<Whole<RestApi>> {
    let (id, stage) = (api.id.unwrap_or_default(), &aws.names.stage);
    let staged = aws::whole("apigateway:GetStage", |keep| {
        aws.apigateway.get_stage().rest_api_id(&id).stage_name(stage).customize().interceptor(keep).send()
    });
    let (resources, staged, deployments, responses) =
        futures::join!(resources(aws, &id), staged, deployments(aws, &id), gateway_responses(aws, &id));
    let (methods, resource_ids) = resources?;
    let (staged, raw_stage) = staged.absent()?.unzip();
    let (rate, burst) = throttle(staged.as_ref());
    let settings = GET_REST_APIS.extras(raw);
    let deployment = shown(staged.as_ref(), &deployments?, &settings);
    let extras = settings.into_iter().chain(usual::of_stage(staged.as_ref(), &raw_stage.unwrap_or_default()));
    let extras = extras.collect();
    let resource = RestApi {
        name: api.name.unwrap_or_default(),
        description: api.description.unwrap_or_default(),
        routes: Routes { methods, gateway_responses: responses? },
        stage: stage.clone(),
        deployment,
        rate,
        burst,
        tags,
        resource_ids,
    };
    Ok(Whole { id, resource, extras })
}

/// The digest of what callers see. Settings of the API are part of a deployment, so that one which may have been
/// made with others than the pipeline's is not the one that is asked for.
fn shown(stage: Option<&GetStageOutput>, all: &[Deployment], settings: &[Extra]) -> String {
    let id = stage.and_then(|stage| stage.deployment_id());
    let shown = all.iter().find(|deployment| deployment.id.is_some() && deployment.id() == id);
    let digest = shown.map(digest).unwrap_or_default();
    match settings.iter().any(|extra| extra.removal == Removal::Always) {
        true if !digest.is_empty() => format!("{digest} (with other settings)"),
        _ => digest,
    }
}

/// The digest that a deployment carries; a deployment made by hand has none.
fn digest(deployment: &Deployment) -> String {
    let description = deployment.description.as_deref().unwrap_or_default();
    description.strip_prefix(DEPLOYED).unwrap_or("(deployed by hand)").to_owned()
}

fn throttle(stage: Option<&GetStageOutput>) -> (f64, i32) {
    let settings = stage.and_then(|stage| stage.method_settings()?.get("*/*"));
    settings.map_or((0.0, 0), |settings| (settings.throttling_rate_limit, settings.throttling_burst_limit))
}

pub(super) async fn deployments(aws: &Aws, id: &str) -> Result<Vec<Deployment>> {
    let pages = pages(
        "apigateway:GetDeployments",
        |from| aws.apigateway.get_deployments().rest_api_id(id).limit(500).set_position(from).send(),
        |page| page.position(),
    );
    Ok(pages.await?.into_iter().flat_map(|page| page.items.unwrap_or_default()).collect())
}

type Methods = BTreeMap<String, BTreeMap<String, Method>>;

/// Methods by path, and the ids of the paths.
pub(super) async fn resources(aws: &Aws, id: &str) -> Result<(Methods, BTreeMap<String, String>)> {
    let pages = whole_pages(
        "apigateway:GetResources",
        |from, keep| {
            let request = aws.apigateway.get_resources().rest_api_id(id).embed("methods").limit(500).set_position(from);
            request.customize().interceptor(keep).send()
        },
        |page| page.position(),
    );
    let items =
        |(page, raw): (GetResourcesOutput, Raw)| page.items.unwrap_or_default().into_iter().zip(raw.items("item"));
    let (mut methods, mut ids) = (Methods::new(), BTreeMap::new());
    for (resource, raw) in pages.await?.into_iter().flat_map(items) {
        let path = resource.path.unwrap_or_default();
        let found = resource.resource_methods.unwrap_or_default();
        let with_other = |(name, found): (String, Described)| {
            let other = other(&raw, &name);
            (name, Method { other, ..method(&found) })
        };
        let found: BTreeMap<_, _> = found.into_iter().map(with_other).collect();
        if !found.is_empty() {
            methods.insert(path.clone(), found);
        }
        ids.insert(path, resource.id.unwrap_or_default());
    }
    Ok((methods, ids))
}

/// What a method has beside what a [`Method`] has words for.
fn other(resource: &Raw, method: &str) -> BTreeMap<String, Value> {
    let only = Json::Object(
        [(method.to_owned(), resource.0["item"]["resourceMethods"][method].clone())].into_iter().collect(),
    );
    let extras = GET_RESOURCES.extras(&Raw(only).within("resourceMethods").within("item"));
    extras.into_iter().map(|extra| (extra.name.into_owned(), of_the_one(extra.value))).collect()
}

/// What a map of one key holds.
fn of_the_one(value: Value) -> Value {
    match value {
        Value::Map(fields) => fields.into_values().next().unwrap_or(Value::Unset),
        value => value,
    }
}

fn method(described: &Described) -> Method {
    Method {
        authorization: described.authorization_type.clone().unwrap_or_default(),
        api_key_required: described.api_key_required.unwrap_or(false),
        integration: integration(described),
        other: BTreeMap::new(),
    }
}

fn integration(described: &Described) -> Integration {
    let Some(found) = &described.method_integration else { return Integration::Other("(nothing)".to_owned()) };
    match (&found.r#type, &found.uri) {
        (Some(IntegrationType::AwsProxy), Some(uri)) => Integration::Function { uri: uri.clone() },
        (Some(IntegrationType::Mock), _) => {
            let responses = found.integration_responses().into_iter().flatten();
            match responses.collect::<Vec<_>>()[..] {
                [(status, _)] if !asks_for(found, status) => {
                    Integration::Other("a mock whose template asks for another answer".to_owned())
                }
                [(status, response)] => {
                    let given = response.response_parameters().into_iter().flatten();
                    let headers = given.filter_map(|(name, value)| {
                        Some((name.strip_prefix("method.response.header.")?.to_owned(), value.clone()))
                    });
                    Integration::Mock { status: status.clone(), headers: headers.collect() }
                }
                _ => Integration::Other("a mock without exactly one response".to_owned()),
            }
        }
        (kind, uri) => Integration::Other(format!("{kind:?} {}", uri.as_deref().unwrap_or_default())),
    }
}

/// Those that somebody set. API Gateway lists every kind of answer, with its default.
pub(super) async fn gateway_responses(aws: &Aws, id: &str) -> Result<BTreeMap<String, Headers>> {
    let found = read("apigateway:GetGatewayResponses", || {
        aws.apigateway.get_gateway_responses().rest_api_id(id).limit(500).send()
    });
    let found = found.await?.items.unwrap_or_default();
    let set = found.into_iter().filter(|response| !response.default_response);
    Ok(set.filter_map(|response| Some((response.response_type.clone()?.to_string(), changed(response)))).collect())
}

/// Its headers; another status or body than API Gateway's own has a name that no header has.
fn changed(response: GatewayResponse) -> Headers {
    let parameters = response.response_parameters.unwrap_or_default().into_iter();
    let headers =
        parameters.filter_map(|(name, value)| Some((name.strip_prefix("gatewayresponse.header.")?.to_owned(), value)));
    let usual = |(_, template): &(String, String)| template == BODY;
    let templates = response.response_templates.unwrap_or_default().into_iter().filter(|one| !usual(one));
    let status = response.status_code.map(|status| ("(status)".to_owned(), status));
    headers.chain(templates.map(|(kind, text)| (format!("(body {kind})"), text))).chain(status).collect()
}

/// What API Gateway answers where nobody says otherwise.
const BODY: &str = r#"{"message":$context.error.messageString}"#;

/// Whether a mock's template asks for the response of this status.
fn asks_for(found: &aws_sdk_apigateway::types::Integration, status: &str) -> bool {
    let template = found.request_templates().and_then(|all| all.get("application/json"));
    let asked = template.and_then(|text| serde_json::from_str::<Json>(text).ok());
    let answered: Option<i64> = status.parse().ok();
    answered.is_some() && asked.and_then(|asked| asked["statusCode"].as_i64()) == answered
}
