//! Output for programs, of every command in one way: a document, or lines as they come (`--json`), on stdout, in a file
//! (`--json-out`), or in both.
//!
//! A command says what it has to say twice, to people ([`super::data`]) and to programs ([`document`], [`line`]), and asks
//! not who listens: with `--json` nothing that is for people gets to stdout. A document waits for the command's end, so
//! that an error that comes after it stands in it, and there is never a second one. Lines are written at once, and the
//! last one tells how it ended: lines without it were cut off.

use super::error::error_to_json;
use super::print;
use crate::error::{Code, Error, Exit, Result};
use crate::whole_file::{self, Readers};
use serde_json::{Map, Value, json};
use std::io;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, MutexGuard, PoisonError};

/// The version of a document that has nothing but an error.
const SCHEMA: &str = "pipectl-error/1";

static MACHINE: Mutex<Machine> =
    Mutex::new(Machine { printed: false, file: None, document: None, stream: None, lines: String::new() });

struct Machine {
    printed: bool,
    file: Option<PathBuf>,
    document: Option<Value>,
    /// The schema of the lines, of a command that has such.
    stream: Option<&'static str>,
    /// For the file, which is written at the end.
    lines: String,
}

fn machine() -> MutexGuard<'static, Machine> {
    MACHINE.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Who is to get what programs read.
///
/// # Errors
/// The file cannot be written: found out before anything is done.
pub(crate) fn begin(printed: bool, file: Option<&Path>) -> Result<()> {
    if printed {
        print::only_for_programs();
    }
    machine().printed = printed;
    let Some(path) = file else { return Ok(()) };
    whole_file::check(path).map_err(Error::cannot_write(path))?;
    machine().file = Some(path.to_owned());
    Ok(())
}

/// What the command is about, with its `schema`. Of several the last one counts.
pub(crate) fn document(value: Value) {
    machine().document = Some(value);
}

/// Something more of what the command is about.
pub(crate) fn document_field(name: &str, value: Value) {
    if let Some(document) = machine().document.as_mut() {
        document[name] = value;
    }
}

/// As it would be printed now: for a file of the command's own.
pub(crate) fn document_so_far() -> String {
    machine().document.as_ref().map_or_else(String::new, |told| format!("{told:#}\n"))
}

/// From now on there are lines, and what would be the document stands in the last one.
pub(crate) fn stream(schema: &'static str) {
    machine().stream = Some(schema);
}

/// A line as it comes: an object, to which its schema, its type and the time are added.
pub(crate) fn line(kind: &str, value: Value) {
    let mut machine = machine();
    let mut fields = head(machine.stream, kind);
    if let Value::Object(value) = value {
        fields.extend(value);
    }
    machine.write(&format!("{}\n", Value::Object(fields)));
}

fn head(schema: Option<&str>, kind: &str) -> Map<String, Value> {
    let at = jiff::Timestamp::now().strftime("%Y-%m-%dT%H:%M:%S%.3fZ").to_string();
    [("schema", json!(schema)), ("type", json!(kind)), ("at", json!(at))]
        .map(|(name, value)| (name.to_owned(), value))
        .into_iter()
        .collect()
}

/// The document, or the last line, with how the command ended. Where `output` is what it is there for, and could not be
/// written, the file says so.
///
/// # Errors
/// The file could not be written.
pub(crate) fn finish(ran: &Result<Exit>, output: bool) -> Result<()> {
    let mut machine = machine();
    let lost = || print::unwritten().filter(|_| output && ran.is_ok());
    let text = machine.end(ran, lost());
    if machine.printed {
        print::machine(&text);
    }
    // It may be this text itself that could not be printed.
    let kept = if lost().is_some() { machine.end(ran, lost()) } else { text };
    machine.keep(&kept);
    (machine.document, machine.stream) = (None, None);
    match machine.file.take() {
        Some(path) => whole_file::write(&path, &machine.lines, Readers::Owner).map_err(Error::cannot_write(&path)),
        None => Ok(()),
    }
}

/// Of a command that somebody ended, and that has nothing to say of it.
fn ended_by(exit: Exit) -> Option<Error> {
    let code = match exit {
        Exit::Interrupted => Code::Interrupted,
        Exit::Terminated => Code::Terminated,
        _ => return None,
    };
    Some(Error::coded(code, code.name(), ""))
}

impl Machine {
    fn end(&self, ran: &Result<Exit>, lost: Option<&'static io::Error>) -> String {
        let unwritten = lost.map(Error::Unwritten);
        let (error, exit) = match (unwritten, ran) {
            (Some(error), _) => (Some(error_to_json(&error)), error.exit()),
            (None, Err(error)) => (Some(error_to_json(error)), error.exit()),
            (None, Ok(exit)) => (ended_by(*exit).as_ref().map(error_to_json), *exit),
        };
        match (self.stream, self.document.clone()) {
            (Some(schema), told) => last(schema, told, error, exit),
            (None, Some(Value::Object(mut document))) => {
                document.extend(error.map(|error| ("error".to_owned(), error)));
                format!("{:#}\n", Value::Object(document))
            }
            (None, Some(told)) => format!("{told:#}\n"),
            (None, None) => {
                error.map_or_else(String::new, |error| format!("{:#}\n", json!({"schema": SCHEMA, "error": error})))
            }
        }
    }

    fn write(&mut self, text: &str) {
        if self.printed {
            print::machine(text);
        }
        self.keep(text);
    }

    fn keep(&mut self, text: &str) {
        if self.file.is_some() {
            self.lines.push_str(text);
        }
    }
}

/// The line that tells how all of them ended.
fn last(schema: &str, told: Option<Value>, error: Option<Value>, exit: Exit) -> String {
    let mut fields = head(Some(schema), "summary");
    fields.insert("exit_code".to_owned(), json!(exit as u8));
    if let Some(Value::Object(told)) = told {
        fields.extend(told);
    }
    fields.extend(error.map(|error| ("error".to_owned(), error)));
    format!("{}\n", Value::Object(fields))
}
