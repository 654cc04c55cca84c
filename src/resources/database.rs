//! Glue database: the tables that the crawlers make, or that are declared.

use super::fields::GET_DATABASE;
use super::glue_tags;
use super::managed::Managed;
use super::named::{Found, Named, ladders};
use super::table::is_ours;
use super::tags::Tags;
use crate::aws::{Aws, Error, Expect, Result, pages, read, whole, write};
use crate::engine::extra::Extra;
use crate::engine::resource::Resource;
use crate::names::Names;
use aws_sdk_glue::types::{Database as Description, DatabaseInput, Table};
use std::collections::BTreeMap;

/// Groups the tables of the pipeline in the catalog, where Athena and other tools find them.
#[derive(Clone, Debug, Managed)]
pub(crate) struct Database {
    /// In lower case: the catalog folds names.
    #[fixed]
    pub(crate) name: String,
    #[sent]
    pub(crate) description: String,
    #[tags]
    pub(crate) tags: Tags,
}

#[derive(Clone, Debug)]
pub(crate) struct DatabaseOutputs {
    pub(crate) name: String,
}

impl Database {
    /// An update takes the place of the whole database: what it does not repeat is erased. So what is Glue's and
    /// other people's on the live one is repeated, but for what is named in `gone`.
    fn input(&self, live: Option<Description>, gone: &[&Extra]) -> Result<DatabaseInput> {
        let goes = |name: &str| gone.iter().any(|extra| extra.name == name);
        let input = DatabaseInput::builder().name(&self.name).description(&self.description);
        let input = match live {
            Some(live) => input
                .set_parameters(live.parameters.filter(|_| !goes("Parameters")))
                .set_location_uri(live.location_uri.filter(|_| !goes("LocationUri")))
                .set_create_table_default_permissions(live.create_table_default_permissions)
                .set_target_database(live.target_database)
                .set_federated_database(live.federated_database),
            None => input,
        };
        input.build().map_err(|error| Error::new("glue:CreateDatabase", "InvalidRequest", &error.to_string()))
    }
}

impl Database {
    async fn put(&self, aws: &Aws, gone: &[&Extra]) -> Result<()> {
        let live = read("glue:GetDatabase", || aws.glue.get_database().name(&self.name).send()).await?;
        let input = self.input(live.database, gone)?;
        write("glue:UpdateDatabase", || {
            aws.glue.update_database().name(&self.name).database_input(input.clone()).send()
        })
        .await
        .map(drop)
    }
}

impl Resource for Database {
    type World = Aws;
    type Outputs = DatabaseOutputs;
    const KIND: &'static str = "glue.database";
    const HOLDS_DATA: bool = true;
    ladders!();
}

impl Named for Database {
    fn name(&self) -> &str {
        &self.name
    }

    fn outputs(&self, _: &Names) -> DatabaseOutputs {
        DatabaseOutputs { name: self.name.clone() }
    }

    fn arn(names: &Names, name: &str) -> String {
        names.arn("glue", &format!("database/{name}"))
    }

    async fn read(aws: &Aws, name: &str) -> Result<Option<Found<Self>>> {
        let arn = Self::arn(&aws.names, name);
        let database =
            whole("glue:GetDatabase", |keep| aws.glue.get_database().name(name).customize().interceptor(keep).send());
        let (database, foreign, stamp) =
            futures::join!(database, foreign_tables(aws, name), glue_tags::stamp(aws, &arn));
        let (Some((database, raw)), Some(foreign), Some(stamp)) = (database.absent()?, foreign.absent()?, stamp?)
        else {
            return Ok(None);
        };
        let Some(database) = database.database else { return Ok(None) };
        let (description, tags) = (database.description.unwrap_or_default(), stamp.tags.clone());
        let resource = Self { name: name.to_owned(), description, tags };
        Ok(Some(Found { data: in_words(foreign), extras: GET_DATABASE.extras(&raw), ..Found::new(resource, stamp) }))
    }

    async fn make(&self, aws: &Aws, tags: &BTreeMap<String, String>) -> Result<()> {
        let input = self.input(None, &[])?;
        write("glue:CreateDatabase", || {
            let tags = Some(tags.clone().into_iter().collect());
            aws.glue.create_database().database_input(input.clone()).set_tags(tags).send()
        })
        .await
        .map(drop)
    }

    async fn send(&self, (): (), aws: &Aws, _: &Self) -> Result<()> {
        self.put(aws, &[]).await
    }

    async fn put_back(&self, aws: &Aws, _: &Self, extras: &[&Extra]) -> Result<()> {
        self.put(aws, extras).await
    }

    async fn tag(&self, aws: &Aws, tags: BTreeMap<String, String>, removed: Vec<String>) -> Result<()> {
        glue_tags::put(aws, &Self::arn(&aws.names, &self.name), tags, removed).await
    }

    async fn remove(&self, aws: &Aws) -> Result<()> {
        write("glue:DeleteDatabase", || aws.glue.delete_database().name(&self.name).send()).await.gone()
    }
}

/// How many tables are not ours.
///
/// A database goes with its tables. Those that our crawlers made come back with the next crawl, those that are declared with
/// the next apply, and neither is worth a refusal; the others are somebody's work.
async fn foreign_tables(aws: &Aws, database: &str) -> Result<usize> {
    let pages = pages(
        "glue:GetTables",
        |from| aws.glue.get_tables().database_name(database).max_results(100).set_next_token(from).send(),
        |page| page.next_token(),
    );
    let foreign = |table: &&Table| !is_ours(&aws.names, table);
    Ok(pages.await?.iter().map(|page| page.table_list().iter().filter(foreign).count()).sum())
}

fn in_words(foreign: usize) -> String {
    match foreign {
        0 => String::new(),
        1 => "1 table not made by our crawlers".to_owned(),
        some => format!("{some} tables not made by our crawlers"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tables_that_are_not_ours_are_counted() {
        assert_eq!((in_words(0).as_str(), in_words(2).as_str()), ("", "2 tables not made by our crawlers"));
    }
}
