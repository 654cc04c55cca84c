//! What Firehose calls a file: "Configure Amazon S3 object name format".

use super::{invalid, prefix};
use crate::api_error::Result;
use crate::context::new_uuid;
use jiff::tz::TimeZone;
use jiff::{Timestamp, Zoned};
use serde_json::Value;

/// `{prefix}{stream}-{version}-YYYY-MM-DD-HH-MM-SS-{uuid}{extension}`, of the time at which the first record came.
/// `destination` is the stream's, or its backup's.
pub(super) fn key(stream: &Value, destination: &Value, since: Timestamp, extension: &str) -> String {
    let time = local(destination, since);
    let own = destination["FileExtension"].as_str().filter(|own| !own.is_empty());
    format!("{}{}{}", prefix::folder(destination, &time), name(stream, &time), own.unwrap_or(extension))
}

/// The same for what failed. Such a file has no extension.
pub(super) fn error_key(stream: &Value, since: Timestamp, error: &str) -> String {
    let destination = &stream["destination"];
    let time = local(destination, since);
    format!("{}{}", prefix::error_folder(destination, &time, error), name(stream, &time))
}

fn name(stream: &Value, time: &Zoned) -> String {
    let name = stream["DeliveryStreamName"].as_str().unwrap_or_default();
    format!("{name}-{}-{}-{}", stream["VersionId"], time.strftime("%Y-%m-%d-%H-%M-%S"), new_uuid())
}

/// By the destination's clock.
fn local(destination: &Value, time: Timestamp) -> Zoned {
    time.to_zoned(zone(destination).unwrap_or(TimeZone::UTC))
}

/// # Errors
/// A zone that nobody knows.
fn zone(destination: &Value) -> Result<TimeZone> {
    match destination["CustomTimeZone"].as_str() {
        None | Some("") => Ok(TimeZone::UTC),
        Some(name) => TimeZone::get(name).map_err(|_| invalid(format!("Invalid CustomTimeZone: {name}"))),
    }
}

/// # Errors
/// A time zone or a prefix that Firehose does not take.
pub(super) fn check(destination: &Value, now: Timestamp) -> Result<()> {
    prefix::check(destination, &now.to_zoned(zone(destination)?))
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn named(destination: Value) -> String {
        let stream = json!({"DeliveryStreamName": "web", "VersionId": 3, "destination": destination});
        key(&stream, &destination, "2018-01-28T23:52:39Z".parse().unwrap(), ".gz")
    }

    #[test]
    fn a_key_tells_when_its_first_record_came() {
        let key = named(json!({"Prefix": "raw/"}));
        assert!(key.starts_with("raw/2018/01/28/23/web-3-2018-01-28-23-52-39-"), "{key}");
        assert!(key.ends_with(".gz") && key.len() == "raw/2018/01/28/23/web-3-2018-01-28-23-52-39-".len() + 36 + 3);
    }

    #[test]
    fn a_prefix_with_expressions_is_the_whole_folder() {
        let key = named(json!({"Prefix": "raw/year=!{timestamp:yyyy}/!{timestamp:'month='MM'/day='dd}/"}));
        assert!(key.starts_with("raw/year=2018/month=01/day=28/web-3-"), "{key}");
    }

    #[test]
    fn the_clock_is_the_destinations() {
        let key = named(json!({"Prefix": "", "CustomTimeZone": "Europe/Berlin", "FileExtension": ".jsonl"}));
        assert!(key.starts_with("2018/01/29/00/web-3-2018-01-29-00-52-39-") && key.ends_with(".jsonl"), "{key}");
        let unknown = check(&json!({"CustomTimeZone": "Europe/Atlantis"}), Timestamp::UNIX_EPOCH).unwrap_err();
        assert_eq!(unknown.message, "Invalid CustomTimeZone: Europe/Atlantis");
        assert!(check(&json!({"CustomTimeZone": ""}), Timestamp::UNIX_EPOCH).is_ok());
    }
}
