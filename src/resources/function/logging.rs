//! How a function logs: as text, all of it, or as JSON from a level on.
//!
//! Text has no levels, and Lambda refuses a request that names one with it (aws-cdk#28045); JSON always has both
//! (terraform-provider-aws#42181).

use super::Call;
use crate::resources::managed::{Managed, Word};
use aws_sdk_lambda::types::{ApplicationLogLevel, LogFormat, LoggingConfig, SystemLogLevel};

/// Without a format it is text, which is what a function has where nobody says anything.
#[derive(Clone, Debug, Default, Managed)]
pub(crate) struct Logging {
    /// `Text` or `JSON`.
    #[sent(Configuration)]
    log_format: Option<Word<LogFormat>>,
    /// Lines of the function's own of a lower level are dropped.
    #[sent(Configuration)]
    application_log_level: Option<Word<ApplicationLogLevel>>,
    /// Lambda's lines of a lower level are dropped, reports of calls that went well among them.
    #[sent(Configuration)]
    system_log_level: Option<Word<SystemLogLevel>>,
}

impl Logging {
    /// JSON, from these levels on.
    pub(crate) fn json(application: ApplicationLogLevel, system: SystemLogLevel) -> Self {
        Self {
            log_format: Some(Word(LogFormat::Json)),
            application_log_level: Some(Word(application)),
            system_log_level: Some(Word(system)),
        }
    }

    /// Whether Lambda writes START, END and REPORT of calls that go well.
    pub(crate) fn has_reports(&self) -> bool {
        self.system_log_level.as_ref().is_none_or(|level| level.0 != SystemLogLevel::Warn)
    }

    pub(super) fn read(live: Option<&LoggingConfig>) -> Self {
        let json = live.filter(|live| live.log_format.as_ref().is_some_and(|format| *format != LogFormat::Text));
        let Some(LoggingConfig { log_format, application_log_level, system_log_level, .. }) = json.cloned() else {
            return Self::default();
        };
        Self {
            log_format: log_format.map(Word),
            application_log_level: Some(Word(application_log_level.unwrap_or(ApplicationLogLevel::Info))),
            system_log_level: Some(Word(system_log_level.unwrap_or(SystemLogLevel::Info))),
        }
    }

    /// The whole of it: what an update leaves out may be put back to what is usual, the group among it.
    pub(super) fn said(&self, log_group: &str) -> LoggingConfig {
        LoggingConfig::builder()
            .log_group(log_group)
            .log_format(self.log_format.as_ref().map_or(LogFormat::Text, |format| format.0.clone()))
            .set_application_log_level(self.application_log_level.as_ref().map(|level| level.0.clone()))
            .set_system_log_level(self.system_log_level.as_ref().map(|level| level.0.clone()))
            .build()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::engine::diff::{Attributes, diff};

    fn differs(live: &LoggingConfig, desired: &Logging) -> Vec<String> {
        let describe = |logging: &Logging| logging.describe(Attributes::new());
        let changes = diff(&describe(&Logging::read(Some(live))), &describe(desired));
        changes.iter().map(|change| format!("{}: {} -> {}", change.attribute, change.before, change.after)).collect()
    }

    #[test]
    fn what_was_sent_reads_back_without_a_difference() {
        let warn = Logging::json(ApplicationLogLevel::Warn, SystemLogLevel::Warn);
        assert_eq!(differs(&warn.said("/g"), &warn), [""; 0]);
        assert_eq!(differs(&Logging::default().said("/g"), &Logging::default()), [""; 0]);
    }

    #[test]
    fn json_without_levels_is_at_info() {
        let live = LoggingConfig::builder().log_format(LogFormat::Json).log_group("/g").build();
        assert_eq!(differs(&live, &Logging::json(ApplicationLogLevel::Info, SystemLogLevel::Info)), [""; 0]);
    }

    #[test]
    fn text_is_sent_without_levels_whatever_was_there() {
        let live = Logging::json(ApplicationLogLevel::Error, SystemLogLevel::Warn).said("/g");
        let told = differs(&live, &Logging::default());
        let gone = ["log_format: \"JSON\"", "application_log_level: \"ERROR\"", "system_log_level: \"WARN\""];
        assert_eq!(told, gone.map(|before| format!("{before} -> (unset)")));
        let sent = Logging::default().said("/g");
        assert_eq!((sent.log_format, sent.log_group.as_deref()), (Some(LogFormat::Text), Some("/g")));
        assert_eq!((sent.application_log_level, sent.system_log_level), (None, None));
    }

    /// A release that learns to manage it must not call every function edited.
    #[test]
    fn text_is_no_attribute() {
        let digest = |attributes: Attributes| attributes.digest();
        assert_eq!(digest(Logging::default().describe(Attributes::new())), digest(Attributes::new()));
    }
}
