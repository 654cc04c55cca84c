//! The key of a pipeline that has one of its own, and what roles may do with keys.

use super::{Added, Design, policies};
use crate::resources::{Graph, Key, KeyId, Policy};

pub(super) const NAME: &str = "data";

/// With `security: strict`.
pub(super) fn add<'a>(graph: &mut Graph<'a>, design: Design<'a>) -> Option<Added<Key>> {
    let Design { pipeline, names, .. } = design;
    pipeline.is_strict().then(|| {
        graph.add(NAME, move |_| Key {
            alias: names.key_alias(),
            enabled: true,
            is_named: true,
            description: design.description("The key"),
            policy: design.policy(policies::KEY, &[]),
            rotated: true,
            tags: design.tags(),
            id: KeyId::default(),
        })
    })
}

impl Design<'_> {
    /// What a role may do that reads or writes in the bucket: where that is encrypted with a key, the key as well.
    pub(super) fn policy_with_key(&self, template: &str, arns: &[(&str, &str)]) -> Policy {
        self.policy_of(template, &[], arns)
    }

    /// The same with more statements.
    pub(super) fn policy_of(&self, template: &str, statements: &[&str], arns: &[(&str, &str)]) -> Policy {
        let alias = self.names.key_alias();
        let mut arns = arns.to_vec();
        let key = match &self.pipeline.bucket.kms_key {
            Some(key) => Some((policies::USE_KEY, ("key_arn", key.as_str()))),
            None => self.pipeline.is_strict().then_some((policies::USE_OWN_KEY, ("key_alias", alias.as_str()))),
        };
        arns.extend(key.map(|(_, arn)| arn));
        let render = |template: &str| policies::policy(template, self.names, self.pipeline, &arns);
        let more = statements.iter().copied().chain(key.map(|(statement, _)| statement));
        let document = more.fold(render(template), |document, one| policies::with(&document, &render(one)));
        Policy::parse(&document).expect("the templates are under test")
    }
}
