//! IAM role with one inline policy of ours.
//!
//! Policies that somebody else put on it are theirs: an apply leaves them alone, and a destroy refuses to
//! take the role away from under them.

use super::fields::GET_ROLE;
use super::managed::Managed;
use super::named::{Found, Named, ladders};
use super::policy::Policy;
use super::tags::{Stamp, Tags};
use crate::aws::{Aws, Class, Error, Expect, Result, pages, read, whole, write};
use crate::engine::extra::{Extra, Removal};
use crate::engine::resource::{Owner, Resource};
use crate::engine::value::{Canonical as _, Pending, Value};
use crate::names::{Names, TAG_REGION};
use aws_sdk_iam::types::Tag;
use std::collections::BTreeMap;
use std::sync::{Arc, OnceLock};

/// The name of our inline policy.
const POLICY: &str = "pipectl";

/// What a part of the pipeline may do on AWS, and who may become it.
#[derive(Clone, Debug, Managed)]
pub(crate) struct Role {
    #[fixed]
    pub(crate) name: String,
    /// Marks it as the pipeline's, since IAM is not in the Tagging API.
    #[fixed]
    pub(crate) path: String,
    #[sent(Description)]
    pub(crate) description: String,
    /// The ARN of what the role may do at most: organisations demand one.
    #[sent(Boundary)]
    pub(crate) boundary: Option<String>,
    /// Who may become it: the service that runs the part, in this account alone.
    #[sent(Trust)]
    pub(crate) trust: Policy,
    /// What it may do: what the part needs on the resources of the pipeline, and nothing else.
    #[sent(Policy)]
    pub(crate) policy: Policy,
    #[tags]
    pub(crate) tags: Tags,
    /// Policies that are not ours.
    #[unmanaged]
    pub(crate) foreign: Vec<Foreign>,
    #[unmanaged]
    pub(crate) id: RoleId,
}

/// IAM's own id of a role, which another role of the same name does not have. Known once it is there.
#[derive(Clone, Debug, Default)]
pub(crate) struct RoleId(Arc<OnceLock<String>>);

impl RoleId {
    fn of(id: &str) -> Self {
        Self(Arc::new(OnceLock::from(id.to_owned())))
    }
}

/// A policy that somebody else put on a role.
#[derive(Clone, Debug)]
pub(crate) struct Foreign {
    name: String,
    /// That of a managed policy, which is attached; none for one that is written into the role.
    arn: Option<String>,
}

impl Foreign {
    fn extra(&self) -> Extra {
        let value = self.arn.as_deref().unwrap_or("a policy in the role itself").canonical();
        let meaning = "rights that pipectl did not give the role";
        Extra { name: self.name.clone().into(), value, usual: Value::Unset, meaning, removal: Removal::OnRequest }
    }

    async fn take_off(&self, aws: &Aws, role: &str) -> Result<()> {
        let Self { name, arn } = self;
        match arn {
            Some(arn) => {
                write("iam:DetachRolePolicy", || aws.iam.detach_role_policy().role_name(role).policy_arn(arn).send())
                    .await
                    .gone()
            }
            None => {
                write("iam:DeleteRolePolicy", || aws.iam.delete_role_policy().role_name(role).policy_name(name).send())
                    .await
                    .gone()
            }
        }
    }
}

#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Call {
    Boundary,
    Trust,
    Description,
    Policy,
}

#[derive(Clone, Debug)]
pub(crate) struct RoleOutputs {
    pub(crate) arn: String,
    pub(crate) id: Pending<String>,
}

impl Role {
    async fn put_trust(&self, aws: &Aws) -> Result<()> {
        let trust = self.trust.document();
        write("iam:UpdateAssumeRolePolicy", || {
            aws.iam.update_assume_role_policy().role_name(&self.name).policy_document(&trust).send()
        })
        .await
        .map(drop)
    }

    /// UpdateRole sets the longest session back to an hour where it is not told one.
    async fn put_description(&self, aws: &Aws) -> Result<()> {
        write("iam:UpdateRoleDescription", || {
            aws.iam.update_role_description().role_name(&self.name).description(&self.description).send()
        })
        .await
        .map(drop)
    }

