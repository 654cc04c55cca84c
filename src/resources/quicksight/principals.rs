//! Who may see something: users and groups, by what they are called in the file.

use crate::aws::{Aws, Result};
use crate::engine::value::{Canonical, Value};
use crate::names::{Names, quicksight_principal as short};
use serde_json::Value as Json;
use std::collections::{BTreeMap, BTreeSet};

/// The namespace that every account has.
const NAMESPACE: &str = "default";

/// `user/ana`, `group/analysts`; of another namespace, the ARN.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Principals(pub(crate) BTreeSet<String>);

impl Canonical for Principals {
    fn canonical(&self) -> Value {
        self.0.canonical()
    }
}

impl Principals {
    /// People by themselves, not by a group.
    pub(crate) fn users(&self) -> usize {
        self.0.iter().filter(|who| who.contains("user/")).count()
    }

    /// Those who may do all of it, and then those who may do less: what is nobody's set of actions is told with its size.
    pub(super) fn read(all: &[&str], some: &[&str], live: &BTreeMap<String, Vec<String>>) -> (Self, Self) {
        let names = |all: &[&str]| all.iter().map(|action| format!("quicksight:{action}")).collect::<BTreeSet<_>>();
        let (all, some) = (names(all), names(some));
        let (mut owners, mut readers) = (Self::default(), Self::default());
        for (arn, actions) in live {
            let has: BTreeSet<_> = actions.iter().cloned().collect();
            let who = short(arn);
            if has == all {
                owners.0.insert(who);
            } else if has == some && !some.is_empty() {
                readers.0.insert(who);
            } else {
                owners.0.insert(format!("{who} ({} actions)", has.len()));
            }
        }
        (owners, readers)
    }
}

/// As AWS has it. Users and groups are kept in one region of an account, whatever region they are asked for.
pub(super) fn arn(names: &Names, region: &str, principal: &str) -> String {
    match principal.split_once('/') {
        Some((kind @ ("user" | "group"), name)) => {
            let Names { partition, account, .. } = names;
            format!("arn:{partition}:quicksight:{region}:{account}:{kind}/{NAMESPACE}/{name}")
        }
        _ => principal.to_owned(),
    }
}

/// The region in which an account keeps its users.
pub(super) async fn identity_region(aws: &Aws) -> Result<String> {
    let listed = aws.quicksight.list("quicksight:ListNamespaces", &aws.quicksight.at("namespaces"), "Namespaces").await;
    let all = match listed {
        Ok(all) => all,
        Err(error) => return named_in(error.message()).ok_or(error),
    };
    let of_everybody = all.iter().find(|one| one["Name"] == NAMESPACE);
    let region = of_everybody.and_then(|one| one["CapacityRegion"].as_str());
    Ok(region.unwrap_or(&aws.names.region).to_owned())
}

/// In other regions AWS answers `Operation is being called from endpoint eu-west-1, but your identity region is
/// us-east-1. Please use the us-east-1 endpoint.`
pub(super) fn named_in(message: &str) -> Option<String> {
    let (_, rest) = message.split_once("your identity region is ")?;
    let region: String = rest.chars().take_while(|c| c.is_ascii_alphanumeric() || *c == '-').collect();
    (!region.is_empty()).then_some(region)
}

/// Who may do what, by ARN.
pub(super) fn of_answer(answer: &Json) -> BTreeMap<String, Vec<String>> {
    let all = answer["Permissions"].as_array().into_iter().flatten();
    let one = |permission: &Json| {
        let actions = permission["Actions"].as_array().into_iter().flatten();
        let actions = actions.filter_map(|action| action.as_str().map(str::to_owned)).collect();
        Some((permission["Principal"].as_str()?.to_owned(), actions))
    };
    all.filter_map(one).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn people_are_called_by_their_names_whatever_region_they_are_kept_in() {
        let names = Names::example();
        for who in ["user/ana", "group/analysts", "user/AdminRole/ana@example.org"] {
            let arn = arn(&names, "us-west-2", who);
            assert!(arn.starts_with("arn:aws:quicksight:us-west-2:1:"), "{arn}");
            assert_eq!(short(&arn), who);
        }
        let theirs = "arn:aws:quicksight:us-east-1:123456789012:user/partners/bob";
        assert_eq!((short(theirs), arn(&names, "us-east-1", theirs)), (theirs.to_owned(), theirs.to_owned()));
    }

    #[test]
    fn the_identity_region_is_read_from_awss_words() {
        let told = "Operation is being called from endpoint eu-west-1, but your identity region is us-east-1. Please use the us-east-1 endpoint.";
        assert_eq!(named_in(told).as_deref(), Some("us-east-1"));
        assert_eq!(named_in("User is not authorized"), None);
    }
}
