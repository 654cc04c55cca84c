//! Budgets themselves: a limit of dollars for each month, and what counts towards it.

use super::{BUDGETS, arn, duplicate, evaluate, existing, invalid, limit, not_found, notifications, own_account};
use crate::api_error::Result;
use crate::context::Context;
use crate::service::Input as _;
use crate::tags::read_list;
use jiff::tz::TimeZone;
use serde_json::{Value, json};

const PAGE: usize = 100;
const MOST: usize = 1000;
/// "06/15/87 00:00 UTC": a budget that names no end goes on until then.
const END: i64 = 3_706_473_600;

pub(super) fn create_budget(context: &Context<'_>, input: &Value) -> Result<Value> {
    own_account(context, input)?;
    let name = input["Budget"].text("BudgetName")?;
    if context.documents.get(BUDGETS, name)?.is_some() {
        return Err(duplicate(format!("Error creating budget: {name} - the budget already exists.")));
    }
    let mut budget = written(context, &input["Budget"])?;
    budget["notifications"] = json!([]);
    for one in input["NotificationsWithSubscribers"].as_array().into_iter().flatten() {
        notifications::add(&mut budget, one)?;
    }
    context.documents.put(BUDGETS, name, &budget)?;
    context.add_tags(&arn(context, name), read_list(&input["ResourceTags"]), invalid)?;
    Ok(json!({}))
}

/// "You can change every part of a budget except for the budgetName and the calculatedSpend." Its notifications stay.
pub(super) fn update_budget(context: &Context<'_>, input: &Value) -> Result<Value> {
    own_account(context, input)?;
    let name = input["NewBudget"].text("BudgetName")?;
    let before = context.documents.get(BUDGETS, name)?;
    let missing = || not_found(format!("Unable to update budget: {name} - the budget doesn't exist."));
    let mut budget = written(context, &input["NewBudget"])?;
    budget["notifications"] = before.ok_or_else(missing)?["notifications"].clone();
    context.documents.put(BUDGETS, name, &budget)?;
    Ok(json!({}))
}

pub(super) fn delete_budget(context: &Context<'_>, input: &Value) -> Result<Value> {
    let (name, _) = existing(context, input)?;
    context.documents.remove(BUDGETS, &name)?;
    context.forget_tags(&arn(context, &name))?;
    Ok(json!({}))
}

/// What is kept of what was sent, with what AWS fills in.
fn written(context: &Context<'_>, sent: &Value) -> Result<Value> {
    check(sent)?;
    let month = context.now.to_zoned(TimeZone::UTC).date().first_of_month();
    let start = month.to_zoned(TimeZone::UTC).map_err(crate::api_error::ApiError::internal)?.timestamp().as_second();
    let mut budget = sent.clone();
    for computed in ["CalculatedSpend", "LastUpdatedTime", "HealthStatus"] {
        budget[computed] = Value::Null;
    }
    // Answered as a number with decimals, however it was written.
    budget["BudgetLimit"]["Amount"] = format!("{:?}", limit(sent)).into();
    if budget["TimePeriod"]["Start"].is_null() {
        budget["TimePeriod"]["Start"] = start.into();
    }
    if budget["TimePeriod"]["End"].is_null() {
        budget["TimePeriod"]["End"] = END.into();
    }
    if budget["CostTypes"].is_null() {
        budget["CostTypes"] = cost_types();
    }
    budget["updated"] = json!(context.epoch());
    Ok(budget)
}

/// "The default value is true", of all but two.
fn cost_types() -> Value {
    json!({
        "IncludeTax": true, "IncludeSubscription": true, "UseBlended": false, "IncludeRefund": true,
        "IncludeCredit": true, "IncludeUpfront": true, "IncludeRecurring": true, "IncludeOtherSubscription": true,
        "IncludeSupport": true, "IncludeDiscount": true, "UseAmortized": false,
    })
}

fn check(sent: &Value) -> Result<()> {
    let (kind, unit) = (sent["BudgetType"].as_str(), sent["TimeUnit"].as_str());
    if kind != Some("COST") || unit != Some("MONTHLY") {
        return Err(invalid("Local AWS has budgets of costs alone, by the month"));
    }
    for other in ["PlannedBudgetLimits", "AutoAdjustData", "CostFilters", "BillingViewArn"] {
        let is_empty = sent[other].as_object().is_some_and(serde_json::Map::is_empty);
        if !sent[other].is_null() && !is_empty {
            return Err(invalid(format!("Local AWS does not have {other}: a budget has a BudgetLimit and a filter")));
        }
    }
    // "Either FilterExpression and Metrics or CostFilters and CostTypes, not both or a different combination."
    if !sent["FilterExpression"].is_null() && !sent["CostTypes"].is_null() {
        return Err(invalid("FilterExpression and CostTypes cannot be present in the same budget"));
    }
    if sent["BudgetLimit"].is_null() {
        return Err(invalid(
            "Unable to create/update budget - please provide one of the followings: Budget Limit/ Planned Budget Limit/ Auto Adjust Data",
        ));
    }
    match sent["BudgetLimit"].optional("Unit") {
        Some("USD") if limit(sent) > 0.0 => Ok(()),
        Some("USD") => Err(invalid("Budget limit must be greater than 0")),
        _ => Err(invalid("The unit of a cost budget must be the account's currency, USD")),
    }
}

fn shown(context: &Context<'_>, name: &str, mut budget: Value, with_filter: bool) -> Result<Value> {
    let spend = evaluate::spend(context, &budget)?;
    let dollars = |amount: f64| json!({"Amount": format!("{amount:.3}"), "Unit": "USD"});
    budget["BudgetName"] = name.into();
    budget["LastUpdatedTime"] = budget["updated"].clone();
    budget["CalculatedSpend"] = json!({"ActualSpend": dollars(spend.actual)});
    if let Some(forecast) = spend.forecast {
        budget["CalculatedSpend"]["ForecastedSpend"] = dollars(forecast);
    }
    if let Some(fields) = budget.as_object_mut() {
        // "Specifies whether the response includes the filter expression."
        let left_out = ["updated", "notifications", if with_filter { "" } else { "FilterExpression" }];
        fields.retain(|name, value| !value.is_null() && !left_out.contains(&name.as_str()));
    }
    Ok(budget)
}

pub(super) fn describe_budget(context: &Context<'_>, input: &Value) -> Result<Value> {
    let (name, budget) = existing(context, input)?;
    Ok(json!({"Budget": shown(context, &name, budget, input["ShowFilterExpression"] == true)?}))
}

pub(super) fn describe_budgets(context: &Context<'_>, input: &Value) -> Result<Value> {
    own_account(context, input)?;
    let all = context.documents.list(BUDGETS, "")?;
    let bad_token = || crate::api_error::ApiError::new("InvalidNextTokenException", "The NextToken is not valid.");
    let limit = input.number("MaxResults").and_then(|limit| usize::try_from(limit).ok()).or(Some(PAGE));
    let page = context.page(all, input.optional("NextToken"), limit, MOST, bad_token)?;
    let with_filter = input["ShowFilterExpression"] == true;
    let shown = page.items.into_iter().map(|(name, budget)| shown(context, &name, budget, with_filter));
    Ok(json!({"Budgets": shown.collect::<Result<Vec<_>>>()?, "NextToken": page.next}))
}
