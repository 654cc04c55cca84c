//! What an API and its stage are where nobody sets anything, and the way back there.

use super::RestApi;
use super::patch::{remove, replace};
use crate::aws::{Aws, Raw, Result, write};
use crate::engine::extra::{Extra, Removal};
use crate::engine::value::{Canonical as _, Value};
use crate::resources::apigateway::patch_segment;
use crate::resources::fields::GET_STAGE;
use aws_sdk_apigateway::operation::get_stage::GetStageOutput;
use aws_sdk_apigateway::types::{MethodSetting, Op, PatchOperation};

/// What names of a stage's extras begin with: API and stage are one resource here.
const STAGE: &str = "stage.";

/// Limits that methods have of their own.
const LIMITS: &str = "stage.methodSettings.throttling";

/// What a stage has beside what the pipeline asks for.
pub(super) fn of_stage(stage: Option<&GetStageOutput>, raw: &Raw) -> Vec<Extra> {
    let of_stage = |extra: Extra| Extra { name: format!("{STAGE}{}", extra.name).into(), ..extra };
    GET_STAGE.extras(raw).into_iter().map(of_stage).chain(stage.and_then(method_limits)).collect()
}

/// One for all methods is the pipeline's. What a method has of its own goes before that, and throttles at once.
fn method_limits(stage: &GetStageOutput) -> Option<Extra> {
    let settings = stage.method_settings()?;
    let limits = |settings: &MethodSetting| (settings.throttling_rate_limit(), settings.throttling_burst_limit());
    let of_all = settings.get("*/*").map(limits);
    let others = settings.iter().filter(|(method, own)| *method != "*/*" && Some(limits(own)) != of_all);
    let shown = |(rate, burst): (f64, i32)| {
        Value::Map([("rate".to_owned(), rate.canonical()), ("burst".to_owned(), burst.canonical())].into())
    };
    let others: std::collections::BTreeMap<_, _> =
        others.map(|(method, own)| (method.clone(), shown(limits(own)))).collect();
    let (usual, meaning, removal) = (Value::Unset, "a limit of a method of its own", Removal::Always);
    (!others.is_empty()).then(|| Extra { name: LIMITS.into(), value: Value::Map(others), usual, meaning, removal })
}

/// Puts these back. A stage with a canary shows a new deployment only there, so that it goes before one is made.
pub(super) async fn put_back(desired: &RestApi, aws: &Aws, id: &str, extras: &[&Extra]) -> Result<()> {
    let _lane = aws.lane(&format!("apigateway:{id}")).await;
    let (of_stage, of_api): (Vec<_>, Vec<_>) =
        extras.iter().copied().partition(|extra: &&Extra| extra.name.starts_with(STAGE));
    let patches: Vec<_> = of_api.iter().flat_map(|extra| api_patches(extra)).collect();
    if !patches.is_empty() {
        write("apigateway:UpdateRestApi", || {
            aws.apigateway.update_rest_api().rest_api_id(id).set_patch_operations(Some(patches.clone())).send()
        })
        .await?;
    }
    let patches: Vec<_> = of_stage.iter().flat_map(|extra| stage_patches(desired, extra)).collect();
    if !patches.is_empty() {
        write("apigateway:UpdateStage", || {
            let request = aws.apigateway.update_stage().rest_api_id(id).stage_name(&desired.stage);
            request.set_patch_operations(Some(patches.clone())).send()
        })
        .await?;
    }
    Ok(())
}

fn api_patches(extra: &Extra) -> Vec<PatchOperation> {
    let each = |path: &str| {
        texts(&extra.value).into_iter().map(|text| remove(&format!("{path}/{}", patch_segment(&text)))).collect()
    };
    match extra.name.as_ref() {
        "apiKeySource" => vec![replace("/apiKeySource", "HEADER")],
        "binaryMediaTypes" => each("/binaryMediaTypes"),
        "disableExecuteApiEndpoint" => vec![replace("/disableExecuteApiEndpoint", "false")],
        "endpointConfiguration.ipAddressType" => vec![replace("/endpointConfiguration/ipAddressType", "ipv4")],
        "endpointConfiguration.types" => {
            let path = |kind: String| format!("/endpointConfiguration/types/{kind}");
            texts(&extra.value).into_iter().map(|kind| replace(&path(kind), "REGIONAL")).collect()
        }
        // A size that is not given turns it off.
        "minimumCompressionSize" => {
            vec![PatchOperation::builder().op(Op::Replace).path("/minimumCompressionSize").build()]
        }
        "policy" => vec![replace("/policy", "")],
        _ => vec![],
    }
}

fn stage_patches(desired: &RestApi, extra: &Extra) -> Vec<PatchOperation> {
    let keys = match &extra.value {
        Value::Map(fields) => fields.keys().collect(),
        _ => vec![],
    };
    match extra.name.strip_prefix(STAGE).unwrap_or_default() {
        "accessLogSettings" => vec![remove("/accessLogSettings")],
        "cacheClusterEnabled" => vec![replace("/cacheClusterEnabled", "false")],
        "canarySettings" => vec![remove("/canarySettings")],
        "methodSettings.throttling" => keys.iter().flat_map(|method| limits_of_all(desired, method)).collect(),
        "tracingEnabled" => vec![replace("/tracingEnabled", "false")],
        "variables" => keys.iter().map(|name| remove(&format!("/variables/{name}"))).collect(),
        _ => vec![],
    }
}

/// Taking a method's settings away would take more than its limits, so it gets those of all methods.
fn limits_of_all(desired: &RestApi, method: &str) -> [PatchOperation; 2] {
    let (path, verb) = method.rsplit_once('/').unwrap_or((method, ""));
    let path = if path.starts_with("~1") { path.to_owned() } else { format!("~1{}", patch_segment(path)) };
    let at = |limit: &str| format!("/{path}/{verb}/throttling/{limit}");
    [replace(&at("rateLimit"), desired.rate.to_string()), replace(&at("burstLimit"), desired.burst.to_string())]
}

fn texts(value: &Value) -> Vec<String> {
    match value {
        Value::Text(text) => vec![text.clone()],
        Value::List(items) => items.iter().flat_map(texts).collect(),
        _ => vec![],
    }
}
