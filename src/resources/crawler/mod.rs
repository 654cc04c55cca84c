//! Glue crawler: finds the tables and partitions under a prefix, on a schedule.

use super::fields::GET_CRAWLER;
use super::glue_tags;
use super::managed::{Managed, Word};
use super::named::{Found, Named, ladders};
use super::tags::Tags;
use crate::aws::{Aws, Class, Error, Expect, Look, Result, read, until, whole, write};
use crate::config::Schedule;
use crate::engine::extra::Extra;
use crate::engine::resource::Resource;
use crate::engine::value::{Canonical, Value};
use crate::names::Names;
use aws_sdk_glue::operation::update_crawler::builders::UpdateCrawlerFluentBuilder;
use aws_sdk_glue::types::{
    Crawler as Description, CrawlerLineageSettings, CrawlerState, CrawlerTargets, DeleteBehavior,
    LakeFormationConfiguration, LineageConfiguration, RecrawlBehavior, RecrawlPolicy, S3Target, ScheduleState,
    SchemaChangePolicy, UpdateBehavior,
};
use std::collections::BTreeMap;
use std::time::Duration;

/// How long an apply waits for a crawl to end. The crawl goes on if it takes longer.
const CRAWL_ENDS_WITHIN: Duration = Duration::from_secs(300);

/// Looks at the files below a prefix and keeps the table and its partitions in the catalog.
#[derive(Clone, Debug, Managed)]
pub(crate) struct Crawler {
    #[fixed]
    pub(crate) name: String,
    /// What it becomes to read files and write tables.
    #[sent]
    pub(crate) role: RoleName,
    /// Where its table goes.
    #[sent]
    pub(crate) database: String,
    /// What it looks at: `s3://bucket/prefix/`.
    #[sent]
    pub(crate) target: String,
    /// When it runs, in UTC.
    #[sent]
    pub(crate) schedule: WrittenSchedule,
    #[flat]
    pub(crate) behavior: Behavior,
    /// How it makes one table of all folders, and how partitions take over its columns.
    #[sent]
    pub(crate) configuration: Configuration,
    #[sent]
    pub(crate) description: String,
    #[tags]
    pub(crate) tags: Tags,
    /// The first target of a live crawler: AWS takes targets as a whole, so that an update repeats what is somebody's.
    #[unmanaged]
    pub(crate) found: Option<S3Target>,
}

/// What a crawler does with what it finds, in AWS's words.
#[derive(Clone, Debug, PartialEq, Eq, Managed)]
pub(crate) struct Behavior {
    /// Whether it looks at all folders, or at new ones alone.
    #[sent]
    pub(crate) recrawl: Word<RecrawlBehavior>,
    /// What it does with a table whose files have other columns.
    #[sent]
    pub(crate) on_change: Word<UpdateBehavior>,
    /// What it does with a table whose files are gone.
    #[sent]
    pub(crate) on_loss: Word<DeleteBehavior>,
    /// What it puts before the names of tables.
    #[sent]
    pub(crate) table_prefix: String,
    /// Patterns of files that are left out.
    #[sent]
    pub(crate) exclusions: Vec<String>,
    /// Targets that somebody added. AWS takes all targets at once, so that an update takes these away.
    #[sent]
    pub(crate) other_targets: i64,
}

impl Behavior {
    /// Tables follow what is found; one whose files are gone is only noted, since its query may be at work.
    pub(crate) fn follow() -> Self {
        Self {
            recrawl: Word(RecrawlBehavior::CrawlEverything),
            on_change: Word(UpdateBehavior::UpdateInDatabase),
            on_loss: Word(DeleteBehavior::Log),
            table_prefix: String::new(),
            exclusions: vec![],
            other_targets: 0,
        }
    }

