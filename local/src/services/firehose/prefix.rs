//! Prefixes with expressions: "Understand custom prefixes for Amazon S3 objects".
//!
//! `!{timestamp:FORMAT}`, `!{firehose:random-string}` and, where errors go, `!{firehose:error-output-type}`. What a prefix
//! may hold is checked when a stream is made or changed. AWS's sentence for what is refused is known for one case
//! (`ErrorOutputPrefix cannot be null or empty when Prefix contains expressions`, with its misspelt beginning); the others
//! follow it in the words of the documentation.

use super::{invalid, java_time};
use crate::api_error::Result;
use crate::context::new_id;
use jiff::Zoned;
use serde_json::Value;

/// "Neither Prefix nor ErrorOutputPrefix can be greater than 512 characters after they're evaluated."
const LONGEST: usize = 512;
/// What is appended to a prefix without expressions.
const DEFAULT: &str = "yyyy/MM/dd/HH/";
/// The longest of the types that there are.
const SOME_TYPE: &str = "AmazonOpenSearchService-failed";

enum Part<'a> {
    Text(&'a str),
    Timestamp(Vec<java_time::Part>),
    RandomString,
    ErrorOutputType,
}

/// # Errors
/// What is wrong with it, in words.
fn parse(prefix: &str) -> Result<Vec<Part<'_>>, String> {
    let mut pieces = prefix.split("!{");
    let mut parts = vec![Part::Text(pieces.next().unwrap_or_default())];
    for piece in pieces {
        let (expression, rest) = piece.split_once('}').ok_or_else(|| {
            format!("The sequence !{{ can only appear in !{{namespace:value}} expressions: !{{{piece}")
        })?;
        let (namespace, value) = expression.split_once(':').unwrap_or((expression, ""));
        parts.push(match (namespace, value) {
            ("timestamp", pattern) if !pattern.is_empty() => Part::Timestamp(
                java_time::parse(pattern)
                    .map_err(|why| format!("!{{{expression}}} has no valid DateTimeFormatter pattern. {why}"))?,
            ),
            ("firehose", "random-string") => Part::RandomString,
            ("firehose", "error-output-type") => Part::ErrorOutputType,
            ("partitionKeyFromQuery" | "partitionKeyFromLambda", _) => {
                return Err(format!("!{{{expression}}} needs dynamic partitioning, which is not enabled"));
            }
            _ => return Err(format!("!{{{expression}}} is not a valid expression")),
        });
        parts.push(Part::Text(rest));
    }
    Ok(parts)
}

fn evaluated(parts: &[Part<'_>], time: &Zoned, error: &str) -> String {
    let one = |part: &Part<'_>| match part {
        Part::Text(text) => (*text).to_owned(),
        Part::Timestamp(pattern) => java_time::format(pattern, time),
        Part::RandomString => new_id(11),
        Part::ErrorOutputType => error.to_owned(),
    };
    parts.iter().map(one).collect()
}

/// A prefix of a stream's destination, empty where there is none: clients clear one by sending nothing in quotes.
fn given<'a>(destination: &'a Value, name: &str) -> &'a str {
    destination[name].as_str().unwrap_or_default()
}

fn has_expressions(prefix: &str) -> bool {
    prefix.contains("!{")
}

/// Checks the two prefixes of a destination.
///
/// # Errors
/// `InvalidArgumentException`.
pub(super) fn check(destination: &Value, now: &Zoned) -> Result<()> {
    let (prefix, errors) = (given(destination, "Prefix"), given(destination, "ErrorOutputPrefix"));
    let refuse =
        |why: String| invalid(format!("Ths supplied prefix(es) do not satisfy the following constraint: {why}"));
    if has_expressions(prefix) && errors.is_empty() {
        return Err(refuse("ErrorOutputPrefix cannot be null or empty when Prefix contains expressions".to_owned()));
    }
    let (prefix, errors) = (parse(prefix).map_err(refuse)?, parse(errors).map_err(refuse)?);
    let is_type = |part: &Part<'_>| matches!(part, Part::ErrorOutputType);
    if prefix.iter().any(is_type) {
        return Err(refuse("Prefix cannot contain !{firehose:error-output-type}".to_owned()));
    }
    if errors.len() > 1 && !errors.iter().any(is_type) {
        let words = "ErrorOutputPrefix must contain at least one instance of !{firehose:error-output-type} when it \
                     contains expressions";
        return Err(refuse(words.to_owned()));
    }
    let whole =
        [("Prefix", folder(destination, now)), ("ErrorOutputPrefix", error_folder(destination, now, SOME_TYPE))];
    for (name, evaluated) in whole {
        if evaluated.len() > LONGEST {
            return Err(refuse(format!("{name} cannot be longer than {LONGEST} characters after it is evaluated")));
        }
    }
    Ok(())
}

