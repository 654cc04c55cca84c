//! ALTER TABLE.

use super::super::Answer;
use super::columns::{column, columns, keys};
use super::create_table::object;
use super::words::Words;
use super::{Asked, failed};
use crate::api_error::Result as ApiResult;
use crate::context::Context;
use crate::services::glue::{partitions, tables};
use datafusion::sql::sqlparser::tokenizer::Token;
use serde_json::{Value, json};

/// A partition as a statement names it: `year = '2026', month = '11'`.
type Spec = Vec<(String, String)>;

enum Change {
    AddPartitions { is_lenient: bool, all: Vec<(Spec, Option<String>)> },
    DropPartitions { is_lenient: bool, all: Vec<Spec> },
    RenamePartition(Spec, Spec),
    MovePartition(Spec, String),
    AddColumns(Vec<Value>),
    ReplaceColumns(Vec<Value>),
    Column(String, Value),
    Move(String),
    Properties(Vec<(String, String)>),
}

fn spec(words: &mut Words<'_>) -> Result<Spec, String> {
    words.list(|words| {
        let name = words.name()?;
        words.expect_symbol(&Token::Eq)?;
        Ok((name, words.value()?))
    })
}

fn added(words: &mut Words<'_>) -> Result<Change, String> {
    let is_lenient = words.pass("IF NOT EXISTS");
    let mut all = vec![];
    while words.pass("PARTITION") {
        let spec = spec(words)?;
        let location = if words.pass("LOCATION") { Some(words.text()?) } else { None };
        all.push((spec, location));
    }
    if all.is_empty() { Err(words.unexpected()) } else { Ok(Change::AddPartitions { is_lenient, all }) }
}

fn dropped(words: &mut Words<'_>) -> Result<Change, String> {
    let is_lenient = words.pass("IF EXISTS");
    let mut all = vec![];
    loop {
        words.expect("PARTITION")?;
        all.push(spec(words)?);
        if !words.pass_symbol(&Token::Comma) {
            return Ok(Change::DropPartitions { is_lenient, all });
        }
    }
}

fn of_partition(words: &mut Words<'_>) -> Result<Change, String> {
    let before = spec(words)?;
    if words.pass("RENAME TO PARTITION") {
        return Ok(Change::RenamePartition(before, spec(words)?));
    }
    words.expect("SET LOCATION")?;
    Ok(Change::MovePartition(before, words.text()?))
}

fn change(words: &mut Words<'_>) -> Result<Change, String> {
    if words.pass("ADD COLUMNS") {
        Ok(Change::AddColumns(columns(words)?))
    } else if words.pass("REPLACE COLUMNS") {
        Ok(Change::ReplaceColumns(columns(words)?))
    } else if words.pass_one_of(&["CHANGE COLUMN", "CHANGE"]) {
        Ok(Change::Column(words.name()?, column(words)?))
    } else if words.pass("ADD") {
        added(words)
    } else if words.pass("DROP") {
        dropped(words)
    } else if words.pass("PARTITION") {
        of_partition(words)
    } else if words.pass("SET LOCATION") {
        Ok(Change::Move(words.text()?))
    } else if words.pass("SET TBLPROPERTIES") {
        Ok(Change::Properties(words.properties()?))
    } else {
        Err(words.unexpected())
    }
}

pub(super) fn alter(asked: Asked<'_>, mut words: Words<'_>) -> Result<Answer, String> {
    let (database, name) = words.table(asked.database)?;
    let change = change(&mut words)?;
    words.end()?;
    asked.catalog(|context| {
        let table = asked.table(context, (&database, &name))?;
        asked.may(context, rights_for(&change), (&database, Some(&name)))?;
        let target = Target { context, database: &database, name: &name, table };
        target.make(change)
    })?;
    Ok(Answer::nothing())
}

fn rights_for(change: &Change) -> &'static [&'static str] {
    match change {
        Change::AddPartitions { .. } => &["glue:GetPartition", "glue:BatchCreatePartition"],
        Change::DropPartitions { .. } => &["glue:GetPartitions", "glue:DeletePartition"],
        Change::RenamePartition(..) | Change::MovePartition(..) => &["glue:GetPartition", "glue:UpdatePartition"],
        _ => &["glue:UpdateTable"],
    }
}

/// The table that is changed.
struct Target<'a> {
    context: &'a Context<'a>,
    database: &'a str,
    name: &'a str,
    table: Value,
}

