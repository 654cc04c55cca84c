//! Glue job: the Spark script that turns JSON into Parquet.

use super::crawler::RoleName;
use super::fields::GET_JOB;
use super::glue_tags;
use super::managed::Managed;
use super::named::{Found, Named, ladders};
use super::tags::Tags;
use crate::aws::{Aws, Expect, Result, whole, write};
use crate::engine::extra::Extra;
use crate::engine::resource::Resource;
use crate::names::Names;
use aws_sdk_glue::types::{ExecutionClass, ExecutionProperty, Job as Description, JobCommand, JobUpdate, WorkerType};
use std::collections::BTreeMap;

/// A Spark program that converts new files of raw JSON into Parquet.
#[derive(Clone, Debug, Managed)]
pub(crate) struct Job {
    #[fixed]
    pub(crate) name: String,
    /// What it becomes to read and write files.
    #[sent]
    pub(crate) role: RoleName,
    /// What it runs: `s3://bucket/_pipectl/etl-<digest>.py`.
    #[sent]
    pub(crate) script: String,
    /// Which Spark and Python it runs on.
    #[sent]
    pub(crate) glue_version: String,
    /// How large each worker is: `G.1X` has 4 vCPUs and is one DPU.
    #[sent]
    pub(crate) worker_type: String,
    /// How many: a run is billed by DPU and second.
    #[sent]
    pub(crate) workers: i32,
    /// After how many minutes a run is stopped.
    #[sent]
    pub(crate) timeout: i32,
    /// Runs at the same time; more than one would read the same new files twice.
    #[sent]
    pub(crate) concurrent_runs: i32,
    /// How often a run that failed is started again by itself.
    #[sent]
    pub(crate) max_retries: i32,
    /// `STANDARD`; or `FLEX`, which is cheaper and begins when there is room.
    #[sent]
    pub(crate) execution_class: String,
    /// What the script is told: paths, dates, bookmarks.
    #[sent]
    pub(crate) arguments: BTreeMap<String, String>,
    #[sent]
    pub(crate) description: String,
    #[tags]
    pub(crate) tags: Tags,
    /// A live job as AWS describes it: an update has to repeat what is somebody else's.
    #[unmanaged]
    pub(crate) found: Option<Box<Description>>,
}

#[derive(Clone, Debug)]
pub(crate) struct JobOutputs {
    pub(crate) name: String,
}

impl Job {
    fn command(&self) -> JobCommand {
        JobCommand::builder().name("glueetl").python_version("3").script_location(&self.script).build()
    }

    fn concurrency(&self) -> ExecutionProperty {
        ExecutionProperty::builder().max_concurrent_runs(self.concurrent_runs).build()
    }

    /// An update takes the place of the whole job: what it does not repeat goes back to Glue's default. So what
    /// somebody set on the live one is repeated, but for what is named in `gone`.
    fn update(&self, live: Option<&Description>, gone: &[&Extra]) -> JobUpdate {
        let goes = |name: &str| gone.iter().any(|extra| extra.name == name);
        let kept = |name: &str| live.filter(|_| !goes(name));
        JobUpdate::builder()
            .role(&self.role.0)
            .command(self.command())
            .glue_version(&self.glue_version)
            .worker_type(WorkerType::from(self.worker_type.as_str()))
            .number_of_workers(self.workers)
            .timeout(self.timeout)
            .max_retries(self.max_retries)
            .execution_property(self.concurrency())
            .execution_class(ExecutionClass::from(self.execution_class.as_str()))
            .set_default_arguments(Some(self.arguments.clone().into_iter().collect()))
            .description(&self.description)
            .set_job_mode(live.and_then(|live| live.job_mode.clone()))
            .set_job_run_queuing_enabled(kept("JobRunQueuingEnabled").and_then(|live| live.job_run_queuing_enabled))
            .set_log_uri(live.and_then(|live| live.log_uri.clone()))
            .set_non_overridable_arguments(
                kept("NonOverridableArguments").and_then(|live| live.non_overridable_arguments.clone()),
            )
            .set_connections(kept("Connections").and_then(|live| live.connections.clone()))
            .set_security_configuration(
                kept("SecurityConfiguration").and_then(|live| live.security_configuration.clone()),
            )
            .set_notification_property(kept("NotificationProperty").and_then(|live| live.notification_property.clone()))
            .set_code_gen_configuration_nodes(live.and_then(|live| live.code_gen_configuration_nodes.clone()))
            .set_source_control_details(live.and_then(|live| live.source_control_details.clone()))
            .set_maintenance_window(kept("MaintenanceWindow").and_then(|live| live.maintenance_window.clone()))
            .build()
    }

