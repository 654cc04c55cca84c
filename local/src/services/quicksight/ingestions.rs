//! Ingestions: each reads a data set of SPICE anew. What one does is in `ingest`.

use super::kinds::DATA_SET;
use super::{INGESTIONS, OPEN, account, answered, exceeded, exists, inside, invalid, listed, not_found, shown};
use crate::api_error::Result;
use crate::context::Context;
use crate::service::Input as _;
use crate::services::athena::stop_query_execution;
use serde_json::{Value, json};

/// "You can manually refresh datasets 32 times in a 24-hour period", and 8 times in the Standard edition.
const IN_A_DAY: [(&str, usize); 2] = [("STANDARD", 8), ("", 32)];
const DAY: f64 = 24.0 * 3600.0;

/// What an ingestion is in until it is over.
const UNDER_WAY: [&str; 3] = ["INITIALIZED", "QUEUED", "RUNNING"];

pub(super) fn arn(context: &Context<'_>, set: &str, id: &str) -> String {
    format!("{}/ingestion/{id}", DATA_SET.arn(context, set))
}

fn is_under_way(ingestion: &Value) -> bool {
    UNDER_WAY.iter().any(|state| ingestion["IngestionStatus"] == *state)
}

/// Begins one: of which type, and whether a schedule asks for it.
pub(super) fn start(context: &Context<'_>, set: &str, id: &str, (kind, source): (&str, &str)) -> Result<()> {
    let ingestion = json!({
        "IngestionId": id,
        "IngestionStatus": "INITIALIZED",
        "CreatedTime": context.epoch(),
        "RequestSource": source,
        "RequestType": kind,
        "settles": context.settles(),
    });
    context.put(INGESTIONS, &inside(set, id), &ingestion)?;
    context.put(OPEN, &inside(set, id), &json!({"settles": ingestion["settles"]}))
}

/// Keeps one that is over.
pub(super) fn end(context: &Context<'_>, key: &str, mut ingestion: Value, state: &str) -> Result<()> {
    let began = ingestion["CreatedTime"].as_f64().unwrap_or_default();
    ingestion["IngestionStatus"] = state.into();
    ingestion["IngestionTimeInSeconds"] = ((context.epoch() - began).max(0.0) as i64).into();
    ingestion["QueueInfo"] = Value::Null;
    context.put(INGESTIONS, key, &ingestion)?;
    context.remove(OPEN, key).map(|_| ())
}

/// The ingestions of a set, the newest first.
fn of_set(context: &Context<'_>, set: &str) -> Result<Vec<Value>> {
    let mut all: Vec<_> = context.list(INGESTIONS, &inside(set, ""))?.into_iter().map(|(_, one)| one).collect();
    let when = |one: &Value| one["CreatedTime"].as_f64().unwrap_or_default();
    all.sort_by(|one, other| when(other).total_cmp(&when(one)));
    Ok(all)
}

fn described(context: &Context<'_>, set: &str, ingestion: &Value) -> Value {
    let mut told = shown(ingestion);
    told["Arn"] = arn(context, set, ingestion.optional("IngestionId").unwrap_or_default()).into();
    told
}

pub(super) fn create_ingestion(context: &Context<'_>, input: &Value) -> Result<Value> {
    let (set, document) = DATA_SET.existing(context, input)?;
    let id = input.text("IngestionId")?;
    if document["ImportMode"] != "SPICE" {
        return Err(invalid(format!("{} is not of SPICE: there is nothing to ingest", DATA_SET.arn(context, &set))));
    }
    let kind = input.optional("IngestionType").unwrap_or("FULL_REFRESH");
    if kind == "INCREMENTAL_REFRESH" && document["refresh"].is_null() {
        return Err(invalid("An incremental refresh needs the refresh properties of the data set"));
    }
    let all = of_set(context, &set)?;
    if all.iter().any(|one| one["IngestionId"] == id) {
        return Err(exists(format!("Ingestion {} already exists", arn(context, &set, id))));
    }
    let by_hand = |one: &&Value| {
        let is_refresh = one["RequestType"].as_str().is_some_and(|kind| kind.ends_with("_REFRESH"));
        let is_new = one["CreatedTime"].as_f64().is_some_and(|at| at > context.epoch() - DAY);
        is_refresh && is_new && one["RequestSource"] == "MANUAL"
    };
    let edition = account::current(context)?["Edition"].clone();
    let most = IN_A_DAY.iter().find(|(of, _)| of.is_empty() || edition == *of).map_or(0, |(_, most)| *most);
    if all.iter().filter(by_hand).count() >= most {
        return Err(exceeded(format!("A data set can be refreshed by hand {most} times in 24 hours")));
    }
    start(context, &set, id, (kind, "MANUAL"))?;
    let arn = arn(context, &set, id);
    answered(json!({"Arn": arn, "IngestionId": id, "IngestionStatus": "INITIALIZED", "Status": 201}))
}

fn existing(context: &Context<'_>, input: &Value) -> Result<(String, String, Value)> {
    let (set, _) = DATA_SET.existing(context, input)?;
    let id = input.text("IngestionId")?;
    let absent = || not_found(format!("Ingestion {} is not found", arn(context, &set, id)));
    let found = context.get(INGESTIONS, &inside(&set, id))?.ok_or_else(absent)?;
    Ok((set, id.to_owned(), found))
}

pub(super) fn describe_ingestion(context: &Context<'_>, input: &Value) -> Result<Value> {
    let (set, _, ingestion) = existing(context, input)?;
    answered(json!({"Ingestion": described(context, &set, &ingestion)}))
}

pub(super) fn list_ingestions(context: &Context<'_>, input: &Value) -> Result<Value> {
    let (set, _) = DATA_SET.existing(context, input)?;
    let all = of_set(context, &set)?.iter().map(|one| described(context, &set, one)).collect();
    listed(context, input, "Ingestions", all)
}

pub(super) fn cancel_ingestion(context: &Context<'_>, input: &Value) -> Result<Value> {
    let (set, id, mut ingestion) = existing(context, input)?;
    if !is_under_way(&ingestion) {
        let state = ingestion.optional("IngestionStatus").unwrap_or_default();
        return Err(invalid(format!("The ingestion {id} is over: {state}")));
    }
    if !ingestion["query"].is_null() {
        stop_query_execution(context, &json!({"QueryExecutionId": ingestion["query"]}))?;
    }
    ingestion["ErrorInfo"] = json!({"Type": "INGESTION_CANCELED", "Message": "It was cancelled"});
    end(context, &inside(&set, &id), ingestion, "CANCELLED")?;
    answered(json!({"Arn": arn(context, &set, &id), "IngestionId": id}))
}
