//! The policies of live roles, changed by somebody who may.

use super::flow::World;
use serde_json::Value;

/// The name that pipectl's inline policies have.
const POLICY: &str = "pipectl";

/// What a role of the example is called.
fn role_name(role: &str) -> String {
    match role {
        "etl" => "AWSGlueServiceRole-minimal-dev-us-east-1-etl".to_owned(),
        other => format!("minimal-dev-us-east-1-{other}"),
    }
}

impl World {
    /// Leaves all statements of a role but these, whatever was taken before, and gives the whole policy.
    #[track_caller]
    pub(super) fn take(&self, role: &str, statements: &[&str]) -> Value {
        let whole = self.whole_policy(role);
        let mut policy = whole.clone();
        let all = policy["Statement"].as_array_mut().unwrap();
        for sid in statements {
            let at = all.iter().position(|statement| statement["Sid"] == *sid);
            all.remove(at.unwrap_or_else(|| panic!("the role {role} has no statement {sid}")));
        }
        self.put(role, &policy);
        whole
    }

    pub(super) fn put(&self, role: &str, policy: &Value) {
        let name = role_name(role);
        // A role without a statement has no policy: IAM takes none that is empty.
        if policy["Statement"].as_array().is_some_and(Vec::is_empty) {
            let deleted = self.iam.delete_role_policy().role_name(name).policy_name(POLICY).send();
            self.runtime.block_on(deleted).unwrap();
            return;
        }
        let document = policy.to_string();
        let put = self.iam.put_role_policy().role_name(name).policy_name(POLICY).policy_document(document).send();
        self.runtime.block_on(put).unwrap();
    }

    /// Lets another service take the role on in place of its own, and gives the trust policy that was there.
    pub(super) fn distrust(&self, role: &str) -> String {
        let got = self.iam.get_role().role_name(role_name(role)).send();
        let encoded = self.runtime.block_on(got).unwrap().role.unwrap().assume_role_policy_document.unwrap();
        let before = percent_encoding::percent_decode_str(&encoded).decode_utf8().unwrap().into_owned();
        let mut other: Value = serde_json::from_str(&before).unwrap();
        assert_eq!(other["Statement"].as_array().unwrap().len(), 1, "{before}");
        other["Statement"][0]["Principal"]["Service"] = "ec2.amazonaws.com".into();
        self.trust(role, &other.to_string());
        before
    }

    pub(super) fn trust(&self, role: &str, document: &str) {
        let put = self.iam.update_assume_role_policy().role_name(role_name(role)).policy_document(document).send();
        self.runtime.block_on(put).unwrap();
    }

    /// As it was when the pipeline was made.
    fn whole_policy(&self, role: &str) -> Value {
        let mut policies = self.policies.borrow_mut();
        let policy = policies.entry(role.to_owned()).or_insert_with(|| {
            let got = self.iam.get_role_policy().role_name(role_name(role)).policy_name(POLICY).send();
            let encoded = self.runtime.block_on(got).unwrap().policy_document;
            let text = percent_encoding::percent_decode_str(&encoded).decode_utf8().unwrap().into_owned();
            serde_json::from_str(&text).unwrap()
        });
        policy.clone()
    }
}