    async fn put(&self, aws: &Aws, update: &JobUpdate) -> Result<()> {
        write("glue:UpdateJob", || aws.glue.update_job().job_name(&self.name).job_update(update.clone()).send())
            .await
            .map(drop)
    }

    fn from_description(description: Description, tags: Tags) -> Self {
        let found = Some(Box::new(description.clone()));
        let script = description.command.as_ref().and_then(|command| command.script_location());
        let property = description.execution_property.as_ref();
        let class = description.execution_class.as_ref().map_or("STANDARD", ExecutionClass::as_str);
        Self {
            script: script.unwrap_or_default().to_owned(),
            concurrent_runs: property.map_or(1, |property| property.max_concurrent_runs()),
            execution_class: class.to_owned(),
            worker_type: description.worker_type.map(|worker| worker.to_string()).unwrap_or_default(),
            workers: description.number_of_workers.unwrap_or_default(),
            timeout: description.timeout.unwrap_or_default(),
            max_retries: description.max_retries,
            arguments: description.default_arguments.unwrap_or_default().into_iter().collect(),
            name: description.name.unwrap_or_default(),
            role: RoleName(description.role.unwrap_or_default()),
            glue_version: description.glue_version.unwrap_or_default(),
            description: description.description.unwrap_or_default(),
            tags,
            found,
        }
    }
}

impl Resource for Job {
    type World = Aws;
    type Outputs = JobOutputs;
    const KIND: &'static str = "glue.job";
    const USES: &'static [&'static str] = &["s3.bucket", "s3.object", "iam.role", "glue.database"];
    ladders!();
}

impl Named for Job {
    fn name(&self) -> &str {
        &self.name
    }

    fn outputs(&self, _: &Names) -> JobOutputs {
        JobOutputs { name: self.name.clone() }
    }

    fn arn(names: &Names, name: &str) -> String {
        names.arn("glue", &format!("job/{name}"))
    }

    async fn read(aws: &Aws, name: &str) -> Result<Option<Found<Self>>> {
        let arn = Self::arn(&aws.names, name);
        let job = whole("glue:GetJob", |keep| aws.glue.get_job().job_name(name).customize().interceptor(keep).send());
        let (job, stamp) = futures::join!(job, glue_tags::stamp(aws, &arn));
        let (Some((job, raw)), Some(stamp)) = (job.absent()?, stamp?) else { return Ok(None) };
        let described = job.job.map(|description| Self::from_description(description, stamp.tags.clone()));
        Ok(described.map(|resource| Found { extras: GET_JOB.extras(&raw), ..Found::new(resource, stamp) }))
    }

    async fn make(&self, aws: &Aws, tags: &BTreeMap<String, String>) -> Result<()> {
        write("glue:CreateJob", || {
            aws.glue
                .create_job()
                .name(&self.name)
                .role(&self.role.0)
                .command(self.command())
                .glue_version(&self.glue_version)
                .worker_type(WorkerType::from(self.worker_type.as_str()))
                .number_of_workers(self.workers)
                .timeout(self.timeout)
                .max_retries(self.max_retries)
                .execution_property(self.concurrency())
                .execution_class(ExecutionClass::from(self.execution_class.as_str()))
                .set_default_arguments(Some(self.arguments.clone().into_iter().collect()))
                .description(&self.description)
                .set_tags(Some(tags.clone().into_iter().collect()))
                .send()
        })
        .await
        .map(drop)
    }

    async fn send(&self, (): (), aws: &Aws, live: &Self) -> Result<()> {
        self.put(aws, &self.update(live.found.as_deref(), &[])).await
    }

    async fn put_back(&self, aws: &Aws, live: &Self, extras: &[&Extra]) -> Result<()> {
        self.put(aws, &self.update(live.found.as_deref(), extras)).await
    }

    async fn tag(&self, aws: &Aws, tags: BTreeMap<String, String>, removed: Vec<String>) -> Result<()> {
        glue_tags::put(aws, &Self::arn(&aws.names, &self.name), tags, removed).await
    }

    async fn remove(&self, aws: &Aws) -> Result<()> {
        write("glue:DeleteJob", || aws.glue.delete_job().job_name(&self.name).send()).await.gone()
    }
}
