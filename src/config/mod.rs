//! `pipeline.yaml`: from its text to a checked [`Pipeline`].

mod annotation;
mod by_stage;
mod checks;
mod column;
mod cron_field;
mod dashboard;
mod described;
mod doubts;
mod edit;
mod file;
mod given;
mod hive;
mod json_schema;
mod pipeline;
mod places;
mod problem;
mod reader;
mod schedule;
mod several;
mod shape;
mod substitute;
mod tree;
mod units;
mod usage;
mod values;
mod variables;
mod words;

pub(crate) use column::{Column, ColumnType};
pub(crate) use dashboard::Dashboard;
pub(crate) use edit::with_usage;
pub(crate) use pipeline::{Alarms, Crawler, Etl, Function, Pipeline, table_name};
pub(crate) use places::Places;
pub(crate) use problem::{Located, Problems};
pub(crate) use schedule::Schedule;
pub(crate) use units::{ByteSize, Days, parse_count, parse_duration, show_duration};
pub(crate) use usage::{FIGURES, Figure, parse_number};
#[cfg(test)]
pub(crate) use words::Security;
pub(crate) use words::{
    Architecture, Compression, Execution, Format, Front, GlueVersion, Import, LogLevel, Partition, Period, Shape,
    Tables,
};

use problem::Problem;
use reader::{Reader, Section};
use std::path::Path;
use substitute::Placeholders;
use tree::{Node, Placed};

/// What the command line and the environment say beside the file.
pub(crate) struct Overrides<'a> {
    pub(crate) name: Option<String>,
    pub(crate) stage: Option<String>,
    /// The option or variable that the stage is from.
    pub(crate) said_by: &'static str,
    pub(crate) region: Option<String>,
    pub(crate) env: &'a dyn Fn(&str) -> Option<String>,
}

/// Reads and checks a file; `-` is standard input.
///
/// # Errors
/// Everything that is wrong with it, each with its place.
pub(crate) fn load(path: &Path, overrides: &Overrides<'_>) -> Result<Pipeline, Problems> {
    if path == Path::new("-") {
        let input = Path::new("(standard input)");
        let text = std::io::read_to_string(std::io::stdin()).map_err(|error| Problems::unreadable(input, &error))?;
        return load_text(input, &text, overrides);
    }
    let text = std::fs::read_to_string(path).map_err(|error| Problems::unreadable(path, &error))?;
    load_text(path, &text, overrides)
}

/// The same with the text of a file that is not there as it is, such as an earlier version.
///
/// # Errors
/// Everything that is wrong with it, each with its place.
pub(crate) fn load_text(path: &Path, text: &str, overrides: &Overrides<'_>) -> Result<Pipeline, Problems> {
    // Editors on Windows begin files with a byte order mark, and count no column for it.
    let source = text.strip_prefix('\u{feff}').unwrap_or(text);
    let mut pipeline = read(source, overrides).map_err(|problems| Problems::new(path, source, problems))?;
    pipeline.places = pipeline.places.in_file(path);
    Ok(pipeline)
}

fn read(source: &str, overrides: &Overrides<'_>) -> Result<Pipeline, Vec<Problem>> {
    let tree = tree::parse(source).map_err(|problem| vec![problem])?;
    let written = stage_of(&tree, overrides.env);
    let given = overrides.stage.as_deref().filter(|stage| values::stage(stage).is_ok());
    let stage = given.or(written.as_ref().ok().and_then(Option::as_deref)).unwrap_or("dev");
    let reader = Reader::new(Placeholders { stage: Some(stage), env: overrides.env });
    written.as_ref().err().into_iter().cloned().chain(wrong_options(overrides)).for_each(|wrong| reader.problem(wrong));
    let name = overrides.name.as_deref().filter(|name| values::name(name).is_ok());
    let mut root = Section::new(&reader, "", Some(&tree));
    let mut pipeline = file::pipeline(&mut root, name, stage);
    root.finish();
    checks::check(&reader, &pipeline);
    pipeline.region = overrides.region.clone().or(pipeline.region);
    pipeline.places = Places::new(source, reader.places());
    let problems = reader.into_problems();
    if problems.is_empty() { Ok(pipeline) } else { Err(problems) }
}

/// What the command line says has no place in the file.
fn wrong_options<'a>(overrides: &'a Overrides<'_>) -> impl Iterator<Item = Problem> + 'a {
    let options = [
        ("--name", &overrides.name, values::name as fn(&str) -> _),
        (overrides.said_by, &overrides.stage, values::stage),
        ("--region", &overrides.region, values::region),
    ];
    options.into_iter().filter_map(|(option, text, parse)| {
        let message = parse(text.as_deref()?).err()?;
        Some(Problem::split(None, &format!("{option}: {message}")))
    })
}

/// The stage of a file is needed before anything else is read, since other values may name it.
fn stage_of(tree: &Placed<Node>, env: &dyn Fn(&str) -> Option<String>) -> Result<Option<String>, Problem> {
    let Node::Map(entries) = &tree.value else { return Ok(None) };
    let Some((key, node)) = entries.iter().find(|(key, _)| key.value == "stage") else { return Ok(None) };
    let reader = Reader::new(Placeholders { stage: None, env });
    reader.scalar(Some(key), node, &[], values::stage).map(Some)
}

/// Whether a file with these keys may say what this pipeline is: whether its values go together.
pub(crate) fn may_be(pipeline: &Pipeline) -> bool {
    let placeholders = Placeholders { stage: Some(&pipeline.stage), env: &|_| None };
    let reader = Reader::new(placeholders).having(pipeline.places.keys());
    checks::check(&reader, pipeline);
    reader.into_problems().is_empty()
}

/// What a file asks for that says nothing but its shape.
pub(crate) fn usual(shape: Shape) -> Pipeline {
    let overrides = Overrides { name: None, stage: None, said_by: "--stage", region: None, env: &|_| None };
    let text = format!("name: any\nshape: {shape}\nschema: {{ event: string }}\n");
    read(&text, &overrides).expect("a file that says nothing else is right")
}

/// The JSON Schema of a file, for editors.
pub(crate) fn json_schema() -> serde_json::Value {
    let reader = Reader::new(Placeholders { stage: Some("dev"), env: &|_| None });
    let mut root = Section::new(&reader, "", None);
    file::pipeline(&mut root, None, "dev");
    json_schema::of(&root.finish())
}

#[cfg(test)]
mod tests;
