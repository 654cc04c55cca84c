//! When somebody is told of a budget, and who.

use super::{BUDGETS, duplicate, existing, invalid, not_found};
use crate::api_error::{ApiError, Result};
use crate::context::Context;
use crate::service::Input as _;
use serde_json::{Value, json};

/// "A budget can have up to 10 notifications", each with "one SNS subscriber and up to 10 email subscribers".
const MOST: usize = 10;
const MOST_MAILS: usize = 10;
const PAGE: usize = 100;

/// What a notification is known by: all of it.
const KNOWN_BY: [&str; 4] = ["NotificationType", "ComparisonOperator", "Threshold", "ThresholdType"];

fn known_by(notification: &Value) -> Vec<Value> {
    let part = |name: &str| match name {
        "Threshold" => notification[name].as_f64().unwrap_or_default().into(),
        // "The default is PERCENTAGE".
        "ThresholdType" if notification[name].is_null() => "PERCENTAGE".into(),
        _ => notification[name].clone(),
    };
    KNOWN_BY.iter().map(|name| part(name)).collect()
}

fn all(budget: &Value) -> &[Value] {
    budget["notifications"].as_array().map(Vec::as_slice).unwrap_or_default()
}

fn find(budget: &Value, notification: &Value) -> Option<usize> {
    all(budget).iter().position(|one| known_by(&one["Notification"]) == known_by(notification))
}

fn find_in(budget: &Value, input: &Value, member: &str) -> Result<usize> {
    let missing = || not_found("Unable to find notification - the notification doesn't exist.");
    find(budget, &input[member]).ok_or_else(missing)
}

fn too_many(what: &str) -> ApiError {
    ApiError::new("CreationLimitExceededException", format!("Maximum number of {what} exceeded."))
}

fn check_subscribers(subscribers: &[Value]) -> Result<()> {
    let mails = subscribers.iter().filter(|one| one["SubscriptionType"] == "EMAIL");
    if mails.clone().any(|one| !one["Address"].as_str().unwrap_or_default().contains('@')) {
        return Err(invalid("Please enter a valid email address"));
    }
    let topics = subscribers.len() - mails.clone().count();
    if mails.count() > MOST_MAILS || topics > 1 {
        return Err(too_many("subscribers"));
    }
    let twice = |(at, one): (usize, &Value)| subscribers[..at].contains(one);
    if subscribers.iter().enumerate().any(twice) {
        return Err(duplicate("Unable to create subscriber - the subscriber already exists."));
    }
    Ok(())
}

/// Adds one with its subscribers to a budget.
pub(super) fn add(budget: &mut Value, one: &Value) -> Result<()> {
    let (notification, subscribers) = (&one["Notification"], &one["Subscribers"]);
    if find(budget, notification).is_some() {
        return Err(duplicate("Unable to create notification - the notification already exists."));
    }
    if all(budget).len() >= MOST {
        return Err(too_many("notifications"));
    }
    check_subscribers(subscribers.as_array().map(Vec::as_slice).unwrap_or_default())?;
    let mut notification = notification.clone();
    if notification["ThresholdType"].is_null() {
        notification["ThresholdType"] = "PERCENTAGE".into();
    }
    notification["NotificationState"] = "OK".into();
    if let Some(all) = budget["notifications"].as_array_mut() {
        all.push(json!({"Notification": notification, "Subscribers": subscribers}));
    }
    Ok(())
}

/// Changes the budget that a request names.
fn change(context: &Context<'_>, input: &Value, work: impl FnOnce(&mut Value) -> Result<()>) -> Result<Value> {
    let (name, mut budget) = existing(context, input)?;
    work(&mut budget)?;
    context.documents.put(BUDGETS, &name, &budget)?;
    Ok(json!({}))
}

/// Changes the subscribers of the notification that a request names.
fn resubscribe(
    context: &Context<'_>,
    input: &Value,
    work: impl FnOnce(&mut Vec<Value>) -> Result<()>,
) -> Result<Value> {
    change(context, input, |budget| {
        let at = find_in(budget, input, "Notification")?;
        let mut subscribers = budget["notifications"][at]["Subscribers"].as_array().cloned().unwrap_or_default();
        work(&mut subscribers)?;
        check_subscribers(&subscribers)?;
        budget["notifications"][at]["Subscribers"] = subscribers.into();
        // "Deleting the last subscriber to a notification also deletes the notification."
        if let Some(all) = budget["notifications"].as_array_mut() {
            all.retain(|one| one["Subscribers"].as_array().is_some_and(|subscribers| !subscribers.is_empty()));
        }
        Ok(())
    })
}

pub(super) fn create_notification(context: &Context<'_>, input: &Value) -> Result<Value> {
    change(context, input, |budget| add(budget, input))
}

pub(super) fn update_notification(context: &Context<'_>, input: &Value) -> Result<Value> {
    change(context, input, |budget| {
        let at = find_in(budget, input, "OldNotification")?;
        let subscribers = budget["notifications"][at]["Subscribers"].clone();
        if let Some(all) = budget["notifications"].as_array_mut() {
            all.remove(at);
        }
        add(budget, &json!({"Notification": input["NewNotification"], "Subscribers": subscribers}))
    })
}

pub(super) fn delete_notification(context: &Context<'_>, input: &Value) -> Result<Value> {
    change(context, input, |budget| {
        let at = find_in(budget, input, "Notification")?;
        if let Some(all) = budget["notifications"].as_array_mut() {
            all.remove(at);
        }
        Ok(())
    })
}

fn paged(context: &Context<'_>, input: &Value, name: &str, all: Vec<Value>) -> Result<Value> {
    let bad_token = || ApiError::new("InvalidNextTokenException", "The NextToken is not valid.");
    let limit = input.number("MaxResults").and_then(|limit| usize::try_from(limit).ok());
    let page = context.page(all, input.optional("NextToken"), limit, PAGE, bad_token)?;
    Ok(json!({name: page.items, "NextToken": page.next}))
}

pub(super) fn describe_notifications_for_budget(context: &Context<'_>, input: &Value) -> Result<Value> {
    let (_, budget) = existing(context, input)?;
    let shown = all(&budget).iter().map(|one| one["Notification"].clone()).collect();
    paged(context, input, "Notifications", shown)
}

pub(super) fn create_subscriber(context: &Context<'_>, input: &Value) -> Result<Value> {
    resubscribe(context, input, |all| {
        all.push(input["Subscriber"].clone());
        Ok(())
    })
}

fn take(all: &mut Vec<Value>, subscriber: &Value) -> Result<()> {
    let missing = || not_found("Unable to find subscriber - the subscriber doesn't exist.");
    let at = all.iter().position(|one| one == subscriber).ok_or_else(missing)?;
    all.remove(at);
    Ok(())
}

pub(super) fn update_subscriber(context: &Context<'_>, input: &Value) -> Result<Value> {
    resubscribe(context, input, |all| {
        take(all, &input["OldSubscriber"])?;
        all.push(input["NewSubscriber"].clone());
        Ok(())
    })
}

pub(super) fn delete_subscriber(context: &Context<'_>, input: &Value) -> Result<Value> {
    resubscribe(context, input, |all| take(all, &input["Subscriber"]))
}

pub(super) fn describe_subscribers_for_notification(context: &Context<'_>, input: &Value) -> Result<Value> {
    let (_, budget) = existing(context, input)?;
    let at = find_in(&budget, input, "Notification")?;
    let all = budget["notifications"][at]["Subscribers"].as_array().cloned().unwrap_or_default();
    paged(context, input, "Subscribers", all)
}
