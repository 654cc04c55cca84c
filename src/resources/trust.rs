//! Why a service keeps refusing a role: "cannot be assumed" names neither the role nor what it lacks
//! (serverless#4384).

use crate::aws::{Aws, Class, Error, Expect as _, read};
use serde_json::Value;

/// Adds to an error that outlasted IAM's propagation which role is meant, and what its trust policy
/// lacks. `service` is the principal that assumes it, `lambda.amazonaws.com`.
pub(super) async fn explain_role(aws: &Aws, error: Error, role_arn: &str, service: &str) -> Error {
    if error.class() != Class::Propagating {
        return error;
    }
    let role = role_arn.rsplit('/').next().unwrap_or(role_arn);
    match read("iam:GetRole", || aws.iam.get_role().role_name(role).send()).await.absent() {
        Ok(Some(found)) => {
            let document = found.role.and_then(|role| role.assume_role_policy_document).unwrap_or_default();
            error.with_hint(advice(role, &document, service))
        }
        Ok(None) => error.with_hint(format!("the role `{role}` does not exist")),
        // The first error says more than that roles may not be read.
        Err(_) => error,
    }
}

/// `document` is percent-encoded, as IAM returns it.
fn advice(role: &str, document: &str, service: &str) -> String {
    let document = percent_encoding::percent_decode_str(document).decode_utf8_lossy();
    let policy: Value = serde_json::from_str(&document).unwrap_or_default();
    let trusted = items(&policy["Statement"]).any(|statement| {
        statement["Effect"] == "Allow"
            && items(&statement["Principal"]["Service"]).any(|principal| principal == service)
            && items(&statement["Action"]).any(|action| action == "sts:AssumeRole" || action == "sts:*")
    });
    if trusted {
        format!(
            "`{service}` may assume the role `{role}`, so look at the conditions of its trust policy and its policies"
        )
    } else {
        format!("the trust policy of the role `{role}` does not allow `{service}` to call `sts:AssumeRole`")
    }
}

/// In a policy a list of one and its item mean the same.
fn items(value: &Value) -> impl Iterator<Item = &Value> {
    value.as_array().map_or(std::slice::from_ref(value), Vec::as_slice).iter()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn asked(statement: &str) -> String {
        let document = format!(r#"{{"Version":"2012-10-17","Statement":{statement}}}"#);
        let encoded = percent_encoding::utf8_percent_encode(&document, percent_encoding::NON_ALPHANUMERIC).to_string();
        advice("clicks-prod-track", &encoded, "lambda.amazonaws.com")
    }

    #[test]
    fn the_missing_principal_is_named() {
        for lacking in [
            r#"{"Effect":"Allow","Principal":{"Service":"firehose.amazonaws.com"},"Action":"sts:AssumeRole"}"#,
            r#"[{"Effect":"Deny","Principal":{"Service":["lambda.amazonaws.com"]},"Action":["sts:AssumeRole"]}]"#,
            "[]",
        ] {
            let advice = asked(lacking);
            assert!(advice.contains("`clicks-prod-track` does not allow `lambda.amazonaws.com`"), "{advice}");
        }
    }

    #[test]
    fn a_trust_policy_that_is_right_is_not_blamed() {
        for right in [
            r#"{"Effect":"Allow","Principal":{"Service":"lambda.amazonaws.com"},"Action":"sts:AssumeRole"}"#,
            r#"[{"Effect":"Allow","Principal":{"Service":["x","lambda.amazonaws.com"]},"Action":["sts:AssumeRole"]}]"#,
        ] {
            assert!(asked(right).contains("may assume"), "{right}");
        }
    }
}
