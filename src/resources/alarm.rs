//! CloudWatch alarm over one metric of one resource.

use super::fields::DESCRIBE_ALARMS;
use super::managed::{Managed, Word};
use super::named::{Found, Named, ladders};
use super::tags::{Stamp, Tags};
use crate::aws::{Aws, Error, Expect, Result, read, whole, write};
use crate::engine::extra::Extra;
use crate::engine::resource::Resource;
use crate::names::Names;
use aws_sdk_cloudwatch::types::{ComparisonOperator, Dimension, MetricAlarm, Statistic, Tag};
use std::collections::{BTreeMap, BTreeSet};

/// Watches one metric and tells topics when it is beyond a threshold, and when it is back.
#[derive(Clone, Debug, Managed)]
pub(crate) struct Alarm {
    #[fixed]
    pub(crate) name: String,
    #[sent]
    pub(crate) description: String,
    /// Which service's metrics: `AWS/Lambda`.
    #[sent]
    pub(crate) namespace: String,
    /// Which of that service's metrics.
    #[sent]
    pub(crate) metric: String,
    /// Of which resource it is the metric.
    #[sent]
    pub(crate) dimensions: BTreeMap<String, String>,
    /// What is made of all values in a period: `Sum`, `Maximum`.
    #[sent]
    pub(crate) statistic: Word<Statistic>,
    /// How long one value is gathered.
    #[sent]
    pub(crate) period_seconds: i32,
    /// So many in a row.
    #[sent]
    pub(crate) periods: i32,
    /// On which side of the threshold it rings.
    #[sent]
    pub(crate) comparison: Word<ComparisonOperator>,
    /// In the metric's unit.
    #[sent]
    pub(crate) threshold: f64,
    /// What a period counts as in which there is nothing: `notBreaching`, `missing` where AWS decides.
    #[sent]
    pub(crate) missing_data: String,
    /// That it tells its topics. One that somebody turned off is turned on again.
    #[sent]
    pub(crate) enabled: bool,
    /// The topics that hear when it begins to ring, and when it ends.
    #[sent]
    pub(crate) topics: BTreeSet<String>,
    #[tags]
    pub(crate) tags: Tags,
}

impl Alarm {
    /// All of it, each time: what is not sent is gone. Tags are taken from the first time only.
    async fn put(&self, aws: &Aws, tags: Option<Vec<Tag>>) -> Result<()> {
        let dimensions = self.dimensions.iter();
        let dimensions: Vec<_> =
            dimensions.map(|(name, value)| Dimension::builder().name(name).value(value).build()).collect();
        let topics: Vec<_> = self.topics.iter().cloned().collect();
        write("cloudwatch:PutMetricAlarm", || {
            aws.cloudwatch
                .put_metric_alarm()
                .alarm_name(&self.name)
                .alarm_description(&self.description)
                .namespace(&self.namespace)
                .metric_name(&self.metric)
                .set_dimensions(Some(dimensions.clone()))
                .statistic(self.statistic.0.clone())
                .period(self.period_seconds)
                .evaluation_periods(self.periods)
                .comparison_operator(self.comparison.0.clone())
                .threshold(self.threshold)
                .treat_missing_data(&self.missing_data)
                .actions_enabled(self.enabled)
                .set_alarm_actions(Some(topics.clone()))
                .set_ok_actions(Some(topics.clone()))
                .set_tags(tags.clone())
                .send()
        })
        .await
        .map(drop)
    }

    fn of(alarm: MetricAlarm, tags: Tags) -> Self {
        let dimensions = alarm.dimensions.unwrap_or_default().into_iter();
        let dimension = |one: Dimension| (one.name.unwrap_or_default(), one.value.unwrap_or_default());
        let (rings, ends) = (alarm.alarm_actions.unwrap_or_default(), alarm.ok_actions.unwrap_or_default());
        // One that is told of half of it is not one that is told.
        let topics = rings.iter().filter(|topic| ends.contains(topic)).cloned().collect();
        Self {
            name: alarm.alarm_name.unwrap_or_default(),
            description: alarm.alarm_description.unwrap_or_default(),
            namespace: alarm.namespace.unwrap_or_default(),
            metric: alarm.metric_name.unwrap_or_default(),
            dimensions: dimensions.map(dimension).collect(),
            statistic: Word(alarm.statistic.unwrap_or_else(|| Statistic::from(""))),
            period_seconds: alarm.period.unwrap_or_default(),
            periods: alarm.evaluation_periods.unwrap_or_default(),
            comparison: Word(alarm.comparison_operator.unwrap_or_else(|| ComparisonOperator::from(""))),
            threshold: alarm.threshold.unwrap_or_default(),
            missing_data: alarm.treat_missing_data.unwrap_or_else(|| "missing".to_owned()),
            enabled: alarm.actions_enabled.unwrap_or(true),
            topics,
            tags,
        }
    }
}