    async fn put_boundary(&self, aws: &Aws) -> Result<()> {
        let Some(boundary) = &self.boundary else {
            return write("iam:DeleteRolePermissionsBoundary", || {
                aws.iam.delete_role_permissions_boundary().role_name(&self.name).send()
            })
            .await
            .gone();
        };
        write("iam:PutRolePermissionsBoundary", || {
            aws.iam.put_role_permissions_boundary().role_name(&self.name).permissions_boundary(boundary).send()
        })
        .await
        .map(drop)
    }

    async fn put_policy(&self, aws: &Aws) -> Result<()> {
        if self.policy.is_empty() {
            return delete_policy(aws, &self.name).await;
        }
        let document = self.policy.document();
        write("iam:PutRolePolicy", || {
            aws.iam.put_role_policy().role_name(&self.name).policy_name(POLICY).policy_document(&document).send()
        })
        .await
        .map(drop)
    }
}

impl Resource for Role {
    type World = Aws;
    type Outputs = RoleOutputs;
    const KIND: &'static str = "iam.role";
    ladders!();
}

impl Named for Role {
    const GLOBAL: bool = true;

    fn name(&self) -> &str {
        &self.name
    }

    fn outputs(&self, names: &Names) -> RoleOutputs {
        let path = self.path.trim_start_matches('/');
        let id = self.id.0.get().map_or(Pending::AfterApply, |id| Pending::Known(id.clone()));
        RoleOutputs { arn: Self::arn(names, &format!("{path}{}", self.name)), id }
    }

    /// It keeps its id.
    fn outputs_after(&self, names: &Names, live: &Self) -> RoleOutputs {
        Self { id: live.id.clone(), ..self.clone() }.outputs(names)
    }

    fn arn(names: &Names, path_and_name: &str) -> String {
        format!("arn:{}:iam::{}:role/{path_and_name}", names.partition, names.account)
    }

    /// What is under our path, since IAM is not in the Tagging API, and what may be ours from before paths told
    /// regions apart.
    async fn list(aws: &Aws) -> Result<Vec<String>> {
        let (old, end) = (aws.names.iam_path_unprefixed(), format!("/{}/", aws.names.region));
        let roles = aws.roles().await?.into_iter().filter(|role| role.path == old || role.path.ends_with(&end));
        Ok(roles.map(|role| role.name.clone()).collect())
    }

    async fn read(aws: &Aws, name: &str) -> Result<Option<Found<Self>>> {
        let role = whole("iam:GetRole", |keep| aws.iam.get_role().role_name(name).customize().interceptor(keep).send());
        let policy = read("iam:GetRolePolicy", || aws.iam.get_role_policy().role_name(name).policy_name(POLICY).send());
        let (role, policy, foreign) = futures::join!(role, policy, foreign_policies(aws, name));
        let Some((Some(role), raw)) = role.absent()?.map(|(found, raw)| (found.role, raw)) else { return Ok(None) };
        let malformed = |error: serde_json::Error| Error::new("iam:GetRolePolicy", "InvalidJson", &error.to_string());
        let policy = policy.absent()?.map(|policy| Policy::parse_encoded(policy.policy_document()));
        let trust = role.assume_role_policy_document.as_deref().map(Policy::parse_encoded);
        let tags = role.tags.unwrap_or_default().into_iter();
        let policy = policy.transpose().map_err(malformed)?.unwrap_or_default();
        let mut stamp = Stamp::read(&aws.names, tags.map(|tag| (tag.key, tag.value)));
        if role.path == aws.names.iam_path_unprefixed() && !stamp.ours.contains_key(TAG_REGION) {
            stamp = of_old(stamp, &aws.names, &policy);
        }
        let resource = Self {
            id: RoleId::of(&role.role_id),
            name: role.role_name,
            path: role.path,
            description: role.description.unwrap_or_default(),
            boundary: role.permissions_boundary.and_then(|boundary| boundary.permissions_boundary_arn),
            trust: trust.transpose().map_err(malformed)?.unwrap_or_default(),
            policy,
            tags: stamp.tags.clone(),
            foreign: foreign?,
        };
        let extras = resource.foreign.iter().map(Foreign::extra).chain(GET_ROLE.extras(&raw)).collect();
        Ok(Some(Found { extras, ..Found::new(resource, stamp) }))
    }

