//! Security Token Service: who the caller is, and credentials for a time.
//!
//! Local AWS takes any credentials for its account's user. Those that are given out here act as what they were given for,
//! until they end.

use crate::access::{Credentials, SESSIONS, Session};
use crate::api_error::{ApiError, Result};
use crate::caller::{Assumed, Caller};
use crate::context::Context;
use crate::model;
use crate::service::{Input as _, Need, Protocol, Resource, Service};
use crate::services::iam::{arn_of, managed_policy, permit_assume, session_of, session_policy};
use jiff::{SignedDuration, Timestamp};
use serde_json::{Value, json};

pub(crate) static SERVICE: Service = Service {
    scope: "sts",
    prefix: "sts",
    protocol: Protocol::Query { namespace: "https://sts.amazonaws.com/doc/2011-06-15/", maps: &[] },
    model: &model::STS,
    operations: &[
        ("AssumeRole", assume_role),
        ("GetAccessKeyInfo", get_access_key_info),
        ("GetCallerIdentity", get_caller_identity),
        ("GetSessionToken", get_session_token),
    ],
    needs,
    whole: None,
};

const USER_ID: &str = "AIDALOCALLOCALLOCAL00";
/// Seconds that credentials last by themselves: of a role, of the user.
const ROLE_SESSION: i64 = 3_600;
const USER_SESSION: i64 = 43_200;
/// "Role chaining limits your AWS CLI or AWS API role session to a maximum of one hour."
const LONGEST_CHAINED: i64 = 3_600;
/// What the policies of a session may have in characters, together.
const MOST_CHARACTERS: usize = 2_048;

/// "No permissions are required" for these, and whom a role lets assume it is asked by [`assume_role`].
fn needs(_: &Context<'_>, action: &str, input: &Value) -> Result<Vec<Need>> {
    let policy = json!({"Statement": {"Effect": "Allow", "Principal": "*", "Action": "sts:*", "Resource": "*"}});
    Ok(vec![Need::of(action, Resource { arn: input.optional("RoleArn").unwrap_or("*").to_owned(), policy })])
}

fn invalid(message: impl Into<String>) -> ApiError {
    ApiError::new("ValidationError", message)
}

fn get_caller_identity(context: &Context<'_>, _: &Value) -> Result<Value> {
    let id = match context.caller {
        Caller::Role(assumed) => format!("{}:{}", session_of(context, &assumed.role)?.0, assumed.session),
        _ => USER_ID.to_owned(),
    };
    Ok(json!({"Arn": arn_of(context, context.caller), "UserId": id, "Account": context.account}))
}

fn get_access_key_info(context: &Context<'_>, _: &Value) -> Result<Value> {
    Ok(json!({"Account": context.account}))
}

fn assume_role(context: &Context<'_>, input: &Value) -> Result<Value> {
    let (role, session) = (input.text("RoleArn")?, input.text("RoleSessionName")?);
    if !role.starts_with("arn:") || !role.contains(":role/") {
        return Err(invalid(format!("{role} is invalid")));
    }
    if ["Tags", "TransitiveTagKeys", "ProvidedContexts"].iter().any(|name| !input.texts(name).is_empty()) {
        return Err(invalid("Local AWS has no tags and no contexts of sessions"));
    }
    let external = input.optional("ExternalId").map(|id| ("sts:ExternalId", id));
    let source = input.optional("SourceIdentity").map(|id| ("sts:SourceIdentity", id));
    let keys: Vec<_> = [("sts:RoleSessionName", session)].into_iter().chain(external).chain(source).collect();
    permit_assume(context, role, &keys)?;
    let (id, longest) = session_of(context, role)?;
    let seconds = input.number("DurationSeconds").unwrap_or(ROLE_SESSION);
    if matches!(context.caller, Caller::Role(_)) && seconds > LONGEST_CHAINED {
        return Err(invalid(
            "The requested DurationSeconds exceeds the 1 hour session limit for roles assumed by role chaining",
        ));
    }
    if seconds > longest {
        return Err(invalid("The requested DurationSeconds exceeds the MaxSessionDuration set for this role."));
    }
    let (policies, size) = policies(context, input)?;
    let assumed = Assumed { role: role.to_owned(), session: session.to_owned(), policies };
    let arn = arn_of(context, &Caller::Role(assumed.clone()));
    Ok(json!({
        "Credentials": open(context, Some(assumed), seconds)?,
        "AssumedRoleUser": {"AssumedRoleId": format!("{id}:{session}"), "Arn": arn},
        "PackedPolicySize": size,
        "SourceIdentity": input.optional("SourceIdentity"),
    }))
}

/// What the session may do at most, and how much of the room for that it takes, in per cent.
fn policies(context: &Context<'_>, input: &Value) -> Result<(Vec<Value>, Option<usize>)> {
    let text = input.optional("Policy");
    let arns = input["PolicyArns"].as_array().into_iter().flatten().filter_map(|one| one["arn"].as_str());
    let arns: Vec<_> = arns.collect();
    let mut all = text.map(session_policy).into_iter().collect::<Result<Vec<_>>>()?;
    for arn in &arns {
        all.push(managed_policy(context, arn)?);
    }
    let length = text.map_or(0, str::len) + arns.iter().map(|arn| arn.len()).sum::<usize>();
    if length > MOST_CHARACTERS {
        let percent = length * 100 / MOST_CHARACTERS;
        let message = format!("Packed policy consumes {percent}% of allotted space, please use smaller policy.");
        return Err(ApiError::new("PackedPolicyTooLarge", message));
    }
    Ok((all, (length > 0).then(|| (length * 100).div_ceil(MOST_CHARACTERS))))
}

fn get_session_token(context: &Context<'_>, input: &Value) -> Result<Value> {
    if *context.caller != Caller::User {
        let message = "Cannot call GetSessionToken with session credentials";
        return Err(ApiError::new("AccessDenied", message).with_status(403));
    }
    let seconds = input.number("DurationSeconds").unwrap_or(USER_SESSION);
    Ok(json!({"Credentials": open(context, None, seconds)?}))
}

/// Keeps a session and gives its credentials. Those that are over go.
fn open(context: &Context<'_>, assumed: Option<Assumed>, seconds: i64) -> Result<Value> {
    let now = context.now.as_millisecond();
    for (key, session) in context.documents.list(SESSIONS, "")? {
        if session["ends"].as_i64().is_some_and(|ends| ends <= now) {
            context.documents.remove(SESSIONS, &key)?;
        }
    }
    let credentials = Credentials::new();
    let ends = context.now.saturating_add(SignedDuration::from_secs(seconds)).unwrap_or(Timestamp::MAX);
    let session = Session { assumed, token: credentials.session_token.clone(), ends: Some(ends.as_millisecond()) };
    let session = serde_json::to_value(session).map_err(ApiError::internal)?;
    context.documents.put(SESSIONS, &credentials.access_key_id, &session)?;
    Ok(json!({
        "AccessKeyId": credentials.access_key_id,
        "SecretAccessKey": credentials.secret_access_key,
        "SessionToken": credentials.session_token,
        "Expiration": ends.strftime("%Y-%m-%dT%H:%M:%SZ").to_string(),
    }))
}
