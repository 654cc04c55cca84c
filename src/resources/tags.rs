//! Tags: the user's, which are an attribute like any other, and ours, which are the memory.

use crate::engine::diff::{Attributes, UNFINISHED};
use crate::engine::extra::{Extra, Removal};
use crate::engine::mark::Mark;
use crate::engine::resource::Owner;
use crate::engine::value::{Canonical, Value};
use crate::names::{Names, RELEASE, TAG_CONFIG, TAG_NAME, TAG_PIPELINE, TAG_REGION, TAG_STAGE};
use std::collections::BTreeMap;

/// The user's tags on a resource: neither `aws:*`, which AWS puts there, nor `pipectl:*`.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Tags(pub(crate) BTreeMap<String, String>);

impl Canonical for Tags {
    fn canonical(&self) -> Value {
        self.0.canonical()
    }
}

/// What the tags of a live resource say.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Stamp {
    pub(crate) tags: Tags,
    pub(crate) owner: Owner,
    /// Its name in the blueprint, if pipectl made it.
    pub(crate) name: Option<String>,
    /// What was applied last.
    pub(crate) applied: Option<Mark>,
    /// All `pipectl:*` tags, for kinds that keep more there.
    pub(crate) ours: BTreeMap<String, String>,
    /// The CloudFormation stack that made it: Serverless, SAM and the CDK make theirs so.
    pub(crate) stack: Option<String>,
}

/// What CloudFormation writes onto what it makes.
const TAG_STACK: &str = "aws:cloudformation:stack-name";

impl Stamp {
    /// Reads the tags that AWS returned.
    pub(crate) fn read(names: &Names, tags: impl IntoIterator<Item = (String, String)>) -> Self {
        let (awss, tags): (BTreeMap<_, _>, BTreeMap<_, _>) =
            tags.into_iter().partition(|(key, _)| key.starts_with("aws:"));
        let (ours, theirs): (BTreeMap<_, _>, BTreeMap<_, _>) =
            tags.into_iter().partition(|(key, _)| key.starts_with("pipectl:"));
        let theirs = theirs.into_iter().filter(|(key, _)| !names.ignored.has(key)).collect();
        let owner = owner(names, &ours);
        let (name, applied) = (ours.get(TAG_NAME).cloned(), ours.get(TAG_CONFIG).map(|mark| Mark::read(mark)));
        Self { tags: Tags(theirs), owner, name, applied, ours, stack: awss.get(TAG_STACK).cloned() }
    }

    /// A stack that still has it deletes it with itself, whoever took it over (`DeletionPolicy: Retain` keeps it).
    pub(super) fn stack(&self) -> Option<Extra> {
        let (meaning, removal) = ("a CloudFormation stack has it: deleting that deletes this", Removal::ByHand);
        let extra = |stack: &String| Extra {
            name: TAG_STACK.into(),
            value: stack.canonical(),
            usual: Value::Unset,
            meaning,
            removal,
        };
        self.stack.as_ref().map(extra)
    }
}

/// A region is told by what is of none, and by nothing else: [`TAG_REGION`].
fn owner(names: &Names, ours: &BTreeMap<String, String>) -> Owner {
    let Some(pipeline) = ours.get(TAG_PIPELINE) else { return Owner::Nobody };
    let elsewhere = ours.get(TAG_REGION).filter(|region| **region != names.region);
    let stage = ours.get(TAG_STAGE);
    if *pipeline == names.pipeline && stage == Some(&names.stage) && elsewhere.is_none() {
        return Owner::Us;
    }
    let region = elsewhere.map_or_else(String::new, |region| format!(" in {region}"));
    Owner::Other(format!("{pipeline}/{}{region}", stage.map_or("(no stage)", String::as_str)))
}

impl Tags {
    /// All tags to put on a resource: the user's, the owner's, its name and its mark.
    pub(crate) fn stamped(&self, names: &Names, name: &str, attributes: &Attributes) -> BTreeMap<String, String> {
        let mut all = self.0.clone();
        all.extend(names.owner_tags());
        all.insert(TAG_NAME.to_owned(), name.to_owned());
        all.insert(TAG_CONFIG.to_owned(), Mark::of(attributes, RELEASE).to_string());
        all
    }

    /// The same before the last of several calls: a run that ends before it leaves that to be seen.
    pub(crate) fn begun(mut stamped: BTreeMap<String, String>) -> BTreeMap<String, String> {
        stamped.insert(TAG_CONFIG.to_owned(), UNFINISHED.to_owned());
        stamped
    }

    pub(crate) fn are_begun(stamped: &BTreeMap<String, String>) -> bool {
        stamped.get(TAG_CONFIG).is_some_and(|config| config == UNFINISHED)
    }

    /// Keys to take off a live resource whose user tags are `live`.
    pub(crate) fn removed_from(&self, live: &Tags) -> Vec<String> {
        live.0.keys().filter(|key| !self.0.contains_key(*key)).cloned().collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn stamp(tags: &[(&str, &str)]) -> Stamp {
        Stamp::read(&Names::example(), tags.iter().map(|(key, value)| ((*key).to_owned(), (*value).to_owned())))
    }

    #[test]
    fn the_owner_is_read_from_the_tags() {
        assert_eq!(stamp(&[("team", "growth")]).owner, Owner::Nobody);
        assert_eq!(stamp(&[("pipectl:pipeline", "clicks"), ("pipectl:stage", "prod")]).owner, Owner::Us);
        let other = stamp(&[("pipectl:pipeline", "clicks"), ("pipectl:stage", "dev")]).owner;
        assert_eq!(other, Owner::Other("clicks/dev".into()));
    }

    #[test]
    fn what_another_region_made_is_another_pipelines() {
        let of =
            |region| stamp(&[("pipectl:pipeline", "clicks"), ("pipectl:stage", "prod"), ("pipectl:region", region)]);
        assert_eq!(of("us-east-1").owner, Owner::Us);
        assert_eq!(of("eu-west-1").owner, Owner::Other("clicks/prod in eu-west-1".into()));
    }

    #[test]
    fn only_the_users_tags_are_an_attribute() {
        let read = stamp(&[("aws:cloudformation:stack-name", "x"), ("pipectl:config", "d"), ("team", "growth")]);
        assert_eq!(read.tags, Tags([("team".to_owned(), "growth".to_owned())].into()));
        assert_eq!(read.applied, Some(Mark::read("d")));
    }
}