    async fn make(&self, aws: &Aws, tags: &BTreeMap<String, String>) -> Result<()> {
        let (trust, tags) = (self.trust.document(), tag_list(tags)?);
        let made = write("iam:CreateRole", || {
            aws.iam
                .create_role()
                .role_name(&self.name)
                .path(&self.path)
                .description(&self.description)
                .set_permissions_boundary(self.boundary.clone())
                .assume_role_policy_document(&trust)
                .set_tags(Some(tags.clone()))
                .send()
        });
        // The first answer counts: nobody else makes this one.
        let made = made.await?;
        made.role.into_iter().for_each(|role| drop(self.id.0.set(role.role_id)));
        Ok(())
    }

    fn made(&self) -> Self {
        Self { policy: Policy::default(), ..self.clone() }
    }

    /// Lambda asks who may become a function's role when it makes the function, and what it may do at each call. Firehose
    /// and Glue ask both at once.
    fn is_late(&self, call: Call) -> bool {
        call == Call::Policy && self.trust.names("lambda.amazonaws.com")
    }

    async fn send(&self, call: Call, aws: &Aws, _: &Self) -> Result<()> {
        match call {
            Call::Boundary => self.put_boundary(aws).await,
            Call::Trust => self.put_trust(aws).await,
            Call::Description => self.put_description(aws).await,
            Call::Policy => self.put_policy(aws).await,
        }
    }

    async fn put_back(&self, aws: &Aws, live: &Self, extras: &[&Extra]) -> Result<()> {
        let goes = |foreign: &&Foreign| extras.iter().any(|extra| **extra == foreign.extra());
        for foreign in live.foreign.iter().filter(goes) {
            foreign.take_off(aws, &self.name).await?;
        }
        Ok(())
    }

    async fn tag(&self, aws: &Aws, tags: BTreeMap<String, String>, removed: Vec<String>) -> Result<()> {
        if !removed.is_empty() {
            write("iam:UntagRole", || {
                aws.iam.untag_role().role_name(&self.name).set_tag_keys(Some(removed.clone())).send()
            })
            .await?;
        }
        let tags = tag_list(&tags)?;
        write("iam:TagRole", || aws.iam.tag_role().role_name(&self.name).set_tags(Some(tags.clone())).send())
            .await
            .map(drop)
    }

    async fn remove(&self, aws: &Aws) -> Result<()> {
        let Self { name, foreign, .. } = self;
        if !foreign.is_empty() {
            let names: Vec<_> = foreign.iter().map(|foreign| foreign.name.as_str()).collect();
            let message =
                format!("the role `{name}` has policies that pipectl did not put there: {}", names.join(", "));
            return Err(Error::new("iam:DeleteRole", "ForeignPolicy", &message)
                .with_hint("take them off the role if nobody needs them, then run the same command again"));
        }
        delete_policy(aws, name).await?;
        match write("iam:DeleteRole", || aws.iam.delete_role().role_name(name).send()).await.gone() {
            Err(error) if error.message().contains("instance profile") => Err(in_profiles(aws, name, error).await),
            gone => gone,
        }
    }
}

/// Whose a role is that was made before names, paths and tags told regions apart: its policy names what it is for.
/// It is replaced, since its name and path are not those that are wanted any more.
fn of_old(stamp: Stamp, names: &Names, policy: &Policy) -> Stamp {
    let owner = match region_of(&policy.document()) {
        _ if stamp.owner != Owner::Us => stamp.owner,
        Some(region) if region == names.region => Owner::Us,
        Some(region) => Owner::Other(format!("{}/{} in {region}", names.pipeline, names.stage)),
        // Nothing can use it as it is; whose it was is not known.
        None => Owner::Other(format!("{}/{} in some region", names.pipeline, names.stage)),
    };
    Stamp { owner, ..stamp }
}

/// The region of the first ARN that names one.
fn region_of(document: &str) -> Option<String> {
    let arns = document.match_indices("arn:").map(|(at, _)| &document[at..]);
    let mut regions = arns.filter_map(|arn| arn.split(':').nth(3)).filter(|region| !region.is_empty());
    regions.next().map(str::to_owned)
}

