//! What IAM decides, kind by kind: a policy of who asks, a policy of what is asked for, and the decision.

use super::Decision::{Allowed, Denied, NotAllowed};
use super::{Ask, Decision, Kind, Principal, decide};
use serde_json::{Value, json};

const ROLE: &str = "arn:aws:iam::111122223333:role/track";
const SESSION: &str = "arn:aws:sts::111122223333:assumed-role/track/local";
const ROOT: &str = "arn:aws:iam::111122223333:root";
const OTHER: &str = "arn:aws:iam::111122223333:role/other";
const KEY: &str = "arn:aws:s3:::data/raw/1";
const BUCKET: &str = "arn:aws:s3:::data";

const BY_IDENTITY: Decision = Denied(Kind::Identity);
const BY_RESOURCE: Decision = Denied(Kind::Resource);

fn role() -> Principal {
    Principal::Ours { account: "111122223333".into(), arns: vec![ROLE.into(), SESSION.into()] }
}

fn service() -> Principal {
    Principal::Service("s3.amazonaws.com".into())
}

/// `s3:GetObject` on `raw/1`, over TLS, for a bucket.
fn decided(principal: &Principal, identity: Value, resource: Value) -> Decision {
    let keys =
        [("aws:SecureTransport", "true"), ("aws:SourceArn", BUCKET), ("s3:max-keys", "10"), ("s3:prefix", "raw/")];
    let ask = Ask { principal, action: "s3:GetObject", resource: KEY, keys: &keys };
    decide(&[json!({"Statement": identity})], &json!({"Statement": resource}), &ask)
}

/// The statement `{"Effect": effect, "Action": "s3:*", "Resource": "*"}` with fields put over it.
fn with(effect: &str, fields: Value) -> Value {
    let mut statement = json!({"Effect": effect, "Action": "s3:*", "Resource": "*"});
    for (name, value) in fields.as_object().into_iter().flatten() {
        if name.starts_with("Not") {
            statement[name.trim_start_matches("Not")].take();
        }
        statement[name] = value.clone();
    }
    statement
}

