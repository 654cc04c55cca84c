//! What the four kinds have in common: how one is found, whose it is, who may see it, and that it is ready.

use super::principals::{Principals, arn, identity_region, of_answer};
use crate::aws::{Aws, Error, Expect as _, Look, QuickSightAsked as Asked, Result, escaped, until};
use crate::names::Names;
use crate::resources::named::Found;
use crate::resources::tags::Stamp;
use serde_json::{Value as Json, json};
use std::collections::BTreeMap;
use std::time::Duration;

/// Its name in the blueprint: without the role, nothing of QuickSight is there.
pub(crate) const ROLE: &str = "quicksight";
/// A look at a source runs a query; Terraform gives it five minutes.
const READY: Duration = Duration::from_secs(300);

/// Where resources of a kind are, and how their calls are named.
#[derive(Debug)]
pub(super) struct Asset {
    /// Below the account.
    pub(super) path: &'static str,
    /// Before the id in an ARN.
    pub(super) arn: &'static str,
    pub(super) describe: &'static str,
    pub(super) list: &'static str,
    /// The member of a list's answer, and that of an item with its id.
    pub(super) items: (&'static str, &'static str),
    pub(super) permissions: &'static str,
    pub(super) permit: &'static str,
    /// `PUT` for what people see, `POST` for what is below it.
    pub(super) permit_method: &'static str,
    /// What owners may do; readers, the first so many of it.
    pub(super) actions: &'static [&'static str],
    pub(super) readers: usize,
}

/// What is read of each, whatever it is.
pub(super) struct Seen {
    /// The answer of `Describe...`.
    pub(super) answer: Json,
    pub(super) stamp: Stamp,
    pub(super) permissions: BTreeMap<String, Vec<String>>,
    /// The answer that they were read from.
    pub(super) permitted: Json,
}

impl Asset {
    pub(super) fn arn(&self, names: &Names, id: &str) -> String {
        names.arn("quicksight", &format!("{}{id}", self.arn))
    }

    /// Owners and readers, of what was read.
    pub(super) fn people(&self, seen: &Seen) -> (Principals, Principals) {
        Principals::read(self.actions, &self.actions[..self.readers], &seen.permissions)
    }

    pub(super) fn at(&self, aws: &Aws, id: &str) -> String {
        aws.quicksight.at(&format!("{}/{}", self.path, escaped(id)))
    }

    /// Ids that may be of this pipeline.
    pub(super) async fn listed(&self, aws: &Aws) -> Result<Vec<String>> {
        let role = aws.names.role(ROLE);
        if !aws.has_dashboard && aws.roles().await?.iter().all(|listed| listed.name != role) {
            return Ok(vec![]);
        }
        let (list, id) = self.items;
        // Of an account without a subscription it says that there is none.
        let all = aws.quicksight.list(self.list, &aws.quicksight.at(self.path), list).await.absent()?;
        let ids = all.unwrap_or_default().into_iter().filter_map(|one| Some(one[id].as_str()?.to_owned()));
        let base = aws.names.base();
        Ok(ids.filter(|id| id.starts_with(&base)).collect())
    }

    /// `None` for what is not there.
    pub(super) async fn see(&self, aws: &Aws, id: &str) -> Result<Option<Seen>> {
        let at = self.at(aws, id);
        let (answer, permissions, tags) = futures::join!(
            aws.quicksight.read(Asked::get(self.describe, &at)),
            self.permissions(aws, &at),
            self.tags_of(aws, id)
        );
        let (Some(answer), Some(permitted), Some(tags)) = (answer.absent()?, permissions.absent()?, tags.absent()?)
        else {
            return Ok(None);
        };
        let (stamp, permissions) = (Stamp::read(&aws.names, tags), of_answer(&permitted));
        Ok(Some(Seen { answer, stamp, permissions, permitted }))
    }

