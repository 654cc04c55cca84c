//! API Gateway, its keys, and the function `track`.

use super::{API, Added, Design, URL, policies};
use crate::artifact::Code;
use crate::config::{Front, Function as Settings, LogLevel, Pipeline, Tables};
use crate::engine::value::Pending;
use crate::names::Names;
use crate::resources::{
    ApiKey, ApiKeyOutputs, Cors, Function, FunctionUrl, Grant, Graph, Ids, LogGroup, Logging, Permission, Quota,
    RestApi, Role, Routes, Stream, UrlCors, UsagePlan, Variable,
};
use aws_sdk_lambda::types::{ApplicationLogLevel, SystemLogLevel};
use std::collections::BTreeMap;

pub(super) fn add<'a>(graph: &mut Graph<'a>, design: Design<'a>, stream: Added<Stream>) {
    let pipeline = design.pipeline;
    let log_group = add_log_group(graph, design, "track", &pipeline.ingest.function);
    let role = add_role(graph, design, stream, log_group);
    // API Gateway makes and keeps the keys behind every front: a client's stays the same when the front changes.
    let keys: Vec<_> = pipeline.ingest.api_keys.iter().map(|key| add_key(graph, design, key)).collect();
    let function = add_function(graph, design, (role, log_group, stream), &keys);
    if pipeline.has_front(Front::RestApi) {
        add_rest_api(graph, design, function, keys);
    }
    if pipeline.has_front(Front::FunctionUrl) {
        add_url(graph, design, function);
    }
}

fn add_rest_api<'a>(graph: &mut Graph<'a>, design: Design<'a>, function: Added<Function>, keys: Vec<Added<ApiKey>>) {
    let Design { pipeline, names, .. } = design;
    let before = names.has_api_of_others().then(|| let_in_before(graph, design, function));
    let api = add_api(graph, design, function, before);
    graph.add("track", move |out| Permission {
        name: "track".to_owned(),
        function: out[function].name.clone(),
        grant: Grant::Service {
            principal: "apigateway.amazonaws.com".to_owned(),
            source_arn: out[api].execution_arn(names, &pipeline.ingest.path),
            source_account: None,
        },
    });
    if !keys.is_empty() {
        add_usage_plan(graph, design, api, keys);
    }
}

/// The API of somebody else's takes requests while it is turned to our function: that has to let it in by then, and is not
/// told its id before. So it lets in all of the account that have its stage and path.
fn let_in_before<'a>(graph: &mut Graph<'a>, design: Design<'a>, function: Added<Function>) -> Added<Permission> {
    let Design { pipeline, names, .. } = design;
    graph.add("before", move |out| Permission {
        name: "before".to_owned(),
        function: out[function].name.clone(),
        grant: Grant::Service {
            principal: "apigateway.amazonaws.com".to_owned(),
            source_arn: Pending::Known(
                names.arn("execute-api", &format!("*/{}/*{}", names.stage, pipeline.ingest.path)),
            ),
            source_account: None,
        },
    })
}

/// It answers nobody before both statements are there, and takes its name meanwhile.
fn add_url<'a>(graph: &mut Graph<'a>, design: Design<'a>, function: Added<Function>) {
    for (name, grant) in [("url", Grant::Url), ("through_url", Grant::ThroughUrl)] {
        graph.add(name, move |out| Permission {
            name: name.to_owned(),
            function: out[function].name.clone(),
            grant: grant.clone(),
        });
    }
    graph.add(URL, move |out| {
        FunctionUrl::new(out[function].name.clone(), UrlCors::of_pages(&design.pipeline.ingest.cors.origins))
    });
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
        design.log_group(
            names.function_logs(function),
            settings.log_retention,
            design.key.map(|key| out[key].arn.clone()),
        )
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
    (role, log, stream): (Added<Role>, Added<LogGroup>, Added<Stream>),
    keys: &[Added<ApiKey>],
) -> Added<Function> {
    let Design { pipeline, functions, .. } = design;
    let own_door = pipeline.has_front(Front::FunctionUrl);
    // API Gateway asks for keys itself.
    let keys = if own_door { keys.to_vec() } else { vec![] };
    graph.add("track", move |out| {
        let ingest = &pipeline.ingest;
        let mut environment = BTreeMap::from([
            Function::variable("DELIVERY_STREAM_NAME", out.predicted(stream).name.as_str()),
            Function::variable("CORS_ORIGINS", ingest.cors.origins.join(",")),
        ]);
        environment.extend(agreed(pipeline));
        if own_door {
            environment.extend([Function::variable("EVENTS_PATH", ingest.path.as_str())]);
        }
        if !keys.is_empty() {
            // All of them are read, whether the first is known or not: what is read is waited for.
            let keys: Vec<_> = keys.iter().map(|key| &out[*key]).collect();
            environment.insert("KEY_DIGESTS".to_owned(), ApiKeyOutputs::digests(keys));
        }
        Function {
            code: functions.track.clone(),
            role_arn: out[role].arn.clone(),
            role_id: Some(out[role].id.clone()),
            log_group: out[log].log_group.clone(),
            environment,
            kms_key: design.key.map(|key| out[key].arn.clone()),
            ..design.function("track", "Takes events and queues them", &ingest.function)
        }
    })
}

