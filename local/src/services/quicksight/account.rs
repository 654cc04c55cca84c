//! The account: whether it is subscribed, to which edition, and in which region its users are.
//!
//! An account of Local AWS is subscribed from the start, with one administrator, so that a dashboard can be shown to
//! somebody.

use super::{
    ACCOUNT, ANALYSES, DASHBOARDS, DATA_SETS, DATA_SOURCES, GROUPS, INGESTIONS, OPEN, SCHEDULES, USERS, VERSIONS,
    answered, exists, listed, not_found, unmet,
};
use crate::api_error::{ApiError, Result};
use crate::context::Context;
use crate::service::Input as _;
use serde_json::{Value, json};

/// What goes with the account.
const ALL: [&str; 10] =
    [ANALYSES, DASHBOARDS, DATA_SETS, DATA_SOURCES, GROUPS, INGESTIONS, OPEN, SCHEDULES, USERS, VERSIONS];
const KEY: &str = "account";
pub(super) const DEFAULT: &str = "default";
/// Who is there from the start.
const ADMINISTRATOR: &str = "local";

/// What can be asked of an account that is not subscribed.
const OF_NOBODY: [&str; 3] = ["CreateAccountSubscription", "DeleteAccountSubscription", "DescribeAccountSubscription"];
/// What is asked in the identity region alone, beside users and groups. Where that is, namespaces say in every region.
const OF_ACCOUNT: [&str; 5] = [
    "CreateAccountSubscription",
    "DeleteAccountSubscription",
    "DescribeAccountSettings",
    "DescribeAccountSubscription",
    "UpdateAccountSettings",
];

/// The account as it is. From before anybody asked, it is subscribed.
pub(super) fn current(context: &Context<'_>) -> Result<Value> {
    Ok(context.documents.get(ACCOUNT, KEY)?.unwrap_or_else(|| {
        json!({
            "AccountName": "local",
            "Edition": "ENTERPRISE",
            "NotificationEmail": "local@example.org",
            "AuthenticationType": "IAM_AND_QUICKSIGHT",
            // "Termination protection is enabled by default."
            "TerminationProtectionEnabled": true,
            "DefaultNamespace": DEFAULT,
            // Of an account that nobody has subscribed from another one.
            "region": context.home(),
        })
    }))
}

pub(super) fn identity_region(context: &Context<'_>) -> Result<String> {
    Ok(current(context)?["region"].as_str().unwrap_or_default().to_owned())
}

/// The ARN of a user, a group or a namespace: all of them are in the identity region.
pub(super) fn identity_arn(context: &Context<'_>, resource: &str) -> Result<String> {
    let region = identity_region(context)?;
    Ok(format!("arn:{}:quicksight:{region}:{}:{resource}", context.partition(), context.account))
}

fn is_subscribed(account: &Value) -> bool {
    account["ended"].is_null()
}

/// Whether anything can be asked at all: of this account, subscribed, in the right region.
///
/// # Errors
/// AWS's for each, recorded in terraform-provider-aws#32323 (not subscribed) and data-dot-all#896 (the region).
pub(super) fn admit(context: &Context<'_>, operation: &str, input: &Value) -> Result<()> {
    if let Some(other) = input.optional("AwsAccountId").filter(|asked| *asked != context.account) {
        let message = format!("The account {other} is not the one whose credentials sign the request");
        return Err(ApiError::new("AccessDeniedException", message).with_status(401));
    }
    let account = current(context)?;
    let id = context.account;
    let is_of_users = !input["Namespace"].is_null() || ["User", "Group"].iter().any(|noun| operation.contains(noun));
    if !is_subscribed(&account) && !OF_NOBODY.contains(&operation) {
        if is_of_users {
            return Err(not_found(format!("Account {id} is not signed up with QuickSight with namespace {DEFAULT}")));
        }
        return Err(unsupported(format!("Account {id} is not subscribed for QuickSight")));
    }
    let region = account["region"].as_str().unwrap_or_default();
    let is_bound = OF_ACCOUNT.contains(&operation) && (is_subscribed(&account) || operation.starts_with("Describe"));
    if (is_bound || (is_of_users && operation != "DescribeNamespace")) && region != context.region {
        let message = format!(
            "Operation is being called from endpoint {}, but your identity region is {region}. Please use the {region} \
             endpoint.",
            context.region
        );
        return Err(ApiError::new("AccessDeniedException", message).with_status(401));
    }
    let is_of_enterprise = ["Dashboard", "Analysis", "Analyses"].iter().any(|noun| operation.contains(noun));
    match account["Edition"] == "STANDARD" && is_of_enterprise {
        true => Err(unsupported(format!("Account {id} has the Standard edition, which does not have {operation}"))),
        false => Ok(()),
    }
}

fn unsupported(message: String) -> ApiError {
    ApiError::new("UnsupportedUserEditionException", message).with_status(403)
}