    fn read(description: &Description) -> Self {
        let (targets, policy) = (description.targets.as_ref(), description.schema_change_policy.as_ref());
        let recrawl = description.recrawl_policy.as_ref().and_then(|policy| policy.recrawl_behavior());
        let on_change = policy.and_then(|policy| policy.update_behavior());
        let on_loss = policy.and_then(|policy| policy.delete_behavior());
        let first = targets.and_then(|all| all.s3_targets().first());
        // What is absent is AWS's default.
        Self {
            recrawl: Word(recrawl.cloned().unwrap_or(RecrawlBehavior::CrawlEverything)),
            on_change: Word(on_change.cloned().unwrap_or(UpdateBehavior::UpdateInDatabase)),
            on_loss: Word(on_loss.cloned().unwrap_or(DeleteBehavior::DeprecateInDatabase)),
            table_prefix: description.table_prefix.clone().unwrap_or_default(),
            exclusions: first.map(|target| target.exclusions().to_vec()).unwrap_or_default(),
            other_targets: targets.map_or(0, other_targets),
        }
    }

    fn schema_change_policy(&self) -> SchemaChangePolicy {
        let builder = SchemaChangePolicy::builder();
        builder.update_behavior(self.on_change.0.clone()).delete_behavior(self.on_loss.0.clone()).build()
    }

    fn recrawl_policy(&self) -> RecrawlPolicy {
        RecrawlPolicy::builder().recrawl_behavior(self.recrawl.0.clone()).build()
    }
}

/// Every target but the first one in S3.
fn other_targets(all: &CrawlerTargets) -> i64 {
    let count = all.s3_targets().len().saturating_sub(1)
        + all.jdbc_targets().len()
        + all.mongo_db_targets().len()
        + all.dynamo_db_targets().len()
        + all.catalog_targets().len()
        + all.delta_targets().len()
        + all.iceberg_targets().len()
        + all.hudi_targets().len();
    i64::try_from(count).unwrap_or(i64::MAX)
}

/// A role that Glue takes by its ARN and shows by its path and name.
#[derive(Clone, Debug)]
pub(crate) struct RoleName(pub(crate) String);

impl Canonical for RoleName {
    fn canonical(&self) -> Value {
        self.0.split_once(":role/").map_or(self.0.as_str(), |(_, path)| path).trim_start_matches('/').canonical()
    }
}

/// A schedule as Glue has it: `cron(...)`, or nothing where somebody took it away.
#[derive(Clone, Debug, Default)]
pub(crate) struct WrittenSchedule(pub(crate) String);

impl From<&Schedule> for WrittenSchedule {
    fn from(schedule: &Schedule) -> Self {
        Self(schedule.expression())
    }
}

/// Two spellings of the same times are the same schedule.
impl Canonical for WrittenSchedule {
    fn canonical(&self) -> Value {
        match Schedule::parse(&self.0) {
            _ if self.0.is_empty() => Value::Unset,
            Ok(schedule) => schedule.to_string().canonical(),
            Err(_) => self.0.canonical(),
        }
    }
}

/// A crawler's own settings: JSON whose spelling does not matter.
#[derive(Clone, Debug, Default)]
pub(crate) struct Configuration(pub(crate) String);

impl Configuration {
    /// One table per prefix, however its files differ, whose new partitions look like the table: without
    /// it, files of two schemas make two tables, and a column added later breaks the partitions before.
    pub(crate) fn one_table() -> Self {
        Self(
            serde_json::json!({
                "Version": 1.0,
                "CrawlerOutput": {"Partitions": {"AddOrUpdateBehavior": "InheritFromTable"}},
                "Grouping": {"TableGroupingPolicy": "CombineCompatibleSchemas"},
            })
            .to_string(),
        )
    }
}

impl Canonical for Configuration {
    fn canonical(&self) -> Value {
        match serde_json::from_str::<serde_json::Value>(&self.0) {
            _ if self.0.is_empty() => Value::Unset,
            Ok(document) => Value::from(&document),
            Err(_) => self.0.canonical(),
        }
    }
}

impl Crawler {
    fn targets(&self, live: Option<&S3Target>, gone: &[&Extra]) -> CrawlerTargets {
        let kept = |member: &str| {
            let name = format!("Targets.S3Targets.{member}");
            live.filter(|_| gone.iter().all(|extra| extra.name != name))
        };
        let target = S3Target::builder()
            .path(&self.target)
            .set_exclusions(Some(self.behavior.exclusions.clone()))
            .set_connection_name(kept("ConnectionName").and_then(|live| live.connection_name.clone()))
            .set_sample_size(kept("SampleSize").and_then(|live| live.sample_size))
            .set_event_queue_arn(kept("EventQueueArn").and_then(|live| live.event_queue_arn.clone()))
            .set_dlq_event_queue_arn(kept("DlqEventQueueArn").and_then(|live| live.dlq_event_queue_arn.clone()));
        CrawlerTargets::builder().s3_targets(target.build()).build()
    }