/// IAM keeps a role that EC2 instances may have, until somebody takes it out of their profile.
async fn in_profiles(aws: &Aws, role: &str, error: Error) -> Error {
    let found =
        read("iam:ListInstanceProfilesForRole", || aws.iam.list_instance_profiles_for_role().role_name(role).send());
    let profiles = found.await.map(|found| found.instance_profiles).unwrap_or_default();
    let profile = profiles.first().map_or("NAME", |profile| profile.instance_profile_name.as_str());
    error.with_hint(format!(
        "if no instance needs it: `aws iam remove-role-from-instance-profile --instance-profile-name {profile} \
         --role-name {role}`, then run the same command again"
    ))
}

/// The id of the role that has an ARN now; `None` where there is none, or we may not see it.
pub(super) async fn id_of(aws: &Aws, arn: &str) -> Result<Option<String>> {
    let Some(name) = arn.rsplit('/').next().filter(|name| !name.is_empty()) else { return Ok(None) };
    match read("iam:GetRole", || aws.iam.get_role().role_name(name).send()).await {
        Err(error) if error.class() == Class::Denied => Ok(None),
        found => Ok(found.absent()?.and_then(|found| found.role).map(|role| role.role_id)),
    }
}

fn tag_list(tags: &BTreeMap<String, String>) -> Result<Vec<Tag>> {
    let built = tags.iter().map(|(key, value)| Tag::builder().key(key).value(value).build());
    built
        .collect::<std::result::Result<_, _>>()
        .map_err(|error| Error::new("iam:TagRole", "InvalidRequest", &error.to_string()))
}

async fn delete_policy(aws: &Aws, role: &str) -> Result<()> {
    write("iam:DeleteRolePolicy", || aws.iam.delete_role_policy().role_name(role).policy_name(POLICY).send())
        .await
        .gone()
}

/// Everything on the role but our inline policy. Any page may be the short one: IAM gives no promise.
async fn foreign_policies(aws: &Aws, role: &str) -> Result<Vec<Foreign>> {
    let inline = pages(
        "iam:ListRolePolicies",
        |from| aws.iam.list_role_policies().role_name(role).set_marker(from).send(),
        |page| page.marker(),
    );
    let attached = pages(
        "iam:ListAttachedRolePolicies",
        |from| aws.iam.list_attached_role_policies().role_name(role).set_marker(from).send(),
        |page| page.marker(),
    );
    let (inline, attached) = futures::join!(inline, attached);
    let inline = inline.absent()?.into_iter().flatten().flat_map(|page| page.policy_names);
    let attached = attached.absent()?.into_iter().flatten().flat_map(|page| page.attached_policies.unwrap_or_default());
    let inline = inline.filter(|name| name != POLICY).map(|name| Foreign { name, arn: None });
    let attached = attached.map(|policy| (policy.policy_name.unwrap_or_default(), policy.policy_arn));
    Ok(inline.chain(attached.map(|(name, arn)| Foreign { name, arn })).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn old(document: &str) -> Stamp {
        let names = Names { partition: "aws".into(), ..Names::without_account("clicks", "dev", "us-east-1") };
        let tags = names.owner_tags().into_iter().chain([("pipectl:name".to_owned(), "track".to_owned())]);
        of_old(Stamp::read(&names, tags), &names, &Policy::parse(document).unwrap())
    }

    #[test]
    fn an_old_role_is_of_the_region_that_its_policy_names() {
        let policy = |region: &str| {
            format!(
                r#"{{"Version": "2012-10-17", "Statement": [
                    {{"Effect": "Allow", "Action": "s3:GetObject", "Resource": "arn:aws:s3:::bucket/raw/*"}},
                    {{"Effect": "Allow", "Action": "logs:PutLogEvents", "Resource": "arn:aws:logs:{region}:1:log-group:x:*"}}]}}"#
            )
        };
        assert_eq!(old(&policy("us-east-1")).owner, Owner::Us);
        assert_eq!(old(&policy("eu-west-1")).owner, Owner::Other("clicks/dev in eu-west-1".into()));
        assert_ne!(old(r#"{"Version": "2012-10-17", "Statement": []}"#).owner, Owner::Us);
    }
}
