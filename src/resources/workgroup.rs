//! Athena workgroup: where results go, and how much a query may scan.

use super::named_query;
use crate::aws::{Aws, Error, Expect, Result, Sort, Stamp, Tags, read, write};
use crate::engine::diff::{Attributes, Change};
use crate::engine::resource::{Live, Resource, Wanted};
use crate::names::Names;
use crate::resources::found::{Found, by_id, resume};
use aws_sdk_athena::types::{
    EncryptionConfiguration, EncryptionOption, EngineVersion, ResultConfiguration, ResultConfigurationUpdates, Tag,
    WorkGroup, WorkGroupConfiguration, WorkGroupConfigurationUpdates, WorkGroupState,
};

#[derive(Clone, Debug)]
pub(crate) struct Workgroup {
    pub(crate) name: String,
    pub(crate) description: String,
    /// `s3://bucket/athena_results/`.
    pub(crate) output_location: String,
    /// Bytes; Athena cancels a query that scans more. At least 10 MB.
    pub(crate) scan_limit: Option<i64>,
    /// Whether clients can choose other settings: then the limit would be no limit.
    pub(crate) enforced: bool,
    /// How results are encrypted: `SSE_S3`.
    pub(crate) encryption: Option<String>,
    pub(crate) metrics: bool,
    /// `Athena engine version 3`; with `AUTO`, Athena changes it by itself.
    pub(crate) engine: String,
    pub(crate) enabled: bool,
    pub(crate) tags: Tags,
}

#[derive(Clone, Debug)]
pub(crate) struct WorkgroupOutputs {
    pub(crate) name: String,
}

impl Workgroup {
    fn outputs(&self) -> WorkgroupOutputs {
        WorkgroupOutputs { name: self.name.clone() }
    }

    fn encryption(&self) -> Result<Option<EncryptionConfiguration>> {
        let option = self.encryption.as_deref().map(EncryptionOption::from);
        let built = option.map(|option| EncryptionConfiguration::builder().encryption_option(option).build());
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

    async fn change(&self, aws: &Aws) -> Result<()> {
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
        .map(|_| ())
    }

    async fn put_tags(&self, aws: &Aws, live: &Live<Self>) -> Result<()> {
        let arn = arn(&aws.names, &self.name);
        let removed = self.tags.removed_from(&live.resource.tags);
        if !removed.is_empty() {
            write("athena:UntagResource", || {
                aws.athena.untag_resource().resource_arn(&arn).set_tag_keys(Some(removed.clone())).send()
            })
            .await?;
        }
        let tags = self.tag_list(aws, &live.name);
        write("athena:TagResource", || aws.athena.tag_resource().resource_arn(&arn).set_tags(Some(tags.clone())).send())
            .await
            .map(|_| ())
    }

    fn tag_list(&self, aws: &Aws, name: &str) -> Vec<Tag> {
        let tags = self.tags.stamped(aws, name, &self.attributes());
        tags.into_iter().map(|(key, value)| Tag::builder().key(key).value(value).build()).collect()
    }

    fn read(group: WorkGroup, tags: Tags) -> Self {
        let configuration = group.configuration.as_ref();
        let result = configuration.and_then(|all| all.result_configuration());
        let encryption = result.and_then(|result| result.encryption_configuration());
        let engine = configuration.and_then(|all| all.engine_version());
        Self {
            output_location: result.and_then(|result| result.output_location()).unwrap_or_default().to_owned(),
            scan_limit: configuration.and_then(|all| all.bytes_scanned_cutoff_per_query()),
            enforced: configuration.and_then(|all| all.enforce_work_group_configuration()).unwrap_or(true),
            encryption: encryption.map(|encryption| encryption.encryption_option().to_string()),
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
    const KIND: &'static str = "athena.workgroup";
    const HOLDS_DATA: bool = true;
    type Outputs = WorkgroupOutputs;

    fn id(&self) -> String {
        self.name.clone()
    }

    fn attributes(&self) -> Attributes {
        let Self {
            name,
            description,
            output_location,
            scan_limit,
            enforced,
            encryption,
            metrics,
            engine,
            enabled,
            tags,
        } = self;
        Attributes::new()
            .replace("name", name)
            .update("description", description)
            .update("output_location", output_location)
            .update("scan_limit", scan_limit)
            .update("enforced", enforced)
            .update("encryption", encryption)
            .update("metrics", metrics)
            .update("engine", engine)
            .update("enabled", enabled)
            .update("tags", tags)
    }

    fn predict(&self, _: &Names, _: &str) -> WorkgroupOutputs {
        self.outputs()
    }

    async fn observe(aws: &Aws, wanted: &[Wanted]) -> Result<Vec<Live<Self>>> {
        by_id(aws, wanted, &arn(&aws.names, ""), |name: String| observe_one(aws, name)).await
    }

    async fn create(&self, aws: &Aws, name: &str) -> Result<WorkgroupOutputs> {
        let (configuration, tags) = (self.configuration()?, self.tag_list(aws, name));
        let made = write("athena:CreateWorkGroup", || {
            aws.athena
                .create_work_group()
                .name(&self.name)
                .description(&self.description)
                .configuration(configuration.clone())
                .set_tags(Some(tags.clone()))
                .send()
        });
        match made.await {
            Ok(_) => Ok(self.outputs()),
            Err(error) if error.sort() == Sort::Exists => {
                resume(self, aws, name, observe_one(aws, self.name.clone()).await?, error).await
            }
            Err(error) => Err(error),
        }
    }

    async fn update(&self, aws: &Aws, live: &Live<Self>, changes: &[Change]) -> Result<WorkgroupOutputs> {
        if changes.iter().any(|change| change.attribute != "tags") {
            self.change(aws).await?;
        }
        self.put_tags(aws, live).await?;
        Ok(self.outputs())
    }

    /// Recursively, because the history of queries keeps a workgroup from being empty. What other people
    /// saved there counts as data, and was asked about before.
    async fn delete(live: &Live<Self>, aws: &Aws) -> Result<()> {
        let name = &live.resource.name;
        write("athena:DeleteWorkGroup", || {
            aws.athena.delete_work_group().work_group(name).recursive_delete_option(true).send()
        })
        .await
        .gone()
    }
}

async fn observe_one(aws: &Aws, name: String) -> Result<Option<Found<Workgroup>>> {
    let arn = arn(&aws.names, &name);
    let group = read("athena:GetWorkGroup", || aws.athena.get_work_group().work_group(&name).send());
    let tags = read("athena:ListTagsForResource", || {
        aws.athena.list_tags_for_resource().resource_arn(&arn).max_results(200).send()
    });
    let (group, tags, foreign) = futures::join!(group, tags, named_query::foreign(aws, &name));
    let (Some(group), Some(tags)) = (group.absent()?, tags.absent()?) else { return Ok(None) };
    let Some(group) = group.work_group else { return Ok(None) };
    let pairs = tags.tags.unwrap_or_default().into_iter();
    let stamp = Stamp::read(&aws.names, pairs.map(|tag| (tag.key.unwrap_or_default(), tag.value.unwrap_or_default())));
    let resource = Workgroup::read(group, stamp.tags.clone());
    let data = match foreign? {
        0 => String::new(),
        1 => "1 named query that pipectl did not make".to_owned(),
        some => format!("{some} named queries that pipectl did not make"),
    };
    Ok(Some(Found { outputs: resource.outputs(), resource, stamp, data }))
}

fn arn(names: &Names, name: &str) -> String {
    names.arn("athena", &format!("workgroup/{name}"))
}
