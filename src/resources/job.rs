//! Glue job: the Spark script that turns JSON into Parquet.

use super::crawler::RoleName;
use super::glue_tags;
use crate::aws::{Aws, Expect, Result, Sort, Tags, read, write};
use crate::engine::diff::{Attributes, Change};
use crate::engine::resource::{Live, Resource, Wanted};
use crate::names::Names;
use crate::resources::found::{Found, by_id, resume};
use aws_sdk_glue::types::{ExecutionClass, ExecutionProperty, Job as Description, JobCommand, JobUpdate, WorkerType};
use std::collections::BTreeMap;

#[derive(Clone, Debug)]
pub(crate) struct Job {
    pub(crate) name: String,
    pub(crate) role: RoleName,
    /// `s3://bucket/_pipectl/etl-<digest>.py`.
    pub(crate) script: String,
    pub(crate) glue_version: String,
    pub(crate) worker_type: String,
    pub(crate) workers: i32,
    /// Minutes.
    pub(crate) timeout: i32,
    /// Runs at the same time; more than one would read the same new files twice.
    pub(crate) concurrent_runs: i32,
    pub(crate) max_retries: i32,
    /// `STANDARD` or `FLEX`.
    pub(crate) execution_class: String,
    pub(crate) arguments: BTreeMap<String, String>,
    pub(crate) description: String,
    pub(crate) tags: Tags,
}

#[derive(Clone, Debug)]
pub(crate) struct JobOutputs {
    pub(crate) name: String,
}

impl Job {
    fn outputs(&self) -> JobOutputs {
        JobOutputs { name: self.name.clone() }
    }

    fn command(&self) -> JobCommand {
        JobCommand::builder().name("glueetl").python_version("3").script_location(&self.script).build()
    }

    fn concurrency(&self) -> ExecutionProperty {
        ExecutionProperty::builder().max_concurrent_runs(self.concurrent_runs).build()
    }

    /// An update takes the place of the whole job: what it does not repeat goes back to Glue's default.
    async fn change(&self, aws: &Aws) -> Result<()> {
        let update = JobUpdate::builder()
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
            .build();
        write("glue:UpdateJob", || aws.glue.update_job().job_name(&self.name).job_update(update.clone()).send())
            .await
            .map(|_| ())
    }

    fn read(description: Description, tags: Tags) -> Self {
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
        }
    }
}

impl Resource for Job {
    type World = Aws;
    const KIND: &'static str = "glue.job";
    const USES: &'static [&'static str] = &["s3.object", "iam.role", "glue.database", "s3.bucket"];
    type Outputs = JobOutputs;

    fn id(&self) -> String {
        self.name.clone()
    }

    fn attributes(&self) -> Attributes {
        let Self {
            name,
            role,
            script,
            glue_version,
            worker_type,
            workers,
            timeout,
            concurrent_runs,
            max_retries,
            execution_class,
            arguments,
            description,
            tags,
        } = self;
        Attributes::new()
            .replace("name", name)
            .update("role", role)
            .update("script", script)
            .update("glue_version", glue_version)
            .update("worker_type", worker_type)
            .update("workers", workers)
            .update("timeout", timeout)
            .update("concurrent_runs", concurrent_runs)
            .update("max_retries", max_retries)
            .update("execution_class", execution_class)
            .update("arguments", arguments)
            .update("description", description)
            .update("tags", tags)
    }

    fn predict(&self, _: &Names, _: &str) -> JobOutputs {
        self.outputs()
    }

    async fn observe(aws: &Aws, wanted: &[Wanted]) -> Result<Vec<Live<Self>>> {
        by_id(aws, wanted, &arn(&aws.names, ""), |name: String| observe_one(aws, name)).await
    }

    async fn create(&self, aws: &Aws, name: &str) -> Result<JobOutputs> {
        let tags = self.tags.stamped(aws, name, &self.attributes());
        let made = write("glue:CreateJob", || {
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
        });
        match made.await {
            Ok(_) => Ok(self.outputs()),
            Err(error) if error.sort() == Sort::Exists => {
                resume(self, aws, name, observe_one(aws, self.name.clone()).await?, error).await
            }
            Err(error) => Err(error),
        }
    }

    async fn update(&self, aws: &Aws, live: &Live<Self>, changes: &[Change]) -> Result<JobOutputs> {
        if changes.iter().any(|change| change.attribute != "tags") {
            self.change(aws).await?;
        }
        let arn = arn(&aws.names, &self.name);
        glue_tags::put(aws, &arn, &self.tags, &live.resource.tags, &live.name, &self.attributes()).await?;
        Ok(self.outputs())
    }

    async fn delete(live: &Live<Self>, aws: &Aws) -> Result<()> {
        let name = &live.resource.name;
        write("glue:DeleteJob", || aws.glue.delete_job().job_name(name).send()).await.gone()
    }
}

async fn observe_one(aws: &Aws, name: String) -> Result<Option<Found<Job>>> {
    let arn = arn(&aws.names, &name);
    let job = read("glue:GetJob", || aws.glue.get_job().job_name(&name).send());
    let (job, stamp) = futures::join!(job, glue_tags::stamp(aws, &arn));
    let (Some(job), Some(stamp)) = (job.absent()?, stamp?) else { return Ok(None) };
    let Some(description) = job.job else { return Ok(None) };
    let resource = Job::read(description, stamp.tags.clone());
    let outputs = resource.outputs();
    Ok(Some(Found { resource, outputs, stamp, data: String::new() }))
}

fn arn(names: &Names, name: &str) -> String {
    names.arn("glue", &format!("job/{name}"))
}