/// For each, whether the statement is about `s3:GetObject` on `raw/1`.
fn statements() -> Vec<(Value, bool)> {
    let condition = |operator: &str, key: &str, value: Value| json!({"Condition": {operator: {key: value}}});
    vec![
        // Action: one or a list, without case, with wildcards.
        (json!({}), true),
        (json!({"Action": "s3:getobject"}), true),
        (json!({"Action": ["s3:PutObject", "S3:Get*"]}), true),
        (json!({"Action": "*"}), true),
        (json!({"Action": ["s3:GetObjectVersion", "s3:Put*"]}), false),
        (json!({"Action": []}), false),
        (json!({"NotAction": "s3:PutObject"}), true),
        (json!({"NotAction": ["s3:Put*", "s3:Get*"]}), false),
        (json!({"NotAction": "S3:GETOBJECT"}), false),
        // Resource: with case.
        (json!({"Resource": KEY}), true),
        (json!({"Resource": ["arn:aws:s3:::data", "arn:aws:s3:::data/raw/?"]}), true),
        (json!({"Resource": "arn:aws:s3:::data/RAW/*"}), false),
        (json!({"Resource": "arn:aws:s3:::data"}), false),
        (json!({"NotResource": "arn:aws:s3:::data/other/*"}), true),
        (json!({"NotResource": ["arn:aws:s3:::data/other/*", "arn:aws:s3:::data/raw/*"]}), false),
        // Conditions: names of keys without case, one value or a list.
        (condition("Bool", "aws:SecureTransport", json!("true")), true),
        (condition("Bool", "AWS:SECURETRANSPORT", json!(true)), true),
        (condition("Bool", "aws:SecureTransport", json!("false")), false),
        (condition("StringEquals", "s3:prefix", json!(["other/", "raw/"])), true),
        (condition("StringEquals", "s3:prefix", json!("RAW/")), false),
        (condition("StringEqualsIgnoreCase", "s3:prefix", json!("RAW/")), true),
        (condition("StringNotEquals", "s3:prefix", json!("other/")), true),
        (condition("StringNotEquals", "s3:prefix", json!(["other/", "raw/"])), false),
        (condition("StringLike", "s3:prefix", json!("r*")), true),
        (condition("StringNotLike", "s3:prefix", json!("r*")), false),
        (condition("ArnEquals", "aws:SourceArn", json!("arn:aws:s3:::d?ta")), true),
        (condition("ArnLike", "AWS:SourceArn", json!(["arn:aws:s3:*:*:x", "arn:aws:s3:*:*:data"])), true),
        (condition("ArnLike", "aws:SourceArn", json!("arn:aws:s3:::other")), false),
        // A wildcard ends with the component that it stands in.
        (condition("ArnLike", "aws:SourceArn", json!("arn:*:data")), false),
        (condition("ArnNotLike", "aws:SourceArn", json!("arn:aws:s3:::other")), true),
        (condition("NumericLessThanEquals", "s3:max-keys", json!("10")), true),
        (condition("NumericGreaterThan", "s3:max-keys", json!(10)), false),
        (condition("DateLessThan", "aws:CurrentTime", json!("2030-01-01T00:00:00Z")), false),
        (condition("Null", "s3:prefix", json!("false")), true),
        (condition("Null", "s3:prefix", json!("true")), false),
        (condition("Null", "aws:SourceVpc", json!("true")), true),
        (condition("Hopes", "s3:prefix", json!("raw/")), false),
        // A key that the request does not have equals nothing.
        (condition("StringEquals", "aws:SourceVpc", json!("vpc-1")), false),
        (condition("StringNotEquals", "aws:SourceVpc", json!("vpc-1")), true),
        (condition("StringEqualsIfExists", "aws:SourceVpc", json!("vpc-1")), true),
        (condition("StringEqualsIfExists", "s3:prefix", json!("other/")), false),
        (condition("ForAnyValue:StringNotEquals", "aws:TagKeys", json!("x")), false),
        (condition("ForAllValues:StringEquals", "aws:TagKeys", json!("x")), true),
        // All have to hold.
        (json!({"Condition": {"StringLike": {"s3:prefix": "r*"}, "Bool": {"aws:SecureTransport": "true"}}}), true),
        (json!({"Condition": {"StringLike": {"s3:prefix": "r*"}, "Bool": {"aws:SecureTransport": "false"}}}), false),
        (json!({"Condition": {"StringLike": {"s3:prefix": "r*", "aws:SourceVpc": "*"}}}), false),
    ]
}

#[test]
fn a_statement_is_about_what_it_says_wherever_it_stands() {
    let everything = with("Allow", json!({}));
    let open = with("Allow", json!({"Principal": "*"}));
    for (fields, about) in statements() {
        let mut its = fields.clone();
        its["Principal"] = "*".into();
        let (allow, deny) = (with("Allow", fields.clone()), with("Deny", fields.clone()));
        let (its_allow, its_deny) = (with("Allow", its.clone()), with("Deny", its));
        let whether = |yes: Decision, no: Decision| if about { yes } else { no };
        let none = Value::Null;
        let cases = [
            (role(), allow.clone(), none.clone(), whether(Allowed, NotAllowed)),
            (role(), none.clone(), its_allow.clone(), whether(Allowed, NotAllowed)),
            (service(), none.clone(), its_allow.clone(), whether(Allowed, NotAllowed)),
            // An explicit deny wins in either, in any order.
            (role(), json!([everything, deny]), none.clone(), whether(BY_IDENTITY, Allowed)),
            (role(), json!([deny, everything]), open.clone(), whether(BY_IDENTITY, Allowed)),
            (role(), everything.clone(), its_deny.clone(), whether(BY_RESOURCE, Allowed)),
            (role(), everything.clone(), json!([its_deny, open]), whether(BY_RESOURCE, Allowed)),
            (service(), none.clone(), json!([open, its_deny]), whether(BY_RESOURCE, Allowed)),
            // To deny it alone allows nothing.
            (role(), deny.clone(), none.clone(), whether(BY_IDENTITY, NotAllowed)),
            (service(), none, its_deny.clone(), whether(BY_RESOURCE, NotAllowed)),
        ];
        for (principal, identity, resource, expected) in cases {
            let found = decided(&principal, identity.clone(), resource.clone());
            assert_eq!(found, expected, "{principal:?} with {identity} at {resource}");
        }
    }
}