/// The folder of a file. Any expression takes the place of what is appended otherwise.
pub(super) fn folder(destination: &Value, time: &Zoned) -> String {
    let prefix = given(destination, "Prefix");
    match parse(prefix) {
        Ok(parts) if has_expressions(prefix) => evaluated(&parts, time, ""),
        // A stream of an earlier version of Local AWS may have what is refused by now.
        _ => format!("{prefix}{}", default(time)),
    }
}

/// The folder of what failed, by the type of the error: `format-conversion-failed`. Without a prefix of their own, errors lie
/// under the other one, which has no expressions then; type and time are appended to what has no expressions itself (for a
/// prefix of their own, the documentation leaves that open).
pub(super) fn error_folder(destination: &Value, time: &Zoned, error: &str) -> String {
    let own = given(destination, "ErrorOutputPrefix");
    match parse(own) {
        Ok(parts) if has_expressions(own) => evaluated(&parts, time, error),
        _ => {
            let prefix = if own.is_empty() { given(destination, "Prefix") } else { own };
            format!("{prefix}{error}/{}", default(time))
        }
    }
}

fn default(time: &Zoned) -> String {
    java_time::parse(DEFAULT).map(|pattern| java_time::format(&pattern, time)).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn time() -> Zoned {
        "2018-08-27T10:30:00+00:00[UTC]".parse().unwrap()
    }

    fn destination(prefix: &str, errors: &str) -> Value {
        json!({"Prefix": prefix, "ErrorOutputPrefix": errors})
    }

    /// The examples of the documentation, at half past ten of 27 August 2018.
    #[test]
    fn prefixes_are_evaluated_as_the_documentation_shows() {
        for (prefix, errors, folder_is, errors_are) in [
            ("", "failures/!{firehose:error-output-type}/", "2018/08/27/10/", "failures/processing-failed/"),
            ("mine", "", "mine2018/08/27/10/", "mineprocessing-failed/2018/08/27/10/"),
            ("mine/", "failures/", "mine/2018/08/27/10/", "failures/processing-failed/2018/08/27/10/"),
            (
                "y=!{timestamp:yyyy}/m=!{timestamp:MM}/d=!{timestamp:dd}/",
                "e/!{firehose:error-output-type}/!{timestamp:yyyy'/x/'dd}/",
                "y=2018/m=08/d=27/",
                "e/processing-failed/2018/x/27/",
            ),
        ] {
            let destination = destination(prefix, errors);
            assert!(check(&destination, &time()).is_ok(), "{prefix} {errors}");
            assert_eq!(folder(&destination, &time()), folder_is);
            assert_eq!(error_folder(&destination, &time(), "processing-failed"), errors_are);
        }
        let random = folder(&destination("!{firehose:random-string}-!{firehose:random-string}/", "e/"), &time());
        let (one, other) = random.trim_end_matches('/').split_once('-').unwrap();
        assert!(one.len() == 11 && other.len() == 11 && one != other, "{random}");
    }

    #[test]
    fn what_a_prefix_may_not_hold_is_refused() {
        let long = format!("!{{timestamp:yyyy}}/{}/", "x".repeat(510));
        for (prefix, errors, why) in [
            ("!{timestamp:yyyy}/", "", "ErrorOutputPrefix cannot be null or empty when Prefix contains expressions"),
            ("!{timestamp:yyyy/", "e/", "The sequence !{ can only appear in !{namespace:value} expressions"),
            ("!{timestamp:}/", "e/", "!{timestamp:} is not a valid expression"),
            ("!{timestamp:yyyy/bb}/", "e/", "Unknown pattern letter: b"),
            ("!{time:yyyy}/", "e/", "!{time:yyyy} is not a valid expression"),
            ("!{firehose:uuid}/", "e/", "!{firehose:uuid} is not a valid expression"),
            ("!{partitionKeyFromQuery:id}/", "e/", "needs dynamic partitioning"),
            ("!{firehose:error-output-type}/", "e/", "Prefix cannot contain !{firehose:error-output-type}"),
            ("", "e/!{timestamp:yyyy}/", "ErrorOutputPrefix must contain at least one instance of"),
            (&long, "e/", "Prefix cannot be longer than 512 characters"),
        ] {
            let error = check(&destination(prefix, errors), &time()).unwrap_err();
            assert_eq!(error.code, "InvalidArgumentException");
            assert!(error.message.contains(why), "{prefix}: {}", error.message);
        }
    }
}
