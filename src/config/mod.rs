//! `pipeline.yaml`: from its text to a checked [`Pipeline`].

mod checks;
mod column;
mod cron_field;
mod file;
mod hive;
mod json_schema;
mod pipeline;
mod problem;
mod reader;
mod schedule;
mod substitute;
mod tree;
mod units;
mod values;

#[cfg(test)]
pub(crate) use column::{Column, ColumnType};
#[cfg(test)]
pub(crate) use pipeline::GlueVersion;
pub(crate) use pipeline::{Architecture, Compression, Crawler, Function, Pipeline};
pub(crate) use problem::Problems;
pub(crate) use schedule::Schedule;
pub(crate) use units::Days;

use reader::{Reader, Section};
use std::path::Path;
use substitute::Placeholders;

/// What the command line and the environment say beside the file.
pub(crate) struct Overrides<'a> {
    pub(crate) stage: Option<String>,
    pub(crate) region: Option<String>,
    pub(crate) env: &'a dyn Fn(&str) -> Option<String>,
}

/// Reads and checks a file.
///
/// # Errors
/// Everything that is wrong with it, each with its place.
pub(crate) fn load(path: &Path, overrides: &Overrides<'_>) -> Result<Pipeline, Problems> {
    let source = std::fs::read_to_string(path).map_err(|error| Problems::unreadable(path, &error))?;
    read(&source, overrides).map_err(|problems| Problems::new(path, &source, problems))
}

fn read(source: &str, overrides: &Overrides<'_>) -> Result<Pipeline, Vec<problem::Problem>> {
    let tree = tree::parse(source).map_err(|problem| vec![problem])?;
    let stage = overrides.stage.clone().unwrap_or_else(|| stage_of(&tree));
    let reader = Reader::new(source, Placeholders { stage: &stage, env: overrides.env });
    // What the command line says has no place in the file.
    let given = [(&overrides.stage, values::stage as fn(&str) -> _), (&overrides.region, values::region)];
    for message in given.iter().filter_map(|(text, parse)| parse(text.as_deref()?).err()) {
        reader.problem(problem::Problem::new(0..0, message));
    }
    let mut root = Section::new(&reader, "", Some(&tree));
    let mut pipeline = file::pipeline(&mut root, &stage);
    root.finish();
    checks::check(&reader, &pipeline);
    pipeline.region = overrides.region.clone().or(pipeline.region);
    let problems = reader.into_problems();
    if problems.is_empty() { Ok(pipeline) } else { Err(problems) }
}

/// The stage is needed before anything else is read, since other values may name it.
fn stage_of(tree: &tree::Placed<tree::Node>) -> String {
    let tree::Node::Map(entries) = &tree.value else { return "dev".to_owned() };
    let found = entries.iter().find(|(key, _)| key.value == "stage").map(|(_, node)| &node.value);
    match found {
        Some(tree::Node::Text(text)) if values::stage(text).is_ok() => text.clone(),
        _ => "dev".to_owned(),
    }
}

/// The JSON Schema of a file, for editors.
pub(crate) fn json_schema() -> serde_json::Value {
    let reader = Reader::new("", Placeholders { stage: "dev", env: &|_| None });
    let mut root = Section::new(&reader, "", None);
    file::pipeline(&mut root, "dev");
    json_schema::of(&root.finish())
}

#[cfg(test)]
mod broken_tests;
#[cfg(test)]
mod tests;
