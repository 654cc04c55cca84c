//! Reading an API back.

use super::routes::{Headers, Integration, Method, Routes};
use super::{RestApi, RestApiOutputs};
use crate::aws::{Aws, Error, Expect, Result, read};
use crate::engine::resource::{Live, Owner, Wanted};
use crate::engine::value::Pending;
use crate::resources::apigateway::{Named, addressed};
use aws_sdk_apigateway::operation::get_stage::GetStageOutput;
use aws_sdk_apigateway::types::{Deployment, IntegrationType, Method as Described, RestApi as Description};
use futures::future::try_join_all;
use std::collections::BTreeMap;

/// What the description of a deployment of ours begins with; the digest of its routes follows.
pub(super) const DEPLOYED: &str = "pipectl ";

/// Names are not unique in API Gateway, so that all APIs are listed (with their tags, in one call) and ours
/// picked out.
pub(super) async fn apis(aws: &Aws, wanted: &[Wanted]) -> Result<Vec<Live<RestApi>>> {
    let mut pages = aws.apigateway.get_rest_apis().limit(500).into_paginator().items().send();
    let mut all = vec![];
    while let Some(api) = pages.next().await {
        let api = api.map_err(|error| Error::from_sdk("apigateway:GetRestApis", &error))?;
        let (name, tags) = (api.name.clone().unwrap_or_default(), api.tags.clone().unwrap_or_default());
        all.push(Named::new(&aws.names, name, tags, api));
    }
    let stage = &aws.names.stage;
    try_join_all(addressed(wanted, all).into_iter().map(|(name, named)| live(aws, stage, name, named))).await
}

async fn live(aws: &Aws, stage: &str, name: String, named: Named<Description>) -> Result<Live<RestApi>> {
    let Named { stamp, item, .. } = named;
    let id = item.id.unwrap_or_default();
    let staged = read("apigateway:GetStage", || aws.apigateway.get_stage().rest_api_id(&id).stage_name(stage).send());
    let (resources, staged, deployments, responses) =
        futures::join!(resources(aws, &id), staged, deployments(aws, &id), gateway_responses(aws, &id));
    let (methods, resource_ids) = resources?;
    let staged = staged.absent()?;
    let (rate, burst) = throttle(staged.as_ref());
    let shown = staged.and_then(|stage| stage.deployment_id);
    let deployments = deployments?;
    let deployment = deployments.iter().find(|deployment| deployment.id.is_some() && deployment.id == shown);
    let resource = RestApi {
        name: item.name.unwrap_or_default(),
        description: item.description.unwrap_or_default(),
        routes: Routes { methods, gateway_responses: responses? },
        stage: stage.to_owned(),
        deployment: deployment.map(digest).unwrap_or_default(),
        rate,
        burst,
        tags: stamp.tags.clone(),
        resource_ids,
    };
    let outputs = RestApiOutputs { id: Pending::Known(id), stage: stage.to_owned() };
    let owner: Owner = stamp.owner;
    Ok(Live { name, resource, outputs, owner, applied: stamp.applied, data: String::new() })
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
    let mut pages = aws.apigateway.get_deployments().rest_api_id(id).limit(500).into_paginator().items().send();
    let mut all = vec![];
    while let Some(deployment) = pages.next().await {
        all.push(deployment.map_err(|error| Error::from_sdk("apigateway:GetDeployments", &error))?);
    }
    Ok(all)
}

type Methods = BTreeMap<String, BTreeMap<String, Method>>;

/// Methods by path, and the ids of the paths.
pub(super) async fn resources(aws: &Aws, id: &str) -> Result<(Methods, BTreeMap<String, String>)> {
    let pages = aws.apigateway.get_resources().rest_api_id(id).embed("methods").limit(500);
    let mut pages = pages.into_paginator().items().send();
    let (mut methods, mut ids) = (Methods::new(), BTreeMap::new());
    while let Some(resource) = pages.next().await {
        let resource = resource.map_err(|error| Error::from_sdk("apigateway:GetResources", &error))?;
        let path = resource.path.unwrap_or_default();
        let found = resource.resource_methods.unwrap_or_default();
        let found: BTreeMap<_, _> = found.into_iter().map(|(name, found)| (name, method(&found))).collect();
        if !found.is_empty() {
            methods.insert(path.clone(), found);
        }
        ids.insert(path, resource.id.unwrap_or_default());
    }
    Ok((methods, ids))
}

fn method(described: &Described) -> Method {
    Method {
        authorization: described.authorization_type.clone().unwrap_or_default(),
        api_key_required: described.api_key_required.unwrap_or(false),
        integration: integration(described),
    }
}

fn integration(described: &Described) -> Integration {
    let Some(found) = &described.method_integration else { return Integration::Other("(nothing)".to_owned()) };
    match (&found.r#type, &found.uri) {
        (Some(IntegrationType::AwsProxy), Some(uri)) => Integration::Function { uri: uri.clone() },
        (Some(IntegrationType::Mock), _) => {
            let responses = found.integration_responses().into_iter().flatten();
            match responses.collect::<Vec<_>>()[..] {
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
async fn gateway_responses(aws: &Aws, id: &str) -> Result<BTreeMap<String, Headers>> {
    let found = read("apigateway:GetGatewayResponses", || {
        aws.apigateway.get_gateway_responses().rest_api_id(id).limit(500).send()
    });
    let found = found.await?.items.unwrap_or_default();
    let set = found.into_iter().filter(|response| !response.default_response);
    let named = set.filter_map(|response| {
        let headers = response
            .response_parameters
            .unwrap_or_default()
            .into_iter()
            .filter_map(|(name, value)| Some((name.strip_prefix("gatewayresponse.header.")?.to_owned(), value)));
        Some((response.response_type?.to_string(), headers.collect()))
    });
    Ok(named.collect())
}
