//! The schema of the Parquet files: what it was, what it is to be, and what becomes of the files of before.
//!
//! Where a job writes them, what it was stands in the script that the live job runs. So it is asked for only where the job is
//! to run another script, and a plan without such a change asks no more than before. Where Firehose writes them, it is the
//! declared table's, or that of the crawler whose table is to be declared.

mod difference;
mod readable;

pub(crate) use difference::{Difference, What, differences};

use super::{Format, Graph, Inventory, Job, Object, Step, Table};
use crate::aws::{Aws, Error, Expect as _, Result, read};
use crate::config::{Column, ColumnType};
use crate::engine::diff::Change;
use crate::engine::plan::{Consent, Refusal};
use crate::engine::resource::{Address, Resource as _};
use crate::engine::value::Value;
use serde::Deserialize;

/// The change of a step that says how the schema differs, as maps of names to types.
pub(crate) const SCHEMA: &str = "schema";
/// The same at a table whose files no job converts again, in place of its columns.
const FILES: &str = "parquet_columns";
/// The job and its script.
const NAME: &str = "etl";

/// What a script says of itself, as far as it is needed here.
#[derive(Deserialize)]
struct Settings {
    /// `s3://bucket/prefix/` of the Parquet files.
    output: String,
    columns: Vec<(String, String)>,
}

/// A schema that differs from the live one.
#[derive(Debug)]
pub(crate) struct Edited {
    /// The job, or the table, whose step it is.
    at: Address,
    before: Vec<Column>,
    after: Vec<Column>,
    /// There are Parquet files, which have the columns of before.
    has_files: bool,
}

impl Settings {
    /// `None` of a script that somebody else wrote.
    fn of(script: &str) -> Option<Self> {
        let literal = script.split("\nSETTINGS = ").nth(1)?;
        Self::deserialize(&mut serde_json::Deserializer::from_str(literal)).ok()
    }

    fn columns(self) -> Option<Vec<Column>> {
        let column =
            |(name, text): (String, String)| Some(Column { name, column_type: ColumnType::parse(&text).ok()? });
        self.columns.into_iter().map(column).collect()
    }
}

impl Edited {
    /// `None` where the live job runs the script that it is to run, where there is none, or where its script is nobody's of us.
    ///
    /// # Errors
    /// AWS's.
    pub(super) async fn look(aws: &Aws, graph: &Graph<'_>, live: &Inventory) -> Result<Option<Self>> {
        match graph.desired::<Job>(NAME) {
            Some(wanted) => Self::of_job(aws, graph, live, &wanted).await,
            None => Self::of_table(aws, graph, live).await,
        }
    }

    /// Of the table of Parquet files, where no job writes them.
    async fn of_table(aws: &Aws, graph: &Graph<'_>, live: &Inventory) -> Result<Option<Self>> {
        let tables = graph.wanted(Table::KIND).into_iter();
        let mut tables = tables.filter_map(|wanted| Some((graph.desired::<Table>(&wanted.name)?, wanted.name)));
        let found = tables.find(|(table, _)| table.format == Format::Parquet);
        let Some((wanted, name)) = found else { return Ok(None) };
        let Some(live) = live.live::<Table>(&name) else { return Ok(None) };
        let (before, after) = (live.resource.columns.known(), wanted.columns.known());
        if differences(&before, &after).is_empty() {
            return Ok(None);
        }
        let has_files = has_files(aws, &wanted.location).await?;
        Ok(Some(Self { at: Address::new(Table::KIND, &name), before, after, has_files }))
    }

