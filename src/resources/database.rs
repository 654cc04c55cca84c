//! Glue database: the catalog's tables that the crawlers make.

use super::glue_tags;
use crate::aws::{Aws, Error, Expect, Result, Sort, Tags, read, write};
use crate::engine::diff::{Attributes, Change, Changes};
use crate::engine::resource::{Live, Resource, Wanted};
use crate::names::Names;
use crate::resources::found::{Found, by_id, resume};
use aws_sdk_glue::types::{DatabaseInput, Table};
use std::collections::HashMap;

#[derive(Clone, Debug)]
pub(crate) struct Database {
    /// In lower case: the catalog folds names.
    pub(crate) name: String,
    pub(crate) description: String,
    pub(crate) tags: Tags,
}

#[derive(Clone, Debug)]
pub(crate) struct DatabaseOutputs {
    pub(crate) name: String,
}

impl Database {
    fn outputs(&self) -> DatabaseOutputs {
        DatabaseOutputs { name: self.name.clone() }
    }

    /// `parameters` and `location` are Glue's and other people's: an update takes the place of the whole
    /// database, so what it does not repeat is erased.
    fn input(&self, parameters: Option<HashMap<String, String>>, location: Option<String>) -> Result<DatabaseInput> {
        let input = DatabaseInput::builder()
            .name(&self.name)
            .description(&self.description)
            .set_parameters(parameters)
            .set_location_uri(location);
        input.build().map_err(|error| Error::new("glue:CreateDatabase", "InvalidRequest", &error.to_string()))
    }

    async fn change(&self, aws: &Aws) -> Result<()> {
        let live = read("glue:GetDatabase", || aws.glue.get_database().name(&self.name).send()).await?;
        let (parameters, location) = live.database.map(|live| (live.parameters, live.location_uri)).unwrap_or_default();
        let input = self.input(parameters, location)?;
        write("glue:UpdateDatabase", || {
            aws.glue.update_database().name(&self.name).database_input(input.clone()).send()
        })
        .await
        .map(|_| ())
    }
}

impl Resource for Database {
    type World = Aws;
    const KIND: &'static str = "glue.database";
    const HOLDS_DATA: bool = true;
    type Outputs = DatabaseOutputs;

    fn id(&self) -> String {
        self.name.clone()
    }

    fn attributes(&self) -> Attributes {
        let Self { name, description, tags } = self;
        Attributes::new().replace("name", name).update("description", description).update("tags", tags)
    }

    fn predict(&self, _: &Names, _: &str) -> DatabaseOutputs {
        self.outputs()
    }

    async fn observe(aws: &Aws, wanted: &[Wanted]) -> Result<Vec<Live<Self>>> {
        by_id(aws, wanted, &arn(&aws.names, ""), |name: String| observe_one(aws, name)).await
    }

    async fn create(&self, aws: &Aws, name: &str) -> Result<DatabaseOutputs> {
        let (input, tags) = (self.input(None, None)?, self.tags.stamped(aws, name, &self.attributes()));
        let made = write("glue:CreateDatabase", || {
            let tags = Some(tags.clone().into_iter().collect());
            aws.glue.create_database().database_input(input.clone()).set_tags(tags).send()
        });
        match made.await {
            Ok(_) => Ok(self.outputs()),
            Err(error) if error.sort() == Sort::Exists => {
                resume(self, aws, name, observe_one(aws, self.name.clone()).await?, error).await
            }
            Err(error) => Err(error),
        }
    }

    async fn update(&self, aws: &Aws, live: &Live<Self>, changes: &[Change]) -> Result<DatabaseOutputs> {
        if changes.touch(&["description"]) {
            self.change(aws).await?;
        }
        let arn = arn(&aws.names, &self.name);
        glue_tags::put(aws, &arn, &self.tags, &live.resource.tags, &live.name, &self.attributes()).await?;
        Ok(self.outputs())
    }

    async fn delete(live: &Live<Self>, aws: &Aws) -> Result<()> {
        let name = &live.resource.name;
        write("glue:DeleteDatabase", || aws.glue.delete_database().name(name).send()).await.gone()
    }
}

async fn observe_one(aws: &Aws, name: String) -> Result<Option<Found<Database>>> {
    let arn = arn(&aws.names, &name);
    let database = read("glue:GetDatabase", || aws.glue.get_database().name(&name).send());
    let (database, foreign, stamp) = futures::join!(database, foreign_tables(aws, &name), glue_tags::stamp(aws, &arn));
    let (Some(database), Some(foreign), Some(stamp)) = (database.absent()?, foreign.absent()?, stamp?) else {
        return Ok(None);
    };
    let Some(database) = database.database else { return Ok(None) };
    let description = database.description.unwrap_or_default();
    let resource = Database { name, description, tags: stamp.tags.clone() };
    let outputs = resource.outputs();
    Ok(Some(Found { resource, outputs, stamp, data: in_words(foreign) }))
}

/// How many tables are not our crawlers'.
///
/// A database goes with its tables. Those that our crawlers made come back with the next crawl and are not worth a
/// refusal; the others are somebody's work.
async fn foreign_tables(aws: &Aws, database: &str) -> Result<usize> {
    let (mut foreign, mut token) = (0, None::<String>);
    loop {
        let page = read("glue:GetTables", || {
            aws.glue.get_tables().database_name(database).max_results(100).set_next_token(token.clone()).send()
        })
        .await?;
        foreign += page.table_list().iter().filter(|table| !is_ours(&aws.names, table)).count();
        token = page.next_token.filter(|token| !token.is_empty());
        if token.is_none() {
            return Ok(foreign);
        }
    }
}

/// A crawler leaves its name on what it makes, and ours are named after the pipeline and its stage.
fn is_ours(names: &Names, table: &Table) -> bool {
    let crawler = table.parameters().and_then(|all| all.get("UPDATED_BY_CRAWLER"));
    crawler.is_some_and(|crawler| crawler.starts_with(&names.physical("")))
}

fn in_words(foreign: usize) -> String {
    match foreign {
        0 => String::new(),
        1 => "1 table not made by our crawlers".to_owned(),
        some => format!("{some} tables not made by our crawlers"),
    }
}

fn arn(names: &Names, name: &str) -> String {
    names.arn("glue", &format!("database/{name}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_tables_of_our_crawlers_are_ours() {
        let [partition, account, region] = ["aws", "1", "us-east-1"].map(str::to_owned);
        let names = Names { partition, account, region, pipeline: "clicks".into(), stage: "prod".into() };
        let ours = |parameter: &str, value: &str| {
            is_ours(&names, &Table::builder().name("t").parameters(parameter, value).build().unwrap())
        };
        assert!(ours("UPDATED_BY_CRAWLER", "clicks-prod-raw"));
        assert!(!ours("UPDATED_BY_CRAWLER", "clicks-dev-raw"));
        assert!(!ours("classification", "json"));
        assert_eq!((in_words(0).as_str(), in_words(2).as_str()), ("", "2 tables not made by our crawlers"));
    }
}
