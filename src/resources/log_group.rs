//! CloudWatch Logs log group.
//!
//! Made before what writes to it: Lambda and Firehose create a missing one by themselves, without
//! retention and without tags, and then "already exists" meets the next apply.

use crate::aws::{Aws, Expect, Result, Sort, Stamp, Tags, read, write};
use crate::engine::diff::{Attributes, Change, Changes};
use crate::engine::resource::{Live, Resource, Wanted};
use crate::names::Names;
use crate::resources::found::{Found, by_id};

#[derive(Clone, Debug)]
pub(crate) struct LogGroup {
    /// `/aws/lambda/clickstream-prod-track`.
    pub(crate) log_group: String,
    /// `None`: for ever.
    pub(crate) retention_days: Option<i32>,
    pub(crate) tags: Tags,
}

#[derive(Clone, Debug)]
pub(crate) struct LogGroupOutputs {
    pub(crate) log_group: String,
    /// Without the `:*` that some of AWS's answers end in.
    pub(crate) arn: String,
}

impl LogGroup {
    fn outputs(&self, names: &Names) -> LogGroupOutputs {
        LogGroupOutputs { log_group: self.log_group.clone(), arn: arn(names, &self.log_group) }
    }

    async fn put_retention(&self, aws: &Aws) -> Result<()> {
        let name = &self.log_group;
        match self.retention_days {
            Some(days) => write("logs:PutRetentionPolicy", || {
                aws.logs.put_retention_policy().log_group_name(name).retention_in_days(days).send()
            })
            .await
            .map(|_| ()),
            None => {
                write("logs:DeleteRetentionPolicy", || aws.logs.delete_retention_policy().log_group_name(name).send())
                    .await
                    .gone()
            }
        }
    }

    async fn put_tags(&self, aws: &Aws, name: &str, live: &Tags) -> Result<()> {
        let arn = arn(&aws.names, &self.log_group);
        let removed = self.tags.removed_from(live);
        if !removed.is_empty() {
            write("logs:UntagResource", || {
                aws.logs.untag_resource().resource_arn(&arn).set_tag_keys(Some(removed.clone())).send()
            })
            .await?;
        }
        let tags = self.tags.stamped(aws, name, &self.attributes());
        write("logs:TagResource", || {
            aws.logs.tag_resource().resource_arn(&arn).set_tags(Some(tags.clone().into_iter().collect())).send()
        })
        .await?;
        Ok(())
    }
}

impl Resource for LogGroup {
    type World = Aws;
    const KIND: &'static str = "logs.log_group";
    type Outputs = LogGroupOutputs;

    fn id(&self) -> String {
        self.log_group.clone()
    }

    fn attributes(&self) -> Attributes {
        let Self { log_group, retention_days, tags } = self;
        Attributes::new().replace("log_group", log_group).update("retention_days", retention_days).update("tags", tags)
    }

    fn predict(&self, names: &Names, _: &str) -> LogGroupOutputs {
        self.outputs(names)
    }

    async fn observe(aws: &Aws, wanted: &[Wanted]) -> Result<Vec<Live<Self>>> {
        let prefix = arn(&aws.names, "");
        by_id(aws, wanted, &prefix, |log_group| observe_one(aws, log_group)).await
    }

    async fn create(&self, aws: &Aws, name: &str) -> Result<LogGroupOutputs> {
        let tags = self.tags.stamped(aws, name, &self.attributes());
        let created = write("logs:CreateLogGroup", || {
            let tags = Some(tags.clone().into_iter().collect());
            aws.logs.create_log_group().log_group_name(&self.log_group).set_tags(tags).send()
        })
        .await;
        match created {
            Ok(_) => {}
            Err(error) if error.sort() == Sort::Exists => self.put_tags(aws, name, &Tags::default()).await?,
            Err(error) => return Err(error),
        }
        if self.retention_days.is_some() {
            self.put_retention(aws).await?;
        }
        Ok(self.outputs(&aws.names))
    }

    async fn update(&self, aws: &Aws, live: &Live<Self>, changes: &[Change]) -> Result<LogGroupOutputs> {
        if changes.touch(&["retention_days"]) {
            self.put_retention(aws).await?;
        }
        self.put_tags(aws, &live.name, &live.resource.tags).await?;
        Ok(self.outputs(&aws.names))
    }

    async fn delete(live: &Live<Self>, aws: &Aws) -> Result<()> {
        let name = &live.resource.log_group;
        write("logs:DeleteLogGroup", || aws.logs.delete_log_group().log_group_name(name).send()).await.gone()
    }
}

/// There is no call for one group: the list is asked for its name as a prefix.
async fn observe_one(aws: &Aws, log_group: String) -> Result<Option<Found<LogGroup>>> {
    // The Tagging API writes the group's ARN with `:*` at its end in some regions.
    let log_group = log_group.trim_end_matches(":*").to_owned();
    let arn = arn(&aws.names, &log_group);
    let groups =
        read("logs:DescribeLogGroups", || aws.logs.describe_log_groups().log_group_name_prefix(&log_group).send());
    let tags = read("logs:ListTagsForResource", || aws.logs.list_tags_for_resource().resource_arn(&arn).send());
    let (groups, tags) = futures::join!(groups, tags);
    let groups = groups?;
    let Some(group) = groups.log_groups().iter().find(|group| group.log_group_name() == Some(&log_group)) else {
        return Ok(None);
    };
    let Some(tags) = tags.absent()? else { return Ok(None) };
    let stamp = Stamp::read(&aws.names, tags.tags.unwrap_or_default());
    let resource = LogGroup { log_group, retention_days: group.retention_in_days(), tags: stamp.tags.clone() };
    let outputs = resource.outputs(&aws.names);
    Ok(Some(Found { resource, outputs, stamp, data: String::new() }))
}

fn arn(names: &Names, log_group: &str) -> String {
    names.arn("logs", &format!("log-group:{log_group}"))
}