    /// The state is at `state` in the answer.
    pub(super) async fn ready(&self, aws: &Aws, at: &str, state: &str) -> Result<Json> {
        until(self.describe, "ready", READY, || async {
            let answer = aws.quicksight.read(Asked::get(self.describe, at)).await?;
            let status = answer.pointer(state).and_then(Json::as_str).unwrap_or_default();
            Ok(match status.ends_with("_IN_PROGRESS") {
                true => Look::NotYet(status.to_owned()),
                false => Look::Done(answer),
            })
        })
        .await
    }

    async fn permissions(&self, aws: &Aws, at: &str) -> Result<Json> {
        aws.quicksight.read(Asked::get(self.permissions, &format!("{at}/permissions"))).await
    }

    async fn tags_of(&self, aws: &Aws, id: &str) -> Result<Vec<(String, String)>> {
        let at = tags_at(&self.arn(&aws.names, id));
        let answer = aws.quicksight.read(Asked::get("quicksight:ListTagsForResource", &at)).await?;
        let tags = answer["Tags"].as_array().into_iter().flatten();
        let text = |value: &Json| value.as_str().unwrap_or_default().to_owned();
        Ok(tags.map(|tag| (text(&tag["Key"]), text(&tag["Value"]))).collect())
    }

    pub(super) async fn tag(
        &self,
        aws: &Aws,
        id: &str,
        tags: &BTreeMap<String, String>,
        removed: &[String],
    ) -> Result<()> {
        let at = tags_at(&self.arn(&aws.names, id));
        if !removed.is_empty() {
            let keys: Vec<_> = removed.iter().map(|key| format!("keys={}", escaped(key))).collect();
            let at = format!("{at}?{}", keys.join("&"));
            aws.quicksight.write(Asked::delete("quicksight:UntagResource", &at)).await?;
        }
        let body = json!({ "Tags": written(tags) });
        aws.quicksight.write(Asked::post("quicksight:TagResource", &at, body)).await.map(drop)
    }

    /// Who may do what, where it is made.
    pub(super) async fn permitted(&self, aws: &Aws, owners: &Principals, readers: &Principals) -> Result<Json> {
        let region = identity_region(aws).await?;
        let may = |who: &Principals, actions: &[&str]| -> Vec<Json> {
            let actions: Vec<_> = actions.iter().map(|action| format!("quicksight:{action}")).collect();
            let arns = who.0.iter().map(|one| arn(&aws.names, &region, one));
            arns.map(|arn| json!({"Principal": arn, "Actions": actions})).collect()
        };
        Ok([may(owners, self.actions), may(readers, &self.actions[..self.readers])].concat().into())
    }

    /// Gives to each what is its, and takes from everybody else what they have.
    pub(super) async fn permit(&self, aws: &Aws, id: &str, owners: &Principals, readers: &Principals) -> Result<()> {
        let at = self.at(aws, id);
        let (wanted, live) = futures::try_join!(self.permitted(aws, owners, readers), self.permissions(aws, &at))?;
        let (granted, revoked) = changes(&of_answer(&live), &of_answer(&json!({ "Permissions": wanted })));
        if granted.is_empty() && revoked.is_empty() {
            return Ok(());
        }
        let mut body = json!({});
        for (key, all) in [("GrantPermissions", granted), ("RevokePermissions", revoked)] {
            if !all.is_empty() {
                body[key] = permissions(all);
            }
        }
        let at = format!("{at}/permissions");
        let asked = Asked::of(self.permit, self.permit_method, &at, body);
        aws.quicksight.write(asked).await.map(drop)
    }
}

impl Seen {
    /// A resource that was read, as the ladders want it. `state` is where its status is.
    pub(super) fn found<T>(self, resource: T, state: &str) -> Found<T> {
        let failed = self.answer.pointer(state).and_then(Json::as_str) == Some("CREATION_FAILED");
        Found { failed, ..Found::new(resource, self.stamp) }
    }
}

/// What to give, and what to take: each who, with which actions.
type Changes = (Vec<(String, Vec<String>)>, Vec<(String, Vec<String>)>);

