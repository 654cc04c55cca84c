//! The reference below `docs/reference` is what the program says of itself. `PIPECTL_GOLDEN=write` writes it anew.

use crate::support::{Place, commands, root};
use serde_json::Value;
use std::fmt::Write as _;

/// Where the options begin that every command has.
const GLOBAL: &str = "\nOptions of every command:\n";

/// Compares a page with what it should be.
#[track_caller]
fn golden_page(path: &str, page: &str) {
    let path = root().join(path);
    if std::env::var_os("PIPECTL_GOLDEN").is_some_and(|mode| mode == "write") {
        std::fs::write(&path, page).unwrap();
    }
    let kept = std::fs::read_to_string(&path).unwrap_or_default();
    assert!(kept == page, "{} is of another pipectl: PIPECTL_GOLDEN=write writes it anew", path.display());
}

fn help(place: &Place, words: &[&str]) -> String {
    // As wide as a page of the book.
    let output = place.command().args(words).arg("--help").env("COLUMNS", "100").output().unwrap();
    let help = String::from_utf8(output.stdout).unwrap();
    help.lines().map(str::trim_end).collect::<Vec<_>>().join("\n")
}

#[test]
fn each_command_is_explained_by_its_help() {
    let place = Place::new("");
    let mut page = "# Commands\n\nWhat `pipectl COMMAND --help` prints, for each command.\n".to_owned();
    let mut global = String::new();
    for command in commands() {
        let help = help(&place, &command.split(' ').collect::<Vec<_>>());
        let (own, shared) = help.split_once(GLOBAL).unwrap_or((&help, ""));
        if global.is_empty() {
            shared.trim_end().clone_into(&mut global);
        }
        write!(page, "\n## `pipectl {command}`\n\n```text\n{}\n```\n", own.trim_end()).unwrap();
    }
    assert!(!global.is_empty());
    write!(page, "\n## Options of every command\n\n```text\n{global}\n```\n").unwrap();
    golden_page("docs/reference/commands.md", &page);
}

/// What may stand there, in words.
fn kind(schema: &Value) -> String {
    if let Some(words) = schema["enum"].as_array() {
        let words: Vec<_> = words.iter().map(|word| format!("`{}`", shown(word))).collect();
        return words.join(", ");
    }
    if let Some(kinds) = schema["oneOf"].as_array().or(schema["anyOf"].as_array()) {
        let mut kinds: Vec<_> = kinds.iter().map(kind).collect();
        kinds.dedup();
        return kinds.join("; or ");
    }
    match &schema["type"] {
        Value::String(kind) if kind == "array" => format!("a list of: {}", self::kind(&schema["items"])),
        Value::String(kind) if kind == "object" && schema["properties"].is_null() => {
            format!("names, each with: {}", self::kind(&schema["additionalProperties"]))
        }
        Value::String(kind) if kind == "object" => "a group".to_owned(),
        Value::String(kind) => word(kind).to_owned(),
        Value::Array(kinds) => kinds.iter().filter_map(Value::as_str).map(word).collect::<Vec<_>>().join(" or "),
        _ => "anything".to_owned(),
    }
}

fn word(kind: &str) -> &str {
    match kind {
        "string" => "text",
        "boolean" => "`true`, `false`",
        "integer" => "a whole number",
        "number" => "a number",
        other => other,
    }
}

fn shown(value: &Value) -> String {
    value.as_str().map_or_else(|| value.to_string(), str::to_owned)
}

fn keys(page: &mut String, above: &str, schema: &Value) {
    let required: Vec<_> = schema["required"].as_array().into_iter().flatten().filter_map(Value::as_str).collect();
    for (key, one) in schema["properties"].as_object().into_iter().flatten() {
        let path = if above.is_empty() { key.clone() } else { format!("{above}.{key}") };
        let about = one["description"].as_str().unwrap_or_default().replace('|', "\\|");
        let default = match &one["default"] {
            Value::Null if required.contains(&&**key) => "required".to_owned(),
            Value::Null => String::new(),
            value => format!("`{}`", shown(value)).replace('|', "\\|"),
        };
        writeln!(page, "| `{path}` | {} | {default} | {about} |", kind(one).replace('|', "\\|")).unwrap();
        let groups = one["oneOf"].as_array().into_iter().flatten().chain([one]);
        for group in groups.filter(|group| !group["properties"].is_null()) {
            keys(page, &path, group);
        }
    }
}

#[test]
fn each_key_is_explained_by_the_schema() {
    let schema: Value = serde_json::from_str(&Place::new("").run(&["schema"]).exits(0).stdout).unwrap();
    let mut page = "# Keys of the file\n\nWhat `pipectl schema` prints for editors, as a table. A name and the columns of an event \
        are all that a file needs. How each key is used shows\n\
        [an example with every key](../../examples/clickstream/pipeline.yaml).\n"
        .to_owned();
    let is_group = |one: &Value| !one["properties"].is_null() || one["oneOf"].to_string().contains("\"properties\"");
    let all = schema["properties"].as_object().unwrap();
    let (groups, single): (Vec<_>, Vec<_>) = all.iter().partition(|(_, one)| is_group(one));
    let mut section = |title: &str, members: &[(&String, &Value)]| {
        write!(page, "\n## {title}\n\n| Key | What | Default | |\n|---|---|---|---|\n").unwrap();
        let mut part = schema.clone();
        part["properties"] = members.iter().map(|(key, one)| ((*key).clone(), (*one).clone())).collect();
        keys(&mut page, "", &part);
    };
    section("The pipeline", &single);
    for group in groups {
        section(&format!("`{}`", group.0), &[group]);
    }
    golden_page("docs/reference/configuration.md", &page);
}
