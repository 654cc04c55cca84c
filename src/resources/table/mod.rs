//! Glue table that is declared: its columns are the file's, and its partitions follow from the date, so that no crawler has
//! to look for either.
//!
//! Tables carry no tags. Whose one is stands in its parameters, under the names of the tags; a table that a crawler of ours
//! made says so by the crawler's name, and is ours as well. An update takes the place of the whole table, so what is other
//! people's on the live one is repeated.

mod format;
mod input;
mod partitions;

pub(crate) use format::{Columns, Format};
pub(crate) use partitions::{Partitions, Since};

use super::fields::GET_TABLE;
use super::managed::Managed;
use super::tags::{Stamp, Tags};
use crate::aws::{Aws, Class, Error, Expect, Look, Patience, Raw, Result, call, pages, read, until, whole, write};
use crate::engine::diff::{Attributes, Change};
use crate::engine::extra::Extra;
use crate::engine::resource::{Live, Owner, Resource, Wanted};
use crate::names::Names;
use aws_sdk_glue::types::{Table as Description, TableInput};
use futures::future::try_join_all;
use std::time::Duration;

/// What Athena knows of files in the bucket: their columns, partitions and format.
#[derive(Clone, Debug, Managed)]
pub(crate) struct Table {
    /// Which database it is in.
    #[fixed]
    pub(crate) database: String,
    /// In lower case: the catalog folds names.
    #[fixed]
    pub(crate) name: String,
    #[sent]
    pub(crate) description: String,
    /// Where its files are: `s3://bucket/prefix/`, below which the folders of the partitions are.
    #[sent]
    pub(crate) location: String,
    /// How its files are read: JSON or Parquet, with their SerDe.
    #[sent]
    pub(crate) format: Format,
    /// The file's `schema`, in Glue's types.
    #[sent]
    pub(crate) columns: Columns,
    /// Year, month and day; a live one may have others.
    #[sent]
    pub(crate) partitions: Partitions,
    #[flat]
    pub(crate) since: Since,
}

#[derive(Clone, Debug)]
pub(crate) struct TableOutputs {
    pub(crate) database: String,
    pub(crate) name: String,
}

/// Whose a table is: by its mark, or by the crawler that made it.
fn owner(names: &Names, table: &Description) -> Owner {
    match stamp(names, table).owner {
        Owner::Nobody if is_crawled(names, table) => Owner::Us,
        owner => owner,
    }
}

/// Whether a table is ours, and comes back by itself: the next crawl or the next apply makes it.
pub(super) fn is_ours(names: &Names, table: &Description) -> bool {
    owner(names, table) == Owner::Us
}

/// A crawler leaves its name on what it makes, and ours are named after the pipeline and its stage.
fn is_crawled(names: &Names, table: &Description) -> bool {
    let crawler = table.parameters().and_then(|all| all.get(input::CRAWLER));
    crawler.is_some_and(|crawler| names.is_crawler(crawler))
}

fn stamp(names: &Names, table: &Description) -> Stamp {
    let parameters = table.parameters().into_iter().flatten().map(|(key, value)| (key.clone(), value.clone()));
    Stamp::read(names, parameters.filter(|(key, _)| key.starts_with(input::OURS)))
}

impl Table {
    fn outputs(&self) -> TableOutputs {
        TableOutputs { database: self.database.clone(), name: self.name.clone() }
    }

    fn from_description(table: &Description) -> Self {
        let storage = table.storage_descriptor();
        Self {
            database: table.database_name().unwrap_or_default().to_owned(),
            name: table.name().to_owned(),
            description: table.description().unwrap_or_default().to_owned(),
            location: storage.and_then(|storage| storage.location()).unwrap_or_default().to_owned(),
            format: Format::read(table),
            columns: Columns::read(storage.map(|storage| storage.columns()).unwrap_or_default()),
            partitions: Partitions::read(table),
            since: Since::read(table),
        }
    }

    fn live(names: &Names, name: String, table: &Description, raw: Option<&Raw>) -> Live<Self> {
        let resource = Self::from_description(table);
        let outputs = resource.outputs();
        Live {
            owner: owner(names, table),
            applied: stamp(names, table).applied,
            extras: raw.map(|raw| GET_TABLE.extras(raw)).unwrap_or_default(),
            ..Live::contained(name, resource, outputs)
        }
    }

    /// All parameters that say whose it is and what was applied.
    fn mark(&self, names: &Names, name: &str) -> impl Iterator<Item = (String, String)> + use<> {
        Tags::default().stamped(names, name, &self.attributes()).into_iter()
    }
}