/// What somebody has beyond a grant stays unless it is taken: an owner who becomes a reader.
fn changes(live: &BTreeMap<String, Vec<String>>, wanted: &BTreeMap<String, Vec<String>>) -> Changes {
    let none = vec![];
    let beyond = |all: &[String], than: &[String]| {
        all.iter().filter(|action| !than.contains(action)).cloned().collect::<Vec<_>>()
    };
    let given = wanted.iter().filter(|(who, all)| !beyond(all, live.get(*who).unwrap_or(&none)).is_empty());
    let given = given.map(|(who, all)| (who.clone(), all.clone())).collect();
    let taken = live.iter().map(|(who, all)| (who.clone(), beyond(all, wanted.get(who).unwrap_or(&none))));
    (given, taken.filter(|(_, actions)| !actions.is_empty()).collect())
}

fn permissions(all: Vec<(String, Vec<String>)>) -> Json {
    all.into_iter().map(|(who, actions)| json!({"Principal": who, "Actions": actions})).collect()
}

/// As AWS takes tags.
pub(super) fn written(tags: &BTreeMap<String, String>) -> Json {
    tags.iter().map(|(key, value)| json!({"Key": key, "Value": value})).collect()
}

/// A member that is a text, or nothing.
pub(super) fn text(value: &Json) -> String {
    value.as_str().unwrap_or_default().to_owned()
}

/// Refuses what AWS says of something that failed: it never becomes ready.
pub(super) fn refuse_failed(operation: &'static str, answer: &Json, state: &str, why: &str) -> Result<()> {
    let status = answer.pointer(state).and_then(Json::as_str).unwrap_or_default();
    if !status.ends_with("_FAILED") {
        return Ok(());
    }
    let told = answer.pointer(why).cloned().unwrap_or_default();
    let one = |error: &Json| format!("{}: {}", text(&error["Type"]), text(&error["Message"]));
    let told = match &told {
        Json::Array(all) => all.iter().map(one).collect::<Vec<_>>().join("; "),
        Json::Null => "AWS does not say why".to_owned(),
        error => one(error),
    };
    let error = Error::new(operation, status, &told);
    Err(error.with_hint("mend what it names and run `pipectl apply` again: what failed is made anew"))
}

fn tags_at(arn: &str) -> String {
    format!("/resources/{}/tags", escaped(arn))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn all(of: &[(&str, &[&str])]) -> BTreeMap<String, Vec<String>> {
        of.iter().map(|(who, actions)| ((*who).to_owned(), actions.iter().map(ToString::to_string).collect())).collect()
    }

    #[test]
    fn what_is_given_and_taken_makes_of_what_is_there_what_is_wanted() {
        const SETS: [&[&str]; 4] = [&[], &["see"], &["see", "change"], &["change", "other"]];
        for (live, wanted) in SETS.iter().flat_map(|live| SETS.iter().map(move |wanted| (*live, *wanted))) {
            let of =
                |actions: &'static [&'static str]| if actions.is_empty() { all(&[]) } else { all(&[("ana", actions)]) };
            let (mut there, wanted) = (of(live), of(wanted));
            let (given, taken) = changes(&there, &wanted);
            if there == wanted {
                assert!(given.is_empty() && taken.is_empty());
            }
            for (who, actions) in given {
                let has = there.entry(who).or_default();
                has.extend(actions);
            }
            for (who, actions) in taken {
                there.entry(who).or_default().retain(|action| !actions.contains(action));
            }
            let sets = |all: BTreeMap<String, Vec<String>>| -> BTreeMap<_, std::collections::BTreeSet<_>> {
                all.into_iter()
                    .map(|(who, all)| (who, all.into_iter().collect()))
                    .filter(|(_, all): &(_, std::collections::BTreeSet<_>)| !all.is_empty())
                    .collect()
            };
            assert_eq!(sets(there), sets(wanted));
        }
    }
}