impl Target<'_> {
    fn make(mut self, change: Change) -> ApiResult<()> {
        match change {
            Change::AddPartitions { is_lenient, all } => {
                return all.iter().try_for_each(|(spec, place)| self.add(spec, place.as_deref(), is_lenient));
            }
            Change::DropPartitions { is_lenient, all } => {
                return all.iter().try_for_each(|spec| self.drop(spec, is_lenient));
            }
            Change::RenamePartition(before, after) => return self.rename(&before, &after),
            Change::MovePartition(spec, place) => return self.settle(&spec, &place),
            Change::AddColumns(new) => self.add_columns(new)?,
            Change::ReplaceColumns(new) => self.table["StorageDescriptor"]["Columns"] = new.into(),
            Change::Column(name, new) => self.change_column(&name, new)?,
            Change::Move(place) => self.table["StorageDescriptor"]["Location"] = place.into(),
            Change::Properties(new) => {
                let mut all = self.table["Parameters"].as_object().cloned().unwrap_or_default();
                all.extend(object(new));
                self.table["Parameters"] = all.into();
            }
        }
        self.table["Name"] = self.name.into();
        let input = json!({"DatabaseName": self.database, "TableInput": self.table});
        tables::update_table(self.context, &input).map(drop)
    }

    fn add_columns(&mut self, new: Vec<Value>) -> ApiResult<()> {
        let mut all = self.table["StorageDescriptor"]["Columns"].as_array().cloned().unwrap_or_default();
        for column in new {
            let there = all.iter().chain(self.table["PartitionKeys"].as_array().into_iter().flatten());
            if there.into_iter().any(|one| one["Name"] == column["Name"]) {
                let name = column["Name"].as_str().unwrap_or_default();
                return Err(failed(format!("SemanticException [Error 10036]: Duplicate column name: {name}")));
            }
            all.push(column);
        }
        self.table["StorageDescriptor"]["Columns"] = all.into();
        Ok(())
    }

    fn change_column(&mut self, name: &str, new: Value) -> ApiResult<()> {
        let columns = self.table["StorageDescriptor"]["Columns"].as_array_mut();
        let found = columns.into_iter().flatten().find(|column| column["Name"] == name);
        let found =
            found.ok_or_else(|| failed(format!("SemanticException [Error 10002]: Invalid column reference {name}")))?;
        *found = new;
        Ok(())
    }

    /// The values of a partition that is named whole.
    fn values(&self, spec: &Spec) -> ApiResult<Vec<String>> {
        let keys = keys(&self.table);
        let value = |key: &String| spec.iter().find(|(name, _)| name == key).map(|(_, value)| value.clone());
        match keys.iter().map(value).collect::<Option<Vec<_>>>() {
            Some(values) if spec.len() == keys.len() && !keys.is_empty() => Ok(values),
            _ => {
                let names: Vec<_> = spec.iter().map(|(name, value)| format!("{name}={value}")).collect();
                Err(failed(format!(
                    "ValidationFailureSemanticException partition spec {{{}}} doesn't contain all ({}) partition columns",
                    names.join(", "),
                    keys.len()
                )))
            }
        }
    }

    fn input(&self) -> Value {
        json!({"DatabaseName": self.database, "TableName": self.name})
    }

    fn find(&self, values: &[String]) -> ApiResult<Option<Value>> {
        let all = partitions::all(self.context, &format!("{}/{}", self.database, self.name))?;
        Ok(all.into_iter().find(|partition| partition["Values"] == json!(values)))
    }

    fn found(&self, spec: &Spec) -> ApiResult<(Vec<String>, Value)> {
        let values = self.values(spec)?;
        let missing = || failed(format!("SemanticException [Error 10006]: Partition not found {values:?}"));
        let found = self.find(&values)?.ok_or_else(missing)?;
        Ok((values, found))
    }

    fn add(&self, spec: &Spec, place: Option<&str>, is_lenient: bool) -> ApiResult<()> {
        let values = self.values(spec)?;
        if self.find(&values)?.is_some() {
            return match is_lenient {
                true => Ok(()),
                false => Err(super::not_done("AlreadyExistsException", "Partition already exists.")),
            };
        }
        let mut storage = self.table["StorageDescriptor"].clone();
        let below = storage["Location"].as_str().unwrap_or_default().trim_end_matches('/');
        let own = format!("{below}/{}", super::show::path(&keys(&self.table), &values));
        storage["Location"] = place.unwrap_or(&own).into();
        let mut input = self.input();
        input["PartitionInput"] = json!({"Values": values, "StorageDescriptor": storage, "Parameters": {}});
        partitions::create_partition(self.context, &input).map(drop)
    }

    /// All whose values are those named.
    fn drop(&self, spec: &Spec, is_lenient: bool) -> ApiResult<()> {
        let keys = keys(&self.table);
        if let Some((name, _)) = spec.iter().find(|(name, _)| !keys.contains(name)) {
            return Err(failed(format!("SemanticException [Error 10001]: Partition column {name} not found")));
        }
        let is_meant = |partition: &Value| {
            let wanted = |(name, value): &(String, String)| {
                let index = keys.iter().position(|key| key == name);
                index.is_some_and(|index| partition["Values"][index] == *value)
            };
            spec.iter().all(wanted)
        };
        let mut all = partitions::all(self.context, &format!("{}/{}", self.database, self.name))?;
        all.retain(is_meant);
        if all.is_empty() && !is_lenient {
            let words: Vec<_> = spec.iter().map(|(name, value)| format!("{name} = '{value}'")).collect();
            return Err(failed(format!("SemanticException [Error 10006]: Partition not found ({})", words.join(", "))));
        }
        for partition in all {
            let mut input = self.input();
            input["PartitionValues"] = partition["Values"].clone();
            partitions::delete_partition(self.context, &input)?;
        }
        Ok(())
    }

    fn update(&self, values: &[String], partition: Value) -> ApiResult<()> {
        let mut input = self.input();
        input["PartitionValueList"] = json!(values);
        input["PartitionInput"] = partition;
        partitions::update_partition(self.context, &input).map(drop)
    }

    fn rename(&self, before: &Spec, after: &Spec) -> ApiResult<()> {
        let (values, mut partition) = self.found(before)?;
        let new = self.values(after)?;
        if self.find(&new)?.is_some() {
            return Err(super::not_done("AlreadyExistsException", "Partition already exists."));
        }
        partition["Values"] = json!(new);
        self.update(&values, partition)
    }

    fn settle(&self, spec: &Spec, place: &str) -> ApiResult<()> {
        let (values, mut partition) = self.found(spec)?;
        partition["StorageDescriptor"]["Location"] = place.into();
        self.update(&values, partition)
    }
}