impl Resource for Table {
    type World = Aws;
    type Outputs = TableOutputs;
    const KIND: &'static str = "glue.table";
    const USES: &'static [&'static str] = &["s3.bucket", "glue.database"];

    /// What Athena calls it.
    fn id(&self) -> String {
        format!("{}.{}", self.database, self.name)
    }

    fn attributes(&self) -> Attributes {
        self.describe(Attributes::new())
    }

    fn predict(&self, _: &Names, _: &str) -> TableOutputs {
        self.outputs()
    }

    async fn observe(aws: &Aws, wanted: &[Wanted]) -> Result<Vec<Live<Self>>> {
        let databases = aws.names.arn("glue", "database/");
        let expected = try_join_all(wanted.iter().map(|wanted| find(aws, wanted)));
        let (expected, databases) = futures::try_join!(expected, aws.tagged(&databases))?;
        let others = try_join_all(databases.iter().map(|database| marked(aws, database))).await?;
        let is_new = |live: &Live<Self>| wanted.iter().all(|wanted| wanted.id != live.resource.id());
        let others = others.into_iter().flatten().filter(is_new);
        Ok(expected.into_iter().flatten().chain(others).collect())
    }

    async fn create(&self, aws: &Aws, name: &str) -> Result<TableOutputs> {
        let first = partitions::first_year(aws, self, None).await?;
        let input = self.input(aws, name, None, first, &[])?;
        let created = write("glue:CreateTable", || {
            aws.glue.create_table().database_name(&self.database).table_input(input.clone()).send()
        });
        match created.await {
            Ok(_) => {}
            Err(error) if error.class() == Class::Exists => {
                // By an earlier try whose answer was lost, or by a crawl that ended meanwhile.
                let found = get(aws, &self.database, &self.name).await.absent()?;
                if !found.is_some_and(|(table, _)| is_ours(&aws.names, &table)) {
                    return Err(error);
                }
                change(aws, self, Become::Declared(name, &[])).await?;
            }
            Err(error) => return Err(error),
        }
        Ok(self.outputs())
    }

    async fn update(&self, aws: &Aws, live: &Live<Self>, changes: &[Change]) -> Result<TableOutputs> {
        let gone: Vec<_> = live.extras.iter().filter(|extra| extra.is_in(changes)).collect();
        change(aws, self, Become::Declared(&live.name, &gone)).await?;
        Ok(self.outputs())
    }

    /// Hands it over to the crawler of its name. Whoever queries it goes on with the projected partitions until the
    /// crawler has run, which takes them away and registers those that are there. A database that goes takes it along.
    async fn delete(live: &Live<Self>, aws: &Aws) -> Result<()> {
        change(aws, &live.resource, Become::Crawled(&aws.names.crawler(&live.name))).await.gone()
    }
}

async fn get(aws: &Aws, database: &str, name: &str) -> Result<(Description, Raw)> {
    let (answer, raw) = whole("glue:GetTable", |keep| {
        aws.glue.get_table().database_name(database).name(name).customize().interceptor(keep).send()
    })
    .await?;
    let table = answer.table.ok_or_else(|| Error::new("glue:GetTable", "EntityNotFoundException", "no table"))?;
    Ok((table, raw))
}

async fn find(aws: &Aws, wanted: &Wanted) -> Result<Option<Live<Table>>> {
    let Some((database, name)) = wanted.id.split_once('.') else { return Ok(None) };
    let found = get(aws, database, name).await.absent()?;
    Ok(found.map(|(table, raw)| Table::live(&aws.names, wanted.name.clone(), &table, Some(&raw))))
}

/// The tables of a database that carry our mark.
async fn marked(aws: &Aws, database: &str) -> Result<Vec<Live<Table>>> {
    let pages = pages(
        "glue:GetTables",
        |from| aws.glue.get_tables().database_name(database).max_results(100).set_next_token(from).send(),
        |page| page.next_token(),
    );
    // The Tagging API lags behind: the database may be gone.
    let tables = pages.await.absent()?.into_iter().flatten().flat_map(|page| page.table_list.unwrap_or_default());
    let ours = tables.filter_map(|table| {
        let stamp = stamp(&aws.names, &table);
        let name = stamp.name.filter(|_| stamp.owner == Owner::Us)?;
        Some(Table::live(&aws.names, name, &table, None))
    });
    Ok(ours.collect())
}

/// What a table is changed into.
#[derive(Clone, Copy)]
enum Become<'a> {
    /// What is wanted, by its name in the blueprint and without these extras.
    Declared(&'a str, &'a [&'a Extra]),
    /// That of this crawler.
    Crawled(&'a str),
}

impl Become<'_> {
    /// What is to be sent, if anything.
    async fn input(self, aws: &Aws, wanted: &Table, live: &Description) -> Result<Option<TableInput>> {
        match self {
            Self::Declared(name, gone) => {
                let first = partitions::first_year(aws, wanted, Some(live)).await?;
                wanted.input(aws, name, Some(live), first, gone).map(Some)
            }
            Self::Crawled(_) if stamp(&aws.names, live).owner != Owner::Us => Ok(None),
            Self::Crawled(crawler) => input::handed_over(live, crawler).map(Some),
        }
    }
}

/// Changes the live table: again while somebody else changes it in between.
async fn change(aws: &Aws, wanted: &Table, becomes: Become<'_>) -> Result<()> {
    let Table { database, name, .. } = wanted;
    // A repeated call would carry a version that is no longer current: read it again instead.
    let once = Patience { busy: Duration::ZERO, ..Patience::USUAL };
    until("glue:UpdateTable", "free of other changes", Patience::USUAL.busy, async || {
        let table = read("glue:GetTable", || aws.glue.get_table().database_name(database).name(name).send()).await?;
        let Some(table) = table.table else { return Ok(Look::Done(())) };
        let Some(input) = becomes.input(aws, wanted, &table).await? else { return Ok(Look::Done(())) };
        let sent = call("glue:UpdateTable", once, || {
            let request = aws.glue.update_table().database_name(database).table_input(input.clone());
            // Each version that is kept counts against a quota.
            request.skip_archive(true).set_version_id(table.version_id.clone()).send()
        });
        match sent.await {
            Ok(_) => Ok(Look::Done(())),
            Err(error) if error.class() == Class::Busy => Ok(Look::NotYet(format!("refused: {error}"))),
            Err(error) => Err(error),
        }
    })
    .await
}

#[cfg(test)]
mod tests;
