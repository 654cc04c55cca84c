//! Athena workgroup: where results go, and how much a query may scan.

use super::fields::GET_WORK_GROUP;
use super::managed::Managed;
use super::named::{Found, Named, ladders};
use super::named_query;
use super::tags::{Stamp, Tags};
use crate::aws::{Aws, Error, Expect, Result, read, whole, write};
use crate::engine::extra::Extra;
use crate::engine::resource::Resource;
use crate::engine::value::Pending;
use crate::names::Names;
use aws_sdk_athena::types::{
    EncryptionConfiguration, EncryptionOption, EngineVersion, ManagedQueryResultsConfigurationUpdates,
    ResultConfiguration, ResultConfigurationUpdates, Tag, WorkGroup, WorkGroupConfiguration,
    WorkGroupConfigurationUpdates, WorkGroupState,
};
use std::collections::BTreeMap;

/// Where the pipeline's queries run: how much one may scan, and where results go.
#[derive(Clone, Debug, Managed)]
pub(crate) struct Workgroup {
    #[fixed]
    pub(crate) name: String,
    #[sent]
    pub(crate) description: String,
    /// Where results go: `s3://bucket/athena_results/`.
    #[sent]
    pub(crate) output_location: String,
    /// How many bytes a query may scan: Athena cancels one that scans more. At least 10 MB.
    #[sent]
    pub(crate) scan_limit: Option<i64>,
    /// Whether clients can choose other settings: then the limit would be no limit.
    #[sent]
    pub(crate) enforced: bool,
    /// How results are encrypted: `SSE_S3`, or `SSE_KMS`.
    #[sent]
    pub(crate) encryption: Option<String>,
    /// With `SSE_KMS`: the ARN of the key.
    #[sent]
    pub(crate) kms_key: Option<Pending<String>>,
    /// That CloudWatch has figures of its queries.
    #[sent]
    pub(crate) metrics: bool,
    /// `Athena engine version 3`; with `AUTO`, Athena changes it by itself.
    #[sent]
    pub(crate) engine: String,
    /// That queries can run. One that somebody turned off is turned on again.
    #[sent]
    pub(crate) enabled: bool,
    #[tags]
    pub(crate) tags: Tags,
}

#[derive(Clone, Debug)]
pub(crate) struct WorkgroupOutputs {
    pub(crate) name: String,
}

impl Workgroup {
    fn encryption(&self) -> Result<Option<EncryptionConfiguration>> {
        let option = self.encryption.as_deref().map(EncryptionOption::from);
        let key = self.kms_key.as_ref().map(|key| key.known().clone());
        let built =
            option.map(|option| EncryptionConfiguration::builder().encryption_option(option).set_kms_key(key).build());
        built.transpose().map_err(|error| Error::new("athena:CreateWorkGroup", "InvalidRequest", &error.to_string()))
    }

    fn engine_version(&self) -> EngineVersion {
        EngineVersion::builder().selected_engine_version(&self.engine).build()
    }

    fn configuration(&self) -> Result<WorkGroupConfiguration> {
        let result = ResultConfiguration::builder()
            .output_location(&self.output_location)
            .set_encryption_configuration(self.encryption()?)
            .build();
        Ok(WorkGroupConfiguration::builder()
            .result_configuration(result)
            .set_bytes_scanned_cutoff_per_query(self.scan_limit)
            .enforce_work_group_configuration(self.enforced)
            .publish_cloud_watch_metrics_enabled(self.metrics)
            .engine_version(self.engine_version())
            .build())
    }

    fn from_description(group: WorkGroup, tags: Tags) -> Self {
        let configuration = group.configuration.as_ref();
        let result = configuration.and_then(|all| all.result_configuration());
        let encryption = result.and_then(|result| result.encryption_configuration());
        let engine = configuration.and_then(|all| all.engine_version());
        Self {
            output_location: result.and_then(|result| result.output_location()).unwrap_or_default().to_owned(),
            scan_limit: configuration.and_then(|all| all.bytes_scanned_cutoff_per_query()),
            enforced: configuration.and_then(|all| all.enforce_work_group_configuration()).unwrap_or(true),
            encryption: encryption.map(|encryption| encryption.encryption_option().to_string()),
            kms_key: encryption.and_then(|encryption| encryption.kms_key()).map(|key| Pending::Known(key.to_owned())),
            metrics: configuration.and_then(|all| all.publish_cloud_watch_metrics_enabled()).unwrap_or(false),
            engine: engine.and_then(|engine| engine.selected_engine_version()).unwrap_or("AUTO").to_owned(),
            enabled: group.state != Some(WorkGroupState::Disabled),
            name: group.name,
            description: group.description.unwrap_or_default(),
            tags,
        }
    }
}

impl Resource for Workgroup {
    type World = Aws;
    type Outputs = WorkgroupOutputs;
    const KIND: &'static str = "athena.workgroup";
    const USES: &'static [&'static str] = &["kms.key"];
    const HOLDS_DATA: bool = true;
    ladders!();
}

impl Named for Workgroup {
    fn name(&self) -> &str {
        &self.name
    }

    fn outputs(&self, _: &Names) -> WorkgroupOutputs {
        WorkgroupOutputs { name: self.name.clone() }
    }

    fn arn(names: &Names, name: &str) -> String {
        names.arn("athena", &format!("workgroup/{name}"))
    }

