//! CloudWatch Logs log group.
//!
//! Made before what writes to it: Lambda and Firehose create a missing one by themselves, without
//! retention and without tags, and then "already exists" meets the next apply.

use super::fields::DESCRIBE_LOG_GROUPS;
use super::managed::Managed;
use super::named::{Found, Named, ladders};
use super::tags::{Stamp, Tags};
use crate::aws::{Aws, Class, Expect, Result, read, whole, write};
use crate::engine::resource::Resource;
use crate::engine::value::Pending;
use crate::names::Names;
use std::collections::BTreeMap;

/// Holds what a part logs, for as long as the file says.
#[derive(Clone, Debug, Managed)]
pub(crate) struct LogGroup {
    /// Its name: `/aws/lambda/clickstream-prod-track`.
    #[fixed]
    pub(crate) log_group: String,
    /// For how many days lines are kept. `None`: for ever.
    #[sent(Retention)]
    pub(crate) retention_days: Option<i32>,
    /// The ARN of the key that it is encrypted with. `None`: CloudWatch's own.
    #[sent(Key)]
    pub(crate) kms_key: Option<Pending<String>>,
    #[tags]
    pub(crate) tags: Tags,
}

#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Call {
    Retention,
    Key,
}

#[derive(Clone, Debug)]
pub(crate) struct LogGroupOutputs {
    pub(crate) log_group: String,
    /// Without the `:*` that some of AWS's answers end in.
    pub(crate) arn: String,
}

impl Resource for LogGroup {
    type World = Aws;
    type Outputs = LogGroupOutputs;
    const KIND: &'static str = "logs.log_group";
    const USES: &'static [&'static str] = &["kms.key"];
    ladders!();
}

impl Named for LogGroup {
    fn name(&self) -> &str {
        &self.log_group
    }

    fn outputs(&self, names: &Names) -> LogGroupOutputs {
        LogGroupOutputs { log_group: self.log_group.clone(), arn: Self::arn(names, &self.log_group) }
    }

    fn arn(names: &Names, log_group: &str) -> String {
        names.arn("logs", &format!("log-group:{log_group}"))
    }

    /// The Tagging API writes the group's ARN with `:*` at its end in some regions.
    async fn list(aws: &Aws) -> Result<Vec<String>> {
        let listed = aws.tagged(&Self::arn(&aws.names, "")).await?;
        Ok(listed.iter().map(|log_group| log_group.trim_end_matches(":*").to_owned()).collect())
    }

    /// There is no call for one group: the list is asked for its name as a prefix.
    async fn read(aws: &Aws, log_group: &str) -> Result<Option<Found<Self>>> {
        let arn = Self::arn(&aws.names, log_group);
        let groups = whole("logs:DescribeLogGroups", |keep| {
            aws.logs.describe_log_groups().log_group_name_prefix(log_group).customize().interceptor(keep).send()
        });
        let tags = read("logs:ListTagsForResource", || aws.logs.list_tags_for_resource().resource_arn(&arn).send());
        let (groups, tags) = futures::join!(groups, tags);
        let (groups, raw) = groups?;
        let mut all = groups.log_groups().iter().zip(raw.items("logGroups"));
        let Some((group, raw)) = all.find(|(group, _)| group.log_group_name() == Some(log_group)) else {
            return Ok(None);
        };
        let Some(tags) = tags.absent()? else { return Ok(None) };
        let stamp = Stamp::read(&aws.names, tags.tags.unwrap_or_default());
        let (log_group, tags) = (log_group.to_owned(), stamp.tags.clone());
        let kms_key = group.kms_key_id().map(|key| Pending::Known(key.to_owned()));
        let resource = Self { log_group, retention_days: group.retention_in_days(), kms_key, tags };
        Ok(Some(Found { extras: DESCRIBE_LOG_GROUPS.extras(&raw), ..Found::new(resource, stamp) }))
    }

    /// One that a service has made by itself since we looked is taken over.
    async fn make(&self, aws: &Aws, tags: &BTreeMap<String, String>) -> Result<()> {
        let created = write("logs:CreateLogGroup", || {
            let tags = Some(tags.clone().into_iter().collect());
            aws.logs.create_log_group().log_group_name(&self.log_group).set_tags(tags).send()
        });
        match created.await {
            Err(error) if error.class() == Class::Exists => self.tag(aws, tags.clone(), vec![]).await,
            created => created.map(drop),
        }
    }

    fn made(&self) -> Self {
        Self { retention_days: None, kms_key: None, ..self.clone() }
    }

    /// Nothing expires on its first day. What is written before there is a key stays without it.
    fn is_late(&self, call: Call) -> bool {
        call == Call::Retention
    }

    async fn send(&self, call: Call, aws: &Aws, _: &Self) -> Result<()> {
        match call {
            Call::Retention => self.put_retention(aws).await,
            Call::Key => self.put_key(aws).await,
        }
    }

    async fn tag(&self, aws: &Aws, tags: BTreeMap<String, String>, removed: Vec<String>) -> Result<()> {
        let arn = Self::arn(&aws.names, &self.log_group);
        if !removed.is_empty() {
            write("logs:UntagResource", || {
                aws.logs.untag_resource().resource_arn(&arn).set_tag_keys(Some(removed.clone())).send()
            })
            .await?;
        }
        write("logs:TagResource", || {
            aws.logs.tag_resource().resource_arn(&arn).set_tags(Some(tags.clone().into_iter().collect())).send()
        })
        .await
        .map(drop)
    }

    async fn remove(&self, aws: &Aws) -> Result<()> {
        write("logs:DeleteLogGroup", || aws.logs.delete_log_group().log_group_name(&self.log_group).send()).await.gone()
    }
}

impl LogGroup {
    /// What is written from then on is encrypted with it.
    async fn put_key(&self, aws: &Aws) -> Result<()> {
        let name = &self.log_group;
        match &self.kms_key {
            Some(key) => write("logs:AssociateKmsKey", || {
                aws.logs.associate_kms_key().log_group_name(name).kms_key_id(key.known()).send()
            })
            .await
            .map(drop),
            None => write("logs:DisassociateKmsKey", || aws.logs.disassociate_kms_key().log_group_name(name).send())
                .await
                .gone(),
        }
    }

    async fn put_retention(&self, aws: &Aws) -> Result<()> {
        let name = &self.log_group;
        match self.retention_days {
            Some(days) => write("logs:PutRetentionPolicy", || {
                aws.logs.put_retention_policy().log_group_name(name).retention_in_days(days).send()
            })
            .await
            .map(drop),
            None => {
                write("logs:DeleteRetentionPolicy", || aws.logs.delete_retention_policy().log_group_name(name).send())
                    .await
                    .gone()
            }
        }
    }
}
