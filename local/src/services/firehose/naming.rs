//! Where Firehose puts a file: "Understand custom prefixes" and "Configure Amazon S3 object name format".

use crate::context::new_uuid;
use jiff::Timestamp;
use serde_json::Value;

/// `{prefix}YYYY/MM/DD/HH/{stream}-{version}-YYYY-MM-DD-HH-MM-SS-{uuid}{extension}`, in UTC, of the time at which the
/// first record came.
pub(super) fn key(stream: &Value, since: Timestamp, compressed: &str) -> String {
    let destination = &stream["destination"];
    let prefix = destination["Prefix"].as_str().unwrap_or_default();
    let folder = match prefix.contains("!{") {
        true => evaluate(prefix, since),
        false => format!("{prefix}{}", since.strftime("%Y/%m/%d/%H/")),
    };
    let name = stream["DeliveryStreamName"].as_str().unwrap_or_default();
    let version = &stream["VersionId"];
    let extension = destination["FileExtension"].as_str().filter(|own| !own.is_empty()).unwrap_or(compressed);
    format!("{folder}{name}-{version}-{}-{}{extension}", since.strftime("%Y-%m-%d-%H-%M-%S"), new_uuid())
}

/// Replaces `!{timestamp:yyyy/MM/dd}` and `!{firehose:random-string}`.
fn evaluate(prefix: &str, time: Timestamp) -> String {
    let mut parts = prefix.split("!{");
    let mut folder = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        let (expression, rest) = part.split_once('}').unwrap_or((part, ""));
        match expression.split_once(':') {
            Some(("timestamp", format)) => folder.push_str(&java_time(format, time)),
            Some(("firehose", "random-string")) => folder.push_str(&crate::context::new_id(11)),
            _ => folder.push_str(expression),
        }
        folder.push_str(rest);
    }
    folder
}

/// The letters of Java's `DateTimeFormatter` that folders are made of; text stands between apostrophes.
fn java_time(format: &str, time: Timestamp) -> String {
    let mut text = String::new();
    for (index, part) in format.split('\'').enumerate() {
        if index % 2 == 1 {
            text.push_str(part);
            continue;
        }
        let letters = [("yyyy", "%Y"), ("MM", "%m"), ("dd", "%d"), ("HH", "%H"), ("mm", "%M"), ("ss", "%S")];
        let format = letters.iter().fold(part.to_owned(), |format, (java, own)| format.replace(java, own));
        text.push_str(&time.strftime(&format).to_string());
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn named(prefix: &str) -> String {
        let stream = json!({"DeliveryStreamName": "web", "VersionId": 3, "destination": {"Prefix": prefix}});
        key(&stream, "2018-01-28T23:52:39Z".parse().unwrap(), ".gz")
    }

    #[test]
    fn a_key_tells_when_its_first_record_came() {
        let key = named("raw/");
        assert!(key.starts_with("raw/2018/01/28/23/web-3-2018-01-28-23-52-39-"), "{key}");
        assert!(key.ends_with(".gz") && key.len() == "raw/2018/01/28/23/web-3-2018-01-28-23-52-39-".len() + 36 + 3);
    }

    #[test]
    fn a_prefix_with_expressions_is_the_whole_folder() {
        let key = named("raw/year=!{timestamp:yyyy}/!{timestamp:'month='MM'/day='dd}/");
        assert!(key.starts_with("raw/year=2018/month=01/day=28/web-3-"), "{key}");
    }
}
