//! What belongs together: from a stream, or a bucket, along all that refers to it.

use super::look::{Api, Region, notifications, tables, text};
use crate::aws::{Aws, Result};
use crate::error;
use aws_sdk_apigateway::types::{UsagePlan, UsagePlanKey};
use aws_sdk_firehose::types::{DeliveryStreamDescription, ExtendedS3DestinationDescription};
use aws_sdk_glue::types::{Crawler, Job, Table, Trigger, TriggerType};
use aws_sdk_lambda::types::FunctionConfiguration;
use aws_sdk_s3::types::LambdaFunctionConfiguration;

/// Where to begin, if the user says.
#[derive(Clone, Debug, Default)]
pub(crate) struct Which {
    pub(crate) stream: Option<String>,
    pub(crate) bucket: Option<String>,
}

/// An API's method of the function, and the stage that it is in.
#[derive(Debug)]
pub(super) struct Door<'a> {
    pub(super) api: &'a Api,
    pub(super) path: String,
    pub(super) stage: Option<String>,
}

/// What belongs together.
#[derive(Debug)]
pub(crate) struct Chain<'a> {
    pub(super) region: &'a Region,
    pub(super) stream: Option<&'a DeliveryStreamDescription>,
    pub(super) bucket: String,
    pub(super) notification: Option<LambdaFunctionConfiguration>,
    pub(super) track: Option<&'a FunctionConfiguration>,
    pub(super) mover: Option<&'a FunctionConfiguration>,
    pub(super) door: Option<Door<'a>>,
    pub(super) plan: Option<&'a (UsagePlan, Vec<UsagePlanKey>)>,
    /// Those that read the bucket.
    pub(super) crawlers: Vec<&'a Crawler>,
    pub(super) job: Option<(&'a Job, Option<String>)>,
    pub(super) trigger: Option<&'a Trigger>,
    pub(super) tables: Vec<Table>,
}

/// Where a stream delivers to.
pub(super) fn destination(stream: &DeliveryStreamDescription) -> Option<&ExtendedS3DestinationDescription> {
    stream.destinations().first()?.extended_s3_destination_description()
}

fn bucket_of(stream: &DeliveryStreamDescription) -> Option<&str> {
    destination(stream)?.bucket_arn().rsplit(":::").next()
}

impl<'a> Chain<'a> {
    /// # Errors
    /// If nothing or too much could be meant; AWS's.
    pub(crate) async fn follow(aws: &Aws, region: &'a Region, which: &Which) -> error::Result<Self> {
        let stream = begin(aws, region, which)?;
        let bucket = stream.and_then(bucket_of).map(str::to_owned).or_else(|| which.bucket.clone()).unwrap_or_default();
        Ok(Self::along(aws, region, stream, bucket).await?)
    }

    async fn along(
        aws: &Aws,
        region: &'a Region,
        stream: Option<&'a DeliveryStreamDescription>,
        bucket: String,
    ) -> Result<Self> {
        let track = stream.and_then(|stream| track(region, stream.delivery_stream_name()));
        let door = track.and_then(|track| door(region, track));
        let plan = door.as_ref().and_then(|door| plan(region, door));
        let prefix = stream.and_then(destination).and_then(|to| to.prefix()).unwrap_or_default();
        let notification = notifications(aws, &bucket).await?.into_iter().find(|entry| told(entry, prefix));
        let arn = notification.as_ref().map(LambdaFunctionConfiguration::lambda_function_arn);
        let mover = region.functions.iter().find(|one| one.function_arn().is_some() && one.function_arn() == arn);
        let below = format!("s3://{bucket}/");
        let reads = |crawler: &&Crawler| targets(crawler).iter().any(|path| format!("{path}/").starts_with(&below));
        let crawlers: Vec<_> = region.crawlers.iter().filter(reads).collect();
        let job = job(aws, region, &below).await;
        let name = job.as_ref().and_then(|(job, _)| job.name());
        let trigger = region.triggers.iter().find(|trigger| name.is_some() && starts_only(trigger) == name);
        let tables = match crawlers.iter().find_map(|crawler| crawler.database_name()) {
            Some(database) => tables(aws, database).await?,
            None => vec![],
        };
        Ok(Self { region, stream, bucket, notification, track, mover, door, plan, crawlers, job, trigger, tables })
    }
}

