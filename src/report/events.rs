//! The fields that arrive, and the columns that there are for them.

use super::foreign::one_line;
use super::print::say;
use super::query::{Rows, rows_to_table};
use super::undelivered::{Undelivered, undelivered_to_json, undelivered_to_text};
use serde_json::{Value, json};
use std::fmt;
use std::sync::Arc;

/// The version of what `--json` prints.
const SCHEMA: &str = "pipectl-events/1";

/// What a value is, in the word of the column that would take it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Kind {
    Boolean,
    Int,
    Bigint,
    Double,
    Date,
    Timestamp,
    String,
    Array,
    Struct,
}

impl fmt::Display for Kind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Boolean => "boolean",
            Self::Int => "int",
            Self::Bigint => "bigint",
            Self::Double => "double",
            Self::Date => "date",
            Self::Timestamp => "timestamp",
            Self::String => "string",
            Self::Array => "array",
            Self::Struct => "struct",
        })
    }
}

/// A line of a file.
#[derive(Clone, Debug)]
pub(crate) struct Spot {
    /// `s3://bucket/key`.
    pub(crate) file: Arc<str>,
    /// From one on.
    pub(crate) line: usize,
}

impl fmt::Display for Spot {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "line {} of {}", self.line, one_line(&self.file))
    }
}

/// What arrived, as far as it was read.
#[derive(Debug)]
pub(crate) struct Arrivals {
    pub(crate) events: u64,
    /// The field that tells events apart, and how many had one that another had before.
    pub(crate) id: String,
    pub(crate) repeated: u64,
    /// Events with a value that does not fit its column.
    pub(crate) unfit: u64,
    pub(crate) files: usize,
    /// Files that there are.
    pub(crate) of: usize,
    /// The first and the last.
    pub(crate) days: Option<(String, String)>,
    pub(crate) fields: Vec<ArrivedField>,
    /// Values of fields that were not told apart any more.
    pub(crate) others: u64,
    /// Lines that are no events.
    pub(crate) broken: u64,
    pub(crate) first_broken: Option<Spot>,
    /// What of a file could not be read.
    pub(crate) damage: Vec<String>,
    /// `None`: Firehose gave up nothing of late.
    pub(crate) undelivered: Option<Undelivered>,
    pub(crate) proposed: Vec<Proposed>,
    /// Where `schema` is in the file.
    pub(crate) schema_at: Option<String>,
}

#[derive(Debug)]
pub(crate) struct ArrivedField {
    pub(crate) path: String,
    /// Values that are not null.
    pub(crate) values: u64,
    pub(crate) kinds: Vec<(Kind, u64)>,
    /// `None`: there is none.
    pub(crate) column: Option<String>,
    /// Values that are null in the column.
    pub(crate) misfits: u64,
    pub(crate) first_misfit: Option<Spot>,
}

/// A line for `schema`.
#[derive(Debug)]
pub(crate) struct Proposed {
    pub(crate) name: String,
    pub(crate) column: String,
    /// The line in the place of which it is to stand.
    pub(crate) at: Option<String>,
}

impl Arrivals {
    /// Whether something that arrived is in no column.
    pub(crate) fn loses(&self) -> bool {
        let lost = |field: &ArrivedField| field.misfits > 0 || (field.column.is_none() && field.values > 0);
        self.broken > 0 || self.others > 0 || !self.damage.is_empty() || self.fields.iter().any(lost)
    }
}

pub(crate) fn events_to_text(arrivals: &Arrivals) -> String {
    let mut text = format!("{}\n\n{}", head(arrivals), table(arrivals));
    let notes: Vec<_> = notes(arrivals).collect();
    if !notes.is_empty() {
        text.push_str(&format!("\n{}\n", notes.join("\n")));
    }
    text.push_str(&proposal(arrivals));
    text
}

/// Where that is all that there is.
pub(crate) fn say_undelivered(arrivals: &Arrivals) {
    arrivals.undelivered.iter().for_each(|found| say(given_up(found)));
}

fn given_up(found: &Undelivered) -> String {
    format!("given up by Firehose: {}", undelivered_to_text(found))
}

/// `5000 events in 3 files of 2026-11-25 to 2026-11-26`
fn head(arrivals: &Arrivals) -> String {
    let Arrivals { events, files, of, days, .. } = arrivals;
    let days = match days {
        Some((first, last)) if first == last => format!(" of {first}"),
        Some((first, last)) => format!(" of {first} to {last}"),
        None => String::new(),
    };
    let more = if files < of { format!(", the newest of {of}") } else { String::new() };
    format!("{events} {} in {files} {}{days}{more}", plural(*events, "event"), plural(*files as u64, "file"))
}

fn plural(count: u64, word: &str) -> String {
    format!("{word}{}", if count == 1 { "" } else { "s" })
}

