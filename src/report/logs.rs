//! A line that a part of the pipeline has logged.

use super::foreign::below;
use jiff::Timestamp;

/// As wide as the time before a line.
const TIME: usize = "2018-01-30T14:02:40.000Z  ".len();

/// With its time, in milliseconds since 1970. Further lines of it stand below the first: none of them looks like a line
/// that was logged at another time.
pub(crate) fn log_line(millis: i64, message: &str) -> String {
    let time = Timestamp::from_millisecond(millis).unwrap_or_default();
    format!("{}  {}\n", time.strftime("%Y-%m-%dT%H:%M:%S%.3fZ"), below(message, TIME))
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
