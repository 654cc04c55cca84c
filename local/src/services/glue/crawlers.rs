//! Crawlers and their schedules.

use super::{CRAWLERS, already_exists, check_schedule, has_tags, invalid, listed, not_found, tag};
use crate::api_error::{ApiError, Result};
use crate::context::Context;
use crate::service::Input;
use crate::services::iam::{passed_role, role_assumable};
use serde_json::{Value, json};

/// What is kept otherwise than it is given.
const READ: &[&str] = &["Name", "Role", "Schedule", "Tags"];

pub(super) fn arn(context: &Context<'_>, name: &str) -> String {
    context.arn("glue", &format!("crawler/{name}"))
}

pub(super) fn existing(context: &Context<'_>, name: &str) -> Result<Value> {
    let missing = || not_found(format!("Crawler entry with name {name} does not exist"));
    context.get(CRAWLERS, name)?.ok_or_else(missing)
}

/// The role may be given by its ARN, or by its path and name; it is shown by path and name.
fn read_role(context: &Context<'_>, role: &str) -> Result<String> {
    let arn = passed_role(context, role)?;
    if role_assumable(context, &arn, "glue.amazonaws.com")? {
        return Ok(arn.split_once(":role/").map_or(role, |(_, path)| path).to_owned());
    }
    Err(invalid("Service is unable to assume provided role. Please verify role's TrustPolicy"))
}

fn set(context: &Context<'_>, crawler: &mut Value, input: &Value) -> Result<()> {
    let given = input.as_object().into_iter().flatten();
    for (field, value) in given.filter(|(field, _)| !READ.contains(&field.as_str())) {
        crawler[field] = value.clone();
    }
    if let Some(role) = input.optional("Role") {
        crawler["Role"] = read_role(context, role)?.into();
    }
    if let Some(schedule) = input.optional("Schedule") {
        set_schedule(crawler, schedule)?;
    }
    check(crawler)
}

/// An empty expression takes the schedule away.
fn set_schedule(crawler: &mut Value, schedule: &str) -> Result<()> {
    if schedule.is_empty() {
        crawler["Schedule"] = Value::Null;
        return Ok(());
    }
    check_schedule(schedule)?;
    crawler["Schedule"] = json!({"ScheduleExpression": schedule, "State": "SCHEDULED"});
    Ok(())
}

fn check(crawler: &Value) -> Result<()> {
    let targets = crawler["Targets"].as_object();
    let some = targets.is_some_and(|all| all.values().any(|paths| paths.as_array().is_some_and(|all| !all.is_empty())));
    if !some {
        return Err(invalid("Crawler cannot be created without targets"));
    }
    if let Some(configuration) = crawler.optional("Configuration").filter(|text| !text.is_empty()) {
        let parsed = serde_json::from_str::<Value>(configuration);
        if parsed.is_err() {
            return Err(invalid(format!("Crawler configuration is not valid JSON: {configuration}")));
        }
    }
    let new_only = crawler["RecrawlPolicy"]["RecrawlBehavior"] == "CRAWL_NEW_FOLDERS_ONLY";
    let policy = &crawler["SchemaChangePolicy"];
    if new_only && (policy["UpdateBehavior"] != "LOG" || policy["DeleteBehavior"] != "LOG") {
        return Err(invalid(
            "The SchemaChangePolicy for the CRAWL_NEW_FOLDERS_ONLY recrawl behavior must have UpdateBehavior and \
             DeleteBehavior of LOG",
        ));
    }
    Ok(())
}

pub(super) fn create_crawler(context: &Context<'_>, input: &Value) -> Result<Value> {
    let name = input.text("Name")?;
    if context.get(CRAWLERS, name)?.is_some() {
        return Err(already_exists(format!("Crawler with name {name} already exists")));
    }
    let mut crawler = json!({
        "Classifiers": [],
        "SchemaChangePolicy": {"UpdateBehavior": "UPDATE_IN_DATABASE", "DeleteBehavior": "DEPRECATE_IN_DATABASE"},
        "RecrawlPolicy": {"RecrawlBehavior": "CRAWL_EVERYTHING"},
        "LineageConfiguration": {"CrawlerLineageSettings": "DISABLE"},
        "LakeFormationConfiguration": {"UseLakeFormationCredentials": false, "AccountId": ""},
        "State": "READY",
        "CrawlElapsedTime": 0,
        "CreationTime": context.epoch(),
        "LastUpdated": context.epoch(),
        "Version": 1,
    });
    set(context, &mut crawler, input)?;
    tag(context, &arn(context, name), input)?;
    context.put(CRAWLERS, name, &crawler)?;
    Ok(json!({}))
}