    async fn read(aws: &Aws, name: &str) -> Result<Option<Found<Self>>> {
        let arn = Self::arn(&aws.names, name);
        let group = whole("athena:GetWorkGroup", |keep| {
            aws.athena.get_work_group().work_group(name).customize().interceptor(keep).send()
        });
        let tags = read("athena:ListTagsForResource", || {
            aws.athena.list_tags_for_resource().resource_arn(&arn).max_results(200).send()
        });
        let (group, tags, foreign) = futures::join!(group, tags, named_query::foreign(aws, name));
        let (Some((group, raw)), Some(tags)) = (group.absent()?, tags.absent()?) else { return Ok(None) };
        let Some(group) = group.work_group else { return Ok(None) };
        let pairs = tags.tags.unwrap_or_default().into_iter();
        let pairs = pairs.map(|tag| (tag.key.unwrap_or_default(), tag.value.unwrap_or_default()));
        let stamp = Stamp::read(&aws.names, pairs);
        let resource = Self::from_description(group, stamp.tags.clone());
        let extras = GET_WORK_GROUP.extras(&raw);
        Ok(Some(Found { data: in_words(foreign?), extras, ..Found::new(resource, stamp) }))
    }

    async fn make(&self, aws: &Aws, tags: &BTreeMap<String, String>) -> Result<()> {
        let (configuration, tags) = (self.configuration()?, tag_list(tags));
        write("athena:CreateWorkGroup", || {
            aws.athena
                .create_work_group()
                .name(&self.name)
                .description(&self.description)
                .configuration(configuration.clone())
                .set_tags(Some(tags.clone()))
                .send()
        })
        .await
        .map(drop)
    }

    async fn send(&self, (): (), aws: &Aws, _: &Self) -> Result<()> {
        let result = ResultConfigurationUpdates::builder()
            .output_location(&self.output_location)
            .set_encryption_configuration(self.encryption()?)
            .set_remove_encryption_configuration(self.encryption.is_none().then_some(true))
            .build();
        let updates = WorkGroupConfigurationUpdates::builder()
            .result_configuration_updates(result)
            .set_bytes_scanned_cutoff_per_query(self.scan_limit)
            .set_remove_bytes_scanned_cutoff_per_query(self.scan_limit.is_none().then_some(true))
            .enforce_work_group_configuration(self.enforced)
            .publish_cloud_watch_metrics_enabled(self.metrics)
            .engine_version(self.engine_version())
            .build();
        let state = if self.enabled { WorkGroupState::Enabled } else { WorkGroupState::Disabled };
        write("athena:UpdateWorkGroup", || {
            aws.athena
                .update_work_group()
                .work_group(&self.name)
                .description(&self.description)
                .configuration_updates(updates.clone())
                .state(state.clone())
                .send()
        })
        .await
        .map(drop)
    }

    async fn put_back(&self, aws: &Aws, _: &Self, extras: &[&Extra]) -> Result<()> {
        let is = |name: &str| extras.iter().any(|extra| extra.name == name).then_some(true);
        let result = ResultConfigurationUpdates::builder()
            .set_remove_expected_bucket_owner(is("ResultConfiguration.ExpectedBucketOwner"))
            .set_remove_acl_configuration(is("ResultConfiguration.AclConfiguration"));
        let managed = is("ManagedQueryResultsConfiguration.Enabled")
            .map(|_| ManagedQueryResultsConfigurationUpdates::builder().enabled(false).build());
        let updates = WorkGroupConfigurationUpdates::builder()
            .result_configuration_updates(result.build())
            .set_managed_query_results_configuration_updates(managed)
            .set_requester_pays_enabled(is("RequesterPaysEnabled").map(|_| false))
            .set_enable_minimum_encryption_configuration(is("EnableMinimumEncryptionConfiguration").map(|_| false))
            .set_remove_customer_content_encryption_configuration(is("CustomerContentEncryptionConfiguration.KmsKey"))
            .build();
        write("athena:UpdateWorkGroup", || {
            aws.athena.update_work_group().work_group(&self.name).configuration_updates(updates.clone()).send()
        })
        .await
        .map(drop)
    }

    async fn tag(&self, aws: &Aws, tags: BTreeMap<String, String>, removed: Vec<String>) -> Result<()> {
        let arn = Self::arn(&aws.names, &self.name);
        if !removed.is_empty() {
            write("athena:UntagResource", || {
                aws.athena.untag_resource().resource_arn(&arn).set_tag_keys(Some(removed.clone())).send()
            })
            .await?;
        }
        let tags = tag_list(&tags);
        write("athena:TagResource", || aws.athena.tag_resource().resource_arn(&arn).set_tags(Some(tags.clone())).send())
            .await
            .map(drop)
    }

    /// Recursively, because the history of queries keeps a workgroup from being empty. What other people
    /// saved there counts as data, and was asked about before.
    async fn remove(&self, aws: &Aws) -> Result<()> {
        write("athena:DeleteWorkGroup", || {
            aws.athena.delete_work_group().work_group(&self.name).recursive_delete_option(true).send()
        })
        .await
        .gone()
    }
}

fn tag_list(tags: &BTreeMap<String, String>) -> Vec<Tag> {
    tags.iter().map(|(key, value)| Tag::builder().key(key).value(value).build()).collect()
}

fn in_words(foreign: usize) -> String {
    match foreign {
        0 => String::new(),
        1 => "1 named query that pipectl did not make".to_owned(),
        some => format!("{some} named queries that pipectl did not make"),
    }
}
