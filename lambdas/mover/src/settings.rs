//! What the function is told through its environment.

/// Where Firehose writes to, `analytics_raw/`.
pub const RAW_PREFIX: &str = "RAW_PREFIX";
/// Where files are moved to, `partitioned_analytics_raw/`.
pub const PARTITIONED_PREFIX: &str = "PARTITIONED_PREFIX";

/// The environment, read once.
#[derive(Clone, Debug)]
pub struct Settings {
    pub raw: String,
    pub partitioned: String,
}

impl Settings {
    /// # Errors
    /// One of the two is not set.
    pub fn read(env: impl Fn(&str) -> Option<String>) -> Result<Self, SettingsError> {
        Ok(Self { raw: required(&env, RAW_PREFIX)?, partitioned: required(&env, PARTITIONED_PREFIX)? })
    }
}

/// An environment variable that the function cannot do without.
#[derive(Debug, thiserror::Error)]
#[error("the environment variable `{0}` is not set")]
pub struct SettingsError(&'static str);

pub(crate) fn required(env: impl Fn(&str) -> Option<String>, name: &'static str) -> Result<String, SettingsError> {
    env(name).filter(|value| !value.is_empty()).ok_or(SettingsError(name))
}
