//! Policies for pipectl itself: as JSON, and as what Terraform and CloudFormation make them of.

use crate::names::Names;
use crate::permissions::{Document, Trust};
use serde_json::{Map, Value, json};
use std::fmt::Write as _;

/// What is printed: policies for some commands, and who may work under the role that has them.
pub(crate) struct Policies<'a> {
    pub(crate) names: &'a Names,
    pub(crate) words: &'a [&'static str],
    pub(crate) documents: &'a [Document],
    pub(crate) trust: Option<&'a Trust>,
}

impl Policies<'_> {
    /// `pipectl-clickstream-prod-plan`
    fn name(&self) -> String {
        let words = if self.words.len() > 2 { "all".to_owned() } else { self.words.join("-") };
        format!("pipectl-{}-{words}", self.names.base())
    }

    /// Each document with its name.
    fn named(&self) -> Vec<(String, &Value)> {
        let one = self.documents.len() == 1;
        let name = |index: usize| if one { self.name() } else { format!("{}-{}", self.name(), index + 1) };
        self.documents.iter().enumerate().map(|(index, document)| (name(index), &document.0)).collect()
    }
}

/// The policy itself, where it is one and alone; what belongs together otherwise.
pub(crate) fn policies_to_json(policies: &Policies<'_>) -> String {
    let all: Vec<_> = policies.documents.iter().map(|document| document.0.clone()).collect();
    let shown = match (&all[..], policies.trust) {
        ([one], None) => one.clone(),
        (_, None) => json!({"policies": all}),
        (_, Some(trust)) => json!({
            "policies": all,
            "trust": trust.document(policies.names),
            "provider": {"Url": trust.url(), "ClientIDList": [trust.audience()]},
        }),
    };
    format!("{shown:#}\n")
}

/// All of it in one form, whatever it is.
pub(crate) fn policies_to_document(policies: &Policies<'_>) -> Value {
    let named = policies.named().into_iter().map(|(name, document)| json!({"name": name, "document": document}));
    let trust = policies.trust.map(|trust| {
        json!({
            "document": trust.document(policies.names),
            "provider": {"url": trust.url(), "audience": trust.audience()},
        })
    });
    json!({
        "schema": "pipectl-iam-policy/1",
        "commands": policies.words,
        "policies": named.collect::<Vec<_>>(),
        "trust": trust,
    })
}

/// JSON is an expression of Terraform's language, but for what it fills in.
fn hcl(document: &Value, indent: usize) -> String {
    let text = format!("{document:#}").replace("${", "$${").replace("%{", "%%{");
    text.replace('\n', &format!("\n{}", " ".repeat(indent)))
}

fn label(name: &str) -> String {
    name.replace(|c: char| !c.is_ascii_alphanumeric(), "_")
}

pub(crate) fn policies_to_terraform(policies: &Policies<'_>) -> String {
    let mut text = String::new();
    let role = label(&policies.name());
    // Writing to a text cannot fail.
    for (name, document) in policies.named() {
        let _ = writeln!(
            text,
            "resource \"aws_iam_policy\" \"{}\" {{\n  name   = \"{name}\"\n  policy = jsonencode({})\n}}\n",
            label(&name),
            hcl(document, 2)
        );
    }
    let Some(trust) = policies.trust else { return text };
    let provider = label(&format!("{} provider", policies.name()));
    let _ = writeln!(
        text,
        "# An account has one of each host: where it is there already, `terraform import` it.\n\
         resource \"aws_iam_openid_connect_provider\" \"{provider}\" {{\n  url            = \"{}\"\n  client_id_list = [\"{}\"]\n}}\n\n\
         resource \"aws_iam_role\" \"{role}\" {{\n  name               = \"{}\"\n  assume_role_policy = jsonencode({})\n}}\n",
        trust.url(),
        trust.audience(),
        policies.name(),
        hcl(&trust.document(policies.names), 2)
    );
    for (name, _) in policies.named() {
        let _ = writeln!(
            text,
            "resource \"aws_iam_role_policy_attachment\" \"{0}\" {{\n  role       = aws_iam_role.{role}.name\n  policy_arn = aws_iam_policy.{0}.arn\n}}\n",
            label(&name)
        );
    }
    text
}

pub(crate) fn policies_to_cloudformation(policies: &Policies<'_>) -> String {
    let mut resources = Map::new();
    let policy = |index: usize| format!("Policy{}", index + 1);
    for (index, (name, document)) in policies.named().into_iter().enumerate() {
        let properties = json!({"ManagedPolicyName": name, "PolicyDocument": document});
        resources.insert(policy(index), json!({"Type": "AWS::IAM::ManagedPolicy", "Properties": properties}));
    }
    if let Some(trust) = policies.trust {
        let provider = json!({"Url": trust.url(), "ClientIdList": [trust.audience()]});
        let arns: Vec<_> = (0..policies.documents.len()).map(|index| json!({"Ref": policy(index)})).collect();
        let role = json!({
            "RoleName": policies.name(),
            "AssumeRolePolicyDocument": trust.document(policies.names),
            "ManagedPolicyArns": arns,
        });
        let provider = json!({
            "Type": "AWS::IAM::OIDCProvider", "DeletionPolicy": "Retain", "Properties": provider,
        });
        resources.insert("Provider".to_owned(), provider);
        resources
            .insert("Role".to_owned(), json!({"Type": "AWS::IAM::Role", "DependsOn": "Provider", "Properties": role}));
    }
    let names = policies.names;
    let description =
        format!("What pipectl may do with {}/{}: {}", names.pipeline, names.stage, policies.words.join(", "));
    let template =
        json!({"AWSTemplateFormatVersion": "2010-09-09", "Description": description, "Resources": resources});
    format!("{template:#}\n")
}
