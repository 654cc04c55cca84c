//! What there is in the region, read as AWS tells it. Nothing is changed.

use super::maker::Tags;
use crate::aws::{Aws, Expect as _, Result, pages, read};
use aws_sdk_apigateway::types::{RestApi, Stage, UsagePlan, UsagePlanKey};
use aws_sdk_firehose::types::DeliveryStreamDescription;
use aws_sdk_glue::types::{Crawler, Job, Table, Trigger};
use aws_sdk_lambda::types::FunctionConfiguration;
use aws_sdk_s3::types::LambdaFunctionConfiguration;
use futures::future::try_join_all;
use std::collections::BTreeMap;

/// A REST API, with its methods by path.
#[derive(Debug)]
pub(crate) struct Api {
    pub(super) api: RestApi,
    pub(super) methods: BTreeMap<String, BTreeMap<String, Method>>,
    pub(super) stages: Vec<Stage>,
}

#[derive(Debug)]
pub(crate) struct Method {
    /// Where it sends requests: the ARN of a function is in it.
    pub(super) uri: String,
    pub(super) asks_for_key: bool,
    /// The page that it lets in, where it answers a browser's question.
    pub(super) origin: Option<String>,
}

/// By which a mock answers whom it lets in.
const ORIGIN: &str = "method.response.header.Access-Control-Allow-Origin";

impl Method {
    fn read(method: &aws_sdk_apigateway::types::Method) -> Self {
        let integration = method.method_integration();
        let answers = integration.and_then(|found| found.integration_responses()).into_iter().flatten();
        let origin = answers.filter_map(|(_, answer)| answer.response_parameters()?.get(ORIGIN)).next();
        Self {
            uri: integration.and_then(|found| found.uri()).unwrap_or_default().to_owned(),
            asks_for_key: method.api_key_required.unwrap_or(false),
            origin: origin.map(|origin| origin.trim_matches('\'').to_owned()),
        }
    }
}

/// What the region has of the kinds that the article speaks of.
#[derive(Debug)]
pub(crate) struct Region {
    pub(super) streams: Vec<DeliveryStreamDescription>,
    pub(super) functions: Vec<FunctionConfiguration>,
    pub(super) apis: Vec<Api>,
    pub(super) plans: Vec<(UsagePlan, Vec<UsagePlanKey>)>,
    /// Names of API keys: several may have one.
    pub(super) keys: Vec<String>,
    pub(super) crawlers: Vec<Crawler>,
    pub(super) jobs: Vec<Job>,
    pub(super) triggers: Vec<Trigger>,
    /// By ARN, of all that ever had any.
    pub(super) tags: BTreeMap<String, Tags>,
}

impl Region {
    /// # Errors
    /// AWS's. Half a view would leave something behind.
    pub(crate) async fn look(aws: &Aws) -> Result<Self> {
        let (streams, functions) = futures::try_join!(streams(aws), functions(aws))?;
        let (apis, plans, keys) = futures::try_join!(apis(aws), plans(aws), keys(aws))?;
        let (crawlers, jobs, triggers, tags) = futures::try_join!(crawlers(aws), jobs(aws), triggers(aws), tags(aws))?;
        Ok(Self { streams, functions, apis, plans, keys, crawlers, jobs, triggers, tags })
    }

    pub(super) fn tags(&self, arn: &str) -> Tags {
        self.tags.get(arn).cloned().unwrap_or_default()
    }
}

async fn streams(aws: &Aws) -> Result<Vec<DeliveryStreamDescription>> {
    let (mut names, mut from) = (vec![], None::<String>);
    loop {
        let ask = || aws.firehose.list_delivery_streams().set_exclusive_start_delivery_stream_name(from.clone()).send();
        let page = read("firehose:ListDeliveryStreams", ask).await?;
        let more = page.has_more_delivery_streams;
        names.extend(page.delivery_stream_names);
        from = names.last().cloned();
        if !more || from.is_none() {
            break;
        }
    }
    let described = names.iter().map(|name| async move {
        let ask = || aws.firehose.describe_delivery_stream().delivery_stream_name(name).send();
        let found = read("firehose:DescribeDeliveryStream", ask).await.absent()?;
        Ok(found.and_then(|found| found.delivery_stream_description))
    });
    let all: Result<Vec<_>> = try_join_all(described).await;
    Ok(all?.into_iter().flatten().collect())
}

async fn functions(aws: &Aws) -> Result<Vec<FunctionConfiguration>> {
    let ask = |from: Option<String>| aws.lambda.list_functions().set_marker(from).send();
    let all = pages("lambda:ListFunctions", ask, |page| page.next_marker()).await?;
    Ok(all.into_iter().flat_map(|page| page.functions.unwrap_or_default()).collect())
}

async fn apis(aws: &Aws) -> Result<Vec<Api>> {
    let ask = |from: Option<String>| aws.apigateway.get_rest_apis().limit(500).set_position(from).send();
    let all = pages("apigateway:GetRestApis", ask, |page| page.position()).await?;
    let all = all.into_iter().flat_map(|page| page.items.unwrap_or_default());
    try_join_all(all.map(|api| whole(aws, api))).await
}