fn describe(context: &Context<'_>, name: &str, crawler: &Value) -> Value {
    let mut all = crawler.clone();
    all["Name"] = name.into();
    if let (Some(started), false) = (crawler["started"].as_i64(), crawler["State"] == "READY") {
        all["CrawlElapsedTime"] = (context.now.as_millisecond() - started).into();
    }
    for own in ["started", "crawl", "metrics"] {
        all[own] = Value::Null;
    }
    if all["TablePrefix"] == "" {
        all["TablePrefix"] = Value::Null;
    }
    all
}

pub(super) fn get_crawler(context: &Context<'_>, input: &Value) -> Result<Value> {
    let name = input.text("Name")?;
    Ok(json!({"Crawler": describe(context, name, &existing(context, name)?)}))
}

pub(super) fn get_crawlers(context: &Context<'_>, input: &Value) -> Result<Value> {
    let all = context.list(CRAWLERS, "")?;
    listed(context, input, "Crawlers", all.iter().map(|(name, crawler)| describe(context, name, crawler)).collect())
}

pub(super) fn batch_get_crawlers(context: &Context<'_>, input: &Value) -> Result<Value> {
    let (mut found, mut missing) = (vec![], vec![]);
    for name in input.texts("CrawlerNames") {
        match context.get(CRAWLERS, &name)? {
            Some(crawler) => found.push(describe(context, &name, &crawler)),
            None => missing.push(name),
        }
    }
    Ok(json!({"Crawlers": found, "CrawlersNotFound": missing}))
}

pub(super) fn list_crawlers(context: &Context<'_>, input: &Value) -> Result<Value> {
    let mut names = vec![];
    for (name, _) in context.list(CRAWLERS, "")? {
        if has_tags(context, &arn(context, &name), input)? {
            names.push(name.into());
        }
    }
    listed(context, input, "CrawlerNames", names)
}

/// A crawler that runs takes no change.
fn idle(name: &str, crawler: &Value) -> Result<()> {
    if crawler["State"] == "READY" {
        return Ok(());
    }
    Err(ApiError::new("CrawlerRunningException", format!("Crawler with name {name} is currently running")))
}

pub(super) fn update_crawler(context: &Context<'_>, input: &Value) -> Result<Value> {
    let name = input.text("Name")?;
    let mut crawler = existing(context, name)?;
    idle(name, &crawler)?;
    set(context, &mut crawler, input)?;
    crawler["LastUpdated"] = context.epoch().into();
    crawler["Version"] = (crawler["Version"].as_i64().unwrap_or(1) + 1).into();
    context.put(CRAWLERS, name, &crawler)?;
    Ok(json!({}))
}

pub(super) fn update_crawler_schedule(context: &Context<'_>, input: &Value) -> Result<Value> {
    let name = input.text("CrawlerName")?;
    let mut crawler = existing(context, name)?;
    set_schedule(&mut crawler, input.optional("Schedule").unwrap_or_default())?;
    context.put(CRAWLERS, name, &crawler)?;
    Ok(json!({}))
}

pub(super) fn start_crawler_schedule(context: &Context<'_>, input: &Value) -> Result<Value> {
    switch_schedule(context, input.text("CrawlerName")?, "SCHEDULED", "SchedulerRunningException")
}

pub(super) fn stop_crawler_schedule(context: &Context<'_>, input: &Value) -> Result<Value> {
    switch_schedule(context, input.text("CrawlerName")?, "NOT_SCHEDULED", "SchedulerNotRunningException")
}

fn switch_schedule(context: &Context<'_>, name: &str, state: &str, already: &str) -> Result<Value> {
    let mut crawler = existing(context, name)?;
    if crawler["Schedule"].is_null() {
        return Err(ApiError::new("NoScheduleException", format!("Crawler {name} has no schedule")));
    }
    if crawler["Schedule"]["State"] == state {
        return Err(ApiError::new(already, format!("The schedule of crawler {name} is already {state}")));
    }
    crawler["Schedule"]["State"] = state.into();
    context.put(CRAWLERS, name, &crawler)?;
    Ok(json!({}))
}

pub(super) fn delete_crawler(context: &Context<'_>, input: &Value) -> Result<Value> {
    let name = input.text("Name")?;
    idle(name, &existing(context, name)?)?;
    context.remove(CRAWLERS, name)?;
    context.forget_tags(&arn(context, name))?;
    Ok(json!({}))
}
