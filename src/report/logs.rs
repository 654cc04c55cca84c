//! A line that a part of the pipeline has logged.

use jiff::Timestamp;

/// With its time, in milliseconds since 1970.
pub(crate) fn log_line(millis: i64, message: &str) -> String {
    let time = Timestamp::from_millisecond(millis).unwrap_or_default();
    format!("{}  {}\n", time.strftime("%Y-%m-%dT%H:%M:%S%.3fZ"), message.trim_end())
}
