//! The ARNs of a pipeline's resources, as policies name them.

use super::call::On;
use crate::config::Pipeline;
use crate::names::Names;
use crate::resources::{Graph, OWN_PREFIX};

pub(super) struct Arns<'a> {
    pipeline: &'a Pipeline,
    names: &'a Names,
    graph: &'a Graph<'a>,
}

impl<'a> Arns<'a> {
    pub(super) fn of(pipeline: &'a Pipeline, names: &'a Names, graph: &'a Graph<'_>) -> Self {
        Self { pipeline, names, graph }
    }

    /// Empty where the file asks for nothing of the kind.
    pub(super) fn on(&self, on: On) -> Vec<String> {
        let names = self.names;
        let glue = |resource: String| names.arn("glue", &resource);
        match on {
            On::Anything => vec!["*".to_owned()],
            On::Bucket => vec![names.s3_arn(&self.pipeline.bucket.name)],
            On::OwnObjects => self.objects(OWN_PREFIX),
            On::Objects => self.objects(""),
            On::Undelivered => self.objects(&self.pipeline.delivery.prefix),
            On::Replayed => self.objects(&self.pipeline.replayed_prefix()),
            On::Results => self.objects(&self.pipeline.query.results.prefix),
            // Their path names pipeline, stage and region, and ends there.
            On::Roles => vec![self.role(&format!("{}*", names.iam_path()))],
            On::RolesOrNone => {
                let named = self.ids("iam.role").map(|name| self.role(&format!("/{name}")));
                self.on(On::Roles).into_iter().chain(named).collect()
            }
            On::LogGroups => {
                let groups = self.ids("logs.log_group");
                let arns = groups.map(|group| names.arn("logs", &format!("log-group:{group}")));
                arns.flat_map(|arn| [format!("{arn}:*"), arn]).collect()
            }
            On::SealedLogGroups if self.ids("kms.key").next().is_none() => vec![],
            On::SealedLogGroups => self.on(On::LogGroups),
            On::Logs => {
                self.on(On::LogGroups).into_iter().chain([names.arn("logs", "log-group:/aws-glue/*")]).collect()
            }
            On::Database => vec![glue("catalog".to_owned()), glue(format!("database/{}", self.database()))],
            On::WholeDatabase => {
                let inside =
                    [format!("table/{}/*", self.database()), format!("userDefinedFunction/{}/*", self.database())];
                self.on(On::Database).into_iter().chain(inside.map(glue)).collect()
            }
            On::Tables => {
                self.on(On::Database).into_iter().chain([glue(format!("table/{}/*", self.database()))]).collect()
            }
            On::Stream => self.named("firehose.stream", "firehose", "deliverystream/"),
            On::Functions => self.named("lambda.function", "lambda", "function:"),
            On::Mover => vec![names.arn("lambda", &format!("function:{}", names.physical("mover")))],
            On::Crawlers => self.named("glue.crawler", "glue", "crawler/"),
            On::Job => self.named("glue.job", "glue", "job/"),
            On::WorkOfJob => ["job", "trigger"].map(|kind| glue(format!("{kind}/{}", names.physical("etl")))).into(),
            On::Triggers => self.named("glue.trigger", "glue", "trigger/"),
            On::Workgroup => self.named("athena.workgroup", "athena", "workgroup/"),
            On::Rules => self.named("events.rule", "events", "rule/"),
            On::Topics => self.named("sns.topic", "sns", ""),
            On::Budget if self.ids("sns.topic").next().is_none() => vec![],
            On::Budget => vec![names.budget_arn(&names.budget())],
            On::Alarms => self.named("cloudwatch.alarm", "cloudwatch", "alarm:"),
            On::Subscription => self.ids("quicksight.dashboard").map(|_| "*".to_owned()).collect(),
            On::DataSources => self.named("quicksight.data_source", "quicksight", "datasource/"),
            On::DataSets if self.ids("quicksight.data_set").next().is_none() => vec![],
            // Also those of queries that the file has no longer: an apply takes them down.
            On::DataSets => {
                let sets = ["events", "query-*"].map(|set| format!("dataset/{}", names.physical(set)));
                sets.map(|set| names.arn("quicksight", &set)).into()
            }
            On::RefreshSchedules => {
                self.on(On::DataSets).into_iter().map(|set| format!("{set}/refresh-schedule/*")).collect()
            }
            On::Analyses => self.named("quicksight.analysis", "quicksight", "analysis/"),
            On::Dashboards => self.named("quicksight.dashboard", "quicksight", "dashboard/"),
            On::Keys => vec![names.arn("kms", "key/*")],
            On::KeyAlias => vec![names.arn("kms", &names.key_alias())],
            On::BucketKey => self.bucket_key(),
            On::Path(path) => vec![format!("arn:{}:apigateway:{}::/{path}", names.partition, names.region)],
        }
    }

    fn role(&self, path_and_name: &str) -> String {
        let Names { partition, account, .. } = self.names;
        format!("arn:{partition}:iam::{account}:role{path_and_name}")
    }

    fn ids(&self, kind: &str) -> impl Iterator<Item = String> {
        self.graph.wanted(kind).into_iter().map(|wanted| wanted.id)
    }

    fn named(&self, kind: &str, service: &str, before: &str) -> Vec<String> {
        self.ids(kind).map(|id| self.names.arn(service, &format!("{before}{id}"))).collect()
    }

    fn objects(&self, prefix: &str) -> Vec<String> {
        vec![self.names.s3_arn(&format!("{}/{prefix}*", self.pipeline.bucket.name))]
    }

    fn database(&self) -> &str {
        &self.pipeline.catalog.database
    }

    /// A key that the file names, or the pipeline's own, whose id is not known before it is made.
    fn bucket_key(&self) -> Vec<String> {
        match &self.pipeline.bucket.kms_key {
            Some(arn) => vec![arn.clone()],
            None if self.ids("kms.key").next().is_some() => self.on(On::Keys),
            None => vec![],
        }
    }
}
