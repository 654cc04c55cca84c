//! The statements of a function's policy, as Lambda writes what `AddPermission` was given.

use serde_json::Value;

#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Statement {
    pub(super) sid: String,
    /// `Allow`, or `Deny`, which nobody can allow around.
    pub(super) effect: String,
    pub(super) principal: String,
    pub(super) action: String,
    pub(super) source_arn: Option<String>,
    pub(super) source_account: Option<String>,
    /// Of a statement for the function's URL: `NONE`, or `AWS_IAM` for calls that are signed.
    pub(super) url_auth_type: Option<String>,
    /// `true`: only calls that come by way of the function's URL.
    pub(super) through_url: Option<String>,
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
            url_auth_type: condition(statement, "StringEquals", "lambda:FunctionUrlAuthType"),
            through_url: condition(statement, "Bool", "lambda:InvokedViaFunctionUrl"),
        }
    }
}

/// Condition keys ignore case, and AWS writes these in more than one. A truth value may be a text.
fn condition(statement: &Value, operator: &str, key: &str) -> Option<String> {
    let keys = statement["Condition"][operator].as_object()?;
    let (_, value) = keys.iter().find(|(name, _)| name.eq_ignore_ascii_case(key))?;
    match value {
        Value::Bool(value) => Some(value.to_string()),
        value => Some(value.as_str()?.to_owned()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

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
                url_auth_type: None,
                through_url: None,
            }
        );
        assert_eq!((all[1].principal.as_str(), all[1].source_arn.as_deref()), ("*", Some("arn:aws:sns:::t")));
        assert_eq!((all[2].effect.as_str(), all.len()), ("Deny", 3));
    }

    #[test]
    fn what_is_said_of_urls_is_read_in_every_spelling() {
        for (everybody, truth) in [(json!("*"), json!("true")), (json!({"AWS": "*"}), json!(true))] {
            let policy = json!({"Statement": [
                {"Sid": "a", "Effect": "Allow", "Principal": everybody, "Action": "lambda:InvokeFunctionUrl",
                 "Condition": {"StringEquals": {"lambda:FunctionUrlAuthType": "NONE"}}},
                {"Sid": "b", "Effect": "Allow", "Principal": everybody, "Action": "lambda:InvokeFunction",
                 "Condition": {"Bool": {"lambda:invokedViaFunctionUrl": truth}}},
            ]});
            let all = Statement::all(&policy.to_string());
            assert_eq!((all[0].principal.as_str(), all[0].url_auth_type.as_deref()), ("*", Some("NONE")));
            assert_eq!((all[1].principal.as_str(), all[1].through_url.as_deref()), ("*", Some("true")));
            assert_eq!((&all[0].through_url, &all[1].url_auth_type), (&None, &None));
        }
    }

    #[test]
    fn a_function_without_a_policy_has_no_statements() {
        assert_eq!(Statement::all(""), []);
        assert_eq!(Statement::all(r#"{"Statement":[]}"#), []);
    }
}
