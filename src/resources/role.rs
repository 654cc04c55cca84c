//! IAM role with one inline policy of ours.
//!
//! Policies that somebody else put on it are theirs: an apply leaves them alone, and a destroy refuses to
//! take the role away from under them.

use crate::aws::{Aws, Error, Expect, Policy, Result, Sort, Stamp, Tags, read, write};
use crate::engine::diff::{Attributes, Change, Changes};
use crate::engine::resource::{Live, Resource, Wanted};
use crate::names::Names;
use crate::resources::found::{Found, by_list, resume};
use aws_sdk_iam::types::Tag;

/// The name of our inline policy.
const POLICY: &str = "pipectl";

#[derive(Clone, Debug)]
pub(crate) struct Role {
    pub(crate) name: String,
    /// Marks it as ours, since IAM is not in the Tagging API: [`Names::iam_path`].
    pub(crate) path: String,
    pub(crate) description: String,
    pub(crate) trust: Policy,
    pub(crate) policy: Policy,
    pub(crate) tags: Tags,
    /// Policies that are not ours, by name. Not managed.
    pub(crate) foreign: Vec<String>,
}

#[derive(Clone, Debug)]
pub(crate) struct RoleOutputs {
    pub(crate) arn: String,
}

impl Role {
    fn outputs(&self, names: &Names) -> RoleOutputs {
        let Names { partition, account, .. } = names;
        RoleOutputs { arn: format!("arn:{partition}:iam::{account}:role{}{}", self.path, self.name) }
    }

    fn tag_list(&self, aws: &Aws, name: &str) -> Result<Vec<Tag>> {
        let tags = self.tags.stamped(aws, name, &self.attributes()).into_iter();
        let built = tags.map(|(key, value)| Tag::builder().key(key).value(value).build());
        built
            .collect::<std::result::Result<_, _>>()
            .map_err(|error| Error::new("iam:TagRole", "InvalidRequest", &error.to_string()))
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
        .map(|_| ())
    }

    async fn put_tags(&self, aws: &Aws, live: &Live<Self>) -> Result<()> {
        let removed = self.tags.removed_from(&live.resource.tags);
        if !removed.is_empty() {
            write("iam:UntagRole", || {
                aws.iam.untag_role().role_name(&self.name).set_tag_keys(Some(removed.clone())).send()
            })
            .await?;
        }
        let tags = self.tag_list(aws, &live.name)?;
        write("iam:TagRole", || aws.iam.tag_role().role_name(&self.name).set_tags(Some(tags.clone())).send())
            .await
            .map(|_| ())
    }
}

impl Resource for Role {
    type World = Aws;
    const KIND: &'static str = "iam.role";
    type Outputs = RoleOutputs;

    fn id(&self) -> String {
        self.name.clone()
    }

    fn attributes(&self) -> Attributes {
        let Self { name, path, description, trust, policy, tags, foreign: _ } = self;
        Attributes::new()
            .replace("name", name)
            .replace("path", path)
            .update("description", description)
            .update("trust", trust)
            .update("policy", policy)
            .update("tags", tags)
    }

    fn predict(&self, names: &Names, _: &str) -> RoleOutputs {
        self.outputs(names)
    }

    async fn observe(aws: &Aws, wanted: &[Wanted]) -> Result<Vec<Live<Self>>> {
        by_list(wanted, under_our_path(aws), |name| observe_one(aws, name)).await
    }

    async fn create(&self, aws: &Aws, name: &str) -> Result<RoleOutputs> {
        let (trust, tags) = (self.trust.document(), self.tag_list(aws, name)?);
        let made = write("iam:CreateRole", || {
            aws.iam
                .create_role()
                .role_name(&self.name)
                .path(&self.path)
                .description(&self.description)
                .assume_role_policy_document(&trust)
                .set_tags(Some(tags.clone()))
                .send()
        });
        match made.await {
            Ok(_) => {
                self.put_policy(aws).await?;
                Ok(self.outputs(&aws.names))
            }
            Err(error) if error.sort() == Sort::Exists => {
                resume(self, aws, name, observe_one(aws, self.name.clone()).await?, error).await
            }
            Err(error) => Err(error),
        }
    }

