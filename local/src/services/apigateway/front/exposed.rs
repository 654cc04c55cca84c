//! What a stage shows: the deployment that it points to, and the keys and plans that belong to it.

use super::super::{KEYS, RESTAPIS, USAGE_PLANS};
use super::mock::Mock;
use crate::api_error::Result;
use crate::core::Core;
use crate::service::Input;
use crate::services::lambda;
use crate::tokens::Rate;
use serde_json::Value;
use std::collections::{BTreeMap, HashMap};
use std::time::Duration;

/// "Integration timeout: 50 milliseconds - 29 seconds".
const LONGEST_TIMEOUT: u64 = 29_000;

#[derive(Debug)]
pub(super) struct Exposed {
    pub(super) api: String,
    /// The API's, as metrics have it.
    pub(super) name: String,
    pub(super) stage: String,
    pub(super) region: String,
    pub(super) account: String,
    /// `disableExecuteApiEndpoint`: only a custom domain name leads to it, of which there are none here.
    pub(super) disabled: bool,
    pub(super) variables: Value,
    /// Media types whose bodies go to the function in base64.
    pub(super) binary: Vec<String>,
    pub(super) responses: Value,
    resources: Vec<Resource>,
    /// By the value that callers send.
    keys: HashMap<String, Key>,
    /// Rate per second and burst, by resource path and method; `*/*` for all.
    pub(super) throttles: HashMap<String, Rate>,
}

#[derive(Debug)]
struct Resource {
    id: String,
    path: String,
    methods: BTreeMap<String, Method>,
}

#[derive(Debug)]
pub(super) struct Method {
    pub(super) key_required: bool,
    pub(super) integration: Integration,
}

#[derive(Debug)]
pub(super) enum Integration {
    Mock(Mock),
    Function {
        name: String,
        timeout: Duration,
        permitted: bool,
    },
    /// One that Local AWS does not have.
    Other,
}

/// A key that the stage knows, by one of its plans.
#[derive(Debug)]
pub(super) struct Key {
    pub(super) id: String,
    pub(super) value: String,
    pub(super) plan: String,
    pub(super) throttle: Option<Rate>,
    /// Requests, and the period they are for: `DAY`, `WEEK` or `MONTH`.
    pub(super) quota: Option<(u64, String)>,
}

/// The method that a request is for.
pub(super) struct Found<'a> {
    pub(super) resource_id: &'a str,
    pub(super) resource: &'a str,
    /// As it was set up: `POST`, or `ANY`.
    pub(super) verb: &'a str,
    pub(super) method: &'a Method,
    pub(super) parameters: BTreeMap<String, String>,
}

impl Exposed {
    /// The stage, wherever its API is.
    pub(super) fn read(core: &Core, api: &str, stage: &str) -> Result<Option<Self>> {
        let all = core.store.read_all(RESTAPIS, "")?;
        let found = all.into_iter().find(|(key, _)| key.split_once('/').is_some_and(|(_, id)| id == api));
        let Some((key, document)) = found else { return Ok(None) };
        let region = key.split('/').next().unwrap_or_default().to_owned();
        let shown = &document["stages"][stage];
        let deployment = &document["deployments"][shown["deploymentId"].as_str().unwrap_or_default()];
        if deployment.is_null() {
            return Ok(None);
        }
        let resources = deployment["resources"].as_object().into_iter().flatten();
        let resources = resources.map(|(id, resource)| Resource::read(core, (&region, api, stage), id, resource));
        Ok(Some(Self {
            api: api.to_owned(),
            name: document.optional("name").unwrap_or_default().to_owned(),
            stage: stage.to_owned(),
            disabled: document["disableExecuteApiEndpoint"] == true,
            variables: shown["variables"].clone(),
            binary: document.texts("binaryMediaTypes"),
            responses: deployment["responses"].clone(),
            resources: resources.collect::<Result<_>>()?,
            keys: keys(core, &region, api, stage)?,
            throttles: throttles(&shown["methodSettings"]),
            account: core.account.to_string(),
            region,
        }))
    }

    pub(super) fn key(&self, value: Option<&str>) -> Option<&Key> {
        self.keys.get(value?)
    }

    pub(super) fn find(&self, method: &str, path: &str) -> Option<Found<'_>> {
        let fitting = self.resources.iter().filter_map(|resource| Some((resource, fit(&resource.path, path)?)));
        // A path that is spelt out goes before one with a parameter.
        let (resource, parameters) = fitting.min_by_key(|(_, parameters)| parameters.len())?;
        let methods = &resource.methods;
        let (verb, method) = methods.get_key_value(method).or_else(|| methods.get_key_value("ANY"))?;
        Some(Found { resource_id: &resource.id, resource: &resource.path, verb, method, parameters })
    }
}