fn written(tags: BTreeMap<String, String>) -> Vec<Tag> {
    tags.into_iter().map(|(key, value)| Tag::builder().key(key).value(value).build()).collect()
}

impl Resource for Alarm {
    type World = Aws;
    type Outputs = ();
    const KIND: &'static str = "cloudwatch.alarm";
    const USES: &'static [&'static str] = &["sns.topic"];
    ladders!();
}

impl Named for Alarm {
    fn name(&self) -> &str {
        &self.name
    }

    fn outputs(&self, _: &Names) {}

    fn arn(names: &Names, name: &str) -> String {
        names.arn("cloudwatch", &format!("alarm:{name}"))
    }

    async fn read(aws: &Aws, name: &str) -> Result<Option<Found<Self>>> {
        let arn = Self::arn(&aws.names, name);
        let alarms = whole("cloudwatch:DescribeAlarms", |keep| {
            aws.cloudwatch.describe_alarms().alarm_names(name).customize().interceptor(keep).send()
        });
        let tags = read("cloudwatch:ListTagsForResource", || {
            aws.cloudwatch.list_tags_for_resource().resource_arn(&arn).send()
        });
        let (alarms, tags) = futures::join!(alarms, tags);
        let (alarms, raw) = alarms?;
        let Some(tags) = tags.absent()? else { return Ok(None) };
        let mut all = alarms.metric_alarms.unwrap_or_default().into_iter().zip(raw.items("MetricAlarms"));
        let Some((alarm, raw)) = all.find(|(alarm, _)| alarm.alarm_name() == Some(name)) else { return Ok(None) };
        let tags = tags.tags.unwrap_or_default().into_iter();
        let tags = tags.map(|tag| (tag.key.unwrap_or_default(), tag.value.unwrap_or_default()));
        let stamp = Stamp::read(&aws.names, tags);
        let resource = Self::of(alarm, stamp.tags.clone());
        Ok(Some(Found { extras: DESCRIBE_ALARMS.extras(&raw), ..Found::new(resource, stamp) }))
    }

    /// PutMetricAlarm makes an alarm and changes one alike: whose it is has to be looked at before.
    async fn make(&self, aws: &Aws, tags: &BTreeMap<String, String>) -> Result<()> {
        if Self::read(aws, &self.name).await?.is_some() {
            let message = format!("there is an alarm `{}` already", self.name);
            return Err(Error::new("cloudwatch:PutMetricAlarm", "ResourceAlreadyExistsException", &message));
        }
        self.put(aws, Some(written(tags.clone()))).await
    }

    async fn send(&self, _: (), aws: &Aws, _: &Self) -> Result<()> {
        self.put(aws, None).await
    }

    /// What PutMetricAlarm is not sent is gone.
    async fn put_back(&self, aws: &Aws, _: &Self, _: &[&Extra]) -> Result<()> {
        self.put(aws, None).await
    }

    async fn tag(&self, aws: &Aws, tags: BTreeMap<String, String>, removed: Vec<String>) -> Result<()> {
        let arn = Self::arn(&aws.names, &self.name);
        if !removed.is_empty() {
            write("cloudwatch:UntagResource", || {
                aws.cloudwatch.untag_resource().resource_arn(&arn).set_tag_keys(Some(removed.clone())).send()
            })
            .await?;
        }
        write("cloudwatch:TagResource", || {
            aws.cloudwatch.tag_resource().resource_arn(&arn).set_tags(Some(written(tags.clone()))).send()
        })
        .await
        .map(drop)
    }

    async fn remove(&self, aws: &Aws) -> Result<()> {
        write("cloudwatch:DeleteAlarms", || aws.cloudwatch.delete_alarms().alarm_names(&self.name).send()).await.gone()
    }
}