/// The stream that is meant; `None` where there is none, and a bucket is named.
fn begin<'a>(aws: &Aws, region: &'a Region, which: &Which) -> error::Result<Option<&'a DeliveryStreamDescription>> {
    let free = |stream: &&DeliveryStreamDescription| {
        !region.tags(stream.delivery_stream_arn()).contains_key("pipectl:pipeline")
    };
    let meant = |stream: &&DeliveryStreamDescription| {
        let bucket = bucket_of(stream);
        bucket.is_some()
            && which.stream.as_deref().is_none_or(|name| name == stream.delivery_stream_name())
            && which.bucket.as_deref().is_none_or(|name| Some(name) == bucket)
    };
    let all: Vec<_> = region.streams.iter().filter(free).filter(meant).collect();
    // Of several the article's has a function that is told its name.
    let told: Vec<_> =
        all.iter().copied().filter(|stream| track(region, stream.delivery_stream_name()).is_some()).collect();
    match (&all[..], &told[..]) {
        ([one], _) | (_, [one]) => Ok(Some(*one)),
        ([], _) if which.bucket.is_some() && which.stream.is_none() => Ok(None),
        ([], _) => Err(error::Error::coded(
            error::Code::NotFound,
            format!("nothing in {} delivers to a bucket as the article's stream does", aws.names.region),
            "`--region` looks elsewhere; `--bucket NAME` begins with a bucket that has no stream yet",
        )),
        (several, _) => {
            let names: Vec<_> = several.iter().map(|stream| stream.delivery_stream_name()).collect();
            Err(error::Error::usage(
                format!("several streams could be meant: {}", names.join(", ")),
                format!("say which: `pipectl adopt --stream {}`", names[0]),
            ))
        }
    }
}

/// The function that is told the stream's name; of several, one that an API calls.
fn track<'a>(region: &'a Region, stream: &str) -> Option<&'a FunctionConfiguration> {
    let told = |function: &&FunctionConfiguration| {
        let variables = function.environment().and_then(|environment| environment.variables());
        variables.is_some_and(|all| all.values().any(|value| value == stream))
    };
    let all: Vec<_> = region.functions.iter().filter(told).collect();
    all.iter().copied().find(|function| door(region, function).is_some()).or_else(|| all.first().copied())
}

fn door<'a>(region: &'a Region, function: &FunctionConfiguration) -> Option<Door<'a>> {
    // The article gives every function the stream's name, so that the API is what tells `track` from `mover`.
    let called = format!(":function:{}/", function.function_name()?);
    region.apis.iter().find_map(|api| {
        let calls = |methods: &std::collections::BTreeMap<_, super::look::Method>| {
            methods.values().any(|method| method.uri.contains(&called))
        };
        let (path, _) = api.methods.iter().find(|(_, methods)| calls(methods))?;
        let stage = api.stages.first().and_then(|stage| stage.stage_name()).map(str::to_owned);
        Some(Door { api, path: path.clone(), stage })
    })
}

fn plan<'a>(region: &'a Region, door: &Door<'_>) -> Option<&'a (UsagePlan, Vec<UsagePlanKey>)> {
    region.plans.iter().find(|(plan, _)| plan.api_stages().iter().any(|stage| stage.api_id() == door.api.api.id()))
}

/// Whether an entry is told of what a stream writes below a prefix.
fn told(entry: &LambdaFunctionConfiguration, prefix: &str) -> bool {
    let rules = entry.filter().and_then(|filter| filter.key()).map(|key| key.filter_rules()).unwrap_or_default();
    let of = |rule: &&aws_sdk_s3::types::FilterRule| {
        rule.name().is_some_and(|name| name.as_str().eq_ignore_ascii_case("prefix"))
    };
    let theirs = rules.iter().find(of).and_then(|rule| rule.value()).unwrap_or_default();
    let created = entry.events().iter().any(|event| event.as_str().starts_with("s3:ObjectCreated"));
    created && (theirs.starts_with(prefix) || prefix.starts_with(theirs))
}

pub(super) fn targets(crawler: &Crawler) -> Vec<&str> {
    let all = crawler.targets().map(|targets| targets.s3_targets()).unwrap_or_default();
    all.iter().filter_map(|target| target.path()).collect()
}

/// The job whose script or arguments speak of the bucket, and its script.
async fn job<'a>(aws: &Aws, region: &'a Region, below: &str) -> Option<(&'a Job, Option<String>)> {
    for job in &region.jobs {
        let address = job.command().and_then(|command| command.script_location()).unwrap_or_default();
        let script = text(aws, address).await;
        let bare = below.trim_end_matches('/');
        let speaks = |text: &str| text.contains(below) || text.trim_end_matches('/') == bare;
        let told = job.default_arguments().is_some_and(|all| all.values().any(|value| speaks(value)));
        if told || script.as_deref().is_some_and(speaks) {
            return Some((job, script));
        }
    }
    None
}

/// The job that a schedule starts, and nothing else.
fn starts_only(trigger: &Trigger) -> Option<&str> {
    match (trigger.r#type(), trigger.actions()) {
        (Some(TriggerType::Scheduled), [one]) => one.job_name(),
        _ => None,
    }
}
