//! CloudWatch Logs log group.
//!
//! Made before what writes to it: Lambda and Firehose create a missing one by themselves, without
//! retention and without tags, and then "already exists" meets the next apply.
//!
//! The streams in it are its writers' business, but for Firehose's: it makes none, and where its own is missing logs
//! nothing, and says so nowhere (boto3#1460). Terraform has `aws_cloudwatch_log_stream` because of that
//! (hashicorp/terraform#8626).

use super::fields::DESCRIBE_LOG_GROUPS;
use super::managed::Managed;
use super::named::{Found, Named, ladders};
use super::stream::{Backup, Stream};
use super::tags::{Stamp, Tags};
use crate::aws::{Aws, Class, Expect, Result, pages, read, whole, write};
use crate::engine::resource::Resource;
use crate::engine::value::Pending;
use crate::names::Names;
use futures::future::try_join_all;
use std::collections::{BTreeMap, BTreeSet};

/// Below it are the groups that Firehose writes to.
const FIREHOSE: &str = "/aws/kinesisfirehose/";

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
    /// The streams in it that Firehose writes its errors to, which makes none. `None`: whoever writes to it makes its own.
    #[sent(Streams)]
    pub(crate) streams: Option<BTreeSet<String>>,
    #[tags]
    pub(crate) tags: Tags,
}

#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Call {
    Key,
    Streams,
    Retention,
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
        let (groups, tags, streams) = futures::join!(groups, tags, firehose_streams(aws, log_group));
        let (groups, raw) = groups?;
        let mut all = groups.log_groups().iter().zip(raw.items("logGroups"));
        let Some((group, raw)) = all.find(|(group, _)| group.log_group_name() == Some(log_group)) else {
            return Ok(None);
        };
        let (Some(tags), Some(streams)) = (tags.absent()?, streams.absent()?) else { return Ok(None) };
        let stamp = Stamp::read(&aws.names, tags.tags.unwrap_or_default());
        let (log_group, tags) = (log_group.to_owned(), stamp.tags.clone());
        let kms_key = group.kms_key_id().map(|key| Pending::Known(key.to_owned()));
        let resource = Self { log_group, retention_days: group.retention_in_days(), kms_key, streams, tags };
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
        Self {
            retention_days: None,
            kms_key: None,
            streams: self.streams.as_ref().map(|_| BTreeSet::new()),
            ..self.clone()
        }
    }

    /// Nothing expires on its first day. What is written before there is a key stays without it.
    fn is_late(&self, call: Call) -> bool {
        call == Call::Retention
    }

    async fn send(&self, call: Call, aws: &Aws, _: &Self) -> Result<()> {
        match call {
            Call::Key => self.put_key(aws).await,
            Call::Streams => self.make_streams(aws).await,
            Call::Retention => self.put_retention(aws).await,
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
    /// Those that the console makes for a stream to S3 and its backup, whether there is a backup or not: what is logged in
    /// one stays when the other is all that is used.
    pub(crate) fn streams_of_firehose() -> BTreeSet<String> {
        [Stream::LOG_STREAM, Backup::LOG_STREAM].map(str::to_owned).into()
    }

    /// Those that are there already stay.
    async fn make_streams(&self, aws: &Aws) -> Result<()> {
        let made = self.streams.iter().flatten().map(|stream| async move {
            let made = write("logs:CreateLogStream", || {
                aws.logs.create_log_stream().log_group_name(&self.log_group).log_stream_name(stream).send()
            });
            match made.await {
                Err(error) if error.class() != Class::Exists => Err(error),
                _ => Ok(()),
            }
        });
        try_join_all(made).await.map(drop)
    }

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

/// Which of Firehose's streams are in a group of its.
async fn firehose_streams(aws: &Aws, log_group: &str) -> Result<Option<BTreeSet<String>>> {
    if !log_group.starts_with(FIREHOSE) {
        return Ok(None);
    }
    let ask = |from| aws.logs.describe_log_streams().log_group_name(log_group).set_next_token(from).send();
    let pages = pages("logs:DescribeLogStreams", ask, |page| page.next_token()).await?;
    let names = pages.into_iter().flat_map(|page| page.log_streams.unwrap_or_default());
    let names: BTreeSet<_> = names.filter_map(|stream| stream.log_stream_name).collect();
    Ok(Some(names.intersection(&LogGroup::streams_of_firehose()).cloned().collect()))
}

#[cfg(feature = "local")]
#[cfg(test)]
mod tests {
    use super::*;
    use crate::aws::locally;
    use crate::engine::diff::diff;
    use crate::engine::resource::{Live, Wanted};

    const GROUP: &str = "/aws/kinesisfirehose/clicks-prod";

    async fn live(aws: &Aws) -> Live<LogGroup> {
        aws.look_anew().await;
        let wanted = [Wanted { name: "delivery".into(), id: GROUP.into() }];
        LogGroup::observe(aws, &wanted).await.unwrap().remove(0)
    }

    #[test]
    fn a_stream_of_firehoses_that_is_gone_is_drift_and_comes_back() {
        locally(async |aws| {
            let streams = Some(LogGroup::streams_of_firehose());
            let wanted = LogGroup {
                log_group: GROUP.into(),
                retention_days: Some(30),
                kms_key: None,
                streams,
                tags: Tags::default(),
            };
            wanted.create(&aws, "delivery").await.unwrap();
            wanted.finish(&aws, "delivery").await.unwrap();
            assert_eq!(diff(&live(&aws).await.resource.attributes(), &wanted.attributes()), []);
            aws.logs.delete_log_stream().log_group_name(GROUP).log_stream_name("BackupDelivery").send().await.unwrap();
            aws.logs.create_log_stream().log_group_name(GROUP).log_stream_name("theirs").send().await.unwrap();
            let found = live(&aws).await;
            let changes = diff(&found.resource.attributes(), &wanted.attributes());
            assert_eq!(changes.iter().map(|change| &*change.attribute).collect::<Vec<_>>(), ["streams"]);
            wanted.update(&aws, &found, &changes).await.unwrap();
            assert_eq!(diff(&live(&aws).await.resource.attributes(), &wanted.attributes()), []);
        });
    }
}