    async fn update(&self, aws: &Aws, live: &Live<Self>, changes: &[Change]) -> Result<RoleOutputs> {
        let name = &self.name;
        if changes.touch(&["trust"]) {
            let trust = self.trust.document();
            write("iam:UpdateAssumeRolePolicy", || {
                aws.iam.update_assume_role_policy().role_name(name).policy_document(&trust).send()
            })
            .await?;
        }
        if changes.touch(&["description"]) {
            // UpdateRole sets the longest session back to an hour where it is not told one.
            write("iam:UpdateRoleDescription", || {
                aws.iam.update_role_description().role_name(name).description(&self.description).send()
            })
            .await?;
        }
        if changes.touch(&["policy"]) {
            self.put_policy(aws).await?;
        }
        self.put_tags(aws, live).await?;
        Ok(self.outputs(&aws.names))
    }

    async fn delete(live: &Live<Self>, aws: &Aws) -> Result<()> {
        let Self { name, foreign, .. } = &live.resource;
        if !foreign.is_empty() {
            let message =
                format!("the role `{name}` has policies that pipectl did not put there: {}", foreign.join(", "));
            return Err(Error::new("iam:DeleteRole", "ForeignPolicy", &message)
                .with_hint("take them off the role if nobody needs them, then run the same command again"));
        }
        delete_policy(aws, name).await?;
        write("iam:DeleteRole", || aws.iam.delete_role().role_name(name).send()).await.gone()
    }
}

async fn delete_policy(aws: &Aws, role: &str) -> Result<()> {
    write("iam:DeleteRolePolicy", || aws.iam.delete_role_policy().role_name(role).policy_name(POLICY).send())
        .await
        .gone()
}

async fn under_our_path(aws: &Aws) -> Result<Vec<String>> {
    let mut pages = aws.iam.list_roles().path_prefix(aws.names.iam_path()).into_paginator().items().send();
    let mut names = vec![];
    while let Some(role) = pages.next().await {
        let role = role.map_err(|error| Error::from_sdk("iam:ListRoles", &error))?;
        names.push(role.role_name);
    }
    Ok(names)
}

async fn observe_one(aws: &Aws, name: String) -> Result<Option<Found<Role>>> {
    let role = read("iam:GetRole", || aws.iam.get_role().role_name(&name).send());
    let policy = read("iam:GetRolePolicy", || aws.iam.get_role_policy().role_name(&name).policy_name(POLICY).send());
    let (role, policy, foreign) = futures::join!(role, policy, foreign_policies(aws, &name));
    let Some(role) = role.absent()?.and_then(|role| role.role) else { return Ok(None) };
    let malformed = |error: serde_json::Error| Error::new("iam:GetRolePolicy", "InvalidJson", &error.to_string());
    let policy = policy.absent()?.map(|policy| Policy::parse_encoded(policy.policy_document()));
    let trust = role.assume_role_policy_document.as_deref().map(Policy::parse_encoded);
    let tags = role.tags.unwrap_or_default().into_iter();
    let stamp = Stamp::read(&aws.names, tags.map(|tag| (tag.key, tag.value)));
    let resource = Role {
        name: role.role_name,
        path: role.path,
        description: role.description.unwrap_or_default(),
        trust: trust.transpose().map_err(malformed)?.unwrap_or_default(),
        policy: policy.transpose().map_err(malformed)?.unwrap_or_default(),
        tags: stamp.tags.clone(),
        foreign: foreign?,
    };
    let outputs = RoleOutputs { arn: role.arn };
    Ok(Some(Found { resource, outputs, stamp, data: String::new() }))
}

/// Everything on the role but our inline policy. Any page may be the short one: IAM gives no promise.
async fn foreign_policies(aws: &Aws, role: &str) -> Result<Vec<String>> {
    let inline = aws.iam.list_role_policies().role_name(role).into_paginator().items().send();
    let attached = aws.iam.list_attached_role_policies().role_name(role).into_paginator().items().send();
    let (inline, attached) = futures::join!(
        inline.collect::<std::result::Result<Vec<_>, _>>(),
        attached.collect::<std::result::Result<Vec<_>, _>>()
    );
    let inline = inline.map_err(|error| Error::from_sdk("iam:ListRolePolicies", &error)).absent()?.unwrap_or_default();
    let attached =
        attached.map_err(|error| Error::from_sdk("iam:ListAttachedRolePolicies", &error)).absent()?.unwrap_or_default();
    let inline = inline.into_iter().filter(|name| name != POLICY);
    Ok(inline.chain(attached.into_iter().filter_map(|policy| policy.policy_name)).collect())
}
