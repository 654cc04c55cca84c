//! AWS's own managed policies: those that roles for these services usually have, with AWS's text.
//! `local/models/policies.py` takes them over.

use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};
use std::sync::OnceLock;

/// What stands in their ARNs in place of an account.
const OWNER: &str = ":iam::aws:policy";

/// Whether a policy is AWS's, be it known or not.
pub(super) fn owns(arn: &str) -> bool {
    arn.contains(OWNER)
}

/// All that are known, as [`policies`](super::policies) keeps the account's own; their ARNs are those of partition `aws`.
pub(super) fn all() -> &'static [Value] {
    static ALL: OnceLock<Vec<Value>> = OnceLock::new();
    ALL.get_or_init(|| {
        let listed: Value = serde_json::from_str(include_str!("../../../models/policies.json")).unwrap_or_default();
        listed.as_array().into_iter().flatten().map(kept).collect()
    })
}

fn kept(given: &Value) -> Value {
    let text = |name: &str| given[name].as_str().unwrap_or_default();
    let (name, path, version) = (text("PolicyName"), text("Path"), text("DefaultVersionId"));
    let date = |name: &str| text(name).replace("+00:00", "Z");
    // The id is one that never changes; which one AWS has given is told nowhere.
    let id: String = hex::encode_upper(Sha256::digest(name)).chars().take(17).collect();
    json!({
        "PolicyName": name,
        "PolicyId": format!("ANPA{id}"),
        "Arn": format!("arn:aws{OWNER}{path}{name}"),
        "Path": path,
        "DefaultVersionId": version,
        "CreateDate": date("CreateDate"),
        "UpdateDate": date("UpdateDate"),
        "versions": {version: {"Document": given["Document"].to_string(), "CreateDate": date("UpdateDate")}},
    })
}

/// One of them by its ARN, in whichever partition.
pub(super) fn find(arn: &str) -> Option<&'static Value> {
    let (_, path) = arn.split_once(OWNER)?;
    all()
        .iter()
        .find(|policy| policy["Arn"].as_str().and_then(|own| own.split_once(OWNER)).is_some_and(|own| own.1 == path))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn they_are_known_by_their_arns_and_have_statements() {
        assert!(all().len() >= 50);
        let role = find("arn:aws-cn:iam::aws:policy/service-role/AWSLambdaBasicExecutionRole").unwrap();
        assert_eq!(role["DefaultVersionId"], "v1");
        assert!(find("arn:aws:iam::aws:policy/AWSLambdaBasicExecutionRole").is_none(), "its path is part of its ARN");
        for policy in all() {
            let version = policy["DefaultVersionId"].as_str().unwrap();
            let text = policy["versions"][version]["Document"].as_str().unwrap();
            super::super::check_policy(text, false).unwrap_or_else(|error| panic!("{policy}: {}", error.message));
        }
    }
}
