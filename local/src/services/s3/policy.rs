//! Bucket policies: what S3 takes for one, and which it calls public.

use super::refuse;
use crate::api_error::Result;
use serde_json::Value;

/// S3 refuses what it cannot read, and what speaks of other buckets.
pub(super) fn check(bucket: &str, policy: &str) -> Result<()> {
    let wrong = |message: &str| refuse("MalformedPolicy", 400, message);
    let document: Value = serde_json::from_str(policy)
        .ok()
        .filter(Value::is_object)
        .ok_or_else(|| wrong("Policies must be valid JSON and the first byte must be '{'"))?;
    let statements = list(&document["Statement"]);
    if statements.is_empty() {
        return Err(wrong("Missing required field Statement"));
    }
    for one in statements {
        check_statement(bucket, one).map_err(wrong)?;
    }
    Ok(())
}

fn check_statement(bucket: &str, one: &Value) -> std::result::Result<(), &'static str> {
    if !matches!(one["Effect"].as_str(), Some("Allow" | "Deny")) {
        return Err("Invalid effect in policy");
    }
    if one["Principal"].is_null() && one["NotPrincipal"].is_null() {
        return Err("Missing required field Principal");
    }
    if one["Action"].is_null() && one["NotAction"].is_null() {
        return Err("Missing required field Action");
    }
    let resources = list(if one["Resource"].is_null() { &one["NotResource"] } else { &one["Resource"] });
    if resources.is_empty() {
        return Err("Missing required field Resource");
    }
    let ours = |resource: &Value| {
        let name = resource.as_str().and_then(|arn| arn.split(":s3:::").nth(1));
        name.is_some_and(|name| name == "*" || name.split('/').next() == Some(bucket) || name == format!("{bucket}*"))
    };
    if resources.into_iter().all(ours) { Ok(()) } else { Err("Policy has invalid resource") }
}

/// One value is the list of it, as everywhere in policies.
fn list(value: &Value) -> Vec<&Value> {
    match value {
        Value::Null => vec![],
        Value::Array(all) => all.iter().collect(),
        one => vec![one],
    }
}

/// Whether it lets everybody in. A condition is taken to narrow that down.
pub(super) fn is_public(policy: &str) -> bool {
    let document: Value = serde_json::from_str(policy).unwrap_or_default();
    list(&document["Statement"]).into_iter().any(|one| {
        let everybody =
            one["Principal"] == "*" || list(&one["Principal"]["AWS"]).into_iter().any(|principal| principal == "*");
        one["Effect"] == "Allow" && everybody && one["Condition"].is_null()
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn a_policy_speaks_of_its_own_bucket() {
        let policy = |resource: Value| {
            let statement = json!({"Effect": "Deny", "Principal": "*", "Action": "s3:*", "Resource": resource});
            check("mine", &json!({"Statement": statement}).to_string())
        };
        assert_eq!(policy(json!(["arn:aws:s3:::mine", "arn:aws:s3:::mine/*"])), Ok(()));
        for other in ["arn:aws:s3:::yours/*", "arn:aws:s3:::mine-too/*", "mine"] {
            assert_eq!(policy(json!(["arn:aws:s3:::mine", other])).unwrap_err().message, "Policy has invalid resource");
        }
        assert_eq!(check("mine", "[]").unwrap_err().code, "MalformedPolicy");
    }

    #[test]
    fn public_is_what_allows_everybody_without_a_condition() {
        let public = |statement: Value| is_public(&json!({"Statement": [statement]}).to_string());
        assert!(public(json!({"Effect": "Allow", "Principal": {"AWS": ["*"]}})));
        assert!(!public(json!({"Effect": "Deny", "Principal": "*"})));
        assert!(!public(json!({"Effect": "Allow", "Principal": "*", "Condition": {"StringEquals": {}}})));
    }
}
