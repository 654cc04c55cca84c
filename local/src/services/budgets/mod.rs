//! AWS Budgets: what a month may cost, and who is told when it is more. What was spent is what Cost Explorer counts here.
//!
//! Nothing is sent from here: a mail lies in the record of [`crate::services::sns`]. Topics are told of nothing: on AWS that
//! takes a policy of theirs that lets `budgets.amazonaws.com` in.

mod budget;
mod evaluate;
mod notifications;
mod tags;

pub(crate) use evaluate::WORKER;

use crate::api_error::{ApiError, Result};
use crate::context::Context;
use crate::model;
use crate::service::{Input as _, Need, Protocol, Service, operation_of};
use serde_json::Value;

pub(crate) static SERVICE: Service = Service {
    scope: "budgets",
    prefix: "budgets",
    protocol: Protocol::Json { message: "Message" },
    model: &model::BUDGETS,
    operations: &[
        ("CreateBudget", budget::create_budget),
        ("UpdateBudget", budget::update_budget),
        ("DeleteBudget", budget::delete_budget),
        ("DescribeBudget", budget::describe_budget),
        ("DescribeBudgets", budget::describe_budgets),
        ("CreateNotification", notifications::create_notification),
        ("UpdateNotification", notifications::update_notification),
        ("DeleteNotification", notifications::delete_notification),
        ("DescribeNotificationsForBudget", notifications::describe_notifications_for_budget),
        ("CreateSubscriber", notifications::create_subscriber),
        ("UpdateSubscriber", notifications::update_subscriber),
        ("DeleteSubscriber", notifications::delete_subscriber),
        ("DescribeSubscribersForNotification", notifications::describe_subscribers_for_notification),
        ("TagResource", tags::tag_resource),
        ("UntagResource", tags::untag_resource),
        ("ListTagsForResource", tags::list_tags_for_resource),
    ],
    needs,
    whole: None,
};

/// Key: the budget's name. Budgets are not regional. The budget as it was sent, its `notifications` with their
/// `subscribers`, and when it was `updated`.
const BUDGETS: &str = "budgets.budget";

fn invalid(message: impl Into<String>) -> ApiError {
    ApiError::new("InvalidParameterException", message)
}

fn duplicate(message: impl Into<String>) -> ApiError {
    ApiError::new("DuplicateRecordException", message)
}

fn not_found(message: impl Into<String>) -> ApiError {
    ApiError::new("NotFoundException", message)
}

fn arn(context: &Context<'_>, name: &str) -> String {
    context.global_arn("budgets", &format!("budget/{name}"))
}

/// The budget that a request names, of the account that it has to be of.
fn existing(context: &Context<'_>, input: &Value) -> Result<(String, Value)> {
    own_account(context, input)?;
    let name = input.text("BudgetName")?;
    let budget = context.documents.get(BUDGETS, name)?;
    let missing = || not_found(format!("Unable to get budget: {name} - the budget doesn't exist."));
    Ok((name.to_owned(), budget.ok_or_else(missing)?))
}

/// US dollars.
fn limit(budget: &Value) -> f64 {
    budget["BudgetLimit"]["Amount"].as_str().and_then(|amount| amount.parse().ok()).unwrap_or_default()
}

fn own_account(context: &Context<'_>, input: &Value) -> Result<()> {
    let account = input.text("AccountId")?;
    let other = || ApiError::new("AccessDeniedException", format!("Account {account} is not accessible"));
    (account == context.account).then_some(()).ok_or_else(other)
}

/// "Actions, resources, and condition keys for AWS Budget Service": what is in a budget is viewed and modified with it.
fn needs(context: &Context<'_>, action: &str, input: &Value) -> Result<Vec<Need>> {
    let operation = operation_of(action);
    let named = [input.optional("BudgetName"), input["Budget"].optional("BudgetName")];
    let named = named.into_iter().chain([input["NewBudget"].optional("BudgetName")]).flatten().next();
    let resource = input.optional("ResourceARN").map(str::to_owned).or_else(|| named.map(|name| arn(context, name)));
    let resource = resource.unwrap_or_else(|| arn(context, "*"));
    let of_tags = operation.ends_with("Resource");
    let action = match operation {
        _ if of_tags => action,
        _ if operation.starts_with("Describe") => "budgets:ViewBudget",
        _ => "budgets:ModifyBudget",
    };
    let tagging = !of_tags && input["ResourceTags"].as_array().is_some_and(|tags| !tags.is_empty());
    let also = tagging.then(|| Need::of("budgets:TagResource", resource.clone()));
    Ok([Need::of(action, resource)].into_iter().chain(also).collect())
}
