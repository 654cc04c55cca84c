//! The statements of a function's policy, as Lambda writes what `AddPermission` was given.

use serde_json::Value;

#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Statement {
    pub(super) sid: String,
    /// `Allow`, or `Deny`, which nobody can allow around.
    pub(super) effect: String,
    pub(super) principal: String,
    pub(super) action: String,
    pub(super) source_arn: Option<String>,
    pub(super) source_account: Option<String>,
}

impl Statement {
    /// Every statement of a policy document.
    pub(super) fn all(policy: &str) -> Vec<Self> {
        let policy: Value = serde_json::from_str(policy).unwrap_or_default();
        let statements = policy["Statement"].as_array().cloned().unwrap_or_default();
        statements.iter().map(Self::read).collect()
    }

    fn read(statement: &Value) -> Self {
        let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
        let principal = &statement["Principal"];
        // `*` stands alone; a service or an account is in a map by its type.
        let named = principal.as_object().and_then(|types| types.values().next()).unwrap_or(principal);
        Self {
            sid: text(&statement["Sid"]),
            effect: text(&statement["Effect"]),
            principal: text(named),
            action: text(&statement["Action"]),
            source_arn: condition(statement, "ArnLike", "AWS:SourceArn"),
            source_account: condition(statement, "StringEquals", "AWS:SourceAccount"),
        }
    }
}

/// Condition keys ignore case, and AWS writes these in more than one.
fn condition(statement: &Value, operator: &str, key: &str) -> Option<String> {
    let keys = statement["Condition"][operator].as_object()?;
    let (_, value) = keys.iter().find(|(name, _)| name.eq_ignore_ascii_case(key))?;
    Some(value.as_str()?.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    const POLICY: &str = r#"{"Version":"2012-10-17","Id":"default","Statement":[
        {"Sid":"pipectl-mover","Effect":"Allow","Principal":{"Service":"s3.amazonaws.com"},
         "Action":"lambda:InvokeFunction","Resource":"arn:aws:lambda:us-east-1:1:function:m",
         "Condition":{"StringEquals":{"AWS:SourceAccount":"1"},"ArnLike":{"AWS:SourceArn":"arn:aws:s3:::b"}}},
        {"Sid":"theirs","Effect":"Allow","Principal":"*","Action":"lambda:InvokeFunctionUrl",
         "Condition":{"ArnLike":{"aws:SourceArn":"arn:aws:sns:::t"}}},
        {"Sid":"pipectl-denied","Effect":"Deny","Principal":"*","Action":"lambda:InvokeFunction"}]}"#;

    #[test]
    fn statements_are_read_as_lambda_writes_them() {
        let all = Statement::all(POLICY);
        assert_eq!(
            all[0],
            Statement {
                sid: "pipectl-mover".into(),
                effect: "Allow".into(),
                principal: "s3.amazonaws.com".into(),
                action: "lambda:InvokeFunction".into(),
                source_arn: Some("arn:aws:s3:::b".into()),
                source_account: Some("1".into()),
            }
        );
        assert_eq!((all[1].principal.as_str(), all[1].source_arn.as_deref()), ("*", Some("arn:aws:sns:::t")));
        assert_eq!((all[2].effect.as_str(), all.len()), ("Deny", 3));
    }

    #[test]
    fn a_function_without_a_policy_has_no_statements() {
        assert_eq!(Statement::all(""), []);
        assert_eq!(Statement::all(r#"{"Statement":[]}"#), []);
    }
}