    /// With what is named in `gone` as it is where nobody sets it; an update keeps what it does not name.
    async fn change(&self, aws: &Aws, live: Option<&S3Target>, gone: &[&Extra]) -> Result<()> {
        const WAY: &str = "the crawler is still at work: apply again when it has ended, or stop it with \
                           `aws glue stop-crawler`";
        idle_then(aws, "glue:UpdateCrawler", &self.name, WAY, || async {
            write("glue:UpdateCrawler", || {
                self.without(gone, aws.glue.update_crawler())
                    .name(&self.name)
                    .role(&self.role.0)
                    .database_name(&self.database)
                    .targets(self.targets(live, gone))
                    .schedule(&self.schedule.0)
                    .schema_change_policy(self.behavior.schema_change_policy())
                    .recrawl_policy(self.behavior.recrawl_policy())
                    .table_prefix(&self.behavior.table_prefix)
                    .configuration(&self.configuration.0)
                    .description(&self.description)
                    .send()
            })
            .await
            .map(drop)
        })
        .await
    }

    fn without(&self, gone: &[&Extra], update: UpdateCrawlerFluentBuilder) -> UpdateCrawlerFluentBuilder {
        gone.iter().fold(update, |update, extra| match extra.name.as_ref() {
            "Classifiers" => update.set_classifiers(Some(vec![])),
            "CrawlerSecurityConfiguration" => update.crawler_security_configuration(""),
            "LineageConfiguration.CrawlerLineageSettings" => {
                let off = LineageConfiguration::builder().crawler_lineage_settings(CrawlerLineageSettings::Disable);
                update.lineage_configuration(off.build())
            }
            "LakeFormationConfiguration" => {
                let off = LakeFormationConfiguration::builder().use_lake_formation_credentials(false).account_id("");
                update.lake_formation_configuration(off.build())
            }
            _ => update,
        })
    }

    async fn start_schedule(&self, aws: &Aws) -> Result<()> {
        let started =
            write("glue:StartCrawlerSchedule", || aws.glue.start_crawler_schedule().crawler_name(&self.name).send());
        match started.await {
            Err(error) if error.class() != Class::Already => Err(error),
            _ => Ok(()),
        }
    }

    fn from_description(description: Description, tags: Tags) -> Self {
        let target = description.targets.as_ref().and_then(|all| all.s3_targets().first()?.path());
        // A schedule that is stopped fires as little as none.
        let runs = description.schedule.as_ref().filter(|all| all.state() != Some(&ScheduleState::NotScheduled));
        let schedule = runs.and_then(|schedule| schedule.schedule_expression());
        Self {
            found: description.targets.as_ref().and_then(|all| all.s3_targets().first().cloned()),
            behavior: Behavior::read(&description),
            target: target.unwrap_or_default().to_owned(),
            schedule: WrittenSchedule(schedule.unwrap_or_default().to_owned()),
            name: description.name.unwrap_or_default(),
            role: RoleName(description.role.unwrap_or_default()),
            database: description.database_name.unwrap_or_default(),
            configuration: Configuration(description.configuration.unwrap_or_default()),
            description: description.description.unwrap_or_default(),
            tags,
        }
    }
}

impl Resource for Crawler {
    type World = Aws;
    type Outputs = ();
    const KIND: &'static str = "glue.crawler";
    const USES: &'static [&'static str] = &["s3.bucket", "iam.role", "glue.database"];
    ladders!();
}

impl Named for Crawler {
    fn name(&self) -> &str {
        &self.name
    }

    fn outputs(&self, _: &Names) {}

    fn arn(names: &Names, name: &str) -> String {
        names.arn("glue", &format!("crawler/{name}"))
    }

