//! SHOW CREATE: the statement that would make it, laid out as Hive does.

use super::super::Answer;
use super::super::view::View;
use super::columns::{list, sorted, text};
use super::words::Words;
use super::{Asked, failed};
use serde_json::Value;

fn quoted(text: &str) -> String {
    format!("'{}'", text.replace('\\', "\\\\").replace('\'', "\\'").replace('\u{1}', "\\u0001").replace('\t', "\\t"))
}

fn columns(columns: &Value) -> Vec<String> {
    let one = |column: &Value| {
        let remark = match text(column, "Comment") {
            "" => String::new(),
            remark => format!(" COMMENT {}", quoted(remark)),
        };
        format!("  `{}` {}{remark}", text(column, "Name"), text(column, "Type"))
    };
    commas(list(columns).map(one).collect(), ")")
}

fn properties(properties: &Value) -> Vec<String> {
    let one = |(name, value): (&str, &str)| format!("  {}={}", quoted(name), quoted(value));
    commas(sorted(properties).into_iter().map(one).collect(), ")")
}

/// With a comma and a blank behind each but the last, which is where Hive ends brackets.
fn commas(mut lines: Vec<String>, end: &str) -> Vec<String> {
    let last = lines.len().saturating_sub(1);
    for (index, line) in lines.iter_mut().enumerate() {
        line.push_str(if index == last { end } else { ", " });
    }
    lines
}

fn lines(name: &str, table: &Value) -> Vec<String> {
    let storage = &table["StorageDescriptor"];
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    let mut lines = vec![format!("CREATE EXTERNAL TABLE `{name}`(")];
    lines.extend(columns(&storage["Columns"]));
    if list(&table["PartitionKeys"]).next().is_some() {
        lines.push("PARTITIONED BY ( ".to_owned());
        lines.extend(columns(&table["PartitionKeys"]));
    }
    lines.push("ROW FORMAT SERDE ".to_owned());
    lines.push(format!("  {} ", quoted(&text(&storage["SerdeInfo"]["SerializationLibrary"]))));
    if storage["SerdeInfo"]["Parameters"].as_object().is_some_and(|all| !all.is_empty()) {
        lines.push("WITH SERDEPROPERTIES ( ".to_owned());
        lines.extend(properties(&storage["SerdeInfo"]["Parameters"]));
    }
    lines.push("STORED AS INPUTFORMAT ".to_owned());
    lines.push(format!("  {} ", quoted(&text(&storage["InputFormat"]))));
    lines.push("OUTPUTFORMAT ".to_owned());
    lines.push(format!("  {}", quoted(&text(&storage["OutputFormat"]))));
    lines.extend(["LOCATION".to_owned(), format!("  {}", quoted(&text(&storage["Location"])))]);
    if table["Parameters"].as_object().is_some_and(|all| !all.is_empty()) {
        lines.push("TBLPROPERTIES (".to_owned());
        lines.extend(properties(&table["Parameters"]));
    }
    lines
}

pub(super) fn table(asked: Asked<'_>, mut words: Words<'_>) -> Result<Answer, String> {
    let (database, name) = words.table(asked.database)?;
    words.end()?;
    let table = asked.catalog(|context| asked.table(context, (&database, &name)))?;
    let lines = match View::of(&table) {
        Some(view) => made(&database, &name, &view),
        None => lines(&name, &table),
    };
    Ok(Answer::lines(&["createtab_stmt"], &lines))
}

fn made(database: &str, name: &str, view: &View) -> Vec<String> {
    let head = format!("CREATE VIEW {database}.{name} AS ");
    std::iter::once(head).chain(view.sql.lines().map(str::to_owned)).collect()
}

pub(super) fn view(asked: Asked<'_>, mut words: Words<'_>) -> Result<Answer, String> {
    let (database, name) = words.table(asked.database)?;
    words.end()?;
    let view = asked.catalog(|context| {
        let table = asked.table(context, (&database, &name))?;
        View::of(&table).ok_or_else(|| failed(format!("SemanticException {database}.{name} is not a view")))
    })?;
    Ok(Answer::lines(&["Create View"], &made(&database, &name, &view)))
}
