//! `pipectl init`

use crate::config;
use crate::error::{Code, Error, Exit, Result};
use crate::report::{data, document};
use clap::Args;
use serde_json::json;
use std::fs::OpenOptions;
use std::io::Write;
use std::path::Path;

const START: &str = include_str!("../../templates/init/pipeline.yaml");
const ARTICLE: &str = include_str!("../../templates/init/from_article.yaml");

#[derive(Debug, Args)]
pub(crate) struct InitArgs {
    /// The whole pipeline of the article, with its sizes, schedules and queries.
    #[arg(long)]
    from_article: bool,
    /// Write over a file that is there.
    #[arg(long)]
    force: bool,
}

/// Beside the file: for the modeline that editors read (yaml-language-server, which most of them have).
const SCHEMA: &str = ".pipectl/pipeline.schema.json";

/// Writes the schema beside the file, where git leaves it alone.
fn describe(path: &Path) -> std::io::Result<()> {
    let schema = path.parent().unwrap_or(Path::new("")).join(SCHEMA);
    let directory = schema.parent().unwrap_or(Path::new(""));
    std::fs::create_dir_all(directory)?;
    std::fs::write(directory.join(".gitignore"), "*\n")?;
    std::fs::write(schema, format!("{:#}\n", config::json_schema()))
}

pub(crate) fn run(path: &Path, args: &InitArgs) -> Result<Exit> {
    let text = if args.from_article { ARTICLE } else { START };
    let mut options = OpenOptions::new();
    options.write(true).create(true).truncate(true);
    if !args.force {
        options.create_new(true);
    }
    let mut file = match options.open(path) {
        Err(error) if error.kind() == std::io::ErrorKind::AlreadyExists => {
            return Err(Error::coded(
                Code::Exists,
                format!("`{}` is there already", path.display()),
                "`--force` writes over it",
            ));
        }
        opened => opened.map_err(Error::cannot_write(path))?,
    };
    let text = match describe(path) {
        // An editor does without.
        Err(_) => text.to_owned(),
        Ok(()) => format!("# yaml-language-server: $schema={SCHEMA}\n{text}"),
    };
    file.write_all(text.as_bytes()).map_err(Error::cannot_write(path))?;
    let option = if path == Path::new("pipeline.yaml") { String::new() } else { format!(" -f {}", path.display()) };
    let next = format!("pipectl plan --local{option}");
    document(json!({"schema": "pipectl-init/1", "file": path, "next": next}));
    data(format_args!("wrote {}\n", path.display()));
    data(format_args!("next: `{next}` shows what it makes, without an AWS account\n"));
    Ok(Exit::Done)
}
