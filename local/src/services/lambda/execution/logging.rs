//! What of a function's lines is kept, and in which form: "Log and monitor", "Configuring advanced logging controls".
//!
//! As text, everything is. As JSON, Lambda's own lines are objects with a type, and both kinds have a level below which a
//! line is dropped. A line of the function tells its level itself, with a timestamp of RFC 3339 beside it: what has not
//! both counts as INFO, also where it says `ERROR`.

use jiff::Timestamp;
use serde_json::{Value, json};

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Level {
    Trace,
    Debug,
    Info,
    Warn,
    Error,
    Fatal,
}

const LEVELS: [(&str, Level); 6] = [
    ("TRACE", Level::Trace),
    ("DEBUG", Level::Debug),
    ("INFO", Level::Info),
    ("WARN", Level::Warn),
    ("ERROR", Level::Error),
    ("FATAL", Level::Fatal),
];

fn level(text: &str) -> Option<Level> {
    LEVELS.iter().find(|(name, _)| name.eq_ignore_ascii_case(text)).map(|(_, level)| *level)
}

/// The least levels that are kept of the function's lines and of Lambda's own; `None` of text.
#[derive(Clone, Debug)]
pub(crate) struct Logging(Option<(Level, Level)>);

impl Logging {
    /// Of a function's `LoggingConfig`.
    pub(super) fn of(configuration: &Value) -> Self {
        let least = |name: &str| configuration[name].as_str().and_then(level).unwrap_or(Level::Info);
        let is_json = configuration["LogFormat"] == "JSON";
        Self(is_json.then(|| (least("ApplicationLogLevel"), least("SystemLogLevel"))))
    }

    pub(super) fn is_json(&self) -> bool {
        self.0.is_some()
    }

    /// What the function is told of it.
    pub(super) fn environment(&self) -> Vec<(&'static str, &'static str)> {
        let Some((application, _)) = self.0 else { return vec![("AWS_LAMBDA_LOG_FORMAT", "Text")] };
        let name = LEVELS.iter().find(|(_, level)| *level == application).map_or("INFO", |(name, _)| name);
        vec![("AWS_LAMBDA_LOG_FORMAT", "JSON"), ("AWS_LAMBDA_LOG_LEVEL", name)]
    }

    /// Whether a line of Lambda's own of this level is kept.
    pub(super) fn keeps(&self, level: Level) -> bool {
        self.0.is_none_or(|(_, least)| level >= least)
    }

    /// A line of the function as it is kept, if it is.
    pub(super) fn application(&self, line: String, now: Timestamp) -> Option<String> {
        let Some((least, _)) = self.0 else { return Some(line) };
        let Ok(Value::Object(mut fields)) = serde_json::from_str(&line) else {
            return (Level::Info >= least).then_some(line);
        };
        let is_dated =
            fields.get("timestamp").and_then(Value::as_str).is_some_and(|text| text.parse::<Timestamp>().is_ok());
        let own = fields.get("level").and_then(Value::as_str).and_then(level).filter(|_| is_dated);
        if own.unwrap_or(Level::Info) < least {
            return None;
        }
        if is_dated {
            return Some(line);
        }
        fields.insert("timestamp".to_owned(), time(now).into());
        Some(Value::Object(fields).to_string())
    }
}

fn time(now: Timestamp) -> String {
    now.strftime("%Y-%m-%dT%H:%M:%S%.3fZ").to_string()
}

/// A line of Lambda's own: `platform.report`.
pub(super) fn event(now: Timestamp, kind: &str, record: &Value) -> String {
    json!({"time": time(now), "type": kind, "record": record}).to_string()
}

/// What Lambda says of an error, among the lines of the function.
pub(super) fn error(now: Timestamp, message: &str) -> String {
    json!({"timestamp": time(now), "level": "ERROR", "message": message}).to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn kept(level: &str, line: &str) -> Option<String> {
        let logging = Logging::of(&json!({"LogFormat": "JSON", "ApplicationLogLevel": level}));
        logging.application(line.to_owned(), "2026-11-26T10:00:00Z".parse().unwrap())
    }

    #[test]
    fn a_line_has_the_level_that_it_says_with_a_time_beside_it() {
        let dated = r#"{"timestamp":"2026-11-26T09:00:00.5Z","level":"error","message":"x"}"#;
        assert_eq!(kept("ERROR", dated).as_deref(), Some(dated));
        assert_eq!(kept("FATAL", dated), None);
        for undated in [
            r#"{"level":"ERROR","message":"x"}"#,
            r#"{"timestamp":"yesterday","level":"ERROR"}"#,
            r#"{"timestamp":"2026-11-26T09:00:00Z","level":"bad"}"#,
            r#"{"timestamp":"2026-11-26T09:00:00Z"}"#,
            "panicked at src/main.rs",
            "[1]",
        ] {
            assert_eq!(kept("WARN", undated), None, "{undated}");
            assert!(kept("INFO", undated).is_some(), "{undated}");
        }
        let told = kept("INFO", r#"{"level":"ERROR","message":"x"}"#).unwrap();
        assert_eq!(told, r#"{"level":"ERROR","message":"x","timestamp":"2026-11-26T10:00:00.000Z"}"#);
    }

    #[test]
    fn text_has_no_levels() {
        let text = Logging::of(&json!({"LogFormat": "Text"}));
        assert!(text.keeps(Level::Debug) && !text.is_json());
        assert_eq!(text.application("{}".to_owned(), Timestamp::UNIX_EPOCH).as_deref(), Some("{}"));
        let json = Logging::of(&json!({"LogFormat": "JSON", "SystemLogLevel": "WARN", "ApplicationLogLevel": "DEBUG"}));
        assert!(!json.keeps(Level::Info) && json.keeps(Level::Warn));
        assert_eq!(json.environment()[1], ("AWS_LAMBDA_LOG_LEVEL", "DEBUG"));
    }
}
