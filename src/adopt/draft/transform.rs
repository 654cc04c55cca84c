//! The database, the crawlers, the job and its trigger, and the columns.

use super::Draft;
use crate::adopt::chain::{Chain, targets};
use crate::adopt::script;
use crate::aws::Aws;
use crate::config::{ColumnType, GlueVersion, Schedule};
use aws_sdk_glue::types::{Crawler, Job, Table};

impl Draft {
    pub(super) fn transform(&mut self, chain: &Chain<'_>, aws: &Aws) {
        let arn = |resource: String| aws.names.arn("glue", &resource);
        let script = chain.job.as_ref().and_then(|(_, script)| script.as_deref());
        let written = script.map(|script| script::paths(script, &chain.bucket)).unwrap_or_default();
        let database = chain.crawlers.iter().find_map(|crawler| crawler.database_name());
        if let Some(database) = database {
            self.database(chain, database, &arn(format!("database/{database}")));
        }
        let of_parquet = |crawler: &&&Crawler| is_parquet(crawler, chain, &written);
        let parquet = chain.crawlers.iter().find(of_parquet);
        let raw = chain.crawlers.iter().find(|crawler| !of_parquet(crawler));
        for (which, found, key) in [("raw", raw, "mover.prefix"), ("parquet", parquet, "etl.output")] {
            if let Some(crawler) = found {
                self.crawler(
                    chain,
                    (which, key),
                    crawler,
                    &arn(format!("crawler/{}", crawler.name().unwrap_or_default())),
                );
            }
        }
        let taken = [raw, parquet].map(|found| found.and_then(|crawler| crawler.name()));
        for crawler in chain.crawlers.iter().filter(|crawler| !taken.contains(&crawler.name())) {
            let name = crawler.name().unwrap_or_default();
            let reason =
                "a pipeline has one crawler for its JSON and one for its Parquet files: this one goes on beside them";
            self.stay(chain, format!("crawler {name}"), &arn(format!("crawler/{name}")), reason);
        }
        if let Some((job, script)) = &chain.job {
            self.job(chain, job, script.as_deref(), &arn(format!("job/{}", job.name().unwrap_or_default())));
            if let (true, Some(path)) = (parquet.is_none(), written.first()) {
                self.lines.text("etl.output", path);
            }
        }
        self.triggers(chain, &|name| arn(format!("trigger/{name}")));
        self.columns(chain, script);
    }

    fn database(&mut self, chain: &Chain<'_>, name: &str, arn: &str) {
        let good = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_';
        if name.chars().all(good) {
            self.lines.text("catalog.database", name);
            self.take_named(chain, "glue.database.catalog", name, arn);
        } else {
            let reason = "Athena wants such a name in quotes: a new one is made beside it, and crawled anew";
            self.stay(chain, format!("database {name}"), arn, reason);
        }
    }

    fn crawler(&mut self, chain: &Chain<'_>, (which, key): (&str, &str), crawler: &Crawler, arn: &str) {
        let name = crawler.name().unwrap_or_default();
        let below = format!("s3://{}/", chain.bucket);
        let [path] = targets(crawler)[..] else {
            let reason = "it reads several places, and a pipeline's reads one: a new one is made beside it";
            return self.stay(chain, format!("crawler {name}"), arn, reason);
        };
        self.take(chain, &format!("glue.crawler.{which}"), name, arn);
        self.role_stays(crawler.role().unwrap_or_default(), "the crawlers and the job");
        if let Some(folder) =
            path.strip_prefix(&below).map(|folder| folder.trim_matches('/')).filter(|one| !one.is_empty())
        {
            self.lines.text(key, &format!("{folder}/"));
        }
        let own = crawler.schedule().and_then(|schedule| schedule.schedule_expression());
        let starts = chain.region.triggers.iter().find(|trigger| {
            trigger.schedule().is_some() && trigger.actions().iter().any(|action| action.crawler_name() == Some(name))
        });
        let schedule = own.or_else(|| starts.and_then(|trigger| trigger.schedule()));
        if let Some(schedule) = schedule.and_then(|text| Schedule::parse(text).ok()) {
            self.lines.text(&format!("catalog.crawlers.{which}.schedule"), &schedule.to_string());
        }
    }