#[test]
fn a_resource_says_whom_it_lets_in() {
    // With nothing else: an allow, and a deny over the role's own allow.
    let cases = [
        (json!({"Principal": "*"}), Allowed, BY_RESOURCE),
        (json!({"Principal": {"AWS": "*"}}), Allowed, BY_RESOURCE),
        (json!({"Principal": {"AWS": ROLE}}), Allowed, BY_RESOURCE),
        (json!({"Principal": {"AWS": [OTHER, SESSION]}}), Allowed, BY_RESOURCE),
        (json!({"Principal": {"AWS": OTHER}}), NotAllowed, Allowed),
        (json!({"Principal": {"AWS": "arn:aws:iam::111122223333:role/*"}}), NotAllowed, Allowed),
        (json!({"Principal": {"Service": "s3.amazonaws.com"}}), NotAllowed, Allowed),
        // Naming the account leaves it to its own policies to let in, and denies everybody in it.
        (json!({"Principal": {"AWS": ROOT}}), NotAllowed, BY_RESOURCE),
        (json!({"Principal": {"AWS": ["111122223333"]}}), NotAllowed, BY_RESOURCE),
        (json!({"Principal": {"AWS": "999999999999"}}), NotAllowed, Allowed),
        // It is of no use with Allow, and excepts whom it names together with their account.
        (json!({"NotPrincipal": {"AWS": OTHER}}), NotAllowed, BY_RESOURCE),
        (json!({"NotPrincipal": {"AWS": ROLE}}), NotAllowed, BY_RESOURCE),
        (json!({"NotPrincipal": {"AWS": ROOT}}), NotAllowed, BY_RESOURCE),
        (json!({"NotPrincipal": {"AWS": [ROOT, ROLE]}}), NotAllowed, Allowed),
        (json!({"NotPrincipal": {"AWS": ["111122223333", SESSION]}}), NotAllowed, Allowed),
        (json!({}), NotAllowed, Allowed),
    ];
    for (fields, alone, over) in cases {
        assert_eq!(decided(&role(), Value::Null, with("Allow", fields.clone())), alone, "{fields}");
        assert_eq!(decided(&role(), with("Allow", json!({})), with("Deny", fields.clone())), over, "{fields}");
    }
}

#[test]
fn a_service_is_let_in_by_the_resource_alone() {
    let everything = with("Allow", json!({}));
    let cases = [
        (json!({"Principal": {"Service": "s3.amazonaws.com"}}), Allowed),
        (json!({"Principal": {"Service": ["glue.amazonaws.com", "s3.amazonaws.com"]}}), Allowed),
        (json!({"Principal": "*"}), Allowed),
        (json!({"Principal": {"Service": "apigateway.amazonaws.com"}}), NotAllowed),
        (json!({"Principal": {"AWS": ROOT}}), NotAllowed),
    ];
    for (fields, expected) in cases {
        assert_eq!(decided(&service(), Value::Null, with("Allow", fields.clone())), expected, "{fields}");
    }
    let except = with("Deny", json!({"NotPrincipal": {"Service": "s3.amazonaws.com"}}));
    let open = with("Allow", json!({"Principal": "*"}));
    assert_eq!(decided(&service(), Value::Null, json!([open, except])), Allowed);
    assert_eq!(decided(&role(), everything, except), BY_RESOURCE);
}
