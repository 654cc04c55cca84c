//! A line that a part of the pipeline has logged.

use super::foreign::below;
use jiff::Timestamp;
use serde_json::{Value, json};

/// As wide as the time before a line.
const TIME: usize = "2018-01-30T14:02:40.000Z  ".len();

/// With its time, in milliseconds since 1970. Further lines of it stand below the first: none of them looks like a line
/// that was logged at another time.
pub(crate) fn log_line(millis: i64, message: &str) -> String {
    let time = Timestamp::from_millisecond(millis).unwrap_or_default();
    format!("{}  {}\n", time.strftime("%Y-%m-%dT%H:%M:%S%.3fZ"), below(message, TIME))
}

/// The same for programs, as it was logged.
pub(crate) fn log_line_to_json(millis: i64, (group, stream): (&str, Option<&str>), message: &str) -> Value {
    let time = Timestamp::from_millisecond(millis).unwrap_or_default();
    let at = time.strftime("%Y-%m-%dT%H:%M:%S%.3fZ").to_string();
    json!({"at": at, "log_group": group, "log_stream": stream, "message": message})
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_of_one_message_stand_below_its_first() {
        let line = log_line(1_517_320_960_000, "Traceback\n  File x\n");
        assert_eq!(line, format!("2018-01-30T14:02:40.000Z  Traceback\n{:26}  File x\n", ""));
    }
}