    async fn of_job(aws: &Aws, graph: &Graph<'_>, live: &Inventory, wanted: &Job) -> Result<Option<Self>> {
        let Some(live) = live.live::<Job>(NAME) else { return Ok(None) };
        let script = graph.desired::<Object>(NAME).and_then(|script| Settings::of(script.text()));
        let Some(after) = script.filter(|_| live.resource.script != wanted.script) else { return Ok(None) };
        let (before, has_files) =
            futures::try_join!(script_at(aws, &live.resource.script), has_files(aws, &after.output))?;
        let before = before.as_deref().and_then(Settings::of).and_then(Settings::columns);
        let at = Address::new(Job::KIND, NAME);
        let edited = before.zip(after.columns()).map(|(before, after)| Self { at, before, after, has_files });
        Ok(edited.filter(|edited| !differences(&edited.before, &edited.after).is_empty()))
    }

    /// Shows it at the step of the job or the table, and refuses that where queries would fail.
    pub(super) fn refuse(&self, step: &mut Step, consent: &Consent) {
        if step.address != self.at {
            return;
        }
        let attribute = if self.at.kind == Job::KIND { SCHEMA } else { FILES };
        // A table's columns are told in the same words.
        step.changes.retain(|change| attribute != FILES || change.attribute != "columns");
        step.changes.push(Change {
            attribute: attribute.into(),
            before: to_value(&self.before),
            after: to_value(&self.after),
            forces_replacement: false,
        });
        if step.refusal.is_none() && self.has_files && !consent.lose_data.contains(&step.address) {
            step.refusal = self.unreadable();
        }
    }

    fn unreadable(&self) -> Option<Refusal> {
        let broken = differences(&self.before, &self.after).into_iter().filter_map(|one| match &one.what {
            What::Retyped { before, .. } if one.breaks_files() => Some(format!("`{}` as {before}", one.path)),
            _ => None,
        });
        let broken: Vec<_> = broken.collect();
        (!broken.is_empty()).then(|| {
            Refusal::HidesData(format!(
                "the Parquet files that are there have {}, and Athena refuses every query that reads that \
                 from them (HIVE_BAD_DATA)",
                broken.join(", ")
            ))
        })
    }
}

fn to_value(columns: &[Column]) -> Value {
    let all = columns.iter().map(|column| (column.name.clone(), Value::Text(column.column_type.to_string())));
    Value::Map(all.collect())
}

/// How the schema differs, if a change is about that.
pub(crate) fn columns_of(change: &Change) -> Option<Vec<Difference>> {
    let columns = |value: &Value| {
        let Value::Map(all) = value else { return None };
        let column = |(name, kind): (&String, &Value)| match kind {
            Value::Text(text) => Some(Column { name: name.clone(), column_type: ColumnType::parse(text).ok()? }),
            _ => None,
        };
        all.iter().map(column).collect::<Option<Vec<_>>>()
    };
    let edited = Some(change).filter(|change| [SCHEMA, FILES].contains(&&*change.attribute))?;
    Some(differences(&columns(&edited.before)?, &columns(&edited.after)?))
}

fn place(uri: &str) -> Option<(&str, &str)> {
    uri.strip_prefix("s3://")?.split_once('/')
}

async fn script_at(aws: &Aws, uri: &str) -> Result<Option<String>> {
    let Some((bucket, key)) = place(uri) else { return Ok(None) };
    let found = read("s3:GetObject", || aws.s3.get_object().bucket(bucket).key(key).send()).await.absent()?;
    let Some(found) = found else { return Ok(None) };
    let body = found.body.collect().await;
    let body = body.map_err(|error| Error::new("s3:GetObject", "IncompleteBody", &error.to_string()))?;
    Ok(String::from_utf8(body.to_vec()).ok())
}

/// Whether the job has written anything. Its files lie in partitions; other tools leave marks beside them.
async fn has_files(aws: &Aws, output: &str) -> Result<bool> {
    let Some((bucket, prefix)) = place(output) else { return Ok(false) };
    let prefix = format!("{prefix}year=");
    let page = read("s3:ListBucket", || aws.s3.list_objects_v2().bucket(bucket).prefix(&prefix).max_keys(1).send());
    Ok(page.await.absent()?.is_some_and(|page| !page.contents().is_empty()))
}

#[cfg(test)]
mod tests;
