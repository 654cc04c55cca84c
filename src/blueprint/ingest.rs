//! API Gateway, its keys, and the function `track`.

use super::{API, Added, Design, policies};
use crate::artifact::Code;
use crate::config::Function as Settings;
use crate::names::Names;
use crate::resources::{
    ApiKey, Cors, Function, Grant, Graph, Ids, LogGroup, Logging, Permission, Quota, RestApi, Role, Routes, Stream,
    UsagePlan,
};
use std::collections::BTreeMap;

pub(super) fn add<'a>(graph: &mut Graph<'a>, design: Design<'a>, stream: Added<Stream>) {
    let log_group = add_log_group(graph, design, "track", &design.pipeline.ingest.function);
    let role = add_role(graph, design, stream, log_group);
    let function = add_function(graph, design, role, log_group, stream);
    let api = add_api(graph, design, function);
    let path = design.pipeline.ingest.path.clone();
    let names = design.names;
    graph.add("track", move |out| Permission {
        name: "track".to_owned(),
        function: out[function].name.clone(),
        grant: Grant::Service {
            principal: "apigateway.amazonaws.com".to_owned(),
            source_arn: out[api].execution_arn(names, &path),
            source_account: None,
        },
    });
    let keys: Vec<_> = design.pipeline.ingest.api_keys.iter().map(|key| add_key(graph, design, key)).collect();
    if !keys.is_empty() {
        add_usage_plan(graph, design, api, keys);
    }
}

/// The log of a function, which is there before the function makes one without retention.
pub(super) fn add_log_group<'a>(
    graph: &mut Graph<'a>,
    design: Design<'a>,
    function: &'static str,
    settings: &'a Settings,
) -> Added<LogGroup> {
    let Design { names, .. } = design;
    graph.add(function, move |out| {
        let name = format!("/aws/lambda/{}", names.physical(function));
        design.log_group(name, settings.log_retention, design.key.map(|key| out[key].arn.clone()))
    })
}

fn add_role<'a>(graph: &mut Graph<'a>, design: Design<'a>, stream: Added<Stream>, log: Added<LogGroup>) -> Added<Role> {
    let Design { names, .. } = design;
    graph.add("track", move |out| {
        // A policy may name what is not there yet.
        let arns = [("stream_arn", out.predicted(stream).arn.as_str()), ("log_group_arn", &out.predicted(log).arn)];
        let policy = design.policy(policies::TRACK, &arns);
        design.role(names.role("track"), "Role of the function `track`", policies::TRUST_LAMBDA, policy)
    })
}

fn add_function<'a>(
    graph: &mut Graph<'a>,
    design: Design<'a>,
    role: Added<Role>,
    log: Added<LogGroup>,
    stream: Added<Stream>,
) -> Added<Function> {
    let Design { pipeline, functions, .. } = design;
    graph.add("track", move |out| {
        let ingest = &pipeline.ingest;
        let environment = [
            Function::variable("DELIVERY_STREAM_NAME", out.predicted(stream).name.as_str()),
            Function::variable("CORS_ORIGINS", ingest.cors.origins.join(",")),
        ];
        Function {
            code: functions.track.clone(),
            role_arn: out[role].arn.clone(),
            role_id: Some(out[role].id.clone()),
            log_group: out[log].log_group.clone(),
            environment: environment.into(),
            kms_key: design.key.map(|key| out[key].arn.clone()),
            ..design.function("track", "Takes events and queues them", &ingest.function)
        }
    })
}

impl Design<'_> {
    /// A function without what it takes from other resources.
    pub(super) fn function(&self, name: &str, what: &str, settings: &Settings) -> Function {
        let concurrency = settings.reserved_concurrency.map(|count| i32::try_from(count).unwrap_or(i32::MAX));
        Function {
            name: self.names.physical(name),
            description: self.description(what),
            role_arn: String::new(),
            role_id: None,
            runtime: Function::RUNTIME.to_owned(),
            handler: Function::HANDLER.to_owned(),
            architecture: settings.architecture,
            memory_mb: i32::try_from(settings.memory.as_mib()).unwrap_or(i32::MAX),
            timeout_s: i32::try_from(settings.timeout.as_secs()).unwrap_or(i32::MAX),
            reserved_concurrency: concurrency,
            environment: BTreeMap::new(),
            kms_key: None,
            log_group: String::new(),
            logging: Logging::default(),
            code: Code::live(""),
            tags: self.tags(),
        }
    }
}

fn add_api<'a>(graph: &mut Graph<'a>, design: Design<'a>, function: Added<Function>) -> Added<RestApi> {
    let Design { pipeline, names, .. } = design;
    graph.add(API, move |out| {
        let ingest = &pipeline.ingest;
        // An integration takes any ARN, so that the API, which takes the most calls, need not wait.
        let uri = invocation_uri(names, &out.predicted(function).arn);
        let cors = match &ingest.cors.origins[..] {
            [] => Cors::None,
            [one] => Cors::One(one.clone()),
            _ => Cors::Several,
        };
        let routes = Routes::of_function(&ingest.path, &uri, !ingest.api_keys.is_empty(), &cors);
        let description = design.description("Takes events");
        let api = RestApi::new(names.base(), description, routes, names.stage.clone(), design.tags());
        let burst = i32::try_from(ingest.throttle.burst).unwrap_or(i32::MAX);
        RestApi { rate: ingest.throttle.rate.per_second(), burst, ..api }
    })
}

/// How API Gateway writes a call of a function.
fn invocation_uri(names: &Names, function: &str) -> String {
    let Names { partition, region, .. } = names;
    format!("arn:{partition}:apigateway:{region}:lambda:path/2015-03-31/functions/{function}/invocations")
}

fn add_key<'a>(graph: &mut Graph<'a>, design: Design<'a>, key: &'a str) -> Added<ApiKey> {
    let Design { names, .. } = design;
    graph.add(key, move |_| ApiKey {
        name: names.physical(key),
        description: design.description("An API key"),
        enabled: true,
        tags: design.tags(),
        digest: None,
    })
}

fn add_usage_plan<'a>(graph: &mut Graph<'a>, design: Design<'a>, api: Added<RestApi>, keys: Vec<Added<ApiKey>>) {
    let Design { pipeline, names, .. } = design;
    graph.add(API, move |out| {
        let ingest = &pipeline.ingest;
        UsagePlan {
            name: names.base(),
            description: design.description("Keys and limits"),
            api_stages: Ids(vec![out[api].api_stage()]),
            rate: ingest.throttle.rate.per_second(),
            burst: i32::try_from(ingest.throttle.burst).unwrap_or(i32::MAX),
            quota: ingest.quota.as_ref().map(|quota| Quota {
                requests: i32::try_from(quota.requests).unwrap_or(i32::MAX),
                period: quota.per.as_str().to_uppercase(),
            }),
            keys: Ids(keys.iter().map(|key| out[*key].id.clone()).collect()),
            limits: vec![],
            tags: design.tags(),
        }
    });
}
