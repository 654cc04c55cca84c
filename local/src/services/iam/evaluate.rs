//! Whether policies allow what is asked: IAM's "policy evaluation logic", for identity-based policies.

use serde_json::Value;

/// What somebody wants to do.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Ask<'a> {
    /// `s3:GetObject`
    pub(crate) action: &'a str,
    /// The ARN of what it is done to.
    pub(crate) resource: &'a str,
    /// The condition keys that the request has.
    pub(crate) keys: &'a [(&'a str, &'a str)],
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Decision {
    Allowed,
    /// By a statement that says so.
    Denied,
    /// No statement allows it, which is to be denied too.
    NotAllowed,
}

/// "If there is an explicit deny, the request is denied; otherwise one allow is enough."
pub(crate) fn decide(policies: &[Value], ask: &Ask<'_>) -> Decision {
    let statements = policies.iter().flat_map(|policy| many(&policy["Statement"]));
    let mut decision = Decision::NotAllowed;
    for statement in statements.filter(|statement| matches(statement, ask)) {
        match statement["Effect"].as_str() {
            Some("Deny") => return Decision::Denied,
            Some("Allow") => decision = Decision::Allowed,
            _ => {}
        }
    }
    decision
}

/// Where JSON allows one of something or a list of them.
fn many(value: &Value) -> &[Value] {
    match value {
        Value::Null => &[],
        Value::Array(all) => all,
        one => std::slice::from_ref(one),
    }
}

fn any(patterns: &Value, text: &str, folds: bool) -> bool {
    let fold = |text: &str| if folds { text.to_lowercase() } else { text.to_owned() };
    many(patterns).iter().filter_map(Value::as_str).any(|pattern| like(&fold(pattern), &fold(text)))
}

fn matches(statement: &Value, ask: &Ask<'_>) -> bool {
    // Actions are compared without case, ARNs with it.
    let action = match &statement["NotAction"] {
        Value::Null => any(&statement["Action"], ask.action, true),
        not => !any(not, ask.action, true),
    };
    let resource = match &statement["NotResource"] {
        Value::Null => any(&statement["Resource"], ask.resource, false),
        not => !any(not, ask.resource, false),
    };
    let conditions = statement["Condition"].as_object();
    action && resource && conditions.into_iter().flatten().all(|(operator, keys)| holds(operator, keys, ask))
}

/// One operator with its keys: all of them have to hold, each with any of its values.
fn holds(operator: &str, keys: &Value, ask: &Ask<'_>) -> bool {
    let (operator, if_exists) = match operator.strip_suffix("IfExists") {
        Some(operator) => (operator, true),
        None => (operator, false),
    };
    keys.as_object().into_iter().flatten().all(|(key, wanted)| {
        let found = ask.keys.iter().find(|(name, _)| name.eq_ignore_ascii_case(key)).map(|(_, value)| *value);
        if operator == "Null" {
            return many(wanted).iter().any(|wanted| is_true(wanted) == found.is_none());
        }
        match found {
            None => if_exists || is_negated(operator),
            Some(found) => compare(operator, wanted, found),
        }
    })
}

fn is_true(value: &Value) -> bool {
    *value == Value::Bool(true) || value.as_str().is_some_and(|text| text.eq_ignore_ascii_case("true"))
}

/// A key that is missing is not equal to anything.
fn is_negated(operator: &str) -> bool {
    matches!(
        operator,
        "StringNotEquals" | "StringNotLike" | "StringNotEqualsIgnoreCase" | "ArnNotEquals" | "ArnNotLike"
    )
}

/// An operator that is not known holds for nothing.
fn compare(operator: &str, wanted: &Value, found: &str) -> bool {
    let texts = || many(wanted).iter().filter_map(Value::as_str);
    match operator {
        "StringEquals" => texts().any(|text| text == found),
        "StringNotEquals" => !texts().any(|text| text == found),
        "StringEqualsIgnoreCase" => texts().any(|text| text.eq_ignore_ascii_case(found)),
        "StringNotEqualsIgnoreCase" => !texts().any(|text| text.eq_ignore_ascii_case(found)),
        "StringLike" | "ArnLike" | "ArnEquals" => texts().any(|pattern| like(pattern, found)),
        "StringNotLike" | "ArnNotLike" | "ArnNotEquals" => !texts().any(|pattern| like(pattern, found)),
        "Bool" => many(wanted).iter().any(|wanted| is_true(wanted) == found.eq_ignore_ascii_case("true")),
        _ => false,
    }
}

