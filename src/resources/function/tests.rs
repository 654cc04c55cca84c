//! What AWS gives back, against what is asked for.

use super::*;
use crate::artifact::Artifacts;
use crate::engine::diff::diff;
use aws_sdk_lambda::types::{Concurrency, EnvironmentResponse, FunctionConfiguration, Runtime};

fn desired() -> Function {
    Function {
        name: "clicks-prod-track".into(),
        description: "events in".into(),
        role_arn: "arn:aws:iam::1:role/track".into(),
        role_id: None,
        runtime: Function::RUNTIME.into(),
        handler: Function::HANDLER.into(),
        architecture: Architecture::Arm64,
        memory_mb: 128,
        timeout_s: 5,
        reserved_concurrency: Some(0),
        environment: [Function::variable("TOKEN", "hunter2")].into(),
        kms_key: None,
        log_group: "/aws/lambda/clicks-prod-track".into(),
        logging: Logging::default(),
        code: Artifacts::new(None, true).unwrap().code("track", Architecture::Arm64).unwrap(),
        tags: Tags::default(),
    }
}

/// What AWS says of it, with `code_tag` and running `sha256`.
fn given_back(of: &Function, code_tag: &str, sha256: &str) -> GetFunctionOutput {
    let variables = of.environment.iter().map(|(name, value)| (name.clone(), value.known().0.clone())).collect();
    let live = FunctionConfiguration::builder()
        .function_name(&of.name)
        .description(&of.description)
        .role(&of.role_arn)
        .runtime(Runtime::Providedal2023)
        .handler(&of.handler)
        .architectures(sdk::Architecture::Arm64)
        .memory_size(of.memory_mb)
        .timeout(of.timeout_s)
        .environment(EnvironmentResponse::builder().set_variables(Some(variables)).build())
        .logging_config(of.logging.said(&of.log_group))
        .code_sha256(sha256);
    GetFunctionOutput::builder()
        .configuration(live.build())
        .tags(TAG_CODE, code_tag)
        .concurrency(Concurrency::builder().set_reserved_concurrent_executions(of.reserved_concurrency).build())
        .build()
}

fn read_back(code_tag: &str, sha256: &str) -> Function {
    Function::from_output(given_back(&desired(), code_tag, sha256), &Names::example()).unwrap().0
}

#[test]
fn what_was_created_reads_back_without_a_difference() {
    let desired = desired();
    let live = read_back(&desired.code_tag("47DEQ+/="), "47DEQ+/=");
    assert_eq!(diff(&live.attributes(), &desired.attributes()), []);
}

#[test]
fn code_that_somebody_replaced_is_a_difference_although_the_tag_is_right() {
    let changes = diff(&read_back(&desired().code_tag("47DEQ="), "other=").attributes(), &desired().attributes());
    assert_eq!(changes.len(), 1);
    assert_eq!(changes[0].before.to_string(), "\"changed outside pipectl (sha256 other=)\"");
    assert!(!changes[0].forces_replacement);
}

#[test]
fn code_without_a_record_is_a_difference() {
    let mut output = given_back(&desired(), "", "47DEQ=");
    output.tags = None;
    let (live, stamp) = Function::from_output(output, &Names::example()).unwrap();
    assert_eq!(stamp.owner, crate::engine::resource::Owner::Nobody);
    assert_eq!(live.code.digest(), "not from pipectl (sha256 47DEQ=)");
}

#[test]
fn the_values_of_environment_variables_stay_hidden_and_their_names_do_not() {
    let function = desired();
    let environment = function.environment.clone();
    let shown = crate::engine::value::Canonical::canonical(&environment);
    assert_eq!(shown.to_string(), "{ TOKEN: (sensitive) }");
    assert!(!format!("{function:?}{shown:?}{}", shown.to_json()).contains("hunter2"));
}

#[test]
fn a_stopped_function_is_not_one_without_a_reservation() {
    let unreserved = Function { reserved_concurrency: None, ..desired() };
    assert_eq!(diff(&unreserved.attributes(), &desired().attributes()).len(), 1);
}