/// The states are terraform's, which AWS's pages do not list (`account_subscription.go`).
pub(super) fn describe_account_subscription(context: &Context<'_>, _: &Value) -> Result<Value> {
    let account = current(context)?;
    let status = match &account["ended"] {
        Value::Null if context.settled(&account["settles"]) => "ACCOUNT_CREATED",
        Value::Null => "SIGNUP_ATTEMPT_IN_PROGRESS",
        ended if context.settled(ended) => "UNSUBSCRIBED",
        _ => "UNSUBSCRIBE_IN_PROGRESS",
    };
    let mut told = super::taken(&account, &["AccountName", "Edition", "NotificationEmail", "AuthenticationType"]);
    told["AccountSubscriptionStatus"] = status.into();
    answered(json!({"AccountInfo": told}))
}

pub(super) fn create_account_subscription(context: &Context<'_>, input: &Value) -> Result<Value> {
    if is_subscribed(&current(context)?) {
        return Err(exists(format!("Account {} is already subscribed to QuickSight", context.account)));
    }
    let account = json!({
        "AccountName": input["AccountName"],
        "Edition": input.optional("Edition").unwrap_or("ENTERPRISE"),
        "NotificationEmail": input["NotificationEmail"],
        "AuthenticationType": input["AuthenticationMethod"],
        "TerminationProtectionEnabled": true,
        "DefaultNamespace": DEFAULT,
        "region": context.region,
        "settles": context.settles(),
    });
    context.documents.put(ACCOUNT, KEY, &account)?;
    let signed_up = json!({"IAMUser": true, "accountName": account["AccountName"]});
    answered(json!({"SignupResponse": signed_up}))
}

/// "If your account has termination protection, it has to be turned off first." All that is in it goes.
pub(super) fn delete_account_subscription(context: &Context<'_>, _: &Value) -> Result<Value> {
    let mut account = current(context)?;
    if !is_subscribed(&account) {
        return Err(not_found(format!("Account {} is not subscribed for QuickSight", context.account)));
    }
    if account["TerminationProtectionEnabled"] == true {
        let message = "Account termination protection is enabled: turn it off by UpdateAccountSettings first";
        return Err(unmet(message));
    }
    for collection in ALL {
        for (key, _) in context.documents.list(collection, "")? {
            context.documents.remove(collection, &key)?;
        }
    }
    let service = format!("arn:{}:quicksight:", context.partition());
    for (arn, _) in context.all_tags()?.iter().filter(|(arn, _)| arn.starts_with(&service)) {
        context.forget_tags(arn)?;
    }
    account["ended"] = context.settles().into();
    context.documents.put(ACCOUNT, KEY, &account)?;
    answered(json!({}))
}

pub(super) fn describe_account_settings(context: &Context<'_>, _: &Value) -> Result<Value> {
    let members = ["AccountName", "Edition", "DefaultNamespace", "NotificationEmail", "TerminationProtectionEnabled"];
    let mut settings = super::taken(&current(context)?, &members);
    settings["PublicSharingEnabled"] = false.into();
    answered(json!({"AccountSettings": settings}))
}

pub(super) fn update_account_settings(context: &Context<'_>, input: &Value) -> Result<Value> {
    namespace(context, input.optional("DefaultNamespace"))?;
    let mut account = current(context)?;
    for member in ["NotificationEmail", "TerminationProtectionEnabled"] {
        if !input[member].is_null() {
            account[member] = input[member].clone();
        }
    }
    context.documents.put(ACCOUNT, KEY, &account)?;
    answered(json!({}))
}

/// The namespace that is asked for. There is one, as no operation here makes another.
///
/// # Errors
/// `ResourceNotFoundException`.
pub(super) fn namespace(context: &Context<'_>, asked: Option<&str>) -> Result<Value> {
    if let Some(other) = asked.filter(|asked| *asked != DEFAULT) {
        return Err(not_found(format!("Namespace {other} is not found")));
    }
    Ok(json!({
        "Name": DEFAULT,
        "Arn": identity_arn(context, "namespace/default")?,
        "CapacityRegion": identity_region(context)?,
        "CreationStatus": "CREATED",
        "IdentityStore": "QUICKSIGHT",
    }))
}

pub(super) fn list_namespaces(context: &Context<'_>, input: &Value) -> Result<Value> {
    listed(context, input, "Namespaces", vec![namespace(context, None)?])
}

pub(super) fn describe_namespace(context: &Context<'_>, input: &Value) -> Result<Value> {
    answered(json!({"Namespace": namespace(context, input.optional("Namespace"))?}))
}

/// The administrator that an account has from the start.
pub(super) fn administrator(context: &Context<'_>) -> Result<Option<(String, Value)>> {
    let account = context.documents.get(ACCOUNT, KEY)?;
    // Whoever has subscribed it anew, or deleted them, does not have them.
    if account
        .is_some_and(|account| !account["settles"].is_null() || !account["ended"].is_null() || account["left"] == true)
    {
        return Ok(None);
    }
    let user = json!({
        "Email": "local@example.org",
        "Role": "ADMIN",
        "IdentityType": "QUICKSIGHT",
        "Active": true,
        "PrincipalId": "federated/iam/local",
    });
    Ok(Some((format!("{DEFAULT}/{ADMINISTRATOR}"), user)))
}

/// Notes that the administrator is deleted.
pub(super) fn forget_administrator(context: &Context<'_>) -> Result<()> {
    let mut account = current(context)?;
    account["left"] = true.into();
    context.documents.put(ACCOUNT, KEY, &account)
}
