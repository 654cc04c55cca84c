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
    pub(crate) arn: String,
}

impl Database {
    fn outputs(&self, names: &Names) -> DatabaseOutputs {
        DatabaseOutputs { name: self.name.clone(), arn: arn(names, &self.name) }
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
    const KIND: &'static str = "glue.database";
    const USED_BY: &'static [&'static str] = &["glue.crawler", "glue.job", "athena.named_query"];
    const HOLDS_DATA: bool = true;
    type Outputs = DatabaseOutputs;

    fn id(&self) -> String {
        self.name.clone()
    }

    fn attributes(&self) -> Attributes {
        let Self { name, description, tags } = self;
        Attributes::new().replace("name", name).update("description", description).update("tags", tags)
    }

    fn predict(&self, names: &Names, _: &str) -> DatabaseOutputs {
        self.outputs(names)
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
            Ok(_) => Ok(self.outputs(&aws.names)),
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
        Ok(self.outputs(&aws.names))
    }

    async fn delete(live: &Live<Self>, aws: &Aws) -> Result<()> {
        let name = &live.resource.name;
        write("glue:DeleteDatabase", || aws.glue.delete_database().name(name).send()).await.gone()
    }
}

async fn observe_one(aws: &Aws, name: String) -> Result<Option<Found<Database>>> {
    let arn = arn(&aws.names, &name);
    let database = read("glue:GetDatabase", || aws.glue.get_database().name(&name).send());
    // A hundred tables are enough to know that there are some.
    let tables = read("glue:GetTables", || aws.glue.get_tables().database_name(&name).max_results(100).send());
    let (database, tables, stamp) = futures::join!(database, tables, glue_tags::stamp(aws, &arn));
    let (Some(database), Some(tables), Some(stamp)) = (database.absent()?, tables.absent()?, stamp?) else {
        return Ok(None);
    };
    let Some(database) = database.database else { return Ok(None) };
    let description = database.description.unwrap_or_default();
    let resource = Database { name, description, tags: stamp.tags.clone() };
    let outputs = resource.outputs(&aws.names);
    Ok(Some(Found { resource, outputs, stamp, data: in_words(tables.table_list()) }))
}

/// A database goes with its tables. Those that a crawler made come back with the next crawl and are not
/// worth a refusal; the others are somebody's work.
fn in_words(tables: &[Table]) -> String {
    let crawled = |table: &&Table| {
        let parameters = table.parameters();
        parameters.is_some_and(|all| all.contains_key("CrawlerSchemaSerializerVersion"))
    };
    match tables.len() - tables.iter().filter(crawled).count() {
        0 => String::new(),
        1 => "1 table that no crawler made".to_owned(),
        some => format!("{some} tables that no crawler made"),
    }
}

fn arn(names: &Names, name: &str) -> String {
    names.arn("glue", &format!("database/{name}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_tables_that_no_crawler_made_count() {
        let table = |parameter: Option<&str>| {
            let table = Table::builder().name("t");
            let table = parameter.into_iter().fold(table, |table, name| table.parameters(name, "1.0"));
            table.build().unwrap()
        };
        assert_eq!(in_words(&[table(Some("CrawlerSchemaSerializerVersion"))]), "");
        assert_eq!(in_words(&[table(None), table(Some("classification"))]), "2 tables that no crawler made");
    }
}