async fn whole(aws: &Aws, api: RestApi) -> Result<Api> {
    let id = api.id.clone().unwrap_or_default();
    let ask = |from: Option<String>| {
        aws.apigateway.get_resources().rest_api_id(&id).embed("methods").limit(500).set_position(from).send()
    };
    let (resources, stages) = futures::try_join!(
        pages("apigateway:GetResources", ask, |page| page.position()),
        read("apigateway:GetStages", || aws.apigateway.get_stages().rest_api_id(&id).send())
    )?;
    let mut methods = BTreeMap::<_, BTreeMap<_, _>>::new();
    for resource in resources.into_iter().flat_map(|page| page.items.unwrap_or_default()) {
        let path = resource.path.unwrap_or_default();
        for (verb, method) in resource.resource_methods.unwrap_or_default() {
            methods.entry(path.clone()).or_default().insert(verb, Method::read(&method));
        }
    }
    Ok(Api { api, methods, stages: stages.item.unwrap_or_default() })
}

async fn plans(aws: &Aws) -> Result<Vec<(UsagePlan, Vec<UsagePlanKey>)>> {
    let ask = |from: Option<String>| aws.apigateway.get_usage_plans().limit(500).set_position(from).send();
    let all = pages("apigateway:GetUsagePlans", ask, |page| page.position()).await?;
    let all = all.into_iter().flat_map(|page| page.items.unwrap_or_default());
    try_join_all(all.map(|plan| async move {
        let id = plan.id.clone().unwrap_or_default();
        let ask = |from: Option<String>| {
            aws.apigateway.get_usage_plan_keys().usage_plan_id(&id).limit(500).set_position(from).send()
        };
        let keys = pages("apigateway:GetUsagePlanKeys", ask, |page| page.position()).await?;
        Ok((plan, keys.into_iter().flat_map(|page| page.items.unwrap_or_default()).collect()))
    }))
    .await
}

async fn keys(aws: &Aws) -> Result<Vec<String>> {
    let ask = |from: Option<String>| aws.apigateway.get_api_keys().limit(500).set_position(from).send();
    let all = pages("apigateway:GetApiKeys", ask, |page| page.position()).await?;
    Ok(all.into_iter().flat_map(|page| page.items.unwrap_or_default()).filter_map(|key| key.name).collect())
}

async fn crawlers(aws: &Aws) -> Result<Vec<Crawler>> {
    let ask = |from: Option<String>| aws.glue.get_crawlers().set_next_token(from).send();
    let all = pages("glue:GetCrawlers", ask, |page| page.next_token()).await?;
    Ok(all.into_iter().flat_map(|page| page.crawlers.unwrap_or_default()).collect())
}

async fn jobs(aws: &Aws) -> Result<Vec<Job>> {
    let ask = |from: Option<String>| aws.glue.get_jobs().set_next_token(from).send();
    let all = pages("glue:GetJobs", ask, |page| page.next_token()).await?;
    Ok(all.into_iter().flat_map(|page| page.jobs.unwrap_or_default()).collect())
}

async fn triggers(aws: &Aws) -> Result<Vec<Trigger>> {
    let ask = |from: Option<String>| aws.glue.get_triggers().set_next_token(from).send();
    let all = pages("glue:GetTriggers", ask, |page| page.next_token()).await?;
    Ok(all.into_iter().flat_map(|page| page.triggers.unwrap_or_default()).collect())
}

async fn tags(aws: &Aws) -> Result<BTreeMap<String, Tags>> {
    let ask = |from: Option<String>| aws.tagging.get_resources().set_pagination_token(from).send();
    let all = pages("tag:GetResources", ask, |page| page.pagination_token()).await?;
    let all = all.into_iter().flat_map(|page| page.resource_tag_mapping_list.unwrap_or_default());
    let pair = |tag: &aws_sdk_resourcegroupstagging::types::Tag| (tag.key().to_owned(), tag.value().to_owned());
    Ok(all
        .map(|one| (one.resource_arn().unwrap_or_default().to_owned(), one.tags().iter().map(pair).collect()))
        .collect())
}

/// Whom a bucket tells of new objects.
pub(super) async fn notifications(aws: &Aws, bucket: &str) -> Result<Vec<LambdaFunctionConfiguration>> {
    let ask = || aws.s3.get_bucket_notification_configuration().bucket(bucket).send();
    let found = read("s3:GetBucketNotification", ask).await.absent()?;
    Ok(found.and_then(|found| found.lambda_function_configurations).unwrap_or_default())
}

pub(super) async fn tables(aws: &Aws, database: &str) -> Result<Vec<Table>> {
    let ask = |from: Option<String>| aws.glue.get_tables().database_name(database).set_next_token(from).send();
    let Some(all) = pages("glue:GetTables", ask, |page| page.next_token()).await.absent()? else { return Ok(vec![]) };
    Ok(all.into_iter().flat_map(|page| page.table_list.unwrap_or_default()).collect())
}

/// The text at an `s3://` address; `None` where it cannot be had, which the report tells.
pub(super) async fn text(aws: &Aws, address: &str) -> Option<String> {
    let (bucket, key) = address.strip_prefix("s3://")?.split_once('/')?;
    let found = read("s3:GetObject", || aws.s3.get_object().bucket(bucket).key(key).send()).await.ok()?;
    let bytes = found.body.collect().await.ok()?.into_bytes();
    String::from_utf8(bytes.to_vec()).ok()
}