/// What `track` has to know of events: the columns that Firehose converts by, so that it can keep apart what may not fit (where there is
/// no room, they share records), what it rejects, what it writes into them, and whether their names become types.
fn agreed(pipeline: &Pipeline) -> Vec<(String, Variable)> {
    let events = &pipeline.events;
    let rejects = !events.rejected.is_empty();
    let columns = (pipeline.converts() || rejects).then(|| pipeline.columns_in_room()).flatten();
    let added: Vec<_> = events.added.iter().map(|column| column.name.as_str()).collect();
    let told = [
        columns.map(|columns| Function::variable("COLUMNS", columns)),
        rejects.then(|| Function::variable("REJECT", events.rejected.join(","))),
        (rejects && !pipeline.converts()).then(|| Function::variable("SHARE_RECORDS", "true")),
        (!added.is_empty()).then(|| Function::variable("ADD_FIELDS", added.join(","))),
        (pipeline.catalog.tables == Tables::Crawled).then(|| Function::variable("CRAWLED", "true")),
    ];
    told.into_iter().flatten().collect()
}

impl Design<'_> {
    /// A function without what it takes from other resources.
    pub(super) fn function(&self, name: &str, what: &str, settings: &Settings) -> Function {
        let concurrency = settings.reserved_concurrency.map(|count| i32::try_from(count).unwrap_or(i32::MAX));
        Function {
            name: self.names.function(name),
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
            logging: logging(settings.log_level),
            code: Code::live(""),
            tags: self.tags(),
        }
    }
}

fn logging(level: LogLevel) -> Logging {
    match level {
        LogLevel::All => Logging::default(),
        LogLevel::Debug => Logging::json(ApplicationLogLevel::Debug, SystemLogLevel::Debug),
        LogLevel::Info => Logging::json(ApplicationLogLevel::Info, SystemLogLevel::Info),
        LogLevel::Warn => Logging::json(ApplicationLogLevel::Warn, SystemLogLevel::Warn),
    }
}

fn add_api<'a>(
    graph: &mut Graph<'a>,
    design: Design<'a>,
    function: Added<Function>,
    before: Option<Added<Permission>>,
) -> Added<RestApi> {
    let Design { pipeline, names, .. } = design;
    graph.add(API, move |out| {
        let ingest = &pipeline.ingest;
        // An integration takes any ARN, so that the API, which takes the most calls, need not wait.
        let called = match before {
            Some(permission) => &out[permission].function_arn,
            None => &out.predicted(function).arn,
        };
        let uri = invocation_uri(names, called);
        let cors = match &ingest.cors.origins[..] {
            [] => Cors::None,
            [one] => Cors::One(one.clone()),
            _ => Cors::Several,
        };
        let routes = Routes::of_function(&ingest.path, &uri, !ingest.api_keys.is_empty(), &cors);
        let description = design.description("Takes events");
        let api = RestApi::new(names.rest_api(), description, routes, names.stage.clone(), design.tags());
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
        name: names.api_key(key),
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
            name: names.usage_plan(),
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

#[cfg(test)]
mod tests {
    use super::agreed;
    use crate::blueprint::article;
    use crate::config::Pipeline;

    const COLUMNS: &str = r#"COLUMNS={"datetime":"timestamp","event":"string","userid":"string"}"#;

    const CRAWLED: &str = "CRAWLED=true";

    fn told(pipeline: &Pipeline) -> Vec<String> {
        agreed(pipeline).iter().map(|(name, value)| format!("{name}={}", value.known().0)).collect()
    }

    #[test]
    fn the_function_knows_the_columns_where_firehose_converts_by_them_and_they_have_room() {
        assert_eq!(told(&article::pipeline()), [CRAWLED]);
        let mut lean = article::lean();
        assert_eq!(told(&lean), [COLUMNS]);
        lean.ingest.api_keys = (0..60).map(|n| format!("key{n}")).collect();
        assert_eq!(told(&lean), [""; 0]);
        let mut lean = article::lean();
        lean.schema = lean.schema.into_iter().cycle().take(300).enumerate().map(named).collect();
        assert_eq!(told(&lean), [""; 0]);
    }

    /// Where Firehose converts nothing, what may not fit need not be kept apart.
    #[test]
    fn what_rejects_knows_the_columns_in_both_shapes() {
        let (mut lean, mut article) = (article::lean(), article::pipeline());
        lean.events.rejected = vec!["unknown"];
        article.events.rejected = vec!["unknown", "invalid"];
        assert_eq!(told(&lean), [COLUMNS, "REJECT=unknown"]);
        assert_eq!(told(&article), [COLUMNS, "REJECT=unknown,invalid", "SHARE_RECORDS=true", CRAWLED]);
    }

    fn named((number, mut column): (usize, crate::config::Column)) -> crate::config::Column {
        column.name = format!("column{number}");
        column
    }
}