fn table(arrivals: &Arrivals) -> String {
    let columns = ["FIELD", "VALUES", "OF EVENTS", "ARRIVES AS", "COLUMN"].map(str::to_owned).to_vec();
    let row = |field: &ArrivedField| {
        let kinds: Vec<_> = match &field.kinds[..] {
            [(kind, _)] => vec![kind.to_string()],
            kinds => kinds.iter().map(|(kind, count)| format!("{kind} {count}")).collect(),
        };
        let column = match (&field.column, field.values, field.misfits) {
            (None, ..) => "none: not in Parquet".to_owned(),
            (Some(column), 0, 0) => format!("{column}: nothing arrives"),
            (Some(column), _, 0) => column.clone(),
            (Some(column), _, misfits) => format!("{column}: {misfits} do not fit"),
        };
        [field.path.clone(), field.values.to_string(), share(field.values, arrivals.events), kinds.join(", "), column]
            .map(Some)
            .to_vec()
    };
    rows_to_table(&Rows { columns, rows: arrivals.fields.iter().map(row).collect(), ..Rows::default() })
}

/// In percent; none of some is less than one, and not all of them are less than a hundred.
fn share(values: u64, events: u64) -> String {
    match 100 * values / events.max(1) {
        0 if values > 0 => "< 1 %".to_owned(),
        percent => format!("{percent} %"),
    }
}

fn notes(arrivals: &Arrivals) -> impl Iterator<Item = String> {
    let Arrivals { id, repeated, unfit, .. } = arrivals;
    let again = (*repeated > 0)
        .then(|| format!("{repeated} {} again, with an `{}` that was there before", came(*repeated), one_line(id)));
    let unfit = (*unfit > 0).then(|| format!("{unfit} {} a value that does not fit", has(*unfit)));
    let misfits = arrivals.fields.iter().filter_map(|field| {
        let (spot, column) = (field.first_misfit.as_ref()?, field.column.as_deref().unwrap_or_default());
        Some(format!("`{}`: the first value that is no {column} is in {spot}", one_line(&field.path)))
    });
    let broken = arrivals.first_broken.as_ref().map(|spot| {
        let count = arrivals.broken;
        format!("{count} {} no event, the first is {spot}", if count == 1 { "line is" } else { "lines are" })
    });
    let others = (arrivals.others > 0)
        .then(|| format!("{} values of further fields: there are too many names to tell them apart", arrivals.others));
    let damage = arrivals.damage.iter().map(|damage| format!("not read: {}", one_line(damage)));
    again
        .into_iter()
        .chain(unfit)
        .chain(misfits)
        .chain(broken)
        .chain(others)
        .chain(damage)
        .chain(arrivals.undelivered.as_ref().map(given_up))
        .collect::<Vec<_>>()
        .into_iter()
}

fn came(events: u64) -> String {
    format!("{} came", plural(events, "event"))
}

fn has(events: u64) -> &'static str {
    if events == 1 { "event has" } else { "events have" }
}

fn proposal(arrivals: &Arrivals) -> String {
    let line = |one: &Proposed| format!("  {}: {}\n", key(&one.name), one.column);
    let (wider, new): (Vec<_>, Vec<_>) = arrivals.proposed.iter().partition(|one| one.at.is_some());
    let mut text = String::new();
    if !new.is_empty() {
        let place = arrivals.schema_at.as_ref().map(|at| format!(" ({at})")).unwrap_or_default();
        text.push_str(&format!("\nTo have them in Parquet from now on, add to `schema`{place}:\n"));
        new.iter().for_each(|one| text.push_str(&line(one)));
    }
    for one in wider {
        text.push_str(&format!("\nIn place of {}:\n{}", one.at.as_deref().unwrap_or_default(), line(one)));
    }
    text
}

/// YAML reads some words and digits as something else.
fn key(name: &str) -> String {
    let other = ["null", "true", "false"].contains(&name);
    let plain = name.starts_with(|c: char| c.is_ascii_lowercase() || c == '_');
    if plain && !other { name.to_owned() } else { format!("\"{name}\"") }
}

pub(crate) fn events_to_json(arrivals: &Arrivals) -> Value {
    let spot = |spot: &Option<Spot>| spot.as_ref().map(|spot| json!({"file": &*spot.file, "line": spot.line}));
    let field = |field: &ArrivedField| {
        let kinds: serde_json::Map<_, _> = field.kinds.iter().map(|(kind, n)| (kind.to_string(), json!(n))).collect();
        json!({
            "field": field.path, "values": field.values, "arrives_as": kinds, "column": field.column,
            "does_not_fit": field.misfits, "first_that_does_not_fit": spot(&field.first_misfit),
        })
    };
    let days = arrivals.days.as_ref().map(|(first, last)| json!({"first": first, "last": last}));
    let proposed = |one: &Proposed| json!({"column": one.name, "type": one.column, "in_place_of": one.at});
    json!({
        "schema": SCHEMA,
        "events": arrivals.events,
        "repeated": {"by": arrivals.id, "events": arrivals.repeated},
        "events_that_do_not_fit": arrivals.unfit,
        "files": {"read": arrivals.files, "there": arrivals.of, "days": days, "not_read": arrivals.damage},
        "fields": arrivals.fields.iter().map(field).collect::<Vec<_>>(),
        "values_of_further_fields": arrivals.others,
        "lines_that_are_no_events": {"count": arrivals.broken, "first": spot(&arrivals.first_broken)},
        "given_up": arrivals.undelivered.as_ref().map(undelivered_to_json),
        "proposed": arrivals.proposed.iter().map(proposed).collect::<Vec<_>>(),
    })
}
