//! What is sent again whole or not at all: a record that Firehose gave up, a line of a file.

use super::super::lines;
use super::source::From;
use crate::commands::send::events;
use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use jiff::Timestamp;
use serde::Deserialize;

#[derive(Debug, PartialEq, Eq)]
pub(super) struct Unit {
    /// Of its line in the file, from one on.
    pub(super) number: usize,
    /// When it came, where the file says so.
    pub(super) time: Option<Timestamp>,
    /// As they were sent, to the byte.
    pub(super) events: Vec<String>,
    /// Why Firehose gave it up, in its own code.
    pub(super) why: Option<String>,
}

/// What is in a file.
#[derive(Debug, Default)]
pub(super) struct Read {
    pub(super) units: Vec<Unit>,
    /// Lines and records that are no events: nothing takes them a second time, either.
    pub(super) broken: u64,
    /// Why the file could not be read to its end.
    pub(super) damage: Option<String>,
}

/// A line below the error prefix: of a conversion, or of a function before it, which say the code in two ways.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Failed {
    raw_data: String,
    /// In milliseconds.
    arrival_timestamp: Option<i64>,
    #[serde(alias = "errorCode")]
    last_error_code: Option<String>,
}

pub(super) fn read(from: From, body: &[u8]) -> Read {
    let mut read = Read::default();
    let ended = lines::texts(body, |number, line| {
        match from {
            From::Errors => read.failed(number, line),
            From::Raw | From::Json => read.add((number, None, None), line.as_bytes()),
        };
        true
    });
    read.damage = ended.err().map(|damage| format!("what is behind line {}: {}", damage.behind, damage.error));
    read
}

impl Read {
    fn failed(&mut self, number: usize, line: &str) {
        let failed = serde_json::from_str::<Failed>(line).ok();
        let data = failed.as_ref().and_then(|failed| BASE64_STANDARD.decode(&failed.raw_data).ok());
        let (Some(failed), Some(data)) = (failed, data) else {
            self.broken += 1;
            return;
        };
        let time = failed.arrival_timestamp.and_then(|time| Timestamp::from_millisecond(time).ok());
        self.add((number, time, failed.last_error_code), &data);
    }

    fn add(&mut self, (number, time, why): (usize, Option<Timestamp>, Option<String>), text: &[u8]) {
        match events(text) {
            Ok(events) if !events.is_empty() => self.units.push(Unit { number, time, events, why }),
            _ => self.broken += 1,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn events_keep_their_bytes_and_what_is_none_is_counted() {
        let body = "{\"a\": 1.50}\n\n[{\"b\":2},{\"c\":3}]\nnoise\n42\n";
        let read = read(From::Json, body.as_bytes());
        let events: Vec<_> = read.units.iter().map(|unit| (unit.number, unit.events.join(" "))).collect();
        assert_eq!(events, [(1, "{\"a\": 1.50}".to_owned()), (3, "{\"b\":2} {\"c\":3}".to_owned())]);
        assert_eq!((read.broken, read.damage), (2, None));
    }

    #[test]
    fn both_kinds_of_failed_records_are_read() {
        let line = |data: &str, code: (&str, &str)| json!({"rawData": BASE64_STANDARD.encode(data), "arrivalTimestamp": 1_517_320_960_123_i64, code.0: code.1});
        let body = [
            line("{\"a\":1}\n{\"b\":2}\n", ("lastErrorCode", "DataFormatConversion.MalformedData")),
            line("{\"a\":", ("lastErrorCode", "DataFormatConversion.ParseError")),
            line("{\"c\":3}", ("errorCode", "Lambda.ProcessingFailedStatus")),
            json!({"rawData": "!"}),
        ];
        let body: String = body.iter().map(|line| format!("{line}\n")).collect();
        let read = read(From::Errors, body.as_bytes());
        let numbers: Vec<_> = read.units.iter().map(|unit| (unit.number, unit.events.len())).collect();
        assert_eq!((numbers, read.broken), (vec![(1, 2), (3, 1)], 2));
        assert_eq!(read.units[0].time, Some("2018-01-30T14:02:40.123Z".parse().unwrap()));
        assert_eq!(read.units[1].why.as_deref(), Some("Lambda.ProcessingFailedStatus"));
    }
}
