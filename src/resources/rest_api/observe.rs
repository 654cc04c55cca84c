//! Reading an API back.

use super::RestApi;
use super::routes::{Headers, Integration, Method, Routes};
use crate::aws::{Aws, Expect, Result, pages, read};
use crate::resources::apigateway::Entry;
use crate::resources::tags::Tags;
use aws_sdk_apigateway::operation::get_stage::GetStageOutput;
use aws_sdk_apigateway::types::{Deployment, IntegrationType, Method as Described, RestApi as Description};
use std::collections::BTreeMap;

/// What the description of a deployment of ours begins with; the digest of its routes follows.
pub(super) const DEPLOYED: &str = "pipectl ";

/// All APIs, with their tags, in one call.
pub(super) async fn apis(aws: &Aws) -> Result<Vec<Entry<Description>>> {
    let pages = pages(
        "apigateway:GetRestApis",
        |from| aws.apigateway.get_rest_apis().limit(500).set_position(from).send(),
        |page| page.position(),
    );
    let all = pages.await?.into_iter().flat_map(|page| page.items.unwrap_or_default());
    let entry = |api: Description| {
        let created = api.created_date;
        Entry::new(&aws.names, api.name.clone(), api.tags.clone(), api).created(created)
    };
    Ok(all.map(entry).collect())
}

pub(super) async fn whole(aws: &Aws, api: Description, tags: Tags) -> Result<(String, RestApi)> {
    let (id, stage) = (api.id.unwrap_or_default(), &aws.names.stage);
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
        name: api.name.unwrap_or_default(),
        description: api.description.unwrap_or_default(),
        routes: Routes { methods, gateway_responses: responses? },
        stage: stage.clone(),
        deployment: deployment.map(digest).unwrap_or_default(),
        rate,
        burst,
        tags,
        resource_ids,
    };
    Ok((id, resource))
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
    let pages = pages(
        "apigateway:GetResources",
        |from| aws.apigateway.get_resources().rest_api_id(id).embed("methods").limit(500).set_position(from).send(),
        |page| page.position(),
    );
    let (mut methods, mut ids) = (Methods::new(), BTreeMap::new());
    for resource in pages.await?.into_iter().flat_map(|page| page.items.unwrap_or_default()) {
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
