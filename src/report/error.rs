//! What went wrong, and what helps.

use super::foreign::below;
use super::paint::Paint;
use super::print::{alert, is_quiet};
use crate::aws;
use crate::config::Located;
use crate::error::{Code, Ended, Error, RefusedStep};
use serde_json::{Value, json};
use std::fmt::Display;

/// The one place where an error is printed.
pub(crate) fn print_error(error: &Error, paint: Paint) {
    match error {
        // Problems of a file come with their own heading, each.
        Error::Config(problems) => {
            alert(problems);
            annotate(problems.annotations());
        }
        _ => alert(format_args!("{} {}", paint.bad("error:"), below(&error.to_string(), 2))),
    }
    if let Some(hint) = error.hint().filter(|_| !is_quiet()) {
        alert(format_args!("{} {}", paint.strong("hint:"), below(&hint, 2)));
    }
}

/// The same for programs.
pub(crate) fn error_to_json(error: &Error) -> Value {
    let (code, aws) = (error.code(), if let Error::Aws(error) = error { aws_to_json(error) } else { Value::Null });
    let (message, problems) = match error {
        Error::Config(problems) => (problems.summary(), problems.located().map(|one| problem_of_file(&one)).collect()),
        Error::Coded { message, steps, .. } => (message.clone(), steps.iter().map(refused_step).collect()),
        Error::Failed(Ended { failed, .. }) => {
            (error.to_string(), failed.iter().map(|(address, error)| failed_step(address, error)).collect())
        }
        _ => (error.to_string(), vec![]),
    };
    json!({
        "code": code.name(),
        "message": message,
        "hint": error.hint(),
        "exit_code": code.exit() as u8,
        "problems": problems,
        "aws": aws,
    })
}

fn problem_of_file(one: &Located<'_>) -> Value {
    let Located { file, place, message, hint, source } = one;
    let code = Code::InvalidFile.name();
    let (line, column) = (place.map(|(line, _)| line), place.map(|(_, column)| column));
    json!({
        "file": file, "line": line, "column": column, "code": code, "message": message, "hint": hint, "source": source,
    })
}

fn refused_step(RefusedStep { address, code, message, hint }: &RefusedStep) -> Value {
    json!({"address": address, "code": code.name(), "message": message, "hint": hint})
}

/// One that was begun, and did not get to its end.
pub(super) fn failed_step(address: &str, error: &aws::Error) -> Value {
    json!({
        "address": address,
        "code": Code::from(error.class()).name(),
        "message": error.to_string(),
        "hint": error.hint(),
        "aws": aws_to_json(error),
    })
}

/// What AWS said, in its own words.
fn aws_to_json(error: &aws::Error) -> Value {
    let (service, operation) = error.operation().split_once(':').unwrap_or(("", error.operation()));
    json!({"service": service, "operation": operation, "code": error.code(), "request_id": error.request_id()})
}

/// Beside the file, where GitHub runs this. On stderr, of which GitHub reads commands too: stdout may be a document.
pub(crate) fn annotate(lines: impl Iterator<Item = String>) {
    if std::env::var("GITHUB_ACTIONS").is_ok_and(|value| value == "true") {
        lines.for_each(alert);
    }
}

/// That all is done, but that what there is to say of it could not be written.
pub(crate) fn print_unwritten(error: &dyn Display, paint: Paint) {
    alert(format_args!("{} it is done, but the output could not be written: {error}", paint.careful("warning:")));
}
