//! Who may call a function, and how.
//!
//! What may be written is a list of cases, not a statement of any form: one that lets everybody call the function and
//! does not say that it is by way of its URL would open it to every account of AWS.

use super::super::managed::{Explanation, Managed};
use super::super::statement::Statement;
use crate::engine::diff::Attributes;
use crate::engine::value::Pending;
use aws_sdk_lambda::operation::add_permission::builders::AddPermissionFluentBuilder as Request;
use aws_sdk_lambda::types::FunctionUrlAuthType;

/// The action that calls a function, and the one that asks its URL to.
const INVOKE: &str = "lambda:InvokeFunction";
const INVOKE_URL: &str = "lambda:InvokeFunctionUrl";
const EVERYBODY: &str = "*";

/// A URL answers everybody only where both [`Grant::Url`] and [`Grant::ThroughUrl`] are there.
#[derive(Clone, Debug)]
pub(crate) enum Grant {
    /// A service calls it.
    Service {
        /// `s3.amazonaws.com`.
        principal: String,
        /// On whose behalf; `*` and `?` match.
        source_arn: Pending<String>,
        /// For a source whose ARN names no account: a bucket could be deleted and made again by another.
        source_account: Option<String>,
    },
    /// Everybody may ask its URL, without a signature.
    Url,
    /// Everybody may have its URL call it.
    ThroughUrl,
    /// What is there: only ever read.
    Found(Statement),
}

impl Grant {
    /// It lets callers of the function's URL in.
    pub(super) fn is_of_url(&self) -> bool {
        matches!(self, Self::Url | Self::ThroughUrl)
    }

    /// Fills in the request that writes it.
    pub(super) fn say(&self, request: Request) -> Request {
        match self {
            Self::Service { principal, source_arn, source_account } => {
                let request = request.principal(principal).action(INVOKE).source_arn(source_arn.known());
                request.set_source_account(source_account.clone())
            }
            Self::Url => {
                let request = request.principal(EVERYBODY).action(INVOKE_URL);
                request.function_url_auth_type(FunctionUrlAuthType::None)
            }
            Self::ThroughUrl => request.principal(EVERYBODY).action(INVOKE).invoked_via_function_url(true),
            Self::Found(_) => unreachable!("the blueprint asks for no statement that was read"),
        }
    }

    /// Its statement, as AWS writes it.
    fn statement(&self) -> (Statement, Option<Pending<String>>) {
        let of = |principal: &str, action: &str| Statement {
            sid: String::new(),
            effect: String::new(),
            principal: principal.to_owned(),
            action: action.to_owned(),
            source_arn: None,
            source_account: None,
            url_auth_type: None,
            through_url: None,
        };
        match self {
            Self::Service { principal, source_arn, source_account } => {
                let statement = Statement { source_account: source_account.clone(), ..of(principal, INVOKE) };
                (statement, Some(source_arn.clone()))
            }
            Self::Url => (Statement { url_auth_type: Some("NONE".to_owned()), ..of(EVERYBODY, INVOKE_URL) }, None),
            Self::ThroughUrl => (Statement { through_url: Some("true".to_owned()), ..of(EVERYBODY, INVOKE) }, None),
            Self::Found(statement) => (statement.clone(), statement.source_arn.clone().map(Pending::Known)),
        }
    }
}

impl Managed for Grant {
    type Call = ();

    fn describe(&self, all: Attributes) -> Attributes {
        let (Statement { principal, action, source_account, url_auth_type, through_url, .. }, source_arn) =
            self.statement();
        all.update("principal", &principal)
            .update("action", &action)
            .update("source_arn", &source_arn)
            .update("source_account", &source_account)
            .update("url_auth_type", &url_auth_type)
            .update("through_url", &through_url)
    }

    fn explain() -> Vec<Explanation> {
        vec![
            Explanation::of("principal", "Who may call: a service of AWS, or everybody."),
            Explanation::of("action", "What the caller may do: call the function, or its URL."),
            Explanation::of(
                "source_arn",
                "Through which resource: no other API or bucket, also not of other accounts.",
            ),
            Explanation::of("source_account", "Of which account that resource is: a bucket's name does not tell."),
            Explanation::of("url_auth_type", "Of a URL: how callers of it sign."),
            Explanation::of("through_url", "Of a URL: that the function is called through it alone."),
        ]
    }

    fn calls(attribute: &str) -> &'static [()] {
        match attribute {
            "principal" | "action" | "source_arn" | "source_account" | "url_auth_type" | "through_url" => &[()],
            _ => &[],
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::engine::diff::diff;

    fn changes(statement: &str, desired: &Grant) -> Vec<String> {
        let live = Statement::all(&format!(r#"{{"Statement":[{statement}]}}"#)).remove(0);
        let describe = |grant: &Grant| grant.describe(Attributes::new());
        let changes = diff(&describe(&Grant::Found(live)), &describe(desired));
        changes.iter().map(|change| change.attribute.to_string()).collect()
    }

    #[test]
    fn what_lambda_writes_of_a_url_is_what_was_asked_for() {
        let url = r#"{"Principal":{"AWS":"*"},"Action":"lambda:InvokeFunctionUrl",
            "Condition":{"StringEquals":{"lambda:FunctionUrlAuthType":"NONE"}}}"#;
        let through = r#"{"Principal":"*","Action":"lambda:InvokeFunction",
            "Condition":{"Bool":{"lambda:InvokedViaFunctionUrl":true}}}"#;
        assert_eq!(changes(url, &Grant::Url), [""; 0]);
        assert_eq!(changes(through, &Grant::ThroughUrl), [""; 0]);
    }

    #[test]
    fn a_function_that_is_open_to_every_account_is_a_difference() {
        let open = r#"{"Principal":"*","Action":"lambda:InvokeFunction"}"#;
        assert_eq!(changes(open, &Grant::ThroughUrl), ["through_url"]);
        assert_eq!(changes(open, &Grant::Url), ["action", "url_auth_type"]);
    }
}