/// The parameters of a path, if it has the resource's form: `/users/{id}`, or `/{proxy+}` for all below.
fn fit(pattern: &str, path: &str) -> Option<BTreeMap<String, String>> {
    let mut parts = path.trim_matches('/').split('/').peekable();
    let mut parameters = BTreeMap::new();
    for wanted in pattern.trim_matches('/').split('/') {
        match wanted.strip_prefix('{').and_then(|name| name.strip_suffix('}')) {
            Some(name) if name.ends_with('+') => {
                let rest: Vec<_> = parts.by_ref().collect();
                parameters.insert(name.trim_end_matches('+').to_owned(), rest.join("/"));
                return Some(parameters);
            }
            Some(name) => {
                parameters.insert(name.to_owned(), parts.next().filter(|part| !part.is_empty())?.to_owned());
            }
            None if parts.next() == Some(wanted) => {}
            None => return None,
        }
    }
    parts.next().is_none().then_some(parameters)
}

impl Resource {
    fn read(core: &Core, place: (&str, &str, &str), id: &str, resource: &Value) -> Result<Self> {
        let path = resource["path"].as_str().unwrap_or_default().to_owned();
        let mut methods = BTreeMap::new();
        for (name, method) in resource["methods"].as_object().into_iter().flatten() {
            let integration = integration(core, place, name, &path, method)?;
            let key_required = method["apiKeyRequired"] == true;
            methods.insert(name.clone(), Method { key_required, integration });
        }
        Ok(Self { id: id.to_owned(), path, methods })
    }
}

fn integration(
    core: &Core,
    (region, api, stage): (&str, &str, &str),
    name: &str,
    path: &str,
    method: &Value,
) -> Result<Integration> {
    let integration = &method["methodIntegration"];
    match integration["type"].as_str() {
        Some("MOCK") => Ok(Integration::Mock(Mock::read(integration))),
        Some("AWS_PROXY") => {
            // arn:aws:apigateway:{region}:lambda:path/2015-03-31/functions/{function's ARN}/invocations
            let uri = integration["uri"].as_str().unwrap_or_default();
            let function = uri.split("/functions/").nth(1).and_then(|rest| rest.strip_suffix("/invocations"));
            let Some(function) = function else { return Ok(Integration::Other) };
            let permitted = core.run(region, |context| {
                let source = context.arn("execute-api", &format!("{api}/{stage}/{name}{path}"));
                lambda::may_invoke(context, function, "apigateway.amazonaws.com", &source)
            })?;
            let millis = integration["timeoutInMillis"].as_u64().unwrap_or(LONGEST_TIMEOUT).min(LONGEST_TIMEOUT);
            Ok(Integration::Function { name: function.to_owned(), timeout: Duration::from_millis(millis), permitted })
        }
        _ => Ok(Integration::Other),
    }
}

fn throttle(value: &Value, rate: &str, burst: &str) -> Option<Rate> {
    Some(Rate { rate: value[rate].as_f64()?, burst: value[burst].as_f64().unwrap_or(0.0).max(1.0) })
}

fn throttles(settings: &Value) -> HashMap<String, Rate> {
    let all = settings.as_object().into_iter().flatten();
    // `~1track/POST` is the method POST of `/track`.
    all.filter_map(|(place, set)| {
        let throttle = throttle(set, "throttlingRateLimit", "throttlingBurstLimit")?;
        Some((place.replace("~1", "/").trim_start_matches('/').to_owned(), throttle))
    })
    .collect()
}

/// The keys of all plans that have the stage.
fn keys(core: &Core, region: &str, api: &str, stage: &str) -> Result<HashMap<String, Key>> {
    let mut keys = HashMap::new();
    for (name, plan) in core.store.read_all(USAGE_PLANS, &format!("{region}/"))? {
        let stages = plan["apiStages"].as_array().into_iter().flatten();
        if !stages.into_iter().any(|one| one["apiId"] == api && one["stage"] == stage) {
            continue;
        }
        for (id, _) in plan["keys"].as_object().into_iter().flatten() {
            let key = core.store.read(KEYS, &format!("{region}/{id}"))?.unwrap_or_default();
            let Some(value) = key["value"].as_str().filter(|_| key["enabled"] == true) else { continue };
            let quota = plan["quota"]["limit"].as_u64();
            let period = plan["quota"]["period"].as_str().unwrap_or("MONTH").to_owned();
            let known = Key {
                id: id.clone(),
                value: value.to_owned(),
                plan: name.split_once('/').map_or("", |(_, id)| id).to_owned(),
                throttle: throttle(&plan["throttle"], "rateLimit", "burstLimit"),
                quota: quota.map(|limit| (limit, period)),
            };
            keys.insert(value.to_owned(), known);
        }
    }
    Ok(keys)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_fits_a_resource_part_by_part() {
        assert!(fit("/track", "/track").is_some() && fit("/track", "/track/").is_some());
        assert!(fit("/track", "/other").is_none() && fit("/track", "/track/x").is_none());
        assert_eq!(fit("/users/{id}", "/users/7").unwrap()["id"], "7");
        assert!(fit("/users/{id}", "/users/").is_none());
        assert_eq!(fit("/{proxy+}", "/a/b").unwrap()["proxy"], "a/b");
        assert!(fit("/", "/").is_some() && fit("/", "/a").is_none());
    }
}