    async fn read(aws: &Aws, name: &str) -> Result<Option<Found<Self>>> {
        let arn = Self::arn(&aws.names, name);
        let crawler =
            whole("glue:GetCrawler", |keep| aws.glue.get_crawler().name(name).customize().interceptor(keep).send());
        let (crawler, stamp) = futures::join!(crawler, glue_tags::stamp(aws, &arn));
        let (Some((crawler, raw)), Some(stamp)) = (crawler.absent()?, stamp?) else { return Ok(None) };
        let described = crawler.crawler.map(|description| Self::from_description(description, stamp.tags.clone()));
        Ok(described.map(|resource| Found { extras: GET_CRAWLER.extras(&raw), ..Found::new(resource, stamp) }))
    }

    async fn make(&self, aws: &Aws, tags: &BTreeMap<String, String>) -> Result<()> {
        write("glue:CreateCrawler", || {
            aws.glue
                .create_crawler()
                .name(&self.name)
                .role(&self.role.0)
                .database_name(&self.database)
                .targets(self.targets(None, &[]))
                .schedule(&self.schedule.0)
                .schema_change_policy(self.behavior.schema_change_policy())
                .recrawl_policy(self.behavior.recrawl_policy())
                .table_prefix(&self.behavior.table_prefix)
                .configuration(&self.configuration.0)
                .description(&self.description)
                .set_tags(Some(tags.clone().into_iter().collect()))
                .send()
        })
        .await
        .map(drop)
    }

    async fn send(&self, (): (), aws: &Aws, live: &Self) -> Result<()> {
        self.change(aws, live.found.as_ref(), &[]).await?;
        // An update does not start a schedule that somebody stopped.
        if live.schedule.0.is_empty() && !self.schedule.0.is_empty() {
            self.start_schedule(aws).await?;
        }
        Ok(())
    }

    async fn put_back(&self, aws: &Aws, live: &Self, extras: &[&Extra]) -> Result<()> {
        self.change(aws, live.found.as_ref(), extras).await
    }

    async fn tag(&self, aws: &Aws, tags: BTreeMap<String, String>, removed: Vec<String>) -> Result<()> {
        glue_tags::put(aws, &Self::arn(&aws.names, &self.name), tags, removed).await
    }

    /// A crawl that nobody will look at is stopped, not waited for.
    async fn remove(&self, aws: &Aws) -> Result<()> {
        const WAY: &str = "the crawler does not stop: run the same command again later";
        let name = &self.name;
        let delete =
            || async { write("glue:DeleteCrawler", || aws.glue.delete_crawler().name(name).send()).await.gone() };
        match delete().await {
            Err(error) if error.class() == Class::Running => {}
            done => return done,
        }
        let stopped = write("glue:StopCrawler", || aws.glue.stop_crawler().name(name).send()).await;
        // It may have ended by itself, or be stopping already.
        if let Err(error) = stopped
            && !matches!(error.class(), Class::Already | Class::Running)
        {
            return Err(error);
        }
        idle_then(aws, "glue:DeleteCrawler", name, WAY, delete).await
    }
}

/// Does something that Glue refuses while the crawler runs, as soon as it does not.
async fn idle_then<F>(aws: &Aws, operation: &'static str, name: &str, hint: &str, work: impl Fn() -> F) -> Result<()>
where
    F: Future<Output = Result<()>>,
{
    let done = until(operation, "READY", CRAWL_ENDS_WITHIN, || async {
        match work().await {
            Ok(()) => Ok(Look::Done(())),
            Err(error) if error.class() == Class::Running => Ok(Look::NotYet(state(aws, name).await?)),
            Err(error) => Err(error),
        }
    });
    done.await.map_err(|error: Error| if error.class() == Class::StillWaiting { error.with_hint(hint) } else { error })
}

async fn state(aws: &Aws, name: &str) -> Result<String> {
    let crawler = read("glue:GetCrawler", || aws.glue.get_crawler().name(name).send()).await?.crawler;
    let state = crawler.and_then(|crawler| crawler.state).unwrap_or(CrawlerState::Ready);
    Ok(state.to_string())
}

#[cfg(test)]
mod tests;
