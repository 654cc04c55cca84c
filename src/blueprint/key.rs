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
        let document = policies::policy(template, self.names, self.pipeline, arns);
        let alias = self.names.key_alias();
        let statement = match &self.pipeline.bucket.kms_key {
            Some(key) => Some(policies::policy(policies::USE_KEY, self.names, self.pipeline, &[("key_arn", key)])),
            None if self.pipeline.is_strict() => {
                let own = [("key_alias", alias.as_str())];
                Some(policies::policy(policies::USE_OWN_KEY, self.names, self.pipeline, &own))
            }
            None => None,
        };
        let document = statement.map_or(document.clone(), |statement| policies::with(&document, &statement));
        Policy::parse(&document).expect("the templates are under test")
    }
}