    fn job(&mut self, chain: &Chain<'_>, job: &Job, script: Option<&str>, arn: &str) {
        let name = job.name().unwrap_or_default();
        self.take(chain, "glue.job.etl", name, arn);
        self.role_stays(job.role().unwrap_or_default(), "the crawlers and the job");
        let worker = job.worker_type().map(|worker| worker.as_str()).filter(|worker| worker.contains('.'));
        let count = job.number_of_workers().or_else(|| job.max_capacity().map(|capacity| capacity as i32));
        self.lines.set("etl.workers.type", worker.filter(|worker| *worker != "G.025X").unwrap_or("G.1X"));
        self.lines.set("etl.workers.count", count.unwrap_or(2).clamp(2, 299).to_string());
        let version =
            job.glue_version().filter(|version| GlueVersion::ALL.iter().any(|known| known.as_str() == *version));
        if let Some(version) = version {
            self.lines.set("etl.glue_version", format!("\"{version}\""));
        }
        let location = job.command().and_then(|command| command.script_location()).unwrap_or_default();
        if let Some(minutes) = job.timeout() {
            self.lines.set("etl.timeout", format!("{} min", minutes.clamp(1, 10_080)));
        }
        self.stay(chain, format!("script {location}"), "", "the job gets one of its own, in the pipeline's bucket");
        let keeps = job.default_arguments().and_then(|all| all.get("--job-bookmark-option"));
        let keeps = keeps.is_some_and(|option| option == "job-bookmark-enable");
        match script.and_then(script::bookmark).filter(|_| keeps) {
            Some(bookmark) => self.lines.text("etl.bookmark", &bookmark),
            None => self.notes.push(format!(
                "the job {name} keeps no bookmark that could be gone on with: its first run under pipectl reads all of the JSON, and \
                 what is Parquet already is there twice then. Empty the folder of the Parquet files before that run, or keep \
                 `etl.output` for new ones"
            )),
        }
    }

    fn triggers(&mut self, chain: &Chain<'_>, arn: &dyn Fn(&str) -> String) {
        if let Some((name, trigger)) = chain.trigger.and_then(|trigger| Some((trigger.name()?, trigger))) {
            self.take(chain, "glue.trigger.etl", name, &arn(name));
            if let Some(schedule) = trigger.schedule().and_then(|text| Schedule::parse(text).ok()) {
                self.lines.text("etl.schedule", &schedule.to_string());
            }
        }
        let ours: Vec<_> = chain.crawlers.iter().filter_map(|crawler| crawler.name()).collect();
        let job = chain.job.as_ref().and_then(|(job, _)| job.name());
        for trigger in &chain.region.triggers {
            let name = trigger.name().unwrap_or_default();
            let starts = trigger.actions().iter().any(|action| {
                action.crawler_name().is_some_and(|one| ours.contains(&one))
                    || (job.is_some() && action.job_name() == job)
            });
            if starts && chain.trigger.and_then(|one| one.name()) != Some(name) {
                let reason = "crawlers have schedules of their own in a pipeline, and the job one trigger: delete this one, or both start them";
                self.stay(chain, format!("trigger {name}"), &arn(name), reason);
            }
        }
    }

    /// Of the table with the Parquet files, then what the script maps, then of the JSON.
    fn columns(&mut self, chain: &Chain<'_>, script: Option<&str>) {
        let of = |table: &Table| {
            let columns = table.storage_descriptor().map(|storage| storage.columns()).unwrap_or_default();
            columns
                .iter()
                .map(|one| (one.name().to_owned(), one.r#type().unwrap_or("string").to_owned()))
                .collect::<Vec<_>>()
        };
        let below = format!("s3://{}/", chain.bucket);
        let here = |table: &&Table| {
            table.storage_descriptor().and_then(|storage| storage.location()).is_some_and(|at| at.starts_with(&below))
        };
        let tables: Vec<_> = chain.tables.iter().filter(here).collect();
        let parquet = tables.iter().find(|table| kind(table) == Some("parquet")).map(|table| of(table));
        let json = tables.iter().find(|table| kind(table) != Some("parquet")).map(|table| of(table));
        let mapped = script.map(script::columns);
        let mut all = [parquet, mapped, json].into_iter().flatten().find(|all| !all.is_empty()).unwrap_or_default();
        if all.is_empty() {
            self.notes.push("no table, and no script, says which columns events have: complete `schema`".to_owned());
            all.push(("event".to_owned(), "string".to_owned()));
        }
        for (name, kind) in all.iter().filter(|(name, _)| !["year", "month", "day"].contains(&name.as_str())) {
            // What the file has no word for is kept as the text of its JSON.
            let kind = ColumnType::parse(kind).map_or_else(|_| "string".to_owned(), |kind| kind.to_string());
            self.lines.entry("schema", name, &kind);
        }
    }
}

fn kind(table: &Table) -> Option<&str> {
    table.parameters()?.get("classification").map(String::as_str)
}

/// Whether a crawler reads what the job writes; where there is no job, its name or its table tells.
fn is_parquet(crawler: &Crawler, chain: &Chain<'_>, written: &[String]) -> bool {
    let all = targets(crawler);
    let below = format!("s3://{}/", chain.bucket);
    let reads = |path: &str| all.iter().any(|target| target.trim_end_matches('/') == path.trim_end_matches('/'));
    if !written.is_empty() {
        return written.iter().any(|path| reads(&format!("{below}{path}")));
    }
    let of_table =
        |table: &&Table| table.storage_descriptor().and_then(|storage| storage.location()).is_some_and(reads);
    let table = chain.tables.iter().find(of_table).and_then(kind);
    let named = crawler.name().is_some_and(|name| name.to_ascii_lowercase().contains("parquet"));
    table.map_or(named, |kind| kind == "parquet")
}