/// `*` stands for any characters, `?` for one.
pub(crate) fn like(pattern: &str, text: &str) -> bool {
    let (pattern, text): (Vec<char>, Vec<char>) = (pattern.chars().collect(), text.chars().collect());
    let (mut p, mut t) = (0, 0);
    // Where to go on from when what follows the last `*` does not fit here.
    let mut star: Option<(usize, usize)> = None;
    while t < text.len() {
        match pattern.get(p) {
            Some('*') => {
                star = Some((p, t));
                p += 1;
            }
            Some(c) if *c == '?' || *c == text[t] => (p, t) = (p + 1, t + 1),
            _ => match star {
                Some((at, from)) => {
                    star = Some((at, from + 1));
                    (p, t) = (at + 1, from + 1);
                }
                None => return false,
            },
        }
    }
    pattern[p..].iter().all(|c| *c == '*')
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn decide_one(statement: Value, action: &str, resource: &str, keys: &[(&str, &str)]) -> Decision {
        decide(&[json!({"Statement": statement})], &Ask { action, resource, keys })
    }

    #[test]
    fn an_action_needs_an_allow_and_no_deny() {
        let allow =
            json!({"Effect": "Allow", "Action": ["s3:Get*", "s3:PutObject"], "Resource": "arn:aws:s3:::b/raw/*"});
        let deny = json!({"Effect": "Deny", "Action": "*", "Resource": "arn:aws:s3:::b/raw/secret"});
        let both = json!([allow, deny]);
        assert_eq!(decide_one(both.clone(), "s3:getobject", "arn:aws:s3:::b/raw/x/y", &[]), Decision::Allowed);
        assert_eq!(decide_one(both.clone(), "s3:PutObject", "arn:aws:s3:::b/raw/secret", &[]), Decision::Denied);
        assert_eq!(decide_one(both.clone(), "s3:GetObject", "arn:aws:s3:::b/RAW/x", &[]), Decision::NotAllowed);
        assert_eq!(decide_one(both, "s3:DeleteObject", "arn:aws:s3:::b/raw/x", &[]), Decision::NotAllowed);
    }

    #[test]
    fn conditions_hold_all_together() {
        let list = |condition: Value| json!({"Effect": "Allow", "Action": "s3:ListBucket", "Resource": "*", "Condition": condition});
        let strict = list(json!({"StringLike": {"s3:prefix": ["raw/*", "raw"]}}));
        let lenient = list(json!({"StringLikeIfExists": {"s3:prefix": ["raw/*"]}}));
        let ask = |statement: &Value, keys: &[(&str, &str)]| decide_one(statement.clone(), "s3:ListBucket", "b", keys);
        assert_eq!(ask(&strict, &[("s3:prefix", "raw/2018/")]), Decision::Allowed);
        assert_eq!(ask(&strict, &[("s3:prefix", "other/")]), Decision::NotAllowed);
        assert_eq!(ask(&strict, &[]), Decision::NotAllowed);
        assert_eq!(ask(&lenient, &[]), Decision::Allowed);
        assert_eq!(ask(&lenient, &[("s3:prefix", "other/")]), Decision::NotAllowed);
        let equals =
            list(json!({"StringEquals": {"cloudwatch:namespace": "Glue"}, "Bool": {"aws:SecureTransport": "true"}}));
        let keys = [("cloudwatch:namespace", "Glue"), ("aws:SecureTransport", "true")];
        assert_eq!(ask(&equals, &keys), Decision::Allowed);
        assert_eq!(ask(&equals, &keys[..1]), Decision::NotAllowed);
        assert_eq!(ask(&list(json!({"DateLessThan": {"aws:CurrentTime": "x"}})), &keys), Decision::NotAllowed);
    }

    #[test]
    fn wildcards_go_back_where_they_have_to() {
        for (pattern, text, fits) in [
            ("a*b*c", "aXbYbZc", true),
            ("a*b*c", "aXbYbZ", false),
            ("*", "", true),
            ("a?c", "abc", true),
            ("a?c", "ac", false),
            ("arn:*:log-stream:*", "arn:aws:logs:log-group:/x:log-stream:2026/[$LATEST]ab", true),
        ] {
            assert_eq!(like(pattern, text), fits, "{pattern} {text}");
        }
    }
}
